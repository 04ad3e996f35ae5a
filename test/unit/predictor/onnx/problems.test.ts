import { describe, expect, it } from 'vitest';
import { loadProblem } from '../../../../src/predictor/onnx/load-problem.ts';
import { runProblem } from '../../../../src/predictor/onnx/run-problem.ts';

/** Messages as ONNX Runtime 1.30 gives them. */
describe('loadProblem', () => {
  it.each([
    {
      name: 'a missing weights file',
      text: 'External data path validation failed for initializer: W. Error: tensorprotoutils.cc:461 ValidateExternalDataPathFromDir External data path does not exist: "/tmp/m/weights.data"',
      code: 'INVALID_PARAMETER_VALUE',
      message:
        'the file "weights.data" that holds the model\'s weights is missing beside it; copy or log the whole model directory',
    },
    {
      name: 'weights cut short',
      text: 'Deserialize tensor W failed.tensorprotoutils.cc:1763 GetExtDataFromTensorProto External initializer: W offset: 0 size to read: 2400 given file_length: 100 are out of bounds or can not be read in full.',
      code: 'INVALID_PARAMETER_VALUE',
      message:
        'the file with the weights of "W" is shorter than the model says; fetch or log the model again',
    },
    {
      name: 'a newer opset',
      text: '/onnxruntime_src/onnxruntime/core/graph/model_load_utils.h:46 void onnxruntime::x(int) ONNX Runtime only *guarantees* support for models stamped with official released onnx opset versions. Opset 99 is under development and support for this is limited. Current official support for domain ai.onnx is till opset 26.\n',
      code: 'NOT_IMPLEMENTED',
      message:
        'the model needs opset 99 of ai.onnx, this runtime knows up to 26; convert it with target_opset 26 or lower',
    },
    {
      name: 'an unknown operator',
      text: 'This is an invalid model. In Node, ("", Foo, "", -1) : ("X": tensor(float),) -> ("Y": tensor(float),) , Error No Op registered for Foo with domain_version of 17',
      code: 'NOT_IMPLEMENTED',
      message:
        'the model uses the operator Foo, which this runtime does not have; convert the model without it',
    },
    {
      name: 'a custom operator',
      text: 'Fatal error: com.acme:Foo(-1) is not a registered function/op',
      code: 'NOT_IMPLEMENTED',
      message:
        'the model uses the operator com.acme:Foo, which this runtime does not have; convert the model without it',
    },
    {
      name: 'garbage',
      text: 'Load model from /tmp/x/model.onnx failed:Protobuf parsing failed.',
      code: 'INVALID_PARAMETER_VALUE',
      message: 'the model file is no ONNX model or is cut short; fetch or log the model again',
    },
    {
      name: 'a locale that is not installed',
      text: 'Exception during initialization: /onnxruntime_src/onnxruntime/core/providers/cpu/text/string_normalizer.cc:235 onnxruntime::StringNormalizer::Locale::Locale(const std::string&)::<lambda()> Failed to construct locale with name:en_US.UTF-8:locale::facet::_S_create_c_locale name not valid:Please, install',
      code: 'NOT_IMPLEMENTED',
      message:
        'the model\'s StringNormalizer needs the locale en_US.UTF-8, which is not installed here; convert the model with the option locale "C"',
    },
    {
      name: 'anything else, without paths',
      text: "Load model from /tmp/x/model.onnx failed:Invalid model.\n Node input 'Q' is not a graph input.",
      code: 'INVALID_PARAMETER_VALUE',
      message:
        "ONNX Runtime cannot open the model: Invalid model. Node input 'Q' is not a graph input.",
    },
  ])('explains $name', ({ text, code, message }) => {
    expect(loadProblem(new Error(text))).toMatchObject({ code, message });
  });
});

describe('runProblem', () => {
  it.each([
    {
      name: 'a wrong rank',
      text: 'Invalid rank for input: X Got: 1 Expected: 2 Please fix either the inputs/outputs or the model.',
      message:
        'model input "X" has 2 dimensions, the request gave 1; nest the lists accordingly; for columns of a table, log the model with a tensor signature or convert it with one input for all columns',
    },
    {
      name: 'wrong sizes',
      text: 'Got invalid dimensions for input: X for the following indices\n index: 1 Got: 4 Expected: 3\n index: 2 Got: 0 Expected: 5\n Please fix either the inputs/outputs or the model.',
      message:
        'model input "X" has the wrong size: expected 3 along dimension 1 instead of 4, 5 along dimension 2 instead of 0',
    },
    {
      name: 'an operator, without the values it chokes on',
      text: "Non-zero status code returned while running Gather node. Name:'pick' Status Message: indices element out of data bounds, idx=123456789 must be within the inclusive range [-3,2]",
      message:
        'the model failed on this input in its operator Gather "pick": indices element out of data bounds, idx=… must be within the inclusive range [-3,2]',
    },
    {
      name: 'text in quotes',
      text: "Non-zero status code returned while running Cast node. Name:'' Status Message: /onnxruntime_src/onnxruntime/core/x.cc:12 bool f(int) Cannot parse \"secret\" or 'secret'",
      message: 'the model failed on this input in its operator Cast: Cannot parse … or …',
    },
  ])('explains $name', ({ text, message }) => {
    expect(runProblem(new Error(text))).toMatchObject({ code: 'BAD_REQUEST', message });
  });
});
