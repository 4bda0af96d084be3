"""CPython's own tests, from its package `test`, of our classes."""

import ast
import inspect

from pypersistent import PersistentMap, PersistentSet
from test import mapping_tests, test_context, test_dictviews, test_set

test_context.hamt = PersistentMap
test_set.frozenset = PersistentSet


class HamtTest(test_context.HamtTest):
    # It is skipped where the interpreter does not give its own map away.
    __unittest_skip__ = False


class FrozenSetTest(test_set.TestFrozenSet):
    thetype = basetype = PersistentSet


class Subclass(PersistentSet):
    pass


class FrozenSetSubclassTest(test_set.TestFrozenSetSubclass):
    # The methods of a subclass of ours return objects of the subclass.
    thetype = basetype = Subclass


class Displays(ast.NodeTransformer):
    """Makes calls of `PersistentMap` out of displays of dicts."""

    def visit_Dict(self, node):
        self.generic_visit(node)
        return ast.Call(ast.Name("PersistentMap", ast.Load()), [node], [])


def dict_views_test():
    tree = Displays().visit(ast.parse(inspect.getsource(test_dictviews)))
    code = compile(ast.fix_missing_locations(tree), test_dictviews.__file__, "exec")
    names = {"__name__": __name__, "PersistentMap": PersistentMap, "dict": PersistentMap}
    exec(code, names)
    return names["DictSetTest"]


DictViewsTest = dict_views_test()


class MapTest(mapping_tests.TestHashMappingProtocol):
    type2test = PersistentMap

    def _full_mapping(self, data):
        return PersistentMap(data)


class MutationTest(mapping_tests.TestHashMappingProtocol):
    def type2test(self, *args, **entries):
        return PersistentMap(*args, **entries).mutate()
