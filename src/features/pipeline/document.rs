//! `features.json`: the graph and the fitted transforms of a bundle.

use serde::{Deserialize, Serialize};

use crate::config::{Adjust, FeatureSpec};
use crate::domain::{Calendar, CalendarName, Symbol, Timeframe};
use crate::features::{FeatureError, FeatureGraph, FittedTransforms};

/// The layout of the document that this program reads and writes.
const SCHEMA_VERSION: u32 = 1;

/// Everything that turns bars into the rows a model was trained on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureDocument {
    schema_version: u32,
    symbols: Vec<Symbol>,
    timeframe: Timeframe,
    calendar: CalendarName,
    adjust: Adjust,
    specs: Vec<FeatureSpec>,
    names: Vec<String>,
    transforms: FittedTransforms,
}

/// Why a document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is not the JSON that was expected.
    #[error("a feature document must be JSON of schema version {SCHEMA_VERSION}")]
    Json {
        /// Where and why.
        source: serde_json::Error,
    },
    /// It was written by another version.
    #[error("a feature document must have schema_version {SCHEMA_VERSION}, was {found}")]
    Version {
        /// The version in the document.
        found: u32,
    },
    /// Its parts do not go together, or its features are not known.
    #[error("a feature document must describe the columns it names")]
    Features {
        /// What differs.
        source: FeatureError,
    },
}

impl FeatureDocument {
    /// Joins a graph with the transforms that were fitted on its columns, made of bars adjusted in
    /// the way of `adjust`.
    ///
    /// # Errors
    /// [`FeatureError::Mismatch`] if the transforms were fitted on other columns.
    pub fn try_new(
        graph: &FeatureGraph,
        adjust: Adjust,
        transforms: FittedTransforms,
    ) -> Result<Self, FeatureError> {
        transforms.check_columns(graph.column_names())?;
        Ok(Self {
            schema_version: SCHEMA_VERSION,
            symbols: graph.symbols().to_vec(),
            timeframe: graph.timeframe(),
            calendar: graph.calendar().name(),
            adjust,
            specs: graph.specs().to_vec(),
            names: graph.column_names().to_vec(),
            transforms,
        })
    }

    /// Reads and checks a document.
    ///
    /// # Errors
    /// [`DocumentError`] for any other text, and for names that the features do not give.
    pub fn from_json(text: &str) -> Result<Self, DocumentError> {
        let document: Self =
            serde_json::from_str(text).map_err(|source| DocumentError::Json { source })?;
        if document.schema_version != SCHEMA_VERSION {
            return Err(DocumentError::Version { found: document.schema_version });
        }
        document.check_names().map_err(|source| DocumentError::Features { source })?;
        Ok(document)
    }

    /// The text of the document; every number reads back bit for bit.
    ///
    /// # Errors
    /// [`DocumentError::Json`] if a fitted number cannot be written, which no fit produces.
    pub fn to_json(&self) -> Result<String, DocumentError> {
        let text = serde_json::to_string_pretty(self);
        Ok(text.map_err(|source| DocumentError::Json { source })? + "\n")
    }

    /// The graph of the features.
    ///
    /// # Errors
    /// [`FeatureError`] as [`FeatureGraph::try_new`] has it; a checked document has none.
    pub fn graph(&self) -> Result<FeatureGraph, FeatureError> {
        let calendar = Calendar::new(self.calendar);
        FeatureGraph::try_new(&self.specs, &self.symbols, self.timeframe, &calendar)
    }

    /// The universe.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// The length of a bar.
    #[must_use]
    pub const fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    /// The calendar.
    #[must_use]
    pub const fn calendar(&self) -> CalendarName {
        self.calendar
    }

    /// The adjustment of the bars that the features read.
    #[must_use]
    pub const fn adjust(&self) -> Adjust {
        self.adjust
    }

    /// The names of the columns.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The fitted chains.
    #[must_use]
    pub const fn transforms(&self) -> &FittedTransforms {
        &self.transforms
    }

    fn check_names(&self) -> Result<(), FeatureError> {
        let graph = self.graph()?;
        self.transforms.check_columns(graph.column_names())?;
        self.transforms.check_columns(&self.names)
    }
}
