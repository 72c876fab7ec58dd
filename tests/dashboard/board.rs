//! One dashboard.

use std::{fs, path::PathBuf};

use serde_json::Value;

use super::{Panel, Query, query};

/// Folder of the dashboards.
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("dashboards")
}

/// A dashboard as it is in its file.
#[derive(Clone, Debug)]
pub(crate) struct Board {
    pub(crate) file: String,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Board {
    /// All of them, by file name.
    pub(crate) fn shipped() -> Vec<Self> {
        let entries = fs::read_dir(folder()).unwrap_or_else(|error| panic!("dashboards: {error}"));
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let mut paths: Vec<PathBuf> =
            paths.filter(|path| path.extension().is_some_and(|it| it == "json")).collect();
        paths.sort();
        assert!(!paths.is_empty(), "no *.json in {}", folder().display());
        paths.iter().map(Self::read).collect()
    }

    /// The one with this uid.
    pub(crate) fn with_uid(uid: &str) -> Self {
        let board = Self::shipped().into_iter().find(|board| board.uid() == uid);
        board.unwrap_or_else(|| panic!("no dashboard has the uid {uid}"))
    }

    fn read(path: &PathBuf) -> Self {
        let file = path.file_name().and_then(|name| name.to_str()).expect("UTF-8").to_owned();
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        Self { file, text, json }
    }

    pub(crate) fn uid(&self) -> &str {
        self.json["uid"].as_str().unwrap_or_default()
    }

    /// Every panel, also those inside collapsed rows.
    pub(crate) fn panels(&self) -> Vec<Panel<'_>> {
        let outer = list(&self.json["panels"]);
        outer
            .iter()
            .flat_map(|panel| std::iter::once(panel).chain(list(&panel["panels"])))
            .map(Panel)
            .collect()
    }

    /// The variables.
    pub(crate) fn variables(&self) -> &[Value] {
        list(&self.json["templating"]["list"])
    }

    /// The names of the variables.
    pub(crate) fn variable_names(&self) -> Vec<&str> {
        self.variables().iter().filter_map(|variable| variable["name"].as_str()).collect()
    }

    /// Queries that mark events in the panels.
    pub(crate) fn annotations(&self) -> &[Value] {
        list(&self.json["annotations"]["list"])
    }

    /// Everything that is asked of Prometheus.
    pub(crate) fn queries(&self) -> Vec<Query> {
        query::queries_of(self)
    }
}

/// The items of a list that may be missing.
pub(super) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
