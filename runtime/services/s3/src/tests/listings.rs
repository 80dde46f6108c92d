use pretty_assertions::assert_eq;

use super::*;

async fn with_keys(keys: &[&str]) -> S3 {
    let s3 = service().await;
    for key in keys {
        put(&s3, key, *key).await;
    }
    s3
}

fn keys(contents: Option<Vec<Object>>) -> Vec<String> {
    let objects = contents.unwrap_or_default().into_iter();
    objects.filter_map(|object| object.key).collect()
}

fn prefixes(prefixes: Option<Vec<CommonPrefix>>) -> Vec<String> {
    let prefixes = prefixes.unwrap_or_default().into_iter();
    prefixes.filter_map(|prefix| prefix.prefix).collect()
}

fn v2_request() -> ListObjectsV2Request {
    ListObjectsV2Request {
        bucket: "bucket".to_owned(),
        ..Default::default()
    }
}

async fn v2(s3: &S3, input: ListObjectsV2Request) -> ListObjectsV2Output {
    s3.list_objects_v2(&context(), input).await.unwrap()
}

async fn v1(s3: &S3, input: ListObjectsRequest) -> ListObjectsOutput {
    let input = ListObjectsRequest {
        bucket: "bucket".to_owned(),
        ..input
    };
    s3.list_objects(&context(), input).await.unwrap()
}

const TREE: [&str; 7] = ["a", "b/1", "b/2", "b/c/3", "d", "e/4", "é"];

#[tokio::test]
async fn keys_come_in_byte_order() {
    let s3 = with_keys(&["b", "a", "é", "Z", "a/", "a-"]).await;
    let output = v2(&s3, v2_request()).await;
    assert_eq!(
        keys(output.contents.clone()),
        ["Z", "a", "a-", "a/", "b", "é"]
    );
    assert_eq!((output.key_count, output.max_keys), (Some(6), Some(1000)));
    assert_eq!(output.is_truncated, Some(false));
    let first = &output.contents.unwrap()[0];
    assert_eq!(first.size, Some(1));
    assert_eq!(first.storage_class, Some("STANDARD".into()));
    assert_eq!(first.owner, None);
    assert_eq!(first.checksum_algorithm, Some(vec!["CRC64NVME".into()]));
    let output = v2(
        &s3,
        ListObjectsV2Request {
            fetch_owner: Some(true),
            ..v2_request()
        },
    )
    .await;
    let owner = output.contents.unwrap()[0].owner.clone().unwrap();
    assert_eq!(owner.id.map(|id| id.len()), Some(64));
}

#[tokio::test]
async fn delimiters_roll_up() {
    let s3 = with_keys(&TREE).await;
    let list = async |prefix: &str| {
        let input = ListObjectsV2Request {
            prefix: Some(prefix.to_owned()),
            delimiter: Some("/".to_owned()),
            ..v2_request()
        };
        let output = v2(&s3, input).await;
        (keys(output.contents), prefixes(output.common_prefixes))
    };
    let text = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| (*text).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        list("").await,
        (text(&["a", "d", "é"]), text(&["b/", "e/"]))
    );
    assert_eq!(list("b/").await, (text(&["b/1", "b/2"]), text(&["b/c/"])));
    assert_eq!(list("b").await, (text(&[]), text(&["b/"])));
    assert_eq!(list("x").await, (text(&[]), text(&[])));
}

#[tokio::test]
async fn pages_of_both_versions_meet() {
    let s3 = with_keys(&TREE).await;
    for delimiter in [None, Some("/".to_owned())] {
        let whole = v2(
            &s3,
            ListObjectsV2Request {
                delimiter: delimiter.clone(),
                ..v2_request()
            },
        )
        .await;
        let (whole_keys, whole_prefixes) = (keys(whole.contents), prefixes(whole.common_prefixes));

        let (mut seen, mut rolled, mut token) = (Vec::new(), Vec::new(), None);
        loop {
            let output = v2(
                &s3,
                ListObjectsV2Request {
                    delimiter: delimiter.clone(),
                    max_keys: Some(1),
                    continuation_token: token.take(),
                    ..v2_request()
                },
            )
            .await;
            assert_eq!(output.key_count, Some(1));
            seen.extend(keys(output.contents));
            rolled.extend(prefixes(output.common_prefixes));
            token = output.next_continuation_token;
            assert_eq!(output.is_truncated, Some(token.is_some()));
            if token.is_none() {
                break;
            }
        }
        assert_eq!((&seen, &rolled), (&whole_keys, &whole_prefixes));

        let (mut seen, mut rolled, mut marker) = (Vec::new(), Vec::new(), None);
        loop {
            let output = v1(
                &s3,
                ListObjectsRequest {
                    delimiter: delimiter.clone(),
                    max_keys: Some(2),
                    marker: marker.take(),
                    ..Default::default()
                },
            )
            .await;
            let page = keys(output.contents);
            // Without a delimiter the caller goes on after the last key.
            assert_eq!(
                output.next_marker.is_some(),
                output.is_truncated == Some(true) && delimiter.is_some()
            );
            marker = output.next_marker.or(page.last().cloned());
            seen.extend(page);
            rolled.extend(prefixes(output.common_prefixes));
            if output.is_truncated == Some(false) {
                break;
            }
        }
        assert_eq!((seen, rolled), (whole_keys, whole_prefixes));
    }
}

#[tokio::test]
async fn start_after_and_no_keys_at_all() {
    let s3 = with_keys(&TREE).await;
    let output = v2(
        &s3,
        ListObjectsV2Request {
            start_after: Some("b/2".to_owned()),
            ..v2_request()
        },
    )
    .await;
    assert_eq!(keys(output.contents), ["b/c/3", "d", "e/4", "é"]);
    assert_eq!(output.start_after.as_deref(), Some("b/2"));
    let output = v2(
        &s3,
        ListObjectsV2Request {
            max_keys: Some(0),
            ..v2_request()
        },
    )
    .await;
    assert_eq!(
        (output.key_count, output.is_truncated),
        (Some(0), Some(false))
    );
    let output = v2(
        &s3,
        ListObjectsV2Request {
            max_keys: Some(5000),
            ..v2_request()
        },
    )
    .await;
    assert_eq!(output.max_keys, Some(1000));
}

#[tokio::test]
async fn names_are_encoded_on_demand() {
    let s3 = with_keys(&["a b/ü", "c+d"]).await;
    let output = v2(
        &s3,
        ListObjectsV2Request {
            encoding_type: Some("url".into()),
            delimiter: Some("/".to_owned()),
            ..v2_request()
        },
    )
    .await;
    assert_eq!(keys(output.contents), ["c%2Bd"]);
    assert_eq!(prefixes(output.common_prefixes), ["a+b/"]);
    assert_eq!(output.delimiter.as_deref(), Some("/"));
    assert_eq!(output.encoding_type, Some("url".into()));
}

#[tokio::test]
async fn bad_parameters_are_refused() {
    let s3 = service().await;
    for (input, argument) in [
        (
            ListObjectsV2Request {
                max_keys: Some(-1),
                ..v2_request()
            },
            "max-keys",
        ),
        (
            ListObjectsV2Request {
                continuation_token: Some("x".to_owned()),
                ..v2_request()
            },
            "continuation-token",
        ),
        (
            ListObjectsV2Request {
                encoding_type: Some("rot13".into()),
                ..v2_request()
            },
            "encoding-type",
        ),
    ] {
        let error = assert_error(
            s3.list_objects_v2(&context(), input).await,
            "InvalidArgument",
            400,
        );
        assert_eq!(detail(&error, "ArgumentName"), Some(argument));
    }
    let nowhere = ListObjectsV2Request {
        bucket: "nowhere".to_owned(),
        ..Default::default()
    };
    assert_error(
        s3.list_objects_v2(&context(), nowhere).await,
        "NoSuchBucket",
        404,
    );
}
