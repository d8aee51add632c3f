//! Exports: complete, of one tenant, of one moment, and whole or not there.

use tenancy_operate::tenants::{Belongs, Export, IfThere, LeftOutPart, NoProgress, OperateErrorKind, export};

use crate::database::{Database, folder, key, tables};

#[tokio::test]
async fn an_export_has_every_row_of_the_tenant_and_no_other() {
    let database = Database::of_three("tenants_export");
    let place = folder("export").join("two");
    let session = database.session().await;
    let done = export(&session, &tables(), &key("2"), &place, IfThere::Refuse, &NoProgress).await.unwrap();
    let own = database.own("2");
    for table in &done.manifest.tables {
        let name = format!("{}.{}", table.schema, table.table);
        assert_eq!(table.rows, own[&name].len() as u64, "{name}");
        assert!(table.rows > 0, "{name}");
        let text = std::fs::read_to_string(place.join(&table.file)).unwrap();
        assert!(
            !text.contains("@1.test") && !text.contains("of 1") && !text.contains("of all"),
            "{name}: {text}"
        );
    }
    let kinds: Vec<_> =
        done.manifest.tables.iter().map(|table| (table.table.as_str(), table.belongs)).collect();
    assert!(
        kinds.contains(&("replies", Belongs::Parent)) && kinds.contains(&("people", Belongs::Link)),
        "{kinds:?}"
    );
    let left: Vec<_> = done.manifest.left_out.iter().map(|left| (left.table.as_str(), left.what)).collect();
    assert_eq!(
        left,
        [
            ("organisations", LeftOutPart::Table),
            ("plans", LeftOutPart::Table),
            ("settings", LeftOutPart::SharedRows)
        ]
    );
    // In the order of keys; and of whole rows where there are none.
    let invoices = done.manifest.tables.iter().find(|table| table.table == "invoices").unwrap();
    let text = std::fs::read_to_string(place.join(&invoices.file)).unwrap();
    assert_eq!(invoices.order, ["tenant_id", "number"]);
    assert_eq!(
        text.lines().map(|line| line.split(',').nth(1).unwrap()).collect::<Vec<_>>(),
        ["number", "1", "2", "3", "4"]
    );
    let keyless = done.manifest.tables.iter().find(|table| table.table == "keyless").unwrap();
    assert_eq!(
        std::fs::read_to_string(place.join(&keyless.file)).unwrap(),
        "tenant_id,text\n2,\n2,a\n2,a\n2,b\n"
    );
    // As anybody can check it.
    let sums = std::process::Command::new("sha256sum")
        .args(["--check", "--quiet", "SHA256SUMS"])
        .current_dir(&place)
        .status();
    assert!(sums.unwrap().success());
    Export::open(&place, &NoProgress).await.unwrap();
}

#[tokio::test]
async fn an_export_is_of_one_moment_whatever_is_written_meanwhile() {
    let database = Database::of_three("tenants_snapshot");
    let before = database.own("1");
    let writer = {
        let url = database.url.clone();
        let database = Database { url };
        std::thread::spawn(move || {
            for n in 0..200 {
                database.run(&format!("INSERT INTO keyless VALUES (1, 'late {n}'); INSERT INTO sales.invoices SELECT 1, {n} + 100, min(id), 1 FROM accounts WHERE tenant_id = 1"));
            }
        })
    };
    let session = database.session().await;
    for round in 0..10 {
        let place = folder(&format!("snapshot-{round}")).join("one");
        let done =
            export(&session, &tables(), &key("1"), &place, IfThere::Refuse, &NoProgress).await.unwrap();
        let rows = |name: &str| done.manifest.tables.iter().find(|table| table.table == name).unwrap().rows;
        // Both are written by one transaction.
        assert_eq!(
            rows("keyless") - before["public.keyless"].len() as u64,
            rows("invoices") - before["sales.invoices"].len() as u64
        );
    }
    writer.join().unwrap();
}

#[tokio::test]
async fn a_place_that_is_taken_is_refused_and_a_whole_export_is_kept_where_that_is_said() {
    let database = Database::of_three("tenants_taken");
    let place = folder("taken").join("one");
    let session = database.session().await;
    let run = async |tenant: &str, if_there| {
        export(&session, &tables(), &key(tenant), &place, if_there, &NoProgress).await
    };
    run("1", IfThere::Refuse).await.unwrap();
    assert_eq!(run("1", IfThere::Refuse).await.unwrap_err().kind(), OperateErrorKind::Conflict);
    assert!(run("1", IfThere::Keep).await.unwrap().was_there);
    let error = run("2", IfThere::Keep).await.unwrap_err();
    assert!(error.to_string().contains("is an export of the tenant \"1\""), "{error}");
    // One byte.
    let file = place.join("tables/0000-public.accounts.csv");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("account 1", "account 9")).unwrap();
    let error = run("1", IfThere::Keep).await.unwrap_err();
    assert!(
        error.kind() == OperateErrorKind::Corrupt && error.to_string().contains("0000-public.accounts.csv"),
        "{error}"
    );
    // And a manifest that says that it is so.
    let manifest = std::fs::read_to_string(place.join("manifest.json")).unwrap();
    std::fs::write(place.join("manifest.json"), manifest.replace("account", "acc0unt")).unwrap();
    let error = run("1", IfThere::Keep).await.unwrap_err();
    assert!(error.to_string().contains("the manifest of"), "{error}");
}

#[tokio::test]
async fn what_would_be_a_part_of_the_rows_is_an_error_and_not_an_export() {
    let database = Database::of_three("tenants_role");
    let role = format!("part_{}", database.url.rsplit('/').next().unwrap().split('?').next().unwrap());
    database.run(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'tenancy'; GRANT USAGE ON SCHEMA sales, tenancy TO {role};
         GRANT SELECT ON ALL TABLES IN SCHEMA public, sales, tenancy TO {role};
         ALTER TABLE users ENABLE ROW LEVEL SECURITY; CREATE POLICY a_part ON users TO {role} USING (email LIKE 'U1%')"
    ));
    let address = tenancy_core::placement::DatabaseAddress::new(database.url_as(&role)).unwrap();
    let session = tenancy_operate::tenants::Session::open(&address).await.unwrap();
    let place = folder("role").join("one");
    let run = async || export(&session, &tables(), &key("1"), &place, IfThere::Refuse, &NoProgress).await;
    let error = run().await.unwrap_err();
    assert!(
        error.kind() == OperateErrorKind::Role && error.to_string().contains("rows of public.users only"),
        "{error}"
    );
    assert!(!place.exists());
    // As the wall has it for the role across tenants.
    database.run(&format!("CREATE POLICY tenancy_across ON users TO {role} USING (true); CREATE POLICY tenancy_roles ON users AS RESTRICTIVE USING (true)"));
    let done = run().await.unwrap();
    assert_eq!(done.manifest.tables.iter().find(|table| table.table == "users").unwrap().rows, 2);
    // A restrictive one of somebody's takes rows away again.
    database.run("CREATE POLICY less ON users AS RESTRICTIVE USING (email LIKE 'U2%')");
    let place = folder("role").join("again");
    let error =
        export(&session, &tables(), &key("1"), &place, IfThere::Refuse, &NoProgress).await.unwrap_err();
    assert_eq!(error.kind(), OperateErrorKind::Role, "{error}");
}

#[tokio::test]
async fn a_tenant_has_one_text() {
    let database = Database::of_three("tenants_text");
    let session = database.session().await;
    for (id, said) in [("01", "is written \"1\""), ("one", "cannot be a tenant")] {
        let place = folder("text").join(id);
        let error =
            export(&session, &tables(), &key(id), &place, IfThere::Refuse, &NoProgress).await.unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert!(!place.exists());
    }
}
