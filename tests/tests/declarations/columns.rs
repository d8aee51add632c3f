//! Columns with the names that the macros, and what they generate, use themselves.
#![allow(non_camel_case_types)] // as the names are

use diesel::prelude::*;
use tenancy_diesel::prelude::*;
use tenancy_diesel::testing;

use super::sql;

tenancy_diesel::table! {
    tokens (id) {
        id -> Integer,
        tenant_id -> Uuid,
        __tenancy -> Text,
        __tenancy_ -> Text,
        __GroupedTenant -> Text,
        Sized -> Text,
        diagnostic -> Text,
        scope -> Text,
        cross_tenant -> Text,
        rhs -> Text,
        out -> Text,
        S -> Text,
        Option -> Text,
        core -> Text,
        tenancy_diesel -> Text,
        tenant_scoped -> Text,
        r#type -> Text,
    }

    #[tenant_global]
    kinds (id) {
        id -> Integer,
        __tenancy -> Text,
        Sized -> Text,
        diagnostic -> Text,
        scope -> Text,
        rhs -> Text,
        S -> Text,
        core -> Text,
        tenant_global -> Text,
    }
}

tenancy_diesel::joinable!(tokens -> kinds (id));
diesel::allow_tables_to_appear_in_same_query!(tokens, kinds);

/// The tenant's column may have such a name too.
mod named_like_ours {
    diesel::table! {
        #[tenancy_diesel::tenant_scoped(scope)]
        sessions (__tenancy) {
            __tenancy -> Integer,
            #[max_length = 26]
            scope -> Uuid,
        }
    }
}

#[test]
fn they_are_columns() {
    let scope = &testing::scope(TenantId::new());
    let scoped = "(SELECT * FROM tokens WHERE tokens.tenant_id = $1) AS tokens";
    assert_eq!(
        sql(&tokens::table.scoped(scope).select((tokens::scope, tokens::Sized, tokens::__tenancy))),
        format!("SELECT tokens.scope, tokens.Sized, tokens.__tenancy FROM {scoped}")
    );
    assert_eq!(
        sql(&tokens::table
            .scoped(scope)
            .group_by((tokens::tenant_id, tokens::__GroupedTenant))
            .select((tokens::tenant_id, tokens::__GroupedTenant))),
        format!(
            "SELECT tokens.tenant_id, tokens.__GroupedTenant FROM {scoped} \
             GROUP BY tokens.tenant_id, tokens.__GroupedTenant"
        )
    );
    assert_eq!(
        sql(&tokens::table.scoped(scope).inner_join(kinds::table).select((tokens::rhs, kinds::rhs))),
        format!("SELECT tokens.rhs, kinds.rhs FROM ({scoped} INNER JOIN kinds ON (tokens.id = kinds.id))")
    );
}

#[test]
fn the_tenant_is_one_of_them() {
    use named_like_ours::sessions;

    let scope = &testing::scope(TenantId::new());
    assert_eq!(
        sql(&sessions::table.scoped(scope).find(1).select(sessions::__tenancy)),
        "SELECT sessions.__tenancy FROM (SELECT * FROM sessions WHERE sessions.scope = $1) AS sessions \
         WHERE (sessions.__tenancy = $2)"
    );
}

/// Columns are often imported where a model is.
mod models {
    use diesel::prelude::*;
    use tenancy_diesel::prelude::*;

    tenancy_diesel::table! {
        folders (id) {
            id -> Integer,
            tenant_id -> Uuid,
        }

        files (id) {
            id -> Integer,
            tenant_id -> Uuid,
            folder_id -> Integer,
            Sized -> Text,
            Parent -> Text,
            core -> Text,
            parent -> Text,
            scope -> Text,
        }
    }

    #[derive(Identifiable, TenantScoped)]
    #[tenant_scoped(id = TenantId)]
    pub(crate) struct Folder {
        pub(crate) id: i32,
    }

    pub(crate) mod beside_the_columns {
        #[allow(unused_imports, reason = "they are in the way, no more")]
        use super::files::columns::*;
        use super::*;

        #[derive(Queryable, Selectable, Identifiable, Associations, TenantScoped)]
        #[diesel(table_name = files, belongs_to(Folder))]
        #[tenant_scoped(id = TenantId)]
        pub(crate) struct File {
            pub(crate) id: i32,
            pub(crate) folder_id: i32,
        }
    }
}

#[test]
fn a_model_stands_beside_them() {
    use models::{Folder, beside_the_columns::File};

    let scope = &testing::scope(TenantId::new());
    assert_eq!(
        sql(&File::belonging_to(scope, &Folder { id: 1 })),
        "SELECT files.id, files.folder_id FROM (SELECT * FROM files WHERE files.tenant_id = $1) AS files \
         WHERE (files.folder_id = $2)"
    );
}
