//! The place that runs the commands of a document: a folder with the reader's files, and a
//! simulated Trio.
//!
//! The commands are run as they stand, but for this:
//!
//! - `trio-exporter` and `cargo run --` are the binary of this test; programs that serve do so on a
//!   free port, and what is written to `localhost:10427` and `127.0.0.1:10428` goes to the ports
//!   that they got. Where nothing has been started, the exporter is started with
//!   `trio-exporter.yml`.
//! - `trio.example` and its like are the simulated Trio; its service is called otherwise than in
//!   the documents.
//! - `init` is answered with what the simulated Trio knows, in a folder where it has not been
//!   before.
//! - `trace` lasts a second and `record` takes one cycle.

use std::{fs, path::PathBuf, time::Duration};

use tempfile::TempDir;
use trio_exporter::{model::Clock, sim::Options};

use super::{
    curl::curl,
    filters,
    program::Program,
    shell::{Command, Pipeline},
};
use crate::markdown::root;
use crate::{
    process::{PATIENCE, folder, until},
    support::{Simulated, reqwest_client},
};

/// Commands that end by themselves; all others serve.
const FINITE: [&str; 9] =
    ["check", "inspect", "trace", "record", "init", "completions", "schema", "man", "healthcheck"];
/// Flags that make a serving command end.
const ENDING: [&str; 5] = ["--once", "--config.check", "--print-fields", "--help", "--version"];
/// A user of the web server, as the document asks the reader to write it, with a real hash.
const USERS: &str = "basic_auth_users: {prometheus: $2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi}\n";

pub(crate) struct Stage {
    outer: TempDir,
    trio: String,
    /// The one that is in the files.
    written: String,
    exporter: Option<String>,
    running: Vec<Program>,
    started: usize,
    _simulated: Simulated,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let simulated = Simulated::start(Options::default(), Clock::system()).await;
        let outer = folder();
        let stage = Self {
            trio: simulated.addr.to_string(),
            written: simulated.addr.to_string(),
            exporter: None,
            running: Vec::new(),
            started: 0,
            _simulated: simulated,
            outer,
        };
        stage.lay_out();
        stage
    }

    /// Working folder of the commands.
    pub(crate) fn folder(&self) -> PathBuf {
        self.outer.path().join("here")
    }

    fn lay_out(&self) {
        let here = self.folder();
        fs::create_dir_all(here.join("deploy")).expect("a folder");
        let options = Options::default();
        let config =
            fs::read_to_string(root().join("deploy/trio-exporter.yml")).expect("it is shipped");
        for (name, text) in [
            ("deploy/trio-exporter.yml", &*config),
            ("trio-exporter.yml", &*self.real(&config)),
            ("client_key", &options.client_key),
            ("username", &options.username),
            ("password", &options.password),
            ("key", &options.client_key),
            ("agent_hash_key", "a key of thirty-two letters or more"),
            ("web.yml", USERS),
            ("agents.yml", USERS),
        ] {
            fs::write(here.join(name), text).expect("a file in our own folder");
        }
        let secrets = ["600", "client_key", "username", "password", "key"];
        let chmod: Vec<String> =
            ["chmod"].iter().chain(&secrets).map(|word| (*word).to_owned()).collect();
        filters::run(&chmod, "", &here).expect("chmod is known").expect("they are ours");
    }

    /// Runs a line; returns what it prints.
    pub(crate) async fn run(&mut self, pipeline: &Pipeline) -> Result<String, String> {
        let mut text = String::new();
        for command in &pipeline.commands {
            text = self.one(command, &text).await?;
        }
        if let Some(file) = &pipeline.into {
            fs::write(self.folder().join(file), &text)
                .map_err(|error| format!("{file}: {error}"))?;
            return Ok(String::new());
        }
        Ok(self.documented(&text))
    }

    async fn one(&mut self, command: &Command, input: &str) -> Result<String, String> {
        if let Some(mut command) = ours(command) {
            if command.words.first().is_some_and(|word| word == "healthcheck") {
                self.exporter_runs().await?;
                if !command.words.iter().any(|word| word == "--url") {
                    set(&mut command, "--url", "http://127.0.0.1:10427");
                }
            }
            return self.ours(command).await;
        }
        if command.words[0] == "curl" {
            self.exporter_runs().await?;
            let words: Vec<String> =
                command.words[1..].iter().map(|word| self.real(word)).collect();
            return curl(&words).await;
        }
        let known = filters::run(&command.words, input, &self.folder());
        known.unwrap_or_else(|| {
            Err(format!("`{}` is not run here; mark the block", command.words[0]))
        })
    }

    /// Starts the exporter unless it is running: commands that ask it need one.
    async fn exporter_runs(&mut self) -> Result<(), String> {
        if self.exporter.is_some() {
            return Ok(());
        }
        let words = ["--config.file", "trio-exporter.yml"].map(str::to_owned).into();
        self.ours(Command { words, ..Command::default() }).await.map(drop)
    }

    async fn ours(&mut self, mut command: Command) -> Result<String, String> {
        self.address_files()?;
        for text in
            command.words.iter_mut().chain(command.environment.iter_mut().map(|(_, value)| value))
        {
            *text = self.real(text);
        }
        let first = command.words.first().map_or("run", String::as_str).to_owned();
        let ends =
            FINITE.contains(&&*first) || command.words.iter().any(|word| ENDING.contains(&&**word));
        match &*first {
            "trace" => set(&mut command, "--for", "1s"),
            "record" => set(&mut command, "--cycles", "1"),
            _ if !ends => set(&mut command, "--web.listen-address", "127.0.0.1:0"),
            _ => {}
        }
        self.started += 1;
        let answers = if first == "init" { self.first_time()? } else { String::new() };
        let mut program =
            Program::start(&command, &self.folder(), &self.started.to_string(), &answers)?;
        if ends {
            let status = program.ended().await?;
            return if status.success() {
                Ok(program.printed())
            } else {
                Err(format!("{status}:\n{}", program.printed()))
            };
        }
        match &*first {
            "simulate" => self.trio = program.address("Trio ", "http://").await?,
            "demo" => self.exporter = Some(program.address("metrics ", "http://").await?),
            _ => self.exporter = Some(program.address("serving metrics", "address=").await?),
        }
        if let Some(address) = self.exporter.as_ref().filter(|_| first != "simulate") {
            ready(address).await;
        }
        let printed = program.printed();
        self.running.push(program);
        Ok(printed)
    }

    /// Clears what `init` writes away; returns the answers to its questions.
    fn first_time(&self) -> Result<String, String> {
        for name in ["trio-exporter.yml", "client_key", "username", "password"] {
            fs::remove_file(self.folder().join(name))
                .map_err(|error| format!("{name}: {error}"))?;
        }
        let Options { client_key, username, password, .. } = Options::default();
        Ok(format!("http://{}/te/api\n{client_key}\n{username}\n{password}\n", self.trio))
    }

    /// Does what the reader does by hand: writes the address of the simulated Trio into the files.
    fn address_files(&mut self) -> Result<(), String> {
        let problem = |error: std::io::Error| error.to_string();
        for entry in fs::read_dir(self.folder()).map_err(problem)? {
            let path = entry.map_err(problem)?.path();
            if path.extension().is_some_and(|extension| extension == "yml") {
                let text = fs::read_to_string(&path).map_err(problem)?;
                fs::write(&path, self.real(&text.replace(&self.written, &self.trio)))
                    .map_err(problem)?;
            }
        }
        self.written.clone_from(&self.trio);
        Ok(())
    }

    /// Replaces the addresses of the document by those that exist.
    fn real(&self, text: &str) -> String {
        let port = self.trio.rsplit_once(':').map_or("", |(_, port)| port);
        let mut text = text.replace("https://trio2.example", &format!("http://localhost:{port}"));
        for name in ["https://trio.example", "https://trio1.example", "http://127.0.0.1:10428"] {
            text = text.replace(name, &format!("http://{}", self.trio));
        }
        if let Some(exporter) = &self.exporter {
            text = text.replace("localhost:10427", exporter).replace("127.0.0.1:10427", exporter);
        }
        if text == "Support" { "Kundtjänst".to_owned() } else { text }
    }

    /// Replaces the real addresses in an output by those of the document.
    fn documented(&self, text: &str) -> String {
        let text = text.replace(&self.trio, "127.0.0.1:10428");
        self.exporter
            .as_ref()
            .map_or(text.clone(), |exporter| text.replace(exporter, "127.0.0.1:10427"))
    }
}

/// The command without the name of the program, if it is ours.
pub(crate) fn ours(command: &Command) -> Option<Command> {
    let words = match command.words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sudo", "trio-exporter", ..] => &command.words[2..],
        ["trio-exporter", ..] => &command.words[1..],
        ["cargo", "run", "--release", "--", ..] => &command.words[4..],
        ["cargo", "run", "--", ..] => &command.words[3..],
        _ => return None,
    };
    Some(Command { environment: command.environment.clone(), words: words.to_vec() })
}

/// Gives a flag another value.
fn set(command: &mut Command, flag: &str, value: &str) {
    while let Some(at) = command.words.iter().position(|word| word == flag) {
        command.words.drain(at..(at + 2).min(command.words.len()));
    }
    command.words.extend([flag, value].map(str::to_owned));
}

/// Waits until every target has been read once. An exporter that requires a user or TLS counts as
/// ready.
async fn ready(address: &str) {
    let url = format!("http://{address}/-/ready");
    until("the exporter to be ready", PATIENCE, async || {
        let answer = reqwest_client().get(&url).timeout(Duration::from_secs(5)).send().await;
        let status = answer.map_err(|error| error.to_string())?.status();
        if status.as_u16() == 503 { Err(status.to_string()) } else { Ok(()) }
    })
    .await;
}
