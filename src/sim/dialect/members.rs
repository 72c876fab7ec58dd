//! Members of all resources: their names in each dialect and their default visibility; the values
//! of members, and their JSON in each dialect. Their enumerations are in `enumerations`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::{Timestamp, tz};
use serde_json::{Value, json};

use super::Dialect;
use super::enumerations::{activity, class, direction, stage};
use crate::sim::world::{Activity, Class, Stage};

/// Members of an item before a dialect names them.
pub(crate) type Row = Vec<(Member, Fact)>;

closed_set! {
    /// A member of a resource, with its names in English, Swedish, foreign and vendor, and in the
    /// namings `related` and `coded`. Only those that the help shows are Trio's own; the others are
    /// plain words of the kind that a server might use.
    pub(crate) Member, names: [&'static str; 6] {
        CenterId => ["id", "id", "ccK", "ccid", "zentraleNummer", "fld17"],
        CenterName => ["name", "namn", "ccBez", "ccname", "zentraleBezeichnung", "fld34"],
        ServiceId => ["serviceId", "tjänstId", "vxQ", "serviceid", "dienstNummer", "fld10"],
        ServiceName => ["serviceName", "tjänst", "vxTxt", "servicename", "dienstBezeichnung", "fld27"],
        ServiceGroup => ["groupId", "gruppId", "vxGrp", "servicegroupid", "dienstGruppe", "fld03"],
        Description => ["description", "beskrivning", "vxMemo", "description", "bemerkung", "fld20"],
        Open => ["open", "öppen", "vxOn", "open", "geöffnet", "fld37"],
        QueueLength => ["queueLength", "kölängd", "qDepth_77", "queuedCases", "wartendeAnrufe", "fld13"],
        LongestWait => ["longestWaitTime", "längstaVäntetid", "oldestMs", "longestQueueTime", "ältesteWartezeit", "fld30"],
        EstimatedWait => ["estimatedWaitTime", "beräknadVäntetid", "guessMs", "expectedQueueTime", "erwarteteWartezeit", "fld06"],
        AgentsLoggedOn => ["agentsLoggedOn", "inloggadeHandläggare", "hdIn", "agentsIn", "angemeldeteMitarbeiter", "fld23"],
        AgentsAvailable => ["agentsAvailable", "ledigaHandläggare", "hdFree", "agentsReady", "freieMitarbeiter", "fld40"],
        AgentsBusy => ["agentsBusy", "upptagnaHandläggare", "hdWork", "agentsHandling", "beschäftigteMitarbeiter", "fld16"],
        LastUpdated => ["lastUpdated", "uppdaterad", "stampX", "updated", "zuletztGeändert", "fld33"],
        GroupId => ["groupId", "gruppId", "grpK", "groupid", "gruppenNummer", "fld09"],
        GroupName => ["groupName", "gruppNamn", "grpBez", "groupname", "gruppenBezeichnung", "fld26"],
        AgentId => ["agentId", "handläggarId", "hdRef", "agentid", "mitarbeiterNummer", "fld02"],
        FirstName => ["firstName", "förnamn", "hdVor", "firstname", "vorname", "fld19"],
        LastName => ["lastName", "efternamn", "hdNach", "lastname", "nachname", "fld36"],
        AgentGroups => ["groupId", "gruppId", "hdTeams", "agentgroupid", "mitarbeiterGruppen", "fld12"],
        Email => ["email", "epost", "hdMail", "email", "elektronischePost", "fld29"],
        Phone => ["phone", "telefon", "hdFon", "phone", "rufnummer", "fld05"],
        AgentState => ["state", "läge", "zustand", "state", "mitarbeiterZustand", "fld22"],
        StateSince => ["stateSince", "lägeSedan", "seit", "stateStart", "zustandSeit", "fld39"],
        Reason => ["reason", "orsak", "grundX", "pausereason", "pausengrund", "fld15"],
        // The names of the documented query parameters (`jobno`, `vid`, `cust`) are the best
        // hint for those of members.
        JobNo => ["jobNo", "jobbnummer", "vorgang", "jobno", "vorgangsNummer", "fld32"],
        CaseClass => ["caseClass", "ärendeKlass", "artK", "caseclass", "vorgangsArt", "fld08"],
        CaseType => ["caseType", "ärendeTyp", "artT", "casetype", "vorgangsRichtung", "fld25"],
        CaseState => ["state", "läge", "phaseN", "state", "bearbeitungsStand", "fld01"],
        Created => ["created", "skapad", "seitD", "queueStart", "eingang", "fld18"],
        AnsweredAt => ["answeredAt", "besvarad", "nahmD", "handlingStart", "angenommenUm", "fld35"],
        WaitTime => ["waitTime", "väntetid", "harrMs", "wait", "gewartet", "fld11"],
        Vid => ["vid", "vid", "vidX", "vid", "fallKennung", "fld28"],
        Customer => ["cust", "kund", "kdNr", "cust", "kundenNummer", "fld04"],
        ItemId => ["id", "id", "lfdX", "id", "laufendeNummer", "fld21"],
        ItemName => ["name", "namn", "bezX", "name", "bezeichnung", "fld38"],
        SkillUid => ["uid", "färdighetsId", "fkUid", "uid", "fähigkeitsNummer", "fld14"],
        SkillAgent => ["userId", "handläggarId", "fkHd", "userid", "mitarbeiterVerweis", "fld31"],
        SkillLevel => ["level", "nivå", "fkStufe", "level", "stufe", "fld07"],
        RoleId => ["roleId", "rollId", "fkRol", "roleid", "rollenNummer", "fld24"],
    }
}

closed_set! {
    /// Names of the members, beside the units, words and envelope of a dialect.
    #[derive(Default)]
    pub Naming, as_str: &'static str {
        /// Those of the dialect.
        #[default]
        Own => "own",
        /// Words of a language near Swedish and English that the exporter does not know.
        Related => "related",
        /// Codes that say nothing.
        Coded => "coded",
    }
}

impl Member {
    /// Name in a dialect and a naming.
    pub(crate) fn name(self, dialect: Dialect, naming: Naming) -> &'static str {
        let [english, swedish, foreign, vendor, related, coded] = self.names();
        match naming {
            Naming::Own => dialect.pick([english, swedish, foreign, vendor]),
            Naming::Related => related,
            Naming::Coded => coded,
        }
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

/// UTC offset of the server, in hours, where it writes local time. Fixed, without summer time.
const SERVER_OFFSET: i8 = 1;

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

    /// Writes a time without a zone, in whole seconds, as the directory of Trio does; other values
    /// stay.
    pub(crate) fn drop_zone(&mut self) {
        if let Self::Time(time) = self
            && let Ok(stamp) = Timestamp::try_from(*time)
        {
            let local = tz::offset(SERVER_OFFSET).to_datetime(stamp);
            *self = Self::Text(local.strftime("%Y-%m-%d %H:%M:%S").to_string());
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
            Self::Class(class) => self::class(dialect, *class),
            Self::Direction(class) => direction(dialect, *class),
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
    // .NET writes a fraction of seven digits, and none where it is zero.
    let ticks = u64::from(span.subsec_millis()) * 10_000;
    let exact = if ticks == 0 { clock.clone() } else { format!("{clock}.{ticks:07}") };
    dialect.pick([json!(seconds), json!(clock), json!(span.as_millis() as u64), json!(exact)])
}

fn time(dialect: Dialect, time: SystemTime) -> Value {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    // Whole milliseconds in each dialect: `/Date(ms)/` holds nothing finer, and all dialects must
    // state the same facts.
    let milliseconds = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    let Ok(stamp) = Timestamp::from_millisecond(milliseconds) else { return Value::Null };
    match dialect {
        Dialect::English => json!(stamp.to_string()),
        Dialect::Swedish | Dialect::Vendor => {
            json!(stamp.display_with_offset(tz::offset(SERVER_OFFSET)).to_string())
        }
        Dialect::Foreign => json!(format!("/Date({milliseconds})/")),
    }
}

/// Words for false and true; `None` for JSON booleans.
pub(super) fn bool_words(dialect: Dialect) -> Option<[&'static str; 2]> {
    dialect.pick([None, Some(["nej", "ja"]), Some(["N", "J"]), None])
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

    fn written(fact: &Fact) -> [Value; 4] {
        Dialect::ALL.map(|dialect| fact.to_json(dialect))
    }

    #[test]
    fn dialects_have_their_own_units_and_words() {
        let span = Fact::Span(Duration::from_millis(93_784_500));
        assert_eq!(
            written(&span),
            [json!(93_784), json!("1.02:03:04"), json!(93_784_500), json!("1.02:03:04.5000000"),]
        );
        let time = Fact::Time(UNIX_EPOCH + Duration::from_millis(1_700_000_000_250));
        assert_eq!(
            written(&time),
            [
                json!("2023-11-14T22:13:20.25Z"),
                json!("2023-11-14T23:13:20.25+01:00"),
                json!("/Date(1700000000250)/"),
                json!("2023-11-14T23:13:20.25+01:00"),
            ]
        );
        assert_eq!(written(&Fact::Bool(true)), [json!(true), json!("ja"), json!("J"), json!(true)]);
        assert_eq!(
            written(&Fact::Activity(Activity::Paused)),
            [json!("Paused"), json!("Paus"), json!(9), json!(5)]
        );
        assert_eq!(written(&Fact::Ids(vec![4])), [json!(4), json!(4), json!("4"), json!(4)]);
        assert_eq!(
            written(&Fact::Ids(vec![4, 5])),
            [json!([4, 5]), json!([4, 5]), json!(["4", "5"]), json!([4, 5])]
        );
    }

    #[test]
    fn times_without_zone_are_local() {
        let mut time = Fact::Time(UNIX_EPOCH + Duration::from_millis(1_700_000_000_250));
        time.drop_zone();
        assert_eq!(time, Fact::Text("2023-11-14 23:13:20".to_owned()));
        let mut id = Fact::Id(4);
        id.drop_zone();
        assert_eq!(id, Fact::Id(4));
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
