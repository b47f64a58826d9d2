"""The parts of a message's ``content``, one module for each kind; none of them needs another.

Shapes as in ``@librechat/data-schemas`` and ``librechat-data-provider``, LibreChat 0.7 to 0.8.
"""
