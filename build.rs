//! Stores the commit and the compiler version in the program, for `trio_exporter_build_info`.

use std::{env, process::Command};

/// Variable with the commit, for builds without the git history, such as images and packages.
const REVISION: &str = "TRIO_EXPORTER_REVISION";

fn main() {
    // A commit or a change of branch changes these; without them the old commit would be reported.
    println!("cargo::rerun-if-changed=.git/HEAD");
    println!("cargo::rerun-if-changed=.git/refs/heads");
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    println!("cargo::rerun-if-env-changed={REVISION}");
    let git = || first_line(Command::new("git").args(["rev-parse", "--short=12", "HEAD"]));
    let revision = env::var(REVISION).unwrap_or_else(|_| git());
    println!("cargo::rustc-env=BUILD_REVISION={revision}");
    println!("cargo::rustc-env=BUILD_RUSTC={}", first_line(Command::new(rustc).arg("--version")));
}

/// Returns the first output of a command, or `unknown`: a source archive has no git history and
/// must build, too.
fn first_line(command: &mut Command) -> String {
    let output = command.output().ok().filter(|output| output.status.success());
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.filter(|text| !text.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}
