//! Where an attack is run, and what is looked at afterwards.

use std::time::Duration;

use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::Text;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{testing, update};
use tenancy_pool::{PoolError, TenantPool, TenantTransaction};
use tenancy_tests::fleet::schema::{agents, canvases};
use tenancy_tests::fleet::{Contents, Fleet, Kind};

/// In the shared tables.
pub(crate) const ATTACKER: i32 = 1;

/// Beside the attacker in the shared tables, and in a schema of the same database.
pub(crate) const VICTIMS: [i32; 2] = [2, 3];

pub(crate) type Pool = TenantPool<AsyncPgConnection>;
pub(crate) type Tx = TenantTransaction<AsyncPgConnection, i32>;

/// One column of whatever a statement returns.
#[derive(QueryableByName, Debug)]
pub(crate) struct Line {
    #[diesel(sql_type = Text)]
    pub(crate) line: String,
}

/// A database, and a pool of one connection that all tenants share.
pub(crate) struct Arena {
    pub(crate) fleet: Fleet,
    pub(crate) pool: Pool,
    before: Contents,
    /// How often each victim's first canvas was counted up by its owner.
    added: i32,
}

impl Arena {
    pub(crate) async fn new(prefix: &str, kind: Kind) -> Self {
        let fleet = Fleet::at_home(prefix, kind);
        // What the statistics know, an attacker may ask the planner.
        fleet.run("home", "ANALYZE");
        let pool = fleet
            .builder()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .build()
            .await
            .unwrap_or_else(|error| panic!("{error}"));
        let before = fleet.contents();
        Self { fleet, pool, before, added: 0 }
    }

    /// The names of this arena in a statement's text.
    pub(crate) fn named(&self, statement: &str) -> String {
        ["owner", "app", "across"].iter().fold(statement.to_owned(), |text, part| {
            text.replace(&format!("{{{part}}}"), &self.fleet.role(part))
        })
    }

    /// Runs the statements one after another in a transaction of the attacker's, and returns what they answered. Each other
    /// one is nested, so that its error leaves the rest of the transaction to the others.
    pub(crate) async fn attack(&self, statements: &[String], commit: bool) -> Vec<String> {
        let scope = testing::scope(ATTACKER);
        let mut answers = Vec::new();
        let mut tx = self.pool.begin(&scope).await.unwrap();
        for statement in statements {
            let answered: Result<Vec<String>, PoolError> =
                tx.transaction(async |tx| Ok(answer(tx, statement).await?)).await;
            match answered {
                Ok(lines) => answers.extend(lines),
                // What an error says counts as read.
                Err(error) => answers.push(error.to_string()),
            }
        }
        let ended = if commit { tx.commit().await } else { tx.rollback().await };
        if let Err(error) = ended {
            answers.push(error.to_string());
        }
        answers
    }

    /// That nothing of the victims' was read, changed, or can no longer be.
    pub(crate) async fn unharmed(&mut self, answers: &[String], attack: &str) {
        self.unread(answers, attack);
        self.unchanged(attack);
        self.served(attack).await;
    }

    /// That no answer holds what only others' rows hold.
    pub(crate) fn unread(&self, answers: &[String], attack: &str) {
        for answer in answers {
            for other in (2..=8).map(|tenant| format!("#{tenant} ")) {
                assert!(!answer.contains(&other), "{attack}\nread {answer}");
            }
        }
    }

    fn unchanged(&self, attack: &str) {
        // Its own rows are its own, also in a schema of somebody else's.
        let others = |contents: &Contents| {
            let mut others = contents.clone();
            others.retain(|(_, tenant), _| *tenant != ATTACKER);
            others
        };
        let (before, after) = (others(&self.before), others(&self.fleet.contents()));
        assert_eq!(before, after, "{attack}\nchanged rows of others");
    }

    /// The next to get the one connection are the victims: each finds its rows and no others, and writes its own.
    async fn served(&mut self, attack: &str) {
        self.added += 1;
        for tenant in VICTIMS {
            let (scope, place) = (testing::scope(tenant), Fleet::place(tenant));
            let names = agents::table.scoped(&scope).select(agents::name).order(agents::id);
            let names: Vec<String> =
                self.pool.load(&scope, names).await.unwrap_or_else(|error| panic!("{attack}\n{error}"));
            assert_eq!(names, [1, 2, 3].map(|id| format!("{place}#{tenant} agent {id}")), "{attack}");
            let one = update(canvases::table.scoped(&scope)).find(1).set(canvases::score.eq(10 + self.added));
            let changed =
                self.pool.execute(&scope, one).await.unwrap_or_else(|error| panic!("{attack}\n{error}"));
            assert_eq!(changed, 1, "{attack}");
        }
        let after = self.fleet.contents();
        for tenant in VICTIMS {
            let key = (Fleet::place(tenant), tenant);
            let canvas = after[&key].iter().find(|row| row.starts_with(&format!("canvases({tenant},1,")));
            let score = format!(",{},", 10 + self.added);
            assert!(
                canvas.is_some_and(|row| row.contains(&score)),
                "{attack}\nthe write of {key:?} went elsewhere: {canvas:?}"
            );
        }
        self.before = after;
    }

    /// The attacker's own rows as they were at first, and nothing set for its role.
    pub(crate) fn mend(&mut self) {
        let app = self.fleet.role("app");
        self.fleet.run(
            "home",
            &format!(
                "ALTER ROLE {app} RESET ALL; ALTER ROLE {app} IN DATABASE {db} RESET ALL; ALTER ROLE {app} PASSWORD 'tenancy';
                 DELETE FROM canvases WHERE tenant_id = {ATTACKER}; DELETE FROM agents WHERE tenant_id = {ATTACKER};
                 DELETE FROM tenant_3.agents WHERE tenant_id = {ATTACKER} AND id > 3;
                 INSERT INTO agents SELECT {ATTACKER}, id, id, 'own' FROM generate_series(1, 2) AS id;
                 INSERT INTO canvases SELECT {ATTACKER}, id, 1, 'own' FROM generate_series(1, 3) AS id",
                db = self.fleet.lines("home", "SELECT current_database()::text AS line")[0]
            ),
        );
    }
}

/// What a statement returns, as text: of its column `line`, or of the whole row where it can be wrapped.
async fn answer(tx: &mut Tx, statement: &str) -> Result<Vec<String>, Error> {
    let reads = ["SELECT", "WITH", "TABLE", "VALUES"].iter().any(|word| statement.starts_with(word));
    let shown = match statement {
        whole if whole.contains(" AS line") => whole.to_owned(),
        read if reads => {
            format!("WITH shown AS ({read}) SELECT coalesce(shown::text, '') AS line FROM shown")
        }
        other => {
            tx.raw("the attack", other)?.execute().await?;
            return Ok(Vec::new());
        }
    };
    let lines: Vec<Line> = tx.raw("the attack", &shown)?.load().await?;
    Ok(lines.into_iter().map(|line| line.line).collect())
}
