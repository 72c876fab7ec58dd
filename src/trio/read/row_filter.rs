//! Readings of one resource that differ by the value of a row filter, such as `services?groupId=`.
//!
//! The members to ask for are chosen and learnt for all values together, as for a single reading:
//! one group without services shows no members, all of them together do.

use futures_util::future::try_join_all;
use url::Url;

use super::{
    collection::{Collected, Identified, Request},
    decode::{FieldSeen, Reader},
    filtered_reading::is_parameter_refusal,
    member_filter::MemberChoice,
};
use crate::{
    model::{Resource, Text},
    trio::{
        client::{Client, Route},
        dictionary::Mapping,
        error::Error,
    },
};

/// One round of readings, one for each value of the filter.
pub(in crate::trio) struct FilteredReadings<'a> {
    client: &'a Client,
    route: &'a Route,
    url: Url,
    mapping: &'a Mapping,
    parameter: &'static str,
    /// Key under which the member filter is kept: contact centre and parameter.
    scope: Text,
    choice: MemberChoice,
}

/// Reading of each value; `None` if the server refuses the value.
pub(super) type ReadingsByValue<T> = Vec<Option<Collected<T>>>;

impl Client {
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
        // Shaped answers of filtered rows may hold other members than those of the whole list.
        let scope = Text::from(format!("{}?{parameter}", route.contact_center()));
        let choice = self.member_filters.choose(mapping, &scope, self.session_number());
        Ok(FilteredReadings {
            client: self,
            route,
            url: route.url(resource),
            mapping,
            parameter,
            scope,
            choice,
        })
    }
}

impl FilteredReadings<'_> {
    /// Returns whether a member that is absent in this round may come once it is asked for.
    pub(in crate::trio) fn may_hide_members(&self) -> bool {
        self.choice.may_hide_members()
    }

    /// Tries the filter with an id that does not exist, and returns whether the server honours it.
    ///
    /// # Errors
    /// An error that says nothing about the filter.
    pub(in crate::trio) async fn probe_filter<T: Identified + Send>(
        &self,
        unused_id: &str,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<bool, Error> {
        match self.read_one(unused_id, self.choice.fields(), build).await {
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
        let Self { client, mapping, scope, choice, .. } = self;
        let answers = self.read_each(values, choice.fields(), build).await?;
        let (rows, seen, names) = combined(&answers);
        match choice {
            MemberChoice::FirstUnfiltered if rows > 0 => {
                client.member_filters.record_unfiltered(
                    mapping,
                    scope,
                    client.session_number(),
                    &seen,
                    &names,
                );
                return Ok(answers);
            }
            MemberChoice::FirstUnfiltered | MemberChoice::Unfiltered => return Ok(answers),
            MemberChoice::AllNames(_) | MemberChoice::Seen(_) => {}
        }
        // Every value refused at once is more likely the list of members than every single id.
        let refused = !values.is_empty() && answers.iter().all(Option::is_none);
        if !refused && !client.member_filters.record_filtered(mapping, scope, rows, &seen, &names) {
            return Ok(answers);
        }
        // The second round without `fields` shows if the members or the values were refused.
        let plain = self.read_each(values, None, build).await?;
        if !refused {
            let harms =
                client.member_filters.record_comparison(mapping, scope, &seen, &combined(&plain).1);
            return Ok(if harms { plain } else { answers });
        }
        if plain.iter().any(Option::is_some) {
            client.member_filters.record_refusal(mapping, scope, choice);
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
        let (endpoints, mapping, filter) =
            (self.route.endpoints(), self.mapping, Some((self.parameter, value)));
        self.client
            .collect_pages(
                Request { url: &self.url, endpoints, mapping, filter, fields, sort: None },
                build,
            )
            .await
    }
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
