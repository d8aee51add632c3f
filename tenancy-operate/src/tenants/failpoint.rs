//! Places at which a test stops the process, to end it there or to take something away from it.
//!
//! In a build without debug assertions there are none.

/// Stops here while the test that named this place wants it to.
#[cfg(debug_assertions)]
pub(crate) async fn reached(place: &str) {
    if std::env::var("TENANCY_FAILPOINT").is_ok_and(|named| named == place) {
        let gone_on = std::env::var_os("TENANCY_FAILPOINT_UNTIL").map(std::path::PathBuf::from);
        eprintln!("failpoint {place}");
        while !gone_on.as_ref().is_some_and(|file| file.exists()) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
}

/// Nothing.
#[cfg(not(debug_assertions))]
pub(crate) async fn reached(_: &str) {}
