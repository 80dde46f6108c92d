//! The visitor that gathers what a permission template mentions out of a decoded input.

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};
use stockade_spec::permission::{Capture, Step};

/// The values of each capture of one input.
#[derive(Debug, Default)]
pub(crate) struct Captured {
    captures: Vec<Values>,
}

/// The values of one capture, in input order; `outer` and `place` run beside `texts`.
#[derive(Debug, Default, Clone)]
pub(crate) struct Values {
    /// The values as text.
    pub(crate) texts: Vec<String>,
    /// For each value, the index of the outermost list element or map entry it lies in.
    pub(crate) outer: Vec<u32>,
    /// For each value, a number that it shares with the values of the same innermost list element
    /// or map entry, and with no others.
    pub(crate) place: Vec<u32>,
    /// The outermost list elements in which the capture's end is present: not an empty string,
    /// not an empty list.
    pub(crate) present: Vec<u32>,
}

impl Captured {
    /// Visits `input` and gathers the values of `captures`.
    pub(crate) fn gather(
        captures: &[Capture],
        input: &dyn SerializableStruct,
    ) -> Result<Self, SerdeError> {
        let mut collector = Collector {
            captures,
            values: vec![Values::default(); captures.len()],
            active: (0..captures.len()).collect(),
            depth: 0,
            frame: Frame {
                inside: Inside::Structure,
                start: 0,
                count: 0,
                outermost: false,
            },
            outer: None,
            place: 0,
            next_place: 0,
        };
        if !captures.is_empty() {
            input.serialize_members(&mut collector)?;
        }
        Ok(Self {
            captures: collector.values,
        })
    }

    /// The values of a capture; none for an index that the template does not have.
    pub(crate) fn get(&self, capture: u16) -> Option<&Values> {
        self.captures.get(usize::from(capture))
    }
}

/// What the visitor stands in: it says which step of a path leads to the next value.
#[derive(Clone, Copy)]
enum Inside {
    Structure,
    List,
    /// Keys and values of a map arrive by turns; `true` when a key is next.
    Map(bool),
}

/// One level of the input.
#[derive(Clone, Copy)]
struct Frame {
    inside: Inside,
    /// Where this level's captures begin in the stack of active ones.
    start: usize,
    /// The elements or entries seen so far.
    count: u32,
    /// Whether this is a list or map that lies in no other.
    outermost: bool,
}

struct Collector<'a> {
    captures: &'a [Capture],
    values: Vec<Values>,
    /// A stack of the captures whose path leads here, level by level.
    active: Vec<usize>,
    /// How many steps led here.
    depth: usize,
    frame: Frame,
    /// The element of the outermost list or map, while inside one.
    outer: Option<u32>,
    place: u32,
    next_place: u32,
}

/// The captures that the next value concerns.
struct Reached {
    /// Those whose path ends at it.
    ends: Vec<usize>,
    /// Where those whose path leads through it begin on the stack.
    through: usize,
}

impl Collector<'_> {
    /// Takes the step to the next value; `None` when it concerns no capture.
    fn step(&mut self, schema: &Schema<'_>) -> Option<Reached> {
        let step = match self.frame.inside {
            Inside::Structure => Step::Member(u16::try_from(schema.member_index()?).ok()?),
            Inside::List => {
                self.enter_element();
                Step::Each
            }
            Inside::Map(true) => {
                self.enter_element();
                self.frame.inside = Inside::Map(false);
                Step::Keys
            }
            Inside::Map(false) => {
                self.frame.inside = Inside::Map(true);
                Step::Values
            }
        };
        let through = self.active.len();
        let mut ends = Vec::new();
        for at in self.frame.start..through {
            let capture = self.active[at];
            let steps = self.captures[capture].steps;
            if steps.get(self.depth) != Some(&step) {
                continue;
            }
            if steps.len() == self.depth + 1 {
                ends.push(capture);
            } else {
                self.active.push(capture);
            }
        }
        (!ends.is_empty() || self.active.len() > through).then_some(Reached { ends, through })
    }

    fn enter_element(&mut self) {
        if self.frame.outermost {
            self.outer = Some(self.frame.count);
        }
        self.frame.count += 1;
        self.next_place += 1;
        self.place = self.next_place;
    }

    /// Visits what lies below a value; answers how many elements or entries it has.
    fn descend(
        &mut self,
        inside: Inside,
        reached: &Reached,
        visit: impl FnOnce(&mut Self) -> Result<(), SerdeError>,
    ) -> Result<u32, SerdeError> {
        let (frame, place) = (self.frame, self.place);
        let outermost = !matches!(inside, Inside::Structure) && self.outer.is_none();
        self.frame = Frame {
            inside,
            start: reached.through,
            count: 0,
            outermost,
        };
        self.depth += 1;
        let result = visit(self);
        let count = self.frame.count;
        self.depth -= 1;
        if outermost {
            self.outer = None;
        }
        self.active.truncate(reached.through);
        self.frame = frame;
        self.place = place;
        result.map(|()| count)
    }

    fn mark(&mut self, reached: &Reached) {
        let outer = self.outer.unwrap_or(0);
        for &capture in &reached.ends {
            self.values[capture].present.push(outer);
        }
    }

    /// Notes a value that has a text; `text` is made only when a capture ends here.
    fn text(&mut self, schema: &Schema<'_>, text: impl Fn() -> String) -> Result<(), SerdeError> {
        let Some(reached) = self.step(schema) else {
            return Ok(());
        };
        self.active.truncate(reached.through);
        let (outer, place) = (self.outer.unwrap_or(0), self.place);
        for &capture in &reached.ends {
            let text = text();
            let values = &mut self.values[capture];
            if !text.is_empty() {
                values.present.push(outer);
            }
            values.texts.push(text);
            values.outer.push(outer);
            values.place.push(place);
        }
        Ok(())
    }

    /// Notes a value that has no text of its own.
    fn presence(&mut self, schema: &Schema<'_>) -> Result<(), SerdeError> {
        if let Some(reached) = self.step(schema) {
            self.active.truncate(reached.through);
            self.mark(&reached);
        }
        Ok(())
    }

    fn aggregate(
        &mut self,
        inside: Inside,
        schema: &Schema<'_>,
        visit: &dyn Fn(&mut dyn ShapeSerializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        if let Some(reached) = self.step(schema)
            && self.descend(inside, &reached, |below| visit(below))? > 0
        {
            self.mark(&reached);
        }
        Ok(())
    }
}

impl ShapeSerializer for Collector<'_> {
    fn write_struct(
        &mut self,
        schema: &Schema<'_>,
        value: &dyn SerializableStruct,
    ) -> Result<(), SerdeError> {
        if let Some(reached) = self.step(schema) {
            self.mark(&reached);
            if self.active.len() > reached.through {
                self.descend(Inside::Structure, &reached, |below| {
                    value.serialize_members(below)
                })?;
            }
        }
        Ok(())
    }

    fn write_list(
        &mut self,
        schema: &Schema<'_>,
        write_elements: &dyn Fn(&mut dyn ShapeSerializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        self.aggregate(Inside::List, schema, write_elements)
    }

    fn write_map(
        &mut self,
        schema: &Schema<'_>,
        write_entries: &dyn Fn(&mut dyn ShapeSerializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        self.aggregate(Inside::Map(true), schema, write_entries)
    }

    fn write_boolean(&mut self, schema: &Schema<'_>, value: bool) -> Result<(), SerdeError> {
        self.text(schema, || value.to_string())
    }

    fn write_byte(&mut self, schema: &Schema<'_>, value: i8) -> Result<(), SerdeError> {
        self.text(schema, || value.to_string())
    }

    fn write_short(&mut self, schema: &Schema<'_>, value: i16) -> Result<(), SerdeError> {
        self.text(schema, || value.to_string())
    }

    fn write_integer(&mut self, schema: &Schema<'_>, value: i32) -> Result<(), SerdeError> {
        self.text(schema, || value.to_string())
    }

    fn write_long(&mut self, schema: &Schema<'_>, value: i64) -> Result<(), SerdeError> {
        self.text(schema, || value.to_string())
    }

    fn write_float(&mut self, schema: &Schema<'_>, value: f32) -> Result<(), SerdeError> {
        self.text(schema, || value.to_string())
    }

    fn write_double(&mut self, schema: &Schema<'_>, value: f64) -> Result<(), SerdeError> {
        self.text(schema, || value.to_string())
    }

    fn write_big_integer(
        &mut self,
        schema: &Schema<'_>,
        value: &BigInteger,
    ) -> Result<(), SerdeError> {
        self.text(schema, || value.as_ref().to_owned())
    }

    fn write_big_decimal(
        &mut self,
        schema: &Schema<'_>,
        value: &BigDecimal,
    ) -> Result<(), SerdeError> {
        self.text(schema, || value.as_ref().to_owned())
    }

    fn write_string(&mut self, schema: &Schema<'_>, value: &str) -> Result<(), SerdeError> {
        self.text(schema, || value.to_owned())
    }

    fn write_blob(&mut self, schema: &Schema<'_>, _value: Blob) -> Result<(), SerdeError> {
        self.presence(schema)
    }

    fn write_timestamp(&mut self, schema: &Schema<'_>, value: &DateTime) -> Result<(), SerdeError> {
        self.text(schema, || value.fmt(Format::DateTime).unwrap_or_default())
    }

    fn write_document(&mut self, schema: &Schema<'_>, _value: &Document) -> Result<(), SerdeError> {
        self.presence(schema)
    }

    /// A null among a sparse list's elements or a sparse map's values: it takes a place and has
    /// no value.
    fn write_null(&mut self, schema: &Schema<'_>) -> Result<(), SerdeError> {
        if let Some(reached) = self.step(schema) {
            self.active.truncate(reached.through);
        }
        Ok(())
    }
}
