//! Proof of members by the documented row filters: asks a server with some values of every member,
//! slowly, and judges the answers by the rules of `trio::proof`.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use super::fields;
use super::report::{Evidence, Grade, MemberReport, Proof, ReadOutcome, Report, ResourceReport};
use crate::{
    model::{RequestFailure, Resource},
    trio::{
        Client, DocumentedMember, Error, Help, Route, RowPage, Selection,
        proof::{
            self, FILTERS, Filter, Known, KnownRows, Plan, Row, Thing, Trial, Unproved, Values,
            find_member, text,
        },
    },
};

/// Requests of a command that proves at most: its readings, the pages of the help, and the proofs.
// A production server answers operators and callers at the same time.
pub const MAX_REQUESTS: usize = 200;
/// Requests of these that are left to read the words of new members: two for each list, and the way
/// to them.
const FOR_WORDS: usize = 24;
/// Pages of a list that are read from its beginning; the last one is read as well.
const FIRST_PAGES: usize = 3;
/// Answers whose mean time is compared with the mean of the first as many.
const ANSWERS_COMPARED: usize = 5;
/// Mean time of an answer below which a server is not taken for slowed down.
// A mean of some milliseconds doubles by chance.
const UNHURRIED: Duration = Duration::from_millis(200);

/// Reason why nothing more is asked.
#[derive(Debug, thiserror::Error)]
enum Stop {
    #[error("the limit of {MAX_REQUESTS} requests was reached")]
    Budget,
    #[error("answers took twice as long as at the start, so the server was left alone")]
    Slower,
    #[error("stopped: {0}")]
    Failed(Error),
}

/// Pace of the requests, the place where progress is reported, and what is known beforehand.
#[derive(Clone, Copy)]
pub struct Pace<'a> {
    /// Time between two requests.
    pub pause: Duration,
    /// The server's own help, which names members that it sends only on request.
    pub help: Option<&'a Help>,
    /// Called with a sentence before each filter.
    pub progress: &'a dyn Fn(&str),
}

/// Tries every documented filter in a contact centre, one request at a time. Returns the proofs, and
/// what the lists show beside them.
pub(super) async fn prove(
    client: &Client,
    route: &Route,
    report: &Report,
    pace: Pace<'_>,
) -> (Vec<Proof>, Vec<Evidence>) {
    let mut prover = Prover {
        client,
        route,
        report,
        help: pace.help,
        pause: pace.pause,
        requests: 0,
        times: Vec::new(),
        lists: HashMap::new(),
        ids: HashMap::new(),
    };
    let mut proofs = Vec::new();
    let (mut stopped, filters): (_, &'static [Filter]) = (None, &FILTERS);
    // Fields that are certain come last: the requests may not be enough for all.
    let (certain, open): (Vec<_>, Vec<_>) =
        filters.iter().enumerate().partition(|(_, filter)| prover.is_certain(filter));
    for (_, filter) in certain.iter().filter(|(_, it)| matches!(it.values, Values::OwnIds(_))) {
        if stopped.is_none() {
            stopped = prover.read_first(filter.resource).await.err();
            prover.record_known_ids(filter);
        }
    }
    for (position, filter) in open.into_iter().chain(certain) {
        if stopped.is_none() {
            (pace.progress)(&format!(
                "{}?{}= ({} requests sent)",
                filter.resource.as_str(),
                filter.parameter,
                prover.requests
            ));
        }
        let outcome = match &stopped {
            Some(stop) => Outcome::open(format!("not tried: {stop}")),
            None => match prover.try_filter(filter).await {
                Ok(outcome) => outcome,
                Err(stop) => {
                    let outcome = Outcome::open(format!("not finished: {stop}"));
                    stopped = Some(stop);
                    outcome
                }
            },
        };
        let proof = Proof {
            contact_center: route.contact_center().to_string(),
            resource: filter.resource.as_str().to_owned(),
            field: filter.field.to_owned(),
            parameter: filter.parameter.to_owned(),
            grade: outcome.grade,
            member: outcome.member,
            reason: outcome.reason,
        };
        proofs.push((position, proof));
    }
    proofs.sort_by_key(|(position, _)| *position);
    let proofs: Vec<Proof> = proofs.into_iter().map(|(_, proof)| proof).collect();
    let evidence = prover.evidence(&proofs);
    (proofs, evidence)
}

struct Outcome {
    grade: Grade,
    member: Option<String>,
    reason: String,
}

impl Outcome {
    fn open(reason: String) -> Self {
        Self { grade: Grade::Open, member: None, reason }
    }
}

/// A list that was read without a filter.
struct List {
    rows: Vec<Row>,
    is_whole: bool,
    /// Names for `fields=`, if some members are sent only on request.
    fields: Option<String>,
    /// Some members may be hidden all the same.
    hides: bool,
}

/// Names for `fields=`.
struct Names {
    list: String,
    /// They are all that the server's own help has.
    are_documented: bool,
}

struct Prover<'a> {
    client: &'a Client,
    route: &'a Route,
    report: &'a Report,
    help: Option<&'a Help>,
    pause: Duration,
    requests: usize,
    /// Time of each answer.
    times: Vec<Duration>,
    lists: HashMap<Resource, List>,
    /// Ids of the things whose id is known.
    ids: HashMap<Thing, BTreeSet<String>>,
}

impl Prover<'_> {
    async fn try_filter(&mut self, filter: &Filter) -> Result<Outcome, Stop> {
        let resource = filter.resource;
        if let Some(refused) = self.read_first(resource).await? {
            return Ok(Outcome::open(refused));
        }
        self.record_known_ids(filter);
        let Some(list) = self.lists.get(&resource) else {
            return Ok(Outcome::open("the list was not read".to_owned()));
        };
        let (before, is_whole) = (list.rows.clone(), list.is_whole);
        let plan = Plan::new(&before, is_whole, filter);
        let mut trials = Vec::new();
        while let Some(value) = plan.next_value(&trials) {
            match self.select(filter, &value).await? {
                Ok(page) => trials.push(Trial { value, rows: page.rows, total: page.total }),
                Err(refused) => return Ok(Outcome::open(refused)),
            }
        }
        let after = if filter.moves {
            self.lists.remove(&resource);
            if let Some(refused) = self.read_first(resource).await? {
                return Ok(Outcome::open(refused));
            }
            self.lists.get(&resource).map(|list| list.rows.clone()).unwrap_or_default()
        } else {
            before.clone()
        };
        let known = KnownRows { before, after, is_whole };
        let member = match find_member(&known, &trials) {
            Ok(member) => member,
            Err(unproved) => return Ok(Outcome::open(unproved.to_string())),
        };
        if let Some(control) = self.control(filter, &known, &member, &trials).await? {
            return Ok(Outcome::open(control));
        }
        let doubts = self.doubts(filter, &known, &member, &trials).await?;
        let values = known.values(&member);
        if let Values::OwnIds(thing) = filter.values {
            self.ids.insert(thing, values.clone());
        }
        let own = trials.iter().filter(|trial| values.contains(&trial.value)).count();
        let seen = format!(
            "{}= brought exactly its rows for {own} of its values, and nothing else for {} other values",
            filter.parameter,
            trials.len() - own
        );
        let (grade, reason) = match doubts {
            None => (Grade::Proved, seen),
            Some(doubt) => (Grade::Likely, format!("{seen}; but {doubt}")),
        };
        Ok(Outcome { grade, member: Some(member), reason })
    }

    /// Asks for values that no row has. Returns the rule that the filter breaks, if it does.
    async fn control(
        &mut self,
        filter: &Filter,
        known: &KnownRows,
        member: &str,
        trials: &[Trial],
    ) -> Result<Option<String>, Stop> {
        let absent = known.absent_value(member);
        let cut = known.cut_value(member, trials);
        for (value, broken) in [(Some(absent), Unproved::Ignored), (cut, Unproved::Prefix)] {
            let Some(value) = value else { continue };
            match self.select(filter, &value).await? {
                Ok(page) if page.rows.is_empty() => {}
                Ok(_) => return Ok(Some(broken.to_string())),
                Err(refused) => return Ok(Some(refused)),
            }
        }
        Ok(None)
    }

    /// Returns the doubt that keeps a member that agrees from being proved.
    async fn doubts(
        &mut self,
        filter: &Filter,
        known: &KnownRows,
        member: &str,
        trials: &[Trial],
    ) -> Result<Option<String>, Stop> {
        let values = known.values(member);
        match filter.values {
            Values::IdsOf(thing) => {
                let ids = self.ids.get(&thing);
                if ids.is_some_and(|ids| !values.is_subset(ids)) {
                    return Ok(Some(format!(
                        "not all of its values are ids of {}",
                        thing.plural()
                    )));
                }
            }
            Values::PerhapsIdsOf(thing) => {
                if let Some(doubt) = self.doubt_of_ids(thing, &values) {
                    return Ok(Some(doubt));
                }
            }
            Values::OwnIds(_) => {
                let own = trials.iter().filter(|trial| values.contains(&trial.value));
                if !self.brings_own_row(filter.resource, member, own).await? {
                    let resource = filter.resource.as_str();
                    return Ok(Some(format!(
                        "the address {resource}/<value> does not bring its row"
                    )));
                }
            }
            Values::Words => {}
        }
        let hides = self.lists.get(&filter.resource).is_some_and(|list| list.hides);
        Ok(hides.then(|| {
            "the server hides members until they are asked for, so another may hold the same"
                .to_owned()
        }))
    }

    /// Returns the reason why values may be ids of something else than of `thing`.
    fn doubt_of_ids(&self, thing: Thing, values: &BTreeSet<String>) -> Option<String> {
        let plural = thing.plural();
        let Some(ids) = self.ids.get(&thing) else {
            return Some(format!("the ids of {plural} are not known"));
        };
        if !values.is_subset(ids) {
            return Some(format!("not all of its values are ids of {plural}"));
        }
        let mut others =
            self.ids.iter().filter(|(other, ids)| **other != thing && values.is_subset(ids));
        others
            .next()
            .map(|(other, _)| format!("all of its values are ids of {} as well", other.plural()))
    }

    /// Returns true if the address below one of the values brings the row that has it.
    async fn brings_own_row(
        &mut self,
        resource: Resource,
        member: &str,
        trials: impl Iterator<Item = &Trial>,
    ) -> Result<bool, Stop> {
        // The first may have gone meanwhile.
        for trial in trials.take(3) {
            let rows = self.single(resource, &trial.value).await?;
            if matches!(&rows[..], [row] if row.get(member).and_then(text).as_ref() == Some(&trial.value))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reads the first pages of a list and its last, once. Returns a sentence if the server refuses.
    async fn read_first(&mut self, resource: Resource) -> Result<Option<String>, Stop> {
        if self.lists.contains_key(&resource) {
            return Ok(None);
        }
        let names = self.names(resource);
        let asked = match &names {
            Some(names) => Some(self.read_pages(resource, Some(&names.list)).await?),
            None => None,
        };
        let (read, fields, hides) = match (asked, names) {
            (Some(Ok(read)), Some(Names { list, are_documented })) => {
                (Ok(read), Some(list), !are_documented)
            }
            // A server that refuses the names has members that stay unknown.
            (refused, _) => (self.read_pages(resource, None).await?, None, refused.is_some()),
        };
        match read {
            Ok((rows, is_whole)) => {
                self.lists.insert(resource, List { rows, is_whole, fields, hides });
                Ok(None)
            }
            Err(refused) => Ok(Some(refused)),
        }
    }

    /// Reads the first pages of a list and its last: the rows, and whether there are no others. The
    /// inner error is a sentence about a refusal.
    async fn read_pages(
        &mut self,
        resource: Resource,
        fields: Option<&str>,
    ) -> Result<Result<(Vec<Row>, bool), String>, Stop> {
        let mut rows: Vec<Row> = Vec::new();
        let mut page = 1;
        loop {
            let selection = Selection { filter: None, fields, page };
            let read = match self.ask(resource, selection).await? {
                Ok(read) => read,
                Err(refused) => return Ok(Err(refused)),
            };
            let size = read.rows.len();
            rows.extend(read.rows);
            let total = read.total.unwrap_or(rows.len());
            if rows.len() >= total || size == 0 || page > FIRST_PAGES {
                let is_whole = rows.len() >= total;
                return Ok(Ok((rows, is_whole)));
            }
            page = if page == FIRST_PAGES { total.div_ceil(size).max(page + 1) } else { page + 1 };
        }
    }

    /// Names for `fields=`: all members that `inspect` saw and all that the help has, if some of
    /// them come only on request.
    fn names(&self, resource: Resource) -> Option<Names> {
        let seen = self.members(resource);
        let help = self.help.and_then(|help| help.resource(resource));
        let documented = help.map_or(&[][..], |help| &help.members);
        let is_seen =
            |name: &str| seen.iter().any(|it| it.name.to_lowercase() == name.to_lowercase());
        // Data of persons are not asked for: what a member of that kind holds is no id of a row.
        let unseen = documented.iter().filter(|it| !is_seen(&it.name) && !is_personal(it));
        let unseen: Vec<&str> = unseen.map(|it| it.name.as_str()).collect();
        let is_hidden = seen.iter().any(|member| member.only_when_asked);
        (is_hidden || !unseen.is_empty()).then(|| {
            let names = seen.iter().map(|member| member.name.as_str()).chain(unseen);
            let list = names.collect::<Vec<_>>().join(",");
            Names { list, are_documented: !documented.is_empty() }
        })
    }

    /// Returns what the lists show beside the proofs.
    fn evidence(&mut self, proofs: &[Proof]) -> Vec<Evidence> {
        let center = self.route.contact_center().to_string();
        let reports = self.report.resources.iter().filter(|seen| seen.contact_center == center);
        let fed = reports.flat_map(|seen| {
            let resource = Resource::ALL.into_iter().find(|it| it.as_str() == seen.resource);
            let members = seen.members().iter().filter_map(move |member| {
                Some(((resource?, member.feeds.clone()?), member.name.clone()))
            });
            members.collect::<Vec<_>>()
        });
        let proved = proofs.iter().filter(|proof| proof.grade == Grade::Proved);
        let proved = proved.filter_map(|proof| {
            let resource = Resource::ALL.into_iter().find(|it| it.as_str() == proof.resource)?;
            Some(((resource, proof.field.clone()), proof.member.clone()?))
        });
        let lists = self.lists.drain().map(|(resource, list)| {
            (resource, proof::List { rows: list.rows, is_whole: list.is_whole })
        });
        let found = self.client.evidence(&Known {
            lists: lists.collect(),
            ids: self.ids.clone(),
            members: fed.chain(proved).collect(),
        });
        let evidence = found.into_iter().map(|found| Evidence {
            contact_center: center.clone(),
            resource: found.resource.as_str().to_owned(),
            field: found.field.map(str::to_owned),
            member: found.member,
            statement: found.statement,
        });
        evidence.collect()
    }

    fn members(&self, resource: Resource) -> &[MemberReport] {
        let here = |seen: &&ResourceReport| {
            seen.resource == resource.as_str()
                && seen.contact_center == **self.route.contact_center()
        };
        match self.report.resources.iter().find(here).map(|seen| &seen.read) {
            Some(ReadOutcome::Answered { members, .. }) => members,
            _ => &[],
        }
    }

    /// Records the ids that the dictionary knows, so that a filter that proves nothing does not
    /// leave them unknown.
    fn record_known_ids(&mut self, filter: &Filter) {
        let (Values::OwnIds(thing), Some(member), Some(list)) = (
            filter.values,
            self.known_member(filter.resource, filter.field),
            self.lists.get(&filter.resource),
        ) else {
            return;
        };
        let ids = list.rows.iter().filter_map(|row| row.get(&member).and_then(text)).collect();
        self.ids.entry(thing).or_insert(ids);
    }

    /// Returns whether the member of the field that a filter selects by is certain without a proof.
    fn is_certain(&self, filter: &Filter) -> bool {
        let center = self.route.contact_center();
        let known = fields::Known::new(self.report, filter.resource.as_str(), Some(&**center));
        known.verdicts().iter().any(|it| it.field == filter.field && it.grade.is_settled())
    }

    /// The member that the dictionary takes for a field.
    fn known_member(&self, resource: Resource, field: &str) -> Option<String> {
        let mut members = self.members(resource).iter();
        members.find(|member| member.feeds.as_deref() == Some(field)).map(|m| m.name.clone())
    }

    async fn select(
        &mut self,
        filter: &Filter,
        value: &str,
    ) -> Result<Result<RowPage, String>, Stop> {
        let fields = self.lists.get(&filter.resource).and_then(|list| list.fields.clone());
        let selection = Selection {
            filter: Some((filter.parameter, value)),
            fields: fields.as_deref(),
            page: 1,
        };
        self.ask(filter.resource, selection).await
    }

    async fn single(&mut self, resource: Resource, id: &str) -> Result<Vec<Row>, Stop> {
        let fields = self.lists.get(&resource).and_then(|list| list.fields.clone());
        let began = self.begin().await?;
        let answer = self.client.single_row(self.route, resource, id, fields.as_deref()).await;
        self.times.push(began.elapsed());
        match answer {
            Ok(rows) => Ok(rows),
            Err(error) if ends_all(&error) => Err(Stop::Failed(error)),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Sends one request. The inner error is a sentence about a refusal of this list or filter.
    async fn ask(
        &mut self,
        resource: Resource,
        selection: Selection<'_>,
    ) -> Result<Result<RowPage, String>, Stop> {
        let began = self.begin().await?;
        let answer = self.client.selected_rows(self.route, resource, selection).await;
        self.times.push(began.elapsed());
        match answer {
            Ok(page) => Ok(Ok(page)),
            // Documented lists answer a value that nothing has with an empty list; some servers
            // with these.
            Err(Error::Status { status: 400 | 404, .. }) if selection.filter.is_some() => {
                Ok(Ok(RowPage::default()))
            }
            Err(error) if ends_all(&error) => Err(Stop::Failed(error)),
            Err(error) => Ok(Err(error.to_string())),
        }
    }

    /// Waits until the next request may be sent.
    async fn begin(&mut self) -> Result<Instant, Stop> {
        // Also waits, so that the time of the answer is that of the server.
        let is_spent = match self.client.requests_left().await {
            Some(left) => left <= FOR_WORDS,
            None => self.requests == MAX_REQUESTS,
        };
        if is_spent {
            return Err(Stop::Budget);
        }
        if has_slowed_down(&self.times) {
            return Err(Stop::Slower);
        }
        if self.requests > 0 {
            tokio::time::sleep(self.pause).await;
        }
        self.requests += 1;
        Ok(Instant::now())
    }
}

/// Beginnings of words that speak of persons, in names and descriptions of members.
const OF_PERSONS: [&str; 14] = [
    "cust",
    "kund",
    "subj",
    "ämne",
    "body",
    "gps",
    "first",
    "förnamn",
    "last",
    "efternamn",
    "phone",
    "tele",
    "email",
    "epost",
];

/// Returns true for a member that by its name or its description holds data of a person.
fn is_personal(member: &DocumentedMember) -> bool {
    let speaks = |text: &str| OF_PERSONS.iter().any(|person| text.starts_with(person));
    let words = member.words.to_lowercase().replace("e-", "e");
    let mut words = words.split(|c: char| !c.is_alphanumeric());
    speaks(&member.name.to_lowercase()) || words.any(speaks)
}

/// Returns true if the error says that the server or the network must be left alone, or that the
/// account is refused.
fn ends_all(error: &Error) -> bool {
    match error {
        Error::Busy { .. } | Error::Status { status: 401 | 429 | 503, .. } => true,
        Error::Request { failure, .. } => !matches!(failure, RequestFailure::Decode),
        error => error.is_total(),
    }
}

/// Returns true if the last answers took twice as long as the first.
fn has_slowed_down(times: &[Duration]) -> bool {
    if times.len() < 2 * ANSWERS_COMPARED {
        return false;
    }
    let mean = |times: &[Duration]| times.iter().sum::<Duration>() / ANSWERS_COMPARED as u32;
    let first = mean(&times[..ANSWERS_COMPARED]);
    let last = mean(&times[times.len() - ANSWERS_COMPARED..]);
    last > UNHURRIED && last > 2 * first
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_that_slows_down_is_left_alone() {
        let times = |first: u64, last: u64| -> Vec<Duration> {
            let both = [[first; ANSWERS_COMPARED], [last; ANSWERS_COMPARED]].concat();
            both.into_iter().map(Duration::from_millis).collect()
        };
        assert!(has_slowed_down(&times(150, 310)));
        assert!(!has_slowed_down(&times(150, 290)));
        assert!(!has_slowed_down(&times(2, 20)), "a hurried server may hesitate");
        assert!(!has_slowed_down(&times(150, 900)[1..]), "too few to tell");
    }
}
