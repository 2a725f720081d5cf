//! The whole chain on another device than the processor.

use crate::sandbox::Sandbox;

#[test]
fn train_and_eval_run_on_the_device() {
    let sandbox = Sandbox::with_agent();
    let train = "train --config agents/tiny.yaml --no-eval -q --set learner.ppo.total_env_steps=1024";
    let trained = sandbox.document(&format!("{train} --device vulkan"));
    let bundle = trained["bundle"].as_str().unwrap();
    let judged = |device: &str| {
        sandbox.document(&format!("eval --agent {bundle} -q --device {device}"))["metrics"].clone()
    };
    assert_eq!(judged("vulkan"), judged("cpu"), "a frozen agent is judged on the processor");
}

#[test]
fn a_device_that_is_not_there_is_named() {
    let sandbox = Sandbox::with_agent();
    let output = sandbox.run("train --config agents/tiny.yaml --device vulkan:9");
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("device `vulkan:9` was not found"), "{text}");
}
