"""How many requests a second the server holds with 16 connections, and how fast it stops.

The clients are a process of their own, so that they don't share the server's interpreter lock.
The times are of the wall: it is two processes that are measured.
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
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from pytest_fakecopy import FakeEC2
from tests.benchmarks.timing import Row

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
    figures = {
        "request": seconds / REQUESTS,
        "median": took[REQUESTS // 2],
        "99 %": took[REQUESTS * 99 // 100],
        "answers": Counter(outcome for outcome, _ in answers),
    }
    print(json.dumps(figures))


def rows(_clock: str) -> list[Row]:
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
            done = subprocess.run(
                [sys.executable, "-m", __spec__.name],
                input=json.dumps(request),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                cwd=Path(__file__).parents[2],
            )
            stopping = time.perf_counter()
        stopped = time.perf_counter() - stopping
        received = len(fake.journal.requests())
    figures = json.loads(done.stdout)
    good = figures["answers"].get("200", 0)
    return [
        Row(f"server, {CONNECTIONS} connections: request", "µs", fake=figures["request"] * 1e6),
        Row("server: median", "ms", fake=figures["median"] * 1e3),
        Row("server: 99 %", "ms", fake=figures["99 %"] * 1e3),
        Row("server: stop", "ms", fake=stopped * 1e3),
        Row(f"server: lost or refused of {REQUESTS}", "", fake=float(REQUESTS - good), target=0.0),
        Row(f"server: not received of {REQUESTS}", "", fake=float(REQUESTS - received), target=0.0),
    ]


if __name__ == "__main__":
    load()
