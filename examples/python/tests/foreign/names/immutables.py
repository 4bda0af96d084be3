"""The package `immutables`: its own Python code, in which `Map` is ours."""

import immutables.map
from pypersistent import PersistentMap


class Map(PersistentMap):
    delete = PersistentMap.remove


immutables.Map = immutables.map.Map = Map
Map.__module__ = "immutables.map"
