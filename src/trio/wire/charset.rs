//! Charset detection: the bytes of an answer become UTF-8, with any charset declared or none.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Converts `body` to UTF-8 without a byte order mark. In this order decide: a byte order mark,
/// zero bytes of UTF-16, validity as UTF-8, the declared charset, windows-1252.
pub(in crate::trio) fn to_utf8(content_type: Option<&str>, body: Vec<u8>) -> Vec<u8> {
    let declared = content_type
        .and_then(charset_parameter)
        .and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = match Encoding::for_bom(&body) {
        // A mark is part of the data; the header may come from a proxy or a default of IIS.
        Some((marked, _)) => marked,
        None => detect_utf16(&body)
            .or_else(|| declared.filter(|declared| is_utf16(declared)))
            .unwrap_or_else(|| {
                // Text of another charset with non-ASCII letters is practically never valid UTF-8
                // by accident, so validity says more than the header. Trio's back end runs in a
                // Swedish culture with code page 1252, and its front end in IIS: each may declare
                // what the other did not write.
                if std::str::from_utf8(&body).is_ok() {
                    UTF_8
                } else {
                    // windows-1252 holds every letter of ISO-8859-1 and, unlike it, maps every
                    // byte: å, ä and ö of a server that declares nothing come out right, and no
                    // answer becomes unreadable.
                    declared.filter(|declared| *declared != UTF_8).unwrap_or(WINDOWS_1252)
                }
            }),
    };
    if encoding == UTF_8 && !body.starts_with(b"\xEF\xBB\xBF") {
        if std::str::from_utf8(&body).is_ok() {
            return body;
        }
        // Declared UTF-8 that is none: replacement characters would make two names equal.
        return WINDOWS_1252.decode_without_bom_handling(&body).0.into_owned().into_bytes();
    }
    encoding.decode_with_bom_removal(&body).0.into_owned().into_bytes()
}

/// Returns the parameter `charset` of a Content-Type.
fn charset_parameter(content_type: &str) -> Option<&str> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches(['"', '\'']))
    })
}

fn is_utf16(encoding: &'static Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

/// Detects UTF-16 without a byte order mark: JSON begins with an ASCII character, so one of the
/// first two bytes is zero.
fn detect_utf16(body: &[u8]) -> Option<&'static Encoding> {
    match body {
        [0, 1..=255, ..] => Some(UTF_16BE),
        [1..=255, 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = r#"{"name":"Växel Öst, Åsa"}"#;

    fn utf16(mark: &[u8], unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.iter().copied().chain(TEXT.encode_utf16().flat_map(unit)).collect()
    }

    fn latin1(text: &str) -> Vec<u8> {
        text.chars().map(|c| u8::try_from(u32::from(c)).expect("ISO-8859-1")).collect()
    }

    #[test]
    fn every_charset_gives_the_same_text() {
        let plain = TEXT.as_bytes().to_vec();
        let marked = [b"\xEF\xBB\xBF", TEXT.as_bytes()].concat();
        let declarations = [
            None,
            Some("application/json"),
            Some("application/json; charset=utf-8"),
            Some("application/json;charset=\"UTF-8\""),
            Some("application/json; charset=iso-8859-1"),
            Some("application/json; odata=x; Charset = windows-1252"),
            Some("application/json; charset=klingon"),
            Some("; = ;charset"),
        ];
        for declared in declarations {
            for body in [
                plain.clone(),
                marked.clone(),
                latin1(TEXT),
                utf16(b"\xFF\xFE", u16::to_le_bytes),
                utf16(b"\xFE\xFF", u16::to_be_bytes),
                utf16(b"", u16::to_le_bytes),
                utf16(b"", u16::to_be_bytes),
            ] {
                let text = to_utf8(declared, body.clone());
                assert_eq!(
                    String::from_utf8(text).expect("UTF-8"),
                    TEXT,
                    "{declared:?} {body:02x?}"
                );
            }
        }
        let wide = utf16(b"", u16::to_le_bytes);
        assert_eq!(to_utf8(Some("application/json; charset=utf-16le"), wide), TEXT.as_bytes());
        assert_eq!(to_utf8(None, Vec::new()), b"");
    }

    #[test]
    fn declared_charset_applies_to_bytes_that_are_not_utf8() {
        let declared = Some("application/json; charset=iso-8859-2");
        assert_eq!(to_utf8(declared, b"\xB1".to_vec()), "ą".as_bytes());
    }

    proptest! {
        #[test]
        fn any_bytes_become_valid_utf8(
            body in prop::collection::vec(any::<u8>(), 0..200),
            label in "(utf-8|utf-16|iso-8859-1|shift_jis|x)",
        ) {
            let text = to_utf8(Some(&format!("a/b; charset={label}")), body);
            prop_assert!(std::str::from_utf8(&text).is_ok());
        }
    }
}
