//! How the rows of a tenant table belong to their tenants: by a column of their own, or by another table's rows.

use diesel::expression::Expression;
use diesel::sql_types::is_nullable::{IsNullable, NotNull};
use diesel::sql_types::{Nullable, SqlType};

use super::TenantTable;

/// Each row names its tenant, in the tenant column.
#[derive(Debug)]
pub enum ByColumn {}

/// Each row names a parent, and is its parent's tenant's.
#[derive(Debug)]
pub enum ByParent {}

/// A row is of every tenant for which a row of a link table names it.
#[derive(Debug)]
pub enum ByLink {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::ByColumn {}
    impl Sealed for super::ByParent {}
    impl Sealed for super::ByLink {}
}

/// How rows belong to tenants: [`ByColumn`], [`ByParent`] or [`ByLink`]. Sealed.
pub trait Belonging: sealed::Sealed {
    /// Whether a row may belong to several tenants.
    const MANY: bool = false;
}

impl Belonging for ByColumn {}
impl Belonging for ByParent {}
impl Belonging for ByLink {
    const MANY: bool = true;
}

/// Rows that are one tenant's each, and so are theirs to write.
pub trait WrittenByTenants: Belonging {}
impl WrittenByTenants for ByColumn {}
impl WrittenByTenants for ByParent {}

/// Rows that name no tenant, nor anything that has one.
pub trait NamesNobody: Belonging {}
impl NamesNobody for ByLink {}

/// Rows that name their tenant themselves: what a query or the database fills in cannot name another's parent.
#[diagnostic::on_unimplemented(
    message = "the rows of `{T}` name a parent, which has to be looked for row by row",
    label = "not for a table that belongs to its tenants through another",
    note = "give the rows with `.values(…)`: each one's parent is then checked in the statement",
    note = "T0026: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0026"
)]
pub trait NamesItsTenant<T>: Belonging {}
impl<T> NamesItsTenant<T> for ByColumn {}

/// The table through which rows belong to their tenants.
///
/// A row is the tenant's if its own column has the value that `key` has in a row of this table which is the tenant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Through {
    /// The schema that the table is qualified with.
    pub schema: Option<&'static str>,
    /// The table's name.
    pub table: &'static str,
    /// The column that is compared with the child's.
    pub key: &'static str,
    /// The column by which the table's own rows belong to tenants.
    pub column: &'static str,
    /// The table through which they do, where `column` is not the tenant's.
    pub through: Option<&'static Through>,
    /// How its rows that all tenants share are told from the others.
    pub shared: Option<SharedRows>,
}

impl Through {
    /// The table whose column names the tenant: the last of the chain.
    #[must_use]
    pub fn root(&'static self) -> &'static Self {
        self.through.map_or(self, Self::root)
    }
}

/// How rows that all tenants share are told from a tenant's own, in the tenant column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedRows {
    /// It is NULL.
    Null,
    /// It is this value, as SQL.
    Value(&'static str),
}

/// The filter that is always there: which rows a source of the table has, besides the tenant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFilter {
    /// Those whose column is NULL.
    IsNull(&'static str),
    /// Those whose column is not NULL.
    IsNotNull(&'static str),
    /// Those whose column is this value, as SQL.
    Equals(&'static str, &'static str),
}

/// Rows of which each is one tenant's: what the rows of table `T` may belong through.
#[diagnostic::on_unimplemented(
    message = "`{T}` belongs to its tenants through a table whose rows may be several tenants'",
    label = "whose rows these are cannot be told",
    note = "name a table whose rows are one tenant's each: the link itself, or one with a tenant column",
    note = "T0024: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0024"
)]
pub trait OneTenants<T>: Belonging {}
impl<T> OneTenants<T> for ByColumn {}
#[diagnostic::do_not_recommend]
impl<T> OneTenants<T> for ByParent {}

/// [`Through`] table `Other`, whose column `Key` is compared with `Column` of table `T`.
#[doc(hidden)]
#[must_use]
pub const fn through<T, Other, Column, Key>() -> Through
where
    Other: TenantTable<Belonging: OneTenants<T>>,
    Column: Expression,
    Key: diesel::query_source::Column + RefersTo<Column::SqlType, T>,
{
    Through {
        schema: Other::SCHEMA,
        table: Other::NAME,
        key: Key::NAME,
        column: Other::TENANT_COLUMN,
        through: Other::THROUGH,
        shared: Other::SHARED,
    }
}

/// [`through`] the key of table `Other`.
#[doc(hidden)]
#[must_use]
pub const fn through_key<T, Other, Column>() -> Through
where
    Other: TenantTable<Belonging: OneTenants<T>, PrimaryKey: SoleKey<T>>,
    Column: Expression,
    Other::Key: diesel::query_source::Column + RefersTo<Column::SqlType, T>,
{
    through::<T, Other, Column, Other::Key>()
}

/// A key that tells one row from all others, whoever's they are: one column, which is not the tenant's.
#[diagnostic::on_unimplemented(
    message = "the key of the table through which `{T}` belongs to its tenants has the tenant in it",
    label = "two tenants may each have a row that a row of this table would refer to",
    note = "if the other column alone is unique over all tenants, name it: `through = canvases(canvas_id = id)`",
    note = "if it is not, a row cannot say whose it is: give the table a tenant column of its own",
    note = "T0024: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0024"
)]
pub trait SoleKey<T> {}

#[diagnostic::do_not_recommend]
impl<C: diesel::query_source::Column, T> SoleKey<T> for C {}

/// A column to which one of SQL type `ST` may refer: of the same type, whether nullable or not.
#[diagnostic::on_unimplemented(
    message = "`{T}` refers to column `{Self}`, which is of another SQL type",
    label = "the two columns cannot be compared",
    note = "name the columns that refer to each other: `through = canvases(canvas_id)`, or `canvases(canvas_code = code)`",
    note = "T0024: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0024"
)]
pub trait RefersTo<ST, T> {}

#[diagnostic::do_not_recommend]
impl<Key, ST, T> RefersTo<ST, T> for Key where Key: Expression<SqlType: OrNullable<ST>> {}

/// SQL type `ST`, or the same nullable.
pub trait OrNullable<ST> {}
impl<ST> OrNullable<ST> for ST {}
impl<ST: SqlType<IsNull = NotNull>> OrNullable<ST> for Nullable<ST> {}

/// The SQL type of an id's column, as it is where it is not NULL.
pub trait IdType {
    /// The type without `Nullable`.
    type NotNull: SqlType<IsNull = NotNull>;
}

impl<ST: SqlType> IdType for ST
where
    ST::IsNull: NotNullOf<ST>,
{
    type NotNull = <ST::IsNull as NotNullOf<ST>>::NotNull;
}

/// The type without `Nullable`, by whether it is nullable.
pub trait NotNullOf<ST> {
    /// The type.
    type NotNull: SqlType<IsNull = NotNull>;
}

impl<ST: SqlType<IsNull = NotNull>> NotNullOf<ST> for NotNull {
    type NotNull = ST;
}

impl<ST: SqlType<IsNull = NotNull>> NotNullOf<Nullable<ST>> for IsNullable {
    type NotNull = ST;
}
