"""The guard of the network: how it reads the hosts that it is asked for."""

from __future__ import annotations

import pytest

from pytest_fakecopy.transports.guard import _host_of_whole_url, _in_ascii


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("ec2.amazonaws.com", "ec2.amazonaws.com", id="ascii"),
        pytest.param("ec2.amazonaws\u3002com", "ec2.amazonaws.com", id="another-dot"),
        pytest.param("\u3002\u3002", "\u3002\u3002", id="no-name"),
    ],
)
def test_a_host_is_read_as_it_is_looked_up(host: str, expected: str) -> None:
    """What can't be looked up is left as it is."""
    assert _in_ascii(host) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("/latest", None, id="path"),
        pytest.param("http://user@ec2.amazonaws.com/?a", "ec2.amazonaws.com", id="whole"),
    ],
)
def test_the_host_of_a_request_to_a_proxy(url: str, expected: str | None) -> None:
    """A proxy gets a whole URL, a server a path."""
    assert _host_of_whole_url("GET", url) == expected
