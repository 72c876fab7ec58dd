//! Goals of services: exported, so that recording rules and panels need no constants.
//!
//! The configuration is kept as it is given; [`Goals::for_service`] computes the goals of one
//! service.

use std::{borrow::Cow, time::Duration};

use super::{
    CaseClass, ServiceMatch, ServiceNames, Text,
    case::{MAX_CONFIGURED_EDGES, edges_of},
};

/// The goals of the services of all targets.
#[derive(Clone, Debug, PartialEq)]
pub struct Goals {
    given: GivenGoals,
    rules: Vec<Rule>,
    /// Goals of services that no rule matches.
    general: ServiceGoals,
    /// Target whose services are looked up; `None`: only rules for all targets apply.
    target: Option<Text>,
}

/// Names that the rules for goals need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NamesInGoals {
    /// Names of services.
    pub services: bool,
    /// Groups of services.
    pub groups: bool,
}

/// Goals of some services.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The services that the rule is for.
    pub services: ServiceMatch,
    /// Their goals.
    pub goals: GivenGoals,
}

impl Goals {
    /// Combines general goals and rules. Each key is looked up separately: the first rule that
    /// matches a service and has the key decides, then the general goals, then the default.
    pub fn new(general: GivenGoals, rules: Vec<Rule>) -> Self {
        Self { general: resolve(&[&general]), given: general, rules, target: None }
    }

    /// Returns the goals for the services of one target.
    pub fn for_target(&self, name: &Text) -> Self {
        Self { target: Some(name.clone()), ..self.clone() }
    }

    /// Returns the rules for this target, with their positions in the configuration.
    fn rules(&self) -> impl Iterator<Item = (usize, &Rule)> {
        let of_target = |rule: &Rule| rule.services.is_for(self.target.as_deref());
        self.rules.iter().enumerate().filter(move |(_, rule)| of_target(rule))
    }

    /// Returns the names without which it is not certain which rules match a service.
    pub fn names_needed(&self) -> NamesInGoals {
        let any =
            |has: fn(&ServiceMatch) -> bool| self.rules().any(|(_, rule)| has(&rule.services));
        NamesInGoals {
            services: any(|services| !services.name.is_empty()),
            groups: any(|services| !services.group.is_empty()),
        }
    }

    /// Returns the goals of one service.
    pub fn for_service(&self, service: &ServiceNames<'_>) -> Cow<'_, ServiceGoals> {
        let rules = self.rules().filter(|(_, rule)| rule.services.means(service));
        let mut given: Vec<&GivenGoals> = rules.map(|(_, rule)| &rule.goals).collect();
        // Borrowed where no rule matches: that is the case for most of thousands of services.
        if given.is_empty() {
            return Cow::Borrowed(&self.general);
        }
        given.push(&self.given);
        Cow::Owned(resolve(&given))
    }

    /// Returns the positions of the rules for this target that match none of the `known` services.
    pub fn unmatched(&self, known: &[ServiceNames<'_>]) -> Vec<usize> {
        let matches = |rule: &Rule| known.iter().any(|service| rule.services.means(service));
        self.rules().filter(|(_, rule)| !matches(rule)).map(|(position, _)| position).collect()
    }

    /// Returns the wait targets that become additional buckets of the histograms of waits, in
    /// seconds, ascending: at most four for `all` targets together.
    pub fn edges<'a>(all: impl IntoIterator<Item = &'a Self>) -> Vec<f64> {
        // One set for the whole process: buckets that differ between targets could not be added up
        // in PromQL.
        let mut edges: Vec<f64> =
            wanted_edges(all).into_iter().take(MAX_CONFIGURED_EDGES).collect();
        edges.sort_by(f64::total_cmp);
        edges
    }

    /// Returns the wait targets that get no bucket, because four others come before them.
    pub fn edges_left_out<'a>(all: impl IntoIterator<Item = &'a Self>) -> Vec<f64> {
        wanted_edges(all).into_iter().skip(MAX_CONFIGURED_EDGES).collect()
    }
}

/// Returns the wait targets that are not yet buckets of their class, each once: general ones first,
/// then in the order of the rules.
fn wanted_edges<'a>(all: impl IntoIterator<Item = &'a Goals>) -> Vec<f64> {
    let all: Vec<&Goals> = all.into_iter().collect();
    let general = all.iter().map(|goals| &goals.given);
    let given =
        general.chain(all.iter().flat_map(|goals| goals.rules.iter().map(|rule| &rule.goals)));
    let mut edges = Vec::new();
    for class in given.flat_map(|goals| &goals.classes) {
        let Some(target) = class.wait_target.map(|target| target.as_secs_f64()) else { continue };
        if !edges_of(class.class).contains(&target) && !edges.contains(&target) {
            edges.push(target);
        }
    }
    edges
}

impl Default for Goals {
    fn default() -> Self {
        Self::new(
            GivenGoals {
                classes: vec![GivenClass::new(CaseClass::Voice)],
                ..GivenGoals::default()
            },
            vec![],
        )
    }
}

/// Goals as the general section or one rule gives them. `None`: not given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GivenGoals {
    /// Goals by class.
    pub classes: Vec<GivenClass>,
    /// Maximum share of concluded cases that are lost, 0–1.
    pub abandon_target: Option<f64>,
    /// Minimum number of agents logged on while the service is open.
    pub minimum_agents: Option<u32>,
}

/// Goals of one class as the general section or one rule gives them. `None`: not given.
#[derive(Clone, Debug, PartialEq)]
pub struct GivenClass {
    /// The class.
    pub class: CaseClass,
    /// A case should be answered within this time.
    pub wait_target: Option<Duration>,
    /// Share of cases that should be answered within the wait target, 0–1.
    pub level_target: Option<f64>,
    /// Waits longer than this raise a warning.
    pub warning_after: Option<Duration>,
    /// Waits longer than this raise a critical alert.
    pub critical_after: Option<Duration>,
    /// A case that leaves the queue within this time is a short abandon, not lost.
    pub short_abandon: Option<Duration>,
}

impl GivenClass {
    /// Returns a class that is in use, without goals of its own.
    pub fn new(class: CaseClass) -> Self {
        Self {
            class,
            wait_target: None,
            level_target: None,
            warning_after: None,
            critical_after: None,
            short_abandon: None,
        }
    }
}

/// Combines goals, the most specific first: each key comes from the first that gives it, else from
/// the defaults. A class is in use if one of them names it.
fn resolve(given: &[&GivenGoals]) -> ServiceGoals {
    let default = ServiceGoals::default();
    let of_class = |class| {
        let named: Vec<&GivenClass> = given
            .iter()
            .flat_map(|goals| &goals.classes)
            .filter(|named| named.class == class)
            .collect();
        (!named.is_empty()).then(|| resolve_class(class, &named))
    };
    ServiceGoals {
        classes: CaseClass::ALL.into_iter().filter_map(of_class).collect(),
        abandon_target: given
            .iter()
            .find_map(|goals| goals.abandon_target)
            .unwrap_or(default.abandon_target),
        minimum_agents: given.iter().find_map(|goals| goals.minimum_agents),
    }
}

/// Combines the goals of one class. Limits of alerts that are not given are derived from the wait
/// target.
fn resolve_class(class: CaseClass, given: &[&GivenClass]) -> ClassGoals {
    let duration =
        |key: fn(&GivenClass) -> Option<Duration>| given.iter().find_map(|class| key(class));
    let default = duration(|class| class.wait_target).map_or_else(
        || ClassGoals::default_for(class),
        |target| ClassGoals::with_wait_target(class, target),
    );
    let warning_after = duration(|class| class.warning_after);
    let critical_after = duration(|class| class.critical_after);
    // General goals and a rule may contradict each other. The wait target has priority, then the
    // warning: a critical alert never comes before it.
    let derived_warning = default.warning_after.min(critical_after.unwrap_or(Duration::MAX));
    let warning_after = warning_after.unwrap_or(derived_warning);
    ClassGoals {
        class,
        wait_target: default.wait_target,
        level_target: given
            .iter()
            .find_map(|class| class.level_target)
            .unwrap_or(default.level_target),
        warning_after,
        critical_after: critical_after.unwrap_or(default.critical_after).max(warning_after),
        short_abandon: duration(|class| class.short_abandon)
            .unwrap_or(default.short_abandon)
            .min(default.wait_target),
    }
}

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
mod tests;
