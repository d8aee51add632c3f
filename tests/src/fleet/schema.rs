//! Tables of tenants that may be anywhere, and a global one that stands beside them in each database.
#![allow(missing_docs)] // Diesel documents what it generates only where the declaration does

use std::io::Write as _;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};

pub mod sql_types {
    //! The database's own types.

    /// The enum of all tenants, in the schema that all of a database share.
    #[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
    #[diesel(postgres_type(name = "mood", schema = "public"))]
    pub struct MoodType;
}

tenancy_diesel::table! {
    #![tenant_global(public.plans)]

    agents (tenant_id, id) {
        tenant_id -> Integer,
        id -> Integer,
        plan_id -> Nullable<Integer>,
        name -> Text,
    }

    canvases (tenant_id, id) {
        tenant_id -> Integer,
        id -> Integer,
        agent_id -> Integer,
        title -> Text,
        score -> Integer,
        mood -> crate::fleet::schema::sql_types::MoodType,
    }

    public.plans (id) {
        id -> Integer,
        name -> Text,
    }
}

tenancy_diesel::joinable!(canvases -> agents (agent_id));
tenancy_diesel::joinable!(agents -> plans (plan_id));
diesel::allow_tables_to_appear_in_same_query!(agents, canvases, plans);

/// A value of the database's enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = sql_types::MoodType)]
pub enum Mood {
    Calm,
    Wild,
}

impl ToSql<sql_types::MoodType, Pg> for Mood {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(match self {
            Self::Calm => b"calm",
            Self::Wild => b"wild",
        })?;
        Ok(IsNull::No)
    }
}

impl FromSql<sql_types::MoodType, Pg> for Mood {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        match value.as_bytes() {
            b"calm" => Ok(Self::Calm),
            b"wild" => Ok(Self::Wild),
            other => Err(format!("no mood: {other:?}").into()),
        }
    }
}

/// The shared objects of a database. The plans say which database they are of.
pub(super) const SHARED: &str = "
CREATE TYPE public.mood AS ENUM ('calm', 'wild');
CREATE TABLE public.plans (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO public.plans SELECT id, 'plan ' || id || ' of {database}' FROM generate_series(1, 2) AS id;
";

/// The tenants' tables in the schema, and rows of all tenants with the same keys. Each row's texts say where it is and whose.
pub(super) const TENANTS: &str = "
CREATE TABLE {schema}.agents (
    tenant_id integer NOT NULL, id integer NOT NULL, plan_id integer REFERENCES public.plans, name text NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE TABLE {schema}.canvases (
    tenant_id integer NOT NULL, id integer NOT NULL, agent_id integer NOT NULL, title text NOT NULL,
    score integer NOT NULL DEFAULT 0, mood public.mood NOT NULL DEFAULT 'calm',
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES {schema}.agents
);
CREATE INDEX ON {schema}.canvases (tenant_id, agent_id);
INSERT INTO {schema}.agents
    SELECT tenant, id, NULLIF(id, 3), format('{place}#%s agent %s', tenant, id)
      FROM generate_series(1, {tenants}) AS tenant, generate_series(1, 3) AS id;
INSERT INTO {schema}.canvases
    SELECT tenant, id, 1 + id % 2, format('{place}#%s canvas %s', tenant, id), 10 * id
      FROM generate_series(1, {tenants}) AS tenant, generate_series(1, 4) AS id;
";
