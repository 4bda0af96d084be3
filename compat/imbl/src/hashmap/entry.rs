//! The entry of a key. `imbl`'s types name the hasher and the kind of pointer too, which are not needed here.

// Made by compat/generate.py from compat/im: edit it there.

use std::marker::PhantomData;

use perennial::map;

/// The entry of a key, occupied or vacant.
pub enum Entry<'a, K, V, S, P> {
    /// The key is there.
    Occupied(OccupiedEntry<'a, K, V, S, P>),
    /// The key is not there.
    Vacant(VacantEntry<'a, K, V, S, P>),
}

/// The entry of a key that is there.
pub struct OccupiedEntry<'a, K, V, S, P> {
    inner: map::OccupiedEntry<'a, K, V>,
    hasher: PhantomData<&'a (S, P)>,
}

/// The entry of a key that is not there.
pub struct VacantEntry<'a, K, V, S, P> {
    inner: map::VacantEntry<'a, K, V>,
    hasher: PhantomData<&'a (S, P)>,
}

impl<'a, K, V, S, P> From<map::Entry<'a, K, V>> for Entry<'a, K, V, S, P> {
    fn from(entry: map::Entry<'a, K, V>) -> Self {
        match entry {
            map::Entry::Occupied(inner) => Self::Occupied(OccupiedEntry { inner, hasher: PhantomData }),
            map::Entry::Vacant(inner) => Self::Vacant(VacantEntry { inner, hasher: PhantomData }),
        }
    }
}

impl<'a, K, V, S, P> Entry<'a, K, V, S, P> {
    /// Inserts `default` if the entry is vacant, and returns a mutable reference to the value.
    pub fn or_insert(self, default: V) -> &'a mut V {
        self.or_insert_with(|| default)
    }

    /// Inserts the result of `default` if the entry is vacant, and returns a mutable reference to the value.
    pub fn or_insert_with<F: FnOnce() -> V>(self, default: F) -> &'a mut V {
        match self {
            Self::Occupied(entry) => entry.into_mut(),
            Self::Vacant(entry) => entry.insert(default()),
        }
    }

    /// Inserts the default value if the entry is vacant, and returns a mutable reference to the value.
    pub fn or_default(self) -> &'a mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }

    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &K {
        match self {
            Self::Occupied(entry) => entry.key(),
            Self::Vacant(entry) => entry.key(),
        }
    }

    /// Calls `f` with the value if the entry is occupied.
    pub fn and_modify<F: FnOnce(&mut V)>(mut self, f: F) -> Self {
        if let Self::Occupied(entry) = &mut self {
            f(entry.get_mut());
        }
        self
    }
}

impl<'a, K, V, S, P> OccupiedEntry<'a, K, V, S, P> {
    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &K {
        self.inner.key()
    }

    /// Removes the entry, and returns it.
    pub fn remove_entry(self) -> (K, V) {
        self.inner.remove_entry()
    }

    /// Returns the value.
    #[must_use]
    pub fn get(&self) -> &V {
        self.inner.get()
    }

    /// Returns a mutable reference to the value.
    #[must_use]
    pub fn get_mut(&mut self) -> &mut V {
        self.inner.get_mut()
    }

    /// Returns a mutable reference to the value that lives as long as the borrow of the map.
    #[must_use]
    pub fn into_mut(self) -> &'a mut V {
        self.inner.into_mut()
    }

    /// Replaces the value, and returns the old one.
    pub fn insert(&mut self, value: V) -> V {
        self.inner.insert(value)
    }

    /// Removes the entry, and returns the value.
    pub fn remove(self) -> V {
        self.inner.remove()
    }
}

impl<'a, K, V, S, P> VacantEntry<'a, K, V, S, P> {
    /// Returns the key.
    #[must_use]
    pub fn key(&self) -> &K {
        self.inner.key()
    }

    /// Returns the key, and gives the entry up.
    #[must_use]
    pub fn into_key(self) -> K {
        self.inner.into_key()
    }

    /// Inserts the value, and returns a mutable reference to it.
    pub fn insert(self, value: V) -> &'a mut V {
        self.inner.insert(value)
    }
}
