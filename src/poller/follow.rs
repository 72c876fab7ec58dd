//! Single cases that a cut list may hide, asked for by their number.

use std::{collections::HashMap, time::Duration};

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::time::timeout;

use super::{Poller, cycle::Visitor, settle::too_slow};
use crate::{
    model::{CaseList, RequestFailure, Resource, Text},
    snapshot::{Center, Followed, Outcome, Reading, Snapshot},
    trio::{Error, Route},
};

/// A case to ask for: the list that showed it, and its number.
pub(super) type Wanted = (Resource, Text);

/// Where each contact centre's turn begins, so that every case is asked for sooner or later.
#[derive(Debug, Default)]
pub(super) struct Turns(HashMap<Text, usize>);

impl Turns {
    /// At most `limit` of the cases that the contact centres want, shared out evenly.
    pub(super) fn share(
        &mut self,
        wanted: Vec<(Text, Vec<Wanted>)>,
        limit: usize,
    ) -> HashMap<Text, Vec<Wanted>> {
        let mut left = limit;
        let mut shares: Vec<usize> = vec![0; wanted.len()];
        while left > 0 && shares.iter().zip(&wanted).any(|(share, (_, wanted))| *share < wanted.len()) {
            for (share, (_, wanted)) in shares.iter_mut().zip(&wanted) {
                let more = usize::from(left > 0 && *share < wanted.len());
                *share += more;
                left -= more;
            }
        }
        let mut turns = HashMap::new();
        let chosen = wanted.into_iter().zip(shares).map(|((contact_center, mut wanted), share)| {
            let begin = self.0.get(&contact_center).map_or(0, |turn| turn % wanted.len().max(1));
            turns.insert(contact_center.clone(), begin + share);
            wanted.rotate_left(begin);
            wanted.truncate(share);
            (contact_center, wanted)
        });
        let chosen = chosen.collect();
        self.0 = turns;
        chosen
    }
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
        self.turns.share(wanted, self.settings.follow_cases)
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
    pub(super) async fn follow(self, route: &Route, center: &Center, wanted: &[Wanted]) -> Following {
        let hidden = hidden(center, wanted);
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

/// The cases that the lists do not show, as far as the lists could be read.
fn hidden<'w>(center: &Center, wanted: &'w [Wanted]) -> Vec<&'w Wanted> {
    let mut hidden: Vec<&Wanted> = wanted.iter().collect();
    for (list, reading) in [(Resource::Calls, &center.calls), (Resource::Cases, &center.cases)] {
        if let Some(shown) = last_read(reading) {
            hidden.retain(|(of, job)| *of != list || shown.cases.iter().all(|case| case.id != *job));
        }
    }
    hidden
}

fn last_read(reading: &Reading<CaseList>) -> Option<&CaseList> {
    let read = reading.attempt.is_some_and(|attempt| attempt.outcome == Outcome::Complete);
    reading.good.as_ref().filter(|_| read).map(|good| &*good.data)
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
