"""What a reading hands over: rows, and what has been read once they are out."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from source_intercom.intercom.pages import Row
from source_intercom.reading.window import Slice


@dataclass
class Batch:
    """
    Rows in the order in which they were found, each with its date in Unix seconds.

    `read` is what has been read once all of them are out; None where nothing is proven. `piece`
    and `positions` tell the same in the midst of them, for rows that become thousands in a table:
    behind the position of the next row, all of the piece has been read.
    """

    rows: list[Row]
    moments: Sequence[int | None]
    read: Slice | None = None
    piece: Slice | None = None
    positions: Sequence[int | None] = ()
    newest_first: bool = False
    heads: dict[Hashable, dict[int, bytes | None]] = field(default_factory=dict)
    """What tables make of a row alike is made once: by kind, then by the row's number."""
    counted: int | None = None
    """How many objects Intercom counts in all, where it has said so."""

    def read_before(self, number: int) -> Slice | None:
        """What has been read once the rows before this one are out."""
        if number >= len(self.rows):
            return self.read
        position = self.positions[number] if self.positions else None
        if self.piece is None or position is None:
            return None
        low, high = self.piece.low, self.piece.high
        if self.newest_first:
            low = max(low, position + 1)
        else:
            high = min(high, position - 1)  # guard: read before a row
        return self.piece.between(low, high) if low <= high else None
