//! Panels as Grafana 12 draws them, from the JSON of a board and the answers to its queries:
//! numbers, texts, emptiness and colours of stats, gauges, bar gauges and tables.
//!
//! No Grafana runs in our tests. The rules here are those of Grafana's own source
//! (`displayProcessor.ts`, `fieldDisplay.ts`, `valueMappings.ts`, `BigValueLayout.tsx`, the
//! transformations merge and organize, and the table result of its Prometheus data source), for the
//! options that our boards use. An option without a rule here fails the test that meets it. Not
//! modelled: sizes, charts, links.

mod color;
mod field;
mod frame;
mod panel;
mod transformation;
mod unit;
mod value;

pub(crate) use color::Color;
pub(crate) use frame::{Answer, Series};
pub(crate) use panel::{Cell, Shown, Table, Tile, show};
