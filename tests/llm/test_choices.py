"""How sure a model was of a choice is read off the tokens of its answer."""

from __future__ import annotations

import math
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from llmcheck.llm.endpoint.probabilities import Token, option_probabilities


class Weather(BaseModel):
    note: str
    rain: Literal["yes", "no"]
    sky: Literal["none", "no clouds", "clouds"]


class Day(BaseModel):
    why: str
    rain: Literal["yes", "no"]


class Week(BaseModel):
    days: list[Day]


SCHEMA = Weather.model_json_schema()
WEEK = Week.model_json_schema()


def place(text: str, **others: float) -> Token:
    """A token with probabilities; what is not said of the token itself is the rest."""
    own = others.pop("own", 1 - sum(others.values()))
    return Token(text, {text: math.log(own), **{k: math.log(v) for k, v in others.items()}})


def answer(*places: Token, schema: Any = SCHEMA) -> dict[str, dict[str, float]]:
    return option_probabilities("".join(p.text for p in places), places, schema)


def test_the_options_share_the_probability_of_the_tokens_that_begin_them() -> None:
    sure = answer(place('{"rain": "'), place("yes", no=0.2, own=0.7), place('"}'))
    assert sure == {"rain": {"yes": pytest.approx(0.7778), "no": pytest.approx(0.2222)}}


def test_a_token_may_begin_with_the_quotation_mark_before_the_value() -> None:
    opened = Token('"no', {'"no': math.log(0.6), '"yes': math.log(0.4), "no": math.log(0.1)})
    assert answer(place('{"rain":'), opened, place('"}'))["rain"]["yes"] == pytest.approx(0.4)


def test_a_token_that_begins_several_options_counts_for_none_but_the_one_given() -> None:
    sky = place("no", clouds=0.25)
    sure = answer(place('{"sky": "'), sky, place('ne"}'))
    assert sure["sky"] == {"none": 0.75, "no clouds": 0.0, "clouds": 0.25}


def test_tokens_that_begin_no_option_leave_the_choice_untold() -> None:
    lost = place("maybe", yes=0.1, no=0.1)
    assert answer(place('{"rain": "'), lost, place('"}')) == {}


def test_texts_are_no_choices() -> None:
    assert "note" not in answer(place('{"note": "'), place("yes", no=0.4), place('"}'))


def test_choices_in_a_list_are_named_by_their_place_in_it() -> None:
    sure = answer(
        place('{"days": [{"why": "", "rain": "'), place("yes", no=0.2), place('"}, '),
        place('{"why": "no rain: \\"rain\\": \\"no\\"", "rain": "'), place("no", yes=0.4),
        place('"}]}'), schema=WEEK,
    )  # fmt: skip
    assert sure == {
        "days[0].rain": {"yes": 0.8, "no": 0.2},
        "days[1].rain": {"yes": 0.4, "no": 0.6},
    }


def test_a_choice_in_a_list_that_cannot_be_told_leaves_the_others() -> None:
    sure = answer(
        place('{"days": [{"rain": "'), place("perhaps", no=0.2), place('"}, {"rain": "'),
        place("no", yes=0.4), place('"}]}'), schema=WEEK,
    )  # fmt: skip
    assert sure == {"days[1].rain": {"yes": 0.4, "no": 0.6}}


@pytest.mark.parametrize(
    "texts",
    [
        ('{"days": [{"rain": "', "yes", '"}, {}]}'),
        ('{"days": [{"rain": "', "yes", '"}, {"rain": null}]}'),
        ('{"days": [{"rain": "', "yes", '"}, "rain"]}'),
        ('{"days": {"rain": "', "yes", '"}}'),
        ('{"days": [{"rain": "', "yes", '", "more": {"rain": "', "no", '"}}]}'),
        ('{"days": []}',),
    ],
)
def test_where_it_is_not_clear_which_choice_a_token_made_none_is_told(
    texts: tuple[str, ...],
) -> None:
    assert answer(*map(place, texts), schema=WEEK) == {}


@given(st.lists(st.tuples(st.sampled_from(["yes", "no"]), st.floats(0.51, 0.99)), max_size=6))
def test_every_row_gets_its_own_probability(days: list[tuple[str, float]]) -> None:
    places = [place('{"days": [')]
    for at, (rain, sure) in enumerate(days):
        places.append(place(f'{", " * (at > 0)}{{"rain": "'))
        other = "no" if rain == "yes" else "yes"
        places += [place(rain, **{other: 1 - sure}), place('"}')]
    found = answer(*places, place("]}"), schema=WEEK)
    assert [found[f"days[{at}].rain"][rain] for at, (rain, _) in enumerate(days)] == [
        pytest.approx(sure, abs=0.001) for _, sure in days
    ]


@pytest.mark.parametrize(
    "texts",
    [
        ("[", '"rain"', "]"),
        ("no JSON",),
        ('{"rain": ', "3}"),
        ('{"note": "say \\"rain\\": ', '"rain": "', 'yes", "rain": "', 'yes"}'),
        (),
    ],
)
def test_an_answer_of_another_shape_tells_nothing(texts: tuple[str, ...]) -> None:
    assert answer(*map(place, texts)) == {}


def test_tokens_of_another_text_tell_nothing() -> None:
    """What a server strips from an answer may stand in its tokens."""
    places = [place("<think>"), place('{"rain": "'), place("yes", no=0.4), place('"}')]
    assert option_probabilities('{"rain": "yes"}', places, SCHEMA) == {}


@given(st.lists(st.tuples(st.text(max_size=5), st.floats(-20, 0)), max_size=12), st.data())
def test_probabilities_of_any_answer_sum_to_one(
    listed: list[tuple[str, float]], data: Any
) -> None:
    chosen = data.draw(st.sampled_from(["yes", "no"]))
    places = [place('{"rain": "'), Token(chosen, {chosen: -0.5, **dict(listed)}), place('"}')]
    for shares in answer(*places).values():
        assert sum(shares.values()) == pytest.approx(1, abs=0.001)
