"""Requests below what SDKs let through: bytes on a socket, and Signature Version 4 with every part replaceable.

The signer follows "Create a signed AWS API request" of the IAM User Guide and shares no code with botocore, so that
a test can leave a part out, spoil it, or move the clock.
"""

import datetime
import hashlib
import hmac
import json
import re
import socket
import urllib.parse
from dataclasses import dataclass, field
from xml.etree import ElementTree

EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"


def quote(text, safe=""):
    """Percent-encoding as signatures want it: everything but unreserved characters."""
    return urllib.parse.quote(text, safe=safe + "-_.~")


@dataclass
class Request:
    """A request before it is signed; `path` is what goes on the wire."""

    method: str
    path: str
    service: str
    query: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    region: str = "us-east-1"

    def target(self):
        """Path and query as the request line has them."""
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in sorted(self.query.items()))
        return f"{self.path}?{query}" if query else self.path


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signing_key(secret, date, region, service):
    """The key of one day, region and service."""
    key = _hmac(b"AWS4" + secret.encode(), date)
    for part in (region, service, "aws4_request"):
        key = _hmac(key, part)
    return key


def _canonical_request(request, headers, query, payload_hash):
    path = request.path if request.service == "s3" else quote(request.path, safe="/")
    names = sorted(headers)
    return "\n".join(
        [
            request.method,
            path,
            "&".join(f"{quote(name)}={quote(value)}" for name, value in sorted(query.items())),
            *(f"{name}:{' '.join(headers[name].split())}" for name in names),
            "",
            ";".join(names),
            payload_hash,
        ]
    )


def _signature(request, identity, stamp, canonical):
    scope = f"{stamp[:8]}/{request.region}/{request.service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, digest])
    return hmac.new(
        signing_key(identity.secret, stamp[:8], request.region, request.service), text.encode(), hashlib.sha256
    ).hexdigest()


def stamp_of(moment=None):
    """The `X-Amz-Date` of a moment, by default now."""
    moment = moment or datetime.datetime.now(datetime.timezone.utc)
    return moment.strftime("%Y%m%dT%H%M%SZ")


def signed_headers(request, identity, *, at=None, payload_hash=None, with_token=True, host=None):
    """The headers that sign `request` as `identity`."""
    stamp = stamp_of(at)
    payload_hash = payload_hash or hashlib.sha256(request.body).hexdigest()
    headers = {name.lower(): value for name, value in request.headers.items()}
    headers["host"] = host or f"127.0.0.1:{identity.server.port}"
    headers["x-amz-date"] = stamp
    if request.service == "s3":
        headers["x-amz-content-sha256"] = payload_hash
    if identity.token and with_token:
        headers["x-amz-security-token"] = identity.token
    canonical = _canonical_request(request, headers, request.query, payload_hash)
    scope = f"{stamp[:8]}/{request.region}/{request.service}/aws4_request"
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={identity.key}/{scope}, SignedHeaders={';'.join(sorted(headers))}, "
        f"Signature={_signature(request, identity, stamp, canonical)}"
    )
    return headers


def presigned_query(request, identity, *, at=None, expires=3600, host=None):
    """The query parameters that sign `request` as `identity`, the other query parameters included."""
    stamp = stamp_of(at)
    scope = f"{stamp[:8]}/{request.region}/{request.service}/aws4_request"
    query = {
        **request.query,
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": f"{identity.key}/{scope}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(expires),
        "X-Amz-SignedHeaders": "host",
    }
    if identity.token:
        query["X-Amz-Security-Token"] = identity.token
    headers = {"host": host or f"127.0.0.1:{identity.server.port}"}
    canonical = _canonical_request(request, headers, query, UNSIGNED_PAYLOAD)
    return {**query, "X-Amz-Signature": _signature(request, identity, stamp, canonical)}


@dataclass
class Response:
    """An answer, and what its error envelope says in any of AWS's forms."""

    status: int
    headers: dict
    body: bytes

    @property
    def text(self):
        """The body as text."""
        return self.body.decode()

    @property
    def code(self):
        """The error's code."""
        if self.body.lstrip().startswith(b"<"):
            return self._xml("Code")
        if not self.body:
            return self.headers.get("x-amzn-errortype", "")
        shape = self.headers.get("x-amzn-errortype") or self.json().get("__type") or self.json().get("code", "")
        return shape.split("#")[-1].split(":")[0]

    @property
    def message(self):
        """The error's message."""
        if self.body.lstrip().startswith(b"<"):
            return self._xml("Message")
        body = self.json() if self.body else {}
        return body.get("message", body.get("Message"))

    def json(self):
        """The body as JSON."""
        return json.loads(self.body)

    def _xml(self, name):
        for element in ElementTree.fromstring(self.body).iter():
            if element.tag.split("}")[-1] == name:
                return element.text
        return None


def send(server, request, headers, *, query=None, body=None):
    """Sends exactly these headers; `query` replaces the request's own."""
    target = Request(request.method, request.path, request.service, query or request.query).target()
    lines = [f"{request.method} {target} HTTP/1.1"]
    body = request.body if body is None else body
    headers = {"host": f"127.0.0.1:{server.port}", "content-length": str(len(body)), "connection": "close"} | headers
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return exchange(server, "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


def send_signed(request, identity, **how):
    """Signs as `signed_headers` does, and sends."""
    return send(identity.server, request, signed_headers(request, identity, **how))


def exchange(server, data, *, end_of_request=False, timeout=30):
    """Writes `data` on a fresh connection and reads one answer; `end_of_request` closes our side first.

    Answers None when the server closes the connection without answering.
    """
    with socket.create_connection(("127.0.0.1", server.port), timeout=timeout) as connection:
        try:
            connection.sendall(data)
            if end_of_request:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # The server may answer and close before it has read everything.
        return read_response(connection)


def read_response(connection):
    """One answer from a socket, or None when there is none."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = _receive(connection)
        if not more:
            return None
        received += more
    head, body = received.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    status = int(re.match(r"HTTP/1\.[01] (\d{3})", lines[0]).group(1))
    headers = {}
    for line in lines[1:]:
        name, value = line.split(":", 1)
        headers[name.strip().lower()] = value.strip()
    if "content-length" in headers:
        while len(body) < int(headers["content-length"]):
            more = _receive(connection)
            if not more:
                break
            body += more
    elif headers.get("transfer-encoding") == "chunked":
        while not body.endswith(b"0\r\n\r\n"):
            more = _receive(connection)
            if not more:
                break
            body += more
        body = _unchunk(body)
    return Response(status, headers, body)


def _receive(connection):
    try:
        return connection.recv(65536)
    except ConnectionResetError:
        return b""


def _unchunk(data):
    body = b""
    while data:
        size, data = data.split(b"\r\n", 1)
        length = int(size.split(b";")[0], 16)
        if length == 0:
            break
        body += data[:length]
        data = data[length + 2 :]
    return body


def query_request(service, action, **parameters):
    """A request of the query protocol (IAM, STS)."""
    version = {"iam": "2010-05-08", "sts": "2011-06-15"}[service]
    form = urllib.parse.urlencode({"Action": action, "Version": version, **parameters})
    return Request(
        "POST",
        "/",
        service,
        headers={"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
        body=form.encode(),
    )
