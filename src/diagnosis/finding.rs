//! One finding, and the closed set of all.

use std::fmt;

use serde::Serialize;

use super::words::list_names;
use crate::model::{Resource, Text, closed_set};

closed_set! {
    /// Every problem that is known, by its word in `/status.json`.
    FindingKind {
        /// The configuration that was read last has mistakes.
        ConfigurationMistakes => "configuration_mistakes",
        /// The limit on series leaves families out.
        SeriesWithheld => "series_withheld",
        /// The state file cannot be used or written.
        StateFileFailing => "state_file_failing",
        /// The first step of a target has not ended.
        NotReadYet => "not_read_yet",
        /// The login failed, or waits after a refusal.
        LoginFailed => "login_failed",
        /// Nothing at all can be read.
        CannotBeRead => "cannot_be_read",
        /// There is no contact centre to read.
        NoContactCenter => "no_contact_center",
        /// The configuration leaves contact centres out.
        ContactCentersLeftOut => "contact_centers_left_out",
        /// A server of a pair does not answer.
        ServerDown => "server_down",
        /// The secondary server is in use.
        SecondaryInUse => "secondary_in_use",
        /// A certificate has expired or expires soon.
        CertificateEnding => "certificate_ending",
        /// The clocks of Trio and the exporter differ.
        ClocksDiffer => "clocks_differ",
        /// The API user lacks the right to read a resource.
        RightMissing => "right_missing",
        /// Trio does not have a resource.
        ResourceAbsent => "resource_absent",
        /// Items arrived, but none has an id that the dictionary knows.
        NoIdFound => "no_id_found",
        /// The pages of a list hold fewer items than there are.
        ListIncomplete => "list_incomplete",
        /// A resource cannot be read for another reason.
        ReadingFailed => "reading_failed",
        /// A reading is too old to be shown.
        ReadingExpired => "reading_expired",
        /// A list that is never empty is empty.
        MayBeHidden => "may_be_hidden",
        /// Collections that are only counted cannot be read.
        NotCounted => "not_counted",
        /// No field of a core resource is understood.
        NothingUnderstood => "nothing_understood",
        /// No member feeds a field.
        FieldsMissing => "fields_missing",
        /// Values are not in the dictionary.
        ValuesUnknown => "values_unknown",
        /// Times are not used.
        TimesRejected => "times_rejected",
        /// Rows lack a required field.
        RowsWithoutKey => "rows_without_key",
        /// Waits are read in the wrong unit.
        WaitUnit => "wait_unit",
        /// The lists of cases hide waiting cases.
        CasesTruncated => "cases_truncated",
        /// Handled cases count towards the limit of cases.
        HandledCasesCount => "handled_cases_count",
        /// The service level cannot be measured at the poll interval.
        LevelNotMeasurable => "level_not_measurable",
        /// Intervals grow because of the limit of requests.
        IntervalsStretched => "intervals_stretched",
        /// Cases and agents are read too seldom to be measured.
        FlowNotMeasured => "flow_not_measured",
        /// The poller was restarted after a panic.
        PollerRestarted => "poller_restarted",
    }
}

/// Severity of a finding; the most severe sorts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Numbers are missing because of it.
    Broken,
    /// Numbers may be wrong or missing soon, or some of the less important ones are missing.
    Warning,
    /// The readings do not show whether something is wrong.
    Unknown,
    /// Intended or harmless.
    Note,
}

/// The part of a target or of the exporter that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The configuration of the exporter.
    Configuration,
    /// The limit on series.
    Series,
    /// The state file.
    StateFile,
    /// The first step of a target.
    FirstStep,
    /// The login.
    Login,
    /// A server, by host and port.
    Server(Text),
    /// The certificate of a server.
    Certificate(Text),
    /// The clock of a server.
    Clock(Text),
    /// The contact centres.
    ContactCenters,
    /// The right to read a resource (`None`: the inventory), in these contact centres (none: it
    /// belongs to no contact centre).
    Right(Option<Resource>, Vec<Text>),
    /// The rights to read the collections that are only counted.
    Rights,
    /// The mapping of a resource.
    Mapping(Resource),
    /// Rows without a required field.
    Rows(Resource, &'static str),
    /// The waits that Trio states.
    Waits,
    /// The limit of cases, in these contact centres.
    CaseLimit(Vec<Text>),
    /// The service level, in these contact centres.
    ServiceLevel(Vec<Text>),
    /// The number of requests.
    Load,
    /// The poller of a target.
    Poller,
}

/// A problem, and its remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Kind of the problem.
    pub kind: FindingKind,
    /// Severity.
    pub severity: Severity,
    /// The part that it is about.
    pub subject: Subject,
    /// The observation. It quotes no answer of Trio, which may contain names of persons.
    pub sentence: String,
    /// The remedy.
    pub remedy: String,
    /// Words of Trio's answers that the observation is about.
    // Apart from the sentence: only pages that users may protect show them, `check` does not.
    pub words: Vec<Text>,
}

impl Finding {
    /// Creates a finding without words of Trio.
    pub(super) fn new(
        kind: FindingKind,
        severity: Severity,
        subject: Subject,
        sentence: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (sentence, remedy) = (sentence.into(), remedy.into());
        Self { kind, severity, subject, sentence, remedy, words: Vec::new() }
    }

    /// Returns subject and observation in one line.
    pub fn what(&self) -> String {
        format!("{}: {}", self.subject, self.sentence)
    }
}

impl FindingKind {
    /// Returns true if nothing of the target can be read because of it.
    pub const fn stops_target(self) -> bool {
        matches!(self, Self::LoginFailed | Self::CannotBeRead | Self::NoContactCenter)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configuration => formatter.write_str("configuration"),
            Self::Series => formatter.write_str("limit on series"),
            Self::StateFile => formatter.write_str("state file"),
            Self::FirstStep => formatter.write_str("first step"),
            Self::Login => formatter.write_str("login"),
            Self::Server(server) => write!(formatter, "server {server}"),
            Self::Certificate(server) => write!(formatter, "TLS {server}"),
            Self::Clock(server) => write!(formatter, "clock {server}"),
            Self::ContactCenters => formatter.write_str("contact centres"),
            Self::Right(resource, centers) => {
                let name = resource.map_or("inventory", Resource::as_str);
                write!(formatter, "right {}{name}", place(centers))
            }
            Self::Rights => formatter.write_str("rights"),
            Self::Mapping(resource) => write!(formatter, "mapping {}", resource.as_str()),
            Self::Rows(resource, field) => write!(formatter, "rows {} {field}", resource.as_str()),
            Self::Waits => formatter.write_str("waits"),
            Self::CaseLimit(centers) => {
                formatter.write_str(format!("limit of cases {}", place(centers)).trim_end())
            }
            Self::ServiceLevel(centers) => {
                formatter.write_str(format!("service level {}", place(centers)).trim_end())
            }
            Self::Load => formatter.write_str("load"),
            Self::Poller => formatter.write_str("poller"),
        }
    }
}

/// Returns the contact centres of a subject, with a space after them.
fn place(centers: &[Text]) -> String {
    if centers.is_empty() {
        return String::new();
    }
    format!("cc {} ", list_names(centers.iter().map(|id| &**id)))
}
