"""Management policies: made, attached, and merged to what is effective for an account.

Expected values: "CreatePolicy", "EnablePolicyType", "DescribeEffectivePolicy" (AWS Organizations API Reference); "Inheritance
examples" and "Quotas and service limits for AWS Organizations" (AWS Organizations User Guide).
"""

import json

import pytest

from support.clients import refused
from support.organization import MANAGEMENT, Organization

TYPES = {
    "TAG_POLICY": {"tags": {"team": {"tag_key": {"@@assign": "Team"}}}},
    "BACKUP_POLICY": {"plans": {"daily": {"regions": {"@@append": ["us-east-1"]}}}},
    "AISERVICES_OPT_OUT_POLICY": {"services": {"default": {"opt_out_policy": {"@@assign": "optOut"}}}},
    "DECLARATIVE_POLICY_EC2": {"ec2_attributes": {"serial_console_access": {"status": {"@@assign": "disabled"}}}},
    "S3_POLICY": {"s3_attributes": {"public_access_block_configuration": {"@@assign": "all"}}},
}


def tag_policy(organization, name, **settings):
    content = {"tags": {"costcenter": {"tag_key": {"@@assign": "CostCenter"}, **settings}}}
    return make(organization, name, "TAG_POLICY", content)


def make(organization, name, kind, content):
    answer = organization.client.create_policy(Name=name, Description="", Type=kind, Content=json.dumps(content))
    return answer["Policy"]["PolicySummary"]["Id"]


def effective(client, kind="TAG_POLICY", **target):
    answer = client.describe_effective_policy(PolicyType=kind, **target)["EffectivePolicy"]
    return json.loads(answer["PolicyContent"])


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_made_attached_and_effective(plain, kind):
    organization = Organization(plain, kind)
    account = organization.account("dev")
    assert organization.client.list_policies(Filter=kind)["Policies"] == []
    policy = make(organization, "mine", kind, TYPES[kind])
    assert [listed["Id"] for listed in organization.client.list_policies(Filter=kind)["Policies"]] == [policy]
    with refused("EffectivePolicyNotFoundException", 400):
        effective(organization.client, kind, TargetId=account)
    organization.attach(policy, organization.root)
    (key,) = TYPES[kind]
    assert list(effective(organization.client, kind, TargetId=account)) == [key]
    organization.detach(policy, organization.root)
    with refused("EffectivePolicyNotFoundException", 400):
        effective(organization.client, kind, TargetId=account)


def test_the_line_from_the_root_to_the_account(plain):
    """Examples 2 and 3 of "Inheritance examples"."""
    organization = Organization(plain, "TAG_POLICY")
    unit = organization.unit("OU2")
    account = organization.account("dev", unit)
    organization.attach(tag_policy(organization, "A", tag_value={"@@assign": ["Development", "Support"]}), organization.root)
    appended = {"tag_value": {"@@append": ["Marketing"]}, "enforced_for": {"@@append": ["redshift:*", "dynamodb:table"]}}
    organization.attach(tag_policy(organization, "C", **appended), unit)
    of = {"tag_key": "CostCenter", "tag_value": ["Development", "Support", "Marketing"]}
    enforced = {"enforced_for": ["redshift:*", "dynamodb:table"]}
    assert effective(organization.client, TargetId=account) == {"tags": {"costcenter": {**of, **enforced}}}
    removed = {"tag_value": {"@@remove": ["Development", "Marketing"]}, "enforced_for": {"@@remove": enforced["enforced_for"]}}
    organization.attach(tag_policy(organization, "D", **removed), account)
    expected = {"tags": {"costcenter": {"tag_key": "CostCenter", "tag_value": ["Support"]}}}
    assert effective(organization.client, TargetId=account) == expected
    # Who is elsewhere inherits from the root alone.
    of_root = {"tag_key": "CostCenter", "tag_value": ["Development", "Support"]}
    assert effective(organization.client) == {"tags": {"costcenter": of_root}}


def test_the_order_of_attachment_decides_at_one_level(plain):
    """Example 6: "evaluated based on the order in which they were attached"."""
    organization = Organization(plain, "TAG_POLICY")
    one = make(organization, "J", "TAG_POLICY", {"tags": {"project": {"tag_key": {"@@assign": "PROJECT"}}}})
    other = make(organization, "K", "TAG_POLICY", {"tags": {"project": {"tag_key": {"@@assign": "project"}}}})
    for first, second, expected in [(one, other, "PROJECT"), (other, one, "project")]:
        organization.attach(first, organization.root)
        organization.attach(second, organization.root)
        assert effective(organization.client) == {"tags": {"project": {"tag_key": expected}}}
        organization.detach(first, organization.root)
        organization.detach(second, organization.root)


def test_whom_it_is_told(plain):
    """"You can call this operation from any account": another's only the management account asks for."""
    organization = Organization(plain, "TAG_POLICY")
    account = organization.account("dev")
    organization.attach(tag_policy(organization, "A"), organization.root)
    member = plain.root(account).client("organizations")
    assert effective(member) == effective(organization.client, TargetId=account)
    with refused("AccessDeniedException", 400):
        effective(member, TargetId=MANAGEMENT)
    with refused("InvalidInputException", 400) as caught:
        effective(organization.client, TargetId=organization.root)
    assert caught.value.response["Reason"] == "TARGET_NOT_SUPPORTED"
    with refused("TargetNotFoundException", 400):
        effective(organization.client, TargetId="999999999999")


def test_what_a_type_does_not_take(plain):
    organization = Organization(plain)
    for content in [{"plans": {}}, {}, {"tags": {"team": "red"}}, {"tags": {"team": {"@@set": "red"}}}]:
        with refused("MalformedPolicyDocumentException", 400):
            make(organization, "bad", "TAG_POLICY", content)
    long = {"services": {"default": {"opt_out_policy": {"@@assign": "o" * 2500}}}}
    with refused("ConstraintViolationException", 400) as caught:
        make(organization, "long", "AISERVICES_OPT_OUT_POLICY", long)
    assert caught.value.response["Reason"] == "POLICY_CONTENT_LIMIT_EXCEEDED"


def test_how_many_one_target_takes(plain):
    """Ten tag policies, five of those that opt out."""
    organization = Organization(plain, "TAG_POLICY", "AISERVICES_OPT_OUT_POLICY")
    for kind, limit in [("TAG_POLICY", 10), ("AISERVICES_OPT_OUT_POLICY", 5)]:
        for number in range(limit):
            organization.attach(make(organization, f"p{number}", kind, TYPES[kind]), organization.root)
        with refused("ConstraintViolationException", 400) as caught:
            organization.attach(make(organization, "more", kind, TYPES[kind]), organization.root)
        assert caught.value.response["Reason"] == "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"


def test_security_hub_has_to_be_trusted(plain):
    organization = Organization(plain)
    service = {"ServicePrincipal": "securityhub.amazonaws.com"}
    kind = {"RootId": organization.root, "PolicyType": "SECURITYHUB_POLICY"}
    with refused("ConstraintViolationException", 400) as caught:
        organization.client.enable_policy_type(**kind)
    assert caught.value.response["Reason"] == "SERVICE_ACCESS_NOT_ENABLED"
    organization.client.enable_aws_service_access(**service)
    organization.client.enable_policy_type(**kind)
    with refused("ConstraintViolationException", 400) as caught:
        organization.client.disable_aws_service_access(**service)
    assert caught.value.response["Reason"] == "POLICY_TYPE_ENABLED_FOR_THIS_SERVICE"
    organization.client.disable_policy_type(**kind)
    organization.client.disable_aws_service_access(**service)


class TestInvalidPolicies:
    """"About invalid effective policy alerts" (AWS Organizations User Guide)."""

    RULE = {
        "schedule_expression": {"@@assign": "cron(0 5 ? * * *)"},
        "target_backup_vault_name": {"@@assign": "vault"},
    }
    REST = {
        "regions": {"@@assign": ["us-east-1"]},
        "selections": {
            "tags": {
                "all": {
                    "iam_role_arn": {"@@assign": "arn:aws:iam::$account:role/backup"},
                    "tag_key": {"@@assign": "backup"},
                    "tag_value": {"@@assign": ["yes"]},
                }
            }
        },
    }

    @pytest.fixture
    def backups(self, plain):
        made = Organization(plain, "BACKUP_POLICY")
        made.member = made.account("dev")
        return made

    def attach(self, organization, target, name, plan):
        content = json.dumps({"plans": {"hourly-backup": plan}})
        made = organization.client.create_policy(Name=name, Description="", Type="BACKUP_POLICY", Content=content)
        policy = made["Policy"]["PolicySummary"]["Id"]
        organization.attach(policy, target)
        return policy

    def rules(self, *numbers):
        return {"rules": {f"rule{number:02}": self.RULE for number in numbers}}

    def invalid(self, organization):
        answer = organization.client.list_accounts_with_invalid_effective_policy(PolicyType="BACKUP_POLICY")
        assert answer["PolicyType"] == "BACKUP_POLICY"
        return [account["Id"] for account in answer["Accounts"]]

    def errors(self, organization, account, **settings):
        return organization.client.list_effective_policy_validation_errors(
            AccountId=account, PolicyType="BACKUP_POLICY", **settings
        )

    def test_two_policies_with_eleven_rules(self, backups):
        self.attach(backups, backups.root, "nine", {**self.rules(*range(9)), **self.REST})
        assert self.invalid(backups) == []
        assert self.errors(backups, backups.member)["EffectivePolicyValidationErrors"] == []
        two = self.attach(backups, backups.member, "two", self.rules(9, 10))
        assert self.invalid(backups) == [backups.member]
        answer = self.errors(backups, backups.member)
        assert answer["EffectivePolicyValidationErrors"] == [
            {
                "ErrorCode": "ELEMENTS_TOO_MANY",
                "ErrorMessage": "'rule10' exceeds the allowed maximum limit 10",
                "PathToError": "plans/hourly-backup/rules/rule10",
                "ContributingPolicies": [two],
            }
        ]
        assert answer["Path"] == f"{backups.id}/{backups.root}/{backups.member}/"
        assert (answer["AccountId"], answer["PolicyType"]) == (backups.member, "BACKUP_POLICY")
        backups.detach(two, backups.member)
        assert self.invalid(backups) == []

    def test_what_is_missing(self, backups):
        policy = self.attach(backups, backups.member, "half", {"rules": {"one": {}, "two": self.RULE}})
        found = self.errors(backups, backups.member)["EffectivePolicyValidationErrors"]
        assert [(error["ErrorCode"], error["PathToError"]) for error in found] == [
            ("KEY_REQUIRED", "plans/hourly-backup"),
            ("ELEMENTS_TOO_FEW", "plans/hourly-backup/regions"),
        ]
        assert {tuple(error["ContributingPolicies"]) for error in found} == {(policy,)}
        first = self.errors(backups, backups.member, MaxResults=1)
        second = self.errors(backups, backups.member, MaxResults=1, NextToken=first["NextToken"])
        assert first["EffectivePolicyValidationErrors"] + second["EffectivePolicyValidationErrors"] == found
        assert "NextToken" not in second

    def test_who_may_ask_and_for_what(self, backups):
        member = backups.server.root(backups.member).client("organizations")
        with refused("AccessDeniedException", 400):
            member.list_accounts_with_invalid_effective_policy(PolicyType="BACKUP_POLICY")
        with refused("AccessDeniedException", 400):
            member.list_effective_policy_validation_errors(AccountId=backups.member, PolicyType="BACKUP_POLICY")
        # A delegated administrator of any service reads.
        service = {"ServicePrincipal": "backup.amazonaws.com"}
        backups.client.enable_aws_service_access(**service)
        backups.client.register_delegated_administrator(AccountId=backups.member, **service)
        assert member.list_accounts_with_invalid_effective_policy(PolicyType="BACKUP_POLICY")["Accounts"] == []
        with refused("AccountNotFoundException", 400):
            self.errors(backups, "999999999999")
        with refused("EffectivePolicyNotFoundException", 400):
            self.errors(backups, backups.member)
        with refused("EffectivePolicyNotFoundException", 400):
            backups.client.list_accounts_with_invalid_effective_policy(PolicyType="TAG_POLICY")
        with refused("InvalidInputException", 400) as caught:
            backups.client.list_accounts_with_invalid_effective_policy(PolicyType="SERVICE_CONTROL_POLICY")
        assert caught.value.response["Reason"] == "INVALID_ENUM_POLICY_TYPE"
