"""One moto server: an emulator without IAM enforcement, for Stockade to stand before."""

import http.client
import os
import subprocess
import sys
from pathlib import Path

from .clients import Identity
from .server import DEADLINE_SECONDS, free_port, wait_until


class Moto:
    """moto's own server, from the tests' environment; one process serves many tests."""

    def __init__(self, directory):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log_path = Path(directory) / "moto.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={"PATH": os.environ["PATH"], "HOME": str(directory), "PYTHONDONTWRITEBYTECODE": "1"},
                cwd=directory,
            )
        # It imports much of itself before it listens.
        wait_until(self.is_ready, lambda: f"answer from moto; its log:\n{self.log_path.read_text()}", 60)

    def is_ready(self):
        """Whether it answers."""
        assert self.process.poll() is None, self.log_path.read_text()
        try:
            return self._request("GET") == 200
        except OSError:
            return False

    def reset(self):
        """Forgets all that earlier tests left."""
        assert self._request("POST") == 200

    def client(self, service, account="000000000000"):
        """A client that talks to moto itself."""
        client = Identity(self, "test", "test").client(service)
        client.meta.events.register(
            "before-sign.*",
            lambda request, **_: request.headers.add_header("x-moto-account-id", account),
        )
        return client

    def stop(self):
        """Ends the process."""
        self.process.terminate()
        self.process.wait(DEADLINE_SECONDS)

    def _request(self, method):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, "/moto-api/data.json" if method == "GET" else "/moto-api/reset")
            response = connection.getresponse()
            response.read()
            return response.status
        finally:
            connection.close()
