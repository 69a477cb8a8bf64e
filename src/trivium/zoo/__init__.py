"""Named networks, each a traced function sized by its arguments: small ones that check in seconds, and real sizes.

Knows the vocabulary and nothing of numbers, backends or verdicts.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import MappingProxyType

from trivium.errors import SpecError, did_you_mean
from trivium.spec.graph import Spec
from trivium.zoo.composite import mixture_of_experts, neural_ode, siamese
from trivium.zoo.generative import coupling_flow, gan_generator, mixture_density, vae
from trivium.zoo.perceptron import (
    autoencoder,
    binary,
    classifier,
    deep_mlp,
    diamond,
    mlp,
    notebook,
    regression_l1,
)
from trivium.zoo.sequence import bidirectional_rnn, gru_regression, lstm_tagger, pointer, word2vec
from trivium.zoo.transformer import bert_block, gpt, gpt_block, llama_block
from trivium.zoo.vision import lenet, resnet_block, separable_block, unet

MEMBERS = (
    *(notebook, mlp, classifier, binary, regression_l1, diamond, deep_mlp, autoencoder),
    *(lenet, resnet_block, unet, separable_block),
    *(lstm_tagger, gru_regression, bidirectional_rnn, word2vec, pointer),
    *(gpt_block, gpt, bert_block, llama_block),
    *(vae, gan_generator, mixture_density, coupling_flow),
    *(siamese, mixture_of_experts, neural_ode),
)
ZOO: Mapping[str, Callable[..., Spec]] = MappingProxyType({make.__name__: make for make in MEMBERS})

REAL_SIZES: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "notebook": {"N": 256, "n": 64, "h": 128, "k": 64, "m": 8},
        "mlp": {"b": 128, "n0": 784, "n1": 512, "n2": 512, "n3": 10},
        "classifier": {"b": 128, "n": 784, "h": 512, "c": 10},
        "binary": {"b": 256, "n": 128, "h": 256},
        "regression_l1": {"b": 256, "n": 128, "h": 256, "m": 8},
        "diamond": {"b": 128, "n": 256, "h": 256, "m": 64},
        "deep_mlp": {"b": 64, "n": 64, "h": 128, "m": 10},
        "autoencoder": {"b": 128, "n": 784, "h": 128},
        "lenet": {"b": 32, "k": 6, "m": 16, "h": 84, "c": 10, "side": 28, "kernel": 5},
        "resnet_block": {"b": 16, "k": 32, "h": 16, "w": 16, "c": 10},
        "unet": {"b": 4, "k": 16, "h": 16, "w": 16},
        "separable_block": {"b": 16, "k": 32, "m": 64, "h": 28, "w": 28, "c": 10},
        "lstm_tagger": {"t": 32, "b": 16, "v": 1000, "n": 64, "h": 64, "c": 16},
        "gru_regression": {"t": 32, "b": 32, "n": 32, "h": 64},
        "bidirectional_rnn": {"t": 32, "b": 32, "n": 32, "h": 64, "c": 10},
        "word2vec": {"b": 512, "k": 10, "v": 5000, "d": 100},
        "pointer": {"b": 32, "t": 64, "n": 64, "m": 64, "h": 64},
        "gpt_block": {"b": 4, "t": 64, "h": 4, "k": 32, "f": 512},
        "gpt": {"b": 4, "t": 64, "v": 512, "h": 4, "k": 16, "f": 256},
        "bert_block": {"b": 4, "t": 64, "v": 512, "h": 4, "k": 32, "f": 512},
        "llama_block": {"b": 4, "t": 64, "h": 4, "r": 16, "f": 384},
        "vae": {"b": 128, "n": 784, "h": 256, "z": 20},
        "gan_generator": {"b": 64, "z": 64, "h": 256, "n": 784, "f": 256},
        "mixture_density": {"b": 256, "n": 32, "h": 128, "k": 10},
        "coupling_flow": {"b": 256, "n": 32, "h": 128},
        "siamese": {"b": 64, "n": 256, "h": 128, "m": 32},
        "mixture_of_experts": {"b": 128, "n": 64, "e": 8, "h": 128, "c": 10},
        "neural_ode": {"b": 128, "n": 32, "h": 128},
    }
)
"""Sizes at which a network's time says something: each a few to some hundred milliseconds a gradient on one core."""
MANY = 6
"""Networks that are named as users of an op; the rest is counted."""


def network(name: str, **sizes: int) -> Spec:
    """The network of that name at the sizes given; SpecError where there is no such network or no such size.

    >>> network("classifier", b=32).shapes["scores"]
    (32, 3)
    """
    if not name:
        raise SpecError(f"'zoo:' names no network: write one of the zoo's behind it ({', '.join(ZOO)})")
    if name not in ZOO:
        raise SpecError(f"no network {name!r} in the zoo (it has: {', '.join(ZOO)}){did_you_mean(name, ZOO)}")
    make = ZOO[name]
    arguments = {word: size for word, size in sizes.items() if word in inspect.signature(make).parameters}
    return make(**arguments).resized(**{word: size for word, size in sizes.items() if word not in arguments})


def real(name: str) -> Spec:
    """The network of that name at a size at which its time says something."""
    return network(name, **REAL_SIZES.get(name, {}))


def uses() -> dict[str, list[str]]:
    """Per op, the networks of the zoo that use it; a family that most of them use is no news, so at most six."""
    found: dict[str, list[str]] = {}
    for name, make in ZOO.items():
        for op in dict.fromkeys(node.op.name for node in make().nodes):
            found.setdefault(op, []).append(name)
    return {
        op: names if len(names) <= MANY else [*names[:MANY], f"and {len(names) - MANY} more"]
        for op, names in found.items()
    }


__all__ = [
    "REAL_SIZES",
    "ZOO",
    "autoencoder",
    "bert_block",
    "bidirectional_rnn",
    "binary",
    "classifier",
    "coupling_flow",
    "deep_mlp",
    "diamond",
    "gan_generator",
    "gpt",
    "gpt_block",
    "gru_regression",
    "lenet",
    "llama_block",
    "lstm_tagger",
    "mixture_density",
    "mixture_of_experts",
    "mlp",
    "network",
    "neural_ode",
    "notebook",
    "pointer",
    "real",
    "regression_l1",
    "resnet_block",
    "separable_block",
    "siamese",
    "unet",
    "uses",
    "vae",
    "word2vec",
]
