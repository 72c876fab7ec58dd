//! Notes which commit and which compiler the program is built from, for `trio_exporter_build_info`.

use std::{env, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=.git/HEAD");
    println!("cargo::rerun-if-changed=.git/refs/heads");
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let revision = first_line(Command::new("git").args(["rev-parse", "--short=12", "HEAD"]));
    println!("cargo::rustc-env=BUILD_REVISION={revision}");
    println!("cargo::rustc-env=BUILD_RUSTC={}", first_line(Command::new(rustc).arg("--version")));
}

/// What a command prints, or `unknown`: a source archive has no git, and that is no reason to fail.
fn first_line(command: &mut Command) -> String {
    let output = command.output().ok().filter(|output| output.status.success());
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.filter(|text| !text.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}
