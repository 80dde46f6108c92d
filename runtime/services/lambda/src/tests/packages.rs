//! Packages: where they come from, and which are refused.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use pretty_assertions::assert_eq;
use sha2::{Digest, Sha256};

use super::*;
use crate::code::MAX_DIRECT_BYTES;

async fn create_with(code: FunctionCode) -> Result<FunctionConfiguration, Error> {
    let input = CreateFunctionRequest {
        code,
        ..creation("f")
    };
    empty().create_function(&context(), input).await
}

fn bytes(bytes: Vec<u8>) -> FunctionCode {
    FunctionCode {
        zip_file: Some(Blob::new(bytes)),
        ..Default::default()
    }
}

fn object(bucket: &str, key: &str, version: Option<&str>) -> FunctionCode {
    FunctionCode {
        s3_bucket: Some(bucket.to_owned()),
        s3_key: Some(key.to_owned()),
        s3_object_version: version.map(str::to_owned),
        ..Default::default()
    }
}

#[tokio::test]
async fn size_and_hash_are_the_packages() {
    let made = create_with(zipped("x")).await.unwrap();
    let package = package("x");
    assert_eq!(made.code_size, i64::try_from(package.len()).ok());
    assert_eq!(
        made.code_sha256,
        Some(BASE64.encode(Sha256::digest(&package)))
    );
}

#[tokio::test]
async fn objects_are_packages_too() {
    let made = create_with(object("bucket", "code.zip", None))
        .await
        .unwrap();
    assert_eq!(
        made.code_sha256,
        Some(BASE64.encode(Sha256::digest(package("from S3"))))
    );
    for code in [
        object("bucket", "none", None),
        object("bucket", "code.zip", Some("7")),
    ] {
        assert_eq!(
            invalid(create_with(code).await),
            "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The \
             specified key does not exist."
        );
    }
}

#[tokio::test]
async fn what_is_no_archive_is_refused() {
    let mut damaged = package("some content that is long enough to be damaged");
    damaged[50] ^= 0xFF;
    let mut cut = package("x");
    cut.truncate(cut.len() - 1);
    for (package, what) in [
        (b"not a zip".to_vec(), "text"),
        (damaged, "damaged"),
        (cut, "cut"),
    ] {
        assert_eq!(
            invalid(create_with(bytes(package)).await),
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
            "{what}"
        );
    }
    let nothing = ZipWriter::new(Cursor::new(Vec::new())).finish().unwrap();
    for package in [Vec::new(), nothing.into_inner()] {
        assert_eq!(
            invalid(create_with(bytes(package)).await),
            "Uploaded file must be a non-empty zip"
        );
    }
}

#[tokio::test]
async fn great_packages_are_refused() {
    let result = create_with(bytes(vec![0; MAX_DIRECT_BYTES + 1])).await;
    let message = refused(result, "RequestEntityTooLargeException", 413);
    assert!(
        message.ends_with("bytes for the CreateFunction operation"),
        "{message}"
    );
    // As many bytes as are allowed are looked at.
    invalid(create_with(bytes(vec![0; MAX_DIRECT_BYTES])).await);
}

#[tokio::test]
async fn there_is_one_source_of_code() {
    let image = FunctionCode {
        image_uri: Some("000000000000.dkr.ecr.us-east-1.amazonaws.com/app:1".to_owned()),
        ..Default::default()
    };
    let both = FunctionCode {
        zip_file: zipped("x").zip_file,
        ..object("bucket", "code.zip", None)
    };
    let keyless = FunctionCode {
        s3_bucket: Some("bucket".to_owned()),
        ..Default::default()
    };
    assert_eq!(
        invalid(create_with(FunctionCode::default()).await),
        "Please provide a source for function code."
    );
    assert!(invalid(create_with(image).await).starts_with("Please don't provide ImageUri"));
    assert!(invalid(create_with(both).await).starts_with("Please do not provide other"));
    invalid(create_with(keyless).await);
}

#[tokio::test]
async fn images_are_named() {
    const IMAGE: &str = "000000000000.dkr.ecr.us-east-1.amazonaws.com/app:1";
    let input = CreateFunctionRequest {
        runtime: None,
        handler: None,
        package_type: Some(PackageType::Image),
        code: FunctionCode {
            image_uri: Some(IMAGE.to_owned()),
            ..Default::default()
        },
        ..creation("f")
    };
    let lambda = empty();
    let without = CreateFunctionRequest {
        code: FunctionCode::default(),
        ..input.clone()
    };
    invalid(lambda.create_function(&context(), without).await);
    let made = lambda.create_function(&context(), input).await.unwrap();
    assert_eq!(made.package_type, Some(PackageType::Image));
    assert_eq!((made.code_size, made.runtime), (Some(0), None));
    let code = get(&lambda, "f", None).await.unwrap().code.unwrap();
    assert_eq!(code.image_uri.as_deref(), Some(IMAGE));
    assert_eq!(code.repository_type.as_deref(), Some("ECR"));
    let update = UpdateFunctionCodeRequest {
        function_name: "f".to_owned(),
        zip_file: zipped("x").zip_file,
        ..Default::default()
    };
    invalid(lambda.update_function_code(&context(), update).await);
}

#[tokio::test]
async fn a_refused_function_leaves_nothing() {
    let lambda = empty();
    let input = CreateFunctionRequest {
        code: bytes(b"not a zip".to_vec()),
        ..creation("f")
    };
    invalid(lambda.create_function(&context(), input).await);
    not_found(get(&lambda, "f", None).await);
    create(&lambda, "f").await;
}
