//! Charset detection: the bytes of an answer become UTF-8, with any charset declared or none.

use encoding_rs::{CoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::repair::BROKEN;

/// Way in which a body becomes UTF-8.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::trio) enum Conversion {
    /// It is UTF-8.
    None,
    /// A byte order mark is taken away.
    WithoutMark,
    /// Each wrong byte is replaced by the mark of a value that cannot be read.
    StrayBytes,
    /// From another charset.
    From(&'static Encoding),
}

impl Conversion {
    /// Finds the conversion. In this order decide: a byte order mark, zero bytes of UTF-16, validity
    /// as UTF-8, the declared charset, windows-1252.
    pub(in crate::trio) fn of(content_type: Option<&str>, body: &[u8]) -> Self {
        let declared = content_type
            .and_then(charset_parameter)
            .and_then(|label| Encoding::for_label(label.as_bytes()));
        // A mark is part of the data; the header may come from a proxy or a default of IIS.
        let marked = Encoding::for_bom(body).map(|(marked, _)| marked);
        let wide = || {
            marked
                .or_else(|| detect_utf16(body))
                .or_else(|| declared.filter(|declared| is_utf16(declared)))
        };
        if let Some(encoding) = wide()
            && encoding != UTF_8
        {
            return Self::From(encoding);
        }
        // Text of another charset with non-ASCII letters is practically never valid UTF-8 by
        // accident, so validity says more than the header. Trio's back end runs in a Swedish culture
        // with code page 1252, and its front end in IIS: each may declare what the other did not
        // write.
        if std::str::from_utf8(body).is_ok() {
            return if marked.is_some() { Self::WithoutMark } else { Self::None };
        }
        if marked.is_some() {
            return Self::From(UTF_8);
        }
        if is_utf8_with_stray_bytes(body) {
            return Self::StrayBytes;
        }
        // windows-1252 holds every letter of ISO-8859-1 and, unlike it, maps every byte: å, ä and ö
        // of a server that declares nothing come out right, and no answer becomes unreadable.
        // Declared UTF-8 that is none: replacement characters would make two names equal.
        Self::From(declared.filter(|declared| *declared != UTF_8).unwrap_or(WINDOWS_1252))
    }

    /// Returns the bytes of the copy that [`Self::apply`] makes.
    pub(in crate::trio) fn copied_bytes(self, body: &[u8]) -> usize {
        match self {
            Self::None | Self::WithoutMark => 0,
            Self::StrayBytes => {
                let length = |chunk: std::str::Utf8Chunk<'_>| {
                    let is_stray = !chunk.invalid().is_empty();
                    chunk.valid().len() + usize::from(is_stray) * BROKEN.len_utf8()
                };
                body.utf8_chunks().map(length).sum()
            }
            Self::From(encoding) => {
                let mut length = 0;
                decode(encoding, body, |part| length += part.len());
                length
            }
        }
    }

    /// Returns the body as UTF-8 without a byte order mark.
    pub(in crate::trio) fn apply(self, mut body: Vec<u8>) -> Vec<u8> {
        match self {
            Self::None => body,
            Self::WithoutMark => {
                body.drain(..BYTE_ORDER_MARK.len());
                body
            }
            // The exact room: a copy that grows would hold up to three times as much.
            Self::StrayBytes => marked_stray_bytes(&body, self.copied_bytes(&body)),
            Self::From(encoding) => {
                let mut text = Vec::with_capacity(self.copied_bytes(&body));
                decode(encoding, &body, |part| text.extend_from_slice(part));
                text
            }
        }
    }
}

/// Byte order mark of UTF-8.
const BYTE_ORDER_MARK: &str = "\u{FEFF}";
/// Bytes that are decoded at once.
const PIECE: usize = 8 << 10;

/// Converts `body` to UTF-8 without a byte order mark; see [`Conversion::of`].
pub(in crate::trio) fn to_utf8(content_type: Option<&str>, body: Vec<u8>) -> Vec<u8> {
    Conversion::of(content_type, &body).apply(body)
}

/// Decodes `body` piece by piece.
fn decode(encoding: &'static Encoding, body: &[u8], mut piece: impl FnMut(&[u8])) {
    let mut decoder = encoding.new_decoder_with_bom_removal();
    let mut buffer = [0; PIECE];
    let mut rest = body;
    loop {
        let (state, read, written, _) = decoder.decode_to_utf8(rest, &mut buffer, true);
        piece(&buffer[..written]);
        rest = &rest[read..];
        if state == CoderResult::InputEmpty {
            return;
        }
    }
}

/// Returns true for UTF-8 in which a few bytes are wrong: a name that was cut in the middle of a
/// letter, or came from an old system.
// Two bytes of windows-1252 that look like a letter of UTF-8 (`Ã¥`) are not written by people. So one
// such letter shows the charset, unless wrong bytes outnumber them.
fn is_utf8_with_stray_bytes(body: &[u8]) -> bool {
    let (mut letters, mut stray) = (0_usize, 0_usize);
    for chunk in body.utf8_chunks() {
        letters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        stray += usize::from(!chunk.invalid().is_empty());
    }
    letters >= stray.max(1)
}

/// Replaces each wrong byte of UTF-8 by the mark of a value that cannot be read.
fn marked_stray_bytes(body: &[u8], length: usize) -> Vec<u8> {
    let mut text = String::with_capacity(length);
    for chunk in body.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(BROKEN);
        }
    }
    text.into_bytes()
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
    fn stray_byte_in_utf8_costs_no_other_text() {
        let mixed = [TEXT.as_bytes(), b"\"Sk\xC3\""].concat();
        for declared in [None, Some("application/json; charset=utf-8")] {
            let text = String::from_utf8(to_utf8(declared, mixed.clone())).expect("UTF-8");
            assert_eq!(text, format!("{TEXT}\"Sk{BROKEN}\""), "{declared:?}");
        }
        let only_stray = to_utf8(None, b"\"Sk\xC3\"".to_vec());
        assert_eq!(only_stray, "\"SkÃ\"".as_bytes(), "as likely another charset");
        let mostly_stray = [latin1(TEXT), "å".as_bytes().to_vec()].concat();
        assert!(to_utf8(None, mostly_stray).starts_with(TEXT.as_bytes()));
    }

    #[test]
    fn declared_charset_applies_to_bytes_that_are_not_utf8() {
        let declared = Some("application/json; charset=iso-8859-2");
        assert_eq!(to_utf8(declared, b"\xB1".to_vec()), "ą".as_bytes());
    }

    proptest! {
        #[test]
        fn any_bytes_become_valid_utf8_of_the_stated_length(
            body in prop::collection::vec(any::<u8>(), 0..200),
            label in "(utf-8|utf-16|iso-8859-1|shift_jis|x)",
        ) {
            let content_type = format!("a/b; charset={label}");
            let conversion = Conversion::of(Some(&content_type), &body);
            let copied = conversion.copied_bytes(&body);
            let text = conversion.apply(body);
            prop_assert!(copied == 0 || copied == text.len());
            prop_assert!(std::str::from_utf8(&text).is_ok());
        }
    }
}
