"""The package `rpds`."""

from pypersistent import PersistentMap, PersistentSet

from names import install


class HashTrieMap(PersistentMap):
    insert = PersistentMap.set
    remove = PersistentMap.remove
    discard = PersistentMap.dissoc

    @classmethod
    def convert(cls, source):
        return cls.from_dict(source)


class HashTrieSet(PersistentSet):
    insert = PersistentSet.add


install("rpds", HashTrieMap, HashTrieSet)
