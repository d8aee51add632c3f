//! A database of another version is named at the start, with what helps, and is as it was.

use saas::database::{VERSION, tables};
use saas::web::App;

use crate::client::Product;

/// Whoever changes the tables gives them another number.
#[test]
fn the_tables_are_those_of_this_version() {
    let hash = ring::digest::digest(&ring::digest::SHA256, tables().as_bytes());
    let hash: String = hash.as_ref()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((VERSION, hash.as_str()), (2, "03410db141a70ac6"), "raise VERSION, and write both here");
}

/// What is said to who starts the program.
async fn said(product: &Product) -> String {
    let Err(error) = App::new(product.config()).await else { panic!("it is taken") };
    error.to_string()
}

/// What is not there is named by the variable that says where it is.
#[tokio::test]
async fn a_server_that_is_not_there_is_said_at_the_start() {
    let product = Product::on_sqlite().await;
    for variable in ["DATABASE_URL", "REDIS_URL"] {
        let mut config = product.config().clone();
        match variable {
            "REDIS_URL" => config.redis_url = Some("redis://nobody:a-password@127.0.0.1:1".to_owned()),
            _ => config.database_url = Some("postgres://nobody:a-password@127.0.0.1:1/none".to_owned()),
        }
        let Err(error) = App::new(&config).await else { panic!("{variable}: it is there") };
        let said = error.to_string();
        assert!(said.contains(variable) && !said.contains("a-password"), "{said}");
    }
}

#[tokio::test]
async fn a_database_of_another_version_is_refused_with_what_helps() {
    let folder = |product: &Product| product.folder().display().to_string();
    let database = |product: &Product| {
        let url = product.database_url().unwrap();
        url.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned()
    };
    let sqlite = Product::on_sqlite().await;
    let postgres = Product::on_postgres().await;
    for (product, table, names) in [
        (&sqlite, "schema_version", [folder(&sqlite), "SAAS_DATA".to_owned()]),
        (&postgres, "house.schema_version", [database(&postgres), "DATABASE_URL".to_owned()]),
    ] {
        assert!(App::new(product.config()).await.is_ok(), "its own");
        product.sql(&format!("UPDATE {table} SET number = {}", VERSION + 1)).await;
        let newer = said(product).await;
        product.sql(&format!("DROP TABLE {table}")).await;
        let first = said(product).await;
        assert!(newer.contains(&format!("of version {}", VERSION + 1)), "{newer}");
        assert!(first.contains("without a version"), "{first}");
        for said in [newer, first] {
            assert!(said.contains(&format!("needs version {VERSION}")), "{said}");
            assert!(names.iter().all(|name| said.contains(name)), "{said}");
            assert!(!said.contains("://"), "no address, which has a password: {said}");
        }
        // Nothing was lost by it.
        let mut ada = product.signed_in("ada@acme.example").await;
        assert!(ada.get("/o/acme/agents").await.body.contains("Scribe of Acme"));
    }
}
