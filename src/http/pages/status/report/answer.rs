//! Data of the answer about a missing service.

use serde::Serialize;

/// The answer.
#[derive(Debug, Serialize)]
pub(in crate::http::pages::status) struct Answer {
    pub(in crate::http::pages::status) asked: String,
    pub(in crate::http::pages::status) verdict: Verdict,
    /// The verdict in a sentence.
    pub(in crate::http::pages::status) answer: String,
    /// Services with this id or name.
    pub(in crate::http::pages::status) matches: Vec<Match>,
    /// Number of further matches.
    pub(in crate::http::pages::status) more_matches: usize,
    /// Services whose name or id contains the text, if none equals it.
    pub(in crate::http::pages::status) similar: Vec<Match>,
    pub(in crate::http::pages::status) reasons: Vec<Reason>,
    /// Number of further reasons.
    pub(in crate::http::pages::status) more_reasons: usize,
}

/// Result of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http::pages::status) enum Verdict {
    /// It is on `/metrics`.
    Shown,
    /// It is on `/metrics`, but the limit on series drops some of its families.
    ShownInPart,
    /// Several services have this name.
    Several,
    /// It is configured in Trio, but `services/state` does not show it.
    NoState,
    /// `services/state` cannot be read, so its state is not known.
    StateNotRead,
    /// Its last state is too old to be shown.
    Expired,
    /// All lists were read, and none contains it.
    NotListed,
    /// The lists that were read do not contain it, but some were not read.
    NotKnown,
}

/// A service that was found.
#[derive(Clone, Debug, Serialize)]
pub(in crate::http::pages::status) struct Match {
    pub(in crate::http::pages::status) target: String,
    pub(in crate::http::pages::status) contact_center: String,
    pub(in crate::http::pages::status) contact_center_name: Option<String>,
    pub(in crate::http::pages::status) service_id: String,
    pub(in crate::http::pages::status) service_name: Option<String>,
    pub(in crate::http::pages::status) state: Verdict,
    /// PromQL selector of its series.
    pub(in crate::http::pages::status) selector: String,
    /// Path of the page with its series.
    pub(in crate::http::pages::status) metrics: String,
}

/// A possible reason and its evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::http::pages::status) struct Reason {
    pub(in crate::http::pages::status) target: Option<String>,
    pub(in crate::http::pages::status) contact_center: Option<String>,
    pub(in crate::http::pages::status) reason: ReasonKind,
    pub(in crate::http::pages::status) weight: Weight,
    pub(in crate::http::pages::status) evidence: String,
}

/// Kinds of reasons, in the order in which a service can get lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http::pages::status) enum ReasonKind {
    /// The target was not read yet or cannot be read.
    TargetNotRead,
    /// The configuration leaves its contact centre out.
    ContactCenterPassedOver,
    /// The API user sees no contact centre.
    NoContactCenter,
    /// The list of services cannot be read or does not contain it.
    ServicesList,
    /// The states of services cannot be read, are too old or do not contain it.
    ServicesState,
    /// The limit on series leaves its families out.
    SeriesLimit,
}

/// Likelihood of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::http::pages::status) enum Weight {
    /// It is the cause.
    Cause,
    /// It may be the cause.
    Possible,
    /// It is not the cause.
    RuledOut,
}
