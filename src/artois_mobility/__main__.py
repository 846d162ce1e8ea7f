"""Run the command line as `python -m artois_mobility`."""

from .cli import main

if __name__ == "__main__":
    main()
