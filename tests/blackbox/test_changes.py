"""Whatever a decision was made from, its change shows in the next one, and so does taking it back.

Each request is sent three times, so that one is also answered from what was decided before. A write changes the state that
it was decided in, and the decision on the next one is the same nevertheless. Expected values: "Policy evaluation
logic" (IAM User Guide), `GetObject` (Amazon S3 API Reference).
"""

import pytest

from support.clients import refused
from support.policies import allow, deny, document, statement

ACTIONS = ["s3:GetObject", "s3:PutObject"]
OBJECT = "arn:aws:s3:::shared-bucket/key"


class World:
    """A user of a member account who reads and writes an object by a policy of its group."""

    def __init__(self, server):
        self.server = server
        self.organizations = server.root().client("organizations")
        self.organizations.create_organization(FeatureSet="ALL")
        root = self.organizations.list_roots()["Roots"][0]["Id"]
        self.organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        request = self.organizations.create_account(AccountName="dev", Email="dev@example.com")["CreateAccountStatus"]
        status = self.organizations.describe_create_account_status(CreateAccountRequestId=request["Id"])
        self.account = status["CreateAccountStatus"]["AccountId"]
        owner = server.root(self.account)
        self.iam, self.s3 = owner.client("iam"), owner.client("s3")
        self.s3.create_bucket(Bucket="shared-bucket")
        self.put()
        alice = server.new_user("alice", account=self.account)
        self.iam.create_group(GroupName="team")
        self.iam.put_group_policy(GroupName="team", PolicyName="use", PolicyDocument=document([allow(ACTIONS, OBJECT)]))
        self.join()
        self.alice = alice.client("s3")

    def read(self):
        assert self.alice.get_object(Bucket="shared-bucket", Key="key")["Body"].read() == b"text"

    def write(self):
        self.alice.put_object(Bucket="shared-bucket", Key="key", Body=b"text")

    def put(self):
        self.s3.put_object(Bucket="shared-bucket", Key="key", Body=b"text")

    def join(self):
        self.iam.add_user_to_group(GroupName="team", UserName="alice")

    def managed(self, *statements):
        answer = self.iam.create_policy(PolicyName="p", PolicyDocument=document(list(statements)))
        return answer["Policy"]["Arn"]


def an_inline_policy(world):
    world.iam.put_user_policy(UserName="alice", PolicyName="no", PolicyDocument=document([deny(ACTIONS)]))
    yield
    world.iam.delete_user_policy(UserName="alice", PolicyName="no")


def an_attached_policy(world):
    policy = world.managed(deny(ACTIONS))
    world.iam.attach_user_policy(UserName="alice", PolicyArn=policy)
    yield
    world.iam.detach_user_policy(UserName="alice", PolicyArn=policy)


def a_managed_policys_default_version(world):
    policy = world.managed(allow("s3:ListBucket"))
    world.iam.attach_user_policy(UserName="alice", PolicyArn=policy)
    world.read()
    world.iam.create_policy_version(PolicyArn=policy, PolicyDocument=document([deny(ACTIONS)]), SetAsDefault=True)
    yield
    world.iam.set_default_policy_version(PolicyArn=policy, VersionId="v1")


def a_groups_policy(world):
    world.iam.put_group_policy(GroupName="team", PolicyName="no", PolicyDocument=document([deny(ACTIONS)]))
    yield
    world.iam.delete_group_policy(GroupName="team", PolicyName="no")


def membership_of_a_group(world):
    world.iam.remove_user_from_group(GroupName="team", UserName="alice")
    yield
    world.join()


def a_permissions_boundary(world):
    boundary = world.managed(allow("sqs:*"))
    world.iam.put_user_permissions_boundary(UserName="alice", PermissionsBoundary=boundary)
    yield
    world.iam.delete_user_permissions_boundary(UserName="alice")


def a_bucket_policy(world):
    policy = document([statement("Deny", ACTIONS, OBJECT, Principal="*")])
    world.s3.put_bucket_policy(Bucket="shared-bucket", Policy=policy)
    yield
    world.s3.delete_bucket_policy(Bucket="shared-bucket")


def a_service_control_policy(world):
    answer = world.organizations.create_policy(
        Name="no", Description="", Type="SERVICE_CONTROL_POLICY", Content=document([deny(ACTIONS)])
    )
    policy = answer["Policy"]["PolicySummary"]["Id"]
    world.organizations.attach_policy(PolicyId=policy, TargetId=world.account)
    yield
    world.organizations.detach_policy(PolicyId=policy, TargetId=world.account)


def the_buckets_owner(world):
    """A request within one account becomes one that another account has to allow as well."""
    stranger = world.server.root("999999999999").client("s3")
    world.s3.delete_object(Bucket="shared-bucket", Key="key")
    world.s3.delete_bucket(Bucket="shared-bucket")
    stranger.create_bucket(Bucket="shared-bucket")
    stranger.put_object(Bucket="shared-bucket", Key="key", Body=b"text")
    yield
    stranger.delete_object(Bucket="shared-bucket", Key="key")
    stranger.delete_bucket(Bucket="shared-bucket")
    world.s3.create_bucket(Bucket="shared-bucket")
    world.put()


def the_object(world):
    """Whoever may not list a bucket is not told that an object is missing."""
    world.s3.delete_object(Bucket="shared-bucket", Key="key")
    yield
    world.put()


CHANGES = [
    an_inline_policy,
    an_attached_policy,
    a_managed_policys_default_version,
    a_groups_policy,
    membership_of_a_group,
    a_permissions_boundary,
    a_bucket_policy,
    a_service_control_policy,
    the_buckets_owner,
]


@pytest.mark.parametrize(
    ("change", "use"),
    [(change, use) for change in CHANGES for use in (World.read, World.write)] + [(the_object, World.read)],
)
def test_a_change_shows_at_once(enforcing, change, use):
    world = World(enforcing)
    for _ in range(3):
        use(world)
    changing = change(world)
    next(changing)
    for _ in range(3):
        with refused("AccessDenied", 403):
            use(world)
    next(changing, None)
    for _ in range(3):
        use(world)


def test_reads_and_writes_by_turns(enforcing):
    """Each is decided in a state that the other has changed."""
    world = World(enforcing)
    for _ in range(3):
        world.read()
        world.write()
    world.iam.put_user_policy(UserName="alice", PolicyName="no", PolicyDocument=document([deny("s3:GetObject")]))
    for _ in range(3):
        with refused("AccessDenied", 403):
            world.read()
        world.write()
    world.s3.delete_object(Bucket="shared-bucket", Key="key")
    world.iam.delete_user_policy(UserName="alice", PolicyName="no")
    with refused("AccessDenied", 403):
        world.read()
    world.write()
    world.read()


def test_a_user_of_the_same_name_is_another(enforcing):
    policy = document([allow("s3:GetObject", OBJECT)])
    alice = enforcing.new_user("alice", policy)
    s3 = enforcing.root().client("s3")
    s3.create_bucket(Bucket="shared-bucket")
    s3.put_object(Bucket="shared-bucket", Key="key", Body=b"text")
    for _ in range(3):
        alice.client("s3").get_object(Bucket="shared-bucket", Key="key")
    iam = enforcing.root().client("iam")
    iam.delete_access_key(UserName="alice", AccessKeyId=alice.key)
    iam.delete_user_policy(UserName="alice", PolicyName="inline-0")
    iam.delete_user(UserName="alice")
    another = enforcing.new_user("alice")
    with refused("AccessDenied", 403):
        another.client("s3").get_object(Bucket="shared-bucket", Key="key")
