"""Policy documents in few words."""

import json


def statement(effect, action, resource="*", **more):
    """One statement; `more` are further elements, such as Condition or Principal."""
    elements = {"Effect": effect, "Action": action, "Resource": resource, **more}
    return {name: value for name, value in elements.items() if value is not None}


def allow(action, resource="*", **more):
    """An Allow statement."""
    return statement("Allow", action, resource, **more)


def deny(action, resource="*", **more):
    """A Deny statement."""
    return statement("Deny", action, resource, **more)


def trust(principal, action="sts:AssumeRole", **more):
    """A trust statement for an ARN or account (a string), or any principal element (a dictionary)."""
    if isinstance(principal, str):
        principal = {"AWS": principal}
    return statement("Allow", action, None, Principal=principal, **more)


def document(policy):
    """The JSON text of a policy given as text, document, statement or list of statements."""
    if isinstance(policy, str):
        return policy
    if isinstance(policy, dict) and "Statement" in policy:
        return json.dumps(policy)
    return json.dumps({"Version": "2012-10-17", "Statement": policy})
