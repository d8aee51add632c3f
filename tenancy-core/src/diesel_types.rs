//! `TenantId` as a Diesel value. Which SQL types it has is said on the type itself.
//!
//! | | PostgreSQL | MySQL | SQLite |
//! |---|---|---|---|
//! | `Uuid` | yes | | |
//! | `Binary`, 16 bytes | | yes | yes |
//! | `Text`, hyphenated | yes | yes | yes |

use diesel::deserialize;

use crate::TenantId;

#[cfg(feature = "postgres")]
mod postgres {
    use std::io::Write;

    use diesel::deserialize::{self, FromSql};
    use diesel::pg::{Pg, PgValue};
    use diesel::serialize::{self, IsNull, Output, ToSql};
    use diesel::sql_types::{Text, Uuid};

    use crate::TenantId;

    impl ToSql<Uuid, Pg> for TenantId {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            out.write_all(self.as_uuid().as_bytes())?;
            Ok(IsNull::No)
        }
    }

    impl FromSql<Uuid, Pg> for TenantId {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            super::from_bytes(value.as_bytes())
        }
    }

    impl ToSql<Text, Pg> for TenantId {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            write!(out, "{self}")?;
            Ok(IsNull::No)
        }
    }

    impl FromSql<Text, Pg> for TenantId {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            super::from_text(&<String as FromSql<Text, Pg>>::from_sql(value)?)
        }
    }
}

#[cfg(feature = "mysql")]
mod mysql {
    use std::io::Write;

    use diesel::deserialize::{self, FromSql};
    use diesel::mysql::{Mysql, MysqlValue};
    use diesel::serialize::{self, IsNull, Output, ToSql};
    use diesel::sql_types::{Binary, Text};

    use crate::TenantId;

    impl ToSql<Binary, Mysql> for TenantId {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
            out.write_all(self.as_uuid().as_bytes())?;
            Ok(IsNull::No)
        }
    }

    impl FromSql<Binary, Mysql> for TenantId {
        fn from_sql(value: MysqlValue<'_>) -> deserialize::Result<Self> {
            super::from_bytes(&<Vec<u8> as FromSql<Binary, Mysql>>::from_sql(value)?)
        }
    }

    impl ToSql<Text, Mysql> for TenantId {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
            write!(out, "{self}")?;
            Ok(IsNull::No)
        }
    }

    impl FromSql<Text, Mysql> for TenantId {
        fn from_sql(value: MysqlValue<'_>) -> deserialize::Result<Self> {
            super::from_text(&<String as FromSql<Text, Mysql>>::from_sql(value)?)
        }
    }
}

#[cfg(feature = "sqlite")]
mod sqlite {
    use diesel::deserialize::{self, FromSql};
    use diesel::serialize::{self, IsNull, Output, ToSql};
    use diesel::sql_types::{Binary, Text};
    use diesel::sqlite::{Sqlite, SqliteValue};

    use crate::TenantId;

    impl ToSql<Binary, Sqlite> for TenantId {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
            out.set_value(self.as_uuid().as_bytes().as_slice());
            Ok(IsNull::No)
        }
    }

    impl FromSql<Binary, Sqlite> for TenantId {
        fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
            super::from_bytes(&<Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?)
        }
    }

    impl ToSql<Text, Sqlite> for TenantId {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
            out.set_value(self.to_string());
            Ok(IsNull::No)
        }
    }

    impl FromSql<Text, Sqlite> for TenantId {
        fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
            super::from_text(&<String as FromSql<Text, Sqlite>>::from_sql(value)?)
        }
    }
}

#[cfg_attr(not(any(feature = "postgres", feature = "mysql", feature = "sqlite")), allow(dead_code))]
fn from_bytes(bytes: &[u8]) -> deserialize::Result<TenantId> {
    let bytes: [u8; 16] = bytes.try_into().map_err(|_| {
        format!("a stored tenant id is the 16 bytes of a UUID, and this value has {} bytes", bytes.len())
    })?;
    Ok(TenantId::from_uuid(uuid::Uuid::from_bytes(bytes)))
}

#[cfg_attr(not(any(feature = "postgres", feature = "mysql", feature = "sqlite")), allow(dead_code))]
fn from_text(text: &str) -> deserialize::Result<TenantId> {
    Ok(text.parse::<TenantId>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bytes_are_an_id_and_nothing_else_is() {
        let id = TenantId::new();
        assert_eq!(from_bytes(id.as_uuid().as_bytes()).unwrap(), id);
        for bad in [&b""[..], b"fifteen bytes..", b"seventeen bytes.."] {
            let error = from_bytes(bad).unwrap_err().to_string();
            assert!(error.contains("the 16 bytes of a UUID"), "{error}");
            assert!(error.contains(&format!("has {} bytes", bad.len())), "{error}");
        }
    }

    #[test]
    fn text_that_is_no_id_is_reported_with_the_expected_form() {
        let id = TenantId::new();
        assert_eq!(from_text(&id.to_string()).unwrap(), id);
        let error = from_text("acme").unwrap_err().to_string();
        assert!(error.starts_with("\"acme\" is not a tenant id: expected a UUID such as"), "{error}");
    }

    /// What a backend that sends raw bytes would send. Diesel shows it only through `Debug`.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    fn bytes_sent<ST, DB>(id: &TenantId, lookup: &mut DB::MetadataLookup) -> String
    where
        DB: diesel::backend::Backend + diesel::sql_types::HasSqlType<ST>,
        for<'a> DB::BindCollector<'a>: Default + std::fmt::Debug,
        TenantId: diesel::serialize::ToSql<ST, DB>,
    {
        use diesel::query_builder::BindCollector;

        let mut binds = DB::BindCollector::default();
        binds.push_bound_value::<ST, _>(id, lookup).unwrap();
        format!("{binds:?}")
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn postgres_is_sent_raw_bytes_or_hyphenated_text() {
        use diesel::pg::{Pg, PgMetadataLookup, PgTypeMetadata};
        use diesel::sql_types;

        struct NoCustomTypes;
        impl PgMetadataLookup for NoCustomTypes {
            fn lookup_type(&mut self, _: &str, _: Option<&str>) -> PgTypeMetadata {
                PgTypeMetadata::new(0, 0)
            }
        }

        let id = TenantId::new();
        let lookup: &mut dyn PgMetadataLookup = &mut NoCustomTypes;
        let uuid = bytes_sent::<sql_types::Uuid, Pg>(&id, lookup);
        assert!(uuid.contains(&format!("{:?}", id.as_uuid().as_bytes())), "{uuid}");
        let text = bytes_sent::<sql_types::Text, Pg>(&id, lookup);
        assert!(text.contains(&format!("{:?}", id.to_string().as_bytes())), "{text}");
    }

    #[cfg(feature = "mysql")]
    #[test]
    fn mysql_is_sent_raw_bytes_or_hyphenated_text() {
        use diesel::mysql::Mysql;
        use diesel::sql_types::{Binary, Text};

        let id = TenantId::new();
        let binary = bytes_sent::<Binary, Mysql>(&id, &mut ());
        assert!(binary.contains(&format!("{:?}", id.as_uuid().as_bytes())), "{binary}");
        let text = bytes_sent::<Text, Mysql>(&id, &mut ());
        assert!(text.contains(&format!("{:?}", id.to_string().as_bytes())), "{text}");
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn sqlite_round_trips_each_form_and_null() {
        use diesel::prelude::*;
        use diesel::sql_types::{Binary, Nullable, Text};

        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        let id = TenantId::new();

        let read: TenantId = diesel::select(id.into_sql::<Binary>()).get_result(&mut connection).unwrap();
        assert_eq!(read, id);
        let read: TenantId = diesel::select((&id).into_sql::<Text>()).get_result(&mut connection).unwrap();
        assert_eq!(read, id);
        let read: String = diesel::select(id.into_sql::<Text>()).get_result(&mut connection).unwrap();
        assert_eq!(read, id.to_string());
        let read: Option<TenantId> =
            diesel::select(Some(id).into_sql::<Nullable<Binary>>()).get_result(&mut connection).unwrap();
        assert_eq!(read, Some(id));
        let read: Option<TenantId> = diesel::select(None::<TenantId>.into_sql::<Nullable<Text>>())
            .get_result(&mut connection)
            .unwrap();
        assert_eq!(read, None);

        // Diesel's own message names the field; ours is its source.
        let short =
            diesel::select(b"acme".to_vec().into_sql::<Binary>()).get_result::<TenantId>(&mut connection);
        let message = format!("{:?}", short.unwrap_err());
        assert!(message.contains("this value has 4 bytes"), "{message}");
    }

    /// Never run: that it compiles is the test.
    #[allow(dead_code, reason = "a type check")]
    fn is_an_expression_owned_borrowed_and_borrowed_twice(id: TenantId) {
        use diesel::expression::{AsExpression, TypedExpressionType};
        use diesel::sql_types::{Binary, Nullable, SqlType, Text};

        fn expression<ST>(_: impl AsExpression<ST>)
        where
            ST: SqlType + TypedExpressionType,
        {
        }
        expression::<Binary>(id);
        expression::<Binary>(&id);
        expression::<Text>(&&id);
        expression::<Nullable<Text>>(id);
        expression::<Nullable<Binary>>(&&id);
        #[cfg(feature = "postgres")]
        {
            expression::<diesel::sql_types::Uuid>(&id);
            expression::<Nullable<diesel::sql_types::Uuid>>(&&id);
        }
    }
}
