//! Files that are not there, options, and how problems are shown.

use super::super::{AgentFile, LoadRequest, load};
use super::{GOOD, request};

/// The request must fail with exactly this text, hint aside.
fn check(request: &LoadRequest, expected: &str) {
    let errors = load(request).expect_err("a bad request was loaded");
    let shown = errors.to_string();
    let shown = shown.split("\n\n").next().unwrap_or_default();
    assert_eq!(shown, expected.trim_end());
}

fn with_set(text: &str) -> LoadRequest {
    LoadRequest { sets: vec![text.to_owned()], ..request(GOOD) }
}

#[test]
fn assignments_show_where_they_are_wrong() {
    check(
        &with_set("learner.ppo.gama=0.5"),
        "error: unknown key `gama` in `learner.ppo`, did you mean `gamma`?
 --> --set learner.ppo.gama=0.5
                       ^^^^",
    );
    check(
        &with_set("data.train=2010"),
        "error: `data.train` must be text, was 2010; put it in quotes
 --> --set data.train=2010
                      ^^^^",
    );
    check(
        &with_set("model={gru: {hidden: 0}}"),
        "error: `model.gru.hidden` must be in 1..=4096, was 0
 --> --set model={gru: {hidden: 0}}
                                ^",
    );
    check(
        &with_set("nothing=1"),
        "error: unknown key `nothing`, expected `name`, `seed`, `universe`, `data`, `features`, `transform`, `env`, `model`, `learner`, `train`, `tune`, `eval`, `trade`, `store`, `connectors`, `executors` or `risk`
 --> --set nothing=1
           ^^^^^^^",
    );
    check(&with_set("seed"), "error: `--set` must be key=value, was `seed`");
    check(
        &with_set("learner..gamma=1"),
        "error: expected a dotted key, found an empty part
 --> --set learner..gamma=1
                   ^^^^^^^^",
    );
    check(
        &with_set("features[0].rsi.window=3"),
        "error: a list is set as a whole, `key=[…]`; its elements have no key
 --> --set features[0].rsi.window=3
           ^^^^^^^^^^^",
    );
    let variable = ("RELEAT_ENV__NUM_ENVS".to_owned(), "none".to_owned());
    check(
        &LoadRequest { variables: vec![variable], ..request(GOOD) },
        "error: `env.num_envs` must be a whole number, 0 or more, was the text `none`
 --> RELEAT_ENV__NUM_ENVS=none
                          ^^^^",
    );
}

#[test]
fn missing_and_unreadable_files() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    let request = |file: &str| LoadRequest {
        root: root.clone(),
        agent_files: vec![AgentFile::Path(file.into())],
        ..LoadRequest::default()
    };
    check(&LoadRequest::default(), "error: no agent file, expected `--config FILE`");
    check(&request("a.yaml"), "error: no agent file a.yaml");
    std::fs::create_dir(root.join("dir")).unwrap();
    check(&request("dir"), "error: dir cannot be read: Is a directory (os error 21)");
    std::fs::write(root.join("latin"), b"name: caf\xe9\n").unwrap();
    check(&request("latin"), "error: latin must be UTF-8 text, was not at byte 9 (line 1)");
    std::fs::write(root.join("huge"), vec![b'#'; (1 << 20) + 1]).unwrap();
    check(&request("huge"), "error: huge must be at most 1 MiB, was more");
    std::fs::write(root.join("good"), format!("\u{feff}{GOOD}").replace('\n', "\r\n")).unwrap();
    load(&request("good")).unwrap_or_else(|errors| panic!("{errors}"));
    let env = |name: &str| LoadRequest { env: Some(name.to_owned()), ..request("good") };
    check(
        &env("staging"),
        "error: `--env staging` needs configs/staging.yaml, there is no such file",
    );
    check(&env("../x"), "error: `--env` must be the name of a file in configs/, was `../x`");
    std::fs::create_dir(root.join("configs")).unwrap();
    std::fs::write(root.join("configs/base.yaml"), "# nothing yet\n").unwrap();
    load(&request("good")).unwrap_or_else(|errors| panic!("{errors}"));
    std::fs::write(root.join("configs/base.yaml"), "store: {}\nname: x\n").unwrap();
    check(
        &request("good"),
        "error: key `name` belongs in an agent file, not in configs/
 --> configs/base.yaml:2:1
  |
1 | store: {}
2 | name: x
  | ^^^^",
    );
}

#[test]
fn long_and_wide_lines_are_cut_and_tamed() {
    let key = "x".repeat(3000);
    let text = format!("{GOOD}long: [{key}, \u{1b}[31m\n");
    let errors = load(&request(text)).unwrap_err().to_string();
    assert!(errors.lines().all(|line| line.chars().count() < 200), "{errors}");
    assert!(!errors.contains('\u{1b}'));
}
