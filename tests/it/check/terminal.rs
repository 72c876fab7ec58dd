//! `check` at a terminal: lines within its width, and colours unless `NO_COLOR` asks for none.

use std::io::Read;

use pty_process::{
    Size,
    blocking::{Command, open},
};
use trio_exporter::{model::Clock, sim::Options};

use crate::support::Simulated;

/// Columns of the terminal.
const COLUMNS: u16 = 80;

/// Runs `check` at a terminal; returns what it shows.
fn shown(trio: &str, variables: &[(&str, &str)]) -> String {
    let Options { client_key, username, password, .. } = Options::default();
    let (mut pty, pts) = open().expect("a terminal");
    pty.resize(Size::new(24, COLUMNS)).expect("a width");
    let command = Command::new(env!("CARGO_BIN_EXE_trio-exporter")).arg("check").env_clear();
    let command = command
        .env("TRIO_URL", trio)
        .env("TRIO_CLIENT_KEY", client_key)
        .env("TRIO_USERNAME", username)
        .env("TRIO_PASSWORD", password)
        .envs(variables.iter().copied());
    let mut child = command.spawn(pts).expect("it starts");
    let mut shown = Vec::new();
    let mut bytes = [0; 4096];
    // The end of the program ends the terminal.
    while let Ok(read @ 1..) = pty.read(&mut bytes) {
        shown.extend_from_slice(&bytes[..read]);
    }
    let shown = String::from_utf8(shown).expect("UTF-8");
    assert!(child.wait().expect("a child of ours").success(), "{shown}");
    shown
}

#[tokio::test]
async fn lines_fit_the_terminal_and_levels_have_colours() {
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let url = format!("http://{}/te/api", trio.addr);
    for (variables, coloured) in
        [(&[("TERM", "xterm")][..], true), (&[("TERM", "xterm"), ("NO_COLOR", "1")], false)]
    {
        let url = url.clone();
        let shown = tokio::task::spawn_blocking(move || shown(&url, variables));
        let shown = shown.await.expect("no panic");
        let green = "\u{1b}[32mOK\u{1b}[0m";
        assert_eq!(shown.contains(green), coloured, "{shown:?}");
        assert_eq!(shown.contains('\u{1b}'), coloured, "{shown:?}");
        let mut plain = shown.replace("\u{1b}[0m", "");
        for style in ["\u{1b}[32m", "\u{1b}[33m", "\u{1b}[2m"] {
            plain = plain.replace(style, "");
        }
        let widest = plain.lines().map(|line| line.trim_end().chars().count()).max();
        assert!(widest <= Some(usize::from(COLUMNS)), "{widest:?}: {plain}");
        // The warning about http is longer than a line, and nothing of it is lost.
        let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains("cross the network unencrypted; use https if the server offers it"),
            "{plain}"
        );
    }
}
