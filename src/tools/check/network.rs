//! Name resolution and TCP connection of a server.

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use url::{Host, Url};

use super::Report;

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
pub(super) async fn check(url: &Url, limit: Duration, report: &mut Report) -> bool {
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
