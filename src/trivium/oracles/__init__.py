"""TRUTH from outside: derivatives found from function values alone, by no rule that any road uses.

Imports no backend: an oracle is handed functions on NumPy arrays.
"""
