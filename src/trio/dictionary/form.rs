//! Written forms of a field's values.

/// Form of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::trio) enum Form {
    /// Text or a number, kept as written; or a list of them.
    Text,
    /// A number, also as text.
    Number,
    /// `true` and `false`, or words that the entry's values map to them.
    Bool,
    /// Seconds as a number, or a clock as text.
    Duration,
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Minutes.
    Minutes,
    /// `HH:MM:SS`, `MM:SS` or `D.HH:MM:SS`.
    Clock,
    /// ISO 8601, or `/Date(milliseconds)/`.
    Timestamp,
    /// Seconds since 1970.
    UnixSeconds,
    /// Milliseconds since 1970.
    UnixMilliseconds,
    /// Words or numbers that the entry's values map to domain words.
    // Documented enumerations of the API are integers (0, 1, 2, …), so numbers have to do as keys,
    // too.
    Enum,
}

impl Form {
    pub(in crate::trio) const ALL: [Self; 12] = [
        Self::Text,
        Self::Number,
        Self::Bool,
        Self::Duration,
        Self::Seconds,
        Self::Milliseconds,
        Self::Minutes,
        Self::Clock,
        Self::Timestamp,
        Self::UnixSeconds,
        Self::UnixMilliseconds,
        Self::Enum,
    ];

    /// Returns the word used in a fields file and in the label `form`.
    pub(in crate::trio) const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Duration => "duration",
            Self::Seconds => "seconds",
            Self::Milliseconds => "milliseconds",
            Self::Minutes => "minutes",
            Self::Clock => "clock",
            Self::Timestamp => "timestamp",
            Self::UnixSeconds => "unix_seconds",
            Self::UnixMilliseconds => "unix_milliseconds",
            Self::Enum => "enum",
        }
    }
}
