//! Largest page that the server sends, compared with the page size in the request.

use super::Report;
use crate::{
    model::Resource,
    trio::{Client, FirstPage, HiddenItems, Route},
};

/// Documented default number of items on a page. A server that sends no more ignores `pageSize`.
const DEFAULT_SIZE: usize = 10;

/// The largest paged collection that was read: if any is longer than a page, this one is.
#[derive(Debug)]
pub(super) struct Largest {
    pub(super) route: Route,
    pub(super) resource: Resource,
    pub(super) items: usize,
}

/// Reads the first page of the largest collection and reports its size.
pub(super) async fn check(client: &Client, largest: Option<Largest>, report: &mut Report) {
    let Some(Largest { route, resource, items }) = largest else {
        report.unknown(
            "page cap",
            "cannot be determined: no collection could be read",
            "repair the rights above first",
        );
        return;
    };
    match client.first_page(&route, resource).await {
        Ok(page) => judge(page, resource, items, report),
        Err(error) => report.check("page cap", error.redacted(), "run `check` again"),
    }
}

/// Reports lists whose total counts items that the API user may not see.
pub(super) fn check_hidden(client: &Client, report: &mut Report) {
    for HiddenItems { resource, shown, total } in client.hidden_items() {
        let seen = format!("{}: {shown} of {total} items are shown", resource.as_str());
        let remedy = "give the API user the right to see the others, if they are to be counted";
        report.check("hidden items", seen, remedy);
    }
}

fn judge(page: FirstPage, resource: Resource, items: usize, report: &mut Report) {
    let FirstPage { asked, given, total } = page;
    // Without a total in the answer, the number of items of the reading before counts.
    let of = format!("{} of {} items of {}", given, total.unwrap_or(items), resource.as_str());
    if total.unwrap_or(items) == 0 {
        report.unknown(
            "page cap",
            format!("cannot be determined: {} is empty", resource.as_str()),
            "run `check` again once Trio has services and agents that the API user may see",
        );
    } else if given >= total.unwrap_or(items) {
        report.ok("page cap", format!("none seen: asked for {asked}, given all {of}"));
    } else if given <= DEFAULT_SIZE {
        let seen = format!("asked for {asked}, given {of}: no page is longer");
        // With ten items per page, 1000 agents take 100 requests every five seconds.
        let remedy = "if Trio has a setting for the largest page, raise it; each reading takes one request for each page";
        report.check("page cap", seen, remedy);
    } else {
        report.ok("page cap", format!("asked for {asked}, given {of}"));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Level, *};

    #[test]
    fn page_cap_shows_when_items_are_missing() {
        for (given, total, items, expected, words) in [
            (40, Some(40), 40, Level::Ok, "none seen"),
            (7, None, 7, Level::Ok, "none seen"),
            (100, Some(250), 250, Level::Ok, "asked for 1000, given 100 of 250 items of agents"),
            (10, None, 40, Level::Check, "no page is longer"),
            (0, Some(0), 0, Level::Unknown, "agents is empty"),
        ] {
            let mut report = Report::default();
            judge(FirstPage { asked: 1000, given, total }, Resource::Agents, items, &mut report);
            let finding = &report.lines[0];
            assert_eq!(finding.level, expected, "{finding}");
            assert!(finding.seen.contains(words), "{finding}");
        }
    }
}
