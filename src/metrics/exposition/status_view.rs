//! The data of the metrics pages at one moment, and the families left out of them, for the status
//! page.

use std::{sync::Arc, time::SystemTime};

use super::cap::DropPlan;
use crate::{
    metrics::{
        MetricsPage, Settings, View,
        families::{
            encode_input::EncodeInput,
            fields::{self, FieldUsage},
        },
    },
    model::Stamp,
};

/// The data of the metrics pages at one moment.
#[derive(Debug)]
pub struct StatusView {
    /// The targets, in the order of the configuration.
    pub views: Vec<View>,
    /// Configuration of the exposition.
    pub settings: Arc<Settings>,
    /// Time at which the data was taken; ages are measured against it.
    pub now: Stamp,
    /// Start of the process.
    pub started: SystemTime,
}

impl StatusView {
    /// Returns the families that a page leaves out because of the limit on series, with the number
    /// of series of each.
    pub fn withheld(&self, page: MetricsPage) -> Vec<(String, usize)> {
        let input = EncodeInput::new(&self.views, &self.settings.identity, self.now);
        DropPlan::new(page, &input, self.settings.max_series).scraped_names()
    }

    /// Returns the use of each field of a target, in the order of the snapshot's fields.
    pub fn field_usage(&self, view: &View) -> Vec<FieldUsage> {
        let input = EncodeInput::new(std::slice::from_ref(view), &self.settings.identity, self.now);
        let usage = |(target, snapshot)| fields::usage(&input, target, snapshot);
        input.snapshots().next().map(usage).unwrap_or_default()
    }
}
