//! Tests: the file as it lies on the disk.

use std::fs;

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use super::*;

/// Written by hand, and as every later version must still read it.
const VERSION_1: &[u8] = include_bytes!("../../tests/data/state/version-1");

fn folder() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state");
    (folder, path)
}

fn known() -> Contents {
    format::decode(VERSION_1).expect("a state file")
}

/// What became of a file that was opened.
#[derive(Debug, PartialEq)]
struct Tried {
    /// Why it is not used, or the words of the refusal.
    said: Result<Option<Unusable>, String>,
    file: Option<Vec<u8>>,
    aside: Option<Vec<u8>>,
}

impl Tried {
    fn put_aside(why: Unusable, bytes: &[u8]) -> Self {
        Self { said: Ok(Some(why)), file: None, aside: Some(bytes.to_vec()) }
    }
}

/// Opens a file with these bytes.
fn opened(bytes: &[u8]) -> Tried {
    let (_folder, path) = folder();
    fs::write(&path, bytes).expect("written");
    let said = match StateFile::open(&path) {
        Ok(Opened { rejected: None, .. }) => Ok(None),
        Ok(Opened { rejected: Some(Problem::Rejected { why, .. }), contents, .. }) => {
            assert_eq!(contents, Contents::default());
            Ok(Some(why))
        }
        Ok(Opened { rejected: Some(problem), .. }) | Err(problem) => Err(problem.to_string()),
    };
    Tried { said, file: fs::read(&path).ok(), aside: fs::read(disk::beside(&path, "rejected")).ok() }
}

#[test]
fn the_first_version_is_read_and_written_as_it_stands() {
    let contents = known();
    assert_eq!(contents.targets.keys().map(|name| &**name).collect::<Vec<_>>(), ["main", "north"]);
    let written = format::encode(&contents).expect("JSON");
    assert_eq!(String::from_utf8_lossy(&written), String::from_utf8_lossy(VERSION_1));
}

#[test]
fn what_is_saved_is_found_again_and_only_by_the_exporter_s_user() {
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
fn a_file_that_is_cut_off_anywhere_is_told_and_put_aside_whole() {
    for length in 0..VERSION_1.len() {
        let cut = &VERSION_1[..length];
        let expected = if length == 0 { Unusable::Empty } else { Unusable::Damaged };
        assert_eq!(opened(cut), Tried::put_aside(expected, cut), "{length}");
    }
}

#[test]
fn a_file_with_any_byte_changed_is_never_counted_on() {
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
fn a_file_of_something_else_stays_as_it_is_and_is_not_written_to() {
    for foreign in ["targets:\n  - name: main\n", "{}", "trio-exporter ", "\u{feff}trio-exporter-state 1"] {
        let Tried { said, file, aside } = opened(foreign.as_bytes());
        let said = said.expect_err("refused");
        assert!(said.contains("is not a state file and stays as it is"), "{said}");
        assert_eq!((file, aside), (Some(foreign.into()), None));
    }
}

#[test]
fn a_file_of_a_newer_exporter_is_kept_aside_for_it() {
    let newer = [b"trio-exporter-state 2 new\n".as_slice(), b"whatever"].concat();
    let expected = Unusable::Newer { version: 2, known: 1 };
    assert_eq!(opened(&newer), Tried::put_aside(expected, &newer));
}

#[test]
fn a_file_with_a_right_checksum_and_a_wrong_number_is_not_counted_on() {
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
fn a_file_that_no_exporter_writes_is_not_read_whole() {
    let (_folder, path) = folder();
    fs::write(&path, VERSION_1).expect("written");
    let file = fs::OpenOptions::new().write(true).open(&path).expect("there");
    file.set_len(format::LARGEST as u64 + 10).expect("a sparse file");
    let read = disk::read(&path).expect("readable").expect("there");
    assert_eq!(read.len(), format::LARGEST + 1);
    assert_eq!(format::decode(&read), Err(Unusable::TooLarge));
}

#[test]
fn two_processes_do_not_share_a_file() {
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
fn a_process_that_was_killed_while_it_wrote_leaves_the_file_before() {
    let (_folder, path) = folder();
    let file = StateFile::open(&path).expect("a new file").file;
    file.save(&known()).expect("saved");
    drop(file);
    fs::write(disk::beside(&path, "new"), &VERSION_1[..100]).expect("half of a file");
    let Opened { file, contents, rejected } = StateFile::open(&path).expect("ours");
    assert!(contents == known() && rejected.is_none());
    file.save(&Contents::default()).expect("the half is in nobody's way");
    assert_eq!(format::decode(&fs::read(&path).expect("there")), Ok(Contents::default()));
}

#[test]
fn a_folder_that_is_gone_is_told_with_what_to_do() {
    let (folder, path) = folder();
    let file = StateFile::open(&path).expect("a new file").file;
    folder.close().expect("removed");
    let said = file.save(&known()).expect_err("no folder").to_string();
    assert!(said.contains("cannot be written") && said.contains("folder"), "{said}");
    let said = StateFile::open(&path).expect_err("no folder").to_string();
    assert!(said.contains("cannot be written"), "{said}");
}

#[test]
fn what_is_no_regular_file_is_left_alone() {
    let (_folder, path) = folder();
    fs::create_dir(&path).expect("a folder");
    let said = StateFile::open(&path).expect_err("a folder").to_string();
    assert!(said.contains("no regular file"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_what_it_leads_to_is_written() {
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
