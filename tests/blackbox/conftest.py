"""Fixtures: servers with chosen settings, and the two command lines."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from support.clients import CommandLine
from support.clock import Clock
from support.moto import Moto
from support.server import Server


@pytest.fixture(scope="session")
def binary():
    """The program under test; `tests/run` builds it and names it."""
    path = Path(os.environ["STOCKADE_BIN"]).resolve()
    assert path.is_file(), f"STOCKADE_BIN names {path}, which is no file: build it, or run tests/run"
    return path


@pytest.fixture
def serve(binary, tmp_path):
    """Starts servers: `serve(enforce=True, style="localstack", flags=["--strict-roles"])`; they end with the test."""
    servers = []

    def start(**settings):
        directory = tmp_path / f"server-{len(servers)}"
        directory.mkdir()
        server = Server(binary, directory, **settings)
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def plain(serve):
    """A server as it starts without settings: nobody is refused for who they are."""
    return serve()


@pytest.fixture
def enforcing(serve):
    """A server that enforces IAM and explains denials."""
    return serve(enforce=True, debug=True)


@pytest.fixture(scope="session")
def moto_process(tmp_path_factory):
    """The moto server that the tests share: its start takes seconds."""
    moto = Moto(tmp_path_factory.mktemp("moto"))
    yield moto
    moto.stop()


@pytest.fixture
def moto(moto_process):
    """moto without anything in it."""
    moto_process.reset()
    return moto_process


@pytest.fixture
def clock(tmp_path):
    """A clock to start a server with (`env=clock.environment`) and to move."""
    return Clock(tmp_path)


@pytest.fixture(params=["aws", "awslocal"])
def program(request):
    """Each of the two command lines in turn."""
    return request.param


@pytest.fixture
def shell(tmp_path, program):
    """Opens a shell on a server: `shell(server).run("awslocal s3 ls")`."""

    def open_shell(server):
        directory = tmp_path / "home"
        directory.mkdir(exist_ok=True)
        return CommandLine(server, program, directory)

    return open_shell


@pytest.fixture
def aws(tmp_path):
    """Opens a shell with `aws` alone, for what need not be tried with both."""

    def open_shell(server):
        directory = tmp_path / "home"
        directory.mkdir(exist_ok=True)
        return CommandLine(server, "aws", directory)

    return open_shell


@pytest.fixture
def function_zip():
    """The bytes of a deployment package with one Python handler."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("handler.py", "def handler(event, context):\n    return event\n")
    return archive.getvalue()
