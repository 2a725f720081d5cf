//! What is looked at before a session at a real venue may start.

use std::path::PathBuf;

use super::BrokerKind;
use crate::commands::place::store_failure;
use crate::commands::trade::paper::Member;
use crate::commands::{Failure, SessionOptions};
use crate::config::{Agent, Place, RiskLimits, Trade};
use crate::store::{GateRow, Store};

/// Everything that decides whether a session may start, before anybody is asked outside.
pub(super) struct Facts {
    pub(super) is_live: bool,
    pub(super) broker: BrokerKind,
    pub(super) port: Option<u16>,
    /// Where Alpaca takes orders.
    pub(super) trading_url: String,
    pub(super) account: Option<String>,
    pub(super) confirmation: Option<String>,
    pub(super) speed: f64,
    pub(super) agents: Vec<Agent>,
    pub(super) names: Vec<String>,
    pub(super) verdicts: Vec<Vec<GateRow>>,
    pub(super) trade: Trade,
    pub(super) limits: RiskLimits,
    pub(super) delayed_data: bool,
}

/// What the user gave on the command line.
pub(super) struct Given<'a> {
    pub(super) is_live: bool,
    pub(super) broker: BrokerKind,
    pub(super) account: Option<&'a str>,
    pub(super) confirmation: Option<&'a str>,
    pub(super) confirmation_file: Option<&'a PathBuf>,
    pub(super) speed: f64,
}

impl Facts {
    /// Collects them.
    pub(super) fn of(
        options: &SessionOptions,
        place: &Place,
        given: &Given<'_>,
        members: &[Member],
        (trade, limits): (Trade, RiskLimits),
    ) -> Result<Self, Failure> {
        let store = Store::open_existing(&options.place()?.store.url).map_err(store_failure)?;
        let verdicts = |member: &Member| match &store {
            Some(store) => store.gates(member.bundle.bundle_digest()).map_err(store_failure),
            None => Ok(Vec::new()),
        };
        let confirmation = match (given.confirmation, given.confirmation_file) {
            (Some(text), _) => Some(text.to_owned()),
            (None, Some(path)) => std::fs::read_to_string(path).ok(),
            (None, None) => None,
        };
        let connectors = &place.connectors;
        Ok(Self {
            is_live: given.is_live,
            broker: given.broker,
            port: (given.broker == BrokerKind::Ibkr).then_some(connectors.ibkr.port),
            trading_url: connectors.alpaca.trading_url.clone(),
            account: given.account.map(str::to_owned),
            confirmation: confirmation.map(|text| text.trim().to_owned()),
            speed: given.speed,
            agents: members.iter().map(|member| member.agent.clone()).collect(),
            names: members.iter().map(|member| member.name.clone()).collect(),
            verdicts: members.iter().map(verdicts).collect::<Result<_, _>>()?,
            trade,
            limits,
            delayed_data: connectors.ibkr.delayed_data,
        })
    }
}
