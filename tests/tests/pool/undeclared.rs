//! Tables that nobody declared, in every position of a statement in a tenant's transaction.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::{insert_into, update};
use tenancy_pool::{PoolError, RunQueryDsl, StatementRefused, TenantPool};
use tenancy_tests::fixture::acme;

use super::walled::Database;
use crate::Tested;

/// The same database's tables, declared by Diesel's macro alone.
mod bare {
    diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
    diesel::table! { secrets (id) { id -> Integer, name -> Text, } }
    diesel::table! { public.canvases (id) { id -> Integer, tenant_id -> Integer, title -> Text, } }
}
use bare::{canvases, secrets};

/// Declared, and in this crate, which Diesel wants for what follows.
mod ours {
    tenancy_diesel::table! {
        #![tenant_global(plans)]
        agents (id) { id -> Integer, tenant_id -> Integer, plan_id -> Nullable<Integer>, name -> Text, }
        plans (id) { id -> Integer, name -> Text, }
    }
    tenancy_diesel::joinable!(agents -> plans (plan_id));
    diesel::allow_tables_to_appear_in_same_query!(agents, plans);
}
use ours::{agents, plans};

// What a tenant's table stands beside is checked by the compiler; what a global table does, is not.
diesel::allow_tables_to_appear_in_same_query!(secrets, plans);
diesel::allow_tables_to_appear_in_same_query!(secrets, agents);
diesel::allow_tables_to_appear_in_same_query!(canvases, plans);
mod second {
    use super::bare::agents as others;
    use super::ours::{agents, plans};
    diesel::allow_tables_to_appear_in_same_query!(others, plans);
    diesel::allow_tables_to_appear_in_same_query!(others, agents);
}

fn refused<T: std::fmt::Debug>(result: QueryResult<T>, what: &str) -> StatementRefused {
    match result {
        Err(Error::QueryBuilderError(source)) => {
            source.downcast_ref::<StatementRefused>().unwrap_or_else(|| panic!("{what}: {source}")).clone()
        }
        other => panic!("{what}: not refused: {other:?}"),
    }
}

/// On each database: the cases are one, the connections differ.
macro_rules! positions {
    ($tenants:expr, $backend:ty) => {{
        let tenants = $tenants;
        let acme = acme();
        let table = || agents::table.scoped(&acme);
        let mut tx = tenants.begin(&acme).await.unwrap();
        let tx = &mut tx;
        let names = || secrets::table.select(secrets::name);
        let one = || names().limit(1).single_value();
        let undeclared = |result: QueryResult<usize>, what: &str| {
            let StatementRefused::UndeclaredTable { table } = refused(result, what) else { panic!("{what}") };
            assert_eq!(table, "secrets", "{what}");
        };
        let there = || exists(secrets::table.filter(secrets::id.eq(1)));
        let boxed = diesel::select(one()).into_boxed::<$backend>();
        undeclared(boxed.load::<Option<String>>(tx).await.map(|_| 1), "selected");
        let boxed = diesel::select(diesel::dsl::not(there())).into_boxed::<$backend>();
        undeclared(boxed.get_result::<bool>(tx).await.map(|_| 1), "exists");
        undeclared(
            plans::table.select(one()).load::<Option<String>>(tx).await.map(|_| 1),
            "in a global table's list",
        );
        undeclared(
            plans::table.filter(there()).select(plans::name).load::<String>(tx).await.map(|_| 1),
            "in a global table's filter",
        );
        undeclared(
            plans::table.filter(plans::name.eq_any(names())).count().get_result::<i64>(tx).await.map(|_| 1),
            "in a global table's list of values",
        );
        undeclared(
            diesel::update(plans::table.filter(there())).set(plans::name.eq("x")).execute(tx).await,
            "in an update's filter",
        );
        undeclared(
            diesel::delete(plans::table.filter(plans::name.eq_any(names()))).execute(tx).await,
            "in a delete's filter",
        );
        // What is assigned is walked through more than once, and printed to be looked at: that accounts for one mention of its table,
        // and for none of a second declaration beside it.
        let peers = tenancy_diesel::alias!(agents as peers);
        let mine = || peers.scoped(&acme).select(peers.field(agents::name)).limit(1).single_value();
        let theirs = || bare::agents::table.select(bare::agents::id).limit(1).single_value();
        let chosen = plans::table.filter(plans::id.nullable().eq(theirs()));
        let results = [
            diesel::update(chosen).set(plans::name.eq(mine().assume_not_null())).execute(tx).await,
            update(table())
                .set((agents::name.eq(mine().assume_not_null()), agents::plan_id.eq(theirs())))
                .execute(tx)
                .await,
        ];
        for (place, result) in results.into_iter().enumerate() {
            let StatementRefused::UndeclaredTable { table } = refused(result, "beside a scoped one") else {
                panic!("{place}")
            };
            assert_eq!(table, "agents", "{place}");
        }
        tx.transaction(async |_| Ok::<_, PoolError>(())).await.unwrap();
        let ours: Vec<String> = table().select(agents::name).order(agents::id).load(tx).await.unwrap();
        assert_eq!(ours, ["ada", "bob", "cyd"], "nothing was sent, and the transaction goes on");
        let both: Vec<String> =
            table().inner_join(plans::table).select(plans::name).order(agents::id).load(tx).await.unwrap();
        assert_eq!(both, ["free", "paid"]);
    }};
}

const SECRETS: &str = "CREATE TABLE secrets (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(60) NOT NULL);
    INSERT INTO secrets VALUES (1, 'of globex');";

/// Raw SQL whose table the database finds in a place of its own, and what is said of it: the table, or what cannot be followed.
macro_rules! hidden {
    ($tx:expr, $($sql:literal => $said:literal,)+) => {$({
        let read = plans::table.select(diesel::dsl::sql::<diesel::sql_types::Text>($sql)).load::<String>($tx).await;
        let said = match refused(read, $sql) {
            StatementRefused::UndeclaredTable { table } => table,
            StatementRefused::Unreadable { found } => found.to_owned(),
            refusal => panic!("{refusal}: {}", $sql),
        };
        assert_eq!(said, $said, "{}", $sql);
    })+};
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undeclared_table_runs_in_no_position_on_postgres() {
    let database = Database::with("", |tables| tables).await;
    let no_wall =
        "ALTER TABLE agents DISABLE ROW LEVEL SECURITY; GRANT ALL ON secrets, agents, canvases TO PUBLIC";
    database.run(&format!("{SECRETS} {no_wall}")).await;
    let tenants = TenantPool::<Tested>::builder(database.application())
        .without_wall("a test")
        .max_connections(1)
        .build()
        .await
        .unwrap();
    positions!(&tenants, diesel::pg::Pg);
    // What only PostgreSQL's statements have.
    let acme = acme();
    let table = || agents::table.scoped(&acme);
    let one = || secrets::table.select(secrets::name).limit(1).single_value().assume_not_null();
    let mut tx = tenants.begin(&acme).await.unwrap();
    let tx = &mut tx;
    let row = || (agents::id.eq(9), agents::name.eq("x"));
    let results = [
        diesel::update(plans::table.find(1)).set(plans::name.eq(one())).execute(tx).await,
        diesel::insert_into(plans::table).values((plans::id.eq(9), plans::name.eq(one()))).execute(tx).await,
        insert_into(table()).values((agents::id.eq(9), agents::name.eq(one()))).execute(tx).await,
        insert_into(table())
            .values(row())
            .on_conflict(agents::id)
            .do_update()
            .set(agents::name.eq(one()))
            .execute(tx)
            .await,
        update(table()).set(agents::name.eq(one())).execute(tx).await,
        diesel::insert_into(plans::table)
            .values(secrets::table.select((secrets::id, secrets::name)))
            .into_columns((plans::id, plans::name))
            .execute(tx)
            .await,
    ];
    for (place, result) in results.into_iter().enumerate() {
        let what = format!("place {place}");
        let StatementRefused::UndeclaredTable { table } = refused(result, &what) else { panic!("{what}") };
        assert_eq!(table, "secrets", "{what}");
    }
    // Declared a second time, by a name with its schema, and by that of a tenant's table that stands beside it.
    let titles = canvases::table.select(canvases::title).limit(1).single_value();
    let result = plans::table.select(titles).get_result::<Option<String>>(tx).await;
    assert!(
        matches!(refused(result, "a schema"), StatementRefused::UndeclaredTable { table } if table == "public.canvases")
    );
    let second = bare::agents::table.select(bare::agents::name).limit(1).single_value();
    let result = plans::table
        .filter(exists(table().select(agents::id)))
        .select(second)
        .load::<Option<String>>(tx)
        .await;
    assert!(
        matches!(refused(result, "a second one"), StatementRefused::UndeclaredTable { table } if table == "agents")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undeclared_table_runs_in_no_position_on_sqlite() {
    let Some((tenants, database)) = super::sqlite::open().await else { return };
    database.run(SECRETS).await;
    database
        .run("CREATE VIRTUAL TABLE letters USING fts5(body); INSERT INTO letters VALUES ('of globex')")
        .await;
    positions!(&tenants, diesel::sqlite::Sqlite);
    let mut tx = tenants.begin(&acme()).await.unwrap();
    hidden! { &mut tx,
        // Names are quoted by brackets as well. A quote in one is no text's beginning, behind which a table could hide.
        "(SELECT max(b) FROM (SELECT 1 AS ['], (SELECT name FROM secrets LIMIT 1) AS b, 2 AS [']))" => "a bracket",
        // Nor is one in the parentheses that belong to a variable's name.
        "coalesce(@a('), (SELECT max(name) FROM secrets), @b('))" => "a variable",
        "(SELECT max(name) \u{feff}FROM secrets)" => "a character that Diesel does not write",
        // A table stands where others have a list.
        "(1, 'of globex') IN secrets" => "an IN without parentheses",
        // Another stands behind one that goes by what is a keyword elsewhere.
        "(SELECT secrets.name FROM plans AS offset, secrets)" => "secrets",
        "(SELECT secrets.name FROM plans window, secrets)" => "secrets",
        // And one that is searched is written as a function.
        "(SELECT body FROM letters('globex'))" => "letters",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undeclared_table_runs_in_no_position_on_mariadb() {
    let Some((tenants, database)) = super::mariadb::open().await else { return };
    for statement in SECRETS.split_terminator(';') {
        database.run(statement).await;
    }
    positions!(&tenants, diesel::mysql::Mysql);
    let mut tx = tenants.begin(&acme()).await.unwrap();
    hidden! { &mut tx,
        // A comment begins in an operator, and what stands in quotes there is none of the statement.
        "coalesce(nullif(1, 1 =#'\n 1), (SELECT max(name) FROM secrets), 1 =#'\n 1)" => "a comment",
        "(SELECT secrets.name FROM plans AS window, secrets LIMIT 1)" => "secrets",
    }
}
