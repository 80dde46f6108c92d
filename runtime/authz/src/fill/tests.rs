use aws_smithy_schema::prelude::STRING;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_schema::{Schema, ShapeType, shape_id};
use pretty_assertions::assert_eq;
use stockade_spec::filter::Filter;
use stockade_spec::permission::{
    Capture, Class, KeyBinding, Predicate, Resource, Source as Origin, Step, Value,
};

use super::*;

macro_rules! member {
    ($name:literal, $type:ident, $index:literal) => {
        Schema::new_member(
            shape_id!("example", "Input"),
            ShapeType::$type,
            $name,
            $index,
        )
    };
}

static NAME: Schema<'static> = member!("Name", String, 0);
static ITEMS: Schema<'static> = member!("Items", List, 1);
static TAGS: Schema<'static> = member!("Tags", List, 2);
static LABELS: Schema<'static> = member!("Labels", Map, 3);
static KEY: Schema<'static> = member!("Key", String, 0);
static VALUE: Schema<'static> = member!("Value", String, 1);
static INPUT: Schema<'static> = Schema::new_struct(
    shape_id!("example", "Input"),
    ShapeType::Structure,
    &[&NAME, &ITEMS, &TAGS, &LABELS],
);
static ITEM: Schema<'static> = Schema::new_struct(
    shape_id!("example", "Item"),
    ShapeType::Structure,
    &[&KEY, &VALUE],
);

#[derive(Default)]
struct Input {
    name: Option<&'static str>,
    items: Vec<Item>,
    tags: Vec<Item>,
    labels: Vec<(&'static str, &'static str)>,
}

struct Item {
    key: &'static str,
    value: Option<&'static str>,
}

fn item(key: &'static str, value: Option<&'static str>) -> Item {
    Item { key, value }
}

impl SerializableStruct for Item {
    fn schema(&self) -> &Schema<'_> {
        &ITEM
    }

    fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        serializer.write_string(&KEY, self.key)?;
        self.value
            .map_or(Ok(()), |value| serializer.write_string(&VALUE, value))
    }
}

fn list(
    serializer: &mut dyn ShapeSerializer,
    schema: &Schema<'_>,
    items: &[Item],
) -> Result<(), SerdeError> {
    serializer.write_list(schema, &|serializer| {
        items
            .iter()
            .try_for_each(|item| serializer.write_struct(&ITEM, item))
    })
}

impl SerializableStruct for Input {
    fn schema(&self) -> &Schema<'_> {
        &INPUT
    }

    fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        if let Some(name) = self.name {
            serializer.write_string(&NAME, name)?;
        }
        list(serializer, &ITEMS, &self.items)?;
        list(serializer, &TAGS, &self.tags)?;
        serializer.write_map(&LABELS, &|serializer| {
            self.labels.iter().try_for_each(|(key, value)| {
                serializer.write_string(&STRING, key)?;
                serializer.write_string(&STRING, value)
            })
        })
    }
}

use Step::{Each, Keys as MapKeys, Member, Values as MapValues};

static CAPTURES: &[Capture] = &[
    capture("Name", &[Member(0)]),
    capture("Items[].Key", &[Member(1), Each, Member(0)]),
    capture("Items[].Value", &[Member(1), Each, Member(1)]),
    capture("Tags[].Key", &[Member(2), Each, Member(0)]),
    capture("Tags[].Value", &[Member(2), Each, Member(1)]),
    capture("Labels{keys}", &[Member(3), MapKeys]),
    capture("Labels{values}", &[Member(3), MapValues]),
    capture("Items", &[Member(1)]),
];

const fn capture(name: &'static str, steps: &'static [Step]) -> Capture {
    Capture { name, steps }
}

const fn part(capture: u16) -> Part {
    Part::Capture {
        capture,
        default: None,
        filter: None,
    }
}

const fn requirement(
    resources: &'static [Resource],
    when: Predicate,
    each: Option<u16>,
    keys: &'static [KeyBinding],
) -> Requirement {
    Requirement {
        action: "example:Do",
        resources,
        when,
        each,
        keys,
        untold: &[],
    }
}

/// A template of these requirements; `answers` is the list that the operation answers for.
fn permissions(requirements: &'static [Requirement], answers: Option<u16>) -> Permissions {
    Permissions {
        class: Class::Requirements,
        source: Origin::Overlay,
        captures: CAPTURES,
        requirements,
        follow_ups: &[],
        answers,
    }
}

/// What a template needs of an input: one line a requirement, with keys and reasons.
fn filled(requirements: &'static [Requirement], input: &Input) -> Vec<String> {
    required(&permissions(requirements, None), input)
        .into_iter()
        .map(|required| {
            assert_eq!(
                required.element, None,
                "the operation answers for no element"
            );
            let mut line = format!("{} {}", required.action, required.resource);
            for (key, values) in required.keys.iter() {
                let values = values
                    .as_ref()
                    .map_or("<unknown>".into(), |values| values.join("|"));
                line.push_str(&format!(" {key}={values}"));
            }
            if let Some(why) = required.unfilled {
                line.push_str(&format!(" ({why})"));
            }
            line
        })
        .collect()
}

fn required(permissions: &Permissions, input: &Input) -> Vec<Required> {
    fill(permissions, input, &source()).unwrap()
}

fn source() -> Source<'static> {
    Source {
        scope: Scope {
            partition: "aws",
            region: "us-east-1",
            account: "000000000000",
            caller: None,
        },
        service: None,
        header: &|name| (name == "x-amz-acl").then(|| "private".to_owned()),
    }
}

static THING: &[Resource] = &[Resource::Template(&[
    Part::Literal("arn:"),
    Part::Partition,
    Part::Literal(":example:"),
    Part::Region,
    Part::Literal(":"),
    Part::Account,
    Part::Literal(":thing/"),
    Part::Capture {
        capture: 0,
        default: None,
        filter: Some(Filter::Arn),
    },
])];

const fn name(filter: Filter) -> Part {
    Part::Capture {
        capture: 0,
        default: None,
        filter: Some(filter),
    }
}

#[test]
fn an_arn_replaces_what_stands_before_it_and_what_follows_follows() {
    static NEEDS: &[Requirement] = &[requirement(
        &[
            Resource::Template(&[
                Part::Literal("table/"),
                name(Filter::Base),
                Part::Literal("/index/a"),
            ]),
            Resource::Template(&[Part::Literal("secret:"), name(Filter::Secret)]),
        ],
        Predicate::Always,
        None,
        &[],
    )];
    for (text, index, secret) in [
        ("t", "table/t/index/a", "secret:t-??????"),
        (
            "arn:aws:x:::t",
            "arn:aws:x:::t/index/a",
            "arn:aws:x:::t-??????",
        ),
    ] {
        let input = Input {
            name: Some(text),
            ..Input::default()
        };
        assert_eq!(
            filled(NEEDS, &input),
            [
                format!("example:Do {index}"),
                format!("example:Do {secret}")
            ]
        );
    }
}

#[test]
fn a_beginning_is_compared_without_regard_to_case_and_leading_space() {
    static NEEDS: &[Requirement] = &[requirement(&[], Predicate::Begins(0, "select"), None, &[])];
    for (text, needed) in [
        ("SELECT 1", 1),
        ("\n select 1", 1),
        ("sel", 0),
        ("é", 0),
        ("unselect", 0),
    ] {
        let input = Input {
            name: Some(text),
            ..Input::default()
        };
        assert_eq!(filled(NEEDS, &input).len(), needed, "{text}");
    }
}

#[test]
fn a_template_is_filled_from_scope_and_input() {
    static NEEDS: &[Requirement] = &[requirement(THING, Predicate::Always, None, &[])];
    let input = Input {
        name: Some("a*b"),
        ..Input::default()
    };
    assert_eq!(
        filled(NEEDS, &input),
        ["example:Do arn:aws:example:us-east-1:000000000000:thing/a*b"]
    );
    let input = Input {
        name: Some("arn:aws:example:eu-west-1:111122223333:thing/x"),
        ..Input::default()
    };
    assert_eq!(
        filled(NEEDS, &input),
        ["example:Do arn:aws:example:eu-west-1:111122223333:thing/x"]
    );
}

#[test]
fn an_absent_member_leaves_the_requirement_unfilled() {
    static NEEDS: &[Requirement] = &[requirement(THING, Predicate::Always, None, &[])];
    let prefix = "example:Do arn:aws:example:us-east-1:000000000000:thing/<unknown>";
    let absent = format!("{prefix} (the request has no Name, which names the resource)");
    for name in [None, Some("")] {
        let input = Input {
            name,
            ..Input::default()
        };
        assert_eq!(filled(NEEDS, &input), [absent.as_str()]);
    }
}

#[test]
fn defaults_stand_for_absent_members_and_know_the_request() {
    const fn or(default: &'static str, filter: Option<Filter>) -> Part {
        Part::Capture {
            capture: 0,
            default: Some(default),
            filter,
        }
    }
    static NEEDS: &[Requirement] = &[requirement(
        &[
            Resource::Template(&[
                or("{account}", Some(Filter::Account)),
                Part::Literal(":catalog"),
                or("", Some(Filter::Catalog)),
            ]),
            Resource::Template(&[Part::Literal("box/"), or("{?}", None)]),
        ],
        Predicate::Always,
        None,
        &[KeyBinding {
            key: "kms:ViaService",
            value: Value::Literal("example.{region}.amazonaws.com"),
        }],
    )];
    let via = "kms:ViaService=example.us-east-1.amazonaws.com";
    for (name, catalog, thing) in [
        (None, "000000000000:catalog", "box/<unknown>"),
        (Some("a"), "000000000000:catalog/a", "box/a"),
        (
            Some("123456789012:a"),
            "123456789012:catalog/a",
            "box/123456789012:a",
        ),
    ] {
        let input = Input {
            name,
            ..Input::default()
        };
        assert_eq!(
            filled(NEEDS, &input),
            [catalog, thing].map(|resource| format!("example:Do {resource} {via}"))
        );
    }
}

#[test]
fn many_values_make_each_combination_a_resource() {
    static NEEDS: &[Requirement] = &[requirement(
        &[Resource::Template(&[part(1), Part::Literal("/"), part(3)])],
        Predicate::Always,
        None,
        &[],
    )];
    let input = Input {
        items: vec![item("a", None), item("b", None)],
        tags: vec![item("1", None), item("2", None)],
        ..Input::default()
    };
    assert_eq!(
        filled(NEEDS, &input),
        ["a/1", "a/2", "b/1", "b/2"].map(|resource| format!("example:Do {resource}"))
    );
}

#[test]
fn elements_are_taken_one_at_a_time() {
    static NEEDS: &[Requirement] = &[requirement(
        &[Resource::Template(&[
            part(0),
            Part::Literal("/"),
            part(1),
            Part::Literal("/"),
            part(2),
        ])],
        Predicate::Present(2),
        Some(1),
        &[KeyBinding {
            key: "example:Value",
            value: Value::Capture(2),
        }],
    )];
    let input = Input {
        name: Some("n"),
        items: vec![item("a", Some("1")), item("b", None), item("c", Some("3"))],
        ..Input::default()
    };
    assert_eq!(
        filled(NEEDS, &input),
        [
            "example:Do n/a/1 example:Value=1",
            "example:Do n/c/3 example:Value=3"
        ]
    );
    assert_eq!(filled(NEEDS, &Input::default()), [""; 0]);
}

#[test]
fn elements_that_are_answered_for_are_told_by_their_places() {
    static OF_KEY: &[Resource] = &[Resource::Template(&[part(1)])];
    static NEEDS: &[Requirement] = &[
        requirement(OF_KEY, Predicate::Present(2), Some(1), &[]),
        requirement(THING, Predicate::Always, None, &[]),
        requirement(
            &[Resource::Template(&[part(3)])],
            Predicate::Always,
            Some(3),
            &[],
        ),
    ];
    let input = Input {
        name: Some("n"),
        items: vec![item("a", Some("1")), item("b", None), item("c", Some("3"))],
        tags: vec![item("t", None)],
        ..Input::default()
    };
    let told: Vec<_> = required(&permissions(NEEDS, Some(1)), &input)
        .into_iter()
        .map(|required| (required.resource.to_string(), required.element))
        .collect();
    let thing = "arn:aws:example:us-east-1:000000000000:thing/n";
    let expected = [("a", Some(0)), ("c", Some(2)), (thing, None), ("t", None)];
    assert_eq!(
        told,
        expected.map(|(resource, element)| (resource.to_owned(), element))
    );
}

#[test]
fn an_operation_answers_for_nothing_when_its_list_is_empty_and_all_else_is_needed_of_elements() {
    static OF_KEY: &[Resource] = &[Resource::Template(&[part(1)])];
    static EACH: &[Requirement] = &[requirement(OF_KEY, Predicate::Always, Some(1), &[])];
    static EACH_AND_MORE: &[Requirement] = &[
        requirement(OF_KEY, Predicate::Always, Some(1), &[]),
        requirement(THING, Predicate::Present(2), None, &[]),
    ];
    let answers_for_nothing = |requirements, answers, input: &Input| {
        super::Input::gather(&permissions(requirements, answers), input, source())
            .expect("the input can be read")
            .answers_for_nothing()
    };
    let none = Input::default();
    let one = Input {
        items: vec![item("", None)],
        ..Input::default()
    };
    assert!(answers_for_nothing(EACH, Some(1), &none));
    assert!(!answers_for_nothing(EACH, Some(1), &one));
    assert!(!answers_for_nothing(EACH, None, &none));
    assert!(!answers_for_nothing(EACH_AND_MORE, Some(1), &none));
}

#[test]
fn keys_come_from_pairs_presence_headers_and_texts() {
    static KEYS: &[KeyBinding] = &[
        KeyBinding {
            key: "aws:RequestTag/",
            value: Value::Pairs {
                names: 3,
                values: 4,
            },
        },
        KeyBinding {
            key: "example:Label/",
            value: Value::Pairs {
                names: 5,
                values: 6,
            },
        },
        KeyBinding {
            key: "aws:TagKeys",
            value: Value::Capture(3),
        },
        KeyBinding {
            key: "example:Named",
            value: Value::Presence(0),
        },
        KeyBinding {
            key: "example:Many",
            value: Value::Presence(7),
        },
        KeyBinding {
            key: "s3:x-amz-acl",
            value: Value::Header("x-amz-acl"),
        },
        KeyBinding {
            key: "example:Absent",
            value: Value::Header("x-absent"),
        },
        KeyBinding {
            key: "example:Box",
            value: Value::Template(&[Part::Literal("box/"), part(3), Part::Region]),
        },
        KeyBinding {
            key: "example:Unnamed",
            value: Value::Template(&[Part::Literal("box/"), part(0)]),
        },
        KeyBinding {
            key: "example:Kept",
            value: Value::Template(&[Part::Opaque]),
        },
    ];
    static NEEDS: &[Requirement] = &[requirement(&[], Predicate::Always, None, KEYS)];
    let input = Input {
        tags: vec![
            item("team", Some("a")),
            item("bare", None),
            item("z", Some("c")),
        ],
        labels: vec![("x", "1"), ("y", "2")],
        ..Input::default()
    };
    assert_eq!(
        filled(NEEDS, &input),
        [
            "example:Do * aws:RequestTag/team=a aws:RequestTag/bare= aws:RequestTag/z=c \
          example:Label/x=1 example:Label/y=2 aws:TagKeys=team|bare|z example:Named=false \
          example:Many=false s3:x-amz-acl=private example:Box=box/teamus-east-1|box/bareus-east-1|box/zus-east-1 example:Kept=<unknown>"
        ]
    );
}

#[test]
fn values_of_a_sole_name_are_told_and_others_are_not() {
    static KEYS: &[KeyBinding] = &[KeyBinding {
        key: "example:Leading",
        value: Value::Sole {
            names: 3,
            values: &[4, 6],
        },
    }];
    static NEEDS: &[Requirement] = &[requirement(&[], Predicate::Always, None, KEYS)];
    let told = |tags: Vec<Item>| {
        let input = Input {
            tags,
            ..Input::default()
        };
        filled(NEEDS, &input).remove(0)
    };
    let one = || item("id", Some("a"));
    assert_eq!(told(vec![one()]), "example:Do * example:Leading=a");
    // The keys of a batch, all of the same attribute.
    assert_eq!(
        told(vec![one(), item("id", Some("b"))]),
        "example:Do * example:Leading=a|b"
    );
    let unknown = "example:Do * example:Leading=<unknown>";
    assert_eq!(told(vec![one(), item("sort", Some("b"))]), unknown);
    // A value without a text, as bytes are.
    assert_eq!(told(vec![item("id", None)]), unknown);
    assert_eq!(told(Vec::new()), "example:Do *");
}

#[test]
fn attributes_are_told_once_and_unread_expressions_are_not() {
    static KEYS: &[KeyBinding] = &[KeyBinding {
        key: "example:Attributes",
        value: Value::Attributes {
            plain: &[3],
            expressions: &[0],
            names: Some((5, 6)),
        },
    }];
    static NEEDS: &[Requirement] = &[requirement(&[], Predicate::Always, None, KEYS)];
    let told = |expression: Option<&'static str>| {
        let input = Input {
            name: expression,
            tags: vec![item("Id", None), item("Wins", None)],
            labels: vec![("#l", "Losses")],
            ..Input::default()
        };
        filled(NEEDS, &input).remove(0)
    };
    assert_eq!(told(None), "example:Do * example:Attributes=Id|Wins");
    assert_eq!(
        told(Some("SET Wins = :w, #l.Last = Score")),
        "example:Do * example:Attributes=Id|Wins|Losses|Score"
    );
    assert_eq!(
        told(Some("SET #nobody = :w")),
        "example:Do * example:Attributes=<unknown>"
    );
}

#[test]
fn what_a_condition_equates_is_told_where_it_is_one() {
    static KEYS: &[KeyBinding] = &[KeyBinding {
        key: "example:Leading",
        value: Value::Equated {
            expression: 0,
            values: 5,
            texts: &[6],
            otherwise: Some((3, &[4])),
        },
    }];
    static NEEDS: &[Requirement] = &[requirement(&[], Predicate::Always, None, KEYS)];
    let told = |expression: Option<&'static str>, conditions: Vec<Item>| {
        let input = Input {
            name: expression,
            tags: conditions,
            labels: vec![(":a", "1"), (":b", "2")],
            ..Input::default()
        };
        filled(NEEDS, &input).remove(0)
    };
    let unknown = "example:Do * example:Leading=<unknown>";
    assert_eq!(
        told(Some("Id = :b AND Sort > :a"), Vec::new()),
        "example:Do * example:Leading=2"
    );
    assert_eq!(told(Some("Id = :a AND Sort = :b"), Vec::new()), unknown);
    assert_eq!(told(Some("Id = :c"), Vec::new()), unknown);
    assert_eq!(
        told(None, vec![item("Id", Some("x"))]),
        "example:Do * example:Leading=x"
    );
    assert_eq!(
        told(None, vec![item("Id", Some("x")), item("Sort", Some("y"))]),
        unknown
    );
    assert_eq!(told(None, Vec::new()), unknown);
}

#[test]
fn what_nobody_resolves_is_not_filled() {
    static NEEDS: &[Requirement] = &[requirement(
        &[Resource::Resolver {
            name: "alias",
            index: 0,
            arguments: &[0],
        }],
        Predicate::Not(&Predicate::Any(&[
            Predicate::Present(0),
            Predicate::OneOf(1, &["a"]),
        ])),
        None,
        &[],
    )];
    assert_eq!(
        filled(NEEDS, &Input::default()),
        ["example:Do <unknown> (no service here can resolve the name)"]
    );
    let input = Input {
        items: vec![item("a", None)],
        ..Input::default()
    };
    assert_eq!(filled(NEEDS, &input), [""; 0]);
}
