"""Characters that must not reach a terminal or a page: controls, and those that turn the direction of what follows."""

from __future__ import annotations

import re

_CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f"
_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_ALONE = "\u2028\u2029\ufeff\ufff9-\ufffb\ud800-\udfff"
_UNFIT = re.compile(f"[{_CONTROL}{_DIRECTION}{_ALONE}]")


def is_fit(text: str, allowed: str = "") -> bool:
    """Whether a text holds none of these characters.

    Args:
        text: from a user's file, or a name.
        allowed: of tab and line feed, those that may stand in it.
    """
    return _UNFIT.search(text) is None and not any(one in text and one not in allowed for one in "\t\n")


def visible(text: str, keep: str = "") -> str:
    r"""A text with these characters written out, as ``\x1b``; tabs and line feeds stay.

    Args:
        text: any.
        keep: characters that stay as well.
    """
    return _UNFIT.sub(lambda found: found[0] if found[0] in keep else _escape(found[0]), text)


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
