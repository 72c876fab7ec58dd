//! The wallboard as JSON: the same values as on the page, each with the time of its reading.
//!
//! docs/wallboard.schema.json describes it; a test compares both.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    level::Level,
    page::{self, Rendered},
    rows::{Figure, People, Row, Stale, Urgency, Wait, Wall, Word},
    selection::Selection,
};
use crate::{
    metrics::SkilledNow,
    model::{Language, WallColumn},
};

/// Renders a wallboard. Names no language: words are those of the documents.
pub(super) fn board(wall: &Wall, rendered: Rendered, selection: &Selection) -> String {
    let at = rendered.at;
    let mut board = Map::new();
    let mut add = |key: &str, value: Value| drop(board.insert(key.to_owned(), value));
    add("wallboard", json!(selection.board().map(|board| &board.name)));
    add("title", json!(page::title(wall, Language::En.texts())));
    add("notice", json!(wall.notice));
    add("generated_at", time(at));
    add("simulated", json!(wall.is_simulated));
    add("outdated", wall.stale.iter().map(|stale| outdated(stale, at)).collect());
    add("totals", totals(wall, at));
    add("services", wall.rows.iter().map(|row| service(row, wall, at)).collect());
    add("not_in_trio", json!(wall.unlisted));
    Value::Object(board).to_string()
}

/// Returns a moment as text, in UTC and with milliseconds; null if it cannot be written.
fn time(at: SystemTime) -> Value {
    let time = Timestamp::try_from(at).ok();
    json!(time.map(|time| time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()))
}

/// Returns the moment of a reading of this age.
fn read_at(at: SystemTime, age: Option<Duration>) -> Value {
    age.and_then(|age| at.checked_sub(age)).map_or(Value::Null, time)
}

fn outdated(stale: &Stale, at: SystemTime) -> Value {
    json!({
        "target": stale.target,
        "contact_center": stale.contact_center,
        "read_at": read_at(at, stale.age),
    })
}

/// Returns a value with the time of its reading.
fn value(value: impl Into<Value>, read_at: &Value) -> Value {
    json!({"value": value.into(), "read_at": read_at})
}

/// Returns a number, and if it is a lower bound.
fn count(figure: Figure, read_at: &Value) -> Value {
    let (number, is_lower_bound) = match figure {
        Figure::Known(number) => (Some(number), false),
        Figure::AtLeast(number) => (Some(number), true),
        Figure::Unknown | Figure::None => (None, false),
    };
    json!({"value": number, "at_least": is_lower_bound, "read_at": read_at})
}

/// Returns the seconds of a wait at the time of its reading.
fn wait(wait: Wait, read_at: &Value) -> Value {
    let seconds = wait.seconds().map(|seconds| seconds.max(0.0).floor());
    let is_lower_bound = matches!(wait, Wait::AtLeast { .. });
    json!({"value": seconds, "at_least": is_lower_bound, "read_at": read_at})
}

/// Returns a service level as shares from 0 to 1.
fn level(level: Level, read_at: &Value) -> Value {
    let share = |percent: f64| (percent * 10.0).round() / 1000.0;
    match level {
        Level::Share(known) => json!({
            "value": share(known.best),
            "low": share(known.low),
            "high": share(known.high),
            "cases": known.concluded,
            "approximate": known.is_approximate,
            "read_at": read_at,
        }),
        Level::Unknown | Level::TooFew => json!({
            "value": null,
            "low": null,
            "high": null,
            "cases": null,
            "approximate": false,
            "read_at": read_at,
        }),
    }
}

fn totals(wall: &Wall, at: SystemTime) -> Value {
    let oldest =
        |age: fn(&Row) -> Option<Duration>| read_at(at, wall.rows.iter().filter_map(age).max());
    let mut totals = Map::new();
    let mut add = |key: &str, value: Value| drop(totals.insert(key.to_owned(), value));
    if wall.columns.contains(&WallColumn::Waiting) {
        add("waiting", count(wall.waiting, &oldest(|row| row.ages.waiting)));
    }
    if wall.columns.contains(&WallColumn::LongestWait) {
        let mut longest = wait(wall.longest, &oldest(|row| row.ages.waiting));
        let service = wall.longest_at.as_ref().and_then(|longest| wall.row(&longest.key));
        longest["service"] = json!(service.map(|row| &row.name));
        add("longest_wait_seconds", longest);
    }
    if wall.columns.contains(&WallColumn::ServiceLevel) {
        add("service_level", level(wall.level, &oldest(|row| row.ages.day)));
        // Midnight of the time zone of the target, or later where the exporter began to count.
        add("counted_since", json!(wall.since.as_ref().and_then(|since| begin(since.at))));
    }
    if let Some(people) = wall.people {
        let (free, logged_on) = match people {
            People::Known { free, logged_on } => (Figure::Known(free), Figure::Known(logged_on)),
            People::AtLeast { free, logged_on } => {
                (Figure::AtLeast(free), Figure::AtLeast(logged_on))
            }
            People::Unknown | People::Hidden => (Figure::Unknown, Figure::Unknown),
        };
        let read = read_at(at, wall.agents_age);
        add("agents_free", count(free, &read));
        add("agents_logged_on", count(logged_on, &read));
    }
    Value::Object(totals)
}

/// Returns a moment that is given in seconds since 1970.
fn begin(seconds: f64) -> Option<Value> {
    Some(time(SystemTime::UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)?))
}

fn service(row: &Row, wall: &Wall, at: SystemTime) -> Value {
    let mut service = Map::new();
    let mut add = |key: &str, value: Value| drop(service.insert(key.to_owned(), value));
    add("target", json!(row.key.target));
    add("contact_center", json!(row.key.contact_center));
    add("id", json!(row.key.service));
    add("name", json!(row.name));
    let [waiting, day, state, agents] =
        [row.ages.waiting, row.ages.day, row.ages.state, row.ages.agents]
            .map(|age| read_at(at, age));
    let of_day = |figure: Figure| {
        let number = figure.known();
        let is_approximate = row.is_approximate && number.is_some();
        json!({"value": number, "approximate": is_approximate, "read_at": day})
    };
    let of_agents = |number: fn(u64, u64) -> u64| match row.skilled {
        SkilledNow::Known { free, working } => value(number(free, working), &agents),
        SkilledNow::Unknown | SkilledNow::Hidden => value(Value::Null, &agents),
    };
    for column in &wall.columns {
        match column {
            WallColumn::Waiting => add("waiting", count(row.waiting, &waiting)),
            WallColumn::LongestWait => {
                add("longest_wait_seconds", wait(row.longest, &waiting));
            }
            WallColumn::Word => add("word", value(word(row.word), &waiting)),
            WallColumn::ServiceLevel => add("service_level", level(row.level, &day)),
            WallColumn::Offered => add("offered", of_day(row.offered)),
            WallColumn::Answered => add("answered", of_day(row.answered)),
            WallColumn::Lost => add("lost", of_day(row.lost)),
            WallColumn::Free => add("free", of_agents(|free, _| free)),
            WallColumn::Working => add("working", of_agents(|_, working| working)),
            WallColumn::EstimatedWait => {
                add("estimated_wait_seconds", value(row.estimated.known(), &state));
            }
            WallColumn::Open => add("open", value(row.open, &state)),
        }
    }
    Value::Object(service)
}

/// Returns the word of a row as programs read it; `None`: it is not known.
fn word(word: Word) -> Option<&'static str> {
    Some(match word {
        Word::Open(Urgency::Ok) => "ok",
        Word::Open(Urgency::Waiting) => "waiting",
        Word::Open(Urgency::Long) => "long",
        Word::Open(Urgency::TooLong) => "too_long",
        Word::ClosedWaiting(_) => "closed_waiting",
        Word::Closed => "closed",
        Word::NoGoal => "no_goal",
        Word::Unknown => return None,
    })
}
