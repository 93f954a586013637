"""Functions that Trino has and this engine does not, with the reason.

Source: https://trino.io/docs/current/functions/list.html
"""

from __future__ import annotations

_REASONS = {
    "there is no geometry type": (
        "bing_tile bing_tile_at bing_tile_coordinates bing_tile_polygon bing_tile_quadkey "
        "bing_tile_zoom_level bing_tiles_around convex_hull_agg from_encoded_polyline "
        "from_geojson_geometry geometry_collect_agg geometry_from_hadoop_shape "
        "geometry_invalid_reason geometry_nearest_points geometry_to_bing_tiles geometry_union "
        "geometry_union_agg line_interpolate_point line_interpolate_points "
        "line_locate_point simplify_geometry spatial_partitioning spatial_partitions "
        "st_area st_asbinary st_asewkb st_asewkt st_astext st_boundary st_buffer st_centroid "
        "st_collect st_contains st_convexhull st_coorddim st_crosses st_difference st_dimension "
        "st_disjoint st_distance st_endpoint st_envelope st_envelopeaspts st_equals "
        "st_exteriorring st_force2d st_force3d st_geometries st_geometryfromtext st_geometryn "
        "st_geometrytype st_geomfrombinary st_geomfromewkt st_geomfromkml st_interiorringn "
        "st_interiorrings st_intersection st_intersects st_isclosed st_isempty st_isring "
        "st_issimple st_isvalid st_length st_linefromtext st_linemerge st_linestring st_makeline "
        "st_makepolygon st_minimumboundingcircle st_multi st_multipoint st_normalize "
        "st_numgeometries st_numinteriorring st_numpoints st_orientedenvelope st_overlaps st_point "
        "st_pointn st_pointonsurface st_points st_polygon st_polygonize st_relate "
        "st_reduceprecision st_setsrid st_srid st_startpoint st_symdifference st_touches "
        "st_transform st_union st_voronoipolygons st_within st_x st_xmax st_xmin st_y st_ymax "
        "st_ymin st_z to_encoded_polyline to_geojson_geometry to_geometry to_spherical_geography"
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
    "it has no counterpart in the engine": (
        "beta_cdf inverse_beta_cdf t_cdf t_pdf spooky_hash_v2_32 spooky_hash_v2_64 "
        "numeric_histogram title_case "
        "xpath"
    ),
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
