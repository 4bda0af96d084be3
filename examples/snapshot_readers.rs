//! A writer publishes versions of a map, and readers use the latest one. They never wait for each other.
//!
//! The map contains the balances of accounts. The writer edits its own version, and publishes it after each complete
//! transfer. So the balances in every snapshot have the same sum, without any locks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use arc_swap::ArcSwap;
use perennial::PersistentMap;

const ACCOUNTS: u64 = 10_000;
const BALANCE: i64 = 100;
const TRANSFERS: u64 = 50_000;

/// The balances after `transfers` transfers.
struct Snapshot {
    transfers: u64,
    balances: PersistentMap<u64, i64>,
}

fn main() {
    let balances: PersistentMap<u64, i64> = (0..ACCOUNTS).map(|account| (account, BALANCE)).collect();
    let published = ArcSwap::from_pointee(Snapshot { transfers: 0, balances: balances.clone() });
    let done = AtomicBool::new(false);
    let counts = thread::scope(|scope| {
        let readers: Vec<_> = (0..3).map(|_| scope.spawn(|| read(&published, &done))).collect();
        write(balances, &published);
        done.store(true, Ordering::Release);
        readers.into_iter().map(|reader| reader.join().expect("no reader panics")).collect::<Vec<_>>()
    });
    println!("{TRANSFERS} versions published; snapshots checked by each reader: {counts:?}");
}

fn write(mut balances: PersistentMap<u64, i64>, published: &ArcSwap<Snapshot>) {
    for transfers in 1..=TRANSFERS {
        let (from, to) = (transfers * 7919 % ACCOUNTS, transfers * 104_729 % ACCOUNTS);
        balances[&from] -= 1;
        balances[&to] += 1;
        published.store(Arc::new(Snapshot { transfers, balances: balances.clone() }));
    }
}

/// Checks snapshots until the last version is published. Returns the number of snapshots.
fn read(published: &ArcSwap<Snapshot>, done: &AtomicBool) -> u64 {
    let (mut count, mut last) = (0, 0);
    loop {
        let is_last = done.load(Ordering::Acquire);
        let snapshot = published.load_full();
        assert_eq!(snapshot.balances.values().sum::<i64>(), BALANCE * ACCOUNTS as i64);
        assert!(snapshot.transfers >= last, "a reader never sees an older version than before");
        (count, last) = (count + 1, snapshot.transfers);
        if is_last {
            assert_eq!(last, TRANSFERS);
            return count;
        }
    }
}
