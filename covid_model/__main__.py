"""The command line: python -m covid_model COMMAND."""

import sys

from covid_model.cli import main

if __name__ == "__main__":
    sys.exit(main())
