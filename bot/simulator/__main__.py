"""Serves the simulator: `python -m bot.simulator`."""

from bot.simulator.app import main

if __name__ == "__main__":
    main()
