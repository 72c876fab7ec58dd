//! Markdown: the blocks of code, with what is marked above them, the links, and the headings.

use std::{fs, ops::Range, path::Path};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A document.
pub(crate) struct Document {
    /// Below the root of the project, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// The line of its fence.
    pub(crate) line: usize,
    /// Language that the fence names.
    pub(crate) language: String,
    pub(crate) text: String,
    /// Comment on the line above it.
    pub(crate) comment: Option<String>,
}

/// The root of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Document {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Those of the project: at its root, in `docs` and in `deploy`. A changelog tells what once
    /// was.
    pub(crate) fn shipped() -> Vec<Self> {
        let mut paths = in_folder(root());
        let (mut folders, mut at) = (vec![root().join("docs"), root().join("deploy")], 0);
        while let Some(folder) = folders.get(at).cloned() {
            at += 1;
            paths.extend(in_folder(&folder));
            let entries = fs::read_dir(&folder)
                .expect("a folder")
                .map(|entry| entry.expect("an entry").path());
            folders.extend(entries.filter(|path| path.is_dir()));
        }
        let mut documents: Vec<Self> = paths.iter().map(|path| Self::read(path)).collect();
        documents.retain(|document| document.path != "CHANGELOG.md");
        documents.sort_by(|a, b| a.path.cmp(&b.path));
        documents
    }

    fn read(path: &Path) -> Self {
        let below = path.strip_prefix(root()).expect("below the root").to_str().expect("UTF-8");
        Self::new(&below.replace('\\', "/"), &fs::read_to_string(path).expect("a text"))
    }

    /// Describes a problem at a line.
    pub(crate) fn problem(&self, line: usize, what: impl std::fmt::Display) -> String {
        format!("{}:{line}: {what}", self.path)
    }

    fn line_of(&self, at: usize) -> usize {
        self.text[..at].matches('\n').count() + 1
    }

    fn events(&self) -> impl Iterator<Item = (Event<'_>, Range<usize>)> {
        Parser::new_ext(&self.text, Options::ENABLE_TABLES).into_offset_iter()
    }

    /// Every fenced block.
    pub(crate) fn blocks(&self) -> Vec<Block> {
        let (mut blocks, mut comment): (Vec<Block>, Option<(usize, String)>) = (Vec::new(), None);
        let mut open = false;
        for (event, range) in self.events() {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => {
                    let inside =
                        html.trim().strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
                    comment =
                        inside.map(|text| (self.line_of(range.start), text.trim().to_owned()));
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    let line = self.line_of(range.start);
                    let above =
                        comment.take().filter(|(at, _)| at + 1 == line).map(|(_, text)| text);
                    let language = language.to_string();
                    blocks.push(Block { line, language, text: String::new(), comment: above });
                    open = true;
                }
                Event::Text(text) if open => {
                    if let Some(block) = blocks.last_mut() {
                        block.text.push_str(&text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => open = false,
                _ => {}
            }
        }
        blocks
    }

    /// Every link: its line and where it leads.
    pub(crate) fn links(&self) -> Vec<(usize, String)> {
        let links = self.events().filter_map(|(event, range)| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some((self.line_of(range.start), dest_url.to_string()))
            }
            _ => None,
        });
        links.collect()
    }

    /// Code within sentences and tables: its line and its text.
    pub(crate) fn words(&self) -> Vec<(usize, String)> {
        let words = self.events().filter_map(|(event, range)| match event {
            Event::Code(text) => Some((self.line_of(range.start), text.to_string())),
            _ => None,
        });
        words.collect()
    }

    /// The anchors of its headings, as they are made for readers in a browser.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let (mut anchors, mut heading): (Vec<String>, Option<String>) = (Vec::new(), None);
        for (event, _) in self.events() {
            match (event, &mut heading) {
                (Event::Start(Tag::Heading { .. }), _) => heading = Some(String::new()),
                (Event::Text(text) | Event::Code(text), Some(heading)) => heading.push_str(&text),
                (Event::End(TagEnd::Heading(_)), open) => {
                    let anchor = anchor(&open.take().unwrap_or_default());
                    let before = anchors.iter().filter(|known| **known == anchor).count();
                    anchors.push(if before == 0 { anchor } else { format!("{anchor}-{before}") });
                }
                _ => {}
            }
        }
        anchors
    }
}

fn in_folder(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries
        .filter(|path| {
            path.is_file() && path.extension().is_some_and(|extension| extension == "md")
        })
        .collect()
}

/// Small letters, blanks as `-`, and of the rest only letters, digits, `-` and `_`.
fn anchor(heading: &str) -> String {
    let kept =
        heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}
