"""A recorded session by itself."""
