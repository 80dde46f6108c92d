//! The HTTP binder: a deserializer over a whole request.

use std::borrow::Cow;

use aws_smithy_schema::serde::{SerdeError, ShapeDeserializer};
use aws_smithy_schema::traits::TimestampFormat;
use aws_smithy_schema::{Schema, ShapeType};
use aws_smithy_types::{BigDecimal, BigInteger, Blob, DateTime, Document};

use super::codec::with_body;
use super::form::{Form, Naming};
use super::guard::{Guard, within};
use super::payload::{self, Raw};
use super::text::{Pairs, Separator, Text};
use super::{Place, Request};
use crate::{Protocol, Query, headers};

type Consumer<'c> =
    dyn FnMut(&Schema<'_>, &mut dyn ShapeDeserializer) -> Result<(), SerdeError> + 'c;

/// Reads one structure, the operation's input, from a request.
pub(super) struct Binder<'r> {
    request: &'r Request<'r>,
    /// Where the value at hand stands; what it was when reading failed tells where it failed.
    pub(super) place: Place,
    /// The payload member that an empty body leaves out.
    pub(super) absent_payload: Option<String>,
}

/// Whether HTTP bindings put the member of an input elsewhere than among the body's fields.
fn bound_elsewhere(member: &Schema<'_>) -> bool {
    member.http_label().is_some()
        || member.http_query().is_some()
        || member.http_query_params().is_some()
        || member.http_header().is_some()
        || member.http_prefix_headers().is_some()
        || member.http_payload().is_some()
}

/// A header's value as text: UTF-8, or Latin-1 where it is not (RFC 9110 leaves it open).
fn header_text(value: &http::HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text.trim()),
        Err(_) => Cow::Owned(
            value
                .as_bytes()
                .iter()
                .map(|byte| char::from(*byte))
                .collect(),
        ),
    }
}

impl<'r> Binder<'r> {
    pub(super) fn new(request: &'r Request<'r>) -> Self {
        Self {
            request,
            place: Place::Body,
            absent_payload: None,
        }
    }

    /// Hands one member over from `place`.
    fn hand(
        &mut self,
        place: Place,
        member: &Schema<'_>,
        value: &mut dyn ShapeDeserializer,
        consumer: &mut Consumer<'_>,
    ) -> Result<(), SerdeError> {
        self.place = place;
        consumer(member, value)
            .map_err(|error| within(member.member_name().unwrap_or_default(), error))?;
        self.place = Place::Body;
        Ok(())
    }

    /// Hands over a member that is bound outside the body, if the request has it.
    fn bound(
        &mut self,
        member: &Schema<'_>,
        consumer: &mut Consumer<'_>,
    ) -> Result<(), SerdeError> {
        let request = self.request;
        let name = member.member_name().unwrap_or_default();
        if member.http_label().is_some() {
            let Some((_, value)) = request.labels.iter().find(|(label, _)| *label == name) else {
                return Ok(());
            };
            let mut text = Text::new(
                vec![Cow::Borrowed(value)],
                Separator::Repeated,
                TimestampFormat::DateTime,
            );
            return self.hand(Place::Label(name.to_owned()), member, &mut text, consumer);
        }
        if let Some(query) = member.http_query() {
            let values: Vec<_> = request
                .query
                .all(query.value())
                .map(Cow::Borrowed)
                .collect();
            if values.is_empty() {
                return Ok(());
            }
            if values.len() > 1 && member.shape_type() != ShapeType::List {
                self.place = Place::Query(query.value().to_owned());
                return Err(SerdeError::invalid_input(
                    "the parameter comes more than once",
                ));
            }
            let mut text = Text::new(values, Separator::Repeated, TimestampFormat::DateTime);
            return self.hand(
                Place::Query(query.value().to_owned()),
                member,
                &mut text,
                consumer,
            );
        }
        if member.http_query_params().is_some() {
            let mut pairs = Pairs::new(Separator::Repeated);
            for (key, value) in request.query.pairs() {
                pairs.add(key.clone(), Cow::Borrowed(value));
            }
            if pairs.is_empty() {
                return Ok(());
            }
            return self.hand(Place::Query(name.to_owned()), member, &mut pairs, consumer);
        }
        if let Some(header) = member.http_header() {
            let values: Vec<_> = headers::values(request.headers, header.value())
                .map(header_text)
                .collect();
            if values.is_empty() {
                return Ok(());
            }
            if values.len() > 1 && member.shape_type() != ShapeType::List {
                self.place = Place::Header(header.value().to_owned());
                return Err(SerdeError::invalid_input("the header comes more than once"));
            }
            let mut text = Text::new(values, Separator::Comma, TimestampFormat::HttpDate);
            return self.hand(
                Place::Header(header.value().to_owned()),
                member,
                &mut text,
                consumer,
            );
        }
        if let Some(prefix) = member.http_prefix_headers() {
            let mut pairs = Pairs::new(Separator::Comma);
            let lower = prefix.value().to_ascii_lowercase();
            for (key, value) in request.headers {
                if let Some(rest) = key.as_str().strip_prefix(&lower) {
                    pairs.add(rest.to_owned(), header_text(value));
                }
            }
            if pairs.is_empty() {
                return Ok(());
            }
            return self.hand(
                Place::Header(prefix.value().to_owned()),
                member,
                &mut pairs,
                consumer,
            );
        }
        Ok(())
    }

    /// Hands over the member that is the body.
    fn payload(
        &mut self,
        member: &Schema<'_>,
        consumer: &mut Consumer<'_>,
    ) -> Result<(), SerdeError> {
        let body = self.request.body;
        if member.streaming() {
            return Ok(());
        }
        if body.is_empty() {
            self.absent_payload = member.member_name().map(str::to_owned);
            return Ok(());
        }
        let protocol = self.request.dialect.protocol;
        if payload::is_raw(member, protocol) {
            return self.hand(Place::Body, member, &mut Raw(body), consumer);
        }
        if protocol == Protocol::RestXml {
            payload::check_root(member, body)?;
        }
        with_body(protocol, body, |codec| {
            self.hand(Place::Body, member, &mut Guard::new(codec), consumer)
        })
    }

    fn rest(&mut self, schema: &Schema<'_>, consumer: &mut Consumer<'_>) -> Result<(), SerdeError> {
        let mut body_members = false;
        let mut payload = None;
        for member in schema.members() {
            if member.http_payload().is_some() {
                payload = Some(*member);
            } else if bound_elsewhere(member) {
                self.bound(member, consumer)?;
            } else {
                body_members = true;
            }
        }
        match payload {
            Some(member) => self.payload(member, consumer),
            None if body_members && !self.request.body.is_empty() => {
                with_body(self.request.dialect.protocol, self.request.body, |codec| {
                    Guard::skipping(codec, bound_elsewhere).read_struct(schema, consumer)
                })
            }
            None => Ok(()),
        }
    }

    fn form(
        &mut self,
        schema: &Schema<'_>,
        naming: Naming,
        consumer: &mut Consumer<'_>,
    ) -> Result<(), SerdeError> {
        let body = match self.request.form {
            Some(form) => Cow::Borrowed(form),
            None => Query::parse_bytes(self.request.body)
                .map(Cow::Owned)
                .map_err(|error| SerdeError::invalid_input(error.to_string()))?,
        };
        let pairs = self.request.query.pairs().iter().chain(body.pairs());
        let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
        Form::new(pairs, naming).read_struct(schema, consumer)
    }
}

/// The binder stands for a structure alone.
macro_rules! not_a_structure {
    ($($name:ident -> $type:ty),* $(,)?) => {
        $(fn $name(&mut self, _: &Schema<'_>) -> Result<$type, SerdeError> {
            Err(SerdeError::type_mismatch("a request is a structure"))
        })*
    };
}

impl ShapeDeserializer for Binder<'_> {
    fn read_struct(
        &mut self,
        schema: &Schema<'_>,
        consumer: &mut Consumer<'_>,
    ) -> Result<(), SerdeError> {
        match self.request.dialect.protocol {
            Protocol::RestJson | Protocol::RestXml => self.rest(schema, consumer),
            Protocol::Query => self.form(schema, Naming::Query, consumer),
            Protocol::Ec2Query => self.form(schema, Naming::Ec2, consumer),
            protocol @ (Protocol::AwsJson1_0 | Protocol::AwsJson1_1 | Protocol::RpcV2Cbor) => {
                if self.request.body.is_empty() {
                    return Ok(());
                }
                with_body(protocol, self.request.body, |codec| {
                    Guard::new(codec).read_struct(schema, consumer)
                })
            }
        }
    }

    fn read_list(
        &mut self,
        _: &Schema<'_>,
        _: &mut dyn FnMut(&mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        Err(SerdeError::type_mismatch("a request is a structure"))
    }

    fn read_map(
        &mut self,
        _: &Schema<'_>,
        _: &mut dyn FnMut(String, &mut dyn ShapeDeserializer) -> Result<(), SerdeError>,
    ) -> Result<(), SerdeError> {
        Err(SerdeError::type_mismatch("a request is a structure"))
    }

    not_a_structure! {
        read_boolean -> bool,
        read_byte -> i8,
        read_short -> i16,
        read_integer -> i32,
        read_long -> i64,
        read_float -> f32,
        read_double -> f64,
        read_big_integer -> BigInteger,
        read_big_decimal -> BigDecimal,
        read_string -> String,
        read_blob -> Blob,
        read_timestamp -> DateTime,
        read_document -> Document,
    }

    fn is_null(&self) -> bool {
        false
    }

    fn container_size(&self) -> Option<usize> {
        None
    }
}
