//! Texts that are meant to break the reader.

use proptest::prelude::*;

use super::super::{LoadRequest, load};
use super::{GOOD, request};

/// Loading may fail, but must end, and must be able to say why.
fn survives(text: impl AsRef<[u8]>) {
    if let Err(errors) = load(&request(text)) {
        assert!(!errors.problems().is_empty());
        assert!(errors.to_string().starts_with("error: "));
    }
}

#[test]
fn deep_and_wide_texts() {
    let many = |part: &str| part.repeat(100_000);
    for part in
        ["[", "{", "- ", "a: ", "{a: ", "? ", "&a ", "!!", "\t", "'", "\"", "- - ", "%", "["]
    {
        survives(many(part));
    }
    survives((0..20_000).map(|i| format!("k{i}: {i}\n")).collect::<String>());
    survives((0..500).map(|i| format!("{}a:\n", " ".repeat(i))).collect::<String>());
    let unknown: String = (0..20_000).map(|i| format!("    k{i}: {i}\n")).collect();
    survives(GOOD.replacen("    gamma: 0.9\n", &unknown, 1));
    let features: String = (0..300).map(|i| format!("  - rsi: {{window: x{i}}}\n")).collect();
    survives(GOOD.replacen("  - rsi: {window: 14}\n", &features, 1));
}

/// Pieces of which YAML is made, put together at random.
fn yamlish() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n".to_owned()),
        Just("  ".to_owned()),
        "[-:{}\\[\\],#&*!|>'\"%@`?~<\\\\]",
        "[a-z_]{1,6}: ",
        "(name|data|features|learner|env|train|- rsi): ?",
        "[0-9._e-]{1,6}",
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(bytes);
    }

    #[test]
    fn random_pieces(text in yamlish()) {
        survives(text);
    }

    #[test]
    fn random_changes_of_a_good_agent(at in 0..GOOD.len(), cut in 0..20_usize, text in yamlish()) {
        let end = (at + cut).min(GOOD.len());
        survives(format!("{}{text}{}", &GOOD[..at], &GOOD[end..]));
    }

    #[test]
    fn random_assignments(key in "[a-z.\\[_]{0,20}", value in yamlish()) {
        let sets = vec![format!("{key}={value}"), format!("learner.ppo.gamma={value}")];
        if let Err(errors) = load(&LoadRequest { sets, ..request(GOOD) }) {
            prop_assert!(!errors.to_string().is_empty());
        }
    }
}
