//! Clones: the same rows, as another tenant's.

use tenancy_operate::tenants::{NoHooks, NoProgress, OperateError, Restore, Restored, Scrub, clone};

use crate::database::{Database, folder, key, tables, without_empty};

pub(crate) async fn cloned(database: &Database, how: Restore) -> Result<Restored, OperateError> {
    let workplace = folder(database.url.rsplit('/').next().unwrap().split('?').next().unwrap());
    let session = database.session().await;
    let cloned =
        clone(&session, &tables(), &key("1"), &key("9"), &how, &workplace, &NoHooks, &NoProgress).await;
    assert_eq!(std::fs::read_dir(&workplace).unwrap().count(), 0, "a tenant's rows are left in the folder");
    cloned
}

/// What rows say without their keys: whom each refers to, by what it is called.
const SHAPE: &str = r#"
SELECT concat_ws('|', 'account', a.name, u.email, a.plan_id) AS line FROM accounts AS a LEFT JOIN users AS u ON u.id = a.owner_id WHERE a.tenant_id = {t}
UNION ALL SELECT concat_ws('|', 'user', u.email, a.name, a.tenant_id = u.tenant_id, m.email) FROM users AS u JOIN accounts AS a ON a.id = u.account_id LEFT JOIN users AS m ON m.id = u.manager_id WHERE u.tenant_id = {t}
UNION ALL SELECT concat_ws('|', 'document', to_jsonb(d) - 'id' - 'tenant_id' - 'author_id' - 'doc', d.doc::text, u.email,
    (SELECT string_agg(tag, ',' ORDER BY tag) FROM tags WHERE document_id = d.id),
    (SELECT string_agg(c.text || r.text, ',') FROM comments AS c JOIN replies AS r ON r.comment_id = c.id WHERE c.document_id = d.id))
  FROM documents AS d LEFT JOIN users AS u ON u.id = d.author_id WHERE d.tenant_id = {t}
UNION ALL SELECT concat_ws('|', 'setting', name, value) FROM settings WHERE tenant_id = {t}
UNION ALL SELECT concat_ws('|', 'membership', person_id, role) FROM memberships WHERE tenant_id = {t}
UNION ALL SELECT concat_ws('|', 'invoice', number, total, a.name, a.tenant_id = i.tenant_id) FROM sales.invoices AS i JOIN accounts AS a ON a.id = i.account_id WHERE i.tenant_id = {t}
UNION ALL SELECT concat_ws('|', 'keyless', text) FROM keyless WHERE tenant_id = {t}
ORDER BY 1"#;

fn shape(database: &Database, tenant: &str) -> Vec<String> {
    database.lines(&SHAPE.replace("{t}", tenant))
}

#[tokio::test]
async fn a_clone_has_the_same_rows_with_keys_of_its_own_that_refer_to_each_other() {
    let database = Database::of_three("tenants_clone");
    database.run("INSERT INTO organisations VALUES (9, 'sandbox')");
    let others = database.others("9");
    let done = cloned(&database, Restore::new()).await.unwrap();
    assert_eq!(shape(&database, "9"), shape(&database, "1"));
    assert!(shape(&database, "9").len() > 20);
    let mut now = database.others("9");
    // The people that the clone links as well are its own, too.
    let people = database.own("9")["public.people"].clone();
    now.get_mut("public.people").unwrap().extend(people);
    now.get_mut("public.people").unwrap().sort();
    assert_eq!(now, others);
    let fresh: Vec<_> = done.fresh_keys.iter().map(|key| format!("{}.{}", key.table, key.column)).collect();
    for key in [
        "public.accounts.id",
        "public.users.id",
        "public.documents.id",
        "public.comments.id",
        "public.replies.id",
    ] {
        assert!(fresh.contains(&key.to_owned()), "{fresh:?}");
    }
    // A key with the tenant in it stays.
    assert!(!fresh.iter().any(|key| key.contains("invoices")), "{fresh:?}");
    let again = cloned(&database, Restore::new()).await.unwrap();
    assert!(again.was_done);
    assert_eq!(shape(&database, "9"), shape(&database, "1"));
}

#[tokio::test]
async fn a_key_that_nothing_makes_anew_is_named_and_may_be_set() {
    let database = Database::of_three("tenants_clone_keys");
    database.run("INSERT INTO organisations VALUES (9, 'sandbox'); ALTER TABLE users ADD CONSTRAINT one_email UNIQUE (email)");
    let error = cloned(&database, Restore::new()).await.unwrap_err();
    assert!(error.to_string().contains("the key one_email of public.users (email)"), "{error}");
    assert!(without_empty(database.own("9")).is_empty());
    let before = shape(&database, "1");
    let error = cloned(&database, Restore::new().scrub(Scrub::parse("users.email=email").unwrap()))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("public.users by one_email"), "{error}");
    let scrub = Scrub::parse("users.email='user-' || md5(email) || '@example.invalid'").unwrap();
    cloned(&database, Restore::new().scrub(scrub)).await.unwrap();
    let emails = database.lines("SELECT email AS line FROM users WHERE tenant_id = 9");
    assert!(
        emails.len() == 2 && emails.iter().all(|email| email.ends_with("@example.invalid")),
        "{emails:?}"
    );
    assert_eq!(shape(&database, "1"), before);
}

#[tokio::test]
async fn what_is_set_never_leads_to_another_tenants_rows() {
    let database = Database::of_three("tenants_clone_set");
    database.run("INSERT INTO organisations VALUES (9, 'sandbox')");
    let (others, victim) = (
        database.others("9"),
        database.one("SELECT min(id)::text AS line FROM documents WHERE tenant_id = 2"),
    );
    for (set, said) in [
        (format!("comments.document_id={victim}"), "are not of the tenant \"9\""),
        (
            "sales.invoices.account_id=(SELECT min(id) FROM public.accounts WHERE tenant_id = 2)".to_owned(),
            "are another tenant's",
        ),
        ("keyless.tenant_id=2".to_owned(), "holds the tenant"),
        ("people.name='x'".to_owned(), "may be other tenants'"),
        ("users.nothing='x'".to_owned(), "no column of the export"),
    ] {
        let error = cloned(&database, Restore::new().scrub(Scrub::parse(&set).unwrap())).await.unwrap_err();
        assert!(error.to_string().contains(said), "{set}: {error}");
        assert_eq!(database.others("9"), others);
        assert!(without_empty(database.own("9")).is_empty());
    }
}
