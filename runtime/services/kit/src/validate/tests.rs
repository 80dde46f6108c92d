use super::*;

const NAME: Constraint = Constraint {
    min: Some(1),
    max: Some(64),
    pattern: Some(r"[\w+=,.@-]+"),
    required: true,
    ..Constraint::NONE
};

fn message(offer: impl FnOnce(&mut Violations)) -> Result<(), String> {
    let mut violations = Violations::new();
    offer(&mut violations);
    violations.finish()
}

#[test]
fn what_is_right_says_nothing() {
    assert_eq!(
        message(|v| v.text("userName", Some("alice"), &NAME)),
        Ok(())
    );
    assert_eq!(message(|v| v.text("path", None, &Constraint::NONE)), Ok(()));
}

#[test]
fn an_empty_string_breaks_length_and_pattern() {
    assert_eq!(
        message(|v| v.text("userName", Some(""), &NAME)).unwrap_err(),
        "2 validation errors detected: Value '' at 'userName' failed to satisfy constraint: Member \
         must have length greater than or equal to 1; Value '' at 'userName' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+"
    );
}

#[test]
fn length_counts_characters() {
    assert_eq!(
        message(|v| v.text(
            "description",
            Some(&"ü".repeat(64)),
            &Constraint {
                pattern: None,
                ..NAME
            }
        )),
        Ok(())
    );
    let long = "x".repeat(65);
    assert_eq!(
        message(|v| v.text("userName", Some(&long), &NAME)).unwrap_err(),
        format!(
            "1 validation error detected: Value '{long}' at 'userName' failed to satisfy \
             constraint: Member must have length less than or equal to 64"
        )
    );
}

#[test]
fn numbers_have_bounds() {
    let max_items = Constraint {
        min: Some(1),
        max: Some(1000),
        ..Constraint::NONE
    };
    assert_eq!(
        message(|v| v.number("maxItems", Some(1001), &max_items)).unwrap_err(),
        "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: \
         Member must have value less than or equal to 1000"
    );
    assert_eq!(
        message(|v| v.number("maxItems", Some(0), &max_items)).unwrap_err(),
        "1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: \
         Member must have value greater than or equal to 1"
    );
    assert_eq!(message(|v| v.number("maxItems", None, &max_items)), Ok(()));
}

#[test]
fn enums_name_their_values() {
    let status = Constraint {
        values: &["Active", "Inactive"],
        ..Constraint::NONE
    };
    assert_eq!(
        message(|v| v.text("status", Some("active"), &status)).unwrap_err(),
        "1 validation error detected: Value 'active' at 'status' failed to satisfy constraint: \
         Member must satisfy enum value set: [Active, Inactive]"
    );
}

#[test]
fn list_items_share_one_message() {
    // Seen from Lambda: CreateFunction with architectures ["foo"].
    let architecture = Constraint {
        values: &["x86_64", "arm64"],
        required: true,
        ..Constraint::NONE
    };
    assert_eq!(
        message(|v| v.elements("architectures", &["x86_64", "foo"], &architecture)).unwrap_err(),
        "1 validation error detected: Value '[x86_64, foo]' at 'architectures' failed to satisfy \
         constraint: Member must satisfy constraint: [Member must satisfy enum value set: \
         [x86_64, arm64], Member must not be null]"
    );
    assert_eq!(
        message(|v| v.elements("architectures", &["arm64"], &architecture)),
        Ok(())
    );
}

#[test]
fn lists_have_lengths() {
    let tags = Constraint {
        max: Some(1),
        ..Constraint::NONE
    };
    assert_eq!(
        message(|v| v.length("tags", Some(2), &"[a, b]", &tags)).unwrap_err(),
        "1 validation error detected: Value '[a, b]' at 'tags' failed to satisfy constraint: \
         Member must have length less than or equal to 1"
    );
}

#[test]
fn sensitive_values_are_not_repeated() {
    let password = Constraint {
        min: Some(20),
        sensitive: true,
        ..Constraint::NONE
    };
    let text = message(|v| v.text("password", Some("hunter2"), &password)).unwrap_err();
    assert_eq!(
        text,
        "1 validation error detected: Value at 'password' failed to satisfy constraint: Member \
         must have length greater than or equal to 20"
    );
}
