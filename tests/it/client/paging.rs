//! All pages, never only the first, and never a part for the whole.

use trio_exporter::trio::{Error, Limits};

use super::{
    collections::{Collection, Header},
    trio::Trio,
};

const AGENTS: &str = "cc/1/agents";

/// The ids that are read of a collection, and the pages asked for.
async fn read(collection: Collection) -> (Result<Vec<String>, Error>, Vec<usize>) {
    let trio = Trio::bare().await;
    trio.on("GET", AGENTS, collection).await;
    let bench = trio.client(Limits::default()).await;
    let listing = bench.client.agents(&bench.route).await;
    let mut pages = Vec::new();
    for request in trio.asked("GET", AGENTS).await {
        let pairs: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
        assert_eq!((&*pairs[0].0, &*pairs[1].0), ("page", "pageSize"), "{pairs:?}");
        if pairs[1].1 == "1" {
            continue; // whether the server knows pages at all
        }
        assert_eq!(pairs[1].1, "1000", "{pairs:?}");
        pages.push(pairs[0].1.parse().expect("a number"));
    }
    pages.sort_unstable();
    trio.was_only_read().await;
    (listing.map(|listing| listing.data.iter().map(|item| item.id.to_string()).collect()), pages)
}

fn all(rows: usize) -> Vec<String> {
    (1..=rows).map(|id| id.to_string()).collect()
}

#[tokio::test]
async fn all_pages_are_read_in_order_for_any_header() {
    for (rows, cap, pages) in
        [(25, 10, 3), (30, 10, 3), (2500, 1000, 3), (9, 10, 1), (0, 10, 1), (1001, 5000, 2)]
    {
        for header in [Header::Json, Header::Pairs, Header::SizeAsked] {
            let collection = Collection::new(rows, cap, header);
            let (ids, asked) = read(collection).await;
            assert_eq!(ids.expect("whole"), all(rows), "{collection:?}");
            assert_eq!(asked, (1..=pages).collect::<Vec<_>>(), "{collection:?}");
        }
    }
}

#[tokio::test]
async fn without_a_header_pages_are_asked_for_until_one_is_short_or_empty() {
    for (rows, cap, pages) in [
        (9, 10, 1),
        (10, 10, 2),
        (20, 10, 3),
        (25, 10, 3),
        (47, 10, 5),
        (1000, 1000, 2),
        (2500, 1000, 3),
        (20, 5000, 2),
        (37, 5000, 1),
    ] {
        let (ids, asked) = read(Collection::new(rows, cap, Header::None)).await;
        assert_eq!(ids.expect("whole"), all(rows), "{rows} by {cap}");
        assert_eq!(asked, (1..=pages).collect::<Vec<_>>(), "{rows} by {cap}");
    }
}

#[tokio::test]
async fn a_server_that_gives_the_same_page_again_has_no_more() {
    let collection = Collection { ignores_page: true, ..Collection::new(10, 10, Header::None) };
    let (ids, asked) = read(collection).await;
    assert_eq!((ids.expect("whole"), asked), (all(10), vec![1, 2]));
}

#[tokio::test]
async fn item_that_moved_between_pages_is_counted_once() {
    for header in [Header::None, Header::Json] {
        let collection = Collection { overlaps: true, ..Collection::new(28, 10, header) };
        let (ids, _) = read(collection).await;
        assert_eq!(ids.expect("whole"), all(28), "{header:?}");
    }
}

#[tokio::test]
async fn a_collection_of_a_billion_pages_is_not_read_to_its_end() {
    let claims = Some(10_000_000_000);
    let (ids, asked) = read(Collection { claims, ..Collection::new(25, 10, Header::Json) }).await;
    assert!(matches!(ids, Err(Error::Incomplete { got: 10, .. })), "{ids:?}");
    assert_eq!(asked, [1], "it is not begun");

    let endless = Collection { claims, ..Collection::new(usize::MAX, 1, Header::Json) };
    let (ids, asked) = read(endless).await;
    assert!(matches!(ids, Err(Error::Incomplete { .. })));
    assert_eq!(asked, [1]);
}

#[tokio::test]
async fn contradicted_total_is_reread_then_reported_keeping_last_data() {
    for claims in [23, 24] {
        let trio = Trio::small().await;
        let good = Collection::new(25, 10, Header::Json);
        let lies = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let lying = lies.clone();
        let respond = move |request: &wiremock::Request| {
            let lies = lying.load(std::sync::atomic::Ordering::SeqCst);
            let claims = lies.then_some(claims);
            wiremock::Respond::respond(&Collection { claims, ..good }, request)
        };
        trio.on("GET", "cc/1/agents/state", respond).await;
        let mut app = trio.exporter().await;
        app.step().await;
        let before = trio.count("GET", "cc/1/agents/state").await;
        assert_eq!(before, 3);
        assert_eq!(app.metrics().await.sum("trio_agents"), 25.0);

        lies.store(true, std::sync::atomic::Ordering::SeqCst);
        app.step_after(5).await;
        let labels = [("collector", "agent_state")];
        let metrics = app.metrics().await;
        assert_eq!(
            trio.count("GET", "cc/1/agents/state").await,
            before + 6,
            "read once, and once more"
        );
        assert_eq!(metrics.get("trio_collector_incomplete_total", &labels), Some(1.0));
        assert_eq!(metrics.get("trio_collector_success", &labels), Some(0.0));
        assert_eq!(metrics.sum("trio_agents"), 25.0, "the last good data");
        assert_eq!(metrics.get("trio_up", &[]), Some(1.0), "services are still read");

        lies.store(false, std::sync::atomic::Ordering::SeqCst);
        app.step_after(5).await;
        assert_eq!(app.metrics().await.get("trio_collector_success", &labels), Some(1.0));
        trio.was_only_read().await;
    }
}
