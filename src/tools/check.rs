//! `check`: tests of everything between the exporter and a Trio, one line for each finding, with
//! its remedy.
//!
//! The order is from the network upwards: name, connection, TLS, Api resource, clock, login,
//! rights, mapping, pages, times, waits, load. Checks that cannot succeed after a failure are left
//! out. No answer is quoted, because it may contain names of persons.

mod access;
mod cases;
mod load;
mod mapping;
mod pages;
mod report;
mod rights;
mod rows;
mod server;
mod times;
mod waits;

use std::time::Duration;

pub use report::{Finding, Level, Report};

use crate::{
    model::{Clock, Collector, Resource, Selection, Text},
    poller,
    snapshot::Center,
    trio::{Client, Route, Settings},
};

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
}

impl CheckTarget {
    /// Returns the interval of a collector; `None` if it is switched off.
    fn interval(&self, collector: Collector) -> Option<Duration> {
        self.intervals[collector.index()]
    }
}

/// Returns the report on a valid configuration with its warnings.
pub fn configuration(targets: usize, warnings: &[String]) -> Report {
    let mut report = Report::default();
    let plural = if targets == 1 { "" } else { "s" };
    report.ok("config", format!("{targets} target{plural}, no mistakes"));
    for warning in warnings {
        // Each warning of the configuration ends with its remedy, after the last semicolon.
        let (seen, remedy) =
            warning.rsplit_once("; ").unwrap_or((warning, "change the configuration"));
        report.check("config", seen, remedy);
    }
    report
}

/// Number of rows of a resource, in all contact centres together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CheckedRows {
    resource: Resource,
    rows: usize,
}

/// Results of the readings that later checks need.
#[derive(Debug, Default)]
struct Gathered {
    load: load::Load,
    largest: Option<pages::Largest>,
    rows: Vec<CheckedRows>,
    centers: Vec<Center>,
}

impl Gathered {
    /// Adds rows of one contact centre to those of the others.
    fn add_rows(&mut self, resource: Resource, rows: usize) {
        match self.rows.iter_mut().find(|known| known.resource == resource) {
            Some(known) => known.rows += rows,
            None => self.rows.push(CheckedRows { resource, rows }),
        }
    }
}

/// Checks a target with a `client` that has not been used before.
pub async fn check(target: &CheckTarget, client: &Client, clock: &Clock) -> Report {
    let mut report = Report::for_target(&target.name);
    let mut answering = 0;
    // All servers, also after one that answers: the other one of a pair is needed when this one
    // fails.
    for base in &target.settings.servers {
        answering += usize::from(server::check(target, client, clock, base, &mut report).await);
    }
    let skipped = "login, rights, mapping, page cap, time zone, waits, limit of cases, load";
    if answering == 0 {
        report.unknown(skipped, "left out: no server answers", "repair what FAILs above first");
        return report;
    }
    let Some((root, centers)) = access::check(target, client, &mut report).await else {
        return report;
    };
    let mut gathered = Gathered::default();
    let mut routes: Vec<Route> = Vec::new();
    for center in &centers {
        match client.route(&root, center).await {
            Ok(route) => routes.push(route),
            Err(error) => {
                let seen = error.redacted();
                report.fail(format!("contact centre {}", center.id), seen, "run `check` again");
            }
        }
    }
    for route in &routes {
        rights::check(target, client, clock, route, &mut gathered, &mut report).await;
    }
    // After the readings by contact centre: its requests belong to the load that is reported below.
    rights::check_shared(target, client, &root, &mut gathered.load, &mut report).await;
    mapping::check(client, &gathered.rows, &mut report);
    rows::check(client, &mut report);
    pages::check(client, gathered.largest, &mut report).await;
    times::check(target, client, &routes, &mut report).await;
    times::check_plausible(client, &gathered.centers, &mut report);
    waits::check(target, client, &gathered.centers, &mut report);
    for route in &routes {
        cases::check(target, client, route, &mut report).await;
    }
    gathered.load.check(target, &mut report);
    report
}
