use pretty_assertions::assert_eq;
use stockade_catalog::CATALOG;

use crate::upstream::{Settings, Signing, Upstreams};

fn read(upstreams: &[&str], signing: &[&str]) -> Result<Upstreams, String> {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let (upstreams, signing): (Vec<String>, Vec<String>) = (owned(upstreams), owned(signing));
    Upstreams::new(
        &CATALOG,
        &Settings {
            upstreams: &upstreams,
            signing: &signing,
            kept: &["iam", "sts"],
            ca: None,
        },
    )
}

fn url<'a>(upstreams: &'a Upstreams, service: &str) -> Option<&'a str> {
    upstreams.of(service).map(|upstream| &*upstream.url)
}

#[test]
fn services_have_their_own_and_all_others_one() {
    let upstreams = read(
        &[
            "s3=http://minio:9000, http://localhost:5000/",
            "sqs=http://minio:9000",
        ],
        &[],
    )
    .unwrap();
    assert_eq!(url(&upstreams, "s3"), Some("http://minio:9000"));
    assert_eq!(url(&upstreams, "sqs"), Some("http://minio:9000"));
    assert_eq!(url(&upstreams, "kms"), Some("http://localhost:5000"));
    assert!(upstreams.is_named("s3") && !upstreams.is_named("kms"));
    assert_eq!(
        upstreams.each(),
        [
            ("http://minio:9000", vec!["s3", "sqs"], false),
            ("http://localhost:5000", vec![], true),
        ]
    );
}

#[test]
fn identities_never_leave() {
    let upstreams = read(&["http://localhost:5000"], &[]).unwrap();
    assert_eq!(url(&upstreams, "iam"), None);
    assert_eq!(url(&upstreams, "sts"), None);
    let error = read(&["sts=http://localhost:5000"], &[]).unwrap_err();
    assert!(
        error.contains("UPSTREAM") && error.contains("sts"),
        "{error}"
    );
}

#[test]
fn nothing_set_is_no_upstream() {
    for setting in ["", " , "] {
        assert!(read(&[setting], &[]).unwrap().is_empty());
    }
    assert!(Upstreams::default().is_empty());
}

#[test]
fn what_is_wrong_names_the_setting_and_the_way_out() {
    for (setting, wanted) in [
        ("dynamodbb=http://x:1", "did you mean dynamodb?"),
        ("S3=http://x:1", "did you mean s3?"),
        // Other names that AWS has for them.
        ("states=http://x:1", "did you mean stepfunctions?"),
        ("monitoring=http://x:1", "did you mean cloudwatch?"),
        ("quux=http://x:1", "no service is called \"quux\""),
        ("localhost:5000", "give it as http://HOST:PORT"),
        ("moto", "give it as http://HOST:PORT"),
        ("ftp://x", "give it as http://HOST:PORT"),
        ("http://x:1/path", "has a path"),
        ("http://x:1?a=b", "has a path"),
        ("http://me:secret@x:1", "give it as http://HOST:PORT"),
        ("http://x:1 http://y:1", "is the second"),
        ("s3=http://x:1 s3=http://y:1", "s3 is set twice"),
    ] {
        let error = read(&[setting], &[]).unwrap_err();
        assert!(error.starts_with("--upstream (UPSTREAM): "), "{error}");
        assert!(error.contains(wanted), "{error}");
    }
}

#[test]
fn signing_is_said_for_all_or_by_service() {
    let upstreams = read(&[], &["account", "s3=minio:a=b:c"]).unwrap();
    assert_eq!(*upstreams.signing("kms"), Signing::Account);
    assert_eq!(
        *upstreams.signing("s3"),
        Signing::Key {
            id: "minio".to_owned(),
            secret: "a=b:c".to_owned(),
        }
    );
    assert_eq!(*read(&[], &[]).unwrap().signing("s3"), Signing::AsSent);
    assert_eq!(
        *read(&[], &["pass"]).unwrap().signing("s3"),
        Signing::AsSent
    );
    assert_eq!(
        *read(&[], &["key:x=y"]).unwrap().signing("s3"),
        Signing::Key {
            id: "key".to_owned(),
            secret: "x=y".to_owned(),
        }
    );
}

#[test]
fn wrong_signing_repeats_no_secret() {
    for setting in ["topsecret", ":topsecret", "a/b:topsecret", "s3=topsecret"] {
        let error = read(&[], &[setting]).unwrap_err();
        assert!(
            error.starts_with("--upstream-sign (UPSTREAM_SIGN): "),
            "{error}"
        );
        assert!(!error.contains("topsecret"), "{error}");
    }
    let key = read(&[], &["key:topsecret"]).unwrap();
    assert!(!format!("{key:?}").contains("topsecret"));
}
