from __future__ import annotations

import pytest

from migrator_core.convert.model_mapping import BaseModelRule, ModelMapper

MAPPER = ModelMapper(
    {
        "anthropic/claude-3-opus": "opus",
        "gpt-4": "gpt-4-turbo",
        "AzureOpenAI/gpt-4": "azure.gpt-4",
        "OpenRouter/meta-llama/llama-3": "llama",
        "agent_mapped": "other-agent",
        "Team/A/model": "team",
    },
    default="house-model",
    known=frozenset({"gemini-pro"}),
)


@pytest.mark.parametrize(
    ("provider", "model", "expected", "rule"),
    [
        ("anthropic", "claude-3-opus", "opus", BaseModelRule.MODEL_MAP),
        ("ANTHROPIC", "claude-3-opus", "opus", BaseModelRule.MODEL_MAP),
        ("azureopenai", "gpt-4", "azure.gpt-4", BaseModelRule.MODEL_MAP),
        ("openAI", "gpt-4", "gpt-4-turbo", BaseModelRule.MODEL_MAP),
        (None, "gpt-4", "gpt-4-turbo", BaseModelRule.MODEL_MAP),
        ("openrouter", "meta-llama/llama-3", "llama", BaseModelRule.MODEL_MAP),
        ("team/a", "model", "team", BaseModelRule.MODEL_MAP),
        ("google", "gemini-pro", "gemini-pro", BaseModelRule.KNOWN_MODEL),
        ("openAI", "gpt-4o", "gpt-4o", BaseModelRule.SAME_ID),
        ("OPENAI", "gpt-4o", "gpt-4o", BaseModelRule.SAME_ID),
        ("OpenRouter", "deepseek/deepseek-r1:free", "deepseek/deepseek-r1:free", "same-id"),
        ("ollama", "llama3.1:8b", "llama3.1:8b", BaseModelRule.SAME_ID),
        ("azureOpenAI", "gpt-4o", "house-model", BaseModelRule.DEFAULT),
        ("Anthropic", "claude-3-haiku", "house-model", BaseModelRule.DEFAULT),
        ("google", "gemini-2", "house-model", BaseModelRule.DEFAULT),
        ("bedrock", "x", "house-model", BaseModelRule.DEFAULT),
        ("agents", "x", "house-model", BaseModelRule.DEFAULT),
        ("gptPlugins", "gpt-4o", "house-model", BaseModelRule.DEFAULT),
        (None, "gpt-4o", "house-model", BaseModelRule.DEFAULT),
        ("openAI", None, "house-model", BaseModelRule.DEFAULT),
        ("openAI", " ", "house-model", BaseModelRule.DEFAULT),
        ("openAI", "agent_x", "house-model", BaseModelRule.DEFAULT),
    ],
)
def test_base_model(provider: str | None, model: str | None, expected: str, rule: str) -> None:
    choice = MAPPER.base_model(provider, model)
    assert (choice.id, choice.rule) == (expected, rule)


@pytest.mark.parametrize(
    ("endpoint", "model", "agent", "expected"),
    [
        ("openAI", "gpt-4", None, "gpt-4-turbo"),
        ("azureOpenAI", "gpt-4", None, "azure.gpt-4"),
        ("openAI", "gpt-4o", None, "gpt-4o"),
        ("agents", "gpt-4", "agent_A1", "agent-A1"),
        ("agents", "agent_A1", None, "agent-A1"),
        ("agents", None, "agent_A1____1", "agent-A1"),
        ("agents", None, "agent_mapped", "other-agent"),
        ("agents", None, "openAI__gpt-4o___GPT-4o____1", "gpt-4o"),
        ("agents", None, "azureOpenAI__gpt-4____2", "azure.gpt-4"),
        ("agents", "ollama__llama3__8b___Llama", None, "llama3:8b"),
        ("agents", None, "OpenRouter__meta-llama/llama-3", "llama"),
        ("custom", "my__model", None, "my__model"),
        ("anthropic", None, None, "anthropic"),
        (None, None, None, "house-model"),
        ("", "\x00", " ", "house-model"),
    ],
)
def test_chat_model(
    endpoint: str | None, model: str | None, agent: str | None, expected: str
) -> None:
    assert MAPPER.chat_model(endpoint, model, agent) == expected
