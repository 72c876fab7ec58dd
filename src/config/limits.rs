//! Limits of the requests to one target: `limits`, `max_requests_per_minute`; and `ca_file`.

use std::{ops::RangeInclusive, time::Duration};

use super::files::Files;
use crate::{
    trio::{ExtraRoots, Limits},
    yaml::{Complaints, Entry, LONGEST_DOCUMENT, Section, read_bytes},
};

/// Lower bound of `connect`, `request` and `collector`.
// A shorter one would fail on a healthy network.
const SHORTEST_TIMEOUT: Duration = Duration::from_millis(100);
/// Allowed values of `body_mib`, in MiB of one answer after decompression.
pub(super) const BODY_MIB: RangeInclusive<i64> = 1..=4096;
/// Allowed values of `max_requests_per_minute`.
// With fewer than ten a target could not be read at all: each collector of a contact centre needs
// one.
pub(super) const REQUESTS_PER_MINUTE: RangeInclusive<i64> = 10..=1_000_000;
/// Allowed values of `follow_cases`; 0 turns it off.
// Each case costs a request in every cycle.
pub(super) const FOLLOWED_CASES: RangeInclusive<i64> = 0..=1000;

/// Reads the limits of a target; keys that are missing keep their defaults.
pub(super) fn read(target: &mut Section<'_>, complaints: &mut Complaints) -> Limits {
    let mut limits = Limits::default();
    if let Some(entry) = target.get("max_requests_per_minute") {
        let number = entry.integer(REQUESTS_PER_MINUTE, complaints);
        let number = number.and_then(|number| u32::try_from(number).ok());
        limits.requests_per_minute = number.unwrap_or(limits.requests_per_minute);
    }
    let Some(entry) = target.get("limits") else { return limits };
    let mut section = entry.section(complaints);
    for (key, place) in [
        ("connect", &mut limits.connect),
        ("request", &mut limits.request),
        ("collector", &mut limits.collector),
    ] {
        let given = section.get(key).and_then(|entry| entry.duration(SHORTEST_TIMEOUT, complaints));
        *place = given.unwrap_or(*place);
    }
    if let Some(entry) = section.get("body_mib") {
        let mib = entry.integer(BODY_MIB, complaints);
        let bytes = mib.and_then(|mib| usize::try_from(mib << 20).ok());
        limits.body = bytes.unwrap_or(limits.body);
    }
    if let Some(entry) = section.get("follow_cases") {
        let number = entry.integer(FOLLOWED_CASES, complaints);
        let number = number.and_then(|number| usize::try_from(number).ok());
        limits.follow_cases = number.unwrap_or(limits.follow_cases);
    }
    // A collector reads a list page by page, so the first slow page would end it.
    if limits.collector < limits.request {
        complaints.add(
            section.position(),
            &section.path_of("collector"),
            "must not be shorter than `request`, of which it needs several",
        );
    }
    section.finish(complaints);
    limits
}

/// Reads the authorities (PEM) that are trusted in addition to those of the machine.
pub(super) fn ca_file(
    entry: &Entry<'_>,
    files: &Files,
    complaints: &mut Complaints,
) -> Option<ExtraRoots> {
    let roots = files.read(&entry.text(complaints)?, |path| {
        let bundle = read_bytes(path, LONGEST_DOCUMENT)?;
        ExtraRoots::from_pem(&bundle).map_err(|problem| format!("{} {problem}", path.display()))
    });
    roots.map_err(|message| entry.wrong(complaints, message)).ok()
}
