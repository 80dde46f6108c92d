//! The rules on a small service.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;

use stockade_spec::template::table;

use super::*;

const MODEL: &str = r#"{
"metadata": {"apiVersion":"2020-01-01","endpointPrefix":"toy","jsonVersion":"1.1","protocol":"json","serviceFullName":"Toy","serviceId":"Toy","signatureVersion":"v4"},
"operations": {
"CloseLid": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"OfBox"}},
"CreateBox": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"CreateBox"}},
"CreateJob": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"CreateJob"}},
"DescribeBoxes": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"DescribeBoxes"}},
"EmptyBox": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"OfBox"}},
"GetShelf": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"GetShelf"}},
"HireHand": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"HireHand"}},
"RemoveHand": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"HireHand"}},
"PlugBox": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"PlugBox"}},
"WrapBox": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"WrapBox"}},
"GetSlip": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"GetSlip"}},
"ListSlips": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"ListSlips"}},
"MarkBox": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"MarkBox"}},
"Launch": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"Named"}},
"ListBoxes": {"http":{"method":"POST","requestUri":"/"}},
"MoveBox": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"MoveBox"}},
"OpenLid": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"Named"}},
"SwapBox": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"SwapBox"}},
"SignUp": {"auth":["smithy.api#noAuth"],"authtype":"none","http":{"method":"POST","requestUri":"/"}},
"TagResource": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"TagResource"}}
},
"pagination": {
},
"shapes": {
"CreateBox": {"members":{"BoxName":{"shape":"S"},"KmsKeyId":{"shape":"S"},"RoleArn":{"shape":"S"},"Tags":{"shape":"Tags"},"Network":{"shape":"Network"}},"required":["BoxName","RoleArn"],"type":"structure"},
"CreateJob": {"members":{"Size":{"shape":"S"}},"type":"structure"},
"DescribeBoxes": {"members":{"BoxNames":{"shape":"Names"}},"type":"structure"},
"GetShelf": {"members":{"ShelfName":{"shape":"S"}},"required":["ShelfName"],"type":"structure"},
"GetSlip": {"members":{"BoxArn":{"shape":"S"},"Id":{"shape":"S"}},"required":["BoxArn","Id"],"type":"structure"},
"HireHand": {"members":{"CrossAccountRoleArn":{"shape":"S"},"HandRole":{"shape":"S"},"HelperRoleArns":{"shape":"Names"},"PlayRole":{"shape":"S"},"StarRole":{"shape":"ArnOnly"}},"required":["HandRole"],"type":"structure"},
"ArnOnly": {"pattern":"^arn:aws:iam::[0-9]{12}:role/.+","type":"string"},
"ListSlips": {"members":{"LargeBoxName":{"shape":"S"}},"required":["LargeBoxName"],"type":"structure"},
"MarkBox": {"members":{"BoxArn":{"shape":"S"},"BoxName":{"shape":"S"}},"type":"structure"},
"OfBox": {"members":{"BoxName":{"shape":"S"}},"required":["BoxName"],"type":"structure"},
"MoveBox": {"members":{"BoxArn":{"shape":"S"},"ShelfId":{"shape":"S"}},"required":["BoxArn"],"type":"structure"},
"Named": {"members":{"Name":{"shape":"NameOrArn"}},"required":["Name"],"type":"structure"},
"NameOrArn": {"pattern":"(arn:[a-z]+:toy:::box/)?[a-z]+","type":"string"},
"Names": {"member":{"shape":"S"},"type":"list"},
"Network": {"members":{"SubnetIds":{"shape":"Names"}},"type":"structure"},
"PlugBox": {"members":{"BoxName":{"shape":"S"},"Network":{"shape":"Network"},"ShelfId":{"shape":"S"},"Source":{"shape":"Source"}},"required":["BoxName","Network"],"type":"structure"},
"S": {"type":"string"},
"WrapBox": {"members":{"BoxName":{"shape":"S"},"Network":{"shape":"Network"},"Ribbon":{"shape":"Ribbon"},"Wrap":{"shape":"Wrap"},"WrapKmsKeyId":{"shape":"S"}},"required":["BoxName"],"type":"structure"},
"Wrap": {"members":{"Papers":{"shape":"Names"},"SealArn":{"shape":"S"},"Width":{"shape":"S"}},"type":"structure"},
"Ribbon": {"members":{"Color":{"shape":"S"},"Name":{"shape":"S"},"Width":{"shape":"S"}},"type":"structure"},
"Source": {"members":{"S3Bucket":{"shape":"S"},"S3Key":{"shape":"S"}},"required":["S3Bucket"],"type":"structure"},
"SwapBox": {"members":{"BoxArn":{"shape":"S"},"BoxName":{"shape":"S"},"ShelfId":{"shape":"S"}},"required":["ShelfId"],"type":"structure"},
"Tag": {"members":{"TagKey":{"shape":"S"},"TagValue":{"shape":"S"}},"type":"structure"},
"TagResource": {"members":{"ResourceArn":{"shape":"S"},"Tags":{"shape":"TagMap"}},"required":["ResourceArn","Tags"],"type":"structure"},
"TagMap": {"key":{"shape":"S"},"type":"map","value":{"shape":"S"}},
"Tags": {"member":{"shape":"Tag"},"type":"list"}
}
}
"#;

const REFERENCE: &str = r#"{
"actions": {
"CreateBox": {"accessLevel":"Write","conditionKeys":["aws:RequestTag/${TagKey}","aws:TagKeys","toy:BoxName"],"dependentActions":["ec2:DescribeVpcs","iam:PassRole","kms:DescribeKey","toy:TagResource","weather:Ask"],"resourceTypes":{"box":{"required":true}},"source":"both"},
"CreateJob": {"accessLevel":"Write","resourceTypes":{"job":{"required":true}},"source":"both"},
"DescribeBoxes": {"accessLevel":"Read","resourceTypes":{"box":{"required":false}},"source":"both"},
"GetShelf": {"accessLevel":"Read","resourceTypes":{"shelf":{"required":true}},"source":"both"},
"GetSlip": {"accessLevel":"Read","resourceTypes":{"slip":{"required":true}},"source":"both"},
"ListSlips": {"accessLevel":"List","resourceTypes":{"slip":{"required":true}},"source":"both"},
"MarkBox": {"accessLevel":"Write","resourceTypes":{"box":{"required":true}},"source":"both"},
"LaunchBox": {"accessLevel":"Write","documentation":"API_Launch","resourceTypes":{"box":{"required":true}},"source":"both"},
"ListBoxes": {"accessLevel":"List","source":"both"},
"HireHand": {"accessLevel":"Write","source":"both"},
"RemoveHand": {"accessLevel":"Write","source":"both"},
"WrapBox": {"accessLevel":"Write","conditionKeys":["toy:RequestColor","toy:SealArn","toy:VpcSubnets","toy:Wrap.Papers","toy:Width","toy:WrapKmsKey","toy:Name","toy:RibbonArn"],"resourceTypes":{"box":{"required":true}},"source":"both"},
"PlugBox": {"accessLevel":"Write","resourceTypes":{"box":{"dependentActions":["ec2:CreateNetworkInterface","ec2:DeleteNetworkInterface","ec2:DescribeRegions","ec2:DescribeVpcs","ec2:RunInstances","s3:GetObject","toy:GetShelf","toy:TagResource"],"required":true}},"source":"both"},
"MoveBox": {"accessLevel":"Write","resourceTypes":{"box":{"required":true},"shelf":{"conditionKeys":["toy:ShelfId"],"required":false}},"source":"both"},
"SwapBox": {"accessLevel":"Write","resourceTypes":{"box":{"required":false},"shelf":{"required":true}},"source":"both"},
"TagResource": {"accessLevel":"Tagging","conditionKeys":["aws:RequestTag/${TagKey}","aws:TagKeys"],"resourceTypes":{"box":{"required":false},"job":{"required":false}},"source":"both"}
},
"conditionKeys": {
"aws:RequestTag/${TagKey}": {"type":"String"},
"aws:TagKeys": {"type":"ArrayOfString"},
"toy:BoxName": {"type":"String"},
"toy:Name": {"type":"String"},
"toy:RequestColor": {"type":"String"},
"toy:RibbonArn": {"type":"ARN"},
"toy:SealArn": {"type":"ARN"},
"toy:ShelfId": {"type":"String"},
"toy:VpcSubnets": {"type":"ArrayOfString"},
"toy:Width": {"type":"String"},
"toy:Wrap.Papers": {"type":"ArrayOfString"},
"toy:WrapKmsKey": {"type":"ARN"}
},
"resourceTypes": {
"box": {"arns":["arn:${Partition}:toy:${Region}:${Account}:box/${BoxName}"]},
"job": {"arns":["arn:${Partition}:toy:${Region}:${Account}:job/${JobId}"]},
"shelf": {"arns":["arn:${Partition}:toy:${Region}:${Account}:shelf/${ShelfId}"]},
"slip": {"arns":["arn:${Partition}:toy:${Region}:${Account}:box/${BoxName}/slip/${SlipId}"]}
}
}
"#;

const EC2: &str = r#"{
"actions": {
"CreateNetworkInterface": {"accessLevel":"Write","resourceTypes":{"network-interface":{"required":true},"security-group":{"required":false},"subnet":{"required":true}},"source":"both"},
"DeleteNetworkInterface": {"accessLevel":"Write","resourceTypes":{"network-interface":{"required":true}},"source":"both"},
"DescribeRegions": {"accessLevel":"List","source":"both"},
"DescribeVpcs": {"accessLevel":"List","source":"both"},
"RunInstances": {"accessLevel":"Write","resourceTypes":{"image":{"required":true},"instance":{"required":true}},"source":"both"}
},
"conditionKeys": {
},
"resourceTypes": {
"image": {"arns":["arn:${Partition}:ec2:${Region}::image/${ImageId}"]},
"instance": {"arns":["arn:${Partition}:ec2:${Region}:${Account}:instance/${InstanceId}"]},
"network-interface": {"arns":["arn:${Partition}:ec2:${Region}:${Account}:network-interface/${NetworkInterfaceId}"]},
"security-group": {"arns":["arn:${Partition}:ec2:${Region}:${Account}:security-group/${SecurityGroupId}"]},
"subnet": {"arns":["arn:${Partition}:ec2:${Region}:${Account}:subnet/${SubnetId}"]}
}
}
"#;

const S3: &str = r#"{
"actions": {
"GetObject": {"accessLevel":"Read","resourceTypes":{"object":{"required":false}},"source":"both"}
},
"conditionKeys": {
},
"resourceTypes": {
"object": {"arns":["arn:${Partition}:s3:::${BucketName}/${ObjectName}"]}
}
}
"#;

fn sorted(text: &str) -> String {
    // The reader wants a section's lines in order; here they stand in the order that explains.
    let mut lines: Vec<String> = Vec::new();
    let mut section: Vec<String> = Vec::new();
    for line in text.lines() {
        match line {
            "}" | "}," => {
                section.sort();
                let last = section.len().saturating_sub(1);
                lines.extend(section.drain(..).enumerate().map(|(index, entry)| {
                    if index < last {
                        format!("{entry},")
                    } else {
                        entry
                    }
                }));
                lines.push(line.to_owned());
            }
            _ if line.ends_with(": {") || line == "{" || line.starts_with("\"metadata\"") => {
                lines.push(line.to_owned())
            }
            _ => section.push(line.trim_end_matches(',').to_owned()),
        }
    }
    lines.join("\n") + "\n"
}

fn table_of(operation: &str) -> String {
    with_overlay(operation, "")
}

fn with_overlay(operation: &str, overlay: &str) -> String {
    with_tables(operation, overlay, &Tables::default())
}

fn with_tables(operation: &str, overlay: &str, tables: &Tables) -> String {
    let overlay = Overlay::parse(FilePath::new("toy.toml"), overlay).unwrap();
    let model = Model::parse(FilePath::new("models/services/toy.json"), &sorted(MODEL)).unwrap();
    let references = BTreeMap::from([("ec2", EC2), ("s3", S3), ("toy", REFERENCE)].map(
        |(prefix, text)| {
            let file = format!("models/authorization/{prefix}.json");
            let reference = Authorization::parse(FilePath::new(&file), &sorted(text)).unwrap();
            (prefix.to_owned(), reference)
        },
    ));
    let mut permissions = resolve(&model, &references, tables, &overlay)
        .unwrap()
        .permissions;
    permissions.retain(|name, _| name == operation);
    let table = table::write("toy", &permissions);
    table.split_once("\n\n").unwrap().1.to_owned()
}

#[test]
fn a_role_a_key_a_network_and_tags_bring_their_actions() {
    assert_eq!(
        table_of("CreateBox"),
        "CreateBox · requirements · name
  toy:CreateBox
    on arn:{partition}:toy:{region}:{account}:box/{BoxName}
    aws:RequestTag/ = {Tags[].TagKey}={Tags[].TagValue}
    aws:TagKeys = {Tags[].TagKey}
    toy:BoxName = {BoxName}
  iam:PassRole
    on {RoleArn}
    iam:PassedToService = toy.amazonaws.com
  ec2:DescribeVpcs
    on *
    when Network.SubnetIds
  kms:DescribeKey
    on arn:{partition}:kms:{region}:{account}:{KmsKeyId|key}
    when KmsKeyId
  toy:TagResource
    on arn:{partition}:toy:{region}:{account}:box/{BoxName}
    when Tags
    aws:RequestTag/ = {Tags[].TagKey}={Tags[].TagValue}
    aws:TagKeys = {Tags[].TagKey}
  (dependent, without a member to trigger it: weather:Ask)
"
    );
}

/// "Dependent actions: … any additional permissions that you must have" (Service Authorization Reference, the actions table):
/// a new network interface has no id yet, and what the call does not name is the service's to ask for.
#[test]
fn dependents_are_asked_for_on_what_members_name() {
    let tables = Tables {
        dependents: tables::parse(
            "dependents.toml",
            "[[family]]\nbecause = \"…\"\nactions = [\"toy:Get*\"]\nservices = [\"toy\"]\nwhen = [\"Source\"]\n",
        )
        .unwrap(),
        ..Tables::default()
    };
    assert_eq!(
        with_tables("PlugBox", "", &tables),
        "PlugBox · requirements · name
  toy:PlugBox
    on arn:{partition}:toy:{region}:{account}:box/{BoxName}
  ec2:CreateNetworkInterface
    on arn:{partition}:ec2:{region}:{account}:network-interface/*
    on arn:{partition}:ec2:{region}:{account}:subnet/{Network.SubnetIds[]}
    when Network.SubnetIds
  ec2:DescribeRegions
    on *
  ec2:DescribeVpcs
    on *
    when Network.SubnetIds
  s3:GetObject
    on arn:{partition}:s3:::{Source.S3Bucket|base}/{Source.S3Key={?}}
    when Source.S3Bucket
  toy:GetShelf
    on arn:{partition}:toy:{region}:{account}:shelf/{ShelfId}
    when Source && ShelfId
  (dependent, on what only the service knows: ec2:DeleteNetworkInterface)
  (dependent, on what only the service knows: ec2:RunInstances)
  (dependent, not needed by this call: toy:TagResource)
"
    );
}

/// Keys as AWS CodeBuild's (a path), Amazon Comprehend's (a network, a KMS key's ARN), AWS Transfer Family's (`Request…`) and
/// AWS App Runner's (a nested member) are in the Service Authorization Reference. Two widths, a bare name and a name in
/// place of an ARN tell nothing.
#[test]
fn keys_mean_members_by_paths_and_other_names() {
    assert_eq!(
        table_of("WrapBox"),
        "WrapBox · requirements · name
  toy:WrapBox
    on arn:{partition}:toy:{region}:{account}:box/{BoxName}
    toy:RequestColor = {Ribbon.Color}
    toy:SealArn = {Wrap.SealArn}
    toy:VpcSubnets = {Network.SubnetIds[]}
    toy:Wrap.Papers = {Wrap.Papers[]}
    toy:WrapKmsKey = arn:{partition}:kms:{region}:{account}:{WrapKmsKeyId|key}
    untold Name RibbonArn Width
"
    );
}

/// "Granting a user permissions to pass a role to an AWS service" (IAM User Guide): the resource is the role's ARN; a role
/// of another account cannot be passed.
#[test]
fn roles_are_passed_by_their_arns_or_names_to_whom_the_table_says() {
    let tables = Tables {
        roles: tables::parse(
            "roles.toml",
            "[toy.members]\nPlayRole = \"\"\n\"HireHand:HelperRoleArns\" = \"help.toy.amazonaws.com\"\n",
        )
        .unwrap(),
        ..Tables::default()
    };
    assert_eq!(
        with_tables("HireHand", "", &tables),
        "HireHand · requirements · name
  toy:HireHand
    on *
  iam:PassRole
    on arn:{partition}:iam::{account}:role/{HandRole|arn}
    iam:PassedToService = toy.amazonaws.com
  iam:PassRole
    on {HelperRoleArns[]}
    when HelperRoleArns
    iam:PassedToService = help.toy.amazonaws.com
  iam:PassRole
    on {StarRole}
    when StarRole
    iam:PassedToService = toy.amazonaws.com
"
    );
    assert_eq!(
        table_of("RemoveHand"),
        "RemoveHand · requirements · name\n  toy:RemoveHand\n    on *\n"
    );
}

#[test]
fn an_overlay_says_what_dependent_actions_need() {
    let overlay = r#"
[service.keys]
"toy:BoxName" = "{operation}"

[[service.dependents]]
action = "toy:TagResource"
resource = "arn:{partition}:toy:{region}:{account}:box/*"
each = "Tags[]"

[[service.dependents]]
action = "toy:TagResource"
resource = "arn:{partition}:toy:{region}:{account}:job/*"
each = "TagSpecifications[]"
"#;
    let table = with_overlay("CreateBox", overlay);
    assert!(table.contains(
        "  toy:TagResource
    on arn:{partition}:toy:{region}:{account}:box/*
    each Tags[]
    aws:RequestTag/ = {Tags[].TagKey}={Tags[].TagValue}
    aws:TagKeys = {Tags[].TagKey}
"
    ));
    assert_eq!(table.matches("toy:TagResource").count(), 1);
    assert!(table.contains("    toy:BoxName = CreateBox\n"));
}

#[test]
fn an_overlay_knows_dependent_actions_that_the_reference_does_not_list() {
    let overlay = "[[service.dependents]]
action = 'toy:LaunchBox'
resource = '{BoxArn}'
when = 'BoxArn'
wherever = true
";
    assert_eq!(
        with_overlay("MoveBox", overlay),
        format!(
            "{}  toy:LaunchBox\n    on {{BoxArn}}\n    when BoxArn\n",
            table_of("MoveBox")
        )
    );
    // Those that the input has no members for are left as they are.
    assert_eq!(with_overlay("CreateJob", overlay), table_of("CreateJob"));
}

#[test]
fn what_is_yet_to_get_its_id_is_any() {
    assert_eq!(
        table_of("CreateJob"),
        "CreateJob · requirements · name\n  toy:CreateJob\n    on arn:{partition}:toy:{region}:{account}:job/*\n"
    );
}

#[test]
fn an_optional_list_of_names_scopes_when_it_is_given() {
    assert_eq!(
        table_of("DescribeBoxes"),
        "DescribeBoxes · requirements · name
  toy:DescribeBoxes
    on *
    when !BoxNames
  toy:DescribeBoxes
    on arn:{partition}:toy:{region}:{account}:box/{BoxNames[]}
    when BoxNames
"
    );
}

#[test]
fn a_documentation_link_names_the_action_and_a_pattern_allows_arns() {
    assert_eq!(
        table_of("Launch"),
        "Launch · requirements · link\n  toy:LaunchBox\n    on arn:{partition}:toy:{region}:{account}:box/{Name|arn}\n"
    );
}

#[test]
fn a_whole_arn_is_the_resource_and_an_optional_type_is_told_apart() {
    assert_eq!(
        table_of("MoveBox"),
        "MoveBox · requirements · name
  toy:MoveBox
    on {BoxArn}
    toy:ShelfId = {ShelfId}
  toy:MoveBox
    on arn:{partition}:toy:{region}:{account}:shelf/{ShelfId}
    when ShelfId
    toy:ShelfId = {ShelfId}
"
    );
    assert_eq!(
        table_of("TagResource"),
        "TagResource · requirements · name
  toy:TagResource
    on {ResourceArn}
    aws:RequestTag/ = {Tags{keys}}={Tags{values}}
    aws:TagKeys = {Tags{keys}}
"
    );
}

#[test]
fn an_operation_newer_than_the_reference_is_inferred_and_opaque() {
    assert_eq!(
        table_of("OpenLid"),
        "OpenLid · requirements · inferred\n  toy:OpenLid\n    on {?}\n"
    );
}

#[test]
fn an_operation_newer_than_the_reference_is_about_the_type_in_its_name() {
    assert_eq!(
        table_of("EmptyBox"),
        "EmptyBox · requirements · inferred\n  toy:EmptyBox\n    on arn:{partition}:toy:{region}:{account}:box/{BoxName}\n"
    );
}

#[test]
fn an_operation_newer_than_the_reference_is_about_what_its_required_members_tell() {
    assert_eq!(
        table_of("CloseLid"),
        "CloseLid · requirements · inferred\n  toy:CloseLid\n    on arn:{partition}:toy:{region}:{account}:box/{BoxName}\n"
    );
}

#[test]
fn what_a_call_may_leave_out_is_asked_for_where_it_is_named() {
    assert_eq!(
        table_of("SwapBox"),
        "SwapBox · requirements · name
  toy:SwapBox
    on {BoxArn}
    when BoxArn
  toy:SwapBox
    on arn:{partition}:toy:{region}:{account}:box/{BoxName}
    when !BoxArn && BoxName
  toy:SwapBox
    on arn:{partition}:toy:{region}:{account}:shelf/{ShelfId}
"
    );
    assert_eq!(
        with_overlay("SwapBox", "[service.resources]\nbox = 'box/{BoxName}'\n"),
        "SwapBox · requirements · name
  toy:SwapBox
    on arn:{partition}:toy:{region}:{account}:shelf/{ShelfId}
  toy:SwapBox
    on box/{BoxName}
    when BoxName
"
    );
}

#[test]
fn what_lies_above_is_told_by_its_arn_and_the_operations_own_by_a_plain_id() {
    assert_eq!(
        table_of("GetSlip"),
        "GetSlip · requirements · name
  toy:GetSlip
    on arn:{partition}:toy:{region}:{account}:box/{BoxArn|id}/slip/{Id}
"
    );
}

#[test]
fn what_is_listed_whole_is_any_of_what_lies_above() {
    assert_eq!(
        table_of("ListSlips"),
        "ListSlips · requirements · name
  toy:ListSlips
    on arn:{partition}:toy:{region}:{account}:box/{LargeBoxName}/slip/*
"
    );
}

#[test]
fn a_name_is_no_id_where_the_model_knows_both() {
    assert_eq!(
        table_of("GetShelf"),
        "GetShelf · requirements · name\n  toy:GetShelf\n    on arn:{partition}:toy:{region}:{account}:shelf/{?}\n"
    );
}

#[test]
fn an_arn_or_a_name_as_the_caller_likes() {
    assert_eq!(
        table_of("MarkBox"),
        "MarkBox · requirements · name
  toy:MarkBox
    on {BoxArn}
    when BoxArn
  toy:MarkBox
    on arn:{partition}:toy:{region}:{account}:box/{BoxName={?}}
    when !BoxArn
"
    );
}

#[test]
fn lists_and_unsigned_operations_are_about_no_resource() {
    assert_eq!(
        table_of("ListBoxes"),
        "ListBoxes · requirements · name\n  toy:ListBoxes\n    on *\n"
    );
    assert_eq!(table_of("SignUp"), "SignUp · unsigned\n");
}
