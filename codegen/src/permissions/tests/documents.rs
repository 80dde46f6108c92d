//! What AWS's documents say a call needs, each with the document's title: written from those pages,
//! not from what the generator makes of them.

use super::*;

/// A document's title and what it says: operation, action, resource, when it applies (`always`), and
/// one condition key with its value (or none).
type Said = (&'static str, &'static [(&'static str, &'static str, &'static str, &'static str, &'static str)]);

const S3: &[Said] = &[
    (
        "Required permissions for Amazon S3 API operations",
        &[
            ("GetBucketEncryption", "s3:GetEncryptionConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("DeleteBucketEncryption", "s3:PutEncryptionConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("GetBucketCors", "s3:GetBucketCORS", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("DeleteBucketCors", "s3:PutBucketCORS", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("DeleteBucketReplication", "s3:PutReplicationConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("GetBucketReplication", "s3:GetReplicationConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("DeleteBucketTagging", "s3:PutBucketTagging", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("DeleteBucketOwnershipControls", "s3:PutBucketOwnershipControls", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("DeleteBucketInventoryConfiguration", "s3:PutInventoryConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("DeleteBucketMetricsConfiguration", "s3:PutMetricsConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("ListBucketAnalyticsConfigurations", "s3:GetAnalyticsConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("DeleteBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("GetBucketNotificationConfiguration", "s3:GetBucketNotification", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("HeadBucket", "s3:ListBucket", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("ListObjectVersions", "s3:ListBucketVersions", "arn:{partition}:s3:::{Bucket|arn}", "always", "s3:prefix={Prefix}"),
            ("ListMultipartUploads", "s3:ListBucketMultipartUploads", "arn:{partition}:s3:::{Bucket|arn}", "always", ""),
            ("ListParts", "s3:ListMultipartUploadParts", "arn:{partition}:s3:::{Bucket}/{Key}", "always", ""),
            ("ListBuckets", "s3:ListAllMyBuckets", "*", "always", ""),
            ("CreateMultipartUpload", "s3:PutObject", "arn:{partition}:s3:::{Bucket}/{Key}", "always", ""),
            ("UploadPart", "s3:PutObject", "arn:{partition}:s3:::{Bucket}/{Key}", "always", ""),
            ("CompleteMultipartUpload", "s3:PutObject", "arn:{partition}:s3:::{Bucket}/{Key}", "always", ""),
            ("AbortMultipartUpload", "s3:AbortMultipartUpload", "arn:{partition}:s3:::{Bucket}/{Key}", "always", ""),
            ("UploadPartCopy", "s3:GetObject", "@copy_source(CopySource)", "!(CopySource ~ '?versionId=')", ""),
            ("UploadPartCopy", "s3:PutObject", "arn:{partition}:s3:::{Bucket}/{Key}", "always", ""),
            ("CopyObject", "s3:GetObject", "@copy_source(CopySource)", "!(CopySource ~ '?versionId=')", ""),
            ("CopyObject", "s3:GetObjectVersion", "@copy_source(CopySource)", "CopySource ~ '?versionId='", ""),
            ("CopyObject", "s3:PutObject", "arn:{partition}:s3:::{Bucket}/{Key}", "always", "s3:x-amz-copy-source={CopySource}"),
            ("GetObject", "s3:GetObjectVersion", "arn:{partition}:s3:::{Bucket}/{Key}", "VersionId", "s3:versionid={VersionId}"),
            ("HeadObject", "s3:GetObject", "arn:{partition}:s3:::{Bucket}/{Key}", "!VersionId", ""),
            ("GetObjectAttributes", "s3:GetObjectAttributes", "arn:{partition}:s3:::{Bucket}/{Key}", "!VersionId", ""),
            ("GetObjectAttributes", "s3:GetObject", "arn:{partition}:s3:::{Bucket}/{Key}", "!VersionId", ""),
            ("DeleteObjectTagging", "s3:DeleteObjectVersionTagging", "arn:{partition}:s3:::{Bucket}/{Key}", "VersionId", ""),
            ("SelectObjectContent", "s3:GetObject", "arn:{partition}:s3:::{Bucket}/{Key}", "always", ""),
            ("PutObject", "s3:PutObjectTagging", "arn:{partition}:s3:::{Bucket}/{Key}", "Tagging", ""),
            ("DeleteObjects", "s3:DeleteObjectVersion", "arn:{partition}:s3:::{Bucket}/{Delete.Objects[].Key}", "Delete.Objects[].VersionId", ""),
        ],
    ),
    (
        "CreateBucket (Amazon S3 API Reference)",
        &[
            ("CreateBucket", "s3:CreateBucket", "arn:{partition}:s3:::{Bucket}", "!CreateBucketConfiguration.Bucket.Type", "s3:locationconstraint={CreateBucketConfiguration.LocationConstraint}"),
            ("CreateBucket", "s3:PutBucketVersioning", "arn:{partition}:s3:::{Bucket}", "ObjectLockEnabledForBucket == 'true'", ""),
            ("CreateBucket", "s3:PutBucketObjectLockConfiguration", "arn:{partition}:s3:::{Bucket}", "ObjectLockEnabledForBucket == 'true'", ""),
            ("CreateBucket", "s3:PutBucketOwnershipControls", "arn:{partition}:s3:::{Bucket}", "ObjectOwnership", ""),
        ],
    ),
    (
        "PutObjectRetention (Amazon S3 API Reference)",
        &[("PutObjectRetention", "s3:BypassGovernanceRetention", "arn:{partition}:s3:::{Bucket}/{Key}", "BypassGovernanceRetention == 'true'", "")],
    ),
    (
        "Bucket policy examples using condition keys",
        &[
            ("PutObject", "s3:PutObject", "arn:{partition}:s3:::{Bucket}/{Key}", "always", "s3:x-amz-acl={ACL}"),
            ("PutObject", "s3:PutObject", "arn:{partition}:s3:::{Bucket}/{Key}", "always", "s3:x-amz-grant-full-control={GrantFullControl}"),
            ("PutObject", "s3:PutObject", "arn:{partition}:s3:::{Bucket}/{Key}", "always", "s3:x-amz-server-side-encryption={ServerSideEncryption}"),
            ("PutObject", "s3:PutObject", "arn:{partition}:s3:::{Bucket}/{Key}", "always", "s3:x-amz-storage-class={StorageClass}"),
            ("ListObjectsV2", "s3:ListBucket", "arn:{partition}:s3:::{Bucket|arn}", "always", "s3:prefix={Prefix}"),
            ("ListObjects", "s3:ListBucket", "arn:{partition}:s3:::{Bucket|arn}", "always", "s3:max-keys={MaxKeys}"),
        ],
    ),
    (
        "Tagging and access control policies",
        &[("PutObjectTagging", "s3:PutObjectTagging", "arn:{partition}:s3:::{Bucket}/{Key}", "!VersionId", "s3:RequestObjectTagKeys={Tagging.TagSet[].Key}")],
    ),
    (
        "Setting up permissions for live replication",
        &[("PutBucketReplication", "iam:PassRole", "{ReplicationConfiguration.Role}", "always", "iam:PassedToService=s3.amazonaws.com")],
    ),
    (
        "CreateSession (Amazon S3 API Reference)",
        &[("CreateSession", "s3express:CreateSession", "arn:{partition}:s3express:{region}:{account}:bucket/{Bucket}", "always", "s3express:SessionMode={SessionMode}")],
    ),
    (
        "ListDirectoryBuckets (Amazon S3 API Reference)",
        &[("ListDirectoryBuckets", "s3express:ListAllMyDirectoryBuckets", "*", "always", "")],
    ),
];

const LAMBDA: &[Said] = &[
    (
        "Actions, resources, and condition keys for AWS Lambda",
        &[
            ("CreateFunction", "lambda:CreateFunction", "@function(FunctionName)", "always", "lambda:Layer={Layers[]}"),
            ("CreateFunction", "lambda:CreateFunction", "@function(FunctionName)", "always", "lambda:SubnetIds={VpcConfig.SubnetIds[]}"),
            ("CreateFunction", "lambda:CreateFunction", "@function(FunctionName)", "always", "lambda:CodeSigningConfigArn={CodeSigningConfigArn}"),
            ("Invoke", "lambda:InvokeFunction", "@function(FunctionName, Qualifier)", "always", ""),
            ("AddPermission", "lambda:AddPermission", "@function(FunctionName, Qualifier)", "always", "lambda:Principal={Principal}"),
            ("DeleteEventSourceMapping", "lambda:DeleteEventSourceMapping", "arn:{partition}:lambda:{region}:{account}:event-source-mapping:{UUID}", "always", "lambda:FunctionArn=@function_of_mapping(UUID)"),
            ("ListFunctions", "lambda:ListFunctions", "*", "always", ""),
            ("PublishLayerVersion", "lambda:PublishLayerVersion", "arn:{partition}:lambda:{region}:{account}:layer:{LayerName|arn}", "always", ""),
        ],
    ),
    (
        "InvokeWithResponseStream (AWS Lambda API Reference)",
        &[("InvokeWithResponseStream", "lambda:InvokeFunction", "@function(FunctionName, Qualifier)", "always", "")],
    ),
    (
        "Defining Lambda function permissions with an execution role",
        &[
            ("CreateFunction", "iam:PassRole", "{Role}", "always", "iam:PassedToService=lambda.amazonaws.com"),
            ("UpdateFunctionConfiguration", "iam:PassRole", "{Role}", "Role", "iam:PassedToService=lambda.amazonaws.com"),
        ],
    ),
    (
        "Giving Lambda functions access to resources in an Amazon VPC",
        &[
            ("CreateFunction", "ec2:DescribeSubnets", "*", "VpcConfig.SecurityGroupIds || VpcConfig.SubnetIds", ""),
            ("UpdateFunctionConfiguration", "ec2:DescribeVpcs", "*", "VpcConfig.SecurityGroupIds || VpcConfig.SubnetIds", ""),
        ],
    ),
    (
        "Securing Lambda environment variables",
        &[
            ("CreateFunction", "kms:CreateGrant", "{KMSKeyArn}", "KMSKeyArn", ""),
            ("UpdateFunctionConfiguration", "kms:Encrypt", "{KMSKeyArn}", "KMSKeyArn", ""),
        ],
    ),
    (
        "Granting other AWS entities access to your Lambda functions: layers",
        &[("CreateFunction", "lambda:GetLayerVersion", "{Layers[]}", "Layers", "")],
    ),
    (
        "Control access to Lambda function URLs",
        &[("CreateFunctionUrlConfig", "lambda:CreateFunctionUrlConfig", "@function(FunctionName, Qualifier)", "always", "lambda:FunctionUrlAuthType=@url_auth_type(FunctionName, Qualifier, AuthType)")],
    ),
    (
        "Using tags on Lambda functions",
        &[
            ("TagResource", "lambda:TagResource", "{Resource}", "always", "aws:TagKeys={Tags{keys}}"),
            ("CreateFunction", "lambda:TagResource", "@function(FunctionName)", "Tags", "aws:RequestTag/={Tags{keys}}={Tags{values}}"),
        ],
    ),
];

const IAM: &[Said] = &[
    (
        "Actions, resources, and condition keys for AWS Identity and Access Management (IAM)",
        &[
            ("AttachUserPolicy", "iam:AttachUserPolicy", "@user(UserName)", "always", "iam:PolicyARN={PolicyArn}"),
            ("DetachRolePolicy", "iam:DetachRolePolicy", "@role(RoleName)", "always", "iam:PolicyARN={PolicyArn}"),
            ("PutRolePolicy", "iam:PutRolePolicy", "@role(RoleName)", "always", "iam:PermissionsBoundary=@boundary_of_role(RoleName)"),
            ("DeleteUserPolicy", "iam:DeleteUserPolicy", "@user(UserName)", "always", "iam:PermissionsBoundary=@boundary_of_user(UserName)"),
            ("CreateServiceLinkedRole", "iam:CreateServiceLinkedRole", "@service_linked_role(AWSServiceName, CustomSuffix)", "always", "iam:AWSServiceName={AWSServiceName}"),
            ("CreatePolicyVersion", "iam:CreatePolicyVersion", "{PolicyArn}", "always", ""),
            ("DeleteGroup", "iam:DeleteGroup", "@group(GroupName)", "always", ""),
            ("DeleteOpenIDConnectProvider", "iam:DeleteOpenIDConnectProvider", "{OpenIDConnectProviderArn}", "always", ""),
            ("ListUsers", "iam:ListUsers", "*", "always", ""),
        ],
    ),
    (
        "Permissions boundaries for IAM entities",
        &[
            ("CreateUser", "iam:CreateUser", "arn:{partition}:iam::{account}:user{Path=/}{UserName}", "always", "iam:PermissionsBoundary={PermissionsBoundary}"),
            ("PutUserPermissionsBoundary", "iam:PutUserPermissionsBoundary", "@user(UserName)", "always", "iam:PermissionsBoundary={PermissionsBoundary}"),
        ],
    ),
    (
        "IAM identifiers",
        &[
            ("CreateRole", "iam:CreateRole", "arn:{partition}:iam::{account}:role{Path=/}{RoleName}", "always", ""),
            ("CreatePolicy", "iam:CreatePolicy", "arn:{partition}:iam::{account}:policy{Path=/}{PolicyName}", "always", ""),
            ("CreateSAMLProvider", "iam:CreateSAMLProvider", "arn:{partition}:iam::{account}:saml-provider/{Name}", "always", ""),
        ],
    ),
    (
        "Grant a user permissions to pass a role to an AWS service",
        &[("AddRoleToInstanceProfile", "iam:PassRole", "@role(RoleName)", "always", "iam:PassedToService=ec2.amazonaws.com")],
    ),
    (
        "UpdateUser (IAM API Reference)",
        &[("UpdateUser", "iam:UpdateUser", "@renamed_user(UserName, NewPath, NewUserName)", "NewPath || NewUserName", "")],
    ),
    (
        "Tags for AWS Identity and Access Management resources",
        &[("CreateRole", "iam:TagRole", "arn:{partition}:iam::{account}:role{Path=/}{RoleName}", "Tags", "aws:RequestTag/={Tags[].Key}={Tags[].Value}")],
    ),
];

const STS: &[Said] = &[
    (
        "IAM and AWS STS condition context keys",
        &[
            ("AssumeRole", "sts:AssumeRole", "{RoleArn}", "always", "sts:ExternalId={ExternalId}"),
            ("AssumeRole", "sts:AssumeRole", "{RoleArn}", "always", "sts:RoleSessionName={RoleSessionName}"),
            ("AssumeRole", "sts:AssumeRole", "{RoleArn}", "always", "sts:TransitiveTagKeys={TransitiveTagKeys[]}"),
            ("AssumeRoot", "sts:AssumeRoot", "arn:{partition}:iam::{TargetPrincipal|arn}:root", "always", "sts:TaskPolicyArn={TaskPolicyArn.arn}"),
        ],
    ),
    (
        "Pass session tags in AWS STS",
        &[
            ("AssumeRole", "sts:TagSession", "{RoleArn}", "Tags", "aws:TagKeys={Tags[].Key}"),
            ("GetFederationToken", "sts:TagSession", "arn:{partition}:sts::{account}:federated-user/{Name}", "Tags", "aws:RequestTag/={Tags[].Key}={Tags[].Value}"),
        ],
    ),
    (
        "Monitor and control actions taken with assumed roles",
        &[("AssumeRole", "sts:SetSourceIdentity", "{RoleArn}", "SourceIdentity", "sts:SourceIdentity={SourceIdentity}")],
    ),
    (
        "Permissions for GetFederationToken",
        &[("GetFederationToken", "sts:GetFederationToken", "arn:{partition}:sts::{account}:federated-user/{Name}", "always", "")],
    ),
];

fn holds(service: &str, said: &[Said]) {
    let permissions = permissions(service);
    for (title, calls) in said {
        for (operation, action, resource, when, key) in *calls {
            let template = &permissions[*operation];
            let found = template.requirements.iter().any(|requirement| {
                let mut resources: Vec<String> = requirement.resources.iter().map(ToString::to_string).collect();
                if resources.is_empty() {
                    resources.push("*".to_owned());
                }
                requirement.action == *action
                    && resources.iter().any(|one| one == resource)
                    && requirement.when.to_string() == *when
                    && (key.is_empty()
                        || requirement.keys.iter().any(|one| format!("{}={}", one.name, one.value) == *key))
            });
            assert!(found, "{title}: {operation} needs {action} on {resource} when {when} with {key:?}; it has\n{template:#?}");
        }
    }
}

#[test]
fn amazon_s3() {
    holds("s3", S3);
}

#[test]
fn aws_lambda() {
    holds("lambda", LAMBDA);
}

#[test]
fn iam() {
    holds("iam", IAM);
}

#[test]
fn aws_sts() {
    holds("sts", STS);
}

#[test]
fn classes() {
    let sts = permissions("sts");
    // "GetCallerIdentity": no permissions are required. "Permissions for GetSessionToken": neither.
    assert_eq!(sts["GetCallerIdentity"].class, Class::Open);
    assert_eq!(sts["GetSessionToken"].class, Class::Open);
    // "AssumeRoleWithWebIdentity": calling it needs no AWS credentials.
    assert_eq!(sts["AssumeRoleWithWebIdentity"].class, Class::Unsigned);
    assert_eq!(sts["AssumeRoleWithSAML"].class, Class::Unsigned);
    assert_eq!(sts["GetAccessKeyInfo"].class, Class::Requirements);
}

/// What must not be asked: a bucket in the caller's own region with no options needs one action, a
/// plain function two.
#[test]
fn a_plain_call_needs_no_more() {
    let always = |service: &str, operation: &str| -> Vec<String> {
        permissions(service)[operation]
            .requirements
            .iter()
            .filter(|requirement| requirement.when == Predicate::Always)
            .map(|requirement| requirement.action.clone())
            .collect()
    };
    assert_eq!(always("lambda", "CreateFunction"), ["lambda:CreateFunction", "iam:PassRole"]);
    assert_eq!(always("s3", "PutObject"), ["s3:PutObject"]);
    assert_eq!(always("sts", "AssumeRole"), ["sts:AssumeRole"]);
    assert_eq!(always("iam", "CreateUser"), ["iam:CreateUser"]);
    let bucket = &permissions("s3")["CreateBucket"].requirements;
    let negative = bucket.iter().filter(|one| one.when.to_string().starts_with('!')).count();
    assert_eq!(negative, 1, "only s3:CreateBucket applies to a call without options");
}
