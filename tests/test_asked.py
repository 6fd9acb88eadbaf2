"""What questions ask for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcheck.asked import asks_for, features


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("How many berths has the harbour?", "number"),
        ("What share of the crew left?", "number"),
        ("When did the choir tour?", "time"),
        ("In what year was the lamp lit?", "time"),
        ("Where does the choir rehearse?", "place"),
        ("In which city is the dome?", "place"),
        ("Who keeps the lamp?", "person"),
        ("By whom was the lamp lit?", "person"),
        ("Why did the lamp go out?", "cause"),
        ("What caused the blackout?", "cause"),
        ("How did the leak start?", "cause"),
        ("Did the keeper resign?", "whether"),
        ("What does the keeper own?", "thing"),
        ("", "thing"),
    ],
)
def test_a_question_asks_for_what_its_first_words_say(question: str, asks: str) -> None:
    assert asks_for(question) == asks


def test_what_is_asked_for_is_a_feature_beside_the_words() -> None:
    assert features("Where did the lamp fall?").keys() - features(
        "When did the lamp fall?"
    ).keys() == {"?place"}
    assert features("Who lit it?").keys() & features("Who lit the lamp?").keys() >= {"?person"}


@given(st.text())
def test_any_text_has_features(question: str) -> None:
    assert all(weight > 0 for weight in features(question).values())
    assert f"?{asks_for(question)}" in features(question)
