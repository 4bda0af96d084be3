"""Why tests of the foreign suites fail: for each suite, by design, the reasons and the tests."""

import sys

NAMES = "`repr` shows the names of our classes"
EMPTY = "there is more than one empty object"
FROZEN = "a map cannot change"

# From 3.12 on.
DEEP = {"`repr` may go as deep as the stack is": ["test_deeply_nested_repr"]} if sys.version_info >= (3, 12) else {}

REASONS = {
    "immutables, map": {
        NAMES: ["test_repr_1", "test_repr_3", "test_none_as_key", "test_none_collision_1", "test_map_mut_3"],
        "a known hash is not computed again": ["test_map_mut_7"],
        "errors are worded otherwise": ["test_map_mut_6"],
        "a map can be made of a mutation": ["test_map_mut_17"],
        "nodes are not shown": [
            "test_bitmap_node_delete_in_place_count",
            "test_bitmap_node_update_in_place_count",
            "test_collision_node_delete_in_place_count",
            "test_collision_node_update_in_place_count",
        ],
    },
    "pyrsistent, map": {
        EMPTY: ["test_literalish_works"],
        "keys are not attributes": ["test_initialization_with_one_element"],
        "there is no `transform`": [
            "test_transform_base_case",
            "test_transform_nested_maps",
            "test_transform_levels_missing",
        ],
        NAMES: ["test_str"],
    },
    "pyrsistent, set": {
        EMPTY: ["test_literalish_works"],
        NAMES: ["test_str"],
        "a mutation does not tell whether it has changed": [
            "test_evolver_simple_add",
        ],
    },
    "rpds, map": {
        "a known hash is not computed again": ["test_map_does_not_hash_values_on_second_hash_invocation"],
        "a class makes a new object of a map": ["test_fast_convert_hashtriemap"],
        "views have the methods of a dict's": ["test_keys_setlike", "test_items_setlike"],
        NAMES: ["test_keys_repr", "test_values_repr", "test_items_repr"],
    },
    "rpds, set": {},
    "pypersistent 2, map": {
        "a map is equal to a dict with the same entries": ["test_equality"],
        "there is no list": ["test_pickle_nested"],
    },
    "pypersistent 2, set": {
        "a set is equal to a set of Python with the same elements": ["test_inequality_with_non_set"],
    },
    "CPython, HamtTest": {
        "`items()` is a view, not an iterator": ["test_hamt_gc_2"],
    },
    "CPython, frozenset": {
        "a class makes a new object of a set": ["test_constructor_identity"],
        "`repr` has braces around the dots": ["test_cyclical_repr"],
        "only the interpreter sees the hashes that a dict keeps": ["test_do_not_rehash_dict_keys"],
        "`intersection` of nothing is the set itself": ["test_intersection"],
    },
    "CPython, frozenset, on a subclass": {
        "`repr` has braces around the dots": ["test_cyclical_repr"],
        "only the interpreter sees the hashes that a dict keeps": ["test_do_not_rehash_dict_keys"],
        "`copy` and `intersection` of nothing are the set itself": ["test_copy", "test_intersection"],
        "a subclass with more arguments has its own `__new__`": ["test_keywords_in_subclass"],
    },
    "CPython, dict views": {
        FROZEN: ["test_dict_items", "test_dict_keys", "test_recursive_repr"],
        NAMES: ["test_dict_repr"],
        **DEEP,
    },
    "CPython, mapping, on maps": {
        FROZEN: [
            "test_clear",
            "test_getitem",
            "test_mutatingiteration",
            "test_pop",
            "test_popitem",
            "test_repr_deep",
            "test_setdefault",
            "test_update",
            "test_write",
        ],
        "`fromkeys` calls a subclass with the whole map": ["test_fromkeys"],
        NAMES: ["test_repr"],
    },
    "CPython, mapping, on mutations": {
        "only a map makes a mutation": ["test_copy", "test_fromkeys", "test_popitem"],
        NAMES: ["test_repr"],
    },
}
