"""What a folder holds, taken together: which expires first, what belongs together, what is alone, what lies open."""

import os
import stat
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mtlsctl.core import keymode
from mtlsctl.core.documents import KEYS, Kind

if TYPE_CHECKING:
    from mtlsctl.workflows.examine import FileShown, Item


@dataclass(frozen=True, slots=True)
class Holding:
    """A certificate, wherever it lies."""

    subject: str
    names: tuple[str, ...]
    ca: bool
    not_before: datetime
    not_after: datetime
    sha256: str
    at: tuple[str, ...]
    """The places where it lies: the same certificate counts once."""
    keys: tuple[str, ...]
    """The private keys that belong to it."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """A private key."""

    at: str
    key: str
    """Its kind; "" where it is shut."""
    encrypted: bool
    mode: str
    """Of its file, in octal: "0600"; "" where there is none."""
    open_to: str
    """Who else can read it: "everybody", "its group", ""."""
    belongs_to: tuple[str, ...]
    """The certificates and requests with its public half."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """A folder."""

    folders: tuple[str, ...]
    files: tuple[str, ...]
    """Those that were looked into."""
    kinds: dict[str, int]
    """How many objects there are of each kind, repetitions counted."""
    certificates: tuple[Holding, ...]
    """Each once, the soonest to expire first."""
    keys: tuple[HeldKey, ...]
    without_key: tuple[str, ...]
    """Leaves that no key here belongs to, by their first place. Of a CA, the key is better elsewhere."""
    unreadable: tuple[str, ...]
    """Files that could not be read, and objects that are damaged."""
    passed_over: tuple[str, ...]
    """What was not looked into, each with the reason."""


def inventory(folders: Sequence[str], shown: Sequence["FileShown"], passed_over: Sequence[str]) -> Inventory:
    """The inventory of what was found in folders."""
    items = [(file.file, item) for file in shown for item in file.objects]
    keys = tuple(_key(file, item, items) for file, item in items if item.kind in KEYS)
    held = _certificates(items)
    return Inventory(
        folders=tuple(folders),
        files=tuple(file.file for file in shown),
        kinds=dict(Counter(item.kind.value for _, item in items)),
        certificates=held,
        keys=keys,
        without_key=tuple(one.at[0] for one in held if not one.ca and not one.keys),
        unreadable=(
            *(f"{file.file}: {file.error.removeprefix(f'{file.file}: ')}" for file in shown if file.error),
            *(item.label for _, item in items if item.kind is Kind.DAMAGED),
        ),
        passed_over=tuple(passed_over),
    )


def _certificates(items: Sequence[tuple[str, "Item"]]) -> tuple[Holding, ...]:
    places: dict[str, list[Item]] = defaultdict(list)
    keys: dict[str, list[str]] = defaultdict(list)
    for _, item in items:
        if item.kind is Kind.CERTIFICATE:
            places[item.facts.sha256].append(item)
        elif item.kind is Kind.PRIVATE_KEY and item.facts and item.facts.spki_sha256:
            keys[item.facts.spki_sha256].append(item.label)
    found = []
    for same in places.values():
        facts = same[0].facts
        times = facts.not_before, facts.not_after
        at, own = tuple(item.label for item in same), tuple(keys.get(facts.spki_sha256, ()))
        found.append(Holding(facts.subject, facts.names, facts.ca, *times, facts.sha256, at, own))
    return tuple(sorted(found, key=lambda one: (one.not_after, one.at)))


def _key(file: str, item: "Item", items: Sequence[tuple[str, "Item"]]) -> HeldKey:
    facts = item.facts
    spki = facts.spki_sha256 if facts else ""
    public = [other.label for _, other in items if other.kind not in KEYS and _spki(other) == spki] if spki else []
    mode = _mode(file)
    open_to = "" if mode is None else keymode.readers(mode)
    kind, encrypted = (facts.key, facts.encrypted) if facts else ("", False)
    return HeldKey(item.label, kind, encrypted, "" if mode is None else f"{mode:04o}", open_to, tuple(public))


def _spki(item: "Item") -> str:
    return str(getattr(item.facts, "spki_sha256", ""))


def _mode(file: str) -> int | None:
    """A file's permissions; None on a system that has none, or where it is gone."""
    try:
        return None if os.name == "nt" else stat.S_IMODE(Path(file).stat().st_mode)
    except OSError:
        return None
