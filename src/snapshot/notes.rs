//! Explanations for people beside the data of a target.

use std::{sync::Arc, time::Duration};

use crate::model::{Collector, ContactCenter, Stamp, Text};

/// Explanations for people beside the data of a target.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    /// Time of the last change of `up`; `None` before the first step.
    pub turned: Option<Stamp>,
    /// Reason why the last step got no data at all; `None` if it got any.
    pub trouble: Option<Problem>,
    /// Contact centres that the configuration excludes.
    pub passed_over: Arc<[ContactCenter]>,
    /// Configured interval of each collector, in the order of [`Collector::ALL`]; `None`: it is
    /// off.
    pub configured: [Option<Duration>; Collector::COUNT],
}

/// The reason why an attempt was not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A sentence that names no person.
    pub said: Text,
    /// True if the API user lacks the right.
    pub forbidden: bool,
    /// For an incomplete collection: the number of items received, and the total if it is known.
    pub short: Option<(usize, Option<usize>)>,
}
