//! Tags.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;

use super::*;

fn pairs(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

async fn tag(lambda: &Lambda, resource: &str, tags: &[(&str, &str)]) -> Result<(), Error> {
    let input = TagResourceRequest {
        resource: resource.to_owned(),
        tags: pairs(tags),
    };
    check("TagResource", &input)?;
    lambda.tag_resource(&context(), input).await.map(drop)
}

async fn tags(lambda: &Lambda) -> BTreeMap<String, String> {
    let input = ListTagsRequest {
        resource: ARN.to_owned(),
    };
    let answer = lambda.list_tags(&context(), input).await.unwrap();
    answer.tags.unwrap()
}

#[tokio::test]
async fn tags_are_added_replaced_and_removed() {
    let lambda = service().await;
    tag(&lambda, ARN, &[("a", "1"), ("b", "2")]).await.unwrap();
    tag(&lambda, ARN, &[("b", "3")]).await.unwrap();
    assert_eq!(tags(&lambda).await, pairs(&[("a", "1"), ("b", "3")]));
    let input = UntagResourceRequest {
        resource: ARN.to_owned(),
        tag_keys: vec!["a".to_owned(), "none".to_owned()],
    };
    lambda.untag_resource(&context(), input).await.unwrap();
    assert_eq!(tags(&lambda).await, pairs(&[("b", "3")]));
}

#[tokio::test]
async fn tags_that_cannot_be_are_refused() {
    let lambda = service().await;
    invalid(tag(&lambda, ARN, &[("aws:own", "1")]).await);
    invalid(tag(&lambda, ARN, &[]).await);
    let many: Vec<(String, String)> = (0..51).map(|n| (n.to_string(), String::new())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(
        invalid(tag(&lambda, ARN, &many).await),
        "Number of tags exceeds resource tag limit."
    );
    assert!(tags(&lambda).await.is_empty());
}

#[tokio::test]
async fn only_functions_have_tags() {
    let lambda = service().await;
    assert_eq!(
        invalid(tag(&lambda, &format!("{ARN}:1"), &[("a", "1")]).await),
        "Tags on function aliases and versions are not supported. Please specify a function ARN."
    );
    let result = tag(&lambda, "f", &[("a", "1")]).await;
    refused(result, "ValidationException", 400);
    let other = "arn:aws:lambda:us-east-1:000000000000:function:g";
    assert_eq!(
        not_found(tag(&lambda, other, &[("a", "1")]).await),
        format!("Function not found: {other}")
    );
}
