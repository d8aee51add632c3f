//! Traits that an application writes itself, where a derive or a macro would know better.

use proc_macro2::Span;

use crate::check::kind::Kind;
use crate::check::source::{Namespace, Reader, is_ours};

/// Diesel's and ours, by names that nobody else has: `QueryFragment` is Diesel's whatever brings it.
const NODES: [&str; 27] = [
    "AppearsInFromClause",
    "AppearsOnTable",
    "AsChangeset",
    "AsQuery",
    "BoxableExpression",
    "CanInsertInSingleQuery",
    "DeclaredTable",
    "GlobalTable",
    "HasTable",
    "Insertable",
    "IntoUpdateTarget",
    "IsContainedInGroupBy",
    "JoinTo",
    "MixedAggregates",
    "NonAggregate",
    "QueryFragment",
    "QueryId",
    "QuerySource",
    "SelectableExpression",
    "SqlDialect",
    "TableAlias",
    "TenantBackend",
    "TenantScoped",
    "TenantTable",
    "UndecoratedInsertRecord",
    "ValidGrouping",
    "ValidSubselect",
];
/// Those that others have as well: these have to be imported from Diesel, be it by `*`.
const COMMON: [&str; 8] =
    ["AsyncConnection", "Backend", "Column", "Connection", "Expression", "Query", "QueryBuilder", "Table"];

/// Whether a name is a node's, whatever brings it.
pub(super) fn is_node(name: &str) -> bool {
    NODES.contains(&name)
}

impl Reader<'_> {
    /// `impl PATH for …`, whose body has the types `types`.
    pub(in crate::check) fn implementation(
        &mut self,
        path: &[String],
        from_crates: bool,
        types: &[String],
        excerpt: String,
        at: Span,
    ) {
        let resolved = self.scopes.resolve(path, from_crates, Namespace::Type);
        if resolved.own {
            return;
        }
        let kind = resolved.paths.iter().find_map(|path| {
            let (root, last) = (path.first()?.as_str(), path.last()?.as_str());
            let ours = path.len() > 1 && is_ours(root);
            let diesels = path.len() > 1 && (root == "diesel" || root == "diesel_async");
            match last {
                name if NODES.contains(&name) => Some(Kind::HandWrittenNode),
                name if COMMON.contains(&name) && diesels => Some(Kind::HandWrittenNode),
                "DetailedMembership" => Some(Kind::Membership),
                // Another file's import of it has the same types.
                "Membership" if ours || types.iter().any(|name| name == "Principal") => {
                    Some(Kind::Membership)
                }
                "ToTenantKey" => Some(Kind::TenantKey),
                "Catalog" if ours => Some(Kind::Catalog),
                "AuditSink" => Some(Kind::AuditSink),
                _ => None,
            }
        });
        if let Some(kind) = kind {
            self.place(kind, at, excerpt, None);
        }
    }
}
