//! Enumerations in each dialect: the value on the wire, and the name that the server's help gives it.
//!
//! States of the foreign and the vendor dialect are integers, as in the documented parts of Trio's
//! API.

use serde_json::{Value, json};

use super::Dialect;
use crate::sim::world::{Activity, Class, Stage};

/// Member value of an activity.
pub(crate) fn activity(dialect: Dialect, activity: Activity) -> Value {
    let number = match activity {
        Activity::LoggedOut => [0, 0],
        Activity::Available => [7, 1],
        Activity::Offered => [4, 2],
        Activity::Busy => [5, 3],
        Activity::WrapUp => [6, 4],
        Activity::Paused => [9, 5],
    };
    number_or_word(dialect, number, activity_name(dialect, activity))
}

/// Name of an activity. The words of the vendor's dialect are those of the agents' client.
pub(crate) fn activity_name(dialect: Dialect, activity: Activity) -> &'static str {
    dialect.pick(match activity {
        Activity::LoggedOut => ["LoggedOut", "Utloggad", "Abgemeldet", "LoggedOut"],
        Activity::Available => ["Available", "Ledig", "Frei", "Ready"],
        Activity::Offered => ["Offered", "Erbjuds", "Angeboten", "Offered"],
        Activity::Busy => ["Busy", "Upptagen", "Belegt", "HandlingTask"],
        Activity::WrapUp => ["WrapUp", "Efterbehandling", "Nacharbeit", "AfterWork"],
        Activity::Paused => ["Paused", "Paus", "Auszeit", "Pause"],
    })
}

/// Member value of a stage.
pub(crate) fn stage(dialect: Dialect, stage: Stage) -> Value {
    let number = match stage {
        Stage::Queued => [31, 0],
        Stage::Offered => [32, 1],
        Stage::Handled => [33, 2],
    };
    number_or_word(dialect, number, stage_name(dialect, stage))
}

/// Name of a stage.
pub(crate) fn stage_name(dialect: Dialect, stage: Stage) -> &'static str {
    dialect.pick(match stage {
        Stage::Queued => ["Queued", "Köar", "Wartet", "Queued"],
        Stage::Offered => ["Offered", "Erbjuds", "Angeboten", "Offered"],
        Stage::Handled => ["Handled", "Hanteras", "Laufend", "Handled"],
    })
}

/// Member value of a class.
pub(crate) fn class(dialect: Dialect, class: Class) -> Value {
    if dialect != Dialect::Vendor {
        return json!(class_name(dialect, class));
    }
    json!(match class {
        Class::Voice => 0,
        Class::Callback => 1,
        Class::Chat => 2,
        Class::Email => 3,
        Class::Task => 4,
    })
}

/// Name of a class.
pub(crate) fn class_name(dialect: Dialect, class: Class) -> &'static str {
    dialect.pick(match class {
        Class::Voice => ["Voice", "Samtal", "K1", "Voice"],
        Class::Callback => ["Callback", "Återuppringning", "K2", "Callback"],
        Class::Chat => ["Chat", "Chatt", "K3", "Chat"],
        Class::Email => ["Email", "E-post", "K4", "Email"],
        Class::Task => ["Task", "Uppgift", "K5", "Task"],
    })
}

/// Member value of a case's direction: inbound or outbound.
pub(crate) fn direction(dialect: Dialect, class: Class) -> Value {
    let outbound = is_outbound(class);
    match dialect {
        Dialect::Vendor => json!(u8::from(outbound)),
        _ => json!(direction_name(dialect, outbound)),
    }
}

/// Name of a direction.
pub(crate) fn direction_name(dialect: Dialect, outbound: bool) -> &'static str {
    dialect.pick(if outbound {
        ["Outbound", "Utgående", "T2", "Outbound"]
    } else {
        ["Inbound", "Inkommande", "T1", "Inbound"]
    })
}

/// Returns true for the classes that the contact centre begins.
fn is_outbound(class: Class) -> bool {
    matches!(class, Class::Callback | Class::Task)
}

/// Value of an enumeration that the foreign and the vendor dialect number.
fn number_or_word(dialect: Dialect, [foreign, vendor]: [u8; 2], word: &str) -> Value {
    dialect.pick([json!(word), json!(word), json!(foreign), json!(vendor)])
}
