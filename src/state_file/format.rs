//! The format of the file: one line with name, version and checksum, then JSON.

use sha2::{Digest, Sha256};

use super::{Contents, Unusable};
use crate::model::hexadecimal;

/// The first word of every state file.
const NAME: &str = "trio-exporter-state";
/// Version that is written. Members may be added without a new one: a file that lacks them is read with
/// their defaults, and older exporters ignore them.
const VERSION: u32 = 1;
/// Size limit in bytes: 256 MiB. The counters of 100,000 services take less.
pub(super) const MAX_SIZE: usize = 256 << 20;

/// Returns the bytes of a file with these contents.
pub(super) fn encode(contents: &Contents) -> serde_json::Result<Vec<u8>> {
    let body = serde_json::to_vec(contents)?;
    let mut bytes = format!("{NAME} {VERSION} {}\n", checksum(&body)).into_bytes();
    bytes.extend(body);
    bytes.push(b'\n');
    Ok(bytes)
}

/// Returns the contents of a file.
///
/// # Errors
/// The reason why it cannot be used.
pub(super) fn decode(bytes: &[u8]) -> Result<Contents, Unusable> {
    if bytes.is_empty() {
        return Err(Unusable::Empty);
    }
    // A file that ends within the name was cut off; any other beginning is a file of something
    // else.
    let Some(rest) = bytes.strip_prefix(NAME.as_bytes()) else {
        let is_cut_off = NAME.as_bytes().starts_with(bytes);
        return Err(if is_cut_off { Unusable::Damaged } else { Unusable::Foreign });
    };
    if bytes.len() > MAX_SIZE {
        return Err(Unusable::TooLarge);
    }
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let mut words = std::str::from_utf8(line).map_err(|_| Unusable::Damaged)?.split_whitespace();
    let version: u32 = words.next().and_then(|word| word.parse().ok()).ok_or(Unusable::Damaged)?;
    // Before the checksum: a newer version may compute it otherwise, and must not be called
    // damaged.
    if version > VERSION {
        return Err(Unusable::Newer { version, known: VERSION });
    }
    let body = rest.get(line.len() + 1..).and_then(|body| body.strip_suffix(b"\n"));
    let body = body.ok_or(Unusable::Damaged)?;
    if version != VERSION || words.next() != Some(&*checksum(body)) || words.next().is_some() {
        return Err(Unusable::Damaged);
    }
    let contents: Contents = serde_json::from_slice(body).map_err(|_| Unusable::Damaged)?;
    // A checksum does not prove good sense: a negative counter would be a reset to Prometheus.
    let is_sound = contents.targets.values().all(|saved| saved.is_valid());
    if is_sound { Ok(contents) } else { Err(Unusable::Damaged) }
}

/// Returns the SHA-256 of the JSON, in hexadecimal digits.
fn checksum(body: &[u8]) -> String {
    hexadecimal(&Sha256::digest(body))
}
