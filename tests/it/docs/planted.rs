//! Planted mistakes: each checker finds its own, with its line.

use pretty_assertions::assert_eq;

use super::{blocks, commands, flags, links, stage::Stage};
use crate::markdown::Document;
use crate::promql::Catalogue;

/// A document with `text` from its third line on.
fn document(text: &str) -> Document {
    Document::new("docs/planted.md", &format!("# Planted\n\n{text}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_that_are_neither_run_nor_marked_are_found() {
    for (block, line, complaint) in [
        ("```\ntrio-exporter demo\n```", 3, "say what it is"),
        ("```sh\npromtool check config a.yml\n```", 4, "`promtool` is not run here"),
        ("```sh\n\ntrio-exporter --config.file gone.yml --config.check\n```", 5, "gone.yml"),
        ("```sh\ntrio-exporter chek\n```", 4, "chek"),
        (
            "```sh\ncurl -s localhost:10427/metrics | grep '^trio_down'\n```",
            4,
            "grep finds nothing",
        ),
        ("```sh\ntrio-exporter demo && rm -r .\n```", 4, "mark the block"),
        ("<!-- needs: patience -->\n```sh\npromtool\n```", 4, "is none of"),
        (
            "<!-- run by: tests/stack/promtool.rs no_such_test -->\n```sh\npromtool\n```",
            4,
            "has no test called no_such_test",
        ),
        ("<!-- run by: tests/stack/nowhere.rs a -->\n```sh\npromtool\n```", 4, "nowhere.rs"),
        ("<!-- ran by: me -->\n```sh\npromtool\n```", 4, "is no mark"),
        ("<!-- needs: your Trio -->\n\n```sh\npromtool\n```", 6, "`promtool` is not run here"),
        (
            "<!-- needs: your Trio -->\n```sh\ntrio-exporter --config.fiel a\n```",
            5,
            "--config.fiel",
        ),
        ("<!-- output -->\n```text\nready\n```", 4, "no block that is run"),
        (
            "```sh\ncurl -s localhost:10427/-/ready\n```\n<!-- output -->\n```text\nsteady\n```",
            7,
            "not as shown",
        ),
    ] {
        let found = commands::problems(&document(block)).await;
        assert_eq!(found.len(), 1, "{block}: {found:?}");
        assert!(found[0].starts_with(&format!("docs/planted.md:{line}: ")), "{block}: {found:?}");
        assert!(found[0].contains(complaint), "{block}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_that_are_run_or_marked_are_let_be() {
    let text = "```sh\ntrio-exporter --config.file trio-exporter.yml --config.check > said\n\
                curl -s http://localhost:10427/-/ready\n```\n<!-- output -->\n```text\nready\n```\n\n\
                <!-- needs: your Prometheus -->\n```sh\npromtool check config a.yml && echo good\n```\n\n\
                <!-- run by: tests/stack/routes.rs amtool_finds_no_fault_with_the_configuration -->\n\
                ```sh\namtool check-config a.yml\n```\n";
    assert_eq!(commands::problems(&document(text)).await, Vec::<String>::new());
}

#[test]
fn flags_links_and_queries_that_there_are_not_are_found() {
    let text = "`--web.listen-adress`, `--once`, `trio-exporter chek --target NAME`, `trio-exporter check --target NAME`, [a](fields.md#the-file), [b](fields.md#the-fiel), [c](nowhere.md)\n\n\
                ```promql\nsum(trio_up)\nsum(trio_upp)\n```\n";
    let document = document(text);
    assert_eq!(
        flags::strangers(&document),
        ["docs/planted.md:3: there is no flag --web.listen-adress"]
    );
    let misunderstood = flags::misunderstood(&document);
    assert_eq!(misunderstood.len(), 1, "{misunderstood:?}");
    assert!(
        misunderstood[0].starts_with("docs/planted.md:3: `trio-exporter chek"),
        "{misunderstood:?}"
    );
    assert_eq!(
        links::broken(&document),
        [
            "docs/planted.md:3: fields.md#the-fiel: no heading has this anchor",
            "docs/planted.md:3: nowhere.md: there is no docs/nowhere.md"
        ]
    );
    let wrong = blocks::wrong_queries(&document, &Catalogue::shipped());
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(
        wrong[0].starts_with("docs/planted.md:7: ") && wrong[0].contains("trio_upp"),
        "{wrong:?}"
    );
}

#[tokio::test]
async fn yaml_that_cannot_be_read_or_used_is_found() {
    let stage = Stage::set().await;
    for (text, complaint) in [
        ("a: [1", Some("")),
        ("goals: {minimum_agent: 2}", Some("minimum_agent")),
        ("targets: [{servers: [https://trio.example/te/api]}]", Some("client_key")),
        ("services/state: {queue_lenght: {members: [a]}}", Some("queue_lenght")),
        ("goals: {minimum_agents: 2}", None),
        ("services/state: {queue_length: {members: [a]}}", None),
        ("scrape_configs: [{job_name: trio}]", None),
    ] {
        let blocks = document(&format!("```yaml\n{text}\n```\n")).blocks();
        let found = blocks::yaml_problem(&blocks[0], &stage.folder());
        assert_eq!(found.is_some(), complaint.is_some(), "{text}: {found:?}");
        assert!(found.unwrap_or_default().contains(complaint.unwrap_or_default()), "{text}");
    }
}
