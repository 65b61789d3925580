"""`python -m kg` is the command `kg`."""

from kg.cli import run

if __name__ == "__main__":  # a worker process imports this module under another name
    run()
