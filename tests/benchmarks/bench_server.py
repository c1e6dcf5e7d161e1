"""How many requests a second the server holds with 16 connections, and how fast it stops.

`python tests/benchmarks/bench_server.py` prints the figures; the clients are a process of their
own, so that they don't share the server's interpreter lock.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from pytest_fakecopy import FakeEC2

CONNECTIONS = 16
REQUESTS = 4000
SNAPSHOTS = 100
BODY = "Action=DescribeSnapshots&Version=2016-11-15&Owner.1=self&MaxResults=5"


def ask(request: dict[str, Any]) -> tuple[str, float]:
    """Send one request on a connection of its own, and return what came of it and how long."""
    url = urlsplit(request["url"])
    began = time.perf_counter()
    try:
        with closing(HTTPConnection(str(url.hostname), url.port, timeout=30)) as connection:
            connection.request("POST", "/", BODY, request["headers"])
            response = connection.getresponse()
            response.read()
            outcome = str(response.status)
    except (OSError, HTTPException) as error:
        outcome = repr(error)
    return outcome, time.perf_counter() - began


def load() -> None:
    """Send what standard input describes, and print the figures."""
    request = json.load(sys.stdin)
    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        answers = list(pool.map(ask, [request] * REQUESTS))
    seconds = time.perf_counter() - began
    took = sorted(each for _, each in answers)
    print(f"{REQUESTS} requests, {CONNECTIONS} connections: {REQUESTS / seconds:.0f} a second")
    print(
        f"median {took[REQUESTS // 2] * 1e3:.1f} ms, 99 % {took[REQUESTS * 99 // 100] * 1e3:.1f} ms"
    )
    print(f"answers: {dict(Counter(outcome for outcome, _ in answers))}")


def main() -> None:
    """Serve a fake, have it loaded by another process, and stop."""
    with FakeEC2(clock="virtual", sleep="real") as fake:
        for _ in range(SNAPSHOTS):
            fake.snapshots.add()
        with fake.serve() as endpoint:
            signed = AWSRequest(
                "POST",
                f"{endpoint.endpoint_url}/",
                {"Content-Type": "application/x-www-form-urlencoded"},
                BODY,
            )
            environ = endpoint.environ
            credentials = Credentials(
                environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"]
            )
            SigV4Auth(credentials, "ec2", "us-east-1").add_auth(signed)
            request = {"url": endpoint.endpoint_url, "headers": dict(signed.headers.items())}
            subprocess.run(
                [sys.executable, __file__, "load"], input=json.dumps(request), text=True, check=True
            )
            stopping = time.perf_counter()
        print(f"stopped in {(time.perf_counter() - stopping) * 1e3:.0f} ms")
        received = len(fake.journal.requests())
        print(f"received {received} of {REQUESTS}, {REQUESTS - received} lost")


if __name__ == "__main__":
    load() if sys.argv[1:] == ["load"] else main()
