//! What a plain scalar means: the YAML 1.2 core schema, stricter booleans, `5_000_000`.

use serde_json::Number;

use super::Value;

/// The value of an unquoted scalar, or why it has none.
pub(super) fn resolve(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" => return Ok(Value::Bool(true)),
        "false" => return Ok(Value::Bool(false)),
        _ => {}
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Err(format!("a number must be finite, was `{text}`"));
    }
    if let Some(number) = integer(text, unsigned) {
        return Ok(Value::Number(number));
    }
    if !is_decimal(unsigned) {
        return Ok(Value::Text(text.to_owned()));
    }
    let value: Option<f64> = text.replace('_', "").parse().ok();
    let number = value.and_then(Number::from_f64);
    number.map(Value::Number).ok_or_else(|| format!("a number must be below 1.8e308, was `{text}`"))
}

fn integer(text: &str, unsigned: &str) -> Option<Number> {
    let radix = |prefix: &str, radix| {
        text.strip_prefix(prefix).and_then(|digits| u64::from_str_radix(digits, radix).ok())
    };
    if let Some(value) = radix("0x", 16).or_else(|| radix("0o", 8)) {
        return Some(Number::from(value));
    }
    if !is_digits(unsigned) {
        return None;
    }
    let digits = text.replace('_', "");
    let signed = || digits.parse::<i64>().ok().map(Number::from);
    digits.parse::<u64>().ok().map(Number::from).or_else(signed)
}

/// Digits with single underscores between them.
fn is_digits(text: &str) -> bool {
    text.split('_').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}

/// `1`, `1.`, `.5`, `1.5e-3`.
fn is_decimal(unsigned: &str) -> bool {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let exponent_fits =
        exponent.is_none_or(|digits| plain(digits.strip_prefix(['+', '-']).unwrap_or(digits)));
    let mantissa_fits = match mantissa.split_once('.') {
        Some(("", fraction)) => plain(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || plain(fraction)),
        None => is_digits(mantissa),
    };
    exponent_fits && mantissa_fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = match resolve(text) {
            Ok(Value::Null) => "null".to_owned(),
            Ok(Value::Bool(value)) => format!("bool {value}"),
            Ok(Value::Number(number)) => format!("number {number}"),
            Ok(Value::Text(text)) => format!("text {text}"),
            Ok(other) => format!("{other:?}"),
            Err(why) => format!("error {why}"),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn scalars_by_hand() {
        check("", "null");
        check("~", "null");
        check("true", "bool true");
        check("True", "text True");
        check("no", "text no");
        check("5_000_000", "number 5000000");
        check("5__0", "text 5__0");
        check("_5", "text _5");
        check("-3", "number -3");
        check("+3", "number 3");
        check("007", "number 7");
        check("0x1F", "number 31");
        check("0o17", "number 15");
        check("18446744073709551615", "number 18446744073709551615");
        check("18446744073709551616", "number 1.8446744073709552e+19");
        check("3e-4", "number 0.0003");
        check("1.", "number 1.0");
        check(".5", "number 0.5");
        check("1_000.5", "number 1000.5");
        check("1e", "text 1e");
        check("1d", "text 1d");
        check("24x7", "text 24x7");
        check(".", "text .");
        check("-", "text -");
        check("2010-01-01", "text 2010-01-01");
        check(".nan", "error a number must be finite, was `.nan`");
        check("-.inf", "error a number must be finite, was `-.inf`");
        check("1e400", "error a number must be below 1.8e308, was `1e400`");
    }
}
