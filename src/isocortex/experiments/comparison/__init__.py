"""Any models beside any recordings, from files."""
