import type { Variables } from './variables.ts';

/** What would make a tool write elsewhere, or Python read elsewhere. */
const MISLEADING = [
  'PYTHONPATH',
  'PYTHONHOME',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'PIP_USER',
  'PIP_TARGET',
  'PIP_PREFIX',
  'PIP_REQUIRE_VIRTUALENV',
  'UV_PROJECT_ENVIRONMENT',
  'UV_SYSTEM_PYTHON',
];

/** The environment that uv, pip and the interpreters are started with: nobody is asked, nothing is coloured. */
export function toolEnvironment(environment: Variables): Variables {
  const kept = Object.entries(environment).filter(([name]) => !MISLEADING.includes(name));
  return {
    ...Object.fromEntries(kept),
    NO_COLOR: '1',
    PYTHONUNBUFFERED: '1',
    PIP_NO_INPUT: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}
