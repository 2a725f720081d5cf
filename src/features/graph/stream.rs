//! Features one row at a time.

use super::aggregator::Aggregator;
use super::feature_graph::FeatureGraph;
use super::node::Node;
use super::periods::PeriodClock;
use crate::domain::MarketRow;

/// All kernels of a graph at work; the only implementation of a feature.
///
/// A value is NaN until its kernel has warmed up. A symbol without a bar in a row, and a feature of
/// two symbols of which one has none, keep the values they had: the latest that are known. The same
/// holds for a group between two of its bars.
pub struct FeatureStream {
    nodes: Vec<Node>,
    groups: Vec<Aggregator>,
    values: Vec<f64>,
}

impl FeatureStream {
    pub(super) fn new(graph: &FeatureGraph) -> Self {
        Self {
            nodes: nodes(graph),
            groups: aggregators(graph),
            values: vec![f64::NAN; graph.column_names().len()],
        }
    }

    /// Takes the next row in order of time and shows every column as of its time.
    ///
    /// # Panics
    /// If the row has fewer bars than the graph has symbols.
    pub fn update(&mut self, row: &MarketRow) -> &[f64] {
        let completed: Vec<&[MarketRow]> =
            self.groups.iter_mut().map(|group| group.update(row)).collect();
        for node in &mut self.nodes {
            let out = &mut self.values[node.columns.clone()];
            match node.group {
                None => node.step(row, out),
                Some(group) => {
                    completed[group].iter().for_each(|longer| node.step(longer, out));
                }
            }
        }
        &self.values
    }
}

/// Fresh nodes. Every plan has a kernel: the graph was checked when it was made.
pub(super) fn nodes(graph: &FeatureGraph) -> Vec<Node> {
    graph.nodes().iter().filter_map(Node::new).collect()
}

/// One aggregator for each timeframe of the groups.
pub(super) fn aggregators(graph: &FeatureGraph) -> Vec<Aggregator> {
    let clock = |&longer| PeriodClock::new(graph.timeframe(), longer, graph.calendar());
    let num_symbols = graph.symbols().len();
    graph.groups().iter().map(clock).map(|clock| Aggregator::new(clock, num_symbols)).collect()
}
