"""The todos, their dead letters and the positions up to which the log is stored: three tables, written together."""
