"""What the models say of lengths, ranges, patterns and enums, as the services answer to it.

The sentences are those of the services' "Common errors" and of their answers; which values are wrong says each
operation's page.
"""

import re

import pytest

from support.clients import refused
from support.policies import allow, document, trust

TRUST = document([trust("arn:aws:iam::000000000000:root")])
CODE = {"ZipFile": b"no zip"}
ROLE = "arn:aws:iam::000000000000:role/r"


@pytest.fixture
def iam(plain):
    return plain.root().client("iam")


def test_all_that_is_wrong_is_told_at_once(plain):
    message = (
        "3 validation errors detected: Value '1' at 'memorySize' failed to satisfy constraint: Member must have value "
        "greater than or equal to 128; Value 'r' at 'role' failed to satisfy constraint: Member must satisfy regular "
        r"expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+; Value '901' at 'timeout' "
        "failed to satisfy constraint: Member must have value less than or equal to 900"
    )
    with refused("ValidationException", 400, message):
        plain.root().client("lambda").create_function(
            FunctionName="f", Role="r", Code=CODE, Runtime="python3.12", Handler="h", MemorySize=1, Timeout=901
        )


def test_all_that_is_missing_is_told_at_once(plain):
    """As DynamoDB says it of CreateTable: "Value null at 'keySchema' …; Value null at 'attributeDefinitions' …"."""
    message = (
        "2 validation errors detected: Value null at 'functionVersion' failed to satisfy constraint: Member must not be "
        "null; Value null at 'name' failed to satisfy constraint: Member must not be null"
    )
    with refused("ValidationException", 400, message):
        plain.root().client("lambda").create_alias(FunctionName="f")


def test_who_conceals_values_does_not_say_null(plain):
    """As IAM says it: "Value at 'userName' failed to satisfy constraint: Member must not be null"."""
    message = (
        "2 validation errors detected: Value at 'assumeRolePolicyDocument' failed to satisfy constraint: Member must "
        "not be null; Value at 'roleName' failed to satisfy constraint: Member must not be null"
    )
    with refused("ValidationError", 400, message):
        plain.root().client("iam").create_role()


def test_permission_comes_first(enforcing):
    """Who may not call an operation learns nothing of what it takes."""
    alice = enforcing.new_user("alice")
    with refused("AccessDenied", 403, re.compile("iam:CreateUser")):
        alice.client("iam").create_user(UserName="a" * 65)
    with refused("ValidationError", 400):
        enforcing.root().client("iam").create_user(UserName="a" * 65)


def test_operations_without_a_handler_are_not_implemented(plain):
    """What is wrong with an input is told first: a client's mistake stays its own."""
    with refused("ValidationError", 400, re.compile("'url' failed to satisfy constraint")):
        plain.root().client("iam").create_open_id_connect_provider(Url="")
    with refused("NotImplemented", 501):
        plain.root().client("iam").create_open_id_connect_provider(Url="https://example.com")


class TestIam:
    def test_tags(self, iam):
        iam.create_user(UserName="alice")
        bad = {"Key": "bad#key", "Value": "v"}
        pattern = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+"
        message = (
            "1 validation error detected: Value at 'tags.2.member.key' failed to satisfy constraint: Member must "
            f"satisfy regular expression pattern: {pattern}"
        )
        with refused("ValidationError", 400, message):
            iam.tag_user(UserName="alice", Tags=[{"Key": "k", "Value": "v"}, bad])
        message = (
            "1 validation error detected: Value at 'tagKeys' failed to satisfy constraint: Member must satisfy "
            "constraint: [Member must have length less than or equal to 128, Member must have length greater than or "
            f"equal to 1, Member must satisfy regular expression pattern: {pattern}, Member must not be null]"
        )
        with refused("ValidationError", 400, message):
            iam.untag_user(UserName="alice", TagKeys=["bad#", "k"])

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            (
                {"RoleName": "a b"},
                "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the "
                "following: +=,.@_-",
            ),
            (
                {"Path": "ops"},
                "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
                "characters and/or / characters.",
            ),
            (
                {"Description": "役"},
                re.compile(r"^1 validation error detected: Value at 'description' failed to satisfy constraint: Memb"),
            ),
            (
                {"RoleName": "a" * 65},
                "1 validation error detected: Value at 'roleName' failed to satisfy constraint: Member must have "
                "length less than or equal to 64",
            ),
        ],
        ids=["name", "path", "description", "length"],
    )
    def test_roles(self, iam, settings, message):
        with refused("ValidationError", 400, message):
            iam.create_role(**{"RoleName": "r", "AssumeRolePolicyDocument": TRUST, **settings})

    def test_documents(self, iam):
        iam.create_user(UserName="alice")
        message = "The specified value for policyDocument is invalid. It must contain only printable ASCII characters."
        with refused("ValidationError", 400, message):
            # As it is, not escaped as json.dumps does.
            policy = document([allow("s3:*", "arn:aws:s3:::BUCKET")]).replace("BUCKET", "役")
            iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=policy)

    def test_short_arns(self, iam):
        message = (
            "1 validation error detected: Value at 'policyArn' failed to satisfy constraint: Member must have length "
            "greater than or equal to 20"
        )
        with refused("ValidationError", 400, message):
            iam.get_policy(PolicyArn="tf-state-access")

    def test_markers_lead_on_however_long_names_and_paths_are(self, iam):
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
        path = "/" + "p" * 500 + "/"
        policy = document([allow("s3:GetObject")])
        for name in ("one", "two"):
            made = iam.create_policy(PolicyName=name * 40, Path=path, PolicyDocument=policy)
            iam.attach_role_policy(RoleName="r", PolicyArn=made["Policy"]["Arn"])
        pages = iam.get_paginator("list_attached_role_policies").paginate(
            RoleName="r", PaginationConfig={"PageSize": 1}
        )
        assert sum(len(page["AttachedPolicies"]) for page in pages) == 2


class TestLambda:
    def test_environment_variables_are_concealed(self, plain):
        message = (
            "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must "
            "satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+, Member must "
            "not be null]"
        )
        with refused("ValidationException", 400, message):
            plain.root().client("lambda").create_function(
                FunctionName="f",
                Role=ROLE,
                Code=CODE,
                Runtime="python3.12",
                Handler="h",
                Environment={"Variables": {"1_SECRET": "hunter2"}},
            )

    @pytest.mark.parametrize("name", ["1", "$PROD", ""])
    def test_aliases_are_no_numbers(self, plain, name):
        with refused("ValidationException", 400, re.compile(re.escape("pattern: (?!^[0-9]+$)([a-zA-Z0-9-_]+)"))):
            plain.root().client("lambda").create_alias(FunctionName="f", Name=name, FunctionVersion="1")


def test_s3_keeps_its_own_words(plain):
    """S3 has an error of its own for a storage class that there is not, and none for a constraint."""
    s3 = plain.root().client("s3")
    s3.create_bucket(Bucket="bucket")
    with refused("InvalidStorageClass", 400):
        s3.put_object(Bucket="bucket", Key="k", StorageClass="COLD")
