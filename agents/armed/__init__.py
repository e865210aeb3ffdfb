"""Armed actors: their parameters, and the rules by which they decide."""
