"""What a DynamoDB request says of items and attributes decides: the policies are those of "Using IAM policy conditions for
fine-grained access control" (Amazon DynamoDB Developer Guide)."""

import re

import pytest

from support.clients import refused
from support.policies import allow, deny

SCORES = "arn:aws:dynamodb:us-east-1:000000000000:table/GameScores"
INDEX = f"{SCORES}/index/ByScore"
DATA = [
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:ConditionCheckItem",
]
ALICE = {"S": "alice"}
KEY = {"UserId": ALICE}


OF_ALICE = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["alice"]}}
FIRST = {"ForAllValues:StringEquals": {"dynamodb:FirstPartitionKeyValues": ["alice"]}}
ATTRIBUTES = {
    "ForAllValues:StringEquals": {"dynamodb:Attributes": ["UserId", "Wins", "TopScore"]},
    "StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES", "dynamodb:ReturnValues": ["NONE", "UPDATED_NEW"]},
}


@pytest.fixture
def dynamodb(enforcing):
    def client(condition):
        user = enforcing.new_user("alice", [allow(DATA, [SCORES, INDEX], Condition=condition)])
        return user.client("dynamodb")

    return client


def let(call):
    """Nobody has the service's code: what is let is not implemented."""
    with refused("NotImplemented", 501):
        call()


def denied(call):
    with refused("AccessDeniedException", 400, re.compile("not authorized to perform: dynamodb:")):
        call()


@pytest.mark.parametrize("condition", [OF_ALICE, FIRST])
def test_the_partition_key_of_requests(dynamodb, condition):
    client = dynamodb(condition)
    table = {"TableName": "GameScores"}
    names, values = {"#u": "UserId"}, {":u": ALICE, ":g": {"S": "Meteor"}, ":b": {"S": "bob"}}

    def query(condition, **more):
        return lambda: client.query(**table, KeyConditionExpression=condition, ExpressionAttributeValues=values, **more)

    let(lambda: client.get_item(**table, Key=KEY))
    denied(lambda: client.get_item(**table, Key={"UserId": {"S": "bob"}}))
    let(lambda: client.put_item(**table, Item=KEY))
    let(query("UserId = :u"))
    let(query("#u = :u AND begins_with(GameTitle, :g)", ExpressionAttributeNames=names, IndexName="ByScore"))
    denied(query("UserId = :b"))
    legacy = {"UserId": {"ComparisonOperator": "EQ", "AttributeValueList": [ALICE]}}
    let(lambda: client.query(**table, KeyConditions=legacy))
    let(lambda: client.batch_get_item(RequestItems={"GameScores": {"Keys": [KEY]}}))
    let(lambda: client.batch_write_item(RequestItems={"GameScores": [{"DeleteRequest": {"Key": KEY}}]}))
    let(lambda: client.transact_write_items(TransactItems=[{"Delete": {**table, "Key": KEY}}]))
    # Which of two is the partition key, only the table's schema tells.
    both = {**KEY, "GameTitle": {"S": "Meteor"}}
    denied(lambda: client.get_item(**table, Key=both))
    denied(lambda: client.put_item(**table, Item=both))
    denied(query("UserId = :u AND GameTitle = :g"))
    denied(query("UserId = :u AND GameTitle > :g OR UserId = :b"))
    sorts = {"GameTitle": {"ComparisonOperator": "GT", "AttributeValueList": [ALICE]}}
    denied(lambda: client.query(**table, KeyConditions={**legacy, **sorts}))
    put = {"PutRequest": {"Item": both}}
    denied(lambda: client.batch_write_item(RequestItems={"GameScores": [put, {"DeleteRequest": {"Key": KEY}}]}))


def test_what_cannot_be_told_is_denied_by_who_denies_it(enforcing):
    """A Deny that asks for what nobody here can tell counts."""
    of_bob = {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": "bob"}}
    client = enforcing.new_user("alice", [allow("dynamodb:*")], [deny("dynamodb:*", Condition=of_bob)]).client("dynamodb")
    let(lambda: client.get_item(TableName="GameScores", Key=KEY))
    both = {**KEY, "GameTitle": {"S": "Meteor"}}
    with refused("AccessDeniedException", 400, re.compile("explicit deny")):
        client.get_item(TableName="GameScores", Key=both)


def test_the_attributes_of_requests(dynamodb):
    client = dynamodb(ATTRIBUTES)
    table = {"TableName": "GameScores"}
    values = {":u": ALICE, ":n": {"N": "1"}}
    names = {"#w": "Wins", "#l": "Losses"}
    let(lambda: client.get_item(**table, Key=KEY, ProjectionExpression="Wins, TopScore.Points[0]"))
    let(lambda: client.get_item(**table, Key=KEY, AttributesToGet=["Wins"]))
    denied(lambda: client.get_item(**table, Key=KEY, ProjectionExpression="Wins, Losses"))
    denied(lambda: client.get_item(**table, Key=KEY, AttributesToGet=["Losses"]))
    # Without a projection all attributes are returned: `Select` is not SPECIFIC_ATTRIBUTES.
    denied(lambda: client.get_item(**table, Key=KEY))
    denied(lambda: client.batch_get_item(RequestItems={"GameScores": {"Keys": [KEY]}}))
    let(lambda: client.batch_get_item(RequestItems={"GameScores": {"Keys": [KEY], "ProjectionExpression": "Wins"}}))

    def query(**more):
        return lambda: client.query(
            **table, KeyConditionExpression="UserId = :u", ExpressionAttributeValues=values, **more
        )

    let(query(ProjectionExpression="#w", ExpressionAttributeNames=names))
    denied(query(ProjectionExpression="#l", ExpressionAttributeNames=names))
    denied(query(ProjectionExpression="Wins", FilterExpression="Losses > :n"))
    denied(query())
    denied(query(Select="COUNT"))

    def update(expression, **more):
        return lambda: client.update_item(
            **table, Key=KEY, UpdateExpression=expression, ExpressionAttributeValues=values, **more
        )

    let(update("SET Wins = if_not_exists(Wins, :n) + :n"))
    let(update("ADD #w :n", ExpressionAttributeNames=names, ReturnValues="UPDATED_NEW"))
    denied(update("SET Wins = :n", ReturnValues="ALL_NEW"))
    denied(update("SET Wins = Losses"))
    denied(update("SET Wins = :n REMOVE #l", ExpressionAttributeNames=names))
    denied(update("SET Wins = :n", ConditionExpression="attribute_not_exists(Losses)"))
    # A name that is not there, and what is no expression.
    denied(update("SET #nobody = :n"))
    denied(update("SET Wins = :n; DROP"))
    let(lambda: client.put_item(**table, Item={**KEY, "Wins": {"N": "1"}}))
    denied(lambda: client.put_item(**table, Item={**KEY, "Losses": {"N": "1"}}))
    put = {"Put": {**table, "Item": {**KEY, "Wins": {"N": "1"}}}}
    let(lambda: client.transact_write_items(TransactItems=[put]))
    check = {"ConditionCheck": {**table, "Key": KEY, "ConditionExpression": "attribute_exists(Losses)"}}
    denied(lambda: client.transact_write_items(TransactItems=[put, check]))


def test_the_operation_around_a_transactions_items(dynamodb):
    """`dynamodb:EnclosingOperation` ("Using IAM with DynamoDB transactions"): items within transactions alone."""
    client = dynamodb({"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems"]}})
    let(lambda: client.transact_write_items(TransactItems=[{"Delete": {"TableName": "GameScores", "Key": KEY}}]))
    denied(lambda: client.transact_get_items(TransactItems=[{"Get": {"TableName": "GameScores", "Key": KEY}}]))
    denied(lambda: client.delete_item(TableName="GameScores", Key=KEY))
