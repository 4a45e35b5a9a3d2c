"""The runs of a folder: all as a table, some side by side, and one with everything that it holds."""
