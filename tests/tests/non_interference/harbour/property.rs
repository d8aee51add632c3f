//! What is the same beside the others' rows and without them.

use super::schema::{FleetId, PortId};
use crate::property::Answer;

/// Whose the statements are: the second of three, before and after which others stand in every index.
pub(crate) const OWN: i32 = 2;
const OTHERS: [i32; 2] = [1, 3];
/// Whose the rows are that all share.
const EVERYBODY: i32 = 0;

const FLEETS: [&str; 3] =
    ["A0000000000000000000000000", "B0000000000000000000000000", "C0000000000000000000000000"];

pub(crate) fn fleet(whose: i32) -> FleetId {
    FleetId(usize::try_from(whose - 1).ok().and_then(|at| FLEETS.get(at)).copied().unwrap_or("NOBODY"))
}

pub(crate) fn port(whose: i32) -> PortId {
    PortId(whose)
}

/// An id of theirs in 26 letters.
pub(crate) fn id(whose: i32, number: i32) -> String {
    format!("{}{number:0>25}", fleet(whose).0.get(..1).unwrap_or("X"))
}

listed! {
    Read, READS:
    Mothers,
    Chain,
    StopsOr,
    StopsRaw,
    StopsBoxed,
    StopsOnEachVoyage,
    PlacesCounted,
    VesselsThatStop,
    VesselsWithoutVoyages,
    VesselsAndTheirs,
    VoyagesByTheirStops,
    StatesCounted,
    Papers,
    VoyagesWithBerths,
    VoyagesOfBerths,
    Types,
    TypesOrShared,
    TypesOverShared,
    Matches,
    View,
    VesselsBesideTheView,
    Sheets,
}

listed! {
    Write, WRITES:
    InsertVessel,
    UpsertVessel,
    UpsertByNumber,
    MotherOfTheirs,
    PapersOfThoseThatStop,
    InsertVoyage,
    InsertVoyageOnTheirs,
    InsertVoyagesOnBoth,
    UpdateStates,
    VoyagesOnAnother,
    VoyagesOnTheirs,
    StopsOnAnother,
    StopsOnTheirs,
    UpdateStopsOfTheMoored,
    DeleteStopsReturning,
    DeleteVesselsThatStop,
    UpdateBerths,
    InsertType,
    UpdateTypes,
    DeleteTypes,
    MatchesFromTypes,
    UpsertMatch,
    DeleteMatchesOr,
    UpsertSheet,
}

impl Read {
    fn reaches_shared(self) -> bool {
        matches!(self, Self::TypesOrShared | Self::TypesOverShared)
    }
}

impl Write {
    /// It names a parent of another's, and changes nothing.
    fn is_refused(self) -> bool {
        matches!(
            self,
            Self::InsertVoyageOnTheirs
                | Self::InsertVoyagesOnBoth
                | Self::VoyagesOnTheirs
                | Self::StopsOnTheirs
        )
    }
}

/// A database that the properties are checked on.
pub(crate) trait Database {
    /// Empties the tables and fills them.
    fn fill(&mut self, statements: &str);

    /// The rows that are theirs by their keys, each as one line.
    fn contents(&mut self, whose: &[i32]) -> Vec<String>;

    fn read(&mut self, read: Read) -> Answer;

    fn write(&mut self, write: Write) -> Answer;
}

/// The rows of some, without the library.
fn rows(whose: &[i32]) -> String {
    whose.iter().map(|whose| if *whose == EVERYBODY { shared() } else { rows_of(*whose) }).collect()
}

fn shared() -> String {
    "INSERT INTO \"type\" VALUES (1, NULL, 'sun'), (2, NULL, 'sky');".to_owned()
}

fn rows_of(whose: i32) -> String {
    let (fleet, own, theirs) =
        (fleet(whose).0, |number| id(whose, number), |number| id(whose % 3 + 1, number));
    let (tens, other) = (whose * 10, whose % 3 * 10 + 10);
    let papers = format!("jsonb('{{\"flag\": \"{whose}\"}}')");
    let vessel = |number: i32, name: &str, retired: &str, mother: &str| {
        let place = if retired == "NULL" { number } else { 1 };
        format!(
            "INSERT INTO vessels VALUES ('{fleet}', '{}', '{name}', {place}, {retired}, {mother}, {papers});",
            own(number)
        )
    };
    [
        vessel(1, "sun", "NULL", "NULL"),
        vessel(2, "sea", "NULL", &format!("'{}'", own(1))),
        // Of another's, which nothing keeps it from naming.
        vessel(3, "sky", "NULL", &format!("'{}'", theirs(1))),
        vessel(4, "sun", "7", "NULL"),
        format!("INSERT INTO voyages VALUES ('{}', '{}', {}, 'moored');", own(1), own(1), tens + 1),
        format!("INSERT INTO voyages VALUES ('{}', '{}', {}, 'due');", own(2), own(1), other + 1),
        format!("INSERT INTO voyages VALUES ('{}', '{}', {}, 'due');", own(3), own(2), tens + 2),
        format!("INSERT INTO stops VALUES ('{}', 1, 'first'), ('{}', 2, NULL);", own(1), own(1)),
        format!("INSERT INTO stops VALUES ('{}', 3, NULL);", own(3)),
        format!(
            "INSERT INTO berths VALUES ({}, {whose}, 'north'), ({}, {whose}, 'south');",
            tens + 1,
            tens + 2
        ),
        format!(
            "INSERT INTO \"type\" VALUES ({}, '{fleet}', 'sun'), ({}, '{fleet}', 'sea');",
            tens + 1,
            tens + 2
        ),
        format!(
            "INSERT INTO \"match\" VALUES ({}, '{fleet}', 'sun'), ({}, '{fleet}', 'sky');",
            tens + 1,
            tens + 2
        ),
        format!("INSERT INTO sheets (id, fleet_id, c01, c30) VALUES ({}, '{fleet}', {whose}, 7);", tens + 1),
    ]
    .concat()
}

/// What is read is the same without the others' rows, and without the shared ones where they are not asked for. It is something.
pub(crate) fn reads_depend_on_their_reach_alone(database: &mut impl Database) {
    for read in READS {
        database.fill(&rows(&[EVERYBODY, OTHERS[0], OWN, OTHERS[1]]));
        let beside = database.read(read);
        let reached = if read.reaches_shared() { vec![EVERYBODY, OWN] } else { vec![OWN] };
        database.fill(&rows(&reached));
        assert_eq!(beside, database.read(read), "{read:?}");
        assert!(beside.is_ok_and(|rows| !rows.is_empty()), "{read:?} reads nothing");
    }
}

/// What is written changes no row of the others' nor of everybody's, and does to one's own what it would do without them: something.
pub(crate) fn writes_touch_ones_own_rows_alone(database: &mut impl Database) {
    for write in WRITES {
        let mut run = |whose: &[i32]| {
            database.fill(&rows(whose));
            let others = [EVERYBODY, OTHERS[0], OTHERS[1]];
            let (own_before, before) = (database.contents(&[OWN]), database.contents(&others));
            let answer = database.write(write);
            assert_eq!(database.contents(&others), before, "{write:?}");
            let own = database.contents(&[OWN]);
            assert_eq!(own == own_before, write.is_refused(), "{write:?}: {answer:?}");
            (answer, own)
        };
        let beside = run(&[EVERYBODY, OTHERS[0], OWN, OTHERS[1]]);
        assert_eq!(beside, run(&[EVERYBODY, OWN]), "{write:?}");
    }
}
