//! The limit on the series of a page: the order in which families are left out, and the number of
//! their series.

use std::fmt;

use crate::{
    metrics::{
        MetricsPage,
        families::{
            encode_input::{CenterInput, EncodeInput},
            family::{FamilyWriter, Spec},
            flow,
            identity::Naming,
            persons, services,
        },
    },
    model::{AgentState, CaseClass},
    tally::ClassTotals,
};

/// Families that may be left out, first to last. A family is left out as a whole: a part of it
/// would give wrong sums.
// The families with the most series first: seven per agent, one per bucket of each class, one per
// state of each class or service.
const FIRST_DROPPED: [(MetricsPage, &Spec); 5] = [
    (MetricsPage::Agents, &persons::STATE_SECONDS),
    (MetricsPage::Agents, &persons::STATE),
    (MetricsPage::Main, &flow::WAITS),
    (MetricsPage::Main, &flow::CASES),
    (MetricsPage::Main, &services::SKILLED_AGENTS),
];

/// Returns all families that may be left out, first to last, with their pages.
fn drop_order() -> impl Iterator<Item = (MetricsPage, &'static Spec)> {
    let late = flow::DROPPED_LATE.into_iter().map(|spec| (MetricsPage::Main, spec));
    FIRST_DROPPED.into_iter().chain(late)
}

const SERIES_DROPPED: Spec = Spec::gauge(
    "series_dropped",
    "Series left out because a page would exceed metrics.max_series, by family; the families add up to all series left out. Above 0: raise the limit or read fewer agents. Source: the exporter.",
);

/// The families of a page that are left out.
#[derive(Debug, Default)]
pub(super) struct DropPlan {
    dropped: Vec<(&'static Spec, usize)>,
}

impl DropPlan {
    /// Decides which families of `page` to leave out, so that at most `max_series` series remain if
    /// possible.
    pub(in crate::metrics) fn new(
        page: MetricsPage,
        input: &EncodeInput<'_>,
        max_series: usize,
    ) -> Self {
        let candidates = || drop_order().filter(|(on, _)| *on == page).map(|(_, spec)| spec);
        // Counting costs a second pass. Most systems are far below the limit and do not need it.
        if max_page_series(page, input) <= max_series {
            return Self::default();
        }
        let mut writer = FamilyWriter::counting();
        // Counting does not fail. The form of ids does not change the number of series, so no hash
        // is computed.
        let _ = page.write(&mut writer, input, &Naming::Plain);
        let counted = writer.into_counts();
        let mut total: usize = counted.iter().map(|(_, series)| series).sum();
        let mut plan = Self::default();
        for spec in candidates() {
            if total <= max_series {
                break;
            }
            let series = counted.iter().filter(|(key, _)| *key == spec.key()).map(|(_, n)| n).sum();
            total -= series;
            plan.dropped.push((spec, series));
        }
        plan
    }

    /// Returns the families to leave out.
    pub(in crate::metrics) fn families(&self) -> Vec<&'static Spec> {
        self.dropped.iter().map(|(spec, _)| *spec).collect()
    }

    /// Returns the names of the families to leave out, as scrapers see them, with the number of
    /// series of each.
    pub(super) fn scraped_names(&self) -> Vec<(String, usize)> {
        self.dropped.iter().map(|(spec, series)| (spec.scraped_name(), *series)).collect()
    }

    /// Returns the number of series of a family that are left out; 0 if the family is written.
    fn dropped_series(&self, family: &Spec) -> usize {
        self.dropped
            .iter()
            .filter(|(spec, _)| spec.key() == family.key())
            .map(|(_, series)| series)
            .sum()
    }
}

/// Returns an upper bound for the number of series of a page, without counting them.
fn max_page_series(page: MetricsPage, input: &EncodeInput<'_>) -> usize {
    match page {
        MetricsPage::Main | MetricsPage::Targets => input.centers().map(max_center_series).sum(),
        MetricsPage::Agents => persons::max_series(input),
        MetricsPage::Exporter => 0,
    }
}

/// Returns an upper bound for the number of series of a contact centre on the main page.
fn max_center_series(center: &CenterInput<'_>) -> usize {
    let services = center.service_state.map_or(0, <[_]>::len);
    let groups =
        center.center.service_groups.good.as_ref().map_or(0, |good| {
            good.data.groups.len() + good.data.members.as_ref().map_or(0, Vec::len)
        });
    let named = center.center.services.good.iter().flat_map(|good| good.data.iter());
    let members: usize = named.map(|service| service.group_ids.len()).sum();
    let agent_groups = center.agents.and_then(|agents| agents.groups.as_ref()).map_or(0, Vec::len);
    let exported: usize =
        center.service_state.unwrap_or_default().iter().map(|status| status.exported.len()).sum();
    let flows = center.flow.iter().flat_map(|flow| &flow.services);
    // Beside the edges: the bucket without an upper edge, `_sum` and `_count`.
    let waits = |class: &ClassTotals| class.counts.waits.edges.len() + 3;
    let in_flow: usize = flows
        .map(|service| {
            let classes = service
                .classes
                .iter()
                .map(|class| flow::SERIES_PER_CLASS + waits(class))
                .sum::<usize>();
            flow::SERIES_PER_SERVICE + classes
        })
        .sum();
    let pauses = center.agents.and_then(|agents| agents.pauses.as_ref());
    let reasons = pauses.map_or(0, |pauses| pauses.reasons.len());
    in_flow
        + services * (SERIES_PER_SERVICE + CaseClass::ALL.len() * GOALS_PER_CLASS)
        + exported
        + groups
        + members
        + agent_groups * SERIES_PER_AGENT_GROUP
        + reasons * 2
        + FIXED_SERIES
}

/// Series of one service without its classes: info, open, six numbers, two goals, and the states of
/// skilled agents.
const SERIES_PER_SERVICE: usize = 10 + AgentState::COUNT;
/// Series of one agent group: agents and seconds, by state.
const SERIES_PER_AGENT_GROUP: usize = 2 * AgentState::COUNT;
/// Goals of one class of a service: wait target, level target and two alert limits.
const GOALS_PER_CLASS: usize = 4;
/// Upper bound for the series of a contact centre whose number is fixed: states, state changes,
/// limits, collections.
const FIXED_SERIES: usize = 250;

/// Writes the number of series that were left out, with 0 for the other families that may be left
/// out.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    plans: &[(MetricsPage, DropPlan)],
) -> fmt::Result {
    let mut family = writer.family(&SERIES_DROPPED);
    for (page, spec) in drop_order() {
        let plans = plans.iter().filter(|(on, _)| *on == page);
        let series: usize = plans.map(|(_, plan)| plan.dropped_series(spec)).sum();
        family.add_gauge(&[("family", &*spec.scraped_name())], series as u64)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pretty_assertions::assert_eq;

    use super::*;
    use crate::{
        metrics::{
            Identity,
            tests::{
                contract::{Row, rows},
                fixture,
            },
        },
        model::CaseState,
        tally::{LeftAge, UnclassifiedReason, Unmeasured},
    };

    /// Names of the families that a function writes for the fixture, with more than `least` series.
    fn written(
        least: usize,
        write: impl for<'a> FnOnce(&mut FamilyWriter<'_>, &'a EncodeInput<'a>) -> fmt::Result,
    ) -> BTreeSet<String> {
        let views = [fixture::full()];
        let input = EncodeInput::new(&views, &Identity::Name, fixture::taken());
        let mut writer = FamilyWriter::counting();
        write(&mut writer, &input).expect("counting does not fail");
        let counts = writer.into_counts().into_iter().filter(|(_, series)| *series > least);
        counts.map(|(key, _)| format!("{key:?}")).collect()
    }

    fn dropped_from(page: MetricsPage) -> BTreeSet<String> {
        let on_page = drop_order().filter(|(on, _)| *on == page);
        on_page.map(|(_, spec)| format!("{:?}", spec.key())).collect()
    }

    #[test]
    fn every_family_of_the_flow_can_be_dropped() {
        let mut families = written(0, flow::write);
        families.insert(format!("{:?}", services::SKILLED_AGENTS.key()));
        assert_eq!(dropped_from(MetricsPage::Main), families);
    }

    #[test]
    fn families_with_most_series_per_agent_can_be_dropped() {
        let one_per_agent = fixture::totals().centers[0].agents.as_ref().map(|a| a.persons.len());
        let families = written(one_per_agent.expect("agents"), |writer, input| {
            MetricsPage::Agents.write(writer, input, &Naming::Plain)
        });
        assert_eq!(dropped_from(MetricsPage::Agents), families);
    }

    /// Number of series that a family of the contract has for one service, class or agent.
    fn series(row: &Row, states: usize, reasons: usize) -> usize {
        let parts = |(label, _): &(&str, _)| match *label {
            "state" => states,
            "reason" => reasons,
            "age" => LeftAge::ALL.len(),
            "severity" => 2,
            _ => 1,
        };
        row.labels.iter().map(parts).product()
    }

    /// Number of series of the families that have a label, but none of `others`.
    fn total(label: &str, others: &[&str], states: usize, reasons: usize) -> usize {
        let rows = rows();
        let is_among = |row: &&Row| {
            let has = |name: &str| row.labels.iter().any(|(label, _)| *label == name);
            has(label) && !others.iter().any(|other| has(other)) && row.kind != "histogram"
        };
        rows.iter().filter(is_among).map(|row| series(row, states, reasons)).sum()
    }

    #[test]
    fn bounds_are_those_of_the_families_that_exist() {
        let of_service = total(
            "service_id",
            &["case_class", "service_group_id", "field"],
            AgentState::COUNT,
            Unmeasured::ALL.len(),
        );
        assert_eq!(SERIES_PER_SERVICE + flow::SERIES_PER_SERVICE, of_service);
        let of_class = total("case_class", &[], CaseState::COUNT, UnclassifiedReason::ALL.len());
        // Two to spare.
        assert_eq!(GOALS_PER_CLASS + flow::SERIES_PER_CLASS, of_class + 2);
        let of_agent = total("agent_id", &["agent_group_id"], AgentState::COUNT, 1);
        assert_eq!(persons::SERIES_PER_AGENT, of_agent);
        let of_group = total("agent_group_id", &["agent_id"], AgentState::COUNT, 1);
        assert_eq!(SERIES_PER_AGENT_GROUP, of_group);
    }
}
