//! Readings with query parameters: `sort`, `fields`, and row filters such as `services?groupId=`;
//! and the reading without a parameter that is refused or hides a field.

use futures_util::future::try_join_all;

use super::{
    collection::{Collected, CollectionReader, Identified, Request},
    decode::reader::Reader,
    route::{List, Route},
};
use crate::{
    model::{Resource, Text},
    trio::{
        dictionary::Mapping,
        error::Error,
        learned::{
            ListKey,
            field_coverage::FieldSeen,
            member_filter::{MemberChoice, MemberFilter, ReadAt, fields_present},
            name_probes::NameAnswer,
        },
    },
};

/// One round of readings of a list, one for each value of its row filter.
///
/// The members to ask for are chosen and learnt for all values together, as for a single reading:
/// one group without services shows no members, all of them together do.
pub(in crate::trio) struct FilteredReadings<'a> {
    reader: &'a CollectionReader,
    list: List<'a>,
    mapping: &'a Mapping,
    choice: MemberChoice,
}

/// Reading of each value; `None` if the server refuses the value.
pub(super) type ReadingsByValue<T> = Vec<Option<Collected<T>>>;

impl CollectionReader {
    /// Reads a whole collection with the members worth asking for, sorted if that helps.
    ///
    /// # Errors
    /// See [`Error`].
    pub(in crate::trio) async fn read_collection<T: Identified + Send>(
        &self,
        list: &List<'_>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let mapping = self.mapping(list.key.resource)?;
        let learned = &self.connection.learned;
        let now = self.connection.now().mono;
        let sort = learned.list(&list.key, |known| known.sorting.member(list.key.resource, now));
        let was_busy = self.members(&list.key, MemberFilter::take_busy);
        let sort = sort.filter(|_| !was_busy);
        let request =
            Request { list, mapping, filter_value: None, fields: None, sort: sort.as_deref() };
        match self.read_chosen_members(request, was_busy, build).await {
            // The same request without `sort` decides: only if that one succeeds was the parameter
            // to blame.
            Err(error) if sort.is_some() && is_parameter_refusal(&error) => {
                let unsorted = Request { sort: None, ..request };
                let collected = self.read_chosen_members(unsorted, was_busy, build).await?;
                learned.list(&list.key, |known| known.sorting.record_refusal(now));
                Ok(collected)
            }
            // Nothing may be asked during the wait. After it the request without `fields` and `sort`
            // is the next one: these may be the reason.
            Err(error @ Error::Busy { status: 503, .. }) if !was_busy => {
                self.members(&list.key, MemberFilter::record_busy);
                Err(error)
            }
            collected => collected,
        }
    }

    /// Reads a collection with the members worth asking for, in the order of the request; first
    /// without `fields` if the server was busy the last time.
    async fn read_chosen_members<T: Identified + Send>(
        &self,
        request: Request<'_>,
        was_busy: bool,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let Request { mapping, list: List { key, .. }, .. } = request;
        let choice = self.choose_members(mapping, key);
        let request = Request { fields: choice.fields(), ..request };
        let mut collected = match choice {
            MemberChoice::FirstUnfiltered | MemberChoice::Unfiltered => {
                let collected = self.collect_pages(request, build).await?;
                // An empty collection shows no members: the next reading is the first one again.
                if collected.rows > 0 {
                    let at = self.read_at();
                    self.members(key, |known| {
                        known.record_unfiltered(&collected.seen, &collected.members, &at);
                    });
                }
                collected
            }
            MemberChoice::AllNames(_) | MemberChoice::Seen(_) if was_busy => {
                self.read_after_refusal(request, &choice, build).await?
            }
            MemberChoice::AllNames(_) | MemberChoice::Seen(_) => {
                let filtered = self.collect_pages(request, build).await;
                self.verify_filter(request, &choice, filtered, build).await?
            }
        };
        let id = collected.seen.first().and_then(|seen| seen.member.clone());
        let ids = collected.items.iter().map(Identified::id);
        let now = self.connection.now().mono;
        self.connection.learned.list(key, |known| {
            known.sorting.record_list(request.sort.is_some(), id, ids, now);
        });
        if collected.rows > 0 {
            let seen = std::mem::take(&mut collected.seen);
            let may_hide = choice.may_hide_members();
            self.connection
                .learned
                .field_coverage(|coverage| coverage.record(mapping, key, seen, may_hide));
        }
        Ok(collected)
    }

    /// Returns the filtered reading; or the control reading without `fields=`, if the filter was
    /// refused or removed a field. A control reading is also made from time to time, and published
    /// only if it has more fields.
    async fn verify_filter<T: Identified + Send>(
        &self,
        request: Request<'_>,
        choice: &MemberChoice,
        filtered: Result<Collected<T>, Error>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let Request { mapping, list: List { key, .. }, .. } = request;
        let at = self.read_at();
        let unfiltered = Request { fields: None, ..request };
        let filtered = match filtered {
            Ok(filtered) => filtered,
            Err(error) if is_parameter_refusal(&error) => {
                return self.read_after_refusal(request, choice, build).await;
            }
            Err(error) => return Err(error),
        };
        let (misses, due) = self.members(key, |members| {
            let misses = members.record_filtered(filtered.rows, &filtered.seen, &filtered.members);
            let due = members.is_control_due(choice, &at);
            if misses || due {
                members.record_control(&at);
            }
            (misses, due)
        });
        if !misses && !due {
            // No second reading is needed.
            return Ok(filtered);
        }
        // An unfiltered reading is the only proof that a missing field is the filter's fault. If it
        // fails, nothing is known, and the filtered reading is as good as it was.
        let Ok(control) = self.collect_pages(unfiltered, build).await else { return Ok(filtered) };
        let harms = self.members(key, |members| {
            let control = (control.rows, &*control.seen, &*control.members);
            members.record_comparison(mapping, &filtered.seen, control, at.now)
        });
        if harms && matches!(choice, MemberChoice::AllNames(_)) {
            self.members(key, MemberFilter::record_spoiled);
        }
        let best = more_fields(filtered, control, harms);
        if !due || harms {
            return Ok(best);
        }
        self.try_all_names(request, best, build).await
    }

    /// Reads with every name of the dictionary if a field is missing, and returns this reading if
    /// it has more fields than `best`.
    async fn try_all_names<T: Identified + Send>(
        &self,
        request: Request<'_>,
        best: Collected<T>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let Request { mapping, list: List { key, .. }, .. } = request;
        let now = self.connection.now().mono;
        let names = self.members(key, |members| members.names_to_try(mapping, now));
        let Some(names) = names else { return Ok(best) };
        match self.collect_pages(Request { fields: Some(&names), ..request }, build).await {
            Ok(all) => {
                let is_spoiled = fields_present(&all.seen) < fields_present(&best.seen);
                self.members(key, |members| {
                    members.record_filtered(all.rows, &all.seen, &all.members);
                    if is_spoiled && all.rows > 0 {
                        members.record_spoiled();
                    }
                });
                Ok(more_fields(best, all, false))
            }
            Err(error) => {
                if is_parameter_refusal(&error) {
                    let choice = MemberChoice::AllNames(names);
                    self.members(key, |members| members.record_refusal(mapping, &choice, now));
                }
                Ok(best)
            }
        }
    }

    /// Reads without `fields=` after the server refused it. If that lacks a field which the filter
    /// brought before, the filtered reading is tried once more: a server that restarts refuses
    /// anything.
    async fn read_after_refusal<T: Identified + Send>(
        &self,
        request: Request<'_>,
        choice: &MemberChoice,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let Request { mapping, list: List { key, .. }, .. } = request;
        let control = self.collect_pages(Request { fields: None, ..request }, build).await?;
        let at = self.read_at();
        let lacks = self.members(key, |members| {
            members.record_control(&at);
            matches!(choice, MemberChoice::Seen(_)) && members.is_less_than_expected(&control.seen)
        });
        if lacks && let Ok(filtered) = self.collect_pages(request, build).await {
            self.members(key, |members| {
                members.record_filtered(filtered.rows, &filtered.seen, &filtered.members)
            });
            return Ok(more_fields(filtered, control, false));
        }
        self.members(key, |members| members.record_refusal(mapping, choice, at.now));
        Ok(control)
    }

    /// Asks for one name of a field that no member feeds, on one row, if names are to be asked for
    /// one at a time. Returns false if there is none to ask for.
    pub(in crate::trio) async fn probe_next_name(&self, list: &List<'_>) -> bool {
        let (key, at) = (&list.key, self.read_at());
        let Ok(mapping) = self.mapping(key.resource) else { return false };
        let names = self.members(key, |members| members.names_one_by_one(mapping, at.now));
        let shared = key.in_all_contact_centers();
        let learned = &self.connection.learned;
        let next = learned.list(&shared, |known| known.name_probes.next(names, &at));
        let Some((field, name)) = next else { return false };
        let no_item = |_: &mut Reader<'_>| None::<()>;
        let request =
            Request { list, mapping, filter_value: None, fields: Some(&name), sort: None };
        let answer = match self.read_page(request, 1, 1, no_item).await {
            Ok(response) if response.page.rows == 0 => NameAnswer::Nothing,
            Ok(response) => match response.page.seen.get(field).and_then(|it| it.member.clone()) {
                Some(member) => NameAnswer::Found(member),
                None => NameAnswer::Absent,
            },
            Err(error) if is_parameter_refusal(&error) => {
                let control = Request { fields: None, ..request };
                match self.read_page(control, 1, 1, no_item).await {
                    Ok(_) => NameAnswer::Refused,
                    Err(_) => NameAnswer::Nothing,
                }
            }
            Err(_) => NameAnswer::Nothing,
        };
        if let NameAnswer::Found(member) = &answer {
            learned.share_member(key.resource, member);
        }
        learned.list(&shared, |known| known.name_probes.record(&name, &answer, at.now));
        true
    }

    /// Begins a round of readings of `resource`, filtered by `parameter`.
    ///
    /// # Errors
    /// The dictionary has no entry for the resource.
    pub(in crate::trio) fn row_filter<'a>(
        &'a self,
        route: &'a Route,
        resource: Resource,
        parameter: &'static str,
    ) -> Result<FilteredReadings<'a>, Error> {
        let mapping = self.mapping(resource)?;
        let mut list = route.list(resource);
        list.key.filter = Some(parameter);
        let choice = self.choose_members(mapping, &list.key);
        Ok(FilteredReadings { reader: self, list, mapping, choice })
    }

    fn choose_members(&self, mapping: &Mapping, key: &ListKey) -> MemberChoice {
        let now = self.connection.now().mono;
        self.members(key, |members| members.choose(mapping, now))
    }

    fn members<T>(&self, key: &ListKey, change: impl FnOnce(&mut MemberFilter) -> T) -> T {
        self.connection.learned.list(key, |known| change(&mut known.members))
    }

    fn read_at(&self) -> ReadAt {
        let version = self.connection.servers.active_version();
        ReadAt { now: self.connection.now().mono, version }
    }
}

impl FilteredReadings<'_> {
    /// Returns whether a member that is absent in this round may come once it is asked for.
    pub(in crate::trio) fn may_hide_members(&self) -> bool {
        self.choice.may_hide_members()
    }

    /// Tries the filter with an id that is none of `ids`, and returns whether the server honours it.
    ///
    /// # Errors
    /// An error that says nothing about the filter.
    pub(in crate::trio) async fn probe_filter<T: Identified + Send>(
        &self,
        ids: &[&str],
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<bool, Error> {
        let (id, fields) = (unused_id(ids), self.choice.fields());
        let mut answer = self.read_one(&id, fields, build).await;
        // The request without `fields` shows if the members or the value was refused.
        if fields.is_some() && answer.as_ref().err().is_some_and(is_parameter_refusal) {
            answer = self.read_one(&id, None, build).await;
        }
        match answer {
            Ok(collected) => Ok(collected.rows == 0),
            // A server that refuses an id that does not exist has at least looked at it.
            Err(error) if is_value_refusal(&error) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Reads the rows of every value, several at the same time.
    ///
    /// # Errors
    /// See [`Error`]. Refused values are no error.
    pub(in crate::trio) async fn read_all<T: Identified + Send>(
        &self,
        values: &[&str],
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<ReadingsByValue<T>, Error> {
        let Self { reader, list: List { key, .. }, mapping, choice } = self;
        let mut answers = self.read_each(values, choice.fields(), build).await?;
        let at = reader.read_at();
        if matches!(choice, MemberChoice::FirstUnfiltered | MemberChoice::Unfiltered) {
            let (rows, seen, names) = combined(&answers);
            if rows > 0 {
                reader.members(key, |members| members.record_unfiltered(&seen, &names, &at));
            }
            return Ok(answers);
        }
        // Every value refused at once is more likely the list of members than every single id.
        let refused = !values.is_empty() && answers.iter().all(Option::is_none);
        if !refused {
            self.retry_refused(values, &mut answers, build).await?;
        }
        let (rows, seen, names) = combined(&answers);
        let (misses, due) = reader.members(key, |members| {
            let misses = !refused && members.record_filtered(rows, &seen, &names);
            let due = members.is_control_due(choice, &at);
            if refused || misses || due {
                members.record_control(&at);
            }
            (misses, due)
        });
        if !refused && !misses && !due {
            return Ok(answers);
        }
        // The second round without `fields` shows if the members or the values were refused.
        let plain = match self.read_each(values, None, build).await {
            Ok(plain) => plain,
            Err(error) if refused => return Err(error),
            Err(_) => return Ok(answers),
        };
        if refused {
            if plain.iter().any(Option::is_some) {
                reader.members(key, |members| members.record_refusal(mapping, choice, at.now));
            }
            return Ok(plain);
        }
        let (rows, unfiltered, names) = combined(&plain);
        let harms = reader.members(key, |members| {
            members.record_comparison(mapping, &seen, (rows, &unfiltered, &names), at.now)
        });
        let (filtered, control) = (fields_present(&seen), fields_present(&unfiltered));
        let is_better = control > filtered || harms && control == filtered;
        // A value that only the first round answered would be lost.
        let is_whole = plain.iter().zip(&answers).all(|(new, old)| new.is_some() || old.is_none());
        Ok(if is_better && is_whole { plain } else { answers })
    }

    /// Reads the values once more that were refused while others were not: a server that restarts
    /// refuses anything, and one missing value hides the relation of all.
    async fn retry_refused<T: Identified + Send>(
        &self,
        values: &[&str],
        answers: &mut ReadingsByValue<T>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<(), Error> {
        let missing: Vec<usize> =
            (0..answers.len()).filter(|position| answers[*position].is_none()).collect();
        let again: Vec<&str> = missing.iter().map(|position| values[*position]).collect();
        let answered = self.read_each(&again, self.choice.fields(), build).await?;
        for (position, answer) in missing.into_iter().zip(answered) {
            answers[position] = answer;
        }
        Ok(())
    }

    /// Reads the rows of every value with the given members.
    async fn read_each<T: Identified + Send>(
        &self,
        values: &[&str],
        fields: Option<&str>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<ReadingsByValue<T>, Error> {
        let readings =
            values.iter().map(async |value| match self.read_one(value, fields, build).await {
                Ok(collected) => Ok(Some(collected)),
                Err(error)
                    if is_value_refusal(&error)
                        || fields.is_some() && is_parameter_refusal(&error) =>
                {
                    Ok(None)
                }
                Err(error) => Err(error),
            });
        // Order by value; the transport bounds how many are in flight.
        try_join_all(readings).await
    }

    /// Reads the rows of one value.
    async fn read_one<T: Identified + Send>(
        &self,
        value: &str,
        fields: Option<&str>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let request = Request {
            list: &self.list,
            mapping: self.mapping,
            filter_value: Some(value),
            fields,
            sort: None,
        };
        self.reader.collect_pages(request, build).await
    }
}

/// Returns the reading that has more fields. If both have as many, it is the filtered one, unless
/// that lost a field.
fn more_fields<T>(filtered: Collected<T>, other: Collected<T>, lost: bool) -> Collected<T> {
    let (here, there) = (fields_present(&filtered.seen), fields_present(&other.seen));
    if there > here || lost && there == here { other } else { filtered }
}

/// Returns true if an error may be about `fields` or `sort`.
// Trio does not document a status for this. 500 is included because the published API design whose
// header `X-Pagination` Trio's resembles returns 500 for an unknown name in `fields`, and the others
// of its kind because a gateway may make one of them of it. The statuses below 500 are usual for a
// parameter or a URL that the server does not accept.
fn is_parameter_refusal(error: &Error) -> bool {
    matches!(error, Error::Status { status: 400 | 404 | 405 | 406 | 414 | 422 | 500..=599, .. })
}

/// Returns whether an error is about the value of the filter.
fn is_value_refusal(error: &Error) -> bool {
    matches!(error, Error::Status { status: 400 | 404, .. })
}

/// Rows, findings and members of all readings together.
fn combined<T>(answers: &ReadingsByValue<T>) -> (usize, Vec<FieldSeen>, Vec<Text>) {
    let (mut rows, mut seen, mut members) = (0, Vec::new(), Vec::new());
    for collected in answers.iter().flatten() {
        rows += collected.rows;
        seen.resize(collected.seen.len(), FieldSeen::default());
        seen.iter_mut().zip(&collected.seen).for_each(|(all, seen)| all.add(seen.clone()));
        for member in &collected.members {
            if !members.contains(member) {
                members.push(member.clone());
            }
        }
    }
    (rows, seen, members)
}

/// Returns an id that is none of `ids`, a number.
fn unused_id(ids: &[&str]) -> String {
    let numbers = ids.iter().filter_map(|id| id.parse::<u64>().ok());
    // Far above the highest: a group that is created between two requests takes one of the next
    // ids.
    numbers.max().unwrap_or(0).saturating_add(1_000_003).to_string()
}
