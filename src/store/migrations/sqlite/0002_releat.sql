-- What releat keeps beside the tables of Optuna. Times are UTC without a zone, as Optuna has them.

CREATE INDEX ix_releat_trials_number ON trials (study_id, number);

CREATE TABLE releat_studies (
    study_id INTEGER NOT NULL PRIMARY KEY REFERENCES studies (study_id) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    metric TEXT NOT NULL,
    seed INTEGER NOT NULL,
    inputs TEXT NOT NULL,
    agent_yaml TEXT NOT NULL,
    tune_json TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    ended_at DATETIME
);

CREATE TABLE jobs (
    study_id INTEGER NOT NULL REFERENCES studies (study_id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    trial INTEGER NOT NULL,
    rung INTEGER NOT NULL,
    budget_env_steps INTEGER NOT NULL,
    params TEXT NOT NULL,
    parent INTEGER,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'canceled')),
    worker TEXT,
    attempt INTEGER NOT NULL,
    max_attempts INTEGER NOT NULL,
    lease_until DATETIME,
    score FLOAT,
    detail TEXT,
    PRIMARY KEY (study_id, number)
);
CREATE INDEX ix_jobs_state ON jobs (state, study_id, number);

-- Optuna does not ask for foreign keys, and SQLite gives a number out again.
CREATE TRIGGER releat_study_deleted AFTER DELETE ON studies BEGIN
    DELETE FROM releat_studies WHERE study_id = OLD.study_id;
    DELETE FROM jobs WHERE study_id = OLD.study_id;
END;

CREATE TABLE trial_ledger (
    ledger_id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    agent TEXT NOT NULL,
    study TEXT NOT NULL,
    trial INTEGER NOT NULL,
    seed INTEGER NOT NULL,
    state TEXT NOT NULL,
    score FLOAT,
    sharpe_per_bar FLOAT,
    bars INTEGER NOT NULL,
    returns BLOB NOT NULL,
    config TEXT NOT NULL,
    noted_at DATETIME NOT NULL,
    period TEXT NOT NULL,
    UNIQUE (agent, study, trial)
);

CREATE TABLE training_runs (
    run_id TEXT NOT NULL PRIMARY KEY,
    start_time DATETIME NOT NULL,
    end_time DATETIME,
    parameters TEXT NOT NULL,
    status TEXT NOT NULL,
    notes TEXT,
    agent TEXT NOT NULL,
    seed INTEGER NOT NULL,
    inputs TEXT NOT NULL,
    folder TEXT NOT NULL,
    bundle TEXT,
    env_steps INTEGER NOT NULL,
    best_score FLOAT,
    heartbeat DATETIME NOT NULL,
    lease_until DATETIME
);
CREATE INDEX ix_training_runs_agent ON training_runs (agent, start_time);

CREATE TABLE run_metrics (
    run_id TEXT NOT NULL REFERENCES training_runs (run_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    env_steps INTEGER NOT NULL,
    value FLOAT,
    PRIMARY KEY (run_id, name, env_steps)
) WITHOUT ROWID;

CREATE TABLE episodes (
    episode_id INTEGER NOT NULL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES training_runs (run_id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    label TEXT NOT NULL,
    start_time DATETIME,
    end_time DATETIME,
    initial_portfolio_value FLOAT,
    final_portfolio_value FLOAT,
    status TEXT NOT NULL,
    pnl FLOAT,
    sharpe_ratio FLOAT,
    max_drawdown FLOAT,
    total_reward FLOAT,
    total_steps INTEGER NOT NULL,
    win_rate FLOAT,
    UNIQUE (run_id, number)
);

CREATE TABLE steps (
    step_id INTEGER NOT NULL PRIMARY KEY,
    episode_id INTEGER NOT NULL REFERENCES episodes (episode_id) ON DELETE CASCADE,
    timestamp DATETIME NOT NULL,
    portfolio_value FLOAT,
    reward FLOAT,
    asset_price FLOAT,
    action TEXT,
    position TEXT
);
CREATE INDEX ix_steps_episode_id_timestamp ON steps (episode_id, timestamp);

CREATE TABLE trades (
    trade_id INTEGER NOT NULL PRIMARY KEY,
    episode_id INTEGER NOT NULL REFERENCES episodes (episode_id) ON DELETE CASCADE,
    symbol TEXT NOT NULL,
    entry_time DATETIME NOT NULL,
    exit_time DATETIME,
    entry_price FLOAT NOT NULL,
    exit_price FLOAT,
    quantity FLOAT NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('long', 'short')),
    pnl FLOAT,
    costs FLOAT
);
CREATE INDEX ix_trades_episode_id ON trades (episode_id);

CREATE TABLE trading_operations (
    operation_id INTEGER NOT NULL PRIMARY KEY,
    step_id INTEGER NOT NULL REFERENCES steps (step_id) ON DELETE CASCADE,
    episode_id INTEGER NOT NULL REFERENCES episodes (episode_id) ON DELETE CASCADE,
    symbol TEXT NOT NULL,
    timestamp DATETIME NOT NULL,
    operation_type TEXT NOT NULL CHECK (
        operation_type IN ('ENTRY_LONG', 'EXIT_LONG', 'ENTRY_SHORT', 'EXIT_SHORT', 'HOLD')
    ),
    size FLOAT NOT NULL,
    price FLOAT NOT NULL
);
CREATE INDEX ix_trading_operations_step_id ON trading_operations (step_id);
CREATE INDEX ix_trading_operations_episode_id ON trading_operations (episode_id);
CREATE INDEX ix_trading_operations_timestamp ON trading_operations (timestamp);
