//! Comparison of the help with a dictionary: the members that feed each field, and the values that
//! the dictionary does not map.
//!
//! Only exact names that the dictionary knows are taken, and only with a type that fits; all other
//! members are candidates for a person to judge. Nothing is taken from descriptions alone but the
//! unit of a duration; with a name that says the same they name a member (`wording`). A known name
//! whose description speaks of something else is refuted.

use super::description::{DocumentedMember, DocumentedType, EnumValue, ResourceHelp, SampleForm};
use super::wording::{self, described_member};
use crate::{
    model::Resource,
    trio::dictionary::{
        Dictionary, FieldMapping, Mapping,
        shape::{Field, Form, Kind, Need},
        value::{Meaning, normalized},
    },
};

/// One field, as the help and the dictionary see it.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldHelp {
    /// Name of the field.
    pub field: &'static str,
    /// Its absence is reported.
    pub wanted: bool,
    /// Name of the documented member that feeds it.
    pub member: Option<String>,
    /// The dictionary does not know its name: the name and the description together say that it is
    /// the field.
    pub described: bool,
    /// Name of a documented member that the dictionary would take, and that the description says is
    /// something else or leaves in doubt.
    pub refuted: Option<String>,
    /// Form in which the help says that it is written, if the dictionary reads another.
    pub form: Option<&'static str>,
    /// Documented values of an enumeration, as answers write them.
    pub values: Vec<ValueHelp>,
    /// Documented members that could feed it, the most probable first.
    pub candidates: Vec<String>,
    /// Reasons why a documented member with a known name is not taken, as sentences.
    pub problems: Vec<String>,
}

/// A documented value of an enumeration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueHelp {
    /// The value as answers write it.
    pub value: String,
    /// Its documented name.
    pub name: String,
    /// Meaning of its name by the dictionary.
    pub meaning: Option<&'static str>,
    /// Meaning that the dictionary gives to the value itself.
    pub mapped: Option<&'static str>,
}

impl FieldHelp {
    /// Returns true if the help says something that the dictionary does not know.
    pub fn differs(&self) -> bool {
        self.member.is_some()
            && (self.described || self.form.is_some() || self.new_values().next().is_some())
    }

    /// Values that the help gives a meaning to and the dictionary does not.
    pub fn new_values(&self) -> impl Iterator<Item = &ValueHelp> {
        self.values.iter().filter(|value| value.mapped.is_none() && value.meaning.is_some())
    }
}

impl Dictionary {
    /// Compares the description of a resource with this dictionary, field by field.
    pub fn compare_help(&self, help: &ResourceHelp) -> Vec<FieldHelp> {
        let Some(mapping) = self.mapping(help.resource) else { return Vec::new() };
        let matched: Vec<Match<'_>> = (0..mapping.fields.len())
            .map(|index| {
                let found = known_member(mapping, help, index);
                with_described(mapping, help, &mapping.shape.fields[index], found)
            })
            .collect();
        let taken: Vec<&str> =
            matched.iter().filter_map(|found| Some(&*found.member?.name)).collect();
        let fields = mapping.shape.fields.iter().zip(&mapping.fields).zip(&matched);
        fields
            .map(|((field, mapped), found)| {
                let free = help.members.iter().filter(|member| !taken.contains(&&*member.name));
                FieldHelp {
                    field: field.name,
                    wanted: field.need != Need::Spare,
                    member: found.member.map(|member| member.name.clone()),
                    described: found.is_described,
                    refuted: found.refuted.clone(),
                    form: found.member.and_then(|member| differing_form(field, mapped, member)),
                    values: found
                        .member
                        .map(|member| values(field, mapped, member))
                        .unwrap_or_default(),
                    candidates: match found.member {
                        Some(_) => Vec::new(),
                        None => candidates(mapping, help.resource, field, free),
                    },
                    problems: found.problems.clone(),
                }
            })
            .collect()
    }
}

/// The documented member that feeds a field.
#[derive(Default)]
struct Match<'m> {
    member: Option<&'m DocumentedMember>,
    /// The description says that it is the field, and its name is not the one that is read.
    is_described: bool,
    /// Its name is known, and each word of its description says that it is the field.
    is_confirmed: bool,
    /// Name that would be read, and that is something else by the description, or is in doubt.
    refuted: Option<String>,
    problems: Vec<String>,
}

/// Takes a member with an unknown name whose name and description both say that it is the field,
/// where no known name is documented, or where that one is something else.
fn with_described<'m>(
    mapping: &Mapping,
    help: &'m ResourceHelp,
    field: &Field,
    mut found: Match<'m>,
) -> Match<'m> {
    let is_open = found.problems.is_empty() || found.refuted.is_some();
    if found.is_confirmed || found.is_described || !is_open {
        return found;
    }
    // A known name is that of its own field.
    let unknown = |member: &&DocumentedMember| {
        mapping.slot(&member.name).is_none() && fits(field, &member.kind)
    };
    let members: Vec<&DocumentedMember> = help.members.iter().filter(unknown).collect();
    let member = described_member(help.resource, field.name, &members);
    // As a number the unit of a duration must be stated.
    let described = member.filter(|member| {
        form_fits(field, member)
            && (field.kind != Kind::Wait
                || member.kind == DocumentedType::TimeInterval
                || unit(&member.words).is_some())
    });
    match (found.member, described) {
        // The id of a case is not its job number, and some names are used for both.
        (Some(known), Some(other)) if field.name != "id" => {
            let problem = format!("{} and {} could both be it", known.name, other.name);
            found.problems.push(problem);
            found.refuted = Some(known.name.clone());
            found.member = None;
        }
        (known, Some(other)) => {
            if let Some(known) = known {
                let problem =
                    format!("by its description {} is it, not {}", other.name, known.name);
                found.problems.push(problem);
                found.refuted = Some(known.name.clone());
            }
            found.member = Some(other);
            found.is_described = true;
        }
        (_, None) => {}
    }
    found
}

fn known_member<'m>(mapping: &Mapping, help: &'m ResourceHelp, index: usize) -> Match<'m> {
    let field = &mapping.shape.fields[index];
    let mut found = Match::default();
    let mut known: Vec<(usize, &DocumentedMember)> = help
        .members
        .iter()
        .filter_map(|member| Some((mapping.slot(&member.name)?, member)))
        .filter(|(slot, _)| slot.field == index)
        .map(|(slot, member)| (slot.rank, member))
        .collect();
    // The decoder takes the member that the dictionary names first, so the others feed nothing.
    known.sort_by_key(|(rank, _)| *rank);
    let Some((_, member)) = known.first().copied() else { return found };
    let is_another = |words: &str| {
        contradicts(field, words) || wording::contradicts(help.resource, field.name, words)
    };
    let is_confirmed = |words: &str| wording::confirms(help.resource, field.name, words);
    let mut others = known.iter().skip(1).map(|(_, other)| *other).filter(|other| {
        fits(field, &other.kind) && form_fits(field, other) && !is_another(&other.words)
    });
    if !fits(field, &member.kind) || !form_fits(field, member) {
        let kind = member.kind.describe();
        found.problems.push(format!("{} is documented as {kind}, which does not fit", member.name));
    } else if is_another(&member.words) {
        let problem = format!("the description of {} speaks of something else", member.name);
        found.problems.push(problem);
        found.refuted = Some(member.name.clone());
        found.member = others.find(|other| is_confirmed(&other.words));
        found.is_described = found.member.is_some();
    } else if let Some(rival) = others.next().filter(|_| field.kind.has_words()) {
        // Of two states one may be that of a telephone: their words are alike.
        found.problems.push(format!("{} and {} are both documented", member.name, rival.name));
        found.refuted = Some(member.name.clone());
    } else {
        found.member = Some(member);
        found.is_confirmed = is_confirmed(&member.words);
    }
    found
}

/// Returns whether values of a documented type can be such a field.
fn fits(field: &Field, kind: &DocumentedType) -> bool {
    use DocumentedType::{
        Boolean, Collection, Date, Decimal, Enumeration, Guid, Integer, Text, TimeInterval,
    };
    match field.kind {
        Kind::Text if field.name.ends_with("name") => matches!(kind, Text),
        Kind::Text if field.name == "reason" => matches!(kind, Text | Integer | Enumeration(_)),
        Kind::Text => match kind {
            // An agent may be in several groups; an item has one id of its own.
            Collection(item) => {
                field.name.ends_with("_id") && matches!(**item, Integer | Text | Guid)
            }
            kind => matches!(kind, Integer | Text | Guid),
        },
        // A decimal number is an average or a share, not a number of cases.
        Kind::Count => matches!(kind, Integer),
        Kind::Flag => matches!(kind, Boolean | Text | Enumeration(_)),
        Kind::Wait => matches!(kind, TimeInterval | Integer | Decimal | Text),
        // A moment as a number has an unknown origin and unit.
        Kind::Time => matches!(kind, Date | Text),
        Kind::AgentState | Kind::CaseState | Kind::CaseClass => {
            matches!(kind, Enumeration(_) | Text | Integer)
        }
    }
}

/// Returns whether the form of the sample is one in which the field can be read.
fn form_fits(field: &Field, member: &DocumentedMember) -> bool {
    let Some(form) = member.form else { return true };
    match field.kind {
        // .NET writes a time interval as a clock; as a number its unit is unknown.
        Kind::Wait => member.kind != DocumentedType::TimeInterval || form == SampleForm::Clock,
        Kind::Time => form != SampleForm::Number,
        _ => true,
    }
}

/// Words about an identity, in English and Swedish.
const IDENTITY: [&str; 6] =
    ["identity", "identities", "identifier", "id", "identitet", "identiteter"];
/// Words about a number of things.
const COUNT: [&str; 6] = ["number", "count", "antal", "length", "längd", "kölängd"];

/// Returns true if the vendor's words about a member speak of another kind of fact than the field:
/// a count that is described as an identity, or an identity that is described as a count.
fn contradicts(field: &Field, words: &str) -> bool {
    let has = |of: &[&str]| {
        let mut words = words.split(|c: char| !c.is_alphanumeric());
        words.any(|word| of.contains(&word.to_lowercase().as_str()))
    };
    let in_queue = || words.to_lowercase().contains("in the queue") || has(&["kön"]);
    match field.kind {
        Kind::Count | Kind::Wait => has(&IDENTITY) && !has(&COUNT),
        // "Number" may mean the number of a case, which is its identity; a number of things in a
        // queue is none.
        Kind::Text if field.name == "id" || field.name.ends_with("_id") => {
            in_queue() && !has(&IDENTITY)
        }
        _ => false,
    }
}

/// Units of a duration, with the words that name them in English and Swedish.
const UNITS: [(Form, &[&str]); 3] = [
    (Form::Milliseconds, &["milliseconds", "millisecond", "ms", "millisekunder", "millisekund"]),
    (Form::Minutes, &["minutes", "minute", "minuter", "minut"]),
    (Form::Seconds, &["seconds", "second", "sekunder", "sekund", "(s)"]),
];

/// Returns the unit that words about a duration name; `None` if they name none or several.
fn unit(words: &str) -> Option<Form> {
    let names = |of: &[&str]| {
        let mut words = words.split(|c: char| !c.is_alphanumeric() && !matches!(c, '(' | ')'));
        words.any(|word| {
            let word = word.to_lowercase();
            of.contains(&&*word) || of.contains(&word.trim_matches(['(', ')']))
        })
    };
    let mut named = UNITS.into_iter().filter(|(_, words)| names(words)).map(|(form, _)| form);
    named.next().filter(|_| named.next().is_none())
}

/// Form in which the help says that a duration is written, if the dictionary reads another.
fn differing_form(
    field: &Field,
    mapped: &FieldMapping,
    member: &DocumentedMember,
) -> Option<&'static str> {
    if field.kind != Kind::Wait {
        return None;
    }
    let reads_clock = matches!(mapped.form, Form::Duration | Form::Clock);
    let documented = match member.kind {
        DocumentedType::TimeInterval if !reads_clock => Form::Duration,
        DocumentedType::Integer | DocumentedType::Decimal => unit(&member.words)?,
        _ => return None,
    };
    // A duration as a number is read in seconds.
    let same =
        documented == mapped.form || documented == Form::Seconds && mapped.form == Form::Duration;
    (!same).then(|| documented.as_str())
}

/// Documented values of a member that feeds a field of words, as answers write them.
fn values(field: &Field, mapped: &FieldMapping, member: &DocumentedMember) -> Vec<ValueHelp> {
    let DocumentedType::Enumeration(values) = &member.kind else { return Vec::new() };
    if !field.kind.has_words() {
        return Vec::new();
    }
    let meaning = |word: &str| mapped.values.get(&normalized(word)).copied().map(Meaning::word);
    let with = |value: String, documented: &EnumValue| ValueHelp {
        mapped: meaning(&value),
        meaning: meaning(&documented.name).or_else(|| meaning(&without_agent(&documented.words))),
        name: documented.name.clone(),
        value,
    };
    let (mut numbers, mut names) = (Vec::new(), Vec::new());
    for documented in values {
        numbers.extend(documented.number.map(|number| with(number.to_string(), documented)));
        names.push(with(documented.name.clone(), documented));
    }
    distinct(match member.form {
        Some(SampleForm::Number) => numbers,
        Some(SampleForm::Text) => names,
        // Without a sample both are possible, and no number is a name.
        _ => [numbers, names].concat(),
    })
}

/// Returns a description of a state without the words for the one who is in it: "Agent in call".
fn without_agent(words: &str) -> String {
    let is_kept = |word: &&str| {
        !["the", "agent", "is", "handläggaren", "är"].contains(&&*word.to_lowercase())
    };
    let kept: Vec<&str> = words.trim_end_matches('.').split_whitespace().filter(is_kept).collect();
    kept.join(" ")
}

/// Keeps each value once. One with two names of different meaning has none.
// An enumeration of .NET may give two names to one number.
fn distinct(values: Vec<ValueHelp>) -> Vec<ValueHelp> {
    let mut kept: Vec<ValueHelp> = Vec::new();
    for value in values {
        match kept.iter_mut().find(|other| normalized(&other.value) == normalized(&value.value)) {
            Some(other) if other.meaning != value.meaning => other.meaning = None,
            Some(_) => {}
            None => kept.push(value),
        }
    }
    kept
}

/// Names of the members that could feed a field, the most probable first.
fn candidates<'m>(
    mapping: &Mapping,
    resource: Resource,
    field: &Field,
    free: impl Iterator<Item = &'m DocumentedMember>,
) -> Vec<String> {
    let is_free = |member: &&DocumentedMember| match mapping.slot(&member.name) {
        // A known name that did not fit its own field is no better for another one.
        Some(_) => false,
        None => {
            fits(field, &member.kind)
                && !contradicts(field, &member.words)
                && !wording::contradicts(resource, field.name, &member.words)
        }
    };
    let mut found: Vec<(usize, &DocumentedMember)> =
        free.filter(is_free).map(|member| (likeness(resource, field, member), member)).collect();
    found.sort_by_key(|(likeness, _)| std::cmp::Reverse(*likeness));
    found.into_iter().take(CANDIDATES).map(|(_, member)| member.name.clone()).collect()
}

/// Candidates that are named at most.
const CANDIDATES: usize = 6;

/// Number of words that the field's name shares with a member's name and description; only the
/// order of the candidates depends on it.
fn likeness(resource: Resource, field: &Field, member: &DocumentedMember) -> usize {
    let hints = match (resource, field.name) {
        (_, "queue_length") => &["queue", "queued", "waiting", "kö", "kön"][..],
        (_, "longest_wait") => &["longest", "oldest", "max", "längst", "längsta", "äldsta"],
        (_, "estimated_wait") => &["estimated", "expected", "beräknad", "förväntad"],
        (_, "agents_logged_on") => &["logged", "inloggade", "inloggad"],
        (_, "agents_available") => &["free", "available", "ready", "lediga", "ledig"],
        (_, "agents_busy") => &["busy", "working", "upptagna", "upptagen"],
        (_, "since" | "created") => &["since", "began", "begin", "start", "sedan"],
        (_, "reason") => &["reason", "code", "orsak"],
        (_, "waited") => &["wait", "waited", "queue", "väntat", "väntan"],
        (_, "group_id") => &["group", "groups", "grupp", "grupper"],
        (_, "open") => &["open", "öppen", "öppet"],
        _ => &[],
    };
    let text = format!("{} {}", split_words(&member.name), member.words).to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    hints.iter().filter(|hint| words.contains(hint)).count()
}

/// Splits a name such as `oldestWait` at its capital letters.
fn split_words(name: &str) -> String {
    name.chars().flat_map(|c| c.is_uppercase().then_some(' ').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests;
