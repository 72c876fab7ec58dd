//! The limit on series: what goes first, and how much of it went.

use std::fmt;

use super::{
    Surface,
    family::{Pen, Spec},
    identity::Naming,
    persons,
    scene::Scene,
};

/// What may be dropped, first to last. Whole families go, never a part of one.
const DROP_ORDER: [(Surface, &Spec); 2] =
    [(Surface::Agents, &persons::STATE_SECONDS), (Surface::Agents, &persons::STATE)];

const SERIES_DROPPED: Spec = Spec::gauge(
    "series_dropped",
    "Series withheld because a surface would exceed its limit, by family; the families add up to all that is withheld. Above 0: raise the limit or read fewer agents. Source: the exporter.",
);

/// The families of a surface that do not fit.
#[derive(Debug, Default)]
pub(super) struct Plan {
    dropped: Vec<(&'static Spec, usize)>,
}

impl Plan {
    /// What to leave out of `surface` so that at most `max_series` are left, if that can be had.
    pub(super) fn of(surface: Surface, scene: &Scene<'_>, max_series: usize) -> Self {
        let candidates = || DROP_ORDER.iter().filter(|(of, _)| *of == surface).map(|(_, spec)| *spec);
        if candidates().next().is_none() || persons::at_most(scene) <= max_series {
            return Self::default();
        }
        let mut pen = Pen::counting();
        // Counting writes nothing that could fail, and needs no hashes.
        let _ = surface.write(&mut pen, scene, &Naming::Plain);
        let counted = pen.counted();
        let mut total: usize = counted.iter().map(|(_, series)| series).sum();
        let mut plan = Self::default();
        for spec in candidates() {
            if total <= max_series {
                break;
            }
            let series = counted.iter().filter(|(key, _)| *key == spec.key()).map(|(_, n)| n).sum();
            total -= series;
            plan.dropped.push((spec, series));
        }
        plan
    }

    /// The families to leave out.
    pub(super) fn families(&self) -> Vec<&'static Spec> {
        self.dropped.iter().map(|(spec, _)| *spec).collect()
    }

    fn series(&self, of: &Spec) -> usize {
        self.dropped.iter().filter(|(spec, _)| spec.key() == of.key()).map(|(_, series)| series).sum()
    }
}

/// Writes what was dropped, 0 for families that could be.
pub(super) fn write(pen: &mut Pen<'_>, plans: &[(Surface, Plan)]) -> fmt::Result {
    let mut family = pen.family(&SERIES_DROPPED);
    for (surface, spec) in DROP_ORDER {
        let plans = plans.iter().filter(|(of, _)| *of == surface);
        let series: usize = plans.map(|(_, plan)| plan.series(spec)).sum();
        family.gauge(&[("family", &*spec.scraped_name())], series as u64)?;
    }
    Ok(())
}
