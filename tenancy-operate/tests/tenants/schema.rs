//! Tables with everything that makes copying rows hard.

use tenancy_rls::{Roles, RowSecurity, tables};

tenancy_diesel::table! {
    #![tenant_global(organisations, plans)]

    organisations (id) { id -> Integer, name -> Text, }
    plans (id) { id -> Integer, name -> Text, }

    #[tenant_scoped(tenant_id)]
    accounts (id) {
        id -> BigInt, tenant_id -> Integer, owner_id -> Nullable<Uuid>, plan_id -> Nullable<Integer>, name -> Text,
    }
    #[tenant_scoped(tenant_id)]
    users (id) {
        id -> Uuid, tenant_id -> Integer, account_id -> BigInt, manager_id -> Nullable<Uuid>, email -> Text,
    }
    #[tenant_scoped(tenant_id)]
    documents (id) { id -> Integer, tenant_id -> Integer, author_id -> Nullable<Uuid>, }
    #[tenant_scoped(through = documents(document_id))]
    tags (document_id, tag) { document_id -> Integer, tag -> Text, }
    #[tenant_scoped(through = documents(document_id))]
    comments (id) { id -> BigInt, document_id -> Integer, text -> Text, }
    #[tenant_scoped(through = comments(comment_id))]
    replies (id) { id -> BigInt, comment_id -> BigInt, text -> Text, }
    #[tenant_scoped(tenant_id, shared)]
    settings (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, value -> Text, }
    #[tenant_scoped(tenant_id)]
    memberships (tenant_id, person_id) { tenant_id -> Integer, person_id -> Integer, role -> Text, }
    #[tenant_scoped(link = memberships(person_id))]
    people (id) { id -> Integer, name -> Text, }
    #[tenant_scoped(tenant_id)]
    sales.invoices (tenant_id, number) { tenant_id -> Integer, number -> Integer, account_id -> BigInt, total -> Numeric, }
    #[tenant_scoped(tenant_id)]
    keyless (text) { tenant_id -> Integer, text -> Nullable<Text>, }
}

/// The same in the database. What is in `documents` beside the declared columns is an undeclared part of it, and belongs to the row.
pub(crate) const TABLES: &str = r#"
CREATE SCHEMA sales;
CREATE TYPE mood AS ENUM ('calm', 'wi''ld, "and" more');
CREATE TYPE point3 AS (x integer, y text, z double precision);
CREATE DOMAIN short AS varchar(40);
CREATE TABLE organisations (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE plans (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE accounts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant_id integer NOT NULL REFERENCES organisations,
    owner_id uuid, plan_id integer REFERENCES plans, name text NOT NULL, UNIQUE (tenant_id, name)
);
CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id integer NOT NULL, account_id bigint NOT NULL REFERENCES accounts,
    manager_id uuid REFERENCES users ON DELETE SET NULL, email text NOT NULL, UNIQUE (tenant_id, email)
);
CREATE UNIQUE INDEX users_email ON users (tenant_id, lower(email));
ALTER TABLE accounts ADD FOREIGN KEY (owner_id) REFERENCES users;
CREATE TABLE documents (
    id serial PRIMARY KEY, tenant_id integer NOT NULL, author_id uuid REFERENCES users, "A ""weird"" column" text,
    body bytea, score double precision, real4 real, day date, at timestamptz, took interval, words text[], matrix integer[][],
    moods mood[], feeling mood, place point3, name short, span int4range, price numeric, doc json, payload jsonb, bits varbit, ip inet,
    xml xml, doubled numeric GENERATED ALWAYS AS (price * 2) STORED, dropped integer
);
ALTER TABLE documents DROP COLUMN dropped;
CREATE TABLE tags (document_id integer NOT NULL REFERENCES documents ON DELETE CASCADE, tag text NOT NULL, PRIMARY KEY (document_id, tag));
CREATE TABLE comments (id bigserial PRIMARY KEY, document_id integer NOT NULL REFERENCES documents, text text NOT NULL);
CREATE TABLE replies (id bigserial PRIMARY KEY, comment_id bigint NOT NULL REFERENCES comments, text text NOT NULL);
CREATE TABLE settings (id serial PRIMARY KEY, tenant_id integer, name text NOT NULL, value text NOT NULL);
CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE memberships (tenant_id integer NOT NULL, person_id integer NOT NULL REFERENCES people, role text NOT NULL, PRIMARY KEY (tenant_id, person_id));
CREATE TABLE sales.invoices (
    tenant_id integer NOT NULL, number integer NOT NULL, account_id bigint NOT NULL REFERENCES accounts, total numeric NOT NULL,
    PRIMARY KEY (tenant_id, number)
);
CREATE TABLE keyless (tenant_id integer NOT NULL, text text);
"#;

/// Rows of the tenant 1, 2 or 3, all of the same shape, and each telling whose it is.
pub(crate) const ROWS: &str = r#"
INSERT INTO organisations VALUES ({t}, 'organisation {t}');
INSERT INTO accounts (tenant_id, plan_id, name) SELECT {t}, 1, 'account ' || n FROM generate_series(1, 3) AS n;
INSERT INTO users (tenant_id, account_id, email) SELECT {t}, id, 'U' || n || '@{t}.test'
  FROM accounts, generate_series(1, 2) AS n WHERE tenant_id = {t} AND name = 'account 1';
UPDATE users SET manager_id = (SELECT id FROM users WHERE email = 'U1@{t}.test') WHERE email = 'U2@{t}.test';
UPDATE accounts SET owner_id = (SELECT id FROM users WHERE email = 'U1@{t}.test') WHERE tenant_id = {t};
INSERT INTO documents (tenant_id, author_id, "A ""weird"" column", body, score, real4, day, at, took, words, matrix, moods, feeling, place, name, span,
                       price, doc, payload, bits, ip, xml)
VALUES ({t}, (SELECT id FROM users WHERE email = 'U1@{t}.test'), E'tenant {t}, "quoted"\n\\. \\N\r\n\ttab ü 🦀', decode('00ff0a0d22275c', 'hex'),
        'NaN', '-infinity', 'infinity', '-infinity', '1 year -2 mons +3 days -04:05:06.789', ARRAY['a,b', NULL, 'NULL', '', '"', '\'],
        ARRAY[[1, 2], [3, NULL]], ARRAY['calm', 'wi''ld, "and" more']::mood[], 'wi''ld, "and" more', ROW(1, 'a"(,)', 'NaN'), 'short', '[1,5)',
        123456789012345678901234567890.123456789, '{"b": 1,  "a": 1, "a": 2}', '{"b": 1, "a": [null]}', B'10101', '10.0.0.0/8', '<a>ü</a>');
INSERT INTO documents (tenant_id, "A ""weird"" column", body, words, name, score, real4, price, day) VALUES ({t}, '', '', '{}', '', 0.1::float8 + 0.2, 1e-45, 'NaN', '0044-03-15 BC');
INSERT INTO documents (tenant_id) VALUES ({t});
INSERT INTO documents (tenant_id, "A ""weird"" column") VALUES ({t}, '\.'), ({t}, repeat('large ', 100000)), ({t}, 'NULL');
INSERT INTO tags SELECT id, tag FROM documents, unnest(ARRAY['', 'b', 'a"b']) AS tag WHERE tenant_id = {t};
INSERT INTO comments (document_id, text) SELECT id, 'comment of {t}' FROM documents WHERE tenant_id = {t};
INSERT INTO replies (comment_id, text) SELECT c.id, 'reply of {t}' FROM comments AS c JOIN documents AS d ON d.id = c.document_id WHERE d.tenant_id = {t};
INSERT INTO settings (tenant_id, name, value) VALUES ({t}, 'colour', 'of {t}');
INSERT INTO people (name) VALUES ('only of {t}');
INSERT INTO memberships SELECT {t}, id, 'member' FROM people WHERE name IN ('everybody''s', 'only of {t}');
INSERT INTO sales.invoices SELECT {t}, n, (SELECT min(id) FROM accounts WHERE tenant_id = {t}), n * 1.10 FROM generate_series(1, 4) AS n;
INSERT INTO keyless VALUES ({t}, 'b'), ({t}, 'a'), ({t}, 'a'), ({t}, NULL);
"#;

/// What all tenants share.
pub(crate) const SHARED: &str = "
INSERT INTO plans VALUES (1, 'small'), (2, 'large');
INSERT INTO settings (tenant_id, name, value) VALUES (NULL, 'colour', 'of all');
INSERT INTO people (name) VALUES ('everybody''s');
";

/// The declared wall.
pub(crate) fn wall() -> RowSecurity {
    let tables = tables![
        organisations,
        plans,
        accounts,
        users,
        documents,
        tags,
        comments,
        replies,
        settings,
        memberships,
        people,
        invoices,
        keyless
    ];
    RowSecurity::new(tables, Roles::new("tenants_app", "tenants_across").unwrap()).unwrap()
}
