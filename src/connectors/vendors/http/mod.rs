//! Asking a vendor over HTTP, from plain threads and politely.
//!
//! [`VendorClient`] paces all threads together ([`pacer`]), repeats what may succeed later
//! ([`pauses`]), watches a silent line ([`exchange`]) and reads JSON ([`read`]). It knows no vendor.
//! Keys travel in headers and are blotted out of every text.

mod answer;
mod ask;
mod client;
mod course;
mod exchange;
mod pacer;
mod pauses;
mod read;

#[cfg(test)]
mod tests;

pub(in crate::connectors) use answer::{Denied, Posted, Reply};
pub(in crate::connectors) use ask::{Ask, in_path};
pub(in crate::connectors) use client::{VendorClient, Venue};
