//! The servers of a target, and the one in use.

use std::fmt;

use super::{
    encode_input::EncodeInput,
    family::{FamilyWriter, Label, Spec},
};
use crate::model::ServerUse;

const ACTIVE: Spec = Spec::gauge(
    "server_active",
    "1 for the server that is in use, 0 for the target's others; 1 on a secondary means that Trio is in failover mode or that the primary does not answer. Source: the exporter.",
);
const UP: Spec = Spec::gauge(
    "server_up",
    "1 if the server answers for itself, 0 if it does not or was left because all its requests failed; absent until it was first asked. A secondary at 0 cannot take over. Source: te/api?redirect=false.",
);
const FAILOVERS: Spec = Spec::counter(
    "failovers",
    "Changes to another server, returns to the primary included. Source: the exporter.",
);

/// Writes the families of servers.
pub(in crate::metrics) fn write(
    writer: &mut FamilyWriter<'_>,
    input: &EncodeInput<'_>,
) -> fmt::Result {
    let servers: Vec<_> =
        input.targets.iter().map(|target| (target.labels, target.stats.servers())).collect();
    let servers =
        || servers.iter().flat_map(|(target, uses)| uses.iter().map(|server| (*target, server)));
    let mut family = writer.family(&ACTIVE);
    for (target, server) in servers() {
        family.add_gauge(&(target, labels(server)), u64::from(server.active))?;
    }
    let mut family = writer.family(&UP);
    for (target, server) in servers() {
        // A server that was never asked has no sample: 0 would report one as down that may be well.
        if let Some(up) = server.up {
            family.add_gauge(&(target, labels(server)), u64::from(up))?;
        }
    }
    let mut family = writer.family(&FAILOVERS);
    for target in &input.targets {
        family.add_counter(&target.labels, target.stats.failovers.get())?;
    }
    Ok(())
}

fn labels(server: &ServerUse) -> [Label<'_>; 2] {
    [("server", &server.server), ("role", server.role.as_str())]
}
