//! Counts the records of PostgreSQL's CSV as they pass.

/// A record ends at the line's end that is in no quotes. A quote within a value is two of them, so that counting them is enough.
#[derive(Debug, Default)]
pub(super) struct Records {
    quoted: bool,
    ended: u64,
}

impl Records {
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'"' => self.quoted = !self.quoted,
                b'\n' if !self.quoted => self.ended += 1,
                _ => {}
            }
        }
    }

    /// How many there were without the header.
    pub(super) fn rows(&self) -> u64 {
        self.ended.saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::Records;

    #[test]
    fn a_line_within_quotes_ends_no_record_wherever_the_bytes_are_cut() {
        let csv = "a,b\n1,\"x\ny\"\n2,\"\"\"\n\"\"\"\n,\"\"\n";
        for cut in 0..csv.len() {
            let mut records = Records::default();
            records.pass(&csv.as_bytes()[..cut]);
            records.pass(&csv.as_bytes()[cut..]);
            assert_eq!(records.rows(), 3, "cut at {cut}");
        }
    }
}
