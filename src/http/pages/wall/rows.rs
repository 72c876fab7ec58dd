//! Rows, words and totals of the wallboard: a pure function of the figures of queues and a
//! selection of them.
//!
//! A value that is not known is [`Figure::Unknown`], never zero and never an older one. Does not
//! belong here: the figures themselves (`metrics`), languages and HTML (`page`), and what a screen
//! shows for a while although the value has changed (`steady`).

use std::time::Duration;

use jiff::tz::TimeZone;

use crate::{
    metrics::{CenterFigures, ClassFigures, QueueFigures, ReadingAge, SkilledNow, TargetFigures},
    model::{AgentState, CaseClass, Collector, Text, WallAgents, WallColumn},
    tally::{DayCounts, DayStart},
};

use super::{
    level::{APPROXIMATE_ABOVE, Level, UNKNOWN_ABOVE, unmeasured_share},
    selection::Selection,
    shown::{is_all_read, shown_classes},
};

/// A number on the wallboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Figure {
    /// It is known.
    Known(u64),
    /// A part of it is not known.
    AtLeast(u64),
    /// It is not known: "?".
    Unknown,
    /// There is none: "–".
    None,
}

impl Figure {
    fn from_option(value: Option<u64>) -> Self {
        value.map_or(Self::Unknown, Self::Known)
    }

    /// Returns the number if it is known.
    pub(super) fn known(self) -> Option<u64> {
        match self {
            Self::Known(value) => Some(value),
            Self::AtLeast(_) | Self::Unknown | Self::None => None,
        }
    }
}

/// Adds figures. One that is not known makes the sum a lower bound; if none is known, neither is
/// the sum.
pub(super) fn sum(figures: impl IntoIterator<Item = Figure>) -> Figure {
    let (mut total, mut is_partial, mut has_value, mut is_empty) = (0, false, false, true);
    for figure in figures {
        match figure {
            Figure::Known(value) => (total, has_value) = (total + value, true),
            Figure::AtLeast(value) => {
                (total, has_value, is_partial) = (total + value, true, true);
            }
            Figure::Unknown => is_partial = true,
            Figure::None => continue,
        }
        is_empty = false;
    }
    match (has_value, is_partial) {
        _ if is_empty => Figure::None,
        (true, false) => Figure::Known(total),
        (true, true) => Figure::AtLeast(total),
        (false, _) => Figure::Unknown,
    }
}

/// A wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Wait {
    /// Seconds at the time of the reading, the age of that reading, and the time up to which the
    /// wait may be counted on from it: two polls, both in seconds.
    Known { seconds: f64, age: f64, counts_until: f64 },
    /// The longest of those that are known; others are not.
    AtLeast { seconds: f64, age: f64, counts_until: f64 },
    /// It is not known.
    Unknown,
    /// There is none.
    None,
}

impl Wait {
    /// Returns the seconds, if any are known.
    pub(super) fn seconds(self) -> Option<f64> {
        match self {
            Self::Known { seconds, .. } | Self::AtLeast { seconds, .. } => Some(seconds),
            Self::Unknown | Self::None => None,
        }
    }

    fn as_lower_bound(self) -> Self {
        match self {
            Self::Known { seconds, age, counts_until } => {
                Self::AtLeast { seconds, age, counts_until }
            }
            other => other,
        }
    }
}

/// Words of an open queue, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// The longest wait is within the target.
    Ok,
    /// It is past the target.
    Waiting,
    /// It is past the limit of the warning.
    Long,
    /// It is past the critical limit.
    TooLong,
}

/// The word of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// The queue is open, or it is not known if it is.
    Open(Urgency),
    /// The service is closed, and cases wait, or it is not known how many.
    ClosedWaiting(Figure),
    /// The service is closed and no one waits.
    Closed,
    /// There is no goal to judge by: "–".
    NoGoal,
    /// It is not known: "?".
    Unknown,
}

/// Identity of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RowKey {
    pub(super) target: Text,
    pub(super) contact_center: Text,
    pub(super) service: Text,
}

/// A service.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) key: RowKey,
    /// Name of the service, or its id if it has none.
    pub(super) name: String,
    /// Target or contact centre, where several are shown.
    pub(super) place: Option<String>,
    pub(super) waiting: Figure,
    pub(super) longest: Wait,
    pub(super) word: Word,
    /// Longest wait ÷ target.
    pub(super) ratio: Option<f64>,
    /// Agents are logged on and none of them is free.
    pub(super) all_busy: bool,
    pub(super) open: Option<bool>,
    pub(super) level: Level,
    pub(super) offered: Figure,
    pub(super) answered: Figure,
    /// Cases that left unanswered, short ones left out.
    pub(super) lost: Figure,
    /// Over 5 % of the open time was not measured, so the counts of the day are too low.
    pub(super) is_approximate: bool,
    /// Begin of the counts, if it is another than that of other rows.
    pub(super) since: Option<Since>,
    /// Its agents who are logged on; not known if the wallboard does not show them.
    pub(super) skilled: SkilledNow,
    /// Trio's estimate of the wait, seconds.
    pub(super) estimated: Figure,
    /// Ages of the readings that its values come from.
    pub(super) ages: RowAges,
    /// Time until a value of the row is too old.
    pub(super) left: Duration,
}

/// Ages of the readings of a row; `None`: there was none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct RowAges {
    /// That of the waiting cases.
    pub(super) waiting: Option<Duration>,
    /// That of the counts of the day.
    pub(super) day: Option<Duration>,
    /// That of the states of services.
    pub(super) state: Option<Duration>,
    /// The older one of agent states and skills.
    pub(super) agents: Option<Duration>,
}

/// People of the contact centres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum People {
    /// Free ones and those logged on.
    Known { free: u64, logged_on: u64 },
    /// As `Known`, without the contact centres of which they are not known or not shown.
    AtLeast { free: u64, logged_on: u64 },
    /// They are not known.
    Unknown,
    /// Too few are logged on to show their number.
    Hidden,
}

/// A contact centre or target without current data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stale {
    pub(super) target: Text,
    /// Name of the contact centre, or its id; `None`: the target was not read yet.
    pub(super) contact_center: Option<String>,
    /// Age of the oldest data; `None`: there was none.
    pub(super) age: Option<Duration>,
}

/// The wallboard at one moment.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Wall {
    pub(super) title: Vec<String>,
    pub(super) notice: Option<Text>,
    pub(super) columns: Vec<WallColumn>,
    pub(super) is_simulated: bool,
    pub(super) stale: Vec<Stale>,
    /// Age of the oldest reading that is shown; `None` if none is.
    pub(super) age: Option<Duration>,
    pub(super) waiting: Figure,
    pub(super) longest: Wait,
    /// The service with the longest wait.
    pub(super) longest_at: Option<LongestAt>,
    /// `None`: the wallboard shows no numbers of people.
    pub(super) people: Option<People>,
    /// Someone waits past the target while no agent is free.
    pub(super) is_no_one_free: bool,
    pub(super) level: Level,
    pub(super) level_goal: Option<LevelGoal>,
    /// Begin of the counts of the day; `None`: midnight.
    pub(super) since: Option<Since>,
    /// True if the counts of some rows begin at another time.
    pub(super) since_is_mixed: bool,
    pub(super) rows: Vec<Row>,
    /// Services that the configuration names and that Trio does not list.
    pub(super) unlisted: Vec<String>,
    /// Age of the oldest reading of agent states.
    pub(super) agents_age: Option<Duration>,
    /// True if a selection finds nothing although all was read.
    pub(super) is_missing: bool,
    /// Time until a value of the header is too old.
    pub(super) left: Duration,
    pub(super) zones: Vec<TimeZone>,
}

impl Wall {
    /// Returns the row of a service.
    pub(super) fn row(&self, key: &RowKey) -> Option<&Row> {
        self.rows.iter().find(|row| row.key == *key)
    }
}

/// The service with the longest wait of all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct LongestAt {
    pub(super) key: RowKey,
    /// Its name, with target or contact centre where several are shown.
    pub(super) name: String,
    pub(super) word: Word,
}

/// Begin of the counts of a day that was not observed from its start.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Since {
    /// Seconds since 1970.
    pub(super) at: f64,
    /// The zone whose clock shows it.
    pub(super) zone: TimeZone,
}

/// Difference of two begins, in seconds, up to which they are the same: targets are not read in the
/// same second.
const SAME_BEGIN: f64 = 60.0;

/// Goal of the service level, if all rows have the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct LevelGoal {
    pub(super) share: f64,
    pub(super) seconds: f64,
}

/// Returns the wallboard of the selected services.
pub(super) fn rows(targets: &[TargetFigures], selection: &Selection) -> Wall {
    let targets: Vec<&TargetFigures> =
        targets.iter().filter(|target| selection.has_target(&target.name)).collect();
    let centers: Vec<(&TargetFigures, &CenterFigures)> = targets
        .iter()
        .flat_map(|target| target.centers.iter().map(move |center| (*target, center)))
        .filter(|(_, center)| selection.has_center(center))
        .collect();
    let (many_targets, many_centers) = (targets.len() > 1, centers.len() > 1);
    let starts: Vec<Option<Since>> =
        centers.iter().filter_map(|(_, center)| Some(since(center, center.day_start?))).collect();
    let since_is_mixed = starts.iter().any(|start| match (start, &starts[0]) {
        (Some(start), Some(first)) => (start.at - first.at).abs() > SAME_BEGIN,
        (None, None) => false,
        _ => true,
    });
    let mut rows = Vec::new();
    let shows_people = selection.agents() != WallAgents::None;
    for (target, center) in &centers {
        let people = if shows_people { people(center) } else { People::Hidden };
        for queue in center.queues.iter().filter(|queue| selection.has_queue(queue)) {
            let place = match (many_targets, many_centers) {
                (true, _) => Some(format!("{} · {}", target.name, center_name(center))),
                (false, true) => Some(center_name(center)),
                (false, false) => None,
            };
            rows.push(Row {
                place,
                since: center
                    .day_start
                    .and_then(|start| since(center, start))
                    .filter(|_| since_is_mixed),
                ..row(target, center, queue, people, selection)
            });
        }
    }
    let longest_row = rows
        .iter()
        .filter(|row| row.longest.seconds().is_some_and(|seconds| seconds > 0.0))
        .max_by(|a, b| {
            a.longest.seconds().unwrap_or(0.0).total_cmp(&b.longest.seconds().unwrap_or(0.0))
        });
    // A sum without the services of a target that was not read would be shown as if it were over all.
    let unread = unread_targets(&targets)
        + centers.iter().filter(|(_, center)| center.queues.is_empty()).count();
    let any_unknown = unread > 0 || rows.iter().any(|row| row.longest == Wait::Unknown);
    let longest = longest_row.or_else(|| rows.iter().find(|row| row.longest.seconds().is_some()));
    let longest = match longest.map(|row| row.longest) {
        Some(wait) if any_unknown => wait.as_lower_bound(),
        Some(wait) => wait,
        None if any_unknown || rows.is_empty() => Wait::Unknown,
        None => Wait::None,
    };
    let unread_people = std::iter::repeat_n(People::Unknown, unread_targets(&targets));
    let people = all_people(centers.iter().map(|(_, center)| people(center)).chain(unread_people));
    let is_late = |row: &Row| row.ratio.is_some_and(|ratio| ratio > 1.0);
    let agents: Vec<ReadingAge> = if shows_people {
        centers.iter().filter_map(|(_, center)| center.agents_reading).collect()
    } else {
        Vec::new()
    };
    let left = rows.iter().map(|row| row.left).chain(agents.iter().map(ReadingAge::left));
    let left = left.filter(|left| !left.is_zero()).min();
    let shown = centers.iter().flat_map(|(_, center)| &center.readings);
    Wall {
        title: selection.title(&centers),
        notice: selection.notice(),
        columns: selection.columns().to_vec(),
        is_simulated: targets.iter().any(|target| target.is_simulated),
        stale: stale(&targets, &centers, selection.agents()),
        age: shown.filter(|reading| reading.is_fresh()).filter_map(|reading| reading.age).max(),
        waiting: if rows.is_empty() {
            Figure::Unknown
        } else {
            let unread = std::iter::repeat_n(Figure::Unknown, unread);
            sum(rows.iter().map(|row| row.waiting).chain(unread))
        },
        longest,
        longest_at: longest_row.map(|row| LongestAt {
            key: row.key.clone(),
            name: match &row.place {
                Some(place) => format!("{} · {place}", row.name),
                None => row.name.clone(),
            },
            word: row.word,
        }),
        people: shows_people.then_some(people),
        is_no_one_free: shows_people
            && matches!(people, People::Known { free: 0, .. })
            && rows.iter().any(is_late),
        level: Level::total(
            centers.iter().flat_map(|(_, center)| {
                center.queues.iter().filter(move |queue| selection.has_queue(queue))
            }),
            selection.classes(),
            unread,
        ),
        level_goal: level_goal(&centers, selection),
        since: latest(starts, since_is_mixed),
        since_is_mixed,
        is_missing: rows.is_empty() && selection.is_narrow() && is_all_read(&targets),
        left: left.unwrap_or_default(),
        zones: zones(&centers),
        unlisted: selection.unlisted(&targets),
        agents_age: agents.iter().filter_map(|reading| reading.age).max(),
        rows,
    }
}

/// Returns the latest begin; of those that are the same the first one.
fn latest(starts: Vec<Option<Since>>, is_mixed: bool) -> Option<Since> {
    let mut starts = starts.into_iter().flatten();
    if is_mixed { starts.max_by(|a, b| a.at.total_cmp(&b.at)) } else { starts.next() }
}

/// Returns the number of targets of which no contact centre is known yet.
fn unread_targets(targets: &[&TargetFigures]) -> usize {
    targets.iter().filter(|target| !target.is_read || target.centers.is_empty()).count()
}

/// Returns the name of a contact centre, or its id.
fn center_name(center: &CenterFigures) -> String {
    center.name.as_deref().unwrap_or(&center.id).to_owned()
}

/// Returns the begin of the counts of a day that was not observed from its start.
fn since(center: &CenterFigures, start: DayStart) -> Option<Since> {
    (!start.is_whole).then(|| Since { at: start.at, zone: center.time_zone.clone() })
}

fn row(
    target: &TargetFigures,
    center: &CenterFigures,
    queue: &QueueFigures,
    people: People,
    selection: &Selection,
) -> Row {
    let classes = selection.classes();
    let state = queue.state.unwrap_or_default();
    let now = now(center, queue, classes);
    let word = word(state.open, &now, queue, classes);
    let day = DayFigures::new(queue, classes);
    let states = state_reading(center);
    let estimated = match (queue.state, state.estimated_wait) {
        (Some(_), Some(seconds)) => Figure::from_option(Some(seconds.max(0.0) as u64)),
        _ => Figure::Unknown,
    };
    let mut left = now.left;
    if selection.agents() == WallAgents::Services && queue.skilled != SkilledNow::Unknown {
        let readings = [center.agents_reading, center.skills_reading];
        left = readings.iter().flatten().map(ReadingAge::left).fold(left, Duration::min);
    }
    let waits = matches!(now.waiting, Figure::Known(1..));
    let all_busy = waits
        && matches!(people, People::Known { free: 0, .. })
        && is_any_working(center)
        && matches!(word, Word::Open(_));
    Row {
        key: RowKey {
            target: target.name.clone(),
            contact_center: center.id.clone(),
            service: queue.id.clone(),
        },
        name: if queue.name.is_empty() { queue.id.to_string() } else { queue.name.clone() },
        place: None,
        waiting: now.waiting,
        longest: now.longest,
        word,
        ratio: now.judged.map(|(_, ratio)| ratio),
        all_busy,
        open: state.open,
        level: Level::of_queue(queue, classes),
        offered: day.offered,
        answered: day.answered,
        lost: day.lost,
        is_approximate: day.is_approximate,
        since: None,
        skilled: queue.skilled,
        estimated,
        ages: RowAges {
            waiting: now.age,
            day: shown_classes(queue, classes).filter_map(|class| class.reading?.age).max(),
            state: states.and_then(|reading| reading.age),
            agents: [center.agents_reading, center.skills_reading]
                .iter()
                .flatten()
                .filter_map(|reading| reading.age)
                .max(),
        },
        left,
    }
}

/// The cases of a service that wait now.
struct Now {
    waiting: Figure,
    longest: Wait,
    /// Word and ratio of the class with the highest ratio.
    judged: Option<(Urgency, f64)>,
    left: Duration,
    /// Age of the reading that they come from.
    age: Option<Duration>,
}

/// Returns the reading of the states of services.
fn state_reading(center: &CenterFigures) -> Option<&ReadingAge> {
    center.readings.iter().find(|reading| reading.collector == Collector::ServiceState)
}

fn now(center: &CenterFigures, queue: &QueueFigures, classes: &[CaseClass]) -> Now {
    let states = state_reading(center);
    let unknown = Now {
        waiting: Figure::Unknown,
        longest: Wait::Unknown,
        judged: None,
        left: Duration::ZERO,
        age: states.and_then(|reading| reading.age),
    };
    let Some(state) = queue.state else { return unknown };
    let Some(states) = states else { return unknown };
    let shown: Vec<&ClassFigures> = shown_classes(queue, classes).collect();
    if shown.is_empty() {
        // Its cases are of other classes alone.
        return Now {
            waiting: Figure::None,
            longest: Wait::None,
            judged: None,
            left: states.left(),
            age: states.age,
        };
    }
    let waiting: Option<Vec<_>> =
        shown.iter().map(|class| Some((class.waiting?, class.reading?, *class))).collect();
    if let Some(waiting) = waiting {
        let judged = waiting.iter().map(|(now, _, class)| judge(now.longest_wait, class));
        let oldest =
            waiting.iter().max_by(|(a, ..), (b, ..)| a.longest_wait.total_cmp(&b.longest_wait));
        let left = waiting.iter().map(|(_, reading, _)| reading.left());
        return Now {
            waiting: Figure::Known(waiting.iter().map(|(now, ..)| now.cases).sum()),
            longest: oldest
                .map_or(Wait::Unknown, |(now, reading, _)| wait(now.longest_wait, reading)),
            judged: judged.max_by(|a, b| a.1.total_cmp(&b.1)),
            left: left.fold(states.left(), Duration::min),
            age: waiting.iter().filter_map(|(_, reading, _)| reading.age).max(),
        };
    }
    // A state or class is not understood, or the list cannot be read: Trio's own numbers, unless
    // they contain cases of a class that is not shown.
    // The counts of the day may still be those of a list.
    let counted = shown.iter().filter(|class| class.day.is_some());
    let left =
        counted.filter_map(|class| Some(class.reading?.left())).fold(states.left(), Duration::min);
    if queue.classes.iter().any(|class| has_other_cases(class, classes)) {
        return Now { left, ..unknown };
    }
    // Trio's number is about all classes, so the tightest goal judges it.
    let strictest = shown.iter().min_by_key(|class| class.goals.wait_target);
    let judged = state.longest_wait.zip(strictest);
    Now {
        waiting: Figure::from_option(
            state.queue_length.map(|length| length.max(0.0).round() as u64),
        ),
        longest: state.longest_wait.map_or(Wait::Unknown, |seconds| wait(seconds, states)),
        judged: judged.map(|(seconds, class)| judge(seconds, class)),
        left,
        age: states.age,
    }
}

/// Returns true if cases of a class that the wallboard does not show may be in Trio's own queue
/// length.
fn has_other_cases(class: &ClassFigures, shown: &[CaseClass]) -> bool {
    // Cases whose class is not understood count as `other`: they may be calls.
    class.goals.class != CaseClass::Other
        && !shown.contains(&class.goals.class)
        && class.waiting.is_none_or(|waiting| waiting.cases > 0)
}

fn wait(seconds: f64, reading: &ReadingAge) -> Wait {
    let polls = reading.interval.as_secs_f64() * 2.0;
    let age = reading.age.unwrap_or_default().as_secs_f64();
    Wait::Known { seconds, age, counts_until: polls }
}

/// Returns the word for a longest wait of a class, and the wait ÷ target.
fn judge(seconds: f64, class: &ClassFigures) -> (Urgency, f64) {
    let goals = &class.goals;
    let [target, warning, critical] =
        [goals.wait_target, goals.warning_after, goals.critical_after]
            .map(|limit| limit.as_secs_f64());
    let urgency = if seconds > critical {
        Urgency::TooLong
    } else if seconds > warning {
        Urgency::Long
    } else if seconds > target {
        Urgency::Waiting
    } else {
        Urgency::Ok
    };
    // A target of zero would divide by zero.
    (urgency, seconds / target.max(1.0))
}

fn word(open: Option<bool>, now: &Now, queue: &QueueFigures, classes: &[CaseClass]) -> Word {
    match (open, now.waiting) {
        (Some(false), Figure::Known(0) | Figure::None) => Word::Closed,
        (Some(false), waiting) => Word::ClosedWaiting(waiting),
        (_, _) if queue.state.is_some() && shown_classes(queue, classes).next().is_none() => {
            Word::NoGoal
        }
        (_, _) => now.judged.map_or(Word::Unknown, |(urgency, _)| Word::Open(urgency)),
    }
}

/// Returns the people of a contact centre, of which a number may be shown only if enough are logged
/// on.
fn people(center: &CenterFigures) -> People {
    let Some(agents) = center.agents else { return People::Unknown };
    let count = |state: AgentState| agents[state.index()];
    // An agent in an unmapped state may be free, busy or not there.
    if count(AgentState::Unknown) > 0 {
        return People::Unknown;
    }
    let logged_on = agents.iter().sum::<u64>() - count(AgentState::LoggedOut);
    if logged_on < u64::try_from(center.min_group_size).unwrap_or(u64::MAX).max(1) {
        return People::Hidden;
    }
    People::Known { free: count(AgentState::Available), logged_on }
}

fn all_people(centers: impl Iterator<Item = People>) -> People {
    let (mut total, mut is_partial, mut any_unknown) = (None::<(u64, u64)>, false, false);
    for people in centers {
        match people {
            People::Known { free, logged_on } | People::AtLeast { free, logged_on } => {
                let (a, b) = total.unwrap_or_default();
                total = Some((a + free, b + logged_on));
                is_partial |= matches!(people, People::AtLeast { .. });
            }
            People::Unknown => (any_unknown, is_partial) = (true, true),
            People::Hidden => is_partial = true,
        }
    }
    match total {
        Some((free, logged_on)) if is_partial => People::AtLeast { free, logged_on },
        Some((free, logged_on)) => People::Known { free, logged_on },
        None if any_unknown || !is_partial => People::Unknown,
        None => People::Hidden,
    }
}

/// Returns true if an agent of the contact centre works on a case.
fn is_any_working(center: &CenterFigures) -> bool {
    let working = [AgentState::Busy, AgentState::Reserved, AgentState::WrapUp];
    center.agents.is_some_and(|agents| working.iter().any(|state| agents[state.index()] > 0))
}

/// Counts of a service since the day began.
struct DayFigures {
    offered: Figure,
    answered: Figure,
    lost: Figure,
    is_approximate: bool,
}

impl DayFigures {
    fn new(queue: &QueueFigures, classes: &[CaseClass]) -> Self {
        let none = Self {
            offered: Figure::Unknown,
            answered: Figure::Unknown,
            lost: Figure::Unknown,
            is_approximate: false,
        };
        let shown: Vec<&ClassFigures> = shown_classes(queue, classes).collect();
        if queue.state.is_some() && shown.is_empty() {
            return Self {
                offered: Figure::None,
                answered: Figure::None,
                lost: Figure::None,
                ..none
            };
        }
        let unmeasured = queue.day_time.map(unmeasured_share);
        let Some(unmeasured) = unmeasured.filter(|share| *share <= UNKNOWN_ABOVE) else {
            return none;
        };
        let total = |count: fn(&DayCounts) -> Option<u64>| {
            let counts = shown.iter().map(|class| class.day.as_ref().and_then(count));
            Figure::from_option(counts.sum())
        };
        Self {
            offered: total(|day| Some(day.offered)),
            answered: total(|day| Some(day.answered)),
            lost: total(|day| Some(day.left - day.detail?.left_short)),
            is_approximate: unmeasured > APPROXIMATE_ABOVE,
        }
    }
}

/// Returns targets that were not read yet, and contact centres with readings that are too old.
fn stale(
    targets: &[&TargetFigures],
    centers: &[(&TargetFigures, &CenterFigures)],
    agents: WallAgents,
) -> Vec<Stale> {
    let unread = targets.iter().filter(|target| !target.is_read || target.centers.is_empty());
    let unread =
        unread.map(|target| Stale { target: target.name.clone(), contact_center: None, age: None });
    let outdated = centers.iter().filter_map(|(target, center)| {
        // A wallboard without people misses nothing where only they are not known.
        let of_agents = center.agents_reading.iter().filter(|_| agents != WallAgents::None);
        let of_skills = center.skills_reading.iter().filter(|_| agents == WallAgents::Services);
        let readings = center.readings.iter().chain(of_agents).chain(of_skills);
        let mut old = readings.filter(|reading| !reading.is_fresh()).peekable();
        old.peek()?;
        // A list that was never read has no age; the others tell since when data is missing.
        let age = old.filter_map(|reading| reading.age).max();
        let contact_center = Some(center_name(center));
        Some(Stale { target: target.name.clone(), contact_center, age })
    });
    unread.chain(outdated).collect()
}

fn level_goal(
    centers: &[(&TargetFigures, &CenterFigures)],
    selection: &Selection,
) -> Option<LevelGoal> {
    let queues = centers.iter().flat_map(|(_, center)| &center.queues);
    let classes = selection.classes();
    let goals = queues
        .filter(|queue| selection.has_queue(queue))
        .flat_map(|queue| shown_classes(queue, classes));
    let mut goals = goals.map(|class| LevelGoal {
        share: class.goals.level_target,
        seconds: class.goals.wait_target.as_secs_f64(),
    });
    let first = goals.next()?;
    goals.all(|goal| goal == first).then_some(first)
}

/// Returns the time zones of the contact centres, each once.
fn zones(centers: &[(&TargetFigures, &CenterFigures)]) -> Vec<TimeZone> {
    let mut zones: Vec<TimeZone> = Vec::new();
    for (_, center) in centers {
        if !zones.contains(&center.time_zone) {
            zones.push(center.time_zone.clone());
        }
    }
    zones
}
