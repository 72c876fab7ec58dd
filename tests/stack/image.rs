//! The program of the image, as Alpine's Rust links it: it runs where there is nothing but itself
//! and the authorities, which the image is based on for.

use std::{
    env::{self, consts::ARCH},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use rustix::process::Signal;

use crate::{
    http::get,
    process::{PATIENCE, Process, folder, until},
};

/// Path of the trusted authorities in Debian and in the image.
const AUTHORITIES: &str = "etc/ssl/certs/ca-certificates.crt";

/// The static program; cargo builds it unless it is there and current.
fn program() -> PathBuf {
    let target = format!("{ARCH}-unknown-linux-musl");
    let cargo = env::var_os("CARGO").expect("cargo runs the tests");
    let mut build = Command::new(cargo);
    build.current_dir(env!("CARGO_MANIFEST_DIR")).args([
        "build",
        "--locked",
        "--bin",
        "trio-exporter",
        "--target",
    ]);
    let output = build.arg(&target).output().expect("cargo");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{said}\nrustup target add {target}; on Debian: apt-get install musl-tools"
    );
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("cargo's target folder")
        .join(target);
    folder.join("debug/trio-exporter")
}

#[tokio::test]
async fn the_program_needs_nothing_but_itself_and_authorities() {
    let root = folder();
    fs::copy(program(), root.path().join("trio-exporter")).expect("the program");
    let authorities = root.path().join(AUTHORITIES);
    fs::create_dir_all(authorities.parent().expect("a folder")).expect("writable");
    fs::copy(format!("/{AUTHORITIES}"), authorities)
        .expect("on Debian: apt-get install ca-certificates");
    let inside = format!("--root={}", root.path().display());
    let enter = ["--map-root-user", &inside, "/trio-exporter"];
    let run = [&enter[..], &["demo", "--web.listen-address", "127.0.0.1:0"]].concat();
    let mut exporter =
        Process::start(Path::new("unshare"), &run, "on Debian: apt-get install util-linux");
    let address = exporter
        .says("where its metrics are", |text| {
            let (_, address) = text.split_once(" metrics ")?;
            Some(
                address
                    .trim_start()
                    .strip_prefix("http://")?
                    .split_once("/metrics\n")?
                    .0
                    .to_owned(),
            )
        })
        .await;
    until("readings of the simulated Trio", PATIENCE, async || {
        let page = get(&format!("http://{address}/metrics")).await?;
        let up = page.lines().any(|line| line == "trio_up{target=\"demo\"} 1");
        up.then_some(()).ok_or(page)
    })
    .await;
    let ask = |url: &str| {
        let asked =
            Command::new("unshare").args(enter).args(["healthcheck", "--url", url]).status();
        asked.expect("unshare").code()
    };
    assert_eq!(ask(&format!("http://{address}")), Some(0), "it is well");
    exporter.signal(Signal::TERM);
    assert!(exporter.ended().await.success());
    assert_eq!(ask(&format!("http://{address}")), Some(1), "no server is there");
}
