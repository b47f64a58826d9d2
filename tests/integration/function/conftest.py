"""One Open WebUI per version and database, in which an administrator migrates the sample."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from tests.support.dumps import TABLES, Rows
from tests.support.environments import CURRENT, OLDER, deployment
from tests.support.function import YES, Answer, Site, contents, site
from tests.support.sample import SAMPLE

WRITTEN: dict[str, Any] = {
    **TABLES,
    "user": {"last_active_at"},
    **dict.fromkeys(("function", "config", "folder", "feedback"), ()),
}
"""Tables that a migration writes or could, and the columns that any request changes."""


def target(version: str, database: str, *marks: pytest.MarkDecorator) -> ParameterSet:
    """A version and a database, all of whose tests one worker does."""
    name = f"{version}-{database}"
    together = pytest.mark.xdist_group(f"function-{name}")
    return pytest.param(
        (version, database), id=name, marks=[together, pytest.mark.openwebui, *marks]
    )


SQLITE = target(CURRENT, "sqlite")
POSTGRESQL = target(CURRENT, "postgresql", pytest.mark.postgres)
TARGETS = [SQLITE, POSTGRESQL, *(target(version, "sqlite") for version in OLDER)]


@dataclass(frozen=True, kw_only=True)
class Story:
    """An administrator's way from an empty Open WebUI to a migrated one, without a detour.

    Without a chat: ``nothing`` there yet, ``checked``, ``asked`` (a run without a preview, which
    makes one), ``yes_too_early``. In a chat: ``previewed``, ``question``, ``migrated``,
    ``reported``. ``before`` and ``untouched`` are the tables before and after everything that must
    not write.
    """

    site: Site
    buttons: dict[str, list[str]]
    for_ordinary: dict[str, list[str]]
    nothing: str
    checked: str
    yes_too_early: str
    asked: str
    before: dict[str, Rows]
    untouched: dict[str, Rows]
    runs_before: int
    previewed: Answer
    question: Answer
    runs_unconfirmed: int
    migrated: Answer
    runs: Rows
    verified: str
    again: str
    runs_again: Rows


@pytest.fixture(scope="session")
def story(
    request: pytest.FixtureRequest, built_program: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """The story in a version and a database: ``indirect`` parameters, one of ``TARGETS``."""
    version, database = request.param
    home = tmp_path_factory.mktemp(f"function-{version}-{database}")
    url = None
    if database == "postgresql":
        url = request.getfixturevalue("postgres").create_database("function")
    with site(deployment(version, home, url), built_program) as here:
        yield _told(here)


def _told(here: Site) -> Story:
    buttons, for_ordinary = here.models(here.admin), here.models(here.ordinary)
    nothing = here.say("check")
    shutil.copytree(SAMPLE, here.backup)
    before = contents(here.deployment, WRITTEN)
    checked = here.say("Check")
    yes_too_early = here.say(YES)
    asked = here.say("run")
    here.say("preview")
    untouched = contents(here.deployment, WRITTEN)
    runs_before = len(here.runs())
    previewed = here.tell("/preview")
    question = here.tell("Run", previewed)
    runs_unconfirmed = len(here.runs())
    migrated = here.tell(f"{YES}.", question)
    runs = here.runs()
    verified = here.say("verify")
    here.say("run")
    again = here.say("yes")
    return Story(
        site=here, buttons=buttons, for_ordinary=for_ordinary, nothing=nothing, checked=checked,
        yes_too_early=yes_too_early, asked=asked, before=before, untouched=untouched,
        runs_before=runs_before, previewed=previewed, question=question,
        runs_unconfirmed=runs_unconfirmed, migrated=migrated, runs=runs, verified=verified,
        again=again,
        runs_again=here.runs(),
    )  # fmt: skip
