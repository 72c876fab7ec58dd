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
    /// Reads the server's own help by the configuration of this file.
    pub learn: fn(&Path) -> Result<Learned, String>,
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

/// Entries of a fields file from the server's own help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    /// The file; `None` if the help says nothing that the dictionary does not know.
    pub fields: Option<String>,
    /// Number of resources that the help describes.
    pub described: usize,
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
    learn(settings, &files, &given, out)?;
    print(out, &files.next_steps())
}

/// Reads the server's own help, and writes what it says into a fields file. A server without help
/// is no failure: the configuration is written.
fn learn(
    settings: &Settings,
    files: &Files<'_>,
    given: &Answers,
    out: &mut impl Write,
) -> Result<(), Failure> {
    print(out, "\nReading the server's own help, to learn the names in its answers ...\n")?;
    let learned = match (settings.learn)(&files.configuration()) {
        Ok(learned) => learned,
        Err(reason) => {
            let later = files.suggest_command();
            return print(out, &format!("  not read: {reason}; to try again later: {later}\n"));
        }
    };
    let said = match learned.fields {
        None => "it says nothing that the exporter does not know".to_owned(),
        // The entries of the person who wrote the file are worth more than those of the help.
        Some(_) if files.has_fields() => {
            let later = files.suggest_command();
            format!(
                "{} is there and stays as it is; what the help says: {later}",
                files.fields().display()
            )
        }
        Some(fields) => {
            files.write_fields(given, &fields)?;
            (settings.rules.file)(&files.configuration()).map_err(Failure::Unusable)?;
            format!("its entries are written to {}", files.fields().display())
        }
    };
    print(out, &format!("  {} resources are described; {said}\n", learned.described))
}

fn print(out: &mut impl Write, text: &str) -> Result<(), Failure> {
    // A question has no line end, so the output must be flushed to show it.
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    printed.map_err(|source| Failure::Io {
        action: "cannot write to the standard output".to_owned(),
        source,
    })
}
