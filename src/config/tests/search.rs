//! Tests of the search for the configuration.

use pretty_assertions::assert_eq;

use super::*;

/// Looks for a configuration beside the files `there`, with `TRIO_URL` set to `url`.
fn find(named: Option<&str>, url: Option<&str>, there: &[&str]) -> Result<Source, String> {
    let environment = |name: &str| url.filter(|_| name == "TRIO_URL").map(str::to_owned);
    let is_there = |path: &Path| there.iter().any(|it| Path::new(it) == path);
    Source::find(named.map(Path::new), &environment, &is_there)
}

const HERE: &str = "./trio-exporter.yml";
#[cfg(not(windows))]
const MACHINE: &str = "/etc/trio-exporter/trio-exporter.yml";
#[cfg(windows)]
const MACHINE: &str = r"C:\ProgramData\trio-exporter\trio-exporter.yml";

#[test]
fn named_file_comes_before_variable_before_places() {
    let source = |file: Option<&str>, unread: Option<&str>| {
        Ok(Source { file: file.map(PathBuf::from), unread: unread.map(PathBuf::from) })
    };
    let url = Some("https://trio.example/te/api");
    for (named, url, there, expected) in [
        (Some("x.yml"), url, &[HERE, MACHINE][..], source(Some("x.yml"), None)),
        // A file that is not there is still the one that was asked for.
        (Some("x.yml"), None, &[HERE], source(Some("x.yml"), None)),
        (None, url, &[HERE, MACHINE], source(None, Some(HERE))),
        (None, url, &[MACHINE], source(None, Some(MACHINE))),
        (None, url, &[], source(None, None)),
        (None, None, &[HERE, MACHINE], source(Some(HERE), None)),
        (None, None, &[MACHINE], source(Some(MACHINE), None)),
        // Compose sets a variable that is not defined to an empty text.
        (None, Some(""), &[MACHINE], source(Some(MACHINE), None)),
    ] {
        assert_eq!(find(named, url, there), expected, "{named:?} {url:?} {there:?}");
    }
}

#[test]
fn places_are_named_when_there_is_no_configuration() {
    let message = find(None, None, &[]).expect_err("nothing");
    assert!(
        message.starts_with("nothing to read: give --config.file, or set TRIO_URL"),
        "{message}"
    );
    assert!(message.contains(&format!("no file is at {HERE} or {MACHINE};")), "{message}");
    assert_eq!(find(None, None, &["trio.yml"]), Err(message), "another name is no configuration");
}

#[test]
fn file_beside_the_variable_is_warned_of_once() {
    let warning = |there: &[&str]| find(None, Some("x"), there).expect("a source").warning();
    let text = warning(&[HERE, MACHINE]).expect("a warning");
    assert!(text.starts_with("./trio-exporter.yml is not read, because the variable"), "{text}");
    assert!(!text.contains(MACHINE), "{text}");
    assert_eq!(warning(&[]), None);
    let read = find(None, None, &[HERE, MACHINE]).expect("a source");
    assert_eq!(read.warning(), None, "the first file is read, which no one has to be warned of");
}

#[test]
fn file_that_may_not_be_read_is_there() {
    let folder = folder("search");
    assert!(!is_there(&folder.join("none")));
    let file = folder.join("file");
    fs::write(&file, "x").expect("writable");
    assert!(is_there(&file));
    assert!(is_there(&folder), "a folder in place of the file is a mistake to report");
    assert!(!is_there(&file.join("below a file")));
}
