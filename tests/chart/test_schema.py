"""Wrong values are refused by name, before anything is rendered."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.support.helm import SOURCES, HelmError, template

pytestmark = pytest.mark.chart

SCHEMA = json.loads((SOURCES / "values.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"migration": {"enabled": "yes"}}, "/migration/enabled"),
        ({"migration": {"dryRun": "true"}}, "/migration/dryRun"),
        ({"migration": {"dryrun": True}}, "dryrun"),
        ({"migration": {"backupPVC": "b"}}, "backupPVC"),
        ({"migration": {"backupPvc": 5}}, "/migration/backupPvc"),
        ({"migration": {"backupPvc": "Not_A_Name"}}, "/migration/backupPvc"),
        ({"migration": {"backupDir": ""}}, "/migration/backupDir"),
        ({"migration": {"backupArchivePvc": ["b"]}}, "/migration/backupArchivePvc"),
        ({"migration": {"preferImportPassword": 1}}, "/migration/preferImportPassword"),
        ({"migration": {"defaultModel": ""}}, "/migration/defaultModel"),
        ({"migration": {"defaultModel": 4}}, "/migration/defaultModel"),
        ({"migration": {"modelMap": {"a": 1}}}, "/migration/modelMap/a"),
        ({"migration": {"modelMap": "a=b"}}, "/migration/modelMap"),
        ({"migration": {"logFormat": "yaml"}}, "/migration/logFormat"),
        ({"migration": {"program": "git"}}, "/migration/program"),
        ({"migration": {"backoffLimit": -1}}, "/migration/backoffLimit"),
        ({"migration": {"activeDeadlineSeconds": 0}}, "/migration/activeDeadlineSeconds"),
        ({"migration": {"ttlSecondsAfterFinished": "1h"}}, "/migration/ttlSecondsAfterFinished"),
        ({"migration": {"useHelmHook": "post-install"}}, "/migration/useHelmHook"),
        ({"migration": {"replaceJob": {"enable": True}}}, "enable"),
        ({"migration": {"wait": {"timeoutSeconds": 0}}}, "/migration/wait/timeoutSeconds"),
        ({"migration": {"image": {"registry": "r"}}}, "registry"),
        ({"migration": {"nodeSelector": {"disk": 1}}}, "/migration/nodeSelector/disk"),
        ({"migration": {"tolerations": {}}}, "/migration/tolerations"),
        ({"migration": {"annotations": {"a": True}}}, "/migration/annotations/a"),
        ({"migration": {"reportDir": "reports"}}, "/migration/reportDir"),
        ({"migration": {"bsonPackage": "bson"}}, "/migration/bsonPackage"),
        ({"migration": {"tmpSizeLimit": "lots"}}, "/migration/tmpSizeLimit"),
        ({"migration": []}, "/migration"),
        ({"openWebui": {"enable": True}}, "enable"),
        ({"migrations": {"enabled": True}}, "migrations"),
        ({"databaseURL": "postgresql://x"}, "databaseURL"),
        ({"databaseUrl": "mysql://x"}, "/databaseUrl"),
        ({"replicaCount": "2"}, "/replicaCount"),
        ({"image": {"pullPolicy": "Sometimes"}}, "/image/pullPolicy"),
        ({"persistence": {"provider": "ftp"}}, "/persistence/provider"),
        ({"persistence": {"accessModes": ["RWO"]}}, "/persistence/accessModes/0"),
        ({"persistence": {"size": "2 GB"}}, "/persistence/size"),
        ({"postgresql": {"auth": {"username": "a b"}}}, "/postgresql/auth/username"),
        ({"service": {"type": "None"}}, "/service/type"),
        ({"extraEnvVars": [{"value": "no name"}]}, "/extraEnvVars"),
    ],
)
def test_refused(values: dict[str, Any], where: str) -> None:
    with pytest.raises(HelmError, match="values don't meet the specifications") as refused:
        template(values=values)
    told = str(refused.value)
    assert where in told or where.strip("/").replace("/", ".") in told


def test_keys_of_the_official_chart_are_let_through() -> None:
    official = ["ollama", "pipelines", "tika", "websocket", "sso", "route", "logging"]
    template(values={name: {"enabled": True, "anything": {"at": "all"}} for name in official})


def test_every_value_is_in_the_schema_and_the_other_way_round() -> None:
    def names(schema: dict[str, Any], values: Any, path: str) -> None:
        if not isinstance(values, dict) or "properties" not in schema:
            return
        assert set(values) <= set(schema["properties"]), path
        for name, value in values.items():
            names(schema["properties"][name], value, f"{path}.{name}")

    values = yaml.safe_load((SOURCES / "values.yaml").read_text(encoding="utf-8"))
    names(SCHEMA, values, "")
    assert set(SCHEMA["properties"]["migration"]["properties"]) == set(values["migration"])
