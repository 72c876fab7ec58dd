//! One reading of a collection: which members to ask for, and whether asking did harm.

use url::Url;

use super::{
    client::Client,
    collection::{Identified, Request, Whole},
    decode::Reader,
    error::Error,
    members::Ask,
    session::Doors,
};
use crate::model::{Resource, Text};

impl Client {
    /// A whole collection, by the members that are worth asking for, and sorted where that helps.
    pub(super) async fn read<T: Identified + Send>(
        &self,
        resource: Resource,
        url: &Url,
        doors: &Doors,
        contact_center: &Text,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Whole<T>, Error> {
        let mapping = self.mapping(resource)?;
        let sort = self.sorting.ask(resource, contact_center, self.session_number());
        let request = Request { url, doors, mapping, filter: None, fields: None, sort: sort.as_deref() };
        match self.read_asking(request, contact_center, build).await {
            Err(error) if sort.is_some() && refuses_members(&error) => {
                let request = Request { sort: None, ..request };
                let whole = self.read_asking(request, contact_center, build).await?;
                self.sorting.refused(resource, contact_center);
                Ok(whole)
            }
            whole => whole,
        }
    }

    /// The same, in the order that the request says.
    async fn read_asking<T: Identified + Send>(
        &self,
        request: Request<'_>,
        contact_center: &Text,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Whole<T>, Error> {
        let mapping = request.mapping;
        let ask = self.members.ask(mapping, contact_center, self.session_number());
        let request = Request { fields: ask.fields(), ..request };
        let whole = self.whole(request, build).await;
        let mut whole = match ask {
            Ask::First => {
                let whole = whole?;
                if whole.rows > 0 {
                    let session = self.session_number();
                    self.members.saw_first(mapping, contact_center, session, &whole.seen, &whole.members);
                }
                whole
            }
            Ask::Unfiltered => whole?,
            Ask::EveryName(_) | Ask::Seen(_) => {
                self.checked(Request { fields: None, ..request }, contact_center, &ask, whole, build).await?
            }
        };
        let id = whole.seen.first().and_then(|seen| seen.member.clone());
        let ids = whole.items.iter().map(Identified::id);
        self.sorting.saw(mapping.shape.resource, contact_center, request.sort.is_some(), id, ids);
        if whole.rows > 0 {
            let seen = std::mem::take(&mut whole.seen);
            self.observed.note(mapping, contact_center, seen, ask.may_hide());
        }
        Ok(whole)
    }

    /// A filtered reading, unless the filter cost something: then the reading without one.
    async fn checked<T: Identified + Send>(
        &self,
        unfiltered: Request<'_>,
        contact_center: &Text,
        ask: &Ask,
        filtered: Result<Whole<T>, Error>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Whole<T>, Error> {
        let mapping = unfiltered.mapping;
        let filtered = match filtered {
            Ok(filtered) => filtered,
            Err(error) if refuses_members(&error) => {
                let whole = self.whole(unfiltered, build).await?;
                self.members.refused(mapping, contact_center, ask);
                return Ok(whole);
            }
            Err(error) => return Err(error),
        };
        if !self.members.saw_filtered(
            mapping,
            contact_center,
            filtered.rows,
            &filtered.seen,
            &filtered.members,
        ) {
            return Ok(filtered);
        }
        let whole = self.whole(unfiltered, build).await?;
        let filter_harms = self.members.compare(mapping, contact_center, &filtered.seen, &whole.seen);
        Ok(if filter_harms { whole } else { filtered })
    }

    /// Whether the next reading of a resource may hold more than the last, because it will ask for
    /// members that do not come by themselves.
    pub fn is_looking_for_members(&self, resource: Resource, contact_center: &Text) -> bool {
        let mapping = self.mapping(resource);
        mapping.is_ok_and(|mapping| self.members.is_looking(mapping, contact_center))
    }
}

/// Whether an error may be about a parameter that says which members are wanted, or in which order.
pub(super) fn refuses_members(error: &Error) -> bool {
    matches!(error, Error::Status { status: 400 | 404 | 405 | 406 | 414 | 422 | 500 | 501, .. })
}
