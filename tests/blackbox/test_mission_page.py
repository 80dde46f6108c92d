"""LocalStack's IAM page, command by command, with `aws --endpoint-url` and with `awslocal`.

The commands are the page's own, line for line; only the placeholders for keys are filled in. The page's answers are
compared to the letter wherever they are not made up by chance (keys, unique ids, dates).
"""

import json
import re

import pytest

from support.clients import Identity

FIRST_POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "FirstStatement",
      "Effect": "Allow",
      "Action": "lambda:CreateFunction",
      "Resource": "*"
    }
  ]
}
"""

SECOND_POLICY = """{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "FirstStatement",
      "Effect": "Allow",
      "Action": ["lambda:CreateFunction", "iam:PassRole"],
      "Resource": "*"
    }
  ]
}
"""

CREATE_P1 = (
    "awslocal iam create-policy --policy-name p1 --policy-document "
    '\'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:CreateBucket","Resource":"*"}]}\''
)
ATTACH_P1 = "awslocal iam attach-user-policy --user-name test --policy-arn arn:aws:iam::000000000000:policy/p1"
CREATE_FUNCTION = (
    "awslocal lambda create-function --function-name test-function "
    "--role arn:aws:iam::000000000000:role/lambda-role --runtime python3.8 "
    "--handler handler.handler --zip-file fileb://function.zip"
)

MAKE_BUCKET_REFUSED = {
    "localstack": (
        "make_bucket failed: s3://mybucket An error occurred (AccessDeniedException) when calling the CreateBucket "
        "operation: Access to the specified resource is denied"
    ),
    "aws": (
        "make_bucket failed: s3://mybucket An error occurred (AccessDenied) when calling the CreateBucket operation: "
        "User: arn:aws:iam::000000000000:user/test is not authorized to perform: s3:CreateBucket on resource: "
        '"arn:aws:s3:::mybucket" because no identity-based policy allows the s3:CreateBucket action'
    ),
}
CREATE_FUNCTION_REFUSED = {
    "localstack": (
        "An error occurred (AccessDeniedException) when calling the CreateFunction operation: "
        "Access to the specified resource is denied"
    ),
    "aws": (
        "An error occurred (AccessDeniedException) when calling the CreateFunction operation: "
        "User: arn:aws:iam::000000000000:user/test-user is not authorized to perform: iam:PassRole on resource: "
        "arn:aws:iam::000000000000:role/lambda-role because no identity-based policy allows the iam:PassRole action"
    ),
}

FIVE_ENTRIES = [
    ("INFO", "Request for service lambda for operation CreateFunction denied."),
    (
        "DEBUG",
        "Necessary permissions for this action: "
        "[\"Action 'lambda:CreateFunction' for "
        "'arn:aws:lambda:us-east-1:000000000000:function:test-function'\", "
        "\"Action 'iam:PassRole' for 'arn:aws:iam::000000000000:role/lambda-role'\"]",
    ),
    ("DEBUG", "0 permissions have been explicitly denied: []"),
    (
        "DEBUG",
        "1 permissions have been explicitly allowed: [\"Action 'lambda:CreateFunction' for "
        "'arn:aws:lambda:us-east-1:000000000000:function:test-function'\"]",
    ),
    (
        "DEBUG",
        "1 permissions have been implicitly denied: [\"Action 'iam:PassRole' for "
        "'arn:aws:iam::000000000000:role/lambda-role'\"]",
    ),
]


def user_keys(server, answer):
    """What `export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…` takes from the answer of create-access-key."""
    key = json.loads(answer)["AccessKey"]
    assert key["Status"] == "Active"
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", key["AccessKeyId"]), key
    assert re.fullmatch(r"[A-Za-z0-9/+]{40}", key["SecretAccessKey"]), key
    return Identity(server, key["AccessKeyId"], key["SecretAccessKey"])


def entries(server, count=len(FIVE_ENTRIES)):
    """The log lines that the page's five entries are found on, in the order of the page's entries."""
    expected = FIVE_ENTRIES[:count]
    server.wait_for_log(re.escape(expected[-1][1]))
    lines = server.log().splitlines()
    found = []
    for level, text in expected:
        numbers = [number for number, line in enumerate(lines) if text in line]
        assert len(numbers) == 1, (text, server.log())
        assert level in lines[numbers[0]], lines[numbers[0]]
        found.append(numbers[0])
    assert found == sorted(found), "the entries are out of order"
    return [lines[number] for number in found]


def test_requests_run_as_root(shell, plain):
    answer = shell(plain).run("awslocal sts get-caller-identity").ok()
    assert answer == (
        "{\n"
        '    "UserId": "AKIAIOSFODNN7EXAMPLE",\n'
        '    "Account": "000000000000",\n'
        '    "Arn": "arn:aws:iam::000000000000:root"\n'
        "}\n"
    )


@pytest.mark.parametrize("enforce", [False, True])
def test_a_users_key_is_recognised(shell, serve, enforce):
    server = serve(enforce=enforce)
    terminal = shell(server)
    user = json.loads(terminal.run("awslocal iam create-user --user-name test").ok())["User"]
    keys = user_keys(server, terminal.run("awslocal iam create-access-key --user-name test").ok())

    identity = json.loads(terminal.as_identity(keys).run("awslocal sts get-caller-identity").ok())

    assert identity == {
        "UserId": user["UserId"],
        "Account": "000000000000",
        "Arn": "arn:aws:iam::000000000000:user/test",
    }
    assert re.fullmatch(r"AIDA[A-Z0-9]{17}", user["UserId"]), user


@pytest.mark.parametrize("style", ["aws", "localstack"])
def test_enforcing_iam_policies(shell, serve, style):
    server = serve(enforce=True, style=None if style == "aws" else style)
    first = shell(server)
    first.run("awslocal iam create-user --user-name test").ok()
    keys = user_keys(server, first.run("awslocal iam create-access-key --user-name test").ok())
    second = first.as_identity(keys)

    refusal = second.run("awslocal s3 mb s3://mybucket").failed()
    assert refusal.strip() == MAKE_BUCKET_REFUSED[style]

    policy = json.loads(first.run(CREATE_P1).ok())["Policy"]
    assert policy["Arn"] == "arn:aws:iam::000000000000:policy/p1"
    assert first.run(ATTACH_P1).ok() == ""

    assert '"Arn": "arn:aws:iam::000000000000:user/test"' in second.run("awslocal sts get-caller-identity").ok()
    assert second.run("awslocal s3 mb s3://mybucket").ok() == "make_bucket: mybucket\n"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d mybucket\n", first.run("awslocal s3 ls").ok())


def prepare_lambda(terminal, server, function_zip):
    """The page's files, its user and the first policy; answers the user's terminal."""
    (terminal.directory / "policy_1.json").write_text(FIRST_POLICY)
    (terminal.directory / "policy_2.json").write_text(SECOND_POLICY)
    (terminal.directory / "function.zip").write_bytes(function_zip)
    user = json.loads(terminal.run("awslocal iam create-user --user-name test-user").ok())["User"]
    assert list(user) == ["Path", "UserName", "UserId", "Arn", "CreateDate"]
    assert (user["Path"], user["UserName"]) == ("/", "test-user")
    assert user["Arn"] == "arn:aws:iam::000000000000:user/test-user"
    terminal.run(
        "awslocal iam put-user-policy --user-name test-user --policy-name policy1 "
        "--policy-document file://policy_1.json"
    ).ok()
    answer = terminal.run("awslocal iam create-access-key --user-name test-user").ok()
    return terminal.as_identity(user_keys(server, answer))


@pytest.mark.parametrize("style", ["aws", "localstack"])
def test_explainable_iam(shell, serve, function_zip, style):
    server = serve(enforce=True, debug=True, style=style)
    terminal = shell(server)
    user = prepare_lambda(terminal, server, function_zip)

    assert user.run(CREATE_FUNCTION).failed().strip() == CREATE_FUNCTION_REFUSED[style]
    logged = entries(server)
    principal = "arn:aws:iam::000000000000:user/test-user"
    assert all(principal in line for line in logged), logged

    terminal.run(
        "awslocal iam put-user-policy --user-name test-user --policy-name policy1 "
        "--policy-document file://policy_2.json"
    ).ok()
    function = json.loads(user.run(CREATE_FUNCTION).ok())
    assert function["FunctionArn"] == "arn:aws:lambda:us-east-1:000000000000:function:test-function"
    assert function["Role"] == "arn:aws:iam::000000000000:role/lambda-role"
    assert function["Runtime"] == "python3.8"
    assert function["Handler"] == "handler.handler"
    assert function["CodeSize"] == len(function_zip)


def test_the_first_entry_needs_no_debug(aws, serve, function_zip):
    server = serve(enforce=True)
    user = prepare_lambda(aws(server), server, function_zip)
    user.run(CREATE_FUNCTION).failed()
    entries(server, count=1)
    assert "Necessary permissions for this action" not in server.log()


def test_the_explanation_goes_beyond_the_page(aws, enforcing, function_zip):
    """Who asked, in which request, which statements decided, and the smallest statement that would have helped."""
    user = prepare_lambda(aws(enforcing), enforcing, function_zip)
    user.run(CREATE_FUNCTION).failed()
    entries(enforcing)
    # The smallest statement is ready to paste: valid JSON on one line.
    line = enforcing.wait_for_log_line('"Effect":"Allow"')
    statement = json.loads(line[line.index('{"Effect"') : line.rindex("}") + 1])
    assert statement["Effect"] == "Allow"
    assert statement["Action"] in ("iam:PassRole", ["iam:PassRole"])
    assert statement["Resource"] in (
        "arn:aws:iam::000000000000:role/lambda-role",
        ["arn:aws:iam::000000000000:role/lambda-role"],
    )
    assert "FirstStatement" in enforcing.log(), "the statement that spoke is not named"


@pytest.mark.parametrize("enforce", [False, True])
def test_soft_mode(aws, serve, function_zip, enforce):
    server = serve(enforce=enforce, soft=True, debug=True)
    user = prepare_lambda(aws(server), server, function_zip)

    function = json.loads(user.run(CREATE_FUNCTION).ok())
    assert function["FunctionName"] == "test-function"
    assert "would have been denied" in entries(server)[0]

    assert user.run("awslocal s3 mb s3://mybucket").ok() == "make_bucket: mybucket\n"
    server.wait_for_log_line("Request for service s3 for operation CreateBucket denied.")


def test_without_enforcement_nothing_is_denied(aws, plain, function_zip):
    user = prepare_lambda(aws(plain), plain, function_zip)
    user.run(CREATE_FUNCTION).ok()
    user.run("awslocal s3 mb s3://mybucket").ok()
    assert "denied" not in plain.log()


def test_strict_roles_refuses_a_role_that_is_not_there(aws, serve, function_zip):
    server = serve(enforce=True, flags=["--strict-roles"])
    terminal = aws(server)
    user = prepare_lambda(terminal, server, function_zip)
    terminal.run(
        "awslocal iam put-user-policy --user-name test-user --policy-name policy1 "
        "--policy-document file://policy_2.json"
    ).ok()
    assert user.run(CREATE_FUNCTION).failed().strip() == (
        "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: "
        "The role defined for the function cannot be assumed by Lambda."
    )

    # A role that Lambda may assume is what was missing.
    trust = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow",'
        '"Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
    )
    terminal.run(f"awslocal iam create-role --role-name lambda-role --assume-role-policy-document '{trust}'").ok()
    user.run(CREATE_FUNCTION).ok()
