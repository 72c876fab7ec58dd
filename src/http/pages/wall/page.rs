//! HTML of the wallboard: the whole page, and the part of it that each event replaces.

mod cells;

use std::time::{Duration, SystemTime};

use jiff::{Timestamp, tz::TimeZone};
use maud::{DOCTYPE, Markup, html};

use super::{
    PATH, SCRIPT_PATH, STYLE_PATH,
    level::Level,
    rows::{Figure, LongestAt, People, Row, Since, Stale, Wall},
    selection::Selection,
    texts::{Texts, fill},
};
use crate::{
    metrics::SkilledNow,
    model::{Language, WallColumn, Wallboard},
};
use cells::{class_of, duration, figure, level, percent, time, unknown, value, wait, word_text};

/// Rows that stay visible while the others turn, beside those that are TOO LONG.
const PINNED: usize = 3;

/// Moment of a rendering, as people read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rendered {
    pub(super) at: SystemTime,
    /// Change of the waiting cases against five minutes ago.
    pub(super) trend: Option<i64>,
}

/// Renders the whole page around `board`, with links to `boards`.
pub(super) fn page(
    board: &str,
    wall_title: &str,
    selection: &Selection,
    language: Language,
    boards: &[std::sync::Arc<Wallboard>],
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
            body data-events=(selection.events(language))
                data-range=(texts.rows_range) data-pause=(texts.pause) data-resume=(texts.resume)
                data-unknown=(texts.not_known) data-age=(texts.age) data-lost=(texts.lost_connection) {
                main id="board" { (maud::PreEscaped(board)) }
                @if !boards.is_empty() {
                    nav id="boards" aria-label=(texts.boards) {
                        @for board in boards {
                            a href=(format!("{PATH}/{}", board.name)) {
                                (board.title.as_deref().unwrap_or(&board.name))
                            }
                        }
                    }
                }
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
        div class={ "frame " (density(wall.rows.len() + wall.unlisted.len())) } {
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
                    time class="clock" { (local_time(rendered.at, zone, "%H:%M", zones.len() > 1)) }
                }
            }
            @if let Some(notice) = &wall.notice { p class="notice" { (notice) } }
            @if let Some(read) = read {
                noscript { p { (fill(texts.read_at, &[&local_time(read, &zones[0], "%H:%M:%S", zones.len() > 1)])) } }
            }
        }
    }
}

/// Returns the time of day in a zone, with the name of the zone if there are several.
fn local_time(at: SystemTime, zone: &TimeZone, format: &str, is_one_of_several: bool) -> String {
    let Ok(at) = Timestamp::try_from(at) else { return String::new() };
    let time = zone.to_datetime(at).strftime(format).to_string();
    if is_one_of_several {
        format!("{time} {}", zone.to_offset_info(at).abbreviation())
    } else {
        time
    }
}

/// Returns the time of day of the begin of the counts.
fn time_of_day(since: &Since, wall: &Wall) -> String {
    let after = Duration::try_from_secs_f64(since.at).unwrap_or_default();
    let at = SystemTime::UNIX_EPOCH.checked_add(after).unwrap_or(SystemTime::UNIX_EPOCH);
    local_time(at, &since.zone, "%H:%M", wall.zones.len() > 1)
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
    match &wall.since {
        None => texts.today.to_owned(),
        Some(since) => {
            let text = if wall.since_is_mixed { texts.partly_since } else { texts.since };
            fill(text, &[&time_of_day(since, wall)])
        }
    }
}

fn tiles(wall: &Wall, rendered: Rendered, texts: &Texts) -> Markup {
    let has = |column: WallColumn| wall.columns.contains(&column);
    html! {
        dl class="tiles" data-left=(wall.left.as_millis()) {
            @if has(WallColumn::Waiting) {
                div class="tile" {
                    dt { (texts.waiting) }
                    dd class="big" { (figure(wall.waiting, texts)) (trend(rendered.trend, texts)) }
                }
            }
            @if has(WallColumn::LongestWait) {
                div class={ "tile wide " @if let Some(longest) = &wall.longest_at { (class_of(longest.word)) } } {
                    dt { (texts.longest) }
                    dd class="big" { (wait(wall.longest, texts)) }
                    @if let Some(LongestAt { name, word, .. }) = &wall.longest_at {
                        dd class="v sub" { (name) " " strong { (word_text(*word, texts)) } }
                    }
                }
            }
            @if let Some(shown) = wall.people {
                div class={ "tile" @if wall.is_no_one_free { " too-long" } } {
                    dt { (texts.free) }
                    (people(shown, texts))
                }
            }
            @if has(WallColumn::ServiceLevel) {
                div class="tile wide" {
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
            return html! { dd class="big" { (value("–")) } dd class="sub" { (value(texts.hidden)) } };
        }
    };
    html! {
        dd class="big" { (value(&format!("{mark}{free}"))) }
        dd class="sub" { (value(&fill(texts.free_of, &[&format!("{mark}{logged_on}")]))) }
    }
}

fn table(wall: &Wall, texts: &Texts) -> Markup {
    html! {
        div class="rows" tabindex="0" role="region" aria-label=(texts.caption) {
            table {
                caption class="sr" { (texts.caption) }
                thead {
                    tr {
                        th scope="col" class="name" { (texts.service) }
                        @for column in &wall.columns { (head(*column, wall, texts)) }
                    }
                }
                tbody {
                    @for (position, row) in wall.rows.iter().enumerate() {
                        (table_row(row, position < PINNED, wall, texts))
                    }
                    @for name in &wall.unlisted {
                        tr class="unlisted" data-pin="1" {
                            th scope="row" class="name" colspan=(wall.columns.len() + 1) {
                                (fill(texts.not_in_trio, &[name]))
                            }
                        }
                    }
                    @if wall.rows.is_empty() && wall.unlisted.is_empty() {
                        tr { td colspan=(wall.columns.len() + 1) { (texts.no_services) } }
                    }
                }
            }
        }
    }
}

/// Renders the heading of a column.
fn head(column: WallColumn, wall: &Wall, texts: &Texts) -> Markup {
    let (class, text) = match column {
        WallColumn::Waiting => ("number", texts.waiting),
        WallColumn::LongestWait => ("number", texts.longest_short),
        WallColumn::Word => ("word", texts.state),
        WallColumn::ServiceLevel => ("number", texts.level),
        WallColumn::Offered => ("number small", texts.offered),
        WallColumn::Answered => ("number small", texts.answered),
        WallColumn::Lost => ("number small", texts.lost),
        WallColumn::Free => ("number", texts.free_short),
        WallColumn::Working => ("number", texts.working),
        WallColumn::EstimatedWait => ("number", texts.estimated),
        WallColumn::Open => ("small", texts.open),
    };
    html! {
        th scope="col" class=(class) {
            (text)
            @if column == WallColumn::ServiceLevel { " " span class="quiet" { (today(wall, texts)) } }
        }
    }
}

/// Renders a cell of a row.
fn cell(column: WallColumn, row: &Row, texts: &Texts) -> Markup {
    match column {
        WallColumn::Waiting => html! { td class="number" { (figure(row.waiting, texts)) } },
        WallColumn::LongestWait => html! { td class="number" { (wait(row.longest, texts)) } },
        WallColumn::Word => html! {
            td class="word" {
                @if class_of(row.word) == "unknown" { (unknown(texts)) } @else {
                    span class="v mark" { (word_text(row.word, texts)) }
                    @if row.all_busy { " " span class="v reason" { (texts.all_busy) } }
                }
            }
        },
        WallColumn::ServiceLevel => html! { td class="number" { (level(row.level, texts)) } },
        WallColumn::Offered => day_count(row.offered, row, texts),
        WallColumn::Answered => day_count(row.answered, row, texts),
        WallColumn::Lost => day_count(row.lost, row, texts),
        WallColumn::Free => html! { td class="number" { (skilled(row, |free, _| free, texts)) } },
        WallColumn::Working => {
            html! { td class="number" { (skilled(row, |_, working| working, texts)) } }
        }
        WallColumn::EstimatedWait => html! {
            td class="number" {
                @match row.estimated.known() {
                    Some(seconds) => { (value(&time(seconds as f64))) },
                    None => { (unknown(texts)) },
                }
            }
        },
        WallColumn::Open => html! {
            td class="small" {
                @match row.open {
                    Some(true) => { (value(texts.yes)) },
                    Some(false) => { (value(texts.no)) },
                    None => { (unknown(texts)) },
                }
            }
        },
    }
}

/// Renders a count of the day.
fn day_count(count: Figure, row: &Row, texts: &Texts) -> Markup {
    html! {
        td class="number small" {
            @if row.is_approximate && count.known().is_some() {
                span class="v" { span aria-hidden="true" { "≈ " } span class="sr" { (texts.approximately) " " } (figure(count, texts)) }
            } @else { (figure(count, texts)) }
        }
    }
}

/// Renders a number of agents who have the skill for the service.
fn skilled(row: &Row, number: fn(u64, u64) -> u64, texts: &Texts) -> Markup {
    match row.skilled {
        SkilledNow::Known { free, working } => value(&number(free, working).to_string()),
        SkilledNow::Unknown => unknown(texts),
        SkilledNow::Hidden => {
            html! { span class="v" { span aria-hidden="true" { "–" } span class="sr" { (texts.hidden_short) } } }
        }
    }
}

fn table_row(row: &Row, is_among_first: bool, wall: &Wall, texts: &Texts) -> Markup {
    let class = class_of(row.word);
    let is_too_long = class == "too-long";
    let say = is_too_long.then(|| format!("{}: {}", row.name, texts.too_long));
    let pin = (is_among_first || is_too_long).then_some("1");
    html! {
        tr class=(class) data-left=(row.left.as_millis()) data-say=[say] data-pin=[pin] {
            th scope="row" class="name" {
                span class="label" { (row.name) }
                @if row.place.is_some() || row.since.is_some() {
                    " " span class="quiet" {
                        @if let Some(place) = &row.place { (place) }
                        @if let Some(since) = &row.since {
                            " " (fill(texts.since, &[&time_of_day(since, wall)]))
                        }
                    }
                }
            }
            @for column in &wall.columns { (cell(*column, row, texts)) }
        }
    }
}
