//! Overlays that say what neither they nor the model has.

use pretty_assertions::assert_eq;

use super::*;

/// All that is wrong in an overlay of Lambda, one line each.
fn problems(text: &str) -> Vec<String> {
    let file = FilePath::new("models/overlays/lambda.toml");
    let resolved = Overlay::parse(file, text).and_then(|overlay| {
        resolve(
            &MODELS.services["lambda"],
            &MODELS.authorization,
            &Tables::default(),
            &overlay,
        )
    });
    resolved
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn one(text: &str) -> String {
    let problems = problems(text);
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems[0].clone()
}

#[test]
fn an_unknown_operation() {
    assert_eq!(
        one("\n[CreateFunctions]\naction = \"lambda:CreateFunction\"\n"),
        "models/overlays/lambda.toml:2: lambda has no operation CreateFunctions"
    );
}

#[test]
fn answers_for_elements_that_no_requirement_is_taken_over() {
    assert_eq!(
        one("[TagResource]\nanswers = \"Tags{keys}\"\n"),
        "models/overlays/lambda.toml:2: no requirement has `each = \"Tags{keys}\"`, so none is of one element"
    );
    let within = "Code.Files[].Parts[]";
    assert_eq!(
        problems(&format!("[CreateFunction]\nanswers = \"{within}\"\n"))[1],
        format!(
            "models/overlays/lambda.toml:2: {within} lies within another list, whose elements would be meant"
        )
    );
    assert_eq!(
        one("[TagResource]\nanswers = \"Tags\"\n"),
        "models/overlays/lambda.toml:2: \"Tags\" is no path to a list's elements or a map's keys, like \
         Delete.Objects[]"
    );
}

#[test]
fn an_unknown_action() {
    assert_eq!(
        one(
            "[Invoke]\nrequire = [\n  { action = \"lambda:Invoke\", resource = \"{FunctionName}\" },\n]\n"
        ),
        "models/overlays/lambda.toml:3: there is no action lambda:Invoke"
    );
    assert_eq!(
        one("[InvokeWithResponseStream]\naction = \"lambda:Invoke\"\n"),
        "models/overlays/lambda.toml:2: there is no action lambda:Invoke"
    );
}

#[test]
fn an_unknown_member_with_what_may_be_meant() {
    assert_eq!(
        one(
            "[CreateFunction]\nadd = [\n  { action = \"lambda:GetLayerVersion\", resource = \"{Layer[]}\" },\n]\n"
        ),
        "models/overlays/lambda.toml:3: Layer[]: there is no member Layer; did you mean Layers?"
    );
    assert_eq!(
        one(
            "[CreateFunction]\nadd = [\n  { action = \"lambda:GetLayerVersion\",\n    resource = \"{Layers[]}\",\n    when = \"Code.Bucket\" },\n]\n"
        ),
        "models/overlays/lambda.toml:5: Code.Bucket: there is no member Bucket; did you mean S3Bucket?"
    );
    assert_eq!(
        one("[GetFunction]\nresource = \"@function(FunctionName, Alias)\"\n"),
        "models/overlays/lambda.toml:2: Alias: there is no member Alias"
    );
}

#[test]
fn a_list_that_is_taken_for_a_text() {
    assert_eq!(
        one(
            "[CreateFunction]\nadd = [{ action = \"lambda:GetLayerVersion\", resource = \"{Layers}\" }]\n"
        ),
        "models/overlays/lambda.toml:2: Layers is a list; write Layers[] for its elements"
    );
    assert!(one("[CreateFunction]\nresource = \"{Code}\"\n").contains(":2: Code is no text"));
    assert!(
        one("[CreateFunction]\nresource = \"{Role[]}\"\n")
            .contains(":2: Role[]: [] follows what is no list")
    );
}

#[test]
fn an_unknown_condition_key() {
    assert_eq!(
        one("[AddPermission]\nkeys = { \"lambda:Principle\" = \"{Principal}\" }\n"),
        "models/overlays/lambda.toml:2: no action of AddPermission has a condition key \"lambda:Principle\""
    );
    assert_eq!(
        one(
            "[Invoke]\nrequire = [\n  { action = \"lambda:InvokeFunction\", keys = { \"lambda:Tenant\" = \"{TenantId}\" } },\n]\n"
        ),
        "models/overlays/lambda.toml:3: condition key \"lambda:Tenant\" is not known to lambda:InvokeFunction"
    );
    assert_eq!(
        one("[service.keys]\n\"lambda:Tenant\" = \"{TenantId}\"\n"),
        "models/overlays/lambda.toml:2: condition key \"lambda:Tenant\" is not known"
    );
}

#[test]
fn an_unknown_resource_type() {
    assert_eq!(
        one("[service.resources]\nfunktion = \"@function(FunctionName)\"\n"),
        "models/overlays/lambda.toml:2: there is no resource type \"funktion\""
    );
    assert!(
        one("[service.resources]\nfunction = \"@function(Function)\"\n")
            .contains(":2: no operation has the members of @function(Function)")
    );
}

#[test]
fn malformed_text() {
    assert!(one("[Invoke]\nresource = \"arn:{FunctionName\"\n").contains("lambda.toml:2: "));
    assert!(
        one("[Invoke]\nadd = [\n{ action = \"lambda:GetFunction\", when = \"A ==\" }]\n")
            .contains("lambda.toml:3: ")
    );
    assert!(
        one("[Invoke]\nadd = [\n\n{ action = \"lambda:GetFunction\", each = \"A\" }]\n")
            .contains("lambda.toml:4: ")
    );
    assert!(
        one("[Invoke]\nwhen = \"Qualifier\"\n").contains("lambda.toml:2: unknown field `when`")
    );
    assert!(one("[Invoke]\nresource = 1\n").contains("lambda.toml:2: "));
    assert!(one("[Invoke\n").contains("lambda.toml:1: "));
}

#[test]
fn a_class_says_why_and_stands_alone() {
    assert!(one("[Invoke]\nclass = \"open\"\n").contains("needs `because`"));
    assert!(
        one("[Invoke]\nclass = \"closed\"\nbecause = \"x\"\n")
            .contains("class \"closed\" is not known")
    );
    assert!(
        one("[Invoke]\nclass = \"open\"\nbecause = \"x\"\nrequire = [{ action = \"lambda:InvokeFunction\" }]\n")
            .contains("has no requirements")
    );
    assert!(
        one("[Invoke]\nresource = \"{FunctionName}\"\nrequire = [{ action = \"lambda:InvokeFunction\" }]\n")
            .contains("stands for all")
    );
}

#[test]
fn wherever_is_said_of_the_service_as_a_whole() {
    assert!(
        one("[Invoke]\nadd = [\n{ action = \"lambda:GetFunction\", wherever = true }]\n")
            .contains("lambda.toml:3: `wherever`")
    );
}

#[test]
fn all_mistakes_at_once() {
    assert_eq!(
        problems("[A]\nbecause = \"\"\n[B]\nbecause = \"\"\n").len(),
        2
    );
}

#[test]
fn follow_ups_say_as_whom_and_where_that_is_written() {
    let text = |operation: &str, actor: &str, rest: &str| {
        format!(
            "[[service.follow_up]]\nbecause = \"A page\"\noperations = [\"{operation}\"]\nas = \"{actor}\"\n{rest}\n"
        )
    };
    let logs = "action = \"logs:PutLogEvents\"";
    for (text, expected) in [
        (
            text("Invok", "role {Role}", logs),
            "3: lambda has no operation Invok",
        ),
        (
            text("CreateFunction", "child", logs),
            "4: \"child\" is nobody that a service acts as",
        ),
        (
            text("CreateFunction", "role {Rolle}", logs),
            "4: Rolle: there is no member Rolle",
        ),
        (
            text("CreateFunction", "role {Role}", "action = \"logs:Shout\""),
            "5: there is no action logs:Shout",
        ),
        (
            text(
                "CreateFunction",
                "role {Role}",
                "action = \"logs:PutLogEvents\"\nsource = \"{Role}\"",
            ),
            "6: only a service that acts as itself tells what for",
        ),
        (
            text(
                "CreateFunction",
                "role {Role}",
                "action = \"logs:PutLogEvents\"\nresource = \"{Layer}\"",
            ),
            "6: Layer: there is no member Layer; did you mean Layers?",
        ),
    ] {
        let found = one(&text);
        let start = format!("models/overlays/lambda.toml:{expected}");
        assert!(found.starts_with(&start), "{found} is not {start}");
    }
}
