"""Who asserts a sentence and the time it speaks of, read off its wording."""

from __future__ import annotations

import pytest
from hostile import LINES, TEXTS, cpu_limit
from hypothesis import given

from llmcheck.cues import speaker_of, time_of


@pytest.mark.parametrize(
    ("sentence", "speaker"),
    [
        ("Ada Moe said the lamp had failed.", "Ada Moe"),
        ("Ada Moe, keeper of the light, told islanders the lamp had failed.", "Ada Moe"),
        ("Ada Moe has confirmed the repair.", "Ada Moe"),
        ("“The lamp failed,” said Ada Moe.", "Ada Moe"),
        ('"The lamp failed," Moe added.', "Moe"),
        ("The lamp had failed, according to Ada Moe.", "Ada Moe"),
        ("According to the Vell Pilots, the lamp had failed.", "Vell Pilots"),
        ("Ada Moe was quoted by the islanders.", "Ada Moe"),
        ("Ada van Moe said the lamp had failed.", "Ada van Moe"),
        ("Bank of Vell said the fund was empty.", "Bank of Vell"),
    ],
)
def test_the_speaker_is_read_off_an_attribution(sentence: str, speaker: str) -> None:
    assert speaker_of(sentence, sentence) == speaker


@pytest.mark.parametrize(
    "sentence",
    [
        "The lamp had failed.",
        "She said the lamp had failed.",
        "Officials said the lamp had failed.",
        "He announced Monday that the lamp had failed.",
        "The lamp, said to be the oldest, had failed.",
        "",
    ],
)
def test_a_sentence_without_a_named_speaker_is_the_documents(sentence: str) -> None:
    assert speaker_of(sentence, sentence) is None


def test_the_claims_own_attribution_comes_before_the_sentences() -> None:
    sentence = "Ada Moe said the lamp had failed."
    assert speaker_of("Bo Lind said the lamp had failed.", sentence) == "Bo Lind"
    assert speaker_of("The lamp had failed.", sentence) == "Ada Moe"


def test_an_attribution_inside_a_sentence_does_not_rule_it() -> None:
    sentence = (
        "The lamp on the northern pier had failed in the night, Ada Moe said of the storm, "
        "and the harbour stayed closed until noon the day after."
    )
    assert speaker_of("The harbour stayed closed until noon.", sentence) is None


@pytest.mark.parametrize(
    ("sentence", "time"),
    [
        ("The lamp failed on 3 November 2021.", "3 November 2021"),
        ("The lamp failed on Nov. 3.", "Nov. 3"),
        ("The lamp failed on November 3rd, 2021.", "November 3rd, 2021"),
        ("The lamp failed in November 2021.", "November 2021"),
        ("The lamp has been dark since November.", "November"),
        ("The lamp failed in 2021.", "2021"),
        ("The lamp failed last week.", "last week"),
        ("The lamp failed yesterday.", "yesterday"),
        ("The lamp failed on Monday morning.", "Monday morning"),
        ("The lamp failed in mid-2021.", "mid-2021"),
        ("In 2021 the lamp failed.", "2021"),
        ("In May 2021, the lamp failed.", "May 2021"),
        ("Since March the lamp has been dark.", "March"),
        ("Last week the lamp failed.", "Last week"),
        ("Yesterday the lamp failed.", "Yesterday"),
        ("Early 2021 was dark.", "Early 2021"),
        ("The lamp may fail.", None),
        ("The lamp will march on.", None),
        ("The lamp weighs 2021 kg.", None),
        ("", None),
    ],
)
def test_the_time_is_read_without_its_preposition(sentence: str, time: str | None) -> None:
    assert time_of(sentence, sentence) == time


def test_a_time_that_opens_the_sentence_holds_for_all_of_its_claims() -> None:
    sentence = "On Monday the lamp failed, and by nightfall no boat dared to leave the harbour."
    assert time_of("No boat dared to leave the harbour.", sentence) == "Monday"


def test_a_time_deep_in_the_sentence_holds_where_the_claim_repeats_it() -> None:
    sentence = (
        "No boat dared to leave the harbour of Vell under the northern light, which failed on "
        "Monday."
    )
    assert time_of("The northern light failed on Monday.", sentence) == "Monday"
    assert time_of("No boat dared to leave the harbour.", sentence) is None


@given(TEXTS, TEXTS)
def test_speaker_and_time_are_words_of_the_text(claim: str, sentence: str) -> None:
    for found in (speaker_of(claim, sentence), time_of(claim, sentence)):
        assert found is None or (found and (found in claim or found in sentence))


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_a_hostile_line_takes_no_time_worth_mentioning(line: str) -> None:
    with cpu_limit():
        speaker_of(line, line)
        time_of(line, line)
