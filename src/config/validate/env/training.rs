//! Rules of what differs between training episodes.

use crate::config::validate::check::Check;
use crate::config::{Curriculum, Env, HardStarts, Randomize, Span};

/// The largest factor on costs.
const LARGEST_FACTOR: f64 = 100.0;

/// The most starts that are remembered.
const LARGEST_POOL: usize = 1 << 20;

/// Checks every part that is named.
pub(super) fn check(check: &mut Check, env: &Env) {
    if let Some(randomize) = &env.randomize {
        self::randomize(check, randomize, env.episode.random_start);
    }
    if let Some(hard_starts) = &env.hard_starts {
        self::hard_starts(check, hard_starts);
    }
    if let Some(curriculum) = &env.curriculum {
        self::curriculum(check, curriculum);
    }
}

fn randomize(check: &mut Check, randomize: &Randomize, random_start: bool) {
    span(check, "env.randomize.cost_factor", randomize.cost_factor);
    span(check, "env.randomize.slippage_factor", randomize.slippage_factor);
    check.within("env.randomize.fill_noise_bps", randomize.fill_noise_bps, 0.0..=1000.0);
    let key = "env.randomize.start_offset_bars";
    check.within(key, randomize.start_offset_bars, 0..=1_000_000);
    if random_start && randomize.start_offset_bars > 0 {
        let text = format!("`{key}` needs `env.episode.random_start: false`, starts are random");
        check.deny(&[key, "env.episode.random_start"], text);
    }
}

fn span(check: &mut Check, key: &str, span: Span) {
    check.within(&format!("{key}.from"), span.from, 0.0..=LARGEST_FACTOR);
    check.within(&format!("{key}.to"), span.to, 0.0..=LARGEST_FACTOR);
    if span.from > span.to {
        let text = format!("`{key}.from` must be at most `to` {}, was {}", span.to, span.from);
        check.deny(&[&format!("{key}.from"), &format!("{key}.to")], text);
    }
}

fn hard_starts(check: &mut Check, starts: &HardStarts) {
    const KEY: &str = "env.hard_starts";
    check.within(&format!("{KEY}.pool"), starts.pool, 1..=LARGEST_POOL);
    check.within(&format!("{KEY}.probability"), starts.probability, 0.0..=1.0);
    check.within(&format!("{KEY}.max_repeats"), starts.max_repeats, 1..=1000);
    let triggers = [
        starts.win_rate_below,
        starts.drawdown_above,
        starts.reward_below,
        starts.least_reward_below,
    ];
    if triggers.iter().all(Option::is_none) {
        let text = format!(
            "`{KEY}` must name at least one of `win_rate_below`, `drawdown_above`, `reward_below` and \
             `least_reward_below`, found none"
        );
        check.deny(&[KEY], text);
    }
    if let Some(rate) = starts.win_rate_below {
        check.within(&format!("{KEY}.win_rate_below"), rate, 0.0..=1.0);
    }
    if let Some(drawdown) = starts.drawdown_above {
        check.within(&format!("{KEY}.drawdown_above"), drawdown, 0.0..=1.0);
    }
}

fn curriculum(check: &mut Check, curriculum: &Curriculum) {
    check.positive("env.curriculum.first_share", curriculum.first_share, 1.0);
    check.positive("env.curriculum.growth", curriculum.growth, 1.0);
    check.within("env.curriculum.episodes", curriculum.episodes, 1..=10_000_000);
    check.within("env.curriculum.pass_share", curriculum.pass_share, 0.0..=1.0);
}
