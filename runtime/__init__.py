"""What every process of ours starts with: settings from the environment, and logs.

Imports nothing of ours; both services import it.
"""
