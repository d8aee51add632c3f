//! A node of a cluster, by the address that Citus has for it.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A node, as `pg_dist_node` has it: `host:port`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Node {
    pub(super) name: String,
    pub(super) port: u16,
}

/// A text is no node's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no node: it is HOST:PORT, as `pg_dist_node` has them")]
pub struct NodeError(String);

impl FromStr for Node {
    type Err = NodeError;

    fn from_str(text: &str) -> Result<Self, NodeError> {
        let wrong = || NodeError(text.to_owned());
        let (name, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let port = port.parse().map_err(|_| wrong())?;
        if name.is_empty() || port == 0 {
            return Err(wrong());
        }
        Ok(Self { name: name.to_owned(), port })
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.port)
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_read_as_it_is_written() {
        for text in ["127.0.0.1:15433", "worker-1.example.com:5432", "::1:5432"] {
            assert_eq!(text.parse::<Node>().map(|node| node.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "worker", "worker:", ":5432", "worker:port", "worker:0", "worker:70000"] {
            assert!(text.parse::<Node>().is_err(), "{text}");
        }
    }
}
