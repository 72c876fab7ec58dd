//! What one encoding shows: the views of all targets, unfolded once, at one moment.

use std::sync::Arc;

use super::{Identity, View, family::Label};
use crate::{
    model::{AgentStatus, Goals, NAME_LIMIT, ServiceStatus, Stamp},
    snapshot::{Center, Snapshot},
    stats::Stats,
    tally::{AgentTotals, FlowTotals, SkilledAgents, Visibility},
};

/// Everything an encoding may speak of.
pub(super) struct Scene<'a> {
    pub(super) now: Stamp,
    pub(super) identity: &'a Identity,
    pub(super) targets: Vec<Target<'a>>,
}

/// One target.
pub(super) struct Target<'a> {
    pub(super) labels: [Label<'a>; 1],
    pub(super) stats: &'a Stats,
    /// `None` before the first step is finished.
    pub(super) snapshot: Option<&'a Snapshot>,
    pub(super) centers: Vec<CenterScene<'a>>,
}

/// One contact centre of a target.
pub(super) struct CenterScene<'a> {
    pub(super) labels: [Label<'a>; 2],
    pub(super) center: &'a Center,
    pub(super) goals: &'a Goals,
    pub(super) agents: Option<&'a AgentTotals>,
    /// Which agents and groups may be shown; nobody where that is not known.
    shown: Option<&'a Visibility>,
    pub(super) flow: Option<&'a FlowTotals>,
    pub(super) skilled: Option<&'a SkilledAgents>,
    /// The agents now, while that reading is fresh.
    pub(super) agent_state: Option<&'a [AgentStatus]>,
    /// The services now, while that reading is fresh.
    pub(super) service_state: Option<&'a [ServiceStatus]>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(views: &'a [View], identity: &'a Identity, now: Stamp) -> Self {
        Self { now, identity, targets: views.iter().map(|view| Target::new(view, now)).collect() }
    }

    /// The contact centres of all targets.
    pub(super) fn centers(&self) -> impl Iterator<Item = &CenterScene<'a>> {
        self.targets.iter().flat_map(|target| target.centers.iter())
    }

    /// The targets that have finished a step.
    pub(super) fn snapshots(&self) -> impl Iterator<Item = (&Target<'a>, &'a Snapshot)> {
        self.targets.iter().filter_map(|target| Some((target, target.snapshot?)))
    }
}

impl CenterScene<'_> {
    pub(super) fn shows_agent(&self, id: &str) -> bool {
        self.shown.is_some_and(|shown| shown.has_agent(id))
    }

    pub(super) fn shows_group(&self, id: &str) -> bool {
        self.shown.is_some_and(|shown| shown.has_group(id))
    }
}

impl<'a> Target<'a> {
    fn new(view: &'a View, now: Stamp) -> Self {
        let published = view.published.as_deref();
        let centers = published.into_iter().flat_map(|published| {
            published.snapshot.centers.iter().map(move |center| {
                let id = &center.contact_center.id;
                let totals = published.totals.centers.iter().find(|totals| totals.contact_center == *id);
                CenterScene {
                    labels: [("target", &view.name), ("contact_center", id)],
                    center,
                    goals: &view.goals,
                    agents: totals.and_then(|totals| totals.agents.as_ref()),
                    shown: totals.map(|totals| &*totals.visibility),
                    flow: totals.map(|totals| &totals.flow),
                    skilled: totals.and_then(|totals| totals.skilled.as_deref()),
                    agent_state: center.agent_state.fresh(now).map(|data| data.as_slice()),
                    service_state: center.service_state.fresh(now).map(|data| data.as_slice()),
                }
            })
        });
        Self {
            labels: [("target", &view.name)],
            stats: &view.stats,
            snapshot: published.map(|published| &*published.snapshot),
            centers: centers.collect(),
        }
    }
}

/// The text of a name, cut at [`NAME_LIMIT`] characters; empty when there is none.
pub(super) fn name(text: Option<&Arc<str>>) -> &str {
    let text = text.map_or("", |text| &**text);
    if text.len() <= NAME_LIMIT {
        return text;
    }
    text.char_indices().nth(NAME_LIMIT).map_or(text, |(end, _)| &text[..end])
}
