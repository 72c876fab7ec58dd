//! The program itself at its most talkative: every command, what it prints, logs and writes.

use std::path::Path;

use rustix::process::Signal;
use trio_exporter::{
    model::Clock,
    sim::{Dialect, Options},
};

use super::{Mood, Said, Talkative, hours::look_at_every_page};
use crate::{
    process::{command, ended, folder, run},
    support::{Running, Samples, configure},
};

/// The configuration of somebody who changed no default that concerns people.
fn configured(folder: &Path, trio: &Talkative) -> String {
    let Options { client_key, username, password, .. } = Options::default();
    let mut text = format!(
        "poll: {{state: 1s, configuration: 2s}}\nstate_file: counters\ntargets:\n  - name: test\n    servers: \"{}\"\n    \
         client_key: {client_key}\n    username: {username}\n    password: {password}\n",
        trio.url()
    );
    if let Some(fields) = trio.fields_file() {
        std::fs::write(folder.join("fields.yml"), fields).expect("writable");
        text += "    fields_file: fields.yml\n";
    }
    configure(folder, &text)
}

async fn said(arguments: &[&str], file: &str) -> String {
    let talkative = ["--config.file", file, "--log.level", "trace"];
    let (_, out, log) = ended(&run(command(arguments).args(talkative)).await);
    out + &log
}

/// The exporter for some seconds, while things go wrong.
async fn served(trio: &Talkative, file: &str, said: &mut Said) {
    let mut running = Running::start(file, &["--log.level", "trace"]).await;
    for (mood, expected) in [
        (Mood::Well, 1.0),
        (Mood::Refusing(400), 0.0),
        (Mood::Cut, 0.0),
        (Mood::Well, 1.0),
        (Mood::Redirecting, 0.0),
    ] {
        trio.set_mood(mood);
        let up = |it: &Samples| it.get("trio_up", &[]) == Some(expected);
        running.until_metrics("the exporter to see how Trio is", up).await;
    }
    trio.set_mood(Mood::Well);
    look_at_every_page(&running.url, said).await;
    std::fs::write(Path::new(file).with_extension("yml"), "targets: []\n").expect("writable");
    look_at_every_page(&running.url, said).await;
    running.process.signal(Signal::TERM);
    assert!(running.process.ended().await.success());
    let log = running.process.stderr();
    assert!(log.contains("level=debug") && log.contains("level=warn"), "{log}");
    said.add("the log of run", log + &running.process.stdout());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_shows_a_person_in_any_dialect() {
    for dialect in Dialect::ALL {
        let clock = Clock::system();
        let trio = Talkative::start(dialect, clock.clone()).await;
        let persons = trio.persons(clock).await;
        let (folder, mut all) = (folder(), Said::default());
        let file = configured(folder.path(), &trio);
        let recording = folder.path().join("recording").to_str().expect("UTF-8").to_owned();
        let record = ["record", "--cycles", "2", "--interval", "1", "--save", &recording];
        for arguments in [
            &["--once"][..],
            &["--config.check"],
            &["inspect"],
            &["inspect", "--output", "json"],
            &["inspect", "--suggest"],
            &["check"],
            &["trace", "--for", "3s"],
            &record,
        ] {
            all.add(arguments.join(" "), said(arguments, &file).await);
        }
        let shown = said(&["inspect", "--show-values"], &file).await;
        assert!(
            persons.found_in(&shown).is_some(),
            "{dialect:?}: what is asked for is shown, and found"
        );
        for (mood, arguments) in [
            (Mood::Refusing(400), &["--once"][..]),
            (Mood::Refusing(400), &["inspect"]),
            (Mood::Refusing(403), &["check"]),
            (Mood::Cut, &["--once"]),
            (Mood::Muddled, &["--once"]),
            (Mood::Muddled, &["check"]),
            (Mood::Muddled, &["trace", "--for", "2s"]),
            (Mood::Redirecting, &["--once"]),
        ] {
            // What a bad answer looks like does not depend on the dialect.
            if dialect != Dialect::English {
                break;
            }
            trio.set_mood(mood);
            all.add(format!("{} {mood:?}", arguments.join(" ")), said(arguments, &file).await);
        }
        trio.set_mood(Mood::Well);
        served(&trio, &file, &mut all).await;
        all.add_folder("files", folder.path());
        all.assert_no_person(&persons, &format!("{dialect:?}"));
    }
}
