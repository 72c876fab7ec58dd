//! Files of the project and of a test.

use std::{fs, path::Path};

use snapbox::{Data, assert_data_eq};

use crate::markdown::root;

/// Compares a text with a file of the project, letter by letter. With `SNAPSHOTS=overwrite` in the
/// environment the file is written instead.
#[track_caller]
pub(crate) fn assert_file(path: &str, text: &str) {
    assert_data_eq!(text, Data::read_from(&root().join(path), None).raw());
}

/// Writes the configuration file of a folder and returns its path, as a word of a command.
pub(crate) fn configure(folder: &Path, text: &str) -> String {
    let file = folder.join("trio-exporter.yml");
    fs::write(&file, text).expect("a configuration");
    file.to_str().expect("UTF-8").to_owned()
}
