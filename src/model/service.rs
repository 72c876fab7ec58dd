//! Contact centres, services (queues) and service groups.

use super::Text;

/// A contact centre (`cc`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactCenter {
    /// Trio's id.
    pub id: Text,
    /// Name of the contact centre.
    pub name: Option<Text>,
}

impl ContactCenter {
    /// Returns its id and its name, by either of which an operator may refer to it.
    pub fn names(&self) -> Vec<&str> {
        [&*self.id].into_iter().chain(self.name.as_deref()).collect()
    }
}

/// A service as configured (`services`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Trio's id.
    pub id: Text,
    /// Name of the service.
    pub name: Option<Text>,
    /// Ids of the service groups in the service's record.
    pub group_ids: Vec<Text>,
}

/// The current state of a service (`services/state`). A value that Trio does not give is `None`,
/// never zero.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceStatus {
    /// Trio's id.
    pub id: Text,
    /// Name, if the state record contains one.
    pub name: Option<Text>,
    /// True if the service is open.
    pub open: Option<bool>,
    /// Number of waiting cases.
    pub queue_length: Option<f64>,
    /// Age of the oldest waiting case, in seconds.
    pub longest_wait: Option<f64>,
    /// Trio's estimate of the wait, in seconds.
    pub estimated_wait: Option<f64>,
    /// Number of agents logged on to the service.
    pub agents_logged_on: Option<f64>,
    /// Number of agents free to take a case of the service.
    pub agents_available: Option<f64>,
    /// Number of busy agents.
    pub agents_busy: Option<f64>,
    /// Numbers and flags (1 or 0) of `export_service_state`, by the name of their member.
    pub exported: Vec<(Text, f64)>,
}

/// A service group (`servicegroups`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceGroup {
    /// Trio's id.
    pub id: Text,
    /// Name of the group.
    pub name: Option<Text>,
}

/// The service groups of a contact centre, and their members by the row filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceGroups {
    /// The groups.
    pub groups: Vec<ServiceGroup>,
    /// `(service id, group id)` pairs from `services?groupId=`; `None` if the server ignores that
    /// filter.
    pub members: Option<Vec<(Text, Text)>>,
}

/// The class of a case. Waits are kept apart by class: an e-mail may wait for a day, a call may
/// not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CaseClass {
    /// A telephone call.
    Voice,
    /// A call back that the customer asked for.
    Callback,
    /// A chat.
    Chat,
    /// An e-mail.
    Email,
    /// A task.
    Task,
    /// Anything else.
    Other,
}

impl CaseClass {
    /// Every class.
    pub const ALL: [Self; 6] =
        [Self::Voice, Self::Callback, Self::Chat, Self::Email, Self::Task, Self::Other];

    /// Returns the value of the label `case_class`, which is also the word in the configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::Callback => "callback",
            Self::Chat => "chat",
            Self::Email => "email",
            Self::Task => "task",
            Self::Other => "other",
        }
    }

    /// Returns the class with this word, spelt as by [`CaseClass::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }
}
