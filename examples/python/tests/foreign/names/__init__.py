"""Modules of foreign names over our classes, one for each library. They map names and add nothing."""

import sys
import types


def install(name, *classes, **functions):
    """Makes a module of this name from classes and functions. Pickle finds the classes there."""
    module = sys.modules[name] = types.ModuleType(name)
    for its in classes:
        its.__module__ = name
        setattr(module, its.__name__, its)
    vars(module).update(functions)
