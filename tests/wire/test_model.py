"""botocore's models as the wire sees them."""

from __future__ import annotations

import pytest

from pytest_fakecopy.wire.model import Operation, load_service


@pytest.mark.parametrize(
    ("name", "protocol", "api_version", "namespace", "prefix"),
    [
        ("ec2", "ec2", "2016-11-15", "http://ec2.amazonaws.com/doc/2016-11-15", None),
        ("kms", "json", "2014-11-01", None, "TrentService"),
        ("sts", "query", "2011-06-15", "https://sts.amazonaws.com/doc/2011-06-15/", None),
    ],
)
def test_service_has_the_metadata_of_its_model(
    name: str, protocol: str, api_version: str, namespace: str | None, prefix: str | None
) -> None:
    """A service knows its protocol, version, namespace and target prefix."""
    service = load_service(name)

    assert service.name == name
    assert service.protocol == protocol
    assert service.api_version == api_version
    assert service.xml_namespace == namespace
    assert service.target_prefix == prefix


def test_service_is_loaded_once() -> None:
    """Asking again gives the same service and the same operation."""
    service = load_service("ec2")

    assert load_service("ec2") is service
    assert service.operation("CopySnapshot") is service.operation("CopySnapshot")


def test_operation_has_its_shapes() -> None:
    """An operation knows its service and botocore's shapes of what goes in and out."""
    operation = load_service("ec2").operation("DeleteSnapshot")

    assert operation is not None
    assert operation.name == "DeleteSnapshot"
    assert operation.service is load_service("ec2")
    assert operation.input is not None
    assert "SnapshotId" in operation.input.members
    assert operation.output is None


@pytest.mark.parametrize("name", ["", "NoSuchOperation", "copySnapshot", "__class__"])
def test_unknown_operation_is_none(name: str) -> None:
    """A name that the model doesn't have is no operation."""
    assert load_service("ec2").operation(name) is None


def test_what_is_compiled_is_kept() -> None:
    """A compiler is called once per operation."""
    operation = load_service("ec2").operation("DescribeVolumes")
    assert operation is not None
    calls: list[object] = []

    def compiler(one: Operation) -> list[object]:
        calls.append(one)
        return [one]

    first = operation.compiled(compiler)
    second = operation.compiled(compiler)

    assert calls == [operation]
    assert first is second


@pytest.mark.parametrize(
    ("member", "name"),
    [("SnapshotId", "snapshot_id"), ("KmsKeyId", "kms_key_id"), ("DryRun", "dry_run")],
)
def test_python_name_is_botocores(member: str, name: str) -> None:
    """Members get the names that botocore has for them in Python."""
    operation = load_service("ec2").operation("CopySnapshot")

    assert operation is not None
    assert operation.python_name(member) == name


def test_reprs_name_what_they_are() -> None:
    """Services and operations show their names."""
    service = load_service("ec2")

    assert repr(service) == "<Service ec2 2016-11-15>"
    assert repr(service.operation("CopySnapshot")) == "<Operation ec2:CopySnapshot>"
