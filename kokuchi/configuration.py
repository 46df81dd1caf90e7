"""How both ends read their settings: a TOML file, overlaid by the environment, checked by a pydantic model.

`KOKUCHI_BROKER__PASSWORD=x` overrides `password` in the table `[broker]`; `KOKUCHI_BROKER__PASSWORD_FILE=/run/x`, or
`password_file = "x"` in the TOML, takes the value from a file, so that a secret need not stand in either.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError, ValidationInfo

ENVIRONMENT_PREFIX = "KOKUCHI_"
_FILE_SUFFIX = "_file"


class ConfigurationError(Exception):
    """Settings that cannot be used; the message names the file, the key and what is wrong, a line for each."""


class SecretMissing(ConfigurationError):  # noqa: N818 - reads as what it says
    """The settings name a file with a secret that is not there."""

    def __init__(self, source: Path, key: str, file: Path) -> None:
        super().__init__(f"{source}: {key}: cannot read {file}: there is no such file")
        self.file = file


class Section(BaseModel):
    """A table of settings. A key that it does not know is an error: it is most likely misspelt."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _beside_the_file(path: Path, info: ValidationInfo) -> Path:
    base: Path = (info.context or {}).get("base", Path())
    return (base / path.expanduser()).resolve()


FilePath = Annotated[Path, AfterValidator(_beside_the_file)]
"""A path; a relative one is relative to the file that it stands in."""

_S = TypeVar("_S", bound=Section)


def load(model: type[_S], path: Path, environment: Mapping[str, str]) -> _S:
    """Return the settings in the file, overlaid by the environment, or raise ConfigurationError."""
    values = read_toml(path)
    for name, value in environment.items():
        if name.startswith(ENVIRONMENT_PREFIX):
            keys = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
            # KOKUCHI_CONFIG and others like it are no settings.
            if len(keys) > 1 or keys[0].removesuffix(_FILE_SUFFIX) in model.model_fields:
                _put(values, keys, value)
    base = path.resolve().parent
    _read_secret_files(values, base, path)
    try:
        return model.model_validate(values, context={"base": base})
    except ValidationError as error:
        raise ConfigurationError("\n".join(_explain(path, error))) from error


def from_environment(model: type[_S], environment: Mapping[str, str]) -> _S:
    """Return settings that the environment alone gives, as far as the model knows them, or raise ConfigurationError."""
    values: dict[str, Any] = {}
    for name, value in environment.items():
        keys = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
        if name.startswith(ENVIRONMENT_PREFIX) and keys[0] in model.model_fields:
            _put(values, keys, value)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_explain(Path("environment"), error))) from error


def read_toml(path: Path) -> dict[str, Any]:
    """Return the tables of a TOML file, or raise ConfigurationError."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError as error:
        raise ConfigurationError(f"{path}: there is no such file; name another one with --config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: this is not valid TOML: {error}") from error
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from error


def _put(values: dict[str, Any], keys: list[str], value: str) -> None:
    table = values
    for key in keys[:-1]:
        inner = table.setdefault(key, {})
        if not isinstance(inner, dict):
            raise ConfigurationError(f"environment variable for {'.'.join(keys)}: {key} is not a table")
        table = inner
    # A file that the settings name for this key counts no longer.
    table.pop(keys[-1] + _FILE_SUFFIX, None)
    table[keys[-1]] = value


def _read_secret_files(table: dict[str, Any], base: Path, source: Path) -> None:
    for key, value in list(table.items()):
        if isinstance(value, dict):
            _read_secret_files(value, base, source)
        elif key.endswith(_FILE_SUFFIX) and isinstance(value, str):
            try:
                table[key.removesuffix(_FILE_SUFFIX)] = (base / value).read_text(encoding="utf-8").strip()
            except FileNotFoundError as error:
                raise SecretMissing(source, key, base / value) from error
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigurationError(f"{source}: {key}: cannot read {base / value}: {error}") from error
            del table[key]


def _explain(path: Path, error: ValidationError) -> list[str]:
    return [
        f"{path}: {'.'.join(str(part) for part in problem['loc']) or 'file'}: {_words(problem['type'], problem['msg'])}"
        for problem in error.errors(include_url=False, include_input=False)
    ]


def _words(kind: str, message: str) -> str:
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a setting; is it misspelt?"
        case _:
            return message[:1].lower() + message[1:]
