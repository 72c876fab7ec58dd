//! Choice of the members that a reading asks for with `fields=`, learnt for each resource.
//!
//! Most resources filter by default: a member may be absent until it is asked for. So a resource is
//! read once without `fields=` and once with every name of the dictionary. After that only the
//! members that were seen and feed a field are asked for, in the server's spelling. The filter must
//! never remove a field: what is missing is compared with an unfiltered reading, and a filter that
//! loses a field three times is left off for a while.
//!
//! Members that were seen outlive the token. Once an hour, and after a change of the server's version, a
//! control reading without `fields=`, and one with every name, run beside the filtered one: rights
//! may have changed, or the server. They never replace it: published is the reading that has more
//! fields.
//!
//! On some servers one unknown name spoils `fields=`. There the names of missing fields are asked for
//! one at a time; see `name_probes`.

use std::time::Duration;

use super::{field_coverage::FieldSeen, suspicion::Suspicion};
use crate::{
    model::Text,
    trio::dictionary::{Mapping, shape::Need},
};

/// Time between two control readings.
// Changed rights take effect within an hour, when the token is renewed.
const CONTROL_INTERVAL: Duration = Duration::from_secs(3600);

/// Choice of members for one list. All times are those of the monotonic clock.
#[derive(Debug, Default)]
pub(in crate::trio) struct MemberFilter {
    phase: Phase,
    /// Every member ever seen that feeds a field, as the server spells it.
    members: Vec<Text>,
    /// By field: it came before, and did not go from the data.
    expected: Vec<bool>,
    /// True if every name was asked for at least once.
    all_names_asked: bool,
    /// The last filtered reading had no rows.
    was_empty: bool,
    /// The filter loses a field, or the server refuses it.
    harms: Suspicion,
    /// The server refuses names that it does not know.
    refuses_unknown: Suspicion,
    /// A name that the server does not know spoils `fields=`: names are asked for one at a time.
    one_by_one: bool,
    control: Option<Control>,
    /// The server asked for a pause when it was last asked.
    was_busy: bool,
    /// The warning that the filter loses a field or is refused was logged.
    warned: bool,
}

/// The last unfiltered reading.
#[derive(Debug)]
struct Control {
    at: Duration,
    version: Option<Text>,
}

/// Moment of a reading, with the version of the server that was asked.
#[derive(Clone, Debug)]
pub(in crate::trio) struct ReadAt {
    /// Time of the monotonic clock.
    pub(in crate::trio) now: Duration,
    /// Version that the server states.
    pub(in crate::trio) version: Option<Text>,
}

/// Next step of learning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    #[default]
    Unfiltered,
    AllNames,
    SeenMembers,
}

/// Members that a reading asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::trio) enum MemberChoice {
    /// The first reading: without `fields=`.
    FirstUnfiltered,
    /// Without `fields=`, because the filter is off or no member is known.
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

impl MemberFilter {
    /// Chooses the members for the next reading.
    pub(in crate::trio) fn choose(&mut self, mapping: &Mapping, now: Duration) -> MemberChoice {
        match self.phase {
            Phase::Unfiltered => MemberChoice::FirstUnfiltered,
            _ if self.harms.holds(now) => MemberChoice::Unfiltered,
            Phase::AllNames => {
                self.all_names_asked = true;
                MemberChoice::AllNames(mapping.all_member_names())
            }
            // Without a single known member `fields=` would be empty; its effect is not documented.
            Phase::SeenMembers if self.members.is_empty() => MemberChoice::Unfiltered,
            Phase::SeenMembers => MemberChoice::Seen(self.members.join(",")),
        }
    }

    /// Returns the members worth asking for, separated by commas, once they are known.
    pub(in crate::trio) fn seen_members(&self, now: Duration) -> Option<String> {
        let usable =
            self.phase == Phase::SeenMembers && !self.members.is_empty() && !self.harms.holds(now);
        usable.then(|| self.members.join(","))
    }

    /// Returns true if a field is missing that may come once every name is asked for.
    pub(in crate::trio) fn expects_more(&self) -> bool {
        self.phase == Phase::AllNames && !self.all_names_asked && self.expected.contains(&false)
    }

    /// Returns true if `choice` is to be compared with a control reading.
    pub(in crate::trio) fn is_control_due(&self, choice: &MemberChoice, at: &ReadAt) -> bool {
        let Some(control) = &self.control else { return false };
        let upgraded = match (&control.version, &at.version) {
            (Some(before), Some(version)) => before != version,
            _ => false,
        };
        let is_old = at.now.saturating_sub(control.at) >= CONTROL_INTERVAL;
        matches!(choice, MemberChoice::Seen(_)) && (is_old || upgraded)
    }

    /// Returns every name of the dictionary, if a field is missing that they may bring.
    pub(in crate::trio) fn names_to_try(&self, mapping: &Mapping, now: Duration) -> Option<String> {
        let worth_it =
            self.expected.contains(&false) && !self.one_by_one && !self.refuses_unknown.holds(now);
        worth_it.then(|| mapping.all_member_names())
    }

    /// Returns the names of fields that are still missing, with their fields, if they are to be
    /// asked for one at a time. Those that nothing can replace come first.
    pub(in crate::trio) fn names_one_by_one(
        &self,
        mapping: &Mapping,
        now: Duration,
    ) -> Vec<(usize, String)> {
        if !self.one_by_one || self.phase != Phase::SeenMembers || self.harms.holds(now) {
            return Vec::new();
        }
        let fields = mapping.shape.fields.iter().zip(&mapping.fields).enumerate();
        let missing = fields.filter(|(index, _)| self.expected.get(*index) == Some(&false));
        let (spare, wanted): (Vec<_>, Vec<_>) =
            missing.partition(|(_, (field, _))| field.need == Need::Spare);
        let names = wanted.into_iter().chain(spare).flat_map(|(index, (_, mapped))| {
            mapped.members.iter().map(move |name| (index, name.clone()))
        });
        names.collect()
    }

    /// Records that a name which the server does not know spoils `fields=`.
    pub(in crate::trio) fn record_spoiled(&mut self) {
        self.one_by_one = true;
    }

    /// Records that the server asked for a pause instead of an answer.
    pub(in crate::trio) fn record_busy(&mut self) {
        self.was_busy = true;
    }

    /// Returns whether the server asked for a pause the last time, once.
    pub(in crate::trio) fn take_busy(&mut self) -> bool {
        std::mem::take(&mut self.was_busy)
    }

    /// Records that a control reading is made, even if it fails.
    pub(in crate::trio) fn record_control(&mut self, at: &ReadAt) {
        let before = self.control.as_ref().and_then(|control| control.version.as_ref());
        if before.is_some() && at.version.is_some() && before != at.version.as_ref() {
            self.one_by_one = false;
        }
        self.control = Some(Control { at: at.now, version: at.version.clone() });
    }

    /// Records a reading with rows that was not filtered.
    pub(in crate::trio) fn record_unfiltered(
        &mut self,
        seen: &[FieldSeen],
        members: &[Text],
        at: &ReadAt,
    ) {
        if self.phase == Phase::Unfiltered {
            self.phase = Phase::AllNames;
            self.expected = present(seen);
        }
        self.add(members);
        self.record_control(at);
    }

    /// Records a filtered reading. Returns true if a field is missing that came before.
    pub(in crate::trio) fn record_filtered(
        &mut self,
        rows: usize,
        seen: &[FieldSeen],
        members: &[Text],
    ) -> bool {
        self.add(members);
        if rows == 0 {
            // A server that gives no rows for this filter looks like an empty collection: one
            // comparison tells them apart.
            let first = !std::mem::replace(&mut self.was_empty, true);
            return first && self.expected.contains(&true);
        }
        self.was_empty = false;
        // An empty collection does not end this phase.
        if self.phase == Phase::AllNames {
            self.refuses_unknown.record_success();
            self.phase = Phase::SeenMembers;
        }
        let present = present(seen);
        let misses = self.expected.iter().zip(&present).any(|(expected, here)| *expected && !here);
        if !misses {
            self.harms.record_success();
        }
        self.expect(present);
        misses
    }

    /// Compares a filtered reading with an unfiltered one of `rows` rows. Returns true if the
    /// filter removed a field; after three times it is left off.
    pub(in crate::trio) fn record_comparison(
        &mut self,
        mapping: &Mapping,
        filtered: &[FieldSeen],
        (rows, unfiltered, members): (usize, &[FieldSeen], &[Text]),
        now: Duration,
    ) -> bool {
        // An empty collection shows no members.
        if rows == 0 {
            return false;
        }
        self.add(members);
        let (filtered, unfiltered) = (present(filtered), present(unfiltered));
        let lost = unfiltered.iter().zip(&filtered).position(|(there, here)| *there && !here);
        let Some(lost) = lost else {
            // A field that is missing without a filter, too, is gone from the data: no reason to
            // compare again.
            self.expected = filtered;
            return false;
        };
        self.was_empty = false;
        self.expect(unfiltered);
        if self.harms.record_failure(now) && !std::mem::replace(&mut self.warned, true) {
            let field = mapping.shape.fields.get(lost);
            tracing::warn!(
                resource = mapping.shape.resource.as_str(),
                field = field.map_or("an exported member", |field| field.name),
                "asking for some members with fields= loses this field, so all members are read"
            );
        }
        true
    }

    /// Records that the server refused `choice` but answers without a filter.
    pub(in crate::trio) fn record_refusal(
        &mut self,
        mapping: &Mapping,
        choice: &MemberChoice,
        now: Duration,
    ) {
        match choice {
            // A server may answer 400 or 500 to unknown names. So try again with only the names
            // that it sent itself.
            MemberChoice::AllNames(_) => {
                if self.refuses_unknown.record_failure(now) {
                    self.phase = Phase::SeenMembers;
                    self.one_by_one = true;
                    tracing::info!(
                        resource = mapping.shape.resource.as_str(),
                        "the server refuses fields= with names that it does not know, so only its own names are asked for"
                    );
                }
            }
            _ => {
                if self.harms.record_failure(now) && !std::mem::replace(&mut self.warned, true) {
                    tracing::warn!(
                        resource = mapping.shape.resource.as_str(),
                        "the server refuses fields=, so all members are read"
                    );
                }
            }
        }
    }

    /// Returns true if a reading lacks a field that the filter brought before.
    pub(in crate::trio) fn is_less_than_expected(&self, seen: &[FieldSeen]) -> bool {
        self.expected.iter().zip(present(seen)).any(|(expected, here)| *expected && !here)
    }

    fn expect(&mut self, present: Vec<bool>) {
        self.expected.resize(present.len(), false);
        self.expected.iter_mut().zip(present).for_each(|(expected, here)| *expected |= here);
    }

    /// Adds members to those that are asked for.
    pub(super) fn add(&mut self, members: &[Text]) {
        for member in members {
            if !self.members.contains(member) {
                self.members.push(member.clone());
            }
        }
    }
}

/// Number of fields that a reading feeds.
pub(in crate::trio) fn fields_present(seen: &[FieldSeen]) -> usize {
    seen.iter().filter(|seen| seen.member.is_some()).count()
}

fn present(seen: &[FieldSeen]) -> Vec<bool> {
    seen.iter().map(|seen| seen.member.is_some()).collect()
}
