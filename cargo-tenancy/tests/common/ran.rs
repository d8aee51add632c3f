//! What a run of the binary said.

use std::process::Output;

/// Its exit code, and both streams.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self
    }

    /// The standard error has all of these.
    #[track_caller]
    pub(crate) fn with(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(self.err.contains(text), "{text:?} is not in: {}", self.err);
        }
        self
    }

    /// It was not done, and its error has all of these.
    #[track_caller]
    pub(crate) fn failed_with(self, texts: &[&str]) -> Self {
        let ran = self.ended(3).with(texts);
        assert!(ran.out.is_empty(), "{}", ran.out);
        ran
    }
}
