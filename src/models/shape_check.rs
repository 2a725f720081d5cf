//! Which architectures can be built.

use super::architecture::{Architecture, Trunk};
use super::trunks::{CnnLstmShape, GatedResidualShape};

/// A network that cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchitectureError {
    /// A width or a count of layers is zero.
    #[error("`{name}` of the network must be at least 1, was 0")]
    Zero {
        /// What it is.
        name: &'static str,
    },
    /// The groups are not the columns of the observation.
    #[error("`groups` of the network must have {expected} columns together, have {found}")]
    Groups {
        /// Values in an observation.
        expected: usize,
        /// The sum of the groups.
        found: usize,
    },
    /// The window is too short for the convolutions.
    #[error("`window` of the network must be at least {least}, was {found}")]
    Window {
        /// What the convolutions need.
        least: usize,
        /// The window.
        found: usize,
    },
}

impl Architecture {
    /// Checks that a network of these widths can be built.
    ///
    /// # Errors
    /// [`ArchitectureError`] that names the first width that does not fit.
    pub fn check(&self) -> Result<(), ArchitectureError> {
        at_least_one("num_observations", self.num_observations())?;
        at_least_one("num_actions", self.num_actions())?;
        at_least_one("hidden", self.feature_width())?;
        match &self.trunk {
            Trunk::Gru(shape) => {
                at_least_one("encoder", shape.encoder)?;
                at_least_one("layers", shape.layers)
            }
            Trunk::Mlp(_) => Ok(()),
            Trunk::CnnLstm(shape) => cnn_lstm(shape),
            Trunk::GatedResidual(shape) => gated_residual(shape),
        }
    }
}

fn cnn_lstm(shape: &CnnLstmShape) -> Result<(), ArchitectureError> {
    at_least_one("channels", shape.channels.len())?;
    for &width in &shape.channels {
        at_least_one("channels", width)?;
    }
    at_least_one("kernel", shape.kernel)?;
    at_least_one("layers", shape.layers)?;
    // The window holds at least one past observation, so that no tensor is empty.
    let (least, found) = (shape.least_window().max(2), shape.window);
    if found < least { Err(ArchitectureError::Window { least, found }) } else { Ok(()) }
}

fn gated_residual(shape: &GatedResidualShape) -> Result<(), ArchitectureError> {
    for &columns in &shape.groups {
        at_least_one("groups", columns)?;
    }
    at_least_one("width", shape.width)?;
    let found = shape.groups.iter().fold(0, |sum: usize, &columns| sum.saturating_add(columns));
    let expected = shape.num_observations;
    if expected == found { Ok(()) } else { Err(ArchitectureError::Groups { expected, found }) }
}

const fn at_least_one(name: &'static str, value: usize) -> Result<(), ArchitectureError> {
    if value == 0 { Err(ArchitectureError::Zero { name }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{CnnLstm, GatedResidual, Gru, Model};

    fn refusal(model: &Model) -> String {
        Architecture::actor_critic(model, 5, 3).check().unwrap_err().to_string()
    }

    #[test]
    fn networks_that_cannot_be_built_are_refused() {
        let groups = refusal(&Model::GatedResidual(GatedResidual {
            groups: vec![4, 2],
            ..GatedResidual::default()
        }));
        assert_eq!(groups, "`groups` of the network must have 5 columns together, have 6");
        let window = refusal(&Model::CnnLstm(CnnLstm { window: 6, ..CnnLstm::default() }));
        assert_eq!(window, "`window` of the network must be at least 7, was 6");
        let layers = refusal(&Model::Gru(Gru { layers: 0, ..Gru::default() }));
        assert_eq!(layers, "`layers` of the network must be at least 1, was 0");
        assert!(Architecture::actor_critic(&Model::default(), 5, 3).check().is_ok());
    }
}
