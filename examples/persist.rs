//! Saves all versions of a map in one file, as the first version and a patch for each later one, and loads them again.

use std::{env, error, fs, process};

use perennial::PersistentMap;
use perennial::map::Patch;
use serde::{Deserialize, Serialize};

type Article = PersistentMap<String, String>;

/// The contents of the file.
#[derive(Serialize, Deserialize)]
struct History {
    base: Article,
    patches: Vec<Patch<String, String>>,
}

/// Returns versions of an article of about a hundred paragraphs. Each differs from the one before in at most three.
fn versions() -> Vec<Article> {
    let name = |number: usize| format!("paragraph {}", number % 110);
    let mut article: Article = (0..100).map(|number| (name(number), "as it was first written ".repeat(9))).collect();
    let mut versions = vec![article.clone()];
    for number in 0..50 {
        article.insert(name(7 * number), format!("as revised in {number}"));
        article.remove(&name(13 * number));
        article.insert(name(29 * number), format!("as added in {number}"));
        versions.push(article.clone());
    }
    versions
}

fn save(versions: &[Article]) -> serde_json::Result<String> {
    let patches = versions.windows(2).map(|pair| Patch::between(&pair[0], &pair[1])).collect();
    serde_json::to_string(&History { base: versions[0].clone(), patches })
}

fn load(json: &str) -> Result<Vec<Article>, Box<dyn error::Error>> {
    let History { base, patches } = serde_json::from_str(json)?;
    let mut versions = vec![base];
    for patch in patches {
        // The new version shares all unchanged nodes with the one before.
        versions.push(versions[versions.len() - 1].apply(&patch)?);
    }
    Ok(versions)
}

fn main() -> Result<(), Box<dyn error::Error>> {
    let versions = versions();
    let file = env::temp_dir().join(format!("perennial-persist-{}.json", process::id()));
    fs::write(&file, save(&versions)?)?;
    let json = fs::read_to_string(&file)?;
    fs::remove_file(&file)?;

    assert_eq!(load(&json)?, versions);
    let whole = serde_json::to_string(&versions)?.len();
    assert!(5 * json.len() < whole);
    println!("{} versions in {} bytes, instead of {whole} bytes for complete versions", versions.len(), json.len());
    Ok(())
}
