"""Trusted services, delegated administrators, and the resource policy that delegates to members.

Expected values: "RegisterDelegatedAdministrator", "EnableAWSServiceAccess", "PutResourcePolicy" and their neighbours (AWS
Organizations API Reference); "Delegated administrator for AWS Organizations" and "Resource-based policy examples for AWS
Organizations" (AWS Organizations User Guide).
"""

import re

import pytest

from support.clients import refused
from support.organization import MANAGEMENT, Organization
from support.policies import allow, deny, document

ANALYZER = "access-analyzer.amazonaws.com"
NO_PERMISSION = "You don't have permissions to access this resource."
SCP = "SERVICE_CONTROL_POLICY"


def reason(caught):
    return caught.value.response["Reason"]


class TestTrustedServices:
    def test_from_trust_to_mistrust(self, plain):
        client = Organization(plain).client
        assert client.list_aws_service_access_for_organization()["EnabledServicePrincipals"] == []
        client.enable_aws_service_access(ServicePrincipal=ANALYZER)
        client.enable_aws_service_access(ServicePrincipal=ANALYZER)
        client.enable_aws_service_access(ServicePrincipal="member.org.stacksets.cloudformation.amazonaws.com")
        listed = client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
        assert [service["ServicePrincipal"] for service in listed] == [
            ANALYZER,
            "member.org.stacksets.cloudformation.amazonaws.com",
        ]
        assert all(service["DateEnabled"] for service in listed)
        client.disable_aws_service_access(ServicePrincipal=ANALYZER)
        listed = client.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
        assert ANALYZER not in str(listed)

    def test_what_is_no_service(self, plain):
        client = Organization(plain).client
        with refused("InvalidInputException", 400, "You specified an unrecognized service principal.") as caught:
            client.enable_aws_service_access(ServicePrincipal="moon.example.com")
        assert reason(caught) == "UNRECOGNIZED_SERVICE_PRINCIPAL"

    def test_only_where_all_features_are(self, plain):
        client = plain.root().client("organizations")
        client.create_organization(FeatureSet="CONSOLIDATED_BILLING")
        with refused("ConstraintViolationException", 400) as caught:
            client.enable_aws_service_access(ServicePrincipal=ANALYZER)
        assert reason(caught) == "ORGANIZATION_NOT_IN_ALL_FEATURES_MODE"

    def test_members_trust_nobody(self, plain):
        organization = Organization(plain)
        member = plain.root(organization.account("dev")).client("organizations")
        with refused("AccessDeniedException", 400, NO_PERMISSION):
            member.enable_aws_service_access(ServicePrincipal=ANALYZER)


class TestDelegatedAdministrators:
    @pytest.fixture
    def organization(self, plain):
        organization = Organization(plain)
        organization.client.enable_aws_service_access(ServicePrincipal=ANALYZER)
        return organization

    def register(self, organization, account, service=ANALYZER):
        organization.client.register_delegated_administrator(AccountId=account, ServicePrincipal=service)

    def test_from_registration_to_deregistration(self, organization):
        client, account = organization.client, organization.account("security")
        self.register(organization, account)
        (listed,) = client.list_delegated_administrators()["DelegatedAdministrators"]
        assert (listed["Id"], listed["Name"], listed["Status"]) == (account, "security", "ACTIVE")
        assert listed["DelegationEnabledDate"]
        (service,) = client.list_delegated_services_for_account(AccountId=account)["DelegatedServices"]
        assert service["ServicePrincipal"] == ANALYZER
        others = client.list_delegated_administrators(ServicePrincipal="config.amazonaws.com")
        assert others["DelegatedAdministrators"] == []
        with refused("AccountAlreadyRegisteredException", 400):
            self.register(organization, account)
        with refused("ConstraintViolationException", 400) as caught:
            client.remove_account_from_organization(AccountId=account)
        assert reason(caught) == "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"
        client.deregister_delegated_administrator(AccountId=account, ServicePrincipal=ANALYZER)
        with refused("AccountNotRegisteredException", 400):
            client.deregister_delegated_administrator(AccountId=account, ServicePrincipal=ANALYZER)
        with refused("AccountNotRegisteredException", 400):
            client.list_delegated_services_for_account(AccountId=account)
        client.remove_account_from_organization(AccountId=account)

    def test_who_cannot_be_one(self, organization):
        account = organization.account("security")
        with refused("AccountNotFoundException", 400):
            self.register(organization, "999999999999")
        for who, service, expected in [
            (MANAGEMENT, ANALYZER, "CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"),
            (account, "config.amazonaws.com", "SERVICE_ACCESS_NOT_ENABLED"),
        ]:
            with refused("ConstraintViolationException", 400) as caught:
                self.register(organization, who, service)
            assert reason(caught) == expected
        organization.client.close_account(AccountId=account)
        with refused("ConstraintViolationException", 400) as caught:
            self.register(organization, account)
        assert reason(caught) == "CANNOT_REGISTER_SUSPENDED_ACCOUNT_AS_DELEGATED_ADMINISTRATOR"

    def test_it_reads_the_organization_and_changes_nothing(self, organization):
        """"It grants read-only access to Organizations service data."""
        account = organization.account("security")
        unit = organization.unit("Workloads")
        member = organization.server.root(account).client("organizations")
        with refused("AccessDeniedException", 400, NO_PERMISSION):
            member.list_accounts()
        self.register(organization, account)
        assert {found["Id"] for found in member.list_accounts()["Accounts"]} == {MANAGEMENT, account}
        member.describe_organizational_unit(OrganizationalUnitId=unit)
        member.list_delegated_administrators()
        for change in [
            lambda: member.create_policy(Name="x", Description="", Type=SCP, Content=document([deny("s3:*")])),
            lambda: member.create_organizational_unit(ParentId=organization.root, Name="Mine"),
            lambda: member.register_delegated_administrator(AccountId=account, ServicePrincipal=ANALYZER),
        ]:
            with refused("AccessDeniedException", 400, NO_PERMISSION):
                change()


def test_an_administrators_users_need_permissions_of_their_own(enforcing):
    organization = Organization(enforcing)
    account = organization.account("security")
    organization.client.enable_aws_service_access(ServicePrincipal=ANALYZER)
    organization.client.register_delegated_administrator(AccountId=account, ServicePrincipal=ANALYZER)
    nobody = enforcing.new_user("nobody", account=account).client("organizations")
    with refused("AccessDeniedException", 400, re.compile("is not authorized to perform: organizations:ListAccounts")):
        nobody.list_accounts()
    enforcing.admin(account).client("organizations").list_accounts()
    unregistered = enforcing.admin(organization.account("dev")).client("organizations")
    with refused("AccessDeniedException", 400, NO_PERMISSION):
        unregistered.list_accounts()


class TestResourcePolicy:
    def put(self, organization, *statements):
        return organization.client.put_resource_policy(Content=document(list(statements)))["ResourcePolicy"]

    def test_from_creation_to_deletion(self, plain):
        organization = Organization(plain)
        client, account = organization.client, organization.account("dev")
        with refused("ResourcePolicyNotFoundException", 400):
            client.describe_resource_policy()
        statement = allow("organizations:List*", Principal={"AWS": f"arn:aws:iam::{account}:root"})
        made = self.put(organization, statement)
        summary = made["ResourcePolicySummary"]
        assert re.fullmatch(r"rp-[0-9a-zA-Z_]{4,128}", summary["Id"])
        assert summary["Arn"] == f"arn:aws:organizations::{MANAGEMENT}:resourcepolicy/{organization.id}/{summary['Id']}"
        assert client.describe_resource_policy()["ResourcePolicy"] == made
        again = self.put(organization, {**statement, "Action": "organizations:Describe*"})
        assert again["ResourcePolicySummary"] == summary and again["Content"] != made["Content"]
        client.tag_resource(ResourceId=summary["Id"], Tags=[{"Key": "team", "Value": "red"}])
        assert client.list_tags_for_resource(ResourceId=summary["Id"])["Tags"] == [{"Key": "team", "Value": "red"}]
        client.delete_resource_policy()
        with refused("ResourcePolicyNotFoundException", 400):
            client.delete_resource_policy()

    @pytest.mark.parametrize(
        "content, expected",
        [
            ("{", "INVALID_RESOURCE_POLICY_JSON"),
            (document([allow("organizations:ListRoots")]), "INVALID_RESOURCE_POLICY_JSON"),
            (
                document([allow("organizations:ListRoots", Principal={"Service": "s3.amazonaws.com"})]),
                "INVALID_PRINCIPAL",
            ),
            (
                document([allow("organizations:CreateAccount", Principal={"AWS": "111122223333"})]),
                "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY",
            ),
            (document([allow("s3:*", Principal={"AWS": "111122223333"})]), "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY"),
            (
                document([allow("organizations:ListOutboundResponsibilityTransfers", Principal={"AWS": "111122223333"})]),
                "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY",
            ),
            (
                document(
                    [
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": "111122223333"},
                            "NotAction": "organizations:ListRoots",
                            "Resource": "*",
                        }
                    ]
                ),
                "UNSUPPORTED_ACTION_IN_RESOURCE_POLICY",
            ),
            (
                document(
                    [
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": "111122223333"},
                            "Action": "organizations:ListRoots",
                            "NotResource": "arn:aws:organizations::000000000000:root/o-abcdefghij/r-abcd",
                        }
                    ]
                ),
                "UNSUPPORTED_RESOURCE_IN_RESOURCE_POLICY",
            ),
        ],
    )
    def test_what_delegates_nothing(self, plain, content, expected):
        organization = Organization(plain)
        with refused("InvalidInputException", 400) as caught:
            organization.client.put_resource_policy(Content=content)
        assert reason(caught) == expected

    def test_a_member_manages_policies_of_the_delegated_type(self, enforcing):
        """"Create, read, update, and delete policies": for one type of policies."""
        organization = Organization(enforcing, SCP)
        account = organization.account("security")
        actions = [f"organizations:{verb}Policy" for verb in ("Create", "Describe", "Update", "Delete")]
        self.put(
            organization,
            allow(
                actions,
                Principal={"AWS": f"arn:aws:iam::{account}:root"},
                Condition={"StringEquals": {"organizations:PolicyType": SCP}},
            ),
        )
        member = enforcing.admin(account).client("organizations")
        new = {"Name": "mine", "Description": "", "Content": document([deny("s3:*")])}
        made = member.create_policy(Type=SCP, **new)["Policy"]["PolicySummary"]["Id"]
        member.describe_policy(PolicyId=made)
        member.delete_policy(PolicyId=made)
        message = re.compile("because no resource-based policy allows the organizations:CreatePolicy action")
        with refused("AccessDeniedException", 400, message):
            member.create_policy(Type="RESOURCE_CONTROL_POLICY", **new)
        with refused("AccessDeniedException", 400, NO_PERMISSION):
            member.list_policies(Filter=SCP)

    def test_both_accounts_have_to_allow(self, enforcing):
        """"you must grant roles and users in the delegated administrator account the corresponding IAM permissions"."""
        organization = Organization(enforcing)
        account = organization.account("security")
        self.put(organization, allow("organizations:ListRoots", Principal={"AWS": f"arn:aws:iam::{account}:root"}))
        nobody = enforcing.new_user("nobody", account=account).client("organizations")
        message = re.compile("because no identity-based policy allows the organizations:ListRoots action")
        with refused("AccessDeniedException", 400, message):
            nobody.list_roots()
        reader = enforcing.new_user("reader", [allow("organizations:ListRoots")], account=account)
        assert reader.client("organizations").list_roots()["Roots"][0]["Id"] == organization.root

    def test_it_attaches_to_the_named_unit_alone(self, enforcing):
        """"Attach policies to a single OU or account"."""
        organization = Organization(enforcing, SCP)
        account = organization.account("security")
        mine, other = organization.unit("Mine"), organization.unit("Other")
        policy = organization.policy("no-s3", deny("s3:*"))
        of = f"arn:aws:organizations::{MANAGEMENT}:"
        self.put(
            organization,
            allow(
                "organizations:AttachPolicy",
                [f"{of}ou/{organization.id}/{mine}", f"{of}policy/{organization.id}/service_control_policy/*"],
                Principal={"AWS": account},
            ),
        )
        member = enforcing.admin(account).client("organizations")
        member.attach_policy(PolicyId=policy, TargetId=mine)
        with refused("AccessDeniedException", 400):
            member.attach_policy(PolicyId=policy, TargetId=other)

    def test_what_it_denies_a_registered_administrator(self, enforcing):
        organization = Organization(enforcing)
        account = organization.account("security")
        organization.client.enable_aws_service_access(ServicePrincipal=ANALYZER)
        organization.client.register_delegated_administrator(AccountId=account, ServicePrincipal=ANALYZER)
        self.put(organization, deny("organizations:ListAccounts", Principal={"AWS": account}))
        member = enforcing.admin(account).client("organizations")
        member.list_roots()
        with refused("AccessDeniedException", 400, re.compile("with an explicit deny in a resource-based policy")):
            member.list_accounts()

    def test_control_policies_bind_whom_it_delegates_to(self, enforcing):
        organization = Organization(enforcing, SCP)
        account = organization.account("security")
        self.put(organization, allow("organizations:List*", Principal={"AWS": account}))
        member = enforcing.admin(account).client("organizations")
        member.list_accounts()
        organization.attach(organization.policy("closed", deny("organizations:*")), account)
        with refused("AccessDeniedException", 400, re.compile("explicit deny in a service control policy")):
            member.list_accounts()
