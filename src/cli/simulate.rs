//! `simulate`: a simulated Trio, alone.

use std::{io::Write, sync::Arc, time::Duration};

use anyhow::Context;

use super::{DialectArg, SimulateArgs, WorldArgs};
use crate::{
    model::Clock,
    shutdown,
    sim::{self, Dialect, Options, Simulator},
};

pub(super) async fn run(args: SimulateArgs) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    let dialect = args.dialect.into();
    if args.print_fields {
        write!(out, "{}", Dialect::fields_file(dialect))?;
        return Ok(());
    }
    let stop = shutdown::on_signal()?;
    let listener = args.listen.bind().await.with_context(|| {
        format!(
            "--web.listen-address: cannot listen on {}; stop what listens there, or choose another address",
            args.listen
        )
    })?;
    let options = Options {
        dialect,
        page_cap: args.page_cap as usize,
        access_token_life: Duration::from_secs(args.access_token_life),
        refresh_token_life: Duration::from_secs(args.refresh_token_life),
        state_times: !args.withhold_times,
        latency: Duration::from_millis(args.latency),
        ..options(&args.world)
    };
    let addr = listener.local_addr()?;
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

impl From<DialectArg> for Dialect {
    fn from(dialect: DialectArg) -> Self {
        match dialect {
            DialectArg::English => Self::English,
            DialectArg::Swedish => Self::Swedish,
            DialectArg::Foreign => Self::Foreign,
        }
    }
}
