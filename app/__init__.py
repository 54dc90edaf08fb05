"""What does the partnership meet: pages, commands and the processes behind them? Each is loaded by what needs it."""
