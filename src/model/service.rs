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
    /// What an operator may call it: its id and its name.
    pub fn called(&self) -> Vec<&str> {
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
    /// Service groups that the service's own record names.
    pub group_ids: Vec<Text>,
}

/// A service now (`services/state`). A value that Trio does not give is `None`, never zero.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceStatus {
    /// Trio's id.
    pub id: Text,
    /// Name, where the state record carries one.
    pub name: Option<Text>,
    /// Whether the service is open.
    pub open: Option<bool>,
    /// Cases waiting now.
    pub queue_length: Option<f64>,
    /// Age of the oldest waiting case, seconds.
    pub longest_wait: Option<f64>,
    /// Trio's own estimate of the wait, seconds.
    pub estimated_wait: Option<f64>,
    /// Agents logged on to the service.
    pub agents_logged_on: Option<f64>,
    /// Agents free to take a case of the service.
    pub agents_available: Option<f64>,
    /// Agents busy.
    pub agents_busy: Option<f64>,
    /// Numbers and flags (1 and 0) that are exported as they are, by the name of their member.
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

/// All service groups of a contact centre and what the row filter said of their members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServiceGroups {
    /// The groups.
    pub groups: Vec<ServiceGroup>,
    /// `(service id, group id)` pairs from `services?groupId=`; `None` when the server does not
    /// honour that filter.
    pub members: Option<Vec<(Text, Text)>>,
}

/// The kind of a case. One old e-mail must not ruin the longest wait of the telephone queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CaseClass {
    /// A telephone call.
    Voice,
    /// A call that the customer asked to get back.
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

    /// The value of the label `case_class`, and the word used in configuration.
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

    /// The class called `word` in [`CaseClass::as_str`]'s spelling.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == word)
    }
}
