-- What releat keeps beside the tables of Optuna. Times are UTC without a zone, as Optuna has them.

CREATE INDEX ix_releat_trials_number ON trials (study_id, number);

CREATE TABLE releat_studies (
    study_id INTEGER PRIMARY KEY REFERENCES studies (study_id) ON DELETE CASCADE,
    agent TEXT NOT NULL,
    metric TEXT NOT NULL,
    seed BIGINT NOT NULL,
    inputs TEXT NOT NULL,
    agent_yaml TEXT NOT NULL,
    tune_json TEXT NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITHOUT TIME ZONE
);

CREATE TABLE jobs (
    study_id INTEGER NOT NULL REFERENCES studies (study_id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    trial BIGINT NOT NULL,
    rung BIGINT NOT NULL,
    budget_env_steps BIGINT NOT NULL,
    params TEXT NOT NULL,
    parent BIGINT,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'canceled')),
    worker TEXT,
    attempt BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    lease_until TIMESTAMP WITHOUT TIME ZONE,
    score DOUBLE PRECISION,
    detail TEXT,
    PRIMARY KEY (study_id, number)
);
CREATE INDEX ix_jobs_state ON jobs (state, study_id, number);

CREATE TABLE trial_ledger (
    ledger_id BIGSERIAL PRIMARY KEY,
    agent TEXT NOT NULL,
    study TEXT NOT NULL,
    trial BIGINT NOT NULL,
    seed BIGINT NOT NULL,
    state TEXT NOT NULL,
    score DOUBLE PRECISION,
    sharpe_per_bar DOUBLE PRECISION,
    bars BIGINT NOT NULL,
    returns BYTEA NOT NULL,
    config TEXT NOT NULL,
    noted_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    period TEXT NOT NULL,
    UNIQUE (agent, study, trial)
);

CREATE TABLE training_runs (
    run_id TEXT NOT NULL PRIMARY KEY,
    start_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    end_time TIMESTAMP WITHOUT TIME ZONE,
    parameters TEXT NOT NULL,
    status TEXT NOT NULL,
    notes TEXT,
    agent TEXT NOT NULL,
    seed BIGINT NOT NULL,
    inputs TEXT NOT NULL,
    folder TEXT NOT NULL,
    bundle TEXT,
    env_steps BIGINT NOT NULL,
    best_score DOUBLE PRECISION,
    heartbeat TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    lease_until TIMESTAMP WITHOUT TIME ZONE
);
CREATE INDEX ix_training_runs_agent ON training_runs (agent, start_time);

CREATE TABLE run_metrics (
    run_id TEXT NOT NULL REFERENCES training_runs (run_id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    env_steps BIGINT NOT NULL,
    value DOUBLE PRECISION,
    PRIMARY KEY (run_id, name, env_steps)
);

CREATE TABLE episodes (
    episode_id BIGSERIAL PRIMARY KEY,
    run_id TEXT NOT NULL REFERENCES training_runs (run_id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    label TEXT NOT NULL,
    start_time TIMESTAMP WITHOUT TIME ZONE,
    end_time TIMESTAMP WITHOUT TIME ZONE,
    initial_portfolio_value DOUBLE PRECISION,
    final_portfolio_value DOUBLE PRECISION,
    status TEXT NOT NULL,
    pnl DOUBLE PRECISION,
    sharpe_ratio DOUBLE PRECISION,
    max_drawdown DOUBLE PRECISION,
    total_reward DOUBLE PRECISION,
    total_steps BIGINT NOT NULL,
    win_rate DOUBLE PRECISION,
    UNIQUE (run_id, number)
);

CREATE TABLE steps (
    step_id BIGSERIAL PRIMARY KEY,
    episode_id BIGINT NOT NULL REFERENCES episodes (episode_id) ON DELETE CASCADE,
    timestamp TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    portfolio_value DOUBLE PRECISION,
    reward DOUBLE PRECISION,
    asset_price DOUBLE PRECISION,
    action TEXT,
    position TEXT
);
CREATE INDEX ix_steps_episode_id_timestamp ON steps (episode_id, timestamp);

CREATE TABLE trades (
    trade_id BIGSERIAL PRIMARY KEY,
    episode_id BIGINT NOT NULL REFERENCES episodes (episode_id) ON DELETE CASCADE,
    symbol TEXT NOT NULL,
    entry_time TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    exit_time TIMESTAMP WITHOUT TIME ZONE,
    entry_price DOUBLE PRECISION NOT NULL,
    exit_price DOUBLE PRECISION,
    quantity DOUBLE PRECISION NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('long', 'short')),
    pnl DOUBLE PRECISION,
    costs DOUBLE PRECISION
);
CREATE INDEX ix_trades_episode_id ON trades (episode_id);

CREATE TABLE trading_operations (
    operation_id BIGSERIAL PRIMARY KEY,
    step_id BIGINT NOT NULL REFERENCES steps (step_id) ON DELETE CASCADE,
    episode_id BIGINT NOT NULL REFERENCES episodes (episode_id) ON DELETE CASCADE,
    symbol TEXT NOT NULL,
    timestamp TIMESTAMP WITHOUT TIME ZONE NOT NULL,
    operation_type TEXT NOT NULL CHECK (
        operation_type IN ('ENTRY_LONG', 'EXIT_LONG', 'ENTRY_SHORT', 'EXIT_SHORT', 'HOLD')
    ),
    size DOUBLE PRECISION NOT NULL,
    price DOUBLE PRECISION NOT NULL
);
CREATE INDEX ix_trading_operations_step_id ON trading_operations (step_id);
CREATE INDEX ix_trading_operations_episode_id ON trading_operations (episode_id);
CREATE INDEX ix_trading_operations_timestamp ON trading_operations (timestamp);
