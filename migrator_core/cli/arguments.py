"""The command line's words. Options for settings are made from :class:`Settings`."""

from __future__ import annotations

import argparse
import importlib.util
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from migrator_core import __version__
from migrator_core.cli import check, past_runs, run
from migrator_core.cli.exits import ExitStatus
from migrator_core.settings import Settings, build, extra, from_environment

_OF_RUNS_ALONE = frozenset({"dry_run", "verify", "fail_on_warnings"})
"""Settings that say nothing to a verb that writes nothing."""

_MEANINGS = {
    ExitStatus.FINISHED: "finished, everything accounted for",
    ExitStatus.USAGE: "wrong usage",
    ExitStatus.CANNOT_START: "cannot start: backup, Open WebUI or database not as needed",
    ExitStatus.WARNINGS: "finished with warnings: with --fail-on-warnings, or of check",
    ExitStatus.SOME_FAILED: "finished, some items failed or could not be taken back",
    ExitStatus.ABORTED: "aborted, safe to run again",
    ExitStatus.DIFFERENCES: "verify, or run --verify, found differences",
}

_STATUSES = "\n".join(f"  {status:<3} {meaning}" for status, meaning in _MEANINGS.items())

EPILOG = f"""\
exit status:
{_STATUSES}

Each setting of a migration can also be given as the environment variable in brackets; the flag
wins. Database, data directory, secret key and storage are Open WebUI's own settings and are read
from its own environment variables: DATABASE_URL, DATA_DIR, WEBUI_SECRET_KEY and so on.
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser; each verb sets ``run_verb``, a function from the parsed words to a status."""
    parser = argparse.ArgumentParser(
        prog="librechat-migrate",
        description="Moves a LibreChat backup into Open WebUI.",
        epilog=f"{EPILOG}\nlibrechat-migrate VERB --help lists the options of a verb.\n",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    _add_run(verbs)
    _add_check(verbs)
    _add_verify(verbs)
    _add_undo(verbs)
    _add_runs(verbs)
    _add_report(verbs)
    _add_install_function(verbs)
    _add_demo(verbs)
    return parser


def settings_from(parsed: argparse.Namespace) -> Settings:
    """The settings of a run: a flag wins over the environment, which wins over the default.

    Raises:
        UsageError: names the flag and the variable of each wrong value.
    """
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
        "Migrate a backup, or preview that with --dry-run.",
        lambda parsed: run.run(settings_from(parsed), parsed.log_format),
    )
    _add_settings(verb, Settings.model_fields)
    _add_log_format(verb)


def _add_verify(verbs: Any) -> None:  # noqa: ANN401 - as above
    verb = _add_verb(
        verbs,
        "verify",
        "Compare Open WebUI with the backup, given the settings of the run. Writes only a report.",
        lambda parsed: run.verify(settings_from(parsed), parsed.log_format),
    )
    _add_settings(verb, [name for name in Settings.model_fields if name not in _OF_RUNS_ALONE])
    _add_log_format(verb)


def _add_undo(verbs: Any) -> None:  # noqa: ANN401 - as above
    verb = _add_verb(
        verbs,
        "undo",
        "Take a run back, except for what people have changed or need since; --dry-run says what.",
        lambda parsed: run.undo(
            parsed.run, parsed.log_format, dry_run=parsed.dry_run, report_dir=parsed.report_dir
        ),
    )
    verb.add_argument(
        "run",
        nargs="?",
        metavar="RUN",
        help="The run's id. Default: the last one that wrote something and is not undone.",
    )
    verb.add_argument("--dry-run", action="store_true", help="Preview: look, change nothing.")
    _add_report_dir(verb)
    _add_log_format(verb)


def _add_report_dir(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--report-dir",
        type=Path,
        default=os.environ.get("MIGRATION_REPORT_DIR") or None,
        metavar="DIR",
        help="Where the reports go. Default: DATA_DIR/librechat-migration/RUN. "
        "[MIGRATION_REPORT_DIR]",
    )


def _add_check(verbs: Any) -> None:  # noqa: ANN401 - as above
    verb = _add_verb(
        verbs,
        "check",
        "Say what prevents a run and what to expect of one. Writes nothing.",
        lambda parsed: check.check_readiness(settings_from(parsed), parsed.suggest_model_map),
    )
    _add_settings(verb, [name for name in Settings.model_fields if name not in _OF_RUNS_ALONE])
    verb.add_argument(
        "--suggest-model-map",
        nargs="?",
        const="-",
        metavar="FILE",
        help="Print a model map, or write it to FILE: for each name that leads to no connected "
        "model, the one that is most like it. Look it through, and give it to --model-map.",
    )


def _add_settings(verb: argparse.ArgumentParser, names: Iterable[str]) -> None:
    for name in names:
        field = Settings.model_fields[name]
        described = extra(field)
        if "flag" not in described:
            continue  # a secret: whoever lists the processes would read it
        default = "" if field.default in (None, False, "", ()) else f" Default: {field.default}."
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
        if isinstance(field.default, tuple):
            options |= {"action": "append"}
        verb.add_argument(described["flag"], default=None, **options)


def _add_log_format(verb: argparse.ArgumentParser) -> None:
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
        "List past runs and undos, the last one first.",
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
    _add_report_dir(verb)


def _add_install_function(verbs: Any) -> None:  # noqa: ANN401 - as above
    if importlib.util.find_spec(f"{__package__}.install_function") is None:
        return  # the single file does not carry its own builder

    def install(parsed: argparse.Namespace) -> int:
        from migrator_core.cli import install_function  # noqa: PLC0415 - as above

        token = parsed.token or os.environ.get(install_function.TOKEN)
        return install_function.install_function(parsed.url, token)

    verb = _add_verb(
        verbs,
        "install-function",
        "Put the Functions (a model and its buttons) into a running Open WebUI, or update them.",
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
        from migrator_core.cli.demo import demo  # noqa: PLC0415 - as above

        return demo(parsed.dir, serve=parsed.serve, port=parsed.port)

    verb = _add_verb(
        verbs,
        "demo",
        "Fill a throw-away Open WebUI (SQLite, in a directory of its own) from the sample backup.",
        run_demo,
    )
    verb.add_argument(
        "--dir", type=Path, default=Path("demo"), help="The directory. Default: demo."
    )
    verb.add_argument("--serve", action="store_true", help="Start Open WebUI on a filled demo.")
    verb.add_argument("--port", type=int, default=8080, help="The port to serve on. Default: 8080.")
