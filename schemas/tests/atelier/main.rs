//! A large product of a hundred and eleven tables: organisations, their workspaces and their canvases are three kinds of owner. With
//! the feature `128-column-tables` there is one more, of a hundred columns.
#![allow(missing_docs, unreachable_pub)] // the CLI documents only what the database does
#![allow(clippy::unwrap_used)] // a failed set-up is a failed test

mod ids;
mod queries;
mod schema;
#[cfg(feature = "128-column-tables")]
mod wide;

use ids::{CanvasId, OrgId, WorkspaceId};

use schema::*;
use tenancy_diesel::testing;
use tenancy_rls::{RowSecurity, Tables};
use tenancy_schemas::{Database, Facts, Fixture, Read, Whose, Write, proof, typed};
use uuid::Uuid;

/// The tables that hold nobody's data.
const NOBODYS: [&str; 5] = ["regions", "currencies", "plans", "features", "plan_features"];

#[cfg(not(feature = "128-column-tables"))]
const UP: &str = include_str!("up.sql");
#[cfg(feature = "128-column-tables")]
const UP: &str = concat!(include_str!("up.sql"), include_str!("wide.sql"));

const ORGS: [Uuid; 2] = [Uuid::from_u128(0xA), Uuid::from_u128(0xB)];

fn of_orgs() -> Vec<(Facts, Read<OrgId>, Write<OrgId>)> {
    #[cfg(feature = "128-column-tables")]
    use wide::product_sheets;

    #[allow(unused_mut, reason = "there may be one more")]
    let mut statements = typed!(OrgId;
        written: [
            api_tokens, audit_entries, billing_accounts, billing_contacts, companies, company_addresses, company_contacts,
            contact_consents, contact_notes, contacts, coupons, credit_notes, deal_contacts, deal_events, deals, departments,
            employees, export_files, exports, invoice_lines, invoices, leave_requests, org_domains, org_invitations,
            org_settings, orgs, payment_methods, payments, pipeline_stages, pipelines, product_prices,
            products, refunds, seats, sso_connections, sso_mappings, stock_levels, stock_moves, subscription_items,
            subscriptions, team_members, teams, theme_fonts, themes, warehouses, webhook_deliveries, webhooks, workspaces,
        ],
        linked: [accounts, account_passkeys, account_sessions],
    );
    #[cfg(feature = "128-column-tables")]
    statements.extend(typed!(OrgId; written: [product_sheets], linked: []));
    statements
}

/// All of its tables.
fn all_tables() -> Tables {
    let tables = tables();
    #[cfg(feature = "128-column-tables")]
    let tables = tables.table::<wide::product_sheets::table>();
    tables
}

fn of_workspaces() -> Vec<(Facts, Read<WorkspaceId>, Write<WorkspaceId>)> {
    typed!(WorkspaceId;
        written: [
            asset_renditions, assets, automation_run_logs, automation_runs, automation_steps, automations, board_cards,
            board_columns, boards, canvases, dashboard_tiles, dashboards, data_source_syncs, data_sources, folders,
            form_answers, form_fields, form_submissions, forms, labels, milestones, notifications, projects, task_attachments,
            task_comment_reactions, task_comments, task_dependencies, task_labels, task_watchers, tasks, template_slots,
            templates, time_entries, workspace_invitations, workspace_members, workspace_settings,
        ],
        linked: [],
    )
}

fn of_canvases() -> Vec<(Facts, Read<CanvasId>, Write<CanvasId>)> {
    typed!(CanvasId;
        written: [
            canvas_exports, canvas_links, canvas_members, canvas_versions, comment_mentions, comment_replies,
            comment_reply_reactions, comments, cursors, element_connectors, element_texts, elements, layers, operations,
            poll_votes, polls, slide_elements, slides, version_labels,
        ],
        linked: [],
    )
}

fn facts_of<I>(statements: Vec<(Facts, Read<I>, Write<I>)>) -> Vec<Facts> {
    statements.into_iter().map(|(facts, ..)| facts).collect()
}

fn facts() -> Vec<Facts> {
    [facts_of(of_orgs()), facts_of(of_workspaces()), facts_of(of_canvases())].concat()
}

fn populated() -> (Database, Fixture) {
    let database = Database::migrated("atelier", UP);
    // A workspace and a canvas of each organisation: what is below them is then one owner's, of whichever kind.
    let single = &["workspaces", "canvases"];
    let values =
        &[("*.deleted_at", "NULL"), ("*.archived_at", "NULL"), ("product_prices.valid", "[2026-01-01,)")];
    let tenants = ORGS.map(|org| org.to_string());
    let fixture =
        Fixture::put(&mut database.superuser(), &facts(), [&tenants[0], &tenants[1]], single, values);
    (database, fixture)
}

/// The ids of the two owners of a kind, which are rows of `table`.
fn ids(fixture: &Fixture, table: &str) -> [Uuid; 2] {
    [Whose::Ours, Whose::Theirs].map(|whose| fixture.value_of(table, whose, "id").parse().unwrap())
}

#[test]
fn nine_of_ten_tables_are_owned() {
    proof::assert_owned(&all_tables(), &facts(), &NOBODYS, &NOBODYS);
}

#[test]
fn typed_statements_keep_two_owners_of_each_kind_apart_in_every_table() {
    let (database, fixture) = populated();
    let whose = [Whose::Ours, Whose::Theirs];
    let [ours, theirs] = ORGS.map(|id| testing::scope(OrgId(id)));
    proof::typed(&database, &fixture, &of_orgs(), [(&ours, whose[0]), (&theirs, whose[1])]);
    let [ours, theirs] = ids(&fixture, "public.workspaces").map(|id| testing::scope(WorkspaceId(id)));
    proof::typed(&database, &fixture, &of_workspaces(), [(&ours, whose[0]), (&theirs, whose[1])]);
    let [ours, theirs] = ids(&fixture, "public.canvases").map(|id| testing::scope(CanvasId(id)));
    proof::typed(&database, &fixture, &of_canvases(), [(&ours, whose[0]), (&theirs, whose[1])]);
}

/// A wall for each kind of owner, with roles of its own, in one database.
#[test]
fn raw_sql_behind_three_walls_keeps_them_apart_in_every_table() {
    let (database, mut fixture) = populated();
    let orgs = all_tables()
        .same_owner_as::<orgs::table>()
        .unique_over_all_tenants::<orgs::table>("orgs_slug_key", "it is the organisation's address")
        .unique_over_all_tenants::<org_invitations::table>(
            "org_invitations_token_hash_key",
            "the hash of a random token",
        )
        .unique_over_all_tenants::<api_tokens::table>(
            "api_tokens_token_hash_key",
            "the hash of a random token",
        );
    let workspaces = all_tables()
        .same_owner_as::<canvases::table>()
        .unique_over_all_tenants::<workspace_invitations::table>(
            "workspace_invitations_token_hash_key",
            "the hash of a random token",
        );
    let canvases =
        all_tables().same_owner_as::<layers::table>().unique_over_all_tenants::<canvas_links::table>(
            "canvas_links_token_hash_key",
            "the hash of a random token",
        );
    let walls: Vec<(&str, RowSecurity, [Uuid; 2], Vec<Facts>)> = vec![
        ("org", wall(&database, "org", orgs), ORGS, facts_of(of_orgs())),
        (
            "workspace",
            wall(&database, "workspace", workspaces),
            ids(&fixture, "public.workspaces"),
            facts_of(of_workspaces()),
        ),
        (
            "canvas",
            wall(&database, "canvas", canvases),
            ids(&fixture, "public.canvases"),
            facts_of(of_canvases()),
        ),
    ];
    let mut wrong: Vec<String> = Vec::new();
    for (kind, wall, ids, facts) in &walls {
        let [ours, theirs] = ids.map(|id| id.to_string());
        proof::raw(
            &database,
            &mut fixture,
            kind,
            wall,
            facts,
            [(&ours, Whose::Ours), (&theirs, Whose::Theirs)],
        );
        let listed = include_str!("accepted.txt").lines();
        let of_kind: Vec<_> =
            listed.filter_map(|line| line.strip_prefix(*kind)?.strip_prefix(": ")).collect();
        let unaccepted = proof::unaccepted(&database, kind, wall, &of_kind.join("\n"));
        wrong.extend(unaccepted.iter().map(|finding| format!("{kind}: {finding}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn wall(database: &Database, kind: &str, tables: Tables) -> RowSecurity {
    let wall = RowSecurity::new(tables, database.roles(kind)).unwrap();
    proof::walled(database, &wall);
    wall
}
