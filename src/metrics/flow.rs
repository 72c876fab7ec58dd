//! What became of cases: by class what waits now, and counters of what happened.
//!
//! Gauges need a fresh list; counters stay while a service is one of those that were last read.

use std::{collections::HashMap, fmt};

use super::{
    family::{Label, Pen, Spec},
    scene::{CenterScene, Scene, name},
};
use crate::{
    model::{CaseState, Text},
    tally::{
        ClassCounts, ClassTotals, DayCounts, LeftAge, ServiceTotals, UnclassifiedReason, Unmeasured,
        WaitingNow,
    },
};

type NowNumber = fn(&WaitingNow) -> f64;
const NOW: [(&Spec, NowNumber); 3] = [
    (
        &Spec::gauge(
            "service_class_waiting",
            "Cases of the class that wait now, ringing ones included: who is in the queue, without e-mails hiding callers. Absent while the list is cut, and for every class of a service while a state or a class is unknown and the queue length does not say whether such cases wait, until ten minutes after. Source: services/calls, services/cases.",
        ),
        |now| now.cases as f64,
    ),
    (
        &Spec::gauge(
            "service_class_longest_wait",
            "Age of the oldest waiting case of the class, by Trio's own time of its arrival, else since the middle of the time in which it came, else since it was first seen and at least half an interval; 0 when none waits: compare it with trio_service_wait_alert_seconds. Absent like trio_service_class_waiting. Source: services/calls, services/cases.",
        )
        .seconds(),
        |now| now.longest_wait,
    ),
    (
        &Spec::gauge(
            "service_class_over_target",
            "Cases of the class that wait now and are past the wait target already, of an age found as for the longest wait: these are lost for the service level. Absent like trio_service_class_waiting. Source: services/calls, services/cases.",
        ),
        |now| now.over_target as f64,
    ),
];

pub(super) const CASES: Spec = Spec::gauge(
    "service_cases",
    "Cases of the class now, by where they stand; the states add up to the cases that the list shows. state=\"unknown\": map the word, else what waits may be unknown. Source: services/calls, services/cases.",
);

type Count = fn(&ClassCounts) -> u64;
const COUNTS: [(&Spec, Count); 6] = [
    (
        &Spec::counter(
            "service_cases_offered",
            "New cases seen. A case that moves is offered again where it goes: over several services subtract trio_service_cases_moved_total. Source: services/calls, services/cases, between two readings.",
        ),
        |counts| counts.offered,
    ),
    (
        &Spec::counter(
            "service_cases_carried_in",
            "Cases that waited already when the list was first read, or read again after a gap: the start of the count, not demand. Source: services/calls, services/cases.",
        ),
        |counts| counts.carried_in,
    ),
    (
        &Spec::counter(
            "service_cases_answered",
            "Cases that an agent took: one of the two sides of the service level. Source: services/calls, services/cases, agents/state, between two readings.",
        ),
        |counts| counts.answered,
    ),
    (
        &Spec::counter(
            "service_cases_moved",
            "Cases that went on to wait in another service or class (transfer, overflow, callback): offered there. Source: services/calls, services/cases, between two readings.",
        ),
        |counts| counts.moved,
    ),
    (
        &Spec::counter(
            "service_cases_answered_within_target_low",
            "Cases that were certainly answered within the wait target: the low bound of the service level. Source: services/calls, services/cases, between two readings.",
        ),
        |counts| counts.within_low,
    ),
    (
        &Spec::counter(
            "service_cases_answered_within_target_high",
            "Cases that may have been answered within the wait target: the high bound of the service level. Source: services/calls, services/cases, between two readings.",
        ),
        |counts| counts.within_high,
    ),
];

const LEFT: Spec = Spec::counter(
    "service_cases_left",
    "Cases that left the queue unanswered, by how long they had waited; the ages add up to all who left. Service level leaves age=\"short\" out. Source: services/calls, services/cases, between two readings.",
);
const UNCLASSIFIED: Spec = Spec::counter(
    "service_cases_unclassified",
    "Cases of which nobody can say what became of them, by reason; the reasons add up to all of them. Many of them: trust the service level less. Source: services/calls, services/cases, between two readings.",
);
const WITHIN: Spec = Spec::counter(
    "service_cases_answered_within_target",
    "Cases answered within the wait target, best estimate: an answer that fell around the target counts as the share of the time in which it may have fallen. Divide it by answered + left (without short) for the service level. Source: services/calls, services/cases, between two readings.",
);
pub(super) const WAITS: Spec = Spec::histogram(
    "service_wait",
    "How long answered cases had waited, each at its best estimate; always choose one case_class, live and written ones have other buckets. Percentiles and the speed of answer. Source: services/calls, services/cases, between two readings.",
)
.seconds();
const HANDLING: Spec = Spec::counter(
    "service_handling",
    "Case-seconds with an agent: divided by the answered cases the average handling time. Source: services/calls, services/cases, between two readings.",
)
.seconds();
const QUEUE_WAIT: Spec = Spec::counter(
    "service_queue_wait",
    "Case-seconds in the queue by Trio's own queue length, right at any poll interval: divided by the offered cases the mean wait, of those who left as well. Source: services/state, between two readings.",
)
.seconds();
const MEASURED: Spec = Spec::counter(
    "service_measured",
    "Open time of the service for which its flow could be measured: shown beside every service level. Source: services/state, services/calls, services/cases.",
)
.seconds();
const UNMEASURED: Spec = Spec::counter(
    "service_unmeasured",
    "Open time of the service for which its flow could not be measured, by reason; the reasons add up to all of it. Time up to a quarter of an hour after a cut list counts as truncated, too. Above 5 % of the open time the day should not be reported. Source: services/state, services/calls, services/cases.",
)
.seconds();
const TRUNCATED: Spec = Spec::gauge(
    "service_list_truncated",
    "1 while a list that the service needs is at Trio's limit, so that what it hides is unknown. Source: services/calls, services/cases.",
);

type DayNumber = fn(&DayCounts) -> f64;
const DAY: [(&Spec, DayNumber); 4] = [
    (
        &Spec::gauge(
            "service_day_offered",
            "New cases since local midnight, for people who ask for today; absent on a day that was not watched from its start. Source: services/calls, services/cases.",
        ),
        |day| day.offered as f64,
    ),
    (
        &Spec::gauge(
            "service_day_answered",
            "Cases answered since local midnight; absent on a day that was not watched from its start. Source: services/calls, services/cases.",
        ),
        |day| day.answered as f64,
    ),
    (
        &Spec::gauge(
            "service_day_within_target",
            "Cases answered within the wait target since local midnight, best estimate; absent on a day that was not watched from its start. Source: services/calls, services/cases.",
        ),
        |day| day.within,
    ),
    (
        &Spec::gauge(
            "service_day_left",
            "Cases that left unanswered since local midnight, short ones included; absent on a day that was not watched from its start. Source: services/calls, services/cases.",
        ),
        |day| day.left as f64,
    ),
];

/// The families that go when there are too many series, in the order in which they go: after those that
/// have a name of their own here.
pub(super) const DROPPED_LATE: [&Spec; 21] = [
    DAY[0].0,
    DAY[1].0,
    DAY[2].0,
    DAY[3].0,
    COUNTS[0].0,
    COUNTS[1].0,
    COUNTS[2].0,
    COUNTS[3].0,
    COUNTS[4].0,
    COUNTS[5].0,
    &LEFT,
    &UNCLASSIFIED,
    &WITHIN,
    &HANDLING,
    &QUEUE_WAIT,
    &MEASURED,
    &UNMEASURED,
    &TRUNCATED,
    NOW[0].0,
    NOW[1].0,
    NOW[2].0,
];

/// Series of one class of a service, but for the buckets of its histogram.
pub(super) const OF_A_CLASS: usize = NOW.len()
    + CaseState::COUNT
    + COUNTS.len()
    + LeftAge::ALL.len()
    + UnclassifiedReason::ALL.len()
    + DAY.len()
    + 4;
/// Series of a service, whatever its classes.
pub(super) const OF_A_SERVICE: usize = 3 + Unmeasured::ALL.len();

/// The flow of a service as its series name it.
struct Row<'a> {
    labels: [Label<'a>; 4],
    totals: &'a ServiceTotals,
    center: &'a CenterScene<'a>,
}

type ClassRow<'a> = ([Label<'a>; 4], [Label<'a>; 1], &'a ClassTotals, &'a CenterScene<'a>);

/// Writes all families of the flow.
pub(super) fn write<'a>(pen: &mut Pen<'_>, scene: &'a Scene<'a>) -> fmt::Result {
    let rows: Vec<Row<'a>> = scene.centers().flat_map(rows).collect();
    let classes = || {
        rows.iter().flat_map(|row| {
            let class = |totals: &'a ClassTotals| {
                let class = [("case_class", totals.class.as_str())];
                (row.labels, class, totals, row.center)
            };
            row.totals.classes.iter().map(class)
        })
    };
    write_now(pen, scene, &classes())?;
    for (spec, count) in COUNTS {
        let mut family = pen.family(spec);
        for (labels, class, totals, _) in classes() {
            family.count(&(labels, class), count(&totals.counts))?;
        }
    }
    write_outcomes(pen, classes())?;
    write_waits(pen, classes())?;
    write_time(pen, scene, &rows)?;
    for (spec, number) in DAY {
        let mut family = pen.family(spec);
        for (labels, class, totals, _) in classes().filter(|row| is_fresh(row, scene)) {
            if let Some(day) = &totals.day {
                family.measure(&(labels, class), number(day))?;
            }
        }
    }
    Ok(())
}

/// Whether the readings that tell of a class are fresh.
fn is_fresh((_, _, totals, center): &ClassRow<'_>, scene: &Scene<'_>) -> bool {
    center.service_state.is_some() && totals.source.reading(center.center).fresh(scene.now).is_some()
}

/// What the last lists show, while they are fresh and whole.
fn write_now<'a>(
    pen: &mut Pen<'_>,
    scene: &Scene<'_>,
    classes: &(impl Iterator<Item = ClassRow<'a>> + Clone),
) -> fmt::Result {
    let classes = || {
        let fresh = classes.clone().filter(|row| is_fresh(row, scene));
        fresh.filter_map(|(labels, class, totals, _)| Some((labels, class, totals.now?)))
    };
    for (spec, number) in NOW {
        let mut family = pen.family(spec);
        for (labels, class, now) in classes() {
            if let Some(waiting) = &now.waiting {
                family.measure(&(labels, class), number(waiting))?;
            }
        }
    }
    let mut family = pen.family(&CASES);
    for (labels, class, now) in classes() {
        for state in CaseState::ALL {
            let state_label = [("state", state.as_str())];
            family.gauge(&(labels, (class, state_label)), now.states[state.index()])?;
        }
    }
    Ok(())
}

fn write_outcomes<'a>(pen: &mut Pen<'_>, classes: impl Iterator<Item = ClassRow<'a>> + Clone) -> fmt::Result {
    let mut family = pen.family(&LEFT);
    for (labels, class, totals, _) in classes.clone() {
        for (age, count) in LeftAge::ALL.into_iter().zip(totals.counts.left) {
            family.count(&(labels, (class, [("age", age.as_str())])), count)?;
        }
    }
    let mut family = pen.family(&UNCLASSIFIED);
    for (labels, class, totals, _) in classes.clone() {
        for (doubt, count) in UnclassifiedReason::ALL.into_iter().zip(totals.counts.unclassified) {
            family.count(&(labels, (class, [("reason", doubt.as_str())])), count)?;
        }
    }
    let mut family = pen.family(&WITHIN);
    for (labels, class, totals, _) in classes {
        family.sum(&(labels, class), totals.counts.within)?;
    }
    Ok(())
}

fn write_waits<'a>(pen: &mut Pen<'_>, classes: impl Iterator<Item = ClassRow<'a>> + Clone) -> fmt::Result {
    let mut family = pen.family(&WAITS);
    let mut buckets = Vec::new();
    for (labels, class, totals, _) in classes.clone() {
        let waits = &totals.counts.waits;
        buckets.clear();
        let edges = waits.edges.iter().copied().chain([f64::INFINITY]);
        buckets.extend(edges.zip(waits.buckets.iter().copied()));
        family.buckets(&(labels, class), waits.sum, &buckets)?;
    }
    let mut family = pen.family(&HANDLING);
    for (labels, class, totals, _) in classes {
        family.sum(&(labels, class), totals.counts.handling_seconds)?;
    }
    Ok(())
}

fn write_time(pen: &mut Pen<'_>, scene: &Scene<'_>, rows: &[Row<'_>]) -> fmt::Result {
    let mut family = pen.family(&QUEUE_WAIT);
    for row in rows {
        if let Some(seconds) = row.totals.time.queue_wait {
            family.sum(&row.labels, seconds)?;
        }
    }
    let measured = || rows.iter().filter_map(|row| Some((row, row.totals.time.measured?)));
    let mut family = pen.family(&MEASURED);
    for (row, seconds) in measured() {
        family.sum(&row.labels, seconds)?;
    }
    let mut family = pen.family(&UNMEASURED);
    for (row, _) in measured() {
        for (reason, seconds) in Unmeasured::ALL.into_iter().zip(row.totals.time.unmeasured) {
            family.sum(&(row.labels, [("reason", reason.as_str())]), seconds)?;
        }
    }
    let mut family = pen.family(&TRUNCATED);
    for row in rows.iter().filter(|row| row.center.service_state.is_some()) {
        let lists = [&row.center.center.calls, &row.center.center.cases];
        let fresh = lists.into_iter().any(|list| list.fresh(scene.now).is_some());
        if let Some(truncated) = row.totals.truncated.filter(|_| fresh) {
            family.gauge(&row.labels, u64::from(truncated))?;
        }
    }
    Ok(())
}

/// The services of a contact centre that were last read, fresh or not.
fn rows<'a>(center: &'a CenterScene<'a>) -> impl Iterator<Item = Row<'a>> {
    let flow: HashMap<&str, &ServiceTotals> = center
        .flow
        .into_iter()
        .flat_map(|flow| flow.services.iter().map(|totals| (&*totals.service_id, totals)))
        .collect();
    let configured = || center.center.services.good.iter().flat_map(|good| good.data.iter());
    let names: HashMap<&str, &Text> =
        configured().filter_map(|service| Some((&*service.id, service.name.as_ref()?))).collect();
    let states = center.center.service_state.good.as_ref();
    let known: Vec<(&Text, Option<&Text>)> = match states {
        Some(good) => good.data.iter().map(|status| (&status.id, status.name.as_ref())).collect(),
        None => configured().map(|service| (&service.id, None)).collect(),
    };
    let [target, contact_center] = center.labels;
    known.into_iter().filter_map(move |(id, own_name)| {
        let named = names.get(&**id).copied().or(own_name);
        let labels = [target, contact_center, ("service_id", &**id), ("service_name", name(named))];
        Some(Row { labels, totals: flow.get(&**id)?, center })
    })
}

/// Age of the oldest waiting case of a service, from the lists: for a Trio that does not tell it. `None`
/// while a list that is needed is cut or old, while it is unknown which cases wait, and while Trio counts
/// more of them than the lists show.
pub(super) fn derived_longest_wait(center: &CenterScene<'_>, scene: &Scene<'_>, id: &str) -> Option<f64> {
    let service = center.flow?.service(id)?;
    if service.withholds_longest_wait {
        return None;
    }
    let longest = |totals: &ClassTotals| {
        totals.source.reading(center.center).fresh(scene.now)?;
        Some(totals.now?.waiting?.longest_wait)
    };
    let waits: Option<Vec<f64>> = service.classes.iter().map(longest).collect();
    waits?.into_iter().reduce(f64::max)
}
