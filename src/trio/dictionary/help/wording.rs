//! Members with an unknown name of which both the name and the vendor's words say the same: the
//! name `oldestWait` and the words "How long the oldest case has waited".
//!
//! One of the two alone maps nothing: a description may speak of something else, and a name may
//! mean two things. Each word must be known (`facts`): one that is not may change the meaning, as
//! in "Longest wait of the month". What either could mean for another field, or for two members,
//! is left to a person.

use super::{
    description::{DocumentedMember, DocumentedType},
    facts::{CODE, FACTS, Fact, IDENTITY, NEGATION, NEUTRAL, OTHER},
};
use crate::model::Resource;

/// Returns the member whose name and description both say that it holds the field; `None` if there
/// is none, or if another one could be it.
pub(super) fn described_member<'m>(
    resource: Resource,
    field: &str,
    members: &[&'m DocumentedMember],
) -> Option<&'m DocumentedMember> {
    let is_certain = |member: &DocumentedMember| {
        facts(resource, field).any(|fact| fact.is_certain(member))
            && !is_certainly_another(resource, field, member)
    };
    let mut certain = members.iter().filter(|member| is_certain(member));
    let found = certain.next()?;
    // Another one with such words or such a name may be the one, or a second kind of it.
    let is_rival = |member: &&&DocumentedMember| {
        member.name != found.name
            && same_type(&member.kind, &found.kind)
            && facts(resource, field).any(|fact| fact.is_possible(member))
            && !is_certainly_another(resource, field, member)
    };
    (certain.next().is_none() && !members.iter().any(|member| is_rival(&member))).then_some(*found)
}

/// Returns true if a description says that a member with the usual name of a field holds something
/// else: a limit, a figure of today, a plan.
pub(super) fn contradicts(resource: Resource, field: &str, description: &str) -> bool {
    // "Identity of the class" is still the class.
    let mut words = words_of(description);
    words.retain(|word| ![IDENTITY, CODE, NEGATION].iter().any(|group| is_in(word, group)));
    let mut facts = facts(resource, field).peekable();
    match facts.peek() {
        Some(_) => facts.all(|fact| fact.is_excluded(&words)),
        None => has_one(&words, OTHER),
    }
}

/// Returns true if each word of a description says that it is the field.
pub(super) fn confirms(resource: Resource, field: &str, description: &str) -> bool {
    let words = words_of(description);
    facts(resource, field).any(|fact| has_each(&words, fact.words) && fact.knows_each(&words))
}

fn facts(resource: Resource, field: &str) -> impl Iterator<Item = &'static Fact> {
    FACTS.iter().filter(move |fact| fact.resources.contains(&resource) && fact.field == field)
}

/// Returns true if the name and the description both say that it is another field.
fn is_certainly_another(resource: Resource, field: &str, member: &DocumentedMember) -> bool {
    FACTS.iter().any(|other| {
        other.resources.contains(&resource) && other.field != field && other.is_certain(member)
    })
}

impl Fact {
    fn is_certain(&self, member: &DocumentedMember) -> bool {
        let words = words_of(&member.words);
        let name = words_of_name(&member.name, &words);
        // A name of one letter shortens any word that begins with it, so it says nothing itself.
        member.name.chars().nth(1).is_some()
            && has_each(&words, self.words)
            && has_each(&name, self.name)
            && self.knows_each(&words)
            && self.knows_each(&name)
    }

    /// Returns true if the words or the name could mean the fact.
    fn is_possible(&self, member: &DocumentedMember) -> bool {
        let words = words_of(&member.words);
        let name = words_of_name(&member.name, &words);
        (has_each(&words, self.words) || has_each(&name, self.name))
            && !self.is_excluded(&words)
            && !self.is_excluded(&name)
    }

    fn knows_each(&self, words: &[String]) -> bool {
        words.iter().all(|word| self.has(word) || is_in(word, NEUTRAL))
    }

    /// Returns true if a word is of another fact.
    fn is_excluded(&self, words: &[String]) -> bool {
        let others = [self.never, OTHER, NEGATION];
        let is_other = |word: &String| others.iter().any(|group| is_in(word, group));
        words.iter().filter(|word| !self.has(word)).any(is_other)
    }

    fn has(&self, word: &str) -> bool {
        self.words.iter().chain(self.name).chain(self.also).any(|group| is_in(word, group))
    }
}

fn has_each(words: &[String], groups: &[&[&str]]) -> bool {
    groups.iter().all(|group| has_one(words, group))
}

fn has_one(words: &[String], group: &[&str]) -> bool {
    words.iter().any(|word| is_in(word, group))
}

fn is_in(word: &str, group: &[&str]) -> bool {
    group.iter().any(|known| folded(known) == word)
}

fn same_type(one: &DocumentedType, other: &DocumentedType) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

/// Returns a word in lower case and without diacritics.
// Names in a program are often written without them: `langstaKotid`.
fn folded(word: &str) -> String {
    let plain = |c| match c {
        'å' | 'ä' => 'a',
        'ö' => 'o',
        'é' => 'e',
        c => c,
    };
    word.chars().flat_map(char::to_lowercase).map(plain).collect()
}

/// Words of a description, folded.
fn words_of(text: &str) -> Vec<String> {
    // The usual beginning in documents that are made from C#; and a deadline, whose words alone are
    // those of a moment.
    let text = text.trim_start_matches("Gets or sets").replace("by which", "deadline");
    text.split(|c: char| !c.is_alphanumeric()).filter(|it| !it.is_empty()).map(folded).collect()
}

/// Prefixes that name the type of a member, as in `N_QUEUE`, with the word that they stand for.
const TYPES: [(&str, &str); 6] =
    [("n", ""), ("sz", ""), ("b", ""), ("tm", ""), ("e", ""), ("dt", "time")];

/// Words of a name such as `oldestWait`, `oldest_wait` or `N_OLDEST`, folded. A word that shortens
/// one of the description is that word.
fn words_of_name(name: &str, description: &[String]) -> Vec<String> {
    let mut spaced = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_uppercase() && before.is_lowercase() || c.is_numeric() != before.is_numeric() {
            spaced.push(' ');
        }
        spaced.push(c);
        before = c;
    }
    let mut words: Vec<String> = spaced
        .split(|c: char| !c.is_alphanumeric())
        .filter(|it| !it.is_empty())
        .map(folded)
        .collect();
    if let [first, _, ..] = words.as_mut_slice()
        && name.contains('_')
        && let Some((_, word)) = TYPES.iter().find(|(prefix, _)| prefix == first)
    {
        (*word).clone_into(first);
    }
    words.retain(|word| !word.is_empty());
    let whole = |word: String| {
        let long = description.iter().find(|long| shortens(&word, long));
        long.cloned().unwrap_or(word)
    };
    words.into_iter().map(whole).collect()
}

/// Returns true if a word is the beginning of another one, or some of its consonants: `len`, `grp`.
fn shortens(word: &str, long: &str) -> bool {
    let is_vowel = |c: char| "aeiouy".contains(c);
    let mut rest = long.chars();
    let mut is_skeleton = || {
        word.chars().next() == long.chars().next()
            && !word.chars().skip(1).any(is_vowel)
            && word.chars().all(|c| rest.any(|of| of == c))
    };
    word.len() < long.len() && (long.starts_with(word) || is_skeleton())
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
        let mut fields: Vec<&str> = Vec::new();
        for fact in FACTS.iter().filter(|fact| fact.resources.contains(&resource)) {
            if !fields.contains(&fact.field) {
                fields.push(fact.field);
            }
        }
        let of = |field| Some((field, described_member(resource, field, &members)?.name.clone()));
        fields.into_iter().filter_map(of).collect()
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

    #[test]
    fn one_unknown_word_leaves_the_member_open() {
        use Resource::{AgentState, Agents, Calls, ServiceState, Services, Skills};
        for (resource, name, words) in [
            (ServiceState, "queueNumber", "Number of the queue."),
            (ServiceState, "queuePlaces", "Antal platser i kön."),
            (ServiceState, "queueCalls", "Number of calls transferred to the queue."),
            (ServiceState, "longestWait", "Longest wait since the service opened, in seconds."),
            (ServiceState, "longestWait", "Längsta väntetid under månaden, i sekunder."),
            (ServiceState, "waitMax", "Longest wait in seconds."),
            (ServiceState, "expectedOpening", "Expected time until the service opens, in seconds."),
            (ServiceState, "estimatedClearing", "Beräknad tid tills kön är tom, i sekunder."),
            (ServiceState, "loggedOnRequired", "Number of agents that should be logged on."),
            (ServiceState, "loggedOnAgent", "Number of the agent that is logged on."),
            (ServiceState, "loggedOnGroups", "Antal grupper med inloggade handläggare."),
            (ServiceState, "availableLicenses", "Number of available agent licenses."),
            (ServiceState, "freeSeats", "Antal lediga arbetsplatser för handläggare."),
            (ServiceState, "engagedElsewhere", "Number of agents engaged in other services."),
            (
                ServiceState,
                "busyOutbound",
                "Antal handläggare som är upptagna med utgående samtal.",
            ),
            (ServiceState, "openOnHolidays", "True if the service is open on holidays."),
            (ServiceState, "openForChat", "Sant om tjänsten är öppen för chatt."),
            (ServiceState, "opened", "False if the service is open."),
            (AgentState, "presenceStatus", "Presence status in the calendar."),
            (AgentState, "recordingState", "Läge för inspelningen."),
            (AgentState, "statusSubscriptionStart", "Start of the status subscription."),
            (AgentState, "contactReason", "Reason of the contact."),
            (AgentState, "logonCode", "Orsak till inloggningen."),
            (AgentState, "jobTitle", "Job title."),
            (AgentState, "caseAccess", "Ärende som handläggaren får se."),
            (Agents, "pickupGroup", "Call pickup group of the extension."),
            (Agents, "permissionGroup", "Behörighetsgrupp (grupp i Trio Admin)."),
            (Services, "trunkGroup", "Trunk group of the service."),
            (Calls, "recordingState", "State of the recording."),
            (Calls, "customerStatus", "Kundens status."),
            (Calls, "mediaServer", "Medieserver (media)."),
            (Calls, "recordCreated", "Time when the record was created."),
            (Calls, "fileReceived", "När filen kom in."),
            (Calls, "answerTime", "Time by which the call is answered."),
            (Calls, "answerBy", "När ärendet senast ska vara besvarad."),
            (Calls, "personalAgent", "Personal agent of the customer."),
            (Calls, "transferAgent", "Handläggare som kopplade vidare samtalet."),
            (Calls, "queueTimeout", "Seconds in the queue before the call overflows."),
            (Calls, "waitPrompt", "Sekunder i kön innan ett meddelande spelas."),
            (Calls, "waitSeconds", "Seconds to wait in the queue."),
            (Skills, "serviceId2", "Identity of the fallback service."),
        ] {
            for kind in [INTEGER, DocumentedType::Date, DocumentedType::Boolean] {
                assert_eq!(found(resource, &[member(name, kind, words)]), [], "{name}: {words}");
            }
        }
    }

    #[test]
    fn names_are_read_in_each_usual_spelling() {
        use Resource::{AgentState, Agents, Calls, ServiceState};
        for (resource, name, words, field) in [
            (ServiceState, "N_QUEUE", "Number of cases in queue", "queue_length"),
            (ServiceState, "qLen", "Current queue length", "queue_length"),
            (ServiceState, "antalKoande", "Number of cases in the queue.", "queue_length"),
            (ServiceState, "maxWt", "Longest current wait (s)", "longest_wait"),
            (ServiceState, "waitMax", "Längsta väntetid i kön just nu.", "longest_wait"),
            (ServiceState, "langstaKotid", "Längsta väntetid i kön", "longest_wait"),
            (ServiceState, "present", "Antal inloggade handläggare.", "agents_logged_on"),
            (ServiceState, "opn", "Service open", "open"),
            (AgentState, "DT_STATE", "Local time of last state change", "since"),
            (AgentState, "modeChanged", "Tidpunkt då tillståndet ändrades.", "since"),
            (AgentState, "pauseCd", "Pause code", "reason"),
            (Agents, "agGrpId", "Agent group id", "group_id"),
            (Agents, "fornamn", "First name.", "first_name"),
            (Calls, "queueTime", "The time when the call entered the queue.", "created"),
            (Calls, "handledBy", "Gets or sets the agent that handles the case.", "agent_id"),
        ] {
            let members = [member(name, INTEGER, words)];
            assert_eq!(found(resource, &members), [(field, name.to_owned())], "{words}");
        }
    }

    #[test]
    fn word_is_shortened_by_its_beginning_or_its_consonants() {
        for (word, long) in
            [("len", "length"), ("grp", "group"), ("svc", "service"), ("q", "queue")]
        {
            assert!(shortens(word, long), "{word} {long}");
        }
        for (word, long) in
            [("max", "longest"), ("gout", "group"), ("queue", "queue"), ("rp", "group")]
        {
            assert!(!shortens(word, long), "{word} {long}");
        }
    }
}
