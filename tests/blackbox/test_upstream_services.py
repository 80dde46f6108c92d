"""moto behind Stockade: what moto answers, under the permissions that Stockade enforces."""

import json
import re

import pytest

from support.policies import allow

REGION = "eu-west-1"
ACCOUNT = "000000000000"


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


class Walk:
    """A user's way through a service: each step is refused first, and taken once exactly it is allowed."""

    def __init__(self, server, service):
        self.server, self.service = server, service
        self.user = server.new_user(f"{service}-walker")
        self.client = self.user.client(service, region=REGION)
        self.iam = server.root().client("iam")

    def step(self, operation, action, resource, **parameters):
        """Calls `operation` without and with the one statement that allows it, and answers its result."""
        call = getattr(self.client, operation)
        refusal = rf"not authorized to perform: {re.escape(action)} .*because no identity-based policy allows"
        with pytest.raises(self.client.exceptions.ClientError) as caught:
            call(**parameters)
        error = caught.value.response
        assert error["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"), error
        assert re.search(refusal, error["Error"]["Message"]), error
        assert "x-stockade-upstream" not in error["ResponseMetadata"]["HTTPHeaders"], "the upstream was asked"
        statement = {"Version": "2012-10-17", "Statement": [allow(action, resource)]}
        self.iam.put_user_policy(
            UserName=self.user.name, PolicyName="step", PolicyDocument=json.dumps(statement)
        )
        answer = call(**parameters)
        self.iam.delete_user_policy(UserName=self.user.name, PolicyName="step")
        assert "x-stockade-upstream" in answer["ResponseMetadata"]["HTTPHeaders"], answer
        return answer


def walk_sqs(walk):
    queue = arn("sqs", "orders")
    url = walk.step("create_queue", "sqs:CreateQueue", queue, QueueName="orders")["QueueUrl"]
    assert url == f"{walk.server.url}/{ACCOUNT}/orders"
    walk.step("send_message", "sqs:SendMessage", queue, QueueUrl=url, MessageBody="größer & <kleiner>")
    got = walk.step("receive_message", "sqs:ReceiveMessage", queue, QueueUrl=url)
    assert [message["Body"] for message in got["Messages"]] == ["größer & <kleiner>"]
    walk.step("delete_queue", "sqs:DeleteQueue", queue, QueueUrl=url)


def walk_sns(walk):
    topic = arn("sns", "news")
    assert walk.step("create_topic", "sns:CreateTopic", topic, Name="news")["TopicArn"] == topic
    settings = {"TopicArn": topic, "AttributeName": "DisplayName", "AttributeValue": "News & more"}
    walk.step("set_topic_attributes", "sns:SetTopicAttributes", topic, **settings)
    got = walk.step("get_topic_attributes", "sns:GetTopicAttributes", topic, TopicArn=topic)
    assert got["Attributes"]["DisplayName"] == "News & more"
    walk.step("delete_topic", "sns:DeleteTopic", topic, TopicArn=topic)


def walk_dynamodb(walk):
    table = arn("dynamodb", "table/books")
    created = walk.step(
        "create_table",
        "dynamodb:CreateTable",
        table,
        TableName="books",
        KeySchema=[{"AttributeName": "isbn", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "isbn", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert created["TableDescription"]["TableArn"] == table
    item = {"isbn": {"S": "1"}, "pages": {"N": "3.25"}, "cover": {"B": bytes(range(256))}}
    walk.step("put_item", "dynamodb:PutItem", table, TableName="books", Item=item)
    got = walk.step("get_item", "dynamodb:GetItem", table, TableName="books", Key={"isbn": {"S": "1"}})
    assert got["Item"] == item
    walk.step("delete_table", "dynamodb:DeleteTable", table, TableName="books")


def walk_kms(walk):
    key = walk.step("create_key", "kms:CreateKey", "*", Description="for tests")["KeyMetadata"]
    assert key["Arn"] == arn("kms", f"key/{key['KeyId']}")
    secret = {"KeyId": key["KeyId"], "Plaintext": bytes(range(256))}
    sealed = walk.step("encrypt", "kms:Encrypt", key["Arn"], **secret)["CiphertextBlob"]
    opening = {"KeyId": key["KeyId"], "CiphertextBlob": sealed}
    assert walk.step("decrypt", "kms:Decrypt", key["Arn"], **opening)["Plaintext"] == bytes(range(256))
    ending = {"KeyId": key["KeyId"], "PendingWindowInDays": 7}
    walk.step("schedule_key_deletion", "kms:ScheduleKeyDeletion", key["Arn"], **ending)


def walk_secretsmanager(walk):
    # The service adds six characters of its own to a secret's name, which nobody knows beforehand.
    secrets = arn("secretsmanager", "secret:*")
    settings = {"Name": "db/password", "SecretString": "s3cr€t"}
    created = walk.step("create_secret", "secretsmanager:CreateSecret", secrets, **settings)
    assert created["ARN"].startswith(arn("secretsmanager", "secret:db/password-"))
    got = walk.step("get_secret_value", "secretsmanager:GetSecretValue", secrets, SecretId=created["ARN"])
    assert got["SecretString"] == "s3cr€t"
    ending = {"SecretId": created["ARN"], "ForceDeleteWithoutRecovery": True}
    walk.step("delete_secret", "secretsmanager:DeleteSecret", secrets, **ending)


def walk_ssm(walk):
    parameter = arn("ssm", "parameter/app/mode")
    settings = {"Name": "/app/mode", "Value": "dark", "Type": "String"}
    walk.step("put_parameter", "ssm:PutParameter", parameter, **settings)
    got = walk.step("get_parameter", "ssm:GetParameter", parameter, Name="/app/mode")["Parameter"]
    assert (got["Value"], got["ARN"]) == ("dark", parameter)
    walk.step("delete_parameter", "ssm:DeleteParameter", parameter, Name="/app/mode")


def walk_logs(walk):
    group = arn("logs", "log-group:/app/web*")
    walk.step("create_log_group", "logs:CreateLogGroup", group, logGroupName="/app/web")
    groups = arn("logs", "log-group:*")
    got = walk.step("describe_log_groups", "logs:DescribeLogGroups", groups)["logGroups"]
    assert [group["logGroupName"] for group in got] == ["/app/web"]
    walk.step("delete_log_group", "logs:DeleteLogGroup", group, logGroupName="/app/web")


def walk_events(walk):
    rule = arn("events", "rule/nightly")
    settings = {"Name": "nightly", "ScheduleExpression": "rate(1 day)"}
    assert walk.step("put_rule", "events:PutRule", rule, **settings)["RuleArn"] == rule
    got = walk.step("describe_rule", "events:DescribeRule", rule, Name="nightly")
    assert got["ScheduleExpression"] == "rate(1 day)"
    walk.step("delete_rule", "events:DeleteRule", rule, Name="nightly")


def walk_kinesis(walk):
    stream = arn("kinesis", "stream/clicks")
    walk.step("create_stream", "kinesis:CreateStream", stream, StreamName="clicks", ShardCount=1)
    record = {"StreamName": "clicks", "Data": bytes(range(256)), "PartitionKey": "a"}
    shard = walk.step("put_record", "kinesis:PutRecord", stream, **record)["ShardId"]
    place = {"StreamName": "clicks", "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    place = walk.step("get_shard_iterator", "kinesis:GetShardIterator", stream, **place)
    assert place["ShardIterator"]
    got = walk.step("describe_stream", "kinesis:DescribeStream", stream, StreamName="clicks")
    assert got["StreamDescription"]["StreamARN"] == stream
    walk.step("delete_stream", "kinesis:DeleteStream", stream, StreamName="clicks")


def walk_ecr(walk):
    repository = arn("ecr", "repository/team/app")
    created = walk.step("create_repository", "ecr:CreateRepository", repository, repositoryName="team/app")
    assert created["repository"]["repositoryArn"] == repository
    named = {"repositoryNames": ["team/app"]}
    got = walk.step("describe_repositories", "ecr:DescribeRepositories", repository, **named)
    assert got["repositories"][0]["registryId"] == ACCOUNT
    walk.step("delete_repository", "ecr:DeleteRepository", repository, repositoryName="team/app")


def walk_cloudwatch(walk):
    alarm = arn("cloudwatch", "alarm:busy")
    settings = {
        "AlarmName": "busy",
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 1,
        "MetricName": "load",
        "Namespace": "app",
        "Period": 60,
        "Statistic": "Sum",
        "Threshold": 0.75,
    }
    walk.step("put_metric_alarm", "cloudwatch:PutMetricAlarm", alarm, **settings)
    named = {"AlarmNames": ["busy"]}
    got = walk.step("describe_alarms", "cloudwatch:DescribeAlarms", alarm, **named)["MetricAlarms"]
    assert [(alarm["AlarmArn"], alarm["Threshold"]) for alarm in got] == [(alarm, 0.75)]
    walk.step("delete_alarms", "cloudwatch:DeleteAlarms", alarm, **named)


def walk_route53(walk):
    settings = {"Name": "example.com", "CallerReference": "once"}
    created = walk.step("create_hosted_zone", "route53:CreateHostedZone", "*", **settings)
    zone = created["HostedZone"]["Id"].removeprefix("/hostedzone/")
    resource = f"arn:aws:route53:::hostedzone/{zone}"
    got = walk.step("get_hosted_zone", "route53:GetHostedZone", resource, Id=zone)
    assert got["HostedZone"]["Name"] == "example.com."
    walk.step("delete_hosted_zone", "route53:DeleteHostedZone", resource, Id=zone)


def walk_stepfunctions(walk):
    machine = arn("states", "stateMachine:greet")
    role = f"arn:aws:iam::{ACCOUNT}:role/states"
    definition = json.dumps({"StartAt": "Hi", "States": {"Hi": {"Type": "Pass", "End": True}}})
    settings = {"name": "greet", "definition": definition, "roleArn": role}
    # A role is passed with it, which is a permission of its own.
    walk.iam.put_user_policy(
        UserName=walk.user.name,
        PolicyName="pass",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow("iam:PassRole", role)]}),
    )
    created = walk.step("create_state_machine", "states:CreateStateMachine", machine, **settings)
    assert created["stateMachineArn"] == machine
    got = walk.step("describe_state_machine", "states:DescribeStateMachine", machine, stateMachineArn=machine)
    assert got["definition"] == definition
    walk.step("delete_state_machine", "states:DeleteStateMachine", machine, stateMachineArn=machine)


WALKS = {name.removeprefix("walk_"): walk for name, walk in list(globals().items()) if name.startswith("walk_")}


@pytest.fixture
def guarded(serve, moto):
    """Stockade, enforcing, before moto."""
    return serve(enforce=True, debug=True, env={"UPSTREAM": moto.url})


@pytest.mark.parametrize("service", sorted(WALKS))
def test_create_read_delete(guarded, service):
    WALKS[service](Walk(guarded, service))
