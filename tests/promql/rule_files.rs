//! The rules that we ship, as they stand in `deploy/prometheus`.

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::Catalogue;

pub(crate) const RECORDING: &str = "trio-recording.rules.yml";
pub(crate) const ALERTS: &str = "trio-alerts.rules.yml";

/// A file of rules. Keys that are not known here are errors, so that none is lost.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    pub(crate) groups: Vec<Group>,
}

/// Rules that are evaluated together.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Group {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval: Option<String>,
    pub(crate) rules: Vec<Rule>,
}

/// A recording or an alerting rule.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alert: Option<String>,
    pub(crate) expr: String,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub(crate) lasting: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keep_firing_for: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) labels: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) annotations: BTreeMap<String, String>,
}

impl RuleFile {
    /// The one called `name`.
    pub(crate) fn shipped(name: &str) -> Self {
        let path = folder().join(name);
        let text =
            fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// All its rules.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.groups.iter().flat_map(|group| &group.rules)
    }
}

impl Rule {
    /// Name of the recorded series, or of the alert with its severity.
    pub(crate) fn name(&self) -> String {
        let severity = self.labels.get("severity").map_or("", String::as_str);
        match (&self.record, &self.alert) {
            (Some(record), _) => record.clone(),
            (None, Some(alert)) => format!("{alert} ({severity})"),
            (None, None) => panic!("neither a recording nor an alerting rule: {}", self.expr),
        }
    }
}

impl Catalogue {
    /// Series of a Prometheus with our recording rules.
    pub(crate) fn shipped() -> Self {
        let file = RuleFile::shipped(RECORDING);
        Self::with_recorded(file.rules().map(|rule| (rule.name(), rule.expr.clone())))
    }
}

/// Folder of everything for Prometheus.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("deploy/prometheus")
}
