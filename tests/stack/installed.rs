//! The exporter as an installed service: started by its unit's own line, with systemd's
//! environment, its messages read as systemd would read them.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;
use tokio::{net::UnixDatagram, time::timeout};

use crate::{
    http::get,
    process::{PATIENCE, Process, folder, until},
    scene::Trio,
    unit::{Root, Unit},
};

/// The folder of what an administrator writes.
pub(crate) const CONFIGURATION: &str = "/etc/trio-exporter";

/// The folder that systemd makes for `StateDirectory=`.
pub(crate) const STATE: &str = "/var/lib/trio-exporter";

/// A service that runs, on a Trio of its own.
pub(crate) struct Installed {
    unit: Unit,
    process: Process,
    manager: UnixDatagram,
    _trio: Trio,
    _private: TempDir,
}

impl Installed {
    /// Starts what is installed in `root`, after an operator has named the Trio, chosen a free port
    /// and put the secrets where the unit looks for them. `tracer` is a program that starts it in
    /// turn, if not empty.
    pub(crate) async fn start(root: &Root<'_>, tracer: &[&str]) -> Self {
        let trio = Trio::start_at("127.0.0.1:0", 6, 2).await;
        configure(root, &trio);
        let unit = Unit::read(&root.host_path("/usr/lib/systemd/system/trio-exporter.service"));
        // What only this service may see: the secrets, which it may not read where they are root's,
        // and the socket of its manager.
        let private = folder();
        let credentials = private.path().join("credentials");
        fs::create_dir(&credentials).expect("a folder");
        for (name, source) in unit.credentials() {
            fs::rename(root.host_path(source), credentials.join(name))
                .expect("a secret where the unit looks for it");
        }
        let socket = private.path().join("notify");
        let manager = UnixDatagram::bind(&socket).expect("a socket");
        let (program, arguments) = unit.starts(root);
        let program = program.to_str().expect("UTF-8");
        let line =
            tracer.iter().copied().chain([program]).chain(arguments.iter().map(String::as_str));
        let line: Vec<&str> = line.collect();
        assert_eq!(unit.one("Type"), "notify", "systemd would not listen");
        let watchdog = hurried(unit.one("WatchdogSec"));
        let environment = [
            ("NOTIFY_SOCKET", &*socket),
            ("CREDENTIALS_DIRECTORY", &*credentials),
            ("WATCHDOG_USEC", Path::new(&watchdog)),
        ];
        let remedy = "on Debian: apt-get install strace";
        let process = Process::start_with(Path::new(line[0]), &line[1..], &environment, remedy);
        Self { unit, process, manager, _trio: trio, _private: private }
    }

    /// Follows it from its start to its end: it is ready, alive, shows Trio, reloads its
    /// configuration by the line of the unit, and stops.
    pub(crate) async fn lives(mut self) {
        assert_eq!(self.next_message().await, "READY=1");
        assert_eq!(self.next_message().await, "WATCHDOG=1");
        let address = self.process.serves().await;
        until("readings of Trio", PATIENCE, async || {
            let page = get(&format!("http://{address}/metrics")).await?;
            let up = page.lines().any(|line| line == "trio_up{target=\"main\"} 1");
            up.then_some(()).ok_or(page)
        })
        .await;
        let pid = self.process.id().to_string();
        let reload = self.unit.one("ExecReload").replace("$MAINPID", &pid);
        let mut words = reload.split_whitespace();
        let reload =
            Command::new(words.next().expect("a program")).args(words).status().expect("it starts");
        assert!(reload.success());
        assert_eq!(self.news().await.split_once('\n').expect("two lines").0, "RELOADING=1");
        assert_eq!(self.news().await, "READY=1");
        self.process.signal(rustix::process::Signal::TERM);
        assert_eq!(self.news().await, "STOPPING=1");
        assert!(self.process.ended().await.success());
    }

    /// Next message to its service manager.
    async fn next_message(&self) -> String {
        let mut message = [0; 512];
        let length = timeout(PATIENCE, self.manager.recv(&mut message)).await;
        let length = length
            .unwrap_or_else(|_| panic!("it says nothing; its log: {}", self.process.stderr()));
        String::from_utf8_lossy(&message[..length.expect("a message")]).trim().to_owned()
    }

    /// The same, its signs of life aside.
    async fn news(&self) -> String {
        loop {
            let message = self.next_message().await;
            if message != "WATCHDOG=1" {
                return message;
            }
        }
    }
}

/// A folder with what a package would install, the program of this test in it.
pub(crate) fn by_hand() -> TempDir {
    let folder = folder();
    let root = Root(folder.path());
    let shipped = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(name);
    for (source, path) in [
        (shipped("systemd/trio-exporter.service"), "/usr/lib/systemd/system/trio-exporter.service"),
        (shipped("systemd/trio-exporter.socket"), "/usr/lib/systemd/system/trio-exporter.socket"),
        (shipped("systemd/trio-exporter.default"), "/etc/default/trio-exporter"),
        (shipped("trio-exporter.yml"), "/etc/trio-exporter/trio-exporter.yml"),
    ] {
        let path = root.host_path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::copy(&source, &path).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
    }
    let program = root.host_path("/usr/bin/trio-exporter");
    fs::create_dir_all(program.parent().expect("a folder")).expect("writable");
    fs::hard_link(env!("CARGO_BIN_EXE_trio-exporter"), program)
        .expect("one disk for everything in target/");
    folder
}

/// A time of whole seconds in microseconds, a hundred times shorter.
fn hurried(time: &str) -> String {
    let seconds: u64 = time.trim_end_matches('s').parse().expect("whole seconds");
    (seconds * 10_000).to_string()
}

/// Writes the configuration that docs/install.md describes.
fn configure(root: &Root<'_>, trio: &Trio) {
    for (name, secret) in ["client_key", "username", "password"].iter().zip(trio.secrets()) {
        fs::write(root.host_path(CONFIGURATION).join(name), secret)
            .expect("the folder of the configuration");
    }
    fs::create_dir_all(root.host_path(STATE)).expect("writable");
    let state = root.host_path(STATE).join("counters").display().to_string();
    edit(
        &root.host_path("/etc/default/trio-exporter"),
        "\nARGS=\"\"",
        "\nARGS=\"--web.listen-address=127.0.0.1:0\"",
    );
    let file = root.host_path(CONFIGURATION).join("trio-exporter.yml");
    edit(&file, "servers: [https://trio.example/te/api]", &format!("servers: [{}]", trio.url()));
    edit(&file, "# state_file: trio-exporter.state", &format!("state_file: {state}"));
}

/// Replaces the file by one in which `old`, which must be there, is `new`.
fn edit(path: &Path, old: &str, new: &str) {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(text.contains(old), "{}: no {old}", path.display());
    fs::remove_file(path).expect("writable");
    fs::write(path, text.replace(old, new)).expect("writable");
}
