//! `--once`: one reading of all targets, printed as `/metrics` would show it.

use anyhow::bail;
use futures_util::future::join_all;

use super::{PollerFactory, targets::Targets};
use crate::{
    config::Config,
    metrics::{Format, MetricsPage},
    model::Clock,
    poller::Poller,
};

/// Reads each target once, without a web server, and encodes `/metrics`. A target that cannot be
/// read is logged when that is known; `show` gets what is read now, and what has ended.
///
/// # Errors
/// The client of a target cannot be built, or the metrics cannot be encoded.
pub async fn read_once(
    config: Config,
    clock: &Clock,
    show: fn(&str),
) -> anyhow::Result<OneReading> {
    // The file belongs to the exporter that runs; opening it here would fail or take it away.
    let config = Config { state_file: None, ..config };
    let (targets, _) = Targets::build(config, clock).await?;
    let exposition = targets.exposition();
    let factories = targets.into_factories();
    let mut pollers = Vec::new();
    for factory in &factories {
        pollers.push(factory.poller()?);
    }
    let read = async |(poller, factory): (&mut Poller, &PollerFactory)| {
        let name = &factory.target.name;
        show(&format!("reading {name}"));
        poller.step().await;
        show(&format!("{name}: {}", if is_read(factory) { "read" } else { "not read" }));
    };
    join_all(pollers.iter_mut().zip(&factories).map(read)).await;
    let encoded = exposition.get(MetricsPage::Main, None, Format::Classic).await?;
    let unread = factories.iter().filter(|factory| !is_read(factory));
    let unread = unread.map(|factory| factory.target.name.to_string()).collect();
    Ok(OneReading { text: encoded.text()?, unread })
}

/// Returns true if the target was up in its reading.
fn is_read(factory: &PollerFactory) -> bool {
    factory.latest().borrow().as_ref().is_some_and(|published| published.snapshot.up)
}

/// Result of one reading.
#[derive(Clone, Debug)]
pub struct OneReading {
    /// Exposition in the classic text format.
    pub text: String,
    /// Targets that could not be read; their log lines say why.
    pub unread: Vec<String>,
}

impl OneReading {
    /// Fails if a target could not be read, for the exit code of `--once`.
    ///
    /// # Errors
    /// Names of the targets that were not read.
    pub fn require_all_read(&self) -> anyhow::Result<()> {
        if self.unread.is_empty() {
            return Ok(());
        }
        bail!(
            "not read: {}; the log says why, and `trio-exporter check` what to do",
            self.unread.join(", ")
        )
    }
}
