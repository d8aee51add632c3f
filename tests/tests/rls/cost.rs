//! What the wall costs a statement, printed: `cargo test -p tenancy-tests --test rls -- --ignored --nocapture cost`.

use std::time::{Instant, SystemTime};

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::rls::{Binding, RowSecurity, Sealer, SealingKey, Wall};

use crate::database::{Database, value};

const STATEMENTS: u32 = 20_000;

#[test]
#[ignore = "a measurement, not a test"]
fn cost_of_a_point_read_and_a_write() {
    let key = SealingKey::new(1, [5; 32]).unwrap();
    let unwalled = Database::unwalled("cost_none");
    unwalled
        .owner()
        .batch_execute(&format!("GRANT ALL ON agents, canvases TO {}", unwalled.role("app")))
        .unwrap();
    let plain = Database::walled("cost_plain", |wall| wall);
    let sealed = Database::walled("cost_sealed", RowSecurity::sealed);
    sealed.owner().batch_execute(&key.install(Binding::Backend)).unwrap();
    let cases = [
        ("no wall", &unwalled, Wall::Plain),
        ("plain", &plain, Wall::Plain),
        ("sealed", &sealed, Wall::Sealed(Sealer::new(key))),
    ];
    for (what, statement) in [
        ("read", "PERFORM name FROM agents WHERE tenant_id = 1 AND id = 1"),
        ("update", "UPDATE canvases SET score = score + 1 WHERE tenant_id = 1 AND id = 1"),
    ] {
        for (name, database, wall) in &cases {
            let mut app = database.app();
            let pid: i32 = value(&mut app, "SELECT pg_backend_pid()").parse().unwrap();
            let rounds: Vec<f64> = (0..5)
                .map(|_| {
                    app.batch_execute("BEGIN").unwrap();
                    app.batch_execute(&wall.set_local("1", Some(pid), SystemTime::now())).unwrap();
                    let statements = if what == "read" { STATEMENTS } else { STATEMENTS / 200 };
                    let start = Instant::now();
                    app.batch_execute(&format!(
                        "DO $$ BEGIN FOR i IN 1..{statements} LOOP {statement}; END LOOP; END $$"
                    ))
                    .unwrap();
                    let micros = start.elapsed().as_secs_f64() * 1e6 / f64::from(statements);
                    app.batch_execute("ROLLBACK").unwrap();
                    micros
                })
                .collect();
            let best = rounds.iter().copied().fold(f64::MAX, f64::min);
            println!("{what}, {name}: {best:.1} microseconds a statement");
        }
    }
}
