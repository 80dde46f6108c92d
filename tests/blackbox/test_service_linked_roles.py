"""Roles that services make for themselves: who makes them, what that takes, and that it takes nothing once they are there."""

import json
import re

import pytest

from support.clients import refused
from support.policies import allow

ROLE = "arn:aws:iam::000000000000:role/aws-service-role/replication.ecr.amazonaws.com/AWSServiceRoleForECRReplication"
MAKING = re.compile("iam:CreateServiceLinkedRole on resource: " + re.escape(ROLE))
REPLICATE = allow("ecr:PutReplicationConfiguration")
MAKE = {
    "Effect": "Allow",
    "Action": "iam:CreateServiceLinkedRole",
    "Resource": ROLE,
    "Condition": {"StringEquals": {"iam:AWSServiceName": "replication.ecr.amazonaws.com"}},
}


def names(server):
    roles = server.root().client("iam").list_roles(PathPrefix="/aws-service-role/")["Roles"]
    return [role["RoleName"] for role in roles]


def replicate(identity):
    configuration = {"rules": [{"destinations": [{"region": "eu-west-1", "registryId": "000000000000"}]}]}
    return identity.client("ecr").put_replication_configuration(replicationConfiguration=configuration)


@pytest.fixture
def before_moto(serve, moto):
    """Stockade, enforcing, with everything that it has no handler for in moto."""
    return serve(enforce=True, env={"UPSTREAM": moto.url})


class TestFirstUse:
    """"Amazon ECR service-linked role for replication" (Amazon ECR User Guide): the first configuration makes the role."""

    def test_whoever_may_not_make_the_role_is_denied_while_it_is_missing(self, before_moto):
        user = before_moto.new_user("ann", [REPLICATE])
        with refused("AccessDeniedException", 400, MAKING):
            replicate(user)
        assert names(before_moto) == []

    def test_the_service_makes_the_role_for_whoever_may(self, before_moto):
        ann = before_moto.new_user("ann", [REPLICATE, MAKE])
        replicate(ann)
        assert names(before_moto) == ["AWSServiceRoleForECRReplication"]
        ben = before_moto.new_user("ben", [REPLICATE])
        replicate(ben)

    def test_roots_first_use_makes_it_too(self, before_moto):
        replicate(before_moto.root())
        assert names(before_moto) == ["AWSServiceRoleForECRReplication"]
        replicate(before_moto.new_user("ben", [REPLICATE]))

    def test_another_services_role_is_not_enough(self, before_moto):
        before_moto.root().client("iam").create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
        with refused("AccessDeniedException", 400, MAKING):
            replicate(before_moto.new_user("ann", [REPLICATE]))

    def test_the_condition_key_names_the_service(self, before_moto):
        other = json.loads(json.dumps(MAKE))
        other["Condition"]["StringEquals"]["iam:AWSServiceName"] = "ecs.amazonaws.com"
        with refused("AccessDeniedException", 400, MAKING):
            replicate(before_moto.new_user("ann", [REPLICATE, other]))

    def test_a_call_that_fails_makes_none(self, enforcing):
        """Nothing here performs the call."""
        user = enforcing.new_user("ann", [REPLICATE, MAKE])
        with refused("NotImplemented", 501):
            replicate(user)
        assert names(enforcing) == []

    def test_without_its_role_the_permission_is_asked_for_again(self, before_moto):
        root = before_moto.root()
        replicate(root)
        root.client("iam").delete_service_linked_role(RoleName="AWSServiceRoleForECRReplication")
        with refused("AccessDeniedException", 400, MAKING):
            replicate(before_moto.new_user("ann", [REPLICATE]))


class TestByIam:
    def test_a_role_is_its_services(self, plain):
        iam = plain.root().client("iam")
        role = iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com", Description="of containers")["Role"]
        assert role["Arn"] == "arn:aws:iam::000000000000:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
        assert role["Path"] == "/aws-service-role/ecs.amazonaws.com/"
        got = iam.get_role(RoleName="AWSServiceRoleForECS")["Role"]
        assert got["Description"] == "of containers"
        [statement] = got["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "ecs.amazonaws.com"}

    def test_there_is_one_of_a_name(self, plain):
        iam = plain.root().client("iam")
        iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
        message = "Service role name AWSServiceRoleForECS has been taken in this account, please try a different suffix."
        with refused("InvalidInput", 400, message):
            iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")

    def test_suffixes_are_for_services_that_take_them(self, plain):
        iam = plain.root().client("iam")
        with refused("InvalidInput", 400, "Custom suffix is not allowed for es.amazonaws.com"):
            iam.create_service_linked_role(AWSServiceName="es.amazonaws.com", CustomSuffix="web")
        role = iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="web")["Role"]
        assert role["RoleName"] == "AWSServiceRoleForAutoScaling_web"

    def test_whoever_makes_it_needs_the_permission_for_this_service(self, enforcing):
        arn = "arn:aws:iam::*:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS*"
        ann = enforcing.new_user("ann", [allow("iam:CreateServiceLinkedRole", arn)])
        with refused("AccessDenied", 403):
            ann.client("iam").create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")
        ann.client("iam").create_service_linked_role(AWSServiceName="ecs.amazonaws.com")

    @pytest.mark.parametrize(
        "change",
        [
            lambda iam, role: iam.delete_role(RoleName=role),
            lambda iam, role: iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess"),
            lambda iam, role: iam.put_role_policy(
                RoleName=role,
                PolicyName="p",
                PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow("s3:*")]}),
            ),
            lambda iam, role: iam.update_role(RoleName=role, MaxSessionDuration=7200),
            lambda iam, role: iam.put_role_permissions_boundary(
                RoleName=role, PermissionsBoundary="arn:aws:iam::aws:policy/ReadOnlyAccess"
            ),
        ],
    )
    def test_aws_alone_changes_it(self, plain, change):
        iam = plain.root().client("iam")
        iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
        message = (
            "Cannot perform the operation on the protected role 'AWSServiceRoleForECS' - this role is only modifiable by AWS"
        )
        with refused("UnmodifiableEntity", 400, message):
            change(iam, "AWSServiceRoleForECS")

    def test_its_description_may_change(self, plain):
        iam = plain.root().client("iam")
        iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
        iam.update_role(RoleName="AWSServiceRoleForECS", Description="other")
        assert iam.get_role(RoleName="AWSServiceRoleForECS")["Role"]["Description"] == "other"

    def test_deletion_is_a_task(self, plain):
        iam = plain.root().client("iam")
        iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
        task = iam.delete_service_linked_role(RoleName="AWSServiceRoleForECS")["DeletionTaskId"]
        assert task.startswith("task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/")
        assert iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
        with refused("NoSuchEntity", 404):
            iam.get_role(RoleName="AWSServiceRoleForECS")
        with refused("NoSuchEntity", 404):
            iam.get_service_linked_role_deletion_status(DeletionTaskId=task[:-1])

    def test_only_service_linked_roles_are_deleted_so(self, plain):
        iam = plain.root().client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.create_role(RoleName="plain", AssumeRolePolicyDocument=document)
        with refused("NoSuchEntity", 404):
            iam.delete_service_linked_role(RoleName="plain")
