use super::*;
use stockade_store::Store;

const SCOPE: Scope<'static> = Scope {
    partition: "aws",
    region: "eu-west-1",
    account: "000000000000",
    caller: None,
};

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn known(texts: &[&str]) -> Resolved {
    Resolved::Known(strings(texts))
}

#[test]
fn copy_sources_become_arns() {
    let s3 = S3::new(Store::in_memory());
    let source = strings(&["/b/a%20key?versionId=v1"]);
    let arn = s3.copy_source(&SCOPE, &[&source]);
    assert_eq!(arn, known(&["arn:aws:s3:::b/a key"]));
    assert_eq!(s3.copy_source_version(&SCOPE, &[&source]), known(&["v1"]));
    let bad = strings(&["nothing"]);
    assert!(matches!(
        s3.copy_source(&SCOPE, &[&bad]),
        Resolved::Unknown(_)
    ));
}

#[test]
fn the_tagging_header_becomes_pairs() {
    let s3 = S3::new(Store::in_memory());
    let header = strings(&["team=a%20b&x="]);
    assert_eq!(s3.tags(&SCOPE, &[&header]), known(&["team=a b", "x="]));
    assert_eq!(s3.tag_keys(&SCOPE, &[&header]), known(&["team", "x"]));
    let ambiguous = strings(&["team%3Dred=blue"]);
    assert!(matches!(
        s3.tags(&SCOPE, &[&ambiguous]),
        Resolved::Unknown(_)
    ));
    assert_eq!(s3.tags(&SCOPE, &[&[]]), known(&[]));
}

#[test]
fn the_service_names_itself() {
    let s3 = S3::new(Store::in_memory());
    assert_eq!(
        s3.via_service(&SCOPE, &[]),
        known(&["s3.eu-west-1.amazonaws.com"])
    );
}

#[test]
fn which_objects_are_missing_elsewhere_nobody_here_says() {
    let (bucket, key) = (strings(&["b"]), strings(&["k"]));
    let here = S3::new(Store::in_memory());
    assert_eq!(
        here.bucket_of_missing_object(&SCOPE, &[&bucket, &key]),
        known(&["arn:aws:s3:::b"])
    );
    let elsewhere = here.elsewhere();
    assert_eq!(
        elsewhere.bucket_of_missing_object(&SCOPE, &[&bucket, &key]),
        Resolved::Needless
    );
}
