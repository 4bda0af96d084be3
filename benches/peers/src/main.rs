//! Measures Perennial beside its peers; see `args::USAGE`.

use std::process::ExitCode;

use peers::case::{CASES, Case};
use peers::harness::measure;
use peers::op::Op;
use peers::results::{self, Row};

mod args;

use args::Args;

fn main() -> ExitCode {
    match Args::parse(std::env::args().skip(1)) {
        Ok(args) => {
            run(&args);
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) {
    let mut rows = Vec::new();
    for (index, case) in CASES.iter().enumerate().filter(|(_, case)| args.cases.contains(&case.name)) {
        let main = index == 0;
        let sizes: &[usize] = match &args.sizes {
            Some(sizes) => sizes,
            None if !args.quick => &[10, 100, 1_000, 10_000, 100_000, 1_000_000],
            None if main => &[10, 100, 1_000, 10_000, 100_000],
            None => &[10_000],
        };
        let ops = match &args.ops {
            Some(ops) => ops.clone(),
            None if main => Op::ALL.iter().map(|op| op.0).collect(),
            None => Op::MAIN.to_vec(),
        };
        for &n in sizes {
            rows.extend(measure_size(case, n, &ops, args));
            results::print(&rows, case.name, n);
        }
    }
}

fn measure_size(case: &Case, n: usize, ops: &[Op], args: &Args) -> Vec<Row> {
    let mut times = vec![vec![Vec::new(); args.peers.len()]; ops.len()];
    for seed in 0..args.effort.seeds {
        case.with_competitors(n, seed, &args.peers, |competitors| {
            for (&op, times) in ops.iter().zip(&mut times) {
                measure(competitors, op, n, args.effort, times);
            }
        });
    }
    let mut rows = Vec::new();
    for (op, times) in ops.iter().zip(times) {
        for (peer, times) in args.peers.iter().zip(times).filter(|(_, times)| !times.is_empty()) {
            rows.push(Row::new(case.name, op.name(), n, peer, times));
        }
    }
    rows
}
