"""Values for every shape of the served operations, made up from botocore's model alone."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlencode

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

OPERATIONS = {
    "ec2": """
        CopySnapshot CreateSnapshot CreateSnapshots DescribeSnapshots DeleteSnapshot
        ModifySnapshotAttribute DescribeSnapshotAttribute ResetSnapshotAttribute CreateTags
        DeleteTags DescribeTags CreateVolume DescribeVolumes DeleteVolume RegisterImage
        DescribeImages DeregisterImage CopyImage ModifySnapshotTier RestoreSnapshotTier
        DescribeSnapshotTierStatus LockSnapshot UnlockSnapshot DescribeLockedSnapshots
        EnableEbsEncryptionByDefault DisableEbsEncryptionByDefault GetEbsEncryptionByDefault
        GetEbsDefaultKmsKeyId ModifyEbsDefaultKmsKeyId ResetEbsDefaultKmsKeyId
        GetSnapshotBlockPublicAccessState EnableSnapshotBlockPublicAccess
        DisableSnapshotBlockPublicAccess DescribeRegions DescribeAvailabilityZones
    """.split(),  # noqa: SIM905  # one name a line would be two pages
    "kms": """
        CreateKey DescribeKey ListKeys CreateAlias UpdateAlias DeleteAlias ListAliases EnableKey
        DisableKey ScheduleKeyDeletion CancelKeyDeletion CreateGrant ListGrants RevokeGrant
        RetireGrant GetKeyPolicy PutKeyPolicy ReplicateKey TagResource UntagResource
        ListResourceTags
    """.split(),  # noqa: SIM905  # one name a line would be two pages
    "sts": ["GetCallerIdentity", "AssumeRole"],
}

SERVED = [(service, name) for service, names in OPERATIONS.items() for name in names]

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=timezone.utc)

# Every character that a form, XML or JSON could get wrong; patterns get what they match.
SPECIAL = " a+b%41&c=d;<e>\"f'/g\\\n\t\rü☃𝄞"
PLAIN = (
    "alias/a-1", "a1", "111122223333", "arn:aws:iam::111122223333:role/example-role", "us-east-1",
    "cluster-abcdefghijk", "0123456789abcdef" * 4, "ec2.us-east-1.amazonaws.com",
    "AKIAIOSFODNN7EXAMPLE", "123456",
)  # fmt: skip

_MODELS = {
    name: ServiceModel(Loader().load_service_model(name, "service-2"), name) for name in OPERATIONS
}


def botocore_model(service: str, operation: str) -> Any:  # botocore is untyped
    """Return botocore's own model of an operation, loaded apart from ours."""
    return _MODELS[service].operation_model(operation)


def botocore_request(service: str, operation: str, parameters: dict[str, Any]) -> bytes:
    """Return the body that botocore sends for an operation."""
    model = botocore_model(service, operation)
    serializer = create_serializer(model.service_model.metadata["protocol"])
    body = serializer.serialize_to_request(parameters, model)["body"]
    return body if isinstance(body, bytes) else urlencode(body, doseq=True).encode()


def botocore_response(
    service: str, operation: str, body: bytes, status: int = 200
) -> dict[str, Any]:
    """Return what botocore makes of an answer to an operation."""
    model = botocore_model(service, operation)
    parser = create_parser(model.service_model.metadata["protocol"])
    response = {"body": body, "headers": {}, "status_code": status}
    parsed: dict[str, Any] = parser.parse(response, model.output_shape)
    return parsed


def sample(shape: Any, moment: datetime = MOMENT) -> Any:  # botocore is untyped
    """Return a value with every member of *shape*, and two elements in every list."""
    if shape.type_name == "structure":
        return {name: sample(member, moment) for name, member in shape.members.items()}
    if shape.type_name == "list":
        return [sample(shape.member, moment)] * (1 if shape.metadata.get("max") == 1 else 2)
    if shape.type_name == "map":
        return {_text(shape.key): sample(shape.value, moment)}
    if shape.type_name == "string":
        return _text(shape)
    scalars = {
        "boolean": True,
        "integer": shape.metadata.get("min", 7),
        "long": 2**40,
        "timestamp": moment,
        "blob": b"\x00\xff",
    }
    return scalars[shape.type_name]


def _text(shape: Any) -> str:  # botocore is untyped
    limits = shape.metadata
    if "enum" in limits:
        return str(limits["enum"][-1])
    if "pattern" not in limits:
        return (SPECIAL * 3)[: limits.get("max", len(SPECIAL))]
    # The model of STS has `\p{L}`, which is Java's alone; any letter is one.
    pattern = re.compile(limits["pattern"].replace("\\p{L}\\p{Z}\\p{N}", r"\w "))
    least, most = limits.get("min", 0), limits.get("max", 99)
    return next(text for text in PLAIN if pattern.fullmatch(text) and least <= len(text) <= most)
