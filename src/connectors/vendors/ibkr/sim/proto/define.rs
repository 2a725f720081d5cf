//! How messages are written down here.

use super::super::sentinel::Field;

/// The fields of a message.
pub(super) trait Fields {
    /// In the order of their definition.
    const FIELDS: &'static [Field];
}

/// What a field holds, by the words of its definition.
macro_rules! kind {
    (message $ty:ty) => {
        $crate::connectors::vendors::ibkr::sim::sentinel::Kind::Message(
            <$ty as super::define::Fields>::FIELDS,
        )
    };
    (double $ty:ty) => {
        $crate::connectors::vendors::ibkr::sim::sentinel::Kind::Fraction
    };
    (string $ty:ty) => {
        $crate::connectors::vendors::ibkr::sim::sentinel::Kind::Text
    };
    (bool $ty:ty) => {
        $crate::connectors::vendors::ibkr::sim::sentinel::Kind::Flag
    };
    ($whole:ident $ty:ty) => {
        $crate::connectors::vendors::ibkr::sim::sentinel::Kind::Whole
    };
}

/// Structs of a message each: `tag field: kind Type`, the repeated fields after a semicolon.
macro_rules! messages {
    ($(
        $name:ident {
            $( $tag:literal $field:ident: $kind:ident $ty:ty ),* $(,)?
            $( ; $( $rtag:literal $rfield:ident: $rkind:ident $rty:ty ),* $(,)? )?
        }
    )*) => { $(
        #[derive(Clone, PartialEq, prost::Message)]
        pub(super) struct $name {
            $( #[prost($kind, optional, tag = $tag)] pub(super) $field: Option<$ty>, )*
            $( $( #[prost($rkind, repeated, tag = $rtag)] pub(super) $rfield: Vec<$rty>, )* )?
        }

        impl super::define::Fields for $name {
            const FIELDS: &'static [$crate::connectors::vendors::ibkr::sim::sentinel::Field] = &[
                $( $crate::connectors::vendors::ibkr::sim::sentinel::Field {
                    tag: $tag,
                    name: stringify!($field),
                    kind: super::define::kind!($kind $ty),
                }, )*
                $( $( $crate::connectors::vendors::ibkr::sim::sentinel::Field {
                    tag: $rtag,
                    name: stringify!($rfield),
                    kind: super::define::kind!($rkind $rty),
                }, )* )?
            ];
        }
    )* };
}

pub(super) use {kind, messages};

/// A text, absent if empty.
pub(super) fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A decimal number as text.
pub(super) fn decimal(number: f64) -> Option<String> {
    Some(if number == f64::MAX { "1.7976931348623157E308".to_owned() } else { number.to_string() })
}

/// A decimal number from text; 0 if there is none.
pub(super) fn number(text: Option<&String>) -> f64 {
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}
