//! Publications are saved before they are shown, and a disk that hangs delays them for a limited
//! time.

use std::{fs, path::PathBuf};

use futures_util::FutureExt;
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::*;
use crate::{app::shutdown, snapshot::Snapshot, tally::Totals};

fn writer() -> (TempDir, PathBuf, StateWriter) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("state");
    let opened = StateFile::open(&file).expect("a new file");
    let writer = StateWriter::new(opened.file, opened.contents, Arc::default(), Clock::system());
    (folder, file, writer)
}

/// Returns a publication whose counters are from the moment `at`, which identifies them.
fn publication(at: f64) -> Option<Arc<Published>> {
    let snapshot = Snapshot::new("main", "a", Clock::system().now());
    let saved =
        serde_json::from_str(&format!("{{\"at\":{at:?},\"centers\":[]}}")).expect("counters");
    let totals = Totals { saved: Some(Arc::new(saved)), ..Totals::default() };
    Some(Arc::new(Published { snapshot: Arc::new(snapshot), totals: Arc::new(totals) }))
}

fn moment(latest: &Latest) -> Option<f64> {
    latest.borrow().as_ref().and_then(|latest| latest.totals.saved.as_ref().map(|saved| saved.at))
}

#[tokio::test]
async fn publications_are_saved_before_shown_and_at_the_end() {
    let (_folder, file, mut writer) = writer();
    let (publish, published) = watch::channel(None);
    let mut shown = writer.gate_until_saved(&"main".into(), published);
    let (stop, stopped) = shutdown::switch();
    let running = tokio::spawn(writer.run(stopped));
    for at in [1.0, 2.0, 3.0] {
        publish.send_replace(publication(at));
        shown.changed().await.expect("the writer runs");
        let text = fs::read_to_string(&file).expect("a file");
        assert_eq!(moment(&shown), Some(at));
        assert!(text.contains(&format!("\"at\":{at:?}")), "{text}");
    }
    publish.send_replace(publication(4.0));
    let _ = stop.send(true);
    running.await.expect("it ends");
    assert!(fs::read_to_string(&file).expect("a file").contains("\"at\":4.0"));
}

#[tokio::test]
async fn ended_pollers_keep_no_processor_busy() {
    let (_folder, file, mut writer) = writer();
    let (publish, latest) = watch::channel(None);
    let _shown = writer.gate_until_saved(&"main".into(), latest);
    publish.send_replace(publication(1.0));
    drop(publish);
    assert!(
        next_publication(&mut writer.targets).now_or_never().is_some(),
        "what they published last"
    );
    writer.save_and_publish().await;
    assert!(fs::read_to_string(&file).expect("a file").contains("\"at\":1.0"));
    assert!(
        next_publication(&mut writer.targets).now_or_never().is_none(),
        "nothing comes any more"
    );
}

#[tokio::test(start_paused = true)]
async fn hanging_disk_is_counted_and_publications_are_shown() {
    let (_folder, file, mut writer) = writer();
    let (publish, published) = watch::channel(None);
    let shown = writer.gate_until_saved(&"main".into(), published);
    let stats = writer.stats.clone();
    let (wake, hangs) = oneshot::channel::<()>();
    writer.pending = Some(tokio::spawn(async {
        let _ = hangs.await;
        Ok(())
    }));
    for at in [1.0, 2.0] {
        publish.send_replace(publication(at));
        writer.save_and_publish().await;
        assert_eq!((moment(&shown), stats.errors.get()), (Some(at), at as u64));
        assert_eq!((stats.last_success.get(), file.exists()), (None, false));
    }
    let _ = wake.send(());
    publish.send_replace(publication(3.0));
    writer.save_and_publish().await;
    assert!(fs::read_to_string(&file).expect("a file").contains("\"at\":3.0"));
    assert!(stats.last_success.get().is_some() && stats.errors.get() == 2);
}
