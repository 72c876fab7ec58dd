//! A first configuration from a few answers: one target, and its secrets in files that nobody else can read.
//!
//! Whoever answers sits at a terminal, or is a program that writes lines. A secret is never shown, and never taken
//! from the command line, which other users of the machine can see.

mod ask;
mod files;
mod respondent;

use std::{
    io::{self, Write},
    path::PathBuf,
};

use secrecy::SecretString;
use url::Url;

pub use respondent::{Respondent, Standard};

use crate::config;
use files::Files;

/// What is settled before anything is asked.
#[derive(Debug)]
pub struct Settings {
    /// The servers of the target; they are asked for if there are none.
    pub servers: Vec<String>,
    /// The name of the target.
    pub target: String,
    /// Where the files are written.
    pub directory: PathBuf,
    /// Whether files that are there already are replaced.
    pub force: bool,
}

/// Why nothing was written, or not everything.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// An answer or a flag that cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// Whoever was asked did not want the files.
    #[error("nothing was written")]
    Declined,
    /// A file or the terminal does not work.
    #[error("{what}")]
    Broken {
        /// What was tried.
        what: String,
        /// What came of it.
        source: io::Error,
    },
}

/// What a first configuration is made of.
struct Answers {
    target: String,
    servers: Vec<Url>,
    client_key: SecretString,
    username: SecretString,
    password: SecretString,
}

/// Asks, shows, writes, and says what to do next.
///
/// # Errors
/// See [`Failure`].
pub fn init(
    settings: &Settings,
    respondent: &mut impl Respondent,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let files = Files::within(&settings.directory);
    if !settings.force {
        files.refuse_those_there()?;
    }
    let answers = ask::answers(settings, respondent, out)?;
    say(out, &files.plan(&answers))?;
    if !ask::agrees(respondent, out)? {
        return Err(Failure::Declined);
    }
    files.write(&answers)?;
    let config = config::load(Some(&files.configuration()), &|_| None)
        .map_err(|mistakes| Failure::Unusable(mistakes.join("\n")))?;
    for warning in &config.warnings {
        say(out, &format!("note: {warning}\n"))?;
    }
    say(out, &files.next_steps())
}

fn say(out: &mut impl Write, text: &str) -> Result<(), Failure> {
    let said = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    said.map_err(|source| Failure::Broken { what: "cannot write to the standard output".to_owned(), source })
}
