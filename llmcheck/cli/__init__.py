"""The command line: one module a verb, named for the verb."""
