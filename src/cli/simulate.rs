//! `simulate`: a simulated Trio, alone.

use std::{io::Write, path::Path, sync::Arc, time::Duration};

use anyhow::Context;

use super::{CharsetArg, DialectArg, Misuse, SimulateArgs, WorldArgs};
use crate::{
    model::Clock,
    shutdown,
    sim::{self, Charset, Dialect, Options, Replay, Simulator},
};

pub(super) async fn run(args: SimulateArgs) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let dialect = args.dialect.into();
    if args.print_fields {
        write!(out, "{}", Dialect::fields_file(dialect))?;
        return Ok(());
    }
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
            "recorded Trio    http://{addr}/te/api, {cycles} cycles from each login on, then the last one\n\
             client key       any\nuser, password   any, any\nCtrl-C stops it."
        )?;
        return Ok(replay.serve(listener, stop.requested()).await?);
    }
    let options = Options {
        dialect,
        page_cap: args.page_cap as usize,
        access_token_life: Duration::from_secs(args.access_token_life),
        refresh_token_life: Duration::from_secs(args.refresh_token_life),
        state_times: !args.withhold_times,
        latency: Duration::from_millis(args.latency),
        charset: args.charset.into(),
        activation: Duration::from_secs(args.activation),
        ..options(&args.world)
    };
    writeln!(
        out,
        "\
simulated Trio   http://{addr}/te/api
its own truth    http://{addr}/sim/truth
client key       {}
user, password   {}, {}
Ctrl-C stops it.",
        options.client_key, options.username, options.password
    )?;
    sim::serve(listener, simulator(options), stop.requested()).await?;
    Ok(())
}

/// A recording, in real time.
fn replay(folder: &Path, latency: u64) -> Result<Replay, Misuse> {
    let clock = Clock::system();
    let replay = Replay::open(folder, Arc::new(move || clock.now().wall), Duration::from_millis(latency));
    replay.map_err(|error| Misuse(vec![format!("--replay: {error}")]))
}

/// The options of a world of this size, the rest as by default.
pub(super) fn options(world: &WorldArgs) -> Options {
    Options {
        seed: world.seed,
        contact_centers: world.contact_centers as usize,
        services: world.services as usize,
        agents: world.agents as usize,
        ..Options::default()
    }
}

/// A simulator in real time.
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
        }
    }
}
