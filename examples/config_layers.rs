//! Layered configuration: defaults, a file, the environment, and the command line. Later layers override earlier ones.
//! Each state is a version, and the effect of a changed layer is the diff of two versions.
//!
//! Run with `cargo run --example config_layers`.

use perennial::map::{Change, Merge};
use perennial::{PersistentMap, PersistentSet, persistent_map, persistent_set};

type Layer = PersistentMap<&'static str, &'static str>;

/// Merges layers, from the lowest to the highest. For `locked` keys the lowest layer that has the key wins, for others
/// the highest.
fn stack<'a>(layers: impl IntoIterator<Item = &'a Layer>, locked: &PersistentSet<&'static str>) -> Layer {
    layers.into_iter().fold(Layer::new(), |below, above| {
        below.merge_with(above, |key, _, _| if locked.contains(key) { Merge::Left } else { Merge::Right })
    })
}

/// Returns a line for each change.
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

    // The file is edited while the program runs. The diff with the old version shows what has to be updated.
    let file = file.dissoc("host").assoc("workers", "4").assoc("log", "error");
    let reloaded = stack([&defaults, &file, &environment, &arguments], &locked);
    let reload = changes(&running, &reloaded);
    show("before", &running);
    show("after", &reloaded);
    println!("\nreloading changes");
    reload.iter().for_each(|line| println!("  {line}"));
    assert_eq!(reload, ["+ workers = 4", "~ host = localhost (was example.org)"]);

    // The settings of the user are those that differ from the defaults.
    let set_by_user = changes(&defaults, &reloaded);
    println!("set by the user");
    set_by_user.iter().for_each(|line| println!("  {line}"));
    assert_eq!(set_by_user, ["+ workers = 4", "~ log = debug (was warn)", "~ port = 8080 (was 80)"]);

    // Settings without a default are probably misspelt.
    let unknown = &reloaded - &defaults;
    println!("unknown: {unknown:?}");
    assert_eq!(unknown, persistent_map! { "workers" => "4" });

    // A layer without effect returns the same version.
    assert!(stack([&reloaded, &persistent_map! { "telemetry" => "on" }], &locked).ptr_eq(&reloaded));

    compare_memory();
}

/// Prints a line with all settings.
fn show(title: &str, layer: &Layer) {
    let mut settings: Vec<_> = layer.iter().map(|(key, value)| format!("{key}={value}")).collect();
    settings.sort();
    println!("{title:<8}{}", settings.join(" "));
}

/// Prints the memory of the settings of 1000 users, who have 1000 settings each and changed three of them.
fn compare_memory() {
    let defaults: PersistentMap<u32, u64> = (0..1_000).map(|key| (key, 0)).collect();
    let settings_of = |user: u32| {
        let changed: PersistentMap<u32, u64> = (0..3).map(|i| ((user * 7 + i * 331) % 1_000, 1)).collect();
        defaults.merge(&changed)
    };
    let users: Vec<_> = (0..1_000_u32).map(settings_of).collect();
    let copies: usize = users.iter().map(|settings| settings.memory_usage().bytes).sum();
    let shared: usize = users.iter().map(|settings| settings.not_shared_with(&defaults).bytes).sum();
    let megabytes = |bytes| bytes as f64 / 1e6;
    println!("\n1000 users, 1000 settings each, 3 of them not the default: the maps take");
    println!("{:>8.1} MB as copies", megabytes(copies));
    println!("{:>8.1} MB as versions of the defaults", megabytes(shared));
    assert!(5 * shared < copies);
}
