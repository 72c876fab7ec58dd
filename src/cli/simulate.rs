//! `simulate`: serves a simulated Trio, or a recording.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::{UsageError, number};
use crate::{
    app::shutdown,
    http::ListenAddress,
    model::Clock,
    sim::{
        self, Charset, Dialect, HelpAccess, HelpPages, Options, Replay, Simulator, UnknownFields,
    },
};

#[derive(Debug, Args)]
pub(super) struct SimulateArgs {
    /// Address of the simulated Trio.
    #[arg(long = "web.listen-address", default_value = "127.0.0.1:10428", value_name = "ADDRESS")]
    listen: ListenAddress,
    /// Serve a folder that `record` wrote.
    ///
    /// No contact centre is simulated then.
    #[arg(long, value_name = "DIR", conflicts_with_all = [
        "dialect", "print_fields", "page_cap", "unknown_fields", "access_token_life", "refresh_token_life", "withhold_times", "zoneless_times", "help_pages", "WorldArgs",
    ])]
    replay: Option<PathBuf>,
    /// Dialect of the answers: member names, units and formats.
    #[arg(long, value_enum, default_value_t = DialectArg::English)]
    dialect: DialectArg,
    /// Print a `fields_file` for this dialect, and exit.
    ///
    /// It is required only for `foreign` and `vendor`.
    #[arg(long)]
    print_fields: bool,
    /// Largest number of items on a page.
    ///
    /// A client that asks for more does not get more.
    #[arg(
        long,
        default_value_t = 100,
        allow_negative_numbers = true,
        value_parser = number::<u32>(1..=100_000),
    )]
    page_cap: u32,
    /// Answer to a name in `fields=` that no member has.
    #[arg(long, value_enum, default_value_t = UnknownFieldsArg::Ignore)]
    unknown_fields: UnknownFieldsArg,
    /// Lifetime of an access token, in seconds.
    #[arg(
        long,
        default_value_t = 3600,
        allow_negative_numbers = true,
        value_parser = number::<u64>(1..=u64::MAX),
    )]
    access_token_life: u64,
    /// Lifetime of a refresh token, in seconds.
    #[arg(
        long,
        default_value_t = 2_592_000,
        allow_negative_numbers = true,
        value_parser = number::<u64>(1..=u64::MAX),
    )]
    refresh_token_life: u64,
    /// Delay of each answer, in milliseconds.
    #[arg(
        long,
        default_value_t = 0,
        allow_negative_numbers = true,
        value_parser = number::<u64>(0..=60_000),
    )]
    latency: u64,
    /// Charset of the answers to clients that do not ask for one.
    #[arg(long, value_enum, default_value_t = CharsetArg::Utf8)]
    charset: CharsetArg,
    /// Seconds until changed services and agents are shown.
    ///
    /// Counted from the last change; Trio takes 60.
    #[arg(
        long,
        default_value_t = 0,
        allow_negative_numbers = true,
        value_parser = number::<u64>(0..=3600),
    )]
    activation: u64,
    /// Leave out the start times of states and cases.
    ///
    /// Some servers may leave them out, too.
    #[arg(long)]
    withhold_times: bool,
    /// Write times without a zone, in local time.
    ///
    /// The server's local time is an hour ahead of UTC.
    #[arg(long)]
    zoneless_times: bool,
    /// Change the server's own help pages.
    ///
    /// By default they are open, English, described and with samples; may be given again.
    #[arg(long, value_enum, value_name = "CHANGE", value_delimiter = ',')]
    help_pages: Vec<HelpPagesArg>,
    #[command(flatten)]
    world: WorldArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum HelpPagesArg {
    /// There are none: 404.
    Missing,
    /// They need an access token: 401 with Bearer.
    Token,
    /// They need a Windows login: 401 with Negotiate.
    Windows,
    /// They have no descriptions.
    NoDescriptions,
    /// They have no samples.
    NoSamples,
    /// Headings and descriptions are Swedish.
    Swedish,
    /// One page answers 500.
    Broken,
}

impl HelpPagesArg {
    /// Returns the pages with all of these changes.
    fn apply(changes: &[Self]) -> HelpPages {
        let mut pages = HelpPages::default();
        for change in changes {
            match change {
                Self::Missing => pages.access = HelpAccess::Missing,
                Self::Token => pages.access = HelpAccess::Token,
                Self::Windows => pages.access = HelpAccess::Windows,
                Self::NoDescriptions => pages.described = false,
                Self::NoSamples => pages.samples = false,
                Self::Swedish => pages.swedish = true,
                Self::Broken => pages.broken = true,
            }
        }
        pages
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum DialectArg {
    /// English names, all in the built-in field dictionary.
    English,
    /// Swedish names, clock times, other envelope keys.
    Swedish,
    /// Names, units and words that no dictionary knows.
    Foreign,
    /// The envelope of Trio's installation manual.
    Vendor,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum UnknownFieldsArg {
    /// The name has no effect.
    Ignore,
    /// The request is refused.
    #[value(name = "400")]
    BadRequest,
    /// The request fails.
    #[value(name = "500")]
    ServerError,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum CharsetArg {
    #[value(name = "utf-8")]
    Utf8,
    #[value(name = "iso-8859-1")]
    Latin1,
}

#[derive(Debug, Args)]
pub(super) struct WorldArgs {
    /// Number of services.
    #[arg(
        long,
        default_value_t = 8,
        allow_negative_numbers = true,
        value_parser = number::<u32>(1..=10_000),
    )]
    services: u32,
    /// Number of agents.
    #[arg(
        long,
        default_value_t = 40,
        allow_negative_numbers = true,
        value_parser = number::<u32>(1..=100_000),
    )]
    agents: u32,
    /// Number of contact centres.
    #[arg(
        long,
        default_value_t = 1,
        allow_negative_numbers = true,
        value_parser = number::<u32>(1..=100),
    )]
    contact_centers: u32,
    /// Seed of the random numbers.
    ///
    /// The same seed gives the same sequence of events.
    #[arg(
        long,
        default_value_t = 1,
        allow_negative_numbers = true,
        value_parser = number::<u64>(0..=u64::MAX),
    )]
    seed: u64,
}

pub(super) async fn run(args: SimulateArgs) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let dialect = args.dialect.into();
    if args.print_fields {
        write!(out, "{}", Dialect::fields_file(dialect))?;
        return Ok(());
    }
    // Before the address is bound, so that a wrong folder is the only error.
    let replay = args.replay.as_deref().map(|folder| replay(folder, args.latency)).transpose()?;
    let stop = shutdown::on_signal()?;
    let listener = args.listen.bind().await.with_context(|| {
        format!(
            "--web.listen-address: cannot listen on {}; stop what listens there, or choose another address",
            args.listen
        )
    })?;
    let addr = listener.local_addr()?;
    if let Some(replay) = replay {
        let cycles = replay.cycles();
        writeln!(
            out,
            "recorded Trio    http://{addr}/te/api, each login starts at cycle 1 of {cycles}; the last cycle is then served forever\n\
             client key       any\nuser, password   any, any\nCtrl-C stops it."
        )?;
        return Ok(replay.serve(listener, stop.requested()).await?);
    }
    let options = Options {
        dialect,
        page_cap: args.page_cap as usize,
        access_token_life: Duration::from_secs(args.access_token_life),
        refresh_token_life: Duration::from_secs(args.refresh_token_life),
        unknown_fields: args.unknown_fields.into(),
        state_times: !args.withhold_times,
        zoneless_times: args.zoneless_times,
        latency: Duration::from_millis(args.latency),
        charset: args.charset.into(),
        activation: Duration::from_secs(args.activation),
        help: HelpPagesArg::apply(&args.help_pages),
        ..options(&args.world)
    };
    writeln!(
        out,
        "\
simulated Trio   http://{addr}/te/api
exact counts     http://{addr}/sim/truth
client key       {}
user, password   {}, {}
Ctrl-C stops it.",
        options.client_key, options.username, options.password
    )?;
    sim::serve(listener, simulator(options), stop.requested()).await?;
    Ok(())
}

/// Opens a recording, to be served in real time.
fn replay(folder: &Path, latency: u64) -> Result<Replay, UsageError> {
    let clock = Clock::system();
    let replay =
        Replay::open(folder, Arc::new(move || clock.now().wall), Duration::from_millis(latency));
    replay.map_err(|error| UsageError(vec![format!("--replay: {error}")]))
}

/// Returns the options of a world of this size, with defaults for the rest.
pub(super) fn options(world: &WorldArgs) -> Options {
    Options {
        seed: world.seed,
        contact_centers: world.contact_centers as usize,
        services: world.services as usize,
        agents: world.agents as usize,
        ..Options::default()
    }
}

/// Returns a simulator that runs in real time.
pub(super) fn simulator(options: Options) -> Simulator {
    let clock = Clock::system();
    Simulator::new(options, Arc::new(move || clock.now().wall))
}

impl From<CharsetArg> for Charset {
    fn from(charset: CharsetArg) -> Self {
        match charset {
            CharsetArg::Utf8 => Self::Utf8,
            CharsetArg::Latin1 => Self::Latin1,
        }
    }
}

impl From<DialectArg> for Dialect {
    fn from(dialect: DialectArg) -> Self {
        match dialect {
            DialectArg::English => Self::English,
            DialectArg::Swedish => Self::Swedish,
            DialectArg::Foreign => Self::Foreign,
            DialectArg::Vendor => Self::Vendor,
        }
    }
}

impl From<UnknownFieldsArg> for UnknownFields {
    fn from(answer: UnknownFieldsArg) -> Self {
        match answer {
            UnknownFieldsArg::Ignore => Self::Ignored,
            UnknownFieldsArg::BadRequest => Self::BadRequest,
            UnknownFieldsArg::ServerError => Self::ServerError,
        }
    }
}
