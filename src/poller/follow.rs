//! Single cases that a truncated list may hide, read by their numbers.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::timeout;

use super::{Poller, collect::CollectContext, outcome::timeout_error};
use crate::{
    model::{CaseList, RequestFailure, Resource, Text},
    snapshot::{Center, Followed, Reading, Snapshot},
    trio::{Error, Route},
};

/// Case to read: the list that showed it, and its number.
pub(super) type CaseRef = (Resource, Text);

/// Shares `limit` cases evenly among the contact centres; each gets its first ones, which are the
/// most important.
pub(super) fn share(
    mut wanted: Vec<(Text, Vec<CaseRef>)>,
    limit: usize,
) -> HashMap<Text, Vec<CaseRef>> {
    let all =
        |share: usize| wanted.iter().map(|(_, wanted)| wanted.len().min(share)).sum::<usize>();
    // The largest equal share within the limit; the rest goes to the first contact centres that
    // need more.
    let share = (0..=limit).rev().find(|share| all(*share) <= limit).unwrap_or_default();
    let mut rest = limit - all(share);
    for (_, wanted) in &mut wanted {
        let more = usize::from(rest > 0 && wanted.len() > share);
        rest -= more;
        wanted.truncate(share + more);
    }
    wanted.into_iter().collect()
}

/// Result of reading single cases.
#[derive(Debug, Default)]
pub(super) struct FollowOutcome {
    pub(super) found: Vec<Followed>,
    /// First error, if anything was read.
    pub(super) result: Option<Result<(), Error>>,
    pub(super) took: Duration,
}

impl Poller {
    /// Returns the cases to read, by contact centre.
    pub(super) fn choose_cases(&mut self, snapshot: &Snapshot) -> HashMap<Text, Vec<CaseRef>> {
        self.follow_duration = Duration::ZERO;
        let ids = snapshot.centers.iter().map(|center| center.contact_center.id.clone());
        let wanted = ids.map(|id| (id.clone(), self.tally.cases_to_follow(&id))).collect();
        share(wanted, self.settings.limits.follow_cases)
    }

    /// Returns the answers for single cases, and adds their result to `results`.
    pub(super) fn take_followed(
        &mut self,
        follow_outcome: FollowOutcome,
        contact_center: &str,
        results: &mut Vec<(String, Option<Error>)>,
    ) -> Arc<[Followed]> {
        self.follow_duration = self.follow_duration.max(follow_outcome.took);
        if let Some(result) = follow_outcome.result {
            results.push((format!("cc {contact_center} single cases"), result.err()));
        }
        follow_outcome.found.into()
    }
}

impl CollectContext<'_> {
    /// Reads those of the wanted cases that the new lists do not show.
    pub(super) async fn follow(
        self,
        route: &Route,
        (before, now): (&Center, &Center),
        wanted: &[CaseRef],
    ) -> FollowOutcome {
        if wanted.is_empty() {
            return FollowOutcome::default();
        }
        let hidden = hidden(before, now, wanted);
        if hidden.is_empty() {
            return FollowOutcome::default();
        }
        let begun = self.clock.now();
        let mut found: Vec<(usize, Followed)> = Vec::new();
        let mut first: Option<Error> = None;
        let asked = hidden.iter().enumerate().map(async |(place, (list, job))| {
            let case = self.client.case(route, *list, job).await?;
            Ok((place, Followed { id: job.clone(), at: self.clock.now(), case }))
        });
        // Answers that came before a timeout or an error are used.
        let mut answers: FuturesUnordered<_> = asked.collect();
        let take = async {
            while let Some(answer) = answers.next().await {
                match answer {
                    Ok(followed) => found.push(followed),
                    Err(error) => {
                        let goes_on = is_about_one(&error);
                        first.get_or_insert(error);
                        // A server that refuses the login or does not answer would fail for every
                        // other case as well.
                        if !goes_on {
                            break;
                        }
                    }
                }
            }
        };
        if timeout(self.settings.limits.collector, take).await.is_err() {
            first.get_or_insert(timeout_error(Resource::Cases));
        }
        // Answers come in any order; the order of importance is kept.
        found.sort_unstable_by_key(|(place, _)| *place);
        FollowOutcome {
            found: found.into_iter().map(|(_, followed)| followed).collect(),
            result: Some(first.map_or(Ok(()), Err)),
            took: self.clock.now().since(begun),
        }
    }
}

/// Returns the cases that their new list does not show. Without a new list, the absence of a case
/// means nothing.
fn hidden<'w>(before: &Center, now: &Center, wanted: &'w [CaseRef]) -> Vec<&'w CaseRef> {
    let calls = just_read(&before.calls, &now.calls);
    let cases = just_read(&before.cases, &now.cases);
    let is_hidden = |(list, job): &&CaseRef| {
        let shown = if *list == Resource::Calls { &calls } else { &cases };
        shown.as_ref().is_some_and(|shown| !shown.contains(job))
    };
    wanted.iter().filter(is_hidden).collect()
}

fn just_read<'c>(
    before: &Reading<CaseList>,
    now: &'c Reading<CaseList>,
) -> Option<HashSet<&'c Text>> {
    let taken = |reading: &Reading<CaseList>| reading.good.as_ref().map(|good| good.taken.mono);
    let good = now.good.as_ref().filter(|_| taken(now) != taken(before))?;
    Some(good.data.cases.iter().map(|case| &case.id).collect())
}

/// Returns true if the error concerns one case only, so that the next one may be read.
fn is_about_one(error: &Error) -> bool {
    let failure = match error {
        Error::Status { .. } => return true,
        Error::Request { failure, .. } => failure,
        _ => return false,
    };
    matches!(failure, RequestFailure::Decode | RequestFailure::TooLarge)
}

#[cfg(test)]
mod tests;
