//! The command line: flags of all commands, and modules that call the rooms which do the work.

mod columns;
mod demo;
mod fields;
mod generated;
mod progress;
mod run;
mod shard;
mod simulate;
mod tools;
mod trace;
mod web;

use std::{fmt, ops::RangeInclusive, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, Parser, Subcommand, ValueEnum};
use shard::ShardFlag;
use web::WebArgs;

use crate::app::telemetry::{self, Settings};
pub use demo::config as demo_config;

/// Prometheus exporter for the Enghouse Trio contact centre.
// `run` is the default command, so its flags are here as well. Without
// `args_conflicts_with_subcommands` `trio-exporter --once check` would be accepted, and `--once`
// ignored.
#[derive(Debug, Parser)]
#[command(
    name = "trio-exporter",
    version = env!("BUILD_VERSION"),
    args_conflicts_with_subcommands = true,
    max_term_width = MAX_COLUMNS
)]
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
    /// Run the exporter against a simulated Trio.
    ///
    /// Needs nothing else.
    Demo(demo::DemoArgs),
    /// Serve a simulated Trio.
    ///
    /// It is for anyone who writes a client of its API, and for a rehearsal of the set-up.
    Simulate(simulate::SimulateArgs),
    /// Show what a Trio sends and how the exporter uses it.
    ///
    /// Lists the members of its answers and the fields that they feed. Changes nothing.
    Inspect(InspectArgs),
    /// Find what is wrong between the exporter and Trio.
    ///
    /// Each finding has its remedy. Changes nothing.
    Check(CheckArgs),
    /// Print how single cases are counted, as it happens.
    ///
    /// Use it to check the numbers with test calls.
    Trace(TraceArgs),
    /// Save a server's answers for a bug report.
    ///
    /// Names and numbers of people are replaced.
    Record(RecordArgs),
    /// Write a first configuration.
    ///
    /// Asks for server, client key, user and password.
    Init(tools::InitArgs),
    /// Print a script that lets a shell complete flags.
    Completions(generated::CompletionsArgs),
    /// Print the JSON Schema of the configuration file.
    ///
    /// Editors complete and check the file with it.
    Schema,
    /// Print the built-in names of Trio's fields.
    Fields(fields::FieldsArgs),
    /// Print the hash of a password, for `basic_auth_users`.
    ///
    /// Asks for the password, or reads it from the standard input.
    HashPassword,
    /// Print a manual page, for packages.
    #[command(hide = true)]
    Man(generated::ManArgs),
    /// Ask a running exporter if it is healthy.
    ///
    /// For images without a shell. Exit code 0: healthy; 1: not healthy, and a line says why.
    Healthcheck(HealthcheckArgs),
}

impl Command {
    /// Returns the log level without `--log.level`.
    // The output of a command that ends by itself says what is wrong, with remedies. Lines of the
    // log between them would say the same in other words.
    fn default_level(&self) -> &'static str {
        match self {
            Self::Run(args) if args.once || args.check => "warn",
            Self::Run(_) | Self::Demo(_) | Self::Simulate(_) => "info",
            // It polls as the exporter does, and prints only what it counts.
            Self::Trace(_) => "warn",
            _ => "error",
        }
    }
}

#[derive(Debug, Args)]
struct LogArgs {
    /// Log level: error, warn, info, debug or trace.
    ///
    /// By default info for what serves; warn for trace, --once and --config.check; error for the
    /// other commands, whose output says what they find.
    #[arg(long = "log.level", global = true)]
    level: Option<String>,
    /// Log format.
    #[arg(long = "log.format", value_enum, default_value_t = LogFormat::Logfmt, global = true)]
    format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Logfmt,
    Json,
}

// The configuration, for the commands that read one. No doc comment: clap would show it as that of
// the command.
#[derive(Debug, Args)]
struct SourceArgs {
    /// Configuration file (YAML).
    ///
    /// Without it: a single target from TRIO_URL and the other TRIO_* variables; else
    /// ./trio-exporter.yml; else /etc/trio-exporter/trio-exporter.yml, on Windows
    /// %ProgramData%\trio-exporter\trio-exporter.yml.
    #[arg(long = "config.file", env = CONFIG_VARIABLE, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Variable that names the configuration file.
const CONFIG_VARIABLE: &str = "TRIO_EXPORTER_CONFIG";

#[derive(Debug, Args)]
struct RunArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// Read only this exporter's share of the targets.
    ///
    /// NUMBER/SHARDS, from 0/3 to 2/3 for the three that share them; auto/3 takes the number at the
    /// end of the pod's name (POD_NAME, else HOSTNAME).
    #[arg(long, env = "TRIO_EXPORTER_SHARD", value_name = "I/N")]
    shard: Option<ShardFlag>,
    #[command(flatten)]
    web: WebArgs,
    /// Read the configuration, print its errors, and exit.
    #[arg(long = "config.check", conflicts_with = "once")]
    check: bool,
    /// Read every target once, print /metrics, and exit.
    #[arg(long)]
    once: bool,
}

#[derive(Debug, Args)]
struct InspectArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// The target to inspect, if several are configured.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Show samples unmasked.
    ///
    /// They may contain names and numbers of people.
    #[arg(long)]
    show_values: bool,
    /// Format of the report.
    #[arg(long, value_enum, default_value_t)]
    output: tools::Output,
    /// Do not read the server's own help pages.
    #[arg(long)]
    no_help: bool,
    /// Print a fields_file with all that was found out.
    ///
    /// It replaces the report, and begins with the target's own file. Only what is sure is active;
    /// all else is a comment.
    #[arg(long, conflicts_with_all = ["diff", "facts"])]
    suggest: bool,
    /// Write the suggested fields_file to this file instead.
    ///
    /// If the file exists, its lines stay.
    #[arg(short = 'o', long = "out", value_name = "FILE", requires = "suggest")]
    out: Option<PathBuf>,
    /// Print only what may be sent to others.
    ///
    /// Names of members, types, enumerations, grades and versions; no values, addresses or
    /// descriptions.
    #[arg(long, conflicts_with_all = ["diff", "show_values"])]
    facts: bool,
    /// Also prove which member holds which field.
    ///
    /// Uses the documented filters: asks Trio with values of its own answers, at most 200 requests,
    /// two a second. Choose a quiet hour.
    #[arg(long)]
    prove: bool,
    /// Write the report to a file as well, to compare it later.
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Print the changes since a saved report instead.
    ///
    /// Exit code 1 if there are any.
    #[arg(long, value_name = "FILE")]
    diff: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// Configuration file, as with --config.file.
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    source: SourceArgs,
    /// Print a line for each check, not one for each group.
    #[arg(long, short)]
    verbose: bool,
    /// The target to check; without it, all configured targets.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Compare the server's own help with the mapping in use.
    #[arg(long)]
    learn: bool,
}

#[derive(Debug, Args)]
struct TraceArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// The target to trace, if several are configured.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// Only this contact centre, by id or name.
    ///
    /// May be given again.
    #[arg(long, value_name = "ID")]
    contact_center: Vec<String>,
    /// Only this service, by id, or by name if only one has it.
    ///
    /// May be given again.
    #[arg(long, value_name = "ID")]
    service: Vec<String>,
    /// Accept services that do not exist yet, and wait for them.
    #[arg(long, requires = "service")]
    wait_for_service: bool,
    /// Stop after this time, such as 90s, 10m or 1h.
    ///
    /// Without it, run until Ctrl-C.
    #[arg(
        long = "for",
        value_name = "DURATION",
        allow_hyphen_values = true,
        value_parser = trace::duration,
    )]
    run_time: Option<Duration>,
    /// Format of the lines.
    #[arg(long, value_enum, default_value_t)]
    output: trace::Output,
}

#[derive(Debug, Args)]
struct RecordArgs {
    #[command(flatten)]
    source: SourceArgs,
    /// The target to record, if several are configured.
    #[arg(long, value_name = "NAME")]
    target: Option<String>,
    /// The folder to write; it must not exist yet, or be empty.
    #[arg(long, value_name = "DIR", default_value = "trio-recording")]
    save: PathBuf,
    /// Number of cycles to record after one reading of everything.
    ///
    /// Each cycle reads what is due.
    #[arg(
        long,
        default_value_t = 3,
        allow_negative_numbers = true,
        value_parser = number::<u32>(1..=1000),
    )]
    cycles: u32,
    /// Seconds from one cycle to the next.
    ///
    /// By default the shorter one of `poll.state` and `poll.flow`. Longer if the request limit
    /// needs it.
    #[arg(
        long,
        value_name = "SECONDS",
        allow_negative_numbers = true,
        value_parser = number::<u64>(1..=3600),
    )]
    interval: Option<u64>,
    /// Keep the unmapped words of this field.
    ///
    /// For example `agents/state.state`; may be given again.
    #[arg(long, value_name = "FIELD")]
    keep_values: Vec<String>,
}

#[derive(Debug, Args)]
struct HealthcheckArgs {
    /// Base address of the exporter.
    #[arg(long, env = "TRIO_EXPORTER_HEALTHCHECK_URL", default_value = "http://127.0.0.1:10427")]
    url: String,
    /// Ask if it is ready to be scraped, not only if it runs.
    #[arg(long)]
    ready: bool,
    /// Time for the whole answer.
    #[arg(long, default_value = "3s", value_parser = web::duration, value_name = "TIME")]
    timeout: Duration,
    /// Authorities that may have signed its certificate (PEM).
    ///
    /// No others are trusted then.
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    ca_file: Option<PathBuf>,
    /// Accept any certificate.
    ///
    /// This includes a self-signed one and one for another name. Use it only for an address of this machine, where
    /// no one can intercept the connection.
    #[arg(long)]
    insecure: bool,
    /// One of the users that the web configuration names.
    #[arg(long, value_name = "NAME", requires = "password_file")]
    user: Option<String>,
    /// The file that holds the user's password.
    #[arg(long, value_name = "FILE", requires = "user")]
    password_file: Option<PathBuf>,
}

/// Widest output on a terminal, in columns: longer lines are hard to follow back to the left.
const MAX_COLUMNS: usize = 100;

/// Time that file operations still have when everything else has ended.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// Errors in flags or configuration; the exit code is 2.
#[derive(Debug)]
struct UsageError(Vec<String>);

impl fmt::Display for UsageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for UsageError {}

impl Cli {
    /// Runs the command. Exit codes: 0 done, 1 failed, 2 wrong flags or configuration.
    #[allow(
        clippy::print_stderr,
        reason = "the error that ends a program which may have no logger yet"
    )]
    pub fn execute(self) -> ExitCode {
        match self.start() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                // 2 is what clap exits with for wrong flags; systemd does not restart the unit
                // after it.
                eprintln!("{error:#}");
                ExitCode::from(if error.is::<UsageError>() { 2 } else { 1 })
            }
        }
    }

    fn start(self) -> anyhow::Result<()> {
        let format = match self.log.format {
            LogFormat::Logfmt => telemetry::Format::Logfmt,
            LogFormat::Json => telemetry::Format::Json,
        };
        let command = self.command.unwrap_or(Command::Run(self.run));
        let level = self.log.level.unwrap_or_else(|| command.default_level().to_owned());
        // Before the command, so that its first warning is logged as asked for.
        let level = telemetry::init(&Settings { level, format })
            .map_err(|error| UsageError(vec![format!("--log.level: {error}")]))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let done = match command {
            Command::Run(args) => runtime.block_on(run::run(args, level)),
            Command::Demo(args) => runtime.block_on(demo::run(args, level)),
            Command::Simulate(args) => runtime.block_on(simulate::run(args)),
            Command::Inspect(args) => runtime.block_on(tools::inspect(args)),
            Command::Check(args) => runtime.block_on(tools::check(args)),
            Command::Trace(args) => runtime.block_on(trace::run(args)),
            Command::Record(args) => runtime.block_on(tools::record(args)),
            Command::Init(args) => tools::init(args),
            Command::Completions(args) => generated::completions(&args),
            Command::Schema => generated::schema(),
            Command::Fields(args) => fields::run(&args),
            Command::HashPassword => tools::hash_password(),
            Command::Man(args) => generated::man(&args),
            Command::Healthcheck(args) => runtime.block_on(tools::healthcheck(args)),
        };
        // Dropping the runtime would wait without end for a file operation on a disk that hangs.
        runtime.shutdown_timeout(SHUTDOWN_TIMEOUT);
        done
    }
}

/// Returns a parser for numbers within `bounds`; its error says which numbers are allowed.
fn number<T: TryFrom<u64>>(
    bounds: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| bounds.contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
            match (bounds.start(), bounds.end()) {
                // The largest number of a type means nothing to the reader of a message.
                (0, &u64::MAX) => "give a whole number".to_owned(),
                (least, &u64::MAX) => format!("give a whole number of at least {least}"),
                (least, most) => format!("give a whole number from {least} to {most}"),
            }
        })
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
    fn commands_that_end_log_errors_alone() {
        for (words, level) in [
            ("", "info"),
            ("run", "info"),
            ("demo", "info"),
            ("simulate", "info"),
            ("--once", "warn"),
            ("run --config.check", "warn"),
            ("trace", "warn"),
            ("check", "error"),
            ("inspect", "error"),
            ("record", "error"),
            ("init", "error"),
            ("healthcheck", "error"),
        ] {
            let words = std::iter::once("trio-exporter").chain(words.split_whitespace());
            let cli = Cli::try_parse_from(words).expect("valid");
            assert_eq!(cli.log.level, None);
            let command = cli.command.unwrap_or(Command::Run(cli.run));
            assert_eq!(command.default_level(), level, "{command:?}");
        }
    }

    #[test]
    fn run_is_the_default_command() {
        for words in [
            &["trio-exporter", "--config.file", "x"][..],
            &["trio-exporter", "run", "--config.file", "x"],
        ] {
            let cli = Cli::try_parse_from(words).expect("valid");
            let args = match cli.command {
                None => cli.run,
                Some(Command::Run(args)) => args,
                other => panic!("{other:?}"),
            };
            assert_eq!(args.source.config, Some(PathBuf::from("x")));
        }
    }
}
