//! The goals of one service, complete with defaults.

use std::time::Duration;

use crate::model::CaseClass;

/// The goals of one service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceGoals {
    /// Goals by class, for the classes in use.
    pub classes: Vec<ClassGoals>,
    /// Maximum share of concluded cases that are lost, 0–1.
    pub abandon_target: f64,
    /// Minimum number of agents logged on while the service is open. `None`: not configured.
    pub minimum_agents: Option<u32>,
}

impl ServiceGoals {
    /// Returns the goals of a class: as configured, else the defaults.
    pub fn class(&self, class: CaseClass) -> ClassGoals {
        let configured = self.classes.iter().find(|goals| goals.class == class);
        configured.cloned().unwrap_or_else(|| ClassGoals::default_for(class))
    }

    /// Returns the goals of the configured classes and of those in `seen`.
    pub fn classes_with(&self, seen: &[CaseClass]) -> Vec<ClassGoals> {
        let in_use = |class: &CaseClass| self.classes.iter().any(|goals| goals.class == *class);
        let classes =
            CaseClass::ALL.into_iter().filter(|class| in_use(class) || seen.contains(class));
        classes.map(|class| self.class(class)).collect()
    }
}

/// The goals of one case class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassGoals {
    /// The class.
    pub class: CaseClass,
    /// A case should be answered within this time.
    pub wait_target: Duration,
    /// Share of cases that should be answered within the wait target, 0–1.
    pub level_target: f64,
    /// Waits longer than this raise a warning.
    pub warning_after: Duration,
    /// Waits longer than this raise a critical alert.
    pub critical_after: Duration,
    /// A case that leaves the queue within this time is a short abandon, not lost.
    pub short_abandon: Duration,
}

impl ClassGoals {
    /// Returns the defaults: 80 % within 20 s for voice and chat, within a day for the other
    /// classes.
    pub fn default_for(class: CaseClass) -> Self {
        let wait_target = match class {
            CaseClass::Voice | CaseClass::Chat => Duration::from_secs(20),
            CaseClass::Callback | CaseClass::Email | CaseClass::Task | CaseClass::Other => {
                Duration::from_secs(86_400)
            }
        };
        Self::with_wait_target(class, wait_target)
    }

    /// Returns the defaults for another wait target: a warning after twice that time (at least a
    /// minute), a critical alert after four times (at least five minutes).
    pub fn with_wait_target(class: CaseClass, wait_target: Duration) -> Self {
        Self {
            class,
            wait_target,
            level_target: 0.8,
            warning_after: (wait_target * 2).max(Duration::from_secs(60)),
            critical_after: (wait_target * 4).max(Duration::from_secs(300)),
            short_abandon: Duration::from_secs(5).min(wait_target),
        }
    }
}

impl Default for ServiceGoals {
    fn default() -> Self {
        Self {
            classes: vec![ClassGoals::default_for(CaseClass::Voice)],
            abandon_target: 0.1,
            minimum_agents: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alert_limits_follow_the_wait_target_above_a_minimum() {
        let quick = ClassGoals::default_for(CaseClass::Voice);
        assert_eq!((quick.warning_after.as_secs(), quick.critical_after.as_secs()), (60, 300));
        let slow = ClassGoals::with_wait_target(CaseClass::Email, Duration::from_secs(600));
        assert_eq!((slow.warning_after.as_secs(), slow.critical_after.as_secs()), (1200, 2400));
    }

    #[test]
    fn seen_class_has_goals_without_configuration() {
        let goals = ServiceGoals {
            classes: vec![ClassGoals::with_wait_target(CaseClass::Email, Duration::from_secs(600))],
            ..ServiceGoals::default()
        };
        let with = |seen: &[CaseClass]| {
            let classes = goals.classes_with(seen).into_iter();
            classes.map(|goals| (goals.class, goals.wait_target.as_secs())).collect::<Vec<_>>()
        };
        assert_eq!(with(&[]), [(CaseClass::Email, 600)]);
        let seen = [CaseClass::Email, CaseClass::Voice];
        assert_eq!(with(&seen), [(CaseClass::Voice, 20), (CaseClass::Email, 600)]);
    }
}
