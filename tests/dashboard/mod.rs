//! The dashboards that we ship, read as Grafana reads them: panels, variables, and every query.
//!
//! `tests/it` holds their form and their PromQL; `tests/stack` runs the queries on a real Prometheus.

mod board;
mod panel;
mod query;

pub(crate) use board::Board;
pub(crate) use panel::Panel;
pub(crate) use query::Query;
