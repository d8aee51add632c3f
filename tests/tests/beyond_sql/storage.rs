//! Files: in memory and in a folder, by `object_store`, which has the same interface for S3 and its like.

use futures_util::TryStreamExt as _;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use tenancy_diesel::names::StoragePath;
use tenancy_tests::fixture::{acme, globex};

/// Names as users write them: a way out, an absolute one, a device of Windows', long ones, the other's folder.
fn names() -> Vec<Vec<String>> {
    let long = "ä".repeat(400);
    let words = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
    vec![
        words(&["invoices", "2026-11.pdf"]),
        words(&["..", "..", "2", "secret.txt"]),
        words(&["../2/secret.txt"]),
        words(&["/etc/passwd"]),
        words(&["", "", ""]),
        words(&["Secret.txt"]),
        words(&["secret.txt"]),
        words(&["nul.txt"]),
        words(&["%2e%2e%2f2"]),
        words(&["a\\..\\b", "\0"]),
        words(&[&long, "x"]),
        words(&[long.as_str(); 12]),
    ]
}

/// The path as it is: a store that would encode it once more, or refuse it, has not been given a name of its kind.
fn path(name: &StoragePath) -> Path {
    let path = Path::parse(name.as_str()).expect("a name that object_store takes");
    assert_eq!(path.as_ref(), name.as_str());
    path
}

async fn keeps_tenants_apart(store: &dyn ObjectStore) {
    let (acme, globex) = (acme(), globex());
    let (ours, theirs) = (acme.names("beyond_sql_files").unwrap(), globex.names("beyond_sql_files").unwrap());
    let names = names();

    for (at, parts) in names.iter().enumerate() {
        store.put(&path(&ours.storage_path(parts)), format!("acme {at}").into()).await.unwrap();
    }
    for parts in &names {
        let found = store.get(&path(&theirs.storage_path(parts))).await;
        assert!(matches!(found, Err(object_store::Error::NotFound { .. })), "{parts:?}: {found:?}");
    }
    for (at, parts) in names.iter().enumerate() {
        store.put(&path(&theirs.storage_path(parts)), format!("globex {at}").into()).await.unwrap();
    }
    for (at, parts) in names.iter().enumerate() {
        let bytes = store.get(&path(&ours.storage_path(parts))).await.unwrap().bytes().await.unwrap();
        assert_eq!(bytes, format!("acme {at}"), "{parts:?}");
    }

    // The tenant's folder is all of the tenant's and nothing else, to be listed, counted, erased.
    let folder = Path::parse(ours.storage_prefix()).unwrap();
    let listed: Vec<_> = store.list(Some(&folder)).try_collect().await.unwrap();
    assert_eq!(listed.len(), names.len());
    for object in listed {
        store.delete(&object.location).await.unwrap();
    }
    let theirs_left = Path::parse(theirs.storage_prefix()).unwrap();
    let left: Vec<_> = store.list(Some(&theirs_left)).try_collect().await.unwrap();
    assert_eq!(left.len(), names.len());
    for object in left {
        store.delete(&object.location).await.unwrap();
    }
}

#[tokio::test]
async fn f16_files_of_tenants_in_memory() {
    keeps_tenants_apart(&InMemory::new()).await;
}

#[tokio::test]
async fn f16_files_of_tenants_in_a_folder() {
    let folder = std::env::temp_dir().join(format!("tenancy_files_{}", std::process::id()));
    std::fs::create_dir_all(folder.join("root")).unwrap();
    std::fs::write(folder.join("secret.txt"), "outside").unwrap();
    keeps_tenants_apart(&LocalFileSystem::new_with_prefix(folder.join("root")).unwrap()).await;
    assert_eq!(std::fs::read_to_string(folder.join("secret.txt")).unwrap(), "outside");
    std::fs::remove_dir_all(folder).unwrap();
}
