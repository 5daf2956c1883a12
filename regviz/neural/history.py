"""A ring of snapshots, for stepping back through training. The oldest go when the room is used up."""

from collections import deque

from regviz.neural.trainer import Snapshot


class History:
    """Snapshots in the order of training, at most ``capacity`` and at most ``room`` bytes, but always the newest."""

    def __init__(self, capacity: int = 256, room: int = 1 << 26) -> None:
        self._capacity, self._room = capacity, room
        self._ring: deque[Snapshot] = deque()
        self._used = 0

    def __len__(self) -> int:
        return len(self._ring)

    def push(self, snapshot: Snapshot) -> None:
        """Keep ``snapshot``; later ones that are kept belong to another future and go."""
        while self._ring and self._ring[-1].step >= snapshot.step:
            self._used -= self._ring.pop().nbytes
        self._ring.append(snapshot)
        self._used += snapshot.nbytes
        while len(self._ring) > 1 and (len(self._ring) > self._capacity or self._used > self._room):
            self._used -= self._ring.popleft().nbytes

    def before(self, step: int) -> Snapshot | None:
        """The newest snapshot taken before ``step``, or None."""
        return next((kept for kept in reversed(self._ring) if kept.step < step), None)

    def nearest(self, step: int) -> Snapshot | None:
        """The newest snapshot taken at or before ``step``; where none is left of that time, the oldest one."""
        return self.before(step + 1) or (self._ring[0] if self._ring else None)
