//! Section `connectors`.
//!
//! Keys are never in a file of settings: a connector names the environment variable that holds its
//! key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{DailyTime, Limits};

/// Addresses, keys and limits of vendors and brokers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Connectors {
    /// Yahoo's chart service.
    pub yahoo: YahooConnector,
    /// Polygon.
    pub polygon: PolygonConnector,
    /// Alpaca.
    pub alpaca: AlpacaConnector,
    /// TWS or the gateway of Interactive Brokers.
    pub ibkr: IbkrConnector,
    /// The REST bridge of MetaTrader 5.
    pub mt5: Mt5Connector,
    /// An object store that speaks S3.
    pub s3: S3Connector,
}

/// Yahoo's chart service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct YahooConnector {
    /// Where it listens. Default `https://query1.finance.yahoo.com`.
    pub base_url: String,
    /// How fast it may be asked. Default two requests a second.
    pub limits: Limits,
}

impl Default for YahooConnector {
    fn default() -> Self {
        Self {
            base_url: "https://query1.finance.yahoo.com".to_owned(),
            limits: Limits { requests_per_s: 2.0, ..Limits::default() },
        }
    }
}

/// Polygon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolygonConnector {
    /// Where it listens. Default `https://api.polygon.io`.
    pub base_url: String,
    /// The variable that holds the key. Default POLYGON_API_KEY.
    pub key_variable: String,
    /// How fast it may be asked. Default five requests a second.
    pub limits: Limits,
}

impl Default for PolygonConnector {
    fn default() -> Self {
        Self {
            base_url: "https://api.polygon.io".to_owned(),
            key_variable: "POLYGON_API_KEY".to_owned(),
            limits: Limits::default(),
        }
    }
}

/// Alpaca.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlpacaConnector {
    /// Where its market data is. Default `https://data.alpaca.markets`.
    pub base_url: String,
    /// Where accounts, orders and the calendar are; empty for `https://paper-api.alpaca.markets`, or for
    /// `base_url` where that is not Alpaca's own. Default empty.
    pub trading_url: String,
    /// The variable that holds the identity of the key. Default APCA_API_KEY_ID.
    pub key_variable: String,
    /// The variable that holds the secret of the key. Default APCA_API_SECRET_KEY.
    pub secret_variable: String,
    /// Whether its calendar is compared with our own, which counts in any case. Default unseen.
    pub calendar: AlpacaCalendar,
    /// How fast it may be asked. Default three requests a second.
    pub limits: Limits,
}

impl Default for AlpacaConnector {
    fn default() -> Self {
        Self {
            base_url: "https://data.alpaca.markets".to_owned(),
            trading_url: String::new(),
            key_variable: "APCA_API_KEY_ID".to_owned(),
            secret_variable: "APCA_API_SECRET_KEY".to_owned(),
            calendar: AlpacaCalendar::Unseen,
            limits: Limits { requests_per_s: 3.0, ..Limits::default() },
        }
    }
}

/// What is done with the sessions that Alpaca knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlpacaCalendar {
    /// Nothing; they are not asked for.
    #[default]
    Unseen,
    /// Differences from `universe.calendar` are told: one more request for each answer.
    Compare,
}

/// TWS or the gateway of Interactive Brokers, which does the login.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IbkrConnector {
    /// Where it listens. Default 127.0.0.1.
    pub host: String,
    /// Its port: 4002 gateway and 7497 TWS for paper, 4001 and 7496 for live. Default 4002.
    pub port: u16,
    /// The identity of this client at the gateway. Default 17.
    pub client_id: i32,
    /// Whether a session on paper may trade on prices that the broker sends minutes late. Default false.
    pub delayed_data: bool,
    /// When TWS or the gateway restarts by itself every day, as set under "auto restart": `23:45`, in the zone of the
    /// exchange, or `23:45 Europe/Berlin`. Nothing is sent from a minute before until it is back and everything was
    /// compared. Default none: a restart is a lost connection like any other.
    pub restart_at: Option<DailyTime>,
    /// Which orders a kill cancels. Default own.
    pub kill_cancels: KillCancels,
    /// How fast it may be asked for history; its own four rules hold besides. Default five requests a
    /// second, one symbol at a time.
    pub limits: Limits,
}

/// Which orders of an account at Interactive Brokers a kill cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KillCancels {
    /// Those of this session, one by one: 45 in the first second and in every one after it.
    #[default]
    Own,
    /// All orders of the login by one message, also those of other programs and those that people placed.
    All,
}

impl Default for IbkrConnector {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 4002,
            client_id: 17,
            delayed_data: false,
            restart_at: None,
            kill_cancels: KillCancels::Own,
            limits: Limits { parallel: 1, ..Limits::default() },
        }
    }
}

/// The REST bridge of MetaTrader 5.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mt5Connector {
    /// Where the bridge listens. Default `http://127.0.0.1:8000`.
    pub base_url: String,
    /// How fast it may be asked. Default five requests a second.
    pub limits: Limits,
}

impl Default for Mt5Connector {
    fn default() -> Self {
        Self { base_url: "http://127.0.0.1:8000".to_owned(), limits: Limits::default() }
    }
}

/// An object store that speaks S3.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct S3Connector {
    /// Where it listens; empty for Amazon's own by region. Default empty.
    pub endpoint_url: String,
    /// Its region. Default us-east-1.
    pub region: String,
    /// How the bucket is named in an address. Default path.
    pub addressing: S3Addressing,
    /// The variable that holds the access key. Default AWS_ACCESS_KEY_ID.
    pub key_variable: String,
    /// The variable that holds the secret key. Default AWS_SECRET_ACCESS_KEY.
    pub secret_variable: String,
    /// How fast it may be asked. Default fifty requests a second.
    pub limits: Limits,
}

impl Default for S3Connector {
    fn default() -> Self {
        Self {
            endpoint_url: String::new(),
            region: "us-east-1".to_owned(),
            addressing: S3Addressing::Path,
            key_variable: "AWS_ACCESS_KEY_ID".to_owned(),
            secret_variable: "AWS_SECRET_ACCESS_KEY".to_owned(),
            limits: Limits { requests_per_s: 50.0, burst: 50, parallel: 8, ..Limits::default() },
        }
    }
}

/// Where the name of the bucket stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum S3Addressing {
    /// `https://endpoint/bucket/key`, which every store understands.
    #[default]
    Path,
    /// `https://bucket.endpoint/key`.
    VirtualHost,
}
