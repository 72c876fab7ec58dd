//! Fields of each resource: the facts that the exporter can use, and the forms in which they are
//! written.

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

    /// Returns true if the values are words of a closed set.
    pub(in crate::trio) const fn has_words(self) -> bool {
        matches!(self, Self::AgentState | Self::CaseState | Self::CaseClass | Self::Flag)
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

    /// Words of the forms in which such a fact can be written; the first is the default.
    pub(in crate::trio) const fn form_names(self) -> &'static [&'static str] {
        match self {
            Self::Text => &["text"],
            Self::Count => &["number"],
            Self::Flag => &["bool"],
            Self::Wait => &["duration", "seconds", "milliseconds", "minutes", "clock"],
            Self::Time => &["timestamp", "unix_seconds", "unix_milliseconds"],
            Self::AgentState | Self::CaseState | Self::CaseClass => &["enum"],
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

/// Form of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trio) enum Form {
    /// Text or a number, kept as written; or a list of them.
    Text,
    /// A number, also as text.
    Number,
    /// `true` and `false`, or words that the entry's values map to them.
    Bool,
    /// Seconds as a number, or a clock as text.
    Duration,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Minutes.
    Minutes,
    /// `HH:MM:SS`, `MM:SS` or `D.HH:MM:SS`.
    Clock,
    /// ISO 8601, or `/Date(milliseconds)/`.
    Timestamp,
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMilliseconds,
    /// Words or numbers that the entry's values map to domain words.
    // Documented enumerations of the API are integers (0, 1, 2, …), so numbers have to do as keys,
    // too.
    Enum,
}

impl Form {
    pub(in crate::trio) const ALL: [Self; 12] = [
        Self::Text,
        Self::Number,
        Self::Bool,
        Self::Duration,
        Self::Seconds,
        Self::Milliseconds,
        Self::Minutes,
        Self::Clock,
        Self::Timestamp,
        Self::UnixSeconds,
        Self::UnixMilliseconds,
        Self::Enum,
    ];

    /// Returns the word used in a fields file and in the label `form`.
    pub(in crate::trio) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Duration => "duration",
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Minutes => "minutes",
            Self::Clock => "clock",
            Self::Timestamp => "timestamp",
            Self::UnixSeconds => "unix_seconds",
            Self::UnixMilliseconds => "unix_milliseconds",
            Self::Enum => "enum",
        }
    }
}

/// Declares the fields of a resource once: their order in a row, their names in a fields file, and
/// their positions for the code that reads a row. `id: Text Key` is the field `id`, and `AGENT.id`
/// is its position among the fields of an agent.
macro_rules! shapes {
    ($($(#[$doc:meta])* $positions:ident $name:ident = $($resource:ident),+ {
        $($field:ident: $kind:ident $need:ident,)+
    })+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub(in crate::trio) struct $positions {
                $(pub(in crate::trio) $field: usize,)+
            }

            $(#[$doc])*
            pub(in crate::trio) const $name: $positions = {
                #[allow(non_camel_case_types, reason = "named like the fields, to count them")]
                enum Position { $($field,)+ }
                $positions { $($field: Position::$field as usize,)+ }
            };

            impl $positions {
                const FIELDS: &'static [Field] = &[$(Field {
                    name: stringify!($field),
                    kind: Kind::$kind,
                    need: Need::$need,
                },)+];
            }
        )+

        /// Every resource whose items are read.
        pub(in crate::trio) static ALL: &[Shape] = &[
            $($(Shape { resource: Resource::$resource, fields: $positions::FIELDS },)+)+
        ];
    };
}

shapes! {
    /// Fields of a contact centre.
    ContactCenterFields CONTACT_CENTER = ContactCenters {
        id: Text Key,
        name: Text Wanted,
    }

    /// Fields of a service as configured.
    ServiceFields SERVICE = Services {
        id: Text Key,
        name: Text Wanted,
        group_id: Text Spare,
    }

    /// Fields of a service's state.
    ServiceStateFields SERVICE_STATE = ServiceState {
        id: Text Key,
        name: Text Spare,
        open: Flag Wanted,
        queue_length: Count Wanted,
        longest_wait: Wait Wanted,
        estimated_wait: Wait Wanted,
        agents_logged_on: Count Wanted,
        agents_available: Count Wanted,
        agents_busy: Count Wanted,
    }

    /// Fields of a service group.
    ServiceGroupFields SERVICE_GROUP = ServiceGroups {
        id: Text Key,
        name: Text Wanted,
    }

    /// Fields of an agent as configured.
    AgentFields AGENT = Agents {
        id: Text Key,
        name: Text Spare,
        first_name: Text Spare,
        last_name: Text Spare,
        group_id: Text Spare,
    }

    /// Fields of an agent's state.
    AgentStateFields AGENT_STATE = AgentState {
        id: Text Key,
        name: Text Spare,
        first_name: Text Spare,
        last_name: Text Spare,
        state: AgentState Wanted,
        since: Time Wanted,
        reason: Text Spare,
        job: Text Spare,
    }

    /// Fields of an agent group.
    AgentGroupFields AGENT_GROUP = AgentGroups {
        id: Text Key,
        name: Text Wanted,
        agent_id: Text Spare,
    }

    /// Fields of a call or another case.
    CaseFields CASE = Calls, Cases {
        id: Text Key,
        service_id: Text Queue,
        state: CaseState Wanted,
        class: CaseClass Spare,
        created: Time Spare,
        answered: Time Spare,
        agent_id: Text Spare,
        waited: Wait Spare,
    }

    /// Fields of a skill. It has no documented id; the agent is the part without which it says
    /// nothing.
    SkillFields SKILL = Skills {
        id: Text Spare,
        agent_id: Text Key,
        service_id: Text Spare,
        role_id: Text Spare,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_forms_are_those_of_the_forms() {
        for field in ALL.iter().flat_map(|shape| shape.fields) {
            let words: Vec<&str> = field.kind.forms().iter().map(|form| form.as_str()).collect();
            assert_eq!(field.kind.form_names(), words, "{}", field.name);
        }
    }
}
