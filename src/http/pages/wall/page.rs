//! HTML of the wallboard: the whole page, and the part of it that each event replaces.

mod cells;

use std::time::SystemTime;

use jiff::{Timestamp, tz::TimeZone};
use maud::{DOCTYPE, Markup, html};

use super::{
    EVENTS_PATH, SCRIPT_PATH, STYLE_PATH,
    level::Level,
    rows::{People, Row, Stale, Wall},
    selection::Selection,
    texts::{Language, Texts, fill},
};
use cells::{class_of, duration, figure, level, percent, unknown, value, wait, word_text};

/// Rows that stay visible while the others turn, beside those that are TOO LONG.
const PINNED: usize = 3;

/// Moment of a rendering, as people read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rendered {
    pub(super) at: SystemTime,
    /// Change of the waiting cases against five minutes ago.
    pub(super) trend: Option<i64>,
}

/// Renders the whole page around `board`.
pub(super) fn page(
    board: &str,
    wall_title: &str,
    selection: &Selection,
    language: Language,
) -> String {
    let texts = language.texts();
    let page = html! {
        (DOCTYPE)
        html lang=(language.as_str()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (wall_title) }
                link rel="stylesheet" href=(STYLE_PATH);
                script src=(SCRIPT_PATH) defer {}
                noscript { meta http-equiv="refresh" content="10"; }
            }
            body data-events=(format!("{EVENTS_PATH}?{}", selection.query(language)))
                data-range=(texts.rows_range) data-pause=(texts.pause) data-resume=(texts.resume)
                data-unknown=(texts.not_known) data-age=(texts.age) data-lost=(texts.lost_connection) {
                main id="board" { (maud::PreEscaped(board)) }
                nav id="turn" hidden {
                    span id="range" {}
                    button type="button" id="pause" { (texts.pause) }
                    button type="button" id="next" { (texts.next) }
                }
                p id="say" class="sr" role="status" aria-live="polite" {}
            }
        }
    };
    page.into_string()
}

/// Returns the title of the page.
pub(super) fn title(wall: &Wall, texts: &Texts) -> String {
    if wall.title.is_empty() { texts.title.to_owned() } else { wall.title.join(" · ") }
}

/// Renders the part of the page that changes. No names but those of services, groups, contact
/// centres and targets are in it.
pub(super) fn board(wall: &Wall, rendered: Rendered, texts: &Texts) -> String {
    let board = html! {
        div class={ "frame " (density(wall.rows.len())) } {
            (header(wall, rendered, texts))
            (stale(wall, texts))
            (tiles(wall, rendered, texts))
            (table(wall, texts))
        }
    };
    board.into_string()
}

/// Returns the class by which the style chooses the size of the text.
// The strict policy allows no inline style, so the number of rows cannot be a variable of it.
fn density(rows: usize) -> &'static str {
    match rows {
        0..=6 => "few",
        7..=9 => "some",
        _ => "many",
    }
}

fn header(wall: &Wall, rendered: Rendered, texts: &Texts) -> Markup {
    let utc = [TimeZone::UTC];
    let zones = if wall.zones.is_empty() { &utc[..] } else { &wall.zones };
    let read = wall.age.and_then(|age| rendered.at.checked_sub(age));
    html! {
        header class={ "top" @if !wall.stale.is_empty() || wall.age.is_none() { " bad" } } {
            h1 { (title(wall, texts)) }
            p class="meta" {
                @if wall.is_simulated { strong class="simulated" { (texts.simulated) } }
                @if let Some(age) = wall.age {
                    span class="age" data-age=(format!("{:.1}", age.as_secs_f64())) {
                        (fill(texts.age, &[&duration(age.as_secs_f64())]))
                    }
                } @else {
                    strong { (texts.no_data) }
                }
                @for zone in zones {
                    time class="clock" { (local_time(rendered.at, zone, zones.len() > 1)) }
                }
            }
            @if let Some(read) = read {
                noscript { p { (fill(texts.read_at, &[&clock(read, &zones[0], "%H:%M:%S")])) } }
            }
        }
    }
}

/// Returns a time as people in the zone read it.
fn clock(at: SystemTime, zone: &TimeZone, format: &str) -> String {
    let time = Timestamp::try_from(at).map(|time| zone.to_datetime(time));
    time.map(|time| time.strftime(format).to_string()).unwrap_or_default()
}

/// Returns the time of day in a zone, with the name of the zone if there are several.
fn local_time(at: SystemTime, zone: &TimeZone, is_one_of_several: bool) -> String {
    let time = clock(at, zone, "%H:%M");
    match Timestamp::try_from(at) {
        Ok(now) if is_one_of_several => {
            format!("{time} {}", zone.to_offset_info(now).abbreviation())
        }
        _ => time,
    }
}

/// Returns the time of day of a moment, in seconds since 1970.
fn time_of_day(seconds: f64, zones: &[TimeZone]) -> String {
    let zone = zones.first().cloned().unwrap_or(TimeZone::UTC);
    let time = Timestamp::from_second(seconds as i64).map(|time| zone.to_datetime(time));
    time.map(|time| time.strftime("%H:%M").to_string()).unwrap_or_default()
}

fn stale(wall: &Wall, texts: &Texts) -> Markup {
    let line = |stale: &Stale| {
        let place = match &stale.contact_center {
            Some(center) => format!("{} · {center}", stale.target),
            None => stale.target.to_string(),
        };
        match (&stale.contact_center, stale.age) {
            (None, _) => fill(texts.not_read, &[&place]),
            (Some(_), Some(age)) => fill(texts.stale, &[&place, &duration(age.as_secs_f64())]),
            (Some(_), None) => format!("{place}: {}", texts.no_data),
        }
    };
    html! {
        @if !wall.stale.is_empty() || wall.is_missing {
            ul class="stale" {
                @for stale in &wall.stale {
                    @let place = stale.contact_center.as_deref().unwrap_or_default();
                    li data-say=(format!("{} {place} {}", stale.target, texts.no_data)) { (line(stale)) }
                }
                @if wall.is_missing { li { (texts.missing) } }
            }
        }
    }
}

/// Returns the words about the begin of the counts of the day.
fn today(wall: &Wall, texts: &Texts) -> String {
    match wall.since {
        None => texts.today.to_owned(),
        Some(since) => {
            let text = if wall.since_is_mixed { texts.partly_since } else { texts.since };
            fill(text, &[&time_of_day(since, &wall.zones)])
        }
    }
}

fn tiles(wall: &Wall, rendered: Rendered, texts: &Texts) -> Markup {
    html! {
        dl class="tiles" data-left=(wall.left.as_millis()) {
            div class="tile" {
                dt { (texts.waiting) }
                dd class="big" { (figure(wall.waiting, texts)) (trend(rendered.trend, texts)) }
            }
            div class={ "tile " @if let Some((_, word)) = &wall.longest_at { (class_of(*word)) } } {
                dt { (texts.longest) }
                dd class="big" { (wait(wall.longest, texts)) }
                @if let Some((name, word)) = &wall.longest_at {
                    dd class="v sub" { (name) " " strong { (word_text(*word, texts)) } }
                }
            }
            div class={ "tile" @if wall.is_no_one_free { " too-long" } } {
                dt { (texts.free) }
                (people(wall.people, texts))
            }
            div class="tile" {
                dt { (texts.level) " " span class="quiet" { (today(wall, texts)) } }
                dd class="big" { (level(wall.level, texts)) }
                dd class="sub" {
                    @if let Some(goal) = wall.level_goal {
                        (fill(texts.level_goal, &[&percent(goal.share * 100.0, texts), &duration(goal.seconds).replace(' ', "\u{a0}")]))
                    }
                    @if let Level::Share(share) = wall.level {
                        @if wall.level_goal.is_some() { " · " }
                        span class="v" { (cases(share.concluded, texts)) }
                    }
                }
            }
        }
    }
}

fn cases(count: u64, texts: &Texts) -> String {
    if count == 1 { texts.cases_one.to_owned() } else { fill(texts.cases, &[&count.to_string()]) }
}

fn trend(change: Option<i64>, texts: &Texts) -> Markup {
    let Some(change) = change.filter(|change| *change != 0) else { return html! {} };
    let (arrow, signed) =
        if change > 0 { ("▲", format!("+{change}")) } else { ("▼", format!("−{}", -change)) };
    html! {
        " " span class="v trend" {
            span aria-hidden="true" { (arrow) (change.unsigned_abs()) }
            span class="sr" { (fill(texts.trend, &[&signed])) }
        }
    }
}

fn people(people: People, texts: &Texts) -> Markup {
    let (free, logged_on, mark) = match people {
        People::Known { free, logged_on } => (free, logged_on, ""),
        People::AtLeast { free, logged_on } => (free, logged_on, "≥ "),
        People::Unknown => return html! { dd class="big" { (unknown(texts)) } },
        People::Hidden => {
            return html! { dd class="big" { "–" } dd class="sub" { (texts.hidden) } };
        }
    };
    html! {
        dd class="big" { (value(&format!("{mark}{free}"))) }
        dd class="sub" { (value(&fill(texts.free_of, &[&format!("{mark}{logged_on}")]))) }
    }
}

fn table(wall: &Wall, texts: &Texts) -> Markup {
    let heads = [texts.offered, texts.answered, texts.lost];
    html! {
        div class="rows" tabindex="0" role="region" aria-label=(texts.caption) {
            table {
                caption class="sr" { (texts.caption) }
                thead {
                    tr {
                        th scope="col" class="name" { (texts.service) }
                        th scope="col" class="number" { (texts.waiting) }
                        th scope="col" class="number" { (texts.longest_short) }
                        th scope="col" class="word" { (texts.state) }
                        th scope="col" class="number" {
                            (texts.level) " " span class="quiet" { (today(wall, texts)) }
                        }
                        @for head in heads { th scope="col" class="number small" { (head) } }
                        th scope="col" class="small" { (texts.open) }
                    }
                }
                tbody {
                    @for (position, row) in wall.rows.iter().enumerate() {
                        (table_row(row, position < PINNED, wall, texts))
                    }
                    @if wall.rows.is_empty() {
                        tr { td colspan="9" { (texts.no_services) } }
                    }
                }
            }
        }
    }
}

fn table_row(row: &Row, is_among_first: bool, wall: &Wall, texts: &Texts) -> Markup {
    let class = class_of(row.word);
    let is_too_long = class == "too-long";
    let mark = if row.is_approximate { "≈ " } else { "" };
    let say = is_too_long.then(|| format!("{}: {}", row.name, texts.too_long));
    let pin = (is_among_first || is_too_long).then_some("1");
    html! {
        tr class=(class) data-left=(row.left.as_millis()) data-say=[say] data-pin=[pin] {
            th scope="row" class="name" {
                span class="label" { (row.name) }
                @if row.place.is_some() || row.since.is_some() {
                    " " span class="quiet" {
                        @if let Some(place) = &row.place { (place) }
                        @if let Some(since) = row.since {
                            " " (fill(texts.since, &[&time_of_day(since, &wall.zones)]))
                        }
                    }
                }
            }
            td class="number" { (figure(row.waiting, texts)) }
            td class="number" { (wait(row.longest, texts)) }
            td class="word" {
                @if class == "unknown" { (unknown(texts)) } @else {
                    span class="v mark" { (word_text(row.word, texts)) }
                    @if row.all_busy { " " span class="v reason" { (texts.all_busy) } }
                }
            }
            td class="number" { (level(row.level, texts)) }
            @for count in [row.offered, row.answered, row.lost] {
                td class="number small" {
                    @if !mark.is_empty() && count.known().is_some() {
                        span class="v" { span aria-hidden="true" { (mark) } span class="sr" { (texts.approximately) " " } (figure(count, texts)) }
                    } @else { (figure(count, texts)) }
                }
            }
            td class="small" {
                @match row.open {
                    Some(true) => { (value(texts.yes)) },
                    Some(false) => { (value(texts.no)) },
                    None => { (unknown(texts)) },
                }
            }
        }
    }
}
