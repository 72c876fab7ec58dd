//! Output for people: its width, and lines that are broken between words.

use std::io::{self, IsTerminal};

use super::MAX_COLUMNS;

/// Returns the width for lines of prose on the standard output; `None` if it is no terminal: grep
/// and the like want whole lines.
pub(super) fn of_terminal() -> Option<usize> {
    if !io::stdout().is_terminal() {
        return None;
    }
    let (width, _) = terminal_size::terminal_size()?;
    Some(usize::from(width.0).min(MAX_COLUMNS))
}

/// Breaks a line between words so that it fits into `columns`; further lines begin at column
/// `indent`. A word that is too long stays whole, so that it can be copied.
pub(super) fn paragraph(line: &str, indent: usize, columns: usize) -> String {
    // The words before `indent` stay as they are, with the blanks between them.
    let begin = line.char_indices().nth(indent).map_or(line.len(), |(byte, _)| byte);
    let (head, text) = line.split_at(begin);
    let mut broken = head.to_owned();
    let mut column = indent;
    for (position, word) in text.split(' ').enumerate() {
        let width = word.chars().count();
        if position > 0 && column + 1 + width > columns {
            broken.push('\n');
            broken.push_str(&" ".repeat(indent));
            column = indent;
        } else if position > 0 {
            broken.push(' ');
            column += 1;
        }
        broken.push_str(word);
        column += width;
    }
    broken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_line_is_broken_between_words_below_its_text() {
        let line = "CHECK  a: one two three; fünf sechs";
        assert_eq!(paragraph(line, 7, 20), "CHECK  a: one two\n       three; fünf\n       sechs");
        assert_eq!(paragraph(line, 7, 100), line);
        let word = "OK     https://trio.example/te/api";
        assert_eq!(paragraph(word, 7, 20), word, "an address can be copied");
        for columns in 20..80 {
            let broken = paragraph(line, 7, columns);
            assert!(broken.lines().all(|line| line.chars().count() <= columns), "{broken}");
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&broken), words(line), "no word is lost");
        }
    }
}
