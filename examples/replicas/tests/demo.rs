//! The demo, with fewer edits, and the commands for a shell.

use std::process::{Command, Output};

use replicas::server::Server;

fn replicas(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_replicas")).args(arguments).output().expect("the program runs")
}

/// Runs the program, which must succeed, and returns what it prints.
#[track_caller]
fn printed(arguments: &[&str]) -> String {
    let output = replicas(arguments);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

#[test]
fn the_demo_and_the_commands_work() {
    let directory = tempfile::tempdir().unwrap();
    let server = match Server::start(directory.path()) {
        Ok(server) => server,
        Err(error) => return println!("skipped: {error}"),
    };
    let url = &*server.url();
    assert!(printed(&["--server", url, "edit", "tea", "green", "2"]).starts_with("version 1,"));
    printed(&["--server", url, "--rule", "both", "edit", "tea", "black", "1"]);
    assert_eq!(printed(&["--server", url, "get", "tea"]), "black (3)\n");
    let history = printed(&["history", "tea", "--server", url]);
    assert!(history.lines().count() == 2 && history.contains("green"), "{history}");
    printed(&["--server", url, "remove", "tea"]);
    let absent = replicas(&["--server", url, "get", "tea"]);
    assert_eq!(String::from_utf8_lossy(&absent.stderr), "no document tea\n");
    assert!(!replicas(&["--rule", "none", "get", "tea"]).status.success());
    drop(server);

    let demo = printed(&["demo", "60"]);
    assert!(demo.ends_with("all replicas equal, every acknowledged edit present\n"), "{demo}");
    assert!(demo.contains("acknowledged edits    180\n") && demo.contains("the server is killed"), "{demo}");
}
