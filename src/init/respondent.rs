//! Who is asked.

use std::io::{self, BufRead, IsTerminal, StdinLock};

use secrecy::SecretString;

/// Gives answers.
pub trait Respondent {
    /// Whether it is a person, who can be asked again.
    fn is_person(&self) -> bool;

    /// The next answer; none if there are no more.
    ///
    /// # Errors
    /// It cannot be read.
    fn answer(&mut self) -> io::Result<Option<String>>;

    /// The next answer, which is not shown while it is typed.
    ///
    /// # Errors
    /// It cannot be read.
    fn secret(&mut self) -> io::Result<Option<SecretString>>;
}

/// The standard input: a terminal, or lines that a program wrote.
#[derive(Debug)]
pub struct Standard {
    input: StdinLock<'static>,
    is_terminal: bool,
}

impl Standard {
    /// The standard input of this process.
    pub fn new() -> Self {
        let input = io::stdin();
        Self { is_terminal: input.is_terminal(), input: input.lock() }
    }
}

impl Default for Standard {
    fn default() -> Self {
        Self::new()
    }
}

impl Respondent for Standard {
    fn is_person(&self) -> bool {
        self.is_terminal
    }

    fn answer(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.input.read_line(&mut line)?;
        line.truncate(line.trim_end_matches(['\r', '\n']).len());
        Ok((read > 0).then_some(line))
    }

    fn secret(&mut self) -> io::Result<Option<SecretString>> {
        if self.is_terminal {
            return Ok(Some(rpassword::read_password()?.into()));
        }
        Ok(self.answer()?.map(SecretString::from))
    }
}
