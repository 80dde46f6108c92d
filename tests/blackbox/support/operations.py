"""Every operation of every service: requests as boto3 makes them, and where a server says that each of them went.

boto3's own clients serialise and sign, and choose the host; what they would send is caught just before, and goes over
one connection a process to the server, whatever host it names. A thousand requests a second go this way.
"""

import http.client
import io
import json
import os
import tomllib
import urllib.parse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import botocore.loaders
import botocore.session
from botocore import UNSIGNED
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import MissingDependencyException
from botocore.tokens import FrozenAuthToken

from .server import wait_until
from .synthesise import minimal_input

MODELS = Path(__file__).resolve().parents[3] / "models"
REGION = "us-east-1"

# The ways in.
PLAIN = "signed, to an address"
AWS = "signed, to AWS's host"
AWS_UNSIGNED = "unsigned, to AWS's host"
LOCAL_UNSIGNED = "unsigned, to the same under localhost.localstack.cloud"
WAYS = (PLAIN, AWS, AWS_UNSIGNED, LOCAL_UNSIGNED)


# A key that nobody issued, and its secret.
STRANGER = ("test", "test")


@dataclass(frozen=True)
class Answer:
    """What came of one request; `problem` is set where it could not even be made."""

    way: str
    service: str
    protocol: str
    operation: str
    host: str = ""
    request_id: str | None = None
    status: int | None = None
    said: str = ""
    problem: str | None = None

    def __str__(self):
        return f"{self.service}:{self.operation} ({self.protocol}; {self.way} {self.host})"


def modelled():
    """The operations of `models/services`, as pairs of service and name, and the protocols of each service."""
    operations, protocols = set(), {}
    for file in sorted(MODELS.glob("services/*.json")):
        model = json.loads(file.read_text())
        operations.update((file.stem, name) for name in model["operations"])
        metadata = model["metadata"]
        protocols[file.stem] = metadata.get("protocols") or [metadata["protocol"]]
    return operations, protocols


def equivalents():
    """For each operation that is served as another one, that other one: `models/overlays/equivalents.toml`."""
    served_as = {}
    for entry in tomllib.loads((MODELS / "overlays/equivalents.toml").read_text())["class"]:
        # What a member of the body tells apart leads to itself.
        if "told_by" in entry:
            continue
        for operation in entry.get("operations", [None]):
            served, *others = (
                tuple(name.split(":")) if operation is None else (name, operation)
                for name in (entry["served"], *entry["others"])
            )
            served_as.update(dict.fromkeys(others, served))
    return served_as


def drive(port, protocols, key=STRANGER, ways=WAYS):
    """Sends every operation in every one of the protocols and by every one of the ways; answers them all."""
    tasks = [(service, protocol) for service, offered in protocols.items() for protocol in offered]
    with ProcessPoolExecutor(os.cpu_count(), initializer=_Driver.start, initargs=(port, key, ways)) as pool:
        return [answer for answers in pool.map(_Driver.run, tasks) for answer in answers]


def logged(server, answers):
    """Service and operation by request id, from the server's log, once it tells of every answer."""
    wanted = {answer.request_id for answer in answers if answer.request_id}
    told = {}

    def all_are_told():
        for line in server.log_path.read_text().splitlines():
            # The last line may still be in the making.
            if '"request_id"' in line and line.endswith("}"):
                entry = json.loads(line)
                told[entry["request_id"]] = (entry.get("service"), entry.get("operation"))
        return wanted <= told.keys()

    wait_until(all_are_told, lambda: f"log entry of {len(wanted - told.keys())} requests")
    return told


class _Caught(Exception):
    """Carries a request away from the client that made it."""


class _OneProtocol(botocore.loaders.Loader):
    """Models whose service offers one protocol alone, so that a client speaks it."""

    protocol = None

    def load_service_model(self, service_name, type_name, api_version=None):
        model = super().load_service_model(service_name, type_name, api_version)
        if type_name != "service-2":
            return model
        metadata = {**model["metadata"], "protocol": self.protocol, "protocols": [self.protocol]}
        return {**model, "metadata": metadata}


class _Token:
    """Stands where a bearer token is kept."""

    def load_token(self, **_):
        return FrozenAuthToken("a-token")


class _Driver:
    """One process's clients, and its connection to the server."""

    current = None

    def __init__(self, port, key, ways):
        self.port, self.key, self.ways = port, key, ways
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.loader = _OneProtocol(include_default_search_paths=True)
        self.session = botocore.session.Session(profile=None)
        self.session.register_component("data_loader", self.loader)
        self.session.register_component("token_provider", _Token())

    @classmethod
    def start(cls, *arguments):
        cls.current = cls(*arguments)

    @classmethod
    def run(cls, task):
        return list(cls.current.answers(*task))

    def answers(self, service, protocol):
        """Every answer of one service in one protocol."""
        self.loader.protocol = protocol
        # A client with a bearer token insists on TLS; the scheme is of no matter here.
        urls = {way: f"https://127.0.0.1:{self.port}" if way == PLAIN else None for way in self.ways}
        for url in dict.fromkeys(urls.values()):
            client = _Client(self.session, service, url, self.key)
            ways = [way for way in self.ways if urls[way] == url]
            for operation in client.operations():
                try:
                    request = client.request(operation)
                except Exception as problem:  # pylint: disable=broad-exception-caught
                    yield Answer(ways[0], service, protocol, operation, problem=repr(problem))
                    continue
                for way in ways:
                    yield Answer(way, service, protocol, operation, *self.send(request, way))

    def send(self, request, way):
        """Sends a request to the server; answers the host it named, the answer's request id, its status and its text."""
        url = urllib.parse.urlsplit(request.url)
        host = f"{_labels(url.netloc)}.localhost.localstack.cloud:4566" if way == LOCAL_UNSIGNED else url.netloc
        left_out = {"host", "authorization"} if way in (AWS_UNSIGNED, LOCAL_UNSIGNED) else {"host"}
        headers = {name: value for name, value in request.headers.items() if name.lower() not in left_out}
        body = _bytes_of(request.body)
        if body and not headers.keys() & {"Content-Length", "Transfer-Encoding"}:
            headers["Content-Length"] = str(len(body))
        target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
        self.connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        self.connection.putheader("Host", host)
        for name, value in headers.items():
            self.connection.putheader(name, value)
        self.connection.endheaders(body, encode_chunked="Transfer-Encoding" in headers)
        response = self.connection.getresponse()
        said = response.read().decode(errors="replace")
        request_id = response.headers.get("x-amzn-requestid") or response.headers.get("x-amz-request-id")
        return host, request_id, response.status, said


class _Client:
    """A boto3 client that sends nothing."""

    def __init__(self, session, service, url, key):
        self.session, self.service, self.url, self.key, self.wanted = session, service, url, key, None
        self.signing, self.unsigned = self.make(), None

    def make(self, **settings):
        client = self.session.create_client(
            self.service,
            region_name=REGION,
            endpoint_url=self.url,
            aws_access_key_id=self.key[0],
            aws_secret_access_key=self.key[1],
            config=Config(retries={"total_max_attempts": 1}, **settings),
        )
        client.meta.events.register("before-send", self.catch)
        return client

    def catch(self, request, event_name, **_):
        """Keeps a request from being sent; one for an endpoint, which a client asks for by itself, is answered."""
        if event_name.endswith(".DescribeEndpoints") and self.wanted != "DescribeEndpoints":
            address = urllib.parse.urlsplit(request.url).netloc
            endpoint = {"Address": address, "CachePeriodInMinutes": 1440}
            return AWSResponse(request.url, 200, {}, _Raw(json.dumps({"Endpoints": [endpoint]}).encode()))
        raise _Caught(request)

    def operations(self):
        return self.signing.meta.service_model.operation_names

    def request(self, operation):
        """The request of an operation with the smallest valid input."""
        self.wanted = operation
        try:
            return _caught(self.signing, operation)
        except MissingDependencyException:
            # SigV4A, which botocore leaves to an extension; Stockade reads no more of it here than its scope.
            self.unsigned = self.unsigned or self.make(signature_version=UNSIGNED)
            request = _caught(self.unsigned, operation)
            name = self.signing.meta.service_model.signing_name
            request.headers["X-Amz-Date"] = "20200531T120000Z"
            request.headers["Authorization"] = (
                f"AWS4-ECDSA-P256-SHA256 Credential=test/20200531/{name}/aws4_request, SignedHeaders=host, Signature=00"
            )
            return request


class _Raw(io.BytesIO):
    """A body as urllib3 hands it over."""

    def stream(self):
        yield self.read()


def _caught(client, operation):
    try:
        client._make_api_call(operation, minimal_input(client.meta.service_model.operation_model(operation)))
    except _Caught as caught:
        return caught.args[0]
    raise AssertionError("the client made no request")


def _bytes_of(body):
    """A body's bytes; a file is left where it begins."""
    if hasattr(body, "read"):
        read = body.read()
        body.seek(0)
        return read
    return body.encode() if isinstance(body, str) else body


def _labels(host):
    """What stands before the domain of one of AWS's hosts."""
    for domain in (".amazonaws.com", ".api.aws", ".aws.amazon.com", ".on.aws", ".aws"):
        if host.endswith(domain):
            return host.removesuffix(domain)
    raise AssertionError(f"{host} is under no known domain")
