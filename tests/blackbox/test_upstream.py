"""Requests that go to another emulator: the mission's page with moto behind it, large bodies, and upstreams that fail."""

import hashlib
import json
import re
import socket
import subprocess
import threading

import pytest

from support.clients import refused
from support.policies import allow
from support.raw import Request, signed_headers
from support.server import free_port
from test_mission_page import (
    ATTACH_P1,
    CREATE_FUNCTION,
    CREATE_FUNCTION_REFUSED,
    CREATE_P1,
    MAKE_BUCKET_REFUSED,
    entries,
    prepare_lambda,
    user_keys,
)

MEBIBYTE = 1024 * 1024


# -- the mission's page, its bucket and its function in moto ---------------------------------------------------------


@pytest.fixture
def page(serve, moto):
    """Stockade, enforcing, with all of S3 and Lambda in moto."""
    return serve(enforce=True, debug=True, env={"UPSTREAM": f"s3={moto.url},lambda={moto.url}"})


def test_the_pages_bucket(shell, page):
    first = shell(page)
    first.run("awslocal iam create-user --user-name test").ok()
    second = first.as_identity(user_keys(page, first.run("awslocal iam create-access-key --user-name test").ok()))
    assert second.run("awslocal s3 mb s3://mybucket").failed().strip() == MAKE_BUCKET_REFUSED["aws"]
    first.run(CREATE_P1).ok()
    first.run(ATTACH_P1).ok()
    assert second.run("awslocal s3 mb s3://mybucket").ok() == "make_bucket: mybucket\n"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d mybucket\n", first.run("awslocal s3 ls").ok())
    page.wait_for_log(r"service=s3 operation=CreateBucket status=200 .*upstream=http://127\.0\.0\.1:\d+")


def test_the_pages_function(shell, page, moto, function_zip):
    terminal = shell(page)
    user = prepare_lambda(terminal, page, function_zip)
    assert user.run(CREATE_FUNCTION).failed().strip() == CREATE_FUNCTION_REFUSED["aws"]
    entries(page)
    terminal.run(
        "awslocal iam put-user-policy --user-name test-user --policy-name policy1 "
        "--policy-document file://policy_2.json"
    ).ok()
    # moto wants the role to be there, and its own IAM is the only one it knows.
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    moto.client("iam").create_role(
        RoleName="lambda-role",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    function = json.loads(user.run(CREATE_FUNCTION).ok())
    assert function["FunctionArn"] == "arn:aws:lambda:us-east-1:000000000000:function:test-function"
    assert function["CodeSize"] == len(function_zip)


# -- moto's S3, under Stockade's permissions --------------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["pass", "account", "some:secret"])
def test_objects_survive(serve, moto, sign):
    server = serve(enforce=True, env={"UPSTREAM": f"s3={moto.url}", "UPSTREAM_SIGN": sign})
    root = server.root().client("s3")
    root.create_bucket(Bucket="shelf")
    alice = server.new_user("alice", [allow(["s3:PutObject", "s3:GetObject"], "arn:aws:s3:::shelf/a/*")])
    s3 = alice.client("s3")
    body = bytes(range(256)) * 9
    with refused("AccessDenied", 403):
        # On a connection of its own: who is refused before sending the body has it closed.
        alice.client("s3").put_object(Bucket="shelf", Key="b", Body=body)
    # The second comes in signed chunks with a trailer, as boto3 sends files that announce a checksum.
    s3.put_object(Bucket="shelf", Key="a/plain + ü", Body=body, Metadata={"colour": "blue"})
    s3.put_object(Bucket="shelf", Key="a/summed", Body=body, ChecksumAlgorithm="CRC32")
    for key in ("a/plain + ü", "a/summed"):
        assert s3.get_object(Bucket="shelf", Key=key)["Body"].read() == body
    assert s3.head_object(Bucket="shelf", Key="a/plain + ü")["Metadata"] == {"colour": "blue"}
    assert s3.get_object(Bucket="shelf", Key="a/summed", Range="bytes=255-256")["Body"].read() == b"\xff\x00"
    with refused("AccessDenied", 403):
        s3.delete_object(Bucket="shelf", Key="a/summed")
    # A URL that alice signed is good for whoever has it.
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "shelf", "Key": "a/summed"})
    assert server.get(url.removeprefix(server.url)).data == body


def test_nobody_leaves_out_there_what_is_denied_here(serve, moto):
    """An upstream would delete every key that the request names, so that one denied denies all."""
    server = serve(enforce=True, env={"UPSTREAM": f"s3={moto.url}"})
    root = server.root().client("s3")
    root.create_bucket(Bucket="shelf")
    for key in ["mine", "a"]:
        root.put_object(Bucket="shelf", Key=key)
    mine = server.new_user("alice", [allow("s3:DeleteObject", "arn:aws:s3:::shelf/mine")]).client("s3")
    keys = [{"Key": "mine"}, {"Key": "a"}]
    with refused("AccessDenied", 403, re.compile("s3:DeleteObject on resource: \"arn:aws:s3:::shelf/a\"")):
        mine.delete_objects(Bucket="shelf", Delete={"Objects": keys})
    assert root.list_objects_v2(Bucket="shelf")["KeyCount"] == 2
    [decision] = server.get_json("/_stockade/decisions?denied")["decisions"]
    assert (decision["blocked"], decision["partial"]) == (True, False)
    assert mine.delete_objects(Bucket="shelf", Delete={"Objects": keys[:1]})["Deleted"][0]["Key"] == "mine"


def test_accounts_are_apart(serve, moto):
    server = serve(enforce=True, env={"UPSTREAM": moto.url})
    one, two = (server.root(account).client("sqs") for account in ("111111111111", "222222222222"))
    assert one.create_queue(QueueName="mine")["QueueUrl"].endswith("/111111111111/mine")
    assert two.list_queues().get("QueueUrls", []) == []
    assert len(one.list_queues()["QueueUrls"]) == 1


def test_no_key_of_the_upstream_is_taken(serve, moto):
    """A key from elsewhere would be a stranger's here, and strangers are root."""
    server = serve(enforce=True, env={"UPSTREAM": moto.url})
    with refused("NotImplemented", 501):
        server.admin().client("sts").get_delegated_access_token(TradeInToken="token")


# -- large bodies ------------------------------------------------------------------------------------------------------


class Sink:
    """An upstream that hashes the one body it gets, and answers with as many bytes of its own."""

    def __init__(self, length):
        self.length, self.digest = length, hashlib.sha256()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self):
        received = b""
        while not received:
            # Health looks whether somebody listens, and says nothing.
            connection, _ = self.listener.accept()
            received = connection.recv(65536)
        with self.listener, connection:
            while b"\r\n\r\n" not in received:
                received += connection.recv(65536)
            body = received.split(b"\r\n\r\n", 1)[1]
            left = self.length - len(body)
            self.digest.update(body)
            while left:
                piece = connection.recv(min(left, MEBIBYTE))
                assert piece, "the body broke off"
                self.digest.update(piece)
                left -= len(piece)
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {self.length}\r\n\r\n"
            connection.sendall(head.encode())
            for _ in range(self.length // MEBIBYTE):
                connection.sendall(bytes(MEBIBYTE))


@pytest.mark.parametrize("payload", ["hash", "UNSIGNED-PAYLOAD"])
def test_large_bodies_need_little_memory(serve, payload):
    size = 256 * MEBIBYTE
    sink = Sink(size)
    server = serve(enforce=True, env={"UPSTREAM": f"s3={sink.url}"})
    alice = server.new_user("alice", [allow("s3:PutObject")])
    piece = bytes(range(256)) * (MEBIBYTE // 256)
    wanted = hashlib.sha256()
    for _ in range(size // MEBIBYTE):
        wanted.update(piece)
    before = server.peak_resident_bytes()
    request = Request("PUT", "/shelf/large", "s3", headers={"content-length": str(size)})
    declared = wanted.hexdigest() if payload == "hash" else payload
    headers = signed_headers(request, alice, payload_hash=declared)
    lines = ["PUT /shelf/large HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        for _ in range(size // MEBIBYTE):
            connection.sendall(piece)
        received = b""
        while b"\r\n\r\n" not in received:
            received += connection.recv(65536)
        assert received.startswith(b"HTTP/1.1 200 OK")
        left = size - len(received.split(b"\r\n\r\n", 1)[1])
        while left:
            got = connection.recv(min(left, MEBIBYTE))
            assert got, "the answer broke off"
            left -= len(got)
    sink.thread.join()
    assert sink.digest.digest() == wanted.digest()
    assert server.peak_resident_bytes() - before < 32 * MEBIBYTE


# -- upstreams that fail, and settings that are wrong ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "call", "status"),
    [
        ("dynamodb", lambda client: client.list_tables(), 502),
        ("sns", lambda client: client.list_topics(), 502),
        ("ec2", lambda client: client.describe_vpcs(), 502),
        ("s3", lambda client: client.list_buckets(), 502),
        ("batch", lambda client: client.describe_job_queues(), 502),
    ],
)
def test_an_upstream_that_is_not_there(serve, service, call, status):
    upstream = f"http://127.0.0.1:{free_port()}"
    server = serve(enforce=True, env={"UPSTREAM": f"{upstream} s3={upstream}"})
    told = re.compile(rf"{service}.*{re.escape(upstream)}.*UPSTREAM.*cannot be reached")
    with refused("UpstreamUnavailable", status, told):
        call(server.root().client(service))
    health = server.get_json("/_stockade/health")
    assert [(each["url"], each["reachable"]) for each in health["upstreams"]] == [(upstream, False)]
    # Stockade itself is well.
    server.root().client("iam").list_users()


def test_errors_of_the_upstream_are_its_own(serve, moto):
    server = serve(enforce=True, env={"UPSTREAM": moto.url})
    with refused("ResourceNotFoundException", 400) as caught:
        server.root().client("dynamodb").describe_table(TableName="nowhere")
    assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["x-stockade-upstream"] == moto.url


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("dynamodbb=http://127.0.0.1:1", "did you mean dynamodb?"),
        ("ftp://127.0.0.1:1", "neither an http:// nor an https:// URL"),
        ("iam=http://127.0.0.1:1", "iam cannot go to an upstream"),
    ],
)
def test_wrong_settings_end_the_start(binary, setting, told):
    done = subprocess.run(
        [binary, "--listen", "127.0.0.1:0", "--upstream", setting],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env={},
    )
    assert done.returncode != 0
    assert "--upstream (UPSTREAM)" in done.stderr and told in done.stderr


def test_flags_are_repeatable_and_the_screen_says_what_goes_where(serve):
    server = serve(flags=["--upstream", "http://127.0.0.1:1", "--upstream", "s3=http://127.0.0.1:2"])
    screen = server.log()
    assert "http://127.0.0.1:1: all that nothing here handles" in screen
    assert "http://127.0.0.1:2: s3" in screen
