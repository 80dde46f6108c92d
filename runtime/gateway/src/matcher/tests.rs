use pretty_assertions::assert_eq;

use super::*;

use stockade_spec::catalog::Operations;

/// A part of S3's operations as its model binds them.
static S3: Operations = Operations::new(
    "\
AbortMultipartUpload DELETE /{Bucket}/{Key+}?uploadId
CopyObject PUT /{Bucket}/{Key+} header=x-amz-copy-source
CreateBucket PUT /{Bucket}
DeleteObject DELETE /{Bucket}/{Key+}
GetBucketAcl GET /{Bucket}?acl
GetObject GET /{Bucket}/{Key+}?x-id=GetObject
GetObjectAcl GET /{Bucket}/{Key+}?acl
ListBuckets GET /?x-id=ListBuckets
ListObjects GET /{Bucket}
ListObjectsV2 GET /{Bucket}?list-type=2
PutObject PUT /{Bucket}/{Key+}?x-id=PutObject
UploadPart PUT /{Bucket}/{Key+}?x-id=UploadPart&partNumber&uploadId
UploadPartCopy PUT /{Bucket}/{Key+}?partNumber&uploadId header=x-amz-copy-source
",
);

/// Lambda's, and some that no service has together.
static LAMBDA: Operations = Operations::new(
    "\
CreateFunction POST /2015-03-31/functions
GetFunction GET /2015-03-31/functions/{FunctionName}
Invoke POST /2015-03-31/functions/{FunctionName}/invocations
ListFunctions GET /2015-03-31/functions
Special GET /2015-03-31/functions/special
Tags GET /tags/{Resource+}/list
TagsOf GET /tags/{Resource+}
",
);

fn find(operations: &'static Operations, method: &str, target: &str) -> String {
    find_copying(operations, method, target, None)
}

fn find_copying(
    operations: &'static Operations,
    method: &str,
    target: &str,
    copying: Option<&str>,
) -> String {
    let matcher = Matcher::new(operations.all());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut headers = HeaderMap::new();
    if let Some(source) = copying {
        headers.insert("x-amz-copy-source", source.parse().unwrap());
    }
    let request = Request {
        method: &method,
        path,
        query: &Query::parse(query).unwrap(),
        form: None,
        headers: &headers,
        signing_name: None,
    };
    match matcher.find(&request) {
        Found::Operation(index, labels) => {
            let labels: Vec<String> = labels
                .into_iter()
                .map(|(name, value)| format!(" {name}={value}"))
                .collect();
            format!("{}{}", operations.all()[index].name, labels.concat())
        }
        other => format!("{other:?}"),
    }
}

#[test]
fn s3_paths() {
    for (method, target, wanted) in [
        ("GET", "/", "ListBuckets"),
        ("GET", "/?x-id=ListBuckets", "ListBuckets"),
        ("PUT", "/b", "CreateBucket Bucket=b"),
        ("PUT", "/b/", "CreateBucket Bucket=b"),
        ("GET", "/b?prefix=x", "ListObjects Bucket=b"),
        ("GET", "/b?list-type=2&prefix=x", "ListObjectsV2 Bucket=b"),
        ("GET", "/b?acl", "GetBucketAcl Bucket=b"),
        ("GET", "/b?acl=", "GetBucketAcl Bucket=b"),
        ("GET", "/b/a/b.txt", "GetObject Bucket=b Key=a/b.txt"),
        ("GET", "/b/a%2Fb/%C3%A9", "GetObject Bucket=b Key=a/b/é"),
        ("GET", "/b/dir/", "GetObject Bucket=b Key=dir/"),
        ("GET", "/b//x", "GetObject Bucket=b Key=/x"),
        ("GET", "/b/k?acl", "GetObjectAcl Bucket=b Key=k"),
        ("PUT", "/b/k", "PutObject Bucket=b Key=k"),
        (
            "PUT",
            "/b/k?partNumber=1&uploadId=u",
            "UploadPart Bucket=b Key=k",
        ),
        ("PUT", "/b/k?partNumber=1", "PutObject Bucket=b Key=k"),
        ("DELETE", "/b/k", "DeleteObject Bucket=b Key=k"),
        (
            "DELETE",
            "/b/k?uploadId=u",
            "AbortMultipartUpload Bucket=b Key=k",
        ),
        ("POST", "/b", "OtherMethod"),
        ("GET", "/b/%FF", "NotUtf8"),
    ] {
        assert_eq!(find(&S3, method, target), wanted, "{method} {target}");
    }
}

#[test]
fn literals_beat_labels_and_labels_beat_greedy_ones() {
    for (method, target, wanted) in [
        ("GET", "/2015-03-31/functions", "ListFunctions"),
        ("GET", "/2015-03-31/functions/", "ListFunctions"),
        ("POST", "/2015-03-31/functions", "CreateFunction"),
        (
            "GET",
            "/2015-03-31/functions/f",
            "GetFunction FunctionName=f",
        ),
        ("GET", "/2015-03-31/functions/special", "Special"),
        (
            "POST",
            "/2015-03-31/functions/arn%3Aaws%3Alambda/invocations",
            "Invoke FunctionName=arn:aws:lambda",
        ),
        // A literal of another method gives way to the label.
        (
            "POST",
            "/2015-03-31/functions/special/invocations",
            "Invoke FunctionName=special",
        ),
        ("GET", "/tags/a/b/list", "Tags Resource=a/b"),
        ("GET", "/tags/a/b", "TagsOf Resource=a/b"),
        ("DELETE", "/tags/a", "OtherMethod"),
        ("GET", "/nothing", "Nothing"),
    ] {
        assert_eq!(find(&LAMBDA, method, target), wanted, "{method} {target}");
    }
}

#[test]
fn required_headers_tell_copies_apart() {
    let copying = |target| find_copying(&S3, "PUT", target, Some("b/source"));
    assert_eq!(copying("/b/k"), "CopyObject Bucket=b Key=k");
    assert_eq!(
        copying("/b/k?partNumber=1&uploadId=u"),
        "UploadPartCopy Bucket=b Key=k"
    );
}
