//! A collection put together from its recorded pages, and cut into pages anew.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{item, recording::Exchange};

/// Collections of up to this many items are not paged.
const UNPAGED: usize = 10;

/// All rows that were read of a collection with one size of page.
#[derive(Debug)]
pub(super) struct Whole<'r> {
    pub(super) first: &'r Exchange,
    pub(super) rows: Vec<&'r Value>,
    total: Option<usize>,
    /// The largest page that the server gave, if it cut them.
    cap: Option<usize>,
}

/// One page of it.
#[derive(Debug)]
pub(super) struct Page<'r> {
    pub(super) rows: Vec<&'r Value>,
    /// Page, size, pages; `None` where the server describes nothing.
    description: Option<(usize, usize, usize)>,
}

impl<'r> Whole<'r> {
    /// The longest reading among these; `None` where none was a list.
    pub(super) fn of(exchanges: impl Iterator<Item = &'r Exchange>) -> Option<Self> {
        let mut by_size: BTreeMap<Option<usize>, BTreeMap<usize, &'r Exchange>> = BTreeMap::new();
        for exchange in exchanges.filter(|exchange| exchange.is_success()) {
            let number = |name| exchange.parameter(name).and_then(number);
            by_size.entry(number("pageSize")).or_default().insert(number("page").unwrap_or(1), exchange);
        }
        let readings = by_size.into_iter().filter_map(|(size, pages)| Self::read(size, &pages));
        readings.max_by_key(|whole| whole.rows.len())
    }

    fn read(size: Option<usize>, pages: &BTreeMap<usize, &'r Exchange>) -> Option<Self> {
        let first = *pages.get(&1)?;
        let mut rows = Vec::new();
        for page in (1..).map_while(|number| pages.get(&number)) {
            rows.extend(item::rows(page.json.as_ref()?)?);
        }
        let header: Option<Value> =
            first.headers.get("x-pagination").and_then(|text| serde_json::from_str(text).ok());
        let told = |name: &str| {
            let members = header.as_ref()?.as_object()?;
            let (_, value) = members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
            value.as_u64().map(|number| number as usize).or_else(|| number(value.as_str()?))
        };
        let cap = told("pageSize").filter(|told| size.is_none_or(|size| *told < size));
        Some(Self { first, rows, total: told("totalCount"), cap })
    }

    /// Whether these are all rows that the server said there were.
    pub(super) fn is_complete(&self) -> bool {
        self.total.is_none_or(|total| self.rows.len() >= total)
    }

    /// How many members its rows have at most.
    pub(super) fn members(&self) -> usize {
        self.rows.iter().filter_map(|row| item::members(row)).map(serde_json::Map::len).max().unwrap_or(0)
    }

    /// One page. Whoever asks for no size gets everything.
    pub(super) fn page(&self, page: Option<usize>, size: Option<usize>) -> Page<'r> {
        let all = self.rows.len();
        let number = page.unwrap_or(1).max(1);
        let size =
            if all <= UNPAGED { UNPAGED } else { size.unwrap_or(all).min(self.cap.unwrap_or(all)).max(1) };
        let start = (number - 1).saturating_mul(size).min(all);
        let rows = self.rows[start..start.saturating_add(size).min(all)].to_vec();
        let describes = self.first.headers.contains_key("x-pagination") && all > UNPAGED;
        Page { rows, description: describes.then_some((number, size, all.div_ceil(size))) }
    }

    /// The header of a page whose neighbours have the address that `link` makes of their numbers.
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

/// A number of pages or rows; zero is none.
pub(super) fn number(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|number| *number > 0)
}
