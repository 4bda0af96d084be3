//! A writer publishes versions of a map, and readers use the latest one. They never wait for each other.
//!
//! The map contains the balances of accounts. The writer edits its own version, and publishes it after each complete
//! transfer. So the balances in every snapshot have the same sum, without any locks. The last 1000 versions are kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use arc_swap::ArcSwap;
use perennial::PersistentMap;

const ACCOUNTS: u64 = 10_000;
const BALANCE: i64 = 100;
const TRANSFERS: u64 = 50_000;
const KEPT: usize = 1_000;

/// The balances after `transfers` transfers.
struct Snapshot {
    transfers: u64,
    balances: PersistentMap<u64, i64>,
}

fn main() {
    let balances: PersistentMap<u64, i64> = (0..ACCOUNTS).map(|account| (account, BALANCE)).collect();
    let published = ArcSwap::from_pointee(Snapshot { transfers: 0, balances: balances.clone() });
    let done = AtomicBool::new(false);
    show("before", &balances);
    let (counts, kept) = thread::scope(|scope| {
        let readers: Vec<_> = (0..3).map(|_| scope.spawn(|| read(&published, &done))).collect();
        let kept = write(balances, &published);
        done.store(true, Ordering::Release);
        (readers.into_iter().map(|reader| reader.join().expect("no reader panics")).collect::<Vec<_>>(), kept)
    });
    show("after", &published.load().balances);
    println!("{TRANSFERS} versions published; snapshots checked by each reader: {counts:?}");

    let copies: usize = kept.iter().map(|version| version.memory_usage().bytes).sum();
    let first = kept[0].memory_usage().bytes;
    let changed: usize = kept.iter().zip(&kept[1..]).map(|(old, new)| new.not_shared_with(old).bytes).sum();
    let megabytes = |bytes| bytes as f64 / 1e6;
    println!("\nthe last {KEPT} versions of {ACCOUNTS} accounts take");
    println!("{:>8.1} MB as copies", megabytes(copies));
    println!("{:>8.1} MB as versions", megabytes(first + changed));
    assert!(20 * (first + changed) < copies);
}

fn show(title: &str, balances: &PersistentMap<u64, i64>) {
    let few: Vec<i64> = (0..8).map(|account| balances[&account]).collect();
    println!("{title:<8}first accounts {few:?}, sum {}", balances.values().sum::<i64>());
}

/// Makes the transfers and publishes a version after each. Returns the last versions.
fn write(mut balances: PersistentMap<u64, i64>, published: &ArcSwap<Snapshot>) -> Vec<PersistentMap<u64, i64>> {
    let mut kept = Vec::with_capacity(KEPT);
    for transfers in 1..=TRANSFERS {
        let (from, to) = (transfers * 7919 % ACCOUNTS, transfers * 104_729 % ACCOUNTS);
        let amount = (transfers % 7) as i64;
        balances[&from] -= amount;
        balances[&to] += amount;
        published.store(Arc::new(Snapshot { transfers, balances: balances.clone() }));
        if transfers > TRANSFERS - KEPT as u64 {
            kept.push(balances.clone());
        }
    }
    kept
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
