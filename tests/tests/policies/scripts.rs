//! What a script answers to a client whose clock is wrong.

use tenancy_policies::redis::{self, Script};
use tenancy_tests::server;

use super::{connection, namespace};

/// F14: a client whose clock is in another period counts nothing there, and is told the server's time.
#[tokio::test]
async fn f14_the_servers_clock_says_which_period_it_is() {
    let Some(url) = server::redis_url() else { return };
    let mut redis = connection(url).await;
    let script = Script::new(include_str!("../../../tenancy-policies/src/store/redis/reserve.lua"));
    let (seconds, _): (u64, u64) = redis::cmd("TIME").query_async(&mut redis).await.unwrap();
    let now = seconds * 1000;
    let key = namespace();
    for (starts, ends) in [(now - 7_200_000, now - 3_600_000), (now + 3_600_000, now + 7_200_000)] {
        let mut asked = script.key(&key);
        asked.arg(1).arg(10).arg(starts).arg(ends).arg("id:1").arg(1000).arg(0);
        let (outcome, _, server): (i64, u64, u64) = asked.invoke_async(&mut redis).await.unwrap();
        assert_eq!(outcome, -1);
        assert!(server.abs_diff(now) < 60_000, "{server}");
        let there: bool = redis::cmd("EXISTS").arg(&key).query_async(&mut redis).await.unwrap();
        assert!(!there);
    }
}
