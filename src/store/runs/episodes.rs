//! Episodes in the database.

use super::{Episode, EpisodeStep, EpisodeTrade, Operation, OperationKind, TradeDirection};
use crate::base::Timestamp;
use crate::store::database::{Link, Record, Value, decode, values};
use crate::store::{Store, StoreError};

/// An episode in a list.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct EpisodeRow {
    /// Its number in the run, from 0.
    pub number: u64,
    /// What it was for.
    pub label: String,
    /// Time of the first decision.
    pub start_time: Option<Timestamp>,
    /// Time of the last step.
    pub end_time: Option<Timestamp>,
    /// Equity before the first decision, currency units.
    pub initial_portfolio_value: Option<f64>,
    /// Equity after the last step, currency units.
    pub final_portfolio_value: Option<f64>,
    /// How it ended.
    pub status: String,
    /// Profit or loss, currency units.
    pub pnl: Option<f64>,
    /// Annual Sharpe ratio.
    pub sharpe_ratio: Option<f64>,
    /// Largest drawdown, fraction of equity.
    pub max_drawdown: Option<f64>,
    /// Sum of rewards.
    pub total_reward: Option<f64>,
    /// Number of steps.
    pub total_steps: u64,
    /// Share of trades that won.
    pub win_rate: Option<f64>,
}

const WHAT: &str = "keep an episode";

/// The key of an episode, from the run and the number.
const KEY: &str = "(SELECT episode_id FROM episodes WHERE run_id = $1 AND number = $2)";

impl Store {
    /// Keeps an episode of a run; one of the same number is replaced as a whole.
    ///
    /// # Errors
    /// [`StoreError::Database`], also if there is no such run; [`StoreError::Missing`] if an operation names a step
    /// that the episode does not have.
    pub fn put_episode(&self, run: &str, episode: &Episode) -> Result<(), StoreError> {
        self.write(async |link| put(link, run, episode).await)
    }

    /// The episodes of a run, by number.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn episodes(&self, run: &str) -> Result<Vec<EpisodeRow>, StoreError> {
        self.read(async |link| {
            let sql = "SELECT number, label, start_time, end_time, initial_portfolio_value, \
                       final_portfolio_value, status, pnl, sharpe_ratio, max_drawdown, total_reward, \
                       total_steps, win_rate FROM episodes WHERE run_id = $1 ORDER BY number";
            link.rows("list episodes", sql, values![run], read_episode).await
        })
    }

    /// The steps of an episode, in order.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn steps(&self, run: &str, episode: u64) -> Result<Vec<EpisodeStep>, StoreError> {
        self.read(async |link| {
            let sql = format!(
                "SELECT timestamp, portfolio_value, reward, asset_price, action, position FROM steps \
                 WHERE episode_id = {KEY} ORDER BY step_id"
            );
            link.rows("list steps", &sql, values![run, episode], read_step).await
        })
    }

    /// The trades of an episode, in order.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn trades(&self, run: &str, episode: u64) -> Result<Vec<EpisodeTrade>, StoreError> {
        self.read(async |link| {
            let sql = format!(
                "SELECT symbol, entry_time, exit_time, entry_price, exit_price, quantity, direction, pnl, \
                 costs FROM trades WHERE episode_id = {KEY} ORDER BY trade_id"
            );
            link.rows("list trades", &sql, values![run, episode], read_trade).await
        })
    }

    /// The operations of an episode, in order.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn operations(&self, run: &str, episode: u64) -> Result<Vec<Operation>, StoreError> {
        self.read(async |link| {
            let sql = format!(
                "SELECT (SELECT COUNT(*) FROM steps s WHERE s.episode_id = o.episode_id \
                 AND s.step_id < o.step_id), symbol, timestamp, operation_type, size, price \
                 FROM trading_operations o WHERE episode_id = {KEY} ORDER BY operation_id"
            );
            link.rows("list operations", &sql, values![run, episode], read_operation).await
        })
    }
}

async fn put(link: &mut Link<'_>, run: &str, episode: &Episode) -> Result<(), StoreError> {
    let sql = "DELETE FROM episodes WHERE run_id = $1 AND number = $2";
    link.run(WHAT, sql, values![run, episode.number]).await?;
    let id = put_head(link, run, episode).await?;
    let rows: Vec<Vec<Value>> = episode.steps.iter().map(|step| step_values(id, step)).collect();
    let head = "INSERT INTO steps \
                (episode_id, timestamp, portfolio_value, reward, asset_price, action, position)";
    link.insert(WHAT, (head, ""), &rows).await?;
    let rows: Vec<Vec<Value>> =
        episode.trades.iter().map(|trade| trade_values(id, trade)).collect();
    let head = "INSERT INTO trades (episode_id, symbol, entry_time, exit_time, entry_price, exit_price, \
                quantity, direction, pnl, costs)";
    link.insert(WHAT, (head, ""), &rows).await?;
    put_operations(link, id, &episode.operations).await
}

async fn put_head(link: &mut Link<'_>, run: &str, episode: &Episode) -> Result<i64, StoreError> {
    let sql = "INSERT INTO episodes (run_id, number, label, start_time, end_time, \
               initial_portfolio_value, final_portfolio_value, status, pnl, sharpe_ratio, max_drawdown, \
               total_reward, total_steps, win_rate) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING episode_id";
    let ends = episode.initial_portfolio_value.zip(episode.final_portfolio_value);
    let row = values![
        run,
        episode.number,
        &*episode.label,
        episode.start_time,
        episode.end_time,
        episode.initial_portfolio_value,
        episode.final_portfolio_value,
        &*episode.status,
        ends.map(|(start, end)| end - start),
        episode.sharpe_ratio,
        episode.max_drawdown,
        episode.total_reward,
        episode.steps.len(),
        episode.win_rate,
    ];
    let made = link.row(WHAT, sql, row, |row| row.int(0)).await?;
    made.ok_or_else(|| link.missing("episode"))
}

async fn put_operations(
    link: &mut Link<'_>,
    episode: i64,
    operations: &[Operation],
) -> Result<(), StoreError> {
    // Steps were inserted in order, so their keys rise.
    let sql = "SELECT step_id FROM steps WHERE episode_id = $1 ORDER BY step_id";
    let steps = link.rows(WHAT, sql, values![episode], |row| row.int(0)).await?;
    let mut rows = Vec::with_capacity(operations.len());
    for operation in operations {
        let Some(step) = steps.get(operation.step) else {
            return Err(link.missing(format!("step {} of an operation", operation.step)));
        };
        rows.push(
            values![
                *step,
                episode,
                &*operation.symbol,
                operation.timestamp,
                operation.kind.label(),
                operation.size,
                operation.price,
            ]
            .to_vec(),
        );
    }
    let head = "INSERT INTO trading_operations \
                (step_id, episode_id, symbol, timestamp, operation_type, size, price)";
    link.insert(WHAT, (head, ""), &rows).await
}

fn step_values(episode: i64, step: &EpisodeStep) -> Vec<Value> {
    values![
        episode,
        step.timestamp,
        step.portfolio_value,
        step.reward,
        step.asset_price,
        step.action.as_deref(),
        step.position.as_deref(),
    ]
    .to_vec()
}

fn trade_values(episode: i64, trade: &EpisodeTrade) -> Vec<Value> {
    values![
        episode,
        &*trade.symbol,
        trade.entry_time,
        trade.exit_time,
        trade.entry_price,
        trade.exit_price,
        trade.quantity,
        trade.direction.label(),
        trade.pnl,
        trade.costs,
    ]
    .to_vec()
}

fn read_episode(row: &Record) -> Result<EpisodeRow, sqlx::Error> {
    Ok(EpisodeRow {
        number: row.unsigned(0)?,
        label: row.text(1)?,
        start_time: row.time_or_none(2)?,
        end_time: row.time_or_none(3)?,
        initial_portfolio_value: row.real_or_none(4)?,
        final_portfolio_value: row.real_or_none(5)?,
        status: row.text(6)?,
        pnl: row.real_or_none(7)?,
        sharpe_ratio: row.real_or_none(8)?,
        max_drawdown: row.real_or_none(9)?,
        total_reward: row.real_or_none(10)?,
        total_steps: row.unsigned(11)?,
        win_rate: row.real_or_none(12)?,
    })
}

fn read_step(row: &Record) -> Result<EpisodeStep, sqlx::Error> {
    Ok(EpisodeStep {
        timestamp: row.time(0)?,
        portfolio_value: row.real_or_none(1)?,
        reward: row.real_or_none(2)?,
        asset_price: row.real_or_none(3)?,
        action: row.text_or_none(4)?,
        position: row.text_or_none(5)?,
    })
}

fn read_trade(row: &Record) -> Result<EpisodeTrade, sqlx::Error> {
    let direction = match &*row.text(6)? {
        "short" => TradeDirection::Short,
        _ => TradeDirection::Long,
    };
    Ok(EpisodeTrade {
        symbol: row.text(0)?,
        entry_time: row.time(1)?,
        exit_time: row.time_or_none(2)?,
        entry_price: row.real(3)?,
        exit_price: row.real_or_none(4)?,
        quantity: row.real(5)?,
        direction,
        pnl: row.real_or_none(7)?,
        costs: row.real_or_none(8)?,
    })
}

fn read_operation(row: &Record) -> Result<Operation, sqlx::Error> {
    let label = row.text(3)?;
    let kind = OperationKind::ALL.iter().find(|(_, known)| *known == label);
    let unknown = || decode(3, format!("`{label}` is no operation").into());
    Ok(Operation {
        step: row.count(0)?,
        symbol: row.text(1)?,
        timestamp: row.time(2)?,
        kind: kind.map(|(kind, _)| *kind).ok_or_else(unknown)?,
        size: row.real(4)?,
        price: row.real(5)?,
    })
}
