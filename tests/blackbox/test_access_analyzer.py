"""IAM Access Analyzer: validation of policies, and whether a resource's policy lets everyone in.

Expected values: `validate-policy` (AWS CLI Command Reference, its example); "IAM policy validation check reference" (IAM User
Guide); "IAM Access Analyzer API Reference".
"""

import json

import pytest

from support.clients import refused
from support.policies import allow, document

LINK = (
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html"
    "#access-analyzer-reference-policy-checks-"
)

# The file of the example, to the space.
EXAMPLE = """{
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "",
            "Effect": "Allow",
            "Principal": {
                "Federated": "cognito-identity.amazonaws.com"
            },
            "Action": [
                "sts:AssumeRole",
                "sts:TagSession"
            ],
            "Condition": {
                "StringEquals": {
                    "cognito-identity.amazonaws.com:aud": "us-west-2_EXAMPLE"
                }
            }
        }
    ]
}
"""


def place(path, *span):
    (first, last) = span
    names = ("line", "column", "offset")
    return {
        "path": [{"index": step} if isinstance(step, int) else {"value": step} for step in path],
        "span": {"start": dict(zip(names, first)), "end": dict(zip(names, last))},
    }


# Its answer; where the audience ends is counted on the example's text, in which its name has been shortened.
FINDINGS = [
    {
        "findingDetails": "Add a value to the empty string in the Sid element.",
        "findingType": "SUGGESTION",
        "issueCode": "EMPTY_SID_VALUE",
        "learnMoreLink": LINK + "suggestion-empty-sid-value",
        "locations": [place(["Statement", 0, "Sid"], (5, 19, 79), (5, 21, 81))],
    },
    {
        "findingDetails": "The sts:AssumeRole action is invalid with the following principal(s): "
        "cognito-identity.amazonaws.com. Use a SAML provider principal with the sts:AssumeRoleWithSAML action or use an "
        "OIDC provider principal with the sts:AssumeRoleWithWebIdentity action. Ensure the provider is Federated if you "
        "use either of the two options.",
        "findingType": "ERROR",
        "issueCode": "MISMATCHED_ACTION_FOR_PRINCIPAL",
        "learnMoreLink": LINK + "error-mismatched-action-for-principal",
        "locations": [
            place(["Statement", 0, "Action", 0], (11, 16, 258), (11, 32, 274)),
            place(["Statement", 0, "Principal", "Federated"], (8, 29, 170), (8, 61, 202)),
        ],
    },
    {
        "findingDetails": "The following actions: sts:TagSession are not supported by the condition key "
        "cognito-identity.amazonaws.com:aud. The condition will not be evaluated for these actions. We recommend that you "
        "move these actions to a different statement without this condition key.",
        "findingType": "ERROR",
        "issueCode": "UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
        "learnMoreLink": LINK + "error-unsupported-action-for-condition-key",
        "locations": [
            place(["Statement", 0, "Action", 1], (12, 16, 292), (12, 32, 308)),
            place(
                ["Statement", 0, "Condition", "StringEquals", "cognito-identity.amazonaws.com:aud"],
                (16, 58, 443),
                (16, 77, 462),
            ),
        ],
    },
]


def analyzer(identity):
    return identity.client("accessanalyzer")


class TestValidatePolicy:
    def test_the_example_of_the_reference(self, plain):
        answer = analyzer(plain.root()).validate_policy(policyDocument=EXAMPLE, policyType="RESOURCE_POLICY")
        assert answer["findings"] == FINDINGS
        assert "nextToken" not in answer

    def test_the_command_line(self, aws, plain):
        terminal = aws(plain)
        (terminal.directory / "myfile.json").write_text(EXAMPLE)
        command = "accessanalyzer validate-policy --policy-document file://myfile.json --policy-type RESOURCE_POLICY"
        assert json.loads(terminal.run(f"awslocal {command}").ok())["findings"] == FINDINGS

    def test_pages(self, plain):
        client = analyzer(plain.root())
        pages = client.get_paginator("validate_policy").paginate(
            policyDocument=EXAMPLE, policyType="RESOURCE_POLICY", PaginationConfig={"PageSize": 2}
        )
        assert [len(page["findings"]) for page in pages] == [2, 1]

    def test_a_policy_in_order(self, plain):
        policy = document(allow("s3:GetObject", "arn:aws:s3:::photos/*"))
        answer = analyzer(plain.root()).validate_policy(policyDocument=policy, policyType="IDENTITY_POLICY")
        assert answer["findings"] == []

    def test_a_type_of_resource(self, plain):
        policy = document(allow("kms:Decrypt", "arn:aws:s3:::photos/*", Principal={"AWS": "111122223333"}))
        answer = analyzer(plain.root()).validate_policy(
            policyDocument=policy, policyType="RESOURCE_POLICY", validatePolicyResourceType="AWS::S3::Bucket"
        )
        (finding,) = answer["findings"]
        assert (finding["issueCode"], finding["findingType"]) == ("UNSUPPORTED_ACTION_IN_POLICY", "ERROR")

    def test_what_is_asked_wrongly(self, plain):
        client = analyzer(plain.root())
        with refused("ValidationException", 400):
            client.validate_policy(policyDocument="{}", policyType="SOME_POLICY")
        with refused("ValidationException", 400):
            client.validate_policy(policyDocument="{}", policyType="IDENTITY_POLICY", nextToken="garbage")


class TestCheckNoPublicAccess:
    def check(self, server, kind="AWS::S3::Bucket", **more):
        statement = allow("s3:GetObject", "arn:aws:s3:::photos/*", Sid="Bob", **more)
        return analyzer(server.root()).check_no_public_access(policyDocument=document(statement), resourceType=kind)

    def test_everyone(self, plain):
        answer = self.check(plain, Principal="*")
        assert answer["result"] == "FAIL"
        assert answer["message"] == "The resource policy grants public access for the given resource type."
        assert answer["reasons"] == [
            {
                "description": "Public access granted in the following statement with sid: Bob.",
                "statementIndex": 0,
                "statementId": "Bob",
            }
        ]

    def test_somebody(self, plain):
        answer = self.check(plain, Principal={"AWS": "111122223333"})
        assert answer["result"] == "PASS"
        assert answer["message"] == "The resource policy does not grant public access for the given resource type."

    def test_everyone_of_an_organization(self, plain):
        condition = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
        assert self.check(plain, Principal="*", Condition=condition)["result"] == "PASS"

    def test_what_is_no_policy(self, plain):
        with refused("InvalidParameterException", 400):
            analyzer(plain.root()).check_no_public_access(policyDocument="{", resourceType="AWS::S3::Bucket")


class TestEnforcement:
    def test_permissions(self, enforcing):
        user = enforcing.new_user("ana", [allow("access-analyzer:ValidatePolicy")])
        client = analyzer(user)
        answer = client.validate_policy(policyDocument="{}", policyType="IDENTITY_POLICY")
        assert [finding["issueCode"] for finding in answer["findings"]] == ["MISSING_VERSION", "MISSING_STATEMENT"]
        with refused("AccessDeniedException", 403):
            client.check_no_public_access(policyDocument="{}", resourceType="AWS::S3::Bucket")

    @pytest.mark.parametrize("allowed", [True, False])
    def test_what_is_not_here_is_told_to_whoever_may(self, enforcing, allowed):
        action = "access-analyzer:*" if allowed else "access-analyzer:GetAnalyzer"
        client = analyzer(enforcing.new_user("bo", [allow(action)]))
        expected = ("NotImplemented", 501) if allowed else ("AccessDeniedException", 403)
        with refused(*expected):
            client.list_analyzers()
