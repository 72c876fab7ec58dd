//! Findings, and how they are printed.

use std::fmt;

use crate::model::Text;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Cannot be judged now.
    Unknown,
    /// Works; somebody should look.
    Check,
    /// Does not work.
    Fail,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was looked at.
    pub subject: String,
    /// What was seen there.
    pub seen: String,
    /// What to do about it; empty where nothing is to be done.
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
    pub(super) fn of(target: &Text) -> Self {
        Self { target: Some(target.clone()), findings: Vec::new() }
    }

    /// How many findings are of this level.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

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
        // A finding is one line, and what a server says must not move the terminal's cursor.
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
    fn a_finding_is_one_line_whatever_stands_in_it() {
        let mut report = Report::of(&"main".into());
        report.ok("a", "b\n\u{1b}[2J");
        report.fail("c", "d", "e");
        report.unknown("f", "g", "");
        assert_eq!(report.to_string(), "OK     main, a: b··[2J\nFAIL   main, c: d; e\n?      main, f: g\n");
        assert_eq!((report.count(Level::Fail), report.count(Level::Check)), (1, 0));
    }
}
