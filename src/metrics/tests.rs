//! Tests of whole encodings, by subject.

mod absence;
pub(in crate::metrics) mod contract;
pub(crate) mod fixture;
mod flow;
mod formats;
mod parsed;
mod persons;
mod queue_figures;
pub(crate) mod serving;
mod state_file;
mod sums;

use std::sync::Arc;

use self::parsed::{Family, Sample};
use super::{
    Identity, MetricsPage, Settings, View, encode, exposition::classic::from_open_metrics,
};
use crate::model::Stamp;

/// Families of the main page and of the page of agents, with names of agents.
fn both_pages(view: &View, now: Stamp) -> Vec<Family> {
    let settings = fixture::settings(Identity::Name);
    let views = std::slice::from_ref(view);
    let mut families = families(MetricsPage::Main, views, &settings, now);
    families.extend(self::families(MetricsPage::Agents, views, &settings, now));
    families
}

/// Families of a page.
fn families(
    page: MetricsPage,
    views: &[View],
    settings: &Arc<Settings>,
    now: Stamp,
) -> Vec<Family> {
    let text = encode(page, views, settings, fixture::process(), now);
    parsed::classic(&from_open_metrics(&text))
}

fn names(families: &[Family]) -> Vec<&str> {
    families.iter().map(|family| family.name.as_str()).collect()
}

fn samples<'a>(families: &'a [Family], name: &str) -> &'a [Sample] {
    families.iter().find(|family| family.name == name).map_or(&[], |family| &family.samples)
}

/// The only sample of a family.
fn value(families: &[Family], name: &str) -> Option<f64> {
    let samples = samples(families, name);
    assert!(samples.len() <= 1, "{name} has several samples");
    samples.first().map(|sample| sample.value)
}
