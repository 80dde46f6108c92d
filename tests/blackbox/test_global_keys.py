"""Global condition keys: each that `stockade keys` calls filled has its value in a request, and no other value.

The keys and what they hold are those of "AWS global condition context keys" in the IAM User Guide.
"""

import json
import subprocess
import urllib.parse

import pytest

from support.clients import refused
from support.policies import allow, trust

ACTION = "s3:ListAllMyBuckets"

# What a user's request from this machine holds: operator, key, a value that fits, one that does not.
OF_A_USER = [
    ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::000000000000:user/ada", "arn:aws:iam::000000000000:user/bob"),
    ("StringEquals", "aws:PrincipalAccount", "000000000000", "111122223333"),
    ("StringEquals", "aws:PrincipalTag/team", "red", "blue"),
    ("Bool", "aws:PrincipalIsAWSService", "false", "true"),
    ("StringEquals", "aws:PrincipalType", "User", "AssumedRole"),
    ("StringLike", "aws:userid", "AIDA*", "AROA*"),
    ("StringEquals", "aws:username", "ada", "Ada"),
    ("IpAddress", "aws:SourceIp", "127.0.0.0/8", "203.0.113.0/24"),
    ("StringEquals", "aws:RequestedRegion", "eu-west-1", "us-east-1"),
    ("Bool", "aws:SecureTransport", "false", "true"),
    ("Bool", "aws:ViaAWSService", "false", "true"),
    ("DateGreaterThan", "aws:CurrentTime", "2024-01-01T00:00:00Z", "2124-01-01T00:00:00Z"),
    ("NumericGreaterThan", "aws:EpochTime", "1704067200", "4859740800"),
    ("StringLike", "aws:UserAgent", "*Botocore/*", "curl/*"),
    ("Null", "aws:MultiFactorAuthPresent", "true", "false"),
    ("Null", "aws:TokenIssueTime", "true", "false"),
]

# The same of a role's session, where it differs.
OF_A_SESSION = [
    ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::000000000000:role/r", "arn:aws:sts::000000000000:assumed-role/r/desk"),
    ("StringEquals", "aws:PrincipalType", "AssumedRole", "User"),
    ("StringLike", "aws:userid", "AROA*:desk", "AROA*:shop"),
    ("StringEquals", "aws:SourceIdentity", "ada", "bob"),
    ("StringEquals", "aws:PrincipalTag/team", "green", "red"),
    ("Bool", "aws:MultiFactorAuthPresent", "false", "true"),
    ("DateGreaterThan", "aws:TokenIssueTime", "2024-01-01T00:00:00Z", "2124-01-01T00:00:00Z"),
    ("Null", "aws:username", "true", "false"),
]


# The same of a federated user, where it differs from a user's session: it carries no word about MFA.
OF_A_FEDERATED_USER = [
    ("ArnEquals", "aws:PrincipalArn", "arn:aws:sts::000000000000:federated-user/guest", "arn:aws:iam::000000000000:user/ada"),
    ("StringEquals", "aws:PrincipalType", "FederatedUser", "User"),
    ("StringEquals", "aws:userid", "000000000000:guest", "guest"),
    ("Null", "aws:MultiFactorAuthPresent", "true", "false"),
    ("Null", "aws:MultiFactorAuthAge", "true", "false"),
    ("Null", "aws:TokenIssueTime", "false", "true"),
    ("Null", "aws:username", "true", "false"),
]

# Of temporary credentials of a user itself: without MFA, as long as there are no devices.
OF_A_USERS_SESSION = [
    ("StringEquals", "aws:PrincipalType", "User", "AssumedRole"),
    ("Bool", "aws:MultiFactorAuthPresent", "false", "true"),
    ("Null", "aws:MultiFactorAuthAge", "true", "false"),
    ("Null", "aws:TokenIssueTime", "false", "true"),
]


def conditional(operator, key, value):
    return [allow(ACTION, Condition={operator: {key: value}})]


def put(server, kind, name, statements):
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    put_policy = getattr(server.root().client("iam"), f"put_{kind}_policy")
    put_policy(**{f"{kind.title()}Name": name, "PolicyName": "p", "PolicyDocument": document})


def assert_tells(server, kind, name, client, cases):
    """Each key's fitting value allows, and the other does not."""
    for operator, key, fits, differs in cases:
        put(server, kind, name, conditional(operator, key, fits))
        client.list_buckets()
        put(server, kind, name, conditional(operator, key, differs))
        with refused("AccessDenied", 403):
            client.list_buckets()


def test_a_users_keys(enforcing):
    ada = enforcing.new_user("ada")
    enforcing.root().client("iam").tag_user(UserName="ada", Tags=[{"Key": "team", "Value": "red"}])
    assert_tells(enforcing, "user", "ada", ada.client("s3", region="eu-west-1"), OF_A_USER)


def test_a_sessions_keys(enforcing):
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    ada = enforcing.new_user("ada", [allow(actions)])
    role = enforcing.new_role("r", trust=[trust(ada.arn, actions)])
    enforcing.root().client("iam").tag_role(RoleName="r", Tags=[{"Key": "team", "Value": "red"}])
    session = ada.assume(role, "desk", SourceIdentity="ada", Tags=[{"Key": "team", "Value": "green"}])
    assert_tells(enforcing, "role", "r", session.client("s3"), OF_A_SESSION)


def test_a_federated_users_keys(enforcing):
    may = allow("sts:GetFederationToken")
    ada = enforcing.new_user("ada", [may])
    everything = json.dumps({"Version": "2012-10-17", "Statement": [allow("*")]})
    credentials = ada.client("sts").get_federation_token(Name="guest", Policy=everything)["Credentials"]
    assert_tells(enforcing, "user", "ada", ada.with_session(credentials).client("s3"), OF_A_FEDERATED_USER)


def test_keys_of_a_users_own_session(enforcing):
    ada = enforcing.new_user("ada")
    session = ada.with_session(ada.client("sts").get_session_token()["Credentials"])
    assert_tells(enforcing, "user", "ada", session.client("s3"), OF_A_USERS_SESSION)


def keys_read(server, principal, service, operation, given):
    """What an examined request's one permission read."""
    query = urllib.parse.urlencode({"as": principal, "service": service, "operation": operation})
    answer = server.request("POST", f"/_stockade/explain?{query}", body=json.dumps(given))
    assert answer.status == 200, answer.data
    told = json.loads(answer.data)
    return told["permissions"][0]["keysRead"], [then["permissions"][0]["keysRead"] for then in told.get("then", [])]


def test_some_actions_have_no_word_about_the_owner(enforcing):
    """`aws:ResourceAccount`: "The following actions don't support this key"; what stands beside them does."""
    ours = {"StringEquals": {"aws:ResourceAccount": "000000000000"}}
    ada = enforcing.new_user("ada", [allow("macie2:*", Condition=ours)])
    for operation, given, account in [
        ("AcceptInvitation", {"invitationId": "1", "administratorAccountId": "111122223333"}, None),
        ("GetFindingsFilter", {"id": "f"}, ["000000000000"]),
    ]:
        read, _ = keys_read(enforcing, ada.arn, "macie2", operation, given)
        assert read == {"aws:ResourceAccount": account}, operation


def test_a_service_tells_whose_organization_it_acts_for(enforcing):
    """`aws:SourceOrgID`: of the account that owns the resource on behalf of which the service's principal calls."""
    root = enforcing.root()
    s3 = root.client("s3")
    for name in ["photos", "records"]:
        s3.create_bucket(Bucket=name)
    statement = allow("s3:PutObject", "arn:aws:s3:::records/*", Principal={"Service": "logging.s3.amazonaws.com"})
    statement["Condition"] = {
        "StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"},
        "ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-a1b2c3d4e5/*"},
    }
    s3.put_bucket_policy(Bucket="records", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    given = {
        "Bucket": "photos",
        "BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": "records", "TargetPrefix": ""}},
    }
    ada = enforcing.new_user("ada", [allow("s3:*")])
    _, [alone] = keys_read(enforcing, ada.arn, "s3", "PutBucketLogging", given)
    assert alone == {"aws:SourceOrgID": None, "aws:SourceOrgPaths": None}
    client = root.client("organizations")
    organization = client.create_organization(FeatureSet="ALL")["Organization"]["Id"]
    root_id = client.list_roots()["Roots"][0]["Id"]
    _, [member] = keys_read(enforcing, ada.arn, "s3", "PutBucketLogging", given)
    assert member == {"aws:SourceOrgID": [organization], "aws:SourceOrgPaths": [f"{organization}/{root_id}/"]}


def test_a_strangers_account_is_anonymous(enforcing):
    """`aws:PrincipalAccount`: for anonymous requests, the request context returns `anonymous`."""
    s3 = enforcing.root().client("s3")
    s3.create_bucket(Bucket="shelf")
    for account, is_let_in in [("anonymous", True), ("000000000000", False)]:
        statement = allow("s3:ListBucket", "arn:aws:s3:::shelf", Principal="*")
        statement["Condition"] = {"StringEquals": {"aws:PrincipalAccount": account}}
        s3.put_bucket_policy(
            Bucket="shelf", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
        stranger = enforcing.anonymous().client("s3")
        if is_let_in:
            stranger.list_objects_v2(Bucket="shelf")
        else:
            with refused("AccessDenied", 403):
                stranger.list_objects_v2(Bucket="shelf")


@pytest.mark.parametrize("form", [[], ["--json"], ["--markdown"]], ids=["text", "json", "markdown"])
def test_the_table_is_printed_without_a_server(binary, form):
    done = subprocess.run([binary, "keys", *form], capture_output=True, text=True, timeout=60, check=True)
    for name in ["aws:PrincipalArn", "aws:PrincipalTag/tag-key", "aws:SourceVpce", "aws:IsMcpServiceAction"]:
        assert name in done.stdout
    if form == ["--json"]:
        keys = {key["key"]: key for key in json.loads(done.stdout)}
        assert keys["aws:SourceIp"]["filled"] and not keys["aws:SourceVpce"]["filled"]
        assert all(key["why"] for key in keys.values())
