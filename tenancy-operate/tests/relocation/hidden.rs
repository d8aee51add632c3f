//! What a move may not see, and what it does not tell.

use tenancy_operate::relocation::RelocationError;

use crate::worker::{Ended, kill_when_reached, options, relocation};
use crate::world::{World, place};

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_a_policy_hides_from_the_role_across_tenants_are_not_left_behind() {
    for policy in [
        // Known by what it says, and not by its name.
        "ALTER POLICY tenancy_roles ON {table} USING (slug <> 's1')",
        "ALTER POLICY tenancy_roles ON {table} USING ((SELECT pg_has_role('{app}', 'USAGE') OR pg_has_role('{across}', 'USAGE')) AND slug <> 's1')",
        // Of two roles whose names are one where blanks do not count the role across tenants is a member of the other.
        r#"DO $$ BEGIN CREATE ROLE "{app}  two"; CREATE ROLE "{app} two"; GRANT "{app} two" TO {across}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
           ALTER POLICY tenancy_roles ON {table}
               USING ((SELECT pg_has_role('{app}  two', 'USAGE') OR pg_has_role('{app}  two', 'USAGE')) OR slug <> 's1')"#,
        "CREATE POLICY not_all ON {table} AS RESTRICTIVE USING (slug <> 's1')",
        "ALTER POLICY tenancy_across ON {table} USING (slug <> 's1')",
    ] {
        let world = World::new(5);
        world.schema(&world.home, "acme");
        let policy = policy.replace("{app}", &world.role("app")).replace("{across}", &world.role("across"));
        let at = |table: &str| policy.replace("{table}", table);
        // Alike at both sides, so that their walls are.
        world.run(&world.home, &format!("{}; {}", at("public.boards"), at("acme.boards")));
        let error = relocation(&world, options()).run(&place("schema acme")).await.unwrap_err();
        let said = error.to_string();
        assert!(matches!(error, RelocationError::Impossible(_)), "{policy}: {said}");
        assert!(
            said.contains("public.boards at the source: its policies show a part of the rows"),
            "{policy}: {said}"
        );
        assert!(said.contains("acme.boards at the destination"), "{policy}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_comes_meanwhile_is_noticed() {
    let world = World::new(5);
    world.schema(&world.home, "acme");
    let Ended::Killed = kill_when_reached(world.worker("schema acme", Some("whole"))) else {
        panic!("not killed")
    };
    for table in ["public.boards", "acme.boards"] {
        world.run(
            &world.home,
            &format!("CREATE POLICY tenancy_more ON {table} AS RESTRICTIVE USING (slug <> 's1')"),
        );
    }
    let error = relocation(&world, options()).run(&place("schema acme")).await.unwrap_err();
    assert!(error.to_string().contains("its policies show a part of the rows"), "{error}");
    for table in ["public.boards", "acme.boards"] {
        world.run(&world.home, &format!("DROP POLICY tenancy_more ON {table}"));
    }
    relocation(&world, options()).run(&place("schema acme")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_says_of_rows_is_not_told() {
    let world = World::new(5);
    // Behind row-level security PostgreSQL itself does not say which values they are.
    world.run(&world.home, &format!("ALTER ROLE {} BYPASSRLS", world.role("owner")));
    let Ended::Killed = kill_when_reached(world.worker("database silo", Some("begun"))) else {
        panic!("not killed")
    };
    // A token of another tenant's by now, after it was looked for.
    world.run(&world.silo, "INSERT INTO public.tokens VALUES (9, 1, '1-4')");
    let error = relocation(&world, options()).run(&place("database silo")).await.unwrap_err();
    let said = error.to_string();
    assert!(said.contains("\"tokens_token_key\" (Key (token)=(…)), SQLSTATE 23505"), "{said}");
    // Neither in the text, nor in a log's way of writing an error, nor in what stands behind it.
    let mut all = format!("{said} {error:?}");
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        all.push_str(&format!("{error} {error:?}"));
        source = error.source();
    }
    assert!(!all.contains("1-4"), "{all}");
    // Other errors have it as their source.
    let RelocationError::Database { said, .. } = &error else { panic!("{error}") };
    assert!(std::error::Error::source(said).is_none());
    assert!(error.values().unwrap().contains("Key (token)=(1-4) already exists."), "{error}");
    assert!(
        error.fix().contains("another tenant at the destination has that value by now"),
        "{}",
        error.fix()
    );
}
