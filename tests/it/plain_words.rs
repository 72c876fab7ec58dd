//! Plain words: comments, HELP, `--help`, messages, documents, rules and boards are written so that
//! a reader who learnt English as a second language reads each sentence once.
//!
//! Only what can be measured is held here. Prose alone is read: names in code, in backquotes or
//! with `_` are left alone, since users hold some of them (metrics, alerts, configuration keys).

use std::{fs, path::Path, sync::LazyLock};

use proc_macro2::{TokenStream, TokenTree};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use regex::Regex;
use serde_json::Value;

use crate::markdown::{Document, root};

/// Expressions that are old, bookish or ambiguous, each with the plain words that replace it.
const BANNED: [(&str, &str); 13] = [
    ("stands", "is"),
    ("told", "reported, said or known"),
    ("anew", "again"),
    ("whoever", "anyone who"),
    ("whatever", "any"),
    ("nobody", "no one"),
    ("reckoned", "computed"),
    ("dearest", "most expensive"),
    ("its fellows", "the others, by name"),
    ("so far", "nothing: leave it out"),
    ("in its misfortune", "the failure itself"),
    ("the process turns", "the process is running"),
    ("a picture of the past", "outdated"),
];

/// Doc comments begin with the thing itself. A question word at the start of a line reads like a
/// riddle.
const QUESTION_WORDS: [&str; 9] =
    ["What", "Who", "Whoever", "Whether", "Where", "Which", "How", "Why", "When"];

/// A name is one line of a report, and can be read aloud.
const LONGEST_TEST_NAME: usize = 70;

static BANNED_WORDS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let entry = |(words, instead)| {
        // Neither within a longer name (`is_told`) nor in an alert's (`TrioWaitingNobodyWorking`).
        (Regex::new(&format!(r"(?i)(^|[^\w`]){words}($|[^\w`])")).expect("a pattern"), instead)
    };
    BANNED.into_iter().map(entry).collect()
});
/// Code and addresses within prose.
static CODE_SPAN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"`[^`]*`|\w+://\S+").expect("a pattern"));

/// The files below a folder whose names end in one of these, with their texts. Paths are below the
/// root, with `/`.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    fn walk(folder: &Path, endings: &[&str], found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root()).expect("below the root").to_str().expect("UTF-8");
            if path.is_dir() {
                walk(&path, endings, found);
            } else if endings.iter().any(|ending| name.ends_with(ending)) && !path.is_symlink() {
                found.push((name.replace('\\', "/"), fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), endings, &mut found);
    found.sort();
    found
}

fn rust_files() -> Vec<(String, String)> {
    ["src", "tests", "benches"].into_iter().flat_map(|folder| files(folder, &[".rs"])).collect()
}

/// Banned words in a line of prose.
fn banned(place: &str, line: usize, prose: &str) -> Vec<String> {
    let prose = CODE_SPAN.replace_all(prose, "``");
    let found = BANNED_WORDS.iter().filter_map(|(pattern, instead)| {
        let word =
            pattern.find(&prose)?.as_str().trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
        Some(format!("{place}:{line}: \"{word}\"; write: {instead}"))
    });
    found.collect()
}

/// The comment on a line of Rust, without its slashes.
fn comment(line: &str) -> Option<&str> {
    let start = line.match_indices("//").map(|(at, _)| at).find(|at| {
        // Not the `//` of an address within a text.
        line[..*at].matches('"').count().is_multiple_of(2) && !line[..*at].ends_with(':')
    })?;
    Some(line[start..].trim_start_matches(['/', '!']))
}

/// Texts of a program that people read: those of several words, with their lines.
fn texts(tokens: TokenStream, found: &mut Vec<(usize, String)>) {
    for tree in tokens {
        match tree {
            TokenTree::Group(group) => texts(group.stream(), found),
            TokenTree::Literal(literal) => {
                let text =
                    syn::parse_str::<syn::LitStr>(&literal.to_string()).map(|text| text.value());
                if let Ok(text) = text
                    && text.split_whitespace().count() > 2
                {
                    found.push((literal.span().start().line, text));
                }
            }
            _ => {}
        }
    }
}

/// Problems with the words of a Rust file.
fn problems_in_rust(path: &str, source: &str) -> Vec<String> {
    let mut problems = Vec::new();
    for (number, line) in source.lines().enumerate() {
        let Some(comment) = comment(line) else { continue };
        problems.extend(banned(path, number + 1, comment));
        let code = line.trim_start();
        let is_doc = code.starts_with("///") || code.starts_with("//!");
        let first = comment.split_whitespace().next().unwrap_or_default();
        let first = first.trim_end_matches(|c: char| !c.is_alphanumeric());
        if is_doc && QUESTION_WORDS.contains(&first) {
            problems.push(format!("{path}:{}: a doc line begins with \"{first}\"", number + 1));
        }
    }
    // Texts of tests are data, some of it wrong on purpose.
    let is_test = path.starts_with("tests/") || path.contains("/tests");
    let program = source.split("#[cfg(test)]").next().unwrap_or_default();
    if !is_test && let Ok(tokens) = program.parse() {
        let mut found = Vec::new();
        texts(tokens, &mut found);
        // A doc comment is a literal for the tokenizer as well; it was read above.
        let doc_lines: Vec<usize> = (1..)
            .zip(source.lines())
            .filter(|(_, l)| comment(l).is_some())
            .map(|(n, _)| n)
            .collect();
        found.retain(|(line, _)| doc_lines.binary_search(line).is_err());
        problems.extend(found.iter().flat_map(|(line, text)| banned(path, *line, text)));
    }
    problems
}

/// Names of functions that are longer than a test's may be.
fn long_names(path: &str, source: &str) -> Vec<String> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bfn (\w+)").expect("a pattern"));
    let names = NAME.captures_iter(source).map(|found| found[1].to_owned());
    let long = names.filter(|name| name.len() > LONGEST_TEST_NAME);
    long.map(|name| {
        format!("{path}: {name} has {} letters, at most {LONGEST_TEST_NAME}", name.len())
    })
    .collect()
}

/// Banned words in the sentences of a document.
fn problems_in_document(document: &Document) -> Vec<String> {
    let (mut problems, mut in_code) = (Vec::new(), false);
    for (event, range) in Parser::new_ext(&document.text, Options::ENABLE_TABLES).into_offset_iter()
    {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) if !in_code => {
                let line = document.text[..range.start].matches('\n').count() + 1;
                problems.extend(banned(&document.path, line, &text));
            }
            _ => {}
        }
    }
    problems
}

/// Banned words in the comments and annotations of a YAML file.
fn problems_in_yaml(path: &str, text: &str) -> Vec<String> {
    text.lines().enumerate().flat_map(|(number, line)| banned(path, number + 1, line)).collect()
}

/// Banned words in what a board shows.
fn problems_in_board(path: &str, board: &Value) -> Vec<String> {
    match board {
        Value::Object(members) => {
            let shown = [
                "title",
                "description",
                "content",
                "text",
                "noValue",
                "displayName",
                "legendFormat",
            ];
            let inner = members.iter().flat_map(|(name, value)| match value {
                Value::String(text) if shown.contains(&&**name) => banned(path, 0, text),
                value => problems_in_board(path, value),
            });
            inner.collect()
        }
        Value::Array(items) => {
            items.iter().flat_map(|item| problems_in_board(path, item)).collect()
        }
        _ => Vec::new(),
    }
}

fn assert_none(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn comments_and_texts_use_plain_words() {
    let problems: Vec<String> =
        rust_files().iter().flat_map(|(path, text)| problems_in_rust(path, text)).collect();
    assert_none(&problems);
}

#[test]
fn test_names_are_short() {
    let problems: Vec<String> =
        rust_files().iter().flat_map(|(path, text)| long_names(path, text)).collect();
    assert_none(&problems);
}

#[test]
fn documents_use_plain_words() {
    let problems: Vec<String> = Document::shipped().iter().flat_map(problems_in_document).collect();
    assert_none(&problems);
}

#[test]
fn rules_units_and_chart_use_plain_words() {
    let endings =
        [".yml", ".yaml", ".tpl", ".txt", ".service", ".socket", ".default", "Dockerfile", "build"];
    let files = files("deploy", &endings);
    assert!(files.len() > 30, "{}", files.len());
    let problems: Vec<String> =
        files.iter().flat_map(|(path, text)| problems_in_yaml(path, text)).collect();
    assert_none(&problems);
}

#[test]
fn boards_use_plain_words() {
    let boards = files("dashboards", &[".json"]);
    assert!(boards.len() > 5, "{}", boards.len());
    let problems = boards.iter().flat_map(|(path, text)| {
        problems_in_board(path, &serde_json::from_str(text).expect("JSON"))
    });
    assert_none(&problems.collect::<Vec<_>>());
}

#[test]
fn planted_words_are_found() {
    for source in [
        "/// Whether it waits.\nfn waits() {}\n",
        "//! How it is counted.\n",
        "// Read anew after a reload.\n",
        "fn a() {} // Whoever asks.\n",
        "fn a() { error!(\"the list is read anew\"); }\n",
        "fn a() { f(Spec { help: \"Cases that\n nobody takes.\" }); }\n",
    ] {
        assert_eq!(problems_in_rust("src/a.rs", source).len(), 1, "{source}");
    }
    for source in [
        "/// Returns what is told by [`is_told`] as `anew`.\nfn a() {}\n"
            .replace("what is told by", "the value of")
            .as_str(),
        "fn told() { let anew = \"anew\"; f(\"http://told.example/ b c\") }\n",
        "fn a() { f(\"one word anew_again, TrioWaitingNobodyWorking here\") }\n",
        "#[cfg(test)]\nmod tests { fn a() { f(\"it is read anew by them\") } }\n",
    ] {
        assert_eq!(problems_in_rust("src/a.rs", source), Vec::<String>::new(), "{source}");
    }
    let document = Document::new(
        "a.md",
        "Read `anew`.\n\n```sh\ntold anew\n```\n\n| a | nobody |\n|---|---|\n| b | c |\n",
    );
    assert_eq!(problems_in_document(&document), ["a.md:7: \"nobody\"; write: no one"]);
    assert_eq!(problems_in_yaml("a.yml", "a: b # The process turns.\nc: so_far\n").len(), 1);
    let board = serde_json::json!({"panels": [{"title": "Nobody", "expr": "anew", "options": {"content": "told"}}]});
    assert_eq!(problems_in_board("a.json", &board).len(), 2);
    let long = format!("fn {}() {{}}", "a".repeat(71));
    assert_eq!(long_names("a.rs", &long).len(), 1);
}
