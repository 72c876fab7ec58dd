//! The configured goals of services as metrics, so that rules and panels need no constants.

use std::{borrow::Cow, fmt};

use super::{
    encode_input::{CenterInput, ServiceRow},
    family::{FamilyWriter, Spec},
};
use crate::model::{CaseClass, ClassGoals, ServiceGoals, ServiceNames};

const WAIT_TARGET: Spec = Spec::gauge(
    "service_wait_target",
    "Configured goal: a case of this class should be answered within this time. Draw it beside the waits. Source: configuration.",
)
.seconds();
const LEVEL_TARGET: Spec = Spec::gauge(
    "service_level_target",
    "Configured goal: share of the cases of this class that should be answered within the wait target. A service level below it deserves attention. Source: configuration.",
)
.ratio();
const WAIT_ALERT: Spec = Spec::gauge(
    "service_wait_alert",
    "Configured limit: a longest wait above it deserves an alert of this severity. Source: configuration.",
)
.seconds();
const ABANDON_TARGET: Spec = Spec::gauge(
    "service_abandon_target",
    "Configured goal: largest share of the cases that may leave the queue unanswered. Source: configuration.",
)
.ratio();
const MINIMUM_AGENTS: Spec = Spec::gauge(
    "service_minimum_agents",
    "Configured goal: number of agents that should be logged on while the service is open; absent if none is set. Source: configuration.",
);

/// A service with its own goals and those of its classes.
struct GoalsRow<'a> {
    service: &'a ServiceRow<'a>,
    goals: Cow<'a, ServiceGoals>,
    classes: Vec<ClassGoals>,
}

/// Writes the goals of each service that exists, for the classes that are configured or were seen.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    rows: &[(&CenterInput<'_>, Vec<ServiceRow<'_>>)],
) -> fmt::Result {
    let rows: Vec<GoalsRow<'_>> =
        rows.iter().flat_map(|(center, rows)| goals_rows(center, rows)).collect();
    let classes =
        || rows.iter().flat_map(|row| row.classes.iter().map(move |goal| (goal, row.service)));

    let mut family = writer.family(&WAIT_TARGET);
    for (goal, row) in classes() {
        let class = [("case_class", goal.class.as_str())];
        family.add_gauge_f64(&(&row.labels, class), goal.wait_target.as_secs_f64())?;
    }
    let mut family = writer.family(&LEVEL_TARGET);
    for (goal, row) in classes() {
        family.add_gauge_f64(
            &(&row.labels, [("case_class", goal.class.as_str())]),
            goal.level_target,
        )?;
    }
    let mut family = writer.family(&WAIT_ALERT);
    for (goal, row) in classes() {
        for (severity, after) in
            [("warning", goal.warning_after), ("critical", goal.critical_after)]
        {
            let alert = [("case_class", goal.class.as_str()), ("severity", severity)];
            family.add_gauge_f64(&(&row.labels, alert), after.as_secs_f64())?;
        }
    }
    let mut family = writer.family(&ABANDON_TARGET);
    for row in &rows {
        family.add_gauge_f64(&row.service.labels, row.goals.abandon_target)?;
    }
    let mut family = writer.family(&MINIMUM_AGENTS);
    for row in &rows {
        if let Some(agents) = row.goals.minimum_agents {
            family.add_gauge(&row.service.labels, u64::from(agents))?;
        }
    }
    Ok(())
}

/// Returns the goals of each service.
fn goals_rows<'a>(
    center: &'a CenterInput<'_>,
    services: &'a [ServiceRow<'a>],
) -> Vec<GoalsRow<'a>> {
    let row = |service: &'a ServiceRow<'a>| {
        let goals = service_goals(center, service.id());
        let classes = classes_in_use(center, service.id(), &goals);
        GoalsRow { service, goals, classes }
    };
    // A goal that is not certain must not raise an alert.
    services.iter().filter(|service| center.has_goals(service.id())).map(row).collect()
}

/// Returns the goals of a service.
pub(in crate::metrics) fn service_goals<'a>(
    center: &CenterInput<'a>,
    id: &str,
) -> Cow<'a, ServiceGoals> {
    // The tally chose the goals by id, name and groups. Until it has counted the service, names and
    // groups are not known here, and rules that need them do not apply.
    match center.flow.and_then(|flow| flow.service(id)) {
        Some(flow) => Cow::Borrowed(&*flow.goals),
        None => center.goals.for_service(&ServiceNames {
            id,
            contact_center: center.center.contact_center.names(),
            ..ServiceNames::default()
        }),
    }
}

/// Returns the goals of the classes of a service that are configured or were seen.
pub(in crate::metrics) fn classes_in_use(
    center: &CenterInput<'_>,
    id: &str,
    goals: &ServiceGoals,
) -> Vec<ClassGoals> {
    // Classes that are not configured but were seen are measured as well, so their goals are shown,
    // too.
    let flow = center.flow.and_then(|flow| flow.service(id));
    let seen: Vec<CaseClass> =
        flow.iter().flat_map(|flow| flow.classes.iter().map(|class| class.class)).collect();
    goals.classes_with(&seen)
}
