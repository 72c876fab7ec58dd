//! Tests of the file on disk.

use std::fs;

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use super::*;

/// Written by hand; every later version must still read it.
const VERSION_1: &[u8] = include_bytes!("../../tests/data/state/version-1");

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state");
    (folder, path)
}

fn known() -> Contents {
    format::decode(VERSION_1).expect("a state file")
}

/// The result of opening a file.
#[derive(Debug, PartialEq)]
struct OpenResult {
    /// Reason why its contents were rejected, or the error message.
    outcome: Result<Option<Unusable>, String>,
    file: Option<Vec<u8>>,
    aside: Option<Vec<u8>>,
}

impl OpenResult {
    fn put_aside(why: Unusable, bytes: &[u8]) -> Self {
        Self { outcome: Ok(Some(why)), file: None, aside: Some(bytes.to_vec()) }
    }
}

/// Opens a file with these bytes.
fn open_bytes(bytes: &[u8]) -> OpenResult {
    let (_folder, path) = folder();
    fs::write(&path, bytes).expect("written");
    let outcome = match StateFile::open(&path) {
        Ok(Opened { rejected: None, .. }) => Ok(None),
        Ok(Opened { rejected: Some(Problem::Rejected { why, .. }), contents, .. }) => {
            assert_eq!(contents, Contents::default());
            Ok(Some(why))
        }
        Ok(Opened { rejected: Some(problem), .. }) | Err(problem) => Err(problem.to_string()),
    };
    OpenResult {
        outcome,
        file: fs::read(&path).ok(),
        aside: fs::read(disk::beside(&path, "rejected")).ok(),
    }
}

#[test]
fn version_1_is_read_and_written_unchanged() {
    let contents = known();
    assert_eq!(contents.targets.keys().map(|name| &**name).collect::<Vec<_>>(), ["main", "north"]);
    let written = format::encode(&contents).expect("JSON");
    assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(VERSION_1));
}

#[test]
fn saved_counters_are_read_again_by_the_owner_only() {
    let (_folder, path) = folder();
    let Opened { file, contents, rejected } = StateFile::open(&path).expect("a new file");
    assert!(contents == Contents::default() && rejected.is_none());
    for contents in [Contents::default(), known()] {
        file.save(&contents).expect("saved");
    }
    drop(file);
    assert_eq!(StateFile::open(&path).expect("ours").contents, known());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn truncated_file_is_reported_and_kept() {
    for length in 0..VERSION_1.len() {
        let truncated = &VERSION_1[..length];
        let expected = if length == 0 { Unusable::Empty } else { Unusable::Damaged };
        assert_eq!(open_bytes(truncated), OpenResult::put_aside(expected, truncated), "{length}");
    }
}

#[test]
fn file_with_a_changed_byte_is_rejected() {
    for position in 0..VERSION_1.len() {
        for bit in [0x01, 0x20, 0x80] {
            let mut bytes = VERSION_1.to_vec();
            bytes[position] ^= bit;
            assert!(format::decode(&bytes).is_err(), "{position} {bit:#x}");
        }
    }
    for longer in [&b"\n"[..], b"x", b"\0"] {
        assert_eq!(format::decode(&[VERSION_1, longer].concat()), Err(Unusable::Damaged));
    }
}

#[test]
fn file_of_something_else_is_not_touched() {
    for foreign in
        ["targets:\n  - name: main\n", "{}", "trio-exporter ", "\u{feff}trio-exporter-state 1"]
    {
        let OpenResult { outcome, file, aside } = open_bytes(foreign.as_bytes());
        let message = outcome.expect_err("refused");
        assert!(message.contains("is not a state file and stays as it is"), "{message}");
        assert_eq!((file, aside), (Some(foreign.into()), None));
    }
}

#[test]
fn file_of_a_newer_version_is_kept() {
    let newer = [b"trio-exporter-state 2 new\n".as_slice(), b"anything"].concat();
    let expected = Unusable::Newer { version: 2, known: 1 };
    assert_eq!(open_bytes(&newer), OpenResult::put_aside(expected, &newer));
}

#[test]
fn invalid_number_with_valid_checksum_is_rejected() {
    let body = r#"{"targets":{"main":{"at":-1.0,"centers":[]}}}"#;
    let with_checksum = |body: &str| {
        use sha2::{Digest, Sha256};
        let sum: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("trio-exporter-state 1 {sum}\n{body}\n").into_bytes()
    };
    assert_eq!(format::decode(&with_checksum(body)), Err(Unusable::Damaged));
    assert!(format::decode(&with_checksum(&body.replace("-1.0", "1.0"))).is_ok());
    assert_eq!(format::decode(&with_checksum("[]")), Err(Unusable::Damaged));
}

#[test]
fn oversized_file_is_not_read_whole() {
    let (_folder, path) = folder();
    fs::write(&path, VERSION_1).expect("written");
    let file = fs::OpenOptions::new().write(true).open(&path).expect("there");
    file.set_len(format::MAX_SIZE as u64 + 10).expect("a sparse file");
    let read = disk::read(&path).expect("readable").expect("there");
    assert_eq!(read.len(), format::MAX_SIZE + 1);
    assert_eq!(format::decode(&read), Err(Unusable::TooLarge));
}

#[test]
fn second_process_is_refused() {
    let (_folder, path) = folder();
    let first = StateFile::open(&path).expect("a new file");
    let second = StateFile::open(&path).expect_err("in use").to_string();
    assert!(
        second.contains("another exporter uses") && second.contains(&*path.to_string_lossy()),
        "{second}"
    );
    drop(first);
    StateFile::open(&path).expect("free again");
}

#[test]
fn killed_write_leaves_the_old_file() {
    let (_folder, path) = folder();
    let file = StateFile::open(&path).expect("a new file").file;
    file.save(&known()).expect("saved");
    drop(file);
    fs::write(disk::beside(&path, "new"), &VERSION_1[..100]).expect("half of a file");
    let Opened { file, contents, rejected } = StateFile::open(&path).expect("ours");
    assert!(contents == known() && rejected.is_none());
    file.save(&Contents::default()).expect("the half is replaced");
    assert_eq!(format::decode(&fs::read(&path).expect("there")), Ok(Contents::default()));
}

#[test]
fn missing_folder_is_reported_with_the_remedy() {
    let (folder, path) = folder();
    let file = StateFile::open(&path).expect("a new file").file;
    folder.close().expect("removed");
    let message = file.save(&known()).expect_err("no folder").to_string();
    assert!(message.contains("cannot be written") && message.contains("folder"), "{message}");
    let message = StateFile::open(&path).expect_err("no folder").to_string();
    assert!(message.contains("cannot be written"), "{message}");
}

#[test]
fn non_regular_file_is_refused() {
    let (_folder, path) = folder();
    fs::create_dir(&path).expect("a folder");
    let message = StateFile::open(&path).expect_err("a folder").to_string();
    assert!(message.contains("no regular file"), "{message}");
}

#[cfg(unix)]
#[test]
fn link_stays_and_its_target_is_written() {
    let (folder, path) = folder();
    let link = folder.path().join("link");
    fs::write(&path, VERSION_1).expect("written");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    let Opened { file, contents, .. } = StateFile::open(&link).expect("ours");
    assert_eq!(contents, known());
    file.save(&Contents::default()).expect("saved");
    assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
    assert_eq!(format::decode(&fs::read(&path).expect("there")), Ok(Contents::default()));
}

#[cfg(unix)]
#[test]
fn lock_is_no_link_and_no_pipe() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    let (folder, path) = folder();
    let (lock, other) = (disk::beside(&path, "lock"), folder.path().join("other"));
    fs::write(&other, "of another program").expect("written");
    std::os::unix::fs::symlink(&other, &lock).expect("a link");
    let refused = StateFile::open(&path).expect_err("a link").to_string();
    assert!(refused.contains("cannot be written"), "{refused}");
    assert_eq!(fs::read(&other).expect("there"), b"of another program");
    fs::remove_file(&lock).expect("removed");
    // A link that leads nowhere would create the file that it names.
    std::os::unix::fs::symlink(folder.path().join("new"), &lock).expect("a link");
    StateFile::open(&path).expect_err("a link");
    assert!(!folder.path().join("new").exists());
    fs::remove_file(&lock).expect("removed");
    mknodat(CWD, &lock, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
    StateFile::open(&path).expect_err("a pipe");
}
