use super::{Text, read};

fn text(sql: &str) -> Text {
    read(sql, true).unwrap_or_else(|found| panic!("{sql}: {found}"))
}

fn tables(sql: &str) -> Vec<String> {
    text(sql).tables.into_iter().map(|name| name.join(".")).collect()
}

#[test]
fn tables_in_every_place() {
    for (sql, expected) in [
        (
            r#"SELECT "a"."x" FROM (SELECT * FROM "a" WHERE "a"."t" = $1) AS "a" WHERE ("a"."x" = $2)"#,
            &["a"][..],
        ),
        (
            r#"SELECT 1 FROM "s"."a" INNER JOIN ("b" LEFT OUTER JOIN "c" ON "b"."x" = "c"."x") ON 1=1"#,
            &["s.a", "b", "c"],
        ),
        (r#"(SELECT "x" FROM "a") UNION (SELECT "x" FROM ONLY "b") ORDER BY 1"#, &["a", "b"]),
        (r#"SELECT EXISTS (SELECT 1 FROM "a"), (SELECT "x" FROM "b", "c" LIMIT $1)"#, &["a", "b", "c"]),
        (
            r#"INSERT INTO "a" ("t", "x") VALUES ($1, (SELECT "x" FROM "b")) ON CONFLICT ("t") DO UPDATE SET "x" = $2"#,
            &["a", "b"],
        ),
        (r#"UPDATE "a" SET "x" = (SELECT max("x") FROM "b"), "y" = $1 FROM "c" WHERE 1=1"#, &["a", "b", "c"]),
        (r#"UPDATE "a", "b" SET "x" = $1"#, &["a", "b"]),
        (r#"DELETE FROM "a" USING "b" RETURNING (TABLE "c")"#, &["a", "b", "c"]),
        (r#"SELECT 1 FROM "a" FOR NO KEY UPDATE SKIP LOCKED"#, &["a"]),
        (
            r#"SELECT 1 FROM "a" WHERE "a"."x" IS NOT DISTINCT FROM "a"."y" AND "x" IS DISTINCT FROM "y""#,
            &["a"],
        ),
        (
            r#"SELECT extract(year FROM "a"."x"), extract(year FROM (SELECT "x" FROM "b")) FROM "a""#,
            &["b", "a"],
        ),
        (r#"SELECT trim((SELECT "x" FROM "b") FROM "x") FROM LATERAL (SELECT 1) AS "c", "d""#, &["b", "d"]),
        (r#"SELECT 1 FROM generate_series(1, 2) AS "g" TABLESAMPLE BERNOULLI($1)"#, &[]),
        (r#"SELECT (SELECT 1FROM "a")"#, &["a"]),
        (r#"SELECT 1 FROM "say ""x""" "#, &["say \"x\""]),
        ("SELECT 1 FROM `a` WHERE `a`.`x` = ?", &["a"]),
        ("select 1 from agents, Users join ONLY key", &["agents", "users", "key"]),
        ("SELECT 1 FROM u&\"d\"", &["u"]),
    ] {
        assert_eq!(tables(sql), expected, "{sql}");
    }
}

#[test]
fn what_cannot_be_followed() {
    for sql in [
        "SELECT 1; SELECT 2",
        "SELECT 1 -- x",
        "SELECT 1 /* x */",
        "SELECT $$x$$",
        "SELECT E'\\' FROM a --'",
        "SELECT 'x",
        "SELECT (1",
        "SELECT 1)",
        "SELECT 1 FROM",
        "SELECT 1 FROM $1",
        "COPY a TO STDOUT",
        "WITH a AS (SELECT 1) SELECT 1",
        "",
        "SELECT \u{0}",
    ] {
        assert!(read(sql, true).is_err(), "{sql}");
    }
    assert!(read("SELECT 1 # x", false).is_err());
    // SQLite takes what is in brackets for names, and would read the second table.
    let hidden = "SELECT 1 AS ['], (SELECT name FROM secrets) AS ['] FROM agents";
    assert_eq!(read(hidden, false), Err("a bracket"));
    // And a table behind IN.
    for table in ["secrets", "`secrets`", "main.secrets"] {
        let hidden = format!("SELECT (1, 'x') IN {table} FROM `plans`");
        assert_eq!(read(&hidden, false), Err("an IN without parentheses"), "{hidden}");
    }
    assert!(read("SELECT `a` IN (?, ?) FROM `plans`", false).is_ok());
}

/// What is read in one way here and in another by the database could have a table in it.
#[test]
fn what_a_database_reads_otherwise() {
    let table = "(SELECT name FROM secrets)";
    for (hidden, found) in [
        (format!("SELECT @a(') , {table}, @b(') FROM plans"), "a variable"),
        (format!("SELECT 1 <@a(') , {table}, 1 <@b(') FROM plans"), "a variable"),
        (format!("SELECT :a(') , {table}, :b(') FROM plans"), "a variable"),
        (format!("SELECT $1(') , {table}, $2(') FROM plans"), "a variable"),
        (format!("SELECT 1 =#'\n {table} =#'\n 1 FROM plans"), "a comment"),
        ("SELECT name FROM plans.5secrets".to_owned(), "a place for a table without one"),
        ("SELECT (SELECT name \u{feff}FROM secrets)".to_owned(), "a character that Diesel does not write"),
        ("SELECT (SELECT name\u{2003}FROM secrets)".to_owned(), "a character that Diesel does not write"),
    ] {
        assert_eq!(read(&hidden, false), Err(found), "{hidden}");
    }
    for name in ["except", "fetch", "intersect", "offset", "returning", "union", "window"] {
        for sql in [
            format!("SELECT 1 FROM plans {name}, secrets"),
            format!("SELECT 1 FROM plans AS {name} JOIN b, secrets"),
            format!("SELECT 1 FROM plans JOIN b {name} ON 1, secrets"),
        ] {
            let tables = read(&sql, false).unwrap().tables;
            assert_eq!(tables.last().unwrap(), &["secrets"], "{sql}");
        }
    }
    for hint in ["ORDER BY", "GROUP BY"] {
        let sql = format!("SELECT 1 FROM plans USE INDEX FOR {hint} (PRIMARY), secrets");
        assert_eq!(read(&sql, false).unwrap().tables, [["plans"], ["secrets"]], "{sql}");
    }
    for name in ["only", "lateral"] {
        assert_eq!(read(&format!("SELECT 1 FROM {name} plans"), false).unwrap().tables, [[name]]);
    }
    let derived = read("SELECT 1 FROM `plans` CROSS JOIN LATERAL (SELECT 1 FROM `agents`) AS `a`", false);
    assert_eq!(derived.unwrap().tables, [["plans"], ["agents"]]);
}

/// PostgreSQL has functions there, and SQLite virtual tables.
#[test]
fn what_is_called_in_the_place_of_a_table() {
    let sql = "SELECT 1 FROM letters('word') JOIN json_each(?) JOIN PRAGMA_table_list() AS p";
    assert_eq!(read(sql, false).unwrap().tables, [["letters"], ["pragma_table_list"]]);
    assert_eq!(read(sql, true).unwrap().tables, [[""; 1]; 0]);
}

#[test]
fn what_is_called() {
    for (sql, expected) in [
        ("SELECT lower(\"x\"), COUNT(*), pg_catalog.current_setting($1) FROM \"a\"", &[][..]),
        ("SELECT set_config($1, $2, $3)", &["set_config"]),
        ("SELECT pg_catalog.SET_CONFIG ($1, $2, $3)", &["pg_catalog.set_config"]),
        ("SELECT \"pg_catalog\".\"set_config\"($1)", &["pg_catalog.set_config"]),
        ("SELECT 1 FROM mine($1)", &["mine"]),
        ("SELECT evil.lower($1)", &["evil.lower"]),
        ("SELECT \"x\" <%> \"y\"", &["<%>"]),
        ("SELECT CAST($1 AS numeric(10, 2)), $1::varchar(10), row_number() OVER (PARTITION BY (\"x\"))", &[]),
        ("INSERT INTO \"a\" (\"x\") SELECT \"s\".* FROM (SELECT $1) AS \"s\" (\"x\")", &[]),
    ] {
        assert_eq!(text(sql).unknown, expected, "{sql}");
    }
}

#[test]
fn what_diesel_does_not_write() {
    for sql in ["SELECT name", "SELECT 'x'", "SELECT \"a\".\"x\" || suffix FROM \"a\""] {
        assert!(text(sql).foreign, "{sql}");
    }
    for sql in [
        "UPDATE \"a\" SET \"x\" = CASE WHEN (\"x\" = $1) THEN $2 ELSE NULL END WHERE (\"a\".\"x\" > -1) RETURNING \"a\".\"x\"",
        "INSERT INTO \"a\" (\"x\", \"y\") VALUES ($1, DEFAULT) ON CONFLICT DO UPDATE SET \"x\" = excluded.\"x\"",
        "INSERT INTO \"a\" SELECT $1, bulk.* FROM unnest($2, $3) AS bulk",
    ] {
        assert!(!text(sql).foreign, "{sql}");
    }
}
