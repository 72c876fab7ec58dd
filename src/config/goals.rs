//! The section `goals`: what services are meant to achieve.

mod class;
mod warnings;

use std::{ops::RangeInclusive, time::Duration};

use crate::{
    document::{Complaints, Entry, Position, Section, unknown},
    model::{CaseClass, ClassGoals, GivenClass, GivenGoals, Goals, NAME_LIMIT, Pattern, Rule, ServiceMatch},
};
pub(super) use warnings::warn;

/// More rules than this are a list of services, not a configuration; each is tried for each service.
pub(super) const MOST_RULES: usize = 500;

/// What may be asked of the number of agents.
pub(super) const AGENTS: RangeInclusive<i64> = 0..=100_000;

/// A wait target and the key that sets it, or would.
#[derive(Debug)]
pub(super) struct WaitTarget {
    key: String,
    class: CaseClass,
    after: Duration,
}

impl WaitTarget {
    fn of(class: &GivenClass, general: Option<&GivenClass>, classes: &str) -> Self {
        let given = class.wait_target.or_else(|| general.and_then(|general| general.wait_target));
        let after = given.unwrap_or(ClassGoals::of(class.class).wait_target);
        Self { key: format!("{classes}.{}.wait_target", class.class.as_str()), class: class.class, after }
    }
}

/// What the section says that can be judged only beside others.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Every wait target.
    pub(super) wait_targets: Vec<WaitTarget>,
    /// The targets that rules are for.
    targets: Vec<(Position, String, Pattern)>,
}

impl Said {
    /// Complains about rules for a target that there is not.
    pub(super) fn check_targets(&self, names: &[&str], complaints: &mut Complaints) {
        let is_none = |pattern: &Pattern| !names.iter().any(|name| pattern.means(name));
        for (at, key, _) in self.targets.iter().filter(|(.., pattern)| is_none(pattern)) {
            complaints.add(*at, key, format_args!("no target is called so; known: {}", names.join(", ")));
        }
    }
}

/// The goals, and what is to be judged beside others.
pub(super) fn read(root: &mut Section<'_>, complaints: &mut Complaints) -> (Goals, Said) {
    let mut said = Said::default();
    let Some(entry) = root.get("goals") else {
        said.wait_targets.push(WaitTarget::of(&GivenClass::of(CaseClass::Voice), None, "goals.classes"));
        return (Goals::default(), said);
    };
    let mut section = entry.section(complaints);
    let general = given(&mut section, None, &mut said, complaints);
    let rules = section.get("services").map(|entry| rules(&entry, &general, &mut said, complaints));
    section.finish(complaints);
    (Goals::new(general, rules.unwrap_or_default()), said)
}

/// The keys that general goals and rules share. Without `classes` there are general goals for voice.
fn given(
    section: &mut Section<'_>,
    general: Option<&GivenGoals>,
    said: &mut Said,
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
                let general = general.and_then(|goals| goals.classes.iter().find(|g| g.class == class));
                let own = class::read(class, &mut entry.section(complaints), general, complaints);
                said.wait_targets.push(WaitTarget::of(&own, general, &section.path_of("classes")));
                classes.push(own);
            }
        }
        None if general.is_none() => {
            classes.push(GivenClass::of(CaseClass::Voice));
            said.wait_targets.push(WaitTarget::of(&classes[0], None, &section.path_of("classes")));
        }
        None => {}
    }
    GivenGoals { classes, abandon_target, minimum_agents }
}

fn rules(entry: &Entry<'_>, general: &GivenGoals, said: &mut Said, complaints: &mut Complaints) -> Vec<Rule> {
    let list = entry.list();
    if list.len() > MOST_RULES {
        let message =
            format_args!("must not have more than {MOST_RULES} rules; one pattern can mean many services");
        entry.wrong(complaints, message);
        return Vec::new();
    }
    let mut rules: Vec<Rule> = Vec::new();
    for entry in list {
        let mut section = entry.section(complaints);
        let before = complaints.count();
        let services = services(&mut section, said, complaints);
        let goals = given(&mut section, Some(general), said, complaints);
        section.finish(complaints);
        if complaints.count() == before && goals == GivenGoals::default() {
            entry.wrong(complaints, "sets no goal; give one, or remove the rule");
        }
        if let Some(twin) = rules.iter().position(|rule| same(&rule.services, &services)) {
            entry
                .wrong(complaints, format_args!("matches just as goals.services[{twin}] does; join the two"));
        }
        rules.push(Rule { services, goals });
    }
    rules
}

fn services(rule: &mut Section<'_>, said: &mut Said, complaints: &mut Complaints) -> ServiceMatch {
    let Some(entry) = rule.get("match") else {
        let message = "missing; say which services, such as {name: Växel*}";
        complaints.add(rule.at(), &rule.path_of("match"), message);
        return ServiceMatch::default();
    };
    let before = complaints.count();
    let mut section = entry.section(complaints);
    let mut patterns = |key, complaints: &mut Complaints| {
        let list = section.get(key).map(|entry: Entry<'_>| entry.list());
        let read = list.into_iter().flatten();
        read.filter_map(|entry| Some((pattern(&entry, complaints)?, entry))).unzip::<_, _, Vec<_>, Vec<_>>()
    };
    let (target, entries) = patterns("target", complaints);
    for (pattern, entry) in target.iter().zip(entries) {
        said.targets.push((entry.node.at, entry.path, pattern.clone()));
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
        let message = "must say which services, by id, name, group, contact_center or target; what is for all stands in goals itself";
        entry.wrong(complaints, message);
    }
    services
}

fn pattern(entry: &Entry<'_>, complaints: &mut Complaints) -> Option<Pattern> {
    let text = entry.text(complaints)?;
    if text.chars().count() > NAME_LIMIT {
        entry.wrong(complaints, format_args!("must not be longer than {NAME_LIMIT} characters"));
        return None;
    }
    Some(Pattern::new(&text))
}

/// Whether two rules are for the same services by the same words.
fn same(one: &ServiceMatch, other: &ServiceMatch) -> bool {
    let words = |services: &ServiceMatch| {
        let ServiceMatch { target, contact_center, id, name, group } = services;
        [target, contact_center, id, name, group].map(|patterns| {
            let mut words: Vec<_> =
                patterns.iter().map(|pattern| pattern.to_string().to_lowercase()).collect();
            words.sort_unstable();
            words
        })
    };
    *one != ServiceMatch::default() && words(one) == words(other)
}
