//! Who can take the cases of which service.

use super::{cycle::Visitor, settle::Done};
use crate::{
    model::{Collector, ServiceSkills, Text},
    snapshot::Center,
    trio::Route,
};

impl Visitor<'_> {
    /// Reads who can take the cases of which service, once there are services to ask for.
    pub(super) async fn skills(self, route: &Route, center: &mut Center, early: bool) -> Option<Done> {
        let services = service_ids(center)?;
        let read = self.client.skills(route, &services);
        self.collect(Collector::Skills, &mut center.skills, early, read, all).await
    }
}

fn all(mut items: Vec<ServiceSkills>) -> (usize, ServiceSkills) {
    let skills = items.pop().unwrap_or_default();
    (skills.skills, skills)
}

/// The services that are known at all, by configuration or by their state.
fn service_ids(center: &Center) -> Option<Vec<Text>> {
    let configured =
        center.services.good.as_ref().map(|good| good.data.iter().map(|s| s.id.clone()).collect());
    let now =
        || center.service_state.good.as_ref().map(|good| good.data.iter().map(|s| s.id.clone()).collect());
    configured.or_else(now)
}
