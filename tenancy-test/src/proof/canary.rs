//! Texts that the proof writes, of which nobody but their tenant may ever see one.

/// How long each is: all the same, so that none is the beginning of another one.
pub(crate) const LENGTH: usize = 12;

/// Makes them, and remembers whose they are.
#[derive(Debug)]
pub(crate) struct Canaries {
    /// Of this run: what an earlier one has left behind is not found again.
    run: String,
    next: u32,
    of: Vec<Vec<String>>,
}

impl Canaries {
    pub(crate) fn new(tenants: usize) -> Self {
        let run = std::iter::repeat_with(fastrand::lowercase).take(4).collect();
        Self { run, next: 0, of: vec![Vec::new(); tenants] }
    }

    /// A text of nobody's, such as one that two tenants may both have.
    pub(crate) fn fresh(&mut self) -> String {
        self.next += 1;
        format!("tp{}{:06x}", self.run, self.next)
    }

    /// A text of a tenant's own.
    pub(crate) fn of(&mut self, tenant: usize) -> String {
        let text = self.fresh();
        self.of[tenant].push(text.clone());
        text
    }

    /// Those that a tenant has written.
    pub(crate) fn written(&self, tenant: usize) -> &[String] {
        &self.of[tenant]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_of_one_length() {
        let mut canaries = Canaries::new(1);
        assert_eq!(canaries.of(0).len(), LENGTH);
        assert_ne!(canaries.fresh(), canaries.fresh());
        assert_eq!(canaries.written(0).len(), 1);
    }
}
