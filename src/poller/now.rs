//! What happens now: states, calls and cases, and single cases that their lists may hide.

use super::{
    cut,
    cycle::Visitor,
    follow::{Following, Wanted},
    settle::{Done, one_list, whole},
};
use crate::{model::Collector, snapshot::Center, trio::Route};

impl Visitor<'_> {
    /// Reads what happens now, and says whether any of it could be read; then asks for those of the
    /// wanted cases that no list shows.
    pub(super) async fn now(
        self,
        route: &Route,
        center: &mut Center,
        wanted: &[Wanted],
    ) -> (Vec<Done>, Option<bool>, Following) {
        let before = center.clone();
        let (done, fast) = self.state(route, center).await;
        cut::mark(&before, center);
        let mut following = self.follow(route, (&before, center), wanted).await;
        center.followed = std::mem::take(&mut following.found).into();
        (done, fast, following)
    }

    /// Reads what happens now, and says whether any of it could be read.
    async fn state(self, route: &Route, center: &mut Center) -> (Vec<Done>, Option<bool>) {
        let client = self.client;
        let Center { service_state, agent_state, calls, cases, .. } = center;
        let [look_at_services, look_at_agents] = [Collector::ServiceState, Collector::AgentState]
            .map(|collector| self.is_looking(route, collector));
        let done = tokio::join!(
            self.collect(
                Collector::ServiceState,
                service_state,
                look_at_services,
                client.service_state(route),
                whole
            ),
            self.collect(
                Collector::AgentState,
                agent_state,
                look_at_agents,
                client.agent_state(route),
                whole
            ),
            self.collect(Collector::Calls, calls, false, client.calls(route), one_list),
            self.collect(Collector::Cases, cases, false, client.cases(route), one_list),
        );
        let done: Vec<Done> = [done.0, done.1, done.2, done.3].into_iter().flatten().collect();
        let fast = (!done.is_empty()).then(|| done.iter().any(|done| done.error.is_none()));
        (done, fast)
    }
}
