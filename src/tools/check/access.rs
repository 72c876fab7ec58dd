//! The way to the API: name resolution and TCP connection of a server, the login, and the contact
//! centres that the API user sees.

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use url::{Host, Url};

use super::{CheckTarget, Report};
use crate::{
    model::{Clock, Resource},
    poller::{Attempted, to_problem},
    snapshot::{ProblemKind, Snapshot},
    trio::{Client, Error, Root, Route},
};

/// Logs in and enters the contact centres that are read into the snapshot.
///
/// # Errors
/// There is none, for this reason; the findings say more.
// One attempt for the whole command: a server may lock the account after a few wrong passwords.
pub(super) async fn check(
    target: &CheckTarget,
    client: &Client,
    clock: &Clock,
    snapshot: &mut Snapshot,
    report: &mut Report,
) -> Result<Root, &'static str> {
    let mut found = None;
    let read = async {
        let root = client.root().await?;
        let listing = client.contact_centers(&root).await?;
        Ok((root, listing.data))
    };
    let limit = target.limits.collector;
    let attempted = Attempted::run(clock, limit, Resource::ContactCenters, read).await;
    let error = attempted.enter(
        &mut snapshot.contact_centers,
        |reading, (root, items), begun, took| {
            found = Some((root, items.clone()));
            reading.store(begun, took, items.len(), items);
            None
        },
        |reading| reading,
    );
    let is_about_login = snapshot.contact_centers.problem.as_ref().is_some_and(|problem| {
        matches!(problem.kind, ProblemKind::LoginFailed(_) | ProblemKind::LoginWaits)
    });
    // Without an answer of the Api resource no login was tried.
    let was_tried = !matches!(error, Some(Error::Request { resource: Resource::Api, .. }));
    if was_tried && !is_about_login {
        report.ok("login", format!("accepted by {}", client.active_server()));
    }
    let Some((root, seen)) = found else {
        snapshot.notes.trouble = error.as_ref().map(to_problem);
        return Err(if is_about_login {
            "no login succeeded"
        } else {
            "the contact centres cannot be listed"
        });
    };
    let ids: Vec<&str> = seen.iter().map(|center| &*center.id).collect();
    for (list, entry) in target.contact_centers.unmatched(&seen) {
        let seen = format!("none has the id or name `{entry}` in contact_centers.{list}");
        report.check("contact centres", seen, format!("name one of the ids {}", ids.join(", ")));
    }
    let count = seen.len();
    let (selected, left_out): (Vec<_>, Vec<_>) =
        seen.into_iter().partition(|center| target.contact_centers.takes(center));
    snapshot.notes.passed_over = left_out.into();
    if selected.is_empty() {
        return Err("no contact centre is read");
    }
    report.ok("contact centres", format!("{count} seen, {} read", selected.len()));
    snapshot.contact_centers.good.iter_mut().for_each(|good| good.data = selected.clone().into());
    Ok(root)
}

/// Returns the routes to the contact centres that are read.
pub(super) async fn routes(
    client: &Client,
    root: &Root,
    snapshot: &Snapshot,
    report: &mut Report,
) -> Vec<Route> {
    let mut routes = Vec::new();
    let listed = snapshot.contact_centers.good.iter().flat_map(|good| good.data.iter());
    for center in listed {
        match client.route(root, center).await {
            Ok(route) => routes.push(route),
            Err(error) => {
                let seen = error.redacted();
                report.fail(format!("contact centre {}", center.id), seen, "run `check` again");
            }
        }
    }
    routes
}

/// Returns host and port, as messages show them.
pub(super) fn label(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Returns the addresses of a server; a lookup takes at most `limit`.
///
/// # Errors
/// The reason, in words, why there is none.
pub(super) async fn addresses(url: &Url, limit: Duration) -> Result<Vec<SocketAddr>, String> {
    let port = url.port_or_known_default().unwrap_or_default();
    let name = match url.host() {
        Some(Host::Ipv4(address)) => return Ok(vec![SocketAddr::new(IpAddr::V4(address), port)]),
        Some(Host::Ipv6(address)) => return Ok(vec![SocketAddr::new(IpAddr::V6(address), port)]),
        Some(Host::Domain(name)) => name,
        None => return Err("there is no host in the address".to_owned()),
    };
    match timeout(limit, lookup_host((name, port))).await {
        Err(_) => Err(format!("no answer within {limit:?}")),
        Ok(Err(error)) => Err(error.to_string()),
        Ok(Ok(found)) => {
            let found: Vec<SocketAddr> = found.collect();
            if found.is_empty() { Err("the name has no address".to_owned()) } else { Ok(found) }
        }
    }
}

/// Resolves a server's name and connects to it. Returns true if both succeed.
pub(super) async fn check_network(url: &Url, limit: Duration, report: &mut Report) -> bool {
    let server = label(url);
    let subject = format!("DNS {server}");
    let addresses = match addresses(url, limit).await {
        Ok(addresses) => addresses,
        Err(problem) => {
            report.fail(subject, problem, "correct the host in `servers`, or the name service");
            return false;
        }
    };
    if matches!(url.host(), Some(Host::Domain(_))) {
        let list: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
        report.ok(subject, list.join(", "));
    } else {
        report.ok(subject, "an address, nothing to look up");
    }
    let mut problem = String::new();
    // The client tries the next address, too, if one does not answer: one that connects is enough.
    for address in &addresses {
        let begun = Instant::now();
        match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(_)) => {
                let took = begun.elapsed().as_secs_f64() * 1000.0;
                report.ok(format!("TCP {server}"), format!("connected in {took:.1} ms"));
                return true;
            }
            Ok(Err(error)) => problem = error.to_string(),
            Err(_) => problem = format!("no connection within {limit:?}"),
        }
    }
    let remedy =
        "start Trio's web service there, open the firewall, or correct the port in `servers`";
    report.fail(format!("TCP {server}"), problem, remedy);
    false
}
