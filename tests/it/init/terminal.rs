//! A person at a terminal: may try again, sees what is written, and no secret while it is typed.

use std::{
    fs,
    io::{Read, Write},
    sync::{Arc, Mutex},
};

use pretty_assertions::assert_eq;
use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};

use super::{KEY, PASSWORD, USER, assert_no_secret};
use crate::process::{PATIENCE, folder, until};

/// A terminal, and everything that it has shown.
struct Terminal {
    pty: Arc<Pty>,
    shown: Arc<Mutex<Vec<u8>>>,
}

impl Terminal {
    fn new(pty: Pty) -> Self {
        let terminal = Self { pty: Arc::new(pty), shown: Arc::default() };
        let (pty, shown) = (terminal.pty.clone(), terminal.shown.clone());
        std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            // The end of the program ends it.
            while let Ok(read @ 1..) = (&*pty).read(&mut bytes) {
                shown.lock().expect("not poisoned").extend_from_slice(&bytes[..read]);
            }
        });
        terminal
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.shown.lock().expect("not poisoned")).into_owned()
    }

    /// Types `answer` once `question` is shown, and what is typed is shown or not as `echoes` says.
    async fn answers(&self, question: &str, echoes: bool, answer: &str) {
        until(&format!("the question {question:?}"), PATIENCE, async || {
            let modes = tcgetattr(&*self.pty).expect("a terminal").local_modes;
            let ready =
                self.shown().contains(question) && modes.contains(LocalModes::ECHO) == echoes;
            if ready { Ok(()) } else { Err(format!("{modes:?} {}", self.shown())) }
        })
        .await;
        writeln!(&*self.pty, "{answer}").expect("typed");
    }
}

#[tokio::test]
async fn a_person_may_try_again_and_sees_what_is_written_but_no_secret() {
    let folder = folder();
    let directory = folder.path().to_str().expect("UTF-8");
    let (pty, pts) = open().expect("a terminal");
    let command = Command::new(env!("CARGO_BIN_EXE_trio-exporter"));
    let mut child =
        command.args(["init", "--directory", directory]).env_clear().spawn(pts).expect("it starts");
    let terminal = Terminal::new(pty);
    terminal.answers("Address of the API", true, "me:geheim").await;
    terminal.answers("must begin with https:// or http://", true, "trio.example").await;
    // An empty answer takes what is offered.
    let offered =
        "trio.example is not a whole address: write https://trio.example/te/api, or press Enter";
    terminal.answers(offered, true, "").await;
    terminal.answers("Use this address all the same? ", true, "y").await;
    terminal.answers("API client key", false, KEY).await;
    terminal.answers("API user: ", true, USER).await;
    terminal.answers("Its password", false, PASSWORD).await;
    terminal.answers("Time zone", true, "Europe/Stockholm").await;
    terminal.answers("File that keeps the counters", true, "none").await;
    terminal.answers("Write these files? ", true, "perhaps").await;
    terminal.answers("  answer y or n", true, "y").await;
    let status = until("it to end", PATIENCE, async || {
        child.try_wait().expect("a child of ours").ok_or_else(|| terminal.shown())
    })
    .await;
    assert!(status.success(), "{}", terminal.shown());
    let shown = terminal.shown();
    assert!(shown.contains("servers: [\"https://trio.example/te/api\"]"), "{shown}");
    assert!(shown.contains("password_file: password") && shown.contains(USER), "{shown}");
    assert_no_secret(&shown);
    for (name, secret) in [("client_key", KEY), ("password", PASSWORD)] {
        assert_eq!(
            fs::read_to_string(folder.path().join(name)).expect("written"),
            format!("{secret}\n")
        );
    }
}

#[tokio::test]
async fn a_person_who_says_no_has_nothing_written() {
    let folder = folder();
    let directory = folder.path().join("not-made").display().to_string();
    let (pty, pts) = open().expect("a terminal");
    let command = Command::new(env!("CARGO_BIN_EXE_trio-exporter")).env_clear();
    let arguments = ["init", "--directory", &directory, "--server", "https://trio.example/te/api"];
    let mut child = command.args(arguments).spawn(pts).expect("it starts");
    let terminal = Terminal::new(pty);
    terminal.answers("API client key", false, KEY).await;
    terminal.answers("API user: ", true, USER).await;
    terminal.answers("Its password", false, PASSWORD).await;
    terminal.answers("Time zone", true, "").await;
    terminal.answers("File that keeps the counters", true, "").await;
    terminal.answers("Write these files? ", true, "n").await;
    let status = until("it to end", PATIENCE, async || {
        child.try_wait().expect("a child of ours").ok_or_else(|| terminal.shown())
    })
    .await;
    assert_eq!(status.code(), Some(1));
    assert!(!fs::exists(&directory).expect("seen"));
}
