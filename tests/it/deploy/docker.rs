//! `deploy/docker/Dockerfile`, as far as it can be judged without Docker: who the image runs as,
//! what it starts, what it is made of. That the program runs where there is nothing but itself is
//! shown in `tests/stack`.

use std::fs;

use pretty_assertions::assert_eq;

use super::root;
use crate::process::command;

/// The instructions of the Dockerfile, each with its arguments, in order; continued lines are
/// joined.
fn instructions() -> Vec<(String, String)> {
    let text = fs::read_to_string(root().join("deploy/docker/Dockerfile")).expect("the Dockerfile");
    let lines = text.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n");
    let joined = lines.replace("\\\n", " ");
    let instructions = joined.lines().filter_map(|line| line.split_once(' '));
    instructions.map(|(name, arguments)| (name.to_owned(), arguments.trim().to_owned())).collect()
}

/// The arguments of an instruction in the last stage, which is the image.
fn of_image(name: &str) -> Vec<String> {
    let instructions = instructions();
    let last = instructions.iter().rposition(|(name, _)| name == "FROM").expect("a stage");
    let found = instructions[last..].iter().filter(|(found, _)| found == name);
    found.map(|(_, arguments)| arguments.clone()).collect()
}

/// A command in the form that needs no shell.
fn words(command: &str) -> Vec<String> {
    serde_json::from_str(command)
        .unwrap_or_else(|error| panic!("{command}: needs a shell: {error}"))
}

/// True if the program accepts these arguments.
fn known(arguments: &[String]) -> bool {
    command(arguments).arg("--help").output().expect("the program").status.success()
}

#[test]
fn the_image_runs_as_a_user_that_is_a_number_and_not_root() {
    let users = of_image("USER");
    let [user] = &users[..] else { panic!("{users:?}") };
    let numbers: Vec<u32> =
        user.split(':').map(|number| number.parse().expect("a number")).collect();
    assert!(numbers.len() == 2 && numbers.iter().all(|number| *number > 0), "{user}");
}

#[test]
fn the_image_starts_and_asks_the_program_without_a_shell() {
    let copied = of_image("COPY");
    let [copied] = &copied[..] else { panic!("more than the program is copied: {copied:?}") };
    let program = copied.rsplit_once(' ').expect("a target").1;
    assert_eq!(of_image("ENTRYPOINT").iter().map(|it| words(it)).collect::<Vec<_>>(), [[program]]);
    let check = of_image("HEALTHCHECK");
    let check = words(check[0].split_once("CMD ").expect("a command").1);
    assert_eq!(check[0], program);
    assert!(known(&check[1..]), "the program does not know {check:?}");
    assert!(!known(&["healthchekc".to_owned()]), "it knows anything");
}

#[test]
fn the_image_serves_on_the_port_that_is_the_default() {
    assert_eq!(of_image("EXPOSE"), ["10427"]);
}

#[test]
fn base_images_are_pinned_and_compiler_version_is_ours() {
    let stages: Vec<String> =
        instructions().into_iter().filter(|(name, _)| name == "FROM").map(|it| it.1).collect();
    for stage in &stages {
        let image = stage.split(' ').next().expect("an image");
        let (tagged, digest) =
            image.split_once("@sha256:").unwrap_or_else(|| panic!("{image}: no digest"));
        assert!(
            digest.len() == 64 && digest.chars().all(|digit| digit.is_ascii_hexdigit()),
            "{image}"
        );
        assert!(tagged.contains(':'), "{image}: no one can read which version that is");
    }
    let compiler = format!("rust:{}.", env!("CARGO_PKG_RUST_VERSION"));
    assert!(stages[0].starts_with(&compiler), "{} is not {compiler}", stages[0]);
}

#[test]
fn what_it_copies_from_the_project_is_there_and_is_all_that_cargo_names() {
    let sources: Vec<String> = instructions()
        .into_iter()
        .filter(|(name, arguments)| name == "COPY" && !arguments.starts_with("--from"))
        .flat_map(|(_, arguments)| {
            let (sources, _) = arguments.rsplit_once(' ').expect("a target");
            sources.split(' ').map(str::to_owned).collect::<Vec<_>>()
        })
        .collect();
    for source in &sources {
        assert!(root().join(source).exists(), "there is no {source}");
    }
    for needed in ["Cargo.toml", "Cargo.lock", "build.rs", "src", "benches", "tests"] {
        assert!(
            sources.iter().any(|source| source == needed),
            "cargo cannot build without {needed}"
        );
    }
}
