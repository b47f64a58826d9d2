"""The sample backup: an invented company's LibreChat, declared as data.

Nothing here knows the converter. Every declaration says what a document holds and what a right
migration makes of it; ``scripts.make_sample`` writes both.
"""
