//! What makes an effective policy invalid ("About invalid effective policy alerts", AWS Organizations User Guide;
//! "Backup policy syntax and examples", in which elements are required; "Policy quotas", AWS Backup Developer
//! Guide).
//!
//! What pages demand of backup policies and of the tags that tag policies require is found. Of other types, of the
//! size of tag policies (no code is documented for it) and of conditions in backup selections nothing is. Codes are
//! AWS's, as is the sentence about what is too much; the other two sentences follow it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Setting;

/// Something that is wrong with an effective policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    /// Names from the top, with slashes between them.
    pub(crate) path: String,
    /// The policies that brought it about, each once.
    pub(crate) policies: Vec<String>,
}

/// What settings of a kind must and may have within them.
struct Form {
    /// Names that must be there.
    required: &'static [&'static str],
    /// Names of lists that must not be empty.
    filled: &'static [&'static str],
    /// Of which at most so many may be within one name.
    most: &'static [(&'static str, usize)],
    /// The form of each setting within one name.
    each: &'static [(&'static str, &'static Form)],
    /// The form of the setting of one name.
    one: &'static [(&'static str, &'static Form)],
}

impl Form {
    const ANY: Self = Self {
        required: &[],
        filled: &[],
        most: &[],
        each: &[],
        one: &[],
    };
}

static BACKUP: Form = Form {
    required: &["plans"],
    each: &[("plans", &PLAN)],
    ..Form::ANY
};

static PLAN: Form = Form {
    required: &["rules", "selections"],
    filled: &["regions"],
    most: &[("rules", 10)],
    each: &[("rules", &RULE)],
    one: &[("selections", &SELECTIONS)],
};

static RULE: Form = Form {
    required: &["schedule_expression", "target_backup_vault_name"],
    most: &[("copy_actions", 5), ("recovery_point_tags", 10)],
    ..Form::ANY
};

static SELECTIONS: Form = Form {
    most: &[("tags", 10)],
    each: &[("tags", &BY_TAG), ("resources", &BY_TYPE)],
    ..Form::ANY
};

static BY_TAG: Form = Form {
    required: &["iam_role_arn", "tag_key", "tag_value"],
    ..Form::ANY
};

static BY_TYPE: Form = Form {
    required: &["iam_role_arn", "resource_types"],
    ..Form::ANY
};

/// Most tag keys that are required of resources of one type.
const MAX_REQUIRED_KEYS: usize = 50;

/// All that is wrong with an effective policy of a type.
pub(crate) fn find(kind: &str, effective: &Setting) -> Vec<Fault> {
    let mut faults = Vec::new();
    match kind {
        "BACKUP_POLICY" => hold(effective, &BACKUP, "", &mut faults),
        "TAG_POLICY" => required_keys(effective, &mut faults),
        _ => {}
    }
    faults
}

impl Setting {
    /// A setting within this one that is not empty.
    fn part(&self, name: &str) -> Option<&Self> {
        self.parts()
            .find_map(|(known, setting)| (known == name).then_some(setting))
    }

    /// A setting within this one in which nothing is left: whoever made it so is to blame.
    fn emptied(&self, name: &str) -> Option<&Self> {
        let (_, setting) = self.within.iter().find(|(known, _)| known == name)?;
        setting.value().is_none().then_some(setting)
    }

    /// The settings within this one that are not empty, in the order in which they were made.
    fn parts(&self) -> impl Iterator<Item = (&str, &Self)> {
        let parts = self.within.iter();
        parts
            .filter(|(_, setting)| setting.value().is_some())
            .map(|(name, setting)| (name.as_str(), setting))
    }

    /// The policies that made this setting and those within it.
    fn contributors(&self) -> Vec<String> {
        let mut all = self.by.clone();
        for (_, setting) in &self.within {
            for policy in setting.contributors() {
                if !all.contains(&policy) {
                    all.push(policy);
                }
            }
        }
        all
    }

    fn fault(&self, code: &'static str, path: String, message: String) -> Fault {
        Fault {
            code,
            message,
            path,
            policies: self.contributors(),
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}

/// What goes beyond the greatest number, by the name of the part that does.
fn too_many(part: &Setting, path: String, name: &str, most: usize) -> Fault {
    let message = format!("'{name}' exceeds the allowed maximum limit {most}");
    part.fault("ELEMENTS_TOO_MANY", path, message)
}

/// Holds a setting against a form.
fn hold(setting: &Setting, form: &Form, path: &str, faults: &mut Vec<Fault>) {
    for name in form.required {
        if setting.part(name).is_none() {
            let message = format!("'{name}' is required");
            let blamed = setting.emptied(name).unwrap_or(setting);
            faults.push(blamed.fault("KEY_REQUIRED", path.to_owned(), message));
        }
    }
    for name in form.filled {
        if setting.part(name).is_none() {
            let message = format!("'{name}' does not meet the allowed minimum limit 1");
            let blamed = setting.emptied(name).unwrap_or(setting);
            faults.push(blamed.fault("ELEMENTS_TOO_FEW", join(path, name), message));
        }
    }
    for (name, most) in form.most {
        let within = join(path, name);
        let parts = setting.part(name).into_iter().flat_map(Setting::parts);
        for (part, setting) in parts.skip(*most) {
            faults.push(too_many(setting, join(&within, part), part, *most));
        }
    }
    for (name, form) in form.each {
        let within = join(path, name);
        for (part, setting) in setting.part(name).into_iter().flat_map(Setting::parts) {
            hold(setting, form, &join(&within, part), faults);
        }
    }
    for (name, form) in form.one {
        if let Some(setting) = setting.part(name) {
            hold(setting, form, &join(path, name), faults);
        }
    }
}

/// Types of resources of which too many tag keys are required.
fn required_keys(effective: &Setting, faults: &mut Vec<Fault>) {
    const REQUIRED: &str = "report_required_tag_for";
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, tag) in effective.part("tags").into_iter().flat_map(Setting::parts) {
        let Some(required) = tag.part(REQUIRED) else {
            continue;
        };
        let types = required.value.as_ref().and_then(Value::as_array);
        for resource in types.into_iter().flatten().filter_map(Value::as_str) {
            let count = counts.entry(resource).or_default();
            *count += 1;
            if *count > MAX_REQUIRED_KEYS {
                let path = format!("tags/{key}/{REQUIRED}");
                faults.push(too_many(required, path, resource, MAX_REQUIRED_KEYS));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;
    use serde_json::{Map, Value, json};

    use super::super::merge;
    use super::super::tests::contributions;
    use super::*;

    fn rules(from: usize, to: usize) -> Value {
        let rule = json!({
            "schedule_expression": {"@@assign": "cron(0 5 ? * * *)"},
            "target_backup_vault_name": {"@@assign": "vault"},
        });
        let rules: Map<String, Value> = (from..to)
            .map(|number| (format!("rule{number:02}"), rule.clone()))
            .collect();
        json!({"plans": {"hourly-backup": {"rules": rules}}})
    }

    fn rest() -> Value {
        json!({"plans": {"hourly-backup": {
            "regions": {"@@assign": ["us-east-1"]},
            "selections": {"tags": {"all": {
                "iam_role_arn": {"@@assign": "arn:aws:iam::$account:role/backup"},
                "tag_key": {"@@assign": "backup"},
                "tag_value": {"@@assign": ["yes"]},
            }}},
        }}})
    }

    fn of(kind: &str, levels: &[&[Value]]) -> Vec<(&'static str, String, String, Vec<String>)> {
        find(kind, &merge(&contributions(levels)))
            .into_iter()
            .map(|it| (it.code, it.path, it.message, it.policies))
            .collect()
    }

    fn backup(levels: &[&[Value]]) -> Vec<(&'static str, String, String, Vec<String>)> {
        of("BACKUP_POLICY", levels)
    }

    /// "a backup policy with nine backup rules … another backup policy for the same backup plan – with two more rules"
    #[test]
    fn the_eleventh_rule_is_one_too_many() {
        let above: &[Value] = &[rules(0, 9), rest()];
        assert_eq!(backup(&[above, &[rules(9, 10)]]), []);
        assert_eq!(
            backup(&[above, &[rules(9, 11)]]),
            [(
                "ELEMENTS_TOO_MANY",
                "plans/hourly-backup/rules/rule10".to_owned(),
                "'rule10' exceeds the allowed maximum limit 10".to_owned(),
                vec!["p1-0".to_owned()],
            )]
        );
    }

    #[test]
    fn what_a_child_takes_away_is_missed() {
        let none = json!({"plans": {"hourly-backup": {"regions": {"@@remove": ["us-east-1"]}}}});
        let found = backup(&[&[rules(0, 1), rest()], &[none]]);
        let [(code, path, _, policies)] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(
            (*code, path.as_str()),
            ("ELEMENTS_TOO_FEW", "plans/hourly-backup/regions")
        );
        assert_eq!(policies[..], ["p0-1", "p1-0"].map(str::to_owned)[..]);
    }

    #[test]
    fn required_elements_are_missed_where_they_should_be() {
        let codes = |levels: &[&[Value]]| -> Vec<(&'static str, String)> {
            let found = backup(levels);
            found
                .into_iter()
                .map(|(code, path, ..)| (code, path))
                .collect()
        };
        let at = |path: &str| ("KEY_REQUIRED", path.to_owned());
        assert_eq!(codes(&[&[rest()]]), [at("plans/hourly-backup")]);
        let mut half = rules(0, 1);
        half["plans"]["hourly-backup"]["rules"]["rule00"]
            .as_object_mut()
            .unwrap()
            .remove("schedule_expression");
        assert_eq!(
            codes(&[&[half, rest()]]),
            [at("plans/hourly-backup/rules/rule00")]
        );
        let mut half = rest();
        half["plans"]["hourly-backup"]["selections"]["tags"]["all"] =
            json!({"tag_key": {"@@assign": "backup"}});
        let selection = "plans/hourly-backup/selections/tags/all";
        assert_eq!(
            codes(&[&[rules(0, 1), half]]),
            [at(selection), at(selection)]
        );
    }

    /// "30 required tag keys for EC2 instances to the root, and … 25 different required tag keys"
    #[test]
    fn fifty_tag_keys_are_required_of_a_type() {
        let keys = |from: usize, to: usize| {
            let tags: Map<String, Value> = (from..to)
                .map(|number| {
                    let tag = json!({"report_required_tag_for": {"@@assign": ["ec2:instance"]}});
                    (format!("key{number:02}"), tag)
                })
                .collect();
            json!({"tags": tags})
        };
        assert_eq!(of("TAG_POLICY", &[&[keys(0, 30)], &[keys(30, 50)]]), []);
        let found = of("TAG_POLICY", &[&[keys(0, 30)], &[keys(30, 55)]]);
        assert_eq!(found.len(), 5);
        assert_eq!(
            found[0],
            (
                "ELEMENTS_TOO_MANY",
                "tags/key50/report_required_tag_for".to_owned(),
                "'ec2:instance' exceeds the allowed maximum limit 50".to_owned(),
                vec!["p1-0".to_owned()],
            )
        );
    }
}
