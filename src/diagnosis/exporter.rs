//! Problems of the process itself, which only a running exporter has.

use super::{
    finding::{Finding, FindingKind, Severity, Subject},
    words::{counted, list_names, span},
};
use crate::{
    model::{Stamp, unix_seconds},
    stats::{ReloadStats, StateFileStats},
};

/// The facts about the process.
#[derive(Clone, Copy, Debug)]
pub struct Process<'a> {
    /// Results of configuration reloads.
    pub reload: Option<&'a ReloadStats>,
    /// Results of writing the state file, if one is configured.
    pub state_file: Option<&'a StateFileStats>,
    /// Limit of series on a page.
    pub max_series: usize,
    /// Families that the limit leaves out, with their numbers of series.
    pub withheld: &'a [(String, usize)],
    /// Moment against which ages are judged.
    pub now: Stamp,
}

/// Returns the findings about the process.
pub fn exporter(process: &Process<'_>) -> Vec<Finding> {
    [configuration(process), series(process), state_file(process)].into_iter().flatten().collect()
}

fn configuration(process: &Process<'_>) -> Option<Finding> {
    let in_use = process.reload?.successful.get()? > 0.5;
    let finding = Finding::new(
        FindingKind::ConfigurationMistakes,
        Severity::Warning,
        Subject::Configuration,
        "the configuration that was read last has mistakes; the previous one is in use",
        "correct the mistakes that `trio-exporter --config.check` prints, then reload",
    );
    (!in_use).then_some(finding)
}

fn series(process: &Process<'_>) -> Option<Finding> {
    let series: usize = process.withheld.iter().map(|(_, series)| series).sum();
    let names = list_names(process.withheld.iter().map(|(family, _)| family.as_str()));
    let finding = Finding::new(
        FindingKind::SeriesWithheld,
        Severity::Broken,
        Subject::Series,
        format!("{series} series are withheld, of {names}"),
        format!(
            "raise `metrics.max_series` ({}), or read fewer contact centres",
            process.max_series
        ),
    );
    (series > 0).then_some(finding)
}

fn state_file(process: &Process<'_>) -> Option<Finding> {
    let file = process.state_file.filter(|file| file.errors.get() > 0)?;
    let age = |saved: f64| format!("{} ago", span(unix_seconds(process.now.wall) - saved));
    let saved = file.last_success.get().map_or_else(|| "never".to_owned(), age);
    let times = counted(file.errors.get(), "time");
    Some(Finding::new(
        FindingKind::StateFileFailing,
        Severity::Warning,
        Subject::StateFile,
        format!("could not be used or written {times}; last saved: {saved}"),
        "look at the log for the reason: until it is repaired, counters begin at 0 after a restart",
    ))
}
