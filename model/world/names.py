"""Names that become those of columns and files: they must be told apart there, and mean nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache

RESERVED = ("nobody", "NUG", "PARTNER")
"""Words that mean something else where the names of actors and places stand."""
LONGEST = 120
_CONTROL = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SIGNED_NUMBER = re.compile(r"[+-]?[\d.,]+ ?%?")
_JOINERS = "\u200c\u200d"
"""Which scripts of the region need within words, though they are of the category of controls."""


def folded(name: str) -> str:
    """A name as columns and files have it: without regard to case, to the form of letters and to punctuation."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "_", plain).strip("_") or plain.strip()


def fault(name: str) -> str:
    """What is wrong with a name in itself, as the end of a sentence; empty where nothing is."""
    if not name.strip():
        return "the name is empty"
    if len(name) > LONGEST:
        return f"the name has {len(name)} characters; {LONGEST} are allowed"
    if any(unicodedata.category(one) in _CONTROL and one not in _JOINERS for one in name):
        return "the name contains a control character, or one that changes the direction of writing"
    if name.startswith(("=", "+", "@", "-")) and not _SIGNED_NUMBER.fullmatch(name):
        return "the name would be a formula in a spreadsheet; begin it with a letter or a digit"
    return ""


def called(actor: str) -> str:
    """An armed actor as titles call it after "the": junta, KIA, PDF of Sagaing.

    Args:
        actor: its id.
    """
    if actor == "JUNTA":
        return "junta"
    region = actor.removeprefix("PDF-")
    return f"PDF of {region.title()}" if region != actor and region.isalpha() else actor


@cache
def in_words(actor: str) -> str:
    """An armed actor as a sentence has it: the junta, the KIA, the PDF of Sagaing; nobody.

    Args:
        actor: its id, or nobody.
    """
    return {"nobody": "nobody", "PARTNER": "Washington's partner"}.get(actor, f"the {called(actor)}")


def is_reserved(name: str) -> str:
    """The reserved word that a name cannot be told apart from; empty where there is none."""
    return next((word for word in RESERVED if folded(word) == folded(name)), "")


def faults(names: Iterable[str], *, reserved: bool = True) -> Iterator[tuple[str, str]]:
    """Names that cannot be used, each with the end of a sentence that says why.

    Args:
        names: of things of one kind.
        reserved: whether reserved words are refused among them.
    """
    taken: dict[str, str] = {}
    for name in names:
        if text := fault(name):
            yield name, text
            continue
        if reserved and (word := is_reserved(name)):
            yield name, f"'{word}' has another meaning in scenarios and tables; choose another name"
        elif (other := taken.setdefault(folded(name), name)) != name:
            yield name, f"cannot be distinguished from '{other}' in the names of columns and files; choose another name"


def both_called(one: str, other: str, first: str, second: str) -> str:
    """What is said of two scenarios whose names columns and files cannot tell apart.

    Args:
        one: file of the first.
        other: file of the second.
        first: name of the first.
        second: name of the second.
    """
    if first == second:
        return f"{one} and {other} are both called '{first}'; give one of them another name"
    return f"{one} and {other} are called '{first}' and '{second}', which file names cannot distinguish; rename one of them"
