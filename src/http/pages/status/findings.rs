//! Findings of `diagnosis` about the exporter and its targets, the most severe first.

use super::report::Finding;
use crate::{
    diagnosis::{self, FindingKind, Process, Situation},
    metrics::{StatusView, View},
    model::Resource,
};

/// Longest list of findings.
// The report must not grow with the number of targets or services: a page with thousands of lines
// is not read.
const MAX_FINDINGS: usize = 100;

/// Returns the findings, the most severe first, and the number of further ones.
pub(super) fn all(
    present: &StatusView,
    views: &[&View],
    withheld: &[(String, usize)],
) -> (Vec<Finding>, usize) {
    let settings = &present.settings;
    let process = diagnosis::exporter(&Process {
        reload: settings.reload.as_deref(),
        state_file: settings.state_file.as_deref(),
        max_series: settings.max_series,
        withheld,
        now: present.now,
    });
    let mut found: Vec<(FindingKind, Finding)> =
        process.into_iter().map(|finding| to_report(None, finding)).collect();
    for view in views {
        let findings = of_target(present, view).into_iter();
        found.extend(findings.map(|finding| to_report(Some(&view.name), finding)));
    }
    // Of what is broken, targets that cannot be read at all come first.
    found.sort_by_key(|(kind, finding)| (finding.severity, !kind.stops_target()));
    let more = found.len().saturating_sub(MAX_FINDINGS);
    found.truncate(MAX_FINDINGS);
    (found.into_iter().map(|(_, finding)| finding).collect(), more)
}

fn of_target(present: &StatusView, view: &View) -> Vec<diagnosis::Finding> {
    let published = view.published.as_deref();
    diagnosis::target(&Situation {
        snapshot: published.map(|published| &*published.snapshot),
        totals: published.map(|published| &*published.totals),
        stats: &view.stats,
        derived: &derived(present, view),
        now: present.now,
    })
}

/// Returns the fields that no member feeds and the metrics derive from other data.
fn derived(present: &StatusView, view: &View) -> Vec<(Resource, &'static str)> {
    let fields = view.published.iter().flat_map(|published| published.snapshot.fields.iter());
    // The two lists are made from the same snapshot, so positions are enough.
    let used = fields.zip(present.field_usage(view));
    used.filter(|(_, used)| used.derived).map(|(field, _)| (field.resource, field.field)).collect()
}

fn to_report(target: Option<&str>, finding: diagnosis::Finding) -> (FindingKind, Finding) {
    let mut what = finding.what();
    if !finding.words.is_empty() {
        let words: Vec<String> = finding.words.iter().map(|word| format!("{word:?}")).collect();
        what = format!("{what}: {}", words.join(", "));
    }
    let reported = Finding {
        severity: finding.severity,
        kind: finding.kind.as_str(),
        target: target.map(str::to_owned),
        subject: finding.subject.to_string(),
        what,
        remedy: finding.remedy,
    };
    (finding.kind, reported)
}
