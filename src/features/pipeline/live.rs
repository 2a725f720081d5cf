//! Rows of the observation, one bar at a time.

use crate::domain::MarketRow;
use crate::features::{FeatureDocument, FeatureError, FeatureStream, FittedTransforms};

/// The stream and the transforms of a document: what trading runs, and what training replayed.
pub struct FeaturePipeline {
    stream: FeatureStream,
    transforms: FittedTransforms,
    row: Vec<f32>,
}

impl FeaturePipeline {
    /// A pipeline at its beginning; it needs the bars of the warm-up before it gives rows.
    ///
    /// # Errors
    /// [`FeatureError`] if the features of the document make no graph; a checked document's do.
    pub fn try_new(document: &FeatureDocument) -> Result<Self, FeatureError> {
        Ok(Self {
            stream: document.graph()?.stream(),
            transforms: document.transforms().clone(),
            row: vec![0.0; document.names().len()],
        })
    }

    /// Takes the next row of bars and gives the transformed features as of its time; `None` while
    /// any of them is not a number yet.
    ///
    /// # Shapes
    /// `[F] f32`, the columns of the document.
    pub fn update(&mut self, row: &MarketRow) -> Option<&[f32]> {
        let raw = self.stream.update(row);
        if raw.iter().any(|value| !value.is_finite()) {
            return None;
        }
        self.transforms.apply_row(raw, &mut self.row);
        Some(&self.row)
    }
}
