//! Cells of a row and sums over rows, with each source missing or not understood.

use std::{sync::Arc, time::UNIX_EPOCH};

use pretty_assertions::assert_eq;

use super::*;
use crate::{
    http::pages::wall::{
        json,
        page::{page, title},
    },
    model::Wallboard,
};

/// The service level and the counts of the day of [`queue`].
const DAY: &str = "80% (78–83) | 104 | 95 | 5";

#[test]
fn known_values_fill_every_cell() {
    assert_eq!(
        lines(&wall(vec![queue("Phone")])),
        [format!("Phone | 2 | 0:12 | OK | {DAY} | open")]
    );
}

#[test]
fn word_follows_the_limits_of_the_goal() {
    // 20 s target, warning after 60 s, critical after 300 s.
    for (longest, shown, word) in [
        (0.0, "0:00", "OK"),
        (20.0, "0:20", "OK"),
        (20.5, "0:20", "WAITING"),
        (60.0, "1:00", "WAITING"),
        (60.5, "1:00", "LONG"),
        (300.0, "5:00", "LONG"),
        (300.5, "5:00", "TOO LONG"),
        (3_661.0, "1:01 h", "TOO LONG"),
    ] {
        let queue = changed("Phone", |queue| queue.classes[0].waiting = waiting(1, longest));
        let expected = format!("Phone | 1 | {shown} | {word} | {DAY} | open");
        assert_eq!(lines(&wall(vec![queue])), [expected], "{longest}");
    }
}

/// A row with one thing missing or not understood, and its cells.
type Row = (&'static str, fn(&mut QueueFigures), &'static str);

/// While which cases wait is not known, Trio's own numbers are shown.
const NOT_UNDERSTOOD: [Row; 9] = [
    (
        "a state or class word, or the list of calls is cut",
        |queue| queue.classes[0].waiting = None,
        "Phone | 5 | 1:10 | LONG | 80% (78–83) | 104 | 95 | 5 | open",
    ),
    (
        "the list of calls",
        |queue| {
            queue.classes[0].waiting = None;
            queue.classes[0].day = None;
            queue.classes[0].reading = None;
        },
        "Phone | 5 | 1:10 | LONG | ? | ? | ? | ? | open",
    ),
    (
        "a state word, and Trio's longest wait",
        |queue| {
            queue.classes[0].waiting = None;
            queue.state.as_mut().expect("there").longest_wait = None;
        },
        "Phone | 5 | ? | ? | 80% (78–83) | 104 | 95 | 5 | open",
    ),
    (
        "a state word, and Trio's queue length",
        |queue| {
            queue.classes[0].waiting = None;
            queue.state.as_mut().expect("there").queue_length = None;
        },
        "Phone | ? | 1:10 | LONG | 80% (78–83) | 104 | 95 | 5 | open",
    ),
    (
        "a class word, while e-mails wait: Trio's numbers contain them",
        |queue| {
            queue.classes[0].waiting = None;
            queue.classes.push(class(CaseClass::Email, waiting(40, 200_000.0)));
        },
        "Phone | ? | ? | ? | 80% (78–83) | 104 | 95 | 5 | open",
    ),
    (
        "if it is open",
        |queue| queue.state.as_mut().expect("there").open = None,
        "Phone | 2 | 0:12 | OK | 80% (78–83) | 104 | 95 | 5 | ?",
    ),
    (
        "everything: the state of the service is too old",
        |queue| {
            queue.state = None;
            queue.classes[0].waiting = None;
            queue.classes[0].day = None;
            queue.day_time = None;
        },
        "Phone | ? | ? | ? | ? | ? | ? | ? | ?",
    ),
    (
        "the bounds: an older version began the day",
        |queue| queue.classes[0].day.as_mut().expect("there").detail = None,
        "Phone | 2 | 0:12 | OK | ? | 104 | 95 | ? | open",
    ),
    (
        "if the service level can be measured",
        |queue| queue.classes[0].is_measurable = false,
        "Phone | 2 | 0:12 | OK | ? | 104 | 95 | 5 | open",
    ),
];

#[test]
fn what_is_not_known_is_a_question_mark() {
    for (missing, change, expected) in NOT_UNDERSTOOD {
        let wall = wall(vec![changed("Phone", change)]);
        assert_eq!(lines(&wall), [expected], "{missing}");
        // Each of them is read as words.
        let read = "<span aria-hidden=\"true\">?</span><span class=\"sr\">not known</span>";
        let rows = html(&wall).split("<tbody>").nth(1).expect("a table").to_owned();
        assert_eq!(rows.matches(read).count(), expected.matches('?').count(), "{missing}");
    }
}

#[test]
fn closed_service_shows_its_waiting_cases() {
    let closed = |change: fn(&mut QueueFigures)| {
        let queue = changed("Phone", |queue| {
            queue.state.as_mut().expect("there").open = Some(false);
            change(queue);
        });
        lines(&wall(vec![queue])).remove(0)
    };
    assert_eq!(closed(|_| ()), format!("Phone | 2 | 0:12 | CLOSED, 2 WAITING | {DAY} | closed"));
    assert_eq!(
        closed(|queue| queue.classes[0].waiting = waiting(0, 0.0)),
        format!("Phone | 0 | 0:00 | CLOSED | {DAY} | closed")
    );
    assert_eq!(
        closed(|queue| {
            queue.classes[0].waiting = None;
            queue.state.as_mut().expect("there").queue_length = None;
        }),
        format!("Phone | ? | 1:10 | CLOSED, ? WAITING | {DAY} | closed")
    );
}

#[test]
fn written_cases_are_not_the_longest_wait() {
    let both = changed("Both", |queue| {
        queue.classes.push(class(CaseClass::Email, waiting(40, 259_200.0)));
    });
    let written = changed("Mail", |queue| {
        queue.classes = vec![class(CaseClass::Email, waiting(40, 259_200.0))];
    });
    let wall = wall(vec![both, written]);
    assert_eq!(
        lines(&wall),
        [
            format!("Both | 2 | 0:12 | OK | {DAY} | open"),
            "Mail | – | – | – | – | – | – | – | open".to_owned()
        ]
    );
    assert_eq!(tiles(&wall)[..2], ["2", "0:12 Both OK"]);
}

#[test]
fn classes_of_a_service_are_added_and_the_worse_one_judges() {
    let queue = changed("Phone", |queue| {
        let mut chat = class(CaseClass::Chat, waiting(3, 40.0));
        chat.goals = ClassGoals::with_wait_target(CaseClass::Chat, Duration::from_secs(120));
        queue.classes[0].waiting = waiting(1, 30.0);
        queue.classes.push(chat);
    });
    let expected = "Phone | 4 | 0:40 | WAITING | 80% (78–83) | 208 | 190 | 10 | open";
    assert_eq!(lines(&wall(vec![queue])), [expected]);
}

#[test]
fn total_over_an_unknown_row_is_a_lower_bound() {
    let unknown = changed("Chat", |queue| {
        queue.state.as_mut().expect("there").queue_length = None;
        queue.state.as_mut().expect("there").longest_wait = None;
        queue.classes[0].waiting = None;
    });
    let seven = changed("Phone", |queue| queue.classes[0].waiting = waiting(7, 25.0));
    let both = wall(vec![seven.clone(), unknown.clone()]);
    assert_eq!(tiles(&both)[..2], ["≥ 7", "≥ 0:25 Phone WAITING"]);
    assert_eq!(tiles(&wall(vec![unknown]))[..2], ["?", "?"]);
    assert_eq!(tiles(&wall(vec![seven.clone(), seven]))[..2], ["14", "0:25 Phone WAITING"]);
}

#[test]
fn no_waiting_case_has_no_service_with_the_longest_wait() {
    let calm = changed("Phone", |queue| queue.classes[0].waiting = waiting(0, 0.0));
    assert_eq!(tiles(&wall(vec![calm]))[..2], ["0", "0:00"]);
    assert_eq!(tiles(&wall(Vec::new())), ["?", "?", "3 of 11 logged on", "?"]);
}

#[test]
fn row_is_too_old_when_the_first_of_its_readings_is() {
    let left = |change: fn(&mut QueueFigures)| {
        wall(vec![changed("Phone", change)]).rows.remove(0).left.as_secs()
    };
    assert_eq!(left(|_| ()), 58);
    let old = |queue: &mut QueueFigures| {
        queue.classes[0].reading.as_mut().expect("there").age = Some(Duration::from_secs(50));
    };
    assert_eq!(left(old), 10);
    // The waiting cases are Trio's own numbers; those of the day come from the list.
    let counted: fn(&mut QueueFigures) = |queue| {
        queue.classes[0].reading.as_mut().expect("there").age = Some(Duration::from_secs(50));
        queue.classes[0].waiting = None;
    };
    assert_eq!(left(counted), 10);
}

#[test]
fn stale_center_is_named_and_keeps_its_rows() {
    let mut old = center(vec![changed("Old", |queue| {
        queue.state = None;
        queue.classes[0].waiting = None;
        queue.classes[0].day = None;
        queue.day_time = None;
    })]);
    old.id = "2".into();
    old.name = Some("Kalmar".into());
    old.readings[0].age = Some(Duration::from_secs(185));
    let wall = wall_of(vec![center(vec![queue("Phone")]), old]);
    assert_eq!(
        lines(&wall),
        [
            format!("Phone Växjö | 2 | 0:12 | OK | {DAY} | open"),
            "Old Kalmar | ? | ? | ? | ? | ? | ? | ? | ?".to_owned()
        ]
    );
    let html = html(&wall);
    assert!(html.contains("main · Kalmar: data 3 min old"), "{html}");
    assert!(html.contains("<header class=\"top bad\">"), "{html}");
    assert!(!html.contains("Växjö: data"), "{html}");
    assert_eq!(tiles(&wall)[0], "≥ 2");
}

#[test]
fn target_that_was_not_read_is_named() {
    let unread = TargetFigures { is_read: false, ..target("south", Vec::new()) };
    let html = html(&rows(&[unread], &Selection::default()));
    assert!(html.contains("south: not read yet") && html.contains("NO CURRENT DATA"), "{html}");
    let read = target("main", vec![center(vec![queue("Phone")])]);
    let unread = TargetFigures { is_read: false, ..target("south", Vec::new()) };
    let both = tiles(&rows(&[read, unread], &Selection::default()));
    assert_eq!(both[..3], ["≥ 2", "≥ 0:12 Phone · main · Växjö OK", "≥ 3 of ≥ 11 logged on"]);
    assert_eq!(both[3], "? target 80% in 20 s", "half of it is not known");
}

#[test]
fn names_are_escaped_and_nothing_is_overwritten() {
    let name = "</script><img src=x onerror=alert(1)>\"'&\n\nevent: beat\rid: 1";
    let mut center = center(vec![queue(name)]);
    center.name = Some(name.into());
    let html = html(&wall_of(vec![center.clone()]));
    assert!(!html.contains("<img") && !html.contains("</script>"), "{html}");
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt;"), "{html}");
    let of_config = Wallboard { title: Some(name.into()), ..Wallboard::new("desk") };
    let selection = Selection::of_board(Arc::new(of_config.clone()));
    let titled = rows(&[target(name, vec![center])], &selection);
    let page = page(
        &html,
        &title(&titled, Language::En.texts()),
        &selection,
        Language::En,
        &[Arc::new(of_config)],
    );
    assert_eq!(page.matches("<script").count(), 1, "its own: {page}");
    assert_eq!(page.matches("</script>").count(), 1, "{page}");
    assert!(!page.contains("<img"), "{page}");
    let json = json::board(&titled, Rendered { at: UNIX_EPOCH, trend: None }, &selection);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["services"][0]["name"], name, "as it is: JSON is no HTML");
    let event = super::super::board::event(&html);
    // Each line of an event is data; an empty line ends it.
    let lines: Vec<&str> = event.trim_end_matches('\n').split('\n').collect();
    assert!(lines.iter().all(|line| line.starts_with("data: ")), "{event}");
    assert!(!event.contains('\r'), "it ends a line as well: {event}");
}

#[test]
fn selection_finds_groups_and_centers_by_id_or_name() {
    let other = changed("Other", |queue| queue.groups = vec!["g2".to_owned()]);
    let targets = [target("main", vec![center(vec![queue("Phone"), other])])];
    let shown = |query: &str| {
        let query: super::super::selection::WallQuery =
            serde_json::from_str(query).expect("a query");
        let (selection, _) = query.into_parts();
        selection.check(&targets)?;
        let names: Vec<String> =
            rows(&targets, &selection).rows.into_iter().map(|row| row.name).collect();
        Ok::<_, String>(names.join(","))
    };
    for query in [r#"{"service_group":"g1"}"#, r#"{"service_group":"Support"}"#] {
        assert_eq!(shown(query), Ok("Phone".to_owned()), "{query}");
    }
    for query in [r#"{"contact_center":"Växjö"}"#, r#"{"contact_center":"1","target":"main"}"#] {
        assert_eq!(shown(query), Ok("Phone,Other".to_owned()), "{query}");
    }
    for (query, text) in [
        (r#"{"service_group":"x"}"#, "404: there is no service group \"x\"; known: Support\n"),
        (r#"{"contact_center":"x"}"#, "404: there is no contact centre \"x\"; known: Växjö\n"),
        (r#"{"target":"x"}"#, "404: there is no target \"x\"; known: main\n"),
    ] {
        assert_eq!(shown(query), Err(text.to_owned()), "{query}");
    }
}
