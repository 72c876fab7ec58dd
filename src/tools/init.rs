//! `init`: writes a first configuration from a few answers: one target, and its secrets in private
//! files.
//!
//! The answers come from a person at a terminal, or as lines from a program. A secret is never
//! shown, and never taken from the command line, which other users of the machine can see.

mod ask;
mod files;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use secrecy::SecretString;
use url::Url;

pub use ask::{AnswerSource, StandardInput};

use files::Files;

/// Settings from the command line.
#[derive(Debug)]
pub struct Settings {
    /// Servers of the target; asked for if empty.
    pub servers: Vec<String>,
    /// Name of the target.
    pub target: String,
    /// Folder that the files are written to.
    pub directory: PathBuf,
    /// Replace existing files.
    pub force: bool,
    /// Rules that the answers and the written file are held to.
    pub rules: Rules,
}

/// The rules of the configuration, so that a mistake is found while the person is there. Each
/// returns a message for the person.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Checks the name of a target.
    pub name: fn(&str) -> Result<(), String>,
    /// Parses the addresses of servers, separated by commas.
    pub servers: fn(&str) -> Result<Vec<Url>, String>,
    /// Checks the secret of a configuration key.
    pub secret: fn(&str, &SecretString) -> Result<(), String>,
    /// Reads a configuration file as `run` will read it, and returns its warnings.
    pub file: fn(&Path) -> Result<Vec<String>, String>,
}

/// Reasons why nothing was written, or not everything.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// An answer or a flag is invalid.
    #[error("{0}")]
    Unusable(String),
    /// The person answered "no" to the files.
    #[error("nothing was written")]
    Declined,
    /// A file or the terminal cannot be read or written.
    #[error("{action}")]
    Io {
        /// The action that failed, as "cannot …".
        action: String,
        /// The error of the system.
        source: io::Error,
    },
}

/// The values of a first configuration.
struct Answers {
    target: String,
    servers: Vec<Url>,
    client_key: SecretString,
    username: SecretString,
    password: SecretString,
}

/// Asks for what is missing, shows the files, writes them, and prints the next commands.
///
/// # Errors
/// See [`Failure`].
pub fn init(
    settings: &Settings,
    answers: &mut impl AnswerSource,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let files = Files::new(&settings.directory);
    if !settings.force {
        // Before any question, so that no password is typed in vain.
        files.refuse_existing()?;
    }
    let given = ask::ask_missing(settings, answers, out)?;
    print(out, &files.plan(&given))?;
    if !ask::confirm(answers, out)? {
        return Err(Failure::Declined);
    }
    files.write(&given)?;
    // Read as `run` will read it, so that a mistake is found now.
    let warnings = (settings.rules.file)(&files.configuration()).map_err(Failure::Unusable)?;
    for warning in &warnings {
        print(out, &format!("note: {warning}\n"))?;
    }
    print(out, &files.next_steps())
}

fn print(out: &mut impl Write, text: &str) -> Result<(), Failure> {
    // A question has no line end, so the output must be flushed to show it.
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    printed.map_err(|source| Failure::Io {
        action: "cannot write to the standard output".to_owned(),
        source,
    })
}
