"""The models: everything that answers a conversation. The only room that may import openai."""
