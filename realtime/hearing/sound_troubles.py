"""What is wrong with the sound itself, told as faults: rarely enough to be read."""

from __future__ import annotations

from dataclasses import dataclass, field

from repetiteur.realtime.inputs import Chunk, FaultSeen

QUIET_S = 10.0  # between two faults of one kind
LASTING = 5  # seconds of the last ten with clipping in them: one loud chord is no trouble


@dataclass(slots=True)
class _Untold:
    """Something counted, and when it was told last."""

    count: float = 0.0
    told_s: float = float("-inf")

    def due(self, now_s: float) -> float:
        """How much there is to tell now; 0 while it was told not long ago."""
        if not self.count or now_s - self.told_s < QUIET_S:
            return 0.0
        count, self.count, self.told_s = self.count, 0.0, now_s
        return count


@dataclass(slots=True)
class SoundTroubles:
    """One stream. Thread: whoever pushes its chunks to the ears."""

    _lost_s: _Untold = field(default_factory=_Untold)
    _scrubbed: _Untold = field(default_factory=_Untold)
    _clipping: _Untold = field(default_factory=_Untold)
    _clipped_at: set[int] = field(default_factory=set)  # seconds of the stream

    def of(self, chunk: Chunk, now_s: float) -> list[FaultSeen]:
        """What is to be told after this chunk, at ``now_s``."""
        self._lost_s.count += chunk.lost / chunk.rate_hz
        self._scrubbed.count += chunk.scrubbed
        if chunk.clipped:
            second = int(now_s)
            self._clipped_at = {at for at in self._clipped_at if second - at < QUIET_S} | {second}
            self._clipping.count = float(len(self._clipped_at) >= LASTING)
        return self._due(now_s)

    def rest(self, now_s: float) -> list[FaultSeen]:
        """The sound is over: what had to wait for its turn."""
        for untold in (self._lost_s, self._scrubbed):
            untold.told_s = float("-inf")
        return self._due(now_s)

    def _due(self, now_s: float) -> list[FaultSeen]:
        faults = []
        if lost_s := self._lost_s.due(now_s):
            what = f"sound was lost: {lost_s * 1000:.0f} ms"
            faults.append(FaultSeen(now_s, what, "stop other programs; time stays right"))
        if scrubbed := self._scrubbed.due(now_s):
            what = f"{scrubbed:.0f} samples are no sound (NaN, infinite or absurd)"
            faults.append(FaultSeen(now_s, what, "taken for silence; look for what makes them"))
        if self._clipping.due(now_s):
            faults.append(FaultSeen(now_s, "the sound is clipped again and again", "turn the input down"))
        self._clipping.count = 0.0  # what was clipped a while ago helps nobody
        return faults
