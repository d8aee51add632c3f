//! What an attacker stores for its role outlives its connection: whoever connects next begins with it.

use diesel::prelude::*;
use tenancy_diesel::testing;
use tenancy_tests::fleet::schema::agents;
use tenancy_tests::fleet::{Fleet, Kind};

use crate::arena::{Arena, VICTIMS};

/// Of these the next one may be refused, and never answered with what is not its own.
const STORED: [&str; 8] = [
    "tenancy.tenant = '1'",
    "tenancy.tenant = ''",
    "row_security = off",
    "default_transaction_read_only = on",
    "default_transaction_isolation = 'serializable'",
    "plan_cache_mode = force_generic_plan",
    "search_path = pg_catalog",
    "search_path = tenant_3",
];

async fn refused_or_right(prefix: &str, kind: Kind) {
    let mut arena = Arena::new(prefix, kind).await;
    for stored in STORED {
        for scope in ["ALTER ROLE {app} SET", "ALTER ROLE CURRENT_USER IN DATABASE {db} SET"] {
            let database = arena.fleet.lines("home", "SELECT current_database()::text AS line").remove(0);
            let attack = arena.named(&format!("{scope} {stored}")).replace("{db}", &database);
            let answers =
                arena.attack(&["SELECT count(*) FROM agents".to_owned(), attack.clone()], true).await;
            arena.unread(&answers, &attack);
            for tenant in VICTIMS {
                let scope = testing::scope(tenant);
                let names = agents::table.scoped(&scope).select(agents::name).order(agents::id);
                if let Ok(names) = arena.pool.load::<_, _, _, _, String>(&scope, names).await {
                    let own = [1, 2, 3].map(|id| format!("{}#{tenant} agent {id}", Fleet::place(tenant)));
                    assert_eq!(names, own, "{attack}");
                }
            }
            arena.mend();
            // Connections from before the mending go.
            let kill = "SELECT pg_terminate_backend(pid, 30000)::text AS line FROM pg_stat_activity
                         WHERE datname = current_database() AND pid <> pg_backend_pid()";
            arena.fleet.lines("home", kill);
            // The one that was ended may be noticed only when it is used.
            let scope = testing::scope(VICTIMS[0]);
            let _noticed =
                arena.pool.get_result::<_, _, _, _, i64>(&scope, agents::table.scoped(&scope).count()).await;
            arena.unharmed(&[], &attack).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_sealed_wall_a_stored_setting_answers_with_nobody_elses_rows() {
    refused_or_right("ho_stseal", Kind::Sealed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_a_plain_wall_a_stored_setting_answers_with_nobody_elses_rows() {
    refused_or_right("ho_stplain", Kind::Plain).await;
}
