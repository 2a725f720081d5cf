//! Weights as safetensors with PyTorch's names and layouts.

use std::collections::HashMap;

use burn::tensor::Device;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, SafeTensorError, TensorView, serialize};

use super::layout::ParameterSpec;
use crate::models::architecture::Architecture;
use crate::models::model::Model;
use crate::models::shape_check::ArchitectureError;

/// Weights could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// The network cannot be built.
    #[error(transparent)]
    Architecture(#[from] ArchitectureError),
    /// Not a safetensors file, or a damaged one.
    #[error("expected weights in safetensors format, found something else")]
    Format {
        /// The reader's reason.
        source: SafeTensorError,
    },
    /// A parameter is not there.
    #[error("expected a tensor `{name}` in the weights, found none")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A tensor that the network does not have.
    #[error("the weights hold a tensor `{name}` that the network does not have")]
    Unknown {
        /// Its name.
        name: String,
    },
    /// A tensor of another shape.
    #[error("tensor `{name}` must have shape {expected:?}, was {found:?}")]
    Shape {
        /// Its name.
        name: String,
        /// The network's shape.
        expected: Vec<usize>,
        /// The file's shape.
        found: Vec<usize>,
    },
    /// A tensor of another number format.
    #[error("tensor `{name}` must hold F32 values, held {found}")]
    NumberFormat {
        /// Its name.
        name: String,
        /// The file's number format.
        found: String,
    },
    /// A weight that is infinite or not a number.
    #[error("tensor `{name}` must be finite, was {value} at index {index}")]
    NotFinite {
        /// Its name.
        name: String,
        /// Position in the tensor.
        index: usize,
        /// The value.
        value: f32,
    },
    /// The device did not give up its values.
    #[error("cannot read the weights from the device: {reason}")]
    Device {
        /// The device's reason.
        reason: String,
    },
}

impl Model {
    /// The weights as the bytes of a safetensors file that PyTorch can load.
    ///
    /// # Errors
    /// [`WeightsError::NotFinite`] for weights that must not be kept, [`WeightsError::Device`] if
    /// they cannot be read.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, WeightsError> {
        let flat: Vec<f32> = self
            .parameters()
            .clone()
            .try_into_vec_as()
            .map_err(|error| WeightsError::Device { reason: error.to_string() })?;
        let parameters = self.layout().file_from_flat(&flat);
        let specs = self.layout().specs();
        let mut files = Vec::with_capacity(specs.len());
        for (spec, values) in specs.iter().zip(&parameters) {
            check_finite(&spec.name, values)?;
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            files.push((spec, bytes));
        }
        let views: Result<Vec<_>, SafeTensorError> = files
            .iter()
            .map(|(spec, bytes)| {
                Ok((spec.name.clone(), TensorView::new(Dtype::F32, spec.shape(), bytes)?))
            })
            .collect();
        let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
        views
            .and_then(|views| serialize(views, Some(metadata)))
            .map_err(|source| WeightsError::Format { source })
    }

    /// Reads weights and checks names, shapes, number format and values.
    ///
    /// # Errors
    /// A [`WeightsError`] that names the first tensor that does not fit.
    pub fn from_safetensors(
        architecture: Architecture,
        bytes: &[u8],
        device: &Device,
    ) -> Result<Self, WeightsError> {
        architecture.check()?;
        let file =
            SafeTensors::deserialize(bytes).map_err(|source| WeightsError::Format { source })?;
        let layout = architecture.layout();
        let mut names = file.names();
        names.sort_unstable();
        let unknown = names.iter().find(|name| layout.specs().iter().all(|s| s.name != **name));
        if let Some(name) = unknown {
            return Err(WeightsError::Unknown { name: (*name).to_owned() });
        }
        let parameters: Result<Vec<_>, _> =
            layout.specs().iter().map(|spec| read_parameter(spec, &file)).collect();
        let flat = layout.flat_from_file(&parameters?);
        Ok(Self::from_values(architecture, flat, device))
    }
}

fn read_parameter(spec: &ParameterSpec, file: &SafeTensors<'_>) -> Result<Vec<f32>, WeightsError> {
    let name = spec.name.clone();
    let Ok(view) = file.tensor(&name) else {
        return Err(WeightsError::Missing { name });
    };
    if view.dtype() != Dtype::F32 {
        return Err(WeightsError::NumberFormat { name, found: view.dtype().to_string() });
    }
    if view.shape() != spec.shape() {
        let found = view.shape().to_vec();
        return Err(WeightsError::Shape { name, expected: spec.shape(), found });
    }
    let (words, _) = view.data().as_chunks::<4>();
    let values: Vec<f32> = words.iter().map(|word| f32::from_le_bytes(*word)).collect();
    check_finite(&name, &values)?;
    Ok(values)
}

fn check_finite(name: &str, values: &[f32]) -> Result<(), WeightsError> {
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(index) => {
            Err(WeightsError::NotFinite { name: name.to_owned(), index, value: values[index] })
        }
    }
}
