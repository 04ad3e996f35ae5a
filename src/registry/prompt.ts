/**
 * Whether the tags of a registered model, or of a version, mark it as a prompt: MLflow keeps both in the same tables, and its
 * client does not find prompts where models are asked for, whatever the tag's value is.
 *
 * @see mlflow/prompt/registry_utils.py, `has_prompt_tag`
 */
export const isPrompt = (tags: Readonly<Record<string, string>>): boolean =>
  Object.hasOwn(tags, 'mlflow.prompt.is_prompt');
