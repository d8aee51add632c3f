//! A `schema.rs` as the Diesel CLI prints it, included unedited: which table belongs to tenants is said beside it.
#![allow(missing_docs)] // the CLI documents only what the database does

pub mod joins;

pub mod schema {
    tenancy_diesel::schema! {
        include = "tests/cli/schema.rs",
        tenant_column = tenant_id,
        global = [
            countries,
            features,
            plan_features,
            plans,
            users,
            memberships = "read before admission, to find a user's tenants",
        ],
    }
}

/// What the CLI prints for a database schema has its tables in a module.
pub mod other_schema {
    tenancy_diesel::schema! {
        include = "tests/cli/accounting.rs",
        global = [accounting.currencies],
    }
}

/// A hierarchy, of which each table says whose it is.
pub mod owners {
    pub use tenancy_tests::ids::{OrgId, WorkspaceId};

    pub mod schema {
        tenancy_diesel::schema! {
            include = "tests/cli/owners.rs",
            tenant_column = org_id: super::OrgId,
            scoped = [canvases(workspace_id: super::WorkspaceId), orgs(id: super::OrgId)],
        }
    }
}

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use tenancy_diesel::prelude::*;
use tenancy_diesel::testing;

use schema::*;

fn sql(query: &impl QueryFragment<Pg>) -> String {
    let sql = diesel::debug_query::<Pg, _>(query).to_string();
    sql.split(" -- binds").next().unwrap_or_default().replace('"', "")
}

#[test]
fn tables_with_the_tenant_column_are_scoped() {
    let scope = &testing::scope(TenantId::new());
    assert_eq!(
        sql(&tasks::table.scoped(scope).filter(tasks::done.eq(false)).select(tasks::title)),
        "SELECT tasks.title FROM (SELECT * FROM tasks WHERE tasks.tenant_id = $1) AS tasks WHERE (tasks.done = $2)"
    );
}

#[test]
fn each_table_is_scoped_by_the_kind_that_is_listed() {
    use owners::schema::{canvases, orgs, workspaces};

    let (org, workspace) = (&testing::scope(owners::OrgId(1)), &testing::scope(owners::WorkspaceId(7)));
    assert_eq!(
        sql(&canvases::table
            .scoped(workspace)
            .inner_join(workspaces::table.scoped(org))
            .select(canvases::title)),
        "SELECT canvases.title FROM ((SELECT * FROM canvases WHERE canvases.workspace_id = $1) AS canvases INNER JOIN \
         (SELECT * FROM workspaces WHERE workspaces.org_id = $2) AS workspaces ON (canvases.workspace_id = workspaces.id))"
    );
    assert_eq!(
        sql(&workspaces::table.scoped(org).inner_join(orgs::table.scoped(org)).select(orgs::title)),
        "SELECT orgs.title FROM ((SELECT * FROM workspaces WHERE workspaces.org_id = $1) AS workspaces INNER JOIN \
         (SELECT * FROM orgs WHERE orgs.id = $2) AS orgs ON NULLIF(workspaces.org_id = $3, FALSE) IS NOT NULL AND \
         (workspaces.org_id = orgs.id))"
    );
}

#[test]
fn a_schema_qualified_table_goes_by_its_bare_name() {
    let scope = &testing::scope(TenantId::new());
    assert_eq!(
        sql(&invoices::table.scoped(scope).find(3).select(invoices::total)),
        "SELECT invoices.total FROM (SELECT * FROM accounting.invoices WHERE invoices.tenant_id = $1) AS invoices \
         WHERE (invoices.number = $2)"
    );
    assert_eq!(
        sql(&tenancy_diesel::delete(invoices::table.scoped(scope)).find(3)),
        "DELETE FROM accounting.invoices WHERE invoices.tenant_id = $1 AND ((invoices.number = $2))"
    );
}

#[test]
fn a_column_keeps_its_name_in_the_database() {
    let scope = &testing::scope(TenantId::new());
    assert_eq!(
        sql(&comments::table.scoped(scope).select(comments::type_)),
        "SELECT comments.type FROM (SELECT * FROM comments WHERE comments.tenant_id = $1) AS comments"
    );
    assert_eq!(
        sql(&tenancy_diesel::insert_into(comments::table.scoped(scope)).values(comments::type_.eq("note"))),
        "INSERT INTO comments (tenant_id, type) VALUES ($1, $2)"
    );
}

#[test]
fn the_files_joinable_compares_the_tenant_too() {
    let scope = &testing::scope(TenantId::new());
    let query = tasks::table.scoped(scope).inner_join(projects::table.scoped(scope)).select(projects::name);
    assert_eq!(
        sql(&query),
        "SELECT projects.name FROM ((SELECT * FROM tasks WHERE tasks.tenant_id = $1) AS tasks INNER JOIN \
         (SELECT * FROM projects WHERE projects.tenant_id = $2) AS projects \
         ON NULLIF(tasks.tenant_id = $3, FALSE) IS NOT NULL AND (tasks.project_id = projects.id))"
    );
    let query = comments::table
        .scoped(scope)
        .inner_join(
            tasks::table.scoped(scope).inner_join(projects::table.scoped(scope).inner_join(users::table)),
        )
        .select((comments::body, users::email));
    assert_eq!(
        sql(&query),
        "SELECT comments.body, users.email FROM (\
         (SELECT * FROM comments WHERE comments.tenant_id = $1) AS comments INNER JOIN (\
         (SELECT * FROM tasks WHERE tasks.tenant_id = $2) AS tasks INNER JOIN (\
         (SELECT * FROM projects WHERE projects.tenant_id = $3) AS projects \
         INNER JOIN users ON (projects.owner_id = users.id)) \
         ON projects.tenant_id = tasks.tenant_id AND (tasks.project_id = projects.id)) \
         ON tasks.tenant_id = comments.tenant_id AND (comments.task_id = tasks.id))"
    );
}

#[test]
fn globals_are_ordinary_tables() {
    let scope = &testing::scope(TenantId::new());
    assert_eq!(
        sql(&plans::table.inner_join(plan_features::table.inner_join(features::table)).select(plans::name)),
        "SELECT plans.name FROM (plans INNER JOIN (plan_features INNER JOIN features ON \
         (plan_features.feature_id = features.id)) ON (plan_features.plan_id = plans.id))"
    );
    assert_eq!(
        sql(&memberships::table.select(memberships::user_id)),
        "SELECT memberships.user_id FROM memberships"
    );
    assert_eq!(
        sql(&users::table
            .left_join(projects::table.scoped(scope))
            .select((users::email, projects::name.nullable()))),
        "SELECT users.email, projects.name FROM (users LEFT OUTER JOIN \
         (SELECT * FROM projects WHERE projects.tenant_id = $1) AS projects ON (projects.owner_id = users.id))"
    );
}

#[test]
fn an_alias_of_a_global_table_stands_beside_scoped_ones() {
    let scope = &testing::scope(TenantId::new());
    let owners = tenancy_diesel::alias!(users as owners);
    let query = projects::table
        .scoped(scope)
        .inner_join(owners.global().on(owners.field(users::id).eq(projects::owner_id)))
        .select((projects::name, owners.field(users::email)));
    assert_eq!(
        sql(&query),
        "SELECT projects.name, owners.email FROM ((SELECT * FROM projects WHERE projects.tenant_id = $1) AS projects \
         INNER JOIN users AS owners ON (owners.id = projects.owner_id))"
    );
}

#[test]
fn tables_in_the_files_modules_are_scoped() {
    use other_schema::accounting::{currencies, ledgers};

    let scope = &testing::scope(TenantId::new());
    let query = ledgers::table.scoped(scope).inner_join(currencies::table).select(currencies::code);
    assert_eq!(
        sql(&query),
        "SELECT accounting.currencies.code FROM ((SELECT * FROM accounting.ledgers WHERE ledgers.tenant_id = $1) \
         AS ledgers INNER JOIN accounting.currencies ON (ledgers.currency_code = accounting.currencies.code))"
    );
}

#[test]
fn the_key_of_a_table_with_one_row_a_tenant_is_the_tenant() {
    let scope = &testing::scope(TenantId::new());
    assert_eq!(
        sql(&settings::table.scoped(scope).select(settings::theme)),
        "SELECT settings.theme FROM (SELECT * FROM settings WHERE settings.tenant_id = $1) AS settings"
    );
    assert_eq!(<settings::table as TenantTable>::TENANT_COLUMN, "tenant_id");
}

#[test]
fn a_table_knows_its_columns_for_other_tools() {
    assert_eq!(<invoices::table as tenancy_diesel::DeclaredTable>::SCHEMA, Some("accounting"));
    assert_eq!(
        <comments::table as tenancy_diesel::DeclaredTable>::COLUMNS,
        ["id", "tenant_id", "task_id", "type", "body", "author"]
    );
}
