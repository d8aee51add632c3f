//! A schema unlike the other tests': ULIDs in varchar(26), an enum, a partial key, the owners' own table, a wide table, one that is
//! owned through its parent, and one of another kind of owner. Behind a sealed wall.

use std::fmt;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::{Nullable, Text};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use tenancy_diesel::{Scoped, insert_into, testing, update};
use tenancy_pool::{PoolError, TenantPool};
use tenancy_rls::{Binding, Roles, RowSecurity, Sealer, SealingKey, Wall, tables};
use tenancy_tests::chain;
use tenancy_tests::server::{self, known_holes};

use super::cancellation::polled;
use crate::Tested;

/// An organisation's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct OrgId(String);

impl ToSql<Text, Pg> for OrgId {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        <String as ToSql<Text, Pg>>::to_sql(&self.0, out)
    }
}

impl fmt::Display for OrgId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "stage"))]
    pub struct Stage;
}

tenancy_diesel::table! {
    #![tenant_column(org_id: OrgId)]

    #[tenant_scoped(id: OrgId)]
    orgs (id) { #[max_length = 26] id -> Varchar, name -> Text, }
    projects (id) { #[max_length = 26] id -> Varchar, #[max_length = 26] org_id -> Varchar, slug -> Text, stage -> crate::foreign_schema::sql_types::Stage, }
    documents (id) {
        #[max_length = 26]
        id -> Varchar,
        #[max_length = 26]
        org_id -> Varchar,
        #[max_length = 26]
        project_id -> Varchar,
        title -> Text,
        c01 -> Nullable<Text>, c02 -> Nullable<Text>, c03 -> Nullable<Text>, c04 -> Nullable<Text>, c05 -> Nullable<Text>,
        c06 -> Nullable<Text>, c07 -> Nullable<Text>, c08 -> Nullable<Text>, c09 -> Nullable<Text>, c10 -> Nullable<Text>,
        c11 -> Nullable<Text>, c12 -> Nullable<Text>, c13 -> Nullable<Text>, c14 -> Nullable<Text>, c15 -> Nullable<Text>,
        c16 -> Nullable<Text>, c17 -> Nullable<Text>, c18 -> Nullable<Text>, c19 -> Nullable<Text>, c20 -> Nullable<Text>,
    }
    #[tenant_scoped(through = documents(document_id))]
    labels (document_id, label) { #[max_length = 26] document_id -> Varchar, label -> Text, }
}
tenancy_diesel::joinable!(labels -> documents (document_id));
tenancy_diesel::joinable!(documents -> projects (project_id));
tenancy_diesel::joinable!(projects -> orgs (org_id));
diesel::allow_tables_to_appear_in_same_query!(orgs, projects, documents, labels);

const TABLES: &str = "
CREATE TYPE stage AS ENUM ('draft', 'live');
CREATE TABLE orgs (id varchar(26) PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE projects (id varchar(26) PRIMARY KEY, org_id varchar(26) NOT NULL REFERENCES orgs, slug text NOT NULL, stage stage NOT NULL);
CREATE UNIQUE INDEX live_slugs ON projects (slug) WHERE stage = 'live';
CREATE TABLE documents (id varchar(26) PRIMARY KEY, project_id varchar(26) NOT NULL REFERENCES projects ON DELETE CASCADE,
    org_id varchar(26) NOT NULL, title text NOT NULL, c01 text, c02 text, c03 text, c04 text, c05 text, c06 text, c07 text, c08 text,
    c09 text, c10 text, c11 text, c12 text, c13 text, c14 text, c15 text, c16 text, c17 text, c18 text, c19 text, c20 text);
CREATE TABLE labels (document_id varchar(26) REFERENCES documents ON DELETE CASCADE, label text, PRIMARY KEY (document_id, label));
CREATE TABLE boards (id integer PRIMARY KEY, workspace_id integer NOT NULL);
INSERT INTO orgs VALUES ('01ACME0000000000000000000A', 'acme'), ('01GLOBEX00000000000000000B', 'globex');
INSERT INTO projects VALUES ('p1', '01ACME0000000000000000000A', 'home', 'live'), ('p2', '01GLOBEX00000000000000000B', 'secret', 'live');
INSERT INTO documents (id, project_id, org_id, title)
    VALUES ('d1', 'p1', '01ACME0000000000000000000A', 'ours'), ('d2', 'p2', '01GLOBEX00000000000000000B', 'secret');
INSERT INTO labels VALUES ('d1', 'a'), ('d2', 'secret');
INSERT INTO boards VALUES (1, 7);
";

const APPLICATION: &str = "foreign_schema_application";
const ACROSS: &str = "foreign_schema_across";

type Pool = TenantPool<Tested>;

#[derive(QueryableByName, Debug)]
struct Line {
    #[diesel(sql_type = Nullable<Text>)]
    line: Option<String>,
}

async fn open() -> Pool {
    open_with(2).await
}

async fn open_with(connections: u32) -> Pool {
    let url = server::fresh_postgres_database("foreign_schema");
    let mut superuser = AsyncPgConnection::establish(&url).await.unwrap();
    for role in [APPLICATION, ACROSS] {
        let create = format!(
            "DO $$ BEGIN CREATE ROLE {role} LOGIN PASSWORD '{role}'; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        );
        superuser.batch_execute(&create).await.unwrap();
    }
    superuser.batch_execute(TABLES).await.unwrap();
    let roles = Roles::new(APPLICATION, ACROSS).unwrap();
    let security = RowSecurity::new(tables![orgs, projects, documents, labels], roles).unwrap();
    let key = SealingKey::new(1, [7; 32]).unwrap();
    superuser.batch_execute(&security.clone().sealed().migration().up()).await.unwrap();
    superuser.batch_execute(&key.install(Binding::Backend)).await.unwrap();
    let (scheme, rest) = url.split_once("://").unwrap();
    let place = rest.split_once('@').map_or(rest, |(_, place)| place);
    let address = format!("{scheme}://{APPLICATION}:{APPLICATION}@{place}");
    let wall = Wall::sealed(security, Sealer::new(key));
    let builder = TenantPool::builder(address).wall(wall).waive(known_holes()).max_connections(connections);
    builder.build().await.unwrap_or_else(|error| panic!("{}", chain(&error)))
}

fn org(id: &str) -> Scoped<OrgId> {
    testing::scope(OrgId(id.to_owned()))
}

#[tokio::test]
async fn typed_statements_keep_the_organisations_apart() {
    let (pool, acme) = (open().await, &org("01ACME0000000000000000000A"));
    let joined = documents::table.scoped(acme).inner_join(projects::table.scoped(acme));
    let rows: Vec<(String, String)> =
        pool.load(acme, joined.select((documents::title, projects::slug))).await.unwrap();
    assert_eq!(rows, [("ours".to_owned(), "home".to_owned())]);
    let whole: Vec<String> = pool.load(acme, orgs::table.scoped(acme).select(orgs::name)).await.unwrap();
    assert_eq!(whole, ["acme"]);
    // Another's project is none for the key, which has the organisation in it.
    let foreign = (documents::id.eq("d3"), documents::project_id.eq("p2"), documents::title.eq("x"));
    let refused = pool.execute(acme, insert_into(documents::table.scoped(acme)).values(foreign)).await;
    assert!(chain(&refused.unwrap_err()).contains("documents_project_id_fkey"));
    // Nor is another's document the parent of a label.
    let labelled = |document: &'static str| {
        let row = (labels::document_id.eq(document), labels::label.eq("new"));
        pool.execute(acme, insert_into(labels::table.scoped(acme)).values(row))
    };
    assert!(labelled("d2").await.is_err());
    assert_eq!(labelled("d1").await.unwrap(), 1);
    let of_documents = labels::table.scoped(acme).inner_join(documents::table.scoped(acme));
    let of_documents = of_documents.select((labels::label, documents::title)).order(labels::label);
    let rows: Vec<(String, String)> = pool.load(acme, of_documents).await.unwrap();
    assert_eq!(rows, [("a".to_owned(), "ours".to_owned()), ("new".to_owned(), "ours".to_owned())]);
    let moved = update(labels::table.scoped(acme)).filter(labels::label.eq("a")).under("d2".to_owned());
    assert!(pool.execute(acme, moved).await.is_err());
    // What is unique among live projects is so within the organisation.
    let slug = update(projects::table.scoped(acme)).set(projects::slug.eq("secret"));
    assert_eq!(pool.execute(acme, slug).await.unwrap(), 1);
    // One character more than the column has.
    let long = &org("01ACME0000000000000000000AX");
    let refused: Result<Vec<String>, _> =
        pool.load(long, documents::table.scoped(long).select(documents::title)).await;
    assert!(chain(&refused.unwrap_err()).contains("27 characters"));
    let globex = &org("01GLOBEX00000000000000000B");
    let theirs: Vec<String> =
        pool.load(globex, documents::table.scoped(globex).select(documents::title)).await.unwrap();
    assert_eq!(theirs, ["secret"]);
}

/// Raw SQL of one organisation, over everything that is there.
#[tokio::test]
async fn raw_sql_reads_nothing_of_the_other_s() {
    let (pool, acme) = (open().await, &org("01ACME0000000000000000000A"));
    let mut answered = 0;
    for query in [
        "SELECT title AS line FROM documents",
        "SELECT d.title AS line FROM ONLY documents AS d",
        "SELECT slug AS line FROM projects WHERE stage = 'live'",
        "SELECT name AS line FROM orgs",
        // Owned through its parent.
        "SELECT label AS line FROM labels",
        "SELECT l.label AS line FROM documents AS d JOIN labels AS l ON l.document_id = d.id",
        "INSERT INTO labels VALUES ('d2', 'planted') RETURNING label || 'secret' AS line",
        "UPDATE labels SET document_id = 'd2' RETURNING label || 'secret' AS line",
        // Of another kind: it is not declared, and so not granted.
        "SELECT id::text AS line FROM boards",
        "WITH moved AS (UPDATE documents SET org_id = '01ACME0000000000000000000A' RETURNING title) SELECT title AS line FROM moved",
        "SELECT array_to_string(most_common_vals::text::text[], ',') AS line FROM pg_stats WHERE schemaname = 'public'",
        "TABLE labels",
    ] {
        let lines = pool
            .transaction(acme, async |tx| {
                let lines: Vec<Line> = tx.raw("a test", query)?.load().await?;
                Ok::<_, PoolError>(lines.into_iter().filter_map(|line| line.line).collect::<Vec<_>>())
            })
            .await;
        answered += usize::from(lines.is_ok());
        assert!(!lines.unwrap_or_default().concat().contains("secret"), "{query}");
    }
    assert_eq!(answered, 8, "what it may read, it reads");
}

/// Single statements of both organisations take turns on one session, which remembers whose it is; what is refused comes between, and
/// raw SQL says what the session lets through.
#[tokio::test]
async fn they_take_turns_on_one_session() {
    let pool = open_with(1).await;
    let (acme, globex) = (&org("01ACME0000000000000000000A"), &org("01GLOBEX00000000000000000B"));
    let sides = [(acme, "acme", "d1", "d2"), (globex, "globex", "d2", "d1")];
    for turn in 0..3 {
        for (scope, name, own, foreign) in sides {
            let title = format!("{name} {turn}");
            let renamed = update(documents::table.scoped(scope)).set(documents::title.eq(&title));
            assert_eq!(pool.execute(scope, renamed).await.unwrap(), 1, "only its own");
            let titles: Vec<String> =
                pool.load(scope, documents::table.scoped(scope).select(documents::title)).await.unwrap();
            assert_eq!(titles, [title.as_str()]);
            let label = |document: &str| {
                let row = (labels::document_id.eq(document.to_owned()), labels::label.eq(title.clone()));
                pool.execute(scope, insert_into(labels::table.scoped(scope)).values(row))
            };
            assert!(label(foreign).await.is_err(), "a label under the other's document");
            assert_eq!(label(own).await.unwrap(), 1);
            let whole: Vec<String> =
                pool.load(scope, orgs::table.scoped(scope).select(orgs::name)).await.unwrap();
            assert_eq!(whole, [name]);
            let count: i64 = pool.get_result(scope, labels::table.scoped(scope).count()).await.unwrap();
            assert_eq!(count, turn + 2);
            let seen = "SELECT concat_ws('/', (SELECT string_agg(DISTINCT document_id, ',') FROM labels),
                (SELECT string_agg(name, ',') FROM orgs), (SELECT string_agg(title, ',') FROM documents)) AS line";
            let lines = pool
                .transaction(scope, async |tx| {
                    Ok::<_, PoolError>(tx.raw("a test", seen)?.load::<Line>().await?)
                })
                .await
                .unwrap();
            assert_eq!(lines[0].line.as_deref(), Some(&*format!("{own}/{name}/{title}")));
        }
    }
}

/// Both organisations at once on fewer sessions than there are tasks, so that each is given its own, the other's and nobody's by turns, while
/// statements of every kind are dropped in the middle.
#[tokio::test(flavor = "multi_thread")]
async fn they_share_a_few_sessions() {
    let pool = open_with(3).await;
    let tasks = (0..6_usize).map(|task| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let (id, name, own) = [
                ("01ACME0000000000000000000A", "acme", "d1"),
                ("01GLOBEX00000000000000000B", "globex", "d2"),
            ][task % 2];
            let scope = &org(id);
            let mut answered = 0;
            for round in 0..120 {
                let query = async {
                    match (round + task) % 4 {
                        0 => pool.load(scope, orgs::table.scoped(scope).select(orgs::name)).await,
                        1 => {
                            let renamed =
                                update(documents::table.scoped(scope)).set(documents::title.eq(name));
                            Ok(vec![format!("{} of one", pool.execute(scope, renamed).await?)])
                        }
                        2 => {
                            let of_labels = labels::table.scoped(scope).select(labels::document_id);
                            pool.load(scope, of_labels).await
                        }
                        _ => {
                            pool.transaction(scope, async |tx| {
                                let seen = "SELECT id AS line FROM documents";
                                let lines: Vec<Line> = tx.raw("a test", seen)?.load().await?;
                                Ok::<_, PoolError>(lines.into_iter().filter_map(|line| line.line).collect())
                            })
                            .await
                        }
                    }
                };
                // Every third is dropped somewhere.
                let polls = if round % 3 == 0 { round % 7 } else { usize::MAX };
                let Some(rows) = polled(polls, query).await else { continue };
                let rows: Vec<String> = rows.unwrap_or_else(|error| panic!("{}", chain(&error)));
                let expected = [name, "1 of one", own, own][(round + task) % 4];
                assert_eq!(rows, [expected], "in round {round} of {name}'s");
                answered += 1;
            }
            answered
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        assert!(task.await.unwrap() >= 80);
    }
}

/// A value of the enum, whose number each connection has to ask for.
#[derive(Debug, Clone, Copy, AsExpression)]
#[diesel(sql_type = sql_types::Stage)]
struct Draft;

impl ToSql<sql_types::Stage, Pg> for Draft {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        std::io::Write::write_all(out, b"draft")?;
        Ok(diesel::serialize::IsNull::No)
    }
}

/// Statements of too many values, as the first of their transaction, on the one session that the other organisation had before: of a table
/// with an enum, which is looked up on the way, and of one that belongs through its parent.
#[tokio::test]
async fn l86_what_cannot_be_written_leaves_each_its_own() {
    let pool = open_with(1).await;
    let (acme, globex) = (&org("01ACME0000000000000000000A"), &org("01GLOBEX00000000000000000B"));
    let seen = "SELECT concat_ws('/', (SELECT string_agg(id, ',') FROM projects), (SELECT string_agg(label, ',') FROM labels),
        (SELECT string_agg(name, ',') FROM orgs)) AS line";
    for (scope, other, expected) in [(acme, globex, "p1/a/acme"), (globex, acme, "p2/secret/globex")] {
        for of_a_parent in [false, true] {
            let whole: Vec<String> =
                pool.load(other, orgs::table.scoped(other).select(orgs::name)).await.unwrap();
            assert_eq!(whole.len(), 1);
            let mut tx = pool.begin(scope).await.unwrap();
            let added = if of_a_parent {
                let rows: Vec<_> = (0..33_000)
                    .map(|number| (labels::document_id.eq("d1"), labels::label.eq(number.to_string())))
                    .collect();
                let add = insert_into(labels::table.scoped(scope)).values(rows);
                tenancy_pool::RunQueryDsl::execute(add, &mut tx).await
            } else {
                let rows: Vec<_> = (0..20_000)
                    .map(|number| {
                        let id = projects::id.eq(format!("n{number}"));
                        (id, projects::slug.eq("s"), projects::stage.eq(Draft))
                    })
                    .collect();
                let add = insert_into(projects::table.scoped(scope)).values(rows);
                tenancy_pool::RunQueryDsl::execute(add, &mut tx).await
            };
            assert!(added.is_err(), "{added:?}");
            // It goes on as its own organisation's, or not at all.
            if let Ok(lines) = tx.raw("a test", seen).unwrap().load::<Line>().await {
                assert_eq!(lines[0].line.as_deref(), Some(expected));
            }
            let one = insert_into(projects::table.scoped(scope)).values((
                projects::id.eq("planted"),
                projects::slug.eq("s"),
                projects::stage.eq(Draft),
            ));
            let _ = tenancy_pool::RunQueryDsl::execute(one, &mut tx).await;
            tx.rollback().await.unwrap();
            for scope in [acme, globex] {
                let ids: Vec<String> =
                    pool.load(scope, projects::table.scoped(scope).select(projects::id)).await.unwrap();
                assert_eq!(ids.len(), 1, "{ids:?}: nothing of it stayed");
            }
        }
    }
}
