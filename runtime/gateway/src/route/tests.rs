use http::Request;
use pretty_assertions::assert_eq;
use stockade_catalog::CATALOG;
use stockade_wire::sigv4::{self, Parts};

use super::*;

/// Routes a request whose body is a form, or empty.
fn routed(router: &Router, request: &Request<String>) -> Result<Route, Box<NoRoute>> {
    let query = Query::parse(request.uri().query().unwrap_or_default()).unwrap();
    let form = (!request.body().is_empty()).then(|| Query::parse(request.body()).unwrap());
    let parts = Parts {
        method: request.method(),
        path: request.uri().path(),
        query: &query,
        headers: request.headers(),
    };
    let identity = sigv4::identify(&parts);
    router.route(&Head::new(&parts, form.as_ref(), identity.as_ref()))
}

/// Routes a request that is written as its line, its headers and its form.
fn route(line: &str, headers: &[(&str, &str)], form: &str) -> String {
    let (method, target) = line.split_once(' ').unwrap();
    let mut builder = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let request = builder.body(form.to_owned()).unwrap();
    match routed(&Router::new(&CATALOG), &request) {
        Ok(route) => {
            let labels: Vec<String> = route
                .labels
                .iter()
                .map(|(name, value)| format!(" {name}={value}"))
                .collect();
            format!(
                "{}:{}{} {:?}",
                route.service.id,
                route.operation.name,
                labels.concat(),
                route.dialect.protocol
            )
        }
        Err(unrouted) => format!("{} {}", unrouted.error.status, unrouted.error.code),
    }
}

fn signed(name: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20150830/us-east-1/{name}/aws4_request, \
         SignedHeaders=host, Signature=00"
    )
}

#[test]
fn signed_requests_go_by_their_signing_name() {
    for (name, line, headers, form, wanted) in [
        (
            "sts",
            "POST /",
            &[][..],
            "Action=GetCallerIdentity&Version=2011-06-15",
            "sts:GetCallerIdentity Query",
        ),
        (
            "iam",
            "GET /?Action=ListUsers&Version=2010-05-08",
            &[],
            "",
            "iam:ListUsers Query",
        ),
        (
            "dynamodb",
            "POST /",
            &[
                ("x-amz-target", "DynamoDB_20120810.GetItem"),
                ("content-type", "application/x-amz-json-1.0"),
            ],
            "",
            "dynamodb:GetItem AwsJson1_0",
        ),
        (
            "dynamodb",
            "POST /",
            &[("x-amz-target", "DynamoDBStreams_20120810.ListStreams")],
            "",
            "dynamodbstreams:ListStreams AwsJson1_0",
        ),
        (
            "monitoring",
            "POST /service/GraniteServiceVersion20100801/operation/ListMetrics",
            &[("smithy-protocol", "rpc-v2-cbor")],
            "",
            "cloudwatch:ListMetrics RpcV2Cbor",
        ),
        (
            "lambda",
            "POST /2015-03-31/functions",
            &[],
            "",
            "lambda:CreateFunction RestJson",
        ),
        (
            "lambda",
            "POST /2015-03-31/functions/",
            &[],
            "",
            "lambda:CreateFunction RestJson",
        ),
        (
            "s3",
            "GET /2015-03-31/functions",
            &[],
            "",
            "s3:GetObject Bucket=2015-03-31 Key=functions RestXml",
        ),
        (
            "s3",
            "GET /v20180820/bucket/b?accountId=1",
            &[("host", "s3-control.us-east-1.amazonaws.com")],
            "",
            "s3control:GetBucket Bucket=b RestXml",
        ),
        (
            "ec2",
            "POST /",
            &[],
            "Action=RunInstances&Version=2016-11-15",
            "ec2:RunInstances Ec2Query",
        ),
    ] {
        let authorization = signed(name);
        let mut headers = headers.to_vec();
        headers.push(("authorization", &authorization));
        assert_eq!(route(line, &headers, form), wanted, "{name} {line}");
    }
}

#[test]
fn buckets_stand_in_the_path_or_in_the_host() {
    let authorization = signed("s3");
    for (host, line, wanted) in [
        (
            "localhost:4566",
            "PUT /b",
            "s3:CreateBucket Bucket=b RestXml",
        ),
        (
            "b.localhost:4566",
            "PUT /",
            "s3:CreateBucket Bucket=b RestXml",
        ),
        (
            "b.s3.localhost:4566",
            "PUT /",
            "s3:CreateBucket Bucket=b RestXml",
        ),
        (
            "my.bucket.s3.eu-west-1.amazonaws.com",
            "GET /a/k",
            "s3:GetObject Bucket=my.bucket Key=a/k RestXml",
        ),
        (
            "b.s3.localhost.localstack.cloud:4566",
            "GET /?list-type=2",
            "s3:ListObjectsV2 Bucket=b RestXml",
        ),
        ("s3.amazonaws.com", "GET /", "s3:ListBuckets RestXml"),
        (
            "s3.localhost.localstack.cloud:4566",
            "GET /",
            "s3:ListBuckets RestXml",
        ),
        (
            "127.0.0.1:4566",
            "HEAD /b",
            "s3:HeadBucket Bucket=b RestXml",
        ),
        ("localhost:4566", "DELETE /", "405 MethodNotAllowed"),
    ] {
        let headers = [("host", host), ("authorization", &*authorization)];
        assert_eq!(route(line, &headers, ""), wanted, "{host} {line}");
    }
}

#[test]
fn unsigned_requests_go_by_the_rest_and_then_to_s3() {
    for (headers, line, form, wanted) in [
        (
            &[][..],
            "POST /",
            "Action=AssumeRoleWithWebIdentity&Version=2011-06-15",
            "sts:AssumeRoleWithWebIdentity Query",
        ),
        (
            &[("x-amz-target", "AWSCognitoIdentityProviderService.SignUp")],
            "POST /",
            "",
            "cognito-idp:SignUp AwsJson1_1",
        ),
        (
            &[("host", "lambda.us-east-1.amazonaws.com")],
            "GET /2015-03-31/functions/f",
            "",
            "lambda:GetFunction FunctionName=f RestJson",
        ),
        (
            &[],
            "GET /2015-03-31/functions",
            "",
            "lambda:ListFunctions RestJson",
        ),
        (&[], "GET /b/k", "", "s3:GetObject Bucket=b Key=k RestXml"),
        (
            &[],
            "GET /functions/k",
            "",
            "s3:GetObject Bucket=functions Key=k RestXml",
        ),
    ] {
        assert_eq!(route(line, headers, form), wanted, "{line}");
    }
}

#[test]
fn unknown_operations_are_told_in_each_protocols_words() {
    for (name, line, headers, form, wanted) in [
        (
            "iam",
            "POST /",
            &[][..],
            "Action=Fly&Version=2010-05-08",
            "400 InvalidAction",
        ),
        ("iam", "POST /", &[], "", "400 MissingAction"),
        // "Common Parameters", AWS Identity and Access Management API Reference: `Version` is required.
        (
            "iam",
            "POST /",
            &[],
            "Action=ListUsers",
            "400 InvalidAction",
        ),
        (
            "rds",
            "POST /",
            &[],
            "Action=DescribeDBInstances&Version=2000-01-01",
            "400 InvalidAction",
        ),
        (
            "dynamodb",
            "POST /",
            &[("x-amz-target", "DynamoDB_20120810.Fly")],
            "",
            "400 UnknownOperationException",
        ),
        (
            "lambda",
            "GET /fly",
            &[],
            "",
            "404 UnknownOperationException",
        ),
        (
            "lambda",
            "PATCH /2015-03-31/functions",
            &[],
            "",
            "404 UnknownOperationException",
        ),
        ("s3", "PATCH /b", &[], "", "405 MethodNotAllowed"),
        ("nobody", "GET /", &[], "", "404 UnknownOperationException"),
    ] {
        let authorization = signed(name);
        let mut headers = headers.to_vec();
        headers.push(("authorization", &authorization));
        assert_eq!(route(line, &headers, form), wanted, "{name} {line}");
    }
}

/// A request of an operation in one of its protocols, as the catalog has it.
fn request(service: &Service, operation: &CatalogOperation, protocol: Protocol) -> Request<String> {
    let path: String = operation
        .path
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => format!("/{text}"),
            Segment::Label(_) | Segment::Greedy(_) => "/value".to_owned(),
        })
        .collect();
    let slash = if path.is_empty() || operation.trailing_slash {
        "/"
    } else {
        ""
    };
    let constants: Vec<String> = operation
        .query
        .iter()
        .map(|(name, value)| format!("{name}={}", value.unwrap_or_default()))
        .collect();
    let name = operation.name;
    let scope = service.target_prefix.unwrap_or_default();
    let mut builder = Request::builder().method(operation.method);
    let mut form = String::new();
    builder = match protocol {
        Protocol::RestJson | Protocol::RestXml => {
            builder.uri(format!("{path}{slash}?{}", constants.join("&")))
        }
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1 => builder
            .uri("/")
            .header("x-amz-target", format!("{scope}.{name}")),
        Protocol::RpcV2Cbor => builder
            .uri(format!("/service/{scope}/operation/{name}"))
            .header("smithy-protocol", "rpc-v2-cbor"),
        Protocol::Query | Protocol::Ec2Query => {
            form = format!("Action={name}&Version={}", service.api_version);
            builder.uri("/")
        }
    };
    for header in &operation.headers {
        builder = builder.header(*header, "value");
    }
    builder = match operation.auth {
        Auth::SigV4 => {
            let name = operation.signing_name.unwrap_or(service.signing_name);
            builder.header("authorization", signed(name))
        }
        Auth::Bearer => builder.header("authorization", "Bearer token"),
        Auth::Unsigned => builder,
    };
    builder.body(form).unwrap()
}

#[test]
fn every_operation_leads_to_itself_or_to_what_is_served_in_its_place() {
    let router = Router::new(&CATALOG);
    let mut driven = 0;
    for service in CATALOG.services {
        for operation in service.operations.all() {
            for protocol in service.protocols {
                let request = request(service, operation, *protocol);
                let wanted = operation.served_as.unwrap_or((service.id, operation.name));
                let found = routed(&router, &request).map(|route| {
                    assert_eq!(route.dialect.protocol, *protocol, "{wanted:?}");
                    (route.service.id, route.operation.name)
                });
                assert_eq!(
                    found.ok(),
                    Some(wanted),
                    "{} {}",
                    service.id,
                    operation.name
                );
                driven += 1;
            }
        }
    }
    assert!(driven > 19_000, "{driven}");
}

/// "Amazon S3 Control" requests carry `x-amz-account-id`, and go to hosts of their own (Amazon S3 API Reference); buckets may be
/// called as their paths begin.
#[test]
fn a_bucket_may_be_called_as_s3_controls_paths_begin() {
    let authorization = signed("s3");
    let line = "GET /v20180820/bucket/b";
    let routed = |headers: &[(&str, &str)]| {
        let mut all = vec![("authorization", authorization.as_str())];
        all.extend(headers);
        route(line, &all, "")
    };
    let object = "s3:GetObject Bucket=v20180820 Key=bucket/b RestXml";
    let control = "s3control:GetBucket Bucket=b RestXml";
    assert_eq!(routed(&[]), object);
    assert_eq!(routed(&[("x-amz-account-id", "123456789012")]), control);
    let host = "123456789012.s3-control.us-east-1.amazonaws.com";
    assert_eq!(routed(&[("host", host)]), control);
    assert_eq!(routed(&[("host", "s3.us-east-1.amazonaws.com")]), object);
}

#[test]
fn what_only_a_body_tells_apart_is_settled_by_it() {
    let request = Request::post("/imports/")
        .header("authorization", signed("lex"))
        .body(String::new())
        .unwrap();
    let router = Router::new(&CATALOG);
    let settled = |body: &str| {
        let route = router.settle(routed(&router, &request).unwrap(), body.as_bytes());
        format!("{}:{}", route.service.id, route.operation.name)
    };
    for body in ["", "{", "[]", r#"{"maxResults": 1}"#] {
        assert_eq!(settled(body), "lexv2-models:ListImports", "{body}");
    }
    let started =
        r#"{"resourceType": "BOT", "payload": "UEsDBA==", "mergeStrategy": "FAIL_ON_CONFLICT"}"#;
    assert_eq!(settled(started), "lex-models:StartImport");
}
