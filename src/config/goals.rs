//! Reads the section `goals`: targets and limits for services, general ones and rules for single
//! services.

use std::time::Duration;

use serde_json::json;

use super::{
    keys::{Keys, map_of},
    kinds::{AtLeast, ByWord, Kind, ListOf, Share, Text, Whole, Words},
};
use crate::{
    model::{
        CaseClass, ClassGoals, Collector, GivenClass, GivenGoals, Goals, NAME_LIMIT, Pattern, Rule,
        ServiceGoals, ServiceMatch,
    },
    poller::{self, CollectorInterval},
    yaml::{Complaints, Position},
};

/// Most rules in `goals.services`.
// Each rule is tried for each service. A longer list names single services where a pattern would
// do.
const MAX_RULES: usize = 500;

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
    pub(super) targets: Vec<(Position, String, Pattern)>,
}

impl References {
    /// Reports patterns for targets that are not configured.
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
pub(super) fn read(keys: &mut Keys<'_, '_>) -> (Goals, References) {
    let mut references = References::default();
    let goals = keys.map("goals", "What the services are meant to achieve.", |keys| {
        let general = given(keys, None, &mut references.wait_targets);
        let rules = rules(keys, &general, &mut references);
        Goals::new(general, rules)
    });
    (goals, references)
}

/// Reads the keys that general goals and rules share; `general` goals are given to a rule alone,
/// which has no defaults of its own. General goals without `classes` are goals for voice.
fn given(
    keys: &mut Keys<'_, '_>,
    general: Option<&GivenGoals>,
    wait_targets: &mut Vec<WaitTarget>,
) -> GivenGoals {
    let default = general.is_none().then(|| ServiceGoals::default().abandon_target);
    let abandon_target =
        keys.given("abandon_target", Share, default.as_ref(), "Share of cases that may be lost.");
    let minimum_agents = keys.given(
        "minimum_agents",
        Whole(0..=100_000),
        None,
        "Agents who should be there at least; no default.",
    );
    let of_general =
        |class| general.and_then(|goals| goals.classes.iter().find(|goals| goals.class == class));
    let with_defaults = general.is_none();
    let classes = ByWord {
        words: CLASSES,
        place: "CLASS",
        each: "",
        of: |class| {
            map_of("The goals of one class of case.", move |keys| {
                class_goals(keys, class, of_general(class), with_defaults)
            })
        },
    };
    let classes = keys.given("classes", classes, None, "Goals by class of case, for those in use.");
    let classes: Vec<GivenClass> = match classes {
        Some(classes) => classes.into_iter().map(|(_, goals)| goals).collect(),
        None if general.is_none() => vec![GivenClass::new(CaseClass::Voice)],
        None => Vec::new(),
    };
    let path = keys.path_of("classes");
    let read = classes.iter().map(|goals| WaitTarget::new(goals, of_general(goals.class), &path));
    wait_targets.extend(read);
    GivenGoals { classes, abandon_target, minimum_agents }
}

/// The classes of cases, as the file names them.
const CLASSES: Words<CaseClass> =
    Words { noun: "case class", all: &CaseClass::ALL, word: CaseClass::as_str };

/// Reads the goals of a class. Reports goals that contradict each other or the `general` goals of
/// the class.
fn class_goals(
    keys: &mut Keys<'_, '_>,
    class: CaseClass,
    general: Option<&GivenClass>,
    with_defaults: bool,
) -> GivenClass {
    let default = ClassGoals::default_for(class);
    let mut duration = |key, least, default: Duration, about| {
        let kind = AtLeast(Duration::from_secs(least));
        keys.given(key, kind, with_defaults.then_some(&default), about)
    };
    let wait_target =
        duration("wait_target", 1, default.wait_target, "Waits are meant to be within this.");
    let short_abandon = duration(
        "short_abandon",
        0,
        default.short_abandon,
        "A caller who leaves within this time does not count as lost.",
    );
    let warning_after = duration(
        "warning_after",
        1,
        default.warning_after,
        "Alerts are due above this; by default twice the wait target, at least 1m.",
    );
    let critical_after = duration(
        "critical_after",
        1,
        default.critical_after,
        "Urgent alerts are due above this; by default four times the wait target, at least 5m.",
    );
    let about = "The share of waits that are meant to be within wait_target.";
    let level = with_defaults.then_some(default.level_target);
    let level_target = keys.given("level_target", Share, level.as_ref(), about);
    let given = GivenClass {
        class,
        wait_target,
        level_target,
        warning_after,
        critical_after,
        short_abandon,
    };

    // A rule that does not give a key inherits the general one, so the two are compared as they
    // will apply.
    let inherited =
        |key: fn(&GivenClass) -> Option<Duration>| key(&given).or_else(|| general.and_then(key));
    let warning_and_critical =
        inherited(|class| class.warning_after).zip(inherited(|class| class.critical_after));
    if warning_and_critical.is_some_and(|(warning, critical)| critical < warning) {
        keys.wrong_key("critical_after", "must not be shorter than warning_after");
    }
    let target = inherited(|class| class.wait_target).unwrap_or(default.wait_target);
    if inherited(|class| class.short_abandon).is_some_and(|short| short > target) {
        let message = format_args!("must not be longer than wait_target, {target:?}");
        keys.wrong_key("short_abandon", message);
    }
    given
}

fn rules(keys: &mut Keys<'_, '_>, general: &GivenGoals, references: &mut References) -> Vec<Rule> {
    let mut matches: Vec<ServiceMatch> = Vec::new();
    let rule = map_of("Goals of some services.", |keys| {
        let before = keys.complaints().count();
        let services = services(keys, &mut references.targets);
        let goals = given(keys, Some(general), &mut references.wait_targets);
        let sets = ["abandon_target", "minimum_agents", "classes"];
        keys.rule("anyOf", json!(sets.map(|key| json!({"required": [key]}))));
        // Only without another error: a misspelt goal is no rule without a goal.
        keys.report_unknown();
        if keys.complaints().count() == before && goals == GivenGoals::default() {
            keys.wrong("sets no goal; give one, or remove the rule");
        }
        // The second one would never decide: the first rule that matches does.
        if let Some(twin) = matches.iter().position(|other| is_same_match(other, &services)) {
            keys.wrong(format_args!(
                "matches the same services as goals.services[{twin}]; merge the two rules"
            ));
        }
        matches.push(services.clone());
        Rule { services, goals }
    });
    let too_many =
        format!("must not have more than {MAX_RULES} rules; one pattern can mean many services");
    let rules = ListOf::new(rule, "").sized(0..=MAX_RULES, too_many);
    let about = "Goals of single services. Each key is looked up separately: the first rule that matches and has the key decides.";
    keys.given("services", rules, None, about).unwrap_or_default()
}

fn services(
    keys: &mut Keys<'_, '_>,
    targets: &mut Vec<(Position, String, Pattern)>,
) -> ServiceMatch {
    let about = "Which services; where several keys are given, all must fit.";
    let services = map_of(about, |keys| {
        let before = keys.complaints().count();
        let mut patterns = |key, about| {
            // Names from Trio are cut at this length, so a longer pattern could not match what it
            // was copied from.
            let pattern = Text::any("pattern").up_to(NAME_LIMIT);
            let pattern = pattern.parsed(|text, entry| {
                Ok::<_, String>((Pattern::new(&text), entry.node.at, entry.path.clone()))
            });
            keys.given(key, ListOf::new(pattern, EACH), None, about).unwrap_or_default()
        };
        let target = patterns("target", "Names of targets.");
        targets.extend(target.iter().map(|(it, at, path)| (*at, path.clone(), it.clone())));
        let mut patterns = |key, about| {
            patterns(key, about).into_iter().map(|(pattern, ..)| pattern).collect::<Vec<_>>()
        };
        let services = ServiceMatch {
            target: target.into_iter().map(|(pattern, ..)| pattern).collect(),
            contact_center: patterns("contact_center", "Ids or names of contact centres."),
            id: patterns("id", "Ids of services."),
            name: patterns("name", "Names of services."),
            group: patterns("group", "Ids or names of service groups."),
        };
        keys.rule("minProperties", json!(1));
        keys.report_unknown();
        if services == ServiceMatch::default() && keys.complaints().count() == before {
            keys.wrong("must say which services, by id, name, group, contact_center or target; goals of all services belong directly under goals");
        }
        services
    });
    let missing = "missing; say which services, such as {name: Växel*}";
    keys.required("match", services, missing, "").unwrap_or_default()
}

/// Description of a pattern.
const EACH: &str =
    "Text, upper and lower case treated as equal; `*` matches any characters, including none.";

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

/// Readings that should fall within a wait target.
// A wait is known to one interval; with four of them the answers that may be on either side of the
// target are few.
const READINGS_PER_TARGET: u32 = 4;

/// Adds a warning for each poll interval that is longer than a quarter of a wait target, naming the
/// shortest such target, and one for wait targets that get no bucket in the histograms of waits.
pub(super) fn warn(
    goals: &Goals,
    wait_targets: &[WaitTarget],
    poll: &poller::Settings,
    warnings: &mut Vec<String>,
) {
    // Shortest first, because each key is warned of once, and an interval that fits the shortest
    // target fits all.
    let mut shortest_first: Vec<&WaitTarget> = wait_targets.iter().collect();
    shortest_first.sort_by_key(|target| target.after);
    let mut warned = Vec::new();
    for target in shortest_first {
        let Some((key, interval)) = interval_of(target.class, poll) else { continue };
        if interval * READINGS_PER_TARGET > target.after && !warned.contains(&key) {
            warnings.push(format!(
                "{key}: {interval:?} is longer than a quarter of {} ({:?}): it is then only roughly known whether a \
                 case was answered within the target; shorten the interval",
                target.key, target.after
            ));
            warned.push(key);
        }
    }
    let left_out = Goals::edges_left_out([goals]);
    if !left_out.is_empty() {
        let left_out: Vec<_> = left_out.iter().map(|seconds| format!("{seconds}s")).collect();
        let left_out = match left_out.as_slice() {
            [one] => format!("{one} has"),
            [others @ .., last] => format!("{} and {last} have", others.join(", ")),
            [] => String::new(),
        };
        warnings.push(format!(
            "goals: too many different wait targets for the buckets of trio_service_wait_seconds; {left_out} no bucket edge \
             (service levels are not affected); use fewer different targets"
        ));
    }
}

/// Returns the interval at which cases of a class are read, and the key that sets it.
fn interval_of(class: CaseClass, poll: &poller::Settings) -> Option<(String, Duration)> {
    // Calls are in both lists; the first, which shows nothing else, is used where it is read.
    let mut lists = Collector::ALL.into_iter().filter(|collector| collector.shows(class));
    let (collector, interval) = lists.find_map(|list| Some((list, poll.interval(list)?)))?;
    let key = match poll.collectors[collector.index()] {
        CollectorInterval::Every(_) => format!("collectors.{}.interval", collector.as_str()),
        CollectorInterval::Default | CollectorInterval::Off if poll.flow.is_some() => {
            "poll.flow".to_owned()
        }
        CollectorInterval::Default | CollectorInterval::Off => "poll.state".to_owned(),
    };
    Some((key, interval))
}
