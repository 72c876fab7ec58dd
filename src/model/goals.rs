//! What a service is meant to achieve, so that rules and panels need no constants.
//!
//! What is configured is kept as it was given; what holds for a service comes of [`Goals::of`].

mod given;
mod matching;
mod of_service;

use std::borrow::Cow;

use super::{
    CaseClass,
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
    /// What holds where no rule matches.
    general: ServiceGoals,
}

/// Goals of some services.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Which services.
    pub services: ServiceMatch,
    /// Their goals.
    pub goals: GivenGoals,
}

impl Goals {
    /// General goals, and rules in order. Each key is looked up on its own: the first rule that matches a
    /// service and gives the key decides; what none of them gives is general, else the default.
    pub fn new(general: GivenGoals, rules: Vec<Rule>) -> Self {
        Self { general: given::resolve(&[&general]), given: general, rules }
    }

    /// The goals of one service: owned only if a rule is for it.
    pub fn of(&self, service: &ServiceNames<'_>) -> Cow<'_, ServiceGoals> {
        let rules = self.rules.iter().filter(|rule| rule.services.means(service));
        let mut given: Vec<&GivenGoals> = rules.map(|rule| &rule.goals).collect();
        if given.is_empty() {
            return Cow::Borrowed(&self.general);
        }
        given.push(&self.given);
        Cow::Owned(given::resolve(&given))
    }

    /// The rules that match none of `known`, by their place in the list.
    pub fn unmatched(&self, known: &[ServiceNames<'_>]) -> Vec<usize> {
        let matches = |rule: &Rule| known.iter().any(|service| rule.services.means(service));
        let numbered = self.rules.iter().enumerate();
        numbered.filter(|(_, rule)| !matches(rule)).map(|(position, _)| position).collect()
    }

    /// The wait targets that become edges of the histograms of waits, in seconds, ascending: those that
    /// are none of their class's edges already, at most four.
    pub fn edges(&self) -> Vec<f64> {
        let mut edges: Vec<f64> = self.wanted_edges().into_iter().take(CONFIGURED).collect();
        edges.sort_by(f64::total_cmp);
        edges
    }

    /// The wait targets that would be edges, too, if there were not four before them.
    pub fn edges_left_out(&self) -> Vec<f64> {
        self.wanted_edges().into_iter().skip(CONFIGURED).collect()
    }

    /// General ones first, then in the order of the rules, each once.
    fn wanted_edges(&self) -> Vec<f64> {
        let given = [&self.given].into_iter().chain(self.rules.iter().map(|rule| &rule.goals));
        let mut edges = Vec::new();
        for class in given.flat_map(|goals| &goals.classes) {
            let Some(target) = class.wait_target.map(|target| target.as_secs_f64()) else { continue };
            if !edges_of(class.class).contains(&target) && !edges.contains(&target) {
                edges.push(target);
            }
        }
        edges
    }
}

impl Default for Goals {
    fn default() -> Self {
        Self::new(
            GivenGoals { classes: vec![GivenClass::of(CaseClass::Voice)], ..GivenGoals::default() },
            vec![],
        )
    }
}

#[cfg(test)]
mod tests;
