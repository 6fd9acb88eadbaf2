"""A whole measurement: labelled sets, pairs and sentences, each with its own way to the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from llmcheck.checker import Checker
from llmcheck.errors import ConfigError
from llmcheck.evaluation.gold import GoldSet
from llmcheck.evaluation.labelled_claims import SentenceRow, score_sentences
from llmcheck.evaluation.labelled_pairs import PairRow, score_pairs
from llmcheck.evaluation.scoring import Evaluation, evaluate, pool_figures
from llmcheck.llm.connect import Connection, connect
from llmcheck.llm.recording.files import MANIFEST
from llmcheck.llm.recording.record import RecordingLLM
from llmcheck.llm.runner import Progress, Runner
from llmcheck.settings import Settings

PAIRS, CLAIMS = "pairs", "claims"


def measure(
    sets: list[GoldSet],
    rows: list[PairRow],
    sentences: list[SentenceRow],
    settings: Settings,
    on_progress: Callable[[Progress], None],
) -> Evaluation:
    """Run and score each part of what is to be measured."""
    parts = [gold.name for gold in sets] + [PAIRS] * bool(rows) + [CLAIMS] * bool(sentences)
    connection_for = connections(parts, settings)

    def runner_for(part: str) -> Runner:
        connection = connection_for(part)
        return Runner(
            connection.llm,
            connection.model,
            settings.concurrency,
            on_progress,
            settings.table_tokens,
        )

    scores = []
    for gold in sets:
        connection = connection_for(gold.name)
        checker = Checker(
            connection.model,
            # What a user has set aside in documents of their own is no matter here.
            settings=settings.model_copy(update={"silence": ()}),
            llm=connection.llm,
            on_progress=on_progress,
        )
        corpus = gold.read_documents()
        scores.append(evaluate(gold, corpus, checker.trace(corpus)))
    return Evaluation(
        sets=tuple(scores),
        all=pool_figures(scores),
        pairs=score_pairs(rows, runner_for(PAIRS)) if rows else None,
        claims=score_sentences(sentences, runner_for(CLAIMS)) if sentences else None,
    )


def connections(parts: list[str], settings: Settings) -> Callable[[str], Connection]:
    """The way to the model for each part of the run, which may have its own recording.

    What all parts share is the endpoint with its cache and its budget.
    """
    for part, count in Counter(parts).items():
        if count > 1:
            raise ConfigError(f"{count} of what is to be measured have the name {part!r}")

    def with_changes(**update: object) -> Settings:
        return settings.model_copy(update=update)

    if settings.replay is not None:
        replay = settings.replay
        # A folder that is no recording itself may hold one for each part.
        several = replay.is_dir() and not (replay / MANIFEST).exists()
        return lambda part: connect(with_changes(replay=replay / part if several else replay))
    shared = connect(with_changes(record=None))
    if settings.record is None:
        return lambda part: shared
    record = settings.record

    def recording_connection(part: str) -> Connection:
        folder = record / part if len(parts) > 1 else record
        llm = RecordingLLM(shared.llm, folder, settings={"concurrency": settings.concurrency})
        return Connection(llm, shared.model)

    # All at once: that one cannot be recorded should be known before the first call.
    recorded = {part: recording_connection(part) for part in parts}
    return recorded.__getitem__
