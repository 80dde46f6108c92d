//! Listings and their pages.

use pretty_assertions::assert_eq;

use super::*;

async fn functions(lambda: &Lambda, max_items: Option<i32>, all: bool) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut marker = None;
    loop {
        let input = ListFunctionsRequest {
            function_version: all.then_some(FunctionVersion::All),
            marker: marker.take(),
            max_items,
            ..Default::default()
        };
        let page = lambda.list_functions(&context(), input).await.unwrap();
        let arns = page.functions.unwrap().into_iter();
        pages.push(arns.map(|function| short(function.function_arn)).collect());
        marker = page.next_marker;
        if marker.is_none() {
            return pages;
        }
    }
}

fn short(arn: Option<String>) -> String {
    let arn = arn.unwrap();
    arn.split_once("function:").unwrap().1.to_owned()
}

#[tokio::test]
async fn functions_are_listed_in_pages() {
    let lambda = empty();
    assert_eq!(
        functions(&lambda, None, false).await,
        [Vec::<String>::new()]
    );
    for name in ["c", "a", "b"] {
        create(&lambda, name).await;
    }
    assert_eq!(functions(&lambda, None, false).await, [["a", "b", "c"]]);
    let pages = functions(&lambda, Some(2), false).await;
    assert_eq!(pages, [vec!["a", "b"], vec!["c"]]);
}

#[tokio::test]
async fn versions_are_listed_with_functions_when_asked_for() {
    let lambda = service().await;
    publish(&lambda).await;
    change_code(&lambda, "new").await;
    publish(&lambda).await;
    create(&lambda, "g").await;
    let whole = ["f:$LATEST", "f:1", "f:2", "g:$LATEST"];
    assert_eq!(functions(&lambda, None, true).await, [whole]);
    for size in 1..4 {
        let pages = functions(&lambda, Some(size), true).await;
        assert_eq!(pages.concat(), whole, "pages of {size}");
    }
}

#[tokio::test]
async fn a_page_has_fifty_at_most() {
    let lambda = empty();
    for number in 0..51 {
        create(&lambda, &format!("f{number:02}")).await;
    }
    let sizes: Vec<usize> = functions(&lambda, Some(10_000), false)
        .await
        .iter()
        .map(Vec::len)
        .collect();
    assert_eq!(sizes, [50, 1]);
}

#[tokio::test]
async fn listings_refuse_what_makes_no_sense() {
    let lambda = service().await;
    let input = ListFunctionsRequest {
        max_items: Some(0),
        ..Default::default()
    };
    refused(check("ListFunctions", &input), "ValidationException", 400);
    let input = ListFunctionsRequest {
        marker: Some("made up".to_owned()),
        ..Default::default()
    };
    invalid(lambda.list_functions(&context(), input).await);
    let input = ListFunctionsRequest {
        function_version: Some("SOME".into()),
        ..Default::default()
    };
    refused(check("ListFunctions", &input), "ValidationException", 400);
    let input = ListVersionsByFunctionRequest {
        function_name: "g".to_owned(),
        ..Default::default()
    };
    not_found(lambda.list_versions_by_function(&context(), input).await);
    let input = ListAliasesRequest {
        function_name: "g".to_owned(),
        ..Default::default()
    };
    not_found(lambda.list_aliases(&context(), input).await);
}

#[tokio::test]
async fn versions_are_listed_latest_first_then_by_number() {
    let lambda = service().await;
    for number in 0..11 {
        change_code(&lambda, &number.to_string()).await;
        publish(&lambda).await;
    }
    let mut listed = Vec::new();
    let mut marker = None;
    loop {
        let input = ListVersionsByFunctionRequest {
            function_name: "f".to_owned(),
            marker: marker.take(),
            max_items: Some(5),
        };
        let page = lambda
            .list_versions_by_function(&context(), input)
            .await
            .unwrap();
        let versions = page.versions.unwrap().into_iter();
        listed.extend(versions.map(|version| version.version.unwrap()));
        marker = page.next_marker;
        if marker.is_none() {
            break;
        }
    }
    let numbers = (1..=11).map(|number: i32| number.to_string());
    let expected: Vec<String> = ["$LATEST".to_owned()].into_iter().chain(numbers).collect();
    assert_eq!(listed, expected);
}

#[tokio::test]
async fn aliases_are_listed_by_version() {
    let lambda = service().await;
    publish(&lambda).await;
    alias(&lambda, "B", "1").await;
    alias(&lambda, "A", "$LATEST").await;
    let names = async |version: Option<&str>| -> Vec<String> {
        let input = ListAliasesRequest {
            function_name: "f".to_owned(),
            function_version: version.map(str::to_owned),
            ..Default::default()
        };
        let page = lambda.list_aliases(&context(), input).await.unwrap();
        let aliases = page.aliases.unwrap().into_iter();
        aliases.map(|alias| alias.name.unwrap()).collect()
    };
    assert_eq!(names(None).await, ["A", "B"]);
    assert_eq!(names(Some("1")).await, ["B"]);
    assert!(names(Some("2")).await.is_empty());
}
