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
//! - `curl` and `grep` are done here, so that nothing but Rust is needed.

use std::{fs, path::PathBuf, process, time::Duration};

use clap::Parser;
use regex::Regex;
use tempfile::TempDir;
use tokio::task::spawn_blocking;
use trio_exporter::{model::Clock, sim::Options};

use super::commands::{Command, Pipeline};
use crate::markdown::root;
use crate::{
    process::{PATIENCE, Process, binary, command, folder, until},
    support::{Simulated, reqwest_client},
};

/// Commands that end by themselves; all others serve.
const FINITE: [&str; 11] = [
    "check",
    "inspect",
    "trace",
    "record",
    "init",
    "completions",
    "schema",
    "man",
    "healthcheck",
    "hash-password",
    "fields",
];
/// Flags that make a serving command end.
const ENDING: [&str; 5] = ["--once", "--config.check", "--print-fields", "--help", "--version"];
/// A user of the web server, as the document asks the reader to write it, with a real hash.
const USERS: &str = "basic_auth_users: {prometheus: $2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi}\n";

pub(crate) struct Stage {
    folder: TempDir,
    trio: String,
    /// The one that is in the files.
    written: String,
    exporter: Option<String>,
    running: Vec<Process>,
    _simulated: Simulated,
}

/// The requests that documents make with `curl`.
#[derive(Parser)]
struct Curl {
    #[arg(short = 's')]
    _silent: bool,
    #[arg(short = 'S')]
    _show_error: bool,
    #[arg(short = 'f')]
    must_succeed: bool,
    #[arg(short = 'X', default_value = "GET")]
    method: reqwest::Method,
    #[arg(short = 'd', default_value = "")]
    sent: String,
    #[arg(short = 'u')]
    user: Option<String>,
    url: String,
}

#[derive(Parser)]
struct Grep {
    #[arg(short = 'E')]
    extended: bool,
    #[arg(short = 'v')]
    invert: bool,
    #[arg(short = 'c')]
    count: bool,
    pattern: String,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        let simulated = Simulated::start(Options::default(), Clock::system()).await;
        let trio = simulated.addr.to_string();
        let stage = Self {
            folder: folder(),
            written: trio.clone(),
            trio,
            exporter: None,
            running: Vec::new(),
            _simulated: simulated,
        };
        stage.lay_out();
        stage
    }

    /// Working folder of the commands.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    fn lay_out(&self) {
        let here = self.folder();
        fs::create_dir_all(here.join("deploy")).expect("a folder");
        let options = Options::default();
        let config =
            fs::read_to_string(root().join("deploy/trio-exporter.yml")).expect("it is shipped");
        let secret = 0o600;
        for (name, text, mode) in [
            ("deploy/trio-exporter.yml", &*config, 0o644),
            ("trio-exporter.yml", &*self.real(&config), 0o644),
            ("client_key", &options.client_key, secret),
            ("username", &options.username, secret),
            ("password", &options.password, secret),
            ("key", &options.client_key, secret),
            ("agent_hash_key", "a key of thirty-two letters or more", secret),
            ("web.yml", USERS, 0o644),
            ("agents.yml", USERS, 0o644),
        ] {
            let path = here.join(name);
            fs::write(&path, text).expect("a file in our own folder");
            #[cfg(unix)]
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
                .expect("a file of ours");
            #[cfg(not(unix))]
            let _ = mode;
        }
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
        match &*command.words[0] {
            "curl" => {
                self.exporter_runs().await?;
                let words = command.words.iter().map(|word| self.real(word));
                curl(Curl::try_parse_from(words).map_err(|error| error.to_string())?).await
            }
            "grep" => grep(
                Grep::try_parse_from(&command.words).map_err(|error| error.to_string())?,
                input,
            ),
            other => Err(format!("`{other}` is not run here; mark the block")),
        }
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
        let values = command.environment.iter_mut().map(|(_, value)| value);
        for text in command.words.iter_mut().chain(values) {
            *text = self.real(text);
        }
        let first = command.words.first().map_or("run", String::as_str).to_owned();
        match &*first {
            "trace" => set(&mut command, "--for", "1s"),
            "record" => set(&mut command, "--cycles", "1"),
            _ => {}
        }
        let ends =
            FINITE.contains(&&*first) || command.words.iter().any(|word| ENDING.contains(&&**word));
        if ends { self.ended(&first, command).await } else { self.serving(&first, command).await }
    }

    /// Runs a command that ends, and returns the output and then the log.
    async fn ended(&self, first: &str, words: Command) -> Result<String, String> {
        let answers = match first {
            "init" => self.first_time()?,
            "hash-password" => "a password\n".to_owned(),
            _ => String::new(),
        };
        let command = command(words.words).envs(words.environment);
        let command = command.current_dir(self.folder()).stdin(answers);
        let output =
            spawn_blocking(|| command.output()).await.map_err(|error| error.to_string())?;
        let output = output.map_err(|error| error.to_string())?;
        let printed =
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        if output.status.success() {
            Ok(printed)
        } else {
            Err(format!("{}:\n{printed}", output.status))
        }
    }

    /// Starts a command that serves, and leaves it running.
    async fn serving(&mut self, first: &str, mut words: Command) -> Result<String, String> {
        set(&mut words, "--web.listen-address", "127.0.0.1:0");
        let mut command = process::Command::new(binary());
        command.args(words.words).envs(words.environment).current_dir(self.folder());
        let mut program = Process::spawn(command, "cargo builds it");
        if first == "simulate" {
            self.trio = program.address("Trio ", "http://").await?;
        } else {
            let (mark, before) = if first == "demo" {
                ("metrics ", "http://")
            } else {
                ("serving metrics", "address=")
            };
            let address = program.address(mark, before).await?;
            ready(&address).await;
            self.exporter = Some(address);
        }
        let printed = program.stdout() + &program.stderr();
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
        match &self.exporter {
            Some(exporter) => text.replace(exporter, "127.0.0.1:10427"),
            None => text,
        }
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

/// Makes a request and returns the body.
async fn curl(curl: Curl) -> Result<String, String> {
    let url = if curl.url.starts_with("http") { curl.url } else { format!("http://{}", curl.url) };
    let mut request = reqwest_client().request(curl.method, &url).body(curl.sent);
    if let Some((name, password)) = curl.user.as_deref().and_then(|user| user.split_once(':')) {
        request = request.basic_auth(name, Some(password));
    }
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let status = answer.status();
    let body = answer.text().await.map_err(|error| error.to_string())?;
    let failed = curl.must_succeed && !status.is_success();
    if failed { Err(format!("{url}: {status}: {body}")) } else { Ok(body) }
}

/// The lines of `input` that fit; an error if there are none.
fn grep(grep: Grep, input: &str) -> Result<String, String> {
    // Without -E braces, bars and the like are plain letters.
    let pattern = if grep.extended {
        grep.pattern
    } else {
        Regex::new(r"[{}()|+?]").expect("a pattern").replace_all(&grep.pattern, r"\$0").into_owned()
    };
    let pattern = Regex::new(&pattern).map_err(|error| error.to_string())?;
    let kept = input.lines().filter(|line| pattern.is_match(line) != grep.invert);
    let kept: Vec<&str> = kept.collect();
    match kept.len() {
        0 => Err(format!("grep finds nothing in:\n{input}")),
        count if grep.count => Ok(format!("{count}\n")),
        _ => Ok(kept.join("\n") + "\n"),
    }
}
