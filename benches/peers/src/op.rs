//! The operations that are measured.

/// An operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    GetHit,
    GetChained,
    GetMiss,
    Insert,
    Collect,
    Remove,
    Update,
    Entry,
    GetMut,
    RetainHalf,
    RetainMost,
    InsertShared,
    RemoveShared,
    UpdateShared,
    Iterate,
    Fold,
    Clone,
    Variants,
    Drop,
    EqUnshared,
    EqOne,
    DiffOne,
    MergeOne,
    Union,
    Intersection,
    Difference,
    SymmetricDifference,
}

impl Op {
    /// All operations, with their names and their descriptions in tables.
    pub const ALL: [(Op, &'static str, &'static str); 27] = [
        (Op::GetHit, "get_hit", "lookup, key present"),
        (Op::GetChained, "get_chained", "lookup, key depends on the lookup before"),
        (Op::GetMiss, "get_miss", "lookup, key absent"),
        (Op::Insert, "insert", "insert in place"),
        (Op::Collect, "collect", "`collect`, per entry"),
        (Op::Remove, "remove", "remove in place"),
        (Op::Update, "update", "replace a value in place"),
        (Op::Entry, "entry", "`entry(..).or_insert(..)` of absent keys"),
        (Op::GetMut, "get_mut", "edit a value with `get_mut`"),
        (Op::RetainHalf, "retain_half", "`retain` that keeps half, per entry"),
        (Op::RetainMost, "retain_most", "`retain` that keeps 99 %, per entry"),
        (Op::InsertShared, "insert_shared", "insert into a shared map"),
        (Op::RemoveShared, "remove_shared", "remove from a shared map"),
        (Op::UpdateShared, "update_shared", "replace a value in a shared map"),
        (Op::Iterate, "iterate", "iterate with `next`, per entry"),
        (Op::Fold, "fold", "iterate with `for_each`, per entry"),
        (Op::Clone, "clone", "clone"),
        (Op::Variants, "variants", "one of 100 variants with an entry more"),
        (Op::Drop, "drop", "drop, per entry"),
        (Op::EqUnshared, "eq_unshared", "`==` of equal maps that share nothing, per entry"),
        (Op::EqOne, "eq_one", "`==` of versions with one change"),
        (Op::DiffOne, "diff_one", "diff of versions with one change"),
        (Op::MergeOne, "merge_one", "merge of versions with one change"),
        (Op::Union, "union", "union of maps that have half in common, per entry of one"),
        (Op::Intersection, "intersection", "intersection of these"),
        (Op::Difference, "difference", "difference of these"),
        (Op::SymmetricDifference, "symmetric_difference", "symmetric difference of these"),
    ];

    /// The operations that are measured for every kind of key, value and hasher.
    pub const MAIN: [Op; 10] = [
        Op::GetHit,
        Op::GetChained,
        Op::GetMiss,
        Op::Insert,
        Op::Collect,
        Op::Remove,
        Op::InsertShared,
        Op::RemoveShared,
        Op::Fold,
        Op::Drop,
    ];

    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    pub fn is_main(self) -> bool {
        Self::MAIN.contains(&self)
    }

    /// Returns true if every single operation clones the map.
    pub fn clones_each_time(self) -> bool {
        matches!(self, Op::InsertShared | Op::RemoveShared | Op::UpdateShared | Op::Variants)
    }

    pub fn compares_versions(self) -> bool {
        matches!(self, Op::EqOne | Op::DiffOne | Op::MergeOne)
    }
}
