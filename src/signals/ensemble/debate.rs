//! What the members that spoke say together.

use super::stance::{Ground, bet, combine, deviation, distances, is_opposite, stances};
use super::votes::{Voter, votes};
use crate::config::EnsembleMethod;
use crate::signals::{Joint, MemberView, Signal, Target, Views};

/// A member that has an opinion.
#[derive(Debug)]
pub(super) struct Speaker {
    /// Its place among all members.
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) score: f64,
    pub(super) joint: Box<Joint>,
}

/// The opinions side by side, and what each of them counts.
#[derive(Debug)]
pub(super) struct Debate<'a> {
    ground: Ground<'a>,
    members: Vec<MemberView>,
    /// How far they disagree.
    pub(super) deviation: f64,
    /// Mean distance of each to the others.
    pub(super) distances: Vec<f64>,
}

impl<'a> Debate<'a> {
    /// Compares opinions, of which there is at least one, and hands out the votes.
    pub(super) fn new(method: &EnsembleMethod, speakers: &[Speaker], ground: Ground<'a>) -> Self {
        let targets: Vec<&Target> = speakers.iter().map(|s| &s.joint.signal.target).collect();
        let stances = stances(&targets, ground);
        let (deviation, distances) = (deviation(&stances), distances(&stances));
        let voters: Vec<Voter> = speakers
            .iter()
            .zip(&distances)
            .map(|(speaker, &distance)| voter(speaker, distance, ground))
            .collect();
        let votes = votes(method, &voters, deviation);
        let members = speakers
            .iter()
            .zip(&voters)
            .zip(votes)
            .map(|((speaker, voter), vote)| view(speaker, voter, vote))
            .collect();
        Self { ground, members, deviation, distances }
    }

    /// The share of each speaker, in their order.
    pub(super) fn votes(&self) -> Vec<f64> {
        self.members.iter().map(|member| member.vote).collect()
    }

    /// The joint wish; action and observation are those of `first`.
    pub(super) fn signal(&self, first: &Signal) -> Signal {
        let mean = |value: fn(&MemberView) -> f64| {
            self.members.iter().map(|member| member.vote * value(member)).sum()
        };
        let targets: Vec<&Target> = self.members.iter().map(|member| &member.target).collect();
        Signal {
            target: combine(&targets, &self.votes(), self.ground),
            confidence: mean(|member| member.confidence),
            value: mean(|member| member.value),
            views: self.views(),
            time: first.time,
            action: first.action,
            observation: first.observation,
        }
    }

    /// What each speaker said.
    pub(super) fn into_members(self) -> Vec<MemberView> {
        self.members
    }

    /// What they would do together in another position, by the same votes.
    fn views(&self) -> Option<Views> {
        let views: Option<Vec<&Views>> =
            self.members.iter().map(|member| member.views.as_ref()).collect();
        let (views, votes) = (views?, self.votes());
        let join = |target: fn(&Views) -> &Target, held: &[f64]| {
            let targets: Vec<&Target> = views.iter().map(|views| target(views)).collect();
            combine(&targets, &votes, Ground { held, ..self.ground })
        };
        Some(Views {
            flat: join(|views| &views.flat, &self.ground.flat()),
            hedge: join(|views| &views.hedge, &self.ground.hedge()),
        })
    }
}

fn voter(speaker: &Speaker, distance: f64, ground: Ground<'_>) -> Voter {
    let Signal { target, confidence, views, .. } = &speaker.joint.signal;
    let is_contradictory = views.as_ref().is_some_and(|views| {
        let flat = bet(&views.flat, Ground { held: &ground.flat(), ..ground });
        is_opposite(&bet(target, ground), &flat)
    });
    Voter { score: speaker.score, confidence: *confidence, distance, is_contradictory }
}

fn view(speaker: &Speaker, voter: &Voter, vote: f64) -> MemberView {
    let signal = &speaker.joint.signal;
    MemberView {
        name: speaker.name.clone(),
        action: signal.action,
        target: signal.target.clone(),
        confidence: signal.confidence,
        value: signal.value,
        score: voter.score,
        vote,
        views: signal.views.clone(),
        is_contradictory: voter.is_contradictory,
    }
}
