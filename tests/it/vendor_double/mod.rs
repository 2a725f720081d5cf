//! A vendor that runs on this machine and misbehaves on purpose: a scripted HTTP/1.1 server.
//!
//! It knows nothing of the program under test, so benches may include it by `#[path]` too.
//!
//! ```ignore
//! let market = Market::new(&["AAA", "BBB"], "2015-01-02", "2024-12-31");   // raw prices by formula
//! let vendor = PolygonVendor { page_rows: 100, ..PolygonVendor::new(market) };
//! let faults = Faults::none()
//!     .at(3, Fault::Status(503))                  // the request with number 3, counted from 0
//!     .on_path("/AAA/", 2, Fault::Reset)          // the first two whose target holds this text
//!     .during(10..20, Fault::too_many("1"));      // 429 with `Retry-After: 1`
//! let double = VendorDouble::start(faults.around(move |request| vendor.reply(request)));
//! double.url();                 // http://127.0.0.1:PORT for connectors.NAME.base_url
//! double.requests();            // what came: number, time, path, query, headers
//! double.most_in_a_second();    // the most requests in any window of one second
//! ```
//!
//! [`YahooVendor`], [`PolygonVendor`] and [`AlpacaVendor`] answer as their namesakes do; keys are
//! [`KEY`] and [`SECRET`]. Their public fields change prices ([`Market::revision`]), split shares later
//! ([`Market::splits`]), repeat or lose a page. A script is any `Fn(&Request) -> Reply`. Dropping the
//! double ends its threads.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    reason = "each program that includes the double uses a part of it, and it may fail loudly"
)]

mod alpaca;
mod days;
mod faults;
mod market;
mod polygon;
mod reply;
mod server;
mod yahoo;

pub(crate) use alpaca::AlpacaVendor;
pub(crate) use days::{Day, sessions};
pub(crate) use faults::{Fault, Faults};
pub(crate) use market::{KEY, Market, Row, SECRET};
pub(crate) use polygon::PolygonVendor;
pub(crate) use reply::{Delivery, Reply, Request};
pub(crate) use server::{Logged, VendorDouble};
pub(crate) use yahoo::YahooVendor;
