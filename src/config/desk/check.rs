//! Rules that hold between the keys of a desk file.

use super::Desk;

/// The longest name of a session on a desk: the name in the folder has the time behind it.
const NAME_MAX: usize = 64;

/// Something that breaks a rule: the key and what is expected.
pub(super) type Finding = (String, String);

/// Everything that breaks a rule.
pub(super) fn check(desk: &Desk) -> Vec<Finding> {
    let mut findings = Vec::new();
    if desk.sessions.is_empty() {
        let text = "`sessions` must hold at least one session, was empty";
        findings.push(("sessions".to_owned(), text.to_owned()));
    }
    for (index, session) in desk.sessions.iter().enumerate() {
        let key = |name: &str| format!("sessions[{index}].{name}");
        let name = &session.name;
        if !is_name(name) {
            let text = format!(
                "`{}` must be 1 to {NAME_MAX} letters, digits, `-` and `_`, was `{name}`",
                key("name")
            );
            findings.push((key("name"), text));
        }
        if session.agents.is_empty() {
            let text = format!("`{}` must name at least one bundle, was empty", key("agents"));
            findings.push((key("agents"), text));
        }
        let before = &desk.sessions[..index];
        if before.iter().any(|other| other.name == *name) {
            findings.push((key("name"), format!("two sessions have the name `{name}`")));
        }
        let is_same = |other: &&super::DeskSession| {
            session.account.is_some()
                && (other.venue, &other.account) == (session.venue, &session.account)
        };
        if let (Some(other), Some(account)) = (before.iter().find(is_same), &session.account) {
            let text = format!(
                "sessions `{}` and `{name}` trade the same account {account} at {}; one session trades an account: \
                 give its agents to one session, which makes an ensemble of them",
                other.name, session.venue
            );
            findings.push((key("account"), text));
        }
    }
    findings
}

fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (1..=NAME_MAX).contains(&name.len()) && name.chars().all(is_plain)
}
