"""Options as pytest's command line and its configuration files give them, in every form."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from pytest_fakecopy.errors import UsageError, nearest
from pytest_fakecopy.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pytest

PREFIX = "fake_ec2"
TIMELINE_FOR = ("failed", "all")
_LIST = "passthrough"
_HELP = {
    "rules": 'rule book: "documented" (default) or "observed"',
    "account_id": "default account, 12 digits",
    "clock": '"freezegun" (default), "time-machine", "virtual" or "real"',
    "start_time": "when each test starts, ISO 8601 with an offset; default is the present",
    "sleep": '"instant" (default) moves the clock where the test sleeps, or "real"',
    "validation_delay": "seconds from acceptance of a copy to its verdict (5)",
    "copy_duration": "seconds from acceptance of a copy to its completion (60)",
    "max_concurrent_copies": "copies in progress per account and Region (20)",
    "passthrough": "services or service:Operation that may pass, separated by spaces",
    "credentials": '"lenient" (default) or "strict" about unknown access keys',
    "seed": "what all ids are derived from (0)",
}


def add_ini_keys(parser: pytest.Parser) -> None:
    """Add one ini key per option."""
    for name in Options.names():
        # The only list: pytest warns where one is given for a text.
        kind: Literal["args"] | None = "args" if name == _LIST else None
        parser.addini(f"{PREFIX}_{name}", f"fake_ec2: {_HELP[name]}", type=kind, default=None)


def add_timeline_options(group: pytest.OptionGroup) -> None:
    """Add the options that have timelines drawn into files."""
    group.addoption(
        "--fake-ec2-timeline",
        metavar="DIR",
        default=None,
        help="draw what happened in each failed test that uses fake_ec2 into an HTML file in DIR",
    )
    group.addoption(
        "--fake-ec2-timeline-for",
        choices=TIMELINE_FOR,
        default=None,
        help="which tests to draw: failed (default) or all",
    )


def require_consistent(config: pytest.Config, options: Options) -> None:
    """Refuse keys that don't exist and options that can't go together.

    Raises:
        UsageError: the message names the nearest key, or what to install or to write instead.
    """
    _require_known_keys(config)
    if options.clock == "time-machine" and find_spec("time_machine") is None:
        msg = (
            "fake_ec2 option clock='time-machine': time-machine is not installed.\n"
            'To install it: pip install "pytest-fakecopy[time-machine]"'
        )
        raise UsageError(msg)
    directory = config.getoption("--fake-ec2-timeline")
    if directory is None and config.getoption("--fake-ec2-timeline-for") is not None:
        msg = (
            "--fake-ec2-timeline-for says which tests to draw, and not where to: add"
            " --fake-ec2-timeline=DIR"
        )
        raise UsageError(msg)
    if directory is not None:
        # Absolute, because pytest-xdist's workers may run elsewhere.
        config.option.fake_ec2_timeline = str(_directory(config, directory))


def _directory(config: pytest.Config, name: str) -> Path:
    directory = config.invocation_params.dir / name
    if not name or (directory.exists() and not directory.is_dir()):
        msg = f"--fake-ec2-timeline={name!r}: expected a directory, which is made if it isn't there"
        raise UsageError(msg)
    return directory


def _require_known_keys(config: pytest.Config) -> None:
    known = [f"{PREFIX}_{name}" for name in Options.names()]
    for key in _keys(config):
        if key.replace("-", "_").startswith(PREFIX) and key not in known:
            msg = f"No ini key is named {key!r}.{nearest(key, known)}\nKeys: {', '.join(known)}"
            raise UsageError(msg)


def _keys(config: pytest.Config) -> Iterable[str]:
    given: Iterable[str] = config.getoption("override_ini") or ()
    return [*_entries(config), *(text.partition("=")[0].strip() for text in given)]


def _entries(config: pytest.Config) -> Mapping[str, Any]:
    """Return what stands in the configuration file."""
    # pytest 9.2 deprecates `Config.inicfg`; nothing public tells of unknown keys, or of values in
    # their native types.
    entries = getattr(config, "_inicfg", None)
    return config.inicfg if entries is None else entries


def ini_values(config: pytest.Config) -> dict[str, Any]:
    """Return the options that the configuration file gives, as it gives them."""
    values = {name: _ini_value(config, f"{PREFIX}_{name}") for name in Options.names()}
    return {name: value for name, value in values.items() if value not in (None, "")}


def _ini_value(config: pytest.Config, key: str) -> Any:  # noqa: ANN401  # any type of TOML's
    entry = _entries(config).get(key)
    if getattr(entry, "mode", "ini") == "toml":
        # pytest 9: the table [tool.pytest] has numbers, lists and dates; `Options` checks them.
        return entry.value  # type: ignore[union-attr]  # only an entry has a mode
    value = config.getini(key)
    return " ".join(value) if isinstance(value, list) else value


def described(options: Options) -> str:
    """Return the options that differ from the defaults: `, rules=observed, seed=7`."""
    defaults = Options()
    changed = [
        name for name in Options.names() if getattr(options, name) != getattr(defaults, name)
    ]
    return "".join(f", {name}={getattr(options, name)}" for name in changed)
