"""Inputs for every operation, made from the shapes of botocore's models: valid, and as small as the models allow."""

import datetime
import hashlib
import math

MOMENT = datetime.datetime(2020, 5, 31, 12, tzinfo=datetime.timezone.utc)
ACCOUNT = "123456789012"
# Every blob and stream.
BYTES = b"bytes"

# What clients take apart before they send, so that no other text will do.
TEXTS = {
    "CopySource": "some-bucket/some-key",
    "AccountId": ACCOUNT,
    "accountId": ACCOUNT,
    "KvsARN": f"arn:aws:cloudfront::{ACCOUNT}:key-value-store/8ac1fb1e-95b1-4b9c-9d5d-2b2d8f2c9a3e",
    "PredictEndpoint": "http://realtime.machinelearning.us-east-1.amazonaws.com",
    # Goes in the header that a signature covers, and is held against the payload.
    "assetSHA256": hashlib.sha256(BYTES).hexdigest(),
}
# Kinesis' clients take ARNs apart as well; others leave them whole.
RESOURCE_TYPES = {"QueueARN": "queue", "ChannelARN": "channel"}
NUMBERS = {"integer": int, "long": int, "float": float, "double": float}


def minimal_input(operation):
    """The smallest valid input of an operation's model (botocore's OperationModel)."""
    shape = operation.input_shape
    return _Maker(operation.service_model.signing_name).value(shape, None) if shape else {}


class _Maker:
    """Makes values for the members of one service's shapes; texts say which member they are for."""

    def __init__(self, signing_name):
        self.signing_name = signing_name
        # The structures around the value in the making.
        self.above = []

    def value(self, shape, name):
        if shape.type_name in NUMBERS:
            return NUMBERS[shape.type_name](_least(shape) or 1)
        return getattr(self, shape.type_name)(shape, name)

    def structure(self, shape, _name):
        if shape.is_document_type:
            return {"document": "text"}
        self.above.append(shape.name)
        needed = _needed(shape)
        if not needed and len(self.above) > 1 and shape.members:
            # Forms cannot tell a structure without members from none.
            needed = [min(shape.members, key=lambda name: _depth(shape.members[name], tuple(self.above)))]
        made = {name: self.value(shape.members[name], name) for name in needed}
        self.above.pop()
        return made

    def list(self, shape, name):
        if not _least(shape) and shape.member.name in self.above:
            return []
        return [self.value(shape.member, name)] * max(_least(shape), 1)

    def map(self, shape, name):
        return {self.value(shape.key, "key"): self.value(shape.value, name)} if _least(shape) else {}

    def string(self, shape, name):
        if shape.enum:
            return shape.enum[0]
        text = TEXTS.get(name) or f"some-{name.lower()}"
        if name.lower().endswith("arn") and name not in TEXTS:
            text = f"arn:aws:{self.signing_name}:us-east-1:{ACCOUNT}:{RESOURCE_TYPES.get(name, 'stream')}/{text}"
        text = text.ljust(_least(shape), "x")
        most = shape.metadata.get("max")
        return text[: int(most)] if most else text

    character = string

    def boolean(self, _shape, _name):
        return True

    def timestamp(self, _shape, _name):
        return MOMENT

    def blob(self, shape, _name):
        return BYTES.ljust(_least(shape), b".")


def _least(shape):
    return int(shape.metadata.get("min") or 0)


def _needed(shape):
    """The members that cannot be left out: of a union, the one whose value is least deep."""
    if shape.is_tagged_union:
        return [min(shape.members, key=lambda name: _depth(shape.members[name]))] if shape.members else []
    return [
        name
        for name, member in shape.members.items()
        if name in shape.required_members
        or member.serialization.get("location") == "uri"
        or member.serialization.get("hostLabel")
    ]


def _depth(shape, above=()):
    """How deep the smallest value of a shape is; endless for one that needs itself."""
    if shape.name in above:
        return math.inf
    above = (*above, shape.name)
    if shape.type_name == "structure":
        union = shape.is_tagged_union
        names = shape.members if union else shape.required_members
        depths = [_depth(shape.members[name], above) for name in names]
        return 1 + (min if union else max)(depths, default=0)
    if shape.type_name in ("list", "map") and _least(shape):
        return 1 + _depth(shape.member if shape.type_name == "list" else shape.value, above)
    return 0
