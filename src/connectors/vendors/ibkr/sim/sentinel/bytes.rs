//! Fields of protobuf messages, and how one is replaced in the bytes.

use prost::encoding::{WireType, decode_key, decode_varint, encode_key, encode_varint};

use super::Sentinel;

/// Texts that are numbers.
const NUMBERS: [&str; 17] = [
    "average",
    "ask_size",
    "bid_size",
    "cumulative_quantity",
    "filled",
    "filled_quantity",
    "min_size",
    "min_tick",
    "position",
    "remaining",
    "shares",
    "size",
    "size_increment",
    "suggested_size_increment",
    "total_quantity",
    "value",
    "volume",
];

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// A whole number.
    Whole,
    /// A number with a fraction.
    Fraction,
    /// A text, which may be a number.
    Text,
    /// Yes or no.
    Flag,
    /// A message with fields of its own.
    Message(&'static [Field]),
}

/// A field of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// Its number on the wire, as it is written down.
    pub(crate) tag: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
}

/// What is replaced by what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// Names with points between; all prices, quantities and amounts if absent.
    pub(crate) field: Option<&'a str>,
    pub(crate) value: Sentinel,
}

impl Field {
    fn is_number(&self) -> bool {
        match self.kind {
            Kind::Whole | Kind::Fraction => true,
            Kind::Text => NUMBERS.contains(&self.name),
            Kind::Flag | Kind::Message(_) => false,
        }
    }
}

/// The names of all fields that are numbers, with what they can be replaced by.
pub(crate) fn numeric(fields: &[Field]) -> Vec<(String, Vec<Sentinel>)> {
    let mut found = Vec::new();
    for field in fields {
        if let Kind::Message(inner) = field.kind {
            let within = |(name, values)| (format!("{}.{name}", field.name), values);
            found.extend(numeric(inner).into_iter().map(within));
        } else if field.is_number() {
            let is_whole = matches!(field.kind, Kind::Whole);
            let fits = |value: &Sentinel| !is_whole || value.whole().is_some();
            found.push((field.name.to_owned(), Sentinel::ALL.into_iter().filter(fits).collect()));
        }
    }
    found
}

/// A message with numbers replaced. Bytes that are none are left as they are.
pub(crate) fn unset(bytes: &[u8], fields: &[Field], wish: Wish<'_>) -> Vec<u8> {
    replaced(bytes, fields, wish).unwrap_or_else(|| bytes.to_owned())
}

fn replaced(mut bytes: &[u8], fields: &[Field], wish: Wish<'_>) -> Option<Vec<u8>> {
    let mut found = Vec::with_capacity(bytes.len() + 16);
    while !bytes.is_empty() {
        let record = bytes;
        let (tag, wire) = decode_key(&mut bytes).ok()?;
        let payload = payload(&mut bytes, wire)?;
        let field = fields.iter().find(|field| field.tag.parse() == Ok(tag));
        match field.map(|field| (field, within(field, wish))) {
            Some((Field { kind: Kind::Message(inner), .. }, Some(wish))) => {
                let message = replaced(payload, inner, wish)?;
                put(&mut found, tag, &message);
            }
            Some((field, Some(_))) if is_replaced(field, wish) => {}
            _ => found.extend(&record[..record.len() - bytes.len()]),
        }
    }
    for field in fields {
        if within(field, wish).is_some() && is_replaced(field, wish) {
            write(&mut found, field, wish.value);
        }
    }
    Some(found)
}

/// The wish as it is inside of a field; none if the field is not meant.
fn within<'a>(field: &Field, wish: Wish<'a>) -> Option<Wish<'a>> {
    let Some(path) = wish.field else { return Some(wish) };
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    (name == field.name).then_some(Wish { field: Some(rest), ..wish })
}

fn is_replaced(field: &Field, wish: Wish<'_>) -> bool {
    match field.kind {
        // Numbers of orders and requests only where they are named.
        Kind::Whole => wish.field.is_some() && wish.value.whole().is_some(),
        _ => field.is_number(),
    }
}

/// What a record holds, without its length.
fn payload<'a>(bytes: &mut &'a [u8], wire: WireType) -> Option<&'a [u8]> {
    let length = match wire {
        WireType::Varint => {
            let all = *bytes;
            decode_varint(bytes).ok()?;
            return all.get(..all.len() - bytes.len());
        }
        WireType::SixtyFourBit => 8,
        WireType::ThirtyTwoBit => 4,
        WireType::LengthDelimited => usize::try_from(decode_varint(bytes).ok()?).ok()?,
        WireType::StartGroup | WireType::EndGroup => return None,
    };
    let (payload, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(payload)
}

fn put(found: &mut Vec<u8>, tag: u32, payload: &[u8]) {
    encode_key(tag, WireType::LengthDelimited, found);
    encode_varint(payload.len() as u64, found);
    found.extend(payload);
}

fn write(found: &mut Vec<u8>, field: &Field, value: Sentinel) {
    let Ok(tag) = field.tag.parse() else { return };
    match field.kind {
        Kind::Whole => {
            if let Some(number) = value.whole().flatten() {
                encode_key(tag, WireType::Varint, found);
                encode_varint(number.unsigned_abs(), found);
            }
        }
        Kind::Fraction => {
            if let Some(number) = value.fraction() {
                encode_key(tag, WireType::SixtyFourBit, found);
                found.extend(number.to_le_bytes());
            }
        }
        Kind::Text => {
            if let Some(text) = value.text() {
                put(found, tag, text.as_bytes());
            }
        }
        Kind::Flag | Kind::Message(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INNER: [Field; 2] = [
        Field { tag: "1", name: "price", kind: Kind::Fraction },
        Field { tag: "2", name: "size", kind: Kind::Text },
    ];
    const OUTER: [Field; 3] = [
        Field { tag: "1", name: "id", kind: Kind::Whole },
        Field { tag: "2", name: "tick", kind: Kind::Message(&INNER) },
        Field { tag: "3", name: "account", kind: Kind::Text },
    ];

    fn message() -> Vec<u8> {
        let mut tick = vec![9];
        tick.extend(1.5_f64.to_le_bytes());
        put(&mut tick, 2, b"7");
        let mut message = vec![8, 5];
        put(&mut message, 2, &tick);
        put(&mut message, 3, b"DU1");
        message
    }

    fn wish(field: &str, value: Sentinel) -> Wish<'_> {
        Wish { field: Some(field), value }
    }

    #[test]
    fn one_field_is_replaced_and_the_others_stay() {
        let message = message();
        let found = unset(&message, &OUTER, wish("tick.price", Sentinel::LargestDouble));
        assert_eq!(found.len(), message.len());
        assert!(found.windows(8).any(|eight| eight == f64::MAX.to_le_bytes()));
        assert!(found.ends_with(b"DU1") && found.starts_with(&[8, 5]));
        let found = unset(&message, &OUTER, wish("tick.size", Sentinel::Absent));
        assert_eq!(found.len(), message.len() - 3);
        let found = unset(&message, &OUTER, wish("id", Sentinel::LargestI32));
        assert!(found.ends_with(&[8, 255, 255, 255, 255, 7]));
        assert_eq!(unset(&message, &OUTER, wish("id", Sentinel::NotANumber)), message);
        assert_eq!(unset(&message, &OUTER, wish("tick", Sentinel::Empty)), message);
        assert_eq!(unset(&[255], &OUTER, wish("id", Sentinel::Empty)), [255]);
    }

    #[test]
    fn without_a_name_all_amounts_are_replaced_and_no_number_of_a_request() {
        let all = Wish { field: None, value: Sentinel::Infinity };
        let found = unset(&message(), &OUTER, all);
        assert!(found.starts_with(&[8, 5]));
        assert!(found.windows(8).any(|eight| eight == f64::INFINITY.to_le_bytes()));
        assert!(found.windows(8).any(|eight| eight == b"Infinity"));
        let names: Vec<String> = numeric(&OUTER).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["id", "tick.price", "tick.size"]);
    }
}
