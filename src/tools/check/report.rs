//! Lines of the report and their format: `LEVEL  subject: observation; remedy`.

use std::fmt;

use crate::{
    diagnosis::{Finding, FindingKind, Severity, Subject},
    model::{Text, is_unprintable},
};

/// A wallboard, and an entry of its `services` that matches no service of a target.
pub(super) type Unlisted = (Text, String);

/// Level of a line, which it begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Intended or harmless.
    Note,
    /// Cannot be judged now.
    Unknown,
    /// Works, but should be looked at.
    Check,
    /// Does not work.
    Fail,
}

impl From<Severity> for Level {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Broken => Self::Fail,
            Severity::Warning => Self::Check,
            Severity::Unknown => Self::Unknown,
            Severity::Note => Self::Note,
        }
    }
}

/// Result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Level.
    pub level: Level,
    /// The part that was checked, after the name of the target.
    pub subject: String,
    /// The observation.
    pub seen: String,
    /// The remedy; empty if nothing has to be done.
    pub remedy: String,
}

/// Callbacks while a check runs: for each new line, and for each resource about to be read.
#[derive(Clone, Copy, Debug)]
pub struct Show {
    /// Shows a line of the report.
    pub line: fn(&Line),
    /// Shows what is read now.
    pub reading: fn(&str),
    /// Shows each line; otherwise those that are OK are one line for each group.
    pub verbose: bool,
}

impl Default for Show {
    fn default() -> Self {
        Self { line: |_| (), reading: |_| (), verbose: false }
    }
}

// Pointers to functions cannot be compared reliably, and a report is equal by its lines.
impl PartialEq for Show {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Show {}

/// Lines about one part, one after the other, such as all rights.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Group {
    name: String,
    /// Lines that are OK.
    ok: Vec<Line>,
    /// Subjects of these lines without the target and the name of the group.
    parts: Vec<String>,
    /// Number of the other lines, which were shown when they were found.
    others: usize,
}

impl Group {
    /// Most subjects that the line of a group lists; more are counted.
    const LISTED: usize = 5;

    /// Returns the name of the group that a subject belongs to, and the rest of the subject.
    fn of_subject(subject: &str) -> (String, String) {
        let (first, rest) = subject.split_once(' ').unwrap_or((subject, ""));
        match first {
            // The steps on the way to a server: they have the server in common, not the first word.
            "DNS" | "TCP" | "TLS" | "Api" | "clock" if !rest.is_empty() => {
                (rest.to_owned(), first.to_owned())
            }
            _ => (first.to_owned(), rest.to_owned()),
        }
    }

    /// Returns one line for all OK lines, if there are any.
    fn line(&self, target: Option<&Text>) -> Option<Line> {
        let (first, count) = (self.ok.first()?, self.ok.len());
        if count == 1 {
            return Some(first.clone());
        }
        let mut seen = match count <= Self::LISTED {
            true => format!("{} OK", self.parts.join(", ")),
            false => format!("{count} OK"),
        };
        if self.others > 0 {
            // A part must not look like the whole.
            let own = if self.others == 1 { "its own line" } else { "their own lines" };
            seen = format!("{seen}; {} not, see {own} above", self.others);
        }
        let subject = match target {
            Some(target) => format!("{target}, {}", self.name),
            None => self.name.clone(),
        };
        Some(Line { level: Level::Ok, subject, seen, remedy: String::new() })
    }
}

/// All lines about a target, in the order in which they are printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Name of the target; `None`: the report is about no single target.
    pub(super) target: Option<Text>,
    show: Show,
    /// The lines.
    pub lines: Vec<Line>,
    /// Group of the last lines; its OK lines are not shown yet.
    group: Group,
    /// Findings that have no line yet.
    found: Vec<Finding>,
    /// Findings that have one.
    printed: Vec<(FindingKind, Subject)>,
    /// Entries of wallboards that match no service of the target; `None` if that is not known.
    pub(super) unlisted: Option<Vec<Unlisted>>,
}

impl Report {
    /// Creates an empty report on a target.
    pub(super) fn for_target(target: &Text) -> Self {
        Self { target: Some(target.clone()), ..Self::default() }
    }

    /// Shows each line as soon as it is added.
    pub(super) fn showing(self, show: Show) -> Self {
        Self { show, ..self }
    }

    /// Returns the number of lines of a level.
    pub fn count(&self, level: Level) -> usize {
        self.lines.iter().filter(|line| line.level == level).count()
    }

    /// Queues findings for printing, each below the check that it belongs to. Those that have a
    /// line already are left out.
    pub(super) fn expect(&mut self, found: Vec<Finding>) {
        // Compared by kind and subject: the sentence may hold a measured number, such as the
        // difference of the clocks, that changes between two answers.
        let is_new =
            |finding: &Finding| !self.printed.contains(&(finding.kind, finding.subject.clone()));
        self.found = found.into_iter().filter(is_new).collect();
    }

    /// Adds a line for each expected finding about these subjects. Returns true if there was any.
    pub(super) fn add_found(&mut self, is_about: impl Fn(&Subject) -> bool) -> bool {
        let (now, later): (Vec<Finding>, Vec<Finding>) =
            std::mem::take(&mut self.found).into_iter().partition(|found| is_about(&found.subject));
        self.found = later;
        now.iter().for_each(|finding| self.finding(finding));
        !now.is_empty()
    }

    /// Adds a line for each expected finding that has none yet.
    pub(super) fn add_rest(&mut self) {
        self.add_found(|_| true);
    }

    /// Adds a line for a finding.
    pub(super) fn finding(&mut self, finding: &Finding) {
        let Finding { kind, severity, subject, sentence, remedy, .. } = finding;
        self.printed.push((*kind, subject.clone()));
        self.add(Level::from(*severity), subject.to_string(), sentence.clone(), remedy.clone());
    }

    // One function for each level; only `ok` needs no remedy.
    /// Adds a line of level [`Level::Ok`].
    pub(super) fn ok(&mut self, subject: impl Into<String>, seen: impl Into<String>) {
        self.add(Level::Ok, subject.into(), seen.into(), String::new());
    }

    pub(super) fn note(
        &mut self,
        subject: impl Into<String>,
        seen: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(Level::Note, subject.into(), seen.into(), remedy.into());
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

    /// Shows the OK lines that wait for the end of their group.
    pub fn finish(&mut self) {
        let group = std::mem::take(&mut self.group);
        if let Some(line) = group.line(self.target.as_ref()) {
            (self.show.line)(&line);
        }
    }

    /// Shows a line, or keeps it for the line of its group.
    fn show(&mut self, subject: &str, line: &Line) {
        if self.show.verbose {
            return (self.show.line)(line);
        }
        let (name, part) = Group::of_subject(subject);
        if self.group.name != name {
            self.finish();
            self.group.name = name;
        }
        if line.level == Level::Ok {
            self.group.ok.push(line.clone());
            self.group.parts.push(part);
        } else {
            // At once: the next check may hang, and must not hide it.
            self.group.others += 1;
            (self.show.line)(line);
        }
    }

    fn add(&mut self, level: Level, subject: String, seen: String, remedy: String) {
        let part = subject.clone();
        let subject = match &self.target {
            Some(target) => format!("{target}, {subject}"),
            None => subject,
        };
        let line = Line { level, subject, seen, remedy };
        self.show(&part, &line);
        self.lines.push(line);
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Ok => "OK",
            Self::Note => "NOTE",
            Self::Unknown => "?",
            Self::Check => "CHECK",
            Self::Fail => "FAIL",
        })
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { level, subject, seen, remedy } = self;
        let mut line = format!("{level:<5}  {subject}: {seen}");
        if !remedy.is_empty() {
            line.push_str("; ");
            line.push_str(remedy);
        }
        // Texts of a server may contain line breaks and escape sequences: a line stays one line,
        // and nothing moves the cursor of the terminal.
        let plain = |c: char| if is_unprintable(c) { '·' } else { c };
        formatter.write_str(&line.chars().map(plain).collect::<String>())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| writeln!(formatter, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    thread_local! {
        static SHOWN: std::cell::RefCell<Vec<String>> = const { std::cell::RefCell::new(Vec::new()) };
    }

    /// Returns an empty report that shows its lines in `SHOWN`.
    fn shown(verbose: bool) -> Report {
        let line = |line: &Line| SHOWN.with_borrow_mut(|shown| shown.push(line.to_string()));
        Report::for_target(&"main".into()).showing(Show { line, verbose, ..Show::default() })
    }

    /// Returns what was shown since the last call.
    fn lines() -> Vec<String> {
        SHOWN.with_borrow_mut(std::mem::take)
    }

    #[test]
    fn verbose_report_shows_each_line_when_it_is_added() {
        let mut report = shown(true);
        report.ok("right a", "b");
        assert_eq!(lines(), ["OK     main, right a: b"]);
        report.ok("right c", "d");
        assert_eq!(lines(), ["OK     main, right c: d"]);
        report.finish();
        assert_eq!(lines(), [""; 0]);
    }

    #[test]
    fn ok_lines_of_a_group_are_one_line() {
        let mut report = shown(false);
        for step in ["DNS", "TCP", "TLS", "Api"] {
            report.ok(format!("{step} a:443"), "good");
        }
        report.ok("clock b:443", "another server");
        assert_eq!(lines(), ["OK     main, a:443: DNS, TCP, TLS, Api OK"]);
        for number in 1..=6 {
            report.ok(format!("right {number}"), "readable");
        }
        assert_eq!(lines(), ["OK     main, clock b:443: another server"], "one line stays whole");
        report.ok("login", "accepted");
        report.finish();
        assert_eq!(lines(), ["OK     main, right: 6 OK", "OK     main, login: accepted"]);
        assert_eq!(report.lines.len(), 12, "the report itself has every line");
    }

    #[test]
    fn problem_is_shown_at_once_and_its_group_is_not_whole() {
        let mut report = shown(false);
        report.ok("right 1", "readable");
        report.fail("right 2", "refused", "grant it");
        assert_eq!(lines(), ["FAIL   main, right 2: refused; grant it"]);
        report.ok("right 3", "readable");
        report.finish();
        assert_eq!(lines(), ["OK     main, right: 1, 3 OK; 1 not, see its own line above"]);
    }

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
