"""The timeline as SVG and HTML: well-formed, self-contained, and nothing over the edge."""

from __future__ import annotations

import itertools
import re
import time
from datetime import datetime, timedelta, timezone
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from botocore.exceptions import ClientError

from pytest_fakecopy import FakeEC2
from pytest_fakecopy.drawing import draw
from pytest_fakecopy.drawing.scale import scale_of
from pytest_fakecopy.drawing.shapes import COLOURS, escaped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
SVG = "{http://www.w3.org/2000/svg}"
COPY = "snap-07bbaf4742ceb81d8"
NASTY = "<script>alert('1')</script> & \"Ünï☃\" \x00\x1b\ud800 " * 6


@pytest.fixture
def fake(kept_clients: None) -> Iterator[FakeEC2]:
    """A fake that starts at noon."""
    with FakeEC2(clock="virtual", start_time=NOON) as fake:
        yield fake


def copy(fake: FakeEC2, **parameters: Any) -> str:
    """Start a copy of a new snapshot."""
    source = fake.snapshots.add(region="us-west-2")
    request = {"SourceRegion": "us-west-2", "SourceSnapshotId": source.snapshot_id, **parameters}
    return str(fake.client("ec2").copy_snapshot(**request)["SnapshotId"])


def nothing(fake: FakeEC2) -> None:
    """Do nothing."""


def late_failure(fake: FakeEC2) -> None:
    """Fail a copy after five seconds."""
    copy(fake, Encrypted=True, KmsKeyId="alias/none")
    fake.clock.tick(600)


def everything(fake: FakeEC2) -> None:
    """Leave nothing out that has a mark."""
    fake.snapshots.add(state="recoverable")
    key = fake.kms.add_key()
    copied = copy(fake)
    time.sleep(5)
    key.disable()
    fake.client("ec2").delete_snapshot(SnapshotId=copied)
    with pytest.raises(ClientError):
        fake.client("ec2").delete_snapshot(SnapshotId="snap-0123456789abcdef0")
    copy(fake)
    fake.clock.tick(timedelta(days=400))
    copy(fake)


def nasty(fake: FakeEC2) -> None:
    """Use texts that would break XML, and long ones."""
    fake.faults.fail_copies(NASTY)
    copy(fake, Description="<&>" * 50)
    fake.clock.settle()


def many(fake: FakeEC2) -> None:
    """Have more lanes than are drawn, and hundreds of moments."""
    for _ in range(210):
        fake.snapshots.add()
    client = fake.client("ec2")
    for _ in range(300):
        client.describe_regions()
        fake.clock.tick(0.5)


STORIES = [nothing, late_failure, everything, nasty, many]


def texts(root: ET.Element) -> list[ET.Element]:
    """Return the texts of an image."""
    return list(root.iter(f"{SVG}text"))


@pytest.mark.parametrize("happens", STORIES)
def test_the_image_is_well_formed_and_alone(
    fake: FakeEC2, happens: Callable[[FakeEC2], None]
) -> None:
    """It parses, needs no script and no other file, and follows the reader's colour scheme."""
    happens(fake)

    text = fake.timeline("svg")

    root = ET.fromstring(text)  # noqa: S314  # our own
    assert root.tag == f"{SVG}svg"
    assert not list(root.iter(f"{SVG}script"))
    assert re.findall(r"https?://[^\"]*|url\(|@import|href", text) == ["http://www.w3.org/2000/svg"]
    assert "prefers-color-scheme: dark" in text


@pytest.mark.parametrize("happens", STORIES)
def test_nothing_is_drawn_over_the_edge(fake: FakeEC2, happens: Callable[[FakeEC2], None]) -> None:
    """Every mark and every text is inside of the image."""
    happens(fake)

    root = ET.fromstring(fake.timeline("svg"))  # noqa: S314  # our own

    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for text in texts(root):
        end = float(text.attrib["x"]) + 6.7 * len(text.text or "")
        assert end <= width + 1, text.text
        assert 0 < float(text.attrib["y"]) <= height
    for shape in [*root.iter(f"{SVG}rect"), *root.iter(f"{SVG}circle")]:
        x = float(shape.attrib.get("x", shape.attrib.get("cx", "0")))
        assert 0 <= x <= width


@pytest.mark.parametrize("happens", STORIES)
def test_labels_of_the_axis_do_not_overlap(
    fake: FakeEC2, happens: Callable[[FakeEC2], None]
) -> None:
    """Those that have no room are left out."""
    happens(fake)

    root = ET.fromstring(fake.timeline("svg"))  # noqa: S314  # our own

    axis = [text for text in texts(root) if text.attrib["y"] == "54.0"]
    places = sorted((float(text.attrib["x"]), len(text.text or "")) for text in axis)
    for (left, length), (right, _) in itertools.pairwise(places):
        assert left + 6.7 * length <= right


def test_what_a_failed_copy_looks_like(fake: FakeEC2) -> None:
    """Its lane has both states, the rule that failed it, and the reason in words."""
    late_failure(fake)

    root = ET.fromstring(fake.timeline("svg"))  # noqa: S314  # our own

    shown = [text.text for text in texts(root)]
    titles = [title.text for title in root.iter(f"{SVG}title")]
    assert shown[:4] == ["rules 'documented', times since 2026-01-31 12:00:00 UTC", "+0s", "+5s",
                         "now +10m"]  # fmt: skip
    assert shown[4:] == [
        "requests", "time", "tick 10m",
        "snap-0ca40964e6f06eced", "us-west-2", "completed",
        COPY, "us-east-1, of snap-0ca40964e6f06eced", "pending", "error",
        "kms-key-is-usable: alias/none names no KMS key in us-east-1 for account 111122223333",
        "pending", "completed", "error", "request", "judged", "failed by a rule",
    ]  # fmt: skip
    assert "+5s\nkms-key-is-usable: alias/none names no KMS key in us-east-1 for account" in (
        "\n".join(filter(None, titles))
    )


def test_every_kind_of_mark(fake: FakeEC2) -> None:
    """Failed requests, deletions, changes, sleeps, other states and what is scheduled are drawn."""
    everything(fake)

    text = fake.timeline("svg")

    for part in ('class="ring bad"', 'class="cross"', "var(--mark)", 'class="arrow sleep"',
                 'fill="var(--other)"', ">recoverable<", 'stroke-dasharray="2 2"',
                 "scheduled: is validated", "tick 400d", "judged"):  # fmt: skip
        assert part in text, part


def test_states_differ_without_colours(fake: FakeEC2) -> None:
    """One is hollow, one is solid, the others have stripes, each of its own width."""
    everything(fake)
    late_failure(fake)

    text = fake.timeline("svg")

    bars = re.findall(r"<g>(<rect.*?)<title>(\w+)", text)
    forms = {
        state: ("hollow" in shape, "stripes" in shape, "stripes other" in shape)
        for shape, state in bars
    }
    assert forms == {
        "recoverable": (False, True, True),
        "pending": (True, False, False),
        "completed": (False, False, False),
        "error": (False, True, False),
    }


def test_texts_can_be_read() -> None:
    """Their contrast is that of WCAG's level AA, in the light and in the dark."""
    palettes = [dict(re.findall(r"--(\w+): (#\w{6})", part)) for part in COLOURS.split("@media")]

    for palette in palettes:
        for name in ("ink", "faint", "error", "completed", "other", "pending", "mark"):
            assert contrast(palette[name], palette["paper"]) >= 4.5, (name, palette["paper"])


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, as WCAG 2 defines it."""
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_signs_without_room_make_one(fake: FakeEC2) -> None:
    """It is a failure if one of them is, has their number, and tells of the first."""
    client = fake.client("ec2")
    for number in range(300):
        fake.clock.tick(0.5)
        if number == 1:
            with pytest.raises(ClientError):
                client.delete_snapshot(SnapshotId="snap-0123456789abcdef0")
        client.describe_regions()

    root = ET.fromstring(fake.timeline("svg"))  # noqa: S314  # our own

    *rings, _, _ = root.iter(f"{SVG}circle")  # the last are the legend's
    places = sorted({float(ring.attrib["cx"]) for ring in rings})
    counts = [int(text.text or "") for text in texts(root) if (text.text or "").isdecimal()]
    assert sum(counts) == 301
    assert min(right - left for left, right in itertools.pairwise(places)) >= 12
    assert next(ring.attrib["class"] for ring in rings) == "ring bad"
    heads = [path for path in root.iter(f"{SVG}path") if "l4 4l-4 4" in path.attrib["d"]]
    assert len(heads) < 160


def test_a_sign_does_not_tell_without_end(fake: FakeEC2) -> None:
    """Twelve lines stand under the pointer; all of them are in the journal."""
    client = fake.client("ec2")
    for _ in range(20):
        client.describe_regions()

    root = ET.fromstring(fake.timeline("svg"))  # noqa: S314  # our own

    [told] = [title.text for title in root.iter(f"{SVG}title") if "Regions" in (title.text or "")]
    lines = (told or "").splitlines()
    assert len(lines) == 13
    assert lines[-1] == "... and 9 more lines"


@pytest.mark.parametrize("crowded", [True, False])
def test_the_name_of_a_state_beside_its_bar(fake: FakeEC2, crowded: bool) -> None:
    """Where a bar is too short for its name, that is not written over what is scheduled."""
    for _ in range(100 * crowded):
        fake.client("ec2").describe_regions()
        fake.clock.tick(1)
    copy(fake)

    root = ET.fromstring(fake.timeline("svg"))  # noqa: S314  # our own

    [pending] = [text for text in texts(root) if text.text == "pending" and not faint(text)]
    scheduled = [circle for circle in root.iter(f"{SVG}circle") if "class" not in circle.attrib]
    # The last is the legend's.
    first = min(float(each.attrib["cx"]) for each in scheduled[:-1])
    assert (float(pending.attrib["x"]) > first) is crowded


def faint(text: ET.Element) -> bool:
    """Say whether a text is one of the legend's."""
    return "faint" in text.attrib["class"]


def test_failed_copies_have_a_lane_before_others(fake: FakeEC2) -> None:
    """Where snapshots are too many for the picture, those that tell the least are left out."""
    for _ in range(205):
        fake.snapshots.add()
    copied = copy(fake)
    failed = copy(fake, Encrypted=True, KmsKeyId="alias/none")
    fake.clock.settle()

    text = fake.timeline("svg")

    assert "... and 9 more snapshots" in text
    assert f">{copied}</text>" in text
    assert f">{failed}</text>" in text


def test_what_is_too_many_is_counted(fake: FakeEC2) -> None:
    """Lanes beyond the limit are, and several requests of one moment."""
    many(fake)
    copy(fake)
    fake.client("ec2").describe_regions()

    text = fake.timeline("svg")

    assert "... and 12 more snapshots" in text
    assert ">2</text>" in text


def test_long_texts_are_cut_and_told_whole(fake: FakeEC2) -> None:
    """What has no room ends in dots, and its title has all of it."""
    fake.faults.fail_copies("x" * 500)
    copy(fake)
    fake.clock.settle()

    root = ET.fromstring(fake.timeline("svg"))  # noqa: S314  # our own

    [cut] = [text.text for text in texts(root) if (text.text or "").startswith("a fault")]
    assert (cut or "").endswith("x...")
    assert f"a fault of the test: {'x' * 500}" in [title.text for title in root.iter(f"{SVG}title")]


def test_escaped() -> None:
    """Markup is escaped, and what XML can't hold replaced."""
    assert escaped("<a b='c'>&\"\x00\x1b\ud800\ufffe\n☃𝄞") == (
        "&lt;a b=&#x27;c&#x27;&gt;&amp;&quot;????\n☃𝄞"
    )


class Tags(HTMLParser):
    """Collects the tags of a page."""

    def __init__(self) -> None:
        """Start without tags."""
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Note a tag, and that it is to be closed."""
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        """Note a tag that needs no other."""
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the last tag, which must be this one."""
        assert self.open.pop() == tag


@pytest.mark.parametrize("happens", STORIES)
def test_the_page_is_well_formed(fake: FakeEC2, happens: Callable[[FakeEC2], None]) -> None:
    """Every tag is closed, there is no script, and it can be written as UTF-8."""
    happens(fake)
    tags = Tags()

    page = draw(fake.story(), "html", f"test_x.py::test_it[{NASTY}]")
    tags.feed(page)

    assert tags.open == []
    assert tags.seen >= {"html", "svg", "table", "title"}
    assert "script" not in tags.seen
    assert "\ud800" not in page
    assert page.encode("utf-8")


def test_the_page_lists_everything(fake: FakeEC2) -> None:
    """Below the picture stands each entry of the journal, failures in red, the future last."""
    everything(fake)

    page = fake.timeline("html")

    rows = re.findall(r"<tr(.*?)><td>(.*?)</td><td>(.*?)</td></tr>", page)
    assert rows[0] == (
        "",
        "+0s",
        "snap-0ca40964e6f06eced in us-east-1: recoverable (the test added it)",
    )
    assert [text[:25] for kind, _, text in rows if "bad" in kind] == ["DeleteSnapshot in us-east"]
    assert next(text for kind, _, text in rows if "minor" in kind) == "time moved by 5s: sleep"
    assert rows[-1][0] == ' class="due"'
    assert rows[-1][2].startswith("scheduled: snap-")


def test_no_page_shows_a_secret(fake: FakeEC2) -> None:
    """Neither signatures nor keys nor tokens are in any format."""
    copy(fake)
    [request] = fake.journal.requests("CopySnapshot")
    signature = request.parameters["PresignedUrl"].partition("X-Amz-Signature=")[2]
    account = fake.accounts.default

    drawn = fake.timeline("text") + fake.timeline("svg") + fake.timeline("html")

    assert len(signature) == 64
    for secret in (signature, account.secret_access_key, account.session_token or signature):
        assert secret not in drawn


def test_the_scale_keeps_the_order() -> None:
    """Longer gaps are wider, and none is without width, from a millisecond to a year."""
    gaps = [timedelta(milliseconds=1), timedelta(seconds=1), timedelta(minutes=1), timedelta(365)]
    times = [NOON]
    for gap in gaps:
        times.append(times[-1] + gap)

    scale = scale_of(times, 100.0)

    widths = [scale[right] - scale[left] for left, right in itertools.pairwise(times)]
    assert scale[NOON] == 100
    assert widths == sorted(widths)
    assert widths[0] > 10
    assert round(scale.width) == round(sum(widths))


@pytest.mark.parametrize(
    ("count", "width"), [(1, 0), (2, 480), (2000, 1600)], ids=["one", "few", "many"]
)
def test_the_scale_has_bounds(count: int, width: float) -> None:
    """A picture is neither tiny nor endless."""
    scale = scale_of([NOON + timedelta(seconds=number) for number in range(count)], 0)

    assert round(scale.width) == width
