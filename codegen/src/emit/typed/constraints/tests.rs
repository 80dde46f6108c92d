//! The emitted constraints of a small model.

use std::path::Path;

use pretty_assertions::assert_eq;

use super::*;
use crate::model::Model;

/// A model with every kind of constraint, and an output whose constraints are nobody's.
const MODEL: &str = r#"{
"metadata": {"apiVersion":"2020-01-01","endpointPrefix":"toy","jsonVersion":"1.1","protocol":"json","serviceFullName":"Toy","serviceId":"Toy","signatureVersion":"v4"},
"operations": {
"Get": {"http":{"method":"POST","requestUri":"/"},"input":{"shape":"GetRequest"},"output":{"shape":"GetResponse"}},
"Put": {"errors":["Fault"],"http":{"method":"POST","requestUri":"/"},"input":{"shape":"PutRequest"}}
},
"pagination": {
},
"shapes": {
"Body": {"streaming":true,"max":10,"type":"blob"},
"Choice": {"members":{"Name":{"shape":"Name"},"Plain":{"shape":"Plain"}},"type":"structure","union":true},
"Color": {"enum":["red","blue"],"type":"string"},
"Count": {"max":10,"min":-1,"type":"integer"},
"Fault": {"exception":true,"members":{"Reason":{"shape":"Reason"}},"type":"structure"},
"GetRequest": {"members":{"Plain":{"shape":"Plain"}},"type":"structure"},
"GetResponse": {"members":{"Name":{"shape":"Other"}},"type":"structure"},
"Key": {"min":0,"pattern":"\\d+","type":"string"},
"Leaf": {"members":{"Plain":{"shape":"Plain"}},"type":"structure"},
"Least": {"min":0,"type":"integer"},
"Name": {"max":64,"min":1,"pattern":"[a-z]+","type":"string"},
"Names": {"max":5,"member":{"shape":"Name"},"type":"list"},
"Other": {"max":1,"type":"string"},
"Plain": {"min":0,"type":"string"},
"PutRequest": {"members":{"Body":{"shape":"Body"},"Choice":{"shape":"Choice"},"Color":{"shape":"Color"},"Count":{"shape":"Count"},"Leaf":{"shape":"Leaf"},"Least":{"shape":"Least"},"Names":{"shape":"Names"},"Tree":{"shape":"Tree"},"Weights":{"shape":"Weights"}},"payload":"Body","type":"structure"},
"Reason": {"enum":["NONE","ODD"],"type":"string"},
"Secret": {"max":9,"pattern":"\\d+","sensitive":true,"type":"string"},
"Tree": {"members":{"Left":{"shape":"Tree"},"Value":{"shape":"Secret"}},"type":"structure"},
"Weight": {"max":1.0,"min":0.0,"type":"double"},
"Weights": {"key":{"shape":"Key"},"type":"map","value":{"shape":"Weight"}}
}
}
"#;

fn parsed(model: &str) -> Result<Model> {
    Model::parse(Path::new("models/services/toy.json"), model)
}

fn emitted(model: &str, overlay: &str) -> Result<String> {
    let model = parsed(model)?;
    let overlays = ConstraintOverlays::parse(overlay)?;
    let types = Types::new(&model);
    let constraints = Constraints::new(&types, &overlays)?;
    let file = syn::parse2(constraints.emit()?)?;
    Ok(prettyplease::unparse(&file))
}

fn error(overlay: &str) -> String {
    format!("{:#}", emitted(MODEL, overlay).unwrap_err())
}

#[test]
fn what_inputs_demand_is_emitted() {
    assert_eq!(
        emitted(MODEL, "").unwrap(),
        include_str!("tests/toy.rs.txt")
    );
}

#[test]
fn an_input_without_demands_has_none() {
    let model = parsed(MODEL).unwrap();
    let overlays = ConstraintOverlays::default();
    let types = Types::new(&model);
    let constraints = Constraints::new(&types, &overlays).unwrap();
    assert_eq!(constraints.of_input(Some("GetRequest")).to_string(), "None");
    assert_eq!(constraints.of_input(None).to_string(), "None");
    assert_eq!(
        constraints.of_input(Some("PutRequest")).to_string(),
        "Some (& constraints :: PUT_REQUEST)"
    );
}

#[test]
fn an_overlay_changes_what_the_model_says() {
    let text = emitted(
        MODEL,
        "[toy]\nconceals = true\nbecause = \"a\"\n\
         [[toy.differs]]\nshapes = [\"Count\"]\nmin = 0\nmax = 7\nbecause = \"b\"\n\
         [[toy.differs]]\nshapes = [\"Color\"]\nunchecked = true\nbecause = \"c\"\n\
         [[toy.differs]]\nshapes = [\"Name\"]\nsentence = \"No {member}.\"\nbecause = \"d\"\n",
    )
    .unwrap();
    let count = "pub static COUNT: Shape = Shape {\n    bounds: Bounds::Integer {\n        min: \
                 Some(0),\n        max: Some(7),\n    },\n    sensitive: true,\n";
    assert!(text.contains(count), "{text}");
    assert!(!text.contains("COLOR"), "{text}");
    assert!(
        text.contains("Pattern::new(\"[a-z]+\").saying(\"No {member}.\")"),
        "{text}"
    );
}

#[test]
fn a_service_with_words_of_its_own_is_unchecked() {
    let model = parsed(MODEL).unwrap();
    let overlays = ConstraintOverlays::parse("[toy]\nunchecked = true\nbecause = \"a\"\n").unwrap();
    let types = Types::new(&model);
    assert!(Constraints::new(&types, &overlays).unwrap().is_empty());
}

#[test]
fn overlays_are_held_against_the_model() {
    let differs = |rest: &str| format!("[[toy.differs]]\nbecause = \"a\"\n{rest}\n");
    assert_eq!(
        error(&differs("shapes = [\"Nmae\"]\nmax = 1")),
        "models/overlays/constraints.toml:3: Nmae: no input of the service has such a shape"
    );
    // Only inputs are checked.
    assert_eq!(
        error(&differs("shapes = [\"Other\"]\nmax = 2")),
        "models/overlays/constraints.toml:3: Other: no input of the service has such a shape"
    );
    assert_eq!(
        error(&differs(
            "shapes = [\n  \"Count\",\n  \"Plain\",\n]\nunchecked = true"
        )),
        "models/overlays/constraints.toml:5: Plain: the model demands nothing of it; remove it"
    );
    assert_eq!(
        error(&differs("shapes = [\"Count\"]\nmax = 10")),
        "models/overlays/constraints.toml:3: Count: this is what the model says; remove it"
    );
    assert_eq!(
        error(&differs("shapes = [\"Count\"]\nsentence = \"No.\"")),
        "models/overlays/constraints.toml:3: Count: it has no pattern that a sentence could be \
         about"
    );
    assert!(
        error("[[toy.differs]]\nshapes = [\"Count\"]\nmax = 1\n")
            .contains("models/overlays/constraints.toml:1: missing field `because`")
    );
    assert!(error("[toy]\nconceals = true\n").contains("constraints.toml:1: what holds for"));
    assert!(error("[toy]\nsilent = true\n").contains("constraints.toml:2: unknown field"));
}

/// An overlay by which the service has an error of its own, and one for a shape.
fn refusals(code: &str, member: &str, reason: &str) -> String {
    let kinds = [
        "missing",
        "too_short",
        "too_long",
        "too_small",
        "too_great",
        "pattern",
        "values",
        "element",
    ];
    let kinds =
        kinds.map(|kind| format!("{kind} = {{ reason = \"NONE\", sentence = \"{kind}\" }}\n"));
    format!(
        "[toy]\nbecause = \"a\"\n[toy.refusals]\ncode = \"{code}\"\nmember = \"{member}\"\n{}\
         [[toy.differs]]\nshapes = [\"Color\"]\nrefusal = {{ reason = \"{reason}\", sentence = \"No.\" }}\n\
         because = \"b\"\n",
        kinds.concat()
    )
}

#[test]
fn a_service_has_an_error_of_its_own() {
    let overlay = refusals("Fault", "Reason", "ODD");
    let text = emitted(MODEL, &overlay).unwrap();
    let refusal = "refusal: Some(\n        &Refusal {\n            reason: \"ODD\",\n            sentence: \"No.\",\n";
    assert!(text.contains(refusal), "{text}");
    let overlays = ConstraintOverlays::parse(&overlay).unwrap();
    let emitted = overlays.refusals("toy").unwrap().to_string();
    let element = r#"element : Refusal { reason : "NONE" , sentence : "element" }"#;
    assert!(emitted.contains(element), "{emitted}");
    assert!(overlays.refusals("other").is_none());
}

#[test]
fn errors_of_a_service_are_held_against_the_model() {
    for (overlay, expected) in [
        (
            refusals("Fualt", "Reason", "ODD"),
            "4: Fualt: the model has no such error",
        ),
        (
            refusals("Leaf", "Plain", "ODD"),
            "4: Leaf: the model has no such error",
        ),
        (
            refusals("Fault", "Code", "ODD"),
            "5: Code: the error has no such member",
        ),
        (
            refusals("Fault", "Reason", "EVEN"),
            "16: EVEN: the error has no such reason",
        ),
    ] {
        let expected = format!("models/overlays/constraints.toml:{expected}");
        assert_eq!(error(&overlay), expected);
    }
}

#[test]
fn a_pattern_that_cannot_be_checked_is_an_error() {
    let model = MODEL.replace("[a-z]+", "[a-z");
    let error = format!("{:#}", emitted(&model, "").unwrap_err());
    assert!(
        error.starts_with("models/services/toy.json:20: the pattern of Name cannot be checked: "),
        "{error}"
    );
    let unchecked = "[[toy.differs]]\nshapes = [\"Name\"]\nunchecked = true\nbecause = \"a\"\n";
    assert!(emitted(&model, unchecked).is_ok());
}

#[test]
fn bounds_that_make_no_sense_are_errors() {
    let model = MODEL.replace("\"max\":10,\"min\":-1", "\"max\":1.5");
    let error = format!("{:#}", emitted(&model, "").unwrap_err());
    assert_eq!(
        error,
        "models/services/toy.json:13: 1.5 bounds what has no fractions"
    );
}
