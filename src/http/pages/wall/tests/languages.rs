//! Words, plural forms and times in each language, written by hand.

use pretty_assertions::assert_eq;

use super::*;
use crate::http::pages::wall::{page::board, rows::rows};

/// Expected words of one language, in the order of the services below.
struct Expected {
    language: Language,
    words: [&'static str; 7],
    since: &'static str,
    goal: &'static str,
    /// Cases concluded, and how they are written.
    cases: [(u64, &'static str); 2],
    logged_on: &'static str,
    unknown: &'static str,
    outdated: &'static str,
}

const EXPECTED: [Expected; 5] = [
    Expected {
        language: Language::En,
        words: ["OK", "WAITING", "LONG", "TOO LONG", "CLOSED, 2 WAITING", "CLOSED", "ALL BUSY"],
        since: "since 10:32",
        goal: "target 80% in 20\u{a0}s",
        cases: [(10, "10 cases"), (31, "31 cases")],
        logged_on: "of 11 logged on",
        unknown: "not known",
        outdated: "data 2 s old",
    },
    Expected {
        language: Language::Sv,
        words: ["OK", "VÄNTAR", "LÅNG", "FÖR LÅNG", "STÄNGD, 2 VÄNTAR", "STÄNGD", "ALLA UPPTAGNA"],
        since: "sedan 10:32",
        goal: "mål 80\u{a0}% inom 20\u{a0}s",
        cases: [(10, "10 ärenden"), (31, "31 ärenden")],
        logged_on: "av 11 inloggade",
        unknown: "inte känt",
        outdated: "data 2 s gamla",
    },
    Expected {
        language: Language::Nb,
        words: ["OK", "VENTER", "LANG", "FOR LANG", "STENGT, 2 VENTER", "STENGT", "ALLE OPPTATT"],
        since: "siden kl. 10:32",
        goal: "mål 80\u{a0}% innen 20\u{a0}s",
        cases: [(10, "10 henvendelser"), (31, "31 henvendelser")],
        logged_on: "av 11 pålogget",
        unknown: "ikke kjent",
        outdated: "data 2 s gamle",
    },
    Expected {
        language: Language::Da,
        words: ["OK", "VENTER", "LANG", "FOR LANG", "LUKKET, 2 VENTER", "LUKKET", "ALLE OPTAGET"],
        since: "siden kl. 10:32",
        goal: "mål 80\u{a0}% inden for 20\u{a0}s",
        cases: [(10, "10 henvendelser"), (31, "31 henvendelser")],
        logged_on: "af 11 logget på",
        unknown: "ikke kendt",
        outdated: "data 2 s gamle",
    },
    Expected {
        language: Language::Fi,
        words: [
            "OK",
            "ODOTTAA",
            "PITKÄ",
            "LIIAN PITKÄ",
            "SULJETTU, 2 ODOTTAA",
            "SULJETTU",
            "KAIKKI VARATTUJA",
        ],
        since: "klo 10:32 alkaen",
        goal: "tavoite 80\u{a0}% ajassa 20\u{a0}s",
        // The partitive singular, also after a number that ends in 1.
        cases: [(10, "10 yhteydenottoa"), (31, "31 yhteydenottoa")],
        logged_on: "11 kirjautuneesta",
        unknown: "ei tiedossa",
        outdated: "tiedot 2 s vanhoja",
    },
];

fn longest(name: &str, seconds: f64) -> QueueFigures {
    changed(name, |queue| queue.classes[0].waiting = waiting(2, seconds))
}

fn is_open(mut queue: QueueFigures, open: bool) -> QueueFigures {
    queue.state.as_mut().expect("there").open = Some(open);
    queue
}

#[test]
fn words_times_and_plurals_are_those_of_the_language() {
    assert_eq!(EXPECTED.map(|it| it.language), Language::ALL, "each language is written here");
    for expected in EXPECTED {
        let Expected { language, words, since, goal, cases, logged_on, unknown, outdated } =
            expected;
        let closed = changed("Empty", |queue| queue.classes[0].waiting = waiting(0, 0.0));
        let queues = vec![
            longest("Ok", 5.0),
            longest("Waiting", 30.0),
            longest("Long", 100.0),
            longest("TooLong", 400.0),
            is_open(longest("Closed", 30.0), false),
            is_open(closed, false),
        ];
        let mut center = center(queues);
        center.day_start = Some(DayStart { at: 37_920.0, is_whole: false });
        let agents = center.agents.as_mut().expect("there");
        agents[AgentState::Busy.index()] += agents[AgentState::Available.index()];
        agents[AgentState::Available.index()] = 0;
        let html = |center: CenterFigures| {
            let wall = rows(&[target("main", vec![center])], &Selection::default());
            let at = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
            board(&wall, Rendered { at, trend: None }, language.texts())
        };
        let html_of_all = html(center.clone());
        let text = seen(&html_of_all);
        for word in words {
            assert!(html_of_all.contains(&format!(">{word}<")), "{language:?} {word}: {text}");
        }
        for words in [since, logged_on, outdated] {
            assert!(text.contains(words), "{language:?} {words}: {text}");
        }
        // Without its spaces folded.
        assert!(html_of_all.contains(goal), "{language:?} {goal}: {html_of_all}");
        for (concluded, words) in cases {
            let queue = changed("Phone", |queue| {
                let day = queue.classes[0].day.as_mut().expect("there");
                let detail = DayDetail {
                    within_low: concluded,
                    within_high: concluded,
                    missed_low: 0,
                    missed_high: 0,
                    left_short: 0,
                    unclassified: 0,
                };
                *day = DayCounts {
                    offered: concluded,
                    answered: concluded,
                    within: concluded as f64,
                    left: 0,
                    detail: Some(detail),
                };
            });
            let html = html(super::center(vec![queue]));
            assert!(html.contains(&format!(">{words}<")), "{language:?} {words}: {html}");
        }
        let missing = changed("Phone", |queue| {
            queue.classes[0].day = None;
            queue.state = None;
        });
        let html = html(super::center(vec![missing]));
        let spoken = format!("<span class=\"sr\">{unknown}</span>");
        assert!(html.contains(&spoken), "{language:?} {unknown}: {html}");
    }
}

#[test]
fn one_case_is_singular() {
    for (language, one) in Language::ALL.into_iter().zip([
        "1 case",
        "1 ärende",
        "1 henvendelse",
        "1 henvendelse",
        "1 yhteydenotto",
    ]) {
        assert_eq!(language.texts().cases_one, one);
    }
}
