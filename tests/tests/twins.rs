//! Each compile-fail case has a twin that differs only by the fix, and compiles. All of them are modules of this one
//! target, so that they cost one compile and no link each.
#![allow(clippy::all, clippy::unwrap_used, clippy::expect_used)] // the twins keep what their failing halves have
#![allow(dead_code, unused_imports, unused_variables)] // they are compiled, not run, and import what their failing halves need
#![allow(missing_docs, unreachable_pub)] // a case is what it shows

use std::collections::BTreeSet;
use std::fs;

#[test]
fn every_twin_is_compiled() {
    let mut cases = BTreeSet::new();
    let folders = fs::read_dir("tests/compile_fail").unwrap().map(|entry| entry.unwrap().path());
    for folder in folders.filter(|path| path.is_dir()) {
        for case in fs::read_dir(folder).unwrap() {
            cases.insert(case.unwrap().path().join("pass.rs").to_str().unwrap()["tests/".len()..].to_owned());
        }
    }
    let compiled = include_str!("twins.rs")
        .lines()
        .filter_map(|line| line.strip_prefix("#[path = \"")?.strip_suffix("\"]"));
    assert_eq!(
        compiled.map(str::to_owned).collect::<BTreeSet<_>>(),
        cases,
        "the modules below are those of the cases"
    );
}

#[path = "compile_fail/rustc_alias/diesel_join/pass.rs"]
mod rustc_alias_diesel_join;
#[path = "compile_fail/rustc_alias/diesel_join_async/pass.rs"]
mod rustc_alias_diesel_join_async;
#[path = "compile_fail/rustc_alias/diesel_load/pass.rs"]
mod rustc_alias_diesel_load;
#[path = "compile_fail/rustc_alias/diesel_load_async/pass.rs"]
mod rustc_alias_diesel_load_async;
#[path = "compile_fail/rustc_alias/diesel_select/pass.rs"]
mod rustc_alias_diesel_select;
#[path = "compile_fail/rustc_alias/diesel_select_async/pass.rs"]
mod rustc_alias_diesel_select_async;
#[path = "compile_fail/rustc_alias/two_calls/pass.rs"]
mod rustc_alias_two_calls;
#[path = "compile_fail/rustc_alias/two_calls_async/pass.rs"]
mod rustc_alias_two_calls_async;
#[path = "compile_fail/rustc_alias/unscoped_join/pass.rs"]
mod rustc_alias_unscoped_join;
#[path = "compile_fail/rustc_alias/unscoped_join_async/pass.rs"]
mod rustc_alias_unscoped_join_async;
#[path = "compile_fail/rustc_alias/unscoped_load/pass.rs"]
mod rustc_alias_unscoped_load;
#[path = "compile_fail/rustc_alias/unscoped_load_async/pass.rs"]
mod rustc_alias_unscoped_load_async;
#[path = "compile_fail/rustc_backend_node/in_returning/pass.rs"]
mod rustc_backend_node_in_returning;
#[path = "compile_fail/rustc_backend_node/in_returning_async/pass.rs"]
mod rustc_backend_node_in_returning_async;
#[path = "compile_fail/rustc_backend_node/in_union/pass.rs"]
mod rustc_backend_node_in_union;
#[path = "compile_fail/rustc_backend_node/in_union_async/pass.rs"]
mod rustc_backend_node_in_union_async;
#[path = "compile_fail/rustc_backend_node/union_arm/pass.rs"]
mod rustc_backend_node_union_arm;
#[path = "compile_fail/rustc_backend_node/union_arm_async/pass.rs"]
mod rustc_backend_node_union_arm_async;
#[path = "compile_fail/rustc_columns/other_table/pass.rs"]
mod rustc_columns_other_table;
#[path = "compile_fail/rustc_columns/other_table_async/pass.rs"]
mod rustc_columns_other_table_async;
#[path = "compile_fail/rustc_copy/copy_from/pass.rs"]
mod rustc_copy_copy_from;
#[path = "compile_fail/rustc_copy/copy_from_raw/pass.rs"]
mod rustc_copy_copy_from_raw;
#[path = "compile_fail/rustc_copy/copy_to/pass.rs"]
mod rustc_copy_copy_to;
#[path = "compile_fail/rustc_copy/copy_to_raw/pass.rs"]
mod rustc_copy_copy_to_raw;
#[path = "compile_fail/rustc_debug_query/batch/pass.rs"]
mod rustc_debug_query_batch;
#[path = "compile_fail/rustc_debug_query/unscoped/pass.rs"]
mod rustc_debug_query_unscoped;
#[path = "compile_fail/rustc_diesel_statement/delete/pass.rs"]
mod rustc_diesel_statement_delete;
#[path = "compile_fail/rustc_diesel_statement/delete_async/pass.rs"]
mod rustc_diesel_statement_delete_async;
#[path = "compile_fail/rustc_diesel_statement/delete_filtered/pass.rs"]
mod rustc_diesel_statement_delete_filtered;
#[path = "compile_fail/rustc_diesel_statement/delete_filtered_async/pass.rs"]
mod rustc_diesel_statement_delete_filtered_async;
#[path = "compile_fail/rustc_diesel_statement/do_update_without_target/pass.rs"]
mod rustc_diesel_statement_do_update_without_target;
#[path = "compile_fail/rustc_diesel_statement/do_update_without_target_async/pass.rs"]
mod rustc_diesel_statement_do_update_without_target_async;
#[path = "compile_fail/rustc_diesel_statement/global_scoped/pass.rs"]
mod rustc_diesel_statement_global_scoped;
#[path = "compile_fail/rustc_diesel_statement/insert/pass.rs"]
mod rustc_diesel_statement_insert;
#[path = "compile_fail/rustc_diesel_statement/insert_async/pass.rs"]
mod rustc_diesel_statement_insert_async;
#[path = "compile_fail/rustc_diesel_statement/insert_select_into_scoped/pass.rs"]
mod rustc_diesel_statement_insert_select_into_scoped;
#[path = "compile_fail/rustc_diesel_statement/insert_select_into_scoped_async/pass.rs"]
mod rustc_diesel_statement_insert_select_into_scoped_async;
#[path = "compile_fail/rustc_diesel_statement/save_changes_async/pass.rs"]
mod rustc_diesel_statement_save_changes_async;
#[path = "compile_fail/rustc_diesel_statement/update/pass.rs"]
mod rustc_diesel_statement_update;
#[path = "compile_fail/rustc_diesel_statement/update_async/pass.rs"]
mod rustc_diesel_statement_update_async;
#[path = "compile_fail/rustc_diesel_statement/update_filtered/pass.rs"]
mod rustc_diesel_statement_update_filtered;
#[path = "compile_fail/rustc_diesel_statement/update_filtered_async/pass.rs"]
mod rustc_diesel_statement_update_filtered_async;
#[path = "compile_fail/rustc_forgotten_scope/belonging_to/pass.rs"]
mod rustc_forgotten_scope_belonging_to;
#[path = "compile_fail/rustc_forgotten_scope/belonging_to_async/pass.rs"]
mod rustc_forgotten_scope_belonging_to_async;
#[path = "compile_fail/rustc_forgotten_scope/delete/pass.rs"]
mod rustc_forgotten_scope_delete;
#[path = "compile_fail/rustc_forgotten_scope/delete_async/pass.rs"]
mod rustc_forgotten_scope_delete_async;
#[path = "compile_fail/rustc_forgotten_scope/find/pass.rs"]
mod rustc_forgotten_scope_find;
#[path = "compile_fail/rustc_forgotten_scope/find_async/pass.rs"]
mod rustc_forgotten_scope_find_async;
#[path = "compile_fail/rustc_forgotten_scope/insert/pass.rs"]
mod rustc_forgotten_scope_insert;
#[path = "compile_fail/rustc_forgotten_scope/insert_async/pass.rs"]
mod rustc_forgotten_scope_insert_async;
#[path = "compile_fail/rustc_forgotten_scope/scoped/pass.rs"]
mod rustc_forgotten_scope_scoped;
#[path = "compile_fail/rustc_forgotten_scope/scoped_async/pass.rs"]
mod rustc_forgotten_scope_scoped_async;
#[path = "compile_fail/rustc_forgotten_scope/table/pass.rs"]
mod rustc_forgotten_scope_table;
#[path = "compile_fail/rustc_forgotten_scope/table_async/pass.rs"]
mod rustc_forgotten_scope_table_async;
#[path = "compile_fail/rustc_forgotten_scope/update/pass.rs"]
mod rustc_forgotten_scope_update;
#[path = "compile_fail/rustc_forgotten_scope/update_async/pass.rs"]
mod rustc_forgotten_scope_update_async;
#[path = "compile_fail/rustc_forgotten_scope/upsert/pass.rs"]
mod rustc_forgotten_scope_upsert;
#[path = "compile_fail/rustc_forgotten_scope/upsert_async/pass.rs"]
mod rustc_forgotten_scope_upsert_async;
#[path = "compile_fail/rustc_hand_written/column_names/pass.rs"]
mod rustc_hand_written_column_names;
#[path = "compile_fail/rustc_hand_written/from_clause/pass.rs"]
mod rustc_hand_written_from_clause;
#[path = "compile_fail/rustc_hand_written/global/pass.rs"]
mod rustc_hand_written_global;
#[path = "compile_fail/rustc_hand_written/second_declaration/pass.rs"]
mod rustc_hand_written_second_declaration;
#[path = "compile_fail/rustc_hand_written/stands/pass.rs"]
mod rustc_hand_written_stands;
#[path = "compile_fail/rustc_hand_written/tenant_column/pass.rs"]
mod rustc_hand_written_tenant_column;
#[path = "compile_fail/rustc_mint/another_tenant/pass.rs"]
mod rustc_mint_another_tenant;
#[path = "compile_fail/rustc_mint/cross_tenant/pass.rs"]
mod rustc_mint_cross_tenant;
#[path = "compile_fail/rustc_mint/default/pass.rs"]
mod rustc_mint_default;
#[path = "compile_fail/rustc_mint/deserialize/pass.rs"]
mod rustc_mint_deserialize;
#[path = "compile_fail/rustc_mint/from/pass.rs"]
mod rustc_mint_from;
#[path = "compile_fail/rustc_mint/into/pass.rs"]
mod rustc_mint_into;
#[path = "compile_fail/rustc_mint/literal/pass.rs"]
mod rustc_mint_literal;
#[path = "compile_fail/rustc_mint/parse/pass.rs"]
mod rustc_mint_parse;
#[path = "compile_fail/rustc_mint/private_function/pass.rs"]
mod rustc_mint_private_function;
#[path = "compile_fail/rustc_mint/reach/pass.rs"]
mod rustc_mint_reach;
#[path = "compile_fail/rustc_scope_type/by_value/pass.rs"]
mod rustc_scope_type_by_value;
#[path = "compile_fail/rustc_scope_type/model_claim/pass.rs"]
mod rustc_scope_type_model_claim;
#[path = "compile_fail/rustc_scope_type/model_cross_tenant/pass.rs"]
mod rustc_scope_type_model_cross_tenant;
#[path = "compile_fail/rustc_scope_type/model_option/pass.rs"]
mod rustc_scope_type_model_option;
#[path = "compile_fail/rustc_scope_type/model_other_id/pass.rs"]
mod rustc_scope_type_model_other_id;
#[path = "compile_fail/rustc_sealed/backend/pass.rs"]
mod rustc_sealed_backend;
#[path = "compile_fail/rustc_sealed/change_target/pass.rs"]
mod rustc_sealed_change_target;
#[path = "compile_fail/rustc_sealed/cross_tenant/pass.rs"]
mod rustc_sealed_cross_tenant;
#[path = "compile_fail/rustc_sealed/insert_target/pass.rs"]
mod rustc_sealed_insert_target;
#[path = "compile_fail/rustc_sealed/run/pass.rs"]
mod rustc_sealed_run;
#[path = "compile_fail/rustc_sealed/scope/pass.rs"]
mod rustc_sealed_scope;
#[path = "compile_fail/rustc_sealed/scoped_backend/pass.rs"]
mod rustc_sealed_scoped_backend;
#[path = "compile_fail/rustc_sealed/tenant_id/pass.rs"]
mod rustc_sealed_tenant_id;
#[path = "compile_fail/rustc_spawned/borrowed_scope/pass.rs"]
mod rustc_spawned_borrowed_scope;
#[path = "compile_fail/rustc_tenant_tx/across_by_a_scope/pass.rs"]
mod rustc_tenant_tx_across_by_a_scope;
#[path = "compile_fail/rustc_tenant_tx/after_commit/pass.rs"]
mod rustc_tenant_tx_after_commit;
#[path = "compile_fail/rustc_tenant_tx/batch_execute/pass.rs"]
mod rustc_tenant_tx_batch_execute;
#[path = "compile_fail/rustc_tenant_tx/connection/pass.rs"]
mod rustc_tenant_tx_connection;
#[path = "compile_fail/rustc_tenant_tx/diesel_async_load/pass.rs"]
mod rustc_tenant_tx_diesel_async_load;
#[path = "compile_fail/rustc_tenant_tx/from_an_id/pass.rs"]
mod rustc_tenant_tx_from_an_id;
#[path = "compile_fail/rustc_tenant_tx/literal/pass.rs"]
mod rustc_tenant_tx_literal;
#[path = "compile_fail/rustc_tenant_tx/raw_on_sqlite/pass.rs"]
mod rustc_tenant_tx_raw_on_sqlite;
#[path = "compile_fail/T0001_read/count/pass.rs"]
mod t0001_read_count;
#[path = "compile_fail/T0001_read/count_async/pass.rs"]
mod t0001_read_count_async;
#[path = "compile_fail/T0001_read/delete_filter/pass.rs"]
mod t0001_read_delete_filter;
#[path = "compile_fail/T0001_read/delete_filter_async/pass.rs"]
mod t0001_read_delete_filter_async;
#[path = "compile_fail/T0001_read/delete_find/pass.rs"]
mod t0001_read_delete_find;
#[path = "compile_fail/T0001_read/delete_find_async/pass.rs"]
mod t0001_read_delete_find_async;
#[path = "compile_fail/T0001_read/distinct/pass.rs"]
mod t0001_read_distinct;
#[path = "compile_fail/T0001_read/distinct_async/pass.rs"]
mod t0001_read_distinct_async;
#[path = "compile_fail/T0001_read/distinct_on/pass.rs"]
mod t0001_read_distinct_on;
#[path = "compile_fail/T0001_read/distinct_on_async/pass.rs"]
mod t0001_read_distinct_on_async;
#[path = "compile_fail/T0001_read/execute/pass.rs"]
mod t0001_read_execute;
#[path = "compile_fail/T0001_read/execute_async/pass.rs"]
mod t0001_read_execute_async;
#[path = "compile_fail/T0001_read/filter/pass.rs"]
mod t0001_read_filter;
#[path = "compile_fail/T0001_read/filter_async/pass.rs"]
mod t0001_read_filter_async;
#[path = "compile_fail/T0001_read/find/pass.rs"]
mod t0001_read_find;
#[path = "compile_fail/T0001_read/find_async/pass.rs"]
mod t0001_read_find_async;
#[path = "compile_fail/T0001_read/first/pass.rs"]
mod t0001_read_first;
#[path = "compile_fail/T0001_read/first_async/pass.rs"]
mod t0001_read_first_async;
#[path = "compile_fail/T0001_read/for_update/pass.rs"]
mod t0001_read_for_update;
#[path = "compile_fail/T0001_read/for_update_async/pass.rs"]
mod t0001_read_for_update_async;
#[path = "compile_fail/T0001_read/for_update_skip_locked/pass.rs"]
mod t0001_read_for_update_skip_locked;
#[path = "compile_fail/T0001_read/for_update_skip_locked_async/pass.rs"]
mod t0001_read_for_update_skip_locked_async;
#[path = "compile_fail/T0001_read/get_result/pass.rs"]
mod t0001_read_get_result;
#[path = "compile_fail/T0001_read/get_result_async/pass.rs"]
mod t0001_read_get_result_async;
#[path = "compile_fail/T0001_read/get_results/pass.rs"]
mod t0001_read_get_results;
#[path = "compile_fail/T0001_read/get_results_async/pass.rs"]
mod t0001_read_get_results_async;
#[path = "compile_fail/T0001_read/group_by/pass.rs"]
mod t0001_read_group_by;
#[path = "compile_fail/T0001_read/group_by_async/pass.rs"]
mod t0001_read_group_by_async;
#[path = "compile_fail/T0001_read/has_query_base/pass.rs"]
mod t0001_read_has_query_base;
#[path = "compile_fail/T0001_read/has_table/pass.rs"]
mod t0001_read_has_table;
#[path = "compile_fail/T0001_read/has_table_async/pass.rs"]
mod t0001_read_has_table_async;
#[path = "compile_fail/T0001_read/in_aggregate_filter/pass.rs"]
mod t0001_read_in_aggregate_filter;
#[path = "compile_fail/T0001_read/in_case_when/pass.rs"]
mod t0001_read_in_case_when;
#[path = "compile_fail/T0001_read/in_eq_any/pass.rs"]
mod t0001_read_in_eq_any;
#[path = "compile_fail/T0001_read/in_eq_any_async/pass.rs"]
mod t0001_read_in_eq_any_async;
#[path = "compile_fail/T0001_read/in_exists/pass.rs"]
mod t0001_read_in_exists;
#[path = "compile_fail/T0001_read/in_exists_async/pass.rs"]
mod t0001_read_in_exists_async;
#[path = "compile_fail/T0001_read/in_from_select/pass.rs"]
mod t0001_read_in_from_select;
#[path = "compile_fail/T0001_read/in_from_select_async/pass.rs"]
mod t0001_read_in_from_select_async;
#[path = "compile_fail/T0001_read/in_global_filter/pass.rs"]
mod t0001_read_in_global_filter;
#[path = "compile_fail/T0001_read/in_global_filter_async/pass.rs"]
mod t0001_read_in_global_filter_async;
#[path = "compile_fail/T0001_read/in_having/pass.rs"]
mod t0001_read_in_having;
#[path = "compile_fail/T0001_read/in_insert_select/pass.rs"]
mod t0001_read_in_insert_select;
#[path = "compile_fail/T0001_read/in_insert_select_async/pass.rs"]
mod t0001_read_in_insert_select_async;
#[path = "compile_fail/T0001_read/in_not_exists/pass.rs"]
mod t0001_read_in_not_exists;
#[path = "compile_fail/T0001_read/in_not_exists_async/pass.rs"]
mod t0001_read_in_not_exists_async;
#[path = "compile_fail/T0001_read/in_order/pass.rs"]
mod t0001_read_in_order;
#[path = "compile_fail/T0001_read/in_order_async/pass.rs"]
mod t0001_read_in_order_async;
#[path = "compile_fail/T0001_read/in_partition_by/pass.rs"]
mod t0001_read_in_partition_by;
#[path = "compile_fail/T0001_read/in_returning/pass.rs"]
mod t0001_read_in_returning;
#[path = "compile_fail/T0001_read/in_select_exists/pass.rs"]
mod t0001_read_in_select_exists;
#[path = "compile_fail/T0001_read/in_select_exists_async/pass.rs"]
mod t0001_read_in_select_exists_async;
#[path = "compile_fail/T0001_read/in_set/pass.rs"]
mod t0001_read_in_set;
#[path = "compile_fail/T0001_read/in_set_async/pass.rs"]
mod t0001_read_in_set_async;
#[path = "compile_fail/T0001_read/in_single_value/pass.rs"]
mod t0001_read_in_single_value;
#[path = "compile_fail/T0001_read/in_single_value_async/pass.rs"]
mod t0001_read_in_single_value_async;
#[path = "compile_fail/T0001_read/in_union/pass.rs"]
mod t0001_read_in_union;
#[path = "compile_fail/T0001_read/in_union_async/pass.rs"]
mod t0001_read_in_union_async;
#[path = "compile_fail/T0001_read/into_boxed/pass.rs"]
mod t0001_read_into_boxed;
#[path = "compile_fail/T0001_read/into_boxed_async/pass.rs"]
mod t0001_read_into_boxed_async;
#[path = "compile_fail/T0001_read/limit/pass.rs"]
mod t0001_read_limit;
#[path = "compile_fail/T0001_read/limit_async/pass.rs"]
mod t0001_read_limit_async;
#[path = "compile_fail/T0001_read/load/pass.rs"]
mod t0001_read_load;
#[path = "compile_fail/T0001_read/load_async/pass.rs"]
mod t0001_read_load_async;
#[path = "compile_fail/T0001_read/load_iter/pass.rs"]
mod t0001_read_load_iter;
#[path = "compile_fail/T0001_read/load_iter_pg/pass.rs"]
mod t0001_read_load_iter_pg;
#[path = "compile_fail/T0001_read/load_stream/pass.rs"]
mod t0001_read_load_stream;
#[path = "compile_fail/T0001_read/load_stream_sqlite/pass.rs"]
mod t0001_read_load_stream_sqlite;
#[path = "compile_fail/T0001_read/offset/pass.rs"]
mod t0001_read_offset;
#[path = "compile_fail/T0001_read/offset_async/pass.rs"]
mod t0001_read_offset_async;
#[path = "compile_fail/T0001_read/only/pass.rs"]
mod t0001_read_only;
#[path = "compile_fail/T0001_read/only_async/pass.rs"]
mod t0001_read_only_async;
#[path = "compile_fail/T0001_read/or_filter/pass.rs"]
mod t0001_read_or_filter;
#[path = "compile_fail/T0001_read/or_filter_async/pass.rs"]
mod t0001_read_or_filter_async;
#[path = "compile_fail/T0001_read/order/pass.rs"]
mod t0001_read_order;
#[path = "compile_fail/T0001_read/order_async/pass.rs"]
mod t0001_read_order_async;
#[path = "compile_fail/T0001_read/select/pass.rs"]
mod t0001_read_select;
#[path = "compile_fail/T0001_read/select_async/pass.rs"]
mod t0001_read_select_async;
#[path = "compile_fail/T0001_read/tablesample_bernoulli/pass.rs"]
mod t0001_read_tablesample_bernoulli;
#[path = "compile_fail/T0001_read/tablesample_bernoulli_async/pass.rs"]
mod t0001_read_tablesample_bernoulli_async;
#[path = "compile_fail/T0001_read/tablesample_system/pass.rs"]
mod t0001_read_tablesample_system;
#[path = "compile_fail/T0001_read/tablesample_system_async/pass.rs"]
mod t0001_read_tablesample_system_async;
#[path = "compile_fail/T0001_read/tenant_tx_filter/pass.rs"]
mod t0001_read_tenant_tx_filter;
#[path = "compile_fail/T0001_read/tenant_tx_load/pass.rs"]
mod t0001_read_tenant_tx_load;
#[path = "compile_fail/T0001_read/union_first/pass.rs"]
mod t0001_read_union_first;
#[path = "compile_fail/T0001_read/union_first_async/pass.rs"]
mod t0001_read_union_first_async;
#[path = "compile_fail/T0001_read/update_find/pass.rs"]
mod t0001_read_update_find;
#[path = "compile_fail/T0001_read/update_find_async/pass.rs"]
mod t0001_read_update_find_async;
#[path = "compile_fail/T0002_join/declared/pass.rs"]
mod t0002_join_declared;
#[path = "compile_fail/T0002_join/declared_on/pass.rs"]
mod t0002_join_declared_on;
#[path = "compile_fail/T0002_join/inner_join/pass.rs"]
mod t0002_join_inner_join;
#[path = "compile_fail/T0002_join/inner_join_async/pass.rs"]
mod t0002_join_inner_join_async;
#[path = "compile_fail/T0002_join/left_join/pass.rs"]
mod t0002_join_left_join;
#[path = "compile_fail/T0002_join/left_join_async/pass.rs"]
mod t0002_join_left_join_async;
#[path = "compile_fail/T0002_join/left_join_on/pass.rs"]
mod t0002_join_left_join_on;
#[path = "compile_fail/T0002_join/left_join_on_async/pass.rs"]
mod t0002_join_left_join_on_async;
#[path = "compile_fail/T0002_join/nested/pass.rs"]
mod t0002_join_nested;
#[path = "compile_fail/T0002_join/nested_async/pass.rs"]
mod t0002_join_nested_async;
#[path = "compile_fail/T0002_join/on/pass.rs"]
mod t0002_join_on;
#[path = "compile_fail/T0002_join/on_async/pass.rs"]
mod t0002_join_on_async;
#[path = "compile_fail/T0002_join/qualified/pass.rs"]
mod t0002_join_qualified;
#[path = "compile_fail/T0002_join/qualified_async/pass.rs"]
mod t0002_join_qualified_async;
#[path = "compile_fail/T0002_join/root/pass.rs"]
mod t0002_join_root;
#[path = "compile_fail/T0002_join/root_async/pass.rs"]
mod t0002_join_root_async;
#[path = "compile_fail/T0002_join/root_left/pass.rs"]
mod t0002_join_root_left;
#[path = "compile_fail/T0002_join/root_left_async/pass.rs"]
mod t0002_join_root_left_async;
#[path = "compile_fail/T0003_use/as_query/pass.rs"]
mod t0003_use_as_query;
#[path = "compile_fail/T0003_use/as_query_async/pass.rs"]
mod t0003_use_as_query_async;
#[path = "compile_fail/T0003_use/belonging_to/pass.rs"]
mod t0003_use_belonging_to;
#[path = "compile_fail/T0003_use/belonging_to_async/pass.rs"]
mod t0003_use_belonging_to_async;
#[path = "compile_fail/T0003_use/belonging_to_many/pass.rs"]
mod t0003_use_belonging_to_many;
#[path = "compile_fail/T0003_use/belonging_to_many_async/pass.rs"]
mod t0003_use_belonging_to_many_async;
#[path = "compile_fail/T0003_use/boxed_by_type/pass.rs"]
mod t0003_use_boxed_by_type;
#[path = "compile_fail/T0003_use/connection_execute/pass.rs"]
mod t0003_use_connection_execute;
#[path = "compile_fail/T0003_use/connection_load/pass.rs"]
mod t0003_use_connection_load;
#[path = "compile_fail/T0003_use/declared_join/pass.rs"]
mod t0003_use_declared_join;
#[path = "compile_fail/T0003_use/delete/pass.rs"]
mod t0003_use_delete;
#[path = "compile_fail/T0003_use/delete_async/pass.rs"]
mod t0003_use_delete_async;
#[path = "compile_fail/T0003_use/delete_row/pass.rs"]
mod t0003_use_delete_row;
#[path = "compile_fail/T0003_use/delete_row_async/pass.rs"]
mod t0003_use_delete_row_async;
#[path = "compile_fail/T0003_use/delete_then_filter/pass.rs"]
mod t0003_use_delete_then_filter;
#[path = "compile_fail/T0003_use/delete_then_filter_async/pass.rs"]
mod t0003_use_delete_then_filter_async;
#[path = "compile_fail/T0003_use/dyn_fragment/pass.rs"]
mod t0003_use_dyn_fragment;
#[path = "compile_fail/T0003_use/eq_any/pass.rs"]
mod t0003_use_eq_any;
#[path = "compile_fail/T0003_use/eq_any_async/pass.rs"]
mod t0003_use_eq_any_async;
#[path = "compile_fail/T0003_use/exists/pass.rs"]
mod t0003_use_exists;
#[path = "compile_fail/T0003_use/exists_async/pass.rs"]
mod t0003_use_exists_async;
#[path = "compile_fail/T0003_use/from_select/pass.rs"]
mod t0003_use_from_select;
#[path = "compile_fail/T0003_use/from_select_async/pass.rs"]
mod t0003_use_from_select_async;
#[path = "compile_fail/T0003_use/generic_count/pass.rs"]
mod t0003_use_generic_count;
#[path = "compile_fail/T0003_use/generic_table/pass.rs"]
mod t0003_use_generic_table;
#[path = "compile_fail/T0003_use/generic_table_pg/pass.rs"]
mod t0003_use_generic_table_pg;
#[path = "compile_fail/T0003_use/global_join/pass.rs"]
mod t0003_use_global_join;
#[path = "compile_fail/T0003_use/global_join_async/pass.rs"]
mod t0003_use_global_join_async;
#[path = "compile_fail/T0003_use/global_left_join/pass.rs"]
mod t0003_use_global_left_join;
#[path = "compile_fail/T0003_use/global_left_join_async/pass.rs"]
mod t0003_use_global_left_join_async;
#[path = "compile_fail/T0003_use/hand_written_fragment/pass.rs"]
mod t0003_use_hand_written_fragment;
#[path = "compile_fail/T0003_use/has_query/pass.rs"]
mod t0003_use_has_query;
#[path = "compile_fail/T0003_use/has_query_async/pass.rs"]
mod t0003_use_has_query_async;
#[path = "compile_fail/T0003_use/in_exists/pass.rs"]
mod t0003_use_in_exists;
#[path = "compile_fail/T0003_use/in_exists_async/pass.rs"]
mod t0003_use_in_exists_async;
#[path = "compile_fail/T0003_use/in_order/pass.rs"]
mod t0003_use_in_order;
#[path = "compile_fail/T0003_use/in_order_async/pass.rs"]
mod t0003_use_in_order_async;
#[path = "compile_fail/T0003_use/in_select/pass.rs"]
mod t0003_use_in_select;
#[path = "compile_fail/T0003_use/in_select_async/pass.rs"]
mod t0003_use_in_select_async;
#[path = "compile_fail/T0003_use/in_set/pass.rs"]
mod t0003_use_in_set;
#[path = "compile_fail/T0003_use/in_set_async/pass.rs"]
mod t0003_use_in_set_async;
#[path = "compile_fail/T0003_use/in_values/pass.rs"]
mod t0003_use_in_values;
#[path = "compile_fail/T0003_use/in_values_async/pass.rs"]
mod t0003_use_in_values_async;
#[path = "compile_fail/T0003_use/insert/pass.rs"]
mod t0003_use_insert;
#[path = "compile_fail/T0003_use/insert_async/pass.rs"]
mod t0003_use_insert_async;
#[path = "compile_fail/T0003_use/insert_batch/pass.rs"]
mod t0003_use_insert_batch;
#[path = "compile_fail/T0003_use/insert_batch_async/pass.rs"]
mod t0003_use_insert_batch_async;
#[path = "compile_fail/T0003_use/insert_batch_of_structs/pass.rs"]
mod t0003_use_insert_batch_of_structs;
#[path = "compile_fail/T0003_use/insert_batch_of_structs_async/pass.rs"]
mod t0003_use_insert_batch_of_structs_async;
#[path = "compile_fail/T0003_use/insert_default_values/pass.rs"]
mod t0003_use_insert_default_values;
#[path = "compile_fail/T0003_use/insert_default_values_async/pass.rs"]
mod t0003_use_insert_default_values_async;
#[path = "compile_fail/T0003_use/insert_get_result/pass.rs"]
mod t0003_use_insert_get_result;
#[path = "compile_fail/T0003_use/insert_get_result_async/pass.rs"]
mod t0003_use_insert_get_result_async;
#[path = "compile_fail/T0003_use/insert_or_ignore/pass.rs"]
mod t0003_use_insert_or_ignore;
#[path = "compile_fail/T0003_use/insert_or_ignore_async/pass.rs"]
mod t0003_use_insert_or_ignore_async;
#[path = "compile_fail/T0003_use/insert_returning/pass.rs"]
mod t0003_use_insert_returning;
#[path = "compile_fail/T0003_use/insert_returning_async/pass.rs"]
mod t0003_use_insert_returning_async;
#[path = "compile_fail/T0003_use/insert_struct/pass.rs"]
mod t0003_use_insert_struct;
#[path = "compile_fail/T0003_use/insert_struct_async/pass.rs"]
mod t0003_use_insert_struct_async;
#[path = "compile_fail/T0003_use/insert_values_select/pass.rs"]
mod t0003_use_insert_values_select;
#[path = "compile_fail/T0003_use/insert_values_select_async/pass.rs"]
mod t0003_use_insert_values_select_async;
#[path = "compile_fail/T0003_use/qualified_count/pass.rs"]
mod t0003_use_qualified_count;
#[path = "compile_fail/T0003_use/qualified_count_async/pass.rs"]
mod t0003_use_qualified_count_async;
#[path = "compile_fail/T0003_use/qualified_execute/pass.rs"]
mod t0003_use_qualified_execute;
#[path = "compile_fail/T0003_use/qualified_filter/pass.rs"]
mod t0003_use_qualified_filter;
#[path = "compile_fail/T0003_use/qualified_filter_async/pass.rs"]
mod t0003_use_qualified_filter_async;
#[path = "compile_fail/T0003_use/qualified_find/pass.rs"]
mod t0003_use_qualified_find;
#[path = "compile_fail/T0003_use/qualified_find_async/pass.rs"]
mod t0003_use_qualified_find_async;
#[path = "compile_fail/T0003_use/qualified_first/pass.rs"]
mod t0003_use_qualified_first;
#[path = "compile_fail/T0003_use/qualified_first_async/pass.rs"]
mod t0003_use_qualified_first_async;
#[path = "compile_fail/T0003_use/qualified_get_result/pass.rs"]
mod t0003_use_qualified_get_result;
#[path = "compile_fail/T0003_use/qualified_get_result_async/pass.rs"]
mod t0003_use_qualified_get_result_async;
#[path = "compile_fail/T0003_use/qualified_into_boxed/pass.rs"]
mod t0003_use_qualified_into_boxed;
#[path = "compile_fail/T0003_use/qualified_into_boxed_async/pass.rs"]
mod t0003_use_qualified_into_boxed_async;
#[path = "compile_fail/T0003_use/qualified_join/pass.rs"]
mod t0003_use_qualified_join;
#[path = "compile_fail/T0003_use/qualified_join_async/pass.rs"]
mod t0003_use_qualified_join_async;
#[path = "compile_fail/T0003_use/qualified_load/pass.rs"]
mod t0003_use_qualified_load;
#[path = "compile_fail/T0003_use/qualified_load_async/pass.rs"]
mod t0003_use_qualified_load_async;
#[path = "compile_fail/T0003_use/qualified_on/pass.rs"]
mod t0003_use_qualified_on;
#[path = "compile_fail/T0003_use/qualified_on_async/pass.rs"]
mod t0003_use_qualified_on_async;
#[path = "compile_fail/T0003_use/replace_into/pass.rs"]
mod t0003_use_replace_into;
#[path = "compile_fail/T0003_use/replace_into_async/pass.rs"]
mod t0003_use_replace_into_async;
#[path = "compile_fail/T0003_use/save_changes/pass.rs"]
mod t0003_use_save_changes;
#[path = "compile_fail/T0003_use/update/pass.rs"]
mod t0003_use_update;
#[path = "compile_fail/T0003_use/update_async/pass.rs"]
mod t0003_use_update_async;
#[path = "compile_fail/T0003_use/update_filter/pass.rs"]
mod t0003_use_update_filter;
#[path = "compile_fail/T0003_use/update_filter_async/pass.rs"]
mod t0003_use_update_filter_async;
#[path = "compile_fail/T0003_use/update_row/pass.rs"]
mod t0003_use_update_row;
#[path = "compile_fail/T0003_use/update_row_async/pass.rs"]
mod t0003_use_update_row_async;
#[path = "compile_fail/T0003_use/update_row_set_row/pass.rs"]
mod t0003_use_update_row_set_row;
#[path = "compile_fail/T0003_use/update_row_set_row_async/pass.rs"]
mod t0003_use_update_row_set_row_async;
#[path = "compile_fail/T0003_use/upsert/pass.rs"]
mod t0003_use_upsert;
#[path = "compile_fail/T0003_use/upsert_async/pass.rs"]
mod t0003_use_upsert_async;
#[path = "compile_fail/T0003_use/upsert_on_constraint/pass.rs"]
mod t0003_use_upsert_on_constraint;
#[path = "compile_fail/T0003_use/upsert_on_constraint_async/pass.rs"]
mod t0003_use_upsert_on_constraint_async;
#[path = "compile_fail/T0003_use/upsert_without_target/pass.rs"]
mod t0003_use_upsert_without_target;
#[path = "compile_fail/T0003_use/upsert_without_target_async/pass.rs"]
mod t0003_use_upsert_without_target_async;
#[path = "compile_fail/T0004_insert/across_tenants/pass.rs"]
mod t0004_insert_across_tenants;
#[path = "compile_fail/T0004_insert/across_tenants_async/pass.rs"]
mod t0004_insert_across_tenants_async;
#[path = "compile_fail/T0004_insert/bare/pass.rs"]
mod t0004_insert_bare;
#[path = "compile_fail/T0004_insert/bare_async/pass.rs"]
mod t0004_insert_bare_async;
#[path = "compile_fail/T0004_insert/write_across_tenants/pass.rs"]
mod t0004_insert_write_across_tenants;
#[path = "compile_fail/T0004_insert/write_across_tenants_async/pass.rs"]
mod t0004_insert_write_across_tenants_async;
#[path = "compile_fail/T0005_mysql_upsert/do_update/pass.rs"]
mod t0005_mysql_upsert_do_update;
#[path = "compile_fail/T0005_mysql_upsert/model/pass.rs"]
mod t0005_mysql_upsert_model;
#[path = "compile_fail/T0005_mysql_upsert/on_conflict_do_nothing/pass.rs"]
mod t0005_mysql_upsert_on_conflict_do_nothing;
#[path = "compile_fail/T0006_tenant_column/derive_as_changeset/pass.rs"]
mod t0006_tenant_column_derive_as_changeset;
#[path = "compile_fail/T0006_tenant_column/derive_as_changeset_optional/pass.rs"]
mod t0006_tenant_column_derive_as_changeset_optional;
#[path = "compile_fail/T0006_tenant_column/derive_insertable/pass.rs"]
mod t0006_tenant_column_derive_insertable;
#[path = "compile_fail/T0006_tenant_column/derive_insertable_renamed/pass.rs"]
mod t0006_tenant_column_derive_insertable_renamed;
#[path = "compile_fail/T0006_tenant_column/insert/pass.rs"]
mod t0006_tenant_column_insert;
#[path = "compile_fail/T0006_tenant_column/insert_async/pass.rs"]
mod t0006_tenant_column_insert_async;
#[path = "compile_fail/T0006_tenant_column/insert_batch/pass.rs"]
mod t0006_tenant_column_insert_batch;
#[path = "compile_fail/T0006_tenant_column/insert_batch_async/pass.rs"]
mod t0006_tenant_column_insert_batch_async;
#[path = "compile_fail/T0006_tenant_column/insert_optional/pass.rs"]
mod t0006_tenant_column_insert_optional;
#[path = "compile_fail/T0006_tenant_column/insert_optional_async/pass.rs"]
mod t0006_tenant_column_insert_optional_async;
#[path = "compile_fail/T0006_tenant_column/set/pass.rs"]
mod t0006_tenant_column_set;
#[path = "compile_fail/T0006_tenant_column/set_async/pass.rs"]
mod t0006_tenant_column_set_async;
#[path = "compile_fail/T0006_tenant_column/set_tuple/pass.rs"]
mod t0006_tenant_column_set_tuple;
#[path = "compile_fail/T0006_tenant_column/set_tuple_async/pass.rs"]
mod t0006_tenant_column_set_tuple_async;
#[path = "compile_fail/T0006_tenant_column/upsert_set/pass.rs"]
mod t0006_tenant_column_upsert_set;
#[path = "compile_fail/T0006_tenant_column/upsert_set_async/pass.rs"]
mod t0006_tenant_column_upsert_set_async;
#[path = "compile_fail/T0007_scope/alias/pass.rs"]
mod t0007_scope_alias;
#[path = "compile_fail/T0007_scope/claim/pass.rs"]
mod t0007_scope_claim;
#[path = "compile_fail/T0007_scope/cross_tenant/pass.rs"]
mod t0007_scope_cross_tenant;
#[path = "compile_fail/T0007_scope/id/pass.rs"]
mod t0007_scope_id;
#[path = "compile_fail/T0007_scope/option/pass.rs"]
mod t0007_scope_option;
#[path = "compile_fail/T0007_scope/option_of_claim/pass.rs"]
mod t0007_scope_option_of_claim;
#[path = "compile_fail/T0007_scope/reference_to_id/pass.rs"]
mod t0007_scope_reference_to_id;
#[path = "compile_fail/T0007_scope/reference_to_reference/pass.rs"]
mod t0007_scope_reference_to_reference;
#[path = "compile_fail/T0007_scope/result/pass.rs"]
mod t0007_scope_result;
#[path = "compile_fail/T0007_scope/unit/pass.rs"]
mod t0007_scope_unit;
#[path = "compile_fail/T0008_tenant_id/column/pass.rs"]
mod t0008_tenant_id_column;
#[path = "compile_fail/T0008_tenant_id/model/pass.rs"]
mod t0008_tenant_id_model;
#[path = "compile_fail/T0008_tenant_id/of/pass.rs"]
mod t0008_tenant_id_of;
#[path = "compile_fail/T0008_tenant_id/text_for_integer/pass.rs"]
mod t0008_tenant_id_text_for_integer;
#[path = "compile_fail/T0008_tenant_id/uuid_for_integer/pass.rs"]
mod t0008_tenant_id_uuid_for_integer;
#[path = "compile_fail/T0009_two_tenants/alias/pass.rs"]
mod t0009_two_tenants_alias;
#[path = "compile_fail/T0009_two_tenants/alias_async/pass.rs"]
mod t0009_two_tenants_alias_async;
#[path = "compile_fail/T0009_two_tenants/boxed/pass.rs"]
mod t0009_two_tenants_boxed;
#[path = "compile_fail/T0009_two_tenants/boxed_async/pass.rs"]
mod t0009_two_tenants_boxed_async;
#[path = "compile_fail/T0009_two_tenants/branded_and_not/pass.rs"]
mod t0009_two_tenants_branded_and_not;
#[path = "compile_fail/T0009_two_tenants/branded_and_not_async/pass.rs"]
mod t0009_two_tenants_branded_and_not_async;
#[path = "compile_fail/T0009_two_tenants/declared/pass.rs"]
mod t0009_two_tenants_declared;
#[path = "compile_fail/T0009_two_tenants/delete/pass.rs"]
mod t0009_two_tenants_delete;
#[path = "compile_fail/T0009_two_tenants/delete_async/pass.rs"]
mod t0009_two_tenants_delete_async;
#[path = "compile_fail/T0009_two_tenants/eq_any/pass.rs"]
mod t0009_two_tenants_eq_any;
#[path = "compile_fail/T0009_two_tenants/eq_any_async/pass.rs"]
mod t0009_two_tenants_eq_any_async;
#[path = "compile_fail/T0009_two_tenants/exists/pass.rs"]
mod t0009_two_tenants_exists;
#[path = "compile_fail/T0009_two_tenants/exists_async/pass.rs"]
mod t0009_two_tenants_exists_async;
#[path = "compile_fail/T0009_two_tenants/join/pass.rs"]
mod t0009_two_tenants_join;
#[path = "compile_fail/T0009_two_tenants/join_async/pass.rs"]
mod t0009_two_tenants_join_async;
#[path = "compile_fail/T0009_two_tenants/join_on/pass.rs"]
mod t0009_two_tenants_join_on;
#[path = "compile_fail/T0009_two_tenants/join_on_async/pass.rs"]
mod t0009_two_tenants_join_on_async;
#[path = "compile_fail/T0009_two_tenants/left_join/pass.rs"]
mod t0009_two_tenants_left_join;
#[path = "compile_fail/T0009_two_tenants/left_join_async/pass.rs"]
mod t0009_two_tenants_left_join_async;
#[path = "compile_fail/T0009_two_tenants/single_value/pass.rs"]
mod t0009_two_tenants_single_value;
#[path = "compile_fail/T0009_two_tenants/single_value_async/pass.rs"]
mod t0009_two_tenants_single_value_async;
#[path = "compile_fail/T0009_two_tenants/update/pass.rs"]
mod t0009_two_tenants_update;
#[path = "compile_fail/T0009_two_tenants/update_async/pass.rs"]
mod t0009_two_tenants_update_async;
#[path = "compile_fail/T0010_columns/constraint/pass.rs"]
mod t0010_columns_constraint;
#[path = "compile_fail/T0010_columns/constraint_async/pass.rs"]
mod t0010_columns_constraint_async;
#[path = "compile_fail/T0010_columns/from_select_tenant/pass.rs"]
mod t0010_columns_from_select_tenant;
#[path = "compile_fail/T0010_columns/from_select_tenant_async/pass.rs"]
mod t0010_columns_from_select_tenant_async;
#[path = "compile_fail/T0010_columns/raw_sql/pass.rs"]
mod t0010_columns_raw_sql;
#[path = "compile_fail/T0010_columns/raw_sql_async/pass.rs"]
mod t0010_columns_raw_sql_async;
#[path = "compile_fail/T0010_columns/tenant_column/pass.rs"]
mod t0010_columns_tenant_column;
#[path = "compile_fail/T0010_columns/tenant_column_async/pass.rs"]
mod t0010_columns_tenant_column_async;
#[path = "compile_fail/T0011_rows/values_into_columns/pass.rs"]
mod t0011_rows_values_into_columns;
#[path = "compile_fail/T0011_rows/values_into_columns_async/pass.rs"]
mod t0011_rows_values_into_columns_async;
#[path = "compile_fail/T0011_rows/values_select/pass.rs"]
mod t0011_rows_values_select;
#[path = "compile_fail/T0011_rows/values_select_async/pass.rs"]
mod t0011_rows_values_select_async;
#[path = "compile_fail/T0012_sealed/assign/pass.rs"]
mod t0012_sealed_assign;
#[path = "compile_fail/T0012_sealed/join/pass.rs"]
mod t0012_sealed_join;
#[path = "compile_fail/T0012_sealed/read/pass.rs"]
mod t0012_sealed_read;
#[path = "compile_fail/T0013_backend/boxed/pass.rs"]
mod t0013_backend_boxed;
#[path = "compile_fail/T0013_backend/generic/pass.rs"]
mod t0013_backend_generic;
#[path = "compile_fail/T0014_change/delete_across/pass.rs"]
mod t0014_change_delete_across;
#[path = "compile_fail/T0014_change/delete_across_async/pass.rs"]
mod t0014_change_delete_across_async;
#[path = "compile_fail/T0014_change/delete_bare/pass.rs"]
mod t0014_change_delete_bare;
#[path = "compile_fail/T0014_change/delete_bare_async/pass.rs"]
mod t0014_change_delete_bare_async;
#[path = "compile_fail/T0014_change/delete_filtered/pass.rs"]
mod t0014_change_delete_filtered;
#[path = "compile_fail/T0014_change/delete_filtered_async/pass.rs"]
mod t0014_change_delete_filtered_async;
#[path = "compile_fail/T0014_change/delete_row/pass.rs"]
mod t0014_change_delete_row;
#[path = "compile_fail/T0014_change/delete_row_async/pass.rs"]
mod t0014_change_delete_row_async;
#[path = "compile_fail/T0014_change/update_across/pass.rs"]
mod t0014_change_update_across;
#[path = "compile_fail/T0014_change/update_across_async/pass.rs"]
mod t0014_change_update_across_async;
#[path = "compile_fail/T0014_change/update_bare/pass.rs"]
mod t0014_change_update_bare;
#[path = "compile_fail/T0014_change/update_bare_async/pass.rs"]
mod t0014_change_update_bare_async;
#[path = "compile_fail/T0014_change/update_filtered/pass.rs"]
mod t0014_change_update_filtered;
#[path = "compile_fail/T0014_change/update_filtered_async/pass.rs"]
mod t0014_change_update_filtered_async;
#[path = "compile_fail/T0014_change/update_found/pass.rs"]
mod t0014_change_update_found;
#[path = "compile_fail/T0014_change/update_found_async/pass.rs"]
mod t0014_change_update_found_async;
#[path = "compile_fail/T0014_change/update_joined/pass.rs"]
mod t0014_change_update_joined;
#[path = "compile_fail/T0014_change/update_joined_async/pass.rs"]
mod t0014_change_update_joined_async;
#[path = "compile_fail/T0015_cross_tenant/alias/pass.rs"]
mod t0015_cross_tenant_alias;
#[path = "compile_fail/T0015_cross_tenant/option/pass.rs"]
mod t0015_cross_tenant_option;
#[path = "compile_fail/T0015_cross_tenant/reason/pass.rs"]
mod t0015_cross_tenant_reason;
#[path = "compile_fail/T0015_cross_tenant/scope/pass.rs"]
mod t0015_cross_tenant_scope;
#[path = "compile_fail/T0015_cross_tenant/scope_to_write/pass.rs"]
mod t0015_cross_tenant_scope_to_write;
#[path = "compile_fail/T0016_no_tenant_table/alias/pass.rs"]
mod t0016_no_tenant_table_alias;
#[path = "compile_fail/T0016_no_tenant_table/alias_async/pass.rs"]
mod t0016_no_tenant_table_alias_async;
#[path = "compile_fail/T0016_no_tenant_table/model/pass.rs"]
mod t0016_no_tenant_table_model;
#[path = "compile_fail/T0016_no_tenant_table/undeclared_model/pass.rs"]
mod t0016_no_tenant_table_undeclared_model;
#[path = "compile_fail/T0017_undeclared/alias/pass.rs"]
mod t0017_undeclared_alias;
#[path = "compile_fail/T0017_undeclared/exists/pass.rs"]
mod t0017_undeclared_exists;
#[path = "compile_fail/T0017_undeclared/exists_async/pass.rs"]
mod t0017_undeclared_exists_async;
#[path = "compile_fail/T0017_undeclared/join_on/pass.rs"]
mod t0017_undeclared_join_on;
#[path = "compile_fail/T0017_undeclared/join_on_async/pass.rs"]
mod t0017_undeclared_join_on_async;
#[path = "compile_fail/T0017_undeclared/joinable/pass.rs"]
mod t0017_undeclared_joinable;
#[path = "compile_fail/T0017_undeclared/root/pass.rs"]
mod t0017_undeclared_root;
#[path = "compile_fail/T0017_undeclared/root_async/pass.rs"]
mod t0017_undeclared_root_async;
#[path = "compile_fail/T0018_no_global_table/alias/pass.rs"]
mod t0018_no_global_table_alias;
#[path = "compile_fail/T0018_no_global_table/alias_async/pass.rs"]
mod t0018_no_global_table_alias_async;
#[path = "compile_fail/T0018_no_global_table/annotated/pass.rs"]
mod t0018_no_global_table_annotated;
#[path = "compile_fail/T0019_model/builder_type/pass.rs"]
mod t0019_model_builder_type;
#[path = "compile_fail/T0019_model/underived/pass.rs"]
mod t0019_model_underived;
#[path = "compile_fail/T0020_parent/itself/pass.rs"]
mod t0020_parent_itself;
#[path = "compile_fail/T0020_parent/stranger/pass.rs"]
mod t0020_parent_stranger;
#[path = "compile_fail/T0020_parent/vector/pass.rs"]
mod t0020_parent_vector;
#[path = "compile_fail/T0021_batch/fragment/pass.rs"]
mod t0021_batch_fragment;
#[path = "compile_fail/T0022_bulk/function/pass.rs"]
mod t0022_bulk_function;
#[path = "compile_fail/T0022_bulk/subquery/pass.rs"]
mod t0022_bulk_subquery;
#[path = "compile_fail/T0101_tenant_column/no_such_column/pass.rs"]
mod t0101_tenant_column_no_such_column;
#[path = "compile_fail/T0101_tenant_column/no_such_column_in_table/pass.rs"]
mod t0101_tenant_column_no_such_column_in_table;
#[path = "compile_fail/T0101_tenant_column/none/pass.rs"]
mod t0101_tenant_column_none;
#[path = "compile_fail/T0101_tenant_column/other_name/pass.rs"]
mod t0101_tenant_column_other_name;
#[path = "compile_fail/T0101_tenant_column/unnamed/pass.rs"]
mod t0101_tenant_column_unnamed;
#[path = "compile_fail/T0102_nullable/attribute/pass.rs"]
mod t0102_nullable_attribute;
#[path = "compile_fail/T0102_nullable/table/pass.rs"]
mod t0102_nullable_table;
#[path = "compile_fail/T0103_syntax/global_option/pass.rs"]
mod t0103_syntax_global_option;
#[path = "compile_fail/T0103_syntax/not_a_table/pass.rs"]
mod t0103_syntax_not_a_table;
#[path = "compile_fail/T0103_syntax/schema_option/pass.rs"]
mod t0103_syntax_schema_option;
#[path = "compile_fail/T0103_syntax/schema_without_file/pass.rs"]
mod t0103_syntax_schema_without_file;
#[path = "compile_fail/T0103_syntax/scoped_option/pass.rs"]
mod t0103_syntax_scoped_option;
#[path = "compile_fail/T0103_syntax/scoped_reason/pass.rs"]
mod t0103_syntax_scoped_reason;
#[path = "compile_fail/T0103_syntax/scoped_string/pass.rs"]
mod t0103_syntax_scoped_string;
#[path = "compile_fail/T0103_syntax/table_option/pass.rs"]
mod t0103_syntax_table_option;
#[path = "compile_fail/T0103_syntax/table_option_equals/pass.rs"]
mod t0103_syntax_table_option_equals;
#[path = "compile_fail/T0104_twice/column/pass.rs"]
mod t0104_twice_column;
#[path = "compile_fail/T0104_twice/crate_path/pass.rs"]
mod t0104_twice_crate_path;
#[path = "compile_fail/T0104_twice/global/pass.rs"]
mod t0104_twice_global;
#[path = "compile_fail/T0104_twice/reason/pass.rs"]
mod t0104_twice_reason;
#[path = "compile_fail/T0104_twice/schema/pass.rs"]
mod t0104_twice_schema;
#[path = "compile_fail/T0105_not_a_table/global_module/pass.rs"]
mod t0105_not_a_table_global_module;
#[path = "compile_fail/T0105_not_a_table/scoped_struct/pass.rs"]
mod t0105_not_a_table_scoped_struct;
#[path = "compile_fail/T0106_both/attributes/pass.rs"]
mod t0106_both_attributes;
#[path = "compile_fail/T0106_both/list/pass.rs"]
mod t0106_both_list;
#[path = "compile_fail/T0107_reason/attribute/pass.rs"]
mod t0107_reason_attribute;
#[path = "compile_fail/T0107_reason/empty/pass.rs"]
mod t0107_reason_empty;
#[path = "compile_fail/T0107_reason/list/pass.rs"]
mod t0107_reason_list;
#[path = "compile_fail/T0108_second_name/sql_name/pass.rs"]
mod t0108_second_name_sql_name;
#[path = "compile_fail/T0109_file/by_import/pass.rs"]
mod t0109_file_by_import;
#[path = "compile_fail/T0109_file/by_its_full_path/pass.rs"]
mod t0109_file_by_its_full_path;
#[path = "compile_fail/T0110_unknown_global/schema/pass.rs"]
mod t0110_unknown_global_schema;
#[path = "compile_fail/T0110_unknown_global/table/pass.rs"]
mod t0110_unknown_global_table;
#[path = "compile_fail/T0201_model_shape/enumeration/pass.rs"]
mod t0201_model_shape_enumeration;
#[path = "compile_fail/T0201_model_shape/generic/pass.rs"]
mod t0201_model_shape_generic;
#[path = "compile_fail/T0201_model_shape/tuple/pass.rs"]
mod t0201_model_shape_tuple;
#[path = "compile_fail/T0201_model_shape/unit/pass.rs"]
mod t0201_model_shape_unit;
#[path = "compile_fail/T0202_model_tenant/missing/pass.rs"]
mod t0202_model_tenant_missing;
#[path = "compile_fail/T0202_model_tenant/named/pass.rs"]
mod t0202_model_tenant_named;
#[path = "compile_fail/T0203_model_option/option/pass.rs"]
mod t0203_model_option_option;
#[path = "compile_fail/T0203_model_option/path/pass.rs"]
mod t0203_model_option_path;
#[path = "compile_fail/T0204_model_options/id_and_field/pass.rs"]
mod t0204_model_options_id_and_field;
#[path = "compile_fail/T0204_model_options/string/pass.rs"]
mod t0204_model_options_string;
#[path = "compile_fail/T0204_model_options/twice/pass.rs"]
mod t0204_model_options_twice;
#[path = "compile_fail/T0204_model_options/unknown/pass.rs"]
mod t0204_model_options_unknown;
#[path = "compile_fail/T0301_statement/boxed_sql_query/pass.rs"]
mod t0301_statement_boxed_sql_query;
#[path = "compile_fail/T0301_statement/one_shot_another_tenant/pass.rs"]
mod t0301_statement_one_shot_another_tenant;
#[path = "compile_fail/T0301_statement/one_shot_execute/pass.rs"]
mod t0301_statement_one_shot_execute;
#[path = "compile_fail/T0301_statement/one_shot_load/pass.rs"]
mod t0301_statement_one_shot_load;
#[path = "compile_fail/T0301_statement/sql_literal/pass.rs"]
mod t0301_statement_sql_literal;
#[path = "compile_fail/T0301_statement/sql_query_bound/pass.rs"]
mod t0301_statement_sql_query_bound;
#[path = "compile_fail/T0301_statement/sql_query_execute/pass.rs"]
mod t0301_statement_sql_query_execute;
#[path = "compile_fail/T0301_statement/sql_query_load/pass.rs"]
mod t0301_statement_sql_query_load;
#[path = "compile_fail/T0301_statement/undeclared_delete/pass.rs"]
mod t0301_statement_undeclared_delete;
#[path = "compile_fail/T0301_statement/undeclared_insert/pass.rs"]
mod t0301_statement_undeclared_insert;
#[path = "compile_fail/T0301_statement/undeclared_update/pass.rs"]
mod t0301_statement_undeclared_update;
#[path = "compile_fail/T0302_another_tenant/alias/pass.rs"]
mod t0302_another_tenant_alias;
#[path = "compile_fail/T0302_another_tenant/boxed/pass.rs"]
mod t0302_another_tenant_boxed;
#[path = "compile_fail/T0302_another_tenant/count/pass.rs"]
mod t0302_another_tenant_count;
#[path = "compile_fail/T0302_another_tenant/delete/pass.rs"]
mod t0302_another_tenant_delete;
#[path = "compile_fail/T0302_another_tenant/every_tenant/pass.rs"]
mod t0302_another_tenant_every_tenant;
#[path = "compile_fail/T0302_another_tenant/first/pass.rs"]
mod t0302_another_tenant_first;
#[path = "compile_fail/T0302_another_tenant/insert/pass.rs"]
mod t0302_another_tenant_insert;
#[path = "compile_fail/T0302_another_tenant/join/pass.rs"]
mod t0302_another_tenant_join;
#[path = "compile_fail/T0302_another_tenant/load/pass.rs"]
mod t0302_another_tenant_load;
#[path = "compile_fail/T0302_another_tenant/returning/pass.rs"]
mod t0302_another_tenant_returning;
#[path = "compile_fail/T0302_another_tenant/update/pass.rs"]
mod t0302_another_tenant_update;
