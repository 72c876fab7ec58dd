//! The shipped unit of systemd, and the line by which it starts the exporter, as systemd would read
//! it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::shipped;

/// A unit file: its settings in order.
pub(crate) struct Unit(Vec<(String, String)>);

/// Root of an installed service: a folder that replaces `/`.
pub(crate) struct Root<'a>(pub(crate) &'a Path);

impl Root<'_> {
    /// Place of `path` of the service on this machine.
    pub(crate) fn host_path(&self, path: &str) -> PathBuf {
        self.0.join(path.trim_start_matches('/'))
    }
}

impl Unit {
    /// The service that is shipped.
    pub(crate) fn service() -> Self {
        Self::read(Path::new(&shipped::path("systemd/trio-exporter.service")))
    }

    /// Reads a unit file.
    pub(crate) fn read(path: &Path) -> Self {
        let text =
            fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let settings =
            text.lines().filter(|line| !line.starts_with(['#', '['])).filter_map(|line| {
                let (name, value) = line.split_once('=')?;
                Some((name.to_owned(), value.to_owned()))
            });
        Self(settings.collect())
    }

    /// All values of a setting.
    pub(crate) fn all<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The value of a setting that occurs once.
    pub(crate) fn one(&self, name: &str) -> &str {
        let all: Vec<&str> = self.all(name).collect();
        let [value] = all[..] else { panic!("{name}= occurs {} times", all.len()) };
        value
    }

    /// The program and its arguments, in a folder that replaces `/`: `$ARGS` is taken from the
    /// environment file, each of its words an argument.
    pub(crate) fn starts(&self, root: &Root<'_>) -> (PathBuf, Vec<String>) {
        let environment = self.one("EnvironmentFile").trim_start_matches('-');
        let environment =
            fs::read_to_string(root.host_path(environment)).expect("the file of ARGS");
        let arguments =
            environment.lines().filter_map(|line| line.strip_prefix("ARGS=")).next_back();
        let arguments = arguments.expect("it sets ARGS").trim_matches('"');
        let line = self.one("ExecStart").replace("$ARGS", arguments);
        let mut words = line.split_whitespace();
        let program = root.host_path(words.next().expect("a program"));
        let words = words.map(|word| match word.split_once("=/") {
            Some((flag, path)) => format!("{flag}={}", root.host_path(path).display()),
            None => word.to_owned(),
        });
        (program, words.collect())
    }

    /// The files of root's whose copies the service gets, by the names that they have for it.
    pub(crate) fn credentials(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all("LoadCredential").filter_map(|value| value.split_once(':'))
    }
}
