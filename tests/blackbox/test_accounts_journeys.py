"""Journeys across the accounts of an organization: every layer of a decision, each with what it lets through and what it
withholds.

Expected values: "Policy evaluation logic", "Cross-account policy evaluation logic", "Session policies" and "AWS account root
user" (IAM User Guide); "SCP evaluation", "RCP evaluation" (AWS Organizations User Guide).
"""

import contextlib
import json
import re

import pytest

from support.clients import refused
from support.organization import MANAGEMENT, Organization
from support.policies import allow, deny, document, trust

BUCKET = "arn:aws:s3:::ledger"


def denied(because):
    return refused("AccessDenied", 403, re.compile(because))


@contextlib.contextmanager
def denied_across(server, because):
    """Who is of another account than the resource is told nothing; the decision is kept."""
    with refused("AccessDenied", 403, "Access Denied"):
        yield
    assert because in json.dumps(server.get_json("/_stockade/decisions?denied"))


@pytest.fixture
def organization(enforcing):
    """Two members below one unit, a bucket of the first with one object, and control policies enabled."""
    made = Organization(enforcing, "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")
    made.below = made.unit("Workloads")
    made.owner, made.other = made.account("owner", made.below), made.account("other", made.below)
    s3 = enforcing.root(made.owner).client("s3")
    s3.create_bucket(Bucket="ledger")
    s3.put_object(Bucket="ledger", Key="page", Body=b"1")
    return made


def share(organization, *statements):
    organization.server.root(organization.owner).client("s3").put_bucket_policy(
        Bucket="ledger", Policy=document(list(statements))
    )


def read(identity):
    return identity.client("s3").get_object(Bucket="ledger", Key="page")["Body"].read()


def read_of(principal, **more):
    return allow("s3:GetObject", f"{BUCKET}/*", Principal=principal, **more)


class TestFromManagementDown:
    def test_across_into_a_made_account_and_on(self, enforcing, organization):
        """The management account's administrator enters a member, makes a role there, and enters the next by it."""
        admin = enforcing.admin()
        entered = admin.assume(f"arn:aws:iam::{organization.owner}:role/OrganizationAccountAccessRole")
        assert read(entered) == b"1"
        further = f"arn:aws:iam::{organization.other}:role/OrganizationAccountAccessRole"
        with denied("is not authorized to perform: sts:AssumeRole"):
            entered.assume(further)
        assert admin.assume(further).client("sts").get_caller_identity()["Account"] == organization.other

    def test_the_way_down_can_be_barred_by_the_members_control_policies(self, enforcing, organization):
        """A session is bound by its own account's policies, whoever assumed it."""
        role = f"arn:aws:iam::{organization.owner}:role/OrganizationAccountAccessRole"
        organization.attach(organization.policy("no-reading", deny("s3:GetObject")), organization.below)
        session = enforcing.admin().assume(role)
        session.client("s3").list_objects_v2(Bucket="ledger")
        with denied("explicit deny in a service control policy"):
            read(session)
        # The management account itself is bound by none.
        share(organization, read_of({"AWS": MANAGEMENT}))
        assert read(enforcing.admin()) == b"1"


class TestEveryLevel:
    """Root, unit and account: each level has to allow, and any may deny."""

    def narrowed(self, organization, target, action):
        organization.attach(organization.policy(f"only-{action[:2]}", allow(action)), target)
        organization.detach("p-FullAWSAccess", target)

    @pytest.mark.parametrize("level", ["root", "below", "owner"])
    def test_a_level_that_allows_nothing_of_it(self, enforcing, organization, level):
        admin = enforcing.admin(organization.owner)
        assert read(admin) == b"1"
        self.narrowed(organization, getattr(organization, level), "iam:*")
        with denied("because no service control policy allows the s3:GetObject action"):
            read(admin)
        admin.client("iam").list_users()

    @pytest.mark.parametrize("level", ["root", "below", "owner"])
    def test_a_level_that_denies(self, enforcing, organization, level):
        organization.attach(organization.policy("no", deny("s3:GetObject")), getattr(organization, level))
        with denied("with an explicit deny in a service control policy"):
            read(enforcing.admin(organization.owner))

    @pytest.mark.parametrize("level", ["root", "below", "owner"])
    def test_a_level_that_denies_the_resource_to_all(self, enforcing, organization, level):
        share(organization, read_of({"AWS": organization.other}))
        guest = enforcing.admin(organization.other)
        assert read(guest) == b"1"
        policy = organization.policy("no", deny("s3:GetObject", Principal="*"), kind="RESOURCE_CONTROL_POLICY")
        organization.attach(policy, getattr(organization, level))
        with denied("with an explicit deny in a resource control policy"):
            read(enforcing.admin(organization.owner))
        with denied_across(enforcing, "with an explicit deny in a resource control policy"):
            read(guest)

    def test_the_guests_control_policies_bind_the_guest_and_not_the_owner(self, enforcing, organization):
        share(organization, read_of({"AWS": organization.other}))
        organization.attach(organization.policy("no", deny("s3:*")), organization.other)
        with denied_across(enforcing, "with an explicit deny in a service control policy"):
            read(enforcing.admin(organization.other))
        assert read(enforcing.admin(organization.owner)) == b"1"


class TestAllLayersTogether:
    """A session of a role with a boundary, narrowed by a session policy, under control policies, on another's bucket."""

    LAYERS = ["identity", "boundary", "session", "service control", "resource"]

    def journey(self, enforcing, organization, withheld=None, denying=None):
        def of(layer, **more):
            action = "s3:ListBucket" if layer == withheld else "s3:GetObject"
            if layer == denying:
                return [allow("s3:*", **more), deny("s3:GetObject", **more)]
            return [allow(action, **more)]

        statements = of("resource", Principal={"AWS": organization.other})
        for statement in statements:
            statement["Resource"] = [BUCKET, f"{BUCKET}/*"]
        share(organization, *statements)
        iam = enforcing.root(organization.other).client("iam")
        boundary = iam.create_policy(PolicyName="boundary", PolicyDocument=document(of("boundary")))["Policy"]["Arn"]
        role = enforcing.new_role(
            "visitor",
            of("identity"),
            trust=[trust(f"arn:aws:iam::{organization.other}:root")],
            account=organization.other,
            PermissionsBoundary=boundary,
        )
        session = enforcing.admin(organization.other).assume(role, Policy=document(of("session")))
        if "service control" in (withheld, denying):
            organization.attach(organization.policy("layer", *of("service control")), organization.other)
            organization.detach("p-FullAWSAccess", organization.other)
        return session

    def test_where_all_allow(self, enforcing, organization):
        assert read(self.journey(enforcing, organization)) == b"1"

    @pytest.mark.parametrize("layer", LAYERS)
    def test_where_one_does_not(self, enforcing, organization, layer):
        words = {
            "identity": "because no identity-based policy allows",
            "boundary": "because no permissions boundary allows",
            "session": "because no session policy allows",
            "service control": "because no service control policy allows",
            "resource": "because no resource-based policy allows",
        }
        session = self.journey(enforcing, organization, withheld=layer)
        with denied_across(enforcing, words[layer]):
            read(session)

    @pytest.mark.parametrize("layer", LAYERS)
    def test_where_one_denies(self, enforcing, organization, layer):
        words = {
            "identity": "with an explicit deny in an identity-based policy",
            "boundary": "with an explicit deny in a permissions boundary",
            "session": "with an explicit deny in a session policy",
            "service control": "with an explicit deny in a service control policy",
            "resource": "with an explicit deny in a resource-based policy",
        }
        session = self.journey(enforcing, organization, denying=layer)
        with denied_across(enforcing, words[layer]):
            read(session)


class TestWhoComes:
    def test_root_of_another_account(self, enforcing, organization):
        """Root is its account: the bucket policy has to name it, and nothing else is asked."""
        stranger = enforcing.root(organization.other)
        with refused("AccessDenied", 403):
            read(stranger)
        share(organization, read_of({"AWS": f"arn:aws:iam::{organization.other}:root"}))
        assert read(stranger) == b"1"

    def test_anonymous_on_a_bucket_policy(self, enforcing, organization):
        nobody = enforcing.anonymous()
        with denied("Access Denied"):
            read(nobody)
        share(organization, read_of("*"))
        assert read(nobody) == b"1"
        share(organization, read_of("*"), deny("s3:GetObject", f"{BUCKET}/*", Principal="*"))
        with denied("Access Denied"):
            read(nobody)

    def test_anonymous_is_withheld_by_a_resource_control_policy(self, enforcing, organization):
        share(organization, read_of("*"))
        perimeter = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": organization.id}}
        policy = organization.policy(
            "perimeter", deny("s3:*", Principal="*", Condition=perimeter), kind="RESOURCE_CONTROL_POLICY"
        )
        organization.attach(policy, organization.root)
        with denied("Access Denied"):
            read(enforcing.anonymous())
        assert read(enforcing.admin(organization.other)) == b"1"

    def test_the_organizations_members_and_nobody_else(self, enforcing, organization):
        share(organization, read_of("*", Condition={"StringEquals": {"aws:PrincipalOrgID": organization.id}}))
        assert read(enforcing.admin(organization.other)) == b"1"
        with denied("Access Denied"):
            read(enforcing.admin("444455556666"))
        organization.client.remove_account_from_organization(AccountId=organization.other)
        with denied("Access Denied"):
            read(enforcing.admin(organization.other))


class TestSessionsInOneAccount:
    """Within one account a grant to the session's own ARN is not narrowed by session policies and boundaries; one to
    the role's is ("Session policies", "Permissions boundaries for IAM entities")."""

    def session(self, enforcing, organization, grantee):
        role = enforcing.new_role(
            "visitor", trust=[trust(f"arn:aws:iam::{organization.owner}:root")], account=organization.owner
        )
        arns = {"role": role, "session": f"arn:aws:sts::{organization.owner}:assumed-role/visitor/tour"}
        share(organization, read_of({"AWS": arns[grantee]}))
        admin = enforcing.admin(organization.owner)
        return admin.assume(role, name="tour", Policy=document([allow("iam:GetUser")]))

    def test_a_grant_to_the_role_is_narrowed(self, enforcing, organization):
        with denied("because no session policy allows the s3:GetObject action"):
            read(self.session(enforcing, organization, "role"))

    def test_a_grant_to_the_session_is_not(self, enforcing, organization):
        assert read(self.session(enforcing, organization, "session")) == b"1"

    @pytest.mark.parametrize("grantee, is_allowed", [("user", False), ("federated", True)])
    def test_a_federated_user(self, enforcing, organization, grantee, is_allowed):
        """What the bucket grants the federated user by its ARN its session policy does not narrow; what it grants the
        user that asked, it does."""
        owner = enforcing.new_user("broker", [allow("sts:GetFederationToken")], account=organization.owner)
        arns = {"user": owner.arn, "federated": f"arn:aws:sts::{organization.owner}:federated-user/guest"}
        share(organization, read_of({"AWS": arns[grantee]}))
        answer = owner.client("sts").get_federation_token(Name="guest", Policy=document([allow("iam:GetUser")]))
        guest = owner.with_session(answer["Credentials"])
        if is_allowed:
            assert read(guest) == b"1"
        else:
            with refused("AccessDenied", 403):
                read(guest)

    def test_control_policies_narrow_even_that(self, enforcing, organization):
        session = self.session(enforcing, organization, "session")
        organization.attach(organization.policy("no", deny("s3:GetObject")), organization.owner)
        with denied("with an explicit deny in a service control policy"):
            read(session)


def test_the_decision_tells_of_every_account(enforcing, organization):
    with refused("AccessDenied", 403):
        read(enforcing.admin(organization.other))
    told = json.dumps(enforcing.get_json("/_stockade/decisions?denied"))
    assert f"arn:aws:iam::{organization.other}:user/admin" in told and f"{BUCKET}/page" in told
