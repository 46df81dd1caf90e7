"""The operations of the contract, each with a line for the shell, for those who begin to write a program."""

import json
from dataclasses import dataclass
from typing import Any

from broadcaster.web.api.contract import PREFIX
from broadcaster.web.api.rights import SECURITY_SCHEME


@dataclass(frozen=True)
class Operation:
    """One operation, as the page /api shows it; any one of the scopes is enough, without any each token is."""

    name: str
    method: str
    path: str
    summary: str
    scopes: tuple[str, ...]
    command: str


def operations(contract: dict[str, Any]) -> list[Operation]:
    """Return every operation of the contract, in its order."""
    return [
        Operation(
            name=operation["operationId"],
            method=method.upper(),
            path=PREFIX + path,
            summary=operation["description"],
            scopes=tuple(scope for way in operation["security"] for scope in way[SECURITY_SCHEME]),
            command=_command(contract, method, path, operation),
        )
        for path, methods in contract["paths"].items()
        for method, operation in methods.items()
    ]


def _command(contract: dict[str, Any], method: str, path: str, operation: dict[str, Any]) -> str:
    lines = [f'"$CENTRE{PREFIX}{path}"', '-H "Authorization: Bearer $TOKEN"']
    names = {parameter["name"].lower() for parameter in operation.get("parameters", ()) if parameter["in"] == "header"}
    if "idempotency-key" in names:
        lines.append('-H "Idempotency-Key: $(uuidgen)"')
    if "if-match" in names:
        lines.append("""-H 'If-Match: "1"'""")
    if "requestBody" in operation:
        name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        example = json.dumps(contract["components"]["schemas"][name]["examples"][0], ensure_ascii=False, indent=1)
        lines += ['-H "Content-Type: application/json"', f"-d '{example}'"]
    verb = "" if method == "get" else f"-X {method.upper()} "
    return f"curl {verb}" + " \\\n  ".join(lines)
