//! The input of one encoding: the data of all targets, with labels prepared and readings that are
//! too old left out.

use std::{collections::HashMap, sync::Arc};

use jiff::tz::TimeZone;

use super::{
    family::{Label, ServiceLabels},
    identity::Identity,
};
use crate::{
    metrics::View,
    model::{AgentStatus, Goals, NAME_LIMIT, ServiceStatus, Stamp, Text},
    snapshot::{Center, Snapshot},
    stats::Stats,
    tally::{AgentTotals, FlowTotals, SkilledAgents, Visibility},
};

/// All data of one encoding.
pub(in crate::metrics) struct EncodeInput<'a> {
    /// Time of the encoding; the age of readings is measured against it.
    pub(in crate::metrics) now: Stamp,
    pub(in crate::metrics) identity: &'a Identity,
    pub(in crate::metrics) targets: Vec<TargetInput<'a>>,
}

/// The data of one target.
pub(in crate::metrics) struct TargetInput<'a> {
    pub(in crate::metrics) labels: [Label<'a>; 1],
    pub(in crate::metrics) stats: &'a Stats,
    /// `None` before the first step has ended.
    pub(in crate::metrics) snapshot: Option<&'a Snapshot>,
    pub(in crate::metrics) centers: Vec<CenterInput<'a>>,
}

/// The data of one contact centre of a target.
pub(in crate::metrics) struct CenterInput<'a> {
    pub(in crate::metrics) labels: [Label<'a>; 2],
    pub(in crate::metrics) center: &'a Center,
    pub(in crate::metrics) goals: &'a Goals,
    pub(in crate::metrics) agents: Option<&'a AgentTotals>,
    /// Agents and groups that may be shown; `None`: not known, so none is shown.
    visibility: Option<&'a Visibility>,
    pub(in crate::metrics) flow: Option<&'a FlowTotals>,
    /// Smallest number of people of whom a number may be shown, and the time zone; `None` before
    /// the first step.
    pub(in crate::metrics) shown: Option<(usize, &'a TimeZone)>,
    pub(in crate::metrics) skilled: Option<&'a SkilledAgents>,
    /// Present states of the agents; `None` if the reading is too old.
    pub(in crate::metrics) agent_state: Option<&'a [AgentStatus]>,
    /// Present states of the services; `None` if the reading is too old.
    pub(in crate::metrics) service_state: Option<&'a [ServiceStatus]>,
}

/// A service with the labels of its series.
pub(in crate::metrics) struct ServiceRow<'a> {
    pub(in crate::metrics) labels: ServiceLabels<'a>,
    /// Labels with the present name, where that came after the series had begun.
    pub(super) info: [Label<'a>; 4],
    pub(super) status: &'a ServiceStatus,
}

impl ServiceRow<'_> {
    /// Returns the id of the service.
    pub(in crate::metrics) fn id(&self) -> &str {
        &self.status.id
    }
}

impl<'a> EncodeInput<'a> {
    pub(in crate::metrics) fn new(views: &'a [View], identity: &'a Identity, now: Stamp) -> Self {
        Self {
            now,
            identity,
            targets: views.iter().map(|view| TargetInput::new(view, now)).collect(),
        }
    }

    /// Returns the contact centres of all targets.
    pub(in crate::metrics) fn centers(&self) -> impl Iterator<Item = &CenterInput<'a>> {
        self.targets.iter().flat_map(|target| target.centers.iter())
    }

    /// Returns the targets whose first step has ended.
    pub(in crate::metrics) fn snapshots(
        &self,
    ) -> impl Iterator<Item = (&TargetInput<'a>, &'a Snapshot)> {
        self.targets.iter().filter_map(|target| Some((target, target.snapshot?)))
    }
}

impl<'a> CenterInput<'a> {
    /// Returns the services that exist at the moment `now`.
    pub(super) fn services(&self, now: Stamp) -> Vec<ServiceRow<'a>> {
        let services = self.center.services.fresh(now).into_iter().flat_map(|data| data.iter());
        let names: HashMap<&str, &Text> =
            services.filter_map(|s| Some((&*s.id, s.name.as_ref()?))).collect();
        let [target, contact_center] = self.labels;
        let row = |status: &'a ServiceStatus| {
            let named = names.get(&*status.id).copied().or(status.name.as_ref());
            let label = self.center.service_label(&status.id, named)?;
            let present = ("service_name", label_text(named.or(label)));
            let info = [target, contact_center, ("service_id", &*status.id), present];
            let labels = ServiceLabels::new(self.labels, &status.id, label_text(label));
            Some(ServiceRow { labels, info, status })
        };
        self.service_state.unwrap_or_default().iter().filter_map(row).collect()
    }

    /// Returns false while it is not certain which goals the service has.
    pub(super) fn has_goals(&self, id: &str) -> bool {
        self.center.naming.as_ref().is_none_or(|naming| !naming.awaits_goals(id))
    }

    /// Returns true if the agent with this id may be shown.
    pub(super) fn shows_agent(&self, id: &str) -> bool {
        self.visibility.is_some_and(|visibility| visibility.has_agent(id))
    }

    /// Returns true if the agent group with this id may be shown.
    pub(super) fn shows_group(&self, id: &str) -> bool {
        self.visibility.is_some_and(|visibility| visibility.has_group(id))
    }
}

impl<'a> TargetInput<'a> {
    fn new(view: &'a View, now: Stamp) -> Self {
        let published = view.published.as_deref();
        let centers = published.into_iter().flat_map(|published| {
            published.snapshot.centers.iter().map(move |center| {
                let id = &center.contact_center.id;
                let totals =
                    published.totals.centers.iter().find(|totals| totals.contact_center == *id);
                CenterInput {
                    labels: [("target", &view.name), ("contact_center", id)],
                    center,
                    goals: &view.goals,
                    agents: totals.and_then(|totals| totals.agents.as_ref()),
                    visibility: totals.map(|totals| &*totals.visibility),
                    flow: totals.map(|totals| &totals.flow),
                    shown: totals.map(|totals| (totals.min_group_size, &totals.time_zone)),
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

/// Returns the text of a name for a label, truncated to [`NAME_LIMIT`] characters; empty if there
/// is no name.
pub(in crate::metrics) fn label_text(text: Option<&Arc<str>>) -> &str {
    let text = text.map_or("", |text| &**text);
    // A name is as long as a user of Trio makes it. Bytes first: no name has more characters than
    // bytes.
    if text.len() <= NAME_LIMIT {
        return text;
    }
    text.char_indices().nth(NAME_LIMIT).map_or(text, |(end, _)| &text[..end])
}
