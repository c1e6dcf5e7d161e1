"""The way of a request: located, named, authenticated, taken apart, carried out, answered."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pytest_fakecopy.authentication import Authenticator
from pytest_fakecopy.domain import error_codes as codes
from pytest_fakecopy.domain.operations import OPERATIONS
from pytest_fakecopy.domain.operations.call import Call
from pytest_fakecopy.errors import FakeCopyError, InternalError
from pytest_fakecopy.journal import RequestRecord
from pytest_fakecopy.standstill import Standstill
from pytest_fakecopy.target import target_of
from pytest_fakecopy.wire import json as wire_json
from pytest_fakecopy.wire import query, xml
from pytest_fakecopy.wire.http import Disconnected, HttpResponse
from pytest_fakecopy.wire.model import load_service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime
    from threading import RLock

    from pytest_fakecopy.domain.accounts import Caller
    from pytest_fakecopy.domain.operations.call import Operation as Serve
    from pytest_fakecopy.domain.world import World
    from pytest_fakecopy.journal import Journal, Signature
    from pytest_fakecopy.refusals import Refusals
    from pytest_fakecopy.wire.endpoints import HostKind
    from pytest_fakecopy.wire.http import HttpRequest
    from pytest_fakecopy.wire.model import Operation, Service

_SERVICES = frozenset(OPERATIONS)
_DEFAULT_REGION = "us-east-1"
_DRY_RUN = "DryRun"


@dataclass(slots=True)
class _Request:
    """A request of a service of ours, on its way."""

    http: HttpRequest
    host: str
    kind: HostKind
    service: Service
    region: str
    pairs: list[tuple[str, str]] = field(repr=False)
    """The parameters of the Query protocols; empty for KMS."""
    action: str
    defect: codes.ErrorResponse | None = None
    """What is wrong with the form itself."""


class Gateway:
    """Answers requests for one fake. `handle` is the `Handler` of every transport."""

    def __init__(  # the parts that it connects
        self,
        world: World,
        journal: Journal,
        lock: RLock,
        refusals: Refusals,
        *,
        received: Callable[[], None],
        wall_now: Callable[[], datetime],
    ) -> None:
        """Connect the wire with the world.

        Args:
            world: What the operations act on.
            journal: Gets every request.
            lock: Held while a request is handled.
            refusals: Knows what may pass, and keeps what was refused.
            received: Called at each request before anything else; moves a clock that ticks.
            wall_now: What other processes on this machine sign with.
        """
        self._world = world
        self._journal = journal
        self._lock = lock
        self._refusals = refusals
        self._received = received
        self._wall_now = wall_now
        self._authenticator = Authenticator(world)
        self._standstill = Standstill()

    def handle(self, request: HttpRequest) -> HttpResponse | None:
        """Answer a request, or return None where it is to go on.

        Raises:
            UnexpectedRequest: nothing here serves it, and it may not pass.
            Disconnected: a fault of the test ends the connection.
            InternalError: the fake itself failed.
        """
        target = target_of(request)
        if target.service not in _SERVICES:
            self._refusals.require_pass(request, target.service, target.action, target.kind)
            return None
        if self._refusals.may_pass(target.service, target.action):
            return None
        return self._answer(
            _Request(
                request,
                target.host,
                target.kind,
                load_service(target.service),
                target.region or _DEFAULT_REGION,
                target.pairs,
                target.action,
                target.defect,
            )
        )

    def serves(self, request: HttpRequest) -> bool:
        """Say whether `handle` would carry a request out; neither answers nor refuses it."""
        target = target_of(request)
        service = target.service or ""
        return target.action in OPERATIONS.get(service, ()) and not self._refusals.may_pass(
            service, target.action
        )

    def _answer(self, request: _Request) -> HttpResponse | None:
        operation = request.service.operation(request.action)
        serve = OPERATIONS[request.service.name].get(request.action)
        if operation is not None and serve is None:
            self._refusals.require_pass(
                request.http, request.service.name, request.action, request.kind
            )
            return None
        with self._lock:
            if request.http.transport != "server":
                return self._settle_and_carry_out(request, operation, serve)
            with self._judged_by_the_wall_clock():
                return self._settle_and_carry_out(request, operation, serve)

    @contextmanager
    def _judged_by_the_wall_clock(self) -> Iterator[None]:
        """Judge the age of signatures by the clock of other processes, which make them."""
        world = self._world
        ours = world.signing_now
        world.signing_now = self._wall_now
        try:
            yield
        finally:
            world.signing_now = ours

    def _settle_and_carry_out(
        self, request: _Request, operation: Operation | None, serve: Serve | None
    ) -> HttpResponse:
        self._received()
        self._world.settle()
        try:
            return self._carry_out(request, operation, serve)
        except (FakeCopyError, AssertionError, Disconnected):
            raise
        except Exception as error:
            raise _our_fault(request) from error

    def _carry_out(
        self, request: _Request, operation: Operation | None, serve: Serve | None
    ) -> HttpResponse:
        exchange = _Exchange(request, self._world)
        self._standstill.note(request.action, request.http, exchange.at)
        place = self._journal.place()
        try:
            response = self._serve(exchange, operation, serve)
        except codes.Refused as refused:
            response = _failure(request.service, refused.response, exchange.request_id)
            self._journal.record_at(place, exchange.record(response.status, refused.response))
        except Disconnected:
            self._journal.record_at(place, exchange.record(0, None))
            raise
        else:
            self._journal.record_at(place, exchange.record(response.status, None))
        return response

    def _serve(
        self, exchange: _Exchange, operation: Operation | None, serve: Serve | None
    ) -> HttpResponse:
        request = exchange.request
        if request.defect is not None:
            raise codes.Refused(request.defect)
        if operation is None or serve is None:
            raise codes.Refused(_no_such_action(request))
        caller, exchange.signature = self._authenticator.identify(
            request.http, request.pairs, request.service.name
        )
        exchange.caller = caller
        exchange.parameters = _parameters(request, operation)
        answer_is_lost = self._meet_fault(request.action)
        result = self._call(exchange, caller, operation, serve)
        if answer_is_lost:
            raise Disconnected("closed")
        return _success(request.service, operation, result, exchange.request_id)

    def _meet_fault(self, action: str) -> bool:
        """Raise what a fault says, or return whether the answer will be lost."""
        fault = self._world.faults.take_request(action)
        if fault is None:
            return False
        if isinstance(fault.outcome, codes.ErrorResponse):
            raise codes.Refused(fault.outcome)
        if fault.outcome == "lost":
            return True
        raise Disconnected(fault.outcome)

    def _call(
        self, exchange: _Exchange, caller: Caller, operation: Operation, serve: Serve
    ) -> Mapping[str, Any]:
        request, parameters = exchange.request, exchange.parameters
        call = Call(
            world=self._world,
            service=request.service.name,
            operation=request.action,
            caller=caller.in_partition(self._world.partition_of(request.region)),
            region=request.region,
            now=exchange.at,
            endpoint_host=request.host,
            dry_run=bool(parameters.get(_DRY_RUN, False)),
            request_id=exchange.request_id,
        )
        names, required = _signature_of(serve, operation)
        named: dict[str, Any] = {}
        for member, value in parameters.items():
            if member in names:
                named[names[member]] = value
            elif member != _DRY_RUN:
                raise self._refusals.parameter(
                    request.http, request.service.name, request.action, member
                )
        for member in required:
            if member not in parameters:
                raise codes.Refused(codes.missing_parameter(member))
        return serve(call, **named)


class _Exchange:
    """What is known so far of a request that is being carried out, for the journal."""

    __slots__ = ("at", "caller", "parameters", "request", "request_id", "signature", "world")

    def __init__(self, request: _Request, world: World) -> None:
        self.request = request
        self.world = world
        self.at = world.now()
        self.request_id = world.ids.uuid("request")
        self.parameters: Mapping[str, Any] = {}
        self.caller: Caller | None = None
        self.signature: Signature = "refused"

    def record(self, status: int, error: codes.ErrorResponse | None) -> RequestRecord:
        request = self.request
        account_id = self.caller.account_id if self.caller is not None else ""
        return RequestRecord(
            operation=request.action,
            parameters=self.parameters,
            region=request.region,
            account_id=account_id,
            at=self.at,
            transport=request.http.transport,
            status=status,
            error_code=error.code if error is not None else None,
            error_message=error.message if error is not None else None,
            service=request.service.name,
            signature=self.signature,
            request_id=self.request_id,
        )


def _no_such_action(request: _Request) -> codes.ErrorResponse:
    if request.service.name == "kms":
        # Assumed: what AWS's JSON services answer to an unknown target.
        return codes.ErrorResponse("UnknownOperationException", "", 400)
    if not request.action:
        # Code documented, text assumed.
        return codes.ErrorResponse("MissingAction", "The request must contain the parameter Action")
    return codes.invalid_action(request.action)


def _parameters(request: _Request, operation: Operation) -> Mapping[str, Any]:
    if request.service.protocol == "json":
        return wire_json.parse_parameters(operation, request.http.body)
    return query.parse_parameters(operation, request.pairs)


def _success(
    service: Service, operation: Operation, result: Mapping[str, Any], request_id: str
) -> HttpResponse:
    if service.protocol == "json":
        body = wire_json.serialize(operation, result)
    else:
        body = xml.serialize(operation, result, request_id)
    return HttpResponse(200, body, _headers(service, request_id))


def _failure(service: Service, error: codes.ErrorResponse, request_id: str) -> HttpResponse:
    headers = _headers(service, request_id)
    if service.protocol == "json":
        headers["x-amzn-errortype"] = error.code
        return HttpResponse(error.status, wire_json.serialize_error(error), headers)
    return HttpResponse(error.status, xml.serialize_error(service, error, request_id), headers)


def _headers(service: Service, request_id: str) -> dict[str, str]:
    if service.protocol == "json":
        return {"content-type": "application/x-amz-json-1.1", "x-amzn-requestid": request_id}
    server = {"server": "AmazonEC2"} if service.name == "ec2" else {}
    return {"content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": request_id, **server}


@lru_cache(maxsize=256)
def _signature_of(serve: Serve, operation: Operation) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return the members that an operation acts on, with their Python names, and the required."""
    accepted = {
        name: parameter.default is inspect.Parameter.empty
        for name, parameter in inspect.signature(serve).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    members = operation.input.members if operation.input is not None else ()
    named = [(member, operation.python_name(member)) for member in members]
    names = {member: name for member, name in named if name in accepted}
    return names, tuple(member for member in names if accepted[names[member]])


def _our_fault(request: _Request) -> InternalError:
    return InternalError(
        f"fake_ec2 failed on {request.action} in {request.region}; this is its own defect.\n"
        "The exception above is the cause: to report it, add the request and the versions of"
        " pytest-fakecopy, botocore and Python."
    )
