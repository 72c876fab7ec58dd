//! The form of the file: a line that says what it is, its version and a checksum, then JSON.

use sha2::{Digest, Sha256};

use super::{Contents, Unusable};

/// The first word of every state file.
const NAME: &str = "trio-exporter-state";
/// The version that is written. Members may be added to one version; what is missing is then a mistake.
const VERSION: u32 = 1;
/// The counters of 100,000 services are smaller.
pub(super) const LARGEST: usize = 256 << 20;

pub(super) fn encode(contents: &Contents) -> serde_json::Result<Vec<u8>> {
    let body = serde_json::to_vec(contents)?;
    let mut bytes = format!("{NAME} {VERSION} {}\n", checksum(&body)).into_bytes();
    bytes.extend(body);
    bytes.push(b'\n');
    Ok(bytes)
}

pub(super) fn decode(bytes: &[u8]) -> Result<Contents, Unusable> {
    if bytes.is_empty() {
        return Err(Unusable::Empty);
    }
    let Some(rest) = bytes.strip_prefix(NAME.as_bytes()) else {
        let is_begin_of_name = NAME.as_bytes().starts_with(bytes);
        return Err(if is_begin_of_name { Unusable::Damaged } else { Unusable::Foreign });
    };
    if bytes.len() > LARGEST {
        return Err(Unusable::TooLarge);
    }
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut words = std::str::from_utf8(line).map_err(|_| Unusable::Damaged)?.split_whitespace();
    let version: u32 = words.next().and_then(|word| word.parse().ok()).ok_or(Unusable::Damaged)?;
    if version > VERSION {
        return Err(Unusable::Newer { version, known: VERSION });
    }
    let body = rest.get(line.len() + 1..).and_then(|body| body.strip_suffix(b"\n"));
    let body = body.ok_or(Unusable::Damaged)?;
    if version != VERSION || words.next() != Some(&*checksum(body)) || words.next().is_some() {
        return Err(Unusable::Damaged);
    }
    let contents: Contents = serde_json::from_slice(body).map_err(|_| Unusable::Damaged)?;
    let is_sound = contents.targets.values().all(|saved| saved.is_sound());
    if is_sound { Ok(contents) } else { Err(Unusable::Damaged) }
}

fn checksum(body: &[u8]) -> String {
    Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect()
}
