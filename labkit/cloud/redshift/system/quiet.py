"""System tables and views of which a warehouse here has nothing to tell: they are empty.

What they tell of does not happen here (queues, slices' hardware, models, what PostgreSQL is made
of), or is not kept. Their columns are the guide's and PostgreSQL 8.0's, so
that what reads them runs.

Source: https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html
"""

from __future__ import annotations

from labkit.cloud.redshift.system.registry import empty

_QUIET = {
    # What a query's planner knows
    "pg_statistic": "starelid oid, staattnum smallint, stanullfrac float4, stawidth int, "
    "stadistinct float4, stakind1 smallint, stakind2 smallint, stakind3 smallint, "
    "stakind4 smallint, staop1 oid, staop2 oid, staop3 oid, staop4 oid, "
    "stanumbers1 _text, stanumbers2 _text, stanumbers3 _text, stanumbers4 _text, "
    "stavalues1 _text, stavalues2 _text, stavalues3 _text, stavalues4 _text",
    "pg_statistic_indicator": "stairelid oid, stairows double precision, "
    "staiins double precision, staidels double precision",
    # Queues, load and disks
    "svl_query_queue_info": "database text, query int, xid bigint, userid int, querytxt text, "
    "queue_start_time timestamp, exec_start_time timestamp, service_class int, slots int, "
    "queue_elapsed bigint, exec_elapsed bigint, wlm_total_elapsed bigint, "
    "commit_queue_elapsed bigint, commit_exec_time bigint, service_class_name char(64)",
    "stl_wlm_rule_action": "userid int, query int, service_class int, rule char(256), "
    "action char(256), recordtime timestamp, action_value char(256), "
    "service_class_name char(64)",
    "stv_wlm_qmr_config": "service_class int, rule_name char(256), action char(256), "
    "metric_name char(256), metric_operator char(256), metric_value double precision, "
    "action_value char(256)",
    "stv_wlm_classification_config": "id int, condition char(128), action_seq int, "
    "action char(64), action_service_class int",
    "stv_tbl_trans": "slice int, id int, rows bigint, size bigint, last_commit timestamp, "
    "temp int, name char(72)",
    "stv_wlm_service_class_state": "service_class int, num_queued_queries int, "
    "num_executing_queries int, num_serviced_queries int, num_executed_queries int, "
    "num_concurrency_scaling_queries int, query_working_mem int, num_query_tasks int",
    "stv_wlm_query_queue_state": "service_class int, position int, task int, query int, "
    "slot_count int, start_time timestamp, queue_time bigint",
    "stv_wlm_query_task_state": "service_class int, task int, query int, level int, "
    "start_time timestamp, exec_time bigint",
    "svcs_concurrency_scaling_usage": "start_time timestamp, end_time timestamp, queries bigint, "
    "usage_in_seconds numeric(27,0)",
    "stv_load_state": "userid int, session int, query int, slice int, pid int, "
    "recordtime timestamp, bytes_to_load bigint, bytes_loaded bigint, bytes_to_load_compressed "
    "bigint, bytes_loaded_compressed bigint, lines int, num_files int, num_files_complete int, "
    "current_file char(256), pct_complete int",
    "stv_partitions": "owner int, host int, diskno int, part_begin bigint, part_end bigint, "
    "used int, tossed int, capacity int, reads bigint, writes bigint, seek_forward int, "
    "seek_back int, is_san int, failed int, mbps int, mount char(256)",
    "stv_node_storage_capacity": "node int, used int, capacity int",
    "stl_file_scan": "userid int, query int, slice int, name char(90), lines bigint, "
    "bytes bigint, loadtime bigint, curtime timestamp, is_partial int, start_offset bigint",
    "stl_s3client_error": "userid int, query int, sliceid int, recordtime timestamp, pid int, "
    "http_method char(64), bucket char(64), key char(256), error char(1024), is_partial int, "
    "start_offset bigint",
    "stl_restarted_sessions": "currenttime timestamp, dbname char(50), newpid int, oldpid int, "
    "username char(50), remotehost char(45), remoteport char(32), parkedtime timestamp, "
    "session_vars char(2000)",
    "stl_sessions": "userid int, starttime timestamp, endtime timestamp, process int, "
    "user_name char(50), db_name char(50), timeout_sec int, timed_out int",
    "stl_s3client": "userid int, query int, slice int, recordtime timestamp, pid int, "
    "http_method char(64), bucket char(64), key char(256), transfer_size bigint, "
    "data_size bigint, start_time bigint, end_time bigint, transfer_time bigint, "
    "compression_time bigint, connect_time bigint, app_connect_time bigint, retries bigint, "
    "request_id char(32), extended_request_id char(128), ip_address char(64)",
    "stl_commit_stats": "xid bigint, node int, startqueue timestamp, startwork timestamp, "
    "endflush timestamp, endstage timestamp, endlocal timestamp, startglobal timestamp, "
    "endtime timestamp, queuelen bigint, permblocks bigint, newblocks bigint, "
    "dirtyblocks bigint, headers bigint, numxids bigint, oldestxid bigint, extwritelatency "
    "bigint, metadatawritten int",
    # What goes wrong
    "stl_alert_event_log": "userid int, query int, slice int, segment int, step int, pid int, "
    "xid bigint, event char(1024), solution char(1024), event_time timestamp",
    "svcs_alert_event_log": "userid int, query int, segment int, step int, pid int, xid bigint, "
    "event char(1024), solution char(1024), event_time timestamp",
    "stl_wlm_error": "userid int, recordtime timestamp, pid int, error_string char(256)",
    "svl_spectrum_scan_error": "userid int, query int, location char(256), rowid char(2100), "
    "colname char(127), original_value char(1024), modified_value char(1024), trigger char(128), "
    "action char(128), action_value char(128), error_code int",
    "sys_external_query_error": "user_id int, query_id bigint, file_location char(256), "
    "rowid char(2100), column_name char(127), original_value char(1024), "
    "modified_value char(1024), trigger char(128), action char(128), action_value char(128), "
    "error_code int",
    "stl_error": "userid int, process char(12), recordtime timestamp, pid int, errcode int, "
    'file char(90), linenum int, context char(100), error char(512)',
    "stl_tr_conflict": "xact_id bigint, process_id bigint, xact_start_ts timestamp, "
    "abort_time timestamp, table_id bigint",
    "stl_undone": "xact_id bigint, xact_id_undone bigint, undo_start_ts timestamp, "
    "undo_end_ts timestamp, table_id bigint",
    "stv_locks": "table_id bigint, last_commit timestamp, last_update timestamp, "
    "lock_owner bigint, lock_owner_pid bigint, lock_owner_start_ts timestamp, "
    "lock_owner_end_ts timestamp, lock_status char(22)",
    "pg_locks": "relation oid, database oid, transaction bigint, pid int, mode text, "
    "granted boolean",
    "svv_transactions": "txn_owner text, txn_db text, xid bigint, pid int, "
    "txn_start timestamp, lock_mode text, lockable_object_type text, relation int, "
    "granted boolean",
    # What PostgreSQL 8.0 is made of
    "pg_aggregate": "aggfnoid oid, aggtransfn oid, aggfinalfn oid, aggtranstype oid, "
    "agginitval text",
    "pg_amop": "amopclaid oid, amopsubtype oid, amopstrategy smallint, amopreqcheck boolean, "
    "amopopr oid",
    "pg_amproc": "amopclaid oid, amprocsubtype oid, amprocnum smallint, amproc oid",
    "pg_cast": "oid oid, castsource oid, casttarget oid, castfunc oid, castcontext char(1)",
    "pg_conversion": "oid oid, conname name, connamespace oid, conowner int, "
    "conforencoding int, contoencoding int, conproc oid, condefault boolean",
    "pg_largeobject": "loid oid, pageno int, data varbyte",
    "pg_opclass": "oid oid, opcamid oid, opcname name, opcnamespace oid, opcowner int, "
    "opcintype oid, opcdefault boolean, opckeytype oid",
    "pg_operator": "oid oid, oprname name, oprnamespace oid, oprowner int, oprkind char(1), "
    "oprcanhash boolean, oprleft oid, oprright oid, oprresult oid, oprcom oid, oprnegate oid, "
    "oprlsortop oid, oprrsortop oid, oprltcmpop oid, oprgtcmpop oid, oprcode oid, oprrest oid, "
    "oprjoin oid",
    "pg_rules": "schemaname name, tablename name, rulename name, definition text",
    "pg_shdepend": "dbid oid, classid oid, objid oid, refclassid oid, refobjid oid, "
    "deptype char(1)",
    "pg_stats": "schemaname name, tablename name, attname name, null_frac float4, "
    "avg_width int, n_distinct float4, most_common_vals text, most_common_freqs text, "
    "histogram_bounds text, correlation float4",
    # Maintenance, models, advice
    "pg_conf": "key varchar(256), value varchar(65535)",
    "pg_library": "name name, language_oid oid, file_store_id int, owner int",
    "stl_vacuum": "userid int, xid bigint, table_id int, status char(30), rows bigint, "
    "sortedrows int, blocks int, max_merge_partitions int, eventtime timestamp, "
    "reclaimable_rows bigint, reclaimable_space_mb bigint, cutoff_xid bigint, is_recluster int",
    "stl_analyze": "userid int, xid bigint, database char(30), table_id int, status char(15), "
    "rows double precision, modified_rows double precision, threshold_percent int, "
    "is_auto char(1), starttime timestamp, endtime timestamp, prevtime timestamp, "
    "num_predicate_cols int, num_new_predicate_cols int, is_background char(1)",
    "svv_vacuum_progress": "table_name text, status text, time_remaining_estimate text",
    "svv_vacuum_summary": "table_name text, xid bigint, sort_partitions bigint, "
    "merge_increments bigint, elapsed_time bigint, row_delta bigint, sortedrow_delta bigint, "
    "block_delta int, max_merge_partitions int",
    # As AnalyzeVacuumUtility of amazon-redshift-utils reads it; the guide does not have it
    "stv_interleaved_counts": "tbl int, col int, compressed_val bigint, count bigint",
    "svv_interleaved_columns": "tbl int, col int, interleaved_skew numeric(19,2), "
    "last_reindex timestamp",
    "svl_auto_worker_action": "table_id int, type char(32), status char(128), "
    "eventtime timestamp, sequence int, previous_state char(200)",
    "sys_auto_table_optimization": "table_id int, alter_table_type char(32), status char(128), "
    "event_time timestamp, alter_from char(200)",
    "sys_mv_state": "user_id bigint, transaction_id bigint, database_name char(128), "
    "event_desc char(500), start_time timestamp, base_table_database_name char(128), "
    "base_table_schema char(128), base_table_name char(128), mv_schema char(128), "
    "mv_name char(128), state char(32)",
    "stl_mv_state": "userid bigint, starttime timestamp, xid bigint, event_desc char(500), "
    "db_name char(128), base_table_schema char(128), base_table_name char(128), "
    "mv_schema char(128), mv_name char(128), state char(32)",
    "svv_alter_table_recommendations": "type character(32), database character(128), "
    "table_id int, group_id int, ddl character(1024), auto_eligible character(1)",
    "svv_restore_table_state": "task_id bigint, task_status char(30), total_data_in_mb bigint, "
    "progress_percent int, bytes_copied bigint, elapsed_time_in_sec bigint",
    "svv_ml_model_info": "schema_name char(128), user_name char(128), model_name char(128), "
    "life_cycle varchar(20), is_refreshable int, model_state varchar(128)",
    "svv_identity_providers": "uid int, name text, type text, instanceid text, params text, "
    "enabled boolean",
    "stv_cursor_configuration": "current_cursor_count int, max_diskspace_usable int, "
    "current_diskspace_used int",
    "sys_vacuum_history": "user_id int, transaction_id bigint, query_id bigint, "
    "database_name text, schema_name text, table_name text, table_id int, vacuum_type "
    "char(30), is_automatic boolean, status char(8), start_time timestamp, end_time timestamp, "
    "record_time timestamp, duration bigint, rows_before_vacuum bigint, size_before_vacuum int, "
    "reclaimable_rows bigint, reclaimed_rows bigint, reclaimed_blocks bigint, "
    "sortedrows_before_vacuum int, sortedrows_after_vacuum int",
    "sys_analyze_history": "user_id int, transaction_id bigint, query_id bigint, "
    "database_name char(30), schema_name char(128), table_name char(128), table_id int, "
    "is_automatic boolean, status char(15), start_time timestamp, end_time timestamp, "
    "rows double precision, modified_rows double precision, analyze_threshold_percent int, "
    "last_analyze_time timestamp",
    "svl_udf_log": "query int, message char(4096), created timestamp, traceback char(4096), "
    "funcname char(256), node int, slice int, seq int",
}  # fmt: skip

empty(_QUIET)
