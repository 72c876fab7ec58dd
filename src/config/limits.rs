//! What bounds the requests to one target: `limits`, `max_requests_per_minute`, `ca_file`.

use std::{ops::RangeInclusive, time::Duration};

use super::files::Files;
use crate::{
    document::{Complaints, Entry, LONGEST_DOCUMENT, Section, read_bytes},
    trio::{ExtraRoots, Limits},
};

/// A shorter limit than this fails on a healthy network.
const SHORTEST: Duration = Duration::from_millis(100);
/// Larger answers than this do not fit into memory.
pub(super) const BODY_MIB: RangeInclusive<i64> = 1..=4096;
/// A target needs a few requests a minute to be read at all.
pub(super) const REQUESTS: RangeInclusive<i64> = 10..=1_000_000;
/// Each costs a request in every cycle.
pub(super) const FOLLOWED: RangeInclusive<i64> = 0..=1000;

pub(super) fn read(target: &mut Section<'_>, complaints: &mut Complaints) -> Limits {
    let mut limits = Limits::default();
    if let Some(entry) = target.get("max_requests_per_minute") {
        let number = entry.integer(REQUESTS, complaints);
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
        let given = section.get(key).and_then(|entry| entry.duration(SHORTEST, complaints));
        *place = given.unwrap_or(*place);
    }
    if let Some(entry) = section.get("body_mib") {
        let mib = entry.integer(BODY_MIB, complaints);
        let bytes = mib.and_then(|mib| usize::try_from(mib << 20).ok());
        limits.body = bytes.unwrap_or(limits.body);
    }
    if let Some(entry) = section.get("follow_cases") {
        let number = entry.integer(FOLLOWED, complaints);
        let number = number.and_then(|number| usize::try_from(number).ok());
        limits.follow_cases = number.unwrap_or(limits.follow_cases);
    }
    if limits.collector < limits.request {
        complaints.add(
            section.at(),
            &section.path_of("collector"),
            "must not be shorter than `request`, of which it needs several",
        );
    }
    section.finish(complaints);
    limits
}

pub(super) fn ca_file(entry: &Entry<'_>, files: &Files, complaints: &mut Complaints) -> Option<ExtraRoots> {
    let roots = files.read(&entry.text(complaints)?, |path| {
        let bundle = read_bytes(path, LONGEST_DOCUMENT)?;
        ExtraRoots::from_pem(&bundle).map_err(|problem| format!("{} {problem}", path.display()))
    });
    roots.map_err(|message| entry.wrong(complaints, message)).ok()
}
