//! Which exchanges the data comes from.

/// A feed of the data service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Feed {
    /// All exchanges of the United States, with a subscription.
    Sip,
    /// The exchange IEX alone, without one.
    Iex,
}

impl Feed {
    pub(in super::super) const fn name(self) -> &'static str {
        match self {
            Self::Sip => "sip",
            Self::Iex => "iex",
        }
    }
}
