use pretty_assertions::assert_eq;
use stockade_catalog::CATALOG;
use stockade_gateway::Settings;

use super::*;

fn upstreams(setting: &str) -> Upstreams {
    let settings = Settings {
        upstreams: &[setting.to_owned()],
        ..Settings::default()
    };
    Upstreams::new(&CATALOG, &settings).unwrap()
}

#[test]
fn without_an_upstream_the_rest_answers_501() {
    assert_eq!(
        services(vec!["sts", "s3"], 10, &upstreams("")),
        "  services      s3, sts; 8 more are routed and answer 501\n"
    );
}

#[test]
fn what_goes_where_is_told() {
    assert_eq!(
        services(
            vec!["sts", "s3"],
            10,
            &upstreams("s3=http://minio:9000,http://moto:5000")
        ),
        "  services      sts\n  \
         upstream      http://minio:9000: s3\n  \
         upstream      http://moto:5000: all that nothing here handles\n  \
         reset         forgets what is here; upstreams keep their state\n"
    );
    assert_eq!(
        services(vec!["sts"], 10, &upstreams("sqs=http://elasticmq:9324/")),
        "  services      sts; 8 more are routed and answer 501\n  \
         upstream      http://elasticmq:9324: sqs\n  \
         reset         forgets what is here; upstreams keep their state\n"
    );
}
