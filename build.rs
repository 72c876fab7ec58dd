//! Stores the commit and the compiler version in the program, for `trio_exporter_build_info` and
//! `--version`.

use std::{env, path::Path, process::Command};

/// Variable with the commit, for builds without the git history, such as images and packages.
const REVISION: &str = "TRIO_EXPORTER_REVISION";

fn main() {
    println!("cargo::rerun-if-env-changed={REVISION}");
    // Only beside this file: git would also find the history of a folder above, in which a source
    // archive was unpacked, and report a commit of something else.
    let has_history = Path::new(".git").exists();
    if has_history {
        // A commit or a change of branch is written to its end. In a worktree it is not below .git.
        for name in ["HEAD", "logs/HEAD"] {
            let path = first_line(Command::new("git").args(["rev-parse", "--git-path", name]));
            if let Some(path) = path.filter(|path| Path::new(path).exists()) {
                println!("cargo::rerun-if-changed={path}");
            }
        }
    }
    // Without any such line cargo would watch every file of the package.
    println!("cargo::rerun-if-changed=build.rs");
    let given = env::var(REVISION).ok().filter(|given| !given.is_empty());
    let git = || first_line(Command::new("git").args(["rev-parse", "--short=12", "HEAD"]));
    let revision = given.or_else(|| has_history.then(git).flatten());
    let rustc = env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let rustc = first_line(Command::new(rustc).arg("--version"));
    let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    println!("cargo::rustc-env=BUILD_REVISION={}", known(&revision));
    println!("cargo::rustc-env=BUILD_RUSTC={}", known(&rustc));
    let revision = match revision {
        Some(revision) => format!("revision {revision}"),
        None => "revision unknown: built without git".to_owned(),
    };
    let version = env::var("CARGO_PKG_VERSION").unwrap_or_default();
    println!("cargo::rustc-env=BUILD_VERSION={version} ({revision}; {})", known(&rustc));
}

/// Returns the first output of a command; `None` if it fails: a source archive has no git history
/// and must build, too.
fn first_line(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    Some(text).filter(|text| !text.is_empty())
}
