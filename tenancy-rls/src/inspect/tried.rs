//! What is tried on a connection: a block that changes nothing, and says what went otherwise than it should.

use diesel::pg::Pg;
use diesel::result::Error;
use diesel_async::AsyncConnection;

use super::finding::Finding;
use crate::quote::literal;

/// What the statement's error begins with where it has something to say, and what stands between.
const SAYS: &str = "tenancy: the inspection tried";
const RECORD: char = '\u{1e}';
const FIELD: char = '\u{1f}';

/// Two tenants that nobody is: one that reads, and one that it writes for. Nothing depends on their not being there.
///
/// A type of one's own may not take the text. Then what needs it is not tried.
pub(super) fn nobodies(sql_type: &str) -> [&'static str; 2] {
    match sql_type {
        "smallint" => ["-32768", "-32767"],
        "integer" => ["-2147483648", "-2147483647"],
        "bigint" => ["-9223372036854775808", "-9223372036854775807"],
        "uuid" => ["5a7d0c1e-6b1f-4c59-9d3e-0f2b8a6c4e17", "9c3f2e84-1d57-4f0a-8b6e-73a1c5d9e240"],
        // The second has to fit into a short column.
        _ => ["tenancy: an inspection", "-"],
    }
}

/// What is done with each record `tried`. It adds to the array `said` a code, an object and a reason, with `chr(31)` between.
pub(super) struct Block {
    /// Further variables.
    pub(super) declares: &'static str,
    /// The statements.
    pub(super) each: &'static str,
}

impl Block {
    /// Does it with each of `rows`, which have the columns `names`, in one statement. Whatever it writes is taken back.
    pub(super) async fn run<C>(
        self,
        connection: &mut C,
        names: &str,
        rows: &[String],
    ) -> Result<Vec<Finding>, Error>
    where
        C: AsyncConnection<Backend = Pg>,
    {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let (declares, each) = (self.declares, self.each);
        let (rows, says) = (rows.join(", "), literal(SAYS));
        let block = format!(
            "DECLARE
    tried record;
    said text[] := '{{}}';{declares}BEGIN
    BEGIN
        PERFORM set_config('lock_timeout', '1s', true);
        FOR tried IN SELECT * FROM (VALUES {rows}) AS t ({names}) LOOP{each}        END LOOP;
        RAISE 'taken back' USING ERRCODE = 'TNCY1';
    EXCEPTION WHEN SQLSTATE 'TNCY1' THEN
        NULL;
    END;
    IF said <> '{{}}' THEN
        RAISE EXCEPTION USING ERRCODE = 'TNCY2', MESSAGE = {says} || chr(30) || array_to_string(said, chr(30));
    END IF;
END"
        );
        // Within quotes of its own: a table's name may hold what would end others.
        match connection.batch_execute(&format!("DO {}", literal(&block))).await {
            Ok(()) => Ok(Vec::new()),
            Err(Error::DatabaseError(_, information)) if information.message().starts_with(SAYS) => {
                Ok(information.message().split(RECORD).skip(1).filter_map(finding_of).collect())
            }
            Err(error) => Err(error),
        }
    }
}

fn finding_of(said: &str) -> Option<Finding> {
    let mut fields = said.split(FIELD);
    let (code, object, reason) = (fields.next()?, fields.next()?, fields.next()?);
    let mend = match code {
        "R099" => "-- see why, and grant what is missing or run the wall's migration again".to_owned(),
        _ => "-- no rule says why: compare the type and the operators of the tenant column with the declared ones".to_owned(),
    };
    Some(Finding::new(code.to_owned(), object.to_owned(), reason.to_owned(), mend))
}
