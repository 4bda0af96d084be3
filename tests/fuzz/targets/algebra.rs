//! Checks the laws of merging, diffing, patching and three-way merging, for maps that share nodes, for maps that share
//! nothing, and for maps with different hashers.
#![no_main]

#[path = "../../common/mod.rs"]
mod common;

use arbitrary::{Result, Unstructured};
use common::hashers::Kind;
use common::laws::{Case, LAWS, RELATIONS};
use libfuzzer_sys::fuzz_target;

/// Makes an edit: a key with its new value, or `None` to remove it. There are few values, so that versions often make
/// the same edit.
fn edit(u: &mut Unstructured<'_>) -> Result<(u64, Option<u64>)> {
    let value = u.int_in_range(0..=3_u64)?;
    Ok((u.int_in_range(0..=320)?, value.checked_sub(1)))
}

fn case(u: &mut Unstructured<'_>) -> Result<Case> {
    let base = u.int_in_range(0..=300)?;
    let mut edits = [(); 3].map(|()| Vec::new());
    while !u.is_empty() && edits.iter().map(Vec::len).sum::<usize>() < 200 {
        edits[u.int_in_range(0..=2)?].push(edit(u)?);
    }
    Ok(Case { base, edits })
}

fuzz_target!(|data: &[u8]| {
    let mut u = Unstructured::new(data);
    let chosen = (u.choose(&LAWS), u.choose(&Kind::ALL), u.choose(&RELATIONS));
    if let ((Ok(law), Ok(&kind), Ok(&relation)), Ok(case)) = (chosen, case(&mut u)) {
        law(case.sides(kind, relation));
    }
});
