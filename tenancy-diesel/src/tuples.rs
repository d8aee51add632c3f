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
        $crate::tuples::wider_tuples!($each);
    };
    (@grow $each:ident [$($done:tt)*]) => {};
    (@grow $each:ident [$($done:tt)*] $value:ident $shape:ident $index:tt $($rest:tt)*) => {
        $each!($($done)* $value $shape $index);
        $crate::tuples::every_tuple!(@grow $each [$($done)* $value $shape $index] $($rest)*);
    };
}

/// The same for those that Diesel has by its features of these names.
#[cfg(feature = "64-column-tables")]
macro_rules! wider_tuples {
    ($each:ident) => {
        $crate::tuples::every_tuple!(@grow $each [
            V0 S0 0 V1 S1 1 V2 S2 2 V3 S3 3 V4 S4 4 V5 S5 5 V6 S6 6 V7 S7 7 V8 S8 8 V9 S9 9 V10 S10 10 V11 S11 11
            V12 S12 12 V13 S13 13 V14 S14 14 V15 S15 15 V16 S16 16 V17 S17 17 V18 S18 18 V19 S19 19 V20 S20 20
            V21 S21 21 V22 S22 22 V23 S23 23 V24 S24 24 V25 S25 25 V26 S26 26 V27 S27 27 V28 S28 28 V29 S29 29
            V30 S30 30 V31 S31 31
        ]
            V32 S32 32 V33 S33 33 V34 S34 34 V35 S35 35 V36 S36 36 V37 S37 37 V38 S38 38 V39 S39 39 V40 S40 40
            V41 S41 41 V42 S42 42 V43 S43 43 V44 S44 44 V45 S45 45 V46 S46 46 V47 S47 47 V48 S48 48 V49 S49 49
            V50 S50 50 V51 S51 51 V52 S52 52 V53 S53 53 V54 S54 54 V55 S55 55 V56 S56 56 V57 S57 57 V58 S58 58
            V59 S59 59 V60 S60 60 V61 S61 61 V62 S62 62 V63 S63 63
        );
        $crate::tuples::widest_tuples!($each);
    };
}

#[cfg(not(feature = "64-column-tables"))]
macro_rules! wider_tuples {
    ($each:ident) => {};
}

#[cfg(feature = "128-column-tables")]
macro_rules! widest_tuples {
    ($each:ident) => {
        $crate::tuples::every_tuple!(@grow $each [
            V0 S0 0 V1 S1 1 V2 S2 2 V3 S3 3 V4 S4 4 V5 S5 5 V6 S6 6 V7 S7 7 V8 S8 8 V9 S9 9 V10 S10 10 V11 S11 11
            V12 S12 12 V13 S13 13 V14 S14 14 V15 S15 15 V16 S16 16 V17 S17 17 V18 S18 18 V19 S19 19 V20 S20 20
            V21 S21 21 V22 S22 22 V23 S23 23 V24 S24 24 V25 S25 25 V26 S26 26 V27 S27 27 V28 S28 28 V29 S29 29
            V30 S30 30 V31 S31 31 V32 S32 32 V33 S33 33 V34 S34 34 V35 S35 35 V36 S36 36 V37 S37 37 V38 S38 38
            V39 S39 39 V40 S40 40 V41 S41 41 V42 S42 42 V43 S43 43 V44 S44 44 V45 S45 45 V46 S46 46 V47 S47 47
            V48 S48 48 V49 S49 49 V50 S50 50 V51 S51 51 V52 S52 52 V53 S53 53 V54 S54 54 V55 S55 55 V56 S56 56
            V57 S57 57 V58 S58 58 V59 S59 59 V60 S60 60 V61 S61 61 V62 S62 62 V63 S63 63
        ]
            V64 S64 64 V65 S65 65 V66 S66 66 V67 S67 67 V68 S68 68 V69 S69 69 V70 S70 70 V71 S71 71 V72 S72 72
            V73 S73 73 V74 S74 74 V75 S75 75 V76 S76 76 V77 S77 77 V78 S78 78 V79 S79 79 V80 S80 80 V81 S81 81
            V82 S82 82 V83 S83 83 V84 S84 84 V85 S85 85 V86 S86 86 V87 S87 87 V88 S88 88 V89 S89 89 V90 S90 90
            V91 S91 91 V92 S92 92 V93 S93 93 V94 S94 94 V95 S95 95 V96 S96 96 V97 S97 97 V98 S98 98 V99 S99 99
            V100 S100 100 V101 S101 101 V102 S102 102 V103 S103 103 V104 S104 104 V105 S105 105 V106 S106 106
            V107 S107 107 V108 S108 108 V109 S109 109 V110 S110 110 V111 S111 111 V112 S112 112 V113 S113 113
            V114 S114 114 V115 S115 115 V116 S116 116 V117 S117 117 V118 S118 118 V119 S119 119 V120 S120 120
            V121 S121 121 V122 S122 122 V123 S123 123 V124 S124 124 V125 S125 125 V126 S126 126 V127 S127 127
        );
    };
}

#[cfg(all(feature = "64-column-tables", not(feature = "128-column-tables")))]
macro_rules! widest_tuples {
    ($each:ident) => {};
}

pub(crate) use every_tuple;
pub(crate) use wider_tuples;
#[cfg(feature = "64-column-tables")]
pub(crate) use widest_tuples;
