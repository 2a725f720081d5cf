//! Worse markets, made of the bars that the agent is judged on.

use super::changes::{Change, changes, rebuilt};
use super::held::{Holding, drawn_holdings};
use super::{Scenario, ScenarioRun, Stand, StressError};
use crate::base::SeedStream;
use crate::config::{BadYears, WideSpreads};
use crate::domain::{Bar, CostModel, Panel};
use crate::evaluate::Trajectory;
use crate::metrics::{BootstrapOptions, Resampler};

/// What happens to the bars of a held asset.
#[derive(Debug, Clone, Copy)]
enum Blow {
    /// All prices from the bar on are lower by this fraction; higher if the asset is held short.
    Gap(f64),
    /// The bar falls (or rises) by this fraction inside and comes back before its close.
    Flash(f64),
    /// No bar for so many rows.
    Halt(usize),
}

impl Stand<'_> {
    /// Every scenario that the settings do not leave out; `base` is the run without any.
    pub(super) fn scenarios(&self, base: &Trajectory) -> Result<Vec<Scenario>, StressError> {
        let settings = &self.judgement.agent.eval.stress;
        let mut found = Vec::new();
        if settings.bad_years.judged > 0 {
            found.push(self.bad_years(settings.bad_years)?);
        }
        found.push(self.volatile(settings.volatility_multiple)?);
        if settings.gaps.draws > 0 {
            for &loss in &settings.gaps.losses {
                let percent = 100.0 * loss;
                let (name, what) =
                    (format!("gap_{percent:.0}"), "the held asset opens lower for good");
                let text = format!("{what}, by {percent:.0} %; a short one higher");
                found.push(self.blows(Scenario::new(name, text), base, Blow::Gap(loss))?);
                let (name, what) =
                    (format!("flash_{percent:.0}"), "the held asset falls inside a bar");
                let text = format!("{what} by {percent:.0} % and comes back; a short one rises");
                found.push(self.blows(Scenario::new(name, text), base, Blow::Flash(loss))?);
            }
        }
        if settings.wide_spreads.share > 0.0 {
            found.push(self.wide_spreads(settings.wide_spreads)?);
        }
        if settings.halts.missing_share > 0.0 {
            found.push(self.missing_bars(settings.halts.missing_share, settings.halts.draws)?);
        }
        if settings.halts.halt_bars > 0 {
            let bars = settings.halts.halt_bars;
            let text = format!("the held asset does not trade for {bars} bars");
            found.push(self.blows(Scenario::new("halt", text), base, Blow::Halt(bars))?);
        }
        Ok(found)
    }

    fn seeds(&self, purpose: &str) -> SeedStream {
        SeedStream::new(self.judgement.agent.seed).child("stress").child(purpose)
    }

    fn panel(&self) -> Panel {
        let mut panel = self.judgement.market.panel.clone();
        panel.rows.truncate(self.panel_rows().end);
        panel
    }

    fn run_of(&self, detail: String, panel: Panel) -> Result<ScenarioRun, StressError> {
        let trajectory = self.run_on(panel, self.judgement.rows.len())?;
        Ok(ScenarioRun { detail, figures: self.figures(&trajectory) })
    }

    /// Years of blocks of the judged bars, all symbols together; those on which the mean symbol lost
    /// most are judged.
    fn bad_years(&self, settings: BadYears) -> Result<Scenario, StressError> {
        let (panel, rows) = (self.panel(), self.panel_rows());
        let source = changes(&panel, rows.clone());
        let year = (self.clock().bars_per_year.round() as usize).clamp(1, source.len());
        let options = BootstrapOptions {
            samples: settings.drawn,
            mean_block_bars: settings.block_bars as f64,
            confidence: 0.95,
        };
        let resampler = Resampler::new(options, &self.seeds("bad_years"));
        let draw = |sample: usize| -> Vec<Vec<Option<Change>>> {
            let drawn = resampler.rows(sample, source.len());
            drawn[..year].iter().map(|&row| source[row].clone()).collect()
        };
        let mut years: Vec<(f64, usize)> =
            (0..settings.drawn).map(|sample| (market_return(&draw(sample)), sample)).collect();
        years.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut runs = Vec::with_capacity(settings.judged);
        for &(growth, sample) in years.iter().take(settings.judged) {
            let detail = format!("the mean symbol returned {:.1} %", 100.0 * growth);
            runs.push(self.run_of(detail, rebuilt(&panel, rows.start, &draw(sample)))?);
        }
        let text = format!(
            "the worst {} of {} years of {year} bars drawn in blocks of {} bars",
            settings.judged, settings.drawn, settings.block_bars
        );
        Ok(Scenario::new("bad_years", text).with_runs(runs))
    }

    /// Every log return farther from the mean of its symbol.
    fn volatile(&self, multiple: f64) -> Result<Scenario, StressError> {
        let (panel, rows) = (self.panel(), self.panel_rows());
        let mut found = changes(&panel, rows.clone());
        for symbol_index in 0..panel.symbols.len() {
            let mut own: Vec<&mut Change> =
                found.iter_mut().filter_map(|row| row[symbol_index].as_mut()).collect();
            let center =
                own.iter().map(|change| change.close).sum::<f64>() / own.len().max(1) as f64;
            own.iter_mut().for_each(|change| **change = change.stretched(center, multiple));
        }
        let text = format!("log returns {multiple} times as far from their mean");
        let run = self.run_of(String::new(), rebuilt(&panel, rows.start, &found))?;
        Ok(Scenario::new("volatility", text).with_runs(vec![run]))
    }

    /// One blow to the asset that is held most, at closes drawn by chance.
    fn blows(
        &self,
        scenario: Scenario,
        base: &Trajectory,
        blow: Blow,
    ) -> Result<Scenario, StressError> {
        let settings = &self.judgement.agent.eval.stress;
        let draws = match blow {
            Blow::Gap(_) | Blow::Flash(_) => settings.gaps.draws,
            Blow::Halt(_) => settings.halts.draws,
        };
        let market = self.judgement.market;
        // The same bars for every size of gap, so that sizes compare.
        let purpose = if matches!(blow, Blow::Halt(_)) { "halts" } else { "gaps" };
        let mut rng = self.seeds(purpose).rng();
        let mut runs = Vec::with_capacity(draws);
        for holding in drawn_holdings(base, draws, &mut rng) {
            let mut panel = self.panel();
            strike(&mut panel, holding, market.first_panel_row(), blow);
            let symbol = &panel.symbols[holding.symbol_index];
            let day = market.calendar.session_day(market.time(holding.row + 1));
            let detail = format!("{symbol} on {day}");
            runs.push(self.run_of(detail, panel)?);
        }
        Ok(scenario.with_runs(runs))
    }

    /// Stretches of bars, drawn by chance, on which the half-spread is wide.
    fn wide_spreads(&self, settings: WideSpreads) -> Result<Scenario, StressError> {
        let rows = self.judgement.rows.clone();
        let wanted = ((rows.len() as f64 * settings.share).ceil() as usize).min(rows.len());
        let mut rng = self.seeds("wide_spreads").rng();
        let mut is_wide = vec![false; rows.len()];
        while is_wide.iter().filter(|wide| **wide).count() < wanted {
            let start = rng.below(rows.len());
            is_wide
                .iter_mut()
                .skip(start)
                .take(settings.stretch_bars)
                .for_each(|wide| *wide = true);
        }
        let own = self.params().costs;
        let wide = CostModel { half_spread_bps: own.half_spread_bps * settings.multiple, ..own };
        let costs_at = |row: usize| if is_wide[row - rows.start] { wide } else { own };
        let trajectory = self.run_under(&costs_at, (self.make)()?.as_mut())?;
        let share = 100.0 * settings.share;
        let (multiple, bars) = (settings.multiple, settings.stretch_bars);
        let text = format!(
            "spreads {multiple} times as wide on {share:.0} % of the bars, {bars} at a time"
        );
        let run = ScenarioRun { detail: String::new(), figures: self.figures(&trajectory) };
        Ok(Scenario::new("wide_spreads", text).with_runs(vec![run]))
    }

    /// Bars left out by chance, each symbol for itself.
    fn missing_bars(&self, share: f64, draws: usize) -> Result<Scenario, StressError> {
        let mut runs = Vec::with_capacity(draws);
        for draw in 0..draws {
            let mut rng = self.seeds("missing").index(draw).rng();
            let mut panel = self.panel();
            for row in &mut panel.rows[self.panel_rows()] {
                row.bars.iter_mut().for_each(|bar| *bar = bar.filter(|_| rng.uniform() >= share));
            }
            runs.push(self.run_of(format!("draw {}", draw + 1), panel)?);
        }
        let text = format!("{:.0} % of all bars are missing", 100.0 * share);
        Ok(Scenario::new("missing_bars", text).with_runs(runs))
    }
}

/// What the mean symbol returned.
fn market_return(year: &[Vec<Option<Change>>]) -> f64 {
    let num_symbols = year.first().map_or(0, Vec::len);
    let growth = |s: usize| -> f64 {
        let total: f64 = year.iter().filter_map(|row| row[s]).map(|change| change.close).sum();
        total.exp_m1()
    };
    (0..num_symbols).map(growth).sum::<f64>() / num_symbols.max(1) as f64
}

/// Changes the bars of a holding from the bar after its close on.
fn strike(panel: &mut Panel, holding: Holding, shift: usize, blow: Blow) {
    let first = holding.row + 1 + shift;
    let side = if holding.is_short { 1.0 } else { -1.0 };
    let bars = panel.rows.iter_mut().skip(first).map(|row| &mut row.bars[holding.symbol_index]);
    match blow {
        Blow::Gap(loss) => {
            let factor = 1.0 + side * loss;
            bars.for_each(|bar| *bar = bar.map(|bar| scaled(bar, factor)));
        }
        Blow::Flash(loss) => {
            let factor = 1.0 + side * loss;
            for bar in bars.take(1).flatten() {
                if holding.is_short {
                    bar.high *= factor;
                } else {
                    bar.low *= factor;
                }
            }
        }
        Blow::Halt(num_bars) => bars.take(num_bars).for_each(|bar| *bar = None),
    }
}

fn scaled(bar: Bar, factor: f64) -> Bar {
    Bar {
        open: bar.open * factor,
        high: bar.high * factor,
        low: bar.low * factor,
        close: bar.close * factor,
        ..bar
    }
}
