//! Methods of this library and of Diesel that go round the types. Only the compiler knows whose a method is, so the number of arguments
//! has to do, and for names that many libraries have, a path says the type.

use quote::ToTokens;
use syn::Expr;

use super::{Arguments, Call};
use crate::check::excerpt::{line, plain, reason};
use crate::check::kind::Kind;
use crate::check::source::Reader;

/// A method, by its name and how many arguments it has, itself not counted.
pub(super) struct Method {
    name: &'static str,
    arguments: &'static [usize],
    /// Which argument is the reason.
    reason: Option<usize>,
    /// Whose it is, where others have methods of that name.
    types: &'static [&'static str],
    pub(super) kind: Kind,
}

const fn method(
    name: &'static str,
    arguments: &'static [usize],
    reason: Option<usize>,
    kind: Kind,
) -> Method {
    Method { name, arguments, reason, types: &[], kind }
}

const fn of(types: &'static [&'static str], method: Method) -> Method {
    Method { types, ..method }
}

const METHODS: &[Method] = &[
    method("batch_execute", &[1], None, Kind::SqlQuery),
    of(&["TenantTransaction", "SetTransaction"], method("raw", &[2], Some(0), Kind::RawSql)),
    method("execute_raw", &[2], None, Kind::RawSql),
    method("load_raw", &[2], None, Kind::RawSql),
    method("permit_raw_fragments", &[1], Some(0), Kind::RawSql),
    method("harmless_functions", &[1], None, Kind::PoolException),
    method("first_statements", &[1], None, Kind::PoolException),
    method("across_tenants", &[1], None, Kind::AcrossTenants),
    method("write_across_tenants", &[1], None, Kind::AcrossTenants),
    of(&["TenantPool", "TenantPoolBuilder"], method("across", &[1], None, Kind::AcrossTenants)),
    method("cross_tenant", &[2], Some(1), Kind::CrossTenant),
    method("before_admission", &[1, 3], None, Kind::BeforeAdmission),
    method("read_before_admission", &[0], None, Kind::BeforeAdmission),
    method("open_without_membership", &[3], Some(2), Kind::WithoutMembership),
    method("open_job_without_membership", &[3], Some(2), Kind::WithoutMembership),
    of(&["Claimed"], method("unverified", &[0], None, Kind::UnverifiedClaim)),
    method("into_unverified", &[0], None, Kind::UnverifiedClaim),
    method("across_over", &[1], None, Kind::ConnectionPool),
    method("admission_over", &[1], None, Kind::ConnectionPool),
    method("without_wall", &[1], Some(0), Kind::WithoutWall),
    of(&["Waivers"], method("waive", &[3], Some(2), Kind::WithoutWall)),
    method("accepting_both", &[0], None, Kind::WithoutWall),
    method("unique_over_all_tenants", &[2], Some(1), Kind::WallException),
    method("linked_by_tenants", &[1], Some(0), Kind::WallException),
    of(
        &["ScopedTable", "ScopedAlias", "CrossTenantTarget"],
        method("unfiltered", &[0], None, Kind::Unfiltered),
    ),
    of(&["Proof"], method("skip", &[2], Some(1), Kind::ProofException)),
    of(&["Proof"], method("allow", &[3], Some(2), Kind::ProofException)),
];

impl Method {
    /// The method that `path` names as a function, `TenantTransaction::raw`, whose first argument is then itself.
    pub(super) fn named(path: &[String], arguments: Option<&Arguments>) -> Option<&'static Self> {
        let [.., of, name] = path else { return None };
        METHODS.iter().find(|method| {
            let is_its = method.types.is_empty() || method.types.contains(&of.as_str());
            method.name == name
                && is_its
                && arguments.is_none_or(|given| method.arguments.iter().any(|count| count + 1 == given.len()))
        })
    }

    /// Whether a method has that name, and others' are not called so.
    pub(super) fn is_only_ours(name: &str) -> bool {
        METHODS.iter().any(|method| method.name == name && method.types.is_empty())
    }

    /// The reason among arguments, of which `before` stand before the method's own.
    pub(super) fn reason(&self, arguments: Option<&Arguments>, before: usize) -> Option<String> {
        arguments?.get(self.reason? + before).and_then(reason)
    }
}

impl Reader<'_> {
    pub(in crate::check) fn call(&mut self, call: &Call<'_>) {
        let count = call.arguments.len();
        let known =
            METHODS.iter().find(|method| method.name == call.name && method.arguments.contains(&count));
        match known {
            Some(method) => {
                let reason = method.reason(Some(call.arguments), 0);
                self.place(method.kind, call.at, text(call), reason);
            }
            None => self.compared_with_tenant(call),
        }
    }
}

/// The call, with what it is called on where that is a path: a longer chain before it is others' business.
pub(super) fn text(call: &Call<'_>) -> String {
    let receiver = match call.receiver {
        Some(receiver) if is_short(receiver) => line(receiver.to_token_stream()),
        _ => "…".to_owned(),
    };
    format!("{receiver}.{}({})", call.name, line(call.arguments.to_token_stream()).trim_end_matches(", "))
}

fn is_short(receiver: &Expr) -> bool {
    match receiver {
        Expr::Path(_) => true,
        Expr::Field(field) => is_short(&field.base),
        Expr::Reference(reference) => is_short(&reference.expr),
        _ => false,
    }
}

/// The last name of a path or of a field, `agents::tenant_id`, `row.tenant_id`.
pub(super) fn last_name(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Path(path) => path.path.segments.last().map(|last| plain(&last.ident)),
        Expr::Paren(inner) => last_name(&inner.expr),
        Expr::Group(inner) => last_name(&inner.expr),
        Expr::MethodCall(call) if call.method == "nullable" || call.method == "assume_not_null" => {
            last_name(&call.receiver)
        }
        // `agents.field(agents::tenant_id)` of an alias
        Expr::MethodCall(call) if call.method == "field" => call.args.first().and_then(last_name),
        _ => None,
    }
}
