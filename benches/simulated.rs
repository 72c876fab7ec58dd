//! A simulated Trio as a separate process, so that its work is not counted as the exporter's.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use trio_exporter::{
    config::{Config, Target},
    metrics, poller, tally,
    trio::{self, Dictionary},
};

/// The process, and the login for it.
pub(crate) struct SimulatedTrio {
    child: Child,
    pub(crate) url: String,
    pub(crate) key: String,
    pub(crate) user: String,
    pub(crate) password: String,
}

impl SimulatedTrio {
    /// Starts `simulate` on a free port with these further arguments.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_trio-exporter"))
            .args(["simulate", "--web.listen-address", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        // Lines are found by their names: other lines may be added between them.
        let mut words = |name: &str| -> Vec<String> {
            let line = lines.find(|line| line.starts_with(name)).unwrap();
            line[name.len()..].split_whitespace().map(str::to_owned).collect()
        };
        let (url, key) = (words("simulated Trio").remove(0), words("client key").remove(0));
        let login = words("user, password");
        let [user, password] = &login[..] else { panic!("a user and a password") };
        let user = user.trim_end_matches(',').to_owned();
        Self { child, url, key, user, password: password.clone() }
    }

    /// Returns a configuration with it as the only target.
    pub(crate) fn config(&self) -> Config {
        let settings = trio::Settings::new(
            vec![self.url.parse().unwrap()],
            self.key.clone().into(),
            self.user.clone().into(),
            self.password.clone().into(),
        );
        let target = Target::new("bench", settings, Dictionary::builtin().unwrap());
        Config {
            targets: vec![target],
            poll: poller::Settings::default(),
            tally: tally::Settings::default(),
            metrics: metrics::Settings::default(),
            state_file: None,
            shard: None,
            wallboards: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

impl Drop for SimulatedTrio {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
