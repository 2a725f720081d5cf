//! What is looked at before a session at a real venue may start.

use std::path::Path;

use super::BrokerKind;
use super::command::{LiveOptions, Money};
use crate::commands::Failure;
use crate::commands::place::store_failure;
use crate::commands::trade::paper::Member;
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
    pub(super) confirmation: Confirmation,
    pub(super) speed: f64,
    pub(super) agents: Vec<Agent>,
    pub(super) names: Vec<String>,
    /// Why bundles that were given are not among the agents.
    pub(super) broken: Vec<String>,
    pub(super) verdicts: Vec<Vec<GateRow>>,
    pub(super) trade: Trade,
    pub(super) limits: RiskLimits,
    pub(super) delayed_data: bool,
}

/// The phrases that were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Confirmation {
    /// Of the option, or line by line of the file; an empty one too.
    pub(super) phrases: Vec<String>,
    /// Why the file does not count.
    pub(super) trouble: Option<String>,
}

impl Confirmation {
    fn of(money: &Money) -> Self {
        let Money::Real { confirmations, confirmation_file } = money else {
            return Self::default();
        };
        let trimmed = |text: &str| text.trim().to_owned();
        match confirmation_file {
            Some(path) if confirmations.is_empty() => Self::read(path),
            _ => Self {
                phrases: confirmations.iter().map(|text| trimmed(text)).collect(),
                trouble: None,
            },
        }
    }

    /// Reads a file that its owner alone decides about: who can write it could start trading.
    fn read(path: &Path) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let shown = path.display();
        let trouble = |text: String| Self { phrases: Vec::new(), trouble: Some(text) };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return trouble(format!("cannot read --confirm-file {shown}: {error}")),
        };
        let mode = std::fs::metadata(path).map(|data| data.permissions().mode()).unwrap_or(0);
        if mode & 0o002 != 0 {
            return trouble(format!(
                "--confirm-file {shown} can be written by everybody (mode {:o}); chmod o-w {shown}",
                mode & 0o777
            ));
        }
        let mut phrases: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
        if phrases.is_empty() {
            phrases.push(String::new());
        }
        Self { phrases, trouble: None }
    }
}

/// What the user gave on the command line.
pub(super) struct Given<'a> {
    is_live: bool,
    broker: BrokerKind,
    account: Option<&'a str>,
    confirmation: Confirmation,
    speed: f64,
}

impl<'a> Given<'a> {
    pub(super) fn of(command: &'a LiveOptions) -> Self {
        Self {
            is_live: command.money != Money::Paper,
            broker: command.broker,
            account: command.account.as_deref(),
            confirmation: Confirmation::of(&command.money),
            speed: command.speed,
        }
    }
}

impl Facts {
    /// Collects them.
    pub(super) fn of(
        place: &Place,
        store: Option<&Store>,
        given: &Given<'_>,
        members: &[Member],
        (trade, limits): (Trade, RiskLimits),
    ) -> Result<Self, Failure> {
        let verdicts = |member: &Member| match store {
            Some(store) => store.gates(member.bundle.bundle_digest()).map_err(store_failure),
            None => Ok(Vec::new()),
        };
        let connectors = &place.connectors;
        Ok(Self {
            is_live: given.is_live,
            broker: given.broker,
            port: (given.broker == BrokerKind::Ibkr).then_some(connectors.ibkr.port),
            trading_url: connectors.alpaca.trading_url.clone(),
            account: given.account.map(str::to_owned),
            confirmation: given.confirmation.clone(),
            speed: given.speed,
            agents: members.iter().map(|member| member.agent.clone()).collect(),
            names: members.iter().map(|member| member.name.clone()).collect(),
            broken: Vec::new(),
            verdicts: members.iter().map(verdicts).collect::<Result<_, _>>()?,
            trade,
            limits,
            delayed_data: connectors.ibkr.delayed_data,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &Path) -> Confirmation {
        Confirmation::of(&Money::Real {
            confirmations: Vec::new(),
            confirmation_file: Some(path.to_owned()),
        })
    }

    #[test]
    fn a_file_of_phrases_is_read_line_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("phrases");
        std::fs::write(&path, "trade a with real money on U1 \n\ntrade b with real money on U2\n")
            .unwrap();
        let read = of(&path);
        assert_eq!(read.trouble, None);
        assert_eq!(read.phrases.len(), 3);
        assert_eq!(read.phrases[2], "trade b with real money on U2");
        std::fs::write(&path, "").unwrap();
        assert_eq!(of(&path).phrases, [""], "an empty file is a wrong phrase, not none");
    }

    #[test]
    fn a_file_that_cannot_be_read_or_that_everybody_writes_is_named() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("phrases");
        let missing = of(&path).trouble.unwrap();
        assert!(missing.contains(path.to_str().unwrap()), "{missing}");
        assert!(missing.contains("No such file"), "{missing}");
        std::fs::write(&path, "x").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o646)).unwrap();
        let shared = of(&path);
        assert!(shared.trouble.unwrap().contains("mode 646"));
        assert!(shared.phrases.is_empty());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o660)).unwrap();
        assert_eq!(of(&path).trouble, None);
    }
}
