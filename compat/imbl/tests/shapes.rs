//! Shapes of programs that depend on the types of the iterators: when their borrow ends, that they can be sent to other
//! threads, and that they require nothing of keys and hashers.

// Made by compat/generate.py from compat/im: edit it there.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Defines the shapes in a module of their own, in which `im` is the name of one of the crates.
macro_rules! shapes {
    ($module:ident, $im:ident) => {
        mod $module {
            use std::fmt::Debug;
            use std::thread;

            use rayon::iter::{ParallelBridge, ParallelIterator};
            use $im::{HashMap, HashSet, hashmap, hashset};

            fn map() -> HashMap<u32, u32> {
                hashmap! { 1 => 10, 2 => 20, 3 => 30 }
            }

            #[test]
            fn the_condition_of_a_loop_borrows_the_map_that_the_body_edits() {
                let mut map = map();
                let mut removed = 0;
                while let Some(key) = map.keys().next().cloned() {
                    map.remove(&key);
                    removed += 1;
                }
                while let Some((key, _)) = map.iter().next() {
                    let key = *key;
                    map.remove(&key);
                }
                while let Some(value) = map.values().next().copied() {
                    map.remove(&value);
                }
                assert_eq!(removed, 3);
            }

            fn take_any(mut set: HashSet<u32>) -> Option<(u32, HashSet<u32>)> {
                if let Some(n) = set.iter().next().copied() {
                    set.remove(&n);
                    Some((n, set))
                } else {
                    None
                }
            }

            #[test]
            fn an_element_is_taken_and_the_set_returned() {
                let (n, rest) = take_any(hashset! { 1, 2 }).unwrap();
                assert_eq!((rest.len(), rest.contains(&n)), (1, false));
                assert!(take_any(HashSet::new()).is_none());
            }

            #[test]
            fn a_match_borrows_the_map_that_its_arms_edit() {
                let mut map = map();
                match map.iter().find(|(_, value)| **value == 20).map(|(key, _)| *key) {
                    Some(key) => {
                        map.insert(key, 30);
                    }
                    None => map.clear(),
                }
                assert_eq!(map[&2], 30);
            }

            struct Owner {
                map: HashMap<u32, u32>,
            }

            impl Owner {
                fn note_first_over(&mut self, least: u32) -> bool {
                    for (key, value) in self.map.iter() {
                        if *value > least {
                            let key = *key;
                            self.map.insert(key, 0);
                            return true;
                        }
                    }
                    for value in &self.map {
                        if *value.1 == least {
                            self.map.clear();
                            return false;
                        }
                    }
                    false
                }
            }

            #[test]
            fn a_loop_edits_the_map_and_returns() {
                let mut owner = Owner { map: map() };
                assert!(owner.note_first_over(25));
                assert_eq!(owner.map[&3], 0);
                assert!(!owner.note_first_over(20));
                assert!(owner.map.is_empty());
            }

            #[test]
            fn iterators_are_used_by_other_threads() {
                let (map, set) = (map(), hashset! { 1_u32, 2 });
                assert_eq!(map.iter().par_bridge().map(|(key, value)| key * value).sum::<u32>(), 140);
                assert_eq!(set.iter().par_bridge().sum::<u32>(), 3);
                let (mut keys, values) = (map.keys(), map.values());
                thread::scope(|scope| {
                    let first = scope.spawn(|| keys.next());
                    let sum = scope.spawn(move || values.sum::<u32>());
                    assert_eq!((first.join().unwrap().is_some(), sum.join().unwrap()), (true, 60));
                });
                let boxed: [Box<dyn Iterator<Item = &u32> + Send + '_>; 2] =
                    [Box::new(map.keys()), Box::new(set.iter())];
                assert_eq!(boxed.into_iter().flatten().sum::<u32>(), 9);
                thread::spawn(move || map.into_iter().count() + set.into_iter().count()).join().unwrap();
            }

            async fn sum(map: HashMap<u32, u32>) -> u32 {
                let mut sum = 0;
                for (key, value) in &map {
                    sum += std::future::ready(key + value).await;
                }
                sum
            }

            #[test]
            fn a_loop_awaits() {
                fn sendable<F: Send>(future: F) -> F {
                    future
                }
                assert_eq!(super::run(sendable(sum(map()))), 66);
            }

            #[derive(Clone)]
            struct Shown<K, V> {
                map: HashMap<K, V>,
            }

            impl<K: Clone, V: Debug> Shown<K, V> {
                fn text(&self) -> String {
                    format!("{:?}", Vec::from_iter(self.map.values()))
                }

                fn counts(&self) -> [usize; 2] {
                    [self.map.keys().count(), self.map.iter().map(|(key, _)| key.clone()).count()]
                }
            }

            #[test]
            fn iterators_require_nothing_of_keys_and_hashers() {
                let shown = Shown { map: HashMap::unit("a", 1) };
                assert_eq!((shown.text(), shown.clone().counts()), ("[1]".to_string(), [1, 1]));
                fn count<K, V>(map: &HashMap<K, V>) -> usize {
                    map.iter().count() + map.keys().count() + map.values().count()
                }
                fn count_set<A>(set: &HashSet<A>) -> usize {
                    set.len()
                }
                let seeded: HashMap<u8, u8> = HashMap::default();
                assert_eq!((count(&shown.map), count(&seeded), count_set(&hashset! { 1 })), (3, 0, 1));
            }
        }
    };
}

shapes!(ours, perennial_imbl);

/// Runs a future that never waits.
fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("it never waits"),
    }
}
