-- Trading sessions: the ledger, which is the truth, and what it says in tables for questions.

CREATE TABLE sessions (
    session TEXT NOT NULL PRIMARY KEY,
    agent TEXT NOT NULL,
    account TEXT NOT NULL,
    venue TEXT NOT NULL,
    folder TEXT NOT NULL,
    manifest TEXT NOT NULL,
    started_at DATETIME NOT NULL,
    ended_at DATETIME,
    outcome TEXT
);
CREATE INDEX ix_sessions_account ON sessions (account, started_at);

CREATE TABLE session_ledger (
    session TEXT NOT NULL REFERENCES sessions (session),
    number INTEGER NOT NULL,
    time DATETIME NOT NULL,
    json TEXT NOT NULL,
    head TEXT NOT NULL,
    PRIMARY KEY (session, number)
);

CREATE TABLE session_state (
    account TEXT NOT NULL PRIMARY KEY,
    risk TEXT NOT NULL,
    updated_at DATETIME NOT NULL
);

CREATE TABLE orders (
    session TEXT NOT NULL REFERENCES sessions (session),
    order_id INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    quantity FLOAT NOT NULL,
    kind TEXT NOT NULL,
    time_in_force TEXT NOT NULL,
    protects INTEGER,
    decided_at DATETIME NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    filled FLOAT NOT NULL,
    ledger_row INTEGER NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (session, order_id)
);
CREATE INDEX ix_orders_state ON orders (session, state);

CREATE TABLE fills (
    session TEXT NOT NULL REFERENCES sessions (session),
    execution_id TEXT NOT NULL,
    order_id INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    quantity FLOAT NOT NULL,
    price FLOAT NOT NULL,
    cost FLOAT NOT NULL,
    time DATETIME NOT NULL,
    ledger_row INTEGER NOT NULL,
    PRIMARY KEY (session, execution_id)
);
CREATE INDEX ix_fills_order ON fills (session, order_id);

CREATE TABLE positions (
    session TEXT NOT NULL REFERENCES sessions (session),
    symbol TEXT NOT NULL,
    quantity FLOAT NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (session, symbol)
);

CREATE TABLE alerts (
    session TEXT NOT NULL REFERENCES sessions (session),
    ledger_row INTEGER NOT NULL,
    item INTEGER NOT NULL,
    time DATETIME NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (session, ledger_row, item)
);
