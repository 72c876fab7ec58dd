//! Which members of a resource are asked for (`fields=`), and how that is found out.
//!
//! Most resources filter by default: a member may be absent until it is asked for. So a resource is
//! read once as it is and once with every name that the dictionary knows; after that only those
//! members that were seen and feed a field are asked for, in the server's spelling. Asking must
//! never cost a field: what is missing is compared with a reading as it is, and where the filter is
//! to blame it is left off.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::{decode::FieldSeen, fields::Mapping};
use crate::model::{Resource, Text};

/// What is known of the members of every resource, by contact centre.
#[derive(Debug, Default)]
pub(super) struct Members(Mutex<HashMap<(Resource, Text), Known>>);

/// What is known of one resource.
#[derive(Debug, Default)]
struct Known {
    step: Step,
    /// The session in which the resource was read as it is.
    session: u64,
    /// Members that feed a field, as the server spells them: whatever was ever seen.
    members: Vec<Text>,
    /// By field: it came before, or came without being asked for when that was last compared.
    usual: Vec<bool>,
    /// Every name was asked for in this session.
    asked: bool,
    told: bool,
}

/// What to ask for next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    #[default]
    AsItIs,
    EveryName,
    WhatIsSeen,
    /// The filter does harm here.
    NoFilter,
}

/// What a reading asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// The first reading of a session: as it is.
    First,
    /// As it is, since a filter does not work.
    Unfiltered,
    /// Every name that the dictionary knows.
    EveryName(String),
    /// The members that were seen.
    Seen(String),
}

impl Ask {
    /// The value of `fields=`.
    pub(super) fn fields(&self) -> Option<&str> {
        match self {
            Self::First | Self::Unfiltered => None,
            Self::EveryName(names) | Self::Seen(names) => Some(names),
        }
    }

    /// A member that is absent now may come once it is asked for.
    pub(super) fn may_hide(&self) -> bool {
        *self == Self::First
    }
}

impl Members {
    /// What to ask for in `session`.
    pub(super) fn ask(&self, mapping: &Mapping, contact_center: &Text, session: u64) -> Ask {
        self.with(mapping, contact_center, |known| {
            if known.session != session {
                known.step = Step::AsItIs;
            }
            match known.step {
                Step::AsItIs => Ask::First,
                Step::NoFilter => Ask::Unfiltered,
                Step::EveryName => {
                    known.asked = true;
                    Ask::EveryName(mapping.every_name())
                }
                Step::WhatIsSeen => Ask::Seen(known.members.join(",")),
            }
        })
    }

    /// The members that are worth asking for, once they are known.
    pub(super) fn seen(&self, mapping: &Mapping, contact_center: &Text) -> Option<String> {
        self.with(mapping, contact_center, |known| {
            (known.step == Step::WhatIsSeen).then(|| known.members.join(","))
        })
    }

    /// Whether a field is missing that may come once every name is asked for.
    pub(super) fn is_looking(&self, mapping: &Mapping, contact_center: &Text) -> bool {
        self.with(mapping, contact_center, |known| {
            known.step == Step::EveryName && !known.asked && known.usual.contains(&false)
        })
    }

    /// A reading as it is, the first of `session`, found this.
    pub(super) fn saw_first(
        &self,
        mapping: &Mapping,
        contact_center: &Text,
        session: u64,
        seen: &[FieldSeen],
        members: &[Text],
    ) {
        self.with(mapping, contact_center, |known| {
            known.session = session;
            known.step = Step::EveryName;
            known.asked = false;
            known.usual = present(seen);
            known.add(members);
        });
    }

    /// A filtered reading found this. Says whether a field that usually comes did not.
    pub(super) fn saw_filtered(
        &self,
        mapping: &Mapping,
        contact_center: &Text,
        rows: usize,
        seen: &[FieldSeen],
        members: &[Text],
    ) -> bool {
        self.with(mapping, contact_center, |known| {
            known.add(members);
            if known.step == Step::EveryName && rows > 0 {
                known.step = if known.members.is_empty() { Step::NoFilter } else { Step::WhatIsSeen };
            }
            let present = present(seen);
            let misses = known.usual.iter().zip(&present).any(|(usual, here)| *usual && !here);
            known.usual.iter_mut().zip(present).for_each(|(usual, here)| *usual |= here);
            misses
        })
    }

    /// A reading as it is, made because a filtered one missed something, found `as_it_is`. Says
    /// whether the filter was to blame; it is then left off.
    pub(super) fn compare(
        &self,
        mapping: &Mapping,
        contact_center: &Text,
        filtered: &[FieldSeen],
        as_it_is: &[FieldSeen],
    ) -> bool {
        let mut pairs = present(filtered).into_iter().zip(present(as_it_is));
        let lost = pairs.position(|(here, there)| there && !here);
        self.with(mapping, contact_center, |known| {
            known.usual = present(as_it_is);
            if let Some(field) = lost {
                let field = mapping.shape.fields.get(field).map_or("an exported member", |field| field.name);
                known.leave_off(mapping, field);
            }
        });
        lost.is_some()
    }

    /// The server refused a filter that it answers without. A filter of its own words may still do.
    pub(super) fn refused(&self, mapping: &Mapping, contact_center: &Text, ask: &Ask) {
        self.with(mapping, contact_center, |known| match ask {
            Ask::EveryName(_) if !known.members.is_empty() => known.step = Step::WhatIsSeen,
            _ => known.leave_off(mapping, "all"),
        });
    }

    fn with<T>(&self, mapping: &Mapping, contact_center: &Text, change: impl FnOnce(&mut Known) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry((mapping.shape.resource, contact_center.clone())).or_default())
    }
}

impl Known {
    fn add(&mut self, members: &[Text]) {
        for member in members {
            if !self.members.contains(member) {
                self.members.push(member.clone());
            }
        }
    }

    fn leave_off(&mut self, mapping: &Mapping, field: &str) {
        self.step = Step::NoFilter;
        if !std::mem::replace(&mut self.told, true) {
            tracing::warn!(
                resource = mapping.shape.resource.as_str(),
                field,
                "asking for single members with fields= loses this field, so all members are read"
            );
        }
    }
}

fn present(seen: &[FieldSeen]) -> Vec<bool> {
    seen.iter().map(|seen| seen.member.is_some()).collect()
}
