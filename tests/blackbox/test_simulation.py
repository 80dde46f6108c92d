"""The policy simulator: `SimulateCustomPolicy`, `SimulatePrincipalPolicy`, `GetContextKeysFor…`.

Expected values: "SimulateCustomPolicy", "SimulatePrincipalPolicy", "EvaluationResult", "GetContextKeysForCustomPolicy" (IAM API
Reference); "simulate-custom-policy", "simulate-principal-policy" (AWS CLI Command Reference), whose examples stand here.
"""


import pytest

from support.clients import refused
from support.policies import allow, deny, document

DATED = (
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":'
    '{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}'
)


def at(date):
    return [{"ContextKeyName": "aws:CurrentTime", "ContextKeyValues": [date], "ContextKeyType": "date"}]


@pytest.fixture
def iam(plain):
    return plain.root().client("iam")


def simulate(iam, *statements, **request):
    """The results of a custom simulation of one policy."""
    settings = {"PolicyInputList": [document(list(statements))], **request}
    return iam.simulate_custom_policy(**settings)["EvaluationResults"]


class TestCustomPolicy:
    def test_the_example_that_allows(self, iam):
        answer = iam.simulate_custom_policy(
            PolicyInputList=[DATED],
            ActionNames=["dynamodb:CreateBackup"],
            ContextEntries=at("2019-04-25T11:00:00Z"),
        )
        (result,) = answer["EvaluationResults"]
        assert (result["EvalActionName"], result["EvalResourceName"]) == ("dynamodb:CreateBackup", "*")
        assert result["EvalDecision"] == "allowed"
        assert result["MissingContextValues"] == []
        (statement,) = result["MatchedStatements"]
        assert statement["SourcePolicyId"] == "PolicyInputList.1"
        assert statement["StartPosition"] == {"Line": 1, "Column": 38}
        assert statement["EndPosition"] == {"Line": 1, "Column": 167}
        assert answer["IsTruncated"] is False

    def test_the_example_that_denies(self, iam):
        answer = iam.simulate_custom_policy(
            PolicyInputList=[DATED],
            ActionNames=["dynamodb:CreateBackup"],
            ContextEntries=at("2014-04-25T11:00:00Z"),
        )
        (result,) = answer["EvaluationResults"]
        assert result["EvalDecision"] == "implicitDeny"
        assert result["MatchedStatements"] == []

    def test_missing_context_values(self, iam):
        (result,) = iam.simulate_custom_policy(PolicyInputList=[DATED], ActionNames=["dynamodb:CreateBackup"])[
            "EvaluationResults"
        ]
        assert result["EvalDecision"] == "implicitDeny"
        assert result["MissingContextValues"] == ["aws:CurrentTime"]

    def test_a_denial_is_the_only_match(self, iam):
        (result,) = simulate(iam, allow("s3:*"), deny("s3:DeleteObject"), ActionNames=["s3:DeleteObject"])
        assert result["EvalDecision"] == "explicitDeny"
        assert len(result["MatchedStatements"]) == 1

    def test_a_result_for_every_action_on_every_resource(self, iam):
        one, two = "arn:aws:s3:::one/key", "arn:aws:s3:::two/key"
        results = simulate(
            iam,
            allow("s3:GetObject", "arn:aws:s3:::one/*"),
            ActionNames=["s3:GetObject", "s3:PutObject"],
            ResourceArns=[one, two],
        )
        decisions = {(it["EvalActionName"], it["EvalResourceName"]): it["EvalDecision"] for it in results}
        assert decisions == {
            ("s3:GetObject", one): "allowed",
            ("s3:GetObject", two): "implicitDeny",
            ("s3:PutObject", one): "implicitDeny",
            ("s3:PutObject", two): "implicitDeny",
        }
        (specific,) = results[0]["ResourceSpecificResults"]
        assert (specific["EvalResourceName"], specific["EvalResourceDecision"]) == (one, "allowed")

    def test_pages(self, iam):
        actions = [f"s3:Get{number}" for number in range(5)]
        pages = iam.get_paginator("simulate_custom_policy").paginate(
            PolicyInputList=[document(allow("s3:*"))], ActionNames=actions, PaginationConfig={"PageSize": 2}
        )
        names = [[result["EvalActionName"] for result in page["EvaluationResults"]] for page in pages]
        assert names == [actions[:2], actions[2:4], actions[4:]]

    def test_a_boundary_narrows(self, iam):
        (result,) = simulate(
            iam,
            allow("s3:*"),
            ActionNames=["s3:PutObject"],
            PermissionsBoundaryPolicyInputList=[document(allow("s3:Get*"))],
        )
        assert result["EvalDecision"] == "implicitDeny"
        assert result["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}

    def test_service_control_policies_at_every_level(self, iam):
        levels = [
            {"ServiceControlPolicyInputList": [document(allow("*"))]},
            {"ServiceControlPolicyInputList": [document(allow("ec2:*"))]},
        ]
        (result,) = simulate(
            iam, allow("s3:*"), ActionNames=["s3:PutObject"], OrderedOrganizationPolicyInputList=levels
        )
        assert result["EvalDecision"] == "implicitDeny"
        assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}

    def test_a_resource_policy_across_accounts(self, iam):
        """Both sides must allow; the details say how each contributes."""
        bucket = "arn:aws:s3:::theirs/key"
        caller = "arn:aws:iam::111122223333:user/ana"
        granting = document(allow("s3:GetObject", "arn:aws:s3:::theirs/*", Principal={"AWS": caller}))
        request = {
            "ActionNames": ["s3:GetObject"],
            "ResourceArns": [bucket],
            "ResourcePolicy": granting,
            "ResourceOwner": "arn:aws:iam::444455556666:root",
            "CallerArn": caller,
        }
        (both,) = simulate(iam, allow("s3:GetObject"), **request)
        assert both["EvalDecision"] == "allowed"
        assert {it["SourcePolicyId"] for it in both["MatchedStatements"]} == {"PolicyInputList.1", "ResourcePolicy"}
        (one,) = simulate(iam, allow("s3:PutObject"), **request)
        assert one["EvalDecision"] == "implicitDeny"
        assert sorted(one["EvalDecisionDetails"].values()) == ["allowed", "implicitDeny"]

    def test_variables_read_the_caller(self, iam):
        home = allow("s3:GetObject", "arn:aws:s3:::homes/${aws:username}/*")
        request = {"ActionNames": ["s3:GetObject"], "ResourceArns": ["arn:aws:s3:::homes/ana/x"]}
        (result,) = simulate(iam, home, CallerArn="arn:aws:iam::000000000000:user/ana", **request)
        assert result["EvalDecision"] == "allowed"
        (result,) = simulate(iam, home, **request)
        assert result["EvalDecision"] == "implicitDeny"
        assert result["ResourceSpecificResults"][0]["MissingContextValues"] == ["aws:username"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"ActionNames": ["GetObject"]},
            {"ActionNames": ["s3:Get*"]},
            {"ActionNames": ["s3:GetObject"], "PolicyInputList": ["{}"]},
            {"ActionNames": ["s3:GetObject"], "CallerArn": "arn:aws:sts::000000000000:assumed-role/role/session"},
            {"ActionNames": ["s3:GetObject"], "PermissionsBoundaryPolicyInputList": [DATED, DATED]},
        ],
    )
    def test_bad_input(self, iam, wrong):
        with refused("InvalidInput", 400):
            simulate(iam, allow("s3:*"), **wrong)


class TestPrincipalPolicy:
    def test_a_user_with_its_groups_and_boundary(self, plain, iam):
        ana = plain.new_user("ana", [allow("s3:ListAllMyBuckets")])
        iam.create_group(GroupName="readers")
        iam.attach_group_policy(GroupName="readers", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
        iam.add_user_to_group(GroupName="readers", UserName="ana")
        actions = ["s3:ListAllMyBuckets", "s3:GetObject", "s3:PutObject"]

        def results():
            answer = iam.simulate_principal_policy(PolicySourceArn=ana.arn, ActionNames=actions)
            return {result["EvalActionName"]: result for result in answer["EvaluationResults"]}

        found = results()
        assert [found[action]["EvalDecision"] for action in actions] == ["allowed", "allowed", "implicitDeny"]
        sources = {it["SourcePolicyId"] for it in found["s3:ListAllMyBuckets"]["MatchedStatements"]}
        assert sources == {"user_ana_inline-0", "AmazonS3ReadOnlyAccess"}

        boundary = iam.create_policy(PolicyName="edge", PolicyDocument=document(allow("s3:ListAllMyBuckets")))
        iam.put_user_permissions_boundary(UserName="ana", PermissionsBoundary=boundary["Policy"]["Arn"])
        found = results()
        assert [found[action]["EvalDecision"] for action in actions] == ["allowed", "implicitDeny", "implicitDeny"]
        assert found["s3:GetObject"]["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}

    def test_roles_and_groups(self, plain, iam):
        role = plain.new_role("worker", [allow("sqs:SendMessage")], trust=allow("sts:AssumeRole", None, Principal="*"))
        iam.create_group(GroupName="team")
        iam.put_group_policy(GroupName="team", PolicyName="p", PolicyDocument=document(deny("sqs:*")))
        group = iam.get_group(GroupName="team")["Group"]["Arn"]
        for source, expected in [(role, "allowed"), (group, "explicitDeny")]:
            (result,) = iam.simulate_principal_policy(PolicySourceArn=source, ActionNames=["sqs:SendMessage"])[
                "EvaluationResults"
            ]
            assert result["EvalDecision"] == expected

    def test_nobody_of_that_name(self, iam):
        with refused("NoSuchEntity", 404):
            iam.simulate_principal_policy(
                PolicySourceArn="arn:aws:iam::000000000000:user/ghost", ActionNames=["s3:GetObject"]
            )

    def test_policies_of_the_request_add_to_the_principals(self, plain, iam):
        ana = plain.new_user("ana", [allow("s3:GetObject")])
        (result,) = iam.simulate_principal_policy(
            PolicySourceArn=ana.arn, ActionNames=["s3:GetObject"], PolicyInputList=[document(deny("s3:*"))]
        )["EvaluationResults"]
        assert result["EvalDecision"] == "explicitDeny"
        (statement,) = result["MatchedStatements"]
        assert statement["SourcePolicyId"] == "PolicyInputList.1"

    def test_it_takes_leave_to_simulate(self, enforcing):
        ana = enforcing.new_user("ana")
        with refused("AccessDenied", 403):
            ana.client("iam").simulate_principal_policy(PolicySourceArn=ana.arn, ActionNames=["s3:GetObject"])


class TestContextKeys:
    def test_of_policies(self, iam):
        policy = document(
            allow(
                "s3:GetObject",
                "arn:aws:s3:::homes/${aws:username}/*",
                Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
            )
        )
        keys = iam.get_context_keys_for_custom_policy(PolicyInputList=[policy, DATED])["ContextKeyNames"]
        assert sorted(keys) == ["aws:CurrentTime", "aws:SourceIp", "aws:username"]

    def test_of_a_principal(self, plain, iam):
        condition = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
        ana = plain.new_user("ana", [allow("s3:GetObject", Condition=condition)])
        keys = iam.get_context_keys_for_principal_policy(PolicySourceArn=ana.arn)["ContextKeyNames"]
        assert keys == ["aws:PrincipalTag/team"]
        with_more = iam.get_context_keys_for_principal_policy(PolicySourceArn=ana.arn, PolicyInputList=[DATED])
        assert sorted(with_more["ContextKeyNames"]) == ["aws:CurrentTime", "aws:PrincipalTag/team"]
