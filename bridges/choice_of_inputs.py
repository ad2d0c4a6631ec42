"""The inputs of a live session as the page offers them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from repetiteur.bridges.audio_ports import AudioPort, words_for
from repetiteur.bridges.devices_there import DevicesThere, devices_there_apart
from repetiteur.bridges.live_inputs import InUse, Kind, LiveInputs
from repetiteur.bridges.web.performance import InputsThere, Offered


class ChoiceOfInputs:
    """The ``Inputs`` of a ``Performance``. ``made_here``: the MIDI input this program makes itself."""

    def __init__(
        self,
        inputs: LiveInputs,
        made_here: str | None = None,
        find: Callable[[], DevicesThere | None] = devices_there_apart,
    ) -> None:
        self._inputs = inputs
        self._made_here = made_here
        self._find = find

    def in_use(self) -> tuple[InUse, ...]:
        return self._inputs.in_use()

    def there(self) -> InputsThere:
        found = self._find()
        if found is None:
            return InputsThere((), ("the devices could not be listed: see repetiteur devices",))
        missing = tuple(f"{error.problem}: {error.remedy}" for error in found.missing)
        return InputsThere(tuple(self._offered(found)), missing)

    def choose(self, kind: Kind, name: str | None) -> tuple[str, str] | None:
        return self._inputs.choose(kind, name)

    def _offered(self, found: DevicesThere) -> Iterator[Offered]:
        if self._made_here is not None:
            yield Offered(Kind.MIDI, self._made_here, "made here, for other programs to play into")
        for name in found.midi_in:
            yield Offered(Kind.MIDI, name, "")
        for port in found.audio.inputs:
            yield Offered(Kind.AUDIO, words_for(port, found.audio.inputs), _about(port))


def _about(port: AudioPort) -> str:
    if port.loopback:
        return "hears what this computer plays"
    return "the system's own choice" if port.default else ""
