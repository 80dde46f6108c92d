"""boto3's clients, the two command lines, and the errors that they report."""

import contextlib
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

# One session for all clients: it keeps the parsed service models.
_session = botocore.session.Session(profile=None)


class Identity:
    """A pair of keys (and a session token) to talk to one server with."""

    def __init__(self, server, key, secret, token=None):
        self.server, self.key, self.secret, self.token = server, key, secret, token

    def client(self, service, region="us-east-1", url=None, **config):
        """A client that neither retries nor reads anyone's configuration."""
        settings = {
            "retries": {"total_max_attempts": 1},
            "connect_timeout": 10,
            "read_timeout": 60,
            # What is wrong must reach the server, or only botocore would be tested.
            "parameter_validation": False,
            **config,
        }
        if self.key is None:
            settings["signature_version"] = UNSIGNED
        return _session.create_client(
            service,
            region_name=region,
            endpoint_url=url or self.server.url,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            aws_session_token=self.token,
            config=Config(**settings),
        )

    def with_session(self, credentials):
        """The identity of an STS answer's Credentials."""
        return Identity(
            self.server,
            credentials["AccessKeyId"],
            credentials["SecretAccessKey"],
            credentials["SessionToken"],
        )

    def assume(self, role_arn, name="session", **settings):
        """The identity of a role's session, assumed by this identity."""
        answer = self.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name, **settings)
        return self.with_session(answer["Credentials"])

    def environment(self):
        """The keys as environment variables, as a shell exports them."""
        names = {
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_SESSION_TOKEN": self.token,
        }
        return {name: value for name, value in names.items() if value}


@contextlib.contextmanager
def refused(code, status=None, message=None):
    """Expects an error answer with this code, HTTP status, and message (text: equal; pattern: searched)."""
    with pytest.raises(ClientError) as caught:
        yield caught
    error = caught.value.response["Error"]
    got_status = caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert error["Code"] == code, caught.value
    if status is not None:
        assert got_status == status, (got_status, str(caught.value))
    if isinstance(message, re.Pattern):
        assert message.search(error.get("Message", "")), error
    elif message is not None:
        assert error.get("Message") == message


@dataclass
class Outcome:
    """What a command line left behind."""

    status: int
    out: str
    err: str

    def ok(self):
        """Standard output of a command that must succeed."""
        assert self.status == 0, f"exit status {self.status}\n{self.out}\n{self.err}"
        return self.out

    def failed(self):
        """Standard error of a command that must fail."""
        assert self.status != 0, f"succeeded:\n{self.out}\n{self.err}"
        return self.err


class CommandLine:
    """A shell with `aws` or `awslocal` in it: `run` takes a command as the documentation prints it."""

    def __init__(self, server, program, directory, identity=None):
        self.server, self.program, self.directory = server, program, Path(directory)
        self.identity = identity

    def as_identity(self, identity):
        """The same shell after `export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…`."""
        return type(self)(self.server, self.program, self.directory, identity)

    def run(self, command, stdin=None, timeout=100):
        """Runs `awslocal …` as this shell's program, whichever of the two it is."""
        words = shlex.split(command)
        assert words[0] == "awslocal", "commands are written as the documentation prints them"
        tools = Path(sys.executable).parent
        environment = {
            "PATH": f"{tools}:{os.environ['PATH']}",
            "HOME": str(self.directory),
            "AWS_PAGER": "",
            "AWS_EC2_METADATA_DISABLED": "true",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8",
        }
        if self.program == "awslocal":
            environment["DISABLE_DEPRECATION_NOTICE"] = "1"
            environment["AWS_ENDPOINT_URL"] = self.server.url
            words = [str(tools / "awslocal"), *words[1:]]
        else:
            environment |= {
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_DEFAULT_REGION": "us-east-1",
            }
            words = [str(tools / "aws"), "--endpoint-url", self.server.url, *words[1:]]
        if self.identity:
            environment |= self.identity.environment()
        done = subprocess.run(
            words,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            env=environment,
            cwd=self.directory,
            timeout=timeout,
            check=False,
            text=stdin is None or isinstance(stdin, str),
        )
        return Outcome(done.returncode, done.stdout, done.stderr)
