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
    /// Time zone of this machine, which is offered; `None` if it is not known.
    pub machine_zone: Option<String>,
    /// State file that is offered.
    pub state_file: String,
    /// Rules that the answers and the written file are held to.
    pub rules: Rules,
    /// Replaces the contents of a file at once.
    pub replace: fn(&Path, &str) -> io::Result<()>,
    /// Asks the Api resource at an address; the error is a sentence about what is wrong.
    pub probe: fn(&Url) -> Result<(), String>,
    /// Learns the names in a server's answers.
    pub learn: fn(LearnRequest<'_>) -> Result<Learned, String>,
}

/// Everything needed to learn the names in a server's answers.
pub struct LearnRequest<'a> {
    /// The configuration that was written.
    pub configuration: &'a Path,
    /// Contents of the fields file that is there already; empty without one.
    pub fields: &'a str,
    /// Called before proofs, which take the rest of 200 requests; returns true if they may be made.
    pub may_prove: &'a mut dyn FnMut() -> bool,
}

impl std::fmt::Debug for LearnRequest<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("LearnRequest").field("configuration", &self.configuration).finish()
    }
}

/// The rules of the configuration, so that a mistake is found while the person is there. Each
/// returns a message for the person.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Checks the name of a target.
    pub name: fn(&str) -> Result<(), String>,
    /// Checks the name of a time zone.
    pub time_zone: fn(&str) -> Result<(), String>,
    /// Parses the addresses of servers, separated by commas.
    pub servers: fn(&str) -> Result<Vec<Url>, String>,
    /// Checks the secret of a configuration key.
    pub secret: fn(&str, &SecretString) -> Result<(), String>,
    /// Reads a configuration file as `run` will read it, and returns its warnings.
    pub file: fn(&Path) -> Result<Vec<String>, String>,
}

/// The names of a server, as far as they were learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    /// The fields file; `None` if there is nothing to write into one.
    pub fields: Option<String>,
    /// A table of what is exported and what is not, and why.
    pub table: String,
    /// Sentences about what could not be learnt.
    pub problems: Vec<String>,
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
    /// Zone of times without one; `None` to name none.
    time_zone: Option<String>,
    /// File that keeps the counters; `None` to keep none.
    state_file: Option<String>,
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
    learn(settings, &files, &given, answers, out)?;
    print(out, &files.next_steps())
}

/// Learns the names in the server's answers, and writes what was found into a fields file. A server
/// that cannot be asked now is no failure: the configuration is written.
fn learn(
    settings: &Settings,
    files: &Files<'_>,
    given: &Answers,
    answers: &mut impl AnswerSource,
    out: &mut impl Write,
) -> Result<(), Failure> {
    print(out, "\nAsking Trio, and reading its own help, to learn the names in its answers ...\n")?;
    let fields = files.read_fields();
    let mut failure = None;
    let mut may_prove = || match ask::may_prove(answers, out) {
        Ok(may) => may,
        Err(error) => {
            failure = Some(error);
            false
        }
    };
    let request = LearnRequest {
        configuration: &files.configuration(),
        fields: &fields,
        may_prove: &mut may_prove,
    };
    let learned = (settings.learn)(request);
    if let Some(failure) = failure {
        return Err(failure);
    }
    let later = files.suggest_command();
    let learned = match learned {
        Ok(learned) => learned,
        Err(reason) => {
            // The file of an earlier run is used all the same.
            if files.has_fields() {
                files.write_configuration(given, true)?;
            }
            return print(out, &format!("  not learnt: {reason}\n  to try again later: {later}\n"));
        }
    };
    for problem in &learned.problems {
        print(out, &format!("  note: {problem}\n"))?;
    }
    print(out, &format!("\n{}", learned.table))?;
    let path = files.fields();
    let path = path.display();
    match learned.fields {
        Some(fields) => {
            files.write_fields(given, &fields, settings.replace)?;
            (settings.rules.file)(&files.configuration()).map_err(Failure::Unusable)?;
            print(out, &format!("\nWhat differs from the names that are built in: {path}\n"))
        }
        None if files.has_fields() => {
            files.write_configuration(given, true)?;
            print(out, &format!("\n{path} stays as it is.\n"))
        }
        None => print(out, "\nAll names are built in: no fields file is needed.\n"),
    }
}

fn print(out: &mut impl Write, text: &str) -> Result<(), Failure> {
    // A question has no line end, so the output must be flushed to show it.
    let printed = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    printed.map_err(|source| Failure::Io {
        action: "cannot write to the standard output".to_owned(),
        source,
    })
}
