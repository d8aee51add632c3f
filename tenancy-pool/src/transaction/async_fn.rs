//! Asynchronous closures whose futures can be sent.

use std::future::Future;

/// An asynchronous closure, with a name for its future: stable Rust has no other way to ask that it be `Send`.
pub trait AsyncFunc<Args, Output>: FnOnce(Args) -> Self::Fut {
    /// What calling it returns.
    type Fut: Future<Output = Output>;
}

#[diagnostic::do_not_recommend]
impl<F, Args, Fut, Output> AsyncFunc<Args, Output> for F
where
    F: FnOnce(Args) -> Fut,
    Fut: Future<Output = Output>,
{
    type Fut = Fut;
}
