"""One module for each flavor that becomes ONNX: `convert(model, options) -> Converted`."""
