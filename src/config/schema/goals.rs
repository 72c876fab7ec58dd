//! Schema of the section `goals`.

use serde_json::{Value, json};

use super::form::{Object, duration, integer, list_of, ratio, reference, text};
use crate::{
    config::goals::{AGENTS, MAX_RULES},
    model::{CaseClass, ClassGoals, NAME_LIMIT, ServiceGoals},
};

pub(super) fn goals() -> Value {
    let rules = "Goals of single services. Each key is looked up separately: the first rule that matches and has the key decides.";
    general(Object::new("What the services are meant to achieve."), true)
        .optional("services", list_of(rules, &reference("rule"), 0, Some(MAX_RULES)))
        .finish()
}

/// Adds the keys that general goals and rules share. Only general goals have defaults.
fn general(object: Object, with_defaults: bool) -> Object {
    let abandon = with_defaults.then(|| ServiceGoals::default().abandon_target);
    object
        .optional("abandon_target", ratio("Share of cases that may be lost.", abandon))
        .optional(
            "minimum_agents",
            integer("Agents who should be there at least; no default.", AGENTS, None::<u32>),
        )
        .optional("classes", classes(with_defaults))
}

fn classes(with_defaults: bool) -> Value {
    let object = Object::new("Goals by class of case, for those in use.");
    let each = CaseClass::ALL.into_iter();
    each.fold(object, |object, class| {
        object.optional_not_null(class.as_str(), goals_of(class, with_defaults))
    })
    .finish()
}

fn goals_of(class: CaseClass, with_defaults: bool) -> Value {
    let ClassGoals {
        wait_target, level_target, warning_after, critical_after, short_abandon, ..
    } = ClassGoals::default_for(class);
    let default = |value| with_defaults.then_some(value);
    Object::new("The goals of one class of case.")
        .optional("wait_target", duration("Waits are meant to be within this.", default(wait_target)))
        .optional(
            "level_target",
            ratio(
                "The share of waits that are meant to be within wait_target.",
                with_defaults.then_some(level_target),
            ),
        )
        .optional(
            "warning_after",
            duration(
                "Alerts are due above this; by default twice the wait target, at least 1m.",
                default(warning_after),
            ),
        )
        .optional(
            "critical_after",
            duration(
                "Urgent alerts are due above this; by default four times the wait target, at least 5m.",
                default(critical_after),
            ),
        )
        .optional(
            "short_abandon",
            duration("A caller who leaves within this time does not count as lost.", default(short_abandon)),
        )
        .finish()
}

pub(super) fn rule() -> Value {
    let named =
        general(Object::new("Goals of some services.").required("match", services()), false);
    let sets =
        ["abandon_target", "minimum_agents", "classes"].map(|key| json!({"required": [key]}));
    named.rule("anyOf", sets.to_vec().into()).finish()
}

fn services() -> Value {
    let mut pattern = text(
        "Text, upper and lower case treated as equal; `*` matches any characters, including none.",
    );
    pattern["maxLength"] = json!(NAME_LIMIT);
    let list = |about| list_of(about, &pattern, 0, None);
    Object::new("Which services; where several keys are given, all must fit.")
        .optional("id", list("Ids of services."))
        .optional("name", list("Names of services."))
        .optional("group", list("Ids or names of service groups."))
        .optional("contact_center", list("Ids or names of contact centres."))
        .optional("target", list("Names of targets."))
        .rule("minProperties", json!(1))
        .finish()
}
