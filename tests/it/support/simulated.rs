//! A simulated Trio on a free port, in the exporter's own time.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use trio_exporter::{
    app::shutdown,
    config::Target,
    model::Clock,
    sim::{self, Naming, Options, Simulator},
    trio::{Dictionary, Limits},
};

use super::target;
use crate::process::command;

/// The simulated Trio; it stops when this is dropped.
pub(crate) struct Simulated {
    pub(crate) simulator: Simulator,
    pub(crate) addr: SocketAddr,
    options: Options,
    _stop: tokio::sync::watch::Sender<bool>,
}

impl Simulated {
    /// A simulated Trio that lives by `clock`, which the exporter under test should share.
    pub(crate) async fn start(options: Options, clock: Clock) -> Self {
        Self::start_at("127.0.0.1:0", options, clock).await
    }

    /// The same at a fixed address, for one that comes back.
    pub(crate) async fn start_at(at: &str, options: Options, clock: Clock) -> Self {
        let listener = tokio::net::TcpListener::bind(at).await.expect("a free port");
        let addr = listener.local_addr().expect("an address");
        let simulator = Simulator::new(options.clone(), Arc::new(move || clock.now().wall));
        let (stop, stopped) = shutdown::switch();
        tokio::spawn(sim::serve(listener, simulator.clone(), stopped.requested()));
        Self { simulator, addr, options, _stop: stop }
    }

    /// The base of its API.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/te/api", self.addr)
    }

    /// A small one in real time, for tests that need only that something is read.
    pub(crate) async fn small() -> Self {
        let options = Options { services: 2, agents: 6, ..Options::default() };
        Self::start(options, Clock::system()).await
    }

    /// Its entry under `targets` of a configuration file.
    pub(crate) fn entry(&self, name: &str) -> String {
        let Options { client_key, username, password, .. } = &self.options;
        let url = self.url();
        format!(
            "  - {{name: {name}, servers: \"{url}\", client_key: {client_key}, username: {username}, password: {password}}}\n"
        )
    }

    /// A command that ends by itself and finds this Trio in its environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> snapbox::cmd::Command {
        let Options { client_key, username, password, .. } = &self.options;
        command(arguments).env("TRIO_URL", self.url()).envs([
            ("TRIO_CLIENT_KEY", client_key),
            ("TRIO_USERNAME", username),
            ("TRIO_PASSWORD", password),
        ])
    }

    /// Gives an order to the simulator's control.
    pub(crate) async fn order(&self, path: &str, order: &serde_json::Value) {
        let url = format!("http://{}/sim/control/{path}", self.addr);
        let request = super::reqwest_client().post(url).header("content-type", "application/json");
        let answer = request.body(order.to_string()).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{path} {order}: {}", answer.status());
    }

    /// The target that reads it, with the fields file of its dialect if `mapped`.
    pub(crate) fn target(&self, mapped: bool) -> Target {
        let mut target = target(&format!("http://{}/te/api", self.addr));
        target.trio.client_key = self.options.client_key.clone().into();
        target.trio.username = self.options.username.clone().into();
        target.trio.password = self.options.password.clone().into();
        target.trio.limits = Limits { request: Duration::from_secs(5), ..Limits::default() };
        let Options { dialect, naming, .. } = self.options;
        if mapped && (dialect.needs_fields_file() || naming != Naming::Own) {
            let fields = dialect.fields_file_with(naming);
            target.dictionary =
                Arc::new(Dictionary::with_user_file("foreign.yml", &fields).expect("valid"));
        }
        target
    }
}
