//! The schema `tenancy` and its functions: who the transaction's tenant is, and how it is set.

use super::{Step, grants, memory, readers};
use crate::citus::on_all_nodes;
use crate::quote::literal;
use crate::row_security::{Mode, RowSecurity, Server};

/// What checks the seals. Only its owner, whose rights `tenancy.tenant()` then has, reads it.
pub(crate) const KEY_TABLE: &str = "CREATE TABLE IF NOT EXISTS tenancy.sealing_keys (\n    id text PRIMARY KEY,\n    \
             inner_pad bytea NOT NULL CHECK (length(inner_pad) = 64),\n    \
             outer_pad bytea NOT NULL CHECK (length(outer_pad) = 64),\n    \
             backend_only boolean NOT NULL\n)";

/// The body of `tenancy.tenant()` in plain mode. After a transaction that set it the setting is `''`, not NULL.
///
/// It stands in the caller's statement, and is read by the caller's `search_path`: as in the bodies below, every name has its schema. NULLIF
/// would find its `=` by the path.
const PLAIN_BODY: &str =
    " SELECT CASE WHEN pg_catalog.current_setting('tenancy.tenant', true) OPERATOR(pg_catalog.<>) ''
             THEN pg_catalog.current_setting('tenancy.tenant', true) END ";

/// What is said of the sealed body holds here: `$first` stands before it.
macro_rules! sealed_body {
    ($first:literal) => {
        concat!(
            "
DECLARE
    token pg_catalog.text := pg_catalog.current_setting('tenancy.tenant', true);
    backend_only pg_catalog.bool;
    tenant pg_catalog.text;
BEGIN
",
            $first,
            "    SELECT s.backend_only INTO backend_only
      FROM (SELECT k.backend_only, pg_catalog.encode(pg_catalog.sha256(k.outer_pad OPERATOR(pg_catalog.||) pg_catalog.sha256(
                       k.inner_pad OPERATOR(pg_catalog.||) pg_catalog.convert_to(pg_catalog.left(token, -65), 'UTF8'))), 'hex') AS code
              FROM tenancy.sealing_keys AS k
             WHERE (k.id OPERATOR(pg_catalog.=) pg_catalog.split_part(token, '.', 2)) IS TRUE
            OFFSET 0) AS s
     WHERE CASE WHEN pg_catalog.hashtextextended(s.code, 0) OPERATOR(pg_catalog.=)
                     pg_catalog.hashtextextended(pg_catalog.split_part(token, '.', 7), 0)
                THEN s.code OPERATOR(pg_catalog.=) pg_catalog.split_part(token, '.', 7) END;
    tenant := CASE WHEN backend_only IS NULL THEN NULL
                   WHEN pg_catalog.starts_with(token, 'v1.')
                    AND CASE WHEN pg_catalog.split_part(token, '.', 3) OPERATOR(pg_catalog.=) '0' THEN NOT backend_only
                             ELSE pg_catalog.split_part(token, '.', 3) OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()::pg_catalog.text END
                    AND CURRENT_TIMESTAMP OPERATOR(pg_catalog.>=) pg_catalog.to_timestamp(
                            pg_catalog.split_part(token, '.', 4)::pg_catalog.float8 OPERATOR(pg_catalog.-) 60)
                    AND CURRENT_TIMESTAMP OPERATOR(pg_catalog.<=) pg_catalog.to_timestamp(
                            pg_catalog.split_part(token, '.', 5)::pg_catalog.float8)
                   THEN pg_catalog.convert_from(pg_catalog.decode(pg_catalog.split_part(token, '.', 6), 'hex'), 'UTF8') END;
    IF tenant OPERATOR(pg_catalog.<>) '' THEN
        RETURN tenant;
    ELSIF token IS NULL OR token OPERATOR(pg_catalog.=) '' OR tenant IS NOT NULL THEN
        RETURN NULL;
    ELSIF backend_only IS NULL THEN
        RAISE insufficient_privilege USING MESSAGE = 'tenancy.tenant holds no seal of a known key',
            HINT = 'Only the application seals tenants. After a rotation, check that the new key is installed.';
    ELSIF NOT pg_catalog.starts_with(token, 'v1.') THEN
        RAISE insufficient_privilege USING MESSAGE = 'tenancy.tenant holds a seal of an unknown version';
    ELSIF pg_catalog.split_part(token, '.', 3) OPERATOR(pg_catalog.=) '0' THEN
        IF backend_only THEN
            RAISE insufficient_privilege USING MESSAGE = 'tenancy.tenant holds a seal of no backend',
                HINT = 'The key is installed for direct connections only: seal with the backend''s pid.';
        END IF;
    ELSIF pg_catalog.split_part(token, '.', 3) OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()::pg_catalog.text THEN
        RAISE insufficient_privilege USING MESSAGE = 'tenancy.tenant holds the seal of another backend';
    END IF;
    RAISE insufficient_privilege USING MESSAGE = 'tenancy.tenant holds a seal that is not of this transaction''s time',
        HINT = 'Seal anew for each transaction; compare the clocks of the application and the database.';
END
"
        )
    };
}

/// The body of `tenancy.tenant()` in sealed mode.
///
/// - HMAC (RFC 2104) from the key's pads. Neither they nor the code leave the one statement that reads them: as parameters of another
///   one they could be shown by `debug_print_plan`. An expression with them is another one as well, after an error in it.
/// - Nothing of the token is parsed before it is found genuine, but the key's number and the code. The code is the seventh field, and
///   what it signs is all but the last 65 characters: only six fields and their code have both right.
/// - The time that the comparison takes says nothing of the right code. Texts are compared byte by byte, so these are compared only
///   where 64 bits of a hash of each are equal, and those are one number. Whoever does not know the right code gets there once in 2^64
///   guesses, and learns from the others only that. (`OFFSET` keeps the code from being computed where it is named.)
/// - The seal has to be good when the transaction begins, and not to come from its future: one that is captured while a
///   transaction waits is not good in it.
/// - There is a tenant where everything is known to hold. What is not, or NULL, is refused below, where it is told apart.
/// - The caller's `search_path` finds nothing in it. It had one of its own, which was set and reset in each call; instead every
///   function, operator, type and table has its schema, and what takes an operator by the path without naming it (IN, BETWEEN, LIKE,
///   NULLIF, IS DISTINCT FROM, a CASE with a value) is not there. Operators that are written so all bind alike, hence the
///   parentheses. Only `convert_to` and `convert_from` look a conversion up by the path, in a database that is not UTF-8, and only
///   a superuser makes one of a new function.
///
/// It runs in each statement, and what it costs is mostly each function call's being prepared: hence one query, which
/// answers whether the seal is genuine by what its key is good for, and one condition, of as few calls as it takes. The
/// condition is an expression, which a transaction prepares once, and the query in each statement. `IS TRUE` keeps the
/// query from an index, which takes longer to open than a table of a few keys to read.
const SEALED_BODY: &str = sealed_body!("");

/// The body of `tenancy.tenant()` while plain tenants and sealed ones are accepted. What looks like a seal is one, and is refused
/// if it is not good.
const BOTH_BODY: &str = sealed_body!(
    "    IF token OPERATOR(pg_catalog.!~) '^v1[.][0-9]+[.][0-9]+[.][0-9]+[.][0-9]+[.]([0-9a-f]{2})*[.][0-9a-f]{64}$' THEN
        RETURN CASE WHEN token OPERATOR(pg_catalog.<>) '' THEN token END;
    END IF;
"
);

/// `tenancy.tenant()` as it should be: what an inspection compares the database's with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TenantFunction {
    pub(crate) body: &'static str,
    pub(crate) language: &'static str,
    pub(crate) security_definer: bool,
}

impl TenantFunction {
    pub(crate) fn of(mode: Mode) -> Self {
        match mode {
            Mode::Plain => Self { body: PLAIN_BODY, language: "sql", security_definer: false },
            Mode::Sealed => Self { body: SEALED_BODY, language: "plpgsql", security_definer: true },
            Mode::Both => Self { body: BOTH_BODY, language: "plpgsql", security_definer: true },
        }
    }

    /// The statement that makes it so. A function keeps its owner and its grants when it is replaced.
    pub(crate) fn create(self) -> String {
        // In a worker of a parallel query the backend's pid is another one.
        let attributes = if self.security_definer {
            "STABLE SECURITY DEFINER PARALLEL RESTRICTED"
        } else {
            // Neither a definer nor a SET: the planner puts such a function's body in its place.
            "STABLE PARALLEL SAFE"
        };
        format!(
            "CREATE OR REPLACE FUNCTION tenancy.tenant() RETURNS text\nLANGUAGE {} {attributes}\n\
             AS $tenancy${}$tenancy$",
            self.language, self.body
        )
    }
}

/// `tenancy.set_tenant(text)`.
fn set_tenant(server: Server) -> String {
    // A setting of an extension that is not there takes a superuser to write down, hence on Citus only.
    let propagate = match server {
        Server::PostgreSql => "",
        Server::Citus => "SET citus.propagate_set_commands = 'local'\n",
    };
    format!(
        "CREATE OR REPLACE FUNCTION tenancy.set_tenant(tenant text) RETURNS void\nLANGUAGE plpgsql\n{propagate}\
         AS $tenancy$\nBEGIN\n    EXECUTE pg_catalog.format('SET LOCAL tenancy.tenant = %L', tenant);\nEND\n$tenancy$"
    )
}

/// A step for the table of the keys. The function runs in the shards' queries as well, and may read no distributed table there:
/// each node of Citus has the table for itself.
fn of_keys(server: Server, up: &str) -> Step {
    Step::up(match server {
        Server::PostgreSql => up.to_owned(),
        Server::Citus => on_all_nodes(up),
    })
}

/// Refuses to make a sealed wall plain, which would take the seal from whatever else relies on it.
fn stays_sealed() -> Step {
    let both = literal(TenantFunction::of(Mode::Both).body);
    Step::up(format!(
        "DO $tenancy$
BEGIN
    IF EXISTS (SELECT FROM pg_proc WHERE oid = to_regprocedure('tenancy.tenant()') AND prosecdef AND prosrc <> {both}) THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = 'the wall of this database is sealed, and this migration would make it plain',
            HINT = 'Generate it from the same RowSecurity with `sealed()`; or, if that is meant, run the one of `accepting_both()` first.';
    END IF;
END
$tenancy$"
    ))
}

/// The schema, what is remembered of the database before the wall, the keys and the functions.
pub(super) fn steps(wall: &RowSecurity, migration: &str) -> Vec<Step> {
    let (application, across) = (wall.roles.application.quoted(), wall.roles.across_tenants.quoted());
    let all = grants::all(wall);
    let mut steps = vec![
        // Something else of ours may be in it, and then it stays.
        Step::new(
            "CREATE SCHEMA IF NOT EXISTS tenancy",
            "DO $tenancy$\nBEGIN\n    DROP SCHEMA IF EXISTS tenancy;\n\
             EXCEPTION WHEN dependent_objects_still_exist THEN\n    NULL;\nEND\n$tenancy$",
        ),
        Step::up("REVOKE ALL ON SCHEMA tenancy FROM PUBLIC"),
    ];
    steps.extend(memory::table(wall));
    steps.extend([memory::column(), memory::of_the_schema(wall, migration)]);
    if wall.mode == Mode::Plain {
        steps.push(stays_sealed());
    }
    // Also in plain mode: sealing begins with a key, then the function.
    steps.extend([
        of_keys(wall.server, KEY_TABLE),
        of_keys(wall.server, &format!("REVOKE ALL ON TABLE tenancy.sealing_keys FROM PUBLIC, {all}")),
        Step::up(TenantFunction::of(wall.mode).create()),
        Step::up(set_tenant(wall.server)),
    ]);
    if let Some(owner) = &wall.roles.owner {
        let owner = owner.quoted();
        steps.extend(memory::OWN.map(|object| {
            let statement = format!("ALTER {object} OWNER TO {owner}");
            if object == memory::KEYS { of_keys(wall.server, &statement) } else { Step::up(statement) }
        }));
    }
    for function in ["tenancy.tenant()", "tenancy.set_tenant(text)"] {
        steps.extend([
            Step::up(format!("REVOKE ALL ON FUNCTION {function} FROM PUBLIC")),
            Step::up(format!("GRANT EXECUTE ON FUNCTION {function} TO {application}, {across}")),
        ]);
    }
    steps.push(Step::up(format!("GRANT USAGE ON SCHEMA tenancy TO {application}, {across}")));
    steps.extend(readers::grants_of_the_schema(wall));
    steps
}

#[cfg(test)]
mod tests {
    use super::{BOTH_BODY, PLAIN_BODY, SEALED_BODY};

    /// Constructs that take an operator by the search path, and name none.
    const BY_PATH: [&str; 13] = [
        "IN", "BETWEEN", "LIKE", "ILIKE", "SIMILAR", "NULLIF", "DISTINCT", "GREATEST", "LEAST", "ORDER",
        "GROUP", "UNION", "COLLATE",
    ];

    /// What may stand before a parenthesis and is no function.
    const KEYWORDS: [&str; 7] = ["OPERATOR", "FROM", "WHERE", "AND", "OR", "NOT", "WHEN"];

    /// The words and signs of a body, without its texts: a name with its schema is one word.
    fn words(body: &str) -> Vec<String> {
        let kind = |letter: char| match letter {
            letter if letter.is_alphanumeric() || letter == '_' || letter == '.' => 'w',
            letter if "+-*/<>=~!@#%^&|`?:".contains(letter) => 'o',
            _ => letter,
        };
        let mut words: Vec<String> = Vec::new();
        let mut last = ' ';
        // Every second part is a text; two quotes in one begin and end a further one.
        for letter in body.split('\'').step_by(2).flat_map(|part| [part, " "]).flat_map(str::chars) {
            let now = kind(letter);
            match words.last_mut() {
                Some(word) if now == last && matches!(now, 'w' | 'o') => word.push(letter),
                _ if !letter.is_whitespace() => words.push(letter.to_string()),
                _ => {}
            }
            last = now;
        }
        words
    }

    /// What of a body is found by the caller's search path.
    fn by_path(body: &str) -> Vec<String> {
        let words = words(body);
        let at = |index: usize| words.get(index).map_or("", String::as_str);
        let mut found = Vec::new();
        let mut declares = false;
        for (index, word) in words.iter().enumerate() {
            let (before, after) = (at(index.wrapping_sub(1)), at(index + 1));
            declares = (declares || word == "DECLARE") && word != "BEGIN";
            let bad = match word.as_str() {
                // A variable, and its type.
                _ if declares && matches!(before, "DECLARE" | ";") => !after.starts_with("pg_catalog."),
                "(" => {
                    let is_word =
                        before.chars().all(|letter| letter.is_alphanumeric() || "_.".contains(letter));
                    is_word && !before.starts_with("pg_catalog.") && !KEYWORDS.contains(&before)
                }
                "CASE" => after != "WHEN",
                "::" => !after.starts_with("pg_catalog."),
                "FROM" => after != "(" && !after.starts_with("tenancy."),
                ":=" => false,
                // The options of RAISE.
                "=" if matches!(before, "MESSAGE" | "HINT") => false,
                // The sign of a number.
                "-" if matches!(before, "," | "(") => false,
                sign if sign.chars().all(|letter| "+-*/<>=~!@#%^&|`?".contains(letter)) => true,
                // As they stand in OPERATOR(pg_catalog.=) they have the schema before them, and a parenthesis after them.
                word => BY_PATH.contains(&word),
            };
            let of_an_operator = before == "pg_catalog." && at(index.wrapping_sub(2)) == "(";
            if bad && !of_an_operator {
                found.push(format!("{before} {word} {after}"));
            }
        }
        found
    }

    #[test]
    fn nothing_is_found_by_the_search_path() {
        for body in [PLAIN_BODY, SEALED_BODY, BOTH_BODY] {
            assert_eq!(by_path(body), [""; 0]);
        }
    }

    #[test]
    fn what_would_be_found_by_the_search_path_is_seen() {
        for body in [
            "SELECT a = b",
            "SELECT a OPERATOR(pg_catalog.=) b || c",
            "SELECT sha256(a)",
            "SELECT NULLIF(a, b)",
            "IF a IN ('x') THEN",
            "IF NOT a BETWEEN b AND c THEN",
            "CASE a WHEN 'x' THEN b END",
            "SELECT a::text",
            "SELECT a INTO b FROM sealing_keys",
            "DECLARE a text; BEGIN",
            "DECLARE a text := b; BEGIN",
        ] {
            assert!(!by_path(body).is_empty(), "{body}");
        }
    }

    #[test]
    fn the_pads_and_the_code_are_named_in_the_one_statement_that_answers_by_what_the_key_is_good_for() {
        for secret in ["_pad", "AS code", "s.code"] {
            let with_it: Vec<_> =
                SEALED_BODY.split(';').filter(|statement| statement.contains(secret)).collect();
            let [check] = with_it[..] else { panic!("{with_it:?}") };
            let (answer, _) = check.split_once("FROM").unwrap();
            assert!(answer.trim_end().ends_with("SELECT s.backend_only INTO backend_only"), "{answer}");
        }
    }
}
