//! Web configuration: TLS, users, headers and rate limit, and its reload while the server runs.
//!
//! A change in its files takes effect if all files are valid; otherwise nothing changes. TLS on or
//! off, HTTP/2 and the rate limit need a restart. Open connections keep their certificate.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use axum_server::tls_rustls::RustlsConfig;
use tokio::sync::{Mutex, watch};

use crate::{
    files::{FileTaskError, FileTasks},
    http::{Headers, Tls, Users},
};

/// Values of a web configuration. The default is that of an empty file: plain HTTP without users.
#[derive(Clone, Debug)]
pub struct Web {
    /// TLS; `None`: plain HTTP.
    pub tls: Option<Tls>,
    /// HTTP/2 is offered on TLS connections.
    pub http2: bool,
    /// Headers of every answer.
    pub headers: Headers,
    /// Users of every page, but for the per-agent one if `agents_users` is set. Empty: no login is
    /// needed.
    pub users: Users,
    /// Users of the per-agent page alone; `None`: those of `users`.
    // Separate, because that page names persons: who operates Prometheus need not see them.
    pub agents_users: Option<Users>,
    /// Rate limit over all clients and pages together; `None`: no limit.
    pub rate_limit: Option<RateLimit>,
}

/// Token bucket of `burst` requests that gains one every `interval`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Time in which the bucket gains one request; more than zero.
    pub interval: Duration,
    /// Size of the bucket: requests that are answered without a wait after a pause.
    pub burst: std::num::NonZeroU32,
}

impl Default for Web {
    fn default() -> Self {
        Self {
            tls: None,
            // The default of exporter-toolkit.
            http2: true,
            headers: Headers::default(),
            users: Users::default(),
            agents_users: None,
            rate_limit: None,
        }
    }
}

/// File of the web configuration with its modification time and size when it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchedFile {
    path: PathBuf,
    /// Modification time and size in bytes; `None` if the file could not be inspected. A file that
    /// appears later then counts as changed.
    stamp: Option<(SystemTime, u64)>,
}

/// Result of loading the web configuration.
#[derive(Debug)]
pub struct WebReading {
    /// Files to watch, also those that could not be read.
    pub files: Vec<WatchedFile>,
    /// The values in these files, or all mistakes in them.
    pub web: Result<Web, Vec<String>>,
    /// Settings that are allowed but unsafe, one log line each.
    pub warnings: Vec<String>,
}

impl WebReading {
    fn log_warnings(&self) {
        for warning in &self.warnings {
            tracing::warn!("{warning}");
        }
    }
}

/// Reads the files of a web configuration.
type ReadConfig = Arc<dyn Fn() -> WebReading + Send + Sync>;

/// Web configuration with its files, for reloads.
#[derive(Clone)]
pub struct WebFiles {
    read: ReadConfig,
    files: Vec<WatchedFile>,
    web: Arc<Web>,
}

impl WatchedFile {
    /// Notes modification time and size of a file.
    ///
    /// Call it before the file is read: a change in between is then noticed at the next check. The
    /// other way round it would be missed.
    pub fn inspect(path: &Path) -> Self {
        let metadata = std::fs::metadata(path).ok();
        // Size as well: two writes within the resolution of the file system's clock have one time.
        let stamp = metadata.and_then(|metadata| Some((metadata.modified().ok()?, metadata.len())));
        Self { path: path.to_owned(), stamp }
    }

    fn has_changed(&self) -> bool {
        Self::inspect(&self.path) != *self
    }
}

impl WebFiles {
    /// Reads a web configuration with `read`, which is called again for each reload.
    ///
    /// # Errors
    /// All mistakes in it.
    pub fn open(
        read: impl Fn() -> WebReading + Send + Sync + 'static,
    ) -> Result<Self, Vec<String>> {
        let reading = read();
        reading.log_warnings();
        let WebReading { files, web, .. } = reading;
        Ok(Self { read: Arc::new(read), files, web: Arc::new(web?) })
    }

    pub(in crate::http) fn web(&self) -> &Arc<Web> {
        &self.web
    }
}

impl Default for WebFiles {
    /// No files: plain HTTP without users.
    fn default() -> Self {
        let read =
            || WebReading { files: Vec::new(), web: Ok(Web::default()), warnings: Vec::new() };
        Self { read: Arc::new(read), files: Vec::new(), web: Arc::default() }
    }
}

/// Reloads the web configuration. Clones share a lock, so reloads run one at a time.
#[derive(Clone)]
pub struct Reloader {
    files: Arc<Mutex<WebFiles>>,
    publish: watch::Sender<Arc<Web>>,
    tls: Option<RustlsConfig>,
    tasks: FileTasks,
}

impl Reloader {
    /// Creates the reloader of a server that uses `files`; `tls` is its running TLS configuration.
    pub(in crate::http) fn new(
        files: WebFiles,
        publish: watch::Sender<Arc<Web>>,
        tls: Option<RustlsConfig>,
    ) -> Self {
        Self { files: Arc::new(Mutex::new(files)), publish, tls, tasks: FileTasks::default() }
    }

    /// Reads all files again and puts their values into effect.
    ///
    /// # Errors
    /// All mistakes in them; then nothing changes.
    pub async fn reload(&self) -> Result<(), Vec<String>> {
        let mut files = self.files.lock().await;
        self.read(&mut files).await
    }

    /// Checks every `interval` whether one of the files has changed, and reloads then. Never
    /// returns.
    pub(in crate::http) async fn watch(&self, interval: Duration) {
        loop {
            tokio::time::sleep(interval).await;
            let mut files = self.files.lock().await;
            let watched = files.files.clone();
            // On a blocking thread: a network file system that hangs must not stop the server.
            let check = self.tasks.run(move || watched.iter().any(WatchedFile::has_changed));
            match check.await {
                Ok(false) => continue,
                // As long as the file system does not answer, the configuration in force stays.
                Err(problem @ FileTaskError::TimedOut(_)) => {
                    tracing::debug!(%problem, "the web configuration was not checked for changes");
                    continue;
                }
                // A check that panicked does not tell what changed: the reload reports the error.
                Ok(true) | Err(FileTaskError::Failed(_)) => {}
            }
            match self.read(&mut files).await {
                Ok(()) => tracing::info!("the web configuration has changed; it is in force"),
                Err(mistakes) => {
                    let mistakes = mistakes.join("; ");
                    tracing::error!(%mistakes, "the web configuration has changed and is wrong; the old one stays in force");
                }
            }
        }
    }

    async fn read(&self, files: &mut WebFiles) -> Result<(), Vec<String>> {
        let read = files.read.clone();
        let reading = self.tasks.run(move || read()).await;
        let reading = reading.map_err(|error| vec![error.to_string()])?;
        reading.log_warnings();
        let WebReading { files: inspected, web, .. } = reading;
        // Also when the files are invalid: the mistake is logged once, and the next try is at the
        // next change. A certificate and its key are replaced one after the other, so invalid pairs
        // are normal for a moment.
        files.files = inspected;
        let web = self.keep_fixed(web?, &files.web);
        if let (Some(running), Some(tls)) = (&self.tls, &web.tls) {
            running.reload_from_config(tls.config(web.http2));
        }
        files.web = Arc::new(web);
        self.publish.send_replace(files.web.clone());
        Ok(())
    }

    /// Replaces the parts of `new` that need a restart by those of `current`, with a warning for
    /// each.
    fn keep_fixed(&self, mut new: Web, current: &Web) -> Web {
        let warn = |what: &str| {
            tracing::warn!("{what} has changed, which needs a restart; the rest is in force");
        };
        // The acceptors of the listeners are built at the start: for TLS or plain HTTP, and with
        // HTTP/2 or without. A new rate limiter would grant a full burst at each reload.
        if new.tls.is_some() != self.tls.is_some() {
            warn("whether there is a certificate in tls_server_config");
            new.tls = current.tls.clone();
        }
        if new.http2 != current.http2 {
            warn("http_server_config.http2");
            new.http2 = current.http2;
        }
        if new.rate_limit != current.rate_limit {
            warn("rate_limit");
            new.rate_limit = current.rate_limit;
        }
        new
    }
}

impl fmt::Debug for WebFiles {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("WebFiles").field("files", &self.files).finish_non_exhaustive()
    }
}

impl fmt::Debug for Reloader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Reloader").finish_non_exhaustive()
    }
}
