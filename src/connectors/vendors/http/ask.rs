//! A question to a vendor.

use std::fmt::Display;

use reqwest::Url;

/// A GET request: where, what, and which headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::connectors) struct Ask {
    base: String,
    path: String,
    query: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
}

impl Ask {
    /// Asks for a path, which may have a query of its own, at a base address.
    pub(in crate::connectors) fn new(base: &str, path: impl Into<String>) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        Self { base, path: path.into(), query: Vec::new(), headers: Vec::new() }
    }

    /// With a field of the query.
    #[must_use]
    pub(in crate::connectors) fn query(
        mut self,
        name: &'static str,
        value: impl Display + Copy,
    ) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    /// With a header, whose value may be a key.
    #[must_use]
    pub(in crate::connectors) fn header(
        mut self,
        name: &'static str,
        value: impl Into<String>,
    ) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(super) fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// The full address; `None` if the base is none.
    pub(super) fn url(&self) -> Option<Url> {
        let mut url = Url::parse(&format!("{}{}", self.base, self.path)).ok()?;
        if !self.query.is_empty() {
            let fields = self.query.iter().map(|(name, value)| (*name, value.as_str()));
            url.query_pairs_mut().extend_pairs(fields);
        }
        Some(url)
    }

    /// The base address.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// Path and query without the base address, as a cursor that outlives the process.
    pub(in crate::connectors) fn target(&self) -> String {
        let url = self.url();
        let full = url.map_or_else(|| format!("{}{}", self.base, self.path), String::from);
        full.strip_prefix(&self.base).map_or_else(|| full.clone(), ToOwned::to_owned)
    }
}

/// A symbol as a part of a path.
pub(in crate::connectors) fn in_path(symbol: &str) -> String {
    symbol.replace('^', "%5E").replace('=', "%3D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_has_path_and_query_but_no_headers() {
        let ask = Ask::new("http://localhost:1/api/", "/v1/a?x=1")
            .query("day", "2020-01-02")
            .query("types", "a,b c")
            .header("Authorization", "secret");
        assert_eq!(ask.target(), "/v1/a?x=1&day=2020-01-02&types=a%2Cb+c");
        assert_eq!(Ask::new("http://localhost:1/api", ask.target()).url(), ask.url());
        assert_eq!(Ask::new("nowhere", "/a").url(), None);
        assert_eq!(in_path("^GSPC"), "%5EGSPC");
    }
}
