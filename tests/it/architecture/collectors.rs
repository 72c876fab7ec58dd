//! Collectors are listed in few places, and each of them is an exhaustive `match`: a new collector
//! does not compile before all of them know it. Other lists by hand would forget it in silence.

use std::collections::BTreeSet;

use pretty_assertions::assert_eq;
use proc_macro2::Span;
use syn::{
    Attribute, ExprArray, ExprMatch, ImplItemFn, ItemConst, ItemFn, ItemImpl, ItemMod, ItemStatic,
    Macro, Pat, PatOr, PatStruct, Path, UseRename,
    spanned::Spanned,
    visit::{self, Visit},
};
use trio_exporter::model::{Collector, Resource};

use super::{
    files::{File, all},
    tokens,
};

/// The places that must know every collector: file, and function.
const TABLES: [(&str, &str); 4] = [
    ("model/api.rs", "declaration"),
    ("poller/collectors.rs", "read_collector"),
    ("snapshot.rs", "reading"),
    ("snapshot.rs", "reading_mut"),
];

/// Lists of resources that are none of collectors: file, function or constant, and reason.
const OTHER_LISTS: [(&str, &str, &str); 1] =
    [("tally/wait_units/compare.rs", "FIELDS", "the fields of the dictionary that state a wait")];

/// Rooms in which a resource is a matter of its own: the API, its reader and its simulator.
const KNOW_RESOURCES: [&str; 3] = ["model", "trio", "sim"];

#[test]
fn every_list_of_collectors_is_an_exhaustive_match() {
    let finders: Vec<Finder> = all().iter().filter(|file| !is_test(file)).map(find).collect();
    let mut lists: Vec<&Found> = finders.iter().flat_map(|finder| &finder.lists).collect();
    for (path, item, reason) in OTHER_LISTS {
        let before = lists.len();
        lists.retain(|found| (found.path.as_str(), found.item.as_str()) != (path, item));
        assert!(lists.len() < before, "src/{path}: {item} lists no resources any more ({reason})");
    }
    let lists: Vec<&str> = lists.iter().map(|found| found.text.as_str()).collect();
    assert!(
        lists.is_empty(),
        "use `Collector::ALL` with a property of the declaration:\n{}",
        lists.join("\n")
    );
    let tables: BTreeSet<(&str, &str)> = finders
        .iter()
        .flat_map(|finder| &finder.tables)
        .map(|(path, item)| (path.as_str(), item.as_str()))
        .collect();
    assert_eq!(tables, BTreeSet::from(TABLES), "the places to complete for a new collector");
}

#[test]
fn planted_lists_of_collectors_are_found() {
    for list in [
        "const LIST: [Collector; 2] = [Collector::Agents, Collector::Calls];",
        "const LIST: [Resource; 2] = [Resource::Agents, Resource::Calls];",
        "fn f(c: Collector) -> bool { matches!(c, Collector::Agents | Collector::Calls) }",
        "fn f(r: Resource) -> bool { matches!(r, Resource::Agents | Resource::Skills) }",
        "fn f(c: Collector) -> bool { c == Collector::Agents || c == Collector::Skills }",
        "fn f(c: Collector) -> u8 { match c { Collector::Agents => 1, _ => 2 } }",
        "fn f(c: Collector) -> u8 { match (1, c) { (_, Collector::Agents) => 1, (_, _) => 2 } }",
        "fn f(c: Collector) -> u8 { match c { Collector::Agents => 1, other => 2 } }",
        "use model::Collector as Kind; const LIST: [Kind; 2] = [Kind::Agents, Kind::Calls];",
        "impl Collector { fn f(self) -> bool { self == Self::Agents || self == Self::Skills } }",
        "fn f(c: Center) { let Center { agents, calls, .. } = c; }",
        "fn f(r: Resource) -> u8 { match r { Resource::Agents => 1, Resource::Calls => 2, _ => 3 } }",
    ] {
        let found = find(&File::new("tools/check.rs", list)).lists;
        assert_eq!(found.len(), 1, "{list}: {found:#?}");
    }
    for other in [
        "fn f(c: Collector) -> bool { c == Collector::Inventory }",
        "const LISTS: [Collector; 2] = [Collector::Calls, Collector::Cases];",
        "const LOGIN: [Resource; 2] = [Resource::Login, Resource::RefreshLogin];",
        "fn f(c: Center) { let Center { calls, .. } = c; }",
        "#[cfg(test)] mod tests { const LIST: [Collector; 1] = [Collector::Agents, Collector::Calls]; }",
    ] {
        let found = find(&File::new("tools/check.rs", other)).lists;
        assert!(found.is_empty(), "{other}: {found:#?}");
    }
}

/// A list of collectors, or of the resources that they read.
#[derive(Debug)]
struct Found {
    path: String,
    item: String,
    text: String,
}

/// Names of members of `Collector` or of `Resource`.
type Names = BTreeSet<String>;

fn is_test(file: &File) -> bool {
    file.module.iter().any(|module| module == "tests")
}

fn find(file: &File) -> Finder {
    let mut finder = Finder {
        path: file.path.clone(),
        knows_resources: KNOW_RESOURCES.contains(&file.room()),
        types: vec!["Collector".to_owned()],
        in_collector: false,
        item: String::new(),
        named: Names::new(),
        lists: Vec::new(),
        tables: Vec::new(),
    };
    finder.visit_file(&file.syntax());
    finder
}

struct Finder {
    path: String,
    knows_resources: bool,
    /// Names of the type in this file.
    types: Vec<String>,
    /// Inside of `impl Collector`, where `Self` is the type.
    in_collector: bool,
    /// The function or constant.
    item: String,
    /// Collectors that it names outside of exhaustive matches.
    named: Names,
    lists: Vec<Found>,
    tables: Vec<(String, String)>,
}

impl Finder {
    fn collector(&self, segments: &[String]) -> Option<String> {
        let [.., of, name] = segments else { return None };
        let is_type = self.types.contains(of) || (self.in_collector && of == "Self");
        let is_member = || Collector::ALL.iter().any(|member| format!("{member:?}") == *name);
        (is_type && is_member()).then(|| name.clone())
    }

    fn report(&mut self, names: &Names, span: Span, what: &str) {
        // Calls and cases are distinguished in many places: both are lists of cases.
        let is_list_of_cases = |name: &String| {
            let mut lists = Collector::ALL.into_iter().filter(|collector| collector.lists_cases());
            lists.any(|list| format!("{list:?}") == *name)
        };
        if names.len() > 1 && !names.iter().all(is_list_of_cases) {
            self.add(span, &format!("{what} {names:?}"));
        }
    }

    fn add(&mut self, span: Span, what: &str) {
        let (path, item, line) = (self.path.clone(), self.item.clone(), span.start().line);
        let text = format!("src/{path}:{line}: {item}: {what}");
        self.lists.push(Found { path, item, text });
    }

    /// Reads a function or constant.
    fn read(&mut self, item: String, span: Span, read: impl FnOnce(&mut Self)) {
        let outer = (std::mem::replace(&mut self.item, item), std::mem::take(&mut self.named));
        read(self);
        let named = std::mem::take(&mut self.named);
        self.report(&named, span, "names the collectors");
        (self.item, self.named) = outer;
    }

    fn report_resources(&mut self, resources: &Names, span: Span) {
        if !self.knows_resources {
            self.report(resources, span, "lists the resources");
        }
    }
}

impl Visit<'_> for Finder {
    fn visit_item_mod(&mut self, item: &ItemMod) {
        if !item.attrs.iter().any(is_for_tests) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_use_rename(&mut self, rename: &UseRename) {
        if rename.ident == "Collector" {
            self.types.push(rename.rename.to_string());
        }
    }

    fn visit_item_impl(&mut self, item: &ItemImpl) {
        let outer = self.in_collector;
        self.in_collector =
            matches!(&*item.self_ty, syn::Type::Path(of) if of.path.is_ident("Collector"));
        visit::visit_item_impl(self, item);
        self.in_collector = outer;
    }

    fn visit_item_fn(&mut self, item: &ItemFn) {
        let name = item.sig.ident.to_string();
        self.read(name, item.span(), |finder| visit::visit_item_fn(finder, item));
    }

    fn visit_impl_item_fn(&mut self, item: &ImplItemFn) {
        let name = item.sig.ident.to_string();
        self.read(name, item.span(), |finder| visit::visit_impl_item_fn(finder, item));
    }

    fn visit_item_const(&mut self, item: &ItemConst) {
        let name = item.ident.to_string();
        self.read(name, item.span(), |finder| visit::visit_item_const(finder, item));
    }

    fn visit_item_static(&mut self, item: &ItemStatic) {
        let name = item.ident.to_string();
        self.read(name, item.span(), |finder| visit::visit_item_static(finder, item));
    }

    fn visit_expr_match(&mut self, matched: &ExprMatch) {
        let mut patterns = Paths::default();
        matched.arms.iter().for_each(|arm| patterns.visit_pat(&arm.pat));
        let has_rest = matched.arms.iter().any(|arm| takes_rest(&arm.pat));
        let collectors: Names =
            patterns.0.iter().filter_map(|segments| self.collector(segments)).collect();
        if has_rest {
            self.report_resources(&resources(&patterns), matched.span());
        }
        if collectors.is_empty() {
            return visit::visit_expr_match(self, matched);
        }
        if has_rest {
            self.add(matched.span(), &format!("a match of {collectors:?} and of all the rest"));
        } else {
            self.tables.push((self.path.clone(), self.item.clone()));
        }
        self.visit_expr(&matched.expr);
        for arm in &matched.arms {
            arm.guard.iter().for_each(|(_, guard)| self.visit_expr(guard));
            self.visit_expr(&arm.body);
        }
    }

    fn visit_pat_struct(&mut self, pattern: &PatStruct) {
        let is_center = pattern.path.segments.last().is_some_and(|last| last.ident == "Center");
        if is_center && pattern.rest.is_some() && pattern.fields.len() > 1 {
            self.add(pattern.span(), "a pattern with some of the readings of a centre");
        }
        visit::visit_pat_struct(self, pattern);
    }

    fn visit_expr_array(&mut self, array: &ExprArray) {
        let mut paths = Paths::default();
        paths.visit_expr_array(array);
        self.report_resources(&resources(&paths), array.span());
        visit::visit_expr_array(self, array);
    }

    fn visit_pat_or(&mut self, pattern: &PatOr) {
        let mut paths = Paths::default();
        paths.visit_pat_or(pattern);
        self.report_resources(&resources(&paths), pattern.span());
        visit::visit_pat_or(self, pattern);
    }

    fn visit_macro(&mut self, called: &Macro) {
        let mut paths = Paths::default();
        paths.visit_macro(called);
        self.report_resources(&resources(&paths), called.span());
        let named: Names = paths.0.iter().filter_map(|segments| self.collector(segments)).collect();
        self.named.extend(named);
    }

    fn visit_path(&mut self, path: &Path) {
        let named = self.collector(&segments(path));
        self.named.extend(named);
        visit::visit_path(self, path);
    }
}

/// Every path of a piece of source, also in its macros.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl Visit<'_> for Paths {
    fn visit_path(&mut self, path: &Path) {
        self.0.push(segments(path));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &Macro) {
        let found = tokens::paths(called.tokens.clone(), false);
        self.0.extend(found.into_iter().map(|(segments, ..)| segments));
    }
}

fn segments(path: &Path) -> Vec<String> {
    path.segments.iter().map(|segment| segment.ident.to_string()).collect()
}

/// The resources among the paths that a collector reads.
fn resources(paths: &Paths) -> Names {
    let read: Vec<Resource> = Collector::ALL.into_iter().filter_map(Collector::resource).collect();
    let named = paths.0.iter().filter_map(|segments| match segments.as_slice() {
        [.., of, name] if of == "Resource" => Some(name.clone()),
        _ => None,
    });
    named.filter(|name| read.iter().any(|resource| format!("{resource:?}") == *name)).collect()
}

/// True for a pattern that takes all that no other arm takes.
fn takes_rest(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        Pat::Ident(name) => name.subpat.is_none(),
        Pat::Tuple(tuple) => tuple.elems.iter().all(takes_rest),
        Pat::Paren(inner) => takes_rest(&inner.pat),
        Pat::Reference(inner) => takes_rest(&inner.pat),
        _ => false,
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let is_test = |list: &syn::MetaList| list.tokens.to_string() == "test";
    attribute.path().is_ident("cfg") && attribute.meta.require_list().is_ok_and(is_test)
}
