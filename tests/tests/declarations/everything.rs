//! Whatever the Diesel CLI prints, on one table: on its tenant's column, on others, and on the table.

use diesel::prelude::*;
use tenancy_diesel::prelude::*;
use tenancy_diesel::testing;

use super::sql;

/// As it is printed, included by `schema!`.
mod in_schema {
    pub(super) mod schema {
        tenancy_diesel::schema! {
            include = "tests/declarations/everything_printed.rs",
            tenant_column = OrgId,
            global = [crm.Regions],
        }
    }
}

/// The same tables, declared by hand.
mod by_hand {
    pub(super) mod schema {
        #[allow(dead_code, reason = "as the CLI prints them")]
        pub(crate) mod sql_types {
            #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
            #[diesel(postgres_type(name = "mood", schema = "crm"))]
            pub struct Mood;
        }
        pub(crate) mod crm {
            tenancy_diesel::table! {
                #![tenant_column(OrgId)]

                use diesel::sql_types::*;
                use super::super::sql_types::Mood;

                /// Whom one sells to.
                ///
                /// In lines.
                #[allow(unused_qualifications)]
                #[sql_name = "Customers"]
                crm.customers (org_id, id) {
                    /// Counts up.
                    #[allow(dead_code)]
                    id -> Int8,
                    /// Whose they are.
                    #[sql_name = "OrgId"]
                    #[max_length = 26]
                    #[allow(dead_code)]
                    org_id -> Bpchar,
                    mood -> Nullable<Mood>,
                    #[sql_name = "Tags"]
                    tags -> Array<Nullable<Text>>,
                    moods -> Nullable<Array<Nullable<Mood>>>,
                    #[max_length = 3]
                    codes -> Array<Varchar>,
                    seen -> Nullable<Range<Timestamptz>>,
                    hardware -> Nullable<MacAddr>,
                    #[sql_name = "fn"]
                    fn_ -> Nullable<diesel::sql_types::Interval>,
                }
            }
            tenancy_diesel::table! {
                #![tenant_global(crm.Regions)]

                /// Every tenant's.
                #[allow(non_snake_case)]
                crm.Regions (id) {
                    /// Counts up.
                    id -> Int8,
                    #[sql_name = "Name"]
                    #[max_length = 3]
                    name -> Varchar,
                }
            }
        }
    }
}

macro_rules! case {
    ($how:ident) => {
        #[test]
        #[allow(non_snake_case, reason = "as the table is called")]
        fn $how() {
            use self::$how::schema::crm::{Regions, customers};

            let scope = &testing::scope("01ARZ3NDEKTSV4RRFFQ69G5FAV".to_owned());
            let source = "(SELECT * FROM crm.Customers WHERE Customers.OrgId = $1) AS Customers";
            assert_eq!(
                sql(&customers::table.scoped(scope).select((customers::tags, customers::fn_))),
                format!("SELECT Customers.Tags, Customers.fn FROM {source}")
            );
            assert_eq!(
                sql(&customers::table.scoped(scope).find(1).select(customers::org_id)),
                format!("SELECT Customers.OrgId FROM {source} WHERE (Customers.id = $2)")
            );
            assert_eq!(
                sql(&tenancy_diesel::insert_into(customers::table.scoped(scope)).values(customers::id.eq(1))),
                "INSERT INTO crm.Customers (OrgId, id) VALUES ($1, $2)"
            );
            assert_eq!(
                sql(&Regions::table.select(Regions::name)),
                "SELECT crm.Regions.Name FROM crm.Regions"
            );
            assert_eq!(<customers::table as TenantTable>::TENANT_COLUMN, "OrgId");
        }
    };
}

case!(in_schema);
case!(by_hand);
