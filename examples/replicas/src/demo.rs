//! The demo: three replicas as processes, with readers, conflicts and failures; then a table of what it took.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use replicas::Error;
use replicas::replica::{Config, Map, Replica, Version};
use replicas::server::Server;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, stdin};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep, timeout};

/// What a worker reports: its number and a line.
type Report = (usize, String);

/// Runs as one of the three replicas: edits, then waits for a version number on its standard input, and prints a hash
/// of that version.
pub async fn work(config: Config, edits: u64, seed: u64) -> Result<(), Error> {
    let replica = Replica::open(config).await?;
    let mut random = seed;
    let mut below = |end: u64| {
        random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (random >> 33) % end
    };
    let readers = async {
        loop {
            // Each version is complete: every patch adds one to one counter.
            let version = replica.version();
            assert_eq!(total(&version), version.sequence, "a reader has seen a half of a patch");
            sleep(Duration::from_millis(1)).await;
        }
    };
    let editor = async {
        for _ in 0..edits {
            // Eight edits of ten are of a document that all replicas edit: about a fifth of them conflict then.
            let key = if below(10) < 8 { "hot".to_owned() } else { format!("{seed} {}", below(1000)) };
            let edit = |map: &Map| super::set(map, &key, &micros().to_string(), 1);
            let done = replica.edit(edit).await?;
            println!("edit {} {} {} {}", done.sequence, done.merges, done.conflicts, done.bytes);
            sleep(Duration::from_micros(below(100))).await;
        }
        let mut line = String::new();
        BufReader::new(stdin()).read_line(&mut line).await?;
        replica.at_least(line.trim().parse()?).await;
        println!("hash {:016x}", hash(&replica.version()));
        Ok(())
    };
    tokio::select! {
        done = editor => done,
        () = readers => unreachable!("readers never end"),
    }
}

/// The sum of all counters.
fn total(version: &Version) -> u64 {
    version.map.values().map(|document| document.count as u64).sum()
}

fn hash(version: &Version) -> u64 {
    let mut hasher = DefaultHasher::new();
    let mut documents: Vec<_> =
        version.map.iter().map(|(key, document)| (key, &document.text, document.count)).collect();
    documents.sort_unstable();
    documents.hash(&mut hasher);
    hasher.finish()
}

fn micros() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros() as u64)
}

/// A process that runs [`work`].
struct Worker {
    process: Child,
    stdin: ChildStdin,
}

impl Worker {
    fn start(url: &str, edits: u64, number: usize, reports: &UnboundedSender<Report>) -> Result<Self, Error> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--server", url, "--map", "demo", "work", &edits.to_string(), &number.to_string()]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn()?;
        let (stdin, stdout) = (process.stdin.take().ok_or("no stdin")?, process.stdout.take().ok_or("no stdout")?);
        let reports = reports.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(stdout).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                if reports.send((number, line)).is_err() {
                    break;
                }
            }
        });
        Ok(Self { process, stdin })
    }

    async fn signal(&self, signal: &str) -> Result<(), Error> {
        let id = self.process.id().ok_or("a worker has ended too early")?;
        Command::new("kill").args([signal, &id.to_string()]).status().await?;
        Ok(())
    }
}

/// What has been counted.
#[derive(Default)]
struct Counts {
    acknowledged: BTreeSet<u64>,
    by_worker: [u64; 3],
    merges: u64,
    conflicts: u64,
    bytes: u64,
}

pub async fn run(url: Option<String>, edits: u64) -> Result<(), Error> {
    let directory = std::env::temp_dir().join(format!("replicas-demo-{}", std::process::id()));
    let mut server = if url.is_none() { Some(Server::start(&directory)?) } else { None };
    let url = url.or_else(|| server.as_ref().map(Server::url)).unwrap_or_default();
    let config = Config::new(url.clone(), "demo");
    let observer = Replica::open(config.clone()).await?;
    if observer.version().sequence > 0 {
        return Err("this server has a map `demo` already: remove the stream and the bucket first".into());
    }
    let (sender, mut reports) = unbounded_channel();
    let mut workers = Vec::new();
    for number in 0..3 {
        workers.push(Worker::start(&url, edits, number, &sender)?);
    }
    let (mut counts, mut versions, mut delays) = (Counts::default(), vec![observer.version()], Vec::new());
    let (mut changes, mut step, mut printed) = (observer.changes(), 0, Instant::now());
    while counts.by_worker.iter().sum::<u64>() < 3 * edits {
        tokio::select! {
            Some((number, line)) = reports.recv() => counts.add(number, &line)?,
            Ok(()) = changes.changed() => {
                let (old, new) = (versions.last().cloned().unwrap_or_default(), observer.version());
                let now = micros();
                let sent = old.map.diff(&new.map).filter_map(|change| change.after()?.text.parse::<u64>().ok());
                delays.extend(sent.map(|sent| now.saturating_sub(sent)));
                versions.push(new);
            }
            () = sleep(Duration::from_secs(30)) => return Err("nothing has happened for 30 seconds".into()),
        }
        if printed.elapsed() > Duration::from_secs(1) {
            println!("{:?} edits, version {}", counts.by_worker, observer.version().sequence);
            printed = Instant::now();
        }
        let done = counts.by_worker.iter().sum::<u64>() * 10 / (3 * edits);
        match (step, done) {
            (0, 2..) => {
                println!("replica 0 is stopped");
                workers[0].signal("-STOP").await?;
            }
            (1, 4..) => {
                println!("replica 0 goes on");
                workers[0].signal("-CONT").await?;
            }
            (2, 5..) => {
                println!("replica 1 is killed and started again");
                workers[1].process.kill().await?;
                // Lines that it had printed before are read first.
                while let Ok(Some((number, line))) = timeout(Duration::from_millis(200), reports.recv()).await {
                    counts.add(number, &line)?;
                }
                workers[1] = Worker::start(&url, edits - counts.by_worker[1], 1, &sender)?;
            }
            (3, 7..) => match &mut server {
                Some(server) => {
                    println!("the server is killed and started again");
                    server.kill();
                    sleep(Duration::from_millis(300)).await;
                    server.restart()?;
                }
                None => println!("the server is not ours, so it goes on"),
            },
            _ => continue,
        }
        step += 1;
    }
    // A new replica, which starts from a snapshot.
    let fresh = Replica::open(config).await?;
    let last = fresh.version();
    for worker in &mut workers {
        worker.stdin.write_all(format!("{}\n", last.sequence).as_bytes()).await?;
    }
    let mut hashes = Vec::new();
    while hashes.len() < 3 {
        let report = timeout(Duration::from_secs(30), reports.recv()).await?;
        let (_, line) = report.ok_or("a replica has ended without its hash")?;
        hashes.push(line.strip_prefix("hash ").ok_or("a replica has made one edit too many")?.to_owned());
    }
    observer.at_least(last.sequence).await;
    versions.push(observer.version());
    counts.print(&versions, &mut delays)?;
    let expected = format!("{:016x}", hash(&last));
    let equal = hashes.iter().all(|hash| *hash == expected) && hash(&observer.version()) == hash(&last);
    // Each acknowledged edit has a number of its own, and each number has added one to a counter.
    let present = counts.acknowledged.len() as u64 == 3 * edits && total(&last) == last.sequence;
    drop(server);
    let _ = std::fs::remove_dir_all(directory);
    if !equal || !present {
        return Err(format!("FAILED: replicas equal: {equal}; every acknowledged edit present: {present}").into());
    }
    println!("all replicas equal, every acknowledged edit present");
    Ok(())
}

impl Counts {
    /// Counts a line of a worker.
    fn add(&mut self, worker: usize, line: &str) -> Result<(), Error> {
        let fields: Vec<u64> =
            line.strip_prefix("edit ").ok_or(line)?.split(' ').map(str::parse).collect::<Result<_, _>>()?;
        let [sequence, merges, conflicts, bytes] = fields[..] else { return Err(line.into()) };
        self.acknowledged.insert(sequence);
        self.by_worker[worker] += 1;
        self.merges += merges;
        self.conflicts += conflicts;
        self.bytes += bytes;
        Ok(())
    }

    fn print(&self, versions: &[std::sync::Arc<Version>], delays: &mut [u64]) -> Result<(), Error> {
        delays.sort_unstable();
        let delay =
            |part: f64| delays.get((delays.len() as f64 * part) as usize).map_or(0.0, |&micros| micros as f64 / 1e3);
        let (mut states, mut shared, mut apart) = (0, 0, 0);
        for (old, new) in versions.iter().zip(&versions[1..]) {
            states += serde_json::to_vec(&new.map)?.len() as u64;
            shared += new.map.not_shared_with(&old.map).bytes;
            apart += new.map.memory_usage().bytes;
        }
        println!("acknowledged edits    {}", self.acknowledged.len());
        println!("merges, conflicts     {}, {}", self.merges, self.conflicts);
        println!("bytes sent            {} as patches; {states} if each version were sent as a whole", self.bytes);
        println!("visible elsewhere     after {:.1} ms (median), {:.1} ms (99 %)", delay(0.5), delay(0.99));
        println!("memory of versions    {shared} bytes for {}; {apart} if they shared nothing", versions.len());
        Ok(())
    }
}
