//! PromQL of rules, alerts and dashboards, held against what the exporter really has: it parses
//! with types, names only series of the contract (or of our own recording rules), labels that those
//! series carry, and values that those labels take; counters are only ever rated.
//!
//! The results of queries on a real Prometheus are tested in `tests/stack`.

mod catalogue;
mod check;
mod grafana;
mod labels;
pub(crate) mod rule_files;
mod values;
mod walk;

pub(crate) use catalogue::Catalogue;
pub(crate) use check::problems;
pub(crate) use grafana::{with_variables, without_variables};
pub(crate) use walk::{matchings, ranges, selectors, uses};
