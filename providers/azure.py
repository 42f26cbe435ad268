"""Azure OpenAI, API v1: models deployed in a resource of your own; the key is in AZURE_OPENAI_API_KEY.

evals run hallucination -m 'azure/DEPLOYMENT?resource=my-resource'
evals run hallucination -m azure/DEPLOYMENT    (the resource's name in AZURE_OPENAI_RESOURCE)
"""

from evals.host import Host
from evals.wires.wire import Quirks

connect = Host(
    "azure",
    "https://{resource}.openai.azure.com/openai/v1",
    key="AZURE_OPENAI_API_KEY",
    quirks=Quirks(max_tokens="max_completion_tokens"),
    own={"resource": ("AZURE_OPENAI_RESOURCE",)},
    wires=("chat", "responses"),
).connect
