"""A run over many processes or machines, on Daft: files are read and calls made by its workers.

What is handed out is what stands by itself: a file, and a call, which is wholly described. What
looks at all documents at once (copies, tables, merging, findings) stays in the process that asks,
and so the report is the same as without the engine.
"""

from __future__ import annotations

from llmcheck.engine.calls import connect_engine
from llmcheck.engine.files import EngineFiles
from llmcheck.engine.work import require_engine, stages_of

__all__ = ["EngineFiles", "connect_engine", "require_engine", "stages_of"]
