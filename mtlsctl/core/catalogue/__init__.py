"""The texts of core/codes.py, one file per side."""
