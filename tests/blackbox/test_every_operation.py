"""Routing is exact: every operation of every service leads to itself, in every protocol and by every way in.

Requests are boto3's, of inputs made from the models; where each went is what the log says. Operations that nothing on
the wire tells apart lead to the one of them that `models/overlays/equivalents.toml` names.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

import pytest

from support.operations import PLAIN, WAYS, drive, equivalents, logged, modelled
from support.server import Server

pytestmark = pytest.mark.timeout(900)

# How many wrong answers a failure names.
NAMED = 40


@dataclass
class Driven:
    """All answers, and what the log says of them."""

    operations: set
    protocols: dict
    answers: list
    log: dict
    typed: set


@pytest.fixture(scope="module")
def driven(binary, tmp_path_factory):
    """Every operation, driven once for all tests here."""
    operations, protocols = modelled()
    server = Server(binary, tmp_path_factory.mktemp("server"), env={"LOG_FORMAT": "json"})
    try:
        typed = set(server.get_json("/_localstack/health")["services"])
        answers = drive(server.port, protocols)
        return Driven(operations, protocols, answers, logged(server, answers), typed)
    finally:
        server.stop()


def none_of(wrong):
    """Fails with a few of the wrong answers, if there are any."""
    assert not wrong, f"{len(wrong)} wrong, among them:\n" + "\n".join(wrong[:NAMED])


def test_every_operation_of_the_models_is_driven(driven):
    none_of([f"{answer}: {answer.problem}" for answer in driven.answers if answer.problem])
    for way in WAYS:
        seen = defaultdict(set)
        for answer in driven.answers:
            if answer.way == way:
                seen[answer.service, answer.operation].add(answer.protocol)
        assert seen.keys() == driven.operations
        assert all(seen[name] == set(driven.protocols[name[0]]) for name in seen)
    print(Counter(answer.way for answer in driven.answers))


@pytest.mark.parametrize("way", WAYS)
def test_each_leads_to_itself(driven, way):
    served_as = equivalents()
    answers = [answer for answer in driven.answers if answer.way == way]
    hosts = {(answer.service, answer.operation): answer.host for answer in answers}
    wrong = []
    for answer in answers:
        name = (answer.service, answer.operation)
        served = served_as.get(name, name)
        # A host of its own tells an operation from its equivalents.
        wanted = name if way != PLAIN and hosts[served] != answer.host else served
        got = driven.log.get(answer.request_id)
        if got != wanted:
            wrong.append(f"{answer}: {got} instead of {wanted}, status {answer.status}")
    none_of(wrong)


def test_what_has_no_backend_says_so(driven):
    none_of(
        [
            f"{answer}: status {answer.status}"
            for answer in driven.answers
            if answer.way == PLAIN and answer.status != 501 and answer.service not in driven.typed
            and equivalents().get((answer.service, answer.operation), (None,))[0] not in driven.typed
        ]
    )
