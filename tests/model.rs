//! Runs long random programs on several live versions, and compares each version with a std `HashMap` after every step.

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
    u64_to_u64_maps_agree_with_std: u64 => u64;
    string_to_wide_maps_agree_with_std: String => Wide;
    wide_to_string_maps_agree_with_std: Wide => String;
    u128_to_aligned_maps_agree_with_std: u128 => Aligned;
    aligned_to_u128_maps_agree_with_std: Aligned => u128;
    u64_to_unit_maps_agree_with_std: u64 => ();
    unit_to_string_maps_agree_with_std: () => String;
}
