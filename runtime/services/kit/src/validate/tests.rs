//! Messages as AWS's services gave them, and what every input has a right to.

mod input;
mod properties;

use pretty_assertions::assert_eq;
use stockade_spec::constraint::{Bounds, Member, Pattern, Shape, Within};

use self::input::{Value, Value::*};
use super::*;

const fn length(min: u64, max: u64) -> Shape {
    Shape {
        bounds: Bounds::Length {
            min: Some(min),
            max: Some(max),
        },
        ..Shape::ANY
    }
}

/// The message about an input whose one member has these demands.
fn message(name: &'static str, shape: Shape, value: Value) -> Result<(), String> {
    let members: &'static [Member] = vec![Member::new(0, Box::leak(Box::new(shape)))].leak();
    let demands = Box::leak(Box::new(Shape {
        within: Within::Members(members),
        ..Shape::ANY
    }));
    check(demands, &input::structure(&[(name, value)])).map_err(|violations| violations.message)
}

static WORDS: Pattern = Pattern::new(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+");

#[test]
fn what_is_right_says_nothing() {
    let name = || Shape {
        pattern: Some(&WORDS),
        ..length(1, 64)
    };
    assert_eq!(message("UserName", name(), Text("alice".into())), Ok(()));
    assert_eq!(message("UserName", name(), Absent), Ok(()));
    assert_eq!(message("UserName", Shape::ANY, Text(String::new())), Ok(()));
}

#[test]
fn an_empty_string_breaks_length_and_pattern() {
    // WAF: UpdateWebACL with an empty description.
    static DESCRIPTION: Pattern =
        Pattern::new(r"^[\w+=:#@/\-,\.][\w+=:#@/\-,\.\s]+[\w+=:#@/\-,\.]$");
    let description = Shape {
        pattern: Some(&DESCRIPTION),
        ..length(1, 256)
    };
    assert_eq!(
        message("Description", description, Text(String::new())).unwrap_err(),
        "2 validation errors detected: Value '' at 'description' failed to satisfy constraint: \
         Member must have length greater than or equal to 1; Value '' at 'description' failed to \
         satisfy constraint: Member must satisfy regular expression pattern: \
         ^[\\w+=:#@/\\-,\\.][\\w+=:#@/\\-,\\.\\s]+[\\w+=:#@/\\-,\\.]$"
    );
}

#[test]
fn length_counts_characters() {
    assert_eq!(
        message("Description", length(1, 64), Text("ü".repeat(64))),
        Ok(())
    );
    let long = "x".repeat(65);
    assert_eq!(
        message("RoleSessionName", length(2, 64), Text(long.clone())).unwrap_err(),
        format!(
            "1 validation error detected: Value '{long}' at 'roleSessionName' failed to satisfy \
             constraint: Member must have length less than or equal to 64"
        )
    );
}

#[test]
fn numbers_have_bounds() {
    let max_items = || Shape {
        bounds: Bounds::Integer {
            min: Some(1),
            max: Some(1000),
        },
        ..Shape::ANY
    };
    assert_eq!(
        message("MaxItems", max_items(), Integer(1001)).unwrap_err(),
        "1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: \
         Member must have value less than or equal to 1000"
    );
    assert_eq!(
        message("MaxItems", max_items(), Integer(0)).unwrap_err(),
        "1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: \
         Member must have value greater than or equal to 1"
    );
    for right in [1, 1000] {
        assert_eq!(message("MaxItems", max_items(), Integer(right)), Ok(()));
    }
}

#[test]
fn the_first_violation_has_a_kind() {
    static DIGITS: Pattern = Pattern::new(r"\d+");
    static OWN: Refusal = Refusal {
        reason: "ODD",
        sentence: "No.",
    };
    static DIGIT: Shape = Shape {
        pattern: Some(&DIGITS),
        refusal: Some(&OWN),
        ..Shape::ANY
    };
    let first = |shape: Shape, value: Value| {
        let members: &'static [Member] = vec![Member::new(0, Box::leak(Box::new(shape)))].leak();
        let demands = Box::leak(Box::new(Shape {
            within: Within::Members(members),
            ..Shape::ANY
        }));
        let violations = check(demands, &input::structure(&[("A", value)])).unwrap_err();
        (violations.first, violations.refusal)
    };
    let text = |text: &str| Text(text.to_owned());
    let digit = Shape {
        refusal: DIGIT.refusal,
        pattern: DIGIT.pattern,
        ..Shape::ANY
    };
    let both = Shape {
        pattern: Some(&DIGITS),
        ..length(1, 2)
    };
    assert_eq!(first(length(1, 2), text("abc")), (Kind::TooLong, None));
    assert_eq!(first(both, text("")), (Kind::TooShort, None));
    assert_eq!(first(digit, text("a")), (Kind::Pattern, Some(&OWN)));
    let values = Shape {
        values: &["red"],
        ..Shape::ANY
    };
    assert_eq!(first(values, text("blue")), (Kind::Enum, None));
    let small = Shape {
        bounds: Bounds::Integer {
            min: Some(1),
            max: None,
        },
        ..Shape::ANY
    };
    assert_eq!(first(small, Integer(0)), (Kind::TooSmall, None));
    let list = Shape {
        within: Within::Elements(&DIGIT),
        ..Shape::ANY
    };
    assert_eq!(
        first(list, List(vec![text("1"), text("a")])),
        (Kind::Element, Some(&OWN))
    );
}

#[test]
fn numbers_with_fractions_are_written_as_java_does() {
    let weight = || Shape {
        bounds: Bounds::Number {
            min: Some(0.0),
            max: Some(1.0),
        },
        ..Shape::ANY
    };
    assert_eq!(
        message("Weight", weight(), Number(2.0)).unwrap_err(),
        "1 validation error detected: Value '2.0' at 'weight' failed to satisfy constraint: \
         Member must have value less than or equal to 1.0"
    );
    assert_eq!(message("Weight", weight(), Number(0.25)), Ok(()));
    assert!(message("Weight", weight(), Number(f64::NAN)).is_err());
}

#[test]
fn enums_name_their_values() {
    let status = Shape {
        values: &["Active", "Inactive"],
        ..Shape::ANY
    };
    assert_eq!(
        message("Status", status, Text("active".into())).unwrap_err(),
        "1 validation error detected: Value 'active' at 'status' failed to satisfy constraint: \
         Member must satisfy enum value set: [Active, Inactive]"
    );
}

#[test]
fn blobs_have_lengths_in_bytes() {
    assert_eq!(
        message("ZipFile", length(0, 3), Bytes(vec![0; 4])).unwrap_err(),
        "1 validation error detected: Value 'java.nio.HeapByteBuffer[pos=0 lim=4 cap=4]' at \
         'zipFile' failed to satisfy constraint: Member must have length less than or equal to 3"
    );
    assert_eq!(message("ZipFile", length(0, 3), Bytes(vec![0; 3])), Ok(()));
}

#[test]
fn list_items_share_one_message() {
    // Lambda: CreateFunction with architectures ["foo"]; UpdateFunctionUrlConfig with OPTIONS.
    static ARCHITECTURE: Shape = Shape {
        values: &["x86_64", "arm64"],
        ..Shape::ANY
    };
    let architectures = || Shape {
        within: Within::Elements(&ARCHITECTURE),
        ..length(1, 1)
    };
    let texts = |all: &[&str]| List(all.iter().map(|one| Text((*one).into())).collect());
    assert_eq!(
        message("Architectures", architectures(), texts(&["foo"])).unwrap_err(),
        "1 validation error detected: Value '[foo]' at 'architectures' failed to satisfy \
         constraint: Member must satisfy constraint: [Member must satisfy enum value set: \
         [x86_64, arm64], Member must not be null]"
    );
    assert_eq!(
        message("Architectures", architectures(), texts(&["arm64"])),
        Ok(())
    );
    static ANYTHING: Pattern = Pattern::new(".*");
    static METHOD: Shape = Shape {
        pattern: Some(&ANYTHING),
        ..length(0, 6)
    };
    let methods = Shape {
        within: Within::Elements(&METHOD),
        ..Shape::ANY
    };
    assert_eq!(
        message("AllowMethods", methods, texts(&["POST", "OPTIONS", "GET"])).unwrap_err(),
        "1 validation error detected: Value '[POST, OPTIONS, GET]' at 'allowMethods' failed to \
         satisfy constraint: Member must satisfy constraint: [Member must have length less than \
         or equal to 6, Member must have length greater than or equal to 0, Member must satisfy \
         regular expression pattern: .*, Member must not be null]"
    );
}

#[test]
fn map_values_share_one_message() {
    // Lambda: CreateAlias with a weight that is none.
    static VERSION: Shape = length(1, 1024);
    static WEIGHT: Shape = Shape {
        bounds: Bounds::Number {
            min: Some(0.0),
            max: Some(1.0),
        },
        ..Shape::ANY
    };
    let weights = || Shape {
        within: Within::Entries {
            keys: Some(&VERSION),
            values: Some(&WEIGHT),
        },
        ..Shape::ANY
    };
    let entries = |key: &str, value| Map(vec![(key.to_owned(), Number(value))]);
    assert_eq!(
        message("AdditionalVersionWeights", weights(), entries("1", 1.5)).unwrap_err(),
        "1 validation error detected: Value '{1=1.5}' at 'additionalVersionWeights' failed to \
         satisfy constraint: Map value must satisfy constraint: [Member must have value less than \
         or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be \
         null]"
    );
    assert_eq!(
        message("AdditionalVersionWeights", weights(), entries("", 0.5)).unwrap_err(),
        "1 validation error detected: Value '{=0.5}' at 'additionalVersionWeights' failed to \
         satisfy constraint: Map keys must satisfy constraint: [Member must have length less than \
         or equal to 1024, Member must have length greater than or equal to 1, Member must not be \
         null]"
    );
    assert_eq!(
        message("AdditionalVersionWeights", weights(), entries("1", 1.0)),
        Ok(())
    );
}

/// IAM's tags, whose values its messages conceal.
fn tags() -> Shape {
    static KEY: Shape = Shape {
        pattern: Some(&WORDS),
        sensitive: true,
        ..length(1, 128)
    };
    static VALUE: Shape = Shape {
        sensitive: true,
        ..length(0, 256)
    };
    static TAG: Shape = Shape {
        within: Within::Members(&[Member::new(0, &KEY), Member::new(1, &VALUE)]),
        ..Shape::ANY
    };
    Shape {
        bounds: Bounds::Length {
            min: None,
            max: Some(50),
        },
        sensitive: true,
        within: Within::Elements(&TAG),
        ..Shape::ANY
    }
}

fn tag(key: &str, value: &str) -> Value {
    Structure(vec![
        ("Key", Text(key.to_owned())),
        ("Value", Text(value.to_owned())),
    ])
}

#[test]
fn structures_in_lists_are_told_by_their_place() {
    // IAM: TagUser with 51 tags, the last one wrong.
    let mut many: Vec<Value> = (0..50).map(|n| tag(&format!("k{n}"), "v")).collect();
    assert_eq!(message("Tags", tags(), List(many.clone())), Ok(()));
    many.push(tag("bad#key", "v"));
    assert_eq!(
        message("Tags", tags(), List(many)).unwrap_err(),
        "2 validation errors detected: Value at 'tags' failed to satisfy constraint: Member must \
         have length less than or equal to 50; Value at 'tags.51.member.key' failed to satisfy \
         constraint: Member must satisfy regular expression pattern: \
         [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+"
    );
    assert_eq!(
        message("Tags", tags(), List(vec![tag("", &"é".repeat(257))])).unwrap_err(),
        "3 validation errors detected: Value at 'tags.1.member.key' failed to satisfy constraint: \
         Member must have length greater than or equal to 1; Value at 'tags.1.member.key' failed \
         to satisfy constraint: Member must satisfy regular expression pattern: \
         [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+; Value at 'tags.1.member.value' failed to satisfy \
         constraint: Member must have length less than or equal to 256"
    );
}

#[test]
fn members_follow_each_other_through_all_that_nests() {
    static NAME: Shape = length(1, 3);
    static LEAF: Shape = Shape {
        within: Within::Members(&[Member::new(1, &NAME)]),
        ..Shape::ANY
    };
    static LEAVES: Shape = Shape {
        within: Within::Elements(&LEAF),
        ..length(0, 1)
    };
    static BY_NAME: Shape = Shape {
        within: Within::Entries {
            keys: None,
            values: Some(&LEAVES),
        },
        ..Shape::ANY
    };
    static DEMANDS: Shape = Shape {
        within: Within::Members(&[
            Member::new(0, &NAME),
            Member::new(2, &BY_NAME),
            Member::new(3, &LEAF),
        ]),
        ..Shape::ANY
    };
    let leaf = |name: &str| {
        Structure(vec![
            ("Other", Text("not looked at".into())),
            ("Name", Text(name.into())),
        ])
    };
    let members = [
        ("KMSKeyArn", Text("long".into())),
        ("Unconstrained", List(vec![Text("anything".into())])),
        (
            "ByName",
            Map(vec![
                ("a".to_owned(), List(vec![leaf("ok")])),
                ("b".to_owned(), List(vec![leaf("ok"), leaf("long")])),
            ]),
        ),
        ("Choice", leaf("")),
    ];
    assert_eq!(
        check(&DEMANDS, &input::structure(&members))
            .unwrap_err()
            .message,
        "4 validation errors detected: Value 'long' at 'kMSKeyArn' failed to satisfy constraint: \
         Member must have length less than or equal to 3; Value \
         '{a=[{other=not looked at, name=ok}], b=[{other=not looked at, name=ok}, {other=not \
         looked at, name=long}]}' at 'byName' failed to satisfy constraint: Map value must satisfy \
         constraint: [Member must have length less than or equal to 1, Member must have length \
         greater than or equal to 0, Member must not be null]; Value 'long' at \
         'byName.b.member.2.member.name' failed to satisfy constraint: Member must have length \
         less than or equal to 3; Value '' at 'choice.name' failed to satisfy constraint: Member \
         must have length greater than or equal to 1"
    );
}

#[test]
fn a_services_own_sentence_stands_alone() {
    // IAM: CreateUser with a name that has a space, or that is too long as well.
    static NAME: Pattern = Pattern::new(r"[\w+=,.@-]+").saying(
        "The specified value for {member} is invalid. It must contain only alphanumeric characters \
         and/or the following: +=,.@_-",
    );
    let name = || Shape {
        pattern: Some(&NAME),
        ..length(1, 64)
    };
    assert_eq!(
        message("UserName", name(), Text("a b".into())).unwrap_err(),
        "The specified value for userName is invalid. It must contain only alphanumeric characters \
         and/or the following: +=,.@_-"
    );
    let long = "a ".repeat(40);
    assert_eq!(
        message("UserName", name(), Text(long.clone())).unwrap_err(),
        format!(
            "1 validation error detected: Value '{long}' at 'userName' failed to satisfy \
             constraint: Member must have length less than or equal to 64"
        )
    );
}

#[test]
fn sensitive_values_are_not_repeated() {
    let password = Shape {
        sensitive: true,
        ..length(20, 64)
    };
    assert_eq!(
        message("Password", password, Text("hunter2".into())).unwrap_err(),
        "1 validation error detected: Value at 'password' failed to satisfy constraint: Member \
         must have length greater than or equal to 20"
    );
    static NAME: Shape = length(2, 9);
    let variables = Shape {
        sensitive: true,
        within: Within::Entries {
            keys: Some(&NAME),
            values: None,
        },
        ..Shape::ANY
    };
    let text = message(
        "Variables",
        variables,
        Map(vec![("A".to_owned(), Text("hunter2".into()))]),
    )
    .unwrap_err();
    assert!(
        text.starts_with("1 validation error detected: Value at 'variables' failed"),
        "{text}"
    );
}

#[test]
fn messages_end_somewhere() {
    let wrong = (0..1000).map(|_| tag("", "")).collect();
    let text = message("Tags", tags(), List(wrong)).unwrap_err();
    assert!(
        text.starts_with("100 validation errors detected: "),
        "{text}"
    );
}
