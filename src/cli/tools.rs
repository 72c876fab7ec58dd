//! The commands of the room `tools`: their flags become its settings.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use anstyle::{AnsiColor, Style};
use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use tokio::{select, sync::watch};
use url::Url;

use super::{
    CONFIG_VARIABLE, CheckArgs, HealthcheckArgs, InspectArgs, RecordArgs, UsageError, columns,
    progress::{reading, say},
    run,
};
use crate::{
    app::shutdown::{self, Stop},
    config::{self, Config, Target},
    files::{open_regular, replace_file},
    http::PasswordHash,
    model::{AuthFailure, Clock, Collector, Wallboard},
    poller::{self, Poller},
    stats::Stats,
    tally,
    tools::{
        check::{self, Level, Report},
        healthcheck::{self, Probe},
        init::{self, AnswerSource, Failure, LearnRequest, Learned, Rules, StandardInput},
        inspect,
        record::{self, Folder, KeptFields, Recorder},
    },
    trio::{self, Client, Dictionary, Error, HelpLimits, Secret},
};

pub(super) async fn healthcheck(args: HealthcheckArgs) -> anyhow::Result<()> {
    Ok(healthcheck::ask(&settings(args)?).await?)
}

fn settings(args: HealthcheckArgs) -> anyhow::Result<healthcheck::Settings> {
    let url = args.url.parse().with_context(|| format!("--url: {:?} is no URL", args.url))?;
    let read = |flag: &str, path: &Path| {
        let mut bytes = Vec::new();
        let read = open_regular(path).and_then(|mut file| file.read_to_end(&mut bytes));
        read.with_context(|| format!("{flag}: cannot read {}", path.display())).map(|_| bytes)
    };
    let ca = args.ca_file.as_deref().map(|path| read("--ca-file", path)).transpose()?;
    let user = match (args.user, args.password_file.as_deref()) {
        (Some(name), Some(path)) => {
            let Ok(text) = String::from_utf8(read("--password-file", path)?) else {
                bail!("--password-file: {} is not UTF-8", path.display());
            };
            // Editors end the last line of a file with a line break.
            Some((name, SecretString::from(text.trim_end_matches(['\r', '\n']))))
        }
        _ => None,
    };
    let probe = if args.ready { Probe::Ready } else { Probe::Healthy };
    Ok(healthcheck::Settings {
        url,
        probe,
        timeout: args.timeout,
        ca,
        insecure: args.insecure,
        user,
    })
}

// There is no flag for a secret: every user of the machine can read the command line of a process.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Address of the API, such as https://trio.example/te/api.
    ///
    /// May be given again, the preferred one first. Asked for if it is not given.
    #[arg(long = "server", value_name = "URL")]
    servers: Vec<String>,
    /// Name of the target: the label `target` of its metrics.
    #[arg(long, value_name = "NAME", default_value = "trio")]
    target: String,
    /// The folder for trio-exporter.yml and the secret files.
    #[arg(long, value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// Replace existing files.
    #[arg(long)]
    force: bool,
}

pub(super) fn init(args: InitArgs) -> anyhow::Result<()> {
    let InitArgs { servers, target, directory, force } = args;
    let rules = Rules {
        name: |name| config::check_name(name).map_err(|error| error.to_string()),
        servers: |text| {
            let servers = config::servers(text).map(|(servers, _)| servers);
            servers.map_err(|mistakes| mistakes.join("; "))
        },
        time_zone: |name| match TimeZone::get(name) {
            Ok(_) => Ok(()),
            Err(_) => Err("no such time zone; give a name such as Europe/Stockholm".to_owned()),
        },
        secret: |key, text| {
            let checked = config::check_secret(key, &Secret::from(text.clone()));
            checked.map_err(|error| error.to_string())
        },
        file: |path| {
            let config = config::load(Some(path), &|_| None);
            config.map(|config| config.warnings).map_err(|mistakes| mistakes.join("\n"))
        },
    };
    let state_file = match directory.starts_with("/etc") {
        true => PACKAGED_STATE.to_owned(),
        false => "trio-exporter.state".to_owned(),
    };
    let machine_zone = TimeZone::system().iana_name().map(str::to_owned);
    let settings = init::Settings {
        servers,
        target,
        directory,
        force,
        machine_zone,
        state_file,
        rules,
        replace: replace_file,
        probe,
        learn,
    };
    init::init(&settings, &mut StandardInput::new(), &mut io::stdout()).map_err(|failure| {
        match failure {
            Failure::Unusable(message) => UsageError(vec![message]).into(),
            other => other.into(),
        }
    })
}

/// Path of the state file that the packages keep the counters in, for configurations below `/etc`,
/// where the service must not write.
const PACKAGED_STATE: &str = "/var/lib/trio-exporter/counters";

/// Asks the Api resource at an address, which needs no login.
fn probe(base: &Url) -> Result<(), String> {
    let nothing = || Secret::from(SecretString::from("-"));
    let client = |base: &Url| {
        let settings = trio::Settings::new(vec![base.clone()], nothing(), nothing(), nothing());
        let dictionary = Dictionary::builtin().map_err(|mistakes| mistakes.join("; "))?;
        Client::new(settings, Arc::new(dictionary), Arc::default(), Clock::system())
            .map_err(|error| error.to_string())
    };
    // `init` runs outside of the program's runtime, since it waits for a person.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let problem = match client(base)?.ask_api(base).await {
            Ok(answer) if answer.is_json => return Ok(()),
            Ok(_) => "answers, but not as the API does; its address ends with /te/api".to_owned(),
            Err(error) => error.redacted(),
        };
        // The other scheme at the same host, at its own port or at the one that is given.
        let mut other = base.clone();
        let scheme = if base.scheme() == "http" { "https" } else { "http" };
        if other.set_scheme(scheme).is_err() {
            return Err(problem);
        }
        match client(&other)?.ask_api(&other).await {
            Ok(answer) if answer.is_json => Err(format!(
                "{problem}; but the API answers at {other}: the address begins with {scheme}://"
            )),
            _ => Err(problem),
        }
    })
}

/// Learns the names in the answers of the server in a configuration file that `init` wrote.
fn learn(request: LearnRequest<'_>) -> Result<Learned, String> {
    let LearnRequest { configuration, fields: known, may_prove } = request;
    let config = config::load(Some(configuration), &|_| None);
    let config = config.map_err(|mistakes| mistakes.join("\n"))?;
    let target = config.targets.into_iter().next().ok_or("no target")?;
    let dictionary = if known.is_empty() {
        target.dictionary
    } else {
        let read = Dictionary::with_user_file("fields.yml", known);
        Arc::new(read.map_err(|mistakes| mistakes.join("\n"))?)
    };
    let stats = Arc::default();
    let client = Client::new(target.trio, dictionary.clone(), stats, Clock::system());
    let client = client.map_err(|error| error.to_string())?;
    let client = client.with_allowance(inspect::MAX_REQUESTS, PAUSE);
    // `init` runs outside of the program's runtime, since it waits for a person.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let (report, problems) =
        runtime.block_on(learn_names(client, &dictionary, known, may_prove))?;
    let fields = inspect::extended_fields_file(&report, known);
    let has_content = |line: &str| {
        let is_comment = line.starts_with('#') && !line.starts_with("#?");
        !is_comment && !line.trim().is_empty()
    };
    let is_needed = fields != known && fields.lines().any(has_content);
    Ok(Learned { fields: is_needed.then_some(fields), table: inspect::summary(&report), problems })
}

/// Inspects a server, and proves what is not known; then reads the lists once more that have new
/// names, which shows the words of their values.
async fn learn_names(
    client: Client,
    dictionary: &Dictionary,
    fields: &str,
    may_prove: &mut dyn FnMut() -> bool,
) -> Result<(inspect::Report, Vec<String>), String> {
    // The first request that a person waits for is the one that may be refused: nothing more is
    // asked then.
    let refused = |error: Error| match error {
        Error::Auth { .. } | Error::LoginWaits { .. } => {
            format!("{error}; more tries can lock the account")
        }
        error => error.redacted(),
    };
    let mut problems = Vec::new();
    let first = match inspect::read_members(&client).await {
        Ok(report) => report,
        Err(error @ (Error::Auth { .. } | Error::LoginWaits { .. })) => return Err(refused(error)),
        // The help says much without a list.
        Err(error) => {
            problems.push(error.redacted());
            inspect::Report::default()
        }
    };
    let is_read = problems.is_empty();
    // Of the first page it is not known yet that there are more.
    let mut is_first = true;
    let mut show = |subject: &str| {
        if !std::mem::take(&mut is_first) {
            progress(subject);
        }
    };
    let help = client.read_help(HelpLimits::default(), &mut show).await;
    let mut report = first;
    report.add_help(&client, &help);
    problems.extend(help.as_ref().err().map(ToString::to_string));
    if !is_read {
        let is_described =
            help.as_ref().is_ok_and(|help| help.resources.iter().any(|it| it.missing.is_none()));
        return if is_described { Ok((report, problems)) } else { Err(problems.join("; ")) };
    }
    if (report.has_open_fields() || report.has_rivals()) && may_prove() {
        let trying = |filter: &str| say(&format!("trying {filter}"));
        let documented = help.as_ref().ok();
        let pause = Duration::ZERO;
        let pace = inspect::Pace { pause, help: documented, progress: &trying };
        inspect::add_proofs(&client, &mut report, pace).await.map_err(refused)?;
        problems.extend(report.untried());
    }
    let found = inspect::extended_fields_file(&report, fields);
    let Ok(extended) = Dictionary::with_user_file("fields.yml", &found) else {
        return Ok((report, problems));
    };
    let client = client.with_dictionary(Arc::new(extended));
    let read = inspect::add_words(&client, &mut report, dictionary).await;
    problems.extend(read.err().map(|error| error.redacted()));
    Ok((report, problems))
}

pub(super) async fn check(args: CheckArgs) -> anyhow::Result<()> {
    let args = args.with_file()?;
    let source = run::source(&args.source)?;
    let config = run::load(&source).map_err(UsageError)?;
    let configured = config.targets.len();
    let mut targets = config.targets;
    let all: Vec<_> = targets.iter().map(|target| target.name.clone()).collect();
    if let Some(wanted) = args.target.as_deref() {
        let names: Vec<String> = targets.iter().map(|target| target.name.to_string()).collect();
        targets.retain(|target| &*target.name == wanted);
        if targets.is_empty() {
            let message =
                format!("--target: name one of the configured targets: {}", names.join(", "));
            return Err(UsageError(vec![message]).into());
        }
    }
    let about_file = check::configuration(&source.name(), configured, &config.warnings);
    about_file.lines.iter().for_each(print_line);
    let (mut failures, mut reports) = (0, Vec::new());
    for target in targets {
        // Each line is printed when it is found: one that hangs must not hide what is known.
        let report = check_target(target, &config.poll, &config.wallboards, &args).await?;
        failures += report.count(Level::Fail);
        reports.push(report);
    }
    check::wallboards(&config.wallboards, &all, &reports).lines.iter().for_each(print_line);
    if failures > 0 {
        bail!("{failures} of the lines above say FAIL");
    }
    Ok(())
}

async fn check_target(
    target: Target,
    poll: &poller::Settings,
    wallboards: &[Arc<Wallboard>],
    args: &CheckArgs,
) -> anyhow::Result<Report> {
    let (clock, stats) = (Clock::system(), Arc::new(Stats::default()));
    let client = Client::new(target.trio.clone(), target.dictionary, stats.clone(), clock.clone())?;
    let target = check::CheckTarget {
        name: target.name,
        settings: target.trio,
        contact_centers: target.contact_centers,
        intervals: Collector::ALL.map(|collector| poll.interval(collector)),
        configuration: poll.configuration,
        limits: target.poll,
        wallboards: wallboards.to_vec(),
        show: check::Show { line: print_line, reading, verbose: args.verbose },
    };
    let mut report = check::check(&target, &client, &stats, &clock).await;
    if args.learn {
        let help = client.read_help(HelpLimits::default(), &mut progress).await;
        check::compare_help(&client, &help, &mut report);
    }
    report.finish();
    Ok(report)
}

impl CheckArgs {
    /// Returns the arguments with FILE in the place of `--config.file`.
    ///
    /// # Errors
    /// Both are given.
    fn with_file(mut self) -> Result<Self, UsageError> {
        let Some(file) = self.file.take() else { return Ok(self) };
        // FILE is worth more than the variable, as a flag is.
        let variable = std::env::var_os(CONFIG_VARIABLE);
        let is_flag = |path: &PathBuf| Some(path.as_os_str()) != variable.as_deref();
        if self.source.config.as_ref().is_some_and(is_flag) {
            return Err(UsageError(vec![
                "FILE: --config.file is given as well; give one of them".to_owned(),
            ]));
        }
        self.source.config = Some(file);
        Ok(self)
    }
}

/// Prints a line of the report: on a terminal within its width and with the level in colour.
fn print_line(line: &check::Line) {
    // Width of the levels and the two blanks after them.
    const INDENT: usize = 7;
    let text = match columns::of_terminal() {
        Some(columns) => columns::paragraph(&line.to_string(), INDENT, columns),
        None => line.to_string(),
    };
    let (level, rest) = text.split_at(line.level.to_string().len());
    let style = match line.level {
        Level::Ok => AnsiColor::Green.on_default(),
        Level::Check => AnsiColor::Yellow.on_default(),
        Level::Fail => AnsiColor::Red.on_default().bold(),
        Level::Note | Level::Unknown => Style::new().dimmed(),
    };
    // Without colours where there is no terminal, or NO_COLOR is set. A closed output is no reason
    // to stop: the exit code still says if something fails.
    let _ = writeln!(anstream::stdout(), "{style}{level}{style:#}{rest}");
}

pub(super) fn hash_password() -> anyhow::Result<()> {
    let mut input = StandardInput::new();
    if input.is_person() {
        // Not to the standard output, which may go into a file.
        let _ = write!(io::stderr(), "Password (not shown): ");
    }
    let unusable = |message: &str| UsageError(vec![format!("password: {message}")]);
    let read = |input: &mut StandardInput| input.secret().context("the password cannot be read");
    let password = read(&mut input)?.ok_or_else(|| unusable("none was given"))?;
    if input.is_person() {
        let _ = write!(io::stderr(), "\nOnce more: ");
        let again = read(&mut input)?;
        let _ = writeln!(io::stderr());
        if again.is_none_or(|again| again.expose_secret() != password.expose_secret()) {
            return Err(
                unusable("the second one differs from the first; nothing was hashed").into()
            );
        }
    }
    let hash =
        PasswordHash::of_password(&password).map_err(|error| unusable(&error.to_string()))?;
    Ok(writeln!(io::stdout(), "{}", hash.expose())?)
}

/// Prints whole lines of the report at once.
fn print_text(text: &str) {
    // A closed output is no reason to stop: the exit code still says if something fails.
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Reports the progress of reading the help pages, beside the output.
fn progress(subject: &str) {
    // A closed error output is no reason to stop.
    let _ = writeln!(io::stderr(), "help: {subject}");
}

/// Time between two requests of a command that learns: two a second beside everything else that Trio
/// does.
const PAUSE: Duration = Duration::from_millis(500);

/// Format of the report.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Output {
    /// A table for people.
    #[default]
    Table,
    /// JSON for programs; `--save` writes it, too.
    Json,
}

pub(super) async fn inspect(args: InspectArgs) -> anyhow::Result<()> {
    // First, so that a wrong file is reported before Trio is asked.
    let before = args.diff.as_deref().map(read).transpose()?;
    let target = run::load_target(&args.source, args.target.as_deref())?;
    let fields = match args.suggest {
        true => existing_fields(args.out.as_deref(), target.fields_file.as_deref())?,
        false => String::new(),
    };
    let client = Client::new(target.trio, target.dictionary, Default::default(), Clock::system())?;
    let client =
        if args.prove { client.with_allowance(inspect::MAX_REQUESTS, PAUSE) } else { client };
    let trying = |filter: &str| say(&format!("trying {filter}"));
    if args.prove {
        say("--prove sends up to 200 requests in about two minutes; a quiet hour is better");
    }
    let help = match args.no_help {
        true => None,
        false => Some(client.read_help(HelpLimits::default(), &mut progress).await),
    };
    // Before the proofs, for which the help names members that are sent only on request.
    let documented = help.as_ref().and_then(|help| help.as_ref().ok());
    let pace = inspect::Pace { pause: Duration::ZERO, help: documented, progress: &trying };
    let mut report = inspect::Report::default();
    if let Some(help) = &help {
        report.add_help(&client, help);
    }
    // The table grows while it is read; the other forms are whole documents.
    let is_table =
        !args.suggest && !args.facts && before.is_none() && matches!(args.output, Output::Table);
    let mut table = is_table.then(|| inspect::TableWriter::new(args.prove));
    let mut show = |step: inspect::Step<'_>| match (step, &mut table) {
        (inspect::Step::Reading(place), _) => reading(&format!("reading {place}")),
        (inspect::Step::Found(report), Some(table)) => print_text(&table.next(report)),
        (inspect::Step::Found(_), None) => {}
    };
    let pace = args.prove.then_some(pace);
    let report = inspect::inspect_from(report, &client, args.show_values, pace, &mut show).await;
    let report = report.map_err(refused)?;
    if let Some(path) = &args.save {
        let text = serde_json::to_string_pretty(&report)?;
        replace_file(path, &text)
            .with_context(|| format!("--save: cannot write {}", path.display()))?;
    }
    let mut out = io::stdout();
    if args.suggest {
        let text = inspect::extended_fields_file(&report, &fields);
        match &args.out {
            None => write!(out, "{text}")?,
            Some(path) => {
                replace_file(path, &text)
                    .with_context(|| format!("-o: cannot write {}", path.display()))?;
                writeln!(out, "{}: written; its own lines are as they were", path.display())?;
            }
        }
    } else if args.facts {
        write!(out, "{}", inspect::facts(&report, env!("CARGO_PKG_VERSION")))?;
    } else if let Some(before) = before {
        let differences = inspect::differences(&before, &report);
        for line in &differences {
            writeln!(out, "{line}")?;
        }
        if !differences.is_empty() {
            bail!("{} differences since the saved report", differences.len());
        }
    } else {
        match &mut table {
            Some(table) => write!(out, "{}", table.end(&report))?,
            None => writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?,
        }
    }
    Ok(())
}

/// Returns the fields file that a suggestion is added to: the one to write if it exists, else the
/// target's own; empty if there is none.
fn existing_fields(out: Option<&Path>, configured: Option<&Path>) -> anyhow::Result<String> {
    let Some(path) = out.filter(|path| path.symlink_metadata().is_ok()).or(configured) else {
        return Ok(String::new());
    };
    let mut text = String::new();
    let read = open_regular(path).and_then(|mut file| file.read_to_string(&mut text));
    read.with_context(|| format!("cannot read {}", path.display()))?;
    // Lines are added only to a file that is right, so that the mistakes in the result are ours.
    match Dictionary::with_user_file(&path.display().to_string(), &text) {
        Ok(_) => Ok(text),
        Err(mistakes) => Err(UsageError(mistakes).into()),
    }
}

/// Adds to the refusal of a login what a person must know before the next try.
fn refused(error: Error) -> anyhow::Error {
    let is_refused = matches!(
        error,
        Error::Auth { reason: AuthFailure::Credentials | AuthFailure::ClientKey, .. }
            | Error::LoginWaits { reason: AuthFailure::Credentials | AuthFailure::ClientKey, .. }
    );
    let error = anyhow::Error::new(error);
    if is_refused { error.context("more tries can lock the account") } else { error }
}

fn read(path: &Path) -> anyhow::Result<inspect::Report> {
    let wrong = |error: &dyn std::fmt::Display| {
        UsageError(vec![format!(
            "--diff: {}: {error}; give a file that `inspect --save` wrote",
            path.display()
        )])
    };
    let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
    Ok(serde_json::from_str(&text).map_err(|error| wrong(&error))?)
}

pub(super) async fn record(args: RecordArgs) -> anyhow::Result<()> {
    let Config { targets, poll, tally, .. } = run::configuration(&args.source)?;
    let target = run::select_target(targets, args.target.as_deref())?;
    let keep = KeptFields::read(&args.keep_values, &target.dictionary);
    let keep = keep.map_err(|error| UsageError(vec![format!("--keep-values: {error}")]))?;
    // Before Trio is asked: a wrong folder must not cost the time of a recording.
    let folder = Folder::prepare(&args.save)
        .map_err(|error| UsageError(vec![format!("--save: {error}")]))?;
    let poll = match args.interval {
        // Each cycle reads all states and lists.
        Some(seconds) => {
            poller::Settings { state: Duration::from_secs(seconds), flow: None, ..poll }
        }
        None => poll,
    };
    let stop = shutdown::on_signal()?;
    let (servers, dictionary) = (target.trio.servers.clone(), target.dictionary.clone());
    let recorder = match record_cycles(target, poll, tally, args.cycles, stop).await {
        Ok(recorder) => recorder,
        Err(error) => {
            folder.abandon();
            return Err(error);
        }
    };
    let summary = match record::write(&recorder, &servers, &dictionary, &keep, &folder) {
        Ok(summary) => summary,
        Err(error) => {
            folder.abandon();
            return Err(error.into());
        }
    };
    let path = folder.path().display();
    let mut out = io::stdout();
    writeln!(
        out,
        "{path}: {} cycles, {} requests\n\
         {} member names and {} words are kept as the server wrote them; {} member names that look like data are replaced.\n\
         Read {path}/kept.txt before you give the folder to anyone.\n\
         Replay it: trio-exporter simulate --replay {path}",
        summary.cycles, summary.exchanges, summary.names, summary.words, summary.hidden
    )?;
    Ok(())
}

/// Records one look at every resource, then `cycles` cycles of the exporter; fewer if a stop is
/// requested.
async fn record_cycles(
    target: Target,
    poll: poller::Settings,
    tally: tally::Settings,
    cycles: u32,
    stop: Stop,
) -> anyhow::Result<Arc<Recorder>> {
    let clock = Clock::system();
    let recorder = Arc::new(Recorder::new(clock.now()));
    let Target { name, trio, poll: limits, dictionary, contact_centers, .. } = target;
    let poll = poll.within(limits);
    let stats = Arc::default();
    let client = Client::new(trio, dictionary.clone(), Arc::clone(&stats), clock.clone())?;
    let client = client.with_observer(recorder.clone());
    let mut out = io::stdout();
    record::look(&client, &dictionary, &contact_centers).await?;
    writeln!(out, "looked at every resource: {} requests", recorder.exchanges())?;
    let publish = watch::Sender::new(None);
    let poller = Poller::new(name, client, poll, tally, clock.clone(), stats, publish);
    let mut poller = poller.selecting(contact_centers);
    for cycle in 1..=cycles {
        let begun = Instant::now();
        recorder.begin_cycle(clock.now());
        poller.step().await;
        writeln!(out, "cycle {cycle} of {cycles}: {} requests", recorder.exchanges())?;
        if cycle < cycles {
            // The poller's own period, not poll.state: on a large site it reads less often, and a
            // cycle that comes too early would be empty.
            let pause = poller.period().saturating_sub(begun.elapsed());
            select! {
                () = tokio::time::sleep(pause) => {}
                () = stop.clone().requested() => {
                    writeln!(out, "stopped after cycle {cycle} of {cycles}")?;
                    break;
                }
            }
        }
    }
    Ok(recorder)
}
