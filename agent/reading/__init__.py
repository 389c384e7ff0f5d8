"""What a model returns, made fit to be read by people before anything else sees it.

Text without reasoning, control tokens and marks of other systems (`reasoning`, `marks`), tool
calls as calls however they were written (`written_calls`, `arguments`), and what the end of an
answer means (`ends`). `reader` does all of it to one message; `wire` keeps what LangChain drops.
"""
