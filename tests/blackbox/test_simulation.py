"""The policy simulator: `SimulateCustomPolicy`, `SimulatePrincipalPolicy`, `GetContextKeysFor…`.

Expected values: "SimulateCustomPolicy", "SimulatePrincipalPolicy", "EvaluationResult", "PolicyIdentifier",
"GetContextKeysForCustomPolicy" (IAM API Reference); "simulate-custom-policy", "simulate-principal-policy" (AWS CLI Command
Reference), whose examples stand here. Messages were seen in IAM's answers of September 2026.
"""

import re

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

    def test_one_result_for_an_action_on_all_resources(self, iam):
        """The most restrictive of all; each resource's own is inside it."""
        one, two = "arn:aws:s3:::one/key", "arn:aws:s3:::two/key"
        results = simulate(
            iam,
            allow("s3:GetObject", "arn:aws:s3:::one/*"),
            deny("s3:PutObject", "arn:aws:s3:::two/*"),
            allow("s3:PutObject", "arn:aws:s3:::one/*"),
            ActionNames=["s3:GetObject", "s3:PutObject"],
            ResourceArns=[one, two],
        )
        assert [(it["EvalActionName"], it["EvalDecision"]) for it in results] == [
            ("s3:GetObject", "implicitDeny"),
            ("s3:PutObject", "explicitDeny"),
        ]
        read, write = (
            [(it["EvalResourceName"], it["EvalResourceDecision"]) for it in result["ResourceSpecificResults"]]
            for result in results
        )
        assert read == [(one, "allowed"), (two, "implicitDeny")]
        assert write == [(one, "allowed"), (two, "explicitDeny")]
        # "the union of matched statements across all requested resources", of a denial the denials alone.
        assert [len(result["MatchedStatements"]) for result in results] == [1, 1]
        assert results[1]["MatchedStatements"] == results[1]["ResourceSpecificResults"][1]["MatchedStatements"]
        # "within the same account and includes a resource ARN": there, and empty.
        assert [result["EvalDecisionDetails"] for result in results] == [{}, {}]

    def test_a_result_names_the_format_of_the_resources(self, iam):
        """"not a specific customer-provided resource ARN […], or `*` if no ARN format is defined for the action"."""
        arns = ["arn:aws:sqs:us-east-1:000000000000:one", "arn:aws:sqs:us-east-1:000000000000:two"]
        for named in (arns, arns[:1]):
            sent, listed = simulate(
                iam, allow("sqs:*"), ActionNames=["sqs:SendMessage", "sqs:ListQueues"], ResourceArns=named
            )
            assert sent["EvalResourceName"] == "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}"
            assert [it["EvalResourceName"] for it in sent["ResourceSpecificResults"]] == named
            assert listed["EvalResourceName"] == "*"

    def test_everything_has_no_results_of_resources(self, iam):
        for named in ({}, {"ResourceArns": ["*"]}):
            (result,) = simulate(iam, allow("s3:*"), ActionNames=["s3:GetObject"], **named)
            assert (result["EvalResourceName"], result["EvalDecision"]) == ("*", "allowed")
            assert "ResourceSpecificResults" not in result
            assert "EvalDecisionDetails" not in result

    def test_missing_context_values_of_resources(self, iam):
        """Wherever they stand, unless they do not matter to the decision."""
        blue = {"StringEquals": {"aws:ResourceTag/team": "blue"}}
        green = {"StringEquals": {"aws:ResourceTag/crew": "green"}}
        one, two = "arn:aws:s3:::one/key", "arn:aws:s3:::two/key"
        (result,) = simulate(
            iam,
            allow("s3:GetObject", "arn:aws:s3:::one/*"),
            allow("s3:GetObject", "arn:aws:s3:::two/*", Condition=blue),
            deny("s3:PutObject", Condition=green),
            ActionNames=["s3:GetObject"],
            ResourceArns=[one, two],
        )
        specific = [it.get("MissingContextValues", []) for it in result["ResourceSpecificResults"]]
        assert specific == [[], ["aws:ResourceTag/team", "aws:ResourceTag/crew"]]
        assert result["MissingContextValues"] == ["aws:ResourceTag/team", "aws:ResourceTag/crew"]

    def test_what_is_denied_lacks_nothing(self, iam):
        blue = {"StringEquals": {"aws:ResourceTag/team": "blue"}}
        (result,) = simulate(
            iam, deny("s3:GetObject"), allow("s3:GetObject", Condition=blue), ActionNames=["s3:GetObject"]
        )
        assert (result["EvalDecision"], result["MissingContextValues"]) == ("explicitDeny", [])

    def test_a_boundary_that_denies_is_told(self, iam):
        (result,) = simulate(
            iam,
            allow("s3:*"),
            ActionNames=["s3:GetObject"],
            PermissionsBoundaryPolicyInputList=[document(deny("s3:GetObject"))],
        )
        assert result["EvalDecision"] == "explicitDeny"
        (statement,) = result["MatchedStatements"]
        assert statement["SourcePolicyId"] == "PermissionsBoundaryPolicyInputList.1"
        assert statement["SourcePolicyType"] == "Permissions Boundary Policy"

    def test_a_service_control_policy_that_denies_is_not_told(self, iam):
        """"This field doesn't include statements from service control policies"; nor are there details."""
        levels = [{"ServiceControlPolicyInputList": [document(allow("*")), document(deny("s3:GetObject"))]}]
        (result,) = simulate(
            iam,
            allow("s3:*"),
            ActionNames=["s3:GetObject"],
            ResourceArns=["arn:aws:s3:::one/key"],
            OrderedOrganizationPolicyInputList=levels,
        )
        assert (result["EvalDecision"], result["MatchedStatements"]) == ("explicitDeny", [])
        assert result["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": False}
        assert "EvalDecisionDetails" not in result

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
        details = {"IAM Policy": "implicitDeny", "Resource Policy": "allowed"}
        assert one["EvalDecisionDetails"] == details
        assert one["ResourceSpecificResults"][0]["EvalDecisionDetails"] == details
        (bound,) = simulate(
            iam, allow("s3:*"), PermissionsBoundaryPolicyInputList=[document(allow("s3:PutObject"))], **request
        )
        assert bound["EvalDecisionDetails"]["Permissions Boundary Policy"] == "implicitDeny"

    def test_variables_read_the_caller(self, iam):
        home = allow("s3:GetObject", "arn:aws:s3:::homes/${aws:username}/*")
        request = {"ActionNames": ["s3:GetObject"], "ResourceArns": ["arn:aws:s3:::homes/ana/x"]}
        (result,) = simulate(iam, home, CallerArn="arn:aws:iam::000000000000:user/ana", **request)
        assert result["EvalDecision"] == "allowed"
        (result,) = simulate(iam, home, **request)
        assert result["EvalDecision"] == "implicitDeny"
        assert result["ResourceSpecificResults"][0]["MissingContextValues"] == ["aws:username"]

    @pytest.mark.parametrize("kind", ["user", "role", "group"])
    def test_who_may_ask(self, iam, kind):
        caller = f"arn:aws:iam::000000000000:{kind}/some/one"
        granting = document(allow("s3:GetObject", "arn:aws:s3:::ours/*", Principal={"AWS": "*"}))
        (result,) = simulate(
            iam,
            allow("s3:PutObject"),
            ActionNames=["s3:GetObject"],
            ResourceArns=["arn:aws:s3:::ours/key"],
            ResourcePolicy=granting,
            CallerArn=caller,
        )
        assert result["EvalDecision"] == "allowed"
        (statement,) = result["MatchedStatements"]
        assert (statement["SourcePolicyId"], statement["SourcePolicyType"]) == ("ResourcePolicy", "Resource Policy")

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"ActionNames": ["GetObject"]}, "The action is invalid since it is missing names"),
            ({"ActionNames": ["s3:Get*"]}, re.compile("^Invalid Input Actions")),
            ({"PolicyInputList": [DATED, "{}"]}, "Policy input list item 2 has invalid content"),
            (
                {"CallerArn": "arn:aws:sts::000000000000:assumed-role/role/session"},
                "Invalid caller - Caller must be an IAM user, role or group in this context.",
            ),
            (
                {"PermissionsBoundaryPolicyInputList": [DATED, DATED]},
                "The list of Permissions Boundary policies cannot exceed 1 items.",
            ),
            ({"ResourceArns": ["bucket/key"]}, "ResourceNames are not in a valid ARN format: bucket/key."),
            ({"ResourceArns": ["arn:aws:s3:::a/k", "*"]}, "ResourceNames are not in a valid ARN format: *."),
            # boto/botocore issue 1346.
            ({"ResourceOwner": "123456789012"}, "'123456789012' is not a valid as a Resource Owner."),
            (
                {"ResourcePolicy": document(allow("s3:*", "arn:aws:s3:::a/*", Principal="*"))},
                "Invalid caller - Caller cannot be null or empty.",
            ),
            (
                {"OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": []}]},
                "Organization policy at index 1 must contain at least one service control policy",
            ),
            ({"Marker": "made-up"}, "Invalid marker for pagination."),
        ],
    )
    def test_bad_input(self, iam, wrong, message):
        with refused("InvalidInput", 400, message):
            simulate(iam, allow("s3:*"), **{"ActionNames": ["s3:GetObject"], **wrong})

    def test_a_resource_policy_has_to_apply(self, iam):
        """"it must be applicable to all of the resources included in the simulation or you receive an invalid input error"."""
        request = {
            "ActionNames": ["s3:GetObject"],
            "CallerArn": "arn:aws:iam::000000000000:user/ana",
            "ResourcePolicy": document(allow("s3:GetObject", "arn:aws:s3:::ours/*", Principal="*")),
        }
        for resources in ({}, {"ResourceArns": ["arn:aws:s3:::ours/key", "arn:aws:s3:::theirs/key"]}):
            with refused("InvalidInput", 400):
                simulate(iam, allow("s3:*"), **request, **resources)

    @pytest.mark.parametrize(
        ("kind", "values", "message"),
        [
            ("string", ["a", "b"], "Context key string expected a single value, but received 2."),
            ("numeric", ["NaN"], "Invalid context value for key my:key: expected numeric format."),
            ("numericList", ["1", "one"], "Invalid context value for key my:key: expected numeric format."),
            ("date", ["tomorrow"], "Invalid context value for key my:key: expected DateTime format."),
            ("ip", ["999.0.0.1"], "Invalid context value for key my:key: expected IP address."),
            ("binary", ["!base64"], "Invalid context value for key my:key: expected base-64 encoded binary format."),
        ],
    )
    def test_values_are_of_their_type(self, iam, kind, values, message):
        entry = {"ContextKeyName": "my:key", "ContextKeyValues": values, "ContextKeyType": kind}
        with refused("InvalidInput", 400, message):
            simulate(iam, allow("s3:*"), ActionNames=["s3:GetObject"], ContextEntries=[entry])

    def test_a_key_is_given_once(self, iam):
        entries = [
            {"ContextKeyName": name, "ContextKeyValues": ["a"], "ContextKeyType": "string"}
            for name in ("my:key", "MY:KEY")
        ]
        with refused("InvalidInput", 400, "Duplicate context key: MY:KEY."):
            simulate(iam, allow("s3:*"), ActionNames=["s3:GetObject"], ContextEntries=entries)


def launched(kind):
    """A resource of a launch: an image belongs to no account."""
    account = "" if kind == "image" else "000000000000"
    return f"arn:aws:ec2:us-east-1:{account}:{kind}/x-1"


class TestScenarios:
    """`ResourceHandlingOption`: "the resources that you must define to run the simulation"."""

    REQUIRED = {
        "EC2-VPC-InstanceStore": ["instance", "image", "security-group", "network-interface"],
        "EC2-VPC-InstanceStore-Subnet": ["instance", "image", "security-group", "network-interface", "subnet"],
        "EC2-VPC-EBS": ["instance", "image", "security-group", "network-interface", "volume"],
        "EC2-VPC-EBS-Subnet": ["instance", "image", "security-group", "network-interface", "subnet", "volume"],
    }

    @pytest.mark.parametrize("option", REQUIRED)
    def test_each_has_its_resources(self, iam, option):
        kinds = self.REQUIRED[option]
        request = {"ActionNames": ["ec2:RunInstances"], "ResourceHandlingOption": option}
        (result,) = simulate(
            iam,
            allow("ec2:RunInstances"),
            deny("ec2:RunInstances", "arn:aws:ec2:*:*:security-group/*"),
            ResourceArns=[launched(kind) for kind in kinds],
            **request,
        )
        assert result["EvalDecision"] == "explicitDeny"
        decisions = {
            it["EvalResourceName"]: it["EvalResourceDecision"] for it in result["ResourceSpecificResults"]
        }
        assert decisions == {
            launched(kind): "explicitDeny" if kind == "security-group" else "allowed" for kind in kinds
        }
        for left_out in kinds:
            others = [launched(kind) for kind in kinds if kind != left_out]
            with refused("InvalidInput", 400, re.compile(f"requires resources .*: {left_out}\\.$")):
                simulate(iam, allow("ec2:*"), ResourceArns=others, **request)

    @pytest.mark.parametrize(
        ("option", "action"), [("EC2-VPC-EBS", "s3:GetObject"), ("EC2-On-The-Moon", "ec2:RunInstances")]
    )
    def test_actions_without_that_scenario(self, iam, option, action):
        message = (
            "Invalid input resource handling options. Action does not support resource handling options: "
            f"{action}. Please refer to the documentation for more details: "
            "https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html"
        )
        with refused("InvalidInput", 400, message):
            simulate(iam, allow("*"), ActionNames=[action], ResourceHandlingOption=option)


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

    @pytest.mark.parametrize("kind", ["user", "group", "role"])
    def test_nobody_of_that_name(self, iam, kind):
        with refused("NoSuchEntity", 404, "Unable to retrieve specified IAM entity."):
            iam.simulate_principal_policy(
                PolicySourceArn=f"arn:aws:iam::000000000000:{kind}/ghost", ActionNames=["s3:GetObject"]
            )

    @pytest.mark.parametrize(
        "arn",
        [
            "arn:aws:iam::000000000000:root",
            "arn:aws:sts::000000000000:assumed-role/role/session",
            "not-an-arn-but-long-enough",
        ],
    )
    def test_what_has_no_policies(self, iam, arn):
        with refused("InvalidInput", 400, f"Invalid ARN provided in the request: {arn}"):
            iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["s3:GetObject"])

    def test_policies_of_another_account_stay_there(self, plain, iam):
        theirs = plain.new_user("bo", [allow("s3:*")], account="111122223333").arn
        message = (
            "Invalid Policy Source Arn: caller's account 000000000000 does not have access to policies in account "
            "111122223333."
        )
        with refused("InvalidInput", 400, message):
            iam.simulate_principal_policy(PolicySourceArn=theirs, ActionNames=["s3:GetObject"])
        with refused("InvalidInput", 400, message):
            iam.get_context_keys_for_principal_policy(PolicySourceArn=theirs)

    def test_a_role_asks_for_itself(self, plain, iam):
        """"it defaults to the ARN of the user, group, or role that you specify in PolicySourceArn"."""
        role = plain.new_role("worker", trust=allow("sts:AssumeRole", None, Principal="*"))
        granting = document(allow("s3:GetObject", "arn:aws:s3:::ours/*", Principal={"AWS": role}))
        (result,) = iam.simulate_principal_policy(
            PolicySourceArn=role,
            ActionNames=["s3:GetObject"],
            ResourceArns=["arn:aws:s3:::ours/key"],
            ResourcePolicy=granting,
        )["EvaluationResults"]
        assert result["EvalDecision"] == "allowed"

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


class TestExclusions:
    """`PolicyExclusionList`: "what the simulation result would be if a policy were removed"."""

    ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListAllMyBuckets"]

    @pytest.fixture
    def allowed(self, plain, iam):
        """What is still allowed to a user with an inline policy, a group's, a managed one and one of AWS."""
        ana = plain.new_user("ana", [allow("s3:GetObject")])
        iam.create_group(GroupName="writers")
        iam.put_group_policy(GroupName="writers", PolicyName="p", PolicyDocument=document(allow("s3:PutObject")))
        iam.add_user_to_group(GroupName="writers", UserName="ana")
        made = iam.create_policy(
            PolicyName="cleaners", Path="/team/", PolicyDocument=document(allow("s3:DeleteObject"))
        )
        iam.attach_user_policy(UserName="ana", PolicyArn=made["Policy"]["Arn"])
        iam.attach_user_policy(UserName="ana", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")

        def ask(*exclusions, **request):
            answer = iam.simulate_principal_policy(
                PolicySourceArn=ana.arn, ActionNames=self.ACTIONS, PolicyExclusionList=list(exclusions), **request
            )
            return {
                result["EvalActionName"].removeprefix("s3:")
                for result in answer["EvaluationResults"]
                if result["EvalDecision"] == "allowed"
            }

        return ask

    EVERYTHING = {"GetObject", "PutObject", "DeleteObject", "ListAllMyBuckets"}

    @pytest.mark.parametrize(
        ("exclusion", "lost"),
        [
            ({"PolicyType": "inline"}, {"PutObject"}),
            ({"PolicyType": "aws-managed"}, {"ListAllMyBuckets"}),
            ({"PolicyType": "user-managed"}, {"DeleteObject"}),
            ({"PolicyType": "permission-boundary"}, set()),
            ({"PolicyType": "scp"}, set()),
            ({"PolicyType": "rcp"}, set()),
            ({"PolicyArn": "arn:aws:iam::000000000000:policy/team/cleaners"}, {"DeleteObject"}),
            ({"PolicyArn": "arn:aws:iam::000000000000:policy/team/cle?ners"}, {"DeleteObject"}),
            ({"PolicyArn": "arn:aws:iam::aws:policy/AmazonS3*"}, {"ListAllMyBuckets"}),
            ({"PolicyArn": "arn:aws:iam::000000000000:policy/nobody"}, set()),
        ],
    )
    def test_by_type_and_arn(self, allowed, exclusion, lost):
        assert allowed(exclusion) == self.EVERYTHING - lost

    @pytest.mark.parametrize(
        ("name", "kind", "holder", "lost"),
        [
            ("p", "group", "writers", {"PutObject"}),
            ("p", "group", "w*", {"PutObject"}),
            ("p", "group", "writer?", {"PutObject"}),
            ("p", "user", "writers", set()),
            ("q", "group", "writers", set()),
            ("p", "group", "readers", set()),
        ],
    )
    def test_by_inline_policy(self, allowed, name, kind, holder, lost):
        inline = {"PolicyName": name, "AttachmentType": kind, "AttachmentName": holder}
        assert allowed({"InlinePolicyIdentifier": inline}) == self.EVERYTHING - lost

    def test_several(self, allowed):
        assert allowed({"PolicyType": "inline"}, {"PolicyType": "user-managed"}) == {"GetObject", "ListAllMyBuckets"}

    def test_policies_of_the_request_stay(self, allowed):
        more = document(allow("s3:PutObject"))
        assert allowed({"PolicyType": "inline"}, PolicyInputList=[more]) == self.EVERYTHING

    def test_a_boundary(self, iam, allowed):
        edge = iam.create_policy(PolicyName="edge", PolicyDocument=document(allow("s3:GetObject")))["Policy"]["Arn"]
        iam.put_user_permissions_boundary(UserName="ana", PermissionsBoundary=edge)
        assert allowed() == {"GetObject"}
        assert allowed({"PolicyType": "permission-boundary"}) == self.EVERYTHING
        # An ARN names what is attached, and a boundary is not.
        assert allowed({"PolicyArn": edge}) == {"GetObject"}

    @pytest.mark.parametrize(
        "wrong",
        [
            {"PolicyArn": "arn-but-not-of-any-policy"},
            {"PolicyArn": "arn:aws:iam::*:policy/team/cleaners"},
            {"PolicyArn": "arn:aws:iam::000000000000:policy/*/*"},
            {
                "InlinePolicyIdentifier": {
                    "PolicyName": "p",
                    "AttachmentType": "group",
                    "AttachmentName": "*writers*",
                }
            },
        ],
    )
    def test_what_is_malformed(self, allowed, wrong):
        """"malformed ARNs or wildcards in disallowed positions, cause the request to fail with an InvalidInput error"."""
        with refused("InvalidInput", 400):
            allowed(wrong)

    def test_the_name_of_a_policy_has_no_wildcards(self, allowed):
        inline = {"PolicyName": "*", "AttachmentType": "group", "AttachmentName": "writers"}
        with refused("ValidationError", 400):
            allowed({"InlinePolicyIdentifier": inline})


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
