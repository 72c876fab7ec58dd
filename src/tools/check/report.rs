//! Findings and their format: one line each, `LEVEL  subject: observation; remedy`.

use std::fmt;

use crate::model::Text;

/// Severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Cannot be judged now.
    Unknown,
    /// Works, but should be looked at.
    Check,
    /// Does not work.
    Fail,
}

/// Result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Severity.
    pub level: Level,
    /// The part that was checked, after the name of the target.
    pub subject: String,
    /// The observation.
    pub seen: String,
    /// The remedy; empty if nothing has to be done.
    pub remedy: String,
}

/// All findings of a target, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    target: Option<Text>,
    /// The findings.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Creates an empty report on a target.
    pub(super) fn for_target(target: &Text) -> Self {
        Self { target: Some(target.clone()), findings: Vec::new() }
    }

    /// Returns the number of findings of a level.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    /// Adds a finding of level [`Level::Ok`]; the others likewise.
    pub(super) fn ok(&mut self, subject: impl Into<String>, seen: impl Into<String>) {
        self.add(Level::Ok, subject.into(), seen.into(), String::new());
    }

    pub(super) fn unknown(
        &mut self,
        subject: impl Into<String>,
        seen: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Level::Unknown, subject.into(), seen.into(), remedy.into());
    }

    pub(super) fn check(
        &mut self,
        subject: impl Into<String>,
        seen: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Level::Check, subject.into(), seen.into(), remedy.into());
    }

    pub(super) fn fail(
        &mut self,
        subject: impl Into<String>,
        seen: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Level::Fail, subject.into(), seen.into(), remedy.into());
    }

    fn add(&mut self, level: Level, subject: String, seen: String, remedy: String) {
        let subject = match &self.target {
            Some(target) => format!("{target}, {subject}"),
            None => subject,
        };
        self.findings.push(Finding { level, subject, seen, remedy });
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Ok => "OK",
            Self::Unknown => "?",
            Self::Check => "CHECK",
            Self::Fail => "FAIL",
        })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, subject, seen, remedy } = self;
        let mut line = format!("{level:<5}  {subject}: {seen}");
        if !remedy.is_empty() {
            line.push_str("; ");
            line.push_str(remedy);
        }
        // Texts of a server may contain line breaks and escape sequences: a finding stays one line,
        // and nothing moves the cursor of the terminal.
        let plain = |c: char| if c.is_control() { '·' } else { c };
        formatter.write_str(&line.chars().map(plain).collect::<String>())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.findings.iter().try_for_each(|finding| writeln!(formatter, "{finding}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_break_the_line() {
        let mut report = Report::for_target(&"main".into());
        report.ok("a", "b\n\u{1b}[2J");
        report.fail("c", "d", "e");
        report.unknown("f", "g", "");
        assert_eq!(
            report.to_string(),
            "OK     main, a: b··[2J\nFAIL   main, c: d; e\n?      main, f: g\n"
        );
        assert_eq!((report.count(Level::Fail), report.count(Level::Check)), (1, 0));
    }
}
