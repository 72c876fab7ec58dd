//! The JSON Schema of the configuration file, for editors and for programs that write configurations.
//!
//! Its words, bounds and defaults are those of the types that the reader uses. The reader's keys are held against
//! its own by a test, and so is every wrong value that the tests of the reader know. What a schema cannot say, such
//! as that one duration must not be shorter than another, only the reader says.

mod agents;
mod form;
mod goals;
mod target;

use serde_json::{Value, json};

use super::sections::SERIES;
use crate::{metrics, model::Collector, poller, tally};
use form::{Object, duration, integer, list_of, reference, text};

/// The schema, as JSON.
pub fn schema() -> Value {
    let about = "Configuration of trio-exporter. deploy/trio-exporter.yml explains every key.";
    let targets = "The Trio systems to read. Each has its own session and its own failures.";
    let state =
        "A file that carries the counters over a restart, in a folder that the exporter may write to.";
    let mut schema = Object::new(about)
        .required("targets", list_of(targets, &reference("target"), 1, None))
        .optional("poll", poll())
        .optional("collectors", collectors())
        .optional("agents", agents::agents())
        .optional("goals", goals::goals())
        .optional("metrics", metrics())
        .optional("state_file", text(state))
        .finish();
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("trio-exporter");
    schema["definitions"] = json!({"target": target::target(), "rule": goals::rule()});
    schema
}

/// The schema as it is committed and printed.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

fn poll() -> Value {
    let poller::Settings { state, configuration, inventory, .. } = poller::Settings::default();
    Object::new("How often Trio is read.")
        .optional("state", duration("What happens now; also the interval of the steps.", Some(state)))
        .optional("configuration", duration("Services, agents, groups and skills.", Some(configuration)))
        .optional("inventory", duration("How many items there are of everything.", Some(inventory)))
        .finish()
}

fn collectors() -> Value {
    let one = || {
        let map = Object::new("Read at an interval of its own.")
            .optional("interval", duration("Not shorter than poll.state.", None))
            .finish();
        json!({
            "description": "on, off, or {interval: 10s}",
            "anyOf": [{"type": "boolean"}, {"enum": ["on", "off"]}, map],
        })
    };
    let object = Object::new("Single collectors: on, off, or an interval of their own.");
    Collector::ALL
        .into_iter()
        .fold(object, |object, collector| object.given(collector.as_str(), one()))
        .finish()
}

fn metrics() -> Value {
    let most = "A page with more series than this drops whole families, those of single agents first.";
    let keep =
        "Services, agents and groups that come back to Trio within this time have their counters go on.";
    Object::new("What is exposed.")
        .optional("max_series", integer(most, SERIES, Some(metrics::Settings::default().max_series)))
        .optional("keep_counters", duration(keep, Some(tally::Settings::default().keep)))
        .finish()
}
