"""Transfers of responsibility between two organizations.

Expected values: "InviteOrganizationToTransferResponsibility", "ResponsibilityTransfer", "TerminateResponsibilityTransfer" and
their errors (AWS Organizations API Reference); "Transfer billing management to external accounts", "Quotas" (AWS Billing User
Guide).
"""

import datetime
import re

import pytest

from support.clients import refused
from support.organization import MANAGEMENT, Organization
from support.policies import allow

SOURCE = "111122223333"
THIRD, FOURTH = "444455556666", "777788889999"


def month(offset):
    """The first of the month so many months from now, at midnight UTC."""
    now = datetime.datetime.now(datetime.timezone.utc)
    year, index = divmod(now.year * 12 + now.month - 1 + offset, 12)
    return datetime.datetime(year, index + 1, 1, tzinfo=datetime.timezone.utc)


def last_second(offset):
    return month(offset + 1) - datetime.timedelta(seconds=1)


def reason(caught):
    return caught.value.response["Reason"]


@pytest.fixture
def target(plain):
    return Organization(plain)


@pytest.fixture
def source(plain):
    return Organization(plain, management=SOURCE)


# The second month is never too early, whatever day it is.
def ask(target, account=SOURCE, start=None, **settings):
    kind = "EMAIL" if "@" in account else "ACCOUNT"
    answer = target.client.invite_organization_to_transfer_responsibility(
        **{
            "Type": "BILLING",
            "Target": {"Id": account, "Type": kind},
            "SourceName": "downstream",
            "StartTimestamp": start or month(2),
            **settings,
        }
    )
    return answer["Handshake"]


def agree(target, source):
    handshake = ask(target, source.management)
    source.client.accept_handshake(HandshakeId=handshake["Id"])
    return handshake["Resources"][0]["Value"]


def inbound(organization, **settings):
    return organization.client.list_inbound_responsibility_transfers(Type="BILLING", **settings)[
        "ResponsibilityTransfers"
    ]


def outbound(organization):
    return organization.client.list_outbound_responsibility_transfers(Type="BILLING")["ResponsibilityTransfers"]


class TestInvitations:
    def test_what_is_asked(self, target, source):
        handshake = ask(target, Notes="Let us pay")
        assert (handshake["Action"], handshake["State"]) == ("TRANSFER_RESPONSIBILITY", "REQUESTED")
        assert f":handshake/{target.id}/transfer_responsibility/{handshake['Id']}" in handshake["Arn"]
        assert handshake["ExpirationTimestamp"] == month(2) - datetime.timedelta(days=1)
        what, who, whom, notes = handshake["Resources"]
        assert re.fullmatch(r"rt-[0-9a-z]{8,32}", what["Value"])
        assert what["Type"] == "RESPONSIBILITY_TRANSFER"
        assert what["Resources"] == [
            {"Type": "TRANSFER_START_TIMESTAMP", "Value": str(int(month(2).timestamp()))},
            {"Type": "TRANSFER_TYPE", "Value": "BILLING"},
        ]
        assert {"Type": "MANAGEMENT_ACCOUNT", "Value": MANAGEMENT} in who["Resources"]
        assert (whom, notes) == (
            {"Type": "ACCOUNT", "Value": SOURCE},
            {"Type": "NOTES", "Value": "Let us pay"},
        )
        (seen,) = source.client.list_handshakes_for_account(Filter={"ActionType": "TRANSFER_RESPONSIBILITY"})[
            "Handshakes"
        ]
        assert seen == handshake
        (mine,) = inbound(target)
        (theirs,) = outbound(source)
        assert (mine["Status"], mine["ActiveHandshakeId"]) == ("REQUESTED", handshake["Id"])
        assert mine["Arn"] == f"arn:aws:organizations::{MANAGEMENT}:transfer/{target.id}/billing/inbound/{mine['Id']}"
        assert theirs["Arn"] == f"arn:aws:organizations::{SOURCE}:transfer/{source.id}/billing/outbound/{mine['Id']}"
        with refused("DuplicateHandshakeException", 400):
            ask(target, f"root@{SOURCE}.example.com")

    def test_by_address(self, target, source):
        handshake = ask(target, f"root@{SOURCE}.example.com")
        (asked,) = inbound(target)
        assert asked["Source"] == {"ManagementAccountEmail": f"root@{SOURCE}.example.com"}
        source.client.accept_handshake(HandshakeId=handshake["Id"])
        (agreed,) = inbound(target)
        assert (agreed["Status"], agreed["Source"]) == ("ACCEPTED", {"ManagementAccountId": SOURCE})
        (theirs,) = outbound(source)
        assert agreed == {**theirs, "Arn": agreed["Arn"]}
        assert "ActiveHandshakeId" not in agreed

    @pytest.mark.parametrize(
        ("start", "expected"),
        [
            (lambda: month(2) + datetime.timedelta(seconds=1), "START_DATE_NOT_BEGINNING_OF_DAY"),
            (lambda: month(2) + datetime.timedelta(days=1), "START_DATE_NOT_BEGINNING_OF_MONTH"),
            (lambda: month(0), "START_DATE_TOO_EARLY"),
            (lambda: month(3), "START_DATE_TOO_LATE"),
        ],
    )
    def test_transfers_begin_with_a_month(self, target, start, expected):
        with refused("InvalidInputException", 400) as caught:
            ask(target, start=start())
        assert reason(caught) == expected

    def test_whom_one_cannot_ask(self, target, source):
        with refused("HandshakeConstraintViolationException", 400) as caught:
            ask(target, MANAGEMENT)
        assert reason(caught) == "SOURCE_AND_TARGET_CANNOT_MATCH"
        with refused("InvalidInputException", 400) as caught:
            ask(target, Target={"Id": source.id, "Type": "ORGANIZATION"})
        assert reason(caught) == "INVALID_PARTY_TYPE_TARGET"
        with refused("InvalidInputException", 400) as caught:
            ask(target, Type="SUPPORT")
        assert reason(caught) == "INVALID_ENUM"
        agree(target, source)
        with refused("HandshakeConstraintViolationException", 400) as caught:
            ask(target)
        assert reason(caught) == "RESPONSIBILITY_TRANSFER_ALREADY_EXISTS"

    def test_management_accounts_alone(self, target, source):
        member = target.server.root(target.account("dev")).client("organizations")
        with refused("AccessDeniedException", 400):
            member.list_inbound_responsibility_transfers(Type="BILLING")
        handshake = ask(target, THIRD)
        with refused("AWSOrganizationsNotInUseException", 400):
            target.server.root(THIRD).client("organizations").accept_handshake(HandshakeId=handshake["Id"])
        assert target.client.describe_handshake(HandshakeId=handshake["Id"])["Handshake"]["State"] == "REQUESTED"

    def test_no_for_an_answer(self, target, source):
        handshake = ask(target)
        source.client.decline_handshake(HandshakeId=handshake["Id"])
        (declined,) = inbound(target)
        assert declined["Status"] == "DECLINED"
        with refused("InvalidResponsibilityTransferTransitionException", 400):
            target.client.terminate_responsibility_transfer(Id=declined["Id"])
        with refused("ConstraintViolationException", 400) as caught:
            target.client.update_responsibility_transfer(Id=declined["Id"], Name="again")
        assert reason(caught) == "TRANSFER_RESPONSIBILITY_UPDATE_NOT_ALLOWED"
        again = ask(target)
        target.client.cancel_handshake(HandshakeId=again["Id"])
        assert sorted(it["Status"] for it in outbound(source)) == ["CANCELED", "DECLINED"]
        with refused("InvalidHandshakeTransitionException", 400):
            source.client.accept_handshake(HandshakeId=again["Id"])


class TestAgreements:
    def test_both_sides_see_it(self, target, source):
        transfer = agree(target, source)
        described = source.client.describe_responsibility_transfer(Id=transfer)["ResponsibilityTransfer"]
        assert described["Source"] == {
            "ManagementAccountEmail": f"root@{SOURCE}.example.com",
            "ManagementAccountId": SOURCE,
        }
        assert (described["Name"], described["Type"], described["Status"]) == ("downstream", "BILLING", "ACCEPTED")
        assert described["StartTimestamp"] == month(2)
        assert [it["Id"] for it in inbound(target, Id=transfer)] == [transfer]
        with refused("ResponsibilityTransferNotFoundException", 400):
            inbound(source, Id=transfer)
        stranger = Organization(target.server, management=THIRD)
        with refused("ResponsibilityTransferNotFoundException", 400):
            stranger.client.describe_responsibility_transfer(Id=transfer)

    def test_the_name_is_the_targets(self, target, source):
        transfer = agree(target, source)
        target.client.update_responsibility_transfer(Id=transfer, Name="renamed")
        assert outbound(source)[0]["Name"] == "renamed"
        with refused("InvalidInputException", 400) as caught:
            source.client.update_responsibility_transfer(Id=transfer, Name="mine")
        assert reason(caught) == "UNSUPPORTED_ACTION_IN_RESPONSIBILITY_TRANSFER"
        with refused("InvalidInputException", 400) as caught:
            target.client.update_responsibility_transfer(Id=transfer, Name="")
        assert reason(caught) == "MIN_LENGTH_EXCEEDED"

    @pytest.mark.parametrize("side", ["target", "source"])
    def test_either_side_withdraws(self, target, source, side):
        transfer = agree(target, source)
        withdraw = {"target": target, "source": source}[side].client.terminate_responsibility_transfer
        for end, expected in [
            (last_second(2) - datetime.timedelta(days=1), "END_DATE_NOT_END_OF_MONTH"),
            (last_second(0), "END_DATE_TOO_EARLY"),
            (last_second(3), "END_DATE_TOO_LATE"),
        ]:
            with refused("InvalidInputException", 400) as caught:
                withdraw(Id=transfer, EndTimestamp=end)
            assert reason(caught) == expected
        ended = withdraw(Id=transfer)["ResponsibilityTransfer"]
        assert (ended["Status"], ended["EndTimestamp"]) == ("WITHDRAWN", last_second(2))
        with refused("ResponsibilityTransferAlreadyInStatusException", 400):
            withdraw(Id=transfer)
        assert ask(target)["State"] == "REQUESTED"

    def test_one_outbound_transfer_at_a_time(self, target, source):
        transfer = agree(target, source)
        third = Organization(target.server, management=THIRD)
        handshake = ask(third)
        with refused("ConstraintViolationException", 400) as caught:
            source.client.accept_handshake(HandshakeId=handshake["Id"])
        assert reason(caught) == "RESPONSIBILITY_TRANSFER_MAX_OUTBOUND_QUOTA_VIOLATION"
        target.client.terminate_responsibility_transfer(Id=transfer)
        source.client.accept_handshake(HandshakeId=handshake["Id"])

    def test_two_transfers_follow_each_other_and_no_third(self, target, source):
        third = Organization(target.server, management=THIRD)
        fourth = Organization(target.server, management=FOURTH)
        agree(target, source)
        agree(third, target)
        for receiver, giver in [(fourth, third), (source, third)]:
            handshake = ask(receiver, giver.management)
            with refused("ConstraintViolationException", 400) as caught:
                giver.client.accept_handshake(HandshakeId=handshake["Id"])
            assert reason(caught) == "RESPONSIBILITY_TRANSFER_MAX_LEVEL_VIOLATION"

    def test_organizations_stay_as_long_as_it_runs(self, target, source):
        handshake = ask(target)
        for organization in [target, source]:
            with refused("ConstraintViolationException", 400) as caught:
                organization.client.delete_organization()
            assert reason(caught) == "ACTIVE_RESPONSIBILITY_TRANSFER_PROCESS"
        target.client.cancel_handshake(HandshakeId=handshake["Id"])
        source.client.delete_organization()
        target.client.delete_organization()

    def test_tags_are_the_inbound_transfers(self, target, source):
        handshake = ask(target, Tags=[{"Key": "team", "Value": "red"}])
        transfer = handshake["Resources"][0]["Value"]
        source.client.accept_handshake(HandshakeId=handshake["Id"])
        target.client.tag_resource(ResourceId=transfer, Tags=[{"Key": "stage", "Value": "one"}])
        tags = target.client.list_tags_for_resource(ResourceId=transfer)["Tags"]
        assert {tag["Key"]: tag["Value"] for tag in tags} == {"team": "red", "stage": "one"}
        target.client.untag_resource(ResourceId=transfer, TagKeys=["team", "stage"])
        assert target.client.list_tags_for_resource(ResourceId=transfer)["Tags"] == []
        with refused("TargetNotFoundException", 400):
            source.client.list_tags_for_resource(ResourceId=transfer)


def test_permissions_are_on_the_transfer(enforcing):
    target, source = Organization(enforcing), Organization(enforcing, management=SOURCE)
    transfer = agree(target, source)
    own = f"arn:aws:organizations::{MANAGEMENT}:transfer/{target.id}/billing/inbound/{transfer}"
    reads = allow(["organizations:DescribeResponsibilityTransfer", "organizations:ListTagsForResource"], own)
    clerk = enforcing.new_user("clerk", [reads]).client("organizations")
    clerk.describe_responsibility_transfer(Id=transfer)
    clerk.list_tags_for_resource(ResourceId=transfer)
    for operation, settings in [
        ("terminate_responsibility_transfer", {}),
        ("update_responsibility_transfer", {"Name": "mine"}),
    ]:
        with refused("AccessDeniedException", 400, re.compile(re.escape(own))):
            getattr(clerk, operation)(Id=transfer, **settings)
    # From the other side it is another resource.
    theirs = enforcing.new_user("clerk", [reads], account=SOURCE).client("organizations")
    with refused("AccessDeniedException", 400, re.compile(f"{SOURCE}:transfer/{source.id}/billing/outbound/{transfer}")):
        theirs.describe_responsibility_transfer(Id=transfer)
