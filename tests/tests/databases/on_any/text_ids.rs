//! Texts that a database would pad, as ids of a type of one's own.

use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Text;
use tenancy_diesel::testing;

use super::{RunQueryDsl, connect, run};
use crate::any_connection::AnyConnection;

#[derive(Debug, Clone, PartialEq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
struct Slug(String);

impl<DB: Backend> ToSql<Text, DB> for Slug
where
    String: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> diesel::serialize::Result {
        self.0.to_sql(out)
    }
}

tenancy_diesel::table! {
    notes (id) { id -> Integer, tenant_id -> Text, body -> Text, }
}

async fn bodies(slug: &str, connection: &mut AnyConnection) -> QueryResult<Vec<String>> {
    let scope = testing::scope(Slug(slug.to_owned()));
    notes::table.scoped(&scope).select(notes::body).load(connection).await
}

#[tokio::test]
async fn a_padded_id_is_not_sent_where_diesel_shows_it() {
    let Some(connection) = &mut connect().await else { return };
    let table =
        "CREATE TABLE notes (id INTEGER PRIMARY KEY, tenant_id CHAR(8) NOT NULL, body VARCHAR(9) NOT NULL);
        INSERT INTO notes VALUES (1, 'acme', 'mine');";
    run(connection, table).await.unwrap();
    assert_eq!(bodies("acme", connection).await.unwrap(), ["mine"]);
    let padded = bodies("acme  ", connection).await;
    match connection {
        // PostgreSQL's `char(8)` would take it for `acme`.
        AnyConnection::Pg(_) => {
            let error = padded.unwrap_err().to_string();
            assert!(error.contains("white space"), "{error}");
        }
        AnyConnection::Sqlite(_) => assert_eq!(padded, Ok(Vec::new())),
    }
}
