//! Everybody who looks on while a session runs: counts, log, view, report, watchdog and control.

use serde_json::json;

use super::attribution::Explained;
use super::decisions::Decisions;
use super::opening::Opened;
use super::process::Process;
use crate::base::{FileError, Stopwatch, now, write_atomic};
use crate::commands::place::store_failure;
use crate::commands::trade::control::{ControlServer, SessionFolder, SharedView, arm_released};
use crate::commands::trade::log::SessionLog;
use crate::commands::trade::notify::ServiceManager;
use crate::commands::trade::report::{
    AttributionRow, PaperRecorder, PaperReportInput, write_paper_report,
};
use crate::commands::trade::view::{
    LimitRow, LiveView, OrderRow, PositionRow, SessionState, SessionView, alert_text, keep_view,
    note, note_outside, order_kind_text,
};
use crate::commands::{Console, Failure, FailureKind, SessionOptions};
use crate::evaluate::attribution::Terms;
use crate::risk::{HaltCause, TradingState};
use crate::trader::watchdog::{Inbox, WatchNotice, Watchdog, WatchdogOptions, post};
use crate::trader::{Effect, Engine, Event, Progress, SessionManifest, Tally, Watcher};

/// Paper minus backtest in the folder of a session.
const ATTRIBUTION_FILE: &str = "attribution.json";
/// How often the view of a session is kept in its folder, seconds.
const KEEP_S: f64 = 5.0;

/// Looks on.
pub(in crate::commands::trade) struct Watching<'a> {
    tally: Tally,
    log: SessionLog,
    view: SharedView,
    report: PaperRecorder,
    decisions: Option<&'a mut Decisions>,
    folder: SessionFolder,
    manifest: SessionManifest,
    manager: ServiceManager,
    /// Alarms go here as well, unless the screen is drawn on.
    console: Option<Console>,
    inbox: Option<Inbox>,
    kept: Stopwatch,
    // Dropped in this order: nobody may ask for what is gone.
    live: Option<LiveView>,
    server: Option<ControlServer>,
    watchdog: Watchdog,
}

impl<'a> Watching<'a> {
    /// Starts the watchdog, the control socket, the log and the view.
    pub(in crate::commands::trade) fn start(
        options: &SessionOptions,
        is_drawn: bool,
        opened: &Opened,
        decisions: Option<&'a mut Decisions>,
        process: Process,
    ) -> Result<Self, Failure> {
        let Process { interrupt, kill: signal, manager } = process;
        let folder = SessionFolder::new(&opened.runs_dir, &opened.session);
        let kill_file = folder.begin().map_err(file_failure)?;
        let log = SessionLog::open(&folder.log_path()).map_err(file_failure)?;
        let (commander, inbox) = post(kill_file);
        let view = SharedView::default();
        view.set(first_view(opened));
        let system = |error: std::io::Error| Failure::new(FailureKind::Data, error);
        let server = ControlServer::start(&folder.socket_path(), commander.clone(), view.clone());
        if let Err(error) = &server {
            options.console.say(&format!(
                "warning: no control socket ({error}); kill works by file and signal"
            ));
        }
        let heartbeat_s_max = opened.manifest.limits.heartbeat_s_max;
        outlive_size_limit().map_err(system)?;
        let told = (log.clone(), view.clone());
        let watchdog = Watchdog::start(
            WatchdogOptions { signal, heartbeat_s_max },
            commander,
            opened.venue.emergency(),
            Box::new(move |notice| tell((&told.0, &told.1), &notice)),
        )
        .map_err(system)?;
        let live = match is_drawn {
            true => LiveView::start(view.clone(), interrupt).map_err(system)?,
            false => None,
        };
        manager.ready();
        Ok(Self {
            tally: opened.tally.clone(),
            log,
            view,
            report: PaperRecorder::new(opened.engine.symbols()),
            decisions,
            folder,
            manifest: opened.manifest.clone(),
            manager,
            console: (!is_drawn).then(|| options.console.clone()),
            inbox: Some(inbox),
            kept: Stopwatch::start(),
            live,
            server: server.ok(),
            watchdog,
        })
    }

    /// The way of commands to the loop; given away once.
    pub(in crate::commands::trade) fn inbox(&mut self) -> Result<Inbox, Failure> {
        self.inbox.take().ok_or_else(|| Failure::new(FailureKind::Bug, "the inbox is given away"))
    }

    /// The log of the session.
    pub(in crate::commands::trade) fn log(&self) -> SessionLog {
        self.log.clone()
    }

    /// Ends the session in good order and writes its report, with what lies between it and its backtest.
    pub(in crate::commands::trade) fn finish(
        mut self,
        opened: &Opened,
        progress: Progress,
        explain: &dyn Fn() -> Option<Explained>,
    ) -> Result<Tally, Failure> {
        self.manager.stopping();
        self.live = None;
        self.server = None;
        drop(self.watchdog);
        let head = opened.recorder.head();
        self.view.update(|view| {
            show_engine(view, &opened.engine);
            (view.ledger.rows, view.ledger.head) = (head.rows, head.head.to_string());
            view.state = match progress {
                Progress::Complete => SessionState::Ended,
                Progress::Stopped(_) => SessionState::Stopped,
            };
        });
        let view = self.view.get();
        keep_view(&self.folder.view_path(), &view).map_err(file_failure)?;
        self.folder.end().map_err(file_failure)?;
        if progress == Progress::Complete {
            let done = opened.store.end_session(&opened.session, "complete", now());
            done.map_err(store_failure)?;
        }
        let mut input = self.report.finish();
        input.session.clone_from(&opened.session);
        input.agent.clone_from(&view.agent);
        input.venue.clone_from(&view.venue);
        input.ledger = (head.rows, head.head.to_string());
        for bundle in &opened.manifest.bundles {
            input.provenance.push((bundle.name.clone(), bundle.digest.to_string()));
        }
        // This may take longer than a loop may be silent: nobody watches any more.
        if let Some(explained) = explain() {
            let path = self.folder.path().join(ATTRIBUTION_FILE);
            let text = serde_json::to_vec_pretty(&explained.document)
                .map_err(|error| Failure::new(FailureKind::Bug, error))?;
            write_atomic(&path, &text).map_err(file_failure)?;
            show_attribution(&mut input, explained);
        }
        write_paper_report(self.folder.path(), &input)
            .map_err(|error| Failure::new(FailureKind::Data, error))?;
        Ok(self.tally)
    }
}

impl Watching<'_> {
    /// Alerts by a second way: the log may be gone.
    fn alarm(&self, effects: &[Effect]) {
        let Some(console) = &self.console else { return };
        for effect in effects {
            if let Effect::Alert(alert) = effect {
                console.say(&format!("alert: {}", alert_text(alert)));
            }
        }
    }

    /// A folder that somebody removed is made again, so that the session can be found and killed.
    fn keep_folder(&self) {
        if self.folder.process_path().exists() {
            return;
        }
        let made = std::fs::create_dir_all(self.folder.path());
        let made = made.map_err(|error| error.to_string());
        // A kill holds for the account of the manifest.
        let manifest = || self.manifest.write(self.folder.path()).map_err(|e| e.to_string());
        let made = made.and_then(|()| manifest());
        let made = made.and_then(|()| self.folder.begin().map_err(|error| error.to_string()));
        let detail = made.err().unwrap_or_else(|| "it is made again".to_owned());
        self.log.say("folder_gone", &json!({ "detail": detail }));
        if let Some(console) = &self.console {
            console.say(&format!("warning: the folder of the session was removed: {detail}"));
        }
    }
}

fn show_attribution(input: &mut PaperReportInput, explained: Explained) {
    let split = explained.document.attribution;
    let rows = split.total.named().into_iter().zip(Terms::MEANINGS);
    let row = |((cause, amount), meaning): ((&str, f64), &str)| AttributionRow {
        cause: cause.to_owned(),
        amount,
        meaning: meaning.to_owned(),
    };
    input.attribution = rows.map(row).collect();
    input.backtest = explained.backtest;
    input.split = Some(split);
}

impl Watcher for Watching<'_> {
    fn saw(&mut self, engine: &Engine, event: &Event, effects: &[Effect]) {
        self.tally.count(event, effects);
        self.log.note(event, effects);
        self.alarm(effects);
        self.report.note(event, effects);
        if let Some(decisions) = &mut self.decisions {
            decisions.note(effects);
        }
        self.manager.alive();
        if matches!(event, Event::History(_)) {
            return;
        }
        let is_bar = matches!(event, Event::Bar(_) | Event::LastBar(_));
        let report = &mut self.report;
        self.view.update(|view| {
            note(view, engine.symbols(), event, effects);
            view.ledger.rows += 1;
            if is_bar || !effects.is_empty() {
                show_engine(view, engine);
            }
            if is_bar {
                report.note_limits(engine.now(), &view.limits);
            }
        });
        if self.kept.seconds() > KEEP_S {
            self.kept = Stopwatch::start();
            let view = self.view.get();
            self.keep_folder();
            self.manager.status(&format!("{}: {}", view.session, view.state.label()));
            if let Err(error) = keep_view(&self.folder.view_path(), &view) {
                self.log.say("view_not_kept", &json!({ "detail": error.to_string() }));
            }
        }
    }
}

/// A file that may not grow any more is an error of its writer, as on a full disk, and not the end of the process: its
/// orders must still be canceled.
fn outlive_size_limit() -> std::io::Result<()> {
    let ignored = std::sync::Arc::default();
    signal_hook::flag::register(signal_hook::consts::SIGXFSZ, ignored).map(drop)
}

/// Takes the halts back that a human released while nothing ran.
pub(in crate::commands::trade) fn arm(opened: &Opened) -> Result<(), Failure> {
    arm_released(&opened.runs_dir, &opened.account).map_err(file_failure)
}

/// What the watchdog did shows in the view as well: a full disk takes no line of the log.
fn tell((log, view): (&SessionLog, &SharedView), notice: &WatchNotice) {
    match notice {
        WatchNotice::Alive => {}
        WatchNotice::KillAsked { by } => log.say("kill_asked", &json!({ "by": by })),
        WatchNotice::Canceled { why, orders } => {
            let text = format!("the watchdog canceled {orders} orders: {why}");
            view.update(|view| note_outside(view, text));
            log.say("watchdog_canceled", &json!({ "why": why, "orders": orders }));
        }
        WatchNotice::CancelFailed { why, detail } => {
            let text = format!("the watchdog could not cancel ({why}): {detail}");
            view.update(|view| note_outside(view, text));
            log.say("watchdog_cancel_failed", &json!({ "why": why, "detail": detail }));
        }
    }
}

fn first_view(opened: &Opened) -> SessionView {
    let names: Vec<&str> = opened.manifest.bundles.iter().map(|b| b.name.as_str()).collect();
    let head = opened.recorder.head();
    let mut view = SessionView {
        session: opened.session.clone(),
        agent: names.join(" + "),
        venue: opened.manifest.venue.label().to_owned(),
        ..SessionView::default()
    };
    (view.ledger.rows, view.ledger.head) = (head.rows, head.head.to_string());
    view
}

/// What only the engine can tell.
fn show_engine(view: &mut SessionView, engine: &Engine) {
    view.taken_at = Some(now());
    view.state = state(engine);
    view.causes = engine.risk().halts().iter().map(|halt| halt.cause.name().to_owned()).collect();
    let holdings = engine.holdings();
    let equity = engine.equity();
    view.equity.cash = Some(holdings.cash);
    let position = |(index, symbol): (usize, &crate::domain::Symbol)| {
        let held = &holdings.positions[index];
        let price = engine.price(index);
        PositionRow {
            symbol: symbol.clone(),
            quantity: held.quantity,
            price,
            entry_price: (held.quantity != 0.0).then_some(held.entry_price),
            weight: price.map(|price| held.quantity * price / equity),
            unrealized: price.map(|price| held.unrealized_profit(price)),
            is_halted: engine.is_halted(symbol),
        }
    };
    view.positions = engine.symbols().iter().enumerate().map(position).collect();
    view.orders = engine
        .orders()
        .filter(|order| order.state.is_open())
        .map(|order| OrderRow {
            id: order.request.id,
            symbol: order.request.symbol.clone(),
            side: order.request.side,
            kind: order_kind_text(&order.request),
            quantity: order.request.quantity,
            filled: order.filled,
            state: format!("{:?}", order.state).to_lowercase(),
            since: order.sent_at,
        })
        .collect();
    let row = |used: crate::risk::LimitUse| LimitRow {
        key: used.key.to_owned(),
        used: used.used,
        limit: used.limit,
    };
    view.limits = engine.limit_use().into_iter().map(row).collect();
}

fn state(engine: &Engine) -> SessionState {
    let is_killed = engine.risk().halts().iter().any(|halt| halt.cause == HaltCause::Killed);
    match engine.trading_state() {
        TradingState::Halted if is_killed => SessionState::Killed,
        TradingState::Halted => SessionState::Halted,
        _ if engine.is_paused() => SessionState::Paused,
        TradingState::Reducing => SessionState::Reducing,
        TradingState::Active if engine.has_begun() => SessionState::Running,
        TradingState::Active => SessionState::Starting,
    }
}

fn file_failure(error: FileError) -> Failure {
    Failure::new(FailureKind::Data, error)
}
