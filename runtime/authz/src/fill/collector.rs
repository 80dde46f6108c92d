//! The visitor that gathers what a permission template mentions out of a decoded input.

use aws_smithy_schema::Schema;
use aws_smithy_schema::serde::{SerdeError, SerializableStruct, ShapeSerializer};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};
use smallvec::SmallVec;
use stockade_spec::permission::{Capture, Step};

/// The values of one input's captures, each with its index, in the order in which they were first met. Most captures of a
/// template have none.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Captured {
    captures: SmallVec<[(usize, Values); 2]>,
}

/// The values of one capture, in input order; `places` runs beside `texts`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Values {
    /// The values as text.
    pub(crate) texts: SmallVec<[String; 1]>,
    /// Where each value stands.
    pub(crate) places: SmallVec<[Place; 2]>,
    /// The outermost list elements in which the capture's end is present without a text of its own: a structure, a
    /// list that is not empty.
    present: SmallVec<[u32; 4]>,
}

/// Where a value stands in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// The index of the outermost list element or map entry that it lies in.
    pub(crate) outer: u32,
    /// A number that it shares with the values of the same innermost list element or map entry, and with no others.
    pub(crate) inner: u32,
}

impl Values {
    /// The outermost list elements that have a value here, or a part of one.
    pub(crate) fn elements(&self) -> impl Iterator<Item = u32> {
        let of_texts = self.places.iter().map(|place| place.outer);
        of_texts.chain(self.present.iter().copied())
    }

    /// The outermost list elements in which the capture's end is present: not an empty string, not an empty list.
    pub(crate) fn present(&self) -> impl Iterator<Item = u32> {
        let of_texts = self.texts.iter().zip(&self.places);
        of_texts
            .filter(|(text, _)| !text.is_empty())
            .map(|(_, place)| place.outer)
            .chain(self.present.iter().copied())
    }
}

impl Captured {
    /// Visits `input` and gathers the values of `captures`.
    pub(crate) fn gather(
        captures: &[Capture],
        input: &dyn SerializableStruct,
    ) -> Result<Self, SerdeError> {
        // Room for those of the first level and for as many that lead on from it.
        let mut active = Vec::with_capacity(2 * captures.len());
        active.extend(0..captures.len());
        let mut collector = Collector {
            captures,
            captured: Self::default(),
            active,
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
        Ok(collector.captured)
    }

    /// All values, whatever their capture.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let texts = self.captures.iter().flat_map(|(_, values)| &values.texts);
        texts.map(String::as_str)
    }

    /// The values of a capture, if it has any.
    pub(crate) fn get(&self, capture: u16) -> Option<&Values> {
        let mut captures = self.captures.iter();
        captures
            .find(|(index, _)| *index == usize::from(capture))
            .map(|(_, values)| values)
    }

    fn of(&mut self, capture: usize) -> &mut Values {
        let met = self
            .captures
            .iter()
            .position(|(index, _)| *index == capture);
        let at = met.unwrap_or_else(|| {
            self.captures.push((capture, Values::default()));
            self.captures.len() - 1
        });
        &mut self.captures[at].1
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
    captured: Captured,
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

/// The captures that the next value concerns, on top of the stack: first those whose path ends at it, then those whose
/// path leads through it.
#[derive(Clone, Copy)]
struct Reached {
    ends: usize,
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
        let level = self.frame.start..self.active.len();
        let ends = level.end;
        let mut leading = SmallVec::<[usize; 8]>::new();
        for at in level {
            let capture = self.active[at];
            match &self.captures[capture].steps[self.depth..] {
                [next] if *next == step => self.active.push(capture),
                [next, _, ..] if *next == step => leading.push(capture),
                _ => {}
            }
        }
        let through = self.active.len();
        self.active.extend(leading);
        (self.active.len() > ends).then_some(Reached { ends, through })
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
        reached: Reached,
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

    fn mark(&mut self, reached: Reached) {
        let outer = self.outer.unwrap_or(0);
        for &capture in &self.active[reached.ends..reached.through] {
            self.captured.of(capture).present.push(outer);
        }
    }

    /// Notes a value that has a text; `text` is made only when a capture ends here.
    fn text(&mut self, schema: &Schema<'_>, text: impl Fn() -> String) -> Result<(), SerdeError> {
        let Some(reached) = self.step(schema) else {
            return Ok(());
        };
        let place = Place {
            outer: self.outer.unwrap_or(0),
            inner: self.place,
        };
        for &capture in &self.active[reached.ends..reached.through] {
            let values = self.captured.of(capture);
            values.texts.push(text());
            values.places.push(place);
        }
        self.active.truncate(reached.ends);
        Ok(())
    }

    /// Notes a value that has no text of its own.
    fn presence(&mut self, schema: &Schema<'_>) -> Result<(), SerdeError> {
        if let Some(reached) = self.step(schema) {
            self.mark(reached);
            self.active.truncate(reached.ends);
        }
        Ok(())
    }

    fn aggregate(
        &mut self,
        inside: Inside,
        schema: &Schema<'_>,
        visit: &dyn Fn(&mut dyn ShapeSerializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        if let Some(reached) = self.step(schema) {
            if self.descend(inside, reached, |below| visit(below))? > 0 {
                self.mark(reached);
            }
            self.active.truncate(reached.ends);
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
            self.mark(reached);
            if self.active.len() > reached.through {
                self.descend(Inside::Structure, reached, |below| {
                    value.serialize_members(below)
                })?;
            }
            self.active.truncate(reached.ends);
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
            self.active.truncate(reached.ends);
        }
        Ok(())
    }
}
