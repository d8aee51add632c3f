//! The tables of the tests: with a tenant column, through a parent in one step and in two, unique over all tenants, and global.
#![allow(missing_docs)]

tenancy_diesel::table! {
    #![tenant_global(public.plans)]

    boards (id) {
        id -> Integer,
        tenant_id -> Integer,
        plan_id -> Nullable<Integer>,
        slug -> Text,
        name -> Text,
        version -> Integer,
    }

    #[tenant_scoped(through = boards(board_id))]
    notes (id) {
        id -> Integer,
        board_id -> Integer,
        body -> Text,
        version -> Integer,
    }

    #[tenant_scoped(through = notes(note_id))]
    marks (id) {
        id -> Integer,
        note_id -> Integer,
        at -> Timestamptz,
    }

    tokens (tenant_id, number) {
        tenant_id -> Integer,
        number -> Integer,
        token -> Text,
        amount -> Nullable<Double>,
    }

    public.plans (id) {
        id -> Integer,
        name -> Text,
    }
}

/// The shared objects of a database.
pub(crate) const SHARED: &str = "
CREATE TABLE public.plans (id integer PRIMARY KEY, name text NOT NULL);
INSERT INTO public.plans VALUES (1, 'free'), (2, 'studio');";

/// The tenants' tables. They have what the declarations do not know: a column that is computed, one of a type of the schema's own, a trigger that must
/// not run for rows that are only copied.
pub(crate) const TENANTS: &str = r#"
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TYPE {schema}.mood AS ENUM ('calm', 'wi''ld\');
CREATE TABLE {schema}.boards (
    id serial PRIMARY KEY, tenant_id integer NOT NULL, plan_id integer REFERENCES public.plans, slug text NOT NULL, name text NOT NULL,
    version integer NOT NULL DEFAULT 0, mood {schema}.mood NOT NULL DEFAULT 'calm', shout text GENERATED ALWAYS AS (upper(name)) STORED,
    touched integer NOT NULL DEFAULT 0, UNIQUE (tenant_id, slug)
);
CREATE TABLE {schema}.notes (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, board_id integer NOT NULL REFERENCES {schema}.boards ON DELETE CASCADE, body text NOT NULL,
    version integer NOT NULL DEFAULT 0
);
CREATE INDEX ON {schema}.notes (board_id);
CREATE TABLE {schema}.marks (
    id serial PRIMARY KEY, note_id integer NOT NULL REFERENCES {schema}.notes ON DELETE CASCADE, at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ON {schema}.marks (note_id);
CREATE TABLE {schema}.tokens (
    tenant_id integer NOT NULL, number integer NOT NULL, token text NOT NULL, amount double precision, PRIMARY KEY (tenant_id, number),
    CONSTRAINT tokens_token_key UNIQUE (token)
);
CREATE FUNCTION {schema}.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.touched := NEW.touched + 1; RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON {schema}.boards FOR EACH ROW EXECUTE FUNCTION {schema}.touch();
"#;

/// Rows of three tenants in the shared tables.
pub(crate) const ROWS: &str = r#"
INSERT INTO public.boards (tenant_id, plan_id, slug, name, mood)
    SELECT tenant, 1 + n % 2, 's' || n, E'a\\b\t\n''' || n, CASE n % 2 WHEN 0 THEN 'calm' ELSE 'wi''ld\' END::public.mood
      FROM generate_series(1, 3) AS tenant, generate_series(1, {rows}) AS n;
INSERT INTO public.notes (board_id, body) SELECT id, 'note of ' || tenant_id FROM public.boards, generate_series(1, 3);
INSERT INTO public.marks (note_id) SELECT id FROM public.notes WHERE id % 2 = 0;
INSERT INTO public.tokens SELECT tenant, n, format('%s-%s', tenant, n), CASE n % 3 WHEN 0 THEN 'NaN' WHEN 1 THEN 0.1 * n END
  FROM generate_series(1, 3) AS tenant, generate_series(1, {rows}) AS n;
"#;
