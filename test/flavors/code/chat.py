"""A chat model that needs no network: it answers with what it was told."""

import mlflow
from mlflow.pyfunc import ChatModel
from mlflow.types.llm import ChatChoice, ChatCompletionResponse, ChatMessage, ChatParams


class Echo(ChatModel):
    def predict(self, context, messages: list[ChatMessage], params: ChatParams) -> ChatCompletionResponse:
        said = " / ".join(f"{message.role}: {message.content}" for message in messages)
        told = f"{said} ({params.temperature}, {params.max_tokens}, {params.stop}, {params.custom_inputs})"
        choice = ChatChoice(index=0, message=ChatMessage(role="assistant", content=told))
        return ChatCompletionResponse(choices=[choice], model="echo", id="1", created=0)


mlflow.models.set_model(Echo())
