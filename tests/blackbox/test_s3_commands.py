"""`aws s3` as people type it: mb, rb, ls, cp, mv, rm, sync, presign."""

import re
import urllib.request

import pytest

MIB = 1024 * 1024


@pytest.fixture
def terminal(shell, serve):
    """A shell on a server that enforces, as root."""
    return shell(serve(enforce=True))


def test_a_working_day(terminal):
    home = terminal.directory
    (home / "a.txt").write_text("alpha")
    (home / "site" / "css").mkdir(parents=True)
    (home / "site" / "index.html").write_text("<html></html>")
    (home / "site" / "css" / "main.css").write_text("body {}")

    assert terminal.run("awslocal s3 mb s3://shelf").ok() == "make_bucket: shelf\n"

    uploaded = terminal.run("awslocal s3 cp a.txt s3://shelf/dir/a.txt --no-progress").ok()
    assert uploaded == "upload: ./a.txt to s3://shelf/dir/a.txt\n"
    assert re.fullmatch(r"\S+ \S+ +5 a\.txt\n", terminal.run("awslocal s3 ls s3://shelf/dir/").ok())
    assert terminal.run("awslocal s3 ls s3://shelf").ok().strip() == "PRE dir/"
    assert terminal.run("awslocal s3 cp s3://shelf/dir/a.txt -").ok() == "alpha"

    terminal.run("awslocal s3 cp s3://shelf/dir/a.txt s3://shelf/copy.txt").ok()
    terminal.run("awslocal s3 mv s3://shelf/copy.txt s3://shelf/moved.txt").ok()
    terminal.run("awslocal s3 cp - s3://shelf/piped.txt", stdin="from a pipe").ok()
    listed = terminal.run("awslocal s3 ls s3://shelf --recursive").ok()
    assert [line.split()[-1] for line in listed.splitlines()] == ["dir/a.txt", "moved.txt", "piped.txt"]

    synced = terminal.run("awslocal s3 sync site s3://shelf/site --no-progress").ok()
    assert sorted(synced.splitlines()) == [
        "upload: site/css/main.css to s3://shelf/site/css/main.css",
        "upload: site/index.html to s3://shelf/site/index.html",
    ]
    assert terminal.run("awslocal s3 sync site s3://shelf/site --no-progress").ok() == ""
    (home / "site" / "css" / "main.css").unlink()
    assert terminal.run("awslocal s3 sync site s3://shelf/site --delete --no-progress").ok() == (
        "delete: s3://shelf/site/css/main.css\n"
    )
    terminal.run("awslocal s3 sync s3://shelf/site back --no-progress").ok()
    assert (home / "back" / "index.html").read_text() == "<html></html>"

    url = terminal.run("awslocal s3 presign s3://shelf/dir/a.txt --expires-in 60").ok().strip()
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.read() == b"alpha"

    assert "BucketNotEmpty" in terminal.run("awslocal s3 rb s3://shelf").failed()
    assert terminal.run("awslocal s3 rm s3://shelf/moved.txt").ok() == "delete: s3://shelf/moved.txt\n"
    terminal.run("awslocal s3 rm s3://shelf --recursive").ok()
    assert terminal.run("awslocal s3 ls s3://shelf").ok() == ""
    assert terminal.run("awslocal s3 rb s3://shelf").ok() == "remove_bucket: shelf\n"
    assert "NoSuchBucket" in terminal.run("awslocal s3 ls s3://shelf").failed()


def test_rb_force(aws, plain):
    terminal = aws(plain)
    terminal.run("awslocal s3 mb s3://shelf").ok()
    terminal.run("awslocal s3 cp - s3://shelf/a", stdin="a").ok()
    assert terminal.run("awslocal s3 rb s3://shelf --force").ok() == "delete: s3://shelf/a\nremove_bucket: shelf\n"


def test_large_files_go_in_parts(aws, serve):
    """Above 8 MB the CLI uploads parts and downloads ranges, several at a time."""
    server = serve(enforce=True)
    terminal = aws(server)
    content = bytes(range(256)) * (30 * MIB // 256) + b"tail"
    (terminal.directory / "large").write_bytes(content)
    terminal.run("awslocal s3 mb s3://shelf").ok()
    terminal.run("awslocal s3 cp large s3://shelf/large --no-progress").ok()
    head = server.root().client("s3").head_object(Bucket="shelf", Key="large")
    assert re.fullmatch(r'"[0-9a-f]{32}-4"', head["ETag"])
    terminal.run("awslocal s3 cp s3://shelf/large s3://shelf/copied --no-progress").ok()
    terminal.run("awslocal s3 cp s3://shelf/copied back --no-progress").ok()
    assert (terminal.directory / "back").read_bytes() == content


def test_a_bucket_of_another_region(aws, plain):
    terminal = aws(plain)
    terminal.run("awslocal s3 mb s3://shelf --region eu-central-1").ok()
    located = terminal.run("awslocal s3api get-bucket-location --bucket shelf --query LocationConstraint").ok()
    assert located == '"eu-central-1"\n'
    terminal.run("awslocal s3 cp - s3://shelf/a --region eu-central-1", stdin="a").ok()


def test_an_empty_file_among_others(terminal):
    """The CLI sends it with `Expect: 100-continue`, and what comes after it over the same connection."""
    home = terminal.directory
    (home / "site").mkdir()
    for name in ("0-empty", "1-empty", "2-empty"):
        (home / "site" / name).touch()
    for name in ("3-full", "4-full"):
        (home / "site" / name).write_text("full")
    terminal.run("awslocal configure set default.s3.max_concurrent_requests 1").ok()
    terminal.run("awslocal s3 mb s3://shelf").ok()
    terminal.run("awslocal s3 sync site s3://shelf --no-progress", timeout=20).ok()
    listed = terminal.run("awslocal s3 ls s3://shelf").ok()
    assert [line.split()[-2:] for line in listed.splitlines()] == [
        ["0", "0-empty"], ["0", "1-empty"], ["0", "2-empty"], ["4", "3-full"], ["4", "4-full"],
    ]
