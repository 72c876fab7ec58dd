//! A single target from environment variables.

use std::{path::Path, sync::Arc};

use url::Url;

use super::{Config, Environment, Target, target};
use crate::{
    document::Complaints,
    metrics,
    model::{Goals, Selection},
    poller, tally, trio,
};

/// The addresses of the API, one a server.
pub(super) const URL: &str = "TRIO_URL";

pub(super) fn load(environment: Environment<'_>) -> Result<Config, Vec<String>> {
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    let given = |name: &str| environment(name).filter(|value| !value.is_empty());
    let servers = match given(URL) {
        None => {
            errors.push(format!(
                "nothing to read: give --config.file, or set {URL}, TRIO_CLIENT_KEY, TRIO_USERNAME and TRIO_PASSWORD; \
                 `trio-exporter demo` shows the exporter without a Trio"
            ));
            return Err(errors);
        }
        Some(text) => servers(&text, &mut warnings),
    };
    let servers = servers.map_err(|messages| errors.extend(messages)).ok();
    let mut secret = |key: &str| {
        let name = format!("TRIO_{}", key.to_uppercase());
        let result = read_secret(&name, &given).and_then(|secret| {
            target::check_secret(key, &secret).map_err(|message| format!("{name}: {message}"))?;
            Ok(secret)
        });
        result.map_err(|error| errors.push(error)).ok()
    };
    let (client_key, username, password) = (secret("client_key"), secret("username"), secret("password"));
    let mut complaints = Complaints::default();
    let dictionary = target::builtin(&mut complaints);
    errors.extend(complaints.into_list());
    let (Some(servers), Some(client_key), Some(username), Some(password), Some(dictionary)) =
        (servers, client_key, username, password, dictionary)
    else {
        return Err(errors);
    };
    let name = given("TRIO_TARGET").unwrap_or_else(|| target::DEFAULT_NAME.to_owned());
    let trio = trio::Settings {
        servers,
        client_key,
        username,
        password,
        time_zone: None,
        default_case_class: None,
        extra_roots: trio::ExtraRoots::default(),
        limits: trio::Limits::default(),
    };
    Ok(Config {
        targets: vec![Target {
            name: name.into(),
            trio,
            dictionary: Arc::new(dictionary),
            goals: Arc::new(Goals::default()),
            contact_centers: Selection::default(),
        }],
        poll: poller::Settings::default(),
        tally: tally::Settings::default(),
        metrics: metrics::Settings::default(),
        state_file: None,
        shard: None,
        warnings,
    })
}

/// The servers of a target, the preferred one first, separated by commas or spaces.
fn servers(text: &str, warnings: &mut Vec<String>) -> Result<Vec<Url>, Vec<String>> {
    let texts = text.split([',', ' ', '\t', '\n']).filter(|text| !text.is_empty());
    let mut servers: Vec<Url> = Vec::new();
    let mut errors = Vec::new();
    for text in texts {
        match target::server(text) {
            Ok((url, _)) if servers.iter().any(|other| target::place(other) == target::place(&url)) => {
                errors.push(format!("{URL}: {url} stands there twice; name each host and port once"));
            }
            Ok((url, warning)) => {
                warnings.extend(warning.map(|warning| format!("{URL}: {warning}")));
                servers.push(url);
            }
            Err(message) => errors.push(format!("{URL}: {message}")),
        }
    }
    if errors.is_empty() && !(1..=target::MOST_SERVERS).contains(&servers.len()) {
        errors.push(format!(
            "{URL}: must name 1 to {} servers, the preferred one first, separated by commas or spaces",
            target::MOST_SERVERS
        ));
    }
    warnings.dedup();
    if errors.is_empty() { Ok(servers) } else { Err(errors) }
}

fn read_secret(name: &str, given: &impl Fn(&str) -> Option<String>) -> Result<trio::Secret, String> {
    let file_name = format!("{name}_FILE");
    match (given(name), given(&file_name)) {
        (Some(_), Some(_)) => Err(format!("{name}: {file_name} is set as well; set one of them")),
        (Some(value), None) => Ok(value.into()),
        (None, Some(path)) => {
            trio::Secret::from_file(Path::new(&path)).map_err(|error| format!("{file_name}: {error}"))
        }
        (None, None) => Err(format!("{name}: missing; set it, or better {file_name}")),
    }
}
