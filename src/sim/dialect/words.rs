//! Words of states, classes and flags. States of the foreign dialect are integers, as in the
//! documented parts of Trio's API.

use serde_json::{Value, json};

use super::Dialect;
use crate::sim::world::{Activity, Class, Stage};

/// Member value of an activity.
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

/// Member value of a stage.
pub(super) fn stage(dialect: Dialect, stage: Stage) -> Value {
    match stage {
        Stage::Queued => dialect.pick([json!("Queued"), json!("Köar"), json!(31)]),
        Stage::Offered => dialect.pick([json!("Offered"), json!("Erbjuds"), json!(32)]),
        Stage::Handled => dialect.pick([json!("Handled"), json!("Hanteras"), json!(33)]),
    }
}

/// Member value of a class.
pub(super) fn class(dialect: Dialect, class: Class) -> &'static str {
    match class {
        Class::Voice => dialect.pick(["Voice", "Samtal", "K1"]),
        Class::Callback => dialect.pick(["Callback", "Återuppringning", "K2"]),
        Class::Chat => dialect.pick(["Chat", "Chatt", "K3"]),
        Class::Email => dialect.pick(["Email", "E-post", "K4"]),
        Class::Task => dialect.pick(["Task", "Uppgift", "K5"]),
    }
}

/// Member value of a case's direction: inbound or outbound.
pub(super) fn direction(dialect: Dialect, class: Class) -> &'static str {
    match class {
        Class::Callback | Class::Task => dialect.pick(["Outbound", "Utgående", "T2"]),
        Class::Voice | Class::Chat | Class::Email => dialect.pick(["Inbound", "Inkommande", "T1"]),
    }
}

/// Words for false and true; `None` for JSON booleans.
pub(super) fn bool_words(dialect: Dialect) -> Option<[&'static str; 2]> {
    dialect.pick([None, Some(["nej", "ja"]), Some(["N", "J"])])
}

impl Dialect {
    /// Parses a member value as an activity.
    pub(crate) fn parse_activity(self, value: &Value) -> Option<Activity> {
        Activity::ALL.into_iter().find(|known| match (activity(self, *known), value) {
            (Value::String(word), Value::String(given)) => word.eq_ignore_ascii_case(given),
            (word, given) => word == *given,
        })
    }
}
