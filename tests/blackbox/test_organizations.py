"""AWS Organizations, and its control policies over other services.

Expected values: "AWS Organizations API Reference"; "Service control policies (SCPs)", "Resource control policies (RCPs)",
"SCP evaluation" (AWS Organizations User Guide); "Policy evaluation logic" and "Troubleshoot access denied error messages"
(IAM User Guide).
"""

import json
import re

import pytest

from support.clients import refused
from support.organization import MANAGEMENT, Organization
from support.policies import allow, deny, document, trust

FULL = "p-FullAWSAccess"


class TestOrganization:
    def test_an_account_without_one(self, plain):
        with refused("AWSOrganizationsNotInUseException", 400, "Your account is not a member of an organization."):
            plain.root().client("organizations").describe_organization()

    def test_from_creation_to_deletion(self, plain):
        client = plain.root().client("organizations")
        made = client.create_organization(FeatureSet="ALL")["Organization"]
        assert re.fullmatch(r"o-[a-z0-9]{10,32}", made["Id"])
        assert made["FeatureSet"] == "ALL"
        assert made["MasterAccountId"] == MANAGEMENT
        assert made["Arn"] == f"arn:aws:organizations::{MANAGEMENT}:organization/{made['Id']}"
        assert made["MasterAccountArn"] == f"arn:aws:organizations::{MANAGEMENT}:account/{made['Id']}/{MANAGEMENT}"
        assert client.describe_organization()["Organization"] == made
        with refused("AlreadyInOrganizationException", 400):
            client.create_organization()
        (account,) = client.list_accounts()["Accounts"]
        assert (account["Id"], account["Status"], account["JoinedMethod"]) == (MANAGEMENT, "ACTIVE", "INVITED")
        client.delete_organization()
        with refused("AWSOrganizationsNotInUseException", 400):
            client.list_accounts()

    def test_one_that_is_not_empty_stays(self, plain):
        organization = Organization(plain)
        unit = organization.unit("Sandbox")
        with refused("OrganizationNotEmptyException", 400):
            organization.client.delete_organization()
        organization.client.delete_organizational_unit(OrganizationalUnitId=unit)
        organization.client.delete_organization()

    def test_members_may_not_administer(self, plain):
        organization = Organization(plain)
        member = plain.root(organization.account("dev")).client("organizations")
        assert member.describe_organization()["Organization"]["Id"] == organization.id
        with refused("AccessDeniedException", 400, "You don't have permissions to access this resource."):
            member.list_accounts()
        member.leave_organization()
        with refused("AWSOrganizationsNotInUseException", 400):
            member.describe_organization()


class TestTree:
    def test_units_and_their_paths(self, plain):
        organization = Organization(plain)
        outer = organization.unit("Workloads")
        inner = organization.unit("Production", outer)
        assert re.fullmatch(rf"ou-{organization.root[2:]}-[a-z0-9]{{8,32}}", outer)
        described = organization.client.describe_organizational_unit(OrganizationalUnitId=inner)["OrganizationalUnit"]
        assert described["Arn"] == f"arn:aws:organizations::{MANAGEMENT}:ou/{organization.id}/{inner}"
        parents = organization.client.list_parents(ChildId=inner)["Parents"]
        assert parents == [{"Id": outer, "Type": "ORGANIZATIONAL_UNIT"}]
        assert organization.client.list_parents(ChildId=outer)["Parents"] == [{"Id": organization.root, "Type": "ROOT"}]
        listed = organization.client.list_organizational_units_for_parent(ParentId=outer)["OrganizationalUnits"]
        assert [unit["Name"] for unit in listed] == ["Production"]
        with refused("DuplicateOrganizationalUnitException", 400):
            organization.unit("Production", outer)
        with refused("OrganizationalUnitNotEmptyException", 400):
            organization.client.delete_organizational_unit(OrganizationalUnitId=outer)
        with refused("ParentNotFoundException", 400):
            organization.unit("Nowhere", "ou-abcd-12345678")

    def test_five_units_deep_and_no_deeper(self, plain):
        organization = Organization(plain)
        parent = None
        for level in range(5):
            parent = organization.unit(f"level-{level}", parent)
        with refused("ConstraintViolationException", 400) as caught:
            organization.unit("level-5", parent)
        assert caught.value.response["Reason"] == "OU_DEPTH_LIMIT_EXCEEDED"

    def test_accounts_are_made_and_moved(self, plain):
        organization = Organization(plain)
        request = organization.client.create_account(AccountName="dev", Email="dev@example.com")["CreateAccountStatus"]
        assert request["State"] == "IN_PROGRESS"
        unit = organization.unit("Workloads")
        account = organization.account("prod", unit)
        described = organization.client.describe_account(AccountId=account)["Account"]
        assert (described["Name"], described["Email"]) == ("prod", "prod@example.com")
        assert (described["Status"], described["JoinedMethod"]) == ("ACTIVE", "CREATED")
        children = organization.client.list_children(ParentId=unit, ChildType="ACCOUNT")["Children"]
        assert children == [{"Id": account, "Type": "ACCOUNT"}]
        with refused("SourceParentNotFoundException", 400):
            organization.client.move_account(
                AccountId=account, SourceParentId=organization.root, DestinationParentId=unit
            )
        with refused("AccountNotFoundException", 400, "You specified an account that doesn't exist."):
            organization.client.describe_account(AccountId="999999999999")

    def test_an_address_serves_one_account(self, plain):
        organization = Organization(plain)
        organization.account("dev")
        request = organization.client.create_account(AccountName="twin", Email="dev@example.com")["CreateAccountStatus"]
        status = organization.client.describe_create_account_status(CreateAccountRequestId=request["Id"])
        assert status["CreateAccountStatus"]["FailureReason"] == "EMAIL_ALREADY_EXISTS"

    def test_pages(self, plain):
        organization = Organization(plain)
        made = {organization.unit(f"unit-{number}") for number in range(5)}
        pages = organization.client.get_paginator("list_organizational_units_for_parent").paginate(
            ParentId=organization.root, PaginationConfig={"PageSize": 2}
        )
        units = [[unit["Id"] for unit in page["OrganizationalUnits"]] for page in pages]
        assert [len(page) for page in units] == [2, 2, 1]
        assert {unit for page in units for unit in page} == made
        with refused("InvalidInputException", 400) as caught:
            organization.client.list_accounts(NextToken="made-up")
        assert caught.value.response["Reason"] == "INVALID_NEXT_TOKEN"

    def test_the_management_account_administers_what_it_made(self, enforcing):
        organization = Organization(enforcing)
        account = organization.account("dev")
        role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        session = enforcing.admin().assume(role)
        assert session.client("sts").get_caller_identity()["Account"] == account
        session.client("iam").create_user(UserName="first")

    def test_invitations(self, plain):
        organization = Organization(plain)
        invited = plain.root("111122223333").client("organizations")
        target = {"Id": "111122223333", "Type": "ACCOUNT"}
        handshake = organization.client.invite_account_to_organization(Target=target, Notes="Join us")["Handshake"]
        assert (handshake["State"], handshake["Action"]) == ("OPEN", "INVITE")
        with refused("DuplicateHandshakeException", 400):
            organization.client.invite_account_to_organization(Target=target)
        (seen,) = invited.list_handshakes_for_account()["Handshakes"]
        assert seen["Id"] == handshake["Id"]
        assert invited.accept_handshake(HandshakeId=handshake["Id"])["Handshake"]["State"] == "ACCEPTED"
        described = organization.client.describe_account(AccountId="111122223333")["Account"]
        assert described["JoinedMethod"] == "INVITED"
        with refused("HandshakeConstraintViolationException", 400):
            organization.client.invite_account_to_organization(Target=target)
        organization.client.remove_account_from_organization(AccountId="111122223333")
        again = organization.client.invite_account_to_organization(Target=target)["Handshake"]
        assert invited.decline_handshake(HandshakeId=again["Id"])["Handshake"]["State"] == "DECLINED"
        with refused("InvalidHandshakeTransitionException", 400):
            invited.accept_handshake(HandshakeId=again["Id"])
        with refused("MasterCannotLeaveOrganizationException", 400):
            organization.client.leave_organization()

    def test_tags(self, plain):
        organization = Organization(plain)
        unit = organization.unit("Workloads")
        organization.client.tag_resource(ResourceId=unit, Tags=[{"Key": "team", "Value": "red"}])
        organization.client.tag_resource(ResourceId=unit, Tags=[{"Key": "team", "Value": "blue"}])
        listed = organization.client.list_tags_for_resource(ResourceId=unit)["Tags"]
        assert listed == [{"Key": "team", "Value": "blue"}]
        organization.client.untag_resource(ResourceId=unit, TagKeys=["team"])
        assert organization.client.list_tags_for_resource(ResourceId=unit)["Tags"] == []
        with refused("TargetNotFoundException", 400, "You specified a target that doesn't exist."):
            organization.client.tag_resource(ResourceId="p-12345678", Tags=[{"Key": "a", "Value": "b"}])


class TestPolicies:
    def test_enabling_attaches_full_access_to_everything(self, plain):
        organization = Organization(plain)
        unit = organization.unit("Workloads")
        policy = organization.policy("no-s3", deny("s3:*"))
        message = "This operation can be performed only for enabled policy types."
        with refused("PolicyTypeNotEnabledException", 400, message):
            organization.attach(policy, unit)
        root = organization.client.enable_policy_type(RootId=organization.root, PolicyType="SERVICE_CONTROL_POLICY")
        assert root["Root"]["PolicyTypes"] == [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]
        targets = organization.client.list_targets_for_policy(PolicyId=FULL)["Targets"]
        assert {target["TargetId"] for target in targets} == {organization.root, unit, MANAGEMENT}
        account = organization.account("dev")
        (attached,) = organization.client.list_policies_for_target(TargetId=account, Filter="SERVICE_CONTROL_POLICY")[
            "Policies"
        ]
        assert attached["Arn"] == f"arn:aws:organizations::aws:policy/service_control_policy/{FULL}"
        assert attached["AwsManaged"] is True

    def test_a_policy_from_creation_to_deletion(self, plain):
        organization = Organization(plain, "SERVICE_CONTROL_POLICY")
        policy = organization.policy("no-s3", deny("s3:*"))
        described = organization.client.describe_policy(PolicyId=policy)["Policy"]
        assert json.loads(described["Content"])["Statement"][0]["Action"] == "s3:*"
        arn = f"arn:aws:organizations::{MANAGEMENT}:policy/{organization.id}/service_control_policy/{policy}"
        assert described["PolicySummary"]["Arn"] == arn
        with refused("DuplicatePolicyException", 400, "A policy with the specified name and type already exists."):
            organization.policy("no-s3", deny("sqs:*"))
        organization.attach(policy, organization.root)
        with refused("DuplicatePolicyAttachmentException", 400):
            organization.attach(policy, organization.root)
        with refused("PolicyInUseException", 400):
            organization.client.delete_policy(PolicyId=policy)
        organization.detach(policy, organization.root)
        with refused("PolicyNotAttachedException", 400):
            organization.detach(policy, organization.root)
        organization.client.delete_policy(PolicyId=policy)
        with refused("PolicyNotFoundException", 400, "You specified a policy that doesn't exist."):
            organization.client.describe_policy(PolicyId=policy)

    @pytest.mark.parametrize("content", ["{}", '{"Version": "2012-10-17"', document(allow("s3:*", Principal="*"))])
    def test_malformed_content(self, plain, content):
        organization = Organization(plain)
        message = (
            "The provided policy document does not meet the requirements of the specified policy type."
        )
        with refused("MalformedPolicyDocumentException", 400, message):
            organization.client.create_policy(
                Name="bad", Description="", Type="SERVICE_CONTROL_POLICY", Content=content
            )

    def test_at_least_one_and_at_most_ten(self, plain):
        organization = Organization(plain, "SERVICE_CONTROL_POLICY")
        unit = organization.unit("Workloads")
        with refused("ConstraintViolationException", 400) as caught:
            organization.detach(FULL, unit)
        assert caught.value.response["Reason"] == "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"
        for number in range(9):
            organization.attach(organization.policy(f"p{number}", deny("s3:*")), unit)
        eleventh = organization.policy("one-too-many", deny("s3:*"))
        message = "You have attached the maximum number of policies to the specified target."
        with refused("ConstraintViolationException", 400, message):
            organization.attach(eleventh, unit)

    def test_awss_own_stay_as_they_are(self, plain):
        organization = Organization(plain, "RESOURCE_CONTROL_POLICY")
        with refused("InvalidInputException", 400) as caught:
            organization.client.update_policy(PolicyId=FULL, Name="mine")
        assert caught.value.response["Reason"] == "IMMUTABLE_POLICY"
        with refused("InvalidInputException", 400) as caught:
            organization.detach("p-RCPFullAWSAccess", organization.root)
        assert caught.value.response["Reason"] == "NON_DETACHABLE_POLICY"


class TestServiceControl:
    @pytest.fixture
    def organization(self, enforcing):
        return Organization(enforcing, "SERVICE_CONTROL_POLICY")

    def test_a_denial_binds_users_and_root_of_members(self, enforcing, organization):
        account = organization.account("dev")
        admin = enforcing.admin(account)
        admin.client("s3").create_bucket(Bucket="before")
        organization.attach(organization.policy("no-s3", deny("s3:CreateBucket")), organization.root)
        message = re.compile("with an explicit deny in a service control policy")
        with refused("AccessDenied", 403, message):
            admin.client("s3").create_bucket(Bucket="after")
        with refused("AccessDenied", 403, message):
            enforcing.root(account).client("s3").create_bucket(Bucket="after")
        admin.client("s3").list_buckets()

    def test_the_management_account_is_exempt(self, enforcing, organization):
        organization.attach(organization.policy("nothing", deny("*")), organization.root)
        enforcing.admin().client("s3").create_bucket(Bucket="mine")

    def test_every_level_must_allow(self, enforcing, organization):
        unit = organization.unit("Workloads")
        account = organization.account("dev", unit)
        admin = enforcing.admin(account)
        organization.attach(organization.policy("s3-alone", allow("s3:*")), unit)
        organization.detach(FULL, unit)
        admin.client("s3").create_bucket(Bucket="allowed")
        message = re.compile("because no service control policy allows the iam:GetUser action")
        with refused("AccessDenied", 403, message):
            admin.client("iam").get_user()

    def test_moving_changes_what_binds(self, enforcing, organization):
        free, bound = organization.unit("Free"), organization.unit("Bound")
        organization.attach(organization.policy("no-s3", deny("s3:*")), bound)
        account = organization.account("dev", bound)
        admin = enforcing.admin(account)
        with refused("AccessDenied", 403):
            admin.client("s3").list_buckets()
        organization.client.move_account(AccountId=account, SourceParentId=bound, DestinationParentId=free)
        admin.client("s3").list_buckets()

    def test_disabling_the_type_frees(self, enforcing, organization):
        account = organization.account("dev")
        admin = enforcing.admin(account)
        organization.attach(organization.policy("no-s3", deny("s3:*")), account)
        with refused("AccessDenied", 403):
            admin.client("s3").list_buckets()
        organization.client.disable_policy_type(RootId=organization.root, PolicyType="SERVICE_CONTROL_POLICY")
        admin.client("s3").list_buckets()

    def test_it_grants_nothing(self, enforcing, organization):
        account = organization.account("dev")
        nobody = enforcing.new_user("nobody", account=account)
        message = re.compile("because no identity-based policy allows the s3:ListAllMyBuckets action")
        with refused("AccessDenied", 403, message):
            nobody.client("s3").list_buckets()

    def test_roles_of_other_accounts_are_bound_by_their_own_organization(self, enforcing, organization):
        """A session is its role's account's: control policies of that account bind it."""
        account = organization.account("dev")
        organization.attach(organization.policy("no-s3", deny("s3:*")), account)
        role = enforcing.new_role(
            "visited", [allow("*")], trust=[trust(f"arn:aws:iam::{MANAGEMENT}:root")], account=account
        )
        session = enforcing.admin().assume(role)
        with refused("AccessDenied", 403, re.compile("explicit deny in a service control policy")):
            session.client("s3").list_buckets()


class TestResourceControl:
    @pytest.fixture
    def organization(self, enforcing):
        return Organization(enforcing, "RESOURCE_CONTROL_POLICY")

    def rcp(self, organization, name, **condition):
        return organization.policy(
            name, deny("s3:*", Principal="*", Condition=condition), kind="RESOURCE_CONTROL_POLICY"
        )

    def test_resources_of_members_are_guarded_against_strangers(self, enforcing, organization):
        """The data perimeter of the RCP examples: nobody from outside the organization."""
        account = organization.account("dev")
        owner = enforcing.admin(account)
        owner.client("s3").create_bucket(Bucket="shared")
        owner.client("s3").put_object(Bucket="shared", Key="k", Body=b"x")
        public = document([allow("s3:GetObject", "arn:aws:s3:::shared/*", Principal={"AWS": "*"})])
        owner.client("s3").put_bucket_policy(Bucket="shared", Policy=public)
        stranger = enforcing.new_user("stranger", [allow("s3:*")], account="444455556666")
        insider = enforcing.new_user("insider", [allow("s3:*")])
        stranger.client("s3").get_object(Bucket="shared", Key="k")

        policy = self.rcp(
            organization,
            "perimeter",
            StringNotEqualsIfExists={"aws:PrincipalOrgID": organization.id},
        )
        organization.attach(policy, organization.root)
        # Other accounts are not told why.
        with refused("AccessDenied", 403, "Access Denied"):
            stranger.client("s3").get_object(Bucket="shared", Key="k")
        insider.client("s3").get_object(Bucket="shared", Key="k")
        owner.client("s3").get_object(Bucket="shared", Key="k")
        entry = enforcing.get_json("/_stockade/decisions?denied")
        assert "resource control policy" in json.dumps(entry)

    def test_resources_of_the_management_account_are_not(self, enforcing, organization):
        enforcing.admin().client("s3").create_bucket(Bucket="mine")
        organization.attach(self.rcp(organization, "nobody"), organization.root)
        enforcing.admin().client("s3").list_objects_v2(Bucket="mine")


class TestConditionKeys:
    @pytest.mark.parametrize(
        "condition, is_allowed",
        [
            ({"StringEquals": {"aws:PrincipalOrgID": "{organization}"}}, True),
            ({"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}, False),
            (
                {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "{organization}/{root}/{unit}/*"}},
                True,
            ),
            ({"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "{organization}/{root}/"}}, False),
        ],
    )
    def test_where_the_principal_stands(self, enforcing, condition, is_allowed):
        organization = Organization(enforcing)
        unit = organization.unit("Workloads")
        account = organization.account("dev", unit)
        text = json.dumps(condition)
        for name, value in [("organization", organization.id), ("root", organization.root), ("unit", unit)]:
            text = text.replace("{" + name + "}", value)
        user = enforcing.new_user(
            "user", [allow("s3:ListAllMyBuckets", Condition=json.loads(text))], account=account
        )
        if is_allowed:
            user.client("s3").list_buckets()
        else:
            with refused("AccessDenied", 403):
                user.client("s3").list_buckets()
