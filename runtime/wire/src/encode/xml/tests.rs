use aws_smithy_schema::codec::{Codec, FinishSerializer};
use aws_smithy_schema::{ShapeType, shape_id};
use aws_smithy_xml::codec::XmlCodec;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;

macro_rules! member {
    ($name:ident: $shape:ident, $text:literal, $index:literal $(, $with:ident($($argument:expr),*))*) => {
        static $name: Schema<'static> = Schema::new_member(
            shape_id!("test", "Shelf", $text),
            ShapeType::$shape,
            $text,
            $index,
        )$(.$with($($argument),*))*;
    };
}

member!(TITLE: String, "Title", 0);
member!(KIND: String, "Kind", 1, with_xml_name("xsi:kind"), with_xml_attribute());
member!(WIDTH: Double, "Width", 2);
member!(ELEMENT: String, "member", 0);
member!(NAMED: String, "member", 0, with_xml_name("Tag"));
member!(WRAPPED: List, "Wrapped", 3, with_list_member(&ELEMENT));
member!(TAGS: List, "Tags", 4, with_list_member(&NAMED));
member!(FLAT: List, "Flat", 5, with_list_member(&ELEMENT), with_xml_flattened());
member!(KEY: String, "key", 0);
member!(VALUE: Integer, "value", 1, with_xml_name("Count"));
member!(COUNTS: Map, "Counts", 6, with_map_members(&KEY, &VALUE));
member!(INNER: Structure, "Inner", 7, with_xml_namespace("http://inner/", Some("xsi")));
member!(PLAIN: Boolean, "Plain", 8);
member!(INNERS: List, "Inners", 9, with_list_member(&ELEMENT), with_xml_name("inner"), with_xml_flattened());
member!(BYTES: Blob, "Bytes", 10);
member!(MADE: Timestamp, "Made", 11);

static SHELF: Schema<'static> = Schema::new_struct(
    shape_id!("test", "Shelf"),
    ShapeType::Structure,
    &[
        &TITLE, &KIND, &WIDTH, &WRAPPED, &TAGS, &FLAT, &COUNTS, &INNER, &PLAIN, &INNERS, &BYTES,
        &MADE,
    ],
);

/// A structure of everything that XML writes; `depth` structures stand within each other.
#[derive(Clone, Debug)]
struct Shelf {
    title: String,
    width: f64,
    depth: usize,
}

impl SerializableStruct for Shelf {
    fn schema(&self) -> &Schema<'_> {
        &SHELF
    }

    fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        let texts = [self.title.as_str(), "", "b"];
        let write_all = |element: &'static Schema<'static>| {
            move |serializer: &mut dyn ShapeSerializer| {
                texts
                    .iter()
                    .try_for_each(|text| serializer.write_string(element, text))
            }
        };
        serializer.write_string(&TITLE, &self.title)?;
        serializer.write_string(&KIND, &self.title)?;
        serializer.write_double(&WIDTH, self.width)?;
        serializer.write_list(&WRAPPED, &write_all(&ELEMENT))?;
        serializer.write_list(&TAGS, &write_all(&NAMED))?;
        serializer.write_list(&FLAT, &write_all(&ELEMENT))?;
        serializer.write_map(&COUNTS, &|serializer| {
            for (count, text) in texts.iter().enumerate() {
                serializer.write_string(&KEY, text)?;
                serializer.write_integer(&VALUE, i32::try_from(count).unwrap())?;
            }
            Ok(())
        })?;
        if let Some(depth) = self.depth.checked_sub(1) {
            let inner = Self {
                depth,
                ..self.clone()
            };
            serializer.write_struct(&INNER, &inner)?;
            serializer.write_list(&INNERS, &|serializer| {
                serializer.write_struct(&ELEMENT, &inner)?;
                serializer.write_struct(&ELEMENT, &inner)
            })?;
        }
        serializer.write_boolean(&PLAIN, true)?;
        serializer.write_blob(&BYTES, Blob::new(self.title.as_bytes()))?;
        serializer.write_timestamp(&MADE, &DateTime::from_secs(1_440_938_160))
    }
}

fn written(shelf: &Shelf, root: Option<&str>, namespace: Option<&str>) -> String {
    let mut out = String::new();
    Xml::document(&mut out, root, namespace)
        .write_struct(&SHELF, shelf)
        .unwrap();
    out
}

#[test]
fn elements_attributes_lists_and_maps() {
    let shelf = Shelf {
        title: "a".to_owned(),
        width: 0.5,
        depth: 0,
    };
    assert_eq!(
        written(&shelf, Some("Result"), Some("http://shelf/")),
        "<Result xmlns=\"http://shelf/\" xsi:kind=\"a\"><Title>a</Title><Width>0.5</Width>\
         <Wrapped><member>a</member><member></member><member>b</member></Wrapped>\
         <Tags><Tag>a</Tag><Tag></Tag><Tag>b</Tag></Tags>\
         <Flat>a</Flat><Flat></Flat><Flat>b</Flat>\
         <Counts><entry><key>a</key><Count>0</Count></entry>\
         <entry><key></key><Count>1</Count></entry><entry><key>b</key><Count>2</Count></entry></Counts>\
         <Plain>true</Plain><Bytes>YQ==</Bytes><Made>2015-08-30T12:36:00Z</Made></Result>"
    );
}

#[test]
fn members_stand_alone() {
    let shelf = Shelf {
        title: String::new(),
        width: f64::NEG_INFINITY,
        depth: 0,
    };
    let mut out = "<r>".to_owned();
    shelf
        .serialize_members(&mut Xml::members(&mut out))
        .unwrap();
    assert!(
        out.starts_with("<r><Title></Title><Width>-Infinity</Width>"),
        "{out}"
    );
}

#[test]
fn what_xml_cannot_hold_is_replaced() {
    let mut out = String::new();
    push_text(
        &mut out,
        "a\0b\u{1}c\td\ne\u{b}\u{1f}\u{fffe}\u{ffff}\u{ff01}",
    );
    assert_eq!(
        out,
        "a\u{fffd}b\u{fffd}c\td&#xA;e\u{fffd}\u{fffd}\u{fffd}\u{fffd}\u{ff01}"
    );
}

proptest! {
    /// The codec of smithy-rs's own clients is the other side.
    #[test]
    fn writes_what_smithys_codec_writes(
        title in "[ -~&<>'\"\r\n\u{85}\u{2028}\u{e9}\u{1f600}]{0,12}",
        width in any::<f64>(),
        depth in 0..4_usize,
        root in proptest::option::of("[A-Z][a-z]{1,8}"),
        namespace in proptest::option::of("http://[a-z]{1,8}/"),
    ) {
        let shelf = Shelf { title, width, depth };
        let mut codec = XmlCodec::default().create_serializer();
        if let Some(root) = &root {
            codec.set_next_root_xml_name(root.clone());
        }
        if let Some(namespace) = &namespace {
            codec.set_next_root_xml_namespace(namespace.clone(), None);
        }
        codec.write_struct(&SHELF, &shelf).unwrap();
        let expected = String::from_utf8(codec.finish()).unwrap();
        prop_assert_eq!(written(&shelf, root.as_deref(), namespace.as_deref()), expected);
    }
}
