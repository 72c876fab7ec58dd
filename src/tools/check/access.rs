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
    model::{AuthFailure, ContactCenter, Resource},
    trio::{Client, Error, Root},
};

/// Checks that need a contact centre.
const SKIPPED: &str = "rights, mapping, page cap, time zone, waits, limit of cases, load";

/// Logs in and returns the contact centres that are read; `None` if there is none.
// One attempt for the whole command: a server may lock the account after a few wrong passwords.
pub(super) async fn check(
    target: &CheckTarget,
    client: &Client,
    report: &mut Report,
) -> Option<(Root, Vec<ContactCenter>)> {
    let found = match client.root().await {
        Ok(root) => client.contact_centers(&root).await.map(|listing| (root, listing.data)),
        Err(error) => Err(error),
    };
    let error = match found {
        Ok((root, items)) => {
            report.ok("login", format!("accepted by {}", client.active_server()));
            let selected = select_centers(target, items, report);
            if selected.is_empty() {
                report_skipped("no contact centre is read", report);
                return None;
            }
            return Some((root, selected));
        }
        Err(error) => error,
    };
    if let Some(remedy) = login_remedy(&error) {
        report.fail("login", error.redacted(), remedy);
        report_skipped("no login succeeded", report);
        return None;
    }
    match error {
        // Without an answer of the Api resource no login was tried.
        Error::Request { resource: Resource::Api, .. } => {
            report.fail("login", error.redacted(), "repair the connection first");
        }
        _ => {
            report.ok("login", format!("accepted by {}", client.active_server()));
            report.fail(
                "contact centres",
                error.redacted(),
                "allow the API user to read `cc`, in Trio Administrator",
            );
        }
    }
    report_skipped("the contact centres cannot be listed", report);
    None
}

/// Reports the checks that are left out.
fn report_skipped(reason: &str, report: &mut Report) {
    report.unknown(SKIPPED, format!("left out: {reason}"), "repair what FAILs above first");
}

/// Returns the remedy for a login that failed; `None` if the login is not the problem.
fn login_remedy(error: &Error) -> Option<&'static str> {
    let Error::Auth { reason, .. } = error else {
        // A passive server redirects logins, and a busy one asks to wait: the credentials may be
        // right.
        let is_about_login = matches!(
            error,
            Error::LoginWaits { .. }
                | Error::Redirected { resource: Resource::Login | Resource::RefreshLogin, .. }
                | Error::Busy { resource: Resource::Login | Resource::RefreshLogin, .. }
        );
        return is_about_login
            .then_some("wait, or configure the address of the active server; then check again");
    };
    Some(match reason {
        AuthFailure::ClientKey => {
            "correct `client_key`; only one login was tried, so that the account is not locked"
        }
        AuthFailure::Credentials => {
            "correct `username` and `password`; only one login was tried, so that the account is not locked"
        }
        AuthFailure::Forbidden => "allow the API user to use the API, in Trio Administrator",
        AuthFailure::Network => "check the network, and Trio's web service",
        AuthFailure::Refresh | AuthFailure::Server | AuthFailure::Decode => {
            "check Trio's web service, and that the address in `servers` ends with /te/api"
        }
    })
}

/// Returns those of the contact centres in `seen` that the configuration selects.
fn select_centers(
    target: &CheckTarget,
    seen: Vec<ContactCenter>,
    report: &mut Report,
) -> Vec<ContactCenter> {
    let ids: Vec<String> = seen.iter().map(|center| center.id.to_string()).collect();
    for (list, entry) in target.contact_centers.unmatched(&seen) {
        let seen = format!("none has the id or name `{entry}` in contact_centers.{list}");
        report.check("contact centres", seen, format!("name one of the ids {}", ids.join(", ")));
    }
    let count = seen.len();
    let selected: Vec<_> =
        seen.into_iter().filter(|center| target.contact_centers.takes(center)).collect();
    if count == 0 {
        report.fail(
            "contact centres",
            "the API user sees none",
            "give it rights in Trio Administrator",
        );
    } else if selected.is_empty() {
        let seen = format!("{count} seen, but `contact_centers` leaves all of them out");
        report.fail("contact centres", seen, format!("allow one of the ids {}", ids.join(", ")));
    } else {
        report.ok("contact centres", format!("{count} seen, {} read", selected.len()));
    }
    selected
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
