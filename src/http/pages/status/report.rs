//! Data of `/status`. The keys of the JSON are those that `docs/web.md` promises to keep.
//!
//! Nothing here names a person, a case or a secret, and no list grows with the number of services.

mod answer;

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::moment::Moment;
use crate::{
    diagnosis::{ReadingState, Severity},
    model,
};
pub(super) use answer::{Answer, Match, Reason, ReasonKind, Verdict, Weight};

/// Version of the JSON; changes when a key is removed or changes its meaning, not when one is
/// added.
// Programs of users read this JSON: `docs/web.md` promises its keys.
pub(super) const VERSION: u32 = 1;

/// The whole report.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) version: u32,
    pub(super) generated: String,
    /// Problems, the most severe first.
    pub(super) findings: Vec<Finding>,
    /// Number of further findings.
    pub(super) more_findings: usize,
    /// Answer about a missing service; only with `?service=`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) service: Option<Answer>,
    pub(super) exporter: Exporter,
    /// Time zone of all targets, for people; `None`: they differ, or none is known.
    #[serde(skip)]
    pub(super) zone: Option<TimeZone>,
    pub(super) targets: Vec<Target>,
}

/// A problem, and its remedy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    /// Word of its kind.
    pub(super) kind: &'static str,
    /// `None`: the exporter.
    pub(super) target: Option<String>,
    /// The part of the target.
    pub(super) subject: String,
    /// Subject and observation in one line.
    pub(super) what: String,
    pub(super) remedy: String,
}

/// The process itself.
#[derive(Debug, Serialize)]
pub(super) struct Exporter {
    pub(super) version: String,
    pub(super) revision: String,
    pub(super) started: Moment,
    pub(super) configuration: Configuration,
    pub(super) state_file: Option<StateFile>,
    /// Limit of series per page, above which whole families are dropped.
    pub(super) max_series: usize,
    pub(super) withheld: Vec<Withheld>,
}

/// Result of the last configuration reload.
#[derive(Debug, Serialize)]
pub(super) struct Configuration {
    /// The last configuration read is in use; `None`: not known.
    pub(super) in_use: Option<bool>,
    pub(super) last_read_well: Option<Moment>,
}

/// The file that carries counters over a restart.
#[derive(Debug, Serialize)]
pub(super) struct StateFile {
    pub(super) last_saved: Option<Moment>,
    pub(super) errors: u64,
}

/// A family that the limit on series leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Withheld {
    pub(super) family: String,
    pub(super) series: usize,
}

/// One Trio.
#[derive(Debug, Serialize)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) state: TargetState,
    /// Time zone of its day, for people; `None` until a contact centre was read.
    #[serde(skip)]
    pub(super) zone: Option<TimeZone>,
    /// Time of the last change of `state`.
    pub(super) since: Option<Moment>,
    /// Cause, if the last step could read nothing at all.
    pub(super) trouble: Option<String>,
    /// The server is the simulator of `demo` or `simulate`.
    pub(super) simulated: bool,
    pub(super) last_step: Option<Moment>,
    pub(super) servers: Vec<Server>,
    pub(super) session: Session,
    pub(super) load: Load,
    pub(super) clock_skew_seconds: Option<f64>,
    pub(super) failovers: u64,
    pub(super) polls_missed: u64,
    pub(super) restarts: u64,
    pub(super) contact_centers: Vec<ContactCenter>,
    /// Contact centres that the configuration leaves out.
    pub(super) passed_over: Vec<Named>,
    pub(super) collectors: Vec<Collector>,
    pub(super) resources: Vec<Resource>,
    pub(super) fields: Vec<Field>,
    pub(super) truncated: Truncated,
    pub(super) unmeasured: Unmeasured,
}

impl Target {
    /// Returns the state of a collector of a contact centre; without a kind that of the list of
    /// contact centres.
    pub(super) fn collector(
        &self,
        contact_center: Option<&str>,
        kind: Option<model::Collector>,
    ) -> Option<&Collector> {
        let mut collectors = self.collectors.iter();
        collectors.find(|of| of.kind == kind && of.contact_center.as_deref() == contact_center)
    }
}

/// Readability of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TargetState {
    /// It has not published its first states.
    NotReadYet,
    /// The last step got a usable answer.
    Up,
    /// The last step got no usable answer.
    Down,
}

/// A server of a target.
#[derive(Debug, Serialize)]
pub(super) struct Server {
    pub(super) server: String,
    pub(super) role: &'static str,
    pub(super) active: bool,
    /// `None` until it was first asked.
    pub(super) answers: Option<bool>,
    pub(super) certificate_ends: Option<Moment>,
}

/// The session with a target: never a token, never a name.
#[derive(Debug, Serialize)]
pub(super) struct Session {
    /// There is a token that has not run out.
    pub(super) logged_in: bool,
    pub(super) access_ends: Option<Moment>,
    pub(super) refresh_ends: Option<Moment>,
    pub(super) logins: u64,
    pub(super) renewals: u64,
    /// By reason; those that never happened are left out.
    // Sorted, so that two reports can be compared line by line.
    pub(super) failures: BTreeMap<&'static str, u64>,
}

/// Requests to a target.
#[derive(Debug, Serialize)]
pub(super) struct Load {
    pub(super) requests: u64,
    pub(super) budget_per_minute: Option<f64>,
}

/// An id and a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: Option<String>,
}

/// A contact centre that is read.
#[derive(Debug, Serialize)]
pub(super) struct ContactCenter {
    pub(super) id: String,
    pub(super) name: Option<String>,
    /// Services and agents that have a state now; `None` while unknown.
    // Never 0 for unknown: an empty contact centre and one that cannot be read are different.
    pub(super) services: Option<usize>,
    pub(super) agents: Option<usize>,
}

/// State of the readings of one collector.
#[derive(Debug, Serialize)]
pub(super) struct Collector {
    /// `None` for readings outside contact centres.
    pub(super) contact_center: Option<String>,
    pub(super) collector: &'static str,
    /// Its declaration; `None` for the list of contact centres.
    #[serde(skip)]
    pub(super) kind: Option<model::Collector>,
    pub(super) state: ReadingState,
    /// The same in words.
    pub(super) words: String,
    /// Its data is on `/metrics`: read completely, and not older than `max_age_seconds`.
    pub(super) shown: bool,
    pub(super) last_success: Option<Moment>,
    pub(super) last_attempt: Option<Moment>,
    pub(super) duration_seconds: Option<f64>,
    /// Age above which the data is no longer shown.
    pub(super) max_age_seconds: Option<f64>,
    /// Items of the last attempt: received, and existing according to Trio.
    pub(super) items: Option<usize>,
    pub(super) total: Option<usize>,
    pub(super) interval_seconds: Option<f64>,
    pub(super) configured_interval_seconds: Option<f64>,
    pub(super) incomplete: u64,
    /// The right that the API user lacks.
    pub(super) missing_right: Option<String>,
}

/// A collection and the right of the API user to read it.
#[derive(Debug, Serialize)]
pub(super) struct Resource {
    pub(super) contact_center: Option<String>,
    pub(super) resource: &'static str,
    pub(super) accessible: bool,
    pub(super) items: Option<u64>,
}

/// A field of the dictionary and its state in the last answer.
#[derive(Debug, Serialize)]
pub(super) struct Field {
    pub(super) resource: &'static str,
    pub(super) field: &'static str,
    pub(super) state: FieldState,
    pub(super) member: Option<String>,
    pub(super) form: &'static str,
    /// `builtin`, `user`, `help`, `proved` or `derived`.
    pub(super) source: &'static str,
    /// Values of the last answer that are not in the dictionary.
    pub(super) unknown_values: u64,
    /// The first of them, where the field is an enumeration.
    pub(super) unknown_words: Vec<String>,
    /// Rows of the last answer that lack this required field and are left out of the counts; `None`
    /// if the field is not required.
    pub(super) rows_without: Option<u64>,
    pub(super) times_rejected: Option<u64>,
    /// Its waits differ from the lists by a factor.
    pub(super) wait_mismatch: Option<WrongUnit>,
}

/// A field whose waits are read in the wrong unit, as it seems.
#[derive(Debug, Serialize)]
pub(super) struct WrongUnit {
    /// The stated wait, divided by the age that the lists show.
    pub(super) factor: &'static str,
    /// The form that explains it, if one does.
    pub(super) likely_form: Option<&'static str>,
    /// The line for a fields file that corrects it.
    pub(super) fields_file: String,
}

/// Source of a field in the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FieldState {
    /// A member of the answer feeds it.
    Found,
    /// No member feeds it; it is derived from other data.
    Derived,
    /// No member feeds it.
    Missing,
    /// Not known: no item was seen, or another field is used instead.
    NotSeen,
}

/// Services whose list of cases Trio truncates.
#[derive(Debug, Default, Serialize)]
pub(super) struct Truncated {
    pub(super) services: usize,
    /// The first of them.
    pub(super) examples: Vec<ServicePath>,
}

/// Identity of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct ServicePath {
    pub(super) contact_center: String,
    pub(super) service_id: String,
    pub(super) service_name: Option<String>,
}

/// Time since the counters began that could not be measured.
#[derive(Debug, Default, Serialize)]
pub(super) struct Unmeasured {
    /// Open service-seconds that could be measured.
    pub(super) services_measured_seconds: f64,
    /// Those that could not, by reason.
    pub(super) services_seconds: BTreeMap<&'static str, f64>,
    /// Agent-seconds that belong to no known state.
    pub(super) agents_seconds: f64,
}
