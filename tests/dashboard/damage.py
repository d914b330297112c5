"""What may have happened to the files of a run: values of other types and sizes, and parts gone."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

GONE = object()
NUMBERS = ["NaN", "Infinity", "-Infinity", -1, 0, 1e308, -1e308, 0.5, 10**400, 2**63, 1e-320]
OTHERS = [None, True, "", "bogus", "x" * 5000, "\ud800", "\x00", [], {}, [[]], {"a": 1}, [1, 2]]
JSON_FILES = (
    *("config.json", "status.json", "checking.json", "recovering.json", "injecting.json"),
    *("scores.json", "trust.json", "recovery.json", "injection.json", "history.jsonl"),
)
FILES = (*JSON_FILES, "explanation.safetensors")
RECORDS = ("trust.json", "recovery.json", "injection.json")  # bound to something that has to stay


def damage(run: Path, file: str, seed: int) -> str:
    """Damage one file of a run in one way that the seed tells; what was done, in words."""
    rng = random.Random(f"{file} {seed}")
    path = run / file
    if file == "explanation.safetensors":
        return _tensors(path, rng)
    lines = path.read_text().splitlines() if file.endswith("l") else [path.read_text()]
    place = rng.randrange(len(lines))
    content = json.loads(lines[place])
    keys = rng.choice(list(places(content["record"] if file in RECORDS else content)))
    keys = ("record", *keys) if file in RECORDS else keys
    new = rng.choice([GONE, *NUMBERS, *OTHERS, *NUMBERS])
    lines[place] = _text(_with(content, keys, new))
    path.write_text("\n".join(lines))
    return f"{file} {list(keys)} = {'gone' if new is GONE else repr(new)[:40]}"


def places(value: Any, at: tuple[Any, ...] = ()) -> Any:
    """Where something stands within a JSON value; of long lists at their ends."""
    yield at
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*at, key))
    elif isinstance(value, list):
        for key in sorted({0, len(value) // 2, len(value) - 1}) if value else []:
            yield from places(value[key], (*at, key))


def copied(run: Path, to: Path) -> Path:
    """A run beside another."""
    return Path(shutil.copytree(run, to))


def _with(value: Any, keys: tuple[Any, ...], new: Any) -> Any:
    if not keys:
        return None if new is GONE else new
    copy = value.copy()
    if len(keys) == 1 and new is GONE:
        del copy[keys[0]]
    else:
        copy[keys[0]] = _with(value[keys[0]], keys[1:], new)
    return copy


def _text(value: Any) -> str:
    """As JSON; words for numbers that are none become what Python reads as such."""
    text = json.dumps(value)
    for word in ("NaN", "-Infinity", "Infinity"):
        text = text.replace(f'"{word}"', word)
    return text


def _tensors(path: Path, rng: random.Random) -> str:
    with safe_open(path, "np") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    del metadata["digest"]  # a file of an older version, else it would be found at once
    name = rng.choice(sorted(tensors))
    values = tensors[name]
    ways = {
        "NaN": lambda: np.full_like(values, np.nan),
        "infinite": lambda: np.full_like(values, np.inf),
        "zero": lambda: np.zeros_like(values),
        "scalar": lambda: values.reshape(-1)[0],
        "shorter": lambda: values[..., :-1].copy(),
        "fewer": lambda: values[:-1].copy(),
        "deeper": lambda: values[None].copy(),
        "integers": lambda: values.astype(np.int64),
        "half": lambda: values.astype(np.float16),
    }
    way = rng.choice(sorted(ways))
    tensors[name] = np.asarray(ways[way]())
    save_file(tensors, path, metadata)
    return f"explanation {name} {way}"
