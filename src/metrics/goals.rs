//! The configured goals of services, so that rules and panels need no constants.

use std::fmt;

use super::{
    family::{Pen, Spec},
    scene::CenterScene,
    services::ServiceRow,
};

const WAIT_TARGET: Spec = Spec::gauge(
    "service_wait_target",
    "Configured goal: a case of this class should be answered within this time. Draw it beside the waits. Source: configuration.",
)
.seconds();
const LEVEL_TARGET: Spec = Spec::gauge(
    "service_level_target",
    "Configured goal: share of the cases of this class that should be answered within the wait target; service level below it deserves attention. Source: configuration.",
)
.ratio();
const WAIT_ALERT: Spec = Spec::gauge(
    "service_wait_alert",
    "Configured limit: a longest wait above it deserves an alert of this severity. Source: configuration.",
)
.seconds();
const ABANDON_TARGET: Spec = Spec::gauge(
    "service_abandon_target",
    "Configured goal: share of the cases that may leave the queue unanswered. Source: configuration.",
)
.ratio();
const MINIMUM_AGENTS: Spec = Spec::gauge(
    "service_minimum_agents",
    "Configured goal: agents that should be logged on while the service is open; absent when nobody set one. Source: configuration.",
);

/// Writes the goals of every service that exists.
pub(super) fn write(pen: &mut Pen<'_>, rows: &[(&CenterScene<'_>, Vec<ServiceRow<'_>>)]) -> fmt::Result {
    let services =
        || rows.iter().flat_map(|(center, rows)| rows.iter().map(move |row| (&center.goals.general, row)));
    let classes = || services().flat_map(|(goals, row)| goals.classes.iter().map(move |class| (class, row)));

    let mut family = pen.family(&WAIT_TARGET);
    for (goal, row) in classes() {
        let class = [("case_class", goal.class.as_str())];
        family.measure(&(row.labels, class), goal.wait_target.as_secs_f64())?;
    }
    let mut family = pen.family(&LEVEL_TARGET);
    for (goal, row) in classes() {
        family.measure(&(row.labels, [("case_class", goal.class.as_str())]), goal.level_target)?;
    }
    let mut family = pen.family(&WAIT_ALERT);
    for (goal, row) in classes() {
        for (severity, after) in [("warning", goal.warning_after), ("critical", goal.critical_after)] {
            let alert = [("case_class", goal.class.as_str()), ("severity", severity)];
            family.measure(&(row.labels, alert), after.as_secs_f64())?;
        }
    }
    let mut family = pen.family(&ABANDON_TARGET);
    for (goals, row) in services() {
        family.measure(&row.labels, goals.abandon_target)?;
    }
    let mut family = pen.family(&MINIMUM_AGENTS);
    for (goals, row) in services() {
        if let Some(agents) = goals.minimum_agents {
            family.gauge(&row.labels, u64::from(agents))?;
        }
    }
    Ok(())
}
