"""EC2's error codes as values, with the texts that EC2 was seen to use.

Checks and operations return or raise these; the wire puts them into the envelope of the protocol.
Sources are named at each text: *observed* is a raw answer of AWS, *documented* its error code
page, *assumed* a text that is ours because none is known.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ErrorResponse:
    """An error as it goes over the wire: EC2's code, EC2's sentence, the HTTP status."""

    code: str
    message: str
    status: int = 400


class Refused(Exception):  # noqa: N818  # carries a value to the gateway, is no error of ours
    """Carries an `ErrorResponse` from an operation to the gateway, which answers it."""

    def __init__(self, response: ErrorResponse) -> None:
        """Keep the response to answer."""
        super().__init__(f"{response.code}: {response.message}")
        self.response = response
