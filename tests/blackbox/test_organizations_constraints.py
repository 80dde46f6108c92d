"""What AWS Organizations says of values that break its model's constraints.

Expected values: "InvalidInputException", its reasons (AWS Organizations API Reference).
"""

import pytest

from support.clients import refused
from support.organization import Organization

TOO_LONG = "You provided a string parameter that is longer than allowed."


@pytest.fixture
def client(plain):
    return Organization(plain).client


@pytest.mark.parametrize(
    ("operation", "parameters", "reason"),
    [
        ("create_account", {"AccountName": "a"}, "INPUT_REQUIRED"),
        ("create_account", {"AccountName": "a", "Email": "a@b"}, "MIN_LENGTH_EXCEEDED"),
        ("create_account", {"AccountName": "a" * 51, "Email": "a@example.com"}, "MAX_LENGTH_EXCEEDED"),
        ("create_account", {"AccountName": "a", "Email": "nobody at home"}, "INVALID_PATTERN"),
        (
            "create_account",
            {"AccountName": "a", "Email": "a@example.com", "RoleName": "AWSServiceRoleForMe"},
            "INVALID_ROLE_NAME",
        ),
        ("describe_account", {"AccountId": "12345"}, "INVALID_PATTERN"),
        ("list_accounts", {"MaxResults": 0}, "MIN_VALUE_EXCEEDED"),
        ("list_accounts", {"MaxResults": 21}, "MAX_VALUE_EXCEEDED"),
        ("list_policies", {"Filter": "NO_POLICY"}, "INVALID_ENUM_POLICY_TYPE"),
        ("describe_effective_policy", {"PolicyType": "SERVICE_CONTROL_POLICY"}, "INVALID_ENUM_POLICY_TYPE"),
        ("list_children", {"ParentId": "r-abcd", "ChildType": "ROOT"}, "INVALID_ENUM"),
        ("list_create_account_status", {"States": ["SUCCEEDED", "LOST"]}, "INVALID_LIST_MEMBER"),
    ],
)
def test_the_reason_is_that_of_the_first_violation(client, operation, parameters, reason):
    with refused("InvalidInputException", 400) as caught:
        getattr(client, operation)(**parameters)
    assert caught.value.response["Reason"] == reason


def test_messages_are_the_services(client):
    with refused("InvalidInputException", 400, TOO_LONG):
        client.create_account(AccountName="a" * 51, Email="a@example.com")
    with refused("InvalidInputException", 400, "You provided a value that does not match the required pattern."):
        client.list_policies_for_target(TargetId="nothing", Filter="SERVICE_CONTROL_POLICY")

