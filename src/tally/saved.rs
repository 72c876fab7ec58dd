//! Counters as they outlive the process: plain data with services, classes and groups, never a case
//! or an agent.
//!
//! The counts themselves are saved. The records here add what they belong to, and ages in place of
//! moments, because the monotonic clock starts again with each process. Members that a file lacks
//! have their default, and unknown ones are ignored, so that files of other versions load. Values of
//! a closed set are saved by their word, so that the order of the set may change. Counters of single
//! agents are not saved.

use std::{borrow::Cow, collections::BTreeMap, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    AgentTotals, ClassCounts, RejectedTimes, Source, StateCounts, TimeCounts, WaitHistogram,
    counts::Rejected, flow::DayBase,
};
use crate::model::{AgentState, CaseClass, ClosedSet, Moment, Stamp, Text, unix_seconds};

/// Largest whole number that a sample holds exactly: 2^53.
const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

/// The counters of one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    /// Moment of the export, seconds since 1970.
    pub at: f64,
    #[serde(default)]
    pub(super) centers: Vec<CenterRecord>,
}

/// One contact centre.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct CenterRecord {
    pub(super) id: Text,
    /// `None`: no agent states were read.
    pub(super) agents: Option<AgentsRecord>,
    #[serde(default)]
    pub(super) flow: FlowRecord,
}

/// The agents of a contact centre.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct AgentsRecord {
    /// Number of agents in the last reading, and the seconds since that reading.
    pub(super) agents: u64,
    pub(super) seen_ago: f64,
    #[serde(flatten)]
    pub(super) totals: AgentTotals,
    /// Paused seconds by allowed reason.
    pub(super) pauses: Vec<(Text, f64)>,
    /// Seconds by the id of the group.
    pub(super) groups: Vec<(Text, ByState<f64>)>,
}

/// The cases of a contact centre.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct FlowRecord {
    /// Begin of the day, seconds since 1970, if the day was observed from its start.
    pub(super) midnight: Option<f64>,
    /// Rejected times by list.
    #[serde(with = "ByWord::<Source>")]
    pub(super) rejected: Rejected,
    pub(super) services: Vec<ServiceRecord>,
}

/// One service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ServiceRecord {
    pub(super) id: Text,
    /// Seconds since it was last known to exist.
    #[serde(default)]
    pub(super) known_ago: f64,
    /// Seconds since its time was last credited, and whether it was open then.
    pub(super) credited_ago: Option<f64>,
    pub(super) was_open: Option<bool>,
    #[serde(flatten)]
    pub(super) time: TimeCounts,
    #[serde(default)]
    pub(super) classes: Vec<ClassRecord>,
}

/// One class of a service. Cases that waited are closed as unclassified: the next process cannot
/// follow them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ClassRecord {
    #[serde(with = "Word::<CaseClass>")]
    pub(super) class: Option<CaseClass>,
    /// The list that shows its cases.
    #[serde(with = "Word::<Source>")]
    pub(super) source: Option<Source>,
    #[serde(flatten)]
    pub(super) counts: ClassCounts,
    /// Counters at midnight, if the day was observed from its start.
    pub(super) day: Option<DayBase>,
}

/// Form of a member of a closed set: its word. A word of another version is `None`.
pub(super) struct Word<K>(PhantomData<K>);

impl<K: ClosedSet> Word<K> {
    fn serialize<S: Serializer>(member: &Option<K>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(member.map_or("", K::word))
    }

    fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<K>, D::Error> {
        let word = Cow::<str>::deserialize(deserializer)?;
        Ok(K::MEMBERS.iter().copied().find(|member| member.word() == word))
    }
}

/// Form of values in the order of a closed set: by word, without defaults. Words of another version
/// are left out, and missing ones have the default.
pub(super) struct ByWord<K>(PhantomData<K>);

impl<K: ClosedSet> ByWord<K> {
    pub(super) fn serialize<T: Serialize + Default + PartialEq, S: Serializer>(
        values: &[T],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let words = K::MEMBERS.iter().map(|member| member.word()).zip(values);
        let saved: BTreeMap<_, _> = words.filter(|(_, value)| **value != T::default()).collect();
        saved.serialize(serializer)
    }

    pub(super) fn deserialize<
        'de,
        T: Deserialize<'de> + Default,
        D: Deserializer<'de>,
        const N: usize,
    >(
        deserializer: D,
    ) -> Result<[T; N], D::Error> {
        let mut saved = BTreeMap::<Cow<'de, str>, T>::deserialize(deserializer)?;
        let mut members = K::MEMBERS.iter();
        Ok([(); N].map(|()| {
            let saved = members.next().and_then(|member| saved.remove(member.word()));
            saved.unwrap_or_default()
        }))
    }
}

/// Values by agent state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(
    transparent,
    bound(
        serialize = "T: Serialize + Default + PartialEq",
        deserialize = "T: Deserialize<'de> + Default"
    )
)]
pub(super) struct ByState<T>(
    #[serde(with = "ByWord::<AgentState>")] pub(super) [T; AgentState::COUNT],
);

/// Form of the changes of agents' states: by the state before, then by the state after.
pub(super) mod changes {
    use super::{AgentState, ByState, ByWord, Deserializer, Serializer, StateCounts};

    type Changes = [StateCounts; AgentState::COUNT];

    pub(in crate::tally) fn serialize<S: Serializer>(
        changes: &Changes,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        ByWord::<AgentState>::serialize(&changes.map(ByState), serializer)
    }

    pub(in crate::tally) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Changes, D::Error> {
        let saved: [ByState<u64>; AgentState::COUNT] =
            ByWord::<AgentState>::deserialize(deserializer)?;
        Ok(saved.map(|to| to.0))
    }
}

impl Saved {
    /// Returns true if every number is one that a counter can have: any other would break later
    /// sums.
    pub fn is_valid(&self) -> bool {
        let Self { at, centers } = self;
        is_time(*at) && centers.iter().all(CenterRecord::is_valid)
    }
}

// Each struct is taken apart without `..`, so that a member that is added has to be checked here.
impl CenterRecord {
    fn is_valid(&self) -> bool {
        let Self { id: _, agents, flow } = self;
        let FlowRecord { midnight: _, rejected, services } = flow;
        agents.as_ref().is_none_or(AgentsRecord::is_valid)
            && services.iter().all(ServiceRecord::is_valid)
            && rejected.iter().all(|times| {
                let RejectedTimes { created, answered, waited } = *times;
                [created, answered, waited].into_iter().all(is_count)
            })
    }
}

impl AgentsRecord {
    fn is_valid(&self) -> bool {
        let Self { agents, seen_ago, totals, pauses, groups } = self;
        let AgentTotals {
            seconds,
            unmeasured_seconds,
            rejected_since,
            changes,
            now: _,
            over_limit: _,
            pauses: _,
            groups: _,
            persons: _,
        } = totals;
        let paused = pauses.iter().map(|(_, seconds)| seconds);
        let of_groups = groups.iter().flat_map(|(_, seconds)| &seconds.0);
        let times = seconds.iter().chain(paused).chain(of_groups);
        times.chain([seen_ago, unmeasured_seconds]).copied().all(is_time)
            && changes.iter().flatten().chain([agents, rejected_since]).copied().all(is_count)
    }
}

impl ServiceRecord {
    fn is_valid(&self) -> bool {
        let Self { id: _, known_ago, credited_ago, was_open: _, time, classes } = self;
        let TimeCounts { queue_wait, measured, unmeasured } = *time;
        let given = [*credited_ago, queue_wait, measured].into_iter().flatten();
        given.chain(unmeasured).chain([*known_ago]).all(is_time)
            && classes.iter().all(ClassRecord::is_valid)
    }
}

impl ClassRecord {
    fn is_valid(&self) -> bool {
        let Self { class: _, source: _, counts, day } = self;
        let ClassCounts {
            offered,
            carried_in,
            answered,
            left,
            moved,
            unclassified,
            within,
            within_low,
            within_high,
            handling_seconds,
            waits,
        } = counts;
        let WaitHistogram { edges, buckets, sum } = waits;
        let single = [offered, carried_in, answered, moved, within_low, within_high];
        let each = left.iter().chain(unclassified).chain(buckets);
        each.chain(single).copied().all(is_count)
            && [*within, *handling_seconds, *sum].into_iter().all(is_time)
            // The last bucket has no upper edge.
            && buckets.len() == edges.len() + 1
            && day.is_none_or(|day| is_day_valid(day, counts))
    }
}

/// Returns true if no count of the day is larger than the counter itself.
fn is_day_valid(day: DayBase, counts: &ClassCounts) -> bool {
    let DayBase { offered, answered, left, within } = day;
    offered <= counts.offered
        && answered <= counts.answered
        && left <= counts.total_left()
        && (0.0..=counts.within).contains(&within)
}

fn is_time(seconds: f64) -> bool {
    (0.0..=MAX_EXACT_INTEGER).contains(&seconds)
}

fn is_count(count: u64) -> bool {
    count as f64 <= MAX_EXACT_INTEGER
}

/// Conversion of saved moments to the clock of this process.
#[derive(Clone, Copy, Debug)]
pub(super) struct RestoreClock {
    pub(super) now: Stamp,
    /// Seconds since the export by the wall clock; `None` if the clock was set back.
    away: Option<f64>,
}

impl RestoreClock {
    pub(super) fn new(saved: &Saved, now: Stamp) -> Self {
        // The monotonic clock starts again with each boot, so only the wall clock spans two
        // processes.
        let away = unix_seconds(now.wall) - saved.at;
        Self { now, away: (away >= 0.0).then_some(away) }
    }

    /// Returns the seconds since the export, if the clock can be trusted.
    pub(super) fn away(self) -> Option<f64> {
        self.away
    }

    /// Returns the moment `ago` seconds before the export.
    pub(super) fn moment(self, ago: f64) -> Option<Moment> {
        Some(self.now.moment() - self.away? - ago)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::tally::{LeftAge, UnclassifiedReason, Unmeasured};

    /// The targets of a file of version 1.
    fn sample() -> Value {
        let file = include_str!("../../tests/data/state/version-1");
        let body = file.split_once('\n').expect("a line, then JSON").1;
        serde_json::from_str::<Value>(body).expect("JSON")["targets"].take()
    }

    fn is_accepted(targets: &Value) -> bool {
        let main = serde_json::from_value::<Saved>(targets["main"].clone());
        main.is_ok_and(|saved| saved.is_valid())
    }

    /// Collects the path of each number below `value`.
    fn numbers(value: &Value, path: &str, found: &mut Vec<String>) {
        match value {
            Value::Number(_) => found.push(path.to_owned()),
            Value::Array(items) => {
                for (position, item) in items.iter().enumerate() {
                    numbers(item, &format!("{path}/{position}"), found);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    numbers(member, &format!("{path}/{}", name.replace('/', "~1")), found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn words_of_the_closed_sets_are_fixed() {
        fn words<K: ClosedSet>() -> Vec<&'static str> {
            K::MEMBERS.iter().map(|member| member.word()).collect()
        }
        assert_eq!(words::<Source>(), ["services/calls", "services/cases"]);
        assert_eq!(words::<LeftAge>(), ["short", "within", "beyond"]);
        assert_eq!(words::<Unmeasured>(), ["truncated", "missed_poll", "failover", "outage"]);
        let reasons = ["gap", "failover", "mass_vanish", "truncated", "carried_in", "unknown"];
        assert_eq!(words::<UnclassifiedReason>(), reasons);
        let classes = ["voice", "callback", "chat", "email", "task", "other"];
        assert_eq!(words::<CaseClass>(), classes);
        let states =
            ["logged_out", "available", "reserved", "busy", "wrap_up", "paused", "unknown"];
        assert_eq!(words::<AgentState>(), states);
    }

    #[test]
    fn every_number_of_a_file_has_bounds() {
        let sound = sample();
        assert!(is_accepted(&sound));
        let mut paths = Vec::new();
        numbers(&sound["main"], "/main", &mut paths);
        // These are only compared: with the midnight of today, and with the edges in use.
        paths.retain(|path| !path.contains("/edges/") && !path.ends_with("/midnight"));
        assert!(paths.len() > 60, "{paths:?}");
        for path in paths {
            for wrong in [json!(-1.0), json!(-0.5), json!(1e300), json!(u64::MAX), json!(null)] {
                let optional = ["credited_ago", "queue_wait", "measured"];
                if wrong.is_null() && optional.iter().any(|name| path.ends_with(name)) {
                    continue;
                }
                let mut targets = sound.clone();
                *targets.pointer_mut(&path).expect("a number") = wrong.clone();
                assert!(!is_accepted(&targets), "{path}: {wrong}");
            }
        }
    }

    #[test]
    fn missing_members_default_and_unknown_ones_are_ignored() {
        let mut targets = sample();
        let class = "/main/centers/0/flow/services/0/classes/0";
        let counts = targets.pointer_mut(class).and_then(Value::as_object_mut).expect("a class");
        for name in ["answered", "left", "within_low", "day"] {
            counts.remove(name).expect(name);
        }
        counts.insert("newer".to_owned(), json!({"offered": 1}));
        counts["unclassified"]["newer"] = json!(3);
        counts["waits"]["newer"] = json!([1]);
        targets.pointer_mut("/main/centers/0/agents").expect("agents")["newer"] = json!("x");
        let saved: Saved = serde_json::from_value(targets["main"].take()).expect("readable");
        assert!(saved.is_valid());
        let ClassRecord { counts, day, .. } = &saved.centers[0].flow.services[0].classes[0];
        assert_eq!((counts.offered, counts.moved, counts.waits.sum), (12, 1, 123.75));
        assert_eq!((counts.answered, counts.left, counts.within_low, *day), (0, [0; 3], 0, None));
        assert_eq!(counts.total_unclassified(), 2);
        let bare: Saved =
            serde_json::from_value(json!({"at": 1.0, "centers": [{"id": "1"}]})).expect("readable");
        assert_eq!(bare.centers[0].flow, FlowRecord::default());
    }

    #[test]
    fn class_of_another_version_leaves_the_others() {
        let mut targets = sample();
        targets["main"]["centers"][0]["flow"]["services"][0]["classes"][1]["class"] =
            json!("social");
        let saved: Saved = serde_json::from_value(targets["main"].take()).expect("readable");
        let classes = &saved.centers[0].flow.services[0].classes;
        let known = classes.iter().map(|class| class.class);
        assert_eq!(known.collect::<Vec<_>>(), [Some(CaseClass::Voice), None]);
    }
}
