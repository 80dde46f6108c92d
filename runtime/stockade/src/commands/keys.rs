//! `stockade keys`: what becomes of each global condition key.

use clap::Args;
use serde_json::{Value, json};
use stockade_authz::global_keys::{GLOBAL_KEYS, GlobalKey, Property};

use super::pretty;

/// Prints AWS's global condition keys: what fills each here, or why nothing does.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Print JSON, for programs
    #[arg(long, conflicts_with = "markdown")]
    json: bool,

    /// Print a Markdown table, for documents
    #[arg(long)]
    markdown: bool,
}

/// What the command prints.
pub(crate) fn run(arguments: &Arguments) -> Result<String, String> {
    if arguments.json {
        return pretty(&GLOBAL_KEYS.iter().map(of_key).collect());
    }
    if arguments.markdown {
        let head = [
            "| key | property of the | filled | from what, or why not |",
            "|---|---|---|---|",
        ];
        let rows = GLOBAL_KEYS.iter().map(row);
        return Ok(head
            .map(str::to_owned)
            .into_iter()
            .chain(rows)
            .collect::<Vec<_>>()
            .join("\n"));
    }
    Ok(text())
}

fn of_key(key: &GlobalKey) -> Value {
    json!({
        "key": name(key),
        "propertyOf": key.property.name(),
        "filled": key.told.is_filled(),
        "why": key.told.why(),
    })
}

fn row(key: &GlobalKey) -> String {
    let filled = if key.told.is_filled() { "yes" } else { "no" };
    format!(
        "| `{}` | {} | {filled} | {} |",
        name(key),
        key.property.name(),
        key.told.why()
    )
}

fn text() -> String {
    let width = GLOBAL_KEYS.iter().map(|key| name(key).len()).max();
    let width = width.unwrap_or_default();
    let mut lines = Vec::with_capacity(GLOBAL_KEYS.len());
    let mut property: Option<Property> = None;
    for key in GLOBAL_KEYS {
        if property != Some(key.property) {
            property = Some(key.property);
            lines.push(format!("Of the {}:", key.property.name()));
        }
        let mark = if key.told.is_filled() {
            "from:"
        } else {
            "never:"
        };
        lines.push(format!(
            "  {:width$}  {mark:6} {}",
            name(key),
            key.told.why()
        ));
    }
    lines.join("\n")
}

/// The key as AWS's page writes it.
fn name(key: &GlobalKey) -> String {
    if key.name.ends_with('/') {
        format!("{}tag-key", key.name)
    } else {
        key.name.to_owned()
    }
}
