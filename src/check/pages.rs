//! How large the server's pages are, beside what is asked for.

use super::Report;
use crate::{
    model::Resource,
    trio::{Client, FirstPage, Route},
};

/// Pages as small as this are the documented default: the size asked for was ignored.
const DEFAULT_SIZE: usize = 10;

/// The collection with the most items that was read.
#[derive(Debug)]
pub(super) struct Largest {
    pub(super) route: Route,
    pub(super) resource: Resource,
    pub(super) items: usize,
}

pub(super) async fn check(client: &Client, largest: Option<Largest>, report: &mut Report) {
    let Some(Largest { route, resource, items }) = largest else {
        report.unknown(
            "page cap",
            "cannot be told: no collection could be read",
            "repair the rights above first",
        );
        return;
    };
    match client.first_page(&route, resource).await {
        Ok(page) => judge(page, resource, items, report),
        Err(error) => report.check("page cap", error.redacted(), "run `check` again"),
    }
}

fn judge(page: FirstPage, resource: Resource, items: usize, report: &mut Report) {
    let FirstPage { asked, given, total } = page;
    let of = format!("{} of {} items of {}", given, total.unwrap_or(items), resource.as_str());
    if given >= total.unwrap_or(items) {
        report.ok("page cap", format!("none seen: asked for {asked}, given all {of}"));
    } else if given <= DEFAULT_SIZE {
        let seen = format!("asked for {asked}, given {of}: pageSize is ignored");
        let remedy =
            "if Trio has a setting for the largest page, raise it; each reading takes a request a page";
        report.check("page cap", seen, remedy);
    } else {
        report.ok("page cap", format!("asked for {asked}, given {of}"));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Level, *};

    #[test]
    fn a_cap_is_seen_where_there_are_more_items_than_came() {
        for (given, total, items, expected, words) in [
            (40, Some(40), 40, Level::Ok, "none seen"),
            (7, None, 7, Level::Ok, "none seen"),
            (100, Some(250), 250, Level::Ok, "asked for 1000, given 100 of 250 items of agents"),
            (10, None, 40, Level::Check, "pageSize is ignored"),
        ] {
            let mut report = Report::default();
            judge(FirstPage { asked: 1000, given, total }, Resource::Agents, items, &mut report);
            let finding = &report.findings[0];
            assert_eq!(finding.level, expected, "{finding}");
            assert!(finding.seen.contains(words), "{finding}");
        }
    }
}
