//! Every language on page and events, and what the documents say of each.

use pretty_assertions::assert_eq;
use reqwest::StatusCode;
use trio_exporter::{
    model::Language,
    sim::{Dialect, Options},
};

use super::{ask, running, small};

/// Word of each language for the longest wait, and for the closed column.
const HEADINGS: [(&str, &str); 5] = [
    ("en", "Longest wait"),
    ("sv", "Längsta väntan"),
    ("nb", "Lengste ventetid"),
    ("da", "Længste ventetid"),
    ("fi", "Pisin odotusaika"),
];

#[tokio::test]
async fn page_and_events_are_in_one_language_in_every_dialect() {
    for dialect in Dialect::ALL {
        let (app, _trio) = running(Options { services: 3, ..small(dialect) }).await;
        for (language, heading) in HEADINGS {
            let (status, page) = ask(&app, &format!("/wall?lang={language}"), "").await;
            assert_eq!(status, StatusCode::OK);
            assert!(page.contains(&format!("<html lang=\"{language}\">")), "{dialect:?}");
            let events = format!("data-events=\"/wall/events?lang={language}\"");
            assert!(page.contains(&events), "{dialect:?} {language}: {page}");
            for (other, other_heading) in HEADINGS {
                let is_own = other == language;
                assert_eq!(page.contains(other_heading), is_own, "{language} {other}");
            }
            assert!(page.contains(heading), "{dialect:?} {language}");
        }
    }
}

#[test]
fn documents_say_which_languages_no_native_speaker_reviewed() {
    let document = include_str!("../../../docs/wallboard.md");
    assert_eq!(Language::ALL.map(Language::as_str), HEADINGS.map(|(language, _)| language));
    for language in Language::ALL.map(Language::as_str) {
        let row = document.lines().find(|line| line.starts_with(&format!("| `{language}` |")));
        let row = row.unwrap_or_else(|| panic!("docs/wallboard.md has no row for {language}"));
        let is_reviewed = matches!(language, "en" | "sv");
        assert_eq!(!row.contains("not reviewed by a native speaker"), is_reviewed, "{row}");
    }
}
