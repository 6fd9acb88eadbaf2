"""Text cut at the boundaries of overlapping spans: nothing lost, every label where it belongs."""

from __future__ import annotations

from hostile import TEXTS, cpu_limit
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.render.web.segments import LabelledSpan, Segment, segments

SPANS = st.lists(
    st.builds(
        lambda start, length, label: LabelledSpan(start, start + length, label),
        st.integers(-3, 40),
        st.integers(-2, 30),
        st.sampled_from("abc"),
    ),
    max_size=12,
)


@given(TEXTS, SPANS)
def test_segments_rejoin_to_the_exact_text(text: str, spans: list[LabelledSpan[str]]) -> None:
    cut = list(segments(text, spans))

    assert "".join(segment.text for segment in cut) == text
    assert [segment.start for segment in cut] == [
        len("".join(before.text for before in cut[:index])) for index in range(len(cut))
    ]


@given(TEXTS, SPANS)
def test_every_character_has_the_labels_of_the_spans_it_lies_in(
    text: str, spans: list[LabelledSpan[str]]
) -> None:
    found = [sorted(segment.labels) for segment in segments(text, spans) for _ in segment.text]

    assert found == [
        sorted(span.label for span in spans if span.start <= at < span.end)
        for at in range(len(text))
    ]


@given(TEXTS, SPANS)
def test_no_segment_is_empty_and_none_could_be_longer(
    text: str, spans: list[LabelledSpan[str]]
) -> None:
    borders = {at for span in spans if span.start < span.end for at in (span.start, span.end)}
    cut = list(segments(text, spans))

    assert all(segment.text for segment in cut)
    assert all(segment.start in borders for segment in cut[1:])


def test_overlapping_spans_are_split_where_they_cross() -> None:
    assert list(segments("abcdef", [LabelledSpan(0, 4, "x"), LabelledSpan(2, 6, "y")])) == [
        Segment(0, "ab", ("x",)),
        Segment(2, "cd", ("x", "y")),
        Segment(4, "ef", ("y",)),
    ]


def test_labels_come_in_the_order_in_which_their_spans_begin() -> None:
    (_, _, last) = segments(
        "abc", [LabelledSpan(2, 3, 1), LabelledSpan(0, 3, 2), LabelledSpan(1, 3, 3)]
    )
    assert last.labels == (2, 3, 1)


def test_many_spans_of_a_long_text_take_no_time_to_speak_of() -> None:
    text = "tide " * 200_000
    with cpu_limit():
        cut = list(segments(text, (LabelledSpan(at, at + 4, at) for at in range(0, len(text), 5))))
    assert len(cut) == 400_000
