//! An input is refused if and only if something in it is outside of its constraints, as a second
//! and simpler reading of the constraints tells.

use proptest::prelude::*;

use super::*;

/// A shape and what its values are made of.
#[derive(Debug, Clone)]
enum Kind {
    Text { length: Length, form: Form },
    Word(Vec<&'static str>),
    Integer { min: i64, max: i64 },
    Number { min: f64, max: f64 },
    Bytes(Length),
    List(Length, Box<Kind>),
    Map(Length, Box<Kind>, Box<Kind>),
    Structure(Vec<Kind>),
}

#[derive(Debug, Clone, Copy)]
struct Length {
    min: Option<u64>,
    max: Option<u64>,
}

impl Length {
    fn holds(self, length: usize) -> bool {
        let length = length as u64;
        self.min.is_none_or(|min| length >= min) && self.max.is_none_or(|max| length <= max)
    }

    fn bounds(self) -> Bounds {
        Bounds::Length {
            min: self.min,
            max: self.max,
        }
    }
}

/// A pattern that is easily told without regular expressions.
#[derive(Debug, Clone, Copy)]
enum Form {
    Any,
    Letters,
    BeginsWithA,
    NotAllB,
}

impl Form {
    fn pattern(self) -> Option<&'static Pattern> {
        static LETTERS: Pattern = Pattern::new("[a-c]*");
        static BEGINS_WITH_A: Pattern = Pattern::new("a.*");
        static NOT_ALL_B: Pattern = Pattern::new("(?!b*$).*");
        match self {
            Self::Any => None,
            Self::Letters => Some(&LETTERS),
            Self::BeginsWithA => Some(&BEGINS_WITH_A),
            Self::NotAllB => Some(&NOT_ALL_B),
        }
    }

    fn holds(self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Letters => text.chars().all(|c| ('a'..='c').contains(&c)),
            Self::BeginsWithA => text.starts_with('a'),
            Self::NotAllB => text.chars().any(|c| c != 'b'),
        }
    }
}

const NAMES: [&str; 4] = ["One", "Two", "Three", "Four"];

impl Kind {
    /// The constraints, as the generator would emit them.
    fn shape(&self) -> &'static Shape {
        let shape = match self {
            Self::Text { length, form } => Shape {
                bounds: length.bounds(),
                pattern: form.pattern(),
                ..Shape::ANY
            },
            Self::Word(words) => Shape {
                values: words.clone().leak(),
                ..Shape::ANY
            },
            Self::Integer { min, max } => Shape {
                bounds: Bounds::Integer {
                    min: Some(*min),
                    max: Some(*max),
                },
                ..Shape::ANY
            },
            Self::Number { min, max } => Shape {
                bounds: Bounds::Number {
                    min: Some(*min),
                    max: Some(*max),
                },
                ..Shape::ANY
            },
            Self::Bytes(length) => Shape {
                bounds: length.bounds(),
                ..Shape::ANY
            },
            Self::List(length, element) => Shape {
                bounds: length.bounds(),
                within: Within::Elements(element.shape()),
                ..Shape::ANY
            },
            Self::Map(length, key, value) => Shape {
                bounds: length.bounds(),
                within: Within::Entries {
                    keys: Some(key.shape()),
                    values: Some(value.shape()),
                },
                ..Shape::ANY
            },
            Self::Structure(members) => {
                let members: Vec<Member> = (0..)
                    .zip(members)
                    .map(|(index, member)| Member::new(index, member.shape()))
                    .collect();
                Shape {
                    within: Within::Members(members.leak()),
                    ..Shape::ANY
                }
            }
        };
        Box::leak(Box::new(shape))
    }

    /// Whether a value of the shape is within its constraints.
    fn holds(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Absent) => true,
            (Self::Text { length, form }, Text(text)) => {
                length.holds(text.chars().count()) && form.holds(text)
            }
            (Self::Word(words), Text(text)) => words.contains(&text.as_str()),
            (Self::Integer { min, max }, Integer(value)) => (min..=max).contains(&value),
            (Self::Number { min, max }, Number(value)) => (min..=max).contains(&value),
            (Self::Bytes(length), Bytes(bytes)) => length.holds(bytes.len()),
            (Self::List(length, element), List(items)) => {
                length.holds(items.len()) && items.iter().all(|item| element.holds(item))
            }
            (Self::Map(length, keys, values), Map(entries)) => {
                length.holds(entries.len())
                    && entries
                        .iter()
                        .all(|(key, value)| keys.holds(&Text(key.clone())) && values.holds(value))
            }
            (Self::Structure(kinds), Structure(members)) => kinds
                .iter()
                .zip(members)
                .all(|(kind, (_, value))| kind.holds(value)),
            _ => unreachable!("a value of another shape"),
        }
    }

    /// Values of the shape, whether or not within its constraints.
    fn values(&self) -> BoxedStrategy<Value> {
        match self {
            Self::Text { .. } => "[abü]{0,4}".prop_map(Text).boxed(),
            Self::Word(_) => prop::sample::select(vec!["red", "green", "blue"])
                .prop_map(|word| Text(word.to_owned()))
                .boxed(),
            Self::Integer { .. } => (-4..4i64).prop_map(Integer).boxed(),
            Self::Number { .. } => (-4..4i32).prop_map(|n| Number(f64::from(n) / 2.0)).boxed(),
            Self::Bytes(_) => prop::collection::vec(any::<u8>(), 0..4)
                .prop_map(Bytes)
                .boxed(),
            Self::List(_, element) => prop::collection::vec(element.values(), 0..4)
                .prop_map(List)
                .boxed(),
            Self::Map(_, _, values) => prop::collection::vec(("[ab]{0,3}", values.values()), 0..4)
                .prop_map(Map)
                .boxed(),
            Self::Structure(members) => members
                .iter()
                .map(|member| prop_oneof![Just(Absent).boxed(), member.values()].boxed())
                .collect::<Vec<_>>()
                .prop_map(|values| Structure(NAMES.into_iter().zip(values).collect()))
                .boxed(),
        }
    }
}

fn lengths() -> impl Strategy<Value = Length> {
    let bound = || prop::option::of(0..4u64);
    (bound(), bound()).prop_map(|(min, max)| Length { min, max })
}

fn texts() -> impl Strategy<Value = Kind> {
    let forms = vec![Form::Any, Form::Letters, Form::BeginsWithA, Form::NotAllB];
    (lengths(), prop::sample::select(forms)).prop_map(|(length, form)| Kind::Text { length, form })
}

fn kinds() -> impl Strategy<Value = Kind> {
    let leaves = prop_oneof![
        texts(),
        Just(Kind::Word(vec!["red", "green"])),
        (-3..0i64, 0..3i64).prop_map(|(min, max)| Kind::Integer { min, max }),
        (-3..0i32, 0..3i32).prop_map(|(min, max)| Kind::Number {
            min: min.into(),
            max: max.into()
        }),
        lengths().prop_map(Kind::Bytes),
    ];
    leaves.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            (lengths(), inner.clone())
                .prop_map(|(length, element)| Kind::List(length, element.into())),
            (lengths(), texts(), inner.clone()).prop_map(|(length, key, value)| Kind::Map(
                length,
                key.into(),
                value.into()
            )),
            prop::collection::vec(inner, 1..4).prop_map(Kind::Structure),
        ]
    })
}

fn inputs() -> impl Strategy<Value = (Kind, Value)> {
    prop::collection::vec(kinds(), 1..4)
        .prop_map(Kind::Structure)
        .prop_flat_map(|kind| {
            let values = kind.values();
            (Just(kind), values)
        })
}

proptest! {
    #[test]
    fn what_is_within_is_taken_and_nothing_else((kind, value) in inputs()) {
        let Structure(members) = &value else {
            unreachable!("inputs are structures");
        };
        let checked = check(kind.shape(), &input::structure(members));
        prop_assert_eq!(checked.is_ok(), kind.holds(&value), "{:?}", checked);
    }
}
