//! Reads the section `goals`: targets and limits for services, general ones and rules for single
//! services.

mod class;
mod warnings;

use std::{ops::RangeInclusive, time::Duration};

use crate::{
    model::{
        CaseClass, ClassGoals, GivenClass, GivenGoals, Goals, NAME_LIMIT, Pattern, Rule,
        ServiceMatch,
    },
    yaml::{Complaints, Entry, Position, Section, unknown},
};
pub(super) use warnings::warn;

/// Most rules in `goals.services`.
// Each rule is tried for each service. A longer list names single services where a pattern would
// do.
pub(super) const MAX_RULES: usize = 500;

/// Allowed values of `minimum_agents`.
pub(super) const AGENTS: RangeInclusive<i64> = 0..=100_000;

/// A wait target, and the key that sets it or could set it.
#[derive(Debug)]
pub(super) struct WaitTarget {
    key: String,
    class: CaseClass,
    after: Duration,
}

impl WaitTarget {
    fn new(class: &GivenClass, general: Option<&GivenClass>, classes: &str) -> Self {
        let given = class.wait_target.or_else(|| general.and_then(|general| general.wait_target));
        let after = given.unwrap_or(ClassGoals::default_for(class.class).wait_target);
        Self {
            key: format!("{classes}.{}.wait_target", class.class.as_str()),
            class: class.class,
            after,
        }
    }
}

/// References to other sections, checked when those have been read.
#[derive(Debug, Default)]
pub(super) struct References {
    /// All wait targets, to be compared with the intervals of the collectors.
    pub(super) wait_targets: Vec<WaitTarget>,
    /// The targets that rules name: position, key and pattern.
    targets: Vec<(Position, String, Pattern)>,
}

impl References {
    /// Reports rules for targets that are not configured.
    pub(super) fn check_targets(&self, names: &[&str], complaints: &mut Complaints) {
        let is_missing = |pattern: &Pattern| !names.iter().any(|name| pattern.means(name));
        for (at, key, _) in self.targets.iter().filter(|(.., pattern)| is_missing(pattern)) {
            complaints.add(
                *at,
                key,
                format_args!("no target has this name; known: {}", names.join(", ")),
            );
        }
    }
}

/// Reads the goals, and what has to be compared with other sections.
pub(super) fn read(root: &mut Section<'_>, complaints: &mut Complaints) -> (Goals, References) {
    let mut references = References::default();
    let Some(entry) = root.get("goals") else {
        references.wait_targets.push(WaitTarget::new(
            &GivenClass::new(CaseClass::Voice),
            None,
            "goals.classes",
        ));
        return (Goals::default(), references);
    };
    let mut section = entry.section(complaints);
    let general = given(&mut section, None, &mut references, complaints);
    let rules =
        section.get("services").map(|entry| rules(&entry, &general, &mut references, complaints));
    section.finish(complaints);
    (Goals::new(general, rules.unwrap_or_default()), references)
}

/// Reads the keys that general goals and rules share. General goals without `classes` are goals for
/// voice.
fn given(
    section: &mut Section<'_>,
    general: Option<&GivenGoals>,
    references: &mut References,
    complaints: &mut Complaints,
) -> GivenGoals {
    let abandon_target = section.get("abandon_target").and_then(|entry| entry.ratio(complaints));
    let minimum = section.get("minimum_agents").and_then(|entry| entry.integer(AGENTS, complaints));
    let minimum_agents = minimum.and_then(|minimum| u32::try_from(minimum).ok());
    let mut classes = Vec::new();
    match section.get("classes") {
        Some(entry) => {
            for (key, entry) in entry.section(complaints).entries() {
                let Some(class) = CaseClass::from_word(&key.text) else {
                    let known = CaseClass::ALL.into_iter().map(CaseClass::as_str);
                    complaints.add(key.at, &entry.path, unknown("case class", &key.text, known));
                    continue;
                };
                let general =
                    general.and_then(|goals| goals.classes.iter().find(|g| g.class == class));
                let own = class::read(class, &mut entry.section(complaints), general, complaints);
                references.wait_targets.push(WaitTarget::new(
                    &own,
                    general,
                    &section.path_of("classes"),
                ));
                classes.push(own);
            }
        }
        None if general.is_none() => {
            classes.push(GivenClass::new(CaseClass::Voice));
            references.wait_targets.push(WaitTarget::new(
                &classes[0],
                None,
                &section.path_of("classes"),
            ));
        }
        None => {}
    }
    GivenGoals { classes, abandon_target, minimum_agents }
}

fn rules(
    entry: &Entry<'_>,
    general: &GivenGoals,
    references: &mut References,
    complaints: &mut Complaints,
) -> Vec<Rule> {
    let list = entry.list();
    if list.len() > MAX_RULES {
        let message = format_args!(
            "must not have more than {MAX_RULES} rules; one pattern can mean many services"
        );
        entry.wrong(complaints, message);
        return Vec::new();
    }
    let mut rules: Vec<Rule> = Vec::new();
    for entry in list {
        let mut section = entry.section(complaints);
        let before = complaints.count();
        let services = services(&mut section, references, complaints);
        let goals = given(&mut section, Some(general), references, complaints);
        section.finish(complaints);
        // Only without another error: a misspelt goal is no rule without a goal.
        if complaints.count() == before && goals == GivenGoals::default() {
            entry.wrong(complaints, "sets no goal; give one, or remove the rule");
        }
        // The second one would never decide: the first rule that matches does.
        if let Some(twin) = rules.iter().position(|rule| is_same_match(&rule.services, &services)) {
            entry.wrong(
                complaints,
                format_args!(
                    "matches the same services as goals.services[{twin}]; merge the two rules"
                ),
            );
        }
        rules.push(Rule { services, goals });
    }
    rules
}

fn services(
    rule: &mut Section<'_>,
    references: &mut References,
    complaints: &mut Complaints,
) -> ServiceMatch {
    let Some(entry) = rule.get("match") else {
        let message = "missing; say which services, such as {name: Växel*}";
        complaints.add(rule.position(), &rule.path_of("match"), message);
        return ServiceMatch::default();
    };
    let before = complaints.count();
    let mut section = entry.section(complaints);
    let mut patterns = |key, complaints: &mut Complaints| {
        let list = section.get(key).map(|entry: Entry<'_>| entry.list());
        let read = list.into_iter().flatten();
        read.filter_map(|entry| Some((pattern(&entry, complaints)?, entry)))
            .unzip::<_, _, Vec<_>, Vec<_>>()
    };
    let (target, entries) = patterns("target", complaints);
    for (pattern, entry) in target.iter().zip(entries) {
        references.targets.push((entry.node.at, entry.path, pattern.clone()));
    }
    let services = ServiceMatch {
        target,
        contact_center: patterns("contact_center", complaints).0,
        id: patterns("id", complaints).0,
        name: patterns("name", complaints).0,
        group: patterns("group", complaints).0,
    };
    section.finish(complaints);
    if services == ServiceMatch::default() && complaints.count() == before {
        let message = "must say which services, by id, name, group, contact_center or target; goals of all services belong directly under goals";
        entry.wrong(complaints, message);
    }
    services
}

fn pattern(entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Pattern> {
    let text = entry.text(complaints)?;
    // Names from Trio are cut at this length, so a longer pattern could not match what it was
    // copied from.
    if text.chars().count() > NAME_LIMIT {
        entry.wrong(complaints, format_args!("must not be longer than {NAME_LIMIT} characters"));
        return None;
    }
    Some(Pattern::new(&text))
}

/// Returns true if two rules have the same patterns, in any order and case.
fn is_same_match(one: &ServiceMatch, other: &ServiceMatch) -> bool {
    let words = |services: &ServiceMatch| {
        let ServiceMatch { target, contact_center, id, name, group } = services;
        [target, contact_center, id, name, group].map(|patterns| {
            let mut words: Vec<_> =
                patterns.iter().map(|pattern| pattern.to_string().to_lowercase()).collect();
            words.sort_unstable();
            words
        })
    };
    // An empty match is reported as such.
    *one != ServiceMatch::default() && words(one) == words(other)
}
