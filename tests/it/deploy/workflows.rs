//! `.github/`: what a workflow uses is pinned and can be read, and what it may do is said. What
//! actionlint finds is in `tests/stack`.

use std::fs;

use pretty_assertions::assert_eq;
use serde_json::Value;

use super::{deployed, root, text, yaml};

/// The workflows by name: as text and as data.
fn workflows() -> Vec<(String, String, Value)> {
    let folder = fs::read_dir(root().join(".github/workflows")).expect("workflows");
    let mut found = Vec::new();
    for path in folder.map(|entry| entry.expect("an entry").path()) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        found.push((name, fs::read_to_string(&path).expect("UTF-8"), yaml(&path)));
    }
    assert!(found.len() >= 2, "{}", found.len());
    found
}

fn jobs(workflow: &Value) -> impl Iterator<Item = (&String, &Value)> {
    workflow["jobs"].as_object().expect("jobs").iter()
}

#[test]
fn every_action_is_pinned_by_its_commit_and_says_which_version_that_is() {
    let mut seen = 0;
    for (name, text, _) in workflows() {
        for line in text
            .lines()
            .filter(|line| line.trim_start().trim_start_matches("- ").starts_with("uses:"))
        {
            let (action, version) =
                line.split_once(" # ").unwrap_or_else(|| panic!("{name}: {line}: no version"));
            let (_, commit) =
                action.rsplit_once('@').unwrap_or_else(|| panic!("{name}: {line}: any version"));
            let commit_is_whole =
                commit.len() == 40 && commit.chars().all(|digit| digit.is_ascii_hexdigit());
            assert!(commit_is_whole, "{name}: {line}: not a whole commit");
            let version_is_whole = version.starts_with('v') && version.matches('.').count() == 2;
            assert!(version_is_whole, "{name}: {line}: not a whole version");
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn an_action_has_one_commit_everywhere() {
    let mut uses: Vec<String> = Vec::new();
    for (_, text, _) in workflows() {
        uses.extend(text.lines().filter_map(|line| Some(line.split_once("uses: ")?.1.to_owned())));
    }
    uses.sort_unstable();
    uses.dedup();
    let mut actions: Vec<&str> =
        uses.iter().filter_map(|action| action.split('@').next()).collect();
    let all = actions.len();
    actions.dedup();
    assert_eq!(actions.len(), all, "{uses:#?}");
}

#[test]
fn images_that_jobs_run_in_are_pinned_by_digest() {
    for (name, _, workflow) in workflows() {
        for (job, what) in jobs(&workflow).filter(|(_, what)| !what["container"].is_null()) {
            assert!(text(&what["container"]).contains("@sha256:"), "{name}: {job}");
        }
    }
}

#[test]
fn a_job_may_do_what_it_says_and_only_what_makes_a_release_may_write() {
    for (name, _, workflow) in workflows() {
        assert_eq!(
            workflow["permissions"],
            serde_json::json!({}),
            "{name}: jobs that say nothing may do nothing"
        );
        for (job, what) in jobs(&workflow) {
            let permissions = what["permissions"]
                .as_object()
                .unwrap_or_else(|| panic!("{name}: {job} says nothing"));
            let writes = permissions.values().any(|may| may != "read");
            let releases =
                name == "release.yml" && ["image", "registry", "release"].contains(&job.as_str());
            assert!(!writes || releases, "{name}: {job} may write");
            assert!(what["timeout-minutes"].is_u64(), "{name}: {job} may hang for hours");
        }
    }
}

#[test]
fn no_script_has_words_of_strangers_put_into_it() {
    for (name, _, workflow) in workflows() {
        for (job, what) in jobs(&workflow) {
            for step in what["steps"].as_array().expect("steps") {
                let script = text(&step["run"]);
                assert!(!script.contains("${{"), "{name}: {job}: hand it in by `env`: {script}");
            }
        }
    }
}

#[test]
fn everywhere_the_compiler_is_the_one_that_the_project_names() {
    for (name, _, workflow) in workflows() {
        assert_eq!(
            text(&workflow["env"]["RUST_VERSION"]),
            env!("CARGO_PKG_RUST_VERSION"),
            "{name}"
        );
    }
}

#[test]
fn dependabot_looks_after_everything_that_is_pinned() {
    let updates = yaml(&root().join(".github/dependabot.yml"));
    let updates = updates["updates"].as_array().expect("updates");
    let mut kinds: Vec<&str> =
        updates.iter().map(|update| text(&update["package-ecosystem"])).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["cargo", "docker", "github-actions"]);
    // The workflow names the folder that the demonstration builds from.
    let compose = deployed("compose/compose.yml");
    assert_eq!(
        compose["services"]["trio-exporter"]["build"]["dockerfile"],
        "deploy/docker/Dockerfile"
    );
}
