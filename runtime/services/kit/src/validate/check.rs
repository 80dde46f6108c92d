//! The visitor that holds an input against its demands.

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};
use stockade_spec::constraint::{Bounds, Kind, Shape, Violations, Within};

use super::shown::{self, Shown};
use super::{Broken, MAX_VIOLATIONS, Violation, all, one};

/// What writes the elements of a list or the entries of a map.
pub(super) type Write<'a> = &'a dyn Fn(&mut dyn ShapeSerializer) -> Result<(), SerdeError>;

static ANY: Shape = Shape::ANY;

/// Holds an input against what its model demands; `shape` is the input structure's.
///
/// All violations are gathered: those of members in the order of the schema's members, of one value
/// length before pattern before enum, of a list or map itself before those in it. The elements of a
/// list share a violation, as do the keys of a map and its values, since AWS does not say which of
/// them it is. Where a service has a sentence of its own for a pattern, that one stands alone, and
/// only if nothing else is wrong.
///
/// ```
/// use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
/// use aws_smithy_schema::{Schema, ShapeType, shape_id};
/// use stockade_kit::validate::check;
/// use stockade_spec::constraint::{Bounds, Member, Shape, Within};
///
/// static MEMBERS: [Schema<'static>; 1] =
///     [Schema::new_member(shape_id!("demo", "Ask", "MaxItems"), ShapeType::Integer, "MaxItems", 0)];
/// static REFERENCES: [&Schema<'static>; 1] = [&MEMBERS[0]];
/// static ASK: Schema<'static> =
///     Schema::new_struct(shape_id!("demo", "Ask"), ShapeType::Structure, &REFERENCES);
///
/// struct Ask {
///     max_items: i32,
/// }
///
/// impl SerializableStruct for Ask {
///     fn schema(&self) -> &Schema<'_> {
///         &ASK
///     }
///
///     fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
///         serializer.write_integer(&MEMBERS[0], self.max_items)
///     }
/// }
///
/// static MAX_ITEMS: Shape = Shape {
///     bounds: Bounds::Integer { min: Some(1), max: Some(1000) },
///     ..Shape::ANY
/// };
/// static DEMANDED: Shape = Shape {
///     within: Within::Members(&[Member::new(0, &MAX_ITEMS)]),
///     ..Shape::ANY
/// };
///
/// assert_eq!(check(&DEMANDED, &Ask { max_items: 10 }), Ok(()));
/// assert_eq!(
///     check(&DEMANDED, &Ask { max_items: 0 }).unwrap_err().message,
///     "1 validation error detected: Value '0' at 'maxItems' failed to satisfy constraint: Member \
///      must have value greater than or equal to 1",
/// );
/// ```
///
/// # Errors
///
/// What is wrong, in AWS's message: `N validation errors detected: …`, or the service's own sentence.
pub fn check(shape: &'static Shape, input: &dyn SerializableStruct) -> Result<(), Violations> {
    let mut checker = Checker {
        violations: Vec::new(),
        sentence: None,
        path: String::new(),
        place: Place::Members(shape),
    };
    let of_pattern = |message| Violations {
        message,
        first: Kind::Pattern,
        refusal: None,
    };
    input
        .serialize_members(&mut checker)
        .map_err(|error| of_pattern(error.to_string()))?;
    let violations = Violation::gathered(&checker.violations);
    violations
        .or_else(|| checker.sentence.map(of_pattern))
        .map_or(Ok(()), Err)
}

struct Checker {
    violations: Vec<Violation>,
    /// The first of the service's own sentences.
    sentence: Option<String>,
    /// The path of what the visitor stands in, as messages write it.
    path: String,
    place: Place,
}

/// What the visitor stands in.
enum Place {
    /// A structure or union.
    Members(&'static Shape),
    /// A list.
    Elements {
        shape: &'static Shape,
        count: usize,
        broken: bool,
    },
    /// A map. Keys and values arrive by turns.
    Entries {
        keys: &'static Shape,
        values: &'static Shape,
        /// The last key.
        key: String,
        /// Whether a key comes next.
        key_next: bool,
        count: usize,
        broken_keys: bool,
        broken_values: bool,
    },
}

impl Place {
    fn list(shape: &'static Shape) -> Self {
        Self::Elements {
            shape: match shape.within {
                Within::Elements(shape) => shape,
                _ => &ANY,
            },
            count: 0,
            broken: false,
        }
    }

    fn map(shape: &'static Shape) -> Self {
        let (keys, values) = match shape.within {
            Within::Entries { keys, values } => (keys.unwrap_or(&ANY), values.unwrap_or(&ANY)),
            _ => (&ANY, &ANY),
        };
        Self::Entries {
            keys,
            values,
            key: String::new(),
            key_next: true,
            count: 0,
            broken_keys: false,
            broken_values: false,
        }
    }

    /// How many elements or entries were seen.
    fn count(&self) -> usize {
        match self {
            Self::Members(_) => 0,
            Self::Elements { count, .. } | Self::Entries { count, .. } => *count,
        }
    }

    /// What is wrong with the elements or entries, in the words that they share, and their shape.
    fn shared(&self) -> Vec<(String, &'static Shape)> {
        let listed = |begin: &str, shape: &'static Shape| {
            let demands: Vec<String> = all(shape).iter().map(ToString::to_string).collect();
            let text = format!("{begin} must satisfy constraint: [{}]", demands.join(", "));
            (text, shape)
        };
        match self {
            Self::Elements {
                shape,
                broken: true,
                ..
            } => vec![listed("Member", shape)],
            Self::Entries {
                keys,
                values,
                broken_keys,
                broken_values,
                ..
            } => {
                let keys = broken_keys.then(|| listed("Map keys", keys));
                let values = broken_values.then(|| listed("Map value", values));
                keys.into_iter().chain(values).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Checker {
    /// Takes the step to the next value, which is no map's key: what is demanded of it.
    fn step(&mut self, schema: &Schema<'_>) -> Option<&'static Shape> {
        match &mut self.place {
            Place::Members(shape) => shape.member(schema.member_index()?),
            Place::Elements { shape, count, .. } => {
                *count += 1;
                Some(*shape)
            }
            Place::Entries {
                values, key_next, ..
            } => {
                *key_next = true;
                Some(*values)
            }
        }
    }

    /// Adds the value's name to the path; answers how long the path was.
    fn enter(&mut self, schema: &Schema<'_>) -> usize {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        match &self.place {
            Place::Members(_) => {
                shown::lower_camel(schema.member_name().unwrap_or_default(), &mut self.path);
            }
            Place::Elements { count, .. } => {
                self.path.push_str(&count.to_string());
                self.path.push_str(".member");
            }
            Place::Entries { key, .. } => {
                self.path.push_str(key);
                self.path.push_str(".member");
            }
        }
        length
    }

    /// Notes what a value breaks; `shown` is how messages write the value.
    fn note(
        &mut self,
        schema: &Schema<'_>,
        shape: &Shape,
        broken: Broken,
        shown: &dyn Fn() -> String,
    ) {
        if broken.is_empty() {
            return;
        }
        match &mut self.place {
            Place::Elements { broken, .. } => *broken = true,
            Place::Entries { broken_values, .. } => *broken_values = true,
            Place::Members(_) => {
                if let Some(sentence) = broken.sentence {
                    let mut member = String::new();
                    shown::lower_camel(schema.member_name().unwrap_or_default(), &mut member);
                    self.sentence
                        .get_or_insert_with(|| sentence.replace("{member}", &member));
                }
                let value = (!shape.sensitive).then(shown);
                let length = self.enter(schema);
                for demand in broken.demands {
                    self.push(Violation {
                        text: one(&self.path, value.as_deref(), demand),
                        kind: demand.kind(),
                        refusal: shape.refusal,
                    });
                }
                self.path.truncate(length);
            }
        }
    }

    fn push(&mut self, violation: Violation) {
        if self.violations.len() < MAX_VIOLATIONS {
            self.violations.push(violation);
        }
    }

    /// A value without parts.
    fn value(
        &mut self,
        schema: &Schema<'_>,
        broken: impl FnOnce(&Shape) -> Broken,
        shown: &dyn Fn() -> String,
    ) -> Result<(), SerdeError> {
        if let Some(shape) = self.step(schema) {
            self.note(schema, shape, broken(shape), shown);
        }
        Ok(())
    }

    /// A list or map: what is wrong with itself is told before what is wrong in it.
    fn aggregate(
        &mut self,
        schema: &Schema<'_>,
        place: fn(&'static Shape) -> Place,
        shown: fn(Write<'_>) -> String,
        write: Write<'_>,
    ) -> Result<(), SerdeError> {
        let Some(shape) = self.step(schema) else {
            return Ok(());
        };
        if shape.bounds == Bounds::No && matches!(shape.within, Within::Nothing) {
            return Ok(());
        }
        let length = self.enter(schema);
        let outer = std::mem::replace(&mut self.place, place(shape));
        let before = std::mem::take(&mut self.violations);
        let result = write(self);
        let inner = std::mem::replace(&mut self.place, outer);
        let within = std::mem::replace(&mut self.violations, before);
        let path = self.path.clone();
        self.path.truncate(length);

        let shown = || shown(write);
        self.note(
            schema,
            shape,
            Broken::by_length(inner.count(), shape),
            &shown,
        );
        let shared = inner.shared();
        if !shared.is_empty() {
            let value = (!shape.sensitive).then(shown);
            for (demands, of) in shared {
                self.push(Violation {
                    text: one(&path, value.as_deref(), demands),
                    kind: Kind::Element,
                    refusal: of.refusal,
                });
            }
        }
        within
            .into_iter()
            .for_each(|violation| self.push(violation));
        result
    }
}

impl ShapeSerializer for Checker {
    fn write_struct(
        &mut self,
        schema: &Schema<'_>,
        value: &dyn SerializableStruct,
    ) -> Result<(), SerdeError> {
        let Some(shape) = self.step(schema) else {
            return Ok(());
        };
        if matches!(shape.within, Within::Nothing) || self.violations.len() >= MAX_VIOLATIONS {
            return Ok(());
        }
        let length = self.enter(schema);
        let outer = std::mem::replace(&mut self.place, Place::Members(shape));
        let result = value.serialize_members(self);
        self.place = outer;
        self.path.truncate(length);
        result
    }

    fn write_list(&mut self, schema: &Schema<'_>, write: Write<'_>) -> Result<(), SerdeError> {
        self.aggregate(schema, Place::list, Shown::list, write)
    }

    fn write_map(&mut self, schema: &Schema<'_>, write: Write<'_>) -> Result<(), SerdeError> {
        self.aggregate(schema, Place::map, Shown::map, write)
    }

    fn write_boolean(&mut self, schema: &Schema<'_>, _value: bool) -> Result<(), SerdeError> {
        self.value(schema, |_| Broken::default(), &String::new)
    }

    fn write_byte(&mut self, schema: &Schema<'_>, value: i8) -> Result<(), SerdeError> {
        self.write_long(schema, value.into())
    }

    fn write_short(&mut self, schema: &Schema<'_>, value: i16) -> Result<(), SerdeError> {
        self.write_long(schema, value.into())
    }

    fn write_integer(&mut self, schema: &Schema<'_>, value: i32) -> Result<(), SerdeError> {
        self.write_long(schema, value.into())
    }

    fn write_long(&mut self, schema: &Schema<'_>, value: i64) -> Result<(), SerdeError> {
        self.value(schema, |shape| Broken::by_integer(value, shape), &|| {
            value.to_string()
        })
    }

    fn write_float(&mut self, schema: &Schema<'_>, value: f32) -> Result<(), SerdeError> {
        self.value(
            schema,
            |shape| Broken::by_number(value.into(), shape),
            &|| format!("{value:?}"),
        )
    }

    fn write_double(&mut self, schema: &Schema<'_>, value: f64) -> Result<(), SerdeError> {
        self.value(schema, |shape| Broken::by_number(value, shape), &|| {
            format!("{value:?}")
        })
    }

    /// No model has numbers of this kind with bounds.
    fn write_big_integer(
        &mut self,
        schema: &Schema<'_>,
        _value: &BigInteger,
    ) -> Result<(), SerdeError> {
        self.value(schema, |_| Broken::default(), &String::new)
    }

    /// No model has numbers of this kind with bounds.
    fn write_big_decimal(
        &mut self,
        schema: &Schema<'_>,
        _value: &BigDecimal,
    ) -> Result<(), SerdeError> {
        self.value(schema, |_| Broken::default(), &String::new)
    }

    fn write_string(&mut self, schema: &Schema<'_>, value: &str) -> Result<(), SerdeError> {
        if let Place::Entries {
            keys,
            key,
            key_next: key_next @ true,
            count,
            broken_keys,
            ..
        } = &mut self.place
        {
            *count += 1;
            *broken_keys |= !Broken::by_text(value, keys).is_empty();
            *key_next = false;
            value.clone_into(key);
            return Ok(());
        }
        self.value(schema, |shape| Broken::by_text(value, shape), &|| {
            value.to_owned()
        })
    }

    fn write_blob(&mut self, schema: &Schema<'_>, value: Blob) -> Result<(), SerdeError> {
        let length = value.as_ref().len();
        self.value(schema, |shape| Broken::by_length(length, shape), &|| {
            shown::blob(length)
        })
    }

    fn write_timestamp(
        &mut self,
        schema: &Schema<'_>,
        _value: &DateTime,
    ) -> Result<(), SerdeError> {
        self.value(schema, |_| Broken::default(), &String::new)
    }

    fn write_document(&mut self, schema: &Schema<'_>, _value: &Document) -> Result<(), SerdeError> {
        self.value(schema, |_| Broken::default(), &String::new)
    }

    /// A null among a sparse list's elements or a sparse map's values, which demands do not concern.
    fn write_null(&mut self, schema: &Schema<'_>) -> Result<(), SerdeError> {
        self.value(schema, |_| Broken::default(), &String::new)
    }
}
