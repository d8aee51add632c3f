CREATE TYPE plan AS ENUM ('free', 'paid');
CREATE TABLE organizations (id integer PRIMARY KEY, name text NOT NULL UNIQUE, plan plan NOT NULL DEFAULT 'free');
CREATE TABLE users (id integer PRIMARY KEY, email text NOT NULL UNIQUE);
CREATE TABLE plans (name varchar(20) PRIMARY KEY);
CREATE TABLE memberships (organization_id integer NOT NULL REFERENCES organizations, user_id integer NOT NULL REFERENCES users,
                          PRIMARY KEY (organization_id, user_id));
-- A gap: nullable, and no NULL in it.
CREATE TABLE boards (id integer PRIMARY KEY, organization_id integer REFERENCES organizations, title text NOT NULL,
                     parent_id integer REFERENCES boards);
-- NULL is everybody's.
CREATE TABLE presets (id integer PRIMARY KEY, organization_id integer REFERENCES organizations, name text NOT NULL);
CREATE TABLE labels (id integer PRIMARY KEY, org integer NOT NULL REFERENCES organizations, name text NOT NULL);
CREATE UNIQUE INDEX labels_name ON labels (lower(name)) WHERE name <> '';
-- One step away, and one of its own kind above it.
CREATE TABLE notes (id bigint PRIMARY KEY, board_id integer NOT NULL REFERENCES boards ON DELETE CASCADE,
                    reply_to bigint REFERENCES notes ON DELETE SET NULL, slug text UNIQUE, body text NOT NULL);
-- Two steps.
CREATE TABLE attachments (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note_id bigint NOT NULL REFERENCES notes ON DELETE CASCADE, "type" varchar(20) NOT NULL);
-- A table of links, whose sides agree.
CREATE TABLE notes_labels (note_id bigint NOT NULL REFERENCES notes ON DELETE CASCADE, label_id integer NOT NULL REFERENCES labels, PRIMARY KEY (note_id, label_id));
-- One whose sides do not.
CREATE TABLE boards_labels (board_id integer NOT NULL REFERENCES boards, label_id integer NOT NULL REFERENCES labels, PRIMARY KEY (board_id, label_id));
-- Two organizations.
CREATE TABLE transfers (id integer PRIMARY KEY, from_organization integer NOT NULL REFERENCES organizations, to_organization integer NOT NULL REFERENCES organizations);
-- A parent that may be missing.
CREATE TABLE events (id integer PRIMARY KEY, board_id integer REFERENCES boards, what text NOT NULL);
-- An id of another type.
CREATE TABLE imports (id integer PRIMARY KEY, organization_id varchar(36) NOT NULL);
CREATE TABLE charges (id integer NOT NULL, note_id bigint NOT NULL REFERENCES notes, PRIMARY KEY (id, note_id)) PARTITION BY RANGE (id);
CREATE TABLE charges_1 PARTITION OF charges FOR VALUES FROM (0) TO (1000);
CREATE TABLE elsewhere (id integer PRIMARY KEY);
CREATE VIEW titles AS SELECT id, title FROM boards;

INSERT INTO organizations SELECT n, 'org ' || n FROM generate_series(1, 3) AS n;
INSERT INTO users SELECT n, n || '@example.invalid' FROM generate_series(1, 4) AS n;
INSERT INTO plans VALUES ('free');
INSERT INTO memberships SELECT 1 + n % 3, n FROM generate_series(1, 4) AS n;
INSERT INTO boards SELECT n, 1 + n % 3, 'board ' || n, CASE WHEN n > 3 THEN n - 3 END FROM generate_series(1, 30) AS n;
INSERT INTO presets VALUES (1, NULL, 'everybody'), (2, 2, 'two');
INSERT INTO labels SELECT n, 1 + n % 3, 'label ' || n FROM generate_series(1, 9) AS n;
INSERT INTO notes SELECT n, 1 + n % 30, CASE WHEN n > 30 THEN n - 30 END, 'slug ' || n, 'body' FROM generate_series(1, 3000) AS n;
INSERT INTO attachments (note_id, "type") SELECT n, 'file' FROM generate_series(1, 3000) AS n;
INSERT INTO notes_labels SELECT n, l.id FROM generate_series(1, 300) AS n JOIN labels AS l ON l.org = (SELECT organization_id FROM boards WHERE id = 1 + n % 30);
INSERT INTO boards_labels VALUES (1, 1), (2, 2), (3, 4);
INSERT INTO events VALUES (1, 1, 'made'), (2, NULL, 'booted');
