"""The order of the phases: whatever a row refers to is there before it."""

from __future__ import annotations

import asyncio

from migrator_core.convert.commands import FreeCommands
from migrator_core.pipeline.agents import AgentsPhase
from migrator_core.pipeline.chats import ChatsPhase
from migrator_core.pipeline.context import Context
from migrator_core.pipeline.files import FilesPhase
from migrator_core.pipeline.groups import GroupsPhase
from migrator_core.pipeline.prompts import PromptsPhase
from migrator_core.pipeline.rest import RestPhase
from migrator_core.pipeline.sharing import SharingPhase, UnusedSharesPhase, instance_projects
from migrator_core.pipeline.steps import Driver
from migrator_core.pipeline.tags import TagsPhase
from migrator_core.pipeline.users import MergedUsersPhase, UsersPhase, plan, read_identities
from migrator_core.target import OpenWebUI

HANDLED = frozenset(
    {
        "aclentries",
        "agents",
        "conversations",
        "conversationtags",
        "files",
        "groups",
        "messages",
        "promptgroups",
        "prompts",
        "users",
    }
)
"""The collections that have a phase of their own; all others are counted and left behind."""

PHASE_COUNT = 12


async def run_phases(context: Context, driver: Driver, target: OpenWebUI) -> None:
    """Walk the whole backup."""
    await _accounts(context, driver, target)
    await driver.drive(GroupsPhase(context))
    await driver.drive(TagsPhase(context))
    await driver.drive(FilesPhase(context))
    await _chats(context, driver)
    await _library(context, driver, target)
    await driver.drive(RestPhase(context, HANDLED))
    for notice in context.backup.notices:
        driver.warn(notice)
    await driver.close()


async def _accounts(context: Context, driver: Driver, target: OpenWebUI) -> None:
    identities = await asyncio.to_thread(read_identities, context)
    emails = {identity.email.strip().lower() for identity in identities if identity.email}
    existing = await target.accounts(sorted(emails))
    decided = plan(identities, existing)
    await driver.drive(UsersPhase(context, decided, existing))
    await driver.drive(MergedUsersPhase(context, decided))
    arrived = set(context.accounts.values())
    context.principals = {
        principal: account
        for principal, account in decided.principals.items()
        if account in arrived
    }


async def _chats(context: Context, driver: Driver) -> None:
    driver.journal.progress.start("index of messages")
    index = await asyncio.to_thread(context.backup.message_index, driver.journal.progress.advance)
    conversations = await asyncio.to_thread(_count, context, "conversations")
    await driver.drive(ChatsPhase(context, index, index.total + conversations))


def _count(context: Context, collection: str) -> int:
    """How many documents there are, so that the longest phase can say how long it takes."""
    if not context.has(collection):
        return 0
    return sum(1 for _ in context.backup.documents(collection))


async def _library(context: Context, driver: Driver, target: OpenWebUI) -> None:
    await driver.drive(SharingPhase(context))
    projects = await asyncio.to_thread(instance_projects, context)
    commands = FreeCommands(await target.prompt_commands())
    await driver.drive(PromptsPhase(context, commands, projects))
    agents = AgentsPhase(context, projects)
    await driver.drive(agents)
    advice = agents.advice()
    if advice is not None:
        driver.warn(advice)
    await driver.drive(UnusedSharesPhase(context))
