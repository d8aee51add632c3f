//! How the compiler is kept from a second error.

/// Every type. What a method returns for a type that is not known, because a bound of the method failed, is not known either: then the
/// compiler says nothing of what is called on it.
pub trait Known {
    /// `X`.
    type Given<X>;
}

impl<T: ?Sized> Known for T {
    type Given<X> = X;
}
