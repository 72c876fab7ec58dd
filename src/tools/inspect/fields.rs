//! Verdict about each field: the member that holds it, the grade of that knowledge, and its
//! evidence. The table, `--facts` and the fields files are all written from it.

use std::collections::BTreeSet;

use super::{
    help::{HelpField, HelpReport},
    report::{Grade, MemberReport, Proof, ReadOutcome, Report, ResourceReport},
};
use crate::trio::{FieldShape, fields_of};

/// Grade of what is known about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldGrade {
    /// The dictionary in use names the member.
    Mapped,
    /// The server's own help documents the member under a known name and with a fitting type.
    Sure,
    /// Every rule of the proof holds.
    Proved,
    /// A member agrees with every answer, but a doubt is left.
    Likely,
    /// By the help a member with a known name is not it, and no other one is certain.
    Refuted,
    /// Some members could hold it.
    Open,
    /// No member could hold it.
    Absent,
}

impl FieldGrade {
    /// Returns the word that is shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mapped => "mapped",
            Self::Sure => "sure",
            Self::Proved => "proved",
            Self::Likely => "likely",
            Self::Refuted => "not it",
            Self::Open => "open",
            Self::Absent => "absent",
        }
    }

    /// Returns true if the member is used, or is ready to be used without a decision of a person.
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Mapped | Self::Sure | Self::Proved)
    }
}

/// A member that could hold a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its name.
    pub member: String,
    /// Its types, its sample and the vendor's words about it, as one text.
    pub about: String,
    /// Reason why it could be the one, beside its type; empty without any.
    pub evidence: String,
    /// Form to name beside it, if the usual one cannot read its values.
    pub form: Option<&'static str>,
}

/// Verdict about one field of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldVerdict {
    /// Name of the field.
    pub field: &'static str,
    /// Its absence alone is not reported.
    pub optional: bool,
    /// The grade.
    pub grade: FieldGrade,
    /// Member that holds it; `None` below the grade `likely`.
    pub member: Option<String>,
    /// The reason for the grade, as words without values of persons.
    pub evidence: String,
    /// Types, sample and the vendor's words of the member.
    pub about: String,
    /// A known name is not to be read, as the help says that it is something else.
    pub only: bool,
    /// An entry for it is new: the dictionary in use does not have it.
    pub is_new: bool,
    /// A person's fields file names the member.
    pub by_file: bool,
    /// Members that could hold it, the most probable first; empty for a settled field.
    pub candidates: Vec<Candidate>,
}

/// Knowledge about one resource, in one contact centre or in all of them.
pub(super) struct Known<'r> {
    pub(super) resource: &'r str,
    reports: Vec<&'r ResourceReport>,
    pub(super) help: Option<&'r HelpReport>,
    report: &'r Report,
}

impl<'r> Known<'r> {
    /// Gathers what the report knows of a resource; in one contact centre, or in all for `None`.
    pub(super) fn new(report: &'r Report, resource: &'r str, center: Option<&str>) -> Self {
        let here = |seen: &&ResourceReport| {
            seen.resource == resource && center.is_none_or(|center| seen.contact_center == center)
        };
        let reports = report.resources.iter().filter(here).collect();
        let help = report.help.iter().find(|help| help.resource == resource);
        Self { resource, reports, help, report }
    }

    pub(super) fn members(&self) -> impl Iterator<Item = &'r MemberReport> + '_ {
        self.reports.iter().flat_map(|seen| seen.members())
    }

    /// Returns true if an answer with items was seen.
    fn has_items(&self) -> bool {
        let has_items = |seen: &&ResourceReport| match seen.read {
            ReadOutcome::Answered { looked_at, .. } => looked_at > 0,
            ReadOutcome::Refused(_) => false,
        };
        self.reports.iter().any(has_items)
    }

    fn member(&self, name: &str) -> Option<&'r MemberReport> {
        self.members().find(|member| plain(&member.name) == plain(name))
    }

    /// Returns false if the answers have the member with a type that the field cannot have.
    fn is_sent_as(&self, name: &str, shape: &FieldShape) -> bool {
        self.member(name).is_none_or(|member| {
            member.types.iter().all(|kind| kind == "null" || shape.types.contains(&&**kind))
        })
    }

    fn proof(&self, field: &str, grade: Grade) -> Option<&'r Proof> {
        let mut proofs = self.report.proofs.iter();
        proofs.find(|proof| {
            proof.resource == self.resource
                && proof.field == field
                && proof.grade == grade
                && proof.member.is_some()
        })
    }

    /// The entry that the help gives to a field.
    pub(super) fn documented(&self, field: &str) -> Option<&'r HelpField> {
        self.help?.fields.iter().find(|known| known.field == field)
    }

    /// Words of a field that the dictionary in use does not map, of all contact centres, as the
    /// answers spell them.
    pub(super) fn unmapped(&self, verdict: &FieldVerdict) -> BTreeSet<&'r str> {
        let is_new = |name: &str| verdict.is_new && verdict.member.as_deref() == Some(name);
        let feeding = self.members().filter(|member| {
            member.feeds.as_deref() == Some(verdict.field) || is_new(&member.name)
        });
        feeding.flat_map(|member| member.unmapped.iter().map(String::as_str)).collect()
    }

    /// Types, sample and the vendor's words of a member, as one text.
    pub(super) fn about(&self, name: &str) -> String {
        let mut parts = Vec::new();
        if let Some(member) = self.member(name) {
            parts.push(member.types.join("|"));
            parts.push(member.sample.clone());
            parts.extend(member.span.clone());
        }
        if let Some(words) = self.help.and_then(|help| help.describe(name)) {
            parts.push(format!("help: {words}"));
        }
        parts.retain(|part| !part.is_empty());
        parts.join("; ")
    }

    /// Returns the verdict about each field.
    pub(super) fn verdicts(&self) -> Vec<FieldVerdict> {
        let shapes = fields_of(self.resource);
        let mut verdicts: Vec<FieldVerdict> =
            shapes.iter().map(|shape| self.settled(shape)).collect();
        // A member feeds one field. A person's file is above all; a proof says more than a known
        // name, and that more than a description.
        let mut taken: Vec<String> = Vec::new();
        let in_order: [fn(&FieldVerdict) -> bool; 4] = [
            |it| it.by_file,
            |it| !it.by_file && it.grade == FieldGrade::Proved,
            |it| !it.by_file && it.grade == FieldGrade::Mapped,
            |it| !it.by_file && it.grade == FieldGrade::Sure,
        ];
        for is_next in in_order {
            for verdict in verdicts.iter_mut().filter(|verdict| is_next(verdict)) {
                let Some(member) = &verdict.member else { continue };
                let name = plain(member);
                if taken.contains(&name) {
                    verdict.grade = FieldGrade::Open;
                    verdict.evidence = format!("`{member}` holds another field");
                    verdict.member = None;
                    verdict.is_new = false;
                } else {
                    taken.push(name);
                }
            }
        }
        for (verdict, shape) in verdicts.iter_mut().zip(&shapes) {
            if !verdict.grade.is_settled() {
                self.open(verdict, shape, &taken);
            }
        }
        verdicts
    }

    /// Verdict about a field by the mapping in use, a proof or the help.
    fn settled(&self, shape: &FieldShape) -> FieldVerdict {
        let field = shape.name;
        let mut verdict = FieldVerdict {
            field,
            optional: shape.optional,
            grade: FieldGrade::Absent,
            member: None,
            evidence: String::new(),
            about: String::new(),
            only: false,
            is_new: false,
            by_file: false,
            candidates: Vec::new(),
        };
        let mut settle = |grade, member: &str, evidence: String, is_new| {
            verdict.grade = grade;
            verdict.member = Some(member.to_owned());
            verdict.about = self.about(member);
            verdict.evidence = evidence;
            verdict.is_new = is_new;
        };
        let fed = self.members().find(|member| member.feeds.as_deref() == Some(field));
        let proved = self.proof(field, Grade::Proved);
        let documented = self.documented(field).filter(|documented| documented.differs);
        let is_builtin = fed.is_none_or(|fed| fed.source.as_deref() == Some("builtin"));
        // A known name is a guess of the exporter; a person's entry and a proof are not.
        let refuting = self
            .documented(field)
            .filter(|documented| is_builtin && proved.is_none() && documented.refuted.is_some());
        if let Some(refuting) = refuting {
            let why = refuting.problems.join("; ");
            let other = refuting.member.as_ref();
            match other.filter(|member| self.is_sent_as(member, shape)) {
                Some(member) => settle(FieldGrade::Sure, member, why, true),
                None => {
                    verdict.grade = FieldGrade::Refuted;
                    verdict.evidence = why;
                    verdict.about = refuting.refuted.iter().map(|name| self.about(name)).collect();
                    verdict.is_new = true;
                }
            }
            verdict.only = true;
            return verdict;
        }
        match (fed, proved, documented) {
            // A known name is a guess of the exporter; a person's entry is not.
            (Some(fed), Some(proof), _)
                if fed.source.as_deref() == Some("builtin") && !proof.is_about(&fed.name) =>
            {
                let member = proof.member.as_deref().unwrap_or_default();
                let evidence =
                    format!("{}; so `{}`, whose name is known, is another", proof.reason, fed.name);
                settle(FieldGrade::Proved, member, evidence, true);
            }
            (Some(fed), Some(proof), _) if !proof.is_about(&fed.name) => {
                let other = proof.member.as_deref().unwrap_or_default();
                let evidence =
                    format!("named in the fields file; but `{other}` is proved: {}", proof.reason);
                settle(FieldGrade::Mapped, &fed.name, evidence, false);
            }
            (Some(fed), proof, documented) => {
                let source = match fed.source.as_deref() {
                    Some("user") => "named in the fields file",
                    Some("help") => "in the fields file, from the server's own help",
                    Some("proved") => "in the fields file, proved",
                    _ => "its name is known",
                };
                let proved = proof.map(|proof| format!("; proved: {}", proof.reason));
                let more = documented.filter(|it| it.is_member(&fed.name));
                let grade = if more.is_some() { FieldGrade::Sure } else { FieldGrade::Mapped };
                let help = more.map(|_| "; the help tells its values or its unit".to_owned());
                let problems = self.documented(field).map(|it| it.problems.as_slice());
                let problems = problems.unwrap_or_default().iter();
                let problems: String =
                    problems.map(|problem| format!("; but the help: {problem}")).collect();
                let (proved, help) = (proved.unwrap_or_default(), help.unwrap_or_default());
                let evidence = format!("{source}{proved}{help}{problems}");
                settle(grade, &fed.name, evidence, more.is_some());
            }
            (None, Some(proof), _) => {
                let member = proof.member.as_deref().unwrap_or_default();
                settle(FieldGrade::Proved, member, proof.reason.clone(), true);
            }
            (None, None, Some(documented)) => {
                let member = documented.member.as_ref();
                // Of two witnesses that contradict each other none is believed.
                if let Some(member) = member.filter(|member| self.is_sent_as(member, shape)) {
                    let evidence = match documented.described {
                        true => "its name and its description in the help say so",
                        false => "documented in the help, with a fitting type",
                    };
                    settle(FieldGrade::Sure, member, evidence.to_owned(), true);
                }
            }
            (None, None, None) => {}
        }
        verdict.by_file =
            fed.is_some_and(|fed| fed.source.as_deref().is_some_and(|it| it != "builtin"));
        verdict
    }

    /// Names the members that could hold a field.
    fn open(&self, verdict: &mut FieldVerdict, shape: &FieldShape, taken: &[String]) {
        let field = shape.name;
        let is_free = |name: &str| !taken.contains(&plain(name));
        let mut found: Vec<(String, String)> = Vec::new();
        let mut add = |name: &str, evidence: String| match found
            .iter_mut()
            .find(|(known, _)| plain(known) == plain(name))
        {
            Some((_, known)) if known.is_empty() => *known = evidence,
            Some((_, known)) if !evidence.is_empty() => {
                *known = format!("{known}; {evidence}");
            }
            Some(_) => {}
            None if is_free(name) => found.push((name.to_owned(), evidence)),
            None => {}
        };
        if let Some(proof) = self.proof(field, Grade::Likely) {
            add(proof.member.as_deref().unwrap_or_default(), proof.reason.clone());
        }
        let of_field = |it: &&super::report::Evidence| {
            it.resource == self.resource && it.field.as_deref() == Some(field)
        };
        for evidence in self.report.evidence.iter().filter(of_field) {
            add(&evidence.member, evidence.statement.clone());
        }
        for name in self.documented(field).iter().flat_map(|documented| &documented.candidates) {
            add(name, String::new());
        }
        // Where the help says what could be it, the other members are none.
        let is_described = self.help.is_some_and(|help| help.missing.is_none());
        let fits = |member: &&MemberReport| {
            member.feeds.is_none() && member.types.iter().any(|it| shape.types.contains(&&**it))
        };
        if !is_described {
            self.members().filter(fits).for_each(|member| add(&member.name, String::new()));
        }
        let candidate = |(member, evidence): (String, String)| Candidate {
            about: self.about(&member),
            form: self.form(&member, shape),
            member,
            evidence,
        };
        verdict.candidates = found.into_iter().map(candidate).collect();
        let likely = self
            .proof(field, Grade::Likely)
            .filter(|proof| proof.member.as_deref().is_some_and(is_free));
        let tried = self.report.proofs.iter().find(|proof| {
            proof.resource == self.resource && proof.field == field && proof.grade == Grade::Open
        });
        if let Some(proof) = likely.filter(|_| verdict.grade != FieldGrade::Refuted) {
            verdict.grade = FieldGrade::Likely;
            verdict.member.clone_from(&proof.member);
            verdict.evidence.clone_from(&proof.reason);
            return;
        }
        if verdict.grade != FieldGrade::Refuted {
            verdict.grade = match verdict.candidates.as_slice() {
                [] => FieldGrade::Absent,
                _ => FieldGrade::Open,
            };
        }
        if verdict.evidence.is_empty() {
            let seen = if !self.has_items() {
                "no item was seen"
            } else if verdict.candidates.is_empty() {
                "no unused member has a fitting type"
            } else {
                "no known name"
            };
            verdict.evidence = seen.to_owned();
        }
        if let Some(Proof { parameter, reason, .. }) = tried {
            verdict.evidence = format!("{}; by {parameter}=: {reason}", verdict.evidence);
        }
    }

    /// Form to name beside a member, where the usual form cannot read its values.
    fn form(&self, name: &str, shape: &FieldShape) -> Option<&'static str> {
        let is_time = shape.forms.contains(&"unix_seconds");
        let is_number = |member: &MemberReport| member.types.iter().all(|it| it == "number");
        let member = self.member(name).filter(|member| is_time && is_number(member))?;
        // Of this century, seconds since 1970 have ten digits and milliseconds thirteen.
        match member.sample.chars().filter(char::is_ascii_digit).count() {
            0..=10 => Some("unix_seconds"),
            _ => Some("unix_milliseconds"),
        }
    }
}

/// Returns a member's name as the dictionary compares it.
pub(super) fn plain(name: &str) -> String {
    let kept = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    kept.flat_map(char::to_lowercase).collect()
}

impl Proof {
    fn is_about(&self, member: &str) -> bool {
        self.member.as_deref().is_some_and(|proved| plain(proved) == plain(member))
    }
}

impl HelpField {
    fn is_member(&self, member: &str) -> bool {
        self.member.as_deref().is_some_and(|known| plain(known) == plain(member))
    }
}
