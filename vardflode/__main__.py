"""Lets `python -m vardflode` do what the command `vardflode` does, and nothing more."""

from vardflode.cli import main

if __name__ == "__main__":
    main()
