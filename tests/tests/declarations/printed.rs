//! The attributes that the Diesel CLI prints on a column, on the tenant's.

use diesel::prelude::*;
use tenancy_diesel::prelude::*;
use tenancy_diesel::testing;

use super::sql;

mod in_table {
    tenancy_diesel::table! {
        /// Of whoever wrote them.
        #[sql_name = "Notes"]
        notes (id) {
            /// Counts up.
            id -> Integer,
            /// Whose it is.
            ///
            /// A ULID.
            #[sql_name = "Tenant"]
            #[max_length = 26]
            tenant_id -> Varchar,
            #[max_length = 60]
            #[sql_name = "type"]
            type_ -> Varchar,
        }
    }
}

mod in_diesels_table {
    diesel::table! {
        /// Of whoever wrote them.
        #[tenancy_diesel::tenant_scoped(tenant_id)]
        #[sql_name = "Notes"]
        notes (id) {
            /// Counts up.
            id -> Integer,
            /// Whose it is.
            #[max_length = 26]
            #[sql_name = "Tenant"]
            tenant_id -> Varchar,
            #[max_length = 60]
            #[sql_name = "type"]
            type_ -> Varchar,
        }
    }
}

mod in_schema {
    tenancy_diesel::schema! { include = "tests/declarations/schema.rs" }
}

/// The tenant column, by its name in the database.
mod by_the_name_in_the_database {
    tenancy_diesel::table! {
        #![tenant_column(Tenant)]

        #[sql_name = "Notes"]
        notes (id) {
            id -> Integer,
            #[max_length = 26]
            #[sql_name = r"Tenant"]
            owner -> Varchar,
            #[sql_name = "type"]
            type_ -> Varchar,
        }
    }
}

/// Tables with the names that `schema!` uses itself.
mod named_like_ours {
    tenancy_diesel::schema! { include = "tests/declarations/named_like_ours.rs" }
}

#[test]
fn a_table_may_have_any_name() {
    use self::named_like_ours::{__tenancy_diesel, billing::declared_table};

    let scope = &testing::scope(1);
    assert_eq!(
        sql(&__tenancy_diesel::table.scoped(scope).select(__tenancy_diesel::id)),
        "SELECT __tenancy_diesel.id FROM (SELECT * FROM __tenancy_diesel WHERE __tenancy_diesel.tenant_id = $1) \
         AS __tenancy_diesel"
    );
    assert_eq!(
        sql(&declared_table::table.scoped(scope).select(declared_table::__tenancy_diesel_)),
        "SELECT declared_table.__tenancy_diesel_ FROM \
         (SELECT * FROM billing.declared_table WHERE declared_table.tenant_id = $1) AS declared_table"
    );
}

macro_rules! case {
    ($schema:ident) => {
        #[test]
        fn $schema() {
            use self::$schema::notes;

            let scope = &testing::scope("01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned());
            assert_eq!(
                sql(&notes::table.scoped(scope).select(notes::type_)),
                "SELECT Notes.type FROM (SELECT * FROM Notes WHERE Notes.Tenant = $1) AS Notes"
            );
            assert_eq!(
                sql(&tenancy_diesel::insert_into(notes::table.scoped(scope)).values(notes::type_.eq("a"))),
                "INSERT INTO Notes (Tenant, type) VALUES ($1, $2)"
            );
            assert_eq!(<notes::table as TenantTable>::TENANT_COLUMN, "Tenant");
        }
    };
}

case!(in_table);
case!(in_diesels_table);
case!(in_schema);
case!(by_the_name_in_the_database);

#[test]
fn other_columns_keep_their_length() {
    fn length<C: diesel::query_source::SizeRestrictedColumn>(_: C) -> usize {
        C::MAX_LENGTH
    }

    assert_eq!(length(in_table::notes::type_), 60);
}
