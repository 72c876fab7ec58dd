//! Commands that read for a while show what they find at once, and on a terminal what they read.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    time::Duration,
};

use pretty_assertions::assert_eq;
use trio_exporter::{model::Clock, sim::Options};

use crate::{
    process::{binary, folder},
    support::{NOBODY, Simulated, configure},
};

/// A Trio that takes its time for each answer.
async fn slow() -> Simulated {
    let latency = Duration::from_millis(100);
    let options = Options { services: 2, agents: 6, latency, ..Options::default() };
    Simulated::start(options, Clock::system()).await
}

/// The program with this configuration file, and both outputs on pipes.
fn piped(file: &str, words: &[&str]) -> Child {
    let mut command = Command::new(binary());
    command.args(words).args(["--config.file", file]).env_clear();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("it starts")
}

/// Reads up to the line with `mark`, then to the end. Returns the requests that were sent by each of
/// the two moments.
async fn requests_at_line(
    trio: &Simulated,
    output: impl Read + Send + 'static,
    mark: &'static str,
) -> (u64, u64) {
    let simulator = trio.simulator.clone();
    let read = move || {
        let mut lines = BufReader::new(output).lines();
        let mut lines = lines.by_ref().map(|line| line.expect("UTF-8"));
        let found = lines.find(|line| line.contains(mark));
        assert!(found.is_some(), "no line with {mark}");
        let then = simulator.requests();
        lines.for_each(drop);
        (then, simulator.requests())
    };
    tokio::task::spawn_blocking(read).await.expect("the lines are read")
}

#[tokio::test]
async fn first_finding_is_on_the_pipe_before_the_last_answer() {
    for (words, mark) in [
        (&["check"][..], "Api"),
        (&["inspect", "--no-help"], "cc: 1 items"),
        (&["inspect", "--no-help", "--prove"], "cc: 1 items"),
    ] {
        let trio = slow().await;
        let folder = folder();
        let file = configure(folder.path(), &format!("targets:\n{}", trio.entry("one")));
        let mut child = piped(&file, words);
        let output = child.stdout.take().expect("a pipe");
        let (then, end) = requests_at_line(&trio, output, mark).await;
        let mut log = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut log).expect("UTF-8");
        assert!(child.wait().expect("its end").success(), "{words:?}: {log}");
        // Ten requests and more are left, a second and more.
        assert!(then + 10 <= end, "{words:?}: {then} of {end} requests");
        assert!(!log.contains("reading"), "{words:?}: no one watches: {log}");
    }
}

#[tokio::test]
async fn once_says_at_once_which_target_cannot_be_read() {
    let trio = slow().await;
    let folder = folder();
    let gone = trio.entry("gone").replace(&trio.addr.to_string(), NOBODY);
    let file = configure(folder.path(), &format!("targets:\n{}{gone}", trio.entry("one")));
    let mut child = piped(&file, &["--once"]);
    let mut page = child.stdout.take().expect("a pipe");
    // The page is longer than a pipe holds.
    let page = std::thread::spawn(move || {
        let mut text = String::new();
        page.read_to_string(&mut text).map(|_| text)
    });
    let log = child.stderr.take().expect("a pipe");
    let (then, end) = requests_at_line(&trio, log, "cannot be read").await;
    assert!(then + 3 <= end, "{then} of {end} requests");
    let printed = page.join().expect("no panic").expect("UTF-8");
    assert_eq!(child.wait().expect("its end").code(), Some(1));
    assert!(printed.contains("trio_up{target=\"one\"} 1\n"), "the page is printed as a whole");
}

#[tokio::test]
async fn terminal_shows_what_is_read() {
    for (words, marks) in [
        (&["check"][..], ["reading service_state", "reading agents"]),
        (&["inspect", "--no-help"], ["reading cc", "reading cc 1, services/state"]),
        (&["--once"], ["reading one", "one: read"]),
    ] {
        let trio = Simulated::small().await;
        let folder = folder();
        let file = configure(folder.path(), &format!("targets:\n{}", trio.entry("one")));
        let (mut pty, pts) = pty_process::blocking::open().expect("a terminal");
        let command = pty_process::blocking::Command::new(binary());
        let command = command.args(words).args(["--config.file", &file]).env_clear();
        let mut child = command.spawn(pts).expect("it starts");
        let read = move || {
            let mut shown = Vec::new();
            // The end of the program is an error of the terminal.
            let _ = pty.read_to_end(&mut shown);
            String::from_utf8_lossy(&shown).into_owned()
        };
        let shown = tokio::task::spawn_blocking(read).await.expect("it is read");
        assert!(child.wait().expect("its end").success(), "{words:?}: {shown}");
        for mark in marks {
            assert!(shown.contains(mark), "{words:?}, {mark}: {shown}");
        }
    }
}
