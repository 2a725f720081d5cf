//! The connection to one bucket.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Credentials, Region, RequestChecksumCalculation,
    ResponseChecksumValidation, SharedHttpClient, StalledStreamProtectionConfig,
};
use aws_smithy_http_client::Builder as HttpBuilder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use tokio::runtime::Runtime;

use super::failure::{VENUE, chain};
use super::pace::Pace;
use crate::base::{Interrupt, variable};
use crate::config::{Limits, S3Addressing, S3Connector};
use crate::ports::RemoteError;

/// A bucket of a store that speaks S3. All calls block, and may come from several threads.
///
/// Every request keeps to the limits of the connector: requests a second over all threads, tries,
/// pauses, seconds of silence and seconds in all.
#[derive(Debug)]
pub struct ObjectStore {
    pub(super) runtime: Runtime,
    pub(super) client: Client,
    pub(super) bucket: String,
    pub(super) limits: Limits,
    pub(super) pace: Pace,
    pub(super) interrupt: Interrupt,
}

impl ObjectStore {
    /// Prepares the connection; nothing is asked yet.
    ///
    /// A raised `interrupt` ends waiting between two tries.
    ///
    /// # Errors
    /// [`RemoteError::NoKey`] if one of the two variables is not set.
    pub fn try_new(
        connector: &S3Connector,
        bucket: &str,
        interrupt: &Interrupt,
    ) -> Result<Self, RemoteError> {
        let credentials = Credentials::new(
            key(&connector.key_variable)?,
            key(&connector.secret_variable)?,
            None,
            None,
            "releat",
        );
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| RemoteError::Unavailable {
                venue: VENUE,
                request: "a start".to_owned(),
                tries: 1,
                reason: chain(&error),
            })?;
        let client = Client::from_conf(settings(connector, credentials).build());
        Ok(Self {
            runtime,
            client,
            bucket: bucket.to_owned(),
            limits: connector.limits,
            pace: Pace::new(&connector.limits),
            interrupt: interrupt.clone(),
        })
    }

    /// How many requests may be under way at once.
    #[must_use]
    pub fn parallel(&self) -> usize {
        self.limits.parallel
    }

    pub(super) fn silence(&self) -> Duration {
        Duration::from_secs_f64(self.limits.silence_s)
    }
}

fn key(variable_name: &str) -> Result<String, RemoteError> {
    variable(variable_name)
        .filter(|value| !value.trim().is_empty())
        .ok_or_else(|| RemoteError::NoKey { venue: VENUE, variable: variable_name.to_owned() })
}

/// The SDK without its own tries, because one pace must count them all, and without its own
/// checksums, because every object is checked by its SHA-256.
fn settings(connector: &S3Connector, credentials: Credentials) -> Builder {
    let silence = Duration::from_secs_f64(connector.limits.silence_s);
    let stalls = StalledStreamProtectionConfig::enabled().grace_period(silence).build();
    let mut builder = Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(connector.region.clone()))
        .credentials_provider(credentials)
        .force_path_style(connector.addressing == S3Addressing::Path)
        .retry_config(RetryConfig::disabled())
        .timeout_config(TimeoutConfig::builder().connect_timeout(silence).build())
        .stalled_stream_protection(stalls)
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .http_client(http_client(&connector.endpoint_url));
    if !connector.endpoint_url.is_empty() {
        builder = builder.endpoint_url(connector.endpoint_url.trim_end_matches('/'));
    }
    builder
}

fn http_client(endpoint_url: &str) -> SharedHttpClient {
    if endpoint_url.starts_with("http://") {
        return HttpBuilder::new().build_http();
    }
    HttpBuilder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https()
}
