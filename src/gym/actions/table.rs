//! The table of discrete actions: each row is HOLD or target weights. It travels in the bundle.

use serde::{Deserialize, Serialize};

use super::WeightLimits;
use crate::config::{ActionRow, Actions, Market};
use crate::domain::{Symbol, WeightError, Weights};
use crate::gym::slots::SlotCounts;
use crate::gym::{Order, slot_value_names};

/// The regimes of `etf16` beyond hold, the four corners and the three pairs: cash and three funds.
const ETF_REGIMES: [(&str, [f64; 4]); 7] = [
    ("defensive_50", [0.5, 0.25, 0.0, 0.25]),
    ("growth_tilt", [0.1, 0.3, 0.6, 0.0]),
    ("value_tilt", [0.1, 0.6, 0.0, 0.3]),
    ("smallcap_tilt", [0.1, 0.2, 0.0, 0.7]),
    ("risk_off_75", [0.75, 0.25, 0.0, 0.0]),
    ("second_heavy", [0.1, 0.1, 0.7, 0.1]),
    ("balanced", [0.2, 0.4, 0.2, 0.2]),
];

/// Why a table of actions cannot be built or read.
#[derive(Debug, thiserror::Error, Clone, PartialEq)]
pub enum ActionError {
    /// `etf16` speaks of three funds.
    #[error("actions `etf16` need exactly 3 symbols, found {found}")]
    EtfSymbols {
        /// How many symbols the universe has.
        found: usize,
    },
    /// A row does not fit the universe.
    #[error("action row {row} must have {expected} weights (cash first), found {found}")]
    RowLength {
        /// Which row.
        row: usize,
        /// Cash and every symbol.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A row is no portfolio.
    #[error("action row {row} is no portfolio")]
    Weights {
        /// Which row.
        row: usize,
        /// What is wrong with it.
        source: WeightError,
    },
    /// No row keeps the holdings.
    #[error("a table of actions needs a `hold` row: it is what stays legal when trading is not")]
    NoHold,
    /// A stored table of slots has not the actions of its slots.
    #[error("a table of {slots} slots must have {expected} actions and no weights, found {found}")]
    Slots {
        /// How many slots there are.
        slots: usize,
        /// Actions that they have.
        expected: usize,
        /// Actions found.
        found: usize,
    },
    /// Names and rows of a stored table differ in number.
    #[error("a table of actions must have one name per row, found {names} names for {rows} rows")]
    Names {
        /// Names found.
        names: usize,
        /// Rows found.
        rows: usize,
    },
}

/// What each action means, in the order of the policy's outputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "TableFile", into = "TableFile")]
pub struct ActionTable {
    rows: Vec<Option<Weights>>,
    names: Vec<String>,
    slots: Option<SlotCounts>,
}

impl ActionTable {
    /// The table that a market describes over these symbols.
    ///
    /// # Errors
    /// [`ActionError`] if a row does not fit the universe or no row is `hold`.
    pub fn try_new(market: &Market, symbols: &[Symbol]) -> Result<Self, ActionError> {
        let rows = match market {
            Market::Portfolio(portfolio) => {
                let rows = match &portfolio.actions {
                    Actions::Corners => corners(symbols),
                    Actions::Etf16 => etf16(symbols)?,
                    Actions::Table(rows) => custom(rows),
                    Actions::Continuous(_) => vec![hold(), cash(symbols.len() + 1)],
                };
                limited(rows, WeightLimits::new(portfolio))
            }
            Market::Single(single) => exposures(&single.exposures, symbols.len()),
            Market::Slots(market) => {
                let (max_long, max_short) = (market.max_long, market.max_short);
                return Ok(Self::of_slots(SlotCounts { max_long, max_short }));
            }
        };
        Self::checked(rows, symbols.len() + 1)
    }

    fn of_slots(counts: SlotCounts) -> Self {
        let rows = vec![None; counts.num_actions()];
        Self { rows, names: counts.action_names(), slots: Some(counts) }
    }

    fn checked(rows: Vec<(String, Option<Vec<f64>>)>, width: usize) -> Result<Self, ActionError> {
        let mut table = Self { rows: Vec::new(), names: Vec::new(), slots: None };
        for (row, (name, weights)) in rows.into_iter().enumerate() {
            let weights = weights.map(|weights| check_row(row, weights, width)).transpose()?;
            table.rows.push(weights);
            table.names.push(name);
        }
        if table.rows.iter().all(Option::is_some) {
            return Err(ActionError::NoHold);
        }
        Ok(table)
    }

    /// How many actions there are.
    #[must_use]
    pub fn num_actions(&self) -> usize {
        self.rows.len()
    }

    /// Cash and the symbols.
    #[must_use]
    pub fn num_assets(&self) -> usize {
        let without_rows = 1 + usize::from(self.slots.is_some());
        self.rows.iter().flatten().next().map_or(without_rows, |weights| weights.as_slice().len())
    }

    /// The slots that the actions open and close; `None` in other markets.
    #[must_use]
    pub const fn slots(&self) -> Option<SlotCounts> {
        self.slots
    }

    /// How many slots there are, 0 in other markets.
    #[must_use]
    pub fn num_slots(&self) -> usize {
        self.slots.map_or(0, |counts| counts.num_slots())
    }

    /// Names of what a policy sees of the slots, after the position block of the account.
    #[must_use]
    pub fn slot_value_names(&self) -> Vec<String> {
        let names: Vec<String> = self.slots.into_iter().flat_map(SlotCounts::slot_names).collect();
        slot_value_names(&names)
    }

    /// Target weights of every action; `None` is HOLD, or a change of a slot.
    #[must_use]
    pub fn rows(&self) -> &[Option<Weights>] {
        &self.rows
    }

    /// A name for every action.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The order that an action gives.
    ///
    /// # Panics
    /// If the table has no such action.
    #[must_use]
    pub fn order(&self, action: usize) -> Order<'_> {
        assert!(action < self.rows.len(), "invariant: an action is a row of the table");
        if let Some(counts) = self.slots {
            return counts.change(action).map_or(Order::Hold, Order::Slot);
        }
        self.rows[action].as_ref().map_or(Order::Hold, Order::Weights)
    }

    /// The row that keeps the holdings.
    #[must_use]
    pub fn hold_action(&self) -> usize {
        self.rows.iter().position(Option::is_none).unwrap_or_default()
    }

    /// Whether an action leaves nothing but cash.
    #[must_use]
    pub fn is_flat(&self, action: usize) -> bool {
        self.rows[action].as_ref().is_some_and(|w| w.risky().iter().all(|&weight| weight == 0.0))
    }
}

fn check_row(row: usize, weights: Vec<f64>, width: usize) -> Result<Weights, ActionError> {
    if weights.len() != width {
        return Err(ActionError::RowLength { row, expected: width, found: weights.len() });
    }
    Weights::try_new(weights).map_err(|source| ActionError::Weights { row, source })
}

type NamedRow = (String, Option<Vec<f64>>);

fn hold() -> NamedRow {
    ("hold".to_owned(), None)
}

fn one_hot(asset: usize, width: usize) -> Vec<f64> {
    (0..width).map(|a| if a == asset { 1.0 } else { 0.0 }).collect()
}

fn cash(width: usize) -> NamedRow {
    ("cash".to_owned(), Some(one_hot(0, width)))
}

/// The same rows within limits on weights.
fn limited(mut rows: Vec<NamedRow>, limits: WeightLimits) -> Vec<NamedRow> {
    if limits.is_any() {
        for weights in rows.iter_mut().filter_map(|(_, weights)| weights.as_mut()) {
            let Some((cash, risky)) = weights.split_first_mut() else { continue };
            limits.apply(risky);
            *cash = 1.0 - risky.iter().sum::<f64>();
        }
    }
    rows
}

fn corners(symbols: &[Symbol]) -> Vec<NamedRow> {
    let width = symbols.len() + 1;
    let mut rows = vec![hold(), cash(width)];
    rows.extend(
        symbols.iter().enumerate().map(|(s, name)| (name.to_string(), Some(one_hot(s + 1, width)))),
    );
    rows
}

fn etf16(symbols: &[Symbol]) -> Result<Vec<NamedRow>, ActionError> {
    let [first, second, third] = symbols else {
        return Err(ActionError::EtfSymbols { found: symbols.len() });
    };
    let mut rows = corners(symbols);
    rows.push(("equal".to_owned(), Some(vec![0.25; 4])));
    rows.push((format!("{first}_{second}"), Some(vec![0.0, 0.5, 0.5, 0.0])));
    rows.push((format!("{first}_{third}"), Some(vec![0.0, 0.5, 0.0, 0.5])));
    rows.push((format!("{second}_{third}"), Some(vec![0.0, 0.0, 0.5, 0.5])));
    rows.extend(ETF_REGIMES.map(|(name, weights)| (name.to_owned(), Some(weights.to_vec()))));
    Ok(rows)
}

fn custom(rows: &[ActionRow]) -> Vec<NamedRow> {
    let named = |(index, row): (usize, &ActionRow)| match row {
        ActionRow::Hold => hold(),
        ActionRow::Weights(weights) => (format!("row_{index}"), Some(weights.clone())),
    };
    rows.iter().enumerate().map(named).collect()
}

fn exposures(exposures: &[f64], num_symbols: usize) -> Vec<NamedRow> {
    let row = |&exposure: &f64| {
        let mut weights = vec![0.0; num_symbols + 1];
        weights[0] = 1.0 - exposure;
        if let Some(first) = weights.get_mut(1) {
            *first = exposure;
        }
        (exposure_name(exposure), Some(weights))
    };
    std::iter::once(hold()).chain(exposures.iter().map(row)).collect()
}

fn exposure_name(exposure: f64) -> String {
    if exposure == 0.0 {
        return "flat".to_owned();
    }
    let side = if exposure > 0.0 { "long" } else { "short" };
    format!("{side}_{}", exposure.abs())
}

/// The stored form, checked on reading.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableFile {
    names: Vec<String>,
    rows: Vec<Option<Vec<f64>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slots: Option<SlotCounts>,
}

impl TryFrom<TableFile> for ActionTable {
    type Error = ActionError;

    fn try_from(file: TableFile) -> Result<Self, ActionError> {
        if file.names.len() != file.rows.len() {
            return Err(ActionError::Names { names: file.names.len(), rows: file.rows.len() });
        }
        if let Some(counts) = file.slots {
            let (expected, found) = (counts.num_actions(), file.rows.len());
            if expected != found || file.rows.iter().any(Option::is_some) {
                return Err(ActionError::Slots { slots: counts.num_slots(), expected, found });
            }
            return Ok(Self { names: file.names, ..Self::of_slots(counts) });
        }
        let width = file.rows.iter().flatten().next().map_or(1, Vec::len);
        Self::checked(file.names.into_iter().zip(file.rows).collect(), width)
    }
}

impl From<ActionTable> for TableFile {
    fn from(table: ActionTable) -> Self {
        let rows = table.rows.into_iter().map(|row| row.map(Vec::from)).collect();
        Self { names: table.names, rows, slots: table.slots }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{PortfolioMarket, SingleMarket, SlotsMarket};
    use crate::gym::{SlotAction, SlotChange};

    fn symbols(names: &[&str]) -> Vec<Symbol> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn portfolio(actions: Actions, names: &[&str]) -> Result<ActionTable, ActionError> {
        ActionTable::try_new(&Market::Portfolio(PortfolioMarket::new(actions)), &symbols(names))
    }

    #[test]
    fn corners_hold_first_then_each_asset_alone() {
        let table = portfolio(Actions::Corners, &["SPY", "QQQ"]).unwrap();
        assert_eq!(table.names(), ["hold", "cash", "SPY", "QQQ"]);
        assert_eq!(table.order(0), Order::Hold);
        assert_eq!(table.rows()[3].as_ref().unwrap().as_slice(), [0.0, 0.0, 1.0]);
        assert!(table.is_flat(1) && !table.is_flat(0) && !table.is_flat(2));
        assert_eq!((table.num_actions(), table.num_assets(), table.hold_action()), (4, 3, 0));
    }

    #[test]
    fn the_sixteen_regimes() {
        let table = portfolio(Actions::Etf16, &["SPY", "QQQ", "IWM"]).unwrap();
        assert_eq!(table.num_actions(), 16);
        assert_eq!(table.names()[..6], ["hold", "cash", "SPY", "QQQ", "IWM", "equal"]);
        assert_eq!(table.names()[8], "QQQ_IWM");
        assert_eq!(table.rows()[9].as_ref().unwrap().as_slice(), [0.5, 0.25, 0.0, 0.25]);
        assert_eq!(table.names()[15], "balanced");
        let error = portfolio(Actions::Etf16, &["SPY"]).unwrap_err();
        assert_eq!(error, ActionError::EtfSymbols { found: 1 });
    }

    #[test]
    fn a_table_is_checked_row_by_row() {
        let weights = |w: &[f64]| ActionRow::Weights(w.to_vec());
        let table = |rows: Vec<ActionRow>| portfolio(Actions::Table(rows), &["SPY"]);
        assert_eq!(
            table(vec![weights(&[1.0, 0.0]), ActionRow::Hold]).unwrap().names(),
            ["row_0", "hold"]
        );
        assert_eq!(
            table(vec![ActionRow::Hold, weights(&[1.0])]).unwrap_err(),
            ActionError::RowLength { row: 1, expected: 2, found: 1 }
        );
        assert_eq!(table(vec![weights(&[1.0, 0.0])]).unwrap_err(), ActionError::NoHold);
        assert!(matches!(
            table(vec![ActionRow::Hold, weights(&[0.7, 0.7])]).unwrap_err(),
            ActionError::Weights { row: 1, .. }
        ));
    }

    #[test]
    fn exposures_trade_the_first_symbol() {
        let single = SingleMarket { exposures: vec![0.0, 1.5, -1.0] };
        let table = ActionTable::try_new(&Market::Single(single), &symbols(&["SPY"])).unwrap();
        assert_eq!(table.names(), ["hold", "flat", "long_1.5", "short_1"]);
        assert_eq!(table.rows()[2].as_ref().unwrap().as_slice(), [-0.5, 1.5]);
        assert!(table.is_flat(1));
    }

    #[test]
    fn a_stored_table_reads_back_and_is_checked() {
        let table = portfolio(Actions::Corners, &["SPY"]).unwrap();
        let text = serde_json::to_string(&table).unwrap();
        assert_eq!(text, r#"{"names":["hold","cash","SPY"],"rows":[null,[1.0,0.0],[0.0,1.0]]}"#);
        assert_eq!(serde_json::from_str::<ActionTable>(&text).unwrap(), table);
        let broken = text.replace("\"SPY\"", "\"SPY\",\"x\"");
        assert!(serde_json::from_str::<ActionTable>(&broken).is_err());
    }

    #[test]
    fn limits_hold_for_every_row() {
        let limited = PortfolioMarket {
            per_asset_cap: Some(0.6),
            cash_floor: Some(0.5),
            ..PortfolioMarket::new(Actions::Corners)
        };
        let table =
            ActionTable::try_new(&Market::Portfolio(limited), &symbols(&["SPY", "QQQ"])).unwrap();
        assert_eq!(table.rows()[2].as_ref().unwrap().as_slice(), [0.5, 0.5, 0.0]);
        assert_eq!(table.rows()[1].as_ref().unwrap().as_slice(), [1.0, 0.0, 0.0]);
    }

    #[test]
    fn slots_open_and_close() {
        let market = SlotsMarket { max_long: 2, max_short: 1, ..SlotsMarket::default() };
        let table = ActionTable::try_new(&Market::Slots(market), &symbols(&["SPY"])).unwrap();
        let names = ["hold", "open_long_1", "close_long_1", "open_long_2", "close_long_2"];
        assert_eq!(table.names()[..5], names);
        assert_eq!(table.names()[5..], ["open_short_1", "close_short_1"]);
        let change = SlotChange { slot: 2, action: SlotAction::Close };
        assert_eq!((table.order(6), table.order(0)), (Order::Slot(change), Order::Hold));
        assert_eq!((table.num_assets(), table.num_slots(), table.hold_action()), (2, 3, 0));
        assert_eq!(table.slot_value_names()[5], "position.slot_unrealized_return.short_1");
        let text = serde_json::to_string(&table).unwrap();
        assert!(text.ends_with(r#""slots":{"max_long":2,"max_short":1}}"#), "{text}");
        assert_eq!(serde_json::from_str::<ActionTable>(&text).unwrap(), table);
        let broken = text.replace("\"max_long\":2", "\"max_long\":1");
        assert!(serde_json::from_str::<ActionTable>(&broken).is_err());
    }
}
