//! The dashboards that we ship, read as Grafana reads them: panels, variables, every query, and
//! what a panel shows for the answers to its queries.
//!
//! `tests/it` holds their form, their PromQL and the tests of the evaluator in `display`;
//! `tests/stack` runs the queries on a real Prometheus.

mod board;
pub(crate) mod display;
mod panel;
mod query;
mod variable;

pub(crate) use board::Board;
pub(crate) use panel::Panel;
pub(crate) use query::Query;
pub(crate) use variable::{DropDownItem, Question, Variable, as_line};
