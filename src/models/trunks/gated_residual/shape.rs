//! Widths, state and parameters.

use serde::{Deserialize, Serialize};

use super::block::BlockShape;
use super::selection;
use crate::config::GatedResidual;
use crate::models::parameters::ParameterSpec;
use crate::models::trunks::gru_layers::GruLayersShape;

/// Widths of gated residual blocks and the GRU after them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatedResidualShape {
    /// Values in an observation.
    pub num_observations: usize,
    /// Columns of each group; together all columns of an observation, in order.
    pub groups: Vec<usize>,
    /// Width of every block.
    pub width: usize,
    /// Blocks after the groups were weighed.
    pub blocks: usize,
    /// Width of the hidden state of each GRU layer.
    pub hidden: usize,
    /// GRU layers; 0: no memory.
    pub layers: usize,
}

impl GatedResidualShape {
    /// The widths that the configuration asks for; columns that its groups leave over form one more.
    pub(in crate::models) fn new(model: &GatedResidual, num_observations: usize) -> Self {
        let GatedResidual { ref groups, width, blocks, hidden, layers } = *model;
        let mut groups = groups.clone();
        let rest = num_observations.saturating_sub(groups.iter().sum());
        groups.extend((rest > 0).then_some(rest));
        Self { num_observations, groups, width, blocks, hidden, layers }
    }

    /// Hidden states of all layers; a network without memory carries one zero, so that no tensor is
    /// empty.
    pub(in crate::models) const fn state_width(&self) -> usize {
        if self.layers == 0 { 1 } else { self.layers * self.hidden }
    }

    /// Width of what the heads see.
    pub(in crate::models) const fn feature_width(&self) -> usize {
        if self.layers == 0 { self.width } else { self.hidden }
    }

    /// Names, shapes and first values of all parameters.
    pub(in crate::models) fn specs(&self) -> Vec<ParameterSpec> {
        let mut specs = selection::specs(self);
        for block in 0..self.blocks {
            specs.extend(BlockShape::square(self.width).specs(&format!("blocks.{block}")));
        }
        specs.extend(self.memory().specs());
        specs
    }

    /// The GRU layers, which may be none.
    pub(super) const fn memory(&self) -> GruLayersShape {
        GruLayersShape { inputs: self.width, hidden: self.hidden, layers: self.layers }
    }
}
