"""The Action is a file of its own and repeats what it cannot import."""

from __future__ import annotations

import importlib
import inspect

from owui_function.names import MODEL_ID, PIPE_ID, PIPE_NAME, REFUSED


def test_the_action_knows_the_pipe_by_the_same_names() -> None:
    action = importlib.import_module("owui_function.action")
    assert action.FUNCTION_ID == PIPE_ID
    source = inspect.getsource(action)
    assert f'"{REFUSED}"' in source
    assert f"“{PIPE_NAME}”" in source


def test_the_model_is_called_as_open_webui_calls_it() -> None:
    assert MODEL_ID == "librechat_migration.chat"
