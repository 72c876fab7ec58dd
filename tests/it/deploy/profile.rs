//! The build profile of what is shipped: packages, image and releases use one profile, and
//! Cargo.toml defines it.

use std::fs;

use super::root;

/// Files that build a program for others, and the folder that each takes it from.
const BUILDERS: [&str; 3] =
    ["deploy/deb/build", "deploy/docker/Dockerfile", ".github/workflows/release.yml"];

/// The lines of a section of Cargo.toml.
fn section(manifest: &str, name: &str) -> Vec<String> {
    let mut lines = manifest.lines().skip_while(|line| *line != format!("[{name}]")).skip(1);
    let section = lines.by_ref().take_while(|line| !line.starts_with('['));
    section.filter(|line| line.contains('=')).map(str::to_owned).collect()
}

/// The profile that a file builds with, and the problems with the way it names it.
fn profile(file: &str, text: &str) -> Result<String, String> {
    if text.contains("--release") || text.contains("/release/") {
        return Err(format!("{file}: builds or takes a program of the profile `release`"));
    }
    let (_, after) = text
        .split_once("cargo build --profile ")
        .ok_or_else(|| format!("{file}: names no profile"))?;
    let name = after.split_whitespace().next().unwrap_or_default().to_owned();
    if !text.contains(&format!("/{name}")) {
        return Err(format!("{file}: takes no program from the folder of the profile `{name}`"));
    }
    Ok(name)
}

#[test]
fn shipped_programs_are_built_with_link_time_optimization() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml");
    for file in BUILDERS {
        let text = fs::read_to_string(root().join(file)).expect(file);
        let name = profile(file, &text).unwrap_or_else(|problem| panic!("{problem}"));
        let settings = section(&manifest, &format!("profile.{name}"));
        assert!(
            settings.contains(&"lto = true".to_owned()),
            "{file}: profile {name} is {settings:?}"
        );
    }
    let first_try = section(&manifest, "profile.release");
    assert!(
        first_try.contains(&"lto = false".to_owned()),
        "the first build would take long: {first_try:?}"
    );
}

#[test]
fn another_profile_is_found() {
    for text in [
        "cargo build --release",
        "cargo build\ncp target/dist/a",
        "cargo build --profile dist\ncp target/debug/a",
    ] {
        assert!(profile("a", text).is_err(), "{text}");
    }
    assert_eq!(
        profile("a", "cargo build --profile dist --locked\ncp target/dist/a"),
        Ok("dist".to_owned())
    );
}
