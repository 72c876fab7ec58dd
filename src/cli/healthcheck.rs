//! `healthcheck`: checks a running exporter, for images without a shell.

use anyhow::{Context, bail};
use secrecy::SecretString;

use super::HealthcheckArgs;
use crate::tools::healthcheck::{self, Probe, Settings};

pub(super) async fn run(args: HealthcheckArgs) -> anyhow::Result<()> {
    Ok(healthcheck::ask(&settings(args)?).await?)
}

fn settings(args: HealthcheckArgs) -> anyhow::Result<Settings> {
    let url = args.url.parse().with_context(|| format!("--url: {:?} is no URL", args.url))?;
    let read = |flag: &str, path: &std::path::Path| {
        std::fs::read(path).with_context(|| format!("{flag}: cannot read {}", path.display()))
    };
    let ca = args.ca_file.as_deref().map(|path| read("--ca-file", path)).transpose()?;
    let user = match (args.user, args.password_file.as_deref()) {
        (Some(name), Some(path)) => {
            let Ok(text) = String::from_utf8(read("--password-file", path)?) else {
                bail!("--password-file: {} is not UTF-8", path.display());
            };
            // Editors end the last line of a file with a line break.
            Some((name, SecretString::from(text.trim_end_matches(['\r', '\n']))))
        }
        _ => None,
    };
    let probe = if args.ready { Probe::Ready } else { Probe::Healthy };
    Ok(Settings { url, probe, timeout: args.timeout, ca, insecure: args.insecure, user })
}
