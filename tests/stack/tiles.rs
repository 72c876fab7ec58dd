//! Every tile and every table of every board in good and bad situations, on a real Prometheus:
//! number, emptiness and colour.
//!
//! `tiles/expected.tsv` lists each tile with its appearance in each situation; a tile that it does
//! not list fails the test. Rules that hold for all tiles are in `tiles/laws.rs`, numbers that are
//! computed without PromQL in `tiles/numbers.rs`.

mod appearance;
mod drop_downs;
mod half_hours;
mod laws;
mod measurable;
mod numbers;
mod opened;
mod rules;
mod world;

use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf};

use appearance::appearance;
use opened::{Choices, Opened, open};
use world::{Words, World};

use crate::{
    dashboard::Board,
    prometheus::{Labels, Prometheus, Series},
};

/// Minutes of good work before the first look.
const BEFORE: u64 = 16;
/// Minutes of trouble: longer than the age at which the exporter drops a reading, the five minutes
/// for which Prometheus shows a series that ended, and the wait of the alerts of these troubles.
const TROUBLE: u64 = 9;

const DAY: u64 = 86_400;
/// The same morning a week earlier, with which boards compare.
const EARLIER: u64 = 7 * DAY;

/// File of the expectations.
fn expected() -> String {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stack/tiles/expected.tsv");
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// State of everything when the boards are opened. The order is that of the columns of the
/// expectations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Situation {
    Healthy,
    /// One of two targets does not answer.
    TargetDown,
    /// The same, and a reader has chosen that target.
    DownTargetChosen,
    ExporterStopped,
    RulesNotLoaded,
    /// Trio's word for agents who are busy is not known, in both targets.
    WordUnknown,
}

impl Situation {
    const ALL: [Self; 6] = [
        Self::Healthy,
        Self::TargetDown,
        Self::DownTargetChosen,
        Self::ExporterStopped,
        Self::RulesNotLoaded,
        Self::WordUnknown,
    ];

    /// True where nothing that is shown as of now has a source.
    fn is_without_source(self) -> bool {
        matches!(self, Self::DownTargetChosen | Self::ExporterStopped)
    }
}

/// Boards by uid and situation.
type Looks = BTreeMap<(String, Situation), Opened>;
/// Both pages of the exporter, as one text.
type Pages = Vec<(Situation, String)>;

/// Opens all boards at `now`. Those of the day show the time since `from`, at which the exporter
/// was started: of the night before nothing is recorded, and their tiles would say so.
async fn look(
    looks: &mut Looks,
    situation: Situation,
    prometheus: &Prometheus,
    (from, now): (u64, u64),
) {
    let choices = match situation {
        Situation::DownTargetChosen => Choices::from([("target", world::TARGETS[1].0)]),
        _ => Choices::new(),
    };
    for mut board in Board::shipped() {
        if board.json["time"]["from"] == "now/d" {
            board.json["time"]["from"] = format!("now-{}s", now - from).into();
        }
        let opened = open(&board, prometheus, now, &choices).await;
        looks.insert((board.uid().to_owned(), situation), opened);
    }
}

/// Healthy, then without rules, then one target down, then the exporter stopped.
async fn known_words() -> (Looks, Pages) {
    let (mut looks, mut pages) = (Looks::new(), Pages::new());
    let mut world = World::start(Words::Known, true).await;
    let from = world.now();
    world.run(BEFORE).await;
    let (healthy, morning) = (world.now(), world.scrapes());
    pages.push((Situation::Healthy, world.pages().await));
    world.lose(1).await;
    world.run(TROUBLE).await;
    let down = world.now();
    pages.push((Situation::TargetDown, world.pages().await));
    world.run_unreached(TROUBLE);
    let stopped = world.now();

    let folder = world.scrapes().after(&[morning.earlier(EARLIER)]).in_folder();
    let prometheus = Prometheus::configured(folder).await;
    look(&mut looks, Situation::RulesNotLoaded, &prometheus, (from, healthy)).await;
    let prometheus = rules::evaluated(prometheus.stop().await, from, stopped).await;
    look(&mut looks, Situation::Healthy, &prometheus, (from, healthy)).await;
    assert!(!occupancies(&prometheus, healthy).await.is_empty());
    look(&mut looks, Situation::TargetDown, &prometheus, (from, down)).await;
    look(&mut looks, Situation::DownTargetChosen, &prometheus, (from, down)).await;
    look(&mut looks, Situation::ExporterStopped, &prometheus, (from, stopped)).await;
    (looks, pages)
}

/// Occupancies that the recording rules have recorded.
async fn occupancies(prometheus: &Prometheus, now: u64) -> Vec<Labels> {
    let recorded = r#"{__name__=~".+_working_per_staffed:ratio_increase30m"}"#;
    let series = prometheus.query_at(recorded, now).await.expect("a query");
    series.iter().map(Series::all_labels).collect()
}

/// One word is unknown from the start; these Trios say that they are simulated.
async fn unknown_word() -> Looks {
    let mut looks = Looks::new();
    let mut world = World::start(Words::BusyUnknown, false).await;
    let from = world.now();
    world.run(BEFORE).await;
    let prometheus = rules::evaluated(world.scrapes().in_folder(), from, world.now()).await;
    look(&mut looks, Situation::WordUnknown, &prometheus, (from, world.now())).await;
    let recorded = occupancies(&prometheus, world.now()).await;
    assert!(recorded.is_empty(), "recorded although agents may be busy: {recorded:?}");
    looks
}

/// Runs a story to its end, on this thread.
fn run<T>(story: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(story)
}

#[test]
fn every_tile_is_right_with_data_and_without() {
    // On two processors the two stories run side by side.
    let others = std::thread::spawn(|| run(unknown_word()));
    let (mut looks, pages) = run(known_words());
    looks.extend(others.join().expect("no panic"));
    let mut faults = laws::faults(&looks);
    faults.extend(numbers::faults(&looks, &pages));
    faults.extend(drop_downs::faults(&looks, &pages[0].1));
    let actual = written(&looks);
    faults.extend(differences(&actual));
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("tiles.tsv");
    fs::write(&file, &actual).expect("a file");
    assert!(
        faults.is_empty(),
        "{} faults; what the tiles show is in {}\n{}",
        faults.len(),
        file.display(),
        faults.join("\n")
    );
}

/// The table of appearances, as the file of expectations has it. A cell that equals the first one
/// is `=`.
fn written(looks: &Looks) -> String {
    let mut text = String::from("board\tpanel");
    Situation::ALL.iter().for_each(|situation| write!(text, "\t{situation:?}").expect("a String"));
    text.push('\n');
    for board in Board::shipped() {
        let of = |situation| &looks[&(board.uid().to_owned(), situation)].panels;
        for (at, (title, _)) in of(Situation::Healthy).iter().enumerate() {
            let cells: Vec<String> =
                Situation::ALL.iter().map(|situation| appearance(&of(*situation)[at].1)).collect();
            write!(text, "{}\t{title}\t{}", board.uid(), cells[0]).expect("a String");
            for cell in &cells[1..] {
                write!(text, "\t{}", if *cell == cells[0] { "=" } else { cell }).expect("a String");
            }
            text.push('\n');
        }
    }
    text
}

/// Lines by board and panel.
fn lines(text: &str) -> BTreeMap<(&str, &str), Vec<&str>> {
    let rows = text.lines().map(|line| line.split('\t').collect::<Vec<&str>>());
    rows.map(|mut row| {
        let cells = row.split_off(2);
        ((row[0], row[1]), cells)
    })
    .collect()
}

/// Differences between the expectations and the tiles.
fn differences(actual: &str) -> Vec<String> {
    let expected = expected();
    let (expected, actual) = (lines(&expected), lines(actual));
    let mut faults = Vec::new();
    for (place, cells) in &actual {
        let Some(wanted) = expected.get(place) else {
            faults.push(format!("{place:?}: not in tiles/expected.tsv"));
            continue;
        };
        for ((situation, cell), wanted) in Situation::ALL.iter().zip(cells).zip(wanted) {
            if cell != wanted {
                faults.push(format!("{place:?}, {situation:?}: {cell}, expected {wanted}"));
            }
        }
    }
    let gone = expected.keys().filter(|place| !actual.contains_key(*place));
    faults.extend(
        gone.map(|place| format!("{place:?}: in tiles/expected.tsv, and not on the board")),
    );
    faults
}
