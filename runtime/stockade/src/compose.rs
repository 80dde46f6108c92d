//! The services, and what each is given: the one place that knows them all.

use std::sync::Arc;

use stockade_accessanalyzer::AccessAnalyzer;
use stockade_catalog::CATALOG;
use stockade_gateway::{Parties, Settings, Upstreams};
use stockade_iam::Iam;
use stockade_lambda::{Lambda, Objects, Options, Roles};
use stockade_organizations::Organizations;
use stockade_s3::S3;
use stockade_spec::service::BoxFuture;
use stockade_spec::{Error, RequestContext};
use stockade_store::Store;
use stockade_sts::Sts;

use crate::config::Serve;
use crate::formats::Reading;

/// The services that enforcement rests on. They never go to an upstream: whoever got a key from there
/// would be nobody here, and nobody's keys are root's.
const IDENTITY: &[&str] = &["iam", "organizations", "sts"];

/// Puts the services together on one store. The error names the setting that is wrong.
pub(crate) fn compose(config: &Serve, store: &Store) -> Result<Parties, String> {
    let upstreams = Upstreams::new(
        &CATALOG,
        &Settings {
            upstreams: &config.upstream,
            signing: &config.upstream_sign,
            ca: config.upstream_ca.as_deref(),
            kept: IDENTITY,
        },
    )?;
    let iam = Iam::new(store.clone());
    let s3 = S3::new(store.clone());
    let sts = Sts::new(iam.clone());
    let options = Options {
        strict_roles: config.strict_roles,
        elsewhere: upstreams.is_named("lambda"),
    };
    let lambda = Lambda::new(
        store.clone(),
        options,
        Arc::new(LambdaRoles(iam.clone())),
        Arc::new(LambdaCode(s3.clone())),
    );
    let organizations = Organizations::new(store.clone(), Arc::new(AccountRoles(iam.clone())));
    let s3 = if upstreams.is_named("s3") {
        s3.elsewhere()
    } else {
        s3
    };
    let forgetful = store.clone();
    Ok(Parties {
        catalog: &CATALOG,
        services: vec![
            Arc::new(stockade_accessanalyzer_api::Server::new(AccessAnalyzer)),
            Arc::new(stockade_iam_api::Server::new(
                iam.clone()
                    .with_organizations(Arc::new(organizations.clone()))
                    .with_formats(Arc::new(Reading::default())),
            )),
            Arc::new(stockade_lambda_api::Server::new(lambda)),
            Arc::new(stockade_organizations_api::Server::new(
                organizations.clone(),
            )),
            Arc::new(stockade_s3_api::Server::new(s3)),
            Arc::new(stockade_sts_api::Server::new(sts)),
        ],
        directory: Arc::new(iam),
        organizations: Some(Arc::new(organizations)),
        reset: Arc::new(move || {
            let store = forgetful.clone();
            Box::pin(async move { store.reset().await.map_err(|error| error.to_string()) })
        }),
        upstreams,
    })
}

/// The roles that Lambda may run functions under.
struct LambdaRoles(Iam);

impl Roles for LambdaRoles {
    fn can_be_assumed(&self, role_arn: &str) -> bool {
        self.0.trusts_service(role_arn, "lambda.amazonaws.com")
    }
}

/// The buckets that Lambda takes packages from.
struct LambdaCode(S3);

impl Objects for LambdaCode {
    fn open<'a>(
        &'a self,
        bucket: &'a str,
        key: &'a str,
        version: Option<&'a str>,
    ) -> BoxFuture<'a, Result<aws_smithy_types::byte_stream::ByteStream, Error>> {
        Box::pin(self.0.open_object(bucket, key, version))
    }
}

/// The roles by which accounts are administered that an organization made.
struct AccountRoles(Iam);

impl stockade_organizations::Roles for AccountRoles {
    fn admit<'a>(
        &'a self,
        context: &'a RequestContext,
        account: &'a str,
        role: &'a str,
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(self.0.admit_account(context, account, role))
    }
}
