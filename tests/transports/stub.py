"""A stand-in for the fake: one answer for every request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytest_fakecopy.wire.http import HttpResponse

if TYPE_CHECKING:
    from pytest_fakecopy.wire.http import HttpRequest

REGIONS = b"<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>"


class StubHandler:
    """Answers every request in one way, and keeps the requests."""

    def __init__(
        self, *answers: HttpResponse | BaseException | None, serves: bool | str = True
    ) -> None:
        """Note the answers: responses, None, or what to raise; the last one stays.

        *serves* is what `serves` says, or a text that is in the URL of what is served.
        """
        self.answers = list(answers)
        self.requests: list[HttpRequest] = []
        self._serves = serves

    def __call__(self, request: HttpRequest) -> HttpResponse | None:
        """Answer."""
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def serves(self, request: HttpRequest) -> bool:
        """Say whether it would answer."""
        return self._serves in request.url if isinstance(self._serves, str) else self._serves


def answering(
    body: bytes = REGIONS, *, status: int = 200, serves: bool | str = True
) -> StubHandler:
    """Return a handler that answers with *body*."""
    return StubHandler(
        HttpResponse(status, body, {"content-type": "text/xml", "x-amzn-requestid": "r-1"}),
        serves=serves,
    )
