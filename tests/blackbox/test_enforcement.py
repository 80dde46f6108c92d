"""What allows and what denies, as the IAM User Guide's "Policy evaluation logic" lays it down.

The messages are those of "Troubleshoot access denied error messages" of the same guide.
"""

import json
import re

import pytest

from support.clients import refused
from support.policies import allow, deny, document, trust

ROOT = "arn:aws:iam::000000000000:root"
CREATE = "s3:CreateBucket"


def s3_refusal(arn, action, resource, reason):
    """S3's message: alone among AWS's it puts the resource in quotes."""
    return f'User: {arn} is not authorized to perform: {action} on resource: "{resource}" {reason}'


def may_create(identity, name="fresh-bucket"):
    identity.client("s3").create_bucket(Bucket=name)


def may_not_create(identity, reason, name="fresh-bucket"):
    with refused("AccessDenied", 403, s3_refusal(identity.arn, CREATE, f"arn:aws:s3:::{name}", reason)):
        identity.client("s3").create_bucket(Bucket=name)


NO_IDENTITY_POLICY = f"because no identity-based policy allows the {CREATE} action"


class TestIdentityPolicies:
    def test_nothing_is_allowed_by_default(self, enforcing):
        may_not_create(enforcing.new_user("alice"), NO_IDENTITY_POLICY)

    def test_inline(self, enforcing):
        may_create(enforcing.new_user("alice", [allow(CREATE)]))

    def test_managed(self, enforcing):
        alice = enforcing.new_user("alice")
        iam = enforcing.root().client("iam")
        policy = iam.create_policy(PolicyName="p", PolicyDocument=document([allow(CREATE)]))["Policy"]["Arn"]
        iam.attach_user_policy(UserName="alice", PolicyArn=policy)
        may_create(alice)
        iam.detach_user_policy(UserName="alice", PolicyArn=policy)
        may_not_create(alice, NO_IDENTITY_POLICY, "another-bucket")

    def test_the_default_version_counts(self, enforcing):
        alice = enforcing.new_user("alice")
        iam = enforcing.root().client("iam")
        policy = iam.create_policy(PolicyName="p", PolicyDocument=document([allow("s3:GetObject")]))["Policy"]["Arn"]
        iam.attach_user_policy(UserName="alice", PolicyArn=policy)
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=document([allow(CREATE)]))
        may_not_create(alice, NO_IDENTITY_POLICY)
        iam.set_default_policy_version(PolicyArn=policy, VersionId="v2")
        may_create(alice)

    @pytest.mark.parametrize("attached", [False, True])
    def test_through_a_group(self, enforcing, attached):
        alice = enforcing.new_user("alice")
        iam = enforcing.root().client("iam")
        iam.create_group(GroupName="team")
        iam.add_user_to_group(GroupName="team", UserName="alice")
        if attached:
            policy = iam.create_policy(PolicyName="p", PolicyDocument=document([allow(CREATE)]))["Policy"]["Arn"]
            iam.attach_group_policy(GroupName="team", PolicyArn=policy)
        else:
            iam.put_group_policy(GroupName="team", PolicyName="p", PolicyDocument=document([allow(CREATE)]))
        may_create(alice)
        iam.remove_user_from_group(GroupName="team", UserName="alice")
        may_not_create(alice, NO_IDENTITY_POLICY, "another-bucket")

    def test_an_explicit_deny_wins(self, enforcing):
        alice = enforcing.new_user("alice", [allow("*")], [deny(CREATE, "arn:aws:s3:::fresh-*")])
        may_not_create(alice, "with an explicit deny in an identity-based policy")
        may_create(alice, "other-bucket")

    def test_a_resource_narrows(self, enforcing):
        alice = enforcing.new_user("alice", [allow(CREATE, "arn:aws:s3:::alice-*")])
        may_create(alice, "alice-1")
        may_not_create(alice, NO_IDENTITY_POLICY, "bob-1")

    def test_not_action(self, enforcing):
        alice = enforcing.new_user(
            "alice", [{"Effect": "Allow", "NotAction": "s3:DeleteBucket", "Resource": "*"}]
        )
        may_create(alice)
        with refused("AccessDenied", 403):
            alice.client("s3").delete_bucket(Bucket="fresh-bucket")

    def test_not_resource(self, enforcing):
        alice = enforcing.new_user(
            "alice", [{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::secret-*"}]
        )
        may_create(alice)
        may_not_create(alice, NO_IDENTITY_POLICY, "secret-bucket")

    def test_actions_ignore_case_and_take_wildcards(self, enforcing):
        may_create(enforcing.new_user("alice", [allow("S3:create?ucket")]))

    def test_variables(self, enforcing):
        alice = enforcing.new_user("alice", [allow(CREATE, "arn:aws:s3:::home-${aws:username}")])
        may_create(alice, "home-alice")
        may_not_create(alice, NO_IDENTITY_POLICY, "home-bob")

    def test_changes_count_at_once(self, enforcing):
        alice = enforcing.new_user("alice", [allow(CREATE)])
        enforcing.root().client("iam").delete_user_policy(UserName="alice", PolicyName="inline-0")
        may_not_create(alice, NO_IDENTITY_POLICY)


class TestBoundaries:
    def bounded(self, server, boundary, *policies):
        alice = server.new_user("alice", *policies)
        iam = server.root().client("iam")
        policy = iam.create_policy(PolicyName="fence", PolicyDocument=document(boundary))["Policy"]["Arn"]
        iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=policy)
        return alice

    def test_both_must_allow(self, enforcing):
        alice = self.bounded(enforcing, [allow("s3:ListAllMyBuckets")], [allow("s3:*")])
        alice.client("s3").list_buckets()
        may_not_create(alice, f"because no permissions boundary allows the {CREATE} action")

    def test_a_boundary_gives_nothing(self, enforcing):
        alice = self.bounded(enforcing, [allow("*")])
        may_not_create(alice, NO_IDENTITY_POLICY)

    def test_a_boundary_can_deny(self, enforcing):
        alice = self.bounded(enforcing, [allow("*"), deny(CREATE)], [allow("*")])
        may_not_create(
            alice, "with an explicit deny in a permissions boundary: arn:aws:iam::000000000000:policy/fence"
        )


class TestBucketPolicies:
    @pytest.fixture
    def shelf(self, enforcing):
        """Puts a policy on a bucket of root's with one object in it."""
        s3 = enforcing.root().client("s3")
        s3.create_bucket(Bucket="shelf")
        s3.put_object(Bucket="shelf", Key="a", Body=b"x")

        def put(*statements):
            s3.put_bucket_policy(Bucket="shelf", Policy=document(list(statements)))

        return put

    def read(self, identity):
        return identity.client("s3").get_object(Bucket="shelf", Key="a")["Body"].read()

    def grant(self, principal, effect="Allow", **more):
        return {
            "Effect": effect,
            "Principal": principal,
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::shelf/*",
            **more,
        }

    def test_in_one_account_either_side_is_enough(self, enforcing, shelf):
        alice = enforcing.new_user("alice")
        with refused("AccessDenied", 403):
            self.read(alice)
        shelf(self.grant({"AWS": alice.arn}))
        assert self.read(alice) == b"x"

    def test_across_accounts_both_are_needed(self, enforcing, shelf):
        able = enforcing.new_user("able", [allow("s3:GetObject")], account="111122223333")
        unable = enforcing.new_user("unable", account="111122223333")
        with refused("AccessDenied", 403):
            self.read(able)
        shelf(self.grant({"AWS": "arn:aws:iam::111122223333:root"}))
        assert self.read(able) == b"x"
        with refused("AccessDenied", 403):
            self.read(unable)

    def test_a_deny_binds_even_root(self, enforcing, shelf):
        shelf(self.grant("*", effect="Deny"))
        message = "with an explicit deny in a resource-based policy"
        with refused("AccessDenied", 403, s3_refusal(ROOT, "s3:GetObject", "arn:aws:s3:::shelf/a", message)):
            self.read(enforcing.root())
        # But its owner's root can always mend the policy.
        enforcing.root().client("s3").delete_bucket_policy(Bucket="shelf")
        assert self.read(enforcing.root()) == b"x"

    def test_everybody(self, enforcing, shelf):
        with refused("AccessDenied", 403, "Access Denied"):
            self.read(enforcing.anonymous())
        shelf(self.grant("*"))
        assert self.read(enforcing.anonymous()) == b"x"

    def test_a_role_session(self, enforcing, shelf):
        role = enforcing.new_role("visitor", trust=[trust(ROOT)])
        session = enforcing.admin().assume(role, "tour")
        with refused("AccessDenied", 403):
            self.read(session)
        shelf(self.grant({"AWS": role}))
        assert self.read(session) == b"x"
        shelf(self.grant({"AWS": "arn:aws:sts::000000000000:assumed-role/visitor/tour"}))
        assert self.read(session) == b"x"
        shelf(self.grant({"AWS": "arn:aws:sts::000000000000:assumed-role/visitor/other"}))
        with refused("AccessDenied", 403):
            self.read(session)

    def test_source_addresses(self, enforcing, shelf):
        alice = enforcing.new_user("alice")
        shelf(self.grant({"AWS": alice.arn}, Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))
        with refused("AccessDenied", 403):
            self.read(alice)
        shelf(self.grant({"AWS": alice.arn}, Condition={"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}))
        assert self.read(alice) == b"x"


class TestConditions:
    def test_prefix(self, enforcing):
        enforcing.root().client("s3").create_bucket(Bucket="shelf")
        condition = {"StringLike": {"s3:prefix": ["home/${aws:username}/*"]}}
        alice = enforcing.new_user("alice", [allow("s3:ListBucket", "arn:aws:s3:::shelf", Condition=condition)])
        s3 = alice.client("s3")
        s3.list_objects_v2(Bucket="shelf", Prefix="home/alice/docs")
        for prefix in ({"Prefix": "home/bob/"}, {"Prefix": ""}, {}):
            with refused("AccessDenied", 403):
                s3.list_objects_v2(Bucket="shelf", **prefix)

    def test_transport(self, enforcing):
        condition = {"Bool": {"aws:SecureTransport": "true"}}
        alice = enforcing.new_user("alice", [allow("*", Condition=condition)])
        may_not_create(alice, NO_IDENTITY_POLICY)

    def test_region(self, enforcing):
        condition = {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}
        alice = enforcing.new_user("alice", [allow("lambda:ListFunctions", Condition=condition)])
        alice.client("lambda", region="eu-west-1").list_functions()
        with refused("AccessDeniedException", 403):
            alice.client("lambda").list_functions()

    def test_tags_of_the_principal(self, enforcing):
        condition = {"StringEquals": {"aws:PrincipalTag/team": "blue"}}
        alice = enforcing.new_user("alice", [allow(CREATE, Condition=condition)])
        may_not_create(alice, NO_IDENTITY_POLICY)
        enforcing.root().client("iam").tag_user(UserName="alice", Tags=[{"Key": "team", "Value": "blue"}])
        may_create(alice)

    def test_tags_of_the_resource(self, enforcing):
        iam = enforcing.root().client("iam")
        iam.create_user(UserName="blue", Tags=[{"Key": "team", "Value": "blue"}])
        iam.create_user(UserName="red", Tags=[{"Key": "team", "Value": "red"}])
        condition = {"StringEquals": {"aws:ResourceTag/team": "blue"}}
        alice = enforcing.new_user("alice", [allow("iam:DeleteUser", Condition=condition)])
        with refused("AccessDenied", 403):
            alice.client("iam").delete_user(UserName="red")
        alice.client("iam").delete_user(UserName="blue")

    def test_tags_of_the_request(self, enforcing):
        condition = {
            "StringEquals": {"aws:RequestTag/team": "blue"},
            "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
        }
        alice = enforcing.new_user("alice", [allow(["iam:CreateUser", "iam:TagUser"], Condition=condition)])
        iam = alice.client("iam")
        iam.create_user(UserName="one", Tags=[{"Key": "team", "Value": "blue"}])
        for tags in ([], [{"Key": "team", "Value": "red"}], [{"Key": "team", "Value": "blue"}, {"Key": "x", "Value": ""}]):
            with refused("AccessDenied", 403):
                iam.create_user(UserName="two", Tags=tags)

    def test_the_policy_that_is_attached(self, enforcing):
        condition = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}}
        alice = enforcing.new_user("alice", [allow("iam:AttachUserPolicy", Condition=condition)])
        iam = alice.client("iam")
        iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
        with refused("AccessDenied", 403):
            iam.attach_user_policy(UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")

    def test_the_service_that_a_role_is_passed_to(self, enforcing, function_zip):
        def create(identity, name):
            return identity.client("lambda").create_function(
                FunctionName=name,
                Role="arn:aws:iam::000000000000:role/lambda-role",
                Runtime="python3.13",
                Handler="handler.handler",
                Code={"ZipFile": function_zip},
            )

        for service, passes in (("lambda.amazonaws.com", True), ("ec2.amazonaws.com", False)):
            condition = {"StringEquals": {"iam:PassedToService": service}}
            name = service.split(".")[0]
            user = enforcing.new_user(
                name, [allow("lambda:CreateFunction"), allow("iam:PassRole", Condition=condition)]
            )
            if passes:
                create(user, name)
            else:
                with refused("AccessDeniedException", 403, re.compile("iam:PassRole")):
                    create(user, name)


class TestSeveralPermissions:
    """Operations that need more than the action of their own name."""

    @pytest.fixture
    def shelf(self, enforcing):
        s3 = enforcing.root().client("s3")
        s3.create_bucket(Bucket="shelf")
        s3.put_object(Bucket="shelf", Key="a", Body=b"x")
        return s3

    def test_a_copy_reads_and_writes(self, enforcing, shelf):
        source = {"Bucket": "shelf", "Key": "a"}
        reader = enforcing.new_user("reader", [allow("s3:GetObject")])
        writer = enforcing.new_user("writer", [allow("s3:PutObject")])
        both = enforcing.new_user("both", [allow(["s3:GetObject", "s3:PutObject"])])
        for half in (reader, writer):
            with refused("AccessDenied", 403):
                half.client("s3").copy_object(Bucket="shelf", Key="b", CopySource=source)
        both.client("s3").copy_object(Bucket="shelf", Key="b", CopySource=source)

    def test_a_copy_takes_tags_along_by_permission(self, enforcing, shelf):
        """CopyObject's page: tags are copied by default; reading and writing them are permissions of their own."""
        shelf.put_object(Bucket="shelf", Key="tagged", Tagging="team=red")
        plain, tagged = ({"Bucket": "shelf", "Key": key} for key in ("a", "tagged"))
        copier = [allow(["s3:GetObject", "s3:PutObject"])]
        alice = enforcing.new_user("alice", copier).client("s3")
        alice.copy_object(Bucket="shelf", Key="b", CopySource=plain)
        alice.copy_object(Bucket="shelf", Key="b", CopySource=plain, TaggingDirective="COPY")
        alice.copy_object(Bucket="shelf", Key="b", CopySource=tagged, TaggingDirective="REPLACE")
        assert shelf.get_object_tagging(Bucket="shelf", Key="b")["TagSet"] == []
        with refused("AccessDenied", 403, re.compile(r's3:GetObjectTagging on resource: "arn:aws:s3:::shelf/tagged"')):
            alice.copy_object(Bucket="shelf", Key="b", CopySource=tagged)
        reader = enforcing.new_user("reader", copier, [allow("s3:GetObjectTagging")]).client("s3")
        with refused("AccessDenied", 403, re.compile(r's3:PutObjectTagging on resource: "arn:aws:s3:::shelf/b"')):
            reader.copy_object(Bucket="shelf", Key="b", CopySource=tagged)
        with refused("AccessDenied", 403, re.compile("s3:PutObjectTagging")):
            reader.copy_object(
                Bucket="shelf", Key="b", CopySource=plain, TaggingDirective="REPLACE", Tagging="team=blue"
            )
        writer = enforcing.new_user("writer", copier, [allow(["s3:GetObjectTagging", "s3:PutObjectTagging"])])
        writer.client("s3").copy_object(Bucket="shelf", Key="b", CopySource=tagged)
        assert shelf.get_object_tagging(Bucket="shelf", Key="b")["TagSet"] == [{"Key": "team", "Value": "red"}]

    def test_parts_are_copied_without_tags(self, enforcing, shelf):
        shelf.put_object(Bucket="shelf", Key="tagged", Body=b"x", Tagging="team=red")
        alice = enforcing.new_user("alice", [allow(["s3:GetObject", "s3:PutObject"])]).client("s3")
        upload = alice.create_multipart_upload(Bucket="shelf", Key="b")["UploadId"]
        alice.upload_part_copy(
            Bucket="shelf", Key="b", UploadId=upload, PartNumber=1, CopySource={"Bucket": "shelf", "Key": "tagged"}
        )

    def test_a_batch_delete_is_decided_key_by_key(self, enforcing, shelf):
        """DeleteObjects' page: the answer tells the outcome of each key, success or failure."""
        shelf.put_object(Bucket="shelf", Key="mine")
        alice = enforcing.new_user("alice", [allow("s3:DeleteObject", "arn:aws:s3:::shelf/mine")])
        keys = [{"Key": "a"}, {"Key": "mine"}, {"Key": "ghost"}]
        answer = alice.client("s3").delete_objects(Bucket="shelf", Delete={"Objects": keys})
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert answer["Deleted"] == [{"Key": "mine"}]
        reason = "because no identity-based policy allows the s3:DeleteObject action"
        assert answer["Errors"] == [
            {
                "Key": key,
                "Code": "AccessDenied",
                "Message": s3_refusal(alice.arn, "s3:DeleteObject", f"arn:aws:s3:::shelf/{key}", reason),
            }
            for key in ["a", "ghost"]
        ]
        assert shelf.list_objects_v2(Bucket="shelf")["KeyCount"] == 1
        enforcing.wait_for_log("DeleteObjects denied. In part: for 2 of 3; the rest goes through.")
        [decision] = [it for it in enforcing.get_json("/_stockade/decisions?denied")["decisions"] if it["operation"] == "DeleteObjects"]
        assert (decision["decision"], decision["blocked"], decision["partial"]) == ("denied", False, True)
        assert [(it["element"], it["decision"]) for it in decision["permissions"]] == [
            (0, "implicitlyDenied"),
            (1, "allowed"),
            (2, "implicitlyDenied"),
        ]

    def test_a_batch_delete_of_nothing_allowed_tells_each_key(self, enforcing, shelf):
        """As S3 answers: 200, and an error for every key; strangers are told no more than that."""
        bob = enforcing.new_user("bob")
        keys = {"Objects": [{"Key": "a"}, {"Key": "b", "VersionId": "7"}], "Quiet": True}
        answer = bob.client("s3").delete_objects(Bucket="shelf", Delete=keys)
        assert "Deleted" not in answer
        told = [(it["Key"], it.get("VersionId"), it["Code"]) for it in answer["Errors"]]
        assert told == [("a", None, "AccessDenied"), ("b", "7", "AccessDenied")]
        assert "s3:DeleteObjectVersion on resource" in answer["Errors"][1]["Message"]
        answer = enforcing.anonymous().client("s3").delete_objects(Bucket="shelf", Delete={"Objects": [{"Key": "a"}]})
        assert [it["Message"] for it in answer["Errors"]] == ["Access Denied"]
        assert shelf.head_object(Bucket="shelf", Key="a")

    def test_a_batch_delete_of_no_keys_is_malformed_for_everybody(self, enforcing, shelf):
        """There is nothing to allow; the list's minimum is one key, and S3 calls less than that malformed."""
        for identity in (enforcing.root(), enforcing.new_user("bob"), enforcing.anonymous()):
            with refused("MalformedXML", 400):
                identity.client("s3").delete_objects(Bucket="shelf", Delete={"Objects": []})

    def test_soft_mode_deletes_what_would_have_been_spared(self, serve):
        server = serve(soft=True)
        s3 = server.new_user("alice").client("s3")
        s3.create_bucket(Bucket="shelf")
        s3.put_object(Bucket="shelf", Key="a")
        answer = s3.delete_objects(Bucket="shelf", Delete={"Objects": [{"Key": "a"}]})
        assert answer["Deleted"] == [{"Key": "a"}] and "Errors" not in answer
        [decision] = [it for it in server.get_json("/_stockade/decisions?denied")["decisions"] if it["operation"] == "DeleteObjects"]
        assert (decision["softMode"], decision["blocked"], decision["partial"]) == (True, False, False)

    def test_head_bucket_is_list_bucket(self, enforcing, shelf):
        alice = enforcing.new_user("alice", [allow("s3:ListBucket", "arn:aws:s3:::shelf")])
        alice.client("s3").head_bucket(Bucket="shelf")
        with refused("403", 403):
            enforcing.new_user("bob", [allow("s3:GetObject")]).client("s3").head_bucket(Bucket="shelf")

    def test_whether_a_key_exists_is_told_to_who_may_list(self, enforcing, shelf):
        """GetObject's page: without s3:ListBucket a missing key is 403, with it 404."""
        reader = enforcing.new_user("reader", [allow("s3:GetObject")])
        with refused("AccessDenied", 403):
            reader.client("s3").get_object(Bucket="shelf", Key="ghost")
        lister = enforcing.new_user("lister", [allow(["s3:GetObject", "s3:ListBucket"])])
        with refused("NoSuchKey", 404):
            lister.client("s3").get_object(Bucket="shelf", Key="ghost")

    def test_a_denied_write_writes_nothing(self, enforcing, shelf):
        alice = enforcing.new_user("alice", [allow("s3:GetObject")])
        with refused("AccessDenied", 403):
            alice.client("s3").put_object(Bucket="shelf", Key="a", Body=b"changed")
        assert shelf.get_object(Bucket="shelf", Key="a")["Body"].read() == b"x"


class TestFunctionPolicies:
    @pytest.fixture
    def function(self, enforcing, function_zip):
        functions = enforcing.root().client("lambda")
        functions.create_function(
            FunctionName="shared",
            Role="arn:aws:iam::000000000000:role/lambda-role",
            Runtime="python3.13",
            Handler="handler.handler",
            Code={"ZipFile": function_zip},
        )
        return functions

    def test_across_accounts(self, enforcing, function):
        arn = "arn:aws:lambda:us-east-1:000000000000:function:shared"
        able = enforcing.new_user("able", [allow("lambda:GetFunction")], account="111122223333")
        with refused("AccessDeniedException", 403):
            able.client("lambda").get_function(FunctionName=arn)
        function.add_permission(
            FunctionName="shared", StatementId="s", Action="lambda:GetFunction", Principal="111122223333"
        )
        got = able.client("lambda").get_function(FunctionName=arn)
        assert got["Configuration"]["FunctionArn"] == arn


class TestServicesWithoutABackend:
    def test_root_reaches_501(self, enforcing):
        with refused("NotImplemented", 501, re.compile("ListQueues")):
            enforcing.root().client("sqs").list_queues()

    def test_nobody_else_is_let_through(self, enforcing):
        alice = enforcing.new_user("alice", [allow("s3:*")])
        with pytest.raises(alice.client("sqs").exceptions.ClientError) as caught:
            alice.client("sqs").list_queues()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403)
        assert "AccessDenied" in caught.value.response["Error"]["Code"]

    def test_unfinished_operations_of_finished_services(self, enforcing):
        alice = enforcing.new_user("alice", [allow("*")])
        with refused("NotImplemented", 501, re.compile("PutBucketReplication|GetBucketReplication")):
            alice.client("s3").get_bucket_replication(Bucket="shelf")
        bob = enforcing.new_user("bob", [allow("s3:GetObject")])
        with refused("AccessDenied", 403):
            bob.client("s3").get_bucket_replication(Bucket="shelf")

    @pytest.mark.parametrize(
        "service,operation,arguments",
        [
            ("dynamodb", "list_tables", {}),
            ("ec2", "describe_instances", {}),
            ("sns", "list_topics", {}),
            ("kms", "list_keys", {}),
            ("apigateway", "get_rest_apis", {}),
            ("cloudwatch", "list_metrics", {}),
        ],
    )
    def test_each_protocol_says_501(self, plain, service, operation, arguments):
        client = plain.root().client(service)
        with pytest.raises(client.exceptions.ClientError) as caught:
            getattr(client, operation)(**arguments)
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501, caught.value
        name = "".join(part.capitalize() for part in operation.split("_"))
        assert name in caught.value.response["Error"]["Message"]


class TestStyles:
    def test_localstacks_words_for_every_protocol(self, serve):
        server = serve(enforce=True, style="localstack")
        alice = server.new_user("alice")
        message = "Access to the specified resource is denied"
        for service, operation in (("iam", "list_users"), ("s3", "list_buckets"), ("lambda", "list_functions")):
            with refused("AccessDeniedException", 403, message):
                getattr(alice.client(service), operation)()

    def test_awss_words_for_every_protocol(self, enforcing):
        alice = enforcing.new_user("alice")
        with refused(
            "AccessDenied",
            403,
            f"User: {alice.arn} is not authorized to perform: iam:GetUser on resource: "
            "arn:aws:iam::000000000000:user/bob because no identity-based policy allows the iam:GetUser action",
        ):
            alice.client("iam").get_user(UserName="bob")
        with refused(
            "AccessDenied",
            403,
            f"User: {alice.arn} is not authorized to perform: s3:ListAllMyBuckets because no identity-based policy "
            "allows the s3:ListAllMyBuckets action",
        ):
            alice.client("s3").list_buckets()
        with refused(
            "AccessDeniedException",
            403,
            f"User: {alice.arn} is not authorized to perform: lambda:ListFunctions on resource: * because no "
            "identity-based policy allows the lambda:ListFunctions action",
        ):
            alice.client("lambda").list_functions()


class TestLists:
    """IAM checks lists on their path, as its denials name it, although the reference knows no resource for them."""

    def test_a_list_is_of_its_path(self, enforcing):
        iam = "arn:aws:iam::000000000000"
        alice = enforcing.new_user("alice", [allow("iam:List*", [f"{iam}:user/*", f"{iam}:role/ops/*"])])
        client = alice.client("iam")
        assert client.list_users()["Users"]
        assert client.list_roles(PathPrefix="/ops/")["Roles"] == []
        reason = "because no identity-based policy allows the {} action"
        for action, call, resource in [
            ("iam:ListRoles", client.list_roles, f"{iam}:role/"),
            ("iam:ListGroups", client.list_groups, f"{iam}:group/"),
            ("iam:ListInstanceProfiles", client.list_instance_profiles, f"{iam}:instance-profile/"),
            ("iam:ListPolicies", client.list_policies, "policy path /"),
            ("iam:ListAccountAliases", client.list_account_aliases, "*"),
        ]:
            message = f"User: {alice.arn} is not authorized to perform: {action} on resource: {resource} "
            with refused("AccessDenied", 403, message + reason.format(action)):
                call()

    def test_policies_are_listed_by_a_star_alone(self, enforcing):
        every = enforcing.new_user("every", [allow("iam:ListPolicies")])
        assert every.client("iam").list_policies(MaxItems=1)["Policies"]
        denied = enforcing.get_json("/_stockade/decisions?denied")["decisions"]
        assert not denied
        with refused("AccessDenied", 403):
            enforcing.new_user("arns", [allow("iam:ListPolicies", "arn:aws:iam::*:*")]).client("iam").list_policies()
        [decision] = enforcing.get_json("/_stockade/decisions?denied")["decisions"]
        assert decision["suggestions"][0]["statement"]["Resource"] == "*"


class TestSoftMode:
    def test_what_would_have_been_denied_is_told(self, serve):
        server = serve(soft=True)
        alice = server.new_user("alice")
        alice.client("s3").create_bucket(Bucket="soft-bucket")
        line = server.wait_for_log_line("Request for service s3 for operation CreateBucket denied.")
        assert "would have been denied" in line
        denied = server.get_json("/_stockade/decisions?denied")
        assert "s3:CreateBucket" in json.dumps(denied)


class TestServicesWithoutCode:
    """Their requests are understood, and their state is not here: what only it could tell fails closed."""

    TABLE = "arn:aws:dynamodb:us-east-1:000000000000:table/orders"

    def test_a_statement_on_the_resource_decides(self, enforcing):
        alice = enforcing.new_user("alice", [allow("dynamodb:DeleteTable", self.TABLE)])
        with refused("NotImplemented", 501):
            alice.client("dynamodb").delete_table(TableName="orders")
        with refused("AccessDeniedException", 400, re.compile(r"dynamodb:DeleteTable on resource: \S+:table/others ")):
            alice.client("dynamodb").delete_table(TableName="others")

    def test_who_left_the_query_protocol_keeps_its_code(self, enforcing):
        alice = enforcing.new_user("alice")
        with refused("AccessDenied", 403, re.compile("sqs:DeleteQueue")):
            alice.client("sqs").delete_queue(QueueUrl="https://sqs.us-east-1.amazonaws.com/000000000000/orders")

    def test_a_denial_by_tags_that_nobody_keeps_here_binds(self, enforcing):
        production = {"StringEquals": {"aws:ResourceTag/stage": "production"}}
        alice = enforcing.new_user("alice", [allow("*")], [deny("dynamodb:DeleteTable", Condition=production)])
        with refused("AccessDeniedException", 400, re.compile("explicit deny")):
            alice.client("dynamodb").delete_table(TableName="orders")

    def test_tags_that_nobody_keeps_here_allow_nothing(self, enforcing):
        mine = {"StringEquals": {"aws:ResourceTag/owner": "alice"}}
        alice = enforcing.new_user("alice", [allow("dynamodb:*", Condition=mine)])
        with refused("AccessDeniedException", 400, re.compile("no identity-based policy allows")):
            alice.client("dynamodb").delete_table(TableName="orders")

    def test_a_denial_by_what_a_resource_is_binds(self, enforcing):
        """`ec2:InstanceType` is the request's where an instance is made, and the state's of one that is there ("Actions,
        resources, and condition keys for Amazon EC2", Service Authorization Reference)."""
        large = {"StringEquals": {"ec2:InstanceType": "m5.large"}}
        alice = enforcing.new_user("alice", [allow("*")], [deny("ec2:*", Condition=large)])
        ec2 = alice.client("ec2")
        with refused("UnauthorizedOperation", 403, re.compile("explicit deny.*ec2:InstanceType applies")):
            ec2.stop_instances(InstanceIds=["i-0123456789abcdef0"])
        with refused("UnauthorizedOperation", 403, re.compile("explicit deny")):
            ec2.run_instances(ImageId="ami-0123456789abcdef0", InstanceType="m5.large", MinCount=1, MaxCount=1)
        for call in (
            lambda: ec2.run_instances(ImageId="ami-0123456789abcdef0", InstanceType="t3.micro", MinCount=1, MaxCount=1),
            lambda: ec2.describe_instances(),
        ):
            with refused("NotImplemented", 501):
                call()
