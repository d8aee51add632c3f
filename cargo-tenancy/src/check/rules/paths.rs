//! Functions that go round the types, by their paths.

use super::literals::claims_constant;
use super::methods::Method;
use super::{Mention, is_type};
use crate::check::excerpt::{line, reason};
use crate::check::kind::Kind;
use crate::check::source::{Namespace, Reader, Resolved, is_ours};

/// What makes scopes for tests.
const FOR_TESTS: [&str; 5] = ["scope", "admitted", "scope_set", "cross_tenant", "cross_tenant_audited_by"];
/// Crates that connect to databases, or keep connections, beside Diesel and the TenantPool.
const CLIENTS: [&str; 12] = [
    "bb8",
    "deadpool",
    "mobc",
    "mysql",
    "mysql_async",
    "postgres",
    "r2d2",
    "rusqlite",
    "sea_orm",
    "sqlx",
    "tokio_postgres",
    "tokio_rusqlite",
];
/// And those of which one is made for each database.
const FAMILIES: [&str; 5] = ["bb8_", "deadpool_", "mobc_", "r2d2_", "sqlx_"];

impl Reader<'_> {
    pub(in crate::check) fn mention(&mut self, mention: &Mention<'_>) {
        let resolved = self.scopes.resolve(mention.path, mention.from_crates, Namespace::Value);
        if resolved.own {
            return;
        }
        let found = resolved.paths.iter().find_map(|path| judge(path, mention, &resolved));
        if let Some((kind, reason)) = found {
            self.place(kind, mention.at, line(mention.whole.to_token_stream()), reason);
        }
    }
}

/// What a path is that may stand for the mentioned one, and the reason that its arguments give.
fn judge(path: &[String], mention: &Mention<'_>, resolved: &Resolved) -> Option<(Kind, Option<String>)> {
    let (last, root) = (path.last()?.as_str(), path.first()?.as_str());
    let before = path.len().checked_sub(2).map(|at| path[at].as_str()).unwrap_or_default();
    let called = mention.arguments.is_some();
    let argument = |at: usize| mention.arguments.and_then(|arguments| arguments.get(at)).and_then(reason);

    // A bare name that `*` may have brought is a variable more often than not.
    let certain = mention.path.len() > 1 || resolved.named;

    if is_hidden(path) {
        return Some((Kind::HiddenItem, None));
    }
    if claims_constant(path, mention.arguments) {
        return Some((Kind::TenantLiteral, None));
    }
    if mention.path.len() > 1
        && let Some(method) = Method::named(path, mention.arguments)
    {
        return Some((method.kind, method.reason(mention.arguments, 1)));
    }
    let kind = match last {
        "sql_query" if certain || called || path == ["diesel", "sql_query"] || before == "dsl" => {
            Kind::SqlQuery
        }
        "sql" if is_type(before) => return None,
        "sql" if before == "dsl" || mention.turbofish => Kind::SqlFragment,
        "sql" if root == "diesel" && before != "prelude" && (called || resolved.named) => Kind::SqlFragment,
        "move_rows" if is_ours(root) => Kind::AcrossTenants,
        "establish" if mention.path.len() > 1 => Kind::Connection,
        "across" if before == "ScopedTable" => Kind::AcrossTenants,
        "over" if before == "TenantPool" => Kind::ConnectionPool,
        "new" if before == "AdmissionDoor" => return Some((Kind::BeforeAdmission, argument(0))),
        _ if is_for_tests(path) && (certain || called && FOR_TESTS.contains(&last)) => {
            let reason = match last {
                "cross_tenant" => argument(0),
                "cross_tenant_audited_by" => argument(1),
                _ => None,
            };
            return Some((Kind::Testing, reason));
        }
        _ if certain && is_client(path) && connects(before, last) => Kind::ConnectionPool,
        _ => return None,
    };
    Some((kind, None))
}

/// What an import brings, where others can then use it by a name that says nothing.
pub(super) fn brought(path: &[String]) -> Option<Kind> {
    let (last, root) = (path.last()?.as_str(), path.first()?.as_str());
    let before = path.len().checked_sub(2).map(|at| path[at].as_str()).unwrap_or_default();
    match last {
        _ if is_hidden(path) => Some(Kind::HiddenItem),
        "sql_query" => Some(Kind::SqlQuery),
        "sql" if before == "dsl" || root == "diesel" => Some(Kind::SqlFragment),
        "move_rows" if is_ours(root) => Some(Kind::AcrossTenants),
        "testing" | "tenancy_test" if is_ours(root) => Some(Kind::Testing),
        _ if is_for_tests(path) => Some(Kind::Testing),
        _ if is_client(path) => Some(Kind::ConnectionPool),
        _ => None,
    }
}

/// Whether a path leads to what is for generated code, `tenancy_core::__private`.
fn is_hidden(path: &[String]) -> bool {
    path.first().is_some_and(|root| is_ours(root)) && path[1..].iter().any(|name| name.starts_with("__"))
}

fn is_for_tests(path: &[String]) -> bool {
    match path {
        [root, ..] if root == "tenancy_test" => true,
        [root, rest @ ..] if is_ours(root) => rest.iter().any(|name| name == "testing"),
        // By an import of another file's.
        [.., module, name] => module == "testing" && FOR_TESTS.contains(&name.as_str()),
        _ => false,
    }
}

/// Whether a client's function makes a connection, a pool, or what one is made of: `Pool::builder`, `connect`. Errors and the like do not.
fn connects(of: &str, function: &str) -> bool {
    let makes = ["Builder", "Client", "Config", "Conn", "Database", "Manager", "Options", "Opts", "Pool"];
    !is_type(function)
        && (!is_type(of) || !of.ends_with("Error") && makes.iter().any(|what| of.contains(what)))
}

/// Whether a path is of a client, or of the pools of Diesel and diesel-async.
pub(super) fn is_client(path: &[String]) -> bool {
    match path {
        [root, module, ..] if root == "diesel" && module == "r2d2" => true,
        [root, module, ..] if root == "diesel_async" && module == "pooled_connection" => true,
        [root, _, ..] => {
            CLIENTS.contains(&root.as_str()) || FAMILIES.iter().any(|family| root.starts_with(family))
        }
        _ => false,
    }
}
