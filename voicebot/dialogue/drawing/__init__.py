"""A script as a drawing: SVG and Mermaid, with no program and no network. Pure.

``picture.py`` says what is shown, ``order.py`` and ``place.py`` where, ``cards.py`` and ``shapes.py`` how;
``counts.py`` adds what calls did.
"""
