//! Describes the machine and the software with which the figures were made.

use std::process::Command;

/// Returns lines that describe the machine, and the versions and flags with which this program was compiled.
pub fn description() -> Vec<String> {
    let versions = ["perennial", "hashbrown", "imbl", "rpds", "im", "triomphe", "foldhash"];
    let versions = versions.map(|name| format!("{name} {}", version(name)));
    vec![
        processor(),
        format!("{}, {}", output("rustc", &["--version"]), output("uname", &["-sm"])),
        versions.join(", "),
        format!(
            "release, lto = \"thin\", codegen-units = 1, RUSTFLAGS = \"{}\", {}",
            option_env!("RUSTFLAGS").unwrap_or_default(),
            allocator()
        ),
        String::from(
            "default features of imbl, rpds and im; archery with triomphe; hashbrown with inline-more only; perennial \
             with std",
        ),
    ]
}

/// Returns the name of the file with the figures of this machine: its architecture and the name of its processor.
pub fn name() -> String {
    let processor = field("model name").unwrap_or_default().to_lowercase().replace("(r)", "");
    let words = processor.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.take(2).collect();
    format!("{}-{}", std::env::consts::ARCH.replace('_', "-"), words.join("-"))
}

/// Returns the version of a dependency from the lock file.
fn version(name: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let package = lock.split("[[package]]").find(|package| package.contains(&format!("name = \"{name}\"\n")));
    package.and_then(|package| package.split('"').nth(3)).expect("the name is a dependency")
}

fn processor() -> String {
    let field = |name| field(name).unwrap_or_else(|| String::from("unknown"));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let flags = field("flags");
    let virtual_machine = if flags.split(' ').any(|flag| flag == "hypervisor") { ", virtual machine" } else { "" };
    format!(
        "{} at {} MHz, {cores} cores, cache {}{virtual_machine}",
        field("model name"),
        field("cpu MHz"),
        field("cache size")
    )
}

/// Returns the name of the allocator: that of the C library, or one that is loaded before it.
fn allocator() -> String {
    match std::env::var("LD_PRELOAD") {
        Ok(path) if !path.is_empty() => format!("allocator {}", path.rsplit('/').next().unwrap_or(&path)),
        _ => output("getconf", &["GNU_LIBC_VERSION"]),
    }
}

/// Returns the date.
pub fn date() -> String {
    output("date", &["-u", "+%Y-%m-%d"])
}

/// Returns a field of the description of the processor.
fn field(name: &str) -> Option<String> {
    let info = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = info.lines().find(|line| line.starts_with(name))?;
    line.split(": ").nth(1).map(String::from)
}

fn output(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output();
    output
        .map_or_else(|_| format!("{program}: unknown"), |output| String::from_utf8_lossy(&output.stdout).trim().into())
}
