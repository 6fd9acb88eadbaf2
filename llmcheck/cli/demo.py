"""The verb ``demo``: the report of the articles that ship with llmcheck, from recorded answers."""

from __future__ import annotations

import typer

from llmcheck.cli import summarize
from llmcheck.cli.options import help_epilog
from llmcheck.cli.run import Request, carry_out
from llmcheck.cli.streams import emit, page_for, say


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command(epilog=help_epilog("llmcheck demo", codes={0: "done"}))(demo)


def demo() -> None:
    """Try it: what four articles agree on and dispute, without a model, a key or the network.

    It is what summarize prints of seeds/ with --replay fixtures/seeds.
    """
    from llmcheck.checker import Checker
    from llmcheck.documents.corpus import Corpus
    from llmcheck.installation import shipped
    from llmcheck.settings import Settings

    analysis = summarize.ANALYSIS
    # Whatever is set up here, or wrongly, is no part of it.
    settings = Settings(replay=shipped("fixtures") / "seeds", cache=None)
    request = Request(analysis, [str(shipped("seeds"))], None, settings, "normal", quiet=True)
    report, corpus = carry_out(request, Checker, Corpus.read)
    emit(next(iter(analysis.formats.values())).render(report, corpus, page_for(None)))
    say("these articles and the answers to them ship with llmcheck; your own need a model:")
    say("llmcheck doctor says which there is, llmcheck summarize FOLDER --model NAME reads them")
