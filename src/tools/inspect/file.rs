//! A fields file as lines: finds the place of a resource and of a field, and adds lines there.
//!
//! The lines of a person are never changed. YAML has more ways to write a map than this module
//! knows; where it finds another one, it adds suggestions only.

use super::plan::{FieldPlan, MARK, Word, line, marked, quoted};

/// Indentation of one level in a new block.
const STEP: usize = 2;

/// Kind of lines to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Entries, and suggestions for what is not known.
    Entry,
    /// Suggestions only.
    Suggestion,
}

/// The lines of a file.
#[derive(Clone, Debug)]
pub(super) struct FieldsText {
    text: String,
}

/// Position of a map's entries in the lines.
#[derive(Clone, Copy, Debug)]
struct Block {
    /// Line of the key.
    key: usize,
    /// Line behind the last line of the block that has a content or is a suggestion.
    end: usize,
    /// Indentation of its entries; `None` if they are not on lines of their own.
    indent: Option<usize>,
}

impl FieldsText {
    /// Takes a file without the suggestions that it has.
    pub(super) fn new(file: &str) -> Self {
        let mut kept: Vec<&str> = Vec::new();
        for line in file.lines() {
            if !line.trim_start().starts_with(MARK) {
                kept.push(line);
            } else if is_header(line) && kept.last().is_some_and(|above| above.is_empty()) {
                kept.pop();
            }
        }
        let mut text: String = kept.into_iter().flat_map(|line| [line, "\n"]).collect();
        // The suggestions of a resource without an entry have an empty line above them.
        while text.ends_with("\n\n") {
            text.pop();
        }
        Self { text }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    pub(super) fn into_string(self) -> String {
        self.text
    }

    /// Adds what is planned for a field of a resource.
    pub(super) fn insert(&mut self, resource: &str, plan: &FieldPlan, place: Place) {
        let mut lines: Vec<String> = self.text.lines().map(str::to_owned).collect();
        match block(&lines, 0..lines.len(), 0, resource) {
            Some(found) => into_resource(&mut lines, found, plan, place),
            None => at_the_end(&mut lines, resource, plan, place),
        }
        self.text = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    }
}

/// Returns true for the suggestion of a resource, which has an empty line above it.
fn is_header(line: &str) -> bool {
    let rest = line.strip_prefix(MARK).and_then(|rest| rest.strip_prefix(' '));
    rest.is_some_and(|rest| !rest.starts_with([' ', '#']))
}

/// Adds a field to a resource that the file has.
fn into_resource(lines: &mut Vec<String>, found: Block, plan: &FieldPlan, place: Place) {
    let Some(indent) = found.indent else {
        // Written on one line, or an anchor or alias: two resources may share the entries.
        let added = entry(plan, STEP, Place::Suggestion);
        lines.splice(found.end..found.end, added);
        return;
    };
    let field = block(lines, found.key + 1..found.end, indent, &plan.field);
    let Some(field) = field else {
        lines.splice(found.end..found.end, entry(plan, indent, place));
        return;
    };
    // The entry is a person's: its member stays, and only words are added to it.
    let words = &plan.words;
    let values = field
        .indent
        .filter(|_| place == Place::Entry)
        .map(|inner| (inner, block(lines, field.key + 1..field.end, inner, "values")));
    match values {
        Some((_, Some(Block { end, indent: Some(inner), .. }))) => {
            lines.splice(end..end, word_lines(words, inner, Place::Entry));
        }
        Some((inner, None)) => {
            let added = values_block(plan, inner, Place::Entry);
            lines.splice(field.end..field.end, added);
        }
        _ => {
            let added = values_block(plan, indent + STEP, Place::Suggestion);
            lines.splice(field.end..field.end, added);
        }
    }
}

/// Adds a field to a resource that the file does not have.
fn at_the_end(lines: &mut Vec<String>, resource: &str, plan: &FieldPlan, place: Place) {
    let is_active = place == Place::Entry && plan.is_active();
    let header = format!("{resource}:");
    let suggested = marked(&header);
    if is_active {
        lines.extend([String::new(), header]);
    } else if let Some(group) = lines.iter().position(|line| *line == suggested) {
        let is_other = |line: &String| !line.starts_with(MARK) || is_header(line);
        let end = lines.iter().skip(group + 1).position(is_other);
        let end = end.map_or(lines.len(), |rows| group + 1 + rows);
        lines.splice(end..end, entry(plan, STEP, place));
        return;
    } else {
        lines.extend([String::new(), suggested]);
    }
    lines.extend(entry(plan, STEP, place));
}

/// Lines of a new entry.
fn entry(plan: &FieldPlan, indent: usize, place: Place) -> Vec<String> {
    let spaces = " ".repeat(indent);
    let inner = " ".repeat(indent + STEP);
    let is_active = place == Place::Entry && plan.is_active();
    let write = |line: String| if is_active { line } else { marked(&line) };
    let mut lines = Vec::new();
    let note = line(&plan.note);
    let note = if note.is_empty() { String::new() } else { format!(" # {note}") };
    match &plan.member {
        Some((member, from)) if plan.words.is_empty() && plan.form.is_none() => {
            let member = quoted(member);
            let only = if plan.only { ", only: true" } else { "" };
            lines.push(write(format!(
                "{spaces}{}: {{members: [{member}]{only}, from: {from}}}{note}",
                plan.field
            )));
        }
        Some((member, from)) => {
            lines.push(write(format!("{spaces}{}:", plan.field)));
            lines.push(write(format!("{inner}members: [{}]{note}", quoted(member))));
            lines.extend(plan.only.then(|| write(format!("{inner}only: true"))));
            lines.push(write(format!("{inner}from: {from}")));
            lines.extend(plan.form.iter().map(|form| write(format!("{inner}form: {form}"))));
        }
        None if plan.only => {
            lines.push(write(format!("{spaces}{}: {{members: [], from: help}}{note}", plan.field)));
        }
        None if !plan.words.is_empty() => {
            lines.push(write(format!("{spaces}{}:", plan.field)));
        }
        None => {}
    }
    lines.extend(values_block(
        plan,
        indent + STEP,
        if is_active { place } else { Place::Suggestion },
    ));
    lines
        .extend(plan.suggestions.iter().map(|suggestion| marked(&format!("{spaces}{suggestion}"))));
    lines
}

/// Lines of the words of a field, under a key of their own.
fn values_block(plan: &FieldPlan, indent: usize, place: Place) -> Vec<String> {
    let Some((last, others)) = plan.meanings.split_last().filter(|_| !plan.words.is_empty()) else {
        return Vec::new();
    };
    let spaces = " ".repeat(indent);
    let header = format!("{spaces}values: # {} or {last}", others.join(", "));
    let is_active = place == Place::Entry && plan.words.iter().any(|word| word.is_active);
    let place = if is_active { Place::Entry } else { Place::Suggestion };
    let mut lines = vec![if is_active { header } else { marked(&header) }];
    lines.extend(word_lines(&plan.words, indent + STEP, place));
    lines
}

fn word_lines(words: &[Word], indent: usize, place: Place) -> Vec<String> {
    let spaces = " ".repeat(indent);
    let write = |word: &Word| {
        let note = line(&word.note);
        let note = if note.is_empty() { String::new() } else { format!(" # {note}") };
        let line = format!("{spaces}{}: {}{note}", quoted(&word.word), word.meaning);
        if place == Place::Entry && word.is_active { line } else { marked(&line) }
    };
    words.iter().map(write).collect()
}

/// Finds the key with this indentation among some lines.
fn block(
    lines: &[String],
    range: std::ops::Range<usize>,
    indent: usize,
    key: &str,
) -> Option<Block> {
    let is_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let depth = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let position = range.clone().find(|&at| {
        let line = &lines[at];
        is_content(line) && depth(line) == indent && key_of(line).is_some_and(|it| it.0 == key)
    })?;
    let rest = range.end.min(lines.len());
    // The suggestions of the next resource may have no entry of that resource above them.
    let next = (position + 1..rest)
        .find(|&at| is_content(&lines[at]) && depth(&lines[at]) <= indent || is_header(&lines[at]));
    let inside = position + 1..next.unwrap_or(rest);
    let is_mine = |line: &str| is_content(line) || line.trim_start().starts_with(MARK);
    let end =
        inside.clone().rev().find(|&at| is_mine(&lines[at])).map_or(position + 1, |at| at + 1);
    let is_open = key_of(&lines[position]).is_some_and(|(_, value)| value.is_empty());
    let first = inside.into_iter().find(|&at| is_content(&lines[at]));
    let inner = first.filter(|_| is_open).map(|at| depth(&lines[at]));
    Some(Block { key: position, end, indent: inner })
}

/// Key of a line, and its value without a comment.
fn key_of(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    let (key, value) = line.split_once(": ").or_else(|| Some((line.strip_suffix(':')?, "")))?;
    let key = key.trim().trim_matches(['"', '\'']);
    let value = value.trim();
    Some((key, if value.starts_with('#') { "" } else { value }))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn plan(field: &str, member: Option<&str>, words: &[(&str, bool)]) -> FieldPlan {
        let word = |(word, is_active): &(&str, bool)| Word {
            word: (*word).to_owned(),
            meaning: "unknown",
            is_active: *is_active,
            note: String::new(),
        };
        FieldPlan {
            field: field.to_owned(),
            member: member.map(|member| (member.to_owned(), "proved")),
            only: false,
            form: None,
            note: String::new(),
            words: words.iter().map(word).collect(),
            meanings: vec!["paused", "unknown"],
            suggestions: Vec::new(),
        }
    }

    fn inserted(file: &str, resource: &str, plan: &FieldPlan) -> String {
        let mut text = FieldsText::new(file);
        text.insert(resource, plan, Place::Entry);
        text.into_string()
    }

    #[test]
    fn entries_follow_those_of_their_resource() {
        let file = "# mine\nservices:\n    id: {members: [x]} # why\n\n    # more to come\n\ncc:\n  id: {members: [y]}\n";
        assert_eq!(
            inserted(file, "services", &plan("name", Some("n"), &[])),
            "# mine\nservices:\n    id: {members: [x]} # why\n    name: {members: [\"n\"], from: proved}\n\n    # more to come\n\ncc:\n  id: {members: [y]}\n"
        );
        assert_eq!(
            inserted("cc: {id: {members: [y]}}", "skills", &plan("id", Some("n"), &[])),
            "cc: {id: {members: [y]}}\n\nskills:\n  id: {members: [\"n\"], from: proved}\n"
        );
    }

    #[test]
    fn words_join_the_entry_that_is_there() {
        let words = [("Fika", true), ("Annat", false)];
        let new = plan("state", None, &words);
        assert_eq!(
            inserted(
                "agents/state:\n  state:\n    values:\n      A: paused\n  since: {}\n",
                "agents/state",
                &new
            ),
            "agents/state:\n  state:\n    values:\n      A: paused\n      \"Fika\": unknown\n#?       \"Annat\": unknown\n  since: {}\n"
        );
        assert_eq!(
            inserted("agents/state:\n  state:\n    members: [s]\n", "agents/state", &new),
            "agents/state:\n  state:\n    members: [s]\n    values: # paused or unknown\n      \"Fika\": unknown\n#?       \"Annat\": unknown\n"
        );
        let flow = "agents/state:\n  state: {members: [s]}\n";
        assert!(inserted(flow, "agents/state", &new).starts_with(flow));
        assert!(inserted(flow, "agents/state", &new).contains("#?       \"Fika\""));
    }

    #[test]
    fn refuted_name_is_no_longer_read() {
        let refuted = |member| FieldPlan {
            only: true,
            note: "the reason".to_owned(),
            ..plan("job", member, &[])
        };
        assert_eq!(
            inserted("", "agents/state", &refuted(None)),
            "\nagents/state:\n  job: {members: [], from: help} # the reason\n"
        );
        assert_eq!(
            inserted("", "agents/state", &refuted(Some("n"))),
            "\nagents/state:\n  job: {members: [\"n\"], only: true, from: proved} # the reason\n"
        );
        // A person's own entry is above the help.
        let own = "agents/state:\n  job: {members: [mine]}\n";
        assert_eq!(inserted(own, "agents/state", &refuted(None)), own);
    }

    #[test]
    fn suggestions_of_two_resources_do_not_mix() {
        let suggestion = |field: &str| FieldPlan {
            suggestions: vec![format!("{field}: {{members: ['x']}}")],
            ..plan(field, None, &[])
        };
        let mut text = FieldsText::new("services/state:\n  id: {members: [x]}\n");
        for (resource, field) in
            [("services", "id"), ("services/state", "open"), ("skills", "id"), ("services", "name")]
        {
            text.insert(resource, &suggestion(field), Place::Suggestion);
        }
        let expected = "\
services/state:
  id: {members: [x]}
#?   open: {members: ['x']}

#? services:
#?   id: {members: ['x']}
#?   name: {members: ['x']}

#? skills:
#?   id: {members: ['x']}
";
        assert_eq!(text.as_str(), expected);
        assert_eq!(FieldsText::new(expected).as_str(), "services/state:\n  id: {members: [x]}\n");
    }

    #[test]
    fn member_of_an_existing_entry_stays() {
        let file = "services:\n  id:\n    members: [mine]\n";
        assert_eq!(inserted(file, "services", &plan("id", Some("other"), &[])), file);
    }

    #[test]
    fn shared_and_short_entries_get_suggestions_only() {
        for file in ["services/cases: *case\n", "services/cases: &x\n  id: {members: [x]}\n"] {
            let text = inserted(file, "services/cases", &plan("state", Some("s"), &[]));
            let added = text.strip_prefix(file).unwrap_or_else(|| panic!("{text}"));
            assert!(added.lines().all(|line| line.starts_with(MARK)), "{text}");
        }
    }

    #[test]
    fn suggestions_are_replaced_and_own_comments_stay() {
        let file = "# mine\ncc:\n#?   name: {members: ['x']}\n  id: {members: [y]}\n\n#? skills:\n#?   # id, open\n";
        assert_eq!(FieldsText::new(file).as_str(), "# mine\ncc:\n  id: {members: [y]}\n");
    }
}
