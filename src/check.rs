//! `check`: what is wrong between the exporter and a Trio, a line a finding, each with its remedy.
//!
//! Looks from the network upwards; what an earlier finding makes pointless is left out. Logs in at
//! most once, so that a wrong password does not lock the account.

mod access;
mod cases;
mod load;
mod mapping;
mod network;
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
    model::{CaseList, Clock, Collector, Resource, Selection, ServiceStatus, Stamp, Text},
    trio::{Client, Route, Settings},
};

/// A target to examine.
#[derive(Clone, Debug)]
pub struct CheckTarget {
    /// Name of the target.
    pub name: Text,
    /// How it is reached.
    pub settings: Settings,
    /// Which of its contact centres are read.
    pub contact_centers: Selection,
    /// How often each of [`Collector::ALL`] is read; `None` for those that are switched off.
    pub intervals: [Option<Duration>; Collector::COUNT],
    /// How often the list of contact centres is read.
    pub configuration: Duration,
}

impl CheckTarget {
    fn interval(&self, collector: Collector) -> Option<Duration> {
        self.intervals[collector.index()]
    }
}

/// What is to be said of a configuration that could be read.
pub fn configuration(targets: usize, warnings: &[String]) -> Report {
    let mut report = Report::default();
    let plural = if targets == 1 { "" } else { "s" };
    report.ok("config", format!("{targets} target{plural}, no mistakes"));
    for warning in warnings {
        // A warning ends with what to do.
        let (seen, remedy) = warning.rsplit_once("; ").unwrap_or((warning, "change the configuration"));
        report.check("config", seen, remedy);
    }
    report
}

/// Rows of a resource that was read, in all contact centres together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct CheckedRows {
    resource: Resource,
    rows: usize,
}

/// What waits in one contact centre, and when each part of it was read.
#[derive(Debug, Default)]
struct CenterReading {
    states: Option<(Stamp, Vec<ServiceStatus>)>,
    calls: Option<(Stamp, CaseList)>,
    cases: Option<(Stamp, CaseList)>,
}

/// What the readings brought, for the lines that come after them.
#[derive(Debug, Default)]
struct Gathered {
    load: load::Load,
    largest: Option<pages::Largest>,
    rows: Vec<CheckedRows>,
    centers: Vec<CenterReading>,
}

impl Gathered {
    fn add_rows(&mut self, resource: Resource, rows: usize) {
        match self.rows.iter_mut().find(|known| known.resource == resource) {
            Some(known) => known.rows += rows,
            None => self.rows.push(CheckedRows { resource, rows }),
        }
    }
}

/// Examines a target. `client` reads it and has not been used before.
pub async fn check(target: &CheckTarget, client: &Client, clock: &Clock) -> Report {
    let mut report = Report::of(&target.name);
    let mut answers = 0;
    for base in &target.settings.servers {
        answers += usize::from(server::check(target, client, clock, base, &mut report).await);
    }
    let later = "login, rights, mapping, page cap, time zone, waits, limit of cases, load";
    if answers == 0 {
        report.unknown(later, "left out: no server answers", "repair what FAILs above first");
        return report;
    }
    let Some((root, centers)) = access::check(target, client, &mut report).await else { return report };
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
    rights::check_shared(target, client, &root, &mut gathered.load, &mut report).await;
    mapping::check(client, &gathered.rows, &mut report);
    rows::check(client, &mut report);
    pages::check(client, gathered.largest, &mut report).await;
    times::check(target, client, &routes, &mut report).await;
    waits::check(target, client, &gathered.centers, &mut report);
    for route in &routes {
        cases::check(target, client, route, &mut report).await;
    }
    gathered.load.check(target, &mut report);
    report
}
