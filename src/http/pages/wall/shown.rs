//! The cases that the wallboard is about, and if all was read that it selects from.

use crate::{
    metrics::{ClassFigures, QueueFigures, TargetFigures},
    model::CaseClass,
};

/// Classes that the wallboard shows.
// Written cases wait for days: the oldest e-mail would hide every caller.
const CLASSES: [CaseClass; 2] = [CaseClass::Voice, CaseClass::Chat];

/// Returns the classes of a service that the wallboard shows.
pub(super) fn shown_classes(queue: &QueueFigures) -> impl Iterator<Item = &ClassFigures> {
    queue.classes.iter().filter(|class| CLASSES.contains(&class.goals.class))
}

/// Returns true if each target was read and each of its contact centres has shown its groups.
pub(super) fn is_all_read(targets: &[&TargetFigures]) -> bool {
    let centers = |target: &TargetFigures| {
        !target.centers.is_empty()
            && target.centers.iter().all(|center| center.groups_read && !center.queues.is_empty())
    };
    targets.iter().all(|target| target.is_read && centers(target))
}
