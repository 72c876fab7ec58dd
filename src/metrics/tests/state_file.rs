//! The state file has series only where there is one.

use std::sync::Arc;

use pretty_assertions::assert_eq;

use super::{families, fixture};
use crate::{
    metrics::{Settings, Surface},
    stats::StateFileStats,
};

#[test]
fn nothing_is_said_of_a_state_file_that_is_not_configured_and_no_time_of_one_that_was_never_written() {
    let shown = |state_file: Option<StateFileStats>| {
        let settings = Settings { state_file: state_file.map(Arc::new), ..Settings::default() };
        let families = families(Surface::Main, &[fixture::full()], &Arc::new(settings), fixture::taken());
        let names = families.into_iter().map(|family| family.name);
        names.filter(|name| name.contains("state_file")).collect::<Vec<_>>()
    };
    assert_eq!(shown(None), Vec::<String>::new());
    assert_eq!(shown(Some(StateFileStats::default())), ["trio_exporter_state_file_errors_total"]);
}
