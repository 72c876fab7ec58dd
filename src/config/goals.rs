//! The section `goals`: what every service is meant to achieve.

use std::time::Duration;

use crate::{
    document::{Complaints, Section, unknown},
    model::{CaseClass, ClassGoals, Goals},
};

pub(super) fn read(root: &mut Section<'_>, complaints: &mut Complaints) -> Goals {
    let mut goals = Goals::default();
    let Some(entry) = root.get("goals") else { return goals };
    let mut section = entry.section(complaints);
    if let Some(target) = section.get("abandon_target").and_then(|entry| entry.ratio(complaints)) {
        goals.general.abandon_target = target;
    }
    let minimum = section.get("minimum_agents").and_then(|entry| entry.integer(0, 100_000, complaints));
    goals.general.minimum_agents = minimum.and_then(|minimum| u32::try_from(minimum).ok());
    if let Some(classes) = section.get("classes") {
        goals.general.classes.clear();
        for (key, entry) in classes.section(complaints).entries() {
            match CaseClass::from_word(&key.text) {
                Some(class) => {
                    goals.general.classes.push(class_goals(
                        class,
                        &mut entry.section(complaints),
                        complaints,
                    ));
                }
                None => {
                    let known = CaseClass::ALL.into_iter().map(CaseClass::as_str);
                    complaints.add(key.at, &entry.path, unknown("case class", &key.text, known));
                }
            }
        }
    }
    section.finish(complaints);
    goals
}

fn class_goals(class: CaseClass, section: &mut Section<'_>, complaints: &mut Complaints) -> ClassGoals {
    let second = Duration::from_secs(1);
    let mut duration = |key| section.get(key).and_then(|entry| entry.duration(second, complaints));
    let (wait, warning, critical) =
        (duration("wait_target"), duration("warning_after"), duration("critical_after"));
    let mut goals =
        wait.map_or_else(|| ClassGoals::of(class), |wait| ClassGoals::with_wait_target(class, wait));
    goals.warning_after = warning.unwrap_or(goals.warning_after);
    goals.critical_after = critical.unwrap_or(goals.critical_after);
    if let Some(level) = section.get("level_target").and_then(|entry| entry.ratio(complaints)) {
        goals.level_target = level;
    }
    if goals.critical_after < goals.warning_after {
        let key = section.path_of("critical_after");
        complaints.add(section.at(), &key, "must not be shorter than warning_after");
    }
    section.finish(complaints);
    goals
}
