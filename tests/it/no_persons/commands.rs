//! The program itself at its most talkative: every command, what it prints, logs and writes.

use std::{path::Path, process::Command, time::Duration};

use rustix::process::Signal;
use trio_exporter::{
    model::Clock,
    sim::{Dialect, Options},
};

use super::{Mood, Said, Talkative, hours::look_at_every_page};
use crate::{
    process::{exporter, folder, until},
    support::{Samples, reqwest_client},
};

const LIMIT: Duration = Duration::from_secs(30);

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
    let file = folder.join("trio-exporter.yml");
    std::fs::write(&file, text).expect("writable");
    file.to_str().expect("UTF-8").to_owned()
}

async fn command(arguments: &[&str], file: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trio-exporter"));
    command.env_clear().args(arguments).args(["--config.file", file, "--log.level", "trace"]);
    let output =
        tokio::task::spawn_blocking(move || command.output().expect("the binary starts")).await;
    let output = output.expect("no panic");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// The exporter for some seconds, while things go wrong.
async fn run(trio: &Talkative, file: &str, said: &mut Said) {
    let mut process = exporter(&[
        "--config.file",
        file,
        "--web.listen-address",
        "127.0.0.1:0",
        "--log.level",
        "trace",
    ]);
    let url = format!("http://{}", process.serves().await);
    let up = async |expected: f64| {
        until("the exporter to see how Trio is", LIMIT, async || {
            let page =
                reqwest_client().get(format!("{url}/metrics")).send().await.expect("an answer");
            let metrics = Samples::parse(&page.text().await.expect("a body"));
            match metrics.get("trio_up", &[]) {
                Some(up) if up == expected => Ok(()),
                up => Err(format!("trio_up is {up:?}")),
            }
        })
        .await;
    };
    for (mood, expected) in [
        (Mood::Well, 1.0),
        (Mood::Refusing(400), 0.0),
        (Mood::Cut, 0.0),
        (Mood::Well, 1.0),
        (Mood::Redirecting, 0.0),
    ] {
        trio.set_mood(mood);
        up(expected).await;
    }
    trio.set_mood(Mood::Well);
    look_at_every_page(&url, said).await;
    std::fs::write(Path::new(file).with_extension("yml"), "targets: []\n").expect("writable");
    look_at_every_page(&url, said).await;
    process.signal(Signal::TERM);
    assert!(process.ended().await.success());
    let log = process.stderr();
    assert!(log.contains("level=debug") && log.contains("level=warn"), "{log}");
    said.add("the log of run", log + &process.stdout());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_command_shows_a_person_in_any_dialect() {
    for dialect in Dialect::ALL {
        let clock = Clock::system();
        let trio = Talkative::start(dialect, clock.clone()).await;
        let persons = trio.persons(clock).await;
        let (folder, mut said) = (folder(), Said::default());
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
            said.add(arguments.join(" "), command(arguments, &file).await);
        }
        let shown = command(&["inspect", "--show-values"], &file).await;
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
            said.add(format!("{} {mood:?}", arguments.join(" ")), command(arguments, &file).await);
        }
        trio.set_mood(Mood::Well);
        run(&trio, &file, &mut said).await;
        said.add_folder("files", folder.path());
        said.assert_no_person(&persons, &format!("{dialect:?}"));
    }
}
