//! Bad input: one clear text, the right exit code, nothing half-written.
//!
//! Each case is a snapshot of exit code and both streams.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use crate::sandbox::{Sandbox, TINY_AGENT, binary};

fn check(name: &str, transcript: &str) {
    insta::with_settings!({ filters => vec![
        (r"process \d+", "process PID"),
        (r"caused by: .*\(os error \d+\)", "caused by: OS"),
        (r"tiny-\d{8}T\d{6}[a-z0-9-]*", "RUN"),
        (r"[0-9a-f]{64}", "DIGEST"),
        (r"(synthetic|csv)-[0-9a-f]{8}", "$1-SETTINGS"),
        (r"[\d.]+ MiB", "SIZE MiB"),
        (r"\d+\.\d+ s\b", "TIME s"),
    ], omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, transcript);
    });
}

/// Runs `config check` on the agent with one text replaced.
fn config_case(name: &str, from: &str, to: &str) {
    assert!(TINY_AGENT.contains(from), "{name}: the agent has no `{from}`");
    let sandbox = Sandbox::empty();
    sandbox.write("agents/tiny.yaml", TINY_AGENT.replacen(from, to, 1));
    check(name, &sandbox.transcript("config check --config agents/tiny.yaml"));
}

// fault: config_unknown_key, config_key_twice, config_no_yaml
#[test]
fn configuration_keys_and_values() {
    for (name, from, to) in [
        ("config_unknown_key", "num_steps: 32", "num_steps: 32, gama: 0.9"),
        ("config_misspelt_section", "learner:", "lerner:"),
        ("config_misspelt_key", "num_steps", "num_stpes"),
        ("config_wrong_type", "num_envs: 16", "num_envs: many"),
        ("config_negative_count", "num_envs: 16", "num_envs: -4"),
        ("config_zero_count", "num_envs: 16", "num_envs: 0"),
        ("config_not_a_multiple", "num_steps: 32", "num_steps: 30"),
        ("config_minibatch_not_a_multiple", "256}", "250}"),
        ("config_bad_date", "2017-07-01", "2017-02-30"),
        ("config_reversed_range", "2017-07-01..2017-12-31", "2017-12-31..2017-07-01"),
        ("config_not_a_range", "2015-01-01..2016-12-31", "2015"),
        ("config_train_overlaps_test", "2015-01-01..2016-12-31", "2015-01-01..2017-09-30"),
        ("config_test_before_validation", "2017-01-01..2017-06-30", "2018-01-01..2018-06-30"),
        ("config_unknown_feature", "log_return", "log_retrun"),
        ("config_feature_without_window", "log_return: {window: 1}", "log_return: {}"),
        ("config_window_zero", "log_return: {window: 1}", "log_return: {window: 0}"),
        ("config_window_huge", "log_return: {window: 1}", "log_return: {window: 1000000}"),
        ("config_unknown_input", "input: volume", "input: volumes"),
        ("config_unknown_source", "synthetic:", "bloomberg:"),
        ("config_unknown_calendar", "XNYS", "XNYZ"),
        ("config_unknown_timeframe", "timeframe: 1d", "timeframe: 1y"),
        ("config_bad_symbol", "[AAA, BBB]", "[aaa, BBB]"),
        ("config_duplicate_symbol", "[AAA, BBB]", "[AAA, AAA]"),
        ("config_no_symbols", "[AAA, BBB]", "[]"),
        ("config_unknown_transform", "squash", "squish"),
        ("config_duplicate_key", "seed: 1", "seed: 1\nseed: 2"),
        ("config_tab_indent", "  num_envs: 16", "\tnum_envs: 16"),
        ("config_unclosed_brace", "{window: 1}", "{window: 1"),
        ("config_quoted_number", "num_envs: 16", "num_envs: \"16\""),
        ("config_anchor", "seed: 1", "seed: &a 1"),
        ("config_missing_section", "universe:", "#universe:"),
        ("config_model_with_two_kinds", "model: {gru:", "model: {mlp: {}, gru:"),
        ("config_place_key_in_agent", "seed: 1", "store: {lake_dir: x}"),
        ("config_bad_name", "name: tiny", "name: ../tiny"),
    ] {
        config_case(name, from, to);
    }
}

// fault: config_wrong_type
#[test]
fn several_problems_are_reported_at_once() {
    let sandbox = Sandbox::empty();
    let text = TINY_AGENT
        .replace("num_envs: 16", "num_evns: 16")
        .replace("window: 20", "window: twenty")
        .replace("hidden: 8", "hidden: 0")
        .replace("2017-07-01", "2016-07-01");
    sandbox.write("agents/tiny.yaml", text);
    check("config_several_problems", &sandbox.transcript("config check --config agents/tiny.yaml"));
}

#[test]
fn settings_on_the_command_line() {
    let sandbox = Sandbox::with_agent();
    for (name, arguments) in [
        ("set_unknown_key", "--set learner.ppo.gama=0.9"),
        ("set_without_value", "--set seed"),
        ("set_wrong_type", "--set env.num_envs=lots"),
        ("set_out_of_range", "--set learner.ppo.gamma=1.5"),
        ("set_broken_yaml", "--set data.source={csv:"),
        ("seed_not_a_number", "--seed seven"),
        ("env_without_file", "--env staging"),
    ] {
        let line = format!("config check --config agents/tiny.yaml {arguments}");
        check(name, &sandbox.transcript(&line));
    }
}

// fault: config_no_text, config_empty, config_too_large
#[test]
fn agent_files() {
    let sandbox = Sandbox::empty();
    check("agent_file_missing", &sandbox.transcript("config check --config agents/none.yaml"));
    check("agent_file_not_named", &sandbox.transcript("train"));
    sandbox.write("empty.yaml", "");
    check("agent_file_empty", &sandbox.transcript("config check --config empty.yaml"));
    sandbox.write("list.yaml", "- a\n- b\n");
    check("agent_file_a_list", &sandbox.transcript("config check --config list.yaml"));
    sandbox.write("binary.yaml", [0xff, 0xfe, 0x00, 0x01]);
    check("agent_file_not_text", &sandbox.transcript("config check --config binary.yaml"));
    sandbox.write("huge.yaml", "#".repeat(3 << 20));
    check("agent_file_huge", &sandbox.transcript("config check --config huge.yaml"));
    fs::create_dir(sandbox.path("folder.yaml")).unwrap();
    check("agent_file_a_folder", &sandbox.transcript("config check --config folder.yaml"));
    sandbox.write("deep.yaml", "[".repeat(5000));
    check("agent_file_deep", &sandbox.transcript("config check --config deep.yaml"));
}

#[test]
fn usage() {
    let sandbox = Sandbox::with_agent();
    for (name, arguments) in [
        ("usage_unknown_command", "trian --config agents/tiny.yaml"),
        ("usage_unknown_option", "train --config agents/tiny.yaml --fast"),
        ("usage_command_of_a_later_version", "serve"),
        ("usage_live_without_a_venue", "live --agent x"),
        ("usage_bad_range", "eval --agent x --range 2017"),
        ("usage_reversed_range", "eval --agent x --range 2018-01-01..2017-01-01"),
        ("usage_no_such_folder", "-C nowhere config check"),
        ("usage_device_not_built_in", "train --config agents/tiny.yaml --device cuda"),
        ("usage_unknown_device", "train --config agents/tiny.yaml --device tpu"),
        ("usage_output_extension", "features --config agents/tiny.yaml --output f.xlsx"),
        ("usage_explain_unknown_key", "config explain learner.ppo.gama"),
    ] {
        check(name, &sandbox.transcript(arguments));
    }
}

/// Fetches daily files of which one holds `rows`.
fn csv_case(name: &str, rows: &str) {
    let sandbox = Sandbox::with_agent();
    let header = "time,open,high,low,close,volume\n";
    let good = "2015-01-02,10,11,9,10,100\n2015-01-05,10,11,9,10,100\n2015-01-06,10,11,9,10,100\n";
    sandbox.write("bars/AAA.csv", format!("{header}{rows}"));
    sandbox.write("bars/BBB.csv", format!("{header}{good}"));
    let output = fetch_csv(&sandbox);
    check(name, &sandbox.show(&output));
}

fn fetch_csv(sandbox: &Sandbox) -> std::process::Output {
    sandbox
        .command("fetch --config agents/tiny.yaml --range 2015-01-02..2015-01-06 --set")
        .arg("data.source={csv: {path: bars}}")
        .output()
        .unwrap()
}

#[test]
fn bars() {
    let first = "2015-01-02,10,11,9,10,100\n";
    for (name, rows) in [
        ("bars_nan_price", format!("{first}2015-01-05,10,11,9,NaN,100\n")),
        ("bars_negative_price", format!("{first}2015-01-05,-10,11,-11,10,100\n")),
        ("bars_high_below_low", format!("{first}2015-01-05,10,8,9,10,100\n")),
        ("bars_unsorted", format!("2015-01-05,10,11,9,10,100\n{first}")),
        ("bars_duplicate", format!("{first}2015-01-02,12,13,11,12,100\n")),
        ("bars_not_a_session", format!("{first}2015-01-03,10,11,9,10,100\n")),
        ("bars_not_a_number", format!("{first}2015-01-05,ten,11,9,10,100\n")),
        ("bars_not_a_date", format!("{first}05/01/2015,10,11,9,10,100\n")),
        ("bars_short_row", format!("{first}2015-01-05,10,11\n")),
        ("bars_no_rows", String::new()),
    ] {
        csv_case(name, &rows);
    }
}

#[test]
fn bar_files() {
    let sandbox = Sandbox::with_agent();
    check("bar_folder_missing", &sandbox.show(&fetch_csv(&sandbox)));
    sandbox.write("bars/BBB.csv", "time,open,high,low,close,volume\n");
    sandbox.write("bars/AAA.csv", "");
    check("bar_file_zero_bytes", &sandbox.show(&fetch_csv(&sandbox)));
    sandbox.write("bars/AAA.csv", "date,o,h,l,c\n2015-01-02,1,1,1,1\n");
    check("bar_file_wrong_header", &sandbox.show(&fetch_csv(&sandbox)));
    sandbox.write("bars/AAA.csv", [0xff, 0xd8, 0xff, 0xe0, 0x00]);
    check("bar_file_not_text", &sandbox.show(&fetch_csv(&sandbox)));
    sandbox.write("bars/AAA_one.csv", "time,open,high,low,close,volume\n");
    sandbox.write("bars/AAA_two.csv", "time,open,high,low,close,volume\n");
    fs::remove_file(sandbox.path("bars/AAA.csv")).unwrap();
    check("bar_file_ambiguous", &sandbox.show(&fetch_csv(&sandbox)));
}

#[test]
fn the_lake() {
    let sandbox = Sandbox::with_agent();
    let yahoo = "train --no-eval --config agents/tiny.yaml --set";
    let output = sandbox.command(yahoo).arg("data.source={polygon: {}}").output().unwrap();
    check("lake_without_data", &sandbox.show(&output));
    let output = sandbox
        .command("fetch --config agents/tiny.yaml --set")
        .arg("data.source={polygon: {}}")
        .output()
        .unwrap();
    check("fetch_vendor_without_key", &sandbox.show(&output));

    sandbox.succeed("fetch --config agents/tiny.yaml -q");
    let folder = sandbox.lake_source().join("AAA/1d");
    let file = folder.join("2016.parquet");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    check("lake_truncated_file", &sandbox.transcript("features --config agents/tiny.yaml --prove"));
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    fs::write(&file, &flipped).unwrap();
    check("lake_flipped_bit", &sandbox.transcript("features --config agents/tiny.yaml --prove"));
    fs::remove_file(&file).unwrap();
    check("lake_missing_file", &sandbox.transcript("features --config agents/tiny.yaml --prove"));
    fs::write(&file, &whole).unwrap();
    fs::write(folder.join("manifest.json"), "{").unwrap();
    check(
        "lake_broken_manifest",
        &sandbox.transcript("features --config agents/tiny.yaml --prove"),
    );
}

// fault: bundle_touched
#[test]
fn bundles() {
    let sandbox = Sandbox::with_agent();
    let bundle = sandbox.bundle();
    let eval = |extra: &str| format!("eval --agent {} {extra}", bundle.display());
    check("bundle_missing", &sandbox.transcript("eval --agent nowhere"));
    check("eval_overlaps_training", &sandbox.transcript(&eval("--range 2016-06-01..2017-03-31")));
    check("eval_range_without_data", &sandbox.transcript(&eval("--range 2044-01-01..2044-12-31")));
    check(
        "eval_range_without_sessions",
        &sandbox.transcript(&eval("--range 2017-07-01..2017-07-02")),
    );
    check("eval_output_unwritable", &sandbox.transcript(&eval("-q --audit /sys/audit.csv")));
    check("eval_disk_full", &sandbox.transcript(&eval("-q --audit /dev/full")));
    for name in
        ["model.safetensors", "agent.yaml", "features.json", "actions.json", "manifest.json"]
    {
        let path = bundle.join(name);
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        let middle = whole.len() / 2;
        flipped[middle] ^= 1;
        fs::write(&path, &flipped).unwrap();
        let shown = sandbox.transcript(&eval(""));
        assert!(shown.starts_with("exit 3"), "{name}: {shown}");
        if name != "manifest.json" {
            check(&format!("bundle_flipped_byte_in_{}", name.replace('.', "_")), &shown);
        }
        fs::write(&path, whole).unwrap();
    }
    fs::write(bundle.join("extra.txt"), "x").unwrap();
    check("bundle_with_a_foreign_file", &sandbox.transcript(&eval("")));
    fs::remove_file(bundle.join("extra.txt")).unwrap();
    fs::remove_file(bundle.join("actions.json")).unwrap();
    check("bundle_without_a_file", &sandbox.transcript(&eval("")));
}

// fault: folder_read_only
#[test]
fn places_that_cannot_be_written() {
    let sandbox = Sandbox::with_agent();
    let fetch = "fetch --config agents/tiny.yaml";
    check(
        "lake_read_only",
        &sandbox.transcript(&format!("{fetch} --set store.lake_dir=/sys/lake")),
    );
    check(
        "runs_read_only",
        &sandbox.transcript("train -q --config agents/tiny.yaml --set store.runs_dir=/sys/runs"),
    );
    let sandbox = Sandbox::with_agent();
    // A limit on the size of files stands for a disk that fills up while writing.
    let script = format!(
        "trap '' XFSZ; ulimit -f 4; exec {} fetch --config agents/tiny.yaml",
        binary().display()
    );
    let output = std::process::Command::new("bash")
        .args(["-c", &script])
        .current_dir(sandbox.path("."))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    check("lake_disk_full", &sandbox.show(&output));
    assert_eq!(output.status.code(), Some(3));
    let series = sandbox.lake_source().join("AAA/1d");
    assert!(!series.join("manifest.json").exists(), "a manifest names files that are not whole");
    let whole = sandbox.document(fetch);
    assert_eq!(whole["complete"], true, "the next fetch begins where nothing is");
    let left = fs::read_dir(series).unwrap();
    let parts = left.filter(|entry| is_temporary(&entry.as_ref().unwrap().path())).count();
    assert_eq!(parts, 0, "half-written files are left");
}

fn is_temporary(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "tmp" || extension == "staged")
}

// fault: output_closed
#[test]
fn standard_output_that_is_closed_or_full() {
    let sandbox = Sandbox::with_agent();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = sandbox
        .command("config show --config agents/tiny.yaml")
        .stdout(Stdio::from(full))
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    check("stdout_full", &sandbox.show(&output));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = sandbox
        .command("config schema --config agents/tiny.yaml")
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    check("stdout_closed", &sandbox.show(&output));
}

#[test]
fn data_that_teaches_nothing() {
    let sandbox = Sandbox::with_agent();
    let text = TINY_AGENT.replace("2015-01-01..2016-12-31", "2016-12-20..2016-12-31");
    sandbox.write("agents/tiny.yaml", text);
    check("training_range_too_short", &sandbox.transcript("train -q --config agents/tiny.yaml"));
    let sandbox = Sandbox::with_agent();
    let text = TINY_AGENT.replace("2017-07-01..2017-12-31", "2017-07-01..2036-12-31");
    sandbox.write("agents/tiny.yaml", text);
    check("range_past_the_calendar", &sandbox.transcript("fetch -q --config agents/tiny.yaml"));
}

#[test]
fn a_constant_column_is_no_disaster() {
    let sandbox = Sandbox::with_agent();
    let mut rows = "time,open,high,low,close,volume\n".to_owned();
    for day in sandbox_days() {
        rows += &format!("{day},10,10,10,10,0\n");
    }
    sandbox.write("bars/AAA.csv", &rows);
    sandbox.write("bars/BBB.csv", &rows);
    let output = sandbox
        .command("train --no-eval -q --config agents/tiny.yaml --set")
        .arg("data.source={csv: {path: bars}}")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The days of the small agent on which bars exist, as the synthetic market has them.
fn sandbox_days() -> Vec<String> {
    let sandbox = Sandbox::with_agent();
    sandbox.succeed("features --config agents/tiny.yaml --raw --output f.csv -q");
    let text = sandbox.read("f.csv");
    text.lines().skip(1).map(|line| line[..10].to_owned()).collect()
}

#[test]
fn a_second_fetch_waits_for_nobody() {
    let sandbox = Sandbox::with_agent();
    sandbox.succeed("fetch --config agents/tiny.yaml -q --range 2015-01-02..2015-02-27");
    let lock = sandbox.lake_source().join(".lock");
    let holder = fs::File::create(&lock).unwrap();
    holder.lock().unwrap();
    fs::write(&lock, "process 4711\n").unwrap();
    check("lake_locked", &sandbox.transcript("fetch --config agents/tiny.yaml"));
}
