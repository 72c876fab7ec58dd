//! Reads the goals of one case class, general ones or those of a rule.

use std::time::Duration;

use crate::{
    model::{CaseClass, ClassGoals, GivenClass},
    yaml::{Complaints, Section},
};

/// Reads the goals of a class. Reports goals that contradict each other or the `general` goals of
/// the class.
pub(super) fn read(
    class: CaseClass,
    section: &mut Section<'_>,
    general: Option<&GivenClass>,
    complaints: &mut Complaints,
) -> GivenClass {
    let mut duration = |key, least| {
        section.get(key).and_then(|entry| entry.duration(Duration::from_secs(least), complaints))
    };
    let (wait_target, short_abandon) = (duration("wait_target", 1), duration("short_abandon", 0));
    let (warning_after, critical_after) =
        (duration("warning_after", 1), duration("critical_after", 1));
    let level_target = section.get("level_target").and_then(|entry| entry.ratio(complaints));
    let given = GivenClass {
        class,
        wait_target,
        level_target,
        warning_after,
        critical_after,
        short_abandon,
    };
    section.finish(complaints);

    // A rule that does not give a key inherits the general one, so the two are compared as they
    // will apply.
    let inherited =
        |key: fn(&GivenClass) -> Option<Duration>| key(&given).or_else(|| general.and_then(key));
    let warning_and_critical =
        inherited(|class| class.warning_after).zip(inherited(|class| class.critical_after));
    if warning_and_critical.is_some_and(|(warning, critical)| critical < warning) {
        let key = section.path_of("critical_after");
        complaints.add(section.position(), &key, "must not be shorter than warning_after");
    }
    let target =
        inherited(|class| class.wait_target).unwrap_or(ClassGoals::default_for(class).wait_target);
    if inherited(|class| class.short_abandon).is_some_and(|short| short > target) {
        let key = section.path_of("short_abandon");
        complaints.add(
            section.position(),
            &key,
            format_args!("must not be longer than wait_target, {target:?}"),
        );
    }
    given
}
