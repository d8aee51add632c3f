//! Which scopes a place of the source has in reach.

use syn::visit::{self, Visit};

use crate::explain::source::{At, Range};

/// Types that say whose rows are meant, and are taken by reference.
const SCOPES: [&str; 2] = ["Scoped", "Admitted"];

/// The extractors of `tenancy-axum` that hold one.
const EXTRACTORS: [&str; 2] = ["Tenant", "Member"];

/// What a place can do: the scopes, and the function that it is in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reach {
    /// What stands between the brackets of `.scoped(…)`, each name's last meaning.
    pub(super) scopes: Vec<String>,
    /// The function around the place.
    pub(super) function: Option<Function>,
}

/// A function.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) line: usize,
    /// Whether it takes `self`.
    pub(super) method: bool,
}

/// What is in reach at `at`.
pub(super) fn reach(file: &syn::File, at: At) -> Reach {
    let mut names = Names { at, named: Vec::new(), function: None };
    names.visit_file(file);
    let mut scopes: Vec<String> = Vec::new();
    for (index, (name, scope)) in names.named.iter().enumerate() {
        // Another variable of that name, whatever it is, hides the first.
        let hidden = names.named.iter().skip(index + 1).any(|(other, _)| other == name);
        if let Some(scope) = scope
            && !hidden
        {
            scopes.push(scope.clone());
        }
    }
    Reach { scopes, function: names.function }
}

struct Names {
    at: At,
    /// Every variable that is visible, in order, and how it is written as a scope if it is one.
    named: Vec<(String, Option<String>)>,
    function: Option<Function>,
}

impl Names {
    fn enter(&mut self, signature: &syn::Signature, whole: Range) -> bool {
        if !whole.holds(self.at) {
            return false;
        }
        // A function inside another sees none of its variables.
        self.named.clear();
        self.function = Some(Function {
            name: signature.ident.to_string(),
            line: Range::of(&signature.ident).start.0,
            method: signature.receiver().is_some(),
        });
        for input in &signature.inputs {
            if let syn::FnArg::Typed(typed) = input {
                self.name(&typed.pat, Some(&typed.ty), None);
            }
        }
        true
    }

    fn name(&mut self, pattern: &syn::Pat, of_type: Option<&syn::Type>, value: Option<&syn::Expr>) {
        match pattern {
            syn::Pat::Type(typed) => self.name(&typed.pat, Some(&typed.ty), value),
            syn::Pat::Ident(named) => {
                let name = named.ident.to_string();
                let scope = match (of_type, value) {
                    (Some(of_type), _) => by_type(of_type, &name),
                    (None, Some(value)) if is_admission(value) => Some(format!("&{name}")),
                    _ => None,
                };
                self.named.push((name, scope));
            }
            syn::Pat::TupleStruct(parts) => {
                let extractor =
                    of_type.and_then(last).is_some_and(|last| EXTRACTORS.contains(&last.as_str()));
                for part in &parts.elems {
                    match part {
                        syn::Pat::Ident(named) if extractor => {
                            let name = named.ident.to_string();
                            self.named.push((name.clone(), Some(format!("&{name}"))));
                        }
                        other => self.name(other, None, None),
                    }
                }
            }
            syn::Pat::Tuple(parts) => parts.elems.iter().for_each(|part| self.name(part, None, None)),
            syn::Pat::Struct(fields) => {
                fields.fields.iter().for_each(|field| self.name(&field.pat, None, None))
            }
            syn::Pat::Reference(inner) => self.name(&inner.pat, None, None),
            _ => {}
        }
    }
}

/// How a variable of this type is written as a scope.
fn by_type(of_type: &syn::Type, name: &str) -> Option<String> {
    match of_type {
        syn::Type::Reference(reference) => {
            let scope = SCOPES.contains(&last(&reference.elem)?.as_str());
            let shown = if reference.mutability.is_some() { format!("&*{name}") } else { name.to_owned() };
            scope.then_some(shown)
        }
        syn::Type::Paren(inner) => by_type(&inner.elem, name),
        _ => {
            let last = last(of_type)?;
            if EXTRACTORS.contains(&last.as_str()) {
                return Some(format!("&{name}.0"));
            }
            SCOPES.contains(&last.as_str()).then(|| format!("&{name}"))
        }
    }
}

fn last(of_type: &syn::Type) -> Option<String> {
    let syn::Type::Path(path) = of_type else { return None };
    path.path.segments.last().map(|part| part.ident.to_string())
}

/// `authority.admit(…).await?` and its like: without its `?` or `unwrap` it is a `Result`.
fn is_admission(value: &syn::Expr) -> bool {
    let answered = match value {
        syn::Expr::Try(inner) => &*inner.expr,
        syn::Expr::MethodCall(call) if call.method == "unwrap" || call.method == "expect" => &*call.receiver,
        _ => return false,
    };
    let syn::Expr::Await(awaited) = answered else { return false };
    matches!(&*awaited.base, syn::Expr::MethodCall(call) if call.method == "admit" || call.method == "admit_with_details")
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if self.enter(&function.sig, Range::of(function)) {
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if self.enter(&function.sig, Range::of(function)) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if self.enter(&function.sig, Range::of(function)) {
            visit::visit_trait_item_fn(self, function);
        }
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        if Range::of(closure).holds(self.at) {
            closure.inputs.iter().for_each(|input| self.name(input, None, None));
            visit::visit_expr_closure(self, closure);
        }
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        // What is named in a block ends with it.
        if Range::of(block).holds(self.at) {
            visit::visit_block(self, block);
        }
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        visit::visit_local(self, local);
        if Range::of(local).end <= self.at {
            self.name(&local.pat, None, local.init.as_ref().map(|init| &*init.expr));
        }
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if Range::of(arm).holds(self.at) {
            self.name(&arm.pat, None, None);
            visit::visit_arm(self, arm);
        }
    }

    fn visit_expr_for_loop(&mut self, all: &'ast syn::ExprForLoop) {
        if Range::of(all).holds(self.at) {
            self.name(&all.pat, None, None);
            visit::visit_expr_for_loop(self, all);
        }
    }

    fn visit_expr_let(&mut self, condition: &'ast syn::ExprLet) {
        visit::visit_expr_let(self, condition);
        if Range::of(condition).end <= self.at {
            self.name(&condition.pat, None, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The scopes in reach at `HERE`.
    fn scopes(text: &str) -> Vec<String> {
        let file = syn::parse_file(text).expect("it is Rust");
        let (line, column) = text
            .lines()
            .enumerate()
            .find_map(|(line, text)| Some((line + 1, text.find("HERE")? + 1)))
            .expect("it has the place");
        reach(&file, (line, column)).scopes
    }

    #[test]
    fn a_parameter_is_given_as_its_type_wants() {
        assert_eq!(scopes("fn f(scope: &Scoped<i32>) { HERE }"), ["scope"]);
        assert_eq!(scopes("fn f(scope: tenancy_core::Scoped) { HERE }"), ["&scope"]);
        assert_eq!(scopes("fn f(scope: &mut Scoped<i32>) { HERE }"), ["&*scope"]);
        assert_eq!(scopes("fn f(member: &Admitted<i32, Role>) { HERE }"), ["member"]);
        assert_eq!(scopes("async fn f(Tenant(scope): Tenant) { HERE }"), ["&scope"]);
        assert_eq!(scopes("async fn f(tenant: Tenant) { HERE }"), ["&tenant.0"]);
        assert_eq!(
            scopes("fn f(claim: &Claimed<i32>, maybe: Option<Scoped<i32>>) { HERE }"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_local_is_in_reach_after_it_is_named_and_in_its_block() {
        assert_eq!(scopes("fn f() { let s: Scoped<i32> = g(); HERE }"), ["&s"]);
        assert_eq!(scopes("fn f() { let s = a.admit(p, c).await?; HERE }"), ["&s"]);
        assert_eq!(scopes("fn f() { let s = a.admit(p, c).await.unwrap(); HERE }"), ["&s"]);
        assert_eq!(scopes("fn f() { let s = a.admit(p, c).await; HERE }"), Vec::<String>::new());
        assert_eq!(scopes("fn f() { HERE; let s: Scoped<i32> = g(); }"), Vec::<String>::new());
        assert_eq!(scopes("fn f() { { let s: Scoped<i32> = g(); } HERE }"), Vec::<String>::new());
        assert_eq!(scopes("fn f(scope: &Scoped<i32>) { run(|c| { HERE }) }"), ["scope"]);
        assert_eq!(scopes("fn f() { run(|scope: &Scoped<i32>| HERE) }"), ["scope"]);
    }

    #[test]
    fn a_hidden_scope_is_out_of_reach_and_so_is_that_of_a_function_around() {
        assert_eq!(scopes("fn f(scope: &Scoped<i32>) { let scope = 3; HERE }"), Vec::<String>::new());
        assert_eq!(scopes("fn f(scope: &Scoped<i32>) { for scope in all { HERE } }"), Vec::<String>::new());
        assert_eq!(scopes("fn f(scope: &Scoped<i32>) { fn g() { HERE } }"), Vec::<String>::new());
        assert_eq!(scopes("fn f(a: &Scoped<i32>, b: Scoped<i32>) { HERE }"), ["a", "&b"]);
        assert_eq!(scopes("fn f(scope: Scoped<i32>) { let scope: &Scoped<i32> = &scope; HERE }"), ["scope"]);
    }
}
