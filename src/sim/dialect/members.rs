//! Members of all resources: their names in each dialect and their default visibility; the values
//! of members, and their JSON in each dialect. States of the foreign dialect are integers, as in
//! the documented parts of Trio's API.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::{Timestamp, tz};
use serde_json::{Value, json};

use super::Dialect;
use crate::sim::world::{Activity, Class, Stage};

/// Members of an item before a dialect names them.
pub(crate) type Row = Vec<(Member, Fact)>;

closed_set! {
    /// A member of a resource, with its names in English, Swedish and foreign. Only those that the
    /// help shows are Trio's own; the others are plain words of the kind that a server might use.
    pub(crate) Member, names: [&'static str; 3] {
        CenterId => ["id", "id", "ccK"],
        CenterName => ["name", "namn", "ccBez"],
        ServiceId => ["serviceId", "tjänstId", "vxQ"],
        ServiceName => ["serviceName", "tjänst", "vxTxt"],
        ServiceGroup => ["groupId", "gruppId", "vxGrp"],
        Description => ["description", "beskrivning", "vxMemo"],
        Open => ["open", "öppen", "vxOn"],
        QueueLength => ["queueLength", "kölängd", "qDepth_77"],
        LongestWait => ["longestWaitTime", "längstaVäntetid", "oldestMs"],
        EstimatedWait => ["estimatedWaitTime", "beräknadVäntetid", "guessMs"],
        AgentsLoggedOn => ["agentsLoggedOn", "inloggadeHandläggare", "hdIn"],
        AgentsAvailable => ["agentsAvailable", "ledigaHandläggare", "hdFree"],
        AgentsBusy => ["agentsBusy", "upptagnaHandläggare", "hdWork"],
        LastUpdated => ["lastUpdated", "uppdaterad", "stampX"],
        GroupId => ["groupId", "gruppId", "grpK"],
        GroupName => ["groupName", "gruppNamn", "grpBez"],
        AgentId => ["agentId", "handläggarId", "hdRef"],
        FirstName => ["firstName", "förnamn", "hdVor"],
        LastName => ["lastName", "efternamn", "hdNach"],
        AgentGroups => ["groupId", "gruppId", "hdTeams"],
        Email => ["email", "epost", "hdMail"],
        Phone => ["phone", "telefon", "hdFon"],
        AgentState => ["state", "läge", "zustand"],
        StateSince => ["stateSince", "lägeSedan", "seit"],
        Reason => ["reason", "orsak", "grundX"],
        // The names of the documented query parameters (`jobno`, `vid`, `cust`) are the best
        // hint for those of members.
        JobNo => ["jobNo", "jobbnummer", "vorgang"],
        CaseClass => ["caseClass", "ärendeKlass", "artK"],
        CaseType => ["caseType", "ärendeTyp", "artT"],
        CaseState => ["state", "läge", "phaseN"],
        Created => ["created", "skapad", "seitD"],
        AnsweredAt => ["answeredAt", "besvarad", "nahmD"],
        WaitTime => ["waitTime", "väntetid", "harrMs"],
        Vid => ["vid", "vid", "vidX"],
        Customer => ["cust", "kund", "kdNr"],
        ItemId => ["id", "id", "lfdX"],
        ItemName => ["name", "namn", "bezX"],
        SkillUid => ["uid", "färdighetsId", "fkUid"],
        SkillAgent => ["userId", "handläggarId", "fkHd"],
        SkillLevel => ["level", "nivå", "fkStufe"],
        RoleId => ["roleId", "rollId", "fkRol"],
    }
}

impl Member {
    /// Name in a dialect.
    pub(crate) fn name(self, dialect: Dialect) -> &'static str {
        dialect.pick(self.names())
    }

    /// Returns true for a member that is sent only when `fields=` names it: most resources of Trio
    /// filter by default.
    pub(crate) fn is_hidden(self) -> bool {
        matches!(
            self,
            Self::Description
                | Self::LastUpdated
                | Self::Email
                | Self::Phone
                | Self::Vid
                | Self::Customer
        )
    }

    /// Returns true for a member that is hidden too with
    /// [`Options::hide_members`](crate::sim::Options::hide_members).
    pub(crate) fn is_hideable(self) -> bool {
        matches!(self, Self::EstimatedWait | Self::StateSince)
    }

    /// Returns true for a time or wait that the server measured itself, which a server may not
    /// provide.
    pub(crate) fn is_server_time(self) -> bool {
        matches!(
            self,
            Self::StateSince
                | Self::LastUpdated
                | Self::Created
                | Self::AnsweredAt
                | Self::WaitTime
        )
    }
}

/// Value of a member before a dialect writes it. The order is that of `sort`: null first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fact {
    Null,
    Id(u64),
    Ids(Vec<u32>),
    Text(String),
    Bool(bool),
    Count(usize),
    Span(Duration),
    Time(SystemTime),
    Activity(Activity),
    Stage(Stage),
    Class(Class),
    Direction(Class),
}

/// UTC offset of the Swedish dialect, in hours. Fixed, without summer time: the offset is written
/// with each time.
const SWEDISH_OFFSET: i8 = 1;

impl Fact {
    /// Cuts the fraction of a second off a time or a span.
    pub(crate) fn cut_to_second(&mut self) {
        let whole = |span: Duration| Duration::from_secs(span.as_secs());
        match self {
            Self::Time(time) => {
                let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
                *time = UNIX_EPOCH + whole(since);
            }
            Self::Span(span) => *span = whole(*span),
            _ => {}
        }
    }

    /// Returns the value as this dialect writes it.
    pub(crate) fn to_json(&self, dialect: Dialect) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Id(id) => reference(dialect, *id),
            Self::Ids(ids) => match ids.as_slice() {
                [] => Value::Null,
                // A server may write a single relation without a list.
                [one] => reference(dialect, u64::from(*one)),
                many => many.iter().map(|id| reference(dialect, u64::from(*id))).collect(),
            },
            Self::Text(text) => json!(text),
            Self::Bool(yes) => match bool_words(dialect) {
                Some(words) => json!(words[usize::from(*yes)]),
                None => json!(yes),
            },
            Self::Count(count) => json!(count),
            Self::Span(span) => self::span(dialect, *span),
            Self::Time(time) => self::time(dialect, *time),
            Self::Activity(activity) => self::activity(dialect, *activity),
            Self::Stage(stage) => self::stage(dialect, *stage),
            Self::Class(class) => json!(self::class(dialect, *class)),
            Self::Direction(class) => json!(direction(dialect, *class)),
        }
    }
}

/// Ids are numbers, or numeric text in the foreign dialect.
fn reference(dialect: Dialect, id: u64) -> Value {
    // A client must compare ids without regard to their JSON type.
    if dialect == Dialect::Foreign { json!(id.to_string()) } else { json!(id) }
}

fn span(dialect: Dialect, span: Duration) -> Value {
    let seconds = span.as_secs();
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let clock = match seconds / 86_400 {
        0 => clock,
        // As .NET writes a time span of a day or more.
        days => format!("{days}.{clock}"),
    };
    dialect.pick([json!(seconds), json!(clock), json!(span.as_millis() as u64)])
}

fn time(dialect: Dialect, time: SystemTime) -> Value {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    // Whole milliseconds in each dialect: `/Date(ms)/` holds nothing finer, and all dialects must
    // state the same facts.
    let milliseconds = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let Ok(stamp) = Timestamp::from_millisecond(milliseconds) else { return Value::Null };
    match dialect {
        Dialect::English => json!(stamp.to_string()),
        Dialect::Swedish => {
            json!(stamp.display_with_offset(tz::offset(SWEDISH_OFFSET)).to_string())
        }
        Dialect::Foreign => json!(format!("/Date({milliseconds})/")),
    }
}

/// Member value of an activity.
pub(super) fn activity(dialect: Dialect, activity: Activity) -> Value {
    match activity {
        Activity::LoggedOut => dialect.pick([json!("LoggedOut"), json!("Utloggad"), json!(0)]),
        Activity::Available => dialect.pick([json!("Available"), json!("Ledig"), json!(7)]),
        Activity::Offered => dialect.pick([json!("Offered"), json!("Erbjuds"), json!(4)]),
        Activity::Busy => dialect.pick([json!("Busy"), json!("Upptagen"), json!(5)]),
        Activity::WrapUp => dialect.pick([json!("WrapUp"), json!("Efterbehandling"), json!(6)]),
        Activity::Paused => dialect.pick([json!("Paused"), json!("Paus"), json!(9)]),
    }
}

/// Member value of a stage.
pub(super) fn stage(dialect: Dialect, stage: Stage) -> Value {
    match stage {
        Stage::Queued => dialect.pick([json!("Queued"), json!("Köar"), json!(31)]),
        Stage::Offered => dialect.pick([json!("Offered"), json!("Erbjuds"), json!(32)]),
        Stage::Handled => dialect.pick([json!("Handled"), json!("Hanteras"), json!(33)]),
    }
}

/// Member value of a class.
pub(super) fn class(dialect: Dialect, class: Class) -> &'static str {
    match class {
        Class::Voice => dialect.pick(["Voice", "Samtal", "K1"]),
        Class::Callback => dialect.pick(["Callback", "Återuppringning", "K2"]),
        Class::Chat => dialect.pick(["Chat", "Chatt", "K3"]),
        Class::Email => dialect.pick(["Email", "E-post", "K4"]),
        Class::Task => dialect.pick(["Task", "Uppgift", "K5"]),
    }
}

/// Member value of a case's direction: inbound or outbound.
pub(super) fn direction(dialect: Dialect, class: Class) -> &'static str {
    match class {
        Class::Callback | Class::Task => dialect.pick(["Outbound", "Utgående", "T2"]),
        Class::Voice | Class::Chat | Class::Email => dialect.pick(["Inbound", "Inkommande", "T1"]),
    }
}

/// Words for false and true; `None` for JSON booleans.
pub(super) fn bool_words(dialect: Dialect) -> Option<[&'static str; 2]> {
    dialect.pick([None, Some(["nej", "ja"]), Some(["N", "J"])])
}

impl Dialect {
    /// Parses a member value as an activity.
    pub(crate) fn parse_activity(self, value: &Value) -> Option<Activity> {
        Activity::ALL.into_iter().find(|known| match (activity(self, *known), value) {
            (Value::String(word), Value::String(given)) => word.eq_ignore_ascii_case(given),
            (word, given) => word == *given,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(fact: &Fact) -> [Value; 3] {
        Dialect::ALL.map(|dialect| fact.to_json(dialect))
    }

    #[test]
    fn dialects_have_their_own_units_and_words() {
        let span = Fact::Span(Duration::from_millis(93_784_500));
        assert_eq!(written(&span), [json!(93_784), json!("1.02:03:04"), json!(93_784_500)]);
        let time = Fact::Time(UNIX_EPOCH + Duration::from_millis(1_700_000_000_250));
        assert_eq!(
            written(&time),
            [
                json!("2023-11-14T22:13:20.25Z"),
                json!("2023-11-14T23:13:20.25+01:00"),
                json!("/Date(1700000000250)/"),
            ]
        );
        assert_eq!(written(&Fact::Bool(true)), [json!(true), json!("ja"), json!("J")]);
        assert_eq!(
            written(&Fact::Activity(Activity::Paused)),
            [json!("Paused"), json!("Paus"), json!(9)]
        );
        assert_eq!(written(&Fact::Ids(vec![4])), [json!(4), json!(4), json!("4")]);
        assert_eq!(
            written(&Fact::Ids(vec![4, 5])),
            [json!([4, 5]), json!([4, 5]), json!(["4", "5"])]
        );
    }

    #[test]
    fn state_words_are_parsed_back() {
        for dialect in Dialect::ALL {
            for activity in Activity::ALL {
                let word = Fact::Activity(activity).to_json(dialect);
                assert_eq!(dialect.parse_activity(&word), Some(activity));
            }
            assert_eq!(dialect.parse_activity(&json!(["?"])), None);
        }
    }
}
