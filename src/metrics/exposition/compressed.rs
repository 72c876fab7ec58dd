//! Encodings as they are kept and sent: compressed while they are written, in two parts that make
//! one gzip file.
//!
//! The text of a large site has 14 MB. It exists only in blocks: no buffer of that size is filled,
//! copied or kept.

use std::{
    fmt,
    io::{self, BufRead, Cursor, Read, Write},
    mem,
    sync::Arc,
};

use flate2::{Compression, Crc, bufread::GzDecoder, write::DeflateEncoder};

use super::classic;
use crate::metrics::Format;

/// Header of a gzip file (RFC 1952): deflate, no flags, no time, fastest level, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255];
/// Bytes of text that are compressed at a time.
const BLOCK: usize = 32 * 1024;

/// Compresses the text of one part while it is written. The text is OpenMetrics; other formats are
/// made of it block by block.
pub(super) struct Compressor {
    /// Text that is not compressed yet.
    block: String,
    classic: Option<classic::Converter>,
    deflate: DeflateEncoder<Vec<u8>>,
    crc: Crc,
    len: usize,
}

/// The first part of an encoding. A second one can follow it.
#[derive(Debug)]
pub(super) struct Head {
    gzip: Arc<Vec<u8>>,
    crc: Crc,
    /// Bytes of text.
    len: usize,
}

impl Compressor {
    /// Returns a compressor of a first part that will have about `expected` bytes.
    pub(super) fn head(format: Format, expected: usize) -> Self {
        let mut gzip = Vec::with_capacity(expected);
        gzip.extend(HEADER);
        Self::new(format, gzip)
    }

    /// Returns a compressor of a second part.
    pub(super) fn tail(format: Format) -> Self {
        Self::new(format, Vec::new())
    }

    fn new(format: Format, output: Vec<u8>) -> Self {
        let classic = match format {
            Format::OpenMetrics => None,
            Format::Classic => Some(classic::Converter::default()),
        };
        // The lowest level: each encoding is sent a few times, and higher levels cost more time
        // than they save.
        let deflate = DeflateEncoder::new(output, Compression::fast());
        Self { block: String::with_capacity(BLOCK * 2), classic, deflate, crc: Crc::new(), len: 0 }
    }

    /// Compresses the whole lines of the block.
    fn compress_block(&mut self) -> io::Result<()> {
        let Self { block, classic, deflate, crc, len } = self;
        let Some(end) = block.rfind('\n').map(|newline| newline + 1) else { return Ok(()) };
        let lines = &block[..end];
        let lines = match classic {
            Some(classic) => classic.convert(lines),
            None => lines,
        };
        crc.update(lines.as_bytes());
        *len += lines.len();
        deflate.write_all(lines.as_bytes())?;
        block.drain(..end);
        Ok(())
    }

    /// Ends a first part. All lines must be whole.
    ///
    /// # Errors
    /// The compression failed.
    pub(super) fn finish_head(mut self) -> io::Result<Head> {
        self.compress_block()?;
        // Ends on the border of a byte, without the mark of the last block.
        self.deflate.flush()?;
        let mut gzip = mem::take(self.deflate.get_mut());
        gzip.shrink_to_fit();
        Ok(Head { gzip: Arc::new(gzip), crc: self.crc, len: self.len })
    }

    /// Ends a second part and puts it behind the first one. All lines must be whole.
    ///
    /// # Errors
    /// The compression failed.
    pub(super) fn finish_after(mut self, head: &Head) -> io::Result<Encoded> {
        self.compress_block()?;
        let mut crc = Crc::new();
        crc.combine(&head.crc);
        crc.combine(&self.crc);
        let mut tail = self.deflate.finish()?;
        tail.extend(crc.sum().to_le_bytes());
        // The length modulo 2^32, as the format has it.
        tail.extend(crc.amount().to_le_bytes());
        Ok(Encoded { gzip: [head.gzip.clone(), Arc::new(tail)], len: head.len + self.len })
    }
}

impl fmt::Write for Compressor {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.block.push_str(text);
        if self.block.len() < BLOCK {
            return Ok(());
        }
        self.compress_block().map_err(|_| fmt::Error)
    }
}

impl Head {
    /// Returns the size of the compressed part, in bytes.
    pub(super) fn compressed_len(&self) -> usize {
        self.gzip.len()
    }
}

/// An encoding of a page.
// One gzip member, though it is made of two parts. Two members after one another would be legal,
// too, but browsers and curl ignore all after the first.
#[derive(Debug)]
pub struct Encoded {
    gzip: [Arc<Vec<u8>>; 2],
    len: usize,
}

impl Encoded {
    /// Returns the text compressed with gzip, as two pieces to be sent one after the other.
    pub fn gzip(&self) -> &[Arc<Vec<u8>>; 2] {
        &self.gzip
    }

    /// Returns the length of the text, in bytes.
    pub fn text_len(&self) -> usize {
        self.len
    }

    /// Returns the text in blocks.
    pub fn text_blocks(&self) -> TextBlocks {
        let [head, tail] = self.gzip.clone().map(|bytes| Cursor::new(Shared(bytes)));
        TextBlocks { text: GzDecoder::new(Box::new(head.chain(tail))), left: self.len }
    }

    /// Returns the text.
    ///
    /// # Errors
    /// The compressed text is damaged.
    pub fn text(&self) -> io::Result<String> {
        let mut text = String::with_capacity(self.len);
        self.text_blocks().text.read_to_string(&mut text)?;
        Ok(text)
    }
}

/// Blocks of the text of an encoding, unpacked one by one.
pub struct TextBlocks {
    text: GzDecoder<Box<dyn BufRead + Send>>,
    /// Bytes that are still to come.
    left: usize,
}

impl Iterator for TextBlocks {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let mut block = vec![0; BLOCK.min(self.left)];
        // Whole blocks: an answer that is shorter than announced must be an error of the
        // connection.
        let read = self.text.read_exact(&mut block);
        self.left = if read.is_ok() { self.left - block.len() } else { 0 };
        Some(read.map(|()| block))
    }
}

/// Bytes of a reader that are shared with others.
struct Shared(Arc<Vec<u8>>);

impl AsRef<[u8]> for Shared {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use flate2::read::GzDecoder;
    use pretty_assertions::assert_eq;

    use super::*;

    fn encoded(format: Format, head: &str, tail: &str) -> Encoded {
        let mut first = Compressor::head(format, 0);
        // Piece by piece, as an encoder writes.
        for piece in head.split_inclusive(' ') {
            first.write_str(piece).expect("compressed");
        }
        let first = first.finish_head().expect("compressed");
        let mut second = Compressor::tail(format);
        second.write_str(tail).expect("compressed");
        second.finish_after(&first).expect("compressed")
    }

    fn lines(count: usize) -> String {
        let line = |n| {
            format!(
                "# HELP a{n} Text of {n}.\n# TYPE a{n} counter\na{n}_total{{name=\"å {n}\"}} inf\n"
            )
        };
        (0..count).map(line).collect()
    }

    #[test]
    fn two_parts_are_one_gzip_member() {
        for (head, tail) in [(20_000, 10), (1, 1), (0, 1), (5_000, 0), (0, 0)] {
            let (head, tail) = (lines(head), lines(tail));
            let encoded = encoded(Format::OpenMetrics, &head, &tail);
            let bytes: Vec<u8> = encoded.gzip().iter().flat_map(|part| part.to_vec()).collect();
            let mut rest = &bytes[..];
            let mut text = String::new();
            // The decoder checks sum and length at the end of the member.
            flate2::bufread::GzDecoder::new(&mut rest).read_to_string(&mut text).expect("gzip");
            assert!(rest.is_empty(), "{} bytes after the first member", rest.len());
            assert_eq!(text, head + &tail);
            assert_eq!(encoded.text().expect("text"), text);
            assert_eq!(encoded.text_len(), text.len());
        }
    }

    #[test]
    fn blocks_make_the_whole_text() {
        let encoded = encoded(Format::OpenMetrics, &lines(20_000), &lines(3));
        let blocks: Vec<Vec<u8>> =
            encoded.text_blocks().map(|block| block.expect("text")).collect();
        assert!(blocks.len() > 10 && blocks.iter().all(|block| block.len() <= BLOCK));
        assert_eq!(blocks.concat(), encoded.text().expect("text").into_bytes());
    }

    #[test]
    fn damaged_text_ends_with_an_error() {
        let whole = encoded(Format::OpenMetrics, &lines(20_000), "");
        let [head, tail] = whole.gzip();
        let cut = Arc::new(head[..head.len() / 2].to_vec());
        let damaged = Encoded { gzip: [cut, tail.clone()], len: whole.len };
        assert!(damaged.text_blocks().last().expect("blocks").is_err());
        assert!(damaged.text().is_err());
    }

    #[test]
    fn format_is_converted_across_blocks() {
        let text = lines(20_000);
        let encoded = encoded(Format::Classic, &text, &text);
        let converted = classic::from_open_metrics(&text).repeat(2);
        assert!(text.len() > 20 * BLOCK && converted != text.repeat(2));
        assert_eq!(encoded.text().expect("text"), converted);
        let mut unpacked = String::new();
        let bytes = encoded.gzip().each_ref().map(|part| part.to_vec()).concat();
        GzDecoder::new(&bytes[..]).read_to_string(&mut unpacked).expect("gzip");
        assert_eq!(unpacked, converted);
    }
}
