//! Answer about a missing service: possible reasons with evidence, in the order of the way from
//! Trio to `/metrics`.

mod reasons;
mod search;

use super::report::{Answer, Match, Report, Verdict, Weight};
use crate::{
    metrics::{StatusView, View},
    model::NAME_LIMIT,
};
use search::SearchResult;

/// Most services in one answer.
// The same name may exist in every contact centre; the answer must not grow with their number.
const MAX_MATCHES: usize = 20;
/// Most reasons in one answer.
const MAX_REASONS: usize = 60;

/// Looks for the service with id or name `asked` in the targets of `views`.
pub(super) fn find(asked: &str, views: &[&View], present: &StatusView, report: &Report) -> Answer {
    // The answer repeats the text, so its length is limited.
    let asked: String = asked.trim().chars().take(NAME_LIMIT).collect();
    let SearchResult { mut matches, similar } = search::search(&asked, views, present.now);
    let withheld = report
        .exporter
        .withheld
        .iter()
        .any(|withheld| withheld.family.starts_with("trio_service_"));
    for shown in matches.iter_mut().filter(|found| withheld && found.state == Verdict::Shown) {
        shown.state = Verdict::ShownInPart;
    }
    // Of all matches, before the list is shortened: the verdict must not depend on the limit.
    let mut reasons = reasons::all(views, report, &matches);
    let verdict = match &matches[..] {
        [] if reasons.iter().any(|reason| reason.weight != Weight::RuledOut) => Verdict::NotKnown,
        [] => Verdict::NotListed,
        [one] => one.state,
        _ => Verdict::Several,
    };
    let answer = sentence(verdict, &asked, &matches);
    let more_matches = matches.len().saturating_sub(MAX_MATCHES);
    matches.truncate(MAX_MATCHES);
    let more_reasons = reasons.len().saturating_sub(MAX_REASONS);
    reasons.truncate(MAX_REASONS);
    let similar = if matches.is_empty() { similar } else { Vec::new() };
    Answer { asked, verdict, answer, matches, more_matches, similar, reasons, more_reasons }
}

/// Returns the verdict as a sentence.
fn sentence(verdict: Verdict, asked: &str, matches: &[Match]) -> String {
    match verdict {
        Verdict::Shown => format!("{asked:?} is in the metrics."),
        Verdict::ShownInPart => {
            format!(
                "{asked:?} is in the metrics, but the limit on series leaves out some of its families."
            )
        }
        Verdict::Several => format!(
            "{} services have the id or name {asked:?}; the id, the contact centre and the target distinguish them.",
            matches.len()
        ),
        Verdict::NoState => format!(
            "{asked:?} is among the services of Trio, but services/state does not show it: Trio hides its state from \
             the API user, or the service is inactive. All series of a service need services/state."
        ),
        Verdict::StateNotRead => format!(
            "{asked:?} is among the services of Trio, but services/state, from which its series come, has not been read."
        ),
        Verdict::Expired => {
            format!(
                "{asked:?} was in the metrics, but the last reading of services/state is too old to be shown."
            )
        }
        Verdict::NotListed => format!(
            "Everything was read, and no service has the id or name {asked:?}: it is spelled differently, belongs to another \
             Trio, or Trio does not list it for the API user."
        ),
        Verdict::NotKnown => format!(
            "{asked:?} is in no list that was read, but not everything was read; the reasons below show what is missing."
        ),
    }
}
