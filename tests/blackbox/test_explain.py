"""`stockade explain --as` and `POST /_stockade/explain`: may this principal make that request, and what says so.

Which layer settles what is of "Policy evaluation logic" (IAM User Guide); the words of denials of "Troubleshoot access denied
error messages" there.
"""

import json
import os
import subprocess
import urllib.parse

import pytest

from support.clients import refused
from support.policies import allow, deny, document, trust

ACCOUNT = "000000000000"
PHOTO = "arn:aws:s3:::photos/cat"
GET = {"Bucket": "photos", "Key": "cat"}


@pytest.fixture
def explain(binary):
    """Runs the command; `expect` is its exit status."""

    def run(server, principal, *words, expect=0):
        command = [str(binary), "explain", *words, "--as", principal, "--endpoint", server.url]
        environment = {name: value for name, value in os.environ.items() if name != "AWS_DEFAULT_REGION"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, env=environment)
        assert done.returncode == expect, (done.stdout, done.stderr)
        return done.stdout if expect == 0 else done.stderr

    return run


@pytest.fixture
def get_photo(explain):
    """Whether a principal may get a photo, as text."""
    return lambda server, principal: explain(server, principal, "s3", "GetObject", "--input", json.dumps(GET))


def ask(server, principal, service, operation, given=None):
    """The endpoint's JSON."""
    query = urllib.parse.urlencode({"as": principal, "service": service, "operation": operation})
    answer = server.request("POST", f"/_stockade/explain?{query}", body=json.dumps(given or {}))
    assert answer.status == 200, answer.data
    return json.loads(answer.data)


def layers(permission):
    """What each layer says of a permission."""
    return {layer["layer"]: layer["says"] for layer in permission["layers"]}


def with_photo(server):
    """A server with one object, root's."""
    s3 = server.root().client("s3")
    s3.create_bucket(Bucket="photos")
    s3.put_object(**GET, Body=b"cat")
    return server


def join(server, kind, statement):
    """Makes an organization whose second account is bound by a control policy; answers the account."""
    client = server.root().client("organizations")
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    client.enable_policy_type(RootId=root, PolicyType=kind)
    made = client.create_account(AccountName="second", Email="second@example.com")["CreateAccountStatus"]["Id"]
    status = client.describe_create_account_status(CreateAccountRequestId=made)
    account = status["CreateAccountStatus"]["AccountId"]
    policy = client.create_policy(Name="limit", Description="", Type=kind, Content=document([statement]))
    client.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=account)
    return account


class TestText:
    def test_allowed_by_a_statement_at_its_line(self, enforcing, explain):
        ana = enforcing.new_user("ana")
        policy = '{"Version": "2012-10-17", "Statement": [\n  {"Sid": "Send", "Effect": "Allow",\n' \
            '   "Action": "sqs:*", "Resource": "*"},\n  {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}\n]}'
        iam = enforcing.root().client("iam")
        iam.put_user_policy(UserName="ana", PolicyName="work", PolicyDocument=policy)
        told = explain(enforcing, ana.arn, "sqs", "ListQueues")
        assert told.splitlines() == [
            f"sqs:ListQueues as {ana.arn}: allowed",
            "  sqs:ListQueues on *: allowed",
            "    by statement Send of policy work (inline, attached to user ana), line 2, column 3",
            "    identity-based policy: allows",
            "      policy work (inline, attached to user ana), beside 1 statement about other actions",
            "        statement Send (Allow, line 2, column 3) applies",
            "    permissions boundary: none",
            "    session policy: none",
            "    resource-based policy: none",
            "    service control policy: none",
            "    resource control policy: none",
        ]

    def test_denied_with_the_statement_that_would_allow(self, enforcing, explain):
        """The page's own case: a function's role has to be passed, too."""
        ana = enforcing.new_user("ana", [{**allow("lambda:CreateFunction"), "Sid": "First"}])
        given = {"FunctionName": "f", "Role": f"arn:aws:iam::{ACCOUNT}:role/r", "Code": {}}
        told = explain(enforcing, ana.arn, "lambda", "CreateFunction", "--input", json.dumps(given))
        lines = told.splitlines()
        assert lines[0] == f"lambda:CreateFunction as {ana.arn}: denied"
        assert f"  lambda:CreateFunction on arn:aws:lambda:us-east-1:{ACCOUNT}:function:f: allowed" in lines
        assert (
            f"  iam:PassRole on arn:aws:iam::{ACCOUNT}:role/r: denied because no identity-based policy allows the "
            "iam:PassRole action"
        ) in lines
        assert "      policy inline-0 (inline, attached to user ana): nothing about the action" in lines
        # What the function's role would do then is told after that.
        then = lines.index(f"if it is let, then as role arn:aws:iam::{ACCOUNT}:role/r: denied")
        lines = lines[:then]
        assert lines[-1].startswith("The smallest statement that would have allowed the call: ")
        statement = json.loads(lines[-1].partition(": ")[2].rpartition(" (in an identity-based policy)")[0])
        assert statement == allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/r")

        ana.server.root().client("iam").put_user_policy(
            UserName="ana", PolicyName="more", PolicyDocument=document([statement])
        )
        told = explain(enforcing, ana.arn, "lambda", "CreateFunction", "--input", json.dumps(given))
        assert told.startswith(f"lambda:CreateFunction as {ana.arn}: allowed\n")

    def test_condition_keys_with_values_without_and_unknown(self, enforcing, explain):
        conditions = {
            "StringEquals": {"aws:username": "ana", "sqs:Nothing": "x"},
            "StringLike": {"aws:ResourceTag/team": "red"},
        }
        ana = enforcing.new_user("ana", [allow("sqs:SendMessage", Condition=conditions)])
        given = {"QueueUrl": f"http://localhost:4566/{ACCOUNT}/q", "MessageBody": "b"}
        told = explain(enforcing, ana.arn, "sqs", "SendMessage", "--input", json.dumps(given))
        assert "\n      aws:username = ana\n" in told
        assert "\n      sqs:Nothing: the request does not carry it\n" in told
        assert "\n      aws:ResourceTag/team cannot be told: the resource's state is not kept here\n" in told
        assert 'StringEquals of sqs:Nothing wants ["x"], the request does not carry the key' in told

    def test_a_captured_request(self, enforcing, explain, tmp_path):
        ana = enforcing.new_user("ana", [allow("sqs:*", "arn:aws:sqs:eu-west-1:*")])
        capture = tmp_path / "request.http"
        capture.write_text(
            "POST / HTTP/1.1\r\nHost: sqs.eu-west-1.amazonaws.com\r\nX-Amz-Target: AmazonSQS.ListQueues\r\n"
            "Content-Type: application/x-amz-json-1.0\r\nUser-Agent: cat/1\r\n"
            "Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20250101/eu-west-1/sqs/aws4_request, "
            "SignedHeaders=host, Signature=00\r\n\r\n{}"
        )
        condition = {"StringEquals": {"aws:UserAgent": "cat/1", "aws:RequestedRegion": "eu-west-1"}}
        bo = enforcing.new_user("bo", [allow("sqs:ListQueues", Condition=condition)])
        assert "denied" in explain(enforcing, ana.arn, "--request", str(capture)).splitlines()[0]
        told = explain(enforcing, bo.arn, "--request", str(capture))
        assert told.startswith(f"sqs:ListQueues as {bo.arn}: allowed\n")
        assert "\n      aws:RequestedRegion = eu-west-1\n" in told

    def test_operations_that_need_no_permission(self, enforcing, explain):
        ana = enforcing.new_user("ana")
        told = explain(enforcing, ana.arn, "sts", "GetCallerIdentity")
        assert told == "sts:GetCallerIdentity needs no permission, only a signature\n"


class TestLayers:
    def test_an_explicit_denial_of_a_group(self, enforcing, get_photo):
        server = with_photo(enforcing)
        ana = server.new_user("ana", [allow("s3:*")])
        iam = server.root().client("iam")
        iam.create_group(GroupName="staff")
        iam.put_group_policy(GroupName="staff", PolicyName="no", PolicyDocument=document([deny("s3:Get*")]))
        iam.add_user_to_group(GroupName="staff", UserName="ana")
        told = get_photo(server, ana.arn)
        assert f"  s3:GetObject on {PHOTO}: denied with an explicit deny in an identity-based policy\n" in told
        assert "    by statement 0 of policy no (inline, attached to group staff), line 1, column " in told
        assert "    identity-based policy: denies\n" in told
        assert "No statement that could be added would have allowed the call." in told

    def test_a_managed_policy_is_named(self, enforcing, get_photo):
        server = with_photo(enforcing)
        ana = server.new_user("ana")
        arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
        server.root().client("iam").attach_user_policy(UserName="ana", PolicyArn=arn)
        told = get_photo(server, ana.arn)
        assert told.startswith(f"s3:GetObject as {ana.arn}: allowed\n")
        assert f"by statement 0 of policy {arn} (managed, attached to user ana), line " in told

    def test_the_boundary(self, enforcing):
        server = with_photo(enforcing)
        ana = server.new_user("ana", [allow("s3:*")])
        iam = server.root().client("iam")
        bound = iam.create_policy(PolicyName="bound", PolicyDocument=document([allow("sqs:*")]))["Policy"]["Arn"]
        iam.put_user_permissions_boundary(UserName="ana", PermissionsBoundary=bound)
        told = ask(server, ana.arn, "s3", "GetObject", GET)
        (permission,) = told["permissions"]
        assert (told["decision"], permission["layer"]) == ("denied", "boundary")
        assert permission["reason"] == "because no permissions boundary allows the s3:GetObject action"
        assert layers(permission)["identity"] == "allow"
        assert layers(permission)["boundary"] == "nothing"
        assert told["suggestions"] == [
            {"policy": "permissions boundary", "statement": allow("s3:GetObject", PHOTO)}
        ]

    def test_the_session_policy_of_the_newest_session(self, enforcing):
        server = with_photo(enforcing)
        role = server.new_role("worker", [allow("s3:*")], trust=[trust(f"arn:aws:iam::{ACCOUNT}:root")], Path="/ops/")
        sts = server.admin().client("sts")
        narrow = document([allow("s3:PutObject")])
        issued = sts.assume_role(RoleArn=role, RoleSessionName="night", Policy=narrow)
        session = issued["AssumedRoleUser"]["Arn"]
        key = issued["Credentials"]["AccessKeyId"]
        for principal in [session, key]:
            told = ask(server, principal, "s3", "GetObject", GET)
            assert told["principal"] == session
            (permission,) = told["permissions"]
            assert (permission["decision"], permission["layer"]) == ("implicitlyDenied", "session")
            assert layers(permission)["identity"] == "allow"
        for principal in [role, session.replace("night", "day")]:
            told = ask(server, principal, "s3", "GetObject", GET)
            assert (told["decision"], layers(told["permissions"][0])["session"]) == ("allowed", "absent")

    def test_the_resource_policy(self, enforcing):
        server = with_photo(enforcing)
        ana = server.new_user("ana")
        stranger = server.new_user("eve", [allow("s3:*")], account="111111111111")
        (permission,) = ask(server, stranger.arn, "s3", "GetObject", GET)["permissions"]
        assert (permission["decision"], permission["layer"]) == ("implicitlyDenied", "resource")
        policy = document([allow("s3:GetObject", PHOTO, Principal={"AWS": [ana.arn, stranger.arn]})])
        server.root().client("s3").put_bucket_policy(Bucket="photos", Policy=policy)
        for principal in [ana, stranger]:
            told = ask(server, principal.arn, "s3", "GetObject", GET)
            assert (told["decision"], layers(told["permissions"][0])["resource"]) == ("allowed", "allow")
        assert ask(server, "anonymous", "s3", "GetObject", GET)["decision"] == "denied"

    def test_the_trust_policy(self, enforcing):
        role = enforcing.new_role("worker", trust=[trust("arn:aws:iam::111111111111:root")])
        given = {"RoleArn": role, "RoleSessionName": "s"}
        told = ask(enforcing, enforcing.admin().arn, "sts", "AssumeRole", given)
        (permission,) = told["permissions"]
        assert (told["decision"], permission["layer"]) == ("denied", "trust")
        assert layers(permission)["trust"] == "nothing"

    def test_what_a_service_takes_of_nobody(self, enforcing):
        """"Roles may not be assumed by root accounts", whatever policies say."""
        role = enforcing.new_role("worker", trust=[trust(f"arn:aws:iam::{ACCOUNT}:root")])
        given = {"RoleArn": role, "RoleSessionName": "s"}
        told = ask(enforcing, f"arn:aws:iam::{ACCOUNT}:root", "sts", "AssumeRole", given)
        assert told["decision"] == "denied"
        assert "Roles may not be assumed by root accounts" in told["refusal"]["reason"]

    def test_a_service_control_policy(self, enforcing, get_photo):
        account = join(enforcing, "SERVICE_CONTROL_POLICY", deny("s3:GetObject"))
        ana = enforcing.new_user("ana", [allow("s3:*")], account=account)
        enforcing.root(account).client("s3").create_bucket(Bucket="photos")
        told = get_photo(enforcing, ana.arn)
        assert "denied with an explicit deny in a service control policy\n" in told
        assert "    service control policy: denies\n" in told
        assert f"(attached to {account})" in told
        # Service control policies do not bind the management account.
        bo = enforcing.new_user("bo", [allow("sqs:*")])
        assert layers(ask(enforcing, bo.arn, "sqs", "ListQueues")["permissions"][0])["service-control"] == "exempt"

    def test_a_resource_control_policy(self, enforcing):
        account = join(
            enforcing, "RESOURCE_CONTROL_POLICY", deny("s3:GetObject", Principal="*")
        )
        ana = enforcing.new_user("ana", [allow("s3:*")], account=account)
        enforcing.root(account).client("s3").create_bucket(Bucket="photos")
        (permission,) = [
            one for one in ask(enforcing, ana.arn, "s3", "GetObject", GET)["permissions"]
            if one["action"] == "s3:GetObject"
        ]
        assert (permission["decision"], permission["layer"]) == ("explicitlyDenied", "resource-control")

    def test_root_needs_no_policy(self, enforcing, get_photo):
        server = with_photo(enforcing)
        told = get_photo(server, f"arn:aws:iam::{ACCOUNT}:root")
        assert "    by the right of the account's root user\n" in told
        assert told.startswith(f"s3:GetObject as arn:aws:iam::{ACCOUNT}:root: allowed\n")


class TestWhatFollows:
    """What services do because of the request, decided for those whom they act as."""

    LOGGING = {
        "Bucket": "photos",
        "BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "records", "TargetPrefix": "photos/"}},
    }

    @pytest.fixture
    def buckets(self, enforcing):
        s3 = with_photo(enforcing).root().client("s3")
        s3.create_bucket(Bucket="records")
        return s3

    def test_a_service_as_itself(self, enforcing, buckets, explain):
        """"Enabling Amazon S3 server access logging" (Amazon S3 User Guide): the target's policy lets the service."""
        enforcing.new_user("ana", [allow("s3:PutBucketLogging")])
        ana = f"arn:aws:iam::{ACCOUNT}:user/ana"
        before = ask(enforcing, ana, "s3", "PutBucketLogging", self.LOGGING)
        assert before["decision"] == "allowed"
        assert [(it["as"], it["decision"]) for it in before["then"]] == [("service logging.s3.amazonaws.com", "denied")]
        lets = allow(
            "s3:PutObject",
            "arn:aws:s3:::records/photos/*",
            Principal={"Service": "logging.s3.amazonaws.com"},
            Condition={
                "ArnLike": {"aws:SourceArn": "arn:aws:s3:::photos"},
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
            },
        )
        buckets.put_bucket_policy(Bucket="records", Policy=document(lets))
        (after,) = ask(enforcing, ana, "s3", "PutBucketLogging", self.LOGGING)["then"]
        assert after["decision"] == "allowed"
        (permission,) = after["permissions"]
        assert permission["action"] == "s3:PutObject"
        assert layers(permission)["resource"] == "allow"
        assert permission["keysRead"] == {"aws:SourceArn": ["arn:aws:s3:::photos"], "aws:SourceAccount": [ACCOUNT]}
        text = explain(enforcing, ana, "s3", "PutBucketLogging", "--input", json.dumps(self.LOGGING))
        assert "\nif it is let, then as service logging.s3.amazonaws.com: allowed\n" in text

    def test_of_the_source_that_the_policy_names(self, enforcing, buckets):
        """"The confused deputy problem" (IAM User Guide)."""
        enforcing.new_user("ana", [allow("s3:PutBucketLogging")])
        lets = allow(
            "s3:PutObject",
            "arn:aws:s3:::records/*",
            Principal={"Service": "logging.s3.amazonaws.com"},
            Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}},
        )
        buckets.put_bucket_policy(Bucket="records", Policy=document(lets))
        (then,) = ask(enforcing, f"arn:aws:iam::{ACCOUNT}:user/ana", "s3", "PutBucketLogging", self.LOGGING)["then"]
        assert then["decision"] == "denied"

    def test_nothing_follows_from_reading(self, enforcing, buckets):
        enforcing.new_user("ana", [allow("s3:*")])
        assert "then" not in ask(enforcing, f"arn:aws:iam::{ACCOUNT}:user/ana", "s3", "GetObject", GET)


class TestNothingHappens:
    @pytest.mark.parametrize("settings", [{}, {"soft": True}, {"enforce": True}])
    def test_nothing_is_performed_or_kept_and_the_mode_does_not_matter(self, serve, settings):
        server = with_photo(serve(**settings))
        ana = server.new_user("ana", [allow("s3:DeleteObject")])
        assert ask(server, ana.arn, "s3", "DeleteObject", GET)["decision"] == "allowed"
        assert ask(server, ana.arn, "s3", "GetObject", GET)["decision"] == "denied"
        server.root().client("s3").head_object(**GET)
        kept = server.get_json(f"/_stockade/decisions?principal={ana.arn}")
        assert kept == {"decisions": []}
        assert ana.arn not in server.get_json("/_stockade/policy")["principals"]
        assert "denied" not in server.log()

    def test_it_says_what_the_request_meets(self, enforcing):
        server = with_photo(enforcing)
        ana = server.new_user("ana", [allow("s3:GetObject", "arn:aws:s3:::photos/d*")])
        reason = ask(server, ana.arn, "s3", "GetObject", GET)["permissions"][0]["reason"]
        with refused("AccessDenied", 403) as met:
            ana.client("s3").get_object(**GET)
        assert reason in str(met.value)


class TestWhatWentWrong:
    @pytest.mark.parametrize(
        "principal, way_out",
        [
            (f"arn:aws:iam::{ACCOUNT}:user/ghost", "aws iam list-users"),
            (f"arn:aws:iam::{ACCOUNT}:role/ghost", "aws iam list-roles"),
            (f"arn:aws:sts::{ACCOUNT}:assumed-role/ghost/s", "aws iam list-roles"),
            (f"arn:aws:sts::{ACCOUNT}:federated-user/ghost", "aws iam list-users"),
            ("arn:aws:iam::000000000000:group/staff", "aws iam list-users"),
            ("ana", "by its ARN"),
            ("AKIAIOSFODNN7EXAMPLE", "a key that the server issued"),
        ],
    )
    def test_nobody(self, enforcing, explain, principal, way_out):
        told = explain(enforcing, principal, "s3", "ListBuckets", expect=1)
        assert principal in told
        assert way_out in told

    def test_a_path_belongs_to_the_name(self, enforcing, explain):
        enforcing.root().client("iam").create_user(UserName="ana", Path="/ops/")
        explain(enforcing, f"arn:aws:iam::{ACCOUNT}:user/ops/ana", "s3", "ListBuckets")
        explain(enforcing, f"arn:aws:iam::{ACCOUNT}:user/ana", "s3", "ListBuckets", expect=1)

    def test_no_operation_and_no_input_of_it(self, enforcing, explain):
        ana = enforcing.new_user("ana")
        assert "no service nimbus" in explain(enforcing, ana.arn, "nimbus", "Fly", expect=1)
        assert "no operation Fly" in explain(enforcing, ana.arn, "sqs", "Fly", expect=1)
        explain(enforcing, ana.arn, "sqs", "SendMessage", "--input", "{", expect=1)

    def test_no_server(self, enforcing, explain):
        enforcing.stop()
        told = explain(enforcing, f"arn:aws:iam::{ACCOUNT}:user/ana", "s3", "ListBuckets", expect=1)
        assert "--endpoint" in told and "cannot be reached" in told

    def test_no_stockade(self, moto, explain):
        told = explain(moto, f"arn:aws:iam::{ACCOUNT}:user/ana", "s3", "ListBuckets", expect=1)
        assert "--endpoint" in told

    def test_the_endpoint_says_what_it_wants(self, enforcing):
        for query in ["", "?as=anonymous&service=s3", "?as=anonymous&account=x"]:
            answer = enforcing.request("POST", f"/_stockade/explain{query}", body="")
            assert answer.status == 400
            assert json.loads(answer.data)["message"]
        assert enforcing.get("/_stockade/explain").status == 404

    def test_the_endpoint_is_of_a_server_alone(self, binary):
        command = [str(binary), "explain", "s3", "ListBuckets", "--endpoint", "http://127.0.0.1:1"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30)
        assert done.returncode == 2
        assert "--as" in done.stderr
