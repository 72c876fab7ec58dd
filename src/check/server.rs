//! One server, from its name to its Api resource and its clock.

use url::Url;

use super::{
    CheckTarget, Report,
    network::{self, label},
};
use crate::{
    model::{Clock, RequestFailure, unix_seconds},
    trio::{ApiAnswer, Client, Error},
};

/// A certificate that ends sooner than this should be renewed now.
const FEWEST_DAYS: f64 = 21.0;
/// A clock that is further away than this makes waits wrong.
const LARGEST_SKEW: f64 = 5.0;

/// Looks at a server; whether it answers.
pub(super) async fn check(
    target: &CheckTarget,
    client: &Client,
    clock: &Clock,
    base: &Url,
    report: &mut Report,
) -> bool {
    let server = label(base);
    let limit = target.settings.limits.connect;
    if !network::check(base, limit, report).await {
        let seen = "left out: there is no connection";
        report.unknown(format!("TLS, Api, clock {server}"), seen, "repair that first");
        return false;
    }
    let answer = client.ask_api(base).await;
    if let Err(Error::Request { failure: RequestFailure::Tls, .. }) = &answer {
        let seen = answer.as_ref().err().map(Error::redacted).unwrap_or_default();
        report.fail(format!("TLS {server}"), seen, distrust(&answer));
        let seen = "left out: there is no secure connection";
        report.unknown(format!("Api, clock {server}"), seen, "repair that first");
        return false;
    }
    if base.scheme() == "http" {
        report.ok(format!("TLS {server}"), "no TLS: the address begins with http");
    } else if let Some(expiry) = client.certificate_expiry(base) {
        expires(&server, (expiry - unix_seconds(clock.now().wall)) / 86_400.0, report);
    } else if answer.is_ok() {
        let seen = "trusted; when the certificate expires cannot be told";
        report.unknown(format!("TLS {server}"), seen, "look at the certificate on that server");
    }
    match answer {
        Ok(answer) => {
            api(&server, &answer, report);
            named(target, &answer, report).await;
        }
        Err(error @ Error::Redirected { .. }) => {
            let remedy = "fine for the passive server of a pair; it should answer ?redirect=false itself";
            report.check(format!("Api {server}"), error.redacted(), remedy);
        }
        Err(error @ Error::Status { status: 400..=499, .. }) => {
            let remedy = "make sure that the address in `servers` ends with the path of the API, /te/api";
            report.check(format!("Api {server}"), error.redacted(), remedy);
        }
        Err(error) => {
            report.fail(
                format!("Api {server}"),
                error.redacted(),
                "look at Trio's web service on that server",
            );
            return false;
        }
    }
    skew(&server, client.clock_skew(), report);
    true
}

fn api(server: &str, answer: &ApiAnswer, report: &mut Report) {
    let subject = format!("Api {server}");
    let took = answer.took.as_secs_f64() * 1000.0;
    if !answer.is_json {
        let remedy = "make sure that the address in `servers` ends with the path of the API, /te/api";
        report.check(subject, "answers, but not with JSON", remedy);
        return;
    }
    let names: Vec<String> =
        answer.servers.iter().map(|(role, url)| format!("{} {}", role.as_str(), label(url))).collect();
    let names = if names.is_empty() {
        "names no primary or secondary server".to_owned()
    } else {
        format!("names {}", names.join(", "))
    };
    report.ok(subject, format!("answered in {took:.1} ms; {names}"));
}

/// The servers that are not configured, only named: the exporter will go there when it is sent.
async fn named(target: &CheckTarget, answer: &ApiAnswer, report: &mut Report) {
    let configured: Vec<String> = target.settings.servers.iter().map(label).collect();
    for (role, url) in answer.servers.iter().filter(|(_, url)| !configured.contains(&label(url))) {
        let subject = format!("DNS {} (named as {})", label(url), role.as_str());
        match network::addresses(url, target.settings.limits.connect).await {
            Ok(_) => report.ok(subject, "resolves"),
            Err(problem) => {
                let remedy = "make the name known on this machine, or list the server's address in `servers`";
                report.check(subject, problem, remedy);
            }
        }
    }
}

fn distrust(answer: &Result<ApiAnswer, Error>) -> &'static str {
    let seen = answer.as_ref().err().map(ToString::to_string).unwrap_or_default();
    if seen.contains("xpired") {
        "renew the server's certificate, or set this machine's clock"
    } else if seen.contains("not valid for name") {
        "use the name in the certificate in `servers`"
    } else {
        "name the authority of the server's certificate in `ca_file`"
    }
}

fn expires(server: &str, days: f64, report: &mut Report) {
    let subject = format!("TLS {server}");
    let seen = format!("trusted; the certificate expires in {:.0} days", days.floor());
    if days < 0.0 {
        report.fail(subject, "the certificate has expired", "renew the server's certificate");
    } else if days < FEWEST_DAYS {
        report.check(subject, seen, "renew the server's certificate");
    } else {
        report.ok(subject, seen);
    }
}

fn skew(server: &str, skew: Option<f64>, report: &mut Report) {
    let subject = format!("clock {server}");
    match skew {
        None => {
            let remedy = "compare the clocks by hand; without a date the exporter cannot correct for them";
            report.unknown(subject, "cannot be told: the server's answers say no date", remedy);
        }
        Some(skew) if skew.abs() > LARGEST_SKEW => {
            let side = if skew > 0.0 { "ahead of" } else { "behind" };
            let seen = format!("{:.0} s {side} ours", skew.abs());
            report.check(subject, seen, "synchronise both machines with a time server (NTP)");
        }
        Some(_) => report.ok(subject, format!("within {LARGEST_SKEW:.0} s of ours")),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Level, *};

    fn level(make: impl Fn(&mut Report)) -> Level {
        let mut report = Report::default();
        make(&mut report);
        report.findings[0].level
    }

    #[test]
    fn a_certificate_is_checked_three_weeks_before_its_end_and_fails_after_it() {
        for (days, expected) in
            [(-0.1, Level::Fail), (0.1, Level::Check), (20.9, Level::Check), (21.0, Level::Ok)]
        {
            assert_eq!(level(|report| expires("t:1", days, report)), expected, "{days}");
        }
    }

    #[test]
    fn a_clock_may_be_five_seconds_away_to_either_side() {
        for (seconds, expected) in [
            (None, Level::Unknown),
            (Some(5.0), Level::Ok),
            (Some(-5.0), Level::Ok),
            (Some(5.1), Level::Check),
            (Some(-5.1), Level::Check),
        ] {
            assert_eq!(level(|report| skew("t:1", seconds, report)), expected, "{seconds:?}");
        }
    }
}
