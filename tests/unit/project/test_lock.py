"""The lock files hold what pyproject.toml asks for, and nothing that ties them to one machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def locked(name: str) -> dict[str, list[Requirement]]:
    """Package -> its locked versions, one for each marker."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found: dict[str, list[Requirement]] = {}
    for line in re.findall(r"^([a-zA-Z0-9].*?) ?\\$", text, re.MULTILINE):
        requirement = Requirement(line)
        found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def asked(*, dev: bool) -> list[Requirement]:
    texts = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    texts += PROJECT["project"]["optional-dependencies"]["postgresql"]
    return [Requirement(text) for text in [*texts, *(PROJECT["dependency-groups"]["dev"] if dev else [])]]


@pytest.mark.parametrize(("name", "dev"), [("requirements.lock", False), ("requirements-dev.lock", True)])
def test_a_lock_holds_all_that_is_asked_for(name: str, dev: bool) -> None:
    lock = locked(name)
    for requirement in asked(dev=dev):
        versions = lock.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not in {name}: run scripts/lock"
        for version in versions:
            (specifier,) = version.specifier
            assert requirement.specifier.contains(specifier.version), f"{version} in {name}: run scripts/lock"


@pytest.mark.parametrize(("name", "dev"), [("requirements.lock", False), ("requirements-dev.lock", True)])
def test_a_lock_holds_nothing_that_is_no_longer_asked_for(name: str, dev: bool) -> None:
    wanted = {canonicalize_name(requirement.name) for requirement in asked(dev=dev)}
    text = (ROOT / name).read_text(encoding="utf-8")
    for package in re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)[1:]:
        if "voicebot (pyproject.toml" in package:
            (found,) = re.findall(r"^[a-zA-Z0-9._-]+", package)
            assert canonicalize_name(found) in wanted, f"{found} in {name}: run scripts/lock"


def test_both_locks_hold_the_same_versions() -> None:
    dev = {name: sorted(map(str, versions)) for name, versions in locked("requirements-dev.lock").items()}
    for name, versions in locked("requirements.lock").items():
        assert dev.get(name) == sorted(map(str, versions)), f"{name} differs: run scripts/lock"


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-dev.lock", "requirements-rasa.lock", "requirements-coqui.lock"]
)
def test_every_package_is_pinned_with_hashes_and_no_index_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    packages = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(packages) > 30
    assert all("==" in package and "--hash=sha256:" in package for package in packages)
    assert not re.search(r"://|--index|--find-links|file:", text)


def test_coquis_lock_holds_what_is_asked_for_and_both_builds_of_pytorch_are_one_release() -> None:
    lock = locked("requirements-coqui.lock")
    lines = (ROOT / "requirements-coqui.in").read_text(encoding="utf-8").splitlines()
    asked_for = [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]
    assert len(asked_for) > 5
    for requirement in asked_for:
        for version in lock[canonicalize_name(requirement.name)]:
            (specifier,) = version.specifier
            assert requirement.specifier.contains(specifier.version), f"{version}: run scripts/lock"
    (without_gpu,), (usual,) = locked("requirements-coqui-cpu.lock")["torch"], lock["torch"]
    assert str(without_gpu.specifier) == f"{usual.specifier}+cpu"


def test_rasas_lock_holds_what_is_asked_for() -> None:
    lock = locked("requirements-rasa.lock")
    lines = (ROOT / "requirements-rasa.in").read_text(encoding="utf-8").splitlines()
    asked_for = [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]
    assert len(asked_for) > 3
    for requirement in asked_for:
        for version in lock[canonicalize_name(requirement.name)]:
            (specifier,) = version.specifier
            assert requirement.specifier.contains(specifier.version), f"{version}: run scripts/lock"
    assert all('sys_platform == "never"' in str(one.marker) for one in lock["tensorflow"])
