//! Reads paths from tokens that have no syntax of their own: the contents of macros and
//! attributes.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use super::paths::How;

type Found = (Vec<String>, How, Span);

/// Every path in `stream`, groups included. In attributes, texts may hold paths as well
/// (`#[serde(with = "crate::…")]`).
pub(crate) fn paths(stream: TokenStream, texts_too: bool) -> Vec<Found> {
    let mut walk = Walk { found: Vec::new(), texts_too };
    walk.stream(stream);
    walk.found
}

struct Walk {
    found: Vec<Found>,
    texts_too: bool,
}

impl Walk {
    fn stream(&mut self, stream: TokenStream) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let mut at = 0;
        let mut after_use = false;
        while let Some(tree) = trees.get(at) {
            at += 1;
            match tree {
                TokenTree::Group(group) => self.stream(group.stream()),
                TokenTree::Literal(literal) if self.texts_too => {
                    self.text(&literal.to_string(), literal.span());
                }
                TokenTree::Ident(ident) if *ident == "use" => {
                    after_use = true;
                    continue;
                }
                TokenTree::Ident(_) => at = self.path(&trees, at - 1, Vec::new(), after_use),
                // `use ::reqwest` is still a use.
                TokenTree::Punct(punct) if punct.as_char() == ':' => continue,
                _ => {}
            }
            after_use = false;
        }
    }

    /// Reads the path that begins at `at`; returns where it ends. Single names count only when they
    /// are brought into scope.
    fn path(
        &mut self,
        trees: &[TokenTree],
        mut at: usize,
        prefix: Vec<String>,
        used: bool,
    ) -> usize {
        let span = trees[at].span();
        let mut segments = prefix;
        while let Some(TokenTree::Ident(ident)) = trees.get(at) {
            if *ident != "self" || segments.is_empty() {
                segments.push(ident.to_string());
            }
            at += 1;
            if !colons(trees, at) {
                break;
            }
            at += 2;
        }
        let how = if used { How::Used } else { How::Plain };
        let goes_on = colons(trees, at.wrapping_sub(2));
        match trees.get(at) {
            Some(TokenTree::Group(group)) if goes_on && group.delimiter() == Delimiter::Brace => {
                self.tree(group.stream(), &segments);
                return at + 1;
            }
            Some(TokenTree::Punct(star)) if goes_on && star.as_char() == '*' => {
                self.found.push((segments, How::Used, span));
                return at;
            }
            _ => {}
        }
        if used || segments.len() > 1 {
            self.found.push((segments, how, span));
        }
        at
    }

    /// The inside of the braces of a use tree.
    fn tree(&mut self, stream: TokenStream, prefix: &[String]) {
        let trees: Vec<TokenTree> = stream.into_iter().collect();
        let comma =
            |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ',');
        for branch in trees.split(comma) {
            match branch.first() {
                Some(TokenTree::Ident(_)) => {
                    self.path(branch, 0, prefix.to_vec(), true);
                }
                Some(star) => self.found.push((prefix.to_vec(), How::Used, star.span())),
                None => {}
            }
        }
    }

    fn text(&mut self, literal: &str, span: Span) {
        let Ok(text) = syn::parse_str::<syn::LitStr>(literal) else { return };
        let Ok(path) = text.parse::<syn::Path>() else { return };
        if path.segments.len() > 1 {
            let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.found.push((segments, How::Plain, span));
        }
    }
}

/// True for `::` at position `at`.
fn colons(trees: &[TokenTree], at: usize) -> bool {
    let colon = |at: usize| matches!(trees.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    colon(at) && colon(at.wrapping_add(1))
}
