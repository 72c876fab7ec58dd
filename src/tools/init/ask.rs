//! The questions, the checks of the answers, and the sources of answers: the standard input, or
//! lines in tests.

use std::{
    cell::RefCell,
    io::{self, BufRead, IsTerminal, StdinLock, Write},
};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

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
        [] => loop {
            let servers = ask_servers(settings, answers, out)?;
            let (servers, are_good) = check_servers(settings, servers, out)?;
            // A person may be on a machine that cannot reach Trio, so a server is never required.
            if are_good
                || !answers.is_person()
                || ask_yes_no("Use this address all the same? [y/n] ", answers, out)?
            {
                break servers;
            }
        },
        given => {
            let given = given.join(",");
            let servers = match with_scheme(&given) {
                Some(address) => Err(not_whole(&given, &address)),
                None => (settings.rules.servers)(&given),
            };
            let servers = servers.map_err(|message| unusable("--server", message))?;
            check_servers(settings, servers, out)?.0
        }
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
    let zone = settings.machine_zone.as_deref();
    let question = match zone {
        Some(zone) => format!("Time zone of times that Trio writes without one [{zone}]: "),
        None => {
            "Time zone of times that Trio writes without one, such as Europe/Stockholm [none]: "
                .to_owned()
        }
    };
    let time_zone =
        ask_optional(&question, zone, answers, out, |text| (settings.rules.time_zone)(text))?;
    let state_file = settings.state_file.as_str();
    let question = format!("File that keeps the counters over a restart, or none [{state_file}]: ");
    let state_file = ask_optional(&question, Some(state_file), answers, out, |_| Ok(()))?;
    Ok(Answers { target, servers, client_key, username, password, time_zone, state_file })
}

/// Asks for the addresses of the servers. A name without a scheme is no address: the one that is
/// probably meant is offered, and an empty answer takes it.
fn ask_servers(
    settings: &Settings,
    answers: &mut impl AnswerSource,
    out: &mut impl Write,
) -> Result<Vec<Url>, Failure> {
    let (is_person, offer) = (answers.is_person(), RefCell::new(None::<String>));
    ask(SERVERS, answers, out, AnswerSource::answer, |text: &String| {
        let offered = offer.take();
        let text = match offered {
            Some(offered) if text.trim().is_empty() => offered,
            _ => text.clone(),
        };
        let Some(address) = with_scheme(&text) else { return (settings.rules.servers)(&text) };
        let problem = not_whole(&text, &address);
        offer.replace(Some(address));
        Err(if is_person { format!("{problem}, or press Enter to use it") } else { problem })
    })
}

fn not_whole(given: &str, address: &str) -> String {
    format!("{} is not a whole address: write {address}", given.trim())
}

/// Returns the addresses of the API on hosts that are given by name alone, as `host`, `host:port` or
/// `host/path`; `None` if one has a scheme or is no such name.
fn with_scheme(text: &str) -> Option<String> {
    let names = text.split([',', ' ', '\t']).filter(|name| !name.is_empty());
    let addresses: Vec<String> = names
        .map(|name| {
            let (host, path) = name.split_once('/').unwrap_or((name, ""));
            let (name, port) = host.split_once(':').unwrap_or((host, "443"));
            // A name with a password is no host, and is not shown again.
            let is_host = name.starts_with(char::is_alphanumeric)
                && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
                && port.parse::<u16>().is_ok()
                && !path.starts_with('/');
            let path = if path.is_empty() { "te/api" } else { path };
            is_host.then(|| format!("https://{host}/{path}"))
        })
        .collect::<Option<_>>()?;
    (!addresses.is_empty()).then(|| addresses.join(", "))
}

/// Adds the documented path to addresses without one, and asks each server whether it is there.
/// Prints what is wrong; returns false if a server is no API.
fn check_servers(
    settings: &Settings,
    servers: Vec<Url>,
    out: &mut impl Write,
) -> Result<(Vec<Url>, bool), Failure> {
    let (mut checked, mut are_good) = (Vec::new(), true);
    for server in servers {
        let mut server = server;
        let mut answer = (settings.probe)(&server);
        if matches!(server.path(), "" | "/") && answer.is_err() {
            server.set_path("/te/api");
            print(out, &format!("  the path of the API is added: {server}\n"))?;
            answer = (settings.probe)(&server);
        }
        if let Err(problem) = answer {
            print(out, &format!("  note: {server}: {problem}\n"))?;
            are_good = false;
        }
        checked.push(server);
    }
    Ok((checked, are_good))
}

/// Asks for a value that has a default: for an empty answer, and for a program that gives no more
/// answers. The answer `none` means no value.
fn ask_optional(
    question: &str,
    default: Option<&str>,
    answers: &mut impl AnswerSource,
    out: &mut impl Write,
    check: impl Fn(&str) -> Result<(), String>,
) -> Result<Option<String>, Failure> {
    let answer = |answers: &mut _| -> io::Result<Option<String>> {
        Ok(Some(AnswerSource::answer(answers)?.unwrap_or_default()))
    };
    ask(question, answers, out, answer, |text: &String| match text.trim() {
        "" => Ok(default.map(str::to_owned)),
        "none" | "-" => Ok(None),
        given => check(given).map(|()| Some(given.to_owned())),
    })
}

/// Asks whether members may be proved by Trio's filters. A program is not asked.
pub(super) fn may_prove(
    answers: &mut impl AnswerSource,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    let cost = "Some names are not certain. Trio's own filters can prove which member is which: with the requests up to \
                now at most 200, two a second; a quiet hour is better.";
    print(out, &format!("\n{cost}\n"))?;
    if !answers.is_person() {
        return Ok(true);
    }
    ask_yes_no("Prove them now? [y/n] ", answers, out)
}

/// Asks a person whether to write the files. A program that gave the answers is not asked.
pub(super) fn confirm(
    answers: &mut impl AnswerSource,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    if !answers.is_person() {
        return Ok(true);
    }
    ask_yes_no("Write these files? [y/n] ", answers, out)
}

fn ask_yes_no(
    question: &str,
    answers: &mut impl AnswerSource,
    out: &mut impl Write,
) -> Result<bool, Failure> {
    ask(question, answers, out, AnswerSource::answer, |text: &String| {
        match text.trim().to_lowercase().as_str() {
            "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err("answer y or n".to_owned()),
        }
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

#[cfg(test)]
mod tests {
    use super::with_scheme;

    #[test]
    fn bare_names_become_addresses() {
        for (given, address) in [
            ("trio.example.org", Some("https://trio.example.org/te/api")),
            (" trio:8443 ", Some("https://trio:8443/te/api")),
            ("10.1.2.3/te/api", Some("https://10.1.2.3/te/api")),
            ("a.example, b.example", Some("https://a.example/te/api, https://b.example/te/api")),
            ("växel.example", Some("https://växel.example/te/api")),
            ("https://trio.example.org", None),
            ("http://a.example, b.example", None),
            ("https:/trio", None),
            ("//trio", None),
            ("me@trio", None),
            ("me:geheim", None),
            ("", None),
        ] {
            assert_eq!(with_scheme(given).as_deref(), address, "{given}");
        }
    }
}
