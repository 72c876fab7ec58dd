//! What a service is meant to achieve, so that rules and panels need no constants.
//!
//! What is configured is kept as it was given; what holds for a service comes of [`Goals::of`].

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
    /// What holds where no rule matches.
    general: ServiceGoals,
    /// The target that is asked for, if that is known.
    target: Option<Text>,
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
        Self { general: given::resolve(&[&general]), given: general, rules, target: None }
    }

    /// The same goals, asked for the services of one target.
    pub fn of_target(&self, name: &Text) -> Self {
        Self { target: Some(name.clone()), ..self.clone() }
    }

    fn rules(&self) -> impl Iterator<Item = (usize, &Rule)> {
        let of_target = |rule: &Rule| rule.services.is_for(self.target.as_deref());
        self.rules.iter().enumerate().filter(move |(_, rule)| of_target(rule))
    }

    /// The goals of one service: owned only if a rule is for it.
    pub fn of(&self, service: &ServiceNames<'_>) -> Cow<'_, ServiceGoals> {
        let rules = self.rules().filter(|(_, rule)| rule.services.means(service));
        let mut given: Vec<&GivenGoals> = rules.map(|(_, rule)| &rule.goals).collect();
        if given.is_empty() {
            return Cow::Borrowed(&self.general);
        }
        given.push(&self.given);
        Cow::Owned(given::resolve(&given))
    }

    /// The rules for this target that match none of `known`, by their place in the list.
    pub fn unmatched(&self, known: &[ServiceNames<'_>]) -> Vec<usize> {
        let matches = |rule: &Rule| known.iter().any(|service| rule.services.means(service));
        self.rules().filter(|(_, rule)| !matches(rule)).map(|(position, _)| position).collect()
    }

    /// The wait targets of `all` targets that become edges of the histograms of waits, in seconds,
    /// ascending: those that are none of their class's edges already, at most four in the whole process.
    pub fn edges<'a>(all: impl IntoIterator<Item = &'a Self>) -> Vec<f64> {
        let mut edges: Vec<f64> = wanted_edges(all).into_iter().take(CONFIGURED).collect();
        edges.sort_by(f64::total_cmp);
        edges
    }

    /// The wait targets that would be edges, too, if there were not four before them.
    pub fn edges_left_out<'a>(all: impl IntoIterator<Item = &'a Self>) -> Vec<f64> {
        wanted_edges(all).into_iter().skip(CONFIGURED).collect()
    }
}

/// General ones first, then in the order of the rules, each once.
fn wanted_edges<'a>(all: impl IntoIterator<Item = &'a Goals>) -> Vec<f64> {
    let all: Vec<&Goals> = all.into_iter().collect();
    let general = all.iter().map(|goals| &goals.given);
    let given = general.chain(all.iter().flat_map(|goals| goals.rules.iter().map(|rule| &rule.goals)));
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
            GivenGoals { classes: vec![GivenClass::of(CaseClass::Voice)], ..GivenGoals::default() },
            vec![],
        )
    }
}

#[cfg(test)]
mod tests;
