"""STS through boto3: sessions of roles, users and federated users.

Expected answers come from the AWS STS API Reference and "Policies and permissions in IAM" of the IAM User Guide.
"""

import datetime
import json
import re

import pytest
from botocore.exceptions import ClientError

from support.clients import refused
from support.policies import allow, deny, document, trust

ROOT = "arn:aws:iam::000000000000:root"


def minutes_left(credentials):
    left = credentials["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    return left.total_seconds() / 60


class TestAssumeRole:
    def test_a_session_of_a_role(self, enforcing):
        role = enforcing.new_role("visitor", [allow("s3:ListAllMyBuckets")], trust=[trust(ROOT)])
        alice = enforcing.new_user("alice", [allow("sts:AssumeRole", role)])
        answer = alice.client("sts").assume_role(RoleArn=role, RoleSessionName="tour")

        role_id = enforcing.root().client("iam").get_role(RoleName="visitor")["Role"]["RoleId"]
        session_arn = "arn:aws:sts::000000000000:assumed-role/visitor/tour"
        assert answer["AssumedRoleUser"] == {"AssumedRoleId": f"{role_id}:tour", "Arn": session_arn}
        credentials = answer["Credentials"]
        assert re.fullmatch(r"ASIA[A-Z2-7]{16}", credentials["AccessKeyId"])
        assert 59 < minutes_left(credentials) <= 60

        session = alice.with_session(credentials)
        identity = session.client("sts").get_caller_identity()
        assert (identity["Arn"], identity["UserId"]) == (session_arn, f"{role_id}:tour")
        assert session.client("s3").list_buckets()["Buckets"] == []
        message = re.compile(
            r"^User: arn:aws:sts::000000000000:assumed-role/visitor/tour is not authorized to perform: s3:CreateBucket "
            r'on resource: "arn:aws:s3:::x-1" because no identity-based policy allows the s3:CreateBucket action$'
        )
        with refused("AccessDenied", 403, message):
            session.client("s3").create_bucket(Bucket="x-1")

    def test_both_sides_must_allow_an_account_principal(self, enforcing):
        """A trust policy that names the account delegates to that account's identity policies."""
        role = enforcing.new_role("visitor", trust=[trust(ROOT)])
        alice = enforcing.new_user("alice")
        message = f"User: {alice.arn} is not authorized to perform: sts:AssumeRole on resource: {role}"
        with refused("AccessDenied", 403, re.compile("^" + re.escape(message))):
            alice.client("sts").assume_role(RoleArn=role, RoleSessionName="s")
        enforcing.root().client("iam").put_user_policy(
            UserName="alice", PolicyName="p", PolicyDocument=document([allow("sts:AssumeRole", role)])
        )
        alice.assume(role)

    def test_a_user_named_by_the_trust_policy_needs_nothing_else(self, enforcing):
        alice = enforcing.new_user("alice")
        role = enforcing.new_role("visitor", trust=[trust(alice.arn)])
        alice.assume(role)
        bob = enforcing.new_user("bob", [allow("*")])
        with refused("AccessDenied", 403, re.compile(r"is not authorized to perform: sts:AssumeRole on resource: ")):
            bob.assume(role)

    def test_across_accounts_both_are_needed(self, enforcing):
        role = enforcing.new_role("visitor", trust=[trust("arn:aws:iam::111122223333:root")])
        able = enforcing.new_user("able", [allow("sts:AssumeRole", role)], account="111122223333")
        unable = enforcing.new_user("unable", account="111122223333")
        assert able.assume(role).client("sts").get_caller_identity()["Account"] == "000000000000"
        with refused("AccessDenied", 403):
            unable.assume(role)

    def test_an_external_id(self, enforcing):
        condition = {"StringEquals": {"sts:ExternalId": "secret"}}
        role = enforcing.new_role("visitor", trust=[trust(ROOT, Condition=condition)])
        alice = enforcing.new_user("alice", [allow("sts:AssumeRole")])
        alice.assume(role, ExternalId="secret")
        for wrong in ({}, {"ExternalId": "guess"}):
            with refused("AccessDenied", 403):
                alice.assume(role, **wrong)

    def test_a_session_policy_narrows(self, enforcing):
        role = enforcing.new_role("visitor", [allow("s3:*")], trust=[trust(ROOT)])
        session = enforcing.admin().assume(role, Policy=document([allow(["s3:ListAllMyBuckets", "iam:*"])]))
        session.client("s3").list_buckets()
        with refused("AccessDenied", 403, re.compile("because no session policy allows the s3:CreateBucket action")):
            session.client("s3").create_bucket(Bucket="x-1")
        # A session policy gives nothing that the role lacks.
        with refused("AccessDenied", 403, re.compile("because no identity-based policy allows the iam:ListUsers")):
            session.client("iam").list_users()

    def test_managed_session_policies(self, enforcing):
        role = enforcing.new_role("visitor", [allow("s3:*")], trust=[trust(ROOT)])
        read_only = {"arn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"}
        session = enforcing.admin().assume(role, PolicyArns=[read_only])
        session.client("s3").list_buckets()
        with refused("AccessDenied", 403):
            session.client("s3").create_bucket(Bucket="x-1")

    def test_session_tags_are_principal_tags(self, enforcing):
        condition = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
        role = enforcing.new_role(
            "visitor",
            [allow("s3:ListAllMyBuckets", Condition=condition)],
            trust=[trust(ROOT, ["sts:AssumeRole", "sts:TagSession"])],
        )
        enforcing.admin().assume(role, Tags=[{"Key": "team", "Value": "blue"}]).client("s3").list_buckets()
        red = enforcing.admin().assume(role, Tags=[{"Key": "team", "Value": "red"}])
        with refused("AccessDenied", 403):
            red.client("s3").list_buckets()

    def test_session_tags_need_tag_session(self, enforcing):
        role = enforcing.new_role("visitor", trust=[trust(ROOT)])
        with refused("AccessDenied", 403, re.compile("sts:TagSession")):
            enforcing.admin().assume(role, Tags=[{"Key": "team", "Value": "blue"}])

    def test_durations(self, enforcing):
        role = enforcing.new_role("visitor", trust=[trust(ROOT)], MaxSessionDuration=7200)
        sts = enforcing.admin().client("sts")

        def assume(seconds):
            return sts.assume_role(RoleArn=role, RoleSessionName="long", DurationSeconds=seconds)

        assert 119 < minutes_left(assume(7200)["Credentials"]) <= 120
        with refused(
            "ValidationError",
            400,
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ):
            assume(7201)
        with refused("ValidationError", 400):
            assume(899)

    def test_a_role_of_a_session_lasts_an_hour_at_most(self, enforcing):
        """Role chaining: "limits your AWS CLI or AWS API role session to a maximum of one hour"."""
        first = enforcing.new_role("first", [allow("sts:AssumeRole")], trust=[trust(ROOT)])
        second = enforcing.new_role("second", trust=[trust(first)], MaxSessionDuration=43200)
        session = enforcing.admin().assume(first)
        session.assume(second, DurationSeconds=3600)
        message = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
        with refused("ValidationError", 400, message):
            session.assume(second, DurationSeconds=3601)

    def test_a_role_that_is_not_there(self, enforcing):
        """AWS does not tell a missing role from a forbidden one."""
        alice = enforcing.new_user("alice", [allow("*")])
        missing = "arn:aws:iam::000000000000:role/ghost"
        message = f"User: {alice.arn} is not authorized to perform: sts:AssumeRole on resource: {missing}"
        with refused("AccessDenied", 403, re.compile("^" + re.escape(message))):
            alice.assume(missing)

    @pytest.mark.parametrize("name", ["x", "a b", "a" * 65])
    def test_session_names_have_rules(self, enforcing, name):
        role = enforcing.new_role("visitor", trust=[trust(ROOT)])
        sts = enforcing.admin().client("sts")
        with refused("ValidationError", 400, re.compile("roleSessionName")):
            sts.assume_role(RoleArn=role, RoleSessionName=name)

    def test_an_explicit_deny_in_the_trust_policy_wins(self, enforcing):
        role = enforcing.new_role(
            "visitor", trust=[trust(ROOT), {**trust({"AWS": "*"}), "Effect": "Deny"}]
        )
        alice = enforcing.new_user("alice", [allow("*")])
        with refused("AccessDenied", 403, re.compile("with an explicit deny in the role trust policy")):
            alice.assume(role)


class TestGetSessionToken:
    def test_a_users_session_is_the_user(self, enforcing):
        alice = enforcing.new_user("alice", [allow(["s3:*", "iam:*"])])
        credentials = alice.client("sts").get_session_token()["Credentials"]
        assert 12 * 60 - 1 < minutes_left(credentials) <= 12 * 60
        session = alice.with_session(credentials)
        assert session.client("sts").get_caller_identity()["Arn"] == alice.arn
        session.client("s3").list_buckets()

    def test_without_mfa_it_is_kept_from_iam(self, enforcing):
        """GetSessionToken's page: no IAM operations unless MFA was part of the request."""
        alice = enforcing.new_user("alice", [allow("*")])
        session = alice.with_session(alice.client("sts").get_session_token()["Credentials"])
        with refused("InvalidClientTokenId", 403):
            session.client("iam").list_users()

    @pytest.mark.parametrize("seconds", [899, 129601])
    def test_durations(self, enforcing, seconds):
        alice = enforcing.new_user("alice")
        with refused("ValidationError", 400, re.compile("durationSeconds")):
            alice.client("sts").get_session_token(DurationSeconds=seconds)

    def test_a_session_cannot_ask(self, enforcing):
        role = enforcing.new_role("visitor", [allow("*")], trust=[trust(ROOT)])
        session = enforcing.admin().assume(role)
        with refused("AccessDenied", 403, "Cannot call GetSessionToken with session credentials"):
            session.client("sts").get_session_token()


class TestGetFederationToken:
    def test_it_may_what_both_may(self, enforcing):
        alice = enforcing.new_user("alice", [allow(["s3:ListAllMyBuckets", "sts:GetFederationToken"])])
        answer = alice.client("sts").get_federation_token(Name="guest", Policy=document([allow("s3:*")]))
        assert answer["FederatedUser"] == {
            "Arn": "arn:aws:sts::000000000000:federated-user/guest",
            "FederatedUserId": "000000000000:guest",
        }
        session = alice.with_session(answer["Credentials"])
        assert session.client("sts").get_caller_identity()["Arn"].endswith(":federated-user/guest")
        session.client("s3").list_buckets()
        with refused("AccessDenied", 403):
            session.client("s3").create_bucket(Bucket="x-1")

    def test_without_a_policy_it_may_nothing(self, enforcing):
        alice = enforcing.new_user("alice", [allow("*")])
        credentials = alice.client("sts").get_federation_token(Name="guest")["Credentials"]
        with refused("AccessDenied", 403):
            alice.with_session(credentials).client("s3").list_buckets()

    def test_the_user_must_be_allowed_to(self, enforcing):
        alice = enforcing.new_user("alice", [deny("sts:GetFederationToken")])
        message = (
            f"User: {alice.arn} is not authorized to perform: sts:GetFederationToken on resource: "
            "arn:aws:sts::000000000000:federated-user/guest with an explicit deny in an identity-based policy"
        )
        with refused("AccessDenied", 403, re.compile("^" + re.escape(message))):
            alice.client("sts").get_federation_token(Name="guest")


class TestGetCallerIdentity:
    def test_nothing_can_forbid_it(self, enforcing):
        alice = enforcing.new_user("alice", [deny("*")])
        assert alice.client("sts").get_caller_identity()["Arn"] == alice.arn


class TestGetAccessKeyInfo:
    def test_an_issued_key(self, enforcing):
        alice = enforcing.new_user("alice", account="111122223333")
        sts = enforcing.admin().client("sts")
        assert sts.get_access_key_info(AccessKeyId=alice.key)["Account"] == "111122223333"


def test_what_a_session_does_ends_with_its_role(enforcing):
    """A role's policies are read at each request, not frozen into the session."""
    role = enforcing.new_role("visitor", [allow("s3:*")], trust=[trust(ROOT)])
    session = enforcing.admin().assume(role)
    session.client("s3").list_buckets()
    enforcing.root().client("iam").delete_role_policy(RoleName="visitor", PolicyName="inline-0")
    with refused("AccessDenied", 403):
        session.client("s3").list_buckets()


def test_a_session_policy_takes_room(enforcing):
    """PackedPolicySize says how much, in percent."""
    role = enforcing.new_role("visitor", trust=[trust(ROOT)])
    answer = enforcing.admin().client("sts").assume_role(
        RoleArn=role, RoleSessionName="packed", Policy=document([allow("s3:*")])
    )
    assert 0 < answer["PackedPolicySize"] < 100


class TestDecodeAuthorizationMessage:
    """The details that EC2's denials carry: "DecodeAuthorizationMessage" (AWS STS API Reference)."""

    def encoded(self, identity):
        with pytest.raises(ClientError) as caught:
            identity.client("ec2").run_instances(ImageId="ami-12345678", InstanceType="t3.nano", MinCount=1, MaxCount=1)
        message = caught.value.response["Error"]["Message"]
        return message.rpartition(" Encoded authorization failure message: ")[2]

    def test_a_denial_of_ec2(self, enforcing):
        alice = enforcing.new_user("alice", [{**deny("ec2:RunInstances"), "Sid": "NoInstances"}])
        decoder = enforcing.new_user("decoder", [allow("sts:DecodeAuthorizationMessage")]).client("sts")
        answer = decoder.decode_authorization_message(EncodedMessage=self.encoded(alice))
        decoded = json.loads(answer["DecodedMessage"])
        assert (decoded["allowed"], decoded["explicitDeny"]) == (False, True)
        (statement,) = decoded["matchedStatements"]["items"]
        assert statement["statementId"] == "NoInstances"
        context = decoded["context"]
        assert (context["principal"]["arn"], context["action"]) == (alice.arn, "ec2:RunInstances")
        assert {"key": "aws:username", "values": {"items": [{"value": "alice"}]}} in context["conditions"]["items"]

    def test_it_takes_leave(self, enforcing):
        alice = enforcing.new_user("alice")
        with refused("AccessDenied", 403):
            alice.client("sts").decode_authorization_message(EncodedMessage=self.encoded(alice))

    def test_a_message_that_nobody_sent(self, plain):
        with refused("InvalidAuthorizationMessageException", 400):
            plain.root().client("sts").decode_authorization_message(EncodedMessage="made-up")
