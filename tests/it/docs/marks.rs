//! Marks of blocks.

use std::fs;

use crate::markdown::{Block, root};

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

/// Treatment of a block of commands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// It is run here.
    None,
    /// A test runs it.
    RunBy,
    /// It is the reader's.
    Needs,
}

/// Languages of commands.
pub(crate) fn is_shell(language: &str) -> bool {
    matches!(language, "sh" | "bash" | "shell" | "console")
}

impl Mark {
    /// Reads the mark of `block`.
    pub(crate) fn read(block: &Block) -> Result<Self, String> {
        let Some(comment) = &block.comment else { return Ok(Self::None) };
        if let Some(reason) = comment.strip_prefix("needs:") {
            let reason = reason.trim();
            let known = REASONS.contains(&reason);
            return if known {
                Ok(Self::Needs)
            } else {
                Err(format!("{reason:?} is none of {REASONS:?}"))
            };
        }
        if let Some(test) = comment.strip_prefix("run by:") {
            return there_is(test.trim()).map(|()| Self::RunBy);
        }
        Err(format!("{comment:?} is no mark; write `run by: FILE TEST` or `needs: REASON`"))
    }
}

/// The test, given as `FILE NAME`, exists.
fn there_is(test: &str) -> Result<(), String> {
    let (file, name) =
        test.split_once(' ').ok_or_else(|| format!("{test:?} is not `FILE TEST`"))?;
    let text = fs::read_to_string(root().join(file)).map_err(|error| format!("{file}: {error}"))?;
    let syntax = syn::parse_file(&text).map_err(|error| format!("{file}: {error}"))?;
    if has_test(&syntax.items, name) {
        Ok(())
    } else {
        Err(format!("{file} has no test called {name}"))
    }
}

fn has_test(items: &[syn::Item], name: &str) -> bool {
    let is_test = |attribute: &syn::Attribute| {
        attribute.path().segments.last().is_some_and(|segment| segment.ident == "test")
    };
    items.iter().any(|item| match item {
        syn::Item::Fn(function) => function.sig.ident == name && function.attrs.iter().any(is_test),
        syn::Item::Mod(module) => {
            module.content.as_ref().is_some_and(|(_, inner)| has_test(inner, name))
        }
        _ => false,
    })
}
