"""How long it takes, stage by stage: the real pipeline, played to at real pace, heard by a real receiver.

``material`` is what is played, ``players`` play it (a keyboard, a sound card), ``ledger`` notes when what
happened inside, ``receiver`` is another program that notes when each OSC packet came, ``run`` puts them
together, ``figures`` sums up. All times are seconds of the one monotonic clock of this machine.
"""
