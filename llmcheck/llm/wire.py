"""The base of what a model fills in."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """An answer as it is asked for. Its JSON Schema goes out with every call, so it has no titles:
    pydantic makes them of the names that stand there already."""

    # Most runs ask few of the questions there are.
    model_config = ConfigDict(defer_build=True)

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The schema without titles."""
        schema: dict[str, Any] = _strip_titles(super().model_json_schema(*args, **options))
        return schema


def _strip_titles(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_strip_titles(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    # A field may be called title: that is no text.
    return {
        key: _strip_titles(value)
        for key, value in schema.items()
        if key != "title" or not isinstance(value, str)
    }
