//! Rules of `trade.ensemble` and `trade.quorum`.

use crate::config::validate::check::Check;
use crate::config::{EnsembleMethod, Trade};

/// Largest deviation of a weight that a rule may name; leverage is at most 4.
const MAX_DEVIATION: f64 = 10.0;

/// Checks how the signals of several agents become one.
pub(super) fn ensemble(check: &mut Check, trade: &Trade) {
    let method = &trade.ensemble;
    let section = format!("trade.ensemble.{}", method.name());
    check.positive(&format!("{section}.floor"), method.floor(), 1.0);
    check.within(&format!("{section}.window"), method.window(), 1..=100_000);
    match method {
        EnsembleMethod::Consensus(settings) => {
            let key = format!("{section}.deviation_max");
            check.positive(&key, settings.deviation_max, MAX_DEVIATION);
        }
        EnsembleMethod::DiversityAware(settings) => {
            check.within(&format!("{section}.penalty"), settings.penalty, 0.0..=1.0);
        }
        EnsembleMethod::WeightedVoting(_) | EnsembleMethod::RiskAdjusted(_) => {}
    }
    check.positive("trade.quorum.members_frac_min", trade.quorum.members_frac_min, 1.0);
    if let Some(most) = trade.quorum.disagreement_max {
        check.positive("trade.quorum.disagreement_max", most, MAX_DEVIATION);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{
        ConsensusEnsemble, DiversityAwareEnsemble, Quorum, WeightedVotingEnsemble,
    };

    /// Every text must be among the findings; none for an empty list.
    fn check(trade: &Trade, texts: &[&str]) {
        let mut found = Check::default();
        ensemble(&mut found, trade);
        let found = format!("{found:?}");
        for text in texts {
            assert!(found.contains(text), "`{text}` must be in {found}");
        }
        assert_eq!(found.matches(" must ").count(), texts.len(), "{found}");
    }

    fn of(ensemble: EnsembleMethod) -> Trade {
        Trade { ensemble, ..Trade::default() }
    }

    #[test]
    fn methods_have_ranges() {
        check(&Trade::default(), &[]);
        let settings = WeightedVotingEnsemble { floor: 0.0, window: 0 };
        let texts = [
            "`trade.ensemble.weighted_voting.floor` must be above 0 and at most 1, was 0",
            "`trade.ensemble.weighted_voting.window` must be in 1..=100000, was 0",
        ];
        check(&of(EnsembleMethod::WeightedVoting(settings)), &texts);
        let settings = ConsensusEnsemble { deviation_max: f64::NAN, ..Default::default() };
        let text = "`trade.ensemble.consensus.deviation_max` must be above 0 and at most 10";
        check(&of(EnsembleMethod::Consensus(settings)), &[text]);
        let settings = DiversityAwareEnsemble { penalty: 1.1, ..Default::default() };
        let text = "`trade.ensemble.diversity_aware.penalty` must be in 0..=1, was 1.1";
        check(&of(EnsembleMethod::DiversityAware(settings)), &[text]);
        check(&of(EnsembleMethod::RiskAdjusted(Default::default())), &[]);
    }

    #[test]
    fn a_quorum_has_ranges() {
        let quorum = |members_frac_min, disagreement_max| Trade {
            quorum: Quorum { members_frac_min, disagreement_max },
            ..Trade::default()
        };
        check(&quorum(1.0, Some(0.4)), &[]);
        check(&quorum(0.0, None), &["`trade.quorum.members_frac_min` must be above 0"]);
        check(&quorum(0.5, Some(0.0)), &["`trade.quorum.disagreement_max` must be above 0"]);
    }
}
