//! The catalogue: every mistake that the macros report, with its code, its words and its fix.
//!
//! A code stands nowhere else in this crate, and a mistake that can be made in several places has the same words in all
//! of them. What a code means in general is in its section of `tenancy-diesel/docs/errors.md`.

mod file;
mod joins;

use proc_macro2::Ident;

pub(crate) use self::file::*;
pub(crate) use self::joins::*;
use crate::mistake::Mistake;

type Code = &'static str;

const TENANT_COLUMN: Code = "T0101";
const NULLABLE: Code = "T0102";
const SYNTAX: Code = "T0103";
const TWICE: Code = "T0104";
const NOT_A_TABLE: Code = "T0105";
const BOTH: Code = "T0106";
const REASON: Code = "T0107";
const SECOND_NAME: Code = "T0108";
const FILE: Code = "T0109";
const UNKNOWN_GLOBAL: Code = "T0110";
const JOINS: Code = "T0111";
const MODEL_SHAPE: Code = "T0201";
const MODEL_TENANT: Code = "T0202";
const MODEL_OPTIONS: Code = "T0204";

const KEEP_ONE: &str = "keep one of them";
const AS_PRINTED: &str = "leave the file as the Diesel CLI printed it, and put other items beside `schema!`";

fn mistake(code: Code, message: impl Into<String>, fix: impl Into<String>) -> Mistake {
    Mistake { code, message: message.into(), fix: fix.into() }
}

/// Where options are given.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// `#[tenant_scoped(…)]`
    Scoped,
    /// `#[tenant_global(…)]`
    Global,
    /// `#![…]` in `table!`
    Table,
    /// `#![tenant_column(…)]` in `table!`
    TableColumn,
    /// `#![tenant_global(…)]` in `table!`
    TableGlobals,
    /// `schema! { … }`
    Schema,
    /// `#[tenant_scoped(…)]` on a model
    Model,
}

impl Place {
    fn name(self) -> &'static str {
        match self {
            Place::Scoped => "`tenant_scoped`",
            Place::Global => "`tenant_global`",
            Place::Table | Place::TableColumn | Place::TableGlobals => "`table!`",
            Place::Schema => "`schema!`",
            Place::Model => "`tenant_scoped` on a model",
        }
    }

    fn form(self) -> &'static str {
        match self {
            Place::Scoped => {
                "write `#[tenant_scoped(tenant_id)]`, with the name of the column that holds the tenant; or `through = \
                 canvases(canvas_id)`, `link = memberships(user_id)`; and, after it, `shared`, `filter = deleted_at.is_null()`, `admission(user_id)`"
            }
            Place::Global => {
                "write `#[tenant_global]`, or `#[tenant_global(reason = \"…\")]` for a table that has the tenant column"
            }
            Place::Table => "the options are `#![tenant_column(name)]` and `#![tenant_global(table, …)]`",
            Place::TableColumn => "write `#![tenant_column(tenant_id)]`",
            Place::TableGlobals => "write `#![tenant_global(plans, memberships = \"a reason\")]`",
            Place::Schema => {
                "write `schema! { include = \"src/schema.rs\", tenant_column = tenant_id, scoped = [canvases(workspace_id: WorkspaceId)], global = [plans], joins = [canvases -> agents (agent_id)], tables = tenancy_rls }`"
            }
            Place::Model => {
                "the options are `#[tenant_scoped(tenant = field, id = Type, crate = path)]`, each of them optional"
            }
        }
    }

    /// A model's options have a code of their own.
    fn or_model(self, code: Code) -> Code {
        match self {
            Place::Model => MODEL_OPTIONS,
            _ => code,
        }
    }
}

// The tenant column of a table.

pub(crate) fn no_tenant_column(table: &Ident, column: &Ident) -> Mistake {
    mistake(
        TENANT_COLUMN,
        format!("table `{table}` has no tenant column `{column}` and is not declared global"),
        format!(
            "add the column; or, if every tenant may see its rows, put `#[tenant_global]` on the table \
             (or `{table}` into the schema's list of globals)"
        ),
    )
}

pub(crate) fn no_such_column<'a>(
    table: &Ident,
    column: &Ident,
    columns: impl Iterator<Item = &'a Ident>,
) -> Mistake {
    let columns: Vec<_> = columns.map(Ident::to_string).collect();
    mistake(
        TENANT_COLUMN,
        format!("table `{table}` has no column `{column}`"),
        format!("name one of its columns: {}", columns.join(", ")),
    )
}

pub(crate) fn unnamed_column(table: &Ident) -> Mistake {
    mistake(
        TENANT_COLUMN,
        format!("`tenant_scoped` on table `{table}` does not name the tenant column"),
        "write `#[tenant_scoped(tenant_id)]`",
    )
}

pub(crate) fn nullable(table: &Ident, column: &Ident) -> Mistake {
    mistake(
        NULLABLE,
        format!("the tenant column `{table}.{column}` is nullable: a row without a tenant belongs to nobody"),
        "make the column NOT NULL; if all tenants share such rows, say `#[tenant_scoped(column, shared)]`; or declare the table \
         global, with a reason",
    )
}

pub(crate) fn nullable_reference(table: &Ident, column: &Ident) -> Mistake {
    mistake(
        NULLABLE,
        format!("`{table}.{column}` is nullable: a row that refers to nothing belongs to nobody"),
        "make the column NOT NULL, if each row has a parent; or give the table a tenant column",
    )
}

pub(crate) fn nothing_shared(table: &Ident, column: &Ident) -> Mistake {
    mistake(
        NULLABLE,
        format!("no row of `{table}` is shared: the tenant column `{column}` is never NULL"),
        "drop `shared`; or, if another value stands for all tenants, name it: `shared = 0`",
    )
}

pub(crate) fn shared_through(table: &Ident) -> Mistake {
    mistake(
        SYNTAX,
        format!("`{table}` belongs to its tenants through another table, which says whether rows are shared"),
        "say `shared` of the table that has the tenant column",
    )
}

pub(crate) fn admission_by_tenant(table: &Ident, column: &Ident) -> Mistake {
    mistake(
        SYNTAX,
        format!(
            "`{column}` holds the tenant: by it a stranger would read all of a tenant's rows of `{table}`"
        ),
        "name the columns that hold what a stranger brings: `admission(user_id, token_hash)`",
    )
}

pub(crate) fn linked_by_several(table: &Ident) -> Mistake {
    mistake(
        SYNTAX,
        format!("the key of `{table}` has several columns, and a link refers to one"),
        "name the column that the link refers to: `link = memberships(user_id = id)`",
    )
}

pub(crate) fn second_name(table: &Ident, other: &Ident, column: &Ident) -> Mistake {
    mistake(
        SECOND_NAME,
        format!("`{table}.{other}` is the tenant column `{column}` once more"),
        "drop it: by this name the column could be assigned",
    )
}

pub(crate) fn name_of_the_key(table: &Ident, other: &Ident, column: &Ident) -> Mistake {
    mistake(
        SECOND_NAME,
        format!(
            "`{table}.{other}` is the tenant column `{column}` once more: SQLite and MariaDB give that name to an integer key"
        ),
        "drop it: by this name a row could be moved to another tenant; a column of its own wants another name in the database",
    )
}

// Options, and other syntax.

/// In the words of the parser.
pub(crate) fn syntax(place: Place, error: &syn::Error) -> Mistake {
    mistake(place.or_model(SYNTAX), error.to_string(), place.form())
}

pub(crate) fn unknown_option(place: Place, key: &Ident) -> Mistake {
    mistake(place.or_model(SYNTAX), format!("{} has no option `{key}`", place.name()), place.form())
}

pub(crate) fn no_value(option: &Ident, what: &str, example: &str) -> Mistake {
    mistake(SYNTAX, format!("`{option}` names no {what}"), format!("write `#![{example}]`"))
}

pub(crate) fn reason_of_scoped() -> Mistake {
    mistake(SYNTAX, "`tenant_scoped` takes no `reason`", Place::Scoped.form())
}

pub(crate) fn no_file() -> Mistake {
    mistake(SYNTAX, "`schema!` is not told which file to include", Place::Schema.form())
}

pub(crate) fn not_a_declaration() -> Mistake {
    mistake(
        SYNTAX,
        "this is not a table declaration",
        "write it as for `diesel::table!`: `name (key) { column -> Type, … }`",
    )
}

pub(crate) fn given_twice(place: Place, key: &Ident) -> Mistake {
    mistake(place.or_model(TWICE), format!("`{key}` is given twice"), KEEP_ONE)
}

pub(crate) fn second_tenant_column(column: &Ident) -> Mistake {
    mistake(TWICE, format!("`{column}` is a second tenant column: a table has one"), Place::Scoped.form())
}

// Who owns a table.

pub(crate) fn declared_twice(table: &Ident, attribute: &str) -> Mistake {
    mistake(TWICE, format!("table `{table}` has `{attribute}` twice"), KEEP_ONE)
}

pub(crate) fn listed_twice(table: &str, declared: &str) -> Mistake {
    mistake(TWICE, format!("`{table}` is declared {declared} twice"), KEEP_ONE)
}

pub(crate) fn not_a_table(attribute: &str) -> Mistake {
    mistake(
        NOT_A_TABLE,
        format!("`{attribute}` is not on a table of `diesel::table!`"),
        "put the attribute on a table inside `diesel::table!`",
    )
}

pub(crate) fn both(table: &Ident) -> Mistake {
    mistake(
        BOTH,
        format!("table `{table}` is declared both tenant-scoped and global"),
        "keep one of the two declarations",
    )
}

pub(crate) fn no_reason(table: &Ident, column: &Ident) -> Mistake {
    mistake(
        REASON,
        format!("table `{table}` is declared global without a reason, and has the tenant column `{column}`"),
        "drop the declaration, so that the table is tenant-scoped; or say why every tenant may see its rows: \
         `#[tenant_global(reason = \"…\")]`",
    )
}

/// As [`no_reason`], where dropping the declaration would leave the table without one.
pub(crate) fn no_reason_by_hand(table: &Ident, column: &Ident) -> Mistake {
    let fix = format!(
        "put `#[tenant_scoped({column})]` on it instead; or say why every tenant may see its rows: \
         `#[tenant_global(reason = \"…\")]`"
    );
    Mistake { fix, ..no_reason(table, column) }
}

pub(crate) fn empty_reason() -> Mistake {
    mistake(REASON, "the reason is empty", "say why every tenant may see this table's rows")
}

pub(crate) fn unknown_table(table: &str, declared: &str, of: &str) -> Mistake {
    mistake(
        UNKNOWN_GLOBAL,
        format!("`{table}` is declared {declared}, and {of} has no such table"),
        "correct the name (a table in a database schema is `schema.table`), or drop it",
    )
}

// Models.

/// In the words of the parser.
pub(crate) fn not_a_model(error: &syn::Error) -> Mistake {
    mistake(MODEL_SHAPE, error.to_string(), "derive it on a struct with named fields")
}

pub(crate) fn generic_model(model: &Ident) -> Mistake {
    mistake(
        MODEL_SHAPE,
        format!("model `{model}` is generic: a tenant's model is one type for one table"),
        "derive `TenantScoped` on a struct without parameters; structs that are only inserted need no derive",
    )
}

pub(crate) fn no_named_fields(model: &Ident) -> Mistake {
    mistake(
        MODEL_SHAPE,
        format!("model `{model}` has no named fields, so none of them can be the tenant"),
        "name the fields after the table's columns",
    )
}

pub(crate) fn not_a_struct(model: &Ident) -> Mistake {
    mistake(
        MODEL_SHAPE,
        format!("model `{model}` is not a struct"),
        "derive `TenantScoped` on the struct that holds a row of the table",
    )
}

pub(crate) fn no_tenant_field(model: &Ident, field: &str) -> Mistake {
    mistake(
        MODEL_TENANT,
        format!("model `{model}` has no tenant field `{field}`"),
        format!(
            "add `{field}` with the type of your tenant ids; or name another field, \
             `#[tenant_scoped(tenant = field)]`; or, for a model that leaves the tenant out, say the type: \
             `#[tenant_scoped(id = TenantId)]`"
        ),
    )
}

pub(crate) fn needless_id(model: &Ident, field: &str) -> Mistake {
    mistake(
        MODEL_OPTIONS,
        format!("`id` is given, and model `{model}` has the tenant field `{field}`, which says it"),
        "drop `id`",
    )
}
