//! The `fields_file` for a server with some dialect.

use serde_json::Value;

use super::enumerations::{activity, class, stage};
use super::members::bool_words;
use super::{Dialect, Member, Naming};
use crate::sim::world::{Activity, Class, Stage};

/// Form of a member's value.
enum Form {
    Text,
    Number,
    Bool,
    Span,
    Time,
    AgentState,
    CaseState,
    CaseClass,
}

type Entry = (&'static str, Member, Form);

/// Fields of a case, the same in `services/calls` and `services/cases`.
const CASE: &[Entry] = &[
    ("id", Member::JobNo, Form::Text),
    ("service_id", Member::ServiceId, Form::Text),
    ("state", Member::CaseState, Form::CaseState),
    ("class", Member::CaseClass, Form::CaseClass),
    ("created", Member::Created, Form::Time),
    ("answered", Member::AnsweredAt, Form::Time),
    ("agent_id", Member::AgentId, Form::Text),
    ("waited", Member::WaitTime, Form::Span),
];

/// Fields of each resource.
const RESOURCES: [(&str, &[Entry]); 10] = [
    ("cc", &[("id", Member::CenterId, Form::Text), ("name", Member::CenterName, Form::Text)]),
    (
        "services",
        &[
            ("id", Member::ServiceId, Form::Text),
            ("name", Member::ServiceName, Form::Text),
            ("group_id", Member::ServiceGroup, Form::Text),
        ],
    ),
    (
        "services/state",
        &[
            ("id", Member::ServiceId, Form::Text),
            ("name", Member::ServiceName, Form::Text),
            ("open", Member::Open, Form::Bool),
            ("queue_length", Member::QueueLength, Form::Number),
            ("longest_wait", Member::LongestWait, Form::Span),
            ("estimated_wait", Member::EstimatedWait, Form::Span),
            ("agents_logged_on", Member::AgentsLoggedOn, Form::Number),
            ("agents_available", Member::AgentsAvailable, Form::Number),
            ("agents_busy", Member::AgentsBusy, Form::Number),
        ],
    ),
    (
        "servicegroups",
        &[("id", Member::GroupId, Form::Text), ("name", Member::GroupName, Form::Text)],
    ),
    (
        "agents",
        &[
            ("id", Member::AgentId, Form::Text),
            ("first_name", Member::FirstName, Form::Text),
            ("last_name", Member::LastName, Form::Text),
            ("group_id", Member::AgentGroups, Form::Text),
        ],
    ),
    (
        "agentgroups",
        &[("id", Member::GroupId, Form::Text), ("name", Member::GroupName, Form::Text)],
    ),
    (
        "agents/state",
        &[
            ("id", Member::AgentId, Form::Text),
            ("first_name", Member::FirstName, Form::Text),
            ("last_name", Member::LastName, Form::Text),
            ("state", Member::AgentState, Form::AgentState),
            ("since", Member::StateSince, Form::Time),
            ("reason", Member::Reason, Form::Text),
            ("job", Member::JobNo, Form::Text),
        ],
    ),
    ("services/calls", CASE),
    ("services/cases", CASE),
    (
        "skills",
        &[
            ("id", Member::SkillUid, Form::Text),
            ("agent_id", Member::SkillAgent, Form::Text),
            ("service_id", Member::ServiceId, Form::Text),
            ("role_id", Member::RoleId, Form::Text),
        ],
    ),
];

/// Returns the file.
pub(super) fn write(dialect: Dialect, naming: Naming) -> String {
    let mut file =
        format!("# What the members of a simulated Trio mean, dialect {}.\n", dialect.as_str());
    for (resource, entries) in RESOURCES {
        file.push_str(resource);
        file.push_str(":\n");
        for (field, member, form) in entries {
            let name = member.name(dialect, naming);
            file.push_str(&format!("  {field}: {{members: [{name}]{}}}\n", details(dialect, form)));
        }
    }
    file
}

fn details(dialect: Dialect, form: &Form) -> String {
    match form {
        Form::Text => ", form: text".to_owned(),
        Form::Number => ", form: number".to_owned(),
        Form::Span => {
            format!(", form: {}", dialect.pick(["seconds", "clock", "milliseconds", "clock"]))
        }
        Form::Time => ", form: timestamp".to_owned(),
        Form::Bool => match bool_words(dialect) {
            Some([no, yes]) => {
                format!(r#", form: bool, values: {{"{yes}": "true", "{no}": "false"}}"#)
            }
            None => ", form: bool".to_owned(),
        },
        Form::AgentState => enumeration(Activity::ALL.map(|it| {
            // The words of the exporter's dictionary differ from those of `/sim/truth` in one.
            let meaning = if it == Activity::Offered { "reserved" } else { it.as_str() };
            (activity(dialect, it), meaning)
        })),
        Form::CaseState => enumeration(Stage::ALL.map(|it| (stage(dialect, it), it.as_str()))),
        Form::CaseClass => enumeration(Class::ALL.map(|it| (class(dialect, it), it.as_str()))),
    }
}

fn enumeration<const N: usize>(pairs: [(Value, &str); N]) -> String {
    let pairs = pairs.map(|(word, meaning)| {
        let word = match word {
            Value::String(word) => word,
            other => other.to_string(),
        };
        format!(r#""{word}": {meaning}"#)
    });
    format!(", form: enum, values: {{{}}}", pairs.join(", "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(serde::Deserialize)]
    struct Read {
        members: Vec<String>,
        form: String,
        #[serde(default)]
        values: BTreeMap<String, String>,
    }

    fn read(dialect: Dialect) -> BTreeMap<String, BTreeMap<String, Read>> {
        serde_saphyr::from_str(&dialect.fields_file()).expect("the file is YAML")
    }

    #[test]
    fn foreign_file_names_members_units_and_words() {
        let file = read(Dialect::Foreign);
        let wait = &file["services/state"]["longest_wait"];
        assert_eq!((wait.members[0].as_str(), wait.form.as_str()), ("oldestMs", "milliseconds"));
        let state = &file["agents/state"]["state"];
        assert_eq!(state.members, ["zustand"]);
        assert_eq!(state.values["9"], "paused");
        assert_eq!(state.values.len(), Activity::ALL.len());
        assert_eq!(file["services/state"]["open"].values["N"], "false");
    }

    #[test]
    fn all_dialects_map_the_same_fields() {
        let fields = |dialect| -> Vec<(String, Vec<String>)> {
            read(dialect)
                .into_iter()
                .map(|(name, fields)| (name, fields.into_keys().collect()))
                .collect()
        };
        for dialect in Dialect::ALL {
            assert_eq!(fields(Dialect::English), fields(dialect), "{dialect:?}");
        }
        assert_eq!(read(Dialect::Swedish)["services/state"]["longest_wait"].form, "clock");
    }
}
