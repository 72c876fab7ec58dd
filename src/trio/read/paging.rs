//! The header `X-Pagination`.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::trio::wire::answer::{Answer, PAGINATION};

/// Pages read of a collection at most.
// A header may claim any number. At the usual 1000 items per page this is two million items, more
// than any contact centre has, and at the documented ten it is still 20,000.
// A list that claims more is not begun: a wrong header would cost all these requests.
pub(in crate::trio) const MAX_PAGES: usize = 2000;
/// Pages in a row without anything new after which a list is given up.
// One page may be empty because all its rows are hidden or have gone. Nothing of a list that is given
// up is published.
const MAX_FRUITLESS_PAGES: usize = 3;

/// Content of the header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trio) struct Pagination {
    /// Items in the whole collection.
    pub(in crate::trio) total: Option<usize>,
    /// Items a page, by the server.
    pub(in crate::trio) page_size: Option<usize>,
    /// Pages in all.
    pub(super) total_pages: Option<usize>,
    /// There is a link to a next page.
    pub(super) has_next: bool,
}

impl Pagination {
    /// Returns what the header of an answer says; see [`Self::read`].
    pub(in crate::trio) fn of_answer(answer: &Answer) -> Option<Self> {
        // Not `to_str`: a link in it may hold letters outside ASCII, and only its numbers count.
        let header = answer.headers.get(PAGINATION)?;
        Self::read(&String::from_utf8_lossy(header.as_bytes()))
    }

    /// Reads the header: JSON as documented, or `name=value` pairs (assumption A3). Returns `None`
    /// if it does not say how far the collection goes.
    fn read(header: &str) -> Option<Self> {
        let members = match serde_json::from_str(header) {
            Ok(Value::Object(members)) => members,
            _ => pairs(header),
        };
        let value = |name: &str| {
            members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        // Numbers may come as texts; a negative or too large one is no number of items.
        let number = |name: &str| -> Option<usize> {
            let value = value(name)?;
            let number = value.as_u64().and_then(|number| number.try_into().ok());
            number.or_else(|| value.as_str()?.trim().parse().ok())
        };
        let next = value("nextPageLink");
        let says_next = next.is_some();
        let pagination = Self {
            total: number("totalCount"),
            // Zero items per page would divide by zero and never end.
            page_size: number("pageSize").filter(|size| *size > 0),
            total_pages: number("totalPages"),
            // At the ends of a collection the link is empty or null, also as the text "null".
            has_next: next
                .and_then(Value::as_str)
                .is_some_and(|link| !matches!(link.trim(), "" | "null")),
        };
        (pagination.total.is_some() || pagination.total_pages.is_some() || says_next)
            .then_some(pagination)
    }

    /// Returns the number of pages by the numbers of the header; `None` if only links tell.
    fn claimed_pages(&self) -> Option<usize> {
        let by_total = self.total.zip(self.page_size).map(|(total, size)| total.div_ceil(size));
        // The total may be that of the page, and the number of pages that of another page size: the
        // higher claim is the one that loses nothing.
        by_total.into_iter().chain(self.total_pages).max()
    }

    /// Returns the number of pages if each has at most `most_rows` rows, the most of a page up to
    /// now.
    // A server may cap pages below the size asked for and still report that size: the rows that came
    // are the evidence. Believing the header would skip the items between.
    fn pages_by_rows(&self, most_rows: usize) -> Option<usize> {
        let size = self.page_size.unwrap_or(most_rows).min(most_rows).max(1);
        self.total.map(|total| total.div_ceil(size))
    }
}

/// Extent of a collection, as the server states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Nothing says that there is more than was read.
    AllRead,
    /// Every page was read, and the server states another number of items.
    Total(usize),
    /// Further than could be read, or the pages contradict each other.
    Unknown,
    /// More pages than are read of a list.
    TooLong,
}

/// Course of reading a list whose answers describe their pages: which are still to be read, and
/// whether that was all. Pure.
#[derive(Debug)]
pub(super) struct PageWalk {
    /// Items come and go while pages are read, so pages may differ in their totals.
    moving: bool,
    read: usize,
    /// Pages by the numbers of the headers.
    claimed: usize,
    /// The same, or more if pages are shorter than the headers say.
    pages: usize,
    first_rows: usize,
    /// The first page may be a full one, so that there are more behind it.
    is_first_full: bool,
    most_rows: usize,
    got: usize,
    total: Option<usize>,
    totals_agree: bool,
    /// Every page states its own number of rows as the total.
    totals_of_pages: bool,
    /// Pages in a row that brought nothing new.
    fruitless: usize,
    /// A page brought rows, but none that is new.
    repeats: bool,
    /// Rows of the newest page.
    last_rows: usize,
    /// Fewest rows of a page before the newest one.
    fewest_rows: usize,
    /// Total by the newest header that states one.
    newest_total: Option<usize>,
    has_next: bool,
    /// Pages that are read at most.
    limit: usize,
}

impl PageWalk {
    /// Begins with the header of the first page, its rows, and the items among them.
    pub(super) fn new(first: Pagination, rows: usize, new: usize, moving: bool) -> Self {
        let mut walk = Self {
            moving,
            read: 0,
            claimed: 1,
            pages: 1,
            first_rows: rows,
            is_first_full: looks_full(rows) || rows > 0 && first.page_size == Some(rows),
            most_rows: rows,
            got: 0,
            total: first.total,
            totals_agree: true,
            totals_of_pages: true,
            fruitless: 0,
            repeats: false,
            last_rows: 0,
            fewest_rows: usize::MAX,
            newest_total: None,
            has_next: false,
            limit: MAX_PAGES,
        };
        walk.record(Some(first), rows, new);
        walk
    }

    /// Sets the number of pages that are read at most.
    pub(super) fn within(self, limit: usize) -> Self {
        Self { limit, ..self }
    }

    /// Records the next page: its header, its rows, and those that no earlier page held.
    pub(super) fn record(&mut self, header: Option<Pagination>, rows: usize, new: usize) {
        if self.read > 0 {
            self.fewest_rows = self.fewest_rows.min(self.last_rows);
        }
        self.read += 1;
        self.got += new;
        self.repeats |= new == 0 && rows > 0;
        self.last_rows = rows;
        self.most_rows = self.most_rows.max(rows);
        self.fruitless = if new == 0 { self.fruitless + 1 } else { 0 };
        self.has_next = header.is_some_and(|header| header.has_next);
        let Some(header) = header else { return };
        self.totals_agree &= header.total == self.total;
        self.totals_of_pages &= header.total == Some(rows);
        self.newest_total = header.total.or(self.newest_total);
        let claimed = header.claimed_pages().unwrap_or(1).max(1);
        let pages = header.pages_by_rows(self.most_rows).unwrap_or(1).max(claimed);
        // Of a list that moves, the newest page knows best how far it goes. Of one that does not,
        // the highest claim loses nothing.
        if self.moving {
            (self.claimed, self.pages) = (claimed, pages);
        } else {
            self.claimed = self.claimed.max(claimed);
            self.pages = self.pages.max(pages);
        }
    }

    /// Returns the pages that are to be read next, at most `at_once`; none at the end.
    pub(super) fn next(&self, at_once: usize) -> Range<usize> {
        let first = self.read + 1;
        if self.is_too_long() || self.gives_up() {
            return first..first;
        }
        if self.read < self.pages {
            // Behind the stated total nothing is expected: these pages are read one by one.
            let at_once = if self.total == Some(self.got) { 1 } else { at_once.max(1) };
            return first..(self.pages + 1).min(first + at_once);
        }
        // A last page with a link that brings nothing new is the end.
        let goes_on = self.has_next && (self.read == 1 || self.fruitless == 0);
        first..first + usize::from(goes_on)
    }

    /// Returns the extent, once there is no next page to read.
    pub(super) fn extent(&self) -> Extent {
        if self.is_too_long() {
            return Extent::TooLong;
        }
        let fits = |total| total == self.got;
        // An empty list that claims rows would mean that everyone has left.
        if self.got == 0 && self.total.is_some_and(|total| total > 0) {
            return Extent::Unknown;
        }
        if self.read < self.claimed {
            // Given up: only a total that was reached says that the pages behind are empty.
            return match self.total {
                Some(total) if fits(total) && self.totals_agree => Extent::AllRead,
                _ => Extent::Unknown,
            };
        }
        // Pages that repeat the first: either there is no more, or the server ignores the number and
        // shows no other. A first page that is not full is a whole list.
        if self.repeats
            && self.is_first_full
            && self.got == self.first_rows
            && self.total.map_or(self.has_next, |total| !fits(total))
        {
            return Extent::Unknown;
        }
        match self.total {
            // Totals that name the rows of their page say nothing about the list.
            Some(_) if self.totals_of_pages && self.read > 1 => Extent::AllRead,
            Some(_) if self.moving && self.lacks_rows() => Extent::Unknown,
            Some(_) if self.moving => Extent::AllRead,
            // Totals that differ between pages mean a change while reading; then no total is the
            // right one.
            Some(_) if !self.totals_agree => Extent::Unknown,
            Some(total) if !fits(total) => {
                if self.has_next {
                    Extent::Unknown
                } else {
                    Extent::Total(total)
                }
            }
            _ => Extent::AllRead,
        }
    }

    fn is_too_long(&self) -> bool {
        self.pages > self.limit
            || self.read >= self.limit && (self.has_next || self.read < self.pages)
    }

    /// Returns true if rows were left out of a list that moves: the newest total is not reached, and
    /// a page has fewer rows than its place demands.
    // Rows that come and go shift the others to other pages, so that the end moves. They empty or
    // shorten no page before the end. A page that no header claims may be empty, unless the first one
    // looks like a part.
    fn lacks_rows(&self) -> bool {
        let Some(total) = self.newest_total.filter(|total| self.got < *total) else { return false };
        let before_last = self.most_rows.saturating_mul(self.read - 1);
        let is_claimed = self.read <= self.claimed || self.is_first_full;
        self.fewest_rows < self.most_rows
            || self.last_rows == 0 && total > before_last && is_claimed
    }

    fn gives_up(&self) -> bool {
        self.fruitless >= MAX_FRUITLESS_PAGES && self.read < self.pages
    }
}

/// Returns whether a page of `rows` rows may be a full one: the documented size is ten, and other
/// sizes are larger and round, too.
fn looks_full(rows: usize) -> bool {
    rows >= 10 && rows.is_multiple_of(5)
}

/// Members of a header that is a list of pairs.
fn pairs(header: &str) -> Map<String, Value> {
    let pairs = header.split([';', ',']).filter_map(|pair| pair.split_once('='));
    pairs
        .map(|(key, value)| (key.trim().to_owned(), Value::from(value.trim().trim_matches('"'))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_read_as_json_and_as_pairs() {
        for (header, total_pages, has_next) in [
            (r#"{"currentPage":1,"pageSize":10,"totalCount":25,"totalPages":3}"#, Some(3), false),
            (
                r#"{"CurrentPage":1,"PageSize":"10","TotalCount":"25","NextPageLink":"/x"}"#,
                None,
                true,
            ),
            (r#"{"pageSize":10,"totalCount":25,"nextPageLink":null}"#, None, false),
            ("currentPage=1;pageSize=10;totalCount=25;totalPages=3", Some(3), false),
            ("TotalCount = 25, PageSize = \"10\"; nextPageLink=http://t/?page=2", None, true),
        ] {
            let expected =
                Pagination { total: Some(25), page_size: Some(10), total_pages, has_next };
            assert_eq!(Pagination::read(header), Some(expected), "{header}");
        }
        for header in ["", "{}", "pages", r#"{"totalCount":-1}"#, "[1]", "pageSize=10"] {
            assert_eq!(Pagination::read(header), None, "{header}");
        }
    }

    const NONE: Pagination =
        Pagination { total: None, page_size: None, total_pages: None, has_next: false };

    #[test]
    fn pages_follow_from_total_and_rows() {
        let pages = |total, page_size, rows| {
            let header = Pagination { total: Some(total), page_size, ..NONE };
            (header.claimed_pages(), header.pages_by_rows(rows))
        };
        assert_eq!(pages(25, Some(10), 10), (Some(3), Some(3)));
        assert_eq!(pages(30, Some(10), 10), (Some(3), Some(3)));
        assert_eq!(pages(5, Some(10), 5), (Some(1), Some(1)));
        assert_eq!(pages(0, None, 0), (None, Some(0)));
        assert_eq!(
            pages(250, Some(1000), 100),
            (Some(1), Some(3)),
            "capped, with the size asked for"
        );
        assert_eq!(pages(10, Some(10), 0), (Some(1), Some(10)), "an empty first page of ten items");
        assert_eq!((NONE.claimed_pages(), NONE.pages_by_rows(10)), (None, None));
        let both = Pagination { total: Some(10), total_pages: Some(4), ..NONE };
        assert_eq!(both.claimed_pages(), Some(4), "the total may be that of the page");
    }

    /// Pages of one list: total, total pages, a next link, rows, and new items.
    type Pages<'a> = &'a [(Option<usize>, Option<usize>, bool, usize, usize)];

    /// Reads the pages, the last one for all behind it. Returns the extent, items and pages read.
    fn walk(pages: Pages<'_>, moving: bool) -> (Extent, usize, usize) {
        let at = |number: usize| {
            let (total, total_pages, has_next, rows, new) =
                pages[(number - 1).min(pages.len() - 1)];
            (Pagination { total, total_pages, has_next, page_size: Some(10) }, rows, new)
        };
        let (header, rows, new) = at(1);
        let mut walk = PageWalk::new(header, rows, new, moving);
        loop {
            let next = walk.next(1);
            if next.is_empty() {
                return (walk.extent(), walk.got, walk.read);
            }
            let (header, rows, new) = at(next.start);
            walk.record(Some(header), rows, new);
        }
    }

    #[test]
    fn part_of_a_list_is_never_the_whole() {
        use Extent::{AllRead, TooLong, Total, Unknown};
        let (t, n) = (Some, None::<usize>);
        let cases: &[(&str, Pages<'_>, Extent, usize, usize)] = &[
            ("one page", &[(t(9), t(1), false, 9, 9)], AllRead, 9, 1),
            (
                "two pages",
                &[(t(15), t(2), true, 10, 10), (t(15), t(2), false, 5, 5)],
                AllRead,
                15,
                2,
            ),
            (
                "total of the page, with links",
                &[
                    (t(10), t(2), true, 10, 10),
                    (t(10), t(3), true, 10, 10),
                    (t(5), t(3), false, 5, 5),
                ],
                AllRead,
                25,
                3,
            ),
            (
                "total of the page, pages only",
                &[
                    (t(10), t(3), false, 10, 10),
                    (t(10), t(3), false, 10, 10),
                    (t(5), t(3), false, 5, 5),
                ],
                AllRead,
                25,
                3,
            ),
            (
                "short page in the middle",
                &[
                    (n, t(4), false, 10, 10),
                    (n, t(4), false, 3, 3),
                    (n, t(4), false, 10, 10),
                    (n, t(4), false, 2, 2),
                ],
                AllRead,
                25,
                4,
            ),
            (
                "empty page in the middle",
                &[
                    (t(20), t(3), true, 10, 10),
                    (t(20), t(3), true, 0, 0),
                    (t(20), t(3), false, 10, 10),
                ],
                AllRead,
                20,
                3,
            ),
            (
                "empty last page with a link",
                &[(n, n, true, 10, 10), (n, n, true, 5, 5), (n, n, true, 0, 0)],
                AllRead,
                15,
                3,
            ),
            (
                "last page repeated with a link",
                &[(n, n, true, 10, 10), (n, n, true, 5, 5), (n, n, true, 5, 0)],
                AllRead,
                15,
                3,
            ),
            (
                "short page with a link for ever",
                &[(n, n, true, 7, 7), (n, n, true, 7, 0)],
                AllRead,
                7,
                2,
            ),
            (
                "number of the page ignored",
                &[(n, n, true, 10, 10), (n, n, true, 10, 0)],
                Unknown,
                10,
                2,
            ),
            (
                "link behind the last number",
                &[(t(10), t(1), true, 10, 10), (t(10), t(1), false, 4, 4)],
                Total(10),
                14,
                2,
            ),
            (
                "hidden rows",
                &[(t(5), t(1), false, 3, 3), (t(5), t(1), false, 0, 0)],
                Total(5),
                3,
                2,
            ),
            (
                "number of the page ignored, with a total",
                &[(t(60), t(1), false, 10, 10), (t(60), t(1), false, 10, 0)],
                Unknown,
                10,
                4,
            ),
            (
                "hidden rows, number of the page ignored",
                &[(t(5), t(1), false, 3, 3), (t(5), t(1), false, 3, 0)],
                Total(5),
                3,
                2,
            ),
            ("only hidden rows", &[(t(5), t(1), false, 0, 0)], Unknown, 0, 3),
            (
                "given up before the total",
                &[(t(90), t(9), false, 10, 10), (t(90), t(9), false, 0, 0)],
                Unknown,
                10,
                4,
            ),
            (
                "total reached, more pages claimed",
                &[(t(10), t(900), false, 10, 10), (t(10), t(900), false, 0, 0)],
                AllRead,
                10,
                4,
            ),
            ("too many pages", &[(t(1_000_000_000), n, false, 1, 1)], TooLong, 1, 1),
            ("links without end", &[(n, n, true, 1, 1)], TooLong, MAX_PAGES, MAX_PAGES),
        ];
        for (what, pages, extent, got, read) in cases {
            assert_eq!(walk(pages, false), (*extent, *got, *read), "{what}");
        }
    }

    #[test]
    fn moving_list_may_differ_but_lacks_no_page() {
        let (t, f) = (Some, false);
        let shrinks = [(t(30), t(3), true, 10, 10), (t(20), t(2), f, 8, 8)];
        assert_eq!(walk(&shrinks, true), (Extent::AllRead, 18, 2));
        let empty_middle =
            [(t(30), t(3), f, 10, 10), (t(30), t(3), f, 0, 0), (t(30), t(3), f, 10, 10)];
        assert_eq!(walk(&empty_middle, true), (Extent::Unknown, 20, 3), "its rows were left out");
        let hidden = [(t(30), t(3), f, 3, 3), (t(30), t(3), f, 0, 0)];
        assert_eq!(walk(&hidden, true), (Extent::Unknown, 3, 4), "27 rows were left out");
        let one_page = [(t(9), t(1), f, 5, 5), (t(9), t(1), f, 0, 0)];
        assert_eq!(walk(&one_page, true), (Extent::AllRead, 5, 2), "one page is claimed");
        let capped = [(t(20), t(1), f, 10, 10), (t(20), t(1), f, 0, 0)];
        assert_eq!(walk(&capped, true), (Extent::Unknown, 10, 2));
        let left_out = [(t(90), t(9), f, 10, 10), (t(90), t(9), f, 0, 0)];
        assert_eq!(walk(&left_out, true), (Extent::Unknown, 10, 4));
        assert_eq!(
            walk(&[(t(5), t(1), f, 0, 0)], true).0,
            Extent::Unknown,
            "claims rows, shows none"
        );
    }

    #[test]
    fn moving_list_is_judged_by_its_pages_and_its_newest_total() {
        use Extent::{AllRead, Unknown};
        let f = false;
        // Rows of the pages, and the extent for a total that is right, too high, too low, absent.
        let cases: &[(&str, &[usize], [Extent; 4])] = &[
            ("full pages", &[10, 10, 10], [AllRead; 4]),
            ("shorter last page", &[10, 10, 4], [AllRead; 4]),
            ("short page in the middle", &[10, 4, 10], [AllRead, Unknown, AllRead, AllRead]),
            ("short first page", &[4, 10, 10], [AllRead, Unknown, AllRead, AllRead]),
            ("empty page in the middle", &[10, 0, 10], [AllRead, Unknown, AllRead, AllRead]),
            ("empty first page", &[0, 10, 10], [AllRead, Unknown, AllRead, AllRead]),
            ("empty last page", &[10, 10, 0], [AllRead, Unknown, AllRead, AllRead]),
        ];
        for (what, rows, extents) in cases {
            let sum: usize = rows.iter().sum();
            // Not more than the pages have room for, else one page more is asked for.
            let too_high = if sum == 30 { 30 } else { (sum + 9).min(30) };
            let totals = [Some(sum), Some(too_high), Some(sum - 9), None];
            for (total, extent) in totals.into_iter().zip(extents) {
                for link in [true, false] {
                    let last = rows.len() - 1;
                    let pages: Vec<_> = (0..=last)
                        .map(|at| (total, Some(rows.len()), link && at < last, rows[at], rows[at]))
                        .collect();
                    let (found, got, _) = walk(&pages, true);
                    let way = format!("{what}, total {total:?}, link {link}");
                    assert_eq!((found, got), (*extent, sum), "{way}");
                }
            }
        }
        // A list that shrinks while it is read says so with its last page.
        let shrinks = [
            (Some(21), Some(3), f, 10, 10),
            (Some(20), Some(3), f, 10, 10),
            (Some(20), Some(3), f, 0, 0),
        ];
        assert_eq!(walk(&shrinks, true), (AllRead, 20, 3));
        // Rows that come push others to the next page: these arrive twice, and the new ones are
        // read next time.
        let grows = [
            (Some(20), Some(2), f, 10, 10),
            (Some(22), Some(3), f, 10, 8),
            (Some(22), Some(3), f, 2, 2),
        ];
        assert_eq!(walk(&grows, true), (AllRead, 20, 3));
    }
}
