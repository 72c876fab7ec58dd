//! What a service is meant to achieve, so that rules and panels need no constants.

use std::time::Duration;

use super::CaseClass;

/// The goals of a target's services.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Goals {
    /// What holds where nothing else is said.
    pub general: ServiceGoals,
}

impl Goals {
    /// The goals of one service.
    pub fn of(&self, _service: &ServiceNames<'_>) -> &ServiceGoals {
        &self.general
    }
}

/// What a service is called: goals are given for ids, names and groups.
#[derive(Clone, Debug, Default)]
pub struct ServiceNames<'a> {
    /// Trio's id.
    pub id: &'a str,
    /// Its name.
    pub name: Option<&'a str>,
    /// Ids and names of the groups that it belongs to.
    pub groups: Vec<&'a str>,
}

/// The goals of one service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceGoals {
    /// Goals by class, for the classes in use.
    pub classes: Vec<ClassGoals>,
    /// Share of concluded cases that may be lost, 0–1.
    pub abandon_target: f64,
    /// Agents that should be logged on while the service is open. `None`: nobody set one.
    pub minimum_agents: Option<u32>,
}

impl ServiceGoals {
    /// The goals of a class: as configured, else the defaults.
    pub fn class(&self, class: CaseClass) -> ClassGoals {
        let configured = self.classes.iter().find(|goals| goals.class == class);
        configured.cloned().unwrap_or_else(|| ClassGoals::of(class))
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
    /// Waits longer than this deserve a warning.
    pub warning_after: Duration,
    /// Waits longer than this are critical.
    pub critical_after: Duration,
    /// Who leaves the queue within this time counts as a short abandon, not as lost.
    pub short_abandon: Duration,
}

impl ClassGoals {
    /// The defaults: 80 % within 20 s where somebody waits live, within a day elsewhere; a warning after
    /// twice the wait target (at least a minute), critical after four times (at least five minutes).
    pub fn of(class: CaseClass) -> Self {
        let wait_target = match class {
            CaseClass::Voice | CaseClass::Chat => Duration::from_secs(20),
            CaseClass::Callback | CaseClass::Email | CaseClass::Task | CaseClass::Other => {
                Duration::from_secs(86_400)
            }
        };
        Self::with_wait_target(class, wait_target)
    }

    /// The defaults around another wait target.
    pub fn with_wait_target(class: CaseClass, wait_target: Duration) -> Self {
        Self {
            class,
            wait_target,
            level_target: 0.8,
            warning_after: (wait_target * 2).max(Duration::from_secs(60)),
            critical_after: (wait_target * 4).max(Duration::from_secs(300)),
            short_abandon: Duration::from_secs(5),
        }
    }
}

impl Default for ServiceGoals {
    fn default() -> Self {
        Self { classes: vec![ClassGoals::of(CaseClass::Voice)], abandon_target: 0.1, minimum_agents: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alert_limits_follow_the_wait_target_but_never_fall_below_their_floor() {
        let quick = ClassGoals::of(CaseClass::Voice);
        assert_eq!((quick.warning_after.as_secs(), quick.critical_after.as_secs()), (60, 300));
        let slow = ClassGoals::with_wait_target(CaseClass::Email, Duration::from_secs(600));
        assert_eq!((slow.warning_after.as_secs(), slow.critical_after.as_secs()), (1200, 2400));
    }
}
