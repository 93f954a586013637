"""A session's settings: what a new one begins with, and those that have one value here.

Source: https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_ConfigurationRef.html
"""

from __future__ import annotations

from labkit.cloud.redshift.warehouse import access_modes

SETTINGS = {
    "search_path": '"$user", public',
    "timezone": "UTC",
    "datestyle": "ISO, MDY",
    "query_group": "default",
    "statement_timeout": "0",
    "enable_result_cache_for_session": "on",
    "enable_case_sensitive_identifier": "off",
    "enable_case_sensitive_super_attribute": "off",
    "client_encoding": "UTF8",
    "server_version": "8.0.2",
    "extra_float_digits": "0",
    "autocommit": "on",
    "wlm_query_slot_count": "1",
    "transaction_isolation": "serializable",
    "default_transaction_isolation": "serializable",
    access_modes.TRANSACTION: "off",
    access_modes.SESSION: "off",
    "server_encoding": "UNICODE",
    "integer_datetimes": "on",
    "application_name": "",
    "client_min_messages": "notice",
    "analyze_threshold_percent": "10",
    "error_on_nondeterministic_update": "off",
    "mv_enable_aqmv_for_session": "on",
    "json_parse_dedup_attributes": "off",
    "json_serialization_enable": "off",
    "json_serialization_parse_nested_strings": "off",
    "max_cursor_result_set_size": "default",
    "enable_vacuum_boost": "off",
    "max_concurrency_scaling_clusters": "1",
    "pg_federation_repeatable_read": "on",
    "stored_proc_log_min_messages": "LOG",
    "use_fips_ssl": "off",
    "seed": "unavailable",
}
#: Settings that change answers, which have one value here.
FIXED = {
    "cast_super_null_on_error": "on",
    "navigate_super_null_on_error": "on",
    "parse_super_null_on_error": "off",
    "default_geometry_encoding": "1",
    "describe_field_name_in_uppercase": "off",
    "downcase_delimited_identifier": "on",
    "enable_numeric_rounding": "on",
    "interval_forbid_composite_literals": "off",
    "intervalstyle": "postgres",
    "json_parse_truncate_strings": "off",
    "max_identifier_length": "127",
    "max_index_keys": "32",
    "spectrum_enable_pseudo_columns": "on",
    "spectrum_query_maxerror": "-1",
}
SETTINGS |= FIXED
