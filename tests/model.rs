//! Long random programs over several live versions at once, each compared with a std `HashMap` after every step.

mod common;

use common::hashers::Kind;
use common::program::{programs, run};
use common::proptest_config;
use common::values::{Aligned, Wide};

use proptest::proptest;

/// Runs the same programs on maps of each pair of types, under each kind of hasher.
macro_rules! model_tests {
    ($($name:ident: $key:ty => $value:ty;)*) => {
        proptest! {
            #![proptest_config(proptest_config(
                40,
                1,
                concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proptest-regressions/model.txt"),
            ))]
            $(
                #[test]
                fn $name(program in programs()) {
                    for kind in Kind::ALL {
                        run::<$key, $value>(kind, &program);
                    }
                }
            )*
        }
    };
}

model_tests! {
    numbers: u64 => u64;
    strings_to_wide: String => Wide;
    wide_to_strings: Wide => String;
    large_numbers_to_aligned: u128 => Aligned;
    aligned_to_large_numbers: Aligned => u128;
    numbers_to_nothing: u64 => ();
    nothing_to_strings: () => String;
}
