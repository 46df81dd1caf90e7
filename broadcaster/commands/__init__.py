"""The subcommands of `broadcaster`, a module for each subject."""
