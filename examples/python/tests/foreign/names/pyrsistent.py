"""The package `pyrsistent`."""

from pypersistent import PersistentMap, PersistentSet

from names import install


class Evolver:
    """A mutation, which no class can inherit from."""

    def __init__(self, mutation):
        self.mutation = mutation
        for name in ("add", "remove"):
            if hasattr(mutation, name):
                setattr(self, name, getattr(mutation, name))

    def __len__(self):
        return len(self.mutation)

    def __contains__(self, key):
        return key in self.mutation

    def __getitem__(self, key):
        return self.mutation[key]

    def __setitem__(self, key, value):
        self.mutation[key] = value

    def __delitem__(self, key):
        del self.mutation[key]

    def persistent(self):
        return self.mutation.finish()


class PMap(PersistentMap):
    remove = PersistentMap.remove
    discard = PersistentMap.dissoc
    iterkeys, itervalues, iteritems = PersistentMap.keys, PersistentMap.values, PersistentMap.items
    __add__ = PersistentMap.__or__

    def evolver(self):
        return Evolver(self.mutate())


class PSet(PersistentSet):
    def evolver(self):
        return Evolver(self.mutate())


def pmap(initial=(), pre_size=0):
    return PMap(initial)


def m(**entries):
    return PMap(**entries)


def pset(iterable=()):
    return PSet(iterable)


def s(*elements):
    return PSet(elements)


install("pyrsistent", PMap, PSet, pmap=pmap, m=m, pset=pset, s=s)
