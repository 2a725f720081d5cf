//! A session before its venue is reached: everything that can be known here is looked at.

use super::BrokerKind;
use super::command::{LiveOptions, Money};
use super::facts::{Facts, Given};
use super::refusals::refusals;
use super::standing::{Unfit, reason_of, standing};
use super::takeover::Adoption;
use crate::base::Timestamp;
use crate::commands::place::store_failure;
use crate::commands::trade::paper::{
    Member, Opening, foreseen, limits, members, members_one_by_one, new_name, trade_section,
};
use crate::commands::{Failure, FailureKind, SessionOptions};
use crate::config::{Agent, Place, RiskLimits, Trade};
use crate::ports::VenueWish;
use crate::store::Store;

/// A session that may reach for its venue.
pub(super) struct Prepared {
    pub(super) options: SessionOptions,
    pub(super) command: LiveOptions,
    pub(super) place: Place,
    /// Never empty.
    pub(super) members: Vec<Member>,
    /// Name of the session.
    pub(super) session: String,
    trade: Trade,
    limits: RiskLimits,
}

impl Prepared {
    /// Looks at everything, and tells all that speaks against it.
    pub(super) fn new(options: &SessionOptions, command: &LiveOptions) -> Result<Self, Unfit> {
        let place = options.place()?;
        let (members, broken) = load(command)?;
        let (trade, limits) = match members.first() {
            Some(first) => {
                let trade = trade_section(options, &first.agent.name, first.bundle.agent_yaml())?;
                let trade = at_broker(trade, &first.agent, command.broker);
                let limits = limits(&trade, &place)?;
                (trade, limits)
            }
            None => (Trade::default(), place.risk.clone()),
        };
        let session = command.session.clone().unwrap_or_else(|| name(command, &members));
        let (options, command) = (options.clone(), command.clone());
        let prepared = Self { options, command, place, members, session, trade, limits };
        prepared.check(broken)?;
        Ok(prepared)
    }

    fn check(&self, broken: Vec<String>) -> Result<(), Unfit> {
        let store = Store::open_existing(&self.place.store.url).map_err(store_failure)?;
        let given = Given::of(&self.command);
        let settings = (self.trade.clone(), self.limits.clone());
        let facts = Facts::of(&self.place, store.as_ref(), &given, &self.members, settings)?;
        let reasons = refusals(&Facts { broken, ..facts });
        let account = self.command.account.as_ref().map(|account| self.account_label(account));
        let unnamed = self.account_label("");
        let opening = self.opening(account.as_ref().unwrap_or(&unnamed));
        let (mut against, start) = foreseen(&opening, account.as_deref(), store.as_ref())?;
        if let (true, Some(_), Some(store)) = (self.is_live(), &account, &store) {
            against.extend(standing(store, &opening, start, self.adoption())?);
        }
        Unfit::if_any(reasons, &against)
    }

    pub(super) const fn is_live(&self) -> bool {
        matches!(self.command.money, Money::Real { .. })
    }

    pub(super) const fn adoption(&self) -> Adoption {
        match self.command.money {
            Money::Real { .. } if !self.command.adopt_positions => Adoption::Refused,
            _ => Adoption::Allowed,
        }
    }

    /// The account that limits and halts belong to, by its name at the broker.
    pub(super) fn account_label(&self, account: &str) -> String {
        format!("{}:{account}", self.command.broker.kind().label())
    }

    /// What the session is made of.
    pub(super) fn opening<'a>(&'a self, account: &str) -> Opening<'a> {
        Opening {
            place: &self.place,
            session: self.session.clone(),
            account: account.to_owned(),
            venue: self.command.broker.kind(),
            range: None,
            agent: self.members.first().map_or("", |first| &first.agent.name),
            members: &self.members,
            trade: self.trade.clone(),
            limits: self.limits.clone(),
        }
    }

    /// What is asked of the venue, with bars from `since` on.
    pub(super) fn wish(&self, since: Timestamp) -> VenueWish {
        let universe = &self.members[0].agent.universe;
        VenueWish {
            session: self.session.clone(),
            account: self.command.account.clone(),
            is_live: self.is_live(),
            symbols: universe.symbols.clone(),
            timeframe: universe.timeframe,
            calendar: universe.calendar,
            currency: universe.currency.clone(),
            history_since: since,
            quotes: true,
            delayed_data: self.place.connectors.ibkr.delayed_data,
            memory_dir: self.place.store.runs_dir.join("accounts"),
        }
    }
}

/// The bundles that are whole; for real money also why the others are not, so that it can be told with all the rest.
fn load(command: &LiveOptions) -> Result<(Vec<Member>, Vec<String>), Failure> {
    if command.bundles.is_empty() {
        return Err(Failure::new(FailureKind::Usage, "a session needs at least one --agent"));
    }
    if command.money == Money::Paper {
        return Ok((members(&command.bundles)?, Vec::new()));
    }
    let (members, broken) = members_one_by_one(&command.bundles);
    let told = broken.iter().map(|(path, failure)| {
        format!("bundle {} cannot be trusted: {}", path.display(), reason_of(failure))
    });
    Ok((members, told.collect()))
}

fn name(command: &LiveOptions, members: &[Member]) -> String {
    let kind = match command.money {
        Money::Paper => "paper",
        Money::Real { .. } => "live",
    };
    let digests: Vec<String> =
        members.iter().map(|member| member.bundle.bundle_digest().to_string()).collect();
    new_name(members.first().map_or("", |first| &first.agent.name), kind, &digests.join(" "))
}

/// Settings that the venue asks for and that nobody gave.
fn at_broker(mut trade: Trade, agent: &Agent, broker: BrokerKind) -> Trade {
    for symbol in &agent.universe.symbols {
        let rules = trade.instruments.entry(symbol.clone()).or_default();
        if rules.lot == 0.0 {
            rules.lot = broker.lot();
        }
    }
    trade
}
