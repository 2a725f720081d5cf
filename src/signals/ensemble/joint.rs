//! The ensemble as one source of signals.

use rayon::prelude::*;

use super::debate::{Debate, Speaker};
use super::member::{Answer, Member};
use super::record::Record;
use super::room::{check_names, check_rooms};
use super::score::{ExcessReturns, Score};
use super::stance::{Ground, bet};
use crate::config::{EnsembleMethod, Quorum, Trade};
use crate::domain::{Bar, MarketRow};
use crate::gym::SlotCounts;
use crate::signals::{BundleSignal, DecisionPoint, Joint, Opinion, SignalError, SignalSource};

/// Several agents that trade one account together. A single one is passed through unchanged.
///
/// Everything it remembers, scores included, comes from the rows and decision points that it was shown: showing
/// them again to a fresh ensemble makes the same one.
pub struct Ensemble {
    members: Vec<Member>,
    method: EnsembleMethod,
    quorum: Quorum,
    slots: Option<SlotCounts>,
    returns: ExcessReturns,
    record: Record,
}

/// So many members are worth the waking of other threads.
const PARALLEL_FROM: usize = 4;

impl Ensemble {
    /// The ensemble of these agents, each with a name, before its first row.
    ///
    /// # Units
    /// `cash_return_per_bar`: what cash earns in one bar, a fraction; members are judged by what they earn beyond it.
    ///
    /// # Errors
    /// [`SignalError::Members`] if two agents cannot trade one account, [`SignalError::Names`] without a name of its
    /// own for each.
    pub fn try_new(
        agents: Vec<(String, BundleSignal)>,
        trade: &Trade,
        cash_return_per_bar: f64,
    ) -> Result<Self, SignalError> {
        let rooms: Vec<_> =
            agents.iter().map(|(name, agent)| (name.as_str(), agent.room())).collect();
        check_rooms(&rooms)?;
        let slots = rooms.first().and_then(|(_, room)| room.slots);
        let source = |agent: BundleSignal| -> Box<dyn SignalSource + Send> {
            if trade.views { Box::new(agent.with_views()) } else { Box::new(agent) }
        };
        let sources = agents.into_iter().map(|(name, agent)| (name, source(agent))).collect();
        Self::of_sources(sources, slots, trade, cash_return_per_bar)
    }

    /// The ensemble of any sources that see one market and one account.
    pub(super) fn of_sources(
        sources: Vec<(String, Box<dyn SignalSource + Send>)>,
        slots: Option<SlotCounts>,
        trade: &Trade,
        cash_return_per_bar: f64,
    ) -> Result<Self, SignalError> {
        check_names(&sources.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())?;
        let method = trade.ensemble;
        let score = Score::new(method.floor(), method.window());
        let member = |(name, source)| Member::new(name, source, score.clone());
        Ok(Self {
            members: sources.into_iter().map(member).collect(),
            method,
            quorum: trade.quorum,
            slots,
            returns: ExcessReturns::new(cash_return_per_bar),
            record: Record::new(&method),
        })
    }

    /// Names of the members.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.name.as_str())
    }

    /// Whether `count` members are as many as must have an opinion.
    fn is_quorum(&self, count: usize) -> bool {
        // A share such as 0.28 of 25 members must not be missed by rounding.
        count as f64 + 1e-9 >= self.quorum.members_frac_min * self.members.len() as f64
    }

    /// The wish of those that spoke, who are a quorum.
    fn join(
        &mut self,
        mut speakers: Vec<Speaker>,
        failed: Vec<(String, String)>,
        held: &[f64],
    ) -> Opinion {
        let ground = Ground { held, slots: self.slots };
        for Speaker { index, joint, .. } in &speakers {
            self.members[*index].score.bet(bet(&joint.signal.target, ground));
        }
        if self.members.len() == 1
            && let Some(lone) = speakers.pop()
        {
            return Opinion::Signal(lone.joint);
        }
        let debate = Debate::new(&self.method, &speakers, ground);
        let mut votes = vec![0.0; self.members.len()];
        for (speaker, vote) in speakers.iter().zip(debate.votes()) {
            votes[speaker.index] = vote;
        }
        let diagnostics = self.record.add(votes, &debate.distances, debate.deviation);
        if self.quorum.disagreement_max.is_some_and(|most| debate.deviation > most) {
            return Opinion::Disagreement { failed };
        }
        let Joint { signal, legal, .. } = *speakers.swap_remove(0).joint;
        Opinion::Signal(Box::new(Joint {
            signal: debate.signal(&signal),
            legal,
            members: debate.into_members(),
            diagnostics: Some(diagnostics),
            failed,
        }))
    }
}

impl SignalSource for Ensemble {
    fn observe(&mut self, row: &MarketRow) {
        let closes = row.bars.iter().map(|bar| bar.as_ref().map(|bar: &Bar| bar.close));
        let returns = self.returns.pass(closes);
        each(&mut self.members, |member| {
            member.score.mark(&returns);
            member.observe(row);
        });
    }

    fn signal(&mut self, point: &DecisionPoint<'_>) -> Result<Opinion, SignalError> {
        let answers = each(&mut self.members, |member| member.ask(point));
        let (mut speakers, mut failed, mut num_warming) = (Vec::new(), Vec::new(), 0);
        for (index, answer) in answers.into_iter().enumerate() {
            let Member { name, score, .. } = &self.members[index];
            let name = name.clone();
            match answer {
                Answer::Spoke(joint) => {
                    speakers.push(Speaker { index, name, score: score.value(), joint });
                }
                Answer::Failed(reason) => failed.push((name, reason)),
                Answer::WarmingUp => num_warming += 1,
            }
        }
        if !speakers.is_empty() && self.is_quorum(speakers.len()) {
            return Ok(self.join(speakers, failed, &point.position.weights));
        }
        if self.is_quorum(speakers.len() + num_warming) {
            return Ok(Opinion::WarmingUp);
        }
        Ok(Opinion::NoQuorum { failed })
    }
}

/// What `work` makes of each member, in the order of the members. Each works on its own memory, so that the number
/// of threads changes nothing.
fn each<T: Send>(members: &mut [Member], work: impl Fn(&mut Member) -> T + Sync + Send) -> Vec<T> {
    if members.len() < PARALLEL_FROM {
        return members.iter_mut().map(work).collect();
    }
    members.par_iter_mut().map(work).collect()
}
