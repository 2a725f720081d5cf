//! Scripts, their errors, and when their faults strike.

use super::super::fault_port::{Act, Faults, Moment};
use super::super::proto::MESSAGES;
use super::super::sentinel::Sentinel;
use super::names::REPLIES;
use super::{GatewayFaultFamily, GatewayFaultPlan, GatewayFaults};
use crate::base::Timestamp;

fn script(text: &str) -> GatewayFaults {
    GatewayFaults::parse(text).unwrap()
}

fn plan(text: &str) -> GatewayFaultPlan {
    GatewayFaultPlan::new(&script(text))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_700_000_000 + seconds)
}

fn sending(name: &'static str, frame: u64) -> Moment {
    Moment::Sending { connection: 1, name, frame }
}

fn received(name: &'static str, frame: u64) -> Moment {
    Moment::Received { connection: 1, name, frame }
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let error = GatewayFaults::parse(text).unwrap_err().to_string();
    assert!(error.contains(expected), "`{error}` should tell `{expected}`");
}

#[test]
fn an_error_names_the_key() {
    refused("sed: 1", "unknown field `sed`");
    refused("faults: [{at: {frame: 1}}]", "missing field `do`");
    refused("faults: [{at: {frame: -1}, do: drop}]", "`faults[0].at.frame`: invalid value");
    refused("faults: [{at: {fram: 1}, do: drop}]", "`faults[0].at.fram`: unknown field `fram`");
    refused("faults: [{at: {frame: 1}, do: dorp}]", "`faults[0].do`: unknown variant `dorp`");
    refused("faults: [{at: {}, do: drop}]", "`faults[0].at`: exactly one of");
    refused("faults: [{at: {frame: 1, time_s: 2}, do: drop}]", "exactly one of");
    refused("faults: [{at: {frame: 1, nth: 2}, do: drop}]", "`nth` goes with");
    refused("faults: [{at: {frame: 0}, do: drop}]", "`faults[0].at.frame` must be at least 1");
    refused(
        "faults: [{at: {frame: 1}, do: {delay: {time_s: -3}}}]",
        "`faults[0].do.delay.time_s` must be above 0 to 3600, was -3",
    );
    refused(
        "faults: [{at: {reply: oder_status}, do: drop}]",
        "`faults[0].at.reply` names no message: `oder_status`; the nearest is `order_status`",
    );
    refused("faults: [{at: {frame: 1}, do: drop, chance: 0}]", "`faults[0].chance` must be above");
    refused("faults: [{at: {frame: 1}, do: drop, times: 0}]", "`faults[0].times` must be at least");
    refused("faults: [\n", "must be YAML");
    assert_eq!(script(""), GatewayFaults::default());
}

#[test]
fn a_fault_that_can_never_strike_is_refused() {
    refused(
        "faults: [{at: {reply: order_status}, do: {reject: {}}}]",
        "`faults[0].at`: `reject` cannot strike there; it needs `request: place_order`",
    );
    refused("faults: [{at: {request: place_order}, do: {split: {at_byte: 2}}}]", "needs a reply");
    refused("faults: [{at: {frame: 3}, do: client_id_in_use}]", "`request: start_api`");
    refused(
        "faults: [{at: {reply: order_status}, do: {unset: {value: absent, field: price}}}]",
        "`unset` cannot strike there; it needs a reply that has this number",
    );
    refused(
        "faults: [{at: {reply: position}, do: {unset: {value: nan}}}]",
        "unknown variant `nan`",
    );
    refused("faults: [{at: {connection: 1}, do: {correct: {price_change: 1}}}]", "execution_data");
}

#[test]
fn a_frame_counts_what_leaves() {
    let mut plan = plan("faults: [{at: {frame: 3}, do: drop, times: 2}]");
    let mut strikes = Vec::new();
    for frame in 1..=6 {
        assert_eq!(plan.strike(at(0), received("open_orders", frame)), []);
        strikes.push(plan.strike(at(0), sending("open_order", frame)).len());
    }
    assert_eq!(strikes, [0, 0, 1, 1, 0, 0]);
    assert_eq!(plan.strikes(), [2]);
}

#[test]
fn a_message_is_counted_by_its_name_and_side() {
    let mut plan = plan(
        "faults:\n- {at: {request: positions, nth: 2}, do: {close: {after_byte: 7}}}\n\
         - {at: {message: managed_accounts}, do: duplicate, times: 9}",
    );
    assert_eq!(plan.strike(at(0), received("positions", 1)), []);
    assert_eq!(plan.strike(at(0), sending("positions", 1)), []);
    assert_eq!(plan.strike(at(0), received("positions", 2)), [Act::Close { after: 7 }]);
    assert_eq!(plan.strike(at(0), received("positions", 3)), []);
    assert_eq!(plan.strike(at(0), received("managed_accounts", 4)), [Act::Duplicate]);
    assert_eq!(plan.strike(at(0), sending("managed_accounts", 2)), [Act::Duplicate]);
}

#[test]
fn what_begins_at_a_time_ends_at_a_time() {
    let mut plan = plan(
        "faults: [{at: {time_s: 10}, do: {link_lost: {time_s: 5, data: lost}}},\
         {at: {time_s: 12}, do: {competing_session: {time_s: 30}}}]",
    );
    let (down, back) = (
        Act::Link { is_down: true, keeps_data: false },
        Act::Link { is_down: false, keeps_data: false },
    );
    let mut seen = Vec::new();
    for second in 0..60 {
        for act in plan.strike(at(second), Moment::Tick) {
            seen.push((second, act));
        }
    }
    assert_eq!(seen, [(10, down), (12, Act::Competing), (15, back), (42, Act::DataBack)]);
}

#[test]
fn a_fault_of_the_wire_waits_for_a_frame_and_can_come_again_and_again() {
    let text = "faults: [{at: {time_s: 1, every_s: 2}, do: {close: {}}, times: 3}]";
    let mut plan = plan(text);
    let mut seen = Vec::new();
    for second in 0..20 {
        assert_eq!(plan.strike(at(second), Moment::Tick), []);
        if !plan.strike(at(second), sending("tick_price", 1)).is_empty() {
            seen.push(second);
        }
    }
    assert_eq!(seen, [1, 3, 5]);
}

#[test]
fn the_same_moments_give_the_same_acts() {
    let text = "seed: 4\nfaults: [{at: {frame: 1}, do: drop, times: 1000, chance: 0.3}]";
    let run = || {
        let mut plan = plan(text);
        (1..=1000).map(|frame| plan.strike(at(0), sending("error", frame)).len()).collect()
    };
    let (first, second): (Vec<usize>, Vec<usize>) = (run(), run());
    assert_eq!(first, second);
    let count: usize = first.iter().sum();
    assert!((240..360).contains(&count), "{count}");
}

#[test]
fn scripts_by_seed_are_good_scripts_and_every_kind_comes() {
    let mut kinds = std::collections::BTreeSet::new();
    for seed in 0..2000 {
        let script = GatewayFaults::random(seed, &GatewayFaultFamily::ALL);
        assert_eq!(script, GatewayFaults::random(seed, &GatewayFaultFamily::ALL));
        script.validate().unwrap();
        let text = serde_json::to_string(&script).unwrap();
        assert_eq!(GatewayFaults::parse(&text).unwrap(), script, "{text}");
        kinds.extend(script.faults.iter().map(|fault| fault.kind.name()));
    }
    assert_eq!(kinds.len(), 17, "{kinds:?}");
    assert_eq!(GatewayFaults::random(1, &[]).faults, []);
}

#[test]
fn a_number_is_unset_as_the_script_wants_it() {
    let mut plan = plan(
        "faults:\n- {at: {reply: execution_data}, do: {unset: {value: largest_i64, field: \
         execution.shares}}}\n- {at: {reply: position}, do: {unset: {value: infinity}}}",
    );
    let field = Some("execution.shares".to_owned());
    let acts = plan.strike(at(0), sending("execution_data", 1));
    assert_eq!(acts, [Act::Unset { field, value: Sentinel::LargestI64 }]);
    let acts = plan.strike(at(0), sending("position", 2));
    assert_eq!(acts, [Act::Unset { field: None, value: Sentinel::Infinity }]);
}

#[test]
fn every_reply_has_its_fields_in_the_table() {
    let named: std::collections::BTreeSet<&str> = MESSAGES.iter().map(|row| row.0).collect();
    assert!(REPLIES.iter().filter(|name| **name != "any").all(|name| named.contains(name)));
    assert_eq!(named.len(), REPLIES.len() - 1);
}
