use clap::CommandFactory;
use pretty_assertions::assert_eq;

use super::*;

fn parse(arguments: &[&str]) -> Serve {
    let arguments = ["stockade"].iter().chain(arguments);
    match Cli::try_parse_from(arguments).unwrap().chosen() {
        Command::Serve(serve) => serve,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_command_is_well_formed() {
    Cli::command().debug_assert();
}

#[test]
fn nothing_is_enforced_by_default() {
    let serve = parse(&[]);
    assert_eq!(serve.mode(), Mode::Off);
    assert_eq!(serve.style(), Style::Aws);
    assert_eq!(serve.listen.to_string(), "127.0.0.1:4566");
}

#[test]
fn flags_stand_alone_or_take_a_value() {
    assert_eq!(parse(&["--enforce-iam"]).mode(), Mode::Enforce);
    assert_eq!(parse(&["serve", "--enforce-iam"]).mode(), Mode::Enforce);
    assert_eq!(parse(&["--enforce-iam=1"]).mode(), Mode::Enforce);
    assert_eq!(parse(&["--enforce-iam=true"]).mode(), Mode::Enforce);
    assert_eq!(parse(&["--enforce-iam=0"]).mode(), Mode::Off);
    assert_eq!(parse(&["--enforce-iam="]).mode(), Mode::Off);
    assert!(Cli::try_parse_from(["stockade", "--enforce-iam=maybe"]).is_err());
}

#[test]
fn soft_mode_wins_over_enforcement() {
    assert_eq!(parse(&["--iam-soft-mode"]).mode(), Mode::Soft);
    assert_eq!(
        parse(&["--iam-soft-mode", "--enforce-iam"]).mode(),
        Mode::Soft
    );
}

#[test]
fn styles_have_names() {
    let serve = parse(&["--iam-error-style", "localstack"]);
    assert_eq!(serve.style(), Style::Localstack);
    assert!(Cli::try_parse_from(["stockade", "--iam-error-style", "azure"]).is_err());
}
