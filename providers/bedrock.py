"""Amazon Bedrock, at its address for OpenAI's wire; the key is a Bedrock API key, in AWS_BEARER_TOKEN_BEDROCK.

evals run hallucination -m 'bedrock/openai.gpt-oss-120b-1:0?region=us-west-2'
evals run hallucination -m bedrock/openai.gpt-oss-120b-1:0    (the region in AWS_REGION)
"""

from evals.host import Host

connect = Host(
    "bedrock",
    "https://bedrock-runtime.{region}.amazonaws.com/openai/v1",
    key="AWS_BEARER_TOKEN_BEDROCK",
    own={"region": ("AWS_REGION", "AWS_DEFAULT_REGION")},
).connect
