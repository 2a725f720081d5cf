//! From a desk file to checked settings.

use std::path::Path as FilePath;

use super::Desk;
use super::check::check;
use crate::config::decode::{Decoded, decode};
use crate::config::layers::{Content, read};
use crate::config::problem::{ConfigErrors, Location, Problem, Sources};
use crate::config::yaml::{Node, Path, parse};

/// Reads a desk file.
///
/// # Errors
/// [`ConfigErrors`] with every problem that can be told at once, each with its place.
pub fn load_desk(path: &FilePath) -> Result<Desk, ConfigErrors> {
    let name = path.display().to_string();
    let text = match read(path) {
        Content::Text(text) => text,
        Content::Missing => return Err(ConfigErrors::nowhere(format!("no desk file {name}"))),
        Content::Unreadable(why) => return Err(ConfigErrors::nowhere(format!("{name} {why}"))),
    };
    from_text(&name, &text)
}

fn from_text(name: &str, text: &str) -> Result<Desk, ConfigErrors> {
    let mut sources = Sources::default();
    let source = sources.add_file(name, text);
    let (tree, faults) = parse(source, text);
    let problems = faults.into_iter().map(|fault| sources.problem(None, fault.text, fault.span));
    let mut problems: Vec<Problem> = problems.collect();
    let Some(tree) = tree.filter(|_| problems.is_empty()) else {
        if problems.is_empty() {
            return Err(ConfigErrors::nowhere(format!(
                "{name} is empty, expected `sessions: […]`"
            )));
        }
        return Err(ConfigErrors::new(problems));
    };
    let Decoded { value, problems: found, .. } = decode::<Desk>(&tree, &sources);
    problems.extend(found);
    if let Some(desk) = value.as_ref().filter(|_| problems.is_empty()) {
        problems.extend(check(desk).into_iter().map(|(key, text)| {
            let span = tree.get(&Path::parse(&key)).map_or(tree.span, |node: &Node| node.span);
            sources.problem(Some(key), text, span)
        }));
    }
    match value {
        Some(desk) if problems.is_empty() => Ok(desk),
        _ => {
            problems.sort_by_key(|problem| problem.location.as_ref().map(Location::order));
            Err(ConfigErrors::new(problems))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DeskSession, DeskVenue};
    use super::*;

    fn refusal(text: &str) -> String {
        from_text("desk.yaml", text).unwrap_err().to_string()
    }

    #[test]
    fn a_desk_by_hand() {
        let text = "\
sessions:
- {name: trend, venue: ibkr, account: DU1, agents: [a, b]}
- name: pairs
  venue: alpaca
  agents: [c]
  set: {trade.sizing: {kelly: {fraction: 0.5}}, connectors.ibkr.port: 7497}
  adopt_positions: true
";
        let desk = from_text("desk.yaml", text).unwrap();
        let [trend, pairs] = &desk.sessions[..] else { panic!("{desk:?}") };
        assert_eq!((trend.venue, trend.account.as_deref()), (DeskVenue::Ibkr, Some("DU1")));
        assert_eq!(trend.agents.len(), 2);
        assert_eq!(trend.sets(), [""; 0]);
        assert!(!trend.adopt_positions && pairs.adopt_positions);
        assert_eq!(
            DeskSession::sets(pairs),
            ["connectors.ibkr.port=7497", "trade.sizing={kelly: {fraction: 0.5}}"]
        );
    }

    #[test]
    fn every_problem_is_told_with_its_line() {
        let text = "\
sessions:
- {name: trend, venue: ibkr, acount: DU1, agents: [a]}
- {name: pairs, venue: ibrk, agents: [a]}
";
        let told = refusal(text);
        for words in ["desk.yaml:2:", "`account`", "desk.yaml:3:", "ibkr", "2 problems"] {
            assert!(told.contains(words), "`{words}` is missing:\n{told}");
        }
        let told = refusal("sessions:\n- {venue: alpaca, agents: [a]}\n- {name: b, venue: mt5}\n");
        for words in ["desk.yaml:2:", "sessions[0].name", "desk.yaml:3:", "sessions[1].agents"] {
            assert!(told.contains(words), "`{words}` is missing:\n{told}");
        }
    }

    #[test]
    fn two_sessions_on_one_account_are_refused() {
        let session = |name: &str, more: &str| format!("- {{name: {name}, venue: ibkr, {more}}}\n");
        let two = |second: &str| {
            let first = session("a", "account: DU1, agents: [x]");
            from_text("desk.yaml", &format!("sessions:\n{first}{second}"))
        };
        let told = two(&session("b", "account: DU1, agents: [y]")).unwrap_err().to_string();
        assert!(told.contains("`a` and `b` trade the same account DU1 at ibkr"), "{told}");
        assert!(told.contains("ensemble") && told.contains("desk.yaml:3:"), "{told}");
        assert!(two(&session("b", "account: DU2, agents: [y]")).is_ok());
        assert!(two("- {name: b, venue: alpaca, account: DU1, agents: [y]}\n").is_ok());
        let told = two(&session("a", "account: DU2, agents: []")).unwrap_err().to_string();
        assert!(told.contains("the name `a`") && told.contains("at least one bundle"), "{told}");
    }

    #[test]
    fn what_is_no_desk_is_refused() {
        assert!(refusal("").contains("is empty"));
        assert!(refusal("sessions: []").contains("at least one session"));
        assert!(refusal("sessions: [").contains("--> desk.yaml:"));
        let told = refusal("sessions: [{name: ../x, venue: mt5, agents: [a]}]");
        assert!(told.contains("letters, digits"), "{told}");
        let told = load_desk(FilePath::new("/none/such.yaml")).unwrap_err().to_string();
        assert!(told.contains("no desk file /none/such.yaml"), "{told}");
    }

    #[test]
    fn the_desk_that_comes_with_the_program_can_be_read() {
        let text = include_str!("../../../docs/desk.yaml");
        assert!(from_text("docs/desk.yaml", text).unwrap().sessions.len() >= 2);
    }
}
