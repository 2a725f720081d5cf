//! Workload W4: training steps per second beside the rate of plain matrix products, in one run.
//!
//! `cargo bench --profile dev --bench w4 -- [PAIRS] [PEER COMMAND…]` measures, in turn, the products, `releat train` over three
//! rollouts, and the peer if there is one (a program that prints JSON with `steps_per_s`). One JSON document ends the run.

use std::process::{Command, Stdio};

use releat::base::Stopwatch;
use serde_json::{Value, json};

/// Matrix products of one environment step: one forward pass in the rollout, four epochs forward and back.
const MFLOP_PER_STEP: f64 = 2.82;
/// The products of a block of the recurrent layer.
const SHAPE: [usize; 3] = [1024, 128, 384];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let pairs: usize = words.first().and_then(|word| word.parse().ok()).unwrap_or(5);
    let peer = words.get(1..).filter(|peer| !peer.is_empty());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let rows: Vec<Value> = (0..pairs).map(|_| row(threads, peer)).collect();
    let median_of = |key: &str| {
        let mut values: Vec<f64> = rows.iter().filter_map(|row| row[key].as_f64()).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let document = json!({
        "schema_version": 1,
        "threads": threads,
        "rows": rows,
        "median": {
            "steps_per_s": median_of("steps_per_s"),
            "peak_gflops": median_of("peak_gflops"),
            "share_of_peak": median_of("share_of_peak"),
            "ratio_to_peer": median_of("ratio_to_peer"),
        },
    });
    show(&format!("{document:#}"));
}

/// One measurement of everything, the products before and after.
fn row(threads: usize, peer: Option<&[String]>) -> Value {
    let before = products(threads);
    let releat = trained();
    let peak = f64::midpoint(before, products(threads));
    let share = releat * MFLOP_PER_STEP * 1e6 / (peak * 1e9);
    let peer = peer.map(asked);
    let row = json!({
        "steps_per_s": releat,
        "peak_gflops": peak,
        "share_of_peak": share,
        "peer_steps_per_s": peer,
        "ratio_to_peer": peer.map(|peer| releat / peer),
    });
    show(&row.to_string());
    row
}

#[expect(clippy::print_stdout, reason = "a benchmark prints")]
fn show(text: &str) {
    println!("{text}");
}

/// Thousand million operations a second of single-precision products, each thread its own.
fn products(threads: usize) -> f64 {
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(products_of_one)).collect();
        all.into_iter().map(|one| one.join().unwrap_or_default()).sum()
    })
}

#[expect(unsafe_code, reason = "the product kernel takes pointers")]
fn products_of_one() -> f64 {
    let [m, k, n] = SHAPE;
    let (a, b) = (vec![0.5_f32; m * k], vec![0.5_f32; k * n]);
    let mut c = vec![0.0_f32; m * n];
    let (mut flops, watch) = (0.0, Stopwatch::start());
    while watch.seconds() < 1.0 {
        for _ in 0..50 {
            // SAFETY: the three slices have m·k, k·n and m·n elements and rows one after another.
            unsafe {
                gemm::gemm(
                    m,
                    n,
                    k,
                    c.as_mut_ptr(),
                    1,
                    n as isize,
                    false,
                    a.as_ptr(),
                    1,
                    k as isize,
                    b.as_ptr(),
                    1,
                    n as isize,
                    0.0,
                    1.0,
                    false,
                    false,
                    false,
                    gemm::Parallelism::None,
                );
            }
            flops += 2.0 * (m * k * n) as f64;
        }
        std::hint::black_box(&c);
    }
    flops / watch.seconds() / 1e9
}

/// Environment steps per second of three rollouts and their updates.
fn trained() -> f64 {
    let folder = std::env::temp_dir().join(format!("releat-w4-{}", std::process::id()));
    let root = env!("CARGO_MANIFEST_DIR");
    let config = format!("{root}/benches/w4.yaml");
    let mut command = Command::new(env!("CARGO_BIN_EXE_releat"));
    command.args(["train", "--config", &config, "--no-eval", "--no-progress"]);
    command.args(["--set", "learner.ppo.total_env_steps=1572864", "--output-format", "json"]);
    command.arg("--set").arg(format!("store.runs_dir={}", folder.join("runs").display()));
    command.arg("--set").arg(format!("store.lake_dir={}", folder.join("lake").display()));
    let rate = steps_per_s(&mut command);
    // Left-over runs in the folder for temporary files harm nobody.
    let _ = std::fs::remove_dir_all(&folder);
    rate
}

fn asked(words: &[String]) -> f64 {
    let (program, arguments) = (&words[0], &words[1..]);
    steps_per_s(Command::new(program).args(arguments))
}

#[expect(clippy::expect_used, reason = "a benchmark that cannot run says why and ends")]
fn steps_per_s(command: &mut Command) -> f64 {
    let output = command.stderr(Stdio::inherit()).output().expect("the program starts");
    let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    document["steps_per_s"].as_f64().expect("`steps_per_s` in the document")
}
