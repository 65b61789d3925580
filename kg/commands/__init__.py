"""The verbs of the command line, one module each; each is loaded only when it is called."""
