"""What we claim about speed, measured on the machine where it is run, against the least that the same work could cost.

A figure by itself says more about a machine than about us, so every one is compared with a baseline, the two are run in
turns, and their ratio is what counts.
"""
