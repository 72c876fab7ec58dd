//! One reading of every target, and what it shows.

use anyhow::bail;
use futures_util::future::join_all;

use super::fleet::Fleet;
use crate::{
    config::Config,
    metrics::{Format, Surface},
    model::Clock,
};

/// Reads every target once, without a web server, and returns what `/metrics` would show. Counters are not
/// carried over: nobody goes on from here.
///
/// # Errors
/// A target that cannot be set up.
pub async fn once(config: Config, clock: &Clock) -> anyhow::Result<Once> {
    let config = Config { state_file: None, ..config };
    let (fleet, _) = Fleet::of(config, clock)?;
    let exposition = fleet.exposition();
    let targets = fleet.into_targets();
    let mut pollers = Vec::new();
    for target in &targets {
        pollers.push(target.poller()?);
    }
    join_all(pollers.iter_mut().map(|poller| poller.step())).await;
    let encoded = exposition.get(Surface::Main, None, Format::Classic).await?;
    let unread = targets
        .iter()
        .filter(|target| target.latest().borrow().as_ref().is_none_or(|published| !published.snapshot.up));
    let unread = unread.map(|target| target.target.name.to_string()).collect();
    Ok(Once { text: encoded.text().to_string(), unread })
}

/// What came of one reading.
#[derive(Clone, Debug)]
pub struct Once {
    /// The exposition.
    pub text: String,
    /// Targets that could not be read; their log lines say why.
    pub unread: Vec<String>,
}

impl Once {
    /// Fails if a target could not be read.
    ///
    /// # Errors
    /// Names them.
    pub fn judge(&self) -> anyhow::Result<()> {
        if self.unread.is_empty() {
            return Ok(());
        }
        bail!("not read: {}; the log says why, and `trio-exporter check` what to do", self.unread.join(", "))
    }
}
