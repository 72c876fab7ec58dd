//! Single cases that a cut list may hide, asked for by their number.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::timeout;

use super::{Poller, cycle::Visitor, settle::too_slow};
use crate::{
    model::{CaseList, RequestFailure, Resource, Text},
    snapshot::{Center, Followed, Reading, Snapshot},
    trio::{Error, Route},
};

/// A case to ask for: the list that showed it, and its number.
pub(super) type Wanted = (Resource, Text);

/// At most `limit` of the cases that the contact centres want, shared out evenly; of each the first
/// ones, which are the most important.
pub(super) fn share(mut wanted: Vec<(Text, Vec<Wanted>)>, limit: usize) -> HashMap<Text, Vec<Wanted>> {
    let all = |share: usize| wanted.iter().map(|(_, wanted)| wanted.len().min(share)).sum::<usize>();
    // The largest equal share that is not too much; what it leaves goes to the first who want more.
    let share = (0..=limit).rev().find(|share| all(*share) <= limit).unwrap_or_default();
    let mut rest = limit - all(share);
    for (_, wanted) in &mut wanted {
        let more = usize::from(rest > 0 && wanted.len() > share);
        rest -= more;
        wanted.truncate(share + more);
    }
    wanted.into_iter().collect()
}

/// What came of asking for single cases.
#[derive(Debug, Default)]
pub(super) struct Following {
    pub(super) found: Vec<Followed>,
    /// The first thing that went wrong, if anything was asked.
    pub(super) result: Option<Result<(), Error>>,
    pub(super) took: Duration,
}

impl Poller {
    /// The cases to ask for by their number, by contact centre.
    pub(super) fn choose_cases(&mut self, snapshot: &Snapshot) -> HashMap<Text, Vec<Wanted>> {
        self.following = Duration::ZERO;
        let ids = snapshot.centers.iter().map(|center| center.contact_center.id.clone());
        let wanted = ids.map(|id| (id.clone(), self.tally.to_follow(&id))).collect();
        share(wanted, self.settings.follow_cases)
    }

    /// Takes note of how asking for single cases went.
    pub(super) fn followed(&mut self, contact_center: &str, following: Following) {
        self.following = self.following.max(following.took);
        let scope = format!("cc {contact_center} single cases");
        match following.result {
            Some(Ok(())) => self.situations.well(&scope),
            Some(Err(error)) => self.situations.ill(&scope, &error),
            None => {}
        }
    }
}

impl Visitor<'_> {
    /// Asks for those of the wanted cases that the lists just read do not show.
    pub(super) async fn follow(
        self,
        route: &Route,
        (before, now): (&Center, &Center),
        wanted: &[Wanted],
    ) -> Following {
        if wanted.is_empty() {
            return Following::default();
        }
        let hidden = hidden(before, now, wanted);
        if hidden.is_empty() {
            return Following::default();
        }
        let begun = self.clock.now();
        let mut found: Vec<(usize, Followed)> = Vec::new();
        let mut first: Option<Error> = None;
        let asked = hidden.iter().enumerate().map(async |(place, (list, job))| {
            let case = self.client.case(route, *list, job).await?;
            Ok((place, Followed { id: job.clone(), at: self.clock.now(), case }))
        });
        let mut answers: FuturesUnordered<_> = asked.collect();
        let take = async {
            while let Some(answer) = answers.next().await {
                match answer {
                    Ok(followed) => found.push(followed),
                    Err(error) => {
                        let goes_on = is_about_one(&error);
                        first.get_or_insert(error);
                        if !goes_on {
                            break;
                        }
                    }
                }
            }
        };
        if timeout(self.settings.collector_limit, take).await.is_err() {
            first.get_or_insert(too_slow(Resource::Cases));
        }
        found.sort_unstable_by_key(|(place, _)| *place);
        Following {
            found: found.into_iter().map(|(_, followed)| followed).collect(),
            result: Some(first.map_or(Ok(()), Err)),
            took: self.clock.now().since(begun),
        }
    }
}

/// The cases that their list, just read, does not show. Without a new list nobody could say what a case
/// that is not there means.
fn hidden<'w>(before: &Center, now: &Center, wanted: &'w [Wanted]) -> Vec<&'w Wanted> {
    let calls = just_read(&before.calls, &now.calls);
    let cases = just_read(&before.cases, &now.cases);
    let is_hidden = |(list, job): &&Wanted| {
        let shown = if *list == Resource::Calls { &calls } else { &cases };
        shown.as_ref().is_some_and(|shown| !shown.contains(job))
    };
    wanted.iter().filter(is_hidden).collect()
}

fn just_read<'c>(before: &Reading<CaseList>, now: &'c Reading<CaseList>) -> Option<HashSet<&'c Text>> {
    let taken = |reading: &Reading<CaseList>| reading.good.as_ref().map(|good| good.taken.mono);
    let good = now.good.as_ref().filter(|_| taken(now) != taken(before))?;
    Some(good.data.cases.iter().map(|case| &case.id).collect())
}

/// Whether the answer to another case may be better.
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
