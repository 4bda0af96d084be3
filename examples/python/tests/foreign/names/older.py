"""The package `pypersistent` 2, an older one of the same name: what it calls otherwise is added to ours."""

import pypersistent


class PersistentDict(pypersistent.PersistentMap):
    pass


class PersistentSet(pypersistent.PersistentSet):
    @classmethod
    def from_list(cls, elements):
        return cls(elements)

    from_set = from_list

    def list(self):
        return [*self]


for its in PersistentDict, PersistentSet:
    its.__module__ = "pypersistent"
    setattr(pypersistent, its.__name__, its)
