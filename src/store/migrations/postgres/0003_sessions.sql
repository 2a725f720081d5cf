-- Trading sessions: the ledger, which is the truth, and what it says in tables for questions.

CREATE TABLE sessions (
    session TEXT NOT NULL PRIMARY KEY,
    agent TEXT NOT NULL,
    account TEXT NOT NULL,
    venue TEXT NOT NULL,
    folder TEXT NOT NULL,
    manifest TEXT NOT NULL,
    started_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITHOUT TIME ZONE,
    outcome TEXT
);
CREATE INDEX ix_sessions_account ON sessions (account, started_at);

CREATE TABLE session_ledger (
    session TEXT NOT NULL REFERENCES sessions (session),
    number BIGINT NOT NULL,
    time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    json TEXT NOT NULL,
    head TEXT NOT NULL,
    PRIMARY KEY (session, number)
);

CREATE TABLE session_state (
    account TEXT NOT NULL PRIMARY KEY,
    risk TEXT NOT NULL,
    updated_at TIMESTAMP WITHOUT TIME ZONE NOT NULL
);

CREATE TABLE orders (
    session TEXT NOT NULL REFERENCES sessions (session),
    order_id BIGINT NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    quantity DOUBLE PRECISION NOT NULL,
    kind TEXT NOT NULL,
    time_in_force TEXT NOT NULL,
    protects BIGINT,
    decided_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    filled DOUBLE PRECISION NOT NULL,
    ledger_row BIGINT NOT NULL,
    updated_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (session, order_id)
);
CREATE INDEX ix_orders_state ON orders (session, state);

CREATE TABLE fills (
    session TEXT NOT NULL REFERENCES sessions (session),
    execution_id TEXT NOT NULL,
    order_id BIGINT NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),
    quantity DOUBLE PRECISION NOT NULL,
    price DOUBLE PRECISION NOT NULL,
    cost DOUBLE PRECISION NOT NULL,
    time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    ledger_row BIGINT NOT NULL,
    PRIMARY KEY (session, execution_id)
);
CREATE INDEX ix_fills_order ON fills (session, order_id);

CREATE TABLE positions (
    session TEXT NOT NULL REFERENCES sessions (session),
    symbol TEXT NOT NULL,
    quantity DOUBLE PRECISION NOT NULL,
    updated_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    PRIMARY KEY (session, symbol)
);

CREATE TABLE alerts (
    session TEXT NOT NULL REFERENCES sessions (session),
    ledger_row BIGINT NOT NULL,
    item BIGINT NOT NULL,
    time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (session, ledger_row, item)
);
