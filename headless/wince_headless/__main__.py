"""`python -m wince_headless` is the `wince` command: for a Python that is named by its path."""

from .cli import main

main()
