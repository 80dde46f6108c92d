//! Behaviour through the handler's face, with state in memory.

mod aliases;
mod concurrency;
mod facts;
mod functions;
mod listings;
mod packages;
mod policies;
mod settings;
mod tags;
mod updates;
mod versions;

use std::io::{Cursor, Write};
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use aws_smithy_types::Blob;
use aws_smithy_types::byte_stream::ByteStream;
use stockade_lambda_api::shapes::*;
use stockade_lambda_api::{Lambda as _, OPERATIONS};
use stockade_spec::service::BoxFuture;
use stockade_spec::{Caller, Error, RequestContext, Structure};
use stockade_store::Store;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::errors::validation;
use crate::{Lambda, Objects, Options, Roles};

pub(crate) const ACCOUNT: &str = "000000000000";
pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/lambda-role";
pub(crate) const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:f";

/// 2022-07-05T16:08:25.741Z
const NOW_MILLIS: u64 = 1_657_037_305_741;

pub(crate) fn context() -> RequestContext {
    RequestContext {
        caller: Caller::Root,
        account: ACCOUNT.to_owned(),
        region: "us-east-1".to_owned(),
        partition: "aws",
        access_key: None,
        session: None,
        request_id: "REQUEST".to_owned(),
        now: UNIX_EPOCH + Duration::from_millis(NOW_MILLIS),
        origin: "http://localhost:4566".to_owned(),
    }
}

/// Knows one role, and one object: `bucket/code.zip`.
struct World;

impl Roles for World {
    fn can_be_assumed(&self, role_arn: &str) -> bool {
        role_arn == ROLE
    }
}

impl Objects for World {
    fn open<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ByteStream, Error>> {
        let found = match (bucket, key, version) {
            ("bucket", "code.zip", None) => Ok(ByteStream::from(package("from S3"))),
            _ => Err(Error::new(
                "NoSuchKey",
                404,
                "The specified key does not exist.",
            )),
        };
        Box::pin(async move { found })
    }
}

pub(crate) fn service_with(options: Options) -> Lambda {
    Lambda::new(
        Store::in_memory(),
        options,
        Arc::new(World),
        Arc::new(World),
    )
}

pub(crate) fn empty() -> Lambda {
    service_with(Options::default())
}

/// A service with the function `f`.
pub(crate) async fn service() -> Lambda {
    let lambda = empty();
    create(&lambda, "f").await;
    lambda
}

pub(crate) async fn create(lambda: &Lambda, name: &str) -> FunctionConfiguration {
    lambda
        .create_function(&context(), creation(name))
        .await
        .unwrap()
}

/// A zip archive with one file of this content.
pub(crate) fn package(content: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    writer.start_file("handler.py", options).unwrap();
    writer.write_all(content.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

pub(crate) fn zipped(content: &str) -> FunctionCode {
    FunctionCode {
        zip_file: Some(Blob::new(package(content))),
        ..Default::default()
    }
}

pub(crate) fn creation(name: &str) -> CreateFunctionRequest {
    CreateFunctionRequest {
        function_name: name.to_owned(),
        role: ROLE.to_owned(),
        runtime: Some("python3.8".into()),
        handler: Some("handler.handler".to_owned()),
        code: zipped("def handler(event, context): pass"),
        ..Default::default()
    }
}

pub(crate) async fn get(
    lambda: &Lambda,
    name: &str,
    qualifier: Option<&str>,
) -> Result<GetFunctionResponse, Error> {
    let input = GetFunctionRequest {
        function_name: name.to_owned(),
        qualifier: qualifier.map(str::to_owned),
    };
    lambda.get_function(&context(), input).await
}

/// Changes the code of `f`, so that it has something new to publish.
pub(crate) async fn change_code(lambda: &Lambda, content: &str) -> FunctionConfiguration {
    let input = UpdateFunctionCodeRequest {
        function_name: "f".to_owned(),
        zip_file: Some(Blob::new(package(content))),
        ..Default::default()
    };
    lambda
        .update_function_code(&context(), input)
        .await
        .unwrap()
}

pub(crate) async fn publish(lambda: &Lambda) -> FunctionConfiguration {
    let input = PublishVersionRequest {
        function_name: "f".to_owned(),
        ..Default::default()
    };
    lambda.publish_version(&context(), input).await.unwrap()
}

/// Adds an alias of `f`.
pub(crate) async fn alias(lambda: &Lambda, name: &str, version: &str) -> AliasConfiguration {
    let input = CreateAliasRequest {
        function_name: "f".to_owned(),
        name: name.to_owned(),
        function_version: version.to_owned(),
        ..Default::default()
    };
    lambda.create_alias(&context(), input).await.unwrap()
}

/// An error's code and status; tells its message.
/// Holds an input against the model's constraints, as the gateway does before it calls a handler.
pub(crate) fn check(operation: &str, input: &impl Structure) -> Result<(), Error> {
    let operation = OPERATIONS.iter().find(|known| known.name == operation);
    let constraints = operation.unwrap().constraints.unwrap();
    stockade_kit::validate::check(constraints, input)
        .map_err(|violations| validation(violations.message))
}

#[track_caller]
pub(crate) fn refused<T>(result: Result<T, Error>, code: &str, status: u16) -> String {
    let Err(error) = result else {
        panic!("{code} was expected");
    };
    assert_eq!((&*error.code, error.status), (code, status), "{error:?}");
    error.message
}

#[track_caller]
pub(crate) fn invalid<T>(result: Result<T, Error>) -> String {
    refused(result, "InvalidParameterValueException", 400)
}

#[track_caller]
pub(crate) fn not_found<T>(result: Result<T, Error>) -> String {
    refused(result, "ResourceNotFoundException", 404)
}
