//! Agents that have the skill for each service.

use super::{cycle::CollectContext, outcome::CollectorResult};
use crate::{
    model::{Collector, ServiceSkills, Text},
    snapshot::Center,
    trio::Route,
};

impl CollectContext<'_> {
    /// Reads the skills of the services, once there are services to ask for.
    pub(super) async fn skills(
        self,
        route: &Route,
        center: &mut Center,
        early: bool,
    ) -> Option<CollectorResult> {
        let services = service_ids(center)?;
        let read = self.client.skills(route, &services);
        self.collect(Collector::Skills, &mut center.skills, early, read, all).await
    }
}

fn all(mut items: Vec<ServiceSkills>) -> (usize, ServiceSkills) {
    let skills = items.pop().unwrap_or_default();
    (skills.skills, skills)
}

/// Returns the ids of the known services, by configuration or by their states.
fn service_ids(center: &Center) -> Option<Vec<Text>> {
    let configured =
        center.services.good.as_ref().map(|good| good.data.iter().map(|s| s.id.clone()).collect());
    let now = || {
        center
            .service_state
            .good
            .as_ref()
            .map(|good| good.data.iter().map(|s| s.id.clone()).collect())
    };
    configured.or_else(now)
}
