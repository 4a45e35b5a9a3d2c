"""What experiments of every subject share."""
