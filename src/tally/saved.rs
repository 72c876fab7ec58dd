//! Counters as they outlive the process: plain data with services, classes and groups, never a case
//! or an agent.
//!
//! The counts themselves are saved. The records add what they belong to, and ages in place of
//! moments, because the monotonic clock starts again with each process. Each record is defined
//! beside its subject. Members that a file lacks have their default, and unknown ones are ignored,
//! so that files of other versions load. Values of a closed set are saved by their word, so that
//! the order of the set may change. Counters of single agents are not saved.

use serde::{Deserialize, Serialize};

use super::{agent_time::AgentsRecord, flow::FlowRecord, saved_form::is_time};
use crate::model::Text;

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

impl Saved {
    /// Returns true if every number is one that a counter can have: any other would break later
    /// sums.
    // Each struct is taken apart without `..`, here and in the records, so that a member that is
    // added has to be checked.
    pub fn is_valid(&self) -> bool {
        let Self { at, centers } = self;
        is_time(*at)
            && centers.iter().all(|center| {
                let CenterRecord { id: _, agents, flow } = center;
                agents.as_ref().is_none_or(AgentsRecord::is_valid) && flow.is_valid()
            })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        model::{AgentState, CaseClass, ClosedSet},
        tally::{LeftAge, Source, UnclassifiedReason, Unmeasured},
    };

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
        let class = &saved.centers[0].flow.services[0].classes[0];
        let counts = &class.counts;
        assert_eq!((counts.offered, counts.moved, counts.waits.sum), (12, 1, 123.75));
        assert_eq!(
            (counts.answered, counts.left, counts.within_low, class.day),
            (0, [0; 3], 0, None)
        );
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
