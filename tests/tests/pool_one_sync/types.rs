//! Values of all kinds, as the other connection reads and writes them.

use std::io::Write as _;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::prelude::*;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Double, Float, Integer, Jsonb, Nullable, SmallInt, SqlType, Text, Uuid,
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection as _};
use tenancy_pool::OneSyncConnection;
use tenancy_tests::server;

/// PostgreSQL's type `mood`, whose number has to be asked for.
#[derive(SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "mood"))]
pub(crate) struct MoodType;

/// One in a schema that is on no search path.
#[derive(SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "mood", schema = "elsewhere"))]
pub(crate) struct OtherMoodType;

#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = MoodType)]
#[diesel(sql_type = OtherMoodType)]
struct Mood(String);

macro_rules! is_a_text {
    ($($type:ty),*) => {$(
        impl ToSql<$type, Pg> for Mood {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                out.write_all(self.0.as_bytes())?;
                Ok(IsNull::No)
            }
        }

        impl FromSql<$type, Pg> for Mood {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                Ok(Self(String::from_utf8(value.as_bytes().to_vec())?))
            }
        }
    )*};
}
is_a_text!(MoodType, OtherMoodType);

#[derive(QueryableByName, Debug, PartialEq)]
struct Values {
    #[diesel(sql_type = SmallInt)]
    small: i16,
    #[diesel(sql_type = Nullable<Integer>)]
    none: Option<i32>,
    #[diesel(sql_type = BigInt)]
    big: i64,
    #[diesel(sql_type = Float)]
    single: f32,
    #[diesel(sql_type = Double)]
    double: f64,
    #[diesel(sql_type = Bool)]
    yes: bool,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Binary)]
    bytes: Vec<u8>,
    #[diesel(sql_type = Array<Nullable<Text>>)]
    texts: Vec<Option<String>>,
    #[diesel(sql_type = Array<Integer>)]
    empty: Vec<i32>,
    #[diesel(sql_type = Jsonb)]
    json: serde_json::Value,
    #[diesel(sql_type = Uuid)]
    uuid: uuid::Uuid,
    #[diesel(sql_type = MoodType)]
    mood: Mood,
    #[diesel(sql_type = Array<MoodType>)]
    moods: Vec<Mood>,
    #[diesel(sql_type = OtherMoodType)]
    other: Mood,
    #[diesel(sql_type = Nullable<MoodType>)]
    no_mood: Option<Mood>,
}

fn values() -> Values {
    let mood = |mood: &str| Mood(mood.to_owned());
    Values {
        small: i16::MIN,
        none: None,
        big: i64::MAX,
        single: 1.5,
        double: f64::MIN_POSITIVE,
        yes: true,
        text: "Zoë, 'quoted' \\ and \u{1f600}".to_owned(),
        bytes: (0..=255).collect(),
        texts: vec![Some(String::new()), None, Some("{a,\"b\"}".to_owned())],
        empty: Vec::new(),
        json: serde_json::json!({"a": [1, null, "x"], "b": {"c": 0.5}}),
        uuid: uuid::Uuid::from_u128(0x0123_4567_89ab_cdef_0123_4567_89ab_cdef),
        mood: mood("happy"),
        moods: vec![mood("sad"), mood("happy")],
        other: mood("calm"),
        no_mood: None,
    }
}

/// What goes in comes out.
async fn echoed<C>(connection: &mut C) -> Values
where
    C: AsyncConnection<Backend = Pg>,
{
    let Values {
        small,
        none,
        big,
        single,
        double,
        yes,
        text,
        bytes,
        texts,
        empty,
        json,
        uuid,
        mood,
        moods,
        other,
        no_mood,
    } = values();
    diesel::sql_query(
        "SELECT $1 AS small, $2 AS none, $3 AS big, $4 AS single, $5 AS double, $6 AS yes, $7 AS text, $8 AS bytes, \
         $9 AS texts, $10 AS empty, $11 AS json, $12 AS uuid, $13 AS mood, $14 AS moods, $15 AS other, $16 AS no_mood",
    )
    .bind::<SmallInt, _>(small)
    .bind::<Nullable<Integer>, _>(none)
    .bind::<BigInt, _>(big)
    .bind::<Float, _>(single)
    .bind::<Double, _>(double)
    .bind::<Bool, _>(yes)
    .bind::<Text, _>(text)
    .bind::<Binary, _>(bytes)
    .bind::<Array<Nullable<Text>>, _>(texts)
    .bind::<Array<Integer>, _>(empty)
    .bind::<Jsonb, _>(json)
    .bind::<Uuid, _>(uuid)
    .bind::<MoodType, _>(mood)
    .bind::<Array<MoodType>, _>(moods)
    .bind::<OtherMoodType, _>(other)
    .bind::<Nullable<MoodType>, _>(no_mood)
    .get_result(connection)
    .await
    .expect("an answer")
}

#[tokio::test]
async fn what_goes_in_comes_out_as_on_the_other_connection() {
    let url = server::fresh_postgres_database("types");
    let mut theirs = AsyncPgConnection::establish(&url).await.unwrap();
    // The same name twice, and not the same type.
    let types = "CREATE TYPE mood AS ENUM ('happy', 'sad'); CREATE SCHEMA elsewhere;
        CREATE TYPE elsewhere.mood AS ENUM ('calm')";
    theirs.batch_execute(types).await.unwrap();
    let mut ours = OneSyncConnection::establish(&url).await.unwrap();
    assert_eq!(echoed(&mut theirs).await, values());
    // The second time the types are known.
    for _ in 0..2 {
        assert_eq!(echoed(&mut ours).await, values());
    }
}
