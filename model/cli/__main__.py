"""``python -m model.cli``: the command."""

from model.cli import main

if __name__ == "__main__":
    main()
