//! The house keeps its floors, its sizes and its names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Modules from the ground up; a module may use only modules of lower rows.
const FLOORS: &[&[&str]] = &[
    &["base"],
    &["domain"],
    &["config"],
    &["dataset", "features", "metrics"],
    &["gym", "models", "tuner", "risk", "store", "plot"],
    &["learners", "ports"],
    &["signals", "connectors"],
    &["trader"],
    &["evaluate", "serve"],
    &["commands"],
    &["cli"],
];

const BANNED_NAMES: &[&str] =
    &["utils", "util", "common", "helpers", "helper", "misc", "core", "types"];

/// Crates that only some rooms may see.
const CRATE_ROOMS: &[(&str, &[&str])] = &[
    ("burn", &["gym", "models", "learners", "commands"]),
    ("burn_flex", &["gym", "models"]),
    ("burn_autodiff", &["models"]),
    ("gemm", &["models"]),
    ("pulp", &["gym", "models", "risk"]),
    ("polars", &["dataset"]),
    ("kuva", &["plot"]),
    ("sqlx", &["store"]),
    ("clap", &["cli", "commands"]),
    ("indicatif", &["commands"]),
];

struct Source {
    path: PathBuf,
    room: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let mut paths = Vec::new();
    collect(&src, &mut paths);
    paths
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&src).unwrap();
            let first = inside.components().next().unwrap().as_os_str().to_string_lossy();
            let room = first.trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            Source { path: inside.to_owned(), room, text }
        })
        .collect()
}

fn is_test_file(path: &Path) -> bool {
    let name = path.file_stem().unwrap().to_string_lossy();
    let in_tests_folder = path.iter().any(|part| part == "tests");
    name.ends_with("tests") || name == "fixtures" || in_tests_folder
}

/// The lines before the unit tests, which end a file.
fn code_lines(source: &Source) -> Vec<&str> {
    let lines: Vec<&str> = source.text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair[0].trim() == "#[cfg(test)]" && pair[1].trim_start().starts_with("mod tests {")
    });
    lines[..tests.unwrap_or(lines.len())].to_vec()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

#[test]
fn modules_import_only_from_lower_floors() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = floor(&source.room) else {
            assert!(
                ["lib", "main"].contains(&source.room.as_str()),
                "room `{}` has no floor",
                source.room
            );
            continue;
        };
        for (number, line) in source.text.lines().enumerate() {
            let Some(code) = line.split("//").next() else { continue };
            for rest in code.split("crate::").skip(1) {
                let target: String =
                    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                let below = floor(&target).is_some_and(|other| other < own);
                if target != source.room && !below {
                    wrong.push(format!("{}:{}: {target}", source.path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "imports from the same or a higher floor:\n{}", wrong.join("\n"));
}

#[test]
fn grouped_crate_imports_do_not_hide_a_room() {
    for source in sources() {
        assert!(!source.text.contains("use crate::{"), "{}", source.path.display());
    }
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    for source in sources().into_iter().filter(|source| !is_test_file(&source.path)) {
        for (name, rooms) in CRATE_ROOMS {
            let seen = code_lines(&source).iter().any(|line| {
                let code = line.split("//").next().unwrap_or_default();
                code.contains(&format!("use {name}::")) || code.contains(&format!(" {name}::"))
            });
            let allowed = rooms.contains(&source.room.as_str());
            assert!(!seen || allowed, "{} uses {name}", source.path.display());
        }
    }
}

#[test]
fn files_are_small() {
    let mut sizes: Vec<(usize, PathBuf)> = sources()
        .iter()
        .filter(|source| !is_test_file(&source.path))
        .map(|source| (code_lines(source).len(), source.path.clone()))
        .collect();
    sizes.sort();
    let (median, _) = sizes[sizes.len() / 2];
    let (largest, path) = sizes.last().unwrap();
    assert!(median <= 150, "the median file has {median} lines");
    assert!(*largest <= 500, "{} has {largest} lines", path.display());
}

#[test]
fn functions_are_short() {
    let mut wrong = Vec::new();
    for source in sources() {
        let mut start: Option<(usize, usize, String)> = None;
        for (number, line) in source.text.lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let words = line.trim_start();
            let head = words.split('(').next().unwrap_or_default();
            let begins =
                head.starts_with("fn ") || head.contains(" fn ") && head.starts_with("pub");
            if begins && (words.ends_with('{') || !words.contains('{')) {
                start = Some((number, indent, words.to_owned()));
            } else if let Some((first, depth, name)) = &start
                && words == "}"
                && indent == *depth
            {
                if number - first > 72 {
                    wrong.push(format!("{}:{} {name}", source.path.display(), first + 1));
                }
                start = None;
            }
        }
    }
    assert!(wrong.is_empty(), "functions over 70 lines:\n{}", wrong.join("\n"));
}

#[test]
fn names_say_something_and_folders_are_small() {
    let mut folders: BTreeMap<PathBuf, std::collections::BTreeSet<String>> = BTreeMap::new();
    for source in sources() {
        let stem = source.path.file_stem().unwrap().to_string_lossy().to_string();
        for part in source.path.iter().map(|part| part.to_string_lossy().to_string()) {
            let name = part.trim_end_matches(".rs").to_owned();
            assert!(!BANNED_NAMES.contains(&name.as_str()), "{}", source.path.display());
        }
        if is_test_file(&source.path) || stem == "mod" {
            continue;
        }
        for ancestor in source.path.ancestors().skip(1) {
            let child = source.path.strip_prefix(ancestor).unwrap();
            let child = child.iter().next().unwrap().to_string_lossy();
            let name = child.trim_end_matches(".rs").to_owned();
            folders.entry(ancestor.to_owned()).or_default().insert(name);
        }
    }
    for (folder, entries) in folders {
        let limit = if folder.as_os_str().is_empty() { 24 } else { 10 };
        assert!(entries.len() <= limit, "{} has {} entries", folder.display(), entries.len());
    }
}

#[test]
fn nothing_below_the_commands_prints() {
    for source in sources() {
        if ["commands", "main", "cli"].contains(&source.room.as_str()) || is_test_file(&source.path)
        {
            continue;
        }
        for line in code_lines(&source) {
            let code = line.split("//").next().unwrap_or_default();
            for word in ["println!", "print!(", "eprintln!", "eprint!(", "io::stdout", "io::stderr"]
            {
                assert!(!code.contains(word), "{}: {word}", source.path.display());
            }
        }
    }
}

#[test]
fn only_the_product_kernel_is_unsafe() {
    for source in sources() {
        let seen = code_lines(&source).iter().any(|line| {
            let code = line.split("//").next().unwrap_or_default();
            code.split_whitespace().any(|word| word == "unsafe")
        });
        let allowed = source.path.ends_with("models/ops/slices/product.rs");
        assert!(seen == allowed, "{}", source.path.display());
    }
}

#[test]
fn only_the_ground_floor_reads_clock_and_environment() {
    for source in sources() {
        if source.room == "base" {
            continue;
        }
        for line in code_lines(&source) {
            let code = line.split("//").next().unwrap_or_default();
            for word in ["SystemTime::now", "Timestamp::now", "Zoned::now", "env::var"] {
                assert!(!code.contains(word), "{}: {word}", source.path.display());
            }
        }
        if ["domain", "features", "metrics", "risk", "tuner"].contains(&source.room.as_str()) {
            for word in ["base::now", "std::fs", "std::net"] {
                let seen = code_lines(&source).iter().any(|line| line.contains(word));
                assert!(!seen, "{}: {word}", source.path.display());
            }
        }
    }
}

#[test]
fn the_top_level_holds_what_the_architecture_names() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "src",
        "configs",
        "agents",
        "data",
        "docs",
        "benches",
        "tests",
        "infrastructure",
        "README.md",
        "CHANGELOG.md",
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "target",
        "clippy.toml",
        "rustfmt.toml",
        "deny.toml",
    ];
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().to_string();
        assert!(name.starts_with('.') || allowed.contains(&name.as_str()), "{name}");
    }
}
