//! Classes of cases that a wallboard shows, and if everything was read that it selects from.

use crate::{
    metrics::{ClassFigures, QueueFigures, TargetFigures},
    model::CaseClass,
};

/// Returns the classes of a service that a wallboard of `classes` shows.
pub(super) fn shown_classes<'a>(
    queue: &'a QueueFigures,
    classes: &'a [CaseClass],
) -> impl Iterator<Item = &'a ClassFigures> {
    queue.classes.iter().filter(|class| classes.contains(&class.goals.class))
}

/// Returns true if each target was read and has contact centres, and the groups and queues of each
/// are known.
// A contact centre without a queue was not read whole yet: its services come with the first list.
pub(super) fn is_all_read(targets: &[&TargetFigures]) -> bool {
    let centers = |target: &TargetFigures| {
        !target.centers.is_empty()
            && target.centers.iter().all(|center| center.groups_read && !center.queues.is_empty())
    };
    targets.iter().all(|target| target.is_read && centers(target))
}
