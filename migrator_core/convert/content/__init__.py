"""What messages say: LibreChat's content as pieces of Open WebUI's messages.

From above: :mod:`.body` (all that a message says, in its order), :mod:`.composition` (the pieces
put together), :mod:`.part_types` (the table of what a part may be), :mod:`.parts` (a converter for
each kind of part) and :mod:`.fields` (for each other field of a message); below them what they
share, at last :mod:`.markdown`, which knows texts only.
"""
