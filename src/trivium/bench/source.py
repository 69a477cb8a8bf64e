"""What is timed: a network of the zoo at a size that says something, a file, at its own numbers or drawn ones.

Knows nothing of time.
"""

from __future__ import annotations

from collections.abc import Mapping

from trivium.probe import Probe, draw
from trivium.target import find
from trivium.zoo import REAL_SIZES, network as of_the_zoo


def probe(network: str, sizes: Mapping[str, int], *, real: bool = True) -> Probe:
    """The network at the sizes given; those that are not, of a network of the zoo, are real ones."""
    name = network.removeprefix("zoo:")
    if real and name != network and name in REAL_SIZES:
        spec = of_the_zoo(name, **{**REAL_SIZES[name], **sizes})
        return Probe(name, spec, draw(spec))
    source = find(network, sizes=sizes or None)
    values = source.values if source.values is not None else draw(source.spec)
    return Probe(source.spec.name, source.spec, {n: values[n] for n in source.spec.givens})
