//! Readings of one resource that differ by a row filter, such as `services?groupId=`.
//!
//! Which members to ask for is decided and learnt for all of them together, as for a plain reading.

use futures_util::future::try_join_all;
use url::Url;

use super::{
    client::{Client, Route},
    collection::{Identified, Request, Whole},
    decode::{FieldSeen, Reader},
    error::Error,
    fields::Mapping,
    members::Ask,
    reading::refuses_members,
};
use crate::model::{Resource, Text};

/// One round of such readings.
pub(super) struct Rows<'a> {
    client: &'a Client,
    route: &'a Route,
    url: Url,
    mapping: &'a Mapping,
    parameter: &'static str,
    /// Under which what is learnt of the members is kept.
    place: Text,
    ask: Ask,
}

/// What each of the values gave; `None` where the server objects to it.
pub(super) type Answers<T> = Vec<Option<Whole<T>>>;

impl Client {
    /// A round of readings of `resource`, filtered by `parameter`.
    pub(super) fn row_filter<'a>(
        &'a self,
        route: &'a Route,
        resource: Resource,
        parameter: &'static str,
    ) -> Result<Rows<'a>, Error> {
        let mapping = self.mapping(resource)?;
        let place = Text::from(format!("{}?{parameter}", route.contact_center()));
        let ask = self.members.ask(mapping, &place, self.session_number());
        Ok(Rows { client: self, route, url: route.url(resource), mapping, parameter, place, ask })
    }
}

impl Rows<'_> {
    /// A member that is absent in this round may come once it is asked for.
    pub(super) fn may_hide(&self) -> bool {
        self.ask.may_hide()
    }

    /// Whether the server filters at all: something that nobody has must give nothing.
    pub(super) async fn is_filtered<T: Identified + Send>(
        &self,
        nobody: &str,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<bool, Error> {
        match self.one(nobody, self.ask.fields(), build).await {
            Ok(whole) => Ok(whole.rows == 0),
            // A filter that objects to an id it does not know is at least a filter.
            Err(error) if objects(&error) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Reads the rows of every value, side by side.
    pub(super) async fn all<T: Identified + Send>(
        &self,
        values: &[&str],
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Answers<T>, Error> {
        let Self { client, mapping, place, ask, .. } = self;
        let answers = self.each(values, ask.fields(), build).await?;
        let (rows, seen, names) = summed(&answers);
        match ask {
            Ask::First if rows > 0 => {
                client.members.saw_first(mapping, place, client.session_number(), &seen, &names);
                return Ok(answers);
            }
            Ask::First | Ask::Unfiltered => return Ok(answers),
            Ask::EveryName(_) | Ask::Seen(_) => {}
        }
        let refused = !values.is_empty() && answers.iter().all(Option::is_none);
        if !refused && !client.members.saw_filtered(mapping, place, rows, &seen, &names) {
            return Ok(answers);
        }
        let plain = self.each(values, None, build).await?;
        if !refused {
            let harms = client.members.compare(mapping, place, &seen, &summed(&plain).1);
            return Ok(if harms { plain } else { answers });
        }
        if plain.iter().any(Option::is_some) {
            client.members.refused(mapping, place, ask);
        }
        Ok(plain)
    }

    async fn each<T: Identified + Send>(
        &self,
        values: &[&str],
        fields: Option<&str>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Answers<T>, Error> {
        let readings = values.iter().map(async |value| match self.one(value, fields, build).await {
            Ok(whole) => Ok(Some(whole)),
            Err(error) if objects(&error) || fields.is_some() && refuses_members(&error) => Ok(None),
            Err(error) => Err(error),
        });
        try_join_all(readings).await
    }

    async fn one<T: Identified + Send>(
        &self,
        value: &str,
        fields: Option<&str>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Whole<T>, Error> {
        let (doors, mapping, filter) = (self.route.doors(), self.mapping, Some((self.parameter, value)));
        self.client.whole(Request { url: &self.url, doors, mapping, filter, fields, sort: None }, build).await
    }
}

/// Whether an error is about the value: there is no such thing.
fn objects(error: &Error) -> bool {
    matches!(error, Error::Status { status: 400 | 404, .. })
}

/// The rows, fields and members of all answers together.
fn summed<T>(answers: &Answers<T>) -> (usize, Vec<FieldSeen>, Vec<Text>) {
    let (mut rows, mut seen, mut members) = (0, Vec::new(), Vec::new());
    for whole in answers.iter().flatten() {
        rows += whole.rows;
        seen.resize(whole.seen.len(), FieldSeen::default());
        seen.iter_mut().zip(&whole.seen).for_each(|(all, seen)| all.add(seen.clone()));
        for member in &whole.members {
            if !members.contains(member) {
                members.push(member.clone());
            }
        }
    }
    (rows, seen, members)
}
