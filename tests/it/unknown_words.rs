//! One word of Trio that the field dictionary does not know: nothing is shown that looks right and
//! is wrong.

use std::{collections::BTreeMap, sync::Arc};

use pretty_assertions::assert_eq;
use trio_exporter::{
    metrics::Identity,
    sim::{Dialect, Options},
    trio::Dictionary,
};

use crate::support::{Samples, Simulated, TestApp, config, still_clock};

const WAITING: [&str; 3] = [
    "trio_service_class_waiting",
    "trio_service_class_longest_wait_seconds",
    "trio_service_class_over_target",
];

/// Parts of Trio that the exporter understands.
#[derive(Clone, Copy)]
struct Understood {
    dialect: Dialect,
    /// The word for a case that waits.
    queued: bool,
    /// Times at which cases came, and their waits.
    times: bool,
    queue_length: bool,
}

const ALL: Understood =
    Understood { dialect: Dialect::English, queued: true, times: true, queue_length: true };

impl Understood {
    /// The fields file of the dialect, without what is not understood.
    fn fields(self) -> String {
        let file = self.dialect.fields_file();
        let mut section = String::new();
        let lines = file.lines().map(|line| {
            if !line.starts_with(' ') {
                line.clone_into(&mut section);
            }
            let is_list =
                section.starts_with("services/calls") || section.starts_with("services/cases");
            let field = line.trim_start().split(':').next().unwrap_or_default();
            match field {
                "created" | "answered" if is_list && !self.times => {
                    format!("  {field}: {{members: [no_{field}], only: true, form: timestamp}}")
                }
                "waited" if is_list && !self.times => {
                    "  waited: {members: [no_waited], only: true, form: seconds}".into()
                }
                "queue_length" if !self.queue_length => {
                    "  queue_length: {members: [no_length], only: true, form: number}".into()
                }
                "state" if is_list && !self.queued => line.replace(": queued", ": unknown"),
                _ => line.to_owned(),
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The metrics after each of so many readings of a busy morning.
    async fn morning(self, readings: usize) -> Vec<Samples> {
        let clock = still_clock();
        let options =
            Options { dialect: self.dialect, services: 6, agents: 12, ..Options::default() };
        let trio = Simulated::start(options, clock.clone()).await;
        let mut target = trio.target(false);
        let dictionary = Dictionary::with_user_file("fields.yml", &self.fields()).expect("valid");
        target.dictionary = Arc::new(dictionary);
        let mut app = TestApp::start_at(config(target, Identity::None), clock).await;
        app.step().await;
        let mut shown = Vec::new();
        for _ in 0..readings {
            app.step_after(5).await;
            shown.push(app.metrics().await);
        }
        shown
    }
}

/// The samples of the three gauges of the waiting, ages in whole seconds: the time of an arrival is
/// known to the moment at which the list came, and two runs differ by milliseconds there.
fn waiting(samples: &Samples) -> BTreeMap<String, String> {
    let found = WAITING.iter().flat_map(|name| samples.find(name, &[]));
    found.map(|(series, value)| (series.to_owned(), format!("{value:.0}"))).collect()
}

#[tokio::test]
async fn queue_length_makes_up_for_an_unknown_word_in_every_dialect() {
    for dialect in Dialect::ALL {
        for times in [true, false] {
            let known = Understood { dialect, times, ..ALL }.morning(4).await;
            let unknown = Understood { dialect, times, queued: false, ..ALL }.morning(4).await;
            for (reading, (known, unknown)) in known.iter().zip(&unknown).enumerate() {
                assert!(known.sum("trio_service_class_waiting") > 0.0);
                assert_eq!(
                    waiting(known),
                    waiting(unknown),
                    "{dialect:?}, times {times}, {reading}"
                );
            }
            let evidence = |samples: &Samples| {
                let of = samples.find("trio_service_cases", &[("state", "unknown")]);
                of.iter().map(|(_, value)| *value).sum::<f64>()
            };
            assert!(evidence(&unknown[3]) > 0.0 && evidence(&known[3]) == 0.0);
        }
    }
}

#[tokio::test]
async fn without_a_queue_length_an_unknown_word_withholds_its_services_only() {
    let shown = Understood { queued: false, queue_length: false, ..ALL }.morning(4).await;
    for samples in &shown {
        assert!(samples.sum("trio_service_longest_wait_seconds") > 0.0, "Trio's own is shown");
        for (series, unknown) in samples.find("trio_service_cases", &[("state", "unknown")]) {
            let id = series.split("service_id=\"").nth(1).and_then(|rest| rest.split('"').next());
            let of = [("service_id", id.expect("a service"))];
            if unknown > 0.0 {
                assert!(WAITING.iter().all(|name| samples.find(name, &of).is_empty()), "{series}");
            }
        }
    }
}

#[tokio::test]
async fn without_times_no_waiting_case_has_a_wait_of_zero() {
    let untimed = Understood { times: false, ..ALL };
    for samples in untimed.morning(12).await {
        for (series, cases) in samples.find("trio_service_class_waiting", &[]) {
            let longest = series.replace("class_waiting", "class_longest_wait_seconds");
            let (_, longest) = samples.all().find(|(name, _)| *name == longest).expect("beside it");
            assert_eq!(longest > 0.0, cases > 0.0, "{series}");
        }
    }
}
