//! The flags of the web server.

use std::{path::PathBuf, time::Duration};

use clap::Args;
use jiff::SignedDuration;

use super::{UsageError, number};
use crate::{
    config,
    http::{ExternalUrl, Limits, Listen, ListenAddress, Settings, WebFiles},
};

#[derive(Debug, Args)]
pub(super) struct WebArgs {
    /// Address to serve metrics on, such as 127.0.0.1:10427.
    ///
    /// Without a host, every address of the machine. May be given again.
    #[arg(long = "web.listen-address", default_value = ":10427", value_name = "ADDRESS")]
    listen: Vec<ListenAddress>,
    /// Serve on the sockets that systemd passes.
    ///
    /// It then opens none of its own.
    #[cfg(target_os = "linux")]
    #[arg(long = "web.systemd-socket", conflicts_with = "listen")]
    systemd_socket: bool,
    /// Web configuration (YAML): TLS, users, headers, limits.
    ///
    /// The format is that of Prometheus and its exporters. Changes take effect while the
    /// exporter runs.
    #[arg(long = "web.config.file", env = "TRIO_EXPORTER_WEB_CONFIG", value_name = "FILE")]
    web_config: Option<PathBuf>,
    /// Users of /metrics/agents (YAML: `basic_auth_users`).
    ///
    /// They see only that page; the users of the web configuration then do not see it.
    #[arg(
        long = "web.agents-config.file",
        env = "TRIO_EXPORTER_WEB_AGENTS_CONFIG",
        value_name = "FILE"
    )]
    agents_config: Option<PathBuf>,
    /// Requests that are answered at the same time.
    ///
    /// Further ones get 503. 0: no limit. Health pages do not count.
    #[arg(
        long = "web.max-requests",
        default_value_t = 40,
        allow_negative_numbers = true,
        value_parser = number::<usize>(0..=u64::MAX),
        value_name = "NUMBER",
    )]
    max_requests: usize,
    /// Streams of the wallboard that are open at the same time.
    ///
    /// Browsers above it ask every five seconds instead.
    #[arg(
        long = "web.max-streams",
        default_value_t = 250,
        allow_negative_numbers = true,
        value_parser = number::<usize>(0..=u64::MAX),
        value_name = "NUMBER",
    )]
    max_streams: usize,
    /// Path of the metrics; only /metrics is accepted.
    ///
    /// It is there for the command lines of other exporters.
    #[arg(
        long = "web.telemetry-path",
        default_value = TELEMETRY_PATH,
        value_parser = telemetry_path,
        value_name = "PATH",
    )]
    _telemetry_path: String,
    /// No wallboard: /wall and /api/v1 answer 404.
    #[arg(long = "web.no-wallboard")]
    no_wallboard: bool,
    /// Time for a client to send the head of its first request.
    #[arg(
        long = "web.header-timeout",
        default_value = "10s",
        allow_hyphen_values = true,
        value_parser = duration,
        value_name = "TIME",
    )]
    header_timeout: Duration,
    /// Time after which an idle connection is closed.
    ///
    /// Keep it longer than the scrape interval.
    #[arg(
        long = "web.idle-timeout",
        default_value = "5m",
        allow_hyphen_values = true,
        value_parser = duration,
        value_name = "TIME",
    )]
    idle_timeout: Duration,
    /// Address at which others reach this exporter, for /sd.
    ///
    /// For example https://exporter.example:10427. Without it, the address that the request for /sd was
    /// sent to. Requests that change something may name the exporter by it.
    #[arg(long = "web.external-url", value_name = "URL")]
    external_url: Option<ExternalUrl>,
}

impl WebArgs {
    /// Reads the files and returns the settings of the web server.
    ///
    /// # Errors
    /// All errors of the files.
    pub(super) fn settings(&self) -> Result<Settings, UsageError> {
        let (file, agents_file) = (self.web_config.clone(), self.agents_config.clone());
        // A closure, because the server reads the files again when they change.
        let read = move || {
            config::web::read(file.as_deref(), agents_file.as_deref(), &super::run::environment)
        };
        let files = WebFiles::open(read).map_err(UsageError)?;
        let limits = Limits {
            max_requests: self.max_requests,
            max_streams: self.max_streams,
            header_timeout: self.header_timeout,
            idle_timeout: self.idle_timeout,
        };
        let external = self.external_url.clone();
        Ok(Settings {
            listen: self.listen(),
            limits,
            files,
            check_interval: Settings::CHECK_INTERVAL,
            external,
            wallboard: !self.no_wallboard,
        })
    }

    fn listen(&self) -> Listen {
        #[cfg(target_os = "linux")]
        if self.systemd_socket {
            return Listen::Systemd;
        }
        Listen::Addresses(self.listen.clone())
    }
}

/// Path of the metrics.
const TELEMETRY_PATH: &str = "/metrics";

/// Accepts the path of the metrics.
///
/// # Errors
/// It is another path.
fn telemetry_path(text: &str) -> Result<String, String> {
    match text {
        TELEMETRY_PATH => Ok(text.to_owned()),
        _ => Err(format!(
            "the metrics are always at {TELEMETRY_PATH}, beside the other pages; to serve them at another path, \
             put a reverse proxy in front"
        )),
    }
}

/// Parses a duration of at least a second.
pub(super) fn duration(text: &str) -> Result<Duration, &'static str> {
    let duration =
        text.parse::<SignedDuration>().ok().and_then(|span| Duration::try_from(span).ok());
    match duration {
        Some(duration) if duration >= Duration::from_secs(1) => Ok(duration),
        _ => Err("give a duration of at least 1s with its unit, such as 10s or 5m"),
    }
}
