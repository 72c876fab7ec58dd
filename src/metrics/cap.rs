//! The limit on series: what goes first, and how much of it went.

use std::fmt;

use super::{
    Surface,
    family::{Pen, Spec},
    flow,
    identity::Naming,
    persons,
    scene::{CenterScene, Scene},
    skilled,
};
use crate::{
    model::{AgentState, CaseClass},
    tally::ClassTotals,
};

/// What may be dropped, first to last. Whole families go, never a part of one.
const FIRST_DROPPED: [(Surface, &Spec); 5] = [
    (Surface::Agents, &persons::STATE_SECONDS),
    (Surface::Agents, &persons::STATE),
    (Surface::Main, &flow::WAITS),
    (Surface::Main, &flow::CASES),
    (Surface::Main, &skilled::SKILLED_AGENTS),
];

fn drop_order() -> impl Iterator<Item = (Surface, &'static Spec)> {
    let late = flow::DROPPED_LATE.into_iter().map(|spec| (Surface::Main, spec));
    FIRST_DROPPED.into_iter().chain(late)
}

const SERIES_DROPPED: Spec = Spec::gauge(
    "series_dropped",
    "Series withheld because a surface would exceed its limit, by family; the families add up to all that is withheld. Above 0: raise the limit or read fewer agents. Source: the exporter.",
);

/// The families of a surface that do not fit.
#[derive(Debug, Default)]
pub(super) struct Plan {
    dropped: Vec<(&'static Spec, usize)>,
}

impl Plan {
    /// What to leave out of `surface` so that at most `max_series` are left, if that can be had.
    pub(super) fn of(surface: Surface, scene: &Scene<'_>, max_series: usize) -> Self {
        let candidates = || drop_order().filter(|(of, _)| *of == surface).map(|(_, spec)| spec);
        if at_most(surface, scene) <= max_series {
            return Self::default();
        }
        let mut pen = Pen::counting();
        // Counting writes nothing that could fail, and needs no hashes.
        let _ = surface.write(&mut pen, scene, &Naming::Plain);
        let counted = pen.counted();
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

    /// The families to leave out.
    pub(super) fn families(&self) -> Vec<&'static Spec> {
        self.dropped.iter().map(|(spec, _)| *spec).collect()
    }

    /// The same by the names that are scraped, with the number of their series.
    pub(super) fn named(&self) -> Vec<(String, usize)> {
        self.dropped.iter().map(|(spec, series)| (spec.scraped_name(), *series)).collect()
    }

    fn series(&self, of: &Spec) -> usize {
        self.dropped.iter().filter(|(spec, _)| spec.key() == of.key()).map(|(_, series)| series).sum()
    }
}

/// A number of series that the surface surely does not exceed: saves the counting.
fn at_most(surface: Surface, scene: &Scene<'_>) -> usize {
    match surface {
        Surface::Main | Surface::Targets => scene.centers().map(main_at_most).sum(),
        Surface::Agents => persons::at_most(scene),
        Surface::Exporter => 0,
    }
}

fn main_at_most(center: &CenterScene<'_>) -> usize {
    let services = center.service_state.map_or(0, <[_]>::len);
    let groups = center
        .center
        .service_groups
        .good
        .as_ref()
        .map_or(0, |good| good.data.groups.len() + good.data.members.as_ref().map_or(0, Vec::len));
    let named = center.center.services.good.iter().flat_map(|good| good.data.iter());
    let members: usize = named.map(|service| service.group_ids.len()).sum();
    let agent_groups = center.agents.and_then(|agents| agents.groups.as_ref()).map_or(0, Vec::len);
    let exported: usize =
        center.service_state.unwrap_or_default().iter().map(|status| status.exported.len()).sum();
    let flows = center.flow.iter().flat_map(|flow| &flow.services);
    let waits = |class: &ClassTotals| class.counts.waits.edges.len() + 3;
    let in_flow: usize = flows
        .map(|service| {
            let classes = service.classes.iter().map(|class| flow::OF_A_CLASS + waits(class)).sum::<usize>();
            flow::OF_A_SERVICE + classes
        })
        .sum();
    let pauses = center.agents.and_then(|agents| agents.pauses.as_ref());
    let reasons = pauses.map_or(0, |pauses| pauses.reasons.len());
    in_flow
        + services * (OF_A_SERVICE + CaseClass::ALL.len() * OF_A_CLASS)
        + exported
        + groups
        + members
        + agent_groups * 2 * AgentState::COUNT
        + reasons * 2
        + BESIDES
}

/// Series of one service, beside those of its classes: info, open, six numbers, two goals, and the
/// states of the skilled.
const OF_A_SERVICE: usize = 10 + AgentState::COUNT;
/// Goals of one class of a service.
const OF_A_CLASS: usize = 4;
/// Series of a contact centre that do not grow with anything, and more.
const BESIDES: usize = 250;

/// Writes what was dropped, 0 for families that could be.
pub(super) fn write(pen: &mut Pen<'_>, plans: &[(Surface, Plan)]) -> fmt::Result {
    let mut family = pen.family(&SERIES_DROPPED);
    for (surface, spec) in drop_order() {
        let plans = plans.iter().filter(|(of, _)| *of == surface);
        let series: usize = plans.map(|(_, plan)| plan.series(spec)).sum();
        family.gauge(&[("family", &*spec.scraped_name())], series as u64)?;
    }
    Ok(())
}
