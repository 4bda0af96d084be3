//! Runs programs on several versions of a map, validates each version after every step, and compares it with a std
//! `HashMap`.
#![no_main]

#[path = "../../common/mod.rs"]
mod common;

use arbitrary::{Result, Unstructured};
use common::hashers::Kind;
use common::program::derive::Derive;
use common::program::edit::{Edit, Picker, USES};
use common::program::{Step, run};
use common::tracked::{Tracked, balanced};
use libfuzzer_sys::fuzz_target;

/// The maximum length of a program. Every step reads all versions, so long programs are slow.
const STEPS: usize = 60;

fn key(u: &mut Unstructured<'_>) -> Result<u16> {
    // Mostly from a small range, so that operations often find the key.
    let most = if u.ratio(3, 4)? { 40 } else { 400 };
    u.int_in_range(0..=most)
}

fn value(u: &mut Unstructured<'_>) -> Result<u16> {
    u.int_in_range(0..=2)
}

fn picker(u: &mut Unstructured<'_>) -> Result<Picker> {
    Ok(Picker { of: u.int_in_range(1..=5)?, which: u.int_in_range(0..=7)? })
}

fn how_many(u: &mut Unstructured<'_>) -> Result<usize> {
    Ok(if u.ratio(1, 3)? { usize::MAX } else { u.int_in_range(0..=30)? })
}

fn list<T>(u: &mut Unstructured<'_>, most: usize, item: fn(&mut Unstructured<'_>) -> Result<T>) -> Result<Vec<T>> {
    (0..u.int_in_range(0..=most)?).map(|_| item(u)).collect()
}

fn edit(u: &mut Unstructured<'_>) -> Result<Edit> {
    Ok(match u.int_in_range(0..=17)? {
        0 => Edit::Insert(key(u)?, value(u)?),
        1 => Edit::TryInsert(key(u)?, value(u)?),
        2 => Edit::Remove(key(u)?),
        3 => Edit::RemoveEntry(key(u)?),
        4 => Edit::GetMut(key(u)?, value(u)?),
        5 => Edit::GetDisjointMut([key(u)?, key(u)?, key(u)?], value(u)?),
        6 => Edit::Entry(key(u)?, value(u)?, *u.choose(&USES)?),
        7 => Edit::Retain(picker(u)?),
        8 => Edit::ExtractIf(picker(u)?, how_many(u)?),
        9 => Edit::Drain(how_many(u)?),
        10 => Edit::Clear,
        11 => Edit::Extend(list(u, 60, |u| Ok((key(u)?, value(u)?)))?),
        12 => Edit::Grow(u.int_in_range(0..=300)?, u.int_in_range(1..=200)?),
        13 => Edit::Shrink(u.int_in_range(0..=300)?, u.int_in_range(1..=200)?),
        14 => Edit::IterMut(picker(u)?, value(u)?, how_many(u)?),
        15 => Edit::EntryRef(key(u)?, value(u)?, *u.choose(&USES)?),
        16 => Edit::Pop(how_many(u)?),
        _ => Edit::ValuesMut(value(u)?),
    })
}

fn derive(u: &mut Unstructured<'_>) -> Result<Derive> {
    let change = |u: &mut Unstructured<'_>| Ok((key(u)?, if u.arbitrary()? { Some(value(u)?) } else { None }));
    Ok(match u.int_in_range(0..=9)? {
        0 => Derive::Clone,
        1 => Derive::Assoc(key(u)?, value(u)?),
        2 => Derive::Dissoc(key(u)?),
        3 => Derive::Set(key(u)?, value(u)?),
        4 => change(u).map(|(key, value)| Derive::Alter(key, value))?,
        5 => Derive::Filter(picker(u)?),
        6 => Derive::Merge(u.arbitrary::<u8>()?.into()),
        7 => Derive::Rehash(u.arbitrary::<u8>()?.into()),
        8 => Derive::AssocIfAbsent(key(u)?, value(u)?),
        _ => Derive::Transient(u.arbitrary()?, list(u, 40, change)?),
    })
}

fn step(u: &mut Unstructured<'_>) -> Result<Step> {
    let at = |u: &mut Unstructured<'_>| u.arbitrary::<u8>().map(usize::from);
    Ok(match u.int_in_range(0..=9)? {
        0..=2 => Step::Derive(at(u)?, derive(u)?),
        3..=6 => Step::Edit(at(u)?, u.arbitrary()?, edit(u)?),
        7 => Step::Compare(at(u)?, at(u)?),
        8 => Step::Consume(at(u)?, u.int_in_range(0..=300)?),
        _ => Step::Drop(at(u)?),
    })
}

fuzz_target!(|data: &[u8]| {
    let mut u = Unstructured::new(data);
    let Ok(&kind) = u.choose(&Kind::ALL) else { return };
    let mut program = Vec::new();
    while let (true, Ok(step)) = (program.len() < STEPS && !u.is_empty(), step(&mut u)) {
        program.push(step);
    }
    balanced(|| {
        let _one = Tracked::new(0);
        run::<Tracked, Tracked>(kind, &program);
    });
});
