//! Tables for operators: every value of the labels that say what is wrong, and every exit code, has
//! a row in `docs/troubleshooting.md`; the numbers of series are those of the contract.

use trio_exporter::{
    model::{AuthFailure, RequestFailure, RetryReason},
    tally::{UnclassifiedReason, Unmeasured},
};

use super::{document, nothing_in};
use crate::markdown::Document;

const ORIGINS: &str = include_str!("../../data/origins.tsv");

/// The values that have no row in the section of `heading`.
pub(crate) fn without_row(page: &Document, heading: &str, values: &[&str]) -> Vec<String> {
    let lines = page
        .text
        .lines()
        .skip_while(|line| !(line.starts_with('#') && line.contains(heading)))
        .skip(1);
    let section: Vec<&str> = lines.take_while(|line| !line.starts_with('#')).collect();
    let missing = values.iter().filter(|value| {
        let row = format!("| `{value}` |");
        !section.iter().any(|line| line.starts_with(&row))
    });
    missing.map(|value| format!("{}: {heading}: no row for `{value}`", page.path)).collect()
}

#[test]
fn every_value_that_says_what_is_wrong_is_explained() {
    let page = document("docs/troubleshooting.md");
    let failures = RequestFailure::ALL.map(RequestFailure::as_str);
    let statuses = ["200", "307", "400", "401", "403", "404", "406", "429", "500", "503"];
    let retries = RetryReason::ALL.map(RetryReason::as_str);
    let auth = AuthFailure::ALL.map(AuthFailure::as_str);
    let doubts = UnclassifiedReason::ALL.map(UnclassifiedReason::as_str);
    let unmeasured = Unmeasured::ALL.map(Unmeasured::as_str);
    for (heading, values) in [
        ("`trio_api_requests_total`", [&failures[..], &statuses].concat()),
        ("`trio_api_retries_total`", retries.to_vec()),
        ("`trio_auth_failures_total`", auth.to_vec()),
        ("`trio_service_cases_unclassified_total`", doubts.to_vec()),
        ("`trio_service_unmeasured_seconds_total`", unmeasured.to_vec()),
        ("Exit codes", vec!["0", "1", "2", "130"]),
    ] {
        nothing_in(&without_row(&page, heading, &values));
    }
}

#[test]
fn a_value_without_a_row_in_its_own_section_is_found() {
    let page = Document::new("page.md", "## `a_total`\n| `x` | it |\n## `b_total`\n| `y` | it |\n");
    assert_eq!(
        without_row(&page, "`a_total`", &["x", "y"]),
        ["page.md: `a_total`: no row for `y`"]
    );
    assert_eq!(without_row(&page, "`c_total`", &["x"]).len(), 1);
}

/// Series that `words` of the thing called `word` make, at most.
fn each(word: &str, words: &[&str]) -> usize {
    let series = ORIGINS.lines().skip(1).filter_map(|line| line.split('\t').nth(3));
    let factors = series.filter_map(|series| {
        let mut factors = series.split(" * ");
        (factors.next() == Some(word)).then(|| factors.collect::<Vec<_>>())
    });
    let of = |factors: Vec<&str>| -> usize {
        factors
            .iter()
            .map(|factor| factor.parse().ok().or(words.contains(factor).then_some(1)).unwrap_or(0))
            .product()
    };
    factors.map(of).sum()
}

#[test]
fn the_page_reckons_with_the_series_of_the_contract() {
    let page = document("docs/before-you-start.md").text;
    for (what, word) in [
        ("a service", "services"),
        ("a class of cases of a service", "queues"),
        ("an agent group", "agent_groups"),
        ("an agent, on `/metrics/agents`", "agents"),
    ] {
        let row = format!("| {what} | {} |", each(word, &[]));
        assert!(page.contains(&row), "no row {row:?}");
    }
}
