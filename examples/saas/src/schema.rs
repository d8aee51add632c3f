//! The tables, in Rust. `main.sql` and `schema.sql` have them for both databases, and `house.sql` those that belong to no tenant.
//!
//! Those in `main` are in one place, whichever organisation's their rows are: what is read before anybody is admitted, and what our own people see of all. That is
//! SQLite's name for a database's own tables, and a schema of this name on PostgreSQL. The others are in the tables that organisations share, or in a
//! schema of an organisation's own.

tenancy_diesel::table! {
    #![tenant_column(tenant_id: tenancy_diesel::TenantId)]
    #![tenant_global(accounts, sessions, audit_events)]

    /// The tenants. Before anybody is admitted, one is found by its name in addresses, or by its account with the billing provider.
    #[tenant_scoped(id: tenancy_diesel::TenantId, admission(slug, billing_account, read(name, plan, status)))]
    main.organisations (id) {
        id -> Text,
        slug -> Text,
        name -> Text,
        plan -> Text,
        status -> Text,
        billing_account -> Text,
        created_at -> BigInt,
    }

    /// Who belongs where, and as what. `user_id` is a person's, or the name of a part of this program.
    #[tenant_scoped(tenant_id: tenancy_diesel::TenantId, admission(user_id, read(role, slug, expires_at)))]
    main.memberships (tenant_id, user_id) {
        tenant_id -> Text,
        user_id -> Text,
        slug -> Text,
        name -> Text,
        email -> Text,
        role -> Text,
        expires_at -> Nullable<BigInt>,
    }

    /// Found by what stands in the link, of which only the hash is kept.
    #[tenant_scoped(tenant_id: tenancy_diesel::TenantId, admission(token_hash, read(expires_at, accepted_at)))]
    main.invitations (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        email -> Text,
        role -> Text,
        token_hash -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        accepted_at -> Nullable<BigInt>,
    }

    /// What an organisation has set, as JSON over the defaults.
    settings (tenant_id) {
        tenant_id -> Text,
        overlay -> Text,
    }

    /// Programs that work for the organisation.
    agents (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        instructions -> Text,
        created_at -> BigInt,
    }

    /// What an agent draws on.
    canvases (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        agent_id -> Text,
        title -> Text,
    }

    projects (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        name -> Text,
        created_at -> BigInt,
    }

    /// A task may be a part of another, and somebody's.
    tasks (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        project_id -> Text,
        parent_id -> Nullable<Text>,
        assignee_id -> Nullable<Text>,
        title -> Text,
        notes -> Text,
        status -> Text,
        created_at -> BigInt,
    }

    /// An agent at a task.
    episodes (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        agent_id -> Text,
        task_id -> Text,
        created_at -> BigInt,
    }

    /// What it did there, each time that it was asked.
    executions (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        episode_id -> Text,
        status -> Text,
        output -> Text,
        created_at -> BigInt,
    }

    uploads (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        task_id -> Text,
        name -> Text,
        size -> BigInt,
        created_at -> BigInt,
    }

    exports (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        status -> Text,
        size -> BigInt,
        created_at -> BigInt,
    }

    /// What happened, for the organisation to read: supporters of ours show here as well.
    main.activity (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        who -> Text,
        what -> Text,
        created_at -> BigInt,
    }

    /// Executions of a day.
    main.usage (tenant_id, day) {
        tenant_id -> Text,
        day -> BigInt,
        executions -> BigInt,
    }

    /// Where an organisation's rows were when that was looked at last.
    main.places (tenant_id) {
        tenant_id -> Text,
        place -> Text,
    }

    /// What waits to be done, by the id of what it is about. What it is, and for whom, is sealed in the message; `error` is why it was not done the last time.
    /// What was given up is the operator's to look at, wherever its organisation is.
    main.jobs (tenant_id, id) {
        tenant_id -> Text,
        id -> Text,
        message -> Text,
        run_at -> BigInt,
        attempts -> BigInt,
        error -> Text,
        given_up -> Bool,
    }

    /// People, who may belong to several organisations.
    accounts (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        is_staff -> Bool,
    }

    sessions (id) {
        id -> Text,
        data -> Text,
        expires_at -> BigInt,
    }

    /// The operator's audit trail.
    audit_events (id) {
        id -> Text,
        what -> Text,
        who -> Text,
        tenant -> Text,
        reason -> Text,
        created_at -> BigInt,
    }
}

tenancy_diesel::joinable!(tasks -> projects (project_id));
tenancy_diesel::joinable!(episodes -> agents (agent_id));
tenancy_diesel::joinable!(executions -> episodes (episode_id));
diesel::allow_tables_to_appear_in_same_query!(agents, episodes, executions, projects, tasks);
