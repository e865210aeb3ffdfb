"""Who acts: one file per kind of actor, holding its parameters and its decisions."""
