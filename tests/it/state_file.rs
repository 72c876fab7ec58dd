//! Counters over a restart: what was scraped goes on, and what cannot be known is not made up.

mod killed;
mod released;
mod restarted;
mod unusable;

use std::path::Path;

use trio_exporter::{config::Config, metrics::Identity, model::Clock};

use crate::support::{Samples, Simulated, TestApp, config};

/// A configuration of the simulated Trio with a state file.
fn kept(trio: &Simulated, file: &Path) -> Config {
    let mut config = config(trio.target(true), Identity::Name);
    config.state_file = Some(file.to_owned());
    config
}

/// An exporter that has stepped so often, five seconds apart.
async fn watched(trio: &Simulated, file: &Path, clock: &Clock, steps: usize) -> TestApp {
    let mut app = TestApp::start_at(kept(trio, file), clock.clone()).await;
    for _ in 0..steps {
        app.step_after(5).await;
    }
    app
}

/// The counters that outlive a restart, series by series.
fn lasting(metrics: &Samples) -> Vec<(String, f64)> {
    let families = ["trio_service_", "trio_agents_", "trio_agent_", "trio_times_rejected_"];
    let counters = ["_total", "_bucket", "_sum", "_count"];
    let lasts = |series: &str| {
        let name = series.split('{').next().unwrap_or_default();
        families.iter().any(|family| name.starts_with(family))
            && counters.iter().any(|counter| name.ends_with(counter))
    };
    metrics
        .all()
        .filter(|(series, _)| lasts(series))
        .map(|(series, n)| (series.to_owned(), n))
        .collect()
}

/// No series is gone or lower than before.
fn assert_none_fell(before: &[(String, f64)], after: &[(String, f64)], when: &str) {
    assert!(before.len() > 50, "{when}: {before:?}");
    for (series, was) in before {
        let is = after.iter().find(|(other, _)| other == series).map(|(_, is)| *is);
        assert!(is >= Some(*was), "{when}: {series} was {was} and is {is:?}");
    }
}

/// Of every class: what came in and has not gone out is what waits.
fn assert_law(metrics: &Samples, when: &str) {
    let sum = |name: &str, of: &[(&str, &str)]| -> f64 {
        metrics.find(name, of).iter().map(|(_, value)| value).sum()
    };
    let mut classes = 0;
    for (series, offered) in metrics.find("trio_service_cases_offered_total", &[]) {
        let label = |name: &str| {
            let rest = series.split_once(&format!("{name}=\"")).expect("a label").1;
            rest.split_once('"').expect("a value").0.to_owned()
        };
        let (service, class) = (label("service_id"), label("case_class"));
        let of = [("service_id", service.as_str()), ("case_class", class.as_str())];
        let total = |name: &str| sum(&format!("trio_service_cases_{name}_total"), &of);
        let out = ["answered", "left", "moved", "unclassified"].map(total).iter().sum::<f64>();
        let Some(waiting) = metrics.get("trio_service_class_waiting", &of) else { continue };
        // A case that one list does not show is not gone yet.
        let still = offered + total("carried_in") - out;
        assert!(
            (waiting..=waiting + 5.0).contains(&still),
            "{when}: {service} {class}: {still}, {waiting} shown"
        );
        classes += 1;
    }
    assert!(classes > 0, "{when}: no class");
}
