"""The limits of a runtime as a setting: merged one by one, each checked with a sentence of its own."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from pygent_engine.errors import SettingsError
from pygent_engine.runtime.default import default_runtime
from pygent_engine.settings import Settings
from pygent_engine.values import Resources

NAMES = "memory_mb, cpus, pids, tmp_mb, home_mb, file_mb"


def complaint(flags: dict[str, object], environ: dict[str, str], config: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.load(flags, environ=environ, config_file=config)
    return str(caught.value)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration file, empty at first."""
    path = tmp_path / "c.toml"
    path.touch()
    return path


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("memory=4096", f"there is no limit called 'memory'; there are {NAMES}."),
        ("memory_mb=0", "memory_mb is 0, which is not a whole number above 0."),
        ("memory_mb=5", "memory_mb is 5, and the Docker engine takes no less than 6."),
        ("memory_mb=4.5", "memory_mb is 4.5, which is not a whole number above 0."),
        ("memory_mb=2g", "memory_mb is '2g', which is not a whole number above 0."),
        ("memory_mb=", "memory_mb is '', which is not a whole number above 0."),
        ("cpus=-1", "cpus is -1, which is not a number above 0."),
        ("cpus=nan", "cpus is nan, which is not a number above 0."),
        ("cpus=inf", "cpus is inf, which is not a number above 0."),
        ("cpus=0.001", "cpus is 0.001, and the Docker engine takes no less than 0.01."),
        ("pids=x\x1b[2J", "pids is 'x\\x1b[2J', which is not a whole number above 0."),
        ("4096", "'4096' is not limits like memory_mb=4096 cpus=4 (in a file: a table of numbers)."),
        (" , ", "' , ' is not limits like memory_mb=4096 cpus=4 (in a file: a table of numbers)."),
    ],
)
def test_a_wrong_limit_is_one_sentence_naming_it(text: str, sentence: str, config: Path) -> None:
    assert complaint({}, {"PYGENT_RESOURCES": text}, config) == f"PYGENT_RESOURCES: {sentence}"
    assert complaint({"resources": text}, {}, config) == f"--resources: {sentence}"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("[resources]\nmemory_mb = '4096'", "memory_mb is '4096', which is not a whole number above 0."),
        ("[resources]\npids = true", "pids is True, which is not a whole number above 0."),
        ("[resources]\nhome_mb = -3", "home_mb is -3, which is not a whole number above 0."),
        ("[resources]\ndisk_mb = 3", f"there is no limit called 'disk_mb'; there are {NAMES}."),
        ("resources = 3", "3 is not limits like memory_mb=4096 cpus=4 (in a file: a table of numbers)."),
        ("resources = [3]", "[3] is not limits like memory_mb=4096 cpus=4 (in a file: a table of numbers)."),
    ],
)
def test_a_wrong_limit_of_the_file_is_one_sentence_naming_both(content: str, sentence: str, config: Path) -> None:
    config.write_text(content)
    assert complaint({}, {}, config) == f"resources in {config}: {sentence}"


def test_each_limit_is_taken_from_its_strongest_source(config: Path) -> None:
    config.write_text("[resources]\nmemory_mb = 1024\ncpus = 1\npids = 100\n")
    environ = {"PYGENT_RESOURCES": "memory_mb=2048, pids=200"}
    settings = Settings.load({"resources": ["memory_mb=4096", "tmp_mb=64"]}, environ=environ, config_file=config)
    assert dict(settings.resources) == {"memory_mb": 4096, "cpus": 1, "pids": 200, "tmp_mb": 64}


def test_every_limit_can_be_set_and_reaches_the_runtime(config: Path) -> None:
    wanted = Resources(memory_mb=6, cpus=0.5, pids=7, tmp_mb=8, home_mb=9, file_mb=10)
    text = " ".join(f"{field.name}={getattr(wanted, field.name)}" for field in fields(Resources))
    settings = Settings.load({"resources": text, "use_docker": False, "network": True}, environ={}, config_file=config)
    with default_runtime(settings) as runtime:
        assert (runtime.resources, runtime.network) == (wanted, True)


@pytest.mark.parametrize(
    ("content", "environ", "flags", "wanted"),
    [
        ("", {}, {}, False),
        ("network = true", {}, {}, True),
        ("network = true", {"PYGENT_NETWORK": "0"}, {}, False),
        ("", {"PYGENT_NETWORK": "0"}, {"network": True}, True),
    ],
)
def test_the_network_is_off_unless_the_strongest_source_says_otherwise(
    content: str, environ: dict[str, str], flags: dict[str, object], wanted: bool, config: Path
) -> None:
    config.write_text(content)
    assert Settings.load(flags, environ=environ, config_file=config).network is wanted
