"""A recording that is dropped on the page, looked at, and compared with models that ship."""
