//! Sources of answers: the standard input, or lines in tests.

use std::io::{self, BufRead, IsTerminal, StdinLock};

use secrecy::SecretString;

/// Gives the answers to questions, one after the other.
pub trait AnswerSource {
    /// Returns true for a person, who can be asked again.
    fn is_person(&self) -> bool;

    /// Returns the next answer; `None` if there are no more.
    ///
    /// # Errors
    /// The source cannot be read.
    fn answer(&mut self) -> io::Result<Option<String>>;

    /// Returns the next answer, without showing it while it is typed.
    ///
    /// # Errors
    /// The source cannot be read.
    fn secret(&mut self) -> io::Result<Option<SecretString>>;
}

/// The standard input: a terminal, or lines from a program.
#[derive(Debug)]
pub struct StandardInput {
    input: StdinLock<'static>,
    is_terminal: bool,
}

impl StandardInput {
    /// Locks the standard input of this process.
    pub fn new() -> Self {
        let input = io::stdin();
        Self { is_terminal: input.is_terminal(), input: input.lock() }
    }
}

impl Default for StandardInput {
    fn default() -> Self {
        Self::new()
    }
}

impl AnswerSource for StandardInput {
    fn is_person(&self) -> bool {
        self.is_terminal
    }

    fn answer(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.input.read_line(&mut line)?;
        // A program on Windows ends its lines with \r\n.
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok((read > 0).then_some(line))
    }

    fn secret(&mut self) -> io::Result<Option<SecretString>> {
        // rpassword turns off the echo of the terminal; a pipe has none.
        if self.is_terminal {
            return Ok(Some(rpassword::read_password()?.into()));
        }
        Ok(self.answer()?.map(SecretString::from))
    }
}
