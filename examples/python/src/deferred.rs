//! Tries that drop one after the other, not one inside the other.
//!
//! A map in a map in a map is dropped from the outside in, and each level takes some of the stack. CPython's own
//! containers stop at a depth of 50 and leave the rest for later; so do ours.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::mem;

use crate::prelude::*;

/// How many tries may be dropped inside one another.
const DEPTH_MAX: u32 = 50;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// True if something may have been left for later: to look takes longer where the list needs a destructor.
    static DEFERRED: Cell<bool> = const { Cell::new(false) };
    /// What has been left for later. Not empty only while something is being dropped.
    static LATER: RefCell<Vec<Box<dyn Any>>> = const { RefCell::new(Vec::new()) };
}

/// A trie that is dropped later if it lies too deep in others that are being dropped.
pub struct Deferred<T: Keyed>(pub HashTrie<T>);

impl<T: Keyed> Drop for Deferred<T> {
    fn drop(&mut self) {
        if self.0.is_empty() {
            return;
        }
        let trie = mem::take(&mut self.0);
        let depth = DEPTH.get();
        if depth >= DEPTH_MAX {
            DEFERRED.set(true);
            // Dropped here and now if the thread is so near its end that it has no list.
            let _ = LATER.try_with(|later| later.borrow_mut().push(Box::new(trie)));
            return;
        }
        DEPTH.set(depth + 1);
        drop(trie);
        if depth == 0 && DEFERRED.take() {
            while let Ok(Some(trie)) = LATER.try_with(|later| later.borrow_mut().pop()) {
                drop(trie);
            }
        }
        DEPTH.set(depth);
    }
}
