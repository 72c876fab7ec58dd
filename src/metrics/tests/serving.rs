//! The exposition as the web server uses it: cache, compression, targets, pages.

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use super::{fixture, parsed};
use crate::{
    metrics::{
        Encoded, Exposition, ExpositionError, Format, Identity, MetricsPage, Settings, Source,
    },
    model::Clock,
    snapshot::Snapshot,
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
    exposition_by(Clock::system(), names, identity, max_age)
}

/// The same by this clock.
fn exposition_by(
    clock: Clock,
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
    (Arc::new(Exposition::new(sources, settings, clock.clone())), publishers, clock)
}

fn text(served: &Result<Arc<Encoded>, ExpositionError>) -> String {
    served.as_ref().expect("served").text().expect("text")
}

const FORMATS: [Format; 2] = [Format::OpenMetrics, Format::Classic];

/// The fixture, as if it had been read now: the collectors one after another, with intervals that
/// differ, so that they become too old one by one.
fn read_now(clock: &Clock) -> Snapshot {
    let now = clock.now();
    let mut snapshot = fixture::snapshot();
    snapshot.stepped = now;
    let mut interval = Duration::from_secs(20);
    macro_rules! taken_now {
        ($($of:ident.$reading:ident),*) => {
            $(
                interval += Duration::from_secs(4);
                let reading = &mut $of.$reading;
                (reading.interval, reading.configured) = (Some(interval), Some(interval));
                if let Some(good) = &mut reading.good {
                    good.taken = now;
                }
            )*
        };
    }
    for it in &mut snapshot.centers {
        taken_now!(it.services, it.service_state, it.service_groups, it.agents, it.agent_state);
        taken_now!(it.agent_groups, it.calls, it.cases, it.skills, it.inventory);
    }
    taken_now!(snapshot.contact_centers, snapshot.inventory);
    snapshot
}

/// Asserts for each second, page and format that the exposition shows what one without any memory
/// shows.
async fn assert_never_too_old(max_age: Duration) {
    // A clock that is only set: two requests after one another are of the same moment.
    let clock = Clock::still(fixture::taken().wall);
    let (exposition, publishers, clock) = exposition_by(clock, &["main"], Identity::Name, max_age);
    publishers[0].send_replace(Some(fixture::published(read_now(&clock))));
    let mut lengths = std::collections::BTreeSet::new();
    // The oldest age at which data is shown is 204 seconds here.
    for second in 0..210 {
        for page in [MetricsPage::Main, MetricsPage::Agents] {
            for format in FORMATS {
                let remembered = text(&exposition.get(page, Some("main"), format).await);
                let new = Exposition::new(
                    exposition.served().sources.clone(),
                    Settings { identity: Identity::Name, ..Settings::default() },
                    clock.clone(),
                );
                let new = text(&new.get(page, Some("main"), format).await);
                assert!(remembered == new, "{page:?} {format:?} after {second} s");
                lengths.insert((page == MetricsPage::Main, remembered.len()));
            }
        }
        clock.advance(Duration::from_secs(1));
    }
    assert!(lengths.len() > 12, "readings disappear one by one: {lengths:?}");
}

#[tokio::test]
async fn published_part_never_shows_a_reading_that_is_too_old() {
    assert_never_too_old(Duration::ZERO).await;
}

#[tokio::test]
async fn shared_encoding_never_shows_a_reading_that_is_too_old() {
    assert_never_too_old(Duration::from_secs(1000)).await;
}

#[tokio::test]
async fn unchanged_data_is_encoded_once() {
    let (exposition, publishers, clock) =
        exposition(&["main", "other"], Identity::Name, Duration::ZERO);
    let publish = |publisher: &Publisher| {
        publisher.send_replace(Some(fixture::published(read_now(&clock))));
    };
    publishers.iter().for_each(publish);
    let stats = exposition.served().sources[0].stats.clone();
    for format in FORMATS {
        for page in [MetricsPage::Main, MetricsPage::Agents] {
            let get = async || exposition.get(page, None, format).await;
            let first = get().await.expect("served");
            clock.advance(Duration::from_secs(5));
            stats.polls_missed.add(1);
            let second = get().await.expect("served");
            let is_kept =
                |one: &Encoded, other: &Encoded| Arc::ptr_eq(&one.gzip()[0], &other.gzip()[0]);
            assert!(is_kept(&first, &second), "{page:?} {format:?}");
            // The exporter's own numbers are those of now.
            let missed =
                format!("polls_missed_total{{target=\"main\"}} {}\n", stats.polls_missed.get());
            assert_eq!(text(&Ok(second)).contains(&missed), page == MetricsPage::Main);
            publish(&publishers[1]);
            assert!(!is_kept(&first, &get().await.expect("served")), "{page:?} {format:?}");
            let before = get().await.expect("served");
            exposition.replace(
                exposition.served().sources.clone(),
                Settings { identity: Identity::Name, ..Settings::default() },
            );
            assert!(!is_kept(&before, &get().await.expect("served")), "{page:?} {format:?}");
        }
    }
}

#[tokio::test]
async fn encodings_do_not_keep_old_data() {
    let (exposition, publishers, clock) = exposition(&["main"], Identity::Name, Duration::ZERO);
    let data = fixture::published(read_now(&clock));
    let old = Arc::downgrade(&data);
    publishers[0].send_replace(Some(data));
    let publications = exposition.publications();
    text(&exposition.get(MetricsPage::Main, None, Format::Classic).await);
    publishers[0].send_replace(Some(fixture::published(read_now(&clock))));
    assert!(old.upgrade().is_none(), "the encoding holds what it was made of");
    assert!(!publications.is_same(&exposition.publications()));
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
async fn concurrent_requests_share_an_encoding() {
    let (exposition, _publishers, _) = exposition(&["main"], Identity::Id, Duration::ZERO);
    let asked = (0..50).map(|_| exposition.get(MetricsPage::Main, None, Format::OpenMetrics));
    let served = futures_util::future::join_all(asked).await;
    let served: Vec<_> = served.into_iter().map(|encoded| encoded.expect("served")).collect();
    assert!(served.iter().all(|encoded| Arc::ptr_eq(encoded, &served[0])));
}

#[tokio::test]
async fn published_data_is_served_at_once() {
    let (exposition, publishers, _) = exposition(&["main"], Identity::Id, Duration::ZERO);
    let get = || exposition.get(MetricsPage::Main, None, Format::Classic);
    assert!(text(&get().await).contains("\ntrio_up{target=\"main\"} 0\n"));
    assert!(!exposition.first_steps_done());
    publishers[0].send_replace(Some(fixture::published(fixture::snapshot())));
    assert!(exposition.first_steps_done());
    assert!(text(&get().await).contains("\ntrio_agents_unmeasured_seconds_total{"));
}

#[tokio::test]
async fn old_encoding_does_not_hide_the_first_step() {
    let (exposition, publishers, _) =
        exposition(&["main"], Identity::Id, Duration::from_secs(1000));
    let get = || exposition.get(MetricsPage::Main, None, Format::Classic);
    assert!(text(&get().await).contains("\ntrio_up{target=\"main\"} 0\n"));
    publishers[0].send_replace(Some(fixture::published(fixture::snapshot())));
    assert!(text(&get().await).contains("\ntrio_agents_unmeasured_seconds_total{"));
}

#[tokio::test]
async fn single_target_is_served_and_unknown_name_refused() {
    let (exposition, _publishers, _) =
        exposition(&["north", "söder"], Identity::Id, Duration::ZERO);
    let encoded =
        exposition.get(MetricsPage::Main, Some("söder"), Format::Classic).await.expect("served");
    let up = parsed::classic(&encoded.text().expect("text"))
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
    let families = parsed::classic(&main.text().expect("text"));
    let start = families.iter().find(|f| f.name == "process_start_time_seconds").expect("there");
    assert!(start.samples[0].value > 1.7e9);
    let agents = exposition.get(MetricsPage::Agents, None, Format::Classic).await.expect("served");
    assert!(!agents.text().expect("text").contains("process_"));
}

#[tokio::test]
async fn pages_formats_and_targets_are_cached_apart() {
    let (exposition, _publishers, _) =
        exposition(&["north", "south"], Identity::Id, Duration::from_secs(1000));
    let mut texts = std::collections::HashSet::new();
    for target in [None, Some("north"), Some("south")] {
        for format in [Format::OpenMetrics, Format::Classic] {
            let encoded = exposition.get(MetricsPage::Main, target, format).await.expect("served");
            assert!(texts.insert(encoded.text().expect("text")), "{target:?} {format:?}");
        }
    }
    let agents =
        exposition.get(MetricsPage::Agents, None, Format::OpenMetrics).await.expect("served");
    assert_eq!(agents.text().expect("text"), "# EOF\n");
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
