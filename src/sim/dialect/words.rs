//! The words for states and classes. Foreign states are numbers.

use serde_json::{Value, json};

use super::Dialect;
use crate::sim::world::{Activity, Class, Stage};

/// What an agent does, as a member's value.
pub(super) fn activity(dialect: Dialect, activity: Activity) -> Value {
    match activity {
        Activity::LoggedOut => dialect.pick([json!("LoggedOut"), json!("Utloggad"), json!(0)]),
        Activity::Available => dialect.pick([json!("Available"), json!("Ledig"), json!(7)]),
        Activity::Offered => dialect.pick([json!("Offered"), json!("Erbjuds"), json!(4)]),
        Activity::Busy => dialect.pick([json!("Busy"), json!("Upptagen"), json!(5)]),
        Activity::WrapUp => dialect.pick([json!("WrapUp"), json!("Efterbehandling"), json!(6)]),
        Activity::Paused => dialect.pick([json!("Paused"), json!("Paus"), json!(9)]),
    }
}

/// Where a case stands, as a member's value.
pub(super) fn stage(dialect: Dialect, stage: Stage) -> Value {
    match stage {
        Stage::Queued => dialect.pick([json!("Queued"), json!("Köar"), json!(31)]),
        Stage::Offered => dialect.pick([json!("Offered"), json!("Erbjuds"), json!(32)]),
        Stage::Handled => dialect.pick([json!("Handled"), json!("Hanteras"), json!(33)]),
    }
}

/// The class of a case.
pub(super) fn class(dialect: Dialect, class: Class) -> &'static str {
    match class {
        Class::Voice => dialect.pick(["Voice", "Samtal", "K1"]),
        Class::Callback => dialect.pick(["Callback", "Återuppringning", "K2"]),
        Class::Chat => dialect.pick(["Chat", "Chatt", "K3"]),
        Class::Email => dialect.pick(["Email", "E-post", "K4"]),
        Class::Task => dialect.pick(["Task", "Uppgift", "K5"]),
    }
}

/// Whether a case came to the contact centre or is something that it does by itself.
pub(super) fn direction(dialect: Dialect, class: Class) -> &'static str {
    match class {
        Class::Callback | Class::Task => dialect.pick(["Outbound", "Utgående", "T2"]),
        Class::Voice | Class::Chat | Class::Email => dialect.pick(["Inbound", "Inkommande", "T1"]),
    }
}

/// The words for no and yes; `None` where JSON's own are used.
pub(super) fn yes_no(dialect: Dialect) -> Option<[&'static str; 2]> {
    dialect.pick([None, Some(["nej", "ja"]), Some(["N", "J"])])
}

impl Dialect {
    /// What an agent should do, from a member's value.
    pub(crate) fn activity_from(self, value: &Value) -> Option<Activity> {
        Activity::ALL.into_iter().find(|known| match (activity(self, *known), value) {
            (Value::String(word), Value::String(given)) => word.eq_ignore_ascii_case(given),
            (word, given) => word == *given,
        })
    }
}
