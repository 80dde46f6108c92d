"""What IAM, STS and bucket policies have room for.

Numbers: "IAM and AWS STS quotas" (IAM User Guide), "Bucket policies for Amazon S3" (Amazon S3 User Guide), `AssumeRole` (AWS
STS API Reference). Messages were seen in AWS's answers: hashicorp/terraform-provider-aws, aws/aws-cdk issue 18531,
HumanCellAtlas/data-store issue 1963, docker/docs issue 5815.
"""

import json
import random
import re
import string

import pytest

from support.clients import refused
from support.policies import allow, document, trust

ROOT = "arn:aws:iam::000000000000:root"
POLICY = document(allow("s3:GetObject"))


@pytest.fixture
def iam(plain):
    return plain.root().client("iam")


def sized(size, statement=None):
    """A policy of so many characters without white space, of which it has plenty."""
    statement = statement or allow("s3:GetObject")
    whole = {"Version": "2012-10-17", "Statement": [{**statement, "Sid": ""}]}
    bare = len(json.dumps(whole, separators=(",", ":")))
    whole["Statement"][0]["Sid"] = "x" * (size - bare)
    return json.dumps(whole, indent=50)


class Holder:
    """A user, group or role, and the operations on it."""

    def __init__(self, iam, kind):
        self.iam, self.kind = iam, kind
        self.named = {f"{kind.title()}Name": "holder"}
        extra = {"AssumeRolePolicyDocument": document(trust(ROOT))} if kind == "role" else {}
        getattr(iam, f"create_{kind}")(**self.named, **extra)

    def put(self, name, text):
        getattr(self.iam, f"put_{self.kind}_policy")(**self.named, PolicyName=name, PolicyDocument=text)

    def attach(self, arn):
        getattr(self.iam, f"attach_{self.kind}_policy")(**self.named, PolicyArn=arn)


@pytest.fixture(params=["user", "group", "role"])
def holder(iam, request):
    return Holder(iam, request.param)


class TestDocuments:
    INLINE = {"user": 2048, "group": 5120, "role": 10240}

    def test_all_inline_policies_of_one_together(self, holder):
        """"the total aggregate policy size (the sum size of all inline policies) per entity"; white space is free."""
        most = self.INLINE[holder.kind]
        message = f"Maximum policy size of {most} bytes exceeded for {holder.kind} holder"
        holder.put("p", sized(most))
        with refused("LimitExceeded", 409, message):
            holder.put("p", sized(most + 1))
        holder.put("p", sized(most - 1000))
        holder.put("q", sized(1000))
        with refused("LimitExceeded", 409, message):
            holder.put("q", sized(1001))

    def test_a_managed_policy(self, iam):
        message = "Cannot exceed quota for PolicySize: 6144"
        with refused("LimitExceeded", 409, message):
            iam.create_policy(PolicyName="p", PolicyDocument=sized(6145))
        arn = iam.create_policy(PolicyName="p", PolicyDocument=sized(6144))["Policy"]["Arn"]
        with refused("LimitExceeded", 409, message):
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=sized(6145))
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=sized(6144))

    def test_a_trust_policy(self, iam):
        message = "Cannot exceed quota for ACLSizePerRole: 2048"
        most, more = sized(2048, trust(ROOT)), sized(2049, trust(ROOT))
        with refused("LimitExceeded", 409, message):
            iam.create_role(RoleName="r", AssumeRolePolicyDocument=more)
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=most)
        with refused("LimitExceeded", 409, message):
            iam.update_assume_role_policy(RoleName="r", PolicyDocument=more)
        iam.update_assume_role_policy(RoleName="r", PolicyDocument=most)

    def test_a_bucket_policy(self, plain):
        """20 KB, of what is no white space: MIT-LCP/physionet-build issue 2094."""
        s3 = plain.root().client("s3")
        s3.create_bucket(Bucket="quota-1")
        statement = allow("s3:GetObject", "arn:aws:s3:::quota-1/*", Principal={"AWS": ROOT})
        s3.put_bucket_policy(Bucket="quota-1", Policy=sized(20 * 1024, statement))
        with refused("MalformedPolicy", 400, "Policy exceeds the maximum allowed document size."):
            s3.put_bucket_policy(Bucket="quota-1", Policy=sized(20 * 1024 + 1, statement))


class TestCounts:
    ATTACHED = {"user": 10, "group": 10, "role": 20}

    def test_managed_policies_of_one(self, iam, holder):
        most = self.ATTACHED[holder.kind]
        arns = [
            iam.create_policy(PolicyName=f"p{number}", PolicyDocument=POLICY)["Policy"]["Arn"]
            for number in range(most + 1)
        ]
        for arn in arns[:most]:
            holder.attach(arn)
        with refused("LimitExceeded", 409, f"Cannot exceed quota for PoliciesPer{holder.kind.title()}: {most}"):
            holder.attach(arns[most])
        # What is attached already takes no more room.
        holder.attach(arns[0])

    def test_groups_of_a_user(self, iam):
        iam.create_user(UserName="ana")
        for number in range(11):
            iam.create_group(GroupName=f"g{number}")
        for number in range(10):
            iam.add_user_to_group(UserName="ana", GroupName=f"g{number}")
        with refused("LimitExceeded", 409, "Cannot exceed quota for GroupsPerUser: 10"):
            iam.add_user_to_group(UserName="ana", GroupName="g10")
        iam.add_user_to_group(UserName="ana", GroupName="g0")

    def test_entities_of_an_account(self, iam):
        """The message was seen for users and roles."""
        for number in range(300):
            iam.create_group(GroupName=f"g{number}")
        with refused("EntityAlreadyExists", 409):
            iam.create_group(GroupName="G1")
        with refused("LimitExceeded", 409, "Cannot exceed quota for GroupsPerAccount: 300"):
            iam.create_group(GroupName="g300")
        iam.delete_group(GroupName="g1")
        iam.create_group(GroupName="g300")

    def test_the_summary_agrees(self, iam):
        """GetAccountSummary (IAM API Reference): how many there are, and how many there may be."""
        before = iam.get_account_summary()["SummaryMap"]
        quotas = {
            "UsersQuota": 5000,
            "GroupsQuota": 300,
            "RolesQuota": 1000,
            "PoliciesQuota": 1500,
            "InstanceProfilesQuota": 1000,
            "AttachedPoliciesPerUserQuota": 10,
            "AttachedPoliciesPerGroupQuota": 10,
            "AttachedPoliciesPerRoleQuota": 20,
            "GroupsPerUserQuota": 10,
            "AccessKeysPerUserQuota": 2,
            "VersionsPerPolicyQuota": 5,
            "PolicySizeQuota": 6144,
            "AssumeRolePolicySizeQuota": 2048,
            "UserPolicySizeQuota": 2048,
            "GroupPolicySizeQuota": 5120,
            "RolePolicySizeQuota": 10240,
        }
        assert {name: before[name] for name in quotas} == quotas
        assert before["Users"] == before["Groups"] == before["Roles"] == before["Policies"] == 0
        iam.create_user(UserName="n")
        iam.create_group(GroupName="n")
        iam.create_role(RoleName="n", AssumeRolePolicyDocument=document(trust(ROOT)))
        iam.create_policy(PolicyName="n", PolicyDocument=POLICY)
        iam.create_instance_profile(InstanceProfileName="n")
        iam.attach_user_policy(UserName="n", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
        after = iam.get_account_summary()["SummaryMap"]
        changed = {name: after[name] for name in after if after[name] != before[name]}
        assert changed == {
            "Users": 1, "Groups": 1, "Roles": 1, "Policies": 1, "InstanceProfiles": 1, "PolicyVersionsInUse": 1,
        }

    @pytest.mark.parametrize("kind", ["user", "role", "policy", "instance_profile"])
    def test_tags(self, iam, kind):
        """50, and 50 in one request."""
        iam.create_user(UserName="n")
        iam.create_role(RoleName="n", AssumeRolePolicyDocument=document(trust(ROOT)))
        iam.create_instance_profile(InstanceProfileName="n")
        arn = iam.create_policy(PolicyName="n", PolicyDocument=POLICY)["Policy"]["Arn"]
        named = {
            "user": {"UserName": "n"},
            "role": {"RoleName": "n"},
            "policy": {"PolicyArn": arn},
            "instance_profile": {"InstanceProfileName": "n"},
        }[kind]
        tags = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
        tag = getattr(iam, f"tag_{kind}")
        message = (
            "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than "
            "or equal to 50"
        )
        with refused("ValidationError", 400, message):
            tag(**named, Tags=tags)
        tag(**named, Tags=tags[:50])
        with refused("LimitExceeded", 409, "The number of tags has reached the maximum limit."):
            tag(**named, Tags=tags[50:])
        tag(**named, Tags=[{"Key": "k0", "Value": "another"}])


class TestSessions:
    @pytest.fixture
    def assume(self, plain):
        trusting = [trust(ROOT, ["sts:AssumeRole", "sts:TagSession"])]
        role = plain.new_role("visitor", [allow("s3:*")], trust=trusting)
        sts = plain.new_user("ana", [allow("*")]).client("sts")
        return lambda **more: sts.assume_role(RoleArn=role, RoleSessionName="quota", **more)

    def test_a_session_policy(self, assume):
        """White space counts: "The plaintext that you use for both inline and managed session policies can't exceed 2,048"."""
        filled = POLICY + " " * (2048 - len(POLICY))
        assume(Policy=filled)
        with refused("ValidationError", 400, re.compile("'policy' failed .* length less than or equal to 2048$")):
            assume(Policy=filled + " ")

    def test_managed_session_policies(self, assume):
        arns = [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]
        assume(PolicyArns=arns * 10)
        with refused("ValidationError", 400, re.compile("'policyArns' failed .* length less than or equal to 10$")):
            assume(PolicyArns=arns * 11)

    def test_both_together(self, assume):
        arns = [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]
        room = 2048 - len(arns[0]["arn"])
        assume(Policy=POLICY + " " * (room - len(POLICY)), PolicyArns=arns)
        with refused("ValidationError", 400):
            assume(Policy=POLICY + " " * (room + 1 - len(POLICY)), PolicyArns=arns)

    def test_session_tags(self, assume):
        tags = [{"Key": f"k{number}", "Value": "v"} for number in range(51)]
        assert 0 < assume(Tags=tags[:50])["PackedPolicySize"] <= 100
        with refused("ValidationError", 400, re.compile("'tags' failed .* length less than or equal to 50$")):
            assume(Tags=tags)

    def test_what_is_packed(self, assume):
        """"Your request can fail for this limit even if your plaintext meets the other requirements"."""
        some = random.Random(1)
        noise = lambda size: "".join(some.choices(string.ascii_letters + string.digits, k=size))  # noqa: E731
        tags = [{"Key": f"k{number}", "Value": noise(256)} for number in range(50)]
        message = re.compile(r"^Packed size of session tags consumes \d{3,}% of allotted space\.$")
        with refused("PackedPolicyTooLarge", 400, message):
            assume(Tags=tags)
        message = re.compile(r"^Packed policy consumes \d{3,}% of allotted space, please use smaller policy\.$")
        with refused("PackedPolicyTooLarge", 400, message):
            assume(Tags=tags, Policy=POLICY)
