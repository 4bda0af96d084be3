//! Replicas on a real server; skipped with a message where there is no `nats-server`.

use std::collections::BTreeSet;
use std::io;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use tokio::io::{AsyncRead, ReadBuf};

use super::*;
use crate::server::Server;

/// Returns a server and its directory, or prints why there is none.
fn server() -> Option<(Server, tempfile::TempDir)> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    match Server::start(directory.path()) {
        Ok(server) => Some((server, directory)),
        Err(error) => {
            println!("skipped: {error}");
            None
        }
    }
}

fn config(server: &Server, map: &str) -> Config {
    Config { snapshot_every: 10, ..Config::new(server.url(), map) }
}

fn add(map: &Map, key: &str, count: i64) -> Map {
    map.alter(key.to_owned(), |old| {
        let old = old.cloned().unwrap_or_default();
        Some(Document { count: old.count + count, ..old })
    })
}

fn total(map: &Map) -> i64 {
    map.values().map(|document| document.count).sum()
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) % end
    }
}

/// Edits as one of three replicas; the replica is killed in the middle of some edits, and another takes its place.
/// Returns the names of the acknowledged edits.
async fn edit_with_kills(config: Config, seed: u64) -> BTreeSet<String> {
    let mut random = Random(seed);
    let mut acknowledged = BTreeSet::new();
    let mut replica = Replica::open(config.clone()).await.expect("the server answers");
    for number in 0..15 {
        let name = format!("{seed}-{number}");
        let edit = |map: &Map| {
            // Its own document, one that others edit too, and one that comes and goes.
            let map = add(&add(map, &name, 1), ["x", "y"][random.below(2) as usize], 1);
            if random.below(2) == 0 { map.dissoc("z") } else { add(&map, "z", 0) }
        };
        let time = Duration::from_millis(if number % 5 == 4 { seed % 7 } else { 60_000 });
        match timeout(time, replica.edit(edit)).await {
            Ok(done) => {
                done.expect("the server answers in time");
                acknowledged.insert(name);
            }
            Err(_) => replica = Replica::open(config.clone()).await.expect("the server answers"),
        }
    }
    acknowledged
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_converge_and_lose_nothing() {
    let Some((mut server, _directory)) = server() else { return };
    for round in 0..5 {
        let runs = (0..4).map(|run| {
            let (run, config) = (4 * round + run, config(&server, &format!("run-{}", 4 * round + run)));
            tokio::spawn(async move {
                let replicas = (0..3).map(|at| tokio::spawn(edit_with_kills(config.clone(), 3 * run + at + 1)));
                let mut acknowledged = BTreeSet::new();
                for replica in futures_util::future::join_all(replicas).await {
                    acknowledged.append(&mut replica.expect("no replica panics"));
                }
                (config, acknowledged)
            })
        });
        let runs: Vec<_> = runs.collect();
        if round % 2 == 1 {
            sleep(Duration::from_millis(50)).await;
            server.kill();
            sleep(Duration::from_millis(100)).await;
            server.restart().expect("it was there before");
        }
        for run in runs {
            let (config, acknowledged) = run.await.expect("no run panics");
            let [a, b] =
                [Replica::open(config.clone()).await, Replica::open(config).await].map(|replica| replica.unwrap());
            let version = a.version();
            b.at_least(version.sequence).await;
            assert_eq!(version.map, b.version().map);
            assert!(acknowledged.iter().all(|name| version.map.contains_key(name)), "an acknowledged edit is lost");
            assert!(version.map.iter().all(|(name, document)| !name.contains('-') || document.count == 1));
            // Each patch adds two.
            assert_eq!(total(&version.map), 2 * version.sequence as i64);
            assert!(acknowledged.len() as u64 >= 3 * 12 && version.sequence >= acknowledged.len() as u64);
            println!("{} patches, {} edits acknowledged", version.sequence, acknowledged.len());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_that_is_delivered_again_changes_nothing() {
    let Some((server, _directory)) = server() else { return };
    let replica = Replica::open(config(&server, "again")).await.unwrap();
    for _ in 0..3 {
        replica.edit(|map| add(map, "x", 1)).await.unwrap();
    }
    let before = replica.version();
    let stream = replica.shared.stream().await.unwrap();
    for sequence in [1, 3, 2, 3] {
        let payload = stream.get_raw_message(sequence).await.unwrap().payload;
        replica.shared.apply(sequence, &payload).unwrap();
    }
    assert!(replica.version().map.ptr_eq(&before.map));
    assert_eq!((replica.version().sequence, total(&before.map)), (3, 3));
    // The same message published again, as after a lost acknowledgement: the server does not store it.
    let entry = &replica.history().await.unwrap()[2].1;
    let sequence = replica.shared.publish(entry, 2, &mut 0).await;
    assert!(matches!(sequence, Ok(3)));
    assert_eq!(replica.history().await.unwrap().len(), 3);
}

/// Fails after some bytes.
struct Interrupted(usize);

impl AsyncRead for Interrupted {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.0 == 0 {
            return Poll::Ready(Err(io::Error::other("the process was killed")));
        }
        self.0 -= 1;
        let length = buffer.remaining();
        buffer.initialize_unfilled_to(length).fill(b'x');
        buffer.advance(length);
        Poll::Ready(Ok(()))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_replica_starts_from_the_latest_complete_snapshot() {
    let Some((server, _directory)) = server() else { return };
    let config = config(&server, "snapshots");
    let replica = Replica::open(config.clone()).await.unwrap();
    for _ in 0..35 {
        replica.edit(|map| add(map, "x", 1)).await.unwrap();
    }
    // The last snapshot is made of version 30 or later, and removes what is older.
    timeout(Duration::from_secs(10), async {
        loop {
            let names = replica.shared.snapshot_names().await.unwrap();
            let first = replica.shared.stream().await.unwrap().cached_info().state.first_sequence;
            if names.len() == 1 && names[0] >= name_of(30) && first > 20 {
                break;
            }
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("old snapshots and patches are removed");
    let interrupted = replica.shared.store.put(name_of(99).as_str(), &mut Interrupted(50)).await;
    assert!(interrupted.is_err());
    let fresh = Replica::open(config).await.unwrap();
    assert_eq!(fresh.version().map, replica.version().map);
    assert_eq!(fresh.version().sequence, 35);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_a_patch_stops_replicas_until_it_is_removed() {
    let Some((server, _directory)) = server() else { return };
    let config = Config { patience: Duration::from_secs(1), ..config(&server, "garbage") };
    let replica = Replica::open(config.clone()).await.unwrap();
    replica.edit(|map| add(map, "x", 1)).await.unwrap();
    let published = replica.shared.context.publish("patches.garbage", "garbage".into()).await.unwrap().await.unwrap();
    let error = replica.shared.apply(published.sequence, b"garbage").unwrap_err().to_string();
    assert!(error.contains("message 2 is not a patch") && error.contains("nats stream rmm"), "{error}");
    let kept = replica.edit(|map| add(map, "x", 1)).await.unwrap_err();
    assert_eq!(kept.patch.len(), 1, "{kept}");
    assert_eq!(total(&replica.version().map), 1);
    replica.shared.stream().await.unwrap().delete_message(2).await.unwrap();
    let again = replica.version().map.apply(&kept.patch).unwrap();
    while replica.edit(|_| again.clone()).await.is_err() {}
    assert_eq!(total(&Replica::open(config).await.unwrap().version().map), 2);
    // A patch on another version than the one before it.
    let wrong = Patch::between(&add(&Map::new(), "x", 7), &Map::new());
    let wrong = serde_json::to_vec(&Entry { writer: "w".into(), edit: 1, patch: wrong }).unwrap();
    let error = replica.shared.apply(9, &wrong).unwrap_err().to_string();
    assert!(error.contains("patch 9 does not apply"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_waits_for_the_server_and_is_kept_if_it_is_too_large() {
    let Some((mut server, _directory)) = server() else { return };
    let replica = Replica::open(Config { patience: Duration::from_secs(1), ..config(&server, "kept") }).await.unwrap();
    let large = "x".repeat(2 << 20);
    let kept = replica
        .edit(|map| map.assoc("large".into(), Document { text: large, ..Document::default() }))
        .await
        .unwrap_err();
    assert!(kept.to_string().contains("divide the edit"), "{kept}");
    server.kill();
    let edit = tokio::spawn(async move { replica.edit(|map| add(map, "x", 1)).await.map(|_| replica.version()) });
    sleep(Duration::from_secs(1)).await;
    server.restart().unwrap();
    assert_eq!(total(&edit.await.unwrap().unwrap().map), 1);
    let absent = Config { patience: Duration::ZERO, ..Config::new("nats://127.0.0.1:1", "kept") };
    let error = Replica::open(absent).await.err().expect("there is no server").to_string();
    assert!(error.contains("is it running"), "{error}");
}

/// The bytes and the time of an edit are those of the patch, not of the map.
#[test]
fn the_cost_of_a_patch_does_not_depend_on_the_size_of_the_map() {
    let sizes: &[u64] = if cfg!(debug_assertions) { &[1000, 100_000] } else { &[1000, 100_000, 1_000_000] };
    let sizes = sizes.iter().map(|&size| {
        let document =
            |n: u64| (format!("document {n:07}"), Document { text: format!("text {n}"), ..Document::default() });
        let map: Map = (0..size).map(document).collect();
        let start = std::time::Instant::now();
        let mut bytes = 0;
        for n in 0..100 {
            let patch = Patch::between(&map, &add(&map, &format!("document {n:07}"), 1));
            bytes += serde_json::to_vec(&patch).unwrap().len();
        }
        println!("{size} documents: {} bytes, {:?} for a patch", bytes / 100, start.elapsed() / 100);
        bytes
    });
    let sizes: BTreeSet<usize> = sizes.collect();
    assert_eq!(sizes.len(), 1, "{sizes:?}");
}
