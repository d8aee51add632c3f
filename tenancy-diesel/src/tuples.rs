//! Implementations for tuples of every length.

/// Calls macro `$each` once for each length, with the tuple's parts: two names and an index for each.
macro_rules! every_tuple {
    // As many as Diesel's default tuples have.
    ($each:ident) => {
        $crate::tuples::every_tuple!(@grow $each []
            V0 S0 0 V1 S1 1 V2 S2 2 V3 S3 3 V4 S4 4 V5 S5 5 V6 S6 6 V7 S7 7 V8 S8 8 V9 S9 9 V10 S10 10 V11 S11 11
            V12 S12 12 V13 S13 13 V14 S14 14 V15 S15 15 V16 S16 16 V17 S17 17 V18 S18 18 V19 S19 19 V20 S20 20
            V21 S21 21 V22 S22 22 V23 S23 23 V24 S24 24 V25 S25 25 V26 S26 26 V27 S27 27 V28 S28 28 V29 S29 29
            V30 S30 30 V31 S31 31
        );
    };
    (@grow $each:ident [$($done:tt)*]) => {};
    (@grow $each:ident [$($done:tt)*] $value:ident $shape:ident $index:tt $($rest:tt)*) => {
        $each!($($done)* $value $shape $index);
        $crate::tuples::every_tuple!(@grow $each [$($done)* $value $shape $index] $($rest)*);
    };
}

pub(crate) use every_tuple;
