//! Cells of the wallboard: numbers, waits, words and levels as text.
//!
//! Each value that can become too old is an element of the class `v`: the script replaces it by "?"
//! when it does.

use maud::{Markup, html};

use crate::http::pages::wall::{
    level::Level,
    rows::{Figure, Urgency, Wait, Word},
    texts::{Texts, fill},
};

/// Renders "?", which screen readers read as "not known".
pub(super) fn unknown(texts: &Texts) -> Markup {
    html! { span class="v unknown" { span aria-hidden="true" { "?" } span class="sr" { (texts.not_known) } } }
}

/// Renders a value that can become too old.
pub(super) fn value(text: &str) -> Markup {
    html! { span class="v" { (text) } }
}

/// Renders "–" for a value that does not exist.
fn none(texts: &Texts) -> Markup {
    html! { span aria-hidden="true" { "–" } span class="sr" { (texts.none) } }
}

fn at_least(text: &str, texts: &Texts) -> Markup {
    html! { span aria-hidden="true" { "≥ " } span class="sr" { (texts.at_least) " " } (text) }
}

pub(super) fn figure(figure: Figure, texts: &Texts) -> Markup {
    match figure {
        Figure::Known(number) => value(&number.to_string()),
        Figure::AtLeast(number) => {
            html! { span class="v" { (at_least(&number.to_string(), texts)) } }
        }
        Figure::Unknown => unknown(texts),
        Figure::None => none(texts),
    }
}

pub(super) fn wait(wait: Wait, texts: &Texts) -> Markup {
    let (seconds, age, until, is_partial) = match wait {
        Wait::Known { seconds, age, counts_until } => (seconds, age, counts_until, false),
        Wait::AtLeast { seconds, age, counts_until } => (seconds, age, counts_until, true),
        Wait::Unknown => return unknown(texts),
        Wait::None => return none(texts),
    };
    let text = time(seconds);
    // No one waits: there is nothing to count on from.
    if seconds <= 0.0 {
        return html! { span class="v" { @if is_partial { (at_least(&text, texts)) } @else { (text) } } };
    }
    html! {
        span class="v" {
            @if is_partial { span aria-hidden="true" { "≥ " } span class="sr" { (texts.at_least) " " } }
            span class="wait" data-wait=(format!("{seconds:.1}")) data-age=(format!("{age:.1}"))
                data-until=(format!("{until:.1}")) { (text) }
        }
    }
}

/// Returns a wait as `m:ss`, from an hour on as `h:mm h`.
// Without the unit 1:05 could be a minute or an hour.
pub(super) fn time(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match whole {
        0..3600 => format!("{}:{:02}", whole / 60, whole % 60),
        _ => format!("{}:{:02} h", whole / 3600, whole % 3600 / 60),
    }
}

/// Returns a duration in its largest unit: an age or a goal.
pub(super) fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match whole {
        0..120 => format!("{whole} s"),
        120..7200 => format!("{} min", whole / 60),
        _ => format!("{} h", whole / 3600),
    }
}

pub(super) fn percent(share: f64, texts: &Texts) -> String {
    fill(texts.percent, &[&format!("{share:.0}")])
}

pub(super) fn level(level: Level, texts: &Texts) -> Markup {
    let share = match level {
        Level::Unknown => return unknown(texts),
        // How few there are is as old as its reading.
        Level::TooFew => return html! { span class="v" { (none(texts)) } },
        Level::Share(share) => share,
    };
    let class = if share.is_muted { "v muted" } else { "v" };
    html! {
        span class=(class) {
            @if share.is_approximate { span aria-hidden="true" { "≈ " } span class="sr" { (texts.approximately) " " } }
            (percent(share.best, texts))
            // Bounds that agree with the estimate tell nothing more.
            @if share.high - share.low > 0.5 {
                " " span class="bounds" { "(" (format!("{:.0}–{:.0}", share.low, share.high)) ")" }
            }
        }
    }
}

/// Returns the word of a row.
pub(super) fn word_text(word: Word, texts: &Texts) -> String {
    match word {
        Word::Open(Urgency::Ok) => texts.ok.to_owned(),
        Word::Open(Urgency::Waiting) => texts.queue_waiting.to_owned(),
        Word::Open(Urgency::Long) => texts.long.to_owned(),
        Word::Open(Urgency::TooLong) => texts.too_long.to_owned(),
        Word::Closed => texts.closed.to_owned(),
        Word::ClosedWaiting(waiting) => {
            let number = match waiting {
                Figure::Known(number) => number.to_string(),
                Figure::AtLeast(number) => format!("≥ {number}"),
                Figure::Unknown | Figure::None => "?".to_owned(),
            };
            fill(texts.closed_waiting, &[&number])
        }
        Word::NoGoal => "–".to_owned(),
        Word::Unknown => "?".to_owned(),
    }
}

/// Returns the class of a word, for its colour.
pub(super) fn class_of(word: Word) -> &'static str {
    match word {
        Word::Open(Urgency::Ok) => "ok",
        Word::Open(Urgency::Waiting) => "waiting",
        Word::Open(Urgency::Long) => "long",
        Word::Open(Urgency::TooLong) => "too-long",
        Word::Closed | Word::NoGoal => "quiet",
        Word::ClosedWaiting(_) => "closed-waiting",
        Word::Unknown => "unknown",
    }
}
