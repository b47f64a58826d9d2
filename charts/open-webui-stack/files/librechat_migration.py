"""
title: LibreChat Migration
author: librechat-migrate developers
version: 0.1.0
required_open_webui_version: 0.10.0
licence: MIT
license: MIT
icon_url: data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 viewBox=%220 0 24 24%22 fill=%22none%22 stroke=%22%23000%22 stroke-width=%222%22 stroke-linecap=%22round%22 stroke-linejoin=%22round%22%3E%3Cpath d=%22M4 4h7v6M4 4v16h7v-6M8 12h12m-4-4 4 4-4 4%22/%3E%3C/svg%3E
description: Moves a whole LibreChat backup into this Open WebUI. Administrators only.
"""

# What this file is
# -----------------
# LibreChat Migration moves a whole LibreChat backup into Open WebUI. This one file is
#
# - a Function for Open WebUI: Admin Panel, Functions, Import. It shows up as a model for
#   administrators; say "help" to it.
# - the program, wherever Open WebUI is installed:
#       python librechat_migration.py run --backup /path/to/backup --dry-run
#       python librechat_migration.py --help
#
# It needs nothing that Open WebUI does not bring along, with one exception: a backup made with
# mongodump needs the package pymongo.
#
# The file is made from the packages migrator_core and owui_function by
# `python -m owui_function.bundle`; change them, not this file. Each of their modules stands below
# as text, with one blank a level as indentation, with relative imports, and with the first
# paragraph of each function's documentation. At the end, a loader makes these texts importable.
# Line numbers in error messages count from the first line of a module's text.
#
# Contents
# --------
# migrator_core/__init__.py: Moves a whole LibreChat instance into Open WebUI.
# migrator_core/cli/__init__.py: The command line: ``librechat-migrate VERB [options]``.
# migrator_core/cli/arguments.py: The command line's words. Options for settings are made from :class:`Settings`.
# migrator_core/cli/display.py: What a run shows while it works: a live display, plain lines, or JSON lines.
# migrator_core/cli/exits.py: Exit statuses, a contract with scripts and the chart.
# migrator_core/cli/live.py: The live display on a terminal: a bar for every phase.
# migrator_core/cli/masking.py: E-mail addresses stay out of logs, which travel further than reports.
# migrator_core/cli/past_runs.py: ``runs`` and ``report``: what the ledger in Open WebUI's database remembers.
# migrator_core/cli/run.py: ``run``: migrate, or preview.
# migrator_core/cli/termination.py: The last word of a Job, for Kubernetes to show beside its exit status.
# migrator_core/convert/__init__.py: From LibreChat's documents to Open WebUI's rows: pure functions, no I/O, clock or randomness.
# migrator_core/convert/access.py: Who may use what: LibreChat's permissions as Open WebUI's access grants.
# migrator_core/convert/accounts.py: Which users of a backup become accounts, and which share one.
# migrator_core/convert/agent_params.py: An agent's model parameters, from every provider's names to Open WebUI's.
# migrator_core/convert/agents.py: LibreChat's agents as Open WebUI's workspace models.
# migrator_core/convert/attachments.py: Files that people attached, and what tools attached to answers.
# migrator_core/convert/avatars.py: Pictures of users and agents: small images that Open WebUI keeps inside its rows.
# migrator_core/convert/base_models.py: Which Open WebUI model stands for a LibreChat endpoint and model.
# migrator_core/convert/chat_dates.py: When a chat and its messages were written, in seconds, where the source says so or not.
# migrator_core/convert/chats.py: A LibreChat conversation with its messages as one Open WebUI chat (Open WebUI 0.10 to 0.12).
# migrator_core/convert/commands.py: Commands of prompts: unique over a whole Open WebUI, while LibreChat's were unique to nobody.
# migrator_core/convert/content/__init__.py: A message's ``content``: a list of typed parts, each with a converter of its own.
# migrator_core/convert/content/anchors.py: LibreChat's citation anchors: where they stand in a text.
# migrator_core/convert/content/annotations.py: What the OpenAI assistants noted beside their text (``beta.threads.messages`` annotations).
# migrator_core/convert/content/artifacts.py: LibreChat's artifacts, as code blocks that Open WebUI opens beside the chat.
# migrator_core/convert/content/attached.py: What tools attached to an answer (LibreChat 0.7.6 to 0.8.8, ``attachments`` of a message).
# migrator_core/convert/content/blocks.py: Markdown blocks that show what has no form of its own in Open WebUI, and stay readable.
# migrator_core/convert/content/citations.py: Citation anchors in an answer, as Open WebUI's ``[n]`` with ``sources``.
# migrator_core/convert/content/code_runs.py: Tools that run code, as code-interpreter items.
# migrator_core/convert/content/composition.py: The pieces of a message put together: its visible text and its ``output`` (Open WebUI 0.12).
# migrator_core/convert/content/embedded.py: Bytes that stand inside a message, as files of their own.
# migrator_core/convert/content/failures.py: Answers that failed: what LibreChat stored, in words.
# migrator_core/convert/content/file_items.py: References to files, as entries of a message's ``files`` (Open WebUI 0.12).
# migrator_core/convert/content/handoffs.py: Handoffs: an agent calls the tool ``lc_transfer_to_<agent>`` and the other one goes on.
# migrator_core/convert/content/images.py: Pictures as parts of a message.
# migrator_core/convert/content/inline_links.py: Links and pictures in a text that lead to LibreChat's own files.
# migrator_core/convert/content/links.py: How text refers to files: Markdown for a migrated one, words for a lost one.
# migrator_core/convert/content/markup.py: What is code in a Markdown text, so that nothing in it is taken for markup (CommonMark 0.31).
# migrator_core/convert/content/media.py: Sound and film as parts of a message.
# migrator_core/convert/content/notes.py: What LibreChat noted in an answer beside what the model said.
# migrator_core/convert/content/pieces.py: What a converter of one content part is given, and what it answers.
# migrator_core/convert/content/plugins.py: What plugins of old LibreChat versions left at a message (gptPlugins, gone by 0.8.6).
# migrator_core/convert/content/reasoning.py: What a model thought before it answered, as Open WebUI's ``reasoning`` items.
# migrator_core/convert/content/sources.py: Search results as entries of a message's ``sources`` (Open WebUI 0.12).
# migrator_core/convert/content/text.py: Text parts: what people typed and what models answered.
# migrator_core/convert/content/tool_calls.py: Parts of type ``tool_call``: what models asked of tools, and what came back.
# migrator_core/convert/content/tool_items.py: Tool calls as items of a message's ``output`` (Open WebUI 0.12, ``utils/middleware.py``).
# migrator_core/convert/content/tool_results.py: What a tool was given and what it answered, as texts that Open WebUI stores and shows.
# migrator_core/convert/content/unknown.py: Parts without a form of their own in Open WebUI: kept as a block that names them.
# migrator_core/convert/dates.py: From LibreChat's milliseconds to Open WebUI's seconds, within bounds that make sense.
# migrator_core/convert/feedback.py: Thumbs up and down: LibreChat's ``feedback`` as Open WebUI's annotation and feedback row.
# migrator_core/convert/files.py: LibreChat's file records as Open WebUI's files.
# migrator_core/convert/fingerprint.py: What a row contains, as one short value.
# migrator_core/convert/folders.py: LibreChat's chat projects as Open WebUI's folders (LibreChat 0.8.7, Open WebUI 0.10 to 0.12).
# migrator_core/convert/groups.py: LibreChat's groups as Open WebUI's groups.
# migrator_core/convert/history.py: All messages of a conversation as the ``history`` of an Open WebUI chat (Open WebUI 0.12).
# migrator_core/convert/ids.py: Target ids, derived from the source's identity so that every run gives the same ones.
# migrator_core/convert/layout.py: Which message stands where in a chat: questions before first answers, columns beside columns.
# migrator_core/convert/message_ids.py: One unique id per message of a conversation, and parent links in terms of those ids.
# migrator_core/convert/messages.py: One LibreChat message as a message of an Open WebUI chat (Open WebUI 0.12, ``history.messages``).
# migrator_core/convert/parallel.py: Answers that several models gave to one question, as the columns of Open WebUI.
# migrator_core/convert/parameters.py: A conversation's own model parameters, as the controls beside a chat of Open WebUI store them.
# migrator_core/convert/prompts.py: LibreChat's prompt groups as Open WebUI's prompts.
# migrator_core/convert/references.py: What messages refer to, so that it can be looked up before they are converted.
# migrator_core/convert/result.py: What a converter answers: a row with its warnings, or a reason why there is none.
# migrator_core/convert/shares.py: LibreChat's shared links as Open WebUI's shared chats (Open WebUI 0.10 to 0.12).
# migrator_core/convert/tags.py: LibreChat's bookmarks as Open WebUI's tags.
# migrator_core/convert/text.py: Strings and JSON values that every database behind Open WebUI stores.
# migrator_core/convert/tree.py: From parent links as stored to a forest that Open WebUI can show, by LibreChat's own rules.
# migrator_core/convert/usage.py: Tokens that an answer took, as Open WebUI's ``usage`` (0.10 to 0.12, ``utils/response.py``).
# migrator_core/convert/users.py: LibreChat's users as Open WebUI's accounts.
# migrator_core/convert/variables.py: Prompt variables: from LibreChat's ``{{name}}`` syntax to Open WebUI's.
# migrator_core/duration.py: Times as people say them.
# migrator_core/errors.py: The errors an operator can meet. Each says what is wrong, where, and what to do.
# migrator_core/outcome.py: What became of every source document, in one closed vocabulary.
# migrator_core/pipeline/__init__.py: The walk over a backup: phases, outcomes, and a report at the end.
# migrator_core/pipeline/agents.py: Agents as workspace models.
# migrator_core/pipeline/chats.py: Conversations with all their messages.
# migrator_core/pipeline/context.py: What the phases of one run share, and the one way in which they read documents.
# migrator_core/pipeline/files.py: Files: bytes into Open WebUI's storage, records into its database.
# migrator_core/pipeline/folders.py: Chat projects, as folders for the chats that come later.
# migrator_core/pipeline/groups.py: Groups of people, so that what was shared with a group stays shared with it.
# migrator_core/pipeline/history.py: Past runs and their reports, from the ledger.
# migrator_core/pipeline/journal.py: The record of a run while it goes on: counts in memory, everything else on disk.
# migrator_core/pipeline/migration.py: A whole run, from the backup on disk to the written report. Both doors call :func:`migrate`.
# migrator_core/pipeline/phases.py: The order of the phases: whatever a row refers to is there before it.
# migrator_core/pipeline/prompts.py: The prompt library: one prompt for each prompt group, in its production version.
# migrator_core/pipeline/rest.py: Everything that is not carried over: read, counted, and listed with its reason.
# migrator_core/pipeline/scratch.py: Notes that a run takes on disk, so that memory stays flat however large the backup is.
# migrator_core/pipeline/shares.py: Shared links: noted before the chats, carried over with the chat that each one shows.
# migrator_core/pipeline/sharing.py: Permissions: read once, handed to prompts and agents, each with an outcome of its own.
# migrator_core/pipeline/steps.py: What a phase yields, one step at a time, and how steps are carried out.
# migrator_core/pipeline/strays.py: Files in the backup that messages show and LibreChat has no record of.
# migrator_core/pipeline/tags.py: Bookmarks: the list of tags that each person keeps.
# migrator_core/pipeline/users.py: Users: who becomes an account, and whose content goes to which account.
# migrator_core/progress.py: How far a run is: counters and one stream of events.
# migrator_core/report/__init__.py: The three reports of a run: JSON for programs, Markdown and HTML for people.
# migrator_core/report/data.py: What a report says, whatever it is written as.
# migrator_core/report/files.py: Writes ``report.json``, ``report.md`` and ``report.html`` into a directory.
# migrator_core/report/grouping.py: Items and warnings sorted into groups that a person can read, in bounded memory.
# migrator_core/report/html.py: ``report.html``: one file that opens anywhere, in light and dark, without a network.
# migrator_core/report/markdown.py: ``report.md``: the report for a ticket or a wiki.
# migrator_core/report/summary.py: A report in a few lines, for a terminal and a Job's log.
# migrator_core/rows.py: What conversion hands to the writer: Open WebUI's rows, as plain data.
# migrator_core/settings.py: Every setting of the tool, in one place.
# migrator_core/source/__init__.py: Reading LibreChat: what kind of backup a path holds, its documents, and the bytes of its files.
# migrator_core/source/access.py: Opening what lies in a backup: regular files only, links never followed, nothing ever written.
# migrator_core/source/archive.py: mongodump archives: many collections, interleaved in one stream, taken apart in one pass.
# migrator_core/source/backup.py: A LibreChat backup, opened: its collections as streams of documents, and its files.
# migrator_core/source/blobs.py: From the path in a file record to its bytes inside the backup, and never to anything else.
# migrator_core/source/bsondoc.py: BSON documents, read into the project's plain values with pymongo's decoder.
# migrator_core/source/candidates.py: Which of the things a scan found are backups of LibreChat, and which one is meant.
# migrator_core/source/compressed.py: Decompressing streams that may be damaged or a bomb.
# migrator_core/source/containers.py: Tar and zip files beside or around a backup: what they hold, without unpacking them.
# migrator_core/source/conversations.py: Messages by conversation in bounded memory.
# migrator_core/source/discovery.py: Which backups lie somewhere: for a person who is about to choose one. Nothing is unpacked.
# migrator_core/source/documents.py: What every reader yields: documents of one collection, and the notices made on the way.
# migrator_core/source/extjson.py: MongoDB Extended JSON, relaxed and canonical, read into the project's plain values.
# migrator_core/source/jsonforms.py: Rewrites whatever JSON a collection was exported as into one document a line.
# migrator_core/source/layout.py: What lies at the path the operator named: recognised by content, not by name.
# migrator_core/source/limits.py: What a backup may ask of the machine: bounds against hostile or broken input.
# migrator_core/source/members.py: The members of tar and zip files, one after the other, in bounded memory.
# migrator_core/source/models/__init__.py: Pydantic models of LibreChat's documents, lenient on what every version since 0.7 wrote.
# migrator_core/source/models/access.py: Rows of ``aclentries`` (who may do what) and ``projects`` (how things were shared before).
# migrator_core/source/models/agent.py: A row of LibreChat's ``agents`` collection.
# migrator_core/source/models/base.py: What all document models share: lenient fields and one way to parse.
# migrator_core/source/models/chat_project.py: A row of LibreChat's ``chatprojects`` collection: a named group of one user's conversations.
# migrator_core/source/models/conversation.py: A row of LibreChat's ``conversations`` collection.
# migrator_core/source/models/file.py: A row of LibreChat's ``files`` collection: what is known about a file, not its bytes.
# migrator_core/source/models/group.py: A row of LibreChat's ``groups`` collection: a local group or one of an identity provider.
# migrator_core/source/models/message.py: A row of LibreChat's ``messages`` collection.
# migrator_core/source/models/prompt.py: Rows of LibreChat's ``promptgroups`` and ``prompts`` collections.
# migrator_core/source/models/shared_link.py: A row of LibreChat's ``sharedlinks`` collection.
# migrator_core/source/models/tag.py: A row of LibreChat's ``conversationtags`` collection: one bookmark of one user.
# migrator_core/source/models/user.py: A row of LibreChat's ``users`` collection.
# migrator_core/source/mongodump.py: Collections of a mongodump: BSON documents, one behind the other.
# migrator_core/source/mongoexport.py: Collections of a mongoexport: Extended JSON, one document a line.
# migrator_core/source/names.py: Collection names: which ones LibreChat has, and how they appear as file names.
# migrator_core/source/recovery.py: Finding the next whole document behind damage, in formats without lines to cling to.
# migrator_core/source/refusals.py: What to tell an operator whose path holds no backup that can be read.
# migrator_core/source/scan.py: A bounded look at what lies below a path. Uploaded files are not walked, links not followed.
# migrator_core/source/scanner.py: Cuts a stream of JSON objects (an array, or objects behind each other) into one object at a time.
# migrator_core/source/sniff.py: What a file is, told by its first bytes; its name only decides where content cannot.
# migrator_core/source/spool.py: The tool's own work directory: what has to be unpacked or rewritten before it can be read.
# migrator_core/source/unpack.py: Unpacks tar and zip files into the work directory, trusting nothing in them.
# migrator_core/source/values.py: The plain values every backup format is read into, so that all of them look the same.
# migrator_core/target/__init__.py: Everything that knows Open WebUI: the only package that imports it, and only when connecting.
# migrator_core/target/conflicts.py: What is there already: the same question for a run and for its preview.
# migrator_core/target/engines.py: Connections that cannot write, and what a database is called in a message.
# migrator_core/target/faults.py: What a database error means for the run: wait, stop, or give up on one row.
# migrator_core/target/ledger.py: The memory of this tool, in Open WebUI's own database: which runs there were, what each one did.
# migrator_core/target/ledger_entries.py: What a run and its items look like in the ledger, written and read.
# migrator_core/target/ledger_tables.py: The two tables the migration adds to Open WebUI's database. Removing them harms nothing.
# migrator_core/target/lock.py: One migration at a time, by a lock that vanishes with its holder.
# migrator_core/target/mapping.py: From the rows of conversion to statements: checked, encoded, in the order foreign keys need.
# migrator_core/target/mapping_accounts.py: Accounts and groups (``open_webui/models/users.py``, ``auths.py``, ``groups.py``).
# migrator_core/target/mapping_chats.py: Chats and what belongs to them: messages, tags, files, ratings, folders, shared copies.
# migrator_core/target/mapping_resources.py: Files, prompts and models (``open_webui/models/files.py``, ``prompts.py``, ``models.py``).
# migrator_core/target/mapping_types.py: What the mapping modules share: one row of one table, and facts about the target.
# migrator_core/target/openwebui.py: The Open WebUI that receives the migration: its database, its accounts, its file storage.
# migrator_core/target/parcels.py: One item on its way: mapped, encoded, and with its entry for the ledger.
# migrator_core/target/passwords.py: Another password for an account that Open WebUI has already.
# migrator_core/target/plugin.py: What the Function needs of the Open WebUI that it is installed in, beyond the migration itself.
# migrator_core/target/preview.py: Answers like the live writer, and writes nothing.
# migrator_core/target/schema.py: What this Open WebUI's database looks like, asked of its own model classes.
# migrator_core/target/startup.py: Import Open WebUI from outside its server, leaving alone whatever the server owns.
# migrator_core/target/storage.py: Bytes into Open WebUI's file storage.
# migrator_core/target/writer.py: Writes items: short transactions of rows and ledger entries, and one bad row spoils no other.
# owui_function/__init__.py: The doors inside Open WebUI: a Pipe and an Action, and the builder of their files.
# owui_function/answers.py: The texts of all answers, in Markdown. Whatever comes from the backup is made harmless here.
# owui_function/card/__init__.py: The cards in the chat: HTML of our own, in a sandboxed frame, with everything escaped.
# owui_function/card/page.py: The frame around every card.
# owui_function/card/progress.py: The card of a preview or a run that goes on.
# owui_function/card/results.py: The card of a preview or a run that has ended.
# owui_function/desk.py: What an administrator asks for, and the answers. The Pipe and the Action are doors to it.
# owui_function/jobs.py: Previews and runs inside the server: each in a thread with an event loop of its own.
# owui_function/manners.py: How a job behaves in a process that serves people: one interpreter works for all of them.
# owui_function/pipe.py: The Pipe: the migration as a model that an administrator talks to.
# owui_function/previews.py: Which preview speaks for which run: same backup, same settings, same version of the tool.
# owui_function/promises.py: What the migration promises, in the words in which an administrator is asked to confirm it.
# owui_function/readiness.py: Whether a migration can begin: what was found, and what is in the way.
# owui_function/reports.py: The full report as files that the administrator can download.
# owui_function/stage.py: Where an answer appears: the message in Open WebUI that the Pipe or the Action works on.
# owui_function/summaries.py: How a preview or a run ended, wherever that is known from.
# owui_function/valves.py: The Function's settings: the tool's own, in an administrator's words.
# owui_function/views.py: How far a preview or a run is, as somebody sees it: the same whoever carries it out.
# owui_function/watching.py: Following a preview or a run until it ends, wherever it goes on.
# owui_function/words.py: What an administrator can say, typed or clicked.

from __future__ import annotations

MODULES: dict[str, str] = {}

# ==== migrator_core/__init__.py ====
MODULES["migrator_core/__init__.py"] = r'''
"""Moves a whole LibreChat instance into Open WebUI."""

from __future__ import annotations

__version__ = "0.1.0"
'''

# ==== migrator_core/cli/__init__.py ====
MODULES["migrator_core/cli/__init__.py"] = r'''
"""The command line: ``librechat-migrate VERB [options]``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from .arguments import build_parser
from .exits import ExitStatus, exit_status
from .termination import leave_word
from ..errors import MigratorError

DEBUG = "LIBRECHAT_MIGRATE_DEBUG"
"""Environment variable: show where an unexpected error happened."""


def main(arguments: Sequence[str] | None = None) -> int:
 """Run one verb and give its exit status (``docs/command-line.md`` lists them)."""
 parsed = build_parser().parse_args(arguments)
 try:
  return int(parsed.run_verb(parsed))
 except MigratorError as error:
  sys.stderr.write(f"librechat-migrate: {error}\n")
  leave_word(str(error))
  return int(exit_status(error))
 except KeyboardInterrupt:
  sys.stderr.write("librechat-migrate: stopped. It is safe to run again.\n")
  return int(ExitStatus.ABORTED)
 except Exception as error:
  if os.environ.get(DEBUG):
   raise
  leave_word(f"unexpected error: {type(error).__name__}: {error}")
  sys.stderr.write(
   f"librechat-migrate: unexpected error: {type(error).__name__}: {error}\n"
   "This is a flaw of the tool; please report it. What was written so far is complete, "
   f"and it is safe to run again. Set {DEBUG}=1 to see where it happened.\n"
  )
  return int(ExitStatus.ABORTED)
'''

# ==== migrator_core/cli/arguments.py ====
MODULES["migrator_core/cli/arguments.py"] = r'''
"""The command line's words. Options for settings are made from :class:`Settings`."""

from __future__ import annotations

import argparse
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import __version__
from . import past_runs, run
from ..settings import Settings, build, extra, from_environment

EPILOG = """\
exit status:
  0   finished, everything accounted for
  2   wrong usage
  10  cannot start: backup, Open WebUI or database not as needed
  11  finished with warnings, and --fail-on-warnings was given
  20  finished, some items failed
  30  aborted, safe to run again

Database, data directory, secret key and storage are Open WebUI's own settings and are read from
its own environment variables: DATABASE_URL, DATA_DIR, WEBUI_SECRET_KEY and so on.
"""


def build_parser() -> argparse.ArgumentParser:
 """The parser; each verb sets ``run_verb``, a function from the parsed words to a status."""
 parser = argparse.ArgumentParser(
  prog="librechat-migrate",
  description="Moves a LibreChat backup into Open WebUI.",
  epilog=EPILOG,
  formatter_class=argparse.RawDescriptionHelpFormatter,
  allow_abbrev=False,
 )
 parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
 verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
 _add_run(verbs)
 _add_runs(verbs)
 _add_report(verbs)
 _add_install_function(verbs)
 _add_demo(verbs)
 return parser


def settings_from(parsed: argparse.Namespace) -> Settings:
 """The settings of a run: a flag wins over the environment, which wins over the default."""
 values: dict[str, Any] = dict(from_environment(os.environ))
 for name in Settings.model_fields:
  given = getattr(parsed, name, None)
  if given is not None:
   values[name] = given
 return build(values)


def _add_verb(
 verbs: Any,  # noqa: ANN401 - argparse keeps the type of its sub-parsers private
 name: str,
 help_text: str,
 run_verb: Callable[[argparse.Namespace], int],
) -> argparse.ArgumentParser:
 verb: argparse.ArgumentParser = verbs.add_parser(
  name,
  help=help_text,
  description=help_text,
  epilog=EPILOG,
  formatter_class=argparse.RawDescriptionHelpFormatter,
  allow_abbrev=False,
 )
 verb.set_defaults(run_verb=run_verb)
 return verb


def _add_run(verbs: Any) -> None:  # noqa: ANN401 - as above
 verb = _add_verb(
  verbs,
  "run",
  "Migrate a backup; --dry-run previews.",
  lambda parsed: run.run(settings_from(parsed), parsed.log_format),
 )
 for name, field in Settings.model_fields.items():
  described = extra(field)
  default = "" if field.default in (None, False) else f" Default: {field.default}."
  if name == "model_map":
   default = ""
  options: dict[str, Any] = {
   "dest": name,
   "help": f"{field.description}{default} [{described['env']}]",
  }
  if field.annotation is bool:
   options |= {"action": argparse.BooleanOptionalAction}
  else:
   options |= {"metavar": described["metavar"]}
  verb.add_argument(described["flag"], default=None, **options)
 verb.add_argument(
  "--log-format",
  choices=("text", "json"),
  default="text",
  help="Lines for people, or one JSON object a line.",
 )


def _add_runs(verbs: Any) -> None:  # noqa: ANN401 - as above
 verb = _add_verb(
  verbs,
  "runs",
  "List the runs that Open WebUI's database knows.",
  lambda parsed: past_runs.list_runs(as_json=parsed.json),
 )
 verb.add_argument("--json", action="store_true", help="One JSON object a line.")


def _add_report(verbs: Any) -> None:  # noqa: ANN401 - as above
 verb = _add_verb(
  verbs,
  "report",
  "Write the report of a past run again.",
  lambda parsed: past_runs.write_report(parsed.run, parsed.report_dir),
 )
 verb.add_argument("run", nargs="?", metavar="RUN", help="The run's id. Default: the last run.")
 verb.add_argument(
  "--report-dir",
  type=Path,
  default=os.environ.get("MIGRATION_REPORT_DIR") or None,
  metavar="DIR",
  help="Where to. Default: DATA_DIR/librechat-migration/RUN. [MIGRATION_REPORT_DIR]",
 )


def _add_install_function(verbs: Any) -> None:  # noqa: ANN401 - as above
 if importlib.util.find_spec(f"{__package__}.install_function") is None:
  return  # the single file does not carry its own builder

 def install(parsed: argparse.Namespace) -> int:
  from . import install_function  # noqa: PLC0415 - as above

  token = parsed.token or os.environ.get(install_function.TOKEN)
  return install_function.install_function(parsed.url, token)

 verb = _add_verb(
  verbs,
  "install-function",
  "Put the Functions (a model to talk to, and buttons) into a running Open WebUI.",
  install,
 )
 verb.add_argument("--url", required=True, help="The address of Open WebUI.")
 verb.add_argument(
  "--token",
  metavar="TOKEN",
  help="An administrator's token or API key. Better in the environment. [OPEN_WEBUI_TOKEN]",
 )


def _add_demo(verbs: Any) -> None:  # noqa: ANN401 - as above
 if importlib.util.find_spec(f"{__package__}.demo") is None:
  return  # the single file comes without the demo and its sample

 def run_demo(parsed: argparse.Namespace) -> int:
  from .demo import demo  # noqa: PLC0415 - as above

  return demo(parsed.dir, serve=parsed.serve, port=parsed.port)

 verb = _add_verb(
  verbs,
  "demo",
  "Fill a throw-away Open WebUI (SQLite, in a directory of its own) from a bundled sample.",
  run_demo,
 )
 verb.add_argument(
  "--dir", type=Path, default=Path("demo"), help="The directory. Default: demo."
 )
 verb.add_argument("--serve", action="store_true", help="Start Open WebUI on a filled demo.")
 verb.add_argument("--port", type=int, default=8080, help="The port to serve on. Default: 8080.")
'''

# ==== migrator_core/cli/display.py ====
MODULES["migrator_core/cli/display.py"] = r'''
"""What a run shows while it works: a live display, plain lines, or JSON lines."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TextIO

from .masking import mask
from ..duration import duration
from ..progress import Event, EventKind, Progress, Snapshot

LINE_SECONDS = 10
"""A Job's log gets a progress line at least this often, so that nobody takes it for dead."""

SHOWN_PER_WARNING = 10
"""Warnings of one code that are logged one by one; the report has them all."""


class WarningFilter:
 """Lets the first warnings of each code through and counts the rest."""

 def __init__(self) -> None:
  self._seen: Counter[str] = Counter()

 def line(self, event: Event) -> str | None:
  """The line for this warning, None where enough of its kind were shown."""
  self._seen[event.code] += 1
  seen = self._seen[event.code]
  if seen > SHOWN_PER_WARNING:
   return None
  more = " (further ones of this kind are in the report only)"
  return mask(event.text) + (more if seen == SHOWN_PER_WARNING else "")


def progress_line(snapshot: Snapshot) -> str:
 """One line of plain text that says how far the run is."""
 of_total = f" of {snapshot.total:,}" if snapshot.total is not None else ""
 left = f", about {duration(snapshot.remaining)} left" if snapshot.remaining else ""
 return (
  f"[{snapshot.phase_number}/{snapshot.phase_count}] {snapshot.phase}: "
  f"{snapshot.done:,}{of_total} done, {snapshot.rate:,.0f}/s{left}, "
  f"{snapshot.warnings:,} warnings"
 )


@asynccontextmanager
async def display(progress: Progress, log_format: str) -> AsyncIterator[None]:
 """Show a run's progress while the body runs."""
 watcher: AbstractAsyncContextManager[None]
 if log_format == "json":
  watcher = _lines(progress, _JsonLines(sys.stdout))
 elif sys.stderr.isatty():
  watcher = _screen(progress)
 else:
  watcher = _lines(progress, _TextLines(sys.stdout))
 async with watcher:
  yield


def _screen(progress: Progress) -> AbstractAsyncContextManager[None]:
 """The live display where rich is installed, else lines."""
 try:
  from .live import live  # noqa: PLC0415 - needs rich, which may be missing
 except ModuleNotFoundError:
  return _lines(progress, _TextLines(sys.stdout))
 return live(progress)


class _TextLines:
 def __init__(self, stream: TextIO) -> None:
  self._stream = stream
  self._warnings = WarningFilter()

 def event(self, event: Event) -> None:
  match event.kind:
   case EventKind.WARNING:
    text = self._warnings.line(event)
    if text is not None:
     self._write(f"warning: {event.code}: {text}")
   case EventKind.PHASE:
    self._write(f"phase: {event.text}")
   case EventKind.NOTE:
    self._write(mask(event.text))

 def progress(self, snapshot: Snapshot) -> None:
  self._write(progress_line(snapshot))

 def _write(self, line: str) -> None:
  print(line, file=self._stream, flush=True)


class _JsonLines:
 def __init__(self, stream: TextIO) -> None:
  self._stream = stream
  self._warnings = WarningFilter()

 def event(self, event: Event) -> None:
  text: str | None = mask(event.text)
  if event.kind is EventKind.WARNING:
   text = self._warnings.line(event)
  if text is not None:
   self._write({"event": event.kind.value, "code": event.code, "text": text})

 def progress(self, snapshot: Snapshot) -> None:
  self._write(
   {
    "event": "progress",
    "phase": snapshot.phase,
    "phase_number": snapshot.phase_number,
    "phase_count": snapshot.phase_count,
    "done": snapshot.done,
    "total": snapshot.total,
    "elapsed_seconds": round(snapshot.elapsed, 1),
    "per_second": round(snapshot.rate, 1),
    "remaining_seconds": snapshot.remaining and round(snapshot.remaining, 1),
    "warnings": snapshot.warnings,
   }
  )

 def _write(self, record: dict[str, object]) -> None:
  print(json.dumps(record), file=self._stream, flush=True)


@asynccontextmanager
async def _lines(progress: Progress, lines: _TextLines | _JsonLines) -> AsyncIterator[None]:
 async def tick() -> None:
  while True:
   await asyncio.sleep(LINE_SECONDS)
   lines.progress(progress.snapshot())

 progress.listeners.append(lines.event)
 ticker = asyncio.create_task(tick())
 try:
  yield
 finally:
  ticker.cancel()
  await asyncio.gather(ticker, return_exceptions=True)
  progress.listeners.remove(lines.event)
'''

# ==== migrator_core/cli/exits.py ====
MODULES["migrator_core/cli/exits.py"] = r'''
"""Exit statuses, a contract with scripts and the chart."""

from __future__ import annotations

from enum import IntEnum

from ..errors import AbortedError, CannotStartError, MigratorError, UsageError


class ExitStatus(IntEnum):
 """What a finished process tells its caller."""

 FINISHED = 0
 USAGE = 2
 CANNOT_START = 10
 WARNINGS = 11
 SOME_FAILED = 20
 ABORTED = 30


def exit_status(error: MigratorError) -> ExitStatus:
 """The status for an error that ended the run."""
 match error:
  case UsageError():
   return ExitStatus.USAGE
  case CannotStartError():
   return ExitStatus.CANNOT_START
  case AbortedError():
   return ExitStatus.ABORTED
  case _:
   return ExitStatus.ABORTED
'''

# ==== migrator_core/cli/live.py ====
MODULES["migrator_core/cli/live.py"] = r'''
"""The live display on a terminal: a bar for every phase."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from .masking import mask
from ..duration import duration
from ..progress import Event, EventKind, Progress


@asynccontextmanager
async def live(progress: Progress) -> AsyncIterator[None]:
 """A bar for every phase on a terminal, above them the warnings as they come."""
 console = Console(stderr=True)
 bars = Bar(
  SpinnerColumn(finished_text="✓"),
  TextColumn("{task.description:22}"),
  BarColumn(bar_width=28),
  TextColumn("{task.fields[counts]}"),
  console=console,
 )
 screen = _LiveScreen(bars, progress)

 def listen(event: Event) -> None:
  if event.kind is EventKind.PHASE:
   screen.next_phase(event.text)
  elif event.kind is EventKind.NOTE:
   console.print(escape(mask(event.text)), highlight=False)

 async def tick() -> None:
  while True:
   await asyncio.sleep(0.25)
   screen.refresh()

 progress.listeners.append(listen)
 with Live(screen, console=console, refresh_per_second=4, transient=False):
  ticker = asyncio.create_task(tick())
  try:
   yield
  finally:
   ticker.cancel()
   await asyncio.gather(ticker, return_exceptions=True)
   screen.finish()
   progress.listeners.remove(listen)


class _LiveScreen:
 """The bars of all phases so far and a line with the number of warnings."""

 def __init__(self, bars: Bar, progress: Progress) -> None:
  self._bars = bars
  self._progress = progress
  self._current: TaskID | None = None

 def next_phase(self, name: str) -> None:
  if self._progress.history:
   self._complete(self._progress.history[-1][1])
  self._current = self._bars.add_task(name, total=self._progress.total, counts="")

 def refresh(self) -> None:
  if self._current is None:
   return
  state = self._progress.snapshot()
  left = f", {duration(state.remaining)} left" if state.remaining else ""
  of_total = f" of {state.total:,}" if state.total is not None else ""
  counts = f"{state.done:,}{of_total}, {state.rate:,.0f}/s{left}"
  self._bars.update(self._current, completed=state.done, counts=counts)

 def finish(self) -> None:
  self._complete(self._progress.done)

 def _complete(self, done: int) -> None:
  if self._current is not None:
   full = max(done, 1)
   self._bars.update(self._current, total=full, completed=full, counts=f"{done:,}")

 def __rich__(self) -> RenderableType:
  table = Table.grid()
  table.add_row(self._bars)
  if self._progress.warnings:
   table.add_row(f"  {self._progress.warnings:,} warnings so far; the report lists them")
  return table
'''

# ==== migrator_core/cli/masking.py ====
MODULES["migrator_core/cli/masking.py"] = r'''
"""E-mail addresses stay out of logs, which travel further than reports."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"([^\s@<>()\"',;:]+)@([^\s@<>()\"',;:]+)")


def mask(text: str) -> str:
 """``alice@example.com`` becomes ``a***@example.com``; other text stays as it is."""
 return _EMAIL.sub(lambda match: f"{match[1][0]}***@{match[2]}", text)
'''

# ==== migrator_core/cli/past_runs.py ====
MODULES["migrator_core/cli/past_runs.py"] = r'''
"""``runs`` and ``report``: what the ledger in Open WebUI's database remembers."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

from .exits import ExitStatus
from ..pipeline import past_report, past_runs
from ..report import isoformat


def list_runs(*, as_json: bool) -> ExitStatus:
 """Print the runs, the last one first."""
 runs = asyncio.run(past_runs())
 if as_json:
  for run in runs:
   sys.stdout.write(json.dumps(asdict(run)) + "\n")
  return ExitStatus.FINISHED
 if not runs:
  sys.stdout.write("No run has written to this Open WebUI. (Previews leave no trace.)\n")
  return ExitStatus.FINISHED
 sys.stdout.write(f"{'run':36}  {'started':20}  {'state':11}  {'migrated':>9}  backup\n")
 for run in runs:
  migrated = sum(entry.get("migrated", 0) for entry in run.counts.values())
  sys.stdout.write(
   f"{run.id:36}  {isoformat(run.started_at):20}  {run.state:11}  {migrated:>9,}  "
   f"{run.backup_path}\n"
  )
 return ExitStatus.FINISHED


def write_report(run: str | None, directory: Path | None) -> ExitStatus:
 """Write a past run's reports again."""
 written = asyncio.run(past_report(run, directory))
 sys.stdout.write(f"reports: {written}\n")
 return ExitStatus.FINISHED
'''

# ==== migrator_core/cli/run.py ====
MODULES["migrator_core/cli/run.py"] = r'''
"""``run``: migrate, or preview."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
import sys
from contextlib import suppress

from .display import display
from .exits import ExitStatus
from .termination import leave_word
from ..errors import AbortedError
from ..pipeline import Result, migrate
from ..progress import Progress
from ..settings import Settings


def run(settings: Settings, log_format: str) -> ExitStatus:
 """Migrate once and say how it ended."""
 # The run makes and drops millions of small objects without cycles; collecting less often
 # saves a tenth of its time.
 gc.set_threshold(100_000, 50, 50)
 result = asyncio.run(_run(settings, log_format))
 _print_result(result, log_format)
 leave_word(_last_line(result))
 if result.run.state != "finished":
  raise AbortedError("the run was stopped before its end. It is safe to run again.")
 if result.failures:
  return ExitStatus.SOME_FAILED
 if result.warnings and settings.fail_on_warnings:
  return ExitStatus.WARNINGS
 return ExitStatus.FINISHED


async def _run(settings: Settings, log_format: str) -> Result:
 progress = Progress()
 stop = asyncio.Event()
 loop = asyncio.get_running_loop()
 for number in (signal.SIGINT, signal.SIGTERM):
  # Kubernetes sends SIGTERM before it kills: end between two batches, with a report.
  with suppress(NotImplementedError):
   loop.add_signal_handler(number, stop.set)
 async with display(progress, log_format):
  return await migrate(settings, progress, stop=stop)


def _last_line(result: Result) -> str:
 return f"{result.headline}, {result.warnings:,} warnings"


def _print_result(result: Result, log_format: str) -> None:
 if log_format == "json":
  record = {
   "event": "finished",
   "headline": result.headline,
   "run": result.run.to_json(),
   "collections": dict(result.collections),
   "warnings": result.warnings,
   "report_dir": str(result.directory),
  }
  sys.stdout.write(json.dumps(record) + "\n")
  return
 lines = [
  "",
  *result.summary,
  "",
  _last_line(result),
  f"reports: {result.directory}",
 ]
 sys.stdout.write("\n".join(lines) + "\n")
'''

# ==== migrator_core/cli/termination.py ====
MODULES["migrator_core/cli/termination.py"] = r'''
"""The last word of a Job, for Kubernetes to show beside its exit status."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

VARIABLE = "MIGRATION_TERMINATION_LOG"
"""Environment variable: the file for the last word (in a pod ``/dev/termination-log``)."""

_LONGEST = 2000
"""Bytes; Kubernetes keeps 4096 of all that is written there."""


def leave_word(text: str) -> None:
 """Add ``text``, as one line, to the file that the environment names, if it names one."""
 name = os.environ.get(VARIABLE, "").strip()
 if not name:
  return
 line = " ".join(text.split()).encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore")
 # The log and the exit status say the same: a run must not fail over this file.
 with suppress(OSError), Path(name).open("a", encoding="utf-8") as file:
  file.write(line + "\n")
'''

# ==== migrator_core/convert/__init__.py ====
MODULES["migrator_core/convert/__init__.py"] = r'''
"""From LibreChat's documents to Open WebUI's rows: pure functions, no I/O, clock or randomness."""
'''

# ==== migrator_core/convert/access.py ====
MODULES["migrator_core/convert/access.py"] = r'''
"""Who may use what: LibreChat's permissions as Open WebUI's access grants.

Nothing here ever widens access. What cannot be carried over exactly is left out and reported;
owners keep their things without any grant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from .result import notice
from ..outcome import Notice, WarningCode
from ..rows import Grant
from ..source.models.access import AclEntry, Project
from ..source.models.agent import Agent
from ..source.models.prompt import PromptGroup
from ..source.values import normalise_id

ResourceType: TypeAlias = Literal["agent", "promptGroup", "sharedLink"]

VIEW = 1
EDIT = 2
"""Bits of ``permBits`` (LibreChat 0.8, ``PermissionBits``); delete, share and insights have no
counterpart in Open WebUI."""

EVERYONE = "*"
"""Open WebUI's principal id for everybody who is signed in."""

ORDINARY_USER = "USER"
"""LibreChat's role of every user who has no other one."""

INSTANCE = "instance"
"""The project that LibreChat shared with everybody, before there were permissions."""

Principal: TypeAlias = tuple[Literal["user", "group"], str]


@dataclass(frozen=True, slots=True)
class Principals:
 """Who is who in Open WebUI."""

 accounts: Mapping[str, str]
 groups: Mapping[str, str]
 now: int


@dataclass(frozen=True, slots=True)
class Resource:
 """The thing whose permissions are asked for."""

 type: ResourceType
 source_id: str | None
 owner_id: str
 label: str
 shared: bool = False
 collaborative: bool = False


@dataclass(slots=True)
class _Collected:
 bits: defaultdict[Principal, int] = field(default_factory=lambda: defaultdict(int))
 notices: list[Notice] = field(default_factory=list)

 def left_out(self, resource: Resource, whom: str) -> None:
  detail = f"{resource.label}: the share with {whom}"
  self.notices.append(notice(WarningCode.ACCESS_NARROWED, detail))


def agent_is_shared(agent: Agent, projects: Iterable[Project]) -> bool:
 """Whether the agent was public before LibreChat 0.8 had permissions."""
 return any(
  agent.id in project.agent_ids or project.id in agent.project_ids
  for project in projects
  if project.name == INSTANCE
 )


def prompt_is_shared(group: PromptGroup, projects: Iterable[Project]) -> bool:
 """Whether the prompt was public before LibreChat 0.8 had permissions."""
 return any(
  group.id in project.prompt_group_ids or project.id in group.project_ids
  for project in projects
  if project.name == INSTANCE
 )


def grants_for(
 resource: Resource, entries: Sequence[AclEntry], principals: Principals
) -> tuple[tuple[Grant, ...], tuple[Notice, ...]]:
 """The grants of one resource, in a fixed order, and a warning for each share left out."""
 own = [
  entry
  for entry in entries
  if entry.resource_type == resource.type
  and entry.resource_id is not None
  and entry.resource_id == resource.source_id
 ]
 collected = _Collected()
 if not own and resource.shared:
  collected.bits["user", EVERYONE] = VIEW | (EDIT if resource.collaborative else 0)
 for entry in own:
  if not has_expired(entry, principals.now):
   _collect(entry, resource, principals, collected)
 return _grants(collected.bits), tuple(collected.notices)


def has_expired(entry: AclEntry, now: int) -> bool:
 """Whether the grant had ended before ``now``, in milliseconds."""
 return entry.expired_at is not None and entry.expired_at <= now


def principal_of(entry: AclEntry, principals: Principals) -> Principal | None:
 """Who is meant, in Open WebUI; None for somebody who has no counterpart there."""
 whom = (entry.principal_id or "").strip()
 match entry.principal_type:
  case "public":
   return ("user", EVERYONE)
  case "role" if whom == ORDINARY_USER:
   return ("user", EVERYONE)
  case "user":
   account = principals.accounts.get(normalise_id(whom) or "")
   return ("user", account) if account is not None else None
  case "group":
   group = principals.groups.get(normalise_id(whom) or "")
   return ("group", group) if group is not None else None
 return None


def _collect(
 entry: AclEntry, resource: Resource, principals: Principals, collected: _Collected
) -> None:
 bits = entry.permission_bits & (VIEW | EDIT)
 if not bits:
  return
 principal = principal_of(entry, principals)
 if principal is None:
  kind = entry.principal_type or "an unknown kind of principal"
  collected.left_out(resource, f"{kind} {(entry.principal_id or '').strip()}".strip())
 elif principal != ("user", resource.owner_id):
  collected.bits[principal] |= bits


def _grants(bits: Mapping[Principal, int]) -> tuple[Grant, ...]:
 """Open WebUI's ``write`` does not imply ``read``, so an editor gets both."""
 grants: list[Grant] = []
 for (kind, principal_id), rights in sorted(bits.items()):
  grants.append(Grant(kind, principal_id, "read"))
  if rights & EDIT:
   grants.append(Grant(kind, principal_id, "write"))
 return tuple(grants)
'''

# ==== migrator_core/convert/accounts.py ====
MODULES["migrator_core/convert/accounts.py"] = r'''
"""Which users of a backup become accounts, and which share one.

Open WebUI knows an account by its e-mail address, whatever its letter case; LibreChat allowed the
same address to several rows (other case, other sign-in provider). The plan is made over all users
at once and does not depend on the order in which the backup holds them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from .ids import user_id
from .result import Skipped, notice
from ..outcome import Notice, Reason, WarningCode
from ..source.models.user import User

MAX_EMAIL = 320
"""Characters: 64 before the @, 255 behind it (RFC 5321)."""

_ADDRESS = re.compile(
 r"[^\s@\x00-\x1f\x7f-\x9f\ud800-\udfff]+@[^\s@\x00-\x1f\x7f-\x9f\ud800-\udfff]+"
)


@dataclass(frozen=True, slots=True)
class Identity:
 """What the plan needs to know of one user; the password itself is not among it."""

 source_id: str
 email: str | None
 has_password: bool
 created: int | None = None
 role: str | None = None
 position: int = 0
 external_ids: tuple[str, ...] = ()


class Fate(StrEnum):
 """What becomes of a user."""

 CREATE = "create"
 MERGE = "merge"
 EXISTING = "existing"
 SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Decision:
 """What becomes of one user."""

 fate: Fate
 email: str | None = None
 account_id: str | None = None
 kept: str | None = None
 skipped: Skipped | None = None


@dataclass(frozen=True, slots=True)
class AccountPlan:
 """The decision for every user, by source id, in the order of the backup."""

 decisions: Mapping[str, Decision]
 principals: Mapping[str, str]
 """A user's source id or external id → account id. Ids that two accounts claim are left out."""
 notices: tuple[Notice, ...] = ()

 @property
 def accounts(self) -> dict[str, str]:
  """Source id → account id, for all users who have an account."""
  return {
   source_id: decision.account_id
   for source_id, decision in self.decisions.items()
   if decision.account_id is not None
  }

 def of(self, fate: Fate) -> list[str]:
  """The source ids of the users with this fate."""
  return [key for key, decision in self.decisions.items() if decision.fate is fate]


@dataclass(slots=True)
class _Group:
 """All users with one e-mail address, in file order."""

 members: list[Identity] = field(default_factory=list)


def normalise_email(email: str | None) -> str | None:
 """The address as Open WebUI stores it (stripped, lower case), None where it is no address."""
 if email is None:
  return None
 address = email.strip().lower()
 usable = len(address) <= MAX_EMAIL and _ADDRESS.fullmatch(address)
 return address if usable else None


def identity_of(user: User, position: int) -> Identity:
 """The part of a user document that the plan needs."""
 external = user.id_on_the_source.strip() if user.id_on_the_source else ""
 return Identity(
  source_id=user.id,
  email=user.email,
  has_password=bool(user.password and user.password.strip()),
  created=user.created_at,
  role=user.role,
  position=position,
  external_ids=(external,) if external else (),
 )


def plan_accounts(
 identities: Sequence[Identity], existing: Mapping[str, str] | None = None
) -> AccountPlan:
 """Decide over all users of a backup."""
 known = {email.lower(): account for email, account in (existing or {}).items()}
 distinct: dict[str, Identity] = {}
 for identity in identities:
  distinct.setdefault(identity.source_id, identity)
 groups: defaultdict[str, _Group] = defaultdict(_Group)
 for identity in distinct.values():
  email = normalise_email(identity.email)
  if email is not None:
   groups[email].members.append(identity)

 decided: dict[str, Decision] = {}
 notices: list[Notice] = []
 for email, group in groups.items():
  decisions = _decide(email, group.members, known.get(email))
  decided |= decisions
  notices += _merge_notices(email, decisions)
 decisions = {key: decided.get(key) or _no_email(item) for key, item in distinct.items()}
 return AccountPlan(decisions, _principals(distinct, decisions), tuple(notices))


def _decide(email: str, members: list[Identity], existing: str | None) -> dict[str, Decision]:
 with_password = [member for member in members if member.has_password]
 winner = min(with_password, key=_seniority) if with_password else None
 if existing is not None and (winner is None or existing != user_id(winner.source_id)):
  decision = Decision(Fate.EXISTING, email, existing)
  return {member.source_id: decision for member in members}
 if winner is None:
  skipped = Skipped(Reason.NO_PASSWORD, email)
  return {member.source_id: Decision(Fate.SKIP, email, skipped=skipped) for member in members}
 account = user_id(winner.source_id)
 merged = Decision(Fate.MERGE, email, account, kept=winner.source_id)
 created = Decision(Fate.CREATE, email, account)
 return {member.source_id: created if member is winner else merged for member in members}


def _seniority(identity: Identity) -> tuple[bool, int, str]:
 return identity.created is None, identity.created or 0, identity.source_id


def _no_email(identity: Identity) -> Decision:
 given = (identity.email or "").strip()
 detail = f"{given[:100]!a} is no e-mail address" if given else None
 return Decision(Fate.SKIP, skipped=Skipped(Reason.NO_EMAIL, detail))


def _merge_notices(email: str, decisions: Mapping[str, Decision]) -> list[Notice]:
 """One warning for users of the backup who share an account, however many they are."""
 sharing = [key for key, item in decisions.items() if item.account_id is not None]
 if len(sharing) < 2:
  return []
 detail = f"{email}: {len(sharing)} users of LibreChat became one account ({', '.join(sharing)})"
 return [notice(WarningCode.ACCOUNT_MERGED, detail)]


def _principals(
 identities: Mapping[str, Identity], decisions: Mapping[str, Decision]
) -> dict[str, str]:
 claims: defaultdict[str, set[str]] = defaultdict(set)
 for source_id, decision in decisions.items():
  if decision.account_id is not None:
   for external in identities[source_id].external_ids:
    claims[external].add(decision.account_id)
 # A skipped user's claim counts against the others: the id may have meant that user.
 contested = {
  external
  for source_id, decision in decisions.items()
  if decision.account_id is None
  for external in identities[source_id].external_ids
 }
 principals = {
  external: next(iter(accounts))
  for external, accounts in claims.items()
  if len(accounts) == 1 and external not in contested and external not in identities
 }
 for source_id, decision in decisions.items():
  if decision.account_id is not None:
   principals[source_id] = decision.account_id
 return principals
'''

# ==== migrator_core/convert/agent_params.py ====
MODULES["migrator_core/convert/agent_params.py"] = r'''
"""An agent's model parameters, from every provider's names to Open WebUI's.

LibreChat keeps the names of the provider's own API: ``max_tokens`` for OpenAI, ``maxOutputTokens``
for Anthropic and Google, ``maxTokens`` for Bedrock, ``max_output_tokens`` in old agent forms.
Values may be numbers, numeric strings, empty strings or null.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from .text import clean_text, single_line

# ruff: noqa: ANN401 - the values are whatever a document holds

_INT64 = 2**63

IRRELEVANT = frozenset(
 {
  "chatGptLabel",
  "disableStreaming",
  "endpoint",
  "fileTokenLimit",
  "iconURL",
  "imageDetail",
  "maxContextTokens",
  "max_context_tokens",
  "model",
  "modelLabel",
  "promptCache",
  "resendFiles",
  "resendImages",
  "spec",
  "stream",
  "streaming",
 }
)
"""How LibreChat itself talks to the provider; nothing that a person would miss in an answer."""


def _decimal(value: Any) -> float | None:
 if isinstance(value, bool) or not isinstance(value, int | float | str):
  return None
 try:
  number = float(value)
 except (ValueError, OverflowError):
  return None
 return number if math.isfinite(number) else None


def _number(value: Any) -> float | None:
 """Whole numbers stay whole: ``1``, not ``1.0``."""
 number = _decimal(value)
 if number is None:
  return None
 return int(number) if number.is_integer() and abs(number) < _INT64 else number


def _whole(value: Any) -> int | None:
 number = _number(value)
 return number if isinstance(number, int) else None


def _positive(value: Any) -> int | None:
 number = _whole(value)
 return number if number is not None and number > 0 else None


def _word(value: Any) -> str | None:
 return (single_line(value, limit=50) or None) if isinstance(value, str) else None


def _stop(value: Any) -> list[str] | None:
 """Stop sequences, written so that Open WebUI's decoding gives them back."""
 items = [value] if isinstance(value, str) else value
 if not isinstance(items, list):
  return None
 texts = [clean_text(item) for item in items if isinstance(item, str)]
 return [_escaped(text) for text in texts if text] or None


def _escaped(text: str) -> str:
 """The server decodes UTF-8 bytes as ``unicode_escape`` (0.12, ``utils/payload.py``), which
 takes a backslash for an escape and garbles every character beyond ASCII.
 """
 return "".join(
  char if char.isascii() and char != "\\" else char.encode("unicode_escape").decode("ascii")
  for char in text
 )


_Reader = Callable[[Any], Any]

_READERS: dict[str, tuple[str, _Reader]] = {
 "temperature": ("temperature", _number),
 "top_p": ("top_p", _number),
 "topP": ("top_p", _number),
 "min_p": ("min_p", _number),
 "minP": ("min_p", _number),
 "top_k": ("top_k", _whole),
 "topK": ("top_k", _whole),
 "max_tokens": ("max_tokens", _positive),
 "maxTokens": ("max_tokens", _positive),
 "max_output_tokens": ("max_tokens", _positive),
 "maxOutputTokens": ("max_tokens", _positive),
 "max_completion_tokens": ("max_tokens", _positive),
 "frequency_penalty": ("frequency_penalty", _number),
 "frequencyPenalty": ("frequency_penalty", _number),
 "presence_penalty": ("presence_penalty", _number),
 "presencePenalty": ("presence_penalty", _number),
 "repeat_penalty": ("repeat_penalty", _number),
 "seed": ("seed", _whole),
 "num_ctx": ("num_ctx", _positive),
 "stop": ("stop", _stop),
 "reasoning_effort": ("reasoning_effort", _word),
}


def convert_parameters(parameters: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
 """Open WebUI's ``params``, and the names of the parameters that have no counterpart there."""
 result: dict[str, Any] = {}
 for name, (target, read) in _READERS.items():
  value = read(parameters[name]) if name in parameters else None
  if value is not None and target not in result:
   result[target] = value
 dropped = [
  name
  for name, value in parameters.items()
  if name not in IRRELEVANT and not _is_unset(value) and not _is_used(name, value)
 ]
 return result, dropped


def _is_used(name: str, value: Any) -> bool:
 reader = _READERS.get(name)
 return reader is not None and reader[1](value) is not None


def _is_unset(value: Any) -> bool:
 return value is None or value is False or value in ("", [], {})
'''

# ==== migrator_core/convert/agents.py ====
MODULES["migrator_core/convert/agents.py"] = r'''
"""LibreChat's agents as Open WebUI's workspace models."""

from __future__ import annotations

import re
from typing import Any

from .agent_params import convert_parameters
from .base_models import BaseModelChoice, BaseModelRule, ModelMapper
from .dates import row_dates
from .ids import model_id
from .result import Converted, Skipped, notice
from .text import clean_json, single_line
from .variables import convert_special_variables
from ..outcome import Reason, WarningCode
from ..rows import Grant, JsonDict, ModelRow
from ..source.models.agent import Agent

MAX_NAME = 255
MAX_TAG = 100
MAX_LISTED = 20
"""How many names one warning lists."""

DEFAULT_CATEGORY = "general"
"""What LibreChat gives every agent that nobody sorted."""

FEATURES = (
 ("code_interpreter", re.compile(r"execute_code", re.IGNORECASE)),
 ("web_search", re.compile(r"web_search", re.IGNORECASE)),
 (
  "image_generation",
  re.compile(r"image_(gen|edit)\w*|dall-?e[\w-]*|stable-diffusion|flux", re.IGNORECASE),
 ),
)
"""Open WebUI's features and the LibreChat tools (0.7 to 0.8) that they stand for."""

_SECRET = re.compile(
 r"api[_-]?key|secret|passw|credential|authorization|bearer|cookie|private[_-]?key"
 r"|(access|refresh|auth|id|session)[_-]?token$|^token$",
 re.IGNORECASE,
)


def convert_agent(
 agent: Agent,
 *,
 owner_id: str,
 models: ModelMapper,
 avatar: str | None,
 grants: tuple[Grant, ...],
 fallback: int,
) -> Converted[ModelRow] | Skipped:
 """The workspace model for an agent."""
 target_id = model_id(agent.id)
 base = _base_model(agent, target_id, models)
 if base is None:
  detail = f"its base model would be {target_id} itself; set another default model"
  return Skipped(Reason.NOT_SUPPORTED, detail)
 name = single_line(agent.name, limit=MAX_NAME) or f"Agent {agent.id[:MAX_NAME]}"
 params, dropped = convert_parameters(agent.model_parameters)
 features, tools = _features(agent)
 if "web_search" in features and "web_search" in dropped:
  dropped.remove("web_search")
 system = agent.instructions or _own_system(agent)
 if system and system.strip():
  params["system"] = convert_special_variables(system)
 if "system" in dropped and not agent.instructions:
  dropped.remove("system")
 dates = row_dates(agent.created_at, agent.updated_at, agent.document_id, fallback)
 row = ModelRow(
  id=target_id,
  user_id=owner_id,
  base_model_id=base.id,
  name=name,
  params=clean_json(params),
  meta=_meta(agent, base, features, avatar),
  created_at=dates.created,
  updated_at=dates.updated,
  grants=grants,
 )
 label = f"agent {name} ({agent.id[:100]})"
 notices = _notices(agent, label, base, avatar)
 notices += _dropped_settings(agent, label, tools, dropped)
 return Converted(row, tuple(notice(code, detail) for code, detail in notices))


def knowledge_file_ids(agent: Agent) -> list[str]:
 """The ``file_id`` of every file the agent knows, without repetition."""
 found: dict[str, None] = {}
 for resource in agent.tool_resources.values():
  ids = resource.get("file_ids") if isinstance(resource, dict) else None
  for file_id in ids if isinstance(ids, list) else []:
   if isinstance(file_id, str) and file_id.strip():
    found.setdefault(file_id.strip())
 return list(found)


def _base_model(agent: Agent, target_id: str, models: ModelMapper) -> BaseModelChoice | None:
 choice = models.base_model(agent.provider, agent.model)
 fallback = BaseModelChoice(models.default, BaseModelRule.DEFAULT)
 return next((item for item in (choice, fallback) if item.id and item.id != target_id), None)


def _own_system(agent: Agent) -> str | None:
 """Bedrock agents may carry a system prompt among their parameters."""
 system = agent.model_parameters.get("system")
 return system if isinstance(system, str) else None


def _features(agent: Agent) -> tuple[list[str], list[str]]:
 """The Open WebUI features that are on by default, and the tools without a counterpart."""
 wanted = list(agent.tools)
 if agent.model_parameters.get("web_search") is True:
  wanted.append("web_search")
 features: dict[str, None] = {}
 others: dict[str, None] = {}
 for tool in wanted:
  feature = next((name for name, tools in FEATURES if tools.fullmatch(tool.strip())), None)
  if feature is not None:
   features.setdefault(feature)
  elif tool.strip() not in {"", "file_search", "context", "ocr"}:
   others.setdefault(tool)  # tools over files are dealt with as knowledge
 return list(features), list(others)


def _meta(agent: Agent, base: BaseModelChoice, features: list[str], avatar: str | None) -> JsonDict:
 starters = [text for text in agent.conversation_starters if text.strip()]
 category = single_line(agent.category, limit=MAX_TAG)
 meta: JsonDict = {
  "profile_image_url": avatar,
  "description": agent.description or None,
  "capabilities": dict.fromkeys(features, True),
  "suggestion_prompts": [{"content": text, "title": ["", ""]} for text in starters] or None,
  "tags": [{"name": category}] if category and category != DEFAULT_CATEGORY else [],
  "librechat": _without_secrets(_provenance(agent, base)),
 }
 if features:
  meta["defaultFeatureIds"] = features
 result: JsonDict = clean_json(meta)
 return result


def _provenance(agent: Agent, base: BaseModelChoice) -> JsonDict:
 facts: JsonDict = {
  "id": agent.id,
  "_id": agent.document_id,
  "provider": agent.provider,
  "model": agent.model,
  "base_model_rule": base.rule.value,
  "model_parameters": agent.model_parameters,
  "created_at": None if agent.created_at is None else agent.created_at // 1000,
  "author_name": agent.author_name,
  "category": agent.category,
  "artifacts": agent.artifacts,
  "recursion_limit": agent.recursion_limit,
  "support_contact": agent.support_contact,
  "is_promoted": agent.is_promoted or None,
  "tools": agent.tools,
  "tool_resources": agent.tool_resources,
  "file_ids": knowledge_file_ids(agent),
  "actions": agent.actions,
  "agent_ids": agent.agent_ids,
  "edges": agent.edges,
  "subagents": agent.subagents,
  "skills": agent.skills,
  "mcp_servers": agent.mcp_server_names,
 }
 return {key: value for key, value in facts.items() if value not in (None, "", [], {})}


def _without_secrets(value: Any, depth: int = 50) -> Any:  # noqa: ANN401 - JSON of any shape
 """Free-form parts of an agent may hold keys that somebody typed into a form."""
 if depth <= 0:
  return None
 if isinstance(value, dict):
  return {
   key: _without_secrets(item, depth - 1)
   for key, item in value.items()
   if not (isinstance(key, str) and _SECRET.search(key))
  }
 if isinstance(value, list):
  return [_without_secrets(item, depth - 1) for item in value]
 return value


def _notices(
 agent: Agent, label: str, base: BaseModelChoice, avatar: str | None
) -> list[tuple[WarningCode, str]]:
 notices: list[tuple[WarningCode, str]] = []
 if base.rule is BaseModelRule.DEFAULT:
  had = single_line(f"{agent.provider or '?'}/{agent.model or '?'}", limit=200)
  detail = f"{label}: {base.id} stands in for {had}"
  notices.append((WarningCode.BASE_MODEL_DEFAULTED, detail))
 if avatar is None and agent.avatar_path:
  notices.append((WarningCode.AVATAR_LOST, f"{label}: the picture"))
 return notices


def _dropped_settings(
 agent: Agent, label: str, tools: list[str], parameters: list[str]
) -> list[tuple[WarningCode, str]]:
 files = knowledge_file_ids(agent)
 partners = agent.agent_ids or agent.edges or agent.subagents.get("enabled") is True
 dropped = [
  ("tools without a counterpart", tools),
  ("parameters without a counterpart", parameters),
  ("skills", agent.skills),
 ]
 details = [f"{what}: {_listed(names)}" for what, names in dropped if names]
 if files:
  details.append(f"files that the agent knew, not attached to the model: {len(files)}")
 if partners:
  details.append("work handed over to other agents")
 return [(WarningCode.SETTING_DROPPED, f"{label}: {detail}") for detail in details]


def _listed(names: list[str]) -> str:
 shown = ", ".join(single_line(name, limit=80) for name in names[:MAX_LISTED])
 more = len(names) - MAX_LISTED
 return f"{shown} and {more} more" if more > 0 else shown
'''

# ==== migrator_core/convert/attachments.py ====
MODULES["migrator_core/convert/attachments.py"] = r'''
"""Files that people attached, and what tools attached to answers."""

from __future__ import annotations

from collections.abc import Iterable

from .content.attached import show_attachment
from .content.file_items import file_item, is_document, link_of, lost_file
from .content.pieces import PartContext, Pieces, Role
from ..source.models.message import Message

__all__ = ["convert_attachments", "convert_files", "is_document"]


def convert_files(
 entries: Iterable[object], role: Role, message_id: str, context: PartContext
) -> list[Pieces]:
 """The ``files`` of a message, whose id in the chat is ``message_id``."""
 found: dict[str, Pieces] = {}
 lost: list[Pieces] = []
 for entry in entries:
  if entry is None:
   continue
  link = link_of(entry, context)
  if link is not None:
   item = file_item(link, role, message_id)
   found[link.target_id] = Pieces(files=(item,), file_ids=(link.target_id,))
  else:
   lost.append(lost_file(entry, context))
 return [*found.values(), *lost]


def convert_attachments(message: Message, context: PartContext) -> list[Pieces]:
 """What tools attached to an answer, as far as it is no search (see ``context.citations``)."""
 return [piece for entry in message.attachments for piece in show_attachment(entry, context)]
'''

# ==== migrator_core/convert/avatars.py ====
MODULES["migrator_core/convert/avatars.py"] = r'''
"""Pictures of users and agents: small images that Open WebUI keeps inside its rows."""

from __future__ import annotations

import base64
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
 from PIL.Image import Image

MAX_SIDE = 250
"""Pixels. Open WebUI's front end scales profile pictures to this (0.12, ``UserProfileImage``)."""

MAX_SMALL = 64 * 1024
"""Bytes up to which a picture that already fits stays as it is, animations included."""

MAX_INPUT = 20 * 1024 * 1024
"""Bytes. A larger "avatar" is not read."""

MAX_PIXELS = 50_000_000
"""A small file can claim a huge picture; beyond this it is not decoded."""

MIME_TYPES = {
 "PNG": "image/png",
 "JPEG": "image/jpeg",
 "GIF": "image/gif",
 "WEBP": "image/webp",
}
"""The formats that Open WebUI accepts in a profile picture (0.12, ``utils/validate.py``)."""

_REMOTE = re.compile(r"^\s*([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)


def local_path(avatar: str | None) -> str | None:
 """The path to look for in the backup, None where the picture is not kept there."""
 if not avatar or not avatar.strip() or _REMOTE.match(avatar):
  return None
 return avatar.strip()


def data_uri(content: bytes) -> str | None:
 """The picture as a ``data:`` URI of at most 250 pixels a side, None when it is no picture."""
 if not content or len(content) > MAX_INPUT:
  return None
 from PIL import Image  # noqa: PLC0415 - the core also runs where Pillow is missing

 try:
  with Image.open(io.BytesIO(content), formats=tuple(MIME_TYPES)) as image:
   if image.width * image.height > MAX_PIXELS:
    return None
   if max(image.size) <= MAX_SIDE and len(content) <= MAX_SMALL:
    mime = MIME_TYPES[str(image.format)]
    image.load()  # raises on a picture that is cut off
    return _uri(mime, content)
   return _scaled(image)
 # Pillow's decoders raise whatever their formats' flaws lead to: OSError, ValueError,
 # SyntaxError, struct.error, EOFError, DecompressionBombError …
 except Exception:
  return None


def _scaled(image: Image) -> str:
 from PIL import ImageOps  # noqa: PLC0415 - see data_uri

 image.draft("RGB", (MAX_SIDE * 2, MAX_SIDE * 2))
 upright = ImageOps.exif_transpose(image)
 transparent = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
 picture = upright.convert("RGBA" if transparent else "RGB")
 picture.thumbnail((MAX_SIDE, MAX_SIDE))
 target = io.BytesIO()
 if transparent:
  picture.save(target, "PNG", optimize=True)
  return _uri(MIME_TYPES["PNG"], target.getvalue())
 picture.save(target, "JPEG", quality=85)
 return _uri(MIME_TYPES["JPEG"], target.getvalue())


def _uri(mime: str, content: bytes) -> str:
 return f"data:{mime};base64,{base64.b64encode(content).decode('ascii')}"
'''

# ==== migrator_core/convert/base_models.py ====
MODULES["migrator_core/convert/base_models.py"] = r'''
"""Which Open WebUI model stands for a LibreChat endpoint and model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from .ids import MAX_MODEL_ID, model_id
from .text import single_line

SAVED_AGENT = "agent_"
"""What ids of saved agents begin with; ephemeral ones never do (``librechat-data-provider``)."""

_OPENAI = "openai"

OTHER_BUILT_INS = frozenset(
 {
  "agents",
  "anthropic",
  "assistants",
  "azure",
  "azureassistants",
  "azureopenai",
  "bedrock",
  "bingai",
  "chatgpt",
  "chatgptbrowser",
  "google",
  "gptplugins",
  "vertexai",
 }
)
"""LibreChat's own endpoints except ``openAI``, in lower case (``EModelEndpoint`` in
``librechat-data-provider`` 0.8, older releases and ``Providers`` of ``@librechat/agents``).
Any other name is a custom endpoint's."""

_COPY_SUFFIX = re.compile(r"____\d+$")


class BaseModelRule(StrEnum):
 """Why an agent got its base model."""

 MODEL_MAP = "model-map"
 KNOWN_MODEL = "known-model"
 SAME_ID = "same-id"
 DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class BaseModelChoice:
 """A base model's id in Open WebUI and the rule that chose it."""

 id: str
 rule: BaseModelRule


@dataclass(frozen=True, slots=True)
class EphemeralAgent:
 """What LibreChat packs into the id of an agent that exists for one chat only."""

 endpoint: str
 model: str | None
 label: str | None = None


class ModelMapper:
 """Answers for one run, from the operator's model map."""

 def __init__(self, mapping: Mapping[str, str], default: str, known: frozenset[str]) -> None:
  self._default = default
  self._known = known
  self._by_model = dict(mapping)
  # Model names and endpoint names may both hold slashes, so every cut is a possible key.
  self._by_endpoint = {
   (key[: slash.start()].strip().lower(), key[slash.end() :].strip()): target
   for key, target in mapping.items()
   for slash in re.finditer("/", key)
  }

 @property
 def default(self) -> str:
  """The id for what nothing else fits."""
  return self._default

 def chat_model(self, endpoint: str | None, model: str | None, agent_id: str | None) -> str:
  """The model id to show at a message or chat; never empty."""
  place, name, agent = _label(endpoint), _label(model), _label(agent_id)
  saved = next((part for part in (agent, name) if part.startswith(SAVED_AGENT)), None)
  if saved is not None:
   saved = _COPY_SUFFIX.sub("", saved)  # marks the second of two parallel answers
   return self._mapped("agents", saved) or model_id(saved)
  # A model may be called "a__b"; only a label or copy number proves that an id is packed.
  packed = parse_ephemeral(agent) or (parse_ephemeral(name) if "___" in name else None)
  if packed is not None:
   place, name = packed.endpoint, packed.model or name
  return self._mapped(place, name) or name or place or self._default

 def base_model(self, provider: str | None, model: str | None) -> BaseModelChoice:
  """The model that a workspace model made from an agent is built on."""
  place, name = _label(provider), _label(model)
  mapped = self._mapped(place, name)
  if mapped:
   return BaseModelChoice(mapped, BaseModelRule.MODEL_MAP)
  usable = name and not name.startswith(SAVED_AGENT)
  if usable and name in self._known:
   return BaseModelChoice(name, BaseModelRule.KNOWN_MODEL)
  if usable and place and place.lower() not in OTHER_BUILT_INS:
   return BaseModelChoice(name, BaseModelRule.SAME_ID)
  return BaseModelChoice(self._default, BaseModelRule.DEFAULT)

 def _mapped(self, endpoint: str, model: str) -> str | None:
  if not model:
   return None
  return self._by_endpoint.get((endpoint.lower(), model)) or self._by_model.get(model)


def parse_ephemeral(agent_id: str | None) -> EphemeralAgent | None:
 """Read ``endpoint__model___Label____1``; label and copy number may be missing."""
 if not agent_id or agent_id.startswith(SAVED_AGENT) or "__" not in agent_id:
  return None
 base, _, label = _COPY_SUFFIX.sub("", agent_id).partition("___")
 endpoint, separator, model = base.partition("__")
 if not endpoint:
  return None
 return EphemeralAgent(
  endpoint,
  model.replace("__", ":") if separator and model else None,
  label.replace("__", ":") or None,
 )


def _label(text: str | None) -> str:
 return single_line(text, limit=MAX_MODEL_ID)
'''

# ==== migrator_core/convert/chat_dates.py ====
MODULES["migrator_core/convert/chat_dates.py"] = r'''
"""When a chat and its messages were written, in seconds, where the source says so or not.

Imports of LibreChat before 0.8.2 have no dates at all, and hand-made rows have impossible ones.
A message without a date takes that of a neighbour in the tree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .dates import object_id_seconds, seconds
from .message_ids import NamedMessage
from .tree import RepairedTree, ancestors_first
from ..source.models.conversation import Conversation


@dataclass(frozen=True, slots=True)
class ChatDates:
 """All in seconds. ``repaired`` counts the dates (messages' and chat's) that were made up."""

 created: int
 updated: int
 messages: Mapping[str, int]
 repaired: int


def chat_dates(
 conversation: Conversation, named: Sequence[NamedMessage], tree: RepairedTree, fallback: int
) -> ChatDates:
 """The dates of a chat; ``fallback`` is the run's start in seconds."""
 own = {
  entry.node.id: date for entry in named if (date := _own_date(entry, fallback)) is not None
 }
 given = seconds(conversation.created_at, fallback)
 created = _first(
  given,
  min(own.values(), default=None),
  object_id_seconds(conversation.document_id, fallback),
  fallback,
 )
 updated = _first(
  seconds(conversation.updated_at, fallback), max(own.values(), default=None), created
 )
 dates = _fill_gaps(own, named, tree, created, fallback)
 return ChatDates(
  created=created,
  updated=max(created, updated),
  messages=dates,
  repaired=len(dates) - len(own) + (given is None),
 )


def _own_date(entry: NamedMessage, fallback: int) -> int | None:
 created = seconds(entry.message.created_at, fallback)
 return created if created is not None else seconds(entry.message.updated_at, fallback)


def _fill_gaps(
 own: Mapping[str, int],
 named: Sequence[NamedMessage],
 tree: RepairedTree,
 created: int,
 fallback: int,
) -> dict[str, int]:
 """Own date, else the nearest ancestor's, else the earliest below, else that of the ``_id``."""
 downwards = ancestors_first(tree)
 earliest_below: dict[str, int] = {}
 for node_id in reversed(downwards):
  below = [
   earliest_below[child] for child in tree.children[node_id] if child in earliest_below
  ]
  known = [own[node_id]] if node_id in own else below
  if known:
   earliest_below[node_id] = min(known)
 made = {
  entry.node.id: object_id_seconds(entry.message.document_id, fallback) for entry in named
 }
 dates: dict[str, int] = {}
 for node_id in downwards:
  parent = tree.parents[node_id]
  above = dates[parent] if parent is not None else None
  dates[node_id] = _first(
   own.get(node_id), above, earliest_below.get(node_id), made[node_id], created
  )
 return dates


def _first(*candidates: int | None) -> int:
 return next(candidate for candidate in candidates if candidate is not None)
'''

# ==== migrator_core/convert/chats.py ====
MODULES["migrator_core/convert/chats.py"] = r'''
"""A LibreChat conversation with its messages as one Open WebUI chat (Open WebUI 0.10 to 0.12)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from . import ids
from .chat_dates import ChatDates, chat_dates
from .history import (
 ChatContext,
 History,
 chat_model,
 convert_history,
)
from .message_ids import name_messages
from .messages import BULKY
from .parameters import chat_parameters, other_parameters
from .references import find_references
from .result import Converted, Skipped
from .tags import tag_row
from .text import clean_json, clean_text, rough_size, single_line, unique
from .tree import RepairedTree, order_and_repair
from .variables import convert_special_variables
from ..outcome import Notice, Outcome, Reason, State, WarningCode
from ..rows import ChatRow, EmbeddedFile, JsonDict, TagRow
from ..source.models.conversation import Conversation
from ..source.models.message import Message

__all__ = [
 "ChatContext",
 "ConvertedChat",
 "convert_conversation",
 "is_temporary",
 "referenced_files",
]

DEFAULT_TITLE = "New Chat"
MAX_TITLE = 500
LARGE_CHAT = 5_000_000
"""Bytes of JSON. Open WebUI loads and saves a chat as a whole."""


@dataclass(frozen=True, slots=True)
class ConvertedChat(Converted[ChatRow]):
 """A chat and what became of its messages."""

 message_ids: tuple[str, ...] = ()
 message_outcomes: tuple[Outcome, ...] = ()
 embedded: tuple[EmbeddedFile, ...] = ()


def is_temporary(conversation: Conversation) -> bool:
 """Whether LibreChat would delete the conversation by itself."""
 if conversation.is_temporary is not None:
  return conversation.is_temporary
 return conversation.expired_at is not None


def referenced_files(conversation: Conversation, messages: Sequence[Message]) -> set[str]:
 """LibreChat's ids of all files that the messages refer to."""
 # The conversation's own list is incomplete and repeats what the messages say.
 return find_references(messages, conversation.user or "").files


def convert_conversation(
 conversation: Conversation,
 messages: Sequence[Message],
 context: ChatContext,
 source_ids: Sequence[str] | None = None,
) -> ConvertedChat | Skipped:
 """Convert a conversation. ``messages`` are all of its messages, in the order of the source."""
 if not messages:
  return Skipped(Reason.NO_MESSAGES)
 chat_id = ids.chat_id(conversation.user or "", conversation.conversation_id)
 where = f"conversation {conversation.conversation_id}"
 named = name_messages(messages, chat_id, where)
 tree = order_and_repair([entry.node for entry in named.kept])
 dates = chat_dates(conversation, named.kept, tree, context.fallback)
 history = convert_history(conversation, named.kept, tree, dates.messages, context)
 row = _row(chat_id, conversation, tree, dates, history, context)
 names = _source_ids(messages) if source_ids is None else source_ids
 return ConvertedChat(
  row=row,
  notices=(*named.notices, *history.notices, *_notices(conversation, row, dates, where)),
  message_ids=tuple(
   names[entry.index] for entry in named.kept if entry.index not in history.failed
  ),
  message_outcomes=(
   *(
    Outcome("messages", names[index], State.SKIPPED, reason=Reason.DUPLICATE)
    for index in named.duplicates
   ),
   *(
    Outcome(
     "messages",
     names[index],
     State.FAILED,
     reason=Reason.INTERNAL_ERROR,
     detail=detail,
    )
    for index, detail in history.failed.items()
   ),
  ),
  embedded=tuple(history.embedded.values()),
 )


def _source_ids(messages: Sequence[Message]) -> list[str]:
 return [
  message.message_id or message.document_id or f"message {place}"
  for place, message in enumerate(messages, 1)
 ]


def _row(
 chat_id: str,
 conversation: Conversation,
 tree: RepairedTree,
 dates: ChatDates,
 history: History,
 context: ChatContext,
) -> ChatRow:
 title = chat_title(conversation.title)
 tags = _tags(conversation, context.owner_id)
 system = _system_prompt(conversation)
 chat = chat_document(chat_id, title, conversation, context, history, tree.current)
 chat["params"] = chat_parameters(conversation) | ({"system": system} if system else {})
 chat["timestamp"] = dates.created * 1000
 return ChatRow(
  id=chat_id,
  user_id=context.owner_id,
  title=title,
  chat=chat,
  created_at=dates.created,
  updated_at=dates.updated,
  archived=conversation.is_archived,
  # Archiving takes a chat out of every other list, also in Open WebUI; but a chat in a
  # folder may well be pinned there, and is back in its folder once it is not.
  pinned=conversation.pinned and not conversation.is_archived,
  folder_id=None if conversation.is_archived else context.folder_id,
  meta={"tags": [tag.id for tag in tags], "librechat": _provenance(conversation)},
  current_message_id=tree.current,
  tags=tags,
  file_ids=tuple((message, file_id) for file_id, message in history.file_ids.items()),
  feedback=history.feedback,
 )


def chat_document(
 own_id: str,
 title: str,
 conversation: Conversation,
 context: ChatContext,
 history: History,
 current: str,
) -> JsonDict:
 """The JSON that the front end reads, without parameters and date."""
 return {
  "id": own_id,
  "title": title,
  "models": [chat_model(conversation, context)],
  "params": {},
  "files": list(history.documents.values()),
  "history": {"currentId": current, "messages": history.messages},
  "messages": [],
  "tags": [],
 }


def chat_title(title: str | None) -> str:
 """One line that is never empty."""
 line = single_line(title, limit=MAX_TITLE + 1)
 if not line:
  return DEFAULT_TITLE
 return line if len(line) <= MAX_TITLE else f"{line[: MAX_TITLE - 1].rstrip()}…"


def _tags(conversation: Conversation, owner_id: str) -> tuple[TagRow, ...]:
 rows = (tag_row(name, owner_id) for name in conversation.tags)
 return tuple({row.id: row for row in rows if row is not None}.values())


def _system_prompt(conversation: Conversation) -> str:
 """What LibreChat put before the messages; the field's name depends on the endpoint."""
 fields = (
  conversation.prompt_prefix,
  conversation.system,
  conversation.instructions,
  conversation.additional_instructions,
 )
 texts = unique(clean_text(text) for text in fields if text and text.strip())
 return convert_special_variables("\n\n".join(texts))


def _provenance(conversation: Conversation) -> JsonDict:
 """What ``chat.meta.librechat`` tells; dates in milliseconds, as in the source."""
 known = {
  "conversationId": conversation.conversation_id,
  "endpoint": conversation.endpoint,
  "endpointType": conversation.endpoint_type,
  "model": conversation.model,
  "agent_id": conversation.agent_id,
  "assistant_id": conversation.assistant_id,
  "spec": conversation.spec,
  "chatProjectId": conversation.chat_project_id,
  "created_at": conversation.created_at,
  "updated_at": conversation.updated_at,
  "parameters": other_parameters(conversation) or None,
  "temporary": is_temporary(conversation) or None,
 }
 result: JsonDict = clean_json({key: value for key, value in known.items() if value is not None})
 return result


def _notices(
 conversation: Conversation, row: ChatRow, dates: ChatDates, where: str
) -> list[Notice]:
 notices = []
 if conversation.title is not None and clean_text(conversation.title) != conversation.title:
  notices.append(Notice(WarningCode.TEXT_REPAIRED, f"{where}: title"))
 if dates.repaired:
  notices.append(
   Notice(WarningCode.DATE_REPAIRED, f"{where}: {dates.repaired} missing or impossible")
  )
 size = _json_size(row)
 if size > LARGE_CHAT:
  notices.append(Notice(WarningCode.LARGE_CHAT, f"{where}: {size / 1e6:.1f} MB"))
 return notices


def _json_size(row: ChatRow) -> int:
 """Bytes of the chat's JSON; 0 where a cheap look shows that it is far below the limit."""
 messages = row.chat["history"]["messages"].values()
 # A character takes at most six bytes in JSON; keys and ids are a few hundred.
 likely = sum(
  len(message["content"])
  + 500
  + sum(rough_size(message[key]) for key in BULKY if key in message)
  for message in messages
 )
 if likely * 6 < LARGE_CHAT:
  return 0
 return len(json.dumps(row.chat, ensure_ascii=False).encode("utf-8"))
'''

# ==== migrator_core/convert/commands.py ====
MODULES["migrator_core/convert/commands.py"] = r'''
"""Commands of prompts: unique over a whole Open WebUI, while LibreChat's were unique to nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping


class FreeCommands:
 """Gives out commands, each one once."""

 def __init__(self, taken: Mapping[str, str]) -> None:
  self._taken = {command.lower() for command in taken}
  self._owned = {prompt_id: command for command, prompt_id in taken.items()}

 def taker(self, prompt_id: str) -> Callable[[str], str]:
  """A function from the command that a prompt wishes for to the one it gets."""

  def take(wish: str) -> str:
   owned = self._owned.get(prompt_id)
   if owned is not None:
    return owned
   command, number = wish, 1
   while command.lower() in self._taken:
    number += 1
    command = f"{wish}-{number}"
   self._taken.add(command.lower())
   return command

  return take
'''

# ==== migrator_core/convert/content/__init__.py ====
MODULES["migrator_core/convert/content/__init__.py"] = r'''
"""A message's ``content``: a list of typed parts, each with a converter of its own.

A new kind of part takes one function with the signature of :class:`Converter` and one line in
:data:`CONVERTERS`. Shapes as in ``@librechat/data-schemas`` and ``librechat-data-provider``,
LibreChat 0.7 to 0.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .failures import convert_error
from .images import convert_image_file, convert_image_url
from .media import convert_input_audio, convert_video_url
from .notes import (
 convert_activity_label,
 convert_agent_update,
 convert_steer,
 convert_summary,
)
from .pieces import UNTYPED, Converter, Part, PartContext, Pieces
from .plugins import convert_plugin, convert_plugins
from .reasoning import convert_think
from .text import convert_text
from .tool_calls import convert_tool_call
from .unknown import convert_unknown

__all__ = ["CONVERTERS", "Part", "PartContext", "Pieces", "convert_part", "read_parts"]

CONVERTERS: Mapping[str, Converter] = MappingProxyType(
 {
  "activity_label": convert_activity_label,
  "agent_update": convert_agent_update,
  "error": convert_error,
  "image_file": convert_image_file,
  "image_url": convert_image_url,
  "input_audio": convert_input_audio,
  "plugin": convert_plugin,
  "plugins": convert_plugins,
  "steer": convert_steer,
  "summary": convert_summary,
  "text": convert_text,
  "text_delta": convert_text,
  "think": convert_think,
  "tool_call": convert_tool_call,
  "video_url": convert_video_url,
 }
)
"""Part type to converter; a type that is not listed is kept by :func:`convert_unknown`."""

_FOR_QUESTIONS = frozenset(
 {"text", "text_delta", "image_file", "image_url", "input_audio", "video_url"}
)
"""What has a form at a question; Open WebUI shows neither ``output`` nor status lines there."""

_TYPES = frozenset(
 {
  "text", "think", "tool_call", "image_file", "image_url", "video_url", "input_audio",
  "agent_update", "summary", "steer", "activity_label", "error",
 }
)  # fmt: skip
"""The types LibreChat 0.8 writes, to recognise a part that lost its type by its payload's key."""


def convert_part(part: Part, context: PartContext) -> Pieces:
 """What one part becomes."""
 if context.role == "user" and part.type not in _FOR_QUESTIONS:
  return convert_unknown(part, context)
 return CONVERTERS.get(part.type, convert_unknown)(part, context)


def read_parts(content: object) -> list[Part]:
 """The parts of a ``content`` of whatever shape; holes (null) are no parts."""
 if content is None or content == "":
  return []
 entries = content if isinstance(content, list) else [content]
 return [_read_part(entry) for entry in entries if entry is not None]


def _read_part(entry: object) -> Part:
 if isinstance(entry, str):
  return Part(type="text", payload=entry, fields={})
 if not isinstance(entry, dict):
  return Part(type=UNTYPED, payload=entry, fields={})
 fields = {str(key): value for key, value in entry.items() if key != "type"}
 name = entry.get("type")
 if not isinstance(name, str) or not name.strip():
  candidates = [key for key in fields if key in _TYPES]
  name = candidates[0] if len(candidates) == 1 else UNTYPED
 return Part(type=name, payload=fields.get(name), fields=fields)
'''

# ==== migrator_core/convert/content/anchors.py ====
MODULES["migrator_core/convert/content/anchors.py"] = r'''
r"""LibreChat's citation anchors: where they stand in a text.

An anchor is U+E202 and ``turn<turn><kind><index>``, U+E200 … U+E201 make a group of several,
U+E203 … U+E204 mark the words a citation is for, U+E206 ends one. Models write each of these as
the private-use character or as the six characters ``\ue202``. As in LibreChat 0.8
(``client/src/utils/citations.ts``, ``components/Web/plugin.ts``), which looks at running text
only.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from .markup import split_code

KINDS = ("search", "image", "news", "video", "ref", "file")

_LITERAL = r"\\{1,2}u[eE]20"
_ANCHOR = re.compile(
 rf"(?:\ue202|{_LITERAL}2)turn(\d{{1,9}})({'|'.join(KINDS)})(\d{{1,9}})", re.ASCII
)
_CITATION = re.compile(
 rf"(?:(?:\ue200|{_LITERAL}0)(?P<group>(?:(?!{_LITERAL}0)[^\n\ue200\ue201]){{0,4000}}?)"
 rf"(?:\ue201|{_LITERAL}1)|(?P<anchor>{_ANCHOR.pattern}))",
 re.ASCII,
)
_MARKER = re.compile(rf"[\ue200-\ue204\ue206]|{_LITERAL}[0-46]")
_CHARACTER = re.compile("[\ue200-\ue204\ue206]")
_NAME = re.compile(r"[a-z\s,;|]*")


class Anchor(NamedTuple):
 """What one anchor points to: the ``place``-th ``kind`` of a ``turn``, from zero."""

 turn: int
 kind: str
 place: int


def anchors_in(text: str) -> list[Anchor]:
 """The anchors of a text in their order, grouped or not."""
 return [Anchor(int(turn), kind, int(place)) for turn, kind, place in _ANCHOR.findall(text)]


def replace_anchors(text: str, marker: Callable[[list[Anchor]], str]) -> str:
 """``text`` with every anchor or group replaced by what ``marker`` makes of it."""
 if not _MARKER.search(text):
  return text
 return "".join(
  spelled_out(piece) if is_code else _replace(piece, marker)
  for piece, is_code in split_code(text)
 )


def without_anchors(text: str) -> str:
 """What a person wrote, without anchors that were copied from an answer."""
 return replace_anchors(text, lambda _: "") if _has_characters(text) else text


def spelled_out(text: str) -> str:
 r"""``text`` with the characters of anchors as ``\ue202``, if it holds any anchor."""
 if not _has_characters(text):
  return text
 return _CHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _has_characters(text: str) -> bool:
 """Whether there is an anchor that is no ``\\ue202`` in letters."""
 return any(_CHARACTER.match(match[0]) for match in _ANCHOR.finditer(text))


def _replace(text: str, marker: Callable[[list[Anchor]], str]) -> str:
 result: list[str] = []
 end = 0
 for match in _CITATION.finditer(text):
  before = _MARKER.sub("", text[end : match.start()])
  end = match.end()
  anchors = anchors_in(match[0])
  shown = (marker(anchors) if anchors else "") + _rest(match, anchors)
  if shown:
   starts_line = not before.strip() and not "".join(result[-1:]).strip(" \t")
   shown += " " if starts_line and text[end : end + 1] == ":" else ""
  elif not text[end : end + 1].isalnum():
   before = before.rstrip(" \t")
  result += [before, shown]
 result.append(_MARKER.sub("", text[end:]))
 return "".join(result)


def _rest(match: re.Match[str], anchors: list[Anchor]) -> str:
 """Text inside a group that is no anchor. OpenAI's models put a name there (``cite``)."""
 if match["group"] is None:
  return ""
 rest = _MARKER.sub("", _ANCHOR.sub("", match["group"]))
 return "" if anchors and _NAME.fullmatch(rest) else rest
'''

# ==== migrator_core/convert/content/annotations.py ====
MODULES["migrator_core/convert/content/annotations.py"] = r'''
"""What the OpenAI assistants noted beside their text (``beta.threads.messages`` annotations).

A ``file_citation`` is a quotation from a file, marked ``【4†source】`` in the text; a
``file_path`` names the file that a ``sandbox:`` link leads to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .blocks import quoted
from .file_items import content_url
from .pieces import PartContext, Pieces
from .unknown import block


@dataclass(frozen=True, slots=True)
class FileNote:
 """An annotation about a file: what it marks in the text, LibreChat's id, and a quotation."""

 marked: str
 file_id: str
 quote: str
 is_path: bool


@dataclass(frozen=True, slots=True)
class Annotations:
 """Those about files, and whatever else there was."""

 files: tuple[FileNote, ...] = ()
 rest: tuple[object, ...] = ()


def read_annotations(payload: object) -> Annotations:
 """The annotations of a text part's payload."""
 found = payload.get("annotations") if isinstance(payload, dict) else None
 if not found:
  return Annotations()
 entries = found if isinstance(found, list) else [found]
 notes = [(entry, _file_note(entry)) for entry in entries if entry]
 return Annotations(
  files=tuple(note for _, note in notes if note is not None),
  rest=tuple(entry for entry, note in notes if note is None),
 )


def _file_note(entry: object) -> FileNote | None:
 if not isinstance(entry, dict):
  return None
 kind = entry.get("type")
 body = entry.get(kind) if kind in {"file_citation", "file_path"} else None
 if not isinstance(body, dict):
  return None
 marked, file_id, quote = (
  value if isinstance(value, str) else ""
  for value in (entry.get("text"), body.get("file_id"), body.get("quote"))
 )
 return FileNote(marked, file_id, quote, is_path=kind == "file_path")


def named_files(annotations: Annotations) -> dict[str, str]:
 """The addresses in the text that stand for a file, with its ``file_id``."""
 return {note.marked: note.file_id for note in annotations.files if note.is_path}


def link_citations(text: str, annotations: Annotations, context: PartContext) -> str:
 """``text`` with the marks of citations as links, where their file was migrated."""
 targets: Mapping[str, str] = {
  note.marked: content_url(context.files[note.file_id].target_id)
  for note in annotations.files
  if not note.is_path and note.marked.strip("[]() ") and note.file_id in context.files
 }
 if not targets:
  return text
 marks = re.compile("|".join(re.escape(mark) for mark in sorted(targets, key=len, reverse=True)))
 return marks.sub(lambda match: f"[{match[0]}]({targets[match[0]]})", text)


def quotations(annotations: Annotations, context: PartContext) -> Pieces:
 """What the text quotes, and annotations of unknown kinds as a block."""
 if not (annotations.files or annotations.rest):
  return Pieces()
 notes = dict.fromkeys(
  quoted(f"{note.marked} {note.quote}".strip())
  for note in annotations.files
  if note.quote.strip()
 )
 kept = block("annotations", list(annotations.rest), context.where)
 texts = [*notes, *([kept.text] if annotations.rest else [])]
 return Pieces(
  text="\n\n".join(texts),
  file_ids=tuple(
   context.files[note.file_id].target_id
   for note in annotations.files
   if note.file_id in context.files
  ),
  notices=kept.notices if annotations.rest else (),
 )
'''

# ==== migrator_core/convert/content/artifacts.py ====
MODULES["migrator_core/convert/content/artifacts.py"] = r'''
"""LibreChat's artifacts, as code blocks that Open WebUI opens beside the chat.

``:::artifact{identifier="…" type="…" title="…"}``, a code block and ``:::`` (LibreChat 0.7.5).
Open WebUI takes code blocks in ``html`` and ``svg`` for artifacts and draws ``mermaid`` ones
(0.12, ``utils/index.ts: getCodeBlockContents`` and ``CodeBlock.svelte``); a ``js`` or ``css`` block
would be run as part of a page, which React components are not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from .markup import Fences, closes, escaped, fence_of, fenced, lines_of
from ..text import single_line

_DIRECTIVE = re.compile(r"[ \t]*:{3,}artifact[ \t]*(?:\{(?P<attributes>.*)\}?)?[ \t]*$")
_END = re.compile(r"[ \t]*:{3,}[ \t]*$")
_ATTRIBUTE = re.compile(r"([\w-]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"?|'(?:[^'\\]|\\.)*'?|[^\s}]+)")
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")

_LANGUAGES: Mapping[str, str] = MappingProxyType(
 {
  "text/html": "html",
  "application/vnd.code-html": "html",
  "image/svg+xml": "svg",
  "application/vnd.mermaid": "mermaid",
  "application/vnd.ant.mermaid": "mermaid",
  "text/markdown": "markdown",
  "text/md": "markdown",
  "text/plain": "text",
 }
)
_REACT = frozenset({"jsx", "tsx"})
_MAX_TITLE = 200


def convert_artifacts(text: str) -> str:
 """``text`` with every artifact as its title and a code block; all else stays as it is."""
 if ":::artifact" not in text:
  return text
 lines = [*lines_of(text)]
 result: list[str] = []
 fences = Fences()
 place = 0
 while place < len(lines):
  attributes = None if fences.run else _directive(lines[place])
  if attributes is None:
   fences.feed(lines[place])
   result.append(lines[place])
   place += 1
   continue
  code, language, following = _body(lines, place + 1)
  if result and not result[-1].endswith("\n"):
   result.append("\n")
  result.append(_shown(attributes, code, language))
  place = following
  if place < len(lines) and lines[place].strip():
   result.append("\n")
 return "".join(result)


def _directive(line: str) -> dict[str, str] | None:
 """The attributes, if the line begins an artifact."""
 match = _DIRECTIVE.match(line.rstrip("\r\n"))
 if match is None:
  return None
 return {key: _unquoted(value) for key, value in _ATTRIBUTE.findall(match["attributes"] or "")}


def _unquoted(value: str) -> str:
 if value[0] not in "\"'":
  return value
 inner = value[1:]
 if inner.endswith(value[0]) and not inner.endswith("\\" + value[0]):
  inner = inner[:-1]
 return re.sub(r"\\(.)", r"\1", inner)


def _body(lines: Sequence[str], start: int) -> tuple[str, str, int]:
 """The code from line ``start`` on, its language, and the line after the artifact."""
 limit = next(
  (place for place in range(start, len(lines)) if _directive(lines[place]) is not None),
  len(lines),
 )
 first = next((place for place in range(start, limit) if lines[place].strip()), limit)
 fence = fence_of(lines[first]) if first < limit else None
 if fence is None:
  end = next((place for place in range(start, limit) if _END.match(lines[place])), limit)
  return "".join(lines[start:end]), "", min(end + 1, limit)
 run, info = fence
 closing = [
  place
  for place in range(first + 1, limit)
  if (found := fence_of(lines[place])) is not None and closes(found, run)
 ]
 language = info.split()[0] if info.split() else ""
 for place in closing:  # code may hold fences of its own, even as short as the outer one
  after = _end_after(lines, place + 1, limit)
  if after is not None:
   return "".join(lines[first + 1 : place]), language, after
 if closing:
  return "".join(lines[first + 1 : closing[0]]), language, closing[0] + 1
 return "".join(lines[first + 1 : limit]), language, limit


def _end_after(lines: Sequence[str], start: int, limit: int) -> int | None:
 """The line after the ``:::`` that follows, if nothing but blank lines stand before it."""
 for place in range(start, limit):
  if _END.match(lines[place].rstrip("\r\n")):
   return place + 1
  if lines[place].strip():
   return None
 return None


def _shown(attributes: Mapping[str, str], code: str, written: str) -> str:
 kind = attributes.get("type", "").strip().lower()
 title = single_line(attributes.get("title") or attributes.get("identifier"), limit=_MAX_TITLE)
 heading = f"**{escaped(title)}**\n\n" if title else ""
 return f"{heading}{fenced(code, _language(kind, written.lower()))}\n"


def _language(kind: str, written: str) -> str:
 if "react" in kind:
  return written if written in _REACT else "jsx"
 if kind in _LANGUAGES:
  return _LANGUAGES[kind]
 return written if _LANGUAGE.fullmatch(written) else ""
'''

# ==== migrator_core/convert/content/attached.py ====
MODULES["migrator_core/convert/content/attached.py"] = r'''
"""What tools attached to an answer (LibreChat 0.7.6 to 0.8.8, ``attachments`` of a message).

Searches are read by :mod:`.citations`; everything else is shown here.
"""

from __future__ import annotations

from collections.abc import Mapping

from .citations import is_search
from .embedded import EmbeddedError, decoded, embedded_file
from .file_items import file_item, shown_file
from .links import remote_link
from .markup import escaped, fenced
from .pieces import PartContext, Pieces
from .unknown import block, text_of
from ..files import file_link, safe_content_type
from ..text import clean_text, single_line

_MAX_LINE = 2000
_FILE_KEYS = ("file_id", "filepath", "filename")
_LINKS = frozenset({"messageId", "conversationId", "toolCallId", "user"})
"""What ties an attachment to its place, which is known."""


def show_attachment(entry: object, context: PartContext) -> list[Pieces]:
 """One attachment, as far as it is not told by the message's sources."""
 if entry is None or is_search(entry):
  return []
 if not isinstance(entry, dict):
  return [block("attachment", entry, context.where)]
 memory = entry.get("memory")
 if isinstance(memory, dict):
  return [_memory(memory)]
 resources = entry.get("ui_resources")
 if resources:
  return [_resource(resource, context) for resource in _list(resources) if resource]
 if any(isinstance(entry.get(key), str) and entry[key].strip() for key in _FILE_KEYS):
  return [shown_file(entry, context)]
 return _unknown(entry, context)


def _unknown(entry: Mapping[str, object], context: PartContext) -> list[Pieces]:
 told = {key: value for key, value in entry.items() if key not in _LINKS}
 if not any(value for key, value in told.items() if key not in {"type", "name"}):
  return []
 kind = told.get("type")
 return [block(f"attachment: {kind if isinstance(kind, str) else 'data'}", told, context.where)]


def _list(value: object) -> list[object]:
 if isinstance(value, dict):
  return list(value.values())
 return value if isinstance(value, list) else [value]


def _memory(memory: Mapping[str, object]) -> Pieces:
 """What the assistant remembered: a status line, which models are not sent."""
 key, value = (
  single_line(text_of(memory.get(name)), limit=_MAX_LINE) for name in ("key", "value")
 )
 kind = memory.get("type")
 told = {"update": "Memory updated", "delete": "Memory deleted", "error": "Memory error"}
 words = told.get(kind, "Memory") if isinstance(kind, str) else "Memory"
 details = " = ".join(text for text in (key, value) if text)
 line = f"{words}: {details}" if details else words
 return Pieces(status=({"action": "memory", "description": line, "done": True},))


def _resource(resource: object, context: PartContext) -> Pieces:
 """An interactive resource of a tool, as a code block that opens as an artifact."""
 if isinstance(resource, dict) and isinstance(resource.get("resource"), dict):
  resource = resource["resource"]
 if not isinstance(resource, dict):
  return block("attachment: ui_resources", resource, context.where)
 kind = safe_content_type(text_of(resource.get("mimeType")))
 text, blob = resource.get("text"), resource.get("blob")
 if isinstance(text, str) and text.strip():
  return _text_resource(
   text, kind, single_line(text_of(resource.get("uri")), limit=_MAX_LINE)
  )
 if isinstance(blob, str) and blob.strip():
  return _stored_resource(blob, kind, context)
 return block("attachment: ui_resources", resource, context.where)


def _text_resource(text: str, kind: str, uri: str) -> Pieces:
 if kind == "text/uri-list":
  link = remote_link(_first_address(text), uri or "resource")
  if link is not None:
   return Pieces(text=link)
 heading = f"**{escaped(uri)}**\n\n" if uri else ""
 return Pieces(text=heading + fenced(clean_text(text), "html" if kind == "text/html" else ""))


def _stored_resource(blob: str, kind: str, context: PartContext) -> Pieces:
 try:
  file = embedded_file(decoded(blob), kind, context)
 except EmbeddedError as error:
  return block("attachment: ui_resources", str(error), context.where)
 item = file_item(file_link(file.row), context.role, context.message_id)
 return Pieces(files=(item,), file_ids=(file.row.id,), embedded=(file,))


def _first_address(text: str) -> str:
 """The first address of a list (RFC 2483), where lines with ``#`` are comments."""
 lines = (line.strip() for line in text.splitlines())
 return next((line for line in lines if line and not line.startswith("#")), "")
'''

# ==== migrator_core/convert/content/blocks.py ====
MODULES["migrator_core/convert/content/blocks.py"] = r'''
"""Markdown blocks that show what has no form of its own in Open WebUI, and stay readable."""

from __future__ import annotations

import json
import re

from ..text import clean_json, single_line

_DATA_URI = re.compile(r"(data:[^,\s\"'()<>]{0,100};base64,)[A-Za-z0-9+/=_-]{200,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/=_-]{2000,}")
_BASE64_ALPHABET = 40
"""Base64 of any real file of that length uses more different characters than this; a line of
``xxxx``, a number or a hex dump does not."""


LEFT_OUT = "(left out)"
"""Stands for an address to sign in at, which may carry a secret."""


def heading(name: str) -> str:
 """``**[name]**``, with whatever would break the Markdown removed from ``name``."""
 label = re.sub(r"[^\w .:/-]", "", single_line(name, limit=80)).strip()
 return f"**[{label or 'part'}]**"


def quoted(text: str) -> str:
 """``text`` as a Markdown quotation."""
 return "\n".join(f"> {line}" if line else ">" for line in text.split("\n"))


def fenced_json(value: object) -> str:
 """``value`` as indented JSON in a fence that nothing inside it can close."""
 body = json.dumps(_without_data(clean_json(value)), ensure_ascii=False, indent=2)
 longest = max((len(run) for run in re.findall("`+", body)), default=0)
 fence = "`" * max(3, longest + 1)
 return f"{fence}json\n{body}\n{fence}"


def _without_data(value: object) -> object:
 # Recursion is safe: clean_json has bounded the depth.
 if isinstance(value, dict):
  return {
   key: LEFT_OUT if key == "auth" and item else _without_data(item)
   for key, item in value.items()
  }
 if isinstance(value, list):
  return [_without_data(item) for item in value]
 return without_data(value) if isinstance(value, str) else value


def without_data(text: str) -> str:
 """``text`` with Base64 data cut to a note of how much there was."""
 if _BASE64.fullmatch(text) and len(set(text)) >= _BASE64_ALPHABET:
  return f"({len(text)} characters of data left out)"
 return _DATA_URI.sub(
  lambda found: f"{found[1]}… ({len(found[0]) - len(found[1])} characters of data left out)",
  text,
 )
'''

# ==== migrator_core/convert/content/citations.py ====
MODULES["migrator_core/convert/content/citations.py"] = r'''
"""Citation anchors in an answer, as Open WebUI's ``[n]`` with ``sources``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeAlias

from .anchors import Anchor, replace_anchors
from .sources import Source, file_source, unique_names, web_source
from ..files import FileLink
from ...rows import JsonDict

_LISTS: Mapping[str, str] = MappingProxyType(
 {
  "search": "organic",
  "news": "topStories",
  "ref": "references",
  "file": "references",
  "image": "images",
  "video": "videos",
 }
)
"""Kind of anchor → the list of a search's results that it counts in (LibreChat 0.8)."""

_MAX_SOURCES = 1000

Turn: TypeAlias = Mapping[str, tuple[Source | None, ...]]


class Citations:
 """What the anchors of one message point to."""

 __slots__ = ("_found", "_numbers", "_turns", "dangling")

 def __init__(
  self, turns: Mapping[int, Turn] | None = None, found: Iterable[Source] = ()
 ) -> None:
  self._turns = turns or {}
  self._found = tuple(found)
  self._numbers: dict[str, tuple[int, Source]] = {}
  self.dangling = 0
  """How many anchors so far point to nothing."""

 def replace(self, text: str) -> str:
  """``text`` with its anchors as ``[n]``; those that point to nothing vanish."""
  return replace_anchors(text, self._marker)

 def cite(self, source: Source) -> int:
  """The number of a source, which it gets now unless it has one."""
  number, _ = self._numbers.setdefault(source.id, (len(self._numbers) + 1, source))
  return number

 @property
 def sources(self) -> tuple[JsonDict, ...]:
  """The message's ``sources``: the cited ones by number, then what else was found."""
  sources = {source_id: source for source_id, (_, source) in self._numbers.items()}
  for source in self._found:
   if len(sources) < _MAX_SOURCES:
    sources.setdefault(source.id, source)
  names = unique_names(sources.values())
  return tuple(
   source.to_json(name) for source, name in zip(sources.values(), names, strict=True)
  )

 def _marker(self, anchors: list[Anchor]) -> str:
  numbers = [self._number(anchor) for anchor in anchors]
  self.dangling += numbers.count(None)
  return "".join(f"[{number}]" for number in dict.fromkeys(numbers) if number is not None)

 def _number(self, anchor: Anchor) -> int | None:
  results = self._turns.get(anchor.turn, {}).get(_LISTS[anchor.kind], ())
  source = results[anchor.place] if anchor.place < len(results) else None
  return self.cite(source) if source is not None else None


def read_citations(attachments: tuple[object, ...], files: Mapping[str, FileLink]) -> Citations:
 """The citations that the attachments of one message allow for."""
 turns: dict[int, Turn] = {}
 by_id: dict[str, Source] = {}
 file_searches = 0
 for place, attachment in enumerate(attachments):
  web = _payload(attachment, "web_search")
  if web is not None:
   lists = _web_turn(web, place, by_id)
   number = _turn_number(web.get("turn"))
   if number is not None:
    turns[number] = lists
  search = _payload(attachment, "file_search")
  if search is not None:
   turns[file_searches] = _file_turn(search, files, place, by_id)
   file_searches += 1
 return Citations(turns, by_id.values())


def is_search(attachment: object) -> bool:
 """Whether all that an attachment tells is in the message's sources."""
 return any(_payload(attachment, name) is not None for name in ("web_search", "file_search"))


def _payload(attachment: object, name: str) -> Mapping[str, object] | None:
 if not isinstance(attachment, dict):
  return None
 payload = attachment.get(name)
 return payload if isinstance(payload, dict) else None


def _turn_number(value: object) -> int | None:
 if isinstance(value, bool) or not isinstance(value, int | float):
  return None
 return int(value) if 0 <= value < 10**9 and value == int(value) else None


def _web_turn(search: Mapping[str, object], place: int, by_id: dict[str, Source]) -> Turn:
 lists: dict[str, tuple[Source | None, ...]] = {}
 for name in dict.fromkeys(_LISTS.values()):
  results = search.get(name)
  # A hole keeps its place, or the indexes of what follows would be wrong.
  lists[name] = tuple(
   _shared(web_source(result, f"search {place} {name} {index}"), by_id)
   if isinstance(result, dict)
   else None
   for index, result in enumerate(results if isinstance(results, list) else [])
  )
 return lists


def _file_turn(
 search: Mapping[str, object],
 files: Mapping[str, FileLink],
 place: int,
 by_id: dict[str, Source],
) -> Turn:
 """One reference per file: LibreChat puts the chunks of a file together before it counts."""
 found: dict[str, Source | None] = {}
 chunks = search.get("sources")
 for index, chunk in enumerate(chunks if isinstance(chunks, list) else []):
  if isinstance(chunk, dict):
   source = file_source(chunk, files, f"search {place} file {index}")
   found.setdefault(source.id, _shared(source, by_id))
 return {"references": tuple(found.values())}


def _shared(source: Source | None, by_id: dict[str, Source]) -> Source | None:
 """The one object for this source in the whole message."""
 if source is None:
  return None
 first = by_id.setdefault(source.id, source)
 if first is not source:
  first.merge(source)
 return first
'''

# ==== migrator_core/convert/content/code_runs.py ====
MODULES["migrator_core/convert/content/code_runs.py"] = r'''
"""Tools that run code, as code-interpreter items."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .file_items import file_id_of, link_of, shown_file
from .pieces import PartContext, Pieces
from .text import message_items
from .tool_items import CodeRun, code_item
from .tool_results import (
 Result,
 arguments_of,
 json_text,
 read_result,
 unfinished_note,
)
from ..files import FileLink
from ..text import clean_json, clean_text


class Runner(NamedTuple):
 """Which arguments of a tool hold the code and its language, and the language by default."""

 code: tuple[str, ...]
 language: str = "lang"
 default: str = "python"


RUNNERS: Mapping[str, Runner] = MappingProxyType(
 {
  "execute_code": Runner(("code",)),
  "code_interpreter": Runner(("code", "input")),
  "run_tools_with_code": Runner(("code",)),
  "bash_tool": Runner(("command", "code"), default="bash"),
 }
)
"""LibreChat's own tools that run code (0.7.6 to 0.8.8), by name."""


def convert_code_run(
 call_id: str, name: str, call: Mapping[str, object], context: PartContext
) -> Pieces | None:
 """A call of one of the :data:`RUNNERS`; None where its arguments hold no code."""
 runner = RUNNERS[name]
 arguments = arguments_of(call.get("args"))
 key = next((key for key in runner.code if isinstance(arguments.get(key), str)), None)
 if key is None:
  return None
 language = arguments.get(runner.language)
 used = {key, runner.language if isinstance(language, str) else key}
 rest = {name: value for name, value in arguments.items() if name not in used}
 result = read_result(call.get("output"), context)
 run = CodeRun(
  name=name,
  code=clean_text(str(arguments[key])),
  language=language if isinstance(language, str) and language.strip() else runner.default,
  result=result,
  given={"arguments": clean_json(rest)} if rest else {},
  files=attached_to(call_id, context),
  note=unfinished_note(call, call.get("output")),
 )
 item = code_item(call_id, run)
 return Pieces(output=(item,), file_ids=_ids(result), embedded=result.embedded)


def convert_interpreter(
 call_id: str, call: Mapping[str, object], payload: object, context: PartContext
) -> Pieces:
 """The code interpreter of OpenAI's assistants: ``{input, outputs: [logs | image]}``."""
 outputs = payload.get("outputs") if isinstance(payload, dict) else None
 told: list[str] = []
 shown: list[Pieces] = []
 links: list[FileLink] = []
 for output in outputs if isinstance(outputs, list) else [outputs]:
  image = output.get("image") if isinstance(output, dict) else None
  if image:
   if file_id_of(image) not in context.pictures:
    shown.append(shown_file(image, context))
   link = link_of(image, context)
   links += [link] if link is not None else []
  elif output:
   told.append(_logs(output))
 result = read_result("\n".join(told), context)
 code = payload.get("input") if isinstance(payload, dict) else payload
 run = CodeRun(
  name="code_interpreter",
  code=clean_text(code) if isinstance(code, str) else json_text(code) if code else "",
  language="python",
  result=result,
  files=(*links, *attached_to(call_id, context)),
  note=unfinished_note({"progress": 1, **call}, told or links or None),
 )
 text = "\n\n".join(piece.text for piece in shown if piece.text)
 return Pieces(
  text=text,
  output=(code_item(call_id, run), *message_items(text)),
  files=tuple(file for piece in shown for file in piece.files),
  file_ids=(*_ids(result), *(file_id for piece in shown for file_id in piece.file_ids)),
  embedded=result.embedded,
  notices=tuple(notice for piece in shown for notice in piece.notices),
 )


def attached_to(call_id: str, context: PartContext) -> tuple[FileLink, ...]:
 """The migrated files that this call attached to the message."""
 entries = (
  entry
  for entry in context.attachments
  if isinstance(entry, dict) and call_id and entry.get("toolCallId") == call_id
 )
 return tuple(link for entry in entries if (link := link_of(entry, context)) is not None)


def _logs(output: object) -> str:
 logs = output.get("logs") if isinstance(output, dict) else output
 return logs if isinstance(logs, str) else json_text(output)


def _ids(result: Result) -> tuple[str, ...]:
 return tuple(link.target_id for link in result.links)
'''

# ==== migrator_core/convert/content/composition.py ====
MODULES["migrator_core/convert/content/composition.py"] = r'''
"""The pieces of a message put together: its visible text and its ``output`` (Open WebUI 0.12)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from .pieces import Pieces
from .text import message_items
from .tool_items import number_calls
from ..text import clean_json
from ...rows import JsonDict

_ID_PREFIXES: Mapping[str, str] = MappingProxyType(
 {"message": "msg", "reasoning": "r", "open_webui:context_compaction": "cc"}
)
"""How Open WebUI's own ids of ``output`` items begin (0.12, ``utils/middleware.py``)."""


def compose_output(pieces: Sequence[Pieces], message_id: str) -> list[JsonDict]:
 """The ``output`` items, or none where plain text says it all."""
 if not any(piece.output for piece in pieces):
  return []
 items: list[JsonDict] = []
 run: list[str] = []
 for piece in pieces:
  if piece.output:
   items += (*message_items("\n\n".join(run)), *piece.output)
   run = []
  elif piece.text.strip():
   run.append(piece.text)
 items = number_calls([*items, *message_items("\n\n".join(run))], message_id)
 return [_named(item, place, message_id) for place, item in enumerate(items)]


def visible_text(pieces: Sequence[Pieces], output: Sequence[JsonDict]) -> str:
 """The text alone: with ``output`` what Open WebUI's ``get_output_text`` makes of it."""
 if not output:
  return "\n\n".join(piece.text for piece in pieces if piece.text.strip())
 texts = ("".join(str(part["text"]) for part in _shown(item)) for item in output)
 return "\n".join(text for text in texts if text.strip())


def _shown(item: JsonDict) -> list[JsonDict]:
 content: list[JsonDict] = item["content"] if item["type"] == "message" else []
 return content


def _named(item: JsonDict, place: int, message_id: str) -> JsonDict:
 if item.get("id"):
  return item
 prefix = _ID_PREFIXES.get(str(item.get("type")), "item")
 return {"type": item.get("type"), "id": f"{prefix}_{message_id}_{place}", **item}


def distinct_files(items: Iterable[JsonDict]) -> list[JsonDict]:
 """Files once each: a picture may be both a file and a part of a message."""
 seen: set[object] = set()
 kept = []
 for item in items:
  key = item.get("id") or item.get("url")
  if key is None or key not in seen:
   kept.append(item)
  seen.add(key)
 return kept


def cleaned(fields: Mapping[str, list[JsonDict]]) -> tuple[JsonDict, bool]:
 """The fields that hold anything, as any database stores them, and whether that took repair."""
 result: JsonDict = {key: clean_json(value) for key, value in fields.items() if value}
 return result, any(fields[key] != value for key, value in result.items())
'''

# ==== migrator_core/convert/content/embedded.py ====
MODULES["migrator_core/convert/content/embedded.py"] = r'''
"""Bytes that stand inside a message, as files of their own.

Open WebUI loads, saves and sends a chat as a whole, so data in Base64 must not stay in it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from .pieces import PartContext
from ..files import (
 IMAGE_EXTENSIONS,
 OCTET_STREAM,
 safe_content_type,
 stored_name,
)
from ..ids import embedded_file_id
from ..text import clean_json
from ...rows import EmbeddedFile, FileRow

MAX_BYTES = 64 * 1024 * 1024
"""Of one embedded file. LibreChat takes no larger uploads, and MongoDB documents end at 16 MiB."""

_DATA_URL = re.compile(
 r"\s*data:(?P<mime>[^,;]{0,200})(?P<more>(?:;[^,;]{0,200})*),", re.IGNORECASE
)
_SPACE = re.compile(r"\s+")

_EXTENSIONS: Mapping[str, str] = MappingProxyType(
 {mime: endings[0] for mime, endings in IMAGE_EXTENSIONS.items()}
 | {
  "application/json": ".json",
  "application/pdf": ".pdf",
  "audio/aac": ".aac",
  "audio/flac": ".flac",
  "audio/mp4": ".m4a",
  "audio/mpeg": ".mp3",
  "audio/ogg": ".ogg",
  "audio/wav": ".wav",
  "audio/webm": ".webm",
  "text/csv": ".csv",
  "text/html": ".html",
  "text/plain": ".txt",
  "video/mp4": ".mp4",
  "video/webm": ".webm",
 }
)


class EmbeddedError(Exception):
 """The data cannot be decoded; ``str()`` says why, without repeating it."""


def is_data_url(address: str) -> bool:
 """Whether an address holds its content itself (RFC 2397)."""
 return address.lstrip()[:5].lower() == "data:"


def from_data_url(address: str, context: PartContext) -> EmbeddedFile:
 """The file that a ``data:`` URL holds."""
 match = _DATA_URL.match(address)
 if match is None:
  raise EmbeddedError("the address of the data is malformed")
 encoded = address[match.end() :]
 if match["more"].lower().endswith(";base64"):
  content = decoded(encoded)
 else:
  _check(len(encoded), MAX_BYTES)
  content = unquote_to_bytes(encoded.encode("utf-8", "ignore"))
 return embedded_file(content, safe_content_type(match["mime"]), context)


def decoded(encoded: str) -> bytes:
 """The bytes of a Base64 text, which may be broken into lines."""
 _check(len(encoded), MAX_BYTES * 4 // 3 + 4)
 try:
  return base64.b64decode(_SPACE.sub("", encoded).encode("ascii"), validate=True)
 except (binascii.Error, UnicodeEncodeError) as error:
  raise EmbeddedError("the data is not valid Base64") from error


def _check(size: int, limit: int) -> None:
 if size > limit:
  raise EmbeddedError(f"the data is larger than {MAX_BYTES // 1024**2} MiB")


def embedded_file(content: bytes, content_type: str, context: PartContext) -> EmbeddedFile:
 """The file for these bytes; the same bytes of the same user are always the same file."""
 if not content:
  raise EmbeddedError("the data is empty")
 digest = hashlib.sha256(content).hexdigest()
 row = file_row(
  FoundBytes(digest, len(content), content_type),
  user=context.user,
  owner_id=context.owner_id,
  created_at=context.timestamp,
  provenance={
   "conversationId": context.conversation_id,
   "messageId": context.message_id,
  },
 )
 return EmbeddedFile(row, content)


@dataclass(frozen=True, slots=True)
class FoundBytes:
 """A file without a record in LibreChat: the SHA-256 of its bytes in hex, and their number."""

 digest: str
 size: int
 content_type: str
 filename: str | None = None


def file_row(
 found: FoundBytes,
 *,
 user: str,
 owner_id: str,
 created_at: int,
 provenance: Mapping[str, str],
) -> FileRow:
 """The record that the file gets."""
 target_id = embedded_file_id(user, found.digest)
 kind = found.content_type.partition("/")[0]
 stem = kind if kind in {"image", "audio", "video"} else "file"
 ending = _EXTENSIONS.get(found.content_type, "")
 name = found.filename or f"{stem}-{found.digest[:8]}{ending}"
 return FileRow(
  id=target_id,
  user_id=owner_id,
  filename=name,
  stored_name=stored_name(target_id, name, found.content_type),
  data={},
  meta=clean_json(
   {
    "name": name,
    "content_type": found.content_type,
    "size": found.size,
    "file_hash": found.digest,
    "librechat": dict(provenance),
   }
  ),
  created_at=created_at,
  updated_at=created_at,
 )


def content_type_of(name: str) -> str:
 """The MIME type that a file name's extension means, as far as it is of use in a chat."""
 lower = name.lower()
 for mime, endings in IMAGE_EXTENSIONS.items():
  if lower.endswith(endings):
   return mime
 found = (mime for mime, ending in _EXTENSIONS.items() if lower.endswith(ending))
 return next(found, OCTET_STREAM)
'''

# ==== migrator_core/convert/content/failures.py ====
MODULES["migrator_core/convert/content/failures.py"] = r'''
"""Answers that failed: what LibreChat stored, in words.

Error codes as in ``ErrorTypes`` and ``ViolationTypes`` of ``librechat-data-provider`` (LibreChat
0.7 to 0.8).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

from .blocks import quoted, without_data
from .pieces import Part, PartContext, Pieces
from .unknown import convert_unknown, text_of
from ..text import clean_text, single_line

_MAX_ERROR = 20_000
"""Characters of a text in which an error code is looked for; a longer one is a whole answer."""

_MAX_INFO = 300

_SENTENCES: Mapping[str, str] = MappingProxyType(
 {
  "no_user_key": "No API key was set for this endpoint.",
  "invalid_user_key": "The API key was not valid.",
  "expired_user_key": "The API key had expired.",
  "no_base_url": "No address was set for this endpoint.",
  "invalid_base_url": "The address of this endpoint was not valid.",
  "invalid_action": "The action could not be carried out.",
  "auth_failed": "Signing in to the model's provider failed.",
  "no_system_messages": "The model does not take system messages.",
  "input_length": "The conversation was too long for the model.",
  "google_error": "Google's service reported an error.",
  "google_tool_conflict": "The model cannot combine its own tools with others.",
  "invalid_agent_provider": "The agent's provider is not available.",
  "missing_model": "No model was chosen.",
  "models_not_loaded": "The list of models was not loaded.",
  "endpoint_models_not_loaded": "The endpoint's models were not loaded.",
  "illegal_model_request": "The model was not allowed.",
  "moderation": "The provider's moderation refused the content.",
  "refusal": "The model refused to answer.",
  "token_balance": "The token balance did not suffice.",
  "message_limit": "The limit of messages was reached.",
  "concurrent": "Too many messages were being answered at once.",
  "ban": "The account was banned for a while.",
  "stream_expired": "The answer's connection had expired.",
 }
)


def convert_error(part: Part, context: PartContext) -> Pieces:
 """An error part, ``error`` or ``text``: a quotation, so that it is not taken for an answer."""
 text = _error_text(part)
 if not text.strip():
  return convert_unknown(part, context)
 return Pieces(text=quoted(f"**Error:** {without_data(text.strip())}"))


def error_sentence(text: object) -> str | None:
 """What an error's text says, for people; None where it holds no code to explain."""
 found = text_of(text)
 if found is None or len(found) > _MAX_ERROR:
  return None
 start, end = found.find("{"), found.rfind("}")
 if start < 0 or end < start:
  return None
 try:
  data = json.loads(found[start : end + 1])
 except (ValueError, RecursionError):
  return None
 code = data.get("type") if isinstance(data, dict) else None
 if not isinstance(code, str) or not code.strip():
  return None
 known = _SENTENCES.get(code.strip().lower())
 sentence = known or f"LibreChat reported the error {single_line(code, limit=100)}."
 info = data.get("info") if known else None
 detail = single_line(clean_text(info), limit=_MAX_INFO) if isinstance(info, str) else ""
 return f"{sentence} ({detail})" if detail else sentence


def _error_text(part: Part) -> str:
 for value in (part.payload, part.fields.get("text")):
  text = text_of(value)
  if text is None and isinstance(value, dict):
   text = text_of(value.get("message"))
  if text is not None and text.strip():
   return text
 return ""
'''

# ==== migrator_core/convert/content/file_items.py ====
MODULES["migrator_core/convert/content/file_items.py"] = r'''
"""References to files, as entries of a message's ``files`` (Open WebUI 0.12).

They look exactly as Open WebUI's own upload makes them (``MessageInput.svelte``): the bare file id
as ``url`` and a ``content_type``, from which the front end builds the address of the content.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import uuid5

from .pieces import PartContext, Pieces, Role
from .unknown import text_of
from ..files import FileLink
from ..ids import NAMESPACE
from ..text import single_line
from ...outcome import Notice, WarningCode
from ...rows import JsonDict

MAX_NAME = 200


def content_url(target_id: str) -> str:
 """Where Open WebUI serves the file's bytes."""
 return f"/api/v1/files/{target_id}/content"


def file_item(link: FileLink, role: Role, message_id: str) -> JsonDict:
 """An entry of a message's ``files``."""
 direct = role == "assistant" and link.content_type.lower().startswith("image/")
 item: JsonDict = {
  "type": "file",
  "id": link.target_id,
  "url": content_url(link.target_id) if direct else link.target_id,
  "name": link.filename,
  "size": link.size,
  "content_type": link.content_type,
  "collection_name": "",
  "status": "uploaded",
  "error": "",
  "itemId": str(uuid5(NAMESPACE, f"item:{message_id}:{link.target_id}")),
  "file": {
   "id": link.target_id,
   "filename": link.filename,
   "meta": {
    "name": link.filename,
    "content_type": link.content_type,
    "size": link.size,
   },
  },
 }
 if link.has_text and is_document(item):
  item["context"] = "full"  # nothing is indexed, so only the whole text can reach a model
 return item


def is_document(item: JsonDict) -> bool:
 """Whether Open WebUI sends the item with every turn (a chat-level file) rather than shows it."""
 base = str(item["content_type"]).split(";")[0].strip().lower()
 return not base.startswith("image/") or base == "image/svg+xml"


def link_of(entry: object, context: PartContext) -> FileLink | None:
 """The migrated file that an entry means: a file record, a search source or a bare id."""
 found = file_id_of(entry)
 link = context.files.get(found) if found is not None else None
 if link is None and isinstance(entry, Mapping):
  path = entry.get("filepath")
  link = context.paths.get(path.split("?", 1)[0]) if isinstance(path, str) else None
 return link


def shown_file(entry: object, context: PartContext) -> Pieces:
 """The entry as a file of the message, or its name as text where it was not migrated."""
 link = link_of(entry, context)
 if link is None:
  return lost_file(entry, context)
 item = file_item(link, context.role, context.message_id)
 return Pieces(files=(item,), file_ids=(link.target_id,))


def lost_file(entry: object, context: PartContext) -> Pieces:
 """What stands in a message for a file that was not migrated, or not for this owner."""
 name = name_of(entry) or single_line(file_id_of(entry), limit=MAX_NAME)
 name = name or "file without a name"
 notice = Notice(WarningCode.FILE_REFERENCE_LOST, f"{context.where}: {name}")
 return Pieces(text=f"📎 {name} (file not migrated)", notices=(notice,))


def file_id_of(entry: object) -> str | None:
 """From a copy of a file record, a search source, or an id that stands alone."""
 if isinstance(entry, Mapping):
  entry = entry.get("file_id") or entry.get("fileId")
 text = None if isinstance(entry, Mapping) else text_of(entry)
 return text.strip() or None if text is not None else None


def name_of(entry: object) -> str:
 """The name a person knows the file by; empty where the entry has none."""
 if not isinstance(entry, Mapping):
  return single_line(entry, limit=MAX_NAME) if isinstance(entry, str) else ""
 for key in ("filename", "name", "fileName", "filepath"):
  value = entry.get(key)
  # Remote addresses carry signatures that are none of a reader's business.
  if isinstance(value, str) and value.strip():
   path = value.split("?", 1)[0] if key == "filepath" else value
   name = path.rsplit("/", 1)[-1] if key == "filepath" else path
   return single_line(name, limit=MAX_NAME)
 return ""
'''

# ==== migrator_core/convert/content/handoffs.py ====
MODULES["migrator_core/convert/content/handoffs.py"] = r'''
"""Handoffs: an agent calls the tool ``lc_transfer_to_<agent>`` and the other one goes on."""

from __future__ import annotations

from .pieces import PartContext
from ..ids import model_id
from ..text import single_line
from ...rows import JsonDict

_PREFIX = "lc_transfer_to_"
_MAX_LINE = 300


def handoff_status(tool: str, context: PartContext) -> tuple[JsonDict, ...]:
 """A line for ``statusHistory`` that names the agent, and its model's id in Open WebUI."""
 agent = single_line(tool, limit=_MAX_LINE).removeprefix(_PREFIX)
 if not tool.startswith(_PREFIX) or not agent:
  return ()
 model = model_id(agent) if agent.startswith("agent_") else agent
 name = single_line(context.agents.get(agent), limit=_MAX_LINE)
 told = f"{name} ({model})" if name else model
 return ({"action": "handoff", "description": f"Handed over to {told}", "done": True},)
'''

# ==== migrator_core/convert/content/images.py ====
MODULES["migrator_core/convert/content/images.py"] = r'''
"""Pictures as parts of a message.

At a question they are ``files`` as Open WebUI's own upload makes them, which is how they reach the
model again; in an answer they stand where they stood, as Markdown, which every version shows
beside ``output`` (Open WebUI 0.10 to 0.12, ``MarkdownInlineTokens.svelte``).
"""

from __future__ import annotations

from .embedded import EmbeddedError, from_data_url, is_data_url
from .file_items import file_item, link_of, lost_file, name_of
from .inline_links import find_link
from .links import lost, markdown_link, remote_link
from .markup import escaped
from .pieces import Part, PartContext, Pieces
from .unknown import convert_unknown
from ..files import FileLink, file_link
from ...rows import EmbeddedFile


def convert_image_file(part: Part, context: PartContext) -> Pieces:
 """A picture by its file record: ``file_id``, else ``filepath``."""
 record = part.payload if isinstance(part.payload, dict) else {"file_id": part.payload}
 file_id, filepath, filename = (
  value if isinstance(value, str) else ""
  for value in (record.get("file_id"), record.get("filepath"), record.get("filename"))
 )
 if not (file_id or filepath or filename):
  return convert_unknown(part, context)
 link = link_of(record, context) or find_link(filepath, context)
 if link is None:
  return lost_file(record, context)
 return show_file(link, context, name_of(record))


def convert_image_url(part: Part, context: PartContext) -> Pieces:
 """A picture by its address: on the web, in LibreChat, or holding the picture itself."""
 payload = part.payload
 address = payload.get("url") if isinstance(payload, dict) else payload
 if not isinstance(address, str) or not address.strip():
  return convert_unknown(part, context)
 return show_address(address, "image", part, context)


def show_address(address: str, label: str, part: Part, context: PartContext) -> Pieces:
 """Whatever an address leads to, as a file or a link; ``label`` is its name for people."""
 if is_data_url(address):
  try:
   return show_embedded(from_data_url(address, context), context)
  except EmbeddedError as error:
   return lost(f"{label}: {error}", context)
 link = find_link(address, context)
 if link is not None:
  return show_file(link, context)
 remote = remote_link(address, label)
 if remote is not None:
  return Pieces(text=remote)
 return convert_unknown(part, context)


def show_embedded(file: EmbeddedFile, context: PartContext) -> Pieces:
 """A file that stood in the message."""
 shown = show_file(file_link(file.row), context)
 return Pieces(text=shown.text, files=shown.files, file_ids=shown.file_ids, embedded=(file,))


def show_file(link: FileLink, context: PartContext, label: str = "") -> Pieces:
 """A migrated file, where the part stands; ``label`` is what the message calls it."""
 if context.role == "user":
  item = file_item(link, context.role, context.message_id)
  return Pieces(files=(item,), file_ids=(link.target_id,))
 words = escaped(label) if label else None
 return Pieces(text=markdown_link(link, words), file_ids=(link.target_id,))
'''

# ==== migrator_core/convert/content/inline_links.py ====
MODULES["migrator_core/convert/content/inline_links.py"] = r'''
"""Links and pictures in a text that lead to LibreChat's own files.

``![alt](/images/<user>/<name>)`` (tools before 0.8), ``[name](sandbox:/mnt/data/<name>)`` (the
code interpreter), ``/uploads/…``, ``/api/files/…`` and ``data:`` addresses. What is code stays as
it is, and so do all other links.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from .embedded import EmbeddedError, from_data_url, is_data_url
from .file_items import content_url
from .links import (
 is_image,
 lost,
 markdown_link,
 own_path,
)
from .markup import split_code
from .pieces import PartContext
from ..files import FileLink, file_link
from ...outcome import Notice
from ...rows import EmbeddedFile

_LOCAL = r"(?:data:|sandbox:|/images/|/uploads/|/api/files/)"
_TARGET = re.compile(
 rf"\]\(\s*(?:<(?P<angled>{_LOCAL}[^<>\n]*)>"
 rf"|(?P<bare>{_LOCAL}(?:[^()\n]|\([^()\n]*\))*?))"
 r"""(?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'))?\s*\)""",
 re.IGNORECASE,
)
_BARE_IMAGE = re.compile(r"data:image/[\w.+-]{1,60};base64,[A-Za-z0-9+/=]{200,}")
_MAX_LABEL = 2000
"""How far back from ``](`` a link's text may begin. A picture's is at most its whole prompt."""

_WORTH_KEEPING = 4 * _MAX_LABEL


@dataclass(slots=True)
class LinkedText:
 """A text whose local links were replaced, and what they led to."""

 text: str = ""
 file_ids: list[str] = field(default_factory=list)
 embedded: list[EmbeddedFile] = field(default_factory=list)
 notices: list[Notice] = field(default_factory=list)

 def refer(self, link: FileLink) -> FileLink:
  """Note that the text shows this file."""
  self.file_ids.append(link.target_id)
  return link


def replace_links(
 text: str, context: PartContext, known: Mapping[str, str] | None = None
) -> LinkedText:
 """Replace the local links of a text. ``known`` maps addresses to LibreChat's ``file_id``."""
 result = LinkedText()
 if "](" not in text and "data:image/" not in text:  # the cheap question first
  result.text = text
  return result
 pieces = [
  piece if code else _replace_in(piece, context, known or {}, result)
  for piece, code in split_code(text)
 ]
 result.text = "".join(pieces)
 return result


def local_paths(text: str, user: str) -> set[str]:
 """The user's own paths that a text's links lead to, in their plain form."""
 if "](" not in text:
  return set()
 found = (match["angled"] or match["bare"] for match in _TARGET.finditer(text))
 return {path for target in found if (path := own_path(target, user)) is not None}


def downloads(text: str) -> set[str]:
 """The last parts of the ``/api/files/…`` addresses in a text, which are files' ids."""
 found = (match["angled"] or match["bare"] for match in _TARGET.finditer(text))
 return {
  re.split(r"[?#]", target, maxsplit=1)[0].rsplit("/", 1)[-1]
  for target in found
  if target.lower().startswith("/api/files/")
 }


def _replace_in(
 text: str, context: PartContext, known: Mapping[str, str], result: LinkedText
) -> str:
 settled: list[str] = []
 tail = ""  # a link's text may itself be a picture, which has been replaced by then
 done = 0
 for match in _TARGET.finditer(text):
  tail += text[done : match.start()]
  done = match.start()
  start = _label_start(tail)
  if start is None:
   continue
  done = match.end()
  picture = start > 0 and tail[start - 1] == "!"
  label = tail[start + 1 :]
  target = match["angled"] or match["bare"]
  shown = _shown(target, label, context, known, result, picture=picture)
  tail = tail[: start - picture] + shown
  if len(tail) > 2 * _WORTH_KEEPING:
   settled.append(tail[:-_WORTH_KEEPING])
   tail = tail[-_WORTH_KEEPING:]
 whole = "".join([*settled, tail, text[done:]])
 return _BARE_IMAGE.sub(lambda match: _bare_image(match, context, result), whole)


def _label_start(text: str) -> int | None:
 """Where the ``[`` stands that the ``]`` after ``text`` closes."""
 depth = 0
 for place in range(len(text) - 1, max(len(text) - _MAX_LABEL, 0) - 1, -1):
  if text[place] == "]":
   depth += 1
  elif text[place] == "[":
   if depth == 0:
    return place
   depth -= 1
 return None


def _shown(
 target: str,
 label: str,
 context: PartContext,
 known: Mapping[str, str],
 result: LinkedText,
 *,
 picture: bool,
) -> str:
 name = unquote(re.split(r"[?#]", target, maxsplit=1)[0]).rsplit("/", 1)[-1]
 if is_data_url(target):
  link = _embed(target, context, result)
  name = "embedded data"
 else:
  link = find_link(target, context, known)
 if link is None:
  gone = lost(label.strip() or name, context)
  result.notices += gone.notices
  return gone.text
 return markdown_link(result.refer(link), (label if label.strip() else None), image=picture)


def find_link(
 target: str, context: PartContext, known: Mapping[str, str] | None = None
) -> FileLink | None:
 """The migrated file that a local address leads to."""
 if known and target in known and known[target] in context.files:
  return context.files[known[target]]
 path = own_path(target, context.user)
 if path is not None:
  return context.paths.get(path) or _attached(context, path.rsplit("/", 1)[-1], path)
 bare = unquote(re.split(r"[?#]", target, maxsplit=1)[0])
 name = bare.rsplit("/", 1)[-1]
 if target[:8].lower() == "sandbox:":
  return _attached(context, name, None)
 if bare.lower().startswith("/api/files/"):
  return context.files.get(name) or _attached(context, None, bare)
 return None


def _attached(context: PartContext, name: str | None, path: str | None) -> FileLink | None:
 """The file that a tool attached under this name or path; of several the last."""
 for entry in reversed(context.attachments):
  if not isinstance(entry, dict):
   continue
  file_id = entry.get("file_id")
  filepath = entry.get("filepath")
  same_path = path is not None and isinstance(filepath, str) and filepath == path
  same_name = path is None and name is not None and entry.get("filename") == name
  if (same_path or same_name) and isinstance(file_id, str) and file_id in context.files:
   return context.files[file_id]
 return None


def _embed(target: str, context: PartContext, result: LinkedText) -> FileLink | None:
 try:
  file = from_data_url(target, context)
 except EmbeddedError:
  return None
 result.embedded.append(file)
 return file_link(file.row)


def _bare_image(match: re.Match[str], context: PartContext, result: LinkedText) -> str:
 """A picture's data that stands in the text as such, or in an HTML attribute."""
 link = _embed(match[0], context, result)
 if link is None or not is_image(link):
  gone = lost("embedded data", context)
  result.notices += gone.notices
  return gone.text
 result.refer(link)
 before = match.string[max(match.start() - 3, 0) : match.start()]
 inside = before.endswith(('"', "'", "(", "<", "]:", "]: "))
 return content_url(link.target_id) if inside else markdown_link(link)
'''

# ==== migrator_core/convert/content/links.py ====
MODULES["migrator_core/convert/content/links.py"] = r'''
"""How text refers to files: Markdown for a migrated one, words for a lost one."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from .file_items import MAX_NAME, content_url
from .markup import escaped
from .pieces import PartContext, Pieces
from ..files import FileLink
from ..result import notice
from ..text import clean_text, single_line
from ...outcome import WarningCode

_MAX_PATH = 1000
_STORED = re.compile(r"/(?:images|uploads)/[^/]+/[^/\\]+")


def is_image(link: FileLink) -> bool:
 """Whether it can be shown in the text."""
 return link.content_type.startswith("image/")


def markdown_link(link: FileLink, label: str | None = None, *, image: bool | None = None) -> str:
 """The file as a picture, or as a link. ``label`` is Markdown; by default the file's name."""
 words = escaped(link.filename) if label is None else label
 shown = is_image(link) if image is None else image and is_image(link)
 return f"{'!' if shown else ''}[{words}]({content_url(link.target_id)})"


def lost(name: str, context: PartContext) -> Pieces:
 """The words that stand for a file that is not there, with the warning."""
 label = single_line(name, limit=MAX_NAME) or "file without a name"
 return Pieces(
  text=f"📎 {label} (file not migrated)",
  notices=(notice(WarningCode.FILE_REFERENCE_LOST, f"{context.where}: {label}"),),
 )


def remote_link(address: str, label: str) -> str | None:
 """A link to an address on the web; None where it is none that a browser should open."""
 address = clean_text(address).strip()
 if not re.match(r"https?://[^\s/]", address, re.IGNORECASE):
  return None
 target = quote(address, safe="%/:?#[]@!$&'*+,;=~.-_")
 return f"[{escaped(label)}]({target})"


def own_path(filepath: str, user: str) -> str | None:
 """A path below ``/images`` or ``/uploads`` in its plain form, if it is this user's own."""
 bare = re.split(r"[?#]", filepath.strip(), maxsplit=1)[0]
 if not user or len(bare) > _MAX_PATH:
  return None
 path = unquote(bare)
 if not _STORED.fullmatch(path) or "\x00" in path or clean_text(path) != path:
  return None
 _, root, owner, name = path.split("/")
 if owner.lower() != user.lower() or name in {".", ".."}:
  return None
 return f"/{root}/{user}/{name}"
'''

# ==== migrator_core/convert/content/markup.py ====
MODULES["migrator_core/convert/content/markup.py"] = r'''
"""What is code in a Markdown text, so that nothing in it is taken for markup (CommonMark 0.31)."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?(?P<run>`{3,}|~{3,})(?P<info>.*)$")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_BACKTICKS = re.compile("`+")
_MARKDOWN = re.compile(r"([\\\[\]`*<])")


def lines_of(text: str) -> Iterator[str]:
 """The lines with their line feeds; nothing else (U+2028, form feeds, ...) ends a line."""
 return iter(io.StringIO(text, newline="\n"))


@dataclass(slots=True)
class Fences:
 """Follows a text line by line and knows whether it is inside a fenced code block."""

 run: str = ""

 def feed(self, line: str) -> bool:
  """Take the next line; whether it belongs to a code block, its fences included."""
  fence = fence_of(line)
  if not self.run:
   if fence is not None and "`" not in fence[1]:
    self.run = fence[0]
    return True
   return False
  if fence is not None and closes(fence, self.run):
   self.run = ""
  return True


def fence_of(line: str) -> tuple[str, str] | None:
 """The run of backticks or tildes that begins a fence line, and what follows it."""
 match = _FENCE.match(line.rstrip("\r\n"))
 return (match["run"], match["info"].strip()) if match else None


def closes(fence: tuple[str, str], run: str) -> bool:
 """Whether a fence line ends the code block that ``run`` has begun."""
 return not fence[1] and fence[0][0] == run[0] and len(fence[0]) >= len(run)


def fenced(code: str, language: str) -> str:
 """A fenced code block that nothing in ``code`` can close."""
 longest = max((len(run) for run in re.findall("`{3,}", code)), default=2)
 fence = "`" * (longest + 1)
 return f"{fence}{language}\n{code.removesuffix(chr(10))}\n{fence}"


def split_code(text: str) -> Iterator[tuple[str, bool]]:
 """The text in pieces, each with whether it is code (a fenced block or a code span)."""
 fences = Fences()
 plain: list[str] = []
 code: list[str] = []
 for line in lines_of(text) if "`" in text or "~~~" in text else [text]:
  if fences.feed(line):
   if plain:
    yield from _split_spans("".join(plain))
    plain = []
   code.append(line)
  else:
   if code:
    yield "".join(code), True
    code = []
   plain.append(line)
 if code:
  yield "".join(code), True
 yield from _split_spans("".join(plain))


def _split_spans(text: str) -> Iterator[tuple[str, bool]]:
 """A text without fences, split at its code spans; a span never crosses a blank line."""
 runs = [run for run in _BACKTICKS.finditer(text) if not _is_escaped(text, run.start())]
 partner = _partners(text, runs)
 done = place = 0
 while place < len(runs):
  other = partner[place]
  if other is None:
   place += 1
   continue
  start, end = runs[place].start(), runs[other].end()
  if start > done:
   yield text[done:start], False
  yield text[start:end], True
  done = end
  place = other + 1
 if done < len(text):
  yield text[done:], False


def _partners(text: str, runs: list[re.Match[str]]) -> list[int | None]:
 """For each run of backticks the next one of the same length in the same paragraph."""
 breaks = [match.start() for match in _BLANK_LINE.finditer(text)]
 partner: list[int | None] = [None] * len(runs)
 following: dict[int, int] = {}
 for place in range(len(runs) - 1, -1, -1):
  while breaks and breaks[-1] > runs[place].start():
   breaks.pop()
   following.clear()
  length = len(runs[place][0])
  partner[place] = following.get(length)
  following[length] = place
 return partner


def _is_escaped(text: str, place: int) -> bool:
 backslashes = 0
 while place > backslashes and text[place - backslashes - 1] == "\\":
  backslashes += 1
 return backslashes % 2 == 1


def escaped(text: str) -> str:
 """``text`` as words in Markdown: nothing in it begins a link, emphasis, code or tag."""
 return _MARKDOWN.sub(r"\\\1", text)
'''

# ==== migrator_core/convert/content/media.py ====
MODULES["migrator_core/convert/content/media.py"] = r'''
"""Sound and film as parts of a message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from .embedded import (
 EmbeddedError,
 decoded,
 embedded_file,
 is_data_url,
)
from .images import show_address, show_embedded
from .links import lost
from .pieces import Part, PartContext, Pieces
from .unknown import convert_unknown
from ..files import OCTET_STREAM

_TYPES: Mapping[str, str] = MappingProxyType({"mp3": "mpeg", "m4a": "mp4", "wave": "wav"})
"""Audio formats whose MIME type has another name."""


def convert_input_audio(part: Part, context: PartContext) -> Pieces:
 """``{data: Base64, format}``; the sound becomes a file."""
 payload = part.payload if isinstance(part.payload, dict) else {}
 data = payload.get("data")
 if not isinstance(data, str) or not data.strip():
  return convert_unknown(part, context)
 if is_data_url(data):
  return show_address(data, "audio", part, context)
 try:
  file = embedded_file(decoded(data), _audio_type(payload.get("format")), context)
 except EmbeddedError as error:
  return lost(f"audio: {error}", context)
 return show_embedded(file, context)


def _audio_type(name: object) -> str:
 bare = name.strip().lower() if isinstance(name, str) else ""
 bare = bare.removeprefix("audio/")
 if not re.fullmatch(r"[a-z0-9.+-]{1,40}", bare):
  return OCTET_STREAM
 return f"audio/{_TYPES.get(bare, bare)}"


def convert_video_url(part: Part, context: PartContext) -> Pieces:
 """``{url}``, or the address alone."""
 payload = part.payload
 address = payload.get("url") if isinstance(payload, dict) else payload
 if not isinstance(address, str) or not address.strip():
  return convert_unknown(part, context)
 return show_address(address, "video", part, context)
'''

# ==== migrator_core/convert/content/notes.py ====
MODULES["migrator_core/convert/content/notes.py"] = r'''
"""What LibreChat noted in an answer beside what the model said."""

from __future__ import annotations

from .anchors import without_anchors
from .blocks import quoted
from .file_items import shown_file
from .pieces import Part, PartContext, Pieces
from .unknown import convert_unknown, text_of
from ..text import single_line

_MAX_LINE = 300
_MAX_PARTS = 1000


def convert_summary(part: Part, context: PartContext) -> Pieces:
 """A summary of earlier turns, as Open WebUI's own context compaction leaves it."""
 text = _summary_text(part)
 if not text.strip():
  return convert_unknown(part, context)
 shown = [{"type": "output_text", "text": quoted(text)}]
 item = {
  "type": "open_webui:context_compaction",
  "status": "completed",
  "summary": text,
  "content": shown,
 }
 return Pieces(output=(item,))


def _summary_text(part: Part) -> str:
 for value in (part.fields.get("content"), part.payload, part.fields.get("text")):
  entries = value if isinstance(value, list) else [value]
  texts = [_entry_text(entry) for entry in entries[:_MAX_PARTS]]
  found = "\n\n".join(text for text in texts if text.strip())
  if found:
   return found
 return ""


def _entry_text(entry: object) -> str:
 if isinstance(entry, dict) and "value" not in entry:
  entry = entry.get("text")
 return text_of(entry) or ""


def convert_agent_update(part: Part, context: PartContext) -> Pieces:
 """Another agent takes over: a status line, which models are not sent."""
 payload = part.payload if isinstance(part.payload, dict) else {}
 name = _agent_name(payload.get("agentId"), context)
 if not name:
  return convert_unknown(part, context)
 return Pieces(status=({"description": f"Agent: {name}", "done": True},))


def _agent_name(agent_id: object, context: PartContext) -> str:
 if not isinstance(agent_id, str):
  return ""
 known = single_line(context.agents.get(agent_id), limit=_MAX_LINE)
 if known:
  return known
 # An ephemeral agent's id is endpoint__model___label____number.
 bare = agent_id.rsplit("____", 1)[0]
 _, separator, label = bare.rpartition("___")
 return single_line(label if separator and label.strip() else bare, limit=_MAX_LINE)


def convert_activity_label(part: Part, context: PartContext) -> Pieces:
 """A line about what a tool did: a status line."""
 line = single_line(text_of(part.payload), limit=_MAX_LINE)
 if not line:
  return convert_unknown(part, context)
 return Pieces(status=({"description": line, "done": True},))


def convert_steer(part: Part, context: PartContext) -> Pieces:
 """What the person said while the model was at work: a quotation, for people and models."""
 text = text_of(part.payload)
 if text is None or not text.strip():
  return convert_unknown(part, context)
 quotes = _entries(part.fields.get("quotes"))
 excerpts = [quoted(quote) for quote in quotes if isinstance(quote, str) and quote.strip()]
 entries = _entries(part.fields.get("files"))
 files = [shown_file(entry, context) for entry in entries if entry is not None]
 said = quoted(f"**Steered by the user:**\n\n{without_anchors(text)}")
 texts = [*excerpts, said, *(piece.text for piece in files if piece.text)]
 return Pieces(
  text="\n\n".join(texts),
  files=tuple(item for piece in files for item in piece.files),
  file_ids=tuple(file_id for piece in files for file_id in piece.file_ids),
  notices=tuple(notice for piece in files for notice in piece.notices),
 )


def _entries(value: object) -> list[object]:
 if value is None:
  return []
 return value if isinstance(value, list) else [value]
'''

# ==== migrator_core/convert/content/pieces.py ====
MODULES["migrator_core/convert/content/pieces.py"] = r'''
"""What a converter of one content part is given, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from .citations import Citations
from ..files import FileLink
from ...outcome import Notice
from ...rows import EmbeddedFile, JsonDict

Role: TypeAlias = Literal["user", "assistant"]

UNTYPED = "part"
"""The type of an entry that names none."""


@dataclass(frozen=True, slots=True)
class Part:
 """One entry of a message's ``content``."""

 type: str
 payload: object
 fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ChatScope:
 """What every message of one conversation has in common."""

 user: str
 owner_id: str
 conversation_id: str
 chat_id: str
 files: Mapping[str, FileLink] = field(default_factory=dict)
 paths: Mapping[str, FileLink] = field(default_factory=dict)
 agents: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PartContext:
 """What a converter may know besides the part."""

 where: str
 files: Mapping[str, FileLink]
 attachments: tuple[object, ...] = ()
 paths: Mapping[str, FileLink] = field(default_factory=dict)
 agents: Mapping[str, str] = field(default_factory=dict)
 citations: Citations = field(default_factory=Citations)
 pictures: frozenset[str] = frozenset()
 user: str = ""
 owner_id: str = ""
 conversation_id: str = ""
 chat_id: str = ""
 message_id: str = ""
 role: Role = "assistant"
 endpoint: str | None = None
 timestamp: int = 0


@dataclass(frozen=True, slots=True)
class Pieces:
 """What one part becomes in an Open WebUI message; empty means that there is nothing to show."""

 text: str = ""
 plain: bool = False
 output: tuple[JsonDict, ...] = ()
 files: tuple[JsonDict, ...] = ()
 sources: tuple[JsonDict, ...] = ()
 status: tuple[JsonDict, ...] = ()
 file_ids: tuple[str, ...] = ()
 embedded: tuple[EmbeddedFile, ...] = ()
 notices: tuple[Notice, ...] = ()


class Converter(Protocol):
 """Turns one part into pieces. Never raises on a part of any shape."""

 def __call__(self, part: Part, context: PartContext) -> Pieces: ...
'''

# ==== migrator_core/convert/content/plugins.py ====
MODULES["migrator_core/convert/content/plugins.py"] = r'''
"""What plugins of old LibreChat versions left at a message (gptPlugins, gone by 0.8.6).

``plugin`` is ``{latest, inputs: [{plugin, input, thought}], outputs}``; ``plugins`` a list of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from .pieces import Part, PartContext, Pieces
from .tool_items import call_items
from .tool_results import Result, arguments_text, read_result
from .unknown import convert_unknown, text_of
from ...rows import EmbeddedFile, JsonDict

UNNAMED = "plugin"


def convert_plugin(part: Part, context: PartContext) -> Pieces:
 """One plugin's calls; its output belongs to the last of them."""
 if not isinstance(part.payload, dict):
  return convert_unknown(part, context)
 return _calls([part.payload], context)


def convert_plugins(part: Part, context: PartContext) -> Pieces:
 """The calls of several plugins."""
 entries = part.payload if isinstance(part.payload, list) else [part.payload]
 known = [entry for entry in entries if isinstance(entry, dict)]
 if len(known) < sum(entry is not None for entry in entries):
  return convert_unknown(part, context)
 return _calls(known, context)


def _calls(plugins: list[dict[str, object]], context: PartContext) -> Pieces:
 items: list[JsonDict] = []
 file_ids: list[str] = []
 embedded: list[EmbeddedFile] = []
 for plugin in plugins:
  latest = text_of(plugin.get("latest")) or ""
  found = plugin.get("inputs")
  inputs = [entry for entry in (found if isinstance(found, list) else [found]) if entry]
  output = plugin.get("outputs")
  if not (inputs or output or latest.strip()):
   continue
  result = read_result(output or None, context)
  file_ids += [link.target_id for link in result.links]
  embedded += result.embedded
  steps = inputs or [{}]
  for place, step in enumerate(steps, 1):
   own = result if place == len(steps) else Result()
   name, arguments = _step(step, latest)
   items += call_items("", name, arguments, own)
 return Pieces(output=tuple(items), file_ids=tuple(file_ids), embedded=tuple(embedded))


def _step(step: object, latest: str) -> tuple[str, str]:
 """A step's tool and its arguments."""
 if not isinstance(step, Mapping):
  return latest or UNNAMED, arguments_text(step)
 name = text_of(step.get("plugin")) or latest or UNNAMED
 rest = {key: value for key, value in step.items() if key != "plugin" and value}
 if rest.keys() == {"input"} and isinstance(rest["input"], dict | str):
  return name, arguments_text(rest["input"])
 return name, arguments_text(rest)
'''

# ==== migrator_core/convert/content/reasoning.py ====
MODULES["migrator_core/convert/content/reasoning.py"] = r'''
"""What a model thought before it answered, as Open WebUI's ``reasoning`` items.

Form: ``utils/middleware.py`` and ``structuredOutput.ts`` of Open WebUI 0.12. LibreChat never
stored how long it took, so there is no ``duration``.
"""

from __future__ import annotations

import re

from .markup import Fences
from .pieces import Part, PartContext, Pieces
from .unknown import convert_unknown, text_of
from ..text import single_line
from ...rows import JsonDict

_OPENING = re.compile(r"<think>|^[ \t]*:::thinking(?=[ \t]*\r?$)", re.MULTILINE)
_CONTAINER_END = re.compile(r"^[ \t]*:{3,}[ \t]*\r?$", re.MULTILINE)
_MAX_LABEL = 200


def convert_think(part: Part, context: PartContext) -> Pieces:
 """A ``think`` part: a string or ``{value}``; its label, if it has one, as a status line."""
 text = text_of(part.payload)
 if text is None:
  return convert_unknown(part, context)
 label = part.fields.get("reasoning_label")
 line = single_line(label, limit=_MAX_LABEL) if isinstance(label, str) else ""
 status = ({"description": line, "done": True},) if line else ()
 if not text.strip():
  return Pieces(status=status)
 return Pieces(output=(reasoning_item(context.citations.replace(text)),), status=status)


def reasoning_item(text: str) -> JsonDict:
 """An ``output`` item that shows as "Thought" and is not replayed to most models."""
 return {
  "type": "reasoning",
  "status": "completed",
  "start_tag": "<think>",
  "end_tag": "</think>",
  "attributes": {"type": "reasoning_content"},
  "content": [{"type": "output_text", "text": text.strip()}],
  "summary": None,
 }


def split_reasoning(text: str) -> list[tuple[str, bool]]:
 """An answer in pieces, each with whether it is reasoning."""
 if "<think>" not in text and ":::thinking" not in text:
  return [(text, False)]
 pieces: list[tuple[str, bool]] = []
 done = position = 0
 begin = len(text) - len(text.lstrip())
 fences = Fences()
 unclosed: set[str] = set()
 while position < len(text):
  end = text.find("\n", position) + 1 or len(text)
  block = None
  if not fences.run:
   block = _block(text, position, end, unclosed, begin)
  if block is None:
   fences.feed(text[position:end])
   position = end
   continue
  start, inside, close, after = block
  pieces += [(text[done:start], False), (text[inside:close], True)]
  done = position = after
 pieces.append((text[done:], False))
 return _tidied(pieces)


def _block(
 text: str, position: int, end: int, unclosed: set[str], begin: int
) -> tuple[int, int, int, int] | None:
 """Where a block that opens in this line starts, its inside starts and ends, and it ends."""
 opening = _OPENING.search(text, position, end)
 if opening is None or text.count("`", position, opening.start()) % 2:
  return None
 container = opening[0] != "<think>"
 begins_line = not text[position : opening.start()].strip()
 if container and not begins_line:
  return None
 closing = None if opening[0] in unclosed else _closing(text, opening.end(), container)
 if closing is None:
  unclosed.add(opening[0])
  if opening.start() + _indent(opening[0]) != begin:
   return None
  return opening.start(), opening.end(), len(text), len(text)
 close, after = closing
 if not begins_line:
  rest = text[after:end]
  if after <= end and rest.strip():
   return None  # a sentence about the tags
 return opening.start(), opening.end(), close, after


def _indent(opening: str) -> int:
 return len(opening) - len(opening.lstrip())


def _closing(text: str, position: int, container: bool) -> tuple[int, int] | None:
 if not container:
  place = text.find("</think>", position)
  return (place, place + len("</think>")) if place >= 0 else None
 line = _CONTAINER_END.search(text, position)
 return line.span() if line is not None else None


def _tidied(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
 """Without blank pieces, and without the blank lines that only set reasoning apart."""
 last = len(pieces) - 1
 result = []
 for place, (piece, thought) in enumerate(pieces):
  text = piece
  if not thought and place > 0:
   text = text.lstrip("\r\n")
  if not thought and place < last:
   text = text.rstrip()
  if text.strip():
   result.append((text, thought))
 return result
'''

# ==== migrator_core/convert/content/sources.py ====
MODULES["migrator_core/convert/content/sources.py"] = r'''
"""Search results as entries of a message's ``sources`` (Open WebUI 0.12).

Open WebUI numbers sources by ``metadata[].source``, in the order of their first appearance
(``Citations.svelte``, ``ContentRenderer.svelte``); up to 0.11 it labels the numbers by the
distinct ``metadata[].name``. Every source therefore has an id and a name of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from typing import TypeGuard
from urllib.parse import urlsplit

from .anchors import spelled_out
from .blocks import without_data
from ..files import FileLink
from ..text import clean_json, clean_text, single_line
from ...rows import JsonDict

_MAX_NAME = 300
_MAX_PAGE = 10**7


@dataclass(slots=True)
class Excerpt:
 """One text of a source; ``relevance`` is 0 to 1, ``pages`` count from one."""

 text: str
 relevance: float | None = None
 pages: tuple[int, ...] = ()


@dataclass(slots=True)
class Source:
 """Something an answer can cite. Two with the same ``id`` are the same to a reader."""

 id: str
 name: str
 url: str | None = None
 file_id: str | None = None
 facts: dict[str, str] = field(default_factory=dict)
 excerpts: list[Excerpt] = field(default_factory=list)

 def merge(self, other: Source) -> None:
  """Take over what another finding of the same source adds."""
  known = {excerpt.text for excerpt in self.excerpts}
  self.excerpts.extend(entry for entry in other.excerpts if entry.text not in known)
  self.facts = other.facts | self.facts

 def to_json(self, name: str) -> JsonDict:
  """The entry for ``sources``, under a ``name`` that no other source has."""
  excerpts = self.excerpts or [Excerpt("")]
  source: JsonDict = {"id": self.id, "name": self.name}
  if self.url is not None:
   source["url"] = self.url
  if self.file_id is not None:
   source["type"] = "file"
  entry: JsonDict = {
   "source": source,
   "document": [_document(excerpt) for excerpt in excerpts],
   "metadata": [self._metadata(name, excerpt) for excerpt in excerpts],
  }
  distances = [entry.relevance for entry in excerpts if entry.relevance is not None]
  if len(distances) == len(excerpts):
   entry["distances"] = distances
  return entry

 def _metadata(self, name: str, excerpt: Excerpt) -> JsonDict:
  metadata: JsonDict = {"source": self.id, "name": name, **self.facts}
  if self.url is not None:
   metadata["url"] = self.url
   metadata["external"] = True  # the name is shown as it is instead of the address
  if self.file_id is not None:
   metadata["file_id"] = self.file_id
  if excerpt.pages:
   metadata["page"] = excerpt.pages[0] - 1  # Open WebUI counts from zero and shows one
  return metadata


def web_source(result: Mapping[str, object], fallback_id: str) -> Source | None:
 """From a result of a web search: a page, a headline, a picture or a video."""
 links = (_first(result, key) for key in ("link", "url", "imageUrl", "thumbnailUrl"))
 link = next((link for link in links if link and not link.lower().startswith("data:")), "")
 attribution = single_line(_first(result, "attribution", "source"), limit=_MAX_NAME)
 name = single_line(_first(result, "title", "name"), limit=_MAX_NAME) or attribution or link
 excerpts = [Excerpt(text) for text in _texts(result)]
 if not (name or excerpts):
  return None
 facts = {"attribution": attribution, "date": single_line(_first(result, "date"), limit=100)}
 return Source(
  id=link or fallback_id,
  name=name or fallback_id,
  url=link if link.lower().startswith(("http://", "https://")) else None,
  facts={key: value for key, value in facts.items() if value},
  excerpts=excerpts,
 )


def file_source(
 chunk: Mapping[str, object], files: Mapping[str, FileLink], fallback_id: str
) -> Source:
 """From a chunk that a file search found. Only the owner's own files can be opened."""
 source_id = _first(chunk, "fileId", "file_id")
 link = files.get(source_id)
 name = single_line(_first(chunk, "fileName", "filename", "name"), limit=_MAX_NAME)
 pages = chunk.get("pages")
 excerpt = Excerpt(
  text=spelled_out(without_data(_first(chunk, "content", "snippet"))),
  relevance=_relevance(chunk.get("relevance")),
  pages=_pages(pages if isinstance(pages, list) else []),
 )
 return Source(
  id=link.target_id if link else source_id or name or fallback_id,
  name=name or (link.filename if link else "") or "file without a name",
  file_id=link.target_id if link else None,
  facts={} if link else {"type": "file"},
  excerpts=[excerpt],
 )


def unique_names(sources: Iterable[Source]) -> list[str]:
 """A name for each source; one that is taken already gets its site or a number."""
 names: dict[str, None] = {}
 for source in sources:
  wishes = chain([source.name, *_with_site(source)], _numbered(source.name))
  names[next(wish for wish in wishes if wish not in names)] = None
 return [*names]


def _with_site(source: Source) -> list[str]:
 try:
  host = urlsplit(source.url or "").hostname
 except ValueError:
  return []
 return [f"{source.name} ({host})"] if host else []


def _numbered(name: str) -> Iterator[str]:
 return (f"{name} ({number})" for number in count(2))


def _texts(result: Mapping[str, object]) -> list[str]:
 """Snippet, highlights and page text, each once; a page that holds the others is last."""
 content = _first(result, "content")
 highlights = result.get("highlights")
 marked = [
  _first(entry, "text") if isinstance(entry, Mapping) else _text(entry)
  for entry in (highlights if isinstance(highlights, list) else [])
 ]
 candidates = [_first(result, "snippet"), *(text for text in marked if text not in content)]
 texts = [spelled_out(without_data(text)) for text in [*candidates, content] if text]
 return list(dict.fromkeys(texts))


def _document(excerpt: Excerpt) -> str:
 if len(excerpt.pages) < 2:
  return excerpt.text
 pages = ", ".join(str(page) for page in excerpt.pages)
 return f"{excerpt.text}\n\n(pages {pages})".lstrip()


def _first(values: Mapping[str, object], *keys: str) -> str:
 """The first of these fields that holds text; empty where none does."""
 return next((text for key in keys if (text := _text(values.get(key)))), "")


def _text(value: object) -> str:
 return clean_text(value).strip() if isinstance(value, str) else ""


def _relevance(value: object) -> float | None:
 cleaned = clean_json(value)
 if isinstance(cleaned, bool) or not isinstance(cleaned, int | float):
  return None
 return float(cleaned) if 0 <= cleaned <= 1 else None


def _pages(values: list[object]) -> tuple[int, ...]:
 return tuple(dict.fromkeys(int(value) for value in values if _is_page(value)))


def _is_page(value: object) -> TypeGuard[int | float]:
 if isinstance(value, bool) or not isinstance(value, int | float):
  return False
 return 1 <= value < _MAX_PAGE and value == int(value)
'''

# ==== migrator_core/convert/content/text.py ====
MODULES["migrator_core/convert/content/text.py"] = r'''
"""Text parts: what people typed and what models answered."""

from __future__ import annotations

import re

from .anchors import without_anchors
from .annotations import (
 link_citations,
 named_files,
 quotations,
 read_annotations,
)
from .artifacts import convert_artifacts
from .inline_links import replace_links
from .markup import split_code
from .pieces import Part, PartContext, Pieces
from .reasoning import reasoning_item, split_reasoning
from .unknown import convert_unknown, text_of
from ...outcome import Notice, WarningCode
from ...rows import JsonDict

_UI_MARKER = re.compile(r"\\ui\{[^{}\n]{1,500}\}")


def convert_text(part: Part, context: PartContext) -> Pieces:
 """The text as it is, from a string or from ``{value, annotations}``."""
 text = text_of(part.payload)
 if text is None and part.type == "text_delta":
  text = text_of(part.fields.get("text"))
 if text is None:
  return convert_unknown(part, context)
 annotations = read_annotations(part.payload)
 if not text.strip() and not annotations.rest:
  return Pieces()
 known = named_files(annotations)
 added = quotations(annotations, context)
 if context.role == "user":
  return _joined([_visible(text, context, known), added])
 pieces: list[Pieces] = []
 for some, thought in split_reasoning(text):
  if thought:
   pieces.append(Pieces(output=(reasoning_item(context.citations.replace(some)),)))
  else:
   told = link_citations(convert_artifacts(some), annotations, context)
   pieces.append(_visible(told, context, known, markers=True))
 return _joined([*pieces, added])


def _visible(
 text: str, context: PartContext, known: dict[str, str], *, markers: bool = False
) -> Pieces:
 notices: tuple[Notice, ...] = ()
 if markers and "\\ui{" in text:
  text, notices = _without_markers(text, context)
 linked = replace_links(text, context, known)
 cited = context.citations.replace if markers else without_anchors
 return Pieces(
  text=cited(linked.text),
  plain=bool(text.strip()),
  file_ids=tuple(linked.file_ids),
  embedded=tuple(linked.embedded),
  notices=(*linked.notices, *notices),
 )


def _without_markers(text: str, context: PartContext) -> tuple[str, tuple[Notice, ...]]:
 """Markers that place a tool's user interface; Open WebUI shows those at the tool call."""
 pieces = [
  (piece, 0) if code else _UI_MARKER.subn("", piece) for piece, code in split_code(text)
 ]
 result = "".join(piece for piece, _ in pieces)
 attached = any(
  isinstance(entry, dict) and entry.get("type") == "ui_resources"
  for entry in context.attachments
 )
 if attached or result == text:
  return result, ()
 detail = f"{context.where}: a tool's user interface is not in the backup"
 return result, (Notice(WarningCode.PART_NOT_CONVERTED, detail),)


def _joined(pieces: list[Pieces]) -> Pieces:
 """One text part's pieces as one; with reasoning among them, all text is in ``output``."""
 told = [piece for piece in pieces if piece != Pieces()]
 texts = [piece.text for piece in told if piece.text.strip()]
 output: list[JsonDict] = []
 if any(piece.output for piece in told):
  for piece in told:
   output.extend(piece.output or message_items(piece.text))
 return Pieces(
  text="\n\n".join(texts),
  plain=any(piece.plain for piece in told),
  output=tuple(output),
  file_ids=tuple(file_id for piece in told for file_id in piece.file_ids),
  embedded=tuple(file for piece in told for file in piece.embedded),
  notices=tuple(notice for piece in told for notice in piece.notices),
 )


def message_items(text: str) -> tuple[JsonDict, ...]:
 """The ``output`` item that shows a text; none for a blank one."""
 if not text.strip():
  return ()
 content = [{"type": "output_text", "text": text}]
 item = {"type": "message", "status": "completed", "role": "assistant", "content": content}
 return (item,)
'''

# ==== migrator_core/convert/content/tool_calls.py ====
MODULES["migrator_core/convert/content/tool_calls.py"] = r'''
"""Parts of type ``tool_call``: what models asked of tools, and what came back.

LibreChat's agents store ``{id, name, args, output, progress}``, the OpenAI assistants
``{type: "function", function: {name, arguments, output}}``, ``{type: "code_interpreter", …}``,
``{type: "retrieval"}`` and ``{type: "file_search"}`` (LibreChat 0.7 to 0.8).
"""

from __future__ import annotations

from collections.abc import Mapping

from .code_runs import RUNNERS, convert_code_run, convert_interpreter
from .handoffs import handoff_status
from .pieces import Part, PartContext, Pieces
from .tool_items import call_items
from .tool_results import (
 arguments_text,
 json_text,
 read_result,
 unfinished_note,
)
from .unknown import convert_unknown, text_of
from ..text import single_line

_MAX_ID = 300
_TOPICS = ("name", "args", "function", "code_interpreter", "retrieval", "file_search")
_BUILT_IN = frozenset({"retrieval", "file_search", "code_interpreter"})


def convert_tool_call(part: Part, context: PartContext) -> Pieces:
 """A tool call of any kind. Sign-in links (``auth``) are left behind: they are secrets."""
 call = part.payload if isinstance(part.payload, dict) else part.fields
 if not any(call.get(key) for key in (*_TOPICS, "id", "output")) and not _kind(call):
  return Pieces() if _is_empty(part) else convert_unknown(part, context)
 call_id = single_line(text_of(call.get("id")), limit=_MAX_ID)
 function = call.get("function")
 if isinstance(function, dict):
  values = {"args": function.get("arguments"), "output": function.get("output")}
  return _function(call_id, function.get("name"), {**call, **values}, context)
 kind = _kind(call)
 if kind == "code_interpreter" and not call.get("name"):
  return convert_interpreter(call_id, call, call.get(kind), context)
 if kind in _BUILT_IN and not call.get("name"):
  return _built_in(call_id, kind, call, context)
 return _function(call_id, call.get("name"), call, context)


def _is_empty(part: Part) -> bool:
 return part.payload in (None, "", {}, []) and not any(part.fields.values())


def _kind(call: Mapping[str, object]) -> str:
 kind = call.get("type")
 if isinstance(kind, str) and kind in _BUILT_IN:
  return kind
 # The type may be lost; the payload's key tells as well.
 return next((key for key in sorted(_BUILT_IN) if isinstance(call.get(key), dict)), "")


def _function(
 call_id: str, name: object, call: Mapping[str, object], context: PartContext
) -> Pieces:
 known = text_of(name) or ""
 if known in RUNNERS:
  run = convert_code_run(call_id, known, call, context)
  if run is not None:
   return run
 output = call.get("output")
 result = read_result(output, context)
 note = unfinished_note(call, output)
 return Pieces(
  output=call_items(call_id, known, arguments_text(call.get("args")), result, note),
  status=handoff_status(known, context) if note is None else (),
  file_ids=tuple(link.target_id for link in result.links),
  embedded=result.embedded,
 )


def _built_in(call_id: str, kind: str, call: Mapping[str, object], context: PartContext) -> Pieces:
 """A search of the assistants, of which OpenAI tells little more than that it was done."""
 payload = call.get(kind)
 output = call.get("output")
 if output is None and payload:
  output = payload if isinstance(payload, str) else json_text(payload)
 result = read_result(output, context)
 note = unfinished_note({"progress": 1, **call}, output)
 arguments = arguments_text(call.get("args"))
 return Pieces(
  output=call_items(call_id, kind, arguments, result, note), embedded=result.embedded
 )
'''

# ==== migrator_core/convert/content/tool_items.py ====
MODULES["migrator_core/convert/content/tool_items.py"] = r'''
"""Tool calls as items of a message's ``output`` (Open WebUI 0.12, ``utils/middleware.py``).

A call and its result are two items that share a ``call_id``. Both are sent to the model again if
the call's status says that it ended; ``incomplete`` ones are shown only
(``utils/misc.py: convert_output_to_messages``). Text of a result that is not ``input_text`` is
shown and not sent (``structuredOutput.ts: getToolResultText``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from uuid import uuid5

from .file_items import content_url
from .tool_results import Result
from ..files import FileLink
from ..ids import NAMESPACE
from ..text import single_line
from ...rows import JsonDict

CODE_INTERPRETER = "open_webui:code_interpreter"
UNNAMED = "tool"

_MAX_NAME = 300
_SENDABLE_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}", re.ASCII)
_LANGUAGES: Mapping[str, str] = MappingProxyType({"py": "python", "": "python", "sh": "bash"})


def call_items(
 call_id: str, name: str, arguments: str, result: Result, note: str | None = None
) -> tuple[JsonDict, ...]:
 """A call with its result; ``arguments`` is JSON text, ``note`` says why it never ended."""
 name = single_line(name, limit=_MAX_NAME) or UNNAMED
 status = "completed" if note is None else "incomplete"
 call: JsonDict = {
  "type": "function_call",
  "id": f"fc_{call_id}",
  "call_id": call_id,
  "name": name,
  "arguments": arguments,
  "status": status,
 }
 if not _SENDABLE_NAME.fullmatch(name):
  # Shown as it was; providers refuse names with other characters.
  sendable = re.sub(r"[^A-Za-z0-9_-]", "_", name)[:64]
  call["provider_function"] = {"name": sendable, "arguments": arguments}
 parts: list[JsonDict] = [{"type": "input_text", "text": result.text}]
 if note is not None:
  parts.append({"type": "output_text", "text": note})
 output: JsonDict = {
  "type": "function_call_output",
  "id": f"fco_{call_id}",
  "call_id": call_id,
  "output": parts,
  "status": status,
 }
 pictures = [_picture(link) for link in result.links if _is_image(link)]
 if pictures:
  output["files"] = pictures
 return call, output


@dataclass(frozen=True, slots=True)
class CodeRun:
 """A run of code: ``given`` is what it was given besides, ``files`` what it produced."""

 name: str
 code: str
 language: str
 result: Result
 given: Mapping[str, object] = field(default_factory=dict)
 files: Sequence[FileLink] = ()
 note: str | None = None


def code_item(call_id: str, run: CodeRun) -> JsonDict:
 """A run of code as an item."""
 language = run.language.strip().lower()
 language = _LANGUAGES.get(language, language)
 language = language if _LANGUAGE.fullmatch(language) else "text"
 item: JsonDict = {
  "type": CODE_INTERPRETER,
  "id": f"ci_{call_id}",
  "call_id": call_id,
  "name": single_line(run.name, limit=_MAX_NAME) or UNNAMED,
  "status": "completed" if run.note is None else "incomplete",
  "start_tag": "<code_interpreter>",
  "end_tag": "</code_interpreter>",
  "attributes": {"type": "code", "lang": language, **run.given},
  "lang": language,
  "code": run.code,
  "output": {"stdout": run.result.text, "stderr": run.note or "", "result": ""},
 }
 links = {link.target_id: link for link in (*run.files, *run.result.links)}
 if links:
  item["files"] = [
   {"name": link.filename, "url": content_url(link.target_id)} for link in links.values()
  ]
 return item


def code_executions(output: Iterable[JsonDict]) -> list[JsonDict]:
 """The message's ``code_executions``: runs of code with what they printed and produced."""
 return [
  {
   "id": item["id"],
   "name": item["name"],
   "code": item["code"],
   "language": item["lang"],
   "result": _execution_result(item),
  }
  for item in output
  if item.get("type") == CODE_INTERPRETER
 ]


def _execution_result(item: JsonDict) -> JsonDict:
 result: JsonDict = {"output": item["output"]["stdout"], "files": item.get("files", [])}
 if item["output"]["stderr"]:
  result["error"] = item["output"]["stderr"]
 return result


def number_calls(output: Iterable[JsonDict], message_id: str) -> list[JsonDict]:
 """The items with a ``call_id`` of its own for every call of the message."""
 result: list[JsonDict] = []
 taken: set[str] = set()
 renamed: dict[str, str] = {}
 for place, item in enumerate(output):
  if "call_id" not in item:
   result.append(item)
   continue
  call_id = item["call_id"]
  if item["type"] == "function_call_output":
   own = renamed.get(call_id, call_id)
  else:
   own = call_id
   while not own or own in taken:
    own = f"call_{uuid5(NAMESPACE, f'call:{message_id}:{place}:{own}')}"
   taken.add(own)
   renamed[call_id] = own
  prefix = item["id"].partition("_")[0]
  result.append({**item, "id": f"{prefix}_{own}", "call_id": own})
 return result


def _is_image(link: FileLink) -> bool:
 return link.content_type.lower().startswith("image/")


def _picture(link: FileLink) -> JsonDict:
 return {"type": "image", "url": content_url(link.target_id), "name": link.filename}
'''

# ==== migrator_core/convert/content/tool_results.py ====
MODULES["migrator_core/convert/content/tool_results.py"] = r'''
"""What a tool was given and what it answered, as texts that Open WebUI stores and shows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from .anchors import spelled_out
from .embedded import EmbeddedError, from_data_url
from .file_items import content_url
from .inline_links import find_link
from .pieces import PartContext
from ..files import FileLink, file_link
from ..text import clean_json, clean_text
from ...rows import EmbeddedFile

UNFINISHED = "Error: LibreChat recorded no result; this call was never finished."
SIGN_IN = "Error: this call waited for a sign-in at another service and never ran."

_DATA = re.compile(r"data:[\w.+-]{1,60}/[\w.+-]{1,100};base64,[A-Za-z0-9+/_-]{200,}={0,2}")
_PICTURE = re.compile(r"!\[[^\[\]\n]{0,1000}\]\(\s*(/images/[^\s()]{1,1000})\s*\)")


@dataclass(frozen=True, slots=True)
class Result:
 """A tool's answer: its text, whole, and the files that it brought along."""

 text: str = ""
 links: tuple[FileLink, ...] = ()
 embedded: tuple[EmbeddedFile, ...] = ()


def arguments_text(arguments: object) -> str:
 """Arguments as the text of a JSON object, which is what providers take back."""
 if arguments is None or (isinstance(arguments, str) and not arguments.strip()):
  return "{}"
 if isinstance(arguments, str):
  text = clean_text(arguments)
  parsed = _parsed(text, strict=True)
  if isinstance(parsed, dict):
   return spelled_out(text)
  if parsed is None:
   parsed = _parsed(text, strict=False)  # line breaks inside strings, most often
  arguments = text if parsed is None else parsed
 return json_text(arguments if isinstance(arguments, dict) else {"input": arguments})


def arguments_of(arguments: object) -> Mapping[str, object]:
 """Arguments as an object; empty where they are none."""
 if isinstance(arguments, str):
  arguments = _parsed(clean_text(arguments), strict=False)
 return arguments if isinstance(arguments, dict) else {}


def json_text(value: object) -> str:
 """Any value as JSON text that every database stores."""
 return spelled_out(json.dumps(clean_json(value), ensure_ascii=False))


def read_result(output: object, context: PartContext) -> Result:
 """A tool's output. Data in Base64 becomes files; what is no text becomes JSON text."""
 if output is None:
  return Result()
 text = clean_text(output) if isinstance(output, str) else json_text(output)
 embedded: list[EmbeddedFile] = []

 def stored(match: re.Match[str]) -> str:
  try:
   file = from_data_url(match[0], context)
  except EmbeddedError:
   return match[0]
  embedded.append(file)
  return content_url(file.row.id)

 text = _DATA.sub(stored, text)
 pictures = (find_link(match[1], context) for match in _PICTURE.finditer(text))
 links = [file_link(file.row) for file in embedded]
 links += [link for link in pictures if link is not None]
 unique = {link.target_id: link for link in links}
 return Result(spelled_out(text), tuple(unique.values()), tuple(embedded))


def unfinished_note(call: Mapping[str, object], output: object) -> str | None:
 """What to tell about a call that never came to its end; None for one that did."""
 progress = call.get("progress")
 if isinstance(progress, int | float) and not isinstance(progress, bool) and progress >= 1:
  return None
 if output not in (None, ""):
  return None
 return SIGN_IN if call.get("auth") else UNFINISHED


def _parsed(text: str, *, strict: bool) -> object | None:
 """The JSON value of a text, as browsers read it; None where it has none (or is ``null``)."""
 try:
  return json.loads(text, strict=strict, parse_constant=_refuse)  # type: ignore[no-any-return]
 except (ValueError, RecursionError):
  return None


def _refuse(constant: str) -> object:
 raise ValueError(f"{constant} is not JSON")
'''

# ==== migrator_core/convert/content/unknown.py ====
MODULES["migrator_core/convert/content/unknown.py"] = r'''
"""Parts without a form of their own in Open WebUI: kept as a block that names them."""

from __future__ import annotations

from .blocks import fenced_json, heading, quoted, without_data
from .pieces import UNTYPED, Part, PartContext, Pieces
from ...outcome import Notice, WarningCode

_BOOKKEEPING = frozenset({"agentId", "groupId", "phase", "streamedIndex", "tool_call_ids"})
"""What LibreChat adds to any part (0.8); a block whose text is all there is does not repeat it."""


def convert_unknown(part: Part, context: PartContext) -> Pieces:
 """Show the part as its type and, as far as it has one, its text; else as JSON."""
 told = {
  key: value
  for key, value in part.fields.items()
  if key not in _BOOKKEEPING and value is not None
 }
 if not part.fields and part.payload is not None:
  return block(part.type, part.payload, context.where)
 if not told:
  named = part.type not in {UNTYPED, "text"}
  return block(part.type, None, context.where) if named else Pieces()
 if all(isinstance(value, str) and not value.strip() for value in told.values()):
  return Pieces()  # LibreChat shows no blank parts either
 return block(part.type, _readable(part.type, told), context.where)


def block(name: str, value: object, where: str) -> Pieces:
 """A block headed ``name``, with the warning that says so."""
 body = quoted(without_data(value)) if isinstance(value, str) else fenced_json(value)
 text = f"{heading(name)}\n\n{body}" if value is not None else heading(name)
 notice = Notice(
  WarningCode.PART_NOT_CONVERTED, f"{where}: {heading(name)[3:-3]} is kept as text"
 )
 return Pieces(text=text, notices=(notice,))


def text_of(payload: object) -> str | None:
 """The text of a payload: a string, a number, or an object that holds one as ``value``."""
 if isinstance(payload, dict):
  payload = payload.get("value")
 if isinstance(payload, str):
  return payload
 if isinstance(payload, int | float) and not isinstance(payload, bool):
  try:
   return str(payload)
  except ValueError:  # more digits than Python converts (sys.set_int_max_str_digits)
   return None
 return None


def _readable(name: str, told: dict[str, object]) -> object:
 """The value alone where it is all there is and its key says nothing."""
 if len(told) > 1:
  return told
 ((key, value),) = told.items()
 if key not in {name, "text", "content"}:
  return told
 if isinstance(value, dict) and value.keys() == {"value"}:
  text = text_of(value)
  return value if text is None else text
 return value
'''

# ==== migrator_core/convert/dates.py ====
MODULES["migrator_core/convert/dates.py"] = r'''
"""From LibreChat's milliseconds to Open WebUI's seconds, within bounds that make sense."""

from __future__ import annotations

import re
from dataclasses import dataclass

EARLIEST = 946_684_800
"""2000-01-01 in seconds: earlier dates are placeholders such as epoch 0."""

DAY = 86_400

_OBJECT_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True, slots=True)
class Dates:
 """When a row was created and last changed, in seconds; ``repaired`` if the source lacked it."""

 created: int
 updated: int
 repaired: bool


def seconds(millis: int | None, fallback: int) -> int | None:
 """``millis`` in seconds, or None where it is missing or impossible."""
 if millis is None:
  return None
 result = millis // 1000
 return result if EARLIEST <= result <= fallback + DAY else None


def object_id_seconds(source_id: str | None, fallback: int) -> int | None:
 """When an ObjectId was made, in seconds: its first four bytes (BSON specification)."""
 if source_id is None or not _OBJECT_ID.fullmatch(source_id):
  return None
 return seconds(int(source_id[:8], 16) * 1000, fallback)


def row_dates(
 created: int | None, updated: int | None, source_id: str | None, fallback: int
) -> Dates:
 """The dates of a row. Where ``created`` is unusable, the nearest evidence counts instead:
 the document's ObjectId, its last change, at last ``fallback``. Never updated before created.
 """
 good_created = seconds(created, fallback)
 good_updated = seconds(updated, fallback)
 made = good_created
 if made is None:
  made = object_id_seconds(source_id, fallback)
 if made is None:
  made = good_updated if good_updated is not None else fallback
 changed = made if good_updated is None else max(good_updated, made)
 return Dates(created=made, updated=changed, repaired=good_created is None)
'''

# ==== migrator_core/convert/feedback.py ====
MODULES["migrator_core/convert/feedback.py"] = r'''
"""Thumbs up and down: LibreChat's ``feedback`` as Open WebUI's annotation and feedback row.

The annotation colours the thumb at the message; the row is what the administrators' evaluation
page lists and counts (Open WebUI 0.10 to 0.12, ``models/feedbacks.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .dates import seconds
from .ids import chat_id, feedback_id
from .result import notice
from .text import clean_text, single_line
from ..outcome import Notice, WarningCode
from ..rows import FeedbackRow, JsonDict
from ..source.models.conversation import Conversation
from ..source.models.message import Message

_RATINGS: Mapping[str, int] = MappingProxyType({"thumbsUp": 1, "thumbsDown": -1})

_REASONS: Mapping[tuple[int, str], str] = MappingProxyType(
 {
  (1, "accurate_reliable"): "accurate_information",
  (1, "creative_solution"): "showcased_creativity",
  (1, "attention_to_detail"): "attention_to_detail",
  (1, "other"): "other",
  (-1, "not_matched"): "didnt_fully_follow_instructions",
  (-1, "inaccurate"): "not_factually_correct",
  (-1, "bad_style"): "dont_like_the_style",
  (-1, "unjustified_refusal"): "refused_when_it_shouldnt_have",
  (-1, "not_helpful"): "not_helpful",
  (-1, "other"): "other",
 }
)
"""LibreChat's tags (``librechat-data-provider``, ``feedback.ts``) that mean the same as a reason
of Open WebUI (``RateComment.svelte``); it shows no reasons but its own."""

_WORDS: Mapping[str, str] = MappingProxyType(
 {
  "missing_image": "Expected an image",
  "clear_well_written": "Clear and well-written",
 }
)
"""What LibreChat calls its other tags."""

_MAX_TAG = 200


@dataclass(frozen=True, slots=True)
class Rated:
 """A message that somebody rated, and its id in the chat."""

 id: str
 message: Message


def annotation_of(message: Message) -> JsonDict | None:
 """The annotation, None for a message without a rating."""
 rating = _rating(message)
 if rating is None:
  return None
 annotation: JsonDict = {"rating": rating}
 tag = _tag(message.feedback.get("tag"))
 text = message.feedback.get("text")
 comment = clean_text(text).strip() if isinstance(text, str) else ""
 if tag:
  reason = _REASONS.get((rating, tag))
  annotation["reason"] = reason or "other"
  if reason is None:
   words = _WORDS.get(tag, tag.replace("_", " ").capitalize())
   comment = f"{words}: {comment}" if comment else words
 if comment:
  annotation["comment"] = comment
 return annotation


def lost_feedback(message: Message, where: str) -> Notice | None:
 """A warning about feedback that is neither thumbs up nor down, where it says anything."""
 said = [message.feedback.get(name) for name in ("rating", "tag", "text")]
 if _rating(message) is not None or not any(said):
  return None
 return notice(WarningCode.SETTING_DROPPED, f"{where}: feedback {said[0]!r}")


def rate(
 conversation: Conversation,
 owner_id: str,
 rated: Sequence[Rated],
 messages: Mapping[str, JsonDict],
 fallback: int,
) -> tuple[FeedbackRow, ...]:
 """Put annotations into ``messages`` (all of the chat's) and give the rows that go with them."""
 depths = _depths(messages) if rated else {}
 user, conversation_id = conversation.user or "", conversation.conversation_id
 chat = chat_id(user, conversation_id)
 rows = []
 for each in rated:
  message = messages[each.id]
  annotation = annotation_of(each.message)
  if annotation is None or message["role"] != "assistant":
   continue
  row_id = feedback_id(user, conversation_id, each.id)
  message |= {"annotation": annotation, "feedbackId": row_id}
  changed = seconds(each.message.updated_at, fallback) or message["timestamp"]
  date = max(changed, message["timestamp"])
  rows.append(
   FeedbackRow(
    id=row_id,
    user_id=owner_id,
    data=annotation | {"model_id": message["model"]} | _siblings(message, messages),
    meta={
     "arena": False,
     "chat_id": chat,
     "message_id": each.id,
     "message_index": depths[each.id],
     "model_id": message["model"],
     "base_models": {},
    },
    created_at=date,
    updated_at=date,
   )
  )
 return tuple(rows)


def _rating(message: Message) -> int | None:
 rating = message.feedback.get("rating")
 return _RATINGS.get(rating) if isinstance(rating, str) else None


def _tag(tag: object) -> str:
 """The tag's key; LibreChat 0.7.9 stored an object around it."""
 key = tag.get("key") if isinstance(tag, dict) else tag
 return single_line(key, limit=_MAX_TAG) if isinstance(key, str) else ""


def _siblings(message: JsonDict, messages: Mapping[str, JsonDict]) -> JsonDict:
 """The models whose answers stood beside this one: the leaderboard's opponents."""
 below = messages[message["parentId"]]["childrenIds"] if message["parentId"] else []
 others = [
  messages[sibling]["model"]
  for sibling in below
  if sibling != message["id"] and "model" in messages[sibling]
 ]
 return {"sibling_model_ids": others} if others else {}


def _depths(messages: Mapping[str, JsonDict]) -> dict[str, int]:
 """How many messages lead to each one, itself included."""
 depths: dict[str, int] = {}
 pending = [(key, 1) for key, message in messages.items() if message["parentId"] is None]
 while pending:
  key, depth = pending.pop()
  depths[key] = depth
  pending.extend((child, depth + 1) for child in messages[key]["childrenIds"])
 return depths
'''

# ==== migrator_core/convert/files.py ====
MODULES["migrator_core/convert/files.py"] = r'''
"""LibreChat's file records as Open WebUI's files."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from .dates import row_dates
from .ids import file_id
from .result import Converted, Skipped, notice
from .text import clean_json, clean_text, cut_bytes, single_line
from ..outcome import Reason, WarningCode
from ..rows import FileRow, JsonDict
from ..source.models.file import File

MAX_FILENAME = 255
"""Code points."""

MAX_STORED_BYTES = 200
"""Of the stored name in UTF-8, its id included; file systems end at 255."""

OCTET_STREAM = "application/octet-stream"

IMAGE_EXTENSIONS: dict[str, tuple[str, ...]] = {
 "image/jpeg": (".jpg", ".jpeg", ".jpe", ".jfif"),
 "image/png": (".png",),
 "image/webp": (".webp",),
 "image/gif": (".gif",),
 "image/bmp": (".bmp",),
 "image/tiff": (".tif", ".tiff"),
 "image/heic": (".heic",),
 "image/heif": (".heif",),
 "image/avif": (".avif",),
 "image/svg+xml": (".svg",),
}
"""MIME type → the extensions that mean it, the usual one first."""

_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,16}$")
_MIME = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_ADDRESS = re.compile(r"\s*([a-z][a-z0-9+.-]*)://([^/?#\s@]*@)?([^/?#\s]*)", re.IGNORECASE)
_UNSAFE_IN_STORAGE = re.compile(r"[^\w.\- ()\[\],]")


@dataclass(frozen=True, slots=True)
class FileLink:
 """What a message needs to refer to a migrated file; ``size`` is in bytes."""

 target_id: str
 filename: str
 content_type: str
 size: int
 has_text: bool = False


def file_link(row: FileRow) -> FileLink:
 """The link to a file from its row."""
 return FileLink(
  target_id=row.id,
  filename=row.filename,
  content_type=row.meta["content_type"],
  size=row.meta["size"],
  has_text=bool(row.data.get("content")),
 )


def skip_reason(file: File) -> Skipped | None:
 """Why the file's bytes cannot be in the backup, None where they should be."""
 source = single_line(file.source, limit=50)
 if source and source.lower() != "local":
  return Skipped(Reason.REMOTE_STORAGE, source)
 address = _ADDRESS.match(file.filepath or "")
 if address:
  place = single_line(f"{address[1]}://{address[3]}", limit=200)
  return Skipped(Reason.REMOTE_STORAGE, place)
 return None


def convert_file(
 file: File, *, owner_id: str, size: int, sha256: str, fallback: int
) -> Converted[FileRow]:
 """The record of a file whose bytes were found."""
 target_id = file_id(file.user or "", file.file_id)
 filename = safe_filename(file.filename or file.filepath)
 content_type = safe_content_type(file.type)
 dates = row_dates(file.created_at, file.updated_at, file.id, fallback)
 text = clean_text(file.text) if file.text else ""
 meta: JsonDict = {
  "name": filename,
  "content_type": content_type,
  "size": size,
  "file_hash": sha256,
  "librechat": {
   "file_id": file.file_id,
   "_id": file.id,
   "created_at": None if file.created_at is None else file.created_at // 1000,
   "context": file.context,
   "embedded": file.embedded,
  },
 }
 row = FileRow(
  id=target_id,
  user_id=owner_id,
  filename=filename,
  stored_name=stored_name(target_id, filename, content_type),
  data={"status": "completed", "content": text} if text else {},
  meta=clean_json(meta),
  created_at=dates.created,
  updated_at=dates.updated,
 )
 if text == (file.text or ""):
  return Converted(row)
 detail = f"file {filename}: characters that cannot be stored were removed from its text"
 return Converted(row, (notice(WarningCode.TEXT_REPAIRED, detail),))


def safe_content_type(value: str | None) -> str:
 """``type/subtype`` in lower case, without parameters; ``application/octet-stream`` if none."""
 bare = (value or "").partition(";")[0].strip().lower()
 return bare if _MIME.fullmatch(bare) else OCTET_STREAM


def safe_filename(value: str | None) -> str:
 """A file name to show: the last part of a path of any system, in NFC, on one line."""
 path = unicodedata.normalize("NFC", clean_text(value or "")).replace("\\", "/")
 # A path may end in a slash; then the part before it is the name.
 parts = [single_line(part, limit=len(part)) for part in path.split("/")]
 names = [part for part in parts if part.strip(". ")]
 name = names[-1] if names else "file"
 if len(name) <= MAX_FILENAME:
  return name
 stem, extension = _split(name)
 return stem[: MAX_FILENAME - len(extension)] + extension


def stored_name(target_id: str, filename: str, content_type: str) -> str:
 """``{id}_{name}`` for the storage provider, safe as an object key and on any file system."""
 name = _with_image_extension(filename, content_type)
 stem, extension = _split(_UNSAFE_IN_STORAGE.sub("_", name))
 room = MAX_STORED_BYTES - len(target_id) - 1 - len(extension)
 return f"{target_id}_{cut_bytes(stem, room).strip(' .') or 'file'}{extension}"


def _with_image_extension(filename: str, content_type: str) -> str:
 fitting = IMAGE_EXTENSIONS.get(content_type)
 if fitting is None:
  return filename
 stem, extension = _split(filename)
 if extension.lower() in fitting:
  return filename
 is_image = any(extension.lower() in known for known in IMAGE_EXTENSIONS.values())
 return (stem if is_image else filename) + fitting[0]


def _split(name: str) -> tuple[str, str]:
 match = _EXTENSION.search(name)
 if match is None or match.start() == 0:
  return name, ""
 return name[: match.start()], match[0]
'''

# ==== migrator_core/convert/fingerprint.py ====
MODULES["migrator_core/convert/fingerprint.py"] = r'''
"""What a row contains, as one short value."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from typing import Any

from ..rows import Row


def fingerprint(row: Row) -> str:
 """SHA-256 (hex) of the row's content as canonical JSON: sorted keys, no spaces, ASCII."""
 content = [type(row).__name__, _members(row)]
 text = json.dumps(
  content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=_members
 )
 return hashlib.sha256(text.encode("ascii")).hexdigest()


def _members(value: object) -> dict[str, Any]:
 """A dataclass as a JSON object, not copied any deeper: a chat may hold many megabytes."""
 if not is_dataclass(value) or isinstance(value, type):
  raise TypeError(f"{type(value).__name__} is nothing that a row may hold")
 return {field.name: getattr(value, field.name) for field in fields(value)}
'''

# ==== migrator_core/convert/folders.py ====
MODULES["migrator_core/convert/folders.py"] = r'''
"""LibreChat's chat projects as Open WebUI's folders (LibreChat 0.8.7, Open WebUI 0.10 to 0.12)."""

from __future__ import annotations

from collections.abc import Iterable

from .dates import row_dates
from .ids import folder_id
from .text import clean_text, single_line
from ..rows import FolderRow, JsonDict
from ..source.models.chat_project import ChatProject

DEFAULT_NAME = "Project"
MAX_NAME = 100


class FolderNames:
 """Gives out folder names: unique among one person's, whatever the letter case."""

 def __init__(self, taken: Iterable[tuple[str, str, str]] = ()) -> None:
  self._owned: dict[str, str] = {}
  self._taken: set[tuple[str, str]] = set()
  for own_id, user_id, name in taken:
   self._owned[own_id] = name
   self._taken.add((user_id, name.lower()))

 def take(self, own_id: str, user_id: str, wish: str) -> str:
  """The name that a folder gets."""
  if own_id in self._owned:
   return self._owned[own_id]
  name, number = wish, 1
  while (user_id, name.lower()) in self._taken:
   number += 1
   suffix = f" ({number})"
   name = wish[: MAX_NAME - len(suffix)].rstrip() + suffix
  self._taken.add((user_id, name.lower()))
  self._owned[own_id] = name
  return name


def convert_project(
 project: ChatProject, *, owner_id: str, names: FolderNames, fallback: int
) -> FolderRow:
 """A folder at the top level. ``fallback`` is the run's start in seconds."""
 own_id = folder_id(project.id)
 wish = single_line(project.name, limit=MAX_NAME) or DEFAULT_NAME
 description = clean_text(project.description or "").strip()
 dates = row_dates(project.created_at, project.updated_at, project.id, fallback)
 # ``data.system_prompt`` would be sent with every chat of the folder: nothing of the kind here.
 data: JsonDict = {"description": description} if description else {}
 return FolderRow(
  id=own_id,
  user_id=owner_id,
  name=names.take(own_id, owner_id, wish),
  data=data,
  meta={"librechat": {"id": clean_text(project.id)}},
  created_at=dates.created,
  updated_at=dates.updated,
 )
'''

# ==== migrator_core/convert/groups.py ====
MODULES["migrator_core/convert/groups.py"] = r'''
"""LibreChat's groups as Open WebUI's groups."""

from __future__ import annotations

from collections.abc import Mapping

from .dates import row_dates
from .ids import group_id
from .result import Converted, notice
from .text import clean_json, clean_text, single_line, unique
from ..outcome import WarningCode
from ..rows import GroupRow
from ..source.models.group import Group

MAX_NAME = 255


def convert_group(group: Group, accounts: Mapping[str, str], fallback: int) -> Converted[GroupRow]:
 """The group with those of its members who have an account."""
 name = single_line(group.name, limit=MAX_NAME) or f"Group {group.id[:MAX_NAME]}"
 found = [_account(member, accounts) for member in group.member_ids]
 members = unique(account for account in found if account is not None)
 dates = row_dates(group.created_at, group.updated_at, group.id, fallback)
 row = GroupRow(
  id=group_id(group.id),
  name=clean_text(name),
  description=clean_text(group.description or ""),
  member_ids=tuple(members),
  meta=clean_json(
   {
    "librechat": {
     "id": group.id,
     "source": group.source,
     "email": group.email,
     "idOnTheSource": group.id_on_the_source,
    }
   }
  ),
  created_at=dates.created,
  updated_at=dates.updated,
 )
 ignored = len(group.member_ids) - len(members)
 if not ignored:
  return Converted(row)
 detail = (
  f"group {name}: {ignored} of {len(group.member_ids)} entries in its list of members are "
  "empty, repeated or belong to nobody who has an account"
 )
 return Converted(row, (notice(WarningCode.BACKUP_ODDITY, detail),))


def _account(member: str, accounts: Mapping[str, str]) -> str | None:
 key = member.strip()
 return accounts.get(key) or accounts.get(key.lower())
'''

# ==== migrator_core/convert/history.py ====
MODULES["migrator_core/convert/history.py"] = r'''
"""All messages of a conversation as the ``history`` of an Open WebUI chat (Open WebUI 0.12)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from .attachments import is_document
from .base_models import ModelMapper
from .content.pieces import ChatScope
from .feedback import Rated, lost_feedback, rate
from .files import FileLink
from .ids import chat_id
from .layout import lay_out
from .message_ids import NamedMessage
from .messages import (
 FAILED_NOTE,
 NO_QUESTION,
 ConvertedMessage,
 Place,
 convert_message,
 role_of,
 skeleton,
)
from .tree import Flaw, RepairedTree
from .usage import usage_by_message
from ..outcome import Notice, WarningCode
from ..rows import EmbeddedFile, FeedbackRow, JsonDict
from ..source.models.conversation import Conversation
from ..source.models.message import Message

_FLAWS: Mapping[Flaw, str] = MappingProxyType(
 {
  "orphan": "whose parent does not exist",
  "self": "that name themselves as parent",
  "cycle": "at the start of a circle of parents",
 }
)


@dataclass(frozen=True, slots=True)
class ChatContext:
 """What a conversation's conversion has to know of the rest of the run."""

 owner_id: str
 files: Mapping[str, FileLink]
 models: ModelMapper
 fallback: int
 paths: Mapping[str, FileLink] = field(default_factory=dict)
 agents: Mapping[str, str] = field(default_factory=dict)
 folder_id: str | None = None


@dataclass(slots=True)
class History:
 """The messages in the order of reading, and what they add up to."""

 messages: dict[str, JsonDict] = field(default_factory=dict)
 documents: dict[str, JsonDict] = field(default_factory=dict)
 file_ids: dict[str, str] = field(default_factory=dict)
 embedded: dict[str, EmbeddedFile] = field(default_factory=dict)
 notices: list[Notice] = field(default_factory=list)
 failed: dict[int, str] = field(default_factory=dict)
 feedback: tuple[FeedbackRow, ...] = ()


def chat_model(conversation: Conversation, context: ChatContext) -> str:
 """The model that a conversation was last set to."""
 return context.models.chat_model(
  conversation.endpoint, conversation.model, conversation.agent_id
 )


def convert_history(
 conversation: Conversation,
 named: Sequence[NamedMessage],
 tree: RepairedTree,
 dates: Mapping[str, int],
 context: ChatContext,
) -> History:
 """Convert every message; one that cannot be is replaced by a note in its place."""
 by_id = {entry.node.id: entry for entry in named}
 layout = lay_out(conversation, by_id, tree, context.models, context.agents)
 scope = _scope(conversation, context)
 history = History()
 for node_id in tree.order:
  parent = tree.parents[node_id]
  if node_id in layout.questions:
   parent = layout.questions[node_id]
   place = layout.place(parent, None, (node_id,), dates[node_id])
   # An answer as a root has neither rating nor regeneration in Open WebUI, and rating it
   # throws.
   history.messages[parent] = skeleton("user", place, content=NO_QUESTION)
  for column in layout.columns[node_id]:
   below = tree.children[node_id] if column.id == node_id else ()
   place = layout.place(column.id, parent, below, dates[node_id])
   _add(history, by_id[node_id].index, column.message, place, scope)
 _add_usage(history, by_id, tree)
 _add_feedback(history, by_id, conversation, context)
 _tell_repairs(history, tree, len(layout.questions), conversation.conversation_id)
 return history


def _scope(conversation: Conversation, context: ChatContext) -> ChatScope:
 user = conversation.user or ""
 return ChatScope(
  user=user,
  owner_id=context.owner_id,
  conversation_id=conversation.conversation_id,
  chat_id=chat_id(user, conversation.conversation_id),
  files=context.files,
  paths=context.paths,
  agents=context.agents,
 )


def _add(history: History, index: int, message: Message, place: Place, scope: ChatScope) -> None:
 where = f"conversation {scope.conversation_id}, message {place.id}"
 try:
  converted = convert_message(message, place, scope, where)
 except Exception as error:  # one hostile message must not take the whole chat with it
  history.failed[index] = f"{type(error).__name__}: {error}"
  converted = ConvertedMessage(skeleton(role_of(message), place, content=FAILED_NOTE))
 history.messages[place.id] = converted.message
 history.notices.extend(converted.notices)
 for file_id in converted.file_ids:
  history.file_ids.setdefault(file_id, place.id)
 for file in converted.embedded:
  history.embedded.setdefault(file.row.id, file)
 for item in converted.message.get("files", []):
  if converted.message["role"] == "user" and is_document(item):
   history.documents.setdefault(item["id"], item)


def _add_usage(history: History, by_id: Mapping[str, NamedMessage], tree: RepairedTree) -> None:
 messages = {node_id: entry.message for node_id, entry in by_id.items()}
 for node_id, usage in usage_by_message(tree, messages).items():
  if history.messages[node_id]["role"] == "assistant":
   history.messages[node_id]["usage"] = usage


def _add_feedback(
 history: History,
 by_id: Mapping[str, NamedMessage],
 conversation: Conversation,
 context: ChatContext,
) -> None:
 rated = []
 for node_id, entry in by_id.items():
  if entry.message.feedback and history.messages[node_id]["role"] == "assistant":
   rated.append(Rated(node_id, entry.message))
   where = f"conversation {conversation.conversation_id}, message {node_id}"
   lost = lost_feedback(entry.message, where)
   history.notices += [lost] if lost else []
 history.feedback = rate(
  conversation, context.owner_id, rated, history.messages, context.fallback
 )


def _tell_repairs(
 history: History, tree: RepairedTree, questions: int, conversation_id: str
) -> None:
 counts = Counter(tree.flaws.values())
 found = [f"{count} {_FLAWS[flaw]}" for flaw, count in sorted(counts.items())]
 if questions:
  found.append(f"{questions} that begin with an answer, which got a question before it")
 if found:
  some = ", ".join([*tree.flaws][:5])
  detail = f"conversation {conversation_id}: messages: {'; '.join(found)}"
  history.notices.append(
   Notice(WarningCode.TREE_REPAIRED, f"{detail} ({some})" if some else detail)
  )
'''

# ==== migrator_core/convert/ids.py ====
MODULES["migrator_core/convert/ids.py"] = r'''
"""Target ids, derived from the source's identity so that every run gives the same ones.

All are UUIDv5 over :data:`NAMESPACE` and a readable string such as
``user:64ca1db05f9d88c1aa1a2b01``, except models and tags: people see the ids of the former, and
Open WebUI has a rule of its own for the latter.
"""

from __future__ import annotations

import hashlib
import re
from uuid import UUID, uuid5

from .text import clean_text

NAMESPACE = UUID("cf866225-0895-531e-ac53-66c1268d0026")
"""UUIDv5 of ``https://github.com/danny-avila/LibreChat`` in the URL namespace (RFC 9562)."""

MAX_MODEL_ID = 256
"""Open WebUI's own limit for model ids (0.12, ``models/models.py``), in characters."""

_AGENT_PREFIX = "agent_"


def _derive(name: str) -> str:
 # A lone surrogate cannot be encoded; its escape keeps two such ids apart.
 return str(uuid5(NAMESPACE, name.encode("utf-8", "backslashreplace").decode("utf-8")))


def user_id(source_id: str) -> str:
 """The account's id, from the user's ``_id``."""
 return _derive(f"user:{source_id}")


def file_id(user_hex: str, source_file_id: str) -> str:
 """The file's id. LibreChat's ``file_id`` is unique per user only."""
 return _derive(f"file:{user_hex}:{source_file_id}")


def embedded_file_id(user_hex: str, sha256: str) -> str:
 """The id of a file that was found inside a message, from the SHA-256 of its bytes in hex."""
 return _derive(f"embedded:{user_hex}:{sha256}")


def chat_id(user_hex: str, conversation_id: str) -> str:
 """The chat's id. LibreChat's ``conversationId`` is unique per user only."""
 return _derive(f"chat:{user_hex}:{conversation_id}")


def prompt_id(source_id: str) -> str:
 """The prompt's id, from the prompt group's ``_id``."""
 return _derive(f"prompt:{source_id}")


def group_id(source_id: str) -> str:
 """The group's id, from the group's ``_id``."""
 return _derive(f"group:{source_id}")


def model_id(agent_id: str) -> str:
 """``agent-`` and LibreChat's agent id without its own ``agent_``."""
 bare = agent_id.removeprefix(_AGENT_PREFIX)
 legal = re.sub(r"[\s\x00-\x1f\x7f]+", "-", clean_text(bare))
 result = f"agent-{legal}"
 if legal == bare and legal and len(result) <= MAX_MODEL_ID:
  return result
 digest = hashlib.sha256(agent_id.encode("utf-8", "backslashreplace")).hexdigest()[:8]
 return f"{result[: MAX_MODEL_ID - 9]}-{digest}"


def folder_id(source_id: str) -> str:
 """The folder's id, from the chat project's ``_id``."""
 return _derive(f"folder:{source_id}")


def share_id(source_id: str, share_id: str) -> str:
 """The shared chat's id where the link's own ``shareId`` cannot stay; as hard to guess."""
 return _derive(f"share:{source_id}:{share_id}")


def feedback_id(user_hex: str, conversation_id: str, message_id: str) -> str:
 """The feedback's id; ``message_id`` is the one in the chat, which has one rating a message."""
 return _derive(f"feedback:{user_hex}:{conversation_id}:{message_id}")


def tag_id(name: str) -> str:
 """Open WebUI's rule for tag ids (0.12, ``models/tags.py``)."""
 return name.replace(" ", "_").lower()
'''

# ==== migrator_core/convert/layout.py ====
MODULES["migrator_core/convert/layout.py"] = r'''
"""Which message stands where in a chat: questions before first answers, columns beside columns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid5

from .base_models import ModelMapper
from .ids import NAMESPACE
from .message_ids import NamedMessage
from .messages import Place, role_of
from .parallel import (
 Answer,
 Arrangement,
 arrange,
 column_ids,
 split_columns,
)
from .tree import RepairedTree
from ..source.models.conversation import Conversation
from ..source.models.message import Message


@dataclass(frozen=True, slots=True)
class Shown:
 """A message as the chat shows it: LibreChat's own, or one column of it."""

 id: str
 message: Message
 model: str


@dataclass(frozen=True, slots=True)
class Layout:
 """Where everything stands, by id in the chat."""

 questions: Mapping[str, str]
 columns: Mapping[str, tuple[Shown, ...]]
 models: Mapping[str, str]
 arrangements: Mapping[str, Arrangement]
 places: Mapping[str, int]

 def place(self, own_id: str, parent: str | None, below: Sequence[str], timestamp: int) -> Place:
  """The place of one message; ``below`` are its children in the source."""
  arrangement = self.arrangements.get(own_id)
  return Place(
   id=own_id,
   parent=parent,
   children=tuple(shown.id for child in below for shown in self.columns[child]),
   timestamp=timestamp,
   model=arrangement.models[0] if arrangement else self.models[own_id],
   models=arrangement.models if arrangement else (),
   column=self.places.get(own_id, 0),
  )


def lay_out(
 conversation: Conversation,
 by_id: Mapping[str, NamedMessage],
 tree: RepairedTree,
 models: ModelMapper,
 names: Mapping[str, str],
) -> Layout:
 """Decide for all messages of a conversation; ``names`` are those of saved agents."""
 default = models.chat_model(conversation.endpoint, conversation.model, conversation.agent_id)
 taken = set(by_id)
 columns = {
  node_id: _columns(node_id, entry.message, conversation, models, default, taken, names)
  for node_id, entry in by_id.items()
 }
 answers = {
  node_id: Answer(tuple((shown.id, shown.model) for shown in reversed(columns[node_id])))
  for node_id, entry in by_id.items()
  if role_of(entry.message) == "assistant"
 }
 questions = {root: _question_id(root, taken) for root in tree.roots if root in answers}
 arrangements = {questions[root]: arrange([answers[root]], default) for root in questions} | {
  node_id: arrange(
   [answers[child] for child in tree.children[node_id] if child in answers], default
  )
  for node_id in by_id
  if node_id not in answers
 }
 return Layout(
  questions=questions,
  columns=columns,
  models={shown.id: shown.model for group in columns.values() for shown in group},
  arrangements=arrangements,
  places={
   message_id: place
   for arrangement in arrangements.values()
   for message_id, place in arrangement.places.items()
  },
 )


def _columns(
 node_id: str,
 message: Message,
 conversation: Conversation,
 models: ModelMapper,
 default: str,
 taken: set[str],
 names: Mapping[str, str],
) -> tuple[Shown, ...]:
 if role_of(message) == "user":
  return (Shown(node_id, message, default),)
 endpoint = message.endpoint or conversation.endpoint
 own = message.model if message.model and message.model.strip() else None
 model = models.chat_model(endpoint, own, None) if own else default
 first, *others = split_columns(message, names)
 ids = column_ids(node_id, 1 + len(others), taken)
 taken.update(ids)
 beside = [
  Shown(own_id, column.message, models.chat_model(endpoint, column.agent_id, column.agent_id))
  for own_id, column in zip(ids, others, strict=True)
 ]
 return (*reversed(beside), Shown(node_id, first.message, model))


def _question_id(answer: str, taken: Collection[str]) -> str:
 # Message ids count within their chat only, so the answer's id is seed enough.
 result = str(uuid5(NAMESPACE, f"question:{answer}"))
 return _question_id(result, taken) if result in taken else result
'''

# ==== migrator_core/convert/message_ids.py ====
MODULES["migrator_core/convert/message_ids.py"] = r'''
"""One unique id per message of a conversation, and parent links in terms of those ids.

LibreChat's own ids stay. Open WebUI uses them as keys of a JavaScript object and in addresses, so
an id that would break there is replaced, as is a missing one or one that was used before.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid5

from .ids import NAMESPACE
from .tree import Node
from ..outcome import Notice, WarningCode
from ..source.models.message import NO_PARENT, Message

_USABLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:~-]{0,199}")


@dataclass(frozen=True, slots=True)
class NamedMessage:
 """A message with its place in what was read, and its node of the tree."""

 index: int
 message: Message
 node: Node


@dataclass(frozen=True, slots=True)
class NamedMessages:
 """The messages to convert, and the places of those that repeat an earlier one."""

 kept: tuple[NamedMessage, ...]
 duplicates: tuple[int, ...]
 notices: tuple[Notice, ...]


def name_messages(messages: Sequence[Message], chat_id: str, where: str) -> NamedMessages:
 """Give every message an id that is unique in the chat ``chat_id``."""
 kept, duplicates = _without_duplicates(messages)
 taken = {
  message.message_id
  for _, message, first in kept
  if first and message.message_id is not None and _usable(message.message_id)
 }
 ids: dict[int, str] = {}
 by_source_id: dict[str, str] = {}
 notices = []
 for index, message, first in kept:
  own = message.message_id
  if own is not None and first and own in taken:
   ids[index] = own
  else:
   ids[index] = _derived_id(chat_id, message, index, taken)
   taken.add(ids[index])
   shown = repr(own[:80]) if own else "none"
   notices.append(
    Notice(
     WarningCode.MESSAGE_ID_REPAIRED,
     f"{where}, message {index + 1} (_id {message.document_id}): "
     f"id {shown} became {ids[index]}",
    )
   )
  if own is not None and first:
   by_source_id[own] = ids[index]
 named = tuple(
  NamedMessage(
   index=index,
   message=message,
   node=Node(ids[index], _parent(message, ids[index], by_source_id), message.created_at),
  )
  for index, message, _ in kept
 )
 return NamedMessages(kept=named, duplicates=tuple(duplicates), notices=tuple(notices))


def _without_duplicates(
 messages: Sequence[Message],
) -> tuple[list[tuple[int, Message, bool]], list[int]]:
 """What to keep as (place, message, whether its id is new), and the places of duplicates."""
 first_place: dict[str, int] = {}
 seen: dict[str, set[str]] = {}
 kept: list[tuple[int, Message, bool]] = []
 duplicates = []
 for index, message in enumerate(messages):
  own = message.message_id
  if own is None or not own.strip() or own not in first_place:
   if own is not None and own.strip():
    first_place[own] = index
   kept.append((index, message, True))
   continue
  # Fingerprints cost, so they are taken of ids that do occur twice only.
  known = seen.setdefault(own, _marks(messages[first_place[own]]))
  marks = _marks(message)
  if known.isdisjoint(marks):
   kept.append((index, message, False))
  else:
   duplicates.append(index)
  known |= marks
 return kept, duplicates


def _marks(message: Message) -> set[str]:
 """Two rows with one id are the same message if they share one of these."""
 shown = (
  message.is_created_by_user,
  message.sender,
  message.parent_message_id,
  message.text,
  message.content,
  message.files,
  message.attachments,
  message.image_urls,
  message.quotes,
 )
 try:
  canonical = json.dumps(shown, sort_keys=True, default=str)
 except (TypeError, ValueError, RecursionError):
  canonical = f"cannot be compared: {id(message)}"
 marks = {hashlib.sha256(canonical.encode("utf-8", "backslashreplace")).hexdigest()}
 if message.document_id is not None:
  marks.add(f"_id {message.document_id}")
 return marks


def _usable(message_id: str) -> bool:
 # JavaScript moves keys that are numbers to the front of an object, and ``__proto__`` is none.
 return (
  _USABLE.fullmatch(message_id) is not None
  and not message_id.isdigit()
  and message_id not in {NO_PARENT, "__proto__"}
 )


def _derived_id(chat_id: str, message: Message, index: int, taken: set[str]) -> str:
 """From the row's ``_id`` where it has one, so that its place in the file does not matter."""
 seed = message.document_id or f"place {index}"
 readable = seed.encode("utf-8", "backslashreplace").decode("utf-8")
 attempt = 0
 while (result := str(uuid5(NAMESPACE, f"message:{chat_id}:{readable}:{attempt}"))) in taken:
  attempt += 1
 return result


def _parent(message: Message, own_id: str, by_source_id: dict[str, str]) -> str | None:
 parent = message.parent_message_id
 if parent is None or not parent.strip() or parent == NO_PARENT:
  return None
 if parent == message.message_id:
  return own_id
 return by_source_id.get(parent, parent)
'''

# ==== migrator_core/convert/messages.py ====
MODULES["migrator_core/convert/messages.py"] = r'''
"""One LibreChat message as a message of an Open WebUI chat (Open WebUI 0.12, ``history.messages``).

Where a message goes in the tree and when it was written is decided in :mod:`.chats`; here is what
it says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .attachments import convert_attachments, convert_files
from .content import Part, PartContext, Pieces, convert_part, read_parts
from .content.blocks import fenced_json, quoted
from .content.citations import read_citations
from .content.composition import (
 cleaned,
 compose_output,
 distinct_files,
 visible_text,
)
from .content.embedded import is_data_url
from .content.failures import error_sentence
from .content.file_items import file_id_of, link_of
from .content.links import is_image
from .content.pieces import ChatScope, Role
from .content.tool_items import code_executions
from .text import clean_text, single_line
from ..outcome import Notice, WarningCode
from ..rows import EmbeddedFile, JsonDict
from ..source.models.message import Message

ERROR_NOTE = "LibreChat recorded an error at this answer."
FAILED_NOTE = "This message could not be converted."
NO_QUESTION = "(no question: this branch begins with an answer)"

BULKY = ("output", "sources", "code_executions", "embeds")
"""Fields of a converted message that may hold as much as its text, or far more."""

_USER_SENDERS = frozenset({"user", "human", "you"})
_MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Place:
 """Where a message stands in its chat; ``timestamp`` is in seconds, ``model`` Open WebUI's id."""

 id: str
 parent: str | None
 children: tuple[str, ...]
 timestamp: int
 model: str
 models: tuple[str, ...] = ()
 column: int = 0


@dataclass(frozen=True, slots=True)
class ConvertedMessage:
 """An entry of ``history.messages``, and the target ids of the files it shows."""

 message: JsonDict
 file_ids: tuple[str, ...] = ()
 embedded: tuple[EmbeddedFile, ...] = ()
 notices: tuple[Notice, ...] = ()


def role_of(message: Message) -> Role:
 """Who wrote it. ``sender`` counts only where ``isCreatedByUser`` is not there to tell."""
 if message.is_created_by_user is not None:
  return "user" if message.is_created_by_user else "assistant"
 return "user" if (message.sender or "").strip().lower() in _USER_SENDERS else "assistant"


def convert_message(
 message: Message, place: Place, scope: ChatScope, where: str
) -> ConvertedMessage:
 """Convert one message; ``where`` names it in notices."""
 role = role_of(message)
 context = _context(message, role, place, scope, where)
 pieces = [
  *_quotations(message),
  *_said(message, role, context),
  *convert_attachments(message, context),
  *convert_files(message.files, role, place.id, context),
 ]
 speaker = single_line(message.sender, limit=_MAX_NAME)
 speaker = speaker or single_line(message.model, limit=_MAX_NAME)
 result = skeleton(role, place, speaker=speaker)
 notices = _fill(result, pieces, context)
 if message.error and role == "assistant":
  # An object: Open WebUI takes a bare ``true`` for "the content is the error" and hides it.
  result["error"] = {"content": _error_sentence(message)}
 ending = _ending(message) if role == "assistant" else {}
 if ending:
  result["meta"] = {"librechat": ending}
 return ConvertedMessage(
  message=result,
  file_ids=tuple(file_id for piece in pieces for file_id in piece.file_ids),
  embedded=tuple(file for piece in pieces for file in piece.embedded),
  notices=tuple(dict.fromkeys(notices)),
 )


def _error_sentence(message: Message) -> str:
 """What went wrong, as far as a code says it; its text is among the message's own."""
 texts = [
  message.text,
  *(
   value
   for part in read_parts(message.content)
   if part.type == "error"
   for value in (part.payload, part.fields.get("text"))
  ),
 ]
 sentences = (error_sentence(text) for text in texts)
 return next((sentence for sentence in sentences if sentence), ERROR_NOTE)


def _ending(message: Message) -> JsonDict:
 """How an answer ended, unless it came to its end: shown nowhere, as in Open WebUI itself."""
 reason = single_line(message.finish_reason, limit=_MAX_NAME)
 ending: JsonDict = {"unfinished": True} if message.unfinished else {}
 if reason and reason != "stop":
  ending["finish_reason"] = reason
 return ending


def _context(
 message: Message, role: Role, place: Place, scope: ChatScope, where: str
) -> PartContext:
 attachments = tuple(message.attachments)
 return PartContext(
  where=where,
  files=scope.files,
  attachments=attachments,
  paths=scope.paths,
  agents=scope.agents,
  citations=read_citations(attachments, scope.files),
  pictures=_pictures(message),
  user=scope.user,
  owner_id=scope.owner_id,
  conversation_id=scope.conversation_id,
  chat_id=scope.chat_id,
  message_id=place.id,
  role=role,
  endpoint=message.endpoint,
  timestamp=place.timestamp,
 )


def _pictures(message: Message) -> frozenset[str]:
 shown = (part.payload for part in read_parts(message.content) if part.type == "image_file")
 return frozenset(file_id for entry in shown if (file_id := file_id_of(entry)) is not None)


def skeleton(role: Role, place: Place, *, content: str = "", speaker: str = "") -> JsonDict:
 """The fields every message of a chat has."""
 result: JsonDict = {
  "id": place.id,
  "parentId": place.parent,
  "childrenIds": list(place.children),
  "role": role,
  "content": content,
  "timestamp": place.timestamp,
 }
 if role == "user":
  # None would hide the answers, several show them side by side.
  result["models"] = list(place.models or (place.model,))
 else:
  result |= {
   "model": place.model,
   "modelName": speaker or place.model,
   "modelIdx": place.column,
   "done": True,
  }
 return result


def _said(message: Message, role: Role, context: PartContext) -> list[Pieces]:
 """The parts of ``content``; ``text`` as well unless they hold text, which makes it stale."""
 parts = read_parts(message.content)
 parts += [*_old_pictures(message, parts, context), *_traces(message)]
 pieces = [convert_part(part, context) for part in parts]
 if any(piece.plain for piece in pieces) or _is_nothing(message.text):
  return pieces
 own = convert_part(Part("text", message.text, {"text": message.text}), context)
 # People write first and attach then; models use their tools first and answer then.
 return [own, *pieces] if role == "user" else [*pieces, own]


def _old_pictures(message: Message, parts: Sequence[Part], context: PartContext) -> list[Part]:
 """``image_urls`` of old versions, unless they only repeat the message's own pictures."""
 shown = any(part.type == "image_url" for part in parts) or any(
  link is not None and is_image(link)
  for link in (link_of(entry, context) for entry in message.files)
 )
 pictures = read_parts(message.image_urls)
 return [part for part in pictures if not (shown and _is_data(part))]


def _is_data(part: Part) -> bool:
 address = part.payload.get("url") if isinstance(part.payload, dict) else part.payload
 return isinstance(address, str) and is_data_url(address)


def _traces(message: Message) -> list[Part]:
 """What plugins of LibreChat before 0.8.6 left beside ``content``; usually empty shells."""
 found = []
 if any(not _is_nothing(value) for value in message.plugin.values()):
  found.append(Part("plugin", message.plugin, {"plugin": message.plugin}))
 if message.plugins:
  found.append(Part("plugins", message.plugins, {"plugins": message.plugins}))
 return found


def _is_nothing(value: object) -> bool:
 return value is None or isinstance(value, bool) or value in ("", [], {})


def _quotations(message: Message) -> list[Pieces]:
 """What the question quotes (LibreChat 0.8.7), which is not part of its text."""
 quotes = [
  quote.get("text") or quote if isinstance(quote, dict) else quote
  for quote in message.quotes
  if not _is_nothing(quote)
 ]
 return [
  Pieces(text=quoted(quote) if isinstance(quote, str) else fenced_json(quote))
  for quote in quotes
 ]


def _fill(result: JsonDict, pieces: Sequence[Pieces], context: PartContext) -> list[Notice]:
 """Put the pieces into the message and return their notices."""
 notices = [notice for piece in pieces for notice in piece.notices]
 output = compose_output(pieces, result["id"])
 fields, repaired = cleaned(
  {
   "output": output,
   "code_executions": code_executions(output),
   "files": distinct_files(item for piece in pieces for item in piece.files),
   "sources": [
    *context.citations.sources,
    *(source for piece in pieces for source in piece.sources),
   ],
   "statusHistory": [line for piece in pieces for line in piece.status],
  }
 )
 text = visible_text(pieces, fields.get("output", []))
 result |= {"content": clean_text(text), **fields}
 if repaired or result["content"] != text:
  notices.append(Notice(WarningCode.TEXT_REPAIRED, context.where))
 return notices
'''

# ==== migrator_core/convert/parallel.py ====
MODULES["migrator_core/convert/parallel.py"] = r'''
"""Answers that several models gave to one question, as the columns of Open WebUI.

Open WebUI shows columns where a question's ``models`` has several entries and every answer below
it says in ``modelIdx`` which column is its own (``MultiResponseMessages.svelte``, 0.10 to 0.12).
LibreChat has kept such answers in two ways: until 0.8 as siblings, the second with an id that ends
in ``_``; from 0.8.2 on as one message whose parts carry ``groupId`` and ``agentId``
(``ParallelContent.tsx`` and ``parallelLanes.ts`` of its client, which this follows).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .base_models import parse_ephemeral
from ..source.models.message import Message

FEWEST_AGENTS = 2
"""Agents that a group needs to be shown as columns: a graph of agents marks lone ones, too."""

_COPY = re.compile(r"____\d+$")
_CITED = re.compile("[\ue200-\ue206]|\\\\ue20[0-6]")
_HANDOVER = "agent_update"
_NOBODY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Column:
 """What one model said; ``agent_id`` is LibreChat's id of it, None where the message says it."""

 message: Message
 agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
 """An answer below a question, by column: ``(message id, model)``; usually there is but one."""

 columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Arrangement:
 """A question's ``models``, and the ``modelIdx`` of every answer below it by message id."""

 models: tuple[str, ...]
 places: Mapping[str, int]


def split_columns(message: Message, names: Mapping[str, str] = _NOBODY) -> tuple[Column, ...]:
 """The columns of an answer, the primary model's first; an ordinary answer is its own column."""
 parts = message.content if isinstance(message.content, list) else []
 groups = _parallel_groups(parts)
 if not groups:
  return (Column(message),)
 agents = sorted(
  dict.fromkeys(agent for names in groups.values() for agent in names),
  key=lambda agent: _COPY.search(agent) is not None,
 )
 shares: list[list[object]] = [[] for _ in agents]
 place = {agent: column for column, agent in enumerate(agents)}
 for part in parts:
  group, agent = _group(part), _agent(part)
  shares[place[agent] if group in groups and agent in place else 0].append(part)
 attachments = _attachments_by_column(message.attachments, shares)
 spoken = any(_text(part).strip() for part in parts)
 return tuple(
  _first(message, share, own, keep_text=not spoken)
  if column == 0
  else _other(message, agents[column], share, own, names)
  for column, (share, own) in enumerate(zip(shares, attachments, strict=True))
 )


def column_ids(message_id: str, count: int, taken: Collection[str]) -> list[str]:
 """Ids for the columns behind the first one, derived from the message's own id."""
 ids = []
 for number in range(1, count):
  column_id = f"{message_id}_{number}"
  while column_id in taken:
   column_id += "_"
  ids.append(column_id)
 return ids


def arrange(answers: Sequence[Answer], default: str) -> Arrangement:
 """Columns for the answers of one question, which are given in their order."""
 parallel = [answer for answer in _paired(answers) if len(answer.columns) > 1]
 if not parallel:
  ids = [message_id for answer in answers for message_id, _ in answer.columns]
  last = answers[-1].columns[0][1] if answers else default
  return Arrangement((last,), dict.fromkeys(ids, 0))
 models: dict[int, str] = {}
 places: dict[str, int] = {}
 for answer in parallel:
  for column, (message_id, model) in enumerate(answer.columns):
   models[column] = model
   places[message_id] = column
 columns = tuple(model for _, model in sorted(models.items()))
 for answer in answers:
  for message_id, model in answer.columns:
   places.setdefault(message_id, columns.index(model) if model in columns else 0)
 return Arrangement(columns, places)


def _paired(answers: Sequence[Answer]) -> list[Answer]:
 """The answers, those that LibreChat before 0.8 kept as a pair of siblings joined."""
 single = [answer.columns[0] for answer in answers if len(answer.columns) == 1]
 firsts: list[tuple[str, str]] = []
 seconds: list[tuple[str, str]] = []
 joined = [answer for answer in answers if len(answer.columns) > 1]
 for column in single:
  is_second = column[0].endswith("_") and column[0].strip("_") != ""
  waiting, own = (firsts, seconds) if is_second else (seconds, firsts)
  # Regenerated by the same model it is a second try, not a comparison.
  if waiting and waiting[-1][1] != column[1]:
   partner = waiting.pop()
   joined.append(Answer((partner, column) if is_second else (column, partner)))
  else:
   own.append(column)
 return joined


def _parallel_groups(parts: Sequence[object]) -> dict[int | float | str, dict[str, None]]:
 """The agents of every group that is a comparison; a marker of a handover counts for nobody."""
 groups: defaultdict[int | float | str, dict[str, None]] = defaultdict(dict)
 for part in parts:
  group, agent = _group(part), _agent(part)
  if group is None or agent is None or not isinstance(part, dict):
   continue
  if part.get("type") not in (None, "", _HANDOVER):
   groups[group][agent] = None
 return {group: agents for group, agents in groups.items() if len(agents) >= FEWEST_AGENTS}


def _group(part: object) -> int | float | str | None:
 group = part.get("groupId") if isinstance(part, dict) else None
 return group if isinstance(group, int | float | str) else None


def _agent(part: object) -> str | None:
 agent = part.get("agentId") if isinstance(part, dict) else None
 return agent if isinstance(agent, str) and agent.strip() else None


def _attachments_by_column(
 attachments: Sequence[object], shares: Sequence[Sequence[object]]
) -> list[list[object]]:
 """Each column's tool results: those of its own calls."""
 owner = {
  call: column
  for column, share in enumerate(shares)
  for part in share
  for call in _call(part)
 }
 own: list[list[object]] = [[] for _ in shares]
 for attachment in attachments:
  call = attachment.get("toolCallId") if isinstance(attachment, dict) else None
  column = owner.get(call, 0) if isinstance(call, str) else 0
  for index, share in enumerate(own):
   if index == column or (_is_search(attachment) and _cites(shares[index])):
    share.append(attachment)
 return own


def _call(part: object) -> tuple[str, ...]:
 call = part.get("tool_call") if isinstance(part, dict) else None
 identifier = call.get("id") if isinstance(call, dict) else None
 return (identifier,) if isinstance(identifier, str) else ()


def _is_search(attachment: object) -> bool:
 return isinstance(attachment, dict) and attachment.get("type") in ("web_search", "file_search")


def _cites(share: Sequence[object]) -> bool:
 return any(_CITED.search(_text(part)) for part in share)


def _text(part: object) -> str:
 text = part.get("text") if isinstance(part, dict) else None
 if isinstance(text, dict):
  text = text.get("value")
 return text if isinstance(text, str) else ""


def _first(
 message: Message, share: list[object], attachments: list[object], *, keep_text: bool
) -> Column:
 update: dict[str, object] = {"content": share, "attachments": attachments}
 if not keep_text:  # else an old copy of all the text would stand in for a silent column
  update["text"] = None
 return Column(message.model_copy(update=update))


def _other(
 message: Message,
 agent_id: str,
 share: list[object],
 attachments: list[object],
 names: Mapping[str, str],
) -> Column:
 ephemeral = parse_ephemeral(agent_id)
 base = _COPY.sub("", agent_id)
 said = Message(
  isCreatedByUser=message.is_created_by_user,
  sender=ephemeral.label if ephemeral else names.get(base),
  model=(ephemeral.model if ephemeral else None) or base,
  endpoint=ephemeral.endpoint if ephemeral else message.endpoint,
  content=share,
  attachments=attachments,
 )
 return Column(said, agent_id)
'''

# ==== migrator_core/convert/parameters.py ====
MODULES["migrator_core/convert/parameters.py"] = r'''
"""A conversation's own model parameters, as the controls beside a chat of Open WebUI store them.

The names are those of :mod:`.agent_params`. Only stop sequences are written differently: a chat's
controls keep them as one line of text, which the browser splits at commas and decodes
(``Chat.svelte: getStopTokens``, 0.10 to 0.12).
"""

from __future__ import annotations

import json

from .agent_params import convert_parameters
from .base_models import SAVED_AGENT
from .text import clean_json, clean_text
from ..rows import JsonDict
from ..source.models.conversation import Conversation

_ASSISTANTS = frozenset({"assistants", "azureassistants"})


def chat_parameters(conversation: Conversation) -> JsonDict:
 """Open WebUI's ``params`` of the chat, without its system prompt."""
 if not _applies(conversation):
  return {}
 given = {name: value for name, value in conversation.parameters.items() if name != "stop"}
 params: JsonDict = convert_parameters(given)[0]
 stop = _stop_line(conversation.parameters.get("stop"))
 return params | ({"stop": stop} if stop else {})


def other_parameters(conversation: Conversation) -> JsonDict:
 """What :func:`chat_parameters` has no place for, under LibreChat's names."""
 applies = _applies(conversation)
 rest = {
  name: value
  for name, value in conversation.parameters.items()
  if value is not None
  and value not in ("", [], {})
  and not (applies and (name == "stop" or convert_parameters({name: value})[0]))
 }
 result: JsonDict = clean_json(rest)
 return result


def _applies(conversation: Conversation) -> bool:
 saved = (conversation.agent_id or "").startswith(SAVED_AGENT)
 return not saved and (conversation.endpoint or "").lower() not in _ASSISTANTS


def _stop_line(value: object) -> str:
 items = value if isinstance(value, list) else [value]
 texts = [clean_text(item) for item in items if isinstance(item, str)]
 return ",".join(_encoded(text) for text in texts if text)


def _encoded(text: str) -> str:
 r"""One sequence so that the browser gets it back."""
 escaped = json.dumps(text.replace("%", "%25"), ensure_ascii=False)[1:-1]
 escaped = escaped.replace('\\"', '"').replace(",", "\\u002c")
 inner = escaped.strip()
 start = escaped[: len(escaped) - len(escaped.lstrip())]
 end = escaped[len(escaped.rstrip()) :] if inner else ""
 return _escaped_spaces(start) + inner + _escaped_spaces(end)


def _escaped_spaces(text: str) -> str:
 return "".join(f"\\u{ord(char):04x}" for char in text)
'''

# ==== migrator_core/convert/prompts.py ====
MODULES["migrator_core/convert/prompts.py"] = r'''
"""LibreChat's prompt groups as Open WebUI's prompts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

from .dates import row_dates
from .ids import prompt_id
from .result import Converted, Skipped, notice
from .text import clean_json, clean_text, single_line
from .variables import convert_variables
from ..outcome import Notice, Reason, WarningCode
from ..rows import Grant, JsonDict, PromptRow
from ..source.models.prompt import Prompt, PromptGroup

MAX_NAME = 1000
MAX_TAG = 100
MAX_COMMAND = 56
"""Code points; LibreChat's own limit for commands (0.8, ``Constants.COMMANDS_MAX_LENGTH``)."""

_ILLEGAL_IN_COMMAND = re.compile(r"[^a-z0-9_-]+")
_REPEATED_DASHES = re.compile(r"-{2,}")


def convert_group(
 group: PromptGroup,
 versions: Sequence[Prompt],
 *,
 owner_id: str,
 command: Callable[[str], str],
 grants: tuple[Grant, ...],
 fallback: int,
) -> Converted[PromptRow] | Skipped:
 """The prompt with its production text."""
 version, missing = production(group, versions)
 if version is None or version.prompt is None:
  return Skipped(Reason.NO_TEXT)
 given = command(wished_command(group))
 name = _name(group)
 dates = row_dates(group.created_at, group.updated_at, group.id, fallback)
 category = single_line(group.category, limit=MAX_TAG)
 row = PromptRow(
  id=prompt_id(group.id),
  command=given,
  user_id=owner_id,
  name=name,
  content=convert_variables(clean_text(version.prompt)),
  tags=(category,) if category else (),
  meta=_meta(group, version),
  created_at=dates.created,
  updated_at=dates.updated,
  grants=grants,
 )
 notices = [] if missing is None else [missing]
 if given != group.command:
  had = f"/{single_line(group.command, limit=200)}" if group.command else "no command"
  detail = f"prompt {name}: had {had}, is now /{given}"
  notices.append(notice(WarningCode.COMMAND_CHANGED, detail))
 return Converted(row, tuple(notices))


def production(
 group: PromptGroup, versions: Sequence[Prompt]
) -> tuple[Prompt | None, Notice | None]:
 """The version that counts: the production one, else the newest one that has a text."""
 with_text = [version for version in versions if version.prompt and clean_text(version.prompt)]
 for version in with_text:
  if version.id == group.production_id:
   return version, None
 if not with_text:
  return None, None
 newest = max(with_text, key=_age)
 missing = notice(
  WarningCode.PRODUCTION_MISSING,
  f"prompt {_name(group)}: version {newest.id}, the newest of {len(with_text)}, was used",
 )
 return newest, missing


def wished_command(group: PromptGroup) -> str:
 """The command the prompt should have in Open WebUI, not yet made unique."""
 for wish in (group.command, group.name):
  legal = _legal_command(wish or "")
  if legal:
   return legal
 return f"prompt-{_legal_command(group.id)[:8]}".rstrip("-")


def _legal_command(wish: str) -> str:
 # é is e with a mark; without its marks most Latin text stays readable.
 letters = unicodedata.normalize("NFKD", wish[:500])
 bare = "".join(char for char in letters if not unicodedata.combining(char)).lower()
 dashed = _REPEATED_DASHES.sub("-", _ILLEGAL_IN_COMMAND.sub("-", bare))
 legal = dashed.strip("-")[:MAX_COMMAND].rstrip("-")
 return legal if any(char.isalnum() for char in legal) else ""


def _name(group: PromptGroup) -> str:
 wishes = (group.name, group.oneliner, group.command)
 names = (single_line(wish, limit=MAX_NAME) for wish in wishes)
 return next((name for name in names if name), f"Prompt {group.id[:50]}")


def _age(version: Prompt) -> tuple[int, str]:
 # Without a date, an ObjectId still sorts by the time it was made.
 made = version.created_at
 if made is None:
  is_object_id = re.fullmatch(r"[0-9a-f]{24}", version.id)
  made = int(version.id[:8], 16) * 1000 if is_object_id else -(2**63)
 return made, version.id


def _meta(group: PromptGroup, version: Prompt) -> JsonDict:
 meta: JsonDict = {
  "librechat": {
   "id": group.id,
   "command": group.command,
   "category": group.category,
   "oneliner": group.oneliner,
   "author_name": group.author_name,
   "version_id": version.id,
   "type": version.type,
   "number_of_generations": group.number_of_generations,
   "created_at": None if group.created_at is None else group.created_at // 1000,
  }
 }
 if group.oneliner and group.oneliner.strip():
  meta["description"] = group.oneliner
 result: JsonDict = clean_json(meta)
 return result
'''

# ==== migrator_core/convert/references.py ====
MODULES["migrator_core/convert/references.py"] = r'''
"""What messages refer to, so that it can be looked up before they are converted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .content.inline_links import downloads, local_paths
from .content.links import own_path
from .text import clean_text
from ..source.models.message import Message

_MAX_DEPTH = 30
_MAX_ID = 300
_HANDOFF = "lc_transfer_to_"


@dataclass(slots=True)
class References:
 """Ids of files, the user's own paths in their plain form, and ids of agents."""

 files: set[str] = field(default_factory=set)
 paths: set[str] = field(default_factory=set)
 agents: set[str] = field(default_factory=set)


def find_references(messages: Iterable[Message], user: str) -> References:
 """Everything that the messages of a user's conversation refer to."""
 found = References()
 for message in messages:
  for value in (
   message.text,
   message.content,
   message.files,
   message.attachments,
   message.image_urls,
   message.plugin,
   message.plugins,
  ):
   _collect(value, user, found)
  found.files |= {
   entry.strip() for entry in message.files if isinstance(entry, str) and _is_id(entry)
  }
 return found


def _collect(value: object, user: str, found: References) -> None:
 """Walk a JSON value; what nests deeper than any message of LibreChat's is not followed."""
 waiting: list[tuple[object, int]] = [(value, 0)]
 while waiting:
  item, depth = waiting.pop()
  if isinstance(item, str):
   _collect_text(item, user, found)
  elif depth < _MAX_DEPTH and isinstance(item, list):
   waiting += ((inner, depth + 1) for inner in item)
  elif depth < _MAX_DEPTH and isinstance(item, dict):
   _collect_ids(item, found)
   waiting += ((inner, depth + 1) for inner in item.values())


def _collect_ids(item: dict[str, object], found: References) -> None:
 for key in ("file_id", "fileId", "image_file"):
  file_id = item.get(key)
  if isinstance(file_id, str) and _is_id(file_id):
   found.files.add(file_id.strip())
 agent_id, tool = item.get("agentId"), item.get("name")
 if isinstance(agent_id, str) and _is_id(agent_id):
  # The second of two parallel answers has a copy number behind its agent's id.
  found.agents |= {agent_id, agent_id.partition("____")[0]}
 if isinstance(tool, str) and tool.startswith(_HANDOFF) and _is_id(tool):
  found.agents.add(tool.removeprefix(_HANDOFF))


def _collect_text(text: str, user: str, found: References) -> None:
 if text.startswith("/"):
  path = own_path(text, user)
  if path is not None:
   found.paths.add(path)
 if "](" in text:
  found.paths |= local_paths(text, user)
  found.files |= {name for name in downloads(text) if _is_id(name)}


def _is_id(text: str) -> bool:
 return bool(text.strip()) and len(text) <= _MAX_ID and clean_text(text) == text
'''

# ==== migrator_core/convert/result.py ====
MODULES["migrator_core/convert/result.py"] = r'''
"""What a converter answers: a row with its warnings, or a reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from .text import clean_text
from ..outcome import Notice, Reason, WarningCode

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Converted(Generic[R]):
 """A row for Open WebUI, and what the operator should know about it."""

 row: R
 notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
 """The document has no row by a known rule; ``detail`` says more where there is more."""

 reason: Reason
 detail: str | None = None


MAX_DETAIL = 1000
"""Code points of a warning; names from a backup may be megabytes."""


def notice(code: WarningCode, detail: str) -> Notice:
 """A warning whose words come from the backup: printable everywhere, of bounded length."""
 clean = clean_text(detail)
 return Notice(code, clean if len(clean) <= MAX_DETAIL else clean[: MAX_DETAIL - 1] + "…")
'''

# ==== migrator_core/convert/shares.py ====
MODULES["migrator_core/convert/shares.py"] = r'''
"""LibreChat's shared links as Open WebUI's shared chats (Open WebUI 0.10 to 0.12).

A shared chat is a copy of its own. It shows what the link showed in LibreChat and nothing else: no
message that was written later, no other branch, no system prompt, no rating.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from . import ids
from .access import EVERYONE
from .chat_dates import chat_dates
from .chats import chat_document, chat_title
from .dates import row_dates, seconds
from .history import ChatContext, convert_history
from .message_ids import NamedMessage, name_messages
from .result import Converted, Skipped, notice
from .tree import RepairedTree, order_and_repair
from ..outcome import Reason, WarningCode
from ..rows import ChatRow, Grant, SharedChatRow
from ..source.models.conversation import Conversation
from ..source.models.message import Message
from ..source.models.shared_link import SharedLink

FAR_FUTURE = 100_000_000_000
"""Seconds; the year 5138."""

_USABLE = re.compile(r"[A-Za-z0-9_-]{8,64}")
_PRIVATE = ("annotation", "feedbackId", "usage")
"""What a message tells its owner only."""


@dataclass(frozen=True, slots=True)
class SharedChat(Converted[SharedChatRow]):
 """A shared chat, and the ids of the files that its messages show."""

 file_ids: frozenset[str] = frozenset()


def share_id(link: SharedLink, chat_id: str, taken: Mapping[str, str]) -> str:
 """The id in the link's address: LibreChat's own where it can stay."""
 own = link.share_id or ""
 if _USABLE.fullmatch(own) and taken.get(own, chat_id) == chat_id:
  return own
 return ids.share_id(link.id or "", own)


def has_ended(link: SharedLink, now: int) -> bool:
 """Whether the link had expired before ``now``, in milliseconds."""
 return link.expired_at is not None and link.expired_at <= now


def readers(grants: Iterable[Grant]) -> tuple[Grant, ...]:
 """Who may open the link, of all that is granted: a shared chat can only be read."""
 return tuple(grant for grant in grants if grant.permission == "read")


def convert_link(
 link: SharedLink,
 conversation: Conversation,
 messages: Sequence[Message],
 context: ChatContext,
 *,
 own_id: str,
 grants: tuple[Grant, ...],
) -> SharedChat | Skipped:
 """The shared copy of a conversation; ``messages`` are all that the conversation has now."""
 chat_id = ids.chat_id(conversation.user or "", conversation.conversation_id)
 visible = _visible(link, messages, chat_id)
 if not visible:
  return Skipped(Reason.NO_MESSAGES, "the link shows no message that still exists")
 named, tree = _tree(visible, chat_id)
 dates = chat_dates(conversation, named, tree, context.fallback)
 history = convert_history(conversation, named, tree, dates.messages, context)
 for message in history.messages.values():
  for name in _PRIVATE:
   message.pop(name, None)
 title = chat_title(link.title or conversation.title)
 # The id of the chat itself stays out: before Open WebUI 0.12, whoever may open the link could
 # read the whole chat by it.
 chat = chat_document(own_id, title, conversation, context, history, tree.current)
 made = row_dates(link.created_at, link.updated_at, link.id, context.fallback)
 chat["timestamp"] = made.created * 1000
 row = SharedChatRow(
  id=own_id,
  chat_id=chat_id,
  user_id=context.owner_id,
  title=title,
  chat=chat,
  created_at=made.created,
  updated_at=made.updated,
  grants=grants,
 )
 moved = f"shared link {link.share_id} is now /s/{own_id}, for {_whom(grants)}{_end(link)}"
 return SharedChat(
  row=row,
  notices=(notice(WarningCode.SHARED_LINK_MOVED, moved),),
  file_ids=frozenset(history.file_ids),
 )


def open_chat(row: ChatRow, shared: SharedChat) -> ChatRow:
 """The chat with its link."""
 ties = tuple(tie for tie in row.file_ids if tie[1] in shared.file_ids)
 return replace(row, share_id=shared.row.id, file_ids=ties)


def _visible(link: SharedLink, messages: Sequence[Message], chat_id: str) -> list[Message]:
 """What the link shows: the messages it lists, and of these the branch that it is about."""
 listed_ids = set(link.messages)
 listed = [message for message in messages if message.document_id in listed_ids]
 end: object = link.target_message_id
 if end is None or end == "" or not listed:
  return listed
 named, tree = _tree(listed, chat_id)
 by_id = {entry.node.id: entry.message for entry in named}
 step = next((key for key, message in by_id.items() if message.message_id == end), None)
 branch: set[str] = set()
 while step is not None:
  branch.add(step)
  step = tree.parents[step]
 return [entry.message for entry in named if entry.node.id in branch]


def _tree(
 messages: Sequence[Message], chat_id: str
) -> tuple[tuple[NamedMessage, ...], RepairedTree]:
 named = name_messages(messages, chat_id, "").kept
 return named, order_and_repair([entry.node for entry in named])


def _end(link: SharedLink) -> str:
 end = seconds(link.expired_at, FAR_FUTURE)
 if end is None:
  return ""
 date = datetime.fromtimestamp(end, UTC).date().isoformat()
 return f"; it was to end on {date}, but Open WebUI's links have no end"


def _whom(grants: Sequence[Grant]) -> str:
 if any(grant.principal_id == EVERYONE for grant in grants):
  return "everybody who is signed in"
 return f"{len(grants)} accounts and groups"
'''

# ==== migrator_core/convert/tags.py ====
MODULES["migrator_core/convert/tags.py"] = r'''
"""LibreChat's bookmarks as Open WebUI's tags."""

from __future__ import annotations

from .ids import tag_id
from .text import single_line
from ..rows import TagRow

MAX_NAME = 200
"""In code points. The id is in a primary key, and a PostgreSQL index entry holds 2704 bytes."""

RESERVED = frozenset({"none"})
"""Open WebUI reads ``tag:none`` as "chats without tags" (0.12, ``models/chats.py``)."""


def tag_row(name: str, user_id: str) -> TagRow | None:
 """One user's tag, or None for a name without any visible character."""
 label = single_line(name, limit=MAX_NAME)
 if not label:
  return None
 if tag_id(label) in RESERVED:
  label = f"{label} (tag)"
 return TagRow(id=tag_id(label), name=label, user_id=user_id)
'''

# ==== migrator_core/convert/text.py ====
MODULES["migrator_core/convert/text.py"] = r'''
"""Strings and JSON values that every database behind Open WebUI stores.

PostgreSQL refuses U+0000 in text and trips over it in JSON; a lone surrogate cannot be encoded as
UTF-8 at all; Open WebUI's JSON codec (orjson) refuses integers beyond 64 bits.
"""

from __future__ import annotations

import base64
import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

# ruff: noqa: ANN401 - JSON values of any shape go in and out

MAX_DEPTH = 100
"""How deep a JSON value may nest. orjson stops at 254 levels; a row adds some of its own."""

TOO_DEEP = "[nested too deeply]"
"""Stands where a value deeper than :data:`MAX_DEPTH` was cut off."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_INT64 = 2**63


def clean_text(text: str) -> str:
 """Remove NUL and lone surrogates; every other character stays as it is."""
 return _UNSTORABLE.sub("", text) if _UNSTORABLE.search(text) else text


def clean_json(value: Any, *, max_depth: int = MAX_DEPTH) -> Any:
 """A copy of ``value`` that any JSON column stores."""
 if isinstance(value, dict | list | tuple | set | frozenset):
  if max_depth <= 0:
   return TOO_DEEP
  if isinstance(value, dict):
   return _clean_dict(value, max_depth)
  return [clean_json(item, max_depth=max_depth - 1) for item in value]
 return _clean_scalar(value)


def _clean_dict(value: dict[Any, Any], max_depth: int) -> dict[str, Any]:
 result: dict[str, Any] = {}
 for raw_key, item in value.items():
  key = clean_text(raw_key) if isinstance(raw_key, str) else str(_clean_scalar(raw_key))
  while key in result:
   key += "_"
  result[key] = clean_json(item, max_depth=max_depth - 1)
 return result


def _clean_scalar(value: Any) -> Any:
 if value is None or isinstance(value, bool):
  return value
 if isinstance(value, str):
  return clean_text(str(value))
 if isinstance(value, int):
  return _clean_integer(int(value))
 if isinstance(value, float):
  return float(value) if math.isfinite(value) else None
 if isinstance(value, bytes | bytearray | memoryview):
  return base64.b64encode(bytes(value)).decode("ascii")
 return clean_text(str(value))


def _clean_integer(value: int) -> int | str | None:
 if -_INT64 <= value < _INT64:
  return value
 try:
  return str(value)
 except ValueError:  # more digits than Python converts (sys.set_int_max_str_digits)
  return None


def rough_size(value: object) -> int:
 """Characters of all texts in a JSON value, and a few for everything else."""
 if isinstance(value, str):
  return len(value)
 total = 0
 waiting = [value]
 while waiting:
  item = waiting.pop()
  total += len(item) + 10 if isinstance(item, str) else 10
  if isinstance(item, dict):
   waiting += item.values()
  elif isinstance(item, list):
   waiting += item
 return total


def single_line(text: str | None, *, limit: int) -> str:
 """``text`` for a name or label: clean, one line, no control characters, at most ``limit``."""
 if not text:
  return ""
 spaced = "".join(" " if char.isspace() else char for char in clean_text(text))
 visible = "".join(char for char in spaced if not _is_invisible_control(char))
 return re.sub(" {2,}", " ", visible).strip()[:limit].rstrip()


def cut_bytes(text: str, limit: int) -> str:
 """The longest beginning of ``text`` that has at most ``limit`` bytes in UTF-8."""
 encoded = text.encode("utf-8")
 return text if len(encoded) <= limit else encoded[:limit].decode("utf-8", errors="ignore")


def unique(items: Iterable[str], key: Callable[[str], str] = str) -> list[str]:
 """``items`` in their order, without later ones that share a ``key``."""
 seen: dict[str, str] = {}
 for item in items:
  seen.setdefault(key(item), item)
 return list(seen.values())


def _is_invisible_control(char: str) -> bool:
 return (
  unicodedata.category(char) == "Cc"
  or "\u202a" <= char <= "\u202e"
  or "\u2066" <= char <= "\u2069"
  or char == "\ufeff"
 )
'''

# ==== migrator_core/convert/tree.py ====
MODULES["migrator_core/convert/tree.py"] = r'''
"""From parent links as stored to a forest that Open WebUI can show, by LibreChat's own rules.

LibreChat (``buildTree``, ``packages/data-provider``, 0.7 to 0.8) reads a conversation's rows
sorted by ``createdAt``, hangs each under its parent, makes a row whose parent does not exist or is
the row itself a root, and cuts a cycle at its first row. Siblings stand in the order they were
read, and after a reload the last sibling is shown at every level. No database stores which branch
a person looked at.

Everything here is iterative: a chain of messages may be longer than Python's recursion limit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Flaw: TypeAlias = Literal["orphan", "self", "cycle"]


@dataclass(frozen=True, slots=True)
class Node:
 """One message as the tree sees it."""

 id: str
 parent: str | None
 created_at: int | None


@dataclass(frozen=True, slots=True)
class RepairedTree:
 """A forest: every node is reachable from a root, and there are no cycles."""

 order: tuple[str, ...]
 parents: Mapping[str, str | None]
 children: Mapping[str, tuple[str, ...]]
 roots: tuple[str, ...]
 flaws: Mapping[str, Flaw]
 current: str


def order_and_repair(nodes: Sequence[Node]) -> RepairedTree:
 """Build the forest of ``nodes``, which are given in the order of the source."""
 by_id = {node.id: node for node in nodes}
 if not nodes or len(by_id) != len(nodes):
  raise ValueError("a tree needs at least one node, and unique ids")
 order = _read_order(nodes, by_id)
 parents, flaws = _usable_parents(nodes, by_id)
 for node_id in _first_of_each_cycle(order, parents):
  parents[node_id] = None
  flaws[node_id] = "cycle"
 children: dict[str, list[str]] = {node_id: [] for node_id in order}
 roots: list[str] = []
 for node_id in order:
  parent = parents[node_id]
  (roots if parent is None else children[parent]).append(node_id)
 return RepairedTree(
  order=tuple(order),
  parents=parents,
  children={node_id: tuple(below) for node_id, below in children.items()},
  roots=tuple(roots),
  flaws=flaws,
  current=_last_leaf(roots[-1], children),
 )


def ancestors_first(tree: RepairedTree) -> list[str]:
 """All ids, every parent before its children."""
 pending = list(reversed(tree.roots))
 result = []
 while pending:
  node_id = pending.pop()
  result.append(node_id)
  pending.extend(reversed(tree.children[node_id]))
 return result


def _read_order(nodes: Sequence[Node], by_id: Mapping[str, Node]) -> list[str]:
 """Ids by date; equal dates keep the order of the source (Mongo's sort, in practice)."""
 times = _times(nodes, by_id)
 return [node.id for node in sorted(nodes, key=lambda node: times[node.id])]


def _times(nodes: Sequence[Node], by_id: Mapping[str, Node]) -> dict[str, float]:
 """A date for every node; an undated one stands where its nearest dated ancestor stands."""
 times: dict[str, float] = {
  node.id: node.created_at for node in nodes if node.created_at is not None
 }
 for node in nodes:
  path: dict[str, None] = {}
  step: Node | None = node
  while step is not None and step.id not in times and step.id not in path:
   path[step.id] = None
   step = by_id.get(step.parent) if step.parent is not None else None
  time = times.get(step.id, -math.inf) if step is not None else -math.inf
  times.update(dict.fromkeys(path, time))
 return times


def _usable_parents(
 nodes: Sequence[Node], by_id: Mapping[str, Node]
) -> tuple[dict[str, str | None], dict[str, Flaw]]:
 parents: dict[str, str | None] = {}
 flaws: dict[str, Flaw] = {}
 for node in nodes:
  parents[node.id] = node.parent
  if node.parent == node.id:
   flaws[node.id] = "self"
  elif node.parent is not None and node.parent not in by_id:
   flaws[node.id] = "orphan"
  if node.id in flaws:
   parents[node.id] = None
 return parents, flaws


def _first_of_each_cycle(order: Sequence[str], parents: Mapping[str, str | None]) -> list[str]:
 """The member of each cycle that is read first. Each node is walked over once."""
 place = {node_id: index for index, node_id in enumerate(order)}
 done: set[str] = set()
 found = []
 for start in order:
  path: dict[str, None] = {}
  step: str | None = start
  while step is not None and step not in done and step not in path:
   path[step] = None
   step = parents[step]
  if step is not None and step in path:
   walked = list(path)
   cycle = walked[walked.index(step) :]
   found.append(min(cycle, key=place.__getitem__))
  done.update(path)
 return found


def _last_leaf(root: str, children: Mapping[str, Sequence[str]]) -> str:
 leaf = root
 while below := children[leaf]:
  leaf = below[-1]
 return leaf
'''

# ==== migrator_core/convert/usage.py ====
MODULES["migrator_core/convert/usage.py"] = r'''
"""Tokens that an answer took, as Open WebUI's ``usage`` (0.10 to 0.12, ``utils/response.py``).

Open WebUI reads a chat's length off its last answer's usage, so half a truth (an answer's tokens
without its prompt's) would be worse than none.
"""

from __future__ import annotations

from collections.abc import Mapping

from .tree import RepairedTree, ancestors_first
from ..rows import JsonDict
from ..source.models.message import Message

MOST_TOKENS = 1_000_000_000
"""PostgreSQL adds tokens up as 32-bit integers; one larger number would break everybody's
statistics (``models/chat_messages.py``)."""


def usage_by_message(tree: RepairedTree, messages: Mapping[str, Message]) -> dict[str, JsonDict]:
 """The usage of every message that has one, by its id in the tree."""
 branch: dict[str, int | None] = {}
 found: dict[str, JsonDict] = {}
 for node_id in ancestors_first(tree):
  parent = tree.parents[node_id]
  before = branch[parent] if parent is not None else 0
  own = _tokens(messages[node_id].token_count)
  branch[node_id] = None if before is None or own is None else before + own
  usage = _reported(messages[node_id])
  # A first message has nothing before it that it could be the answer to.
  if usage is None and own and before:
   usage = _usage(before, own)
  if usage is not None:
   found[node_id] = usage
 return found


def _reported(message: Message) -> JsonDict | None:
 reported = message.metadata.get("usage")
 if not isinstance(reported, dict):
  return None
 tokens_in, tokens_out = _tokens(reported.get("input")), _tokens(reported.get("output"))
 if tokens_in is None or tokens_out is None or not tokens_in + tokens_out:
  return None
 usage = _usage(tokens_in, tokens_out)
 cached = _tokens(reported.get("cacheRead"))
 if usage is not None and cached:
  usage["input_tokens_details"] = {"cached_tokens": cached}
 return usage


def _usage(tokens_in: int, tokens_out: int) -> JsonDict | None:
 total = tokens_in + tokens_out
 if total > MOST_TOKENS:
  return None
 return {"input_tokens": tokens_in, "output_tokens": tokens_out, "total_tokens": total}


def _tokens(value: object) -> int | None:
 if isinstance(value, bool) or not isinstance(value, int | float):
  return None
 return int(value) if 0 <= value <= MOST_TOKENS else None
'''

# ==== migrator_core/convert/users.py ====
MODULES["migrator_core/convert/users.py"] = r'''
"""LibreChat's users as Open WebUI's accounts."""

from __future__ import annotations

import re

from .accounts import normalise_email
from .dates import row_dates, seconds
from .ids import user_id
from .result import Converted, notice
from .text import clean_json, single_line
from ..outcome import Notice, WarningCode
from ..rows import JsonDict, UserRow
from ..source.models.base import InvalidDocumentError
from ..source.models.user import User

DEFAULT_PICTURE = "/user.png"
"""Open WebUI's own picture for accounts without one (0.12, ``utils/validate.py``)."""

MAX_NAME = 255
MAX_USERNAME = 50
"""Code points; the column's width, which PostgreSQL enforces (0.12, ``models/users.py``)."""

# 22 characters of salt and 31 of checksum behind a two-digit cost. bcrypt allows costs up to 31,
# but each step doubles the time: beyond 16 every sign-in would keep the server busy for seconds,
# beyond 20 for minutes.
_BCRYPT = re.compile(r"\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}")


def usable_hash(password_hash: str | None) -> bool:
 """Whether Open WebUI can check passwords against this hash: bcrypt, cost 4 to 16."""
 if password_hash is None or _BCRYPT.fullmatch(password_hash) is None:
  return False
 try:
  from passlib.hash import bcrypt  # noqa: PLC0415 - a stock Open WebUI lacks it
 except ImportError:
  return True
 try:
  # Knows more than the pattern: salts whose last character has bits that must not be set.
  bcrypt.from_string(password_hash)
 except ValueError:
  return False
 return True


def convert_user(user: User, *, avatar: str | None, fallback: int) -> Converted[UserRow]:
 """The account for a user who has been decided to become one."""
 email = normalise_email(user.email)
 if email is None:
  raise InvalidDocumentError("email: is no address")
 username = single_line(user.username, limit=MAX_USERNAME)
 name = single_line(user.name, limit=MAX_NAME) or username
 dates = row_dates(user.created_at, user.updated_at, user.id, fallback)
 password_hash = (user.password or "").strip()
 usable = usable_hash(password_hash)
 row = UserRow(
  id=user_id(user.id),
  email=email,
  name=name or email.partition("@")[0],
  username=username or None,
  profile_image_url=avatar or DEFAULT_PICTURE,
  password_hash=password_hash if usable else "",
  created_at=dates.created,
  updated_at=dates.updated,
  last_active_at=dates.updated,
  info={"librechat": _provenance(user)},
 )
 return Converted(row, _notices(user, email, usable=usable, avatar=avatar, fallback=fallback))


def _provenance(user: User) -> JsonDict:
 created = None if user.created_at is None else user.created_at // 1000
 facts: JsonDict = {
  "id": user.id,
  "created_at": created,
  "role": user.role,
  "provider": user.provider,
  "username": user.username,
  "email_verified": user.email_verified,
  "two_factor": user.two_factor_enabled,
 }
 result: JsonDict = clean_json(facts)
 return result


def _notices(
 user: User, email: str, *, usable: bool, avatar: str | None, fallback: int
) -> tuple[Notice, ...]:
 notices: list[Notice] = []
 if not usable:
  detail = f"{email}: the password hash is not bcrypt as Open WebUI reads it"
  notices.append(notice(WarningCode.PASSWORD_UNUSABLE, detail))
 if user.two_factor_enabled:
  detail = f"{email}: signs in without a second factor until it is set up again"
  notices.append(notice(WarningCode.TWO_FACTOR_DROPPED, detail))
 if (user.role or "").strip().upper() == "ADMIN":
  detail = f"{email}: was an administrator of LibreChat"
  notices.append(notice(WarningCode.ADMIN_DEMOTED, detail))
 if avatar is None and user.avatar and user.avatar.strip():
  notices.append(notice(WarningCode.AVATAR_LOST, f"{email}: the profile picture"))
 if seconds(user.created_at, fallback) is None:
  detail = f"{email}: the date of registration is missing or impossible"
  notices.append(notice(WarningCode.DATE_REPAIRED, detail))
 return tuple(notices)
'''

# ==== migrator_core/convert/variables.py ====
MODULES["migrator_core/convert/variables.py"] = r'''
"""Prompt variables: from LibreChat's ``{{name}}`` syntax to Open WebUI's.

LibreChat (0.8, ``VariableForm.tsx``, ``replaceSpecialVars``) asks for everything between two pairs
of braces; ``{{tone:formal|casual}}`` is a drop-down list, ``{{note:multiline}}`` a larger field,
and a few names are filled in by itself, in any letter case. Open WebUI (0.12,
``src/lib/utils/index.ts``: ``extractInputVariables``, ``parseVariableDefinition``) knows
``{{name | type:property=value}}``; a name holds neither whitespace nor ``|``, a definition no
``}``, and some names in capitals are filled in by itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from .text import unique

SPECIAL = {
 "current_date": "{{CURRENT_DATE}} ({{CURRENT_WEEKDAY}})",
 "current_datetime": "{{CURRENT_DATETIME}}",
 "iso_datetime": "{{CURRENT_DATETIME}}",
 "current_user": "{{USER_NAME}}",
}
"""What LibreChat fills in by itself → Open WebUI's counterpart. A LibreChat date has the weekday
behind it in parentheses."""

OPEN_WEBUI_NAMES = frozenset(
 {
  "CLIPBOARD",
  "CURRENT_DATE",
  "CURRENT_DATETIME",
  "CURRENT_TIME",
  "CURRENT_TIMEZONE",
  "CURRENT_WEEKDAY",
  "USER_AGE",
  "USER_BIO",
  "USER_BIRTH_DATE",
  "USER_EMAIL",
  "USER_GENDER",
  "USER_GROUPS",
  "USER_LANGUAGE",
  "USER_LOCATION",
  "USER_NAME",
 }
)
"""What Open WebUI fills in by itself (0.12, ``MessageInput.svelte``, ``utils/task.py``)."""

_JAVASCRIPT_NAMES = frozenset({"__proto__", "hasOwnProperty"})
"""Names that break the plain object in which the front end collects variables."""

# What a dot matches in JavaScript: LibreChat's variables end with their line.
_VARIABLE = re.compile(r"\{\{([^{}\r\n\u2028\u2029]+)\}\}")
_TEMPLATE_SYNTAX = re.compile(r"[#/^!>&%*\"']")
_ILLEGAL = re.compile(r"[\s|]+")


@dataclass(frozen=True, slots=True)
class _Variable:
 """One variable as LibreChat reads it. Equal ones ask the same question."""

 name: str
 options: tuple[str, ...] = ()
 hint: str | None = None
 multiline: bool = False

 @property
 def legal_name(self) -> str:
  """The nearest name that Open WebUI accepts, not yet made unique."""
  if not _ILLEGAL.search(self.name):
   return self.name
  return _ILLEGAL.sub("_", self.name).strip("_") or "value"


def convert_special_variables(text: str) -> str:
 """Rewrite LibreChat's special variables, for instructions and system prompts."""

 def replace(match: re.Match[str]) -> str:
  name = match[1].strip()
  special = SPECIAL.get(name.lower())
  if special is not None:
   return special
  return f"{{{{ {name} }}}}" if name in OPEN_WEBUI_NAMES else match[0]

 return _VARIABLE.sub(replace, text)


def convert_variables(text: str) -> str:
 """Rewrite a prompt's variables. What is no variable stays exactly as it is."""
 variables = [_parse(match[1]) for match in _VARIABLE.finditer(text)]
 names = _names([variable for variable in variables if variable is not None])

 def replace(match: re.Match[str]) -> str:
  special = SPECIAL.get(match[1].strip().lower())
  if special is not None:
   return special
  variable = _parse(match[1])
  return match[0] if variable is None else _render(variable, names[variable], match[0])

 return _VARIABLE.sub(replace, text)


def _parse(inner: str) -> _Variable | None:
 """None for special variables, template syntax (``{{#if x}}``), JSON, and nothing at all."""
 content = inner.strip()
 if not content or _TEMPLATE_SYNTAX.match(content) or content.lower() in SPECIAL:
  return None
 name, colon, definition = (part.strip() for part in content.partition(":"))
 if not name:
  return None
 if not colon or not definition:
  return _Variable(name)
 if "|" in definition:
  options = unique(option.strip() for option in definition.split("|") if option.strip())
  return _Variable(name, options=tuple(options))
 if definition.lower() == "multiline":
  return _Variable(name, multiline=True)
 return _Variable(name, hint=definition)


def _names(variables: list[_Variable]) -> dict[_Variable, str]:
 """A name for each distinct variable."""
 distinct = list(dict.fromkeys(variables))
 detailed = [item for item in distinct if item != _Variable(item.name)]
 defined: dict[str, _Variable] = {}
 for item in detailed:
  defined.setdefault(item.name, item)
 names: dict[_Variable, str] = {}
 taken = set(OPEN_WEBUI_NAMES | _JAVASCRIPT_NAMES)
 leaders = [item for item in distinct if defined.get(item.name, item) == item]
 for item in sorted(leaders, key=lambda item: item.legal_name != item.name):
  names[item] = _free(item.legal_name, taken)
 for item in distinct:
  if item not in names:
   is_plain = item == _Variable(item.name)
   names[item] = names[defined[item.name]] if is_plain else _free(item.legal_name, taken)
 return names


def _free(wish: str, taken: set[str]) -> str:
 # Open WebUI tells letter case apart: the lower case of one of its own names is free.
 name = wish.lower() if wish in OPEN_WEBUI_NAMES else wish
 number = 2
 while name in taken:
  name = f"{wish}_{number}"
  number += 1
 taken.add(name)
 return name


def _render(variable: _Variable, name: str, original: str) -> str:
 if variable.options:
  options = json.dumps(list(variable.options), ensure_ascii=False, separators=(",", ":"))
  return f"{{{{{name} | select:options={options}}}}}"
 if variable.multiline:
  return f"{{{{{name} | textarea}}}}"
 hint = variable.hint
 if hint is None and name != variable.name:
  hint = variable.name
 if hint is not None:
  return f'{{{{{name} | text:placeholder="{_plain(hint)}"}}}}'
 return original


def _plain(hint: str) -> str:
 """Quoted properties have no escapes: the front end only takes the quotes away."""
 return hint.replace("\\", "/").replace('"', "'")
'''

# ==== migrator_core/duration.py ====
MODULES["migrator_core/duration.py"] = r'''
"""Times as people say them."""

from __future__ import annotations


def duration(seconds: float) -> str:
 """Seconds as people say them."""
 minutes, rest = divmod(int(seconds), 60)
 hours, minutes = divmod(minutes, 60)
 if hours:
  return f"{hours} h {minutes:02} min"
 return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
'''

# ==== migrator_core/errors.py ====
MODULES["migrator_core/errors.py"] = r'''
"""The errors an operator can meet. Each says what is wrong, where, and what to do."""

from __future__ import annotations


class MigratorError(Exception):
 """Base of every error this tool raises on purpose; ``str()`` is fit for an operator."""


class CannotStartError(MigratorError):
 """Nothing was touched: the run cannot begin (exit status 10)."""


class UsageError(MigratorError):
 """The command or a setting is wrong (exit status 2)."""


class AbortedError(MigratorError):
 """The run stopped before its end and is safe to run again (exit status 30)."""
'''

# ==== migrator_core/outcome.py ====
MODULES["migrator_core/outcome.py"] = r'''
"""What became of every source document, in one closed vocabulary.

The law of the whole tool lives here: for every collection of a backup (and for files in bytes too),
``found = migrated + existing + skipped + failed``. :class:`Tally` counts both sides
separately, so that a forgotten outcome shows up as a broken sum instead of a silent loss.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
 """Where a source document ended."""

 MIGRATED = "migrated"
 EXISTING = "existing"
 SKIPPED = "skipped"
 FAILED = "failed"


class Reason(StrEnum):
 """Why a document was not migrated. Closed: every code is documented in :data:`EXPLANATIONS`."""

 # Skipped: known, expected, decided by a rule.
 NO_EMAIL = "no-email"
 NO_PASSWORD = "no-password"  # noqa: S105 - a reason code, not a secret
 OWNER_NOT_MIGRATED = "owner-not-migrated"
 REMOTE_STORAGE = "remote-storage"
 MISSING_IN_BACKUP = "missing-in-backup"
 UNSAFE_PATH = "unsafe-path"
 EMPTY_FILE = "empty-file"
 NOT_PRODUCTION = "not-production"
 NO_TEXT = "no-text"
 GROUP_MISSING = "group-missing"
 TEMPORARY = "temporary"
 NO_MESSAGES = "no-messages"
 DUPLICATE = "duplicate"
 EXPIRED = "expired"
 PRINCIPAL_MISSING = "principal-missing"
 RESOURCE_NOT_MIGRATED = "resource-not-migrated"
 CONVERSATION_MISSING = "conversation-missing"
 LINK_OFF = "link-off"
 ONE_LINK_PER_CHAT = "one-link-per-chat"
 REMOVED_IN_OPEN_WEBUI = "removed-in-open-webui"
 SECRET = "secret"  # noqa: S105 - a reason code, not a secret
 NOT_SUPPORTED = "not-supported"
 # Failed: something is wrong with this one document or with writing it.
 UNREADABLE_DOCUMENT = "unreadable-document"
 INVALID_DOCUMENT = "invalid-document"
 PARENT_FAILED = "parent-failed"
 STORAGE_ERROR = "storage-error"
 REJECTED_BY_DATABASE = "rejected-by-database"
 INTERNAL_ERROR = "internal-error"


class WarningCode(StrEnum):
 """Something arrived, but not exactly as it was; or the operator should know about it."""

 PASSWORD_UNUSABLE = "password-unusable"  # noqa: S105 - a warning code, not a secret
 PASSWORD_REPLACED = "password-replaced"  # noqa: S105 - a warning code, not a secret
 TWO_FACTOR_DROPPED = "two-factor-dropped"
 ADMIN_DEMOTED = "admin-demoted"
 ACCOUNT_MERGED = "account-merged"
 AVATAR_LOST = "avatar-lost"
 SIZE_MISMATCH = "size-mismatch"
 FILE_REFERENCE_LOST = "file-reference-lost"
 TREE_REPAIRED = "tree-repaired"
 PART_NOT_CONVERTED = "part-not-converted"
 TEXT_REPAIRED = "text-repaired"
 DATE_REPAIRED = "date-repaired"
 MESSAGE_ID_REPAIRED = "message-id-repaired"
 COMMAND_CHANGED = "command-changed"
 PRODUCTION_MISSING = "production-missing"
 BASE_MODEL_DEFAULTED = "base-model-defaulted"
 SETTING_DROPPED = "setting-dropped"
 ACCESS_NARROWED = "access-narrowed"
 BASE_MODEL_ACCESS = "base-model-access"
 SHARED_LINK_MOVED = "shared-link-moved"
 COLLECTION_DAMAGED = "collection-damaged"
 BACKUP_ODDITY = "backup-oddity"
 LARGE_CHAT = "large-chat"


EXPLANATIONS: dict[Reason | WarningCode, str] = {
 Reason.NO_EMAIL: "The account has no e-mail address, which Open WebUI needs to sign in.",
 Reason.NO_PASSWORD: (
  "The account signed in through OAuth, LDAP or SAML only and has no password to carry over."
 ),
 Reason.OWNER_NOT_MIGRATED: (
  "Its owner was not migrated or does not exist in the backup any more."
 ),
 Reason.REMOTE_STORAGE: "The bytes are not in the backup: they live in the storage named here.",
 Reason.MISSING_IN_BACKUP: "The backup has the record of this file, but not its bytes.",
 Reason.UNSAFE_PATH: "The recorded path leads outside the backup; it was not followed.",
 Reason.EMPTY_FILE: "The file has no content; Open WebUI stores no empty files.",
 Reason.NOT_PRODUCTION: "A version of a prompt other than its production version.",
 Reason.NO_TEXT: "The prompt group has no version with a text.",
 Reason.GROUP_MISSING: "The prompt version belongs to a prompt group that does not exist.",
 Reason.TEMPORARY: "A temporary conversation, which LibreChat deletes by itself.",
 Reason.NO_MESSAGES: "The conversation has no messages.",
 Reason.DUPLICATE: "The backup holds the same document more than once; the first one counts.",
 Reason.EXPIRED: "It had expired in LibreChat already.",
 Reason.PRINCIPAL_MISSING: (
  "It was granted to somebody, a group or a role that has no counterpart in Open WebUI."
 ),
 Reason.RESOURCE_NOT_MIGRATED: "What it gives access to was not migrated.",
 Reason.CONVERSATION_MISSING: "It belongs to a conversation that does not exist.",
 Reason.LINK_OFF: "The shared link was open to nobody in LibreChat.",
 Reason.ONE_LINK_PER_CHAT: (
  "Open WebUI keeps one shared link a chat; a newer one of the same conversation was kept."
 ),
 Reason.REMOVED_IN_OPEN_WEBUI: (
  "An earlier run migrated it, and somebody removed it in Open WebUI since."
 ),
 Reason.SECRET: "Sessions, keys, tokens and the like are never migrated.",
 Reason.NOT_SUPPORTED: "This kind of data is not carried over.",
 Reason.UNREADABLE_DOCUMENT: "The document is damaged in the backup and cannot be decoded.",
 Reason.INVALID_DOCUMENT: "The document lacks what every such document must have.",
 Reason.PARENT_FAILED: "What it belongs to failed; see there for the reason.",
 Reason.STORAGE_ERROR: "Open WebUI's storage provider did not take the file.",
 Reason.REJECTED_BY_DATABASE: "The database did not accept the row.",
 Reason.INTERNAL_ERROR: "The tool itself failed on this document; please report it.",
 WarningCode.PASSWORD_UNUSABLE: (
  "The stored password hash is none that Open WebUI can check; an admin must set a new one."
 ),
 WarningCode.PASSWORD_REPLACED: (
  "The existing account was given its LibreChat password, as asked for."
 ),
 WarningCode.TWO_FACTOR_DROPPED: (
  "Two-factor sign-in cannot be carried over; the account signs in with its password alone."
 ),
 WarningCode.ADMIN_DEMOTED: "An administrator of LibreChat became an ordinary user.",
 WarningCode.ACCOUNT_MERGED: (
  "Several accounts share an e-mail address and became one account."
 ),
 WarningCode.AVATAR_LOST: (
  "The picture is not in the backup or is not an image; it was left out."
 ),
 WarningCode.SIZE_MISMATCH: (
  "The record names another size than the file has; the file counts."
 ),
 WarningCode.FILE_REFERENCE_LOST: (
  "A message refers to a file that was not migrated; its name stays readable in the message."
 ),
 WarningCode.TREE_REPAIRED: (
  "Messages had a missing parent, a cycle or another flaw; they were attached where they fit."
 ),
 WarningCode.PART_NOT_CONVERTED: (
  "A part of a message has no form of its own yet; it is kept as a readable block of text."
 ),
 WarningCode.TEXT_REPAIRED: "Characters that no database stores (NUL, half emoji) were removed.",
 WarningCode.DATE_REPAIRED: "A date was missing or impossible; a neighbouring one was used.",
 WarningCode.MESSAGE_ID_REPAIRED: "A message had no usable id of its own and was given one.",
 WarningCode.COMMAND_CHANGED: (
  "The prompt's command was missing, taken or not allowed in Open WebUI; it has a new one."
 ),
 WarningCode.PRODUCTION_MISSING: (
  "The production version of the prompt is gone; the newest version was used."
 ),
 WarningCode.BASE_MODEL_DEFAULTED: (
  "The agent's model has no counterpart; it uses the default base model."
 ),
 WarningCode.SETTING_DROPPED: "A tool or setting has no counterpart in Open WebUI.",
 WarningCode.ACCESS_NARROWED: (
  "It was shared with somebody who does not exist in Open WebUI; that share was left out."
 ),
 WarningCode.BASE_MODEL_ACCESS: (
  "Open WebUI shows a base model to administrators only until they share it; "
  "people need read access to it to use the models built on it."
 ),
 WarningCode.SHARED_LINK_MOVED: (
  "A shared link has a new address. What was open to everybody is open to everybody who is "
  "signed in; whether LibreChat asked visitors to sign in is not in a backup."
 ),
 WarningCode.COLLECTION_DAMAGED: (
  "The collection's file is damaged or ends early; what could be read was used."
 ),
 WarningCode.BACKUP_ODDITY: "Something in the backup is unusual; it was handled as described.",
 WarningCode.LARGE_CHAT: "The chat is very large and may be slow to open.",
}


@dataclass(frozen=True, slots=True)
class Outcome:
 """What became of one source document."""

 collection: str
 source_id: str
 state: State
 target_id: str | None = None
 reason: Reason | None = None
 detail: str | None = None
 size: int = 0

 def __post_init__(self) -> None:
  needs_reason = self.state in {State.SKIPPED, State.FAILED}
  if needs_reason != (self.reason is not None):
   raise ValueError(f"{self.state} and reason {self.reason} do not go together")


@dataclass(frozen=True, slots=True)
class Notice:
 """A warning: its code, and a sentence that names the document it is about."""

 code: WarningCode
 detail: str


@dataclass(slots=True)
class CollectionCount:
 """The two sides of the sum for one collection; sizes are in bytes."""

 found: int = 0
 migrated: int = 0
 existing: int = 0
 skipped: Counter[Reason] = field(default_factory=Counter)
 failed: Counter[Reason] = field(default_factory=Counter)
 found_bytes: int = 0
 bytes_by_state: Counter[State] = field(default_factory=Counter)

 @property
 def accounted(self) -> int:
  """How many documents have an outcome."""
  return self.migrated + self.existing + self.skipped.total() + self.failed.total()

 @property
 def adds_up(self) -> bool:
  """Whether every document that was found has exactly one outcome."""
  same_bytes = self.found_bytes == self.bytes_by_state.total()
  return self.found == self.accounted and same_bytes

 def to_json(self) -> dict[str, Any]:
  """The collection's entry in ``report.json``."""
  entry: dict[str, Any] = {
   "found": self.found,
   "migrated": self.migrated,
   "existing": self.existing,
   "skipped": {reason.value: n for reason, n in sorted(self.skipped.items())},
   "failed": {reason.value: n for reason, n in sorted(self.failed.items())},
  }
  if self.found_bytes:
   entry["bytes"] = {
    "found": self.found_bytes,
    **{state.value: self.bytes_by_state[state] for state in State},
   }
  return entry


class Tally:
 """Counts documents as they are found and, separately, as they get their outcome."""

 def __init__(self) -> None:
  self.collections: defaultdict[str, CollectionCount] = defaultdict(CollectionCount)
  self.warnings: Counter[WarningCode] = Counter()

 def found(self, collection: str, count: int = 1, size: int = 0) -> None:
  """Note that ``count`` documents of ``collection`` (``size`` bytes) are in the backup."""
  self.collections[collection].found += count
  self.collections[collection].found_bytes += size

 def add(self, outcome: Outcome) -> None:
  """Note the outcome of one document."""
  entry = self.collections[outcome.collection]
  entry.bytes_by_state[outcome.state] += outcome.size
  match outcome.state:
   case State.MIGRATED:
    entry.migrated += 1
   case State.EXISTING:
    entry.existing += 1
   case State.SKIPPED if outcome.reason:
    entry.skipped[outcome.reason] += 1
   case State.FAILED if outcome.reason:
    entry.failed[outcome.reason] += 1

 def warn(self, notice: Notice) -> None:
  """Note one warning."""
  self.warnings[notice.code] += 1

 @property
 def failures(self) -> int:
  """How many documents failed, over all collections."""
  return sum(entry.failed.total() for entry in self.collections.values())

 def unbalanced(self) -> list[str]:
  """The collections whose sum is broken: always empty, or the tool has a bug."""
  return [name for name, entry in self.collections.items() if not entry.adds_up]

 def to_json(self) -> dict[str, dict[str, Any]]:
  """The ``collections`` object of ``report.json``, in name order."""
  return {name: entry.to_json() for name, entry in sorted(self.collections.items())}
'''

# ==== migrator_core/pipeline/__init__.py ====
MODULES["migrator_core/pipeline/__init__.py"] = r'''
"""The walk over a backup: phases, outcomes, and a report at the end."""

from __future__ import annotations

from .history import past_report, past_runs, run_info
from .migration import Result, migrate
from .phases import PHASES

__all__ = ["PHASES", "Result", "migrate", "past_report", "past_runs", "run_info"]
'''

# ==== migrator_core/pipeline/agents.py ====
MODULES["migrator_core/pipeline/agents.py"] = r'''
"""Agents as workspace models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..convert.access import Resource, agent_is_shared
from ..convert.agents import convert_agent
from ..convert.avatars import data_uri
from ..convert.fingerprint import fingerprint
from ..convert.result import Skipped
from ..outcome import Notice, Reason, State, WarningCode
from .context import Context, skipped
from .sharing import shares_of
from .steps import Parcel, Step
from ..rows import Item, ModelRow
from ..source import Document
from ..source.models.access import Project
from ..source.models.agent import Agent
from ..target import Written


class AgentsPhase:
 """``agents``."""

 name = "agents"

 def __init__(self, context: Context, projects: Sequence[Project]) -> None:
  self._context = context
  self._projects = projects
  self._base_models: set[str] = set()

 def total(self) -> int | None:
  """Not known before the collection has been read."""
  return None

 def steps(self) -> Iterator[Step]:
  """One step an agent."""
  return self._context.each("agents", Agent, self._convert)

 def written(self, written: Written) -> None:
  """Collect the base models that people will need access to."""
  row = written.item.row
  if written.state is State.MIGRATED and isinstance(row, ModelRow):
   self._base_models.add(row.base_model_id)

 def advice(self) -> Notice | None:
  """What the administrator has to do before people can use these models."""
  if not self._base_models:
   return None
  names = ", ".join(sorted(self._base_models))
  return Notice(
   WarningCode.BASE_MODEL_ACCESS,
   f"The migrated models build on {names}. Connect these models, and share each of them "
   "in Admin Panel → Settings → Models with the people who are to use them.",
  )

 def _convert(self, document: Document, agent: Agent) -> Iterator[Step]:
  if not self._context.scratch.first_time("agent", agent.id):
   yield skipped(document, Reason.DUPLICATE, source_id=agent.id)
   return
  owner = self._context.accounts.get(agent.author or "")
  if owner is None:
   yield skipped(document, Reason.OWNER_NOT_MIGRATED, source_id=agent.id)
   return
  resource = Resource(
   "agent",
   agent.document_id,
   owner,
   f"agent {agent.name or agent.id}",
   shared=agent_is_shared(agent, self._projects),
   collaborative=agent.is_collaborative,
  )
  shares = shares_of(self._context, resource)
  picture = agent.avatar_path
  content = self._context.picture(picture, agent.author) if picture else None
  converted = convert_agent(
   agent,
   owner_id=owner,
   models=self._context.models,
   avatar=data_uri(content) if content else None,
   grants=shares.grants,
   fallback=self._context.started,
  )
  if isinstance(converted, Skipped):
   yield skipped(document, converted.reason, converted.detail, source_id=agent.id)
   yield from shares.unused()
   return
  yield from shares.steps
  row = converted.row
  yield Parcel(
   Item("agents", agent.id, row, fingerprint(row)),
   (*converted.notices, *shares.notices),
   children=shares.children,
   weight=1000 + 2 * len(str(row.params)) + len(str(row.meta)),
  )
'''

# ==== migrator_core/pipeline/chats.py ====
MODULES["migrator_core/pipeline/chats.py"] = r'''
"""Conversations with all their messages."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import BinaryIO

from ..convert.chats import (
 ChatContext,
 ConvertedChat,
 convert_conversation,
 is_temporary,
)
from ..convert.dates import seconds
from ..convert.fingerprint import fingerprint
from ..convert.messages import BULKY
from ..convert.references import find_references
from ..convert.result import Skipped
from ..convert.text import clean_text, rough_size, single_line
from ..outcome import Outcome, Reason, State
from .context import Context, failed, skipped
from .shares import Sharer
from .steps import Enclosure, Found, Parcel, Step
from .strays import Found as FoundPaths
from .strays import Stray, find_paths
from ..rows import ChatRow, FileRow, Item
from ..source import Document, MessageIndex
from ..source.models.base import InvalidDocumentError, parse
from ..source.models.conversation import Conversation
from ..source.models.message import Message
from ..target import Written

MESSAGES = "messages"

_MAX_NAME = 200


class ChatsPhase:
 """``conversations`` and ``messages``. One conversation at a time is in memory."""

 name = "conversations"

 def __init__(
  self, context: Context, messages: MessageIndex, sharer: Sharer, total: int
 ) -> None:
  self._context = context
  self._index = messages
  self._sharer = sharer
  self._total = total

 def total(self) -> int | None:
  """All messages and conversations."""
  return self._total

 def steps(self) -> Iterator[Step]:
  """A step a conversation, with its messages; at the end the messages nobody asked for."""
  self._name_agents()
  if self._context.has(MESSAGES):
   yield Found(MESSAGES, self._index.total)
  for document in self._index.unreadable():
   yield failed(document, Reason.UNREADABLE_DOCUMENT, document.problem)
  yield from self._context.each("conversations", Conversation, self._convert)
  for source_id, _, user in self._index.untaken():
   known = user is None or user in self._context.accounts
   reason = Reason.CONVERSATION_MISSING if known else Reason.OWNER_NOT_MIGRATED
   yield Outcome(MESSAGES, source_id, State.SKIPPED, None, reason)

 def written(self, written: Written) -> None:
  """Nothing later depends on these rows."""

 def _convert(self, document: Document, conversation: Conversation) -> Iterator[Step]:
  source_id, user = conversation.conversation_id, conversation.user
  owner = self._context.accounts.get(user or "")
  if owner is None or user is None:
   yield from self._leave_out(document, conversation, Reason.OWNER_NOT_MIGRATED)
  elif not self._context.scratch.first_time("conversation", f"{user}/{source_id}"):
   # Its messages belong to the first row with this id.
   yield skipped(document, Reason.DUPLICATE, source_id=source_id)
  elif is_temporary(conversation) and not self._context.settings.include_temporary:
   yield from self._leave_out(document, conversation, Reason.TEMPORARY)
  else:
   yield from self._chat(document, conversation, user, owner)

 def _chat(
  self, document: Document, conversation: Conversation, user: str, owner: str
 ) -> Iterator[Step]:
  messages: list[Message] = []
  source_ids: list[str] = []
  for row in self._index.take(conversation.conversation_id, user):
   self._context.pause()
   self._context.claim(MESSAGES, [row.source_id])
   if row.data is None:
    yield failed(row, Reason.UNREADABLE_DOCUMENT, row.problem)
    continue
   try:
    messages.append(parse(Message, row.data))
    source_ids.append(row.source_id)
   except InvalidDocumentError as error:
    yield failed(row, Reason.INVALID_DOCUMENT, str(error))
  references = find_references(messages, user)
  found = self._find_paths(conversation, references.paths, user, owner)
  scope = ChatContext(
   owner,
   self._context.scratch.links(user, references.files),
   self._context.models,
   self._context.started,
   paths=found.links,
   agents=self._context.scratch.names("agents", references.agents),
   folder_id=self._context.folder_of(conversation.chat_project_id, owner),
  )
  converted = convert_conversation(conversation, messages, scope, source_ids)
  if isinstance(converted, Skipped):
   yield skipped(
    document,
    converted.reason,
    converted.detail,
    source_id=conversation.conversation_id,
   )
   for source_id in source_ids:
    yield Outcome(MESSAGES, source_id, State.SKIPPED, None, converted.reason)
   return
  yield from _enclosures(conversation, converted, found.strays)
  shared = self._sharer.share(conversation, messages, scope, converted.row)
  yield from shared.before
  yield from _parcel(conversation, replace(converted, row=shared.row))
  yield from shared.after

 def _find_paths(
  self, conversation: Conversation, paths: set[str], user: str, owner: str
 ) -> FoundPaths:
  started = self._context.started
  created = seconds(conversation.created_at, started)
  return find_paths(
   self._context,
   paths,
   user=user,
   owner=owner,
   created_at=started if created is None else created,
   provenance={"conversationId": conversation.conversation_id},
  )

 def _name_agents(self) -> None:
  """Learn what people call the agents, whose ids are all that messages have."""
  if not self._context.has("agents"):
   return
  for document in self._context.backup.documents("agents"):
   agent_id, name = (
    (document.data.get("id"), document.data.get("name"))
    if document.data is not None
    else (None, None)
   )
   if isinstance(agent_id, str) and isinstance(name, str):
    self._context.scratch.add_name(
     "agents", clean_text(agent_id), single_line(name, limit=_MAX_NAME)
    )

 def _leave_out(
  self, document: Document, conversation: Conversation, reason: Reason
 ) -> Iterator[Step]:
  """Skip a conversation, and its messages for the same reason."""
  yield skipped(document, reason, source_id=conversation.conversation_id)
  if conversation.user is not None:
   taken = self._index.take_ids(conversation.conversation_id, conversation.user)
   for source_id in taken:
    yield Outcome(MESSAGES, source_id, State.SKIPPED, None, reason)


def _enclosures(
 conversation: Conversation, converted: ConvertedChat, strays: Mapping[str, Stray]
) -> Iterator[Step]:
 """The files to store before the chat that shows them."""
 where = f"conversation {conversation.conversation_id}"
 for file in converted.embedded:
  opened = partial(BytesIO, file.content)
  yield _enclosure(file.row, opened, len(file.content), where)
 shown = {file_id for _, file_id in converted.row.file_ids}
 for target_id in sorted(shown & strays.keys()):
  stray = strays[target_id]
  yield _enclosure(stray.row, stray.blob.open, 1000, where)


def _enclosure(
 row: FileRow, open_blob: Callable[[], BinaryIO], weight: int, where: str
) -> Enclosure:
 item = Item(MESSAGES, f"{where}: {row.filename}", row, fingerprint(row), row.meta["size"])
 return Enclosure(item, open_blob, f"{where}: {row.filename}", weight)


def _parcel(conversation: Conversation, converted: ConvertedChat) -> Iterator[Step]:
 row = converted.row
 yield from converted.message_outcomes
 yield Parcel(
  Item("conversations", conversation.conversation_id, row, fingerprint(row)),
  converted.notices,
  children=((MESSAGES, converted.message_ids),),
  weight=_weight(row),
 )


def _weight(row: ChatRow) -> int:
 """About the bytes that the chat's rows take: everything said twice, once per table."""
 messages = row.chat["history"]["messages"].values()
 return sum(
  1000
  + 2 * len(message["content"])
  + 2 * sum(rough_size(message[key]) for key in BULKY if key in message)
  for message in messages
 )
'''

# ==== migrator_core/pipeline/context.py ====
MODULES["migrator_core/pipeline/context.py"] = r'''
"""What the phases of one run share, and the one way in which they read documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from ..convert.avatars import local_path
from ..convert.base_models import ModelMapper
from ..outcome import Outcome, Reason, State
from .scratch import Scratch
from .steps import Found, Step
from ..settings import Settings
from ..source import Backup, BlobError, Document
from ..source.models.base import InvalidDocumentError, M, parse

MAX_PICTURE = 20 * 1024 * 1024
"""Bytes. No avatar that LibreChat wrote is larger; a larger one would only cost memory."""

UNEXPECTED = (
 ArithmeticError,
 AttributeError,
 LookupError,
 RecursionError,
 TypeError,
 ValueError,
)
"""What a flaw of ours raises on an unforeseen document; the run goes on with the next one."""


@dataclass(slots=True)
class Context:
 """The run's inputs, and what earlier phases leave for later ones."""

 backup: Backup
 scratch: Scratch
 settings: Settings
 models: ModelMapper
 started: int
 pause: Callable[[], None] = lambda: None
 accounts: dict[str, str] = field(default_factory=dict)
 principals: dict[str, str] = field(default_factory=dict)
 groups: dict[str, str] = field(default_factory=dict)
 folders: dict[str, tuple[str, str]] = field(default_factory=dict)
 permissions_incomplete: bool = False
 _claimed: list[tuple[str, str]] = field(default_factory=list)

 def has(self, collection: str) -> bool:
  """Whether the backup holds this collection."""
  return collection in self.backup.collections

 def each(
  self,
  collection: str,
  model: type[M],
  convert: Callable[[Document, M], Iterable[Step]],
 ) -> Iterator[Step]:
  """The steps for every document of a collection; a bad document is one failed outcome."""
  if not self.has(collection):
   return
  yield Found(collection, 0)  # an empty collection is in the report, too
  for document in self.backup.documents(collection):
   yield Found(collection)
   self._claimed.clear()
   self.pause()
   yield from self._guarded(document, model, convert)

 def folder_of(self, project_id: str | None, account: str) -> str | None:
  """The folder for a chat of this account; Open WebUI hides chats in others' folders."""
  owner, folder = self.folders.get(project_id or "", ("", ""))
  return folder if folder and owner == account else None

 def claim(self, collection: str, source_ids: Iterable[str]) -> None:
  """Answer for further documents while one is converted: should it fail, they fail too."""
  self._claimed += ((collection, source_id) for source_id in source_ids)

 def picture(self, path: str, user: str | None) -> bytes | None:
  """The bytes of an avatar, None where the backup has none worth reading."""
  place = local_path(path)
  if place is None:
   return None
  try:
   blob = self.backup.blobs.find(place, user=user)
   if blob.size > MAX_PICTURE:
    return None
   with blob.open() as file:
    return file.read(MAX_PICTURE)
  except (BlobError, OSError):
   return None

 def _guarded(
  self, document: Document, model: type[M], convert: Callable[[Document, M], Iterable[Step]]
 ) -> list[Step]:
  if document.data is None:
   return [failed(document, Reason.UNREADABLE_DOCUMENT, document.problem)]
  try:
   return list(convert(document, parse(model, document.data)))
  except InvalidDocumentError as error:
   return [failed(document, Reason.INVALID_DOCUMENT, str(error)), *self._claims_failed()]
  except UNEXPECTED as error:
   detail = f"{type(error).__name__}: {str(error)[:300]}"
   return [failed(document, Reason.INTERNAL_ERROR, detail), *self._claims_failed()]

 def _claims_failed(self) -> Iterator[Step]:
  for collection, source_id in self._claimed:
   yield Outcome(collection, source_id, State.FAILED, None, Reason.PARENT_FAILED)


def failed(document: Document, reason: Reason, detail: str | None) -> Outcome:
 """The outcome of a document that cannot be used."""
 return Outcome(document.collection, document.source_id, State.FAILED, None, reason, detail)


def skipped(
 document: Document, reason: Reason, detail: str | None = None, *, source_id: str | None = None
) -> Outcome:
 """The outcome of a document that a rule leaves out."""
 return Outcome(
  document.collection,
  source_id or document.source_id,
  State.SKIPPED,
  None,
  reason,
  detail,
 )
'''

# ==== migrator_core/pipeline/files.py ====
MODULES["migrator_core/pipeline/files.py"] = r'''
"""Files: bytes into Open WebUI's storage, records into its database."""

from __future__ import annotations

from collections.abc import Iterator

from ..convert.content.links import own_path
from ..convert.files import FileLink, convert_file, file_link, skip_reason
from ..convert.fingerprint import fingerprint
from ..outcome import Notice, Outcome, Reason, State, WarningCode
from .context import Context
from .steps import Parcel, Step
from .strays import digest_of
from ..rows import FileRow, Item
from ..source import Blob, BlobError, Document
from ..source.models.file import File
from ..target import Written


class FilesPhase:
 """``files``: what people uploaded and what tools made for them."""

 name = "files"

 def __init__(self, context: Context) -> None:
  self._context = context
  self._links: dict[str, tuple[str, str, FileLink]] = {}

 def total(self) -> int | None:
  """Not known before the collection has been read."""
  return None

 def steps(self) -> Iterator[Step]:
  """One step a file record; its bytes are hashed here and copied by the writer."""
  return self._context.each("files", File, self._convert)

 def written(self, written: Written) -> None:
  """Remember where the file went, for the messages that refer to it."""
  user, file_id, link = self._links.pop(written.item.row.id)
  if written.state in {State.MIGRATED, State.EXISTING}:
   self._context.scratch.add_link(user, file_id, link)

 def _convert(self, document: Document, file: File) -> Iterator[Step]:
  size = max(file.bytes or 0, 0)
  owner = self._context.accounts.get(file.user or "")
  if owner is None or file.user is None:
   yield _skipped(document, file, size, Reason.OWNER_NOT_MIGRATED)
   return
  path = own_path(file.filepath or "", file.user)
  if path is not None:
   self._context.scratch.add_path(file.user, path, file.file_id)
  elsewhere = skip_reason(file)
  if elsewhere is not None:
   yield _skipped(document, file, size, elsewhere.reason, elsewhere.detail)
   return
  try:
   blob = self._context.backup.blobs.find(
    file.filepath or "", user=file.user, file_id=file.file_id
   )
  except BlobError as error:
   unsafe = error.kind == "unsafe"
   reason = Reason.UNSAFE_PATH if unsafe else Reason.MISSING_IN_BACKUP
   yield _skipped(document, file, size, reason, str(error))
   return
  if blob.size == 0:
   yield _skipped(document, file, 0, Reason.EMPTY_FILE, file.filename)
   return
  if not self._context.scratch.first_time("file", f"{file.user}/{file.file_id}"):
   yield _skipped(document, file, blob.size, Reason.DUPLICATE)
   return
  yield self._parcel(file, owner, blob)

 def _parcel(self, file: File, owner: str, blob: Blob) -> Step:
  try:
   with blob.open() as content:
    digest, size = digest_of(content)
  except (BlobError, OSError) as error:
   return Outcome(
    "files", file.file_id, State.FAILED, None, Reason.UNREADABLE_DOCUMENT, str(error)
   )
  converted = convert_file(
   file, owner_id=owner, size=size, sha256=digest, fallback=self._context.started
  )
  row = converted.row
  notices = converted.notices
  if file.bytes is not None and file.bytes != size:
   notices += (_size_notice(row, file.bytes, size),)
  self._links[row.id] = (file.user or "", file.file_id, file_link(row))
  item = Item("files", file.file_id, row, fingerprint(row), size)
  return Parcel(item, notices, open_blob=blob.open)


def _size_notice(row: FileRow, recorded: int, actual: int) -> Notice:
 return Notice(
  WarningCode.SIZE_MISMATCH,
  f"File {row.filename}: the record says {recorded:,} bytes, the file has {actual:,}.",
 )


def _skipped(
 document: Document, file: File, size: int, reason: Reason, detail: str | None = None
) -> Outcome:
 source_id = file.file_id or document.source_id
 return Outcome("files", source_id, State.SKIPPED, None, reason, detail, size)
'''

# ==== migrator_core/pipeline/folders.py ====
MODULES["migrator_core/pipeline/folders.py"] = r'''
"""Chat projects, as folders for the chats that come later."""

from __future__ import annotations

from collections.abc import Iterator

from ..convert.fingerprint import fingerprint
from ..convert.folders import FolderNames, convert_project
from ..outcome import Reason, State
from .context import Context, skipped
from .steps import Parcel, Step
from ..rows import FolderRow, Item
from ..source import Document
from ..source.models.chat_project import ChatProject
from ..target import Written


class FoldersPhase:
 """``chatprojects``."""

 name = "folders"

 def __init__(self, context: Context, names: FolderNames) -> None:
  self._context = context
  self._names = names

 def total(self) -> int | None:
  """Not known before the collection has been read."""
  return None

 def steps(self) -> Iterator[Step]:
  """One step a project."""
  return self._context.each("chatprojects", ChatProject, self._convert)

 def written(self, written: Written) -> None:
  """From now on chats can go into this folder."""
  row = written.item.row
  if written.state in {State.MIGRATED, State.EXISTING} and isinstance(row, FolderRow):
   self._context.folders[written.item.source_id] = (row.user_id, row.id)

 def _convert(self, document: Document, project: ChatProject) -> Iterator[Step]:
  owner = self._context.accounts.get(project.user or "")
  if owner is None:
   yield skipped(document, Reason.OWNER_NOT_MIGRATED, source_id=project.id)
  elif not self._context.scratch.first_time("chatproject", project.id):
   yield skipped(document, Reason.DUPLICATE, source_id=project.id)
  else:
   row = convert_project(
    project, owner_id=owner, names=self._names, fallback=self._context.started
   )
   yield Parcel(Item(document.collection, project.id, row, fingerprint(row)))
'''

# ==== migrator_core/pipeline/groups.py ====
MODULES["migrator_core/pipeline/groups.py"] = r'''
"""Groups of people, so that what was shared with a group stays shared with it."""

from __future__ import annotations

from collections.abc import Iterator

from ..convert.fingerprint import fingerprint
from ..convert.groups import convert_group
from ..outcome import State
from .context import Context
from .steps import Parcel, Step
from ..rows import Item
from ..source import Document
from ..source.models.group import Group
from ..target import Written


class GroupsPhase:
 """``groups``, with those of their members who have an account."""

 name = "groups"

 def __init__(self, context: Context) -> None:
  self._context = context

 def total(self) -> int | None:
  """Not known before the collection has been read."""
  return None

 def steps(self) -> Iterator[Step]:
  """One step a group."""
  return self._context.each("groups", Group, self._convert)

 def written(self, written: Written) -> None:
  """From now on things can be shared with this group."""
  if written.state in {State.MIGRATED, State.EXISTING}:
   self._context.groups[written.item.source_id] = written.item.row.id

 def _convert(self, document: Document, group: Group) -> Iterator[Step]:
  converted = convert_group(group, self._context.principals, self._context.started)
  row = converted.row
  item = Item(document.collection, group.id, row, fingerprint(row))
  yield Parcel(item, converted.notices, weight=1000 + 100 * len(row.member_ids))
'''

# ==== migrator_core/pipeline/history.py ====
MODULES["migrator_core/pipeline/history.py"] = r'''
"""Past runs and their reports, from the ledger."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from ..errors import CannotStartError
from ..outcome import Notice, Outcome, Reason, State, WarningCode
from .journal import Journal
from .migration import prepared_directory, work_directory
from ..progress import Progress
from ..report import BackupInfo, Report, RunInfo, write_reports
from ..target import EntryState, Ledger, LedgerItem, OpenWebUI, RunRecord


async def past_runs() -> list[RunRecord]:
 """The runs that wrote to this Open WebUI, the last one first."""
 async with await OpenWebUI.connect(read_only=True) as target:
  return await Ledger(target).runs()


async def past_report(run_id: str | None, directory: Path | None) -> Path:
 """Write a past run's reports again and give their directory; None means the last run."""
 async with await OpenWebUI.connect(read_only=True) as target:
  ledger = Ledger(target)
  run = await _find(ledger, run_id)
  where = prepared_directory(directory or target.data_dir / "librechat-migration" / run.id)
  with work_directory() as workdir, closing(Journal(workdir, Progress())) as journal:
   async for item in ledger.items(run.id):
    _recall(item, journal)
   await write_reports(_report(run, journal), where)
  return where


async def _find(ledger: Ledger, run_id: str | None) -> RunRecord:
 if run_id is None:
  runs = await ledger.runs()
  if not runs:
   raise CannotStartError(
    "No run has written to this Open WebUI yet. (Previews leave no trace in the "
    "database; their reports are where they were written.)"
   )
  return runs[0]
 run = await ledger.run(run_id)
 if run is None:
  raise CannotStartError(
   f"There is no run {run_id} in this Open WebUI. `librechat-migrate runs` lists them."
  )
 return run


def _recall(item: LedgerItem, journal: Journal) -> None:
 """Put one ledger entry back where a report finds it."""
 if item.state == EntryState.WARNING and item.reason:
  journal.warn(Notice(WarningCode(item.reason), item.detail or ""))
 elif item.state in {State.EXISTING, State.SKIPPED, State.FAILED}:
  reason = Reason(item.reason) if item.reason else None
  state = State(item.state)
  journal.outcome(
   Outcome(item.collection, item.source_id, state, item.target_id, reason, item.detail)
  )


def run_info(run: RunRecord) -> RunInfo:
 """A run of the ledger as a report names it."""
 return RunInfo(
  id=run.id,
  mode="run",
  started_at=run.started_at,
  finished_at=run.finished_at or run.heartbeat_at,
  tool_version=run.tool_version,
  open_webui_version=run.open_webui_version,
  state=run.state,
 )


def _report(run: RunRecord, journal: Journal) -> Report:
 return Report(
  run=run_info(run),
  backup=BackupInfo(run.backup_path, run.backup_kind, run.backup_fingerprint),
  collections=run.counts,
  items=journal.items,
  warnings=journal.warnings,
 )
'''

# ==== migrator_core/pipeline/journal.py ====
MODULES["migrator_core/pipeline/journal.py"] = r'''
"""The record of a run while it goes on: counts in memory, everything else on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from ..outcome import Notice, Outcome, Reason, State, Tally, WarningCode
from ..progress import Progress


class Journal:
 """Collects outcomes and warnings. Memory does not grow with their number."""

 def __init__(self, directory: Path, progress: Progress) -> None:
  self.tally = Tally()
  self.progress = progress
  self._items = _Spool(directory / "items.jsonl")
  self._warnings = _Spool(directory / "warnings.jsonl")

 def close(self) -> None:
  """Release the files."""
  self._items.close()
  self._warnings.close()

 def found(self, collection: str, count: int = 1) -> None:
  """Note documents that the backup holds."""
  self.tally.found(collection, count)

 def outcome(self, outcome: Outcome) -> None:
  """Note what became of one document."""
  if outcome.size:
   self.tally.found(outcome.collection, 0, outcome.size)
  self.tally.add(outcome)
  self.progress.advance()
  if outcome.state is not State.MIGRATED:
   self._items.add(
    [
     outcome.collection,
     outcome.source_id,
     outcome.state,
     outcome.target_id,
     outcome.reason,
     outcome.detail,
     outcome.size,
    ]
   )

 def warn(self, notice: Notice) -> None:
  """Note one warning."""
  self.tally.warn(notice)
  self.progress.warn(notice)
  self._warnings.add([notice.code, notice.detail])

 def items(self) -> Iterator[Outcome]:
  """Every outcome that is not a plain "migrated", in order."""
  for collection, source_id, state, target_id, reason, detail, size in self._items:
   yield Outcome(
    collection,
    source_id,
    State(state),
    target_id,
    Reason(reason) if reason else None,
    detail,
    size,
   )

 def warnings(self) -> Iterator[Notice]:
  """Every warning, in order."""
  for code, detail in self._warnings:
   yield Notice(WarningCode(code), detail)


class _Spool:
 """JSON lines on disk, written and then read."""

 def __init__(self, path: Path) -> None:
  self._path = path
  self._file: IO[str] = path.open("w", encoding="ascii")

 def add(self, record: list[str | int | None]) -> None:
  self._file.write(json.dumps(record) + "\n")

 def __iter__(self) -> Iterator[list[Any]]:
  self._file.flush()
  with self._path.open(encoding="ascii") as lines:
   for line in lines:
    yield json.loads(line)

 def close(self) -> None:
  self._file.close()
'''

# ==== migrator_core/pipeline/migration.py ====
MODULES["migrator_core/pipeline/migration.py"] = r'''
"""A whole run, from the backup on disk to the written report. Both doors call :func:`migrate`."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import __version__
from ..convert.base_models import ModelMapper
from ..errors import AbortedError, CannotStartError, MigratorError
from .context import Context
from .journal import Journal
from .phases import PHASES, run_phases
from .scratch import Scratch
from .steps import Driver, StoppedError
from ..progress import EventKind, Progress
from ..report import (
 BackupInfo,
 Report,
 RunInfo,
 headline,
 summary_lines,
 write_reports,
)
from ..settings import Settings
from ..source import Backup, check_exists, open_backup
from ..target import (
 Ledger,
 LiveWriter,
 OpenWebUI,
 PreviewWriter,
 RunLock,
 Writer,
)

HEARTBEAT_SECONDS = 1.0
"""Who watches a run from another process sees it move, and a wish to stop is soon heard."""
FINISHED = "finished"
ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Result:
 """How a run ended. ``run.state`` is ``finished`` or ``aborted``."""

 run: RunInfo
 backup: BackupInfo
 collections: Mapping[str, Mapping[str, Any]]
 headline: str
 summary: tuple[str, ...]
 directory: Path
 failures: int
 warnings: int
 warning_counts: Mapping[str, int]


async def migrate(
 settings: Settings,
 progress: Progress,
 *,
 stop: asyncio.Event | None = None,
 pause: Callable[[], None] = lambda: None,
) -> Result:
 """Migrate a backup into the Open WebUI of this environment, or preview that."""
 check_exists(settings.backup_dir)  # before anything that takes seconds
 async with AsyncExitStack() as stack:
  progress.phase_count = len(PHASES)
  target = await stack.enter_async_context(
   await OpenWebUI.connect(read_only=settings.dry_run)
  )
  progress.emit(EventKind.NOTE, f"Open WebUI {target.version} on {target.dialect}")
  workdir = stack.enter_context(work_directory())
  backup = await asyncio.to_thread(open_backup, settings.backup_dir, workdir=workdir)
  stack.callback(backup.close)
  progress.emit(EventKind.NOTE, f"backup: {backup.path} ({backup.kind})")
  run = _Run(settings, progress, target, backup, workdir, stop or asyncio.Event(), pause)
  return await run.execute()


class _Run:
 """One run with everything it needs at hand."""

 def __init__(
  self,
  settings: Settings,
  progress: Progress,
  target: OpenWebUI,
  backup: Backup,
  workdir: Path,
  stop: asyncio.Event,
  pause: Callable[[], None],
 ) -> None:
  self._settings = settings
  self._pause = pause
  self._target = target
  self._backup = backup
  self._workdir = workdir
  self._stop = stop
  self._started = int(time.time())
  stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(self._started))
  self._id = f"{stamp}-{uuid.uuid4().hex[:6]}"
  self._journal = Journal(workdir, progress)
  self._state = ABORTED

 async def execute(self) -> Result:
  """Run, and report even where it does not come to its end."""
  directory = self._report_directory()
  with contextlib.closing(self._journal):
   async with self._writer() as writer:
    error = await self._walk(writer)
    report = self._report(FINISHED if error is None else ABORTED)
    await write_reports(report, directory)
   if error is not None and not isinstance(error, StoppedError):
    raise error
   return Result(
    run=report.run,
    backup=report.backup,
    collections=report.collections,
    headline=headline(report),
    summary=tuple(summary_lines(report)),
    directory=directory,
    failures=self._journal.tally.failures,
    warnings=self._journal.tally.warnings.total(),
    warning_counts=self._warning_counts(),
   )

 async def _walk(self, writer: Writer) -> MigratorError | None:
  """Carry out all phases; the error that ended them early, if one did."""
  with contextlib.closing(Scratch(self._workdir)) as scratch:
   known = await self._target.model_ids()
   models = ModelMapper(self._settings.model_map, self._settings.default_model, known)
   context = Context(
    self._backup, scratch, self._settings, models, self._started, self._pause
   )
   driver = Driver(writer, self._journal, self._stop)
   try:
    await run_phases(context, driver, self._target)
   except MigratorError as error:
    return error
   unbalanced = self._journal.tally.unbalanced()
   if unbalanced:
    # Never expected; but a report that hides a document would be worse.
    return AbortedError(
     f"the outcomes of {', '.join(unbalanced)} do not add up. This is a flaw of "
     "the tool; please report it together with report.json."
    )
   return None

 @asynccontextmanager
 async def _writer(self) -> AsyncIterator[Writer]:
  """The writer; for a run that writes, with the lock held and the ledger kept."""
  if self._settings.dry_run:
   yield PreviewWriter(self._target)
   return
  async with RunLock(self._target) as lock:
   ledger = Ledger(self._target)
   await ledger.mark_interrupted()
   await ledger.start(
    run_id=self._id,
    settings=self._settings.model_dump(mode="json"),
    backup_path=str(self._backup.path),
    backup_kind=str(self._backup.kind),
    backup_fingerprint=self._backup.fingerprint,
    tool_version=__version__,
   )
   pulse = asyncio.create_task(self._pulse(lock, ledger))
   state = ABORTED
   try:
    yield LiveWriter(self._target, ledger, self._id)
    state = self._state
   finally:
    pulse.cancel()
    await asyncio.gather(pulse, return_exceptions=True)
    counts = self._journal.tally.to_json()
    # A lost database cannot take this; the next run marks the run as interrupted.
    with contextlib.suppress(MigratorError):
     await ledger.finish(self._id, state, counts, self._warning_counts())

 def _warning_counts(self) -> dict[str, int]:
  return {code.value: count for code, count in self._journal.tally.warnings.items()}

 async def _pulse(self, lock: RunLock, ledger: Ledger) -> None:
  """Show that the run lives, and notice when the lock is lost."""
  while True:
   await asyncio.sleep(HEARTBEAT_SECONDS)
   try:
    await lock.check()
    if await ledger.heartbeat(self._id, self._journal.progress.to_json()):
     self._stop.set()
   except MigratorError:
    self._stop.set()
    return

 def _report(self, state: str) -> Report:
  self._state = state
  return Report(
   run=RunInfo(
    id=self._id,
    mode="dry-run" if self._settings.dry_run else "run",
    started_at=self._started,
    finished_at=int(time.time()),
    tool_version=__version__,
    open_webui_version=self._target.version,
    state=state,
   ),
   backup=BackupInfo(
    str(self._backup.path), str(self._backup.kind), self._backup.fingerprint
   ),
   collections=self._journal.tally.to_json(),
   items=self._journal.items,
   warnings=self._journal.warnings,
  )

 def _report_directory(self) -> Path:
  """Where the reports go; found out to be writable before anything else happens."""
  return prepared_directory(
   self._settings.report_dir or self._target.data_dir / "librechat-migration" / self._id
  )


def prepared_directory(directory: Path) -> Path:
 """Create a directory for reports."""
 try:
  directory.mkdir(parents=True, exist_ok=True)
  probe = directory / ".writable"
  probe.touch()
  probe.unlink()
 except OSError as error:
  raise CannotStartError(
   f"The reports cannot be written to {directory}: {error.strerror}. "
   "Name a writable directory with --report-dir (MIGRATION_REPORT_DIR)."
  ) from error
 return directory


@contextlib.contextmanager
def work_directory() -> Iterator[Path]:
 """A directory for unpacked archives and notes, gone when the run ends."""
 try:
  directory = Path(tempfile.mkdtemp(prefix="librechat-migrate-"))
 except OSError as error:
  raise CannotStartError(
   f"No temporary directory can be made: {error.strerror}. "
   "Set TMPDIR to a writable directory with room for the unpacked backup."
  ) from error
 try:
  yield directory
 finally:
  shutil.rmtree(directory, ignore_errors=True)
'''

# ==== migrator_core/pipeline/phases.py ====
MODULES["migrator_core/pipeline/phases.py"] = r'''
"""The order of the phases: whatever a row refers to is there before it."""

from __future__ import annotations

import asyncio

from ..convert.commands import FreeCommands
from ..convert.folders import FolderNames
from .agents import AgentsPhase
from .chats import ChatsPhase
from .context import Context
from .files import FilesPhase
from .folders import FoldersPhase
from .groups import GroupsPhase
from .prompts import PromptsPhase
from .rest import RestPhase
from .shares import LinksPhase, Sharer, UnusedLinksPhase
from .sharing import SharingPhase, UnusedSharesPhase, instance_projects
from .steps import Driver
from .tags import TagsPhase
from .users import MergedUsersPhase, UsersPhase, plan, read_identities
from ..target import OpenWebUI

HANDLED = frozenset(
 {
  "aclentries",
  "agents",
  "chatprojects",
  "conversations",
  "conversationtags",
  "files",
  "groups",
  "messages",
  "promptgroups",
  "prompts",
  "sharedlinks",
  "users",
 }
)
"""The collections that have a phase of their own; all others are counted and left behind."""

PHASES = (
 "users",
 "merged users",
 "groups",
 "tags",
 "folders",
 "files",
 "permissions",
 "shared links",
 "index of messages",
 "conversations",
 "unused shared links",
 "prompts",
 "agents",
 "unused permissions",
 "other collections",
)
"""What a run goes through, in this order, as :class:`Progress` names it."""


async def run_phases(context: Context, driver: Driver, target: OpenWebUI) -> None:
 """Walk the whole backup."""
 await _accounts(context, driver, target)
 await driver.drive(GroupsPhase(context))
 await driver.drive(TagsPhase(context))
 await driver.drive(FoldersPhase(context, FolderNames(await target.folders())))
 await driver.drive(FilesPhase(context))
 await driver.drive(SharingPhase(context))
 await driver.drive(LinksPhase(context))
 await _chats(context, driver, target)
 await driver.drive(UnusedLinksPhase(context))
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


async def _chats(context: Context, driver: Driver, target: OpenWebUI) -> None:
 progress = driver.journal.progress
 progress.start("index of messages")

 def read(count: int) -> None:
  progress.advance(count)
  context.pause()

 index = await asyncio.to_thread(context.backup.message_index, read)
 conversations = await asyncio.to_thread(_count, context, "conversations")
 sharer = Sharer(context, await target.shared_chats())
 await driver.drive(ChatsPhase(context, index, sharer, index.total + conversations))


def _count(context: Context, collection: str) -> int:
 """How many documents there are, so that the longest phase can say how long it takes."""
 if not context.has(collection):
  return 0
 count = 0
 for _ in context.backup.documents(collection):
  context.pause()
  count += 1
 return count


async def _library(context: Context, driver: Driver, target: OpenWebUI) -> None:
 projects = await asyncio.to_thread(instance_projects, context)
 commands = FreeCommands(await target.prompt_commands())
 await driver.drive(PromptsPhase(context, commands, projects))
 agents = AgentsPhase(context, projects)
 await driver.drive(agents)
 advice = agents.advice()
 if advice is not None:
  driver.warn(advice)
 await driver.drive(UnusedSharesPhase(context))
'''

# ==== migrator_core/pipeline/prompts.py ====
MODULES["migrator_core/pipeline/prompts.py"] = r'''
"""The prompt library: one prompt for each prompt group, in its production version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..convert.access import Resource, prompt_is_shared
from ..convert.commands import FreeCommands
from ..convert.fingerprint import fingerprint
from ..convert.ids import prompt_id
from ..convert.prompts import convert_group, production
from ..convert.result import Skipped
from ..outcome import Outcome, Reason, State
from .context import Context, skipped
from .sharing import shares_of
from .steps import Parcel, Step
from ..rows import Item
from ..source import Document
from ..source.models.access import Project
from ..source.models.base import parse
from ..source.models.prompt import Prompt, PromptGroup
from ..target import Written


class PromptsPhase:
 """``promptgroups`` and ``prompts``."""

 name = "prompts"

 def __init__(
  self, context: Context, commands: FreeCommands, projects: Sequence[Project]
 ) -> None:
  self._context = context
  self._commands = commands
  self._projects = projects

 def total(self) -> int | None:
  """Not known before the collections have been read."""
  return None

 def steps(self) -> Iterator[Step]:
  """Note the versions, then convert the groups; versions of no group come last."""
  yield from self._context.each("prompts", Prompt, self._note)
  yield from self._context.each("promptgroups", PromptGroup, self._convert)
  for note in self._context.scratch.remaining_notes("prompt"):
   yield _version_skipped(note["source_id"], Reason.GROUP_MISSING)

 def written(self, written: Written) -> None:
  """Nothing later depends on these rows."""

 def _note(self, document: Document, version: Prompt) -> Iterable[Step]:
  note = {"source_id": document.source_id, "prompt": version.model_dump(by_alias=True)}
  self._context.scratch.add_note("prompt", version.group_id or "", note)
  return ()

 def _convert(self, document: Document, group: PromptGroup) -> Iterator[Step]:
  if not self._context.scratch.first_time("promptgroup", group.id):
   yield skipped(document, Reason.DUPLICATE)
   return
  notes = self._context.scratch.take_notes("prompt", group.id)
  versions = [parse(Prompt, note["prompt"]) for note in notes]
  source_ids = [note["source_id"] for note in notes]
  self._context.claim("prompts", source_ids)
  owner = self._context.accounts.get(group.author or "")
  if owner is None:
   yield skipped(document, Reason.OWNER_NOT_MIGRATED, source_id=group.id)
   for source_id in source_ids:
    yield _version_skipped(source_id, Reason.OWNER_NOT_MIGRATED)
   return
  resource = Resource(
   "promptGroup",
   group.id,
   owner,
   f"prompt {group.name or group.id}",
   shared=prompt_is_shared(group, self._projects),
  )
  shares = shares_of(self._context, resource)
  converted = convert_group(
   group,
   versions,
   owner_id=owner,
   command=self._commands.taker(prompt_id(group.id)),
   grants=shares.grants,
   fallback=self._context.started,
  )
  if isinstance(converted, Skipped):
   yield skipped(document, converted.reason, converted.detail, source_id=group.id)
   for source_id in source_ids:
    yield _version_skipped(source_id, converted.reason)
   yield from shares.unused()
   return
  used, _ = production(group, versions)
  current = [i for i, version in enumerate(versions) if version is used]
  for index, source_id in enumerate(source_ids):
   if index not in current:
    yield _version_skipped(source_id, Reason.NOT_PRODUCTION)
  yield from shares.steps
  row = converted.row
  yield Parcel(
   Item("promptgroups", group.id, row, fingerprint(row)),
   (*converted.notices, *shares.notices),
   children=(("prompts", [source_ids[index] for index in current]), *shares.children),
   weight=1000 + 2 * len(row.content),
  )


def _version_skipped(source_id: str, reason: Reason) -> Outcome:
 return Outcome("prompts", source_id, State.SKIPPED, None, reason)
'''

# ==== migrator_core/pipeline/rest.py ====
MODULES["migrator_core/pipeline/rest.py"] = r'''
"""Everything that is not carried over: read, counted, and listed with its reason."""

from __future__ import annotations

from collections.abc import Iterator

from ..outcome import Reason
from .context import Context, failed, skipped
from .steps import Found, Step
from ..target import Written

SECRETS = frozenset(
 {
  "agentapikeys",
  "keys",
  "openidrefreshflights",
  "pluginauths",
  "refreshtokenbridges",
  "sessions",
  "tokens",
 }
)
"""Collections of LibreChat 0.7 to 0.8 that hold nothing but credentials."""


class RestPhase:
 """The collections that no other phase has dealt with."""

 name = "other collections"

 def __init__(self, context: Context, handled: frozenset[str]) -> None:
  self._context = context
  self._collections = [name for name in context.backup.collections if name not in handled]

 def total(self) -> int | None:
  """Not known before the collections have been read."""
  return None

 def steps(self) -> Iterator[Step]:
  """One skipped outcome a document."""
  for collection in self._collections:
   reason = Reason.SECRET if collection in SECRETS else Reason.NOT_SUPPORTED
   yield Found(collection, 0)  # an empty collection is in the report, too
   for document in self._context.backup.documents(collection):
    yield Found(collection)
    if document.data is None:
     yield failed(document, Reason.UNREADABLE_DOCUMENT, document.problem)
    else:
     yield skipped(document, reason)

 def written(self, written: Written) -> None:
  """Nothing is ever written here."""
'''

# ==== migrator_core/pipeline/scratch.py ====
MODULES["migrator_core/pipeline/scratch.py"] = r'''
"""Notes that a run takes on disk, so that memory stays flat however large the backup is.

A temporary SQLite database of our own, in the run's work directory; nothing in it outlives the run.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from pathlib import Path
from typing import Any

from ..convert.files import FileLink

_SCHEMA = """
CREATE TABLE seen (kind TEXT, key TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE link (user TEXT, file_id TEXT, link TEXT, PRIMARY KEY (user, file_id)) WITHOUT ROWID;
CREATE TABLE path (user TEXT, path TEXT, file_id TEXT, PRIMARY KEY (user, path, file_id))
    WITHOUT ROWID;
CREATE TABLE name (kind TEXT, key TEXT, name TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE note (kind TEXT, key TEXT, place INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT);
CREATE INDEX note_key ON note (kind, key);
"""


class Scratch:
 """Keyed notes on disk. Safe to use from one worker thread beside the event loop's thread."""

 def __init__(self, directory: Path) -> None:
  self._lock = threading.Lock()
  # No journal and no syncing: a run that dies takes its notes with it.
  self._db = sqlite3.connect(
   directory / "scratch.sqlite", check_same_thread=False, isolation_level=None
  )
  self._db.execute("PRAGMA journal_mode=OFF")
  self._db.execute("PRAGMA synchronous=OFF")
  self._db.executescript(_SCHEMA)

 def close(self) -> None:
  """Release the file."""
  self._db.close()

 def first_time(self, kind: str, key: str) -> bool:
  """Whether this key is new among its kind; it is not any more afterwards."""
  with self._lock:
   cursor = self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (kind, key))
   return cursor.rowcount == 1

 def add_link(self, user: str, file_id: str, link: FileLink) -> None:
  """Remember where a user's file went."""
  body = json.dumps(astuple(link))
  with self._lock:
   self._db.execute("INSERT OR REPLACE INTO link VALUES (?, ?, ?)", (user, file_id, body))

 def links(self, user: str, file_ids: Iterable[str]) -> dict[str, FileLink]:
  """Those of ``file_ids`` that are files of this user and were migrated."""
  found: dict[str, FileLink] = {}
  with self._lock:
   for file_id in file_ids:
    row = self._db.execute(
     "SELECT link FROM link WHERE user = ? AND file_id = ?", (user, file_id)
    ).fetchone()
    if row:
     found[file_id] = FileLink(*json.loads(row[0]))
  return found

 def add_path(self, user: str, path: str, file_id: str) -> None:
  """Remember that a user's file has this path, migrated or not."""
  with self._lock:
   self._db.execute("INSERT OR IGNORE INTO path VALUES (?, ?, ?)", (user, path, file_id))

 def links_by_path(self, user: str, paths: Iterable[str]) -> dict[str, FileLink | None]:
  """Those of ``paths`` that are files of this user; None for one that was not migrated."""
  found: dict[str, FileLink | None] = {}
  with self._lock:
   for path in paths:
    row = self._db.execute(
     "SELECT link FROM path LEFT JOIN link USING (user, file_id) "
     "WHERE user = ? AND path = ? ORDER BY link IS NULL, file_id LIMIT 1",
     (user, path),
    ).fetchone()
    if row:
     found[path] = FileLink(*json.loads(row[0])) if row[0] else None
  return found

 def add_name(self, kind: str, key: str, name: str) -> None:
  """Remember what people call something."""
  with self._lock:
   self._db.execute("INSERT OR REPLACE INTO name VALUES (?, ?, ?)", (kind, key, name))

 def names(self, kind: str, keys: Iterable[str]) -> dict[str, str]:
  """The names of those of ``keys`` that have one."""
  found: dict[str, str] = {}
  with self._lock:
   for key in keys:
    row = self._db.execute(
     "SELECT name FROM name WHERE kind = ? AND key = ?", (kind, key)
    ).fetchone()
    if row:
     found[key] = row[0]
  return found

 def add_note(self, kind: str, key: str, body: dict[str, Any]) -> None:
  """Keep a document for later, under a key that need not be unique."""
  text = json.dumps(body, default=_note_default)
  with self._lock:
   self._db.execute(
    "INSERT INTO note (kind, key, body) VALUES (?, ?, ?)", (kind, key, text)
   )

 def take_notes(self, kind: str, key: str) -> list[dict[str, Any]]:
  """The documents under a key, in the order in which they came; they are gone afterwards."""
  with self._lock:
   rows = self._db.execute(
    "DELETE FROM note WHERE kind = ? AND key = ? RETURNING place, body", (kind, key)
   ).fetchall()
  return [json.loads(body) for _, body in sorted(rows)]

 def remaining_notes(self, kind: str) -> Iterator[dict[str, Any]]:
  """The documents of a kind that nobody took, in the order in which they came."""
  place = 0
  while True:
   with self._lock:
    row = self._db.execute(
     "SELECT place, body FROM note WHERE kind = ? AND place > ? "
     "ORDER BY place LIMIT 1",
     (kind, place),
    ).fetchone()
   if row is None:
    return
   place = row[0]
   yield json.loads(row[1])


def _note_default(value: Any) -> Any:  # noqa: ANN401 - a JSON hook sees every type
 return value.hex() if isinstance(value, bytes) else str(value)
'''

# ==== migrator_core/pipeline/shares.py ====
MODULES["migrator_core/pipeline/shares.py"] = r'''
"""Shared links: noted before the chats, carried over with the chat that each one shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..convert.access import Resource
from ..convert.chats import ChatContext
from ..convert.fingerprint import fingerprint
from ..convert.result import Skipped
from ..convert.shares import convert_link, has_ended, open_chat, readers, share_id
from ..outcome import Outcome, Reason, State
from .context import Context, skipped
from .sharing import Shares, shares_of
from .steps import Parcel, Step
from ..rows import ChatRow, Item, SharedChatRow
from ..source import Document
from ..source.models.base import parse
from ..source.models.conversation import Conversation
from ..source.models.message import Message
from ..source.models.shared_link import SharedLink
from ..source.values import Millis
from ..target import Written

COLLECTION = "sharedlinks"
_NOTE = "link"
_DATES = ("createdAt", "updatedAt", "expiredAt")


class LinksPhase:
 """``sharedlinks``: noted for later; only links of no use here get their outcome now."""

 name = "shared links"

 def __init__(self, context: Context) -> None:
  self._context = context

 def total(self) -> int | None:
  """Not known before the collection has been read."""
  return None

 def steps(self) -> Iterator[Step]:
  """Note every link under its conversation."""
  return self._context.each(COLLECTION, SharedLink, self._note)

 def written(self, written: Written) -> None:
  """Nothing is written here."""

 def _note(self, document: Document, link: SharedLink) -> Iterator[Step]:
  user = link.user or ""
  if user not in self._context.accounts:
   yield skipped(document, Reason.OWNER_NOT_MIGRATED)
  elif has_ended(link, self._context.started * 1000):
   yield skipped(document, Reason.EXPIRED)
  elif not link.conversation_id:
   yield skipped(document, Reason.CONVERSATION_MISSING)
  else:
   note = {"source_id": document.source_id, "link": link.model_dump(by_alias=True)}
   self._context.scratch.add_note(_NOTE, _key(user, link.conversation_id), note)


class UnusedLinksPhase:
 """The links of conversations that did not become chats."""

 name = "unused shared links"

 def __init__(self, context: Context) -> None:
  self._context = context

 def total(self) -> int | None:
  """Not known beforehand."""
  return None

 def steps(self) -> Iterator[Step]:
  """One skipped outcome a link."""
  for note in self._context.scratch.remaining_notes(_NOTE):
   link = _link(note)
   known = _key(link.user or "", link.conversation_id or "")
   missing = self._context.scratch.first_time("conversation", known)
   reason = Reason.CONVERSATION_MISSING if missing else Reason.RESOURCE_NOT_MIGRATED
   yield _left_out(note["source_id"], reason, f"conversation {link.conversation_id}")

 def written(self, written: Written) -> None:
  """Nothing is ever written here."""


@dataclass(frozen=True, slots=True)
class SharedStep:
 """A chat as it is with its link, the step that follows it, and the other links' outcomes."""

 row: ChatRow
 before: tuple[Step, ...] = ()
 after: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
 source_id: str
 link: SharedLink
 shares: Shares


class Sharer:
 """Gives chats their links."""

 def __init__(self, context: Context, taken: Mapping[str, str]) -> None:
  self._context = context
  self._taken = taken

 def share(
  self,
  conversation: Conversation,
  messages: Sequence[Message],
  scope: ChatContext,
  row: ChatRow,
 ) -> SharedStep:
  """The link of one chat; the links noted for its conversation are used up."""
  user = conversation.user or ""
  key = _key(user, conversation.conversation_id)
  notes = self._context.scratch.take_notes(_NOTE, key)
  self._context.claim(COLLECTION, [note["source_id"] for note in notes])
  before: list[Step] = []
  best: _Candidate | None = None
  for candidate in self._newest_first(notes, row.user_id):
   before += candidate.shares.steps
   if not readers(candidate.shares.grants):
    before += _unused(candidate, Reason.LINK_OFF, None)
   elif best is not None:
    kept = f"the link {best.link.share_id} was kept"
    before += _unused(candidate, Reason.ONE_LINK_PER_CHAT, kept)
   else:
    best = candidate
  if best is None:
   return SharedStep(row, tuple(before))
  return self._open(best, conversation, messages, scope, row, before)

 def _newest_first(self, notes: Sequence[dict[str, object]], owner: str) -> list[_Candidate]:
  candidates = []
  for note in notes:
   link = _link(note)
   label = f"shared link {link.share_id}"
   public = link.is_public and not self._context.permissions_incomplete
   resource = Resource("sharedLink", link.id, owner, label, shared=public)
   candidates.append(
    _Candidate(str(note["source_id"]), link, shares_of(self._context, resource))
   )
  return sorted(candidates, key=lambda each: each.link.created_at or 0, reverse=True)

 def _open(
  self,
  best: _Candidate,
  conversation: Conversation,
  messages: Sequence[Message],
  scope: ChatContext,
  row: ChatRow,
  before: list[Step],
 ) -> SharedStep:
  own_id = share_id(best.link, row.id, self._taken)
  if not self._context.scratch.first_time("share id", own_id):
   own_id = share_id(best.link, row.id, {own_id: ""})
  shared = convert_link(
   best.link,
   conversation,
   messages,
   scope,
   own_id=own_id,
   grants=readers(best.shares.grants),
  )
  if isinstance(shared, Skipped):
   before += _unused(best, shared.reason, shared.detail)
   return SharedStep(row, tuple(before))
  parcel = Parcel(
   Item(COLLECTION, best.source_id, shared.row, fingerprint(shared.row)),
   (*shared.notices, *best.shares.notices),
   children=best.shares.children,
   weight=_weight(shared.row),
  )
  return SharedStep(open_chat(row, shared), tuple(before), (parcel,))


def _unused(candidate: _Candidate, reason: Reason, detail: str | None) -> list[Step]:
 """The outcomes of a link that is left out, and of its permissions."""
 rest = Shares(carried=candidate.shares.carried)
 return [_left_out(candidate.source_id, reason, detail), *rest.unused()]


def _left_out(source_id: str, reason: Reason, detail: str | None) -> Outcome:
 return Outcome(COLLECTION, source_id, State.SKIPPED, None, reason, detail)


def _link(note: Mapping[str, object]) -> SharedLink:
 """A noted link; its dates were milliseconds, whatever their size."""
 data = note["link"]
 fields = dict(data) if isinstance(data, dict) else {}
 fields |= {name: Millis(fields[name]) for name in _DATES if fields.get(name) is not None}
 return parse(SharedLink, fields)


def _key(user: str, conversation_id: str) -> str:
 # Half a surrogate pair cannot be a key of the notes; its escape can.
 return f"{user}/{conversation_id}".encode("utf-8", "backslashreplace").decode("utf-8")


def _weight(row: SharedChatRow) -> int:
 messages = row.chat["history"]["messages"].values()
 return sum(len(message["content"]) + 500 for message in messages)
'''

# ==== migrator_core/pipeline/sharing.py ====
MODULES["migrator_core/pipeline/sharing.py"] = r'''
"""Permissions: read once, handed to prompts and agents, each with an outcome of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..convert.access import (
 EDIT,
 VIEW,
 Principals,
 Resource,
 grants_for,
 has_expired,
 principal_of,
)
from ..outcome import Notice, Outcome, Reason, State
from .context import Context
from .steps import Step
from ..rows import Grant
from ..source import Document
from ..source.models.access import AclEntry, Project
from ..source.models.base import InvalidDocumentError, parse
from ..source.values import Millis
from ..target import Written

COLLECTION = "aclentries"
RESOURCES = ("agent", "promptGroup", "sharedLink")
"""What can be shared in both systems."""


@dataclass(frozen=True, slots=True)
class Shares:
 """One resource's permissions: grants, and the outcomes of the entries they come from."""

 grants: tuple[Grant, ...] = ()
 notices: tuple[Notice, ...] = ()
 carried: tuple[str, ...] = ()
 steps: tuple[Step, ...] = ()

 def unused(self) -> Iterator[Step]:
  """The outcomes where the resource is not migrated after all."""
  yield from self.steps
  for source_id in self.carried:
   yield _left_out(source_id, Reason.RESOURCE_NOT_MIGRATED)

 @property
 def children(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
  """For the parcel of the resource."""
  return ((COLLECTION, self.carried),) if self.carried else ()


class SharingPhase:
 """``aclentries``: noted for later; only entries of no use here get their outcome now."""

 name = "permissions"

 def __init__(self, context: Context) -> None:
  self._context = context

 def total(self) -> int | None:
  """Not known before the collection has been read."""
  return None

 def steps(self) -> Iterator[Step]:
  """Note every entry under what it gives access to."""
  # LibreChat 0.8 has both collections. Without a single entry, everything in the old shared
  # project would look as if it had never been restricted.
  lost = self._context.has("accessroles") and not self._context.has(COLLECTION)
  self._context.permissions_incomplete = lost
  for step in self._context.each(COLLECTION, AclEntry, self._note):
   if isinstance(step, Outcome) and step.state is State.FAILED:
    self._context.permissions_incomplete = True
   yield step

 def written(self, written: Written) -> None:
  """Nothing is written here."""

 def _note(self, document: Document, entry: AclEntry) -> Iterator[Step]:
  if entry.resource_type in RESOURCES and entry.resource_id:
   key = f"{entry.resource_type}/{entry.resource_id}"
   note = {"source_id": document.source_id, "entry": entry.model_dump(by_alias=True)}
   self._context.scratch.add_note("acl", key, note)
  else:
   # An entry that does not say what it is about may be about anything.
   unknown = entry.resource_type is None or entry.resource_id is None
   self._context.permissions_incomplete |= unknown
   yield _left_out(document.source_id, Reason.NOT_SUPPORTED, entry.resource_type)


class UnusedSharesPhase:
 """The permissions of things that were not migrated."""

 name = "unused permissions"

 def __init__(self, context: Context) -> None:
  self._context = context

 def total(self) -> int | None:
  """Not known beforehand."""
  return None

 def steps(self) -> Iterator[Step]:
  """One skipped outcome an entry."""
  for note in self._context.scratch.remaining_notes("acl"):
   entry = _entry(note)
   detail = f"{entry.resource_type} {entry.resource_id}"
   yield _left_out(note["source_id"], Reason.RESOURCE_NOT_MIGRATED, detail)

 def written(self, written: Written) -> None:
  """Nothing is written here."""


def instance_projects(context: Context) -> list[Project]:
 """The containers by which things were shared before LibreChat 0.8. Blocking."""
 projects: list[Project] = []
 if context.permissions_incomplete or not context.has("projects"):
  return projects
 for document in context.backup.documents("projects"):
  if document.data is None:
   continue
  try:
   projects.append(parse(Project, document.data))
  except InvalidDocumentError:
   continue  # counted with the other collections; it shares nothing
 return projects


def shares_of(context: Context, resource: Resource) -> Shares:
 """The permissions of one resource; its notes are used up."""
 notes = []
 if resource.source_id is not None:
  key = f"{resource.type}/{resource.source_id}"
  notes = context.scratch.take_notes("acl", key)
  context.claim(COLLECTION, [note["source_id"] for note in notes])
 entries = [(note["source_id"], _entry(note)) for note in notes]
 principals = Principals(context.accounts, context.groups, context.started * 1000)
 grants, notices = grants_for(resource, [entry for _, entry in entries], principals)
 carried: list[str] = []
 steps: list[Step] = []
 for source_id, entry in entries:
  if has_expired(entry, principals.now):
   steps.append(_left_out(source_id, Reason.EXPIRED))
  elif not entry.permission_bits & (VIEW | EDIT):
   steps.append(_left_out(source_id, Reason.NOT_SUPPORTED, "neither view nor edit"))
  elif principal_of(entry, principals) is None:
   whom = f"{entry.principal_type} {entry.principal_id or ''}".strip()
   steps.append(_left_out(source_id, Reason.PRINCIPAL_MISSING, whom))
  else:
   carried.append(source_id)
 return Shares(grants, notices, tuple(carried), tuple(steps))


def _entry(note: dict[str, Any]) -> AclEntry:
 """A noted permission; its date was milliseconds, whatever its size."""
 fields = dict(note["entry"])
 if fields.get("expiredAt") is not None:
  fields["expiredAt"] = Millis(fields["expiredAt"])
 return parse(AclEntry, fields)


def _left_out(source_id: str, reason: Reason, detail: str | None = None) -> Outcome:
 return Outcome(COLLECTION, source_id, State.SKIPPED, None, reason, detail)
'''

# ==== migrator_core/pipeline/steps.py ====
MODULES["migrator_core/pipeline/steps.py"] = r'''
"""What a phase yields, one step at a time, and how steps are carried out.

A phase is a plain generator that reads and converts; it runs in a worker thread, so that the event
loop of the server it may live in stays free. This module takes its steps in small portions, writes
what is to be written and records every outcome. While one portion is written, the next one is
already being converted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, TypeAlias

from ..errors import AbortedError
from ..outcome import Notice, Outcome, Reason, State, WarningCode
from .journal import Journal
from ..rows import Item
from ..target import Account, Writer, Written

PORTION_ITEMS = 100
PORTION_WEIGHT = 750_000
"""Bytes of text in one transaction, about. Both bounds keep it well under half a second, even in a
server whose other work gets in between: ``make bench ARGS=neighbour`` measures it."""


@dataclass(frozen=True, slots=True)
class Found:
 """Documents that were read from the backup."""

 collection: str
 count: int = 1


@dataclass(frozen=True, slots=True)
class Parcel:
 """A row to write, with the warnings that count once it has arrived."""

 item: Item
 notices: tuple[Notice, ...] = ()
 children: tuple[tuple[str, Sequence[str]], ...] = ()
 weight: int = 1000
 open_blob: Callable[[], BinaryIO] | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
 """A file that is no document of the backup but belongs to the rows that follow it."""

 item: Item
 open_blob: Callable[[], BinaryIO]
 where: str
 weight: int = 1000


@dataclass(frozen=True, slots=True)
class NewPassword:
 """An existing account that is to get its LibreChat password."""

 account: Account
 password_hash: str
 notice: Notice


Step: TypeAlias = Found | Outcome | Notice | Parcel | Enclosure | NewPassword


class Phase(Protocol):
 """One collection's way from the backup to the target."""

 name: str

 def total(self) -> int | None:
  """How many documents will get an outcome, where that is known beforehand."""

 def steps(self) -> Iterator[Step]:
  """Read and convert. Runs in a worker thread."""

 def written(self, written: Written) -> None:
  """Learn what became of a row."""


class StoppedError(AbortedError):
 """Somebody asked the run to stop."""


@dataclass(slots=True)
class Driver:
 """Carries out the steps of one phase after the other, until ``stop`` is set."""

 writer: Writer
 journal: Journal
 stop: asyncio.Event
 _outcomes: list[Outcome] = field(default_factory=list)
 _notices: list[Notice] = field(default_factory=list)

 async def drive(self, phase: Phase) -> None:
  """Run a phase to its end."""
  self.journal.progress.start(phase.name, phase.total())
  steps = phase.steps()
  upcoming = asyncio.create_task(asyncio.to_thread(_portion, steps))
  try:
   while portion := await upcoming:
    upcoming = asyncio.create_task(asyncio.to_thread(_portion, steps))
    await self._carry_out(phase, portion)
    if self.stop.is_set():
     raise StoppedError("the run was stopped. It is safe to run again.")
  finally:
   # A thread cannot be cancelled: wait, or it would go on reading a closed backup.
   await asyncio.gather(upcoming, return_exceptions=True)
  await self.close()

 async def close(self) -> None:
  """Hand over what has been noted so far."""
  await self._record(final=True)

 async def _carry_out(self, phase: Phase, portion: Sequence[Step]) -> None:
  await self._enclose(step for step in portion if isinstance(step, Enclosure))
  rows = [step for step in portion if isinstance(step, Parcel) and step.open_blob is None]
  results = iter(await self.writer.write([parcel.item for parcel in rows]) if rows else [])
  for step in portion:
   match step:
    case Found():
     self.journal.found(step.collection, step.count)
    case Notice():
     self.warn(step)
    case Outcome():
     self.journal.outcome(step)
     self._outcomes.append(step)
    case NewPassword():
     if await self.writer.set_password(step.account, step.password_hash):
      self.warn(step.notice)
    case Parcel(open_blob=None):
     self._arrived(phase, step, next(results))
    case Parcel(open_blob=open_blob) if open_blob is not None:
     self._arrived(phase, step, await self.writer.write_file(step.item, open_blob))
  await self._record()

 async def _enclose(self, enclosures: Iterable[Enclosure]) -> None:
  """Store files; the ledger knows them from the writer."""
  for enclosure in enclosures:
   written = await self.writer.write_file(enclosure.item, enclosure.open_blob)
   if written.state in {State.FAILED, State.SKIPPED}:
    why = written.detail or written.reason or written.state
    self.warn(Notice(WarningCode.FILE_REFERENCE_LOST, f"{enclosure.where}: {why}"))

 def warn(self, notice: Notice) -> None:
  """Note a warning."""
  self.journal.warn(notice)
  self._notices.append(notice)

 def _arrived(self, phase: Phase, parcel: Parcel, written: Written) -> None:
  """Note what became of a row, which the ledger knows from the writer already."""
  item = parcel.item
  phase.written(written)
  self.journal.outcome(
   Outcome(
    collection=item.collection,
    source_id=item.source_id,
    state=written.state,
    target_id=written.target_id,
    reason=written.reason,
    detail=written.detail,
    size=item.size,
   )
  )
  for collection, source_ids in parcel.children:
   for source_id in source_ids:
    self.journal.outcome(_child_outcome(collection, source_id, written))
  if written.state is State.MIGRATED:
   for notice in parcel.notices:
    self.warn(notice)

 async def _record(self, *, final: bool = False) -> None:
  """Tell the ledger of documents without a row and of warnings, a good number at a time."""
  if final or len(self._outcomes) + len(self._notices) >= PORTION_ITEMS:
   outcomes, self._outcomes = self._outcomes, []
   notices, self._notices = self._notices, []
   if outcomes:
    await self.writer.record(outcomes)
   if notices:
    await self.writer.note(notices)


def _child_outcome(collection: str, source_id: str, written: Written) -> Outcome:
 reason = written.reason
 if written.state is State.FAILED:
  reason = Reason.PARENT_FAILED
 return Outcome(
  collection=collection,
  source_id=source_id,
  state=written.state,
  target_id=written.target_id,
  reason=reason,
 )


def _portion(steps: Iterator[Step]) -> list[Step]:
 """The next steps, as many as make one short transaction; none at the end."""
 portion: list[Step] = []
 weight = 0
 for step in steps:
  portion.append(step)
  weight += step.weight if isinstance(step, Parcel | Enclosure) else 100
  if len(portion) >= PORTION_ITEMS * 3 or weight >= PORTION_WEIGHT:
   break
 return portion
'''

# ==== migrator_core/pipeline/strays.py ====
MODULES["migrator_core/pipeline/strays.py"] = r'''
"""Files in the backup that messages show and LibreChat has no record of.

The image tools of LibreChat before 0.8 saved pictures to ``/images/<user>/`` and left nothing but
a link in the answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from ..convert.content.embedded import FoundBytes, content_type_of, file_row
from ..convert.files import FileLink, file_link, safe_filename
from .context import Context
from ..rows import FileRow
from ..source import Blob, BlobError

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Stray:
 """Bytes in the backup, and the record they are to get."""

 row: FileRow
 blob: Blob


@dataclass(frozen=True, slots=True)
class Found:
 """Where paths lead: ``links`` by path, and the files to store first by their target id."""

 links: Mapping[str, FileLink]
 strays: Mapping[str, Stray]


def find_paths(
 context: Context,
 paths: set[str],
 *,
 user: str,
 owner: str,
 created_at: int,
 provenance: Mapping[str, str],
) -> Found:
 """Look up a user's own paths, first among the migrated files."""
 known = context.scratch.links_by_path(user, paths)
 links = {path: link for path, link in known.items() if link is not None}
 strays: dict[str, Stray] = {}
 for path in sorted(paths - known.keys()):
  try:
   blob = context.backup.blobs.find(path, user=user)
   if blob.size == 0:
    continue
   with blob.open() as content:
    digest, size = digest_of(content)
  except (BlobError, OSError):
   continue
  name = safe_filename(blob.name)
  row = file_row(
   FoundBytes(digest, size, content_type_of(name), name),
   user=user,
   owner_id=owner,
   created_at=created_at,
   provenance={**provenance, "filepath": path},
  )
  links[path] = file_link(row)
  strays[row.id] = Stray(row, blob)
 return Found(links, strays)


def digest_of(content: BinaryIO) -> tuple[str, int]:
 """SHA-256 in hex and the number of bytes."""
 digest = hashlib.sha256()
 size = 0
 while chunk := content.read(_CHUNK):
  digest.update(chunk)
  size += len(chunk)
 return digest.hexdigest(), size
'''

# ==== migrator_core/pipeline/tags.py ====
MODULES["migrator_core/pipeline/tags.py"] = r'''
"""Bookmarks: the list of tags that each person keeps."""

from __future__ import annotations

from collections.abc import Iterator

from ..convert.fingerprint import fingerprint
from ..convert.tags import tag_row
from ..outcome import Reason
from .context import Context, skipped
from .steps import Parcel, Step
from ..rows import Item
from ..source import Document
from ..source.models.tag import ConversationTag
from ..target import Written


class TagsPhase:
 """``conversationtags``. Tags that only conversations name come with their chats."""

 name = "tags"

 def __init__(self, context: Context) -> None:
  self._context = context

 def total(self) -> int | None:
  """Not known before the collection has been read."""
  return None

 def steps(self) -> Iterator[Step]:
  """One step a bookmark."""
  return self._context.each("conversationtags", ConversationTag, self._convert)

 def written(self, written: Written) -> None:
  """Nothing later depends on these rows."""

 def _convert(self, document: Document, tag: ConversationTag) -> Iterator[Step]:
  owner = self._context.accounts.get(tag.user or "")
  if owner is None:
   yield skipped(document, Reason.OWNER_NOT_MIGRATED)
   return
  row = tag_row(tag.tag or "", owner)
  if row is None:
   yield skipped(document, Reason.NO_TEXT)
   return
  yield Parcel(Item(document.collection, document.source_id, row, fingerprint(row)))
'''

# ==== migrator_core/pipeline/users.py ====
MODULES["migrator_core/pipeline/users.py"] = r'''
"""Users: who becomes an account, and whose content goes to which account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..convert.accounts import (
 AccountPlan,
 Decision,
 Fate,
 Identity,
 identity_of,
 plan_accounts,
)
from ..convert.avatars import data_uri
from ..convert.fingerprint import fingerprint
from ..convert.users import convert_user, usable_hash
from ..outcome import Notice, Outcome, Reason, State, WarningCode
from .context import Context, skipped
from .steps import NewPassword, Parcel, Step
from ..rows import Item
from ..source import Document
from ..source.models.base import InvalidDocumentError, parse
from ..source.models.user import User
from ..target import Account, Written


def read_identities(context: Context) -> list[Identity]:
 """What the plan needs of every user. Blocking: run it in a thread."""
 if not context.has("users"):
  return []
 identities = []
 for position, document in enumerate(context.backup.documents("users")):
  if document.data is None:
   continue
  try:
   identities.append(identity_of(parse(User, document.data), position))
  except InvalidDocumentError:
   continue  # the phase gives it its outcome
 return identities


def plan(identities: list[Identity], existing: Mapping[str, Account]) -> AccountPlan:
 """The fate of every user, given the accounts that Open WebUI has already."""
 return plan_accounts(identities, {email: account.id for email, account in existing.items()})


class UsersPhase:
 """``users``: new accounts, and the content of users who have one already."""

 name = "users"

 def __init__(
  self, context: Context, plan: AccountPlan, existing: Mapping[str, Account]
 ) -> None:
  self._context = context
  self._plan = plan
  self._existing = existing

 def total(self) -> int | None:
  """One outcome a user; unreadable documents come on top."""
  return len(self._plan.decisions)

 def steps(self) -> Iterator[Step]:
  """One step a user; users who share an account with another one follow in a later phase."""
  yield from self._plan.notices
  yield from self._context.each("users", User, self._convert)

 def written(self, written: Written) -> None:
  """From now on this user's content has an owner."""
  if written.target_id is not None:
   self._context.accounts[written.item.source_id] = written.target_id

 def _convert(self, document: Document, user: User) -> Iterator[Step]:
  decision = self._plan.decisions[user.id]
  if not self._context.scratch.first_time("user", user.id):
   yield skipped(document, Reason.DUPLICATE)
  elif decision.skipped is not None:
   yield skipped(document, decision.skipped.reason, decision.skipped.detail)
  elif decision.fate is Fate.EXISTING:
   yield from self._existing_account(user, decision)
  elif decision.fate is Fate.CREATE:
   yield self._new_account(user)
  # A merged user gets the outcome in MergedUsersPhase, when the other account is known
  # to have arrived.

 def _new_account(self, user: User) -> Step:
  content = self._context.picture(user.avatar, user.id) if user.avatar else None
  avatar = data_uri(content) if content else None
  converted = convert_user(user, avatar=avatar, fallback=self._context.started)
  row = converted.row
  return Parcel(
   Item("users", user.id, row, fingerprint(row)),
   converted.notices,
   weight=1000 + len(row.profile_image_url),
  )

 def _existing_account(self, user: User, decision: Decision) -> Iterator[Step]:
  account = self._existing[decision.email or ""]
  self._context.accounts[user.id] = account.id
  yield Outcome("users", user.id, State.EXISTING, account.id)
  password = (user.password or "").strip()
  wanted = self._context.settings.prefer_import_password and account.role != "admin"
  if wanted and usable_hash(password):
   notice = Notice(WarningCode.PASSWORD_REPLACED, account.email)
   yield NewPassword(account, password, notice)


class MergedUsersPhase:
 """Users whose content goes to the account of another user of the backup."""

 name = "merged users"

 def __init__(self, context: Context, plan: AccountPlan) -> None:
  self._context = context
  self._plan = plan

 def total(self) -> int | None:
  """One outcome a user."""
  return len(self._plan.of(Fate.MERGE))

 def steps(self) -> Iterator[Step]:
  """One outcome a user: the other account has arrived, or it has not."""
  for source_id in self._plan.of(Fate.MERGE):
   kept = self._plan.decisions[source_id].kept or ""
   account = self._context.accounts.get(kept)
   if account is None:
    detail = f"the account of user {kept}, which has the same e-mail address"
    yield Outcome("users", source_id, State.FAILED, None, Reason.PARENT_FAILED, detail)
   else:
    self._context.accounts[source_id] = account
    yield Outcome("users", source_id, State.EXISTING, account)

 def written(self, written: Written) -> None:
  """Nothing is written here."""
'''

# ==== migrator_core/progress.py ====
MODULES["migrator_core/progress.py"] = r'''
"""How far a run is: counters and one stream of events.

The terminal, a Job's log and the Function all watch the same :class:`Progress`; none of them is
known here.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from .outcome import Notice


class EventKind(StrEnum):
 """What an event is about."""

 PHASE = "phase"
 NOTE = "note"
 WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Event:
 """Something worth a line: ``code`` is a phase's name or a warning's code."""

 kind: EventKind
 text: str
 code: str = ""


Listener = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Snapshot:
 """The state at one moment. ``rate`` is in documents a second, ``remaining`` in seconds."""

 phase: str
 phase_number: int
 phase_count: int
 done: int
 total: int | None
 elapsed: float
 rate: float
 remaining: float | None
 warnings: int


@dataclass(slots=True)
class Progress:
 """Counters of the phase that runs now, and what earlier phases came to."""

 phase_count: int = 0
 clock: Callable[[], float] = time.monotonic
 listeners: list[Listener] = field(default_factory=list)
 phase: str = "starting"
 phase_number: int = 0
 done: int = 0
 total: int | None = None
 warnings: int = 0
 history: list[tuple[str, int]] = field(default_factory=list)
 _run_began: float | None = None
 _phase_began: float = 0.0

 def emit(self, kind: EventKind, text: str, code: str = "") -> None:
  """Tell every listener."""
  event = Event(kind, text, code)
  for listener in self.listeners:
   listener(event)

 def start(self, phase: str, total: int | None = None) -> None:
  """Begin a phase of ``total`` documents, None where nobody knows."""
  now = self.clock()
  if self._run_began is None:
   self._run_began = now
  if self.phase_number:
   self.history.append((self.phase, self.done))
  self._phase_began = now
  self.phase, self.done, self.total = phase, 0, total
  self.phase_number += 1
  self.emit(EventKind.PHASE, phase, phase)

 def advance(self, count: int = 1) -> None:
  """Note that ``count`` more documents have their outcome."""
  self.done += count

 def warn(self, notice: Notice) -> None:
  """Count a warning and tell it."""
  self.warnings += 1
  self.emit(EventKind.WARNING, notice.detail, notice.code.value)

 def to_json(self) -> dict[str, Any]:
  """The snapshot and the earlier phases, as the ledger keeps them for other processes."""
  return {**asdict(self.snapshot()), "history": [list(phase) for phase in self.history]}

 def snapshot(self) -> Snapshot:
  """What a display shows now."""
  now = self.clock()
  in_phase = now - self._phase_began
  rate = self.done / in_phase if in_phase > 0 else 0.0
  left = None if self.total is None else max(self.total - self.done, 0)
  return Snapshot(
   phase=self.phase,
   phase_number=self.phase_number,
   phase_count=max(self.phase_count, self.phase_number),
   done=self.done,
   total=self.total,
   elapsed=now - (now if self._run_began is None else self._run_began),
   rate=rate,
   remaining=left / rate if left is not None and rate > 0 else None,
   warnings=self.warnings,
  )
'''

# ==== migrator_core/report/__init__.py ====
MODULES["migrator_core/report/__init__.py"] = r'''
"""The three reports of a run: JSON for programs, Markdown and HTML for people."""

from __future__ import annotations

from .data import BackupInfo, Report, RunInfo, isoformat
from .files import write_reports
from .summary import headline, summary_lines

__all__ = [
 "BackupInfo",
 "Report",
 "RunInfo",
 "headline",
 "isoformat",
 "summary_lines",
 "write_reports",
]
'''

# ==== migrator_core/report/data.py ====
MODULES["migrator_core/report/data.py"] = r'''
"""What a report says, whatever it is written as."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ..outcome import Notice, Outcome

FIRST = (
 "users",
 "conversations",
 "messages",
 "files",
 "promptgroups",
 "prompts",
 "agents",
 "groups",
 "conversationtags",
)
"""The collections that people look for, in the order in which they ask."""


@dataclass(frozen=True, slots=True)
class RunInfo:
 """The run itself. ``started_at`` and ``finished_at`` are seconds since the epoch."""

 id: str
 mode: str
 started_at: int
 finished_at: int
 tool_version: str
 open_webui_version: str
 state: str

 def to_json(self) -> dict[str, Any]:
  """The ``run`` object of ``report.json``."""
  return {
   "id": self.id,
   "mode": self.mode,
   "started_at": isoformat(self.started_at),
   "finished_at": isoformat(self.finished_at),
   "tool_version": self.tool_version,
   "open_webui_version": self.open_webui_version,
   "state": self.state,
  }


@dataclass(frozen=True, slots=True)
class BackupInfo:
 """The backup a run read."""

 path: str
 kind: str
 fingerprint: str

 def to_json(self) -> dict[str, str]:
  """The ``backup`` object of ``report.json``."""
  return {"path": self.path, "kind": self.kind, "fingerprint": self.fingerprint}


@dataclass(frozen=True, slots=True)
class Report:
 """Everything a report shows."""

 run: RunInfo
 backup: BackupInfo
 collections: Mapping[str, Mapping[str, Any]]
 items: Callable[[], Iterable[Outcome]]
 warnings: Callable[[], Iterable[Notice]]

 def ordered(self) -> list[tuple[str, Mapping[str, Any]]]:
  """The collections as people want to see them: what matters most comes first."""
  last = len(FIRST)
  return sorted(
   self.collections.items(),
   key=lambda entry: (FIRST.index(entry[0]) if entry[0] in FIRST else last, entry[0]),
  )

 def totals(self) -> dict[str, int]:
  """Documents over all collections: found, migrated, existing, skipped, failed."""
  totals = dict.fromkeys(("found", "migrated", "existing", "skipped", "failed"), 0)
  for entry in self.collections.values():
   for key in ("found", "migrated", "existing"):
    totals[key] += entry[key]
   for key in ("skipped", "failed"):
    totals[key] += sum(entry[key].values())
  return totals

 def reasons(self, kind: str) -> Iterator[tuple[str, str, int]]:
  """``(collection, reason, count)`` for ``skipped`` or ``failed``."""
  for name, entry in self.ordered():
   for reason, count in entry[kind].items():
    yield name, reason, count


def isoformat(seconds: int) -> str:
 """Seconds since the epoch as ISO 8601 in UTC."""
 return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
'''

# ==== migrator_core/report/files.py ====
MODULES["migrator_core/report/files.py"] = r'''
"""Writes ``report.json``, ``report.md`` and ``report.html`` into a directory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from .data import Report
from .html import html_chunks
from .markdown import markdown_chunks

_CHUNK = 256 * 1024


async def write_reports(report: Report, directory: Path) -> list[Path]:
 """Write all three, each complete or not at all, and give their paths."""
 writers: dict[str, Callable[[Report], Iterator[str]]] = {
  "report.json": json_chunks,
  "report.md": markdown_chunks,
  "report.html": html_chunks,
 }
 import aiofiles.os  # noqa: PLC0415 - optional: the bundled file loads without it

 await aiofiles.os.makedirs(directory, exist_ok=True)
 paths = []
 for name, chunks in writers.items():
  path = directory / name
  await _write(path, chunks(report))
  paths.append(path)
 return paths


async def _write(path: Path, chunks: Iterator[str]) -> None:
 import aiofiles.os  # noqa: PLC0415 - as above

 unfinished = path.with_name(f".{path.name}.unfinished")
 async with aiofiles.open(unfinished, "w", encoding="utf-8", errors="backslashreplace") as file:
  buffered: list[str] = []
  size = 0
  for chunk in chunks:
   buffered.append(chunk)
   size += len(chunk)
   if size >= _CHUNK:
    await file.write("".join(buffered))
    buffered, size = [], 0
  await file.write("".join(buffered))
 await aiofiles.os.replace(unfinished, path)


def json_chunks(report: Report) -> Iterator[str]:
 """``report.json`` piece by piece: its lists may be longer than memory is large."""
 yield '{\n"run": ' + _dump(report.run.to_json())
 yield ',\n"backup": ' + _dump(report.backup.to_json())
 yield ',\n"collections": ' + _dump(dict(report.collections))
 yield ',\n"items": ['
 yield from _separated(
  {
   "collection": item.collection,
   "source_id": item.source_id,
   "target_id": item.target_id,
   "state": item.state,
   "reason": item.reason,
   "detail": item.detail,
  }
  for item in report.items()
 )
 yield '],\n"warnings": ['
 yield from _separated(
  {"code": notice.code, "detail": notice.detail} for notice in report.warnings()
 )
 yield "]\n}\n"


def _separated(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
 separator = "\n"
 for entry in entries:
  yield separator + _dump(entry)
  separator = ",\n"


def _dump(value: dict[str, Any]) -> str:
 return json.dumps(value, ensure_ascii=False)
'''

# ==== migrator_core/report/grouping.py ====
MODULES["migrator_core/report/grouping.py"] = r'''
"""Items and warnings sorted into groups that a person can read, in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..outcome import Reason, State, WarningCode
from .data import Report

SHOWN = 200
"""Entries of one group that are shown; ``report.json`` has them all."""


@dataclass(slots=True)
class Group:
 """Entries with the same meaning: how many, and the first of them as ``(id, detail)``."""

 count: int = 0
 entries: list[tuple[str, str]] = field(default_factory=list)

 def add(self, name: str, detail: str) -> None:
  """Count one entry, and keep it while there is room."""
  self.count += 1
  if len(self.entries) < SHOWN:
   self.entries.append((name, detail))

 @property
 def hidden(self) -> int:
  """How many entries are counted but not shown."""
  return self.count - len(self.entries)


def item_groups(report: Report) -> dict[tuple[State, Reason, str], Group]:
 """Skipped and failed documents by state, reason and collection; failures first."""
 groups: dict[tuple[State, Reason, str], Group] = {}
 for item in report.items():
  if item.reason is not None:
   group = groups.setdefault((item.state, item.reason, item.collection), Group())
   group.add(item.source_id, item.detail or "")
 order = list(Reason)
 return dict(
  sorted(groups.items(), key=lambda g: (g[0][0] != State.FAILED, order.index(g[0][1])))
 )


def warning_groups(report: Report) -> dict[WarningCode, Group]:
 """Warnings by code, in the order of the codes."""
 groups: dict[WarningCode, Group] = {}
 for notice in report.warnings():
  groups.setdefault(notice.code, Group()).add("", notice.detail)
 return {code: groups[code] for code in WarningCode if code in groups}
'''

# ==== migrator_core/report/html.py ====
MODULES["migrator_core/report/html.py"] = r'''
"""``report.html``: one file that opens anywhere, in light and dark, without a network."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ..outcome import EXPLANATIONS
from .data import Report, isoformat
from .grouping import Group, item_groups, warning_groups
from .summary import headline

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --good: #1a7f37; --bad: #c62828;
  --warn: #9a6700 }
@media (prefers-color-scheme: dark) { :root { --good: #57c26e; --bad: #ff7b72; --warn: #d9a63a } }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto;
  padding: 2rem 1rem 4rem; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem }
.headline { font-size: 1.1rem; padding: .75rem 1rem; border-radius: .5rem; background: var(--soft);
  border-left: .3rem solid var(--good) }
.headline.bad { border-color: var(--bad) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem }
dt { opacity: .7 } dd { margin: 0 }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { padding: .35rem .6rem; border-bottom: 1px solid var(--line); text-align: right }
th:first-child, td:first-child { text-align: left }
td.zero { opacity: .35 } td.bad { color: var(--bad); font-weight: 600 }
details { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem;
  margin: .5rem 0 }
summary { cursor: pointer } summary b { font-weight: 600 }
.failed > summary b { color: var(--bad) } .warning > summary b { color: var(--warn) }
li { margin: .15rem 0 } code { font-size: .9em }
"""


def html_chunks(report: Report) -> Iterator[str]:
 """The report as a page, piece by piece. Everything from the backup is escaped."""
 run, backup = report.run, report.backup
 title = "Preview" if run.mode == "dry-run" else "Migration"
 bad = " bad" if report.totals()["failed"] or run.state != "finished" else ""
 yield (
  '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
  '<meta name="viewport" content="width=device-width, initial-scale=1">'
  f"<title>{title} from LibreChat to Open WebUI</title><style>{_STYLE}</style></head><body>\n"
  f"<h1>{title} from LibreChat to Open WebUI</h1>\n"
  f'<p class="headline{bad}">{escape(headline(report))}</p>\n<dl>'
 )
 for term, text in (
  ("Run", f"{run.id} ({run.mode}), {run.state}"),
  ("Time", f"{isoformat(run.started_at)} to {isoformat(run.finished_at)}"),
  ("Versions", f"Open WebUI {run.open_webui_version}, tool {run.tool_version}"),
  ("Backup", f"{backup.path} ({backup.kind})"),
 ):
  yield f"<dt>{term}</dt><dd>{escape(text)}</dd>"
 yield "</dl>\n"
 yield from _table(report)
 groups = item_groups(report)
 if groups:
  yield "<h2>Not migrated</h2>\n"
 for (state, reason, collection), group in groups.items():
  heading = f"{collection}: {state} — {reason}"
  yield from _group(heading, EXPLANATIONS[reason], group, kind=state.value)
 warnings = warning_groups(report)
 if warnings:
  yield "<h2>Warnings</h2>\n"
 for code, group in warnings.items():
  yield from _group(code.value, EXPLANATIONS[code], group, kind="warning")
 yield "</body></html>\n"


def _table(report: Report) -> Iterator[str]:
 yield '<div class="scroll"><table><thead><tr><th>collection</th>'
 yield "".join(f"<th>{name}</th>" for name in ("found", "migrated", "existing", "skipped"))
 yield "<th>failed</th></tr></thead><tbody>\n"
 for name, entry in report.ordered():
  skipped, failed = sum(entry["skipped"].values()), sum(entry["failed"].values())
  yield f"<tr><td>{escape(name)}</td>"
  for count in (entry["found"], entry["migrated"], entry["existing"], skipped):
   yield f"<td>{count:,}</td>" if count else '<td class="zero">0</td>'
  yield f'<td class="bad">{failed:,}</td>' if failed else '<td class="zero">0</td>'
  yield "</tr>\n"
 yield "</tbody></table></div>\n"


def _group(heading: str, explanation: str, group: Group, *, kind: str) -> Iterator[str]:
 yield (
  f'<details class="{kind}"><summary><b>{escape(heading)}</b> ({group.count:,})</summary>'
  f"<p>{escape(explanation)}</p><ul>\n"
 )
 for name, detail in group.entries:
  code = f"<code>{escape(name)}</code>" if name else ""
  separator = " — " if name and detail else ""
  yield f"<li>{code}{separator}{escape(detail)}</li>\n"
 if group.hidden:
  yield f"<li>… and {group.hidden:,} more, all of them in report.json</li>\n"
 yield "</ul></details>\n"
'''

# ==== migrator_core/report/markdown.py ====
MODULES["migrator_core/report/markdown.py"] = r'''
"""``report.md``: the report for a ticket or a wiki."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..outcome import EXPLANATIONS
from .data import Report, isoformat
from .grouping import Group, item_groups, warning_groups
from .summary import headline


def markdown_chunks(report: Report) -> Iterator[str]:
 """The report in Markdown, piece by piece. Text from the backup is escaped."""
 run, backup = report.run, report.backup
 title = "Preview" if run.mode == "dry-run" else "Migration"
 yield f"# {title} from LibreChat to Open WebUI\n\n**{headline(report)}**\n\n"
 yield (
  f"- Run: `{run.id}` ({run.mode}), {run.state}\n"
  f"- From {isoformat(run.started_at)} to {isoformat(run.finished_at)}\n"
  f"- Open WebUI {_escape(run.open_webui_version)}, tool {run.tool_version}\n"
  f"- Backup: {_escape(backup.path)} ({backup.kind})\n\n"
 )
 yield from _table(report)
 groups = item_groups(report)
 if groups:
  yield "\n## Not migrated\n"
 for (state, reason, collection), group in groups.items():
  yield f"\n### {collection}: {state} — {reason} ({group.count:,})\n\n"
  yield f"{EXPLANATIONS[reason]}\n\n"
  yield from _entries(group)
 warnings = warning_groups(report)
 if warnings:
  yield "\n## Warnings\n"
 for code, group in warnings.items():
  yield f"\n### {code} ({group.count:,})\n\n{EXPLANATIONS[code]}\n\n"
  yield from _entries(group)


def _table(report: Report) -> Iterator[str]:
 yield "| collection | found | migrated | existing | skipped | failed |\n"
 yield "| --- | ---: | ---: | ---: | ---: | ---: |\n"
 for name, entry in report.ordered():
  skipped, failed = sum(entry["skipped"].values()), sum(entry["failed"].values())
  yield (
   f"| {_escape(name)} | {entry['found']:,} | {entry['migrated']:,} "
   f"| {entry['existing']:,} | {skipped:,} | {failed:,} |\n"
  )


def _entries(group: Group) -> Iterator[str]:
 for name, detail in group.entries:
  parts = [f"`{_code(name)}`"] if name else []
  if detail:
   parts.append(_escape(detail))
  yield f"- {' — '.join(parts)}\n"
 if group.hidden:
  yield f"- … and {group.hidden:,} more, all of them in report.json\n"


def _escape(text: str) -> str:
 one_line = " ".join(text.split())
 return re.sub(r"([\\`*_{}\[\]<>#|!~])", r"\\\1", one_line)


def _code(text: str) -> str:
 return " ".join(text.split()).replace("`", "'")
'''

# ==== migrator_core/report/summary.py ====
MODULES["migrator_core/report/summary.py"] = r'''
"""A report in a few lines, for a terminal and a Job's log."""

from __future__ import annotations

from collections import Counter

from ..outcome import EXPLANATIONS, Reason, WarningCode
from .data import Report


def headline(report: Report) -> str:
 """One line that says how the run ended."""
 totals = report.totals()
 did = "would migrate" if report.run.mode == "dry-run" else "migrated"
 counts = (
  f"{did} {totals['migrated']:,}, already there {totals['existing']:,}, "
  f"skipped {totals['skipped']:,}, failed {totals['failed']:,} "
  f"of {totals['found']:,} documents"
 )
 if report.run.state != "finished":
  return f"{report.run.state}: {counts} so far; run again to continue"
 return counts


def summary_lines(report: Report) -> list[str]:
 """The table of collections, the reasons and the warnings, one line each."""
 width = max((len(name) for name in report.collections), default=10)
 lines = [
  f"{'':{width}}  {'found':>9} {'migrated':>9} {'existing':>9} {'skipped':>9} {'failed':>9}"
 ]
 for name, entry in report.ordered():
  skipped, failed = sum(entry["skipped"].values()), sum(entry["failed"].values())
  lines.append(
   f"{name:{width}}  {entry['found']:>9,} {entry['migrated']:>9,} "
   f"{entry['existing']:>9,} {skipped:>9,} {failed:>9,}"
  )
 for kind in ("skipped", "failed"):
  for reason, places in _grouped(report, kind).items():
   where = ", ".join(f"{count:,} {name}" for name, count in places)
   lines.append(f"{kind}: {reason}: {where}. {EXPLANATIONS[Reason(reason)]}")
 for code, count in warning_counts(report).items():
  lines.append(f"warning: {code}: {count:,}. {EXPLANATIONS[code]}")
 return lines


def warning_counts(report: Report) -> dict[WarningCode, int]:
 """How often each warning was given, in the order of the codes."""
 counts = Counter(notice.code for notice in report.warnings())
 return {code: counts[code] for code in WarningCode if counts[code]}


def _grouped(report: Report, kind: str) -> dict[str, list[tuple[str, int]]]:
 grouped: dict[str, list[tuple[str, int]]] = {}
 for name, reason, count in report.reasons(kind):
  grouped.setdefault(reason, []).append((name, count))
 return grouped
'''

# ==== migrator_core/rows.py ====
MODULES["migrator_core/rows.py"] = r'''
"""What conversion hands to the writer: Open WebUI's rows, as plain data.

These classes carry Open WebUI's own column names and units: timestamps are whole seconds since
the epoch unless a name says otherwise. They import nothing of Open WebUI, so that conversion can
be tested without it; the target package maps them onto the model classes it finds
(Open WebUI 0.10 to 0.12, ``open_webui/models/*.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

JsonDict: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grant:
 """One permission on one resource. ``user`` with id ``*`` is everybody who is signed in."""

 principal_type: Literal["user", "group"]
 principal_id: str
 permission: Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class UserRow:
 """An account: the ``user`` row and its ``auth`` row."""

 id: str
 email: str
 name: str
 username: str | None
 profile_image_url: str
 password_hash: str
 created_at: int
 updated_at: int
 last_active_at: int
 info: JsonDict


@dataclass(frozen=True, slots=True)
class GroupRow:
 """A group and its members, all of them accounts in Open WebUI."""

 id: str
 name: str
 description: str
 member_ids: tuple[str, ...]
 meta: JsonDict
 created_at: int
 updated_at: int


@dataclass(frozen=True, slots=True)
class TagRow:
 """A tag of one user. ``id`` is derived from the name by Open WebUI's rule."""

 id: str
 name: str
 user_id: str


@dataclass(frozen=True, slots=True)
class FileRow:
 """A file record. ``stored_name`` is the name to give the storage provider."""

 id: str
 user_id: str
 filename: str
 stored_name: str
 data: JsonDict
 meta: JsonDict
 created_at: int
 updated_at: int


@dataclass(frozen=True, slots=True)
class EmbeddedFile:
 """A file whose bytes stood inside a message, in Base64 for example."""

 row: FileRow
 content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FolderRow:
 """A folder for chats, at the top level."""

 id: str
 user_id: str
 name: str
 data: JsonDict
 meta: JsonDict
 created_at: int
 updated_at: int


@dataclass(frozen=True, slots=True)
class FeedbackRow:
 """A rating of one answer. It comes with its chat, which refers to it."""

 id: str
 user_id: str
 data: JsonDict
 meta: JsonDict
 created_at: int
 updated_at: int


@dataclass(frozen=True, slots=True)
class ChatRow:
 """A chat with all its messages."""

 id: str
 user_id: str
 title: str
 chat: JsonDict
 created_at: int
 updated_at: int
 archived: bool
 pinned: bool
 meta: JsonDict
 current_message_id: str
 folder_id: str | None = None
 tags: tuple[TagRow, ...] = ()
 file_ids: tuple[tuple[str, str], ...] = ()
 feedback: tuple[FeedbackRow, ...] = ()
 share_id: str | None = None


@dataclass(frozen=True, slots=True)
class SharedChatRow:
 """What others see of a chat: a copy of it under an address of its own (``/s/<id>``)."""

 id: str
 chat_id: str
 user_id: str
 title: str
 chat: JsonDict
 created_at: int
 updated_at: int
 grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class PromptRow:
 """A prompt; ``command`` is wished for, the writer's caller has made sure it is free."""

 id: str
 command: str
 user_id: str
 name: str
 content: str
 tags: tuple[str, ...]
 meta: JsonDict
 created_at: int
 updated_at: int
 grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelRow:
 """A workspace model on top of ``base_model_id``."""

 id: str
 user_id: str
 base_model_id: str
 name: str
 params: JsonDict
 meta: JsonDict
 created_at: int
 updated_at: int
 grants: tuple[Grant, ...] = ()


Row: TypeAlias = (
 UserRow
 | GroupRow
 | TagRow
 | FolderRow
 | FileRow
 | ChatRow
 | SharedChatRow
 | PromptRow
 | ModelRow
)


@dataclass(frozen=True, slots=True)
class Item:
 """One row on its way to the target, with the source document it came from."""

 collection: str
 source_id: str
 row: Row
 fingerprint: str
 size: int = 0
 children: tuple[str, ...] = field(default=(), repr=False)
'''

# ==== migrator_core/settings.py ====
MODULES["migrator_core/settings.py"] = r'''
"""Every setting of the tool, in one place.

The command line's flags, the environment, and later the Function's valves and the chart's values
are views of this one model: name, default and help are written once, here. What belongs to Open
WebUI (database, data directory, secret key, storage) is not repeated: Open WebUI reads it itself.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from .errors import UsageError


class Settings(BaseModel):
 """What an operator can decide about a run."""

 model_config = ConfigDict(frozen=True, extra="forbid")

 backup_dir: Path = Field(
  default=Path("librechat-backup"),
  description="The backup: a directory, a .tar.gz, a mongodump directory or archive.",
  json_schema_extra={"env": "BACKUP_DIR", "flag": "--backup", "metavar": "PATH"},
 )
 dry_run: bool = Field(
  default=False,
  description="Preview: walk the whole backup, write nothing.",
  json_schema_extra={"env": "DRY_RUN", "flag": "--dry-run"},
 )
 prefer_import_password: bool = Field(
  default=False,
  description=(
   "Give an account that Open WebUI already has (same e-mail) its LibreChat password. "
   "Never an administrator's."
  ),
  json_schema_extra={"env": "PREFER_IMPORT_PASSWORD", "flag": "--prefer-import-password"},
 )
 default_model: str = Field(
  default="gpt-4o",
  min_length=1,
  description="The base model for agents whose own model has no counterpart.",
  json_schema_extra={
   "env": "MIGRATION_DEFAULT_MODEL",
   "flag": "--default-model",
   "metavar": "ID",
  },
 )
 model_map: dict[str, str] = Field(
  default_factory=dict,
  description=(
   "A JSON object (or a file with one) from LibreChat's endpoint/model, or just model, "
   "to the id of a model in Open WebUI."
  ),
  json_schema_extra={"env": "MIGRATION_MODEL_MAP", "flag": "--model-map", "metavar": "FILE"},
 )
 report_dir: Path | None = Field(
  default=None,
  description="Where the reports go. Default: DATA_DIR/librechat-migration/RUN.",
  json_schema_extra={
   "env": "MIGRATION_REPORT_DIR",
   "flag": "--report-dir",
   "metavar": "DIR",
  },
 )
 include_temporary: bool = Field(
  default=False,
  description="Migrate temporary conversations too.",
  json_schema_extra={
   "env": "MIGRATION_INCLUDE_TEMPORARY",
   "flag": "--include-temporary",
  },
 )
 fail_on_warnings: bool = Field(
  default=False,
  description="End with exit status 11 instead of 0 when there were warnings.",
  json_schema_extra={"env": "MIGRATION_FAIL_ON_WARNINGS", "flag": "--fail-on-warnings"},
 )

 @field_validator("report_dir", mode="before")
 @classmethod
 def _empty_is_default(cls, value: Any) -> Any:  # noqa: ANN401 - pydantic hands over raw input
  return None if value == "" else value

 @field_validator("model_map", mode="before")
 @classmethod
 def _read_model_map(cls, value: Any) -> Any:  # noqa: ANN401 - pydantic hands over raw input
  return _model_map(value) if isinstance(value, str | Path) else value


def _model_map(value: str | Path) -> dict[str, str]:
 text = str(value).strip()
 if not text:
  return {}
 where = "the model map"
 if not text.startswith("{"):
  where = f"the model map {text}"
  try:
   text = Path(text).read_text(encoding="utf-8-sig")
  except (OSError, UnicodeDecodeError) as error:
   raise ValueError(f"{where} cannot be read: {error}") from error
 try:
  mapping = json.loads(text)
 except ValueError as error:
  raise ValueError(f"{where} is not valid JSON: {error}") from error
 if not isinstance(mapping, dict) or not all(isinstance(v, str) for v in mapping.values()):
  raise ValueError(
   f"{where} must be one JSON object of strings, such as "
   '{"anthropic/claude-sonnet-4": "my-claude"}'
  )
 return mapping


def from_environment(environment: Mapping[str, str]) -> dict[str, str]:
 """The settings that environment variables give, as raw text by field name."""
 found = {}
 for name, field in Settings.model_fields.items():
  variable = extra(field)["env"]
  value = environment.get(variable, "")
  if value.strip():
   found[name] = value
 return found


def build(values: Mapping[str, Any]) -> Settings:
 """Validate raw values."""
 try:
  return Settings.model_validate(dict(values))
 except ValidationError as error:
  problems = []
  for item in error.errors(include_url=False):
   name = str(item["loc"][0]) if item["loc"] else ""
   field = Settings.model_fields.get(name)
   where = f"{extra(field)['flag']} ({extra(field)['env']})" if field else name
   problems.append(f"{where}: {item['msg'].removeprefix('Value error, ')}")
  raise UsageError("; ".join(problems)) from error


def extra(field: Any) -> dict[str, str]:  # noqa: ANN401 - pydantic's FieldInfo is generic here
 """A field's environment variable, flag and metavar."""
 described = field.json_schema_extra
 return described if isinstance(described, dict) else {}
'''

# ==== migrator_core/source/__init__.py ====
MODULES["migrator_core/source/__init__.py"] = r'''
"""Reading LibreChat: what kind of backup a path holds, its documents, and the bytes of its files.

Knows nothing of Open WebUI. A backup is never modified, and treated as hostile.
"""

from .backup import Backup, open_backup
from .blobs import Blob, BlobError, BlobStore
from .candidates import BackupKind
from .conversations import MessageIndex
from .documents import Document
from .limits import Limits
from .refusals import check_exists

__all__ = [
 "Backup",
 "BackupKind",
 "Blob",
 "BlobError",
 "BlobStore",
 "Document",
 "Limits",
 "MessageIndex",
 "check_exists",
 "open_backup",
]
'''

# ==== migrator_core/source/access.py ====
MODULES["migrator_core/source/access.py"] = r'''
"""Opening what lies in a backup: regular files only, links never followed, nothing ever written."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader, FileIO
from pathlib import Path
from typing import BinaryIO

from .limits import MIB

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC
# O_NONBLOCK: opening a named pipe would otherwise wait for a writer for ever.
_FILE_FLAGS = _FLAGS | os.O_NONBLOCK
_BUFFER = MIB


class NotRegularError(OSError):
 """It is a symbolic link, a device, a pipe or the like: never opened."""


def open_regular(path: Path) -> BufferedReader:
 """Open a regular file for reading."""
 try:
  handle = os.open(path, _FILE_FLAGS)
 except OSError as error:
  raise _explained(error) from error
 return _checked(handle)


class RandomAccess:
 """Reads pieces of one regular file, which is opened at the first of them."""

 def __init__(self, path: Path) -> None:
  self._path = path
  self._file: BinaryIO | None = None

 def read_at(self, offset: int, length: int) -> bytes:
  """``length`` bytes from ``offset``, fewer at the end of the file."""
  if self._file is None:
   self._file = open_regular(self._path)
  self._file.seek(offset)
  return self._file.read(length)

 def close(self) -> None:
  """Close the file, if it is open."""
  if self._file is not None:
   self._file.close()
   self._file = None


def open_below(root: Path, parts: tuple[str, ...]) -> BufferedReader:
 """Open ``root/part/…/part`` where no component, ``root`` included, may be a symbolic link."""
 try:
  parent = os.open(root, _FLAGS | os.O_DIRECTORY)
  try:
   for part in parts[:-1]:
    child = os.open(part, _FLAGS | os.O_DIRECTORY, dir_fd=parent)
    os.close(parent)
    parent = child
   handle = os.open(parts[-1], _FILE_FLAGS, dir_fd=parent)
  except OSError as error:
   raise _explained(error, parent) from error
  finally:
   os.close(parent)
 except UnicodeEncodeError as error:  # half a surrogate pair in the name: no such file
  raise FileNotFoundError(errno.ENOENT, "no such file") from error
 return _checked(handle)


def file_size(file: BinaryIO) -> int:
 """Bytes of an open regular file."""
 return os.fstat(file.fileno()).st_size


def _explained(error: OSError, parent: int | None = None) -> OSError:
 """O_NOFOLLOW answers ELOOP for a link, with O_DIRECTORY also ENOTDIR: tell those apart."""
 is_link = error.errno == errno.ELOOP
 if error.errno == errno.ENOTDIR and parent is not None and error.filename is not None:
  try:
   mode = os.stat(error.filename, dir_fd=parent, follow_symlinks=False).st_mode
   is_link = stat.S_ISLNK(mode)
  except OSError:
   is_link = False
 if is_link or error.errno == errno.ENXIO:  # ENXIO: a socket
  return NotRegularError(error.errno, "a symbolic link or special file", error.filename)
 return error


def _checked(handle: int) -> BufferedReader:
 if not stat.S_ISREG(os.fstat(handle).st_mode):
  os.close(handle)
  raise NotRegularError(errno.EINVAL, "not a regular file")
 return BufferedReader(FileIO(handle), buffer_size=_BUFFER)
'''

# ==== migrator_core/source/archive.py ====
MODULES["migrator_core/source/archive.py"] = r'''
"""mongodump archives: many collections, interleaved in one stream, taken apart in one pass.

Format: mongo-tools (Apache-2.0), ``mongodump --archive``, archive version 0.1. After a magic number
come a header document and one metadata document per collection, then blocks: a namespace header
(``db``, ``collection``, ``EOF``, ``CRC``), documents, and four 0xff bytes. A header with ``EOF``
ends a collection and carries a CRC-64/XZ over all its documents.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .bsondoc import MIN_DOCUMENT, BsonDecoder, document_length
from .compressed import DAMAGED, Compression, GuardedStream
from .documents import NoticeLog, UndecodableError
from .limits import KIB, MIB
from .names import is_ignored_collection
from .spool import SpoolWriter, Workspace

MAGIC: Final = bytes.fromhex("6de29981")
_TERMINATOR: Final = b"\xff\xff\xff\xff"
_BUFFER: Final = MIB
_MAX_NAMESPACES: Final = 10_000


class _DamagedError(Exception):
 """The stream cannot be read any further; ``str()`` says why."""


class Crc64Check:
 """Verifies a CRC-64/XZ at the speed of C, which Python's library offers only inside ``lzma``."""

 _CHUNK: Final = 64 * KIB

 def __init__(self) -> None:
  flags = b"\x00\x04"  # check: CRC-64
  block = bytes([2, 0, 0x21, 1, 0, 0, 0, 0])  # 12 bytes, LZMA2, smallest dictionary
  self._stream = lzma.LZMADecompressor(format=lzma.FORMAT_XZ)
  self._stream.decompress(b"\xfd7zXZ\x00" + flags + struct.pack("<I", zlib.crc32(flags)))
  self._stream.decompress(block + struct.pack("<I", zlib.crc32(block)))
  self._control = 1  # the first chunk resets the dictionary
  self._length = len(block) + 4

 def update(self, data: bytes) -> None:
  """Take in more data."""
  for start in range(0, len(data), self._CHUNK):
   chunk = data[start : start + self._CHUNK]
   head = struct.pack(">BH", self._control, len(chunk) - 1)
   self._stream.decompress(head + chunk)
   self._control = 2
   self._length += 3 + len(chunk)

 def matches(self, expected: int) -> bool:
  """Whether ``expected`` (signed, as the archive stores it) is right; call it last."""
  padding = bytes(-(self._length + 1) % 4)
  check = (expected & (1 << 64) - 1).to_bytes(8, "little")
  try:
   self._stream.decompress(b"\x00" + padding + check)
  except lzma.LZMAError:
   return False
  return True


class _Input:
 """Exact reads from the stream through a buffer."""

 def __init__(self, stream: GuardedStream) -> None:
  self._stream = stream
  self._buffer = b""
  self._at = 0

 def take(self, count: int) -> bytes:
  """Exactly ``count`` bytes, fewer at the end of a stream that was cut off."""
  while len(self._buffer) - self._at < count:
   try:
    block = self._stream.read(max(_BUFFER, count))
   except DAMAGED as error:
    raise _DamagedError(f"the compressed data is damaged ({error})") from None
   if not block:
    break
   self._buffer = self._buffer[self._at :] + block
   self._at = 0
  data = self._buffer[self._at : self._at + count]
  self._at += len(data)
  return data


class _Parser:
 """Reads documents and terminators one after the other."""

 def __init__(self, stream: GuardedStream, decoder: BsonDecoder, limit: int) -> None:
  self._input = _Input(stream)
  self._decoder = decoder
  self._limit = limit

 def magic(self) -> bool:
  return self._input.take(4) == MAGIC

 def document(self) -> bytes | None:
  """The next document, or None at a terminator. At a clean end of the stream: empty."""
  head = self._input.take(4)
  if head == _TERMINATOR:
   return None
  if not head:
   return b""
  length = document_length(head) if len(head) == 4 else 0
  if not MIN_DOCUMENT <= length <= self._limit:
   raise _DamagedError(f"a length field says {length} bytes, which no document has")
  raw = head + self._input.take(length - 4)
  if len(raw) < length:
   raise _CutOffError(raw)
  return raw

 def header(self) -> dict[str, Any] | None:
  """A namespace header, or None at a clean end."""
  raw = self.document()
  if raw is None:
   raise _DamagedError("a block has no header")
  if not raw:
   return None
  return self.decoded(raw)

 def decoded(self, raw: bytes) -> dict[str, Any]:
  try:
   return self._decoder.decode(raw)
  except UndecodableError as error:
   raise _DamagedError(f"a header is damaged: {error}") from None


class _CutOffError(_DamagedError):
 def __init__(self, rest: bytes) -> None:
  super().__init__("the archive ends in the middle of a document")
  self.rest = rest


@dataclass(frozen=True, slots=True)
class Prelude:
 """What an archive says about itself: database → names of its collections."""

 databases: dict[str, frozenset[str]]


def read_prelude(stream: GuardedStream, decoder: BsonDecoder, limit: int) -> Prelude | None:
 """The databases in an archive, or None when it is too damaged to tell."""
 try:
  return _prelude(_Parser(stream, decoder, limit))
 except _DamagedError:
  return None


def _prelude(parser: _Parser) -> Prelude:
 if not parser.magic():
  raise _DamagedError("it does not begin as a mongodump archive does")
 databases: dict[str, set[str]] = {}
 parser.document()  # versions of the server and the tool
 count = 0
 while raw := parser.document():
  count += 1
  if count > _MAX_NAMESPACES:
   raise _DamagedError(f"it lists more than {_MAX_NAMESPACES} collections")
  metadata = parser.decoded(raw)
  names = databases.setdefault(str(metadata.get("db")), set())
  if metadata.get("type") != "view":
   names.add(str(metadata.get("collection")))
 return Prelude({name: frozenset(found) for name, found in databases.items()})


@dataclass(slots=True)
class _Part:
 """One collection on its way to a file of its own."""

 writer: SpoolWriter
 crc: Crc64Check = field(default_factory=Crc64Check)
 ended: bool = False
 documents: int = 0


class ArchiveSplitter:
 """Takes one database of an archive apart into plain ``.bson`` files of the work directory."""

 def __init__(
  self, label: str, database: str, workspace: Workspace, decoder: BsonDecoder,
  notices: NoticeLog,
 ) -> None:  # fmt: skip
  self._label = label
  self._database = database
  self._workspace = workspace
  self._decoder = decoder
  self._notices = notices
  self._parts: dict[str, _Part] = {}
  self._current: _Part | None = None

 def split(self, path: Path, compression: Compression) -> dict[str, Path]:
  """Collection name → its file. Damage ends the reading with a notice, not with an error."""
  limits = self._workspace.limits
  with GuardedStream(path, compression, limits, self._label) as stream:
   parser = _Parser(stream, self._decoder, limits.bson_document)
   try:
    for name in sorted(_prelude(parser).databases.get(self._database, ())):
     self._part(name)
    self._blocks(parser)
   except _DamagedError as error:
    self._cut_off(error)
   finally:
    for part in self._parts.values():
     part.writer.close()
  return {name: part.writer.path for name, part in self._parts.items()}

 def _part(self, name: str) -> _Part | None:
  if is_ignored_collection(name):
   return None
  if name not in self._parts:
   if len(self._parts) >= _MAX_NAMESPACES:
    raise _DamagedError(f"it holds more than {_MAX_NAMESPACES} collections")
   what = f"{self._label}, taken apart by collection,"
   path = self._workspace.new_path(".bson")
   self._parts[name] = _Part(SpoolWriter(self._workspace, path, what))
  return self._parts[name]

 def _blocks(self, parser: _Parser) -> None:
  while (header := parser.header()) is not None:
   mine = header.get("db") == self._database
   self._current = self._part(str(header.get("collection"))) if mine else None
   if header.get("EOF") is True and self._current is not None:
    self._end(self._current, str(header.get("collection")), header.get("CRC"))
   for raw in self._documents(parser):
    if self._current is not None:
     self._current.writer.write(raw)
     self._current.crc.update(raw)
   self._current = None
  unfinished = [name for name, part in self._parts.items() if not part.ended]
  if unfinished:
   raise _DamagedError("the archive ends before the end of its collections")

 def _documents(self, parser: _Parser) -> Iterator[bytes]:
  while (raw := parser.document()) is not None:
   if not raw:
    raise _DamagedError("the archive ends in the middle of a block")
   yield raw

 def _end(self, part: _Part, name: str, crc: object) -> None:
  part.ended = True
  if not isinstance(crc, int) or not part.crc.matches(crc):
   self._notices.damaged(
    f"{self._label}: the checksum of the collection {name} is wrong; its documents "
    "were read as they are."
   )

 def _cut_off(self, error: _DamagedError) -> None:
  if self._current is not None and isinstance(error, _CutOffError):
   # The broken rest is kept, so that it is counted as the unreadable document it is.
   self._current.writer.write(error.rest)
  names = sorted(name for name, part in self._parts.items() if not part.ended)
  self._notices.damaged(
   f"{self._label} is damaged or incomplete: {error}. What came before was used; "
   f"documents may be missing from: {', '.join(names[:40]) or 'no collection'}."
  )
'''

# ==== migrator_core/source/backup.py ====
MODULES["migrator_core/source/backup.py"] = r'''
"""A LibreChat backup, opened: its collections as streams of documents, and its files."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

from ..errors import AbortedError, CannotStartError
from ..outcome import Notice
from .access import open_regular
from .archive import ArchiveSplitter
from .blobs import BlobStore
from .bsondoc import BsonDecoder
from .candidates import BackupKind
from .compressed import DAMAGED, GuardedStream
from .conversations import COLLECTION, MessageIndex
from .documents import CollectionReader, Document, NoticeLog, document_of
from .jsonforms import open_json
from .layout import Located, locate
from .limits import KIB, MIB, Limits
from .mongodump import BsonReader
from .scan import FoundFile
from .spool import SpoolWriter, Workspace

_HASHED = 64 * KIB


def open_backup(path: Path, *, workdir: Path, limits: Limits = Limits()) -> Backup:  # noqa: B008 - frozen
 """Recognise and open the backup at ``path``."""
 workspace = Workspace(workdir, limits)
 notices = NoticeLog()
 try:
  located = locate(path, workspace, notices)
  _check_workdir(workspace, located)
  backup = Backup(path, located, workspace, notices)
  workspace.starting_ended()
 except OSError as error:
  workspace.close()
  raise CannotStartError(
   f"{path} cannot be read: {error.strerror or error} ({error.filename or path})."
  ) from error
 except BaseException:
  workspace.close()
  raise
 return backup


def _check_workdir(workspace: Workspace, located: Located) -> None:
 folder = located.candidate.root
 inside = workspace.root.resolve().is_relative_to(folder)
 if inside and located.candidate.archive is None and located.container is None:
  raise CannotStartError(
   f"The work directory {workspace.root.parent} lies inside the backup {folder}, in which "
   "nothing may be written. Choose another (environment variable TMPDIR)."
  )


class Backup:
 """One LibreChat database and the files beside it. A context manager."""

 def __init__(
  self, path: Path, located: Located, workspace: Workspace, notices: NoticeLog
 ) -> None:
  candidate = located.candidate
  self.path = path
  self.kind: BackupKind = candidate.kind
  self.container = located.container
  self.database = candidate.database
  self.blobs = BlobStore(tuple(located.media))
  self._workspace = workspace
  self._notices = notices
  self._readers: dict[str, CollectionReader] = {}
  self._indexes: list[MessageIndex] = []
  self._json: dict[str, tuple[Path, str]] = {}
  sources = [candidate.archive] if candidate.archive else list(candidate.files.values())
  self.fingerprint = _fingerprint(sources, candidate.archive is not None)
  if candidate.archive is not None:
   self._open_archive(candidate.archive, candidate.database or "")
  elif candidate.kind is BackupKind.MONGODUMP:
   decoder = BsonDecoder()
   for name, file in candidate.files.items():
    self._add_bson(name, self._plain(file), file.label, decoder)
  else:
   self._json = {
    name: (self._plain(file), file.label) for name, file in candidate.files.items()
   }
  self.collections = tuple(sorted({*self._readers, *self._json}))
  if not self.blobs.roots:
   notices.oddity(
    "The backup has no folder of uploaded files (files/uploads, files/images): no file "
    "can be carried over."
   )

 @property
 def notices(self) -> list[Notice]:
  """What was noticed so far."""
  return self._notices.items

 def documents(self, collection: str) -> Iterator[Document]:
  """All documents of a collection in file order; none where it is not in the backup."""
  try:
   reader = self._reader(collection)
   if reader is not None:
    for found in reader.raw_documents():
     yield document_of(collection, reader, found)
  except OSError as error:
   raise self._vanished(collection, error) from error

 def _vanished(self, collection: str, error: Exception) -> AbortedError:
  return AbortedError(
   f"Reading {collection} from the backup {self.path} failed: {error}. Check the disk or "
   "volume it lies on; running again is safe."
  )

 def size(self, collection: str) -> int:
  """Bytes of a collection's data, for progress; 0 where it is not in the backup."""
  if collection in self._json:
   return self._json[collection][0].lstat().st_size
  return self._readers[collection].size if collection in self._readers else 0

 def message_index(self, progress: Callable[[int], None] | None = None) -> MessageIndex:
  """Read ``messages`` once and note where each lies."""
  path = self._workspace.new_path(".sqlite")
  try:
   index = MessageIndex(path, self._reader(COLLECTION))
   self._indexes.append(index)
   index.build(progress)
  except OSError as error:
   raise self._vanished(COLLECTION, error) from error
  except sqlite3.Error as error:
   raise AbortedError(
    f"The index of messages cannot be written to {self._workspace.root}: {error}. "
    "Is the disk full? Running again is safe."
   ) from error
  return index

 def close(self) -> None:
  """Close all files and remove what was written to the work directory."""
  for index in self._indexes:
   index.close()
  for reader in self._readers.values():
   reader.close()
  self._indexes.clear()
  self._workspace.close()

 def __enter__(self) -> Self:
  return self

 def __exit__(self, *_: object) -> None:
  self.close()

 def _reader(self, collection: str) -> CollectionReader | None:
  if collection in self._json:
   # JSON that is not one document a line is rewritten here, on first use.
   path, label = self._json[collection]
   self._readers[collection] = open_json(path, label, self._workspace, self._notices)
   del self._json[collection]
  return self._readers.get(collection)

 def _add_bson(self, name: str, path: Path, label: str, decoder: BsonDecoder) -> None:
  self._readers[name] = BsonReader(
   path, label, decoder, self._workspace.limits, self._notices
  )

 def _open_archive(self, archive: FoundFile, database: str) -> None:
  decoder = BsonDecoder()
  splitter = ArchiveSplitter(archive.label, database, self._workspace, decoder, self._notices)
  for name, path in splitter.split(archive.path, archive.sniffed.compression).items():
   label = f"{archive.label} ({name})"
   if name.lower() in self._readers:
    self._notices.oddity(f"{label} differs from another collection by case only.")
    continue
   self._add_bson(name.lower(), path, label, decoder)

 def _plain(self, file: FoundFile) -> Path:
  """The file itself, or its decompressed copy in the work directory."""
  compression = file.sniffed.compression
  if not compression:
   return file.path
  what = f"{file.label}, decompressed,"
  writer = SpoolWriter(self._workspace, self._workspace.new_path(file.form), what)
  try:
   with GuardedStream(
    file.path, compression, self._workspace.limits, file.label
   ) as stream:
    while block := stream.read(MIB):
     writer.write(block)
  except DAMAGED as error:
   self._notices.damaged(
    f"{file.label} is damaged or incomplete ({error}); what came before was used."
   )
  finally:
   writer.close()
  return writer.path


def _fingerprint(files: list[FoundFile], is_archive: bool) -> str:
 digest = hashlib.sha256()
 for file in sorted(files, key=lambda file: file.path.name):
  name = "" if is_archive else file.path.name
  digest.update(f"{name.encode('utf-8', 'replace').decode()}\x00{file.size}\x00".encode())
  with open_regular(file.path) as opened:
   digest.update(opened.read(_HASHED))
   opened.seek(max(0, file.size - _HASHED))
   digest.update(opened.read(_HASHED))
 return digest.hexdigest()
'''

# ==== migrator_core/source/blobs.py ====
MODULES["migrator_core/source/blobs.py"] = r'''
"""From the path in a file record to its bytes inside the backup, and never to anything else.

Where LibreChat keeps files, and which names it gave them over time: `api/server/services/Files`
of LibreChat 0.7 to 0.8.
"""

from __future__ import annotations

import bisect
import os
import re
import unicodedata
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal
from urllib.parse import unquote

from .access import NotRegularError, file_size, open_below

Kind = Literal["uploads", "images"]

_SUFFIX = re.compile(r"\?(?:v|manual)=[^/]*\Z")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_DRIVE = re.compile(r"[A-Za-z]:")
_SAFE_ID = re.compile(r"[A-Za-z0-9_.-]{8,200}\Z")
_USER_FOLDER = re.compile(r"[0-9a-f]{24}\Z", re.IGNORECASE)
_IMAGE_EXTENSIONS: Final = (".png", ".webp", ".jpeg", ".jpg", ".gif", ".avif", ".heic")
_PREFIXES: Final[tuple[tuple[tuple[str, ...], Kind], ...]] = (
 (("app", "uploads"), "uploads"),
 (("app", "client", "public", "images"), "images"),
 (("client", "public", "images"), "images"),
 (("uploads",), "uploads"),
 (("images",), "images"),
)
_CACHED_FOLDERS: Final = 16
_CACHED_NAMES: Final = 50_000


class BlobError(Exception):
 """There are no bytes to read; ``str()`` says what was looked for."""

 def __init__(self, kind: Literal["missing", "unsafe"], message: str) -> None:
  super().__init__(message)
  self.kind = kind


@dataclass(frozen=True, slots=True)
class BlobRoot:
 """A folder of files: ``label`` is its path relative to the backup, with slashes."""

 path: Path
 kind: Kind
 label: str


@dataclass(frozen=True, slots=True)
class Blob:
 """The bytes of one file. ``name`` is relative to the backup, ``size`` in bytes."""

 name: str
 size: int
 root: Path
 parts: tuple[str, ...]

 def open(self) -> BinaryIO:
  """Open it for reading; no component of the path may be a link."""
  return open_below(self.root, self.parts)


class BlobStore:
 """Finds the bytes of local files. ``roots`` are tried in their order."""

 def __init__(self, roots: tuple[BlobRoot, ...] = ()) -> None:
  self.roots = roots
  self._folders: OrderedDict[Path, list[str] | None] = OrderedDict()

 def find(self, filepath: str, *, user: str | None = None, file_id: str | None = None) -> Blob:
  """The bytes of the file recorded as ``filepath``."""
  shown = repr(filepath[:300])
  path = _SUFFIX.sub("", filepath)
  wanted = _parse(path, shown)
  if wanted is None:
   raise BlobError("missing", f"{shown} is no path of a locally stored file")
  kind, parts = wanted
  if not any(parts):
   raise BlobError("missing", f"{shown} names no file")
  for candidate in self._candidates(kind, parts, path != filepath and filepath, shown):
   blob = self._look(kind, candidate, shown)
   if blob is not None:
    return blob
  blob = self._by_id(kind, parts, user, file_id, shown)
  if blob is not None:
   return blob
  where = ", ".join(root.label for root in self.roots) or "the backup has no files folder"
  raise BlobError("missing", f"{shown} was looked for, by name and file_id, in: {where}")

 def _candidates(
  self, kind: Kind, parts: tuple[str, ...], unstripped: str | Literal[False], shown: str
 ) -> Iterator[tuple[str, ...]]:
  """Where the file may lie below its root, likeliest first."""
  forms = list(dict.fromkeys(_spellings(parts)))
  yield from forms
  if unstripped:
   whole = _parse(unstripped, shown)
   if whole is not None:
    yield whole[1]
  if kind == "uploads":
   # Old releases wrote to uploads/uploads/<user>/ and recorded /uploads/<user>/.
   yield from (("uploads", *form) for form in forms)
  if kind == "images" or parts[-1].lower().endswith(_IMAGE_EXTENSIONS):
   stem = parts[-1].rpartition(".")[0]
   if stem:
    yield from ((*parts[:-1], stem + ending) for ending in _IMAGE_EXTENSIONS)

 def _look(self, kind: Kind, parts: tuple[str, ...], shown: str) -> Blob | None:
  for root in self.roots:
   if root.kind == kind:
    blob = self._open(root, parts, shown)
    if blob is not None:
     return blob
  return None

 def _open(self, root: BlobRoot, parts: tuple[str, ...], shown: str) -> Blob | None:
  if root.kind == "uploads" and parts[0].lower() == "temp":
   return None  # unfinished uploads
  try:
   with open_below(root.path, parts) as file:
    size = file_size(file)
  except NotRegularError:
   raise BlobError(
    "unsafe", f"{shown} is, or lies behind, a symbolic link or special file"
   ) from None
  except PermissionError:
   raise BlobError(
    "missing", f"{shown} is in the backup, but may not be read (permission denied)"
   ) from None
  except OSError:
   return None
  name = "/".join((root.label, *parts))
  return Blob(name, size, root.path, parts)

 def _by_id(
  self,
  kind: Kind,
  parts: tuple[str, ...],
  user: str | None,
  file_id: str | None,
  shown: str,
 ) -> Blob | None:
  """Names on disk are sanitised and shortened, but begin with the file's id."""
  owner = user or (parts[0] if len(parts) > 1 else None)
  if not owner or not _USER_FOLDER.match(owner):
   return None
  if not file_id or not _SAFE_ID.match(file_id) or set(file_id) <= {"."}:
   return None
  for root in sorted(self.roots, key=lambda root: root.kind != kind):
   for folder in ((owner,), ("uploads", owner)):
    name = self._starting_with(root.path.joinpath(*folder), file_id)
    blob = self._open(root, (*folder, name), shown) if name else None
    if blob is not None:
     return blob
  return None

 def _starting_with(self, folder: Path, file_id: str) -> str | None:
  names = self._names(folder)
  if names is None:  # too many to remember
   return min((name for name in _listing(folder) if _is_of(name, file_id)), default=None)
  at = bisect.bisect_left(names, file_id)
  while at < len(names) and names[at].startswith(file_id):
   if _is_of(names[at], file_id):
    return names[at]
   at += 1
  return None

 def _names(self, folder: Path) -> list[str] | None:
  if folder in self._folders:
   self._folders.move_to_end(folder)
   return self._folders[folder]
  names: list[str] | None = []
  for name in _listing(folder):
   if names is None or len(names) >= _CACHED_NAMES:
    names = None
    break
   names.append(name)
  self._folders[folder] = sorted(names) if names is not None else None
  if len(self._folders) > _CACHED_FOLDERS:
   self._folders.popitem(last=False)
  return self._folders[folder]


def _listing(folder: Path) -> Iterator[str]:
 try:
  with os.scandir(folder) as entries:
   yield from (entry.name for entry in entries if entry.is_file(follow_symlinks=False))
 except (OSError, ValueError):
  return


def _is_of(name: str, file_id: str) -> bool:
 rest = name[len(file_id) :]
 return name.startswith(file_id) and (not rest or rest.startswith(("__", "-", ".")))


def _parse(filepath: str, shown: str) -> tuple[Kind, tuple[str, ...]] | None:
 """Split a recorded path into its root and the components below; None for no local path."""
 if _URL.match(filepath) and not _DRIVE.match(filepath[:2]):
  return None
 _check(filepath, shown)
 rooted = filepath.startswith(("/", "\\")) or _DRIVE.match(filepath) is not None
 parts = _split(filepath)
 for prefix, kind in _PREFIXES:
  if parts[: len(prefix)] == prefix:
   return kind, parts[len(prefix) :]
 installed = _installed(parts)
 if installed is not None:
  return installed
 if rooted and parts:
  raise BlobError("unsafe", f"{shown} is an absolute path outside LibreChat's folders")
 return None


def _installed(parts: tuple[str, ...]) -> tuple[Kind, tuple[str, ...]] | None:
 """A path of an installation without Docker: …/uploads/<user>/… or …/images/<user>/…"""
 for at in range(1, len(parts) - 2):
  folder = parts[at]
  if folder in {"uploads", "images"} and _USER_FOLDER.match(parts[at + 1]):
   return ("uploads" if folder == "uploads" else "images"), parts[at + 1 :]
 return None


def _check(filepath: str, shown: str) -> None:
 if "\x00" in filepath:
  raise BlobError("unsafe", f"{shown} holds a NUL character")
 if ".." in _split(filepath):
  raise BlobError("unsafe", f"{shown} leads out of its folder")


def _split(filepath: str) -> tuple[str, ...]:
 parts = re.split(r"[/\\]", filepath)
 return tuple(part for part in parts if part not in {"", "."})


def _spellings(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
 """As recorded, percent-decoded, and in the other Unicode normal forms (macOS writes NFD)."""
 decoded = tuple(unquote(part) for part in parts)
 # A decoded component must not become several, or lead elsewhere.
 safe = all(
  part not in {"", ".", ".."} and not re.search(r"[/\\\x00]", part) for part in decoded
 )
 for form in (parts, decoded) if safe else (parts,):
  yield form
  for normal in ("NFC", "NFD"):
   yield tuple(unicodedata.normalize(normal, part) for part in form)
'''

# ==== migrator_core/source/bsondoc.py ====
MODULES["migrator_core/source/bsondoc.py"] = r'''
"""BSON documents, read into the project's plain values with pymongo's decoder."""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

# ruff: noqa: PLC0415 - a mongoexport must be readable where pymongo is not installed
from ..errors import CannotStartError
from .documents import UndecodableError
from .extjson import MAX_DEPTH, too_deep
from .values import Millis

if TYPE_CHECKING:
 from bson.codec_options import CodecOptions

MIN_DOCUMENT: Final = 5
"""Bytes of the empty document: a length and the closing NUL."""

_MISSING_BSON = (
 "Reading a mongodump needs the Python package `pymongo` (it brings the module `bson`), which is"
 " not installed here. Install it with `pip install pymongo` (not PyPI's package named `bson`,"
 " which is something else), or make the backup with mongoexport (JSON files) instead."
)


def document_length(head: bytes) -> int:
 """The length field of a BSON document: its size in bytes, length field included."""
 return int(struct.unpack_from("<i", head)[0])


def _float(value: object) -> float:
 try:
  return float(str(value))
 except ValueError:  # a signalling NaN
  return math.nan


class BsonDecoder:
 """Decodes documents. Built once per backup, because pymongo is imported only when needed."""

 def __init__(self) -> None:
  try:
   import bson
   from bson.errors import BSONError

   self._options = _codec_options()
  except ImportError:
   raise CannotStartError(_MISSING_BSON) from None
  self._decode = bson.decode
  self._error = BSONError

 def decode(self, raw: bytes) -> dict[str, Any]:
  """Read one whole document; invalid UTF-8 becomes U+FFFD."""
  try:
   value: dict[str, Any] = self._decode(raw, self._options)
  except RecursionError:
   raise UndecodableError(f"it is nested deeper than {MAX_DEPTH} levels") from None
  except self._error as error:
   raise UndecodableError(f"it is no valid BSON: {error}") from None
  except Exception as error:  # the decoder meets hostile bytes: no kind of error may escape
   kind = type(error).__name__
   raise UndecodableError(f"it is no valid BSON ({kind}: {error})") from None
  # Every container takes one of these type bytes, so that few documents are walked at all.
  if raw.count(b"\x03") + raw.count(b"\x04") >= MAX_DEPTH and too_deep(value):
   raise UndecodableError(f"it is nested deeper than {MAX_DEPTH} levels")
  return value


def guess_bson_id(raw: bytes) -> str | None:
 """The ObjectId that a damaged document begins with, if it can be seen."""
 if raw[4:9] == b"\x07_id\x00" and len(raw) >= 21:
  return raw[9:21].hex()
 return None


def _codec_options() -> CodecOptions[dict[str, Any]]:
 from bson.codec_options import (
  CodecOptions,
  DatetimeConversion,
  TypeDecoder,
  TypeRegistry,
 )

 class Plain(TypeDecoder):
  """Turns one BSON type into a plain value while the document is decoded."""

  def __init__(self, bson_type: type, transform: Callable[[Any], Any]) -> None:
   self._bson_type = bson_type
   self._transform = transform

  @property
  def bson_type(self) -> type:
   return self._bson_type

  def transform_bson(self, value: Any) -> Any:  # noqa: ANN401 - pymongo's signature
   return self._transform(value)

 return CodecOptions(
  unicode_decode_error_handler="replace",
  datetime_conversion=DatetimeConversion.DATETIME_MS,
  type_registry=TypeRegistry([Plain(*pair) for pair in _transforms()]),
 )


def _transforms() -> list[tuple[type, Callable[[Any], Any]]]:
 from bson import DBRef, Regex
 from bson.binary import Binary
 from bson.code import Code
 from bson.datetime_ms import DatetimeMS
 from bson.decimal128 import Decimal128
 from bson.int64 import Int64
 from bson.max_key import MaxKey
 from bson.min_key import MinKey
 from bson.objectid import ObjectId
 from bson.timestamp import Timestamp

 return [
  (ObjectId, str),
  (DatetimeMS, lambda value: Millis(int(value))),
  (Int64, int),
  (Decimal128, _float),
  (Binary, bytes),
  (DBRef, lambda value: dict(value.as_doc())),
  (Timestamp, lambda value: {"$timestamp": {"t": value.time, "i": value.inc}}),
  (Regex, _regular_expression),
  (Code, _code),
  (MinKey, lambda _: {"$minKey": 1}),
  (MaxKey, lambda _: {"$maxKey": 1}),
 ]


def _regular_expression(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a bson.Regex
 letters = {
  "i": re.IGNORECASE,
  "l": re.LOCALE,
  "m": re.MULTILINE,
  "s": re.DOTALL,
  "u": re.UNICODE,
  "x": re.VERBOSE,
 }
 options = "".join(letter for letter, flag in letters.items() if value.flags & flag)
 return {"$regularExpression": {"pattern": value.pattern, "options": options}}


def _code(value: Any) -> dict[str, Any]:  # noqa: ANN401 - a bson.Code
 code: dict[str, Any] = {"$code": str(value)}
 if value.scope is not None:
  code["$scope"] = dict(value.scope)
 return code
'''

# ==== migrator_core/source/candidates.py ====
MODULES["migrator_core/source/candidates.py"] = r'''
"""Which of the things a scan found are backups of LibreChat, and which one is meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from ..errors import CannotStartError
from .documents import NoticeLog
from .names import (
 ESSENTIAL,
 KNOWN,
 OTHER_DATABASES,
 TELLING,
 collection_name,
 is_ignored_collection,
 is_ignored_file,
)
from .scan import FoundFile, Scan, label_of
from .sniff import Form

_BSON = frozenset({Form.BSON, Form.EMPTY_BSON})
_JSON = frozenset({Form.JSON, Form.EMPTY_JSON})


class BackupKind(StrEnum):
 """How the database was backed up."""

 MONGOEXPORT = "mongoexport"
 MONGODUMP = "mongodump"
 MONGODUMP_ARCHIVE = "mongodump-archive"


@dataclass(frozen=True, slots=True)
class Candidate:
 """One backup of one database."""

 kind: BackupKind
 root: Path
 label: str
 database: str | None
 names: frozenset[str]
 files: Mapping[str, FoundFile] = field(default_factory=dict)
 archive: FoundFile | None = None

 @property
 def complete(self) -> bool:
  """Whether it holds what every backup of LibreChat holds."""
  return self.names >= ESSENTIAL


Databases = Mapping[str, frozenset[str]]


def find_candidates(
 found: Scan, databases_in: Callable[[FoundFile], Databases | None], notices: NoticeLog
) -> list[Candidate]:
 """All backups in a scan. ``databases_in`` reads what an archive says it holds."""
 folders: defaultdict[Path, list[FoundFile]] = defaultdict(list)
 for file in found.files:
  folders[file.path.parent].append(file)
 dumps: list[Candidate] = []
 others: list[Candidate] = []
 for folder, files in folders.items():
  dump = _dumped(folder, files, found, notices)
  export = _exported(folder, files, found, notices)
  if dump is not None and export is not None:
   notices.oddity(
    f"{dump.label} holds the collections as BSON and as JSON; the BSON was read."
   )
  elif export is not None:
   others.append(export)
  if dump is not None:
   dumps.append(dump)
 archives = [
  archive_candidate(file, databases_in(file), notices) for file in found.having(Form.ARCHIVE)
 ]
 return _one_database_each(dumps, notices) + others + archives


def _dumped(
 folder: Path, files: list[FoundFile], found: Scan, notices: NoticeLog
) -> Candidate | None:
 if folder.name in OTHER_DATABASES:
  return None
 chosen = _by_collection([file for file in files if file.form in _BSON], notices)
 if not chosen.keys() & TELLING or not _has_content(chosen):
  return None
 label = label_of(folder, found.root)
 kind = BackupKind.MONGODUMP
 return Candidate(kind, folder, label, folder.name, frozenset(chosen), chosen)


def _exported(
 folder: Path, files: list[FoundFile], found: Scan, notices: NoticeLog
) -> Candidate | None:
 exported = [file for file in files if file.form in _JSON]
 mine = [file for file in exported if _is_collection(file)]
 chosen = _by_collection(mine, notices)
 telling = [
  name
  for name, file in chosen.items()
  if (file.sniffed.has_id and name in TELLING) or name in ESSENTIAL
 ]
 if not telling or not _has_content(chosen):
  return None
 for file in exported:
  if file not in mine and not is_ignored_file(file.path.name):
   notices.oddity(f"{file.label} is no collection of LibreChat; it was not read.")
 label = label_of(folder, found.root)
 kind = BackupKind.MONGOEXPORT
 return Candidate(kind, folder, label, None, frozenset(chosen), chosen)


def _has_content(files: Mapping[str, FoundFile]) -> bool:
 """Whether there is a document anywhere; else only all the essential (empty) files convince."""
 full = any(file.form in {Form.BSON, Form.JSON} for file in files.values())
 return full or files.keys() >= ESSENTIAL


def _is_collection(file: FoundFile) -> bool:
 return file.sniffed.has_id or collection_name(file.path.name) in KNOWN


def _by_collection(files: Iterable[FoundFile], notices: NoticeLog) -> dict[str, FoundFile]:
 """One file per collection; plain before compressed, short name before long."""
 chosen: dict[str, FoundFile] = {}
 for file in sorted(files, key=lambda file: (len(file.path.name), file.path.name)):
  if is_ignored_file(file.path.name):
   continue
  name = collection_name(file.path.name)
  if name in chosen:
   notices.oddity(
    f"{file.label} and {chosen[name].label} are the same collection; "
    f"only {chosen[name].label} was read."
   )
  else:
   chosen[name] = file
 return chosen


def archive_candidate(
 file: FoundFile, databases: Databases | None, notices: NoticeLog
) -> Candidate:
 """What an archive holds of LibreChat; without any telling collection, an empty candidate."""
 named = {
  name: frozenset(
   collection.lower()
   for collection in collections
   if not is_ignored_collection(collection)
  )
  for name, collections in (databases or {}).items()
  if name not in OTHER_DATABASES
 }
 best = best_databases(named)
 if len(best) > 1:
  raise CannotStartError(
   f"{file.label} holds several databases that look like LibreChat's: "
   f"{', '.join(sorted(best))}. Make a dump of the right one (mongodump --db NAME) and "
   "name that."
  )
 database = best[0] if best else None
 if database is not None:
  note_other_databases(database, named, notices)
 names = named[database] if database is not None else frozenset()
 kind = BackupKind.MONGODUMP_ARCHIVE
 return Candidate(kind, file.path, file.label, database, names, archive=file)


def best_databases(databases: Databases) -> list[str]:
 """The databases that are LibreChat's: one, several that cannot be told apart, or none."""
 ranks = {
  name: ({"conversations", "messages"} <= names, "users" in names)
  for name, names in databases.items()
  if names & TELLING
 }
 best = [name for name, rank in ranks.items() if rank == max(ranks.values())]
 usual = [name for name in best if name.lower() == "librechat"]
 if len(usual) > 1:
  usual = [name for name in usual if name == "LibreChat"] or usual
 return usual if len(best) > 1 and usual else best


def note_other_databases(chosen: str, databases: Databases, notices: NoticeLog) -> None:
 """Tell the operator which databases were left alone."""
 others = sorted(name for name, names in databases.items() if name != chosen and names & TELLING)
 if others:
  notices.oddity(
   f"The dump also holds {', '.join(others)}, which look like LibreChat's databases too; "
   f"{chosen} was read."
  )


def _one_database_each(dumps: list[Candidate], notices: NoticeLog) -> list[Candidate]:
 """Folders side by side are the databases of one dump: keep the one that is LibreChat's."""
 groups: defaultdict[Path, list[Candidate]] = defaultdict(list)
 for dump in dumps:
  groups[dump.root.parent].append(dump)
 kept: list[Candidate] = []
 for group in groups.values():
  databases = {dump.root.name: dump.names for dump in group}
  best = best_databases(databases)
  if len(best) == 1:
   note_other_databases(best[0], databases, notices)
  kept += [dump for dump in group if dump.root.name in best]
 return kept


def choose(candidates: list[Candidate], path: Path, notices: NoticeLog) -> Candidate:
 """The one that is meant: the only one, or the only complete one."""
 if len(candidates) == 1:
  return candidates[0]
 complete = [candidate for candidate in candidates if candidate.complete]
 if len(complete) == 1:
  others = ", ".join(sorted(c.label for c in candidates if c is not complete[0]))
  notices.oddity(f"{complete[0].label} was read; incomplete backups beside it: {others}.")
  return complete[0]
 listed = "\n".join(f"  {path / c.label} ({c.kind})" for c in candidates[:20])
 raise CannotStartError(
  f"{path} holds {len(candidates)} backups, and it is not for this tool to guess which one "
  f"is meant. Name one of them:\n{listed}"
 )
'''

# ==== migrator_core/source/compressed.py ====
MODULES["migrator_core/source/compressed.py"] = r'''
"""Decompressing streams that may be damaged or a bomb."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from io import BufferedReader
from pathlib import Path
from typing import Final, Literal, Protocol

from ..errors import CannotStartError
from .access import file_size, open_regular
from .limits import MIB, Limits

Compression = Literal["", "gz", "bz2", "xz"]

MAGIC: Final[dict[bytes, Compression]] = {
 b"\x1f\x8b\x08": "gz",
 b"BZh": "bz2",
 b"\xfd7zXZ\x00": "xz",
}
ZSTD_MAGIC: Final = b"\x28\xb5\x2f\xfd"

DAMAGED: Final = (EOFError, zlib.error, gzip.BadGzipFile, lzma.LZMAError, OSError, ValueError)
"""What the decompressors raise over damaged input (bz2 says OSError or ValueError)."""


def compression_of(head: bytes) -> Compression:
 """The compression whose magic number ``head`` begins with; empty when there is none."""
 for magic, name in MAGIC.items():
  if head.startswith(magic):
   return name
 return ""


def decompress_head(head: bytes, compression: Compression, count: int) -> bytes:
 """Up to ``count`` bytes of what ``head`` decompresses to; what is damaged is left out."""
 try:
  if compression == "gz":
   return zlib.decompressobj(wbits=31).decompress(head, count)
  if compression == "bz2":
   return bz2.BZ2Decompressor().decompress(head, count)
  if compression == "xz":
   return lzma.LZMADecompressor(memlimit=256 * MIB).decompress(head, count)
 except DAMAGED:
  return b""
 return head[:count]


class GuardedStream:
 """Reads a file, decompressed, and stops at a decompression bomb."""

 def __init__(self, path: Path, compression: Compression, limits: Limits, label: str) -> None:
  self._raw = open_regular(path)
  self._label = label
  self._limits = limits
  self.compressed_size = file_size(self._raw)
  self._allowed = min(
   limits.unpacked,
   max(limits.expansion_floor, limits.expansion * self.compressed_size),
  )
  self._stream = _decompressor(self._raw, compression)
  self._compressed = bool(compression)
  self.count = 0
  self._failure: Exception | None = None

 def read(self, size: int) -> bytes:
  """``size`` bytes, fewer at the end. What came before damage comes out before it raises."""
  blocks: list[bytes] = []
  left = size
  while left > 0 and self._failure is None:
   try:
    block = self._stream.read1(left)
   except DAMAGED as error:
    self._failure = error
    break
   if not block:
    break
   blocks.append(block)
   left -= len(block)
  if not blocks and self._failure is not None:
   raise self._failure
  data = b"".join(blocks)
  self._count(len(data))
  return data

 def _count(self, size: int) -> None:
  self.count += size
  if self._compressed and self.count > self._allowed:
   raise CannotStartError(
    f"{self._label} unpacks to more than {self._allowed // MIB} MiB, over "
    f"{self._limits.expansion} times its own size: that looks like a decompression "
    "bomb. If you trust it, unpack it yourself and name the folder instead."
   )

 def close(self) -> None:
  """Close the file."""
  if self._stream is not self._raw:
   self._stream.close()
  self._raw.close()

 def __enter__(self) -> GuardedStream:
  return self

 def __exit__(self, *_: object) -> None:
  self.close()


class _Stream(Protocol):
 """What the decompressors and a plain file have in common."""

 def read1(self, size: int, /) -> bytes: ...

 def close(self) -> None: ...


def _decompressor(raw: BufferedReader, compression: Compression) -> _Stream:
 if compression == "gz":
  return gzip.GzipFile(fileobj=raw, mode="rb")
 if compression == "bz2":
  return bz2.BZ2File(raw, "rb")
 if compression == "xz":
  return lzma.LZMAFile(raw, "rb")
 return raw
'''

# ==== migrator_core/source/containers.py ====
MODULES["migrator_core/source/containers.py"] = r'''
"""Tar and zip files beside or around a backup: what they hold, without unpacking them."""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from .access import open_regular
from .blobs import Kind
from .compressed import DAMAGED, GuardedStream
from .limits import MIB, Limits
from .members import Member, Readable, safe_parts, tar_members, zip_members
from .names import TELLING, collection_name, is_ignored_file
from .scan import FoundFile
from .sniff import HEAD, Form, sniff

CONTAINER_NAMES: Final = {"gz": "tar.gz", "bz2": "tar.bz2", "xz": "tar.xz", "": "tar"}

_PEEKED_MEMBERS: Final = 5_000
_PEEKED_BYTES: Final = 256 * MIB
_USER_FOLDER = re.compile(r"[0-9a-f]{24}\Z", re.IGNORECASE)
_ALWAYS_DATA = frozenset({Form.ARCHIVE, Form.WIREDTIGER, Form.TAR, Form.ZIP, Form.CHAT_EXPORT})
_COLLECTIONS = frozenset({Form.BSON, Form.JSON, Form.EMPTY_BSON, Form.EMPTY_JSON})


@dataclass(slots=True)
class Contents:
 """What a look into a container showed."""

 has_data: bool = False
 media: set[Kind] = field(default_factory=set)
 whole: bool = True


def container_name(file: FoundFile) -> str:
 """The kind of container, as :attr:`Backup.container` names it."""
 return "zip" if file.form is Form.ZIP else CONTAINER_NAMES[file.sniffed.compression]


def peek(file: FoundFile, limits: Limits) -> Contents:
 """Look at the beginning of a container. Damage only ends the look."""
 contents = Contents()
 try:
  if file.form is Form.ZIP:
   with open_regular(file.path) as raw:
    _look_through(zip_members(raw, file.label), file, contents, None)
  else:
   with GuardedStream(file.path, file.sniffed.compression, limits, file.label) as stream:
    _look_through(tar_members(stream), file, contents, lambda: stream.count)
 except (*DAMAGED, tarfile.TarError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
  contents.whole = False
 return contents


def _look_through(
 members: Iterator[tuple[Member, Callable[[], Readable | None]]],
 file: FoundFile,
 contents: Contents,
 count: Callable[[], int] | None,
) -> None:
 for number, (member, open_member) in enumerate(members):
  if number >= _PEEKED_MEMBERS or (count is not None and count() > _PEEKED_BYTES):
   contents.whole = False
   return
  parts = safe_parts(member.name)
  if not parts or member.refused:
   continue
  kinds = media_kinds(parts, file.path.name)
  if kinds:
   contents.media |= kinds
  elif not member.is_directory:
   opened = open_member()
   head = opened.read(HEAD) if opened is not None else b""
   if _is_data(parts[-1], head, member.size):
    contents.has_data = True
    return


def _is_data(name: str, head: bytes, size: int) -> bool:
 form = sniff(name, head, size).form
 if form in _COLLECTIONS:
  return collection_name(name) in TELLING and not is_ignored_file(name)
 return form in _ALWAYS_DATA


def media_kinds(parts: list[str], container: str) -> set[Kind]:
 """Which folder of files a member belongs to: by its path, else by the container's name."""
 folders = [part.lower() for part in parts[:-1]] or [parts[0].lower()]
 if "uploads" in folders:
  return {"uploads"}
 if "images" in folders:
  return {"images"}
 if not _USER_FOLDER.match(parts[0]):
  return set()
 named: set[Kind] = set()
 if "upload" in container.lower():
  named.add("uploads")
 if "image" in container.lower():
  named.add("images")
 return named or {"uploads", "images"}
'''

# ==== migrator_core/source/conversations.py ====
MODULES["migrator_core/source/conversations.py"] = r'''
"""Messages by conversation in bounded memory.

One pass over ``messages`` notes in a temporary SQLite file where each message lies; the messages
of one conversation are then read again by their offsets. Memory stays flat however many there are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from .documents import (
 CollectionReader,
 Document,
 RawDocument,
 document_of,
)
from .values import normalise_id

COLLECTION: Final = "messages"
_CHUNK: Final = 2_000
_Row = tuple[int, bytes | None, bytes | None, bytes, int, int, bytes | None]

_SCHEMA = """
CREATE TABLE message (
    place INTEGER PRIMARY KEY,
    conversation BLOB,
    user BLOB,
    source BLOB NOT NULL,
    start INTEGER NOT NULL,
    length INTEGER NOT NULL,
    problem BLOB,
    taken INTEGER NOT NULL DEFAULT 0
)
"""
_MINE = "conversation = ? AND taken = 0 AND problem IS NULL AND (user = ? OR user IS NULL)"


class MessageIndex:
 """Where every message lies, by conversation and user. Made by :meth:`Backup.message_index`."""

 def __init__(self, path: Path, reader: CollectionReader | None) -> None:
  self.total = 0
  self._reader = reader
  self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
  # A scratch file: nothing in it is worth surviving a crash.
  self._database.execute("PRAGMA journal_mode = OFF")
  self._database.execute("PRAGMA synchronous = OFF")
  self._database.execute("PRAGMA cache_size = -16384")
  self._database.execute(_SCHEMA)

 def build(self, progress: Callable[[int], None] | None) -> None:
  """Read all messages once. ``progress`` is told of each document: how many more it is."""
  if self._reader is not None:
   rows: list[_Row] = []
   self._database.execute("BEGIN")
   for found in self._reader.raw_documents():
    self.total += 1
    rows.append(self._row(self._reader, found))
    if progress is not None:
     progress(1)
    if len(rows) >= _CHUNK:
     self._insert(rows)
   self._insert(rows)
   self._database.execute("COMMIT")
  self._database.execute("CREATE INDEX by_conversation ON message (conversation)")

 def _insert(self, rows: list[_Row]) -> None:
  statement = (
   "INSERT INTO message (place, conversation, user, source, start, length, problem) "
   "VALUES (?, ?, ?, ?, ?, ?, ?)"
  )
  self._database.executemany(statement, rows)
  rows.clear()

 def _row(self, reader: CollectionReader, found: RawDocument) -> _Row:
  document = document_of(COLLECTION, reader, found)
  data = document.data
  problem = _key(document.problem) if data is None else None
  conversation = _identifier(data.get("conversationId")) if data else None
  user = normalise_id(data.get("user")) if data else None
  return (
   found.place,
   _key(conversation),
   _key(user.lower() if user else None),
   message_name(document).encode("utf-8", "surrogatepass"),
   found.offset,
   found.length,
   problem,
  )

 def unreadable(self) -> Iterator[Document]:
  """The documents that could not be decoded, in file order."""
  rows = self._pages("problem IS NOT NULL", "source, problem")
  for source, problem in rows:
   yield Document(COLLECTION, _text(source) or "", None, _text(problem))

 def take(self, conversation_id: str, user: str) -> Iterator[Document]:
  """The messages of one user's conversation, in file order; they count as taken at once."""
  rows = self._mine(conversation_id, user, "place, start, length")
  self._mark(conversation_id, user)
  return self._read(rows)

 def take_ids(self, conversation_id: str, user: str) -> Iterator[str]:
  """Like :meth:`take`, but only the messages' source ids, and nothing is decoded."""
  rows = self._mine(conversation_id, user, "source")
  self._mark(conversation_id, user)
  return iter([_text(row[0]) or "" for row in rows])

 def untaken(self) -> Iterator[tuple[str, str | None, str | None]]:
  """What nobody took: (source id, conversationId, user), in file order."""
  columns = "source, conversation, user"
  for source, conversation, user in self._pages("taken = 0 AND problem IS NULL", columns):
   yield _text(source) or "", _text(conversation), _text(user)

 def close(self) -> None:
  """Close the scratch file."""
  self._database.close()

 def _mine(self, conversation_id: str, user: str, columns: str) -> list[tuple[Any, ...]]:
  # The statement is put together from constants of this module only.
  statement = f"SELECT {columns} FROM message WHERE {_MINE} ORDER BY place"  # noqa: S608
  return self._database.execute(statement, _keys(conversation_id, user)).fetchall()

 def _mark(self, conversation_id: str, user: str) -> None:
  statement = f"UPDATE message SET taken = 1 WHERE {_MINE}"  # noqa: S608 - constants only
  self._database.execute(statement, _keys(conversation_id, user))

 def _read(self, rows: list[tuple[Any, ...]]) -> Iterator[Document]:
  reader = self._reader
  if reader is None:
   return
  for place, offset, length in rows:
   raw = reader.read_at(offset, length)
   document = document_of(COLLECTION, reader, RawDocument(place, offset, length, raw))
   yield Document(COLLECTION, message_name(document), document.data, document.problem)

 def _pages(self, condition: str, columns: str) -> Iterator[tuple[Any, ...]]:
  """Rows page by page, so that takes may happen in between without an open cursor."""
  last = 0
  while True:
   rows = self._database.execute(
    f"SELECT place, {columns} FROM message "  # noqa: S608 - constants only
    f"WHERE place > ? AND {condition} ORDER BY place LIMIT {_CHUNK}",
    (last,),
   ).fetchall()
   if not rows:
    return
   last = rows[-1][0]
   for row in rows:
    yield row[1:]


def message_name(document: Document) -> str:
 """A message's source id: its ``messageId``, else what every document is called."""
 identifier = document.data.get("messageId") if document.data else None
 return identifier if isinstance(identifier, str) and identifier else document.source_id


def _identifier(value: Any) -> str | None:  # noqa: ANN401 - reads whatever a document holds
 if isinstance(value, bool):
  return None
 if isinstance(value, int | float):
  return str(value)
 return value if isinstance(value, str) and value else None


def _keys(conversation_id: str, user: str) -> tuple[bytes | None, bytes | None]:
 normal = normalise_id(user)
 return _key(conversation_id), _key(normal.lower() if normal else user.lower())


def _key(text: str | None) -> bytes | None:
 # Bytes, because SQLite takes no half surrogate pairs, and texts end at a NUL.
 return None if text is None else text.encode("utf-8", "surrogatepass")


def _text(key: bytes | None) -> str | None:
 return None if key is None else key.decode("utf-8", "surrogatepass")
'''

# ==== migrator_core/source/discovery.py ====
MODULES["migrator_core/source/discovery.py"] = r'''
"""Which backups lie somewhere: for a person who is about to choose one. Nothing is unpacked."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from .candidates import Candidate, find_candidates
from .containers import container_name, peek
from .documents import NoticeLog
from .layout import CONTAINERS, Finder
from .limits import Limits
from .scan import FoundFile, Scan, look_at, scan
from .sniff import Form
from .spool import Workspace


@dataclass(frozen=True, slots=True)
class Offer:
 """A backup that was found. ``path`` is what to name to get it."""

 path: Path
 kind: str
 size: int
 modified: int
 packed: bool


def find_backups(path: Path, limits: Limits = Limits()) -> list[Offer]:  # noqa: B008 - frozen
 """The backups at or below a path, the newest first."""
 real = path.resolve(strict=True)
 with tempfile.TemporaryDirectory(prefix="librechat-migrate-") as scratch:
  workspace = Workspace(Path(scratch), limits)
  finder = Finder(path, workspace, NoticeLog())
  offers = _in_folder(path, real, finder, limits) if real.is_dir() else _in_file(path, real)
  workspace.close()
 return sorted(offers, key=lambda offer: (-offer.modified, str(offer.path)))


def _in_file(path: Path, real: Path) -> list[Offer]:
 file = look_at(real, real.name)
 if file.form is Form.ARCHIVE:
  return [_offer(path, "mongodump-archive", [file], packed=False)]
 if file.form in CONTAINERS:
  return [_offer(path, container_name(file), [file], packed=True)]
 return []


def _in_folder(path: Path, root: Path, finder: Finder, limits: Limits) -> list[Offer]:
 found = scan(root, limits)
 candidates = [
  candidate
  for candidate in find_candidates(found, finder.databases_in, NoticeLog())
  if candidate.names
 ]
 offers = [_unpacked(path, root, some) for some in _by_place(candidates, root).values()]
 taken = [offer.path for offer in offers if offer.path != path]
 offers += [
  _offer(path / file.label, container_name(file), [file], packed=True)
  for file in _packed(found, limits)
  if not any((path / file.label).is_relative_to(place) for place in taken)
 ]
 return offers


def _packed(found: Scan, limits: Limits) -> list[FoundFile]:
 """Only what is a backup, or too large to tell: people choose from this list."""
 looks = ((file, peek(file, limits)) for file in found.having(*CONTAINERS))
 return [file for file, contents in looks if contents.has_data or not contents.whole]


def _by_place(candidates: list[Candidate], root: Path) -> dict[Path, list[Candidate]]:
 """Candidates by the folder directly below ``root`` that holds them."""
 places: defaultdict[Path, list[Candidate]] = defaultdict(list)
 for candidate in candidates:
  parts = candidate.root.relative_to(root).parts
  places[Path(parts[0]) if parts else Path()].append(candidate)
 return places


def _unpacked(path: Path, root: Path, candidates: list[Candidate]) -> Offer:
 """One offer for what lies in one folder: opening it will say so where it is several backups."""
 first = candidates[0]
 parts = first.root.relative_to(root).parts
 files = [
  file
  for candidate in candidates
  for file in (*candidate.files.values(), *filter(None, [candidate.archive]))
 ]
 # A folder "data" belongs to the backup whose files lie beside it.
 own = path / parts[0] if parts and parts[0] not in {"data", "dump"} else path
 return _offer(own, str(first.kind), files, packed=False)


def _offer(path: Path, kind: str, files: list[FoundFile], *, packed: bool) -> Offer:
 stats = [file.path.stat() for file in files]
 return Offer(
  path=path,
  kind=kind,
  size=sum(stat.st_size for stat in stats),
  modified=int(max((stat.st_mtime for stat in stats), default=0)),
  packed=packed,
 )
'''

# ==== migrator_core/source/documents.py ====
MODULES["migrator_core/source/documents.py"] = r'''
"""What every reader yields: documents of one collection, and the notices made on the way."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from ..outcome import Notice, WarningCode

_MAX_NOTICES = 500
_ID_LENGTH = 200  # of an `_id` that is no ObjectId: enough to look it up, short enough for a report


class UndecodableError(Exception):
 """These bytes are no document; ``str()`` is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Document:
 """One document of a collection."""

 collection: str
 source_id: str
 data: dict[str, Any] | None
 problem: str | None = None


@dataclass(frozen=True, slots=True)
class RawDocument:
 """The undecoded bytes of one document and where they lie in the plain file (in bytes)."""

 place: int
 offset: int
 length: int
 raw: bytes | None
 problem: str | None = None
 hint: str | None = None


class CollectionReader(Protocol):
 """Reads one collection from a plain file that can be read again from any offset."""

 @property
 def size(self) -> int:
  """Bytes of the plain file."""

 def raw_documents(self) -> Iterator[RawDocument]:
  """All documents in file order; never raises over what the file holds."""

 def read_at(self, offset: int, length: int) -> bytes:
  """The bytes of one document."""

 def decode(self, raw: bytes) -> dict[str, Any]:
  """The normalised values; raises :class:`UndecodableError`."""

 def guess_id(self, raw: bytes) -> str | None:
  """The ``_id`` of a document that cannot be decoded, where its beginning shows it."""

 def close(self) -> None:
  """Close what is open."""


class NoticeLog:
 """Notices of one backup. Reading a collection twice must not report its damage twice."""

 def __init__(self) -> None:
  self.items: list[Notice] = []
  self._known: set[Notice] = set()

 def add(self, code: WarningCode, detail: str) -> None:
  """Note something once."""
  if len(self.items) >= _MAX_NOTICES:
   return
  if len(self.items) == _MAX_NOTICES - 1:
   detail = "There is more like this in the backup; it is not listed any more."
  notice = Notice(code, detail)
  if notice not in self._known:
   self._known.add(notice)
   self.items.append(notice)

 def oddity(self, detail: str) -> None:
  """Note that something in the backup is unusual and how it was handled."""
  self.add(WarningCode.BACKUP_ODDITY, detail)

 def damaged(self, detail: str) -> None:
  """Note that a collection's file is damaged."""
  self.add(WarningCode.COLLECTION_DAMAGED, detail)


def identity(data: dict[str, Any]) -> str | None:
 """The ``_id`` of a document as text, or None where it has none."""
 value = data.get("_id")
 if value is None or value == "" or isinstance(value, bool):
  return None
 if isinstance(value, str):
  return value[:_ID_LENGTH]
 if isinstance(value, bytes):
  return value.hex()[:_ID_LENGTH]
 try:
  return json.dumps(value, default=repr)[:_ID_LENGTH]
 except (ValueError, RecursionError):
  return None


def place_name(place: int) -> str:
 """How a document without an ``_id`` is called."""
 return f"document {place}"


def document_of(collection: str, reader: CollectionReader, found: RawDocument) -> Document:
 """Decode one raw document; a failure becomes an unreadable document, never an exception."""
 problem = found.problem
 if found.raw is not None:
  try:
   data = reader.decode(found.raw)
  except UndecodableError as error:
   problem = str(error)
  else:
   return Document(collection, identity(data) or place_name(found.place), data)
 hint = found.hint or (reader.guess_id(found.raw) if found.raw is not None else None)
 return Document(
  collection,
  hint or place_name(found.place),
  None,
  problem or "the document cannot be read",
 )
'''

# ==== migrator_core/source/extjson.py ====
MODULES["migrator_core/source/extjson.py"] = r'''
"""MongoDB Extended JSON, relaxed and canonical, read into the project's plain values.

Format: MongoDB specification "Extended JSON v2" and mongo-tools' mongoexport. Anything that only
looks like Extended JSON (``{"$date": "yesterday"}`` in the arguments of a tool) stays what it is.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from .documents import UndecodableError
from .values import Millis

MAX_DEPTH: Final = 200
"""Levels of nesting; MongoDB itself stops at 100. A fixed bound, because Python's own depends on
how deep the caller stands, and the same document must not be readable here and unreadable there."""

BOM: Final = b"\xef\xbb\xbf"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}\Z")
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}\Z")
_DATE = re.compile(
 r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})"
 r"(?:\.([0-9]{1,9}))?(?:Z|([+-])([0-9]{2}):?([0-9]{2}))\Z"
)
_RAW_OBJECT_ID = re.compile(rb'\s*\{\s*"_id"\s*:\s*\{\s*"\$oid"\s*:\s*"([0-9a-fA-F]{24})"')


class _LookAlike(Exception):  # noqa: N818 - says "leave it as it is", it is no error
 """The value has the key of an Extended JSON type, but not its form."""


def object_id(value: Any) -> str:  # noqa: ANN401 - reads whatever a document holds
 """``$oid``: 24 lower-case hex digits."""
 if isinstance(value, str) and _OBJECT_ID.match(value):
  return value.lower()
 raise _LookAlike


def _date(value: Any) -> Millis:  # noqa: ANN401
 # The canonical {"$numberLong": …} inside has become an int already: hooks run bottom-up.
 if isinstance(value, int) and not isinstance(value, bool):
  return Millis(value)
 match = _DATE.match(value) if isinstance(value, str) else None
 if match is None:
  raise _LookAlike
 year, month, day, hour, minute, second = (int(part) for part in match.groups()[:6])
 try:
  moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
 except ValueError:
  raise _LookAlike from None
 passed = moment - _EPOCH
 millis = passed.days * 86_400_000 + passed.seconds * 1000
 fraction, sign, zone_hours, zone_minutes = match.groups()[6:]
 if fraction:
  millis += int(fraction[:3].ljust(3, "0"))
 if sign:
  shift = (int(zone_hours) * 60 + int(zone_minutes)) * 60_000
  millis += -shift if sign == "+" else shift
 return Millis(millis)


def _bounded_integer(bits: int) -> Callable[[Any], int]:
 bound = 1 << (bits - 1)

 def read(value: Any) -> int:  # noqa: ANN401
  if isinstance(value, str) and _INTEGER.match(value) and -bound <= int(value) < bound:
   return int(value)
  raise _LookAlike

 return read


def number(value: Any) -> float:  # noqa: ANN401
 """``$numberDouble`` and ``$numberDecimal`` as a float; a signalling NaN is a NaN."""
 if not isinstance(value, str) or "_" in value:
  raise _LookAlike
 if value.lower().lstrip("+-") == "snan":
  return math.nan
 try:
  return float(value)
 except ValueError:
  raise _LookAlike from None


def _binary(value: Any) -> bytes:  # noqa: ANN401
 if isinstance(value, dict) and value.keys() == {"base64", "subType"}:
  return _from_base64(value["base64"])
 raise _LookAlike


def _from_base64(value: Any) -> bytes:  # noqa: ANN401
 if not isinstance(value, str):
  raise _LookAlike
 try:
  return base64.b64decode(value, validate=True)
 except (binascii.Error, ValueError):
  raise _LookAlike from None


def _uuid(value: Any) -> bytes:  # noqa: ANN401
 try:
  return uuid.UUID(value).bytes if isinstance(value, str) else _no_match()
 except ValueError:
  raise _LookAlike from None


def _no_match() -> bytes:
 raise _LookAlike


def _symbol(value: Any) -> str:  # noqa: ANN401
 if isinstance(value, str):
  return value
 raise _LookAlike


def _undefined(value: Any) -> None:  # noqa: ANN401
 if value is not True:
  raise _LookAlike


def _pointer(value: Any) -> dict[str, Any]:  # noqa: ANN401
 if isinstance(value, dict) and value.keys() == {"$ref", "$id"}:
  return value
 raise _LookAlike


# The types that stay as they are ($timestamp, $regularExpression, $code, $minKey, $maxKey) need
# no reader; symbols, undefined and pointers follow what the BSON decoder makes of them.
_READERS: Final[dict[str, Callable[[Any], Any]]] = {
 "$oid": object_id,
 "$date": _date,
 "$numberInt": _bounded_integer(32),
 "$numberLong": _bounded_integer(64),
 "$numberDouble": number,
 "$numberDecimal": number,
 "$binary": _binary,
 "$uuid": _uuid,
 "$symbol": _symbol,
 "$undefined": _undefined,
 "$dbPointer": _pointer,
}


def _revive(value: dict[str, Any]) -> Any:  # noqa: ANN401 - any value type can stand here
 if len(value) == 1:
  ((key, inner),) = value.items()
  reader = _READERS.get(key)
  if reader is None:
   return value
  try:
   return reader(inner)
  except _LookAlike:
   return value
 if value.keys() == {"$binary", "$type"}:  # Extended JSON v1, written by mongo-tools before 4.2
  try:
   return _from_base64(value["$binary"])
  except _LookAlike:
   return value
 return value


# strict=False: a raw control character in a text is no reason to lose the document.
_DECODER: Final = json.JSONDecoder(object_hook=_revive, strict=False)


def too_deep(value: Any) -> bool:  # noqa: ANN401
 """Whether containers nest deeper than :data:`MAX_DEPTH`; visits every container once."""
 level = [value]
 for _ in range(MAX_DEPTH):
  level = [
   child
   for parent in level
   for child in (parent.values() if isinstance(parent, dict) else parent)
   if isinstance(child, dict | list)
  ]
  if not level:
   return False
 return True


def decode_json(raw: bytes) -> dict[str, Any]:
 """Read one document of Extended JSON in UTF-8; invalid UTF-8 becomes U+FFFD."""
 try:
  value = _DECODER.decode(_text(raw))
 except RecursionError:
  raise UndecodableError(f"it is nested deeper than {MAX_DEPTH} levels") from None
 except json.JSONDecodeError as error:
  raise UndecodableError(f"it is no valid JSON: {error.msg} at byte {error.pos}") from None
 except ValueError as error:  # an integer with thousands of digits
  raise UndecodableError(f"it holds a number that is too large: {error}") from None
 if not isinstance(value, dict):
  raise UndecodableError("it is valid JSON, but no document (an object in braces)")
 if raw.count(b"{") + raw.count(b"[") > MAX_DEPTH and too_deep(value):
  raise UndecodableError(f"it is nested deeper than {MAX_DEPTH} levels")
 return value


def _text(raw: bytes) -> str:
 stripped = raw.strip().removeprefix(BOM)
 try:
  return stripped.decode()
 except UnicodeDecodeError:
  return stripped.decode(errors="replace")


def guess_json_id(raw: bytes) -> str | None:
 """The ObjectId that a damaged document begins with, if it can be seen."""
 match = _RAW_OBJECT_ID.match(raw.removeprefix(BOM))
 return match.group(1).decode().lower() if match else None
'''

# ==== migrator_core/source/jsonforms.py ====
MODULES["migrator_core/source/jsonforms.py"] = r'''
"""Rewrites whatever JSON a collection was exported as into one document a line.

Known forms: a JSON array (``mongoexport --jsonArray``, MongoDB Compass), documents over several
lines (``--pretty``), UTF-16 (PowerShell's redirect). Each with damage in it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from .access import file_size, open_regular
from .documents import NoticeLog, UndecodableError
from .extjson import BOM, decode_json
from .limits import KIB, MIB, Limits
from .mongoexport import LOG_LINE, PROBLEM_LINE, JsonLinesReader
from .recovery import Budget, Likeness, first_whole, occurrences
from .scanner import JsonScanner, Slice
from .spool import SpoolWriter, Workspace

_DOCUMENT_START: Final = re.compile(rb'\{\s{0,40}"_id"')
_LINES_LOOKED_AT = 64


def encoding_of(head: bytes) -> str | None:
 """``utf-16-le`` or ``utf-16-be``, or None for UTF-8, told by mark or by where the NULs are."""
 if head.startswith((codecs.BOM_UTF16_LE, b"{\x00", b"[\x00")):
  return "utf-16-le"
 if head.startswith((codecs.BOM_UTF16_BE, b"\x00{", b"\x00[")):
  return "utf-16-be"
 return None


def utf8_head(head: bytes) -> bytes:
 """The beginning of a text file as UTF-8 without its mark and without mongoexport's own log."""
 encoding = encoding_of(head)
 if encoding is not None:
  even = head[: len(head) // 2 * 2]
  head = even.decode(encoding, "replace").removeprefix("\ufeff").encode("utf-8", "replace")
 head = head.removeprefix(BOM).lstrip()
 while LOG_LINE.match(head) and b"\n" in head:
  head = head.split(b"\n", 1)[1].lstrip()
 return head


def open_json(path: Path, label: str, workspace: Workspace, notices: NoticeLog) -> JsonLinesReader:
 """A reader for one JSON file, which is rewritten into the work directory where needed."""
 limits = workspace.limits
 with open_regular(path) as file:
  encoding = encoding_of(file.read(4))
 if encoding is not None:
  path = _transcoded(path, encoding, label, workspace)
 if _is_lines(path, limits):
  return JsonLinesReader(path, label, limits, notices)
 target = _rewritten(path, label, workspace, notices)
 if encoding is not None:
  path.unlink()
 return JsonLinesReader(target, label, limits, notices, rewritten=True)


def _transcoded(path: Path, encoding: str, label: str, workspace: Workspace) -> Path:
 decoder = codecs.getincrementaldecoder(encoding)("replace")
 writer = SpoolWriter(workspace, workspace.new_path(".json"), f"{label}, rewritten as UTF-8,")
 try:
  with open_regular(path) as file:
   while block := file.read(MIB):
    writer.write(decoder.decode(block).encode("utf-8", "replace"))
   writer.write(decoder.decode(b"", final=True).encode("utf-8", "replace"))
 finally:
  writer.close()
 return writer.path


def _is_lines(path: Path, limits: Limits) -> bool:
 """Whether documents stand one on a line. Only a whole one among the first lines proves it."""
 with open_regular(path) as file:
  if utf8_head(file.read(64 * KIB)).startswith(b"["):
   return False
  file.seek(0)
  left = limits.json_document
  candidates = 0
  for _ in range(_LINES_LOOKED_AT):
   line = file.readline(left)
   left -= len(line)
   if not line or left <= 0:
    break
   text = line.removeprefix(BOM)
   if text.startswith(b"{"):
    candidates += text.strip() != b"{"  # the first line of a document over many
    if _is_document(text):
     return True
  # No whole document at all: several lines that begin like one are damaged lines.
  return candidates > 1


def _is_document(text: bytes) -> bool:
 try:
  decode_json(text)
 except UndecodableError:
  return False
 return True


def _rewritten(path: Path, label: str, workspace: Workspace, notices: NoticeLog) -> Path:
 writer = SpoolWriter(workspace, workspace.new_path(".jsonl"), f"{label}, rewritten as lines,")
 try:
  with open_regular(path) as file:
   _check_array_end(file, label, notices)
   for line in _lines(file, label, workspace.limits, notices):
    writer.write(line)
 finally:
  writer.close()
 return writer.path


def _check_array_end(file: BinaryIO, label: str, notices: NoticeLog) -> None:
 is_array = utf8_head(file.read(KIB)).startswith(b"[")
 file.seek(max(0, file_size(file) - KIB))
 if is_array and not file.read().rstrip(b" \t\r\n\x00").endswith(b"]"):
  notices.damaged(f"{label} ends before the end of its array: the export was cut off.")
 file.seek(0)


def _lines(file: BinaryIO, label: str, limits: Limits, notices: NoticeLog) -> Iterator[bytes]:
 """Every document as one line; every piece that is none as a problem line."""
 size = file_size(file)
 scanner = JsonScanner(file, limits.json_document)
 likeness, budget = Likeness(), Budget(size)
 while (piece := scanner.next()) is not None:
  problem = piece.problem
  if piece.data is not None:
   try:
    likeness.learn(decode_json(piece.data))
   except UndecodableError as error:
    problem = str(error)
   else:
    yield _one_line(piece.data)
    continue
  elif _is_log(file, piece):
   scanner.seek(piece.end)
   continue
  following = _following(scanner, file, piece, size, likeness, budget)
  notices.damaged(
   f"{label} is damaged at byte {piece.offset}: {problem}; "
   + ("nothing behind it could be read." if following is None else "the rest was read.")
  )
  yield PROBLEM_LINE + (problem or "").encode() + b"\n"
  if following is None:
   return
  scanner.seek(following)


def _one_line(data: bytes) -> bytes:
 return data.replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"


def _is_log(file: BinaryIO, piece: Slice) -> bool:
 file.seek(piece.offset)
 return LOG_LINE.match(file.read(min(256, piece.end - piece.offset))) is not None


def _following(
 scanner: JsonScanner,
 file: BinaryIO,
 piece: Slice,
 size: int,
 likeness: Likeness,
 budget: Budget,
) -> int | None:
 """Where to go on behind a damaged piece."""

 def read(place: int) -> tuple[bytes | None, int]:
  scanner.seek(place)
  found = scanner.next()
  if found is None:
   return None, MIB
  return found.data, max(found.end - place, MIB // 16)

 bound = piece.end if piece.whole else size
 places = occurrences(file, piece.offset + 1, bound, _DOCUMENT_START)
 inside = first_whole(places, read, decode_json, likeness, budget)
 if inside is not None:
  return inside
 return piece.end if piece.whole else None
'''

# ==== migrator_core/source/layout.py ====
MODULES["migrator_core/source/layout.py"] = r'''
"""What lies at the path the operator named: recognised by content, not by name.

A backup may be a folder (mongoexport's JSON, mongodump's BSON), a mongodump archive, or a tar or
zip file around either, with the uploaded files beside it, around it, or in tar files of their own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from ..errors import CannotStartError
from .archive import read_prelude
from .blobs import BlobRoot
from .bsondoc import BsonDecoder
from .candidates import (
 BackupKind,
 Candidate,
 Databases,
 archive_candidate,
 choose,
 find_candidates,
)
from .compressed import DAMAGED, GuardedStream
from .containers import Contents, container_name, media_kinds, peek
from .documents import NoticeLog
from .names import looks_exported
from .refusals import not_found, nothing_found, unreadable, wrong_file
from .scan import FoundFile, Scan, look_at, media_in, scan
from .sniff import Form
from .spool import Workspace
from .unpack import unpack

CONTAINERS: Final = (Form.TAR, Form.ZIP)
_MAX_NESTING: Final = 3  # a zip around a tar.gz around a dump
_DUMP_FOLDERS: Final = frozenset({"dump", "mongodump", "mongodb", "backup", "data"})


@dataclass(slots=True)
class Located:
 """A backup that was found: its data, what it was packed in, and its folders of files."""

 candidate: Candidate
 container: str | None = None
 media: list[BlobRoot] = field(default_factory=list)


def locate(path: Path, workspace: Workspace, notices: NoticeLog) -> Located:
 """Find the backup at ``path`` and unpack what must be unpacked to read it."""
 try:
  real = path.resolve(strict=True)
  is_folder = real.is_dir()
  if is_folder and not os.access(real, os.R_OK | os.X_OK, effective_ids=True):
   raise unreadable(path)
 except PermissionError:
  raise unreadable(path) from None
 except (OSError, RuntimeError, ValueError):
  raise not_found(path) from None
 finder = Finder(path, workspace, notices)
 return finder.in_folder(real) if is_folder else finder.in_file(real)


class Finder:
 """Carries what every step of the search needs; ``shown`` is the path as the operator said."""

 def __init__(self, shown: Path, workspace: Workspace, notices: NoticeLog) -> None:
  self._shown = shown
  self._workspace = workspace
  self._notices = notices

 def in_file(self, path: Path) -> Located:
  """The path is a file: an archive or a container."""
  try:
   file = look_at(path, path.name)
  except PermissionError:
   raise unreadable(self._shown) from None
  except OSError:
   raise not_found(self._shown) from None
  if file.form is Form.ARCHIVE:
   # Named by itself, an archive without LibreChat in it deserves its own message.
   databases = self.databases_in(file)
   candidate = archive_candidate(file, databases, self._notices)
   self._check_archive(candidate, databases)
   located = Located(candidate, media=list(_beside(path.parent)))
   self._add_packed_media(located, self._siblings(path))
   return located
  if file.form in CONTAINERS:
   return self._in_container(file, 0)
  raise wrong_file(self._shown, file.form)

 def in_folder(self, root: Path, nesting: int = 0) -> Located:
  """The path is a folder, or a container was unpacked into one."""
  found = scan(root, self._workspace.limits, leave_out=self._workspace.root.resolve())
  candidates = [
   candidate
   for candidate in find_candidates(found, self.databases_in, self._notices)
   if candidate.names
  ]
  if not candidates:
   return self._in_container(self._only_container(found, nesting), nesting)
  candidate = choose(candidates, self._shown, self._notices)
  self._check_denied(candidate, found)
  self._note_scan(found)
  located = Located(candidate)
  own = _own_folder(candidate, candidates, root)
  located.media = _near(found.media, candidate, own)
  if not located.media and nesting == 0:
   located.media = list(_above(candidate, root))
  packed = [file for file in found.having(*CONTAINERS) if file.path.is_relative_to(own)]
  self._add_packed_media(located, packed)
  return located

 def _in_container(self, file: FoundFile, nesting: int) -> Located:
  if nesting >= _MAX_NESTING:
   raise CannotStartError(
    f"{self._shown} is packed more than {_MAX_NESTING} times over. Unpack it yourself "
    "and name the folder."
   )
  target = self._unpack(file)
  located = self.in_folder(target, nesting + 1)
  located.container = container_name(file)
  if not located.media and nesting == 0:
   located.media = list(_beside(file.path.parent))
  return located

 def _unpack(self, file: FoundFile) -> Path:
  compression = file.sniffed.compression
  if file.form is Form.ZIP and compression:
   raise wrong_file(file.path, Form.ZIP)
  return unpack(
   file.path,
   compression,
   file.label,
   self._workspace,
   self._notices,
   is_zip=file.form is Form.ZIP,
  )

 def _only_container(self, found: Scan, nesting: int) -> FoundFile:
  """The one container that may hold the backup, where nothing lies there unpacked."""
  holding = [
   file
   for file in found.having(*CONTAINERS)
   if may_hold_data(peek(file, self._workspace.limits))
  ]
  if not holding or nesting >= _MAX_NESTING:
   raise nothing_found(self._shown, found)
  if len(holding) > 1:
   listed = "\n".join(f"  {self._shown / file.label}" for file in holding[:20])
   raise CannotStartError(
    f"{self._shown} holds {len(holding)} packed backups, and it is not for this tool "
    f"to guess which one is meant. Name one of them:\n{listed}"
   )
  return holding[0]

 def databases_in(self, file: FoundFile) -> Databases | None:
  limits = self._workspace.limits
  decoder = BsonDecoder()
  try:
   compression = file.sniffed.compression
   with GuardedStream(file.path, compression, limits, file.label) as stream:
    prelude = read_prelude(stream, decoder, limits.bson_document)
  except DAMAGED:
   return None
  return prelude.databases if prelude is not None else None

 def _check_archive(self, candidate: Candidate, databases: Databases | None) -> None:
  if candidate.names:
   return
  holds = ", ".join(sorted(databases)) if databases else "nothing that can be read"
  raise CannotStartError(
   f"{self._shown} is a mongodump archive without a database of LibreChat: it holds "
   f"{holds}. Looked for were collections such as users, conversations and messages."
  )

 def _check_denied(self, candidate: Candidate, found: Scan) -> None:
  """A collection that cannot be read would be missing in silence."""
  for label in found.denied:
   path = found.root / label
   if path.parent == candidate.root and looks_exported(path.name):
    raise unreadable(path)
   self._notices.oddity(f"{label} may not be read by this user; what is in it is missing.")

 def _note_scan(self, found: Scan) -> None:
  for label in found.links[:20]:
   self._notices.oddity(f"{label} is a symbolic link; it was not followed.")
  if not found.whole:
   self._notices.oddity(
    f"{self._shown} holds so many files and folders that not all were looked at; name "
    "the folder of the backup itself if something is missing."
   )

 def _siblings(self, path: Path) -> list[FoundFile]:
  """The containers in the folder of an archive that was named by itself."""
  shallow = replace(self._workspace.limits, scan_depth=0)
  return scan(path.parent, shallow).having(*CONTAINERS)

 def _add_packed_media(self, located: Located, containers: list[FoundFile]) -> None:
  """Unpack tar files of uploads and images, where those are not there as folders."""
  present = {root.kind for root in located.media}
  offers: list[tuple[FoundFile, Contents]] = []
  for file in containers:
   contents = peek(file, self._workspace.limits)
   if contents.has_data or not contents.media:
    self._notices.oddity(f"{file.label} lies beside the backup; it was not used.")
   elif contents.media <= present:
    self._notices.oddity(f"{file.label} was not used: its folders lie there unpacked.")
   else:
    offers.append((file, contents))
  for file, contents in offers:
   rivals = [other.label for other, o in offers if o.media & contents.media]
   if len(rivals) > 1:
    self._notices.oddity(
     f"{' and '.join(rivals)} hold the same kind of files; none of them was used. "
     "Leave only the right one there."
    )
    continue
   located.media += self._unpacked_media(file)

 def _unpacked_media(self, file: FoundFile) -> list[BlobRoot]:
  target = self._unpack(file)
  found = scan(target, self._workspace.limits)
  if found.media:
   return [BlobRoot(m.path, m.kind, f"{file.label}/{m.label}") for m in found.media]
  # Packed from inside the folder: the users' folders are at the top.
  kinds = set().union(*(media_kinds([name, ""], file.path.name) for name in found.names))
  return [BlobRoot(target, kind, file.label) for kind in sorted(kinds)]


def may_hold_data(contents: Contents) -> bool:
 return contents.has_data or not contents.whole or not contents.media


def _own_folder(candidate: Candidate, candidates: list[Candidate], root: Path) -> Path:
 """The largest folder around a backup that holds no other one: its files are in there."""
 others = [other.root for other in candidates if other is not candidate]
 own = candidate.root if candidate.archive is None else candidate.root.parent
 while own != root and not any(other.is_relative_to(own.parent) for other in others):
  own = own.parent
 return own


def _near(media: list[BlobRoot], candidate: Candidate, own: Path) -> list[BlobRoot]:
 def distance(root: BlobRoot) -> tuple[int, str]:
  steps = Path(os.path.relpath(root.path, candidate.root)).parts
  return len(steps), root.label

 return sorted((root for root in media if root.path.is_relative_to(own)), key=distance)


def _above(candidate: Candidate, root: Path) -> Iterator[BlobRoot]:
 """The files of a backup of which only the data folder was named."""
 folder = candidate.root
 if candidate.archive is not None or root != folder:
  levels = [root.parent] if root.name.lower() in _DUMP_FOLDERS else []
 elif candidate.kind is BackupKind.MONGODUMP:
  nested = folder.parent.name.lower() in _DUMP_FOLDERS
  levels = [folder.parent, *([folder.parent.parent] if nested else [])]
 else:
  levels = [folder.parent] if folder.name.lower() == "data" else []
 for level in levels:
  media = list(media_in(level, level))
  if media:
   yield from media
   return


def _beside(folder: Path) -> Iterator[BlobRoot]:
 yield from media_in(folder, folder)
'''

# ==== migrator_core/source/limits.py ====
MODULES["migrator_core/source/limits.py"] = r'''
"""What a backup may ask of the machine: bounds against hostile or broken input."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
 """Bounds, in bytes where no other unit is named. The defaults suit every real backup."""

 bson_document: int = 48 * MIB
 json_document: int = 64 * MIB
 unpacked: int = 1024 * GIB
 members: int = 2_000_000
 expansion: int = 200
 expansion_floor: int = 512 * MIB
 free_space_reserve: int = 64 * MIB
 scan_depth: int = 8
 scan_entries: int = 100_000
 scan_opened: int = 5_000
'''

# ==== migrator_core/source/members.py ====
MODULES["migrator_core/source/members.py"] = r'''
"""The members of tar and zip files, one after the other, in bounded memory."""

from __future__ import annotations

import re
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, BinaryIO, Final, Protocol, Self

from ..errors import CannotStartError
from .compressed import GuardedStream
from .limits import KIB, MIB

_MAX_HEADER: Final = MIB  # of a long name or pax header; tarfile would read any size into memory
_MAX_DIRECTORY: Final = 128 * MIB  # of a zip file's table of contents, which is read at once
_EXTENDED = frozenset(
 {
  tarfile.XHDTYPE,
  tarfile.XGLTYPE,
  tarfile.SOLARIS_XHDTYPE,
  tarfile.GNUTYPE_LONGNAME,
  tarfile.GNUTYPE_LONGLINK,
 }
)


class Readable(Protocol):
 """The content of a member."""

 def read(self, size: int, /) -> bytes:
  """Up to ``size`` bytes."""


@dataclass(slots=True)
class Member:
 """One entry of a container; ``refused`` says why it must not be written."""

 name: str
 size: int
 is_directory: bool = False
 refused: str | None = None


def safe_parts(name: str) -> list[str] | None:
 """The components of a member's name, or None when it is absolute or leads outside."""
 if "\x00" in name or name.startswith(("/", "\\")) or re.match(r"[A-Za-z]:[\\/]", name):
  return None
 if "/" not in name:
  name = name.replace("\\", "/")  # zip files of old Windows tools
 parts = [part for part in name.split("/") if part not in {"", "."}]
 return None if ".." in parts else parts


class _CheckedHeader(tarfile.TarInfo):
 """A header of bounded size; tells the end of an archive from damage, which tarfile does not."""

 @classmethod
 def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
  """Read one block of 512 bytes."""
  try:
   header = super().frombuf(buf, encoding, errors)
  except tarfile.HeaderError as error:
   if not any(buf) and len(buf) in {0, tarfile.BLOCKSIZE}:
    raise  # a block of zeros, which some tools leave out: the proper end
   raise EOFError(f"a header is damaged or missing: {error}") from None
  if header.type in _EXTENDED and header.size > _MAX_HEADER:
   raise EOFError(f"a header of {header.size} bytes")
  return header


def tar_members(stream: GuardedStream) -> Iterator[tuple[Member, Callable[[], Readable | None]]]:
 """The members of a tar stream in order, each with a way to open it before the next is asked."""
 try:
  with tarfile.open(  # type: ignore[call-overload]  # the stubs do not know "r|"
   fileobj=stream,
   mode="r|",
   tarinfo=_CheckedHeader,
   encoding="utf-8",
   errors="surrogateescape",
   bufsize=20 * tarfile.BLOCKSIZE * 16,
  ) as tar:
   while (info := tar.next()) is not None:
    tar.members = []  # tarfile keeps every header it ever read
    yield _tar_member(info), lambda found=info: tar.extractfile(found)  # type: ignore[misc]
 except tarfile.TarError as error:
  raise EOFError(str(error)) from error


def _tar_member(info: tarfile.TarInfo) -> Member:
 refused = None
 if info.issym() or info.islnk():
  refused = "a link"
 elif not (info.isreg() or info.isdir()):
  refused = "a device or special file"
 return Member(info.name, info.size if info.isreg() else 0, info.isdir(), refused)


def zip_members(
 file: BinaryIO, label: str
) -> Iterator[tuple[Member, Callable[[], Readable | None]]]:
 """The members of a zip file, each with a way to open it."""
 _check_directory(file, label)
 with zipfile.ZipFile(file) as archive:
  for info in archive.infolist():
   _check_encryption(info, label)
   yield _zip_member(info), lambda found=info: _opened(archive, found)  # type: ignore[misc]


def _opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
 return archive.open(info)


def _check_encryption(info: zipfile.ZipInfo, label: str) -> None:
 if info.flag_bits & 0x1:
  raise CannotStartError(
   f"{label} is protected with a password. Unpack it yourself and name the folder instead."
  )


def _zip_member(info: zipfile.ZipInfo) -> Member:
 mode = info.external_attr >> 16
 refused = None
 if stat.S_ISLNK(mode):
  refused = "a link"
 elif stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
  refused = "a device or special file"
 return Member(info.filename, info.file_size, info.is_dir(), refused)


def _check_directory(file: IO[bytes], label: str) -> None:
 """zipfile reads the whole table of contents into memory: look at its size before."""
 size = file.seek(0, 2)
 file.seek(max(0, size - 66 * KIB))
 tail = file.read()
 end = tail.rfind(b"PK\x05\x06")
 length = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
 end64 = tail.rfind(b"PK\x06\x06")
 if length == 0xFFFFFFFF and end64 >= 0:
  length = int.from_bytes(tail[end64 + 40 : end64 + 48], "little")
 file.seek(0)
 if length > _MAX_DIRECTORY:
  raise CannotStartError(
   f"{label} has a table of contents of {length // MIB} MiB, which is too much to read. "
   "Unpack it yourself and name the folder instead."
  )
'''

# ==== migrator_core/source/models/__init__.py ====
MODULES["migrator_core/source/models/__init__.py"] = r'''
"""Pydantic models of LibreChat's documents, lenient on what every version since 0.7 wrote."""
'''

# ==== migrator_core/source/models/access.py ====
MODULES["migrator_core/source/models/access.py"] = r'''
"""Rows of ``aclentries`` (who may do what) and ``projects`` (how things were shared before).

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8). A
wrong value never reads as a right: what cannot be understood grants nothing.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from .base import (
 Identifier,
 Reference,
 References,
 SourceModel,
 String,
 Texts,
 read_millis,
)


def _permission_bits(value: Any) -> int:  # noqa: ANN401 - reads whatever a document holds
 """A negative number would have every bit set, a fraction means nothing."""
 if isinstance(value, bool) or not isinstance(value, int | float):
  return 0
 return int(value) if 0 <= value < 2**31 and value == int(value) else 0


def _expiry(value: Any) -> int | None:  # noqa: ANN401 - reads whatever a document holds
 """None without an expiry; a date that cannot be read counts as long past."""
 if value is None:
  return None
 millis = read_millis(value)
 return 0 if millis is None else millis


Expiry = Annotated[int | None, BeforeValidator(_expiry)]
"""When something ends, in milliseconds since the epoch."""


class AclEntry(SourceModel):
 """One permission. ``expired_at`` is in milliseconds since the epoch."""

 id: Reference = Field(default=None, alias="_id")
 principal_type: String = Field(default=None, alias="principalType")
 principal_id: String = Field(default=None, alias="principalId")
 """A user's or group's ``_id``, or a role's name; absent for ``public``."""
 resource_type: String = Field(default=None, alias="resourceType")
 resource_id: Reference = Field(default=None, alias="resourceId")
 permission_bits: Annotated[int, BeforeValidator(_permission_bits)] = Field(
  default=0, alias="permBits"
 )
 expired_at: Expiry = Field(default=None, alias="expiredAt")


class Project(SourceModel):
 """A container of shared things. The one called ``instance`` is shared with everybody."""

 id: Identifier = Field(alias="_id")
 name: String = None
 agent_ids: Texts = Field(default_factory=list, alias="agentIds")
 """LibreChat's ``agent_…`` ids, not the agents' ``_id``."""
 prompt_group_ids: References = Field(default_factory=list, alias="promptGroupIds")
'''

# ==== migrator_core/source/models/agent.py ====
MODULES["migrator_core/source/models/agent.py"] = r'''
"""A row of LibreChat's ``agents`` collection.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
``versions`` repeats the whole configuration once for every change and is not read.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from .base import (
 Date,
 Flag,
 Integer,
 Items,
 Mapping,
 Name,
 Reference,
 References,
 SourceModel,
 String,
 Text,
 Texts,
)


class Agent(SourceModel):
 """One agent. Dates are milliseconds since the epoch."""

 id: Name
 """LibreChat's ``agent_…``, by which chats and other agents know it."""
 document_id: Reference = Field(default=None, alias="_id")
 """The row's own ``_id``, by which permissions know it."""
 name: Text = None
 description: Text = None
 instructions: String = None
 provider: Text = None
 model: String = None
 model_parameters: Mapping = Field(default_factory=dict)
 tools: Texts = Field(default_factory=list)
 tool_resources: Mapping = Field(default_factory=dict)
 avatar: Mapping = Field(default_factory=dict)
 conversation_starters: Texts = Field(default_factory=list)
 author: Reference = None
 author_name: Text = Field(default=None, alias="authorName")
 artifacts: Text = None
 recursion_limit: Integer = None
 category: Text = None
 support_contact: Mapping = Field(default_factory=dict)
 is_promoted: Flag = False
 actions: Texts = Field(default_factory=list)
 agent_ids: Texts = Field(default_factory=list)
 edges: Items = Field(default_factory=list)
 subagents: Mapping = Field(default_factory=dict)
 skills: Texts = Field(default_factory=list)
 mcp_server_names: Texts = Field(default_factory=list, alias="mcpServerNames")
 is_collaborative: Flag = Field(default=False, alias="isCollaborative")
 project_ids: References = Field(default_factory=list, alias="projectIds")
 created_at: Date = Field(default=None, alias="createdAt")
 updated_at: Date = Field(default=None, alias="updatedAt")

 @property
 def avatar_path(self) -> str | None:
  """Where the picture is: a path below ``/images`` or an address; None without one."""
  path: Any = self.avatar.get("filepath")
  return path if isinstance(path, str) and path.strip() else None
'''

# ==== migrator_core/source/models/base.py ====
MODULES["migrator_core/source/models/base.py"] = r'''
"""What all document models share: lenient fields and one way to parse.

LibreChat's rows are as old as the installation, and a backup may be damaged or hostile. So a field
that has the wrong type counts as absent, unless the document is worthless without it. Strings and
numbers are accepted for each other where the text is what counts.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from ..values import Millis, normalise_id

# ruff: noqa: ANN401 - the functions below read whatever a document holds


class InvalidDocumentError(Exception):
 """The document lacks what every document of its kind must have; ``str()`` says what."""


class SourceModel(BaseModel):
 """Base of every document model. Unknown fields are dropped, none is required by default."""

 model_config = ConfigDict(extra="ignore", frozen=True, arbitrary_types_allowed=False)


M = TypeVar("M", bound=SourceModel)


def parse(model: type[M], data: dict[str, Any]) -> M:
 """Read one normalised document."""
 try:
  return model.model_validate(data)
 except ValidationError as error:
  problems = ", ".join(
   f"{'.'.join(str(part) for part in item['loc']) or 'document'}: {item['msg']}"
   for item in error.errors(include_input=False, include_url=False)[:5]
  )
  raise InvalidDocumentError(problems) from error
 except RecursionError as error:
  raise InvalidDocumentError("the document is nested too deeply") from error


def _text(value: Any) -> str | None:
 if isinstance(value, str):
  return value
 if isinstance(value, bool) or value is None:
  return None
 if isinstance(value, int | float):
  return _number_text(value)
 return None


def _number_text(value: float) -> str | None:
 try:
  return str(value)
 except ValueError:  # more digits than Python converts: no text that anybody wrote
  return None


def _flag(value: Any) -> bool:
 return value if isinstance(value, bool) else False


def _integer(value: Any) -> int | None:
 if isinstance(value, bool) or not isinstance(value, int | float):
  return None
 return int(value) if math.isfinite(value) else None


def _mapping(value: Any) -> dict[str, Any]:
 return value if isinstance(value, dict) else {}


def _items(value: Any) -> list[Any]:
 return value if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
 return [item for item in _items(value) if isinstance(item, str)]


def read_millis(value: Any) -> int | None:
 """Milliseconds since the epoch from whatever LibreChat and its importers wrote as a date."""
 if isinstance(value, Millis):
  return int(value)
 if isinstance(value, bool):
  return None
 if isinstance(value, int | float):
  if not math.isfinite(value) or value <= 0:
   return None
  # 1e11 s is the year 5138, 1e11 ms is 1973: below, it is seconds.
  return int(value if value >= 1e11 else value * 1000)
 if isinstance(value, str):
  return _iso_millis(value)
 return None


def _iso_millis(text: str) -> int | None:
 try:
  moment = datetime.fromisoformat(text.strip())
 except ValueError:
  return None
 if moment.tzinfo is None:
  moment = moment.replace(tzinfo=UTC)
 try:
  return int(moment.timestamp() * 1000)
 except (OverflowError, ValueError):
  return None


def _string(value: Any) -> str | None:
 return value if isinstance(value, str) else None


def _identifier(value: Any) -> Any:
 """A document's own ``_id``. Hand-made documents have numbers there."""
 if isinstance(value, int) and not isinstance(value, bool):
  value = _number_text(value)
 identifier = normalise_id(value)
 if identifier is None:
  raise ValueError("is missing or is no id")
 return identifier


def _name(value: Any) -> Any:
 """An id that LibreChat made up as a string, letter case kept."""
 text = _text(value)
 if text is None or not text.strip():
  raise ValueError("is missing or empty")
 return text.strip()


def _references(value: Any) -> list[str]:
 references = (normalise_id(item) for item in _items(value))
 return [reference for reference in references if reference is not None]


Text = Annotated[str | None, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Integer = Annotated[int | None, BeforeValidator(_integer)]
Mapping = Annotated[dict[str, Any], BeforeValidator(_mapping)]
Items = Annotated[list[Any], BeforeValidator(_items)]
Texts = Annotated[list[str], BeforeValidator(_texts)]
Date = Annotated[int | None, BeforeValidator(read_millis)]
Reference = Annotated[str | None, BeforeValidator(normalise_id)]
"""A reference to another document (user, group …) as comparable text."""
String = Annotated[str | None, BeforeValidator(_string)]
"""Text that is nothing but text: a number in its place is damage, not a value."""
References = Annotated[list[str], BeforeValidator(_references)]
"""References to other documents, those that are none left out."""
Identifier = Annotated[str, BeforeValidator(_identifier)]
"""The document's own ``_id``; the document is worthless without it."""
Name = Annotated[str, BeforeValidator(_name)]
"""An id by which other documents know this one, such as ``file_id``; required."""
'''

# ==== migrator_core/source/models/chat_project.py ====
MODULES["migrator_core/source/models/chat_project.py"] = r'''
"""A row of LibreChat's ``chatprojects`` collection: a named group of one user's conversations.

Fields as published in ``@librechat/data-schemas`` 0.0.70 (LibreChat 0.8.7). Its count and its last
conversation are copies, may be wrong, and are not read.
"""

from __future__ import annotations

from pydantic import Field

from .base import Date, Identifier, Reference, SourceModel, Text


class ChatProject(SourceModel):
 """One project. Dates are milliseconds since the epoch."""

 id: Identifier = Field(alias="_id")
 name: Text = None
 description: Text = None
 user: Reference = None
 created_at: Date = Field(default=None, alias="createdAt")
 updated_at: Date = Field(default=None, alias="updatedAt")
'''

# ==== migrator_core/source/models/conversation.py ====
MODULES["migrator_core/source/models/conversation.py"] = r'''
"""A row of LibreChat's ``conversations`` collection.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
The list of message ids in the row is often stale and not read: messages are joined by
``conversationId``.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from .base import (
 Date,
 Flag,
 Mapping,
 Reference,
 SourceModel,
 Text,
 Texts,
)

PARAMETERS = (
 "temperature",
 "top_p",
 "topP",
 "top_k",
 "topK",
 "presence_penalty",
 "frequency_penalty",
 "max_tokens",
 "maxTokens",
 "maxOutputTokens",
 "max_output_tokens",
 "maxContextTokens",
 "stop",
 "seed",
 "reasoning_effort",
 "reasoning_summary",
 "verbosity",
 "thinking",
 "thinkingBudget",
 "thinkingLevel",
 "effort",
 "promptCache",
 "useResponsesApi",
 "web_search",
 "imageDetail",
 "resendFiles",
 "resendImages",
 "fileTokenLimit",
 "disableStreaming",
 "examples",
)
"""The fields that say how the model was called, of every provider and version."""


def _identity(value: object) -> object:
 """Numbers count as text, as they do for the messages' side of the join."""
 return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _not_blank(value: str) -> str:
 if not value.strip():
  raise ValueError("is blank")
 return value


def _flag_or_none(value: object) -> bool | None:
 return value if isinstance(value, bool) else None


class Conversation(SourceModel):
 """One conversation, without its messages. Dates are milliseconds since the epoch."""

 document_id: Reference = Field(default=None, alias="_id")
 conversation_id: Annotated[
  str, BeforeValidator(_identity), AfterValidator(_not_blank), Field(alias="conversationId")
 ]
 user: Reference = None
 title: Text = None
 endpoint: Text = None
 endpoint_type: Text = Field(default=None, alias="endpointType")
 model: Text = None
 agent_id: Text = None
 assistant_id: Text = None
 spec: Text = None
 prompt_prefix: Text = Field(default=None, alias="promptPrefix")
 system: Text = None
 instructions: Text = None
 additional_instructions: Text = None
 tags: Texts = Field(default_factory=list)
 is_archived: Flag = Field(default=False, alias="isArchived")
 pinned: Flag = False
 chat_project_id: Reference = Field(default=None, alias="chatProjectId")
 expired_at: Date = Field(default=None, alias="expiredAt")
 is_temporary: Annotated[bool | None, BeforeValidator(_flag_or_none)] = Field(
  default=None, alias="isTemporary"
 )
 parameters: Mapping = Field(default_factory=dict)
 """The row's :data:`PARAMETERS`, by their names there, of whatever type."""
 created_at: Date = Field(default=None, alias="createdAt")
 updated_at: Date = Field(default=None, alias="updatedAt")

 @model_validator(mode="before")
 @classmethod
 def _gather_parameters(cls, data: object) -> object:
  if not isinstance(data, dict):
   return data
  return {**data, "parameters": {name: data[name] for name in PARAMETERS if name in data}}
'''

# ==== migrator_core/source/models/file.py ====
MODULES["migrator_core/source/models/file.py"] = r'''
"""A row of LibreChat's ``files`` collection: what is known about a file, not its bytes.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
"""

from __future__ import annotations

from pydantic import Field

from .base import (
 Date,
 Flag,
 Integer,
 Name,
 Reference,
 SourceModel,
 String,
 Text,
)


class File(SourceModel):
 """One file record. Dates are milliseconds since the epoch, ``bytes`` is a size."""

 id: Reference = Field(default=None, alias="_id")
 file_id: Name
 """Unique per user only: two people may own the same one."""
 user: Reference = None
 filename: Text = None
 filepath: String = None
 bytes: Integer = None
 type: String = None
 source: String = None
 context: String = None
 text: String = None
 """What LibreChat extracted from the file, or what an OCR service read in it."""
 embedded: Flag = False
 width: Integer = None
 height: Integer = None
 conversation_id: Text = Field(default=None, alias="conversationId")
 message_id: Text = Field(default=None, alias="messageId")
 created_at: Date = Field(default=None, alias="createdAt")
 updated_at: Date = Field(default=None, alias="updatedAt")
'''

# ==== migrator_core/source/models/group.py ====
MODULES["migrator_core/source/models/group.py"] = r'''
"""A row of LibreChat's ``groups`` collection: a local group or one of an identity provider.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
"""

from __future__ import annotations

from pydantic import Field

from .base import Date, Identifier, SourceModel, Text, Texts


class Group(SourceModel):
 """One group. Dates are milliseconds since the epoch."""

 id: Identifier = Field(alias="_id")
 name: Text = None
 description: Text = None
 email: Text = None
 source: Text = None
 id_on_the_source: Text = Field(default=None, alias="idOnTheSource")
 member_ids: Texts = Field(default_factory=list, alias="memberIds")
 """A user's ``idOnTheSource`` where they have one, else their ``_id``; may be stale."""
 created_at: Date = Field(default=None, alias="createdAt")
 updated_at: Date = Field(default=None, alias="updatedAt")
'''

# ==== migrator_core/source/models/message.py ====
MODULES["migrator_core/source/models/message.py"] = r'''
"""A row of LibreChat's ``messages`` collection.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8),
plus what older versions and importers left behind. No field is required: whatever a message has
is worth showing. What a person typed or read (``text``, ``content``, …) is kept exactly as it was
stored, of whatever type, so that conversion can decide how to show it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from .base import (
 Date,
 Flag,
 Integer,
 Mapping,
 Reference,
 SourceModel,
 Text,
)

NO_PARENT = "00000000-0000-0000-0000-000000000000"
"""What LibreChat stores as the parent of a conversation's first message."""


def _one_or_many(value: object) -> list[object]:
 """A list as it is; a lone object or text, which hand-edited rows hold, as a list of one."""
 if isinstance(value, list):
  return value
 return [value] if isinstance(value, dict | str) and value else []


def _flag_or_none(value: object) -> bool | None:
 return value if isinstance(value, bool) else None


Entries = Annotated[list[object], BeforeValidator(_one_or_many)]
OptionalFlag = Annotated[bool | None, BeforeValidator(_flag_or_none)]


class Message(SourceModel):
 """One message. Dates are milliseconds since the epoch."""

 document_id: Reference = Field(default=None, alias="_id")
 message_id: Text = Field(default=None, alias="messageId")
 conversation_id: Text = Field(default=None, alias="conversationId")
 user: Reference = None
 parent_message_id: Text = Field(default=None, alias="parentMessageId")
 is_created_by_user: OptionalFlag = Field(default=None, alias="isCreatedByUser")
 sender: Text = None
 text: object = None
 content: object = None
 model: Text = None
 endpoint: Text = None
 files: Entries = Field(default_factory=list)
 attachments: Entries = Field(default_factory=list)
 image_urls: Entries = Field(default_factory=list)
 quotes: Entries = Field(default_factory=list)
 plugin: Mapping = Field(default_factory=dict)
 plugins: Entries = Field(default_factory=list)
 error: Flag = False
 unfinished: Flag = False
 finish_reason: Text = None
 feedback: Mapping = Field(default_factory=dict)
 token_count: Integer = Field(default=None, alias="tokenCount")
 metadata: Mapping = Field(default_factory=dict)
 created_at: Date = Field(default=None, alias="createdAt")
 updated_at: Date = Field(default=None, alias="updatedAt")
'''

# ==== migrator_core/source/models/prompt.py ====
MODULES["migrator_core/source/models/prompt.py"] = r'''
"""Rows of LibreChat's ``promptgroups`` and ``prompts`` collections.

A prompt as people know it is a group; the rows of ``prompts`` are its versions. Fields as published
in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
"""

from __future__ import annotations

from pydantic import Field

from .base import (
 Date,
 Identifier,
 Integer,
 Reference,
 References,
 SourceModel,
 String,
 Text,
)


class PromptGroup(SourceModel):
 """One prompt with all its versions. Dates are milliseconds since the epoch."""

 id: Identifier = Field(alias="_id")
 name: Text = None
 oneliner: Text = None
 category: Text = None
 command: String = None
 production_id: Reference = Field(default=None, alias="productionId")
 author: Reference = None
 author_name: Text = Field(default=None, alias="authorName")
 number_of_generations: Integer = Field(default=None, alias="numberOfGenerations")
 project_ids: References = Field(default_factory=list, alias="projectIds")
 created_at: Date = Field(default=None, alias="createdAt")
 updated_at: Date = Field(default=None, alias="updatedAt")


class Prompt(SourceModel):
 """One version of a prompt."""

 id: Identifier = Field(alias="_id")
 group_id: Reference = Field(default=None, alias="groupId")
 author: Reference = None
 prompt: String = None
 type: Text = None
 created_at: Date = Field(default=None, alias="createdAt")
 updated_at: Date = Field(default=None, alias="updatedAt")
'''

# ==== migrator_core/source/models/shared_link.py ====
MODULES["migrator_core/source/models/shared_link.py"] = r'''
"""A row of LibreChat's ``sharedlinks`` collection.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8). A
wrong value never reads as a right: what cannot be understood opens nothing.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from .access import Expiry
from .base import Date, Reference, References, SourceModel, String, Text


def _is_true(value: Any) -> bool:  # noqa: ANN401 - reads whatever a document holds
 return value is True


class SharedLink(SourceModel):
 """One link. Dates are milliseconds since the epoch."""

 id: Reference = Field(default=None, alias="_id")
 share_id: String = Field(default=None, alias="shareId")
 conversation_id: Text = Field(default=None, alias="conversationId")
 user: Reference = None
 title: Text = None
 messages: References = Field(default_factory=list)
 is_public: Annotated[bool, BeforeValidator(_is_true)] = Field(default=False, alias="isPublic")
 target_message_id: object = Field(default=None, alias="targetMessageId")
 expired_at: Expiry = Field(default=None, alias="expiredAt")
 created_at: Date = Field(default=None, alias="createdAt")
 updated_at: Date = Field(default=None, alias="updatedAt")
'''

# ==== migrator_core/source/models/tag.py ====
MODULES["migrator_core/source/models/tag.py"] = r'''
"""A row of LibreChat's ``conversationtags`` collection: one bookmark of one user.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8). Its
count of conversations can be wrong and is not read.
"""

from __future__ import annotations

from pydantic import Field

from .base import Integer, Reference, SourceModel, Text


class ConversationTag(SourceModel):
 """One bookmark."""

 id: Reference = Field(default=None, alias="_id")
 tag: Text = None
 user: Reference = None
 description: Text = None
 position: Integer = None
'''

# ==== migrator_core/source/models/user.py ====
MODULES["migrator_core/source/models/user.py"] = r'''
"""A row of LibreChat's ``users`` collection.

Fields as published in ``@librechat/data-schemas`` 0.0.21 to 0.0.71 (LibreChat 0.8.0 to 0.8.8).
Secrets beside the password hash (TOTP seed, backup codes, refresh tokens) are not read at all.
"""

from __future__ import annotations

from pydantic import Field

from .base import Date, Flag, Identifier, SourceModel, String, Text


class User(SourceModel):
 """One account. Dates are milliseconds since the epoch."""

 id: Identifier = Field(alias="_id")
 email: String = None
 name: Text = None
 username: Text = None
 password: String = Field(default=None, repr=False)
 """The bcrypt hash; absent for accounts that only ever signed in through a provider."""
 provider: Text = None
 role: Text = None
 avatar: String = None
 email_verified: Flag = Field(default=False, alias="emailVerified")
 two_factor_enabled: Flag = Field(default=False, alias="twoFactorEnabled")
 id_on_the_source: Text = Field(default=None, alias="idOnTheSource")
 """By this id, a group that comes from an identity provider knows its members."""
 created_at: Date = Field(default=None, alias="createdAt")
 updated_at: Date = Field(default=None, alias="updatedAt")
'''

# ==== migrator_core/source/mongodump.py ====
MODULES["migrator_core/source/mongodump.py"] = r'''
"""Collections of a mongodump: BSON documents, one behind the other.

Format: mongo-tools (Apache-2.0), ``mongodump``; framing as in bsonspec.org: every document begins
with its own length (32-bit little-endian) and ends with a NUL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from .access import RandomAccess, file_size, open_regular
from .bsondoc import (
 MIN_DOCUMENT,
 BsonDecoder,
 document_length,
 guess_bson_id,
)
from .documents import NoticeLog, RawDocument, UndecodableError
from .limits import MIB, Limits
from .recovery import Budget, Likeness, first_whole, occurrences

_ID_FIELD = re.compile(rb"[\x07\x02]_id\x00")  # ObjectId or string: MongoDB stores it first


class BsonReader:
 """Reads one plain ``.bson`` file. ``label`` names it in notices."""

 def __init__(
  self, path: Path, label: str, decoder: BsonDecoder, limits: Limits, notices: NoticeLog
 ) -> None:
  self._path = path
  self._label = label
  self._decoder = decoder
  self._limit = limits.bson_document
  self._notices = notices
  self._random = RandomAccess(path)
  self.size = path.lstat().st_size

 def raw_documents(self) -> Iterator[RawDocument]:
  """All documents; behind damage it goes on at the next whole document, if there is one."""
  likeness = Likeness()
  with open_regular(self._path) as file:
   budget = Budget(file_size(file))
   offset, place = 0, 0
   while offset < self.size:
    place += 1
    found = self._framed(file, place, offset)
    if found.raw is not None:
     self._learn(likeness, found.raw)
     yield found
     offset += found.length
     continue
    following = self._resume(file, offset, likeness, budget)
    self._report(found, following)
    yield found
    if following is None:
     return
    offset = following
    file.seek(offset)

 def _framed(self, file: BinaryIO, place: int, offset: int) -> RawDocument:
  head = file.read(4)
  left = self.size - offset
  length = document_length(head) if len(head) == 4 else 0
  problem = None
  if len(head) < 4:
   problem = "the file ends in the middle of its length"
  elif not MIN_DOCUMENT <= length <= self._limit:
   problem = f"its length field says {length} bytes, which no document has"
  elif length > left:
   problem = f"it should have {length} bytes, but the file ends after {left}"
  raw = head + file.read(length - 4 if problem is None else 17)
  if problem is None:
   if len(raw) == length and raw[-1] == 0:
    return RawDocument(place, offset, length, raw)
   problem = "it does not end where its length field says"
  return RawDocument(place, offset, 0, None, problem, guess_bson_id(raw))

 def _learn(self, likeness: Likeness, raw: bytes) -> None:
  if likeness.known:
   return
  try:
   likeness.learn(self._decoder.decode(raw))
  except UndecodableError:
   return

 def _resume(
  self, file: BinaryIO, damage: int, likeness: Likeness, budget: Budget
 ) -> int | None:
  def read(place: int) -> tuple[bytes | None, int]:
   file.seek(place)
   length = document_length(file.read(4).ljust(4, b"\x00"))
   if not MIN_DOCUMENT <= length <= min(self._limit, self.size - place):
    return None, MIB  # what the file's buffer reads
   file.seek(place)
   raw = file.read(length)
   return (raw if raw[-1:] == b"\x00" else None), max(length, MIB // 16)

  # A document begins four bytes (its length) before the type of its first element.
  places = (
   place - 4
   for place in occurrences(file, damage + 5, self.size, _ID_FIELD)
   if place - 4 > damage
  )
  return first_whole(places, read, self._decoder.decode, likeness, budget)

 def _report(self, found: RawDocument, following: int | None) -> None:
  then = (
   "nothing behind it could be read"
   if following is None
   else f"{_size(following - found.offset)} were passed over up to the next whole document"
  )
  self._notices.damaged(
   f"{self._label} is damaged at byte {found.offset} (document {found.place}): "
   f"{found.problem}; {then}."
  )

 def read_at(self, offset: int, length: int) -> bytes:
  """The bytes of one document."""
  return self._random.read_at(offset, length)

 def decode(self, raw: bytes) -> dict[str, Any]:
  """The normalised values of one document."""
  return self._decoder.decode(raw)

 def guess_id(self, raw: bytes) -> str | None:
  """The ``_id`` a damaged document begins with."""
  return guess_bson_id(raw)

 def close(self) -> None:
  """Close what is open."""
  self._random.close()


def _size(count: int) -> str:
 return f"{count} bytes" if count < MIB else f"{count / MIB:.1f} MiB"
'''

# ==== migrator_core/source/mongoexport.py ====
MODULES["migrator_core/source/mongoexport.py"] = r'''
"""Collections of a mongoexport: Extended JSON, one document a line.

Format: mongo-tools (Apache-2.0), ``mongoexport``. Lines are read where they lie. Every other form
(``--jsonArray``, ``--pretty``, MongoDB Compass, UTF-16 of a PowerShell redirect) is rewritten as
lines into the work directory first, by :mod:`migrator_core.source.jsonforms`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from .access import RandomAccess, open_regular
from .documents import NoticeLog, RawDocument
from .extjson import BOM, decode_json, guess_json_id
from .limits import MIB, Limits

PROBLEM_LINE: Final = b"!"
"""Begins a line of a rewritten file that stands for a document which could not be kept."""

LOG_LINE: Final = re.compile(
 rb"\d{4}-\d\d-\d\dT\S+\s+(?:connected to|exported|no collection|\[)", re.ASCII
)
"""What mongoexport says on standard error; ``> file 2>&1`` mixes it into the data."""

_BLOCK = 8 * MIB


class JsonLinesReader:
 """Reads one file of JSON lines in UTF-8. ``label`` names it in notices."""

 def __init__(
  self,
  path: Path,
  label: str,
  limits: Limits,
  notices: NoticeLog,
  *,
  rewritten: bool = False,
 ) -> None:
  self._path = path
  self._label = label
  # A rewritten document may grow: U+FFFD for one bad byte takes three.
  self._limit = limits.json_document * (4 if rewritten else 1)
  self._notices = notices
  self._rewritten = rewritten
  self._random = RandomAccess(path)
  self.size = path.lstat().st_size

 def raw_documents(self) -> Iterator[RawDocument]:
  """All documents; a line that is none does not touch its neighbours."""
  with open_regular(self._path) as file:
   offset, place = 0, 0
   while line := file.readline(self._limit + 1):
    length = len(line)
    whole = line.endswith(b"\n")
    too_long = length > self._limit and not whole
    if too_long:
     length += _skip_line(file)
    if line[:1] == b"{" or not self._is_nothing(line):
     place += 1
     yield self._found(line, place, offset, length, too_long=too_long)
     if not whole and not too_long:
      self._check_end(line)
    offset += length

 def _found(
  self, line: bytes, place: int, offset: int, length: int, *, too_long: bool
 ) -> RawDocument:
  if too_long:
   problem = f"it is larger than {self._limit // MIB} MiB"
   return RawDocument(place, offset, length, None, problem, guess_json_id(line[:256]))
  if self._rewritten and line.startswith(PROBLEM_LINE):
   problem = line[1:].decode(errors="replace").strip()
   return RawDocument(place, offset, length, None, problem)
  return RawDocument(place, offset, length, line)

 def _is_nothing(self, line: bytes) -> bool:
  text = line[:256].strip().removeprefix(BOM)
  if LOG_LINE.match(text):
   self._notices.oddity(
    f"{self._label} holds messages of mongoexport itself between the documents; "
    "they were passed over."
   )
   return True
  return not text and not line.strip(b" \t\r\n\x0b\x0c\xef\xbb\xbf")

 def _check_end(self, line: bytes) -> None:
  if not line.rstrip().endswith(b"}"):
   self._notices.damaged(
    f"{self._label} ends in the middle of a document: the export was cut off."
   )

 def read_at(self, offset: int, length: int) -> bytes:
  """The bytes of one document."""
  return self._random.read_at(offset, length)

 def decode(self, raw: bytes) -> dict[str, Any]:
  """The normalised values of one document."""
  return decode_json(raw)

 def guess_id(self, raw: bytes) -> str | None:
  """The ``_id`` a damaged document begins with."""
  return guess_json_id(raw)

 def close(self) -> None:
  """Close what is open."""
  self._random.close()


def _skip_line(file: BinaryIO) -> int:
 """Pass over the rest of a line, however long; how many bytes that were."""
 count = 0
 while block := file.readline(_BLOCK):
  count += len(block)
  if block.endswith(b"\n"):
   break
 return count
'''

# ==== migrator_core/source/names.py ====
MODULES["migrator_core/source/names.py"] = r'''
"""Collection names: which ones LibreChat has, and how they appear as file names."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

ESSENTIAL: Final = frozenset({"users", "conversations", "messages"})
"""A backup is complete when it has these."""

TELLING: Final = ESSENTIAL | {"files", "promptgroups", "prompts", "agents", "presets"}
"""A folder with one of these is worth being looked at as a backup."""

KNOWN: Final = TELLING | {
 "accessroles", "aclentries", "actions", "agentapikeys", "agentcategories", "assistants",
 "auditlogs", "balances", "banners", "categories", "chatprojects", "codeenvironments", "configs",
 "conversationtags", "groups", "keys", "logs", "mcpservers", "memoryentries",
 "openidrefreshflights", "pluginauths", "projects", "refreshtokenbridges", "roles",
 "schedules", "scheduleruns",
 "sessions", "sharedlinks", "skillfiles", "skills", "systemgrants", "tokens", "toolcalls",
 "toolfavorites", "transactions",
}  # fmt: skip
"""LibreChat's collections (npm @librechat/data-schemas 0.0.21 to 0.0.71)."""

OTHER_DATABASES: Final = frozenset({"admin", "config", "local"})

_EXTENSIONS = re.compile(r"(?:\.(?:json|jsonl|ndjson|bson|gz|txt))+\Z", re.IGNORECASE)
_EXPORTED = re.compile(r"\.(?:json|jsonl|ndjson|bson)(?:\.(?:gz|txt))*\Z", re.IGNORECASE)
_METADATA = re.compile(
 r"(?:\.metadata\.json|\Aprelude\.json|\Aoplog\.bson)(?:\.gz)?\Z", re.IGNORECASE
)


def is_ignored_file(name: str) -> bool:
 """Files of a dump that are no collection: index metadata, prelude, oplog, ``system.*``."""
 return _METADATA.search(name) is not None or is_ignored_collection(collection_name(name))


def is_ignored_collection(name: str) -> bool:
 """MongoDB's own collections."""
 return name.lower().startswith("system.")


def collection_name(file_name: str) -> str:
 """The collection a file holds, in lower case."""
 stem = unquote(_EXTENSIONS.sub("", file_name)).lower()
 last = stem.rpartition(".")[2]
 return last if stem not in KNOWN and last in KNOWN else stem


def looks_exported(file_name: str) -> bool:
 """Whether the extension is that of an export. Only used where content cannot tell."""
 return _EXPORTED.search(file_name) is not None


def is_bson_name(file_name: str) -> bool:
 """Whether the extension is that of a dumped collection."""
 return re.search(r"\.bson(?:\.gz)?\Z", file_name, re.IGNORECASE) is not None
'''

# ==== migrator_core/source/recovery.py ====
MODULES["migrator_core/source/recovery.py"] = r'''
"""Finding the next whole document behind damage, in formats without lines to cling to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from .documents import UndecodableError
from .limits import MIB

_OVERLAP = 64


class Likeness:
 """Tells a document of the collection from a sub-document that has an ``_id`` as well."""

 def __init__(self) -> None:
  self._keys: frozenset[str] = frozenset()

 def learn(self, document: dict[str, Any]) -> None:
  """Take the first good document of the collection as the pattern."""
  if not self._keys:
   self._keys = frozenset(document)

 @property
 def known(self) -> bool:
  """Whether there is a pattern yet."""
  return bool(self._keys)

 def accepts(self, document: dict[str, Any]) -> bool:
  """Whether this looks like a whole document of the collection."""
  if not self._keys:
   return len(document) >= 3
  return 2 * len(self._keys & document.keys()) >= len(self._keys)


class Budget:
 """Bounds the bytes read for recovery, so that crafted damage costs no quadratic time."""

 def __init__(self, size: int) -> None:
  self._left = size + 64 * MIB

 def spend(self, count: int) -> bool:
  """Take ``count`` bytes; False when the budget is used up."""
  self._left -= count
  return self._left >= 0


def occurrences(file: BinaryIO, start: int, end: int, pattern: re.Pattern[bytes]) -> Iterator[int]:
 """Offsets in ``[start, end)`` where ``pattern`` matches, read block-wise."""
 offset = start
 while offset < end:
  file.seek(offset)
  block = file.read(min(MIB, end - offset))
  if not block:
   return
  last = offset + len(block) >= end
  for match in pattern.finditer(block):
   if last or match.start() < len(block) - _OVERLAP:
    yield offset + match.start()
  offset += len(block) if last else max(1, len(block) - _OVERLAP)


def first_whole(
 places: Iterator[int],
 read: Callable[[int], tuple[bytes | None, int]],
 decode: Callable[[bytes], dict[str, Any]],
 likeness: Likeness,
 budget: Budget,
) -> int | None:
 """The first of ``places`` where a whole, likely document begins, or None."""
 for place in places:
  raw, cost = read(place)
  if not budget.spend(cost):
   return None
  if raw is None:
   continue
  try:
   document = decode(raw)
  except UndecodableError:
   continue
  if likeness.accepts(document):
   return place
 return None
'''

# ==== migrator_core/source/refusals.py ====
MODULES["migrator_core/source/refusals.py"] = r'''
"""What to tell an operator whose path holds no backup that can be read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ..errors import CannotStartError
from .scan import Scan
from .sniff import Form

_LOOKED_FOR: Final = (
 "Looked for were: a folder of mongoexport's JSON files (users.json, conversations.json, "
 "messages.json …), a mongodump folder (users.bson …), a mongodump archive, or a .tar.gz, .tar "
 "or .zip of one of these."
)
_WIREDTIGER: Final = (
 "a raw copy of MongoDB's own data files (WiredTiger), which only a MongoDB server can read. "
 "Start one on a copy of it, for example `docker run -d --name mongo -v "
 "/path/to/copy:/data/db mongo:8` (the version LibreChat used), make a dump with `docker exec "
 "mongo mongodump --db LibreChat --archive --gzip > librechat.archive.gz`, and name that file."
)
_CHAT: Final = (
 "an export of a single chat, made with LibreChat's own Export button. It holds one chat and no "
 "accounts; this tool moves whole installations. Make a backup of the database with mongodump "
 "or mongoexport instead."
)
_CHATGPT: Final = (
 "an export from ChatGPT, not from LibreChat. Open WebUI imports it by itself: Settings → Data "
 "Controls → Import Chats."
)
_REASONS: Final = {
 Form.WIREDTIGER: _WIREDTIGER,
 Form.CHAT_EXPORT: _CHAT,
 Form.CHATGPT_EXPORT: _CHATGPT,
 Form.ZSTD: "compressed with zstd, which is not supported. Unpack it with `unzstd` first.",
 Form.BSON: "a single BSON file. Name the folder that holds all collections of the dump.",
 Form.JSON: "a single JSON file. Name the folder that holds all exported collections.",
 Form.ZIP: "packed twice. Unpack it and name the folder.",
}


def not_found(path: Path) -> CannotStartError:
 """Nothing is at the path."""
 return CannotStartError(
  f"Backup directory not found: {path}. Check the path (BACKUP_DIR / --backup), and that the "
  "volume with the backup is mounted where this runs."
 )


def check_exists(path: Path) -> None:
 """A first, quick look."""
 try:
  path.stat()
 except (FileNotFoundError, NotADirectoryError, ValueError) as error:
  raise not_found(path) from error
 except PermissionError as error:
  raise unreadable(path) from error
 except OSError:
  return  # opening it will tell more


def unreadable(path: Path) -> CannotStartError:
 """Something is at the path, but not for this user."""
 return CannotStartError(
  f"{path} cannot be read: permission denied. Give the user this runs as the right to read "
  "it (for example `chmod -R u+rX,g+rX` and the right owner), or run as a user who may."
 )


def wrong_file(path: Path, form: Form) -> CannotStartError:
 """The path is a file that is no backup by itself."""
 reason = _REASONS.get(form)
 if reason is None:
  return CannotStartError(f"{path} is a file, but no backup of LibreChat. {_LOOKED_FOR}")
 return CannotStartError(f"{path} is {reason}")


def nothing_found(path: Path, found: Scan) -> CannotStartError:
 """A folder without any backup; says what it holds and what that means."""
 for form in (Form.WIREDTIGER, Form.CHAT_EXPORT, Form.CHATGPT_EXPORT, Form.ZSTD):
  files = found.having(form)
  if files:
   return CannotStartError(
    f"{path} holds no backup that can be read. {files[0].label} is {_REASONS[form]}"
   )
 if found.denied:
  return CannotStartError(
   f"No backup of LibreChat was found in {path}, but some of it cannot be read "
   f"(permission denied): {', '.join(found.denied[:10])}. Give the user this runs as the "
   "right to read it."
  )
 return CannotStartError(
  f"No backup of LibreChat was found in {path}. {_LOOKED_FOR} {_what_is_there(found)}"
 )


def _what_is_there(found: Scan) -> str:
 if not found.names:
  return "The folder is empty: is the right volume mounted there?"
 shown = ", ".join(name.encode("utf-8", "replace").decode() for name in found.names[:15])
 more = " …" if len(found.names) > 15 else ""
 links = (
  f" Symbolic links are not followed: {', '.join(found.links[:5])}." if found.links else ""
 )
 return f"Found there: {shown}{more}. Name the folder of the backup itself.{links}"
'''

# ==== migrator_core/source/scan.py ====
MODULES["migrator_core/source/scan.py"] = r'''
"""A bounded look at what lies below a path. Uploaded files are not walked, links not followed."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from .access import NotRegularError, file_size, open_regular
from .blobs import BlobRoot, Kind
from .limits import Limits
from .names import looks_exported
from .sniff import HEAD, Form, Sniffed, sniff

_MEDIA: Final[dict[str, Kind]] = {"uploads": "uploads", "images": "images"}
_SKIPPED = re.compile(
 r"(?:[0-9a-f]{24}|temp|node_modules|\.git|meili_data.*|pgdata.*|journal|diagnostic\.data)\Z",
 re.IGNORECASE,
)
_TELLING_LINK = re.compile(r"(?:data|files|uploads|images|dump)\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundFile:
 """One regular file; ``label`` is its path relative to the scanned folder, with slashes."""

 path: Path
 label: str
 size: int
 sniffed: Sniffed

 @property
 def form(self) -> Form:
  """What the file holds."""
  return self.sniffed.form


@dataclass(slots=True)
class Scan:
 """What was found below ``root``."""

 root: Path
 files: list[FoundFile] = field(default_factory=list)
 media: list[BlobRoot] = field(default_factory=list)
 denied: list[str] = field(default_factory=list)
 links: list[str] = field(default_factory=list)
 names: list[str] = field(default_factory=list)
 whole: bool = True

 def having(self, *forms: Form) -> list[FoundFile]:
  """The files of these forms."""
  return [found for found in self.files if found.form in forms]


def scan(root: Path, limits: Limits, *, leave_out: Path | None = None) -> Scan:
 """Look at everything below ``root`` that may be a backup, nearest first."""
 found = Scan(root)
 waiting = deque([(root, 0)])
 entries_left, opened_left = limits.scan_entries, limits.scan_opened
 while waiting:
  folder, depth = waiting.popleft()
  entries = _entries(folder, found, entries_left)
  entries_left -= len(entries)
  for entry in entries:
   path = Path(entry.path)
   if path == leave_out:
    continue
   if entry.is_symlink():
    _note_link(found, path)
   elif entry.is_dir(follow_symlinks=False):
    _note_folder(found, path, depth, limits, waiting)
   elif opened_left > 0:
    opened_left -= 1
    _look_at(found, path)
   else:
    found.whole = False
  found.whole = found.whole and entries_left > 0
 return found


def label_of(path: Path, root: Path) -> str:
 """``path`` relative to ``root`` with slashes, fit for a message."""
 relative = Path(os.path.relpath(path, root)).as_posix()
 return relative.encode("utf-8", "replace").decode()


def _entries(folder: Path, found: Scan, left: int) -> list[os.DirEntry[str]]:
 try:
  with os.scandir(folder) as entries:
   listed = list(islice(entries, max(0, left)))
 except PermissionError:
  found.denied.append(label_of(folder, found.root))
  return []
 except OSError:
  return []
 if folder == found.root:
  found.names = sorted(entry.name for entry in islice(listed, 1000))
 return sorted(listed, key=lambda entry: entry.name)


def _note_link(found: Scan, path: Path) -> None:
 if _TELLING_LINK.match(path.name) or looks_exported(path.name):
  found.links.append(label_of(path, found.root))


def _note_folder(
 found: Scan, path: Path, depth: int, limits: Limits, waiting: deque[tuple[Path, int]]
) -> None:
 kind = _MEDIA.get(path.name.lower())
 if kind is not None:
  if not os.access(path, os.R_OK | os.X_OK, effective_ids=True):
   found.denied.append(label_of(path, found.root))
  found.media.append(BlobRoot(path, kind, label_of(path, found.root)))
 elif not _SKIPPED.match(path.name):
  if depth < limits.scan_depth:
   waiting.append((path, depth + 1))
  else:
   found.whole = False


def _look_at(found: Scan, path: Path) -> None:
 try:
  found.files.append(look_at(path, label_of(path, found.root)))
 except PermissionError:
  found.denied.append(label_of(path, found.root))
 except OSError:
  return


def look_at(path: Path, label: str) -> FoundFile:
 """Open one file and tell what it is."""
 with open_regular(path) as file:
  size = file_size(file)
  return FoundFile(path, label, size, sniff(path.name, file.read(HEAD), size))


def media_in(folder: Path, root: Path) -> Iterator[BlobRoot]:
 """The folders of files that stand directly in ``folder``, or in its ``files``."""
 for parent in (folder / "files", folder):
  for name, kind in _MEDIA.items():
   path = parent / name
   if path.is_dir() and not path.is_symlink() and not parent.is_symlink():
    yield BlobRoot(path, kind, label_of(path, root))


__all__ = ["FoundFile", "NotRegularError", "Scan", "label_of", "look_at", "media_in", "scan"]
'''

# ==== migrator_core/source/scanner.py ====
MODULES["migrator_core/source/scanner.py"] = r'''
"""Cuts a stream of JSON objects (an array, or objects behind each other) into one object at a time.

Memory is bounded by the largest object allowed, however long the file or a line of it is. Only
brackets and strings are looked at: whether a slice is valid JSON is for the decoder to say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO, Final

from .limits import MIB

# Everything up to and including the next bracket outside a string. Possessive, so that a huge
# text costs neither backtracking nor memory.
_TO_BRACKET: Final = re.compile(
 rb'(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+([{}\[\]])', re.DOTALL
)
_BETWEEN: Final = re.compile(rb"[ \t\r\n,\[\]\xef\xbb\xbf\x1e]*")
_MAX_DEPTH: Final = 200_000  # far beyond any document; a file of braces must not cost minutes
_OPENING: Final = b"{["


@dataclass(frozen=True, slots=True)
class Slice:
 """The bytes of one object, or what is wrong: ``data`` is None then."""

 offset: int
 end: int
 data: bytes | None
 problem: str | None = None
 whole: bool = True


class JsonScanner:
 """Reads objects from a seekable file, from any offset."""

 def __init__(self, file: BinaryIO, limit: int) -> None:
  self._file = file
  self._limit = limit
  self._start_at(0)

 def _start_at(self, offset: int) -> None:
  self._base = offset  # of the buffer's first byte in the file
  self._buffer = b""
  self._at = 0  # what lies before it in the buffer is done with
  self._ended = False

 def seek(self, offset: int) -> None:
  """Go on at this offset of the file."""
  self._file.seek(offset)
  self._start_at(offset)

 def next(self) -> Slice | None:
  """The next object, or None at the end of the file."""
  while True:
   self._at = _BETWEEN.match(self._buffer, self._at).end()  # type: ignore[union-attr]  # it matches nothing, too
   if self._buffer[self._at : self._at + 1] == b"{":
    return self._object()
   if self._at < len(self._buffer):
    return self._garbage()
   if not self._more():
    return None

 def _more(self) -> bool:
  """Read on. What is kept doubles, so a long object is scanned O(log n) times."""
  kept = self._buffer[self._at :]
  self._base += self._at
  self._at = 0
  block = self._file.read(max(MIB, len(kept)))
  self._ended = not block
  self._buffer = kept + block
  return not self._ended

 def _garbage(self) -> Slice:
  start = self._base + self._at
  while True:
   brace = self._buffer.find(b"{", self._at)
   self._at = brace if brace >= 0 else len(self._buffer)
   if brace >= 0 or not self._more():
    break
  end = self._base + self._at
  return Slice(start, end, None, "there is text between documents that is none")

 def _object(self) -> Slice:
  done, depth = 0, 0  # bytes of the object that are scanned
  while True:
   match = _TO_BRACKET.match(self._buffer, self._at + done)
   if match is None:
    if len(self._buffer) - self._at > self._limit or not self._more():
     return self._unfinished(self._why())
    continue
   done = match.end() - self._at
   depth += 1 if match.group(1) in _OPENING else -1
   if depth == 0:
    return self._finished(done)
   if depth > _MAX_DEPTH:
    return self._unfinished("it is nested too deeply to find its end")

 def _finished(self, length: int) -> Slice:
  start = self._base + self._at
  fits = length <= self._limit
  data = self._buffer[self._at : self._at + length] if fits else None
  self._at += length
  return Slice(start, start + length, data, None if fits else _too_large(self._limit))

 def _unfinished(self, problem: str) -> Slice:
  start, end = self._base + self._at, self._base + len(self._buffer)
  self._at = len(self._buffer)
  return Slice(start, end, None, problem, whole=False)

 def _why(self) -> str:
  return "the file ends in the middle of it" if self._ended else _too_large(self._limit)


def _too_large(limit: int) -> str:
 return f"it is larger than {limit // MIB} MiB, or its end is damaged"
'''

# ==== migrator_core/source/sniff.py ====
MODULES["migrator_core/source/sniff.py"] = r'''
"""What a file is, told by its first bytes; its name only decides where content cannot."""

from __future__ import annotations

import re
import tarfile
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .archive import MAGIC as ARCHIVE_MAGIC
from .bsondoc import MIN_DOCUMENT, document_length
from .compressed import (
 ZSTD_MAGIC,
 Compression,
 compression_of,
 decompress_head,
)
from .jsonforms import utf8_head
from .limits import KIB, MIB
from .names import is_bson_name, looks_exported

HEAD: Final = 64 * KIB
"""Bytes that are looked at."""

_ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
_JSON_START = re.compile(rb'(?:\[\s*)?\{\s*["}]|\[\s*\]')
_TOKEN = re.compile(rb'"((?:[^"\\]++|\\.)*+)"(\s*:)?|[{}\[\]]', re.DOTALL)
_BSON_TAGS = frozenset({*range(1, 0x14), 0x7F, 0xFF})
_CHAT_KEYS = frozenset({"recursive", "exportAt", "branches", "messagesTree"})


class Form(StrEnum):
 """What a file holds."""

 BSON = "bson"
 JSON = "json"
 EMPTY_BSON = "empty-bson"
 EMPTY_JSON = "empty-json"
 ARCHIVE = "archive"
 TAR = "tar"
 ZIP = "zip"
 WIREDTIGER = "wiredtiger"
 CHAT_EXPORT = "chat-export"
 CHATGPT_EXPORT = "chatgpt-export"
 ZSTD = "zstd"
 OTHER = "other"


@dataclass(frozen=True, slots=True)
class Sniffed:
 """The form of a file, and how it is compressed around that."""

 form: Form
 compression: Compression = ""
 has_id: bool = False


def sniff(name: str, head: bytes, size: int) -> Sniffed:
 """Tell what a file called ``name`` of ``size`` bytes is that begins with ``head``."""
 if head.startswith(ZSTD_MAGIC):
  return Sniffed(Form.ZSTD)
 compression = compression_of(head)
 if compression:
  inner = decompress_head(head, compression, HEAD)
  form, has_id = _form(name, inner, None)
  return Sniffed(form, compression, has_id)
 form, has_id = _form(name, head, size)
 return Sniffed(form, "", has_id)


def _form(name: str, head: bytes, size: int | None) -> tuple[Form, bool]:
 if not head.strip(b" \t\r\n\xef\xbb\xbf"):
  return _empty(name), False
 for form, test in (
  (Form.ARCHIVE, head.startswith(ARCHIVE_MAGIC)),
  (Form.ZIP, head.startswith(_ZIP_MAGIC)),
  (Form.WIREDTIGER, _is_wiredtiger(name, head)),
  (Form.TAR, _is_tar(head)),
  (Form.BSON, _is_bson(head, size)),
 ):
  if test:
   return form, False
 text = utf8_head(head)
 if _JSON_START.match(text):
  return _json_form(text)
 # Damaged from its very beginning: the name is all there is to go by.
 if is_bson_name(name):
  return Form.BSON, False
 return (Form.JSON if looks_exported(name) else Form.OTHER), False


def _empty(name: str) -> Form:
 if is_bson_name(name):
  return Form.EMPTY_BSON
 return Form.EMPTY_JSON if looks_exported(name) else Form.OTHER


def _is_wiredtiger(name: str, head: bytes) -> bool:
 return name.endswith(".wt") or (name == "WiredTiger" and head.startswith(b"WiredTiger"))


def _is_tar(head: bytes) -> bool:
 if len(head) < tarfile.BLOCKSIZE:
  return False
 try:
  tarfile.TarInfo.frombuf(head[: tarfile.BLOCKSIZE], "utf-8", "surrogateescape")
 except tarfile.HeaderError:
  return False
 return True


def _is_bson(head: bytes, size: int | None) -> bool:
 """Whether ``head`` begins with a BSON document: a plausible length and first element."""
 if len(head) < MIN_DOCUMENT:
  return False
 length = document_length(head)
 if not MIN_DOCUMENT <= length <= 48 * MIB or (size is not None and length > size):
  return False
 if length == MIN_DOCUMENT:
  return head[4] == 0
 end = head.find(b"\x00", 5, 5 + KIB)
 if head[4] not in _BSON_TAGS or end < 0:
  return False
 try:
  return head[5:end].decode().isprintable()
 except UnicodeDecodeError:
  return False


def _json_form(text: bytes) -> tuple[Form, bool]:
 keys = first_keys(text)
 if "_id" in keys:
  return Form.JSON, True
 if "conversationId" in keys and keys & _CHAT_KEYS:
  return Form.CHAT_EXPORT, False
 if {"mapping", "create_time"} <= keys:
  return Form.CHATGPT_EXPORT, False
 return Form.JSON, False


def first_keys(text: bytes) -> frozenset[str]:
 """The keys of the first object in JSON, as far as ``text`` reaches."""
 depth = 0
 keys = set()
 for match in _TOKEN.finditer(text, text.find(b"{")):
  token = match.group(0)
  if token in {b"{", b"["}:
   depth += 1
  elif token in {b"}", b"]"}:
   depth -= 1
   if depth == 0:
    break
  elif depth == 1 and match.group(2) is not None:
   keys.add(match.group(1).decode(errors="replace"))
 return frozenset(keys)
'''

# ==== migrator_core/source/spool.py ====
MODULES["migrator_core/source/spool.py"] = r'''
"""The tool's own work directory: what has to be unpacked or rewritten before it can be read.

Nothing is ever written below the backup itself.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..errors import AbortedError, CannotStartError, MigratorError
from .limits import GIB, MIB, Limits

_CHECK_EVERY = 16 * MIB


def readable_size(count: int) -> str:
 """A number of bytes as people say it."""
 if count >= GIB:
  return f"{count / GIB:.1f} GiB"
 return f"{max(count, 0) / MIB:.1f} MiB"


class Workspace:
 """A private directory below ``workdir``, removed by :meth:`close`."""

 def __init__(self, workdir: Path, limits: Limits) -> None:
  self.limits = limits
  try:
   workdir.mkdir(parents=True, exist_ok=True)
   self.root = Path(tempfile.mkdtemp(prefix="librechat-backup-work-", dir=workdir))
  except OSError as error:
   raise CannotStartError(
    f"The work directory {workdir} cannot be written ({error.strerror}). "
    "Name one with enough free space that this user may write."
   ) from error
  self._opened = True
  self._count = 0

 def new_path(self, suffix: str) -> Path:
  """A fresh path; names are numbers, because names in a backup are not to be trusted."""
  self._count += 1
  return self.root / f"{self._count:05d}{suffix}"

 def free(self) -> int:
  """Bytes that may still be written, a small reserve left aside."""
  return shutil.disk_usage(self.root).free - self.limits.free_space_reserve

 def no_space(self, needed: int, free: int, what: str) -> str:
  """The sentence for an operator whose disk is too small."""
  return (
   f"Not enough free disk space in {self.root.parent}: {what} needs about "
   f"{readable_size(needed)}, {readable_size(free)} are free. Free some space there, or "
   "choose a work directory on a larger disk (environment variable TMPDIR)."
  )

 def starting_ended(self) -> None:
  """From now on a full disk interrupts a run instead of preventing it."""
  self._opened = False

 def disk_error(self, error: OSError, what: str) -> MigratorError:
  """What to raise when writing here failed."""
  if error.errno in {errno.ENOSPC, errno.EDQUOT}:
   detail = self.no_space(MIB, 0, what)
  else:
   detail = f"{what} could not be written to {self.root}: {error.strerror}."
  return CannotStartError(detail) if self._opened else AbortedError(detail)

 def close(self) -> None:
  """Remove everything that was written."""
  shutil.rmtree(self.root, ignore_errors=True)


class SpoolWriter:
 """Writes one file of the workspace and looks at the free space every now and then."""

 def __init__(self, workspace: Workspace, path: Path, what: str) -> None:
  self._workspace = workspace
  self._what = what
  self._unchecked = 0
  self.path = path
  self.written = 0
  try:
   self._file: BinaryIO = path.open("wb", buffering=MIB)
  except OSError as error:
   raise workspace.disk_error(error, what) from error

 def write(self, data: bytes) -> None:
  """Append ``data``."""
  self._unchecked += len(data)
  if self._unchecked >= _CHECK_EVERY:
   self._unchecked = 0
   if self._workspace.free() < 0:
    full = OSError(errno.ENOSPC, "no space left")
    raise self._workspace.disk_error(full, self._what)
  self._guarded(lambda: self._file.write(data))
  self.written += len(data)

 def close(self) -> None:
  """Flush and close."""
  self._guarded(self._file.close)

 def _guarded(self, action: Callable[[], object]) -> None:
  try:
   action()
  except OSError as error:
   raise self._workspace.disk_error(error, self._what) from error
'''

# ==== migrator_core/source/unpack.py ====
MODULES["migrator_core/source/unpack.py"] = r'''
"""Unpacks tar and zip files into the work directory, trusting nothing in them.

No member is written outside, no link or device is ever made, total size and number of members are
bounded, and the free space is looked at before it runs out.
"""

from __future__ import annotations

import os
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from ..errors import CannotStartError
from .access import file_size, open_regular
from .compressed import DAMAGED, Compression, GuardedStream
from .documents import NoticeLog
from .limits import MIB
from .members import Member, Readable, safe_parts, tar_members, zip_members
from .spool import SpoolWriter, Workspace

_USELESS = re.compile(r"(?:meili_data|pgdata|node_modules\Z|\.git\Z)", re.IGNORECASE)


class _Tree:
 """Writes members below ``target`` and keeps count."""

 def __init__(
  self, target: Path, label: str, allowed: int, workspace: Workspace, notices: NoticeLog
 ) -> None:
  self._target = target
  self._label = label
  self._allowed = allowed
  self._workspace = workspace
  self._notices = notices
  self._members = 0
  self._total = 0
  self._short_of = 0
  self._refused: dict[str, list[str]] = {}

 def add(self, member: Member, open_member: Callable[[], Readable | None]) -> None:
  """Write one member, unless it is refused or there is no room for it."""
  limits = self._workspace.limits
  self._members += 1
  if self._members > limits.members:
   raise CannotStartError(f"{self._label} holds more than {limits.members} files.")
  parts = safe_parts(member.name)
  reason = member.refused or (None if parts is not None else "a path that leads outside")
  if reason is not None or parts is None:
   self._refuse(reason or "", member.name)
   return
  if member.is_directory or not parts or any(_USELESS.match(part) for part in parts[:-1]):
   return
  # Of a raw copy of MongoDB's files only the names matter: they cannot be read anyway.
  size = 0 if parts[-1].endswith(".wt") else member.size
  self._account(size)
  if not self._short_of:
   self._write(parts, size, open_member)

 def _account(self, size: int) -> None:
  self._total += size
  if self._total > self._allowed:
   raise CannotStartError(
    f"{self._label} unpacks to more than {self._allowed // MIB} MiB, which is out of "
    "all proportion to its own size: that looks like a decompression bomb. If you "
    "trust it, unpack it yourself and name the folder instead."
   )
  if not self._short_of and size > self._workspace.free():
   # Go on counting without writing, so that the message can say how much is needed.
   self._short_of = self._workspace.free() + self._total - size

 def _write(
  self, parts: list[str], size: int, open_member: Callable[[], Readable | None]
 ) -> None:
  path = self._target.joinpath(*parts)
  if not _can_be_written(path):
   self._refuse("a name that cannot be written", "/".join(parts))
   return
  source = open_member() if size else None
  writer = SpoolWriter(self._workspace, path, f"unpacking {self._label}")
  try:
   while source is not None and writer.written < size:
    block = source.read(min(MIB, size - writer.written))
    if not block:
     raise EOFError("it ends early")
    writer.write(block)
  finally:
   writer.close()

 def _refuse(self, reason: str, name: str) -> None:
  names = self._refused.setdefault(reason, [])
  names.append(name if len(names) < 3 else "")

 def finish(self) -> None:
  """Report what was refused."""
  if self._short_of:
   what = f"unpacking {self._label}"
   raise CannotStartError(self._workspace.no_space(self._total, self._short_of, what))
  for reason, names in self._refused.items():
   some = ", ".join(repr(name[:200]) for name in names[:3])
   self._notices.oddity(
    f"{self._label}: {len(names)} member(s) were not unpacked ({reason}): {some}"
    + (" …" if len(names) > 3 else "")
   )


def _can_be_written(path: Path) -> bool:
 """Make the folders of ``path``; False where the name is too long or taken by a folder."""
 try:
  path.parent.mkdir(parents=True, exist_ok=True)
  if len(os.fsencode(path)) > 4000 or len(os.fsencode(path.name)) > 255:
   return False
  return not path.is_dir()
 except (OSError, ValueError):
  return False


def unpack(
 path: Path,
 compression: Compression,
 label: str,
 workspace: Workspace,
 notices: NoticeLog,
 *,
 is_zip: bool,
) -> Path:
 """Unpack a container into a new folder of the work directory and return that."""
 target = workspace.new_path("")
 target.mkdir()
 try:
  if is_zip:
   _unzip(path, label, target, workspace, notices)
  else:
   _untar(path, compression, label, target, workspace, notices)
 except (*DAMAGED, tarfile.TarError) as error:
  raise CannotStartError(_damaged(label, error)) from error
 return target


def _damaged(label: str, error: object) -> str:
 return (
  f"{label} is damaged or incomplete ({error}), so nobody can say what is missing from it. "
  "Copy it again from where it was made. If it is all there is, unpack what can be unpacked "
  "yourself (for example `tar -xzf … || true`) and name the folder instead."
 )


def _untar(
 path: Path,
 compression: Compression,
 label: str,
 target: Path,
 workspace: Workspace,
 notices: NoticeLog,
) -> None:
 with GuardedStream(path, compression, workspace.limits, label) as stream:
  tree = _Tree(target, label, _allowed(stream.compressed_size, workspace), workspace, notices)
  for member, open_member in tar_members(stream):
   tree.add(member, open_member)
  while stream.read(MIB):  # to the end, where gzip has its checksum
   pass
  tree.finish()


def _allowed(size: int, workspace: Workspace) -> int:
 limits = workspace.limits
 return min(limits.unpacked, max(limits.expansion_floor, limits.expansion * size))


def _unzip(path: Path, label: str, target: Path, workspace: Workspace, notices: NoticeLog) -> None:
 with open_regular(path) as file:
  tree = _Tree(target, label, _allowed(file_size(file), workspace), workspace, notices)
  try:
   for member, open_member in zip_members(file, label):
    tree.add(member, open_member)
  except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
   raise CannotStartError(_damaged(label, error)) from error
  tree.finish()
'''

# ==== migrator_core/source/values.py ====
MODULES["migrator_core/source/values.py"] = r'''
"""The plain values every backup format is read into, so that all of them look the same.

ObjectIds become 24 lower-case hex digits, dates become :class:`Millis`, binary becomes ``bytes``;
everything else is what JSON has. LibreChat stores the same reference as an ObjectId in one
collection and as a string in the next, so nothing is lost by the first rule.
"""

from __future__ import annotations

from typing import Any


class Millis(int):
 """A date: milliseconds since the epoch, of any sign and size."""

 __slots__ = ()


def normalise_id(value: Any) -> str | None:  # noqa: ANN401 - reads whatever a document holds
 """A reference to a user or document as comparable text, or None where there is none."""
 if not isinstance(value, str):
  return None
 text = value.strip()
 if text.lower() in {"", "null", "undefined"}:
  return None
 return text.lower() if len(text) == 24 else text
'''

# ==== migrator_core/target/__init__.py ====
MODULES["migrator_core/target/__init__.py"] = r'''
"""Everything that knows Open WebUI: the only package that imports it, and only when connecting."""

from __future__ import annotations

from .conflicts import Written
from .ledger import Ledger
from .ledger_entries import EntryState, LedgerItem, RunRecord, RunState
from .lock import RunLock
from .openwebui import Account, OpenWebUI
from .preview import PreviewWriter
from .writer import LiveWriter, Writer

__all__ = [
 "Account",
 "EntryState",
 "Ledger",
 "LedgerItem",
 "LiveWriter",
 "OpenWebUI",
 "PreviewWriter",
 "RunLock",
 "RunRecord",
 "RunState",
 "Writer",
 "Written",
]
'''

# ==== migrator_core/target/conflicts.py ====
MODULES["migrator_core/target/conflicts.py"] = r'''
"""What is there already: the same question for a run and for its preview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..outcome import Reason, State
from ..rows import (
 ChatRow,
 FileRow,
 FolderRow,
 GroupRow,
 Item,
 ModelRow,
 PromptRow,
 Row,
 SharedChatRow,
 TagRow,
 UserRow,
)
from .ledger import Ledger
from .openwebui import OpenWebUI, askable, in_portions

_KINDS: dict[type[Row], str] = {
 UserRow: "user",
 GroupRow: "group",
 TagRow: "tag",
 FolderRow: "folder",
 FileRow: "file",
 ChatRow: "chat",
 SharedChatRow: "shared_chat",
 PromptRow: "prompt",
 ModelRow: "model",
}

_REMEMBERED = frozenset({"user", "group", "tag", "folder", "shared_chat", "prompt", "model"})
"""Kinds of which a backup has few. Chats and files reach the writer once each, by contract."""

_CHAT_OF_COPY = "chat of a shared chat"
_COPY_OF_CHAT = "shared chat of a chat"
"""Chats that a shared chat may belong to, and shared chats by the id of their chat."""


@dataclass(frozen=True, slots=True)
class Written:
 """What became of one item. ``target_id`` is the row that stands for it in Open WebUI."""

 item: Item
 state: State
 reason: Reason | None = None
 detail: str | None = None
 target_id: str | None = None


@dataclass(slots=True)
class Seen:
 """What earlier items of this run have taken, for a preview, whose items leave no rows."""

 taken: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

 def note(self, row: Row) -> None:
  """Remember a row that is written, or would be."""
  kind = kind_of(row)
  if kind in _REMEMBERED:
   _take(self.taken, kind, row)
  if isinstance(row, ChatRow) and row.share_id is not None:
   self.taken[_CHAT_OF_COPY][row.id] = row.id


@dataclass(slots=True)
class _Held:
 """What the target holds of what one batch asks for."""

 taken: defaultdict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
 removed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


class Conflicts:
 """Looks up what Open WebUI and the ledger know of a batch of items."""

 def __init__(self, target: OpenWebUI, ledger: Ledger) -> None:
  """Look up in this target and its ledger."""
  self._target = target
  self._ledger = ledger

 async def settle(self, items: Sequence[Item], seen: Seen) -> list[Written | None]:
  """The fate of each item that needs no writing, None for each that does."""
  held = await self._look_up(items)
  batch = Seen()
  verdicts: list[Written | None] = []
  for item in items:
   verdict = (
    _verdict(item, held.taken)
    or _verdict(item, seen.taken)
    or _verdict(item, batch.taken)
    or _removed(item, held)
    or _orphaned(item, held, seen)
   )
   verdicts.append(verdict)
   if verdict is None:
    _take(batch.taken, kind_of(item.row), item.row)
  return verdicts

 async def existing(self, kind: str, ids: Iterable[str]) -> set[str]:
  """Which of these ids Open WebUI has."""
  column = self._target.schema.table(kind).c.id
  async with self._target.read() as connection:
   return set(await _matching(connection, column, column, list(ids)))

 async def _look_up(self, items: Sequence[Item]) -> _Held:
  held = _Held()
  by_kind: defaultdict[str, list[Row]] = defaultdict(list)
  for item in items:
   by_kind[kind_of(item.row)].append(item.row)
  async with self._target.read() as connection:
   for kind, rows in by_kind.items():
    await self._look_up_kind(connection, kind, rows, held)
  for kind, rows in by_kind.items():
   absent = [key for row in rows if (key := target_id(row)) not in held.taken[kind]]
   held.removed[kind] = await self._ledger.made(kind, absent)
  chats = [row.chat_id for row in by_kind["shared_chat"] if isinstance(row, SharedChatRow)]
  gone = [chat_id for chat_id in chats if chat_id not in held.taken[_CHAT_OF_COPY]]
  held.removed[_CHAT_OF_COPY] = await self._ledger.made("chat", gone)
  return held

 async def _look_up_kind(
  self, connection: AsyncConnection, kind: str, rows: Sequence[Row], held: _Held
 ) -> None:
  table = self._target.schema.table(kind)
  ids = askable([row.id for row in rows])
  if kind == "tag":
   pairs = sa.select(table.c.id, table.c.user_id).where(table.c.id.in_(ids))
   for tag, user in await connection.execute(pairs):
    held.taken[kind][f"{user}/{tag}"] = f"{user}/{tag}"
   return
  held.taken[kind] = await _matching(connection, table.c.id, table.c.id, ids)
  if kind == "user":
   emails = [row.email.strip().lower() for row in rows if isinstance(row, UserRow)]
   lowered = sa.func.lower(table.c.email)
   held.taken["email"] = {
    **await _matching(connection, table.c.email, table.c.id, emails),
    **await _matching(connection, lowered, table.c.id, emails),
   }
  if kind == "prompt":
   commands = [row.command for row in rows if isinstance(row, PromptRow)]
   held.taken["command"] = await _matching(
    connection, table.c.command, table.c.id, commands
   )
  if kind == "shared_chat":
   chats = [row.chat_id for row in rows if isinstance(row, SharedChatRow)]
   own = self._target.schema.table("chat").c.id
   held.taken[_CHAT_OF_COPY] = await _matching(connection, own, own, chats)
   held.taken[_COPY_OF_CHAT] = await _matching(
    connection, table.c.chat_id, table.c.id, chats
   )


async def _matching(
 connection: AsyncConnection,
 column: sa.ColumnElement[str],
 ids: sa.ColumnElement[str],
 values: Sequence[str],
) -> dict[str, str]:
 """The values that the column has, each with the id of its row."""
 found: dict[str, str] = {}
 for some in in_portions(askable(values)):
  rows = await connection.execute(sa.select(column, ids).where(column.in_(some)))
  found.update((value, row_id) for value, row_id in rows)
 return found


def stages(items: Sequence[Item]) -> list[list[int]]:
 """The places of items that can be settled together: shared chats after all chats."""
 later = [place for place, item in enumerate(items) if isinstance(item.row, SharedChatRow)]
 first = [place for place, item in enumerate(items) if not isinstance(item.row, SharedChatRow)]
 return [stage for stage in (first, later) if stage]


def kind_of(row: Row) -> str:
 """The table an item stands for, which is also its kind in the ledger."""
 return _KINDS[type(row)]


def target_id(row: Row) -> str:
 """The id in the target; tags are known per user only."""
 return f"{row.user_id}/{row.id}" if isinstance(row, TagRow) else row.id


def _take(taken: defaultdict[str, dict[str, str]], kind: str, row: Row) -> None:
 taken[kind][target_id(row)] = target_id(row)
 if isinstance(row, UserRow):
  taken["email"][row.email.strip().lower()] = row.id
 if isinstance(row, PromptRow):
  taken["command"][row.command] = row.id
 if isinstance(row, SharedChatRow):
  taken[_COPY_OF_CHAT][row.chat_id] = row.id


def _verdict(item: Item, taken: defaultdict[str, dict[str, str]]) -> Written | None:
 row = item.row
 found = taken[kind_of(row)].get(target_id(row))
 if isinstance(row, SharedChatRow):
  # A chat that is shared already keeps its link as it is: its readers may be fewer.
  copy = taken[_COPY_OF_CHAT].get(row.chat_id)
  if copy is None and found is not None:
   detail = f"the address /s/{row.id} is taken by another shared chat"
   return Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, detail)
  found = copy
 if found is None and isinstance(row, UserRow):
  found = taken["email"].get(row.email.strip().lower())
 if found is not None:
  return Written(item, State.EXISTING, target_id=found)
 if isinstance(row, PromptRow) and row.command in taken["command"]:
  detail = f"the command /{row.command} is taken by another prompt"
  return Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, detail)
 return None


def _orphaned(item: Item, held: _Held, seen: Seen) -> Written | None:
 """A shared chat without its chat would be open to people who find nothing there."""
 row = item.row
 if not isinstance(row, SharedChatRow):
  return None
 if row.chat_id in held.taken[_CHAT_OF_COPY] or row.chat_id in seen.taken[_CHAT_OF_COPY]:
  return None
 if row.chat_id in held.removed[_CHAT_OF_COPY]:
  return Written(item, State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI)
 return Written(item, State.FAILED, Reason.PARENT_FAILED, "its chat could not be written")


def _removed(item: Item, held: _Held) -> Written | None:
 if target_id(item.row) not in held.removed[kind_of(item.row)]:
  return None
 return Written(item, State.SKIPPED, Reason.REMOVED_IN_OPEN_WEBUI)
'''

# ==== migrator_core/target/engines.py ====
MODULES["migrator_core/target/engines.py"] = r'''
"""Connections that cannot write, and what a database is called in a message."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote, unquote

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from ..errors import CannotStartError


def sqlite_path(url: URL) -> Path | None:
 """The file behind a SQLite URL, None for a database in memory."""
 name = url.database or ""
 if name.startswith("file:"):
  name = unquote(name.removeprefix("file:").split("?", 1)[0])
  if name.startswith("//"):  # file://authority/path; SQLite allows no other than localhost
   name = "/" + name[2:].partition("/")[2]
 if not name or name == ":memory:" or url.query.get("mode") == "memory":
  return None
 return Path(name)


def database_name(url: URL) -> str:
 """Where the database is, for an operator: never with user name, password or options."""
 if url.get_backend_name() == "sqlite":
  path = sqlite_path(url)
  return f"SQLite database {path}" if path else "SQLite database in memory"
 host = url.host or url.query.get("host") or "localhost"
 port = f":{url.port}" if url.port else ""
 return f"PostgreSQL database {url.database!r} on {host}{port}"


def own_engine(engine: AsyncEngine) -> AsyncEngine:
 """An engine of our own for the server's database."""
 dialect = engine.dialect
 ours = create_async_engine(
  engine.url,
  pool_pre_ping=True,
  json_serializer=getattr(dialect, "_json_serializer", None),
  json_deserializer=getattr(dialect, "_json_deserializer", None),
 )
 if dialect.name == "sqlite":
  sa.event.listen(ours.sync_engine, "connect", _like_the_server)
 return ours


def read_only_engine(engine: AsyncEngine) -> AsyncEngine:
 """An engine for the same database through which nothing can be written."""
 if engine.dialect.name != "sqlite":
  return engine.execution_options(postgresql_readonly=True)
 path = sqlite_path(engine.url)
 if path is None:
  raise CannotStartError("A SQLite database in memory cannot be previewed from outside.")
 query = {"mode": "ro", "uri": "true"}
 if not _log_can_be_shared(path):
  query = {"immutable": "1", "uri": "true"}
 url = URL.create(
  "sqlite+aiosqlite", database=f"file:{quote(str(path.absolute()))}", query=query
 )
 reader = create_async_engine(url, poolclass=NullPool)
 sa.event.listen(reader.sync_engine, "connect", _query_only)
 return reader


def _log_can_be_shared(path: Path) -> bool:
 """Whether SQLite can use, or create, the shared-memory file a write-ahead log needs."""
 if path.with_name(path.name + "-wal").exists():
  return True
 try:
  # os.access alone is not enough: root may do everything, except on a read-only file system.
  read_only = os.statvfs(path.parent).f_flag & os.ST_RDONLY
 except OSError:
  return False
 return os.access(path.parent, os.W_OK) and not read_only


def _query_only(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
 cursor = connection.cursor()
 cursor.execute("PRAGMA query_only = ON")
 cursor.execute("PRAGMA busy_timeout = 5000")
 cursor.close()


def _like_the_server(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
 """Wait for locks and sync to disk as Open WebUI does (0.10 to 0.12, ``internal/db.py``)."""
 cursor = connection.cursor()
 cursor.execute("PRAGMA busy_timeout = 5000")
 cursor.execute("PRAGMA synchronous = NORMAL")
 cursor.close()
'''

# ==== migrator_core/target/faults.py ====
MODULES["migrator_core/target/faults.py"] = r'''
"""What a database error means for the run: wait, stop, or give up on one row."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import TypeVar

import sqlalchemy.exc as sa_exc

from ..errors import AbortedError

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds to wait for a lock that another process holds."""

_LONGEST_PAUSE = 5.0
_SQLITE_LOCKED = frozenset({5, 6})
"""Primary result codes of SQLite: BUSY, LOCKED (sqlite.org/rescode.html)."""
_SQLITE_USELESS = frozenset({7, 8, 10, 11, 13, 14, 23, 26})
"""NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, AUTH, NOTADB: the next row fails just so."""
_POSTGRES_LOCKED = frozenset({"40001", "40P01", "55P03"})
"""Serialisation failure, deadlock, lock not available."""
_POSTGRES_USELESS = ("08", "25006", "28", "42501", "42P01", "53", "57", "58", "XX")
"""Connection, read-only server, no permission, no table, resources, shutdown, system errors."""


class RejectedError(Exception):
 """The database does not take this row; ``str()`` says why, without the row's content."""


class Fault(Enum):
 """Kinds of database trouble."""

 LOCKED = auto()
 USELESS = auto()
 REJECTED = auto()


def diagnose(error: BaseException) -> Fault:
 """Tell trouble with one row from trouble with the whole database."""
 if isinstance(error, sa_exc.TimeoutError | OSError):
  return Fault.USELESS
 if not isinstance(error, sa_exc.DBAPIError):
  return Fault.REJECTED
 if error.connection_invalidated:
  return Fault.USELESS
 code = getattr(error.orig, "sqlite_errorcode", None)
 if isinstance(code, int):
  return _diagnose_sqlite(code & 0xFF)
 return _diagnose_postgres(error, getattr(error.orig, "sqlstate", None))


def _diagnose_sqlite(code: int) -> Fault:
 if code in _SQLITE_LOCKED:
  return Fault.LOCKED
 return Fault.USELESS if code in _SQLITE_USELESS else Fault.REJECTED


def _diagnose_postgres(error: sa_exc.DBAPIError, state: str | None) -> Fault:
 if state in _POSTGRES_LOCKED:
  return Fault.LOCKED
 if state and state.startswith(_POSTGRES_USELESS):
  return Fault.USELESS
 # Without a code the server never answered, or the driver refused the value itself.
 silent = state is None and isinstance(error, sa_exc.OperationalError | sa_exc.InterfaceError)
 return Fault.USELESS if silent else Fault.REJECTED


def describe(error: BaseException) -> str:
 """The error in a few words: no statement, no parameters, nothing of anybody's content."""
 if isinstance(error, UnicodeError):
  return "a text holds half of a character pair (lone surrogate)"
 orig = getattr(error, "orig", None) or error
 diagnosis = getattr(orig, "diag", None)
 if diagnosis is not None and diagnosis.message_primary:
  # PostgreSQL quotes the offending value after a colon or in parentheses.
  text = re.split(r'[:(]| "', str(diagnosis.message_primary), maxsplit=1)[0].strip()
  place = diagnosis.constraint_name or diagnosis.column_name
  return f"{text} ({place})" if place else f"{text} ({diagnosis.sqlstate})"
 return redact(str(orig).strip().split("\n", 1)[0])[:200] or type(orig).__name__


def redact(text: str) -> str:
 """The text without passwords of URLs and connection strings."""
 text = re.sub(r"(//[^:/@\s]*):[^/\s]*@", r"\1:***@", text)
 return re.sub(r"(?i)(password\s*=\s*)[^\s&;]+", r"\1***", text)


async def patiently(action: Callable[[], Awaitable[T]], *, patience: float = PATIENCE) -> T:
 """Do something with the database, waiting for locks up to ``patience`` seconds."""
 started, pause = time.monotonic(), 0.05
 while True:
  try:
   return await action()
  except (sa_exc.SQLAlchemyError, OSError, UnicodeError, OverflowError) as error:
   match diagnose(error):
    case Fault.REJECTED:
     raise RejectedError(describe(error)) from error
    case Fault.USELESS:
     raise AbortedError(
      f"The database cannot be used any more: {describe(error)}. What was "
      "written so far is complete; the migration is safe to run again."
     ) from error
    case Fault.LOCKED if time.monotonic() - started >= patience:
     raise AbortedError(
      f"Another process kept the database locked for {patience:.0f} seconds "
      f"({describe(error)}). What was written so far is complete; the migration "
      "is safe to run again, best at a quieter time."
     ) from error
  await asyncio.sleep(pause)
  pause = min(pause * 2, _LONGEST_PAUSE)
'''

# ==== migrator_core/target/ledger.py ====
MODULES["migrator_core/target/ledger.py"] = r'''
"""The memory of this tool, in Open WebUI's own database: which runs there were, what each one did.

Everything else derives from it: repeating a run, its report, taking it back.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import CannotStartError
from .faults import RejectedError, patiently
from .ledger_entries import (
 EntryState,
 LedgerItem,
 LedgerValues,
 RunRecord,
 RunState,
 dump_json,
 item_of_row,
 owner,
 record_of_row,
 storable,
)
from .ledger_tables import LedgerTables
from .openwebui import OpenWebUI, askable, in_portions

_PAGE = 1000


class Ledger:
 """Runs and their items. Reading works without the tables: then nothing ever happened."""

 def __init__(self, target: OpenWebUI) -> None:
  """The ledger in this Open WebUI's database."""
  self._target = target
  self._tables = LedgerTables.define(target.schema.metadata.schema)
  self._columns: frozenset[str] = frozenset()

 async def start(
  self,
  *,
  settings: Mapping[str, Any],
  backup_path: str,
  backup_kind: str,
  backup_fingerprint: str,
  tool_version: str,
  run_id: str | None = None,
 ) -> RunRecord:
  """Open a run, creating the ledger's tables where they are missing."""
  await self._create()
  now = int(time.time())
  run_id = (
   run_id or f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{uuid.uuid4().hex[:6]}"
  )
  values = {
   "id": run_id,
   "started_at": now,
   "heartbeat_at": now,
   "state": RunState.RUNNING.value,
   "owner": owner(),
   "settings": dump_json(settings),
   "backup_path": storable(backup_path),
   "backup_kind": storable(backup_kind),
   "backup_fingerprint": storable(backup_fingerprint),
   "tool_version": tool_version,
   "open_webui_version": self._target.version,
  }
  await self._execute(sa.insert(self._tables.run), values)
  record = await self.run(run_id)
  if record is None:
   raise CannotStartError("The run could not be recorded in Open WebUI's database.")
  return record

 async def heartbeat(self, run_id: str, progress: Mapping[str, Any]) -> bool:
  """Note that the run is alive and how far it is; whether somebody asked it to stop."""
  await self._update(run_id, heartbeat_at=int(time.time()), progress=dump_json(progress))
  run = self._tables.run
  asked = sa.select(run.c.stop_requested_at).where(run.c.id == run_id)
  async with self._target.read() as connection:
   return (await connection.execute(asked)).scalar() is not None

 async def request_stop(self, run_id: str) -> bool:
  """Ask a run to end between two batches; False where it is not running."""
  run = self._tables.run
  statement = (
   sa.update(run)
   .where(run.c.id == run_id, run.c.state == RunState.RUNNING.value)
   .values(stop_requested_at=int(time.time()))
  )
  return await self.exists() and await self._execute(statement) > 0

 async def finish(
  self,
  run_id: str,
  state: str,
  counts: Mapping[str, Any],
  warnings: Mapping[str, int],
 ) -> None:
  """Close a run with its sums: the report's collections, and warnings by code."""
  now = int(time.time())
  await self._update(
   run_id,
   state=str(state),
   finished_at=now,
   heartbeat_at=now,
   counts=dump_json(counts),
   warnings=dump_json(warnings),
  )

 async def mark_interrupted(self) -> int:
  """Close the runs that still count as running. Only for the holder of the lock."""
  if not await self.exists():
   return 0
  run = self._tables.run
  statement = (
   sa.update(run)
   .where(run.c.state == RunState.RUNNING.value)
   .values(state=RunState.INTERRUPTED.value, finished_at=run.c.heartbeat_at)
  )
  return await self._execute(statement)

 async def mark_undone(
  self, run_id: str, numbers: Sequence[int], connection: AsyncConnection
 ) -> None:
  """Note, in the caller's transaction, that these items are taken back."""
  item = self._tables.item
  for some in in_portions(numbers):
   await connection.execute(
    sa.update(item)
    .where(item.c.run_id == run_id, item.c.id.in_(some))
    .values(state=EntryState.UNDONE.value)
   )

 async def runs(self) -> list[RunRecord]:
  """All runs, the newest first."""
  if not await self.exists():
   return []
  run = self._tables.run
  async with self._target.read() as connection:
   rows = await connection.execute(
    self._select_runs().order_by(run.c.started_at.desc(), run.c.id.desc())
   )
   return [record_of_row(row) for row in rows]

 async def run(self, run_id: str) -> RunRecord | None:
  """One run, None when there is no such run."""
  if not await self.exists():
   return None
  run = self._tables.run
  async with self._target.read() as connection:
   row = (await connection.execute(self._select_runs().where(run.c.id == run_id))).first()
  return record_of_row(row) if row else None

 async def items(
  self, run_id: str, *, states: Iterable[str] | None = None, newest_first: bool = False
 ) -> AsyncIterator[LedgerItem]:
  """A run's items in the order they were recorded, or the other way round."""
  if not await self.exists():
   return
  item = self._tables.item
  query = sa.select(item).where(item.c.run_id == run_id).limit(_PAGE)
  query = query.order_by(item.c.id.desc() if newest_first else item.c.id)
  if states is not None:
   query = query.where(item.c.state.in_([str(state) for state in states]))
  last: int | None = None
  while True:
   page = query
   if last is not None:
    page = query.where(item.c.id < last if newest_first else item.c.id > last)
   async with self._target.read() as connection:
    entries = [item_of_row(row) for row in await connection.execute(page)]
   for entry in entries:
    yield entry
   if len(entries) < _PAGE:
    return
   last = entries[-1].number

 async def made(self, kind: str, target_ids: Sequence[str]) -> set[str]:
  """Which of these were created by a run that has not been taken back since."""
  if not target_ids or not await self.exists():
   return set()
  item = self._tables.item
  found: set[str] = set()
  async with self._target.read() as connection:
   for some in in_portions(askable(target_ids)):
    rows = await connection.execute(
     sa.select(item.c.target_id).where(
      item.c.target_kind == kind,
      item.c.target_id.in_(some),
      item.c.state == EntryState.MIGRATED.value,
     )
    )
    found.update(target_id for (target_id,) in rows)
  return found

 async def add(self, run_id: str, entries: Sequence[LedgerValues]) -> None:
  """Record entries in a transaction of their own."""

  async def insert() -> None:
   async with self._target.engine.begin() as connection:
    await self.insert(connection, run_id, entries)

  if entries:
   await patiently(insert)

 async def insert(
  self, connection: AsyncConnection, run_id: str, entries: Sequence[LedgerValues]
 ) -> None:
  """Record entries in the caller's transaction."""
  if entries:
   rows = [{**entry, "run_id": run_id} for entry in entries]
   await connection.execute(sa.insert(self._tables.item), rows)

 async def exists(self) -> bool:
  """Whether the ledger's tables are there."""
  if not self._columns:
   async with self._target.read() as connection:
    self._columns = await connection.run_sync(self._present_columns)
  return bool(self._columns)

 def _present_columns(self, connection: sa.Connection) -> frozenset[str]:
  """The columns that the table of runs has; an older version of this tool made fewer."""
  schema = self._tables.metadata.schema
  inspector = sa.inspect(connection)
  if not inspector.has_table(self._tables.item.name, schema=schema):
   return frozenset()
  columns = inspector.get_columns(self._tables.run.name, schema=schema)
  return frozenset(column["name"] for column in columns)

 def _select_runs(self) -> sa.Select[Any]:
  return sa.select(*(column for column in self._tables.run.c if column.name in self._columns))

 async def _create(self) -> None:
  """Make the tables, or the columns that a table of an older version lacks."""
  there = await self.exists()
  missing = [c for c in self._tables.run.c if there and c.name not in self._columns]

  async def create() -> None:
   async with self._target.engine.begin() as connection:
    if not there:
     await connection.run_sync(self._tables.metadata.create_all)
    if missing:
     await connection.run_sync(_add_columns, self._tables.run, missing)

  try:
   if missing or not there:
    await patiently(create)
  except RejectedError as error:
   raise CannotStartError(
    f"The ledger's tables cannot be created in Open WebUI's database: {error}. The "
    "database user needs the right to create tables there."
   ) from error
  self._columns = frozenset()  # look again

 async def _update(self, run_id: str, **values: str | int) -> None:
  run = self._tables.run
  await self._execute(sa.update(run).where(run.c.id == run_id).values(**values))

 async def _execute(
  self, statement: sa.Insert | sa.Update, values: Mapping[str, Any] | None = None
 ) -> int:
  async def execute() -> int:
   async with self._target.engine.begin() as connection:
    return (await connection.execute(statement, values)).rowcount

  return await patiently(execute)


def _add_columns(connection: sa.Connection, table: sa.Table, missing: Iterable[Any]) -> None:
 from alembic.migration import MigrationContext  # noqa: PLC0415 - comes with Open WebUI
 from alembic.operations import Operations  # noqa: PLC0415 - as above

 operations = Operations(MigrationContext.configure(connection))
 for column in missing:
  operations.add_column(table.name, sa.Column(column.name, column.type), schema=table.schema)
'''

# ==== migrator_core/target/ledger_entries.py ====
MODULES["migrator_core/target/ledger_entries.py"] = r'''
"""What a run and its items look like in the ledger, written and read."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from ..outcome import Notice, Outcome, State

_LONGEST_TEXT = 1000

LedgerValues = dict[str, str | int | None]
"""One row of ``librechat_migration_item``, every column but the number and the run."""


class RunState(StrEnum):
 """What became of a run. A run is ``interrupted`` when its process died."""

 RUNNING = "running"
 FINISHED = "finished"
 ABORTED = "aborted"
 INTERRUPTED = "interrupted"
 UNDONE = "undone"


class EntryState(StrEnum):
 """What an entry says, beyond the four states of a document."""

 MIGRATED = State.MIGRATED.value
 EXISTING = State.EXISTING.value
 SKIPPED = State.SKIPPED.value
 FAILED = State.FAILED.value
 WARNING = "warning"
 REPLACED = "replaced"
 UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class RunRecord:
 """One run. Times are seconds since the epoch; ``counts`` is the report's ``collections``."""

 id: str
 state: str
 started_at: int
 finished_at: int | None
 heartbeat_at: int
 owner: str
 settings: Mapping[str, Any]
 backup_path: str
 backup_kind: str
 backup_fingerprint: str
 tool_version: str
 open_webui_version: str
 counts: Mapping[str, Any]
 warnings: Mapping[str, int]
 progress: Mapping[str, Any]
 stop_requested_at: int | None


@dataclass(frozen=True, slots=True)
class LedgerItem:
 """One entry: a document and its fate, a warning, or something we replaced."""

 number: int
 run_id: str
 collection: str
 source_id: str
 target_kind: str | None
 target_id: str | None
 state: str
 reason: str | None
 detail: str | None
 fingerprint: str | None
 replaced: Mapping[str, Any] | None
 children: int
 size: int


def entry_of_outcome(outcome: Outcome) -> LedgerValues:
 """The entry for a document that has no row of its own."""
 return entry(
  outcome.collection,
  outcome.source_id,
  outcome.state.value,
  target_id=outcome.target_id,
  reason=outcome.reason.value if outcome.reason else None,
  detail=outcome.detail,
  size=outcome.size,
 )


def entry_of_notice(notice: Notice) -> LedgerValues:
 """The entry for a warning."""
 return entry("", "", EntryState.WARNING.value, reason=notice.code.value, detail=notice.detail)


def entry(collection: str, source_id: str, state: str, **more: str | int | None) -> LedgerValues:
 """One entry, with every text made storable."""
 values: LedgerValues = {
  "collection": collection,
  "source_id": source_id,
  "target_kind": None,
  "target_id": None,
  "state": state,
  "reason": None,
  "detail": None,
  "fingerprint": None,
  "replaced": None,
  "children": 0,
  "size": 0,
  **more,
 }
 return {
  name: storable(value) if isinstance(value, str) and name != "replaced" else value
  for name, value in values.items()
 }


def owner() -> str:
 """Who runs: host name and process id."""
 return storable(f"{socket.gethostname()}:{os.getpid()}")


def storable(text: str) -> str:
 """The text as any database takes it; a backup may hold anything."""
 clean = text.encode("utf-8", "replace").decode().replace("\x00", "")
 return clean if len(clean) <= _LONGEST_TEXT else clean[: _LONGEST_TEXT - 1] + "…"


def dump_json(value: Mapping[str, Any]) -> str:
 """JSON as the ledger keeps it: plain ASCII text."""
 return json.dumps(value, ensure_ascii=True, default=str)


def _load(text: str | None) -> dict[str, Any]:
 return json.loads(text) if text else {}


def record_of_row(row: sa.Row[Any]) -> RunRecord:
 """A run as it was read."""
 values = dict(row._mapping)  # noqa: SLF001 - the public name of a row's dictionary
 for name in ("settings", "counts", "warnings", "progress"):
  values[name] = _load(values.get(name))
 values.setdefault("stop_requested_at", None)  # a ledger of an older version
 return RunRecord(**values)


def item_of_row(row: sa.Row[Any]) -> LedgerItem:
 """An item as it was read."""
 values = dict(row._mapping)  # noqa: SLF001 - the public name of a row's dictionary
 number = values.pop("id")
 replaced = values.pop("replaced")
 return LedgerItem(number=number, replaced=_load(replaced) if replaced else None, **values)
'''

# ==== migrator_core/target/ledger_tables.py ====
MODULES["migrator_core/target/ledger_tables.py"] = r'''
"""The two tables the migration adds to Open WebUI's database. Removing them harms nothing."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


@dataclass(frozen=True, slots=True)
class LedgerTables:
 """Table objects in the schema Open WebUI lives in. JSON is kept as text: portable, opaque."""

 metadata: sa.MetaData
 run: sa.Table
 item: sa.Table

 @classmethod
 def define(cls, schema: str | None) -> LedgerTables:
  """The tables, qualified with ``schema`` where there is one."""
  metadata = sa.MetaData(schema=schema)
  run = sa.Table(
   "librechat_migration_run",
   metadata,
   sa.Column("id", sa.Text, primary_key=True),
   sa.Column("started_at", sa.BigInteger, nullable=False),
   sa.Column("finished_at", sa.BigInteger),
   sa.Column("heartbeat_at", sa.BigInteger, nullable=False),
   sa.Column("state", sa.Text, nullable=False),
   sa.Column("owner", sa.Text, nullable=False),
   sa.Column("settings", sa.Text, nullable=False),
   sa.Column("backup_path", sa.Text, nullable=False),
   sa.Column("backup_kind", sa.Text, nullable=False),
   sa.Column("backup_fingerprint", sa.Text, nullable=False),
   sa.Column("tool_version", sa.Text, nullable=False),
   sa.Column("open_webui_version", sa.Text, nullable=False),
   sa.Column("counts", sa.Text),
   sa.Column("warnings", sa.Text),
   # How far a run is, for whoever watches it from another process, and their wish to stop.
   sa.Column("progress", sa.Text),
   sa.Column("stop_requested_at", sa.BigInteger),
  )
  item = sa.Table(
   "librechat_migration_item",
   metadata,
   # Counts up: the order in which a run recorded its items.
   sa.Column("id", _ROW_NUMBER, primary_key=True, autoincrement=True),
   sa.Column("run_id", sa.Text, nullable=False),
   sa.Column("collection", sa.Text, nullable=False),
   sa.Column("source_id", sa.Text, nullable=False),
   sa.Column("target_kind", sa.Text),
   sa.Column("target_id", sa.Text),
   sa.Column("state", sa.Text, nullable=False),
   sa.Column("reason", sa.Text),
   sa.Column("detail", sa.Text),
   sa.Column("fingerprint", sa.Text),
   sa.Column("replaced", sa.Text),
   sa.Column("children", sa.BigInteger, nullable=False),
   sa.Column("size", sa.BigInteger, nullable=False),
   sa.Index("librechat_migration_item_run", "run_id", "id"),
   # "Did we make this?", for every item of every later run.
   sa.Index("librechat_migration_item_target", "target_kind", "target_id"),
  )
  return cls(metadata, run, item)
'''

# ==== migrator_core/target/lock.py ====
MODULES["migrator_core/target/lock.py"] = r'''
"""One migration at a time, by a lock that vanishes with its holder."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa
import sqlalchemy.exc as sa_exc
from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import AbortedError, CannotStartError
from .engines import sqlite_path
from .faults import describe
from .ledger import Ledger
from .ledger_entries import RunState
from .openwebui import OpenWebUI

_SUFFIX = ".librechat-migration.lock"


class RunLock:
 """An async context manager that holds the lock."""

 def __init__(self, target: OpenWebUI) -> None:
  """A lock for this Open WebUI, not taken yet."""
  self._target = target
  self._session: AsyncConnection | None = None
  self._descriptor: int | None = None
  self._path: Path | None = None

 async def __aenter__(self) -> Self:
  await self.acquire()
  return self

 async def __aexit__(
  self,
  kind: type[BaseException] | None,
  error: BaseException | None,
  trace: TracebackType | None,
 ) -> None:
  await self.release()

 async def acquire(self) -> None:
  """Take the lock."""
  if self._target.dialect == "postgresql":
   taken = await self._acquire_session()
  else:
   taken = await asyncio.to_thread(self._acquire_file)
  if not taken:
   raise CannotStartError(await self._who_holds_it())

 async def check(self) -> None:
  """Make sure that the lock is still ours."""
  if self._session is None:
   return
  try:
   await self._session.execute(sa.text("SELECT 1"))
  except (sa_exc.SQLAlchemyError, OSError) as error:
   raise AbortedError(
    f"The database connection that held the migration's lock is lost "
    f"({describe(error)}). The migration is safe to run again."
   ) from error

 async def release(self) -> None:
  """Give the lock back. Does nothing where it is not held."""
  session, self._session = self._session, None
  if session is not None:
   with contextlib.suppress(sa_exc.SQLAlchemyError, OSError):
    await session.execute(sa.select(sa.func.pg_advisory_unlock(self._key())))
   with contextlib.suppress(sa_exc.SQLAlchemyError, OSError):
    await session.close()
  descriptor, self._descriptor = self._descriptor, None
  if descriptor is not None:
   if self._path is not None:
    # While still locked: who opens the file from now on notices that it is gone.
    with contextlib.suppress(OSError):
     self._path.unlink()
   os.close(descriptor)

 async def _acquire_session(self) -> bool:
  session = await self._target.engine.connect()
  try:
   # Outside any transaction, or the session would count as idle in one and be cut off.
   await session.execution_options(isolation_level="AUTOCOMMIT")
   taken = bool(
    (
     await session.execute(sa.select(sa.func.pg_try_advisory_lock(self._key())))
    ).scalar()
   )
  except BaseException:
   await session.close()
   raise
  if taken:
   self._session = session
  else:
   await session.close()
  return taken

 def _acquire_file(self) -> bool:
  try:
   import fcntl  # noqa: PLC0415 - not on every platform
  except ImportError as error:
   raise CannotStartError(
    "On this operating system a SQLite database cannot be locked against a second "
    "migration. Run the tool on Linux or macOS, or in Open WebUI's container."
   ) from error
  database = sqlite_path(self._target.url) or self._target.data_dir / "memory"
  path = database.with_name(database.name + _SUFFIX)
  while True:
   descriptor = self._open(path)
   try:
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
   except BlockingIOError:
    os.close(descriptor)
    return False
   except OSError as error:
    os.close(descriptor)
    raise self._cannot_lock(path, error) from error
   if _is_still_there(descriptor, path):
    self._descriptor, self._path = descriptor, path
    return True
   os.close(descriptor)  # the previous holder removed the file in between

 def _open(self, path: Path) -> int:
  try:
   # Reading is enough for a lock, so that one left behind by root hinders nobody.
   return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
  except OSError as error:
   raise self._cannot_lock(path, error) from error

 def _cannot_lock(self, path: Path, error: OSError) -> CannotStartError:
  return CannotStartError(
   f"The migration's lock file {path} cannot be used: {error.strerror}. The directory of "
   "the SQLite database must be writable and on a file system with locks."
  )

 def _key(self) -> int:
  """PostgreSQL keeps advisory locks per database; the schema tells its tenants apart."""
  name = f"librechat-migration:{self._target.schema.metadata.schema or ''}"
  return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)

 async def _who_holds_it(self) -> str:
  message = "Another migration into this Open WebUI is running"
  for run in await Ledger(self._target).runs():
   if run.state == RunState.RUNNING:
    message += (
     f": run {run.id} by {run.owner}, started {_when(run.started_at)}, last sign "
     f"of life {_when(run.heartbeat_at)}"
    )
    break
  return (
   f"{message}. Wait until it has finished, or stop it there; the lock comes free as soon "
   "as its process has ended."
  )


def _is_still_there(descriptor: int, path: Path) -> bool:
 try:
  return os.path.samestat(os.fstat(descriptor), path.stat())
 except FileNotFoundError:
  return False


def _when(seconds: int) -> str:
 return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
'''

# ==== migrator_core/target/mapping.py ====
MODULES["migrator_core/target/mapping.py"] = r'''
"""From the rows of conversion to statements: checked, encoded, in the order foreign keys need."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ..rows import (
 ChatRow,
 FileRow,
 FolderRow,
 GroupRow,
 ModelRow,
 PromptRow,
 Row,
 SharedChatRow,
 TagRow,
 UserRow,
)
from .faults import RejectedError
from .mapping_accounts import group_rows, user_rows
from .mapping_chats import chat_rows, folder_rows, shared_chat_rows, tag_rows
from .mapping_resources import file_rows, model_rows, prompt_rows
from .mapping_types import MappingContext, TableRow
from .schema import Schema

_ORDER = (
 "user",
 "auth",
 "group",
 "group_member",
 "file",
 "tag",
 "folder",
 "chat",
 "chat_message",
 "chat_file",
 "feedback",
 "shared_chat",
 "prompt",
 "prompt_history",
 "model",
 "model_history",
 "access_grant",
)
"""Every table after those its foreign keys point to; PostgreSQL checks them row by row."""

_LONGEST_ID = 500
"""Characters. Ids are indexed, and PostgreSQL indexes about 2700 bytes at most."""
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True, slots=True)
class EncodedRow:
 """A row whose values the driver takes as they are; JSON is text by now."""

 table: str
 if_absent: bool
 values: Mapping[str, object]


def encode(
 row: Row, context: MappingContext, schema: Schema, *, path: str | None = None
) -> list[EncodedRow]:
 """Everything one item inserts. ``path`` is the stored file's, for a :class:`FileRow`."""
 try:
  return [
   EncodedRow(one.table, one.if_absent, _encode_values(one, schema))
   for one in _table_rows(row, context, path)
   if one.table in schema.tables
  ]
 except UnicodeError as error:
  raise RejectedError("a text holds half of a character pair (lone surrogate)") from error
 except RecursionError as error:
  raise RejectedError("its content is nested too deeply") from error


def statements(
 rows: Iterable[EncodedRow], schema: Schema, dialect: str
) -> Iterator[tuple[sa.Insert, list[Mapping[str, object]]]]:
 """As few bulk inserts as possible for all these rows, in an order that foreign keys accept."""
 groups: dict[tuple[int, bool, tuple[str, ...]], list[Mapping[str, object]]] = {}
 for row in rows:
  # One bulk insert takes rows with the same columns only.
  key = (_ORDER.index(row.table), row.if_absent, tuple(row.values))
  groups.setdefault(key, []).append(row.values)
 for (place, if_absent, _), values in sorted(groups.items(), key=lambda group: group[0]):
  yield _insert(schema.inserts[_ORDER[place]], dialect, if_absent=if_absent), values


def _insert(table: sa.TableClause, dialect: str, *, if_absent: bool) -> sa.Insert:
 if dialect == "sqlite":
  return sqlite.insert(table).on_conflict_do_nothing() if if_absent else table.insert()
 insert = postgresql.insert(table)
 if if_absent:
  insert = insert.on_conflict_do_nothing()
 # Nobody needs the answer, but with RETURNING SQLAlchemy sends a page of rows as one statement;
 # without it, psycopg sends and awaits row by row, which takes several times as long.
 return insert.returning(sa.literal(1))


def _table_rows(row: Row, context: MappingContext, path: str | None) -> list[TableRow]:
 if isinstance(row, FileRow):
  if path is None:
   raise ValueError("a file row without stored bytes")
  return file_rows(row, path)
 if isinstance(row, UserRow):
  return user_rows(row, context)
 if isinstance(row, GroupRow):
  return group_rows(row, context)
 return _content_rows(row, context)


def _content_rows(
 row: ChatRow | SharedChatRow | FolderRow | TagRow | PromptRow | ModelRow,
 context: MappingContext,
) -> list[TableRow]:
 match row:
  case ChatRow():
   return chat_rows(row, context)
  case SharedChatRow():
   return shared_chat_rows(row)
  case FolderRow():
   return folder_rows(row)
  case TagRow():
   return tag_rows(row)
  case PromptRow():
   return prompt_rows(row)
  case ModelRow():
   return model_rows(row)
  case _:
   assert_never(row)


def _encode_values(row: TableRow, schema: Schema) -> dict[str, object]:
 encoded: dict[str, object] = {}
 for name, value in row.values.items():
  if value is None or not schema.has(row.table, name):
   continue
  if name in schema.json_columns[row.table]:
   encoded[name] = _json_text(value)
  else:
   encoded[name] = _checked(name, value, schema.lengths[row.table].get(name))
 return encoded


def _json_text(value: object) -> str:
 try:
  text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
 except (TypeError, ValueError) as error:
  raise RejectedError(f"its content is no JSON: {type(error).__name__}") from error
 if "\\u0000" in text and _NUL.search(text):
  raise RejectedError("a text holds a NUL character")
 text.encode()
 return text


def _checked(name: str, value: object, length: int | None) -> object:
 if isinstance(value, bool):
  return value
 if isinstance(value, int):
  if not -(2**63) <= value < 2**63:
   raise RejectedError(f"the number for {name!r} is too large")
  return int(value)
 if not isinstance(value, str):
  raise RejectedError(f"the value for {name!r} is a {type(value).__name__}")
 if "\x00" in value:
  raise RejectedError("a text holds a NUL character")
 value.encode()
 if length is not None and len(value) > length:
  raise RejectedError(f"the text for {name!r} is longer than {length} characters")
 if len(value) > _LONGEST_ID and (name == "id" or name.endswith("_id")):
  raise RejectedError(f"the text for {name!r} is longer than {_LONGEST_ID} characters")
 return str(value)
'''

# ==== migrator_core/target/mapping_accounts.py ====
MODULES["migrator_core/target/mapping_accounts.py"] = r'''
"""Accounts and groups (``open_webui/models/users.py``, ``auths.py``, ``groups.py``)."""

from __future__ import annotations

from ..rows import GroupRow, JsonDict, UserRow
from .mapping_types import MappingContext, TableRow, companion_id


def user_rows(row: UserRow, context: MappingContext) -> list[TableRow]:
 """An account as sign-up leaves it: user, password, and the group all new accounts join."""
 email = row.email.strip().lower()
 # Open WebUI protects the oldest account as its primary admin, even from other admins
 # (``Users.get_first_user``): nobody we bring along may take that place.
 created_at = max(row.created_at, context.earliest_account + 1)
 user = {
  "id": row.id,
  "email": email,
  "name": row.name,
  "username": row.username,
  "role": "user",
  "profile_image_url": row.profile_image_url,
  "info": _with_original_date(row, created_at),
  "created_at": created_at,
  "updated_at": row.updated_at,
  "last_active_at": row.last_active_at,
 }
 auth = {
  "id": row.id,
  "email": email,
  "password": row.password_hash,
  "active": True,
  "session_stamp": companion_id("session_stamp", row.id),
 }
 rows = [TableRow("user", user), TableRow("auth", auth)]
 if context.default_group:
  rows.append(_member(context.default_group, row.id, created_at))
 return rows


def group_rows(row: GroupRow, context: MappingContext) -> list[TableRow]:
 """A group and its members. It grants no permission beyond everybody's."""
 group = {
  "id": row.id,
  "user_id": context.creator,
  "name": row.name,
  "description": row.description,
  "data": {"config": {"share": context.group_share}},
  "meta": row.meta,
  "permissions": {},
  "created_at": row.created_at,
  "updated_at": row.updated_at,
 }
 members = dict.fromkeys(row.member_ids)
 return [
  TableRow("group", group),
  *(_member(row.id, member, row.created_at) for member in members),
 ]


def _with_original_date(row: UserRow, created_at: int) -> JsonDict:
 provenance = row.info.get("librechat")
 if created_at == row.created_at or not isinstance(provenance, dict):
  return row.info
 return {**row.info, "librechat": {"created_at": row.created_at, **provenance}}


def _member(group_id: str, user_id: str, created_at: int) -> TableRow:
 values = {
  "id": companion_id("group_member", group_id, user_id),
  "group_id": group_id,
  "user_id": user_id,
  "created_at": created_at,
  "updated_at": created_at,
 }
 return TableRow("group_member", values, if_absent=True)
'''

# ==== migrator_core/target/mapping_chats.py ====
MODULES["migrator_core/target/mapping_chats.py"] = r'''
"""Chats and what belongs to them: messages, tags, files, ratings, folders, shared copies.

From ``open_webui/models/chats.py`` and its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..rows import ChatRow, FeedbackRow, FolderRow, SharedChatRow, TagRow
from .mapping_types import (
 MappingContext,
 TableRow,
 companion_id,
 grant_rows,
)


def tag_rows(row: TagRow) -> list[TableRow]:
 """A tag of one user."""
 return [TableRow("tag", {"id": row.id, "name": row.name, "user_id": row.user_id})]


def chat_rows(row: ChatRow, context: MappingContext) -> list[TableRow]:
 """A chat twice over, as the app keeps it: the document the UI reads and a row per message."""
 chat = {
  "id": row.id,
  "user_id": row.user_id,
  "title": row.title,
  "chat": _with_flat_messages(row.chat) if context.searches_flat else row.chat,
  "created_at": row.created_at,
  "updated_at": row.updated_at,
  "archived": row.archived,
  "pinned": row.pinned,
  "meta": row.meta,
  "folder_id": row.folder_id,
  "share_id": row.share_id,
  "current_message_id": row.current_message_id,
  # Or every migrated chat would be marked as unread.
  "last_read_at": max(row.updated_at, context.now),
 }
 tags = [TableRow(one.table, one.values, if_absent=True) for one in map(_tag, row.tags)]
 ratings = [_feedback(one) for one in row.feedback]
 return [*tags, TableRow("chat", chat), *_messages(row), *_files(row), *ratings]


def shared_chat_rows(row: SharedChatRow) -> list[TableRow]:
 """A copy of a chat for others, and who they are (``models/shared_chats.py``)."""
 shared = {
  "id": row.id,
  "chat_id": row.chat_id,
  "user_id": row.user_id,
  "title": row.title,
  "chat": row.chat,
  "created_at": row.created_at,
  "updated_at": row.updated_at,
 }
 grants = grant_rows("shared_chat", row.chat_id, row.grants, row.created_at)
 return [TableRow("shared_chat", shared), *grants]


def folder_rows(row: FolderRow) -> list[TableRow]:
 """A folder at the top level (``models/folders.py``), closed as a new one is."""
 values = {
  "id": row.id,
  "user_id": row.user_id,
  "name": row.name,
  "data": row.data,
  "meta": row.meta,
  "is_expanded": False,
  "created_at": row.created_at,
  "updated_at": row.updated_at,
 }
 return [TableRow("folder", values)]


def _feedback(row: FeedbackRow) -> TableRow:
 """A rating as the app stores one (``models/feedbacks.py``)."""
 values = {
  "id": row.id,
  "user_id": row.user_id,
  "version": 0,
  "type": "rating",
  "data": row.data,
  "meta": row.meta,
  "snapshot": {"chat": {"chat": {"history": {"messages": {}}}}},
  "created_at": row.created_at,
  "updated_at": row.updated_at,
 }
 return TableRow("feedback", values, if_absent=True)


def _with_flat_messages(chat: Mapping[str, Any]) -> dict[str, Any]:
 """The document with a flat copy of its messages, which is all that 0.10 searches."""
 messages: Mapping[str, Mapping[str, Any]] = chat["history"]["messages"]
 kept = ("id", "parentId", "role", "content")
 flat = [{key: message[key] for key in kept} for message in messages.values()]
 return {**chat, "messages": flat}


def _tag(tag: TagRow) -> TableRow:
 return tag_rows(tag)[0]


def _messages(row: ChatRow) -> Iterator[TableRow]:
 """Rows as ``ChatMessages._build_message`` makes them (``models/chat_messages.py``)."""
 messages: Mapping[str, Mapping[str, Any]] = row.chat["history"]["messages"]
 for message_id, message in messages.items():
  error = message.get("error")
  created_at = message.get("timestamp") or row.created_at
  values = {
   "id": f"{row.id}-{message_id}",
   "chat_id": row.id,
   "user_id": row.user_id,
   "role": message["role"],
   "parent_id": message.get("parentId"),
   "content": message.get("content", ""),
   "output": _list(message, "output"),
   "model_id": message.get("model"),
   "files": _list(message, "files"),
   "sources": _list(message, "sources"),
   "embeds": _list(message, "embeds"),
   "done": message.get("done", True),
   "status_history": _list(message, "statusHistory"),
   "error": error if isinstance(error, dict | str) else None,
   "usage": message.get("usage") or None,
   "created_at": created_at,
   "updated_at": created_at,
  }
  yield TableRow("chat_message", values)


def _list(message: Mapping[str, Any], key: str) -> list[Any] | None:
 # ``ChatMessageModel`` refuses anything else, and one refused row hides the whole chat.
 value = message.get(key)
 return value if isinstance(value, list) else None


def _files(row: ChatRow) -> Iterator[TableRow]:
 linked: set[str] = set()
 for message_id, file_id in row.file_ids:
  if file_id in linked:  # unique per chat and file
   continue
  linked.add(file_id)
  values = {
   "id": companion_id("chat_file", row.id, file_id),
   "user_id": row.user_id,
   "chat_id": row.id,
   "message_id": message_id,
   "file_id": file_id,
   "created_at": row.created_at,
   "updated_at": row.created_at,
  }
  yield TableRow("chat_file", values)
'''

# ==== migrator_core/target/mapping_resources.py ====
MODULES["migrator_core/target/mapping_resources.py"] = r'''
"""Files, prompts and models (``open_webui/models/files.py``, ``prompts.py``, ``models.py``)."""

from __future__ import annotations

from ..rows import FileRow, ModelRow, PromptRow
from .faults import RejectedError
from .mapping_types import TableRow, companion_id, grant_rows

_FIRST_VERSION = "Initial version"
"""What the app itself calls the first entry of a history."""


def file_rows(row: FileRow, path: str) -> list[TableRow]:
 """A file record; ``path`` is what the storage provider returned."""
 values = {
  "id": row.id,
  "user_id": row.user_id,
  "filename": row.filename,
  "path": path,
  "data": row.data,
  "meta": row.meta,
  "created_at": row.created_at,
  "updated_at": row.updated_at,
 }
 return [TableRow("file", values)]


def prompt_rows(row: PromptRow) -> list[TableRow]:
 """A prompt, its grants and the first entry of its history, which is its current version."""
 version_id = companion_id("prompt_history", row.id)
 grants = grant_rows("prompt", row.id, row.grants, row.created_at)
 content = {
  "name": row.name,
  "content": row.content,
  "command": row.command,
  "data": {},
  "meta": row.meta,
  "tags": list(row.tags),
 }
 prompt = {
  "id": row.id,
  "user_id": row.user_id,
  **content,
  "is_active": True,
  "version_id": version_id,
  "created_at": row.created_at,
  "updated_at": row.updated_at,
 }
 history = {
  "id": version_id,
  "prompt_id": row.id,
  "snapshot": {**content, "access_grants": [grant.values for grant in grants]},
  "user_id": row.user_id,
  "commit_message": _FIRST_VERSION,
  "created_at": row.created_at,
 }
 return [TableRow("prompt", prompt), TableRow("prompt_history", history), *grants]


def model_rows(row: ModelRow) -> list[TableRow]:
 """A workspace model, its grants and the first entry of its history (0.12)."""
 if row.base_model_id == row.id:
  raise RejectedError("a model cannot be its own base model")
 version_id = companion_id("model_history", row.id)
 content = {
  "name": row.name,
  "base_model_id": row.base_model_id,
  "params": row.params,
  "meta": row.meta,
 }
 model = {
  "id": row.id,
  "user_id": row.user_id,
  **content,
  "version_id": version_id,
  "is_active": True,
  "created_at": row.created_at,
  "updated_at": row.updated_at,
 }
 # ``model_history.py: model_snapshot`` leaves the live model's visibility out of its history.
 kept = {
  key: row.meta[key] for key in row.meta if key not in {"hidden", "chat_variables_schema"}
 }
 history = {
  "id": version_id,
  "model_id": row.id,
  "snapshot": {**content, "meta": kept},
  "user_id": row.user_id,
  "commit_message": _FIRST_VERSION,
  "created_at": row.created_at,
 }
 grants = grant_rows("model", row.id, row.grants, row.created_at)
 return [TableRow("model", model), TableRow("model_history", history), *grants]
'''

# ==== migrator_core/target/mapping_types.py ====
MODULES["migrator_core/target/mapping_types.py"] = r'''
"""What the mapping modules share: one row of one table, and facts about the target."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from ..rows import Grant

_NAMESPACE = uuid.UUID("0f5d3c2e-6a55-5e0c-9d3f-6f3f4b1f7a10")
"""For the ids of rows that only accompany another row (members, grants, history entries)."""


@dataclass(frozen=True, slots=True)
class TableRow:
 """One row to insert. A value of None is left out, so that the column's own default applies."""

 table: str
 values: Mapping[str, object]
 if_absent: bool = False


@dataclass(frozen=True, slots=True)
class MappingContext:
 """Facts about the target. ``now`` and ``earliest_account`` are seconds since the epoch."""

 now: int
 earliest_account: int
 creator: str
 default_group: str | None
 group_share: bool | str
 searches_flat: bool = False


def companion_id(kind: str, *parts: str) -> str:
 """The id of an accompanying row, the same for the same migration."""
 return str(uuid.uuid5(_NAMESPACE, "\x1f".join((kind, *parts))))


def grant_rows(
 resource_type: str, resource_id: str, grants: tuple[Grant, ...], created_at: int
) -> list[TableRow]:
 """The ``access_grant`` rows of a resource (``models/access_grants.py``)."""
 rows: list[TableRow] = []
 for grant in dict.fromkeys(grants):
  subject = (resource_type, resource_id, grant.principal_type, grant.principal_id)
  values = {
   "id": companion_id("access_grant", *subject, grant.permission),
   "resource_type": resource_type,
   "resource_id": resource_id,
   "principal_type": grant.principal_type,
   "principal_id": grant.principal_id,
   "permission": grant.permission,
   "created_at": created_at,
  }
  rows.append(TableRow("access_grant", values, if_absent=True))
 return rows
'''

# ==== migrator_core/target/openwebui.py ====
MODULES["migrator_core/target/openwebui.py"] = r'''
"""The Open WebUI that receives the migration: its database, its accounts, its file storage."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import sqlalchemy as sa
import sqlalchemy.exc as sa_exc
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ..errors import CannotStartError
from .engines import (
 database_name,
 own_engine,
 read_only_engine,
 sqlite_path,
)
from .faults import describe
from .schema import Schema
from .startup import import_open_webui
from .storage import FileStore

V = TypeVar("V")

_ANSWER_WITHIN = 30.0
"""Seconds until a database that does not answer at all counts as unreachable."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEFAULT_GROUP = "ui.default_group_id"
_AT_ONCE = 500
"""Values in one IN list; every database takes so many parameters."""


@dataclass(frozen=True, slots=True)
class Account:
 """An account that Open WebUI has. ``email`` is in lower case."""

 id: str
 email: str
 role: str


class OpenWebUI:
 """A connection to one Open WebUI. An async context manager; closing leaves its server alone."""

 def __init__(
  self,
  engine: AsyncEngine,
  schema: Schema,
  *,
  version: str,
  data_dir: Path,
  files: FileStore,
  read_only: bool = False,
 ) -> None:
  """Wrap an engine. Callers use :meth:`connect`; tests bring engines of their own."""
  self.schema = schema
  self.version = version
  self.data_dir = data_dir
  self.files = files
  self.read_only = read_only
  self.url = engine.url
  self.engine = read_only_engine(engine) if read_only else engine
  self.dialect: Literal["sqlite", "postgresql"] = (
   "sqlite" if engine.dialect.name == "sqlite" else "postgresql"
  )
  self._engines = [engine]
  if read_only and self.dialect == "sqlite":  # on PostgreSQL both share a pool
   self._engines.append(self.engine)

 @classmethod
 async def connect(cls, *, read_only: bool) -> OpenWebUI:
  """Connect to the Open WebUI whose environment this process has."""
  imported = import_open_webui(read_only=read_only)
  schema = Schema.load()
  engine = imported.engine
  if imported.hosted:
   engine = own_engine(engine)
   imported.authorise(engine)
  target = cls(
   engine,
   schema,
   version=imported.version,
   data_dir=imported.data_dir,
   files=FileStore.of_open_webui(read_only=read_only),
   read_only=read_only,
  )
  try:
   await target.check(imported.package)
  except BaseException:
   await target.close()
   raise
  return target

 async def __aenter__(self) -> Self:
  return self

 async def __aexit__(
  self,
  kind: type[BaseException] | None,
  error: BaseException | None,
  trace: TracebackType | None,
 ) -> None:
  await self.close()

 async def close(self) -> None:
  """Close the connections that are ours."""
  for engine in self._engines:
   await engine.dispose()

 async def check(self, package: Path | None = None) -> None:
  """Make sure that the database can be migrated into."""
  name = database_name(self.url)
  path = sqlite_path(self.url) if self.dialect == "sqlite" else None
  if path is not None and not path.is_file():
   raise CannotStartError(
    f"The {name} does not exist. Check DATA_DIR and DATABASE_URL; if they are right, "
    "start Open WebUI once and sign up the first account."
   )
  heads = await asyncio.to_thread(_image_heads, package) if package else None
  try:
   async with asyncio.timeout(_ANSWER_WITHIN), self.read() as connection:
    await self.schema.check_database(connection)
    await self._check_revision(connection, heads)
  except TimeoutError as error:
   raise CannotStartError(f"The {name} does not answer. Is it running?") from error
  except (sa_exc.SQLAlchemyError, OSError) as error:
   raise CannotStartError(
    f"The {name} cannot be reached: {describe(error)}. Check DATABASE_URL and that "
    "the database is running."
   ) from error
  await self.first_admin()

 @asynccontextmanager
 async def read(self) -> AsyncIterator[AsyncConnection]:
  """A connection for reading."""
  async with self.engine.connect() as connection:
   yield connection

 async def accounts(self, emails: Sequence[str]) -> dict[str, Account]:
  """The accounts that have one of these e-mail addresses, whatever the case."""
  user = self.schema.table("user")
  found: dict[str, Account] = {}
  async with self.read() as connection:
   for some in in_portions(askable(email.lower() for email in emails)):
    lowered = sa.func.lower(user.c.email)
    statement = (
     sa.select(user.c.id, user.c.email, user.c.role)
     .where(sa.or_(lowered.in_(some), user.c.email.in_(some)))
     .order_by(user.c.created_at, user.c.id)
    )
    for row in await connection.execute(statement):
     account = Account(row.id, row.email.lower(), row.role or "")
     found.setdefault(account.email, account)
  return found

 async def first_admin(self) -> Account:
  """The admin who signed up first."""
  user = self.schema.table("user")
  statement = (
   sa.select(user.c.id, user.c.email, user.c.role)
   .where(user.c.role == "admin")
   .order_by(user.c.created_at, user.c.id)
   .limit(1)
  )
  async with self.read() as connection:
   row = (await connection.execute(statement)).first()
  if row is None:
   raise CannotStartError(
    "This Open WebUI has no admin account yet. Open it in a browser and sign up: the "
    "first account becomes the admin. Then run the migration again."
   )
  return Account(row.id, (row.email or "").lower(), row.role)

 async def earliest_account(self) -> int:
  """When the first account was created, in seconds since the epoch."""
  user = self.schema.table("user")
  async with self.read() as connection:
   earliest = (
    await connection.execute(sa.select(sa.func.min(user.c.created_at)))
   ).scalar()
  return int(earliest or 0)

 async def model_ids(self) -> frozenset[str]:
  """The ids of all models that have a row of their own."""
  return frozenset(await self._column(self.schema.table("model").c.id))

 async def prompt_commands(self) -> dict[str, str]:
  """The commands that are taken, each with the id of its prompt."""
  prompt = self.schema.table("prompt")
  async with self.read() as connection:
   rows = await connection.execute(sa.select(prompt.c.command, prompt.c.id))
   return {command: prompt_id for command, prompt_id in rows if command}

 async def folders(self) -> list[tuple[str, str, str]]:
  """The folders at the top level: id, user and name of each."""
  folder = self.schema.table("folder")
  columns = sa.select(folder.c.id, folder.c.user_id, folder.c.name)
  async with self.read() as connection:
   rows = await connection.execute(columns.where(folder.c.parent_id.is_(None)))
   return [(own_id, user or "", name or "") for own_id, user, name in rows]

 async def shared_chats(self) -> dict[str, str]:
  """The ids of all shared chats, each with the id of its chat."""
  shared = self.schema.table("shared_chat")
  async with self.read() as connection:
   rows = await connection.execute(sa.select(shared.c.id, shared.c.chat_id))
   return dict(rows.tuples().all())

 async def default_group(self) -> str | None:
  """The group every new account joins (``ui.default_group_id``), if it exists."""
  config, group = self.schema.table("config"), self.schema.table("group")
  statement = sa.select(config.c.value).where(config.c.key == _DEFAULT_GROUP)
  async with self.read() as connection:
   stored = (await connection.execute(statement)).first()
   wanted = self.schema.setting(_DEFAULT_GROUP, stored.value if stored else None)
   if not isinstance(wanted, str) or not wanted:
    return None
   known = await connection.execute(sa.select(group.c.id).where(group.c.id == wanted))
   return wanted if known.first() else None

 async def _column(self, column: sa.Column[Any]) -> list[str]:
  async with self.read() as connection:
   return [value for (value,) in await connection.execute(sa.select(column)) if value]

 async def _check_revision(self, connection: AsyncConnection, heads: set[str] | None) -> None:
  version = sa.table(
   "alembic_version", sa.column("version_num"), schema=self.schema.metadata.schema
  )
  rows = await connection.execute(sa.select(version.c.version_num))
  found = {str(row.version_num) for row in rows}
  if heads is not None and found != heads:
   raise CannotStartError(
    f"The database was migrated by another version of Open WebUI (it is at "
    f"{', '.join(sorted(found)) or 'no revision'}, Open WebUI {self.version} here "
    f"expects {', '.join(sorted(heads))}). Run this program with the same version of "
    "Open WebUI as the server, and start the server once after an upgrade."
   )


def in_portions(values: Sequence[V], size: int = _AT_ONCE) -> Iterator[Sequence[V]]:
 """The values, so many at a time."""
 for start in range(0, len(values), size):
  yield values[start : start + size]


def askable(texts: Iterable[str]) -> list[str]:
 """The texts that drivers take as parameters; no row can have one of the others."""
 return [text for text in texts if "\x00" not in text and not _SURROGATE.search(text)]


def _image_heads(package: Path) -> set[str]:
 from alembic.script import ScriptDirectory  # noqa: PLC0415 - comes with Open WebUI, not with us

 return set(ScriptDirectory(str(package / "migrations")).get_heads())
'''

# ==== migrator_core/target/parcels.py ====
MODULES["migrator_core/target/parcels.py"] = r'''
"""One item on its way: mapped, encoded, and with its entry for the ledger."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..outcome import Reason, State
from ..rows import Item
from .conflicts import Written, kind_of, target_id
from .faults import RejectedError
from .ledger_entries import LedgerValues, entry
from .mapping import EncodedRow, encode
from .mapping_types import MappingContext
from .openwebui import OpenWebUI


@dataclass(frozen=True, slots=True)
class Parcel:
 """An item's fate so far; ``rows`` are what its "migrated" still has to insert."""

 written: Written
 rows: tuple[EncodedRow, ...] = ()


async def load_context(target: OpenWebUI) -> MappingContext:
 """The facts about the target that mapping needs."""
 return MappingContext(
  now=int(time.time()),
  earliest_account=await target.earliest_account(),
  creator=(await target.first_admin()).id,
  default_group=await target.default_group(),
  group_share=target.schema.group_share,
  # 0.11 added the column together with a search through the whole history.
  searches_flat=not target.schema.has("chat", "current_message_id"),
 )


def prepare(
 item: Item, context: MappingContext, target: OpenWebUI, *, path: str | None = None
) -> Parcel:
 """Map and encode one item; what cannot be stored comes back as failed."""
 try:
  rows = encode(item.row, context, target.schema, path=path)
 except RejectedError as error:
  return Parcel(Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, str(error)))
 except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
  # A row that conversion should not have made: it must not end the run.
  detail = f"{type(error).__name__} while mapping the row"
  return Parcel(Written(item, State.FAILED, Reason.INTERNAL_ERROR, detail))
 return Parcel(Written(item, State.MIGRATED, target_id=target_id(item.row)), tuple(rows))


def entry_of(written: Written) -> LedgerValues:
 """What the ledger says about an item."""
 item = written.item
 return entry(
  item.collection,
  item.source_id,
  written.state.value,
  target_kind=kind_of(item.row),
  target_id=written.target_id or target_id(item.row),
  reason=written.reason.value if written.reason else None,
  detail=written.detail,
  fingerprint=item.fingerprint if written.state is State.MIGRATED else None,
  children=len(item.children),
  size=item.size,
 )
'''

# ==== migrator_core/target/passwords.py ====
MODULES["migrator_core/target/passwords.py"] = r'''
"""Another password for an account that Open WebUI has already."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from .schema import Schema

_OPEN_CHALLENGES = ("login_challenge", "manage_challenge", "reset_ticket")


@dataclass(frozen=True, slots=True)
class Credentials:
 """What an account signs in with. ``mfa`` is None without a second factor, and before 0.12."""

 password: str
 mfa: Mapping[str, Any] | None


async def replaceable(
 connection: AsyncConnection, schema: Schema, account_id: str, password_hash: str
) -> Credentials | None:
 """The present credentials, None where they are an admin's, missing, or the same already."""
 user, auth = schema.table("user"), schema.table("auth")
 columns = [user.c.role, auth.c.password]
 if schema.has("auth", "mfa"):
  columns.append(auth.c.mfa)
 query = sa.select(*columns).where(auth.c.id == user.c.id, user.c.id == account_id)
 row = (await connection.execute(query)).first()
 if row is None or row.role == "admin" or row.password == password_hash:
  return None
 mfa = getattr(row, "mfa", None)
 return Credentials(row.password or "", mfa if isinstance(mfa, dict) else None)


def replacement(
 schema: Schema, account_id: str, password_hash: str, previous: Credentials
) -> sa.Update:
 """The update, which ends open sessions and challenges as the app's own does."""
 user, auth = schema.table("user"), schema.table("auth")
 ordinary = sa.select(user.c.id).where(user.c.id == account_id, user.c.role != "admin")
 values: dict[str, object] = {"password": password_hash}
 if schema.has("auth", "session_stamp"):
  values["session_stamp"] = str(uuid.uuid4())
 if previous.mfa is not None:
  values["mfa"] = {**previous.mfa, **dict.fromkeys(_OPEN_CHALLENGES)}
 return sa.update(auth).where(auth.c.id.in_(ordinary)).values(values)
'''

# ==== migrator_core/target/plugin.py ====
MODULES["migrator_core/target/plugin.py"] = r'''
"""What the Function needs of the Open WebUI that it is installed in, beyond the migration itself.

Called on the server's own event loop, like any other code of the server: every call is short.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..errors import CannotStartError
from .openwebui import OpenWebUI
from .storage import StorageError

_NAMESPACE = uuid.UUID("5f2f1c52-6d34-5b0e-9a53-0d1b6f1f7c1e")


def data_dir() -> Path:
 """The server's DATA_DIR."""
 return Path(importlib.import_module("open_webui.env").DATA_DIR)


async def is_active(function_id: str) -> bool:
 """Whether a Function is installed and switched on."""
 functions = importlib.import_module("open_webui.models.functions").Functions
 function = await functions.get_function_by_id(function_id)
 return bool(function and function.is_active)


async def buttons_of(model_id: str) -> list[str] | None:
 """The Actions that a model's own settings name, None where it has no settings."""
 models = importlib.import_module("open_webui.models.models").Models
 row = await models.get_model_by_id(model_id)
 if row is None:
  return None
 return list(row.meta.model_dump().get("actionIds") or [])


async def settle_model(model_id: str, name: str, meta: Mapping[str, Any]) -> None:
 """Give a Function's model settings of its own, where it has none: private, the first admin's."""
 module = importlib.import_module("open_webui.models.models")
 if await module.Models.get_model_by_id(model_id) is not None:
  return
 users = importlib.import_module("open_webui.models.users").Users
 admin = await users.get_super_admin_user()
 if admin is None:
  return
 form = module.ModelForm(
  id=model_id, base_model_id=None, name=name, meta=dict(meta), params={}, access_grants=[]
 )
 await module.Models.insert_new_model(form, admin.id)


@dataclass(frozen=True, slots=True)
class Attachment:
 """A stored file, as a message shows it."""

 id: str
 name: str
 content_type: str
 size: int


async def store_files(owner_id: str, paths: Sequence[tuple[Path, str, str]]) -> list[Attachment]:
 """Store files (path, name, content type) so that their owner can download them."""
 stored = []
 async with await OpenWebUI.connect(read_only=False) as target:
  for path, name, content_type in paths:
   stored.append(await _store(target, owner_id, path, name, content_type))
 return stored


async def _store(
 target: OpenWebUI, owner_id: str, path: Path, name: str, content_type: str
) -> Attachment:
 digest, size = await asyncio.to_thread(_measure, path)
 file_id = str(uuid.uuid5(_NAMESPACE, f"{owner_id}:{name}:{digest}"))
 attachment = Attachment(file_id, name, content_type, size)
 table = target.schema.table("file")
 async with target.read() as connection:
  if (await connection.execute(sa.select(table.c.id).where(table.c.id == file_id))).first():
   return attachment
 try:
  put = target.files.store(f"{file_id}_{name}", file_id, lambda: path.open("rb"), {})
 except StorageError as error:
  raise CannotStartError(f"The report could not be stored in Open WebUI: {error}") from error
 now = int(time.time())
 values = {
  "id": file_id,
  "user_id": owner_id,
  "filename": name,
  "path": put.path,
  "data": {},
  "meta": {"name": name, "content_type": content_type, "size": size},
  "created_at": now,
  "updated_at": now,
 }
 async with target.engine.begin() as connection:
  await connection.execute(sa.insert(table).values(**values))
 return attachment


def _measure(path: Path) -> tuple[str, int]:
 """A file's sha256 and its size in bytes."""
 with path.open("rb") as file:
  digest = hashlib.file_digest(file, "sha256").hexdigest()
  return digest, file.tell()
'''

# ==== migrator_core/target/preview.py ====
MODULES["migrator_core/target/preview.py"] = r'''
"""Answers like the live writer, and writes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ..outcome import Notice, Outcome, Reason, State
from ..rows import FileRow, Item
from .conflicts import Conflicts, Seen, Written, stages
from .faults import patiently
from .ledger import Ledger
from .mapping_types import MappingContext
from .openwebui import Account, OpenWebUI
from .parcels import Parcel, load_context, prepare
from .passwords import replaceable
from .storage import OpenBlob, StorageError


class PreviewWriter:
 """A :class:`~migrator_core.target.writer.Writer` that only looks."""

 def __init__(self, target: OpenWebUI) -> None:
  """Look at this target."""
  self._target = target
  self._conflicts = Conflicts(target, Ledger(target))
  self._context: MappingContext | None = None
  self._seen = Seen()

 async def write(self, items: Sequence[Item]) -> list[Written]:
  """What a run would answer now."""
  done: dict[int, Written] = {}
  for stage in stages(items):
   parcels = await self._parcels([items[place] for place in stage], path=None)
   done.update(zip(stage, (parcel.written for parcel in parcels), strict=True))
   await asyncio.sleep(0)
  return [done[place] for place in range(len(items))]

 async def write_file(self, item: Item, open_blob: OpenBlob) -> Written:
  """What a run would answer; the bytes are read only where the name is taken."""
  row = item.row
  if not isinstance(row, FileRow):
   raise TypeError("only file rows have bytes")
  (parcel,) = await self._parcels([item], path="not stored")
  if parcel.written.state is State.MIGRATED:
   try:
    await asyncio.to_thread(self._target.files.check, row.stored_name, open_blob)
   except (StorageError, OSError) as error:
    return Written(item, State.FAILED, Reason.STORAGE_ERROR, str(error))
  return parcel.written

 async def set_password(self, account: Account, password_hash: str) -> bool:
  """Whether a run would change the password."""
  async with self._target.read() as connection:
   schema = self._target.schema
   return await replaceable(connection, schema, account.id, password_hash) is not None

 async def record(self, outcomes: Sequence[Outcome]) -> None:
  """Nothing: a preview has no ledger."""

 async def note(self, notices: Sequence[Notice]) -> None:
  """Nothing: a preview has no ledger."""

 async def _parcels(self, items: Sequence[Item], *, path: str | None) -> list[Parcel]:
  if self._context is None:
   self._context = await load_context(self._target)
  context = self._context
  verdicts = await patiently(lambda: self._conflicts.settle(items, self._seen))

  def prepare_all() -> list[Parcel]:
   return [
    Parcel(verdict) if verdict else prepare(item, context, self._target, path=path)
    for item, verdict in zip(items, verdicts, strict=True)
   ]

  parcels = await asyncio.to_thread(prepare_all)
  for parcel in parcels:
   if parcel.written.state is State.MIGRATED:
    self._seen.note(parcel.written.item.row)
  return parcels
'''

# ==== migrator_core/target/schema.py ====
MODULES["migrator_core/target/schema.py"] = r'''
"""What this Open WebUI's database looks like, asked of its own model classes.

Open WebUI's tables differ between releases (0.10 to 0.12: ``open_webui/models/*.py``). Nothing
here knows a release by its number: the model classes are imported and asked which columns they
have. The statements of this package run on those tables, so that ``DATABASE_SCHEMA`` applies too.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import CannotStartError


def _names(text: str) -> frozenset[str]:
 return frozenset(text.split())


_MODELS: Mapping[str, tuple[str, str]] = MappingProxyType(
 {
  "user": ("users", "User"),
  "auth": ("auths", "Auth"),
  "group": ("groups", "Group"),
  "group_member": ("groups", "GroupMember"),
  "file": ("files", "File"),
  "tag": ("tags", "Tag"),
  "folder": ("folders", "Folder"),
  "chat": ("chats", "Chat"),
  "chat_message": ("chat_messages", "ChatMessage"),
  "chat_file": ("chats", "ChatFile"),
  "shared_chat": ("shared_chats", "SharedChat"),
  "feedback": ("feedbacks", "Feedback"),
  "prompt": ("prompts", "Prompt"),
  "prompt_history": ("prompt_history", "PromptHistory"),
  "model": ("models", "Model"),
  "access_grant": ("access_grants", "AccessGrant"),
  "config": ("config", "Config"),
  "memory": ("memories", "Memory"),
 }
)
"""Tables and the model classes behind them, present in every release from 0.10 on."""

_LATER_MODELS: Mapping[str, tuple[str, str]] = MappingProxyType(
 {"model_history": ("model_history", "ModelHistory")}
)
"""Tables that came later (0.12)."""

WRITTEN: Mapping[str, frozenset[str]] = MappingProxyType(
 {
  "user": _names(
   "id email name role profile_image_url info last_active_at updated_at created_at"
  ),
  "auth": _names("id email password active"),
  "group": _names("id user_id name description data meta permissions created_at updated_at"),
  "group_member": _names("id group_id user_id created_at updated_at"),
  "file": _names("id user_id filename path data meta created_at updated_at"),
  "tag": _names("id name user_id"),
  "folder": _names("id user_id name data meta is_expanded created_at updated_at"),
  "chat": _names(
   "id user_id title chat created_at updated_at archived pinned meta last_read_at"
  ),
  "chat_message": _names("id chat_id user_id role content done created_at updated_at"),
  "chat_file": _names("id user_id chat_id message_id file_id created_at updated_at"),
  "shared_chat": _names("id chat_id user_id title chat created_at updated_at"),
  "feedback": _names("id user_id version type data meta snapshot created_at updated_at"),
  "prompt": _names(
   "id command user_id name content data meta tags is_active version_id "
   "created_at updated_at"
  ),
  "prompt_history": _names("id prompt_id snapshot user_id commit_message created_at"),
  "model": _names(
   "id user_id base_model_id name params meta is_active updated_at created_at"
  ),
  "model_history": _names("id model_id snapshot user_id commit_message created_at"),
  "access_grant": _names(
   "id resource_type resource_id principal_type principal_id permission created_at"
  ),
 }
)
"""The columns every row of ours fills. They must exist, and no other may be mandatory."""


@dataclass(frozen=True, slots=True)
class Schema:
 """The tables of this Open WebUI."""

 metadata: sa.MetaData
 tables: Mapping[str, sa.Table]
 inserts: Mapping[str, sa.TableClause]
 json_columns: Mapping[str, frozenset[str]]
 lengths: Mapping[str, Mapping[str, int]]
 group_share: bool | str

 @classmethod
 def load(cls) -> Schema:
  """Import Open WebUI's model classes."""
  tables = {name: _table(*place) for name, place in _MODELS.items()}
  if not _is_asynchronous() or "type" not in tables["memory"].c:
   raise too_old()
  for name, place in _LATER_MODELS.items():
   try:
    tables[name] = _table(*place)
   except CannotStartError:
    continue
  for name, table in tables.items():
   if not WRITTEN.get(name, frozenset()) <= set(table.c.keys()):
    raise too_old()
  groups = importlib.import_module("open_webui.models.groups")
  return cls(
   metadata=tables["user"].metadata,
   tables=tables,
   inserts={name: _for_inserts(table) for name, table in tables.items()},
   json_columns={name: _json_columns(table) for name, table in tables.items()},
   lengths={name: _lengths(table) for name, table in tables.items()},
   group_share=getattr(groups, "DEFAULT_GROUP_SHARE_PERMISSION", "members"),
  )

 def table(self, name: str) -> sa.Table:
  """One of Open WebUI's tables, by its name in the database."""
  return self.tables[name]

 def has(self, table: str, column: str) -> bool:
  """Whether this Open WebUI has the column (and its table) at all."""
  return table in self.tables and column in self.tables[table].c

 def setting(self, key: str, stored: object) -> object:
  """The value a setting of Open WebUI has, given the one in its database (None for none)."""
  config = importlib.import_module("open_webui.models.config").Config
  persistent = getattr(config, "persistent_enabled_for", lambda _key: True)(key)
  if persistent and stored is not None:
   return stored
  default: object = getattr(config, "DEFAULTS", {}).get(key)
  return default

 async def check_database(self, connection: AsyncConnection) -> None:
  """Compare the database behind a connection with the model classes."""
  await connection.run_sync(self._check_database)

 def _check_database(self, connection: sa.Connection) -> None:
  inspector = sa.inspect(connection)
  present = set(inspector.get_table_names(schema=self.metadata.schema))
  if missing := sorted(set(self.tables) - present):
   raise CannotStartError(
    f"The database has no Open WebUI tables in it ({', '.join(missing[:3])}, … are "
    "missing). Start Open WebUI once, so that it creates them, and sign up the first "
    "account; then run the migration again."
    if len(missing) == len(self.tables)
    else f"The database lacks tables of this Open WebUI ({', '.join(missing)}). Start "
    "Open WebUI of the same version once, so that it migrates its database."
   )
  for name in WRITTEN:
   if name not in self.tables:
    continue
   columns = inspector.get_columns(name, schema=self.metadata.schema)
   self._check_columns(name, columns)

 def _check_columns(self, table: str, columns: list[ReflectedColumn]) -> None:
  for column in columns:
   name, optional = column["name"], column["nullable"] or column.get("default") is not None
   if not optional and name not in WRITTEN[table]:
    raise CannotStartError(
     f"This Open WebUI is newer than this tool: its table {table!r} demands a value "
     f"in the column {name!r}, which this tool does not know. Use a newer release "
     "of the tool."
    )
  if missing := sorted(WRITTEN[table] - {column["name"] for column in columns}):
   raise CannotStartError(
    f"The table {table!r} lacks the column {missing[0]!r}: the database belongs to "
    "another version of Open WebUI. Start Open WebUI of the version this tool runs "
    "with once, so that it migrates its database."
   )


def too_old(version: str | None = None) -> CannotStartError:
 """The refusal of releases before 0.10."""
 known = f" {version}" if version else ""
 return CannotStartError(
  f"This Open WebUI{known} is too old: the migration needs version 0.10.0 or later. "
  "Please upgrade Open WebUI first and start it once, then run the migration again."
 )


def _table(module: str, name: str) -> sa.Table:
 try:
  model = getattr(importlib.import_module(f"open_webui.models.{module}"), name)
 except (ImportError, AttributeError) as error:
  raise too_old() from error
 table: sa.Table = model.__table__
 return table


def _is_asynchronous() -> bool:
 users = importlib.import_module("open_webui.models.users").Users
 return inspect.iscoroutinefunction(getattr(users, "get_user_by_email", None))


def _is_text_json(column: sa.Column[Any]) -> bool:
 # ``internal/db.py: JSONField``, JSON kept in a TEXT column by Open WebUI itself.
 return type(column.type).__name__ == "JSONField"


def _json_columns(table: sa.Table) -> frozenset[str]:
 return frozenset(
  column.name
  for column in table.c
  if isinstance(column.type, sa.JSON) or _is_text_json(column)
 )


def _lengths(table: sa.Table) -> dict[str, int]:
 return {
  column.name: column.type.length
  for column in table.c
  if isinstance(column.type, sa.String) and column.type.length
 }


def _for_inserts(table: sa.Table) -> sa.TableClause:
 def insert_type(column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
  if isinstance(column.type, sa.JSON):
   return sa.types.NullType()  # sent as it is; PostgreSQL takes it for what the column is
  return sa.Text() if _is_text_json(column) else column.type

 columns = [sa.column(column.name, insert_type(column)) for column in table.c]
 return sa.table(table.name, *columns, schema=table.schema)
'''

# ==== migrator_core/target/startup.py ====
MODULES["migrator_core/target/startup.py"] = r'''
"""Import Open WebUI from outside its server, leaving alone whatever the server owns."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import importlib.util
import io
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sqlalchemy.ext.asyncio import AsyncEngine

from ..errors import CannotStartError
from .faults import redact
from .schema import too_old

_MODEST_SQLITE = {
 "DATABASE_SQLITE_PRAGMA_MMAP_SIZE": "0",
 "DATABASE_SQLITE_PRAGMA_CACHE_SIZE": "-16384",
}
"""A server keeps its whole database at hand; a migration would only grow with what it writes.
(Open WebUI 0.10 to 0.12, ``env.py``; a negative cache size is in KiB.)"""


@dataclass(frozen=True, slots=True)
class Imported:
 """An Open WebUI that is ready to be talked to."""

 hosted: bool
 engine: AsyncEngine
 authorise: Callable[[AsyncEngine], None]
 package: Path
 version: str
 data_dir: Path


def import_open_webui(*, read_only: bool) -> Imported:
 """Import Open WebUI, reading the environment that it reads itself."""
 hosted = "open_webui.env" in sys.modules
 package = _locate()
 if not (package / "models" / "shared_chats.py").is_file():
  # Before 0.9 the mere import would already migrate the database: look, do not import.
  raise too_old(_metadata_version())
 if hosted:
  env, database = _import_parts()
 else:
  with _prepared_environment(package, read_only=read_only), _quiet():
   env, database = _import_parts()
  logging.getLogger("open_webui").setLevel(logging.ERROR)
 return Imported(
  hosted=hosted,
  engine=database.async_engine,
  authorise=getattr(database, "enable_iam_token_auth", lambda _engine: None),
  package=package,
  version=_version(env),
  data_dir=Path(env.DATA_DIR),
 )


def _locate() -> Path:
 here = Path.cwd()
 spec = importlib.util.find_spec("open_webui")
 if spec is None and (here / "open_webui" / "env.py").is_file():
  # The image runs Open WebUI from /app/backend without installing it.
  sys.path.insert(0, str(here))
  spec = importlib.util.find_spec("open_webui")
 if spec is None or not spec.submodule_search_locations:
  raise CannotStartError(
   "Open WebUI is not installed here. Run this program inside Open WebUI's own image with "
   "/app/backend as working directory, or in the Python environment in which Open WebUI "
   "is installed."
  )
 return Path(spec.submodule_search_locations[0])


@contextlib.contextmanager
def _prepared_environment(package: Path, *, read_only: bool) -> Iterator[None]:
 if read_only:
  os.environ["ENABLE_DB_MIGRATIONS"] = "false"
 os.environ.setdefault("ENABLE_DB_MIGRATIONS", "false")
 for name, value in _MODEST_SQLITE.items():
  os.environ.setdefault(name, value)
 image_build = package.parent.parent / "build" / "static"
 if (package / "frontend" / "static").is_dir() and not image_build.is_dir():
  # Installed with pip: `open-webui serve` sets this too, and it decides where DATA_DIR is.
  os.environ.setdefault("FROM_INIT_PY", "true")
 original = os.environ.get("STATIC_DIR")
 with tempfile.TemporaryDirectory(prefix="librechat-migration-") as scratch:
  os.environ["STATIC_DIR"] = scratch
  try:
   yield
  finally:
   if original is None:
    del os.environ["STATIC_DIR"]
   else:
    os.environ["STATIC_DIR"] = original


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
 """Swallow the banner, logs and deprecation warnings of an import."""
 with contextlib.suppress(ImportError):
  # Imported before the streams are swapped, its own handler keeps the real one.
  importlib.import_module("loguru").logger.disable("open_webui")
 root = logging.getLogger()
 handlers, level = root.handlers[:], root.level
 swallow = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="replace")
 with (
  contextlib.redirect_stdout(swallow),
  contextlib.redirect_stderr(swallow),
  warnings.catch_warnings(),
 ):
  warnings.simplefilter("ignore")
  try:
   yield
  finally:
   # GLOBAL_LOG_LEVEL makes Open WebUI claim the root logger for standard output.
   root.handlers[:] = handlers
   root.setLevel(level)


def _import_parts() -> tuple[ModuleType, ModuleType]:
 try:
  env = importlib.import_module("open_webui.env")
  database = importlib.import_module("open_webui.internal.db")
  importlib.import_module("open_webui.config")
  importlib.import_module("open_webui.models.models")
 except SystemExit as error:
  raise CannotStartError(_explain_exit(str(error))) from error
 except Exception as error:
  first_line = (str(error).strip() or "no message").split("\n", 1)[0]
  raise CannotStartError(
   f"Open WebUI could not be loaded: {type(error).__name__}: {redact(first_line)[:300]}. "
   "The environment must be the one Open WebUI itself is started with "
   "(DATABASE_URL, DATA_DIR, WEBUI_SECRET_KEY, storage variables)."
  ) from error
 if not hasattr(database, "async_engine"):
  raise too_old(_version(env))
 return env, database


def _explain_exit(message: str) -> str:
 if "WEBUI_SECRET_KEY" in message or not message:
  return (
   "WEBUI_SECRET_KEY is not set. Give this program the same value as Open WebUI itself; "
   "where Open WebUI made its own, it is in the file .webui_secret_key in Open WebUI's "
   "working directory."
  )
 return f"Open WebUI refused to start: {redact(message.splitlines()[0])[:300]}"


def _version(env: ModuleType) -> str:
 """The version for people to read; what the tables look like decides everything else."""
 told = str(getattr(env, "VERSION", "") or "")
 if told and told != "0.0.0":
  return told
 newest = next(iter(getattr(env, "CHANGELOG", None) or ()), None)
 return str(newest or _metadata_version() or "unknown")


def _metadata_version() -> str | None:
 try:
  return importlib.metadata.version("open-webui")
 except importlib.metadata.PackageNotFoundError:
  return None
'''

# ==== migrator_core/target/storage.py ====
MODULES["migrator_core/target/storage.py"] = r'''
"""Bytes into Open WebUI's file storage.

Open WebUI's providers (``open_webui/storage/provider.py``) read a whole file into memory and write
it under its final name, replacing whatever is there. For local storage this module therefore does
the same work itself: as a stream, through a temporary name, and never over a file that is not the
migration's. Cloud storage goes through the provider; memory then holds one file at a time.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import BinaryIO, Protocol

from ..errors import CannotStartError
from .faults import redact

_CHUNK = 1024 * 1024

OpenBlob = Callable[[], BinaryIO]


class StorageError(Exception):
 """The file was not stored; ``str()`` says why."""


class Provider(Protocol):
 """What this module uses of ``StorageProvider`` in ``open_webui/storage/provider.py``."""

 def upload_file(
  self, file: BinaryIO, filename: str, tags: dict[str, str]
 ) -> tuple[bytes, str]: ...

 def delete_file(self, file_path: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Stored:
 """A stored file: what goes into ``file.path``, and whether this call put it there."""

 path: str
 created: bool


class _Present(Enum):
 ABSENT = auto()
 SAME = auto()
 PARTIAL = auto()
 OTHER = auto()


class FileStore:
 """Open WebUI's storage. Every method blocks: call it in a thread."""

 def __init__(self, uploads: Path, *, cloud: Provider | None = None, cache: bool = True) -> None:
  """Store into a directory, or with ``cloud`` into that provider by way of the directory."""
  self.uploads = uploads
  self._cloud = cloud
  self._cache = cache

 @classmethod
 def of_open_webui(cls, *, read_only: bool) -> FileStore:
  """The storage that this Open WebUI is configured to use."""
  config = importlib.import_module("open_webui.config")
  uploads = Path(config.UPLOAD_DIR)
  if read_only:
   return cls(uploads)
  try:
   provider = importlib.import_module("open_webui.storage.provider").Storage
  except Exception as error:
   raise CannotStartError(
    f"Open WebUI's file storage ({config.STORAGE_PROVIDER}) does not start: "
    f"{type(error).__name__}: {redact(str(error))[:300]}. Give this program the same "
    "storage variables as Open WebUI itself."
   ) from error
  if not os.access(uploads, os.W_OK):
   raise CannotStartError(
    f"Open WebUI's directory for uploads, {uploads}, cannot be written. Run this "
    "program as the user Open WebUI runs as, with its volume mounted read-write."
   )
  if type(provider).__name__ == "LocalStorageProvider":
   return cls(uploads)
  cache = bool(getattr(config, "STORAGE_LOCAL_CACHE", True))
  return cls(uploads, cloud=provider, cache=cache)

 def check(self, name: str, open_blob: OpenBlob) -> None:
  """What :meth:`store` would refuse, without storing anything."""
  if self._look(name, open_blob) is _Present.OTHER:
   raise StorageError("the upload directory holds another file of the same name")

 def store(
  self, name: str, file_id: str, open_blob: OpenBlob, tags: Mapping[str, str]
 ) -> Stored:
  """Store the bytes under ``name``, or under the file's id where the name is too long."""
  try:
   try:
    return self._store(name, file_id, open_blob, tags)
   except OSError as error:
    if error.errno != errno.ENAMETOOLONG:
     raise
    # ``routers/files.py: upload_file_handler`` falls back in the same way.
    return self._store(file_id + Path(name).suffix[:20], file_id, open_blob, tags)
  except StorageError:
   raise
  except OSError as error:
   raise StorageError(error.strerror or type(error).__name__) from error
  except Exception as error:
   # Providers raise whatever their client library raises.
   first_line = (str(error) or type(error).__name__).splitlines()[0]
   raise StorageError(redact(first_line)[:300]) from error

 def remove(self, stored: Stored) -> None:
  """Take back what :meth:`store` has just put there; never anything else."""
  if not stored.created:
   return
  if self._cloud is not None:
   with contextlib.suppress(Exception):  # an orphan object harms nobody
    self._cloud.delete_file(stored.path)
   return
  with contextlib.suppress(OSError):
   Path(stored.path).unlink()

 def _store(
  self, name: str, file_id: str, open_blob: OpenBlob, tags: Mapping[str, str]
 ) -> Stored:
  present = self._look(name, open_blob)
  if present is _Present.OTHER:
   raise StorageError("the upload directory holds another file of the same name")
  if self._cloud is not None:
   return self._upload(self._cloud, name, open_blob, tags)
  # The same text as the provider's own ``file.path``.
  path = os.path.join(self.uploads, name)  # noqa: PTH118
  if present is _Present.SAME:
   return Stored(path, created=False)
  self._write(path, self.uploads / f".{file_id}.part", open_blob)
  return Stored(path, created=True)

 def _upload(
  self, provider: Provider, name: str, open_blob: OpenBlob, tags: Mapping[str, str]
 ) -> Stored:
  with open_blob() as blob:
   content, path = provider.upload_file(blob, name, dict(tags))
  del content
  if not self._cache:
   with contextlib.suppress(OSError):
    (self.uploads / name).unlink()
  return Stored(path, created=True)

 def _write(self, path: str, temporary: Path, open_blob: OpenBlob) -> None:
  flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
  descriptor = os.open(temporary, flags, 0o666)
  try:
   with os.fdopen(descriptor, "wb") as target, open_blob() as blob:
    shutil.copyfileobj(blob, target, _CHUNK)
    size = target.tell()
   if size:
    # Only an unfinished file of ours can be there by now: this completes it.
    temporary.replace(path)
  finally:
   temporary.unlink(missing_ok=True)
  if not size:
   raise StorageError("the file is empty")

 def _look(self, name: str, open_blob: OpenBlob) -> _Present:
  """Compare what lies under the name with what is to lie there."""
  if name in {"", ".", ".."} or "/" in name or "\x00" in name:
   raise StorageError("the storage name is not a plain file name")
  path = self.uploads / name
  try:
   if path.is_symlink() or (path.exists() and not path.is_file()):
    return _Present.OTHER
   present = path.open("rb")
  except FileNotFoundError:
   return _Present.ABSENT
  with present, open_blob() as wanted:
   return _compare(present, wanted)


def _compare(present: BinaryIO, wanted: BinaryIO) -> _Present:
 while True:
  there, expected = _read(present), _read(wanted)
  if there == expected:
   if not there:
    return _Present.SAME
   continue
  # An interrupted upload leaves the beginning of the file under the final name.
  unfinished = expected.startswith(there) and not _read(present)
  return _Present.PARTIAL if unfinished else _Present.OTHER


def _read(file: BinaryIO) -> bytes:
 """A full chunk, unless the file ends; a raw file may return less than asked for."""
 parts: list[bytes] = []
 missing = _CHUNK
 while missing and (part := file.read(missing)):
  parts.append(part)
  missing -= len(part)
 return b"".join(parts)
'''

# ==== migrator_core/target/writer.py ====
MODULES["migrator_core/target/writer.py"] = r'''
"""Writes items: short transactions of rows and ledger entries, and one bad row spoils no other."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

import sqlalchemy as sa

from ..errors import AbortedError
from ..outcome import Notice, Outcome, Reason, State
from ..rows import ChatRow, FileRow, Item
from .conflicts import Conflicts, Seen, Written, stages
from .faults import PATIENCE, RejectedError, patiently
from .ledger import Ledger
from .ledger_entries import (
 EntryState,
 LedgerValues,
 entry,
 entry_of_notice,
 entry_of_outcome,
)
from .mapping import statements
from .mapping_types import MappingContext
from .openwebui import Account, OpenWebUI, in_portions
from .parcels import Parcel, entry_of, load_context, prepare
from .passwords import Credentials, replaceable, replacement
from .storage import OpenBlob, StorageError, Stored

T = TypeVar("T")

_ENTRIES_AT_ONCE = 500


class Writer(Protocol):
 """Where a run's items go: into Open WebUI, or nowhere in a preview."""

 async def write(self, items: Sequence[Item]) -> list[Written]:
  """Write items in short transactions; the answers come in the same order."""

 async def write_file(self, item: Item, open_blob: OpenBlob) -> Written:
  """Store a file's bytes, then write its row."""

 async def set_password(self, account: Account, password_hash: str) -> bool:
  """Give an existing account another password; False where nothing changes."""

 async def record(self, outcomes: Sequence[Outcome]) -> None:
  """Note the fate of documents that have no row."""

 async def note(self, notices: Sequence[Notice]) -> None:
  """Note warnings."""


class LiveWriter:
 """Writes into Open WebUI and into the ledger, together or not at all."""

 def __init__(
  self, target: OpenWebUI, ledger: Ledger, run_id: str, *, patience: float = PATIENCE
 ) -> None:
  """Write for a run that the ledger has opened. ``patience``: seconds to wait for locks."""
  self._target = target
  self._ledger = ledger
  self._run_id = run_id
  self._patience = patience
  self._conflicts = Conflicts(target, ledger)
  self._context: MappingContext | None = None
  self._owner: tuple[str, dict[str, str]] = ("", {})

 async def write(self, items: Sequence[Item]) -> list[Written]:
  """See :meth:`Writer.write`."""
  done: dict[int, Written] = {}
  for stage in stages(items):
   parcels = await self._parcels([items[place] for place in stage])
   written = await self._deliver(await self._without_dangling_links(parcels))
   done.update(zip(stage, written, strict=True))
   await asyncio.sleep(0)
  return [done[place] for place in range(len(items))]

 async def write_file(self, item: Item, open_blob: OpenBlob) -> Written:
  """See :meth:`Writer.write_file`."""
  if not isinstance(item.row, FileRow):
   raise TypeError("only file rows have bytes")
  (verdict,) = await self._settle([item])
  if verdict is not None:
   return (await self._deliver([Parcel(verdict)]))[0]
  context = await self._facts()
  trial = prepare(item, context, self._target, path="not stored yet")
  if trial.written.state is State.FAILED:
   return (await self._deliver([trial]))[0]
  try:
   stored = await self._store(item.row, open_blob)
  except StorageError as error:
   failed = Written(item, State.FAILED, Reason.STORAGE_ERROR, str(error))
   return (await self._deliver([Parcel(failed)]))[0]
  (written,) = await self._deliver([prepare(item, context, self._target, path=stored.path)])
  if written.state is not State.MIGRATED:
   await asyncio.to_thread(self._target.files.remove, stored)
  return written

 async def set_password(self, account: Account, password_hash: str) -> bool:
  """See :meth:`Writer.set_password`. The old hash goes into the ledger, for an undo."""

  async def update() -> bool:
   async with self._target.engine.begin() as connection:
    previous = await replaceable(
     connection, self._target.schema, account.id, password_hash
    )
    if previous is None:
     return False
    change = replacement(self._target.schema, account.id, password_hash, previous)
    if not (await connection.execute(change)).rowcount:
     return False
    await self._ledger.insert(connection, self._run_id, [_replaced(account, previous)])
    return True

  return await self._patiently(update)

 async def record(self, outcomes: Sequence[Outcome]) -> None:
  """See :meth:`Writer.record`."""
  await self._add([entry_of_outcome(outcome) for outcome in outcomes])

 async def note(self, notices: Sequence[Notice]) -> None:
  """See :meth:`Writer.note`."""
  await self._add([entry_of_notice(notice) for notice in notices])

 async def _add(self, entries: Sequence[LedgerValues]) -> None:
  for some in in_portions(entries, _ENTRIES_AT_ONCE):
   await self._ledger.add(self._run_id, some)

 async def _settle(self, items: Sequence[Item]) -> list[Written | None]:
  # A connection that breaks while reading ends the run as one that breaks while writing.
  return await self._patiently(lambda: self._conflicts.settle(items, Seen()))

 async def _facts(self) -> MappingContext:
  if self._context is None:
   self._context = await load_context(self._target)
  return self._context

 async def _parcels(self, items: Sequence[Item]) -> list[Parcel]:
  verdicts = await self._settle(items)
  context = await self._facts()

  def prepare_all() -> list[Parcel]:
   return [
    Parcel(verdict) if verdict else prepare(item, context, self._target)
    for item, verdict in zip(items, verdicts, strict=True)
   ]

  # Encoding megabytes of JSON takes a while: off the event loop, and before the transaction.
  return await asyncio.to_thread(prepare_all)

 async def _without_dangling_links(self, parcels: Sequence[Parcel]) -> Sequence[Parcel]:
  """Drop the links of chats to files that somebody removed since an earlier run."""
  wanted = {
   file_id
   for parcel in parcels
   if parcel.rows and isinstance(parcel.written.item.row, ChatRow)
   for _, file_id in parcel.written.item.row.file_ids
  }
  if not wanted:
   return parcels
  there = await self._patiently(lambda: self._conflicts.existing("file", wanted))
  if wanted <= there:
   return parcels
  return [
   replace(
    parcel,
    rows=tuple(
     row
     for row in parcel.rows
     if row.table != "chat_file" or row.values["file_id"] in there
    ),
   )
   for parcel in parcels
  ]

 async def _deliver(self, parcels: Sequence[Parcel]) -> list[Written]:
  """Commit the parcels together; where that fails, in halves, down to the one to blame."""
  if not parcels:
   return []
  try:
   await self._commit(parcels)
  except RejectedError as error:
   if len(parcels) == 1:
    return [await self._reject(parcels[0], str(error))]
   middle = len(parcels) // 2
   first = await self._deliver(parcels[:middle])
   return [*first, *await self._deliver(parcels[middle:])]
  return [parcel.written for parcel in parcels]

 async def _commit(self, parcels: Sequence[Parcel]) -> None:
  inserts = list(
   statements(
    (row for parcel in parcels for row in parcel.rows),
    self._target.schema,
    self._target.dialect,
   )
  )
  entries = [entry_of(parcel.written) for parcel in parcels]

  async def commit() -> None:
   async with self._target.engine.begin() as connection:
    for statement, rows in inserts:
     await connection.execute(statement, rows)
    await self._ledger.insert(connection, self._run_id, entries)

  await self._patiently(commit)

 async def _reject(self, parcel: Parcel, detail: str) -> Written:
  if not parcel.rows:
   raise AbortedError(f"The ledger does not take its own entries: {detail}")
  item = parcel.written.item
  # Somebody may have created the very account or prompt since we looked.
  (verdict,) = await self._settle([item])
  written = verdict or Written(item, State.FAILED, Reason.REJECTED_BY_DATABASE, detail)
  return (await self._deliver([Parcel(written)]))[0]

 async def _store(self, row: FileRow, open_blob: OpenBlob) -> Stored:
  tags = await self._tags(row)
  return await asyncio.to_thread(
   self._target.files.store, row.stored_name, row.id, open_blob, tags
  )

 async def _tags(self, row: FileRow) -> dict[str, str]:
  """The tags the app gives an upload (``routers/files.py: upload_file_handler``)."""
  known, tags = self._owner
  if known != row.user_id:
   user = self._target.schema.table("user")
   query = sa.select(user.c.email, user.c.name).where(user.c.id == row.user_id)
   async with self._target.read() as connection:
    found = (await connection.execute(query)).first()
   tags = {
    "OpenWebUI-User-Email": (found and found.email) or "",
    "OpenWebUI-User-Id": row.user_id,
    "OpenWebUI-User-Name": (found and found.name) or "",
   }
   self._owner = (row.user_id, tags)
  return {**tags, "OpenWebUI-File-Id": row.id}

 async def _patiently(self, action: Callable[[], Awaitable[T]]) -> T:
  return await patiently(action, patience=self._patience)


def _replaced(account: Account, previous: Credentials) -> LedgerValues:
 return entry(
  "users",
  account.id,
  EntryState.REPLACED.value,
  target_kind="user",
  target_id=account.id,
  replaced=json.dumps({"password": previous.password}),
 )
'''

# ==== owui_function/__init__.py ====
MODULES["owui_function/__init__.py"] = r'''
"""The doors inside Open WebUI: a Pipe and an Action, and the builder of their files."""
'''

# ==== owui_function/answers.py ====
MODULES["owui_function/answers.py"] = r'''
"""The texts of all answers, in Markdown. Whatever comes from the backup is made harmless here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..migrator_core.target import RunState
from ..migrator_core.target.plugin import Attachment
from . import reports, summaries
from .promises import PROMISES
from .readiness import Readiness, size, when
from .summaries import Summary
from .words import Command

BUTTONS_OFF = (
 "The buttons below answers are off. Switch “LibreChat Migration buttons” on in Admin Panel → "
 "Functions, if you want them."
)

_SPECIAL = re.compile(r"([\\`*_{}\[<>#+!|$~&:@]|(?<=www)\.)", re.IGNORECASE)
"""Neither round brackets nor the closing square one: Open WebUI takes what stands between two of
them behind backslashes for a formula (0.10 to 0.12, ``katex-extension.ts``). Without its opening
bracket nothing is a link; ``:``, ``@`` and ``www.`` would make one of a bare address."""


def plain(text: str) -> str:
 """Text that Markdown shows as it is, on one line."""
 return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: object) -> str:
 """Text as Markdown code, on one line."""
 harmless = " ".join(str(text).replace("`", "'").split())
 return f"`{harmless}`"


def readiness(found: Readiness, notes: Sequence[str]) -> str:
 """The answer to "Check"."""
 lines = [
  "### " + ("Something is in the way" if found.problems else "Ready to preview"),
  "",
  f"- Open WebUI {found.version} on {found.database}",
  f"- {size(found.free)} free for unpacking",
  f"- Backups in {code(found.place)}: {len(found.offers) or 'none'}",
 ]
 for offer in found.offers:
  used = "; this one is used" if offer == found.chosen else ""
  made = f"{offer.kind}, {size(offer.size)}, of {when(offer.modified)}"
  lines += [f"    - {code(offer.path.name)}: {made}{used}"]
 if found.last_run is not None:
  run = found.last_run
  lines.append(f"- Last run: {code(run.id)}, {run.state}, started {when(run.started_at)}")
 if found.problems:
  lines += ["", *(f"❌ {plain(_sentence(problem))}\n" for problem in found.problems)]
 hints = [*found.notes, *notes]
 if hints:
  lines += ["", *(f"💡 {hint}\n" for hint in hints)]
 if not found.problems:
  lines += ["", "Say **Preview** to see what would arrive. It writes nothing."]
 return "\n".join(lines) + "\n"


def in_the_way(found: Readiness) -> str:
 """Why it cannot begin."""
 return "\n".join(found.problems)


def question(summary: Summary) -> str:
 """What is confirmed before anything is written: the preview's numbers and the promises."""
 shown, rest = summaries.in_two(summary)
 rows = "\n".join(
  f"| {plain(name)} | {entry['migrated']:,} | {entry['existing']:,} | "
  f"{sum(entry['skipped'].values()):,} | {sum(entry['failed'].values()):,} |"
  for name, entry in shown
 )
 promises = "\n".join(f"{number}. {text}" for number, text in enumerate(PROMISES, 1))
 return (
  f"{_totals(summary)} So says the preview of {when(summary.run.finished_at)} of "
  f"{code(summary.backup.path)}.\n\n"
  "| | arrive | already there | left out | failed |\n|---|---:|---:|---:|---:|\n"
  f"{rows}\n\n{_wholly_left_out(rest)}{promises}\n"
 )


def dialog(summary: Summary) -> str:
 """The same for a dialog, which has little room, no space between columns and no bullets."""
 shown, _ = summaries.in_two(summary)
 numbers = ", ".join(
  f"{plain(name)} {entry['migrated']:,}" for name, entry in shown if entry["migrated"]
 )
 promises = "\n".join(f"- ✓ {text}" for text in PROMISES)
 arriving = f"That is: {numbers}." if numbers else ""
 name = code(summary.backup.path.rpartition("/")[2])
 return f"{name}\n\n{_totals(summary)} {arriving}\n\n&nbsp;\n\n{promises}\n"


def _totals(summary: Summary) -> str:
 totals = summary.totals
 return (
  f"**Documents that will be migrated: {totals['migrated']:,}.** Already there: "
  f"{totals['existing']:,}, left out: {totals['skipped']:,}, failing: {totals['failed']:,}."
 )


def _wholly_left_out(counts: summaries.Counts) -> str:
 names = ", ".join(f"{plain(name)} {entry['found']:,}" for name, entry in counts)
 return f"Wholly left out: {names}.\n\n" if names else ""


def how_to_confirm() -> str:
 """The end of the question, where it is a message."""
 return f"\nSay **{Command.CONFIRM}** to migrate. Anything else changes nothing.\n"


def declined() -> str:
 """The answer to a no."""
 return "Nothing was migrated.\n"


def result(summary: Summary, files: Sequence[Attachment]) -> str:
 """What is said when a preview or a run has ended."""
 lines = [f"**{_title(summary)}.** {plain(_sentence(summary.headline))}"]
 if summary.preview and summary.finished:
  lines.append(f"\nSay **{Command.RUN}** to migrate, or **{Command.REPORT}** for the files.")
 elif not summary.finished:
  lines.append(f"\nSay **{Command.RUN}** to continue where it was.")
 else:
  lines.append(
   "\nPeople sign in with the e-mail and the password they had. Share the base models "
   "with them in Admin Panel → Settings → Models."
  )
 if files:
  lines.append(f"\nFull report: {reports.links(files)}")
 return "\n".join(lines) + "\n"


def ended(summary: Summary) -> str:
 """The status line at the end."""
 return _title(summary)


def _title(summary: Summary) -> str:
 what = "Preview" if summary.preview else "Migration"
 if summary.finished:
  return f"{what} finished"
 if summary.run.state == RunState.ABORTED:
  return f"{what} stopped before its end"
 return f"{what} {summary.run.state}"


def in_the_background(*, preview: bool) -> str:
 """The status line where somebody stopped looking."""
 doing = "previewing" if preview else "migrating"
 return f"Still {doing} in the background: say {Command.STATUS} to see it"


def problem(text: str) -> str:
 """An error: what is wrong, where, and what to do."""
 return "\n\n".join(f"❌ {plain(_sentence(line))}" for line in text.splitlines() if line) + "\n"


def idle(last: Summary | None) -> str:
 """The answer to "Status" while nothing goes on."""
 if last is None:
  return "Nothing is going on, and nothing was migrated yet. Say **Check** to begin.\n"
 return (
  f"Nothing is going on. The last run {code(last.run.id)} is {last.run.state}: "
  f"{plain(last.headline)}.\n"
 )


def no_report() -> str:
 """The answer to "Report" before anything was done."""
 return "There is no report yet. Say **Preview** to get one.\n"


def nothing_to_cancel() -> str:
 """The answer to "Cancel" while nothing goes on."""
 return "Nothing is going on that could be cancelled.\n"


def unknown() -> str:
 """The beginning of an answer to something else."""
 return "I only move LibreChat into Open WebUI, and I did not understand that.\n\n"


def _sentence(text: str) -> str:
 text = text[:1].upper() + text[1:]
 return text if text.endswith((".", "!", "?")) else f"{text}."
'''

# ==== owui_function/card/__init__.py ====
MODULES["owui_function/card/__init__.py"] = r'''
"""The cards in the chat: HTML of our own, in a sandboxed frame, with everything escaped."""

from __future__ import annotations

from .page import page
from .progress import progress_body
from .results import results_body

__all__ = ["page", "progress_body", "results_body"]
'''

# ==== owui_function/card/page.py ====
MODULES["owui_function/card/page.py"] = r'''
"""The frame around every card.

Open WebUI shows an embed in a sandboxed ``iframe`` without the page's origin (0.10 to 0.12,
``FullHeightIframe.svelte``): it can neither read the page nor act for the person who looks at it.
The frame tells its height to the page, and takes newer contents from it. It cannot see Open WebUI's
theme (which sets no ``color-scheme``), so the theme is asked for and written into the card.
"""

from __future__ import annotations

from typing import Literal

Theme = Literal["light", "dark"] | None
"""None: nobody could tell; the browser's own preference decides."""

LIVE = "librechatMigration"
"""The key under which the page hands newer contents to a card."""

_DARK = """--text: #e6edf3; --soft: #9198a1; --line: #3d444d; --card: #171717; --track: #2a2f36;
  --go: #4493f8; --good: #3fb950; --bad: #ff7b72; --warn: #d29922"""

# No ``color-scheme``: one that differs from the page's would paint the frame's corners.
_STYLE = """
:root { --text: #1f2328; --soft: #656d76; --line: #d0d7de;
  --card: #fff; --track: #eaeef2; --go: #0969da; --good: #1a7f37; --bad: #c62828; --warn: #9a6700 }
@media (prefers-color-scheme: dark) { :root:not([data-theme]) { DARK } }
:root[data-theme=dark] { DARK }
* { box-sizing: border-box }
html { background: transparent }
body { margin: 0; padding: 1px; font: 14px/1.45 system-ui, sans-serif; color: var(--text);
  overflow-wrap: anywhere }
#card { background: var(--card); border: 1px solid var(--line); border-radius: 14px;
  padding: 16px 18px }
h1 { font-size: 16px; line-height: 1.3; margin: 0 0 2px; font-weight: 600 }
h2 { font-size: 14px; margin: 16px 0 4px; font-weight: 600 }
p { margin: 4px 0 } .soft { color: var(--soft) } .num { font-variant-numeric: tabular-nums }
.top { display: flex; gap: 4px 16px; flex-wrap: wrap; justify-content: space-between;
  align-items: baseline }
.phases { list-style: none; margin: 12px 0 0; padding: 0; display: grid; gap: 5px }
.phases li { display: grid; gap: 0 10px; align-items: center;
  grid-template-columns: minmax(6rem, 15rem) minmax(3rem, 1fr) 9.5rem }
.phases .count { text-align: right; color: var(--soft) }
.waiting { color: var(--soft) } .now { font-weight: 600 } .now .count { font-weight: 400 }
.track { height: 6px; border-radius: 3px; background: var(--track); overflow: hidden }
.bar { height: 100%; border-radius: 3px; background: var(--go); transition: width .6s linear }
.done .bar { background: var(--good) }
.bar.unknown { animation: slide 1.6s ease-in-out infinite alternate }
@keyframes slide { from { margin-left: 0 } to { margin-left: 70% } }
@media (prefers-reduced-motion: reduce) { .bar.unknown { animation: none } }
.good { color: var(--good) } .bad { color: var(--bad) } .warn { color: var(--warn) }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { padding: 4px 8px; border-bottom: 1px solid var(--line); text-align: right;
  overflow-wrap: normal }
th { font-weight: 500; color: var(--soft) }
th:first-child, td:first-child { text-align: left; padding-left: 0 }
td.zero { color: var(--soft) } td.bad { font-weight: 600 }
dl { margin: 4px 0; display: grid; grid-template-columns: max-content 1fr; gap: 2px 10px }
dt { font-variant-numeric: tabular-nums; text-align: right } dd { margin: 0 }
dd span { color: var(--soft) }
#stale { color: var(--warn); margin: 10px 0 0 } #stale[hidden] { display: none }
@media (max-width: 480px) { #card { padding: 12px }
  .phases li { grid-template-columns: 1fr auto } .phases .track { grid-column: 1 / -1; grid-row: 2 }
  .phases .waiting { display: none } table { font-size: 12px } th, td { padding: 4px 3px } }
""".replace("DARK", _DARK)

_SCRIPT = """
const card = document.getElementById('card'), stale = document.getElementById('stale');
let heard = Date.now();
const tell = () => parent.postMessage(
  { type: 'iframe:height', height: Math.ceil(document.body.getBoundingClientRect().height) + 2 },
  '*');
function show(html) {
  const fresh = document.createElement('template');
  fresh.innerHTML = html;
  const old = [...card.querySelectorAll('[data-k]')];
  const now = [...fresh.content.querySelectorAll('[data-k]')];
  const same = old.length === now.length
    && old.every((element, i) => element.dataset.k === now[i].dataset.k);
  if (!same) { card.innerHTML = html; return; }
  old.forEach((element, i) => {
    if (element.className !== now[i].className) element.className = now[i].className;
    if (element.style.width !== now[i].style.width) element.style.width = now[i].style.width;
    if (!now[i].children.length && element.textContent !== now[i].textContent)
      element.textContent = now[i].textContent;
  });
}
addEventListener('message', event => {
  const live = event.source === parent && event.data && event.data['%(live)s'];
  if (!live || typeof live.html !== 'string' || !card.querySelector('[data-running]')) return;
  heard = Date.now();
  show(live.html);
  tell();
});
setInterval(() => {
  const quiet = card.querySelector('[data-running]') && Date.now() - heard > 15000;
  if (stale.hidden === Boolean(quiet)) { stale.hidden = !quiet; tell(); }
}, 1000);
new ResizeObserver(tell).observe(document.body);
addEventListener('load', tell);
"""


def page(body: str, theme: Theme = None) -> str:
 """A whole card. ``body`` is HTML whose texts are escaped already."""
 themed = f' data-theme="{theme}"' if theme else ""
 script = _SCRIPT % {"live": LIVE}
 return (
  f'<!doctype html><html lang="en"{themed}><head><meta charset="utf-8">'
  '<meta name="viewport" content="width=device-width, initial-scale=1">'
  f"<title>LibreChat Migration</title><style>{_STYLE}</style></head><body>"
  f'<main id="card">{body}</main>'
  '<p id="stale" hidden>No news for a while. Say <b>Status</b> to see where it is.</p>'
  f"<script>{script}</script></body></html>"
 )
'''

# ==== owui_function/card/progress.py ====
MODULES["owui_function/card/progress.py"] = r'''
"""The card of a preview or a run that goes on."""

from __future__ import annotations

from html import escape

from ...migrator_core.duration import duration
from ..views import PhaseState, PhaseView, View


def progress_body(view: View) -> str:
 """The card's contents at one moment."""
 title = "Preview: nothing is written" if view.preview else "Migration from LibreChat"
 warnings = f"{view.warnings:,} warning{'' if view.warnings == 1 else 's'} so far"
 rows = "".join(_phase(number, phase) for number, phase in enumerate(view.phases))
 return (
  f'<div data-running><div class="top"><h1>{title}</h1>'
  f'<span class="soft num" data-k="time">{escape(_time(view))}</span></div>'
  f'<p data-k="line">{escape(view.line)}</p>'
  f'<p class="soft num"><span data-k="rate">{view.rate:,.0f} documents a second</span> · '
  f'<span data-k="warnings" class="{"warn" if view.warnings else ""}">{warnings}</span></p>'
  f'<ol class="phases">{rows}</ol></div>'
 )


def _time(view: View) -> str:
 gone = duration(view.elapsed)
 if view.remaining is None:
  return gone
 return f"{gone} · about {duration(view.remaining)} left in this step"


def _phase(number: int, phase: PhaseView) -> str:
 width, unknown = 0.0, ""
 if phase.state is PhaseState.DONE:
  width = 100.0
 elif phase.state is PhaseState.NOW and phase.total:
  width = min(100.0, 100.0 * phase.done / phase.total)
 elif phase.state is PhaseState.NOW:
  width, unknown = 30.0, " unknown"
 return (
  f'<li class="{phase.state}" data-k="phase{number}"><span>{escape(phase.label)}</span>'
  f'<span class="track"><span class="bar{unknown}" style="display:block;width:{width:.1f}%" '
  f'data-k="bar{number}"></span></span>'
  f'<span class="count num" data-k="count{number}">{_count(phase)}</span></li>'
 )


def _count(phase: PhaseView) -> str:
 if phase.state is PhaseState.WAITING:
  return ""
 if phase.state is PhaseState.DONE:
  return f"✓ {phase.done:,}"
 return f"{phase.done:,} of {phase.total:,}" if phase.total else f"{phase.done:,}"
'''

# ==== owui_function/card/results.py ====
MODULES["owui_function/card/results.py"] = r'''
"""The card of a preview or a run that has ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from ...migrator_core.duration import duration
from ...migrator_core.outcome import EXPLANATIONS, Reason, WarningCode
from ...migrator_core.target import RunState
from ..summaries import Summary, in_two


def results_body(summary: Summary) -> str:
 """What arrived, what did not and why, and what to look at."""
 title, tone = _title(summary)
 took = duration(summary.run.finished_at - summary.run.started_at)
 head = (
  f'<div data-ended="{escape(summary.run.state)}"><div class="top">'
  f'<h1 class="{tone}">{title}</h1><span class="soft num">{took}</span></div>'
  f"<p>{escape(_sentence(summary))}</p>"
  f'<p class="soft">Backup {escape(summary.backup.path)} '
  f"({escape(summary.backup.kind)}) · run {escape(summary.run.id)} · "
  f"Open WebUI {escape(summary.run.open_webui_version)}</p>"
 )
 parts = (
  _table(summary),
  _reasons("Failed", summary, "failed", "bad"),
  _reasons("Left out, and why", summary, "skipped", ""),
  _warnings(summary.warnings),
 )
 return head + "".join(html for part in parts for html in part) + "</div>"


def _title(summary: Summary) -> tuple[str, str]:
 what = "Preview" if summary.preview else "Migration"
 if not summary.finished:
  stopped = summary.run.state == RunState.ABORTED
  state = "stopped" if stopped else escape(summary.run.state)
  return f"{what} {state} before its end", "warn"
 if summary.totals["failed"]:
  return f"{what} finished, some documents failed", "bad"
 if summary.preview:
  return "Preview finished: nothing was written", "good"
 return "Migration finished: everything is accounted for", "good"


def _sentence(summary: Summary) -> str:
 line = summary.headline
 return f"{line[:1].upper()}{line[1:]}."


def _table(summary: Summary) -> Iterator[str]:
 arrived = "would arrive" if summary.preview else "arrived"
 yield '<div class="scroll"><table><thead><tr><th></th>'
 yield "".join(
  f"<th>{name}</th>" for name in ("found", arrived, "already there", "left out", "failed")
 )
 yield "</tr></thead><tbody>"
 shown, _ = in_two(summary)  # the others are among what was left out, below
 yield from (_row(name, entry) for name, entry in shown)
 yield "</tbody></table></div>"


def _row(name: str, entry: Mapping[str, Any]) -> str:
 skipped, failed = sum(entry["skipped"].values()), sum(entry["failed"].values())
 cells = "".join(
  f'<td class="{"" if count else "zero"}">{count:,}</td>'
  for count in (entry["found"], entry["migrated"], entry["existing"], skipped)
 )
 return (
  f"<tr><td>{escape(name)}</td>{cells}"
  f'<td class="{"bad" if failed else "zero"}">{failed:,}</td></tr>'
 )


def _reasons(heading: str, summary: Summary, kind: str, tone: str) -> Iterator[str]:
 places: dict[str, list[str]] = {}
 for name, reason, count in summary.report.reasons(kind):
  places.setdefault(reason, []).append(f"{count:,} {name}")
 if not places:
  return
 yield f'<h2 class="{tone}">{heading}</h2>'
 for reason, where in places.items():
  yield (
   f"<p>{escape(', '.join(where))}: <b>{escape(reason)}</b>. "
   f'<span class="soft">{escape(_explained(Reason, reason))}</span></p>'
  )


def _warnings(warnings: Mapping[str, int]) -> Iterator[str]:
 if not warnings:
  return
 yield f'<h2 class="warn">Warnings: {sum(warnings.values()):,}</h2><dl>'
 order = [str(code) for code in WarningCode]
 for code, count in sorted(
  warnings.items(), key=lambda w: order.index(w[0]) if w[0] in order else len(order)
 ):
  explained = escape(_explained(WarningCode, code))
  yield f"<dt>{count:,}</dt><dd><b>{escape(code)}</b>. <span>{explained}</span></dd>"
 yield '</dl><p class="soft">The full report lists each of them.</p>'


def _explained(kind: type[Reason] | type[WarningCode], code: str) -> str:
 try:
  return EXPLANATIONS[kind(code)]
 except ValueError:  # a ledger that a newer version wrote
  return ""
'''

# ==== owui_function/desk.py ====
MODULES["owui_function/desk.py"] = r'''
"""What an administrator asks for, and the answers. The Pipe and the Action are doors to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..migrator_core.errors import MigratorError
from ..migrator_core.settings import Settings
from ..migrator_core.target import RunRecord, plugin
from ..migrator_core.target.plugin import Attachment
from . import answers, previews, readiness, reports
from .card import results_body
from .jobs import Job, Jobs, jobs_of
from .pipe import BUTTONS_ID
from .readiness import Readiness
from .stage import Emit, Stage
from .summaries import Summary, of_record
from .valves import Valves, reports_of, settings_of
from .watching import (
 aside,
 follow,
 follow_record,
 request_stop,
 running_elsewhere,
 runs,
)
from .words import HELP, Command, Request

Confirm = Callable[[str, str], Awaitable[bool]]
"""Asks yes or no in a dialog of its own: title and text in Markdown."""

Answer = AsyncIterator[str]


@dataclass
class Desk:
 """Answers one request of one administrator."""

 valves: Valves
 jobs: Jobs
 owner_id: str
 stage: Stage
 confirm: Confirm | None = None

 async def answer(self, request: Request | None) -> Answer:
  """Carry out a request; the texts that come belong into the message."""
  self._offer(Command.PREVIEW, Command.CHECK, Command.HELP)
  try:
   async for text in self._answer(request):
    yield text
  except MigratorError as error:
   await self.stage.status("It cannot go on", done=True)
   await self.stage.notify(str(error), kind="error")
   yield answers.problem(str(error))

 async def still_going_on(self) -> None:
  """Say so where somebody stopped the answer, which stops nothing else."""
  job = self.jobs.running
  if job is not None:
   await self.stage.status(answers.in_the_background(preview=job.preview), done=True)
   await self.stage.suggest([Command.STATUS, Command.CANCEL])

 def _offer(self, *commands: Command) -> None:
  """What can be said next, once this answer has ended."""
  self.jobs.suggestions = [str(command) for command in commands]

 def _answer(self, request: Request | None) -> Answer:
  if request is None:
   return self._say(answers.unknown() + HELP)
  name = request.argument
  table: dict[Command, Callable[[], Answer]] = {
   Command.CHECK: lambda: self._check(name),
   Command.PREVIEW: lambda: self._preview(name),
   Command.RUN: lambda: self._run(name, confirmed=False),
   Command.CONFIRM: lambda: self._run(self.jobs.asked_about, confirmed=True),
   Command.STATUS: self._status,
   Command.REPORT: self._report,
   Command.CANCEL: self._cancel,
   Command.HELP: lambda: self._say(HELP),
  }
  return table[request.command]()

 async def _say(self, text: str) -> Answer:
  yield text

 async def _check(self, name: str) -> Answer:
  await self.stage.status("Looking around", done=False)
  found = await self._look(name)
  await self.stage.status("Ready" if not found.problems else "Not ready yet", done=True)
  yield answers.readiness(found, await self._notes())

 async def _look(self, name: str) -> Readiness:
  place = (await self._settings()).backup_dir
  return await aside(lambda: readiness.check(place, name))

 async def _notes(self) -> list[str]:
  if await plugin.is_active(BUTTONS_ID):
   return []
  return [answers.BUTTONS_OFF]

 async def _preview(self, name: str) -> Answer:
  current = await self._running()
  if current is not None:
   async for text in self._join(current):
    yield text
   return
  settings = await self._chosen(name)
  async for text in self._carry_out(settings, preview=True):
   yield text

 async def _run(self, name: str, *, confirmed: bool) -> Answer:
  current = await self._running()
  if current is not None:
   async for text in self._join(current):
    yield text
   return
  settings = await self._chosen(name, or_else=confirmed)
  summary = await self._previewed(settings)
  if summary is None:
   async for text in self._carry_out(settings, preview=True, then_run=True):
    yield text
   summary = await self._previewed(settings)
   if summary is None:
    return
  # Yes to which question? Only to the one that showed these very numbers.
  confirmed = confirmed and self.jobs.asked == summary.key
  if self.confirm is not None and not confirmed:
   await self.stage.status("Waiting for your confirmation", done=False)
   confirmed = await self.confirm("Migrate now?", answers.dialog(summary))
   if not confirmed:
    await self.stage.card(results_body(summary))
    await self.stage.status("Not migrated: you did not confirm", done=True)
    yield answers.declined()
    return
  if not confirmed:
   await self.stage.status("Waiting for your confirmation", done=True)
   self.jobs.asked_about, self.jobs.asked = str(settings.backup_dir), summary.key
   self._offer(Command.CONFIRM, Command.REPORT, Command.CHECK)
   yield answers.question(summary) + answers.how_to_confirm()
   return
  self.jobs.asked = ""
  async for text in self._carry_out(settings, preview=False):
   yield text

 async def _status(self) -> Answer:
  current = await self._running()
  if current is not None:
   async for text in self._join(current):
    yield text
   return
  known = await runs()
  if known:
   await self.stage.card(results_body(of_record(known[0])))
  yield answers.idle(of_record(known[0]) if known else None)

 async def _report(self) -> Answer:
  found = await self._latest()
  if found is None:
   yield answers.no_report()
   return
  summary, directory = found
  async for text in self._show(summary, directory, attach=True):
   yield text

 async def _cancel(self) -> Answer:
  current = await self._running()
  if current is None:
   yield answers.nothing_to_cancel()
   return
  if isinstance(current, Job):
   current.cancel()
  else:
   await request_stop(current.id)
  async for text in self._join(current):
   yield text

 async def _running(self) -> Job | RunRecord | None:
  """What goes on now, in this process or in another one."""
  return self.jobs.running or await running_elsewhere()

 def _join(self, current: Job | RunRecord) -> Answer:
  """Show what goes on already, instead of starting another."""
  if isinstance(current, Job):
   return self._watch(current, then_run=False)
  return self._watch_record(current.id)

 async def _carry_out(
  self, settings: Settings, *, preview: bool, then_run: bool = False
 ) -> Answer:
  job = self.jobs.start(settings, await self._reports(), preview=preview)
  async for text in self._watch(job, then_run=then_run):
   yield text

 async def _watch(self, job: Job, *, then_run: bool) -> Answer:
  self._offer(Command.STATUS, Command.CANCEL)
  async for line in follow(job, self.stage):
   yield line
  if job.summary is None or job.directory is None:
   raise MigratorError(job.problem)
  if then_run and job.summary.finished:
   await self.stage.card(results_body(job.summary))
   return
  async for text in self._show(job.summary, job.directory, attach=not job.preview):
   yield text

 async def _watch_record(self, run_id: str) -> Answer:
  async for line in follow_record(run_id, self.stage):
   yield line
  record = next((r for r in await runs() if r.id == run_id), None)
  if record is None:
   yield answers.no_report()
   return
  directory = await reports.write_again(run_id, await self._reports())
  async for text in self._show(of_record(record), directory, attach=True):
   yield text

 async def _show(self, summary: Summary, directory: Path, *, attach: bool) -> Answer:
  """The end: the card, the files, and what comes next."""
  await self.stage.card(results_body(summary))
  files = []
  if attach:
   files = await reports.attach(self.owner_id, summary, directory)
   await self._attach(files)
  await self.stage.status(answers.ended(summary), done=True)
  if summary.preview or not summary.finished:
   self._offer(Command.RUN, Command.REPORT, Command.PREVIEW)
  else:
   self._offer(Command.REPORT, Command.CHECK, Command.HELP)
  yield answers.result(summary, files)

 async def _attach(self, files: Sequence[Attachment]) -> None:
  """Open WebUI adds to what a message has; a button can be pressed again."""
  new = [file for file in files if (self.stage.message_id, file.id) not in self.jobs.attached]
  self.jobs.attached.update((self.stage.message_id, file.id) for file in new)
  if new:
   await self.stage.files([reports.as_message_file(file) for file in new])

 async def _latest(self) -> tuple[Summary, Path] | None:
  """The last preview or run, from this worker's reports or from the ledger."""
  root = await self._reports()
  kept = await asyncio.to_thread(lambda: next(previews.kept(root), None))
  known = await runs()
  ended = next((r for r in known if r.finished_at is not None), None)
  if kept is not None:
   directory, summary = kept
   if ended is None or ended.finished_at is None:
    return summary, directory
   if summary.run.id == ended.id or summary.run.finished_at >= ended.finished_at:
    return summary, directory
  if ended is None:
   return None
  return of_record(ended), await reports.write_again(ended.id, root)

 async def _previewed(self, settings: Settings) -> Summary | None:
  """The preview whose numbers hold for a run that would begin now."""
  root = await self._reports()
  found = await asyncio.to_thread(lambda: previews.matching(root, previews.key(settings)))
  known = await runs()
  if found is None or (known and known[0].started_at >= found.run.started_at):
   return None  # a run, of whatever process, has changed what there is to migrate
  return found

 async def _chosen(self, name: str, *, or_else: bool = False) -> Settings:
  """The settings with the one backup that is meant."""
  settings = await self._settings()
  found = await aside(lambda: readiness.check(settings.backup_dir, name))
  if or_else and name and found.chosen is None:
   found = await aside(lambda: readiness.check(settings.backup_dir, ""))
  if found.chosen is None or found.problems:
   raise MigratorError(answers.in_the_way(found))
  return settings.model_copy(update={"backup_dir": found.chosen.path})

 async def _settings(self) -> Settings:
  data = plugin.data_dir()
  return await asyncio.to_thread(settings_of, self.valves, data)

 async def _reports(self) -> Path:
  return reports_of(self.valves, plugin.data_dir())


def open_desk(
 valves: Valves,
 state: object,
 owner_id: str,
 emit: Emit | None,
 ask: Emit | None,
 message_id: str,
) -> Desk:
 """A desk for one request. ``state`` is the server's ``app.state``."""
 return Desk(valves, jobs_of(state), owner_id, Stage(emit, message_id, ask))
'''

# ==== owui_function/jobs.py ====
MODULES["owui_function/jobs.py"] = r'''
"""Previews and runs inside the server: each in a thread with an event loop of its own.

The server's loop only looks at counters, so nobody who is chatting waits for the migration. The
thread is a daemon: a server that shuts down does not wait for it, and the next run continues.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..migrator_core.errors import MigratorError
from ..migrator_core.pipeline import migrate
from ..migrator_core.progress import Progress
from ..migrator_core.settings import Settings
from . import previews, summaries
from .manners import set_server_aside, taking_turns
from .summaries import Summary
from .views import View, view_of

_LOG = logging.getLogger(__name__)


class Job:
 """One preview or one run of this process."""

 def __init__(self, settings: Settings) -> None:
  """A job that :meth:`start` begins."""
  self.settings = settings
  self.directory: Path | None = None
  self.progress = Progress()
  self.summary: Summary | None = None
  self.problem = ""
  self._ended = threading.Event()
  self._stopping = False
  self._loop: asyncio.AbstractEventLoop | None = None
  self._stop: asyncio.Event | None = None
  self._guard = threading.Lock()

 @property
 def preview(self) -> bool:
  """Whether it writes nothing."""
  return self.settings.dry_run

 @property
 def ended(self) -> bool:
  """Whether it is over; then ``summary`` or ``problem`` says how it ended."""
  return self._ended.is_set()

 def view(self) -> View:
  """Where it is now."""
  return view_of(self.progress.to_json(), preview=self.preview, stopping=self._stopping)

 def start(self) -> None:
  """Begin, in the background."""
  threading.Thread(target=self._work, name="librechat-migration", daemon=True).start()

 def cancel(self) -> None:
  """End between two batches."""
  with self._guard:
   self._stopping = True
   if self._loop is not None and self._stop is not None and not self.ended:
    self._loop.call_soon_threadsafe(self._stop.set)

 def _work(self) -> None:
  try:
   set_server_aside()
   asyncio.run(self._migrate())
  except MigratorError as error:
   self.problem = str(error)
  except Exception as error:
   _LOG.exception("The LibreChat migration ended with an unexpected error.")
   self.problem = (
    f"Unexpected error: {type(error).__name__}: {error}. This is a flaw of the tool; "
    "please report it with the server's log. What was written so far is complete, and "
    "it is safe to run again."
   )
  finally:
   with self._guard:
    self._ended.set()

 async def _migrate(self) -> None:
  stop = asyncio.Event()
  with self._guard:
   self._loop, self._stop = asyncio.get_running_loop(), stop
   if self._stopping:
    stop.set()
  key = previews.key(self.settings)
  result = await migrate(self.settings, self.progress, stop=stop, pause=taking_turns())
  summary = summaries.of_result(result, key)
  await asyncio.to_thread(summaries.write, summary, result.directory)
  self.directory, self.summary = result.directory, summary


@dataclass
class Jobs:
 """The jobs of one process. It lives in the server's state and survives a reload of ours."""

 current: Job | None = None
 asked_about: str = ""
 asked: str = ""
 suggestions: Sequence[str] = ()
 attached: set[tuple[str, str]] = field(default_factory=set)
 watchers: set[asyncio.Task[Any]] = field(default_factory=set)

 @property
 def running(self) -> Job | None:
  """The job that goes on now."""
  return self.current if self.current is not None and not self.current.ended else None

 def start(self, settings: Settings, reports: Path, *, preview: bool) -> Job:
  """Begin a job, or give the one that goes on. ``reports`` holds a folder for each."""
  if self.running is not None:
   return self.running
  stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
  kind = "preview" if preview else "run"
  directory = reports / f"{stamp}-{kind}-{uuid.uuid4().hex[:6]}"
  self.current = Job(
   settings.model_copy(update={"dry_run": preview, "report_dir": directory})
  )
  self.current.start()
  return self.current

 def keep(self, task: asyncio.Task[Any]) -> None:
  """Hold a task until it is done; the event loop alone would forget it."""
  self.watchers.add(task)
  task.add_done_callback(self.watchers.discard)


def jobs_of(state: Any) -> Jobs:  # noqa: ANN401 - Starlette's State takes any attribute
 """The jobs kept in ``app.state`` of the server."""
 found: Jobs | None = getattr(state, "librechat_migration", None)
 if found is None:
  found = Jobs()
  state.librechat_migration = found
 return found
'''

# ==== owui_function/manners.py ====
MODULES["owui_function/manners.py"] = r'''
"""How a job behaves in a process that serves people: one interpreter works for all of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

_TURN = 0.0005
"""Seconds of work between two pauses."""
_PAUSE = 0.00005
"""Seconds. Any sleep at all hands the interpreter over; without it a thread keeps it for 5 ms
(``sys.getswitchinterval``) each time that the server wants it, several times in one request."""


def taking_turns(
 clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> Callable[[], None]:
 """Something to call often while working: every now and then it lets the server go first."""
 worked_since = clock()

 def pause() -> None:
  nonlocal worked_since
  if clock() - worked_since >= _TURN:
   sleep(_PAUSE)
   worked_since = clock()

 return pause


def set_server_aside() -> None:
 """Keep Python's garbage collection away from the objects that the server has now."""
 gc.collect(1)
 gc.freeze()
'''

# ==== owui_function/pipe.py ====
MODULES["owui_function/pipe.py"] = r'''
"""The Pipe: the migration as a model that an administrator talks to.

A thin door. What it answers is in :mod:`owui_function.desk`, which is loaded with the first word,
in a thread: listing models must not wait for it.
"""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from .valves import Valves
from .words import Command, Request, understand

if TYPE_CHECKING:
 from .desk import Desk
 from .stage import Emit

FUNCTION_ID = "librechat_migration"
MODEL = "chat"
MODEL_ID = f"{FUNCTION_ID}.{MODEL}"
NAME = "LibreChat Migration"
BUTTONS_ID = "librechat_migration_buttons"

REFUSED = "Only administrators can migrate. Nothing was done."

_ANSWER_WITHIN = 25.0
"""Seconds that a click may hold its HTTP request; proxies cut longer ones off (nginx: 60)."""


class Pipe:
 """What Open WebUI loads. One instance serves all requests of a process."""

 Valves = Valves

 def __init__(self) -> None:
  """Without doing anything: Open WebUI also makes one to look at it."""
  self.valves = Valves()
  self._settled = False

 async def pipes(self) -> list[dict[str, str]]:
  """The one model. Open WebUI asks whenever models are listed."""
  if not self._settled:
   # The Action's buttons belong below this model only, so its settings have to name
   # them; doing it here shows them as soon as the model is there.
   plugin = await _load("migrator_core.target.plugin")
   await plugin.settle_model(MODEL_ID, NAME, _meta())
   self._settled = True
  return [{"id": MODEL, "name": NAME}]

 async def pipe(
  self,
  body: dict[str, Any],
  __user__: dict[str, Any],
  __request__: Any,  # noqa: ANN401 - Starlette's Request, which only Open WebUI ships
  __metadata__: dict[str, Any] | None = None,
  __event_emitter__: Emit | None = None,
  __task__: str | None = None,
  __event_call__: Emit | None = None,
 ) -> AsyncIterator[str] | str:
  """Answer one message, or what Open WebUI asks about the chat on its own."""
  if __user__.get("role") != "admin":
   return REFUSED
  if __task__ is not None:
   return _small_talk(str(__task__), __request__)
  message_id = str((__metadata__ or {}).get("message_id") or "")
  desk = await self._desk(
   __user__, __request__, __event_emitter__, __event_call__, message_id
  )
  return _answer(desk, understand(_last_words(body)))

 async def act(
  self,
  word: str,
  body: dict[str, Any],
  user: Mapping[str, Any],
  request: Any,  # noqa: ANN401 - as above
  emit: Emit,
  ask: Emit,
 ) -> str | None:
  """Carry out a click of the Action, in the background when it takes longer."""
  if user.get("role") != "admin":
   return REFUSED

  async def confirm(title: str, text: str) -> bool:
   data = {"title": title, "message": text}
   return await ask({"type": "confirmation", "data": data}) is True

  desk = await self._desk(user, request, emit, ask, str(body.get("id") or ""))
  desk.confirm = confirm
  task = asyncio.create_task(_click(desk, understand(word)))
  desk.jobs.keep(task)
  await asyncio.wait({task}, timeout=_ANSWER_WITHIN)
  return None

 async def _desk(
  self,
  user: Mapping[str, Any],
  request: Any,  # noqa: ANN401 - as above
  emit: Emit | None,
  ask: Emit | None,
  message_id: str,
 ) -> Desk:
  module = await _load("owui_function.desk")
  desk: Desk = module.open_desk(
   self.valves,
   request.app.state,
   str(user.get("id") or ""),
   emit,
   ask,
   message_id,
  )
  return desk


async def _answer(desk: Desk, request: Request | None) -> AsyncIterator[str]:
 try:
  async for text in desk.answer(request):
   yield text
 except asyncio.CancelledError:
  # The square in Open WebUI's message field ends the answer, not what it shows.
  await desk.still_going_on()
  raise
 await desk.stage.suggest(desk.jobs.suggestions)


async def _click(desk: Desk, request: Request | None) -> None:
 """A click shows cards and notices; a text that came without a card becomes a notice."""
 said = [text async for text in desk.answer(request)]
 if said and not desk.stage.carded:
  await desk.stage.notify(said[-1], kind="info")


def _last_words(body: Mapping[str, Any]) -> str:
 for message in reversed(body.get("messages") or []):
  if message.get("role") == "user":
   content = message.get("content")
   if isinstance(content, list):
    parts = (part for part in content if isinstance(part, dict))
    content = " ".join(str(part.get("text") or "") for part in parts)
   return str(content or "")
 return ""


def _small_talk(task: str, request: Any) -> str:  # noqa: ANN401 - as above
 """Titles, tags and suggestions, which Open WebUI asks the chat's own model for."""
 if task == "title_generation":
  return json.dumps({"title": NAME})
 if task == "tags_generation":
  return json.dumps({"tags": []})
 if task == "follow_up_generation":
  jobs = getattr(request.app.state, "librechat_migration", None)
  return json.dumps({"follow_ups": list(jobs.suggestions) if jobs else _FIRST})
 return ""


_FIRST = [str(Command.CHECK), str(Command.PREVIEW), str(Command.HELP)]


def _meta() -> dict[str, Any]:
 """The model's own settings: the buttons, what to say first, and nothing that costs."""
 capabilities = (
  "vision", "file_upload", "file_context", "web_search", "image_generation",
  "code_interpreter", "citations", "usage", "builtin_tools",
 )  # fmt: skip
 return {
  "description": "Moves a LibreChat backup into this Open WebUI. Say “Check” to begin.",
  "actionIds": [BUTTONS_ID],
  "suggestion_prompts": [
   {"content": word, "title": [str(word), explained]}
   for word, explained in (
    (Command.CHECK, "what is there, and what is in the way"),
    (Command.PREVIEW, "what would arrive; writes nothing"),
    (Command.HELP, "everything that can be said"),
   )
  ],
  "capabilities": {**dict.fromkeys(capabilities, False), "status_updates": True},
 }


async def _load(name: str) -> Any:  # noqa: ANN401 - a module
 """Import one of our modules off the event loop: the first time takes a while."""
 package = __name__.rpartition("owui_function")[0]
 return await asyncio.to_thread(importlib.import_module, package + name)
'''

# ==== owui_function/previews.py ====
MODULES["owui_function/previews.py"] = r'''
"""Which preview speaks for which run: same backup, same settings, same version of the tool."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from ..migrator_core import __version__
from ..migrator_core.settings import Settings
from . import summaries
from .summaries import Summary

_LOOKED_AT = 2_000
"""Entries of a backup's folder that the key is made of; names, sizes and times of so many say
whether it is still the same backup."""


def key(settings: Settings) -> str:
 """What a preview stands for. Reads no contents, so it is quick for any backup."""
 values = settings.model_dump(mode="json", exclude={"dry_run", "report_dir"})
 digest = hashlib.sha256(json.dumps([__version__, values], sort_keys=True).encode())
 for line in _entries(settings.backup_dir):
  digest.update(line.encode("utf-8", "surrogateescape"))
 return digest.hexdigest()


def _entries(path: Path) -> Iterator[str]:
 try:
  yield _stamp(path)
  if not path.is_dir():
   return
  count = 0
  for folder, folders, names in os.walk(path):
   folders.sort()
   for name in sorted(names):
    yield _stamp(Path(folder, name))
    count += 1
    if count >= _LOOKED_AT:
     return
 except OSError as error:
  yield str(error)


def _stamp(path: Path) -> str:
 stat = path.lstat()
 return f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\0"


def kept(reports: Path) -> Iterator[tuple[Path, Summary]]:
 """The summaries below the directory of all reports, the newest first."""
 try:
  directories = sorted((d for d in reports.iterdir() if d.is_dir()), reverse=True)
 except OSError:
  return
 for directory in directories:
  summary = summaries.read(directory)
  if summary is not None:
   yield directory, summary


def matching(reports: Path, wanted: str) -> Summary | None:
 """The newest finished preview with this key, as long as no run has finished since."""
 for _, summary in kept(reports):
  if not summary.preview:
   return None
  if summary.finished and summary.key == wanted:
   return summary
 return None
'''

# ==== owui_function/promises.py ====
MODULES["owui_function/promises.py"] = r'''
"""What the migration promises, in the words in which an administrator is asked to confirm it."""

from __future__ import annotations

PROMISES = (
 "The backup is only read, never changed.",
 "Every document ends as migrated, already there, skipped or failed with a reason; it adds up.",
 "Nothing that Open WebUI already holds is overwritten, unless a valve asks for it.",
 "Nobody gains access to anything they could not see before, and nobody becomes an admin.",
 "It can be cancelled at any time, and running it again continues where it was.",
)
'''

# ==== owui_function/readiness.py ====
MODULES["owui_function/readiness.py"] = r'''
"""Whether a migration can begin: what was found, and what is in the way."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from ..migrator_core.errors import MigratorError
from ..migrator_core.source.discovery import Offer, find_backups
from ..migrator_core.target import OpenWebUI, RunRecord, RunState
from .watching import runs_in

_UNPACKED = 8
"""Times its size that a packed backup may take when it is unpacked: JSON packs well."""
_SPARE = 500 * 1024 * 1024
"""Bytes that must stay free: the database grows, and a full disk stops the server."""


@dataclass(frozen=True, slots=True)
class Readiness:
 """What the check found. ``problems`` are in the way, ``notes`` are good to know."""

 version: str
 database: str
 place: Path
 offers: Sequence[Offer]
 chosen: Offer | None
 free: int
 last_run: RunRecord | None
 problems: Sequence[str]
 notes: Sequence[str]


async def check(place: Path, name: str) -> Readiness:
 """Look at everything. Blocks while it reads: call it in a thread with a loop of its own."""
 problems: list[str] = []
 notes: list[str] = []
 version, database, last_run = "unknown", "unknown", None
 try:
  async with await OpenWebUI.connect(read_only=True) as target:
   version = target.version
   database = "SQLite" if target.dialect == "sqlite" else "PostgreSQL"
   runs = await runs_in(target)
   last_run = runs[0] if runs else None
 except MigratorError as error:
  problems.append(str(error))
 offers = _offers(place, problems)
 chosen = choose(offers, place, name, problems)
 free = shutil.disk_usage(tempfile.gettempdir()).free
 if chosen is not None:
  problems += _obstacles(chosen, free)
 if last_run is not None and last_run.state in {RunState.ABORTED, RunState.INTERRUPTED}:
  notes.append(
   f"Run {last_run.id} was {last_run.state} before its end. The next run continues it."
  )
 return Readiness(
  version, database, place, offers, chosen, free, last_run, tuple(problems), tuple(notes)
 )


def _offers(place: Path, problems: list[str]) -> list[Offer]:
 try:
  return find_backups(place)
 except FileNotFoundError:
  problems.append(
   f"There is no {place}. Put the backup there (a folder, a .tar.gz or a mongodump), or "
   "name another place in the valve “Backup path”. With Docker: "
   f"docker cp librechat-backup-….tar.gz open-webui:{place}/"
  )
 except OSError as error:
  problems.append(
   f"{place} cannot be read: {error.strerror or error}. The server runs as user id "
   f"{os.geteuid()}; give it the right to read the backup."
  )
 return []


def choose(offers: Sequence[Offer], place: Path, name: str, problems: list[str]) -> Offer | None:
 """The backup that is meant, or None and a problem that says what to do."""
 if name:
  for offer in offers:
   if name in {offer.path.name, str(offer.path)}:
    return offer
  problems.append(f"There is no backup called “{name}” in {place}.")
  return None
 if len(offers) == 1:
  return offers[0]
 if len(offers) > 1:
  problems.append(
   f"{place} holds {len(offers)} backups. Choose one: say “preview” or “run” and its name."
  )
 elif not problems:
  problems.append(
   f"{place} holds no LibreChat backup. It takes a folder with mongoexport's data/*.json"
   " or a mongodump, or either of them as a .tar.gz or .zip."
  )
 return None


def _obstacles(offer: Offer, free: int) -> list[str]:
 found = []
 if offer.kind.startswith("mongodump") and find_spec("bson") is None:
  found.append(
   f"{offer.path.name} is a mongodump, and reading it needs the package pymongo, which "
   "this server lacks. Install it in the image, or take the backup with mongoexport: that "
   "needs nothing."
  )
 needed = _SPARE + (offer.size * _UNPACKED if offer.packed else offer.size)
 if free < needed:
  found.append(
   f"Only {size(free)} are free in {tempfile.gettempdir()}; this backup may need "
   f"{size(needed)} there. Make room, or point TMPDIR to a larger disk."
  )
 return found


def size(count: int) -> str:
 """Bytes as people say them."""
 amount = float(count)
 for unit in ("bytes", "kB", "MB", "GB"):
  if amount < 1000:
   return f"{amount:,.0f} {unit}" if unit == "bytes" else f"{amount:,.1f} {unit}"
  amount /= 1000
 return f"{amount:,.1f} TB"


def when(seconds: int) -> str:
 """A moment for people."""
 return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
'''

# ==== owui_function/reports.py ====
MODULES["owui_function/reports.py"] = r'''
"""The full report as files that the administrator can download."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..migrator_core.pipeline import past_report
from ..migrator_core.target.plugin import Attachment, store_files
from .summaries import Summary
from .watching import aside

_KINDS = (("report.html", "text/html"), ("report.json", "application/json"))


async def write_again(run_id: str, root: Path) -> Path:
 """Write a run's reports from the ledger: it may have run elsewhere, or long ago."""
 return await aside(lambda: past_report(run_id, root / run_id))


async def attach(owner_id: str, summary: Summary, directory: Path) -> list[Attachment]:
 """Store the reports of one preview or run as files of their reader."""
 name = f"librechat-{'preview' if summary.preview else 'migration'}-{summary.run.id}"
 paths = [
  (directory / file, f"{name}{Path(file).suffix}", content_type)
  for file, content_type in _KINDS
 ]
 there = await asyncio.to_thread(lambda: [entry for entry in paths if entry[0].is_file()])
 return await aside(lambda: store_files(owner_id, there))


def as_message_file(file: Attachment) -> dict[str, Any]:
 """A file as a message of Open WebUI lists it (0.10 to 0.12, ``MessageInput.svelte``)."""
 return {
  "type": "file",
  "id": file.id,
  "url": f"/api/v1/files/{file.id}",
  "name": file.name,
  "size": file.size,
  "content_type": file.content_type,
  "status": "uploaded",
 }


def links(files: Sequence[Attachment]) -> str:
 """Links to the files, in Markdown."""
 return " · ".join(f"[{file.name}](/api/v1/files/{file.id}/content)" for file in files)
'''

# ==== owui_function/stage.py ====
MODULES["owui_function/stage.py"] = r'''
"""Where an answer appears: the message in Open WebUI that the Pipe or the Action works on.

Events are those of Open WebUI 0.10 to 0.12 (``socket/main.py: get_event_emitter`` and
``Chat.svelte: chatEventHandler``).
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .card import page
from .card.page import LIVE, Theme

Emit = Callable[[dict[str, Any]], Awaitable[Any]]

REFRESH_SECONDS = 60
"""How often the stored card is renewed while a run goes on: whoever reloads the page sees this
one until the next live change, a second later."""

_THEME = "return document.documentElement.classList.contains('dark') ? 'dark' : 'light'"
_THEME_WITHIN = 2.0
"""Seconds. A page that has gone meanwhile never answers."""


@dataclass
class Stage:
 """One message. Without an emitter (a plain API call) there is nothing to see but the text."""

 emit: Emit | None
 message_id: str = ""
 ask: Emit | None = None
 _theme: Theme = field(default=None, init=False)
 _stored_at: float = field(default=0.0, init=False)
 _status: str = field(default="", init=False)
 carded: bool = field(default=False, init=False)

 @property
 def visible(self) -> bool:
  """Whether somebody has the message on a screen."""
  return self.emit is not None

 async def status(self, text: str, *, done: bool) -> None:
  """The line above the message. Open WebUI keeps every one, so the same is not repeated."""
  if self.emit is not None and (text != self._status or done):
   self._status = text
   await self.emit({"type": "status", "data": {"description": text, "done": done}})

 async def card(self, body: str) -> None:
  """Show a card, in place of an earlier one, and store it with the message."""
  if self.emit is not None:
   if not self.carded:
    self._theme = await self._look_at_theme()
   self._stored_at = time.monotonic()
   self.carded = True
   data = {"embeds": [page(body, self._theme)], "replace": True}
   await self.emit({"type": "embeds", "data": data})

 async def _look_at_theme(self) -> Theme:
  if self.ask is None:
   return None
  try:
   event = {"type": "execute", "data": {"code": _THEME}}
   found = await asyncio.wait_for(self.ask(event), _THEME_WITHIN)
  except Exception:  # the socket's own errors, or nobody there; only colours depend on it
   return None
  return "dark" if found == "dark" else "light" if found == "light" else None

 async def move(self, body: str) -> None:
  """Change the card that is shown, without storing it each time."""
  if self.emit is None:
   return
  if time.monotonic() - self._stored_at > REFRESH_SECONDS:
   await self.card(body)
  else:
   await self.emit({"type": "execute", "data": {"code": self.hand_over(body)}})

 async def notify(self, text: str, *, kind: str) -> None:
  """A short message in the corner; ``kind`` is info, success, warning or error."""
  if self.emit is not None:
   await self.emit({"type": "notification", "data": {"type": kind, "content": text}})

 async def suggest(self, words: Sequence[str]) -> None:
  """Offer what can be said next, as clicks."""
  if self.emit is not None:
   data = {"follow_ups": list(words)}
   await self.emit({"type": "chat:message:follow_ups", "data": data})

 async def files(self, files: Sequence[Mapping[str, Any]]) -> None:
  """Attach stored files to the message."""
  if self.emit is not None:
   await self.emit({"type": "files", "data": {"files": [dict(file) for file in files]}})

 def hand_over(self, body: str) -> str:
  """JavaScript for the page: pass this text to the cards of this message, and only to them."""
  container = json.dumps(f"{self.message_id}-embeds-container")
  contents = json.dumps({LIVE: {"html": body}})
  return (
   f"document.getElementById({container})?.querySelectorAll('iframe')"
   f".forEach(frame => frame.contentWindow.postMessage({contents}, '*'));"
  )
'''

# ==== owui_function/summaries.py ====
MODULES["owui_function/summaries.py"] = r'''
"""How a preview or a run ended, wherever that is known from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ..migrator_core.pipeline import Result, run_info
from ..migrator_core.report import BackupInfo, Report, RunInfo, headline
from ..migrator_core.target import RunRecord, RunState

FILE_NAME = "summary.json"
"""Beside the reports, so that another worker, or the server after a restart, knows them too."""


@dataclass(frozen=True)
class Summary:
 """The end of a preview or a run."""

 run: RunInfo
 backup: BackupInfo
 collections: Mapping[str, Mapping[str, Any]]
 warnings: Mapping[str, int] = field(default_factory=dict)
 key: str = ""

 @property
 def preview(self) -> bool:
  """Whether nothing was written."""
  return self.run.mode == "dry-run"

 @property
 def finished(self) -> bool:
  """Whether it came to its end."""
  return self.run.state == RunState.FINISHED

 @property
 def report(self) -> Report:
  """The sums as a report without its lists."""
  return Report(self.run, self.backup, self.collections, tuple, tuple)

 @property
 def totals(self) -> Mapping[str, int]:
  """Documents over all collections."""
  return self.report.totals()

 @property
 def headline(self) -> str:
  """One line that says it all."""
  return headline(self.report)


Counts = Sequence[tuple[str, Mapping[str, Any]]]
"""Collections by name, with their entries as in ``report.json``."""


def in_two(summary: Summary) -> tuple[Counts, Counts]:
 """The collections of which something arrives or fails, and those that are wholly left out."""
 there = [(name, entry) for name, entry in summary.report.ordered() if entry["found"]]
 matters = [
  (name, entry) for name, entry in there if sum(entry["skipped"].values()) < entry["found"]
 ]
 return matters, [pair for pair in there if pair not in matters]


def of_result(result: Result, key: str) -> Summary:
 """The summary of what this process has just done."""
 return Summary(result.run, result.backup, result.collections, result.warning_counts, key)


def of_record(record: RunRecord) -> Summary:
 """The summary of a run that the ledger knows."""
 return Summary(
  run=run_info(record),
  backup=BackupInfo(record.backup_path, record.backup_kind, record.backup_fingerprint),
  collections=record.counts,
  warnings=record.warnings,
 )


def write(summary: Summary, directory: Path) -> None:
 """Keep a summary beside its reports."""
 (directory / FILE_NAME).write_text(json.dumps(asdict(summary)), encoding="utf-8")


def read(directory: Path) -> Summary | None:
 """The summary in a directory of reports, None where there is none that can be read."""
 try:
  text = (directory / FILE_NAME).read_text(encoding="utf-8")
  return TypeAdapter(Summary).validate_json(text)
 except (OSError, ValueError, ValidationError):
  return None
'''

# ==== owui_function/valves.py ====
MODULES["owui_function/valves.py"] = r'''
"""The Function's settings: the tool's own, in an administrator's words."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field

from ..migrator_core.errors import UsageError
from ..migrator_core.settings import Settings, build, extra, from_environment

_REPLACE = "Use the password from LibreChat"
_MIGRATE = "Migrate them, too"


class Valves(BaseModel):
 """What the page "Functions → LibreChat Migration → Valves" shows."""

 backup_path: str = Field(
  default="",
  description=(
   "The LibreChat backup on this server: a folder, a `.tar.gz`, a mongodump, or a folder "
   "that holds several of them. Without a leading `/` it counts from Open WebUI's data "
   "directory. Empty: `BACKUP_DIR` of the environment, else `librechat-backup` in the "
   "data directory."
  ),
 )
 existing_accounts: Literal[
  "Keep the password in Open WebUI", "Use the password from LibreChat"
 ] = Field(
  default="Keep the password in Open WebUI",
  description=(
   "For people who have an account here already (same e-mail). Their chats and files "
   "arrive either way. An administrator's password is never changed."
  ),
 )
 default_model: str = Field(
  default="gpt-4o",
  description=(
   "The id of the model that agents are built on when their own model has no counterpart "
   "here."
  ),
 )
 model_map: str = Field(
  default="",
  description=(
   "Which model of LibreChat is which one here, as JSON: "
   '`{"anthropic/claude-sonnet-4": "my-claude", "gpt-4-turbo": "gpt-4o"}`. '
   "Empty: models keep their ids."
  ),
 )
 temporary_chats: Literal["Leave them out", "Migrate them, too"] = Field(
  default="Leave them out",
  description="Conversations that LibreChat would have deleted by itself.",
 )
 report_path: str = Field(
  default="",
  description=(
   "The folder on the server that gets a folder of reports for each preview and run. "
   "Empty: `librechat-migration` in Open WebUI's data directory."
  ),
 )


_NAMES = {
 "backup_dir": "Backup path",
 "default_model": "Default model",
 "model_map": "Model map",
 "prefer_import_password": "Existing accounts",
 "include_temporary": "Temporary chats",
}


def settings_of(
 valves: Valves, data: Path, environment: Mapping[str, str] | None = None
) -> Settings:
 """The settings of a run: a valve that was touched wins over the environment."""
 values: dict[str, Any] = dict(
  from_environment(os.environ if environment is None else environment)
 )
 for name in ("dry_run", "fail_on_warnings", "report_dir"):
  values.pop(name, None)  # decided by what is said here; an exit status; one place a run
 touched = _touched(valves)
 values |= touched
 values["backup_dir"] = data / values.get(
  "backup_dir", Settings.model_fields["backup_dir"].default
 )
 try:
  return build(values)
 except UsageError as error:
  raise UsageError(_in_words_of_valves(str(error), touched)) from error


def reports_of(valves: Valves, data: Path) -> Path:
 """The folder that holds the reports of all previews and runs."""
 return data / (valves.report_path.strip() or "librechat-migration")


def _touched(valves: Valves) -> dict[str, Any]:
 values: dict[str, Any] = {
  "backup_dir": valves.backup_path.strip(),
  "model_map": valves.model_map.strip(),
  "prefer_import_password": valves.existing_accounts == _REPLACE,
  "include_temporary": valves.temporary_chats == _MIGRATE,
 }
 model = valves.default_model.strip()
 if model != Settings.model_fields["default_model"].default:
  values["default_model"] = model
 return {name: value for name, value in values.items() if value}


def _in_words_of_valves(text: str, touched: Collection[str]) -> str:
 for name, words in _NAMES.items():
  if name not in touched:
   continue  # it came from the environment
  described = extra(Settings.model_fields[name])
  text = text.replace(f"{described['flag']} ({described['env']})", f"The valve “{words}”")
 return text
'''

# ==== owui_function/views.py ====
MODULES["owui_function/views.py"] = r'''
"""How far a preview or a run is, as somebody sees it: the same whoever carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..migrator_core.pipeline import PHASES

_LABELS = {
 "users": "Accounts",
 "merged users": "Accounts that were there twice",
 "groups": "Groups",
 "tags": "Bookmarks as tags",
 "folders": "Projects as folders",
 "files": "Files",
 "permissions": "Permissions",
 "shared links": "Shared links",
 "index of messages": "Index of messages",
 "conversations": "Conversations and messages",
 "unused shared links": "Shared links left over",
 "prompts": "Prompts",
 "agents": "Agents as models",
 "unused permissions": "Permissions left over",
 "other collections": "Everything else",
}


class PhaseState(StrEnum):
 """Where a phase is."""

 DONE = "done"
 NOW = "now"
 WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class PhaseView:
 """One phase. ``total`` is None where nobody knows it beforehand."""

 label: str
 state: PhaseState
 done: int = 0
 total: int | None = None


@dataclass(frozen=True, slots=True)
class View:
 """One moment. ``rate`` is in documents a second, ``elapsed`` and ``remaining`` in seconds."""

 preview: bool
 phases: tuple[PhaseView, ...]
 current: str
 number: int
 elapsed: float = 0.0
 rate: float = 0.0
 remaining: float | None = None
 warnings: int = 0
 stopping: bool = False

 @property
 def line(self) -> str:
  """The moment in plain words."""
  now = self._now
  if now is None or not now.done:
   return self.step
  of_total = f" of {now.total:,}" if now.total else ""
  return self._said(f", {now.done:,}{of_total}")

 @property
 def step(self) -> str:
  """The same without what changes all the time."""
  return self._said("")

 def _said(self, counted: str) -> str:
  doing = "Previewing" if self.preview else "Migrating"
  if self.stopping:
   doing = "Stopping after this batch"
  if self._now is None:
   return f"{doing}: getting ready"
  label = self._now.label.lower()
  return f"{doing}: {label}{counted} (step {self.number} of {len(self.phases)})"

 @property
 def _now(self) -> PhaseView | None:
  return next((phase for phase in self.phases if phase.state is PhaseState.NOW), None)


def view_of(progress: Mapping[str, Any], *, preview: bool, stopping: bool = False) -> View:
 """The view of :meth:`migrator_core.progress.Progress.to_json`, or of what the ledger keeps."""
 history = {str(name): int(done) for name, done in progress.get("history") or ()}
 current = str(progress.get("phase") or "")
 phases = []
 for name in PHASES:
  label = _LABELS.get(name, name)
  if name == current:
   done, total = int(progress.get("done") or 0), progress.get("total")
   phases.append(PhaseView(label, PhaseState.NOW, done, total))
  elif name in history:
   phases.append(PhaseView(label, PhaseState.DONE, history[name], history[name]))
  else:
   phases.append(PhaseView(label, PhaseState.WAITING))
 return View(
  preview=preview,
  phases=tuple(phases),
  current=_LABELS.get(current, current),
  number=int(progress.get("phase_number") or 0),
  elapsed=float(progress.get("elapsed") or 0),
  rate=float(progress.get("rate") or 0),
  remaining=progress.get("remaining"),
  warnings=int(progress.get("warnings") or 0),
  stopping=stopping,
 )
'''

# ==== owui_function/watching.py ====
MODULES["owui_function/watching.py"] = r'''
"""Following a preview or a run until it ends, wherever it goes on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from ..migrator_core.errors import CannotStartError
from ..migrator_core.target import Ledger, OpenWebUI, RunLock, RunRecord, RunState
from .card import progress_body
from .jobs import Job
from .stage import Stage
from .views import View, view_of

T = TypeVar("T")

TICK_SECONDS = 1.0
_LINE_SECONDS = 10.0


async def aside(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
 """Carry out work that blocks now and then: in a thread, with a loop of its own."""
 return await asyncio.to_thread(lambda: asyncio.run(work()))


async def runs() -> list[RunRecord]:
 """All runs that the ledger knows, the newest first."""

 async def read() -> list[RunRecord]:
  async with await OpenWebUI.connect(read_only=True) as target:
   return await runs_in(target)

 return await aside(read)


async def runs_in(target: OpenWebUI) -> list[RunRecord]:
 """The same, of an Open WebUI that is connected."""
 found = await Ledger(target).runs()
 if not any(record.state == RunState.RUNNING for record in found) or await _goes_on(target):
  return found
 return [
  replace(record, state=RunState.INTERRUPTED.value, finished_at=record.heartbeat_at)
  if record.state == RunState.RUNNING
  else record
  for record in found
 ]


async def _goes_on(target: OpenWebUI) -> bool:
 try:
  async with RunLock(target):
   return False
 except CannotStartError:
  return True


async def running_elsewhere() -> RunRecord | None:
 """The run that another process carries out now."""
 found = await runs()
 return found[0] if found and found[0].state == RunState.RUNNING else None


async def request_stop(run_id: str) -> None:
 """Ask another process to end its run."""

 async def ask() -> None:
  async with await OpenWebUI.connect(read_only=False) as target:
   await Ledger(target).request_stop(run_id)

 await aside(ask)


async def follow(job: Job, stage: Stage) -> AsyncIterator[str]:
 """Show a job of this process until it ends; text only where nobody sees the card."""

 async def look() -> View | None:
  return None if job.ended else job.view()

 async for line in _show(look, stage):
  yield line


async def follow_record(run_id: str, stage: Stage) -> AsyncIterator[str]:
 """Show a run of another process until it ends or its process does."""

 async def look() -> View | None:
  record = next((r for r in await runs() if r.id == run_id), None)
  if record is None or record.state != RunState.RUNNING:
   return None
  stopping = record.stop_requested_at is not None
  return view_of(record.progress, preview=False, stopping=stopping)

 async for line in _show(look, stage):
  yield line


async def _show(look: Callable[[], Awaitable[View | None]], stage: Stage) -> AsyncIterator[str]:
 view = await look()
 if view is None:
  return
 await stage.card(progress_body(view))
 said = time.monotonic()
 while view is not None:
  await stage.move(progress_body(view))
  await stage.status(view.step, done=False)
  if not stage.visible and time.monotonic() - said >= _LINE_SECONDS:
   said = time.monotonic()
   yield view.line + "\n"
  await asyncio.sleep(TICK_SECONDS)
  view = await look()
'''

# ==== owui_function/words.py ====
MODULES["owui_function/words.py"] = r'''
"""What an administrator can say, typed or clicked."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Command(StrEnum):
 """A command, by the word that is shown for it."""

 CHECK = "Check"
 PREVIEW = "Preview"
 RUN = "Run"
 CONFIRM = "Yes, migrate now"
 STATUS = "Status"
 REPORT = "Report"
 CANCEL = "Cancel"
 HELP = "Help"


_WORDS = {
 "check": Command.CHECK,
 "readiness": Command.CHECK,
 "ready": Command.CHECK,
 "start": Command.CHECK,
 "hi": Command.CHECK,
 "hello": Command.CHECK,
 "hey": Command.CHECK,
 "preview": Command.PREVIEW,
 "dry-run": Command.PREVIEW,
 "dryrun": Command.PREVIEW,
 "run": Command.RUN,
 "migrate": Command.RUN,
 "continue": Command.RUN,
 "confirm": Command.CONFIRM,
 "yes": Command.CONFIRM,
 "status": Command.STATUS,
 "progress": Command.STATUS,
 "report": Command.REPORT,
 "cancel": Command.CANCEL,
 "stop": Command.CANCEL,
 "help": Command.HELP,
 "?": Command.HELP,
}


@dataclass(frozen=True, slots=True)
class Request:
 """What somebody wants. ``argument`` is the rest of the line: the name of a backup."""

 command: Command
 argument: str = ""


def understand(text: str) -> Request | None:
 """The request in a message, with or without a slash, in any case; None when there is none."""
 line = " ".join(text.split()).strip().removeprefix("/").strip()
 if line.rstrip(".!").casefold() == Command.CONFIRM.casefold():
  return Request(Command.CONFIRM)
 word, _, rest = line.partition(" ")
 command = _WORDS.get(word.casefold().rstrip(".,:;!") or word)
 if command is None or (rest and command not in {Command.PREVIEW, Command.RUN}):
  return None
 return Request(command, _unquoted(rest))


def _unquoted(text: str) -> str:
 text = text.strip()
 for quote in ("`", '"', "'"):
  if len(text) > 1 and text.startswith(quote) and text.endswith(quote):
   return text[1:-1]
 return text


HELP = """\
Say one of these words, or click it below an answer:

| Say | What happens |
|---|---|
| **Check** | Looks for backups and for anything that is in the way. |
| **Preview** | Walks the whole backup, writes nothing. Its numbers are the migration's. |
| **Run** | Migrates, after you have seen the preview's numbers and confirmed. |
| **Status** | Shows how far it is. |
| **Report** | Shows the last preview's or run's result, with the full report to download. |
| **Cancel** | Ends a preview or a run between two batches. Running again continues. |

`preview NAME` and `run NAME` choose one of several backups. Settings are the Function's valves: \
Admin Panel → Functions → LibreChat Migration → ⚙.
"""
'''

# ==== The loader ====

# Makes the modules whose sources stand in one file importable. Its text is part of that file.
#
# The modules form one private package whose name holds a hash of all sources. Within it they
# import each other relatively, so several versions live side by side in one server: a job that an
# earlier version started goes on with that version's code, and imports what it still needs.

import asyncio
import hashlib
import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Iterator, Mapping, Sequence

PREFIX = "librechat_migration_"
"""How the private packages begin; the rest is the hash."""


class BundleFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds and loads the modules of one version."""

    def __init__(self, package: str, sources: Mapping[str, str]) -> None:
        self.package = package
        self._paths = {package: f"{package}/__init__.py"}
        self._sources = {self._paths[package]: ""}
        for path, source in sources.items():
            name = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            self._paths[f"{package}.{name}"] = f"{package}/{path}"
            # The text begins on the line after its quotes; tracebacks count from there.
            self._sources[f"{package}/{path}"] = source.removeprefix("\n")

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002 - the import system's signature
        target: types.ModuleType | None = None,  # noqa: ARG002 - as above
    ) -> importlib.machinery.ModuleSpec | None:
        """Where a module of this version is; None for everybody else's modules."""
        if fullname not in self._paths:
            return None
        return importlib.machinery.ModuleSpec(
            fullname, self, origin=self._paths[fullname], is_package=self.is_package(fullname)
        )

    def is_package(self, fullname: str) -> bool:
        """Whether a module of this version holds others."""
        return self._paths[fullname].endswith("/__init__.py")

    def get_source(self, fullname: str) -> str:
        """A module's text; tracebacks show its lines."""
        return self._sources[self._paths[fullname]]

    def get_code(self, fullname: str) -> types.CodeType:
        """A module's code."""
        # Without dont_inherit the code would get this file's __future__ imports.
        return compile(self.get_source(fullname), self._paths[fullname], "exec", dont_inherit=True)


def install(sources: Mapping[str, str]) -> str:
    """Make the modules importable and say under which package.

    The same sources are installed once only, so that whoever loads them again meets the modules
    with what they know of a running job.
    """
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(f"{path}\0{sources[path]}\0".encode())
    package = PREFIX + digest.hexdigest()[:8]
    versions = [finder for finder in sys.meta_path if _package_of(finder)]
    own = [finder for finder in versions if _package_of(finder) == package]
    others = [finder for finder in versions if finder not in own]
    # The version before this one may be in the middle of an answer. Those before it go when they
    # have no job any more.
    for finder in others[:-1]:
        if not _in_use(_package_of(finder)):
            _forget(_package_of(finder))
    for finder in own:
        sys.meta_path.remove(finder)
    sys.meta_path.append(own[0] if own else BundleFinder(package, sources))
    return package


def _package_of(finder: object) -> str:
    """The package that a finder serves, empty when it is none of ours."""
    package = getattr(finder, "package", "")
    return package if isinstance(package, str) and package.startswith(PREFIX) else ""


def _forget(package: str) -> None:
    sys.meta_path[:] = [finder for finder in sys.meta_path if _package_of(finder) != package]
    for name in [name for name in sys.modules if f"{name}.".startswith(f"{package}.")]:
        del sys.modules[name]


def _in_use(package: str) -> bool:
    """Whether code of a version is running, in a thread or in a task of this event loop."""
    return any(code.co_filename.startswith(f"{package}/") for code in _running())


def _running() -> Iterator[types.CodeType]:
    for frame in sys._current_frames().values():  # noqa: SLF001 - there is no public way
        outer: types.FrameType | None = frame
        while outer is not None:
            yield outer.f_code
            outer = outer.f_back
    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:  # no event loop runs in this thread
        return
    for task in tasks:
        awaited: object = task.get_coro()
        while isinstance(awaited, types.CoroutineType):
            yield awaited.cr_code
            awaited = awaited.cr_await

# ==== The Function, and the program ====

PACKAGE = install(MODULES)

if __name__ == "__main__":
    sys.exit(importlib.import_module(f"{PACKAGE}.migrator_core.cli").main())

Pipe = importlib.import_module(f"{PACKAGE}.owui_function.pipe").Pipe
