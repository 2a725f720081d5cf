//! Small phrases of error texts.

/// The candidate that `word` was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase().replace('-', "_");
    let farthest = (word.chars().count() / 3).clamp(1, 3);
    let distance = |candidate: &&str| strsim::osa_distance(&word, &candidate.to_lowercase());
    let best = candidates.iter().copied().min_by_key(|candidate| distance(candidate))?;
    (distance(&best) <= farthest && distance(&best) < best.chars().count()).then_some(best)
}

/// `` `a`, `b` or `c` ``.
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        None => "nothing".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_by_hand() {
        let keys = ["gamma", "gae_lambda", "learning_rate", "k", "d"];
        for (word, expected) in [
            ("gama", Some("gamma")),
            ("Gamma", Some("gamma")),
            ("gae-lambda", Some("gae_lambda")),
            ("learnign_rate", Some("learning_rate")),
            ("momentum", None),
            ("q", None),
            ("", None),
        ] {
            assert_eq!(nearest(word, &keys), expected, "{word}");
        }
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(listed(&["a"]), "`a`");
    }
}
