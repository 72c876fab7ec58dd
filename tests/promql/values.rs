//! Values of labels that take only certain ones, as the golden expositions show them.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use promql_parser::{
    label::{MatchOp, Matcher},
    parser::VectorSelector,
};

/// The golden expositions that show them.
const GOLDEN: [&str; 5] =
    ["morning.prom", "empty.prom", "secure.prom", "midnight.prom", "morning_agents.prom"];

/// Labels whose values are the exporter's own words.
const CLOSED: [&str; 9] =
    ["age", "case_class", "collector", "from", "le", "severity", "state", "to", "token"];

/// Values of closed labels, by series and label, and all classes together.
pub(super) struct Values {
    by_series: BTreeMap<(String, String), BTreeSet<String>>,
    classes: BTreeSet<String>,
}

impl Values {
    /// Those of the golden expositions.
    pub(super) fn golden() -> Self {
        let mut all = Self { by_series: BTreeMap::new(), classes: BTreeSet::new() };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/expected");
        let pages = GOLDEN.map(|name| fs::read_to_string(folder.join(name)).expect("a file"));
        let lines = pages.iter().flat_map(|text| text.lines());
        for line in lines.filter(|line| !line.starts_with('#')) {
            let Some((name, rest)) = line.split_once('{') else { continue };
            for label in CLOSED {
                let value = rest
                    .strip_prefix(&format!("{label}=\""))
                    .or_else(|| rest.split_once(&format!(",{label}=\"")).map(|(_, after)| after));
                if let Some((value, _)) = value.and_then(|value| value.split_once('"')) {
                    all.by_series
                        .entry((name.to_owned(), label.to_owned()))
                        .or_default()
                        .insert(value.to_owned());
                }
            }
        }
        let classes = all.by_series.iter().filter(|((_, label), _)| label == "case_class");
        all.classes = classes.flat_map(|(_, values)| values.clone()).collect();
        all
    }

    /// Matchers of a selector that no series can meet.
    pub(super) fn problems(&self, selector: &VectorSelector) -> Vec<String> {
        let name = selector.name.clone().unwrap_or_default();
        let matchers = selector.matchers.matchers.iter();
        let problems = matchers.filter_map(|matcher| {
            let known = self.known(&name, &matcher.name)?;
            let unknown =
                requested_values(matcher).into_iter().find(|value| !known.contains(value))?;
            Some(format!("{name} has no {}={unknown:?}; there are {known:?}", matcher.name))
        });
        problems.collect()
    }

    /// Classes are the same everywhere, though no example shows all of them in each family.
    fn known(&self, name: &str, label: &str) -> Option<&BTreeSet<String>> {
        if label == "case_class" {
            return Some(&self.classes);
        }
        self.by_series.get(&(name.to_owned(), label.to_owned()))
    }
}

/// The values that a matcher spells out; a pattern spells out none.
fn requested_values(matcher: &Matcher) -> Vec<String> {
    match matcher.op {
        MatchOp::Equal | MatchOp::NotEqual => vec![matcher.value.clone()],
        MatchOp::Re(_) | MatchOp::NotRe(_) => {
            let words = matcher.value.split('|');
            words
                .filter(|word| word.chars().all(|c| c.is_alphanumeric() || c == '_'))
                .map(str::to_owned)
                .collect()
        }
    }
    .into_iter()
    .filter(|value| !value.is_empty())
    .collect()
}
