"""IAM through boto3: users, groups, roles, policies and their versions, boundaries, instance profiles, tags, limits.

Expected answers come from the IAM API Reference and "IAM and AWS STS quotas" of the IAM User Guide.
"""

import json
import re

import pytest

from support.clients import refused
from support.policies import allow, document, trust

ACCOUNT = "000000000000"
TRUST = document([trust(f"arn:aws:iam::{ACCOUNT}:root")])
POLICY = document([allow("s3:GetObject")])
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture
def iam(enforcing):
    """Root's client on an enforcing server."""
    return enforcing.root().client("iam")


def names(entries, of="UserName"):
    return [entry[of] for entry in entries]


def arn(kind, name):
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


class TestUsers:
    def test_a_users_life(self, iam):
        created = iam.create_user(UserName="alice", Path="/team/", Tags=[{"Key": "cost", "Value": "42"}])["User"]
        assert created["Arn"] == arn("user", "team/alice")
        assert re.fullmatch(r"AIDA[A-Z0-9]{17}", created["UserId"])
        assert created["Tags"] == [{"Key": "cost", "Value": "42"}]
        read = iam.get_user(UserName="alice")["User"]
        assert {name: read[name] for name in created} == created

        iam.update_user(UserName="alice", NewUserName="alicia", NewPath="/")
        assert iam.get_user(UserName="alicia")["User"]["UserId"] == created["UserId"]
        assert iam.get_user(UserName="alicia")["User"]["Arn"] == arn("user", "alicia")

        iam.delete_user(UserName="alicia")
        with refused("NoSuchEntity", 404, "The user with name alicia cannot be found."):
            iam.get_user(UserName="alicia")

    def test_a_name_is_taken_once_whatever_its_case(self, iam):
        iam.create_user(UserName="alice")
        with refused("EntityAlreadyExists", 409, "User with name alice already exists."):
            iam.create_user(UserName="alice")
        with refused("EntityAlreadyExists", 409):
            iam.create_user(UserName="ALICE")

    def test_without_a_name_it_is_oneself(self, enforcing):
        alice = enforcing.new_user("alice", [allow("iam:GetUser")])
        assert alice.client("iam").get_user()["User"]["UserName"] == "alice"

    @pytest.mark.parametrize("name", ["a b", "a/b", "ä", "a" * 65])
    def test_names_have_rules(self, iam, name):
        with refused("ValidationError", 400, re.compile("userName")):
            iam.create_user(UserName=name)

    def test_what_must_go_first(self, iam):
        iam.create_user(UserName="alice")
        iam.create_group(GroupName="team")

        def still_held(what):
            with refused("DeleteConflict", 409, re.compile(rf"^Cannot delete entity, must {what}")):
                iam.delete_user(UserName="alice")

        key = iam.create_access_key(UserName="alice")["AccessKey"]["AccessKeyId"]
        still_held("delete access keys first")
        iam.delete_access_key(UserName="alice", AccessKeyId=key)
        iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=POLICY)
        still_held("delete policies first")
        iam.delete_user_policy(UserName="alice", PolicyName="p")
        iam.attach_user_policy(UserName="alice", PolicyArn=READ_ONLY)
        still_held("detach all policies first")
        iam.detach_user_policy(UserName="alice", PolicyArn=READ_ONLY)
        iam.add_user_to_group(UserName="alice", GroupName="team")
        still_held("remove users? from group first|remove user from all groups first|remove from group")
        iam.remove_user_from_group(UserName="alice", GroupName="team")
        iam.delete_user(UserName="alice")

    def test_pages_and_paths(self, iam):
        for number in range(5):
            iam.create_user(UserName=f"user-{number}", Path="/even/" if number % 2 == 0 else "/odd/")
        first = iam.list_users(MaxItems=2)
        assert (len(first["Users"]), first["IsTruncated"]) == (2, True)
        pages = iam.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2})
        found = [name for page in pages for name in names(page["Users"])]
        assert sorted(found) == [f"user-{number}" for number in range(5)]
        assert names(iam.list_users(PathPrefix="/odd/")["Users"]) == ["user-1", "user-3"]
        with refused("ValidationError", 400):
            iam.list_users(Marker="not-one-of-ours")
        with refused("ValidationError", 400):
            iam.list_users(MaxItems=1001)


class TestAccessKeys:
    def test_two_at_most(self, iam):
        iam.create_user(UserName="alice")
        iam.create_access_key(UserName="alice")
        iam.create_access_key(UserName="alice")
        message = "Cannot exceed quota for AccessKeysPerUser: 2"
        with refused("LimitExceeded", 409, message):
            iam.create_access_key(UserName="alice")

    def test_their_life(self, iam):
        iam.create_user(UserName="alice")
        key = iam.create_access_key(UserName="alice")["AccessKey"]
        assert (key["UserName"], key["Status"]) == ("alice", "Active")
        iam.update_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"], Status="Inactive")
        listed = iam.list_access_keys(UserName="alice")["AccessKeyMetadata"]
        assert [(entry["AccessKeyId"], entry["Status"]) for entry in listed] == [(key["AccessKeyId"], "Inactive")]
        assert "SecretAccessKey" not in listed[0]
        iam.delete_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"])
        message = f"The Access Key with id {key['AccessKeyId']} cannot be found."
        with refused("NoSuchEntity", 404, message):
            iam.delete_access_key(UserName="alice", AccessKeyId=key["AccessKeyId"])

    def test_for_oneself(self, enforcing):
        alice = enforcing.new_user("alice", [allow("iam:*AccessKey*")])
        key = alice.client("iam").create_access_key()["AccessKey"]
        assert key["UserName"] == "alice"
        assert len(alice.client("iam").list_access_keys()["AccessKeyMetadata"]) == 2

    def test_last_use_is_noticed(self, enforcing):
        alice = enforcing.new_user("alice")
        alice.client("sts").get_caller_identity()
        used = enforcing.root().client("iam").get_access_key_last_used(AccessKeyId=alice.key)
        assert used["UserName"] == "alice"


class TestGroups:
    def test_members(self, iam):
        created = iam.create_group(GroupName="team", Path="/org/")["Group"]
        assert created["Arn"] == arn("group", "org/team")
        assert re.fullmatch(r"AGPA[A-Z0-9]{17}", created["GroupId"])
        for name in ("alice", "bob"):
            iam.create_user(UserName=name)
            iam.add_user_to_group(GroupName="team", UserName=name)
        assert names(iam.get_group(GroupName="team")["Users"]) == ["alice", "bob"]
        assert names(iam.list_groups_for_user(UserName="bob")["Groups"], "GroupName") == ["team"]
        with refused("DeleteConflict", 409, "Cannot delete entity, must remove users from group first."):
            iam.delete_group(GroupName="team")
        iam.remove_user_from_group(GroupName="team", UserName="alice")
        assert names(iam.get_group(GroupName="team")["Users"]) == ["bob"]

    def test_what_is_not_there(self, iam):
        iam.create_group(GroupName="team")
        with refused("NoSuchEntity", 404, "The user with name ghost cannot be found."):
            iam.add_user_to_group(GroupName="team", UserName="ghost")
        with refused("NoSuchEntity", 404, "The group with name ghosts cannot be found."):
            iam.get_group(GroupName="ghosts")
        with refused("EntityAlreadyExists", 409, "Group with name team already exists."):
            iam.create_group(GroupName="team")


class TestRoles:
    def test_a_roles_life(self, iam):
        created = iam.create_role(
            RoleName="worker",
            AssumeRolePolicyDocument=TRUST,
            Description="works",
            MaxSessionDuration=7200,
            Tags=[{"Key": "a", "Value": "1"}],
        )["Role"]
        assert created["Arn"] == arn("role", "worker")
        assert re.fullmatch(r"AROA[A-Z0-9]{17}", created["RoleId"])
        read = iam.get_role(RoleName="worker")["Role"]
        assert read["AssumeRolePolicyDocument"] == json.loads(TRUST)
        assert (read["Description"], read["MaxSessionDuration"]) == ("works", 7200)

        service = document([trust({"Service": "lambda.amazonaws.com"})])
        iam.update_assume_role_policy(RoleName="worker", PolicyDocument=service)
        iam.update_role(RoleName="worker", Description="rests")
        read = iam.get_role(RoleName="worker")["Role"]
        assert read["AssumeRolePolicyDocument"] == json.loads(service)
        assert read["Description"] == "rests"

        iam.delete_role(RoleName="worker")
        with refused("NoSuchEntity", 404, "The role with name worker cannot be found."):
            iam.get_role(RoleName="worker")

    def test_a_trust_policy_must_name_principals(self, iam):
        with refused("MalformedPolicyDocument", 400):
            iam.create_role(RoleName="r", AssumeRolePolicyDocument=document([allow("sts:AssumeRole")]))

    def test_durations_have_bounds(self, iam):
        for seconds in (3599, 43201):
            with refused("ValidationError", 400):
                iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST, MaxSessionDuration=seconds)

    def test_instance_profiles_hold_one_role(self, iam):
        profile = iam.create_instance_profile(InstanceProfileName="box")["InstanceProfile"]
        assert profile["Arn"] == arn("instance-profile", "box")
        assert re.fullmatch(r"AIPA[A-Z0-9]{17}", profile["InstanceProfileId"])
        for name in ("one", "two"):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName="one")
        with refused("LimitExceeded", 409, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"):
            iam.add_role_to_instance_profile(InstanceProfileName="box", RoleName="two")
        assert names(iam.list_instance_profiles_for_role(RoleName="one")["InstanceProfiles"], "InstanceProfileName") == [
            "box"
        ]
        with refused("DeleteConflict", 409):
            iam.delete_role(RoleName="one")
        with refused("DeleteConflict", 409):
            iam.delete_instance_profile(InstanceProfileName="box")
        iam.remove_role_from_instance_profile(InstanceProfileName="box", RoleName="one")
        iam.delete_instance_profile(InstanceProfileName="box")
        with refused("NoSuchEntity", 404, "Instance Profile box cannot be found."):
            iam.get_instance_profile(InstanceProfileName="box")


class TestPolicies:
    def test_versions(self, iam):
        created = iam.create_policy(PolicyName="p", PolicyDocument=POLICY, Description="d")["Policy"]
        assert created["Arn"] == arn("policy", "p")
        assert re.fullmatch(r"ANPA[A-Z0-9]{17}", created["PolicyId"])
        assert (created["DefaultVersionId"], created["AttachmentCount"], created["IsAttachable"]) == ("v1", 0, True)

        second = document([allow("s3:PutObject")])
        version = iam.create_policy_version(PolicyArn=created["Arn"], PolicyDocument=second, SetAsDefault=True)
        assert version["PolicyVersion"]["VersionId"] == "v2"
        assert iam.get_policy(PolicyArn=created["Arn"])["Policy"]["DefaultVersionId"] == "v2"
        read = iam.get_policy_version(PolicyArn=created["Arn"], VersionId="v2")["PolicyVersion"]
        assert (read["Document"], read["IsDefaultVersion"]) == (json.loads(second), True)

        iam.set_default_policy_version(PolicyArn=created["Arn"], VersionId="v1")
        with refused("DeleteConflict", 409, "Cannot delete the default version of a policy."):
            iam.delete_policy_version(PolicyArn=created["Arn"], VersionId="v1")
        with refused("DeleteConflict", 409):
            iam.delete_policy(PolicyArn=created["Arn"])
        iam.delete_policy_version(PolicyArn=created["Arn"], VersionId="v2")
        # Numbers are never given twice.
        third = iam.create_policy_version(PolicyArn=created["Arn"], PolicyDocument=second)["PolicyVersion"]
        assert (third["VersionId"], third["IsDefaultVersion"]) == ("v3", False)

    def test_five_versions_at_most(self, iam):
        policy = iam.create_policy(PolicyName="p", PolicyDocument=POLICY)["Policy"]["Arn"]
        for _ in range(4):
            iam.create_policy_version(PolicyArn=policy, PolicyDocument=POLICY)
        message = (
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing "
            "version."
        )
        with refused("LimitExceeded", 409, message):
            iam.create_policy_version(PolicyArn=policy, PolicyDocument=POLICY)

    def test_attachments(self, iam):
        policy = iam.create_policy(PolicyName="p", PolicyDocument=POLICY)["Policy"]["Arn"]
        iam.create_user(UserName="alice")
        iam.create_group(GroupName="team")
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)
        iam.attach_user_policy(UserName="alice", PolicyArn=policy)
        iam.attach_user_policy(UserName="alice", PolicyArn=policy)
        iam.attach_group_policy(GroupName="team", PolicyArn=policy)
        iam.attach_role_policy(RoleName="worker", PolicyArn=policy)
        assert iam.get_policy(PolicyArn=policy)["Policy"]["AttachmentCount"] == 3
        held = iam.list_entities_for_policy(PolicyArn=policy)
        assert names(held["PolicyUsers"]) == ["alice"]
        assert names(held["PolicyGroups"], "GroupName") == ["team"]
        assert names(held["PolicyRoles"], "RoleName") == ["worker"]
        with refused("DeleteConflict", 409, "Cannot delete a policy attached to entities."):
            iam.delete_policy(PolicyArn=policy)
        iam.detach_user_policy(UserName="alice", PolicyArn=policy)
        assert iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"] == []
        with refused("NoSuchEntity", 404, f"Policy {policy} was not found."):
            iam.detach_user_policy(UserName="alice", PolicyArn=policy)

    def test_inline(self, iam):
        iam.create_user(UserName="alice")
        iam.put_user_policy(UserName="alice", PolicyName="p", PolicyDocument=POLICY)
        read = iam.get_user_policy(UserName="alice", PolicyName="p")
        assert (read["UserName"], read["PolicyName"], read["PolicyDocument"]) == ("alice", "p", json.loads(POLICY))
        assert iam.list_user_policies(UserName="alice")["PolicyNames"] == ["p"]
        iam.delete_user_policy(UserName="alice", PolicyName="p")
        with refused("NoSuchEntity", 404, "The user policy with name p cannot be found."):
            iam.get_user_policy(UserName="alice", PolicyName="p")

    @pytest.mark.parametrize(
        "text",
        [
            "{",
            "[]",
            "{}",
            '{"Version":"2012-10-17"}',
            '{"Version":"2012-10-17","Statement":[{"Effect":"allow","Action":"*","Resource":"*"}]}',
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"}]}',
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Resource":"*"}]}',
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3","Resource":"*"}]}',
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}]}',
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Oops":1}]}',
            '{"Version":"2012-10-18","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Principal":"*"}]}',
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*",'
            '"Condition":{"Nonsense":{"aws:x":"y"}}}]}',
        ],
    )
    def test_what_is_no_policy(self, iam, text):
        with refused("MalformedPolicyDocument", 400):
            iam.create_policy(PolicyName="p", PolicyDocument=text)
        assert iam.list_policies(Scope="Local")["Policies"] == []

    def test_policies_of_aws_exist_and_attach(self, enforcing, iam):
        read_only = iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")["Policy"]
        assert read_only["PolicyName"] == "AmazonS3ReadOnlyAccess"
        version = iam.get_policy_version(PolicyArn=read_only["Arn"], VersionId=read_only["DefaultVersionId"])
        assert "s3:Get*" in version["PolicyVersion"]["Document"]["Statement"][0]["Action"]

        alice = enforcing.new_user("alice")
        iam.attach_user_policy(UserName="alice", PolicyArn=read_only["Arn"])
        assert alice.client("s3").list_buckets()["Buckets"] == []
        with refused("AccessDenied", 403):
            alice.client("s3").create_bucket(Bucket="nope")

        listed = iam.get_paginator("list_policies").paginate(Scope="AWS")
        assert sum(len(page["Policies"]) for page in listed) > 1000

    def test_policies_of_aws_stay(self, iam):
        with pytest.raises(iam.exceptions.ClientError):
            iam.delete_policy(PolicyArn=READ_ONLY)
        assert iam.get_policy(PolicyArn=READ_ONLY)["Policy"]["Arn"] == READ_ONLY
        with refused("NoSuchEntity", 404, re.compile(r"^Policy arn:aws:iam::aws:policy/NoSuchPolicy ")):
            iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")

    def test_boundaries(self, iam):
        boundary = iam.create_policy(PolicyName="fence", PolicyDocument=POLICY)["Policy"]["Arn"]
        iam.create_user(UserName="alice", PermissionsBoundary=boundary)
        read = iam.get_user(UserName="alice")["User"]["PermissionsBoundary"]
        assert read["PermissionsBoundaryArn"] == boundary
        # The type's page has a text that says the one and an enumeration that says the other.
        assert read["PermissionsBoundaryType"] in ("Policy", "PermissionsBoundaryPolicy")
        assert iam.get_policy(PolicyArn=boundary)["Policy"]["PermissionsBoundaryUsageCount"] == 1
        with refused("DeleteConflict", 409):
            iam.delete_policy(PolicyArn=boundary)
        iam.delete_user_permissions_boundary(UserName="alice")
        assert "PermissionsBoundary" not in iam.get_user(UserName="alice")["User"]
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=TRUST)
        iam.put_role_permissions_boundary(RoleName="worker", PermissionsBoundary=boundary)
        role = iam.get_role(RoleName="worker")["Role"]
        assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary


class TestTags:
    def test_they_come_and_go(self, iam):
        iam.create_user(UserName="alice")
        iam.tag_user(UserName="alice", Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}])
        iam.tag_user(UserName="alice", Tags=[{"Key": "a", "Value": "2"}])
        assert iam.list_user_tags(UserName="alice")["Tags"] == [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": ""}]
        iam.untag_user(UserName="alice", TagKeys=["a", "ghost"])
        assert iam.list_user_tags(UserName="alice")["Tags"] == [{"Key": "b", "Value": ""}]

    def test_keys_are_one_whatever_their_case(self, iam):
        with refused("InvalidInput", 400):
            iam.create_user(UserName="bob", Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}])

    def test_aws_prefix_is_reserved(self, iam):
        with refused("InvalidInput", 400):
            iam.create_user(UserName="bob", Tags=[{"Key": "aws:mine", "Value": "1"}])


class TestAccounts:
    def test_they_do_not_see_each_other(self, enforcing, iam):
        other = enforcing.root("111122223333").client("iam")
        iam.create_user(UserName="alice")
        assert other.list_users()["Users"] == []
        assert other.create_user(UserName="alice")["User"]["Arn"] == "arn:aws:iam::111122223333:user/alice"

    def test_iam_is_global(self, enforcing, iam):
        iam.create_user(UserName="alice")
        elsewhere = enforcing.root().client("iam", region="eu-west-1")
        assert names(elsewhere.list_users()["Users"]) == ["alice"]
