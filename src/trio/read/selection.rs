//! Rows of a list as the server sends them, selected by a documented filter, for `inspect --prove`.

use super::{
    examine::rows,
    paging::Pagination,
    route::{List, Route},
};
use crate::{
    model::Resource,
    trio::{Client, dictionary::proof::Row, error::Error, wire::address::below},
};

/// Part of a list to ask for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// Documented parameter and its value; `None` for the whole list.
    pub filter: Option<(&'static str, &'a str)>,
    /// Names for `fields=`; `None` for the members that the server shows by itself.
    pub fields: Option<&'a str>,
    /// Number of the page; the first is 1.
    pub page: usize,
}

/// A page of rows.
#[derive(Clone, Debug, Default)]
pub struct RowPage {
    /// The rows.
    pub rows: Vec<Row>,
    /// Rows of the whole selection, by the header.
    pub total: Option<usize>,
}

impl Client {
    /// Reads a page of a list.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn selected_rows(
        &self,
        route: &Route,
        resource: Resource,
        selection: Selection<'_>,
    ) -> Result<RowPage, Error> {
        let mut list = route.list(resource);
        let size = self.reader.limits.page_size.to_string();
        let mut query = list.url.query_pairs_mut();
        query.append_pair("page", &selection.page.to_string()).append_pair("pageSize", &size);
        if let Some((parameter, value)) = selection.filter {
            query.append_pair(parameter, value);
        }
        if let Some(fields) = selection.fields {
            query.append_pair("fields", fields);
        }
        drop(query);
        self.row_page(&list).await
    }

    /// Reads the row that has the id, by its own documented address; several rows if the server
    /// takes the address for something else.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn single_row(
        &self,
        route: &Route,
        resource: Resource,
        id: &str,
        fields: Option<&str>,
    ) -> Result<Vec<Row>, Error> {
        let path: &[&str] = match resource {
            Resource::ServiceState => &["services", id, "state"],
            Resource::AgentState => &["agents", id, "state"],
            Resource::Calls => &["services", "calls", id],
            Resource::Cases => &["services", "cases", id],
            other => &[other.as_str(), id],
        };
        let mut list = List { url: below(&route.base, path), ..route.list(resource) };
        if let Some(fields) = fields {
            list.url.query_pairs_mut().append_pair("fields", fields);
        }
        Ok(self.row_page(&list).await?.rows)
    }

    async fn row_page(&self, list: &List<'_>) -> Result<RowPage, Error> {
        let (connection, resource) = (&self.reader.connection, list.key.resource);
        connection
            .get(resource, &list.url, list.endpoints, |answer| {
                let total = Pagination::of_answer(&answer).and_then(|pagination| pagination.total);
                Ok(RowPage { rows: rows(connection.json(&answer, resource)?), total })
            })
            .await
    }
}
