"""One Stockade process on a port of its own, with its log in a file."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

from .clients import Identity
from .policies import allow, document

# The settings that a test can name, and the environment variable that stands behind each.
SWITCHES = {
    "enforce": "ENFORCE_IAM",
    "soft": "IAM_SOFT_MODE",
    "debug": "DEBUG",
    "strict_credentials": "STRICT_CREDENTIALS",
}

# Long enough for a loaded two-core machine; a healthy server needs milliseconds.
DEADLINE_SECONDS = 20


def wait_until(condition, what, seconds=DEADLINE_SECONDS):
    """Polls `condition` until it answers something true, which is returned; fails with `what` at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            detail = what() if callable(what) else what
            raise AssertionError(f"after {seconds} s still no {detail}")
        time.sleep(0.005)


def free_port():
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A running binary. `settings` are the keys of SWITCHES, `style` for the wording of denials, `env`, `flags`."""

    def __init__(self, binary, directory, *, style=None, env=None, flags=(), **switches):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._admins = {}
        self.directory = Path(directory)
        self.log_path = self.directory / "stockade.log"
        # Nothing of the developer's own shell may decide a test.
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.directory), "NO_COLOR": "1"}
        for switch, on in switches.items():
            if on:
                environment[SWITCHES[switch]] = "1"
        if style:
            environment["IAM_ERROR_STYLE"] = style
        environment.update(env or {})
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [str(binary), "--listen", f"127.0.0.1:{self.port}", *flags],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=self.directory,
            )
        wait_until(self.is_ready, lambda: f"answer from {self.url}; its log:\n{self.log()}")

    # -- the process ---------------------------------------------------------------------------------------------

    def is_ready(self):
        """Whether health answers; a process that ended instead fails the test with its log."""
        if self.process.poll() is not None:
            raise AssertionError(f"the server ended with {self.process.returncode}; its log:\n{self.log()}")
        try:
            return self.get("/_stockade/health").status == 200
        except OSError:
            return False

    def is_alive(self):
        """Whether the process runs and still answers."""
        return self.process.poll() is None and self.is_ready()

    def stop(self, with_signal=signal.SIGTERM):
        """Ends the process and answers its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(with_signal)
        try:
            return self.process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the server did not end on {with_signal!r}; its log:\n{self.log()}") from None

    def resident_bytes(self):
        """Resident memory now."""
        return self._status_kilobytes("VmRSS") * 1024

    def peak_resident_bytes(self):
        """The highest resident memory so far."""
        return self._status_kilobytes("VmHWM") * 1024

    def _status_kilobytes(self, field):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE).group(1))

    # -- its log -------------------------------------------------------------------------------------------------

    def log(self):
        """Everything written so far, without colours."""
        text = self.log_path.read_text(errors="replace")
        return re.sub(r"\x1b\[[0-9;]*m", "", text)

    def wait_for_log(self, pattern, seconds=DEADLINE_SECONDS):
        """The first match of a regular expression, once it appears."""
        return wait_until(
            lambda: re.search(pattern, self.log()),
            lambda: f"log entry like {pattern!r}; the log:\n{self.log()}",
            seconds,
        )

    def wait_for_log_line(self, text, seconds=DEADLINE_SECONDS):
        """The first line that contains `text`, once it appears."""
        self.wait_for_log(re.escape(text), seconds)
        return next(line for line in self.log().splitlines() if text in line)

    # -- plain HTTP ----------------------------------------------------------------------------------------------

    def request(self, method, path, body=None, headers=None, timeout=30):
        """One unsigned request; the response carries `.status`, `.headers` and `.data`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            response = connection.getresponse()
            response.data = response.read()
            return response
        finally:
            connection.close()

    def get(self, path, headers=None):
        """A GET of one of the server's own endpoints."""
        return self.request("GET", path, headers=headers)

    def get_json(self, path):
        """The JSON answer of one of the server's own endpoints."""
        response = self.get(path)
        assert response.status == 200, (response.status, response.data)
        return json.loads(response.data)

    # -- identities ----------------------------------------------------------------------------------------------

    def root(self, account=None):
        """The root user of an account, by default of 000000000000: a key that Stockade never issued."""
        return Identity(self, account or "test", "test")

    def anonymous(self):
        """Somebody who does not sign."""
        return Identity(self, None, None)

    def admin(self, account=None):
        """A user who may do everything, made on first use; unlike root it is bound by whatever binds users."""
        if account not in self._admins:
            self._admins[account] = self.new_user("admin", [allow("*")], account=account)
        return self._admins[account]

    def new_user(self, name, *policies, account=None):
        """A user with an access key and the given inline policies (documents, or lists of statements)."""
        iam = self.root(account).client("iam")
        user = iam.create_user(UserName=name)["User"]
        for number, policy in enumerate(policies):
            iam.put_user_policy(UserName=name, PolicyName=f"inline-{number}", PolicyDocument=document(policy))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        identity = Identity(self, key["AccessKeyId"], key["SecretAccessKey"])
        identity.arn = user["Arn"]
        identity.name = name
        return identity

    def new_role(self, name, *policies, trust, account=None, **settings):
        """A role with the given trust policy (document or statements) and inline policies; answers its ARN."""
        iam = self.root(account).client("iam")
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust), **settings)["Role"]
        for number, policy in enumerate(policies):
            iam.put_role_policy(RoleName=name, PolicyName=f"inline-{number}", PolicyDocument=document(policy))
        return role["Arn"]
