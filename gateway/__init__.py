"""The write side: validate a call, encode its event, produce it, and answer once the brokers have it."""
