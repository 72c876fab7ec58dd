//! Proof of a member's meaning by the documented row filters: the member that a filter selects by
//! holds the value that was asked for in every row that comes, and no other row has it.
//!
//! The rules are pure: they judge rows that others read. A member that is proved is right, so every
//! rule refutes when in doubt.

mod evidence;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde_json::{Map, Value};

use self::{
    Thing::{Agent, AgentGroup, Case, Role, Service, ServiceGroup},
    Values::{IdsOf, OwnIds, PerhapsIdsOf, Words},
};
pub(in crate::trio) use evidence::ServerTime;
pub use evidence::{Evidence, Known, List};

use crate::model::Resource;

/// A row of a list, as the server sent it.
pub type Row = Map<String, Value>;

/// Different values of a member that a filter must have been asked for before the member is proved.
pub const MIN_VALUES: usize = 3;
/// Characters of a value that is asked for at most.
// A longer one is a sentence of a person, no id and no name of a thing.
const LONGEST_VALUE: usize = 64;
/// Digits from which a number that begins like a telephone number is not asked for.
const PHONE_DIGITS: usize = 7;

/// A documented filter of the rows of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    /// List that it filters.
    pub resource: Resource,
    /// Name of the parameter.
    pub parameter: &'static str,
    /// Field that it selects by, of the list's rows.
    pub field: &'static str,
    /// Meaning of the values.
    pub values: Values,
    /// Rows come and go, or change, within seconds.
    pub moves: bool,
    /// The rows describe persons, or the cases of persons.
    pub of_persons: bool,
}

/// Meaning of the values that a filter selects by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Ids of the rows themselves: each row has an address below its id.
    OwnIds(Thing),
    /// Ids of other things, by the name of the parameter.
    IdsOf(Thing),
    /// Ids of other things, of which the name of the parameter says less: they may be of others.
    PerhapsIdsOf(Thing),
    /// Names and words.
    Words,
}

/// Things with ids. Several lists may show the same things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum Thing {
    Service,
    ServiceGroup,
    Agent,
    AgentGroup,
    Case,
    Role,
}

impl Thing {
    /// Returns the noun in plural.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Service => "services",
            Self::ServiceGroup => "service groups",
            Self::Agent => "agents",
            Self::AgentGroup => "agent groups",
            Self::Case => "cases",
            Self::Role => "roles",
        }
    }
}

impl Filter {
    const fn new(
        resource: Resource,
        parameter: &'static str,
        field: &'static str,
        values: Values,
    ) -> Self {
        Self { resource, parameter, field, values, moves: false, of_persons: false }
    }

    const fn of_moving_rows(self) -> Self {
        Self { moves: true, ..self }
    }

    const fn of_persons(self) -> Self {
        Self { moves: true, of_persons: true, ..self }
    }
}

/// Filters that can prove a field, the most needed first, and lists of ids before what refers to
/// them.
// `firstName`, `lastName` and `cust` are documented as well. They are never used: a person's name
// must not stand in an address, which servers and proxies log. `vid`, the number that other systems
// know a case by, is no field.
pub const FILTERS: [Filter; 19] = [
    Filter::new(Resource::Services, "id", "id", OwnIds(Service)),
    Filter::new(Resource::ServiceGroups, "id", "id", OwnIds(ServiceGroup)),
    Filter::new(Resource::Agents, "id", "id", OwnIds(Agent)).of_persons(),
    Filter::new(Resource::AgentGroups, "id", "id", OwnIds(AgentGroup)),
    Filter::new(Resource::AgentState, "id", "id", OwnIds(Agent)).of_persons(),
    Filter::new(Resource::ServiceState, "id", "id", OwnIds(Service)).of_moving_rows(),
    Filter::new(Resource::Calls, "id", "id", OwnIds(Case)).of_persons(),
    Filter::new(Resource::Calls, "service", "service_id", PerhapsIdsOf(Service)).of_persons(),
    Filter::new(Resource::Cases, "jobno", "id", OwnIds(Case)).of_persons(),
    Filter::new(Resource::Cases, "sid", "service_id", PerhapsIdsOf(Service)).of_persons(),
    Filter::new(Resource::Cases, "caseClass", "class", Words).of_persons(),
    Filter::new(Resource::Services, "groupId", "group_id", IdsOf(ServiceGroup)),
    Filter::new(Resource::Skills, "serviceId", "service_id", IdsOf(Service)),
    Filter::new(Resource::Skills, "userId", "agent_id", PerhapsIdsOf(Agent)).of_persons(),
    // The list of roles is only counted, so their ids are not known.
    Filter::new(Resource::Skills, "roleId", "role_id", PerhapsIdsOf(Role)).of_persons(),
    // The documentation's own example of a name is the beginning of one, which proves nothing; so
    // these come last.
    Filter::new(Resource::Services, "name", "name", Words),
    Filter::new(Resource::ServiceState, "name", "name", Words).of_moving_rows(),
    Filter::new(Resource::ServiceGroups, "name", "name", Words),
    Filter::new(Resource::AgentGroups, "name", "name", Words),
];

/// Rows of a list, read without a filter before and after the trials.
#[derive(Clone, Debug, Default)]
pub struct KnownRows {
    /// Rows before the first trial.
    pub before: Vec<Row>,
    /// Rows after the last trial.
    pub after: Vec<Row>,
    /// All pages were read, so that no row is unknown.
    pub is_whole: bool,
}

/// The answer to a filter with one value.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Value that was asked for.
    pub value: String,
    /// Rows that came; none as well if the server answered 400 or 404.
    pub rows: Vec<Row>,
    /// Number of rows by the header, if more than came.
    pub total: Option<usize>,
}

/// Reasons why no member is proved for a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unproved {
    /// The list is too short.
    FewRows,
    /// No member has enough values that could be asked for.
    FewValues,
    /// No member agrees with every answer.
    NoMember,
    /// Several members agree with every answer.
    Several(Vec<String>),
    /// The only member that agrees has too few values.
    FewValuesOf(String),
    /// A value that no row has brings rows.
    Ignored,
    /// The beginning of a value brings rows.
    Prefix,
}

impl fmt::Display for Unproved {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FewRows => write!(out, "the list has fewer than {MIN_VALUES} rows"),
            Self::FewValues => {
                write!(out, "no member has {MIN_VALUES} different values that can be asked for")
            }
            Self::NoMember => write!(out, "no member that can be seen agrees with every answer"),
            Self::Several(members) => {
                write!(out, "{} agree with every answer alike", members.join(", "))
            }
            Self::FewValuesOf(member) => write!(
                out,
                "`{member}` agrees, but fewer than {MIN_VALUES} different values of it could be asked for"
            ),
            Self::Ignored => write!(out, "the filter brings rows for a value that no row has"),
            Self::Prefix => write!(out, "the filter brings rows for the beginning of a value"),
        }
    }
}

/// Returns the text of a value that a filter could select by; `None` for what is no single word or
/// number.
pub fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn value_of(row: &Row, member: &str) -> Option<String> {
    row.get(member).and_then(text)
}

/// Names of the members that hold a single word or number in some row.
fn candidates(rows: &[Row]) -> BTreeSet<&str> {
    let members = rows.iter().flatten().filter(|(_, value)| text(value).is_some());
    members.map(|(name, _)| name.as_str()).collect()
}

/// Values to ask a filter for, chosen by the answers: first one of each member, so that a
/// filter that selects by two members is found; then the others of the members that agree.
///
/// Values that prove nothing are left out: those that all rows have, 0 and 1, and times and
/// fractions, which no documented filter selects by. Of rows that describe persons or their cases
/// only values with a digit and without a space are asked for, and none that looks like a telephone
/// number.
#[derive(Debug)]
pub struct Plan<'r> {
    known: &'r [Row],
    is_whole: bool,
    moves: bool,
    /// Values of each member, the first ones first.
    values: Vec<(&'r str, Vec<String>)>,
}

impl<'r> Plan<'r> {
    /// Plans the values for a filter of a list, of which all rows are known or some.
    pub fn new(known: &'r [Row], is_whole: bool, filter: &Filter) -> Self {
        let mut values = Vec::new();
        // A list with fewer rows proves nothing, with any value.
        if known.len() >= MIN_VALUES {
            // Rows of a moving list go while the filter is tried: more values are needed.
            let each = if filter.moves { MIN_VALUES + 1 } else { MIN_VALUES };
            for member in candidates(known) {
                let mut own = values_of(known, member, filter.of_persons);
                own.truncate(each);
                values.push((member, own));
            }
        }
        Self { known, is_whole, moves: filter.moves, values }
    }

    /// Returns the next value to ask for; `None` if the answers are enough.
    pub fn next_value(&self, trials: &[Trial]) -> Option<String> {
        let is_asked = |value: &String| trials.iter().any(|trial| trial.value == *value);
        let is_open = |member: &str| trials.iter().all(|trial| !self.contradicts(member, trial));
        let open: Vec<&(&str, Vec<String>)> =
            self.values.iter().filter(|(member, _)| is_open(member)).collect();
        if open.is_empty() {
            return None;
        }
        let mut untried = self.values.iter().filter(|(_, values)| !values.iter().any(is_asked));
        if let Some(value) = untried.find_map(|(_, values)| values.first()) {
            return Some(value.clone());
        }
        // Rows of a moving list may have gone, so an answer without rows contradicts no member of
        // it; one with rows shows the members that matter.
        let agrees = |member: &str| {
            let mut with_rows = trials.iter().filter(|trial| !trial.rows.is_empty());
            with_rows.any(|trial| trial.has_value(member))
        };
        let agreeing: Vec<&(&str, Vec<String>)> =
            open.iter().copied().filter(|(member, _)| agrees(member)).collect();
        let wanted = if agreeing.is_empty() { open } else { agreeing };
        let mut values = wanted.into_iter().flat_map(|(_, values)| values);
        values.find(|value| !is_asked(value)).cloned()
    }

    /// Returns true if the answer cannot come from a filter by the member.
    fn contradicts(&self, member: &str, trial: &Trial) -> bool {
        if !trial.has_value(member) {
            return true;
        }
        let expected = self.known.iter().filter(|row| trial.is_value_of(row, member)).count();
        match (self.moves, self.is_whole) {
            (true, _) => false,
            (false, true) => trial.returned() != expected,
            (false, false) => trial.returned() < expected,
        }
    }
}

impl Trial {
    fn is_value_of(&self, row: &Row, member: &str) -> bool {
        value_of(row, member).as_deref() == Some(self.value.as_str())
    }

    /// Returns true if every row that came has the value.
    fn has_value(&self, member: &str) -> bool {
        self.rows.iter().all(|row| self.is_value_of(row, member))
    }

    /// Number of rows of the whole answer.
    fn returned(&self) -> usize {
        self.total.unwrap_or_default().max(self.rows.len())
    }
}

/// Values of a member that can be asked for. One that several rows share comes first: a filter that
/// returns the first row alone is found by it.
fn values_of(rows: &[Row], member: &str, of_persons: bool) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        if let Some(value) = value_of(row, member) {
            *counts.entry(value).or_default() += 1;
        }
    }
    if counts.len() < 2 {
        return Vec::new();
    }
    let can_be_asked = |value: &str| {
        !matches!(value, "0" | "1")
            && value.chars().count() <= LONGEST_VALUE
            && !value.chars().any(char::is_control)
            && !is_time_or_fraction(value)
            && (!of_persons || names_no_person(value))
    };
    counts.retain(|value, _| can_be_asked(value));
    let mut values: Vec<(usize, String)> =
        counts.into_iter().map(|(value, count)| (count, value)).collect();
    // The order of the values breaks ties, so that two runs ask for the same.
    values.sort_by(|a, b| b.0.min(2).cmp(&a.0.min(2)).then_with(|| a.1.cmp(&b.1)));
    values.into_iter().map(|(_, value)| value).collect()
}

/// Returns true for a clock, a time with a zone or without, and a number with a decimal point.
fn is_time_or_fraction(value: &str) -> bool {
    let starts_with_digit = value.starts_with(|c: char| c.is_ascii_digit() || c == '-');
    starts_with_digit && value.contains(':')
        || value.starts_with("/Date(")
        || value.contains('.') && value.parse::<f64>().is_ok()
}

/// Returns true if a value can be neither a person's name nor a telephone number.
fn names_no_person(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let is_phone = value.starts_with(['+', '0']) && digits >= PHONE_DIGITS;
    digits > 0 && !is_phone && !value.contains(|c: char| c.is_whitespace() || c == '@')
}

/// Finds the one member that agrees with every answer.
///
/// # Errors
/// No member does, several do, or too little was asked.
pub fn find_member(known: &KnownRows, trials: &[Trial]) -> Result<String, Unproved> {
    if known.before.len() < MIN_VALUES {
        return Err(Unproved::FewRows);
    }
    if trials.is_empty() {
        return Err(Unproved::FewValues);
    }
    // Members that only the answers have count as well: a hidden member may appear there.
    let mut members = candidates(&known.before);
    members.extend(trials.iter().flat_map(|trial| candidates(&trial.rows)));
    let mut agreeing = members.into_iter().filter(|member| {
        // Answers without a row agree with every member that has other values.
        trials.iter().any(|trial| !trial.rows.is_empty())
            && trials.iter().all(|trial| known.agrees(member, trial))
    });
    let Some(member) = agreeing.next() else { return Err(Unproved::NoMember) };
    let others: Vec<&str> = agreeing.collect();
    if !others.is_empty() {
        let all = std::iter::once(member).chain(others);
        return Err(Unproved::Several(all.map(|name| format!("`{name}`")).collect()));
    }
    let own =
        trials.iter().filter(|trial| known.count(member, &trial.value).is_some_and(|n| n > 0));
    if own.count() < MIN_VALUES {
        return Err(Unproved::FewValuesOf(member.to_owned()));
    }
    Ok(member.to_owned())
}

impl KnownRows {
    /// Number of rows with the value, if it is the same before and after the trials.
    fn count(&self, member: &str, value: &str) -> Option<usize> {
        let count = |rows: &[Row]| {
            rows.iter().filter(|row| value_of(row, member).as_deref() == Some(value)).count()
        };
        let before = count(&self.before);
        (before == count(&self.after)).then_some(before)
    }

    /// Returns true if the answer has exactly the rows whose member has the value.
    fn agrees(&self, member: &str, trial: &Trial) -> bool {
        if !trial.has_value(member) {
            return false;
        }
        if !self.has_known_rows(member, trial) {
            return false;
        }
        let returned = trial.returned();
        match self.count(member, &trial.value) {
            Some(expected) if self.is_whole => returned == expected,
            Some(expected) => returned >= expected,
            // The list moved: a number says nothing.
            None => true,
        }
    }

    /// Returns true if the rows of the answer are those that are known to have the value, by every
    /// member that tells the rows apart.
    // The number of the rows alone can agree by chance, or by intention: the same row twice.
    fn has_known_rows(&self, member: &str, trial: &Trial) -> bool {
        // A member that only the answers show cannot be compared.
        if !self.before.iter().any(|row| row.contains_key(member)) {
            return true;
        }
        let is_complete = trial.rows.len() >= trial.returned();
        self.keys().into_iter().all(|key| {
            let ids = |rows: &[Row], has_value: bool| -> BTreeSet<String> {
                let rows = rows.iter().filter(|row| !has_value || trial.is_value_of(row, member));
                rows.filter_map(|row| value_of(row, key)).collect()
            };
            let got = ids(&trial.rows, false);
            if got.len() < trial.rows.len() {
                // An answer that does not show the member can have no row twice by it.
                return trial.rows.iter().any(|row| value_of(row, key).is_none());
            }
            let (all_before, all_after) = (ids(&self.before, false), ids(&self.after, false));
            let (before, after) = (ids(&self.before, true), ids(&self.after, true));
            let must_come = before.intersection(&after).all(|id| got.contains(id));
            // A row that was there all the time must have the value; another one may be new, but
            // not in a list that did not change.
            let is_new = |id: &String| {
                let was_there = all_before.contains(id) && all_after.contains(id);
                let is_unchanged = self.is_whole && all_before == all_after;
                !was_there && !is_unchanged
            };
            let may_come =
                got.iter().all(|id| before.contains(id) || after.contains(id) || is_new(id));
            (must_come || !is_complete) && may_come
        })
    }

    /// Returns the members that tell the rows apart, before the trials and after them, with mostly
    /// the same values: the ids, and what is as good.
    fn keys(&self) -> Vec<&str> {
        let distinct = |rows: &[Row], member: &str| -> Option<BTreeSet<String>> {
            let values: Vec<String> =
                rows.iter().map(|row| value_of(row, member)).collect::<Option<_>>()?;
            let distinct: BTreeSet<String> = values.iter().cloned().collect();
            (distinct.len() == values.len()).then_some(distinct)
        };
        let is_key = |member: &&str| {
            let (Some(before), Some(after)) =
                (distinct(&self.before, member), distinct(&self.after, member))
            else {
                return false;
            };
            // Seconds in a state are all different as well, and different again a moment later.
            before.intersection(&after).count() * 2 >= before.len().min(after.len()).max(1)
        };
        candidates(&self.before).into_iter().filter(is_key).collect()
    }

    /// Returns a value of the same type as the member's that no row has.
    pub fn absent_value(&self, member: &str) -> String {
        let values: BTreeSet<String> =
            self.before.iter().flat_map(Row::values).filter_map(text).collect();
        let numbers = self.before.iter().filter_map(|row| row.get(member)?.as_i64());
        let is_number = self.before.iter().any(|row| row.get(member).is_some_and(Value::is_number));
        let start = if is_number { numbers.max().unwrap_or_default() } else { 0 };
        // Far from the others: ids are often given in a row, and the next may be taken meanwhile.
        let mut tries = (1..).map(|n| {
            let number = start.saturating_add(7_919 * n);
            if is_number { number.to_string() } else { format!("q{number}x") }
        });
        tries.find(|value| !values.contains(value)).unwrap_or_default()
    }

    /// Returns one of the tried values of the member without its last character, if that is no
    /// value itself.
    pub fn cut_value(&self, member: &str, trials: &[Trial]) -> Option<String> {
        let values: BTreeSet<String> =
            self.before.iter().flat_map(Row::values).filter_map(text).collect();
        let own = trials.iter().filter(|trial| self.count(member, &trial.value).unwrap_or(0) > 0);
        own.filter_map(|trial| {
            let mut cut = trial.value.clone();
            cut.pop()?;
            let is_usable = !matches!(cut.trim(), "" | "0" | "1") && !values.contains(&cut);
            is_usable.then_some(cut)
        })
        .next()
    }

    /// Values of a member, each once.
    pub fn values(&self, member: &str) -> BTreeSet<String> {
        self.before.iter().filter_map(|row| value_of(row, member)).collect()
    }
}

#[cfg(test)]
mod tests;
