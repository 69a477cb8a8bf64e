"""What is timed: a network of the zoo at a size that says something, a file, at its own numbers or drawn ones.

Knows nothing of time.
"""

from __future__ import annotations

from collections.abc import Mapping

from trivium.probe import Probe, draw
from trivium.target import find
from trivium.zoo import REAL_SIZES, real as real_network


def probe(network: str, sizes: Mapping[str, int], *, real: bool = True) -> Probe:
    """The network at the sizes given; one of the zoo at its real size where none are."""
    name = network.removeprefix("zoo:")
    if real and not sizes and network.startswith("zoo:") and name in REAL_SIZES:
        spec = real_network(name)
        return Probe(name, spec, draw(spec))
    source = find(network, sizes=sizes or None)
    values = source.values if source.values is not None else draw(source.spec)
    return Probe(source.spec.name, source.spec, {n: values[n] for n in source.spec.givens})
