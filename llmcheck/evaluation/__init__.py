"""How well llmcheck does on labelled documents, pairs and sentences (``docs/evaluation.md``)."""

from llmcheck.evaluation.gold import GoldLabels, GoldSet, read_gold
from llmcheck.evaluation.labelled_claims import ClaimsScore, SentenceRow, score_sentences
from llmcheck.evaluation.labelled_pairs import PairRow, PairsScore, score_pairs
from llmcheck.evaluation.rows import read_rows
from llmcheck.evaluation.scoring import (
    Evaluation,
    Figures,
    SetScore,
    evaluate,
    pool_figures,
    score_report,
)

__all__ = [
    "ClaimsScore",
    "Evaluation",
    "Figures",
    "GoldLabels",
    "GoldSet",
    "PairRow",
    "PairsScore",
    "SentenceRow",
    "SetScore",
    "evaluate",
    "pool_figures",
    "read_gold",
    "read_rows",
    "score_pairs",
    "score_report",
    "score_sentences",
]
