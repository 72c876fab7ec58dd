//! `check`: what is wrong between the exporter and a Trio, a line a finding, each with its remedy.
//!
//! Looks from the network upwards; what an earlier finding makes pointless is left out. Logs in at
//! most once, so that a wrong password does not lock the account.

mod access;
mod cases;
mod load;
mod network;
mod pages;
mod report;
mod rights;
mod server;
mod times;

use std::time::Duration;

pub use report::{Finding, Level, Report};

use crate::{
    model::{Clock, Collector, Selection, Text},
    trio::{Client, Route, Settings},
};

/// Who is examined.
#[derive(Clone, Debug)]
pub struct Patient {
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

impl Patient {
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

/// Examines a target. `client` reads it and has not been used before.
pub async fn check(patient: &Patient, client: &Client, clock: &Clock) -> Report {
    let mut report = Report::of(&patient.name);
    let mut answers = 0;
    for base in &patient.settings.servers {
        answers += usize::from(server::check(patient, client, clock, base, &mut report).await);
    }
    let later = "login, rights, page cap, time zone, limit of cases, load";
    if answers == 0 {
        report.check(later, "left out: no server answers", "repair what FAILs above first");
        return report;
    }
    let Some((root, centers)) = access::check(patient, client, &mut report).await else { return report };
    let mut load = load::Load::default();
    let mut largest: Option<pages::Largest> = None;
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
        rights::check(patient, client, route, (&mut load, &mut largest), &mut report).await;
    }
    rights::check_shared(patient, client, &root, &mut load, &mut report).await;
    pages::check(client, largest, &mut report).await;
    times::check(patient, client, &routes, &mut report).await;
    for route in &routes {
        cases::check(client, route, &mut report).await;
    }
    load.check(patient, &mut report);
    report
}
