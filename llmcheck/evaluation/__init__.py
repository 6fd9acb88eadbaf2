"""How well llmcheck does on labelled documents, pairs and sentences (``docs/evaluation.md``)."""

from llmcheck.evaluation.gold import GoldLabels, GoldSet, read_gold
from llmcheck.evaluation.labelled_claims import ClaimsScore, read_sentences, score_sentences
from llmcheck.evaluation.labelled_pairs import PairsScore, read_pairs, score_pairs
from llmcheck.evaluation.scoring import (
    Evaluation,
    Figures,
    SetScore,
    evaluate,
    pooled,
    score_report,
)

__all__ = [
    "ClaimsScore",
    "Evaluation",
    "Figures",
    "GoldLabels",
    "GoldSet",
    "PairsScore",
    "SetScore",
    "evaluate",
    "pooled",
    "read_gold",
    "read_pairs",
    "read_sentences",
    "score_pairs",
    "score_report",
    "score_sentences",
]
