//! The process environment.

/// Variables that begin with `RELEAT_`, by name in order.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn releat_variables() -> Vec<(String, String)> {
    let mut found: Vec<_> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("RELEAT_"))
        .collect();
    found.sort();
    found
}

/// The value of one variable, if it is set to valid text.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Parts of the names of variables that hold what nobody may see.
const SECRET_NAMES: [&str; 5] = ["KEY", "SECRET", "TOKEN", "PASSWORD", "CREDENTIAL"];
/// Shorter values are words of every text.
const SECRET_LENGTH_MIN: usize = 8;

/// A text without the secrets of the environment: values of variables whose names speak of a key, a secret, a token, a password
/// or a credential, and what stands before the `@` of an address in any of them.
///
/// For texts of which nobody knows how they came about, such as the message of a panic.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn without_secrets(text: &str) -> String {
    let text_of = |value: std::ffi::OsString| value.into_string().ok();
    let all =
        std::env::vars_os().filter_map(|(name, value)| Some((text_of(name)?, text_of(value)?)));
    blot(text, all)
}

fn blot(text: &str, variables: impl Iterator<Item = (String, String)>) -> String {
    let mut secrets: Vec<String> =
        variables.filter_map(|(name, value)| secret(&name, &value)).collect();
    // One may be a part of another.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), "***"))
}

/// What of a variable nobody may see.
fn secret(name: &str, value: &str) -> Option<String> {
    let name = name.to_ascii_uppercase();
    let is_secret = SECRET_NAMES.iter().any(|part| name.contains(part));
    let login = value.split_once("://").and_then(|(_, rest)| rest.split_once('@'));
    let found = if is_secret { value.trim() } else { login?.0 };
    (found.len() >= SECRET_LENGTH_MIN).then(|| found.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_blotted_out_and_nothing_else() {
        let variables = [
            ("APCA_API_SECRET_KEY", "canary-3f9b-secret"),
            ("OTHER_TOKEN", "canary-3f9b"),
            ("RELEAT_STORE__URL", "postgres://trader:hunter22@db/releat"),
            ("SHORT_KEY", "yes"),
            ("HOME", "/home/trader"),
        ];
        let of = |text: &str| {
            blot(
                text,
                variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
            )
        };
        assert_eq!(of("Keys { canary-3f9b-secret, canary-3f9b }"), "Keys { ***, *** }");
        assert_eq!(of("postgres://trader:hunter22@db is gone"), "postgres://***@db is gone");
        assert_eq!(of("yes, /home/trader is there"), "yes, /home/trader is there");
    }
}
