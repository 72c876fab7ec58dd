//! Every block of commands is run or marked, and what documents show of an output is what is
//! printed.

use std::{fs, sync::LazyLock};

use futures_util::future::join_all;
use regex::Regex;
use snapbox::{Assert, IntoData};

use super::{flags, nothing_in, stage::Stage};
use crate::markdown::{Block, Document, root};

/// Languages that a fence may name.
const LANGUAGES: [&str; 13] = [
    "sh",
    "bash",
    "shell",
    "console",
    "text",
    "yaml",
    "promql",
    "ini",
    "json",
    "toml",
    "dockerfile",
    "mermaid",
    "nginx",
];

/// Things that only the reader has. Another reason is a mistake until it is added here.
const REASONS: [&str; 12] = [
    "your Trio",
    "your answers",
    "your Prometheus",
    "your Alertmanager",
    "your Grafana",
    "your machine",
    "an installed package",
    "the internet",
    "Docker",
    "a Kubernetes cluster",
    "Rust",
    "two terminals",
];

/// One line: commands, each reading what the one before has printed.
pub(crate) struct Pipeline {
    /// Lines below the fence.
    pub(crate) offset: usize,
    pub(crate) commands: Vec<Command>,
    /// The file that takes the output.
    pub(crate) into: Option<String>,
}

/// A program and what it is given.
#[derive(Clone, Default)]
pub(crate) struct Command {
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) words: Vec<String>,
}

/// A problem, with the number of lines between it and the fence.
type Problem = (usize, String);

#[tokio::test(flavor = "multi_thread")]
async fn every_command_runs_or_is_marked_and_prints_what_is_shown() {
    let documents = Document::shipped();
    nothing_in(&join_all(documents.iter().map(problems)).await.concat());
}

/// Problems of the blocks of a document.
pub(crate) async fn problems(document: &Document) -> Vec<String> {
    let (mut problems, mut stage, mut printed) = (Vec::new(), None, None);
    for block in document.blocks() {
        let result = match (&*block.language, block.comment.as_deref()) {
            ("sh" | "bash" | "shell" | "console", _) => {
                printed = None;
                run(&block, &mut stage).await.map(|output| printed = output)
            }
            (language, _) if !LANGUAGES.contains(&language) => Err((
                0,
                format!("a block of {language:?}; say what it is: {}", LANGUAGES.join(", ")),
            )),
            (_, Some("output")) => {
                let printed =
                    printed.as_deref().ok_or("no block that is run comes before it".to_owned());
                printed
                    .and_then(|printed| compare(&block.text, printed))
                    .map_err(|problem| (0, problem))
            }
            _ => Ok(()),
        };
        problems.extend(
            result.err().map(|(offset, problem)| document.problem(block.line + offset, problem)),
        );
    }
    problems
}

/// Runs a block and returns what it prints. Of a marked one only the exporter's flags are checked.
async fn run(block: &Block, stage: &mut Option<Stage>) -> Result<Option<String>, Problem> {
    let marked = is_marked(block).map_err(|problem| (0, problem))?;
    let lines = pipelines(&block.text).into_iter();
    // A reader or a test that runs a marked block has a whole shell.
    let lines: Vec<_> =
        if marked { lines.flatten().collect() } else { lines.collect::<Result<_, _>>()? };
    for line in &lines {
        for command in &line.commands {
            flags::understood(command).map_err(|problem| (line.offset, problem))?;
        }
    }
    if marked {
        return Ok(None);
    }
    let mut printed = String::new();
    for line in &lines {
        let stage = match stage {
            Some(stage) => stage,
            None => stage.insert(Stage::set().await),
        };
        printed += &stage.run(line).await.map_err(|problem| (line.offset, problem))?;
    }
    Ok(Some(printed))
}

/// Returns true if the reader or another test runs the block.
fn is_marked(block: &Block) -> Result<bool, String> {
    let Some(comment) = &block.comment else { return Ok(false) };
    match comment.split_once(": ") {
        Some(("needs", reason)) if REASONS.contains(&reason) => Ok(true),
        Some(("needs", reason)) => Err(format!("{reason:?} is none of {REASONS:?}")),
        Some(("run by", test)) => has_test(test).map(|()| true),
        _ => Err(format!("{comment:?} is no mark; write `run by: FILE TEST` or `needs: REASON`")),
    }
}

/// The test, given as `FILE NAME`, exists.
fn has_test(test: &str) -> Result<(), String> {
    let (file, name) =
        test.split_once(' ').ok_or_else(|| format!("{test:?} is not `FILE TEST`"))?;
    let text = fs::read_to_string(root().join(file)).map_err(|error| format!("{file}: {error}"))?;
    let function =
        format!(r"\btest(\(.*\))?\]\n(\s*#\[.*\]\n)*\s*(async )?fn {}\(", regex::escape(name));
    let found = Regex::new(&function).expect("a pattern").is_match(&text);
    if found { Ok(()) } else { Err(format!("{file} has no test called {name}")) }
}

/// The lines of a block, or what is not understood of each.
pub(crate) fn pipelines(block: &str) -> Vec<Result<Pipeline, Problem>> {
    let (mut found, mut offset) = (Vec::new(), 1);
    // One line for each command; the mark of a continued line is neither in a document nor a blank.
    for line in block.replace("\\\n", "\0").lines() {
        let pipeline = pipeline(offset, line.replace('\0', " ").trim().trim_start_matches("$ "));
        found.extend(pipeline.map_err(|problem| (offset, problem)).transpose());
        offset += 1 + line.matches('\0').count();
    }
    found
}

/// The little of a shell that the documents need: words and quotes, variables before a command,
/// pipes, a file for the output. Anything else is an error, so that nothing is half understood.
fn pipeline(offset: usize, line: &str) -> Result<Option<Pipeline>, String> {
    static QUOTED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"'[^']*'|"[^"]*"|(^|\s)#.*"#).expect("a pattern"));
    static MORE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[;&<$`()*\\]|\S[|>]|[|>]\S").expect("a pattern"));
    let words = shlex::split(line).ok_or("a quote is not closed")?;
    if let Some(more) = MORE.find(&QUOTED.replace_all(line, "_")) {
        let more = more.as_str();
        return Err(format!("`{more}` is more of a shell than is understood here; mark the block"));
    }
    if words.is_empty() {
        return Ok(None);
    }
    let (words, into) = match words.iter().position(|word| word == ">").map(|at| words.split_at(at))
    {
        None => (&words[..], None),
        Some((words, [_, file])) => (words, Some(file.clone())),
        Some(_) => return Err("`>` without a file".to_owned()),
    };
    let commands = words.split(|word| word == "|").map(|words| {
        let program = words.iter().position(|word| variable(word).is_none());
        let (variables, words) = words.split_at(program.ok_or("a command is missing")?);
        let environment = variables.iter().filter_map(|word| variable(word)).collect();
        Ok::<_, String>(Command { environment, words: words.to_vec() })
    });
    Ok(Some(Pipeline { offset, commands: commands.collect::<Result<_, _>>()?, into }))
}

/// `NAME=value`.
fn variable(word: &str) -> Option<(String, String)> {
    let (name, value) = word.split_once('=')?;
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    (!name.is_empty() && name.chars().all(is_name)).then(|| (name.to_owned(), value.to_owned()))
}

/// Compares the output in a document with the output that was printed. `…` matches anything in a
/// line, and a line of its own any lines.
fn compare(shown: &str, printed: &str) -> Result<(), String> {
    let shown = plain(shown).lines().fold(String::new(), |text, line| {
        text + &if line == "…" { "...".to_owned() } else { line.replace('…', "[..]") } + "\n"
    });
    let compared =
        Assert::new().try_eq(Some(&"printed"), plain(printed).into_data(), shown.into_data());
    compared.map_err(|difference| format!("the output is not as shown:\n{difference}"))
}

/// Every number as 9, blank space of any width as one, and no empty line.
fn plain(text: &str) -> String {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[0-9]+").expect("a pattern"));
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    let lines = lines.filter(|line| !line.is_empty());
    lines.map(|line| NUMBER.replace_all(&line, "9").into_owned() + "\n").collect()
}

#[test]
fn numbers_and_blanks_may_differ_and_dots_stand_for_anything() {
    let printed = "OK     a: 12 items\nts=1 message=x level=warn\nend 7\n";
    for shown in [
        "OK a: 7 items\n…\nend 1234",
        "OK  a: 1 items\nts=… level=warn\nend 9\n",
        "…\nend 3",
        "OK a: 1 …\n…",
    ] {
        compare(shown, printed).unwrap();
    }
    for shown in ["OK a: 7 items", "end 7", "…\nstart 7", "OK a: … services\n…", "ts=9 …\n…"]
    {
        compare(shown, printed).expect_err(shown);
    }
}

#[test]
fn a_line_is_read_as_a_shell_reads_it_or_not_at_all() {
    let lines =
        pipelines("A=1 curl -s \\\n  'a | b' | grep \"x y\" > said # why\n\n# nothing\nls\n");
    let lines = lines.into_iter().collect::<Result<Vec<_>, _>>().expect("understood");
    let words =
        |at: usize| lines[0].commands[at].words.iter().map(String::as_str).collect::<Vec<_>>();
    assert_eq!((words(0), words(1)), (vec!["curl", "-s", "a | b"], vec!["grep", "x y"]));
    assert_eq!(lines[0].commands[0].environment, [("A".to_owned(), "1".to_owned())]);
    assert_eq!((lines[0].into.as_deref(), lines[0].offset), (Some("said"), 1));
    assert_eq!((lines[1].commands[0].words[0].as_str(), lines[1].offset), ("ls", 5));
    for (line, complaint) in [
        ("a; b", "`;` is more of a shell"),
        ("a $(b)", "`$` is more"),
        ("a 2> b", "`2>` is more"),
        ("a 'b", "a quote is not closed"),
        ("a | | b", "a command is missing"),
        ("a >", "`>` without a file"),
    ] {
        let found = pipelines(&format!("\n{line}")).remove(0);
        let (offset, problem) = found.err().expect(line);
        assert!(offset == 2 && problem.contains(complaint), "{line}: {offset}: {problem}");
    }
}
