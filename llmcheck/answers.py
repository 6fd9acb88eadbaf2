"""How two answers stand to each other, as far as code can tell.

Answers are compared by their content words and numbers; whether they shut each other out also
depends on whether both claims answer one question, and whether it has room for one answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from llmcheck.asked import asks_for
from llmcheck.language.quantities import at_odds, quantities, same_numbers
from llmcheck.language.text import NEGATIONS, STOPWORDS, content_stems, names, squeeze, stem, words
from llmcheck.language.units import MONEY
from llmcheck.models import CandidatePair, Claim

SAME_QUESTION = 0.6
"""Likeness from which two questions are one."""
SAME_COUNT = 0.3
"""The same for figures: what is counted stands beside them, so the rest may be worded freely."""
SAME_STATEMENT = 0.65
"""Share of the shorter statement's content from which two people say the same."""
_ONE_ANSWER = frozenset({"place", "person", "cause", "whether"})
"""What has one answer at a time; "What did it do?" has many, and figures are compared as such."""
_WHOLE = re.compile(
    r"\b(?:across|in all|overall|altogether|worldwide|nationwide|company-?wide|group-?wide)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(r"\b(?:at|in) (?:the )?(?P<name>[A-Z][\w’'-]+)")
_DEFINITION = re.compile(r"what (?:is|are|was|were)\b")
_TELLING = NEGATIONS | {"over", "under", "above", "below", "more", "before", "after"}
"""Stop words that make another answer of the same words."""
_EXCLUSIVE = frozenset(
    "mostly mainly primarily chiefly predominantly disproportionately hardest worst".split()
)
"""Words that leave room for one answer only."""


def alike(answer_a: str, answer_b: str) -> bool:
    """Whether two wordings may be one answer: at least half of the shorter is in the other."""
    a, b = gist(answer_a), gist(answer_b)
    numbers = same_numbers(answer_a, answer_b)
    if numbers is not None:
        return numbers
    return a == b or 2 * len(a & b) >= max(1, min(len(a), len(b)))


def contains(answer_a: str, answer_b: str) -> bool:
    """Whether one answer is the other with words added, negations aside."""
    a, b = gist(answer_a), gist(answer_b)
    return bool(a and b) and (a <= b or b <= a) and not (a ^ b) & NEGATIONS


def gist(answer: str) -> frozenset[str]:
    """The stems of its content words, and the stop words that make another answer of them."""
    kept = (squeeze(word) for word in words(answer))
    return frozenset(
        word if word in _TELLING else stem(word)
        for word in kept
        if word in _TELLING or word not in STOPWORDS
    )


def exclude_each_other(pair: CandidatePair, question: str, answer_a: str, answer_b: str) -> bool:
    """Whether the answers shut each other out, which takes one question with room for one answer.

    Small models find a common question for any two claims, and take any two answers to it for a
    contradiction. What each claim was said to answer by itself, before it met the other, is the
    better witness. (Comparing answers to generated questions: QAGS, Wang et al.,
    arXiv:2004.04228.) Claims that nobody asked are left to the model.
    """
    if pair.focus is not None and pair.focus.point in ("holder", "quotation"):
        return True
    if pair.focus is not None and pair.focus.point == "speaker":
        return _same_statement(pair.a, pair.b)
    if not (pair.a.answers or pair.b.answers):
        return True
    if pair.a.doc_id == pair.b.doc_id:
        return False
    own = _own_questions(pair, answer_a, answer_b)
    asks = asks_for(question)
    if asks == "number":
        return not _named_apart(pair.a, pair.b) and _one_count(own, answer_a)
    if same_numbers(answer_a, answer_b) is False:
        return _one_question(own)
    if alike(answer_a, answer_b):
        return False
    if asks in _ONE_ANSWER:
        return _one_question(own)
    return any(
        squeeze(one) == squeeze(other) and _DEFINITION.match(squeeze(one)) for one, other in own
    )


def figures_differ(pair: CandidatePair, question: str, answer_a: str, answer_b: str) -> bool:
    """Whether both claims count the same thing, by their own account, and come to other figures.

    Small models take two shares of the same thing for one answer.
    """
    return (
        pair.a.doc_id != pair.b.doc_id
        and asks_for(question) == "number"
        and at_odds(answer_a, answer_b)
        and _one_question(_own_questions(pair, answer_a, answer_b))
    )


def part_and_whole(a: Claim, b: Claim) -> bool:
    """Whether one counts the whole ("across all depots"), the other a named part ("at Lunde")."""
    return any(
        _WHOLE.search(one.text)
        and not _WHOLE.search(other.text)
        and any(place["name"] not in one.text for place in _PLACE.finditer(other.text))
        for one, other in ((a, b), (b, a))
    )


def _named_apart(a: Claim, b: Claim) -> bool:
    """Whether both claims name somebody or something, and none of it is the other's."""
    one, other = (
        {
            squeeze(name)
            for text in (claim.text, *(given.question for given in claim.answers))
            for name in names(text)
        }
        for claim in (a, b)
    )
    return bool(one and other) and one.isdisjoint(other)


def _same_statement(a: Claim, b: Claim) -> bool:
    """Whether two people are reported to say the same, the names of both aside."""
    names_of_both = content_stems(f"{a.speaker} {b.speaker}")
    one, other = (content_stems(claim.text) - names_of_both for claim in (a, b))
    return len(one & other) >= SAME_STATEMENT * max(1, min(len(one), len(other)))


def _own_questions(pair: CandidatePair, answer_a: str, answer_b: str) -> list[tuple[str, str]]:
    """What the claims were said to answer with just these answers, each with each."""
    one, other = _asked_for(answer_a, pair.a), _asked_for(answer_b, pair.b)
    return [(mine, theirs) for mine in one for theirs in other]


def _one_count(own: Sequence[tuple[str, str]], answer: str) -> bool:
    if own:
        return any(_likeness(one, other) >= SAME_COUNT for one, other in own)
    # A claim with several figures was asked for some of them. What is counted stands beside a
    # figure and parts it from others; what is paid for does not.
    return not any(figure.unit in MONEY for figure in quantities(answer))


def _one_question(own: Sequence[tuple[str, str]]) -> bool:
    return any(
        asks_for(one) == asks_for(other) and _likeness(one, other) >= SAME_QUESTION
        for one, other in own
    )


def _asked_for(answer: str, claim: Claim) -> list[str]:
    """The questions that the claim answers with just that."""
    return [
        given.question
        for given in claim.answers
        if gist(given.answer) & gist(answer)
        or (quantities(given.answer) and same_numbers(given.answer, answer))
    ]


def _likeness(one: str, other: str) -> float:
    """Share of the shorter question's content that stands in the other.

    Names count only where a question has nothing else: whoever is asked about, "founded" and
    "will file" are two questions.
    """
    a, b = content_stems(one), content_stems(other)
    named = content_stems(" ".join((*names(one), *names(other))))
    if a - named and b - named:
        a, b = a - named, b - named
    return len(a & b) / max(1, min(len(a), len(b)))


def both_the_most(pair: CandidatePair, answer_a: str, answer_b: str) -> bool:
    """Whether both claims answer one question about one time with what holds "mostly".

    Two teams can both be hit, but not both hit hardest; small models overlook the word.
    """
    if pair.focus is None or pair.focus.point != "question" or contains(answer_a, answer_b):
        return False
    if pair.a.time and pair.b.time and squeeze(pair.a.time) != squeeze(pair.b.time):
        return False
    return all(_EXCLUSIVE & set(map(squeeze, words(c.text))) for c in (pair.a, pair.b))
