//! Where the databases are that a catalog names: in the environment.

use tenancy_core::placement::DatabaseAddress;
use tenancy_pool::placement::DatabaseName;

/// The variable with the address of a database: no two names have one, or a tenant of `eu-1` would be looked for, moved or erased in `eu_1`.
///
/// In upper case, with `_` for `-`, `__` for `_` and `___` for `.`. Where two of these stand side by side that could be read in several ways, and the
/// name is written in hexadecimal, behind a `0X` that no name begins with.
pub(crate) fn variable(name: &DatabaseName) -> String {
    let name = name.as_str();
    let is_mark = |byte: &u8| matches!(byte, b'-' | b'_' | b'.');
    if name.as_bytes().windows(2).any(|two| two.iter().all(is_mark)) {
        let hex: String = name.bytes().map(|byte| format!("{byte:02X}")).collect();
        return format!("TENANCY_DATABASE_0X{hex}");
    }
    // Every `_` first: the others become some.
    let name = name.to_uppercase().replace('_', "__").replace('.', "___").replace('-', "_");
    format!("TENANCY_DATABASE_{name}")
}

/// The address in it.
pub(crate) fn address(name: &DatabaseName) -> Option<DatabaseAddress> {
    DatabaseAddress::new(std::env::var(variable(name)).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn variables_are_words_of_a_shell() {
        for (name, said) in
            [("silo", "SILO"), ("silo-7", "SILO_7"), ("eu.west_1", "EU___WEST__1"), ("a-_b", "0X612D5F62")]
        {
            let name = name.parse().expect("a name");
            assert_eq!(variable(&name), format!("TENANCY_DATABASE_{said}"));
        }
    }

    #[test]
    fn no_two_names_have_one_variable() {
        let mut names = vec!["a".to_owned()];
        let mut known: HashMap<String, String> = HashMap::new();
        for _ in 0..5 {
            let longer = names
                .iter()
                .flat_map(|name| ["a", "x", "0", "-", "_", "."].map(|next| format!("{name}{next}")));
            names = longer.collect();
            for name in &names {
                let said = variable(&name.parse().expect("a name"));
                if let Some(other) = known.insert(said.clone(), name.clone()) {
                    panic!("{name} and {other} have {said}");
                }
            }
        }
    }
}
