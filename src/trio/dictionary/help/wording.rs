//! Members with an unknown name of which both the name and the vendor's words say the same: the
//! name `oldestWait` and the words "How long the oldest case has waited".
//!
//! One of the two alone maps nothing: a description may speak of something else, and a name may
//! mean two things. What either could mean for another field, or for two members, is left to a
//! person.

use super::description::{DocumentedMember, DocumentedType};
use crate::model::Resource;

/// Words of a fact, each in English and Swedish.
struct Fact {
    resources: &'static [Resource],
    field: &'static str,
    /// Of each group the description has a word.
    words: &'static [&'static [&'static str]],
    /// Of each group the name has a word.
    name: &'static [&'static [&'static str]],
    /// Words that neither has: those of another fact.
    never: &'static [&'static str],
}

const QUEUE: &[&str] =
    &["queue", "queued", "queueing", "queuing", "waiting", "kö", "kön", "köade", "väntande"];
const WAIT: &[&str] = &[
    "wait",
    "waits",
    "waited",
    "waiting",
    "queue",
    "time",
    "väntetid",
    "väntat",
    "väntan",
    "kötid",
    "vänta",
    "kö",
    "kön",
    "tid",
];
const LONGEST: &[&str] = &["longest", "oldest", "längst", "längsta", "äldst", "äldsta"];
const EXPECTED: &[&str] =
    &["expected", "estimated", "predicted", "beräknad", "förväntad", "uppskattad"];
const LOGGED_ON: &[&str] = &["logged", "inloggad", "inloggade"];
const FREE: &[&str] = &["free", "available", "idle", "ready", "ledig", "lediga", "tillgängliga"];
const BUSY: &[&str] = &["busy", "occupied", "engaged", "upptagen", "upptagna"];
const AGENTS: &[&str] = &["agent", "agents", "handläggare", "agenter"];
const STATE: &[&str] = &["state", "status", "läge", "läget", "lägets", "tillstånd"];
const BEGIN: &[&str] =
    &["since", "began", "begin", "begun", "start", "started", "sedan", "början", "började"];
/// Words of figures over a time, and of limits.
const DERIVED: &[&str] = &[
    "today",
    "midnight",
    "day",
    "hour",
    "week",
    "average",
    "mean",
    "total",
    "sum",
    "percent",
    "percentage",
    "share",
    "rate",
    "limit",
    "goal",
    "target",
    "threshold",
    "allowed",
    "maximum",
    "max",
    "minimum",
    "min",
    "most",
    "last",
    "previous",
    "yesterday",
    "answered",
    "abandoned",
    "lost",
    "idag",
    "midnatt",
    "dygn",
    "medel",
    "snitt",
    "andel",
    "gräns",
    "mål",
    "högst",
    "besvarade",
    "tappade",
    "not",
    "no",
    "except",
    "without",
    "inte",
    "ej",
    "utan",
];

const FACTS: [Fact; 21] = [
    Fact {
        resources: &[Resource::ServiceState],
        field: "queue_length",
        words: &[
            QUEUE,
            &[
                "cases", "calls", "contacts", "number", "length", "ärenden", "samtal", "antal",
                "längd",
            ],
        ],
        name: &[&[
            "queue",
            "queued",
            "queueing",
            "queuing",
            "waiting",
            "kö",
            "köade",
            "väntande",
            "kölängd",
        ]],
        never: &[
            "time",
            "wait",
            "longest",
            "oldest",
            "expected",
            "estimated",
            "agents",
            "agent",
            "id",
            "identity",
            "position",
            "väntetid",
        ],
    },
    Fact {
        resources: &[Resource::ServiceState],
        field: "longest_wait",
        words: &[LONGEST, WAIT],
        name: &[LONGEST],
        never: &["expected", "estimated", "talk", "handling", "agent", "agents"],
    },
    Fact {
        resources: &[Resource::ServiceState],
        field: "estimated_wait",
        words: &[EXPECTED, WAIT],
        name: &[EXPECTED],
        never: &["longest", "oldest", "talk", "handling", "agent", "agents"],
    },
    Fact {
        resources: &[Resource::ServiceState],
        field: "agents_logged_on",
        words: &[LOGGED_ON, AGENTS],
        name: &[LOGGED_ON],
        never: &[
            "off",
            "out",
            "free",
            "available",
            "busy",
            "paused",
            "pause",
            "ready",
            "time",
            "id",
        ],
    },
    Fact {
        resources: &[Resource::ServiceState],
        field: "agents_available",
        words: &[FREE, AGENTS],
        name: &[FREE],
        never: &["logged", "busy", "paused", "pause", "time", "slots", "lines", "id"],
    },
    Fact {
        resources: &[Resource::ServiceState],
        field: "agents_busy",
        words: &[BUSY, AGENTS],
        name: &[BUSY],
        never: &["logged", "free", "available", "paused", "pause", "time", "lines", "id"],
    },
    Fact {
        resources: &[Resource::ServiceState],
        field: "open",
        words: &[&["open", "öppen", "öppet"]],
        name: &[&["open", "opened", "öppen", "öppet"]],
        never: &["hours", "until", "since", "closed", "time", "id"],
    },
    Fact {
        resources: &[Resource::AgentState],
        field: "since",
        words: &[STATE, BEGIN],
        name: &[&["since", "began", "begin", "start", "started", "sedan", "början"]],
        never: &["login", "logged", "logon", "shift", "case", "call", "end", "ended"],
    },
    Fact {
        resources: &[Resource::AgentState],
        field: "state",
        words: &[&["state", "status", "doing", "activity", "läge", "läget", "tillstånd"]],
        name: &[&["state", "status", "activity", "läge", "tillstånd"]],
        never: &[
            "since",
            "began",
            "begin",
            "start",
            "time",
            "changed",
            "phone",
            "telephone",
            "line",
            "login",
            "id",
            "name",
        ],
    },
    Fact {
        resources: &[Resource::AgentState],
        field: "reason",
        words: &[&["reason", "cause", "orsak", "orsaken"]],
        name: &[&["reason", "cause", "code", "orsak", "orsakskod"]],
        never: &["login", "logout", "closed", "end", "ended", "time", "since", "state"],
    },
    Fact {
        resources: &[Resource::AgentState],
        field: "job",
        words: &[&["job", "case", "jobb", "ärende", "ärendet", "ärendets"]],
        name: &[&["job", "case", "jobb", "ärende"]],
        never: &[
            "state", "status", "type", "class", "count", "cases", "jobs", "time", "closed",
            "since", "priority", "subject",
        ],
    },
    Fact {
        resources: &[Resource::Agents],
        field: "group_id",
        words: &[&[
            "group",
            "groups",
            "team",
            "teams",
            "grupp",
            "gruppens",
            "grupper",
            "gruppernas",
        ]],
        name: &[&["group", "groups", "team", "teams", "grupp", "grupper"]],
        never: &["name", "names", "namn", "service", "services", "skill", "count"],
    },
    Fact {
        resources: &[Resource::Services],
        field: "group_id",
        words: &[&["group", "grupp", "gruppens"]],
        name: &[&["group", "grupp"]],
        never: &["name", "namn", "agent", "agents", "count"],
    },
    Fact {
        resources: &[Resource::Calls, Resource::Cases, Resource::Skills],
        field: "service_id",
        words: &[&["service", "tjänst", "tjänsten", "tjänstens"]],
        name: &[&["service", "tjänst"]],
        never: &[
            "name", "namn", "group", "level", "state", "services", "first", "original", "count",
            "time", "type", "class",
        ],
    },
    Fact {
        resources: &[Resource::Calls, Resource::Cases, Resource::Skills],
        field: "agent_id",
        words: &[&["agent", "handläggare", "handläggaren", "handläggarens"]],
        name: &[&["agent", "user", "handläggare"]],
        never: &[
            "name",
            "namn",
            "group",
            "state",
            "agents",
            "first",
            "wanted",
            "preferred",
            "count",
            "time",
            "type",
            "class",
            "since",
        ],
    },
    Fact {
        resources: &[Resource::Skills],
        field: "role_id",
        words: &[&["role", "roll", "rollens"]],
        name: &[&["role", "roll"]],
        never: &["name", "namn", "level", "count"],
    },
    Fact {
        resources: &[Resource::Calls, Resource::Cases],
        field: "state",
        words: &[&["state", "status", "läge", "tillstånd"]],
        name: &[&["state", "status", "läge", "tillstånd"]],
        never: &["since", "began", "time", "changed", "agent", "agents", "service", "id", "name"],
    },
    Fact {
        resources: &[Resource::Calls, Resource::Cases],
        field: "class",
        words: &[&["class", "media", "medium", "channel", "klass", "kanal"]],
        name: &[&["class", "media", "medium", "channel", "klass", "kanal"]],
        never: &["id", "number", "direction", "priority", "service", "customer"],
    },
    Fact {
        resources: &[Resource::Calls, Resource::Cases],
        field: "created",
        words: &[&[
            "created", "arrived", "arrival", "came", "received", "skapad", "skapades", "ankomst",
            "kom",
        ]],
        name: &[&["created", "arrived", "arrival", "received", "skapad", "ankomst"]],
        never: &["answer", "ended", "end", "closed", "changed", "handled", "agent", "number"],
    },
    Fact {
        resources: &[Resource::Calls, Resource::Cases],
        field: "answered",
        words: &[&["answered", "answer", "besvarad", "besvarades"]],
        name: &[&["answered", "answer", "besvarad"]],
        never: &["ended", "end", "closed", "created", "arrived", "number"],
    },
    Fact {
        resources: &[Resource::Calls, Resource::Cases],
        field: "waited",
        words: &[&[
            "queue",
            "wait",
            "waited",
            "waiting",
            "kö",
            "kön",
            "väntat",
            "väntetid",
            "kötid",
        ]],
        name: &[&["queue", "queued", "wait", "waited", "waiting", "väntat", "väntetid", "kötid"]],
        never: &[
            "expected",
            "estimated",
            "longest",
            "oldest",
            "talk",
            "handling",
            "id",
            "identity",
            "position",
            "place",
            "number",
            "name",
            "since",
        ],
    },
];

/// Returns the member whose name and description both say that it holds the field; `None` if there
/// is none, or if another one could be it.
pub(super) fn described_member<'m>(
    resource: Resource,
    field: &str,
    members: &[&'m DocumentedMember],
) -> Option<&'m DocumentedMember> {
    let fact =
        FACTS.iter().find(|fact| fact.resources.contains(&resource) && fact.field == field)?;
    let mut certain = members
        .iter()
        .filter(|member| fact.is_certain(member) && !fact.is_certainly_another(resource, member));
    let found = certain.next()?;
    // Another one with such words or such a name may be the one, or a second kind of it.
    let is_rival = |member: &&&DocumentedMember| {
        member.name != found.name
            && same_type(&member.kind, &found.kind)
            && fact.is_possible(resource, member)
    };
    (certain.next().is_none() && !members.iter().any(|member| is_rival(&member))).then_some(*found)
}

impl Fact {
    fn is_certain(&self, member: &DocumentedMember) -> bool {
        let (words, name) = (words_of(&member.words), words_of_name(&member.name));
        has_each(&words, self.words) && has_each(&name, self.name) && !self.is_excluded(member)
    }

    /// Returns true if the words or the name could mean the fact, and not clearly another one.
    fn is_possible(&self, resource: Resource, member: &DocumentedMember) -> bool {
        let (words, name) = (words_of(&member.words), words_of_name(&member.name));
        !self.is_certainly_another(resource, member)
            && (has_each(&words, self.words) || has_each(&name, self.name))
            && !self.is_excluded(member)
    }

    /// Returns true if the name and the description both say that it is another fact.
    fn is_certainly_another(&self, resource: Resource, member: &DocumentedMember) -> bool {
        FACTS.iter().any(|other| {
            other.resources.contains(&resource)
                && other.field != self.field
                && other.is_certain(member)
        })
    }

    fn is_excluded(&self, member: &DocumentedMember) -> bool {
        let (words, name) = (words_of(&member.words), words_of_name(&member.name));
        let is_excluded = |word: &String| {
            // "Max" in front of the word for a duration is its largest value, a figure that is
            // derived as well.
            self.never.contains(&&**word) || DERIVED.contains(&&**word)
        };
        let allowed = |word: &&String| {
            !self.words.iter().chain(self.name).any(|group| group.contains(&&***word))
        };
        words.iter().chain(&name).filter(allowed).any(is_excluded)
    }
}

fn has_each(words: &[String], groups: &[&[&str]]) -> bool {
    groups.iter().all(|group| words.iter().any(|word| group.contains(&&**word)))
}

fn same_type(one: &DocumentedType, other: &DocumentedType) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// Words of a description, in lower case.
fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Words of a name such as `oldestWait` or `oldest_wait`, in lower case.
fn words_of_name(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    words_of(&spaced)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    const INTEGER: DocumentedType = DocumentedType::Integer;

    fn member(name: &str, kind: DocumentedType, words: &str) -> DocumentedMember {
        DocumentedMember { name: name.to_owned(), kind, words: words.to_owned(), form: None }
    }

    fn found(resource: Resource, members: &[DocumentedMember]) -> Vec<(&'static str, String)> {
        let members: Vec<&DocumentedMember> = members.iter().collect();
        let of = |fact: &Fact| {
            let found = described_member(resource, fact.field, &members)?;
            Some((fact.field, found.name.clone()))
        };
        FACTS.iter().filter(|fact| fact.resources.contains(&resource)).filter_map(of).collect()
    }

    #[test]
    fn name_and_words_together_say_what_a_member_is() {
        let interval = || DocumentedType::TimeInterval;
        let members = [
            member("queued", INTEGER, "Cases in the queue."),
            member("oldestWait", interval(), "How long the oldest case has waited."),
            member("expectedWait", interval(), "Estimated time in the queue for a new case."),
            member("loggedOn", INTEGER, "Agents logged on."),
            member("free", INTEGER, "Agents that are free."),
            member("answeredToday", INTEGER, "Answered cases since midnight."),
            member("maxQueue", INTEGER, "Most cases that may wait."),
        ];
        let expected = [
            ("queue_length", "queued"),
            ("longest_wait", "oldestWait"),
            ("estimated_wait", "expectedWait"),
            ("agents_logged_on", "loggedOn"),
            ("agents_available", "free"),
        ];
        let expected = expected.map(|(field, name)| (field, name.to_owned()));
        assert_eq!(found(Resource::ServiceState, &members), expected);
        let since =
            member("stateStart", DocumentedType::Date, "Local time at which the state began.");
        let login =
            member("loginStart", DocumentedType::Date, "Begin of the state of being logged on.");
        assert_eq!(
            found(Resource::AgentState, &[since, login]),
            [("since", "stateStart".to_owned())]
        );
    }

    #[test]
    fn facts_of_agents_and_cases_are_found_as_well() {
        let groups = DocumentedType::Collection(Box::new(INTEGER));
        let agent = [
            member("groups", groups, "Identities of the agent's groups."),
            member("email", DocumentedType::Text, "E-mail address."),
        ];
        assert_eq!(found(Resource::Agents, &agent), [("group_id", "groups".to_owned())]);
        let state = [
            member("pauseCode", INTEGER, "Reason of the pause."),
            member("phoneStatus", DocumentedType::Text, "State of the telephone."),
        ];
        assert_eq!(found(Resource::AgentState, &state), [("reason", "pauseCode".to_owned())]);
        let case = [
            member("vid", INTEGER, "Case identity."),
            member("arrived", DocumentedType::Date, "When the case came."),
            member("queueSeconds", INTEGER, "Seconds in the queue."),
            member("queuePosition", INTEGER, "Position in the queue."),
            member("lastAgent", INTEGER, "The agent who had it last."),
        ];
        let expected = [("created", "arrived"), ("waited", "queueSeconds")];
        let expected = expected.map(|(field, name)| (field, name.to_owned()));
        assert_eq!(found(Resource::Cases, &case), expected);
    }

    #[test]
    fn name_or_words_alone_say_nothing() {
        for (name, words) in [
            ("q77", "Number of cases in the queue."),
            ("queued", ""),
            ("queued", "Identity of the queue."),
            ("queueId", "Number of the queue."),
            ("queued", "Calls queued since midnight."),
            ("maxQueued", "Largest number of cases in the queue today."),
            ("free", "Free lines."),
            ("waitingAgents", "Agents waiting for calls."),
        ] {
            let members = [member(name, INTEGER, words)];
            assert_eq!(found(Resource::ServiceState, &members), [], "{name}: {words}");
        }
    }

    #[test]
    fn second_member_that_could_be_it_leaves_it_open() {
        for (name, words) in [
            ("queuedCalls", "Calls in the queue."),
            ("q2", "Number of cases in the queue, chat included."),
            ("waiting", "Cases."),
        ] {
            let members = [
                member("queuedCases", INTEGER, "Cases in the queue."),
                member(name, INTEGER, words),
            ];
            assert_eq!(found(Resource::ServiceState, &members), [], "{name}: {words}");
        }
    }
}
