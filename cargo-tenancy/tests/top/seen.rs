//! Who is seen, and who is named.

use std::time::Duration;

use tenancy_operate::activity::{ActivityOptions, sample};

use crate::database::{command, said};
use crate::load::{EVEN, NOISY, database, load, session};

#[tokio::test(flavor = "multi_thread")]
async fn the_noisy_neighbour_is_named_and_an_even_load_names_nobody() {
    let database = database("top_noisy");
    let session = session(&database).await;
    let options = ActivityOptions::new().window(Duration::from_secs(3)).every(Duration::from_millis(50));
    {
        let _load = load(&database, &NOISY).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        let activity = sample(&session, &options).await.unwrap();
        let noisy = activity.noisy_neighbour.as_ref().unwrap_or_else(|| panic!("{activity:?}"));
        assert!(noisy.tenant == "1" && noisy.share > 0.7, "{activity:?}");
        let tenants: std::collections::BTreeSet<_> =
            activity.tenants.iter().map(|tenant| tenant.tenant.as_str()).collect();
        assert_eq!(tenants, ["1", "2", "3", "4"].into(), "{activity:?}");
        let first = &activity.tenants[0];
        assert_eq!(first.tenant, "1");
        // Four sessions that do nothing but wait in `pg_sleep`.
        assert!((3.0..=4.1).contains(&first.usage.active_sessions), "{activity:?}");
        assert!((0.1..=0.6).contains(&first.usage.longest_statement_seconds), "{activity:?}");
        assert!(
            first.usage.waiting_seconds > 0.9 * first.usage.active_seconds && first.usage.statements >= 20,
            "{activity:?}"
        );
        // The same by the command, which has something to say.
        let url = format!("{}?sslmode=disable", database.superuser_url());
        let mut top = database.command(&["--json", "top", "--once"], &url);
        let told: serde_json::Value = serde_json::from_str(&said(&top.output().unwrap(), 1)).unwrap();
        assert_eq!(told["noisy_neighbour"]["tenant"], "1", "{told}");
        assert!(told["tenants"][0]["connections"].as_u64().unwrap() >= 4, "{told}");
        let text = said(&database.command(&["top", "--once", "--top", "2"], &url).output().unwrap(), 1);
        assert!(
            text.contains("noisy neighbour: the tenant 1 has") && text.contains("tenants more"),
            "{text}"
        );
    }
    let _load = load(&database, &EVEN).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    let activity = sample(&session, &options).await.unwrap();
    assert!(activity.tenants.len() == 4 && activity.noisy_neighbour.is_none(), "{activity:?}");
}

#[tokio::test]
async fn what_cannot_be_seen_is_refused_by_name() {
    let database = database("top_refused");
    let app = database.said(&["top", "--once"], "app", 3);
    assert!(
        app.contains("does not see what the sessions of other roles do") && app.contains("pg_monitor"),
        "{app}"
    );
    let exposed = database.said(&["top", "--serve", "0.0.0.0:0"], "app", 3);
    assert!(exposed.contains("read by other machines") && exposed.contains("--expose"), "{exposed}");
    assert!(database.said(&["top", "--interval", "1ms"], "app", 3).contains("from a second to an hour"));
    for (url, name) in [("mysql://a@b/c", "MariaDB"), ("sqlite://x.db", "SQLite")] {
        let mut top = command(&["top", "--once"], &database.folder);
        let said = said(&top.env("DATABASE_URL", url).output().unwrap(), 3);
        assert!(said.contains("not here") && said.contains(name), "{said}");
    }
    let session = session(&database).await;
    let rests = sample(&session, &ActivityOptions::new().window(Duration::from_secs(1))).await.unwrap();
    assert!(rests.tenants.is_empty() && rests.noisy_neighbour.is_none(), "{rests:?}");
}
