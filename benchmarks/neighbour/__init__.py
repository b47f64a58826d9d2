"""What a migration costs the people who use Open WebUI meanwhile.

Three observers keep time while it runs, each in its own process or task: one in the server's event
loop (:mod:`server`), one that is a person at work (:mod:`person`), one that wants SQLite's write
lock (:mod:`lock`). They write down when something began and when it ended on the clock that all
processes share (:func:`time.monotonic`); :mod:`samples` makes figures of it.
"""
