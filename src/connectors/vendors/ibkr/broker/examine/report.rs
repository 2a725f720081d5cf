//! The findings, in their order.

use crate::ports::{Finding, FindingOutcome};

/// Every check, in the order in which they are reported.
const CHECKS: [&str; 10] = [
    "connect",
    "server_version",
    "account",
    "permissions",
    "data_type",
    "clock_skew",
    "calendar",
    "market_rules",
    "open_orders",
    "what_if",
];

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    findings: Vec<Finding>,
}

impl Report {
    pub(super) fn passed(&mut self, check: &'static str, detail: String) {
        self.add(check, FindingOutcome::Passed, detail, "");
    }

    pub(super) fn warned(&mut self, check: &'static str, detail: String, remedy: &str) {
        self.add(check, FindingOutcome::Warned, detail, remedy);
    }

    pub(super) fn failed(&mut self, check: &'static str, detail: String, remedy: &str) {
        self.add(check, FindingOutcome::Failed, detail, remedy);
    }

    /// All checks in their order; those that were not made are skipped.
    pub(super) fn finish(self, why: &str) -> Vec<Finding> {
        let found = |check| {
            let made = self.findings.iter().find(|finding| finding.check == check).cloned();
            made.unwrap_or_else(|| Finding {
                check,
                outcome: FindingOutcome::Skipped,
                detail: why.to_owned(),
                remedy: String::new(),
            })
        };
        CHECKS.map(found).to_vec()
    }

    fn add(&mut self, check: &'static str, outcome: FindingOutcome, detail: String, remedy: &str) {
        self.findings.push(Finding { check, outcome, detail, remedy: remedy.to_owned() });
    }
}
