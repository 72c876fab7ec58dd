//! The families of the state file exist only if one is configured.

use std::sync::Arc;

use pretty_assertions::assert_eq;

use super::{families, fixture};
use crate::{
    metrics::{MetricsPage, Settings},
    stats::StateFileStats,
};

#[test]
fn state_file_families_need_a_state_file() {
    let shown = |state_file: Option<StateFileStats>| {
        let settings = Settings { state_file: state_file.map(Arc::new), ..Settings::default() };
        let families =
            families(MetricsPage::Main, &[fixture::full()], &Arc::new(settings), fixture::taken());
        let names = families.into_iter().map(|family| family.name);
        names.filter(|name| name.contains("state_file")).collect::<Vec<_>>()
    };
    assert_eq!(shown(None), Vec::<String>::new());
    assert_eq!(shown(Some(StateFileStats::default())), ["trio_exporter_state_file_errors_total"]);
}
