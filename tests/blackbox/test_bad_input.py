"""Input that no SDK sends: AWS's error each time, the process alive, nothing half-written."""

import base64
import hashlib
import json
import os
import re
import socket
import urllib.parse

import pytest

from support.clients import refused
from support.raw import Request, exchange, query_request, read_response, send, send_signed, signed_headers

FUNCTIONS = "/2015-03-31/functions"


@pytest.fixture(params=[False, True], ids=["plain", "enforcing"])
def server(serve, request):
    """A server without and with enforcement; it must be alive when the test is over."""
    server = serve(enforce=request.param)
    yield server
    assert server.is_alive(), server.log()
    assert "panicked" not in server.log()


def test_malformed_json(server):
    for body in (b"{", b"[]", b"null", b'"text"', b'{"FunctionName": 1}', b'{"FunctionName": "a",}', b"\xff\xfe", b""):
        request = Request("POST", FUNCTIONS, "lambda", headers={"content-type": "application/json"}, body=body)
        response = send_signed(request, server.root())
        assert response.status == 400, (body, response)
        assert response.code in (
            "InvalidRequestContentException",
            "SerializationException",
            "ValidationException",
            "InvalidParameterValueException",
        ), (body, response)
    assert server.root().client("lambda").list_functions()["Functions"] == []


def test_deeply_nested_json(server):
    body = b'{"FunctionName":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    request = Request("POST", FUNCTIONS, "lambda", headers={"content-type": "application/json"}, body=body)
    response = send_signed(request, server.root())
    assert response.status in (400, 413), response


def test_malformed_xml(server):
    root = server.root()
    root.client("s3").create_bucket(Bucket="shelf")
    root.client("s3").put_object(Bucket="shelf", Key="a", Body=b"x")
    bombs = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Delete><Object><Key>&b;</Key></Object></Delete>'
    for body in (
        b"<",
        b"<Delete>",
        b"<Delete><Object></Delete>",
        b"<Other/>",
        b"text",
        b"<Delete>\xff\xfe</Delete>",
        b"<Delete>" + b"<Object>" * 50_000,
        bombs,
    ):
        digest = base64.b64encode(hashlib.md5(body).digest()).decode()
        request = Request(
            "POST", "/shelf", "s3", query={"delete": ""}, headers={"content-md5": digest}, body=body
        )
        response = send_signed(request, root)
        assert (response.status, response.code) == (400, "MalformedXML"), (body[:50], response)
        assert response.message == (
            "The XML you provided was not well-formed or did not validate against our published schema"
        )
    assert root.client("s3").head_object(Bucket="shelf", Key="a")


def test_malformed_queries(server):
    def post(body, content_type="application/x-www-form-urlencoded; charset=utf-8"):
        request = Request("POST", "/", "iam", headers={"content-type": content_type}, body=body)
        return send_signed(request, server.root())

    for body in (b"Version=2010-05-08", b"", b"Action=&Version=2010-05-08"):
        response = post(body)
        assert response.status in (400, 403, 404), (body, response)
        assert response.code in ("MissingAction", "InvalidAction", "UnknownOperationException"), (body, response)
    unknown = post(b"Action=CreateUnicorn&Version=2010-05-08")
    assert (unknown.status, unknown.code) == (400, "InvalidAction"), unknown
    assert "CreateUnicorn" in unknown.message
    invalid = (
        b"Action=CreateUser&Version=2010-05-08",
        b"Action=CreateUser&Version=2010-05-08&UserName=%ff%fe",
        b"Action=CreateUser&Version=2010-05-08&UserName=%zz",
        b"Action=CreateUser&Version=2010-05-08&UserName=a&Tags.member.x.Key=k",
        b"Action=CreateUser&Version=2010-05-08&UserName=a&Tags.member.99999999999999999999.Key=k",
        b"Action=CreateUser&Version=2010-05-08&UserName=a&Tags.member.1.Key=k",
        b"Action=ListUsers&Version=2010-05-08&MaxItems=many",
    )
    for body in invalid:
        response = post(body)
        assert response.status == 400, (body, response)
        assert response.code in ("ValidationError", "MalformedQueryString", "MalformedInput", "InvalidParameterValue")
    assert server.root().client("iam").list_users()["Users"] == []


@pytest.mark.parametrize("version", ["2010-05-09", "", None])
@pytest.mark.parametrize("service, action", [("iam", "CreateUser"), ("sts", "GetCallerIdentity"), ("sns", "CreateTopic")])
def test_versions_that_a_service_does_not_speak(server, service, action, version):
    """"Common Parameters", IAM API Reference: Version is required, and names the API that the request is written for."""
    form = f"Action={action}&UserName=a&Name=a" + ("" if version is None else f"&Version={version}")
    content_type = {"content-type": "application/x-www-form-urlencoded"}
    for request in (
        Request("POST", "/", service, headers=content_type, body=form.encode()),
        Request("GET", "/", service, query=dict(urllib.parse.parse_qsl(form, keep_blank_values=True))),
    ):
        response = send_signed(request, server.root())
        assert (response.status, response.code) == (400, "InvalidAction"), response
        told = "NO_VERSION_SPECIFIED" if version is None else version
        assert response.message.rstrip() == f"Could not find operation {action} for version {told}".rstrip()
    assert server.root().client("iam").list_users()["Users"] == []


def test_a_list_index_does_not_reserve_memory(server):
    body = b"Action=CreateUser&Version=2010-05-08&UserName=a&Tags.member.2000000000.Key=k&Tags.member.2000000000.Value=v"
    request = Request(
        "POST", "/", "iam", headers={"content-type": "application/x-www-form-urlencoded"}, body=body
    )
    send_signed(request, server.root())
    assert server.peak_resident_bytes() < 300 * 1024 * 1024


def test_unknown_operations(server):
    root = server.root()
    response = send_signed(Request("GET", "/2015-03-31/unicorns", "lambda"), root)
    assert (response.status, response.code) == (404, "UnknownOperationException"), response
    response = send_signed(
        Request(
            "POST",
            "/",
            "dynamodb",
            headers={"x-amz-target": "DynamoDB_20120810.Unicorn", "content-type": "application/x-amz-json-1.0"},
            body=b"{}",
        ),
        root,
    )
    assert (response.status, response.code) == (400, "UnknownOperationException"), response


def test_wrong_methods(server):
    root = server.root()
    response = send_signed(Request("PATCH", "/shelf/a", "s3"), root)
    assert (response.status, response.code) == (405, "MethodNotAllowed"), response
    assert response.message == "The specified method is not allowed against this resource."
    response = send_signed(Request("PATCH", FUNCTIONS, "lambda"), root)
    assert response.status in (404, 405), response


def head_of(request, headers):
    """A request's head, byte by byte."""
    lines = [f"{request.method} {request.target()} HTTP/1.1"] + [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def test_a_huge_declared_body(server):
    request = Request("POST", FUNCTIONS, "lambda", headers={"content-type": "application/json"})
    headers = signed_headers(request, server.root()) | {"content-length": str(10 * 1024**4)}
    before = server.resident_bytes()
    response = exchange(server, head_of(request, headers) + b"{}")
    assert response is not None and response.status in (400, 413), response
    assert server.resident_bytes() - before < 50 * 1024 * 1024


def test_a_huge_body_in_fact(server):
    """A body that is parsed as a whole has a limit, whether declared or chunked."""
    request = Request("POST", "/", "iam", headers={"content-type": "application/x-www-form-urlencoded"})
    headers = signed_headers(request, server.root()) | {"transfer-encoding": "chunked"}
    block = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        try:
            connection.sendall(head_of(request, headers))
            for _ in range(4096):
                connection.sendall(block)
            connection.sendall(b"0\r\n\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass
        response = read_response(connection)
    assert response is None or response.status in (400, 413), response
    assert server.peak_resident_bytes() < 400 * 1024 * 1024


def test_a_body_that_is_not_wanted_is_not_sent(server):
    """A client that asks first is answered at once, and told that the connection ends with it."""
    server.root().client("s3").create_bucket(Bucket="shelf")
    request = Request("PUT", "/shelf/a", "s3", headers={"content-md5": "nonsense"})
    expecting = {"content-length": "5", "expect": "100-continue"}
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(head_of(request, signed_headers(request, server.root()) | expecting))
        response = read_response(connection)
        assert (response.status, response.code) == (400, "InvalidDigest"), response
        assert response.headers["connection"] == "close"
        assert connection.recv(1) == b"", "the connection goes on"

    request = Request("PUT", "/shelf/a", "s3")
    headers = signed_headers(request, server.root(), payload_hash="UNSIGNED-PAYLOAD") | expecting
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        for _ in range(2):
            connection.sendall(head_of(request, headers))
            assert connection.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
            connection.sendall(b"hello")
            response = read_response(connection)
            assert response.status == 200 and "connection" not in response.headers, response


def test_refused_uploads_leave_clients_their_connections(server):
    """boto3 asks before it sends an object, and keeps its connections."""
    s3 = server.root().client("s3", max_pool_connections=1)
    s3.create_bucket(Bucket="shelf")
    for number in range(20):
        with refused("InvalidDigest", 400):
            s3.put_object(Bucket="shelf", Key="a", Body=b"x", ContentMD5="nonsense")
        s3.put_object(Bucket="shelf", Key=f"b{number}", Body=b"x")
    assert s3.list_objects_v2(Bucket="shelf")["KeyCount"] == 20


def test_an_object_larger_than_s3_takes(server):
    server.root().client("s3").create_bucket(Bucket="shelf")
    request = Request("PUT", "/shelf/a", "s3")
    headers = signed_headers(request, server.root(), payload_hash="UNSIGNED-PAYLOAD")
    headers["content-length"] = str(5 * 1024**3 + 1)
    response = exchange(server, head_of(request, headers) + b"x")
    assert (response.status, response.code) == (400, "EntityTooLarge"), response
    assert "Contents" not in server.root().client("s3").list_objects_v2(Bucket="shelf")


@pytest.mark.parametrize("path,service", [("/shelf/half", "s3"), (FUNCTIONS, "lambda")])
def test_a_body_that_breaks_off(server, path, service):
    server.root().client("s3").create_bucket(Bucket="shelf")
    request = Request("PUT" if service == "s3" else "POST", path, service)
    headers = signed_headers(request, server.root(), payload_hash="UNSIGNED-PAYLOAD")
    for framing, body in (
        ({"content-length": "1000"}, b"{"),
        ({"transfer-encoding": "chunked"}, b"ff\r\nabc"),
        ({"transfer-encoding": "chunked"}, b"3\r\nabc\r\n"),
    ):
        exchange(server, head_of(request, headers | framing) + body, end_of_request=True)
    assert "Contents" not in server.root().client("s3").list_objects_v2(Bucket="shelf")
    assert server.root().client("lambda").list_functions()["Functions"] == []


def test_invalid_utf_8(server):
    root = server.root()
    root.client("s3").create_bucket(Bucket="shelf")
    for path in ("/shelf/%ff%fe", "/shelf/%c3%28"):
        response = send_signed(Request("PUT", path, "s3"), root)
        assert response.status == 400, response
    response = exchange(server, b"GET /shelf/\xff\xfe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert response is None or response.status in (400, 403, 404), response
    assert "Contents" not in root.client("s3").list_objects_v2(Bucket="shelf")


def test_header_values_that_are_no_text(server):
    request = Request("GET", "/", "s3")
    head = head_of(request, signed_headers(request, server.root()))
    response = exchange(server, head[:-2] + b"x-amz-meta-odd: \xff\xfe\r\n\r\n")
    assert response is None or response.status in (200, 400, 403), response


def test_oversized_headers(server):
    request = Request("GET", "/", "s3")
    head = head_of(request, signed_headers(request, server.root()))
    one_large = head[:-2] + b"x-large: " + b"x" * 2_000_000 + b"\r\n\r\n"
    many = head[:-2] + b"".join(b"x-many-%d: x\r\n" % number for number in range(5000)) + b"\r\n"
    for data in (one_large, many):
        response = exchange(server, data)
        assert response is None or response.status in (400, 431), response


def test_metadata_larger_than_s3_takes(server):
    server.root().client("s3").create_bucket(Bucket="shelf")
    request = Request("PUT", "/shelf/a", "s3", headers={"x-amz-meta-large": "x" * 2049})
    response = send_signed(request, server.root())
    assert (response.status, response.code) == (400, "MetadataTooLarge"), response
    assert response.message == "Your metadata headers exceed the maximum allowed metadata size"


@pytest.mark.parametrize(
    "data",
    [
        b"\x00" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: \r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
        b"GET http://[ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nConnection: close\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 100,
    ],
    ids=lambda data: re.sub(r"\W+", " ", data[:40].decode("latin-1")).strip() or "zeros",
)
def test_garbage(server, data):
    response = exchange(server, data, end_of_request=True)
    assert response is None or 400 <= response.status < 600 or data.startswith(b"OPTIONS"), response


def test_noise(server):
    for size in (1, 10, 1000, 100_000):
        exchange(server, os.urandom(size), end_of_request=True)


@pytest.mark.parametrize(
    "value",
    [
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=",
        "AWS4-HMAC-SHA256 Credential=a/b/c, SignedHeaders=, Signature=",
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/s3/aws4_request, SignedHeaders=host",
        "AWS4-HMAC-SHA256 Credential=" + "/" * 10_000,
        "AWS4-ECDSA-P256-SHA256 Credential=x",
        "AWS AKIAIOSFODNN7EXAMPLE:signature",
        "Basic dGVzdDp0ZXN0",
        "Bearer token",
        "",
    ],
)
def test_authorization_headers_of_any_kind(server, value):
    for request in (
        query_request("sts", "GetCallerIdentity"),
        Request("GET", "/", "s3"),
        Request("GET", FUNCTIONS, "lambda"),
    ):
        response = send(server, request, {**request.headers, "authorization": value})
        assert response.status < 500 or response.status == 501, response
        assert server.process.poll() is None


def test_many_connections_that_say_nothing(server):
    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(200)]
    assert server.is_alive()
    for connection in silent:
        connection.close()


def test_error_bodies_are_well_formed(server):
    """What the caller sent comes back escaped."""
    name = "%3Cscript%3E&amp;"
    response = send_signed(Request("GET", f"/shelf-1/{name}", "s3"), server.root())
    assert response.status == 404
    assert response.code in ("NoSuchBucket", "NoSuchKey")
    assert "<script>" not in response.text
    response = send_signed(query_request("iam", "GetUser", UserName='a<b>&"c'), server.root())
    assert response.status in (400, 404)
    assert response.code
    response = send_signed(Request("GET", f"{FUNCTIONS}/a%22b", "lambda"), server.root())
    assert response.status in (400, 404)
    json.loads(response.body)
