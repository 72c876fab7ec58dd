//! One encoding: all families of a surface over all targets in a single pass.

use std::{fmt, sync::Arc};

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, text},
    registry::Registry,
};

use super::{
    Process, Settings, Surface, View, agents, api,
    cap::{self, Plan},
    collectors, exporter,
    family::{PREFIX, Pen},
    fields, flow,
    identity::Naming,
    limits, pauses, persons, process, reload,
    scene::Scene,
    servers, services, sharing, state_file, system,
};
use crate::model::Stamp;

/// The OpenMetrics text of `surface` as it is at `now`.
///
/// Pure: the same views at the same moment give the same text. `process` is shown where the exporter is.
pub fn encode(
    surface: Surface,
    views: &[View],
    settings: &Arc<Settings>,
    process: Process,
    now: Stamp,
) -> String {
    let mut registry = Registry::default();
    let families = Families { surface, views: views.to_vec(), settings: settings.clone(), now };
    registry.sub_registry_with_prefix(PREFIX).register_collector(Box::new(families));
    if surface.shows_exporter() {
        let process = ProcessFamilies(process);
        registry.sub_registry_with_prefix(process::PREFIX).register_collector(Box::new(process));
    }
    let mut encoded = String::new();
    // Writing to a String does not fail, and nothing here does besides.
    let _ = text::encode(&mut encoded, &registry);
    encoded
}

#[derive(Debug)]
struct Families {
    surface: Surface,
    views: Vec<View>,
    settings: Arc<Settings>,
    now: Stamp,
}

impl Collector for Families {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Settings { identity, max_series, .. } = &*self.settings;
        let scene = Scene::new(&self.views, identity, self.now);
        match self.surface {
            Surface::Main | Surface::Targets => {
                let plans = [Surface::Main, Surface::Agents]
                    .map(|surface| (surface, Plan::of(surface, &scene, *max_series)));
                let mut pen = Pen::writing(encoder, plans[0].1.families());
                self.surface.write(&mut pen, &scene, &Naming::Plain)?;
                exporter::write_targets(&mut pen, &scene)?;
                if self.surface.shows_exporter() {
                    self.write_exporter(&mut pen)?;
                }
                collectors::write(&mut pen, &scene)?;
                api::write(&mut pen, &scene)?;
                servers::write(&mut pen, &scene)?;
                fields::write(&mut pen, &scene)?;
                cap::write(&mut pen, &plans)
            }
            Surface::Agents => {
                let dropped = Plan::of(self.surface, &scene, *max_series).families();
                self.surface.write(&mut Pen::writing(encoder, dropped), &scene, &identity.naming())
            }
            Surface::Exporter => self.write_exporter(&mut Pen::writing(encoder, Vec::new())),
        }
    }
}

impl Families {
    /// What there is once for the whole process.
    fn write_exporter(&self, pen: &mut Pen<'_>) -> fmt::Result {
        let Settings { build, reload, state_file, sharing, .. } = &*self.settings;
        exporter::write_build(pen, build)?;
        sharing::write(pen, sharing.as_ref())?;
        reload::write(pen, reload.as_deref())?;
        state_file::write(pen, state_file.as_deref())
    }
}

impl Surface {
    /// Whether the page tells what there is once for the process.
    pub(super) fn shows_exporter(self) -> bool {
        matches!(self, Self::Main | Self::Exporter)
    }

    /// Writes the surface's families of the contact centre.
    pub(super) fn write(self, pen: &mut Pen<'_>, scene: &Scene<'_>, naming: &Naming) -> fmt::Result {
        match self {
            Self::Main | Self::Targets => {
                services::write(pen, scene)?;
                flow::write(pen, scene)?;
                agents::write(pen, scene)?;
                limits::write(pen, scene)?;
                pauses::write(pen, scene)?;
                system::write(pen, scene)
            }
            Self::Agents if scene.identity.exists() => {
                persons::write(pen, scene, &persons::rows(scene, naming))
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
