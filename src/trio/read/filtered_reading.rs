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
            member_filter::{MemberChoice, MemberFilter},
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
        let session = self.connection.session_number();
        let learned = &self.connection.learned;
        let sort =
            learned.list(&list.key, |known| known.sorting.at(session).member(list.key.resource));
        let request =
            Request { list, mapping, filter_value: None, fields: None, sort: sort.as_deref() };
        match self.read_chosen_members(request, build).await {
            // The same request without `sort` decides: only if that one succeeds was the parameter
            // to blame.
            Err(error) if sort.is_some() && is_parameter_refusal(&error) => {
                let collected =
                    self.read_chosen_members(Request { sort: None, ..request }, build).await?;
                learned.list(&list.key, |known| known.sorting.as_asked().record_refusal());
                Ok(collected)
            }
            collected => collected,
        }
    }

    /// Reads a collection with the members worth asking for, in the order of the request.
    async fn read_chosen_members<T: Identified + Send>(
        &self,
        request: Request<'_>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let Request { mapping, list: List { key, .. }, .. } = request;
        let choice = self.choose_members(mapping, key);
        let request = Request { fields: choice.fields(), ..request };
        let collected = self.collect_pages(request, build).await;
        let mut collected = match choice {
            MemberChoice::FirstUnfiltered => {
                let collected = collected?;
                // An empty collection shows no members: the next reading is the first one again.
                if collected.rows > 0 {
                    self.record_unfiltered(key, &collected.seen, &collected.members);
                }
                collected
            }
            MemberChoice::Unfiltered => collected?,
            MemberChoice::AllNames(_) | MemberChoice::Seen(_) => {
                let unfiltered = Request { fields: None, ..request };
                self.verify_filter(unfiltered, &choice, collected, build).await?
            }
        };
        let id = collected.seen.first().and_then(|seen| seen.member.clone());
        let ids = collected.items.iter().map(Identified::id);
        self.connection.learned.list(key, |known| {
            known.sorting.as_asked().record_list(request.sort.is_some(), id, ids);
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

    /// Returns the filtered reading, or an unfiltered one if the filter removed a field or was
    /// refused.
    async fn verify_filter<T: Identified + Send>(
        &self,
        unfiltered: Request<'_>,
        choice: &MemberChoice,
        filtered: Result<Collected<T>, Error>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let Request { mapping, list: List { key, .. }, .. } = unfiltered;
        let filtered = match filtered {
            Ok(filtered) => filtered,
            Err(error) if is_parameter_refusal(&error) => {
                let collected = self.collect_pages(unfiltered, build).await?;
                self.members(key, |members| members.record_refusal(mapping, choice));
                return Ok(collected);
            }
            Err(error) => return Err(error),
        };
        let field_missing = self.members(key, |members| {
            members.record_filtered(filtered.rows, &filtered.seen, &filtered.members)
        });
        if !field_missing {
            // No second reading is needed.
            return Ok(filtered);
        }
        let collected = self.collect_pages(unfiltered, build).await?;
        // An unfiltered reading is the only proof that a missing field is the filter's fault. It is
        // made only when a field is missing that came before, so it does not double the load.
        let filter_harms = self.members(key, |members| {
            members.record_comparison(mapping, &filtered.seen, &collected.seen)
        });
        Ok(if filter_harms { collected } else { filtered })
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
        let session = self.connection.session_number();
        self.connection.learned.list(key, |known| known.members.at(session).choose(mapping))
    }

    /// Records the first reading of the session that is current now: the reading may have logged in.
    fn record_unfiltered(&self, key: &ListKey, seen: &[FieldSeen], members: &[Text]) {
        let session = self.connection.session_number();
        self.connection
            .learned
            .list(key, |known| known.members.at(session).record_unfiltered(seen, members));
    }

    fn members<T>(&self, key: &ListKey, change: impl FnOnce(&mut MemberFilter) -> T) -> T {
        self.connection.learned.list(key, |known| change(known.members.as_asked()))
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
        match self.read_one(&unused_id(ids), self.choice.fields(), build).await {
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
        let answers = self.read_each(values, choice.fields(), build).await?;
        let (rows, seen, names) = combined(&answers);
        match choice {
            MemberChoice::FirstUnfiltered if rows > 0 => {
                reader.record_unfiltered(key, &seen, &names);
                return Ok(answers);
            }
            MemberChoice::FirstUnfiltered | MemberChoice::Unfiltered => return Ok(answers),
            MemberChoice::AllNames(_) | MemberChoice::Seen(_) => {}
        }
        // Every value refused at once is more likely the list of members than every single id.
        let refused = !values.is_empty() && answers.iter().all(Option::is_none);
        if !refused && !reader.members(key, |members| members.record_filtered(rows, &seen, &names))
        {
            return Ok(answers);
        }
        // The second round without `fields` shows if the members or the values were refused.
        let plain = self.read_each(values, None, build).await?;
        if !refused {
            let unfiltered = combined(&plain).1;
            let harms = reader
                .members(key, |members| members.record_comparison(mapping, &seen, &unfiltered));
            return Ok(if harms { plain } else { answers });
        }
        if plain.iter().any(Option::is_some) {
            reader.members(key, |members| members.record_refusal(mapping, choice));
        }
        Ok(plain)
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

/// Returns true if an error may be about `fields` or `sort`.
// Trio does not document a status for this. 500 is included because the published API design whose
// header `X-Pagination` Trio's resembles returns 500 for an unknown name in `fields`. The other
// statuses are usual for a parameter or a URL that the server does not accept.
fn is_parameter_refusal(error: &Error) -> bool {
    matches!(error, Error::Status { status: 400 | 404 | 405 | 406 | 414 | 422 | 500 | 501, .. })
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
