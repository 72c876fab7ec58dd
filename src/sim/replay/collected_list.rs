//! A collection assembled from its recorded pages, and split into pages of another size.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{item, recording::Exchange};

/// Collections of up to this many items are not paged, as documented.
const UNPAGED: usize = 10;

/// All rows of a collection that were read with one page size.
#[derive(Debug)]
pub(super) struct CollectedList<'r> {
    pub(super) first: &'r Exchange,
    pub(super) rows: Vec<&'r Value>,
    total: Option<usize>,
    /// Largest page of the server; `None` if it granted the requested size.
    cap: Option<usize>,
}

/// One page of the rows.
#[derive(Debug)]
pub(super) struct Page<'r> {
    pub(super) rows: Vec<&'r Value>,
    /// Page, size and number of pages; `None` if the server sent no header.
    description: Option<(usize, usize, usize)>,
}

impl<'r> CollectedList<'r> {
    /// Returns the reading with the most rows; `None` if no exchange holds a list.
    pub(super) fn from_exchanges(exchanges: impl Iterator<Item = &'r Exchange>) -> Option<Self> {
        let mut by_size: BTreeMap<Option<usize>, BTreeMap<usize, &'r Exchange>> = BTreeMap::new();
        for exchange in exchanges.filter(|exchange| exchange.is_success()) {
            let number = |name| exchange.parameter(name).and_then(number);
            by_size
                .entry(number("pageSize"))
                .or_default()
                .insert(number("page").unwrap_or(1), exchange);
        }
        let readings = by_size.into_iter().filter_map(|(size, pages)| Self::read(size, &pages));
        readings.max_by_key(|list| list.rows.len())
    }

    fn read(size: Option<usize>, pages: &BTreeMap<usize, &'r Exchange>) -> Option<Self> {
        let first = *pages.get(&1)?;
        let mut rows = Vec::new();
        // Up to the first gap: a page that failed would otherwise shift the rows behind it.
        for page in (1..).map_while(|number| pages.get(&number)) {
            rows.extend(item::rows(page.json.as_ref()?)?);
        }
        let header: Option<Value> =
            first.headers.get("x-pagination").and_then(|text| serde_json::from_str(text).ok());
        let reported = |name: &str| {
            let members = header.as_ref()?.as_object()?;
            let (_, value) = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            value.as_u64().map(|number| number as usize).or_else(|| number(value.as_str()?))
        };
        let cap = reported("pageSize").filter(|reported| size.is_none_or(|size| *reported < size));
        Some(Self { first, rows, total: reported("totalCount"), cap })
    }

    /// Returns true when all rows are here that the server reported.
    pub(super) fn is_complete(&self) -> bool {
        self.total.is_none_or(|total| self.rows.len() >= total)
    }

    /// Largest number of members of a row.
    pub(super) fn members(&self) -> usize {
        self.rows
            .iter()
            .filter_map(|row| item::members(row))
            .map(serde_json::Map::len)
            .max()
            .unwrap_or(0)
    }

    /// Returns one page. Without a size it holds all rows.
    pub(super) fn page(&self, page: Option<usize>, size: Option<usize>) -> Page<'r> {
        let all = self.rows.len();
        let number = page.unwrap_or(1).max(1);
        let size = if all <= UNPAGED {
            UNPAGED
        } else {
            size.unwrap_or(all).min(self.cap.unwrap_or(all)).max(1)
        };
        let start = (number - 1).saturating_mul(size).min(all);
        let rows = self.rows[start..start.saturating_add(size).min(all)].to_vec();
        let describes = self.first.headers.contains_key("x-pagination") && all > UNPAGED;
        Page { rows, description: describes.then_some((number, size, all.div_ceil(size))) }
    }

    /// Value of `X-Pagination` for a page; `link` builds the URL of a page number.
    pub(super) fn header(&self, page: &Page<'_>, link: impl Fn(usize) -> String) -> Option<String> {
        let (number, size, pages) = page.description?;
        let link = |number: usize| (1..=pages).contains(&number).then(|| link(number));
        let description = json!({
            "currentPage": number,
            "pageSize": size,
            "totalCount": self.rows.len(),
            "totalPages": pages,
            "previousPageLink": link(number - 1),
            "nextPageLink": link(number + 1),
        });
        Some(description.to_string())
    }
}

/// Parses a page number or size; zero counts as absent.
pub(super) fn number(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|number| *number > 0)
}
