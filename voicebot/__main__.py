"""``python -m voicebot``: the same as the command ``voicebot``."""

from voicebot.cli.main import main

if __name__ == "__main__":
    main()
