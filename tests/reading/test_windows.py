"""Windows take in every sentence once, of a size, and halve down to one sentence."""

from __future__ import annotations

from builders import document
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.numbering import NumberedSet
from llmcheck.reading.windows import Window, can_be_halved, halves_of, windows_of

TEXT = "The ferry sailed at noon. It carried forty cars. Nobody was hurt. The sea was calm."


def window(text: str = TEXT) -> Window:
    (one,) = NumberedSet([document(text, language="en")]).documents
    return Window(one, 1, len(one.sentences))


@given(st.integers(1, 200), st.integers(1, 40))
def test_every_sentence_stands_in_one_window(size: int, count: int) -> None:
    (one,) = NumberedSet([document("The ferry sailed at noon.\n\n" * count)]).documents
    windows = list(windows_of(one, size))
    assert [n for each in windows for n in each.numbers] == list(one.numbers)
    sizes = [sum(one.sizes[n - 1] for n in each.numbers) for each in windows]
    assert all(tokens <= 1.5 * size or each.first == each.last for tokens, each in zip(
        sizes, windows, strict=True))  # fmt: skip


def test_an_ordinary_document_is_one_window_and_an_empty_one_none() -> None:
    whole = window()
    assert list(windows_of(whole.document, 24_000)) == [whole]
    (empty,) = NumberedSet([document("* * *")]).documents
    assert list(windows_of(empty, 24_000)) == []


def test_halving_ends_at_a_single_sentence() -> None:
    parts = [window()]
    while any(map(can_be_halved, parts)):
        parts = [
            half for part in parts for half in (halves_of(part) if can_be_halved(part) else [part])
        ]
    assert [(part.first, part.last) for part in parts] == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_empty_lines_show_which_sentences_are_a_paragraph() -> None:
    text = "Ferry sails again\n\nIt sailed at noon. It was full.\n\nMenu\n\nLogin\n\nHelp. Ask us."
    assert window(text).lines == [
        "1 Ferry sails again",
        "",
        "2 It sailed at noon.",
        "3 It was full.",
        "",
        "4 Menu",
        "5 Login",
        "",
        "6 Help.",
        "7 Ask us.",
    ]
