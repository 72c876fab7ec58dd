//! Members as the server's own help documents them: type, description and enumeration, made from
//! the same tables as the answers. A new dialect needs nothing here.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::Value;

use super::enumerations::{
    activity, activity_name, class, class_name, direction, direction_name, stage, stage_name,
};
use super::members::{Fact, Member};
use super::{Dialect, Link, Naming};
use crate::sim::world::{Activity, Class, Stage};

/// Type of a member in the words of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// A simple type; the text is the stock generator's.
    Simple(&'static str),
    /// Several values of a simple type.
    Collection(&'static str),
    /// An enumeration.
    Enumeration(Enumeration),
}

closed_set! {
    /// An enumeration; the text is the name of its type.
    pub(crate) Enumeration, as_str: &'static str {
        Activity => "AgentStateKind",
        Stage => "CaseStateKind",
        Class => "CaseClassKind",
        Direction => "CaseDirectionKind",
    }
}

/// A value of an enumeration: name, number, description.
pub(crate) type EnumerationValue = (String, i64, String);

impl Member {
    /// Type of the member's values in a dialect.
    pub(crate) fn documented_type(self, dialect: Dialect) -> Type {
        let example = self.example();
        let written = example.to_json(dialect);
        // What is written as a number is declared as one.
        let scalar = |value: &Value| if value.is_string() { "string" } else { "integer" };
        match example {
            Fact::Null | Fact::Text(_) => Type::Simple("string"),
            Fact::Id(_) | Fact::Count(_) => Type::Simple(scalar(&written)),
            Fact::Ids(_) => Type::Collection(scalar(&written[0])),
            Fact::Bool(_) => Type::Simple(if written.is_boolean() { "boolean" } else { "string" }),
            Fact::Span(_) if written.is_string() => Type::Simple("time interval"),
            Fact::Span(_) => Type::Simple("integer"),
            Fact::Time(_) => Type::Simple("date"),
            Fact::Activity(_) => Type::Enumeration(Enumeration::Activity),
            Fact::Stage(_) => Type::Enumeration(Enumeration::Stage),
            // Words of a text are named in no enumeration.
            Fact::Class(_) | Fact::Direction(_) if written.is_string() => Type::Simple("string"),
            Fact::Class(_) => Type::Enumeration(Enumeration::Class),
            Fact::Direction(_) => Type::Enumeration(Enumeration::Direction),
        }
    }

    /// A made-up value, as samples hold it.
    pub(crate) fn example(self) -> Fact {
        match self {
            Self::Open => Fact::Bool(true),
            Self::QueueLength
            | Self::AgentsLoggedOn
            | Self::AgentsAvailable
            | Self::AgentsBusy
            | Self::SkillLevel => Fact::Count(1),
            Self::LongestWait | Self::EstimatedWait | Self::WaitTime => {
                Fact::Span(Duration::from_secs(1))
            }
            Self::LastUpdated | Self::StateSince | Self::Created | Self::AnsweredAt => {
                Fact::Time(UNIX_EPOCH + Duration::from_secs(1_767_225_600))
            }
            Self::AgentState => Fact::Activity(Activity::LoggedOut),
            Self::CaseState => Fact::Stage(Stage::Queued),
            Self::CaseClass => Fact::Class(Class::Voice),
            Self::CaseType => Fact::Direction(Class::Voice),
            Self::AgentGroups => Fact::Ids(vec![1, 2]),
            Self::CenterId
            | Self::ServiceId
            | Self::ServiceGroup
            | Self::GroupId
            | Self::AgentId
            | Self::JobNo
            | Self::Customer
            | Self::ItemId
            | Self::SkillUid
            | Self::SkillAgent
            | Self::RoleId => Fact::Id(1),
            Self::CenterName
            | Self::ServiceName
            | Self::Description
            | Self::GroupName
            | Self::FirstName
            | Self::LastName
            | Self::Email
            | Self::Phone
            | Self::Reason
            | Self::Vid
            | Self::ItemName => Fact::Text("sample string 1".to_owned()),
        }
    }

    /// Description in English or Swedish, with the unit of a duration.
    pub(crate) fn documentation(self, dialect: Dialect, swedish: bool) -> String {
        let [english, in_swedish] = self.words();
        let words = if swedish { in_swedish } else { english };
        let unit = match self.example() {
            span @ Fact::Span(_) => match (span.to_json(dialect).as_u64(), swedish) {
                (Some(1), false) => ", in seconds",
                (Some(1), true) => ", i sekunder",
                (Some(_), false) => ", in milliseconds",
                (Some(_), true) => ", i millisekunder",
                (None, _) => "",
            },
            _ => "",
        };
        format!("{words}{unit}.")
    }

    /// Description in English and Swedish, without the full stop.
    fn words(self) -> [&'static str; 2] {
        match self {
            Self::CenterId => ["Identity of the contact centre", "Kontaktcentrets identitet"],
            Self::CenterName => ["Name of the contact centre", "Kontaktcentrets namn"],
            Self::ServiceId => ["Identity of the service", "Tjänstens identitet"],
            Self::ServiceName => ["Name of the service", "Tjänstens namn"],
            Self::ServiceGroup => ["Identity of its group", "Gruppens identitet"],
            Self::Description => ["Free text", "Fritext"],
            Self::Open => ["True while the service is open", "Sant när tjänsten är öppen"],
            Self::QueueLength => ["Number of cases in the queue", "Antal ärenden i kön"],
            Self::LongestWait => ["Wait of the oldest case", "Väntetid för äldsta ärendet"],
            Self::EstimatedWait => ["Expected wait of a new case", "Beräknad väntetid"],
            Self::AgentsLoggedOn => ["Number of agents logged on", "Antal inloggade"],
            Self::AgentsAvailable => ["Number of free agents", "Antal lediga"],
            Self::AgentsBusy => ["Number of busy agents", "Antal upptagna"],
            Self::LastUpdated => ["Moment of the last change", "Senaste ändring"],
            Self::GroupId => ["Identity of the group", "Gruppens identitet"],
            Self::GroupName => ["Name of the group", "Gruppens namn"],
            Self::AgentId => ["Identity of the agent", "Handläggarens identitet"],
            Self::FirstName => ["First name", "Förnamn"],
            Self::LastName => ["Last name", "Efternamn"],
            Self::AgentGroups => ["Identities of the agent's groups", "Gruppernas identiteter"],
            Self::Email => ["E-mail address", "E-postadress"],
            Self::Phone => ["Telephone number", "Telefonnummer"],
            Self::AgentState => ["State of the agent", "Handläggarens läge"],
            Self::StateSince => ["Begin of the state", "Lägets början"],
            Self::Reason => ["Reason of a pause", "Orsak till paus"],
            Self::JobNo => ["Job number of the case", "Ärendets jobbnummer"],
            Self::CaseClass => ["Class of the case", "Ärendets klass"],
            Self::CaseType => ["Direction of the case", "Ärendets riktning"],
            Self::CaseState => ["State of the case", "Ärendets läge"],
            Self::Created => ["Arrival of the case", "Ärendets ankomst"],
            Self::AnsweredAt => ["Moment of the answer", "När ärendet besvarades"],
            Self::WaitTime => ["Time in the queue", "Tid i kön"],
            Self::Vid => ["Identity of the case", "Ärendets identitet"],
            Self::Customer => ["Customer number", "Kundnummer"],
            Self::ItemId => ["Identity", "Identitet"],
            Self::ItemName => ["Name", "Namn"],
            Self::SkillUid => ["Identity of the skill", "Färdighetens identitet"],
            Self::SkillAgent => ["Identity of the agent", "Handläggarens identitet"],
            Self::SkillLevel => ["Level, 1 to 5", "Nivå, 1 till 5"],
            Self::RoleId => ["Identity of the role", "Rollens identitet"],
        }
    }
}

impl Enumeration {
    /// Values in a dialect: as the answers write them, else numbered.
    pub(crate) fn values(self, dialect: Dialect) -> Vec<EnumerationValue> {
        let written: Vec<(Value, String)> = match self {
            Self::Activity => Activity::ALL
                .map(|it| (activity(dialect, it), activity_name(dialect, it).to_owned()))
                .to_vec(),
            Self::Stage => Stage::ALL
                .map(|it| (stage(dialect, it), stage_name(dialect, it).to_owned()))
                .to_vec(),
            Self::Class => Class::ALL
                .map(|it| (class(dialect, it), class_name(dialect, it).to_owned()))
                .to_vec(),
            Self::Direction => [Class::Voice, Class::Task]
                .map(|it| {
                    let outbound = it == Class::Task;
                    (direction(dialect, it), direction_name(dialect, outbound).to_owned())
                })
                .to_vec(),
        };
        let numbered = written.into_iter().zip(0..).map(|((value, name), position)| match value {
            Value::String(word) => (word, position, name),
            value => (name.clone(), value.as_i64().unwrap_or(position), name),
        });
        numbered.collect()
    }
}

/// Returns the name with a capital first letter, as the tables of the help write it.
pub(crate) fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

impl Dialect {
    /// A made-up answer with these members, as samples hold it.
    pub(crate) fn sample(self, naming: Naming, members: &[Member]) -> Value {
        let facts: Vec<(Member, Fact)> =
            members.iter().map(|member| (*member, member.example())).collect();
        let links =
            [Link { rel: "sample string 1", href: "sample string 2".to_owned(), method: "GET" }];
        let item = self.item(naming, &facts);
        let item = if self.links_items() { self.with_links(item, &links) } else { item };
        self.collection(&links, vec![item])
    }
}
