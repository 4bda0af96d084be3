//! Determines how often an operation is measured.

use std::time::{Duration, Instant};

use crate::op::Op;
use crate::runner::{Competitor, Sample};

/// The number of measurements. Slow measurements are made less often.
#[derive(Clone, Copy)]
pub struct Effort {
    /// The number of seeds. Each seed gives other keys.
    pub seeds: u64,
    /// The rounds per seed for maps of at most 10 000 entries, at most 100 000, and more.
    pub rounds: [usize; 3],
}

impl Effort {
    pub const MAIN: Self = Self { seeds: 3, rounds: [7, 5, 2] };
    pub const OTHERS: Self = Self { seeds: 3, rounds: [4, 3, 1] };
    pub const QUICK: Self = Self { seeds: 1, rounds: [3, 2, 1] };

    pub fn rounds(self, n: usize) -> usize {
        match n {
            ..=10_000 => self.rounds[0],
            10_001..=100_000 => self.rounds[1],
            _ => self.rounds[2],
        }
    }
}

/// Passes are repeated until the measured time reaches `ENOUGH`, or the total time, including preparation, `TOO_MUCH`.
const ENOUGH: Duration = Duration::from_millis(2);
const TOO_MUCH: Duration = Duration::from_millis(10);

/// Appends the nanoseconds per operation of each round to the `times` of each competitor that supports the operation.
///
/// Each round measures every competitor once, and begins with another competitor, so that a disturbance of the machine
/// affects all of them equally.
pub fn measure(competitors: &[Box<dyn Competitor + '_>], op: Op, rounds: usize, times: &mut [Vec<f64>]) {
    for round in 0..rounds {
        for i in 0..competitors.len() {
            let i = (round + i) % competitors.len();
            if competitors[i].can(op) {
                times[i].push(measure_once(&*competitors[i], op));
            }
        }
    }
}

fn measure_once(competitor: &dyn Competitor, op: Op) -> f64 {
    let start = Instant::now();
    let mut sum = Sample::default();
    loop {
        let sample = competitor.pass(op);
        sum.elapsed += sample.elapsed;
        sum.operations += sample.operations;
        // Comparisons of versions are not repeated, because then all of their data would be in the nearest cache.
        if op.compares_versions() || sum.elapsed >= ENOUGH || start.elapsed() >= TOO_MUCH {
            return sum.elapsed.as_nanos() as f64 / sum.operations as f64;
        }
    }
}
