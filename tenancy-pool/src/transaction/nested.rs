//! Nested transactions.

use super::{AsyncFunc, Checked, OpenTransaction, Whose};
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::statement::{Executor, OurOwn};

/// A transaction that may have others in it.
pub(super) trait Nests {
    type Connection: TenantConnection;

    fn open(&mut self) -> &mut OpenTransaction<Self::Connection>;
}

impl<Tx, C, W> Nests for Tx
where
    C: TenantConnection,
    W: Whose + 'static,
    Tx: Executor<Runner = Checked<C, W>>,
{
    type Connection = C;

    fn open(&mut self) -> &mut OpenTransaction<C> {
        self.runner(OurOwn).open()
    }
}

/// A nested transaction under way. Dropped in the middle, or unwound, it has neither been kept nor undone, and what the outer
/// one ran from there on would be mixed with it.
struct Nested<'a, Tx: Nests> {
    tx: &'a mut Tx,
    done: bool,
}

impl<Tx: Nests> Drop for Nested<'_, Tx> {
    fn drop(&mut self) {
        if !self.done {
            self.tx.open().cancel();
        }
    }
}

/// Runs `work` in a savepoint of `tx`.
pub(super) async fn nest<Tx, T, E, F>(tx: &mut Tx, work: F) -> Result<T, E>
where
    for<'tx> F:
        AsyncFnOnce(&'tx mut Tx) -> Result<T, E> + AsyncFunc<&'tx mut Tx, Result<T, E>, Fut: Send> + Send,
    Tx: Nests + Send,
    T: Send,
    E: From<PoolError> + Send,
{
    let savepoint = tx.open().set_savepoint();
    let mut nested = Nested { tx, done: false };
    let result = match work(&mut *nested.tx).await {
        Ok(value) => nested.tx.open().keep(savepoint).await.map(|()| value).map_err(E::from),
        // The error of the work says more than that of undoing it, which leaves nothing that could be committed.
        Err(error) => {
            let _undone = nested.tx.open().undo(savepoint).await;
            Err(error)
        }
    };
    nested.done = true;
    result
}
