//! What is wrong with a document.

/// Why an OpenAPI document cannot be read. Each names the place in the document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// It is not JSON. A document in YAML is read by a YAML crate into a JSON value first: [`Document::from_value`](crate::Document::from_value).
    #[error(
        "the OpenAPI document is not JSON; read YAML into a JSON value first and pass that to `Document::from_value`"
    )]
    NotJson(#[source] serde_json::Error),
    /// It is of a version that is not known.
    #[error("the document says `openapi: {found}`: versions 3.0 and 3.1 are read; convert it")]
    Version {
        /// What the document says.
        found: String,
    },
    /// A part is missing, or of the wrong kind.
    #[error("the document has no {what} at {at}")]
    Missing {
        /// What should be there.
        what: &'static str,
        /// Where, as a JSON pointer.
        at: String,
    },
    /// A reference leads nowhere, in a circle, or out of the document.
    #[error(
        "the reference `{reference}` {reason}; bundle the document into one file whose references all resolve"
    )]
    Reference {
        /// What `$ref` says.
        reference: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A path parameter is not declared, or a declared one does not stand in the path.
    #[error("{operation}: the path and the declared parameters do not agree on `{parameter}`")]
    PathParameter {
        /// The operation.
        operation: String,
        /// The parameter.
        parameter: String,
    },
}
