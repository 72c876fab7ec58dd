//! What people are told of a target beside its data.

use std::{sync::Arc, time::Duration};

use crate::model::{Collector, ContactCenter, Stamp, Text};

/// What people are told of a target beside its data.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// When the target came up, or went down, and stayed so; `None` before the first step.
    pub turned: Option<Stamp>,
    /// Why nothing at all could be had in the last step; `None`: something could.
    pub trouble: Option<Problem>,
    /// Contact centres that the configuration leaves out.
    pub passed_over: Arc<[ContactCenter]>,
    /// How often each collector should be read, in the order of [`Collector::ALL`]; `None`: it is off.
    pub configured: [Option<Duration>; Collector::COUNT],
}

/// Why an attempt brought nothing whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// In words that name no person.
    pub said: Text,
    /// The API user lacks the right.
    pub forbidden: bool,
    /// Of a collection that did not come whole: the items that came, and those that there are.
    pub short: Option<(usize, Option<usize>)>,
}
