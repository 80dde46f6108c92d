"""From consolidated billing to all features.

Expected values: "EnableAllFeatures", "Handshake", "HandshakeConstraintViolationException", "CreateGovCloudAccount" (AWS
Organizations API Reference); "Enabling all features for an organization" (AWS Organizations User Guide).
"""

import pytest

from support.clients import refused
from support.organization import Organization

INVITED = "111122223333"


@pytest.fixture
def client(plain):
    client = plain.root().client("organizations")
    client.create_organization(FeatureSet="CONSOLIDATED_BILLING")
    return client


@pytest.fixture
def member(plain, client):
    """An account that joined by invitation."""
    handshake = client.invite_account_to_organization(Target={"Id": INVITED, "Type": "ACCOUNT"})["Handshake"]
    member = plain.root(INVITED).client("organizations")
    member.accept_handshake(HandshakeId=handshake["Id"])
    return member


def reason(caught):
    return caught.value.response["Reason"]


def features(client):
    return client.describe_organization()["Organization"]["FeatureSet"]


def test_without_invited_accounts_the_management_account_completes_it(client):
    client.create_account(AccountName="made", Email="made@example.com")
    handshake = client.enable_all_features()["Handshake"]
    assert (handshake["Action"], handshake["State"]) == ("ENABLE_ALL_FEATURES", "OPEN")
    assert f"/enable_all_features/{handshake['Id']}" in handshake["Arn"]
    assert features(client) == "CONSOLIDATED_BILLING"
    client.accept_handshake(HandshakeId=handshake["Id"])
    assert features(client) == "ALL"
    with refused("HandshakeConstraintViolationException", 400) as caught:
        client.enable_all_features()
    assert reason(caught) == "ORGANIZATION_ALREADY_HAS_ALL_FEATURES"


def test_every_invited_account_has_to_approve(client, member):
    whole = client.enable_all_features()["Handshake"]
    assert whole["State"] == "REQUESTED"
    with refused("InvalidHandshakeTransitionException", 400):
        client.accept_handshake(HandshakeId=whole["Id"])
    (part,) = member.list_handshakes_for_account(Filter={"ActionType": "APPROVE_ALL_FEATURES"})["Handshakes"]
    assert {"Type": "PARENT_HANDSHAKE", "Value": whole["Id"]} in part["Resources"]
    parts = client.list_handshakes_for_organization(Filter={"ParentHandshakeId": whole["Id"]})["Handshakes"]
    assert [found["Id"] for found in parts] == [part["Id"]]
    member.accept_handshake(HandshakeId=part["Id"])
    assert client.describe_handshake(HandshakeId=whole["Id"])["Handshake"]["State"] == "OPEN"
    client.accept_handshake(HandshakeId=whole["Id"])
    assert features(member) == "ALL"


def test_who_declines_keeps_it_from_completion(client, member):
    whole = client.enable_all_features()["Handshake"]
    (part,) = member.list_handshakes_for_account(Filter={"ActionType": "APPROVE_ALL_FEATURES"})["Handshakes"]
    member.decline_handshake(HandshakeId=part["Id"])
    with refused("InvalidHandshakeTransitionException", 400):
        client.accept_handshake(HandshakeId=whole["Id"])


def test_while_it_is_pending(client, member):
    whole = client.enable_all_features()["Handshake"]
    with refused("HandshakeConstraintViolationException", 400) as caught:
        client.enable_all_features()
    assert reason(caught) == "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION"
    with refused("HandshakeConstraintViolationException", 400) as caught:
        client.invite_account_to_organization(Target={"Id": "444455556666", "Type": "ACCOUNT"})
    assert reason(caught) == "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES"
    with refused("AccessDeniedException", 400):
        member.enable_all_features()
    # A handshake that is canceled takes its parts with it.
    client.cancel_handshake(HandshakeId=whole["Id"])
    (part,) = member.list_handshakes_for_account(Filter={"ActionType": "APPROVE_ALL_FEATURES"})["Handshakes"]
    assert part["State"] == "CANCELED"
    client.invite_account_to_organization(Target={"Id": "444455556666", "Type": "ACCOUNT"})


def test_policies_wait_for_all_features(client):
    root = client.list_roots()["Roots"][0]["Id"]
    with refused("PolicyTypeNotAvailableForOrganizationException", 400):
        client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    client.accept_handshake(HandshakeId=client.enable_all_features()["Handshake"]["Id"])
    client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")


def test_an_account_that_is_paired_with_none_of_govcloud(plain):
    organization = Organization(plain)
    with refused("ConstraintViolationException", 400) as caught:
        organization.client.create_gov_cloud_account(AccountName="gov", Email="gov@example.com")
    assert reason(caught) == "MASTER_ACCOUNT_NOT_GOVCLOUD_ENABLED"
