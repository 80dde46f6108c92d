//! What the documents say of single services: the one place of this crate that names any.

/// The prefix whose keys are those of identity providers.
pub(crate) const FEDERATION: &str = "sts";

/// Passes a role, and what narrows down to whom (*Granting a user permissions to pass a role to an AWS service*).
pub(crate) const PASS_ROLE: &str = "iam:PassRole";
pub(crate) const PASSED_TO: &str = "iam:PassedToService";
/// Makes a service-linked role, and what narrows down whose.
pub(crate) const CREATE_SLR: &str = "iam:CreateServiceLinkedRole";
pub(crate) const SLR_SERVICE: &str = "iam:AWSServiceName";

/// Keys that belong to one action, so that others beside it are surely a mistake.
pub(crate) const KEYS_OF_ONE_ACTION: [&str; 1] = [PASSED_TO];

/// Resources that the reference does not list (*Centrally manage root access for member accounts*).
pub(crate) const UNLISTED: [(&str, &str); 1] = [("iam", "root")];

/// Actions of trust policies.
pub(crate) const ASSUME_ROLE: &str = "sts:AssumeRole";
pub(crate) const WITH_SAML: &str = "sts:AssumeRoleWithSAML";
pub(crate) const WITH_WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";

/// What IAM Roles Anywhere needs of a role that trusts it (*Trust model in AWS IAM Roles Anywhere*).
pub(crate) const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";
pub(crate) const ROLES_ANYWHERE_ACTIONS: [&str; 3] =
    [ASSUME_ROLE, "sts:SetSourceIdentity", "sts:TagSession"];

/// GitHub's provider (*Create a role for OpenID Connect federation*, Configuring a role for GitHub).
pub(crate) const GITHUB: &str = "token.actions.githubusercontent.com";

/// Keys that hold service principals, and the form that each takes.
pub(crate) const SERVICE_PRINCIPAL_KEYS: [(&str, &str); 6] = [
    ("aws:CalledVia", SERVICE_FORMAT),
    ("aws:CalledViaFirst", SERVICE_FORMAT),
    ("aws:CalledViaLast", SERVICE_FORMAT),
    ("aws:PrincipalServiceName", SERVICE_FORMAT),
    (PASSED_TO, SERVICE_FORMAT),
    ("kms:ViaService", REGIONAL_FORMAT),
];
pub(crate) const SERVICE_FORMAT: &str = "service-name.amazonaws.com";
pub(crate) const REGIONAL_FORMAT: &str = "service-name.AWS_region.amazonaws.com";

/// Keys whose values are the ARN of a KMS key.
pub(crate) const KMS_KEYS: [&str; 1] = ["s3:x-amz-server-side-encryption-aws-kms-key-id"];

/// *AWS global condition context keys*, Sensitive condition keys.
pub(crate) const SENSITIVE: [&str; 10] = [
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
];

/// The key of a user's id or a role's with its session's name (*IAM identifiers*).
pub(crate) const USER_ID: &str = "aws:userid";

/// Keys that callers choose (*AWS global condition context keys*, aws:referer and aws:UserAgent).
pub(crate) const CHOSEN_BY_CALLER: [&str; 2] = ["aws:Referer", "aws:UserAgent"];

/// A key, and those one of which must stand beside it (*AWS global condition context keys*, aws:VpcSourceIp).
pub(crate) const PAIRED: [(&str, &[&str]); 1] = [(
    "aws:VpcSourceIp",
    &["aws:SourceVpc", "aws:SourceVpce", "aws:SourceVpcArn"],
)];

/// Keys whose values are set by an action of their own, which a statement about assuming roles must have as well: *Pass
/// session tags in AWS STS*; *Monitor and control actions taken with assumed roles*. One that ends in `/` stands for all
/// that begin so.
pub(crate) const SET_BY: [(&str, &str); 4] = [
    ("sts:SourceIdentity", "sts:SetSourceIdentity"),
    ("sts:TransitiveTagKeys", "sts:TagSession"),
    ("aws:RequestTag/", "sts:TagSession"),
    ("aws:TagKeys", "sts:TagSession"),
];

/// Keys that requests to these services alone have (*AWS global condition context keys*, aws:VpceAccount, aws:VpceOrgID,
/// aws:VpceOrgPaths).
pub(crate) const OF_ENDPOINTS: [(&str, &[&[&str]]); 3] = [
    ("aws:VpceAccount", &[OF_ENDPOINTS_ALWAYS]),
    (
        "aws:VpceOrgID",
        &[OF_ENDPOINTS_ALWAYS, OF_ENDPOINTS_ORGANIZATION],
    ),
    ("aws:VpceOrgPaths", &[OF_ENDPOINTS_ALWAYS]),
];
const OF_ENDPOINTS_ALWAYS: &[&str] = &[
    "acm-pca",
    "applicationinsights",
    "apprunner",
    "athena",
    "cloudformation",
    "comprehendmedical",
    "compute-optimizer",
    "datasync",
    "discovery",
    "dynamodb",
    "ebs",
    "ecr",
    "ecs",
    "firehose",
    "gamelift",
    "healthlake",
    "iam",
    "iotfleetwise",
    "iotwireless",
    "kinesisanalytics",
    "kms",
    "lambda",
    "medical-imaging",
    "omics",
    "payment-cryptography",
    "polly",
    "rbin",
    "rekognition",
    "route53",
    "s3",
    "scheduler",
    "servicediscovery",
    "servicequotas",
    "shield",
    "ssm-contacts",
    "storagegateway",
    "textract",
    "transcribe",
    "transfer",
];
const OF_ENDPOINTS_ORGANIZATION: &[&str] = &[
    "b2bi",
    "cassandra",
    "cognito-identity",
    "dms",
    "ds-data",
    "identitystore",
    "iottwinmaker",
    "network-firewall",
    "pricing",
    "ses",
    "sms-voice",
    "sqs",
    "workmail",
];

/// What narrows a service principal down to its caller (*The confused deputy problem*).
pub(crate) const SOURCES: [&str; 4] = [
    "aws:SourceArn",
    "aws:SourceAccount",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
];
/// What is taken for it, and is none.
pub(crate) const NO_SOURCE: [&str; 1] = ["aws:Referer"];
/// Keys that a service principal's own requests do not have (*AWS global condition context keys*, aws:PrincipalOrgID).
pub(crate) const NOT_OF_SERVICES: [&str; 2] = ["aws:PrincipalOrgID", "aws:PrincipalOrgPaths"];

/// Keys that tell who a principal is, in resource control policies (*RCP examples*, AWS Organizations User Guide).
pub(crate) const OF_PRINCIPALS: [&str; 4] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
];
/// Whether the principal is a service, which has none of those.
pub(crate) const IS_SERVICE: &str = "aws:PrincipalIsAWSService";
/// What a service's request has where its integration tells a source.
pub(crate) const SOURCE_TOLD: [&str; 2] = ["aws:SourceAccount", "aws:SourceArn"];

/// *Using IAM policy conditions for fine-grained access control* (Amazon DynamoDB Developer Guide).
pub(crate) const ATTRIBUTES: &str = "dynamodb:Attributes";
pub(crate) const SELECT: (&str, &str) = ("dynamodb:Select", "SPECIFIC_ATTRIBUTES");

/// The key whose negation restricts nothing (*Amazon S3 condition key examples*).
pub(crate) const S3_PREFIX: &str = "s3:prefix";

/// The key that no longer is one.
pub(crate) const DEPRECATED: &str = "aws:ARN";

/// A type of resource whose policy is analysed as such.
pub(crate) struct Attached {
    /// As the API has it.
    pub(crate) name: &'static str,
    /// As findings call it.
    pub(crate) shown: &'static str,
    /// The service of its actions.
    pub(crate) prefix: &'static str,
    /// What its resources look like after the service's name.
    pub(crate) arns: &'static [&'static str],
    /// The most characters that its policy may have.
    pub(crate) quota: usize,
    /// Keys that say nothing in its policy.
    pub(crate) irrelevant: &'static [&'static str],
}

pub(crate) const ATTACHED: [Attached; 5] = [
    Attached {
        name: "AWS::S3::Bucket",
        shown: "S3 Bucket",
        prefix: "s3",
        arns: &[":::?*"],
        quota: 20_480,
        irrelevant: &["s3:ResourceAccount"],
    },
    Attached {
        name: "AWS::S3::AccessPoint",
        shown: "S3 Access Point",
        prefix: "s3",
        arns: &[":?*:?*:accesspoint/?*"],
        quota: 20_480,
        irrelevant: &["s3:ResourceAccount"],
    },
    Attached {
        name: "AWS::S3::MultiRegionAccessPoint",
        shown: "S3 Multi-Region Access Point",
        prefix: "s3",
        arns: &["::?*:accesspoint/?*"],
        quota: 20_480,
        irrelevant: &["s3:ResourceAccount"],
    },
    Attached {
        name: "AWS::S3ObjectLambda::AccessPoint",
        shown: "S3 Object Lambda Access Point",
        prefix: "s3-object-lambda",
        arns: &[":?*:?*:accesspoint/?*"],
        quota: 20_480,
        irrelevant: &[],
    },
    Attached {
        name: "AWS::DynamoDB::Table",
        shown: "DynamoDB Table",
        prefix: "dynamodb",
        arns: &[":?*:?*:table/?*"],
        quota: 20_480,
        irrelevant: &[],
    },
];

/// Condition keys that narrow a policy down to known callers, when they are compared with fixed values: *Blocking public
/// access to your Amazon S3 storage*, The meaning of "public"; `kms:CallerAccount` is the same for keys (*AWS KMS
/// condition keys*).
pub(crate) const NARROWING: [&str; 16] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceOwner",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:userid",
    "kms:CallerAccount",
    "s3:DataAccessPointAccount",
    "s3:DataAccessPointArn",
];

/// Whether a name is one of a list, whatever its case.
pub(crate) fn is_one(list: &[&str], name: &str) -> bool {
    list.iter().any(|one| one.eq_ignore_ascii_case(name))
}
