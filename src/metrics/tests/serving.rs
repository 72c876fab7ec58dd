//! The exposition as the web server uses it: cache, compression, targets, pages.

use std::{io::Read, sync::Arc, time::Duration};

use flate2::read::GzDecoder;
use tokio::sync::watch;

use super::{fixture, parsed};
use crate::{
    metrics::{Exposition, ExpositionError, Format, Identity, MetricsPage, Settings, Source},
    model::Clock,
    tally::Published,
};

/// The publishing side of one target.
pub(crate) type Publisher = watch::Sender<Option<Arc<Published>>>;

/// An exposition of targets with these names, and their publishing sides.
pub(crate) fn exposition(
    names: &[&str],
    identity: Identity,
    max_age: Duration,
) -> (Arc<Exposition>, Vec<Publisher>, Clock) {
    let (publishers, sources) = names
        .iter()
        .map(|name| {
            let (publisher, latest) = watch::channel(None);
            let (stats, goals) = (Arc::new(fixture::stats()), Arc::new(fixture::goals()));
            (publisher, Source { name: (*name).into(), stats, latest, goals })
        })
        .unzip();
    let settings = Settings { identity, encoding_max_age: max_age, ..Settings::default() };
    let clock = Clock::system();
    (Arc::new(Exposition::new(sources, settings, clock.clone())), publishers, clock)
}

#[tokio::test]
async fn encoding_is_shared_until_its_maximum_age() {
    let (exposition, _publishers, clock) =
        exposition(&["main"], Identity::Id, Duration::from_secs(1000));
    let get = || exposition.get(MetricsPage::Main, None, Format::Classic);
    let first = get().await.expect("served");
    assert!(Arc::ptr_eq(&first, &get().await.expect("served")));
    clock.advance(Duration::from_secs(1000));
    assert!(!Arc::ptr_eq(&first, &get().await.expect("served")));
}

#[tokio::test]
async fn concurrent_requests_share_encoding_and_compression() {
    let (exposition, _publishers, _) = exposition(&["main"], Identity::Id, Duration::ZERO);
    let asked = (0..50).map(|_| exposition.get(MetricsPage::Main, None, Format::OpenMetrics));
    let served = futures_util::future::join_all(asked).await;
    let served: Vec<_> = served.into_iter().map(|encoded| encoded.expect("served")).collect();
    assert!(served.iter().all(|encoded| Arc::ptr_eq(encoded, &served[0])));
    let zipped = futures_util::future::join_all(served.iter().map(|encoded| encoded.gzip())).await;
    let zipped: Vec<_> = zipped.into_iter().map(|zipped| zipped.expect("zipped")).collect();
    assert!(zipped.iter().all(|bytes| Arc::ptr_eq(bytes, zipped[0])));
}

#[tokio::test]
async fn published_data_is_served_at_once() {
    let (exposition, publishers, _) = exposition(&["main"], Identity::Id, Duration::ZERO);
    let get = || exposition.get(MetricsPage::Main, None, Format::Classic);
    assert!(get().await.expect("served").text().contains("\ntrio_up{target=\"main\"} 0\n"));
    assert!(!exposition.first_steps_done());
    publishers[0].send_replace(Some(fixture::published(fixture::snapshot())));
    assert!(exposition.first_steps_done());
    assert!(
        get().await.expect("served").text().contains("\ntrio_agents_unmeasured_seconds_total{")
    );
}

#[tokio::test]
async fn old_encoding_does_not_hide_the_first_step() {
    let (exposition, publishers, _) =
        exposition(&["main"], Identity::Id, Duration::from_secs(1000));
    let get = || exposition.get(MetricsPage::Main, None, Format::Classic);
    assert!(get().await.expect("served").text().contains("\ntrio_up{target=\"main\"} 0\n"));
    publishers[0].send_replace(Some(fixture::published(fixture::snapshot())));
    assert!(
        get().await.expect("served").text().contains("\ntrio_agents_unmeasured_seconds_total{")
    );
}

#[tokio::test]
async fn gzip_holds_the_same_text() {
    let (exposition, _publishers, _) = exposition(&["main"], Identity::Id, Duration::ZERO);
    let encoded = exposition.get(MetricsPage::Main, None, Format::Classic).await.expect("served");
    let mut text = String::new();
    GzDecoder::new(&encoded.gzip().await.expect("zipped")[..])
        .read_to_string(&mut text)
        .expect("gzip");
    assert_eq!(text, **encoded.text());
}

#[tokio::test]
async fn single_target_is_served_and_unknown_name_refused() {
    let (exposition, _publishers, _) =
        exposition(&["north", "söder"], Identity::Id, Duration::ZERO);
    let encoded =
        exposition.get(MetricsPage::Main, Some("söder"), Format::Classic).await.expect("served");
    let up = parsed::classic(encoded.text())
        .into_iter()
        .find(|family| family.name == "trio_up")
        .expect("up");
    assert_eq!(
        up.samples.iter().map(|sample| sample.label("target")).collect::<Vec<_>>(),
        ["söder"]
    );
    let refused = exposition
        .get(MetricsPage::Main, Some("west"), Format::Classic)
        .await
        .expect_err("unknown");
    assert!(matches!(refused, ExpositionError::UnknownTarget { .. }));
    assert_eq!(refused.to_string(), "there is no target \"west\"; known: north, söder");
}

#[tokio::test]
async fn process_is_on_the_main_page() {
    let (exposition, _publishers, _) = exposition(&["main"], Identity::Id, Duration::ZERO);
    let main = exposition.get(MetricsPage::Main, None, Format::Classic).await.expect("served");
    let families = parsed::classic(main.text());
    let start = families.iter().find(|f| f.name == "process_start_time_seconds").expect("there");
    assert!(start.samples[0].value > 1.7e9);
    let agents = exposition.get(MetricsPage::Agents, None, Format::Classic).await.expect("served");
    assert!(!agents.text().contains("process_"));
}

#[tokio::test]
async fn pages_formats_and_targets_are_cached_apart() {
    let (exposition, _publishers, _) =
        exposition(&["north", "south"], Identity::Id, Duration::from_secs(1000));
    let mut texts = std::collections::HashSet::new();
    for target in [None, Some("north"), Some("south")] {
        for format in [Format::OpenMetrics, Format::Classic] {
            let encoded = exposition.get(MetricsPage::Main, target, format).await.expect("served");
            assert!(texts.insert(encoded.text().clone()), "{target:?} {format:?}");
        }
    }
    let agents =
        exposition.get(MetricsPage::Agents, None, Format::OpenMetrics).await.expect("served");
    assert_eq!(&**agents.text(), "# EOF\n");
}

#[tokio::test]
async fn one_permit_is_taken_for_an_encoding_that_many_share() {
    let (exposition, _publishers, _) = exposition(&["one"], Identity::None, Duration::ZERO);
    let taken = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let get = || {
        let taken = taken.clone();
        exposition.get_admitted(MetricsPage::Main, None, Format::Classic, move || {
            Some(taken.fetch_add(1, std::sync::atomic::Ordering::SeqCst))
        })
    };
    let asked = futures_util::future::join_all((0..50).map(|_| get())).await;
    assert!(asked.iter().all(Result::is_ok));
    assert_eq!(taken.load(std::sync::atomic::Ordering::SeqCst), 1);
    let refused =
        exposition.get_admitted(MetricsPage::Main, None, Format::Classic, || None::<()>).await;
    assert!(matches!(refused, Err(ExpositionError::Busy)));
}
