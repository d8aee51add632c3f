//! Topics of Redis' publish and subscribe.

use std::time::Duration;

use futures_util::StreamExt as _;
use tenancy_diesel::names::TopicSeparator::Colon;
use tenancy_policies::redis::{self, AsyncCommands as _};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::server::redis_url;

#[tokio::test]
async fn f18_l66_a_subscription_hears_its_tenant_alone() {
    let Some(url) = redis_url() else { return };
    let client = redis::Client::open(url).unwrap();
    let mut publisher = client.get_multiplexed_async_connection().await.unwrap();
    let (acme, globex) = (acme(), globex());
    let (ours, theirs) =
        (acme.names("beyond_sql_topics").unwrap(), globex.names("beyond_sql_topics").unwrap());

    let mut everything = client.get_async_pubsub().await.unwrap();
    everything.psubscribe(format!("{}*", ours.topic_prefix(Colon))).await.unwrap();
    let mut orders = client.get_async_pubsub().await.unwrap();
    orders.subscribe(ours.topic(Colon, ["orders"]).as_str()).await.unwrap();

    // The other tenant's go first: had anybody heard them, it would be before what is waited for.
    for parts in [&["orders"][..], &["*"], &["beyond_sql_topics:1:orders"], &["..", "1", "orders"], &[]] {
        publisher.publish::<_, _, ()>(theirs.topic(Colon, parts).as_str(), "theirs").await.unwrap();
    }
    for parts in [&["orders"][..], &["*"]] {
        publisher.publish::<_, _, ()>(ours.topic(Colon, parts).as_str(), "ours").await.unwrap();
    }

    let next = async |messages: &mut redis::aio::PubSub| {
        let message = tokio::time::timeout(Duration::from_secs(20), messages.on_message().next()).await;
        message.expect("a message").unwrap().get_payload::<String>().unwrap()
    };
    assert_eq!(next(&mut everything).await, "ours");
    assert_eq!(next(&mut everything).await, "ours");
    assert_eq!(next(&mut orders).await, "ours");
}
