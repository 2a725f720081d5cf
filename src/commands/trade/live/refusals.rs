//! Why a session at a real venue may not start: all reasons at once.

use super::BrokerKind;
use super::facts::{Confirmation, Facts};
use crate::config::{Agent, FillRule, RiskLimits, Source};
use crate::domain::Timeframe;
use crate::ports::is_paper_account;

/// Ports of TWS and IB Gateway for accounts with real money, as the vendor sets them.
const LIVE_PORTS: [u16; 2] = [4001, 7496];
/// The same for paper accounts.
const PAPER_PORTS: [u16; 2] = [4002, 7497];
const LIVE_URL: &str = "https://api.alpaca.markets";
const PAPER_URL: &str = "https://paper-api.alpaca.markets";

/// What must be typed to trade real money, word for word.
pub(super) fn phrase(agents: &[String], account: &str) -> String {
    format!("trade {} with real money on {account}", agents.join("+"))
}

/// Every reason against the start; empty if there is none.
pub(super) fn refusals(facts: &Facts) -> Vec<String> {
    let mut reasons = facts.broken.clone();
    same_market(&facts.agents, &mut reasons);
    for (name, agent) in facts.names.iter().zip(&facts.agents) {
        tradable(name, agent, facts, &mut reasons);
    }
    place_agrees(facts, &mut reasons);
    if facts.is_live {
        money(facts, &mut reasons);
    }
    reasons
}

/// Members of one ensemble see the same bars.
fn same_market(agents: &[Agent], reasons: &mut Vec<String>) {
    let Some((first, rest)) = agents.split_first() else { return };
    for agent in rest {
        let (one, other) = (&first.universe, &agent.universe);
        if one.symbols != other.symbols
            || one.timeframe != other.timeframe
            || one.calendar != other.calendar
        {
            reasons.push(format!(
                "agents of one session must trade the same symbols on the same bars, `{}` and `{}` differ",
                first.name, agent.name
            ));
        }
    }
}

/// Whether what was trained can be done at a real venue.
fn tradable(name: &str, agent: &Agent, facts: &Facts, reasons: &mut Vec<String>) {
    let mut no = |text: String| reasons.push(format!("agent `{name}`: {text}"));
    if agent.env.fill == FillRule::SameClose {
        no("it learned on fills at the close it decides on, which no venue gives; train it with env.fill: next_open".to_owned());
    }
    let rules = &agent.env.rules;
    let rules = [rules.stop_loss_frac, rules.take_profit_frac, rules.trailing_stop_frac];
    if rules.iter().any(Option::is_some) && facts.trade.bracket.is_none() {
        no("the rules of its environment close positions (env.rules.stop_loss_frac and the like), the venue knows nothing of them; set trade.bracket".to_owned());
    }
    if matches!(agent.universe.timeframe, Timeframe::Seconds(seconds) if seconds < 5) {
        no(format!(
            "bars of {} are shorter than what the venue sends (5s)",
            agent.universe.timeframe
        ));
    }
    if facts.is_live && matches!(agent.data.source, Source::Synthetic(_)) {
        no("it learned on a made-up market".to_owned());
    }
}

/// Port or address, account and command must mean the same kind of money.
fn place_agrees(facts: &Facts, reasons: &mut Vec<String>) {
    let (command, other) = match facts.is_live {
        true => ("releat live", "paper"),
        false => ("releat paper", "live"),
    };
    let foreign_ports = if facts.is_live { PAPER_PORTS } else { LIVE_PORTS };
    if let Some(port) = facts.port.filter(|port| foreign_ports.contains(port)) {
        reasons.push(format!(
            "{command} and port {port} contradict each other: it is the one of {other} accounts; --set connectors.ibkr.port=…"
        ));
    }
    let foreign_url = if facts.is_live { PAPER_URL } else { LIVE_URL };
    let url = facts.trading_url.trim_end_matches('/');
    let url = if url.is_empty() { PAPER_URL } else { url };
    if facts.broker == BrokerKind::Alpaca && url == foreign_url {
        reasons.push(format!(
            "{command} and {url} contradict each other: it is the address of {other} accounts; --set connectors.alpaca.trading_url=…"
        ));
    }
    // The names of accounts behind MetaTrader say nothing; its bridge tells which kind the server is for.
    if let Some(account) = facts.account.as_ref().filter(|_| facts.broker != BrokerKind::Mt5) {
        let is_paper = is_paper_account(account);
        if is_paper == facts.is_live {
            reasons.push(format!(
                "{command} and account {account} contradict each other: its name is that of a {other} account"
            ));
        }
    }
    if facts.speed != 1.0 && facts.is_live {
        reasons.push("time passes as it does: --speed is for rehearsals".to_owned());
    }
}

/// What real money asks for besides.
fn money(facts: &Facts, reasons: &mut Vec<String>) {
    let missing = missing_limits(&facts.limits);
    if !missing.is_empty() {
        reasons.push(format!(
            "limits that are not set: {}; --env production sets them all",
            missing.join(", ")
        ));
    }
    for (name, verdicts) in facts.names.iter().zip(&facts.verdicts) {
        let good = verdicts.iter().filter(|row| row.is_sealed && row.verdict.passed);
        let asked = good.filter(|row| row.verdict.checks.trim() != "[]").count();
        let why = match (verdicts.len(), asked) {
            (_, 1..) => continue,
            (0, _) => "no verdict of the gate is kept",
            _ if verdicts.iter().any(|row| !row.is_sealed) => {
                "its verdict of the gate is not as it was written"
            }
            _ if verdicts.iter().any(|row| row.verdict.passed) => {
                "its gate asks for nothing (eval.gate is empty)"
            }
            _ => "the gate said no",
        };
        reasons.push(format!("agent `{name}`: {why}; releat eval --agent BUNDLE judges it"));
    }
    if facts.delayed_data {
        reasons.push(
            "connectors.ibkr.delayed_data allows prices that are minutes old; set it to false"
                .to_owned(),
        );
    }
    let Some(account) = &facts.account else {
        return reasons.push("the account is not named; --account ID".to_owned());
    };
    confirmed(facts, account, reasons);
}

/// Whether one of the phrases that were given is the right one.
fn confirmed(facts: &Facts, account: &str, reasons: &mut Vec<String>) {
    let Confirmation { phrases, trouble } = &facts.confirmation;
    if let Some(trouble) = trouble {
        return reasons.push(trouble.clone());
    }
    // The name of a bundle that cannot be trusted is not known.
    if !facts.broken.is_empty() {
        return;
    }
    let phrase = phrase(&facts.names, account);
    if phrases.is_empty() {
        reasons.push(format!("not confirmed; --confirm \"{phrase}\""));
    } else if !phrases.contains(&phrase) {
        reasons.push(format!("the confirmation must be `{phrase}`, word for word"));
    }
}

/// Keys of the limits that nobody set.
fn missing_limits(limits: &RiskLimits) -> Vec<String> {
    let Ok(serde_json::Value::Object(keys)) = serde_json::to_value(limits) else {
        return vec!["all".to_owned()];
    };
    let is_missing = |(key, value): (String, serde_json::Value)| value.is_null().then_some(key);
    keys.into_iter().filter_map(is_missing).map(|key| format!("risk.{key}")).collect()
}
