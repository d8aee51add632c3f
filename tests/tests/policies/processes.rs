//! Several processes, one of which dies.

use std::env;
use std::process::{Command, Stdio};
use std::time::Duration;

use tenancy_diesel::testing;
use tenancy_policies::{Hold, Period, Quota};
use tenancy_tests::server;

use super::{eventually, namespace, store};

/// Set for a child of these tests: the address of Redis, the namespace, and what the child does.
const CHILD: &str = "TENANCY_TESTS_POLICIES";

/// Not a test of its own: the child of the tests below.
#[tokio::test(flavor = "multi_thread")]
async fn child() {
    let Ok(told) = env::var(CHILD) else { return };
    let [url, namespace, work] = told.split(' ').collect::<Vec<_>>()[..] else { panic!("{told}") };
    let store = store(url, namespace).await;
    let acme = testing::scope("acme");
    let quota = |hold| Quota::fixed(&store, "exports", Period::Forever, 100).hold(hold);
    match work {
        "take" => {
            let quota: Quota = quota(Hold::UntilSettled);
            let mut taken = 0;
            for _ in 0..100 {
                taken += u64::from(quota.take(&acme, 1).await.is_ok());
            }
            println!("\ntaken={taken}");
        }
        _ => {
            let _dies = quota(Hold::For(Duration::from_millis(500))).reserve(&acme, 60).await.unwrap();
            let _stays = quota(Hold::UntilSettled).reserve(&acme, 30).await.unwrap();
            std::process::abort();
        }
    }
}

fn spawn(url: &str, namespace: &str, work: &str) -> std::process::Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "processes::child", "--nocapture"])
        .env(CHILD, format!("{url} {namespace} {work}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// F14: two processes and this one share the last unit.
#[tokio::test(flavor = "multi_thread")]
async fn f14_exactly_the_limit_passes_in_all_processes_together() {
    let Some(url) = server::redis_url() else { return };
    let namespace = namespace();
    let children = [spawn(url, &namespace, "take"), spawn(url, &namespace, "take")];
    let taken: u64 = children
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            let taken = text.lines().find_map(|line| line.strip_prefix("taken="));
            taken.expect(&text).parse::<u64>().unwrap()
        })
        .iter()
        .sum();
    assert_eq!(taken, 100);
    let quota: Quota = Quota::fixed(&store(url, &namespace).await, "exports", Period::Forever, 100);
    assert_eq!(quota.take(&testing::scope("acme"), 1).await.unwrap_err().status(), 429);
}

/// F14: what a process held that died comes back when its hold is over, or stays used, as was said.
#[tokio::test(flavor = "multi_thread")]
async fn f14_what_a_dead_process_held_lapses_or_stays_as_was_said() {
    let Some(url) = server::redis_url() else { return };
    let namespace = namespace();
    let status = spawn(url, &namespace, "die").wait().unwrap();
    assert!(!status.success());
    let quota: Quota = Quota::fixed(&store(url, &namespace).await, "exports", Period::Forever, 100);
    let acme = testing::scope("acme");
    eventually(async || quota.used(&acme).await.unwrap() == 30).await;
    quota.take(&acme, 70).await.unwrap();
    assert!(quota.take(&acme, 1).await.is_err());
}
