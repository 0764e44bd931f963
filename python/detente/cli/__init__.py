"""The command ``detente``: one module for each of its commands."""
