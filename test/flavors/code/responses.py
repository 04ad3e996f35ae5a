"""An agent with the interface of OpenAI's responses, which needs no network: it answers with what it was told."""

import mlflow
from mlflow.pyfunc import ResponsesAgent
from mlflow.types.responses import ResponsesAgentRequest, ResponsesAgentResponse


class Echo(ResponsesAgent):
    def predict(self, request: ResponsesAgentRequest) -> ResponsesAgentResponse:
        said = [item.model_dump(exclude_none=True) for item in request.input]
        item = self.create_text_output_item(text=f"{said} ({request.temperature})", id="1")
        return ResponsesAgentResponse(output=[item], custom_outputs=request.custom_inputs)


mlflow.models.set_model(Echo())
