//! Goals of services: exported, so that recording rules and panels need no constants.
//!
//! The configuration is kept as it is given; [`Goals::for_service`] computes the goals of one
//! service.

mod given;
mod matching;
mod of_service;

use std::borrow::Cow;

use super::{
    CaseClass, Text,
    wait_edges::{CONFIGURED, edges_of},
};
pub use given::{GivenClass, GivenGoals};
pub use matching::{Pattern, ServiceMatch, ServiceNames};
pub use of_service::{ClassGoals, ServiceGoals};

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
        Self { general: given::resolve(&[&general]), given: general, rules, target: None }
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

    /// Returns the goals of one service.
    pub fn for_service(&self, service: &ServiceNames<'_>) -> Cow<'_, ServiceGoals> {
        let rules = self.rules().filter(|(_, rule)| rule.services.means(service));
        let mut given: Vec<&GivenGoals> = rules.map(|(_, rule)| &rule.goals).collect();
        // Borrowed where no rule matches: that is the case for most of thousands of services.
        if given.is_empty() {
            return Cow::Borrowed(&self.general);
        }
        given.push(&self.given);
        Cow::Owned(given::resolve(&given))
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
        let mut edges: Vec<f64> = wanted_edges(all).into_iter().take(CONFIGURED).collect();
        edges.sort_by(f64::total_cmp);
        edges
    }

    /// Returns the wait targets that get no bucket, because four others come before them.
    pub fn edges_left_out<'a>(all: impl IntoIterator<Item = &'a Self>) -> Vec<f64> {
        wanted_edges(all).into_iter().skip(CONFIGURED).collect()
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

#[cfg(test)]
mod tests;
