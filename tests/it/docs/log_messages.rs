//! Every warning and every error that the program can log is in `docs/troubleshooting.md`, as are
//! the errors and warnings whose text comes from elsewhere. They are taken from the source, so that
//! the page cannot fall behind it.

use std::fs;

use proc_macro2::{TokenStream, TokenTree};
use syn::{Lit, Macro, visit::Visit};

use super::{document, nothing_in};
use crate::markdown::{Document, root};

/// Values that may be a whole log line, because their texts are found where they are made: pushed
/// on a list of warnings, or in an error of a room in [`ERRORS`].
const PASSED_ON: [&str; 2] = ["{warning}", "{problem}"];

/// Rooms whose error texts are logged.
const ERRORS: [&str; 2] = ["state_file", "trio"];

/// Rooms that tell in words what happened to a request or a login: their sentences are logged as
/// `error`. A function that returns a text as its error tells of a setting, which is not logged.
const DETAILS: [&str; 2] = ["trio/session", "trio/wire"];

/// True if `file` is in one of `rooms`.
fn is_in(rooms: &[&str], file: &str) -> bool {
    let below = file.strip_prefix("src/").unwrap_or(file);
    rooms.iter().any(|room| {
        below.strip_prefix(room).is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    })
}

/// A text with its gaps, and its place in the source.
pub(crate) struct Message {
    file: String,
    text: String,
}

struct Finder {
    file: String,
    found: Vec<Message>,
}

impl Finder {
    fn add(&mut self, text: String) {
        self.found.push(Message { file: self.file.clone(), text });
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_macro(&mut self, called: &'ast Macro) {
        let name = called.path.segments.last().map(|segment| segment.ident.to_string());
        if name.is_some_and(|name| matches!(&*name, "warn" | "error")) {
            let text = message(called.tokens.clone());
            self.add(text.unwrap_or_default());
        } else if is_in(&DETAILS, &self.file)
            && called.path.is_ident("format")
            && let Some(text) = message(called.tokens.clone()).filter(|text| is_sentence(text))
        {
            self.add(text);
        }
    }

    /// `explain` tells what a status means.
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if fails_with_text(&function.sig) && is_in(&DETAILS, &self.file) {
            return;
        }
        let is_it = is_in(&ERRORS, &self.file) && function.sig.ident == "explain";
        let mut texts = Texts::default();
        if is_it {
            texts.visit_item_fn(function);
        }
        texts.0.into_iter().filter(|text| is_sentence(text)).for_each(|text| self.add(text));
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !(fails_with_text(&function.sig) && is_in(&DETAILS, &self.file)) {
            syn::visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.ident != "tests" {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        let logged = is_in(&ERRORS, &self.file) && attribute.path().is_ident("error");
        if let (true, syn::Meta::List(list)) = (logged, &attribute.meta) {
            // One without words holds the words of another.
            let text = message(list.tokens.clone()).filter(|text| is_sentence(text));
            text.into_iter().for_each(|text| self.add(text));
        }
    }

    /// `warnings.push(format!("…"))` and `warn("…")`, a closure that logs.
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        if call.method == "push"
            && is_warnings(&call.receiver)
            && let Some(syn::Expr::Macro(made)) = call.args.first()
        {
            self.add(message(made.mac.tokens.clone()).unwrap_or_default());
        }
        if call.method == "to_owned"
            && is_in(&DETAILS, &self.file)
            && let syn::Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) = &*call.receiver
            && is_sentence(&text.value())
        {
            self.add(text.value());
        }
        syn::visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if matches!(&*call.func, syn::Expr::Path(path) if path.path.is_ident("warn"))
            && let Some(syn::Expr::Lit(literal)) = call.args.first()
            && let Lit::Str(text) = &literal.lit
        {
            self.add(text.value());
        }
        syn::visit::visit_expr_call(self, call);
    }
}

/// Every text.
#[derive(Default)]
struct Texts(Vec<String>);

impl<'ast> Visit<'ast> for Texts {
    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.0.push(text.value());
    }
}

/// True for a function that returns `Result<_, String>`.
fn fails_with_text(signature: &syn::Signature) -> bool {
    let syn::ReturnType::Type(_, returned) = &signature.output else { return false };
    let syn::Type::Path(path) = &**returned else { return false };
    let Some(last) = path.path.segments.last() else { return false };
    let syn::PathArguments::AngleBracketed(given) = &last.arguments else { return false };
    matches!(
        given.args.last(),
        Some(syn::GenericArgument::Type(syn::Type::Path(error)))
            if last.ident == "Result" && error.path.is_ident("String")
    )
}

/// Words, not a header or a scheme.
fn is_sentence(text: &str) -> bool {
    parts(text).iter().any(|part| part.contains(' '))
}

/// `warnings` or `self.warnings`.
fn is_warnings(list: &syn::Expr) -> bool {
    match list {
        syn::Expr::Path(path) => path.path.is_ident("warnings"),
        syn::Expr::Field(field) => {
            matches!(&field.member, syn::Member::Named(name) if name == "warnings")
        }
        _ => false,
    }
}

/// The last text that is no value of a field.
fn message(tokens: TokenStream) -> Option<String> {
    let (mut found, mut is_message) = (None, true);
    for tree in tokens {
        match &tree {
            TokenTree::Literal(literal) if is_message => {
                found = syn::parse_str::<syn::LitStr>(&literal.to_string())
                    .ok()
                    .map(|text| text.value())
                    .or(found);
                is_message = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => is_message = true,
            _ => is_message = false,
        }
    }
    found
}

/// The texts in a source file.
pub(crate) fn messages(file: &str, source: &str) -> Vec<Message> {
    let syntax = syn::parse_file(source).unwrap_or_else(|error| panic!("{file}: {error}"));
    let mut finder = Finder { file: file.to_owned(), found: Vec::new() };
    finder.visit_file(&syntax);
    finder.found
}

/// Parts of a message between its gaps.
fn parts(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut in_gap) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '{' => {
                parts.push(std::mem::take(&mut part));
                in_gap = true;
            }
            '}' => in_gap = false,
            c if !in_gap => part.push(c),
            _ => {}
        }
    }
    parts.push(part);
    let words =
        parts.iter().map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()).to_owned());
    words.filter(|part| part.chars().filter(|c| c.is_alphabetic()).count() > 3).collect()
}

/// The messages that a page does not hold.
pub(crate) fn missing(messages: &[Message], page: &Document) -> Vec<String> {
    let page: String = page.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let missing = messages.iter().filter(|message| {
        let parts = parts(&message.text);
        let passed_on = PASSED_ON.contains(&&*message.text);
        !passed_on && (parts.is_empty() || parts.iter().any(|part| !page.contains(&**part)))
    });
    missing
        .map(|message| format!("{}: {:?} does not stand in the page", message.file, message.text))
        .collect()
}

fn of_the_program() -> Vec<Message> {
    let (mut folders, mut found) = (vec![root().join("src")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path
                .strip_prefix(root())
                .expect("ours")
                .to_str()
                .expect("UTF-8")
                .replace('\\', "/");
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".rs") && !name.contains("/tests") {
                found.extend(messages(&name, &fs::read_to_string(&path).expect("a source file")));
            }
        }
    }
    found
}

#[test]
fn every_warning_and_error_can_be_looked_up() {
    let messages = of_the_program();
    assert!(messages.len() > 20, "{}", messages.len());
    nothing_in(&missing(&messages, &document("docs/troubleshooting.md")));
}

#[test]
fn a_message_that_cannot_be_looked_up_is_found_wherever_it_comes_from() {
    let page = Document::new("page.md", "`it\nfails`, `kept as …`");
    for (file, source) in [
        ("src/a.rs", r#"fn a() { tracing::warn!(error = "it fails", "nobody knows this"); }"#),
        (
            "src/a.rs",
            r#"fn a() { let f = || { if b() { error!(%x, "nobody knows {this} one") } }; }"#,
        ),
        ("src/a.rs", r#"fn a() { tracing::error!("{error}"); }"#),
        ("src/a.rs", r#"fn a() { warnings.push(format!("{key}: nobody knows this")); }"#),
        ("src/a.rs", r#"fn a() { self.warnings.push(format!("{key}: nobody knows this")); }"#),
        ("src/a.rs", r#"fn a() { warn("nobody knows this"); }"#),
        (
            "src/trio/error.rs",
            r#"fn explain(s: u16) -> &'static str { match s { 1 => "nobody knows this", _ => "" } }"#,
        ),
        ("src/trio/session.rs", r#"fn a() { f(format!("nobody knows {this} one")) }"#),
        ("src/trio/wire/a.rs", r#"impl A { fn a() { f("nobody knows this".to_owned()) } }"#),
        ("src/trio/error.rs", r#"enum E { #[error("{x}: nobody knows this", .0)] A(u8) }"#),
    ] {
        assert_eq!(missing(&messages(file, source), &page).len(), 1, "{source}");
    }
    for (file, source) in [
        ("src/a.rs", r#"fn a() { tracing::warn!(error = "nobody knows this", "it fails"); }"#),
        ("src/a.rs", r#"fn a() { tracing::info!("nobody knows this"); }"#),
        ("src/a.rs", r#"fn a() { tracing::error!("{problem}"); }"#),
        (
            "src/trio/wire/a.rs",
            r#"fn a() -> Result<(), String> { f(format!("nobody knows this")) }"#,
        ),
        ("src/trio/wires.rs", r#"fn a() { f(format!("nobody knows this")) }"#),
        ("src/state_file/problem.rs", r#"enum E { #[error("{x} kept as {y}", .0)] A(u8) }"#),
    ] {
        assert_eq!(missing(&messages(file, source), &page), Vec::<String>::new(), "{source}");
    }
}
