//! `trace` as an operator starts it.

use pretty_assertions::assert_eq;
use rustix::process::Signal;
use tempfile::TempDir;
use trio_exporter::{model::Clock, sim::Options};

use crate::{
    process::{command, ended, exporter, folder, run},
    support::{Simulated, configure},
};

/// A configuration of targets called `one`, `two` …
fn configured(folder: &TempDir, trios: &[&Simulated]) -> String {
    let entries = ["one", "two"].iter().zip(trios).map(|(name, trio)| trio.entry(name));
    let zoned = |entry: String| entry.replace("}\n", ", time_zone: Europe/Stockholm}\n");
    configure(folder.path(), &format!("targets:\n{}", entries.map(zoned).collect::<String>()))
}

async fn trace(file: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    ended(&run(command(["trace", "--config.file", file]).args(arguments)).await)
}

#[tokio::test]
async fn trace_ends_after_its_time_with_a_summary() {
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let folder = folder();
    let file = configured(&folder, &[&trio]);
    let (code, stdout, stderr) = trace(&file, &["--for", "2s", "--service", "101"]).await;
    assert_eq!(code, Some(0), "{stderr}");
    let lines: Vec<&str> = stdout.lines().collect();
    assert!(lines[0].contains("tracing one every 5 s with a session of its own"), "{stdout}");
    assert!(lines[1].contains("list services/calls of contact centre 1: read, "), "{stdout}");
    let last = lines.last().expect("a line");
    assert!(last.contains("svc 101 Växel  ") && last.contains("  in all: offered "), "{stdout}");
    let (_, stdout, _) = trace(&file, &["--for", "1s", "--output", "json"]).await;
    let events: Vec<String> = stdout
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).expect("JSON")["event"].to_string()
        })
        .collect();
    assert_eq!((&*events[0], &*events[events.len() - 1]), ("\"start\"", "\"summary\""));
}

#[tokio::test]
async fn ctrl_c_ends_trace_with_summary_and_code_0() {
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let folder = folder();
    let file = configured(&folder, &[&trio]);
    let mut trace = exporter(&["trace", "--config.file", &file]);
    trace
        .says("what it reads", |text| {
            text.contains("services/calls of contact centre 1").then_some(())
        })
        .await;
    trace.signal(Signal::INT);
    assert!(trace.ended().await.success());
    assert!(trace.stdout().contains("in all: offered "), "{}", trace.stdout());
}

#[tokio::test]
async fn errors_have_a_message_and_an_exit_code() {
    let trio = Simulated::start(Options::default(), Clock::system()).await;
    let folder = folder();
    let both = configured(&folder, &[&trio, &trio]);
    let (code, _, stderr) = trace(&both, &[]).await;
    assert_eq!(
        (code, &*stderr),
        (Some(2), "--target: name one of the configured targets: one, two\n")
    );
    for (arguments, exit, message) in [
        (&["--target", "two", "--for", "1s"][..], 0, ""),
        (
            &["--target", "two", "--service", "999"],
            2,
            "--service 999: no service has this id or name; ",
        ),
        (
            &["--target", "two", "--contact-center", "9"],
            2,
            "--contact-center 9: no contact centre that is read",
        ),
        (&["--target", "two", "--for", "5"], 2, "give a duration with its unit"),
        (&["--target", "two", "--wait-for-service"], 2, "--service"),
    ] {
        let (code, _, stderr) = trace(&both, arguments).await;
        assert_eq!(code, Some(exit), "{arguments:?}: {stderr}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
    let text = std::fs::read_to_string(configured(&folder, &[&trio])).expect("written");
    let wrong = configure(folder.path(), &text.replace("smörgåsbord", "wrong"));
    let (code, _, stderr) = trace(&wrong, &["--for", "10s"]).await;
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("Trio cannot be read: login refused"), "{stderr}");
}
