//! Reading of a collection with the parameters `sort` and `fields`, and without one that is refused
//! or hides a field.

use url::Url;

use super::{
    collection::{Collected, Identified, Request},
    decode::Reader,
    member_filter::MemberChoice,
};
use crate::{
    model::{Resource, Text},
    trio::{client::Client, error::Error, session::AuthEndpoints},
};

impl Client {
    /// Reads a whole collection with the members worth asking for, sorted if that helps.
    ///
    /// # Errors
    /// See [`Error`].
    pub(in crate::trio) async fn read_collection<T: Identified + Send>(
        &self,
        resource: Resource,
        url: &Url,
        endpoints: &AuthEndpoints,
        contact_center: &Text,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let mapping = self.mapping(resource)?;
        let sort = self.sorting.sort_member(resource, contact_center, self.session_number());
        let request =
            Request { url, endpoints, mapping, filter: None, fields: None, sort: sort.as_deref() };
        match self.read_chosen_members(request, contact_center, build).await {
            // The same request without `sort` decides: only if that one succeeds was the parameter
            // to blame.
            Err(error) if sort.is_some() && is_parameter_refusal(&error) => {
                let request = Request { sort: None, ..request };
                let collected = self.read_chosen_members(request, contact_center, build).await?;
                self.sorting.record_refusal(resource, contact_center);
                Ok(collected)
            }
            collected => collected,
        }
    }

    /// Reads a collection with the members worth asking for, in the order of the request.
    async fn read_chosen_members<T: Identified + Send>(
        &self,
        request: Request<'_>,
        contact_center: &Text,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let mapping = request.mapping;
        let choice = self.member_filters.choose(mapping, contact_center, self.session_number());
        let request = Request { fields: choice.fields(), ..request };
        let collected = self.collect_pages(request, build).await;
        let mut collected = match choice {
            MemberChoice::FirstUnfiltered => {
                let collected = collected?;
                // An empty collection shows no members: the next reading is the first one again.
                if collected.rows > 0 {
                    let session = self.session_number();
                    self.member_filters.record_unfiltered(
                        mapping,
                        contact_center,
                        session,
                        &collected.seen,
                        &collected.members,
                    );
                }
                collected
            }
            MemberChoice::Unfiltered => collected?,
            MemberChoice::AllNames(_) | MemberChoice::Seen(_) => {
                self.verify_filter(
                    Request { fields: None, ..request },
                    contact_center,
                    &choice,
                    collected,
                    build,
                )
                .await?
            }
        };
        let id = collected.seen.first().and_then(|seen| seen.member.clone());
        let ids = collected.items.iter().map(Identified::id);
        self.sorting.record_list(
            mapping.shape.resource,
            contact_center,
            request.sort.is_some(),
            id,
            ids,
        );
        if collected.rows > 0 {
            let seen = std::mem::take(&mut collected.seen);
            self.field_coverage.record(mapping, contact_center, seen, choice.may_hide_members());
        }
        Ok(collected)
    }

    /// Returns the filtered reading, or an unfiltered one if the filter removed a field or was
    /// refused.
    async fn verify_filter<T: Identified + Send>(
        &self,
        unfiltered: Request<'_>,
        contact_center: &Text,
        choice: &MemberChoice,
        filtered: Result<Collected<T>, Error>,
        build: fn(&mut Reader<'_>) -> Option<T>,
    ) -> Result<Collected<T>, Error> {
        let mapping = unfiltered.mapping;
        let filtered = match filtered {
            Ok(filtered) => filtered,
            Err(error) if is_parameter_refusal(&error) => {
                let collected = self.collect_pages(unfiltered, build).await?;
                self.member_filters.record_refusal(mapping, contact_center, choice);
                return Ok(collected);
            }
            Err(error) => return Err(error),
        };
        let field_missing = self.member_filters.record_filtered(
            mapping,
            contact_center,
            filtered.rows,
            &filtered.seen,
            &filtered.members,
        );
        if !field_missing {
            // No second reading is needed.
            return Ok(filtered);
        }
        let collected = self.collect_pages(unfiltered, build).await?;
        // An unfiltered reading is the only proof that a missing field is the filter's fault. It is
        // made only when a field is missing that came before, so it does not double the load.
        let filter_harms = self.member_filters.record_comparison(
            mapping,
            contact_center,
            &filtered.seen,
            &collected.seen,
        );
        Ok(if filter_harms { collected } else { filtered })
    }

    /// Returns true if the next reading of a resource may have more members than the last, because
    /// it will ask for members that the server sends only on request.
    pub fn next_reading_may_add_members(&self, resource: Resource, contact_center: &Text) -> bool {
        let mapping = self.mapping(resource);
        mapping.is_ok_and(|mapping| self.member_filters.expects_more(mapping, contact_center))
    }
}

/// Returns true if an error may be about `fields` or `sort`.
// Trio does not document a status for this. 500 is included because the published API design whose
// header `X-Pagination` Trio's resembles returns 500 for an unknown name in `fields`. The other
// statuses are usual for a parameter or a URL that the server does not accept.
pub(super) fn is_parameter_refusal(error: &Error) -> bool {
    matches!(error, Error::Status { status: 400 | 404 | 405 | 406 | 414 | 422 | 500 | 501, .. })
}
