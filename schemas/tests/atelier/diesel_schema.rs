// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "element_kind"))]
    pub struct ElementKind;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "invoice_state"))]
    pub struct InvoiceState;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "point", schema = "pg_catalog"))]
    pub struct Point;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "run_state"))]
    pub struct RunState;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "seat_role"))]
    pub struct SeatRole;

    #[derive(diesel::query_builder::QueryId, diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "task_state"))]
    pub struct TaskState;
}

diesel::table! {
    account_passkeys (id) {
        id -> Uuid,
        account_id -> Uuid,
        credential -> Bytea,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    account_sessions (id) {
        id -> Uuid,
        account_id -> Uuid,
        token_hash -> Bytea,
        address -> Nullable<Inet>,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    accounts (id) {
        id -> Uuid,
        email -> Citext,
        name -> Text,
        #[max_length = 8]
        locale -> Nullable<Varchar>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> Uuid,
        org_id -> Uuid,
        name -> Text,
        token_hash -> Bytea,
        scopes -> Array<Nullable<Text>>,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    asset_renditions (id) {
        id -> Int8,
        asset_id -> Uuid,
        width -> Int4,
        height -> Int4,
        #[max_length = 8]
        format -> Varchar,
    }
}

diesel::table! {
    assets (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        path -> Text,
        sha256 -> Bytea,
        byte_size -> Int8,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> Uuid,
        org_id -> Uuid,
        actor_id -> Nullable<Uuid>,
        action -> Text,
        at -> Timestamptz,
        detail -> Nullable<Jsonb>,
    }
}

diesel::table! {
    automation_run_logs (id) {
        id -> Int8,
        run_id -> Int8,
        level -> Int2,
        message -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::RunState;

    automation_runs (id) {
        id -> Int8,
        automation_id -> Uuid,
        state -> RunState,
        started_at -> Timestamptz,
        took -> Nullable<Interval>,
    }
}

diesel::table! {
    automation_steps (id) {
        id -> Int8,
        automation_id -> Uuid,
        position -> Int2,
        action -> Text,
        arguments -> Nullable<Jsonb>,
    }
}

diesel::table! {
    automations (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        name -> Text,
        enabled -> Bool,
        trigger -> Jsonb,
    }
}

diesel::table! {
    billing_accounts (id) {
        id -> Uuid,
        org_id -> Uuid,
        legal_name -> Text,
        #[max_length = 20]
        vat_number -> Nullable<Varchar>,
        #[max_length = 3]
        currency_code -> Bpchar,
    }
}

diesel::table! {
    billing_contacts (id) {
        id -> Int8,
        billing_account_id -> Uuid,
        email -> Citext,
        name -> Nullable<Text>,
    }
}

diesel::table! {
    board_cards (column_id, task_id) {
        column_id -> Int8,
        task_id -> Uuid,
        position -> Int4,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::TaskState;

    board_columns (id) {
        id -> Int8,
        board_id -> Uuid,
        title -> Text,
        position -> Int2,
        state -> Nullable<TaskState>,
    }
}

diesel::table! {
    boards (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        title -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::RunState;

    canvas_exports (id) {
        id -> Int8,
        canvas_id -> Uuid,
        #[max_length = 8]
        format -> Varchar,
        state -> RunState,
        pages -> Nullable<Int4range>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::SeatRole;

    canvas_links (id) {
        id -> Int8,
        canvas_id -> Uuid,
        token_hash -> Bytea,
        role -> SeatRole,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::SeatRole;

    canvas_members (canvas_id, account_id) {
        canvas_id -> Uuid,
        account_id -> Uuid,
        role -> SeatRole,
    }
}

diesel::table! {
    canvas_versions (id) {
        id -> Int8,
        canvas_id -> Uuid,
        number -> Int4,
        snapshot -> Bytea,
        at -> Timestamptz,
    }
}

diesel::table! {
    canvases (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        folder_id -> Nullable<Uuid>,
        #[max_length = 200]
        title -> Varchar,
        version -> Int4,
        created_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    comment_mentions (comment_id, account_id) {
        comment_id -> Int8,
        account_id -> Uuid,
        seen -> Bool,
    }
}

diesel::table! {
    comment_replies (id) {
        id -> Int8,
        comment_id -> Int8,
        author_id -> Uuid,
        body -> Text,
    }
}

diesel::table! {
    comment_reply_reactions (id) {
        id -> Int8,
        reply_id -> Int8,
        account_id -> Uuid,
        #[max_length = 16]
        emoji -> Varchar,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Point;

    comments (id) {
        id -> Int8,
        canvas_id -> Uuid,
        author_id -> Uuid,
        place -> Nullable<Point>,
        body -> Text,
        resolved_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    companies (id) {
        id -> Uuid,
        org_id -> Uuid,
        name -> Text,
        website -> Nullable<Text>,
        employees -> Nullable<Int4range>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Point;

    company_addresses (id) {
        id -> Int8,
        company_id -> Uuid,
        street -> Text,
        city -> Text,
        #[max_length = 8]
        region_code -> Nullable<Varchar>,
        place -> Nullable<Point>,
    }
}

diesel::table! {
    company_contacts (company_id, contact_id) {
        company_id -> Uuid,
        contact_id -> Uuid,
        title -> Nullable<Text>,
    }
}

diesel::table! {
    contact_consents (id) {
        id -> Int8,
        contact_id -> Uuid,
        purpose -> Text,
        given_at -> Timestamptz,
    }
}

diesel::table! {
    contact_notes (id) {
        id -> Int8,
        contact_id -> Uuid,
        author_id -> Nullable<Uuid>,
        body -> Text,
    }
}

diesel::table! {
    contacts (id) {
        id -> Uuid,
        org_id -> Uuid,
        name -> Text,
        emails -> Array<Nullable<Text>>,
        #[max_length = 32]
        phone -> Nullable<Varchar>,
        owner_id -> Nullable<Uuid>,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    coupons (id) {
        id -> Uuid,
        org_id -> Uuid,
        code -> Citext,
        off -> Numeric,
        uses -> Nullable<Int4range>,
    }
}

diesel::table! {
    credit_notes (id) {
        id -> Uuid,
        org_id -> Uuid,
        amount -> Numeric,
        valid -> Tstzrange,
    }
}

diesel::table! {
    currencies (code) {
        #[max_length = 3]
        code -> Bpchar,
        digits -> Int2,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Point;

    cursors (id) {
        id -> Int8,
        canvas_id -> Uuid,
        account_id -> Uuid,
        place -> Nullable<Point>,
        at -> Timestamptz,
    }
}

diesel::table! {
    dashboard_tiles (id) {
        id -> Int8,
        dashboard_id -> Uuid,
        query -> Jsonb,
        size -> Nullable<Int4range>,
    }
}

diesel::table! {
    dashboards (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        title -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::RunState;

    data_source_syncs (id) {
        id -> Int8,
        data_source_id -> Uuid,
        state -> RunState,
        rows -> Int8,
    }
}

diesel::table! {
    data_sources (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        name -> Text,
        dsn -> Text,
    }
}

diesel::table! {
    deal_contacts (deal_id, contact_id) {
        deal_id -> Uuid,
        contact_id -> Uuid,
        role -> Nullable<Text>,
    }
}

diesel::table! {
    deal_events (id) {
        id -> Int8,
        deal_id -> Uuid,
        kind -> Text,
        at -> Timestamptz,
        payload -> Nullable<Jsonb>,
    }
}

diesel::table! {
    deals (id) {
        id -> Uuid,
        org_id -> Uuid,
        title -> Text,
        company_id -> Nullable<Uuid>,
        stage_id -> Nullable<Int8>,
        amount -> Nullable<Numeric>,
        closes_on -> Nullable<Date>,
    }
}

diesel::table! {
    departments (id) {
        id -> Uuid,
        org_id -> Uuid,
        #[max_length = 12]
        code -> Varchar,
        cost_centre -> Nullable<Int4>,
    }
}

diesel::table! {
    element_connectors (canvas_id, from_number, to_number) {
        canvas_id -> Uuid,
        from_number -> Int4,
        to_number -> Int4,
    }
}

diesel::table! {
    element_texts (canvas_id, element_number, locale) {
        canvas_id -> Uuid,
        element_number -> Int4,
        #[max_length = 8]
        locale -> Varchar,
        text -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::ElementKind;
    use super::sql_types::Point;

    elements (canvas_id, number) {
        canvas_id -> Uuid,
        number -> Int4,
        layer_id -> Nullable<Int8>,
        kind -> ElementKind,
        place -> Point,
        angle -> Float4,
        style -> Nullable<Jsonb>,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    employees (org_id, number) {
        org_id -> Uuid,
        number -> Int4,
        department_id -> Nullable<Uuid>,
        account_id -> Nullable<Uuid>,
        hired_on -> Date,
        salary -> Nullable<Numeric>,
        skills -> Array<Nullable<Text>>,
    }
}

diesel::table! {
    export_files (id) {
        id -> Int8,
        export_id -> Uuid,
        path -> Text,
        byte_size -> Int8,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::RunState;

    exports (id) {
        id -> Uuid,
        org_id -> Uuid,
        requested_by -> Nullable<Uuid>,
        state -> RunState,
        took -> Nullable<Interval>,
    }
}

diesel::table! {
    features (code) {
        code -> Text,
        description -> Text,
    }
}

diesel::table! {
    folders (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        name -> Text,
        parent_id -> Nullable<Uuid>,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    form_answers (submission_id, field_id) {
        submission_id -> Int8,
        field_id -> Int8,
        answer -> Nullable<Text>,
    }
}

diesel::table! {
    form_fields (id) {
        id -> Int8,
        form_id -> Uuid,
        name -> Text,
        required -> Bool,
        choices -> Nullable<Array<Nullable<Text>>>,
    }
}

diesel::table! {
    form_submissions (id) {
        id -> Int8,
        form_id -> Uuid,
        at -> Timestamptz,
        from_address -> Nullable<Inet>,
    }
}

diesel::table! {
    forms (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        title -> Text,
        open -> Nullable<Tstzrange>,
    }
}

diesel::table! {
    invoice_lines (org_id, invoice_number, line) {
        org_id -> Uuid,
        invoice_number -> Int4,
        line -> Int2,
        text -> Text,
        amount -> Numeric,
        tax -> Numeric,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::InvoiceState;

    invoices (org_id, number) {
        org_id -> Uuid,
        number -> Int4,
        billing_account_id -> Uuid,
        state -> InvoiceState,
        issued_on -> Nullable<Date>,
        total -> Numeric,
    }
}

diesel::table! {
    labels (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        name -> Citext,
        #[max_length = 6]
        colour -> Bpchar,
    }
}

diesel::table! {
    layers (id) {
        id -> Int8,
        canvas_id -> Uuid,
        name -> Text,
        position -> Int2,
        hidden -> Bool,
    }
}

diesel::table! {
    leave_requests (org_id, employee_number, during) {
        org_id -> Uuid,
        employee_number -> Int4,
        during -> Daterange,
        approved -> Nullable<Bool>,
    }
}

diesel::table! {
    milestones (id) {
        id -> Int8,
        project_id -> Uuid,
        title -> Text,
        due_on -> Nullable<Date>,
    }
}

diesel::table! {
    notifications (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        account_id -> Uuid,
        kind -> Text,
        payload -> Jsonb,
        read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    operations (id) {
        id -> Int8,
        canvas_id -> Uuid,
        author_id -> Nullable<Uuid>,
        sequence -> Int8,
        patch -> Jsonb,
    }
}

diesel::table! {
    org_domains (id) {
        id -> Uuid,
        org_id -> Uuid,
        domain -> Citext,
        verified_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::SeatRole;

    org_invitations (id) {
        id -> Uuid,
        org_id -> Uuid,
        email -> Citext,
        token_hash -> Bytea,
        role -> SeatRole,
        invited_by -> Nullable<Uuid>,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    org_settings (id) {
        id -> Uuid,
        org_id -> Uuid,
        name -> Text,
        value -> Jsonb,
    }
}

diesel::table! {
    orgs (id) {
        id -> Uuid,
        slug -> Citext,
        #[max_length = 80]
        name -> Varchar,
        plan_id -> Int4,
        #[max_length = 8]
        region_code -> Varchar,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    payment_methods (id) {
        id -> Int8,
        billing_account_id -> Uuid,
        brand -> Text,
        #[max_length = 4]
        last_four -> Bpchar,
        is_default -> Bool,
    }
}

diesel::table! {
    payments (id) {
        id -> Int8,
        org_id -> Uuid,
        invoice_number -> Int4,
        method_id -> Nullable<Int8>,
        amount -> Numeric,
        paid_at -> Timestamptz,
    }
}

diesel::table! {
    pipeline_stages (id) {
        id -> Int8,
        pipeline_id -> Uuid,
        name -> Text,
        position -> Int2,
        probability -> Nullable<Numeric>,
    }
}

diesel::table! {
    pipelines (id) {
        id -> Uuid,
        org_id -> Uuid,
        name -> Text,
    }
}

diesel::table! {
    plan_features (plan_id, feature_code) {
        plan_id -> Int4,
        feature_code -> Text,
    }
}

diesel::table! {
    plans (id) {
        id -> Int4,
        name -> Text,
        limits -> Jsonb,
        price -> Numeric,
        #[max_length = 3]
        currency_code -> Bpchar,
    }
}

diesel::table! {
    poll_votes (poll_id, account_id) {
        poll_id -> Int8,
        account_id -> Uuid,
        choice -> Int2,
    }
}

diesel::table! {
    polls (id) {
        id -> Int8,
        canvas_id -> Uuid,
        question -> Text,
        options -> Array<Nullable<Text>>,
    }
}

diesel::table! {
    product_prices (id) {
        id -> Int8,
        product_id -> Uuid,
        #[max_length = 3]
        currency_code -> Bpchar,
        valid -> Daterange,
        price -> Numeric,
    }
}

diesel::table! {
    products (id) {
        id -> Uuid,
        org_id -> Uuid,
        #[max_length = 40]
        sku -> Varchar,
        name -> Text,
        weight -> Nullable<Float4>,
    }
}

diesel::table! {
    projects (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        #[max_length = 12]
        code -> Varchar,
        title -> Text,
        during -> Nullable<Daterange>,
    }
}

diesel::table! {
    refunds (id) {
        id -> Int8,
        payment_id -> Int8,
        amount -> Numeric,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    regions (code) {
        #[max_length = 8]
        code -> Varchar,
        name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::SeatRole;

    seats (org_id, account_id) {
        org_id -> Uuid,
        account_id -> Uuid,
        role -> SeatRole,
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    slide_elements (slide_id, element_number) {
        slide_id -> Int8,
        element_number -> Int4,
        order -> Int2,
    }
}

diesel::table! {
    slides (id) {
        id -> Int8,
        canvas_id -> Uuid,
        position -> Int2,
        title -> Nullable<Text>,
        during -> Nullable<Int4range>,
    }
}

diesel::table! {
    sso_connections (id) {
        id -> Uuid,
        org_id -> Uuid,
        issuer -> Text,
        client_id -> Text,
        certificate -> Nullable<Bytea>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::SeatRole;

    sso_mappings (id) {
        id -> Int8,
        connection_id -> Uuid,
        claim -> Text,
        role -> SeatRole,
    }
}

diesel::table! {
    stock_levels (warehouse_id, product_id) {
        warehouse_id -> Uuid,
        product_id -> Uuid,
        quantity -> Int4,
    }
}

diesel::table! {
    stock_moves (id) {
        id -> Int8,
        warehouse_id -> Uuid,
        product_id -> Uuid,
        delta -> Int4,
        at -> Timestamptz,
    }
}

diesel::table! {
    subscription_items (id) {
        id -> Int8,
        subscription_id -> Uuid,
        feature_code -> Text,
        quantity -> Int4,
    }
}

diesel::table! {
    subscriptions (id) {
        id -> Uuid,
        org_id -> Uuid,
        plan_id -> Int4,
        period -> Daterange,
        seats -> Int4,
    }
}

diesel::table! {
    task_attachments (id) {
        id -> Int8,
        task_id -> Uuid,
        asset_id -> Uuid,
    }
}

diesel::table! {
    task_comment_reactions (id) {
        id -> Int8,
        comment_id -> Int8,
        account_id -> Uuid,
        #[max_length = 16]
        emoji -> Varchar,
    }
}

diesel::table! {
    task_comments (id) {
        id -> Int8,
        task_id -> Uuid,
        author_id -> Uuid,
        body -> Text,
        edited_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    task_dependencies (task_id, blocker_id) {
        task_id -> Uuid,
        blocker_id -> Uuid,
    }
}

diesel::table! {
    task_labels (task_id, label_id) {
        task_id -> Uuid,
        label_id -> Uuid,
        since -> Timestamptz,
    }
}

diesel::table! {
    task_watchers (task_id, account_id) {
        task_id -> Uuid,
        account_id -> Uuid,
        muted -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::TaskState;

    tasks (id) {
        id -> Uuid,
        project_id -> Uuid,
        milestone_id -> Nullable<Int8>,
        parent_id -> Nullable<Uuid>,
        assignee_id -> Nullable<Uuid>,
        title -> Text,
        state -> TaskState,
        estimate -> Nullable<Interval>,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    team_members (team_id, account_id) {
        team_id -> Uuid,
        account_id -> Uuid,
        lead -> Bool,
    }
}

diesel::table! {
    teams (id) {
        id -> Uuid,
        org_id -> Uuid,
        name -> Citext,
        parent_id -> Nullable<Uuid>,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    template_slots (id) {
        id -> Int8,
        template_id -> Uuid,
        name -> Text,
        size -> Nullable<Int4range>,
    }
}

diesel::table! {
    templates (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        title -> Text,
        body -> Jsonb,
    }
}

diesel::table! {
    theme_fonts (id) {
        id -> Int8,
        theme_id -> Uuid,
        family -> Text,
        weight -> Int2,
    }
}

diesel::table! {
    themes (id) {
        id -> Uuid,
        org_id -> Nullable<Uuid>,
        name -> Text,
        palette -> Array<Nullable<Text>>,
    }
}

diesel::table! {
    time_entries (id) {
        id -> Int8,
        task_id -> Uuid,
        account_id -> Uuid,
        worked -> Tstzrange,
    }
}

diesel::table! {
    version_labels (id) {
        id -> Int8,
        version_id -> Int8,
        name -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Point;

    warehouses (id) {
        id -> Uuid,
        org_id -> Uuid,
        #[max_length = 8]
        code -> Varchar,
        place -> Nullable<Point>,
        open_hours -> Nullable<Int4range>,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Int8,
        webhook_id -> Uuid,
        status -> Nullable<Int2>,
        body -> Nullable<Jsonb>,
        at -> Timestamptz,
    }
}

diesel::table! {
    webhooks (id) {
        id -> Uuid,
        org_id -> Uuid,
        url -> Text,
        secret -> Bytea,
        events -> Array<Nullable<Text>>,
    }
}

diesel::table! {
    workspace_invitations (id) {
        id -> Uuid,
        workspace_id -> Uuid,
        email -> Citext,
        token_hash -> Bytea,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::SeatRole;

    workspace_members (workspace_id, account_id) {
        workspace_id -> Uuid,
        account_id -> Uuid,
        role -> SeatRole,
    }
}

diesel::table! {
    workspace_settings (workspace_id) {
        workspace_id -> Uuid,
        palette -> Array<Nullable<Text>>,
        locked -> Bool,
    }
}

diesel::table! {
    workspaces (id) {
        id -> Uuid,
        org_id -> Uuid,
        slug -> Citext,
        #[max_length = 120]
        title -> Varchar,
        theme_id -> Nullable<Uuid>,
        archived_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(account_passkeys -> accounts (account_id));
diesel::joinable!(account_sessions -> accounts (account_id));
diesel::joinable!(api_tokens -> orgs (org_id));
diesel::joinable!(asset_renditions -> assets (asset_id));
diesel::joinable!(assets -> workspaces (workspace_id));
diesel::joinable!(audit_entries -> accounts (actor_id));
diesel::joinable!(audit_entries -> orgs (org_id));
diesel::joinable!(automation_run_logs -> automation_runs (run_id));
diesel::joinable!(automation_runs -> automations (automation_id));
diesel::joinable!(automation_steps -> automations (automation_id));
diesel::joinable!(automations -> workspaces (workspace_id));
diesel::joinable!(billing_accounts -> currencies (currency_code));
diesel::joinable!(billing_accounts -> orgs (org_id));
diesel::joinable!(billing_contacts -> billing_accounts (billing_account_id));
diesel::joinable!(board_cards -> board_columns (column_id));
diesel::joinable!(board_cards -> tasks (task_id));
diesel::joinable!(board_columns -> boards (board_id));
diesel::joinable!(boards -> workspaces (workspace_id));
diesel::joinable!(canvas_exports -> canvases (canvas_id));
diesel::joinable!(canvas_links -> canvases (canvas_id));
diesel::joinable!(canvas_members -> accounts (account_id));
diesel::joinable!(canvas_members -> canvases (canvas_id));
diesel::joinable!(canvas_versions -> canvases (canvas_id));
diesel::joinable!(canvases -> folders (folder_id));
diesel::joinable!(canvases -> workspaces (workspace_id));
diesel::joinable!(comment_mentions -> accounts (account_id));
diesel::joinable!(comment_mentions -> comments (comment_id));
diesel::joinable!(comment_replies -> accounts (author_id));
diesel::joinable!(comment_replies -> comments (comment_id));
diesel::joinable!(comment_reply_reactions -> accounts (account_id));
diesel::joinable!(comment_reply_reactions -> comment_replies (reply_id));
diesel::joinable!(comments -> accounts (author_id));
diesel::joinable!(comments -> canvases (canvas_id));
diesel::joinable!(companies -> orgs (org_id));
diesel::joinable!(company_addresses -> companies (company_id));
diesel::joinable!(company_addresses -> regions (region_code));
diesel::joinable!(company_contacts -> companies (company_id));
diesel::joinable!(company_contacts -> contacts (contact_id));
diesel::joinable!(contact_consents -> contacts (contact_id));
diesel::joinable!(contact_notes -> accounts (author_id));
diesel::joinable!(contact_notes -> contacts (contact_id));
diesel::joinable!(contacts -> accounts (owner_id));
diesel::joinable!(contacts -> orgs (org_id));
diesel::joinable!(coupons -> orgs (org_id));
diesel::joinable!(credit_notes -> orgs (org_id));
diesel::joinable!(cursors -> accounts (account_id));
diesel::joinable!(cursors -> canvases (canvas_id));
diesel::joinable!(dashboard_tiles -> dashboards (dashboard_id));
diesel::joinable!(dashboards -> workspaces (workspace_id));
diesel::joinable!(data_source_syncs -> data_sources (data_source_id));
diesel::joinable!(data_sources -> workspaces (workspace_id));
diesel::joinable!(deal_contacts -> contacts (contact_id));
diesel::joinable!(deal_contacts -> deals (deal_id));
diesel::joinable!(deal_events -> deals (deal_id));
diesel::joinable!(deals -> companies (company_id));
diesel::joinable!(deals -> orgs (org_id));
diesel::joinable!(deals -> pipeline_stages (stage_id));
diesel::joinable!(departments -> orgs (org_id));
diesel::joinable!(elements -> canvases (canvas_id));
diesel::joinable!(elements -> layers (layer_id));
diesel::joinable!(employees -> accounts (account_id));
diesel::joinable!(employees -> departments (department_id));
diesel::joinable!(employees -> orgs (org_id));
diesel::joinable!(export_files -> exports (export_id));
diesel::joinable!(exports -> accounts (requested_by));
diesel::joinable!(exports -> orgs (org_id));
diesel::joinable!(folders -> workspaces (workspace_id));
diesel::joinable!(form_answers -> form_fields (field_id));
diesel::joinable!(form_answers -> form_submissions (submission_id));
diesel::joinable!(form_fields -> forms (form_id));
diesel::joinable!(form_submissions -> forms (form_id));
diesel::joinable!(forms -> workspaces (workspace_id));
diesel::joinable!(invoices -> billing_accounts (billing_account_id));
diesel::joinable!(invoices -> orgs (org_id));
diesel::joinable!(labels -> workspaces (workspace_id));
diesel::joinable!(layers -> canvases (canvas_id));
diesel::joinable!(milestones -> projects (project_id));
diesel::joinable!(notifications -> accounts (account_id));
diesel::joinable!(notifications -> workspaces (workspace_id));
diesel::joinable!(operations -> accounts (author_id));
diesel::joinable!(operations -> canvases (canvas_id));
diesel::joinable!(org_domains -> orgs (org_id));
diesel::joinable!(org_invitations -> accounts (invited_by));
diesel::joinable!(org_invitations -> orgs (org_id));
diesel::joinable!(org_settings -> orgs (org_id));
diesel::joinable!(orgs -> plans (plan_id));
diesel::joinable!(orgs -> regions (region_code));
diesel::joinable!(payment_methods -> billing_accounts (billing_account_id));
diesel::joinable!(payments -> payment_methods (method_id));
diesel::joinable!(pipeline_stages -> pipelines (pipeline_id));
diesel::joinable!(pipelines -> orgs (org_id));
diesel::joinable!(plan_features -> features (feature_code));
diesel::joinable!(plan_features -> plans (plan_id));
diesel::joinable!(plans -> currencies (currency_code));
diesel::joinable!(poll_votes -> accounts (account_id));
diesel::joinable!(poll_votes -> polls (poll_id));
diesel::joinable!(polls -> canvases (canvas_id));
diesel::joinable!(product_prices -> currencies (currency_code));
diesel::joinable!(product_prices -> products (product_id));
diesel::joinable!(products -> orgs (org_id));
diesel::joinable!(projects -> workspaces (workspace_id));
diesel::joinable!(refunds -> payments (payment_id));
diesel::joinable!(seats -> accounts (account_id));
diesel::joinable!(seats -> orgs (org_id));
diesel::joinable!(slide_elements -> slides (slide_id));
diesel::joinable!(slides -> canvases (canvas_id));
diesel::joinable!(sso_connections -> orgs (org_id));
diesel::joinable!(sso_mappings -> sso_connections (connection_id));
diesel::joinable!(stock_levels -> products (product_id));
diesel::joinable!(stock_levels -> warehouses (warehouse_id));
diesel::joinable!(stock_moves -> products (product_id));
diesel::joinable!(stock_moves -> warehouses (warehouse_id));
diesel::joinable!(subscription_items -> features (feature_code));
diesel::joinable!(subscription_items -> subscriptions (subscription_id));
diesel::joinable!(subscriptions -> orgs (org_id));
diesel::joinable!(subscriptions -> plans (plan_id));
diesel::joinable!(task_attachments -> assets (asset_id));
diesel::joinable!(task_attachments -> tasks (task_id));
diesel::joinable!(task_comment_reactions -> accounts (account_id));
diesel::joinable!(task_comment_reactions -> task_comments (comment_id));
diesel::joinable!(task_comments -> accounts (author_id));
diesel::joinable!(task_comments -> tasks (task_id));
diesel::joinable!(task_labels -> labels (label_id));
diesel::joinable!(task_labels -> tasks (task_id));
diesel::joinable!(task_watchers -> accounts (account_id));
diesel::joinable!(task_watchers -> tasks (task_id));
diesel::joinable!(tasks -> accounts (assignee_id));
diesel::joinable!(tasks -> milestones (milestone_id));
diesel::joinable!(tasks -> projects (project_id));
diesel::joinable!(team_members -> accounts (account_id));
diesel::joinable!(team_members -> teams (team_id));
diesel::joinable!(teams -> orgs (org_id));
diesel::joinable!(template_slots -> templates (template_id));
diesel::joinable!(templates -> workspaces (workspace_id));
diesel::joinable!(theme_fonts -> themes (theme_id));
diesel::joinable!(themes -> orgs (org_id));
diesel::joinable!(time_entries -> accounts (account_id));
diesel::joinable!(time_entries -> tasks (task_id));
diesel::joinable!(version_labels -> canvas_versions (version_id));
diesel::joinable!(warehouses -> orgs (org_id));
diesel::joinable!(webhook_deliveries -> webhooks (webhook_id));
diesel::joinable!(webhooks -> orgs (org_id));
diesel::joinable!(workspace_invitations -> workspaces (workspace_id));
diesel::joinable!(workspace_members -> accounts (account_id));
diesel::joinable!(workspace_members -> workspaces (workspace_id));
diesel::joinable!(workspace_settings -> workspaces (workspace_id));
diesel::joinable!(workspaces -> orgs (org_id));
diesel::joinable!(workspaces -> themes (theme_id));

diesel::allow_tables_to_appear_in_same_query!(
    account_passkeys,
    account_sessions,
    accounts,
    api_tokens,
    asset_renditions,
    assets,
    audit_entries,
    automation_run_logs,
    automation_runs,
    automation_steps,
    automations,
    billing_accounts,
    billing_contacts,
    board_cards,
    board_columns,
    boards,
    canvas_exports,
    canvas_links,
    canvas_members,
    canvas_versions,
    canvases,
    comment_mentions,
    comment_replies,
    comment_reply_reactions,
    comments,
    companies,
    company_addresses,
    company_contacts,
    contact_consents,
    contact_notes,
    contacts,
    coupons,
    credit_notes,
    currencies,
    cursors,
    dashboard_tiles,
    dashboards,
    data_source_syncs,
    data_sources,
    deal_contacts,
    deal_events,
    deals,
    departments,
    element_connectors,
    element_texts,
    elements,
    employees,
    export_files,
    exports,
    features,
    folders,
    form_answers,
    form_fields,
    form_submissions,
    forms,
    invoice_lines,
    invoices,
    labels,
    layers,
    leave_requests,
    milestones,
    notifications,
    operations,
    org_domains,
    org_invitations,
    org_settings,
    orgs,
    payment_methods,
    payments,
    pipeline_stages,
    pipelines,
    plan_features,
    plans,
    poll_votes,
    polls,
    product_prices,
    products,
    projects,
    refunds,
    regions,
    seats,
    slide_elements,
    slides,
    sso_connections,
    sso_mappings,
    stock_levels,
    stock_moves,
    subscription_items,
    subscriptions,
    task_attachments,
    task_comment_reactions,
    task_comments,
    task_dependencies,
    task_labels,
    task_watchers,
    tasks,
    team_members,
    teams,
    template_slots,
    templates,
    theme_fonts,
    themes,
    time_entries,
    version_labels,
    warehouses,
    webhook_deliveries,
    webhooks,
    workspace_invitations,
    workspace_members,
    workspace_settings,
    workspaces,
);
