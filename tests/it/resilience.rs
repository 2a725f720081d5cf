//! What can go wrong, line by line: every line of docs/resilience.md has tests, and every test that says it shows a line
//! stands there.
//!
//! A test says so in a comment above it: `// fault: clock_jump, database_newer`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const PAGE: &str = "docs/resilience.md";
const MARK: &str = "// fault: ";

/// One test of the repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Test {
    file: String,
    function: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder of the repository, by its path from the root.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    found
}

/// The name of a function, if a line begins one.
fn function(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("async ").unwrap_or(line).strip_prefix("fn ")?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
}

/// The tests of a file with the faults that each says it shows. A mark above anything else is an error.
fn tests_of(file: &str, text: &str) -> Result<Vec<(Test, Vec<String>)>, String> {
    let (mut found, mut faults, mut is_test) = (Vec::new(), Vec::new(), false);
    for (number, line) in text.lines().map(str::trim).enumerate() {
        if let Some(ids) = line.strip_prefix(MARK) {
            let ids = ids.split(',').map(|id| id.trim().to_owned());
            faults.extend(ids.filter(|id| !id.is_empty()));
        } else if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
            is_test = true;
        } else if let Some(name) = function(line).filter(|_| is_test) {
            let test = Test { file: file.to_owned(), function: name.to_owned() };
            found.push((test, std::mem::take(&mut faults)));
            is_test = false;
        } else if !(line.starts_with("//") || line.starts_with("#[")) {
            if !faults.is_empty() {
                return Err(format!("{file}:{}: `{MARK}` belongs above a test", number + 1));
            }
            is_test = false;
        }
    }
    Ok(found)
}

fn all_tests() -> Vec<(Test, Vec<String>)> {
    let files = ["src", "tests"].into_iter().flat_map(sources);
    // This file shows how marks look.
    let others = files.filter(|(file, _)| file != "tests/it/resilience.rs");
    others.flat_map(|(file, text)| tests_of(&file, &text).unwrap()).collect()
}

/// A line of the page: its name, the words of its columns, and the tests as they are written there.
type Line = (String, [String; 2], Vec<String>);

/// The lines of the page.
fn lines_of(page: &str) -> Result<Vec<Line>, String> {
    let mut lines = Vec::new();
    for line in page.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [id, happens, done, shown] = *cells else {
            return Err(format!("{} cells instead of 4: {line}", cells.len()));
        };
        let tests = shown.split(", ").map(|name| name.trim_matches('`').to_owned());
        let words = [happens.to_owned(), done.to_owned()];
        lines.push((id.trim_matches('`').to_owned(), words, tests.collect()));
    }
    Ok(lines)
}

/// The one test that a name of the page means: the end of its path, `::`, its function.
fn meant<'a>(name: &str, tests: &'a [(Test, Vec<String>)]) -> Result<&'a Test, String> {
    let (end, function) = name.split_once("::").ok_or(format!("`{name}` names no test"))?;
    let is_meant = |test: &&Test| {
        let folder = test.file.strip_suffix(end);
        test.function == function && folder.is_some_and(|it| it.is_empty() || it.ends_with('/'))
    };
    let mut found = tests.iter().map(|(test, _)| test).filter(is_meant);
    match (found.next(), found.next()) {
        (Some(test), None) => Ok(test),
        (None, _) => Err(format!("there is no test `{name}`")),
        (Some(_), Some(_)) => Err(format!("`{name}` is the name of several tests")),
    }
}

#[test]
fn every_line_of_the_page_has_its_tests_and_every_mark_its_line() {
    let page = std::fs::read_to_string(root().join(PAGE)).unwrap();
    let lines = lines_of(&page).unwrap();
    assert!(lines.len() > 80, "{} lines", lines.len());
    let tests = all_tests();
    let mut wrong = Vec::new();
    let mut named: BTreeMap<String, BTreeSet<Test>> = BTreeMap::new();
    for (id, words, names) in lines {
        if words.iter().any(String::is_empty) || names.iter().any(String::is_empty) {
            wrong.push(format!("{id}: an empty cell"));
        }
        if named.contains_key(&id) {
            wrong.push(format!("{id}: twice"));
        }
        let of_line = named.entry(id.clone()).or_default();
        for name in names {
            match meant(&name, &tests) {
                Ok(test) => drop(of_line.insert(test.clone())),
                Err(error) => wrong.push(format!("{id}: {error}")),
            }
        }
    }
    let mut marked: BTreeMap<String, BTreeSet<Test>> = BTreeMap::new();
    for (test, faults) in &tests {
        for fault in faults {
            marked.entry(fault.clone()).or_default().insert(test.clone());
        }
    }
    for id in named.keys().chain(marked.keys()).collect::<BTreeSet<_>>() {
        let none = BTreeSet::new();
        let (page, code) = (named.get(id).unwrap_or(&none), marked.get(id).unwrap_or(&none));
        for Test { file, function } in page.difference(code) {
            wrong.push(format!("{id}: {file}::{function} lacks the comment `{MARK}{id}`"));
        }
        for Test { file, function } in code.difference(page) {
            wrong.push(format!("{id}: {file}::{function} has the mark and is not on {PAGE}"));
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn marks_and_lines_are_read_as_they_are_written() {
    let text = "// fault: a, b\n#[test]\n#[ignore = \"slow\"]\nfn one() {\n}\nfn no_test() {}\n\
                /// Words.\n#[test]\nasync fn two() {}\n";
    let found = tests_of("x.rs", text).unwrap();
    let names: Vec<_> =
        found.iter().map(|(test, faults)| (&*test.function, faults.len())).collect();
    assert_eq!(names, [("one", 2), ("two", 0)]);
    assert!(tests_of("x.rs", "// fault: a\nfn no_test() {}\n").unwrap_err().contains("x.rs:2"));
    let page =
        "| what | x |\n|---|---|\n| `a` | it happens | it is done | `x.rs::one`, `x.rs::two` |\n";
    let lines = lines_of(page).unwrap();
    assert_eq!((&*lines[0].0, lines[0].2.len()), ("a", 2));
    assert!(lines_of("| `a` | it happens | `x.rs::one` |\n").is_err());
    assert_eq!(meant("x.rs::two", &found).unwrap().function, "two");
    assert!(meant("x.rs::three", &found).is_err() && meant("y.rs::one", &found).is_err());
}
