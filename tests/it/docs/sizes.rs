//! The figures by which operators reckon how many series there will be are those of the contract.

use super::document;

const ORIGINS: &str = include_str!("../../data/origins.tsv");

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
