"""What a calibration found, in sentences a musician can act on."""

from __future__ import annotations

from collections.abc import Iterator

from repetiteur.realtime.calibration.findings import Findings
from repetiteur.realtime.calibration.latency import Latency
from repetiteur.realtime.calibration.level import Level, Loudness
from repetiteur.realtime.calibration.pitch import Pitch
from repetiteur.realtime.calibration.processing import LIKELY, SURE, Processing, Suspicion
from repetiteur.realtime.calibration.room import Quiet, Room

_QUIET = {
    Quiet.DEAD: "not a single sample: the input is muted, or a switch is off",
    Quiet.QUIET: "quiet",
    Quiet.FAIR: "good enough",
    Quiet.NOISY: "noisy: move the microphone nearer, and away from fans and computers",
}
_REMEDY = {
    Processing.GATE: "switch off the noise gate",
    Processing.SUPPRESSION: "switch off noise suppression",
    Processing.GAIN: "switch off automatic gain (AGC, volume levelling)",
    Processing.ECHO: "switch off noise suppression and echo cancelling",
    Processing.BAND: "choose a device that is not in its hands-free profile (Bluetooth), or a higher rate",
}


def told(findings: Findings, latency: Latency | None, played: bool) -> Iterator[str]:
    """A line for each. ``played``: whether there was a test sound."""
    yield f"noise     {_room(findings.room)}"
    yield f"level     {_loudness(findings.loudness)}"
    yield f"tuning    {_pitch(findings.pitch)}"
    yield f"latency   {_latency(latency, played)}"
    if not findings.suspicions:
        yield "system    nothing points to a system that changes the sound"
    for suspicion in findings.suspicions:
        yield f"system    {_suspicion(suspicion)}"


def _room(room: Room) -> str:
    words = f"{room.noise_dbfs:.0f} dBFS, {_QUIET[room.quiet]}"
    if room.quiet is Quiet.DEAD:
        return _QUIET[room.quiet]
    if room.hum_hz is not None:
        words += f"; mostly a hum of {room.hum_hz} Hz: look at cables and earth"
    if abs(room.offset) > 0.01:
        words += f"; an offset of {100 * room.offset:.1f} %, which does no harm"
    if room.gate_open > 0.05:
        return f"{words}; a gate would take it for music {100 * room.gate_open:.0f} % of the time"
    return f"{words}; a gate would open at {room.gate_opens_dbfs:.0f} dBFS"


def _loudness(loudness: Loudness) -> str:
    peak, change = f"peaks at {loudness.peak_dbfs:.0f} dBFS", abs(round(loudness.change_db))
    match loudness.level:
        case Level.NOTHING:
            return "nothing was heard but noise: is it the right input?"
        case Level.SOFT:
            return f"{peak}, too soft: turn the input up by some {change} dB"
        case Level.FINE:
            return f"{peak}, fine"
        case Level.HOT:
            return f"{peak}, nearly too loud: turn the input down by some {change} dB"
        case Level.CLIPPED:
            return f"clipped in {loudness.clipped} places: turn the input down by {max(change, 6)} dB or more"


def _pitch(pitch: Pitch | None) -> str:
    if pitch is None:
        return "not found: play some chords for longer"
    sure = "surely" if pitch.confidence > 0.7 else "probably"
    return f"A4 = {pitch.a4_hz:.1f} Hz, {sure} (--a4 {pitch.a4_hz:.1f})"


def _latency(latency: Latency | None, played: bool) -> str:
    if latency is None:
        if played:
            return "the test sound did not come back: turn the loudspeaker up, or connect output to input"
        return "not measured: name an output with --play"
    late, way = 1000 * latency.late_s, 1000 * latency.round_trip_s
    return f"{late:.1f} ms more than the devices say (--latency {late:.1f}); out and in again {way:.0f} ms"


def _suspicion(suspicion: Suspicion) -> str:
    sure = "surely" if suspicion.sure >= SURE else "probably" if suspicion.sure >= LIKELY else "perhaps"
    return f"{sure} {suspicion.kind}: {suspicion.because}; {_REMEDY[suspicion.kind]}"
