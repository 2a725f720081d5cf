//! A list of findings.

use super::judge::Fault;
use crate::ports::{Finding, FindingOutcome};

/// Everything that is looked at, in order.
pub(super) const CHECKS: [&str; 10] = [
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

/// Collects what was found.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn passed(&mut self, check: &'static str, detail: impl Into<String>) {
        self.add(check, FindingOutcome::Passed, detail.into(), String::new());
    }

    pub(super) fn warned(
        &mut self,
        check: &'static str,
        detail: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(check, FindingOutcome::Warned, detail.into(), remedy.into());
    }

    pub(super) fn failed(&mut self, check: &'static str, fault: Fault) {
        self.add(check, FindingOutcome::Failed, fault.text, fault.remedy);
    }

    /// One failure for each fault, or a pass.
    pub(super) fn judged(&mut self, check: &'static str, faults: Vec<Fault>, good: String) {
        if faults.is_empty() {
            return self.passed(check, good);
        }
        faults.into_iter().for_each(|fault| self.failed(check, fault));
    }

    /// All findings; what was not looked at is skipped.
    pub(super) fn done(mut self) -> Vec<Finding> {
        for check in CHECKS {
            if !self.0.iter().any(|finding| finding.check == check) {
                let detail = "an earlier check failed".to_owned();
                self.add(check, FindingOutcome::Skipped, detail, String::new());
            }
        }
        let place = |finding: &Finding| CHECKS.iter().position(|check| *check == finding.check);
        self.0.sort_by_key(place);
        self.0
    }

    fn add(&mut self, check: &'static str, outcome: FindingOutcome, detail: String, remedy: String) {
        self.0.push(Finding { check, outcome, detail, remedy });
    }
}
