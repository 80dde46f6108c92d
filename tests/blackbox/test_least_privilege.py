"""The smallest policy for what a principal did: `/_stockade/policy` and `stockade policy`."""

import json
import subprocess
import urllib.parse

import pytest

from support.clients import refused
from support.policies import allow, deny, trust


def report(server, principal, query=""):
    answer = server.get(f"/_stockade/policy?principal={urllib.parse.quote(principal, safe='')}{query}")
    assert answer.status == 200, answer.data
    return json.loads(answer.data)


def statement(action, resource):
    return {"Effect": "Allow", "Action": action, "Resource": resource}


class TestReport:
    def test_what_was_used_what_lacks_and_what_is_spare(self, enforcing):
        spare = {**allow(["s3:CreateBucket", "s3:PutObject", "sqs:*"]), "Sid": "Wide"}
        ana = enforcing.new_user("ana", [spare, deny("s3:DeleteObject")])
        s3 = ana.client("s3")
        s3.create_bucket(Bucket="photos")
        s3.put_object(Bucket="photos", Key="a", Body=b"")
        s3.put_object(Bucket="photos", Key="b", Body=b"")
        with refused("AccessDenied"):
            s3.list_objects_v2(Bucket="photos")
        with refused("AccessDenied"):
            s3.delete_object(Bucket="photos", Key="a")

        found = report(enforcing, ana.arn)
        objects = ["arn:aws:s3:::photos/a", "arn:aws:s3:::photos/b"]
        assert found["policy"]["Statement"] == [
            statement(["s3:CreateBucket", "s3:ListBucket"], "arn:aws:s3:::photos"),
            statement("s3:PutObject", objects),
        ]
        assert found["missing"] == [statement("s3:ListBucket", "arn:aws:s3:::photos")]
        assert found["denied"] == [statement("s3:DeleteObject", objects[0])]
        (unused,) = found["unused"]
        assert (unused["statement"], unused["actions"], unused["resources"]) == ("Wide", ["sqs:*"], [])

        general = report(enforcing, ana.arn, "&generalize=1")["policy"]["Statement"]
        assert statement("s3:PutObject", "arn:aws:s3:::photos/*") in general

    def test_the_policy_suffices(self, serve):
        """What a soft run needed, and no more, lets the same run through under enforcement."""
        server = serve(soft=True)
        ana = server.new_user("ana")

        def run():
            s3 = ana.client("s3")
            s3.create_bucket(Bucket="photos")
            s3.put_object(Bucket="photos", Key="a", Body=b"x", Tagging="team=red")
            s3.copy_object(Bucket="photos", Key="b", CopySource="photos/a")
            s3.list_objects_v2(Bucket="photos", Prefix="a")
            ana.client("iam").create_user(UserName="bo")

        run()
        policy = report(server, ana.arn)["policy"]
        enforcing = serve(enforce=True)
        ana = enforcing.new_user("ana", policy)
        run()
        with refused("AccessDenied"):
            ana.client("s3").delete_object(Bucket="photos", Key="a")

    def test_sessions_go_by_their_role(self, enforcing):
        role = enforcing.new_role(
            "worker", [allow("s3:ListAllMyBuckets")], trust=[trust("arn:aws:iam::000000000000:root")]
        )
        enforcing.admin().assume(role).client("s3").list_buckets()
        assert report(enforcing, role)["policy"]["Statement"] == [statement("s3:ListAllMyBuckets", "*")]
        principals = enforcing.get_json("/_stockade/policy")["principals"]
        assert principals == [role, enforcing.admin().arn]

    def test_it_knows_more_than_the_last_decisions(self, enforcing):
        ana = enforcing.new_user("ana", [allow("s3:*")])
        s3 = ana.client("s3")
        s3.create_bucket(Bucket="photos")
        for _ in range(1_100):
            s3.list_buckets()
        statements = report(enforcing, ana.arn)["policy"]["Statement"]
        assert statement("s3:CreateBucket", "arn:aws:s3:::photos") in statements

    def test_nothing_is_known_of_who_did_nothing(self, enforcing):
        answer = enforcing.get("/_stockade/policy?principal=arn:aws:iam::000000000000:user/ghost")
        assert answer.status == 404
        assert "/_stockade/policy lists" in json.loads(answer.data)["message"]

    def test_reset_forgets(self, enforcing):
        enforcing.new_user("ana", [allow("s3:*")]).client("s3").list_buckets()
        enforcing.request("POST", "/_stockade/reset")
        assert enforcing.get_json("/_stockade/policy") == {"principals": []}


class TestCommand:
    def run(self, binary, server, *words):
        command = [str(binary), "policy", *words, "--endpoint", server.url]
        return subprocess.run(command, capture_output=True, text=True, timeout=30)

    def test_text(self, binary, enforcing):
        ana = enforcing.new_user("ana", [allow("s3:ListAllMyBuckets"), allow("sqs:*")])
        ana.client("s3").list_buckets()
        with refused("AccessDenied"):
            ana.client("s3").create_bucket(Bucket="photos")
        done = self.run(binary, enforcing, ana.arn)
        assert done.returncode == 0, done.stderr
        policy, missing, unused = done.stdout.split("\n\n")
        assert json.loads(policy)["Version"] == "2012-10-17"
        assert missing.startswith("Missing") and "s3:CreateBucket" in missing
        assert unused.startswith("Unused") and "sqs:*" in unused
        listed = self.run(binary, enforcing)
        assert listed.stdout.splitlines() == [ana.arn]

    def test_json(self, binary, enforcing):
        ana = enforcing.new_user("ana", [allow("s3:*")])
        ana.client("s3").list_buckets()
        done = self.run(binary, enforcing, ana.arn, "--json")
        assert json.loads(done.stdout) == report(enforcing, ana.arn)

    @pytest.mark.parametrize("principal", ["arn:aws:iam::000000000000:user/ghost"])
    def test_what_went_wrong(self, binary, plain, principal):
        done = self.run(binary, plain, principal)
        assert done.returncode == 1
        assert "ENFORCE_IAM=1" in done.stderr
        plain.stop()
        done = self.run(binary, plain, principal)
        assert done.returncode == 1
        assert "--endpoint" in done.stderr
