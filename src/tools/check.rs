//! `check`: tests of everything between the exporter and a Trio, one line for each finding, with
//! its remedy.
//!
//! The order is from the network upwards: name, connection, TLS, Api resource, clock, login,
//! rights, mapping, pages, times, waits, load. Checks that cannot succeed after a failure are left
//! out. No answer is quoted, because it may contain names of persons.
//!
//! `check` reads everything once, as the poller does. What is wrong in these readings is judged by
//! `diagnosis`, as for `/status`. Here are the tests that a running exporter does not make (network,
//! configuration, size of pages, time zone, load), and the lines about what is as it should be.

mod access;
mod boards;
mod cases;
mod client_key;
mod learn;
mod load;
mod mapping;
mod pages;
mod report;
mod rights;
mod rows;
mod server;
mod times;
mod waits;

use std::{sync::Arc, time::Duration};

pub use boards::wallboards;
pub use learn::compare_help;
pub use report::{Level, Line, Report, Show};

use crate::{
    diagnosis::{self, FindingKind, Situation, Subject},
    model::{Clock, Collector, Selection, Text, Wallboard},
    poller,
    snapshot::{Notes, Reading, Snapshot},
    stats::Stats,
    tally::Totals,
    trio::{Client, Route, Settings},
};

/// Checks that need a contact centre.
const SKIPPED: &str = "rights, mapping, page cap, time zone, waits, limit of cases, load";
/// Remedy where checks are left out.
const REPAIR_FIRST: &str = "repair what FAILs above first";

/// A target to check.
#[derive(Clone, Debug)]
pub struct CheckTarget {
    /// Name of the target.
    pub name: Text,
    /// Servers, credentials and limits.
    pub settings: Settings,
    /// Selection of its contact centres.
    pub contact_centers: Selection,
    /// Interval of each of [`Collector::ALL`]; `None` for those that are switched off.
    pub intervals: [Option<Duration>; Collector::COUNT],
    /// Interval at which the list of contact centres is read.
    pub configuration: Duration,
    /// Limits of its poller.
    pub limits: poller::Limits,
    /// The wallboards of the configuration.
    pub wallboards: Vec<Arc<Wallboard>>,
    /// Reports while the check is running.
    pub show: Show,
}

impl CheckTarget {
    /// Returns the interval of a collector; `None` if it is switched off.
    fn interval(&self, collector: Collector) -> Option<Duration> {
        self.intervals[collector.index()]
    }

    /// Returns the snapshot of the target before the first reading.
    fn snapshot(&self, client: &Client, clock: &Clock) -> Snapshot {
        Snapshot {
            contact_centers: Reading::none(self.configuration),
            inventory: Reading::none(self.interval(Collector::Inventory)),
            notes: Notes { configured: self.intervals, ..Notes::default() },
            ..Snapshot::new(self.name.clone(), client.active_server(), clock.now())
        }
    }
}

/// Returns the report on a valid configuration with its warnings. `source` is the file, or the
/// variables.
pub fn configuration(source: &str, targets: usize, warnings: &[String]) -> Report {
    let mut report = Report::default();
    let plural = if targets == 1 { "" } else { "s" };
    report.ok("config", format!("{source}: {targets} target{plural}, no mistakes"));
    for warning in warnings {
        // Each warning of the configuration ends with its remedy, after the last semicolon.
        let (seen, remedy) =
            warning.rsplit_once("; ").unwrap_or((warning, "change the configuration"));
        report.check("config", seen, remedy);
    }
    report
}

/// Returns the lines that `check` prints about the facts of a situation, without its own tests.
pub fn judged(target: &Text, situation: &Situation<'_>) -> Report {
    let mut report = Report::for_target(target);
    report.expect(diagnosis::target(situation));
    report.add_rest();
    report
}

/// Checks a target with a `client` that has not been used before, and that counts in `stats`.
pub async fn check(target: &CheckTarget, client: &Client, stats: &Stats, clock: &Clock) -> Report {
    let mut report = Report::for_target(&target.name).showing(target.show);
    // Ages are judged against the begin: readings do not expire while slower ones are made.
    let now = clock.now();
    client_key::check(target, &mut report);
    let mut answering = 0;
    // All servers, also after one that answers: the other one of a pair is needed when this one
    // fails.
    for base in &target.settings.servers {
        answering += usize::from(server::check(target, client, now, base, &mut report).await);
    }
    if answering == 0 {
        let skipped = format!("login, {SKIPPED}");
        report.unknown(skipped, "left out: no server answers", REPAIR_FIRST);
        return report;
    }
    let mut snapshot = target.snapshot(client, clock);
    let (mut totals, mut load) = (Totals::default(), load::Load::default());
    let root = access::check(target, client, clock, &mut snapshot, &mut report).await;
    let mut routes: Vec<Route> = Vec::new();
    if let Ok(root) = &root {
        routes = access::routes(client, root, &snapshot, &mut report).await;
        for route in &routes {
            let center = rights::read(target, client, clock, route, &mut load).await;
            snapshot.centers.push(center);
        }
        // After the readings by contact centre: its requests belong to the load that is reported
        // below.
        rights::read_shared(target, client, clock, root, &mut snapshot, &mut load, &mut report)
            .await;
    }
    snapshot.up = rights::is_any_state_read(&snapshot);
    snapshot.server = client.active_server();
    snapshot.clock_skew = client.clock_skew();
    snapshot.fields = client.field_uses();
    let comparison = waits::compare(&snapshot);
    totals.wait_mismatches = comparison.mismatches(&snapshot.fields).into();
    let (totals, derived) = (Some(&totals), &[][..]);
    let situation = Situation { snapshot: Some(&snapshot), totals, stats, derived, now };
    let mut found = diagnosis::target(&situation);
    // Judged by the interval that the load will allow; the one in the snapshot is the configured
    // one.
    found.retain(|finding| finding.kind != FindingKind::FlowNotMeasured);
    found.extend(load.flow_interval(target).and_then(diagnosis::flow_not_measured));
    report.expect(found);
    if let Err(reason) = root {
        report.add_rest();
        report.unknown(SKIPPED, format!("left out: {reason}"), REPAIR_FIRST);
        return report;
    }
    report.add_found(|subject| {
        matches!(subject, Subject::Login | Subject::ContactCenters | Subject::Server(_))
    });
    rights::report(&snapshot, now, &mut report);
    mapping::report(&snapshot, &mut report);
    rows::report(&snapshot, &mut report);
    pages::check(client, rights::largest(&snapshot, &routes), &mut report).await;
    pages::check_hidden(client, &mut report);
    times::check(target, client, &routes, &mut report).await;
    times::check_plausible(&snapshot, &mut report);
    waits::report(target, &comparison, &mut report);
    cases::report(&snapshot, &mut report);
    report.unlisted = boards::unlisted(target, &snapshot);
    load.check(target, &mut report);
    load.recommend_flow(target, &snapshot, &mut report);
    report.add_rest();
    report
}
