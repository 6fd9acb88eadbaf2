"""What calls of a model took, in tokens."""

from __future__ import annotations

from typing import NamedTuple


class Tokens(NamedTuple):
    """Tokens of one call, as the endpoint counted them."""

    input: int = 0
    output: int = 0
    estimated: bool = False
    """Whether some of them are estimated, since the endpoint did not count."""

    def plus(self, other: Tokens) -> Tokens:
        """These and the others."""
        return Tokens(
            self.input + other.input,
            self.output + other.output,
            self.estimated or other.estimated,
        )

    @property
    def total(self) -> int:
        """Sent and received."""
        return self.input + self.output
