"""Why tests of the foreign suites fail: for each suite, by design, the reasons and the tests."""

NAMES = "our classes have names of their own, which `repr` shows"
FROZEN = "a map cannot change"

REASONS = {
    "immutables, map": {
        NAMES: ["test_repr_1", "test_repr_3", "test_none_as_key", "test_map_mut_3"],
        "errors are worded otherwise": ["test_map_mut_6", "test_map_mut_17"],
        "a union with a map asks for no hash again": ["test_map_mut_7"],
        "no `__dump__` of nodes": [
            "test_bitmap_node_delete_in_place_count",
            "test_bitmap_node_update_in_place_count",
            "test_collision_node_delete_in_place_count",
            "test_collision_node_update_in_place_count",
        ],
    },
    "pyrsistent, map": {
        "there is not one empty map": ["test_literalish_works"],
        "entries are no attributes": ["test_initialization_with_one_element"],
        "no `transform` along a path": [
            "test_transform_base_case",
            "test_transform_nested_maps",
            "test_transform_levels_missing",
        ],
        NAMES: ["test_str"],
    },
}
