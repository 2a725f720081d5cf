//! Rules of `name` and `universe`.

use crate::config::Agent;
use crate::config::validate::check::Check;

/// Checks name, symbols and currency.
pub(in crate::config::validate) fn check(check: &mut Check, agent: &Agent) {
    name(check, &agent.name);
    let symbols = &agent.universe.symbols;
    if symbols.is_empty() {
        let text = "`universe.symbols` must name at least one symbol, was empty".to_owned();
        check.deny(&["universe.symbols"], text);
    }
    if symbols.len() > 1000 {
        let text =
            format!("`universe.symbols` must name at most 1000 symbols, was {}", symbols.len());
        check.deny(&["universe.symbols"], text);
    }
    for (index, symbol) in symbols.iter().enumerate() {
        if let Some(first) = symbols[..index].iter().position(|other| other == symbol) {
            let key = format!("universe.symbols[{index}]");
            let text =
                format!("`{key}` must differ from `universe.symbols[{first}]`, both are {symbol}");
            check.deny(&[&key], text);
        }
    }
    let currency = &agent.universe.currency;
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        let text =
            format!("`universe.currency` must be three capital letters like USD, was `{currency}`");
        check.deny(&["universe.currency"], text);
    }
}

fn name(check: &mut Check, name: &str) {
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !begins || name.len() > 64 || !name.chars().all(legal) {
        let text = format!(
            "`name` must be 1 to 64 of a-z, 0-9, `_` and `-` and begin with a letter or digit, was `{name}`"
        );
        check.deny(&["name"], text);
    }
}
