//! The two lists of cases, and the classes that each of them feeds.

use crate::{
    model::{CaseClass, CaseList, Resource, Stamp, closed_set},
    snapshot::{Center, Reading},
};

closed_set! {
    /// A list that shows cases; its word is the documented resource.
    Source {
        /// Every call.
        Calls => "services/calls",
        /// Cases of every kind, at most twenty per service.
        Cases => "services/cases",
    }
}

impl Source {
    /// Returns the documented resource.
    pub const fn resource(self) -> Resource {
        match self {
            Self::Calls => Resource::Calls,
            Self::Cases => Resource::Cases,
        }
    }

    /// Returns the readings of the list.
    pub const fn reading(self, center: &Center) -> &Reading<CaseList> {
        match self {
            Self::Calls => &center.calls,
            Self::Cases => &center.cases,
        }
    }
}

/// Returns the list that shows the calls: `services/calls` if it can be used, else
/// `services/cases`.
pub(super) fn for_calls(center: &Center, now: Stamp) -> Source {
    // A list without a right to it, too old, or without any state shows no calls; `services/cases`
    // shows them as well, if at most twenty a service.
    let calls = center.calls.fresh(now);
    if calls.is_some_and(|calls| !calls.is_stateless()) { Source::Calls } else { Source::Cases }
}

/// Returns the list that feeds a class while `call_list` shows the calls.
pub(super) fn for_class(class: CaseClass, call_list: Source) -> Source {
    if class.is_call() { call_list } else { Source::Cases }
}
