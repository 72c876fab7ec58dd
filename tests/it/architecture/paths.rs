//! Reads every path of a file, in code, attributes and macros.

use proc_macro2::{Span, TokenStream};
use syn::{
    ItemExternCrate, ItemMod, ItemUse, Meta, UseTree, Visibility,
    visit::{self, Visit},
};

use super::{files::File, tokens};

/// A path as it is in the source.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    pub(crate) segments: Vec<String>,
    pub(crate) how: How,
    /// The module that contains it.
    pub(crate) module: Vec<String>,
    pub(crate) line: usize,
}

/// Kind of item that names a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Used in place.
    Plain,
    /// Brought into scope.
    Used,
    /// Brought into scope for others too.
    PassedOn,
}

/// All paths of `file`, in its order.
pub(crate) fn named(file: &File) -> Vec<Named> {
    named_in(file, &file.syntax())
}

/// All paths of `file`, whose syntax was read already.
pub(crate) fn named_in(file: &File, syntax: &syn::File) -> Vec<Named> {
    let mut reader = Reader { module: file.module.clone(), found: Vec::new(), in_attribute: false };
    reader.visit_file(syntax);
    reader.found
}

struct Reader {
    module: Vec<String>,
    found: Vec<Named>,
    in_attribute: bool,
}

impl Reader {
    fn add(&mut self, segments: Vec<String>, how: How, span: Span) {
        let (module, line) = (self.module.clone(), span.start().line);
        self.found.push(Named { segments, how, module, line });
    }

    fn add_tree(&mut self, tree: &UseTree, mut prefix: Vec<String>, how: How) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.add_tree(&path.tree, prefix, how);
            }
            UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.add_tree(tree, prefix.clone(), how));
            }
            UseTree::Glob(glob) => self.add(prefix, how, glob.star_token.spans[0]),
            UseTree::Name(syn::UseName { ident })
            | UseTree::Rename(syn::UseRename { ident, .. }) => {
                if ident != "self" || prefix.is_empty() {
                    prefix.push(ident.to_string());
                }
                self.add(prefix, how, ident.span());
            }
        }
    }
}

impl Visit<'_> for Reader {
    fn visit_item_mod(&mut self, item: &ItemMod) {
        self.module.push(item.ident.to_string());
        visit::visit_item_mod(self, item);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        let how = if matches!(item.vis, Visibility::Inherited) { How::Used } else { How::PassedOn };
        self.add_tree(&item.tree, Vec::new(), how);
        visit::visit_item_use(self, item);
    }

    fn visit_item_extern_crate(&mut self, item: &ItemExternCrate) {
        self.add(vec![item.ident.to_string()], How::Used, item.ident.span());
    }

    fn visit_path(&mut self, path: &syn::Path) {
        let segments: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        // A single name, other than that of a crate, is something that a `use` has brought here.
        if segments.len() > 1 || path.leading_colon.is_some() {
            let span =
                path.segments.first().map_or_else(Span::call_site, |segment| segment.ident.span());
            self.add(segments, How::Plain, span);
        }
        visit::visit_path(self, path);
    }

    fn visit_meta(&mut self, meta: &Meta) {
        self.in_attribute = true;
        visit::visit_meta(self, meta);
        self.in_attribute = false;
    }

    fn visit_token_stream(&mut self, stream: &TokenStream) {
        for (segments, how, span) in tokens::paths(stream.clone(), self.in_attribute) {
            self.add(segments, how, span);
        }
    }
}
