//! The command line, and what each command does.

mod check;
mod demo;
mod generated;
mod healthcheck;
mod init;
mod inspect;
mod record;
mod run;
mod shard;
mod simulate;
mod trace;
mod web;

use std::{fmt, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use demo::config as demo_config;

use crate::{
    http::ListenAddress,
    telemetry::{self, Settings},
};
use shard::ShardFlag;
use web::WebArgs;

/// Prometheus exporter for the Enghouse Trio contact centre.
#[derive(Debug, Parser)]
#[command(name = "trio-exporter", version, about, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    log: LogArgs,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read Trio and serve metrics (the default command).
    Run(RunArgs),
    /// Show the exporter at work on a simulated Trio; needs nothing else.
    Demo(DemoArgs),
    /// Serve a simulated Trio, for anyone who writes a client of its API.
    Simulate(SimulateArgs),
    /// Show what a server's answers hold and what the exporter makes of them; changes nothing.
    Inspect(InspectArgs),
    /// Find out what is wrong between the exporter and Trio, and say how to repair it; changes nothing.
    Check(CheckArgs),
    /// Print what is inferred of single cases as it happens, to check the numbers with test calls.
    Trace(TraceArgs),
    /// Save what a server answers, without names and numbers of anybody, to send it with a bug report.
    Record(RecordArgs),
    /// Write a first configuration: ask for server, client key, user and password.
    Init(init::InitArgs),
    /// Print a script that has a shell complete commands and flags.
    Completions(generated::CompletionsArgs),
    /// Print the JSON Schema of the configuration file, for editors.
    Schema,
    /// Print a manual page, for packages.
    #[command(hide = true)]
    Man(generated::ManArgs),
    /// Ask a running exporter whether it is well, for images without a shell. Exit code 0: it is; 1: it is
    /// not, and a line says why.
    Healthcheck(HealthcheckArgs),
}

#[derive(Debug, Args)]
struct LogArgs {
    /// What is logged: error, warn, info, debug or trace.
    #[arg(long = "log.level", default_value = "info", global = true)]
    level: String,
    /// How it is written.
    #[arg(long = "log.format", value_enum, default_value_t = LogFormat::Logfmt, global = true)]
    format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Logfmt,
    Json,
}

#[derive(Debug, Args)]
struct RunArgs {
    /// Configuration file (YAML). Without one, a single target is taken from `TRIO_URL` and its fellows.
    #[arg(long = "config.file", env = "TRIO_EXPORTER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Read only this exporter's share of the targets: NUMBER/SHARDS, from 0/3 to 2/3 for the three that share
    /// them; auto/3 takes the number at the end of the pod's name (POD_NAME, else HOSTNAME).
    #[arg(long, env = "TRIO_EXPORTER_SHARD", value_name = "I/N")]
    shard: Option<ShardFlag>,
    #[command(flatten)]
    web: WebArgs,
    /// Read the configuration, say what is wrong with it, and exit.
    #[arg(long = "config.check", conflicts_with = "once")]
    check: bool,
    /// Read every target once, print what /metrics would show, and exit.
    #[arg(long)]
    once: bool,
}

#[derive(Debug, Args)]
struct InspectArgs {
    /// Configuration file (YAML). Without one, a single target is taken from `TRIO_URL` and its fellows.
    #[arg(long = "config.file", env = "TRIO_EXPORTER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The target to inspect, if several are configured.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Show samples as they are. They may hold names and numbers of people.
    #[arg(long)]
    show_values: bool,
    /// How to print the report.
    #[arg(long, value_enum, default_value_t)]
    output: inspect::Output,
    /// Print a fields_file to edit instead of the report.
    #[arg(long, conflicts_with = "diff")]
    suggest: bool,
    /// Write the report to a file as well, to compare it later.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Print what has changed since a saved report instead of the report.
    #[arg(long, value_name = "FILE")]
    diff: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// Configuration file (YAML). Without one, a single target is taken from `TRIO_URL` and its fellows.
    #[arg(long = "config.file", env = "TRIO_EXPORTER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The target to check; without it all that are configured.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
}

#[derive(Debug, Args)]
struct TraceArgs {
    /// Configuration file (YAML). Without one, a single target is taken from `TRIO_URL` and its fellows.
    #[arg(long = "config.file", env = "TRIO_EXPORTER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The target to trace, if several are configured.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Only this contact centre, by id or name; may be given again.
    #[arg(long, value_name = "ID")]
    contact_center: Vec<String>,
    /// Only this service, by id, or by name if only one has it; may be given again.
    #[arg(long, value_name = "ID")]
    service: Vec<String>,
    /// Accept services that do not exist yet, and wait for them.
    #[arg(long, requires = "service")]
    wait_for_service: bool,
    /// Stop after so long, such as 90s, 10m or 1h; without it, at Ctrl-C.
    #[arg(long = "for", value_name = "DURATION", value_parser = trace::duration)]
    how_long: Option<Duration>,
    /// How to print the lines.
    #[arg(long, value_enum, default_value_t)]
    output: trace::Output,
}

#[derive(Debug, Args)]
struct RecordArgs {
    /// Configuration file (YAML). Without one, a single target is taken from `TRIO_URL` and its fellows.
    #[arg(long = "config.file", env = "TRIO_EXPORTER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The target to record, if several are configured.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// The folder to write; it must not exist yet, or be empty.
    #[arg(long, value_name = "DIR", default_value = "trio-recording")]
    save: PathBuf,
    /// How many times everything is read.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    cycles: u32,
    /// Seconds from one reading to the next; by default what is configured in `poll.state`.
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    interval: Option<u64>,
    /// Keep words of this field that are not mapped, such as `agents/state.state`; may be given again.
    #[arg(long, value_name = "FIELD")]
    keep_values: Vec<String>,
}

#[derive(Debug, Args)]
struct HealthcheckArgs {
    /// Where the exporter serves.
    #[arg(long, env = "TRIO_EXPORTER_HEALTHCHECK_URL", default_value = "http://127.0.0.1:10427")]
    url: String,
    /// Ask whether it is worth scraping, not only whether it is alive.
    #[arg(long)]
    ready: bool,
    /// Time for the whole answer.
    #[arg(long, default_value = "3s", value_parser = web::duration, value_name = "TIME")]
    timeout: Duration,
    /// PEM bundle of the authorities that may have signed its certificate; no others are believed then.
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    ca_file: Option<PathBuf>,
    /// Accept any certificate, as one for another name or one that signed itself; for an address of this
    /// machine only, where nobody stands in between.
    #[arg(long)]
    insecure: bool,
    /// One of the users that the web configuration names.
    #[arg(long, value_name = "NAME", requires = "password_file")]
    user: Option<String>,
    /// The file that holds the user's password.
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct DemoArgs {
    /// Address to serve metrics on.
    #[arg(long = "web.listen-address", default_value = "127.0.0.1:10427", value_name = "ADDRESS")]
    listen: ListenAddress,
    #[command(flatten)]
    world: WorldArgs,
}

#[derive(Debug, Args)]
struct SimulateArgs {
    /// Address of the simulated Trio.
    #[arg(long = "web.listen-address", default_value = "127.0.0.1:10428", value_name = "ADDRESS")]
    listen: ListenAddress,
    /// Serve a folder that `record` wrote, instead of a contact centre that lives.
    #[arg(long, value_name = "DIR", conflicts_with_all = [
        "dialect", "print_fields", "page_cap", "access_token_life", "refresh_token_life", "withhold_times", "WorldArgs",
    ])]
    replay: Option<PathBuf>,
    /// Member names, units and forms of the answers.
    #[arg(long, value_enum, default_value_t = DialectArg::English)]
    dialect: DialectArg,
    /// Write the `fields_file` that the exporter needs for this dialect, and exit.
    #[arg(long)]
    print_fields: bool,
    /// The most items a page holds, whatever the client asks for.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    page_cap: u32,
    /// Life of an access token, in seconds.
    #[arg(long, default_value_t = 3600, value_parser = clap::value_parser!(u64).range(1..))]
    access_token_life: u64,
    /// Life of a refresh token, in seconds.
    #[arg(long, default_value_t = 2_592_000, value_parser = clap::value_parser!(u64).range(1..))]
    refresh_token_life: u64,
    /// Time that each answer is held back, in milliseconds.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=60_000))]
    latency: u64,
    /// Letters of the answers to clients that ask for none.
    #[arg(long, value_enum, default_value_t = CharsetArg::Utf8)]
    charset: CharsetArg,
    /// Seconds after the last change of services and agents until the changes show; Trio takes 60.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=3600))]
    activation: u64,
    /// Leave out the times at which things began, as some servers may.
    #[arg(long)]
    withhold_times: bool,
    #[command(flatten)]
    world: WorldArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DialectArg {
    /// Names that the exporter's own field dictionary knows.
    English,
    /// Swedish names that it knows, clock times, other envelope keys.
    Swedish,
    /// Names, units and words that stand nowhere in it.
    Foreign,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CharsetArg {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "iso-8859-1")]
    Latin1,
}

#[derive(Debug, Args)]
struct WorldArgs {
    /// Services in all.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    services: u32,
    /// Agents in all.
    #[arg(long, default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    agents: u32,
    /// Contact centres.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
    contact_centers: u32,
    /// Worlds with the same seed take the same course.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The command cannot be carried out as it was given.
#[derive(Debug)]
struct Misuse(Vec<String>);

impl fmt::Display for Misuse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Misuse {}

impl Cli {
    /// Carries the command out. Exit codes: 0 done, 1 failed, 2 wrong flags or configuration.
    #[allow(clippy::print_stderr, reason = "the last words of a program that may have no logger")]
    pub fn execute(self) -> ExitCode {
        match self.start() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error:#}");
                ExitCode::from(if error.is::<Misuse>() { 2 } else { 1 })
            }
        }
    }

    fn start(self) -> anyhow::Result<()> {
        let format = match self.log.format {
            LogFormat::Logfmt => telemetry::Format::Logfmt,
            LogFormat::Json => telemetry::Format::Json,
        };
        let level = telemetry::init(&Settings { level: self.log.level, format })
            .map_err(|error| Misuse(vec![format!("--log.level: {error}")]))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        match self.command.unwrap_or(Command::Run(self.run)) {
            Command::Run(args) => runtime.block_on(run::run(args, level)),
            Command::Demo(args) => runtime.block_on(demo::run(args, level)),
            Command::Simulate(args) => runtime.block_on(simulate::run(args)),
            Command::Inspect(args) => runtime.block_on(inspect::run(args)),
            Command::Check(args) => runtime.block_on(check::run(args)),
            Command::Trace(args) => runtime.block_on(trace::run(args)),
            Command::Record(args) => runtime.block_on(record::run(args)),
            Command::Init(args) => init::run(args),
            Command::Completions(args) => generated::completions(&args),
            Command::Schema => generated::schema(),
            Command::Man(args) => generated::man(&args),
            Command::Healthcheck(args) => runtime.block_on(healthcheck::run(args)),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn run_is_the_default_command() {
        for words in
            [&["trio-exporter", "--config.file", "x"][..], &["trio-exporter", "run", "--config.file", "x"]]
        {
            let cli = Cli::try_parse_from(words).expect("valid");
            let args = match cli.command {
                None => cli.run,
                Some(Command::Run(args)) => args,
                other => panic!("{other:?}"),
            };
            assert_eq!(args.config, Some(PathBuf::from("x")));
        }
    }
}
