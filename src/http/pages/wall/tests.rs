//! Rows, words and totals, with the expected cells written by hand as people see them.

mod boards;
mod calm;
mod cells;
mod languages;
mod people;
mod style;
mod today;

use std::time::Duration;

use jiff::tz::TimeZone;
use regex::Regex;

use super::{
    page::{Rendered, board},
    rows::{Wall, rows},
    selection::Selection,
};
use crate::{
    metrics::{
        CenterFigures, ClassFigures, PresentState, QueueFigures, ReadingAge, SkilledNow,
        TargetFigures,
    },
    model::{AgentState, CaseClass, ClassGoals, Collector, Language},
    tally::{DayCounts, DayDetail, DayStart, DayTime, WaitingNow},
};

/// A reading that is two seconds old, of a collector that reads every five.
fn reading(collector: Collector) -> ReadingAge {
    ReadingAge {
        collector,
        age: Some(Duration::from_secs(2)),
        max_age: Duration::from_secs(60),
        interval: Duration::from_secs(5),
    }
}

fn waiting(cases: u64, longest_wait: f64) -> Option<WaitingNow> {
    Some(WaitingNow { cases, longest_wait, over_target: 0 })
}

/// A class with 100 concluded cases, 80 of them within the target.
fn class(class: CaseClass, waiting: Option<WaitingNow>) -> ClassFigures {
    let detail = DayDetail {
        within_low: 78,
        within_high: 83,
        missed_low: 17,
        missed_high: 22,
        left_short: 3,
        unclassified: 1,
    };
    let day = DayCounts { offered: 104, answered: 95, within: 80.0, left: 8, detail: Some(detail) };
    ClassFigures {
        goals: ClassGoals::default_for(class),
        waiting,
        reading: Some(reading(Collector::Calls)),
        day: Some(day),
        is_measurable: true,
    }
}

/// An open service with two calls that wait, the older one for 12 s.
fn queue(name: &str) -> QueueFigures {
    QueueFigures {
        id: name.into(),
        name: name.to_owned(),
        groups: vec!["g1".to_owned(), "Support".to_owned()],
        state: Some(PresentState {
            open: Some(true),
            queue_length: Some(5.0),
            longest_wait: Some(70.0),
            estimated_wait: None,
        }),
        classes: vec![class(CaseClass::Voice, waiting(2, 12.0))],
        day_time: Some(DayTime { measured: 1000.0, unmeasured: 0.0 }),
        skilled: SkilledNow::Unknown,
    }
}

fn changed(name: &str, change: impl FnOnce(&mut QueueFigures)) -> QueueFigures {
    let mut queue = queue(name);
    change(&mut queue);
    queue
}

/// A contact centre with three free of eleven people.
fn center(queues: Vec<QueueFigures>) -> CenterFigures {
    let mut agents = [0; AgentState::COUNT];
    agents[AgentState::Available.index()] = 3;
    agents[AgentState::Busy.index()] = 8;
    agents[AgentState::LoggedOut.index()] = 20;
    CenterFigures {
        id: "1".into(),
        name: Some("Växjö".into()),
        queues,
        groups: vec![("g1".into(), Some("Support".into()))],
        groups_read: true,
        agents: Some(agents),
        min_group_size: 3,
        time_zone: TimeZone::UTC,
        day_start: Some(DayStart { at: 0.0, is_whole: true }),
        readings: vec![reading(Collector::ServiceState), reading(Collector::Calls)],
        agents_reading: Some(reading(Collector::AgentState)),
        skills_reading: Some(reading(Collector::Skills)),
    }
}

fn target(name: &str, centers: Vec<CenterFigures>) -> TargetFigures {
    TargetFigures { name: name.into(), is_read: true, is_simulated: false, centers }
}

fn wall_of(centers: Vec<CenterFigures>) -> Wall {
    rows(&[target("main", centers)], &Selection::default())
}

fn wall(queues: Vec<QueueFigures>) -> Wall {
    wall_of(vec![center(queues)])
}

/// The board as HTML, in English.
fn html(wall: &Wall) -> String {
    let at = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    board(wall, Rendered { at, trend: None }, Language::En.texts())
}

/// The text of a part of a page as people see it: without what is for screen readers alone.
fn seen(html: &str) -> String {
    let spoken = Regex::new(r#"<span class="sr">[^<]*</span>"#).expect("a pattern");
    let tags = Regex::new("<[^>]*>").expect("a pattern");
    let text = spoken.replace_all(html, "");
    tags.replace_all(&text, "").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The cells of each row as people see them.
fn lines(wall: &Wall) -> Vec<String> {
    let html = html(wall);
    let body = html.split("<tbody>").nth(1).expect("a table");
    let row = Regex::new("(?s)<tr.*?</tr>").expect("a pattern");
    let cell = Regex::new("(?s)<t[dh][ >].*?</t[dh]>").expect("a pattern");
    let line = |row: regex::Match<'_>| {
        let cells = cell.find_iter(row.as_str()).map(|cell| seen(cell.as_str()));
        cells.collect::<Vec<_>>().join(" | ")
    };
    row.find_iter(body).map(line).collect()
}

/// The tiles as people see them: waiting, longest, free, service level.
fn tiles(wall: &Wall) -> Vec<String> {
    let html = html(wall);
    let tiles = html.split("<dl").nth(1).and_then(|rest| rest.split("</dl>").next());
    tiles.expect("tiles").split("</dt>").skip(1).map(tile).collect()
}

fn tile(html: &str) -> String {
    seen(&html.split("<dt>").next().expect("a tile").replace("</dd>", " "))
        .trim_end_matches("dl>")
        .to_owned()
}
