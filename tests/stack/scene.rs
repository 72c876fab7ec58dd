//! Environment of each test: a simulated Trio, the exporter that reads it, a Prometheus that
//! scrapes the exporter. All three are programs of their own, on free ports.

use std::time::Duration;

use reqwest::Method;
use tempfile::TempDir;

use crate::{
    http::{get, send, send_json},
    process::{Process, exporter, folder, until},
    prometheus::Prometheus,
    trio_client::TrioClient,
};

/// Interval of the exporter's readings of states, calls and cases.
pub(crate) const READING: Duration = Duration::from_secs(1);
/// Interval of its readings of names; one of them is valid for a minute, like the others.
const CONFIGURATION: Duration = Duration::from_secs(15);
/// Interval of Prometheus' scrapes.
pub(crate) const SCRAPE: Duration = Duration::from_secs(1);
/// On top of every limit: a machine that builds and tests other things at the same time.
pub(crate) const SLACK: Duration = Duration::from_secs(2);
/// From the start of everything until Prometheus has seen it all.
const BEGINNING: Duration = Duration::from_secs(20);

/// A simulated Trio.
pub(crate) struct Trio {
    pub(crate) process: Process,
    address: String,
}

impl Trio {
    /// Starts one at `address`, the same world each time.
    pub(crate) async fn start_at(address: &str, agents: u32, services: u32) -> Self {
        let (agents, services) = (agents.to_string(), services.to_string());
        let mut process = exporter(&[
            "simulate",
            "--web.listen-address",
            address,
            "--agents",
            &agents,
            "--services",
            &services,
            "--seed",
            "7",
        ]);
        let address = process
            .says("where it listens", |text| {
                Some(text.split_once("http://")?.1.split_once("/te/api\n")?.0.to_owned())
            })
            .await;
        // The rest of the lines comes with the first.
        process.says("its password", |text| text.contains("user, password").then_some(())).await;
        Self { process, address }
    }

    /// A value that it prints for those who want to log in.
    fn printed(&self, name: &str) -> Vec<String> {
        let text = self.process.stdout();
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let values = line.unwrap_or_else(|| panic!("no {name} in {text}"));
        values.trim().split(", ").map(str::to_owned).collect()
    }

    /// Gives an order that no real Trio knows.
    pub(crate) async fn control(&self, method: Method, what: &str) {
        let url = format!("http://{}/sim/control/{what}", self.address);
        send(method, &url, &[]).await.expect("the order is carried out");
    }

    /// Lets so many times the usual number of cases arrive.
    pub(crate) async fn arrivals(&self, factor: f64) {
        let url = format!("http://{}/sim/control/arrivals", self.address);
        let order = serde_json::json!({ "factor": factor });
        send_json(Method::POST, &url, None, &order).await.expect("the order is carried out");
    }

    /// The address of its API.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/te/api", self.address)
    }

    /// Its credentials: client key, user and password.
    pub(crate) fn secrets(&self) -> [String; 3] {
        let [key] = &self.printed("client key")[..] else { panic!("one client key") };
        let [user, password] = &self.printed("user, password")[..] else {
            panic!("a user and a password")
        };
        [key, user, password].map(Clone::clone)
    }

    /// A client of its API.
    pub(crate) async fn client(&self) -> TrioClient {
        let [key, user, password] = self.secrets();
        TrioClient::login(&self.url(), &key, &user, &password).await
    }
}

/// All three.
pub(crate) struct Scene {
    pub(crate) trio: Trio,
    pub(crate) exporter: String,
    pub(crate) prometheus: Prometheus,
    agents: u32,
    services: u32,
    _exporter: Process,
    _folder: TempDir,
}

impl Scene {
    /// Starts all three and waits until Prometheus has scraped both pages.
    pub(crate) async fn start(agents: u32, services: u32) -> Self {
        Self::staged(agents, services, "", Prometheus::start).await
    }

    /// The same with `more` in the exporter's configuration, which goes on with the keys of
    /// `agents`, and with the Prometheus that `prometheus` starts for the exporter's address.
    pub(crate) async fn staged(
        agents: u32,
        services: u32,
        more: &str,
        prometheus: impl AsyncFnOnce(&str) -> Prometheus,
    ) -> Self {
        let trio = Trio::start_at("127.0.0.1:0", agents, services).await;
        let folder = folder();
        let file = folder.path().join("trio-exporter.yml");
        std::fs::write(&file, config(&trio) + more).expect("a configuration");
        let file = file.to_str().expect("UTF-8");
        let mut process =
            exporter(&["run", "--config.file", file, "--web.listen-address", "127.0.0.1:0"]);
        let address = process.serves().await;
        let prometheus = prometheus(&address).await;
        let exporter = format!("http://{address}");
        let scene = Self {
            trio,
            exporter,
            prometheus,
            agents,
            services,
            _exporter: process,
            _folder: folder,
        };
        scene.begun(BEGINNING).await;
        scene
    }

    /// Waits until Prometheus sees all that there is.
    pub(crate) async fn begun(&self, limit: Duration) {
        until("Prometheus to see both pages", limit, async || {
            self.prometheus.expect_value("trio_up", 1.0).await?;
            self.prometheus.expect_value("sum(trio_agents)", f64::from(self.agents)).await?;
            self.prometheus
                .expect_value("count(trio_service_open)", f64::from(self.services))
                .await?;
            self.prometheus
                .expect_value("count(trio_service_info)", f64::from(self.services))
                .await?;
            self.prometheus.expect_value("count(trio_agent_info)", f64::from(self.agents)).await
        })
        .await;
    }

    /// A page of the exporter.
    pub(crate) async fn page(&self, path: &str) -> String {
        get(&format!("{}{path}", self.exporter)).await.expect("a page of the exporter")
    }

    /// Ends the simulated Trio as a crash would.
    pub(crate) async fn trio_crashes(&mut self) {
        self.trio.process.signal(rustix::process::Signal::KILL);
        self.trio.process.ended().await;
    }

    /// Starts it again where it was.
    pub(crate) async fn trio_returns(&mut self) {
        self.trio = Trio::start_at(&self.trio.address.clone(), self.agents, self.services).await;
    }
}

fn config(trio: &Trio) -> String {
    let [key] = &trio.printed("client key")[..] else { panic!("one client key") };
    let [user, password] = &trio.printed("user, password")[..] else {
        panic!("a user and a password")
    };
    format!(
        r#"
targets:
  - name: stack
    servers: ["http://{}/te/api"]
    client_key: "{key}"
    username: "{user}"
    password: "{password}"
poll:
  state: {}s
  configuration: {}s
  inventory: {}s
agents:
  identity: name
"#,
        trio.address,
        READING.as_secs(),
        CONFIGURATION.as_secs(),
        CONFIGURATION.as_secs(),
    )
}
