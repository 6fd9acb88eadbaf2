"""How a question is put: what instructor makes of a call, for an API and a way to ask for JSON."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel

from llmcheck.llm.endpoint.api import Api
from llmcheck.llm.endpoint.exchange import messages_of
from llmcheck.llm.port import Call, T
from llmcheck.providers import Mode

# instructor logs every failed attempt as an error, which Python prints on stderr when nobody has
# set up logging.
logging.getLogger("instructor").addHandler(logging.NullHandler())


def ask_through(
    create: Callable[..., Any],
    call: Call,
    schema: type[T],
    way: Mode,
    api: Api,
    names: Mapping[str, str],
) -> T:
    """Have ``create`` answer the call, and once more where its answer does not fit.

    ``create`` is given the fields of a request by name and returns a completion; ``names`` are the
    names under which the endpoint knows models that calls name otherwise. Raises instructor's
    InstructorRetryException, with what ``create`` raised as its cause.
    """
    import instructor

    # What from_openai and its like do, with our own sender in the place of the client's.
    asking = instructor.patch(
        create=create,
        mode=instructor.Mode[api.modes[way]],
        provider=instructor.Provider(api.provider),
    )
    value: T = asking(
        model=names.get(call.model, call.model),
        messages=messages_of(call),
        response_model=_titled(schema) if way == "TOOLS" else schema,
        max_retries=1,
        strict=False,
    )
    return value


def fields_of(
    call: Call, schema: type[BaseModel], way: Mode, api: Api, names: Mapping[str, str]
) -> dict[str, Any]:
    """The fields of the first request for the call, parameters aside. Sends nothing."""
    from instructor.core import InstructorRetryException

    found: dict[str, Any] = {}

    def note(**fields: Any) -> Any:
        found.update(fields)
        raise _Noted

    try:
        ask_through(note, call, schema, way, api, names)
    except InstructorRetryException as error:
        if not isinstance(error.__cause__, _Noted):
            raise
    return found


class _Noted(Exception):
    """What is asked is known."""


@cache
def _titled(schema: type[T]) -> type[T]:
    """The schema with its title, which instructor names a tool by, and ours leave out."""

    def model_json_schema(cls: type[BaseModel], *args: Any, **options: Any) -> dict[str, Any]:
        return {"title": schema.__name__, **schema.model_json_schema(*args, **options)}

    own = {"__doc__": schema.__doc__, "model_json_schema": classmethod(model_json_schema)}
    titled: type[T] = type(schema.__name__, (schema,), {**own, "__module__": schema.__module__})
    return titled
