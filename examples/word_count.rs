//! Counts the words of text files in parallel, and compares the counts with those of a single thread.
//!
//! `cargo run --release --features rayon --example word_count -- FILE...`. Without arguments it reads files of this
//! repository.

use std::collections::HashMap;
use std::{env, fs, io};

use perennial::PersistentMap;
use rayon::prelude::*;

type Counts<'a> = PersistentMap<&'a str, u64>;

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Each thread counts in its own maps, which are merged at the end. So no thread waits for another.
fn count<'a>(texts: &'a [String]) -> Counts<'a> {
    let counted = texts.par_iter().fold(Counts::new, |mut counts, text| {
        words(text).for_each(|word| *counts.entry(word).or_insert(0) += 1);
        counts
    });
    counted.reduce(Counts::new, |a, b| a.union_with(&b, |_, a, b| a + b))
}

fn count_in_one_thread(texts: &[String]) -> HashMap<&str, u64> {
    let mut counts = HashMap::new();
    texts.iter().flat_map(|text| words(text)).for_each(|word| *counts.entry(word).or_insert(0) += 1);
    counts
}

fn main() -> io::Result<()> {
    let mut files: Vec<String> = env::args().skip(1).collect();
    if files.is_empty() {
        files = ["README.md", "CHANGELOG.md", "LICENSE-APACHE"]
            .map(|name| format!("{}/{name}", env!("CARGO_MANIFEST_DIR")))
            .into();
    }
    let texts = files.iter().map(fs::read_to_string).collect::<io::Result<Vec<_>>>()?;

    let counts = count(&texts);
    let expected = count_in_one_thread(&texts);
    assert_eq!(counts.len(), expected.len());
    assert!(counts.par_iter().all(|(word, count)| expected.get(word) == Some(count)));
    println!("{} different words in {} files; parallel and sequential counts are equal", counts.len(), files.len());
    let mut most: Vec<_> = counts.into_par_iter().map(|(word, count)| (count, word)).collect();
    most.par_sort_unstable_by(|a, b| b.cmp(a));
    most.iter().take(5).for_each(|(count, word)| println!("{count:6} {word}"));
    Ok(())
}
