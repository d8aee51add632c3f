//! What cargo knows of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Failure;
use crate::shell;

/// The folder of the repository.
pub(crate) fn root() -> &'static Path {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own)
}

/// One of its packages.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// Where its manifest is.
    pub(crate) folder: PathBuf,
    /// Whether it is released.
    pub(crate) published: bool,
    pub(crate) features: Vec<Feature>,
    pub(crate) has_binary: bool,
}

/// A feature of a package.
pub(crate) struct Feature {
    pub(crate) name: String,
    /// What it turns on, in cargo's words.
    pub(crate) enables: Vec<String>,
}

/// The members of the workspace.
pub(crate) fn packages() -> Result<Vec<Package>, Failure> {
    let metadata = metadata(&["--no-deps"])?;
    list(&metadata["packages"]).iter().map(package).collect()
}

/// Where cargo puts what it compiles.
pub(crate) fn target() -> Result<PathBuf, Failure> {
    let metadata = metadata(&["--no-deps"])?;
    metadata["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| "`cargo metadata` names no target directory".to_owned())
}

/// Those that are released.
pub(crate) fn published() -> Result<Vec<Package>, Failure> {
    Ok(packages()?.into_iter().filter(|package| package.published).collect())
}

/// The programs among the examples.
pub(crate) fn examples() -> Result<Vec<Package>, Failure> {
    let is_one = |package: &Package| {
        package.has_binary && package.folder.parent().is_some_and(|folder| folder.ends_with("examples"))
    };
    Ok(packages()?.into_iter().filter(is_one).collect())
}

/// The answer of `cargo metadata`.
pub(crate) fn metadata(arguments: &[&str]) -> Result<Value, Failure> {
    let mut command = shell::cargo(&["metadata", "--format-version=1"]);
    let text = shell::output(command.args(arguments))?;
    serde_json::from_str(&text).map_err(|error| format!("`cargo metadata` did not answer in JSON: {error}"))
}

/// The elements of an array; none where there is no array.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn package(value: &Value) -> Result<Package, Failure> {
    let field = |name: &str| {
        value[name].as_str().ok_or_else(|| format!("`cargo metadata` names a package without its {name}"))
    };
    let manifest = PathBuf::from(field("manifest_path")?);
    let features = value["features"].as_object().into_iter().flatten();
    Ok(Package {
        name: field("name")?.to_owned(),
        version: field("version")?.to_owned(),
        folder: manifest.parent().map(Path::to_owned).unwrap_or_default(),
        // `publish = false` is an empty list of registries.
        published: value["publish"].is_null() || !list(&value["publish"]).is_empty(),
        features: features
            .filter(|(name, _)| !is_long(name))
            .map(|(name, enables)| Feature {
                name: name.clone(),
                enables: list(enables).iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            })
            .collect(),
        has_binary: list(&value["targets"])
            .iter()
            .any(|target| list(&target["kind"]).iter().any(|kind| kind == "bin")),
    })
}

/// Every feature of every member, for the compiler to look at the whole, but for those that only lengthen lists.
pub(crate) fn all_features() -> Result<String, Failure> {
    let of = |package: &Package| -> Vec<String> {
        package.features.iter().map(|feature| format!("{}/{}", package.name, feature.name)).collect()
    };
    Ok(packages()?.iter().flat_map(of).collect::<Vec<_>>().join(","))
}

/// `64-column-tables` and its like: more of the same implementations, with which Diesel takes minutes to compile. The part `wide`
/// of the check looks at them.
fn is_long(feature: &str) -> bool {
    feature.ends_with("-column-tables")
}

/// The text of a file of the repository.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))
}

/// The folders and files in a folder, by their names.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error| format!("{} cannot be read: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()).map_err(failed))
        .collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

/// The last part of a path.
pub(crate) fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
