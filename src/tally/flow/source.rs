//! The two lists of cases, and which of them feeds which class.

use crate::{
    model::{CaseClass, CaseList, Resource, Stamp},
    snapshot::{Center, Reading},
};

/// A list that shows cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// `services/calls`: every call.
    Calls,
    /// `services/cases`: cases of every kind, at most twenty a service.
    Cases,
}

impl Source {
    /// Both lists.
    pub const ALL: [Self; 2] = [Self::Calls, Self::Cases];

    /// The documented resource.
    pub const fn resource(self) -> Resource {
        match self {
            Self::Calls => Resource::Calls,
            Self::Cases => Resource::Cases,
        }
    }

    /// The last good reading of the list.
    pub const fn reading(self, center: &Center) -> &Reading<CaseList> {
        match self {
            Self::Calls => &center.calls,
            Self::Cases => &center.cases,
        }
    }

    pub(super) const fn index(self) -> usize {
        self as usize
    }
}

/// Which list tells of calls: the one that is made for them, else the other.
pub(super) fn of_calls(center: &Center, now: Stamp) -> Source {
    let calls = center.calls.fresh(now);
    if calls.is_some_and(|calls| !calls.is_stateless()) { Source::Calls } else { Source::Cases }
}

/// Which list feeds a class while calls are told by `of_calls`.
pub(super) fn of_class(class: CaseClass, of_calls: Source) -> Source {
    if matches!(class, CaseClass::Voice | CaseClass::Callback) { of_calls } else { Source::Cases }
}
