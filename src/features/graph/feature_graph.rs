//! From the feature list to a checked plan.

use std::collections::BTreeSet;

use super::checks::{check_group, check_parameters, join, other_symbol};
use super::names::column_names;
use super::node::{NodePlan, kernel};
use super::periods::rows_per_period;
use super::stream::FeatureStream;
use crate::config::FeatureSpec;
use crate::domain::{Calendar, Symbol, Timeframe};
use crate::features::FeatureError;

/// The columns of an agent: every feature for every symbol, all of symbol 0 first.
///
/// A feature of two symbols is left out for the symbol that it names: nothing is learned from a
/// symbol's correlation with itself.
#[derive(Debug, Clone)]
pub struct FeatureGraph {
    specs: Vec<FeatureSpec>,
    symbols: Vec<Symbol>,
    timeframe: Timeframe,
    calendar: Calendar,
    groups: Vec<Timeframe>,
    nodes: Vec<NodePlan>,
    names: Vec<String>,
    warm_up_rows: usize,
}

impl FeatureGraph {
    /// Checks the list and lays out the columns.
    ///
    /// # Errors
    /// [`FeatureError`] for the first feature that is out of its range, names an unknown symbol,
    /// groups to a timeframe that does not fit, or repeats a column.
    pub fn try_new(
        specs: &[FeatureSpec],
        symbols: &[Symbol],
        timeframe: Timeframe,
        calendar: &Calendar,
    ) -> Result<Self, FeatureError> {
        let mut graph = Self {
            specs: specs.to_vec(),
            symbols: symbols.to_vec(),
            timeframe,
            calendar: calendar.clone(),
            groups: Vec::new(),
            nodes: Vec::new(),
            names: Vec::new(),
            warm_up_rows: 0,
        };
        for symbol in 0..symbols.len() {
            for spec in specs {
                graph.add(symbol, spec)?;
            }
        }
        graph.check_names()?;
        Ok(graph)
    }

    /// The names of the columns, in order.
    #[must_use]
    pub fn column_names(&self) -> &[String] {
        &self.names
    }

    /// The feature list it was made from.
    #[must_use]
    pub fn specs(&self) -> &[FeatureSpec] {
        &self.specs
    }

    /// The length of the bars it reads.
    #[must_use]
    pub const fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    /// The calendar that closes the periods of groups.
    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// The universe.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// How many rows it takes at most until every column is a number, if no bar is missing.
    #[must_use]
    pub const fn warm_up_rows(&self) -> usize {
        self.warm_up_rows
    }

    /// A stream at its beginning.
    #[must_use]
    pub fn stream(&self) -> FeatureStream {
        FeatureStream::new(self)
    }

    /// Whether rows of `symbols` and `timeframe` are what this graph reads.
    ///
    /// # Errors
    /// [`FeatureError::Mismatch`] if not.
    pub fn check_universe(
        &self,
        symbols: &[Symbol],
        timeframe: Timeframe,
    ) -> Result<(), FeatureError> {
        let show = |symbols: &[Symbol], timeframe| format!("{} at {timeframe}", join(symbols));
        if self.symbols == symbols && self.timeframe == timeframe {
            return Ok(());
        }
        Err(FeatureError::Mismatch {
            what: "the panel of these features",
            expected: show(&self.symbols, self.timeframe),
            found: show(symbols, timeframe),
        })
    }

    pub(super) fn groups(&self) -> &[Timeframe] {
        &self.groups
    }

    pub(super) fn nodes(&self) -> &[NodePlan] {
        &self.nodes
    }

    fn add(&mut self, symbol: usize, spec: &FeatureSpec) -> Result<(), FeatureError> {
        let FeatureSpec::Group(group) = spec else { return self.add_node(symbol, spec, None) };
        check_group(group, self.timeframe)?;
        let known = self.groups.iter().position(|timeframe| *timeframe == group.timeframe);
        let index = known.unwrap_or(self.groups.len());
        if known.is_none() {
            self.groups.push(group.timeframe);
        }
        group.features.iter().try_for_each(|inner| self.add_node(symbol, inner, Some(index)))
    }

    fn add_node(
        &mut self,
        symbol: usize,
        spec: &FeatureSpec,
        group: Option<usize>,
    ) -> Result<(), FeatureError> {
        check_parameters(spec)?;
        let other = other_symbol(spec, &self.symbols)?;
        if other == Some(symbol) {
            return Ok(());
        }
        let Some(kernel) = kernel(spec) else { return Ok(()) };
        let timeframe = group.map(|index| self.groups[index]);
        let first = self.names.len();
        self.names.extend(column_names(&self.symbols[symbol], spec, timeframe));
        debug_assert_eq!(self.names.len(), first + kernel.num_outputs());
        let rows = match timeframe {
            // One period more, for the first one may have begun before the data.
            Some(longer) => {
                let each = rows_per_period(self.timeframe, longer, &self.calendar);
                (kernel.warm_up() + 1).saturating_mul(each)
            }
            None => kernel.warm_up(),
        };
        self.warm_up_rows = self.warm_up_rows.max(rows);
        let columns = first..self.names.len();
        self.nodes.push(NodePlan { symbol, other, group, spec: spec.clone(), columns });
        Ok(())
    }

    fn check_names(&self) -> Result<(), FeatureError> {
        if self.names.is_empty() {
            let found = if self.symbols.is_empty() {
                "there are no symbols"
            } else {
                "the list has none for these symbols"
            };
            return Err(FeatureError::Empty { found });
        }
        let mut seen = BTreeSet::new();
        match self.names.iter().find(|name| !seen.insert(name.as_str())) {
            Some(column) => Err(FeatureError::DuplicateColumn { column: column.clone() }),
            None => Ok(()),
        }
    }
}
