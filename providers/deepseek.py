"""DeepSeek: api.deepseek.com; the key is in DEEPSEEK_API_KEY.

evals run hallucination -m deepseek/deepseek-chat

Models that think take a temperature and do nothing with it, without a word. So none is sent unless you ask for one
(`?temperature=0`), and replies say that it was dropped.
"""

from evals.host import Host
from evals.wires.wire import Quirks

connect = Host(
    "deepseek",
    "https://api.deepseek.com",
    key="DEEPSEEK_API_KEY",
    quirks=Quirks(temperature=False),
).connect
