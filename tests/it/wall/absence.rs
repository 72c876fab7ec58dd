//! The cells of the wallboard in every dialect, with Trio's own times present and withheld and with
//! one source after the other left out: expected cells written by hand, numbers compared with the
//! truth of the simulator.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use pretty_assertions::assert_eq;
use regex::Regex;
use serde_json::Value;
use trio_exporter::{
    metrics::Identity,
    model::{WallColumn, Wallboard},
    sim::{Class, Demand, Dialect, Distribution, Options, Scenario, ServicePlan, Team},
    trio::Dictionary,
};

use super::ask;
use crate::support::{Simulated, TestApp, config, still_clock};

/// Columns of the table below, beside the name of the service.
const COLUMNS: [WallColumn; 9] = [
    WallColumn::Waiting,
    WallColumn::LongestWait,
    WallColumn::Word,
    WallColumn::ServiceLevel,
    WallColumn::Offered,
    WallColumn::Answered,
    WallColumn::Lost,
    WallColumn::EstimatedWait,
    WallColumn::Open,
];

/// A change of the fields file.
#[derive(Clone, Copy)]
enum Without {
    /// No member feeds the field.
    Field(&'static str, &'static str),
    /// The word for a case that waits is not understood.
    StateWord,
    /// No word of the classes is understood.
    ClassWord,
}

/// A source left out, and what is to be seen: `#` a number, `≈` one that is too low, `W` a word, `o`
/// open.
struct Case {
    name: &'static str,
    without: &'static [Without],
    forbidden: &'static [&'static str],
    /// The cells of a service of calls, of one of calls and e-mails, and of one of e-mails, of which
    /// the wallboard shows the calls alone: none.
    rows: [&'static str; 3],
    /// Those of the first one where Trio's own times are withheld, if they differ.
    withheld: Option<&'static str>,
    /// Waiting, longest wait, free agents, service level.
    tiles: &'static str,
}

use Without::{ClassWord, Field, StateWord};

const OPEN: Without = Field("services/state", "open");
const LONGEST: Without = Field("services/state", "longest_wait");
const LENGTH: Without = Field("services/state", "queue_length");

/// Everything is known; the service of e-mails has fewer than ten concluded calls.
const KNOWN: [&str; 3] = ["# # W # # # # # o", "# # W # # # # # o", "# # W – # # # # o"];
/// Nothing else proves that the long list of the first service is complete: a part of the time counts
/// as not measured.
const DOUBTFUL: [&str; 3] = ["# # W ≈ ≈ ≈ ≈ # o", KNOWN[1], KNOWN[2]];
const DOUBTFUL_WITHHELD: Option<&str> = Some("# # W – ≈ ≈ ≈ # o");

const CASES: [Case; 11] = [
    Case {
        name: "nothing",
        without: &[],
        forbidden: &[],
        rows: KNOWN,
        withheld: None,
        tiles: "# # # #",
    },
    Case {
        name: "the word for a waiting case",
        without: &[StateWord],
        forbidden: &[],
        rows: DOUBTFUL,
        withheld: DOUBTFUL_WITHHELD,
        tiles: "# # # ≈",
    },
    Case {
        // What the list of calls shows is a call.
        name: "the words of the classes",
        without: &[ClassWord],
        forbidden: &[],
        rows: KNOWN,
        withheld: None,
        tiles: "# # # #",
    },
    Case {
        name: "open",
        without: &[OPEN],
        forbidden: &[],
        rows: ["# # W # # # # # ?", "# # W # # # # # ?", "# # W – # # # # ?"],
        withheld: None,
        tiles: "# # # #",
    },
    Case {
        name: "longest wait",
        without: &[LONGEST],
        forbidden: &[],
        rows: KNOWN,
        withheld: None,
        tiles: "# # # #",
    },
    Case {
        name: "queue length",
        without: &[LENGTH],
        forbidden: &[],
        rows: DOUBTFUL,
        withheld: DOUBTFUL_WITHHELD,
        tiles: "# # # ≈",
    },
    Case {
        name: "the word for a waiting case, queue length and longest wait",
        without: &[StateWord, LENGTH, LONGEST],
        forbidden: &[],
        rows: ["? ? ? – ≈ ≈ ≈ # o", "? ? ? – # # # # o", "? ? ? – # # # # o"],
        withheld: None,
        tiles: "? ? # –",
    },
    Case {
        // More cases than services/cases lists of one service.
        name: "services/calls",
        without: &[],
        forbidden: &["services/calls"],
        rows: ["# # W ? ? ? ? # o", KNOWN[1], KNOWN[2]],
        withheld: None,
        tiles: "# # # ≈",
    },
    Case {
        name: "services/calls and services/cases",
        without: &[],
        forbidden: &["services/calls", "services/cases"],
        rows: ["# # W ? ? ? ? # o"; 3],
        withheld: None,
        tiles: "# # # ?",
    },
    Case {
        name: "agents/state",
        without: &[],
        forbidden: &["agents/state"],
        rows: DOUBTFUL,
        withheld: DOUBTFUL_WITHHELD,
        tiles: "# # ? ≈",
    },
    Case {
        name: "services/state",
        without: &[],
        forbidden: &["services/state"],
        rows: ["? ? ? ? ? ? ? ? ?"; 3],
        withheld: None,
        tiles: "? ? # ?",
    },
];

const NAMES: [&str; 3] = ["Växeln", "Bygglov", "Ärenden"];

/// Three busy services: of calls, of calls and e-mails, and of e-mails that no one answers.
fn scenario() -> Scenario {
    let short = |class, share| Demand {
        handling: Distribution::Exponential(Duration::from_secs(60)),
        ..Demand::typical(class, share)
    };
    let service = |name: &str, demands| ServicePlan {
        demands,
        ..ServicePlan::steady(name, Class::Voice, 720.0)
    };
    Scenario {
        start_time: Duration::from_secs(9 * 3600),
        warm_up: Duration::from_secs(300),
        services: vec![
            service(NAMES[0], vec![short(Class::Voice, 1.0)]),
            service(NAMES[1], vec![short(Class::Voice, 0.97), short(Class::Email, 0.03)]),
            ServicePlan::steady(NAMES[2], Class::Email, 60.0),
        ],
        teams: vec![
            Team::always_ready("Norr", 10, &[0]),
            Team::always_ready("Söder", 10, &[1]),
            Team::always_ready("Väst", 2, &[0, 1]),
        ],
    }
}

/// The fields file of a dialect without some of its sources.
fn fields(dialect: Dialect, without: &[Without]) -> String {
    let (file, mut section) = (dialect.fields_file(), String::new());
    let lines = file.lines().map(|line| {
        if !line.starts_with(' ') {
            section = line.trim_end_matches(':').to_owned();
        }
        let is_list = section == "services/calls" || section == "services/cases";
        let field = line.trim_start().split(':').next().unwrap_or_default();
        let mut line = line.to_owned();
        for without in without {
            match without {
                Field(resource, name) if section == *resource && field == *name => {
                    line = line.replace("members: [", "only: true, members: [no_");
                }
                StateWord if is_list && field == "state" => {
                    line = line.replace(": queued", ": unknown");
                }
                // Its words, inbound and outbound, are no words of a class.
                ClassWord if is_list && field == "class" => {
                    let member = match dialect {
                        Dialect::English => "caseType",
                        Dialect::Swedish => "ärendeTyp",
                        Dialect::Foreign => "artT",
                        Dialect::Vendor => "casetype",
                    };
                    line = format!("  class: {{members: [{member}], only: true, form: enum}}");
                }
                _ => {}
            }
        }
        line
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The kind of a cell as people see it.
fn kind(cell: &str) -> &'static str {
    match cell {
        "?" => "?",
        "–" => "–",
        "open" | "closed" => "o",
        "OK" | "WAITING" | "LONG" | "TOO LONG" => "W",
        // With the reason.
        _ if cell.ends_with(" ALL BUSY") => "W",
        _ if cell.starts_with('≥') => "≥",
        _ if cell.starts_with('≈') => "≈",
        _ if cell.starts_with(|it: char| it.is_ascii_digit()) => "#",
        _ => panic!("{cell:?} is no kind of cell"),
    }
}

fn kinds(cells: &[String]) -> String {
    cells.iter().map(|cell| kind(cell)).collect::<Vec<_>>().join(" ")
}

/// The text of a part of the page as people see it.
fn seen(html: &str) -> String {
    let spoken = Regex::new(r#"<span class="sr">[^<]*</span>"#).expect("a pattern");
    let tags = Regex::new("<[^>]*>").expect("a pattern");
    tags.replace_all(&spoken.replace_all(html, ""), "").trim().to_owned()
}

/// The cells of each row by the name of the service, and the large texts of the tiles.
fn page_cells(page: &str) -> (BTreeMap<String, Vec<String>>, Vec<String>) {
    let cell = Regex::new("(?s)<t[dh][ >].*?</t[dh]>").expect("a pattern");
    let body = page.split("<tbody>").nth(1).and_then(|rest| rest.split("</tbody>").next());
    let rows = body.expect("a table").split("</tr>").filter(|row| row.contains("<tr"));
    let row = |row: &str| {
        let mut cells: Vec<String> = cell.find_iter(row).map(|it| seen(it.as_str())).collect();
        (cells.remove(0), cells)
    };
    let big = Regex::new(r#"(?s)<dd class="big">.*?</dd>"#).expect("a pattern");
    (rows.map(row).collect(), big.find_iter(page).map(|tile| seen(tile.as_str())).collect())
}

/// Returns the numbers of a service that are not near what happened. Unless the word for a waiting
/// case or Trio's queue length `tells_answers`, most of them are counted as unclassified.
fn untrue(service: &Value, trio: &Simulated, tells_answers: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut check = |is_true: bool, key: &str, truth: f64| {
        if !is_true {
            wrong.push(format!("{key} is {truth}: {} of {}", service[key], service["name"]));
        }
    };
    let truth = trio.simulator.truth();
    let id: u32 = service["id"].as_str().expect("an id").parse().expect("a number");
    let of = &truth.services[&id].classes;
    let live = of.get(&Class::Voice).cloned().unwrap_or_default();
    let all: u64 = of.values().map(|flow| flow.waiting).sum();
    let number = |key: &str| service[key]["value"].as_f64();
    if let Some(waiting) = number("waiting") {
        // Where the classes are not known, Trio's own number is about all of them.
        let known = number("offered").is_some();
        let truth = if known { live.waiting } else { all } as f64;
        check(waiting == truth, "waiting", truth);
    }
    let is_near = |shown: f64, truth: u64, share: f64| {
        (shown - truth as f64).abs() <= 1.0 + share * truth as f64
    };
    // Calls that come and go between two readings are not seen.
    if let Some(offered) = number("offered") {
        let truth = live.offered() as f64;
        let is_too_low = service["offered"]["approximate"] == true && offered <= truth + 1.0;
        check(is_too_low || is_near(offered, live.offered(), 0.1), "offered", truth);
    }
    if let Some(answered) = number("answered") {
        // Those that waited when the counts began may be answered without being counted.
        let truth = live.answered as f64;
        let is_too_low = answered < truth * 0.9 - 1.0 - live.carried_in as f64;
        let may_be_too_low = service["answered"]["approximate"] == true || !tells_answers;
        check(answered <= truth + 1.0 && (may_be_too_low || !is_too_low), "answered", truth);
    }
    if let Some(lost) = number("lost") {
        check(lost <= (live.left + 1) as f64, "lost", live.left as f64);
    }
    let level = &service["service_level"];
    if let (Some(low), Some(high)) = (level["low"].as_f64(), level["high"].as_f64()) {
        let target = Duration::from_secs(20);
        let truth = live.service_level(target, Duration::from_secs(5)).expect("calls");
        // The rounding of the bounds, and a case that waited when the counts began.
        let slack = 0.005 + 2.0 / (live.answered + live.left) as f64;
        check((low - slack..=high + slack).contains(&truth), "service_level", truth);
    }
    wrong
}

async fn assert_cells(dialect: Dialect) {
    let mut wrong = Vec::new();
    for state_times in [true, false] {
        for case in &CASES {
            let clock = still_clock();
            let forbidden = case.forbidden.iter().map(|it| (*it).to_owned()).collect();
            let scenario = Some(scenario());
            let options =
                Options { dialect, state_times, forbidden, scenario, ..Options::default() };
            let trio = Simulated::start(options, clock.clone()).await;
            let mut target = trio.target(false);
            let fields = fields(dialect, case.without);
            let dictionary = Dictionary::with_user_file("fields.yml", &fields).expect("valid");
            target.dictionary = Arc::new(dictionary);
            let mut config = config(target, Identity::None);
            let board = Wallboard { columns: COLUMNS.to_vec(), ..Wallboard::new("all") };
            config.wallboards = vec![Arc::new(board)];
            let mut app = TestApp::start_at(config, clock).await;
            for _ in 0..24 {
                app.step_after(5).await;
            }
            let about = format!("{dialect:?}, times {state_times}, without {}", case.name);
            let (_, page) = ask(&app, "/wall/all", "en").await;
            let (rows, tiles) = page_cells(&page);
            assert_eq!(rows.len(), 3, "{about}: {rows:?}");
            let [first, second, third] = case.rows;
            let first = case.withheld.filter(|_| !state_times).unwrap_or(first);
            for (name, expected) in NAMES.iter().zip([first, second, third]) {
                let shown = kinds(&rows[*name]);
                if shown != expected {
                    wrong.push(format!(
                        "{about}: {name}: {shown}, not {expected}: {:?}",
                        rows[*name]
                    ));
                }
            }
            if kinds(&tiles) != case.tiles {
                wrong.push(format!("{about}: tiles {tiles:?}, not {}", case.tiles));
            }
            let json: Value =
                serde_json::from_str(&app.get("/api/v1/wallboards/all").await).expect("JSON");
            for service in json["services"].as_array().expect("a list") {
                let cells = &rows[service["name"].as_str().expect("a name")];
                for (column, cell) in COLUMNS.iter().zip(cells) {
                    let key = match column {
                        WallColumn::LongestWait => "longest_wait_seconds",
                        WallColumn::EstimatedWait => "estimated_wait_seconds",
                        other => other.as_str(),
                    };
                    let is_known = !service[key]["value"].is_null();
                    let is_shown = !["?", "–"].contains(&cell.as_str());
                    if is_known != is_shown {
                        wrong.push(format!("{about}: {key} {cell:?} {}", service[key]));
                    }
                }
                let tells = case.without.len() < 3;
                wrong.extend(
                    untrue(service, &trio, tells).iter().map(|it| format!("{about}: {it}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn cells_without_each_source_in_english() {
    assert_cells(Dialect::English).await;
}

#[tokio::test]
async fn cells_without_each_source_in_swedish() {
    assert_cells(Dialect::Swedish).await;
}

#[tokio::test]
async fn cells_without_each_source_in_the_foreign_dialect() {
    assert_cells(Dialect::Foreign).await;
}

#[tokio::test]
async fn cells_without_each_source_in_the_vendors_dialect() {
    assert_cells(Dialect::Vendor).await;
}
