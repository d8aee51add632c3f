//! That two rows are one tenant's, by nothing but their columns.

use diesel::query_builder::AstPass;
use diesel::result::QueryResult;

use crate::dialect::TenantBackend;
use crate::source::condition::{owner_name, push_shared};
use crate::table::belonging::Belonging;
use crate::table::{SharedRows, TenantTable, Through, push_column_of, push_through};

/// Prints that the rows of `Left` and `Right` are one tenant's: `left.tenant = right.tenant`, if both have such a column. A row
/// that all tenants share meets everybody's.
pub(super) fn walk_columns<Left, Right, DB>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()>
where
    Left: TenantTable,
    Right: TenantTable,
    DB: TenantBackend,
{
    let sides = [Side::of::<Left>(), Side::of::<Right>()];
    let [left, right] = &sides;
    let shared = sides.iter().filter_map(|side| Some((side, side.shared?)));
    let any_shared = shared.clone().next().is_some();
    out.push_sql(if any_shared { "(" } else { "" });
    for (side, shared) in shared {
        push_shared(side.name, side.column, shared, out)?;
        out.push_sql(" OR ");
    }
    match (left.through, right.through) {
        // Each may be of several tenants. The keys say which rows belong together.
        _ if left.many && right.many => out.push_sql("1 = 1"),
        (None, _) if !right.many && right.through.is_none() => {
            push_column_of(left.name, left.column, out)?;
            out.push_sql(" = ");
            push_column_of(right.name, right.column, out)?;
        }
        (None, _) => is_among(left, right, out)?,
        (_, _) if right.many => is_among(left, right, out)?,
        _ => is_among(right, left, out)?,
    }
    out.push_sql(if any_shared { ")" } else { "" });
    Ok(())
}

/// A table in a join.
struct Side {
    name: &'static str,
    column: &'static str,
    through: Option<&'static Through>,
    /// Whether a row may be several tenants'.
    many: bool,
    shared: Option<SharedRows>,
}

impl Side {
    fn of<T: TenantTable>() -> Self {
        Side {
            name: T::NAME,
            column: T::TENANT_COLUMN,
            through: T::THROUGH,
            many: <T::Belonging as Belonging>::MANY,
            shared: T::SHARED.filter(|_| T::THROUGH.is_none()),
        }
    }
}

/// The tenant of `one` is one of `other`'s.
fn is_among<DB: TenantBackend>(one: &Side, other: &Side, out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
    push_tenant(one.name, one.column, one.through, out)?;
    out.push_sql(" IN ");
    push_tenant(other.name, other.column, other.through, out)
}

/// The tenant, or tenants, of what goes by `name`: the column, or a subselect.
fn push_tenant<DB: TenantBackend>(
    name: &str,
    column: &str,
    through: Option<&'static Through>,
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    let Some(through) = through else { return push_column_of(name, column, out) };
    let owner = owner_name(through, name);
    out.push_sql("(SELECT ");
    push_tenant(&owner, through.column, through.through, out)?;
    out.push_sql(" FROM ");
    push_through(through, out)?;
    out.push_sql(" AS ");
    out.push_identifier(&owner)?;
    out.push_sql(" WHERE ");
    push_column_of(&owner, through.key, out)?;
    out.push_sql(" = ");
    push_column_of(name, column, out)?;
    out.push_sql(")");
    Ok(())
}
