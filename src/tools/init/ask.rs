//! The questions, the checks of the answers, and the sources of answers: the standard input, or
//! lines in tests.

use std::io::{self, BufRead, IsTerminal, StdinLock, Write};

use secrecy::{ExposeSecret, SecretString};

use super::{Answers, Failure, Settings, print};

const SERVERS: &str = "Address of the API, such as https://trio.example/te/api; several, the preferred one first, with commas: ";

/// Returns all values of the configuration; asks for those that the command line does not give.
pub(super) fn ask_missing(
    settings: &Settings,
    answers: &mut impl AnswerSource,
    out: &mut impl Write,
) -> Result<Answers, Failure> {
    let unusable = |flag: &str, message: String| Failure::Unusable(format!("{flag}: {message}"));
    let target = settings.target.trim().to_owned();
    (settings.rules.name)(&target).map_err(|message| unusable("--target", message))?;
    let servers = match settings.servers.as_slice() {
        [] => ask(SERVERS, answers, out, AnswerSource::answer, |text: &String| {
            (settings.rules.servers)(text)
        })?,
        given => (settings.rules.servers)(&given.join(","))
            .map_err(|message| unusable("--server", message))?,
    };
    let secret = |key: &str, question: &str, answers: &mut _, out: &mut _| {
        ask(question, answers, out, AnswerSource::secret, |text: &SecretString| {
            check(settings, key, text)
        })
    };
    let client_key =
        secret("client_key", "API client key, from Enghouse (not shown): ", answers, out)?;
    let username = ask("API user: ", answers, out, AnswerSource::answer, |text| {
        check(settings, "username", &SecretString::from(text.trim()))
    })?;
    let password = secret("password", "Its password (not shown): ", answers, out)?;
    Ok(Answers { target, servers, client_key, username, password })
}

/// Asks a person whether to write the files. A program that gave the answers is not asked.
pub(super) fn confirm(
    answers: &mut impl AnswerSource,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    if !answers.is_person() {
        return Ok(true);
    }
    ask("Write these files? [y/n] ", answers, out, AnswerSource::answer, |text: &String| match text
        .trim()
        .to_lowercase()
        .as_str()
    {
        "y" | "yes" => Ok(true),
        "n" | "no" => Ok(false),
        _ => Err("answer y or n".to_owned()),
    })
}

/// Asks until `read` accepts the answer. Only a person is asked again.
fn ask<R: AnswerSource, A, T>(
    question: &str,
    answers: &mut R,
    out: &mut impl Write,
    answer: impl Fn(&mut R) -> io::Result<Option<A>>,
    read: impl Fn(&A) -> Result<T, String>,
) -> Result<T, Failure> {
    let subject = question.trim_end_matches([' ', ':']);
    loop {
        print(out, question)?;
        let given = answer(answers);
        // A terminal shows the line end that was typed; a pipe shows nothing.
        if !answers.is_person() {
            print(out, "\n")?;
        }
        let given = given
            .map_err(|source| Failure::Io { action: format!("cannot read: {subject}"), source })?;
        let Some(given) = given else {
            return Err(Failure::Unusable(format!(
                "the standard input ends before the answer to: {subject}"
            )));
        };
        match read(&given) {
            Ok(value) => return Ok(value),
            // A program would give the next answer to the same question.
            Err(message) if answers.is_person() => print(out, &format!("  {message}\n"))?,
            Err(message) => return Err(Failure::Unusable(format!("{subject}: {message}"))),
        }
    }
}

/// Checks a secret as the configuration will.
fn check(settings: &Settings, key: &str, text: &SecretString) -> Result<SecretString, String> {
    // The configuration reports an empty file by its name; here no file exists yet.
    if text.expose_secret().trim().is_empty() {
        return Err("must not be empty".to_owned());
    }
    (settings.rules.secret)(key, text)?;
    Ok(text.clone())
}

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
