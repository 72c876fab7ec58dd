//! Choice of the members that a reading asks for with `fields=`, learnt for each resource.
//!
//! Most resources filter by default: a member may be absent until it is asked for. So after each
//! login or renewal a resource is read once without `fields=` and once with every name of the
//! dictionary. After that only the members that were seen and feed a field are asked for, in the
//! server's spelling. The filter must never remove a field: what is missing is compared with an
//! unfiltered reading, and a filter that loses a field is left off.

use super::{Forget, field_coverage::FieldSeen};
use crate::{model::Text, trio::dictionary::Mapping};

/// Choice of members for one list.
#[derive(Debug, Default)]
pub(in crate::trio) struct MemberFilter {
    phase: Phase,
    /// Every member ever seen that feeds a field, as the server spells it.
    members: Vec<Text>,
    /// By field: it came before, or it came without a filter at the last comparison.
    expected: Vec<bool>,
    /// True if every name was asked for in this session.
    all_names_asked: bool,
    /// The warning that the filter loses a field or is refused was logged.
    warned: bool,
}

/// Next step of learning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Unfiltered,
    AllNames,
    SeenMembers,
    /// No filter is used: it lost a field, the server refused it, or no member is known.
    FilterOff,
}

/// Members that a reading asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trio) enum MemberChoice {
    /// The first reading of a session: without `fields=`.
    FirstUnfiltered,
    /// Without `fields=`, because the filter is off.
    Unfiltered,
    /// Every name that the dictionary knows.
    AllNames(String),
    /// The members that were seen.
    Seen(String),
}

impl MemberChoice {
    /// Value of `fields=`; `None` for a reading without it.
    pub(in crate::trio) fn fields(&self) -> Option<&str> {
        match self {
            Self::FirstUnfiltered | Self::Unfiltered => None,
            Self::AllNames(names) | Self::Seen(names) => Some(names),
        }
    }

    /// Returns true if a member that is absent in this reading may come once it is asked for.
    pub(in crate::trio) fn may_hide_members(&self) -> bool {
        *self == Self::FirstUnfiltered
    }
}

impl Forget for MemberFilter {
    // A login or renewal can change rights, and the server may have been upgraded. So after each
    // attempt the filter is chosen again; known members are kept.
    fn forget(&mut self) {
        self.phase = Phase::Unfiltered;
    }
}

impl MemberFilter {
    /// Chooses the members for the next reading.
    pub(in crate::trio) fn choose(&mut self, mapping: &Mapping) -> MemberChoice {
        match self.phase {
            Phase::Unfiltered => MemberChoice::FirstUnfiltered,
            Phase::FilterOff => MemberChoice::Unfiltered,
            Phase::AllNames => {
                self.all_names_asked = true;
                MemberChoice::AllNames(mapping.all_member_names())
            }
            Phase::SeenMembers => MemberChoice::Seen(self.members.join(",")),
        }
    }

    /// Returns the members worth asking for, separated by commas, once they are known.
    pub(in crate::trio) fn seen_members(&self) -> Option<String> {
        (self.phase == Phase::SeenMembers).then(|| self.members.join(","))
    }

    /// Returns true if a field is missing that may come once every name is asked for.
    pub(in crate::trio) fn expects_more(&self) -> bool {
        self.phase == Phase::AllNames && !self.all_names_asked && self.expected.contains(&false)
    }

    /// Records the first reading of a session, which was unfiltered.
    pub(in crate::trio) fn record_unfiltered(&mut self, seen: &[FieldSeen], members: &[Text]) {
        self.phase = Phase::AllNames;
        self.all_names_asked = false;
        self.expected = present(seen);
        self.add(members);
    }

    /// Records a filtered reading. Returns true if a field is missing that came before.
    pub(in crate::trio) fn record_filtered(
        &mut self,
        rows: usize,
        seen: &[FieldSeen],
        members: &[Text],
    ) -> bool {
        self.add(members);
        // An empty collection does not end this phase. Its fields count as missing, so the caller
        // compares.
        if self.phase == Phase::AllNames && rows > 0 {
            // Without a single known member `fields=` would be empty; its effect is not documented.
            self.phase =
                if self.members.is_empty() { Phase::FilterOff } else { Phase::SeenMembers };
        }
        let present = present(seen);
        let misses = self.expected.iter().zip(&present).any(|(expected, here)| *expected && !here);
        self.expected.iter_mut().zip(present).for_each(|(expected, here)| *expected |= here);
        misses
    }

    /// Compares a filtered reading that missed a field with an unfiltered one. Returns true if the
    /// filter removed a field, and leaves it off then.
    pub(in crate::trio) fn record_comparison(
        &mut self,
        mapping: &Mapping,
        filtered: &[FieldSeen],
        unfiltered: &[FieldSeen],
    ) -> bool {
        let mut pairs = present(filtered).into_iter().zip(present(unfiltered));
        let lost = pairs.position(|(here, there)| there && !here);
        // A field that is missing without a filter, too, is gone from the data: no reason to
        // compare again.
        self.expected = present(unfiltered);
        if let Some(field) = lost {
            let field =
                mapping.shape.fields.get(field).map_or("an exported member", |field| field.name);
            self.disable_filter(mapping, field);
        }
        lost.is_some()
    }

    /// Records that the server refused `choice` but answers without a filter.
    pub(in crate::trio) fn record_refusal(&mut self, mapping: &Mapping, choice: &MemberChoice) {
        match choice {
            // A server may answer 400 or 500 to unknown names. So try again with only the names
            // that it sent itself.
            MemberChoice::AllNames(_) if !self.members.is_empty() => {
                self.phase = Phase::SeenMembers;
            }
            _ => self.disable_refused_filter(mapping),
        }
    }

    fn add(&mut self, members: &[Text]) {
        for member in members {
            if !self.members.contains(member) {
                self.members.push(member.clone());
            }
        }
    }

    /// Leaves the filter off until the next session, because it lost `field`.
    fn disable_filter(&mut self, mapping: &Mapping, field: &str) {
        self.phase = Phase::FilterOff;
        if !std::mem::replace(&mut self.warned, true) {
            tracing::warn!(
                resource = mapping.shape.resource.as_str(),
                field,
                "asking for some members with fields= loses this field, so all members are read"
            );
        }
    }

    /// Leaves the filter off until the next session, because the server refuses it.
    fn disable_refused_filter(&mut self, mapping: &Mapping) {
        self.phase = Phase::FilterOff;
        if !std::mem::replace(&mut self.warned, true) {
            tracing::warn!(
                resource = mapping.shape.resource.as_str(),
                "the server refuses fields=, so all members are read"
            );
        }
    }
}

fn present(seen: &[FieldSeen]) -> Vec<bool> {
    seen.iter().map(|seen| seen.member.is_some()).collect()
}
