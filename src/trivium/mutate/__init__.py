"""MUTATE: the catalogue's mistakes planted in a person's own source, to see which of them their own tests notice.

Knows nothing of networks, backends or verdicts.
"""
