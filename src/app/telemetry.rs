//! Logging to stderr as logfmt or JSON, with a filter that can change while the program runs.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::{
    Layer, Registry,
    filter::{LevelFilter, Targets, filter_fn},
    layer::SubscriberExt,
    registry::LookupSpan,
    reload,
    util::SubscriberInitExt,
};

use crate::http::LogFilter;

/// Format of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `key=value` pairs, as Prometheus and its exporters log.
    #[default]
    Logfmt,
    /// One JSON object per line.
    Json,
}

/// Settings of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// A level, or a filter such as `info,trio_exporter::trio=debug`.
    pub level: String,
    /// Format of the lines.
    pub format: Format,
}

/// Names of the levels; each logs more than the one before.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Failure to set a level.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadLevel {
    /// The text is not a level or filter.
    #[error(
        "{given:?} is no level; use error, warn, info, debug or trace, or a filter such as \
         info,trio_exporter::trio=debug"
    )]
    Unknown {
        /// The text.
        given: String,
    },
    /// The filter of this handle is not in use: another logger was installed first, as in tests.
    #[error("this process uses another logger, whose level cannot be changed here")]
    NotInUse,
}

/// Handle that shows and changes the log filter.
#[derive(Clone, Debug)]
pub struct LogLevel {
    targets: reload::Handle<Targets, Registry>,
    in_force: Arc<Mutex<String>>,
}

impl LogFilter for LogLevel {
    type Error = BadLevel;

    fn in_force(&self) -> String {
        self.in_force.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, level: &str) -> Result<String, BadLevel> {
        let level = level.trim();
        let targets = targets(level)?;
        // Locked over both steps: of two requests at once, the one shown must be the one in force.
        let mut in_force = self.in_force.lock().unwrap_or_else(PoisonError::into_inner);
        self.targets.reload(targets).map_err(|_| BadLevel::NotInUse)?;
        Ok(std::mem::replace(&mut in_force, level.to_owned()))
    }
}

/// Installs the logger of the process; does nothing if a test has installed one already.
///
/// # Errors
/// The text is not a level or filter.
pub fn init(settings: &Settings) -> Result<LogLevel, BadLevel> {
    let (filter, level) = filter(&settings.level)?;
    let registry = Registry::default().with(filter);
    let started = match settings.format {
        Format::Logfmt => registry.with(logfmt(io::stderr)).try_init(),
        Format::Json => registry.with(json(io::stderr)).try_init(),
    };
    // The only possible failure: a logger is installed already.
    let _ = started;
    Ok(level)
}

/// Builds the layer that writes logfmt.
// Without module, file and line: operators search by message, and module names change between
// versions. tracing's name for the module is `target`, as the field that names the Trio.
fn logfmt<S, W, O>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn() -> O + Send + Sync + 'static,
    O: io::Write,
{
    let layer = tracing_logfmt::builder().with_location(false).with_module_path(false);
    layer.with_target(false).layer().with_writer(move || PlainApostrophes(writer()))
}

/// Builds the layer that writes JSON.
fn json<S, W, O>(writer: W) -> impl Layer<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn() -> O + Send + Sync + 'static,
    O: io::Write,
{
    let layer = tracing_subscriber::fmt::layer().json().flatten_event(true);
    layer.with_target(false).with_writer(writer)
}

/// Writes lines of logfmt with apostrophes as they are.
// tracing-logfmt escapes them as Rust does. In a text between double quotes they need no escape, and
// people search the log and the documents for `Trio's`.
struct PlainApostrophes<W>(W);

impl<W: io::Write> io::Write for PlainApostrophes<W> {
    /// Writes whole lines, as the layer gives them.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut plain = Vec::with_capacity(line.len());
        let mut is_quoted = false;
        let mut bytes = line.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => is_quoted = !is_quoted,
                b'\\' if is_quoted => {
                    // The second byte belongs to the first: it is no end of the quotes.
                    let escaped = bytes.next();
                    if escaped != Some(b'\'') {
                        plain.push(byte);
                    }
                    plain.extend(escaped);
                    continue;
                }
                _ => {}
            }
            plain.push(byte);
        }
        self.0.write_all(&plain)?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Builds a filter of log lines and the handle that changes it.
///
/// # Errors
/// The text is not a level or filter.
pub fn filter(level: &str) -> Result<(impl Layer<Registry> + use<>, LogLevel), BadLevel> {
    let level = level.trim();
    let (layer, handle) = reload::Layer::new(targets(level)?);
    let in_force = Arc::new(Mutex::new(level.to_owned()));
    Ok((layer.and_then(no_dependency_traces()), LogLevel { targets: handle, in_force }))
}

/// Builds a filter that drops lines of other crates below `debug`, at any configured level.
// h2, rustls and others trace the bytes and headers they send: tokens and passwords. /-/log-level
// would otherwise let each client that reaches it put them into the log.
fn no_dependency_traces<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Layer<S> + use<S> {
    filter_fn(|metadata: &Metadata<'_>| {
        *metadata.level() <= Level::DEBUG || is_ours(metadata.target())
    })
}

// Compares the whole first segment: a crate whose name begins with ours is another crate.
fn is_ours(target: &str) -> bool {
    let crate_name = target.split("::").next().unwrap_or_default();
    crate_name == env!("CARGO_CRATE_NAME")
}

/// Parses a level, or a filter by modules.
// Stricter than `Targets` itself, which takes an unknown word such as `loud` for a module and then
// logs nothing.
fn targets(given: &str) -> Result<Targets, BadLevel> {
    let unknown = || BadLevel::Unknown { given: given.to_owned() };
    let mut targets = Targets::new();
    for part in given.split(',').map(str::trim) {
        let (module, word) = match part.rsplit_once('=') {
            Some((module, word)) => (Some(module.trim()), word.trim()),
            None => (None, part),
        };
        let word = word.to_ascii_lowercase();
        if !LEVELS.contains(&&*word) {
            return Err(unknown());
        }
        let level: LevelFilter = word.parse().map_err(|_| unknown())?;
        let is_path = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ':');
        targets = match module {
            None => targets.with_default(level),
            Some(module) if !module.is_empty() && module.chars().all(is_path) => {
                targets.with_target(module, level)
            }
            Some(_) => return Err(unknown()),
        };
    }
    Ok(targets)
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::Request,
    };
    use pretty_assertions::assert_eq;
    use tower::ServiceExt;
    use tracing::{enabled, subscriber::with_default};

    use super::*;
    use crate::http;

    /// Returns the most detailed enabled level of a module of ours, of h2, and of a crate with a
    /// similar name.
    fn enabled_levels() -> [String; 3] {
        macro_rules! at {
            ($target:literal) => {
                [
                    enabled!(target: $target, Level::ERROR),
                    enabled!(target: $target, Level::WARN),
                    enabled!(target: $target, Level::INFO),
                    enabled!(target: $target, Level::DEBUG),
                    enabled!(target: $target, Level::TRACE),
                ]
            };
        }
        let name = |enabled: [bool; 5]| {
            LEVELS[enabled.iter().filter(|enabled| **enabled).count()].to_owned()
        };
        [at!("trio_exporter::trio"), at!("h2::hpack"), at!("trio_exporter_spy")].map(name)
    }

    /// Bytes that a layer has written.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("not poisoned").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// Returns the line that a layer writes for an event about a target.
    fn written<L: Layer<Registry> + Send + Sync>(
        layer: impl FnOnce(Box<dyn Fn() -> Written + Send + Sync>) -> L,
    ) -> String {
        let written = Written::default();
        let writer = written.clone();
        with_default(Registry::default().with(layer(Box::new(move || writer.clone()))), || {
            let path = r#"C:\it's\"x""#;
            tracing::warn!(target = "main", path, plain = r"a\'b", "Trio's list\nends");
        });
        let bytes = written.0.lock().expect("not poisoned").clone();
        String::from_utf8(bytes).expect("UTF-8")
    }

    #[test]
    fn logfmt_has_plain_apostrophes_and_one_target() {
        let line = written(logfmt);
        let (_, rest) = line.split_once(" level=").expect("a level");
        assert_eq!(
            rest,
            concat!(
                r#"warn message="Trio's list\nends" target=main path="C:\\it's\\\"x\"" plain=a\'b"#,
                "\n"
            )
        );
    }

    #[test]
    fn json_has_one_target() {
        let line = written(json);
        assert_eq!(line.matches("\"target\":").count(), 1, "{line}");
        assert!(line.contains("\"target\":\"main\"") && line.contains("Trio's list"), "{line}");
    }

    #[test]
    fn level_changes_at_run_time_and_invalid_one_is_refused() {
        let (filter, level) = filter("info").expect("a level");
        with_default(Registry::default().with(filter), || {
            assert_eq!(enabled_levels(), ["info", "info", "info"]);
            assert_eq!(level.set(" debug\n"), Ok("info".to_owned()));
            assert_eq!(
                (enabled_levels(), &*level.in_force()),
                (["debug"; 3].map(str::to_owned), "debug")
            );
            for bad in [
                "loud",
                "",
                "info,",
                "trio=loud",
                "=debug",
                "a b=debug",
                "[span]=debug",
                "5",
                "debug=trio",
            ] {
                let error = level.set(bad).expect_err(bad);
                let text = error.to_string();
                assert!(
                    text.starts_with(&format!("{bad:?} is no level; use error, warn, ")),
                    "{text}"
                );
                assert_eq!(
                    (enabled_levels(), &*level.in_force()),
                    (["debug"; 3].map(str::to_owned), "debug")
                );
            }
            level.set("OFF,trio_exporter::trio=warn").expect("a filter");
            assert_eq!(enabled_levels(), ["warn", "off", "off"]);
        });
    }

    #[test]
    fn no_level_enables_traces_of_other_crates() {
        let (filter, level) = filter("trace").expect("a level");
        with_default(Registry::default().with(filter), || {
            assert_eq!(enabled_levels(), ["trace", "debug", "debug"]);
            level.set("warn,h2=trace,trio_exporter=trace").expect("a filter");
            assert_eq!(enabled_levels(), ["trace", "debug", "debug"], "not even by name");
        });
    }

    #[test]
    fn unused_filter_cannot_be_changed() {
        let (_, level) = filter("info").expect("a level");
        assert_eq!(level.set("debug"), Err(BadLevel::NotInUse));
        assert_eq!(level.in_force(), "info");
    }

    async fn ask(level: &LogLevel, method: &str, body: &str) -> (u16, String) {
        let request =
            Request::builder().method(method).uri("/-/log-level").body(Body::from(body.to_owned()));
        let answer = http::log_level(level.clone())
            .oneshot(request.expect("a request"))
            .await
            .expect("infallible");
        let (parts, body) = answer.into_parts();
        let text = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        (parts.status.as_u16(), String::from_utf8(text).expect("UTF-8"))
    }

    #[tokio::test]
    async fn put_changes_level_and_invalid_level_keeps_it() {
        let (filter, level) = filter("info").expect("a level");
        let _guard = tracing::subscriber::set_default(Registry::default().with(filter));
        let is_debug = || enabled!(target: "trio_exporter::x", Level::DEBUG);
        assert_eq!(ask(&level, "GET", "").await, (200, "info\n".to_owned()));
        assert!(!is_debug());
        assert_eq!(ask(&level, "PUT", "debug\n").await, (200, "debug (before: info)\n".to_owned()));
        assert!(is_debug());
        let (status, text) = ask(&level, "PUT", "loud").await;
        assert_eq!(status, 400);
        assert!(
            text.starts_with("400: \"loud\" is no level; use error, warn, info, debug or trace"),
            "{text}"
        );
        assert!(text.ends_with("; \"debug\" stays in force\n"), "{text}");
        for method in ["POST", "DELETE"] {
            assert_eq!(ask(&level, method, "info").await.0, 405, "{method}");
        }
        assert_eq!(ask(&level, "PUT", &"debug,".repeat(1000)).await.0, 413);
        assert!(is_debug());
    }
}
