//! The servers of a target: which are there, and which of them is asked.

use std::fmt;

use super::{
    family::{Label, Pen, Spec},
    scene::Scene,
};
use crate::model::ServerUse;

const ACTIVE: Spec = Spec::gauge(
    "server_active",
    "1 for the server that is asked, 0 for the target's others; 1 on a secondary means that Trio runs in failover mode or that the primary does not answer. Source: the exporter.",
);
const UP: Spec = Spec::gauge(
    "server_up",
    "1 when the server answers for itself, 0 when it does not or was left because it failed everything else; absent until it was first asked: a secondary at 0 cannot take over. Source: te/api?redirect=false.",
);
const FAILOVERS: Spec = Spec::counter(
    "failovers",
    "Times another server than before was asked, returns to the primary included. Source: the exporter.",
);

/// Writes all families of the servers.
pub(super) fn write(pen: &mut Pen<'_>, scene: &Scene<'_>) -> fmt::Result {
    let servers: Vec<_> =
        scene.targets.iter().map(|target| (target.labels, target.stats.servers())).collect();
    let servers = || servers.iter().flat_map(|(target, uses)| uses.iter().map(|server| (*target, server)));
    let mut family = pen.family(&ACTIVE);
    for (target, server) in servers() {
        family.gauge(&(target, labels(server)), u64::from(server.active))?;
    }
    let mut family = pen.family(&UP);
    for (target, server) in servers() {
        if let Some(up) = server.up {
            family.gauge(&(target, labels(server)), u64::from(up))?;
        }
    }
    let mut family = pen.family(&FAILOVERS);
    for target in &scene.targets {
        family.count(&target.labels, target.stats.failovers.get())?;
    }
    Ok(())
}

fn labels(server: &ServerUse) -> [Label<'_>; 2] {
    [("server", &server.server), ("role", server.role.as_str())]
}
