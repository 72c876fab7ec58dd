//! The JSON Schema of the configuration file, for editors and for programs that write
//! configurations.
//!
//! Its words, bounds and defaults are those of the types that the reader uses. Tests compare its
//! keys with the reader's, and try every wrong value of the reader's tests. A schema cannot express
//! everything, for instance that one duration must not be shorter than another: only the reader
//! reports that.

mod agents;
mod form;
mod goals;
mod target;

use serde_json::{Value, json};

use super::sections::MAX_SERIES;
use crate::{metrics, model::Collector, poller, tally};
use form::{Object, duration, integer, list_of, reference, text};

/// Returns the schema as JSON.
pub fn schema() -> Value {
    // Each path exists where it is named: the first in the sources, the second on a machine with
    // the package.
    let about = "Configuration of trio-exporter. The sample configuration explains every key: deploy/trio-exporter.yml in the \
                 sources, /usr/share/doc/trio-exporter/examples/trio-exporter.yml in the Debian package.";
    let targets = "The Trio systems to read. Each has its own session and its own failures.";
    let state = "A file that keeps the counters over a restart, in a folder that the exporter may write to.";
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

/// Returns the schema as text, as it is committed and printed.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

fn poll() -> Value {
    let poller::Settings { state, configuration, inventory, .. } = poller::Settings::default();
    Object::new("How often Trio is read.")
        .optional(
            "state",
            duration("What is happening now; also the interval of the steps.", Some(state)),
        )
        .optional(
            "configuration",
            duration("Services, agents, groups and skills.", Some(configuration)),
        )
        .optional("inventory", duration("Number of items of each collection.", Some(inventory)))
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
        .fold(object, |object, collector| object.optional_not_null(collector.as_str(), one()))
        .finish()
}

fn metrics() -> Value {
    let most =
        "A page with more series than this drops whole families, those of single agents first.";
    let keep =
        "Services, agents and groups that return to Trio within this time keep their counters.";
    Object::new("Limits of what is exposed.")
        .optional(
            "max_series",
            integer(most, MAX_SERIES, Some(metrics::Settings::default().max_series)),
        )
        .optional("keep_counters", duration(keep, Some(tally::Settings::default().keep)))
        .finish()
}
