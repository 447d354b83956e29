"""
Readings: rows in batches, and what has been read of a window once they are out.

search walks POST …/search in lanes, lists reads page by page, scroll reads companies. A window says
what is to be read; what has been read is taken away from it by whoever keeps state (tables/).
"""
