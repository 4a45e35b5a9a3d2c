"""Recurrent networks trained on tasks in time, and how they solve them."""
