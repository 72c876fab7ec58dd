//! The flow of cases by service and class: gauges of waiting cases, counters of offered, answered
//! and lost ones.
//!
//! Gauges need a list that is not too old. Counters stay as long as the last reading of the
//! services has the service.

use std::{collections::HashMap, fmt};

use super::{
    encode_input::{CenterInput, EncodeInput, label_text},
    family::{FamilyWriter, Label, ServiceLabels, Spec},
};
use crate::{
    model::{CaseState, Stamp, Text},
    tally::{
        ClassCounts, ClassTotals, DayCounts, DayStart, LeftAge, ServiceTotals, UnclassifiedReason,
        Unmeasured, WaitingNow,
    },
};

/// A number of the cases that wait now.
type NowNumber = fn(&WaitingNow) -> f64;
const NOW: [(&Spec, NowNumber); 3] = [
    (
        &Spec::gauge(
            "service_class_waiting",
            "Cases of the class that wait now, ringing ones included, so that e-mails do not hide callers. Absent while the list is truncated. Absent for every class of a service while cases with an unmapped state or without an id may wait and the queue length does not show whether they do; while a waiting case has an unmapped class, absent for the classes that it may belong to. Also absent for every class if two readings in a row show no waiting case although the queue length is above 0. It stays absent for ten minutes after the last such reading. Source: services/calls, services/cases.",
        ),
        |now| now.cases as f64,
    ),
    (
        &Spec::gauge(
            "service_class_longest_wait",
            "Age of the oldest waiting case of the class; 0 if none waits: compare it with trio_service_wait_alert_seconds. The age counts from Trio's own time of arrival, else from the middle of the interval in which the case came, else from when it was first seen, and is then at least half an interval. Absent whenever trio_service_class_waiting is absent. Source: services/calls, services/cases.",
        )
        .seconds(),
        |now| now.longest_wait,
    ),
    (
        &Spec::gauge(
            "service_class_over_target",
            "Cases of the class that wait now and are past the wait target: they are lost for the service level. Their age is found as for trio_service_class_longest_wait_seconds. Absent whenever trio_service_class_waiting is absent. Source: services/calls, services/cases.",
        ),
        |now| now.over_target as f64,
    ),
];

pub(in crate::metrics) const CASES: Spec = Spec::gauge(
    "service_cases",
    "Cases of the class by present state; the states add up to the cases that the list shows. If there are any in state=\"unknown\", map the word: else the number of waiting cases may be unknown. Source: services/calls, services/cases.",
);

/// A counter of a class.
type Count = fn(&ClassCounts) -> u64;
const COUNTS: [(&Spec, Count); 8] = [
    (
        &Spec::counter(
            "service_cases_offered",
            "New cases seen. A case that moves is offered again at its destination: for a sum over several services, subtract trio_service_cases_moved_total. Source: services/calls, services/cases, between two readings.",
        ),
        |counts| counts.offered,
    ),
    (
        &Spec::counter(
            "service_cases_carried_in",
            "Cases that were already waiting when the list was first read, or read again after a gap: the start of the count, not demand. Source: services/calls, services/cases.",
        ),
        |counts| counts.carried_in,
    ),
    (
        &Spec::counter(
            "service_cases_answered",
            "Cases that an agent took. The service level is computed from these and from trio_service_cases_left_total. Source: services/calls, services/cases, agents/state, between two readings.",
        ),
        |counts| counts.answered,
    ),
    (
        &Spec::counter(
            "service_cases_moved",
            "Cases that went on to wait in another service or class (transfer, overflow, callback) and are offered there. Source: services/calls, services/cases, between two readings.",
        ),
        |counts| counts.moved,
    ),
    (
        &Spec::counter(
            "service_cases_answered_within_target_low",
            "Cases that were certainly answered within the wait target. The service level is at least low ÷ (low + trio_service_cases_missed_high_total). Source: services/calls, services/cases, between two readings.",
        ),
        |counts| counts.within_low,
    ),
    (
        &Spec::counter(
            "service_cases_answered_within_target_high",
            "Cases that may have been answered within the wait target, those with unknown outcome included. The service level is at most high ÷ (high + trio_service_cases_missed_low_total). Source: services/calls, services/cases, between two readings.",
        ),
        |counts| counts.within_high,
    ),
    (
        &Spec::counter(
            "service_cases_missed_low",
            "Cases that certainly missed the service level: answered or left past the wait target, or left before it after more than short_abandon. Source: services/calls, services/cases, between two readings.",
        ),
        |counts| counts.missed_low,
    ),
    (
        &Spec::counter(
            "service_cases_missed_high",
            "Cases that may have missed the service level, those with unknown outcome included. Source: services/calls, services/cases, between two readings.",
        ),
        |counts| counts.missed_high,
    ),
];

const LEFT: Spec = Spec::counter(
    "service_cases_left",
    "Cases that left the queue unanswered, by the length of their wait; the ages add up to all that left. The service level leaves out age=\"short\". Source: services/calls, services/cases, between two readings.",
);
const UNCLASSIFIED: Spec = Spec::counter(
    "service_cases_unclassified",
    "Cases whose end is not known, by reason; the reasons add up to all of them. If there are many, trust the service level less. Source: services/calls, services/cases, between two readings.",
);
const WITHIN: Spec = Spec::counter(
    "service_cases_answered_within_target",
    "Cases answered within the wait target, best estimate: if the target is within the interval in which a case may have been answered, the case counts as the share of that interval before the target. For the service level, divide by answered + left (without age=\"short\"). Source: services/calls, services/cases, between two readings.",
);
const MEASURABLE: Spec = Spec::gauge(
    "service_level_measurable",
    "0 if the service level cannot be measured, so that no figure of it is to be shown: the poll interval is longer than the wait target, a third of the answered cases may be over between two lists, or services/cases was truncated within the last quarter of an hour while services/calls measures the time of the service. 1 otherwise. Source: services/calls, services/cases, agents/state; configuration: goals.",
);
pub(in crate::metrics) const WAITS: Spec = Spec::histogram(
    "service_wait",
    "Waits of answered cases, each at its best estimate, for percentiles and the average speed of answer. Always select one case_class: live and written classes have different buckets. Source: services/calls, services/cases, between two readings.",
)
.seconds();
const HANDLING: Spec = Spec::counter(
    "service_handling",
    "Case-seconds with an agent: divide by the answered cases for the average handling time. Source: services/calls, services/cases, between two readings.",
)
.seconds();
const QUEUE_WAIT: Spec = Spec::counter(
    "service_queue_wait",
    "Case-seconds in the queue by Trio's own queue length, correct at any poll interval: divide by the offered cases for the mean wait, cases that left included. Source: services/state, between two readings.",
)
.seconds();
const MEASURED: Spec = Spec::counter(
    "service_measured",
    "Open time of the service for which its flow could be measured: show it beside every service level. Source: services/state, services/calls, services/cases.",
)
.seconds();
const UNMEASURED: Spec = Spec::counter(
    "service_unmeasured",
    "Open time of the service for which its flow could not be measured, by reason; the reasons add up to all of it. A service with calls is measured by services/calls, others by services/cases; a quarter of an hour after services/cases was truncated also counts as truncated. If it is above 5 % of the open time, do not report the day. Source: services/state, services/calls, services/cases.",
)
.seconds();
const TRUNCATED: Spec = Spec::gauge(
    "service_list_truncated",
    "1 while a list that the service needs is at Trio's limit: other cases may be hidden. Source: services/calls, services/cases.",
);

/// A count of a class since local midnight; `None` if an older version of the exporter, which did
/// not have it, began the day.
type DayNumber = fn(&DayCounts) -> Option<f64>;
const DAY: [(&Spec, DayNumber); 8] = [
    (
        &Spec::gauge(
            "service_day_offered",
            "New cases since local midnight, for people who ask about today; absent on a day that was not observed from its start. Source: services/calls, services/cases.",
        ),
        |day| Some(day.offered as f64),
    ),
    (
        &Spec::gauge(
            "service_day_answered",
            "Cases answered since local midnight; absent on a day that was not observed from its start. Source: services/calls, services/cases.",
        ),
        |day| Some(day.answered as f64),
    ),
    (
        &Spec::gauge(
            "service_day_within_target",
            "Cases answered within the wait target since local midnight, best estimate; absent on a day that was not observed from its start. Source: services/calls, services/cases.",
        ),
        |day| Some(day.within),
    ),
    (
        &Spec::gauge(
            "service_day_left",
            "Cases that left unanswered since local midnight, short ones included; absent on a day that was not observed from its start. Source: services/calls, services/cases.",
        ),
        |day| Some(day.left as f64),
    ),
    (
        &Spec::gauge(
            "service_day_within_target_low",
            "Cases certainly answered within the wait target since local midnight; absent on a day that was not observed from its start. Source: services/calls, services/cases.",
        ),
        |day| Some(day.detail?.within_low as f64),
    ),
    (
        &Spec::gauge(
            "service_day_within_target_high",
            "Cases that may have been answered within the wait target since local midnight, those with unknown outcome included; absent on a day that was not observed from its start. Source: services/calls, services/cases.",
        ),
        |day| Some(day.detail?.within_high as f64),
    ),
    (
        &Spec::gauge(
            "service_day_left_short",
            "Cases that left unanswered after at most short_abandon since local midnight: subtract them from trio_service_day_left for the lost cases and for the service level; absent on a day that was not observed from its start. Source: services/calls, services/cases.",
        ),
        |day| Some(day.detail?.left_short as f64),
    ),
    (
        &Spec::gauge(
            "service_day_unclassified",
            "Cases whose end is not known since local midnight: if there are many, trust the figures of the day less; absent on a day that was not observed from its start. Source: services/calls, services/cases.",
        ),
        |day| Some(day.detail?.unclassified as f64),
    ),
];

const DAY_START: Spec = Spec::gauge(
    "day_start_timestamp",
    "Time since 1970 at which the counts of the day began: local midnight, or later on a day that was not observed from its start, when trio_service_day_* are absent. Source: the exporter.",
)
.seconds();

/// The families of the flow that are left out last if there are too many series, first to last.
// Counts of the day go first: queries can compute them from the counters. The gauges of waiting
// cases go last: alerts need them.
pub(in crate::metrics) const DROPPED_LATE: [&Spec; 29] = [
    DAY[0].0,
    DAY[1].0,
    DAY[2].0,
    DAY[3].0,
    DAY[4].0,
    DAY[5].0,
    DAY[6].0,
    DAY[7].0,
    &DAY_START,
    COUNTS[0].0,
    COUNTS[1].0,
    COUNTS[2].0,
    COUNTS[3].0,
    COUNTS[4].0,
    COUNTS[5].0,
    COUNTS[6].0,
    COUNTS[7].0,
    &LEFT,
    &UNCLASSIFIED,
    &WITHIN,
    &HANDLING,
    &QUEUE_WAIT,
    &MEASURED,
    &UNMEASURED,
    &TRUNCATED,
    &MEASURABLE,
    NOW[0].0,
    NOW[1].0,
    NOW[2].0,
];

/// Number of series of one class of a service, without the buckets of its histogram.
pub(in crate::metrics) const SERIES_PER_CLASS: usize = NOW.len()
    + CaseState::COUNT
    + COUNTS.len()
    + LeftAge::ALL.len()
    + UnclassifiedReason::ALL.len()
    + DAY.len()
    // `WITHIN`, `MEASURABLE`, `HANDLING`, and two to spare: the number only has to be large enough.
    + 5;
/// Number of series of a service beside those of its classes.
// `QUEUE_WAIT`, `MEASURED` and `TRUNCATED`, and the reasons of `UNMEASURED`.
pub(in crate::metrics) const SERIES_PER_SERVICE: usize = 3 + Unmeasured::ALL.len();

/// The flow of a service with the labels of its series.
struct Row<'a> {
    labels: ServiceLabels<'a>,
    totals: &'a ServiceTotals,
    center: &'a CenterInput<'a>,
}

/// A class of a service: labels of the service, label of the class, totals, contact centre.
type ClassRow<'a> = (&'a ServiceLabels<'a>, [Label<'a>; 1], &'a ClassTotals, &'a CenterInput<'a>);

/// Writes all families of the flow.
pub(in crate::metrics) fn write<'a>(
    writer: &mut FamilyWriter<'_>,
    input: &'a EncodeInput<'a>,
) -> fmt::Result {
    let rows: Vec<Row<'a>> = input.centers().flat_map(rows).collect();
    let classes = || {
        rows.iter().flat_map(|row| {
            let class = |totals: &'a ClassTotals| -> ClassRow<'_> {
                (&row.labels, [("case_class", totals.class.as_str())], totals, row.center)
            };
            row.totals.classes.iter().map(class)
        })
    };
    write_now(writer, input, &classes())?;
    for (spec, count) in COUNTS {
        let mut family = writer.family(spec);
        for (labels, class, totals, _) in classes() {
            family.add_counter(&(labels, class), count(&totals.counts))?;
        }
    }
    write_outcomes(writer, classes())?;
    let mut family = writer.family(&MEASURABLE);
    for (labels, class, totals, _) in classes().filter(|row| is_fresh(row, input)) {
        family.add_gauge(&(labels, class), u64::from(totals.is_measurable()))?;
    }
    write_waits(writer, classes())?;
    write_time(writer, input, &rows)?;
    for (spec, number) in DAY {
        let mut family = writer.family(spec);
        for (labels, class, totals, _) in classes().filter(|row| is_fresh(row, input)) {
            if let Some(value) = totals.day.as_ref().and_then(number) {
                family.add_gauge_f64(&(labels, class), value)?;
            }
        }
    }
    let mut family = writer.family(&DAY_START);
    for center in input.centers() {
        if let Some(start) = day_start(center, input.now) {
            family.add_gauge_f64(&center.labels, start.at)?;
        }
    }
    Ok(())
}

fn is_fresh((_, _, totals, center): &ClassRow<'_>, input: &EncodeInput<'_>) -> bool {
    is_class_fresh(totals, center, input.now)
}

/// Returns true if the readings that feed the gauges of a class are not too old.
pub(in crate::metrics) fn is_class_fresh(
    totals: &ClassTotals,
    center: &CenterInput<'_>,
    now: Stamp,
) -> bool {
    // A service exists while `services/state` has it, so its gauges need that reading as well.
    center.service_state.is_some() && totals.source.reading(center.center).fresh(now).is_some()
}

/// Returns the waiting cases of a class; `None` while they are not known.
pub(in crate::metrics) fn waiting_now(
    totals: &ClassTotals,
    center: &CenterInput<'_>,
    now: Stamp,
) -> Option<WaitingNow> {
    totals.now?.waiting.filter(|_| is_class_fresh(totals, center, now))
}

/// Returns the begin of the counts of the day of a contact centre; `None` while no list of cases is
/// fresh enough to show counts.
pub(in crate::metrics) fn day_start(center: &CenterInput<'_>, now: Stamp) -> Option<DayStart> {
    let lists = [&center.center.calls, &center.center.cases];
    let is_fresh = lists.into_iter().any(|list| list.fresh(now).is_some());
    center.flow?.day_start.filter(|_| is_fresh && center.service_state.is_some())
}

/// Writes the gauges of the present cases, while the lists are complete and not too old.
fn write_now<'a>(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
    classes: &(impl Iterator<Item = ClassRow<'a>> + Clone),
) -> fmt::Result {
    for (spec, number) in NOW {
        let mut family = writer.family(spec);
        for (labels, class, totals, center) in classes.clone() {
            if let Some(waiting) = waiting_now(totals, center, input.now) {
                family.add_gauge_f64(&(labels, class), number(&waiting))?;
            }
        }
    }
    let fresh = classes.clone().filter(|row| is_fresh(row, input));
    let mut family = writer.family(&CASES);
    for (labels, class, now) in
        fresh.filter_map(|(labels, class, totals, _)| Some((labels, class, totals.now?)))
    {
        for state in CaseState::ALL {
            let state_label = [("state", state.as_str())];
            family.add_gauge(&(labels, (class, state_label)), now.states[state.index()])?;
        }
    }
    Ok(())
}

/// Writes the counters of cases by the way in which they ended.
fn write_outcomes<'a>(
    writer: &mut FamilyWriter<'_>,
    classes: impl Iterator<Item = ClassRow<'a>> + Clone,
) -> fmt::Result {
    let mut family = writer.family(&LEFT);
    for (labels, class, totals, _) in classes.clone() {
        for (age, count) in LeftAge::ALL.into_iter().zip(totals.counts.left) {
            family.add_counter(&(labels, (class, [("age", age.as_str())])), count)?;
        }
    }
    let mut family = writer.family(&UNCLASSIFIED);
    for (labels, class, totals, _) in classes.clone() {
        for (reason, count) in UnclassifiedReason::ALL.into_iter().zip(totals.counts.unclassified) {
            family.add_counter(&(labels, (class, [("reason", reason.as_str())])), count)?;
        }
    }
    let mut family = writer.family(&WITHIN);
    for (labels, class, totals, _) in classes {
        family.add_counter_f64(&(labels, class), totals.counts.within)?;
    }
    Ok(())
}

/// Writes the histogram of waits, and the handling time.
fn write_waits<'a>(
    writer: &mut FamilyWriter<'_>,
    classes: impl Iterator<Item = ClassRow<'a>> + Clone,
) -> fmt::Result {
    let mut family = writer.family(&WAITS);
    // One buffer for all classes: one allocation for each class would be thousands in every scrape.
    let mut buckets = Vec::new();
    for (labels, class, totals, _) in classes.clone() {
        let waits = &totals.counts.waits;
        buckets.clear();
        let edges = waits.edges.iter().copied().chain([f64::INFINITY]);
        buckets.extend(edges.zip(waits.buckets.iter().copied()));
        family.add_histogram(&(labels, class), waits.sum, &buckets)?;
    }
    let mut family = writer.family(&HANDLING);
    for (labels, class, totals, _) in classes {
        family.add_counter_f64(&(labels, class), totals.counts.handling_seconds)?;
    }
    Ok(())
}

/// Writes the counters of time of the services, and their truncated lists.
fn write_time(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
    rows: &[Row<'_>],
) -> fmt::Result {
    let mut family = writer.family(&QUEUE_WAIT);
    for row in rows {
        if let Some(seconds) = row.totals.time.queue_wait {
            family.add_counter_f64(&row.labels, seconds)?;
        }
    }
    let measured = || rows.iter().filter_map(|row| Some((row, row.totals.time.measured?)));
    let mut family = writer.family(&MEASURED);
    for (row, seconds) in measured() {
        family.add_counter_f64(&row.labels, seconds)?;
    }
    let mut family = writer.family(&UNMEASURED);
    for (row, _) in measured() {
        for (reason, seconds) in Unmeasured::ALL.into_iter().zip(row.totals.time.unmeasured) {
            family.add_counter_f64(&(&row.labels, [("reason", reason.as_str())]), seconds)?;
        }
    }
    let mut family = writer.family(&TRUNCATED);
    for row in rows.iter().filter(|row| row.center.service_state.is_some()) {
        // If both lists are too old, nothing is known about their limits: neither 0 nor 1 is true.
        let lists = [&row.center.center.calls, &row.center.center.cases];
        let fresh = lists.into_iter().any(|list| list.fresh(input.now).is_some());
        if let Some(truncated) = row.totals.truncated.filter(|_| fresh) {
            family.add_gauge(&row.labels, u64::from(truncated))?;
        }
    }
    Ok(())
}

/// Returns the services of the last reading of a contact centre, however old it is.
fn rows<'a>(center: &'a CenterInput<'a>) -> impl Iterator<Item = Row<'a>> {
    let flow: HashMap<&str, &ServiceTotals> = center
        .flow
        .into_iter()
        .flat_map(|flow| flow.services.iter().map(|totals| (&*totals.service_id, totals)))
        .collect();
    listed_services(center).into_iter().filter_map(move |(id, name)| {
        let labels = ServiceLabels::new(center.labels, id, name);
        Some(Row { labels, totals: flow.get(&**id)?, center })
    })
}

/// Returns id and name of each service of the last reading of a contact centre, however old it is.
pub(in crate::metrics) fn listed_services<'a>(
    center: &CenterInput<'a>,
) -> Vec<(&'a Text, &'a str)> {
    let configured = || center.center.services.good.iter().flat_map(|good| good.data.iter());
    let names: HashMap<&str, &Text> =
        configured().filter_map(|service| Some((&*service.id, service.name.as_ref()?))).collect();
    // Counters must not disappear during an outage, so the age of the reading does not matter here.
    let states = center.center.service_state.good.as_ref();
    let listed: Vec<(&Text, Option<&Text>)> = match states {
        Some(good) => good.data.iter().map(|status| (&status.id, status.name.as_ref())).collect(),
        None => configured().map(|service| (&service.id, None)).collect(),
    };
    let named = |(id, own_name): (&'a Text, Option<&'a Text>)| {
        let known = names.get(&**id).copied().or(own_name);
        Some((id, label_text(center.center.service_label(id, known)?)))
    };
    listed.into_iter().filter_map(named).collect()
}

/// Returns the age of the oldest waiting case of a service by the lists, in seconds, for a Trio
/// that does not give it. `None` while a list that is needed is truncated or too old, while it is
/// not known which cases wait, and while Trio counts more waiting cases than the lists show.
pub(super) fn derived_longest_wait(
    center: &CenterInput<'_>,
    input: &EncodeInput<'_>,
    id: &str,
) -> Option<f64> {
    let service = center.flow?.service(id)?;
    if service.withholds_longest_wait {
        return None;
    }
    // A class without a figure makes the whole unknown: the oldest case could be one of that class.
    let longest = |totals: &ClassTotals| {
        totals.source.reading(center.center).fresh(input.now)?;
        Some(totals.now?.waiting?.longest_wait)
    };
    let waits: Option<Vec<f64>> = service.classes.iter().map(longest).collect();
    waits?.into_iter().reduce(f64::max)
}
