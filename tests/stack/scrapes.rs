//! Scrapes of a Prometheus that did not run: pages of the exporter with a time, in the text that
//! promtool makes blocks of.

use std::{fmt::Write, fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::{
    process::folder,
    prometheus::{Prometheus, REMEDY},
};

/// Samples with their times, in the order of time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scrapes(String);

impl Scrapes {
    /// Adds a sample of `series`, at `time` in seconds since 1970.
    pub(crate) fn add(&mut self, series: &str, value: f64, time: u64) {
        writeln!(self.0, "{series} {value} {time}").expect("a String takes everything");
    }

    /// Adds a page as Prometheus scrapes it from each of `instances`, with what Prometheus adds
    /// itself.
    pub(crate) fn add_page(&mut self, page: &str, job: &str, instances: &[&str], time: u64) {
        let samples: Vec<&str> = page.lines().filter(|line| !line.starts_with('#')).collect();
        let of_prometheus = [
            "up 1".to_owned(),
            "scrape_duration_seconds 0.01".to_owned(),
            format!("scrape_samples_scraped {}", samples.len()),
        ];
        for instance in instances {
            let own = of_prometheus.iter().map(String::as_str);
            for sample in samples.iter().copied().chain(own) {
                let (series, value) = sample.rsplit_once(' ').expect("a series and a value");
                let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
                let comma = if labels == "}" { "" } else { "," };
                let scraped = &mut self.0;
                writeln!(
                    scraped,
                    r#"{name}{{job="{job}",instance="{instance}"{comma}{labels} {value} {time}"#
                )
                .expect("a String takes everything");
            }
        }
    }

    /// The same so many seconds earlier.
    pub(crate) fn earlier(&self, by: u64) -> Self {
        let moved = self.0.lines().map(|line| {
            let (sample, time) = line.rsplit_once(' ').expect("a time");
            format!("{sample} {}\n", time.parse::<u64>().expect("seconds") - by)
        });
        Self(moved.collect())
    }

    /// Writes the samples into the data of a Prometheus that is kept in `folder`, and does not run.
    pub(crate) fn write_into(&self, folder: &Path) {
        let file = folder.join("scraped.om");
        fs::write(&file, format!("{}# EOF\n", self.0)).expect("a file");
        // promtool reads the whole file once for each block; blocks of two hours, its default, take
        // minutes for days.
        let words = ["create-blocks-from", "openmetrics", "--quiet", "--max-block-duration=960h"];
        promtool(&words, &[&file, &folder.join("data")]);
    }

    /// These scrapes with others before them.
    pub(crate) fn after(self, others: &[Self]) -> Self {
        Self(others.iter().map(|it| it.0.as_str()).chain([self.0.as_str()]).collect())
    }

    /// A Prometheus that has scraped all this, and the same so many seconds `earlier`.
    pub(crate) async fn replayed(&self, earlier: &[u64]) -> Prometheus {
        let history: Vec<Self> = earlier.iter().map(|by| self.earlier(*by)).collect();
        Prometheus::configured(self.clone().after(&history).in_folder()).await
    }

    /// The folder of a Prometheus that has scraped all this.
    pub(crate) fn in_folder(&self) -> TempDir {
        let folder = folder();
        self.write_into(folder.path());
        fs::write(folder.path().join("prometheus.yml"), "scrape_configs: []\n")
            .expect("a configuration");
        folder
    }
}

/// Runs `promtool tsdb`, which must succeed.
fn promtool(words: &[&str], files: &[&Path]) {
    let promtool = Command::new("promtool").arg("tsdb").args(words).args(files).output();
    let promtool =
        promtool.unwrap_or_else(|error| panic!("cannot start promtool: {error}; {REMEDY}"));
    let output =
        String::from_utf8_lossy(&promtool.stdout) + String::from_utf8_lossy(&promtool.stderr);
    assert!(promtool.status.success(), "promtool: {}\n{output}", promtool.status);
}
