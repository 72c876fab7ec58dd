//! Servers, certificates and clocks.

use super::{
    finding::{Finding, FindingKind, Severity, Subject},
    words::{counted, span},
};
use crate::{
    model::{ServerRole, Stamp, Text, unix_seconds},
    snapshot::Snapshot,
    stats::Stats,
};

/// Remaining days of a certificate below which it is a finding.
// By then an automatic renewal should have replaced it; the alert TrioCertificateExpiring has the
// same limit.
const MIN_CERTIFICATE_DAYS: f64 = 21.0;
/// Largest difference of clocks, in seconds, that is no finding.
// The exporter corrects ages for this difference, as measured from the header `Date`. Times that it
// shows as Trio gives them are not corrected.
pub const MAX_SKEW: f64 = 5.0;

pub(super) fn all(snapshot: &Snapshot, stats: &Stats, now: Stamp) -> Vec<Finding> {
    let mut found = Vec::new();
    let servers = stats.servers();
    for server in servers.iter() {
        let subject = || Subject::Server(server.server.clone());
        // Of a single server another finding says that nothing can be read.
        if server.up == Some(false) && servers.len() > 1 {
            found.push(Finding::new(
                FindingKind::ServerDown,
                Severity::Warning,
                subject(),
                format!("the {} server does not answer", server.role.as_str()),
                "repair that server: until it answers, there is no failover",
            ));
        }
        // Trio works, but there is no failover if this server fails, too.
        if server.active && server.role == ServerRole::Secondary {
            found.push(Finding::new(
                FindingKind::SecondaryInUse,
                Severity::Warning,
                subject(),
                "the secondary server is in use",
                "find out why the primary does not answer: the exporter returns to it by itself",
            ));
        }
    }
    let certificates = stats.certificate_expiries();
    found.extend(
        certificates
            .iter()
            .filter_map(|(server, expiry)| certificate(&Text::from(server.as_str()), *expiry, now)),
    );
    found.extend(stats.clock_skew.get().and_then(|skew| clock(&snapshot.server, skew)));
    found
}

/// Returns a finding if the certificate of a server ends soon; `expiry` is in seconds since 1970.
pub fn certificate(server: &Text, expiry: f64, now: Stamp) -> Option<Finding> {
    let days = (expiry - unix_seconds(now.wall)) / 86_400.0;
    if days >= MIN_CERTIFICATE_DAYS {
        return None;
    }
    let (severity, sentence) = if days < 0.0 {
        let ago = span(-days * 86_400.0);
        (Severity::Broken, format!("the certificate has expired, {ago} ago"))
    } else {
        let days = counted(days.floor(), "day");
        (Severity::Warning, format!("the certificate expires in {days}"))
    };
    let (kind, subject) = (FindingKind::CertificateEnding, Subject::Certificate(server.clone()));
    Some(Finding::new(kind, severity, subject, sentence, "renew the server's certificate"))
}

/// Returns a finding if the clock of a server is `skew` seconds ahead of ours, or behind it, and
/// that is too much.
pub fn clock(server: &Text, skew: f64) -> Option<Finding> {
    let side = if skew > 0.0 { "ahead of" } else { "behind" };
    let finding = Finding::new(
        FindingKind::ClocksDiffer,
        Severity::Warning,
        Subject::Clock(server.clone()),
        format!("Trio's clock is {} {side} the exporter's", span(skew.abs())),
        "synchronise both machines with a time server (NTP): waits are corrected for this difference, \
         the start of an agent's state is not",
    );
    (skew.abs() > MAX_SKEW).then_some(finding)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use pretty_assertions::assert_eq;

    use super::*;

    #[test]
    fn certificate_warns_three_weeks_before_its_end() {
        let now =
            Stamp { wall: UNIX_EPOCH + Duration::from_secs(1_000_000_000), mono: Duration::ZERO };
        let seen = |days: f64| {
            let expiry = 1e9 + days * 86_400.0;
            certificate(&"t:1".into(), expiry, now).map(|found| (found.severity, found.sentence))
        };
        assert_eq!(seen(21.0), None);
        for (days, severity, sentence) in [
            (20.9, Severity::Warning, "the certificate expires in 20 days"),
            (1.5, Severity::Warning, "the certificate expires in 1 day"),
            (-0.5, Severity::Broken, "the certificate has expired, 12 h ago"),
        ] {
            assert_eq!(seen(days), Some((severity, sentence.to_owned())), "{days}");
        }
    }

    #[test]
    fn clocks_may_differ_by_five_seconds() {
        let seen = |skew| clock(&"t:1".into(), skew).map(|found| found.sentence);
        assert_eq!([seen(5.0), seen(-5.0)], [None, None]);
        assert_eq!(seen(5.1), Some("Trio's clock is 5.1 s ahead of the exporter's".to_owned()));
        assert_eq!(
            seen(-90.0),
            Some("Trio's clock is 1 min 30 s behind the exporter's".to_owned())
        );
    }
}
