"""Kills and freezes every part of the running system at random, and counts what became of each acknowledged todo."""
