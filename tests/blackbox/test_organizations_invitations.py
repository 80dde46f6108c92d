"""Invitations to organizations: by account and by address, to accounts with and without an organization.

Expected values: "InviteAccountToOrganization", "Handshake" (AWS Organizations API Reference); "Managing account invitations",
"Accepting or declining account invitations" and "Migrate an account to another organization" (AWS Organizations User Guide).
"""

import pytest

from support.clients import refused
from support.organization import MANAGEMENT, Organization
from support.policies import allow

INVITED = "111122223333"
OTHER = "444455556666"


def reason(caught):
    return caught.value.response["Reason"]


@pytest.fixture
def organization(plain):
    return Organization(plain)


def invite(organization, to, **settings):
    kind = "EMAIL" if "@" in to else "ACCOUNT"
    answer = organization.client.invite_account_to_organization(Target={"Id": to, "Type": kind}, **settings)
    return answer["Handshake"]


class TestByAddress:
    def test_of_an_account_that_was_there(self, organization):
        address = f"root@{INVITED}.example.com"
        handshake = invite(organization, address, Notes="Join us")
        assert handshake["Parties"][1] == {"Id": address, "Type": "EMAIL"}
        assert [(it["Type"], it["Value"]) for it in handshake["Resources"]] == [
            ("ORGANIZATION", organization.id),
            ("EMAIL", address),
            ("NOTES", "Join us"),
        ]
        assert (handshake["ExpirationTimestamp"] - handshake["RequestedTimestamp"]).days == 15
        invited = organization.server.root(INVITED).client("organizations")
        (seen,) = invited.list_handshakes_for_account()["Handshakes"]
        assert seen == handshake
        assert organization.client.list_handshakes_for_organization()["Handshakes"] == [handshake]
        invited.accept_handshake(HandshakeId=handshake["Id"])
        assert organization.client.describe_account(AccountId=INVITED)["Account"]["Email"] == address

    def test_of_an_account_that_was_made_elsewhere(self, organization):
        made = organization.account("migrant")
        organization.client.remove_account_from_organization(AccountId=made)
        new = Organization(organization.server, management=OTHER)
        handshake = invite(new, "MIGRANT@example.com")
        organization.server.root(made).client("organizations").accept_handshake(HandshakeId=handshake["Id"])
        account = new.client.describe_account(AccountId=made)["Account"]
        assert (account["Name"], account["Email"], account["JoinedMethod"]) == (
            "migrant",
            "migrant@example.com",
            "INVITED",
        )

    def test_of_nobody_here(self, organization):
        handshake = invite(organization, "nobody@example.com")
        with refused("DuplicateHandshakeException", 400):
            invite(organization, "nobody@example.com")
        stranger = organization.server.root(INVITED).client("organizations")
        assert stranger.list_handshakes_for_account()["Handshakes"] == []
        with refused("HandshakeNotFoundException", 400):
            stranger.accept_handshake(HandshakeId=handshake["Id"])
        organization.client.cancel_handshake(HandshakeId=handshake["Id"])
        assert invite(organization, "nobody@example.com")["State"] == "OPEN"

    def test_one_account_is_one_target(self, organization):
        invite(organization, INVITED)
        with refused("DuplicateHandshakeException", 400):
            invite(organization, f"root@{INVITED}.example.com")
        member = organization.account("member")
        for target in [member, "member@example.com", MANAGEMENT]:
            with refused("HandshakeConstraintViolationException", 400) as caught:
                invite(organization, target)
            assert reason(caught) == "ALREADY_IN_AN_ORGANIZATION"

    def test_addresses_are_of_one_account(self, organization):
        organization.account("first")
        request = organization.client.create_account(AccountName="second", Email="First@example.com")
        status = organization.client.describe_create_account_status(
            CreateAccountRequestId=request["CreateAccountStatus"]["Id"]
        )["CreateAccountStatus"]
        assert (status["State"], status["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"Id": "o-abcdefghij", "Type": "ORGANIZATION"}, "INVALID_PARTY_TYPE_TARGET"),
        ({"Id": "12345", "Type": "ACCOUNT"}, "INVALID_PATTERN_TARGET_ID"),
        ({"Id": "nobody", "Type": "EMAIL"}, "INVALID_EMAIL_ADDRESS_TARGET"),
        ({"Id": "no body@example.com", "Type": "EMAIL"}, "INVALID_EMAIL_ADDRESS_TARGET"),
        ({"Id": INVITED, "Type": "PERSON"}, "INVALID_ENUM"),
        ({"Id": INVITED}, "INPUT_REQUIRED"),
    ],
)
def test_targets_that_are_none(organization, target, expected):
    with refused("InvalidInputException", 400) as caught:
        organization.client.invite_account_to_organization(Target=target)
    assert reason(caught) == expected


def test_members_and_strangers_invite_nobody(organization):
    target = {"Id": INVITED, "Type": "ACCOUNT"}
    member = organization.server.root(organization.account("dev")).client("organizations")
    with refused("AccessDeniedException", 400):
        member.invite_account_to_organization(Target=target)
    with refused("AWSOrganizationsNotInUseException", 400):
        organization.server.root(OTHER).client("organizations").invite_account_to_organization(Target=target)


class TestSettling:
    def test_each_side_has_its_own_way(self, organization):
        handshake = invite(organization, INVITED)
        invited = organization.server.root(INVITED).client("organizations")
        with refused("AccessDeniedException", 400):
            organization.client.accept_handshake(HandshakeId=handshake["Id"])
        with refused("AccessDeniedException", 400):
            organization.client.decline_handshake(HandshakeId=handshake["Id"])
        with refused("AccessDeniedException", 400):
            invited.cancel_handshake(HandshakeId=handshake["Id"])
        assert organization.client.cancel_handshake(HandshakeId=handshake["Id"])["Handshake"]["State"] == "CANCELED"
        with refused("HandshakeAlreadyInStateException", 400):
            organization.client.cancel_handshake(HandshakeId=handshake["Id"])
        with refused("InvalidHandshakeTransitionException", 400):
            invited.accept_handshake(HandshakeId=handshake["Id"])

    def test_one_filter_at_a_time(self, organization):
        handshake = invite(organization, INVITED)
        listed = organization.client.list_handshakes_for_organization
        assert [it["Id"] for it in listed(Filter={"ActionType": "INVITE"})["Handshakes"]] == [handshake["Id"]]
        assert listed(Filter={"ActionType": "ENABLE_ALL_FEATURES"})["Handshakes"] == []
        with refused("InvalidInputException", 400) as caught:
            listed(Filter={"ActionType": "INVITE", "ParentHandshakeId": handshake["Id"]})
        assert reason(caught) == "MAX_LIMIT_EXCEEDED_FILTER"


class TestFromOneOrganizationToAnother:
    def test_a_member_moves(self, organization):
        migrant = organization.account("migrant")
        new = Organization(organization.server, management=OTHER)
        handshake = invite(new, migrant)
        client = organization.server.root(migrant).client("organizations")
        client.accept_handshake(HandshakeId=handshake["Id"])
        assert client.describe_organization()["Organization"]["Id"] == new.id
        assert new.client.list_parents(ChildId=migrant)["Parents"] == [{"Id": new.root, "Type": "ROOT"}]
        with refused("AccountNotFoundException", 400):
            organization.client.describe_account(AccountId=migrant)

    def test_a_delegated_administrator_stays(self, organization):
        migrant = organization.account("migrant")
        service = {"ServicePrincipal": "config.amazonaws.com"}
        organization.client.enable_aws_service_access(**service)
        organization.client.register_delegated_administrator(AccountId=migrant, **service)
        handshake = invite(Organization(organization.server, management=OTHER), migrant)
        client = organization.server.root(migrant).client("organizations")
        with refused("ConstraintViolationException", 400) as caught:
            client.accept_handshake(HandshakeId=handshake["Id"])
        assert reason(caught) == "CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"
        assert client.describe_handshake(HandshakeId=handshake["Id"])["Handshake"]["State"] == "OPEN"
        assert client.describe_organization()["Organization"]["Id"] == organization.id

    def test_a_management_account_deletes_its_organization_first(self, organization):
        new = Organization(organization.server, management=OTHER)
        handshake = invite(new, MANAGEMENT)
        assert organization.client.list_handshakes_for_account()["Handshakes"] == []
        with refused("MasterCannotLeaveOrganizationException", 400):
            organization.client.accept_handshake(HandshakeId=handshake["Id"])
        organization.client.delete_organization()
        (seen,) = organization.client.list_handshakes_for_account()["Handshakes"]
        organization.client.accept_handshake(HandshakeId=seen["Id"])
        assert organization.client.describe_organization()["Organization"]["MasterAccountId"] == OTHER

    def test_accepting_takes_the_permission_to_leave(self, enforcing):
        organization = Organization(enforcing)
        migrant = organization.account("migrant")
        handshake = invite(Organization(enforcing, management=OTHER), migrant)["Id"]
        accepts = allow("organizations:AcceptHandshake", "*")
        half = enforcing.new_user("half", [accepts], account=migrant).client("organizations")
        with refused("AccessDeniedException", 400) as caught:
            half.accept_handshake(HandshakeId=handshake)
        assert "organizations:LeaveOrganization" in str(caught.value)
        whole = [accepts, allow("organizations:LeaveOrganization", "*")]
        enforcing.new_user("whole", whole, account=migrant).client("organizations").accept_handshake(
            HandshakeId=handshake
        )

    def test_who_leaves_nothing_needs_no_such_permission(self, enforcing):
        handshake = invite(Organization(enforcing), INVITED)["Id"]
        user = enforcing.new_user("joiner", [allow("organizations:AcceptHandshake", "*")], account=INVITED)
        user.client("organizations").accept_handshake(HandshakeId=handshake)


class TestClosing:
    def test_what_is_closed_is_told_so(self, organization):
        account = organization.account("old")
        organization.client.close_account(AccountId=account)
        described = organization.client.describe_account(AccountId=account)["Account"]
        assert (described["State"], described["Status"]) == ("CLOSED", "SUSPENDED")
        with refused("AccountAlreadyClosedException", 400):
            organization.client.close_account(AccountId=account)
        with refused("ConstraintViolationException", 400) as caught:
            organization.client.close_account(AccountId=MANAGEMENT)
        assert reason(caught) == "CANNOT_CLOSE_MANAGEMENT_ACCOUNT"
        with refused("AccountNotFoundException", 400):
            organization.client.close_account(AccountId=OTHER)
