//! The shipped units, judged by systemd's own tools, and kept by the exporter.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::Command,
};

use crate::{
    installed::{Installed, by_hand},
    process::{PATIENCE, until},
    shipped,
    unit::{Root, Unit},
};

/// More than this and the service could do harm that it need not be able to do.
const MOST_EXPOSURE: f64 = 2.0;

/// Runs `systemd-analyze`: whether it is content, and what it says.
fn systemd_analyze(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("systemd-analyze").env("LC_ALL", "C.UTF-8").args(arguments).output();
    let output = output.unwrap_or_else(|error| {
        panic!("cannot start systemd-analyze: {error}; on Debian: apt-get install systemd")
    });
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said.into_owned())
}

#[test]
fn the_service_is_hardly_exposed() {
    let unit = shipped::path("systemd/trio-exporter.service");
    let threshold = format!("--threshold={}", MOST_EXPOSURE * 10.0);
    let (content, said) =
        systemd_analyze(&["security", "--offline=true", "--no-pager", &threshold, &unit]);
    let (_, exposure) =
        said.split_once("Overall exposure level for trio-exporter.service: ").expect(&said);
    let exposure: f64 =
        exposure.split_whitespace().next().and_then(|it| it.parse().ok()).expect(exposure);
    println!("exposure: {exposure}");
    assert!(content && exposure <= MOST_EXPOSURE, "{said}");
}

/// Report of `systemd-analyze verify` about the units in a folder that replaces `/`.
fn verified(root: &Path) -> String {
    let system = root.join("usr/lib/systemd/system");
    // The targets that they name are those of this machine.
    for entry in fs::read_dir("/lib/systemd/system").expect("systemd's own units") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "target") {
            let target = system.join(path.file_name().expect("a name"));
            fs::copy(path, target).expect("writable");
        }
    }
    // The program of ExecReload=.
    fs::create_dir_all(root.join("bin")).expect("writable");
    fs::copy("/bin/kill", root.join("bin/kill")).expect("a program of every machine");
    let root = format!("--root={}", root.display());
    let (content, said) = systemd_analyze(&[
        "verify",
        "--man=no",
        &root,
        "trio-exporter.service",
        "trio-exporter.socket",
    ]);
    // Of keys that it does not know it only warns.
    if content { said } else { format!("failed: {said}") }
}

#[test]
fn systemd_finds_no_fault_with_the_units() {
    assert_eq!(verified(by_hand().path()), "");
}

#[test]
fn systemd_does_find_faults() {
    let folder = by_hand();
    fs::remove_file(folder.path().join("usr/bin/trio-exporter")).expect("it is there");
    let said = verified(folder.path());
    assert!(said.contains("/usr/bin/trio-exporter is not executable"), "{said}");
}

#[tokio::test]
async fn the_exporter_lives_as_its_unit_says() {
    let folder = by_hand();
    Installed::start(&Root(folder.path()), &[]).await.lives().await;
    let state = folder.path().join("var/lib/trio-exporter/counters");
    assert!(state.exists(), "no counters in the folder of StateDirectory=");
}

#[tokio::test]
async fn it_makes_no_system_call_that_its_unit_forbids() {
    let folder = by_hand();
    let trace = folder.path().join("trace");
    let file = trace.to_str().expect("UTF-8");
    // The tracer is no parent (-D): signals reach the exporter itself.
    let tracer = ["strace", "-D", "-f", "-o", file];
    Installed::start(&Root(folder.path()), &tracer).await.lives().await;
    let text = until("the tracer's last line", PATIENCE, async || {
        let text = fs::read_to_string(&trace).expect("what strace wrote");
        if text.contains("+++ exited with 0 +++") { Ok(text) } else { Err("not there".to_owned()) }
    })
    .await;
    let made: BTreeSet<&str> = text.lines().filter_map(system_call).collect();
    assert!(made.contains("accept4") && made.contains("fsync"), "it served and saved: {made:?}");
    let allowed = allowed(&Unit::service());
    let forbidden: Vec<_> = made.iter().filter(|call| !allowed.contains(**call)).collect();
    assert!(forbidden.is_empty(), "{forbidden:?}");
}

/// The call in a line of strace such as `4711  openat(AT_FDCWD, …`.
fn system_call(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once(' ')?;
    let (name, _) = rest.trim_start().split_once('(')?;
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_').then_some(name)
}

/// System calls that `SystemCallFilter=` allows.
fn allowed(unit: &Unit) -> BTreeSet<String> {
    let (_, said) = systemd_analyze(&["syscall-filter", "--no-pager"]);
    let mut sets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut set = "";
    for line in said.lines().filter(|line| !line.trim_start().starts_with('#')) {
        match line.strip_prefix(' ') {
            Some(call) => sets.entry(set).or_default().push(call.trim()),
            None => set = line.trim(),
        }
    }
    let mut allowed = BTreeSet::new();
    for filter in unit.all("SystemCallFilter") {
        match filter.strip_prefix('~') {
            Some(denied) => {
                let denied = members(denied, &sets);
                allowed.retain(|call| !denied.contains(call));
            }
            None => allowed.extend(members(filter, &sets)),
        }
    }
    allowed
}

/// The calls that these names mean: of sets, of sets of sets, and single ones.
fn members(names: &str, sets: &BTreeMap<&str, Vec<&str>>) -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    let mut next: Vec<&str> = names.split_whitespace().collect();
    while let Some(name) = next.pop() {
        match sets.get(name) {
            Some(inside) => next.extend(inside),
            None => calls.extend([name.to_owned()]),
        }
    }
    calls
}
