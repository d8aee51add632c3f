//! The way through a file's syntax: it keeps note of where it is, and hands what may go round the types to the rules.

use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, ImplItem, Item, Macro, Meta, Stmt, Token, TraitItem};

use super::{Reader, attributes};
use crate::check::excerpt::{line, plain};
use crate::check::kind::Kind;
use crate::check::rules::{Arguments, Call, Mention};
use crate::check::source::When;

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_file(&mut self, file: &'ast syn::File) {
        self.items(&file.items);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        let name = match item {
            Item::Impl(item) => Some(block_name(item)),
            _ => attributes::name(item),
        };
        self.within(name, attributes::is_test(attributes::of(item)), |reader| match item {
            Item::Verbatim(tokens) => reader.walk(tokens.clone()),
            // Its name is taken, and its rules are looked at as they are.
            Item::Macro(item) if item.ident.is_some() => reader.walk(item.mac.tokens.clone()),
            _ => visit::visit_item(reader, item),
        });
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        match &module.content {
            Some((_, items)) => {
                self.modules.push(plain(&module.ident));
                self.items(items);
                self.modules.pop();
            }
            None => self.module(module),
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.import(item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.alias_of_type(item);
        visit::visit_item_type(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if let Some((path, _)) = &item.trait_ {
            let types = item.items.iter().filter_map(|item| match item {
                ImplItem::Type(item) => Some(plain(&item.ident)),
                _ => None,
            });
            let (generics, target) = (&item.generics, &item.self_ty);
            let excerpt = line(quote!(impl #generics #path for #target));
            let from_crates = path.leading_colon.is_some();
            let at = item.impl_token.span;
            self.implementation(&names(path), from_crates, &types.collect::<Vec<_>>(), excerpt, at);
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_item_foreign_mod(&mut self, item: &'ast syn::ItemForeignMod) {
        if attributes::has(&item.attrs, "declare_sql_function") {
            for item in &item.items {
                if let syn::ForeignItem::Fn(function) = item {
                    let excerpt = line(function.sig.to_token_stream());
                    self.place(Kind::SqlDeclaration, function.sig.ident.span(), excerpt, None);
                }
            }
        }
        visit::visit_item_foreign_mod(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let (name, attributes): (_, &[Attribute]) = match item {
            ImplItem::Fn(item) => (Some(plain(&item.sig.ident)), &item.attrs),
            ImplItem::Const(item) => (Some(plain(&item.ident)), &item.attrs),
            ImplItem::Verbatim(tokens) => return self.walk(tokens.clone()),
            _ => (None, &[]),
        };
        self.within(name, attributes::is_test(attributes), |reader| visit::visit_impl_item(reader, item));
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        let (name, attributes): (_, &[Attribute]) = match item {
            TraitItem::Fn(item) => (Some(plain(&item.sig.ident)), &item.attrs),
            TraitItem::Const(item) => (Some(plain(&item.ident)), &item.attrs),
            TraitItem::Verbatim(tokens) => return self.walk(tokens.clone()),
            _ => (None, &[]),
        };
        self.within(name, attributes::is_test(attributes), |reader| visit::visit_trait_item(reader, item));
    }

    fn visit_foreign_item(&mut self, item: &'ast syn::ForeignItem) {
        match item {
            syn::ForeignItem::Verbatim(tokens) => self.walk(tokens.clone()),
            _ => visit::visit_foreign_item(self, item),
        }
    }

    fn visit_block(&mut self, block: &'ast Block) {
        self.statements(&block.stmts);
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::Call(call) => {
                if let Expr::Path(path) = &*call.func {
                    self.path(path, Some(&call.args), call);
                    // The path was looked at; not what may be in its types.
                    visit::visit_expr_path(self, path);
                    for argument in &call.args {
                        self.visit_expr(argument);
                    }
                    return;
                }
            }
            Expr::Path(path) => self.path(path, None, path),
            Expr::MethodCall(call) => {
                let name = plain(&call.method);
                self.call(&Call {
                    receiver: Some(&call.receiver),
                    name: &name,
                    arguments: &call.args,
                    at: call.method.span(),
                });
            }
            Expr::Verbatim(tokens) => return self.walk(tokens.clone()),
            _ => {}
        }
        visit::visit_expr(self, expression);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        let at =
            called.path.segments.last().map_or_else(proc_macro2::Span::call_site, |last| last.ident.span());
        let from_crates = called.path.leading_colon.is_some();
        self.macro_call(&names(&called.path), from_crates, &called.tokens, at);
        self.descend(called.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta
            && !["cfg", "derive", "allow", "expect"].iter().any(|known| list.path.is_ident(known))
        {
            self.walk(list.tokens.clone());
        }
    }
}

impl Reader<'_> {
    fn items(&mut self, items: &[Item]) {
        self.in_scope(items.iter(), |reader| {
            for item in items {
                reader.visit_item(item);
            }
        });
    }

    fn statements(&mut self, statements: &[Stmt]) {
        let items = statements.iter().filter_map(|statement| match statement {
            Stmt::Item(item) => Some(item),
            _ => None,
        });
        self.in_scope(items, |reader| {
            for statement in statements {
                reader.visit_stmt(statement);
            }
        });
    }

    /// What a macro is given: items, statements or expressions where it is that, and tokens where it is not.
    fn descend(&mut self, tokens: proc_macro2::TokenStream) {
        if let Ok(file) = syn::parse2::<syn::File>(tokens.clone()) {
            self.items(&file.items);
        } else if let Ok(block) = syn::parse2::<Statements>(tokens.clone()) {
            self.statements(&block.0);
        } else if let Ok(list) = syn::parse2::<Expressions>(tokens.clone()) {
            for expression in &list.0 {
                self.visit_expr(expression);
            }
        } else {
            self.walk(tokens);
        }
    }

    fn path(&mut self, path: &syn::ExprPath, arguments: Option<&Arguments>, whole: &dyn ToTokens) {
        let mut written = names(&path.path);
        let mut from_crates = path.path.leading_colon.is_some();
        // `<Claimed<_>>::new(…)`
        if let Some(of) = &path.qself
            && of.position == 0
            && let syn::Type::Path(of) = &*of.ty
        {
            written.splice(0..0, names(&of.path));
            from_crates = of.path.leading_colon.is_some();
        }
        let Some(last) = path.path.segments.last() else { return };
        let turbofish = !last.arguments.is_none();
        let at = path.path.segments.first().map_or_else(|| last.ident.span(), |first| first.ident.span());
        self.mention(&Mention { path: &written, from_crates, turbofish, arguments, whole, at });
    }

    /// Keeps note of the file in which a module is.
    fn module(&mut self, module: &syn::ItemMod) {
        let name = module.ident.unraw().to_string();
        let paths = attributes::paths(&module.attrs);
        let folder = |stem: &str| {
            let parts = stem.split('/').chain(self.modules.iter().map(String::as_str));
            parts.filter(|part| !part.is_empty()).map(|part| format!("{part}/")).collect::<String>()
        };
        let stem = match self.file.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs") {
            "mod" | "lib" | "main" => "",
            stem => stem,
        };
        let mut candidates = Vec::new();
        for path in &paths {
            candidates.push(format!("{}{path}", folder("")));
            candidates.push(format!("{}{path}", folder(stem)));
        }
        // A file that is the root of a crate looks beside itself, whatever it is called.
        for folder in [folder(stem), folder("")] {
            candidates.push(format!("{folder}{name}.rs"));
            candidates.push(format!("{folder}{name}/mod.rs"));
        }
        candidates.dedup();
        self.part(candidates.clone());
        let excerpt = line(quote!(mod)) + " " + &name;
        self.candidate(Kind::UnreadSource, module.ident.span(), excerpt, None, When::Unread(candidates));
    }
}

/// `impl Membership for Members`, without the generics.
fn block_name(item: &syn::ItemImpl) -> String {
    let last = |ty: &syn::Type| match ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| plain(&last.ident)).unwrap_or_default(),
        other => line(other.to_token_stream()),
    };
    let of = last(&item.self_ty);
    match item.trait_.as_ref().and_then(|(path, _)| path.segments.last()) {
        Some(name) => format!("impl {} for {of}", plain(&name.ident)),
        None => format!("impl {of}"),
    }
}

/// The names of a path, without `r#` and without types.
pub(super) fn names(path: &syn::Path) -> Vec<String> {
    path.segments.iter().map(|segment| plain(&segment.ident)).collect()
}

struct Statements(Vec<Stmt>);

impl syn::parse::Parse for Statements {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        Block::parse_within(input).map(Self)
    }
}

struct Expressions(Punctuated<Expr, Token![,]>);

impl syn::parse::Parse for Expressions {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        Punctuated::parse_terminated(input).map(Self)
    }
}
