"""Beijing: its parameters, and the rules by which it decides."""
