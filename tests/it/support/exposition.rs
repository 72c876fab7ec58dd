//! A parsed exposition, to be asked for single samples.

use std::collections::BTreeMap;

/// Samples by name and labels, as they are written.
#[derive(Debug)]
pub(crate) struct Samples(BTreeMap<String, f64>);

impl Samples {
    /// Reads classic text.
    pub(crate) fn parse(text: &str) -> Self {
        let samples = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        Self(
            samples
                .map(|line| {
                    let (series, value) = line.rsplit_once(' ').expect("a sample");
                    (series.to_owned(), value.parse().expect("a number"))
                })
                .collect(),
        )
    }

    /// The series of the family `name` whose labels hold every pair of `labels`.
    pub(crate) fn find(&self, name: &str, labels: &[(&str, &str)]) -> Vec<(&str, f64)> {
        let pairs: Vec<String> =
            labels.iter().map(|(key, value)| format!("{key}=\"{value}\"")).collect();
        let of_family = self.0.iter().filter(|(series, _)| series.split('{').next() == Some(name));
        let fits = |series: &str| {
            pairs.iter().all(|pair| {
                series.contains(&format!("{{{pair}")) || series.contains(&format!(",{pair}"))
            })
        };
        of_family
            .filter(|(series, _)| fits(series))
            .map(|(series, value)| (series.as_str(), *value))
            .collect()
    }

    /// The value of the one series that fits; `None` if there is none.
    pub(crate) fn get(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let found = self.find(name, labels);
        assert!(found.len() < 2, "{name}{labels:?} is not one series: {found:?}");
        found.first().map(|(_, value)| *value)
    }

    /// The sum over the series that fit.
    pub(crate) fn sum(&self, name: &str) -> f64 {
        self.find(name, &[]).iter().map(|(_, value)| value).sum()
    }

    /// True if there is any sample of the family.
    pub(crate) fn has(&self, name: &str) -> bool {
        !self.find(name, &[]).is_empty()
    }

    /// The names of all families with samples that tell something about the contact centre.
    pub(crate) fn contact_center_families(&self) -> Vec<&str> {
        let mut names: Vec<&str> =
            self.0.keys().filter_map(|series| series.split('{').next()).collect();
        names.dedup();
        let ours = ["trio_service_", "trio_agent", "trio_contact_center_", "trio_calls"];
        names.retain(|name| ours.iter().any(|prefix| name.starts_with(prefix)));
        names
    }

    /// Every series with its value.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(series, value)| (series.as_str(), *value))
    }
}
