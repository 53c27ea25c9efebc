"""Ingestors that break the protocol on purpose: a proof that cannot fail proves nothing."""
