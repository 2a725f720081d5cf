//! From arguments to a command and from its result to an exit code.

use std::io::Write;
use std::panic;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use super::arguments::EvalArguments;
use super::errors;
use super::{Arguments, Command, Global};
use crate::commands::{
    self, BenchGymOptions, Console, EvalOptions, Failure, FailureKind, FeaturesOptions,
    FetchOptions, FoldKind, FoldOptions, SchemaOf, SessionOptions, SweepOptions, Talk,
    TrainOptions,
};
use crate::connectors::FetchMode;

/// Runs the command line and gives the exit code.
#[must_use]
pub fn main() -> ExitCode {
    errors::silence_default_panic_message();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return errors::usage(&error),
    };
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| run(arguments)));
    match outcome {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(failure)) => report(&failure),
        Err(payload) => report(&Failure::bug(payload.as_ref())),
    }
}

fn report(failure: &Failure) -> ExitCode {
    // Nobody is left to tell if standard error is closed; the exit code still speaks.
    let _ = writeln!(std::io::stderr().lock(), "{failure}");
    ExitCode::from(failure.kind().exit_code())
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { global, command } = arguments;
    if let Some(directory) = &global.directory {
        std::env::set_current_dir(directory).map_err(|error| {
            let text = format!("cannot work in folder {}: {error}", directory.display());
            Failure::new(FailureKind::Usage, text)
        })?;
    }
    let session = session(&global);
    match command {
        Command::Init(options) => commands::init(&session, &options.folder),
        Command::Fetch(options) => commands::fetch(
            &session,
            &FetchOptions {
                range: options.range,
                plan: options.plan,
                check: options.check,
                ticks: options.ticks,
                mode: if options.all { FetchMode::All } else { FetchMode::Missing },
            },
        ),
        Command::Features(options) => commands::features(
            &session,
            &FeaturesOptions {
                range: options.range,
                output: options.output,
                raw: options.raw,
                prove: options.prove,
            },
        ),
        Command::Train(options) => commands::train(
            &session,
            &TrainOptions { resume: options.resume.into(), judge: !options.no_eval },
        ),
        Command::Tune(command) => super::tune::tune(&session, command),
        Command::Worker(arguments) => super::tune::worker(&session, arguments),
        Command::Eval(options) => eval(&session, options),
        Command::Paper(options) => super::trade::paper(&session, options),
        Command::Live(options) => super::broker::live(&session, options),
        Command::Doctor(options) => super::broker::doctor(&session, options),
        Command::Sim(command) => super::broker::sim(&session, command),
        Command::Status(options) => super::trade::status(&session, options),
        Command::Pause(options) => commands::pause(&session, &super::trade::control(options)),
        Command::Resume(options) => commands::resume(&session, &super::trade::control(options)),
        Command::Flatten(options) => commands::flatten(&session, &super::trade::control(options)),
        Command::Kill(options) => commands::kill(&session, &super::trade::control(options)),
        Command::Replay(options) => super::trade::replay(&session, options),
        Command::Audit(command) => super::trade::audit(&session, &command),
        Command::Ledger(command) => super::trade::ledger(&session, command),
        other => run_small(other, &session),
    }
}

fn eval(session: &SessionOptions, options: EvalArguments) -> Result<(), Failure> {
    let Some(bundle) = options.agent else {
        let kind = if options.purged { FoldKind::Purged } else { FoldKind::WalkForward };
        let folds = FoldOptions { kind, range: options.range, folder: options.folder };
        return commands::eval_folds(session, &folds);
    };
    let (range, in_sample) = (options.range, options.in_sample);
    if options.sweep {
        let sweep = SweepOptions { bundle, range, in_sample, file: options.output };
        return commands::sweep(session, &sweep);
    }
    commands::eval(
        session,
        &EvalOptions {
            bundle,
            range,
            in_sample,
            audit: options.audit,
            trades: options.trades,
            report: options.report,
            picture: options.picture,
        },
    )
}

fn run_small(command: Command, session: &SessionOptions) -> Result<(), Failure> {
    use super::arguments::{AgentsCommand, BenchCommand, ConfigCommand, RunsCommand};
    match command {
        Command::Data(command) => super::data::run(session, command),
        Command::Bench(BenchCommand::Gym(options)) => commands::bench_gym(
            session,
            &BenchGymOptions { repetitions: usize::from(options.repetitions) },
        ),
        Command::Config(ConfigCommand::Check) => commands::config_check(session),
        Command::Config(ConfigCommand::Show { origin: false }) => commands::config_show(session),
        Command::Config(ConfigCommand::Show { origin: true }) => commands::config_origin(session),
        Command::Config(ConfigCommand::Explain { key }) => commands::config_explain(session, &key),
        Command::Config(ConfigCommand::Schema { desk: false }) => {
            commands::config_schema(session, SchemaOf::Agent)
        }
        Command::Config(ConfigCommand::Schema { desk: true }) => {
            commands::config_schema(session, SchemaOf::Desk)
        }
        Command::Runs(RunsCommand::List) => commands::runs_list(session),
        Command::Runs(RunsCommand::Show { run }) => commands::runs_show(session, &run),
        Command::Runs(RunsCommand::Compare { runs }) => commands::runs_compare(session, &runs),
        Command::Agents(AgentsCommand::List) => commands::agents_list(session),
        Command::Agents(AgentsCommand::Show { bundle }) => commands::agents_show(session, &bundle),
        Command::Agents(AgentsCommand::Verify { bundle }) => {
            commands::agents_verify(session, &bundle)
        }
        Command::Completions(options) => {
            let mut script = Vec::new();
            let mut command = Arguments::command();
            clap_complete::generate(options.shell, &mut command, "releat", &mut script);
            session.console.data(&String::from_utf8_lossy(&script))
        }
        Command::Man(options) => std::fs::create_dir_all(&options.folder)
            .and_then(|()| clap_mangen::generate_to(Arguments::command(), &options.folder))
            .map_err(|error| {
                let text =
                    format!("cannot write manual pages to {}: {error}", options.folder.display());
                Failure::new(FailureKind::Data, text)
            }),
        // The commands that do the work are dispatched before this one.
        _ => Ok(()),
    }
}

fn session(global: &Global) -> SessionOptions {
    let talk = match (global.quiet, global.verbose) {
        (true, _) => Talk::Quiet,
        (false, 0) => Talk::Normal,
        (false, _) => Talk::Verbose,
    };
    SessionOptions {
        configs: global.config.clone(),
        env: global.env.clone(),
        sets: global.set.clone(),
        seed: global.seed,
        device: global.device.clone(),
        console: Console { format: global.output_format.into(), talk, name: None },
        show_progress: !global.no_progress && talk > Talk::Quiet,
        offline: global.offline,
    }
}
