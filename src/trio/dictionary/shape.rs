//! Fields of each resource: the facts that the exporter can use.

use super::form::Form;
use crate::model::{AgentState, CaseClass, CaseState, Resource};

/// Fields that the items of a resource may hold.
#[derive(Debug, PartialEq)]
pub(in crate::trio) struct Shape {
    pub(in crate::trio) resource: Resource,
    pub(in crate::trio) fields: &'static [Field],
}

/// One fact of an item.
#[derive(Debug, PartialEq)]
pub(in crate::trio) struct Field {
    pub(in crate::trio) name: &'static str,
    pub(in crate::trio) kind: Kind,
    pub(in crate::trio) need: Need,
}

/// Kind of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trio) enum Kind {
    Text,
    Count,
    Flag,
    Wait,
    Time,
    AgentState,
    CaseState,
    CaseClass,
}

/// Importance of a field: the effect of its absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trio) enum Need {
    /// Without it items cannot be distinguished.
    Key,
    /// Without it the case belongs to no service, so it is left out of the metrics of services.
    Queue,
    /// Its absence is reported.
    Wanted,
    /// Another field or resource can replace it: its absence alone is not reported.
    Spare,
}

impl Need {
    /// Returns true if rows that lack the field are left out of the counts.
    pub(in crate::trio) const fn is_required(self) -> bool {
        matches!(self, Self::Key | Self::Queue)
    }
}

impl Kind {
    pub(in crate::trio) const fn default_form(self) -> Form {
        self.forms()[0]
    }

    /// Meanings that a fields file can give to words; none for a fact that is not read from words.
    pub(in crate::trio) fn meanings(self) -> Vec<&'static str> {
        match self {
            Self::AgentState => AgentState::ALL.map(AgentState::as_str).into(),
            Self::CaseState => CaseState::ALL.map(CaseState::as_str).into(),
            Self::CaseClass => CaseClass::ALL.map(CaseClass::as_str).into(),
            Self::Flag => vec!["false", "true"],
            Self::Text | Self::Count | Self::Wait | Self::Time => Vec::new(),
        }
    }

    /// JSON types that can hold such a fact.
    pub(in crate::trio) const fn json_types(self) -> &'static [&'static str] {
        match self {
            Self::Text
            | Self::Wait
            | Self::Time
            | Self::AgentState
            | Self::CaseState
            | Self::CaseClass => &["text", "number"],
            Self::Count => &["number"],
            Self::Flag => &["bool", "text", "number"],
        }
    }

    /// Forms in which such a fact can be written; the first is the default.
    pub(in crate::trio) const fn forms(self) -> &'static [Form] {
        match self {
            Self::Text => &[Form::Text],
            Self::Count => &[Form::Number],
            Self::Flag => &[Form::Bool],
            Self::Wait => {
                &[Form::Duration, Form::Seconds, Form::Milliseconds, Form::Minutes, Form::Clock]
            }
            Self::Time => &[Form::Timestamp, Form::UnixSeconds, Form::UnixMilliseconds],
            Self::AgentState | Self::CaseState | Self::CaseClass => &[Form::Enum],
        }
    }
}

const fn field(name: &'static str, kind: Kind, need: Need) -> Field {
    Field { name, kind, need }
}

const ID: Field = field("id", Kind::Text, Need::Key);
const NAME: Field = field("name", Kind::Text, Need::Wanted);
const SPARE_NAME: Field = field("name", Kind::Text, Need::Spare);
const FIRST_NAME: Field = field("first_name", Kind::Text, Need::Spare);
const LAST_NAME: Field = field("last_name", Kind::Text, Need::Spare);
const GROUP_ID: Field = field("group_id", Kind::Text, Need::Spare);

/// A call or another case.
static CASE: [Field; 8] = [
    ID,
    field("service_id", Kind::Text, Need::Queue),
    field("state", Kind::CaseState, Need::Wanted),
    field("class", Kind::CaseClass, Need::Spare),
    field("created", Kind::Time, Need::Spare),
    field("answered", Kind::Time, Need::Spare),
    field("agent_id", Kind::Text, Need::Spare),
    field("waited", Kind::Wait, Need::Spare),
];

/// Every resource whose items are read. The order of the fields is that of the constants in `rows`.
pub(in crate::trio) static ALL: [Shape; 10] = [
    Shape { resource: Resource::ContactCenters, fields: &[ID, NAME] },
    Shape { resource: Resource::Services, fields: &[ID, NAME, GROUP_ID] },
    Shape {
        resource: Resource::ServiceState,
        fields: &[
            ID,
            SPARE_NAME,
            field("open", Kind::Flag, Need::Wanted),
            field("queue_length", Kind::Count, Need::Wanted),
            field("longest_wait", Kind::Wait, Need::Wanted),
            field("estimated_wait", Kind::Wait, Need::Wanted),
            field("agents_logged_on", Kind::Count, Need::Wanted),
            field("agents_available", Kind::Count, Need::Wanted),
            field("agents_busy", Kind::Count, Need::Wanted),
        ],
    },
    Shape { resource: Resource::ServiceGroups, fields: &[ID, NAME] },
    Shape {
        resource: Resource::Agents,
        fields: &[ID, SPARE_NAME, FIRST_NAME, LAST_NAME, GROUP_ID],
    },
    Shape {
        resource: Resource::AgentState,
        fields: &[
            ID,
            SPARE_NAME,
            FIRST_NAME,
            LAST_NAME,
            field("state", Kind::AgentState, Need::Wanted),
            field("since", Kind::Time, Need::Wanted),
            field("reason", Kind::Text, Need::Spare),
            field("job", Kind::Text, Need::Spare),
        ],
    },
    Shape {
        resource: Resource::AgentGroups,
        fields: &[ID, NAME, field("agent_id", Kind::Text, Need::Spare)],
    },
    Shape { resource: Resource::Calls, fields: &CASE },
    Shape { resource: Resource::Cases, fields: &CASE },
    Shape {
        resource: Resource::Skills,
        fields: &[
            field("id", Kind::Text, Need::Spare),
            field("agent_id", Kind::Text, Need::Key),
            field("service_id", Kind::Text, Need::Spare),
            field("role_id", Kind::Text, Need::Spare),
        ],
    },
];
