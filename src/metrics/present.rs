//! What is shown at one moment and what is not, for a page that tells how it came about.

use std::{sync::Arc, time::SystemTime};

use super::{Settings, Surface, View, cap::Plan, fields, scene::Scene};
use crate::model::Stamp;

/// What is shown at one moment.
#[derive(Debug)]
pub struct Present {
    /// Every target, in the order of the configuration.
    pub views: Vec<View>,
    /// What of the exposition is configured.
    pub settings: Arc<Settings>,
    /// The moment.
    pub now: Stamp,
    /// When the process started.
    pub started: SystemTime,
}

/// What is made of a field beside what the dictionary says of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Something else stands in for a member that is not there.
    pub derived: bool,
    /// Times that were not believed; `None` for what is no time.
    pub times_rejected: Option<u64>,
}

impl Present {
    /// The families that a surface leaves out because of the limit on series, and how many series each had.
    pub fn withheld(&self, surface: Surface) -> Vec<(String, usize)> {
        let scene = Scene::new(&self.views, &self.settings.identity, self.now);
        Plan::of(surface, &scene, self.settings.max_series).named()
    }

    /// What is made of each field of a target's snapshot, in their order.
    pub fn used(&self, view: &View) -> Vec<Used> {
        let scene = Scene::new(std::slice::from_ref(view), &self.settings.identity, self.now);
        let used = |(target, snapshot)| fields::used(&scene, target, snapshot);
        scene.snapshots().next().map(used).unwrap_or_default()
    }
}
