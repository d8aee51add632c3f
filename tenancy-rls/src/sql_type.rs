//! Which PostgreSQL type a tenant column's SQL type is.

use diesel::sql_types;

/// A SQL type that a tenant column can have, and what PostgreSQL calls it: the policies cast the setting to it.
///
/// For a type of one's own (a domain, an extension's type), implement it beside the type; its `=` should be leakproof
/// and its text form unique.
#[diagnostic::on_unimplemented(
    message = "row-level security does not know what PostgreSQL calls the type `{Self}` of a tenant column",
    label = "no PostgreSQL type is known for it",
    note = "the policies compare the column with the setting, cast to the column's type",
    note = "for a type of your own: `impl tenancy_rls::TenantType for YourType {{ const NAME: &'static str = \"its_name\"; }}`"
)]
pub trait TenantType {
    /// The type's name, as SQL: schema-qualified unless it is one of PostgreSQL's own.
    const NAME: &'static str;
}

impl TenantType for diesel::pg::sql_types::Uuid {
    const NAME: &'static str = "uuid";
}

impl TenantType for sql_types::BigInt {
    const NAME: &'static str = "bigint";
}

impl TenantType for sql_types::Integer {
    const NAME: &'static str = "integer";
}

impl TenantType for sql_types::SmallInt {
    const NAME: &'static str = "smallint";
}

// Diesel's `VarChar` is the same type.
impl TenantType for sql_types::Text {
    const NAME: &'static str = "text";
}
