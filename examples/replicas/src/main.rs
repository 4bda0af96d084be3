//! Replicas of a map over a log: a demo, and commands for a person at a shell. See README.md.

mod demo;

use std::process::ExitCode;

use replicas::Error;
use replicas::replica::{Config, Map, Replica, Rule};

const USAGE: &str = "usage: replicas [--server URL] [--map NAME] [--rule last|both] COMMAND
  demo [EDITS]             three replicas with failures, and a table; starts a server unless there is --server
  edit KEY TEXT [COUNT]    sets the text of a document, and adds to its counter
  remove KEY
  get KEY
  history KEY              the changes of a document that the log still has
  watch                    prints changes as they arrive";

#[tokio::main]
async fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(mut arguments: Vec<String>) -> Result<(), Error> {
    let mut option = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.remove(at);
        (at < arguments.len()).then(|| arguments.remove(at))
    };
    let (server, map, rule) = (option("--server"), option("--map"), option("--rule"));
    let mut config = Config::new(server.as_deref().unwrap_or("nats://127.0.0.1:4222"), map.as_deref().unwrap_or("map"));
    match rule.as_deref() {
        None | Some("last") => {}
        Some("both") => config.rule = Rule::KeepBoth,
        Some(other) => return Err(format!("no rule {other}\n{USAGE}").into()),
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["demo"] => demo::run(server, 300).await,
        ["demo", edits] => demo::run(server, edits.parse()?).await,
        ["work", edits, seed] => demo::work(config, edits.parse()?, seed.parse()?).await,
        ["edit", key, text] => edit(config, |map| set(map, key, text, 0)).await,
        ["edit", key, text, count] => {
            let count = count.parse()?;
            edit(config, |map| set(map, key, text, count)).await
        }
        ["remove", key] => edit(config, |map| map.dissoc(key)).await,
        ["get", key] => {
            match Replica::open(config).await?.version().map.get(key) {
                Some(document) => println!("{} ({})", document.text, document.count),
                None => return Err(format!("no document {key}").into()),
            }
            Ok(())
        }
        ["history", key] => {
            for (sequence, entry) in Replica::open(config).await?.history().await? {
                if let Some(change) = entry.patch.get(key) {
                    println!("{sequence} {}: {:?} -> {:?}", entry.writer, change.before(), change.after());
                }
            }
            Ok(())
        }
        ["watch"] => {
            let replica = Replica::open(config).await?;
            let (mut changes, mut old) = (replica.changes(), replica.version());
            loop {
                changes.changed().await?;
                let new = replica.version();
                for change in old.map.diff(&new.map) {
                    println!("{} {}: {:?} -> {:?}", new.sequence, change.key(), change.before(), change.after());
                }
                old = new;
            }
        }
        _ => Err(USAGE.into()),
    }
}

async fn edit(config: Config, edit: impl FnOnce(&Map) -> Map) -> Result<(), Error> {
    let done = Replica::open(config).await?.edit(edit).await?;
    println!("version {}, after {} merges with {} conflicts", done.sequence, done.merges, done.conflicts);
    Ok(())
}

/// Returns the map with another text of a document, and `count` added to its counter.
fn set(map: &Map, key: &str, text: &str, count: i64) -> Map {
    map.alter(key.to_owned(), |old| {
        let mut document = old.cloned().unwrap_or_default();
        document.text = text.to_owned();
        document.count += count;
        Some(document)
    })
}
