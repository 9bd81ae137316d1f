"""Who speaks on the line: the person on the phone, the room behind them, or an echo of our own voice. Pure.

``levels.py`` remembers how loud things were, ``echo.py`` learns how our own voice comes back, ``picture.py`` puts them
together into a picture of the line and says whose a level is. Levels are only ever compared with other levels of the
same line: a quiet line and a loud one are the same line to it.
"""
