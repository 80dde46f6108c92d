"""Who is who: keys that are gone, expired, unsigned or wrongly signed, in the words of each protocol.

The expected codes, statuses and messages are AWS's: "Common Errors" of the IAM, STS and Lambda API references, and
"Error responses" of the S3 API reference.
"""

import datetime
import re
from dataclasses import dataclass

import pytest

from support.clients import Identity, refused
from support.policies import allow, trust
from support.raw import (
    EMPTY_SHA256,
    Request,
    presigned_query,
    query_request,
    send,
    send_signed,
    signed_headers,
)


@dataclass
class Protocol:
    """One request that anybody signed may make, and the words in which it is refused."""

    request: Request
    unknown_key: tuple
    expired: tuple
    unsigned: tuple
    bad_signature: tuple
    late: tuple
    early: tuple
    wrong_token: tuple


INVALID = "The security token included in the request is invalid."
EXPIRED = re.compile(r"^The security token included in the request is expired\.?$")
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method. Consult the service documentation for details."
)
S3_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
LATE = re.compile(r"^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - (5|15) min\.\)$")
EARLY = re.compile(
    r"^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ (5|15) min\.\)$"
)
SKEWED = "The difference between the request time and the current time is too large."


def query_words(request):
    """The query protocol of IAM and STS."""
    return Protocol(
        request,
        unknown_key=("InvalidClientTokenId", 403, INVALID),
        expired=("ExpiredToken", 403, EXPIRED),
        unsigned=("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
        bad_signature=("SignatureDoesNotMatch", 403, MISMATCH),
        late=("SignatureDoesNotMatch", 403, LATE),
        early=("SignatureDoesNotMatch", 403, EARLY),
        wrong_token=("InvalidClientTokenId", 403, INVALID),
    )


PROTOCOLS = {
    "sts": query_words(query_request("sts", "GetCallerIdentity")),
    "iam": query_words(query_request("iam", "ListUsers")),
    "lambda": Protocol(
        Request("GET", "/2015-03-31/functions/", "lambda"),
        unknown_key=("UnrecognizedClientException", 403, INVALID),
        expired=("ExpiredTokenException", 403, EXPIRED),
        unsigned=("MissingAuthenticationTokenException", 403, re.compile("Missing Authentication Token", re.I)),
        bad_signature=("InvalidSignatureException", 403, MISMATCH),
        late=("InvalidSignatureException", 403, LATE),
        early=("InvalidSignatureException", 403, EARLY),
        wrong_token=("UnrecognizedClientException", 403, INVALID),
    ),
    "s3": Protocol(
        Request("GET", "/", "s3"),
        unknown_key=("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."),
        expired=("ExpiredToken", 400, "The provided token has expired."),
        unsigned=("AccessDenied", 403, "Access Denied"),
        bad_signature=("SignatureDoesNotMatch", 403, S3_MISMATCH),
        late=("RequestTimeTooSkewed", 403, SKEWED),
        early=("RequestTimeTooSkewed", 403, SKEWED),
        wrong_token=("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
    ),
}


@pytest.fixture(params=PROTOCOLS)
def protocol(request):
    """Each protocol in turn."""
    return PROTOCOLS[request.param]


def check(response, expected):
    """The answer has this code, status and message, and a request id."""
    code, status, message = expected
    assert (response.status, response.code) == (status, code), response
    if isinstance(message, re.Pattern):
        assert message.search(response.message), response.message
    else:
        assert response.message == message
    assert response.headers.get("x-amzn-requestid") or response.headers.get("x-amz-request-id"), response.headers


def user_of(server):
    return server.new_user("alice", [allow("*")])


def session_of(server):
    role = server.new_role("visitor", [allow("*")], trust=[trust("arn:aws:iam::000000000000:root")])
    return server.admin().assume(role)


def test_a_good_key_passes(enforcing, protocol):
    for identity in (user_of(enforcing), session_of(enforcing), enforcing.root()):
        response = send_signed(protocol.request, identity)
        assert response.status == 200, response


def test_a_deleted_key(enforcing, protocol):
    alice = user_of(enforcing)
    enforcing.root().client("iam").delete_access_key(UserName="alice", AccessKeyId=alice.key)
    check(send_signed(protocol.request, alice), protocol.unknown_key)


def test_an_inactive_key(enforcing, protocol):
    alice = user_of(enforcing)
    iam = enforcing.root().client("iam")
    iam.update_access_key(UserName="alice", AccessKeyId=alice.key, Status="Inactive")
    check(send_signed(protocol.request, alice), protocol.unknown_key)
    iam.update_access_key(UserName="alice", AccessKeyId=alice.key, Status="Active")
    assert send_signed(protocol.request, alice).status == 200


def test_a_key_from_before_a_restart(serve, protocol):
    before, after = serve(enforce=True), serve(enforce=True)
    alice = user_of(before)
    forgotten = Identity(after, alice.key, alice.secret)
    check(send_signed(protocol.request, forgotten), protocol.unknown_key)


def test_a_session_from_before_a_restart(serve, protocol):
    before, after = serve(enforce=True), serve(enforce=True)
    session = session_of(before)
    forgotten = Identity(after, session.key, session.secret, session.token)
    response = send_signed(protocol.request, forgotten)
    assert response.status in (400, 403), response
    assert response.code in (protocol.unknown_key[0], protocol.wrong_token[0]), response


def test_an_expired_session(serve, clock, protocol):
    server = serve(enforce=True, env=clock.environment)
    role = server.new_role("visitor", [allow("*")], trust=[trust("arn:aws:iam::000000000000:root")])
    session = server.admin().assume(role, DurationSeconds=900)
    now = datetime.datetime.now(datetime.timezone.utc)

    clock.advance(890)
    later = now + datetime.timedelta(seconds=890)
    assert send_signed(protocol.request, session, at=later).status == 200

    clock.advance(20)
    later += datetime.timedelta(seconds=20)
    check(send_signed(protocol.request, session, at=later), protocol.expired)


def test_a_session_without_its_token(enforcing, protocol):
    check(send_signed(protocol.request, session_of(enforcing), with_token=False), protocol.unknown_key)


def test_a_session_with_another_token(enforcing, protocol):
    session = session_of(enforcing)
    other = Identity(enforcing, session.key, session.secret, "IQoJb3JpZ2luX2VjEXAMPLE")
    check(send_signed(protocol.request, other), protocol.wrong_token)


def test_an_unsigned_request(enforcing, protocol):
    check(send(enforcing, protocol.request, protocol.request.headers), protocol.unsigned)


def test_a_bad_signature(enforcing, protocol):
    alice = user_of(enforcing)
    imposter = Identity(enforcing, alice.key, alice.secret[::-1])
    check(send_signed(protocol.request, imposter), protocol.bad_signature)


def test_a_header_changed_after_signing(enforcing, protocol):
    alice = user_of(enforcing)
    request = Request(**{**vars(protocol.request), "headers": {**protocol.request.headers, "x-amz-meta-a": "1"}})
    headers = signed_headers(request, alice)
    headers["x-amz-meta-a"] = "2"
    check(send(enforcing, request, headers), protocol.bad_signature)


def test_a_clock_that_is_slow(enforcing, protocol):
    an_hour_ago = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
    check(send_signed(protocol.request, user_of(enforcing), at=an_hour_ago), protocol.late)


def test_a_clock_that_is_fast(enforcing, protocol):
    in_an_hour = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    check(send_signed(protocol.request, user_of(enforcing), at=in_an_hour), protocol.early)


def test_strict_credentials_refuse_strangers(serve, protocol):
    server = serve(enforce=True, strict_credentials=True)
    for stranger in ("test", "111122223333", "AKIAIOSFODNN7EXAMPLE"):
        check(send_signed(protocol.request, Identity(server, stranger, "test")), protocol.unknown_key)


def test_strangers_are_root_otherwise(enforcing):
    for stranger in ("test", "AKIAIOSFODNN7EXAMPLE", "anything"):
        identity = Identity(enforcing, stranger, "whatever").client("sts").get_caller_identity()
        assert identity["Arn"] == "arn:aws:iam::000000000000:root"
        assert identity["UserId"] == "AKIAIOSFODNN7EXAMPLE"


def test_twelve_digits_name_the_account(enforcing):
    identity = enforcing.root("111122223333").client("sts").get_caller_identity()
    assert identity["Account"] == "111122223333"
    assert identity["Arn"] == "arn:aws:iam::111122223333:root"


def test_an_issued_key_stays_in_its_account(enforcing):
    user = enforcing.new_user("alice", account="111122223333")
    identity = user.client("sts").get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::111122223333:user/alice"
    # AWS encodes the account into the key's form; GetAccessKeyInfo reads it back.
    assert enforcing.root().client("sts").get_access_key_info(AccessKeyId=user.key)["Account"] == "111122223333"


@pytest.mark.parametrize("spoiled", ["signature", "clock", "deleted"])
def test_without_enforcement_nobody_is_refused_for_who_they_are(plain, protocol, spoiled):
    alice = user_of(plain)
    moment = None
    identity = alice
    if spoiled == "signature":
        identity = Identity(plain, alice.key, "wrong")
    elif spoiled == "clock":
        moment = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
    else:
        plain.root().client("iam").delete_access_key(UserName="alice", AccessKeyId=alice.key)
    assert send_signed(protocol.request, identity, at=moment).status == 200


def test_without_enforcement_an_unsigned_request_passes(plain):
    assert plain.anonymous().client("s3").list_buckets()["Buckets"] == []


def test_identity_is_told_truly_without_enforcement(plain):
    alice = user_of(plain)
    imposter = Identity(plain, alice.key, "wrong")
    assert imposter.client("sts").get_caller_identity()["Arn"] == alice.arn


class TestPresigned:
    """Query signatures: S3 API reference, "Authenticating Requests: Using Query Parameters"."""

    @pytest.fixture
    def alice(self, enforcing):
        alice = user_of(enforcing)
        s3 = alice.client("s3")
        s3.create_bucket(Bucket="presigned")
        s3.put_object(Bucket="presigned", Key="a.txt", Body=b"hello")
        return alice

    request = Request("GET", "/presigned/a.txt", "s3")

    def test_it_opens_the_object(self, alice):
        response = send(alice.server, self.request, {}, query=presigned_query(self.request, alice))
        assert (response.status, response.body) == (200, b"hello")

    def test_expired(self, alice):
        then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=10)
        query = presigned_query(self.request, alice, at=then, expires=60)
        check(send(alice.server, self.request, {}, query=query), ("AccessDenied", 403, "Request has expired"))

    def test_still_valid_long_after_it_was_made(self, alice):
        then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=1)
        query = presigned_query(self.request, alice, at=then, expires=7200)
        assert send(alice.server, self.request, {}, query=query).status == 200

    def test_a_week_at_most(self, alice):
        query = presigned_query(self.request, alice, expires=604801)
        response = send(alice.server, self.request, {}, query=query)
        check(
            response,
            (
                "AuthorizationQueryParametersError",
                400,
                "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less "
                "than 604800 seconds",
            ),
        )

    def test_another_object(self, alice):
        alice.client("s3").put_object(Bucket="presigned", Key="b.txt", Body=b"other")
        query = presigned_query(self.request, alice)
        other = Request("GET", "/presigned/b.txt", "s3")
        check(send(alice.server, other, {}, query=query), ("SignatureDoesNotMatch", 403, S3_MISMATCH))

    def test_by_somebody_who_may_not(self, alice):
        mallory = alice.server.new_user("mallory")
        query = presigned_query(self.request, mallory)
        response = send(alice.server, self.request, {}, query=query)
        assert (response.status, response.code) == (403, "AccessDenied"), response

    @pytest.mark.parametrize("version", ["s3", "s3v4"])
    def test_botocore_agrees(self, alice, version):
        # Left to itself, botocore presigns with version 2 in us-east-1: `s3`.
        url = alice.client("s3", signature_version=version).generate_presigned_url(
            "get_object", Params={"Bucket": "presigned", "Key": "a.txt"}, ExpiresIn=60
        )
        assert alice.server.get(url.removeprefix(alice.server.url)).data == b"hello"


def test_a_payload_that_was_changed(enforcing):
    """S3 compares the body with `x-amz-content-sha256`."""
    alice = user_of(enforcing)
    alice.client("s3").create_bucket(Bucket="tampered")
    request = Request("PUT", "/tampered/a.txt", "s3", body=b"good")
    headers = signed_headers(request, alice)
    response = send(enforcing, request, headers, body=b"evil")
    check(
        response,
        (
            "XAmzContentSHA256Mismatch",
            400,
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        ),
    )
    with refused("404", 404):
        alice.client("s3").head_object(Bucket="tampered", Key="a.txt")


def test_a_query_body_that_was_changed(enforcing):
    """Where no header carries the payload's hash, a changed body is a changed request."""
    alice = user_of(enforcing)
    request = query_request("iam", "CreateUser", UserName="bob")
    headers = signed_headers(request, alice)
    response = send(enforcing, request, headers, body=request.body.replace(b"bob", b"eve"))
    check(response, ("SignatureDoesNotMatch", 403, MISMATCH))
    assert [user["UserName"] for user in alice.client("iam").list_users()["Users"]] == ["alice"]


def test_a_malformed_authorization_header(enforcing):
    """IncompleteSignature names what is missing; S3 has a code of its own."""
    request = query_request("sts", "GetCallerIdentity")
    headers = {**request.headers, "authorization": "AWS4-HMAC-SHA256 Credential=AKIA", "x-amz-date": "20260101T000000Z"}
    response = send(enforcing, request, headers)
    assert (response.status, response.code) == (400, "IncompleteSignature"), response

    request = Request("GET", "/", "s3")
    headers = {
        "authorization": "AWS4-HMAC-SHA256 Credential=AKIA",
        "x-amz-date": "20260101T000000Z",
        "x-amz-content-sha256": EMPTY_SHA256,
    }
    response = send(enforcing, request, headers)
    assert (response.status, response.code) == (400, "AuthorizationHeaderMalformed"), response
