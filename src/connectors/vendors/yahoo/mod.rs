//! Yahoo's chart service (v8): daily and intraday bars, splits and dividends; no key.
//!
//! Its prices, volumes and dividends are adjusted for every split up to the moment of the request.
//! [`printed`] takes that back, so that a bar is the same whenever it is asked for. `adjclose` is not
//! read: it changes with each dividend.

mod printed;
mod request;
mod source;
mod wire;

#[cfg(test)]
mod tests;

pub(in crate::connectors) use source::YahooBars;
