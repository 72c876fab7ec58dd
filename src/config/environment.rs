//! Reads a single target from environment variables (`TRIO_URL` and the other `TRIO_*`).

use url::Url;

use super::{Config, Environment, Target, files::Files, target};
use crate::{metrics, poller, tally, trio, yaml::Complaints};

/// Variable with the addresses of the API, one for each server.
pub(super) const URL: &str = "TRIO_URL";

pub(super) fn load(environment: Environment<'_>) -> Result<Config, Vec<String>> {
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    // Compose sets a variable that is not defined to an empty text.
    let given = |name: &str| environment(name).filter(|value| !value.is_empty());
    let servers = match given(URL) {
        None => {
            errors.push(format!("{URL}: missing; set it, or give --config.file"));
            return Err(errors);
        }
        Some(text) => servers(&text),
    };
    let with_variable_name =
        |messages: Vec<String>| messages.into_iter().map(|message| format!("{URL}: {message}"));
    let servers = match servers {
        Ok((servers, server_warnings)) => {
            warnings.extend(with_variable_name(server_warnings));
            Some(servers)
        }
        Err(messages) => {
            errors.extend(with_variable_name(messages));
            None
        }
    };
    let mut files = Files::for_environment(environment);
    let mut secret = |key: &str| {
        let name = format!("TRIO_{}", key.to_uppercase());
        let result = read_secret(&name, &given, &mut files).and_then(|secret| {
            target::check_secret(key, &secret).map_err(|message| format!("{name}: {message}"))?;
            Ok(secret)
        });
        result.map_err(|error| errors.push(error)).ok()
    };
    let name = given("TRIO_TARGET").unwrap_or_else(|| target::DEFAULT_NAME.to_owned());
    let (client_key, username, password) =
        (secret("client_key"), secret("username"), secret("password"));
    warnings.extend(files.into_warnings());
    errors.extend(
        target::check_name(&name).map_err(|message| format!("TRIO_TARGET: {message}")).err(),
    );
    if !errors.is_empty() {
        return Err(errors);
    }
    // The built-in dictionary is a YAML file, too; a test keeps it valid.
    let mut complaints = Complaints::default();
    let dictionary = target::builtin_dictionary(&mut complaints);
    errors.extend(complaints.into_list());
    let (Some(servers), Some(client_key), Some(username), Some(password), Some(dictionary)) =
        (servers, client_key, username, password, dictionary)
    else {
        return Err(errors);
    };
    let trio = trio::Settings::new(servers, client_key, username, password);
    Ok(Config {
        targets: vec![Target::new(name, trio, dictionary)],
        poll: poller::Settings::default(),
        tally: tally::Settings::default(),
        metrics: metrics::Settings::default(),
        state_file: None,
        shard: None,
        wallboards: Vec::new(),
        warnings,
    })
}

/// Parses addresses separated by commas or spaces, the preferred server first. The second list
/// holds warnings.
///
/// # Errors
/// One sentence for each wrong address.
pub fn servers(text: &str) -> Result<(Vec<Url>, Vec<String>), Vec<String>> {
    let texts = text.split([',', ' ', '\t', '\n']).filter(|text| !text.is_empty());
    let mut servers: Vec<Url> = Vec::new();
    let mut warnings = Vec::new();
    let mut errors = Vec::new();
    for text in texts {
        match target::server(text) {
            Ok((url, _))
                if servers
                    .iter()
                    .any(|other| target::host_and_port(other) == target::host_and_port(&url)) =>
            {
                errors.push(format!("{url} is named twice; name each host and port once"));
            }
            Ok((url, warning)) => {
                warnings.extend(warning);
                servers.push(url);
            }
            Err(message) => errors.push(message),
        }
    }
    if errors.is_empty() && !(1..=target::MAX_SERVERS).contains(&servers.len()) {
        errors.push(format!(
            "must name 1 to {} servers, the preferred one first, separated by commas or spaces",
            target::MAX_SERVERS
        ));
    }
    // The plain-HTTP warning does not name the server, so several servers would log the same text
    // several times.
    warnings.dedup();
    if errors.is_empty() { Ok((servers, warnings)) } else { Err(errors) }
}

fn read_secret(
    name: &str,
    given: &impl Fn(&str) -> Option<String>,
    files: &mut Files,
) -> Result<trio::Secret, String> {
    let file_name = format!("{name}_FILE");
    match (given(name), given(&file_name)) {
        (Some(_), Some(_)) => Err(format!("{name}: {file_name} is set as well; set one of them")),
        (Some(value), None) => Ok(value.into()),
        (None, Some(path)) => {
            let read = files.read(&path, trio::Secret::from_file);
            let secret = read.map_err(|error| format!("{file_name}: {error}"))?;
            if let Some(path) = secret.file() {
                files.warn_if_exposed(&file_name, path);
            }
            Ok(secret)
        }
        (None, None) => Err(format!("{name}: missing; set it, or better {file_name}")),
    }
}
