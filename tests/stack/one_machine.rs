//! docs/one-machine.md: its files, copied and changed by its own commands, and a mail that arrives.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::{
    alertmanager::Alertmanager,
    markdown::Document,
    process::{PATIENCE, folder, until},
    routes::amtool,
    shipped,
};

const PAGE: &str = "docs/one-machine.md";

/// The commands of the block that this test runs.
fn commands() -> String {
    let page = Document::shipped().into_iter().find(|document| document.path == PAGE);
    let page = page.expect("the page is shipped");
    let mark = "run by: tests/stack/one_machine.rs files_and_addresses_of_one_machine_are_valid";
    let mut blocks = page.blocks().into_iter();
    let block = blocks.find(|block| block.comment.as_deref() == Some(mark));
    block.expect("a block of commands for this test").text
}

#[test]
fn files_and_addresses_of_one_machine_are_valid() {
    let (share, etc) = (folder(), folder());
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    // As the package lays them out.
    for (installed, source) in [
        ("prometheus", "deploy/prometheus"),
        ("alertmanager", "deploy/alertmanager"),
        ("dashboards", "dashboards"),
    ] {
        std::os::unix::fs::symlink(top.join(source), share.path().join(installed)).expect("a link");
    }
    let path = |folder: &Path| folder.to_str().expect("UTF-8").to_owned();
    let script = commands()
        .replace("sudo ", "")
        .replace("/usr/share/trio-exporter", &path(share.path()))
        .replace("/etc/prometheus", &path(etc.path()));
    let run = Command::new("bash").args(["-euc", &script]).output().expect("bash");
    let said = String::from_utf8_lossy(&[run.stdout, run.stderr].concat()).into_owned();
    assert!(run.status.success(), "{said}");
    assert_eq!((said.matches("SUCCESS").count(), said.matches("FAILED").count()), (4, 0), "{said}");
    let config = fs::read_to_string(etc.path().join("prometheus.yml")).expect("copied");
    let addresses: Vec<&str> = config
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once("targets: ").map(|(_, list)| list))
        .collect();
    assert_eq!(addresses, [r#"["localhost:9093"]"#, r#"["localhost:10427"]"#]);
    amtool(&["check-config", &path(&etc.path().join("alertmanager.yml"))]).unwrap();
}

/// Mails that a server has taken, as they were sent.
type Mails = Arc<Mutex<Vec<String>>>;

/// Starts a mail server that takes every mail; returns its address.
async fn mail_server(mails: Mails) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    tokio::spawn(async move {
        while let Ok((connection, _)) = listener.accept().await {
            // A client that breaks off is none of the test's business.
            tokio::spawn(session(connection, mails.clone()));
        }
    });
    address
}

/// Speaks as much SMTP (RFC 5321) as a client needs that sends one mail.
async fn session(connection: TcpStream, mails: Mails) -> std::io::Result<()> {
    let (read, mut write) = connection.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut mail = None::<String>;
    write.write_all(b"220 test\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer = match (&mut mail, line.as_str()) {
            (Some(text), ".") => {
                mails.lock().unwrap_or_else(PoisonError::into_inner).push(text.clone());
                mail = None;
                "250 taken"
            }
            (Some(text), _) => {
                text.push_str(&line);
                text.push('\n');
                continue;
            }
            (None, "DATA") => {
                mail = Some(String::new());
                "354 go on"
            }
            (None, "QUIT") => "221 bye",
            (None, _) => "250 yes",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn alert_of_amtool_arrives_by_mail() {
    let mails = Mails::default();
    let server = mail_server(mails.clone()).await;
    let alertmanager = Alertmanager::started(shipped::alertmanager_by_mail(&server)).await;
    let url = format!("--alertmanager.url=http://{}", alertmanager.address);
    // As the page says.
    let labels = ["alertname=Test", "audience=ops", "severity=warning", "target=test"];
    amtool(&[&[&*url, "alert", "add"][..], &labels].concat()).unwrap();
    let mail = until("the mail to arrive", PATIENCE, async || {
        let mails = mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.first().cloned().ok_or_else(|| "no mail yet".to_owned())
    })
    .await;
    for line in
        ["To: ops@company.example", "From: trio-alerts@company.example", "Subject: [FIRING:1] Test"]
    {
        assert!(mail.lines().any(|it| it.starts_with(line)), "{line}: {mail}");
    }
}
