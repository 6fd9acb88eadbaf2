"""What a model is shown of a text: nothing its tokenizer obeys, nothing that no eye can see.

Chat templates part system, user and assistant with strings such as ``<|im_start|>`` or ``[INST]``,
and many servers make control tokens of these wherever they stand. Here a space goes behind
their first character: still there to be read, and a token no more. What counts is the shape, not a
list, since every family of models has its own.

Only what goes into a prompt is changed; offsets and quotes are the document's.
"""

from __future__ import annotations

import re
from functools import lru_cache

_OBEYED = re.compile(
    r"[<\[](?=[|｜])|[|｜](?=[>\]])"  # <|im_start|>, <｜User｜>, <turn|>, [|user|]
    r"|<(?=[^\s<>]+>)"  # <s>, </s>, <start_of_turn>, <<SYS>>
    r"|\[(?=(?:[/@]?[a-z]?[A-Z][A-Z0-9_]+@?|control_\d+)\])"  # [INST], [/INST], [gMASK]
    r"|\](?=~)|~(?=\[)"  # ]~b], [e~[
)
_MARKS = "<[|｜]~"
"""What all that is obeyed begins with."""
# Where a joiner between two letters is spelling: Arabic, the scripts of India, Tibetan, Burmese,
# Khmer and Mongolian.
_JOINED = "[\u0600-\u109f\u1780-\u18af\ua840-\ua87f\ua8e0-\ua8ff\ufb50-\ufdff\ufe70-\ufefe]"
# Controls but for tab and line feed, and what Unicode calls default ignorable: joiners, marks of
# direction, variation selectors, tags.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b\u200e"
    "\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
    f"|(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})"
)
# What ends a line besides a line feed, and letters that are drawn as nothing.
_BLANK = re.compile("[\x0b-\x0d\x1c-\x1f\x85\u2028\u2029\u115f\u1160\u2800\u3164\uffa0]")


@lru_cache(maxsize=1 << 12)
def neutral(text: str) -> str:
    """The text without invisible characters, every control token of a model parted by a space."""
    # Most lines have none of all that, which is seen a hundred times faster than sought.
    if not (text.isascii() and text.isprintable()):
        text = _BLANK.sub(" ", _UNSEEN.sub("", text))
    if any(mark in text for mark in _MARKS):
        text = _OBEYED.sub(r"\g<0> ", text)
    return text
