"""The server's own endpoints and manners: health, reset, request ids, the log, the help, the way it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from support.policies import allow
from support.raw import Request, query_request, read_response, send_signed, signed_headers
from support.server import wait_until


def test_health(plain):
    assert plain.get("/_stockade/health").status == 200
    health = plain.get_json("/_localstack/health")
    for service in ("iam", "lambda", "s3", "sts"):
        assert health["services"][service] in ("available", "running")


def test_localstacks_info(plain):
    assert "version" in plain.get_json("/_localstack/info")


@pytest.mark.parametrize("path", ["/_localstack/state/reset", "/moto-api/reset"])
def test_reset(enforcing, path):
    alice = enforcing.new_user("alice")
    root = enforcing.root()
    root.client("s3").create_bucket(Bucket="shelf")
    root.client("s3").put_object(Bucket="shelf", Key="a", Body=b"x")
    assert enforcing.request("POST", path).status == 200
    assert root.client("s3").list_buckets()["Buckets"] == []
    assert root.client("iam").list_users()["Users"] == []
    # Her key went with her: it is refused, not taken for a stranger.
    response = send_signed(query_request("sts", "GetCallerIdentity"), alice)
    assert response.code == "InvalidClientTokenId"


@pytest.mark.parametrize("path", ["/_localstack/state/reset", "/moto-api/reset"])
def test_reading_does_not_reset(plain, path):
    plain.root().client("s3").create_bucket(Bucket="shelf")
    assert plain.get(path).status in (404, 405)
    assert len(plain.root().client("s3").list_buckets()["Buckets"]) == 1


class TestRequestIds:
    def test_every_answer_has_its_own(self, plain):
        ids = set()
        for client, call in (("sts", "get_caller_identity"), ("iam", "list_users"), ("lambda", "list_functions")):
            for _ in range(2):
                metadata = getattr(plain.root().client(client), call)()["ResponseMetadata"]
                ids.add(metadata["RequestId"])
        assert len(ids) == 6
        assert all(re.fullmatch(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", name) for name in ids), ids

    def test_s3s_form(self, plain):
        metadata = plain.root().client("s3").list_buckets()["ResponseMetadata"]
        assert re.fullmatch(r"[0-9A-Z]{16}", metadata["HTTPHeaders"]["x-amz-request-id"])
        assert metadata["HTTPHeaders"]["x-amz-id-2"]

    def test_errors_carry_it_in_the_body_too(self, plain):
        response = send_signed(query_request("iam", "GetUser", UserName="ghost"), plain.root())
        assert response.status == 404
        assert f"<RequestId>{response.headers['x-amzn-requestid']}</RequestId>" in response.text
        response = send_signed(Request("GET", "/no-such-shelf", "s3"), plain.root())
        assert f"<RequestId>{response.headers['x-amz-request-id']}</RequestId>" in response.text

    def test_the_log_has_one_line_a_request(self, plain):
        metadata = plain.root().client("sts").get_caller_identity()["ResponseMetadata"]
        plain.wait_for_log(re.escape(metadata["RequestId"]))
        lines = [line for line in plain.log().splitlines() if metadata["RequestId"] in line]
        assert len(lines) == 1
        for word in ("sts", "GetCallerIdentity", "200"):
            assert word in lines[0]


class TestTheEnd:
    @pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGINT])
    def test_it_ends_on_a_signal(self, plain, with_signal):
        assert plain.stop(with_signal) == 0

    def test_what_has_begun_is_finished(self, plain):
        s3 = plain.root().client("s3")
        s3.create_bucket(Bucket="shelf")
        request = Request("PUT", "/shelf/slow", "s3")
        headers = signed_headers(request, plain.root(), payload_hash="UNSIGNED-PAYLOAD")
        headers |= {"content-length": "10", "expect": "100-continue"}
        head = "\r\n".join([f"PUT {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())])
        with socket.create_connection(("127.0.0.1", plain.port), timeout=30) as connection:
            connection.sendall(head.encode() + b"\r\n\r\n")
            # The server asks for the body: the request has begun.
            assert connection.recv(1024).startswith(b"HTTP/1.1 100 ")
            connection.sendall(b"12345")
            plain.process.send_signal(signal.SIGTERM)
            wait_until(lambda: not accepts(plain.port), "closed listener")
            connection.sendall(b"67890")
            assert read_response(connection).status == 200
        assert plain.stop() == 0

    def test_idle_connections_do_not_hold_it(self, plain):
        with socket.create_connection(("127.0.0.1", plain.port)) as connection:
            connection.sendall(b"GET /_stockade/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
            began = time.monotonic()
            assert plain.stop() == 0
            assert time.monotonic() - began < 5


def accepts(port):
    """Whether anybody listens on the port."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


class TestTheCommand:
    switches = {
        "--listen": "GATEWAY_LISTEN",
        "--enforce-iam": "ENFORCE_IAM",
        "--iam-soft-mode": "IAM_SOFT_MODE",
        "--debug": "DEBUG",
        "--iam-error-style": "IAM_ERROR_STYLE",
        "--strict-credentials": "STRICT_CREDENTIALS",
        "--strict-roles": "STRICT_ROLES",
    }

    def run(self, binary, *arguments, **variables):
        return subprocess.run(
            [str(binary), *arguments],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
            env={**os.environ, **variables},
        )

    @pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"]])
    def test_help_names_every_switch_and_variable(self, binary, arguments):
        answer = self.run(binary, *arguments)
        assert answer.returncode == 0
        for flag, variable in self.switches.items():
            assert flag in answer.stdout
            assert variable in answer.stdout

    def test_an_unknown_flag(self, binary):
        answer = self.run(binary, "--enforce-aim")
        assert answer.returncode == 2
        assert "--enforce-iam" in answer.stderr, "the nearest flag is suggested"

    @pytest.mark.parametrize(
        ("variable", "value", "way_out"),
        [
            ("ENFORCE_IAM", "maybe", "give 1 or 0"),
            ("IAM_SOFT_MODE", "2", "give 1 or 0"),
            ("DEBUG", "verbose", "give 1 or 0"),
            ("IAM_ERROR_STYLE", "azure", "aws, localstack"),
            ("STRICT_CREDENTIALS", "y?", "give 1 or 0"),
            ("STRICT_ROLES", "y?", "give 1 or 0"),
            ("GATEWAY_LISTEN", "localhost", "127.0.0.1:4566"),
            ("GATEWAY_LISTEN", "127.0.0.1:99999", "127.0.0.1:4566"),
            ("GATEWAY_LISTEN", "127.0.0.1:0,127.0.0.1:0", "127.0.0.1:4566"),
            ("LOG_FORMAT", "xml", "text, json"),
        ],
    )
    def test_a_bad_setting_is_named_with_the_way_out(self, binary, variable, value, way_out):
        answer = self.run(binary, **{variable: value})
        assert answer.returncode == 2
        assert variable in answer.stderr and value in answer.stderr and way_out in answer.stderr

    def test_a_bad_flag_is_no_variables_fault(self, binary):
        answer = self.run(binary, "--enforce-iam=maybe")
        assert answer.returncode == 2
        assert "--enforce-iam" in answer.stderr and "ENFORCE_IAM" not in answer.stderr

    def test_a_port_that_is_taken(self, binary, plain):
        answer = self.run(binary, "--listen", f"127.0.0.1:{plain.port}")
        assert answer.returncode != 0
        assert f"127.0.0.1:{plain.port}" in answer.stderr + answer.stdout

    @pytest.mark.parametrize("flag", ["--enforce-iam", "--iam-soft-mode", "--strict-credentials"])
    def test_flags_do_what_variables_do(self, serve, flag):
        server = serve(flags=["--enforce-iam", flag] if flag != "--enforce-iam" else [flag])
        response = send_signed(query_request("sts", "GetCallerIdentity"), server.root())
        assert response.status == (403 if flag == "--strict-credentials" else 200)

    def test_the_start_up_screen_says_where_and_how(self, serve):
        server = serve(enforce=True)
        assert f"127.0.0.1:{server.port}" in server.log()


class TestDecisions:
    """`/_stockade/decisions`: the last decisions as JSON, and as they happen."""

    def decide(self, server):
        alice = server.new_user("alice", [allow("s3:ListAllMyBuckets", Sid="Listing")])
        alice.client("s3").list_buckets()
        send_signed(Request("PUT", "/denied-bucket", "s3"), alice)
        return alice

    def of(self, server, query):
        return server.get_json(f"/_stockade/decisions{query}")["decisions"]

    def test_they_are_kept(self, enforcing):
        alice = self.decide(enforcing)
        hers = {decision["operation"]: decision for decision in self.of(enforcing, f"?principal={alice.arn}")}
        assert set(hers) == {"ListBuckets", "CreateBucket"}
        assert all(decision["principal"] == alice.arn for decision in hers.values())
        listing = hers["ListBuckets"]
        assert listing["decision"] == "allowed"
        assert [permission["action"] for permission in listing["permissions"]] == ["s3:ListAllMyBuckets"]
        assert "Listing" in json.dumps(listing["permissions"][0]["statements"])

    def test_denials_alone(self, enforcing):
        alice = self.decide(enforcing)
        (denied,) = self.of(enforcing, "?denied")
        assert (denied["principal"], denied["decision"], denied["blocked"]) == (alice.arn, "denied", True)
        (permission,) = denied["permissions"]
        assert (permission["action"], permission["resource"]) == ("s3:CreateBucket", "arn:aws:s3:::denied-bucket")

    def test_nobody_by_that_name(self, enforcing):
        self.decide(enforcing)
        assert self.of(enforcing, "?principal=arn:aws:iam::000000000000:user/ghost") == []

    def test_a_stream(self, enforcing):
        with socket.create_connection(("127.0.0.1", enforcing.port), timeout=30) as connection:
            connection.sendall(b"GET /_stockade/decisions/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
            received = bytearray()

            def read():
                while chunk := connection.recv(65536):
                    received.extend(chunk)

            reader = threading.Thread(target=read, daemon=True)
            reader.start()
            wait_until(lambda: b"\r\n\r\n" in received, "response head")
            assert re.search(rb"content-type: text/event-stream", received, re.I)
            self.decide(enforcing)
            wait_until(lambda: b"denied-bucket" in received, lambda: f"event; received {bytes(received)!r}")
            line = next(line for line in received.splitlines() if b"denied-bucket" in line)
            assert line.startswith(b"data:")
            assert json.loads(line.removeprefix(b"data:"))["decision"] == "denied"
            connection.shutdown(socket.SHUT_RDWR)
            reader.join(timeout=30)
