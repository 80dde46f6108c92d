"""S3 through boto3: buckets, objects, ranges, conditions, copies, multipart, listing, checksums, addressing.

Expected answers come from the Amazon S3 API Reference and its list of error responses.
"""

import base64
import contextlib
import hashlib
import http.client
import io
import json
import re
import socket
import urllib.parse
import zlib
from xml.etree import ElementTree

import pytest

from support.clients import refused
from support.policies import allow
from support.raw import Request, exchange, send_signed, signed_headers

MIB = 1024 * 1024


@pytest.fixture
def s3(plain):
    """Root's client on a server without enforcement."""
    return plain.root().client("s3")


@pytest.fixture
def bucket(s3):
    """An empty bucket."""
    s3.create_bucket(Bucket="shelf")
    return "shelf"


def put_all(s3, bucket, keys):
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())


def keys_of(page):
    return [entry["Key"] for entry in page.get("Contents", [])]


def prefixes_of(page):
    return [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]


class TestBuckets:
    def test_create_list_head_delete(self, s3):
        assert s3.create_bucket(Bucket="one")["Location"] == "/one"
        s3.create_bucket(Bucket="two")
        assert [entry["Name"] for entry in s3.list_buckets()["Buckets"]] == ["one", "two"]
        assert s3.head_bucket(Bucket="one")["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "us-east-1"
        deleted = s3.delete_bucket(Bucket="one")
        assert deleted["ResponseMetadata"]["HTTPStatusCode"] == 204
        with refused("404", 404):
            s3.head_bucket(Bucket="one")
        with refused("NoSuchBucket", 404, "The specified bucket does not exist"):
            s3.delete_bucket(Bucket="one")

    def test_a_name_belongs_to_one_owner(self, plain, s3):
        s3.create_bucket(Bucket="mine")
        # In us-east-1 an owner's second creation succeeds.
        s3.create_bucket(Bucket="mine")
        other = plain.root("111122223333").client("s3")
        with refused("BucketAlreadyExists", 409):
            other.create_bucket(Bucket="mine")

    def test_again_in_another_region(self, plain):
        s3 = plain.root().client("s3", region="eu-west-1")
        here = {"LocationConstraint": "eu-west-1"}
        s3.create_bucket(Bucket="mine", CreateBucketConfiguration=here)
        assert s3.get_bucket_location(Bucket="mine")["LocationConstraint"] == "eu-west-1"
        with refused("BucketAlreadyOwnedByYou", 409):
            s3.create_bucket(Bucket="mine", CreateBucketConfiguration=here)

    def test_the_region_must_fit(self, plain):
        s3 = plain.root().client("s3", region="eu-west-1")
        message = (
            "The unspecified location constraint is incompatible for the region specific endpoint this request was "
            "sent to."
        )
        with refused("IllegalLocationConstraintException", 400, message):
            s3.create_bucket(Bucket="mine")

    def test_us_east_1_has_no_location_constraint(self, s3, bucket):
        assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None

    @pytest.mark.parametrize("name", ["ab", "Upper", "under_score", "192.168.5.4", "xn--a", "dots..dots", "a-s3alias"])
    def test_names_have_rules(self, plain, name):
        request = Request("PUT", f"/{name}", "s3")
        response = send_signed(request, plain.root())
        assert (response.status, response.code) == (400, "InvalidBucketName"), response
        assert response.message == "The specified bucket is not valid."

    def test_a_bucket_with_objects_stays(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="a")
        with refused("BucketNotEmpty", 409, "The bucket you tried to delete is not empty"):
            s3.delete_bucket(Bucket=bucket)

    def test_names_are_listed_by_prefix_and_page(self, s3):
        for name in ("apple", "apricot", "banana"):
            s3.create_bucket(Bucket=name)
        page = s3.list_buckets(MaxBuckets=1, Prefix="ap")
        assert [entry["Name"] for entry in page["Buckets"]] == ["apple"]
        page = s3.list_buckets(MaxBuckets=1, Prefix="ap", ContinuationToken=page["ContinuationToken"])
        assert [entry["Name"] for entry in page["Buckets"]] == ["apricot"]


class TestObjects:
    def test_what_is_put_is_got(self, s3, bucket):
        body = b"hello"
        put = s3.put_object(
            Bucket=bucket,
            Key="greetings/hello world+ä.txt",
            Body=body,
            ContentType="text/plain",
            CacheControl="no-cache",
            ContentDisposition="inline",
            ContentLanguage="en",
            Metadata={"author": "me"},
        )
        etag = f'"{hashlib.md5(body).hexdigest()}"'
        assert put["ETag"] == etag
        got = s3.get_object(Bucket=bucket, Key="greetings/hello world+ä.txt")
        assert got["Body"].read() == body
        for name, value in {
            "ContentLength": 5,
            "ETag": etag,
            "ContentType": "text/plain",
            "CacheControl": "no-cache",
            "ContentDisposition": "inline",
            "ContentLanguage": "en",
            "Metadata": {"author": "me"},
            "AcceptRanges": "bytes",
        }.items():
            assert got[name] == value, name
        head = s3.head_object(Bucket=bucket, Key="greetings/hello world+ä.txt")
        assert (head["ContentLength"], head["ETag"], head["Metadata"]) == (5, etag, {"author": "me"})

    def test_what_is_not_there(self, s3, bucket):
        with refused("NoSuchKey", 404, "The specified key does not exist."):
            s3.get_object(Bucket=bucket, Key="nothing")
        with refused("404", 404):
            s3.head_object(Bucket=bucket, Key="nothing")
        with refused("NoSuchBucket", 404, "The specified bucket does not exist"):
            s3.get_object(Bucket="no-such-shelf", Key="nothing")
        with refused("NoSuchBucket", 404):
            s3.put_object(Bucket="no-such-shelf", Key="a", Body=b"")

    def test_the_default_type(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="a", Body=b"x")
        assert s3.head_object(Bucket=bucket, Key="a")["ContentType"] == "binary/octet-stream"

    def test_an_empty_object(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="empty", Body=b"")
        got = s3.get_object(Bucket=bucket, Key="empty")
        assert (got["ContentLength"], got["Body"].read()) == (0, b"")

    def test_overwriting_replaces_everything(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="a", Body=b"long body", Metadata={"v": "1"})
        s3.put_object(Bucket=bucket, Key="a", Body=b"short")
        got = s3.get_object(Bucket=bucket, Key="a")
        assert (got["Body"].read(), got["Metadata"]) == (b"short", {})

    def test_deleting_is_idempotent(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="a", Body=b"x")
        for _ in range(2):
            answer = s3.delete_object(Bucket=bucket, Key="a")
            assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
        with refused("404", 404):
            s3.head_object(Bucket=bucket, Key="a")

    def test_a_key_has_1024_bytes_at_most(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="k" * 1024, Body=b"")
        with refused("KeyTooLongError", 400, "Your key is too long"):
            s3.put_object(Bucket=bucket, Key="k" * 1025, Body=b"")

    @pytest.mark.parametrize("key", ["a//b", "/leading", "trailing/", "a/../b", "?&=", "100%", "日本", "a b", "~"])
    def test_keys_are_taken_as_they_are(self, s3, bucket, key):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
        assert keys_of(s3.list_objects_v2(Bucket=bucket)) == [key]

    def test_response_headers_can_be_overridden(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="a", Body=b"x")
        got = s3.get_object(Bucket=bucket, Key="a", ResponseContentType="text/x", ResponseCacheControl="max-age=1")
        assert (got["ContentType"], got["CacheControl"]) == ("text/x", "max-age=1")


class TestRanges:
    body = bytes(range(256))

    @pytest.fixture(autouse=True)
    def object(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="r", Body=self.body)

    @pytest.mark.parametrize(
        "asked,first,last", [("bytes=0-9", 0, 9), ("bytes=250-", 250, 255), ("bytes=-6", 250, 255), ("bytes=9-999", 9, 255)]
    )
    def test_a_range(self, s3, bucket, asked, first, last):
        got = s3.get_object(Bucket=bucket, Key="r", Range=asked)
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert got["ContentRange"] == f"bytes {first}-{last}/256"
        assert got["Body"].read() == self.body[first : last + 1]

    def test_a_range_past_the_end(self, s3, bucket):
        with refused("InvalidRange", 416, "The requested range is not satisfiable"):
            s3.get_object(Bucket=bucket, Key="r", Range="bytes=256-")

    def test_a_range_that_is_none_is_ignored(self, s3, bucket):
        got = s3.get_object(Bucket=bucket, Key="r", Range="bytes=9-3")
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert got["Body"].read() == self.body

    def test_head_knows_ranges(self, s3, bucket):
        head = s3.head_object(Bucket=bucket, Key="r", Range="bytes=0-9")
        assert (head["ResponseMetadata"]["HTTPStatusCode"], head["ContentLength"]) == (206, 10)


class TestConditions:
    @pytest.fixture(autouse=True)
    def object(self, s3, bucket):
        self.etag = s3.put_object(Bucket=bucket, Key="c", Body=b"content")["ETag"]
        self.modified = s3.head_object(Bucket=bucket, Key="c")["LastModified"]

    def test_if_match(self, s3, bucket):
        assert s3.get_object(Bucket=bucket, Key="c", IfMatch=self.etag)["Body"].read() == b"content"
        message = "At least one of the pre-conditions you specified did not hold"
        with refused("PreconditionFailed", 412, message):
            s3.get_object(Bucket=bucket, Key="c", IfMatch='"other"')

    def test_if_none_match(self, s3, bucket):
        with refused("304", 304) as caught:
            s3.get_object(Bucket=bucket, Key="c", IfNoneMatch=self.etag)
        assert caught.value.response["ResponseMetadata"]["HTTPHeaders"]["etag"] == self.etag
        assert s3.get_object(Bucket=bucket, Key="c", IfNoneMatch='"other"')["Body"].read() == b"content"

    def test_dates(self, s3, bucket):
        with refused("304", 304):
            s3.get_object(Bucket=bucket, Key="c", IfModifiedSince=self.modified)
        with refused("PreconditionFailed", 412):
            s3.get_object(Bucket=bucket, Key="c", IfUnmodifiedSince="1999-01-01T00:00:00Z")
        # RFC 9110: a matching ETag outweighs the dates.
        got = s3.get_object(Bucket=bucket, Key="c", IfMatch=self.etag, IfUnmodifiedSince="1999-01-01T00:00:00Z")
        assert got["Body"].read() == b"content"

    def test_write_once(self, s3, bucket):
        with refused("PreconditionFailed", 412):
            s3.put_object(Bucket=bucket, Key="c", Body=b"again", IfNoneMatch="*")
        s3.put_object(Bucket=bucket, Key="new", Body=b"first", IfNoneMatch="*")
        assert s3.get_object(Bucket=bucket, Key="c")["Body"].read() == b"content"

    def test_write_if_unchanged(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="c", Body=b"second", IfMatch=self.etag)
        with refused("PreconditionFailed", 412):
            s3.put_object(Bucket=bucket, Key="c", Body=b"third", IfMatch=self.etag)
        assert s3.get_object(Bucket=bucket, Key="c")["Body"].read() == b"second"


class TestCopies:
    @pytest.fixture(autouse=True)
    def object(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="from ä", Body=b"copied", ContentType="text/plain", Metadata={"a": "1"})

    def test_a_copy_carries_its_metadata(self, s3, bucket):
        answer = s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "from ä"})
        assert answer["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"copied").hexdigest()}"'
        got = s3.get_object(Bucket=bucket, Key="to")
        assert (got["Body"].read(), got["ContentType"], got["Metadata"]) == (b"copied", "text/plain", {"a": "1"})

    def test_metadata_can_be_replaced(self, s3, bucket):
        s3.copy_object(
            Bucket=bucket,
            Key="to",
            CopySource={"Bucket": bucket, "Key": "from ä"},
            MetadataDirective="REPLACE",
            Metadata={"b": "2"},
        )
        assert s3.head_object(Bucket=bucket, Key="to")["Metadata"] == {"b": "2"}

    def test_onto_itself_only_with_a_change(self, s3, bucket):
        source = {"Bucket": bucket, "Key": "from ä"}
        with refused("InvalidRequest", 400):
            s3.copy_object(Bucket=bucket, Key="from ä", CopySource=source)
        s3.copy_object(Bucket=bucket, Key="from ä", CopySource=source, MetadataDirective="REPLACE", Metadata={"c": "3"})
        assert s3.head_object(Bucket=bucket, Key="from ä")["Metadata"] == {"c": "3"}

    def test_source_conditions(self, s3, bucket):
        source = {"Bucket": bucket, "Key": "from ä"}
        with refused("PreconditionFailed", 412):
            s3.copy_object(Bucket=bucket, Key="to", CopySource=source, CopySourceIfMatch='"other"')
        with refused("404", 404):
            s3.head_object(Bucket=bucket, Key="to")

    def test_a_source_that_is_not_there(self, s3, bucket):
        with refused("NoSuchKey", 404):
            s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": bucket, "Key": "nothing"})
        with refused("NoSuchBucket", 404):
            s3.copy_object(Bucket=bucket, Key="to", CopySource={"Bucket": "no-such-shelf", "Key": "a"})


class TestMultipart:
    def test_parts_become_one_object(self, s3, bucket):
        upload = s3.create_multipart_upload(Bucket=bucket, Key="m", ContentType="text/plain", Metadata={"a": "1"})
        part_bodies = [b"a" * (5 * MIB), b"b" * (5 * MIB), b"tail"]
        parts = []
        for number, body in enumerate(part_bodies, start=1):
            part = s3.upload_part(Bucket=bucket, Key="m", UploadId=upload["UploadId"], PartNumber=number, Body=body)
            assert part["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
            parts.append({"ETag": part["ETag"], "PartNumber": number})

        listed = s3.list_parts(Bucket=bucket, Key="m", UploadId=upload["UploadId"])
        assert [(part["PartNumber"], part["Size"]) for part in listed["Parts"]] == [(1, 5 * MIB), (2, 5 * MIB), (3, 4)]
        assert [entry["Key"] for entry in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["m"]
        with refused("404", 404):
            s3.head_object(Bucket=bucket, Key="m")

        done = s3.complete_multipart_upload(
            Bucket=bucket, Key="m", UploadId=upload["UploadId"], MultipartUpload={"Parts": parts}
        )
        digest = hashlib.md5(b"".join(hashlib.md5(body).digest() for body in part_bodies)).hexdigest()
        assert done["ETag"] == f'"{digest}-3"'
        got = s3.get_object(Bucket=bucket, Key="m")
        assert got["Body"].read() == b"".join(part_bodies)
        assert (got["ContentType"], got["Metadata"]) == ("text/plain", {"a": "1"})
        second = s3.get_object(Bucket=bucket, Key="m", PartNumber=3)
        assert (second["Body"].read(), second["PartsCount"]) == (b"tail", 3)
        assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)

    def test_a_part_that_is_copied(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="source", Body=b"0123456789")
        upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
        part = s3.upload_part_copy(
            Bucket=bucket,
            Key="m",
            UploadId=upload,
            PartNumber=1,
            CopySource={"Bucket": bucket, "Key": "source"},
            CopySourceRange="bytes=2-4",
        )["CopyPartResult"]
        s3.complete_multipart_upload(
            Bucket=bucket,
            Key="m",
            UploadId=upload,
            MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]},
        )
        assert s3.get_object(Bucket=bucket, Key="m")["Body"].read() == b"234"

    def test_what_completion_refuses(self, s3, bucket):
        upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
        parts = []
        for number in (1, 2):
            part = s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=number, Body=b"small")
            parts.append({"ETag": part["ETag"], "PartNumber": number})

        def complete(with_parts):
            s3.complete_multipart_upload(
                Bucket=bucket, Key="m", UploadId=upload, MultipartUpload={"Parts": with_parts}
            )

        with refused("EntityTooSmall", 400, re.compile("^Your proposed upload is smaller than the minimum allowed")):
            complete(parts)
        with refused("InvalidPartOrder", 400):
            complete(parts[::-1])
        with refused("InvalidPart", 400):
            complete([{"ETag": '"0123456789abcdef0123456789abcdef"', "PartNumber": 1}])
        with refused("InvalidPart", 400):
            complete([{**parts[0], "PartNumber": 7}])
        with refused("404", 404):
            s3.head_object(Bucket=bucket, Key="m")
        complete(parts[:1])
        assert s3.get_object(Bucket=bucket, Key="m")["Body"].read() == b"small"

    def test_aborting_forgets_the_parts(self, s3, bucket):
        upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
        s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"x")
        answer = s3.abort_multipart_upload(Bucket=bucket, Key="m", UploadId=upload)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
        for again in (
            lambda: s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=1, Body=b"x"),
            lambda: s3.list_parts(Bucket=bucket, Key="m", UploadId=upload),
            lambda: s3.abort_multipart_upload(Bucket=bucket, Key="m", UploadId=upload),
        ):
            with refused("NoSuchUpload", 404):
                again()

    @pytest.mark.parametrize("number", [0, 10001])
    def test_part_numbers_have_bounds(self, s3, bucket, number):
        upload = s3.create_multipart_upload(Bucket=bucket, Key="m")["UploadId"]
        message = "Part number must be an integer between 1 and 10000, inclusive"
        with refused("InvalidArgument", 400, message):
            s3.upload_part(Bucket=bucket, Key="m", UploadId=upload, PartNumber=number, Body=b"x")


class TestListing:
    keys = ["a.txt", "b/1", "b/2", "b/c/3", "d e", "é"]

    @pytest.fixture(autouse=True)
    def objects(self, s3, bucket):
        put_all(s3, bucket, self.keys)

    def test_everything_in_byte_order(self, s3, bucket):
        page = s3.list_objects_v2(Bucket=bucket)
        assert keys_of(page) == self.keys
        assert (page["KeyCount"], page["IsTruncated"], page["MaxKeys"]) == (6, False, 1000)
        first = page["Contents"][0]
        assert (first["Size"], first["StorageClass"]) == (5, "STANDARD")
        assert first["ETag"] == f'"{hashlib.md5(b"a.txt").hexdigest()}"'

    def test_a_delimiter_folds(self, s3, bucket):
        page = s3.list_objects_v2(Bucket=bucket, Delimiter="/")
        assert (keys_of(page), prefixes_of(page)) == (["a.txt", "d e", "é"], ["b/"])
        assert page["KeyCount"] == 4
        page = s3.list_objects_v2(Bucket=bucket, Prefix="b/", Delimiter="/")
        assert (keys_of(page), prefixes_of(page)) == (["b/1", "b/2"], ["b/c/"])

    def test_pages_of_version_2(self, s3, bucket):
        keys, token = [], {}
        while True:
            page = s3.list_objects_v2(Bucket=bucket, MaxKeys=2, **token)
            assert page["KeyCount"] == 2
            keys += keys_of(page)
            if not page["IsTruncated"]:
                break
            token = {"ContinuationToken": page["NextContinuationToken"]}
        assert keys == self.keys

    def test_pages_of_version_1(self, s3, bucket):
        # NextMarker comes with a delimiter alone; otherwise the last key is the next marker.
        first = s3.list_objects(Bucket=bucket, MaxKeys=2)
        assert (keys_of(first), first["IsTruncated"]) == (["a.txt", "b/1"], True)
        assert "NextMarker" not in first
        assert keys_of(s3.list_objects(Bucket=bucket, Marker="b/1")) == self.keys[2:]
        folded = s3.list_objects(Bucket=bucket, Delimiter="/", MaxKeys=2)
        assert (keys_of(folded), prefixes_of(folded), folded["NextMarker"]) == (["a.txt"], ["b/"], "b/")
        rest = s3.list_objects(Bucket=bucket, Delimiter="/", Marker=folded["NextMarker"])
        assert (keys_of(rest), prefixes_of(rest)) == (["d e", "é"], [])

    def test_folded_pages_of_version_2(self, s3, bucket):
        first = s3.list_objects_v2(Bucket=bucket, Delimiter="/", MaxKeys=2)
        assert (keys_of(first), prefixes_of(first)) == (["a.txt"], ["b/"])
        rest = s3.list_objects_v2(Bucket=bucket, Delimiter="/", ContinuationToken=first["NextContinuationToken"])
        assert (keys_of(rest), prefixes_of(rest)) == (["d e", "é"], [])

    def test_start_after(self, s3, bucket):
        assert keys_of(s3.list_objects_v2(Bucket=bucket, StartAfter="b/2")) == self.keys[3:]

    def test_no_keys_asked_for(self, s3, bucket):
        page = s3.list_objects_v2(Bucket=bucket, MaxKeys=0)
        assert (keys_of(page), page["IsTruncated"]) == ([], False)

    def test_an_encoding_for_what_xml_cannot_say(self, s3, bucket):
        # botocore asks for encoding-type=url and decodes; the wire has the encoded form.
        s3.put_object(Bucket=bucket, Key="\x01odd", Body=b"")
        assert keys_of(s3.list_objects_v2(Bucket=bucket))[0] == "\x01odd"
        page = s3.list_objects_v2(Bucket=bucket, EncodingType="url")
        assert keys_of(page)[0] == "%01odd"

    @pytest.mark.parametrize("version", [{}, {"list-type": "2"}])
    def test_a_listing_is_well_formed_whatever_keys_hold(self, plain, s3, version):
        s3.create_bucket(Bucket="odd")
        put_all(s3, "odd", ["a\0b", "c\x01d", "e\uffff", "plain"])
        answer = send_signed(Request(service="s3", method="GET", path="/odd", query=version), plain.root())
        keys = [key.text for key in ElementTree.fromstring(answer.body).findall(".//{*}Key")]
        assert keys == ["a\ufffdb", "c\ufffdd", "e\ufffd", "plain"]

    def test_wrong_arguments(self, s3, bucket):
        with refused("InvalidArgument", 400):
            s3.list_objects_v2(Bucket=bucket, MaxKeys=-1)
        with refused("InvalidArgument", 400, "The continuation token provided is incorrect"):
            s3.list_objects_v2(Bucket=bucket, ContinuationToken="not-one-of-ours")


class TestBatchDelete:
    def test_many_at_once(self, s3, bucket):
        put_all(s3, bucket, [f"k{number}" for number in range(1000)])
        asked = [{"Key": f"k{number}"} for number in range(1000)]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": asked})
        assert len(answer["Deleted"]) == 1000
        assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0

    def test_quietly_and_what_was_never_there(self, s3, bucket):
        put_all(s3, bucket, ["a<&>", "b"])
        loud = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a<&>"}, {"Key": "ghost"}]})
        assert [entry["Key"] for entry in loud["Deleted"]] == ["a<&>", "ghost"]
        quiet = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "b"}], "Quiet": True})
        assert "Deleted" not in quiet and "Errors" not in quiet

    def test_a_thousand_at_most(self, s3, bucket):
        with refused("MalformedXML", 400):
            s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": str(number)} for number in range(1001)]})

    def test_the_body_needs_a_digest(self, plain, s3, bucket):
        body = b"<Delete><Object><Key>a</Key></Object></Delete>"
        request = Request("POST", f"/{bucket}", "s3", query={"delete": ""}, body=body)
        response = send_signed(request, plain.root())
        assert (response.status, response.code) == (400, "InvalidRequest"), response


CHECKSUMS = {
    "CRC32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
    "SHA1": lambda data: hashlib.sha1(data).digest(),
    "SHA256": lambda data: hashlib.sha256(data).digest(),
}

# Of "123456789", the check value that each algorithm's catalogue entry states (CRC-32C/iSCSI, CRC-64/NVME).
CHECK_INPUT = b"123456789"
CHECK_VALUES = {
    "CRC32": "cbf43926",
    "CRC32C": "e3069283",
    "CRC64NVME": "ae8b14860a799888",
    "SHA1": hashlib.sha1(CHECK_INPUT).hexdigest(),
    "SHA256": hashlib.sha256(CHECK_INPUT).hexdigest(),
}


class TestChecksums:
    @pytest.mark.parametrize("algorithm", CHECK_VALUES)
    def test_of_every_algorithm(self, plain, s3, bucket, algorithm):
        value = base64.b64encode(bytes.fromhex(CHECK_VALUES[algorithm])).decode()
        header = f"x-amz-checksum-{algorithm.lower()}"
        request = Request("PUT", f"/{bucket}/c", "s3", headers={header: value}, body=CHECK_INPUT)
        response = send_signed(request, plain.root())
        assert response.status == 200, response
        assert response.headers[header] == value
        head = s3.head_object(Bucket=bucket, Key="c", ChecksumMode="ENABLED")
        assert head[f"Checksum{algorithm}"] == value
        # Unasked, a checksum is not told.
        assert f"Checksum{algorithm}" not in s3.head_object(Bucket=bucket, Key="c")

    @pytest.mark.parametrize("algorithm", CHECK_VALUES)
    def test_a_wrong_one_is_refused(self, plain, s3, bucket, algorithm):
        length = len(bytes.fromhex(CHECK_VALUES[algorithm]))
        value = base64.b64encode(bytes(length)).decode()
        header = f"x-amz-checksum-{algorithm.lower()}"
        request = Request("PUT", f"/{bucket}/c", "s3", headers={header: value}, body=CHECK_INPUT)
        response = send_signed(request, plain.root())
        assert (response.status, response.code) == (400, "BadDigest"), response
        with refused("404", 404):
            s3.head_object(Bucket=bucket, Key="c")

    def test_one_that_is_no_checksum(self, plain, s3, bucket):
        request = Request("PUT", f"/{bucket}/c", "s3", headers={"x-amz-checksum-crc32": "AAA="}, body=CHECK_INPUT)
        response = send_signed(request, plain.root())
        assert (response.status, response.code) == (400, "InvalidRequest"), response
        assert response.message == "Value for x-amz-checksum-crc32 header is invalid."

    def test_content_md5(self, plain, s3, bucket):
        good = base64.b64encode(hashlib.md5(b"body").digest()).decode()
        s3.put_object(Bucket=bucket, Key="c", Body=b"body", ContentMD5=good)
        with refused("BadDigest", 400, "The Content-MD5 you specified did not match what we received."):
            s3.put_object(Bucket=bucket, Key="d", Body=b"other", ContentMD5=good)
        with refused("InvalidDigest", 400, re.compile("^The Content-MD5 you specified (was invalid|is not valid)")):
            s3.put_object(Bucket=bucket, Key="d", Body=b"other", ContentMD5="nonsense")
        with refused("404", 404):
            s3.head_object(Bucket=bucket, Key="d")

    @pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
    def test_boto3_sends_it_as_a_trailer(self, s3, bucket, algorithm):
        # A stream of unknown hash goes out aws-chunked with the checksum behind it.
        body = b"streamed" * 10_000
        s3.put_object(Bucket=bucket, Key="t", Body=io.BytesIO(body), ChecksumAlgorithm=algorithm)
        got = s3.get_object(Bucket=bucket, Key="t", ChecksumMode="ENABLED")
        assert got["Body"].read() == body
        assert got[f"Checksum{algorithm}"] == base64.b64encode(CHECKSUMS[algorithm](body)).decode()
        assert "ContentEncoding" not in got, "aws-chunked is how it travelled, not what it is"

    def test_a_crc32_by_default(self, s3, bucket):
        s3.put_object(Bucket=bucket, Key="d", Body=b"body")
        head = s3.head_object(Bucket=bucket, Key="d", ChecksumMode="ENABLED")
        assert head["ChecksumCRC32"] == base64.b64encode(CHECKSUMS["CRC32"](b"body")).decode()
        assert head["ChecksumType"] == "FULL_OBJECT"


class TestChunkedUploads:
    """`aws-chunked` bodies as written by hand: "Signature calculations for trailing checksums"."""

    def put(self, server, bucket, body, *, trailer=None, decoded_length=9):
        headers = {
            "content-encoding": "aws-chunked",
            "x-amz-decoded-content-length": str(decoded_length),
        }
        if trailer:
            headers["x-amz-trailer"] = trailer
        request = Request("PUT", f"/{bucket}/chunked", "s3", headers=headers, body=body)
        return send_signed(request, server.root(), payload_hash="STREAMING-UNSIGNED-PAYLOAD-TRAILER")

    def test_the_chunks_are_unwrapped(self, plain, s3, bucket):
        body = b"4\r\n1234\r\n5\r\n56789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n"
        response = self.put(plain, bucket, body, trailer="x-amz-checksum-crc32")
        assert response.status == 200, response
        assert s3.get_object(Bucket=bucket, Key="chunked")["Body"].read() == CHECK_INPUT

    def test_a_wrong_trailer(self, plain, s3, bucket):
        body = b"9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
        response = self.put(plain, bucket, body, trailer="x-amz-checksum-crc32")
        assert (response.status, response.code) == (400, "BadDigest"), response
        with refused("404", 404):
            s3.head_object(Bucket=bucket, Key="chunked")

    @pytest.mark.parametrize(
        "body",
        [b"9\r\n12345", b"zz\r\n123456789\r\n0\r\n\r\n", b"9\r\n123456789xx0\r\n\r\n", b"123456789", b""],
        ids=["cut short", "no size", "no line end", "no chunks", "nothing"],
    )
    def test_malformed_chunks(self, plain, s3, bucket, body):
        response = self.put(plain, bucket, body)
        assert response.status == 400, response
        assert response.code in ("IncompleteBody", "InvalidChunkSizeError", "InvalidRequest", "MalformedTrailerError")
        with refused("404", 404):
            s3.head_object(Bucket=bucket, Key="chunked")

    def test_a_length_that_does_not_fit(self, plain, s3, bucket):
        response = self.put(plain, bucket, b"4\r\n1234\r\n0\r\n\r\n", decoded_length=9)
        assert (response.status, response.code) == (400, "IncompleteBody"), response
        with refused("404", 404):
            s3.head_object(Bucket=bucket, Key="chunked")


class TestAddressing:
    hosts = ["{bucket}.localhost", "{bucket}.s3.localhost.localstack.cloud", "{bucket}.s3.us-east-1.amazonaws.com"]

    @pytest.mark.parametrize("host", hosts)
    @pytest.mark.parametrize("name", ["shelf", "dotted.shelf"])
    def test_the_bucket_in_the_host(self, plain, s3, host, name):
        s3.create_bucket(Bucket=name)
        s3.put_object(Bucket=name, Key="dir/a", Body=b"virtual")
        host = f"{host.format(bucket=name)}:{plain.port}"
        response = send_signed(Request("GET", "/dir/a", "s3"), plain.root(), host=host)
        assert (response.status, response.body) == (200, b"virtual"), response

    @pytest.mark.parametrize("host", ["localhost", "s3.localhost.localstack.cloud", "s3.us-east-1.amazonaws.com"])
    def test_the_bucket_in_the_path(self, plain, s3, bucket, host):
        s3.put_object(Bucket=bucket, Key="a", Body=b"path")
        response = send_signed(Request("GET", f"/{bucket}/a", "s3"), plain.root(), host=f"{host}:{plain.port}")
        assert (response.status, response.body) == (200, b"path"), response

    def test_boto3_in_virtual_host_style(self, plain, monkeypatch):
        lookup = socket.getaddrinfo

        def at_home(host, *rest, **more):
            return lookup("127.0.0.1" if str(host).endswith(".localhost.localstack.cloud") else host, *rest, **more)

        monkeypatch.setattr(socket, "getaddrinfo", at_home)
        url = f"http://s3.localhost.localstack.cloud:{plain.port}"
        s3 = plain.root().client("s3", url=url, s3={"addressing_style": "virtual"})
        s3.create_bucket(Bucket="shelf")
        s3.put_object(Bucket="shelf", Key="a", Body=b"virtual")
        assert keys_of(s3.list_objects_v2(Bucket="shelf")) == ["a"]
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "shelf", "Key": "a"})
        assert urllib.parse.urlsplit(url).hostname == "shelf.s3.localhost.localstack.cloud"


class TestBucketPolicy:
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shelf/*"}],
    }

    def test_put_get_delete(self, s3, bucket):
        with refused("NoSuchBucketPolicy", 404, "The bucket policy does not exist"):
            s3.get_bucket_policy(Bucket=bucket)
        put = s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(self.policy))
        # PutBucketPolicy's page says 200 and shows 204.
        assert put["ResponseMetadata"]["HTTPStatusCode"] in (200, 204)
        assert json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]) == self.policy
        s3.delete_bucket_policy(Bucket=bucket)
        with refused("NoSuchBucketPolicy", 404):
            s3.get_bucket_policy(Bucket=bucket)

    @pytest.mark.parametrize(
        "change,message",
        [
            ({"Action": "s3:ListBucket"}, "Action does not apply to any resource(s) in statement"),
            ({"Action": "ec2:RunInstances"}, "Policy has invalid action"),
            ({"Resource": "arn:aws:s3:::other/*"}, "Policy has invalid resource"),
            ({"Principal": None}, "Missing required field Principal"),
        ],
    )
    def test_what_is_no_bucket_policy(self, s3, bucket, change, message):
        statement = {**self.policy["Statement"][0], **change}
        statement = {name: value for name, value in statement.items() if value}
        with refused("MalformedPolicy", 400, message):
            s3.put_bucket_policy(
                Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            )

    def test_what_is_no_json(self, s3, bucket):
        with refused("MalformedPolicy", 400):
            s3.put_bucket_policy(Bucket=bucket, Policy="{")


class Pattern(io.RawIOBase):
    """A seekable stream of so many bytes that are never all in memory."""

    block = bytes(range(256)) * 256

    def __init__(self, size):
        self.size, self.position = size, 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        self.position = {0: 0, 1: self.position, 2: self.size}[whence] + offset
        return self.position

    def tell(self):
        return self.position

    def readinto(self, buffer):
        count = min(len(buffer), self.size - self.position, len(self.block) - self.position % len(self.block))
        start = self.position % len(self.block)
        buffer[:count] = self.block[start : start + count]
        self.position += count
        return count

    def digest(self):
        total = hashlib.sha256()
        with contextlib.closing(type(self)(self.size)) as copy:
            while data := copy.read(MIB):
                total.update(data)
        return total.hexdigest()


class TestLargeBodies:
    size = 512 * MIB

    def test_they_stream_in_constant_memory(self, serve, tmp_path):
        server = serve(env={"TMPDIR": str(tmp_path)})
        alice = server.new_user("alice", [allow("*")])
        s3 = alice.client("s3")
        s3.create_bucket(Bucket="large")
        before = server.resident_bytes()

        s3.put_object(Bucket="large", Key="up", Body=Pattern(self.size), ContentLength=self.size)
        received = hashlib.sha256()
        for block in s3.get_object(Bucket="large", Key="up")["Body"].iter_chunks(MIB):
            received.update(block)

        assert received.hexdigest() == Pattern(self.size).digest()
        # Room for buffers, and for what the allocator keeps of them on every thread; none for the body.
        assert server.peak_resident_bytes() - before < self.size / 8

    def test_an_upload_that_breaks_off_leaves_nothing(self, plain, s3, bucket):
        request = Request("PUT", f"/{bucket}/half", "s3")
        headers = signed_headers(request, plain.root(), payload_hash="UNSIGNED-PAYLOAD")
        headers["content-length"] = "1000000"
        lines = [f"PUT {request.path} HTTP/1.1"] + [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join(lines).encode() + b"\r\n\r\n"
        exchange(plain, head + b"x" * 1000, end_of_request=True)
        with refused("404", 404):
            s3.head_object(Bucket=bucket, Key="half")
        assert plain.is_alive()

    def test_a_client_that_asks_first_and_has_nothing_to_send(self, plain, s3, bucket):
        """It is never told to go on, and botocore then reads its connection's next answer wrongly: this one ends it."""
        request = Request("PUT", f"/{bucket}/empty", "s3")
        headers = signed_headers(request, plain.root()) | {"expect": "100-continue", "content-length": "0"}
        lines = [f"PUT {request.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        response = exchange(plain, "\r\n".join([*lines, "", ""]).encode())
        assert response.status == 200
        assert response.headers["connection"] == "close"

    def test_a_client_that_asks_first(self, plain, s3, bucket):
        """`Expect: 100-continue`, as SDKs send it with large bodies."""
        request = Request("PUT", f"/{bucket}/expected", "s3", body=b"x" * 1000)
        headers = signed_headers(request, plain.root()) | {"expect": "100-continue", "content-length": "1000"}
        connection = http.client.HTTPConnection("127.0.0.1", plain.port, timeout=30)
        connection.putrequest("PUT", request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        connection.sock.settimeout(10)
        assert connection.sock.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.send(request.body)
        assert connection.getresponse().status == 200
        connection.close()
