//! `demo`: runs the exporter against a simulated Trio.

use std::{io::Write, net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;

use super::simulate::{self, WorldArgs};
use crate::{
    app::{App, shutdown, telemetry::LogLevel},
    config::{Config, Target},
    http::ListenAddress,
    metrics::{self, Identity},
    model::{AgentState, Clock, GivenGoals, Goals},
    poller,
    sim::{self, Dialect, Options},
    tally,
    trio::{self, Dictionary},
};

/// Pause reasons that the demo shows by name; the others of the simulated agents are `other`.
const PAUSE_REASONS: [&str; 3] = ["Rast", "Lunch", "Möte"];
/// Limits of states, short enough that some agents exceed them.
const STATE_LIMITS: [(AgentState, Duration); 2] = [
    (AgentState::WrapUp, Duration::from_secs(120)),
    (AgentState::Paused, Duration::from_secs(1200)),
];

#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Address to serve metrics on.
    #[arg(long = "web.listen-address", default_value = "127.0.0.1:10427", value_name = "ADDRESS")]
    listen: ListenAddress,
    #[command(flatten)]
    world: WorldArgs,
}

pub(super) async fn run(args: DemoArgs, level: LogLevel) -> anyhow::Result<()> {
    let stop = shutdown::on_signal()?;
    // Any free port: only this process has to find it.
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .context("no free port on 127.0.0.1 for the simulated Trio")?;
    let trio = listener.local_addr()?;
    // The form of answers that the vendor's manual shows, so that the demo shows the whole way of a
    // user: also the fields file.
    let options = Options { dialect: Dialect::Vendor, ..simulate::options(&args.world) };
    let app = App::build(config(&options, trio)?, &args.listen, Clock::system())
        .await?
        .with_log_level(level);
    let simulator = simulate::simulator(options);
    print_introduction(&mut std::io::stdout(), app.addr(), trio)?;
    let simulated = tokio::spawn(sim::serve(listener, simulator, stop.clone().requested()));
    app.run(stop).await?;
    simulated.await.context("the simulated Trio panicked")?.context("the simulated Trio failed")
}

/// Returns the configuration that reads the simulated Trio at `trio`, with everything switched on.
///
/// # Errors
/// The field dictionary is invalid.
pub fn config(options: &Options, trio: SocketAddr) -> anyhow::Result<Config> {
    let settings = trio::Settings::new(
        vec![format!("http://{trio}/te/api").parse()?],
        options.client_key.clone().into(),
        options.username.clone().into(),
        options.password.clone().into(),
    );
    let dictionary = if options.dialect.needs_fields_file() {
        Dictionary::with_user_file("fields of the demo", &options.dialect.fields_file())
    } else {
        Dictionary::builtin()
    };
    let dictionary = dictionary.map_err(|errors| anyhow::anyhow!(errors.join("\n")))?;
    let general = GivenGoals { minimum_agents: Some(2), ..GivenGoals::default() };
    let goals = Arc::new(Goals::new(general, Vec::new()));
    let mut tally = tally::Settings {
        pause_reasons: PAUSE_REASONS.map(Into::into).into(),
        ..tally::Settings::default()
    };
    for (state, limit) in STATE_LIMITS {
        tally.state_limits[state.index()] = Some(limit);
    }
    Ok(Config {
        targets: vec![Target { goals, ..Target::new("demo", settings, dictionary) }],
        poll: poller::Settings::default(),
        tally,
        // Names are shown here alone by default: the simulated people are invented.
        metrics: metrics::Settings { identity: Identity::Name, ..metrics::Settings::default() },
        state_file: None,
        shard: None,
        wallboards: Vec::new(),
        warnings: Vec::new(),
    })
}

fn print_introduction(
    out: &mut impl Write,
    exporter: SocketAddr,
    trio: SocketAddr,
) -> std::io::Result<()> {
    write!(
        out,
        "\
trio-exporter demo: a simulated contact centre on a busy morning, in real time.

  wallboard        http://{exporter}/wall
  metrics          http://{exporter}/metrics
  agents           http://{exporter}/metrics/agents
  status           http://{exporter}/status
  simulated Trio   http://{trio}/te/api
  exact counts     http://{trio}/sim/truth

Paste into prometheus.yml:

scrape_configs:
  - job_name: trio
    scrape_interval: 15s
    static_configs:
      - targets: [\"{exporter}\"]
  - job_name: trio-agents
    scrape_interval: 15s
    metrics_path: /metrics/agents
    static_configs:
      - targets: [\"{exporter}\"]

Ctrl-C stops it.
"
    )?;
    out.flush()
}
