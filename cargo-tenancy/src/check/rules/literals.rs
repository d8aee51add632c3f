//! Tenants that are named in the source.

use syn::Expr;

use super::methods::{last_name, text};
use super::{Arguments, Call};
use crate::check::kind::Kind;
use crate::check::source::{Reader, When};

/// What compares a column, or sets it.
const COMPARISONS: [&str; 9] =
    ["eq", "ne", "eq_any", "ne_all", "gt", "ge", "lt", "le", "is_not_distinct_from"];

impl Reader<'_> {
    /// `agents::tenant_id.eq(7)`, if that is a tenant column.
    pub(super) fn compared_with_tenant(&mut self, call: &Call<'_>) {
        if !COMPARISONS.contains(&call.name) || !call.arguments.iter().all(is_constant) {
            return;
        }
        if let Some(column) = call.receiver.and_then(last_name) {
            let when = When::TenantColumn(vec![column]);
            self.candidate(Kind::TenantLiteral, call.at, text(call), None, when);
        }
    }
}

/// `Claimed::new(TenantId(7))`
pub(super) fn claims_constant(path: &[String], arguments: Option<&Arguments>) -> bool {
    matches!(path, [.., claimed, new] if claimed == "Claimed" && new == "new")
        && arguments.and_then(|arguments| arguments.first()).is_some_and(is_constant)
}

/// Whether an expression says an id that does not depend on who asks: a literal, what is made of literals alone, or a constant.
fn is_constant(expression: &Expr) -> bool {
    match expression {
        Expr::Lit(_) => true,
        Expr::Unary(inner) => is_constant(&inner.expr),
        Expr::Reference(inner) => is_constant(&inner.expr),
        Expr::Paren(inner) => is_constant(&inner.expr),
        Expr::Group(inner) => is_constant(&inner.expr),
        Expr::Cast(inner) => is_constant(&inner.expr),
        Expr::Try(inner) => is_constant(&inner.expr),
        Expr::Array(array) => array.elems.iter().all(is_constant),
        // `TenantId::new()` makes a new one each time.
        Expr::Call(call) => !call.args.is_empty() && call.args.iter().all(is_constant),
        Expr::MethodCall(call) => is_constant(&call.receiver) && call.args.iter().all(is_constant),
        Expr::Macro(called) => {
            called
                .mac
                .path
                .segments
                .last()
                .is_some_and(|last| ["uuid", "vec"].iter().any(|one| last.ident == one))
                && called
                    .mac
                    .parse_body_with(Arguments::parse_terminated)
                    .is_ok_and(|all| all.iter().all(is_constant))
        }
        // `ACME`, `ids::ACME`
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| {
            let name = last.ident.to_string();
            name.len() > 1 && !name.contains(char::is_lowercase)
        }),
        _ => false,
    }
}
