"""botocore's service models: which operations there are and what goes in and out of them.

A model is loaded when it is first asked for and kept for the process, and so is what `query`,
`xml` and `json` compile from its shapes. Nothing of it ever changes.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar, cast

from botocore import xform_name

from pytest_fakecopy.wire.loading import service_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from botocore.model import ServiceModel

Shape: TypeAlias = Any
"""A `botocore.model.Shape`; botocore has no types of its own."""

OperationModel: TypeAlias = Any
"""A `botocore.model.OperationModel`."""

_Compiled = TypeVar("_Compiled")


class Service:
    """A service as botocore's model describes it: "ec2", "kms" or "sts"."""

    __slots__ = ("_model", "_operations", "api_version", "name", "protocol", "target_prefix",
                 "xml_namespace")  # fmt: skip

    def __init__(self, name: str, model: ServiceModel) -> None:
        """Read the metadata of *model*; the operations come later, when they are asked for."""
        metadata = model.metadata
        self._model = model
        self._operations: dict[str, Operation | None] = dict.fromkeys(model.operation_names)
        self.name = name
        self.protocol: Literal["ec2", "json", "query"] = metadata["protocol"]
        self.api_version: str = metadata["apiVersion"]
        self.xml_namespace: str | None = metadata.get("xmlNamespace")
        self.target_prefix: str | None = metadata.get("targetPrefix")
        """What stands before the operation in the `X-Amz-Target` header: "TrentService"."""

    def __repr__(self) -> str:
        """Return `<Service ec2 2016-11-15>`."""
        return f"<Service {self.name} {self.api_version}>"

    @property
    def operation_names(self) -> tuple[str, ...]:
        """The names of all operations of the service."""
        return tuple(self._operations)

    def operation(self, name: str) -> Operation | None:
        """Return the operation of that name, or None where the service has none."""
        operation = self._operations.get(name)
        if operation is None and name in self._operations:
            operation = Operation(self, name, self._model.operation_model(name))
            self._operations[name] = operation
        return operation


class Operation:
    """An operation of a service: its shapes, and what was compiled from them."""

    __slots__ = ("_compiled", "input", "name", "output", "service")

    def __init__(self, service: Service, name: str, model: OperationModel) -> None:
        """Take the shapes from botocore's `OperationModel`."""
        self.service = service
        self.name = name
        self.input: Shape | None = model.input_shape
        self.output: Shape | None = model.output_shape
        self._compiled: dict[object, Any] = {}

    def __repr__(self) -> str:
        """Return `<Operation ec2:CopySnapshot>`."""
        return f"<Operation {self.service.name}:{self.name}>"

    def compiled(self, compiler: Callable[[Operation], _Compiled]) -> _Compiled:
        """Return what *compiler* makes of this operation: made once, then kept."""
        made: _Compiled | None = self._compiled.get(compiler)
        if made is None:
            made = self._compiled[compiler] = compiler(self)
        return made

    @staticmethod
    def python_name(member: str) -> str:
        """Return the name that Python code has for a member: `snapshot_id` for `SnapshotId`."""
        return _python_name(member)


@cache
def _python_name(member: str) -> str:
    return cast("str", xform_name(member))


@cache
def load_service(name: str) -> Service:
    """Return the service of that name, in the newest version that botocore has."""
    # Clients ask for theirs with a version, given or None, and so have another one: what code under
    # test does to a client's model does not reach what its requests are read by.
    return Service(name, service_model(name))
