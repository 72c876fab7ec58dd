//! Checks of one server: name, connection, TLS, Api resource, named servers and clock.

use url::Url;

use super::{
    CheckTarget, Report,
    access::{self, label},
};
use crate::{
    diagnosis::{self, MAX_SKEW},
    model::{RequestFailure, Stamp, unix_seconds},
    trio::{ApiAnswer, Client, Error, StatusHint},
};

/// Checks a server. Returns true if the Api resource answers with success, a 307 redirect or a 4xx
/// status.
pub(super) async fn check(
    target: &CheckTarget,
    client: &Client,
    now: Stamp,
    base: &Url,
    report: &mut Report,
) -> bool {
    let server = label(base);
    let limit = target.settings.limits.connect;
    if !access::check_network(base, limit, report).await {
        let seen = "left out: there is no connection";
        report.unknown(format!("TLS, Api, clock {server}"), seen, "repair that first");
        return false;
    }
    let answer = client.ask_api(base).await;
    if let Err(Error::Request { failure: RequestFailure::Tls, .. }) = &answer {
        let problem = client.tls_problem(base).await;
        let remedy = problem.as_ref().map(|problem| problem.remedy(base)).unwrap_or_default();
        let seen = problem.map(|problem| format!("no secure connection: {problem}"));
        report.fail(format!("TLS {server}"), seen.unwrap_or_default(), remedy);
        let seen = "left out: there is no secure connection";
        report.unknown(format!("Api, clock {server}"), seen, "repair that first");
        return false;
    }
    if base.scheme() == "http" {
        report.ok(format!("TLS {server}"), "no TLS: the address begins with http");
    } else if let Some(expiry) = client.certificate_expiry(base) {
        report_expiry(&server, expiry, now, report);
    } else if answer.is_ok() {
        let seen = "trusted; the end of the certificate is not known";
        report.unknown(format!("TLS {server}"), seen, "look at the certificate on that server");
    }
    match answer {
        Ok(answer) => {
            report_api(&server, &answer, report);
            check_named_servers(target, &answer, report).await;
        }
        Err(error @ Error::Redirected { .. }) => {
            let remedy = "the passive server of a pair may redirect normal requests, but a request with ?redirect=false should \
                          be answered directly; check the web service on that server";
            report.check(format!("Api {server}"), error.redacted(), remedy);
        }
        Err(error @ Error::Status { hint: Some(StatusHint::WindowsAuthentication), .. }) => {
            let remedy = "in IIS Manager, open Authentication of the API's application: enable Anonymous, disable Windows";
            report.fail(format!("Api {server}"), error.redacted(), remedy);
        }
        Err(error @ Error::Status { status: 300..=399, .. }) => {
            let remedy = "write the address that it redirects to into `servers`, if that is the API of this Trio";
            report.fail(format!("Api {server}"), error.redacted(), remedy);
        }
        Err(error @ Error::Status { status: 400..=499, .. }) => {
            let remedy =
                "make sure that the address in `servers` ends with the path of the API, /te/api";
            report.check(format!("Api {server}"), error.redacted(), remedy);
        }
        Err(error) => {
            report.fail(
                format!("Api {server}"),
                error.redacted(),
                "check Trio's web service on that server",
            );
            return false;
        }
    }
    report_skew(&server, client.clock_skew().map(|skew| skew.seconds), report);
    true
}

/// Reports the Api resource and the servers that it names.
fn report_api(server: &str, answer: &ApiAnswer, report: &mut Report) {
    let subject = format!("Api {server}");
    let took = answer.took.as_secs_f64() * 1000.0;
    if !answer.is_json {
        let remedy =
            "make sure that the address in `servers` ends with the path of the API, /te/api";
        report.check(subject, "answers, but not with JSON", remedy);
        return;
    }
    let names: Vec<String> = answer
        .servers
        .iter()
        .map(|(role, url)| format!("{} {}", role.as_str(), label(url)))
        .collect();
    let names = if names.is_empty() {
        "names no primary or secondary server".to_owned()
    } else {
        format!("names {}", names.join(", "))
    };
    report.ok(subject, format!("answered in {took:.1} ms; {names}"));
}

/// Resolves servers that Trio names but the configuration does not: after a failover the exporter
/// connects to them.
async fn check_named_servers(target: &CheckTarget, answer: &ApiAnswer, report: &mut Report) {
    let configured: Vec<String> = target.settings.servers.iter().map(label).collect();
    for (role, url) in answer.servers.iter().filter(|(_, url)| !configured.contains(&label(url))) {
        let subject = format!("DNS {} (named as {})", label(url), role.as_str());
        match access::addresses(url, target.settings.limits.connect).await {
            Ok(_) => report.ok(subject, "resolves"),
            Err(problem) => {
                let remedy = "make the name known on this machine, or list the server's address in `servers`";
                report.check(subject, problem, remedy);
            }
        }
    }
}

/// Reports a trusted certificate with the days that it is still valid.
fn report_expiry(server: &str, expiry: f64, now: Stamp, report: &mut Report) {
    match diagnosis::certificate(&server.into(), expiry, now) {
        Some(finding) => report.finding(&finding),
        None => {
            let days = (expiry - unix_seconds(now.wall)) / 86_400.0;
            let seen = format!("trusted; the certificate expires in {:.0} days", days.floor());
            report.ok(format!("TLS {server}"), seen);
        }
    }
}

/// Reports the number of seconds by which the server's clock is ahead of ours.
fn report_skew(server: &str, skew: Option<f64>, report: &mut Report) {
    let subject = format!("clock {server}");
    let Some(skew) = skew else {
        let remedy =
            "compare the clocks by hand; without a date the exporter cannot correct for them";
        return report.unknown(
            subject,
            "cannot be determined: the server's answers have no date",
            remedy,
        );
    };
    match diagnosis::clock(&server.into(), skew) {
        Some(finding) => report.finding(&finding),
        None => report.ok(subject, format!("within {MAX_SKEW:.0} s of ours")),
    }
}
