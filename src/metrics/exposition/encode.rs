//! One encoding: all families of a page, over all targets, in a single pass.

use std::{fmt, sync::Arc};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, text},
    registry::Registry,
};

use super::cap::{self, DropPlan};
use crate::{
    metrics::{
        MetricsPage, Process, Settings, View,
        families::{
            agents, api, collectors,
            encode_input::EncodeInput,
            exporter,
            family::{FamilyWriter, PREFIX},
            fields, flow,
            identity::Naming,
            persons, process, services,
        },
    },
    model::Stamp,
};

/// A part of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The families that say what was published. They change with the next publication, or when a
    /// reading becomes too old.
    Published,
    /// The other ones, about the exporter and its requests: they change at any time.
    Exporter,
}

/// Returns the OpenMetrics text of `page` at the time `now`.
///
/// It depends on nothing but its arguments. `process` is written on pages that show the exporter
/// itself.
pub fn encode(
    page: MetricsPage,
    views: &[View],
    settings: &Arc<Settings>,
    process: Process,
    now: Stamp,
) -> String {
    let mut encoded = String::new();
    // Writing to a String does not fail, and the collectors return no other errors.
    let _ = write_part(Part::Published, page, views, settings, process, now, &mut encoded);
    let _ = write_part(Part::Exporter, page, views, settings, process, now, &mut encoded);
    encoded
}

/// Writes a part of `page` at the time `now`, as OpenMetrics. A page is its published part, then
/// that of the exporter.
///
/// # Errors
/// Those of `writer`.
pub(super) fn write_part(
    part: Part,
    page: MetricsPage,
    views: &[View],
    settings: &Arc<Settings>,
    process: Process,
    now: Stamp,
    writer: &mut impl fmt::Write,
) -> fmt::Result {
    // A new registry for each encoding: prometheus-client encodes collectors only through one.
    let mut registry = Registry::default();
    let families = Families { part, page, views: views.to_vec(), settings: settings.clone(), now };
    registry.sub_registry_with_prefix(PREFIX).register_collector(Box::new(families));
    if part == Part::Published {
        return text::encode_registry(writer, &registry);
    }
    if page.shows_exporter() {
        let process = ProcessFamilies(process);
        registry.sub_registry_with_prefix(process::PREFIX).register_collector(Box::new(process));
    }
    text::encode(writer, &registry)
}

#[derive(Debug)]
struct Families {
    part: Part,
    page: MetricsPage,
    views: Vec<View>,
    settings: Arc<Settings>,
    now: Stamp,
}

impl Collector for Families {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let input = EncodeInput::new(&self.views, &self.settings.identity, self.now);
        match self.part {
            Part::Published => self.write_published(encoder, &input),
            Part::Exporter => {
                self.write_exporter(&mut FamilyWriter::new(encoder, Vec::new()), &input)
            }
        }
    }
}

impl Families {
    /// Writes the families that depend on nothing but what is published, the settings, and the
    /// readings that are not too old.
    fn write_published(
        &self,
        encoder: DescriptorEncoder<'_>,
        input: &EncodeInput<'_>,
    ) -> fmt::Result {
        let Settings { identity, max_series, .. } = &*self.settings;
        match self.page {
            MetricsPage::Main | MetricsPage::Targets => {
                // The plan of the agents' page is needed, too: this page reports the series that
                // are left out there.
                let plans = [MetricsPage::Main, MetricsPage::Agents]
                    .map(|page| (page, DropPlan::new(page, input, *max_series)));
                let mut writer = FamilyWriter::new(encoder, plans[0].1.families());
                self.page.write(&mut writer, input, &Naming::Plain)?;
                collectors::write(&mut writer, input)?;
                fields::write(&mut writer, input)?;
                cap::write(&mut writer, &plans)
            }
            MetricsPage::Agents => {
                let dropped = DropPlan::new(self.page, input, *max_series).families();
                self.page.write(&mut FamilyWriter::new(encoder, dropped), input, &identity.naming())
            }
            MetricsPage::Exporter => Ok(()),
        }
    }

    /// Writes the families of the exporter's own numbers.
    fn write_exporter(
        &self,
        writer: &mut FamilyWriter<'_>,
        input: &EncodeInput<'_>,
    ) -> fmt::Result {
        let has_targets = matches!(self.page, MetricsPage::Main | MetricsPage::Targets);
        if has_targets {
            exporter::write_targets(writer, input)?;
        }
        if self.page.shows_exporter() {
            // Those of which the process has one.
            let Settings { build, reload, state_file, sharing, .. } = &*self.settings;
            exporter::write_build(writer, build)?;
            exporter::write_shard(writer, sharing.as_ref())?;
            exporter::write_reload(writer, reload.as_deref())?;
            exporter::write_state_file(writer, state_file.as_deref())?;
        }
        if has_targets {
            api::write(writer, input)?;
            api::write_servers(writer, input)?;
        }
        Ok(())
    }
}

impl MetricsPage {
    /// Returns true if the page has the families of which the process has one.
    pub(super) fn shows_exporter(self) -> bool {
        // Not on `Targets`: scrapers that read each target separately would count the exporter once
        // per target.
        matches!(self, Self::Main | Self::Exporter)
    }

    /// Writes the families about contact centres.
    pub(in crate::metrics) fn write(
        self,
        writer: &mut FamilyWriter<'_>,
        input: &EncodeInput<'_>,
        naming: &Naming,
    ) -> fmt::Result {
        match self {
            Self::Main | Self::Targets => {
                services::write(writer, input)?;
                flow::write(writer, input)?;
                agents::write(writer, input)?;
                agents::write_over_limit(writer, input)?;
                agents::write_pauses(writer, input)?;
                services::write_calls(writer, input)?;
                collectors::write_inventory(writer, input)
            }
            Self::Agents if input.identity.exists() => {
                persons::write(writer, input, &persons::rows(input, naming))
            }
            Self::Agents | Self::Exporter => Ok(()),
        }
    }
}

#[derive(Debug)]
struct ProcessFamilies(Process);

impl Collector for ProcessFamilies {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.0.write(&mut encoder)
    }
}
