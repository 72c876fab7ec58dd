//! Live collectors: states, calls and cases, and single cases that their lists may hide.

use super::{
    cycle::CollectContext,
    follow::{CaseRef, FollowOutcome},
    outcome::{CollectorResult, single_list, with_count},
    truncation,
};
use crate::{model::Collector, snapshot::Center, trio::Route};

impl CollectContext<'_> {
    /// Reads the live collectors, then those of the wanted cases that no list shows. The flag is
    /// `None` if none was due, else true if one was read.
    pub(super) async fn collect_live(
        self,
        route: &Route,
        center: &mut Center,
        wanted: &[CaseRef],
    ) -> (Vec<CollectorResult>, Option<bool>, FollowOutcome) {
        let before = center.clone();
        let (done, fast) = self.collect_states(route, center).await;
        // Before single cases are read: a list that is truncated hides cases, a whole one does not.
        truncation::mark(&before, center);
        let mut follow_outcome = self.follow(route, (&before, center), wanted).await;
        center.followed = std::mem::take(&mut follow_outcome.found).into();
        (done, fast, follow_outcome)
    }

    /// Reads states and lists at the same time, so that queue lengths can be compared with lists.
    async fn collect_states(
        self,
        route: &Route,
        center: &mut Center,
    ) -> (Vec<CollectorResult>, Option<bool>) {
        let client = self.client;
        let Center { service_state, agent_state, calls, cases, .. } = center;
        let [probe_services, probe_agents] = [Collector::ServiceState, Collector::AgentState]
            .map(|collector| self.needs_member_probe(route, collector));
        let done = tokio::join!(
            self.collect(
                Collector::ServiceState,
                service_state,
                probe_services,
                client.service_state(route),
                with_count
            ),
            self.collect(
                Collector::AgentState,
                agent_state,
                probe_agents,
                client.agent_state(route),
                with_count
            ),
            self.collect(Collector::Calls, calls, false, client.calls(route), single_list),
            self.collect(Collector::Cases, cases, false, client.cases(route), single_list),
        );
        let done: Vec<CollectorResult> =
            [done.0, done.1, done.2, done.3].into_iter().flatten().collect();
        let fast = (!done.is_empty()).then(|| done.iter().any(|done| done.error.is_none()));
        (done, fast)
    }
}
