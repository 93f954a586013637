"""Functions that Trino has and this engine does not, with the reason.

Source: https://trino.io/docs/current/functions/list.html
"""

from __future__ import annotations

_REASONS = {
    "no shape is made of others": (
        "geometry_collect_agg geometry_invalid_reason "
        "geometry_union geometry_union_agg "
        "simplify_geometry spatial_partitioning "
        "spatial_partitions st_asewkb st_asewkt st_buffer st_collect st_difference st_force2d "
        "st_force3d st_geomfromewkt st_geomfromkml st_intersection "
        "st_linemerge st_makeline st_makepolygon st_minimumboundingcircle st_multi "
        "st_normalize st_orientedenvelope st_pointonsurface st_polygonize st_reduceprecision "
        "st_setsrid st_srid st_symdifference st_transform st_union st_voronoipolygons st_z"
    ),
    "there is no machine learning": (
        "classify evaluate_classifier_predictions features learn_classifier "
        "learn_libsvm_classifier learn_libsvm_regressor learn_regressor regress"
    ),
    "there is no color type": "bar color render rgb",
    "there is no multiset type": "cardinality_multiset collect element fusion intersection set",
    "it belongs to row pattern recognition": (
        "classifier first last match_number next permute prev"
    ),
    "it has no counterpart in the engine": ("spooky_hash_v2_32 spooky_hash_v2_64 title_case xpath"),
    "its answer would change from run to run": "random_string",
    "it says who asks, which the engine does not know": "current_user current_role current_groups",
    "there is no time with a zone": "current_time",
    "it belongs to a connector that Athena does not have": (
        "objectid objectid_timestamp timestamp_objectid exclude_columns "
        "theta_sketch_cardinality theta_sketch_union"
    ),
}

REFUSED: dict[str, str] = {
    name: reason for reason, names in _REASONS.items() for name in names.split()
}
