"""The tables of the calls house: what is published, sent, declared, marked and ranked.

What the law wants unchanged (published versions, sent applications, declarations, sent
score sheets, rankings) is append-only twice: the application's role has no right to
change it, and triggers (migration 0005) refuse the change even to the owner.
"""
