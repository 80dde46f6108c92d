"""Enforcement is complete: every operation of every service is refused to a user without permissions, and let through to
one with all of them.

What AWS leaves open is what the permission tables say: open, unsigned and bearer operations. The requests are those of
`test_every_operation`, signed with the users' keys.
"""

import json
import re
import subprocess
from collections import Counter

import pytest

from support.operations import PLAIN, drive, equivalents, modelled
from support.policies import allow
from support.server import Server
from support.synthesise import ACCOUNT

pytestmark = pytest.mark.timeout(900)

# How many wrong answers a failure names.
NAMED = 40

# SigV4A, which no client here can sign, and Signature Version 2 in a form, which nobody here reads: refused before anyone
# is asked.
UNVERIFIABLE = re.compile(r"[Ss]ignature|MissingAuthenticationToken|Unsupported AWS 'algorithm'")

# What is sent here lacks what the served operation demands: empty lists and maps, which forms cannot tell from absent ones,
# and members of an equivalent operation by other names. Refused before anyone is asked.
MALFORMED = {
    ("chime", "UpdateGlobalSettings"),
    ("cloudformation", "ListResourceScanRelatedResources"),
    ("docdb", "FailoverDBCluster"),
    ("greengrass", "TagResource"),
    ("greengrass", "UpdateConnectivityInfo"),
    ("iam", "PutAccountProperties"),
    ("lex-models", "TagResource"),
    ("neptune", "FailoverDBCluster"),
    ("s3", "PutBucketNotification"),
    ("sns", "CreatePlatformApplication"),
    ("sns", "SetEndpointAttributes"),
    ("sns", "SetPlatformApplicationAttributes"),
    ("sns", "SetSMSAttributes"),
}

# A statement on `*` is not enough where the resource's own policy has to allow the call: a role's trust policy
# ("How IAM roles differ from resource-based policies", IAM User Guide).
TRUST = {("sts", "AssumeRole"), ("sts", "AssumeRoot")}

# What the request names is state that cannot exist here yet, so that nobody can tell the resource.
STATELESS = {
    ("iam", "GetServiceLinkedRoleDeletionStatus"),
    ("lambda", "SendDurableExecutionCallbackFailure"),
    ("lambda", "SendDurableExecutionCallbackHeartbeat"),
    ("lambda", "SendDurableExecutionCallbackSuccess"),
}

# Denied element by element, and so asked of the service: there is no such bucket.
DIVIDED = {("s3", "DeleteObjects"): "NoSuchBucket"}

# What a request leaves out may be all that names the resource. AWS refuses such requests as malformed.
UNNAMED = re.compile(r"which names the resource|none of the permissions of this operation applies|named no resource")


@pytest.fixture(scope="module")
def tables(binary):
    """What each operation needs, as the binary prints it: class and actions."""
    printed = subprocess.run([binary, "permissions", "--json"], check=True, capture_output=True, text=True).stdout
    return {
        (service, operation["operation"]): (
            operation["class"],
            {requirement["action"] for requirement in operation["requirements"]},
        )
        for service, table in json.loads(printed).items()
        for operation in table["operations"]
    }


@pytest.fixture(scope="module")
def enforcing(binary, tmp_path_factory):
    server = Server(binary, tmp_path_factory.mktemp("server"), enforce=True)
    yield server
    server.stop()


def driven(server, *policies):
    """Every operation in its service's first protocol, by a user with these policies; each with the one it is served as."""
    operations, protocols = modelled()
    user = server.new_user(f"user-{len(policies)}", *policies, account=ACCOUNT)
    served_as = equivalents()
    answers = drive(
        server.port,
        {service: offered[:1] for service, offered in protocols.items()},
        key=(user.key, user.secret),
        ways=(PLAIN,),
    )
    assert {(answer.service, answer.operation) for answer in answers} == operations
    for answer in answers:
        name = (answer.service, answer.operation)
        yield served_as.get(name, name), answer


def none_of(wrong):
    assert not wrong, f"{len(wrong)} wrong, among them:\n" + "\n".join(wrong[:NAMED])


def test_nothing_is_allowed_by_default(enforcing, tables):
    wrong, counts = [], Counter()
    for name, answer in driven(enforcing):
        kind, actions = tables[name]
        said = answer.said
        if kind != "requirements":
            counts[kind] += 1
            if "is not authorized to perform" in said:
                wrong.append(f"{answer} is {kind}, and refused: {said[:300]}")
            continue
        denied = re.search(r"is not authorized to perform: (\S+)", said)
        if answer.status in (400, 403) and denied and denied[1] in actions:
            counts["denied by action"] += 1
        elif denied and UNNAMED.search(said):
            counts["denied, its resource not named"] += 1
        elif name in DIVIDED and answer.status == 404 and DIVIDED[name] in said:
            counts["denied by element"] += 1
        elif answer.status == 403 and not said:
            # The answer to HEAD has no text.
            counts["denied"] += 1
        elif answer.status in (400, 403) and UNVERIFIABLE.search(said):
            counts["signature refused"] += 1
        elif answer.status == 400 and (answer.service, answer.operation) in MALFORMED:
            counts["malformed"] += 1
        else:
            wrong.append(f"{answer}: {answer.status} {said[:300]}")
    print(sorted(counts.items()))
    none_of(wrong)


def test_all_is_allowed_by_a_star(enforcing, tables):
    wrong, counts, held = [], Counter(), []
    for name, answer in driven(enforcing, [allow("*")]):
        said = answer.said
        if "is not authorized to perform" not in said and answer.status != 403:
            counts["through" if not UNVERIFIABLE.search(said) else "signature refused"] += 1
        elif UNNAMED.search(said):
            counts["its resource is not named"] += 1
            held.append(str(name))
        elif name in TRUST:
            counts["not trusted"] += 1
        elif name in STATELESS:
            counts["its resource cannot be here"] += 1
        elif UNVERIFIABLE.search(said):
            counts["signature refused"] += 1
        else:
            wrong.append(f"{answer}: {answer.status} {said[:300]}")
    print(sorted(counts.items()), held)
    none_of(wrong)
