"""Permissions on what an organization has: by ARN, by tags, by types of policies.

Expected values: "Actions, resources, and condition keys for AWS Organizations" (Service Authorization Reference);
"Attaching and detaching organization policies" and "Identity-based policy examples" (AWS Organizations User Guide).
"""

import re

import pytest

from support.clients import refused
from support.organization import MANAGEMENT, Organization
from support.policies import allow, deny, document


@pytest.fixture
def organization(enforcing):
    return Organization(enforcing, "SERVICE_CONTROL_POLICY")


def arn(organization, kind, rest):
    return f"arn:aws:organizations::{MANAGEMENT}:{kind}/{organization.id}/{rest}"


def user(organization, *statements, account=None):
    made = organization.server.new_user("auditor", *[[statement] for statement in statements], account=account)
    return made.client("organizations")


def denied(action, resource):
    message = re.compile(f"is not authorized to perform: organizations:{action} on resource: {re.escape(resource)} ")
    return refused("AccessDeniedException", 400, message)


def test_an_account(organization):
    mine, other = organization.account("mine"), organization.account("other")
    auditor = user(organization, allow("organizations:DescribeAccount", arn(organization, "account", mine)))
    assert auditor.describe_account(AccountId=mine)["Account"]["Name"] == "mine"
    with denied("DescribeAccount", arn(organization, "account", other)):
        auditor.describe_account(AccountId=other)


def test_a_unit_and_the_root(organization):
    unit, other = organization.unit("Workloads"), organization.unit("Sandbox")
    auditor = user(
        organization,
        allow("organizations:CreateOrganizationalUnit", arn(organization, "ou", unit)),
        allow("organizations:ListChildren", arn(organization, "root", organization.root)),
    )
    auditor.create_organizational_unit(ParentId=unit, Name="Inner")
    auditor.list_children(ParentId=organization.root, ChildType="ACCOUNT")
    with denied("CreateOrganizationalUnit", arn(organization, "ou", other)):
        auditor.create_organizational_unit(ParentId=other, Name="Inner")
    with denied("ListChildren", arn(organization, "ou", unit)):
        auditor.list_children(ParentId=unit, ChildType="ACCOUNT")


def test_a_policy_and_its_target(organization):
    """"a Resource element in the same policy statement that includes the ARN of the specified policy and the ARN of the
    root, OU, or account"."""
    policy, other = organization.policy("first", deny("s3:*")), organization.policy("second", deny("s3:*"))
    unit, elsewhere = organization.unit("Workloads"), organization.unit("Sandbox")
    of_policy = arn(organization, "policy", f"service_control_policy/{policy}")
    auditor = user(
        organization, allow("organizations:AttachPolicy", [of_policy, arn(organization, "ou", unit)])
    )
    auditor.attach_policy(PolicyId=policy, TargetId=unit)
    with denied("AttachPolicy", arn(organization, "ou", elsewhere)):
        auditor.attach_policy(PolicyId=policy, TargetId=elsewhere)
    with denied("AttachPolicy", arn(organization, "policy", f"service_control_policy/{other}")):
        auditor.attach_policy(PolicyId=other, TargetId=unit)


def test_a_policy_of_aws(organization):
    arn_of_full = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"
    auditor = user(organization, allow("organizations:DescribePolicy", arn_of_full))
    auditor.describe_policy(PolicyId="p-FullAWSAccess")
    mine = organization.policy("mine", deny("s3:*"))
    with denied("DescribePolicy", arn(organization, "policy", f"service_control_policy/{mine}")):
        auditor.describe_policy(PolicyId=mine)


def test_a_move_needs_account_source_and_destination(organization):
    account, unit = organization.account("dev"), organization.unit("Workloads")
    resources = [
        arn(organization, "account", account),
        arn(organization, "root", organization.root),
        arn(organization, "ou", unit),
    ]
    auditor = user(organization, allow("organizations:MoveAccount", resources))
    auditor.move_account(AccountId=account, SourceParentId=organization.root, DestinationParentId=unit)
    elsewhere = organization.unit("Sandbox")
    with denied("MoveAccount", arn(organization, "ou", elsewhere)):
        auditor.move_account(AccountId=account, SourceParentId=unit, DestinationParentId=elsewhere)


def test_what_has_a_tag(organization):
    red, blue = organization.unit("Red"), organization.unit("Blue")
    organization.client.tag_resource(ResourceId=red, Tags=[{"Key": "team", "Value": "red"}])
    condition = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    auditor = user(organization, allow("organizations:DescribeOrganizationalUnit", Condition=condition))
    auditor.describe_organizational_unit(OrganizationalUnitId=red)
    with denied("DescribeOrganizationalUnit", arn(organization, "ou", blue)):
        auditor.describe_organizational_unit(OrganizationalUnitId=blue)


def test_types_of_policies(organization):
    """`organizations:PolicyType` is told by the request, or by the policy that it names."""
    organization.client.enable_policy_type(RootId=organization.root, PolicyType="RESOURCE_CONTROL_POLICY")
    scp = organization.policy("scp", deny("s3:*"))
    rcp = organization.policy("rcp", deny("s3:*", Principal="*"), kind="RESOURCE_CONTROL_POLICY")
    condition = {"StringEquals": {"organizations:PolicyType": "SERVICE_CONTROL_POLICY"}}
    actions = ["organizations:ListPolicies", "organizations:DescribePolicy", "organizations:CreatePolicy"]
    auditor = user(organization, allow(actions, Condition=condition))
    auditor.list_policies(Filter="SERVICE_CONTROL_POLICY")
    auditor.describe_policy(PolicyId=scp)
    new = {"Name": "new", "Description": "", "Content": document(deny("*"))}
    auditor.create_policy(Type="SERVICE_CONTROL_POLICY", **new)
    with denied("ListPolicies", "*"):
        auditor.list_policies(Filter="RESOURCE_CONTROL_POLICY")
    with denied("DescribePolicy", arn(organization, "policy", f"resource_control_policy/{rcp}")):
        auditor.describe_policy(PolicyId=rcp)
    with denied("CreatePolicy", arn(organization, "policy", "resource_control_policy/p-*")):
        auditor.create_policy(Type="RESOURCE_CONTROL_POLICY", **new)


def test_a_handshake_is_the_inviting_organizations(organization):
    """Who is invited has the permission of their own account's policies alone."""
    invited = "111122223333"
    target = {"Id": invited, "Type": "ACCOUNT"}
    handshake = organization.client.invite_account_to_organization(Target=target)["Handshake"]
    stranger = organization.server.new_user("stranger", account=invited).client("organizations")
    with denied("AcceptHandshake", handshake["Arn"]):
        stranger.accept_handshake(HandshakeId=handshake["Id"])
    friend = user(organization, allow("organizations:AcceptHandshake", handshake["Arn"]), account=invited)
    friend.accept_handshake(HandshakeId=handshake["Id"])


def test_members_read_their_organization(organization):
    account = organization.account("dev")
    member = user(organization, allow("organizations:DescribeOrganization"), account=account)
    assert member.describe_organization()["Organization"]["Id"] == organization.id


def test_without_an_organization_only_wide_permissions_count(enforcing):
    wide = enforcing.new_user("wide", [allow("organizations:*", "arn:aws:organizations::*:*")]).client("organizations")
    with refused("AWSOrganizationsNotInUseException", 400):
        wide.describe_account(AccountId="111122223333")
    narrow = f"arn:aws:organizations::{MANAGEMENT}:account/o-1234567890/111122223333"
    bound = enforcing.new_user("narrow", [allow("organizations:*", narrow)]).client("organizations")
    with refused("AccessDeniedException", 400):
        bound.describe_account(AccountId="111122223333")
