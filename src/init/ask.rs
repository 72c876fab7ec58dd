//! The questions, and what answers to them must be like.

use std::io::Write;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{Answers, Failure, Respondent, Settings, say};
use crate::{config, trio::Secret};

const SERVERS: &str = "Address of the API, such as https://trio.example/te/api; several, the preferred one first, with commas: ";

/// Everything that is not settled yet.
pub(super) fn answers(
    settings: &Settings,
    respondent: &mut impl Respondent,
    out: &mut impl Write,
) -> Result<Answers, Failure> {
    let unusable = |flag: &str, message: String| Failure::Unusable(format!("{flag}: {message}"));
    let target = settings.target.trim().to_owned();
    config::check_name(&target).map_err(|message| unusable("--target", message))?;
    let servers = match settings.servers.as_slice() {
        [] => ask(SERVERS, respondent, out, Respondent::answer, |text| servers(text))?,
        given => servers(&given.join(",")).map_err(|message| unusable("--server", message))?,
    };
    let secret = |key: &str, question: &str, respondent: &mut _, out: &mut _| {
        ask(question, respondent, out, Respondent::secret, |text: &SecretString| usable(key, text))
    };
    let client_key = secret("client_key", "API client key, from Enghouse (not shown): ", respondent, out)?;
    let username = ask("API user: ", respondent, out, Respondent::answer, |text| {
        usable("username", &SecretString::from(text.trim()))
    })?;
    let password = secret("password", "Its password (not shown): ", respondent, out)?;
    Ok(Answers { target, servers, client_key, username, password })
}

/// Whether the files may be written. A program that gave the answers wants them.
pub(super) fn agrees(respondent: &mut impl Respondent, out: &mut impl Write) -> Result<bool, Failure> {
    if !respondent.is_person() {
        return Ok(true);
    }
    ask("Write these files? [y/n] ", respondent, out, Respondent::answer, |text: &String| {
        match text.trim().to_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err("answer y or n".to_owned()),
        }
    })
}

/// Asks until there is an answer that `read` can use; only a person is asked again.
fn ask<R: Respondent, A, T>(
    question: &str,
    respondent: &mut R,
    out: &mut impl Write,
    answer: impl Fn(&mut R) -> std::io::Result<Option<A>>,
    read: impl Fn(&A) -> Result<T, String>,
) -> Result<T, Failure> {
    let what = question.trim_end_matches([' ', ':']);
    loop {
        say(out, question)?;
        let given = answer(respondent);
        if !respondent.is_person() {
            say(out, "\n")?;
        }
        let given =
            given.map_err(|source| Failure::Broken { what: format!("cannot read: {what}"), source })?;
        let Some(given) = given else {
            return Err(Failure::Unusable(format!("the standard input ends before the answer to: {what}")));
        };
        match read(&given) {
            Ok(usable) => return Ok(usable),
            Err(message) if respondent.is_person() => say(out, &format!("  {message}\n"))?,
            Err(message) => return Err(Failure::Unusable(format!("{what}: {message}"))),
        }
    }
}

fn servers(text: &str) -> Result<Vec<Url>, String> {
    config::servers(text).map(|(servers, _)| servers).map_err(|mistakes| mistakes.join("; "))
}

fn usable(key: &str, text: &SecretString) -> Result<SecretString, String> {
    if text.expose_secret().trim().is_empty() {
        return Err("must not be empty".to_owned());
    }
    config::check_secret(key, &Secret::from(text.clone()))?;
    Ok(text.clone())
}
