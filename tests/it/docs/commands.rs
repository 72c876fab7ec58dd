//! Every block of commands is run or marked, and what documents show of an output is what is
//! printed.

use futures_util::future::join_all;

use super::{
    flags,
    marks::{Mark, is_shell},
    nothing_in, output,
    shell::pipelines,
    stage::Stage,
};
use crate::markdown::{Block, Document};

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

#[tokio::test(flavor = "multi_thread")]
async fn every_command_runs_or_is_marked_and_prints_what_is_shown() {
    let documents = Document::shipped();
    nothing_in(&join_all(documents.iter().map(problems)).await.concat());
}

/// Problems of the blocks of a document.
pub(crate) async fn problems(document: &Document) -> Vec<String> {
    let (mut problems, mut stage, mut printed): (Vec<String>, Option<Stage>, Option<String>) =
        (Vec::new(), None, None);
    for block in document.blocks() {
        let result = if !LANGUAGES.contains(&&*block.language) {
            Err((
                0,
                format!(
                    "a block of {:?}; say what it is: {}",
                    block.language,
                    LANGUAGES.join(", ")
                ),
            ))
        } else if is_shell(&block.language) {
            printed = None;
            commands(&block, &mut stage, &mut printed).await
        } else if block.comment.as_deref() == Some("output") {
            let printed =
                printed.as_deref().ok_or_else(|| "no block that is run comes before it".to_owned());
            printed
                .and_then(|printed| output::compare(&block.text, printed))
                .map_err(|problem| (0, problem))
        } else {
            Ok(())
        };
        problems.extend(
            result.err().map(|(offset, problem)| document.problem(block.line + offset, problem)),
        );
    }
    problems
}

async fn commands(
    block: &Block,
    stage: &mut Option<Stage>,
    printed: &mut Option<String>,
) -> Result<(), (usize, String)> {
    let mark = Mark::read(block).map_err(|problem| (0, problem))?;
    let lines = pipelines(&block.text);
    // A reader or a test that runs a marked block has a whole shell.
    let lines: Vec<_> = match mark {
        Mark::None => lines.into_iter().collect::<Result<_, _>>()?,
        Mark::RunBy | Mark::Needs => lines.into_iter().flatten().collect(),
    };
    for line in &lines {
        for command in &line.commands {
            flags::understood(command).map_err(|problem| (line.offset, problem))?;
        }
    }
    if mark != Mark::None {
        return Ok(());
    }
    let mut all = String::new();
    for line in &lines {
        if stage.is_none() {
            *stage = Some(Stage::set().await);
        }
        let stage = stage.as_mut().ok_or((0, String::new()))?;
        all += &stage.run(line).await.map_err(|problem| (line.offset, problem))?;
    }
    *printed = Some(all);
    Ok(())
}
