//! Evidence about members that proves nothing by itself: it is shown to a person who maps fields,
//! and no member is used because of it.
//!
//! The rules are pure, as those of proofs are: they judge rows that others read.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    time::SystemTime,
};

use jiff::tz::TimeZone;
use serde_json::Value;

use super::{MIN_VALUES, Row, Thing, text, value_of};
use crate::{
    model::Resource,
    trio::dictionary::{
        Dictionary,
        judge::raw,
        shape::Form,
        value::{Meaning, normalized},
    },
};

/// One observation about a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// List of the member.
    pub resource: Resource,
    /// Field that it may hold; `None` for a fact that no field is made of.
    pub field: Option<&'static str>,
    /// Name of the member.
    pub member: String,
    /// A sentence about what was seen, without values of persons.
    pub statement: String,
}

/// A list that was read without a filter.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// Its rows.
    pub rows: Vec<Row>,
    /// All pages were read.
    pub is_whole: bool,
}

/// Everything that is known of a contact centre.
#[derive(Clone, Debug)]
pub struct Known {
    /// Lists that were read.
    pub lists: HashMap<Resource, List>,
    /// Ids of the things whose ids are known.
    pub ids: HashMap<Thing, BTreeSet<String>>,
    /// Members that are known to hold a field.
    pub members: HashMap<(Resource, String), String>,
}

/// The server's clock.
#[derive(Clone, Copy, Debug)]
pub(in crate::trio) struct ServerTime<'a> {
    /// The present time.
    pub(in crate::trio) now: SystemTime,
    /// Zone of times without one; `None` if it is unknown.
    pub(in crate::trio) zone: Option<&'a TimeZone>,
}

/// Lists of the same things.
const SAME_THINGS: [(Thing, [Resource; 2]); 2] = [
    (Thing::Service, [Resource::Services, Resource::ServiceState]),
    (Thing::Agent, [Resource::Agents, Resource::AgentState]),
];

/// Fields that hold ids of other things, by the list and the things. An agent's state may name the
/// service that the agent works for, of which no field is made.
const REFERENCES: [(Resource, Thing, Option<&str>); 11] = [
    (Resource::Services, Thing::ServiceGroup, Some("group_id")),
    (Resource::Agents, Thing::AgentGroup, Some("group_id")),
    (Resource::AgentGroups, Thing::Agent, Some("agent_id")),
    (Resource::AgentState, Thing::Case, Some("job")),
    (Resource::AgentState, Thing::Service, None),
    (Resource::Calls, Thing::Service, Some("service_id")),
    (Resource::Calls, Thing::Agent, Some("agent_id")),
    (Resource::Cases, Thing::Service, Some("service_id")),
    (Resource::Cases, Thing::Agent, Some("agent_id")),
    (Resource::Skills, Thing::Service, Some("service_id")),
    (Resource::Skills, Thing::Agent, Some("agent_id")),
];

/// Fields of moments that lie in the past.
const PAST: [(Resource, &str); 3] =
    [(Resource::AgentState, "since"), (Resource::Calls, "created"), (Resource::Cases, "created")];

/// Fields whose values are words of a closed set.
const WORDS: [(Resource, &str); 5] = [
    (Resource::AgentState, "state"),
    (Resource::Calls, "state"),
    (Resource::Calls, "class"),
    (Resource::Cases, "state"),
    (Resource::Cases, "class"),
];

/// Different values of an enumeration at most: a member with more is none.
const MOST_WORDS: usize = 20;
/// Pairs of ordered numbers that are shown at most: of many numbers some are ordered by chance.
const MOST_PAIRS: usize = 4;

impl Known {
    fn rows(&self, resource: Resource) -> &[Row] {
        self.lists.get(&resource).map_or(&[], |list| &list.rows)
    }

    fn whole(&self, resource: Resource) -> Option<&[Row]> {
        self.lists.get(&resource).filter(|list| list.is_whole).map(|list| &*list.rows)
    }

    fn holds(&self, resource: Resource, field: &str, member: &str) -> bool {
        self.members.get(&(resource, field.to_owned())).is_some_and(|known| known == member)
    }

    fn holds_any(&self, resource: Resource, member: &str) -> bool {
        self.members.iter().any(|((list, _), known)| *list == resource && known == member)
    }
}

impl Dictionary {
    /// Returns everything that the lists show beside the proofs, list by list. Members that are
    /// known to hold the field are left out.
    pub(in crate::trio) fn evidence(&self, known: &Known, time: ServerTime<'_>) -> Vec<Evidence> {
        let mut found = same_ids(known);
        found.extend(references(known));
        found.extend(self.named_numbers(known));
        found.extend(only_past(known, time));
        found.extend(ordered(known));
        found
            .retain(|it| it.field.is_none_or(|field| !known.holds(it.resource, field, &it.member)));
        found
    }

    /// Numbers beside which a text says the same in known words.
    fn named_numbers(&self, known: &Known) -> Vec<Evidence> {
        let mut found = Vec::new();
        for (resource, field) in WORDS {
            let Some(meanings) = self.meanings_of(resource, field) else { continue };
            let rows = known.rows(resource);
            for (number, word) in pairs(rows) {
                let Some(names) = one_to_one(rows, number, word) else { continue };
                let known_words: Option<Vec<(String, &str)>> = names
                    .iter()
                    .map(|(number, name)| {
                        let meaning = meanings.get(&normalized(name))?.word();
                        Some((format!("{number} is {name}"), meaning))
                    })
                    .collect();
                let Some(known_words) = known_words else { continue };
                let different: BTreeSet<&str> = known_words.iter().map(|(_, it)| *it).collect();
                if different.len() < MIN_VALUES {
                    continue;
                }
                let list: Vec<String> = known_words
                    .into_iter()
                    .map(|(words, meaning)| format!("{words} ({meaning})"))
                    .collect();
                found.push(Evidence {
                    resource,
                    field: Some(field),
                    member: number.to_owned(),
                    statement: format!("`{word}` names each of its values: {}", list.join(", ")),
                });
            }
        }
        found
    }

    fn meanings_of(&self, resource: Resource, field: &str) -> Option<&HashMap<String, Meaning>> {
        let mapping = self.mapping(resource)?;
        let index = mapping.shape.fields.iter().position(|known| known.name == field)?;
        Some(&mapping.fields[index].values)
    }
}

/// Names of all members of the rows.
fn members(rows: &[Row]) -> BTreeSet<&str> {
    rows.iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// The values of a member, if each row has one and all differ.
fn unique_values(rows: &[Row], member: &str) -> Option<BTreeSet<String>> {
    let values: Option<Vec<String>> = rows.iter().map(|row| value_of(row, member)).collect();
    let values = values?;
    let different: BTreeSet<String> = values.iter().cloned().collect();
    (different.len() == values.len() && different.len() >= MIN_VALUES).then_some(different)
}

/// Members of two lists of the same things with the same set of values, one a row.
fn same_ids(known: &Known) -> Vec<Evidence> {
    let mut found = Vec::new();
    for (thing, lists) in SAME_THINGS {
        for (resource, other) in [(lists[0], lists[1]), (lists[1], lists[0])] {
            let (Some(rows), Some(others)) = (known.whole(resource), known.whole(other)) else {
                continue;
            };
            let id = known.members.get(&(other, "id".to_owned()));
            let known_ids = known.ids.get(&thing);
            for member in members(rows) {
                let Some(values) = unique_values(rows, member) else { continue };
                let twin = match (id, known_ids) {
                    (Some(id), Some(ids)) => (*ids == values).then_some(id.as_str()),
                    // Names are the same in both lists as well, so a text may be one.
                    _ => members(others)
                        .into_iter()
                        .find(|twin| unique_values(others, twin).as_ref() == Some(&values)),
                };
                let Some(twin) = twin else { continue };
                found.push(Evidence {
                    resource,
                    field: Some("id"),
                    member: member.to_owned(),
                    statement: format!(
                        "it has the same set of values as `{twin}` of {}",
                        other.as_str()
                    ),
                });
            }
        }
    }
    found
}

/// Values of a member, those inside lists as well.
fn flat_values(rows: &[Row], member: &str) -> Option<BTreeSet<String>> {
    let mut values = BTreeSet::new();
    for value in rows.iter().filter_map(|row| row.get(member)) {
        match value {
            Value::Null => {}
            Value::Array(items) => {
                for item in items {
                    values.insert(text(item)?);
                }
            }
            one => {
                values.insert(text(one)?);
            }
        }
    }
    (values.len() >= MIN_VALUES).then_some(values)
}

/// Members whose values are ids of other things.
fn references(known: &Known) -> Vec<Evidence> {
    let mut found = Vec::new();
    for (resource, thing, field) in REFERENCES {
        let Some(ids) = known.ids.get(&thing) else { continue };
        let rows = known.rows(resource);
        for member in members(rows) {
            let Some(values) = flat_values(rows, member) else { continue };
            let mut others = known.ids.iter().filter(|(other, _)| **other != thing);
            if !values.is_subset(ids) || others.any(|(_, ids)| values.is_subset(ids)) {
                continue;
            }
            found.push(Evidence {
                resource,
                field,
                member: member.to_owned(),
                statement: format!(
                    "all of its {} values are ids of {}, and of nothing else",
                    values.len(),
                    thing.plural()
                ),
            });
        }
    }
    found
}

/// Pairs of a member with whole numbers and one with texts.
fn pairs(rows: &[Row]) -> Vec<(&str, &str)> {
    let all = |member: &str, fits: fn(&Value) -> bool| {
        let mut values = rows.iter().filter_map(|row| row.get(member)).filter(|it| !it.is_null());
        values.clone().next().is_some() && values.all(fits)
    };
    let names = members(rows);
    let numbers = names.iter().copied().filter(|name| all(name, |it| it.is_i64()));
    let is_text = |name: &&str| all(name, Value::is_string);
    numbers
        .flat_map(|number| names.iter().copied().filter(is_text).map(move |word| (number, word)))
        .collect()
}

/// The text of each number, if every number has one text and every text one number.
fn one_to_one(rows: &[Row], number: &str, word: &str) -> Option<BTreeMap<i64, String>> {
    let mut names: BTreeMap<i64, String> = BTreeMap::new();
    let mut numbers: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows {
        let (Some(value), Some(name)) = (row.get(number), row.get(word)) else { continue };
        let (Some(value), Some(name)) = (value.as_i64(), name.as_str()) else { continue };
        let name = name.to_owned();
        if names.entry(value).or_insert_with(|| name.clone()) != &name
            || *numbers.entry(name).or_insert(value) != value
        {
            return None;
        }
    }
    (MIN_VALUES..=MOST_WORDS).contains(&names.len()).then_some(names)
}

/// Members of which every row has a moment in the past, where there is only one.
fn only_past(known: &Known, at: ServerTime<'_>) -> Vec<Evidence> {
    let is_past = |value: &Value| {
        let Some(raw) = raw(value).filter(|_| value.is_string()) else { return false };
        let time = raw.time(Form::Timestamp, at.zone);
        !raw.is_no_time(Form::Timestamp) && time.is_ok_and(|time| time <= at.now)
    };
    let found = PAST.iter().filter_map(|(resource, field)| {
        let rows = known.rows(*resource);
        let mut times = members(rows).into_iter().filter(|member| {
            rows.iter().all(|row| row.get(*member).is_some_and(is_past))
                && flat_values(rows, member).is_some()
        });
        let member = times.next()?;
        times.next().is_none().then(|| Evidence {
            resource: *resource,
            field: Some(field),
            member: member.to_owned(),
            statement: "it is the only member whose values are all times in the past".to_owned(),
        })
    });
    found.collect()
}

/// Pairs of numbers of a service of which one is never larger: agents that are available, and
/// agents that are logged on.
fn ordered(known: &Known) -> Vec<Evidence> {
    let resource = Resource::ServiceState;
    let rows = known.rows(resource);
    if rows.len() < MIN_VALUES {
        return Vec::new();
    }
    let counts: Vec<(&str, Vec<u64>)> = members(rows)
        .into_iter()
        .filter(|member| {
            !known.holds_any(resource, member)
                || known.holds(resource, "agents_available", member)
                || known.holds(resource, "agents_logged_on", member)
        })
        .filter_map(|member| {
            let values: Option<Vec<u64>> =
                rows.iter().map(|row| row.get(member).and_then(Value::as_u64)).collect();
            Some((member, values?))
        })
        // A number that is the same everywhere is ordered with most others.
        .filter(|(_, values)| values.iter().collect::<BTreeSet<_>>().len() >= MIN_VALUES)
        .collect();
    let mut found = Vec::new();
    for (small, few) in &counts {
        for (large, many) in counts.iter().filter(|(large, _)| large != small) {
            if few.iter().zip(many).all(|(few, many)| few <= many) {
                found.push((*small, *large));
            }
        }
    }
    if found.len() > MOST_PAIRS {
        return Vec::new();
    }
    let evidence = found.into_iter().flat_map(|(small, large)| {
        let statement = format!("`{small}` is at most `{large}` in every row");
        [("agents_available", small), ("agents_logged_on", large)].map(|(field, member)| Evidence {
            resource,
            field: Some(field),
            member: member.to_owned(),
            statement: statement.clone(),
        })
    });
    evidence.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pretty_assertions::assert_eq;
    use serde_json::json;

    use super::*;

    fn list(rows: Value) -> List {
        let Value::Array(rows) = rows else { panic!("a list") };
        let rows = rows.into_iter().map(|row| row.as_object().expect("an object").clone());
        List { rows: rows.collect(), is_whole: true }
    }

    fn known(lists: impl IntoIterator<Item = (Resource, Value)>) -> Known {
        Known {
            lists: lists.into_iter().map(|(resource, rows)| (resource, list(rows))).collect(),
            ids: HashMap::new(),
            members: HashMap::new(),
        }
    }

    /// Field, member and sentence of everything that is found.
    fn found(known: &Known) -> Vec<(&'static str, String, String)> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_464_000);
        let dictionary = Dictionary::builtin().expect("valid");
        let found = dictionary.evidence(known, ServerTime { now, zone: None }).into_iter();
        found.map(|it| (it.field.unwrap_or("-"), it.member, it.statement)).collect()
    }

    fn ids(values: &[&str]) -> BTreeSet<String> {
        values.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn lists_of_same_things_share_their_ids() {
        let agents = json!([{"x1": 7, "x2": 1}, {"x1": 8, "x2": 1}, {"x1": 9, "x2": 2}]);
        let states = json!([{"y1": 9, "y2": 3}, {"y1": 8, "y2": 3}, {"y1": 7, "y2": 4}]);
        let mut known = known([(Resource::Agents, agents), (Resource::AgentState, states)]);
        let one = ("id", "x1".to_owned(), "it has the same set of values as `y1` of agents/state");
        let other = ("id", "y1".to_owned(), "it has the same set of values as `x1` of agents");
        let expected = [one.clone(), other].map(|(f, m, s)| (f, m, s.to_owned()));
        assert_eq!(found(&known), expected);
        known.ids.insert(Thing::Agent, ids(&["7", "8", "9"]));
        known.members.insert((Resource::AgentState, "id".to_owned()), "y1".to_owned());
        assert_eq!(found(&known), [(one.0, one.1, one.2.to_owned())], "the known one is no news");
        known.lists.entry(Resource::Agents).or_default().is_whole = false;
        assert_eq!(found(&known), [], "other pages may have other rows");
    }

    #[test]
    fn ids_of_other_things_are_recognised_in_lists_too() {
        let states = json!([{"a": [101, 102], "b": 1}, {"a": [103], "b": 2}, {"a": null, "b": 3}]);
        let mut known = known([(Resource::AgentState, states)]);
        known.ids.insert(Thing::Service, ids(&["101", "102", "103", "104"]));
        let statement = "all of its 3 values are ids of services, and of nothing else".to_owned();
        assert_eq!(found(&known), [("-", "a".to_owned(), statement)]);
        known.ids.insert(Thing::Agent, ids(&["101", "102", "103"]));
        assert_eq!(found(&known), [], "they may be agents as well");
        known.ids.remove(&Thing::Agent);
        known.ids.insert(Thing::Service, ids(&["101", "102", "104"]));
        assert_eq!(found(&known), [], "one of them is no service");
    }

    #[test]
    fn text_beside_a_number_names_its_values() {
        let rows = |last: &str| {
            json!([
                {"s": 1, "t": "Ready", "n": "Bo"}, {"s": 2, "t": "Pause", "n": "Åsa"},
                {"s": 3, "t": last, "n": "Bo"}, {"s": 1, "t": "Ready", "n": "Eva"},
            ])
        };
        let known = |last| known([(Resource::AgentState, rows(last))]);
        let statement = "`t` names each of its values: 1 is Ready (available), 2 is Pause (paused), 3 is Busy (busy)";
        assert_eq!(found(&known("Busy")), [("state", "s".to_owned(), statement.to_owned())]);
        assert_eq!(found(&known("Fika")), [], "a word that no dictionary has may be anything");
        assert_eq!(found(&known("Ready")), [], "one text for two numbers");
        assert_eq!(found(&known("Paused")), [], "two meanings are too few");
        let mut twice = known("Busy");
        let fourth = json!([{"s": 4, "t": "Ready", "n": "Bo"}]);
        let rows = twice.lists.get_mut(&Resource::AgentState).map(|list| &mut list.rows);
        rows.expect("a list").extend(list(fourth).rows);
        assert_eq!(found(&twice), [], "three meanings, and one text for two numbers");
    }

    #[test]
    fn only_member_with_past_times_may_be_the_start() {
        let row = |seen: &str| {
            json!([
                {"a": "2026-01-15T07:00:00Z", "b": seen, "c": 5},
                {"a": "2026-01-15T07:01:00Z", "b": seen, "c": 5},
                {"a": "/Date(1768460000000)/", "b": seen, "c": 5},
            ])
        };
        let times = |seen| found(&known([(Resource::AgentState, row(seen))]));
        let statement = "it is the only member whose values are all times in the past".to_owned();
        let expected = [("since", "a".to_owned(), statement)];
        assert_eq!(times("2027-01-01T00:00:00Z"), expected, "the other one is in the future");
        assert_eq!(times("2026-01-15T07:02:00"), expected, "nothing is known of its zone");
        let mut two = known([(Resource::AgentState, row("2026-01-15T07:02:00Z"))]);
        for (number, row) in two.lists.values_mut().flat_map(|list| &mut list.rows).enumerate() {
            row.insert("b".into(), json!(format!("2026-01-15T06:0{number}:00Z")));
        }
        assert_eq!(found(&two), [], "two may be it");
    }

    #[test]
    fn available_agents_are_never_more_than_those_logged_on() {
        let rows = |last: u64| {
            json!([
                {"in": 5, "free": 2, "queue": 0}, {"in": 7, "free": 1, "queue": 9},
                {"in": 6, "free": last, "queue": 2}, {"in": 8, "free": 0, "queue": 1},
            ])
        };
        let statement = "`free` is at most `in` in every row".to_owned();
        assert_eq!(
            found(&known([(Resource::ServiceState, rows(6))])),
            [
                ("agents_available", "free".to_owned(), statement.clone()),
                ("agents_logged_on", "in".to_owned(), statement),
            ]
        );
        assert_eq!(found(&known([(Resource::ServiceState, rows(7))])), [], "one row is enough");
    }
}
