//! The client's work alone: a statement is built, printed, bound and found among the prepared ones, and nothing is sent.

mod connection;
mod instructions;
mod schema;
mod statements;

use std::fmt::Write as _;
use std::time::Instant;

use self::connection::{Connection, Stage};
use self::statements::Operation;
use crate::chapter::Chapter;
use crate::goals::Outcome;
use crate::measure::{self, Measured};
use crate::schema::tenant;
use crate::{Context, Failure, groups};

pub(crate) use self::instructions::ARGUMENT;

/// By how much the library's statements may cost more.
const LIMIT: f64 = 1.10;

/// Two statements that do the same work.
struct Pair {
    operations: [Operation; 2],
    /// Of each stage, by hand and scoped.
    stages: Vec<(Stage, [Measured; 2])>,
    /// Instructions of the whole.
    instructions: Option<[f64; 2]>,
}

impl Pair {
    fn name(&self) -> String {
        let [Operation { statement, is_boxed, .. }, _] = &self.operations;
        if *is_boxed { format!("{statement}, boxed") } else { (*statement).to_owned() }
    }

    /// The ratios of the whole: by time, by instructions.
    fn ratios(&self) -> [f64; 2] {
        let whole = self.stages.iter().find(|(stage, _)| *stage == Stage::Whole);
        [
            whole.map_or(f64::NAN, |(_, [hand, scoped])| scoped.ratio(hand)[1]),
            self.instructions.map_or(f64::NAN, |[hand, scoped]| scoped / hand),
        ]
    }
}

/// Measures every statement in every stage.
pub(crate) fn measure(context: &Context<'_>) -> Result<Chapter, Failure> {
    let scope = context.scopes.first().ok_or("there is no tenant to scope a statement to")?;
    let mut connection = Connection::new();
    let mut pairs = Vec::new();
    let mut sql = String::new();
    for operations in statements::all(scope, tenant(0)) {
        let [hand, scoped] = &operations;
        let ((hand_sql, hand_facts), (scoped_sql, scoped_facts)) =
            (hand.look(&mut connection)?, scoped.look(&mut connection)?);
        if !scoped_facts.are_as_good_as(&hand_facts) {
            let name = scoped.name();
            return Err(
                format!("{name} is not what is written by hand: {scoped_facts:?}, {hand_facts:?}").into()
            );
        }
        if !hand.is_boxed {
            writeln!(sql, "-- {}\n{hand_sql}\n-- {}\n{scoped_sql}", hand.name(), scoped.name())?;
        }
        let stages = Stage::ALL
            .into_iter()
            .map(|stage| Ok((stage, interleaved(&operations, stage, &mut connection, context.quick)?)))
            .collect::<Result<Vec<_>, Failure>>()?;
        pairs.push(Pair { operations, stages, instructions: None });
    }
    let counted = count_instructions(&mut pairs, context.quick);
    let text = text(&pairs, &sql, counted)?;
    Ok(Chapter { title: "The client alone", text, outcomes: outcomes(&pairs), pictures: Vec::new() })
}

/// Blocks of the two in turns; who begins changes with the round.
fn interleaved(
    operations: &[Operation; 2],
    stage: Stage,
    connection: &mut Connection,
    quick: bool,
) -> Result<[Measured; 2], Failure> {
    let (rounds, block) = if quick { (10, 200) } else { (60, 2000) };
    let mut measured = operations.each_ref().map(|operation| Measured {
        name: operation.name(),
        round_trips: 0,
        rounds: Vec::new(),
        allocations: 0,
    });
    // The first round warms the caches.
    for round in 0..=rounds {
        for turn in 0..2 {
            let index = (round + turn) % 2;
            let allocations = measure::allocations();
            let begin = Instant::now();
            operations[index].repeat(connection, stage, block)?;
            let taken = begin.elapsed();
            if round > 0 {
                let change = allocations.change();
                measured[index].allocations = (change.allocations + change.reallocations) / block;
                measured[index].rounds.push(taken.as_secs_f64() * 1e6 / block as f64);
            }
        }
    }
    Ok(measured)
}

/// Counts those of every pair, of the first alone in a quick run; an error is the reason why there are none.
fn count_instructions(pairs: &mut [Pair], quick: bool) -> Result<(), Failure> {
    let first = if quick { 1 } else { pairs.len() };
    for pair in pairs.iter_mut().take(first) {
        let [hand, scoped] = &pair.operations;
        pair.instructions = Some([instructions::count(hand)?, instructions::count(scoped)?]);
    }
    Ok(())
}

/// The goal, for the point select and for whichever static statement is the worst.
fn outcomes(pairs: &[Pair]) -> Vec<Outcome> {
    let statics: Vec<_> =
        pairs.iter().filter(|pair| !pair.operations[0].is_boxed).map(Pair::ratios).collect();
    let mut outcomes = Vec::new();
    for (index, route) in ["time", "instructions"].into_iter().enumerate() {
        let measured = statics.iter().map(|ratios| ratios[index]);
        let point = measured.clone().next().unwrap_or(f64::NAN);
        // None if one has no figure, as in a quick run: the worst of a few would look like the worst of all.
        let worst = if measured.clone().any(f64::is_nan) { f64::NAN } else { measured.fold(0.0, f64::max) };
        for (words, ratio) in
            [("scoped point select, client only", point), ("worst scoped statement, client only", worst)]
        {
            // What was not counted is no goal missed: the text says why there is no figure.
            if index == 0 || !ratio.is_nan() {
                outcomes.push(Outcome { words: words.into(), route, limit: LIMIT, ratio });
            }
        }
    }
    outcomes
}

fn text(pairs: &[Pair], sql: &str, counted: Result<(), Failure>) -> Result<String, Failure> {
    let mut text = String::from(
        "Each statement is built, printed, bound and looked up in the cache of prepared statements as diesel-async does it, and \
         nothing is sent. By hand / scoped; the ratio is the median of those of interleaved blocks, in brackets its quartiles. \
         Boxed statements are found by their SQL, the others by their type. `TenantPool` walks through a statement once more: a walk's time \
         and, for its look at each tenant, one allocation.\n\n",
    );
    if let Err(reason) = counted {
        writeln!(text, "**No instructions are counted: {reason}.**\n")?;
    }
    writeln!(
        text,
        "| statement | stage | ns | ratio | allocations | instructions | ratio |\n|---|---|--:|--:|--:|--:|--:|"
    )?;
    for pair in pairs {
        for (stage, [hand, scoped]) in &pair.stages {
            let [low, middle, high] = scoped.ratio(hand);
            let instructions = match (stage, pair.instructions) {
                (Stage::Whole, Some([hand, scoped])) => {
                    format!("{hand:.0} / {scoped:.0} | **{:.3}**", scoped / hand)
                }
                _ => "| ".to_owned(),
            };
            writeln!(
                text,
                "| {} | {} | {:.0} / {:.0} | **{middle:.2}** ({low:.2}–{high:.2}) | {} / {} | {instructions} |",
                pair.name(),
                stage.name(),
                hand.median() * 1e3,
                scoped.median() * 1e3,
                hand.allocations,
                scoped.allocations,
            )?;
        }
    }
    writeln!(text, "\n```sql\n{}\n```", sql.trim_end())?;
    Ok(text)
}

/// Runs one operation for callgrind, as this program's arguments ask for: its name and how often.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let [name, times] = arguments else {
        return Err(format!("`{ARGUMENT}` takes a name and a number").into());
    };
    let scopes = crate::runtime()?.block_on(groups::scopes(1))?;
    let scope = scopes.first().ok_or("there is no tenant to scope a statement to")?;
    instructions::run(&statements::all(scope, tenant(0)), name, times.parse()?)
}
