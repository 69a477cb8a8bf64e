"""trivium: one network, three derivations, one gradient."""
