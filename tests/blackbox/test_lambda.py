"""Lambda through boto3: functions, their code and configuration, policies, tags; Invoke answers 501.

Expected answers come from the AWS Lambda API Reference.
"""

import base64
import hashlib
import json
import re

import pytest

from support.clients import refused

ROLE = "arn:aws:iam::000000000000:role/lambda-role"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


@pytest.fixture
def functions(plain):
    """Root's client on a server without enforcement."""
    return plain.root().client("lambda")


@pytest.fixture
def create(functions, function_zip):
    """Creates a function with sensible settings, which the caller overrides."""

    def create_function(name="hello", **settings):
        code = settings.pop("Code", {"ZipFile": function_zip})
        return functions.create_function(
            FunctionName=name,
            **{"Role": ROLE, "Runtime": "python3.13", "Handler": "handler.handler", "Code": code, **settings},
        )

    return create_function


def sha256(data):
    return base64.b64encode(hashlib.sha256(data).digest()).decode()


def missing(name):
    return f"Function not found: {ARN}{name}"


def test_create_and_get(functions, create, function_zip):
    created = create(
        Description="greets",
        Timeout=10,
        MemorySize=256,
        Environment={"Variables": {"STAGE": "test"}},
        Tags={"team": "blue"},
    )
    assert created["ResponseMetadata"]["HTTPStatusCode"] == 201
    expected = {
        "FunctionName": "hello",
        "FunctionArn": ARN + "hello",
        "Runtime": "python3.13",
        "Role": ROLE,
        "Handler": "handler.handler",
        "CodeSize": len(function_zip),
        "CodeSha256": sha256(function_zip),
        "Description": "greets",
        "Timeout": 10,
        "MemorySize": 256,
        "Environment": {"Variables": {"STAGE": "test"}},
        "Version": "$LATEST",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "TracingConfig": {"Mode": "PassThrough"},
        "EphemeralStorage": {"Size": 512},
    }
    assert {name: created.get(name) for name in expected} == expected
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", created["LastModified"])
    assert re.fullmatch(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", created["RevisionId"])

    read = functions.get_function(FunctionName="hello")
    assert {name: read["Configuration"].get(name) for name in expected} == expected
    assert read["Tags"] == {"team": "blue"}
    assert read["Code"]["RepositoryType"] == "S3"
    configuration = functions.get_function_configuration(FunctionName="hello")
    assert {name: configuration.get(name) for name in expected} == expected


def test_defaults(create):
    created = create()
    assert (created["Timeout"], created["MemorySize"], created["Description"]) == (3, 128, "")


@pytest.mark.parametrize("name", ["hello", ARN + "hello", "000000000000:function:hello"])
def test_a_function_has_three_names(functions, create, name):
    create()
    assert functions.get_function_configuration(FunctionName=name)["FunctionName"] == "hello"


def test_a_name_is_taken_once(create):
    create()
    with refused("ResourceConflictException", 409, "Function already exist: hello"):
        create()


def test_code_from_s3(plain, functions, create, function_zip):
    s3 = plain.root().client("s3")
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key="hello.zip", Body=function_zip)
    created = create(Code={"S3Bucket": "code", "S3Key": "hello.zip"})
    assert created["CodeSha256"] == sha256(function_zip)
    with refused("InvalidParameterValueException", 400, re.compile("S3 Error Code: NoSuchKey")):
        create("other", Code={"S3Bucket": "code", "S3Key": "ghost.zip"})
    with refused("ResourceNotFoundException", 404):
        functions.get_function(FunctionName="other")


@pytest.mark.parametrize(
    "settings",
    [
        {"Code": {"ZipFile": b"not a zip"}},
        {"Runtime": "cobol60"},
        {"Role": "lambda-role"},
        {"Timeout": 901},
        {"MemorySize": 127},
        {"Handler": "a b"},
        {"FunctionName": "a b"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_what_is_no_function(functions, create, settings):
    with pytest.raises(functions.exceptions.ClientError) as caught:
        create(**{"name": settings.pop("FunctionName", "hello"), **settings})
    error = caught.value.response
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert error["Error"]["Code"] in ("InvalidParameterValueException", "ValidationException"), error
    assert functions.list_functions()["Functions"] == []


def test_update_code(functions, create, function_zip):
    before = create()
    # A zip archive may carry a comment; the digest changes with it.
    other = function_zip[:-2] + (4).to_bytes(2, "little") + b"note"
    after = functions.update_function_code(FunctionName="hello", ZipFile=other)
    assert after["CodeSha256"] == sha256(other)
    assert after["RevisionId"] != before["RevisionId"]
    dry = functions.update_function_code(FunctionName="hello", ZipFile=function_zip, DryRun=True)
    assert dry["CodeSha256"] == sha256(function_zip)
    assert functions.get_function_configuration(FunctionName="hello")["CodeSha256"] == sha256(other)
    with refused("ResourceNotFoundException", 404, missing("ghost")):
        functions.update_function_code(FunctionName="ghost", ZipFile=function_zip)


def test_update_configuration(functions, create):
    created = create(Environment={"Variables": {"STAGE": "test"}})
    updated = functions.update_function_configuration(FunctionName="hello", Timeout=60, Description="slow")
    assert (updated["Timeout"], updated["Description"]) == (60, "slow")
    assert updated["Environment"] == {"Variables": {"STAGE": "test"}}
    with refused("PreconditionFailedException", 412):
        functions.update_function_configuration(
            FunctionName="hello", Timeout=61, RevisionId=created["RevisionId"]
        )
    assert functions.get_function_configuration(FunctionName="hello")["Timeout"] == 60


def test_list_in_pages(functions, create):
    for number in range(5):
        create(f"f{number}")
    assert len(functions.list_functions(MaxItems=2)["Functions"]) == 2
    pages = functions.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2})
    assert sorted(entry["FunctionName"] for page in pages for entry in page["Functions"]) == [
        f"f{number}" for number in range(5)
    ]


def test_functions_belong_to_a_region_and_an_account(plain, functions, create):
    create()
    assert plain.root().client("lambda", region="eu-west-1").list_functions()["Functions"] == []
    assert plain.root("111122223333").client("lambda").list_functions()["Functions"] == []


def test_delete(functions, create):
    create()
    assert functions.delete_function(FunctionName="hello")["ResponseMetadata"]["HTTPStatusCode"] == 204
    for operation in (functions.delete_function, functions.get_function, functions.get_function_configuration):
        with refused("ResourceNotFoundException", 404, missing("hello")):
            operation(FunctionName="hello")


def test_resource_policy(functions, create):
    create()
    with refused("ResourceNotFoundException", 404):
        functions.get_policy(FunctionName="hello")
    added = functions.add_permission(
        FunctionName="hello",
        StatementId="from-s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::shelf",
        SourceAccount="000000000000",
    )
    statement = {
        "Sid": "from-s3",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": ARN + "hello",
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": "000000000000"},
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::shelf"},
        },
    }
    assert json.loads(added["Statement"]) == statement
    policy = json.loads(functions.get_policy(FunctionName="hello")["Policy"])
    assert (policy["Version"], policy["Id"], policy["Statement"]) == ("2012-10-17", "default", [statement])
    message = (
        "The statement id (from-s3) provided already exists. Please provide a new statement id, or remove the "
        "existing statement."
    )
    with refused("ResourceConflictException", 409, message):
        functions.add_permission(
            FunctionName="hello", StatementId="from-s3", Action="lambda:*", Principal="111122223333"
        )
    functions.remove_permission(FunctionName="hello", StatementId="from-s3")
    with refused("ResourceNotFoundException", 404):
        functions.remove_permission(FunctionName="hello", StatementId="from-s3")


def test_an_account_principal_becomes_its_root(functions, create):
    create()
    added = functions.add_permission(
        FunctionName="hello", StatementId="s", Action="lambda:GetFunction", Principal="111122223333"
    )
    assert json.loads(added["Statement"])["Principal"] == {"AWS": "arn:aws:iam::111122223333:root"}


def test_tags(functions, create):
    create(Tags={"a": "1"})
    functions.tag_resource(Resource=ARN + "hello", Tags={"b": "2"})
    assert functions.list_tags(Resource=ARN + "hello")["Tags"] == {"a": "1", "b": "2"}
    functions.untag_resource(Resource=ARN + "hello", TagKeys=["a"])
    assert functions.list_tags(Resource=ARN + "hello")["Tags"] == {"b": "2"}
    with refused("ResourceNotFoundException", 404, missing("ghost")):
        functions.list_tags(Resource=ARN + "ghost")


def test_invoke_is_not_implemented(functions, create):
    create()
    with refused("NotImplemented", 501, re.compile("Invoke")):
        functions.invoke(FunctionName="hello")
