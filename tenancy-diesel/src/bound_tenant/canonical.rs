//! Ids that a database could change, or take for another tenant's.

use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::sync::Arc;

use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::{Error, QueryResult};
use diesel::sql_types::Text;
use tenancy_core::__private::check_tenant_text;
use tenancy_core::TenantKey;

use crate::dialect::TenantBackend;
use crate::table::{TenantSqlType, TenantTable};

/// What a tenant column holds, as far as it decides which ids it keeps apart.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TenantColumn {
    /// Something else than texts, which the database reads as Rust does.
    Other,
    /// Texts, and how many characters it is declared to hold. Databases pad them and cut them.
    Text { longest: Option<usize> },
}

impl TenantColumn {
    pub(crate) fn of<T: TenantTable>() -> Self
    where
        TenantSqlType<T>: 'static,
    {
        if TypeId::of::<TenantSqlType<T>>() != TypeId::of::<Text>() {
            return Self::Other;
        }
        Self::Text { longest: T::TENANT_COLUMN_LENGTH }
    }

    /// Prints the bound id. Refuses a text that is not a [`TenantKey`]'s, or longer than the column.
    pub(super) fn walk<'b, I, E, DB>(self, id: &I, bound: &'b E, out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        I: 'static,
        E: QueryFragment<DB>,
        DB: TenantBackend,
    {
        let Self::Text { longest } = self else { return bound.walk_ast(out) };
        if let Some(text) = known_text(id) {
            check_text(text, longest)?;
            return bound.walk_ast(out);
        }
        DB::walk_text(bound, out, |sent| {
            str::from_utf8(sent).map_or(Ok(()), |text| check_text(text, longest))
        })
    }
}

fn check_text(text: &str, longest: Option<usize>) -> QueryResult<()> {
    check_tenant_text(text, longest).map_err(|invalid| Error::QueryBuilderError(Box::new(invalid)))
}

/// The text of an id that is one: no need to print it for that.
fn known_text(id: &dyn Any) -> Option<&str> {
    id.downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| id.downcast_ref::<&'static str>().copied())
        .or_else(|| id.downcast_ref::<Cow<'static, str>>().map(AsRef::as_ref))
        .or_else(|| id.downcast_ref::<Arc<str>>().map(AsRef::as_ref))
        .or_else(|| id.downcast_ref::<Box<str>>().map(AsRef::as_ref))
        .or_else(|| id.downcast_ref::<TenantKey>().map(TenantKey::as_str))
}
