//! The table of what services ask of KMS: what becomes of its entries, and what is wrong with others.

use pretty_assertions::assert_eq;

use stockade_spec::template::Why;

use super::*;
use crate::permissions::Kms;
use crate::permissions::input::Input;
use crate::permissions::kms;

/// What an operation needs of KMS by a table, as the permission tables have it.
fn needs(text: &str, service: &str, operation: &str) -> String {
    let kms = Kms::parse(text, &MODELS).unwrap();
    let requirements = kms
        .of(service, operation)
        .iter()
        .flat_map(|told| told.requirements.clone())
        .collect();
    table::block(
        operation,
        &OperationPermissions {
            class: Class::Requirements,
            source: Source::Name,
            because: None,
            requirements,
            follow_ups: Vec::new(),
            answers: None,
            left_out: Vec::new(),
        },
    )
}

/// All that is wrong in a table, one line each.
fn problems(text: &str) -> Vec<String> {
    Kms::parse(text, &MODELS)
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_grant_is_asked_for_in_the_callers_name() {
    let text = r#"
[firehose]
because = "A page"
calls = [
  { operations = ["StartDeliveryStreamEncryption"], key = "DeliveryStreamEncryptionConfigurationInput.KeyARN", actions = ["CreateGrant"] },
]
"#;
    assert_eq!(
        needs(text, "firehose", "StartDeliveryStreamEncryption"),
        "StartDeliveryStreamEncryption · requirements · name
  kms:CreateGrant
    on arn:{partition}:kms:{region}:{account}:{DeliveryStreamEncryptionConfigurationInput.KeyARN|key}
    when DeliveryStreamEncryptionConfigurationInput.KeyARN && !(DeliveryStreamEncryptionConfigurationInput.KeyARN ~ 'alias/aws/')
    aws:ViaAWSService = true
    kms:CallerAccount = {account}
    kms:GrantIsForAWSResource = true
    kms:ViaService = firehose.{region}.amazonaws.com"
    );
}

#[test]
fn a_grant_need_not_be_for_a_resource() {
    let text = r#"
[eks]
because = "A page"
calls = [
  { operations = ["CreateCluster"], key = "encryptionConfig[].provider.keyArn", actions = ["CreateGrant"], grant_for_resource = false },
]
"#;
    let needs = needs(text, "eks", "CreateCluster");
    assert!(needs.contains("kms:CreateGrant"), "{needs}");
    assert!(!needs.contains("GrantIsForAWSResource = "), "{needs}");
}

#[test]
fn keys_in_lists_are_of_their_elements_regions() {
    let text = r#"
[secretsmanager]
because = "A page"
called_via = "secretsmanager.amazonaws.com"
calls = [
  { operations = ["ReplicateSecretToRegions"], key = "AddReplicaRegions[].KmsKeyId", region = "{AddReplicaRegions[].Region}", actions = ["Encrypt"], when = "ForceOverwriteReplicaSecret == 'true'", context = { SecretARN = "{SecretId}", SecretVersionId = "{?}" } },
]
"#;
    assert_eq!(
        needs(text, "secretsmanager", "ReplicateSecretToRegions"),
        "ReplicateSecretToRegions · requirements · name
  kms:Encrypt
    on arn:{partition}:kms:{AddReplicaRegions[].Region}:{account}:{AddReplicaRegions[].KmsKeyId|key}
    each AddReplicaRegions[]
    when AddReplicaRegions[].KmsKeyId && !(AddReplicaRegions[].KmsKeyId ~ 'alias/aws/') && ForceOverwriteReplicaSecret == 'true'
    aws:CalledVia = secretsmanager.amazonaws.com
    aws:CalledViaFirst = secretsmanager.amazonaws.com
    aws:CalledViaLast = secretsmanager.amazonaws.com
    aws:ViaAWSService = true
    kms:CallerAccount = {account}
    kms:EncryptionAlgorithm = SYMMETRIC_DEFAULT
    kms:EncryptionContext:SecretARN = {SecretId}
    kms:EncryptionContext:SecretVersionId = {?}
    kms:EncryptionContextKeys = SecretARN
    kms:EncryptionContextKeys = SecretVersionId
    kms:RequestAlias = {AddReplicaRegions[].KmsKeyId|alias}
    kms:ViaService = secretsmanager.{AddReplicaRegions[].Region}.amazonaws.com"
    );
}

/// What the table says of a member stands in place of what the rules find of it.
#[test]
fn the_table_stands_in_place_of_the_rules() {
    let model = &MODELS.services["docdb-elastic"];
    let of_kms = |kms: Kms| -> Vec<String> {
        let overlay = Overlay::default();
        let tables = Tables {
            kms,
            ..Tables::default()
        };
        let resolved = resolve(model, &MODELS.authorization, &tables, &overlay);
        let cluster = &resolved.unwrap().permissions["CreateCluster"];
        assert_eq!(
            cluster.requirements[0].action,
            "docdb-elastic:CreateCluster"
        );
        let of_kms = cluster.requirements.iter().map(|one| one.action.clone());
        of_kms.filter(|action| action.starts_with("kms:")).collect()
    };
    let text = |actions: &str| {
        let calls = format!(
            "[docdb-elastic]\nbecause = \"A page\"\ncalls = [{{ operations = [\"CreateCluster\"], key = \"kmsKeyId\", \
             actions = {actions} }}]\n"
        );
        Kms::parse(&calls, &MODELS).unwrap()
    };
    assert!(of_kms(Kms::default()).len() > 1);
    assert_eq!(of_kms(text("[\"DescribeKey\"]")), ["kms:DescribeKey"]);
    assert!(of_kms(text("[]")).is_empty());
}

/// "Configuring AWS KMS permissions" (Amazon SQS Developer Guide): a producer needs `kms:GenerateDataKey` and `kms:Decrypt`
/// on the queue's key, a consumer `kms:Decrypt`. Which key it is, nobody here knows.
#[test]
fn keys_of_the_state_are_left_to_the_service() {
    let left_to_the_service = |operation: &str| -> Vec<&str> {
        let operation = &permissions("sqs")[operation];
        assert!(
            operation
                .requirements
                .iter()
                .all(|one| one.action.starts_with("sqs:"))
        );
        let left_out = operation.left_out.iter();
        left_out
            .filter(|left_out| left_out.why == Why::Elsewhere)
            .map(|left_out| left_out.action.as_str())
            .collect()
    };
    assert_eq!(
        left_to_the_service("SendMessage"),
        ["kms:GenerateDataKey", "kms:Decrypt"]
    );
    assert_eq!(left_to_the_service("ReceiveMessage"), ["kms:Decrypt"]);
    assert!(left_to_the_service("DeleteMessage").is_empty());
}

/// What AWS's documents say of a service, of one operation each: its calls of KMS with the keys that it names.
#[test]
fn services_call_kms_as_documented() {
    for (service, operation, actions) in [
        // "Encryption at rest for AWS HealthLake", required IAM permissions.
        (
            "healthlake",
            "CreateFHIRDatastore",
            &["CreateGrant", "GenerateDataKey", "DescribeKey"][..],
        ),
        // "Encrypting logs" and "Disk Encryption with KMS CMK" (Amazon EMR Serverless User Guide), required user permissions.
        (
            "emr-serverless",
            "StartJobRun",
            &["GenerateDataKey", "Decrypt", "DescribeKey"],
        ),
        // "Data protection and encryption in S3 Vectors": to create a bucket with the key.
        ("s3vectors", "CreateVectorBucket", &["GenerateDataKey"]),
        // "How Amazon WorkMail uses AWS KMS", authorizing use of the CMK.
        (
            "workmail",
            "CreateOrganization",
            &["Encrypt", "Decrypt", "CreateGrant"],
        ),
        // "Encryption of agent resources with customer managed keys (CMK)" (Amazon Bedrock User Guide).
        (
            "bedrock-agent",
            "CreateAgent",
            &["GenerateDataKey", "Decrypt"],
        ),
        // "(Optional) Create a customer managed key for your guardrail for additional security" (Amazon Bedrock User Guide).
        (
            "bedrock",
            "CreateGuardrail",
            &["Decrypt", "DescribeKey", "GenerateDataKey", "CreateGrant"],
        ),
        // "Securing storage location credentials with Secrets Manager" (AWS DataSync User Guide).
        (
            "datasync",
            "CreateLocationSmb",
            &["Encrypt", "GenerateDataKey", "Decrypt"],
        ),
        // "Deploying a configuration" (AWS AppConfig User Guide).
        ("appconfig", "StartDeployment", &["GenerateDataKey"]),
        // "Data protection in Kinesis Video Streams": the key is not accessed until media are put or got.
        ("kinesisvideo", "CreateStream", &[]),
        // "Encrypt data stored in Amazon EBS volumes attached to Amazon ECS tasks": under the infrastructure role.
        ("ecs", "RunTask", &[]),
        // "Controlling access with Amazon Data Firehose": what is delivered, under the destination's role.
        ("firehose", "UpdateDestination", &[]),
    ] {
        let mut asked: Vec<&str> = Vec::new();
        for requirement in &permissions(service)[operation].requirements {
            let action = requirement.action.strip_prefix("kms:");
            asked.extend(action.filter(|action| !asked.contains(action)));
        }
        assert_eq!(asked, actions, "{service} {operation}");
    }
}

/// Members that speak of keys of KMS and name none: how long a data key is used, who may call KMS, whether queries may.
#[test]
fn members_about_keys_name_none() {
    for (service, operation, member) in [
        (
            "stepfunctions",
            "CreateActivity",
            "encryptionConfiguration.kmsKeyId",
        ),
        ("iot", "UpdateEncryptionConfiguration", "kmsKeyArn"),
        ("location", "CreateTracker", "KmsKeyId"),
    ] {
        let model = &MODELS.services[service];
        let input = Input::new(model, model.operations[operation].input.as_deref());
        let members = kms::key_members(&input);
        let members: Vec<String> = members.iter().map(|found| found.path.to_string()).collect();
        assert_eq!(members, [member], "{service} {operation}");
    }
}

#[test]
fn what_is_wrong_has_its_line() {
    let file = "models/overlays/kms-by-service.toml";
    let entry = |entry: &str| format!("[sns]\nbecause = \"A page\"\ncalls = [\n{entry}\n]\n");
    for (text, expected) in [
        (
            "[nimbus]\nbecause = \"x\"\ncalls = []\n".to_owned(),
            "1: there is no service nimbus",
        ),
        (
            "[sns]\nbecause = \"\"\ncalls = []\n".to_owned(),
            "1: `because` is the title of the AWS document",
        ),
        (
            entry("{ operations = [\"Shout\"], key = \"TopicArn\", actions = [] }"),
            "4: sns has no operation Shout",
        ),
        (
            entry("{ operations = [\"Publish\"], key = \"KmsKey\", actions = [\"Decrypt\"] }"),
            "4: KmsKey: there is no member KmsKey",
        ),
        (
            entry(
                "{ operations = [\"Publish\"], key = \"MessageAttributes\", actions = [\"Decrypt\"] }",
            ),
            "4: MessageAttributes is no text",
        ),
        (
            entry("{ operations = [\"Publish\"], key = \"TopicArn\", actions = [\"Unlock\"] }"),
            "4: there is no action kms:Unlock",
        ),
        (
            entry(
                "{ operations = [\"Publish\"], key = \"TopicArn\",\nactions = [], when = \"Loud\" }",
            ),
            "5: Loud: there is no member Loud",
        ),
        (
            entry("{ operations = [\"Publish\"], actions = [] }"),
            "4: an entry has either `key`, a member, `resource`, a template, or `state`, whose key it is",
        ),
        (
            entry("{ operations = [\"Publish\", \"Publish\"], key = \"TopicArn\", actions = [] }"),
            "4: Publish is told of this key already",
        ),
        (
            entry("{ operations = [\"Publish\"], key = \"TopicArn\", actions = [], loud = true }"),
            "4: unknown field `loud`",
        ),
    ] {
        let problems = problems(&text);
        assert_eq!(problems.len(), 1, "{problems:?}");
        let start = format!("{file}:{expected}");
        assert!(
            problems[0].starts_with(&start),
            "{} is not {start}",
            problems[0]
        );
    }
}

#[test]
fn an_overlay_leaves_it_to_the_table() {
    let text = "[StartDeliveryStreamEncryption]\nadd = [\n\
                { action = \"kms:CreateGrant\", keys = { \"kms:ViaService\" = \"firehose\" } },\n]\n";
    let file = FilePath::new("models/overlays/firehose.toml");
    let overlay = Overlay::parse(file, text).unwrap();
    let model = &MODELS.services["firehose"];
    let resolved = resolve(model, &MODELS.authorization, &Tables::default(), &overlay);
    assert_eq!(
        resolved.unwrap_err()[0].to_string(),
        "models/overlays/firehose.toml:3: what a service asks of KMS for its caller stands in \
         models/overlays/kms-by-service.toml"
    );
}
