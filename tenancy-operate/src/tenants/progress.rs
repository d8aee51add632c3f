//! Being told how far an operation is.

/// Hears how far an operation is. Nothing depends on it.
pub trait Progress: Send + Sync {
    /// A part begins, such as one table.
    fn part(&self, name: &str) {
        let _ = name;
    }

    /// So many bytes more of the part were read or written.
    fn bytes(&self, more: u64) {
        let _ = more;
    }
}

/// Hears nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProgress;

impl Progress for NoProgress {}
