//! `pypersistent`: persistent maps and sets for Python, thin classes over [`perennial::trie::HashTrie`].
//!
//! Two rules keep Python code, which may do anything and may fail, away from half-done work. What a method looks at is
//! a version that nothing can change, since the classes are frozen. What it changes is a handle of its own, or a
//! mutation that no other call can borrow meanwhile.

mod collection;
mod collector;
mod deferred;
mod entry;
mod iter;
mod map;
mod map_mutation;
mod mutation;
mod nested;
mod pickle;
mod prelude;
mod set;
mod set_mutation;
mod set_operators;
mod source;
mod views;

use pyo3::prelude::*;

/// Persistent maps and sets: immutable, with versions that share memory.
#[pymodule(gil_used = false)]
mod pypersistent {
    use pyo3::prelude::*;

    use crate::collector;
    #[pymodule_export]
    use crate::map::PersistentMap;
    #[pymodule_export]
    use crate::map_mutation::MapMutation;
    #[pymodule_export]
    use crate::set::PersistentSet;
    #[pymodule_export]
    use crate::set_mutation::SetMutation;
    #[pymodule_export]
    use crate::views::{ItemsView, KeysView, ValuesView};

    /// Registers the classes with the abstract ones, which also makes `match` take a map for a mapping.
    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let py = module.py();
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        let abc = py.import("collections.abc")?;
        let classes = [
            (py.get_type::<PersistentMap>(), "Mapping"),
            (py.get_type::<MapMutation>(), "MutableMapping"),
            (py.get_type::<PersistentSet>(), "Set"),
            (py.get_type::<SetMutation>(), "MutableSet"),
            (py.get_type::<KeysView>(), "KeysView"),
            (py.get_type::<ItemsView>(), "ItemsView"),
            (py.get_type::<ValuesView>(), "ValuesView"),
        ];
        for (class, name) in classes {
            abc.getattr(name)?.call_method1("register", (class,))?;
        }
        // Some methods have two names. As that of a dict, `|=` takes pairs, too; `__ior__` of PyO3 could not return a
        // new map.
        let (map, set) = (py.get_type::<PersistentMap>(), py.get_type::<PersistentSet>());
        for (class, name, method) in [
            (&map, "set", "assoc"),
            (&map, "delete", "dissoc"),
            (&map, "merge", "update"),
            (&map, "__ior__", "update"),
            (&map, "__copy__", "copy"),
            (&set, "add", "conj"),
            (&set, "discard", "disj"),
            (&set, "update", "union"),
            (&set, "__copy__", "copy"),
        ] {
            class.setattr(name, class.getattr(method)?)?;
        }
        collector::watch(module)
    }
}
