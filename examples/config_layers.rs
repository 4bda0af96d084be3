//! Layered configuration: defaults, a file, the environment, the command line. Later layers win, each state is kept as a
//! version of its own, and what a change of one layer comes to is the difference of two versions.
//!
//! Run with `cargo run --example config_layers`.

use perennial::map::{Change, Merge};
use perennial::{PersistentMap, PersistentSet, persistent_map, persistent_set};

type Layer = PersistentMap<&'static str, &'static str>;

/// Puts layers one over another; of `locked` keys the lowest layer that has them decides.
fn stack<'a>(layers: impl IntoIterator<Item = &'a Layer>, locked: &PersistentSet<&'static str>) -> Layer {
    layers.into_iter().fold(Layer::new(), |below, above| {
        below.merge_with(above, |key, _, _| if locked.contains(key) { Merge::Left } else { Merge::Right })
    })
}

/// What has changed, a line each.
fn changes(old: &Layer, new: &Layer) -> Vec<String> {
    let line = |change| match change {
        Change::Added { key, value } => format!("+ {key} = {value}"),
        Change::Removed { key, value } => format!("- {key} = {value}"),
        Change::Changed { key, old, new } => format!("~ {key} = {new} (was {old})"),
    };
    let mut lines: Vec<_> = old.diff(new).map(line).collect();
    lines.sort();
    lines
}

fn main() {
    let defaults = persistent_map! { "host" => "localhost", "port" => "80", "log" => "warn", "telemetry" => "off" };
    let file = persistent_map! { "host" => "example.org", "log" => "info" };
    let environment = persistent_map! { "log" => "debug", "telemetry" => "on" };
    let arguments = persistent_map! { "port" => "8080" };
    let locked = persistent_set! { "telemetry" };

    let running = stack([&defaults, &file, &environment, &arguments], &locked);
    assert_eq!(
        running,
        persistent_map! { "host" => "example.org", "port" => "8080", "log" => "debug", "telemetry" => "off" }
    );

    // The file is edited while the program runs: the old version stays, to tell what has to be done about it.
    let file = file.dissoc("host").assoc("workers", "4").assoc("log", "error");
    let reloaded = stack([&defaults, &file, &environment, &arguments], &locked);
    let reload = changes(&running, &reloaded);
    println!("reloading changes");
    reload.iter().for_each(|line| println!("  {line}"));
    assert_eq!(reload, ["+ workers = 4", "~ host = localhost (was example.org)"]);

    // What a user has set, as opposed to what merely is: all that differs from the defaults.
    let set_by_user = changes(&defaults, &reloaded);
    println!("set by the user");
    set_by_user.iter().for_each(|line| println!("  {line}"));
    assert_eq!(set_by_user, ["+ workers = 4", "~ log = debug (was warn)", "~ port = 8080 (was 80)"]);

    // Settings that no default knows of are likely to be misspelt.
    let unknown = &reloaded - &defaults;
    println!("unknown: {unknown:?}");
    assert_eq!(unknown, persistent_map! { "workers" => "4" });

    // Layers that set nothing new leave the very version they are put over.
    assert!(stack([&reloaded, &persistent_map! { "telemetry" => "on" }], &locked).ptr_eq(&reloaded));
}
