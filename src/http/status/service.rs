//! Why is a service not here? The possible reasons, in the order in which it can get lost, with evidence.

mod reasons;
mod search;

use serde::Serialize;

use super::report::Report;
use crate::{
    metrics::{Present, View},
    model::NAME_LIMIT,
};
pub(super) use reasons::{Reason, Weight};
use search::Found;

/// Services that are named in one answer.
const MOST: usize = 20;
/// Reasons that are told in one answer.
const MOST_REASONS: usize = 60;

/// The answer.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) asked: String,
    pub(super) verdict: Verdict,
    /// The verdict in a sentence.
    pub(super) answer: String,
    /// Services with this id or name.
    pub(super) matches: Vec<Match>,
    /// Matches beyond those.
    pub(super) more_matches: usize,
    /// Services whose name or id holds what was asked for, if none has it.
    pub(super) similar: Vec<Match>,
    pub(super) reasons: Vec<Reason>,
    /// Reasons beyond those.
    pub(super) more_reasons: usize,
}

/// What came of looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// It is here.
    Shown,
    /// It is here, but the limit on series leaves out some of its families.
    ShownInPart,
    /// Several services are called so.
    Several,
    /// It is configured in Trio, but `services/state` does not show it.
    NoState,
    /// Whether it has a state is not known: `services/state` cannot be read.
    StateNotRead,
    /// It was here, but what was read of it is too old to be shown.
    Expired,
    /// Everything was read, and no list holds it.
    NotListed,
    /// What was read does not hold it, but not everything was read.
    NotKnown,
}

/// A service that was found.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Match {
    pub(super) target: String,
    pub(super) contact_center: String,
    pub(super) contact_center_name: Option<String>,
    pub(super) service_id: String,
    pub(super) service_name: Option<String>,
    pub(super) state: Verdict,
    /// A selector of its series.
    pub(super) selector: String,
    /// Where its series are served.
    pub(super) metrics: String,
}

/// Looks for the service called `asked` in the targets of `views`.
pub(super) fn find(asked: &str, views: &[&View], present: &Present, report: &Report) -> Answer {
    let asked: String = asked.trim().chars().take(NAME_LIMIT).collect();
    let Found { mut matches, similar } = search::search(&asked, views, present.now);
    let withheld =
        report.exporter.withheld.iter().any(|withheld| withheld.family.starts_with("trio_service_"));
    for shown in matches.iter_mut().filter(|found| withheld && found.state == Verdict::Shown) {
        shown.state = Verdict::ShownInPart;
    }
    let mut reasons = reasons::all(views, report, &matches);
    let verdict = match &matches[..] {
        [] if reasons.iter().any(|reason| reason.weight != Weight::RuledOut) => Verdict::NotKnown,
        [] => Verdict::NotListed,
        [one] => one.state,
        _ => Verdict::Several,
    };
    let answer = sentence(verdict, &asked, &matches);
    let more_matches = matches.len().saturating_sub(MOST);
    matches.truncate(MOST);
    let more_reasons = reasons.len().saturating_sub(MOST_REASONS);
    reasons.truncate(MOST_REASONS);
    let similar = if matches.is_empty() { similar } else { Vec::new() };
    Answer { asked, verdict, answer, matches, more_matches, similar, reasons, more_reasons }
}

fn sentence(verdict: Verdict, asked: &str, matches: &[Match]) -> String {
    match verdict {
        Verdict::Shown => format!("{asked:?} is here."),
        Verdict::ShownInPart => {
            format!("{asked:?} is here, but the limit on series leaves out some of its families.")
        }
        Verdict::Several => format!(
            "{} services are called {asked:?}; ids tell them apart, within a contact centre of a target.",
            matches.len()
        ),
        Verdict::NoState => format!(
            "{asked:?} is among the services of Trio, but services/state does not show it: Trio hides its state from \
             the API user, or the service is inactive. What exists on /metrics comes from services/state."
        ),
        Verdict::StateNotRead => format!(
            "{asked:?} is among the services of Trio, but services/state, from which its series come, has not been read."
        ),
        Verdict::Expired => {
            format!("{asked:?} was here, but the last reading of services/state is too old to be shown.")
        }
        Verdict::NotListed => format!(
            "Everything was read, and no service is called {asked:?}: it is written otherwise, belongs to another \
             Trio, or Trio does not list it for the API user."
        ),
        Verdict::NotKnown => format!(
            "{asked:?} is not in what was read, but not everything was read; the reasons below say what is missing."
        ),
    }
}
